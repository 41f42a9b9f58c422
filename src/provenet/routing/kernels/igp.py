"""Shortest paths inside a network towards one destination: distances, equal-cost next hops, what stands on the paths.

A tree holds, for each node, its distance to the destination and two shares of the traffic that it sends there: the
share that meets nothing restricted, and the share that meets nothing restricted or unknown. Traffic splits equally
over the outgoing arcs of least cost. A failure changes only nodes whose paths it touches, and is undone from a log.
Source: G. Ramalingam and T. Reps, J. of Algorithms 21 (1996), for removals; the shares are our own (decision 0068).
Beside it cheapest paths by weights of arcs over the elements that are allowed, from one node to all or from all to one.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints, Longs
from provenet.numerics.compiled import kernel, maker, part

Bytes = NDArray[np.uint8]

FAR = 1 << 61
"""The distance of a node that has no path."""
_SEEN, _TOUCHED, _AFFECTED, _SETTLED, _QUEUED = 1, 2, 3, 4, 5


class Arcs(NamedTuple):
    """Arcs in rows by tail, `start[v]` to `start[v + 1]`, and the places of those that enter a node, `feeder`."""

    start: Ints
    tail: Ints
    head: Ints
    metric: Longs
    link: Ints
    into: Ints
    feeder: Ints


class NodeMarks(NamedTuple):
    """1.0 where an element is not restricted, and where it is neither restricted nor unknown; nodes, then links."""

    node_free: Floats
    node_clear: Floats
    link_free: Floats
    link_clear: Floats


class Tree(NamedTuple):
    """Paths to one destination: int64 distances, shares free of the restricted, shares clear; each by node."""

    distance: Longs
    free: Floats
    clear: Floats


class Room(NamedTuple):
    """What the kernels write on: a heap, marks, lists of nodes, the log of changes, arcs that are down."""

    key: Longs
    node: Ints
    mark: Bytes
    marked: Ints
    affected: Ints
    order: Ints
    log_node: Ints
    log_distance: Longs
    log_free: Floats
    log_clear: Floats
    stamp: Longs
    down: Bytes


def room_of(nodes: int, arcs: int) -> Room:
    """Room for trees and two nested failures. Memory O(nodes + arcs)."""
    heap = nodes + arcs + 2
    return Room(
        key=np.zeros(heap, np.int64),
        node=np.zeros(heap, np.int32),
        mark=np.zeros(nodes, np.uint8),
        marked=np.zeros(nodes, np.int32),
        affected=np.zeros(nodes, np.int32),
        order=np.zeros(nodes, np.int32),
        log_node=np.zeros(2 * nodes + 2, np.int32),
        log_distance=np.zeros(2 * nodes + 2, np.int64),
        log_free=np.zeros(2 * nodes + 2, np.float64),
        log_clear=np.zeros(2 * nodes + 2, np.float64),
        stamp=np.zeros(nodes + 1, np.int64),
        down=np.zeros(arcs, np.uint8),
    )


def tree_of(nodes: int) -> Tree:
    """Room for the paths to one destination."""
    return Tree(np.zeros(nodes, np.int64), np.zeros(nodes, np.float64), np.zeros(nodes, np.float64))


@part
def push(room: Room, size: int, key: int, node: int) -> int:
    """A node enters the heap; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if room.key[above] <= key:
            break
        room.key[at], room.node[at] = room.key[above], room.node[above]
        at = above
    room.key[at], room.node[at] = key, node
    return size + 1


