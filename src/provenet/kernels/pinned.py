"""What happens when some networks are held to a next hop and all others choose again: routing until nobody changes.

The ladder's numbers hold with every other network's choice as today. Here the movers are pinned to the hop of their
walk and everybody re-chooses, one network after another, from today's routes on. A pinned network prefers its hop's
offer to all others while there is one; loops are refused. Where preferences conflict, routing may not settle.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from provenet.kernels.csr import Ints, Topology

UNSETTLED = -1
"""How many hops a path has when routing did not settle."""
_FAR = 1 << 30


def pinned_path(
    topology: Topology, destination: int, pinned: Ints, hop: Ints, source: int, most_choices: int = 0
) -> tuple[Ints, bool]:
    """The path from `source` once node `pinned[i]` prefers `hop[i]` and all have chosen again: nodes, ends included.

    Empty where there is no route. False where routing did not settle within `most_choices` choices (default 64 a
    network and link). Cost O(choices x neighbours).
    """
    most = most_choices or 64 * (topology.node_count + len(topology.up) + len(topology.peer))
    after, settled = _settle(
        *(topology.up_start, topology.up, topology.down_start, topology.down, topology.peer_start, topology.peer),
        *(destination, np.asarray(pinned, np.int32), np.asarray(hop, np.int32), most),
    )
    path = [source]
    while path[-1] != destination:
        if after[path[-1]] < 0 or len(path) > topology.node_count:
            return np.zeros(0, np.int32), bool(settled)
        path.append(int(after[path[-1]]))
    return np.array(path, np.int32), bool(settled)


@njit(cache=True, nogil=True)
def _today(
    up_start: Ints, up: Ints, down_start: Ints, down: Ints, peer_start: Ints, peer: Ints, d: int
) -> tuple[Ints, Ints, Ints]:
    """Next hop, class (3 customer, 2 peer, 1 provider, 0 none, 4 self) and length of every node, stage by stage."""
    count = len(up_start) - 1
    hop, kind, length = np.full(count, -1, np.int32), np.zeros(count, np.int32), np.full(count, _FAR, np.int32)
    kind[d], length[d] = 4, 0
    queue = np.empty(count + 1, np.int32)
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
    depth = 0
    waiting = reached
    for v in range(count):
        waiting += kind[v] == 2
    while waiting:
        for v in range(count):
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
    return hop, kind, length


@njit(cache=True, nogil=True)
def _settle(
    up_start: Ints,
    up: Ints,
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    d: int,
    pinned: Ints,
    wanted: Ints,
    most: int,
) -> tuple[Ints, bool]:
    """First come, first served, from today's routes."""
    count = len(up_start) - 1
    hop, kind, length = _today(up_start, up, down_start, down, peer_start, peer, d)
    pin = np.full(count, -1, np.int32)
    queue = np.empty(count, np.int32)
    waits = np.zeros(count, np.bool_)
    head = held = 0
    for i in range(len(pinned)):
        pin[pinned[i]] = wanted[i]
        if not waits[pinned[i]] and pinned[i] != d:
            queue[held] = pinned[i]
            waits[pinned[i]] = True
            held += 1
    choices = 0
    while held:
        v = queue[head]
        head = (head + 1) % count
        held -= 1
        waits[v] = False
        choices += 1
        if choices > most:
            return hop, False
        best_hop, best_kind, best_length, best_pinned = -1, 0, _FAR, False
        for part in range(3):
            start = down_start if part == 0 else peer_start if part == 1 else up_start
            to = down if part == 0 else peer if part == 1 else up
            for i in range(start[v], start[v + 1]):
                u = to[i]
                if kind[u] == 0 or (part < 2 and kind[u] < 3):
                    continue
                rank, hops = 3 - part, length[u] + 1
                held_to = pin[v] == u
                if held_to == best_pinned:
                    if rank < best_kind or (rank == best_kind and hops > best_length):
                        continue
                    if rank == best_kind and hops == best_length and u > best_hop:
                        continue
                elif best_pinned:
                    continue
                w = u
                while w != d and w != v and w >= 0:
                    w = hop[w]
                if w == d:
                    best_hop, best_kind, best_length, best_pinned = u, rank, hops, held_to
        if best_hop == hop[v] and best_kind == kind[v] and (best_hop < 0 or best_length == length[v]):
            continue
        hop[v], kind[v], length[v] = best_hop, best_kind, best_length
        for part in range(3):
            start = down_start if part == 0 else peer_start if part == 1 else up_start
            to = down if part == 0 else peer if part == 1 else up
            for i in range(start[v], start[v + 1]):
                u = to[i]
                if not waits[u] and u != d:
                    queue[(head + held) % count] = u
                    waits[u] = True
                    held += 1
    return hop, True
