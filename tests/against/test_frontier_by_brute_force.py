"""What budgets clear with routing as it is, against every set of elements on small instances."""

import random
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from provenet.core.errors import UsageFault
from provenet.routing.inside_proofs import ElementSets, fractional_values, frontier_holds, sets_of
from provenet.routing.solve.frontier import Frontier, cleared_frontier, cleared_within, merged_sets


def instance(seed: int) -> tuple[list[list[int]], np.ndarray, np.ndarray]:
    draw = random.Random(seed)
    elements, demands = draw.randint(1, 8), draw.randint(1, 12)
    rows = [draw.sample(range(elements), draw.randint(0, min(elements, 4))) for _ in range(demands)]
    volume = [draw.choice([1.0, 2.0, 3.0, draw.random() * 5, 0.0]) for _ in rows]
    prices = [1.0, 1.0, 2.0, 0.0, draw.random(), float("inf")] if seed % 2 else [1.0]
    return rows, np.array(volume), np.array([draw.choice(prices) for _ in range(elements)])


def every_set(rows: list[list[int]], volume: np.ndarray, cost: np.ndarray) -> list[tuple[float, float]]:
    """Cost and cleared volume of each set of elements, by sets alone."""
    found = []
    for flags in product([False, True], repeat=len(cost)):
        chosen = {e for e, flag in enumerate(flags) if flag}
        spent = sum(float(cost[e]) for e in chosen)
        if spent < float("inf"):
            found.append((spent, sum(v for row, v in zip(rows, volume.tolist(), strict=True) if chosen >= set(row))))
    return found


def hull_at(points: list[tuple[float, float]], budget: float) -> float:
    """The upper concave hull at a budget: the best mix of two sets."""
    best = max(v for c, v in points if c <= budget)
    for c, v in points:
        for d, w in points:
            if c < budget < d:
                best = max(best, v + (w - v) * (budget - c) / (d - c))
    return best


@pytest.mark.parametrize("block", range(6))
def test_the_frontier_is_the_hull_of_all_sets(block: int) -> None:
    for seed in range(block * 40, block * 40 + 40):
        rows, volume, cost = instance(seed)
        frontier = cleared_frontier(sets_of(rows), volume, cost)
        assert frontier.proof == "certified"
        points = every_set(rows, volume, cost)
        for point in frontier.points:
            assert (point.cost, point.cleared) in [
                pytest.approx(p, abs=1e-9) for p in points if abs(p[0] - point.cost) < 1e-9
            ]
        for budget in {p for p, _ in points}:
            assert frontier.bound(budget) == pytest.approx(hull_at(points, budget), abs=1e-9), (seed, budget)


@pytest.mark.parametrize("block", range(4))
def test_a_budget_clears_what_the_best_set_does(block: int) -> None:
    for seed in range(block * 30, block * 30 + 30):
        rows, volume, cost = instance(seed)
        points = every_set(rows, volume, cost)
        for budget in (0.0, 0.5, 1.0, 2.0, 3.3, 5.0):
            best = cleared_within(sets_of(rows), volume, cost, budget=budget)
            assert best.cleared == pytest.approx(max(v for c, v in points if c <= budget), abs=1e-9), (seed, budget)
            assert best.cost <= budget
            assert best.proof in ("certified", "solver")
            assert best.bound == pytest.approx(best.cleared, abs=1e-6)


def test_one_swap_may_clear_nothing_where_two_clear_all() -> None:
    """Greedy by gain finds nothing here: no single element clears the great demand."""
    sets, volume, cost = sets_of([[0, 1], [2]]), np.array([10.0, 1.0]), np.ones(3)
    frontier = cleared_frontier(sets, volume, cost)
    points = [(p.cost, p.cleared, p.members) for p in frontier.points]
    assert points == [(0.0, 0.0, ()), (2.0, 10.0, (0, 1)), (3.0, 11.0, (0, 1, 2))]
    one = cleared_within(sets, volume, cost, budget=1.0)
    assert (one.members, one.cleared, one.bound, one.proof) == ((2,), 1.0, 1.0, "solver")


