"""The id of each trace: 64 bits mixed from all that it says, so that reading a file twice gives the same ids."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight

_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


@tight
def _mixed(seen: Any, word: Any) -> Any:
    """Two rounds of a bijection of 64 bits (rrmxmx without its rotations), over what was seen and the next word."""
    made = np.uint64(seen) ^ np.uint64(word)
    made = (made ^ (made >> _HALF)) * _MULTIPLIER
    made = (made ^ (made >> _HALF)) * _MULTIPLIER
    return made ^ (made >> _HALF)


@kernel
def mix_ids(
    heads: NDArray[np.uint64],
    first_hop: NDArray[np.int64],
    marks: NDArray[np.uint64],
    high: NDArray[np.uint64],
    low: NDArray[np.uint64],
    ids: NDArray[np.uint64],
) -> None:
    """Fills the ids of n traces from their heads (uint64[n, k]) and their hops (three words each)."""
    for at in range(len(ids)):
        seen = _MULTIPLIER
        for part in range(heads.shape[1]):
            seen = _mixed(seen, heads[at, part])
        for hop in range(first_hop[at], first_hop[at + 1]):
            seen = _mixed(seen, marks[hop])
            seen = _mixed(seen, high[hop])
            seen = _mixed(seen, low[hop])
        ids[at] = seen
