"""What routes cross: on some tie path in words of 64 destinations, and shares of networks in 64 lanes of numbers.

Each network has a value as transit, what a route through it crosses from there on with the network itself, and a value
as source, without itself. Along a route nothing is assumed of how crossings depend on one another: a route crosses at
least the largest least share on it and at most the sum of the greatest, up to 1. Over a tie set the bounds are the
least of the low ends and the greatest of the high ends. Only these are bounds; the expected share multiplies
midpoints as if crossings were independent and splits ties equally, which is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from provenet.kernels.aspaths import LANES, Batch, Marks, Table, Words, level
from provenet.kernels.condense import Condensed
from provenet.kernels.csr import Ints

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Crossed:
    """What a route through each of T networks crosses, itself included, in each of 64 lanes: float64[T, 64] each.

    `low`, `high` bound the share; `clean` is the expected part that crosses nothing. The lane of a network that is the
    destination holds 0, 0 and 1.
    """

    low: Floats
    high: Floats
    clean: Floats


def crossed_of(core: Condensed) -> Crossed:
    """Room for one batch. Memory 1,536 T bytes: 19 MB for the Internet."""
    return Crossed(*(np.zeros((core.core_count, LANES)) for _ in range(3)))


def cross_shares(
    core: Condensed, batch: Batch, low: Floats, high: Floats, room: Crossed, wanted: Words | None = None
) -> Crossed:
    """Fills `room` for a batch, from shares float64[T] of the transit networks with 0 <= low <= high <= 1.

    Where `wanted` is given, uint64[T] as `rows.want` makes it, only those lanes of each network are filled. Cost
    O(links of tie sets x 64), of wanted networks alone.
    """
    wanted = np.full(core.core_count, ~np.uint64(0)) if wanted is None else wanted
    _shares(
        *(core.block_start, core.down_start, core.down, core.peer_start, core.peer, core.up_start, core.up),
        *(batch.near, batch.far, batch.customer, batch.peer, batch.active, batch.lanes, batch.stubs),
        *(batch.tie_down, batch.tie_peer, batch.tie_up, wanted, low, high, room.low, room.high, room.clean),
    )
    return room


def cross_some(core: Condensed, batch: Batch, restricted: Words, room: Words) -> Words:
    """The lanes in which some tie path of each network crosses a restricted one, ends aside: uint64[T] into `room`.

    `restricted` is uint64[T], all ones or zero. Cost O(links) for 64 destinations.
    """
    room[:] = 0
    _some(
        *(core.block_start, core.down_start, core.down, core.peer_start, core.peer, core.up_start, core.up),
        *(batch.near, batch.active, batch.tie_down, batch.tie_peer, batch.tie_up, restricted, room),
    )
    return room


@njit(cache=True, nogil=True)
def _some(
    block_start: Ints,
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    near: Table,
    active: Marks,
    tie_down: Words,
    tie_peer: Words,
    tie_up: Words,
    restricted: Words,
    some: Words,
) -> None:
    """Up, across and down; a ring is gone round until nothing changes."""
    for b in range(len(block_start) - 2, -1, -1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                if not active[v]:
                    continue
                word = some[v]
                for i in range(down_start[v], down_start[v + 1]):
                    if tie_down[i]:
                        u = down[i]
                        word |= tie_down[i] & ((restricted[u] & ~near[u, 0]) | some[u])
                again = again or (word != some[v] and block_start[b + 1] - block_start[b] > 1)
                some[v] = word
    across = np.zeros(len(some), np.uint64)
    for a in range(len(some)):
        if active[a]:
            offer = (restricted[a] & ~near[a, 0]) | some[a]
            if offer:
                for i in range(peer_start[a], peer_start[a + 1]):
                    across[peer[i]] |= tie_peer[i] & offer
    for b in range(len(block_start) - 1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                word = some[v] | across[v]
                for i in range(up_start[v], up_start[v + 1]):
                    if tie_up[i]:
                        u = up[i]
                        word |= tie_up[i] & ((restricted[u] & ~near[u, 0]) | some[u])
                again = again or (word != some[v] and block_start[b + 1] - block_start[b] > 1)
                some[v] = word


@njit(cache=True, nogil=True)
def add_offer(word: np.uint64, u: int, low: Floats, high: Floats, clean: Floats, sums: Floats) -> None:
    """Joins neighbour u's value as transit to `sums` (rows: low, high, clean, count) in the lanes of a word."""
    for j in range(LANES):
        if (word >> np.uint64(j)) & np.uint64(1):
            sums[0, j] = min(sums[0, j], low[u, j])
            sums[1, j] = max(sums[1, j], high[u, j])
            sums[2, j] += clean[u, j]
            sums[3, j] += 1.0


@njit(cache=True, nogil=True)
def start_offers(sums: Floats) -> None:
    """Empties `sums` float64[4, 64]."""
    sums[0, :] = 2.0
    sums[1:, :] = 0.0


