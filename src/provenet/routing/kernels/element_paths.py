"""Whether demands keep a path over some elements of a network, nodes and links, also while groups of them fail.

An element is a node, or the count of nodes plus a link. End nodes are elements of their paths.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, part
from provenet.routing.kernels.igp import Arcs

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
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
