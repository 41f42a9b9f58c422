"""Awards made better by one or two carriers at a time, the curve above points, levels under side limits, two halves."""

import threading
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from provenet.forms.allocation import AidDemand, Allocation, Carrier
from provenet.numerics.arrays import Longs
from provenet.tipping.bins import SMALL, BinnedInstance, bin_instance, run_halves
from provenet.tipping.exchanges import concave_hull, fill_budget, improve, slope_at, solve_knapsack, trim, worth_alone
from provenet.tipping.solve.award_levels import Levels, Row, choose_levels, is_feasible
from support.allocation_brute import random_allocation


def within(made: BinnedInstance) -> list[Longs]:
    """Every award that the budget allows."""
    awards = [np.array(one, np.int64) for one in product(*(range(most + 1) for most in made.most.tolist()))]
    return [award for award in awards if made.spent(award) <= made.held]


def pair_needed() -> BinnedInstance:
    """Two carriers that are worth 5 only together, at 2 and 3, and one worth 4 alone, at 4."""
    carriers = [Carrier(name, (0.0, need), np.array([need])) for name, need in (("a", 2.0), ("b", 3.0), ("c", 4.0))]
    demands = (AidDemand(5.0, ("a", "b")), AidDemand(4.0, ("c",)))
    return bin_instance(Allocation(5.0, "committed", tuple(carriers), demands)).under(5.0)


def test_two_carriers_go_together_where_one_step_gains_nothing() -> None:
    """From c alone, worth 4: a must come in with c going out, and then b; no single step but dropping c is open."""
    made = pair_needed()
    assert made.worth(np.array([1, 1, 0])) == 5.0
    award, worth, _ = improve(made, np.array([1, 0, 0]))
    assert (award.tolist(), worth) == ([1, 1, 0], 5.0)


def test_a_budget_is_filled_by_the_order_given_and_never_passed() -> None:
    made = pair_needed()
    liked = np.array([0.0, 3.0, 0.0, 2.0, 0.0, 1.0])
    assert fill_budget(made, np.array([1, 1, 1]), liked).tolist() == [1, 1, 0]
    assert fill_budget(made, np.array([0, 0, 0]), -liked).tolist() == [0, 0, 1]


def test_what_buys_nothing_is_taken_back() -> None:
    assert trim(pair_needed(), np.array([1, 0, 0])).tolist() == [0, 0, 0]
    assert trim(pair_needed(), np.array([1, 1, 0])).tolist() == [1, 1, 0]


@pytest.mark.parametrize("seed", range(1, 41))
def test_steps_never_lose_and_stay_within_the_budget(seed: int) -> None:
    made = bin_instance(random_allocation(seed)).under(6.0)
    order = np.random.default_rng(seed).random(len(made.cost))
    start = fill_budget(made, made.most, order)
    award, worth, passes = improve(made, start)
    best = max(made.worth(one) for one in within(made))
    assert made.spent(start) <= made.held
    assert made.spent(award) <= made.held
    assert made.worth(start) - 1e-9 <= worth <= best + 1e-9
    assert worth == pytest.approx(made.worth(award))
    assert passes >= 1
    less = trim(made, award)
    assert (less <= award).all()
    assert made.worth(less) == pytest.approx(worth)


@pytest.mark.parametrize("seed", range(1, 41))
def test_carriers_each_alone_are_solved_as_by_trying_all(seed: int) -> None:
    instance = random_allocation(seed)
    alone = tuple(demand for demand in instance.demands if len(demand.carriers) < 2)
    made = bin_instance(replace(instance, demands=alone)).under(6.0)
    award, bound = solve_knapsack(made)
    best = max(made.worth(one) for one in within(made))
    assert made.spent(award) <= made.held
    assert made.worth(award) == pytest.approx(best)
    assert bound == pytest.approx(best)
    least = worth_alone(made)
    for carrier, (first, most) in enumerate(zip(made.first, made.most, strict=False)):
        single = np.zeros(made.carriers, np.int64)
        single[carrier] = most
        others = sum(least[made.first[other]] for other in range(made.carriers) if other != carrier)
        assert made.constant + least[first + most] + others == pytest.approx(made.worth(single))


def test_corners_of_the_least_concave_curve_lie_above_every_point() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 4.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.0), (5.0, 5.0)]
    corners = concave_hull(points)
    assert corners == [(0, 0), (2, 4), (4, 5)]
    assert [slope_at(corners, budget) for budget in (0.0, 1.9, 2.0, 3.9, 4.0, 9.0)] == [2.0, 2.0, 0.5, 0.5, 0.0, 0.0]
    assert concave_hull([(1.0, 2.0), (0.0, 0.0), (2.0, 4.0)]) == [(0, 0), (2, 4)]


