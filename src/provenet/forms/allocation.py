"""The form of an allocation of aid: what `allocate` reads and writes.

Carriers are offered amounts of aid, demands are clear once all carriers on them choose clear. The reader is
`allocation_file.py`; a case's `fund` makes the same form from its tables.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from provenet.forms.schedule import Proof

BudgetOn = Literal["committed", "expected_paid"]


@dataclass(frozen=True, eq=False)
class Carrier:
    """A carrier about to buy: the amounts that may be offered to it, and its price gap in each scenario.

    `levels` rise and start at 0. `gaps` float64[S]: an offer tips the carrier in a scenario if it is at least the gap,
    so with a gap of 0 or less it chooses clear without aid; plus infinity: no offer tips it.
    """

    id: str
    levels: tuple[float, ...]
    gaps: NDArray[np.float64]


@dataclass(frozen=True)
class AidDemand:
    """A demand: worth `weight` in every scenario in which all of `carriers` choose clear; without any it always is."""

    weight: float
    carriers: tuple[str, ...]


@dataclass(frozen=True)
class Allocation:
    """A whole instance: every carrier has the same scenarios, all equally likely; ids are known and unique.

    The objective is the mean over scenarios of the weight of the demands that are clear. `budget` None is no limit.
    On "committed" it holds for the sum of the awards. On "expected_paid" it holds for the mean over scenarios of what
    is paid: an award is paid in each scenario in which its carrier chooses clear, also where it would have without aid,
    since a gap is not seen by who pays.
    """

    budget: float | None
    budget_on: BudgetOn
    carriers: tuple[Carrier, ...]
    demands: tuple[AidDemand, ...]
    unit: str | None = None

    @property
    def scenarios(self) -> int:
        """How many scenarios there are; 1 where there are no carriers, since nothing is open then."""
        return len(self.carriers[0].gaps) if self.carriers else 1


@dataclass(frozen=True)
class AllocationResult:
    """What was awarded, what it is worth, and how good it is.

    `bound` is what no award under the budget can exceed. `proof`: "solver", it rests on a search that left nothing out;
    "bound", on one that was cut short. `frontier` holds (budget, objective) pairs that awards found reach, both rising;
    `price` is what one more unit of budget is worth along the least concave curve above them. `clear_share` is the
    share of scenarios in which each carrier chooses clear.
    """

    status: Literal["optimal", "feasible"]
    objective: float
    bound: float
    gap_share: float | None
    proof: Proof
    seconds: float
    award: dict[str, float]
    frontier: tuple[tuple[float, float], ...]
    committed: float
    expected_paid: float
    clear_share: dict[str, float]
    price: float
    unit: str | None = None
