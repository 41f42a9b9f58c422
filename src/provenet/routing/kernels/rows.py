"""What chosen sources see of a batch: routes, crossings and rungs of stubs and of transit networks alike.

Transit networks are worked out with every batch; a stub is an end alone, so its row is read off its neighbours'.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.aspaths import LANES, NEAR, PLANES, Batch, Marks, Table, Words, passable
from provenet.routing.kernels.condense import Condensed, CoreLinks
from provenet.routing.kernels.crossing import Crossings, add_offer, join_offers, start_offers
from provenet.routing.kernels.rungs import Rungs, step
from provenet.routing.kernels.words import RouteState, Ties, same

_NONE, _EVERY = np.uint64(0), ~np.uint64(0)


class RowLinks(NamedTuple):
    """Source classes and the links of the stubs among them; what each array holds, `Rows` says."""

    classes: Ints
    peer_start: Ints
    peer: Ints
    up_start: Ints
    up: Ints
    side_start: Ints
    side: Ints


class RowTies(NamedTuple):
    """Lanes of links of rows, parallel to them."""

    peer: Words
    up: Words


class RowState(NamedTuple):
    """What rows see of a batch."""

    length: Table
    own: Words
    customer: Words
    peer: Words
    provider: Words
    beside: Words


@dataclass
class Rows:
    """n source classes and room for what they see of one batch.

    `state.length` is uint64[n, 8], the hops of each lane's route in binary; `customer`, `peer` and `provider` uint64[n]
    mark the lanes by class, a lane in none has no route, and `own` those whose destination is the source's own transit
    network. `ties` and `firsts`, the lowest ASNs of the tie sets, are parallel to the links of the stubs.
    """

    links: RowLinks
    state: RowState
    ties: RowTies
    firsts: RowTies
    lanes_of: Words


def rows_of(core: Condensed, classes: Ints) -> Rows:
    """Room for some source classes. Memory O(n + their links)."""
    classes = np.array(classes, np.int32)
    peers = _taken(core.class_links.peer_start, core.class_links.peer, classes)
    ups = _taken(core.class_links.up_start, core.class_links.up, classes)
    links = RowLinks(classes, *peers, *ups, *_taken(core.class_side_start, core.class_side, classes))
    marks = (np.zeros(len(classes), np.uint64) for _ in range(5))
    state = RowState(np.zeros((len(classes), PLANES), np.uint64), *marks)
    ties, firsts = (RowTies(*(np.zeros(len(to), np.uint64) for _, to in (peers, ups))) for _ in range(2))
    return Rows(links, state, ties, firsts, np.zeros(core.class_count, np.uint64))


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
    gathered = np.empty(batch.levels + 1, np.uint64)
    found = (batch.lanes, batch.state, batch.length, batch.longer)
    _see(rows.links, rows.lanes_of, *found, rows.state, rows.ties, rows.firsts, gathered)
    rows.lanes_of[batch.columns] = 0
    return rows


def see_rungs(
    core: Condensed, batch: Batch, rows: Rows, *, rungs: Rungs, restricted: Words, lucky: bool
) -> tuple[Table, Table]:
    """The walks from the rows by cost, and those that begin with a step of cost 1, as in `Rungs`: uint64[n, K + 2].

    `lucky` must be what the rungs were worked out with. Cost O(links of the rows x costs).
    """
    up, turn = (np.zeros((len(rows.links.classes), rungs.up.shape[1]), np.uint64) for _ in range(2))
    free = rows.ties if lucky else rows.firsts
    _see_rungs(rows.links, rows.state.beside, free, batch.state.active, passable(batch, restricted), rungs, up, turn)
    return up, turn


def see_shares(core: Condensed, batch: Batch, rows: Rows, *, crossed: Crossings) -> tuple[Floats, Floats, Floats]:
    """Low, high and expected clean part of the routes from the rows, the source aside: float64[n, 64] each.

    A lane without a route holds 0, 0 and 1. Cost O(links of tie sets x 64).
    """
    low, high, clean = (np.zeros((len(rows.links.classes), LANES)) for _ in range(3))
    active, seen, sums = batch.state.active, Crossings(low, high, clean), np.empty((4, LANES))
    _see_shares(rows.links, rows.ties, core.links, core.peer_mirror, active, batch.ties, crossed, seen, sums)
    return low, high, clean


def want(core: Condensed, batch: Batch, rows: Rows) -> Words:
    """The lanes in which each transit network lies on a tie path from some row: uint64[T]. Cost O(links)."""
    wanted = np.zeros(core.core_count, np.uint64)
    _want(rows.links, rows.ties, core.links, batch.state.active, batch.ties, wanted)
    return wanted


def rely(core: Condensed, batch: Batch, rows: Rows) -> Words:
    """The lanes in which some row's route depends on that of each transit network: uint64[T]. Cost O(links).

    Beside tie paths these are all providers of a network with a provider route, on and on: once a provider's customer
    route is gone, it may take a shorter one and draw the network to it.
    """
    core_lanes, row_lanes = ~(batch.state.customer | batch.state.peer), ~rows.state.peer
    every = Ties(batch.ties.down, batch.ties.peer, np.repeat(core_lanes, np.diff(core.links.up_start)))
    of_rows = RowTies(rows.ties.peer, np.repeat(row_lanes, np.diff(rows.links.up_start)))
    wanted = np.zeros(core.core_count, np.uint64)
    _want(rows.links, of_rows, core.links, batch.state.active, every, wanted)
    return wanted


@kernel
def _want(rows: RowLinks, row_ties: RowTies, links: CoreLinks, active: Marks, ties: Ties, wanted: Words) -> None:
    """From the sources on, against the order in which routes spread; a ring is gone round until nothing changes."""
    block_start, peer_start, peer = links.block_start, links.peer_start, links.peer
    for r in range(len(rows.classes)):
        if rows.classes[r] < len(wanted):
            wanted[rows.classes[r]] = ~np.uint64(0)
        else:
            for i in range(rows.peer_start[r], rows.peer_start[r + 1]):
                wanted[rows.peer[i]] |= row_ties.peer[i]
            for i in range(rows.up_start[r], rows.up_start[r + 1]):
                wanted[rows.up[i]] |= row_ties.up[i]
    for b in range(len(block_start) - 2, -1, -1):
        block = (block_start[b], block_start[b + 1])
        again = True
        while again:
            again = False
            for v in range(block[0], block[1]):
                if wanted[v]:
                    again |= _want_next(v, block, links.up_start, links.up, ties.up, wanted)
    for a in range(len(wanted)):
        if active[a]:
            for i in range(peer_start[a], peer_start[a + 1]):
                wanted[a] |= ties.peer[i] & wanted[peer[i]]
    for b in range(len(block_start) - 1):
        block = (block_start[b], block_start[b + 1])
        again = True
        while again:
            again = False
            for v in range(block[0], block[1]):
                if wanted[v] and active[v]:
                    again |= _want_next(v, block, links.down_start, links.down, ties.down, wanted)


@part
def _want_next(v: int, block: tuple[int, int], start: Ints, to: Ints, tie: Words, wanted: Words) -> bool:
    """Wants the next hops of v where v is wanted; tells whether one of its ring is wanted anew."""
    again = False
    for i in range(start[v], start[v + 1]):
        new = tie[i] & wanted[v] & ~wanted[to[i]]
        if new:
            wanted[to[i]] |= new
            again = again or block[0] <= to[i] < block[1]
    return again


@kernel
def _see(
    rows: RowLinks,
    lanes_of: Words,
    lanes: np.uint64,
    state: RouteState,
    length: Table,
    longer: Table,
    seen: RowState,
    ties: RowTies,
    firsts: RowTies,
    gathered: Words,
) -> None:
    """Rows of transit networks are copied; those of stubs take their shortest peer route, else provider route."""
    for r in range(len(rows.classes)):
        c = rows.classes[r]
        seen.own[r] = seen.customer[r] = seen.peer[r] = seen.provider[r] = seen.beside[r] = 0
        if c < len(state.customer):
            seen.own[r] = state.near[c, 0]
            seen.customer[r] = state.customer[c] & ~state.near[c, 0]
            seen.peer[r] = state.peer[c]
            no_route = ~np.uint64(0)
            for bit in range(PLANES):
                seen.length[r, bit] = length[c, bit]
                no_route &= length[c, bit]
            seen.provider[r] = lanes & ~(state.customer[c] | state.peer[c] | no_route)
            continue
        for bit in range(PLANES):
            seen.length[r, bit] = 0
        for i in range(rows.side_start[r], rows.side_start[r + 1]):
            seen.beside[r] |= lanes_of[rows.side[i]]
        start, to, beside = rows.peer_start, rows.peer, seen.beside[r]
        seen.peer[r] = _see_side(
            r, start, to, lanes, beside, True, state, longer, seen, ties.peer, firsts.peer, gathered
        )
        start, to, need = rows.up_start, rows.up, lanes & ~seen.peer[r]
        seen.provider[r] = _see_side(
            r, start, to, need, _NONE, False, state, longer, seen, ties.up, firsts.up, gathered
        )


@tight
def _see_side(
    r: int,
    start: Ints,
    to: Ints,
    need: np.uint64,
    beside: np.uint64,
    is_peer: bool,
    state: RouteState,
    longer: Table,
    seen: RowState,
    tie: Words,
    first: Words,
    gathered: Words,
) -> np.uint64:
    """Row r's shortest route over its peers, which tell customer routes alone, or over its providers; its tie set.

    Only in the lanes in need, which it gives where there is one; `beside` are those of a stub among the peers that is
    the destination itself.
    """
    near, far = state.near, state.far
    for k in range(len(gathered)):
        gathered[k] = 0
    gathered[1] = beside
    for i in range(start[r], start[r + 1]):
        u = np.uint64(to[i])
        told = state.customer[u] if is_peer else _EVERY
        if told:
            for k in range(np.uint64(NEAR)):
                gathered[k + np.uint64(1)] |= near[u, k] & told
            if state.is_far[u]:
                for k in range(far.shape[1]):
                    gathered[NEAR + k + 1] |= far[u, k] & told
    found = _settle(gathered, need, seen.length, r)
    left = found & ~beside
    mine = left
    for i in range(start[r], start[r + 1]):
        u = np.uint64(to[i])
        told = state.customer[u] if is_peer else _EVERY
        word = same(seen.length, np.uint64(r), longer, u) & told & mine
        tie[i] = word
        first[i] = word & left
        left &= ~word
    return found


@part
def _settle(gathered: Words, need: np.uint64, length: Table, r: int) -> np.uint64:
    """Writes the shortest of gathered routes into row r's lengths; the lanes that have one."""
    seen = np.uint64(0)
    for k in range(len(gathered)):
        word = gathered[k] & need & ~seen
        if word:
            seen |= word
            for bit in range(PLANES):
                if k >> bit & 1:
                    length[r, bit] |= word
    return seen


