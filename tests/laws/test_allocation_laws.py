"""Laws of an allocation: more aid or budget never clears less, and the ends are what anyone would say they are."""

from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.forms.allocation import AidDemand, Allocation, Carrier
from provenet.tipping.allocate import find_allocation
from provenet.tipping.bins import bin_instance
from provenet.tipping.branch_and_bound import PairBound
from support.allocation_brute import best_of_all, objective_of, random_allocation
from support.examples import examples

SEEDS = st.integers(0, 10**6)


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_more_budget_never_clears_less(seed: int) -> None:
    instance = random_allocation(seed)
    worth = [find_allocation(replace(instance, budget=budget)).objective for budget in (0.0, 4.0, 9.0, 1e30, None)]
    assert worth == sorted(worth)
    assert worth[-2] == worth[-1]


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_smaller_gaps_never_clear_less_for_what_is_committed(seed: int) -> None:
    instance = replace(random_allocation(seed), budget_on="committed")
    closer = tuple(replace(c, gaps=c.gaps - 1) for c in instance.carriers)
    assert find_allocation(replace(instance, carriers=closer)).objective >= find_allocation(instance).objective


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS, st.integers(0, 3))
def test_any_split_proves_its_bound(seed: int, rounds: int) -> None:
    """Even splits that nothing bettered, or that were made by chance, prove a bound."""
    instance = random_allocation(seed)
    made = bin_instance(instance)
    if not made.carriers:
        return
    pairs = PairBound.of(made)
    pairs.together = np.random.default_rng(seed).random(pairs.together.shape)
    best = best_of_all(instance)
    for _ in range(rounds + 1):
        pairs.look(made.cost <= made.held)
        assert pairs.bound >= best - 1e-9
        pairs.turn()


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_the_frontier_rises_and_its_awards_exist(seed: int) -> None:
    made = find_allocation(random_allocation(seed))
    costs, worth = zip(*made.frontier, strict=True)
    assert list(costs) == sorted(set(costs))
    assert list(worth) == sorted(set(worth))


@settings(max_examples=examples(40), deadline=None)
@given(SEEDS)
def test_nothing_is_offered_that_buys_nothing(seed: int) -> None:
    instance = random_allocation(seed)
    made = find_allocation(instance)
    for carrier in instance.carriers:
        lower = [level for level in carrier.levels if level < made.award[carrier.id]]
        if lower:
            less = {**made.award, carrier.id: lower[-1]}
            assert objective_of(instance, less) < made.objective


def one(budget: float | None, gaps: list[float], levels: tuple[float, ...] = (0.0, 1.0, 2.0)) -> Allocation:
    return Allocation(budget, "committed", (Carrier("a", levels, np.array(gaps)),), (AidDemand(6.0, ("a",)),))


def test_zero_budget_clears_what_is_clear_anyway() -> None:
    made = find_allocation(one(0.0, [-1.0, 0.0, 1.0]))
    assert (made.objective, made.bound, made.award, made.status) == (4.0, 4.0, {"a": 0.0}, "optimal")


def test_all_already_clear_needs_no_aid() -> None:
    made = find_allocation(one(1e30, [-1.0, -5.0, 0.0]))
    assert (made.objective, made.award, made.frontier, made.price) == (6.0, {"a": 0.0}, ((0.0, 6.0),), 0.0)


def test_gaps_beyond_every_offer_are_never_met() -> None:
    made = find_allocation(one(None, [3.0, float("inf"), 9.0]))
    assert (made.objective, made.bound, made.gap_share, made.award) == (0.0, 0.0, 0.0, {"a": 0.0})


def test_no_carriers_and_no_demands() -> None:
    assert find_allocation(Allocation(5.0, "committed", (), (AidDemand(3.0, ()),))).objective == 3.0
    assert find_allocation(Allocation(0.0, "expected_paid", (), ())).frontier == ((0.0, 0.0),)
    assert find_allocation(Allocation(5.0, "committed", one(1, [1.0]).carriers, ())).award == {"a": 0.0}


def test_only_no_aid_on_offer() -> None:
    assert find_allocation(one(5.0, [1.0, -1.0], (0.0,))).objective == 3.0


def test_what_is_paid_counts_windfalls() -> None:
    """At 2 the carrier chooses clear in all four scenarios, in two of them without need: 2 is paid in each."""
    instance = replace(one(2.0, [-1.0, 0.0, 2.0, 2.0]), budget_on="expected_paid")
    made = find_allocation(instance)
    assert (made.award, made.expected_paid, made.objective) == ({"a": 2.0}, 2.0, 6.0)
    assert find_allocation(replace(instance, budget=1.9)).award == {"a": 0.0}


def test_two_carriers_of_one_demand_pay_only_together() -> None:
    carriers = tuple(Carrier(name, (0.0, 2.0), np.array([1.0])) for name in "ab")
    instance = Allocation(3.0, "committed", carriers, (AidDemand(5.0, ("a", "b")),))
    assert find_allocation(instance).award == {"a": 0.0, "b": 0.0}
    assert find_allocation(replace(instance, budget=4.0)).objective == 5.0


def test_a_bound_of_rounding_alone_is_none() -> None:
    """Two carriers of one demand, and money for one of them: nothing can be reached, and the bound says so."""
    carriers = tuple(Carrier(name, (0.0, 2.0), np.array([1.0])) for name in "ab")
    for seconds in (None, 1e-9):
        made = find_allocation(Allocation(2.0, "committed", carriers, (AidDemand(1.0, ("a", "b")),)), seconds)
        assert (made.objective, made.bound, made.gap_share, made.status) == (0.0, 0.0, 0.0, "optimal")


def test_a_carrier_between_two_vendors_with_normal_gaps() -> None:
    """The chance to tip is the normal distribution at the offer, (level - mean) / deviation; here with 20,000 draws."""
    mean, deviation, levels = 10.0, 4.0, (0.0, 4.0, 8.0, 12.0, 16.0)
    gaps = np.random.default_rng(7).normal(mean, deviation, 20_000)
    for level in levels:
        made = find_allocation(Allocation(level, "committed", (Carrier("a", levels, gaps),), (AidDemand(1.0, ("a",)),)))
        chance = 0.5 * (1 + erf((level - mean) / deviation / sqrt(2)))
        assert made.award["a"] == level
        assert made.objective == pytest.approx(chance, abs=4 * sqrt(0.25 / 20_000))


def test_an_exact_fit_of_decimals_fits() -> None:
    carriers = tuple(Carrier(name, (0.0, 0.1), np.array([0.1])) for name in "abc")
    demands = tuple(AidDemand(1.0, (name,)) for name in "abc")
    assert find_allocation(Allocation(0.3, "committed", carriers, demands)).objective == 3.0
