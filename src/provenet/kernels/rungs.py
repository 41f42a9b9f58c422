"""The least number of networks on a route that must choose differently for it to be clear, for 64 destinations at once.

A walk of the valley-free graph has two layers: up (any step is still allowed) and down (only to customers). A step
from a network to its present next hop costs nothing, any other step costs 1, and a restricted network is passed by no
walk unless it is the destination. `down[v, k]` and `up[v, k]` hold the lanes in which a walk from v costs at most k;
the last column holds those in which any walk exists. Every k is worked in one pass: customers before providers, across,
providers before customers. The number holds with every other network's present choice frozen.
Source: own (algorithm 5.5 of the design; decision 0025).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from provenet.kernels.aspaths import Batch, Marks, Table, Words
from provenet.kernels.condense import Condensed
from provenet.kernels.csr import Ints


@dataclass(frozen=True)
class Rungs:
    """Walks of one batch over T networks: uint64[T, K + 2] by cost 0..K and, last, at any cost.

    `turn_down` and `turn_up` hold the lanes in which a walk of cost at most k begins with a step that costs 1.
    """

    down: Table
    up: Table
    turn_down: Table
    turn_up: Table

    @property
    def most(self) -> int:
        """The largest cost told apart, K."""
        return int(self.up.shape[1]) - 2


def rungs_of(core: Condensed, most: int) -> Rungs:
    """Room for one batch with costs 0..most. Memory 32 T (most + 2) bytes."""
    return Rungs(*(np.zeros((core.core_count, most + 2), np.uint64) for _ in range(4)))


def climb(core: Condensed, batch: Batch, restricted: Words, lucky: bool, room: Rungs) -> Rungs:
    """Fills `room` for a batch: against the conventional next hop, or where `lucky` against any of the tie set.

    `restricted` is uint64[T], all ones or zero. Cost O(links x costs) for 64 destinations.
    """
    for table in (room.down, room.up, room.turn_down, room.turn_up):
        table[:] = 0
    kept = (batch.tie_down, batch.tie_peer, batch.tie_up) if lucky else _first(batch)
    free_down, free_up = kept[0], kept[2]
    if len(core.mutual):
        free_down, free_up = free_down.copy(), free_up.copy()
        free_down[core.mutual[:, 1]] |= kept[2][core.mutual[:, 0]]
        free_up[core.mutual[:, 0]] |= kept[0][core.mutual[:, 1]]
    _climb(
        *(core.block_start, core.down_start, core.down, core.peer_start, core.peer, core.up_start, core.up),
        *(
            core.class_peer_start,
            core.class_peer,
            batch.columns,
            batch.stubs,
            batch.near,
            batch.customer,
            batch.peer,
            batch.active,
        ),
        *(free_down, kept[1], free_up, restricted, room.down, room.up, room.turn_down, room.turn_up),
    )
    return room


def _first(batch: Batch) -> tuple[Words, Words, Words]:
    return batch.first_down, batch.first_peer, batch.first_up


@njit(cache=True, nogil=True, inline="always")
def _step(goal: Table, turn: Table, v: np.uint64, frm: Table, u: np.uint64, passes: np.uint64, free: np.uint64) -> bool:
    """Joins the walks through neighbour u to v's; tells whether v has new ones."""
    last = goal.shape[1] - 1
    new = np.uint64(0)
    free &= passes
    for k in range(last):
        word = free & frm[u, k]
        new |= word & ~goal[v, k]
        goal[v, k] |= word
    for k in range(1, last):
        word = passes & frm[u, k - 1]
        new |= word & ~goal[v, k]
        turn[v, k] |= word
        goal[v, k] |= word
    word = passes & frm[u, last]
    new |= word & ~goal[v, last]
    goal[v, last] |= word
    return new != np.uint64(0)


@njit(cache=True, nogil=True)
def _climb(
    block_start: Ints,
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    class_peer_start: Ints,
    class_peer: Ints,
    columns: Ints,
    stubs: np.uint64,
    near: Table,
    customer: Words,
    peered: Words,
    active: Marks,
    free_down: Words,
    free_peer: Words,
    free_up: Words,
    restricted: Words,
    low: Table,
    high: Table,
    turn_low: Table,
    turn_high: Table,
) -> None:
    """The three passes; a ring is gone round until nothing changes."""
    count, width = len(active), low.shape[1]
    for v in range(count):
        here = near[v, 0] | (near[v, 1] & stubs & customer[v])
        for k in range(width):
            low[v, k] = here
    for b in range(len(block_start) - 2, -1, -1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                if not active[v]:
                    continue
                for i in range(down_start[v], down_start[v + 1]):
                    u = np.uint64(down[i])
                    if active[u]:
                        passes = ~restricted[u] | near[u, 0]
                        again |= _step(low, turn_low, np.uint64(v), low, u, passes, free_down[i])
            again &= block_start[b + 1] - block_start[b] > 1
    for v in range(count):
        if active[v]:
            for k in range(width):
                high[v, k] = low[v, k]
                turn_high[v, k] = turn_low[v, k]
    for j in range(len(columns)):
        bit = np.uint64(1) << np.uint64(j)
        if columns[j] >= count:
            for i in range(class_peer_start[columns[j]], class_peer_start[columns[j] + 1]):
                v = class_peer[i]
                chosen = (peered[v] & near[v, 1] & bit) != 0
                for k in range(0 if chosen else 1, width):
                    high[v, k] |= bit
                    if k and k < width - 1:
                        turn_high[v, k] |= np.uint64(0) if chosen else bit
    for a in range(count):
        if active[a]:
            passes = ~restricted[a] | near[a, 0]
            for i in range(peer_start[a], peer_start[a + 1]):
                _step(high, turn_high, np.uint64(peer[i]), low, np.uint64(a), passes, free_peer[i])
    for b in range(len(block_start) - 1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                for i in range(up_start[v], up_start[v + 1]):
                    u = np.uint64(up[i])
                    again |= _step(high, turn_high, np.uint64(v), high, u, ~restricted[u] | near[u, 0], free_up[i])
            again &= block_start[b + 1] - block_start[b] > 1
