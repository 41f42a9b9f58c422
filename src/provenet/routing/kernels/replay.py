"""The tie sets that chosen sources' routes rest on, written down once, so that shares can be worked out again.

A batch's routes do not depend on shares. What a source's routes pass is a small part of the graph; written down in the
order in which values follow from each other, a change of shares is worked out without routing anew.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import kernel
from provenet.routing.kernels.aspaths import LANES, Batch, Words
from provenet.routing.kernels.condense import Condensed, CoreLinks
from provenet.routing.kernels.crossing import Crossings, Shares, close_offers, join_offers, open_value, start_offers
from provenet.routing.kernels.rows import RowLinks, Rows, RowTies
from provenet.routing.kernels.words import RouteState, Ties, level


class Steps(NamedTuple):
    """Heads int32[S] in working order, core numbers or T + row; `mask` uint64[S]; the tie set of step s is
    `tail[start[s]:start[s + 1]]`, core numbers, in the lanes `word` of each.
    """

    head: Ints
    mask: Words
    start: Ints
    tail: Ints
    word: Words


@dataclass(frozen=True)
class Recording:
    """What shares of n rows in one batch follow from. `end` int32 are core networks that are a destination or next to
    one that is a stub, `own` and `beside` uint64 in which lanes; `routed` uint64[n] the lanes in which a row is routed.
    """

    steps: Steps
    end: Ints
    own: Words
    beside: Words
    routed: Words

    def lanes_through(self, node: int, other: int = -1) -> np.uint64:
        """The lanes in which some row's tie path passes core network `node`, or its link to core network `other`.

        Ends are not passed; a link to a stub that is the destination is not seen. Cost O(steps).
        """
        steps = self.steps
        if other < 0:
            at = steps.tail == node
            word = np.bitwise_or.reduce(steps.word[at], initial=np.uint64(0))
            return word & ~np.bitwise_or.reduce(self.own[self.end == node], initial=np.uint64(0))
        head = np.repeat(steps.head, np.diff(steps.start))
        at = ((head == node) & (steps.tail == other)) | ((head == other) & (steps.tail == node))
        return np.bitwise_or.reduce(steps.word[at], initial=np.uint64(0))


def record(core: Condensed, batch: Batch, rows: Rows, *, wanted: Words) -> Recording:
    """Writes down what the rows' routes rest on; `wanted` comes from `rows.want`. Cost O(links)."""
    near, seen = batch.state.near, rows.state
    batch_args = (core.links, core.peer_mirror, batch.state, batch.ties, wanted, batch.lanes, rows.links, rows.ties)
    count, links = _steps(*batch_args, _steps_room(0, 0), False)
    steps = _steps_room(count, links)
    _steps(*batch_args, steps, True)
    own, beside = near[:, 0] & wanted, near[:, 1] & batch.stubs & wanted
    end = np.flatnonzero(own | beside).astype(np.int32)
    return Recording(steps, end, own[end], beside[end], seen.customer | seen.peer | seen.provider)


def _steps_room(count: int, links: int) -> Steps:
    return Steps(
        head=np.zeros(count, np.int32),
        mask=np.zeros(count, np.uint64),
        start=np.zeros(count + 1, np.int32),
        tail=np.zeros(links, np.int32),
        word=np.zeros(links, np.uint64),
    )


def replay(recorded: Recording, low: Floats, high: Floats, *, room: Crossings, seen: Crossings) -> Crossings:
    """Low, high and clean part of the rows' routes into `seen` float64[n, 64], from shares float64[T].

    `room` is written over; a lane without a route holds 0, 0 and 1. Cost O(steps x 64).
    """
    seen.low[:], seen.high[:], seen.clean[:] = 0.0, 0.0, 1.0
    ends = (recorded.end, recorded.own, recorded.beside)
    _replay(recorded.steps, *ends, Shares(low, high), room, seen, np.empty((4, LANES)))
    return seen


