"""The exact programme over shares: by hand with open ends, by enumeration of corners, and what conflicts."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from provenet.dependence.intervals import Bound
from provenet.dependence.whole import ShareLimit, Tableau, smallest_conflict


def limit(atoms: set[int], low: float | Fraction, high: float | Fraction, **open_ends: bool) -> ShareLimit:
    return ShareLimit(frozenset(atoms), Bound.of(low, high, **open_ends))


def range_of(count: int, limits: list[ShareLimit], atoms: set[int]) -> Bound:
    made = Tableau(count, limits)
    assert made.feasible
    return made.range_of(frozenset(atoms))


def test_what_is_left_of_a_whole_by_hand() -> None:
    """Over 50 for the first: the other two have under 50 together, and each from 0 to under 50."""
    over = limit({0}, 0.5, 1, low_open=True)
    assert range_of(3, [over], {1, 2}) == Bound.of(0, 0.5, high_open=True)
    assert range_of(3, [over, limit({1}, 0.2, 0.2)], {2}) == Bound.of(0, 0.3, high_open=True)
    assert range_of(3, [over, limit({1}, 0.2, 0.2)], {0}) == Bound.of(0.5, 0.8, low_open=True)


def test_an_open_end_makes_the_difference_between_a_split_and_none() -> None:
    halves = [limit({0}, 0.5, 1), limit({1}, 0.5, 1)]
    assert range_of(2, halves, {0}) == Bound.of(0.5, 0.5)
    assert not Tableau(2, [*halves, limit({0}, 0.5, 1, low_open=True)]).feasible
    assert not Tableau(2, [limit({0}, 0, 0.5, high_open=True), limit({1}, 0, 0.5)]).feasible


@pytest.mark.parametrize("seed", range(30))
def test_ranges_are_those_of_all_splits_into_tenths(seed: int) -> None:
    """Limits in tenths on neighbouring atoms: ends of such a programme are whole tenths, so trying all finds them."""
    random = Random(seed)
    count = random.randrange(2, 5)
    limits = []
    for _ in range(random.randrange(1, 5)):
        first, low = random.randrange(count), random.randrange(0, 8)
        atoms = set(range(first, random.randrange(first, count) + 1))
        limits.append(limit(atoms, Fraction(low, 10), Fraction(random.randrange(low, 11), 10)))
    splits = [
        split
        for split in product(range(11), repeat=count)
        if sum(split) == 10
        and all(one.bound.low * 10 <= sum(split[at] for at in one.atoms) <= one.bound.high * 10 for one in limits)
    ]
    made = Tableau(count, limits)
    assert made.feasible == bool(splits)
    assert bool(smallest_conflict(count, limits)) is not made.feasible
    for at in range(count) if splits else ():
        found = [Fraction(split[at], 10) for split in splits]
        assert made.range_of(frozenset({at})) == Bound(min(found), max(found))


def test_a_smallest_conflict_needs_each_of_its_limits() -> None:
    limits = [limit({0}, 0, 0.9), limit({0}, 0.6, 1), limit({2}, 0, 0.1), limit({1}, 0.5, 1)]
    assert smallest_conflict(3, limits) == [1, 3]
    assert smallest_conflict(3, limits[:3]) == []
