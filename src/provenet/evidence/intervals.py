"""Rows over intervals of days: a thing recorded twice, first as running and later with its end, has ended."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from datetime import date
from typing import Protocol, TypeVar


class Ending(Protocol):
    """A frozen dataclass of one row with the first day on which it no longer stands; None is still standing."""

    @property
    def to_on(self) -> date | None:
        """The first day after."""


Row = TypeVar("Row", bound=Ending)


def _never(_row: object) -> date | None:
    return None


def with_ends(
    rows: Iterable[Row], same: Callable[[Row], Hashable], seen_on: Callable[[Row], date | None] = _never
) -> list[Row]:
    """The rows, where one without an end takes the latest end that another row tells of the same thing.

    A source that is read again later gives the end of what it once gave as running: both rows stay in the case. Rows
    with an end keep it, and so does a row without one that saw the thing stand on that day or later (`seen_on`). `same`
    gives what makes two rows tell of one thing; it must hold the day of the beginning.
    Cost O(rows).
    """
    every = list(rows)
    ends: dict[Hashable, date] = {}
    for row in every:
        if row.to_on is not None:
            key = same(row)
            ends[key] = max(row.to_on, ends.get(key, row.to_on))
    if not ends:
        return every
    return [_ended(row, ends.get(same(row)), seen_on(row)) for row in every]


def _ended(row: Row, end: date | None, seen: date | None) -> Row:
    if row.to_on is not None or end is None or (seen is not None and seen >= end):
        return row
    return replace(row, to_on=end)  # type: ignore[type-var]
