"""Sums of the ladder without cells: where networks are restricted or not, every answer of a lane is a bit.

A route crosses or it does not, so low and high shares are words as the rungs are: the lanes in which every tie path
crosses, and those in which some does. A sum over 64 destinations is then eight looks into a table of weights. Only the
expected share of lanes in which some tie paths cross and others do not is worked out lane by lane. All sums are whole
numbers, the expected share in units of 2^-40, so that they do not depend on the order in which they are added.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.aspaths import LANES, PLANES, Marks, Table, Words, level
from provenet.routing.kernels.condense import CoreLinks
from provenet.routing.kernels.rows import RowLinks, RowState, RowTies
from provenet.routing.kernels.words import RouteState, Ties

Wholes = NDArray[np.int64]
UNIT = 2**40
"""One, as the sums of expected shares count it."""


class Verdicts(NamedTuple):
    """What routes of T transit networks cross, a bit a lane: `bad` where the network itself is restricted and not the
    destination, `some` where some tie path crosses and `free` where some does not, the network itself aside. `clean` is
    float64[T, 64], the part of the tie paths that cross nothing if ties split equally, where both hold.
    """

    bad: Words
    some: Words
    free: Words
    clean: Floats


class RowVerdicts(NamedTuple):
    """The same of n rows: uint64[n] each, and the expected part lane by lane."""

    some: Words
    free: Words
    clean: Floats


class Ladders(NamedTuple):
    """Walks from n rows by cost, and those that begin with a turn, uint64[n, 4] each: as `see_rungs` gives them."""

    up: Table
    turn: Table
    lucky: Table


class Weights(NamedTuple):
    """How many destinations a lane stands for: `lane` int64[G, 64], and their sums by byte of a word int64[G, 8, 256].

    `less` int64[n] is a lane of each row that stands for one fewer in the group `label`, the row itself, or -1.
    """

    lane: Wholes
    byte: Wholes
    less: Wholes
    label: Wholes


@part
def mix(
    word: np.uint64, first: int, last: int, to: Ints, tie: Words, seen: Verdicts, total: Floats, count: Floats
) -> None:
    """Adds the clean parts of neighbours `to[first:last]` to `total` float64[64], in the lanes of a word where tied."""
    for i in range(first, last):
        lanes = tie[i] & word
        if lanes:
            add(lanes, to[i], seen, total, count)


@part
def add(lanes: np.uint64, u: int, seen: Verdicts, total: Floats, count: Floats) -> None:
    """Adds the clean part of routes through one neighbour, itself included."""
    for j in range(LANES):
        bit = np.uint64(1) << np.uint64(j)
        if lanes & bit:
            count[j] += 1.0
            if seen.bad[u] & bit or not seen.free[u] & bit:
                continue
            total[j] += seen.clean[u, j] if seen.some[u] & bit else 1.0


@part
def settle(word: np.uint64, r: int, clean: Floats, total: Floats, count: Floats) -> None:
    """Writes the means and empties the sums."""
    for j in range(LANES):
        if (word >> np.uint64(j)) & np.uint64(1) and count[j] > 0.0:
            clean[r, j] = total[j] / count[j]
        total[j] = count[j] = 0.0


@part
def _across(
    links: CoreLinks, mirror: Ints, state: RouteState, ties: Ties, seen: Verdicts, total: Floats, count: Floats
) -> None:
    """The clean parts of routes over a peering."""
    for v in range(len(state.peer)):
        word = seen.some[v] & seen.free[v] & state.peer[v]
        if word:
            for i in range(links.peer_start[v], links.peer_start[v + 1]):
                if state.active[links.peer[i]] and ties.peer[mirror[i]] & word:
                    add(ties.peer[mirror[i]] & word, links.peer[i], seen, total, count)
            settle(word, np.int64(v), seen.clean, total, count)


@kernel
def clean_parts(
    links: CoreLinks, mirror: Ints, state: RouteState, ties: Ties, seen: Verdicts, total: Floats, count: Floats
) -> None:
    """Fills `seen.clean` where some tie paths cross and others do not: up, across, down; inside a ring by length."""
    near, far, customer, peered, block_start = state.near, state.far, state.customer, state.peer, links.block_start
    levels, every = near.shape[1] + far.shape[1], ~np.uint64(0)
    for b in range(len(block_start) - 2, -1, -1):
        ring = block_start[b + 1] - block_start[b] > 1
        for k in range(levels if ring else 1):
            for v in range(block_start[b], block_start[b + 1]):
                word = seen.some[v] & seen.free[v] & customer[v]
                if word and state.active[v]:
                    word &= level(v, k, near, far) if ring else every
                    mix(word, links.down_start[v], links.down_start[v + 1], links.down, ties.down, seen, total, count)
                    settle(word, np.int64(v), seen.clean, total, count)
    _across(links, mirror, state, ties, seen, total, count)
    for b in range(len(block_start) - 1):
        ring = block_start[b + 1] - block_start[b] > 1
        for k in range(levels if ring else 1):
            for v in range(block_start[b], block_start[b + 1]):
                word = seen.some[v] & seen.free[v] & ~(customer[v] | peered[v])
                if word:
                    word &= level(v, k, near, far) if ring else every
                    mix(word, links.up_start[v], links.up_start[v + 1], links.up, ties.up, seen, total, count)
                    settle(word, np.int64(v), seen.clean, total, count)


@kernel
def see_verdicts(
    rows: RowLinks, ties: RowTies, lucky: Table, seen: Verdicts, of: RowVerdicts, total: Floats, count: Floats
) -> None:
    """What the routes of rows cross: those of transit networks as they are, those of stubs by their tie sets."""
    for r in range(len(rows.classes)):
        c = rows.classes[r]
        of.free[r] = lucky[r, 0]
        if c < len(seen.some):
            of.some[r] = seen.some[c]
            if of.some[r] & of.free[r]:
                for j in range(LANES):
                    of.clean[r, j] = seen.clean[c, j]
            continue
        word = np.uint64(0)
        for i in range(rows.peer_start[r], rows.peer_start[r + 1]):
            word |= ties.peer[i] & (seen.bad[rows.peer[i]] | seen.some[rows.peer[i]])
        for i in range(rows.up_start[r], rows.up_start[r + 1]):
            word |= ties.up[i] & (seen.bad[rows.up[i]] | seen.some[rows.up[i]])
        of.some[r] = word
        word &= of.free[r]
        if word:
            mix(word, rows.peer_start[r], rows.peer_start[r + 1], rows.peer, ties.peer, seen, total, count)
            mix(word, rows.up_start[r], rows.up_start[r + 1], rows.up, ties.up, seen, total, count)
            settle(word, np.int64(r), of.clean, total, count)


@tight
def _turned(block: Words) -> None:
    """Turns a square of 64 words over: bit i of word j becomes bit j of word i (Warren, Hacker's Delight, 7-3)."""
    width, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    while width:
        k = np.uint64(0)
        while k < np.uint64(LANES):
            word = ((block[k] >> width) ^ block[k + width]) & mask
            block[k] ^= word << width
            block[k + width] ^= word
            k = (k + width + np.uint64(1)) & ~width
        width >>= np.uint64(1)
        mask ^= mask << width


@kernel
def turned(back: Table, first: int, last: int, block: Words, made: Words) -> None:
    """The ways back as words of a batch of columns: bit j of `made[r]` is bit r % 64 of `back[r // 64, first + j]`."""
    for b in range(len(back)):
        found = np.uint64(0)
        for j in range(LANES):
            block[j] = back[b, first + j] if first + j < last else np.uint64(0)
            found |= block[j]
        if found:
            _turned(block)
        for j in range(min(LANES, len(made) - b * LANES)):
            made[b * LANES + j] = block[j]


@tight
def _weigh(word: np.uint64, g: int, byte: Wholes, less: int) -> int:
    """How many destinations the lanes of a word stand for."""
    if not word:
        return np.int64(0)
    total = np.int64(0)
    for k in range(8):
        total += byte[g, k, (word >> np.uint64(8 * k)) & np.uint64(255)]
    if less >= 0 and (word >> np.uint64(less)) & np.uint64(1):
        total -= 1
    return total


@kernel
def fold_words(
    state: RowState,
    ladders: Ladders,
    seen: RowVerdicts,
    back: tuple[Words, Words],
    weights: Weights,
    inside: tuple[Marks, np.uint64],
    sums: Wholes,
) -> None:
    """Adds what the rows see of a batch to `sums` int64[n, G, fields], by the fields of `lanes.FIELDS`.

    `back` are the lanes in which every and some way back crosses; `inside` uint8[n] and a word mark the rows and lanes
    of the restricted set.
    """
    up, turn, lucky, groups = ladders.up, ladders.turn, ladders.lucky, len(weights.lane)
    for r in range(len(up)):
        routed = state.customer[r] | state.peer[r] | state.provider[r]
        others = ~state.own[r]
        low, high = routed & ~seen.free[r], routed & seen.some[r]
        back_low, back_high = routed & back[0][r], routed & back[1][r]
        some = high & seen.free[r]
        walks, lucky_walks = up[r, 3] & routed, lucky[r, 3] & routed
        rung_0, first = walks & up[r, 0], walks & up[r, 1] & ~up[r, 0]
        alone = first & turn[r, 1]
        none = routed & ~walks
        outside = np.uint64(0) if inside[0][r] else none & ~inside[1]
        for g in range(groups):
            less = weights.less[r] if weights.label[r] == g else np.int64(-1)
            byte = weights.byte
            sums[r, g, 0] += _weigh(others, g, byte, less)
            sums[r, g, 1] += _weigh(others & ~routed, g, byte, less)
            sums[r, g, 2] += _weigh(state.customer[r] & others, g, byte, less)
            sums[r, g, 3] += _weigh(state.peer[r] & others, g, byte, less)
            sums[r, g, 4] += _weigh(state.provider[r] & others, g, byte, less)
            for bit in range(PLANES):
                sums[r, g, 5] += _weigh(state.length[r, bit] & routed, g, byte, less) << bit
            sums[r, g, 6] += _weigh(rung_0, g, byte, less)
            sums[r, g, 7] += _weigh(alone, g, byte, less)
            sums[r, g, 8] += _weigh(first & ~alone, g, byte, less)
            sums[r, g, 9] += _weigh(walks & up[r, 2] & ~up[r, 1], g, byte, less)
            sums[r, g, 10] += _weigh(walks & ~up[r, 2], g, byte, less)
            sums[r, g, 11] += _weigh(others & ~walks, g, byte, less)
            sums[r, g, 12] += _weigh(lucky_walks & lucky[r, 0], g, byte, less)
            sums[r, g, 13] += _weigh(lucky_walks & lucky[r, 1] & ~lucky[r, 0], g, byte, less)
            sums[r, g, 14] += _weigh(lucky_walks & lucky[r, 2] & ~lucky[r, 1], g, byte, less)
            sums[r, g, 15] += _weigh(lucky_walks & ~lucky[r, 2], g, byte, less)
            sums[r, g, 16] += _weigh(others & ~lucky_walks, g, byte, less)
            crossed = _weigh(low, g, byte, less)
            sums[r, g, 17] += crossed
            sums[r, g, 18] += _weigh(high, g, byte, less)
            sums[r, g, 19] += crossed * UNIT
            sums[r, g, 20] += _weigh(back_low, g, byte, less)
            sums[r, g, 21] += _weigh(back_high, g, byte, less)
            sums[r, g, 22] += _weigh(low | back_low, g, byte, less)
            sums[r, g, 23] += _weigh(high | back_high, g, byte, less)
            sums[r, g, 24] += _weigh(none & inside[1], g, byte, less)
            sums[r, g, 25] += _weigh(none & ~inside[1] & ~outside, g, byte, less)
            sums[r, g, 26] += _weigh(outside, g, byte, less)
            if some:
                for j in range(LANES):
                    if (some >> np.uint64(j)) & np.uint64(1):
                        weight = weights.lane[g, j] - (1 if less == j else 0)
                        sums[r, g, 19] += weight * np.int64(np.rint((1.0 - seen.clean[r, j]) * UNIT))