@part
def pop(room: Room, size: int) -> int:
    """The least entry moves to place `size - 1`, behind the heap; the new size."""
    size -= 1
    least_key, least_node = room.key[0], room.node[0]
    key, node = room.key[size], room.node[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and room.key[below + 1] < room.key[below]:
            below += 1
        if room.key[below] >= key:
            break
        room.key[at], room.node[at] = room.key[below], room.node[below]
        at = below
    room.key[at], room.node[at] = key, node
    room.key[size], room.node[size] = least_key, least_node
    return size


@kernel
def grow(arcs: Arcs, marks: NodeMarks, target: int, tree: Tree, room: Room) -> int:
    """Fills the tree of a destination; the count of nodes that reach it, in `room.order` by rising distance.

    Cost O(arcs log arcs).
    """
    distance, order, down = tree.distance, room.order, room.down
    for v in range(len(distance)):
        distance[v] = FAR
        tree.free[v] = tree.clear[v] = 0.0
    distance[target] = 0
    size, count = push(room, np.int64(0), distance[target], target), 0
    while size:
        size = pop(room, size)
        key, v = room.key[size], room.node[size]
        if key != distance[v] or room.mark[v]:
            continue
        room.mark[v] = 1
        order[count] = v
        count += 1
        for i in range(arcs.into[v], arcs.into[v + 1]):
            a = arcs.feeder[i]
            u = arcs.tail[a]
            if not down[a] and key + arcs.metric[a] < distance[u]:
                distance[u] = key + arcs.metric[a]
                size = push(room, size, distance[u], u)
    tree.free[target], tree.clear[target] = marks.node_free[target], marks.node_clear[target]
    for i in range(count):
        v = order[i]
        room.mark[v] = 0
        if i:
            weigh(arcs, marks, v, tree, room)
    return count


@part
def weigh(arcs: Arcs, marks: NodeMarks, v: int, tree: Tree, room: Room) -> bool:
    """The two shares of a node from those of its next hops; whether they changed.

    Sums come before the division, so that a node with clear next hops alone has a share of exactly 1.
    """
    paths, free, clear = 0, 0.0, 0.0
    here = tree.distance[v]
    for a in range(arcs.start[v], arcs.start[v + 1]):
        u = arcs.head[a]
        if not room.down[a] and here == arcs.metric[a] + tree.distance[u]:
            paths += 1
            link = arcs.link[a]
            free += marks.link_free[link] * tree.free[u]
            clear += marks.link_clear[link] * tree.clear[u]
    if paths:
        free, clear = marks.node_free[v] * (free / paths), marks.node_clear[v] * (clear / paths)
    changed = free != tree.free[v] or clear != tree.clear[v]
    tree.free[v], tree.clear[v] = free, clear
    return changed


@kernel
def pour(arcs: Arcs, count: int, tree: Tree, room: Room, flow: Floats, load: Floats) -> None:
    """Adds to `load` (by arc) what the traffic `flow` (by node, used up) puts on arcs towards the destination."""
    for i in range(count - 1, 0, -1):
        v = room.order[i]
        if flow[v] == 0.0:
            continue
        here, paths = tree.distance[v], 0
        for a in range(arcs.start[v], arcs.start[v + 1]):
            if not room.down[a] and here == arcs.metric[a] + tree.distance[arcs.head[a]]:
                paths += 1
        part_flow = flow[v] / paths
        for a in range(arcs.start[v], arcs.start[v + 1]):
            if not room.down[a] and here == arcs.metric[a] + tree.distance[arcs.head[a]]:
                load[a] += part_flow
                flow[arcs.head[a]] += part_flow
        flow[v] = 0.0


@part
def note(v: int, level: int, size: int, tree: Tree, room: Room) -> int:
    """Logs a node as it stands, once a level; the new size of the log."""
    if room.stamp[v] == level:
        return size
    room.stamp[v] = level
    room.log_node[size], room.log_distance[size] = v, tree.distance[v]
    room.log_free[size], room.log_clear[size] = tree.free[v], tree.clear[v]
    return size + 1


@kernel
def fail(arcs: Arcs, marks: NodeMarks, removed: Ints, first: int, last: int, tree: Tree, room: Room, log: int) -> int:
    """Takes arcs `removed[first:last]`, which are up, out of the tree; the size of the log, which began at `log`.

    Nodes whose distance or shares may change are logged. Cost O(arcs of these nodes, times a logarithm).
    """
    room.stamp[-1] += 1
    level = room.stamp[-1]
    begun, settled = _seed(arcs, removed, first, last, tree, room)
    count, touched = settled, 0
    size = begun
    while size:
        size = pop(room, size)
        v = room.node[size]
        if _keeps_a_hop(arcs, v, tree, room):
            room.mark[v] = _TOUCHED
            continue
        room.mark[v] = _AFFECTED
        room.affected[touched] = v
        touched += 1
        log = note(v, level, log, tree, room)
        for i in range(arcs.into[v], arcs.into[v + 1]):
            a = arcs.feeder[i]
            u = arcs.tail[a]
            if not room.down[a] and not room.mark[u] and tree.distance[u] == arcs.metric[a] + tree.distance[v]:
                room.mark[u] = _SEEN
                room.marked[count] = u
                count += 1
                size = push(room, size, tree.distance[u], u)
    _reroute(arcs, touched, tree, room)
    return _reweigh(arcs, marks, count, tree, room, level, log)


@part
def _seed(arcs: Arcs, removed: Ints, first: int, last: int, tree: Tree, room: Room) -> tuple[int, int]:
    """Downs the arcs; their tails that lose a next hop enter the heap. Sizes of the heap and of the marked list."""
    size = np.int64(0)
    for i in range(first, last):
        room.down[removed[i]] = 1
    for i in range(first, last):
        a = removed[i]
        v = arcs.tail[a]
        here = tree.distance[v]
        if here < FAR and not room.mark[v] and here == arcs.metric[a] + tree.distance[arcs.head[a]]:
            room.mark[v] = _SEEN
            room.marked[size] = v
            size = push(room, size, here, v)
    return size, size


@part
def _keeps_a_hop(arcs: Arcs, v: int, tree: Tree, room: Room) -> bool:
    here = tree.distance[v]
    for a in range(arcs.start[v], arcs.start[v + 1]):
        u = arcs.head[a]
        if not room.down[a] and room.mark[u] != _AFFECTED and here == arcs.metric[a] + tree.distance[u]:
            return True
    return False


@part
def _reroute(arcs: Arcs, touched: int, tree: Tree, room: Room) -> None:
    """New distances of nodes that lost every next hop, from neighbours that keep theirs."""
    size = np.int64(0)
    for i in range(touched):
        v = room.affected[i]
        best = FAR
        for a in range(arcs.start[v], arcs.start[v + 1]):
            u = arcs.head[a]
            if not room.down[a] and room.mark[u] != _AFFECTED and tree.distance[u] + arcs.metric[a] < best:
                best = tree.distance[u] + arcs.metric[a]
        tree.distance[v] = best
    for i in range(touched):
        v = room.affected[i]
        if tree.distance[v] < FAR:
            size = push(room, size, tree.distance[v], v)
    while size:
        size = pop(room, size)
        key, v = room.key[size], room.node[size]
        if key != tree.distance[v] or room.mark[v] == _SETTLED:
            continue
        room.mark[v] = _SETTLED
        for i in range(arcs.into[v], arcs.into[v + 1]):
            a = arcs.feeder[i]
            u = arcs.tail[a]
            if not room.down[a] and room.mark[u] == _AFFECTED and key + arcs.metric[a] < tree.distance[u]:
                tree.distance[u] = key + arcs.metric[a]
                size = push(room, size, tree.distance[u], u)


@part
def _reweigh(arcs: Arcs, marks: NodeMarks, count: int, tree: Tree, room: Room, level: int, log: int) -> int:
    """New shares of marked nodes, and upstream of these as far as shares change; marks are taken off."""
    size = np.int64(0)
    for i in range(count):
        v = room.marked[i]
        if tree.distance[v] < FAR:
            room.mark[v] = _QUEUED
            size = push(room, size, tree.distance[v], v)
        else:
            tree.free[v] = tree.clear[v] = 0.0
    while size:
        size = pop(room, size)
        v = room.node[size]
        free, clear = tree.free[v], tree.clear[v]
        if not weigh(arcs, marks, v, tree, room):
            continue
        new_free, new_clear = tree.free[v], tree.clear[v]
        tree.free[v], tree.clear[v] = free, clear
        log = note(v, level, log, tree, room)
        tree.free[v], tree.clear[v] = new_free, new_clear
        for i in range(arcs.into[v], arcs.into[v + 1]):
            a = arcs.feeder[i]
            u = arcs.tail[a]
            if not room.down[a] and not room.mark[u] and tree.distance[u] == arcs.metric[a] + tree.distance[v]:
                room.mark[u] = _QUEUED
                room.marked[count] = u
                count += 1
                size = push(room, size, tree.distance[u], u)
    for i in range(count):
        room.mark[room.marked[i]] = 0
    return log


@kernel
def undo(removed: Ints, first: int, last: int, tree: Tree, room: Room, begun: int, log: int) -> None:
    """Puts back what the latest failure took: entries of the log from `begun` to `log`, and its arcs."""
    for i in range(log - 1, begun - 1, -1):
        v = room.log_node[i]
        tree.distance[v] = room.log_distance[i]
        tree.free[v], tree.clear[v] = room.log_free[i], room.log_clear[i]
    for i in range(first, last):
        room.down[removed[i]] = 0


@maker
def cheapest(arcs: Arcs, allowed: Bytes, weight: Floats, end: int, back: bool) -> tuple[Floats, Ints]:
    """The least weight to each node over allowed nodes and links, infinite where none leads, and the arc it enters by.

    `allowed` is uint8[nodes + links], `weight` float64[arcs], not negative. A node that is not allowed is entered and
    not left, but for nothing where it is the end: it has weight 0. With `back` against the arcs: the least weight from
    each node to the end, and the arc it leaves by. Cost O(arcs log arcs).
    """
    nodes = len(arcs.start) - 1
    far, by = np.full(nodes, np.inf), np.full(nodes, -1, np.int32)
    done = np.zeros(nodes, np.uint8)
    far[end] = 0.0
    heap = [(0.0, np.int64(end))]
    rows = arcs.into if back else arcs.start
    while len(heap):
        here, v = heappop(heap)
        if done[v]:
            continue
        done[v] = 1
        if not allowed[v]:
            continue
        for i in range(rows[v], rows[v + 1]):
            a = np.int64(arcs.feeder[i]) if back else np.int64(i)
            u = np.int64(arcs.tail[a] if back else arcs.head[a])
            if allowed[nodes + arcs.link[a]] and here + weight[a] < far[u]:
                far[u], by[u] = here + weight[a], a
                heappush(heap, (far[u], u))
    return far, by
