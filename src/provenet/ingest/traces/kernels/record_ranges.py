"""Where records begin and end in a text: one to a line, or objects of a list or one after another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.ingest.traces.kernels.json_words import TOPS, blank_after, lowest_bit, word_at
from provenet.numerics.compiled import kernel, tight

BEFORE_FIRST, BEFORE_NEXT, BEHIND, DONE, BROKEN = 0, 1, 2, 3, 4
"""What may follow among the records of a list: a record or its end; a record; a comma or its end; another list.
`BROKEN`: something else stood there."""
_ONES = np.uint64(0x0101010101010101)
_NEWLINES = np.uint64(0x0A0A0A0A0A0A0A0A)
_QUOTES, _SLASHES = np.uint64(0x2222222222222222), np.uint64(0x5C5C5C5C5C5C5C5C)


@kernel
def line_ranges(
    data: NDArray[np.uint8], end: int, starts: NDArray[np.int64], ends: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[int, int, int]:
    """The lines up to `end` that say something, with their numbers from 0.

    How many, how many line ends there are, and where the first line begins that no room was left for.
    """
    count, row, at = 0, 0, 0
    while at < end:
        if count == len(starts):
            return count, row, at
        stop = _line_end(data, at, end)
        if blank_after(data, at) < stop:
            starts[count], ends[count], rows[count] = at, stop, row
            count += 1
        at = stop + 1
        row += 1
    return count, row, min(at, end)


@tight
def _line_end(data: Any, at: Any, end: Any) -> Any:
    while at < end:
        word = word_at(data, at) ^ _NEWLINES
        found = (word - _ONES) & ~word & TOPS
        if found:
            return min(at + (lowest_bit(found) >> 3), end)
        at += 8
    return end


@kernel
def object_ranges(
    data: NDArray[np.uint8],
    end: int,
    state: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    commas: bool,
) -> tuple[int, int, int]:
    """The whole records up to `end`: how many, the state behind them, and the place up to which all was read.

    With `commas` they are those of a list behind its bracket, and of lists behind it, whatever values they are; else
    they are objects one after another.
    """
    count, at = 0, 0
    while count < len(starts):
        at = blank_after(data, at)
        if at >= end:
            return count, state, end
        sign = data[at]
        if commas and sign == 93 and state in (BEFORE_FIRST, BEHIND):
            state = DONE
            at += 1
        elif commas and sign == 44 and state == BEHIND:
            state = BEFORE_NEXT
            at += 1
        elif commas and sign == 91 and state == DONE:
            state = BEFORE_FIRST
            at += 1
        elif _may_begin(sign, state, commas):
            stop = _value_end(data, at, end)
            if stop > end:
                return count, state, at
            starts[count], ends[count] = at, stop
            count += 1
            at = stop
            state = BEHIND
        else:
            return count, BROKEN, at
    return count, state, at


@tight
def _may_begin(sign: Any, state: Any, commas: Any) -> Any:
    """Whether a record may begin with a sign: in a list any value where one belongs, else an object."""
    if commas:
        return state in (BEFORE_FIRST, BEFORE_NEXT) and sign != 93 and sign != 44
    return sign == 123


@tight
def _value_end(data: Any, at: Any, end: Any) -> Any:
    """The place behind the value at `at`, or one behind `end` where it may go on."""
    sign = data[at]
    if sign == 123 or sign == 91:
        return _object_end(data, at, end)
    at += 1
    while at < end:
        if sign == 34 and data[at] == 92:
            at += 1
        elif sign == 34 and data[at] == 34:
            return at + 1
        elif sign != 34 and (data[at] <= 32 or data[at] == 44 or data[at] == 93):
            return at
        at += 1
    return end + 1


@tight
def _object_end(data: Any, at: Any, end: Any) -> Any:
    """The place behind the bracket that closes the one at `at`, or one behind `end` where there is none."""
    depth = 0
    while at < end:
        sign = data[at]
        if sign == 123 or sign == 91:
            depth += 1
        elif sign == 125 or sign == 93:
            depth -= 1
            if depth == 0:
                return at + 1
        elif sign == 34:
            at += 1
            while at < end:
                word = word_at(data, at)
                quote, slash = word ^ _QUOTES, word ^ _SLASHES
                found = (((quote - _ONES) & ~quote) | ((slash - _ONES) & ~slash)) & TOPS
                if found:
                    at += lowest_bit(found) >> 3
                    if data[at] == 34:
                        break
                    at += 2
                else:
                    at += 8
        at += 1
    return end + 1