INF = float("inf")
COST = np.array([0.0, 2.0, 5.0, 0.0, 3.0])


def two(*rows: Row, total: np.ndarray | None = None) -> Levels:
    """Owner 0 at 0, 2 or 5, owner 1 at 0 or 3: 4 for the first step, 2 for the second, 3 for the other owner's, and 6
    more once the highest of both are taken; 1 anyway."""
    linear = np.array([0.0, 4.0, 2.0, 0.0, 3.0])
    return Levels(np.array([0, 3, 5]), linear, 1.0, np.array([0, 2]), np.array([2, 4]), np.array([6.0]), rows, total)


def budget(most: float) -> Row:
    return Row("the budget", COST, -INF, most)


@pytest.mark.parametrize(
    ("most", "level", "worth"),
    [(0.0, [0, 0], 1.0), (2.9, [1, 0], 5.0), (5.0, [1, 1], 8.0), (7.9, [1, 1], 8.0), (8.0, [2, 1], 16.0)],
)
def test_the_best_levels_under_a_budget(most: float, level: list[int], worth: float) -> None:
    told = choose_levels(two(budget(most)))
    assert told.level is not None
    assert (told.status, told.level.tolist(), told.bound) == ("optimal", level, pytest.approx(worth))
    assert told.bound >= worth


def test_a_floor_a_cap_and_what_cannot_be() -> None:
    second = np.array([0.0, 0, 0, 0, 3])
    floor = Row("at least 3 for the second", second, 3.0, INF)
    told = choose_levels(two(budget(4.0), floor))
    assert told.level is not None
    assert told.level.tolist() == [0, 1]
    assert is_feasible(two(budget(3.0), floor))
    assert not is_feasible(two(budget(2.9), floor))
    assert (choose_levels(two(budget(2.9), floor)).status, choose_levels(two(budget(2.9), floor)).level) == (
        "infeasible",
        None,
    )


def test_a_limit_in_parts_of_the_total() -> None:
    """The second owner may have at most half of all: not beside nothing, and not beside 2, but beside 5."""
    half = Row("half", np.array([0.0, 0, 0, 0, 3]), -INF, 0.0, -0.5)
    for most, level in ((5.0, [2, 0]), (8.0, [2, 1]), (3.0, [1, 0])):
        told = choose_levels(two(budget(most), half, total=COST))
        assert told.level is not None
        assert told.level.tolist() == level


def test_the_least_money_for_as_much() -> None:
    form = replace(two(budget(9.0)), linear=np.array([0.0, 4.0, 0.0, 0.0, 3.0]), weight=np.array([0.0]))
    told = choose_levels(form, least=COST, worth=8.0)
    assert told.level is not None
    assert told.level.tolist() == [1, 1]


def test_nobody_to_choose_for() -> None:
    none = Levels(
        np.zeros(1, np.int64), np.zeros(0), 2.0, np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0), ()
    )
    told = choose_levels(none)
    assert told.level is not None
    assert (told.level.tolist(), told.bound) == ([], 2.0)


def test_a_search_cut_short_still_bounds() -> None:
    draw = np.random.default_rng(0)
    first = np.arange(0, 61, 3)
    cost = np.zeros(60)
    cost[1::3], cost[2::3] = draw.uniform(1, 5, 20), draw.uniform(5, 9, 20)
    linear = draw.uniform(0, 5, 60) * (cost > 0)
    form = Levels(first, linear, 0.0, np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0),
                  (Row("the budget", cost, -INF, 40.0),))  # fmt: skip
    short, whole = choose_levels(form, nodes=0), choose_levels(form)
    assert whole.status == "optimal"
    assert short.bound >= whole.bound * (1 - 1e-6)


@pytest.mark.parametrize(("count", "halves"), [(0, [(0, 0), (0, 0)]), (1, [(0, 0), (0, 1)]), (7, [(0, 3), (3, 7)])])
@pytest.mark.parametrize("size", [0, SMALL - 1, SMALL])
def test_halves_do_not_depend_on_how_much_work_there_is(count: int, halves: list[tuple[int, int]], size: int) -> None:
    assert list(run_halves(count, size, lambda low, high: (low, high))) == halves


def test_much_work_runs_on_another_thread_and_little_on_this_one() -> None:
    here = threading.get_ident()
    assert run_halves(2, SMALL - 1, lambda *_: threading.get_ident()) == (here, here)
    first, second = run_halves(2, SMALL, lambda *_: threading.get_ident())
    assert first == here
    assert second != here


def test_a_fault_in_either_half_is_raised() -> None:
    for bad in (0, 1):
        with pytest.raises(ZeroDivisionError):
            run_halves(2, SMALL, lambda low, _, bad=bad: 1 // (low - bad))
