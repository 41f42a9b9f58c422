"""What an award is worth in the least equilibrium, over all scenarios in one pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel
from provenet.tipping.kernels.rounds import HAIR

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@kernel
def awarded(
    need: Floats, less: Floats, peers: Floats, aid: Floats, start: Longs, member: Longs, weight: Floats,
    beside: Floats, clear: NDArray[np.bool_], many: Longs,
) -> float:  # fmt: skip
    """The weight of the demands that are clear, summed over scenarios; adds to `many` [J] in how many each buyer is.

    `need` float64[S, J] is the aid that tips a buyer while no peer is clear, `less` [S, J] by how much it falls once
    all are; `peers` [J, J] holds in row k what k is to each other one. Demand d is on `member[start[d]:start[d + 1]]`.
    `beside` [J] and `clear` [J] are room to work in. Cost O(J^2 + members) a scenario at most.
    """
    scenarios, count = need.shape
    total = 0.0
    for s in range(scenarios):
        for j in range(count):
            beside[j] = 0.0
            clear[j] = False
        moved = True
        while moved:
            moved = False
            for j in range(count):
                if clear[j]:
                    continue
                left = max(need[s, j] - less[s, j] * beside[j], 0.0)
                # Of an endless need this leaves no number, and no aid is at least that.
                if aid[j] >= left - HAIR * left:
                    clear[j] = True
                    moved = True
                    many[j] += 1
                    for k in range(count):
                        beside[k] += peers[j, k]
        for d in range(len(weight)):
            both = True
            for m in range(start[d], start[d + 1]):
                if not clear[member[m]]:
                    both = False
                    break
            if both:
                total += weight[d]
    return total
