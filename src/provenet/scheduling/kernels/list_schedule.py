"""Schedules built block by block in an order of urgency, each block put where it first fits.

A block's start spends resources, stands in conflicts and waits for others; arrays of one block lie together (CSR).
`room` float64[R, T] is what is left of a resource in a period, or up to it where the resource carries over, with the
little by which a sum of decimals may pass a limit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import kernel, part, tight

NEVER = 2**30
SLACK = 0.9e-9
"""By what share of a limit a sum may pass it: room for sums of decimals, a little less than `certify` allows."""


class Frame(NamedTuple):
    """What never changes while schedules are built. B blocks, T periods, R resources, C conflicts, K demands.

    `first`, `last` int32[B]: the window; `must` bool[B]; `rank` int32[B]: blocks in an order in which nothing waits for
    what comes later. `before_*` and `after_*`: who waits for whom, with lags. `spend_*`: resources of each block,
    amount float64[E, T]. `stand_*`: conflicts of each block with durations, and how many
    of the block's own units are under way while that one is, longest first. `want_*`: members of each demand with lags;
    `of_*`: demands of each block. `tail` float64[K, T + 1]: what a demand is worth if clear from t on.
    `score` float64[B, T]: how good a start is for a block that is not `eager`; an eager one takes the first that fits.
    """

    first: Ints
    last: Ints
    must: NDArray[np.bool_]
    rank: Ints
    before_start: Ints
    before_block: Ints
    before_lag: Ints
    after_start: Ints
    after_block: Ints
    after_lag: Ints
    spend_start: Ints
    spend_resource: Ints
    spend_amount: Floats
    carry: NDArray[np.bool_]
    stand_start: Ints
    stand_conflict: Ints
    stand_duration: Ints
    stand_own: Ints
    most: Ints
    want_start: Ints
    want_block: Ints
    want_lag: Ints
    of_start: Ints
    of_want: Ints
    tail: Floats
    value: Floats
    eager: NDArray[np.bool_]
    score: Floats


@tight
def fits(frame: Frame, room: Floats, load: Ints, block: int, start: int) -> bool:
    """Whether a block not yet in the plan may start in a period, by resources and conflicts. Cost O(entries x T)."""
    periods = room.shape[1]
    for e in range(frame.spend_start[block], frame.spend_start[block + 1]):
        r = frame.spend_resource[e]
        need = frame.spend_amount[e, start]
        if frame.carry[r]:
            for t in range(start, periods):
                if room[r, t] < need:
                    return False
        elif room[r, start] < need:
            return False
    for m in range(frame.stand_start[block], frame.stand_start[block + 1]):
        c = frame.stand_conflict[m]
        most = frame.most[c] - frame.stand_own[m]
        for t in range(start, min(start + frame.stand_duration[m], periods)):
            if load[c, t] > most:
                return False
    return True


@tight
def put(frame: Frame, room: Floats, load: Ints, block: int, start: int, sign: int) -> None:
    """Enters a block's start into what is left (sign 1), or takes it out again (sign -1), in place."""
    periods = room.shape[1]
    for e in range(frame.spend_start[block], frame.spend_start[block + 1]):
        r = frame.spend_resource[e]
        amount = sign * frame.spend_amount[e, start]
        if frame.carry[r]:
            for t in range(start, periods):
                room[r, t] -= amount
        else:
            room[r, start] -= amount
    for m in range(frame.stand_start[block], frame.stand_start[block + 1]):
        c = frame.stand_conflict[m]
        for t in range(start, min(start + frame.stand_duration[m], periods)):
            load[c, t] += sign


@tight
def first_fit(frame: Frame, room: Floats, load: Ints, block: int, low: int, high: int) -> int:
    """The first period from low to high where the block fits, or the best by score if it is not eager; or NEVER."""
    best, found = -np.inf, NEVER
    for s in range(low, high + 1):
        if fits(frame, room, load, block, s):
            if frame.eager[block]:
                return s
            if frame.score[block, s] > best:
                best, found = frame.score[block, s], s
    return found


@kernel
def list_schedule(frame: Frame, order: Ints, wanted: NDArray[np.bool_], room: Floats, load: Ints, start: Ints) -> int:
    """Puts blocks in an order in which nothing stands before what it waits for; gives how many that must start do not.

    `wanted` bool[B]: blocks that may stay and are not wanted are left out. `room`, `load` and `start` are filled in
    place; `start` is NEVER for what is not in the plan. Cost O(blocks x T x entries).
    """
    missing = 0
    for at in range(len(order)):
        block = order[at]
        start[block] = NEVER
        if not (wanted[block] or frame.must[block]):
            continue
        low, high = frame.first[block], frame.last[block]
        for a in range(frame.before_start[block], frame.before_start[block + 1]):
            low = max(low, start[frame.before_block[a]] + frame.before_lag[a])
        found = first_fit(frame, room, load, block, low, high)
        if found < NEVER:
            put(frame, room, load, block, found, 1)
            start[block] = found
        elif frame.must[block]:
            missing += 1
    return missing


@part
def clear_from(frame: Frame, start: Ints, want: int, periods: int) -> int:
    """The period from which a demand is clear, `periods` where it is not within the horizon."""
    clear = 0
    for m in range(frame.want_start[want], frame.want_start[want + 1]):
        clear = max(clear, min(start[frame.want_block[m]] + frame.want_lag[m], periods))
    return clear


@kernel
def plan_worth(frame: Frame, start: Ints, clear: Ints) -> float:
    """The objective of a plan without its constant; `clear` int32[K] gets from when each demand is clear."""
    periods = frame.tail.shape[1] - 1
    total = 0.0
    for k in range(len(frame.want_start) - 1):
        clear[k] = clear_from(frame, start, k, periods)
        total += frame.tail[k, clear[k]]
    for block in range(len(start)):
        if start[block] < periods:
            total += frame.value[block, start[block]]
    return total


@kernel
def urgent_first(frame: Frame, key: Floats) -> None:
    """Makes each block as urgent as the most urgent of what waits for it, in place; small is urgent."""
    count = len(key)
    by_rank = np.int32(0)
    for at in range(count - 1, -1, -1):
        by_rank = frame.rank[at]
        for a in range(frame.after_start[by_rank], frame.after_start[by_rank + 1]):
            key[by_rank] = min(key[by_rank], key[frame.after_block[a]])


@part
def _within(frame: Frame, room: Floats, load: Ints) -> bool:
    """Whether no resource is overspent and no conflict overfull."""
    for r in range(room.shape[0]):
        for t in range(room.shape[1]):
            if room[r, t] < 0.0:
                return False
    for c in range(load.shape[0]):
        for t in range(load.shape[1]):
            if load[c, t] > frame.most[c]:
                return False
    return True


@kernel
def replay(frame: Frame, start: Ints, room: Floats, load: Ints) -> bool:
    """Enters a whole plan into `room` and `load`, in place; whether it keeps every window, wait and limit."""
    for block in range(len(start)):
        at = start[block]
        if at >= NEVER:
            if frame.must[block]:
                return False
            continue
        if at < frame.first[block] or at > frame.last[block]:
            return False
        for a in range(frame.before_start[block], frame.before_start[block + 1]):
            if start[frame.before_block[a]] + frame.before_lag[a] > at:
                return False
        put(frame, room, load, block, at, 1)
    return _within(frame, room, load)