@kernel
def _see_rungs(
    rows: RowLinks, beside: Words, free: RowTies, active: Marks, passes: Words, walks: Rungs, up: Table, turn: Table
) -> None:
    """One relaxation of each row by its neighbours' walks."""
    low, high, width = walks.down, walks.up, up.shape[1]
    for r in range(len(rows.classes)):
        c = rows.classes[r]
        if c < len(active):
            for k in range(width):
                up[r, k] = high[c, k]
                turn[r, k] = walks.turn_up[c, k]
            continue
        for k in range(width):
            up[r, k] = beside[r]
        for i in range(rows.peer_start[r], rows.peer_start[r + 1]):
            u = np.uint64(rows.peer[i])
            if active[u]:
                step(up, turn, np.uint64(r), low, u, passes[u], free.peer[i])
        for i in range(rows.up_start[r], rows.up_start[r + 1]):
            u = np.uint64(rows.up[i])
            step(up, turn, np.uint64(r), high, u, passes[u], free.up[i])


@kernel
def _see_shares(
    rows: RowLinks,
    row_ties: RowTies,
    links: CoreLinks,
    peer_mirror: Ints,
    active: Marks,
    ties: Ties,
    of: Crossings,
    seen: Crossings,
    sums: Floats,
) -> None:
    """Offers of the tie set joined lane by lane."""
    every = ~np.uint64(0)
    for r in range(len(rows.classes)):
        start_offers(sums)
        v = rows.classes[r]
        if v < len(active):
            join_offers(every, links.down_start[v], links.down_start[v + 1], links.down, ties.down, of, sums)
            for i in range(links.peer_start[v], links.peer_start[v + 1]):
                if active[links.peer[i]] and ties.peer[peer_mirror[i]]:
                    add_offer(ties.peer[peer_mirror[i]], links.peer[i], of.low, of.high, of.clean, sums)
            join_offers(every, links.up_start[v], links.up_start[v + 1], links.up, ties.up, of, sums)
        else:
            join_offers(every, rows.peer_start[r], rows.peer_start[r + 1], rows.peer, row_ties.peer, of, sums)
            join_offers(every, rows.up_start[r], rows.up_start[r + 1], rows.up, row_ties.up, of, sums)
        for j in range(LANES):
            seen.clean[r, j] = 1.0
            if sums[3, j] > 0.0:
                seen.low[r, j] = sums[0, j]
                seen.high[r, j] = sums[1, j]
                seen.clean[r, j] = sums[2, j] / sums[3, j]
