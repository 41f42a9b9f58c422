"""Scenarios on the AS graph of September 2025: a graph without the element, built and routed anew, says the same."""

from pathlib import Path

import numpy as np
import pytest

from provenet.ingest.bgp.as_links import read_as_links
from provenet.routing.kept_routes import KeptRoutes
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.kernels.scenario_counts import COUNTED
from provenet.routing.scenarios import PairCounts, Scenario, ScenarioStudy
from provenet.routing.whatif import without

GRAPH = Path(__file__).resolve().parents[4] / "shared" / "data" / "as-graph" / "20250901.as-rel2.txt.bz2"
NO_GRAPH = pytest.mark.skipif(not GRAPH.is_file(), reason="no AS graph on this machine")
pytestmark = [pytest.mark.slow, NO_GRAPH]


def counted(made: Topology, nodes: np.ndarray, restricted: np.ndarray) -> PairCounts:
    """What the pairs of some networks with all of a graph are; a network that the graph lacks has none."""
    flags = np.isin(made.asn, restricted)
    here = nodes >= 0
    study = ScenarioStudy(made, nodes[here], np.arange(made.node_count, dtype=np.int32), flags, [])
    list(study.run())
    found = np.zeros((4, len(nodes)), np.int64)
    before = study.before
    found[:, here] = before.pairs, before.routed, before.low_clear, before.high_clear
    return PairCounts(found[0], found[1], low_clear=found[2], high_clear=found[3])


@pytest.fixture(scope="module")
def made() -> Topology:
    links = read_as_links(GRAPH)
    return topology(links.provider, links.customer, links.peer_a, peer_b=links.peer_b, alone=links.alone)


def drawn(made: Topology, seed: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sources, the networks by how many customers they have, and which are restricted."""
    rng = np.random.default_rng(seed)
    sources = np.sort(rng.choice(made.node_count, count, replace=False)).astype(np.int32)
    by_customers = np.argsort(-np.diff(made.down_start), kind="stable")
    restricted = np.zeros(made.node_count, np.bool_)
    restricted[by_customers[5:40:7]] = True
    return sources, by_customers, restricted


def test_networks_and_links_gone_as_in_graphs_built_anew(made: Topology) -> None:
    sources, by_customers, restricted = drawn(made, 5, 30)
    buyer = next(int(v) for v in sources if made.up_start[v] < made.up_start[v + 1])
    provider = int(made.up[made.up_start[buyer]])
    scenarios = [Scenario(removed=(int(v),)) for v in by_customers[[0, 30, 400]]]
    scenarios.append(Scenario(cut=((buyer, provider),)))
    every = np.arange(made.node_count, dtype=np.int32)
    study = ScenarioStudy(made, sources, every, restricted, scenarios)
    list(study.run())
    before = study.before
    walls = made.asn[restricted]
    for nth, scenario in enumerate(scenarios):
        node, other = scenario.cut[0] if scenario.cut else (scenario.removed[0], -1)
        left = without(made, node, other)
        after = counted(left, left.nodes_of(made.asn[sources]), walls)
        found = dict(zip(COUNTED, study.counts[nth].T, strict=True))
        kept = ~np.isin(sources, scenario.removed)
        assert ((before.routed - found["low_lost"] + found["gained"])[kept] == after.routed[kept]).all()
        assert ((before.low_crossing + found["low_crossing"])[kept] == after.low_crossing[kept]).all()
        assert ((before.high_crossing + found["high_crossing"])[kept] == after.high_crossing[kept]).all()
        assert (found["low_new"] <= found["high_new"]).all()


def test_networks_gone_over_kept_routes_as_in_studies_of_their_own(made: Topology) -> None:
    sources, by_customers, restricted = drawn(made, 6, 60)
    by_peers = np.argsort(-np.diff(made.peer_start), kind="stable")
    every = np.arange(made.node_count, dtype=np.int32)
    gone = [(int(v),) for v in [*by_customers[[0, 1, 3, 8, 30, 400]], *by_peers[:4], sources[7]]]
    gone.append(tuple(by_customers[[2, 4, 60]].tolist()))
    study = ScenarioStudy(made, sources, every, restricted, [Scenario(removed=one) for one in gone])
    list(study.run())
    kept = KeptRoutes(made, sources, every, restricted=restricted)
    assert all((getattr(kept.before, name) == getattr(study.before, name)).all() for name in ("routed", "low_clear"))
    for counts, removed in zip(study.counts, gone, strict=True):
        assert (kept.without(removed) == counts).all(), removed
        assert counts.any()
