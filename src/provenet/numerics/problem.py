"""A covering problem: the cheapest set that takes at least one member of every row, rows added as they are needed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Row = tuple[int, ...]
Separate = Callable[[NDArray[np.float64], bool], Sequence[Row]]
"""Given a point y in [0, 1] and whether it is whole, rows whose sum over y is below 1. For a whole point an empty
answer means that the set is feasible; for another it may also mean that none was looked for."""


@dataclass(frozen=True)
class Limits:
    """Where a search stops and hands back what it has. The first three make the same answer on every machine.

    `rounds` counts solver runs, `nodes` branches of one run, `steps` rows looked at by a proof in plain Python;
    `seconds`, if given, is the wall clock for the whole search and makes the answer depend on the machine.
    """

    rounds: int = 400
    nodes: int = 200_000
    steps: int = 2_000_000
    seconds: float | None = None


@dataclass(frozen=True)
class Covering:
    """Minimise the cost of a set of columns that has a member of each row. `cost` is float64[n], none negative."""

    cost: NDArray[np.float64]

    @property
    def whole(self) -> bool:
        """Whether all costs are whole numbers, so that a bound may be rounded up."""
        return bool(np.all(self.cost == np.floor(self.cost)))

    def price(self, chosen: Sequence[int]) -> float:
        """The cost of a set, summed without rounding on the way."""
        return math.fsum(float(self.cost[c]) for c in chosen)

    def lifted(self, bound: float) -> float:
        """A bound a solver computed, less its tolerance, rounded up where costs are whole."""
        safe = bound - 1e-6 * max(1.0, abs(bound))
        return max(0.0, float(math.ceil(safe)) if self.whole else safe)
