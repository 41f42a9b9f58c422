"""Laws of awards, mechanisms, rounds and allocations: more money never clears less, and limits are kept."""

import itertools
import math
from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.forms.allocation import AidDemand, Allocation, Carrier
from provenet.numerics.arrays import Flags, Floats
from provenet.tipping.allocate import find_allocation
from provenet.tipping.award_problem import Limits
from provenet.tipping.award_search import Evaluator
from provenet.tipping.awards import frontier
from provenet.tipping.bins import bin_instance
from provenet.tipping.branch_and_bound import PairBound
from provenet.tipping.equilibria import best_response_rounds, best_responses, least_equilibrium
from provenet.tipping.mechanism_rules import follow_peers
from provenet.tipping.mechanisms import DECIDES, compare, run
from provenet.tipping.simulation import Simulation
from support.allocation_brute import best_of_all, objective_of, random_allocation
from support.award_brute import award, kept, levels_of, random_limits
from support.examples import examples
from support.mechanism_cases import SCALARS, random_world
from support.simulated_cases import random_simulated

SEEDS = st.integers(0, 10**6)
NO_LIMIT = ("loan guarantee",)
"""Whoever guarantees loans may pay more than was set aside."""


def none(shape: tuple[int, ...]) -> np.ndarray:
    return np.zeros(shape)


@given(SEEDS)
def test_no_money_changes_nothing(seed: int) -> None:
    simulated, _, terms, offers = random_world(seed)
    before = follow_peers(simulated, np.zeros(simulated.gap.shape, bool))
    for of in compare(simulated, 0.0, terms, offers=none(offers.shape)):
        assert np.array_equal(of.clear, before), of.mechanism
        assert not of.paid.any() and not of.gained.any() and not of.rent.any() and not of.defaults.any()


