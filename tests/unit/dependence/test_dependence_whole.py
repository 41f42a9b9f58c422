"""What the shares of one whole imply together, by hand."""

from fractions import Fraction

from provenet.dependence.intervals import Bound
from provenet.dependence.whole import Share, Whole

SEATS = {"huawei": "CN", "zte": "CN", "alpha": "AA", "beta": "BB"}


def said(vendors, low, high, *, complement=False, low_open=False, half=0, weak=False, ref=None):
    names = frozenset(vendors.split("+")) if vendors else frozenset()
    bound = Bound.of(low, high, low_open=low_open)
    return Share(ref or f"m:{vendors}-{low}", names, complement, bound, Fraction(half), weak)


def test_a_set_bounds_its_members_from_above_and_fixes_their_sum():
    whole = Whole([said("huawei+zte", 0.57, 0.57)], SEATS)
    assert whole.share_of(["huawei"]) == Bound.of(0, 0.57)
    assert whole.share_of(["huawei", "zte"]) == Bound.of(0.57, 0.57)
    assert whole.share_of(["huawei", "zte"], complement=True) == Bound.of(0.43, 0.43)
    assert whole.share_of(["alpha"]) == Bound.of(0, 0.43)


def test_overlapping_sets_need_more_than_passing_intervals_around():
    whole = Whole([said("a+b", 0.4, 0.4), said("b+c", 0.4, 0.4), said("a+c", 0.4, 0.4)])
    assert whole.share_of(["a"]) == Bound.of(0.2, 0.2)
    assert whole.share_of(["a", "b", "c"], complement=True) == Bound.of(0.4, 0.4)


def test_a_set_given_by_seat_holds_its_named_and_unnamed_vendors():
    whole = Whole([said("country:CN", 0.6, 0.7, complement=True), said("huawei", 0.1, 0.1)], SEATS)
    assert whole.share_of(["zte"]) == Bound.of(0, 0.3)
    assert whole.share_of(["alpha"]) == Bound.of(0, 0.7)
    assert whole.share_of(["country:CN"]) == Bound.of(0.3, 0.4)
    assert whole.names(["zte"])
    assert not whole.names(["alpha"])


def test_a_vendor_of_unknown_seat_is_neither_inside_nor_outside():
    whole = Whole([said("country:CN", 0.9, 0.9, complement=True)], SEATS)
    assert whole.share_of(["nobody-knows"]) == Bound.of(0, 1)


def test_contradictory_shares_are_named_and_none_is_averaged():
    whole = Whole([said("a", 0.3, 0.3), said("a", 0.4, 0.4), said("b", 0.5, 0.5)])
    assert whole.standing == "contradictory"
    assert whole.conflict == ("m:a-0.3", "m:a-0.4")
    assert whole.share_of(["a"]) == Bound.of(0.3, 0.4)
    assert whole.share_of(["b"]) == Bound.of(0.5, 0.5)


def test_a_sum_above_one_is_contradictory_and_leaves_each_way_of_dropping_one():
    whole = Whole([said("a", 0.7, 0.7), said("b", 0.6, 0.6)])
    assert set(whole.conflict) == {"m:a-0.7", "m:b-0.6"}
    assert whole.share_of(["a"]) == Bound.of(0, 0.7)
    assert whole.share_of(["b"]) == Bound.of(0, 0.6)


def test_rounding_alone_makes_no_contradiction():
    half = Fraction(1, 2000)
    whole = Whole([said(v, low, low, half=half) for v, low in (("a", 0.334), ("b", 0.333), ("c", 0.334))])
    assert whole.standing == "as rounded"
    assert whole.share_of(["a"]) == Bound.of(0.3335, 0.334)


def test_a_figure_is_weak_only_where_it_leans_on_the_weak_row():
    leaning = Whole([said("a", 0.3, 0.3, weak=True), said("b", 0.5, 0.5)])
    assert leaning.is_weak(["a"])
    assert not leaning.is_weak(["b"])
    doubled = Whole([said("a", 0.3, 0.3, weak=True, ref="m:1"), said("a", 0.3, 0.3, ref="m:2")])
    assert not doubled.is_weak(["a"])
