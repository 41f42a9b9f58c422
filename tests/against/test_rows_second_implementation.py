"""What the kernels say of all sources, stubs and restricted ones too, against the second implementation."""

import random

import numpy as np
import pytest

from against.reference_routes import Graph, exposure, ladder, random_graph, routes, tie_paths
from against.test_crossings_second_implementation import ALL, ends_of, share
from against.test_routes_second_implementation import as_read, as_topology, batches, bit
from provenet.routing.kernels.aspaths import LANES, batch_of, route
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.crossing import cross_shares, cross_some, crossings_of
from provenet.routing.kernels.movers import next_hops, walk_back
from provenet.routing.kernels.rows import rows_of, see, see_rungs, see_shares
from provenet.routing.kernels.rungs import climb, rungs_of


def route_of(rows, i, lane):
    """Class and hops of a row's route in one lane."""
    marks = {"customer": rows.state.customer, "peer": rows.state.peer, "provider": rows.state.provider}
    words = [word for word, marked in marks.items() if bit(marked[i], lane)]
    if bit(rows.state.own[i], lane):
        return "self", 0
    if not words:
        return "none", None
    assert len(words) == 1
    return words[0], sum(bit(rows.state.length[i, place], lane) << place for place in range(rows.state.length.shape[1]))


def pairs_of(core, row_classes, chosen):
    """(row, lane, source ASN, destination ASN) of all pairs of two networks, members of stub classes one by one."""
    for i, source_class in enumerate(row_classes):
        for lane, column in enumerate(chosen):
            for s in ends_of(core, source_class):
                for d in ends_of(core, column):
                    yield i, lane, s, d


@pytest.mark.parametrize("cycles", [False, True])
def test_routes_and_shares_of_all_sources(cycles):
    seen = set()
    for seed in range(200):
        rng = random.Random(seed)
        sparse, stubs = rng.choice([0.0, 0.1, 0.3]), rng.choice([0.2, 0.6])
        graph = random_graph(rng, rng.randrange(1, 12), sparse, cycles, stubs, seed % 2 == 0, seed % 5 == 0)
        core, graph = condense(as_topology(graph)), as_read(graph)
        asn = [int(core.topology.asn[node]) for node in core.core_node]
        q = {v: share(rng) for v in graph.every()}
        ends = [np.array([q[v][end] for v in asn], np.float64) for end in (0, 1)]
        restricted = {v for v in graph.every() if rng.random() < 0.3}
        words = np.array([ALL if v in restricted else 0 for v in asn], np.uint64)
        classes = rng.sample(range(core.class_count), rng.randrange(1, core.class_count + 1))
        rows = rows_of(core, np.array(classes, np.int32))
        room, some = crossings_of(core), np.zeros(core.core_count, np.uint64)
        for batch, chosen in batches(core, rng):
            rows = see(core, batch, rows)
            room = cross_shares(core, batch, ends[0], high=ends[1], room=room)
            low, high, clean = see_shares(core, batch, rows, crossed=room)
            some = cross_some(core, batch, words, room=some)
            tables = {d: routes(graph, d) for column in chosen for d in ends_of(core, column)}
            bounds = {d: exposure(graph, d, q) for d in tables}
            for i, lane, s, d in pairs_of(core, classes, chosen):
                if s == d:
                    continue
                wanted = tables[d][s]
                assert route_of(rows, i, lane) == (wanted.kind, wanted.length)
                seen.add(wanted.kind)
                least, most, expected = bounds[d].get(s, (0.0, 0.0, 0.0))
                found = low[i, lane], high[i, lane], 1 - clean[i, lane]
                assert found == pytest.approx((least, most, expected), abs=1e-12)
                ways = tie_paths(tables[d], s)
                if classes[i] < core.core_count:
                    assert bit(some[classes[i]], lane) == any(restricted & set(way[1:-1]) for way, _ in ways)
    assert seen == {"customer", "peer", "provider", "none"}


