"""World, Country, Figure and Search over a small case: what they show, where their links lead, under which policy."""

import re
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path
from typing import cast

import polars as pl
import pytest
from starlette.testclient import TestClient
from tests.unit.web.conftest import Caller
from tests.unit.web.small_case import PUBLISHED, SHARE

from provenet.web.reading import Reading
from provenet.web.stored_page import PageLinks, Section, linked, policies, with_policy


@pytest.fixture(scope="module")
def reader(small_folder: Path, caller: Caller) -> TestClient:
    return caller(small_folder)


def test_the_world_compares_countries_and_prints_no_figure_as_not_known(reader: TestClient) -> None:
    page = reader.get("/").text
    assert "Of 2 countries on record, 1 have a published figure" in page
    assert f'href="/figure/{PUBLISHED}">55 to 61 %</a>' in page
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
    assert 'href="/country/germany/file/countries.csv?as_of=2026-11-25"' in page
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
        ("ACME", "/figure/party%3Aacme"),
        ("how dependent", f"/figure/{SHARE}"),
        ("deadlines", "/rules"),
        ("annex replies", "/country/germany/annex/replies"),
    ],
)
def test_a_search_finds_what_holds_every_word(reader: TestClient, words: str, address: str) -> None:
    page = reader.get("/search", params={"q": words}).text
    assert f'<li><a href="{address}"' in page
    assert reader.get(unescape(address)).status_code == 200


def test_a_search_shows_what_holds_most_words_where_nothing_holds_all(reader: TestClient) -> None:
    page = reader.get("/search", params={"q": "when must germany replies"}).text
    assert "Nothing holds all of these words. Most of them stand here: when must germany replies" in page
    assert page.index("/country/germany/annex/replies") < page.index("</ol>")


def test_a_search_without_an_answer_says_so_and_shows_no_markup_of_its_words(reader: TestClient) -> None:
    page = reader.get("/search", params={"q": "<b>nobody</b>"}).text
    assert "Nothing holds all of these words: &lt;b&gt;nobody&lt;/b&gt;" in page


def test_a_drawing_scrolls_by_keys_and_no_head_of_a_column_is_empty() -> None:
    html = '<div class="wide"><svg/></div><table><tr><th scope="col"></th><th scope="col">Day</th></tr></table>'
    links = PageLinks(figure=str, section=str, annex=str, file=str, holders=({}, {}))
    found = str(linked(Section("a", "s1", "A", html), links))
    assert '<div class="wide" tabindex="0" role="group" aria-label="Drawing"><svg/></div>' in found
    assert '<tr><td></td><th scope="col">Day</th></tr>' in found


class Tables:
    """A reading of three small tables."""

    def once(self, key: object, make: Callable[[], dict[str, str]]) -> dict[str, str]:
        return make()

    def columns(self, name: str, columns: Sequence[str]) -> pl.DataFrame:
        rows = {
            "party": [{"party_id": "bmi", "name": "Ministry"}],
            "verdict": [{"pack": "p", "pack_title": "Contracts", "issuer": "bmi"}] * 2,
            "vendor_share": [{"share_id": "share-1", "pack": "p"}, {"share_id": "share-2", "pack": None}],
        }
        return pl.DataFrame(rows[name]).select(columns)


def test_a_part_under_a_policy_names_it_and_its_issuer_and_a_plain_share_names_none() -> None:
    assert policies(cast(Reading, Tables())) == {"share-1": "Contracts (Ministry)"}


def test_a_finding_that_is_repeated_keeps_its_policy() -> None:
    reading = cast(Reading, Tables())
    part = {"row_id": "share-1", "says": "5G RAN: restricted part."}
    assert with_policy(reading, part)["says"] == "5G RAN: restricted part, under Contracts (Ministry)"
    plain = {"row_id": None, "says": "Not known."}
    assert with_policy(reading, plain) == plain
