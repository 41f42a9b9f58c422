"""Routes held against the modelled ones of a batch of destinations, counted by groups of their ends.

The others are observed paths, or the modelled routes of another graph.

The modelled route of a network is its class, its length and its tie set. An observed next hop is in the tie set where
it stands to the network as the modelled class says, may tell its route, and is one hop nearer by the model.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Ints, Longs
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.aspaths import PLANES, Table, Words
from provenet.routing.kernels.route_tree import (
    CROSSES,
    CUSTOMER,
    KNOWN,
    PEER,
    PROVIDER,
    REPORTED,
    VALLEY_FREE,
    Marks,
    Traced,
)
from provenet.routing.kernels.rows import RowLinks, RowTies

PATHS_COUNTED = ("path", "direct", "unknown_link", "valley", "no_route", "class", "next_hop", "length", "whole")
CROSSINGS = ("low_other", "high_other", "low_modelled", "high_modelled")
COUNTS = (*PATHS_COUNTED, "pair", "routed_pair", *CROSSINGS)
"""What is counted of routes (distinct paths of a source to a destination) and, from `pair` on, of pairs of both."""
READINGS = ("every", "reported")
"""All routes, those of the networks on a path among them; and those alone that a vantage point reported as its own."""


class Modelled(NamedTuple):
    """The routes of a batch: hops in binary and lanes with a customer route of T transit networks, and of the sources,
    a row each: their lanes by class, their hops, and the lanes in which some tie path is clear and some one crosses.
    """

    length: Table
    customer: Words
    row_length: Table
    row_customer: Words
    row_peer: Words
    row_provider: Words
    free: Words
    some: Words


class Seats(NamedTuple):
    """Where a node of the graph is found: its class, the row of its class, and its group."""

    class_of: Ints
    row_of: Ints
    group: Longs


class Tally(NamedTuple):
    """The counts int64[readings, groups, groups, COUNTS] by group of source and of destination; which sources have a
    route to which group, and which destinations one from which: uint8[readings, N, groups].
    """

    counts: Longs
    sources: NDArray[np.uint8]
    destinations: NDArray[np.uint8]


class PairRoom(NamedTuple):
    """What is remembered of each source while one destination is judged: when it was seen, whether all and some of its
    observed routes cross, by reading; and the sources seen.
    """

    seen_at: Longs
    every: NDArray[np.uint8]
    some: NDArray[np.uint8]
    listed: Ints


@kernel
def see_some(rows: RowLinks, ties: RowTies, bad: Words, core_some: Words, some: Words) -> None:
    """The lanes in which some tie path of each row crosses: of transit networks as they are, of stubs by their ties."""
    for r in range(len(rows.classes)):
        c = rows.classes[r]
        if c < len(core_some):
            some[r] = core_some[c]
            continue
        word = np.uint64(0)
        for i in range(rows.peer_start[r], rows.peer_start[r + 1]):
            word |= ties.peer[i] & (bad[rows.peer[i]] | core_some[rows.peer[i]])
        for i in range(rows.up_start[r], rows.up_start[r + 1]):
            word |= ties.up[i] & (bad[rows.up[i]] | core_some[rows.up[i]])
        some[r] = word


@tight
def _bit(word: np.uint64, lane: np.uint64) -> bool:
    return (word >> lane) & np.uint64(1) != np.uint64(0)


@tight
def _hops(length: Table, row: int, lane: np.uint64) -> int:
    found = np.int64(0)
    for bit in range(PLANES):
        found |= np.int64((length[row, bit] >> lane) & np.uint64(1)) << bit
    return found


@tight
def _class(of: Modelled, row: int, lane: np.uint64) -> int:
    """The class of a row's route as what its next hops are to it; 0 where there is none."""
    if _bit(of.row_customer[row], lane):
        return CUSTOMER
    if _bit(of.row_peer[row], lane):
        return PEER
    return PROVIDER if _bit(of.row_provider[row], lane) else 0


