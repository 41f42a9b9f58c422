"""Routing inside a network by least cost, with equal-cost paths: link loads, what stands on the paths of demands, and
explicit paths as segment lists.

Each node sends traffic for a destination over every outgoing arc of least cost, in equal parts; parallel links count
each. End nodes count: they forward. The exposure of a demand is the share of its traffic that meets a restricted node
or link, from `low`, with unknown elements clear, to `high`, with unknown elements restricted.
Source: the shares along paths are our own (decision 0068).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.routing.kernels.igp import FAR, Arcs, NodeMarks, Room, Tree, grow, pour, room_of, tree_of


class Network(NamedTuple):
    """Arcs in rows by tail, where each stood in the order given (`place`, int64[arcs]), and counts."""

    arcs: Arcs
    place: Longs
    node_count: int
    link_count: int


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Which elements are restricted and which are unknown: bool[nodes] and bool[links]; restricted goes first."""

    restricted_nodes: Flags
    unknown_nodes: Flags
    restricted_links: Flags
    unknown_links: Flags

    def shares(self) -> NodeMarks:
        """The marks as the kernels take them."""
        return NodeMarks(
            (~self.restricted_nodes).astype(np.float64),
            (~(self.restricted_nodes | self.unknown_nodes)).astype(np.float64),
            (~self.restricted_links).astype(np.float64),
            (~(self.restricted_links | self.unknown_links)).astype(np.float64),
        )


@dataclass(frozen=True, kw_only=True)
class Exposures:
    """Exposure of each demand: `low` and `high` float64[k], NaN where `connected` (bool[k]) says that no path exists.

    Restricted is `low`, unknown is `high - low`, clear is `1 - high`: a share of exactly 0 or 1 is exact.
    """

    low: Floats
    high: Floats
    connected: Flags


def network_of(node_count: int, link_count: int, *, tail: Longs, head: Longs, metric: Longs, link_of: Longs) -> Network:
    """A network of arcs as the kernels take it.

    Parameters
    ----------
    tail, head, link_of : int64[arcs]; places of nodes and links.
    metric : int64[arcs], at least 1, so that paths of equal cost are equal exactly.

    Raises
    ------
    ValueError
        A metric is below 1.

    >>> net = network_of(2, 1, tail=np.array([0]), head=np.array([1]), metric=np.array([1]), link_of=np.array([0]))
    >>> net.arcs.start.tolist()
    [0, 1, 1]
    """
    if len(metric) and metric.min() < 1:
        raise ValueError("a metric is below 1")
    order = np.argsort(tail, kind="stable")
    arriving = np.argsort(head[order], kind="stable").astype(np.int32)
    arcs = Arcs(
        start=_starts(tail, node_count),
        tail=tail[order].astype(np.int32),
        head=head[order].astype(np.int32),
        metric=metric[order].astype(np.int64),
        link=link_of[order].astype(np.int32),
        into=_starts(head, node_count),
        feeder=arriving,
    )
    return Network(arcs, order, node_count, link_count)


def _starts(ends: Longs, nodes: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=nodes))]).astype(np.int32)


def exposures(network: Network, marks: Marks, *, source: Longs, target: Longs) -> Exposures:
    """The exposure of each demand with every element up. Cost O(targets x arcs log arcs).

    >>> line = network_of(
    ...     3, 2, tail=np.array([0, 1]), head=np.array([1, 2]), metric=np.array([1, 1]), link_of=np.array([0, 1])
    ... )
    >>> none, middle = np.zeros(2, bool), np.array([False, True, False])
    >>> marks = Marks(restricted_nodes=middle, unknown_nodes=~middle, restricted_links=none, unknown_links=none)
    >>> found = exposures(line, marks, source=np.array([0, 2]), target=np.array([2, 0]))
    >>> found.low.tolist(), found.high.tolist()
    ([1.0, nan], [1.0, nan])
    """
    tree, room = _trees(network)
    shares = marks.shares()
    low, high = np.full(len(source), np.nan), np.full(len(source), np.nan)
    for end, demands in by_end(target):
        grow(network.arcs, shares, end, tree, room)
        start = source[demands]
        reached = tree.distance[start] < FAR
        low[demands] = np.where(reached, 1.0 - tree.free[start], np.nan)
        high[demands] = np.where(reached, 1.0 - tree.clear[start], np.nan)
    return Exposures(low=low, high=high, connected=~np.isnan(low))