@njit(cache=True, nogil=True)
def _close(
    v: int, mask: np.uint64, q_low: float, q_high: float, sums: Floats, low: Floats, high: Floats, clean: Floats
) -> None:
    """Turns joined offers into v's value as transit, in the lanes of a mask."""
    keeps = 1.0 - 0.5 * (q_low + q_high)
    for j in range(LANES):
        if (mask >> np.uint64(j)) & np.uint64(1) and sums[3, j] > 0.0:
            low[v, j] = max(q_low, sums[0, j])
            high[v, j] = min(1.0, q_high + sums[1, j])
            clean[v, j] = keeps * (sums[2, j] / sums[3, j])


@njit(cache=True, nogil=True)
def _open(
    v: int, beside: np.uint64, own: np.uint64, q_low: float, q_high: float, low: Floats, high: Floats, clean: Floats
) -> None:
    """v's value as transit where it is the destination, or next to a stub that is."""
    for j in range(LANES):
        if (beside >> np.uint64(j)) & np.uint64(1):
            low[v, j], high[v, j], clean[v, j] = q_low, q_high, 1.0 - 0.5 * (q_low + q_high)
        elif (own >> np.uint64(j)) & np.uint64(1):
            low[v, j], high[v, j], clean[v, j] = 0.0, 0.0, 1.0


@njit(cache=True, nogil=True)
def _shares(
    block_start: Ints,
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    near: Table,
    far: Table,
    customer: Words,
    peered: Words,
    active: Marks,
    lanes: np.uint64,
    stubs: np.uint64,
    tie_down: Words,
    tie_peer: Words,
    tie_up: Words,
    wanted: Words,
    q_low: Floats,
    q_high: Floats,
    low: Floats,
    high: Floats,
    clean: Floats,
) -> None:
    """Up, across, down; inside a ring by length, since a tie set is one hop shorter than what it serves."""
    count, levels = len(near), near.shape[1] + far.shape[1]
    sums = np.zeros((4, LANES))
    for v in range(count):
        if wanted[v] & (near[v, 0] | (near[v, 1] & stubs)):
            _open(v, near[v, 1] & stubs, near[v, 0], q_low[v], q_high[v], low, high, clean)
    for b in range(len(block_start) - 2, -1, -1):
        ring = block_start[b + 1] - block_start[b] > 1
        for k in range(levels if ring else 1):
            for v in range(block_start[b], block_start[b + 1]):
                mask = (level(v, k, near, far) if ring else ~np.uint64(0)) & customer[v] & wanted[v]
                if active[v] and mask & ~near[v, 0]:
                    start_offers(sums)
                    for i in range(down_start[v], down_start[v + 1]):
                        if tie_down[i] & mask:
                            add_offer(tie_down[i] & mask, down[i], low, high, clean, sums)
                    _close(v, mask, q_low[v], q_high[v], sums, low, high, clean)
    row = _peer_rows(count, peer_start, peer, peered, active, tie_peer)
    start, offering, words = row
    for v in range(count):
        if start[v] < start[v + 1] and wanted[v]:
            start_offers(sums)
            for i in range(start[v], start[v + 1]):
                add_offer(words[i] & wanted[v], offering[i], low, high, clean, sums)
            _close(v, peered[v], q_low[v], q_high[v], sums, low, high, clean)
    for b in range(len(block_start) - 1):
        ring = block_start[b + 1] - block_start[b] > 1
        for k in range(levels if ring else 1):
            for v in range(block_start[b], block_start[b + 1]):
                mask = (
                    (level(v, k, near, far) if ring else ~np.uint64(0)) & lanes & wanted[v] & ~(customer[v] | peered[v])
                )
                if mask:
                    start_offers(sums)
                    for i in range(up_start[v], up_start[v + 1]):
                        if tie_up[i] & mask:
                            add_offer(tie_up[i] & mask, up[i], low, high, clean, sums)
                    _close(v, mask, q_low[v], q_high[v], sums, low, high, clean)


@njit(cache=True, nogil=True)
def _peer_rows(
    count: int, peer_start: Ints, peer: Ints, peered: Words, active: Marks, tie_peer: Words
) -> tuple[Ints, Ints, Words]:
    """The peer links in use, gathered under the network that uses them."""
    start = np.zeros(count + 1, np.int32)
    for a in range(count):
        if active[a]:
            for i in range(peer_start[a], peer_start[a + 1]):
                if tie_peer[i]:
                    start[peer[i] + 1] += 1
    start = np.cumsum(start).astype(np.int32)
    at = start[:-1].copy()
    offering = np.empty(start[-1], np.int32)
    words = np.empty(start[-1], np.uint64)
    for a in range(count):
        if active[a]:
            for i in range(peer_start[a], peer_start[a + 1]):
                if tie_peer[i]:
                    offering[at[peer[i]]] = a
                    words[at[peer[i]]] = tie_peer[i]
                    at[peer[i]] += 1
    return start, offering, words
