"""Cheapest paths by weights of arcs over the elements that are allowed, from one node to all or from all to one."""

from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import maker
from provenet.routing.kernels.igp import Arcs

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]


@maker
def cheapest_from(arcs: Arcs, allowed: Bytes, weight: Floats, source: int) -> tuple[Floats, Ints]:
    """The least weight to each node over allowed nodes and links, infinite where none leads, and the arc it enters by.

    `allowed` is uint8[nodes + links], `weight` float64[arcs], not negative. A node that is not allowed is entered and
    not left, but for nothing where it is the source: it has weight 0. Cost O(arcs log arcs).
    """
    nodes = len(arcs.start) - 1
    far, by = np.full(nodes, np.inf), np.full(nodes, -1, np.int32)
    done = np.zeros(nodes, np.uint8)
    far[source] = 0.0
    heap = [(0.0, np.int64(source))]
    while len(heap):
        here, v = heappop(heap)
        if done[v]:
            continue
        done[v] = 1
        if not allowed[v]:
            continue
        for a in range(arcs.start[v], arcs.start[v + 1]):
            u = np.int64(arcs.head[a])
            if allowed[nodes + arcs.link[a]] and here + weight[a] < far[u]:
                far[u], by[u] = here + weight[a], a
                heappush(heap, (far[u], u))
    return far, by


@maker
def cheapest_to(arcs: Arcs, allowed: Bytes, weight: Floats, target: int) -> Floats:
    """As `cheapest_from`, the other way: the least weight from each node to a target."""
    nodes = len(arcs.start) - 1
    far = np.full(nodes, np.inf)
    done = np.zeros(nodes, np.uint8)
    far[target] = 0.0
    heap = [(0.0, np.int64(target))]
    while len(heap):
        here, v = heappop(heap)
        if done[v]:
            continue
        done[v] = 1
        if not allowed[v]:
            continue
        for i in range(arcs.into[v], arcs.into[v + 1]):
            a = arcs.feeder[i]
            u = np.int64(arcs.tail[a])
            if allowed[nodes + arcs.link[a]] and here + weight[a] < far[u]:
                far[u] = here + weight[a]
                heappush(heap, (far[u], u))
    return far