def loads(network: Network, *, source: Longs, target: Longs, volume: Floats) -> Floats:
    """Traffic that demands put on each arc, float64[arcs] in the order given.

    Cost O(targets x arcs log arcs).
    """
    tree, room = _trees(network)
    marks, load = unmarked(network), np.zeros(len(network.place))
    for end, demands in by_end(target):
        count = grow(network.arcs, marks, end, tree, room)
        flow = np.bincount(source[demands], weights=volume[demands], minlength=network.node_count)
        flow[tree.distance >= FAR] = 0.0
        pour(network.arcs, count, tree, room, flow, load)
    by_arc = np.empty_like(load)
    by_arc[network.place] = load
    return by_arc


def _trees(network: Network) -> tuple[Tree, Room]:
    return tree_of(network.node_count), room_of(network.node_count, len(network.place))


def by_end(ends: Longs, which: Longs | None = None) -> list[tuple[int, Longs]]:
    """Demands, all or some, gathered by one of their ends."""
    every = np.arange(len(ends)) if which is None else which
    order = every[np.argsort(ends[every], kind="stable")]
    found, first = np.unique(ends[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, first[1:]), strict=True)) if len(found) else []


def marks_of(network: Network, marked: Flags) -> Marks:
    """The marks of a network of which nothing is unknown; `marked` bool[nodes + links] is restricted."""
    nodes, links = np.zeros(network.node_count, np.bool_), np.zeros(network.link_count, np.bool_)
    return Marks(
        restricted_nodes=marked[: network.node_count],
        unknown_nodes=nodes,
        restricted_links=marked[network.node_count :],
        unknown_links=links,
    )


def unmarked(network: Network) -> NodeMarks:
    """The marks, as the kernels take them, of a network that is wholly clear."""
    nodes, links = np.ones(network.node_count), np.ones(network.link_count)
    return NodeMarks(nodes, nodes, links, links)


@dataclass(frozen=True)
class Segment:
    """A node to which the only shortest path leads (`node`), or a link that is taken whatever its cost (`link`)."""

    kind: Literal["node", "link"]
    place: int


class SegmentLists:
    """Writes paths of one network as segment lists, and follows such lists. Source: RFC 8402; own reading of paths."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._ahead: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def _hops(self, target: int) -> tuple[np.ndarray, np.ndarray]:
        """How many next hops each node has to a target, and one of them: int32[nodes] each, -1 where there is none."""
        if target not in self._ahead:
            net, arcs = self.network, self.network.arcs
            tree, room = tree_of(net.node_count), room_of(net.node_count, len(net.place))
            grow(arcs, unmarked(net), target, tree, room)
            on = np.flatnonzero(tree.distance[arcs.tail] == arcs.metric + tree.distance[arcs.head])
            hop = np.full(net.node_count, -1, np.int32)
            hop[arcs.tail[on]] = on
            self._ahead[target] = np.bincount(arcs.tail[on], minlength=net.node_count), hop
        return self._ahead[target]

    def of(self, path: Sequence[int]) -> tuple[Segment, ...]:
        """The segments of a path of arcs, greedily the longest stretch that is the only shortest path, else a link.

        Following them gives exactly this path, without splitting. Cost: one tree a node of the path, kept.
        """
        arcs, found, at = self.network.arcs, [], 0
        while at < len(path):
            last = next((j for j in range(len(path), at, -1) if self._only(path[at:j])), at)
            if last > at:
                found.append(Segment("node", int(arcs.head[path[last - 1]])))
            else:
                last = at + 1
                found.append(Segment("link", int(arcs.link[path[at]])))
            at = last
        return tuple(found)

    def _only(self, path: Sequence[int]) -> bool:
        """Whether shortest-path routing to the last node of these arcs takes them and nothing else."""
        count, hop = self._hops(int(self.network.arcs.head[path[-1]]))
        return all(count[self.network.arcs.tail[a]] == 1 and hop[self.network.arcs.tail[a]] == a for a in path)

    def followed(self, source: int, segments: Sequence[Segment]) -> tuple[int, ...] | None:
        """The arcs that traffic from a node takes under a segment list; None where it would split or cannot go on."""
        arcs, path, v = self.network.arcs, [], source
        for segment in segments:
            if segment.kind == "link":
                out = [a for a in range(arcs.start[v], arcs.start[v + 1]) if arcs.link[a] == segment.place]
                if len(out) != 1:
                    return None
                path.append(out[0])
                v = int(arcs.head[out[0]])
                continue
            count, hop = self._hops(segment.place)
            while v != segment.place:
                if count[v] != 1:
                    return None
                path.append(int(hop[v]))
                v = int(arcs.head[hop[v]])
        return tuple(path)
