"""Demands by a gravity model: an assumption for networks whose traffic is not known.

The traffic from one node to another is in proportion to the product of their masses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class GravityDemands(NamedTuple):
    """Demands of every ordered pair of nodes with mass: int64[k], int64[k], float64[k] that sums to 1."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    volume: NDArray[np.float64]


def gravity_demands(mass: NDArray[np.float64]) -> GravityDemands:
    """Demands in proportion to the product of masses.

    Parameters
    ----------
    mass : float64[nodes], at least 0; a node without mass sends and receives nothing.

    >>> gravity_demands(np.array([1.0, 2.0, 0.0])).volume.tolist()
    [0.5, 0.5]
    """
    heavy = np.flatnonzero(mass > 0)
    source, target = np.repeat(heavy, len(heavy)), np.tile(heavy, len(heavy))
    apart = source != target
    source, target = source[apart], target[apart]
    volume = mass[source] * mass[target]
    return GravityDemands(source, target, volume / volume.sum() if len(volume) else volume)
