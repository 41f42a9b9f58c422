"""The cheapest elements to replace if routing may change, against every set and against a program of flows."""

import random
from itertools import combinations

import highspy
import numpy as np
import pytest

from provenet.core.errors import UsageFault
from provenet.numerics.problem import Limits
from provenet.routing.igp import Network, network_of
from provenet.routing.inside_proofs import WalkedNetwork, path_is_least
from provenet.routing.rerouting import ReplacementSet, cheapest_path, smallest_replacement


def network(links: list[tuple[int, int]], nodes: int, one_way: frozenset[int] = frozenset()) -> Network:
    arcs = [(s, t, i) for i, (s, t) in enumerate(links)]
    arcs += [(t, s, i) for i, (s, t) in enumerate(links) if i not in one_way]
    tail, head, link = (np.array([a[j] for a in arcs], np.int64) for j in range(3))
    return network_of(nodes, len(links), tail=tail, head=head, metric=np.ones(len(arcs), np.int64), link_of=link)


class Instance:
    """A small random network: parallel links, one-way links, pieces apart, prices that may be 0 or endless."""

    def __init__(self, seed: int, nodes: int = 6, most: int = 8) -> None:
        draw = random.Random(seed)
        self.nodes = draw.randint(2, nodes)
        self.links = [(s, t) for s, t in (draw.choices(range(self.nodes), k=2) for _ in range(most)) if s != t]
        self.one_way = frozenset(i for i in range(len(self.links)) if draw.random() < 0.1)
        self.net = network(self.links, self.nodes, self.one_way)
        size = self.nodes + len(self.links)
        self.marked = np.array([draw.random() < 0.45 for _ in range(size)])
        prices = [1.0, 1.0, 2.0, 3.5, 0.0, float("inf")] if seed % 3 == 0 else [1.0]
        self.cost = np.array([draw.choice(prices) for _ in range(size)])
        self.pairs = [tuple(draw.choices(range(self.nodes), k=2)) for _ in range(draw.randint(1, 5))]
        self.groups: list[list[int]] = []
        if seed % 2:
            self.groups = [[self.nodes + i] for i in range(len(self.links))]
        if seed % 4 == 3:
            self.groups += [[v] for v in range(self.nodes)] + [draw.sample(range(size), 2)]

    def reaches(self, source: int, target: int, allowed: set[int]) -> bool:
        if source not in allowed:
            return False
        seen, grown = {source}, True
        while grown:
            grown = False
            for i, (s, t) in enumerate(self.links):
                if self.nodes + i not in allowed:
                    continue
                for one, two in [(s, t)] if i in self.one_way else [(s, t), (t, s)]:
                    if one in seen and two in allowed and two not in seen:
                        seen.add(two)
                        grown = True
        return target in seen

    def meets(self, clear: set[int]) -> bool:
        possible = {e for e in range(len(self.cost)) if not (self.marked[e] and np.isinf(self.cost[e]))}
        for s, t in self.pairs:
            if not self.reaches(s, t, possible):
                continue
            for group in [[], *self.groups]:
                if s in group or t in group or not self.reaches(s, t, possible - set(group)):
                    continue
                if not self.reaches(s, t, clear - set(group)):
                    return False
        return True

    def least(self) -> float:
        clear = {e for e in range(len(self.cost)) if not self.marked[e]}
        choices = [e for e in range(len(self.cost)) if self.marked[e] and np.isfinite(self.cost[e])]
        return min(
            sum(float(self.cost[e]) for e in chosen)
            for size in range(len(choices) + 1)
            for chosen in combinations(choices, size)
            if self.meets(clear | set(chosen))
        )

    def answer(self, limits: Limits | None = None) -> ReplacementSet:
        source, target = np.array(self.pairs, np.int64).T
        asked = {"source": source, "target": target, "marked": self.marked, "cost": self.cost}
        return smallest_replacement(self.net, **asked, failures=self.groups, limits=limits or Limits())


@pytest.mark.parametrize("block", range(8))
def test_no_set_is_cheaper(block: int) -> None:
    labels = set()
    for seed in range(block * 25, block * 25 + 25):
        one = Instance(seed)
        found = one.answer()
        clear = {e for e in range(len(one.cost)) if not one.marked[e]}
        assert one.meets(clear | set(found.members)), seed
        assert found.cost == found.bound == pytest.approx(one.least()), seed
        assert all(one.marked[e] for e in found.members)
        assert len(set(one.pairs)) == found.clear_now + found.opened + len(found.closed)
        labels.add(found.proof)
    assert labels == {"certified"}


