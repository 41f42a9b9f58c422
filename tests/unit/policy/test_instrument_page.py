"""The page of an instrument, for a pack with a rule of every kind, and the index of several."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from provenet.core.errors import FaultList
from provenet.core.when import Span, parse_span
from provenet.policy.instrument import CaseRow, first_day, in_force_words
from provenet.policy.instrument_page import index_page, page
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.plain import either, last_day, span_words

PAGES = Path(__file__).with_name("pages")
CRITERIA = [
    {
        "policy_id": "XX-1",
        "source_title": "Gazette 1 of 2020",
        "source_url": "https://example.org/1",
        "source_date": "2020-01-01",
        "status": "PARTIAL",
    },
    {
        "policy_id": "XX-CAP",
        "source_title": "Explanatory note",
        "source_url": "a shelf",
        "source_date": "2020-02-01",
        "status": "UNCONFIRMED",
    },
    {
        "policy_id": "YY",
        "source_title": "Another order",
        "source_url": "https://example.org/2",
        "source_date": "2020-01-01",
        "status": "CONFIRMED",
    },
]
CASES = [
    CaseRow(
        id=name,
        policy="XX-1",
        as_of="2020-02-02",
        asked="name=Maker X; core",
        expected="restricted",
        outcome=outcome,
        why="by hand | of course",
        file="tests/cases.csv",
    )
    for name, outcome in (("C-1", "restricted"), ("C-2", "clear"))
]


def pack() -> Pack:
    faults = FaultList()
    made = parse_pack("every-feature.yml", (PAGES / "every-feature.yml").read_bytes(), faults)
    assert made is not None, [fault.sentence() for fault in faults.faults]
    return made


def test_the_page_says_every_kind_of_rule_in_words() -> None:
    assert page(pack(), "The Office", CRITERIA, cases=CASES) == (PAGES / "every-feature.md").read_text("utf-8")


def bare(**fields: object) -> Pack:
    """A pack of one rule on facts alone, by default an example without a date."""
    whole = pack()
    rule = next(rule for rule in whole.rules if rule.id == "XX-CONDITION")
    base = replace(whole, id="bare", rules=(replace(rule, starts=None, ends=None),), title="Bare", leaves_out=())
    return replace(base, **({"jurisdiction": "", "example": True, "source": "", "fact_says": {}} | fields))  # type: ignore[arg-type]


def test_a_page_without_facts_dates_or_notes_and_with_a_section_of_its_own() -> None:
    text = page(bare(force="proposal"), "The Office", [], cases=[], more="## Own section\n")
    assert text == (PAGES / "bare.md").read_text("utf-8")


def test_the_index_is_by_jurisdiction_with_examples_last() -> None:
    later = bare(id="later", jurisdiction="AA", example=False, force="proposal")
    dated = replace(later.rules[0], starts=Span(date(2022, 5, 1), date(2022, 5, 1)))
    later = replace(later, rules=(dated,))
    rows = [(bare(), "Nobody", []), (pack(), "The Office", CASES), (later, "Another", CASES[:1])]
    assert index_page(rows) == (PAGES / "index.md").read_text("utf-8")


def test_days_and_intervals_in_words() -> None:
    day, month, year = (parse_span(text) for text in ("2022-10-13", "2022-10", "2022"))
    assert [span_words(span) for span in (day, month, year, parse_span("since 2022"))] == [
        "13 October 2022",
        "October 2022 (the day is not known)",
        "2022 (the day is not known)",
        "an open date",
    ]
    assert [last_day(span) for span in (day, month, year, parse_span("since 2022"), parse_span("until 2022"))] == [
        "12 October 2022",
        "a day in October 2022",
        "a day in 2022",
        "an open date",
        "an open date",
    ]
    assert in_force_words(None, None) == "without a first day on record"
    assert in_force_words(day, year) == "from 13 October 2022 to a day in 2022"
    assert [either(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]


def test_the_first_day_is_that_of_the_earliest_rule() -> None:
    assert first_day(pack()) == date(2020, 1, 1)
    assert first_day(bare()) is None
