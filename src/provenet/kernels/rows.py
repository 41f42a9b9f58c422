"""What chosen sources see of a batch: routes, crossings and rungs of stubs and of transit networks alike.

Transit networks are worked out with every batch; a stub is an end alone, so its row is read off its neighbours'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from provenet.kernels.aspaths import LANES, NEAR, PLANES, Batch, Marks, Table, Words
from provenet.kernels.condense import Condensed
from provenet.kernels.crossing import Crossed, Floats, add_offer, start_offers
from provenet.kernels.csr import Ints
from provenet.kernels.rungs import Rungs


@dataclass
class Rows:
    """n source classes and room for what they see of one batch.

    `length` is uint64[n, 8], the hops of each lane's route in binary; `customer`, `peer` and `provider` uint64[n] mark
    the lanes by class, a lane in none has no route, and `own` those whose destination is the source's own transit
    network. `tie_*` and `first_*` are parallel to `peer_links` and `up_links`, the links of the stubs among the rows.
    """

    classes: Ints
    peer_start: Ints
    peer_links: Ints
    up_start: Ints
    up_links: Ints
    side_start: Ints
    side: Ints
    length: Table
    own: Words
    customer: Words
    peer: Words
    provider: Words
    beside: Words
    tie_peer: Words
    tie_up: Words
    first_peer: Words
    first_up: Words
    lanes_of: Words


def rows_of(core: Condensed, classes: Ints) -> Rows:
    """Room for some source classes. Memory O(n + their links)."""
    classes = np.asarray(classes, np.int32)
    peer_start, peer_links = _taken(core.class_peer_start, core.class_peer, classes)
    up_start, up_links = _taken(core.class_up_start, core.class_up, classes)
    side_start, side = _taken(core.class_side_start, core.class_side, classes)
    n, peers, ups = len(classes), len(peer_links), len(up_links)
    return Rows(
        *(classes, peer_start, peer_links, up_start, up_links, side_start, side, np.zeros((n, PLANES), np.uint64)),
        *(np.zeros(n, np.uint64), np.zeros(n, np.uint64), np.zeros(n, np.uint64), np.zeros(n, np.uint64)),
        *(np.zeros(n, np.uint64), np.zeros(peers, np.uint64), np.zeros(ups, np.uint64), np.zeros(peers, np.uint64)),
        *(np.zeros(ups, np.uint64), np.zeros(core.class_count, np.uint64)),
    )


def _taken(start: Ints, links: Ints, rows: Ints) -> tuple[Ints, Ints]:
    length = (start[1:] - start[:-1])[rows]
    at = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(start[rows], length)
    made = np.zeros(len(rows) + 1, np.int32)
    made[1:] = np.cumsum(length)
    return made, links[at].astype(np.int32)


def see(core: Condensed, batch: Batch, rows: Rows) -> Rows:
    """Fills the routes of the rows. Cost O(links of the rows) for 64 destinations."""
    for lane, column in enumerate(batch.columns.tolist()):
        rows.lanes_of[column] |= np.uint64(1 << lane)
    _see(
        *(rows.classes, rows.peer_start, rows.peer_links, rows.up_start, rows.up_links, rows.side_start, rows.side),
        *(rows.lanes_of, batch.lanes, batch.near, batch.far, batch.is_far, batch.length, batch.longer),
        *(batch.customer, batch.peer, batch.active, rows.length, rows.own, rows.customer, rows.peer, rows.provider),
        *(rows.beside, rows.tie_peer, rows.tie_up, rows.first_peer, rows.first_up),
    )
    rows.lanes_of[batch.columns] = 0
    return rows


def see_rungs(
    core: Condensed, batch: Batch, rows: Rows, rungs: Rungs, restricted: Words, lucky: bool
) -> tuple[Table, Table]:
    """The walks from the rows by cost, and those that begin with a step of cost 1, as in `Rungs`: uint64[n, K + 2].

    `lucky` must be what the rungs were worked out with. Cost O(links of the rows x costs).
    """
    up, turn = (np.zeros((len(rows.classes), rungs.up.shape[1]), np.uint64) for _ in range(2))
    free = (rows.tie_peer, rows.tie_up) if lucky else (rows.first_peer, rows.first_up)
    _see_rungs(
        *(rows.classes, rows.peer_start, rows.peer_links, rows.up_start, rows.up_links, rows.beside, *free),
        *(batch.near, batch.active, restricted, rungs.down, rungs.up, rungs.turn_up, up, turn),
    )
    return up, turn


def see_some(batch: Batch, rows: Rows, some: Words, restricted: Words) -> Words:
    """The lanes in which some tie path of each row crosses a restricted network: uint64[n]."""
    seen = np.zeros(len(rows.classes), np.uint64)
    _see_some(
        *(rows.classes, rows.peer_start, rows.peer_links, rows.up_start, rows.up_links, rows.tie_peer, rows.tie_up),
        *(batch.near, some, restricted, seen),
    )
    return seen


def see_shares(core: Condensed, batch: Batch, rows: Rows, crossed: Crossed) -> tuple[Floats, Floats, Floats]:
    """Low, high and expected clean part of the routes from the rows, the source aside: float64[n, 64] each.

    A lane without a route holds 0, 0 and 1. Cost O(links of tie sets x 64).
    """
    low, high, clean = (np.zeros((len(rows.classes), LANES)) for _ in range(3))
    _see_shares(
        *(rows.classes, rows.peer_start, rows.peer_links, rows.up_start, rows.up_links, rows.tie_peer, rows.tie_up),
        *(core.down_start, core.down, core.peer_start, core.peer, core.peer_mirror, core.up_start, core.up),
        *(batch.active, batch.tie_down, batch.tie_peer, batch.tie_up, crossed.low, crossed.high, crossed.clean),
        *(low, high, clean),
    )
    return low, high, clean


def want(core: Condensed, batch: Batch, rows: Rows) -> Words:
    """The lanes in which each transit network lies on a tie path from some row: uint64[T]. Cost O(links)."""
    wanted = np.zeros(core.core_count, np.uint64)
    _want(
        *(rows.classes, rows.peer_start, rows.peer_links, rows.up_start, rows.up_links, rows.tie_peer, rows.tie_up),
        *(core.block_start, core.down_start, core.down, core.peer_start, core.peer, core.up_start, core.up),
        *(batch.active, batch.tie_down, batch.tie_peer, batch.tie_up, wanted),
    )
    return wanted


@njit(cache=True, nogil=True)
def _want(
    classes: Ints,
    row_peer_start: Ints,
    row_peer: Ints,
    row_up_start: Ints,
    row_up: Ints,
    row_tie_peer: Words,
    row_tie_up: Words,
    block_start: Ints,
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    active: Marks,
    tie_down: Words,
    tie_peer: Words,
    tie_up: Words,
    wanted: Words,
) -> None:
    """From the sources on, against the order in which routes spread; a ring is gone round until nothing changes."""
    count = len(wanted)
    for r in range(len(classes)):
        if classes[r] < count:
            wanted[classes[r]] = ~np.uint64(0)
            continue
        for i in range(row_peer_start[r], row_peer_start[r + 1]):
            wanted[row_peer[i]] |= row_tie_peer[i]
        for i in range(row_up_start[r], row_up_start[r + 1]):
            wanted[row_up[i]] |= row_tie_up[i]
    for b in range(len(block_start) - 2, -1, -1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                if wanted[v]:
                    for i in range(up_start[v], up_start[v + 1]):
                        new = tie_up[i] & wanted[v] & ~wanted[up[i]]
                        if new:
                            wanted[up[i]] |= new
                            again = again or up[i] >= block_start[b]
    for a in range(count):
        if active[a]:
            for i in range(peer_start[a], peer_start[a + 1]):
                wanted[a] |= tie_peer[i] & wanted[peer[i]]
    for b in range(len(block_start) - 1):
        again = True
        while again:
            again = False
            for v in range(block_start[b], block_start[b + 1]):
                if wanted[v] and active[v]:
                    for i in range(down_start[v], down_start[v + 1]):
                        new = tie_down[i] & wanted[v] & ~wanted[down[i]]
                        if new:
                            wanted[down[i]] |= new
                            again = again or down[i] < block_start[b + 1]


@njit(cache=True, nogil=True)
def _see(
    classes: Ints,
    peer_start: Ints,
    peer_links: Ints,
    up_start: Ints,
    up_links: Ints,
    side_start: Ints,
    side: Ints,
    lanes_of: Words,
    lanes: np.uint64,
    near: Table,
    far: Table,
    is_far: Marks,
    length: Table,
    longer: Table,
    customer: Words,
    peered: Words,
    active: Marks,
    row_length: Table,
    own: Words,
    row_customer: Words,
    row_peer: Words,
    row_provider: Words,
    beside: Words,
    tie_peer: Words,
    tie_up: Words,
    first_peer: Words,
    first_up: Words,
) -> None:
    """Rows of transit networks are copied; those of stubs take their shortest peer route, else provider route."""
    count, levels = len(customer), NEAR + far.shape[1]
    gathered = np.zeros(levels + 1, np.uint64)
    for r in range(len(classes)):
        c = classes[r]
        own[r] = row_customer[r] = row_peer[r] = row_provider[r] = beside[r] = 0
        if c < count:
            own[r] = near[c, 0]
            row_customer[r] = customer[c] & ~near[c, 0]
            row_peer[r] = peered[c]
            for bit in range(PLANES):
                row_length[r, bit] = length[c, bit]
            routed = ~np.uint64(0)
            for bit in range(PLANES):
                routed &= length[c, bit]
            row_provider[r] = lanes & ~(customer[c] | peered[c] | routed)
            continue
        gathered[:] = 0
        for i in range(side_start[r], side_start[r + 1]):
            beside[r] |= lanes_of[side[i]]
        gathered[1] = beside[r]
        for i in range(peer_start[r], peer_start[r + 1]):
            u = np.uint64(peer_links[i])
            if active[u]:
                for k in range(np.uint64(NEAR)):
                    gathered[k + np.uint64(1)] |= near[u, k] & customer[u]
                if is_far[u]:
                    for k in range(far.shape[1]):
                        gathered[NEAR + k + 1] |= far[u, k] & customer[u]
        row_peer[r] = _settle(gathered, lanes, row_length, r, True)
        need = lanes & ~row_peer[r]
        left = row_peer[r] & ~beside[r]
        for i in range(peer_start[r], peer_start[r + 1]):
            u = np.uint64(peer_links[i])
            word = _as_long(row_length, r, longer, u) & customer[u] & row_peer[r] & ~beside[r]
            tie_peer[i] = word
            first_peer[i] = word & left
            left &= ~word
        gathered[:] = 0
        for i in range(up_start[r], up_start[r + 1]):
            u = np.uint64(up_links[i])
            for k in range(np.uint64(NEAR)):
                gathered[k + np.uint64(1)] |= near[u, k]
            if is_far[u]:
                for k in range(far.shape[1]):
                    gathered[NEAR + k + 1] |= far[u, k]
        row_provider[r] = _settle(gathered, need, row_length, r, False)
        left = row_provider[r]
        for i in range(up_start[r], up_start[r + 1]):
            word = _as_long(row_length, r, longer, np.uint64(up_links[i])) & row_provider[r]
            tie_up[i] = word
            first_up[i] = word & left
            left &= ~word


@njit(cache=True, nogil=True)
def _settle(gathered: Words, need: np.uint64, length: Table, r: int, fresh: bool) -> np.uint64:
    """Writes the shortest of gathered routes into row r's lengths; the lanes that have one."""
    if fresh:
        length[r, :] = 0
    seen = np.uint64(0)
    for k in range(len(gathered)):
        word = gathered[k] & need & ~seen
        if word:
            seen |= word
            for bit in range(PLANES):
                if k >> bit & 1:
                    length[r, bit] |= word
    return seen


