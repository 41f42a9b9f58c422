"""Intervals of `depend` over carriers hold every corner: sizes, shares and whoever has what is not published."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest

from provenet.dependence.intervals import ONE, Bound, weighted
from provenet.dependence.parts import Masses, weighted_masses

TENTH = Fraction(1, 10)
Legs = list[tuple[tuple[Fraction, Fraction], Fraction, Fraction]]


def legs_of(seed: int) -> Legs:
    """Carriers: the ends of each one's size, at most the whole together at the lower, and two shares of its network."""
    draw = random.Random(seed)
    left, made = 10, Legs()
    for _ in range(draw.randint(1, 3)):
        low = draw.randint(0, left)
        left -= low
        first, last = sorted(draw.randint(0, 10) for _ in range(2))
        made.append(((low * TENTH, min(10, low + draw.randint(0, 3)) * TENTH), first * TENTH, last * TENTH))
    return made


def sizes(legs: Legs) -> Iterator[tuple[Fraction, ...]]:
    """Every choice of ends of the sizes that makes at most the whole."""
    for held in product(*(sorted(set(ends)) for ends, *_ in legs)):
        if sum(held) <= 1:
            yield held


@pytest.mark.parametrize("seed", range(200))
def test_a_weighted_share_is_the_hull_of_its_corners(seed: int) -> None:
    legs = legs_of(seed)
    found = weighted((ends[0], Bound(low, high)) for ends, low, high in legs)
    corners = [
        sum((weight * share for weight, share in zip(held, shares, strict=True)), Fraction(0)) + rest * (1 - sum(held))
        for held in sizes(legs)
        for shares in product(*((low, high) for _, low, high in legs))
        for rest in (0, 1)
    ]
    assert (found.low, found.high) == (min(corners), max(corners))


@pytest.mark.parametrize("seed", range(200))
def test_parts_hold_every_corner_and_none_exceeds_the_whole(seed: int) -> None:
    """What is restricted or clear for certain at each carrier, the rest of it and what nobody publishes either way."""
    legs = legs_of(seed)
    masses = [
        Masses({"restricted": low, "clear": ONE - high, "condition": Fraction(0), "verdict": Fraction(0)})
        for _, low, high in legs
    ]
    nothing = Masses(dict.fromkeys(("restricted", "clear", "condition", "verdict"), Fraction(0)))
    found = weighted_masses([(ends[0], one) for (ends, *_), one in zip(legs, masses, strict=True)], nothing)
    restricted, clear = found.interval("restricted"), found.interval("clear")
    for held in sizes(legs):
        for shares in product(*((low, high) for _, low, high in legs)):
            certain = sum((weight * share for weight, share in zip(held, shares, strict=True)), Fraction(0))
            for rest in (0, 1):
                value = certain + rest * (1 - sum(held))
                assert restricted.low <= value <= restricted.high
                assert clear.low <= 1 - value <= clear.high
    assert sum(found.least.values()) + found.vendor_unknown == 1


@pytest.mark.parametrize("seed", range(20))
def test_a_policy_that_is_clear_of_everybody_is_clear_of_what_nobody_publishes(seed: int) -> None:
    """What is certain of missing weights is more than nothing only where every carrier is certain of the same."""
    clear = Masses({"restricted": Fraction(0), "clear": ONE, "condition": Fraction(0), "verdict": Fraction(0)})
    found = weighted_masses([(ends[0], clear) for ends, *_ in legs_of(seed)], clear)
    assert found.interval("restricted") == Bound(Fraction(0), Fraction(0))
    assert found.interval("clear") == Bound(ONE, ONE)
