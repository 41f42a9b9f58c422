"""Our awards against all awards of small instances."""

import pytest

from provenet.forms.allocation import Allocation
from provenet.tipping.allocate import find_allocation
from support.allocation_brute import best_of_all, objective_of, random_allocation, spent_of


def agreed(instance: Allocation) -> None:
    """Asserts that an award is within the budget, worth what it says, and the best of all."""
    best, made = best_of_all(instance), find_allocation(instance)
    assert set(made.award) == {c.id for c in instance.carriers}
    assert all(made.award[c.id] in c.levels for c in instance.carriers)
    assert instance.budget is None or spent_of(instance, made.award) <= instance.budget * (1 + 1e-9)
    assert made.objective == pytest.approx(objective_of(instance, made.award), abs=1e-9)
    assert made.objective == pytest.approx(best, abs=1e-9)
    assert made.bound >= best - 1e-9
    assert (made.status, made.proof) == ("optimal", "solver")
    for cost, worth in made.frontier:
        cheaper = Allocation(cost, instance.budget_on, instance.carriers, instance.demands)
        assert worth <= best_of_all(cheaper) + 1e-9


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_an_award_is_the_best_of_all(first: int) -> None:
    for seed in range(first, first + 10):
        agreed(random_allocation(seed))


@pytest.mark.parametrize("first", range(1000, 1030, 10))
def test_carriers_alone_are_a_knapsack(first: int) -> None:
    for seed in range(first, first + 10):
        agreed(random_allocation(seed, most=1))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(100, 1000, 50))
def test_an_award_is_the_best_of_all_often(first: int) -> None:
    for seed in range(first, first + 50):
        agreed(random_allocation(seed, most=1 + seed % 5))
