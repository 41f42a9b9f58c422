"""Longest prefix match: which of many ranges of addresses is the narrowest that holds each of many addresses.

An address is a key of 128 bits in two uint64 halves; IPv4 has its 32 bits at the top and zeros below, so one table is
of one family. Ranges that lie inside each other are cut into disjoint intervals once. A look-up among intervals is one
step through an index of the top 16 bits and a binary search in one of its buckets. IPv4 has a table of its own too, an
entry for each of the 2^24 first three octets and a block of 256 for each of those that are divided (DIR-24-8): one or
two reads an address, none of which waits for another, so that its speed is that of reading memory at random places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, maker

Halves = NDArray[np.uint64]
NONE = -1
"""The answer for an address that no range holds."""
IPV4, IPV6 = 4, 6
_BUCKETS = 1 << 16
_TOPS = 1 << 24


@dataclass(frozen=True)
class Intervals:
    """Disjoint intervals of one family, ascending: interval i begins at `high[i], low[i]` (uint64) and ends before the
    next; `value` is int32, `NONE` in gaps.

    `bucket` is int32[65537]: keys whose top 16 bits are b lie in intervals `bucket[b] .. bucket[b + 1]`, both included.
    """

    high: Halves
    low: Halves
    value: NDArray[np.int32]
    bucket: NDArray[np.int32]


@dataclass(frozen=True)
class DirectTable:
    """A table of IPv4: `top` is int32[2^24], the value of a /24, or -2 - i where row i of `block`, int32[m, 256], has
    the values of its addresses. 64 MiB and a KiB for each /24 that is divided.
    """

    top: NDArray[np.int32]
    block: NDArray[np.int32]


def intervals(
    first_high: Halves, first_low: Halves, last_high: Halves, *, last_low: Halves, value: NDArray[np.int32]
) -> Intervals:
    """The intervals of n ranges, given by their first and last key and a value of 0 or more.

    An address belongs to the narrowest range that holds it, as with nested prefixes. Of two ranges that are the same,
    the smaller value stands; where two overlap and neither holds the other, the shared part belongs to the one that
    begins later. A range that ends before it begins holds nothing. The order of ranges does not matter.
    Cost O(n log n). Source: own; an index of the first bits is that of DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998).

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
    # The interval that holds the first key of each bucket is the last that begins at or before it.
    begins = np.arange(_BUCKETS, dtype=np.uint64) << np.uint64(48)
    at = np.searchsorted(high, begins)
    near = np.minimum(at, len(high) - 1)
    exact = (high[near] == begins) & (low[near] == 0)
    bucket = np.append(at - ~exact, len(high) - 1).astype(np.int32)
    return Intervals(high, low, of, bucket)


def match(table: Intervals, high: Halves, low: Halves) -> NDArray[np.int32]:
    """The value of the narrowest range that holds each key, int32, `NONE` where none does.

    Cost O(len log n), in about one cache line a step.
    """
    found = np.empty(len(high), np.int32)
    _match(table.high, table.low, table.value, table.bucket, high, low, found)
    return found


def direct(table: Intervals) -> DirectTable:
    """The same table for IPv4 alone. Raises ValueError where an interval begins inside an address.

    Cost O(n + 2^24), about 50 ms.
    """
    if np.any(table.low) or np.any(table.high & np.uint64(0xFFFFFFFF)):
        raise ValueError("an interval begins beyond the 32 bits of IPv4")
    begins = np.append((table.high >> np.uint64(32)).astype(np.int64), 1 << 32)
    divided = np.unique(begins[begins & 255 > 0] >> 8)
    top, block = np.empty(_TOPS, np.int32), np.empty((len(divided), 256), np.int32)
    _lay_out(begins, table.value, top, block)
    return DirectTable(top, block)


def match_direct(table: DirectTable, high: Halves) -> NDArray[np.int32]:
    """As `match` does for IPv4: the value for the top 32 bits of each key. Cost O(len)."""
    found = np.empty(len(high), np.int32)
    _match_direct(table.top, table.block, high, found)
    return found


def match_families(
    ipv4: DirectTable, ipv6: Intervals, family: NDArray[np.uint8], *, high: Halves, low: Halves
) -> NDArray[np.int32]:
    """As `match` does, each key in the table of its family (4 or 6); `NONE` for any other family. Cost O(len log n)."""
    found = np.empty(len(high), np.int32)
    _match_direct(ipv4.top, ipv4.block, high, found)
    others = np.flatnonzero(family != IPV4)
    found[others] = NONE
    sixes = others[family[others] == IPV6]
    found[sixes] = match(ipv6, high[sixes], low[sixes])
    return found


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


@kernel
def _match(
    high: Halves,
    low: Halves,
    value: NDArray[np.int32],
    bucket: NDArray[np.int32],
    key_high: Halves,
    key_low: Halves,
    found: NDArray[np.int32],
) -> None:
    for at in range(len(key_high)):
        one, other = key_high[at], key_low[at]
        top = np.int64(one >> np.uint64(48))
        start, stop = bucket[top], bucket[top + 1]
        while start < stop:
            middle = (start + stop + 1) // 2
            if high[middle] < one or (high[middle] == one and low[middle] <= other):
                start = middle
            else:
                stop = middle - 1
        found[at] = value[start]


@kernel
def _match_direct(top: NDArray[np.int32], block: NDArray[np.int32], high: Halves, found: NDArray[np.int32]) -> None:
    for at in range(len(high)):
        value = top[high[at] >> np.uint64(40)]
        if value < NONE:
            value = block[-2 - value, high[at] >> np.uint64(32) & np.uint64(255)]
        found[at] = value


@kernel
def _lay_out(
    begins: NDArray[np.int64], value: NDArray[np.int32], top: NDArray[np.int32], block: NDArray[np.int32]
) -> None:
    """Writes intervals that follow each other without a gap: whole /24s into `top`, parts of others into blocks."""
    blocks = 0
    for one in range(len(value)):
        at, end = begins[one], begins[one + 1]
        while at < end:
            slot = at >> 8
            if at & 255 == 0 and end - at >= 256:
                for whole in range(slot, end >> 8):
                    top[whole] = value[one]
                at = end >> 8 << 8
                continue
            if at & 255 == 0:
                top[slot] = -2 - blocks
                blocks += 1
            stop = min(end, (slot + 1) << 8)
            for address in range(at & 255, stop - (slot << 8)):
                block[blocks - 1, address] = value[one]
            at = stop
