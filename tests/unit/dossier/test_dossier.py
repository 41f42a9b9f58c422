"""A dossier of hand-made tables: its first page, and what each section shows and leaves out."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenet.case.extract import Extract
from provenet.dependence.contracts import mergers_of, newest_reports, vendors_named, without_network
from provenet.dossier import sections
from provenet.dossier.document import read_body
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, TURNED_OUT, View, compose, section_keys
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, filled, tables, verdicts


def view_of(known: date | None = None, as_of: date = DAY, **replaced: pl.DataFrame) -> View:
    return compose({**tables(known, as_of), **replaced}, country="Germany", as_of=as_of, known=known, document=ANNEX)


def test_sections_stand_in_the_order_of_their_files() -> None:
    view = view_of()
    assert [s.key for s in view.sections] == section_keys()
    assert [s.number for s in view.sections] == list(range(1, len(view.sections) + 1))


def test_rows_of_a_later_day_are_absent_from_a_day_in_the_past() -> None:
    page = Page(render_html(view_of(THEN, THEN)))
    assert "As of and as known on 23 November 2018" in page.text
    assert "id-C-4" not in page.ids
    assert "id-C-1" in page.ids
    later = compose(tables(THEN, THEN), country="Germany", as_of=THEN, known=THEN, document=TURNED_OUT)
    assert "Estimates published later about that time" not in page.text
    assert "Estimates published later about that time" in Page(render_html(later)).text
    assert "C-4" in Page(render_html(view_of())).text


def test_a_country_may_be_asked_by_name_or_code() -> None:
    made = [compose(tables(), country=word, as_of=DAY, document=ANNEX) for word in ("Germany", "DE")]
    assert render_html(made[0]) == render_html(made[1])


def test_a_case_without_rows_is_a_page_that_says_what_is_missing() -> None:
    view = compose({}, country="Atlantis", as_of=DAY, document=ANNEX)
    assert "this case holds no such row for Atlantis" in Page(render_html(view)).text
    assert render_pdf(view).startswith(b"%PDF")


def test_another_audience_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^audience: found 'all', expected one of public, internal\.$"):
        compose(tables(), country="Germany", as_of=DAY, audience="all", document=ANNEX)


def test_a_new_section_touches_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s15_more.py").write_text("TITLE = 'More'\ndef collect(extract):\n    return {'n': extract.country}\n")
    monkeypatch.setattr(sections, "__path__", [*sections.__path__, str(tmp_path)])
    view = view_of()
    assert [s.title for s in view.sections][:2] == ["How dependent, and on whom", "More"]
    assert view.sections[1].template == "sections/s15_more.html.j2"


def extract(**replaced: pl.DataFrame) -> Extract:
    return Extract({**tables(), **replaced}, "Germany", DAY)


def deployed(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {"carrier_id": "north-tel", "country": "Germany", "segment": "RAN", "asset_class": "ran"}
    base |= {"presence": "named", "role": "main", "source_id": "paper", "day": "2019"}
    span = {"day_low_on": date(2019, 1, 1), "day_high_on": date(2019, 12, 31)}
    return filled("deployment", [{**base, **span, **row} for row in rows])


def test_policies_adopted_later_are_left_out_of_a_replay_and_stand_on_the_page_of_what_came_later() -> None:
    rows = [{**row, "rules_in_force": 0, "first_in_force_on": date(2021, 5, 28)} for row in verdicts()]
    rows = [{**row, "as_of_on": THEN, "known_on": THEN} for row in rows]
    held = {"verdict": filled("verdict", rows)}
    view = view_of(THEN, THEN, **held)
    assert "First in force" not in Page(render_html(view)).text
    later = compose({**tables(THEN, THEN), **held}, country="Germany", as_of=THEN, known=THEN, document=TURNED_OUT)
    assert "in force from 28 May 2021" in Page(render_html(later)).text


def test_policies_adopted_later_say_so_beside_each() -> None:
    rows = [{**row, "rules_in_force": 0, "first_in_force_on": date(2021, 5, 28)} for row in verdicts()]
    view = view_of(None, THEN, verdict=filled("verdict", [{**row, "as_of_on": THEN} for row in rows]))
    assert "First in force: 28 May 2021" in Page(render_html(view)).text


def test_a_later_report_of_one_vendor_does_not_take_back_another() -> None:
    newer = {"day": "2020", "day_low_on": date(2020, 1, 1), "day_high_on": date(2020, 12, 31)}
    rows = deployed({"vendor_ids": ["acme"]}, {"vendor_ids": ["bolt"], **newer}, {"vendor_ids": ["acme"], **newer})
    found = newest_reports(extract(deployment=rows))
    assert [(r["vendor_ids"], r["day"]) for r in found] == [(["acme"], "2020"), (["bolt"], "2020")]
    tried = [{**row, "extent": "trial" if row["vendor_ids"] == ["acme"] else None} for row in rows.to_dicts()]
    assert [r["vendor_ids"] for r in vendors_named(extract(deployment=filled("deployment", tried)))] == [["bolt"]]


def test_a_carrier_that_became_part_of_another_is_said_to_be_so_from_that_day() -> None:
    row = {"predecessor_id": "south-tel", "successor_id": "north-tel", "how": "merger", "source_id": "paper"}
    for day, how, since in (
        (date(2024, 12, 31), "merger", ["31 December 2024"]),
        (None, "merger", ["a day not on record"]),
        (date(2027, 1, 1), "merger", []),
        (date(2024, 12, 31), "rename", []),
    ):
        found = extract(succession=filled("succession", [{**row, "from_on": day, "how": how}]))
        said = [one[:3] for one in mergers_of(found)]
        assert said == [("South Tel", "North Tel", day) for day in since]
        assert ("south-tel" in without_network(found)) == bool(since)


def test_what_only_the_html_page_shows_is_left_out_of_the_pdf() -> None:
    (paragraph,) = read_body('<p>kept <span class="screen">not kept</span></p>')
    assert paragraph["k"] == ["kept "]
