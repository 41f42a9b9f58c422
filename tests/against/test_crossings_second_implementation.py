"""The kernels of crossings and rungs between transit networks against the second implementation, on small graphs."""

import random

import numpy as np
import pytest

from against.reference_routes import crossed, independent, ladder, least, most, random_graph, routes, tie_paths
from against.test_routes_second_implementation import as_read, as_topology, batches, bit
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.crossing import cross_shares, cross_some, crossings_of
from provenet.routing.kernels.rungs import climb, rungs_of

ALL = np.uint64(2**64 - 1)


def share(rng: random.Random) -> tuple[float, float]:
    """Often nothing, often certain, often not known at all, and else anything."""
    ends = sorted([rng.random(), rng.random()])
    return rng.choice([(0.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (ends[0], ends[0]), (ends[0], ends[1])])


def ends_of(core, column):
    """The ASNs of a class."""
    return [int(core.topology.asn[node]) for node in np.flatnonzero(core.class_of == column)]


@pytest.mark.parametrize("cycles", [False, True])
def test_shares_of_transit_networks(cycles):
    checked = 0
    for seed in range(400):
        rng = random.Random(seed)
        sparse = rng.choice([0.0, 0.1, 0.3])
        graph = random_graph(rng, rng.randrange(1, 13), sparse, cycles, 0.2, seed % 2 == 0, seed % 5 == 0)
        core, graph = condense(as_topology(graph)), as_read(graph)
        asn = [int(core.topology.asn[node]) for node in core.core_node]
        q = {v: share(rng) for v in graph.every()}
        ends = [np.array([q[v][end] for v in asn], np.float64) for end in (0, 1)]
        restricted = {v for v in graph.every() if rng.random() < 0.3}
        words = np.array([ALL if v in restricted else 0 for v in asn], np.uint64)
        room, some = crossings_of(core), np.zeros(core.core_count, np.uint64)
        for batch, chosen in batches(core, rng):
            room = cross_shares(core, batch, ends[0], high=ends[1], room=room)
            some = cross_some(core, batch, words, room=some)
            for lane, column in enumerate(chosen):
                table = routes(graph, ends_of(core, column)[0])
                for v, at in zip(asn, range(core.core_count), strict=True):
                    ways = tie_paths(table, v)
                    if not ways:
                        continue
                    over = [(set(way[:-1]), chance) for way, chance in ways]
                    clean = 1 - sum(chance * independent(q, those) for those, chance in over)
                    wanted = min(least(q, those) for those, _ in over), max(most(q, those) for those, _ in over), clean
                    found = room.low[at, lane], room.high[at, lane], room.clean[at, lane]
                    assert found == pytest.approx(wanted, abs=1e-12)
                    assert bit(some[at], lane) == any(restricted & crossed(way, False) for way, _ in ways)
                    checked += 1
    assert checked > 5_000


@pytest.mark.parametrize("lucky", [False, True])
@pytest.mark.parametrize("cycles", [False, True])
def test_rungs_of_transit_networks(cycles, lucky):
    seen = set()
    for seed in range(250):
        rng = random.Random(seed)
        size, sparse = rng.randrange(2, 11), rng.choice([0.0, 0.1, 0.3])
        graph = random_graph(rng, size, sparse, cycles, 0.2, seed % 2 == 0, seed % 5 == 0)
        core, graph = condense(as_topology(graph)), as_read(graph)
        asn = [int(core.topology.asn[node]) for node in core.core_node]
        restricted = {v for v in graph.every() if rng.random() < 0.3}
        words = np.array([ALL if v in restricted else 0 for v in asn], np.uint64)
        largest = rng.choice([1, 2, 4])
        room = rungs_of(core, largest)
        for batch, chosen in batches(core, rng):
            room = climb(core, batch, words, lucky=lucky, room=room)
            for lane, column in enumerate(chosen):
                d = ends_of(core, column)[0]
                for s, rung in ladder(graph, d, restricted, lucky).items():
                    if s not in asn or s in restricted:
                        continue
                    at = asn.index(s)
                    costs = [k for k in range(largest + 1) if bit(room.up[at, k], lane)]
                    told = rung.number is not None and rung.number <= largest
                    assert costs == (list(range(rung.number, largest + 1)) if told else [])
                    assert bit(room.up[at, largest + 1], lane) == (rung.number is not None)
                    seen.add(rung.number)
    assert seen >= {None, 0, 1, 2}
