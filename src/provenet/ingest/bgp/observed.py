"""Observed AS paths as arrays: rows of one batch, and paths cleaned by a stated rule."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

RIB, ANNOUNCED, WITHDRAWN = 0, 1, 2
"""What a row says: the route stands in a table, was announced, or was withdrawn."""
SEQUENCE, SET, CONFED_SEQUENCE, CONFED_SET = 0, 1, 2, 3
"""In what part of a path an AS stands."""
KEPT, EMPTY, WITH_SET, WITH_LOOP = 0, 1, 2, 3
"""What became of a path when it was cleaned."""


@dataclass(frozen=True)
class PathRows:
    """R observed routes of one batch, and the P distinct paths they name.

    `kind` is uint8[R]; `peer` int32[R], an index into the session list of
    the file; `family` uint8[R], 4 or 6; the prefix is `high`, `low`, uint64[R] (an IPv4 address stands in `low`), and
    `length`, uint8[R]; `route_id` int64[R] is the ADD-PATH identifier, -1 where there is none; `path` int32[R] is -1
    for a withdrawal. Path p is `path_asn[path_start[p]:path_start[p + 1]]`, int64, as it was sent, the nearest AS
    first; `path_part`, uint8, says in what part of the path each AS stands.
    """

    kind: NDArray[np.uint8]
    peer: NDArray[np.int32]
    family: NDArray[np.uint8]
    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    length: NDArray[np.uint8]
    route_id: NDArray[np.int64]
    path: NDArray[np.int32]
    path_start: NDArray[np.int64]
    path_asn: NDArray[np.int64]
    path_part: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.kind)


@njit(cache=True, nogil=True)
def clean_paths(
    start: NDArray[np.int64], asn: NDArray[np.int64], part: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Paths without prepending, as `(start, asn, fate)`; a path that is dropped has no AS left and its fate says why.

    The rule: members of a confederation are no hops and go; a path with an AS set is dropped, since which of the set it
    crossed is not known; an AS repeated in a row counts once; a path that comes back to an AS it has left is dropped as
    a loop; so is one with no AS. `fate` is uint8[P]: KEPT, EMPTY, WITH_SET, WITH_LOOP. Cost O(ASes), quadratic in the
    length of one path, which holds 255 ASes a segment and a few in practice.
    """
    count = len(start) - 1
    out_start, out = np.zeros(count + 1, np.int64), np.empty(len(asn), np.int64)
    fate = np.zeros(count, np.uint8)
    done = 0
    for p in range(count):
        first = done
        for at in range(start[p], start[p + 1]):
            if part[at] >= CONFED_SEQUENCE:
                continue
            if part[at] == SET:
                fate[p] = WITH_SET
                break
            if done > first and out[done - 1] == asn[at]:
                continue
            for earlier in range(first, done):
                if out[earlier] == asn[at]:
                    fate[p] = WITH_LOOP
            if fate[p]:
                break
            out[done] = asn[at]
            done += 1
        if fate[p]:
            done = first
        elif done == first:
            fate[p] = EMPTY
        out_start[p + 1] = done
    return out_start, out[:done].copy(), fate
