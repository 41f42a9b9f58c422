"""Observed routes as a tree that grows from their origins: the rest of a path is the route of the next network on it.

A node is one distinct route of one network to one origin. Its parent is the route of the next hop, so what is true of a
path from its origin on (that its links are known, that it has no valley, that it crosses a network) is worked out once
for all paths that share it. Parents come before their children.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.csr import Ints, Topology
from provenet.routing.kernels.pinned import Neighbours

Longs = NDArray[np.int64]
Marks = NDArray[np.uint8]
PROVIDER, PEER, CUSTOMER = 1, 2, 4
"""What the next hop is to a network, as bits: two networks may sell to each other."""
UPHILL, VALLEY_FREE, KNOWN, CROSSES, REPORTED = 1, 2, 4, 8, 16
"""Marks of a node: its route may be told to everybody; it has no valley; the graph has all its links; it crosses a
restricted network between its ends; some vantage point reported it, and not only a path through it."""
_MANY = 2**16


class RouteTree:
    """Distinct routes, numbered from 0: node i is that of network `asn[i]` over node `parent[i]`, -1 at origins.

    Memory is 9 bytes a node and 8 to 32 for finding it, and as much again while the arrays grow.
    """

    def __init__(self) -> None:
        self.count = 0
        self._parent = np.empty(_MANY, np.int32)
        self._asn = np.empty(_MANY, np.uint32)
        self._marks = np.zeros(_MANY, np.uint8)
        self._slots = np.full(4 * _MANY, -1, np.int32)

    @property
    def parent(self) -> Ints:
        """The route of the next hop: int32[count]."""
        return self._parent[: self.count]

    @property
    def asn(self) -> NDArray[np.uint32]:
        """Whose route it is: uint32[count]."""
        return self._asn[: self.count]

    @property
    def marks(self) -> Marks:
        """Marks of each node: uint8[count]."""
        return self._marks[: self.count]

    def add(self, start: Longs, asn: Longs, used: NDArray[np.bool_]) -> None:
        """Adds the paths of a batch that are `used`, bool[P], the nearest network first; without prepending and loops.

        Cost O(ASes).
        """
        most = self.count + len(asn)
        if most > len(self._parent):
            for name in ("_parent", "_asn", "_marks"):
                old = getattr(self, name)
                new = np.zeros(most + most // 2, old.dtype)
                new[: self.count] = old[: self.count]
                setattr(self, name, new)
        if 2 * most > len(self._slots):
            self._slots = np.full(1 << (2 * most).bit_length(), -1, np.int32)
            _place(self._slots, self._parent, self._asn, self.count)
        self.count = int(_enter(self._slots, self._parent, self._asn, self._marks, self.count, start, asn, used))


@tight
def _slot(parent: int, asn: int, mask: np.uint64) -> np.uint64:
    mixed = (np.uint64(parent + 1) << np.uint64(32)) ^ np.uint64(asn)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) & mask


@kernel
def _place(slots: Ints, parent: Ints, asn: NDArray[np.uint32], count: int) -> None:
    """Enters nodes that are known to be distinct into an empty table."""
    mask = np.uint64(len(slots) - 1)
    for node in range(count):
        slot = _slot(np.int64(parent[node]), np.int64(asn[node]), mask)
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = node


@kernel
def _enter(
    slots: Ints,
    parent: Ints,
    asn: NDArray[np.uint32],
    marks: Marks,
    count: int,
    start: Longs,
    hops: Longs,
    used: NDArray[np.bool_],
) -> int:
    """Enters paths from their last network on; how many nodes there are then."""
    mask = np.uint64(len(slots) - 1)
    for p in range(len(start) - 1):
        if not used[p] or start[p] == start[p + 1]:
            continue
        node = np.int64(-1)
        for at in range(start[p + 1] - 1, start[p] - 1, -1):
            slot = _slot(node, hops[at], mask)
            while slots[slot] >= 0 and (parent[slots[slot]] != node or np.int64(asn[slots[slot]]) != hops[at]):
                slot = (slot + np.uint64(1)) & mask
            if slots[slot] < 0:
                slots[slot] = count
                parent[count], asn[count], marks[count] = node, hops[at], 0
                count += 1
            node = np.int64(slots[slot])
        marks[node] |= REPORTED
    return count


class Traced(NamedTuple):
    """Of each node: whose route it is and to whom, as nodes of a graph (-1 is in none), the node of its origin in the
    tree, its hops, what the next hop is to the network (0 where the graph has no such link), and marks.
    """

    graph: Ints
    origin: Ints
    hops: NDArray[np.uint8]
    relation: Marks
    marks: Marks


def trace(tree: RouteTree, topology: Topology, restricted: NDArray[np.int64]) -> Traced:
    """What follows for each route from the links of a graph and the AS numbers `restricted`, ascending.

    A route is valley-free if no network on it tells a provider or a peer what it learnt from a provider or a peer;
    where two networks sell to each other, either reading will do. Cost O(nodes log degree); memory 11 bytes a node.
    """
    count = tree.count
    traced = Traced(
        graph=np.empty(count, np.int32),
        origin=np.empty(count, np.int32),
        hops=np.zeros(count, np.uint8),
        relation=np.zeros(count, np.uint8),
        marks=tree.marks.copy(),
    )
    is_restricted = np.zeros(count, np.bool_)
    for first in range(0, count, 2**20):
        asns = tree.asn[first : first + 2**20].astype(np.int64)
        traced.graph[first : first + 2**20] = topology.nodes_of(asns)
        is_restricted[first : first + 2**20] = _among(asns, restricted)
    links = Neighbours(
        up_start=topology.up_start,
        up=topology.up,
        down_start=topology.down_start,
        down=topology.down,
        peer_start=topology.peer_start,
        peer=topology.peer,
    )
    _trace(tree.parent, is_restricted, links, traced)
    return traced


def _among(values: Longs, known: Longs) -> NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.asarray(known[at] == values)


@part
def _has(start: Ints, to: Ints, v: int, u: int) -> bool:
    """Whether the ascending row of v holds u."""
    first, last = np.int64(start[v]), np.int64(start[v + 1])
    while first < last:
        middle = (first + last) // 2
        if to[middle] < u:
            first = middle + 1
        else:
            last = middle
    return first < start[v + 1] and to[first] == u


@kernel
def _trace(parent: Ints, is_restricted: NDArray[np.bool_], links: Neighbours, traced: Traced) -> None:
    graph, marks = traced.graph, traced.marks
    for node in range(len(parent)):
        over = parent[node]
        if over < 0:
            traced.origin[node] = node
            marks[node] |= UPHILL | VALLEY_FREE | KNOWN
            continue
        before, relation = marks[over], 0
        traced.origin[node] = traced.origin[over]
        traced.hops[node] = min(traced.hops[over] + 1, 255)
        if graph[node] >= 0 and graph[over] >= 0:
            v, u = np.int64(graph[node]), np.int64(graph[over])
            if _has(links.up_start, links.up, v, u):
                relation |= PROVIDER
            if _has(links.peer_start, links.peer, v, u):
                relation |= PEER
            if _has(links.down_start, links.down, v, u):
                relation |= CUSTOMER
        traced.relation[node] = relation
        mark = 0
        if before & UPHILL and relation & CUSTOMER:
            mark |= UPHILL
        if (before & UPHILL and relation) or (before & VALLEY_FREE and relation & PROVIDER):
            mark |= VALLEY_FREE
        if before & KNOWN and relation:
            mark |= KNOWN
        if before & CROSSES or (parent[over] >= 0 and is_restricted[over]):
            mark |= CROSSES
        marks[node] |= mark
