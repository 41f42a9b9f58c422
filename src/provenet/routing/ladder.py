"""The avoidability ladder over a whole AS graph: routes, crossings and rungs of sources and destinations, by batches.

A pair is a source and a destination that are two networks. Everything is worked out between classes of networks and
counted for networks. Batches are independent, so a few threads share them; the caller pulls one finished piece after
another and may show progress or stop between two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from threading import local
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault
from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.routing.kernels.aspaths import LANES, MOST_LEVELS, Batch, LongRoutes, batch_of, route
from provenet.routing.kernels.carriage import Carriage
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.crossing import Crossings, cross_shares, cross_some, crossings_of
from provenet.routing.kernels.eitherway import Ways, ways_of
from provenet.routing.kernels.lanes import LaneCells, cells_of
from provenet.routing.kernels.movers import Walks, next_hops, walk_back
from provenet.routing.kernels.rows import Rows, rows_of, see, see_rungs, see_shares, want
from provenet.routing.kernels.rungs import Rungs, climb, rungs_of

Shares = tuple[Floats, Floats, Floats]
Reals = NDArray[np.floating[Any]]
PAIR_ROWS, PAIR_BATCHES = 1024, 8
FOLD_TURNS, PAIR_TURNS = 2, 4


@dataclass(frozen=True)
class LadderQuestion:
    """Whose routes to whom: `sources` and `destinations` are nodes, ascending; `restricted` bool[N]; shares float64[N].

    A restricted network has share 1. Restricted networks carry nobody's clear route, but are ends like others; where
    `count_endpoints`, source and destination count as crossed, so that a restricted end leaves no clear route.
    `destination_group` and `source_group` int64[N] put destinations and sources into groups that are summed apart;
    None is one group of all.
    """

    core: Condensed
    sources: Ints
    destinations: Ints
    restricted: Flags
    low: Floats
    high: Floats
    count_endpoints: bool = False
    destination_group: Longs | None = None
    source_group: Longs | None = None

    @cached_property
    def group_count(self) -> int:
        """How many groups of destinations are summed apart."""
        return 1 if self.destination_group is None else int(self.destination_group.max(initial=0)) + 1

    @cached_property
    def walls(self) -> NDArray[np.uint64]:
        """Restricted transit networks as words: uint64[T], all ones or zero."""
        return np.where(self.restricted[self.core.core_node], ~np.uint64(0), np.uint64(0))

    @cached_property
    def shared(self) -> NDArray[np.uint64]:
        """Transit networks with a share, restricted ones among them, as words: uint64[T], all ones or zero."""
        return np.where(self.core_high > 0.0, ~np.uint64(0), np.uint64(0))

    @cached_property
    def in_part(self) -> bool:
        """Whether some transit network has a share between nothing and all: else a way crosses or does not."""
        return bool(np.any((self.core_high > 0.0) & (self.core_high < 1.0)))

    @cached_property
    def core_low(self) -> Floats:
        """Least shares of the transit networks."""
        return self.low[self.core.core_node]

    @cached_property
    def core_high(self) -> Floats:
        """Greatest shares of the transit networks."""
        return self.high[self.core.core_node]

    @cached_property
    def rows(self) -> Group:
        """The sources by what distinguishes their rows."""
        is_destination = np.zeros(self.core.topology.node_count, np.bool_)
        is_destination[self.destinations] = True
        parted = [of[self.sources] for of in (self.destination_group, self.source_group) if of is not None]
        return self._grouped(self.sources, is_destination[self.sources].astype(np.float64), parted)

    @cached_property
    def columns(self) -> Group:
        """The destinations by what distinguishes their columns."""
        return self._grouped(self.destinations, np.ones(len(self.destinations)))

    def _grouped(self, nodes: Ints, is_destination: Floats, parted: Sequence[Longs] = ()) -> Group:
        keys = [self.core.class_of[nodes].astype(np.float64), is_destination, self.restricted[nodes].astype(np.float64)]
        keys += [of.astype(np.float64) for of in parted]
        if self.count_endpoints:
            keys += [self.low[nodes], self.high[nodes]]
        table, at = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
        at = at.reshape(-1)
        order = np.argsort(at, kind="stable")
        start = np.searchsorted(at[order], np.arange(len(table) + 1))
        first = nodes[order[start[:-1]]] if len(nodes) else nodes
        counted = first if self.count_endpoints else first[:0]
        ends = (np.zeros(len(first), np.bool_), np.zeros(len(first)), np.zeros(len(first)))
        for end, known in zip(ends, (self.restricted, self.low, self.high), strict=True):
            end[: len(counted)] = known[counted]
        return Group(
            classes=table[:, 0].astype(np.int32),
            is_destination=table[:, 1] > 0,
            start=start,
            members=nodes[order],
            inside=table[:, 2] > 0,
            restricted=ends[0],
            low=ends[1],
            high=ends[2],
        )


@dataclass(frozen=True)
class Group:
    """Networks that share a row or a column: `members[start[i]:start[i + 1]]` are the nodes of group i, all alike.

    `inside` tells whether they are of the restricted set; `restricted`, `low` and `high` hold what counts of them as
    ends, nothing unless the question counts ends.
    """

    classes: Ints
    is_destination: Flags
    start: Longs
    members: Ints
    inside: Flags
    restricted: Flags
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def size(self) -> Longs:
        """How many networks each group has."""
        return np.diff(self.start)

    def select(self, chosen: Sequence[int]) -> Group:
        """Some groups, in the order given."""
        at = np.asarray(chosen, np.int64)
        start = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.size[at])])
        parted = [self.members[self.start[i] : self.start[i + 1]] for i in at.tolist()]
        return self.part(at, start, np.concatenate(parted) if parted else self.members[:0])

    def cut(self, first: int, last: int) -> Group:
        """Groups first to last - 1."""
        start = self.start[first : last + 1]
        return self.part(slice(first, last), start - start[0], self.members[start[0] : start[-1]])

    def split(self, most: int) -> Group:
        """The same networks in groups of at most `most`, so that one of very many like networks becomes several."""
        pieces = -(-self.size // most)
        at = np.repeat(np.arange(len(self)), pieces)
        nth = np.arange(len(at)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        start = np.append(self.start[at] + nth * most, self.start[-1:])
        return self.part(at, start, self.members)

    def packed(self, count: int, members: int) -> list[tuple[int, int]]:
        """Runs of groups, first to last - 1: each of at most so many groups and networks, as long as can be."""
        made, first, held = [], 0, 0
        for at, size in enumerate(self.size.tolist()):
            if at > first and (at - first == count or held + size > members):
                made.append((first, at))
                first, held = at, 0
            held += size
        return [*made, (first, len(self))] if len(self) else made

    def part(self, at: Longs | slice, start: Longs, members: Ints) -> Group:
        """Groups like those at some places, of other members."""
        kept = {name: getattr(self, name)[at] for name in ("classes", "is_destination", "inside", *_ENDS)}
        return Group(start=start, members=members, **kept)


_ENDS = ("restricted", "low", "high")


@dataclass
class Workspace:
    """What one thread works in; made once."""

    batch: Batch
    crossed: Crossings
    rungs: Rungs
    lucky: Rungs
    carriage: Carriage | None = None


@dataclass(frozen=True)
class BatchResult:
    """Cells of some rows and one batch of columns; shares are low, high, expected, ends as the question counts."""

    cells: LaneCells
    shares: tuple[Floats, Floats, Floats]
    walks: tuple[Walks, ...] = ()
    ways: Ways | None = None


def _endpoints(rows: Group, columns: Group) -> tuple[tuple[Group, Any], tuple[Group, Any]]:
    """Both ends of the pairs of rows and columns, each with how its values lie along a table."""
    return (rows, (slice(None), None)), (columns, (None, slice(None)))


class Engine:
    """Works out batches of a question on a few threads, which end with it: `with Engine(question) as engine`."""

    def __init__(self, question: LadderQuestion, threads: int = 2) -> None:
        self.question = question
        self.core = question.core
        self._own = local()
        self.rooms: list[Workspace] = []
        self.pool = ThreadPoolExecutor(max(threads, 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the threads; what is under way is finished first."""
        self.pool.shutdown(cancel_futures=True)

    def room(self, turns: int) -> Workspace:
        """This thread's room, with rungs for at least so many turns."""
        room = getattr(self._own, "room", None)
        if room is None:
            rungs, lucky = rungs_of(self.core, turns), rungs_of(self.core, turns)
            room = self._own.room = Workspace(batch_of(self.core), crossings_of(self.core), rungs, lucky)
            self.rooms.append(room)
        if room.rungs.most < turns:
            room.rungs, room.lucky = rungs_of(self.core, turns), rungs_of(self.core, turns)
        return room

    def routed(self, room: Workspace, classes: Ints) -> Batch:
        """The routes to up to 64 destination classes, in a room. Raises InputFault where one is too long."""
        try:
            room.batch = route(self.core, classes, room.batch)
        except LongRoutes as err:
            way_out = "Leave out the long chain of providers; no route of the Internet has a tenth of this length."
            expected = f"routes of at most {MOST_LEVELS - 2} hops"
            raise InputFault([Fault("AS graph", "a route is too long", expected=expected, way_out=way_out)]) from err
        return room.batch

    def forward(self, columns: Group, rows: Group, seat: Rows, *, turns: int, walked: bool = False) -> BatchResult:
        """What some rows see of up to 64 columns, and where `walked` the walks behind the rungs."""
        question, room = self.question, self.room(turns)
        self.routed(room, columns.classes)
        see(self.core, room.batch, seat)
        wanted = want(self.core, room.batch, seat)
        climb(self.core, room.batch, question.walls, lucky=True, room=room.lucky)
        lucky, _ = see_rungs(self.core, room.batch, seat, rungs=room.lucky, restricted=question.walls, lucky=True)
        while True:
            climb(self.core, room.batch, question.walls, lucky=False, room=room.rungs)
            seen = see_rungs(self.core, room.batch, seat, rungs=room.rungs, restricted=question.walls, lucky=False)
            beyond = seen[0][:, -1] & ~seen[0][:, room.rungs.most]
            if not walked or not beyond.any() or room.rungs.most >= 64:
                break
            room.rungs = rungs_of(self.core, room.rungs.most * 2)
        cells = cells_of(seat, seen, lucky)
        low, high, clean = self._shares(room, seat, wanted)
        shares = (low, high, 1.0 - clean)
        walks = tuple(self._walks(columns, seat, room, seen=seen)) if walked else ()
        ways = self._ways(room, seat, wanted) if walked and self.question.in_part else None
        return BatchResult(self._blocked(columns, rows, cells), self.with_ends(columns, rows, shares), walks, ways)

    def _shares(self, room: Workspace, seat: Rows, wanted: NDArray[np.uint64]) -> Shares:
        """Low, high and clean part of the routes from the rows: nothing, where no network with a share is on one."""
        if not (wanted & self.question.shared).any():
            shape = (len(seat.links.classes), LANES)
            return np.zeros(shape), np.zeros(shape), np.ones(shape)
        low, high = self.question.core_low, self.question.core_high
        cross_shares(self.core, room.batch, low, high=high, room=room.crossed, wanted=wanted)
        return see_shares(self.core, room.batch, seat, crossed=room.crossed)

    def _ways(self, room: Workspace, seat: Rows, wanted: NDArray[np.uint64]) -> Ways:
        shared = self.question.shared
        some = cross_some(self.core, room.batch, shared, room=np.zeros(self.core.core_count, np.uint64))
        return ways_of(self.core, room.batch, seat, wanted=wanted, some=some, shared=shared)

    def _walks(
        self, columns: Group, seat: Rows, room: Workspace, *, seen: tuple[NDArray[np.uint64], ...]
    ) -> Iterator[Walks]:
        """One set of walks, and one more for each further member of a column whose ASN may decide between walks."""
        free = seen[0][:, -1] & ~seen[0][:, 0]
        # Where all pairs are clear as they go, the kernels of walks are not even compiled.
        hop = next_hops(self.core, room.batch) if free.any() else np.zeros((0, LANES), np.int32)
        tied = (np.diff(self.core.class_links.peer_start)[columns.classes] > 0) & (columns.size > 1)
        for nth in range(int(columns.size[tied].max()) if tied.any() else 1):
            lanes = np.flatnonzero((columns.size > nth) & (tied | (nth == 0)))
            goal = np.zeros(LANES, np.int64)
            goal[lanes] = columns.members[columns.start[lanes] + nth]
            word = np.uint64(sum(1 << lane for lane in lanes.tolist()))
            yield walk_back(
                self.core,
                room.batch,
                seat,
                rungs=room.rungs,
                restricted=self.question.walls,
                seen=(seen[0], seen[1]),
                wanted=free & word,
                goal=goal,
                hop=hop,
            )

    def with_ends(self, columns: Group, rows: Group, shares: Shares) -> Shares:
        """Shares with source and destination counted as crossed, where the question counts them."""
        low, high, expected = shares
        if self.question.count_endpoints:
            n = len(columns)
            for end, axis in _endpoints(rows, columns):
                low[:, :n] = np.maximum(low[:, :n], end.low[axis])
                high[:, :n] = np.minimum(1.0, high[:, :n] + end.high[axis])
                expected[:, :n] = 1.0 - (1.0 - expected[:, :n]) * (1.0 - 0.5 * (end.low + end.high)[axis])
        return low, high, expected

    def _blocked(self, columns: Group, rows: Group, cells: LaneCells) -> LaneCells:
        """Cells without a clear route where a restricted end counts as crossed."""
        if self.question.count_endpoints:
            n = len(columns)
            for end, axis in _endpoints(rows, columns):
                blocked = np.broadcast_to(end.restricted[axis], (len(rows), n))
                for table in (cells.rung, cells.rung_lucky):
                    table[:, :n][blocked] = -1
                cells.alone[:, :n][blocked] = 0
        return cells

    def backward(self, rows: Group, columns: Group, seat: Rows, *, walked: bool) -> ReturnShares:
        """The ways back to up to 64 rows from columns: float64[columns, 64], and where `walked` their paths."""
        room = self.room(FOLD_TURNS)
        self.routed(room, rows.classes)
        see(self.core, room.batch, seat)
        wanted = want(self.core, room.batch, seat)
        low, high, _ = self.with_ends(rows, columns, self._shares(room, seat, wanted))
        return ReturnShares(low, high, (self._ways(room, seat, wanted),) if walked and self.question.in_part else ())


@dataclass(frozen=True)
class ReturnShares:
    """Low and high shares of ways back, a row for each row of the question, and the paths of each batch of 64 rows."""

    low: Reals
    high: Reals
    ways: tuple[Ways, ...]


def parts(count: int, size: int) -> Iterator[tuple[int, int]]:
    """0..count in pieces of at most `size`."""
    for first in range(0, count, size):
        yield first, min(first + size, count)


def return_shares(
    engine: Engine, rows: Group, columns: Group, *, kind: type[np.floating[Any]], walked: bool
) -> ReturnShares:
    """The ways back for a block: low and high are [rows, columns]."""
    low: Reals = np.zeros((len(rows), len(columns)), kind)
    high: Reals = np.zeros((len(rows), len(columns)), kind)

    def one(at: tuple[int, int]) -> tuple[Ways, ...]:
        seat = rows_of(engine.core, columns.classes)
        found = engine.backward(rows.cut(*at), columns, seat, walked=walked)
        for table, part in ((low, found.low), (high, found.high)):
            table[at[0] : at[1]] = part[:, : at[1] - at[0]].T
        return found.ways

    ways = [way for found in engine.pool.map(one, list(parts(len(rows), LANES))) for way in found]
    return ReturnShares(low, high, tuple(ways))
