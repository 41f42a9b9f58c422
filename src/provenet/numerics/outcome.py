"""What an optimiser's run has to say for itself: a value, a bound, and how far each is proven."""

from dataclasses import dataclass, field
from typing import Literal

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
