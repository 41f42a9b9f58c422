"""The greatest share that two ways between the same ends cross together, a network on both counted once.

Each way is any tie path; of the way there and the way back every pair of paths is looked at, as the sets of networks
with a share on them. A network that both ways cross counts once, so the answer may be less than the sum of both ends.
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import maker, part
from provenet.routing.kernels.aspaths import LANES, Batch, Marks, Words
from provenet.routing.kernels.condense import Condensed, CoreLinks
from provenet.routing.kernels.rows import RowLinks, Rows, RowTies
from provenet.routing.kernels.words import Ties

NOTHING = -1
"""A next hop from where on no network has a share."""
MOST_PATHS, MOST_NETWORKS = 128, 64
"""Paths of one way, and networks with a share on one path, up to which the answer is exact; else it is the sum."""


class Ways(NamedTuple):
    """Tie paths of one batch from n rows, cut down to networks with a share.

    Next hops of core network v in lane j are `hop[start[i]:start[i + 1]]` with i = place[v] * 64 + j, those of row r
    `row_hop[row_start[r * 64 + j]:...]`; core numbers, or -1 once for all from where on there is no share. `some` is
    uint64[T], the lanes in which a share lies ahead, `own` those in which the network is the destination.
    """

    place: Ints
    start: Ints
    hop: Ints
    row_start: Ints
    row_hop: Ints
    some: Words
    own: Words


def ways_of(core: Condensed, batch: Batch, rows: Rows, *, wanted: Words, some: Words, shared: Words) -> Ways:
    """The ways of a batch from its rows. `some` comes from `cross_some` with `shared`, uint64[T] all ones or zero, the
    networks that have a share; `wanted` from `rows.want`. Cost O(links of tie sets)."""
    place = np.full(core.core_count, -1, np.int32)
    there = np.flatnonzero(wanted & some)
    place[there] = np.arange(len(there), dtype=np.int32)
    active, ahead = batch.state.active, Ahead(some.copy(), batch.state.near[:, 0].copy(), shared)
    start, hop = _ahead(there.astype(np.int32), core.links, core.peer_mirror, active, batch.ties, wanted, ahead)
    row_start, row_hop = _ahead_of_rows(rows.links, rows.ties, place, start, hop, ahead)
    return Ways(place=place, start=start, hop=hop, row_start=row_start, row_hop=row_hop, some=ahead.some, own=ahead.own)


def joint_high(there: Ways, back: Ways, first_row: int, *, first_column: int, q_high: Floats, high: Floats) -> None:
    """Lowers `high` float64[n, m], the sum of both ways, to what the two cross together at most, where that is less.

    Row r of `high` is row first_row + r of `there` and lane r of `back`; column j is lane j of `there` and row
    first_column + j of `back`. Only cells below 0 are computed: pass minus the sum. Cost O(paths squared) a cell.
    """
    _joint(there, back, first_row, first_column, q_high, high)


class Ahead(NamedTuple):
    """Where shares lie ahead: `some` and `own` as in `Ways`, and `shared`, the networks that have a share."""

    some: Words
    own: Words
    shared: Words


@part
def _count(word: np.uint64, u: int, ahead: Ahead, count: Ints, empty: Marks) -> None:
    """Counts u as a next hop in the lanes of a word; marks the lanes where no share lies that way."""
    lanes = word & ((ahead.shared[u] & ~ahead.own[u]) | ahead.some[u])
    for j in range(LANES):
        if (lanes >> np.uint64(j)) & np.uint64(1):
            count[j] += 1
        elif (word >> np.uint64(j)) & np.uint64(1):
            empty[j] = 1


@part
def _put(word: np.uint64, u: int, ahead: Ahead, at: Ints, hop: Ints) -> None:
    """Writes u as a next hop where `_count` counted it."""
    lanes = word & ((ahead.shared[u] & ~ahead.own[u]) | ahead.some[u])
    for j in range(LANES):
        if (lanes >> np.uint64(j)) & np.uint64(1):
            hop[at[j]] = u
            at[j] += 1


@maker
def _ahead(
    there: Ints, links: CoreLinks, mirror: Ints, active: Marks, ties: Ties, wanted: Words, ahead: Ahead
) -> tuple[Ints, Ints]:
    """Next hops of core networks by lane, counted first and then written."""
    start = np.zeros(len(there) * LANES + 1, np.int32)
    hop = np.zeros(0, np.int32)
    count, empty = np.zeros(LANES, np.int32), np.zeros(LANES, np.uint8)
    for turn in range(2):
        if turn:
            start[1:] = np.cumsum(start[1:])
            hop = np.full(start[-1], NOTHING, np.int32)
        for n in range(len(there)):
            v = there[n]
            if turn:
                count[:] = start[n * LANES : (n + 1) * LANES]
            else:
                count[:] = 0
                empty[:] = 0
            for side in range(3):
                start_of = links.down_start if side == 0 else links.peer_start if side == 1 else links.up_start
                to = links.down if side == 0 else links.peer if side == 1 else links.up
                for i in range(start_of[v], start_of[v + 1]):
                    u = to[i]
                    if side == 1 and not active[u]:
                        continue
                    word = ties.down[i] if side == 0 else ties.peer[mirror[i]] if side == 1 else ties.up[i]
                    word &= ahead.some[v] & wanted[v]
                    if word and turn:
                        _put(word, u, ahead, count, hop)
                    elif word:
                        _count(word, u, ahead, count, empty)
            if not turn:
                for j in range(LANES):
                    start[n * LANES + j + 1] = count[j] + empty[j]
    return start, hop


@maker
def _ahead_of_rows(
    rows: RowLinks, ties: RowTies, place: Ints, start: Ints, hop: Ints, ahead: Ahead
) -> tuple[Ints, Ints]:
    """Next hops of rows: a stub's from its links, a transit network's from the core."""
    classes = rows.classes
    row_start = np.zeros(len(classes) * LANES + 1, np.int32)
    row_hop = np.zeros(0, np.int32)
    count, empty = np.zeros(LANES, np.int32), np.zeros(LANES, np.uint8)
    for turn in range(2):
        if turn:
            row_start[1:] = np.cumsum(row_start[1:])
            row_hop = np.full(row_start[-1], NOTHING, np.int32)
        for r in range(len(classes)):
            if turn:
                count[:] = row_start[r * LANES : (r + 1) * LANES]
            else:
                count[:] = 0
                empty[:] = 0
            if classes[r] < len(place):
                _from_core(place[classes[r]], start, hop, turn, count, row_hop)
            else:
                _from_links(r, rows.peer_start, rows.peer, ties.peer, ahead, turn, count, empty, row_hop)
                _from_links(r, rows.up_start, rows.up, ties.up, ahead, turn, count, empty, row_hop)
            if not turn:
                for j in range(LANES):
                    row_start[r * LANES + j + 1] = count[j] + empty[j]
    return row_start, row_hop


@part
def _from_core(at: int, start: Ints, hop: Ints, turn: int, count: Ints, row_hop: Ints) -> None:
    """Counts or writes the next hops of a transit network."""
    for j in range(LANES if at >= 0 else 0):
        first, last = start[at * LANES + j], start[at * LANES + j + 1]
        if turn:
            for i in range(last - first):
                row_hop[count[j] + i] = hop[first + i]
        else:
            count[j] = last - first


@part
def _from_links(
    r: int, start: Ints, to: Ints, tie: Words, ahead: Ahead, turn: int, count: Ints, empty: Marks, row_hop: Ints
) -> None:
    """Counts or writes the next hops of a stub among the links of one kind."""
    for i in range(start[r], start[r + 1]):
        if tie[i] and turn:
            _put(tie[i], to[i], ahead, count, row_hop)
        elif tie[i]:
            _count(tie[i], to[i], ahead, count, empty)


@maker
def _paths(ways: Ways, row: int, lane: int, q_high: Floats, ends: Ints, nodes: Ints) -> int:
    """Networks with a share on each tie path: set i is `nodes[ends[i]:ends[i + 1]]`. -1 where there are too many."""
    start, hop = ways.start, ways.hop
    at, last = np.zeros(MOST_NETWORKS, np.int32), np.zeros(MOST_NETWORKS, np.int32)
    pushed = np.zeros(MOST_NETWORKS, np.uint8)
    held = np.zeros(MOST_NETWORKS, np.int32)
    found = depth = size = 0
    ends[0] = 0
    at[0], last[0] = ways.row_start[row * LANES + lane], ways.row_start[row * LANES + lane + 1]
    while True:
        if at[depth] == last[depth]:
            if depth == 0:
                return found
            depth -= 1
            size -= pushed[depth]
            continue
        u = hop[at[depth]] if depth else ways.row_hop[at[depth]]
        at[depth] += 1
        goes_on = False
        pushed[depth] = 0
        if u >= 0:
            if q_high[u] > 0.0 and not (ways.own[u] >> np.uint64(lane)) & np.uint64(1):
                held[size] = u
                size += 1
                pushed[depth] = 1
            goes_on = (ways.some[u] >> np.uint64(lane)) & np.uint64(1) != 0
        if goes_on and depth + 1 < MOST_NETWORKS and size < MOST_NETWORKS:
            depth += 1
            at[depth], last[depth] = start[ways.place[u] * LANES + lane], start[ways.place[u] * LANES + lane + 1]
            continue
        if goes_on or found == MOST_PATHS or ends[found] + size > len(nodes):
            return -1
        nodes[ends[found] : ends[found] + size] = held[:size]
        ends[found + 1] = ends[found] + size
        found += 1
        size -= pushed[depth]


@maker
def _joint(there: Ways, back: Ways, first_row: int, first_column: int, q_high: Floats, high: Floats) -> None:
    ends, nodes = np.zeros(MOST_PATHS + 2, np.int32), np.zeros(MOST_PATHS * 8, np.int32)
    back_ends, back_nodes = np.zeros(MOST_PATHS + 2, np.int32), np.zeros(MOST_PATHS * 8, np.int32)
    for r in range(high.shape[0]):
        for j in range(high.shape[1]):
            if high[r, j] >= 0.0:
                continue
            high[r, j] = -high[r, j]
            one = _paths(there, first_row + r, j, q_high, ends, nodes)
            two = _paths(back, first_column + j, r, q_high, back_ends, back_nodes)
            if one <= 0 or two <= 0:
                continue
            most = 0.0
            for a in range(one):
                for b in range(two):
                    most = max(
                        most, _union(nodes, ends[a], ends[a + 1], back_nodes, back_ends[b], back_ends[b + 1], q_high)
                    )
            high[r, j] = min(high[r, j], most)


@part
def _union(nodes: Ints, first: int, last: int, others: Ints, left: int, right: int, q_high: Floats) -> float:
    """The sum of the greatest shares of two sets of networks, each network once."""
    total = 0.0
    for i in range(first, last):
        total += q_high[nodes[i]]
    for k in range(left, right):
        new = True
        for i in range(first, last):
            new = new and nodes[i] != others[k]
        total += q_high[others[k]] if new else 0.0
    return total
