"""Kleene's three truth values.

A truth value is True, False or None (unknown). Source: S. C. Kleene, Introduction to Metamathematics (1952), § 64.
"""

from collections.abc import Iterable

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
    return tri_not(tri_all(map(tri_not, values)))