@tight
def _is_tied(of: Modelled, kind: int, hops: int, over: int, is_goal: bool, lane: np.uint64) -> bool:
    """Whether a next hop of the class `over`, which stands as `kind` says, is in the tie set of a route so long."""
    if is_goal:
        return hops == 1
    if over >= len(of.customer) or (kind != PROVIDER and not _bit(of.customer[over], lane)):
        return False
    return _hops(of.length, over, lane) + 1 == hops


@part
def _judge_one(
    node: int, over: int, goal: int, lane: np.uint64, traced: Traced, seats: Seats, of: Modelled, whole: Marks
) -> tuple[int, int, bool, bool]:
    """The modelled class, what the next hop is of it, whether it is tied, and whether the lengths agree."""
    v = traced.graph[node]
    row = np.int64(seats.row_of[seats.class_of[v]])
    kind = _class(of, row, lane)
    if not kind:
        return 0, 0, False, False
    hops = _hops(of.row_length, row, lane)
    same = kind & np.int64(traced.relation[node])
    tied = False
    if same:
        u = traced.graph[over]
        tied = _is_tied(of, kind, hops, np.int64(seats.class_of[u]), u == goal, lane)
    whole[node] = tied and whole[over] != 0
    return kind, same, tied, hops == np.int64(traced.hops[node])


@part
def _note_pair(source: int, node: int, stamp: int, reading: int, traced: Traced, room: PairRoom) -> bool:
    """Joins whether a route crosses to what is known of its pair; whether the pair is new."""
    crosses = (traced.marks[node] & CROSSES) != 0
    if room.seen_at[reading, source] != stamp:
        room.seen_at[reading, source] = stamp
        room.every[reading, source] = room.some[reading, source] = crosses
        return True
    room.every[reading, source] &= crosses
    room.some[reading, source] |= crosses
    return False


@part
def _count_path(cell: Longs, node: int, judged: tuple[int, int, bool, bool], traced: Traced, whole: Marks) -> None:
    kind, same, tied, as_long = judged
    marks = traced.marks[node]
    cell[0] += 1
    cell[1] += traced.hops[node] == 1
    cell[2] += (marks & KNOWN) == 0
    cell[3] += (marks & KNOWN) != 0 and (marks & VALLEY_FREE) == 0
    cell[4] += kind == 0
    cell[5] += same != 0
    cell[6] += tied
    cell[7] += as_long
    cell[8] += whole[node] != 0


@part
def _count_pairs(
    reading: int, listed: int, goal: int, lane: np.uint64, seats: Seats, of: Modelled, tally: Tally, room: PairRoom
) -> None:
    """Counts the pairs of one destination, each once, with what crosses by observation and by the model."""
    goal_group = seats.group[goal]
    for at in range(listed):
        source = np.int64(room.listed[reading, at])
        cell = tally.counts[reading, seats.group[source], goal_group]
        tally.sources[reading, source, goal_group] = 1
        tally.destinations[reading, goal, seats.group[source]] = 1
        cell[9] += 1
        row = np.int64(seats.row_of[seats.class_of[source]])
        if not _class(of, row, lane):
            continue
        cell[10] += 1
        cell[11] += room.every[reading, source] != 0
        cell[12] += room.some[reading, source] != 0
        cell[13] += not _bit(of.free[row], lane)
        cell[14] += _bit(of.some[row], lane)


class Pairs(NamedTuple):
    """S sources that two graphs have, as nodes and rows of both; and the neighbours of each source that stand alike to
    it in both, with how they stand, from `start[s]` on.
    """

    source: Ints
    row: Ints
    other_row: Ints
    start: Ints
    kind: Ints
    neighbour: Ints
    other_neighbour: Ints


