"""Words of 64 lanes, one lane a destination: their types, and the smallest pieces of the kernels that read them.

Compiled functions take these named tuples of arrays. Their arrays must be C-contiguous and writable in every call:
another layout would be another type, and the function would be compiled once more.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import tight

LANES = 64
NEAR = 16
"""Levels kept side by side, two cache lines; longer routes are few and stand apart."""
PLANES = 8
"""Words that hold a length in binary, a bit a word: one cache line. The largest length means no route."""
Words = NDArray[np.uint64]
Table = NDArray[np.uint64]
Marks = NDArray[np.uint8]


class RouteState(NamedTuple):
    """Routes of T networks to one batch, as `aspaths.Batch` has them."""

    near: Table
    far: Table
    is_far: Marks
    customer: Words
    peer: Words
    active: Marks


class Ties(NamedTuple):
    """Lanes of the links of the core, parallel to its links down, of peers and up."""

    down: Words
    peer: Words
    up: Words


@tight
def level(v: int, k: int, near: Table, far: Table) -> np.uint64:
    """The lanes in which v's route is k hops long."""
    return near[v, k] if k < NEAR else far[v, k - NEAR]


@tight
def same(one: Table, v: np.uint64, two: Table, u: np.uint64) -> np.uint64:
    """The lanes in which two numbers in binary, rows of planes, are the same."""
    word = np.uint64(0)
    for bit in range(np.uint64(PLANES)):
        word |= one[v, bit] ^ two[u, bit]
    return ~word


@tight
def has(word: np.uint64, lane: int) -> bool:
    """Whether a word has the bit of a lane."""
    return (word >> np.uint64(lane)) & np.uint64(1) != np.uint64(0)
