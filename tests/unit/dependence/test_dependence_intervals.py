"""The algebra of open ends, by hand."""

from fractions import Fraction

import pytest

from provenet.dependence.intervals import NOTHING, UNKNOWN, WHOLE, Bound, exact, hull_of, number_text, weighted

OVER_HALF = Bound.of(0.5, 1, low_open=True)


def test_floats_enter_by_their_decimal_text():
    assert exact(0.53) + exact(0.27) + exact(0.2) == 1


def test_the_rest_of_over_half_is_under_half():
    assert OVER_HALF.rest() == Bound.of(0, 0.5, high_open=True)
    assert OVER_HALF.rest().text() == "[0, 0.5)"


def test_hull_closes_an_end_that_one_of_them_attains():
    assert OVER_HALF.hull(Bound.of(0.5, 0.6)) == Bound.of(0.5, 1)
    assert OVER_HALF.hull(Bound.of(0.6, 0.7)) == OVER_HALF


def test_meet_keeps_the_inner_end_and_is_none_where_nothing_is_left():
    assert OVER_HALF.meet(Bound.of(0.5, 0.6)) == Bound.of(0.5, 0.6, low_open=True)
    assert OVER_HALF.meet(Bound.of(0.2, 0.5)) is None
    assert OVER_HALF.meet(UNKNOWN) == OVER_HALF


def test_a_weighted_sum_is_open_where_a_leg_with_weight_is():
    found = weighted([(exact(0.4), OVER_HALF), (exact(0.6), Bound.of(0.1, 0.1))])
    assert found == Bound(exact(0.26), exact(0.46), low_open=True)
    assert not weighted([(Fraction(0), OVER_HALF), (Fraction(1), NOTHING)]).low_open


def test_missing_weight_belongs_to_anyone():
    assert weighted([(exact(0.7), WHOLE)]) == Bound.of(0.7, 1)
    assert weighted([(exact(0.7), NOTHING)]) == Bound.of(0, 0.3)
    assert weighted([]) == UNKNOWN


def test_weights_above_the_whole_are_refused():
    with pytest.raises(ValueError, match=r"^weights sum to 1\.1, more than the whole$"):
        weighted([(exact(0.6), WHOLE), (exact(0.5), WHOLE)])


@pytest.mark.parametrize("ends", [(0.6, 0.5, False), (-0.1, 0.5, False), (0.5, 1.1, False), (0.5, 0.5, True)])
def test_an_empty_interval_or_one_outside_the_whole_is_refused(ends):
    low, high, low_open = ends
    with pytest.raises(ValueError, match=r"^a share interval must be non-empty and lie inside \[0, 1\]; found "):
        Bound.of(low, high, low_open=low_open)


def test_widening_stays_inside_the_whole_and_closes_the_ends_it_cuts():
    assert Bound.of(0.99, 1).widened(exact(0.02)) == Bound.of(0.97, 1)
    assert Bound.of(0.01, 0.5, low_open=True, high_open=True).widened(exact(0.02)) == Bound.of(0, 0.52, high_open=True)


def test_hull_of_nothing_is_unknown_and_numbers_are_short():
    assert hull_of([]) == UNKNOWN
    assert [number_text(Fraction(1, 3)), number_text(Fraction(0)), number_text(Fraction(1))] == ["0.333333", "0", "1"]
