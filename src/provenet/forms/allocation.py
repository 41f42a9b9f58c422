"""The form of an allocation of aid: what `allocate` reads and writes.

Carriers are offered amounts of aid, demands are clear once all carriers on them choose clear. The reader is
`allocation_file.py`; a case's `fund` makes the same form from its tables.
"""

import json
import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from provenet.core.wording import count
from provenet.forms.document import LONGEST_ID, ROW, Amount, Document, Id, JsonReading, Number, listed, shown
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
    price: float
    clear_share: dict[str, float]
    unit: str | None = None


MOST_LEVELS = 1000
MOST_CROSSINGS = 200_000_000
"""The most that the carriers of all demands may come to, times the scenarios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierForm:
    """A carrier about to buy."""

    __pydantic_config__ = ROW

    id: Id
    levels: Annotated[
        list[Amount], Field(description="a list of amounts on offer, 0 among them", max_length=MOST_LEVELS)
    ]
    gaps: Annotated[list[Number | None], Field(description="a list of gaps, one a scenario", min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandForm:
    """What is clear in every scenario in which all of its carriers choose clear."""

    __pydantic_config__ = ROW

    id: Id = ""
    weight: Amount
    carriers: Annotated[list[Id], Field(description="a list of ids of carriers")]


class AllocationForm(Document):
    """An instance of aid to allocate."""

    budget: Amount | None = Field(description="null is no limit")
    budget_on: BudgetOn = "committed"
    unit: (
        Annotated[
            str, Field(title="unit", description=f"a text of at most {LONGEST_ID} characters", max_length=LONGEST_ID)
        ]
        | None
    ) = None
    carriers: list[CarrierForm] = Field(description="a list of objects")
    demands: list[DemandForm] = Field(description="a list of objects")


def read_allocation(name: str, data: bytes) -> Allocation:
    """An instance from the bytes of its JSON file.

    `budget` null is no limit, a gap of null is one that no offer meets; `budget_on` is "committed" where left out.
    Raises InputFault with every fault of the file. Cost O(bytes).
    """
    reading = JsonReading(name, data, "an instance")
    form = reading.validate(AllocationForm, reading.value)
    _check_carriers(reading)
    _check_demands(reading)
    reading.close()
    assert form is not None
    return _allocation(form)


def _check_carriers(reading: JsonReading) -> None:
    """No aid is on offer to each carrier, and all have the same scenarios."""
    first: tuple[int, int] | None = None
    for nth, row in enumerate(listed(reading.value, "carriers")):
        levels = listed(row, "levels")
        if levels and all(type(one) in (int, float) for one in levels) and 0 not in levels:
            text, way_out = "no aid is not among the levels", "Add 0: a carrier may get no aid."
            path = ("carriers", nth, "levels")
            reading.tell(path, text, found=shown(levels), expected="0 among them", way_out=way_out)
        gaps = listed(row, "gaps")
        first = first or ((nth, len(gaps)) if gaps else None)
        if gaps and first is not None and len(gaps) != first[1]:
            text, found = "the scenarios are not those of the other carriers", count(len(gaps), "scenario")
            expected = f"{count(first[1], 'scenario')}, as $.carriers[{first[0]}].gaps has"
            way_out = "Write one gap for each scenario, the same scenarios for every carrier."
            reading.tell(("carriers", nth, "gaps"), text, found=found, expected=expected, way_out=way_out)


def _check_demands(reading: JsonReading) -> None:
    """Each carrier of a demand is one that there is, and all of them times the scenarios are not too many."""
    carriers = reading.new_ids("carriers")
    reading.new_ids("demands")
    members = [listed(row, "carriers") for row in listed(reading.value, "demands")]
    for nth, ids in enumerate(members):
        reading.known_ids(ids, ("demands", nth, "carriers"), carriers, kind="carrier")
    gaps = (len(listed(row, "gaps")) for row in listed(reading.value, "carriers"))
    crossings = sum(map(len, members)) * next(filter(None, gaps), 1)
    if crossings > MOST_CROSSINGS:
        found, expected = f"{crossings:,}, carriers of demands times scenarios", f"at most {MOST_CROSSINGS:,}"
        way_out = "Take fewer scenarios, or add up demands over the same carriers."
        reading.tell(("demands",), "the instance is too large", found=found, expected=expected, way_out=way_out)


def _allocation(form: AllocationForm) -> Allocation:

    carriers = (
        Carrier(
            id=one.id,
            levels=tuple(sorted(set(one.levels))),
            gaps=np.array([math.inf if gap is None else gap for gap in one.gaps], np.float64),
        )
        for one in form.carriers
    )
    return Allocation(
        budget=form.budget,
        budget_on=form.budget_on,
        carriers=tuple(carriers),
        demands=tuple(AidDemand(one.weight, tuple(one.carriers)) for one in form.demands),
        unit=form.unit,
    )


def result_fields(result: AllocationResult) -> dict[str, object]:
    """What the file of a result holds, by key."""
    return {**vars(result), "frontier": list(map(list, result.frontier))}


def result_bytes(result: AllocationResult) -> bytes:
    """The JSON file of a result, one key a line."""
    rows = (f"{_json(key)}: {_json(value)}" for key, value in result_fields(result).items())
    return ("{" + ",\n ".join(rows) + "}\n").encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
