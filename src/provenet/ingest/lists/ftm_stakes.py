"""Stakes and days as lists and registers write them: `51%`, `50-75`, `>25`; `2021`, `2021-03`."""

from __future__ import annotations

import re
from datetime import date

from provenet.core.when import parse_span

_NUMBER = r"(\d{1,3}(?:[.,]\d+)?)\s*(?:%|percent|per cent|pct\.?)?"
_ONE = re.compile(rf"(?P<before>[^\d]*?)\s*{_NUMBER}\s*(?P<after>[^\d]*)\Z", re.I)
_RANGE = re.compile(rf"(?:from|between)?\s*{_NUMBER}\s*(?:-|–|—|to|and|\.\.)\s*{_NUMBER}\s*\Z", re.I)
_OVER = ("more than", "over", "above", "greater than", "mehr als", "exceeding")
_UNDER = ("less than", "under", "below", "weniger als")
_AT_LEAST = ("at least", "minimum", "min.", "mindestens")
_AT_MOST = ("at most", "up to", "maximum", "max.", "höchstens", "bis zu")
_SINCE_ALWAYS = date(1001, 1, 1)
"""The day by which the model writes a date that is long past and not known."""


def stake_share(text: str) -> tuple[float, float] | None:
    """The least and the most that a percentage in words allows, as shares; None where it names no number.

    A stake above 25 % may be 25.1 % or all: its ends are 0.25 and 1. Whether an end is itself included is lost, which
    no rule that asks for a threshold can tell: control must exceed it. Cost O(len(text)).

    >>> stake_share("50-75"), stake_share(">25 %"), stake_share("51,5%")
    ((0.5, 0.75), (0.25, 1.0), (0.515, 0.515))
    """
    plain = " ".join(text.split())
    if len(plain) > 200:
        return None
    if hit := _RANGE.match(plain):
        low, high = _share(hit[1]), _share(hit[2])
        return (low, high) if low is not None and high is not None and low <= high else None
    hit = _ONE.match(plain)
    share = _share(hit[2]) if hit else None
    if hit is None or share is None:
        return None
    before, after = hit["before"].strip().casefold(), hit["after"].strip().casefold()
    if before in {">", ">=", "≥", *_OVER, *_AT_LEAST} or after in {"+", "or more", "and more", "or above", "and above"}:
        return share, 1.0
    if before in {"<", "<=", "≤", *_UNDER, *_AT_MOST} or after in {"or less", "and less", "or below", "and below"}:
        return 0.0, share
    return (share, share) if before in {"", "="} and after == "" else None


def _share(number: str) -> float | None:
    value = float(number.replace(",", "."))
    return round(value / 100, 9) if value <= 100 else None


def stakes_share(texts: tuple[str, ...]) -> tuple[float | None, float | None]:
    """The hull of several percentages of one stake; null ends where one of them names no number."""
    known = [stake_share(text) for text in texts]
    if not known or None in known:
        return None, None
    shares = [share for share in known if share is not None]
    return min(low for low, _ in shares), max(high for _, high in shares)


def listed_day(text: str) -> tuple[date | None, bool]:
    """The day of a date of the model, and whether it was written as less than a day.

    A month or a year counts from its last day, as everywhere. A time of day is read over; the day by which the model
    writes "long past" is null. Raises ValueError, whose text is what was expected. Cost O(len(text)).
    """
    plain = text.strip()
    day = plain.partition("T")[0].partition(" ")[0] if len(plain) > 10 else plain
    if not re.match(r"\d{4}(-\d{2}(-\d{2})?)?\Z", day, re.ASCII):
        raise ValueError("a day, month or year such as 2021-06-03, 2021-06 or 2021")
    try:
        last = parse_span(day).high
    except ValueError as err:
        raise ValueError("a day, month or year that exists, such as 2021-06-03, 2021-06 or 2021") from err
    return (None if last == _SINCE_ALWAYS else last), len(day) < 10
