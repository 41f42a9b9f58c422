"""The kernels of tipping on drawn inputs of small binary fractions, number by number against plain loops over sets."""

from itertools import product

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'plan' is not installed")
from scipy.optimize import linprog

from provenet.tipping.kernels.equilibrium import HAIR, settle, worth_of_each, worth_of_one
from provenet.tipping.kernels.vectors import bound_owners, choose_fractions, moves, split, workspace

SEEDS = range(40)


def csr(groups: list[list[int]], kind: type = np.int64) -> tuple[np.ndarray, np.ndarray]:
    """Where each group begins, and the members one after another."""
    members = np.array([one for group in groups for one in group], kind)
    return np.cumsum([0, *map(len, groups)]).astype(np.int64), members


def least_state(need: np.ndarray, less: np.ndarray, peers: np.ndarray, aid: np.ndarray) -> set[int]:
    """Who is clear in the end, from nobody on: a buyer moves where the aid is at least what is left of the need."""
    clear: set[int] = set()
    while True:
        moved = {
            j
            for j in range(len(need)) if j not in clear
            and aid[j] >= max(need[j] - less[j] * sum(peers[k, j] for k in clear), 0.0)
        }  # fmt: skip
        if not moved:
            return clear
        clear |= moved


class Awarded:
    """Buyers, what aid each needs in each scenario, and demands that some of them meet together."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.scenarios, self.count, self.width = 5, 4, 3
        shape = (self.scenarios, self.count)
        self.need = rng.integers(0, 9, shape) / 2.0
        self.need[rng.random(shape) < 0.1] = np.inf
        self.less = rng.integers(0, 9, shape) / 2.0
        self.less[np.isinf(self.need)] = 1.0
        self.peers = rng.integers(0, 4, (self.count, self.count)) / 4.0
        self.peers[rng.random(self.peers.shape) < 0.3] = 0.0
        self.aid = rng.integers(0, 7, (self.count, self.width)) / 2.0
        demands = [sorted(rng.choice(self.count, rng.integers(1, 4), replace=False).tolist()) for _ in range(6)]
        self.demands, (self.start, self.member) = demands, csr(demands)
        self.weight = rng.integers(1, 9, len(demands)) / 4.0

    def by_sets(self, award: int) -> tuple[float, list[int]]:
        total, many = 0.0, [0] * self.count
        for s in range(self.scenarios):
            clear = least_state(self.need[s], self.less[s], self.peers, self.aid[:, award])
            total += sum(w for w, demand in zip(self.weight, self.demands, strict=True) if clear >= set(demand))
            for j in clear:
                many[j] += 1
        return total, many


@pytest.mark.parametrize("seed", SEEDS)
def test_awards_one_by_one_and_side_by_side_are_worth_what_sets_say(seed: int) -> None:
    one = Awarded(seed)
    expected = [one.by_sets(award) for award in range(one.width)]
    for award, (total, many) in enumerate(expected):
        found = np.zeros(one.count, np.int64)
        dirty, flags = np.full(one.count, 7.0), np.ones(one.count, bool)
        aid = one.aid[:, award].copy()
        worth = worth_of_one(one.need, one.less, one.peers, aid, one.start, one.member, one.weight, dirty, flags, found)
        assert (worth, found.tolist()) == (total, many)
    shape = (one.count, one.width)
    totals, manys = np.full(one.width, 2.0), np.ones(shape)
    worth_of_each(
        one.need, one.less, one.peers, one.aid, one.start, one.member, one.weight,
        np.full(shape, 7.0), np.ones(shape), np.ones(one.width), totals, manys,
    )  # fmt: skip
    assert (totals - 2.0).tolist() == [total for total, _ in expected]
    assert (manys - 1.0).T.tolist() == [many for _, many in expected]


def test_an_award_may_lack_a_hair_of_the_need_and_no_more() -> None:
    one = np.ones((1, 1))
    for lack, clear in ((0.5 * HAIR, 1), (0.0, 1), (4.0 * HAIR, 0)):
        many, each = np.zeros(1, np.int64), np.zeros((1, 1))
        aid = 8.0 * np.array([1.0 - lack])
        start, member, weight = np.array([0, 1]), np.array([0]), np.ones(1)
        room = np.zeros(1), np.zeros(1, bool)
        assert worth_of_one(8.0 * one, 0.0 * one, 0.0 * one, aid, start, member, weight, *room, many) == clear
        room = np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1)
        total = np.zeros(1)
        worth_of_each(8.0 * one, 0.0 * one, 0.0 * one, aid[:, None], start, member, weight, *room, total, each)
        assert (many[0], each[0, 0], total[0]) == (clear, clear, clear)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("own", [True, False])
def test_rounds_end_in_the_least_state_that_nobody_leaves(seed: int, own: bool) -> None:
    rng = np.random.default_rng(seed)
    count, scenarios = 4, 3
    gap = rng.integers(-2, 9, (count, scenarios)) / 2.0
    gap[rng.random(gap.shape) < 0.1] = np.inf
    effect = rng.integers(0, 5, gap.shape) / 2.0
    effect[np.isinf(gap)] = 0.0
    peers = rng.integers(0, 4, (count, count)) / 4.0
    kept = 2.0 ** -rng.integers(0, 3, gap.shape)
    aid = rng.integers(0, 8, (count, scenarios if own else 1)) / 2.0
    clear = np.zeros(gap.shape, bool)
    settle(gap, effect, peers, kept, aid, clear)
    for s in range(scenarios):
        stable = []
        for state in product((False, True), repeat=count):
            beside = peers @ np.array(state, float)
            left = np.array([gap[j, s] - effect[j, s] * beside[j] if effect[j, s] else gap[j, s] for j in range(count)])
            wants = aid[:, s if own else 0] >= np.maximum(left, 0.0) / kept[:, s]
            if wants.tolist() == list(state):
                stable.append(state)
        assert clear[:, s].tolist() == list(min(stable, key=sum))


class Levels:
    """Three carriers with three levels each, vectors of two or three of them, and who is reached with whom."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.first = np.array([0, 3, 6, 9])
        carriers = [sorted(rng.choice(3, rng.integers(2, 4), replace=False).tolist()) for _ in range(8)]
        self.vectors = [[3 * one + int(rng.integers(0, 3)) for one in some] for some in carriers]
        self.start, self.member = csr(self.vectors, np.int32)
        self.weight = rng.integers(1, 9, len(self.vectors)) / 4.0
        self.reached = rng.random(9) < 0.6
        self.together = (rng.integers(0, 4, (9, 9)) / 4.0).astype(np.float32)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("low", "high"), [(0, 8), (2, 5)])
