"""Dates as intervals of days: a day, a month, a quarter, a year, a fiscal year, a range, or an open end.

A `Span` is closed at both ends; None is an open end. Nothing here reads the clock.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

EVIDENCE_WINDOW_DAYS = 31
"""How much older than the newest evidence of a country measured evidence may be and still count, unless a call says."""
SPAN_FORMS = (
    "a day (2018-11-23), month (2018-11), quarter (2018-Q3, 3Q2018), year (2018), fiscal year (FY2017), "
    "range (2019-2020) or before/after/since/until one of them"
)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)
_YEAR = re.compile(r"\d{4}\Z", re.ASCII)
_QUARTER = re.compile(r"(?:(\d{4})-?Q([1-4])|([1-4])Q(\d{4})|Q([1-4]) (\d{4}))\Z", re.I | re.ASCII)
_FISCAL = re.compile(r"FY ?(\d{4})\Z", re.I | re.ASCII)
_FROM_WORDS = re.compile(r"(after|since|from)\s+(.+)\Z", re.I)
_TO_WORDS = re.compile(r"(before|until|till|to|by)\s+(.+)\Z", re.I)
_LENGTH = re.compile(r"(\d{1,5})\s*(day|week|month|year)s?\Z", re.I | re.ASCII)


@dataclass(frozen=True)
class FiscalYear:
    """How fiscal years are counted: their first month, and whether one is named by the year in which it ends."""

    month: int
    by_end: bool = False

    def span(self, year: int) -> Span:
        """The days of the fiscal year named by a year."""
        first = date(year - (self.by_end and self.month > 1), self.month, 1)
        return Span(first, date(first.year + 1, self.month, 1) - timedelta(days=1))


JAPAN = FiscalYear(4)
"""`FY2017` is 1 April 2017 to 31 March 2018, as Japanese companies and ministries count."""


@dataclass(frozen=True)
class Span:
    """An interval of days, both ends included; None is open."""

    low: date | None
    high: date | None

    @property
    def is_day(self) -> bool:
        """Whether the span is one known day."""
        return self.low is not None and self.low == self.high


def parse_day(text: str) -> date:
    """One ISO day, `2018-11-23`. Raises ValueError otherwise, also for days that do not exist."""
    hit = _DAY.match(text.strip())
    if not hit:
        raise ValueError("a day as YYYY-MM-DD")
    try:
        return date(int(hit[1]), int(hit[2]), int(hit[3]))
    except ValueError as err:
        raise ValueError("a day that exists, as YYYY-MM-DD") from err


def _month(year: int, month: int, last_month: int | None = None) -> Span:
    end = last_month or month
    return Span(date(year, month, 1), date(year, end, calendar.monthrange(year, end)[1]))


def _fiscal(year: int, fiscal: FiscalYear | None) -> Span:
    """A fiscal year; where nobody knows how it is counted, every day that it may have."""
    if fiscal is not None:
        return fiscal.span(year)
    return Span(FiscalYear(2, by_end=True).span(year).low, FiscalYear(12).span(year).high)


def _simple(text: str, fiscal: FiscalYear | None) -> Span:
    if _DAY.match(text):
        day = parse_day(text)
        return Span(day, day)
    try:
        if hit := _MONTH.match(text):
            return _month(int(hit[1]), int(hit[2]))
        if _YEAR.match(text):
            return _month(int(text), 1, 12)
        if hit := _QUARTER.match(text):
            year, quarter = int(hit[1] or hit[4] or hit[6]), int(hit[2] or hit[3] or hit[5])
            return _month(year, 3 * quarter - 2, 3 * quarter)
        if hit := _FISCAL.match(text):
            return _fiscal(int(hit[1]), fiscal)
    except ValueError:
        pass
    raise ValueError(SPAN_FORMS)


def parse_span(text: str, fiscal: FiscalYear | None = JAPAN) -> Span:
    """What a date cell commits to, as an interval of days. `fiscal`: how `FY2017` is counted; None is not known.

    Reads every form of `SPAN_FORMS`; words open one end: "before 2018" ends on 31 December 2017, "since 2018"
    begins on 1 January 2018, "after 2018" begins on 1 January 2019, "until 2018" ends on 31 December 2018.
    Raises ValueError, whose text is what was expected. Cost O(len(text)).

    >>> parse_span("3Q2018")
    Span(low=datetime.date(2018, 7, 1), high=datetime.date(2018, 9, 30))
    """
    text = " ".join(text.split())
    if len(text) > 60:
        raise ValueError(SPAN_FORMS)
    if hit := _FROM_WORDS.match(text):
        inner = _simple(hit[2], fiscal)
        after = hit[1].casefold() == "after"
        edge = inner.high if after else inner.low
        return Span(edge + timedelta(days=1) if after and edge else edge, None)
    if hit := _TO_WORDS.match(text):
        inner = _simple(hit[2], fiscal)
        before = hit[1].casefold() == "before"
        edge = inner.low if before else inner.high
        return Span(None, edge - timedelta(days=1) if before and edge else edge)
    try:
        return _simple(text, fiscal)
    except ValueError:
        return _range(text, fiscal)


def _range(text: str, fiscal: FiscalYear | None) -> Span:
    """A range of two forms of one kind, `2019-2020`, `FY2015-FY2017`, `2018-11-20/2018-11-23`."""
    for mark in ("/", "..", " to ", " - ", "–", "-"):
        left, found, right = text.partition(mark)
        while found:
            try:
                first, last = _simple(left.strip(), fiscal), _simple(right.strip(), fiscal)
            except ValueError:
                more, found, rest = right.partition(mark)
                left, right = left + mark + more, rest
                continue
            if first.low is not None and last.high is not None and first.low <= last.high:
                return Span(first.low, last.high)
            raise ValueError(SPAN_FORMS + ", the earlier first")
    raise ValueError(SPAN_FORMS)


def parse_length(text: str) -> tuple[int, str]:
    """A length of time such as `36 months`, as (number, day|week|month|year). Raises ValueError."""
    hit = _LENGTH.match(text.strip())
    if not hit:
        raise ValueError("a number of days, weeks, months or years, such as 36 months")
    return int(hit[1]), hit[2].casefold()


def add_length(day: date, number: int, unit: str) -> date:
    """`day` moved by a length; a month too short for the day ends on its last day. Raises OverflowError past 9999."""
    if unit in {"day", "week"}:
        return day + timedelta(days=number * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("a date beyond the year 9999")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shift(span: Span, number: int, unit: str) -> Span:
    """A span moved by a length at both ends."""
    return Span(*(end and add_length(end, number, unit) for end in (span.low, span.high)))
