"""Lines and words that several answers share."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any

from provenet.core.wording import count, day, interval, percent

NAMED_NETWORKS = 5
"""Networks of a list that a line names."""
SHOWN_REMARKS = 10
BAR = 24
"""Letters of a full bar."""


def heading(as_of: date, known_on: date | None, assumed: Mapping[str, str] | None = None) -> str:
    """The two days a result speaks of, and what it assumes.

    >>> heading(date(2026, 11, 25), None)
    'In force on 2026-11-25, by all that the case holds:'
    >>> heading(date(2026, 11, 25), date(2026, 11, 24), {"annex_ii": "true"})
    'In force on 2026-11-25, by what was known on 2026-11-24, assuming annex_ii = true:'
    """
    known = "all that the case holds" if known_on is None else f"what was known on {known_on}"
    given = ", ".join(f"{key} = {value}" for key, value in (assumed or {}).items())
    return f"In force on {as_of}, by {known}{f', assuming {given}' if given else ''}:"


def days_in_words(first: str | None, last: str | None) -> str:
    """The days from one to another, given as ISO text."""
    if first is None or last is None:
        return "the day is not known"
    words = day(date.fromisoformat(first))
    return words if first == last else f"{words} to {day(date.fromisoformat(last))}"


def mind_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """The rows that were left out and the remarks on files, the first of them."""
    rows = [f"{one['place']} row {one['row']}: {one['says']}" for one in summary["left_out"] if one["row"]]
    lines = [*rows, *summary["remarks"]]
    yield from (f"Mind: {line}" for line in lines[:SHOWN_REMARKS])
    if len(lines) > SHOWN_REMARKS:
        yield f"and {count(len(lines) - SHOWN_REMARKS, 'more remark')}; --json has all"


def route_share(share: float | None) -> str:
    """A share of routes, of which there are many: two places, under each other.

    >>> route_share(0.12345), route_share(0.5), route_share(None)
    ('12.35 %', '50.00 %', 'not known')
    """
    return percent(share, places=2, fixed=True)


def route_interval(low: float, high: float) -> str:
    """A share of routes by its ends.

    >>> route_interval(0.1, 0.2)
    '10.00 to 20.00 %'
    """
    return interval(low, high, places=2, fixed=True)


def network_list(asns: Sequence[int]) -> str:
    """The first networks of a list.

    >>> network_list([1, 2, 3, 4, 5]), network_list([1, 2, 3, 4, 5, 6]), network_list([])
    ('AS1, AS2, AS3, AS4, AS5', 'AS1, AS2, AS3, AS4, AS5, ...', '')
    """
    return ", ".join([*(f"AS{asn}" for asn in asns[:NAMED_NETWORKS]), *(["..."] if asns[NAMED_NETWORKS:] else [])])


def share_bar(low: float, high: float) -> str:
    """A share by its ends as a bar: full up to what is certain, light up to what cannot be ruled out.

    >>> share_bar(0.25, 0.5)
    '██████░░░░░░'
    """
    full = round(low * BAR)
    return "█" * full + "░" * (max(ceil(high * BAR), full) - full)