@part
def _share_a_hop(
    at: int, kind: int, goals: tuple[int, int], hops: tuple[int, int], lane: np.uint64, pairs: Pairs,
    classes: tuple[Ints, Ints], of: Modelled, other: Modelled,
) -> bool:  # fmt: skip
    """Whether some neighbour is a next hop in both graphs."""
    for i in range(pairs.start[at], pairs.start[at + 1]):
        if pairs.kind[i] != kind:
            continue
        u, v = np.int64(pairs.neighbour[i]), np.int64(pairs.other_neighbour[i])
        if not _is_tied(of, kind, hops[0], np.int64(classes[0][u]), u == goals[0], lane):
            continue
        if _is_tied(other, kind, hops[1], np.int64(classes[1][v]), v == goals[1], lane):
            return True
    return False


@kernel
def judge_graphs(
    goals: Ints, other_goals: Ints, pairs: Pairs, classes: tuple[Ints, Ints], group: Longs, of: Modelled,
    other: Modelled, tally: Tally,
) -> None:  # fmt: skip
    """Judges the routes of another graph from each source to up to 64 destinations, a lane each."""
    for j in range(len(goals)):
        lane, goal, other_goal = np.uint64(j), np.int64(goals[j]), np.int64(other_goals[j])
        end = group[goal]
        for at in range(len(pairs.source)):
            source, row, other_row = np.int64(pairs.source[at]), np.int64(pairs.row[at]), np.int64(pairs.other_row[at])
            if source == goal:
                continue
            other_kind = _class(other, other_row, lane)
            if not other_kind:
                continue
            kind, other_hops = _class(of, row, lane), _hops(other.row_length, other_row, lane)
            cell = tally.counts[0, group[source], end]
            tally.sources[0, source, end] = 1
            tally.destinations[0, goal, group[source]] = 1
            cell[0] += 1
            cell[1] += other_hops == 1
            cell[9] += 1
            if not kind:
                cell[4] += 1
                continue
            hops = _hops(of.row_length, row, lane)
            if kind == other_kind:
                cell[5] += 1
                ends, lengths = (goal, other_goal), (hops, other_hops)
                cell[6] += _share_a_hop(at, kind, ends, lengths, lane, pairs, classes, of, other)
            cell[7] += hops == other_hops
            cell[10] += 1
            cell[11] += not _bit(other.free[other_row], lane)
            cell[12] += _bit(other.some[other_row], lane)
            cell[13] += not _bit(of.free[row], lane)
            cell[14] += _bit(of.some[row], lane)


@kernel
def judge(
    order: Ints,
    parent: Ints,
    first: int,
    last: int,
    goal: int,
    lane: int,
    stamp: int,
    traced: Traced,
    seats: Seats,
    of: Modelled,
    whole: Marks,
    tally: Tally,
    room: PairRoom,
) -> None:
    """Judges the routes `order[first:last]` to one destination, the first of which is the destination itself.

    They ascend, so that a route comes after those of its next hops; routes of networks that the graph lacks are among
    them, and counted nowhere.
    """
    bit = np.uint64(lane)
    listed_every = listed_reported = 0
    for at in range(first, last):
        node = np.int64(order[at])
        over = np.int64(parent[node])
        if over < 0:
            whole[node] = 1
            continue
        source = np.int64(traced.graph[node])
        whole[node] = 0
        if source < 0:
            continue
        judged = _judge_one(node, over, np.int64(goal), bit, traced, seats, of, whole)
        group, end = seats.group[source], seats.group[goal]
        _count_path(tally.counts[0, group, end], node, judged, traced, whole)
        if _note_pair(source, node, np.int64(stamp), np.int64(0), traced, room):
            room.listed[0, listed_every] = source
            listed_every += 1
        if traced.marks[node] & REPORTED:
            _count_path(tally.counts[1, group, end], node, judged, traced, whole)
            if _note_pair(source, node, np.int64(stamp), np.int64(1), traced, room):
                room.listed[1, listed_reported] = source
                listed_reported += 1
    _count_pairs(np.int64(0), listed_every, np.int64(goal), bit, seats, of, tally, room)
    _count_pairs(np.int64(1), listed_reported, np.int64(goal), bit, seats, of, tally, room)
