"""Awards made better by one or two carriers at a time, and the curve above points: by hand and by trying all."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from provenet.forms.allocation import AidDemand, Allocation, Carrier
from provenet.tipping.bins import BinnedInstance, bin_instance
from provenet.tipping.exchanges import concave_hull, fill_budget, improve, slope_at, solve_knapsack, trim, worth_alone
from provenet.tipping.kernels.vectors import Longs
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
        assert made.constant + least[first + most] + sum(
            least[made.first[other]] for other in range(made.carriers) if other != carrier
        ) == pytest.approx(made.worth(single))


def test_corners_of_the_least_concave_curve_lie_above_every_point() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 4.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.0), (5.0, 5.0)]
    corners = concave_hull(points)
    assert corners == [(0, 0), (2, 4), (4, 5)]
    assert [slope_at(corners, budget) for budget in (0.0, 1.9, 2.0, 3.9, 4.0, 9.0)] == [2.0, 2.0, 0.5, 0.5, 0.0, 0.0]
    assert concave_hull([(1.0, 2.0), (0.0, 0.0), (2.0, 4.0)]) == [(0, 0), (2, 4)]