@given(SEEDS)
def test_aid_takes_nobody_back(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    before = follow_peers(simulated, np.zeros(simulated.gap.shape, bool))
    for of in compare(simulated, budget, terms, offers=offers):
        assert (of.clear >= before).all()
        assert (of.gained >= 0).all() and (of.rent <= of.paid + 1e-9).all() and (of.defaults <= of.awards).all()
        assert (of.granted <= of.requests + 1e-9).all()
        told = of.summary()
        bands = (told.clear_share, told.paid_amount, told.rent_amount, told.default_share, told.shortfall_share)
        assert all(band.low <= band.mid <= band.high for band in (*bands, *filter(None, [told.unit_amount])))
        assert told.default_share.high <= 1 and told.shortfall_share.high <= 1 + 1e-9


@given(SEEDS)
def test_figures_that_do_not_decide_move_nobody(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    others, before = random_world(seed + 1)[2], compare(simulated, budget, terms, offers=offers)
    for of in before:
        idle = {name: getattr(others, name) for name in SCALARS if name not in DECIDES[of.mechanism]}
        after = run(simulated, budget, replace(terms, **idle), mechanism=of.mechanism, offers=offers)
        assert np.array_equal(of.clear, after.clear), of.mechanism


@pytest.mark.parametrize("mechanism", DECIDES)
def test_every_figure_that_may_decide_does_somewhere(mechanism: str) -> None:
    left = set(DECIDES[mechanism])
    for seed in range(400):
        simulated, budget, terms, offers = random_world(seed)
        others = random_world(seed + 1)[2]
        before = run(simulated, budget, terms, mechanism=mechanism, offers=offers)
        for name in sorted(left):
            changed = replace(terms, **{name: getattr(others, name)})
            after = run(simulated, budget, changed, mechanism=mechanism, offers=offers)
            if not np.array_equal(before.clear, after.clear):
                left.discard(name)
        if not left:
            return
    assert not left


@given(SEEDS)
def test_nothing_is_paid_beyond_the_budget(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    if np.isfinite(budget):
        offers = offers * budget / max(offers.sum(), 1e-9)
        for of in compare(simulated, budget, terms, offers=offers):
            if of.mechanism not in NO_LIMIT:
                assert (of.paid.sum(axis=0) <= budget * (1 + 1e-9)).all(), of.mechanism
            if "auction" in of.mechanism:
                kept = of.awarded - of.defaulted
                assert (kept.sum(axis=0) <= budget * (1 + 1e-9)).all()


@given(SEEDS)
def test_money_without_limit_makes_all_clear_that_can_be_and_deliver(seed: int) -> None:
    simulated, _, terms, _ = random_world(seed)
    terms = replace(terms, bid_spread=none(terms.bid_spread.shape), default_chance=none(terms.bid_spread.shape))
    bidders = np.isfinite(simulated.gap) & (simulated.alone[:, None] > 0)
    of = run(simulated, np.inf, terms, mechanism="pay-as-bid auction")
    assert of.clear[bidders].all()
    assert np.isfinite(of.paid).all() and not of.defaults.any()


@given(SEEDS)
def test_without_error_and_other_reasons_nobody_defaults(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    nothing = none(terms.bid_spread.shape)
    terms = replace(terms, bid_spread=nothing, default_chance=nothing)
    for of in compare(simulated, budget, terms, offers=offers):
        assert not of.defaults.any(), of.mechanism


def test_more_budget_may_mean_fewer_clear_in_an_auction() -> None:
    """10 that needs 6 for a weight of 3 comes first once it fits, and leaves no room for two of 5 and a weight of 2."""
    from support.mechanism_cases import carriers, terms

    simulated = carriers([[12.0], [5.0], [5.0]], [5.0, 2.0, 2.0])
    counts = [
        int(run(simulated, b, terms(simulated), mechanism="pay-as-bid auction").clear.sum()) for b in (11.0, 12.0)
    ]
    assert counts == [2, 1]


@given(SEEDS)
def test_true_bids_paid_as_they_are_leave_no_rent(seed: int) -> None:
    simulated, budget, terms, _ = random_world(seed)
    nothing = none(terms.bid_spread.shape)
    terms = replace(terms, bid_spread=nothing, bid_markup=nothing, default_chance=nothing, windfall_ask=nothing)
    assert run(simulated, budget, terms, mechanism="pay-as-bid auction").rent.sum() == pytest.approx(0, abs=1e-6)


@given(SEEDS)
def test_where_all_are_clear_anyway_all_that_is_paid_is_rent(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    simulated = replace(simulated, gap=-np.abs(np.where(np.isfinite(simulated.gap), simulated.gap, 1.0)))
    for of in compare(simulated, budget, terms, offers=offers):
        assert of.clear.all() and not of.gained.any()
        assert np.array_equal(of.paid, of.rent), of.mechanism
        if of.mechanism == "pay-as-bid auction":
            assert not of.paid.any()
    assert run(simulated, budget, terms, mechanism="offers", offers=offers).rent.sum() == pytest.approx(
        offers.sum() * simulated.scenarios
    )


@given(SEEDS)
def test_the_order_of_the_carriers_changes_nothing(seed: int) -> None:
    simulated, budget, terms, offers = random_world(seed)
    back = np.arange(len(simulated.buyers))[::-1]
    turned = replace(
        simulated, buyers=simulated.buyers[::-1], groups=simulated.groups[::-1], gap=simulated.gap[back],
        effect=simulated.effect[back], peers=simulated.peers[np.ix_(back, back)], kept=simulated.kept[back],
        cost=simulated.cost[back], elements=simulated.elements[back],
    )  # fmt: skip
    noise = {name: getattr(terms, name)[back] for name in ("error", "luck")}
    for one, two in zip(
        compare(simulated, budget, terms, offers=offers),
        compare(turned, budget, replace(terms, **noise), offers=offers[back]), strict=True,
    ):  # fmt: skip
        assert np.array_equal(one.clear, two.clear[back]), one.mechanism
        assert one.paid.sum() == pytest.approx(two.paid.sum())


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


def greatest(game: Simulation, aid: Floats) -> Flags:
    return best_response_rounds(game, aid, "everybody").clear


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_more_aid_never_clears_fewer(seed: int) -> None:
    game = random_simulated(seed, most=6)
    draw = np.random.default_rng(seed)
    aid = draw.integers(0, 8, game.gap.shape if seed % 2 else len(game.buyers)).astype(np.float64)
    more = aid.copy()
    more[draw.integers(0, len(game.buyers))] += float(draw.integers(1, 5))
    for end in (least_equilibrium, greatest):
        assert (end(game, aid) <= end(game, more)).all()


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_the_least_lies_within_the_greatest_and_both_stand(seed: int) -> None:
    game = random_simulated(seed, most=6)
    aid = np.random.default_rng(seed).integers(0, 8, len(game.buyers)).astype(np.float64)
    low, high = least_equilibrium(game, aid), greatest(game, aid)
    assert (low <= high).all()
    assert np.array_equal(best_responses(game, aid, low), low)
    assert np.array_equal(best_responses(game, aid, high), high)


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_rounds_go_one_way_and_end_in_as_many_as_there_are_buyers(seed: int) -> None:
    game = random_simulated(seed, most=6)
    aid = np.random.default_rng(seed).integers(0, 8, len(game.buyers)).astype(np.float64)
    up, down = best_response_rounds(game, aid).share, best_response_rounds(game, aid, "everybody").share
    assert (np.diff(up, axis=0) >= 0).all()
    assert (np.diff(down, axis=0) <= 0).all()
    assert max(len(up), len(down)) <= len(game.buyers)


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
