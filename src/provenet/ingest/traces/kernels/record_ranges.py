"""Where records begin and end in a text: objects of a list, or one after another."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight

BEFORE_FIRST, BEFORE_NEXT, BEHIND, DONE, BROKEN = 0, 1, 2, 3, 4
"""What may follow among the records of a list: a record or its end; a record; a comma or its end; another list.
`BROKEN`: something else stood there."""


@kernel
def object_ranges(
    data: NDArray[np.uint8], state: int, starts: NDArray[np.int64], ends: NDArray[np.int64], commas: bool
) -> tuple[int, int, int]:
    """The whole records of a text: how many, the state behind them, and the place up to which all was read.

    With `commas` they are those of a list behind its bracket, and of lists behind it, whatever values they are; else
    they are objects one after another.
    """
    count, at, end = 0, 0, len(data)
    while count < len(starts):
        while at < end and data[at] in (32, 10, 13, 9):
            at += 1
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
    depth, quoted = 0, False
    begins = data[at]
    while at < end:
        sign = data[at]
        if quoted:
            if sign == 92:
                at += 1
            elif sign == 34:
                quoted = False
        elif sign == 34:
            quoted = True
        elif sign in (123, 91):
            depth += 1
        elif sign in (125, 93) and depth:
            depth -= 1
        elif depth == 0 and begins not in (34, 123, 91) and (sign <= 32 or sign in (44, 93)):
            return at
        at += 1
        if depth == 0 and not quoted and begins in (34, 123, 91):
            return at
    return end + 1
