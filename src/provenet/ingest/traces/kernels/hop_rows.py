"""Rows of hops made from answers and put in order, and ids of traces: loops over many small groups, on arrays alone.

An id is 64 bits mixed from all that a trace says, so that reading a file twice gives the same ids.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight

Words = NDArray[np.uint64]
LATE, ERROR, LOOP, SEVERAL, GAP, PARTLY = 1, 4, 8, 16, 64, 256
"""As `trace_batch.FLAGS` has them."""
_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


@kernel
def gather_rows(
    first_hop: NDArray[np.int64],
    hop_ttl: NDArray[np.int64],
    first_answer: NDArray[np.int64],
    address: NDArray[np.int64],
    rtt_ms: NDArray[np.float64],
    flags: NDArray[np.uint16],
    first_row: NDArray[np.int64],
    row_ttl: NDArray[np.uint8],
    row_address: NDArray[np.int64],
    row_rtt: NDArray[np.float64],
    row_flags: NDArray[np.uint16],
) -> None:
    """Fills the rows of n traces from their hops, by ascending TTL, and the answers of each.

    An address is a number, -1 for none; that of a late answer counts as none. Rows need room for all answers and two
    for each hop. The rules are those of `trace_batch.hop_rows`.
    """
    rows = 0
    for trace in range(len(first_hop) - 1):
        first, before = rows, 0
        for hop in range(first_hop[trace], first_hop[trace + 1]):
            ttl, begin, shared, silent = hop_ttl[hop], rows, 0, 0
            for at in range(first_answer[hop], first_answer[hop + 1]):
                if flags[at] & LATE:
                    shared |= LATE
                elif address[at] < 0:
                    silent |= PARTLY | flags[at]
                else:
                    if rows == begin and ttl > before + 1:
                        _put(row_ttl, row_address, row_rtt, row_flags, rows, before + 1, GAP)
                        rows, begin = rows + 1, begin + 1
                    row = begin
                    while row < rows and row_address[row] != address[at]:
                        row += 1
                    if row == rows:
                        _put(row_ttl, row_address, row_rtt, row_flags, rows, ttl, 0)
                        row_address[row] = address[at]
                        rows += 1
                    if not row_rtt[row] <= rtt_ms[at] and not np.isnan(rtt_ms[at]):
                        row_rtt[row] = rtt_ms[at]
                    row_flags[row] |= flags[at]
            if rows == begin:
                _put(row_ttl, row_address, row_rtt, row_flags, rows, ttl, shared | (silent & ERROR))
                rows += 1
            else:
                shared |= (silent & PARTLY) | (SEVERAL if rows - begin > 1 else 0)
                for row in range(begin, rows):
                    row_flags[row] |= shared | (LOOP if _loops(row_ttl, row_address, first, begin, row) else 0)
            before = ttl
        first_row[trace + 1] = rows


@tight
def _put(row_ttl: Any, row_address: Any, row_rtt: Any, row_flags: Any, row: Any, ttl: Any, flags: Any) -> None:
    """A row without an address."""
    row_ttl[row], row_address[row], row_rtt[row], row_flags[row] = ttl, -1, np.nan, flags


@tight
def _loops(ttl: Any, address: Any, first: Any, begin: Any, row: Any) -> Any:
    """Whether the address of a row stands in a row before `begin`, and another at a TTL after that one."""
    earlier = first
    while earlier < begin and address[earlier] != address[row]:
        earlier += 1
    for between in range(earlier + 1, begin):
        if ttl[between] > ttl[earlier] and address[between] >= 0 and address[between] != address[row]:
            return True
    return False


@kernel
def mark_fresh(ids: Words, slots: Words, fresh: NDArray[np.bool_]) -> int:
    """Whether each id was not met before, and how many were not; it is met from then on.

    `slots` has a length that is a power of two, more than the ids it is to hold; 0 is a free slot, and no id.
    """
    mask, count = np.uint64(len(slots) - 1), 0
    for row in range(len(ids)):
        # Ids are mixed already: their bits are as good as those of a hash.
        place = ids[row] & mask
        while slots[place] != 0 and slots[place] != ids[row]:
            place = (place + np.uint64(1)) & mask
        fresh[row] = slots[place] == 0
        count += fresh[row]
        slots[place] = ids[row]
    return count


@kernel
def order_by(
    keys: NDArray[np.int64], order: NDArray[np.int64], starts: NDArray[np.int64], made: NDArray[np.int64]
) -> None:
    """Rows of an order put by a small key, those of one key as they stand; `starts` is int64[keys + 1] of zeros."""
    for row in range(len(order)):
        starts[keys[order[row]] + 1] += 1
    for key in range(1, len(starts)):
        starts[key] += starts[key - 1]
    for row in range(len(order)):
        key = keys[order[row]]
        made[starts[key]] = order[row]
        starts[key] += 1


@kernel
def keep_answers(
    order: NDArray[np.int64],
    of_trace: NDArray[np.int64],
    ttl: NDArray[np.int64],
    address: NDArray[np.int32],
    is_loop: NDArray[np.bool_],
    last_at: NDArray[np.int64],
    kept: NDArray[np.int64],
    length: NDArray[np.int64],
) -> int:
    """The rows of each trace by TTL that count, each answer once, and silence where nobody answered.

    `order` has the rows by trace and TTL. `last_at` is int64 by number of an address, -1: where it answered last. An
    answer that stands twice is a loop where one of its rows says so. Returns how many rows of `kept` were written, and
    adds to `length` by trace.
    """
    count, at = 0, 0
    while at < len(order):
        begin, first, trace = at, count, of_trace[order[at]]
        silent = np.int64(-1)
        while at < len(order) and of_trace[order[at]] == trace and ttl[order[at]] == ttl[order[begin]]:
            row = order[at]
            at += 1
            if address[row] < 0:
                silent = row
            elif last_at[address[row]] < first:
                last_at[address[row]] = count
                kept[count] = row
                count += 1
            else:
                is_loop[kept[last_at[address[row]]]] |= is_loop[row]
        if count == first:
            kept[count] = silent
            count += 1
        length[trace] += count - first
    return count


@tight
def _mixed(seen: Any, word: Any) -> Any:
    """Two rounds of a bijection of 64 bits (rrmxmx without its rotations), over what was seen and the next word."""
    made = np.uint64(seen) ^ np.uint64(word)
    made = (made ^ (made >> _HALF)) * _MULTIPLIER
    made = (made ^ (made >> _HALF)) * _MULTIPLIER
    return made ^ (made >> _HALF)


@kernel
def mix_ids(heads: Words, first_hop: NDArray[np.int64], marks: Words, high: Words, low: Words, ids: Words) -> None:
    """Fills the ids of n traces from their heads (uint64[n, k]) and their hops (three words each)."""
    for at in range(len(ids)):
        seen = _MULTIPLIER
        for part in range(heads.shape[1]):
            seen = _mixed(seen, heads[at, part])
        for hop in range(first_hop[at], first_hop[at + 1]):
            seen = _mixed(seen, marks[hop])
            seen = _mixed(seen, high[hop])
            seen = _mixed(seen, low[hop])
        ids[at] = seen
