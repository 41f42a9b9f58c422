"""Explicit paths as segment lists: what a source has to name so that shortest-path routing takes exactly this path."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from provenet.routing.igp import Network
from provenet.routing.kernels.igp import NodeMarks, grow, room_of, tree_of


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
            ones = np.ones(net.node_count), np.ones(net.link_count)
            grow(arcs, NodeMarks(ones[0], ones[0], ones[1], ones[1]), target, tree, room)
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
