"""Where rounds of best response end, by scenario: the least state that no buyer leaves, and what awards are worth."""

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Floats, Longs
from provenet.numerics.compiled import kernel, tight

HAIR = 1e-12
"""So small a part of a need may lack."""


@tight
def _need(gap: Floats, effect: Floats, peers: Floats, kept: Floats, clear: Flags, j: int, s: int) -> float:
    """The aid that tips a buyer while its peers stand as they do, at least 0, less a hair: sums of peers round."""
    left = gap[j, s]
    if effect[j, s] > 0:
        beside = 0.0
        for k in range(clear.shape[0]):
            if clear[k, s]:
                beside += peers[j, k]
        left -= effect[j, s] * beside
    need = max(left, 0.0) / kept[j, s]
    # Of an endless need this leaves no number, and no aid is at least that.
    return need - HAIR * need


@kernel
def settle(gap: Floats, effect: Floats, peers: Floats, kept: Floats, aid: Floats, clear: Flags) -> None:
    """Lets buyers answer their peers until nobody moves: adds to `clear` [J, S] whoever the aid tips.

    `gap`, `effect`, `kept` float64[J, S]; `peers` float64[J, J]; `aid` float64[J, S] or [J, 1]. As more peers clear
    never make anybody less so (`effect` at least 0), the order of the buyers does not matter. O(J^3 S) at most.
    """
    count, scenarios = gap.shape
    own = aid.shape[1] == scenarios
    for s in range(scenarios):
        at = s if own else 0
        moved = True
        while moved:
            moved = False
            for j in range(count):
                if not clear[j, s] and aid[j, at] >= _need(gap, effect, peers, kept, clear, j, s):
                    clear[j, s] = True
                    moved = True


@kernel
def worth_of_one(
    need: Floats,
    less: Floats,
    peers: Floats,
    aid: Floats,
    start: Longs,
    member: Longs,
    weight: Floats,
    beside: Floats,
    clear: NDArray[np.bool_],
    many: Longs,
) -> float:
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


@tight
def _spread(peers: Floats, beside: Floats, clear: Floats, many: Floats, flag: Floats, j: int) -> None:
    """Enters that a buyer became clear under the flagged awards, for itself and its peers."""
    width = clear.shape[1]
    for a in range(width):
        clear[j, a] += flag[a]
        many[j, a] += flag[a]
    for k in range(len(beside)):
        part = peers[j, k]
        if part == 0.0:
            continue
        for a in range(width):
            beside[k, a] += part * flag[a]


@kernel
def worth_of_each(
    need: Floats,
    less: Floats,
    peers: Floats,
    aid: Floats,
    start: Longs,
    member: Longs,
    weight: Floats,
    beside: Floats,
    clear: Floats,
    flag: Floats,
    total: Floats,
    many: Floats,
) -> None:
    """The same for A awards at once: adds to `total` [A] and `many` [J, A], bit for bit what `worth_of_one` gives.

    `aid` float64[J, A]; every demand has a member. `beside` [J, A], `clear` [J, A] and `flag` [A] are room to work in;
    flags are 0.0 or 1.0, so that the loops over awards, which branch nowhere, run in vector registers. Several times
    as fast an award as one by one from eight awards on.
    """
    scenarios, count = need.shape
    width = aid.shape[1]
    for s in range(scenarios):
        beside[:] = 0.0
        clear[:] = 0.0
        moved = True
        while moved:
            moved = False
            for j in range(count):
                alone, falls = need[s, j], less[s, j]
                joined = 0
                for a in range(width):
                    left = alone - falls * beside[j, a]
                    left = left if left > 0.0 else 0.0
                    flag[a] = (1.0 if aid[j, a] >= left - HAIR * left else 0.0) * (1.0 - clear[j, a])
                    joined += 1 if flag[a] > 0.0 else 0
                if joined:
                    moved = True
                    _spread(peers, beside, clear, many, flag, j)
        for d in range(len(weight)):
            first = member[start[d]]
            for a in range(width):
                flag[a] = clear[first, a]
            for m in range(start[d] + 1, start[d + 1]):
                for a in range(width):
                    flag[a] *= clear[member[m], a]
            for a in range(width):
                total[a] += weight[d] * flag[a]
