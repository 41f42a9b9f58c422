"""The ladder folded over destinations: the sums of every row over every column, a block at a time.

Where every network is restricted or not, words alone do it: the ways back are worked out once for all rows and kept as
two bits a pair, so that no batch is routed twice; half a gigabyte for the whole Internet, beyond which rows are taken
in blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from threading import Lock, local

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Longs
from provenet.routing.kernels import word_fold
from provenet.routing.kernels.aspaths import LANES, Batch, passable
from provenet.routing.kernels.carriage import Carriage, Sources, count_carriage
from provenet.routing.kernels.crossing import cross_some
from provenet.routing.kernels.lanes import FIELDS, fold
from provenet.routing.kernels.rows import Rows, rows_of, see, see_rungs
from provenet.routing.kernels.rungs import Rungs, climb, rungs_of
from provenet.routing.ladder import (
    FOLD_TURNS,
    Engine,
    Group,
    LadderQuestion,
    ReturnShares,
    Workspace,
    parts,
    return_shares,
)

FOLD_ROWS, FOLD_BATCHES = 4096, 32
BACK_BYTES = 2**29
"""The most that the ways back of a block of rows take."""
EXPECTED = FIELDS.index("expected")
Marks = NDArray[np.uint64] | None
"""Sets of transit networks as bits, uint64[T, W]: what the routes of each set pass is counted."""


def in_words(question: LadderQuestion) -> bool:
    """Whether every network of a question crosses all or nothing, with ends aside: then the fold needs no numbers."""
    whole = np.where(question.restricted, 1.0, 0.0)[question.core.core_node]
    alike = np.array_equal(question.core_low, whole) and np.array_equal(question.core_high, whole)
    return alike and not question.count_endpoints


@dataclass
class _Desk:
    """What one thread works in: rows, their answers, and the sums so far."""

    seat: Rows
    seen: word_fold.RowVerdicts
    clean: Floats
    bare: Rungs
    sums: Longs
    total: Floats
    count: Floats
    back: tuple[NDArray[np.uint64], NDArray[np.uint64]]
    block: NDArray[np.uint64]


class _Desks:
    """A desk for each thread, all for the same rows."""

    def __init__(self, engine: Engine, rows: Group, groups: int) -> None:
        self.engine, self.rows, self.groups = engine, rows, groups
        self.made: list[_Desk] = []
        self._own, self._lock = local(), Lock()

    def mine(self) -> _Desk:
        """This thread's desk, made when it is first asked for."""
        desk: _Desk | None = getattr(self._own, "desk", None)
        if desk is None:
            n, core = len(self.rows), self.engine.core
            words = [np.zeros(n, np.uint64) for _ in range(4)]
            desk = self._own.desk = _Desk(
                seat=rows_of(core, self.rows.classes),
                seen=word_fold.RowVerdicts(words[0], words[1], np.zeros((n, LANES))),
                clean=np.zeros((core.core_count, LANES)),
                bare=rungs_of(core, 0),
                sums=np.zeros((n if self.groups else 0, self.groups, len(FIELDS)), np.int64),
                total=np.zeros(LANES),
                count=np.zeros(LANES),
                back=(words[2], words[3]),
                block=np.zeros(LANES, np.uint64),
            )
            with self._lock:
                self.made.append(desk)
        return desk


