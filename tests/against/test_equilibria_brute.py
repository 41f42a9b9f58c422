"""Rounds against every state of small games, and the cheapest order against all orders."""

from dataclasses import replace

import numpy as np
import pytest

from provenet.forms.allocation import BudgetOn
from provenet.tipping import award_search, awards
from provenet.tipping.award_problem import AwardResult, Limits
from provenet.tipping.equilibria import best_response_rounds, cheapest_cascade, least_equilibrium
from support.award_brute import award, best_award, kept, paid_of, random_limits, states_of, worth_of
from support.simulated_cases import cheapest_order, equilibria_of, random_simulated


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_the_ends_of_all_equilibria(first: int) -> None:
    several = 0
    for seed in range(first, first + 30):
        game = random_simulated(seed, most=5)
        game = replace(game, effect=2 * game.effect)
        aid = np.random.default_rng(seed).integers(0, 4, len(game.buyers)).astype(np.float64)
        up, down = best_response_rounds(game, aid), best_response_rounds(game, aid, "everybody")
        low, high = least_equilibrium(game, aid), down.clear
        for scenario in range(game.scenarios):
            states = equilibria_of(game, aid.tolist(), scenario)
            several += len(states) > 1
            assert frozenset(np.flatnonzero(low[:, scenario])) == frozenset.intersection(*states)
            assert frozenset(np.flatnonzero(high[:, scenario])) == frozenset.union(*states)
            assert frozenset(np.flatnonzero(low[:, scenario])) in states
            assert frozenset(np.flatnonzero(high[:, scenario])) in states
        assert up.settled and down.settled
    assert several > 2


@pytest.mark.parametrize("first", range(0, 90, 30))
def test_the_cheapest_order_of_all(first: int) -> None:
    for seed in range(first, first + 30):
        game = random_simulated(seed, most=6)
        told, best = cheapest_cascade(game), cheapest_order(game)
        if not np.isfinite(best):
            assert (told.amount, told.proof) == (None, "none")
            continue
        assert told.amount == pytest.approx(best, abs=1e-9)
        assert told.proof == "solver"
        near = cheapest_cascade(game, exact=0)
        assert near.amount is not None
        assert near.bound - 1e-9 <= best <= near.amount + 1e-9
        aid = np.array([told.aid[name] for name in game.buyers])
        middle = {n: np.median(getattr(game, n), axis=1, keepdims=True) for n in ("gap", "effect", "kept", "cost")}
        assert least_equilibrium(replace(game, **middle), aid).all()


def agreed(made: AwardResult, optimal: bool = True) -> tuple[float | None, float]:
    """Asserts that an award is on offer, keeps its limits, is worth what it says, below its bound; gives the best."""
    asked, given = made.form, made.award.tolist()
    best, money = best_award(asked, made.offers, made.budget, made.limits)
    if best is None:
        assert (made.status, made.objective) == ("infeasible", None)
        assert made.clash
        return best, money
    assert made.status != "infeasible"
    assert made.objective is not None
    assert made.bound is not None
    assert all(amount in one for amount, one in zip(given, made.offers, strict=True))
    assert kept(asked, given, made.limits)
    states = states_of(asked, given)
    spent = sum(given) if made.limits.budget_on == "committed" else paid_of(given, states)
    assert made.budget is None or spent <= made.budget * (1 + 1e-9)
    assert made.objective == pytest.approx(worth_of(asked, states), abs=1e-9)
    assert made.paid.mean() == pytest.approx(paid_of(given, states), abs=1e-9)
    assert made.bound >= best - 1e-9
    assert made.objective <= made.bound
    if optimal:
        assert made.objective == pytest.approx(best, abs=1e-9)
        assert made.status in ("optimal", "nothing to fund")
    return best, money


BUDGETS = (0.0, 7.0, 15.0, None)


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_without_peers_and_limits(first: int) -> None:
    for seed in range(first, first + 15):
        agreed(award(random_simulated(seed, effects=False), BUDGETS[seed % 4], count=4))


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_with_limits(first: int) -> None:
    for seed in range(first, first + 20):
        form = random_simulated(seed, effects=False)
        made = award(form, BUDGETS[seed % 4], count=4, limits=random_limits(seed))
        _, money = agreed(made)
        if made.budget is None and made.status == "optimal":
            assert made.committed == pytest.approx(money)


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_with_peers(first: int) -> None:
    for seed in range(first, first + 15):
        limits = random_limits(seed) if seed % 2 else Limits()
        form = random_simulated(seed, most=3)
        _, money = agreed(award(form, BUDGETS[seed % 4], count=3, limits=limits))
        made = award(form, None, count=3)
        _, money = agreed(made)
        assert made.committed == pytest.approx(money)


def test_by_search_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where awards are too many to be gone through the search is near the best, and its bound holds."""
    monkeypatch.setattr(award_search, "MOST_TRIALS", 0)
    missed = asked = 0
    for seed in range(60):
        limits = random_limits(seed) if seed % 2 else Limits()
        made = award(random_simulated(seed, most=3), BUDGETS[seed % 4], count=3, limits=limits)
        best, _ = agreed(made, optimal=False)
        if best is not None and made.objective is not None:
            asked += 1
            missed += made.objective < best - 1e-9
    assert asked > 40
    assert missed <= 3


@pytest.mark.parametrize("on", ["committed", "expected_paid"])
@pytest.mark.parametrize("effects", [True, False])
def test_the_bound_holds_by_itself(on: BudgetOn, effects: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is found: with the search taken away nothing but the bound stands, and it is no lower than the best."""
    monkeypatch.setattr(award_search, "MOST_TRIALS", 0)
    monkeypatch.setattr(awards, "search_awards", lambda *_: None)
    for seed in range(50):
        limits = replace(random_limits(seed) if seed % 2 else Limits(), budget_on=on)
        form = random_simulated(seed, most=3, effects=effects)
        made = award(form, (3.0, 5.0, 9.0)[seed % 3], count=3, limits=limits)
        if made.clash != (awards.NOT_FOUND,):
            agreed(made, optimal=False)


def test_by_search_where_the_solver_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too many vectors for HiGHS limits are kept by search, under a bound that knows the budget alone."""
    monkeypatch.setattr(awards, "MOST_VECTORS", -1)
    missed = 0
    for seed in range(40):
        made = award(random_simulated(seed, effects=False), 9.0, count=4, limits=random_limits(seed))
        best, _ = agreed(made, optimal=False)
        missed += best is not None and made.objective is not None and made.objective < best - 1e-9
    assert missed <= 3


@pytest.mark.parametrize("seed", range(12))
def test_the_goal_is_the_chance_that_all_are_clear(seed: int) -> None:
    made = award(random_simulated(seed, effects=bool(seed % 2), most=3), 12.0, "goal", count=3)
    agreed(made)
    assert made.objective == pytest.approx(np.mean(made.clear.all(axis=0)))
