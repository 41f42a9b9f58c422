"""Words of lanes turned into numbers: one cell for each source row and destination lane, and their weighted sums."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats
from provenet.numerics.compiled import kernel, tight
from provenet.routing.kernels.aspaths import LANES, PLANES, Table
from provenet.routing.kernels.rows import Rows, RowState

NO_ROUTE, CUSTOMER, PEER, PROVIDER, SELF = 0, 1, 2, 3, 4
"""Classes of a route as numbers."""
NO_RUNG = -1
CLEAR, ROUTELESS, DESTINATION_INSIDE, SOURCE_INSIDE, BLOCKED = 0, 1, 2, 3, 4
"""Why there is no clear route, as numbers; the first is that there is one."""
Bytes = NDArray[np.int8]


class LaneCells(NamedTuple):
    """What n rows see in 64 lanes: `kind` int8 (class of route), `hops` int16, `rung` and `rung_lucky` int8 (the cost
    of the best walk, cut at `TOP`; -1 where there is none), `alone` int8 (1 where a first step by the source would do).
    """

    kind: Bytes
    hops: NDArray[np.int16]
    rung: Bytes
    rung_lucky: Bytes
    alone: Bytes


TOP = 3
"""Three turns or more are one rung."""


def cells_of(rows: Rows, seen: tuple[Table, Table], lucky: Table) -> LaneCells:
    """Cells from the words of rows: `seen` and `lucky` as `see_rungs` gives them. Cost O(64 n)."""
    shape = (len(rows.links.classes), LANES)
    kind, rung, rung_lucky, alone = (np.zeros(shape, np.int8) for _ in range(4))
    cells = LaneCells(kind, np.zeros(shape, np.int16), rung, rung_lucky, alone)
    _cells(rows.state, *seen, lucky, cells)
    return cells


@tight
def _rung(up: Table, r: int, j: np.uint64) -> int:
    one = np.uint64(1)
    if not (up[r, up.shape[1] - 1] >> j) & one:
        return NO_RUNG
    for k in range(min(TOP, up.shape[1] - 1)):
        if (up[r, k] >> j) & one:
            return k
    return TOP


@kernel
def _cells(state: RowState, up: Table, turn: Table, lucky: Table, cells: LaneCells) -> None:
    length, own, customer, peer, provider, _ = state
    kind, hops, rung, rung_lucky, alone = cells
    one = np.uint64(1)
    for r in range(len(own)):
        for lane in range(LANES):
            j = np.uint64(lane)
            if (customer[r] >> j) & one:
                kind[r, lane] = CUSTOMER
            elif (peer[r] >> j) & one:
                kind[r, lane] = PEER
            elif (provider[r] >> j) & one:
                kind[r, lane] = PROVIDER
            elif (own[r] >> j) & one:
                kind[r, lane] = SELF
            else:
                rung[r, lane] = rung_lucky[r, lane] = NO_RUNG
                continue
            for bit in range(PLANES):
                hops[r, lane] |= np.int16(((length[r, bit] >> j) & one) << np.uint64(bit))
            rung[r, lane] = _rung(up, r, j)
            rung_lucky[r, lane] = _rung(lucky, r, j)
            alone[r, lane] = rung[r, lane] == 1 and (turn[r, 1] >> j) & one != 0


def reasons(
    rung: Bytes, kind: Bytes, *, source_inside: NDArray[np.bool_], destination_inside: NDArray[np.bool_]
) -> Bytes:
    """Why pairs have no clear route, as numbers from `CLEAR` on: the first of the reasons that holds."""
    ends = np.where(destination_inside, DESTINATION_INSIDE, np.where(source_inside, SOURCE_INSIDE, BLOCKED))
    return np.where(rung >= 0, CLEAR, np.where(kind == NO_ROUTE, ROUTELESS, ends)).astype(np.int8)


CLASS_FIELDS = ("customer", "peer", "provider")
RUNG_FIELDS = ("rung_0", "rung_1_alone", "rung_1_other", "rung_2", "rung_3", "rung_none")
LUCKY_FIELDS = ("lucky_0", "lucky_1", "lucky_2", "lucky_3", "lucky_none")
SHARES = ("low", "high", "expected", "reverse_low", "reverse_high", "either_low", "either_high")
REASON_FIELDS = ("none_destination_inside", "none_source_inside", "none_blocked")
FIELDS = ("pairs", "no_route", *CLASS_FIELDS, "hops", *RUNG_FIELDS, *LUCKY_FIELDS, *SHARES, *REASON_FIELDS)
"""Sums that are folded over destinations, in the order of their columns; a pair is a source and another network.

The last three part `rung_none` together with `no_route`: pairs with a route but no clear one whose destination is in
the restricted set, whose source alone is, and whose ends both lie outside.
"""


@kernel
def fold(
    cells: LaneCells,
    shares: tuple[Floats, Floats, Floats],
    back: tuple[Floats, Floats],
    weight: Floats,
    less: NDArray[np.int64],
    label: NDArray[np.int64],
    inside: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    sums: NDArray[np.float64],
) -> None:
    """Adds cells to `sums` float64[n, groups, len(FIELDS)], each lane with its weight float64[groups, 64].

    `shares` are low, high and expected of each cell, `back` low and high of the way back; without a route they are
    not summed. `less[r]` is a lane of row r whose weight is one less in the group `label[r]`, the source itself, or -1.
    `inside` bool[n] and bool[64] mark the rows and lanes of the restricted set.
    """
    kind, hops, rung, rung_lucky, alone = cells
    low, high, expected = shares
    back_low, back_high = back
    source_inside, lane_inside = inside
    for r in range(len(kind)):
        for j in range(LANES):
            if kind[r, j] == SELF:
                continue
            for g in range(len(weight)):
                w = weight[g, j] - (1.0 if less[r] == j and label[r] == g else 0.0)
                if w <= 0.0:
                    continue
                sums[r, g, 0] += w
                if kind[r, j] == NO_ROUTE:
                    sums[r, g, 1] += w
                else:
                    sums[r, g, 1 + kind[r, j]] += w
                    sums[r, g, 5] += w * hops[r, j]
                    sums[r, g, 17] += w * low[r, j]
                    sums[r, g, 18] += w * high[r, j]
                    sums[r, g, 19] += w * expected[r, j]
                    sums[r, g, 20] += w * back_low[r, j]
                    sums[r, g, 21] += w * back_high[r, j]
                    sums[r, g, 22] += w * max(low[r, j], back_low[r, j])
                    sums[r, g, 23] += w * min(1.0, high[r, j] + back_high[r, j])
                if rung[r, j] <= 0:
                    sums[r, g, 6 if rung[r, j] == 0 else 11] += w
                    if rung[r, j] < 0 and kind[r, j] != NO_ROUTE:
                        sums[r, g, 24 if lane_inside[j] else 25 if source_inside[r] else 26] += w
                elif rung[r, j] == 1:
                    sums[r, g, 7 if alone[r, j] else 8] += w
                else:
                    sums[r, g, 7 + rung[r, j]] += w
                sums[r, g, 16 if rung_lucky[r, j] < 0 else 12 + rung_lucky[r, j]] += w
