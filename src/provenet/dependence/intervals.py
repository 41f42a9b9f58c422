"""Arithmetic of share intervals with open ends, in exact fractions.

An end is open where the value itself is excluded: "over 50" is (1/2, 1]. The algebra of open ends, by operation:

    sum, weighted sum   an end is open where an end with a weight above zero is open
    difference from 1   the ends swap, and so do their flags
    hull                the outer end; where two ends are equal it is closed if either is closed
    intersection        the inner end; where two ends are equal it is open if either is open
    cut to [0, 1]       an end that is moved becomes closed, since the bound of the whole is attained

Each is exact for the set of values it stands for: an end is closed if and only if some admissible choice attains it.
Floats enter by their shortest decimal text, so that 0.53 is 53/100 and 0.53 + 0.27 + 0.2 is 1.
Source: own, decision 0007.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypedDict

ZERO, ONE = Fraction(0), Fraction(1)


def exact(value: float | int | Fraction) -> Fraction:
    """The fraction that the shortest decimal text of a number says."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


class BoundColumns(TypedDict):
    """A set of shares as the columns of a row."""

    low_share: float
    high_share: float
    low_open: bool
    high_open: bool


@dataclass(frozen=True)
class Bound:
    """A set of shares between two ends inside [0, 1]; never empty. Nothing known is [0, 1]."""

    low: Fraction
    high: Fraction
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        point = self.low == self.high and not (self.low_open or self.high_open)
        if not (self.low >= ZERO and self.high <= ONE and (self.low < self.high or point)):
            raise ValueError(f"a share interval must be non-empty and lie inside [0, 1]; found {self.text()}")

    @staticmethod
    def of(low: float | Fraction, high: float | Fraction, *, low_open: bool = False, high_open: bool = False) -> Bound:
        """A bound from the columns of a table."""
        return Bound(exact(low), exact(high), low_open, high_open)

    @property
    def is_known(self) -> bool:
        """Whether it says anything: any set but [0, 1]."""
        return self != UNKNOWN

    def rest(self) -> Bound:
        """One minus the share: the share of everybody else."""
        return Bound(ONE - self.high, ONE - self.low, self.high_open, self.low_open)

    def hull(self, other: Bound) -> Bound:
        """The smallest interval that holds both: what is known when it is not known which of the two applies."""
        low = min((self.low, self.low_open), (other.low, other.low_open))
        high = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Bound(low[0], high[0], low[1], not high[1])

    def meet(self, other: Bound) -> Bound | None:
        """What both allow, or None where they exclude each other."""
        low = max((self.low, self.low_open), (other.low, other.low_open))
        high = min((self.high, not self.high_open), (other.high, not other.high_open))
        if low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1])):
            return None
        return Bound(low[0], high[0], low[1], not high[1])

    def within(self, other: Bound) -> bool:
        """Whether every share of this interval is one of the other's."""
        return self.hull(other) == other

    def widened(self, half: Fraction) -> Bound:
        """Both ends moved outwards by `half` and cut to [0, 1]; for figures read as rounded."""
        low, high = self.low - half, self.high + half
        return Bound(max(low, ZERO), min(high, ONE), self.low_open and low >= ZERO, self.high_open and high <= ONE)

    def text(self) -> str:
        """The interval as written in a formula, with round brackets at open ends."""
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return f"{left}{number_text(self.low)}, {number_text(self.high)}{right}"

    def columns(self) -> BoundColumns:
        """The four columns of a result row."""
        return {
            "low_share": share_value(self.low),
            "high_share": share_value(self.high),
            "low_open": self.low_open,
            "high_open": self.high_open,
        }


UNKNOWN = Bound(ZERO, ONE)
NOTHING = Bound(ZERO, ZERO)
WHOLE = Bound(ONE, ONE)


def share_value(value: Fraction) -> float:
    """A fraction as the column holds it: twelve decimals, so that the text is the same on every machine."""
    return round(float(value), 12)


def number_text(value: Fraction) -> str:
    """A fraction as a short decimal for a formula: up to six decimals, no trailing zeros."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".") or "0"


def hull_of(bounds: Iterable[Bound]) -> Bound:
    """The hull of several bounds; of none, nothing is known."""
    found: Bound | None = None
    for bound in bounds:
        found = bound if found is None else found.hull(bound)
    return UNKNOWN if found is None else found


def weighted(parts: Iterable[tuple[Fraction, Bound]]) -> Bound:
    """The weighted sum over carriers, the weight that is missing up to 1 being wholly unknown.

    Weights are the least each carrier is known to have, with a sum of at most 1. The interval is tight: the missing
    weight may belong to anyone, and where a weight itself is an interval its part above the lower end is missing
    weight too. Raises ValueError for weights above 1 in sum.
    """
    low = high = total = ZERO
    low_open = high_open = False
    for weight, bound in parts:
        total += weight
        low += weight * bound.low
        high += weight * bound.high
        low_open = low_open or (weight > 0 and bound.low_open)
        high_open = high_open or (weight > 0 and bound.high_open)
    if total > ONE:
        raise ValueError(f"weights sum to {number_text(total)}, more than the whole")
    return Bound(low, high + ONE - total, low_open, high_open)
