"""The kernels of routing against the second implementation, on thousands of small random graphs and a few larger."""

import random
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from against.reference_routes import Graph, Route, random_graph, routes
from provenet.routing.kernels.aspaths import LANES, Batch, batch_of, route
from provenet.routing.kernels.condense import Condensed, condense
from provenet.routing.kernels.csr import Topology, topology
from support.examples import sample


def as_topology(graph: Graph) -> Topology:
    """The same graph as the kernels read it."""
    sales, peerings = graph.sales(), graph.peerings()
    columns = [[a for a, _ in sales], [b for _, b in sales], [a for a, _ in peerings], [b for _, b in peerings]]
    one, two, three, four, every = (np.array(column, np.int64) for column in (*columns, graph.every()))
    return topology(one, two, three, peer_b=four, alone=every)


def as_read(graph: Graph) -> Graph:
    """The graph with the rule of the kernels: a pair that has transit, one way or both, does not also peer."""
    return Graph.of(
        graph.sales(),
        [(a, b) for a, b in graph.peerings() if b not in graph.providers[a] | graph.customers[a]],
        graph.every(),
    )


def bit(word: np.uint64, lane: int) -> bool:
    return bool(int(word) >> lane & 1)


def kernel_routes(core: Condensed, batch: Batch, lane: int) -> dict[int, tuple[Route, int | None]]:
    """Route and conventional next hop of each transit network in one lane, by ASN."""
    state = batch.state
    asn = [int(core.topology.asn[node]) for node in core.core_node]
    ties: dict[int, set[int]] = {v: set() for v in asn}
    first: dict[int, set[int]] = {v: set() for v in asn}
    for v in range(core.core_count):
        for start, links, tie, least in (
            (core.links.down_start, core.links.down, batch.ties.down, batch.firsts.down),
            (core.links.up_start, core.links.up, batch.ties.up, batch.firsts.up),
        ):
            for i in range(start[v], start[v + 1]):
                if bit(tie[i], lane):
                    ties[asn[v]].add(asn[links[i]])
                if bit(least[i], lane):
                    first[asn[v]].add(asn[links[i]])
        for i in range(core.links.peer_start[v], core.links.peer_start[v + 1]) if state.active[v] else ():
            if bit(batch.ties.peer[i], lane):
                ties[asn[core.links.peer[i]]].add(asn[v])
            if bit(batch.firsts.peer[i], lane):
                first[asn[core.links.peer[i]]].add(asn[v])
    made = {}
    for v in range(core.core_count):
        rows = np.concatenate([state.near[v], state.far[v] if state.is_far[v] else state.far[v] * 0])
        levels = [hops for hops, word in enumerate(rows) if bit(word, lane)]
        assert len(levels) <= 1
        length = levels[0] if levels else None
        word = "customer" if bit(state.customer[v], lane) else "peer" if bit(state.peer[v], lane) else "provider"
        kind = "none" if length is None else "self" if length == 0 else word
        assert len(first[asn[v]]) <= 1
        made[asn[v]] = Route(kind, length, frozenset(ties[asn[v]])), next(iter(first[asn[v]]), None)
    return made


def batches(core: Condensed, rng: random.Random) -> Iterator[tuple[Batch, list[int]]]:
    """The routes to all classes of destinations, in mixed batches; the room of one is the room of the next.

    Batches of one destination are frequent: lanes that go on longer would hide one that stops too soon.
    """
    columns = list(range(core.class_count))
    rng.shuffle(columns)
    room = batch_of(core)
    while columns:
        size = rng.choice([1, 1, rng.randrange(1, 8), LANES, rng.randrange(1, LANES + 1)])
        chosen, columns = columns[: min(size, LANES)], columns[min(size, LANES) :]
        room = route(core, np.array(chosen, np.int32), room)
        yield room, chosen


def compare(graph: Graph, rng: random.Random) -> set[tuple[str, int]]:
    """Compares all routes of transit networks to all destinations; returns the sorts of route that were seen."""
    core, seen = condense(as_topology(graph)), set()
    graph = as_read(graph)
    for batch, chosen in batches(core, rng):
        for lane, column in enumerate(chosen):
            found = kernel_routes(core, batch, lane)
            for d in [int(core.topology.asn[node]) for node in np.flatnonzero(core.class_of == column)]:
                table = routes(graph, d)
                wanted = {v: (table[v], min(table[v].next_hops, default=None)) for v in found}
                # A stub that is next hop is an end: the kernels do not name it among links of transit networks.
                direct = {v for v in found if table[v].next_hops == {d} and d not in found}
                assert {v: one for v, one in found.items() if v not in direct} == {
                    v: one for v, one in wanted.items() if v not in direct
                }
                assert all(found[v][0][:2] == wanted[v][0][:2] for v in direct)
                seen |= {(one.kind, min(2, len(one.next_hops))) for one, _ in wanted.values()}
    return seen


EVERY_SORT = {("self", 0), ("none", 0), *((kind, n) for kind in ("customer", "peer", "provider") for n in (1, 2))}


@pytest.mark.parametrize("cycles", sample([True, False], 2))
def test_routes_on_small_graphs(cycles):
    seen = set()
    for seed in range(1500):
        rng = random.Random(seed)
        size, sparse, stubs = rng.randrange(1, 15), rng.choice([0.0, 0.1, 0.3]), rng.choice([0.0, 0.3, 0.6])
        seen |= compare(random_graph(rng, size, sparse, cycles, stubs), rng)
    assert seen == EVERY_SORT


@pytest.mark.parametrize("cycles", sample([True, False], 2))
def test_routes_on_graphs_of_more_than_one_batch(cycles):
    seen = set()
    for seed in range(4):
        rng = random.Random(seed)
        seen |= compare(random_graph(rng, 150, rng.choice([0.0, 0.02, 0.1]), cycles, rng.choice([0.1, 0.5])), rng)
    assert seen == EVERY_SORT


def test_routes_where_pairs_sell_to_each_other_or_also_peer():
    for seed in range(1500):
        rng = random.Random(seed)
        compare(random_graph(rng, rng.randrange(2, 12), 0.2, True, 0.2, mutual=True, twice=True), rng)


def test_routes_over_long_chains():
    for seed in range(5):
        rng = random.Random(seed)
        chain = rng.sample(range(1, 2**32), 40)
        graph = Graph.of(pairwise(chain), [(chain[0], 5), (5, 6)] if seed % 2 else [])
        compare(graph, rng)
