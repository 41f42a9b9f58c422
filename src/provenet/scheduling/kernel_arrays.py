"""The arrays that schedules are built over: a program's limits, waits and demands, those of one block together."""

import numpy as np
from numpy.typing import NDArray

from provenet.scheduling.kernels.list_schedule import SLACK, Frame, Ints
from provenet.scheduling.solve.program import Floats, Program


def frame_of(program: Program, score: Floats | None = None) -> Frame:
    """The frame of a program; `score` float64[B, T] says how good a start is for blocks that gain by waiting.

    Cost O((blocks + entries + members) x T).
    """
    count, periods = program.blocks, program.periods
    limits, waits, conflicts, wants = program.limits, program.waits, program.conflicts, program.wants
    before = _grouped(waits.after, count, waits.before, waits.lag)
    after = _grouped(waits.before, count, waits.after, waits.lag)
    spend = np.searchsorted(limits.block, np.arange(count + 1)).astype(np.int32)
    stand = _grouped(conflicts.block, count, conflicts.conflict, conflicts.duration)
    own = _own(stand[0], stand[1], stand[2])
    want = np.repeat(np.arange(len(wants.start) - 1, dtype=np.int32), np.diff(wants.start))
    of = _grouped(wants.block, count, want, wants.lag)
    tail = np.zeros((len(wants.start) - 1, periods + 1))
    tail[:, :-1] = np.cumsum(wants.worth[:, ::-1], axis=1)[:, ::-1]
    # A block gains by waiting if a later start is worth more or spends less.
    waiting: NDArray[np.bool_] = np.asarray((np.diff(program.value, axis=1) > 0).any(axis=1))
    cheaper = (np.diff(limits.amount, axis=1) < 0).any(axis=1)
    waiting[limits.block[cheaper]] = True
    return Frame(
        first=program.first,
        last=program.last,
        must=program.must,
        rank=_ranked(program, before, after),
        before_start=before[0],
        before_block=before[1],
        before_lag=before[2],
        after_start=after[0],
        after_block=after[1],
        after_lag=after[2],
        spend_start=spend,
        spend_resource=limits.resource,
        spend_amount=limits.amount,
        carry=limits.carry,
        stand_start=stand[0],
        stand_conflict=stand[1],
        stand_duration=stand[2],
        stand_own=own,
        most=conflicts.most,
        want_start=wants.start.astype(np.int32),
        want_block=wants.block,
        want_lag=wants.lag,
        of_start=of[0],
        of_want=of[1],
        of_lag=of[2],
        tail=tail,
        value=program.value,
        eager=~waiting,
        score=program.value.copy() if score is None else score,
    )


def room_of(program: Program) -> Floats:
    """What is left of every resource before anything is planned, float64[R, T], and the little that decimals need."""
    limits = program.limits
    whole: Floats = np.where(limits.carry[:, None], np.cumsum(limits.capacity, axis=1), limits.capacity)
    return whole * (1.0 + SLACK)


def _grouped(by: Ints, count: int, *parts: NDArray[np.int32]) -> tuple[Ints, ...]:
    order = np.argsort(by, kind="stable")
    start = np.searchsorted(by[order], np.arange(count + 1)).astype(np.int32)
    return (start, *(np.ascontiguousarray(part[order]) for part in parts))


def _own(start: Ints, conflict: Ints, duration: Ints) -> Ints:
    """For each member of a conflict how many units of its block are under way in it as long as that one, or longer."""
    own = np.ones(len(conflict), np.int32)
    for block in np.flatnonzero(np.diff(start) > 1).tolist():
        low, high = start[block], start[block + 1]
        if len(np.unique(conflict[low:high])) == high - low:
            continue
        for m in range(low, high):
            alike = conflict[low:high] == conflict[m]
            own[m] = int((alike & (duration[low:high] >= duration[m])).sum())
    return own


def _ranked(program: Program, before: tuple[Ints, ...], after: tuple[Ints, ...]) -> Ints:
    """Blocks in an order in which nothing waits for what comes later: by rounds of what is free."""
    left = np.diff(before[0])
    ready = np.flatnonzero(left == 0).tolist()
    starts, blocks = after[0].tolist(), after[1].tolist()
    left_of = left.tolist()
    for block in ready:
        for a in range(starts[block], starts[block + 1]):
            nxt = blocks[a]
            left_of[nxt] -= 1
            if not left_of[nxt]:
                ready.append(nxt)
    return np.array(ready, np.int32)