def test_moves_are_what_one_node_more_or_less_changes(seed: int, low: int, high: int) -> None:
    one = Levels(seed)

    def worth(reached: set[int]) -> float:
        return sum(one.weight[v] for v in range(low, high) if reached >= set(one.vectors[v]))

    now = set(np.flatnonzero(one.reached).tolist())
    change = np.full(9, 0.5)
    assert moves(one.reached, one.start, one.member, one.weight, low, high, change) == worth(now)
    assert (change - 0.5).tolist() == [abs(worth(now ^ {node}) - worth(now)) for node in range(9)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("low", "high"), [(0, 8), (2, 5)])
def test_the_weight_of_a_vector_goes_to_its_pair_least_together(seed: int, low: int, high: int) -> None:
    one = Levels(seed)
    credit, expected = np.full((9, 9), 0.5), np.full((9, 9), 0.5)
    for v in range(low, high):
        pairs = [(one.vectors[v][0], one.vectors[v][1])]
        pairs += [(a, b) for a in one.vectors[v] for b in one.vectors[v] if a != b]
        expected[min(pairs, key=lambda pair: one.together[pair])] += one.weight[v]
    split(one.together, one.start, one.member, one.weight, low, high, credit)
    assert credit.tolist() == expected.tolist()


class Priced:
    """Four carriers of one to five levels with rising costs, some of which may not be chosen."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        counts = rng.integers(1, 6, 4)
        self.first = np.cumsum([0, *counts])
        self.cost = np.concatenate([np.cumsum(rng.integers(0, 4, n)) / 2.0 for n in counts])
        self.profit = rng.integers(0, 17, self.first[-1]) / 4.0
        self.may = rng.random(self.first[-1]) < 0.8
        self.may[self.first[:-1]] |= ~np.array([self.may[a:b].any() for a, b in self.groups()])
        self.room = float(rng.integers(0, 16)) / 2.0

    def groups(self) -> list[tuple[int, int]]:
        return list(zip(self.first[:-1].tolist(), self.first[1:].tolist(), strict=True))

    def by_programme(self, profit: np.ndarray, room: float, skip: int = -1) -> float:
        """The most by a linear programme: of each carrier parts of levels that sum to 1."""
        used = [(a, b) for j, (a, b) in enumerate(self.groups()) if j != skip]
        rows = np.array([[float(a <= n < b) for n in range(len(profit))] for a, b in used])
        bounds = [(0, 1 if self.may[n] and any(a <= n < b for a, b in used) else 0) for n in range(len(profit))]
        found = linprog(-profit, [self.cost], [room], rows, np.ones(len(used)), bounds)
        return -found.fun if found.status == 0 else -np.inf


@pytest.mark.parametrize("seed", range(120))
def test_the_most_within_a_budget_is_that_of_a_linear_programme(seed: int) -> None:
    one = Priced(seed)
    nodes = len(one.cost)
    reached = np.full(nodes, 0.25)
    value, price = choose_fractions(one.profit, one.cost, one.may, one.first, one.room, workspace(nodes), reached)
    assert value == pytest.approx(one.by_programme(one.profit, one.room), abs=1e-9)
    if value == -np.inf:
        assert price == 0.0
        return
    # What is reached tells the same worth and cost, by steps from level to level, and each falls along its carrier.
    spent = worth = 0.0
    for a, b in one.groups():
        parts = reached[a:b]
        assert parts[0] == 1.0 and (np.diff(parts) <= 0).all() and (parts >= 0).all()
        ends = parts - np.append(parts[1:], 0.0)
        assert (one.may[a:b] | (ends == 0.0)).all()
        spent, worth = spent + ends @ one.cost[a:b], worth + ends @ one.profit[a:b]
    assert worth == pytest.approx(value, abs=1e-9)
    assert spent <= one.room + 1e-9
    # The price bounds what more or less room is worth; without one there is room for everything.
    for more in (-0.25, 0.25, 1.0):
        if (other := one.by_programme(one.profit, one.room + more)) > -np.inf:
            assert other <= value + price * more + 1e-9
    assert price >= 0.0
    assert (price == 0.0) == (one.by_programme(one.profit, 1e6) <= value + 1e-9)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize(("low", "high"), [(0, 4), (1, 3)])
def test_a_level_owns_the_most_that_its_credits_can_be_worth_beside_it(seed: int, low: int, high: int) -> None:
    one = Priced(seed)
    nodes = len(one.cost)
    credit = np.random.default_rng(seed + 1000).integers(0, 5, (nodes, nodes)) / 4.0
    value, price, reached = np.full(nodes, 9.0), np.full(nodes, 9.0), np.full((nodes, nodes), 9.0)
    room = workspace(nodes), np.zeros(nodes)
    bound_owners(credit, one.cost, one.may, one.first, one.room, *room, value, price, reached, low, high)
    for j, (a, b) in enumerate(one.groups()):
        gathered = np.zeros(nodes)
        for n in range(a, b):
            gathered += credit[n]
            if not low <= j < high:
                assert (value[n], price[n], reached[n, 0]) == (9.0, 9.0, 9.0)
            elif not one.may[n] or one.cost[n] > one.room:
                assert (value[n], price[n]) == (-np.inf, 0.0)
                assert (reached[n] == 0.0).all()
            else:
                profit = np.concatenate([np.cumsum(gathered[c:d]) for c, d in one.groups()])
                assert value[n] == pytest.approx(one.by_programme(profit, one.room - one.cost[n], skip=j), abs=1e-9)
                assert (reached[n, a:b] == 0.0).all()
