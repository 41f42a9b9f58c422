"""Laws of awards: more budget never reaches less, no award exceeds its bound, limits are kept, curves rise."""

import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.tipping.award_problem import Limits
from provenet.tipping.award_search import Evaluator
from provenet.tipping.awards import frontier
from support.award_brute import award, kept, levels_of, random_limits
from support.examples import examples
from support.simulated_cases import random_simulated

SEEDS = st.integers(0, 10**6)
BUDGETS = (0.0, 4.0, 9.0, 16.0, None)


@settings(max_examples=examples(25), deadline=None)
@given(SEEDS)
def test_more_budget_never_reaches_less(seed: int) -> None:
    form, limits = random_simulated(seed, most=3), random_limits(seed) if seed % 2 else Limits()
    made = [award(form, budget, count=3, limits=limits) for budget in BUDGETS]
    worth = [-math.inf if one.objective is None else one.objective for one in made]
    assert all(less <= more + 1e-9 for less, more in itertools.pairwise(worth))
    for one in made:
        if one.status != "infeasible":
            assert one.objective is not None
            assert one.bound is not None
            assert one.before - 1e-9 <= one.objective <= one.bound
            assert kept(one.form, one.award.tolist(), limits)


@settings(max_examples=examples(25), deadline=None)
@given(SEEDS)
def test_limits_never_help(seed: int) -> None:
    form, limits = random_simulated(seed, most=3), random_limits(seed)
    free = award(form, 9.0, levels=[[0.0, 3.0, 7.0]] * len(form.buyers), limits=Limits(budget_on=limits.budget_on))
    held = award(form, 9.0, levels=[[0.0, 3.0, 7.0]] * len(form.buyers), limits=Limits(
        floors=limits.floors, caps=limits.caps, most_ratio=limits.most_ratio, budget_on=limits.budget_on))  # fmt: skip
    assert free.objective is not None
    assert held.objective is None or held.objective <= free.objective + 1e-9


@settings(max_examples=examples(25), deadline=None)
@given(SEEDS)
def test_the_curve_rises_and_its_awards_are_worth_what_it_says(seed: int) -> None:
    form, limits = random_simulated(seed, most=3), random_limits(seed) if seed % 2 else Limits()
    points = frontier(form, levels=levels_of(form, 3), limits=limits)
    for less, more in itertools.pairwise(points):
        assert less.budget < more.budget
        assert less.objective < more.objective
        assert less.price is not None
        assert more.price is None or less.price <= more.price * (1 + 1e-9)
    for point in points:
        assert point.low <= point.mid <= point.high
        assert point.mid == float(form.worth(point.clear).mean()) == point.objective
        assert kept(form, point.award.tolist(), limits)


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS, st.integers(4, 40))
def test_awards_worked_out_side_by_side_are_bit_for_bit_those_one_by_one(seed: int, many: int) -> None:
    form = random_simulated(seed)
    draw = np.random.default_rng(seed)
    offers = tuple(np.r_[0.0, np.sort(draw.uniform(0.1, 15, 5))] for _ in form.buyers)
    levels = [draw.integers(0, 6, len(form.buyers)) for _ in range(many)]
    together = Evaluator(form, offers).look_at(levels)
    for level, one in zip(levels, together, strict=True):
        alone = Evaluator(form, offers).look(level)
        assert (one.level == level).all()
        assert (one.worth, one.score, one.spent) == (alone.worth, alone.score, alone.spent)