@pytest.mark.parametrize("lucky", [False, True])
@pytest.mark.parametrize("cycles", [False, True])
def test_rungs_of_all_sources(cycles, lucky):
    seen = set()
    for seed in range(250):
        rng = random.Random(seed)
        sparse, stubs = rng.choice([0.0, 0.1, 0.3]), rng.choice([0.2, 0.5])
        graph = random_graph(rng, rng.randrange(2, 11), sparse, cycles, stubs, seed % 2 == 0, seed % 5 == 0)
        core, graph = condense(as_topology(graph)), as_read(graph)
        asn = [int(core.topology.asn[node]) for node in core.core_node]
        restricted = {v for v in graph.every() if rng.random() < 0.3}
        words = np.array([ALL if v in restricted else 0 for v in asn], np.uint64)
        largest = rng.choice([1, 2, 4])
        rows, room = rows_of(core, np.arange(core.class_count, dtype=np.int32)), rungs_of(core, largest)
        for batch, chosen in batches(core, rng):
            rows = see(core, batch, rows)
            room = climb(core, batch, words, lucky=lucky, room=room)
            walks, turns = see_rungs(core, batch, rows, rungs=room, restricted=words, lucky=lucky)
            ladders = {d: ladder(graph, d, restricted, lucky) for column in chosen for d in ends_of(core, column)}
            for i, lane, s, d in pairs_of(core, range(core.class_count), chosen):
                if s == d:
                    continue
                rung = ladders[d][s]
                costs = [k for k in range(largest + 1) if bit(walks[i, k], lane)]
                told = rung.number is not None and rung.number <= largest
                assert costs == (list(range(rung.number, largest + 1)) if told else [])
                assert bit(walks[i, largest + 1], lane) == (rung.number is not None)
                if told and rung.number:
                    # The chosen path turns at its source exactly if some cheapest one does: deviations come early.
                    assert bit(turns[i, rung.number], lane) == (rung.movers[0] == s)
                if rung.number == 1:
                    assert rung.source_alone == (rung.movers == (s,))
                seen.add((rung.number, s in asn, s in restricted))
    assert seen >= {(k, transit, False) for k in (None, 0, 1, 2) for transit in (False, True)}
    assert seen >= {(k, transit, True) for k in (None, 0, 1) for transit in (False, True)}


@pytest.mark.parametrize("lucky", [False, True])
def test_a_ring_is_worked_to_its_end_for_one_destination_alone(lucky):
    # 2 sells to 5, 5 to 3 and 3 to 2; nobody is restricted, so all is clear as it is.
    graph = Graph.of([(2, 5), (5, 3), (3, 2)])
    core = condense(as_topology(graph))
    none = np.zeros(core.core_count, np.uint64)
    for column in range(core.class_count):
        batch = route(core, np.array([column], np.int32), batch_of(core))
        rows = see(core, batch, rows_of(core, np.arange(core.class_count, dtype=np.int32)))
        rungs = climb(core, batch, none, lucky=lucky, room=rungs_of(core, 2))
        walks, _ = see_rungs(core, batch, rows, rungs=rungs, restricted=none, lucky=lucky)
        assert all(bit(walks[i, 0], 0) for i in range(core.class_count))


@pytest.mark.parametrize("cycles", [False, True])
def test_movers_and_hops_of_all_sources(cycles):
    seen, largest = set(), 4
    for seed in range(300):
        rng = random.Random(seed)
        sparse, stubs = rng.choice([0.0, 0.1, 0.3]), rng.choice([0.2, 0.5])
        graph = random_graph(rng, rng.randrange(2, 11), sparse, cycles, stubs, seed % 2 == 0, seed % 5 == 0)
        core, graph = condense(as_topology(graph)), as_read(graph)
        asn = [int(core.topology.asn[node]) for node in core.core_node]
        restricted = {v for v in graph.every() if rng.random() < 0.3}
        words = np.array([ALL if v in restricted else 0 for v in asn], np.uint64)
        rows, room = rows_of(core, np.arange(core.class_count, dtype=np.int32)), rungs_of(core, largest)
        for batch, chosen in batches(core, rng):
            rows = see(core, batch, rows)
            room = climb(core, batch, words, lucky=False, room=room)
            told = see_rungs(core, batch, rows, rungs=room, restricted=words, lucky=False)
            goal = np.full(LANES, -1, np.int64)
            for lane, column in enumerate(chosen):
                goal[lane] = rng.choice(np.flatnonzero(core.class_of == column))
            asked = told[0][:, largest] & ~told[0][:, 0] & batch.lanes
            ways = {"rungs": room, "restricted": words, "seen": told, "hop": next_hops(core, batch)}
            walks = walk_back(core, batch, rows, **ways, wanted=asked, goal=goal)
            for lane in range(len(chosen)):
                d = int(core.topology.asn[goal[lane]])
                for s, rung in ladder(graph, d, restricted).items():
                    i = int(core.class_of[core.topology.nodes_of(np.array([s]))[0]])
                    if not rung.number or rung.number > largest:
                        continue
                    turned = [int(v) for v in walks.mover[i, lane, : walks.turns[i, lane]]]
                    movers = tuple(s if v < 0 else asn[v] for v in turned)
                    assert (walks.hops[i, lane], movers) == (len(rung.path) - 1, rung.movers)
                    seen.add((rung.number, bool(rung.stretch)))
    assert seen >= {(1, False), (1, True), (2, False), (2, True)}
