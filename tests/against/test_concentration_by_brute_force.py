"""The ends of the concentration index against every vertex and a least-squares solver, and against splits in full."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from against.test_dependence_by_brute_force import instances, meets, vertices
from provenet.dependence.concentration import TOLERANCE, extreme_squares
from provenet.dependence.intervals import Bound
from provenet.dependence.whole import ShareLimit, Tableau
from support.examples import examples

nnls = pytest.importorskip("scipy.optimize").nnls


def closed(limits):
    return tuple(ShareLimit(limit.atoms, Bound(limit.bound.low, limit.bound.high)) for limit in limits)


@st.composite
def wholes(draw):
    atoms, limits, _ = draw(instances())
    counts = draw(st.lists(st.sampled_from((1, 1, 2, 3, None)), min_size=atoms, max_size=atoms))
    assume(Tableau(atoms, limits).feasible)
    return tuple(counts), tuple(limits)


@settings(max_examples=examples(80), deadline=None)
@given(wholes())
def test_the_greatest_index_is_that_of_a_vertex(whole):
    counts, limits = whole
    corners = list(vertices(len(counts), closed(limits), Fraction(0)))
    exact = max(sum(x * x for x in corner) for corner in corners)
    assert exact <= extreme_squares(counts, limits)[1] <= exact + TOLERANCE


@settings(max_examples=examples(80), deadline=None)
@given(wholes())
def test_the_least_index_is_that_of_the_mixture_of_vertices_nearest_to_nothing(whole):
    """Another method in floats: mixtures of all vertices by non-negative least squares, sum 1 by a heavy row."""
    counts, limits = whole
    roots = np.array([0.0 if count is None else (1 / count) ** 0.5 for count in counts])
    corners = np.array([[float(x) for x in corner] for corner in vertices(len(counts), closed(limits), Fraction(0))])
    heavy = 1e4
    parts, _ = nnls(np.vstack([(corners * roots).T, np.full(len(corners), heavy)]), [*[0.0] * len(counts), heavy])
    nearest = (corners * roots).T @ (parts / parts.sum())
    assert float(extreme_squares(counts, limits)[0]) == pytest.approx(float(nearest @ nearest), abs=1e-6)


@settings(max_examples=examples(25), deadline=None)
@given(wholes())
def test_no_split_of_a_grid_among_vendors_lies_outside(whole):
    """Every split of twentieths over the vendors themselves, what nobody names over one, two or five more."""
    counts, limits = whole
    least, greatest = extreme_squares(counts, limits)
    for split in product(range(21), repeat=len(counts)):
        if sum(split) != 20 or not all(meets(limit, split) for limit in closed(limits)):
            continue
        for others in (1, 2, 5):
            index = Fraction(0)
            for part, count in zip(split, counts, strict=True):
                index += _squares(part, others if count is None else count)
            assert least <= index <= greatest
        assert sum(Fraction(part, 20) ** 2 for part in split) <= greatest


def _squares(part, count):
    """A part given to vendors as evenly as twentieths go, and whole to one of them where it is odd."""
    each, left = divmod(part, count)
    return sum(Fraction(each + (at < left), 20) ** 2 for at in range(count))
