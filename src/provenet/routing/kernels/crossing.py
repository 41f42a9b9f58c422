"""What routes cross: on some tie path in words of 64 destinations, and shares of networks in 64 lanes of numbers.

Each network has a value as transit, what a route through it crosses from there on with the network itself, and a value
as source, without itself. Along a route nothing is assumed of how crossings depend on one another: a route crosses at
least the largest least share on it and at most the sum of the greatest, up to 1. Over a tie set the bounds are the
least of the low ends and the greatest of the high ends. Only these are bounds; the expected share multiplies
midpoints as if crossings were independent and splits ties equally, which is an assumption.
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.aspaths import LANES, Batch, Marks, Words, level, passable
from provenet.routing.kernels.condense import Condensed, CoreLinks
from provenet.routing.kernels.words import RouteState, Ties


class Crossings(NamedTuple):
    """What a route through each of T networks crosses, itself included, in each of 64 lanes: float64[T, 64] each.

    `low`, `high` bound the share; `clean` is the expected part that crosses nothing. The lane of a network that is the
    destination holds 0, 0 and 1.
    """

    low: Floats
    high: Floats
    clean: Floats


class Shares(NamedTuple):
    """Least and greatest share of each network."""

    low: Floats
    high: Floats


class PeerRows(NamedTuple):
    """Links of peers in use, gathered under the network that uses them, and their lanes."""

    start: Ints
    offering: Ints
    words: Words


def crossings_of(core: Condensed) -> Crossings:
    """Room for one batch. Memory 1,536 T bytes: 19 MB for the Internet."""
    return Crossings(*(np.zeros((core.core_count, LANES)) for _ in range(3)))


def cross_shares(
    core: Condensed, batch: Batch, low: Floats, *, high: Floats, room: Crossings, wanted: Words | None = None
) -> Crossings:
    """Fills `room` for a batch, from shares float64[T] of the transit networks with 0 <= low <= high <= 1.

    Where `wanted` is given, uint64[T] as `rows.want` makes it, only those lanes of each network are filled. Cost
    O(links of tie sets x 64), of wanted networks alone.
    """
    wanted = np.full(core.core_count, ~np.uint64(0)) if wanted is None else wanted
    used = PeerRows(
        start=np.zeros(core.core_count + 2, np.int32),
        offering=np.empty(len(core.links.peer), np.int32),
        words=np.empty(len(core.links.peer), np.uint64),
    )
    _peer_rows(core.links, batch.state.active, batch.ties.peer, used)
    q, sums = Shares(low, high), np.empty((4, LANES))
    _shares(core.links, batch.state, batch.ties, used, batch.lanes, batch.stubs, wanted, q, room, sums)
    return room


def cross_some(core: Condensed, batch: Batch, restricted: Words, *, room: Words) -> Words:
    """The lanes in which some tie path of each network crosses a restricted one, ends aside: uint64[T] into `room`.

    `restricted` is uint64[T], all ones or zero. Cost O(links) for 64 destinations.
    """
    room[:] = 0
    _some(core.links, batch.state.active, batch.ties, ~passable(batch, restricted), np.zeros_like(room), room)
    return room


@kernel
def _some(links: CoreLinks, active: Marks, ties: Ties, bad: Words, across: Words, some: Words) -> None:
    """Up, across and down; a ring is gone round until nothing changes."""
    block_start, down_start, down = links.block_start, links.down_start, links.down
    up_start, up, peer_start, peer = links.up_start, links.up, links.peer_start, links.peer
    for b in range(len(block_start) - 2, -1, -1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                if active[v]:
                    word = some[v]
                    for i in range(down_start[v], down_start[v + 1]):
                        if ties.down[i]:
                            word |= ties.down[i] & (bad[down[i]] | some[down[i]])
                    again = again or (word != some[v] and block_start[b + 1] - block_start[b] > 1)
                    some[v] = word
    for a in range(len(some)):
        if active[a]:
            offer = bad[a] | some[a]
            if offer:
                for i in range(peer_start[a], peer_start[a + 1]):
                    across[peer[i]] |= ties.peer[i] & offer
    for b in range(len(block_start) - 1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                word = some[v] | across[v]
                for i in range(up_start[v], up_start[v + 1]):
                    if ties.up[i]:
                        word |= ties.up[i] & (bad[up[i]] | some[up[i]])
                again = again or (word != some[v] and block_start[b + 1] - block_start[b] > 1)
                some[v] = word


@part
def add_offer(word: np.uint64, u: int, low: Floats, high: Floats, clean: Floats, sums: Floats) -> None:
    """Joins neighbour u's value as transit to `sums` (rows: low, high, clean, count) in the lanes of a word."""
    for j in range(LANES):
        if (word >> np.uint64(j)) & np.uint64(1):
            sums[0, j] = min(sums[0, j], low[u, j])
            sums[1, j] = max(sums[1, j], high[u, j])
            sums[2, j] += clean[u, j]
            sums[3, j] += 1.0


