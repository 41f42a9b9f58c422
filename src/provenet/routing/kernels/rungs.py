"""The least number of networks on a route that must choose differently for it to be clear, for 64 destinations at once.

A walk of the valley-free graph has two layers: up (any step is still allowed) and down (only to customers). A step
from a network to its present next hop costs nothing, any other step costs 1, and a restricted network is passed by no
walk unless it is the destination. `down[v, k]` and `up[v, k]` hold the lanes in which a walk from v costs at most k;
the last column holds those in which any walk exists. Every k is worked in one pass: customers before providers, across,
providers before customers. The number holds with every other network's present choice frozen.
Source: own (algorithm 5.5 of the design; decision 0025).
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.aspaths import Batch, Marks, Table, Words, passable
from provenet.routing.kernels.condense import ClassLinks, Condensed, CoreLinks
from provenet.routing.kernels.words import RouteState, Ties


class Rungs(NamedTuple):
    """Walks of one batch over T networks: uint64[T, K + 2] by cost 0..K and, last, at any cost.

    `turn_down` and `turn_up` hold the lanes in which a walk of cost at most k begins with a step that costs 1.
    """

    down: Table
    up: Table
    turn_down: Table
    turn_up: Table

    @property
    def most(self) -> int:
        """The largest cost kept apart, K."""
        return int(self.up.shape[1]) - 2


def rungs_of(core: Condensed, most: int) -> Rungs:
    """Room for one batch with costs 0..most. Memory 32 T (most + 2) bytes."""
    return Rungs(*(np.zeros((core.core_count, most + 2), np.uint64) for _ in range(4)))


def climb(core: Condensed, batch: Batch, restricted: Words, *, lucky: bool, room: Rungs) -> Rungs:
    """Fills `room` for a batch: against the conventional next hop, or where `lucky` against any of the tie set.

    `restricted` is uint64[T], all ones or zero. Cost O(links x costs) for 64 destinations.
    """
    for table in room:
        table[:] = 0
    free = batch.ties if lucky else batch.firsts
    if len(core.mutual):
        both = Ties(free.down.copy(), free.peer, free.up.copy())
        both.down[core.mutual[:, 1]] |= free.up[core.mutual[:, 0]]
        both.up[core.mutual[:, 0]] |= free.down[core.mutual[:, 1]]
        free = both
    ends, passes = core.class_links, passable(batch, restricted)
    _climb(core.links, ends, batch.columns, batch.stubs, batch.state, free, passes, room)
    return room


@tight
def step(goal: Table, turn: Table, v: np.uint64, frm: Table, u: np.uint64, passes: np.uint64, free: np.uint64) -> bool:
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


@kernel
def _climb(
    links: CoreLinks,
    ends: ClassLinks,
    columns: Ints,
    stubs: np.uint64,
    state: RouteState,
    free: Ties,
    passes: Words,
    walks: Rungs,
) -> None:
    """The three passes; a ring is gone round until nothing changes."""
    active, near, low, high, turn_high = state.active, state.near, walks.down, walks.up, walks.turn_up
    width = low.shape[1]
    for v in range(len(active)):
        if active[v]:
            here = near[v, 0] | (near[v, 1] & stubs & state.customer[v])
            for k in range(width):
                low[v, k] = here
    _from_customers(links, active, free.down, passes, walks)
    for v in range(len(active)):
        if active[v]:
            for k in range(width):
                high[v, k] = low[v, k]
                turn_high[v, k] = walks.turn_down[v, k]
    for j in range(len(columns)):
        if columns[j] >= len(active):
            _beside(columns[j], np.uint64(1) << np.uint64(j), ends, state, high, turn_high)
    for a in range(len(active)):
        if active[a]:
            for i in range(links.peer_start[a], links.peer_start[a + 1]):
                step(high, turn_high, np.uint64(links.peer[i]), low, np.uint64(a), passes[a], free.peer[i])
    _from_providers(links, free.up, passes, high, turn_high)


@part
def _from_customers(links: CoreLinks, active: Marks, free: Words, passes: Words, walks: Rungs) -> None:
    """Walks down, customers before providers."""
    block_start, down_start, down = links.block_start, links.down_start, links.down
    low, turn = walks.down, walks.turn_down
    for b in range(len(block_start) - 2, -1, -1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                if active[v]:
                    for i in range(down_start[v], down_start[v + 1]):
                        u = np.uint64(down[i])
                        if active[u]:
                            again |= step(low, turn, np.uint64(v), low, u, passes[u], free[i])
            again &= block_start[b + 1] - block_start[b] > 1


@part
def _from_providers(links: CoreLinks, free: Words, passes: Words, high: Table, turn: Table) -> None:
    """Walks up, providers before customers."""
    block_start, up_start, up = links.block_start, links.up_start, links.up
    for b in range(len(block_start) - 1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                for i in range(up_start[v], up_start[v + 1]):
                    u = np.uint64(up[i])
                    again |= step(high, turn, np.uint64(v), high, u, passes[u], free[i])
            again &= block_start[b + 1] - block_start[b] > 1


@part
def _beside(column: int, bit: np.uint64, ends: ClassLinks, state: RouteState, high: Table, turn: Table) -> None:
    """The step from a peer of a stub to the stub, which is the destination."""
    width = high.shape[1]
    for i in range(ends.peer_start[column], ends.peer_start[column + 1]):
        v = ends.peer[i]
        chosen = state.peer[v] & state.near[v, 1] & bit != np.uint64(0)
        for k in range(0 if chosen else 1, width):
            high[v, k] |= bit
            if not chosen and k < width - 1:
                turn[v, k] |= bit
