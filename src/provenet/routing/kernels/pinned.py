"""What happens when some networks are held to a next hop and all others choose again: routing until nobody changes.

The ladder's numbers hold with every other network's choice as today. Here the movers are pinned to the hop of their
walk and everybody re-chooses, one network after another, from today's routes on. A pinned network prefers its hop's
offer to all others while there is one; loops are refused. Where preferences conflict, routing may not settle.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, part
from provenet.routing.kernels.csr import Ints, Topology

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
