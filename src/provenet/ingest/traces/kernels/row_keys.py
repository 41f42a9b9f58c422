"""Texts of stored rows read back: ids of traces and addresses as keys, and hop rows put together by trace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from provenet.ingest.traces.kernels.address_words import ipv4_at, ipv6_at
from provenet.ingest.traces.kernels.json_words import ODD
from provenet.numerics.compiled import kernel, tight

SCRATCH_BYTES = 64
"""Room for one text with zeros behind it."""
LONGEST = 39
"""Letters of the longest address."""
PLAIN, HEX_DIGITS = 1, 16
"""The family of an id that is the number its sixteen digits write."""
ODD_TEXT = 255
"""The family of a text that compiled code does not read."""
_IPV4, _IPV6, _COLON = 4, 6, 58
_ZERO = np.uint64(0)


@tight
def _digit(letter: int) -> int:
    """The value of a hexadecimal digit in lower case, -1 of another letter."""
    if 48 <= letter <= 57:
        return letter - 48
    return letter - 87 if 97 <= letter <= 102 else -1


@kernel
def read_ids(
    letters: NDArray[np.uint8], starts: NDArray[np.int64], family: NDArray[np.uint8], number: NDArray[np.uint64]
) -> None:
    """Texts of sixteen hexadecimal digits as numbers; the family of any other text is `ODD_TEXT`."""
    for row in range(len(family)):
        first, made, is_odd = starts[row], _ZERO, starts[row + 1] - starts[row] != HEX_DIGITS
        if not is_odd:
            for at in range(first, first + HEX_DIGITS):
                digit = _digit(np.int64(letters[at]))
                is_odd |= digit < 0
                made = made << np.uint64(4) | np.uint64(digit & 15)
        family[row], number[row] = (ODD_TEXT, _ZERO) if is_odd else (PLAIN, made)


@kernel
def read_addresses(
    letters: NDArray[np.uint8],
    starts: NDArray[np.int64],
    scratch: NDArray[np.uint8],
    family: NDArray[np.uint8],
    high: NDArray[np.uint64],
    low: NDArray[np.uint64],
) -> None:
    """Addresses as keys; an empty text is none (family 0), and what is not plainly one has the family `ODD_TEXT`."""
    for row in range(len(family)):
        first, length = starts[row], starts[row + 1] - starts[row]
        family[row], high[row], low[row] = 0, _ZERO, _ZERO
        if length == 0:
            continue
        family[row] = ODD_TEXT
        if length > LONGEST:
            continue
        is_ipv6 = False
        for at in range(length):
            scratch[at] = letters[first + at]
            is_ipv6 |= letters[first + at] == _COLON
        scratch[length : length + 8] = 0
        if is_ipv6:
            end, above, below = ipv6_at(scratch, 0)
        else:
            end, above = ipv4_at(scratch, 0)
            below = _ZERO
        if end != ODD and end == length:
            family[row], high[row], low[row] = _IPV6 if is_ipv6 else _IPV4, above, below


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
