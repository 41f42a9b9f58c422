"""The words of a call of `fund`: the last day of the purchases that count, floors and caps by country, counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from provenet.core.errors import UsageFault, clip
from provenet.verbs.question import Day, day_of

_AMOUNT = re.compile(r"([0-9][0-9_,]*(?:\.[0-9]+)?)\s*(k|M|bn)?\Z")
_TIMES = {"": 1.0, "k": 1e3, "M": 1e6, "bn": 1e9}


def until_of(until: Day | None, as_of: date, years: int) -> date:
    """The last day on which a purchase that counts may be signed. Raises UsageFault for a day before the one asked."""
    if until is None:
        return as_of + timedelta(days=round(365.25 * years))
    found = day_of("until", until)
    if found < as_of:
        raise UsageFault(f"--until: the day has passed; found {found}, expected a day from {as_of} on.")
    return found


def number_of(name: str, value: int, low: int, high: int) -> int:
    """A whole number between two ends. Raises UsageFault."""
    if not low <= value <= high:
        raise UsageFault(f"{name}: found {value}, expected a whole number from {low:,} to {high:,}.")
    return value


def nudge_of(value: float) -> float:
    """By how much of a price a conversation is taken to move what clear costs more. Raises UsageFault."""
    if not 0 <= value <= 1:
        raise UsageFault(f"--nudge: found {value:g}, expected a share of the price from 0 to 1.")
    return value


def amount_of(name: str, text: str) -> float:
    """An amount without its currency: that of the budget. Raises UsageFault.

    >>> amount_of("--floor", "1.5M")
    1500000.0
    """
    hit = _AMOUNT.match(text.strip())
    if hit is None:
        raise UsageFault(f"{name}: found {clip(text)!r}, expected an amount such as 100M; k, M and bn.")
    return float(re.sub(r"[_,]", "", hit[1])) * _TIMES[hit[2] or ""]


def limits_of(floors: Iterable[str], caps: Iterable[str], countries: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The least and the most money of each country named, from COUNTRY=AMOUNT pairs. Raises UsageFault."""
    made: dict[str, tuple[float, float]] = {}
    for name, pairs in (("--floor", floors), ("--cap", caps)):
        for pair in pairs:
            country, mark, text = (part.strip() for part in pair.partition("="))
            if not mark or country not in countries:
                expected = f"COUNTRY=AMOUNT with one of: {', '.join(countries)}"
                raise UsageFault(f"{name}: found {clip(pair)!r}, expected {expected}.")
            low, high = made.get(country, (0.0, float("inf")))
            amount = amount_of(name, text)
            made[country] = (amount, high) if name == "--floor" else (low, amount)
    for country, (low, high) in made.items():
        if low > high:
            raise UsageFault(f"--floor: that of {country} is above its cap; found {low:,.0f} and {high:,.0f}.")
    return made