@njit(cache=True, nogil=True, inline="always")
def _as_long(one: Table, r: int, two: Table, u: np.uint64) -> np.uint64:
    """The lanes in which row r's length is u's and one."""
    word = np.uint64(0)
    for bit in range(np.uint64(PLANES)):
        word |= one[np.uint64(r), bit] ^ two[u, bit]
    return ~word


@njit(cache=True, nogil=True)
def _see_rungs(
    classes: Ints,
    peer_start: Ints,
    peer_links: Ints,
    up_start: Ints,
    up_links: Ints,
    beside: Words,
    free_peer: Words,
    free_up: Words,
    near: Table,
    active: Marks,
    restricted: Words,
    low: Table,
    high: Table,
    turn_high: Table,
    up: Table,
    turn: Table,
) -> None:
    """One relaxation of each row by its neighbours' walks."""
    count, last = len(active), high.shape[1] - 1
    for r in range(len(classes)):
        if classes[r] < count:
            for k in range(last + 1):
                up[r, k] = high[classes[r], k]
                turn[r, k] = turn_high[classes[r], k]
            continue
        for k in range(last + 1):
            up[r, k] = beside[r]
        for i in range(peer_start[r], peer_start[r + 1]):
            u = np.uint64(peer_links[i])
            if active[u]:
                _relax(up, turn, r, low, u, ~restricted[u] | near[u, 0], free_peer[i])
        for i in range(up_start[r], up_start[r + 1]):
            u = np.uint64(up_links[i])
            _relax(up, turn, r, high, u, ~restricted[u] | near[u, 0], free_up[i])


