"""The chapter on rules: days ahead, a line per law, today's answers and the calendar; and that it holds thin."""

from datetime import date
from typing import Any

import polars as pl

from provenet.dossier.chapters import c30_rules
from provenet.dossier.extract import Extract
from provenet.dossier.findings import deadlines
from provenet.dossier.gate import read_page
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.replay import later_days
from provenet.dossier.rules import answers_today, calendar_days, days_ahead, laws, replaced_laws
from provenet.dossier.view import compose
from unit.dossier.small_tables import DAY, THEN, filled, tables, verdict
from unit.dossier.test_calendar_file import check_calendar, text


def since(low: date, high: date) -> dict[str, Any]:
    return {"effective": f"{low:%Y-%m}", "effective_low_on": low, "effective_high_on": high}


def rule(key: str, **row: Any) -> dict[str, Any]:
    base = {"policy_id": key, "jurisdiction": "DE", "title": "Network law", "binding": "statute", "source_id": "paper"}
    base |= {"lifecycle": "in force", **since(date(2018, 1, 1), date(2018, 1, 31))}
    base |= {"criterion": f"asks {key}", "asset_scope": f"part {key}"}
    return {**base, "vendor_test": "any vendor", **row}


RULES = [
    rule("A-1", title="Advice", binding="soft law"),
    rule("L-1", deadline="2029-12-31", deadline_on=date(2029, 12, 31)),
    rule("L-2", deadline="2026-12-31", deadline_on=date(2026, 12, 31)),
    rule("L-3", title="Old law", superseded_by=["N-1"]),
    rule("N-1", title="New law", **since(date(2025, 1, 1), date(2025, 1, 1))),
    rule("P-1", title="Draft", binding="regulation (proposal)", lifecycle="proposed", deadline="36 months from start"),
    rule("S-1", title="Soon", **since(date(2027, 1, 1), date(2027, 1, 1))),
]


def case(rows: list[dict[str, Any]] = RULES, **replaced: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**tables(), "policy": filled("policy", rows), **replaced}


def extract(rows: list[dict[str, Any]] = RULES) -> Extract:
    return Extract(case(rows), "Germany", DAY)


def test_laws_that_bind_stand_first_then_advice_then_proposals_each_with_its_next_day_first() -> None:
    found = laws(extract())
    assert [(law.number, law.title, law.kind) for law in found] == [
        (1, "Network law", "binds"),
        (2, "Soon", "binds"),
        (3, "New law", "binds"),
        (4, "Advice", "advice"),
        (5, "Draft", "proposal"),
    ]
    assert (found[0].criterion, found[0].more, found[0].next_words) == ("asks L-2", 1, "31 December 2026")
    assert found[4].open_terms == ("36 months from start",)


def test_rows_of_one_instrument_stand_on_one_line_whatever_their_titles() -> None:
    rows = [
        rule("F-1", title="Code, article 11", instrument="Law of 2019"),
        rule("F-2", title="Regime of the law", instrument="Law of 2019", deadline_on=date(2027, 1, 1)),
        rule("F-3", title="Law of 2019"),
        rule("F-4", title="Law of 2019", binding="soft law"),
    ]
    found = laws(extract(rows))
    assert [(law.title, law.kind, law.more) for law in found] == [
        ("Law of 2019", "binds", 2),
        ("Law of 2019", "advice", 0),
    ]
    assert [one.law for one in days_ahead(found)] == ["Law of 2019"]


def test_the_first_page_gives_ends_of_terms_and_first_days_of_rules_each_law_once_a_day_and_no_draft() -> None:
    rows = [
        *RULES,
        rule("L-5", deadline="2026-12-31", deadline_on=date(2026, 12, 31)),
        rule("L-6", title="Replaced", superseded_by=["N-1"], deadline_on=date(2027, 6, 30)),
        rule("P-2", title="Draft", binding="regulation (proposal)", lifecycle="proposed", deadline_on=date(2027, 2, 1)),
    ]
    assert [(one.day.isoformat(), one.starts, one.title, one.id) for one in deadlines(extract(rows))] == [
        ("2026-12-31", False, "Network law", "L-2"),
        ("2027-01-01", True, "Soon", "S-1"),
        ("2029-12-31", False, "Network law", "L-1"),
    ]


def test_each_day_that_the_words_of_a_term_name_is_one() -> None:
    words = "new contracts 31 Mar 2025; all contracts 31 Mar 2027, renewed by 4 April 2028 or in 2030"
    found = days_ahead(laws(extract([rule("C-1", deadline=words)])))
    assert [(one.day.isoformat(), one.what) for one in found] == [
        ("2027-03-31", "term ends"),
        ("2028-04-04", "term ends"),
    ]
    assert len({entry.uid for entry in calendar_days(found, "Germany")}) == len(found)


