"""Cuts and smallest changes against exhaustive search on small graphs, provider rings and restricted ends included."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations

import numpy as np
import pytest

from provenet.routing.change import smallest_change
from provenet.routing.kernels import cuts
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.robust import clear_cut

PROVES = {"certified", "solver"}


@dataclass
class Graph:
    """Links as sets of ASNs: `sells` holds (provider, customer), `peers` holds pairs in both orders."""

    names: list[int]
    sells: set[tuple[int, int]] = field(default_factory=set)
    peers: set[tuple[int, int]] = field(default_factory=set)
    restricted: set[int] = field(default_factory=set)

    def made(self) -> Topology:
        one, two = ([p[i] for p in sorted(self.sells)] for i in (0, 1))
        three, four = ([p[i] for p in sorted(self.peers)] for i in (0, 1))
        one, two, three, four, names = (np.array(x, np.int64) for x in (one, two, three, four, self.names))
        return topology(one, two, three, peer_b=four, alone=names)

    def marked(self, made: Topology) -> np.ndarray:
        return np.isin(made.asn, sorted(self.restricted))

    def routes(self, s: int, d: int, without: frozenset[int] = frozenset()) -> Iterator[tuple[int, ...]]:
        """Every simple valley-free route, by walking; transit keeps clear of `without`."""

        def walk(path: tuple[int, ...], climbing: bool) -> Iterator[tuple[int, ...]]:
            v = path[-1]
            if v == d:
                yield path
                return
            if v in without and v != s:
                return
            for u in self.names:
                if u in path:
                    continue
                if (v, u) in self.sells:
                    yield from walk((*path, u), False)
                if climbing and (v, u) in self.peers:
                    yield from walk((*path, u), False)
                if climbing and (u, v) in self.sells:
                    yield from walk((*path, u), True)

        yield from walk((s,), True)


def random_graph(seed: int, most: int = 9, least: int = 2) -> Graph:
    """Mostly providers with small numbers, now and then against the grain, so that rings of transit arise."""
    draw = random.Random(seed)
    size = draw.randint(least, most)
    graph = Graph(draw.sample(range(1, 400_000), size))
    ring, dense = draw.choice([0.0, 0.1, 0.6]), draw.choice([0.2, 0.35, 0.5])
    for i, j in combinations(range(size), 2):
        a, b = graph.names[i], graph.names[j]
        if draw.random() < dense:
            graph.sells.add((a, b))
        if draw.random() < dense * ring:
            graph.sells.add((b, a))
        if draw.random() < dense / 2:
            graph.peers |= {(a, b), (b, a)}
    share = draw.choice([0.0, 0.2, 0.6])
    graph.restricted = {v for v in graph.names if draw.random() < share}
    return graph


def far_ends(graph: Graph, seed: int) -> tuple[int, int]:
    """Two networks, often the two lowest; three times in four without a link between them."""
    draw = random.Random(seed)
    s, d = graph.names[-2:] if draw.random() < 0.6 else draw.sample(graph.names, 2)
    if draw.random() < 0.75:
        graph.sells -= {(s, d), (d, s)}
        graph.peers -= {(s, d), (d, s)}
    return s, d


def subsets(of: list[int]) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(of, k) for k in range(len(of) + 1))


def least_hit(rows: list[frozenset[int]]) -> int | None:
    """The size of the smallest set that meets every row; None if a row is empty."""
    if not all(rows):
        return None
    return next(len(x) for x in subsets(sorted(frozenset().union(*rows))) if all(r & set(x) for r in rows))


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_cuts_are_those_of_all_subsets(start: int) -> None:
    rough_ones = 0
    for seed in range(start, start + 100):
        graph = random_graph(seed, 12, 2 if seed % 3 else 9)
        s, d = far_ends(graph, seed)
        made = graph.made()
        clear = frozenset(graph.restricted)
        routes = list(graph.routes(s, d, clear))
        rows = [frozenset(r[1:-1]) for r in routes]
        least = least_hit(rows)
        told = clear_cut(made, s, d, restricted=graph.marked(made))
        rough = clear_cut(made, s, d, restricted=graph.marked(made), exact=False)
        assert told.proof == "certified", seed
        if not routes:
            assert (told.state, told.low, told.high) == ("no clear route", 0, 0), seed
            continue
        if least is None:
            assert (told.state, told.low, told.high, told.members) == ("direct link", None, None, ()), seed
            continue
        assert (told.state, told.low, told.high) == ("cut", least, least), seed
        for answer in (told, rough):
            assert len(answer.members) == answer.high
            assert not {s, d} & set(answer.members)
            assert all(row & set(answer.members) for row in rows), seed
        assert rough.low <= least <= rough.high <= 2 * rough.low, seed
        assert all(any(row & set(rough.members) == {v} for row in rows) for v in rough.members), seed
        assert rough.proof == ("certified" if rough.low == rough.high else "bound"), seed
        rough_ones += rough.proof == "bound"
    assert rough_ones > 0  # else the exact search is not tried


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_kernels_agree_with_walking(start: int) -> None:
    for seed in range(start, start + 50):
        graph = random_graph(seed + 10_000)
        s, d = far_ends(graph, seed)
        made = graph.made()
        node = {int(asn): v for v, asn in enumerate(made.asn)}
        removed = graph.marked(made)
        routes = list(graph.routes(s, d, frozenset(graph.restricted)))
        part = cuts.part_between(made, node[s], node[d], removed=removed)
        assert part.joined == bool(routes), seed
        seen = cuts.joined_to(made, node[d], removed)
        for v in graph.names:
            reach = v == d or any(True for _ in graph.routes(v, d, frozenset(graph.restricted)))
            assert seen[node[v]] == reach, (seed, v)
        draw = random.Random(seed)
        weight = np.array([draw.choice([0.0, 1.0, 2.0, 2.5]) for _ in made.asn])
        cost, nodes = cuts.cheapest_route(part, weight)
        if not routes:
            assert (cost, len(nodes)) == (float("inf"), 0)
            continue
        least = min((sum(weight[node[v]] for v in r[1:-1]), len(r)) for r in routes)
        assert (cost, len(nodes)) == least, seed
        found = tuple(int(made.asn[v]) for v in nodes)
        assert found in set(routes), seed
        assert cost == sum(weight[nodes[1:-1]]), seed
        assert set(made.asn[part.transit].tolist()) >= {v for r in routes for v in r[1:-1]}, seed
        for blocked in subsets(graph.names[2:6]):
            flags = np.isin(made.asn, blocked)
            assert cuts.joined_without(part, flags) == any(not set(r[1:-1]) & set(blocked) for r in routes), seed
        layered = cuts.vertex_cut(part, np.ones(len(made.asn), np.int64), with_routes=True)
        least = least_hit([frozenset(r[1:-1]) for r in routes])
        if least is None:
            assert layered.value == -1
            continue
        assert -(-layered.value // 2) <= least <= len(layered.nodes) <= layered.value, seed
        assert len(layered.routes) == layered.value
        for route in layered.routes:
            assert (s, *(int(made.asn[v]) for v in route), d) in set(routes), seed


def test_a_flow_that_meets_a_network_twice_is_cut_short() -> None:
    node = np.array([50, 51, 7, 8, 7, 9])  # the states of a walk 50, 7 climbing, 8, 7 descending, 9, 51
    assert cuts._without_loops(node, [0, 2, 3, 4, 5, 1]) == [0, 2, 5, 1]
    assert cuts._without_loops(node, [0, 2, 3, 5, 1]) == [0, 2, 3, 5, 1]


def opens(graph: Graph, demands: list[tuple[int, int]], changed: tuple[int, ...]) -> bool:
    left = frozenset(graph.restricted - set(changed))
    return all(s == d or any(True for _ in graph.routes(s, d, left)) for s, d in demands)


@pytest.mark.parametrize("start", range(0, 160, 40))
def test_changes_are_those_of_all_subsets(start: int) -> None:
    for seed in range(start, start + 40):
        graph = random_graph(seed + 30_000, 8)
        draw = random.Random(seed)
        made = graph.made()
        demands = [tuple(draw.choices(graph.names, k=2)) for _ in range(draw.choice([1, 2, 5, 12]))]
        price = {v: draw.choice([1.0, 2.0, 3.0, 0.1, 0.7]) for v in graph.names}
        closed = {(s, d) for s, d in demands if not opens(graph, [(s, d)], tuple(graph.restricted))}
        wanted = [p for p in set(demands) if p not in closed]
        fits = [x for x in subsets(sorted(graph.restricted)) if opens(graph, wanted, x)]
        for cost in (None, np.array([price[int(v)] for v in made.asn])):
            told = smallest_change(made, demands, graph.marked(made), cost=cost)
            least = min(sum(price[v] if cost is not None else 1.0 for v in x) for x in fits)
            assert told.cost == pytest.approx(least, abs=1e-9), seed
            assert told.bound == pytest.approx(least, abs=1e-9), seed
            assert told.proof in PROVES, seed
            assert told.proof == "certified" or cost is not None, seed
            assert told.members in {tuple(sorted(x)) for x in fits}, seed
            assert set(told.closed) == closed, seed
            now = sum(opens(graph, [p], ()) for p in set(demands))
            assert (told.clear_now, told.opened) == (now, len(wanted) - now), seed