@njit(cache=True, nogil=True, inline="always")
def _relax(up: Table, turn: Table, r: int, frm: Table, u: np.uint64, passes: np.uint64, free: np.uint64) -> None:
    last = up.shape[1] - 1
    for k in range(last):
        up[r, k] |= passes & free & frm[u, k]
    for k in range(1, last):
        word = passes & frm[u, k - 1]
        turn[r, k] |= word
        up[r, k] |= word
    up[r, last] |= passes & frm[u, last]


@njit(cache=True, nogil=True)
def _see_some(
    classes: Ints,
    peer_start: Ints,
    peer_links: Ints,
    up_start: Ints,
    up_links: Ints,
    tie_peer: Words,
    tie_up: Words,
    near: Table,
    some: Words,
    restricted: Words,
    seen: Words,
) -> None:
    for r in range(len(classes)):
        if classes[r] < len(some):
            seen[r] = some[classes[r]]
            continue
        for i in range(peer_start[r], peer_start[r + 1]):
            u = peer_links[i]
            seen[r] |= tie_peer[i] & ((restricted[u] & ~near[u, 0]) | some[u])
        for i in range(up_start[r], up_start[r + 1]):
            u = up_links[i]
            seen[r] |= tie_up[i] & ((restricted[u] & ~near[u, 0]) | some[u])


