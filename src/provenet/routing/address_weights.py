"""IPv4 addresses that networks hold, everywhere or in a country: disjoint ranges, shared out by origin."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.routing.kernels.hegemony import within
from provenet.routing.kernels.lpm import intervals

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Ranges = tuple[Longs, Longs]


def disjoint(first: Longs, last: Longs, value: Ints) -> tuple[Longs, Longs, Ints]:
    """Ranges of IPv4 as disjoint ones, ascending, each with the value of the narrowest that holds it.

    Cost O(n log n).

    >>> [part.tolist() for part in disjoint(np.array([0, 4]), np.array([9, 5]), np.array([7, 8], np.int32))]
    [[0, 4, 6], [3, 5, 9], [7, 8, 7]]
    """
    ones = np.uint64(0xFFFFFFFF)
    low, high = (part.astype(np.uint64) << np.uint64(32) for part in (first, last))
    zero, full = np.zeros(len(low), np.uint64), np.full(len(low), 2**64 - 1, np.uint64)
    found = intervals(low, zero, high | ones, last_low=full, value=value.astype(np.int32))
    begins = (found.high >> np.uint64(32)).astype(np.int64)
    ends = np.append(begins[1:] - 1, 2**32 - 1)
    kept = found.value >= 0
    return begins[kept], ends[kept], found.value[kept]


def shared_out(value: Ints, origins: Sequence[Sequence[int]]) -> tuple[Longs, Longs, NDArray[np.float64]]:
    """For ranges whose value is a place in `origins`: the range, the network and its part, in equal parts.

    A range of nobody is in no row. Cost O(rows).
    """
    sizes = np.array([len(some) for some in origins], np.int64)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    every = np.array([asn for some in origins for asn in some], np.int64)
    count = sizes[value]
    row = np.repeat(np.arange(len(value), dtype=np.int64), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, every[start[value][row] + nth], 1.0 / count[row]


def weights_of(
    first: Longs, last: Longs, asn: Longs, *, part: NDArray[np.float64], ranges: Ranges | None = None
) -> pl.DataFrame:
    """`asn` and `weight`, addresses, by falling weight: all of them, or those in some disjoint ascending ranges."""
    held = last - first + 1 if ranges is None else within(first, last, *ranges)
    found = pl.DataFrame({"asn": asn, "weight": held * part}).filter(pl.col("weight") > 0)
    return found.group_by("asn").agg(pl.col("weight").sum()).sort(["weight", "asn"], descending=[True, False])