@part
def start_offers(sums: Floats) -> None:
    """Empties `sums` float64[4, 64]."""
    for j in range(LANES):
        sums[0, j] = 2.0
        sums[1, j] = sums[2, j] = sums[3, j] = 0.0


@tight
def join_offers(mask: np.uint64, first: int, last: int, to: Ints, tie: Words, of: Crossings, sums: Floats) -> None:
    """Joins the offers of the neighbours `to[first:last]`, each in the lanes of a mask where it is in the tie set."""
    for i in range(first, last):
        if tie[i] & mask:
            add_offer(tie[i] & mask, to[i], of.low, of.high, of.clean, sums)


@part
def close_offers(v: int, mask: np.uint64, q: Shares, sums: Floats, of: Crossings) -> None:
    """Turns joined offers into v's value as transit, in the lanes of a mask."""
    q_low, q_high = q.low[v], q.high[v]
    keeps = 1.0 - 0.5 * (q_low + q_high)
    for j in range(LANES):
        if (mask >> np.uint64(j)) & np.uint64(1) and sums[3, j] > 0.0:
            of.low[v, j] = max(q_low, sums[0, j])
            of.high[v, j] = min(1.0, q_high + sums[1, j])
            of.clean[v, j] = keeps * (sums[2, j] / sums[3, j])


@part
def open_value(v: int, beside: np.uint64, own: np.uint64, q: Shares, of: Crossings) -> None:
    """v's value as transit where it is the destination, or next to a stub that is."""
    q_low, q_high = q.low[v], q.high[v]
    for j in range(LANES):
        if (beside >> np.uint64(j)) & np.uint64(1):
            of.low[v, j], of.high[v, j], of.clean[v, j] = q_low, q_high, 1.0 - 0.5 * (q_low + q_high)
        elif (own >> np.uint64(j)) & np.uint64(1):
            of.low[v, j], of.high[v, j], of.clean[v, j] = 0.0, 0.0, 1.0


@kernel
def _shares(
    links: CoreLinks,
    state: RouteState,
    ties: Ties,
    used: PeerRows,
    lanes: np.uint64,
    stubs: np.uint64,
    wanted: Words,
    q: Shares,
    of: Crossings,
    sums: Floats,
) -> None:
    """Up, across, down; inside a ring by length, since a tie set is one hop shorter than what it serves."""
    near, far, customer, peered, block_start = state.near, state.far, state.customer, state.peer, links.block_start
    count, levels, every = len(customer), near.shape[1] + far.shape[1], ~np.uint64(0)
    for v in range(count):
        if wanted[v] & (near[v, 0] | (near[v, 1] & stubs)):
            open_value(v, near[v, 1] & stubs, near[v, 0], q, of)
    for b in range(len(block_start) - 2, -1, -1):
        ring = block_start[b + 1] - block_start[b] > 1
        for k in range(levels if ring else 1):
            for v in range(block_start[b], block_start[b + 1]):
                mask = (level(v, k, near, far) if ring else every) & customer[v] & wanted[v]
                if state.active[v] and mask & ~near[v, 0]:
                    start_offers(sums)
                    join_offers(mask, links.down_start[v], links.down_start[v + 1], links.down, ties.down, of, sums)
                    close_offers(np.int64(v), mask, q, sums, of)
    for v in range(count):
        if used.start[v] < used.start[v + 1] and wanted[v]:
            start_offers(sums)
            join_offers(wanted[v], used.start[v], used.start[v + 1], used.offering, used.words, of, sums)
            close_offers(v, peered[v], q, sums, of)
    for b in range(len(block_start) - 1):
        ring = block_start[b + 1] - block_start[b] > 1
        for k in range(levels if ring else 1):
            for v in range(block_start[b], block_start[b + 1]):
                mask = (level(v, k, near, far) if ring else every) & lanes & wanted[v] & ~(customer[v] | peered[v])
                if mask:
                    start_offers(sums)
                    join_offers(mask, links.up_start[v], links.up_start[v + 1], links.up, ties.up, of, sums)
                    close_offers(np.int64(v), mask, q, sums, of)


@kernel
def _peer_rows(links: CoreLinks, active: Marks, tie_peer: Words, used: PeerRows) -> None:
    """Fills `used`, whose `start` is int32[T + 2], all zero, and whose other arrays have room for every link."""
    peer_start, peer, start = links.peer_start, links.peer, used.start
    for a in range(len(active)):
        if active[a]:
            for i in range(peer_start[a], peer_start[a + 1]):
                if tie_peer[i]:
                    start[peer[i] + 2] += 1
    for v in range(len(active)):
        start[v + 2] += start[v + 1]
    for a in range(len(active)):
        if active[a]:
            for i in range(peer_start[a], peer_start[a + 1]):
                if tie_peer[i]:
                    at = start[peer[i] + 1]
                    used.offering[at], used.words[at] = a, tie_peer[i]
                    start[peer[i] + 1] += 1
