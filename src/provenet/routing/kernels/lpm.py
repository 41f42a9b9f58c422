"""Longest prefix match: which of many ranges of addresses is the narrowest that holds each of many addresses.

An address is a key of 128 bits in two uint64 halves; IPv4 has its 32 bits at the top and zeros below, so one table is
of one family. Ranges that lie inside each other are cut into disjoint intervals once; a look-up is a binary search.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import maker

Halves = NDArray[np.uint64]
NONE = -1
"""The answer for an address that no range holds."""


@dataclass(frozen=True)
class Intervals:
    """Disjoint intervals of one family, ascending: interval i begins at `high[i], low[i]` (uint64) and ends before the
    next; `value` is int32, `NONE` in gaps. The first begins at key 0.
    """

    high: Halves
    low: Halves
    value: NDArray[np.int32]

    @cached_property
    def begins(self) -> NDArray[np.bytes_]:
        """Where each begins, as `_octets`."""
        return _octets(self.high, self.low)


def intervals(
    first_high: Halves, first_low: Halves, last_high: Halves, *, last_low: Halves, value: NDArray[np.int32]
) -> Intervals:
    """The intervals of n ranges, given by their first and last key and a value of 0 or more.

    An address belongs to the narrowest range that holds it, as with nested prefixes. Of two ranges that are the same,
    the smaller value stands; where two overlap and neither holds the other, the shared part belongs to the one that
    begins later. A range that ends before it begins holds nothing. The order of ranges does not matter.
    Cost O(n log n). Source: own.

    >>> import numpy as np
    >>> first, last, low = np.array([10, 12], np.uint64), np.array([20, 15], np.uint64), np.zeros(2, np.uint64)
    >>> table = intervals(first, low, last, last_low=low, value=np.array([7, 8], np.int32))
    >>> match(table, np.array([9, 10, 12, 15, 16, 20, 21], np.uint64), np.zeros(7, np.uint64)).tolist()
    [-1, 7, 8, 8, 7, 7, -1]
    """
    kept = (first_high < last_high) | ((first_high == last_high) & (first_low <= last_low))
    parts = [part[kept] for part in (first_high, first_low, last_high, last_low, value)]
    # By first key; then the wider before the narrower; then the larger value first, so that the smaller lies on top.
    order = np.lexsort((-parts[4].astype(np.int64), ~parts[3], ~parts[2], parts[1], parts[0]))
    high, low, of = _flatten(*(part[order] for part in parts))
    return Intervals(high, low, of)


def match(table: Intervals, high: Halves, low: Halves) -> NDArray[np.int32]:
    """The value of the narrowest range that holds each key, int32, `NONE` where none does. Cost O(len log n)."""
    return table.value[np.searchsorted(table.begins, _octets(high, low), side="right") - 1]


def _octets(high: Halves, low: Halves) -> NDArray[np.bytes_]:
    """Keys as sixteen octets, which stand in the order of the numbers."""
    return np.stack([high, low], axis=1).astype(">u8").view("S16")[:, 0]


@maker
def _flatten(
    first_high: Halves, first_low: Halves, last_high: Halves, last_low: Halves, value: NDArray[np.int32]
) -> tuple[Halves, Halves, NDArray[np.int32]]:
    """A sweep with the open ranges on a stack; one interval always begins at key 0."""
    count = len(value)
    high, low = np.empty(2 * count + 1, np.uint64), np.empty(2 * count + 1, np.uint64)
    of = np.empty(2 * count + 1, np.int32)
    stack = np.empty(count + 1, np.int64)
    high[0], low[0], of[0] = 0, 0, NONE
    made, open_count = 1, 0
    one, full = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
    for at in range(count + 1):
        while open_count:
            top = stack[open_count - 1]
            if at < count and (
                last_high[top] > first_high[at] or (last_high[top] == first_high[at] and last_low[top] >= first_low[at])
            ):
                break
            open_count -= 1
            # What lies below and ended before this one holds nothing any more.
            while open_count:
                under = stack[open_count - 1]
                if last_high[under] > last_high[top] or (
                    last_high[under] == last_high[top] and last_low[under] > last_low[top]
                ):
                    break
                open_count -= 1
            if last_high[top] == full and last_low[top] == full:
                continue
            next_high, next_low = last_high[top], last_low[top] + one
            if last_low[top] == full:
                next_high, next_low = last_high[top] + one, np.uint64(0)
            made = _begin(
                high, low, of, made, next_high, next_low, value[stack[open_count - 1]] if open_count else NONE
            )
        if at < count:
            stack[open_count] = at
            open_count += 1
            made = _begin(high, low, of, made, first_high[at], first_low[at], value[at])
    return high[:made].copy(), low[:made].copy(), of[:made].copy()


@maker
def _begin(high: Halves, low: Halves, of: NDArray[np.int32], made: int, key_high: int, key_low: int, value: int) -> int:
    """Begins an interval, in place of one that would be empty; joined to the one before where the value is the same."""
    if high[made - 1] == key_high and low[made - 1] == key_low:
        made -= 1
    if made and of[made - 1] == value:
        return made
    high[made], low[made], of[made] = key_high, key_low, value
    return made + 1
