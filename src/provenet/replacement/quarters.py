"""Quarters: the periods of a case's plan, as days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from provenet.core.errors import UsageFault
from provenet.core.wording import quarter

MOST = 160
"""The most quarters a plan may span."""


def quarter_start(day: date) -> date:
    """The first day of the quarter of a day."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def later(start: date, quarters: int) -> date:
    """The first day of the quarter that many quarters after one.

    >>> later(date(2026, 10, 1), 2)
    datetime.date(2027, 4, 1)
    """
    month = start.year * 12 + start.month - 1 + 3 * quarters
    return date(month // 12, month % 12 + 1, 1)


@dataclass(frozen=True)
class Quarters:
    """`count` whole quarters from `first` on, the first after the day of the question."""

    first: date
    count: int

    @staticmethod
    def until(as_of: date, by: date) -> Quarters:
        """The whole quarters after `as_of` that end by a day. Raises UsageFault where none does, or too many."""
        first = later(quarter_start(as_of), 1)
        count = 0
        while later(first, count + 1) - timedelta(days=1) <= by:
            count += 1
            if count > MOST:
                raise UsageFault(f"--by: too far away; found {by}, expected a day within {MOST // 4} years of {as_of}.")
        if count == 0:
            end = later(first, 1) - timedelta(days=1)
            raise UsageFault(f"--by: no whole quarter ends by then; found {by}, expected {end} or later.")
        return Quarters(first, count)

    def start(self, number: int) -> date:
        """The first day of a quarter."""
        return later(self.first, number)

    def end(self, number: int) -> date:
        """The last day of a quarter."""
        return later(self.first, number + 1) - timedelta(days=1)

    def name(self, number: int) -> str:
        """A quarter as pages write it.

        >>> Quarters(date(2027, 1, 1), 4).name(1)
        '2027 Q2'
        """
        return quarter(self.start(number))

    def ended_by(self, day: date) -> int:
        """How many of the quarters have ended by the end of a day; 0 for a day before the first ends.

        >>> Quarters(date(2027, 1, 1), 4).ended_by(date(2027, 6, 30))
        2
        """
        return sum(self.end(number) <= day for number in range(self.count))

    def number_of(self, day: date) -> int:
        """The quarter a day lies in; below 0 before the first."""
        start = quarter_start(day)
        return (start.year - self.first.year) * 4 + (start.month - self.first.month) // 3
