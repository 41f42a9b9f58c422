"""The page of an instrument, for a pack with a rule of every kind, and the index of several."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from provenet.core.errors import FaultList
from provenet.core.when import Span, parse_span
from provenet.core.wording import series
from provenet.policy.instrument import (
    CaseRow,
    axis_words,
    fact_words,
    first_day,
    in_force_words,
    last_day,
    source_rows,
    span_words,
)
from provenet.policy.instrument_page import index_page, page
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.terms import AxisTest, FactRef, FactTest, Right

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
    for name, outcome in (("C-1", "restricted"), ("C-2", "clear"), ("C-3", "restricted"))
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


def test_a_page_without_facts_dates_or_notes() -> None:
    text = page(bare(force="proposal"), "The Office", [], cases=[])
    assert text == (PAGES / "bare.md").read_text("utf-8")


def test_the_index_is_by_jurisdiction_with_examples_last() -> None:
    later = bare(id="later", jurisdiction="AA", example=False, force="proposal")
    dated = replace(later.rules[0], starts=Span(date(2022, 5, 1), date(2022, 5, 1)))
    later = replace(later, rules=(dated,))
    rows = [(bare(), "Nobody", []), (pack(), "The Office", CASES), (later, "Another", CASES[:1])]
    assert index_page(rows) == (PAGES / "index.md").read_text("utf-8")


def test_a_source_is_named_once_with_what_any_row_knows_of_it() -> None:
    whole = pack()
    named, term, cap, permit, condition = whole.rules
    rules = (
        replace(named, policy="YY", source="Note <https://example.org/note>; Gazette 1 of 2020"),
        replace(term, policy="none", source="Note; Other"),
        replace(cap, policy="none", source="Other <https://example.org/other>"),
        replace(permit, policy="YY", source="Another order"),
        condition,
    )
    rows = source_rows(replace(whole, source="Gazette 1 of 2020; ; Bare", rules=rules), CRITERIA)
    assert [(row.title, row.address, row.day, row.reading, row.rules) for row in rows] == [
        ("Another order", "https://example.org/2", "2020-01-01", "read in the source", ("XX-NAMED", "XX-PERMIT")),
        ("Explanatory note", "a shelf", "2020-02-01", "not read", ("XX-CAP",)),
        ("Gazette 1 of 2020", "https://example.org/1", "2020-01-01", "read in part", ("XX-NAMED",)),
        ("Bare", "", "", "read in part", ()),
        ("Note", "https://example.org/note", "", "read in part", ("XX-NAMED", "XX-TERM")),
        ("Other", "https://example.org/other", "", "read in part", ("XX-TERM", "XX-CAP")),
    ]
    early = [CRITERIA[2] | {"source_date": "", "source_url": ""}, CRITERIA[2] | {"policy_id": "none"}]
    (first, *_) = source_rows(replace(whole, source="", rules=rules[:2]), early)
    assert (first.title, first.address, first.day) == ("Another order", "https://example.org/2", "2020-01-01")


def test_numbers_and_yes_or_no_in_words() -> None:
    def words(op: str, right: Right, wanted: bool = True) -> str:
        return fact_words(FactTest("n", ((op, right),)), {"n": "the number"}, wanted)

    assert [words("at_least", number) for number in (999.5, 1000.0, 12345.0)] == [
        "the number: at least 999.5",
        "the number: at least 1,000",
        "the number: at least 12,345",
    ]
    assert words("at_least", 5.0, wanted=False) == "the number: below 5"
    assert [words("is", value, wanted) for value in (True, False) for wanted in (True, False)] == [
        *("the number", "it is not the case that the number", "it is not the case that the number", "the number")
    ]
    assert words("in", (True, "a")) == "the number: yes or a"
    assert words("in", ("no",)) == "the number: no"
    assert words("before", FactRef("begin")) == "the number: before `begin`"
    both = FactTest("n", (("at_least", 1.0), ("at_most", 2.0)))
    assert fact_words(both, {}, True) == "`n`: at least 1 and at most 2"
    assert axis_words(AxisTest("asset_class", ((),), ("all",)), True) == "any asset"
    assert axis_words(AxisTest("action", ("use",), ("use", "own_act")), False) == "the act is not use or own_act"


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
    assert [series(words, "or") for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]


def test_the_first_day_is_that_of_the_earliest_rule() -> None:
    assert first_day(pack()) == date(2020, 1, 1)
    assert first_day(bare()) is None
