"""What changed since the last dossier, its feed, the citation and the errata of an annex."""

import uuid
from datetime import date
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from provenet.dossier.extract import Extract
from provenet.dossier.findings import findings
from provenet.dossier.gate import read_page
from provenet.dossier.render import render_html
from provenet.dossier.replay import later_days
from provenet.dossier.since import ATOM, change_lines, page_figures, since_last
from provenet.dossier.view import View, compose_all
from unit.dossier.small_tables import DAY, THEN, filled, tables

KEY = "s89_record"
BEFORE = date(2026, 5, 1)


def stood(day: date = BEFORE, **row: Any) -> dict[str, Any]:
    """A dossier of another day that says on its first page what today's says."""
    figures = page_figures(findings(Extract(tables(), "Germany", DAY)))
    base = {"dossier_id": f"d-{day}", "country": "Germany", "as_of_on": day, "headline": f"What stood on {day}"}
    return {**base, "html_id": "1" * 64, "figures": figures, **row}


def with_dossiers(*rows: dict[str, Any], **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**tables(), "dossier": filled("dossier", rows), **more}


def annex(found: dict[str, pl.DataFrame], **more: Any) -> View:
    return compose_all(found, country="Germany", as_of=more.pop("as_of", DAY), **more)[1]


def words(view: View) -> str:
    page = render_html(view).decode()
    part = page[page.index('id="cite"') :]
    return part[: part.index("</section>")].replace("\N{NO-BREAK SPACE}", " ")


def test_without_an_earlier_dossier_it_says_that_nothing_is_compared() -> None:
    assert "No earlier dossier of Germany of all that the case held stands in this case. Nothing is compared." in words(
        annex(tables())
    )
    assert "<table" not in words(annex(tables()))


def test_a_dossier_that_kept_no_figures_is_not_compared() -> None:
    since = since_last(Extract(with_dossiers(stood(figures=None)), "Germany", DAY))
    assert since.why_not == "The last dossier was written before figures were kept."


def test_equal_findings_are_no_change_though_the_day_of_the_dossier_is_another() -> None:
    row = stood()
    for one in row["figures"]:
        one["day"] = "As of 1 May 2026." if (one["day"] or "").startswith("As of") else one["day"]
    since = since_last(Extract(with_dossiers(row), "Germany", DAY))
    assert (since.last, since.changes, since.alike_count) == (BEFORE, (), len(row["figures"]))
    assert change_lines(since) == ["No finding of the first page changed since the dossier of 1 May 2026."]


def changed(**other: str) -> dict[str, Any]:
    row = stood()
    at = next(number for number, one in enumerate(row["figures"]) if one["figure"])
    row["figures"][at] |= other
    return row


@pytest.mark.parametrize(
    "other", [{"figure": "12 to 34 %"}, {"says": "Another thing"}, {"day": "Date of the figure: 2019."}]
)
def test_a_figure_that_changed_stands_with_both_values_and_both_days(other: dict[str, str]) -> None:
    row = changed(**other)
    found = with_dossiers(row)
    (change,) = since_last(Extract(found, "Germany", DAY)).changes
    assert next(iter(other.values())).rstrip(".") in change.old
    now = findings(Extract(tables(), "Germany", DAY))
    first = next(one for one in now if one.words)
    assert (change.says, change.figure, change.day, change.id) == (first.says, first.words, first.day, first.id)
    page = words(annex(found))
    assert change.old in page
    assert change.figure in page
    assert "in the dossier of 1 May 2026" in page


def test_the_annex_with_changes_agrees_with_its_rows_and_a_wrong_new_figure_is_found() -> None:
    found = with_dossiers(changed(figure="12 to 34 %"))
    page = render_html(annex(found)).decode()
    before = len(read_page(page, found, "page").faults)
    assert before == 0
    (change,) = since_last(Extract(found, "Germany", DAY)).changes
    place = page.index('id="changes"')
    figure = f"<b>{change.figure}</b>".replace(" %", "\N{NO-BREAK SPACE}%")
    planted = page[:place] + page[place:].replace(figure, "<b>99 %</b>", 1)
    assert planted != page
    assert read_page(planted, found, "page").faults != ()


