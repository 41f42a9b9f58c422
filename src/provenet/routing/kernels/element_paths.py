"""Elements of a network on paths: whether demands keep a path over some, also while groups fail; which marked ones.

An element is a node, or the count of nodes plus a link. End nodes are elements of their paths. The marked elements that
demands cross on their equal-cost paths are bits; what is clear once some are replaced follows from them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints, Longs
from provenet.numerics.compiled import kernel, part
from provenet.routing.kernels.igp import FAR, Arcs, NodeMarks, Room, Tree, grow

Bytes = NDArray[np.uint8]


class Wishes(NamedTuple):
    """Demands by source: those of `origin[i]` go to `target[first[i]:first[i + 1]]`; groups of elements that fail.

    Group g fails `member[start[g]:start[g + 1]]`; group 0 has no member.
    """

    origin: Ints
    first: Longs
    target: Ints
    start: Longs
    member: Longs


class Bench(NamedTuple):
    """What walks write on: elements in use and up, nodes that clear and that possible elements join, a queue, arcs."""

    used: Bytes
    up: Bytes
    seen: Bytes
    reached: Bytes
    queue: Ints
    by: Ints


def bench_of(nodes: int, links: int) -> Bench:
    """Room for walks. Memory O(nodes + links)."""
    return Bench(
        used=np.zeros(nodes + links, np.uint8),
        up=np.ones(nodes + links, np.uint8),
        seen=np.zeros(nodes, np.uint8),
        reached=np.zeros(nodes, np.uint8),
        queue=np.zeros(nodes, np.int32),
        by=np.zeros(nodes, np.int32),
    )


@part
def _walk(arcs: Arcs, allowed: Bytes, source: int, bench: Bench, seen: Bytes) -> None:
    """Marks in `seen` the nodes that allowed elements, all up, join to a source."""
    queue, nodes = bench.queue, len(seen)
    for v in range(nodes):
        seen[v] = 0
    if not (allowed[source] and bench.up[source]):
        return
    seen[source], queue[0], bench.by[source] = 1, source, -1
    first, last = 0, 1
    while first < last:
        v = queue[first]
        first += 1
        for a in range(arcs.start[v], arcs.start[v + 1]):
            u, e = arcs.head[a], nodes + arcs.link[a]
            if not seen[u] and allowed[u] and bench.up[u] and allowed[e] and bench.up[e]:
                seen[u], queue[last], bench.by[u] = 1, u, a
                last += 1


@part
def _use(arcs: Arcs, wishes: Wishes, i: int, bench: Bench) -> bool:
    """Marks in `used` the elements of one path to each target of a source; whether all targets were seen."""
    used, nodes, whole = bench.used, len(bench.seen), True
    for e in range(len(used)):
        used[e] = 0
    for k in range(wishes.first[i], wishes.first[i + 1]):
        v = wishes.target[k]
        if not bench.seen[v]:
            whole = False
            continue
        while not used[v]:
            used[v] = 1
            a = bench.by[v]
            if a < 0:
                break
            used[nodes + arcs.link[a]] = 1
            v = arcs.tail[a]
    return whole


@part
def _touches(wishes: Wishes, g: int, used: Bytes) -> bool:
    met = False
    for j in range(wishes.start[g], wishes.start[g + 1]):
        met = met or used[wishes.member[j]] > 0
    return met


@part
def _switch(wishes: Wishes, g: int, up: Bytes, state: int) -> None:
    for j in range(wishes.start[g], wishes.start[g + 1]):
        up[wishes.member[j]] = state


@kernel
def next_broken(
    arcs: Arcs, wishes: Wishes, clear: Bytes, possible: Bytes, bench: Bench, i: int, g: int, k: int
) -> tuple[int, int, int]:
    """The next source, group and demand, from (i, g, k) on, where a failure leaves a path but no clear one; or -1s.

    A demand whose own end fails has ended: nothing is asked of it. Cost O(sources x groups that touch their paths x
    arcs) at worst.
    """
    groups = len(wishes.start) - 1
    while i < len(wishes.origin):
        source = wishes.origin[i]
        _walk(arcs, clear, source, bench, bench.seen)
        whole = _use(arcs, wishes, i, bench)
        while g < groups:
            if g == 0 or not whole or _touches(wishes, g, bench.used):
                _switch(wishes, g, bench.up, 0)
                _walk(arcs, clear, source, bench, bench.seen)
                walked, found = False, -1
                for j in range(max(k, wishes.first[i]), wishes.first[i + 1]):
                    v = wishes.target[j]
                    if bench.seen[v] or not bench.up[v] or not bench.up[source]:
                        continue
                    if not walked:
                        _walk(arcs, possible, source, bench, bench.reached)
                        walked = True
                    if bench.reached[v]:
                        found = j
                        break
                _switch(wishes, g, bench.up, 1)
                if found >= 0:
                    return i, g, found
            g, k = g + 1, 0
        i, g, k = i + 1, 0, 0
    return -1, -1, -1


@kernel
def count_parted(arcs: Arcs, wishes: Wishes, possible: Bytes, bench: Bench, parted: Longs) -> None:
    """For each demand, how many failures other than of its ends leave it no path at all, group 0 among them."""
    for i in range(len(wishes.origin)):
        source = wishes.origin[i]
        _walk(arcs, possible, source, bench, bench.seen)
        whole = _use(arcs, wishes, i, bench)
        for g in range(len(wishes.start) - 1):
            if g and whole and not _touches(wishes, g, bench.used):
                continue
            _switch(wishes, g, bench.up, 0)
            _walk(arcs, possible, source, bench, bench.reached)
            for j in range(wishes.first[i], wishes.first[i + 1]):
                v = wishes.target[j]
                if bench.up[v] and bench.up[source] and not bench.reached[v]:
                    parted[j] += 1
            _switch(wishes, g, bench.up, 1)


Words = NDArray[np.uint64]


class Outages(NamedTuple):
    """What fails together, one failure after the other: arcs `arc[start[g]:start[g + 1]]`."""

    start: Longs
    arc: Ints


@part
def _or_bit(words: Words, v: int, bit: int) -> None:
    if bit >= 0:
        words[v, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)


@part
def _gather(arcs: Arcs, bit_of: Ints, count: int, tree: Tree, room: Room, words: Words) -> None:
    """The bits of marked elements on the paths of each node that reaches the target of a tree just grown."""
    nodes = len(tree.distance)
    for i in range(count):
        v = room.order[i]
        for w in range(words.shape[1]):
            words[v, w] = np.uint64(0)
        _or_bit(words, v, bit_of[v])
        for a in range(arcs.start[v], arcs.start[v + 1]):
            u = arcs.head[a]
            if i and not room.down[a] and tree.distance[v] == arcs.metric[a] + tree.distance[u]:
                _or_bit(words, v, bit_of[nodes + arcs.link[a]])
                for w in range(words.shape[1]):
                    words[v, w] |= words[u, w]


@kernel
def gather(arcs: Arcs, marks: NodeMarks, target: int, bit_of: Ints, tree: Tree, room: Room, words: Words) -> None:
    """Fills `words` uint64[nodes, W] with the bits of marked elements that each node crosses on the way to a target.

    `bit_of` int32[nodes + links] is the bit of an element, -1 where it is not marked. Cost O(arcs x W).
    """
    count = grow(arcs, marks, target, tree, room)
    _gather(arcs, bit_of, count, tree, room, words)


@kernel
def gather_outages(
    arcs: Arcs,
    marks: NodeMarks,
    target: int,
    bit_of: Ints,
    tree: Tree,
    room: Room,
    words: Words,
    outages: Outages,
    spare: Words,
    used: NDArray[np.uint8],
) -> None:
    """As `gather`, the bits of all failures together: what is crossed without one or under any one of them.

    `used` uint8[arcs] and `spare`, of the shape of `words`, are written on. Cost O(failures that touch the paths x
    arcs x W).
    """
    count = grow(arcs, marks, target, tree, room)
    _gather(arcs, bit_of, count, tree, room, words)
    for a in range(len(used)):
        v, u = arcs.tail[a], arcs.head[a]
        used[a] = tree.distance[v] < FAR and tree.distance[v] == arcs.metric[a] + tree.distance[u]
    for g in range(len(outages.start) - 1):
        touched = False
        for j in range(outages.start[g], outages.start[g + 1]):
            touched = touched or used[outages.arc[j]] > 0
        if not touched:
            continue
        for j in range(outages.start[g], outages.start[g + 1]):
            room.down[outages.arc[j]] = 1
        count = grow(arcs, marks, target, tree, room)
        _gather(arcs, bit_of, count, tree, room, spare)
        for i in range(count):
            v = room.order[i]
            for w in range(words.shape[1]):
                words[v, w] |= spare[v, w]
        for j in range(outages.start[g], outages.start[g + 1]):
            room.down[outages.arc[j]] = 0


@kernel
def clear_by_step(
    arcs: Arcs,
    marks: NodeMarks,
    target: int,
    step_of: Ints,
    tree: Tree,
    room: Room,
    flow: Floats,
    share: Floats,
    clear: Floats,
) -> None:
    """Adds to `clear` float64[steps] the traffic `flow` (by node) to a target that meets clear elements alone.

    Element e is clear from step `step_of[e]` on. `share` float64[nodes, steps] is written on. Cost O(arcs x steps).
    """
    nodes, steps = len(tree.distance), len(clear)
    count = grow(arcs, marks, target, tree, room)
    for i in range(count):
        v = room.order[i]
        paths = 0
        for j in range(steps):
            share[v, j] = 0.0
        for a in range(arcs.start[v], arcs.start[v + 1]):
            u = arcs.head[a]
            if i and tree.distance[v] == arcs.metric[a] + tree.distance[u]:
                paths += 1
                for j in range(step_of[nodes + arcs.link[a]], steps):
                    share[v, j] += share[u, j]
        for j in range(steps):
            if j < step_of[v]:
                share[v, j] = 0.0
            elif i:
                share[v, j] /= paths
            else:
                share[v, j] = 1.0
            clear[j] += flow[v] * share[v, j]
