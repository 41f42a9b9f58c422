"""A covering problem: the cheapest set that takes at least one member of every row, rows added as they are needed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

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


Proof = Literal["certified", "solver", "bound", "none"]
"""`certified`: feasibility and bound re-checked by us from the raw data; `solver`: value and bound meet on its word;
`bound`: they do not meet and the gap is stated; `none`: nothing feasible was found."""


@dataclass(frozen=True)
class Outcome:
    """The best set found and the greatest lower bound; equal to another by what it says, whatever time it took.

    `chosen` holds columns, ascending, None where nothing feasible is known; `value` is its cost. `duals` gives for each
    of `rows` its multiplier in the relaxation, the seed of a proof. `rounds` counts solver runs.
    """

    chosen: tuple[int, ...] | None
    value: float | None
    bound: float
    proof: Proof
    rounds: int
    rows: tuple[tuple[int, ...], ...] = ()
    duals: tuple[float, ...] = ()
    seconds: float = field(default=0.0, compare=False, repr=False)

    @property
    def gap(self) -> float | None:
        """Value less bound, in the unit of the costs; None where there is no value."""
        return None if self.value is None else max(0.0, self.value - self.bound)
