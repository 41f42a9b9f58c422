"""Routing that settles anew once networks are held to a hop: by hand, and on drawn graphs by plain dictionaries."""

from collections import deque

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.kernels.route_tree import pinned_path

NODES = 9


class Graph:
    """Who sells to whom and who peers with whom, by node; routes as (class, hops, next node)."""

    def __init__(self, sold: set[tuple[int, int]], peers: set[tuple[int, int]], nodes: int = NODES) -> None:
        self.nodes = range(nodes)
        self.sold = {(a, b) for a, b in sold if a != b}
        flat = self.sold | {(b, a) for a, b in self.sold}
        self.peers = {(min(pair), max(pair)) for pair in peers if pair[0] != pair[1] and pair not in flat}

    def topology(self) -> Topology:
        sold, peers = (np.array(sorted(links), np.int64).reshape(-1, 2) for links in (self.sold, self.peers))
        return topology(sold[:, 0], sold[:, 1], peers[:, 0], peer_b=peers[:, 1], alone=np.array(self.nodes, np.int64))

    def customers(self, v: int) -> list[int]:
        return sorted(b for a, b in self.sold if a == v)

    def providers(self, v: int) -> list[int]:
        return sorted(a for a, b in self.sold if b == v)

    def peers_of(self, v: int) -> list[int]:
        return sorted([b for a, b in self.peers if a == v] + [a for a, b in self.peers if b == v])

    def today(self, d: int) -> dict[int, tuple[int, int, int]]:
        """The best route of each node: by class, then hops, then the lowest next node."""
        routes = {d: (4, 0, -1)}
        for kind, offers in ((3, self.customers), (2, self.peers_of), (1, self.providers)):
            fixed = dict(routes)
            while True:
                found = {}
                for v in self.nodes:
                    known = fixed if kind == 2 else routes
                    offered = [(known[u][1] + 1, u) for u in offers(v) if u in known and (kind == 1 or known[u][0] > 2)]
                    if v not in fixed and offered:
                        hops, hop = min(offered)
                        found[v] = (kind, hops, hop)
                if all(routes.get(v) == one for v, one in found.items()):
                    break
                routes |= found
        return routes

    def settled(self, d: int, pins: dict[int, int], source: int, most: int) -> tuple[list[int], bool]:
        """First come, first served; the path at the end, and whether everybody was content."""
        routes = self.today(d)
        queue = deque(v for v in pins if v != d)
        settled = True
        while queue:
            v = queue.popleft()
            most -= 1
            if most < 0:
                settled = False
                break
            best = self.best(v, d, pins, routes)
            if best == routes.get(v):
                continue
            routes.pop(v, None)
            if best:
                routes[v] = best
            for u in (*self.customers(v), *self.peers_of(v), *self.providers(v)):
                if u not in queue and u != d:
                    queue.append(u)
        path = [source]
        while path[-1] != d:
            if path[-1] not in routes or len(path) > len(self.nodes):
                return [], settled
            path.append(routes[path[-1]][2])
        return path, settled

    def best(
        self, v: int, d: int, pins: dict[int, int], routes: dict[int, tuple[int, int, int]]
    ) -> tuple[int, int, int] | None:
        offers = []
        for rank, others in ((3, self.customers(v)), (2, self.peers_of(v)), (1, self.providers(v))):
            for u in others:
                if u not in routes or (rank > 1 and routes[u][0] < 3):
                    continue
                walk = [u]
                while walk[-1] not in (d, v) and walk[-1] in routes:
                    walk.append(routes[walk[-1]][2])
                if walk[-1] == d:
                    offers.append((pins.get(v) == u, rank, -routes[u][1] - 1, -u))
        if not offers:
            return None
        _, rank, hops, hop = max(offers)
        return rank, -hops, -hop


def path_of(graph: Graph, d: int, pins: dict[int, int], source: int, most_choices: int = 0) -> tuple[list[int], bool]:
    pinned, hop = (np.array(list(part), np.int32) for part in (pins.keys(), pins.values()))
    path, settled = pinned_path(graph.topology(), d, pinned, hop=hop, source=source, most_choices=most_choices)
    return path.tolist(), settled


def test_one_that_is_held_takes_its_provider_and_others_follow() -> None:
    # 0 sells to 1 and 2, both sell to 3 and 1 sells to 4 as well; 3 goes down from nobody: its providers are 1 and 2.
    graph = Graph({(0, 1), (0, 2), (1, 3), (2, 3), (0, 4)}, set())
    assert path_of(graph, 4, {}, 3) == ([3, 1, 0, 4], True)
    assert path_of(graph, 4, {3: 2}, 3) == ([3, 2, 0, 4], True)
    # 0 has customer routes through 1 and 2: held to 2, everybody above follows.
    assert path_of(graph, 3, {0: 2}, 4) == ([4, 0, 2, 3], True)
    # A hop that offers nothing holds nobody: peers do not pass on what they have from a provider.
    aside = Graph({(0, 1), (0, 3), (2, 4)}, {(1, 2)})
    assert path_of(aside, 3, {2: 1}, 2) == ([], True)
    assert path_of(aside, 1, {4: 2}, 4) == ([4, 2, 1], True)


def test_preferences_that_conflict_do_not_settle() -> None:
    """Three peers round a destination below all of them, each held to the next one: nobody is ever content."""
    graph = Graph({(1, 0), (2, 0), (3, 0)}, {(1, 2), (2, 3), (1, 3)}, nodes=4)
    path, settled = path_of(graph, 0, {1: 2, 2: 3, 3: 1}, 1)
    assert (path, settled) == graph.settled(0, {1: 2, 2: 3, 3: 1}, 1, 64 * (4 + 3 + 6))
    assert not settled


def drawn(seed: int) -> tuple[Graph, int, dict[int, int]]:
    rng = np.random.default_rng(seed)
    name = rng.permutation(NODES).tolist()
    sold = {(name[min(pair)], name[max(pair)]) for pair in rng.integers(0, NODES, (rng.integers(9, 18), 2)).tolist()}
    mutual = {(b, a) for a, b in sold if rng.random() < 0.1}
    peers = {tuple(pair) for pair in rng.integers(0, NODES, (rng.integers(0, 7), 2)).tolist()}
    graph = Graph(sold | mutual, peers)
    around = {v: [*graph.customers(v), *graph.peers_of(v), *graph.providers(v)] for v in graph.nodes}
    movers = [v for v in rng.permutation(NODES).tolist() if around[v]][: rng.integers(1, 7)]
    pins = {v: int(rng.choice(around[v])) for v in movers}
    return graph, int(rng.integers(NODES)), pins


@pytest.mark.parametrize("seed", range(200))
def test_paths_are_those_that_plain_dictionaries_settle_on(seed: int) -> None:
    graph, d, pins = drawn(seed)
    most = 64 * (NODES + 2 * len(graph.peers) + len(graph.sold))
    for source in graph.nodes:
        assert path_of(graph, d, pins, source) == graph.settled(d, pins, source, most)
    for few in (1, 2, 5):
        source = next(iter(pins), 0)
        assert path_of(graph, d, pins, source, most_choices=few) == graph.settled(d, pins, source, few)


def test_the_drawn_graphs_are_not_all_alike() -> None:
    cases = [drawn(seed) for seed in range(200)]

    def moves(graph: Graph, d: int, pins: dict[int, int]) -> bool:
        return any(graph.settled(d, pins, one, 999) != graph.settled(d, {}, one, 999) for one in graph.nodes)

    assert 40 < sum(moves(*case) for case in cases) < 180
    assert any(d in pins for _, d, pins in cases)
