"""The searches left to themselves, without the awards that are tried beside them, so that what they leave out shows."""

import random

import numpy as np
import pytest

from provenet.forms.allocation import AidDemand, Allocation, Carrier
from provenet.numerics.arrays import Longs
from provenet.tipping import branch_and_bound, exchanges
from provenet.tipping.allocate import find_allocation
from provenet.tipping.bins import BinnedInstance, bin_instance
from provenet.tipping.branch_and_bound import PairBound, Search, branch
from support.allocation_brute import best_of_all, objective_of, random_allocation, spent_of
from support.examples import sample


@pytest.fixture
def unaided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Awards are taken as they are, and none is tried beside the search."""

    def as_it_is(made: BinnedInstance, award: Longs, rounds: int = 0) -> tuple[Longs, float, int]:
        return award, made.worth(award), 1

    monkeypatch.setattr(exchanges, "improve", as_it_is)
    monkeypatch.setattr(branch_and_bound, "improve", as_it_is)
    monkeypatch.setattr(Search, "offer", lambda search, award: None)


def joint_instance(seed: int) -> Allocation:
    """Five carriers whose demands join most of them, so that the first bound is loose."""
    draw = random.Random(seed)
    carriers = tuple(
        Carrier(f"c{j}", (0.0, 2.0, 5.0, 7.0), np.array([float(draw.randint(0, 8)) for _ in range(7)]))
        for j in range(5)
    )
    ids = [carrier.id for carrier in carriers]
    demands = tuple(AidDemand(float(draw.randint(1, 9)), tuple(draw.sample(ids, draw.randint(2, 4)))) for _ in range(7))
    return Allocation(float(draw.randint(8, 22)), draw.choice(["committed", "expected_paid"]), carriers, demands)


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_parting_levels_alone_finds_the_best_award(first: int, unaided: None) -> None:
    parted = 0
    for seed in range(first, first + 10):
        instance = joint_instance(seed)
        made, best = bin_instance(instance), best_of_all(instance)
        nobody = np.zeros(made.carriers, np.int64)
        search = Search(made, nobody, made.worth(nobody), PairBound.of(made))
        search.begin(made.cost <= made.held, made.worth(made.most))
        bounds = list[float]()
        branch(search, 1e-9, 1e12, report=lambda s, seen=bounds: seen.append(s.bound))
        assert min(bounds) >= best - 1e-9
        assert search.worth == pytest.approx(best)
        assert search.bound == pytest.approx(best)
        assert made.worth(search.award) == pytest.approx(best)
        parted += search.parts
    assert parted > 30


@pytest.mark.parametrize("first", sample(range(0, 60, 20), 3))
def test_a_wide_gap_is_stated_as_wide_as_it_is(first: int, unaided: None) -> None:
    """With a gap that is let stand, what was closed for it may hold the best award: the bound still counts it."""
    for seed in range(first, first + 20):
        instance = joint_instance(seed)
        made = bin_instance(instance)
        start = np.minimum(made.most, 1) * (np.arange(made.carriers) < 2)
        assert made.spent(start) <= made.held
        for target in (0.1, 0.5, 2.0):
            search = Search(made, start, made.worth(start), PairBound.of(made))
            search.begin(made.cost <= made.held, made.worth(made.most))
            branch(search, target, 1e12, report=lambda s: None)
            assert search.bound >= best_of_all(instance) - 1e-9


@pytest.mark.parametrize("first", sample(range(0, 60, 20), 3))
def test_states_alone_find_the_best_award(first: int, unaided: None) -> None:
    for seed in range(first, first + 20):
        instance = random_allocation(seed, most=1)
        award, bound = exchanges.solve_knapsack(bin_instance(instance))
        assert bin_instance(instance).worth(award) == pytest.approx(best_of_all(instance))
        assert bound == pytest.approx(best_of_all(instance))


@pytest.mark.parametrize("seed", range(20))
def test_a_textbook_knapsack(seed: int, unaided: None) -> None:
    """Sixteen carriers with whole costs and worths: the table over every whole budget, filled carrier by carrier."""
    draw = random.Random(seed)
    budget, table = 40, [0] * 41
    carriers, demands = [], []
    for j in range(16):
        levels = sorted(draw.sample(range(1, 15), 3))
        each = draw.randint(1, 30)
        # Each level tips one scenario of four more than the one below it; in the last no offer does.
        gaps = [float(level) for level in levels] + [99.0]
        carriers.append(Carrier(f"c{j}", (0.0, *map(float, levels)), np.array(gaps)))
        demands.append(AidDemand(float(each), (f"c{j}",)))
        table = [
            max([table[room]] + [table[room - c] + each * (k + 1) for k, c in enumerate(levels) if c <= room])
            for room in range(budget + 1)
        ]
    made = bin_instance(Allocation(float(budget), "committed", tuple(carriers), tuple(demands)))
    award, bound = exchanges.solve_knapsack(made)
    assert made.worth(award) == pytest.approx(table[budget] / 4)
    assert bound == pytest.approx(table[budget] / 4)


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
