"""Observed routes as a tree that grows from their origins, and what happens when some networks are held to a next hop.

A node is one distinct route of one network to one origin. Its parent is the route of the next hop, so what is true of a
path from its origin on (that its links are known, that it has no valley, that it crosses a network) is worked out once
for all paths that share it. Parents come before their children.

The ladder's numbers hold with every other network's choice as today. When some are pinned, they keep the hop of their
walk and everybody re-chooses, one network after another, from today's routes on. A pinned network prefers its hop's
offer to all others while there is one; loops are refused. Where preferences conflict, routing may not settle.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Ints, Longs
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.csr import Topology

_FAR = 1 << 30


class Neighbours(NamedTuple):
    """Links between nodes, as `csr.Topology` has them."""

    up_start: Ints
    up: Ints
    down_start: Ints
    down: Ints
    peer_start: Ints
    peer: Ints


class RoutingState(NamedTuple):
    """What each node holds: next hop, class, length, the hop it is pinned to, and whether it waits to choose."""

    hop: Ints
    kind: Ints
    length: Ints
    pin: Ints
    waits: NDArray[np.uint8]


def pinned_path(
    topology: Topology, destination: int, pinned: Ints, *, hop: Ints, source: int, most_choices: int = 0
) -> tuple[Ints, bool]:
    """The path from `source` once node `pinned[i]` prefers `hop[i]` and all have chosen again: nodes, ends included.

    Empty where there is no route. False where routing did not settle within `most_choices` choices (default 64 a
    network and link). Cost O(choices x neighbours).
    """
    most = most_choices or 64 * (topology.node_count + len(topology.up) + len(topology.peer))
    count = topology.node_count
    links = Neighbours(
        up_start=topology.up_start,
        up=topology.up,
        down_start=topology.down_start,
        down=topology.down,
        peer_start=topology.peer_start,
        peer=topology.peer,
    )
    after = np.full(count, -1, np.int32)
    state = RoutingState(
        hop=after,
        kind=np.zeros(count, np.int32),
        length=np.full(count, _FAR, np.int32),
        pin=np.full(count, -1, np.int32),
        waits=np.zeros(count, np.uint8),
    )
    movers, queue = np.array(pinned, np.int32), np.empty(count + 1, np.int32)
    state.pin[movers] = hop
    settled = _settle(links, int(destination), movers, state, queue, most)
    path = [source]
    while path[-1] != destination:
        if after[path[-1]] < 0 or len(path) > topology.node_count:
            return np.zeros(0, np.int32), bool(settled)
        path.append(int(after[path[-1]]))
    return np.array(path, np.int32), bool(settled)


@part
def _today(links: Neighbours, d: int, state: RoutingState, queue: Ints) -> None:
    """Next hop, class (3 customer, 2 peer, 1 provider, 0 none, 4 self) and length of every node, stage by stage."""
    up_start, up, peer_start, peer = links.up_start, links.up, links.peer_start, links.peer
    hop, kind, length = state.hop, state.kind, state.length
    kind[d], length[d] = 4, 0
    queue[0], head, tail = d, 0, 1
    while head < tail:
        v = queue[head]
        head += 1
        for i in range(up_start[v], up_start[v + 1]):
            u = up[i]
            if kind[u] == 0:
                kind[u], length[u], hop[u] = 3, length[v] + 1, v
                queue[tail] = u
                tail += 1
            elif kind[u] == 3 and length[u] == length[v] + 1 and v < hop[u]:
                hop[u] = v
    reached = tail
    for n in range(reached):
        v = queue[n]
        for i in range(peer_start[v], peer_start[v + 1]):
            u = peer[i]
            if kind[u] < 3:
                better = length[v] + 1 < length[u] or (length[v] + 1 == length[u] and v < hop[u])
                if kind[u] == 0 or better:
                    kind[u], length[u], hop[u] = 2, length[v] + 1, v
    _today_down(links, np.int64(reached), state)


@part
def _today_down(links: Neighbours, reached: int, state: RoutingState) -> None:
    """Provider routes, in order of length."""
    down_start, down, hop, kind, length = links.down_start, links.down, state.hop, state.kind, state.length
    depth = 0
    waiting = reached
    for v in range(len(kind)):
        waiting += kind[v] == 2
    while waiting:
        for v in range(len(kind)):
            if kind[v] and length[v] == depth:
                waiting -= 1
                for i in range(down_start[v], down_start[v + 1]):
                    u = down[i]
                    if kind[u] == 0:
                        kind[u], length[u], hop[u] = 1, depth + 1, v
                        waiting += 1
                    elif kind[u] == 1 and length[u] == depth + 1 and v < hop[u]:
                        hop[u] = v
        depth += 1


@part
def _best(v: int, d: int, links: Neighbours, state: RoutingState) -> tuple[int, int, int]:
    """The best offer to v: whose it is, the class it would be, and its length; -1 and 0 where there is none."""
    kind, length = state.kind, state.length
    best_hop, best_kind, best_length, best_pinned = np.int64(-1), np.int64(0), np.int64(_FAR), False
    for side in range(3):
        start = links.down_start if side == 0 else links.peer_start if side == 1 else links.up_start
        to = links.down if side == 0 else links.peer if side == 1 else links.up
        for i in range(start[v], start[v + 1]):
            u = np.int64(to[i])
            if kind[u] == 0 or (side < 2 and kind[u] < 3):
                continue
            rank, hops = 3 - side, np.int64(length[u]) + 1
            pinned = state.pin[v] == u
            if pinned == best_pinned:
                if rank < best_kind or (rank == best_kind and hops > best_length):
                    continue
                if rank == best_kind and hops == best_length and u > best_hop:
                    continue
            elif best_pinned:
                continue
            w = u
            while w != d and w != v and w >= 0:
                w = np.int64(state.hop[w])
            if w == d:
                best_hop, best_kind, best_length, best_pinned = u, rank, hops, pinned
    return best_hop, best_kind, best_length


@kernel
def _settle(links: Neighbours, d: int, pinned: Ints, state: RoutingState, queue: Ints, most: int) -> bool:
    """First come, first served, from today's routes; False where routing did not settle."""
    hop, kind, length, waits = state.hop, state.kind, state.length, state.waits
    _today(links, d, state, queue)
    head = many = choices = 0
    for i in range(len(pinned)):
        if not waits[pinned[i]] and pinned[i] != d:
            queue[many] = pinned[i]
            waits[pinned[i]] = 1
            many += 1
    while many:
        v = np.int64(queue[head])
        head = (head + 1) % len(hop)
        many -= 1
        waits[v] = 0
        choices += 1
        if choices > most:
            return False
        best_hop, best_kind, best_length = _best(v, d, links, state)
        if best_hop == hop[v] and best_kind == kind[v] and (best_hop < 0 or best_length == length[v]):
            continue
        hop[v], kind[v], length[v] = best_hop, best_kind, best_length
        for side in range(3):
            start = links.down_start if side == 0 else links.peer_start if side == 1 else links.up_start
            to = links.down if side == 0 else links.peer if side == 1 else links.up
            for i in range(start[v], start[v + 1]):
                u = to[i]
                if not waits[u] and u != d:
                    queue[(head + many) % len(hop)] = u
                    waits[u] = 1
                    many += 1
    return True


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