def test_a_figure_that_only_the_last_dossier_had_is_one_of_that_dossier() -> None:
    row = stood()
    (cost,) = [one for one in row["figures"] if one["question"] == "What a change costs"]
    assert cost["row_id"] is None
    cost |= {"says": "Replacing would cost", "figure": "EUR 0 to 180 million", "row_id": "plan-of-that-day"}
    found = with_dossiers(row)
    view = annex(found)
    assert "EUR 0 to 180 million" in words(view)
    page = render_html(view).decode()
    assert read_page(page, found, "page").faults == ()
    planted = page.replace("0 to 180", "0 to 190")
    assert planted != page
    assert read_page(planted, found, "page").faults != ()


def test_the_feed_is_atom() -> None:
    """RFC 4287: id, title and updated of the feed and of each entry, ids unique, an author, dates of RFC 3339."""
    found = with_dossiers(stood(date(2025, 5, 1), html_id="2" * 64), changed(figure="12 to 34 %"))
    data = annex(found).files["changes.atom"]
    assert data == annex(found).files["changes.atom"]
    feed = ElementTree.fromstring(data)
    assert feed.tag == f"{{{ATOM}}}feed"
    entries = feed.findall(f"{{{ATOM}}}entry")
    for one in (feed, *entries):
        for name in ("id", "title", "updated"):
            (element,) = one.findall(f"{{{ATOM}}}{name}")
            assert element.text
        assert uuid.UUID(str(one.findtext(f"{{{ATOM}}}id")).removeprefix("urn:uuid:"))
        assert date.fromisoformat(str(one.findtext(f"{{{ATOM}}}updated")).removesuffix("T00:00:00Z"))
    assert feed.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name") == "Provenet"
    ids = [one.findtext(f"{{{ATOM}}}id") for one in (feed, *entries)]
    assert len(set(ids)) == len(ids) == 4
    texts = [one.findtext(f"{{{ATOM}}}content") or "" for one in entries]
    assert "In the dossier of 1 May 2026:" in texts[0]
    assert texts[1:] == ["What stood on 2026-05-01", "What stood on 2025-05-01"]
    assert [one.get("type") for one in feed.iter(f"{{{ATOM}}}content")] == ["text"] * 3


def test_the_citation_names_country_days_run_and_code() -> None:
    found = tables(known=THEN, as_of=THEN)
    page = words(annex(found, as_of=THEN, known=THEN))
    assert "As of 23 November 2018, as known on 23 November 2018" in page
    assert "@techreport{provenet-germany-2018-11-23-2018-11-23," in page
    assert "note = {As of 2018-11-23, as known on 2018-11-23; run not recorded; code 0.1.0+" in page


def test_the_digest_of_the_code_is_no_date() -> None:
    assert later_days(b"<p>code 0.1.0+ab2019cd12 and 0.1.0+a202501019</p>", THEN) == []
    assert len(later_days(b"<p>0.1.0 in 2019</p>", THEN)) == 1


def erratum(number: int, **row: Any) -> dict[str, Any]:
    base = {
        "erratum_id": f"e-{number}",
        "dossier": "brief-1",
        "wrong": "59 % was of sites",
        "correction": "of subscribers",
    }
    return {**base, "corrected_on": DAY, "source_id": "paper", **row}


def test_errata_stand_in_the_annex_and_an_empty_list_says_so() -> None:
    assert "No correction is on record." in words(annex(tables()))
    rows = [
        erratum(1),
        erratum(2, country="Italy", wrong="of Italy"),
        erratum(3, country="Germany", wrong="of Germany"),
    ]
    page = words(annex({**tables(), "erratum": filled("erratum", rows)}))
    assert "59 % was of sites" in page
    assert "of Germany" in page
    assert "of Italy" not in page


def test_a_correction_of_a_later_day_stands_on_the_page_of_what_happened_later() -> None:
    found = {**tables(known=THEN, as_of=THEN), "erratum": filled("erratum", [erratum(1)])}
    first, record, *_, later = compose_all(found, country="Germany", as_of=THEN, known=THEN)
    assert first.known == THEN
    assert later.hindsight
    assert "No correction was on record on that day." in words(record)
    assert "of subscribers" in render_html(later).decode()


def test_the_last_page_says_how_to_cite() -> None:
    page = render_html(compose_all(tables(), country="Germany", as_of=DAY)[0]).decode()
    footer = page[page.rindex("<footer>") :]
    assert "Cite as: Provenet, Germany, As of 24 November 2026, run " in footer
    for place in ("cite", "errata", "changes", "reply"):
        assert f'href="germany-annex.html#{place}"' in footer
