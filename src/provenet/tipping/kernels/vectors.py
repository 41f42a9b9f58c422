"""What levels of aid clear: vectors of least levels, each with the weight of the scenarios that share it.

A node is a level of a carrier; level 0 is always reached. A vector is the nodes that must all be reached: members
`member[start[v] : start[v + 1]]`, two or more, each of another carrier, worth `weight[v]`.
"""

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@kernel
def moves(
    reached: NDArray[np.bool_], start: Longs, member: Ints, weight: Floats, low: int, high: int, change: Floats
) -> float:
    """The worth of vectors low to high under an award; adds to `change` what each node alone would add, or take away.

    Of a reached node it is what is lost without it, of another what is gained with it.
    """
    worth = 0.0
    for v in range(low, high):
        lacking = 0
        at = 0
        for m in range(start[v], start[v + 1]):
            if not reached[member[m]]:
                lacking += 1
                at = member[m]
                if lacking == 2:
                    break
        if lacking == 0:
            worth += weight[v]
            for m in range(start[v], start[v + 1]):
                change[member[m]] += weight[v]
        elif lacking == 1:
            change[at] += weight[v]
    return worth


@kernel
def split(
    together: NDArray[np.float32], start: Longs, member: Ints, weight: Floats, low: int, high: int, credit: Floats
) -> None:
    """Credits each vector's weight to the pair of members that is least often reached together, the first of equals.

    Adds to `credit` [nodes, nodes], by owner and the other. Whatever `together` is, an award is worth no more than the
    credits of the pairs that it reaches. The vectors are those from low to high.
    """
    for v in range(low, high):
        owner, other = member[start[v]], member[start[v] + 1]
        least = together[owner, other]
        for p in range(start[v], start[v + 1]):
            for q in range(start[v], start[v + 1]):
                if q != p and together[member[p], member[q]] < least:
                    owner, other = member[p], member[q]
                    least = together[owner, other]
        credit[owner, other] += weight[v]