def fold_in_words(
    engine: Engine, rows: Group, columns: Group, *, sums: Floats, marks: Marks
) -> Iterator[tuple[int, int]]:
    """Adds the sums of every row over every column to float64[rows, groups, fields]; yields cells done and in all.

    Memory 2 bits a pair up to `BACK_BYTES`, and O(rows) a thread; cost O(batches x (links + rows)). The sums do not
    depend on the number of threads.
    """
    size = max(BACK_BYTES * 4 // max(len(columns), 1) // LANES, 1) * LANES
    total, done = 2 * len(rows) * len(columns), 0
    for first in range(0, len(rows), size):
        block = rows.cut(first, min(first + size, len(rows)))
        low, high = (np.zeros((-(-len(block) // LANES), len(columns)), np.uint64) for _ in range(2))
        back = partial(_ways_back, engine, rows=block, desks=_Desks(engine, columns, 0), into=(low, high))
        for seen in engine.pool.map(back, range(len(low))):
            done += seen * len(columns)
            yield done // 2, total // 2
        fold = _Fold(engine, block, columns, back=(low, high), marks=marks)
        for seen in engine.pool.map(fold.add, range(0, len(columns), LANES)):
            done += seen * len(block)
            yield done // 2, total // 2
        fold.put(sums[first : first + len(block)])


def _ways_back(
    engine: Engine, at: int, *, rows: Group, desks: _Desks, into: tuple[NDArray[np.uint64], NDArray[np.uint64]]
) -> int:
    """The ways from all columns to one batch of rows: the lanes in which every one and some one crosses."""
    desk, room, question = desks.mine(), engine.room(FOLD_TURNS), engine.question
    some = rows.cut(at * LANES, min((at + 1) * LANES, len(rows)))
    engine.routed(room, some.classes)
    see(engine.core, room.batch, desk.seat)
    climb(engine.core, room.batch, question.walls, lucky=True, room=desk.bare)
    lucky, _ = see_rungs(engine.core, room.batch, desk.seat, rungs=desk.bare, restricted=question.walls, lucky=True)
    verdicts, seat = _verdicts(engine, room.batch, desk, lucky=desk.bare), desk.seat
    word_fold.see_verdicts(seat.links, seat.ties, lucky, verdicts, desk.seen, desk.total, desk.count)
    routed = seat.state.customer | seat.state.peer | seat.state.provider
    into[0][at] = routed & ~desk.seen.free
    into[1][at] = routed & desk.seen.some
    return len(some)


def _verdicts(engine: Engine, batch: Batch, desk: _Desk, *, lucky: Rungs) -> word_fold.Verdicts:
    core, walls = engine.core, engine.question.walls
    some = cross_some(core, batch, walls, room=np.zeros(core.core_count, np.uint64))
    free = np.ascontiguousarray(lucky.up[:, 0])
    return word_fold.Verdicts(~passable(batch, walls), some, free, desk.clean)


class _Fold:
    """The columns of a question added up for some rows, a batch at a time."""

    def __init__(
        self,
        engine: Engine,
        rows: Group,
        columns: Group,
        *,
        back: tuple[NDArray[np.uint64], NDArray[np.uint64]],
        marks: Marks,
    ) -> None:
        question = engine.question
        self.engine, self.rows, self.columns, self.back, self.marks = engine, rows, columns, back, marks
        self.desks = _Desks(engine, rows, question.group_count)
        self.own, self.label = own_columns(rows, columns), _groups_of(rows, question.destination_group)
        self.inside = rows.inside.astype(np.uint8)

    def add(self, first: int) -> int:
        """Adds the batch of columns that begins here; how many they are."""
        engine, question = self.engine, self.engine.question
        desk, room, core, walls = self.desks.mine(), engine.room(FOLD_TURNS), engine.core, question.walls
        last = min(first + LANES, len(self.columns))
        columns = self.columns.cut(first, last)
        engine.routed(room, columns.classes)
        batch, seat = room.batch, desk.seat
        see(core, batch, seat)
        climb(core, batch, walls, lucky=True, room=room.lucky)
        climb(core, batch, walls, lucky=False, room=room.rungs)
        lucky, _ = see_rungs(core, batch, seat, rungs=room.lucky, restricted=walls, lucky=True)
        up, turn = see_rungs(core, batch, seat, rungs=room.rungs, restricted=walls, lucky=False)
        costs = [*range(FOLD_TURNS + 1), -1]
        up, turn, lucky = (np.ascontiguousarray(table[:, costs]) for table in (up, turn, lucky))
        verdicts = _verdicts(engine, batch, desk, lucky=room.lucky)
        word_fold.clean_parts(core.links, core.peer_mirror, batch.state, batch.ties, verdicts, desk.total, desk.count)
        word_fold.see_verdicts(seat.links, seat.ties, lucky, verdicts, desk.seen, desk.total, desk.count)
        for table, made in zip(self.back, desk.back, strict=True):
            word_fold.turned(table, first, last, desk.block, made)
        less = np.where((self.own >= first) & (self.own < last), self.own - first, -1)
        word_fold.fold_words(
            seat.state,
            word_fold.Ladders(up, turn, lucky),
            desk.seen,
            desk.back,
            _in_bytes(_weights(columns, question), less=less, label=self.label),
            (self.inside, np.uint64(sum(1 << lane for lane in np.flatnonzero(columns.inside).tolist()))),
            desk.sums,
        )
        if self.marks is not None:
            _carry(engine, self.marks, room, seat=seat, rows=self.rows, columns=columns, less=less)
        return last - first

    def put(self, sums: Floats) -> None:
        """Adds the sums of all threads to float64[rows, groups, fields]."""
        for desk in self.desks.made[1:]:
            self.desks.made[0].sums += desk.sums
        made = self.desks.made[0].sums.astype(np.float64)
        made[:, :, EXPECTED] /= word_fold.UNIT
        sums += made


def own_columns(rows: Group, columns: Group) -> Longs:
    """The column in which each row's own networks are, -1 where they are in none: int64[rows]."""
    known, own = (
        zip(*(part.tolist() for part in (one.classes, one.inside, one.low, one.high)), strict=True)
        for one in (columns, rows)
    )
    place = {key: at for at, key in enumerate(known)}
    return np.where(rows.is_destination, np.fromiter((place.get(key, -1) for key in own), np.int64, len(rows)), -1)


def _in_bytes(weight: Floats, *, less: Longs, label: Longs) -> word_fold.Weights:
    """Weights of lanes as whole numbers, also summed for each byte of lanes."""
    lane = weight.astype(np.int64)
    bits = (np.arange(256)[:, None] >> np.arange(8)[None, :]) & 1
    byte = np.ascontiguousarray((lane.reshape(-1, 8, 8) @ bits.T).astype(np.int64))
    return word_fold.Weights(lane, byte, less, label)


def fold_all(
    engine: Engine, rows: Group, columns: Group, *, sums: Floats, marks: Marks = None
) -> Iterator[tuple[int, int]]:
    """Adds the sums of every row over every column, a block at a time; yields cells done and cells in all.

    `sums` is float64[rows, fields], or float64[rows, groups, fields] where the question has groups of destinations.
    With `marks` uint64[T, W], sets of transit networks as bits, `carried` then holds what the routes pass. Memory
    O(block); cost O(batches x (links + rows)). Forward and backward batches of a block are spread over threads.
    """
    total, done = len(rows) * len(columns), 0
    parted = sums.reshape(len(rows), engine.question.group_count, len(FIELDS))
    if in_words(engine.question):
        yield from fold_in_words(engine, rows, columns, sums=parted, marks=marks)
        return
    for first, last in parts(len(rows), FOLD_ROWS):
        some = rows.cut(first, last)
        for left, right in parts(len(columns), FOLD_BATCHES * LANES):
            block = columns.cut(left, right)
            back = return_shares(engine, some, block, kind=np.float32, walked=False)
            one = partial(_fold_batch, engine, rows=some, block=block, back=back, marks=marks)
            for added in engine.pool.map(one, list(parts(len(block), LANES))):
                parted[first:last] += added
            done += len(some) * len(block)
            yield done, total


def carried(engine: Engine) -> Carriage | None:
    """What the routes folded by an engine pass, over all its threads; None where nothing was folded with marks."""
    found = [room.carriage for room in engine.rooms if room.carriage is not None]
    if not found:
        return None
    return Carriage(*(np.sum([one[at] for one in found], axis=0) for at in range(len(Carriage._fields))))


def _fold_batch(
    engine: Engine, at: tuple[int, int], *, rows: Group, block: Group, back: ReturnShares, marks: Marks
) -> Floats:
    columns, question = block.cut(*at), engine.question
    seat = rows_of(engine.core, rows.classes)
    piece = engine.forward(columns, rows, seat, turns=FOLD_TURNS)
    width = at[1] - at[0]
    weight = _weights(columns, question)
    label = _groups_of(rows, question.destination_group)
    less = own_columns(rows, columns)
    sums = np.zeros((len(rows), question.group_count, len(FIELDS)))
    ways = [np.zeros((len(rows), LANES)) for _ in range(2)]
    for table, part in zip(ways, (back.low, back.high), strict=True):
        table[:, :width] = part[:, at[0] : at[1]]
    inside = np.zeros(LANES, np.bool_)
    inside[:width] = columns.inside
    fold(piece.cells, piece.shares, (ways[0], ways[1]), weight, less, label, (rows.inside, inside), sums)
    if marks is not None:
        _carry(engine, marks, engine.room(FOLD_TURNS), seat=seat, rows=rows, columns=columns, less=less)
    return sums


def _carry(
    engine: Engine, marks: NDArray[np.uint64], room: Workspace, *, seat: Rows, rows: Group, columns: Group, less: Longs
) -> None:
    """Counts what the routes of rows that saw a batch pass, in its room."""
    question = engine.question
    room.carriage = count_carriage(
        engine.core,
        room.batch,
        seat,
        sources=Sources(
            rows.size, _groups_of(rows, question.source_group), less, _groups_of(rows, question.destination_group)
        ),
        weight=_weights(columns, question),
        marks=marks,
        into=room.carriage or _carriage_of(question, marks),
    )


def _groups_of(rows: Group, groups: Longs | None) -> Longs:
    """The group that the networks of each row are in: int64[rows]; all zero where none is told apart."""
    return np.zeros(len(rows), np.int64) if groups is None else groups[rows.members[rows.start[:-1]]]


def _weights(columns: Group, question: LadderQuestion) -> Floats:
    """How many destinations of each group a lane stands for: float64[groups, 64]."""
    weight = np.zeros((question.group_count, LANES))
    lane = np.repeat(np.arange(len(columns)), columns.size)
    group = np.zeros(len(columns.members), np.int64)
    if question.destination_group is not None:
        group = question.destination_group[columns.members]
    np.add.at(weight, (group, lane), 1.0)
    return weight


def _carriage_of(question: LadderQuestion, marks: NDArray[np.uint64]) -> Carriage:
    source_groups = 1 if question.source_group is None else int(question.source_group.max(initial=0)) + 1
    shape = (source_groups, question.group_count)
    return Carriage(
        network=np.zeros((*shape, question.core.core_count, 3), np.int64),
        marked=np.zeros((*shape, marks.shape[1] * LANES, 3), np.int64),
    )
