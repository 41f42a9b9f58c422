"""Shares as published, and rounding bands."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z", re.ASCII)


def parse_number(text: str) -> float | None:
    """A plain decimal number, or None. No exponent, no thousands mark, no infinity, no NaN."""
    return float(text) if _NUMBER.match(text.strip()) and len(text) < 40 else None


@dataclass(frozen=True)
class Interval:
    """A share as an interval inside [0, 1]; an open end is excluded. Null ends do not exist: unknown is [0, 1]."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high <= 1:
            raise ValueError(f"a share interval must lie inside [0, 1]; found [{self.low}, {self.high}]")


UNKNOWN_SHARE = Interval(0.0, 1.0)


def published_share(percent: str, qualifier: str) -> Interval:
    """What a published percentage commits its author to.

    `=` is the number itself; "over 50" is (0.5, 1]; "about" and "two thirds" are the rounding band of the digits
    shown; words without a number are [0, 1]. `percent` is text such as "57" or "26.9" (0 to 100). Raises ValueError
    on anything else. Source: own, decision 0006.

    >>> published_share("50", "over")
    Interval(low=0.5, high=1.0, low_open=True, high_open=False)
    """
    words = qualifier.strip().casefold()
    if not percent.strip():
        return UNKNOWN_SHARE
    value = parse_number(percent)
    if value is None or not 0 <= value <= 100:
        raise ValueError("a percentage from 0 to 100 with a decimal point")
    share = value / 100
    if words.startswith(("over", "more than", "just over", "a little over", "above")):
        return Interval(share, 1.0, low_open=share < 1)
    if words.startswith("at least"):
        return Interval(share, 1.0)
    if words.startswith(("under", "less than", "below", "just under", "a little under")):
        return Interval(0.0, share, high_open=share > 0)
    if words.startswith(("at most", "up to")):
        return Interval(0.0, share)
    if words in {"", "=", "exactly"}:
        return Interval(share, share)
    if not words.startswith(("about", "around", "nearly", "almost", "some", "two third", "half", "a third", "close")):
        return UNKNOWN_SHARE
    half = 0.5 / 10 ** (len(percent.strip().partition(".")[2]) + 2)
    return Interval(max(0.0, round(share - half, 9)), min(1.0, round(share + half, 9)))
