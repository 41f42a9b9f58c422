"""Routes of the Internet of September 2025: counts of one network's ladder, and pairs explained in two ways."""

import random
from pathlib import Path

import numpy as np
import pytest

from provenet.core.progress import silent
from provenet.core.user_cache import SETTING
from provenet.routing.explain import RELATIONS, Internet, explain
from provenet.routing.fold import fold_all
from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.ladder import Engine, LadderQuestion
from provenet.routing.pairs import REASONS, pair_batches
from provenet.tools.graphs import NetworkNames, OpenGraph, open_graph, read_names

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "as-graph"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared AS graphs are not beside this checkout"),
]
FEDERAL_SECURITY_OFFICE = 49234


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenGraph:
    """The graph as a second call sees it: mapped from the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, str(tmp_path_factory.mktemp("cache")))
        place = FOLDER / "20250901.as-rel2.txt.bz2"
        first, second = open_graph(place, silent), open_graph(place, silent)
    for name in ("provider", "customer", "peer_a", "peer_b"):
        assert np.array_equal(getattr(first.links, name), getattr(second.links, name))
    assert (first.links.counts, first.links.digest) == (second.links.counts, second.links.digest)
    assert np.array_equal(first.core.topology.order, second.core.topology.order)
    return second


@pytest.fixture(scope="module")
def names() -> NetworkNames:
    return read_names(FOLDER / "asnames-country-202302.txt.xz", [], silent)


def question(
    opened: OpenGraph, names: NetworkNames, sources: list[int], destinations: list[int] | None
) -> LadderQuestion:
    """Some networks to others, or to all, around those registered in China."""
    topology = opened.core.topology
    inside = np.isin(topology.asn, names.registered_in("CN"))
    every = np.arange(topology.node_count, dtype=np.int32)
    ends = every if destinations is None else np.sort(topology.nodes_of(np.array(destinations, np.int64)))
    from_nodes = np.sort(topology.nodes_of(np.array(sources, np.int64)))
    return LadderQuestion(opened.core, from_nodes, ends, inside, inside * 1.0, inside * 1.0)


def test_pairs_without_a_clear_route_by_their_reason(opened: OpenGraph, names: NetworkNames) -> None:
    asked = question(opened, names, [FEDERAL_SECURITY_OFFICE], None)
    engine, sums = Engine(asked), np.zeros((1, len(FIELDS)))
    with engine:
        list(fold_all(engine, asked.rows, asked.columns, sums=sums))
    found = dict(zip(FIELDS, sums[0].astype(int).tolist(), strict=True))
    assert (found["pairs"], found["rung_none"], found["no_route"]) == (78_642, 998, 522)
    assert (found["none_destination_inside"], found["none_source_inside"], found["none_blocked"]) == (434, 0, 42)


def test_pairs_explained_are_pairs_of_the_ladder(opened: OpenGraph, names: NetworkNames) -> None:
    rng, topology = random.Random(7), opened.core.topology
    inside = [asn for asn in names.registered_in("CN") if topology.nodes_of(np.array([asn]))[0] >= 0]
    sources = [FEDERAL_SECURITY_OFFICE, 3320, 680, *rng.sample(topology.asn.tolist(), 6)]
    destinations = [15169, 7497, *rng.sample(inside, 4), *rng.sample(topology.asn.tolist(), 10)]
    asked = question(opened, names, sources, destinations)
    internet, engine, rungs = Internet(topology), Engine(asked), set()
    with engine:
        for pairs in pair_batches(engine):
            for i in range(len(pairs)):
                ends = topology.nodes_of(np.array([pairs.src_asn[i], pairs.dst_asn[i]])).tolist()
                found = explain(internet, *ends, restricted=asked.restricted)
                said = (RELATIONS[pairs.kind[i]], pairs.hops[i] if pairs.routed[i] else -1)
                assert (found.towards.relation(ends[0]), found.towards.hops[ends[0]]) == said
                assert (found.reason, found.blocked is None) == ((None, *REASONS)[pairs.reason[i]], pairs.reason[i] < 2)
                top = -1 if found.rung is None else min(found.rung, 3)
                lucky = -1 if found.rung_lucky is None else min(found.rung_lucky, 3)
                assert (top, lucky) == (pairs.rung[i], pairs.rung_lucky[i])
                assert found.source_alone == (bool(pairs.alone[i]) if top == 1 else None)
                if pairs.movers_listed[i] and found.walk is not None:
                    mine = slice(pairs.mover_start[i], pairs.mover_start[i + 1])
                    turns = [topology.asn[[v, u]].tolist() for v, u in found.walk.turns]
                    assert turns == np.stack([pairs.mover[mine], pairs.toward[mine]], axis=1).tolist()
                    assert len(found.walk.nodes) - len(found.path) == pairs.stretch[i]
                rungs.add(top)
    assert {-1, 0, 1} <= rungs
