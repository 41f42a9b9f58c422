"""Laws of concentration: the interval holds every split, one more share narrows it, names do not matter."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from laws.test_dependence_laws import NAMES, UNIT, swapped_shares, true_shares
from provenet.dependence.concentration import TOLERANCE, index_of
from provenet.dependence.intervals import Bound
from provenet.dependence.whole import Share, Whole
from support.examples import examples


def index(parts):
    return sum((Fraction(part) * UNIT) ** 2 for part in parts)


@settings(max_examples=examples(80), deadline=None)
@given(swapped_shares(), st.data())
def test_the_index_of_a_true_split_lies_inside(truth, data):
    """However what nobody names divides, also into a single vendor, and whatever changed hands since."""
    split, shares, swap = truth
    rest = split["rest"]
    cuts = sorted(data.draw(st.lists(st.integers(0, rest), max_size=4)))
    unnamed = [b - a for a, b in zip([0, *cuts], [*cuts, rest], strict=True)]
    low, high = index_of(Whole(shares, swap=swap))
    assert low <= index([*(split[name] for name in NAMES), *unnamed]) <= high
    assert low <= high <= 1


@settings(max_examples=examples(40), deadline=None)
@given(true_shares())
def test_one_more_true_share_only_narrows(truth):
    split, shares = truth
    value = split["a"] * UNIT
    narrower = index_of(Whole([*shares, Share("m:more", frozenset("a"), False, _point(value))]))
    wider = index_of(Whole(shares))
    assert wider[0] <= narrower[0] + TOLERANCE
    assert narrower[1] <= wider[1] + TOLERANCE


def _point(value):
    return Bound(value, value)


@settings(max_examples=examples(40), deadline=None)
@given(true_shares(), st.permutations(NAMES))
def test_names_change_nothing(truth, names):
    _, shares = truth
    renamed = dict(zip(NAMES, names, strict=True))
    moved = [Share(s.ref, frozenset(renamed[v] for v in s.vendors), s.complement, s.bound) for s in shares]
    for one, other in zip(index_of(Whole(shares)), index_of(Whole(moved)), strict=True):
        assert abs(one - other) <= TOLERANCE


def test_vendors_alike_and_one_alone():
    four = Whole([Share(f"m:{v}", frozenset(v), False, _point(Fraction(1, 4))) for v in NAMES])
    assert index_of(four) == (Fraction(1, 4), Fraction(1, 4))
    assert index_of(Whole([Share("m:1", frozenset("a"), False, _point(Fraction(1)))])) == (1, 1)
    assert index_of(Whole(())) == (0, 1)


def test_a_set_published_together_is_one_vendor_at_most_and_even_at_least():
    pair = Whole([Share("m:1", frozenset("ab"), False, _point(Fraction(59, 100)))])
    assert index_of(pair) == (Fraction(59, 100) ** 2 / 2, Fraction(59, 100) ** 2 + Fraction(41, 100) ** 2)


def test_the_rest_is_the_vendor_named_unless_its_own_share_bounds_it():
    bounded = Whole([Share("m:1", frozenset("a"), False, _point(Fraction(6, 10)))])
    assert index_of(bounded) == (Fraction(36, 100), Fraction(52, 100))
    at_least = Whole([Share("m:1", frozenset("a"), False, Bound(Fraction(6, 10), Fraction(1)))])
    assert index_of(at_least) == (Fraction(36, 100), 1)
