"""What routes cross, folded for each source over all its destinations, without rungs: the least work that says it.

For the conventional single path a crossing is one bit a destination; over tie sets with shares it is an interval and
an expected value. `fold.fold_all` gives the same sums and more, at more cost.
"""

from collections.abc import Callable, Iterator
from threading import local

import numpy as np
from numba import njit
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats
from provenet.routing.fold import own_columns
from provenet.routing.kernels.aspaths import LANES, Words
from provenet.routing.kernels.crossing import cross_shares
from provenet.routing.kernels.rows import Rows, rows_of, see, see_rungs, see_shares, want
from provenet.routing.kernels.rungs import climb, rungs_of
from provenet.routing.ladder import Engine, Group, parts

SINGLE = ("routed", "crossed")
TIES = ("routed", "low", "high", "expected")


def fold_single(engine: Engine, sums: Floats) -> Iterator[tuple[int, int]]:
    """Adds to `sums` float64[rows, 2], as `SINGLE`, the pairs of each row of the question that have a route, and those
    whose conventional path crosses a restricted network. Yields columns done and in all; cost O(batches x links)."""
    rows, columns, mine = engine.question.rows, engine.question.columns, local()

    def one(cut: tuple[int, int]) -> Floats:
        question, room, block = engine.question, engine.room(0), columns.cut(*cut)
        seat = rows_of(engine.core, rows.classes)
        engine.routed(room, block.classes)
        see(engine.core, room.batch, seat)
        rungs = getattr(mine, "rungs", None)
        if rungs is None:
            rungs = mine.rungs = rungs_of(engine.core, 0)
        climb(engine.core, room.batch, question.walls, lucky=False, room=rungs)
        clear, _ = see_rungs(engine.core, room.batch, seat, rungs=rungs, restricted=question.walls, lucky=False)
        found, weight = np.zeros((len(rows), 2)), lane_weights(block)
        routed, own = _routed(seat), own_columns(rows, block)
        found[:, 0] = weighed(routed, weight, own)
        found[:, 1] = weighed(routed & ~clear[:, 0], weight, own)
        return found

    yield from _folded(engine, columns, one, sums)


def fold_ties(engine: Engine, sums: Floats) -> Iterator[tuple[int, int]]:
    """Adds to `sums` float64[rows, 4], as `TIES`, the pairs that have a route, and low, high and expected shares over
    ties. Yields columns done and in all; cost O(batches x links of tie sets)."""
    rows, columns = engine.question.rows, engine.question.columns

    def one(cut: tuple[int, int]) -> Floats:
        question, room, block = engine.question, engine.room(0), columns.cut(*cut)
        seat = rows_of(engine.core, rows.classes)
        engine.routed(room, block.classes)
        see(engine.core, room.batch, seat)
        wanted = want(engine.core, room.batch, seat)
        cross_shares(
            engine.core, room.batch, question.core_low, high=question.core_high, room=room.crossed, wanted=wanted
        )
        low, high, clean = see_shares(engine.core, room.batch, seat, crossed=room.crossed)
        shares = engine.with_ends(block, rows, (low, high, 1.0 - clean))
        found, weight = np.zeros((len(rows), 4)), lane_weights(block)
        routed, own = _routed(seat), own_columns(rows, block)
        found[:, 0] = weighed(routed, weight, own)
        for at, share in enumerate(shares, start=1):
            found[:, at] = weighed_sums(routed, share, weight, own)
        return found

    yield from _folded(engine, columns, one, sums)


def _folded(
    engine: Engine, columns: Group, one: Callable[[tuple[int, int]], Floats], sums: Floats
) -> Iterator[tuple[int, int]]:
    cuts = list(parts(len(columns), LANES))
    for done, found in enumerate(engine.pool.map(one, cuts), start=1):
        sums += found
        yield min(done * LANES, len(columns)), len(columns)


def lane_weights(block: Group) -> Floats:
    """How many destinations each lane stands for: float64[64]."""
    weight = np.zeros(LANES)
    weight[: len(block)] = block.size
    return weight


def _routed(seat: Rows) -> Words:
    return seat.state.customer | seat.state.peer | seat.state.provider


@njit(cache=True, nogil=True)
def weighed(words: Words, weight: Floats, own: NDArray[np.int64]) -> Floats:
    """The weight of the lanes of each word; the row's own lane weighs one less."""
    made = np.zeros(len(words))
    for r in range(len(words)):
        for j in range(LANES):
            if (words[r] >> np.uint64(j)) & np.uint64(1):
                made[r] += weight[j] - (1.0 if own[r] == j else 0.0)
    return made


@njit(cache=True, nogil=True)
def weighed_sums(words: Words, share: Floats, weight: Floats, own: NDArray[np.int64]) -> Floats:
    """The weighted sum of shares over the lanes of each word."""
    made = np.zeros(len(words))
    for r in range(len(words)):
        for j in range(LANES):
            if (words[r] >> np.uint64(j)) & np.uint64(1):
                made[r] += share[r, j] * (weight[j] - (1.0 if own[r] == j else 0.0))
    return made
