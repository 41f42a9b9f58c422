"""World, Country, Figure, Search and Internet: what they show, under which policy; the static site of the same."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.unit.web.conftest import Caller
from tests.unit.web.small_case import SHARE

import provenet
from provenet.case.case import Case
from provenet.core.errors import UsageFault
from provenet.core.language import ENGLISH
from provenet.tools.internet import open_internet
from provenet.web.access import Access
from provenet.web.app import create_app
from provenet.web.chrome import shown_pages
from provenet.web.page import Visit, pages
from provenet.web.reading import Reading
from provenet.web.settings import SiteSettings
from provenet.web.site import MARK, file_name, site_files, without_absent, write_site
from provenet.web.stored_page import PageLinks, Section, linked
from support.own_network import DAY, network_case
from unit.routing.small_internet import write_files


@pytest.fixture(scope="module")
def reader(small_folder: Path, caller: Caller) -> TestClient:
    return caller(small_folder)


def test_the_world_compares_countries_and_prints_no_figure_as_not_known(reader: TestClient) -> None:
    page = reader.get("/").text
    assert "Of 1 of 2 countries on record it is known in part which vendors supply their networks" in page
    assert re.search(rf'<a class="fig"[^>]*href="/figure/{SHARE}"[^>]*>55 to 61 %</a>', page)
    assert re.search(r'<th scope="row">Spain</th>\s*<td data-value="">\s*not known', page)
    assert "0 %" not in re.sub(r"0 to 100 %", "", page)
    assert 'href="/?as_of=2018-11-23&amp;known_on=2018-11-23"' in page


def test_the_first_page_of_a_country_is_its_answer_with_each_figure_a_link(reader: TestClient) -> None:
    page = reader.get("/country/germany").text
    assert f'<a class="fig" data-row="{SHARE}"' in page or f'href="/figure/{SHARE}" data-row="{SHARE}"' in page
    assert "On 2026-11-25, Acme &amp; Bolt." in page
    assert "A list" not in page, "other parts are pages of their own"
    assert 'href="/country/germany/sources-by-weight?as_of=2026-11-25"' in page
    assert 'style="' not in page
    assert page.count("<h1") == 1


def test_links_inside_a_dossier_lead_to_pages_of_the_app(reader: TestClient) -> None:
    page = unescape(reader.get("/country/germany").text)
    assert 'href="/country/germany/sources-by-weight?as_of=2026-11-25#source-1"' in page
    assert 'href="/country/germany/annex/replies?as_of=2026-11-25#reply"' in page
    assert 'href="/country/germany/file/dependence.csv?as_of=2026-11-25"' in page
    assert 'href="/country/germany/file/germany.pdf?as_of=2026-11-25"' in page
    assert "Lost" in page and "private.csv" not in page, "what no row names is no link"
    annex = unescape(reader.get("/country/germany/annex/replies").text)
    assert f'href="/country/germany/annex/rows?as_of=2026-11-25#id-{SHARE}"' in annex


def test_a_part_has_no_inline_style_and_leaves_no_level_of_headings_out(reader: TestClient) -> None:
    page = reader.get("/country/germany/sources-by-weight").text
    assert '<col width="16.0%">' in page
    assert "<h3>A list</h3>" in page
    assert 'href="https://example.org/paper" rel="noreferrer"' in page


def test_a_day_alone_is_the_newest_that_is_known_of_it(reader: TestClient) -> None:
    page = reader.get("/country/germany?as_of=2018-11-23").text
    assert "On 2018-11-23, Acme" in page
    refusal = reader.get("/country/germany?as_of=2017-01-01")
    assert refusal.status_code == 404
    assert "There is one for 2026-11-25, 2018-11-23." in refusal.text


def test_two_days_stand_side_by_side(reader: TestClient) -> None:
    page = reader.get("/country/germany/compare").text
    assert "On 2018-11-23, Acme." in page and "On 2026-11-25, Acme." in page
    assert page.count(f'href="/figure/{SHARE}"') == 2


@pytest.mark.parametrize("name", ["private.csv", "..%2f..%2fcase.toml", "germany", "%00"])
def test_only_files_that_the_dossier_names_are_handed_out(reader: TestClient, name: str) -> None:
    assert reader.get("/country/germany/file/germany.pdf").content == b"%PDF-1.7 small"
    assert reader.get(f"/country/germany/file/{name}").status_code in (400, 404)


def test_a_file_that_is_not_what_the_run_wrote_is_not_shown(own_folder: Path, caller: Caller) -> None:
    (own_folder / "outputs/2026-11-25/germany.html").write_text("<section>planted</section>", "utf-8")
    page = caller(own_folder).get("/country/germany")
    assert page.status_code == 200
    assert "planted" not in page.text
    assert "in the folder `outputs` no more" in page.text and "On 2026-11-25, Acme." in page.text
    assert caller(own_folder).get("/country/germany/sources-by-weight").status_code == 404


def test_a_figure_is_walked_back_to_its_page(reader: TestClient) -> None:
    page = reader.get(f"/figure/{SHARE}").text
    assert "<h1>Acme: share of subscribers, 5G RAN, Germany, 2022</h1>" in page
    assert '<p class="figure">55 to 61 %</p>' in page
    assert "<p>as published</p>" in page
    assert '<a href="https://example.org/paper" rel="noreferrer">A paper</a>' in page
    assert f"provenet why CASE {SHARE}" in page
    assert "number as published <code>percent</code>" in page, "columns stand in the words of the dictionary"
    assert 'href="/country/germany?as_of=2026-11-25"' in page, "the way back"
    assert "How dependent" in page, "the words of the dossier that prints it"


def test_what_a_retraction_would_reach_is_stated_and_nothing_is_promised(reader: TestClient) -> None:
    page = reader.get(f"/figure/{SHARE}").text
    assert "If a row below it were retracted" in page and "It rests on one row alone." in page
    assert "only working it out again tells" in page
    assert "results shown here that rest on it: 1" in page
    below = re.search(r'<a href="(/figure/market_share[^"]*)"', page.partition('id="retracted"')[2])
    assert below is not None
    page = reader.get(below[1]).text
    assert "If this row were retracted" in page and "<b>1</b> × vendor share: " in page
    assert f'<a href="/figure/{SHARE}">' in page.partition('id="retracted"')[2]
    paper = reader.get("/figure/source:paper").text
    assert "No result shown here names it among what it rests on." in paper


def test_a_figure_that_there_is_not_is_refused_with_the_nearest(reader: TestClient) -> None:
    page = reader.get(f"/figure/{SHARE[:-1]}2")
    assert page.status_code == 404
    assert f"Nearest: {SHARE}" in page.text


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("germany", "/country/germany"),
        ("sources weight", "/country/germany/sources-by-weight"),
        ("ACME", "/vendors/acme"),
        ("how dependent", f"/figure/{SHARE}"),
        ("scadenze", "/rules"),
        ("ドイツ", "/country/germany"),
        ("Spanien", "/#spain"),
        ("germny", "/country/germany"),
        ("annex replies", "/country/germany/annex/replies"),
    ],
)
def test_a_search_finds_what_holds_every_word(reader: TestClient, words: str, address: str) -> None:
    page = reader.get("/search", params={"q": words}).text
    assert f'<li><a href="{address}"' in page
    assert reader.get(unescape(address)).status_code == 200


def test_a_name_leads_to_its_object_first_and_a_misspelt_word_is_asked_back(reader: TestClient) -> None:
    page = reader.get("/search", params={"q": "acmee"}).text
    assert "Nothing holds “acmee”. Did you mean “acme”?" in page
    assert page.partition("<ol")[2].index("/vendors/acme") < page.partition("<ol")[2].index("/figure/")
    assert "Did you mean" not in reader.get("/search", params={"q": "acm"}).text, "too short to be misspelt"


def test_a_vendor_has_its_share_and_what_the_first_pages_say_of_it(reader: TestClient) -> None:
    page = reader.get("/vendors").text
    assert f'Germany: <a class="fig" href="/figure/{SHARE}">55 to 61 %</a>' in page and "none on record" in page
    page = reader.get("/vendors/acme").text
    assert "Acme supplies 55 to 61 %" in " ".join(page.split())
    assert "No policy was screened for it on this day." in page
    assert reader.get("/vendors/nobody").status_code == 404
    assert 'href="/vendors/acme?as_of=2018-11-23&amp;known_on=2018-11-23"' in page


def test_a_search_shows_what_holds_most_words_where_nothing_holds_all(reader: TestClient) -> None:
    page = reader.get("/search", params={"q": "when must germany replies"}).text
    assert "Nothing holds all of these words. Most of them stand here: when must germany replies" in page
    assert page.index("/country/germany/annex/replies") < page.index("</ol>")


def test_a_search_without_an_answer_says_so_and_shows_no_markup_of_its_words(reader: TestClient) -> None:
    page = reader.get("/search", params={"q": "<nobody>"}).text
    assert "Nothing holds all of these words: &lt;nobody&gt;" in page


def test_a_drawing_scrolls_by_keys_and_no_head_of_a_column_is_empty() -> None:
    html = '<div class="wide"><svg/></div><table><tr><th scope="col"></th><th scope="col">Day</th></tr></table>'
    links = PageLinks(figure=str, section=str, annex=str, file=str, holders=({}, {}))
    found = str(linked(Section("a", "s1", "A", html), links))
    assert '<div class="wide" tabindex="0" role="group" aria-label="Drawing"><svg/></div>' in found
    assert '<tr><td></td><th scope="col">Day</th></tr>' in found


@pytest.fixture
def browser(tmp_path: Path) -> TestClient:
    provenet.new(tmp_path / "case", "invented")
    graph, names, *tags = write_files(tmp_path)[:4]
    access = Access(frozenset({"testserver"}), False)
    app = create_app(tmp_path / "case", access, open_internet(graph, names, tags))
    return TestClient(app, headers={"authorization": f"Bearer {access.key}"})


def test_a_route_hop_by_hop(browser: TestClient) -> None:
    page = browser.get("/internet", params={"source": "AS64511", "destination": "Pocket Tel", "avoid": "AS64502"})
    assert page.status_code == 200
    assert "AS64502 UPHILL-NET Uphill Net, NO" in page.text
    assert "The route crosses what should be avoided." in page.text
    assert "no clear route, whoever moves" in page.text


def test_what_a_change_changes(browser: TestClient) -> None:
    page = browser.get("/internet/change", params={"network": "Uphill Net", "source": "gov", "how": "removed"})
    assert page.status_code == 200
    words = " ".join(page.text.split())
    assert "9 of 14 pairs lose their route (2 of them begin or end in the network itself)" in words


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"source": "AS64511", "destination": "Nobody"}, "B: no network is called &#39;Nobody&#39;."),
        ({"source": "AS64511", "destination": "AS64511"}, "A and B are one network"),
        ({"source": "AS64511", "destination": "AS64520", "avoid": "/etc/hosts"}, "avoid: no network is called"),
    ],
)
def test_words_that_name_nothing_are_a_sentence(browser: TestClient, query: dict[str, str], says: str) -> None:
    page = browser.get("/internet", params=query)
    assert page.status_code == 400
    assert says in page.text


def test_without_a_graph_the_page_says_how_to_give_one(tmp_path: Path) -> None:
    provenet.new(tmp_path / "case", "invented")
    access = Access(frozenset({"testserver"}), False)
    browser = TestClient(create_app(tmp_path / "case", access), headers={"authorization": f"Bearer {access.key}"})
    assert "--graph AS_REL" in browser.get("/internet").text


def test_the_public_has_no_such_page(tmp_path: Path) -> None:
    provenet.new(tmp_path / "case", "invented")
    browser = TestClient(create_app(tmp_path / "case", Access(frozenset({"testserver"}), True)))
    assert browser.get("/").status_code == 200
    assert browser.get("/internet").status_code == 404


def test_each_network_between_may_be_avoided_or_taken_away_with_one_click(browser: TestClient) -> None:
    page = browser.get("/internet", params={"source": "AS64510", "destination": "AS64521"}).text
    assert page.count("avoid it") == 2, "neither end is in between"
    to = "/internet?source=AS64510&destination=AS64521&avoid=AS64502"
    assert to in unescape(page)
    marked = unescape(browser.get(to).text)
    assert "The route crosses what should be avoided." in marked
    assert marked.count("avoid it") == 1
    assert "avoid=AS64502%2C+AS64500" in marked
    assert "/internet/change?network=AS64500&source=AS64510&avoid=AS64502" in marked
    found = browser.get("/internet/change?network=AS64500&source=AS64510&avoid=AS64502").text
    assert "pairs lose their route" in found


@pytest.fixture(scope="module")
def network_browser(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    place = network_case(tmp_path_factory.mktemp("net") / "case")
    provenet.expose(place, inside=True, as_of=DAY)
    access = Access(frozenset({"testserver"}), False)
    return TestClient(create_app(place, access), headers={"authorization": f"Bearer {access.key}"})


def words(page: str) -> str:
    return " ".join(page.split())


def test_the_list_leads_to_the_network(network_browser: TestClient) -> None:
    assert 'href="/network/germany/net"' in network_browser.get("/network").text


def test_without_a_failure_the_figure_of_today(network_browser: TestClient) -> None:
    page = network_browser.get("/network/germany/net")
    assert page.status_code == 200
    assert ">25 %</a> of the carried volume meets restricted equipment" in words(page.text)
    assert "At worst, under the failure of link ac: 100 %." in words(page.text)
    assert ">fails</text>" not in page.text


def test_a_failure_is_played_on_the_map(network_browser: TestClient) -> None:
    page = network_browser.get("/network/germany/net", params={"failure": 1})
    assert "If this fails: link ac." in words(page.text)
    assert ">100 %</a> of the volume still carried meets restricted equipment" in words(page.text)
    assert "50 % is wholly clear today and restricted in part then" in words(page.text)
    assert ">fails</text>" in page.text


def test_what_there_is_not_is_a_sentence(network_browser: TestClient) -> None:
    assert network_browser.get("/network/germany/other").status_code == 404
    assert network_browser.get("/network/germany/net", params={"network": "none"}).status_code == 404
    assert network_browser.get("/network/germany/net", params={"failure": -1}).status_code == 400
    assert network_browser.get("/network/germany/net", params={"failure": 10**9}).status_code == 200


@pytest.fixture(scope="module")
def files(small_folder: Path) -> dict[str, bytes]:
    return site_files(Reading(Case.open(small_folder), public=True), replies="replies@example.org")


def pages_of(files: dict[str, bytes]) -> dict[str, str]:
    return {name: data.decode() for name, data in files.items() if name.endswith(".html")}


def test_the_same_case_gives_the_same_bytes(small_folder: Path, files: dict[str, bytes]) -> None:
    again = site_files(Reading(Case.open(small_folder), public=True), replies="replies@example.org")
    assert again == files


def test_pages_lie_in_one_folder_and_every_link_leads_to_a_file_of_it(files: dict[str, bytes]) -> None:
    pages = pages_of(files)
    assert "index.html" in pages and "country-germany.html" in pages
    assert "country-germany-as-of-2018-11-23-known-on-2018-11-23.html" in pages
    places = {name: set(re.findall(r'\sid="([^"]*)"', page)) for name, page in pages.items()}
    for name, page in pages.items():
        assert "/" not in name
        for link in map(unescape, re.findall(r'(?:href|src)="([^"]*)"', page)):
            if not link.startswith(("https://", "http://", "mailto:", "data:")):
                file, _, place = link.partition("#")
                assert not file or file in files, (name, link)
                assert not place or place in places[file or name], (name, link)


def tabs(page: str) -> list[str]:
    return re.findall(r">(\w+)</a>", page.partition('<nav aria-label="Pages">')[2].partition("</nav>")[0])


def test_a_page_with_nothing_to_show_is_no_tab_and_no_file(files: dict[str, bytes], tmp_path: Path) -> None:
    assert tabs(pages_of(files)["index.html"]) == ["Countries", "Vendors", "Rules", "Map", "Tables"]
    empty = Case.new(tmp_path / "case", "Nothing yet")
    found = pages_of(site_files(Reading(empty, public=True)))
    assert tabs(found["index.html"]) == ["Countries", "Rules"]
    homes = {page.home.strip("/") for page in pages() if page.in_navigation}
    assert {f"{home}.html" for home in homes} & found.keys() == {"rules.html"}
    own = Reading(empty, public=False)
    visit = Visit(reading=own, link=lambda path, **_words: path, tongue=ENGLISH)
    assert [page.title for page in shown_pages(visit)] == ["Countries", "Rules", "Data", "Jobs"]


def test_another_day_is_a_page_of_its_own(files: dict[str, bytes]) -> None:
    page = pages_of(files)["country-germany.html"]
    assert 'href="country-germany-as-of-2018-11-23-known-on-2018-11-23.html">23 November 2018</a>' in page
    assert 'href="country-germany-compare.html"' in page


def test_every_page_says_where_a_party_may_reply_and_how_to_cite(files: dict[str, bytes], small_folder: Path) -> None:
    digest = Reading(Case.open(small_folder), public=True).digest
    for name, page in pages_of(files).items():
        assert '<a href="mailto:replies@example.org">' in page, name
        assert f'<code id="cite-address">{digest}</code>' in page, name


def test_files_of_a_dossier_keep_their_bytes_and_endings(files: dict[str, bytes]) -> None:
    assert files["country-germany-file-germany.pdf"] == b"%PDF-1.7 small"
    assert files["country-germany-file-dependence.csv"].startswith(b"network,segment")


def test_the_search_index_names_files_of_the_site(files: dict[str, bytes]) -> None:
    text = files["search-index.js"].decode().partition("\n")[0]
    found = json.loads(text.removeprefix("window.provenetIndex = ").rstrip(";"))
    assert {"Germany", "Acme"} <= {one["title"] for one in found}
    assert all(one["address"].partition("#")[0] in files for one in found)


def test_a_link_to_what_the_site_lacks_is_plain_words_and_a_form_is_gone() -> None:
    page = (
        b'<p><a class="x" href="absent:#y"><b>Plan</b></a> <a href="a.html">b</a></p>'
        b'<form action="absent:"><input></form>'
    )
    assert without_absent(page) == b'<p><b>Plan</b> <a href="a.html">b</a></p>'


@pytest.mark.parametrize(
    ("path", "words", "name"),
    [
        ("/", {}, "index.html"),
        ("/country/{country}", {"country": "germany"}, "country-germany.html"),
        ("/country/{country}", {"country": "germany", "as_of": "2018-11-23"}, "country-germany-as-of-2018-11-23.html"),
        ("/x/{country}/file/{file}", {"country": "a", "file": "a.pdf", "as_of": "b"}, "x-a-file-a-as-of-b.pdf"),
        ("/tables.csv", {}, "tables.csv"),
    ],
)
def test_the_name_of_a_file_is_read_off_its_address(path: str, words: dict[str, str], name: str) -> None:
    assert file_name(path, words) == name


def test_names_that_would_be_one_file_stay_apart() -> None:
    names = {file_name("/figure/{figure}", {"figure": one}) for one in ("a:b", "a b", "a-b", "A-b", "a/b", "ü")}
    assert len(names) == 6
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+\.html", name) for name in names)
    assert len(file_name("/figure/{figure}", {"figure": "x" * 500})) < 130


def test_a_site_is_renewed_and_nothing_else_is_overwritten(small_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    names = write_site(str(small_folder), SiteSettings(out=out))
    assert (out / MARK).is_file() and "index.html" in names
    (out / "left.html").write_text("old", "utf-8")
    write_site(str(small_folder), SiteSettings(out=out))
    assert not (out / "left.html").exists()
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(UsageFault, match="something else stands here"):
        write_site(str(small_folder), SiteSettings(out=other))
    with pytest.raises(UsageFault, match="lies inside the case"):
        write_site(str(small_folder), SiteSettings(out=small_folder / "site"))