def test_days_ahead_come_in_order_and_past_ones_never() -> None:
    found = days_ahead(laws(extract()))
    assert [(one.key, one.day.isoformat(), one.what, one.id) for one in found] == [
        ("a", "2026-12-31", "term ends", "L-2"),
        ("b", "2027-01-01", "takes effect", "S-1"),
        ("c", "2029-12-31", "term ends", "L-1"),
    ]
    assert days_ahead(laws(Extract(case(), "Germany", date(2030, 1, 1)))) == []


def test_a_first_day_ahead_is_drawn_by_its_letter_alone() -> None:
    lanes = c30_rules.collect(extract())["lanes"]
    assert [(lane.label, [mark.key for mark in lane.marks]) for lane in lanes] == [  # type: ignore[attr-defined]
        ("Network law", ["1", "a", "c"]),
        ("Soon", ["b"]),
        ("New law", ["3"]),
        ("Advice", ["4"]),
        ("Draft", ["5"]),
    ]


def test_a_rule_is_replaced_from_the_first_day_of_its_successor() -> None:
    assert [row["policy_id"] for row in replaced_laws(extract())] == ["L-3"]
    assert replaced_laws(Extract(case(), "Germany", date(2024, 12, 31))) == []


def test_the_calendar_holds_each_day_ahead_with_a_uid_that_stays() -> None:
    early, late = (compose(case(), country="Germany", as_of=day) for day in (date(2026, 11, 20), DAY))
    events = check_calendar(late.files["deadlines.ics"], DAY)
    assert [event["UID"][1] for event in events] == [
        "L-2-term-ends@provenet",
        "S-1-takes-effect@provenet",
        "L-1-term-ends@provenet",
    ]
    assert text(events[0]["SUMMARY"][1]) == "Germany: term ends, asks L-2"
    assert "For: part L-2. Under: Network law (binds). Source: The Paper." in text(events[0]["DESCRIPTION"][1])
    before = check_calendar(early.files["deadlines.ics"], date(2026, 11, 20))
    assert [{**event, "DTSTAMP": ""} for event in before] == [{**event, "DTSTAMP": ""} for event in events]


def test_without_a_day_ahead_there_is_no_calendar() -> None:
    assert "deadlines.ics" not in compose(case(RULES[:1]), country="Germany", as_of=DAY).files


def test_todays_answers_name_vendors_parts_and_what_is_not_known() -> None:
    found = answers_today(extract())
    assert [(a.outcome, a.vendors, a.where, a.unknown) for a in found] == [
        ("restricted", "Acme", "RAN", ""),
        ("undetermined", "Acme", "core", "critical"),
    ]
    rows = [verdict(n, vendor_id=v, outcome="conditional", remove_by_on=DAY) for n, v in enumerate(("acme", "bolt"))]
    made = filled("verdict", [{**row, "as_of_on": DAY, "known_on": None} for row in rows])
    (line,) = answers_today(Extract(case(verdict=made), "Germany", DAY))
    assert (line.vendors, line.where, line.until) == (
        "every vendor screened",
        "every part screened",
        "24 November 2026",
    )


def test_the_page_passes_the_gate() -> None:
    view = compose(case(), country="Germany", as_of=DAY)
    page = render_html(view).decode()
    assert read_page(page, case(), "germany.html").faults == ()
    assert "31 December 2026" in page
    assert render_pdf(view).startswith(b"%PDF")


def test_as_known_on_a_day_later_days_stand_only_ahead() -> None:
    rows = [*RULES, rule("L-4", criterion="replace by 2030", asset_scope="core", deadline_on=date(2030, 6, 30))]
    kept = {name: frame for name, frame in tables(THEN, THEN).items() if name in ("party", "source")}
    made = {**kept, "policy": filled("policy", rows)}
    view = compose(made, country="Germany", as_of=THEN, known=THEN)
    data = next(section.data for section in view.sections if section.key == "c30_rules")
    assert {day.id for day in data["ahead"]} >= {"L-1", "L-2"}  # type: ignore[attr-defined]
    assert later_days(render_html(view), THEN) == []
    assert "replace by 2030" in text(check_calendar(view.files["deadlines.ics"], THEN)[-1]["DESCRIPTION"][1])
    assert b"replace by 2030" in view.files["rules.csv"]


def test_it_holds_without_any_row() -> None:
    empty = {name: frame.clear() for name, frame in case().items()}
    data = c30_rules.collect(Extract(empty, "Germany", DAY))
    assert (data["laws"], data["ahead"], data["answers"], data["in_force"]) == ([], [], [], False)
    page = render_html(compose(empty, country="Germany", as_of=DAY)).decode()
    assert "no row of a policy of Germany" in page
