"""Which transit networks, and which sets of them, carry the routes of chosen sources: counts of pairs, ends aside.

A pair is counted at a network three times over: where the conventional route passes it (of ties the lowest ASN), where
every tie path does, and where some tie path does. A next hop of a tie set is one hop nearer to the destination, so the
tie paths of a pair pass one network each at every distance: a network lies on all of them exactly where it is alone at
its distance. Sets of networks are bits; what every tie path passes of them is handed on from hop to hop.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import kernel, part
from provenet.routing.kernels.aspaths import LANES, Batch, Table, Words
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.crossing import cross_some
from provenet.routing.kernels.eitherway import Ways, ways_of
from provenet.routing.kernels.rows import Rows, want

CONVENTIONAL, EVERY, SOME = 0, 1, 2
"""Where a pair is counted at a network: its place in the last axis of `Carriage`."""
Counts = NDArray[np.int64]


class Carriage(NamedTuple):
    """Pairs by group of sources, group of destinations, and how many of their tie paths pass.

    `network` is int64[S, G, T, 3], of each transit network; `marked` int64[S, G, 64 W, 3], of each set of `marks`.
    """

    network: Counts
    marked: Counts


class Sources(NamedTuple):
    """Rows as sources: how many networks each is, in which group, the lane that is itself (or -1), and its group there.

    Each int64[n].
    """

    size: Counts
    group: Counts
    less: Counts
    label: Counts


class _Desk(NamedTuple):
    """Room for one walk: networks of one distance and of the next, by turns, and what every path to each passes.

    The first `held` rows of `weight` say of which groups of sources and destinations a walk is, and of how many pairs.
    """

    networks: Ints
    marks: Table
    seen: Counts
    slot: Ints
    some: Words
    first: Words
    weight: Counts
    held: Counts


def count_carriage(
    core: Condensed, batch: Batch, rows: Rows, *, sources: Sources, weight: Floats, marks: Table, into: Carriage
) -> Carriage:
    """Adds the routes of the rows to the lanes of a batch to `into`.

    `weight` is float64[G, 64], how many destinations of each group a lane stands for; `marks` uint64[T, W] the sets in
    which each transit network is. The rows must have seen the batch. Cost O(rows x 64 x networks on the way).
    """
    every = np.full(core.core_count, ~np.uint64(0))
    some = cross_some(core, batch, every, room=np.zeros(core.core_count, np.uint64))
    ways = ways_of(core, batch, rows, wanted=want(core, batch, rows), some=some, shared=every)
    count, width = core.core_count, marks.shape[1]
    desk = _Desk(
        networks=np.zeros((2, count), np.int32),
        marks=np.zeros((2, count, width), np.uint64),
        seen=np.full(count, -1, np.int64),
        slot=np.zeros(count, np.int32),
        some=np.zeros(width, np.uint64),
        first=np.zeros(width, np.uint64),
        weight=np.zeros((into.network.shape[0] * len(weight), 3), np.int64),
        held=np.zeros(1, np.int64),
    )
    alone = np.zeros((count, into.network.shape[0] + 1), np.int64)
    touched = np.zeros(len(rows.links.classes), np.int32)
    _count(ways, sources, weight.astype(np.int64), marks, alone, touched, desk, into)
    return into


@kernel
def _count(
    ways: Ways,
    sources: Sources,
    weight: Counts,
    marks: Table,
    alone: Counts,
    touched: Ints,
    desk: _Desk,
    into: Carriage,
) -> None:
    """Rows that all go through one network first are walked from there together."""
    tick = 0
    for lane in range(LANES):
        waiting = 0
        for r in range(len(sources.size)):
            first, last = ways.row_start[r * LANES + lane], ways.row_start[r * LANES + lane + 1]
            if first == last or ways.row_hop[first] < 0:
                continue
            if last - first > 1 or sources.less[r] == lane:
                for i in range(first, last):
                    desk.networks[0, i - first] = ways.row_hop[i]
                desk.held[0] = 0
                own = sources.label[r] if sources.less[r] == lane else -1
                _weigh(weight, lane, sources.group[r], sources.size[r], own, desk)
                tick = _walk(ways, lane, last - first, marks, tick, desk, into)
                continue
            u = ways.row_hop[first]
            if alone[u, 0] == 0:
                touched[waiting] = u
                waiting += 1
                alone[u, 0] = 1
            alone[u, 1 + sources.group[r]] += sources.size[r]
        for n in range(waiting):
            u = touched[n]
            desk.held[0] = 0
            alone[u, 0] = 0
            for s in range(alone.shape[1] - 1):
                if alone[u, 1 + s]:
                    _weigh(weight, lane, s, alone[u, 1 + s], -1, desk)
                    alone[u, 1 + s] = 0
            desk.networks[0, 0] = u
            tick = _walk(ways, lane, 1, marks, tick, desk, into)


@part
def _weigh(weight: Counts, lane: int, s: int, size: int, own: int, desk: _Desk) -> None:
    """Adds the pairs of some sources of a group with the destinations of a lane to the walk.

    `own` is the group of destinations in which the source itself is, or -1: it does not go to itself.
    """
    held = desk.held[0]
    for g in range(len(weight)):
        w = weight[g, lane] - (1 if own == g else 0)
        if w > 0:
            desk.weight[held, 0], desk.weight[held, 1], desk.weight[held, 2] = s, g, size * w
            held += 1
    desk.held[0] = held


@part
def _walk(ways: Ways, lane: int, count: int, marks: Table, tick: int, desk: _Desk, into: Carriage) -> int:
    """From the next hops `desk.networks[0, :count]` on, one distance after the other; the last tick used."""
    if desk.held[0] == 0:
        return tick
    side = 0
    for k in range(marks.shape[1]):
        desk.some[k] = desk.first[k] = np.uint64(0)
        for i in range(count):
            desk.marks[0, i, k] = np.uint64(0)
    conventional = desk.networks[0, 0]
    while True:
        _meet(side, count, conventional, marks, desk, into)
        if not (ways.some[conventional] >> np.uint64(lane)) & np.uint64(1):
            break
        tick += 1
        count = _step(ways, lane, side, count, tick, desk)
        conventional = ways.hop[ways.start[ways.place[conventional] * LANES + lane]]
        side = 1 - side
    for k in range(marks.shape[1]):
        every = desk.marks[side, 0, k]
        for i in range(1, count):
            every &= desk.marks[side, i, k]
        _mark(desk.first[k], k, CONVENTIONAL, desk, into)
        _mark(every, k, EVERY, desk, into)
        _mark(desk.some[k], k, SOME, desk, into)
    return tick


@part
def _meet(side: int, count: int, conventional: int, marks: Table, desk: _Desk, into: Carriage) -> None:
    """Counts the pairs at the networks of one distance, and adds these to what paths pass."""
    for n in range(desk.held[0]):
        s, g, w = desk.weight[n, 0], desk.weight[n, 1], desk.weight[n, 2]
        into.network[s, g, conventional, CONVENTIONAL] += w
        if count == 1:
            into.network[s, g, conventional, EVERY] += w
        for i in range(count):
            into.network[s, g, desk.networks[side, i], SOME] += w
    for k in range(marks.shape[1]):
        desk.first[k] |= marks[conventional, k]
        for i in range(count):
            word = marks[desk.networks[side, i], k]
            desk.some[k] |= word
            desk.marks[side, i, k] |= word


@part
def _step(ways: Ways, lane: int, side: int, count: int, tick: int, desk: _Desk) -> int:
    """Writes the networks of the next distance to the other side, each once; how many there are."""
    ahead, width = 0, desk.marks.shape[2]
    for i in range(count):
        at = ways.place[desk.networks[side, i]] * LANES + lane
        for h in range(ways.start[at], ways.start[at + 1]):
            v = ways.hop[h]
            if desk.seen[v] != tick:
                desk.seen[v], desk.slot[v] = tick, ahead
                desk.networks[1 - side, ahead] = v
                for k in range(width):
                    desk.marks[1 - side, ahead, k] = desk.marks[side, i, k]
                ahead += 1
            else:
                for k in range(width):
                    desk.marks[1 - side, desk.slot[v], k] &= desk.marks[side, i, k]
    return ahead


@part
def _mark(word: np.uint64, k: int, how: int, desk: _Desk, into: Carriage) -> None:
    """Counts the pairs at the sets of a word."""
    while word:
        lowest = word & (~word + np.uint64(1))
        bit = np.int64(k * LANES) + _ones(lowest - np.uint64(1))
        for n in range(desk.held[0]):
            into.marked[desk.weight[n, 0], desk.weight[n, 1], bit, how] += desk.weight[n, 2]
        word ^= lowest


@part
def _ones(word: np.uint64) -> int:
    """How many bits of a word are one."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
