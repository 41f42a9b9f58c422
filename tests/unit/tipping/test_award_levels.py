"""Levels under side limits: two owners by hand, whatever the solver is asked."""

from dataclasses import replace

import numpy as np
import pytest

from provenet.tipping.solve.award_levels import Levels, Row, choose_levels, is_feasible

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
