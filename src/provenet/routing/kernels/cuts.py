"""Valley-free routes between two networks: whether one exists, the cheapest one, and the smallest cuts between them.

A route climbs from customer to provider, crosses at most one peer link, then descends from provider to customer. That
is a walk in two layers: a network is a state `up` until the route turns and a state `down` after it. A removed network
carries no transit but may still be an end. Rings of providers need no care here: nothing below assumes an order.
"""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Ints, Longs
from provenet.numerics.compiled import maker
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.maxflow import ENDLESS, max_flow, residual, source_side

SOURCE, SINK = 0, 1


@dataclass(frozen=True)
class Part:
    """The part of the two-layer graph that lies on some walk from a source to a destination.

    State 0 is the source, state 1 the destination in either layer; `node` is int32[K], the network of each state, `low`
    bool[K], whether it is in the layer `down`. Arcs leave state k towards `to[start[k]:start[k + 1]]`. Without a route
    there is no arc.
    """

    node: Ints
    low: Flags
    start: Ints
    to: Ints

    @property
    def joined(self) -> bool:
        """Whether a route exists."""
        return len(self.to) > 0

    @property
    def linked(self) -> bool:
        """Whether the two ends have a link of their own."""
        return bool(np.any(self.to[: self.start[1]] == SINK))

    @property
    def transit(self) -> Ints:
        """The networks that can carry transit between the ends, ascending, each once."""
        return np.unique(self.node[2:]).astype(np.int32)


@dataclass(frozen=True)
class LayeredCut:
    """A smallest cut in the two layers: its `value`, the distinct networks of it, and the routes of the flow.

    Any set of networks that cuts all routes costs at least half of `value` (each network stands in at most two layers),
    and `nodes` is such a set, of cost at most `value`. `value` is -1, and `nodes` is empty, where no cut exists.
    `routes` (`with_routes`) are `value` routes as nodes, ends left out; no state is on two of them, a network may be.
    """

    value: int
    nodes: Ints
    routes: tuple[Ints, ...] = ()


def part_between(topology: Topology, source: int, destination: int, *, removed: Flags) -> Part:
    """All states and arcs that lie on a walk between two different nodes, with `removed` bool[N] taken out as transit.

    Only networks above one of the ends matter, so it is small. Cost O(N + links of the ancestors of both ends).
    """
    t = topology
    above, at_up = _above(t.up_start, t.up, source, destination, removed, SOURCE, 2)
    below, at_down = _above(t.up_start, t.up, destination, source, removed, SINK, 1 + len(above))
    tail, head = _arcs(t.up_start, t.up, t.peer_start, t.peer, above, below, at_up, at_down)
    states = np.concatenate([above[:1], below[:1], above[1:], below[1:]])
    node, low, start, to = _kept(states, len(above), tail, head)
    return Part(node=node, low=low, start=start, to=to)


@maker
def _above(up_start: Ints, up: Ints, root: int, other: int, removed: Flags, own: int, first: int) -> tuple[Ints, Ints]:
    """The root and its ancestors that may carry transit, and their states: `own`, then from `first` on."""
    state = np.full(len(up_start) - 1, -1, np.int32)
    found = np.empty(len(up_start), np.int32)
    found[0] = root
    state[root] = own
    at, count = 0, 1
    while at < count:
        for a in range(up_start[found[at]], up_start[found[at] + 1]):
            p = up[a]
            if state[p] < 0 and not removed[p] and p != other:
                state[p] = first + count - 1
                found[count] = p
                count += 1
        at += 1
    return found[:count].copy(), state


@maker
def _links_of(nodes: Ints, start: Ints) -> int:
    count = 0
    for v in nodes:
        count += start[v + 1] - start[v]
    return count


@maker
def _arcs(
    up_start: Ints, up: Ints, peer_start: Ints, peer: Ints, above: Ints, below: Ints, at_up: Ints, at_down: Ints
) -> tuple[Ints, Ints]:
    """Arcs as (tail, head). Customers are never listed: a descent is found from the customer's side."""
    source, destination = above[0], below[0]
    peers_up, peers_down = _links_of(above, peer_start), _links_of(below, peer_start)
    most = _links_of(above, up_start) + 2 * _links_of(below, up_start) + min(peers_up, peers_down)
    tail, head = np.empty(most, np.int32), np.empty(most, np.int32)
    count = 0
    for v in above:
        for a in range(up_start[v], up_start[v + 1]):
            p = up[a]
            if p == destination or (at_up[p] >= 0 and p != source):
                tail[count], head[count] = at_up[v], 1 if p == destination else at_up[p]
                count += 1
    for w in below:
        for a in range(up_start[w], up_start[w + 1]):
            p = up[a]
            if at_up[p] >= 0:
                tail[count], head[count] = at_up[p], at_down[w]
                count += 1
            if at_down[p] >= 0 and p != destination:
                tail[count], head[count] = at_down[p], at_down[w]
                count += 1
    for v in above if peers_up < peers_down else below:
        for a in range(peer_start[v], peer_start[v + 1]):
            one, two = (v, peer[a]) if peers_up < peers_down else (peer[a], v)
            if at_up[one] >= 0 and at_down[two] >= 0:
                tail[count], head[count] = at_up[one], at_down[two]
                count += 1
    return tail[:count], head[:count]


