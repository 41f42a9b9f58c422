"""Routes of the kernels and of the second implementation against BGPy's engine: class, length and next hop.

BGPy prefers customer over peer over provider, then the shorter path, then the lower ASN of the neighbour: the
conventional single path. It has no tie sets, and does not run on graphs with rings of providers.
"""

import random
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from against.reference_routes import Graph, random_graph, routes
from against.test_routes_second_implementation import as_topology, kernel_routes
from provenet.routing.kernels.aspaths import batch_of, route
from provenet.routing.kernels.condense import condense

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "as-graph" / "20250901.as-rel2.txt.bz2"
pytestmark = pytest.mark.slow  # the package is no part of the extra `test`: it pins other versions of what tests use
Held = dict[int, tuple[str, int, int | None]]


@pytest.fixture(scope="module")
def peer():
    """The driver of the benchmark. BGPy is another project's code: its warnings at import are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("bgpy.simulation_engine", reason="BGPy is not installed (package bgpy-pkg)")
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import peer_bgpy

    return peer_bgpy


def of_reference(graph: Graph, d: int) -> Held:
    """The conventional routes of all ASes that have one, as BGPy tells them."""
    table = routes(graph, d)
    return {v: (r.kind, r.length, min(r.next_hops, default=None)) for v, r in table.items() if r.kind != "none"}


def of_kernels(graph: Graph, destinations: list[int]) -> list[Held]:
    """The same for transit networks. A stub that is next hop is a direct link to the destination, and is put in."""
    core = condense(as_topology(graph))
    columns = core.class_of[core.topology.nodes_of(np.array(destinations, np.int64))].astype(np.int32)
    batch = route(core, columns, batch_of(core))
    made = []
    for lane, d in enumerate(destinations):
        found = kernel_routes(core, batch, lane)
        made.append(
            {
                v: (held.kind, held.length, d if held.length == 1 else first)
                for v, (held, first) in found.items()
                if held.kind != "none"
            }
        )
    return made


def of_bgpy(peer, graph: Graph, destinations: list[int]) -> list[Held]:
    """What every AS holds when all destinations are announced in one run."""
    theirs = peer.build((graph.sales(), graph.peerings()), graph.every())
    peer.propagate(theirs, destinations)
    return [{asn: held for asn, *held in peer.chosen(theirs, number)} for number in range(len(destinations))]


def compare(peer, graph: Graph, destinations: list[int]) -> int:
    """Three ways at once; returns how many routes of transit networks were compared."""
    count = 0
    for d, theirs, ours in zip(
        destinations, of_bgpy(peer, graph, destinations), of_kernels(graph, destinations), strict=True
    ):
        held = {v: tuple(one) for v, one in theirs.items()}
        assert held == of_reference(graph, d)
        transit = {v for v in graph.every() if graph.customers[v]}
        assert ours == {v: one for v, one in held.items() if v in transit}
        count += len(ours)
    return count


def test_medium_random_graphs(peer):
    for seed in range(12):
        rng = random.Random(seed)
        graph = random_graph(rng, rng.randrange(20, 200), rng.choice([0.0, 0.02, 0.1]), stubs=rng.choice([0.1, 0.5]))
        assert compare(peer, graph, rng.sample(graph.every(), 20))


def test_a_tie_goes_to_the_lower_number_not_to_the_first_told(peer):
    graph = Graph.of([(9, 7), (9, 8), (9, 6), (8, 1), (7, 1), (6, 1)])
    assert of_bgpy(peer, graph, [1])[0][9] == ["customer", 2, 6]
    assert of_kernels(graph, [1])[0][9] == ("customer", 2, 6)


def test_the_internet(peer):
    if not REAL.exists():
        pytest.skip(f"there is no AS graph at {REAL.name} beside the checkout")
    graph = Graph.of(*peer.read_links(REAL))
    carriers = [v for v in graph.every() if len(graph.customers[v]) > 100]
    rng = random.Random(20250901)
    destinations = [*rng.sample(graph.every(), 5), *rng.sample(carriers, 2)]
    assert compare(peer, graph, destinations) > 50_000
