"""The chapter on sites: what is known of each, what is not, and the form for their owners."""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl

from provenet.case.parties import PartyNames
from provenet.dossier.gate import read_page
from provenet.dossier.render import render_body, render_html, render_pdf
from provenet.dossier.view import View, compose, compose_all
from support.reading import read_table_file
from unit.dossier.small_tables import DAY, filled, tables

KEY = "c40_sites"


def answer(site: str, carriers: list[str], **row: Any) -> dict[str, Any]:
    base = {"answer_id": f"answer-{site}", "site_id": site, "country": "Germany", "carrier_ids": carriers}
    return {**base, "signer": "Jane Roe", "answered_on": DAY, "source_id": "paper", **row}


def composed(found: dict[str, pl.DataFrame], **more: Any) -> View:
    return compose(found, country="Germany", as_of=DAY, **more)


def chapter(view: View) -> Any:
    return next(section for section in view.sections if section.key == KEY).data


def words(view: View) -> str:
    page = render_html(view).decode()
    part = page[page.index("<h2>" + str(next(s.number for s in view.sections if s.key == KEY)) + ". Sensitive sites") :]
    return part[: part.index("</section>")]


def test_without_an_answer_every_carrier_is_not_known() -> None:
    data = chapter(composed(tables()))
    assert data["known"] == "This case lists two sites in Germany. Which carriers serve them is not known."
    assert [(site["carrier"], site["owner"]) for site in data["sites"]] == [("", ""), ("", "")]


def test_an_answer_names_the_carriers_and_the_owner_and_cites_its_signer() -> None:
    found = tables()
    site = chapter(composed(found))["sites"][0]["id"]
    found["site_answer"] = filled(
        "site_answer", [answer(site, ["south-tel", "north-tel"], owner="The Forces", own_links="yes")]
    )
    view = composed(found)
    first, other = chapter(view)["sites"]
    assert (first["carrier"], first["owner"]) == ("North Tel or South Tel", "The Forces")
    assert (other["carrier"], other["owner"]) == ("", "")
    assert chapter(view)["known"] == (
        "This case lists two sites in Germany. Which carriers serve them is stated for one of them; for the others it "
        "is not known."
    )
    assert "own links carry part" in words(view)
    for document in compose_all(found, country="Germany", as_of=DAY)[:2]:
        assert read_page(render_html(document).decode(), found, "page").faults == ()


def test_an_answer_of_a_later_day_is_not_in_a_replay() -> None:
    found = tables(known=DAY)
    site = chapter(composed(found, known=DAY))["sites"][0]["id"]
    for year, carrier in ((2026, "North Tel"), (2027, "")):
        row = answer(site, ["north-tel"], answered_on=DAY.replace(year=year))
        with_row = {**found, "site_answer": filled("site_answer", [row])}
        assert chapter(composed(with_row, known=DAY))["sites"][0]["carrier"] == carrier


def test_the_questionnaire_has_a_row_for_each_site_and_is_read_back() -> None:
    view = composed(tables())
    data = view.files["sites-questionnaire.csv"]
    records = [one for one in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) if one]
    assert [one[0] for one in records[-2:]] == [site["id"] for site in chapter(view)["sites"]]
    records[-1][3] = "The Forces"
    records = [[one[0], "Jane Roe"] if one[0] == "Your name" else one for one in records]
    records = [[one[0], "2026-11-26"] if one[0].startswith("Day ") else one for one in records]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(records)
    reading = read_table_file("q.csv", out.getvalue().encode(), None, names=PartyNames.built_in())
    assert [(row["site_id"], row["owner"]) for row in reading.rows["site_answer"]] == [(records[-1][0], "The Forces")]


def test_a_country_without_a_site_says_so_and_has_no_form() -> None:
    found = {name: rows for name, rows in tables().items() if name not in ("site", "site_dependence")}
    view = composed(found)
    assert "this case lists no sensitive site in Germany" in words(view)
    assert view.files.get("sites-questionnaire.csv") is None
    assert render_pdf(view, render_body(view)).startswith(b"%PDF")


def test_the_chapter_holds_on_an_empty_case() -> None:
    assert "lists no sensitive site" in words(composed({}))


def test_tables_have_captions_and_scopes_and_scroll_on_a_phone() -> None:
    page = words(composed(tables()))
    assert page.count("<table") == page.count("<caption>") == page.count('<div class="scroll" tabindex="0">') > 1
    assert page.count("<thead>") * 1 <= page.count('<th scope="col">')
    assert "<table" in page and page.index("<caption>") < page.index("<colgroup>")