@maker
def _rows(count: int, tail: Ints) -> tuple[Ints, Ints]:
    """Arcs sorted by tail, their order kept: where each row starts, and the arcs."""
    start = np.zeros(count + 1, np.int32)
    for v in tail:
        start[v + 1] += 1
    for v in range(count):
        start[v + 1] += start[v]
    free, arcs = start[:count].copy(), np.empty(len(tail), np.int32)
    for a in range(len(tail)):
        arcs[free[tail[a]]] = a
        free[tail[a]] += 1
    return start, arcs


@maker
def _reached(start: Ints, arcs: Ints, ends: Ints, root: int) -> Flags:
    seen, stack = np.zeros(len(start) - 1, np.bool_), np.empty(len(start) - 1, np.int32)
    seen[root] = True
    stack[0], count = root, 1
    while count:
        count -= 1
        v = stack[count]
        for i in range(start[v], start[v + 1]):
            u = ends[arcs[i]]
            if not seen[u]:
                seen[u] = True
                stack[count] = u
                count += 1
    return seen


@maker
def _kept(node: Ints, above: int, tail: Ints, head: Ints) -> tuple[Ints, Flags, Ints, Ints]:
    """What both the source reaches and the destination is reached from, renumbered, as the rows of a `Part`."""
    states = len(node)
    start, arcs = _rows(states, tail)
    back_start, back_arcs = _rows(states, head)
    use = _reached(start, arcs, head, 0) & _reached(back_start, back_arcs, tail, 1)
    use[0] = use[1] = True
    name = np.full(states, -1, np.int32)
    kept = np.flatnonzero(use)
    for k in range(len(kept)):
        name[kept[k]] = k
    low = np.empty(len(kept), np.bool_)
    for k in range(len(kept)):
        low[k] = k == 1 or (k > 1 and kept[k] > above)
    row, to = np.zeros(len(kept) + 1, np.int32), np.empty(len(tail), np.int32)
    count = 0
    for k in range(len(kept)):
        for i in range(start[kept[k]], start[kept[k] + 1]):
            if use[head[arcs[i]]] and kept[k] != 1:
                to[count] = name[head[arcs[i]]]
                count += 1
        row[k + 1] = count
    return node[kept], low, row, to[:count].copy()


@maker
def _cheapest(start: Ints, to: Ints, weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], Ints]:
    """Least weight of the states on the way to each state, its own included, and the state before it."""
    states = len(start) - 1
    cost, before = np.full(states, np.inf), np.full(states, -1, np.int32)
    cost[0] = 0.0
    heap = [(0.0, np.int32(0), np.int32(0))]
    while heap:
        spent, far, v = heapq.heappop(heap)
        if spent > cost[v]:
            continue
        for a in range(start[v], start[v + 1]):
            u = to[a]
            price = spent + weight[u]
            if price < cost[u]:  # of equals the one with fewer hops came first
                cost[u], before[u] = price, v
                heapq.heappush(heap, (price, np.int32(far + 1), u))
    return cost, before


def cheapest_route(part: Part, weight: NDArray[np.float64]) -> tuple[float, Ints]:
    """The least weight of the transit of a route and its nodes in order, both ends included; of equals the shortest.

    `weight` is float64[N], none negative; ends weigh nothing. No network is met twice: turning there would be shorter.
    Infinity and no nodes without a route. Cost O(A log A).
    """
    own = weight[part.node].astype(np.float64)
    own[:2] = 0.0
    cost, before = _cheapest(part.start, part.to, own)
    if not np.isfinite(cost[SINK]):
        return float("inf"), np.empty(0, np.int32)
    states = [SINK]
    while states[-1] != SOURCE:
        states.append(int(before[states[-1]]))
    return float(cost[SINK]), part.node[states[::-1]]


def _without_loops(node: Ints, states: list[int]) -> list[int]:
    """A walk that meets a network in both layers may turn there at once: what lies between is left out."""
    kept: list[int] = []
    for state in states:
        same = [i for i, other in enumerate(kept) if node[other] == node[state]]
        if same:
            del kept[same[0] + 1 :]
        else:
            kept.append(state)
    return kept


