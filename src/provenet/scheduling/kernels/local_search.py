"""Better schedules by taking a few blocks out and putting them back in another order, many thousand times a second.

Ruin and recreate (Schrimpf et al., Journal of Computational Physics 159, 2000): a demand is chosen, the blocks that
hold it back and some that start about then are taken out, and each is put back where it first fits, those of the
demand first. A plan that is a little worse is kept for a while, the best one for good.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.scheduling.kernels.list_schedule import NEVER, Frame, clear_from, first_fit, put


class Scratch(NamedTuple):
    """Room to work in: `taken` and `old` int32[MOST], `noisy` float64[MOST], `placed` bool[MOST]; `mark` int32[B] and
    `seen` int32[K] stamps; `touched` and `was` int32[K]; `state` uint64[1] of the generator; `stamp` int32[1].
    """

    taken: Ints
    old: Ints
    noisy: Floats
    placed: NDArray[np.bool_]
    mark: Ints
    seen: Ints
    touched: Ints
    was: Ints
    state: NDArray[np.uint64]
    stamp: Ints


MOST = 128
"""The most blocks taken out at once."""


def scratch(blocks: int, demands: int, seed: int) -> Scratch:
    """Room to work in, with the generator started from a seed."""
    state = np.array([(seed * 2 + 1) * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    return Scratch(
        np.zeros(MOST, np.int32),
        np.zeros(MOST, np.int32),
        np.zeros(MOST),
        np.zeros(MOST, np.bool_),
        np.zeros(blocks, np.int32),
        np.zeros(demands, np.int32),
        np.zeros(demands, np.int32),
        np.zeros(demands, np.int32),
        state,
        np.zeros(1, np.int32),
    )


@tight
def _draw(state: NDArray[np.uint64]) -> float:
    """A number in [0, 1): xorshift64* (Vigna, ACM Transactions on Mathematical Software 42, 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@tight
def _take(scratch: Scratch, block: int, noisy: float, count: int) -> int:
    """Adds a block to those taken, once."""
    if count < MOST and scratch.mark[block] != scratch.stamp[0]:
        scratch.mark[block] = scratch.stamp[0]
        scratch.taken[count] = block
        scratch.noisy[count] = noisy
        return count + 1
    return count


@part
def _choose(frame: Frame, scratch: Scratch, start: Ints, clear: Ints, key: Floats, size: int) -> int:
    """Chooses the blocks to take out; gives how many."""
    blocks, periods = frame.value.shape
    count, centre = 0, 0
    scratch.stamp[0] += 1
    demands = len(clear)
    if demands and _draw(scratch.state) < 0.8:
        want = int(_draw(scratch.state) * demands)
        centre = clear[want]
        goal = int(_draw(scratch.state) * (centre + 1))
        for m in range(frame.want_start[want], frame.want_start[want + 1]):
            block = frame.want_block[m]
            if start[block] + frame.want_lag[m] > goal:
                count = _take(scratch, block, -1.0, count)
        done = 0
        while done < count and count < size:
            block = scratch.taken[done]
            done += 1
            for a in range(frame.before_start[block], frame.before_start[block + 1]):
                other = frame.before_block[a]
                if start[other] + frame.before_lag[a] > goal - 1:
                    count = _take(scratch, other, -2.0 - done, count)
        centre = (goal + min(centre, periods)) // 2
    else:
        centre = int(_draw(scratch.state) * periods)
    width = 1 + int(_draw(scratch.state) * 4)
    tries = 0
    while count < size and tries < 8 * size:
        tries += 1
        block = int(_draw(scratch.state) * blocks)
        if frame.first[block] > frame.last[block]:
            continue
        if abs(min(start[block], periods) - centre) <= width:
            count = _take(scratch, block, key[block] + 2.0 * _draw(scratch.state), count)
    return count


@part
def _out(frame: Frame, scratch: Scratch, room: Floats, load: Ints, start: Ints, count: int) -> None:
    """Takes the chosen blocks out of the plan and sorts them by their noisy urgency."""
    for i in range(1, count):
        block, noisy = scratch.taken[i], scratch.noisy[i]
        j = i - 1
        while j >= 0 and scratch.noisy[j] > noisy:
            scratch.taken[j + 1], scratch.noisy[j + 1] = scratch.taken[j], scratch.noisy[j]
            j -= 1
        scratch.taken[j + 1], scratch.noisy[j + 1] = block, noisy
    for i in range(count):
        block = scratch.taken[i]
        scratch.old[i] = start[block]
        scratch.placed[i] = False
        if start[block] < NEVER:
            put(frame, room, load, block, start[block], -1)
            start[block] = NEVER


@tight
def _window(frame: Frame, scratch: Scratch, start: Ints, block: int) -> tuple[int, int, bool]:
    """From when to when a block may start as the others stand, and whether none that it waits for is yet to come."""
    low, high = frame.first[block], frame.last[block]
    for a in range(frame.before_start[block], frame.before_start[block + 1]):
        other = frame.before_block[a]
        if start[other] == NEVER and scratch.mark[other] == scratch.stamp[0]:
            return low, high, False
        low = max(low, min(start[other], NEVER) + frame.before_lag[a])
    for a in range(frame.after_start[block], frame.after_start[block + 1]):
        other = frame.after_block[a]
        if start[other] < NEVER:
            high = min(high, start[other] - frame.after_lag[a])
    return low, high, True


@tight
def _needed(frame: Frame, start: Ints, block: int) -> bool:
    """Whether a block must be in the plan as the others stand."""
    if frame.must[block]:
        return True
    for a in range(frame.after_start[block], frame.after_start[block + 1]):
        if start[frame.after_block[a]] < NEVER:
            return True
    return False


@part
def _back(frame: Frame, scratch: Scratch, room: Floats, load: Ints, start: Ints, count: int) -> bool:
    """Puts the blocks back; false where one that must stand finds no place."""
    for again in range(count + 1):
        moved, waiting = False, False
        for i in range(count):
            if scratch.placed[i]:
                continue
            block = scratch.taken[i]
            low, high, ready = _window(frame, scratch, start, block)
            if not ready and again < count and (moved or again == 0 or waiting is False):
                waiting = True
                continue
            scratch.placed[i] = True
            moved = True
            needed = _needed(frame, start, block)
            if not needed and frame.score[block, 0] < 0.0 and _draw(scratch.state) < 0.3:
                continue
            found = first_fit(frame, room, load, block, low, high) if ready else NEVER
            if found < NEVER:
                put(frame, room, load, block, found, 1)
                start[block] = found
            elif needed:
                return False
        if not waiting:
            return True
        if not moved:
            # What is left waits for what found no place.
            held = True
            for i in range(count):
                held = held and (scratch.placed[i] or not _needed(frame, start, scratch.taken[i]))
            return held
    return True


@part
def _gain(frame: Frame, scratch: Scratch, start: Ints, clear: Ints, count: int) -> tuple[float, int]:
    """What the new starts gain over the old, with `clear` renewed; and how many demands were touched."""
    periods = frame.value.shape[1]
    gain, touched = 0.0, 0
    for i in range(count):
        block = scratch.taken[i]
        if scratch.old[i] < periods:
            gain -= frame.value[block, scratch.old[i]]
        if start[block] < periods:
            gain += frame.value[block, start[block]]
        if start[block] == scratch.old[i]:
            continue
        for o in range(frame.of_start[block], frame.of_start[block + 1]):
            want = frame.of_want[o]
            if scratch.seen[want] == scratch.stamp[0]:
                continue
            scratch.seen[want] = scratch.stamp[0]
            scratch.touched[touched] = want
            scratch.was[touched] = clear[want]
            touched += 1
            now = clear_from(frame, start, want, periods)
            gain += frame.tail[want, now] - frame.tail[want, clear[want]]
            clear[want] = now
    return gain, touched


@part
def _undo(frame: Frame, scratch: Scratch, room: Floats, load: Ints, start: Ints, count: int) -> None:
    """Puts every taken block back where it was."""
    for i in range(count):
        block = scratch.taken[i]
        if start[block] < NEVER:
            put(frame, room, load, block, start[block], -1)
        start[block] = scratch.old[i]
        if start[block] < NEVER:
            put(frame, room, load, block, start[block], 1)


@kernel
def polish(
    frame: Frame,
    scratch: Scratch,
    room: Floats,
    load: Ints,
    start: Ints,
    clear: Ints,
    key: Floats,
    best: Ints,
    tries: int,
    size: int,
    heat: float,
) -> float:
    """Tries so many times to better a plan, in place; gives by how much `best` gained, which gets the best plan.

    `size` blocks are taken out at most; `heat` is how much worth a step may lose at the start, falling to none at the
    end. `start`, `room`, `load` and `clear` are a plan that meets every limit and stay one. The same arguments and the
    same generator give the same plan. Cost O(tries x size x T x entries).
    """
    ahead, record = 0.0, 0.0
    for at in range(tries if len(start) else 0):
        count = _choose(frame, scratch, start, clear, key, min(size, MOST))
        _out(frame, scratch, room, load, start, count)
        if not _back(frame, scratch, room, load, start, count):
            _undo(frame, scratch, room, load, start, count)
            continue
        gain, touched = _gain(frame, scratch, start, clear, count)
        if gain < 0.0 and ahead + gain < record - heat * (1.0 - at / tries) * _draw(scratch.state):
            _undo(frame, scratch, room, load, start, count)
            for i in range(touched):
                clear[scratch.touched[i]] = scratch.was[i]
            continue
        ahead += gain
        if ahead > record + 1e-12 * abs(record):
            record = ahead
            for block in range(len(start)):
                best[block] = start[block]
    return record
