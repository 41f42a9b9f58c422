"""The exact linear programme of dependence against two others: every vertex by elimination, and a grid of splits."""

from fractions import Fraction
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.dependence.intervals import Bound
from provenet.dependence.whole import ShareLimit, Tableau, smallest_conflict
from support.examples import examples

UNIT = Fraction(1, 10)
TINY = Fraction(1, 10**6)


@st.composite
def instances(draw):
    atoms = draw(st.integers(2, 4))
    limits = []
    for _ in range(draw(st.integers(1, 3))):
        some = frozenset(draw(st.sets(st.integers(0, atoms - 1), min_size=1)))
        low = draw(st.integers(0, 10))
        high = draw(st.integers(low, 10))
        low_open, high_open = (draw(st.booleans()) and low < high for _ in range(2))
        limits.append(ShareLimit(some, Bound(low * UNIT, high * UNIT, low_open, high_open)))
    asked = frozenset(draw(st.sets(st.integers(0, atoms - 1), min_size=1)))
    return atoms, limits, asked


def solve(rows, right):
    """The one solution of a square system by elimination, or None."""
    size = len(rows)
    lines = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for at in range(size):
        pivot = next((r for r in range(at, size) if lines[r][at]), None)
        if pivot is None:
            return None
        lines[at], lines[pivot] = lines[pivot], lines[at]
        lines[at] = [x / lines[at][at] for x in lines[at]]
        for other in range(size):
            if other != at and lines[other][at]:
                factor = lines[other][at]
                lines[other] = [x - factor * y for x, y in zip(lines[other], lines[at], strict=True)]
    return [line[-1] for line in lines]


def vertices(atoms, limits, inside):
    """Every vertex of the polytope, its open ends moved inwards by `inside`."""
    halves = [([Fraction(-(at == other)) for other in range(atoms)], Fraction(0)) for at in range(atoms)]
    for limit in limits:
        line = [Fraction(at in limit.atoms) for at in range(atoms)]
        halves.append((line, limit.bound.high - (inside if limit.bound.high_open else 0)))
        halves.append(([-x for x in line], -limit.bound.low - (inside if limit.bound.low_open else 0)))
    whole = [Fraction(1)] * atoms
    for tight in combinations(halves, atoms - 1):
        point = solve([whole, *(row for row, _ in tight)], [Fraction(1), *(value for _, value in tight)])
        if point and all(sum(a * x for a, x in zip(row, point, strict=True)) <= value for row, value in halves):
            yield point


def by_vertices(atoms, limits, asked):
    """Least and greatest sum; an end is open where moving the open ends inwards a little moves it."""

    def values(inside):
        return [sum(point[at] for at in asked) for point in vertices(atoms, limits, inside)]

    inner = values(TINY)
    if not inner:
        return None
    outer = values(Fraction(0))
    low, high = min(outer), max(outer)
    return Bound(low, high, min(inner) != low, max(inner) != high)


@settings(max_examples=examples(150), deadline=None)
@given(instances())
def test_the_programme_finds_what_every_vertex_says(instance):
    atoms, limits, asked = instance
    tableau = Tableau(atoms, limits)
    expected = by_vertices(atoms, limits, asked)
    assert (tableau.range_of(asked) if tableau.feasible else None) == expected


def meets(limit, split):
    value = UNIT * sum(split[at] for at in limit.atoms) / 2
    bound = limit.bound
    above = bound.low < value or (bound.low == value and not bound.low_open)
    return above and (value < bound.high or (value == bound.high and not bound.high_open))


@settings(max_examples=examples(60), deadline=None)
@given(instances())
def test_no_split_of_a_grid_lies_outside(instance):
    """A grid of twentieths cannot prove an end, but any split on it that meets all limits must lie inside."""
    atoms, limits, asked = instance
    found = [s for s in product(range(21), repeat=atoms) if sum(s) == 20 and all(meets(lim, s) for lim in limits)]
    tableau = Tableau(atoms, limits)
    assert tableau.feasible or not found
    for split in found:
        assert meets(ShareLimit(asked, tableau.range_of(asked)), split)


@settings(max_examples=examples(60), deadline=None)
@given(instances())
def test_a_conflict_is_one_and_none_of_it_can_be_left_out(instance):
    atoms, limits, _ = instance
    clash = [limits[at] for at in smallest_conflict(atoms, limits)]
    assert bool(clash) != Tableau(atoms, limits).feasible
    if clash:
        assert not Tableau(atoms, clash).feasible
        for left_out in clash:
            assert Tableau(atoms, [limit for limit in clash if limit is not left_out]).feasible
