"""The static site: one folder of files whose links all lead somewhere, the same bytes for the same case."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.core.errors import UsageFault
from provenet.web.chrome import shown_pages, tongue
from provenet.web.page import Visit, pages
from provenet.web.reading import Reading
from provenet.web.settings import SiteSettings
from provenet.web.site import MARK, file_name, site_files, without_absent, write_site


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
    assert tabs(pages_of(files)["index.html"]) == ["World", "Map", "Rules", "Tables"]
    empty = Case.new(tmp_path / "case", "Nothing yet")
    found = pages_of(site_files(Reading(empty, public=True)))
    assert tabs(found["index.html"]) == ["World", "Rules"]
    homes = {page.home.strip("/") for page in pages() if page.in_navigation}
    assert {f"{home}.html" for home in homes} & found.keys() == {"rules.html"}
    own = Reading(empty, public=False)
    visit = Visit(reading=own, link=lambda path, **_words: path, tongue=tongue("en"))
    assert [page.title for page in shown_pages(visit)] == ["World", "Rules", "Data", "Jobs"]


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
    assert files["country-germany-file-countries.csv"].startswith(b"country,carriers")


def test_the_search_index_names_files_of_the_site(files: dict[str, bytes]) -> None:
    text = files["search-index.js"].decode()
    found = json.loads(text.removeprefix("window.provenetIndex = ").rstrip(";\n"))
    assert {"Germany", "Acme"} <= {one["title"] for one in found}
    assert all(one["address"] in files for one in found)


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