@njit(cache=True, nogil=True)
def _see_shares(
    classes: Ints,
    peer_start: Ints,
    peer_links: Ints,
    up_start: Ints,
    up_links: Ints,
    row_tie_peer: Words,
    row_tie_up: Words,
    core_down_start: Ints,
    core_down: Ints,
    core_peer_start: Ints,
    core_peer: Ints,
    core_peer_mirror: Ints,
    core_up_start: Ints,
    core_up: Ints,
    active: Marks,
    tie_down: Words,
    tie_peer: Words,
    tie_up: Words,
    low: Floats,
    high: Floats,
    clean: Floats,
    row_low: Floats,
    row_high: Floats,
    row_clean: Floats,
) -> None:
    """Offers of the tie set joined lane by lane."""
    sums = np.zeros((4, LANES))
    for r in range(len(classes)):
        start_offers(sums)
        v = classes[r]
        if v < len(active):
            for i in range(core_down_start[v], core_down_start[v + 1]):
                if tie_down[i]:
                    add_offer(tie_down[i], core_down[i], low, high, clean, sums)
            for i in range(core_peer_start[v], core_peer_start[v + 1]):
                if active[core_peer[i]] and tie_peer[core_peer_mirror[i]]:
                    add_offer(tie_peer[core_peer_mirror[i]], core_peer[i], low, high, clean, sums)
            for i in range(core_up_start[v], core_up_start[v + 1]):
                if tie_up[i]:
                    add_offer(tie_up[i], core_up[i], low, high, clean, sums)
        else:
            for i in range(peer_start[r], peer_start[r + 1]):
                if row_tie_peer[i]:
                    add_offer(row_tie_peer[i], peer_links[i], low, high, clean, sums)
            for i in range(up_start[r], up_start[r + 1]):
                if row_tie_up[i]:
                    add_offer(row_tie_up[i], up_links[i], low, high, clean, sums)
        for j in range(LANES):
            row_clean[r, j] = 1.0
            if sums[3, j] > 0.0:
                row_low[r, j] = sums[0, j]
                row_high[r, j] = sums[1, j]
                row_clean[r, j] = sums[2, j] / sums[3, j]