def flows(one: Instance) -> float:
    """One program of flows: for each demand and failure a unit of flow through elements that are clear or replaced."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    size = len(one.cost)
    for e in range(size):
        fixed = 0.0 if np.isinf(one.cost[e]) else 1.0
        solver.addCol(float(one.cost[e]) if fixed else 0.0, 0.0, fixed, 0, np.array([], np.int32), np.array([]))
        solver.changeColIntegrality(e, highspy.HighsVarType.kInteger)
    possible = {e for e in range(size) if not (one.marked[e] and np.isinf(one.cost[e]))}
    for s, t in dict.fromkeys(one.pairs):
        for group in [[], *one.groups]:
            if s in group or t in group or not one.reaches(s, t, possible - set(group)):
                continue
            arcs = [(a, b, one.nodes + i) for i, (a, b) in enumerate(one.links)]
            arcs += [(b, a, one.nodes + i) for i, (a, b) in enumerate(one.links) if i not in one.one_way]
            first = solver.getNumCol()
            for _ in arcs:
                solver.addCol(0.0, 0.0, 1.0, 0, np.array([], np.int32), np.array([]))
            for v in range(one.nodes):
                parts = [(first + j, (a == v) - (b == v)) for j, (a, b, _) in enumerate(arcs) if (a == v) != (b == v)]
                supply = float(v == s) - float(v == t)
                columns, signs = np.array(parts).reshape(-1, 2).T
                solver.addRow(supply, supply, len(parts), columns.astype(np.int32), signs.astype(float))
            for e in range(size):
                through = [j for j, (_, b, link) in enumerate(arcs) if e in (link, b)]
                if (e in (s, t)) and one.marked[e]:
                    solver.addRow(1.0, 1.0, 1, np.array([e], np.int32), np.ones(1))
                for j in through:
                    if e in group:
                        solver.changeColBounds(first + j, 0.0, 0.0)
                    elif one.marked[e]:
                        pair = np.array([first + j, e], np.int32)
                        solver.addRow(-highspy.kHighsInf, 0.0, 2, pair, np.array([1.0, -1.0]))
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getInfo().objective_function_value)


def test_a_program_of_flows_costs_as_much() -> None:
    for seed in range(1000, 1016):
        one = Instance(seed, nodes=12, most=24)
        found = one.answer()
        assert found.cost == pytest.approx(flows(one)), seed
        assert found.proof == "certified"


def test_a_search_cut_short_states_a_bound() -> None:
    one = Instance(1003, nodes=14, most=30)
    short, full = one.answer(Limits(rounds=1)), one.answer()
    assert short.bound <= full.cost <= short.cost
    assert short.proof == ("bound" if short.bound < short.cost else "certified")


def test_two_paths_apart_are_asked_of_a_ring_and_one_of_a_line() -> None:
    """A ring of four with two marked nodes: one path needs neither, a path apart needs the other side."""
    ring = network([(0, 1), (1, 2), (2, 3), (3, 0), (3, 4)], 5)
    marked = np.array([False, False, False, True, False] + [False] * 5)
    ends = {"source": np.array([0]), "target": np.array([2]), "marked": marked, "cost": np.ones(10)}
    assert smallest_replacement(ring, **ends).members == ()
    links = [[5 + i] for i in range(5)]
    assert smallest_replacement(ring, **ends, failures=links).members == (3,)
    tail = ends | {"target": np.array([4])}
    found = smallest_replacement(ring, **tail, failures=links)
    assert (found.members, found.parted) == ((3,), ((0, 4),))


def test_plain_walks_see_what_a_failure_breaks() -> None:
    """The check under failures, apart from the search: both ways of a ring, links of both directions or of one."""
    for one_way in (frozenset(), frozenset({4})):
        walks = WalkedNetwork(network([(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)], 4, one_way))
        every, groups = [True] * 9, [[4], [5], [1], [3]]
        assert walks.two_way == (not one_way)
        assert walks.survive([(0, 2)], clear=every, possible=every, groups=groups)
        without = [e not in (3, 8) for e in range(9)]
        assert walks.survive([(0, 2)], clear=without, possible=every, groups=[])
        assert not walks.survive([(0, 2)], clear=without, possible=every, groups=[[4]])
        assert walks.survive([(0, 2)], clear=without, possible=without, groups=[[4]]), "no path is left at all"
        assert walks.survive([(0, 2)], clear=without, possible=every, groups=[[0], [2]]), "ends that fail have ended"
        assert not walks.survive([(0, 2)], clear=[False, *without[1:]], possible=every, groups=[])


def test_an_end_of_no_replacement_is_closed() -> None:
    ends = {"source": np.array([0, 1]), "target": np.array([1, 1])}
    marked, cost = np.array([True, False, False]), np.array([np.inf, 1.0, 1.0])
    found = smallest_replacement(network([(0, 1)], 2), **ends, marked=marked, cost=cost)
    assert (found.closed, found.clear_now, found.opened, found.proof) == (((0, 1),), 1, 0, "certified")


def test_a_false_potential_proves_nothing() -> None:
    square = network([(0, 1), (1, 3), (0, 2), (2, 3)], 4)
    walks = WalkedNetwork(square)
    weight = [0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    ahead, path = cheapest_path(walks, 0, 3, weight=weight)
    assert path == [0, 6, 2, 7, 3]
    claim = {"weight": weight, "path": path, "ahead": ahead}
    assert path_is_least(walks, 0, 3, **claim)
    assert not path_is_least(walks, 0, 3, **claim | {"path": [0, 4, 1, 5, 3]})
    assert not path_is_least(walks, 0, 3, **claim | {"path": [0, 4, 3]})
    assert not path_is_least(walks, 0, 3, **claim | {"ahead": [2.0, *ahead[1:]]})
    assert not path_is_least(walks, 0, 3, **claim | {"ahead": [0.0] * 4})


def test_amounts_and_places_that_are_none_are_refused() -> None:
    line = network([(0, 1)], 2)
    good = {"source": np.array([0]), "target": np.array([1]), "marked": np.ones(3, bool), "cost": np.ones(3)}
    for wrong, text in [
        ({"cost": np.ones(2)}, "give one mark and one cost for each of 3 elements"),
        ({"cost": -np.ones(3)}, "a cost is negative or no number"),
        ({"target": np.array([2])}, "a demand names a node that is none of the 2"),
    ]:
        with pytest.raises(UsageFault, match=text):
            smallest_replacement(line, **good | wrong)
