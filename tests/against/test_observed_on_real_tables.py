"""Observed routes of real routing tables beside the graph of the nearest day, for some destinations a second time.

No table at hand is of a graph's day: the tables are of 2014 and 2015, the graph of 2018. So the shares say nothing of
the model; what is tested is that both readings of them agree.
"""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from against.reference_routes import Graph, routes
from against.test_comparison_by_enumeration import is_valley_free, relations
from provenet.core.progress import silent
from provenet.ingest.bgp.mrt import read_mrt
from provenet.ingest.bgp.observed import KEPT, clean_paths
from provenet.routing.comparison import compare_paths, comparison_of
from provenet.routing.kernels.route_tree import trace
from provenet.routing.observed_routes import ObservedRoutes
from provenet.tools.graphs import OpenGraph, open_graph

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
GRAPH = SHARED / "as-graph" / "20180101.as-rel.txt.xz"
TABLES = [SHARED / "mrt" / name for name in ("rib.20140523.0600_firstMB.bz2", "rib6.20151101.0600_firstMB.bz2")]
RESTRICTED = {4134, 4837, 9498}
pytestmark = pytest.mark.skipif(
    not all(place.exists() for place in (GRAPH, *TABLES)),
    reason="the AS graph of 2018 or the real routing tables do not lie beside the checkout (shared/data)",
)


@pytest.fixture(scope="module")
def opened() -> OpenGraph:
    return open_graph(GRAPH, silent)


@pytest.fixture(scope="module")
def read() -> tuple[ObservedRoutes, set[tuple[int, ...]]]:
    """The routes as the product keeps them, and all distinct reported paths in plain Python."""
    observed, paths = ObservedRoutes(), set()
    for place in TABLES:
        for rows in read_mrt(place):
            observed.add(rows)
            start, asn, fate = clean_paths(rows.path_start, rows.path_asn, rows.path_part)
            used = np.unique(rows.path[(rows.path >= 0) & (rows.length > 0)])
            paths |= {tuple(asn[start[p] : start[p + 1]].tolist()) for p in used.tolist() if fate[p] == KEPT}
    return observed, paths


def graph_of(opened: OpenGraph) -> Graph:
    links = opened.links
    sales = zip(links.provider.tolist(), links.customer.tolist(), strict=True)
    return Graph.of(sales, zip(links.peer_a.tolist(), links.peer_b.tolist(), strict=True))


@pytest.mark.slow
def test_counts_of_some_destinations_are_those_of_plain_python(
    opened: OpenGraph, read: tuple[ObservedRoutes, set[tuple[int, ...]]]
) -> None:
    (observed, paths), core = read, opened.core
    asns = core.topology.asn
    rests = {path[at:] for path in paths for at in range(len(path) - 1)}
    known = set(asns.tolist())
    by_goal: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for path in sorted(rests):
        if path[0] in known and path[-1] in known:
            by_goal[path[-1]].append(path)
    # The fullest destination, and every 400th.
    goals = [max(by_goal, key=lambda goal: (len(by_goal[goal]), goal)), *sorted(by_goal)[::400]]
    group = np.zeros(len(asns), np.int64)
    for nth, goal in enumerate(goals, start=1):
        group[int(core.topology.nodes_of(np.array([goal]))[0])] = nth
    walls = np.array(sorted(RESTRICTED), np.int64)
    traced = trace(observed.tree, core.topology, walls)
    into = comparison_of(core, group, traced)
    list(compare_paths(core, observed, traced, restricted=walls, into=into))
    every = np.ones(len(goals) + 1, np.bool_)
    assert into.counts("every", every, every)["path"] == sum(map(len, by_goal.values()))
    assert into.counts("reported", every, every)["path"] == sum(path in paths for of in by_goal.values() for path in of)
    assert into.outside_count == len(rests) - sum(map(len, by_goal.values()))
    graph = graph_of(opened)
    for nth, goal in enumerate(goals, start=1):
        found = into.counts("every", every, np.arange(len(every)) == nth)
        assert found["destination"] == 1
        table = routes(graph, goal)
        mine = by_goal[goal]
        assert found["path"] == len(mine)
        assert found["source"] == found["pair"] == len({path[0] for path in mine})
        links = [list(pairwise(path)) for path in mine]
        is_known = [all(relations(graph, *link) for link in of) for of in links]
        assert found["unknown_link"] == is_known.count(False)
        assert found["valley"] == sum(a and not is_valley_free(graph, p) for a, p in zip(is_known, mine, strict=True))
        assert found["class"] == sum(table[path[0]].kind in relations(graph, path[0], path[1]) for path in mine)
        assert found["next_hop"] == sum(path[1] in table[path[0]].next_hops for path in mine)
        assert found["length"] == sum(table[path[0]].length == len(path) - 1 for path in mine)
        assert found["no_route"] == sum(table[path[0]].kind == "none" for path in mine)
        assert found["whole"] == sum(all(u in table[v].next_hops for v, u in of) for of in links)
        crossing = defaultdict(list)
        for path in mine:
            if table[path[0]].kind != "none":
                crossing[path[0]].append(bool(RESTRICTED & set(path[1:-1])))
        assert found["routed_pair"] == len(crossing)
        assert found["low_other"] == sum(map(all, crossing.values()))
        assert found["high_other"] == sum(map(any, crossing.values()))
