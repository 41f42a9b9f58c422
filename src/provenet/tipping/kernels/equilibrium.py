"""Where rounds of best response end, scenario by scenario: the least state that no buyer leaves."""

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
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
