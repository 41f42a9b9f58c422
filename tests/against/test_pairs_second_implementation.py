"""The ladder pair by pair, every column of it, against the second implementation on small random graphs."""

import random

import numpy as np
import pytest

from against.reference_routes import Graph, random_graph
from against.reference_rows import TOP, rows
from against.test_crossings_second_implementation import share
from against.test_routes_second_implementation import as_read, as_topology
from provenet.routing.kernels import lanes
from provenet.routing.kernels.condense import condense
from provenet.routing.ladder import Engine, LadderQuestion
from provenet.routing.pairs import REASONS, pair_batches
from support.examples import sample

KIND = {lanes.CUSTOMER: "customer", lanes.PEER: "peer", lanes.PROVIDER: "provider", lanes.NO_ROUTE: "none"}
SHARES = (
    *("low_share", "high_share", "expected_share"),
    *("reverse_low_share", "reverse_high_share", "either_low_share", "either_high_share"),
)


def product_rows(graph: Graph, restricted, shares, sources, destinations, count_endpoints=False, threads=1):
    """The rows of the product by (source, destination), with None where it holds nothing."""
    made, core = {}, condense(as_topology(graph))
    asn = core.topology.asn
    low, high = (np.array([shares.get(int(v), (0.0, 0.0))[end] for v in asn], np.float64) for end in (0, 1))
    bad = np.array([int(v) in restricted for v in asn], np.bool_)
    ends = [core.topology.nodes_of(np.array(sorted(those), np.int64)) for those in (sources, destinations)]
    engine = Engine(
        LadderQuestion(core, *ends, bad, np.where(bad, 1.0, low), np.where(bad, 1.0, high), count_endpoints), threads
    )
    with engine:
        for pairs in pair_batches(engine):
            for i, pair in enumerate(zip(pairs.src_asn.tolist(), pairs.dst_asn.tolist(), strict=True)):
                assert pair not in made
                made[pair] = one_row(pairs, i)
    return made


def one_row(pairs, i):
    routed, clear = bool(pairs.routed[i]), pairs.rung[i] >= 0
    row = {name: float(column[i]) if routed else None for name, column in pairs.shares.items()}
    row["route_class"] = KIND[int(pairs.kind[i])] if routed else "none"
    row["length_hops"] = int(pairs.hops[i]) if routed else None
    row["clear_route_exists"] = bool(clear)
    row["rung"] = int(pairs.rung[i]) if clear else None
    row["rung_lucky"] = int(pairs.rung_lucky[i]) if pairs.rung_lucky[i] >= 0 else None
    row["rung_source_alone"] = bool(pairs.alone[i]) if pairs.rung[i] == 1 else None
    told = bool(pairs.movers_listed[i])
    row["movers"] = pairs.mover[pairs.mover_start[i] : pairs.mover_start[i + 1]].tolist() if told else None
    row["stretch_hops"] = int(pairs.stretch[i]) if told else None
    row["no_clear_route"] = (None, *REASONS)[pairs.reason[i]]
    return row


def differences(found, wanted):
    """What differs between two rows. Where movers are not told, the walk is long or there is none."""
    said = {}
    for name, value in wanted.items():
        ours = found[name]
        if name in SHARES and value is not None:
            if ours != pytest.approx(value, abs=1e-9):
                said[name] = ours, value
        elif name in ("movers", "stretch_hops") and ours is None:
            if not (wanted["rung"] is None or wanted["rung"] == TOP):
                said[name] = ours, value
        elif ours != value:
            said[name] = ours, value
    return said


@pytest.mark.parametrize("count_endpoints", [False, True])
@pytest.mark.parametrize("cycles", sample([True, False], 2))
def test_every_column_of_every_pair(cycles, count_endpoints):
    seen = set()
    for seed in range(400):
        rng = random.Random(seed)
        sparse, stubs = rng.choice([0.0, 0.1, 0.3]), rng.choice([0.1, 0.4, 0.6])
        graph = random_graph(rng, rng.randrange(2, 11), sparse, cycles, stubs, seed % 2 == 0, seed % 5 == 0)
        restricted = {v for v in graph.every() if rng.random() < 0.25}
        shares = {v: share(rng) for v in graph.every() if rng.random() < 0.6}
        sources, destinations = (rng.sample(graph.every(), rng.randrange(1, len(graph.every()) + 1)) for _ in range(2))
        wanted = rows(as_read(graph), restricted, shares, destinations, count_endpoints)
        found = product_rows(graph, restricted, shares, sources, destinations, count_endpoints)
        assert found.keys() == {pair for pair in wanted if pair[0] in sources}
        for pair, row in found.items():
            assert differences(row, wanted[pair]) == {}, (seed, pair)
            seen.add((wanted[pair]["rung"], wanted[pair]["rung_lucky"]))
    assert seen >= {(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (None, None)}
