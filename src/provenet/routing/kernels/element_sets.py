"""What marked elements demands cross on their equal-cost paths, as bits; what is clear once some are replaced."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, part
from provenet.routing.kernels.igp import FAR, Arcs, NodeMarks, Room, Tree, grow

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
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
