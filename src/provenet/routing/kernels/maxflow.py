"""Largest flow and smallest cut of a small directed graph, by Dinic's algorithm."""

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Ints, Longs
from provenet.numerics.compiled import maker

ENDLESS = 1 << 60
"""A capacity that no cut may pay for."""


@maker
def residual(count: int, tail: Ints, head: Ints, capacity: Longs) -> tuple[Ints, Ints, Longs, Ints, Ints]:
    """Arcs and their reverses as rows by tail: `start`, `to`, `room`, `back` (the reverse) and `place` of each arc.

    `tail`, `head` are int32[A] below `count`, `capacity` is int64[A]. Cost O(count + A).
    """
    arcs = len(tail)
    start = np.zeros(count + 1, np.int32)
    for a in range(arcs):
        start[tail[a] + 1] += 1
        start[head[a] + 1] += 1
    for v in range(count):
        start[v + 1] += start[v]
    free = start[:count].copy()
    to, back = np.empty(2 * arcs, np.int32), np.empty(2 * arcs, np.int32)
    room, place = np.zeros(2 * arcs, np.int64), np.empty(arcs, np.int32)
    for a in range(arcs):
        there, here = free[tail[a]], 0
        free[tail[a]] += 1
        here = free[head[a]]
        free[head[a]] += 1
        to[there], room[there], back[there] = head[a], capacity[a], here
        to[here], back[here] = tail[a], there
        place[a] = there
    return start, to, room, back, place


@maker
def _levels(start: Ints, to: Ints, room: Longs, source: int, level: Ints, queue: Ints) -> None:
    level[:] = -1
    level[source] = 0
    queue[0] = source
    first, last = 0, 1
    while first < last:
        v = queue[first]
        first += 1
        for a in range(start[v], start[v + 1]):
            u = to[a]
            if room[a] > 0 and level[u] < 0:
                level[u] = level[v] + 1
                queue[last] = u
                last += 1


@maker
def _push(room: Longs, back: Ints, path: Ints, depth: int) -> tuple[int, int]:
    """Sends what fits along a path; gives the amount and the depth of the first arc that is now full."""
    amount = ENDLESS
    for i in range(depth):
        amount = min(amount, room[path[i]])
    full = depth
    for i in range(depth - 1, -1, -1):
        room[path[i]] -= amount
        room[back[path[i]]] += amount
        if room[path[i]] == 0:
            full = i
    return amount, full


@maker
def max_flow(start: Ints, to: Ints, room: Longs, back: Ints, source: int, sink: int) -> int:
    """The largest flow from source to sink in rows made by `residual`; `room` is left as what remains of each arc.

    `ENDLESS` if a path of endless arcs joins the two; `room` then means nothing. Cost O(V^2 E) at worst, O(E sqrt(V))
    where every inner node passes one unit. Source: Dinic, Soviet Math. Doklady 11, 1970.
    """
    count, flow = len(start) - 1, 0
    level, queue, path = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int32)
    while True:
        _levels(start, to, room, source, level, queue)
        if level[sink] < 0:
            return flow
        at = start[:count].copy()
        depth, v = 0, source
        while True:
            if v == sink:
                amount, depth = _push(room, back, path, depth)
                flow += amount
                if flow >= ENDLESS:
                    return ENDLESS
                v = source if depth == 0 else to[path[depth - 1]]
            while at[v] < start[v + 1] and not (room[at[v]] > 0 and level[to[at[v]]] == level[v] + 1):
                at[v] += 1
            if at[v] < start[v + 1]:
                path[depth] = at[v]
                v = to[at[v]]
                depth += 1
                continue
            if v == source:
                break
            depth -= 1
            v = source if depth == 0 else to[path[depth - 1]]
            at[v] += 1


@maker
def source_side(start: Ints, to: Ints, room: Longs, source: int) -> NDArray[np.bool_]:
    """Which nodes still have room from the source after `max_flow`; arcs that leave this side are a smallest cut."""
    level, queue = np.empty(len(start) - 1, np.int32), np.empty(len(start) - 1, np.int32)
    _levels(start, to, room, source, level, queue)
    return level >= 0
