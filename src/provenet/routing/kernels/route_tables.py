"""Conventional simulated routes as tables of next hops, for kernels that walk paths from vantage points."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Ints
from provenet.numerics.compiled import maker
from provenet.routing.kernels.aspaths import LANES, Words, batch_of, route
from provenet.routing.kernels.condense import Condensed, condense
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.kernels.movers import next_hops
from provenet.routing.kernels.rows import Rows, rows_of, see

GOAL, NONE = -2, -3


class Simulated:
    """Routes from chosen networks over a graph: customer over peer over provider, then length, then the smallest ASN.

    Called with destination nodes it gives batches of (destinations int32[lanes], next hops int32[N, 64]) of up to 64
    lanes, each table valid until the next is drawn; -1 stands where there is no route and for networks without
    customers that are not among `sources`; what stands at the destination itself means nothing. Routes are worked out
    once for destinations with equal neighbours. Cost O(links) words for 64 of those; memory 40 MB for the Internet.
    """

    def __init__(self, core: Condensed, sources: Ints) -> None:
        self._core = core
        classes = core.class_of[np.asarray(sources, np.int32)]
        stubs = np.unique(classes[classes >= core.core_count])
        self._rows = rows_of(core, stubs.astype(np.int32))
        row_of = np.full(core.class_count, -1, np.int32)
        row_of[stubs] = np.arange(len(stubs), dtype=np.int32)
        mine = np.unique(np.asarray(sources, np.int32))
        self._stub = mine[core.class_of[mine] >= core.core_count]
        self._row = row_of[core.class_of[self._stub]]

    def __call__(self, destinations: Ints) -> Iterator[tuple[Ints, Ints]]:
        core = self._core
        destinations = np.asarray(destinations, np.int32)
        of_class = core.class_of[destinations]
        order = np.argsort(of_class, kind="stable")
        classes, first = np.unique(of_class[order], return_index=True)
        ends = np.append(first, len(order))
        batch = batch_of(core)
        table = np.full((core.topology.node_count, LANES), -1, np.int32)
        for at in range(0, len(classes), LANES):
            columns = classes[at : at + LANES].astype(np.int32)
            batch = route(core, columns, batch)
            hop, row_hop = next_hops(core, batch), self._row_hops(see(core, batch, self._rows))
            members = order[first[at] : ends[min(at + LANES, len(classes))]]
            lane = np.searchsorted(columns, of_class[members]).astype(np.int32)
            for start in range(0, len(members), LANES):
                root, lanes = destinations[members[start : start + LANES]], lane[start : start + LANES]
                _fill(table, hop, core.core_node, core.core_node, lanes, root)
                _fill(table, row_hop[self._row], core.core_node, self._stub, lanes, root)
                yield root, table

    def _row_hops(self, rows: Rows) -> NDArray[np.int32]:
        links, firsts, count = rows.links, rows.firsts, len(rows.links.classes)
        hop = np.full((count, LANES), NONE, np.int32)
        _spread(rows.state.beside, np.full(count, GOAL, np.int32), np.arange(count + 1), hop)
        _spread(firsts.peer, links.peer, links.peer_start, hop)
        _spread(firsts.up, links.up, links.up_start, hop)
        return hop


class GreatestFirst:
    """As `Simulated`, but of equal routes the one by the greatest ASN is taken: how much rests on the tie rule.

    Routes are worked out over the graph with its ASNs counted down, and given in the numbering of the graph as it is.
    """

    def __init__(self, graph: Topology, sources: Ints) -> None:
        self._last = np.int32(graph.node_count - 1)
        self._routes = Simulated(condense(mirrored(graph)), self._last - np.asarray(sources, np.int32))

    def __call__(self, destinations: Ints) -> Iterator[tuple[Ints, Ints]]:
        for root, table in self._routes(self._last - np.asarray(destinations, np.int32)):
            yield self._last - root, np.where(table < 0, table, self._last - table)[::-1].copy()


def mirrored(graph: Topology) -> Topology:
    """The same graph with ASNs counted down from the sum of the least and the greatest: node v becomes N - 1 - v."""
    if not graph.node_count:
        return graph
    asn = graph.asn[0] + graph.asn[-1] - graph.asn
    owner = [np.repeat(asn, np.diff(start)) for start in (graph.down_start, graph.peer_start)]
    return topology(owner[0], asn[graph.down], owner[1], peer_b=asn[graph.peer], alone=asn)


@maker
def _spread(words: Words, to: Ints, start: Ints, hop: NDArray[np.int32]) -> None:
    """Writes `to[i]` in the lanes of `words[i]` of row r, for i from start[r] to start[r + 1]."""
    for r in range(len(hop)):
        for i in range(start[r], start[r + 1]):
            if words[i]:
                for j in range(LANES):
                    if (words[i] >> np.uint64(j)) & np.uint64(1):
                        hop[r, j] = to[i]


@maker
def _fill(table: Ints, hop: NDArray[np.int32], core_node: Ints, node: Ints, lanes: Ints, root: Ints) -> None:
    """Writes the next hops of some nodes, as nodes; a hop to the destination as the lane's own, none as -1."""
    for v in range(len(node)):
        for at in range(len(root)):
            u = hop[v, lanes[at]]
            if u >= 0:
                table[node[v], at] = core_node[u]
            else:
                table[node[v], at] = root[at] if u == GOAL else -1