def test_an_element_of_no_price_is_taken_and_one_of_no_end_never() -> None:
    frontier = cleared_frontier(sets_of([[0], [1], [1, 2]]), np.array([1.0, 2.0, 4.0]), np.array([0.0, 3.0, np.inf]))
    assert [(p.cost, p.cleared, p.members) for p in frontier.points] == [(0.0, 1.0, (0,)), (3.0, 3.0, (0, 1))]
    assert frontier.unattainable == 4.0


def test_a_false_frontier_does_not_hold() -> None:
    rows, volume, cost = [[0], [0, 1], [2, 3]], np.array([6.0, 3.0, 2.0]), np.ones(4)
    sets = sets_of(rows)
    frontier = cleared_frontier(sets, volume, cost)

    def holds(frontier: Frontier, allotment: tuple[float, ...] = (6.0, 0.0, 3.0, 1.0, 1.0)) -> bool:
        points = [(p.cost, p.cleared, p.members) for p in frontier.points]
        return frontier_holds(sets, volume.tolist(), cost.tolist(), points=points, allotment=allotment)

    assert holds(frontier)
    start, middle, *rest = frontier.points
    assert not holds(replace(frontier, points=(start, replace(middle, cleared=middle.cleared + 1), *rest)))
    assert not holds(replace(frontier, points=(start, replace(middle, cost=middle.cost - 1), *rest)))
    assert not holds(replace(frontier, points=(start, frontier.points[-1], middle)))
    lower = [replace(p, members=p.members[:1], cleared=0.0, cost=1.0) for p in frontier.points[-1:]]
    assert not holds(replace(frontier, points=(start, *lower)))
    assert not holds(frontier, (3.0, 0.0, 1.5, 0.5, 0.5))
    assert not holds(frontier, (-6.0, 0.0, -3.0, -1.0, -1.0))


def test_like_demands_are_one() -> None:
    sets, weight = merged_sets(sets_of([[1, 2], [], [2, 1], [0]]), np.array([1.0, 2.0, 4.0, 8.0]))
    members = [sets.member[s:e].tolist() for s, e in pairwise(sets.start)]
    assert sorted(zip(members, weight.tolist(), strict=True)) == [([], 2.0), ([0], 8.0), ([1, 2], 5.0)]


def test_parts_of_elements_are_bought_by_worth() -> None:
    assert fractional_values([4.0, 9.0, 0.0, 1.0], [2.0, 3.0, 1.0, 0.0], [0.0, 1.0, 4.0, 9.0]) == [1.0, 4.0, 12.0, 14.0]


@pytest.mark.parametrize(
    ("volume", "cost", "text"),
    [
        ([1.0], [1.0], "there are 2 demands and 1 volumes; give one volume each."),
        ([1.0, float("nan")], [1.0], "a volume is negative or no number; give every demand a volume of 0 or more."),
        ([1.0, 1.0], [-1.0], "a cost is negative or no number; give every element a cost of 0 or more."),
        ([1.0, 1.0], [], "a demand names an element without a cost; give one cost for each node and link."),
    ],
)
def test_amounts_that_are_none_are_refused(volume: list[float], cost: list[float], text: str) -> None:
    with pytest.raises(UsageFault) as fault:
        cleared_frontier(sets_of([[0], []]), np.array(volume), np.array(cost))
    assert text in str(fault.value)
    with pytest.raises(UsageFault, match="the budget is -1"):
        cleared_within(sets_of([[0]]), np.ones(1), np.ones(1), budget=-1)


def test_great_and_small_volumes_keep_their_place() -> None:
    draw = np.random.default_rng(4)
    rows = [draw.choice(30, draw.integers(1, 5), replace=False).tolist() for _ in range(200)]
    volume = 10.0 ** draw.uniform(-9, 9, 200)
    frontier = cleared_frontier(sets_of(rows), volume, draw.uniform(0.001, 1e6, 30))
    assert frontier.proof == "certified"
    assert frontier.points[-1].cleared == pytest.approx(volume.sum())
    slopes = np.diff([p.cleared for p in frontier.points]) / np.diff([p.cost for p in frontier.points])
    assert np.all(np.diff(slopes) < 0)


def test_no_demand_and_no_element() -> None:
    frontier = cleared_frontier(ElementSets(np.zeros(1, np.int64), np.zeros(0, np.int64)), np.zeros(0), np.zeros(0))
    assert [(p.cost, p.cleared) for p in frontier.points] == [(0.0, 0.0)]
    assert frontier.proof == "certified"
