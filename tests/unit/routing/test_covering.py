"""The covering loop: rows told late, limits, and what an outcome may call itself."""

import random
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from provenet.core.errors import ProvenetError
from provenet.numerics.problem import Covering, Limits, Outcome, Row
from provenet.routing.solve.covering import cover

TRIANGLE = [(0, 1), (1, 2), (0, 2)]


def told(rows: list[Row], at_once: int = 1):
    """A separation that tells a few broken rows at a time, and counts its calls."""

    def separate(point: np.ndarray, whole: bool) -> list[Row]:
        separate.calls.append(whole)
        return [row for row in rows if sum(point[c] for c in row) < 1 - 1e-6][:at_once]

    separate.calls = []
    return separate


def exhaustive(rows: list[Row], cost: np.ndarray) -> float:
    columns = range(len(cost))
    sets = (set(x) for k in range(len(cost) + 1) for x in combinations(columns, k))
    return min(sum(cost[c] for c in x) for x in sets if all(x & set(row) for row in rows))


def test_rows_told_one_by_one_give_the_least_cover() -> None:
    for seed in range(60):
        draw = random.Random(seed)
        size = draw.randint(1, 9)
        cost = np.array([draw.choice([0.0, 1.0, 1.0, 2.0, 0.3]) for _ in range(size)])
        rows = [
            tuple(sorted(draw.sample(range(size), draw.randint(1, min(3, size))))) for _ in range(draw.randint(0, 9))
        ]
        for at_once in (1, 3):
            outcome = cover(Covering(cost), told(rows, at_once))
            assert outcome.value == pytest.approx(exhaustive(rows, cost), abs=1e-9), seed
            assert outcome.bound == pytest.approx(outcome.value, abs=1e-5)
            assert outcome.proof == "solver"
            assert all(set(row) & set(outcome.chosen) for row in rows)


def test_the_relaxation_comes_first_and_its_multipliers_are_kept() -> None:
    separate = told(TRIANGLE)
    outcome = cover(Covering(np.ones(3)), separate)
    assert (outcome.value, outcome.bound, outcome.gap) == (2.0, 2.0, 0.0)
    assert outcome.rows == tuple(TRIANGLE)
    assert outcome.duals == pytest.approx((0.5, 0.5, 0.5))
    assert separate.calls == sorted(separate.calls)  # all relaxed calls, then the whole ones


def test_a_known_set_that_a_bound_reaches_ends_the_search() -> None:
    separate = told(TRIANGLE, 3)
    outcome = cover(Covering(np.ones(3)), separate, known=[2, 0])
    assert (outcome.chosen, outcome.proof) == ((0, 2), "solver")
    assert separate.calls == [False]


@pytest.mark.parametrize("limits", [Limits(rounds=0), Limits(rounds=2), Limits(nodes=0), Limits(seconds=0.0)])
def test_a_limit_leaves_both_ends(limits: Limits) -> None:
    draw = random.Random(1)
    rows = [tuple(sorted(draw.sample(range(30), 3))) for _ in range(80)]
    outcome = cover(Covering(np.ones(30)), told(rows, 10), known=range(30), limits=limits)
    assert outcome.proof == "bound"
    assert 0 <= outcome.bound < outcome.value == 30.0
    assert outcome.gap == outcome.value - outcome.bound
    without = cover(Covering(np.ones(30)), told(rows, 10), limits=limits)
    assert (without.chosen, without.value, without.gap, without.proof) == (None, None, None, "none")


def test_mending_gives_a_set_where_a_limit_stops() -> None:
    draw = random.Random(1)
    rows = [tuple(sorted(draw.sample(range(30), 3))) for _ in range(80)]

    def mend(chosen) -> list[int]:
        return sorted({*chosen, *(row[0] for row in rows if not set(row) & set(chosen))})

    separate = told(rows, 10)
    whole = cover(Covering(np.ones(30)), separate)
    stop = Limits(rounds=whole.rounds - sum(separate.calls) + 1)  # one run over sets, which breaks a row
    outcome = cover(Covering(np.ones(30)), told(rows, 10), mend=mend, limits=stop)
    assert outcome.proof == "bound"
    assert outcome.bound <= whole.value <= outcome.value < 30
    assert all(set(row) & set(outcome.chosen) for row in rows)
    assert cover(Covering(np.ones(30)), told(rows, 10), limits=stop).proof == "none"


def test_equal_calls_give_equal_outcomes_whatever_time_they_took() -> None:
    one, two = (cover(Covering(np.ones(3)), told(TRIANGLE)) for _ in range(2))
    assert one == two == replace(one, seconds=one.seconds + 9)
    assert "seconds" not in repr(one)
    assert one != replace(one, bound=1.0)


def test_without_columns_or_rows_nothing_is_chosen() -> None:
    assert cover(Covering(np.zeros(0)), told([])) == Outcome((), 0.0, 0.0, "solver", 2)
    assert cover(Covering(np.ones(2)), told([])) == Outcome((), 0.0, 0.0, "solver", 2)


def test_a_bound_is_lifted_where_costs_are_whole() -> None:
    assert Covering(np.array([1.0, 2.0])).lifted(1.2) == 2.0
    assert Covering(np.array([1.0, 2.0])).lifted(2.0000001) == 2.0
    assert Covering(np.array([1.0, 0.5])).lifted(1.2) == pytest.approx(1.2, abs=1e-5)
    assert Covering(np.array([1.0, 0.5])).lifted(1.2) <= 1.2


def test_faults_are_sentences() -> None:
    with pytest.raises(
        ProvenetError, match=r"^a covering problem has a row without members, which nothing can meet\.$"
    ):
        cover(Covering(np.ones(1)), lambda point, whole: [()])