@kernel
def _steps(
    links: CoreLinks,
    mirror: Ints,
    state: RouteState,
    ties: Ties,
    wanted: Words,
    lanes: np.uint64,
    rows: RowLinks,
    row_ties: RowTies,
    out: Steps,
    write: bool,
) -> tuple[int, int]:
    """Counts steps and links, or writes them down: up, across, down, rows; a ring level by level."""
    count, levels = len(wanted), state.near.shape[1] + state.far.shape[1]
    done = filled = 0
    for stage in range(3):
        for n in range(len(links.block_start) - 1):
            b = len(links.block_start) - 2 - n if stage == 0 else n
            first, last = links.block_start[b], links.block_start[b + 1]
            ring = last - first > 1 and stage != 1
            for k in range(levels if ring else 1):
                for v in range(first, last):
                    mask = (level(v, k, state.near, state.far) if ring else ~np.uint64(0)) & wanted[v] & lanes
                    if stage == 0:
                        mask &= state.customer[v] & ~state.near[v, 0]
                    elif stage == 1:
                        mask &= state.peer[v]
                    else:
                        mask &= ~(state.customer[v] | state.peer[v])
                    if mask:
                        before = filled
                        filled = _tails(stage, v, mask, links, mirror, state, ties, out, filled, write)
                        if filled > before:
                            if write:
                                out.head[done], out.mask[done], out.start[done + 1] = v, mask, filled
                            done += 1
    for r in range(len(rows.classes)):
        before = filled
        if rows.classes[r] < count:
            for stage in range(3):
                filled = _tails(stage, rows.classes[r], lanes, links, mirror, state, ties, out, filled, write)
        else:
            for i in range(rows.peer_start[r], rows.peer_start[r + 1]):
                filled = _tail(rows.peer[i], row_ties.peer[i], out, filled, write)
            for i in range(rows.up_start[r], rows.up_start[r + 1]):
                filled = _tail(rows.up[i], row_ties.up[i], out, filled, write)
        if filled > before:
            if write:
                out.head[done], out.mask[done], out.start[done + 1] = count + r, lanes, filled
            done += 1
    return done, filled


@kernel
def _tails(
    stage: int,
    v: int,
    mask: np.uint64,
    links: CoreLinks,
    mirror: Ints,
    state: RouteState,
    ties: Ties,
    out: Steps,
    filled: int,
    write: bool,
) -> int:
    """The tie set of v in the lanes of a mask, by stage."""
    if stage == 0 and state.active[v]:
        for i in range(links.down_start[v], links.down_start[v + 1]):
            filled = _tail(links.down[i], ties.down[i] & mask, out, filled, write)
    elif stage == 1 and state.peer[v] & mask:
        for i in range(links.peer_start[v], links.peer_start[v + 1]):
            if state.active[links.peer[i]]:
                filled = _tail(links.peer[i], ties.peer[mirror[i]] & mask, out, filled, write)
    elif stage == 2:
        for i in range(links.up_start[v], links.up_start[v + 1]):
            filled = _tail(links.up[i], ties.up[i] & mask, out, filled, write)
    return filled


@kernel
def _tail(u: int, word: np.uint64, out: Steps, filled: int, write: bool) -> int:
    if not word:
        return filled
    if write:
        out.tail[filled], out.word[filled] = u, word
    return filled + 1


@kernel
def _replay(
    steps: Steps, end: Ints, own: Words, beside: Words, q: Shares, of: Crossings, seen: Crossings, sums: Floats
) -> None:
    """Step after step; heads from T on are rows, which do not count themselves."""
    count = len(of.low)
    for n in range(len(end)):
        open_value(end[n], beside[n], own[n], q, of)
    for s in range(len(steps.head)):
        start_offers(sums)
        join_offers(~np.uint64(0), steps.start[s], steps.start[s + 1], steps.tail, steps.word, of, sums)
        if steps.head[s] < count:
            close_offers(steps.head[s], steps.mask[s], q, sums, of)
        else:
            r = steps.head[s] - count
            for j in range(LANES):
                if sums[3, j] > 0.0:
                    seen.low[r, j], seen.high[r, j] = sums[0, j], sums[1, j]
                    seen.clean[r, j] = sums[2, j] / sums[3, j]
