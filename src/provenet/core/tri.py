"""Kleene's three truth values, and the three-part share.

A truth value is True, False or None (unknown). Source: S. C. Kleene, Introduction to Metamathematics (1952), § 64.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Tri = bool | None


def tri_not(value: Tri) -> Tri:
    """Negation: unknown stays unknown."""
    return None if value is None else not value


def tri_all(values: Iterable[Tri]) -> Tri:
    """Conjunction: false if any is false, else unknown if any is unknown, else true."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def tri_any(values: Iterable[Tri]) -> Tri:
    """Disjunction: true if any is true, else unknown if any is unknown, else false."""
    unknown = False
    for value in values:
        if value is True:
            return True
        unknown = unknown or value is None
    return None if unknown else False


@dataclass(frozen=True)
class ThreePart:
    """Parts of one whole as intervals: what is restricted and what is clear for certain; the rest is unknown.

    `restricted` and `clear` are lower bounds in [0, 1] with restricted + clear <= 1; `unknown` is what is left.
    The published interval of the restricted part is [restricted, restricted + unknown]. Law: learning more can
    only narrow it. Says nothing about traffic unless the whole is traffic.
    """

    restricted: float
    clear: float

    def __post_init__(self) -> None:
        total = self.restricted + self.clear
        if not (0 <= self.restricted <= 1 and 0 <= self.clear <= 1 and total <= 1 + 1e-9):
            raise ValueError(f"parts of a share must lie in [0, 1] and sum to at most 1; found {self!r}")

    @property
    def unknown(self) -> float:
        """What is neither restricted nor clear for certain."""
        return max(0.0, 1.0 - self.restricted - self.clear)

    @property
    def interval(self) -> tuple[float, float]:
        """[restricted, restricted + unknown]."""
        return self.restricted, 1.0 - self.clear