def potentials(part: Part, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least weight on the way to each state of a part, its own included: float64[K], proof that none is cheaper."""
    own = weight[part.node].astype(np.float64)
    own[:2] = 0.0
    cost: NDArray[np.float64] = _cheapest(part.start, part.to, own)[0]
    return cost


@maker
def _joined_without(node: Ints, start: Ints, to: Ints, blocked: Flags) -> bool:
    seen, stack = np.zeros(len(node), np.bool_), np.empty(len(node), np.int32)
    stack[0], count = 0, 1
    while count:
        count -= 1
        v = stack[count]
        for a in range(start[v], start[v + 1]):
            u = to[a]
            if u == 1:
                return True
            if not seen[u] and not blocked[node[u]]:
                seen[u] = True
                stack[count] = u
                count += 1
    return False


def joined_without(part: Part, blocked: Flags) -> bool:
    """Whether a route is left when `blocked` bool[N] carries no transit either. Cost O(A)."""
    return bool(_joined_without(part.node, part.start, part.to, blocked))


def without_needless(part: Part, nodes: Ints, node_count: int) -> Ints:
    """A cut without the members it does not need, dropped from the highest node down. Cost O(len A)."""
    blocked = np.zeros(node_count, np.bool_)
    blocked[nodes] = True
    for v in nodes[::-1]:
        blocked[v] = False
        blocked[v] = joined_without(part, blocked)
    return nodes[blocked[nodes]]


def vertex_cut(part: Part, capacity: Longs, with_routes: bool = False) -> LayeredCut:
    """The smallest layered cut of a part by networks that cost `capacity` int64[N] each; `ENDLESS` ones stay.

    Cost of `max_flow` on 2K nodes. Source: Erlebach and others, Cuts and disjoint paths in the valley-free path model
    of Internet BGP routing, 2005; the arcs for peers are our own (decision 0024). `with_routes` is for unit capacities.
    """
    states = len(part.node)
    price = capacity[part.node]
    price[:2] = ENDLESS
    inner = np.arange(states, dtype=np.int32)
    tails = np.repeat(inner, np.diff(part.start))
    tail = np.concatenate([2 * inner, 2 * tails + 1])
    head = np.concatenate([2 * inner + 1, 2 * part.to])
    start, to, room, back, place = residual(
        2 * states, tail, head, np.concatenate([price, np.full(len(tails), ENDLESS, np.int64)])
    )
    value = max_flow(start, to, room, back, 2 * SOURCE, 2 * SINK + 1)
    if value >= ENDLESS:
        return LayeredCut(-1, np.empty(0, np.int32))
    side = source_side(start, to, room, 2 * SOURCE)
    nodes = np.unique(part.node[side[0::2] & ~side[1::2]]).astype(np.int32)
    used = room[back[place[states:]]] > 0
    routes = _routes(part, tails[used], part.to[used]) if with_routes else ()
    return LayeredCut(int(value), nodes, routes)


def _routes(part: Part, tail: Ints, head: Ints) -> tuple[Ints, ...]:
    """The routes of a flow that passes each inner state at most once."""
    after = {int(a): int(b) for a, b in zip(tail, head, strict=True) if a != SOURCE}
    routes = []
    for first in head[tail == SOURCE]:
        states = [int(first)]
        while after[states[-1]] != SINK:
            states.append(after[states[-1]])
        routes.append(part.node[_without_loops(part.node, states)])
    return tuple(routes)


def joined_to(topology: Topology, destination: int, removed: Flags) -> Flags:
    """Which networks have a route to one destination, all at once: bool[N], the destination itself included.

    `removed` is bool[N]; a removed network may be the source or the destination. Cost O(V + E).
    """
    t = topology
    joined: Flags = _joined_to(t.up_start, t.up, t.down_start, t.down, t.peer_start, t.peer, destination, removed)
    return joined


@maker
def _joined_to(
    up_start: Ints, up: Ints, down_start: Ints, down: Ints, peer_start: Ints, peer: Ints, root: int, removed: Flags
) -> Flags:
    count = len(up_start) - 1
    joined, queue = np.zeros(count, np.bool_), np.empty(2 * count + 1, np.int32)
    joined[root] = True
    queue[0], last, at = root, 1, 0
    while at < last:  # those that descend to the root
        last = _join_neighbours(queue[at], up_start, up, joined, removed, queue, last)
        at += 1
    for i in range(last):  # those that cross to one of them
        last = _join_neighbours(queue[i], peer_start, peer, joined, removed, queue, last)
    at = 0
    while at < last:  # those that climb to any of these
        last = _join_neighbours(queue[at], down_start, down, joined, removed, queue, last)
        at += 1
    return joined


@maker
def _join_neighbours(v: int, start: Ints, to: Ints, joined: Flags, removed: Flags, queue: Ints, last: int) -> int:
    """Marks the neighbours of v that are new; those that may carry transit go on the queue, whose new end it gives."""
    for a in range(start[v], start[v + 1]):
        u = to[a]
        if not joined[u]:
            joined[u] = True
            if not removed[u]:
                queue[last] = u
                last += 1
    return last
