"""A thing recorded as running and later with its end has ended, unless it was seen after that end."""

from dataclasses import dataclass
from datetime import date

from provenet.evidence.ownership import with_ends


@dataclass(frozen=True)
class Term:
    """One row: what it is about, its end, and a day on which it was seen."""

    about: str
    to_on: date | None = None
    seen_on: date | None = None


EARLY, LATE = date(2020, 1, 1), date(2021, 1, 1)


def ends(*rows: Term) -> list[date | None]:
    return [row.to_on for row in with_ends(rows, lambda row: row.about, lambda row: row.seen_on)]


def test_a_running_row_takes_the_latest_end_of_the_same_thing() -> None:
    assert ends(Term("a"), Term("a", EARLY), Term("b"), Term("a", LATE)) == [LATE, EARLY, None, LATE]


def test_a_row_that_saw_the_thing_on_its_last_day_or_later_keeps_running() -> None:
    before = date(2019, 12, 31)
    assert ends(Term("a", EARLY), Term("a", seen_on=before), Term("a", seen_on=EARLY)) == [EARLY, EARLY, None]


def test_rows_without_any_end_are_those_given() -> None:
    rows = [Term("a"), Term("a", seen_on=EARLY)]
    assert with_ends(rows, lambda row: row.about) == rows
