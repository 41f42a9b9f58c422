"""Back-tests: the sizes that were not published keep the published total and the share of small ones."""

import math
from dataclasses import replace
from random import Random
from statistics import NormalDist

import pytest

from provenet.forms.backtests import SMALL, given, predicted, published, rest_of, sizes


def test_the_rest_keeps_the_published_mean_and_the_share_of_small_ones() -> None:
    inputs = given("us-progress")
    known = [size for _, size in published(inputs)]
    assert known
    filed, total = inputs["applications_filed"].mid, inputs["asked_cost"].mid
    middle, spread = rest_of(inputs, known)
    others = filed - len(known)
    assert math.exp(middle + spread**2 / 2) * others + sum(known) == pytest.approx(total)
    small = NormalDist(middle, spread).cdf(math.log(SMALL)) * others + sum(size < SMALL for size in known)
    assert small / filed == pytest.approx(inputs["small_share"].mid)
    assert replace(inputs["small_share"], mid=0.1).at("mid") == 0.1


def test_published_sizes_stand_as_they_are_and_the_rest_is_drawn() -> None:
    inputs = given("us-progress")
    known = published(inputs)
    made = sizes(inputs, Random(1), len(known) + 3)
    assert made[: len(known)] == known
    assert [name for name, _ in made[len(known) :]] == ["drawn 0", "drawn 1", "drawn 2"]
    assert sizes(inputs, Random(1), len(known) + 3) == made


def test_a_prediction_has_the_mid_case_in_the_middle_and_the_extremes_as_ends() -> None:
    made = predicted("t", "k", "words", by_case={"low": 3.0, "mid": 2.0, "high": 7.0}, unit="USD")
    assert (made.low, made.mid, made.high) == (2.0, 2.0, 7.0)
