"""The files of an allocation: an instance, read strictly with all faults at once, and a result."""

from __future__ import annotations

import json
import math
from typing import Any, cast

from provenet.core.jsontext import NoNumber
from provenet.forms.allocation import BUDGETS_ON, Allocated, Allocation, BudgetOn, Carrier, Paths
from provenet.forms.reading import LONGEST_ID, MOST_NUMBER, Reading, counted, shown

MOST_LEVELS = 1000
MOST_CROSSINGS = 200_000_000
"""The most that the carriers of all demands may come to, times the scenarios."""
_TOP = ("budget", "budget_on", "unit", "carriers", "demands")
_CARRIER = ("id", "levels", "gaps")
_DEMAND = ("id", "weight", "carriers")
_NUMBER = (int, float)


def read_allocation(name: str, data: bytes) -> Allocation:
    """An instance from the bytes of its JSON file.

    `budget` null is no limit, a gap of null is one that no offer meets; `budget_on` is "committed" where left out.
    Raises InputFault with every fault of the file. Cost O(bytes).
    """
    reading = Reading(name)
    document = reading.document(data, "an instance")
    said = reading.record(document, "$", ("budget", "carriers", "demands"), _TOP) or {}
    budget = said.get("budget")
    if budget is not None:
        budget = reading.number(budget, "$.budget", 0.0)
    on = reading.choice(said["budget_on"], "$.budget_on", BUDGETS_ON) if "budget_on" in said else None
    unit = said.get("unit")
    if unit is not None and (type(unit) is not str or len(unit) > LONGEST_ID):
        expected, way_out = f"a text of at most {LONGEST_ID} characters", 'Write it in quotes, such as "EUR million".'
        reading.tell("$.unit", "this is no unit", shown(unit), expected, way_out)
    rows = {key: reading.rows(said.get(key, []), f"$.{key}", "objects") for key in ("carriers", "demands")}
    carriers, places = _carriers(reading, rows["carriers"])
    demands = _demands(reading, rows["demands"], places)
    count = sum(len(demand.carriers) for demand in demands) * (len(carriers[0].gaps) if carriers else 1)
    if count > MOST_CROSSINGS:
        found, expected = f"{count:,}, carriers of demands times scenarios", f"at most {MOST_CROSSINGS:,}"
        way_out = "Take fewer scenarios, or add up demands over the same carriers."
        reading.tell("$.demands", "the instance is too large", found, expected, way_out)
    reading.close()
    return Allocation(budget, cast("BudgetOn", on or "committed"), carriers, demands, unit)


def _carriers(reading: Reading, rows: list[Any]) -> tuple[tuple[Carrier, ...], dict[str, str]]:
    made, places = list[Carrier](), dict[str, str]()
    first: tuple[str, int] | None = None
    for nth, row in enumerate(rows):
        path = f"$.carriers[{nth}]"
        said = reading.record(row, path, _CARRIER, _CARRIER) or {}
        named = reading.new_id(said["id"], path + ".id", places) if "id" in said else None
        levels = _levels(reading, said["levels"], path + ".levels") if "levels" in said else (0.0,)
        if "gaps" not in said:
            continue
        gaps = _gaps(reading, said["gaps"], path + ".gaps")
        if type(said["gaps"]) is list:
            count = len(said["gaps"])
            if first is None:
                first = path + ".gaps", count
            elif count != first[1]:
                found, expected = counted(count, "scenario"), f"{counted(first[1], 'scenario')}, as {first[0]} has"
                way_out = "Write one gap for each scenario, the same scenarios for every carrier."
                reading.tell(
                    path + ".gaps", "the scenarios are not those of the other carriers", found, expected, way_out
                )
        if named is not None:
            made.append(Carrier(named, levels, gaps))
    return tuple(made), places


def _levels(reading: Reading, value: object, path: str) -> tuple[float, ...]:
    """Amounts on offer, in any order; the same amount twice is one offer."""
    rows = reading.rows(value, path, "amounts on offer, 0 among them")
    before = reading.faults.count
    levels = {reading.number(one, f"{path}[{nth}]", 0.0) for nth, one in enumerate(rows)}
    if type(value) is list and reading.faults.count == before:
        if 0.0 not in levels:
            way_out = "Add 0: a carrier may get no aid."
            reading.tell(path, "no aid is not among the levels", shown(value), "0 among them", way_out)
        if len(levels) > MOST_LEVELS:
            found, expected = counted(len(levels), "level"), f"at most {MOST_LEVELS:,}"
            reading.tell(path, "there are too many levels", found, expected, "Offer fewer amounts.")
    return tuple(sorted(levels))


def _gaps(reading: Reading, value: object, path: str) -> Any:
    import numpy as np

    rows = reading.rows(value, path, "gaps, one a scenario")
    if value == []:
        reading.tell(
            path, "there are no scenarios", "an empty list", "at least one gap", "Write one gap for each scenario."
        )
    if all(gap is None or (type(gap) in _NUMBER and -MOST_NUMBER <= gap <= MOST_NUMBER) for gap in rows):
        return np.array([math.inf if gap is None else gap for gap in rows], np.float64)
    for nth, gap in enumerate(rows):
        if gap is not None or isinstance(gap, NoNumber):
            reading.number(gap, f"{path}[{nth}]")
    return np.zeros(0)


def _demands(reading: Reading, rows: list[Any], carriers: dict[str, str]) -> tuple[Paths, ...]:
    made, places = list[Paths](), dict[str, str]()
    for nth, row in enumerate(rows):
        path = f"$.demands[{nth}]"
        said = reading.record(row, path, ("weight", "carriers"), _DEMAND) or {}
        if "id" in said:
            reading.new_id(said["id"], path + ".id", places)
        weight = reading.number(said["weight"], path + ".weight", 0.0) if "weight" in said else 0.0
        members = (
            reading.known_ids(said["carriers"], path + ".carriers", carriers, "carrier") if "carriers" in said else ()
        )
        made.append(Paths(weight, members))
    return tuple(made)


def allocation_bytes(instance: Allocation) -> bytes:
    """The JSON file of an instance, which `read_allocation` reads back as the same instance."""
    carriers = [
        {"id": c.id, "levels": c.levels, "gaps": [gap if math.isfinite(gap) else None for gap in c.gaps.tolist()]}
        for c in instance.carriers
    ]
    demands = [{"weight": d.weight, "carriers": d.carriers} for d in instance.demands]
    told: dict[str, object] = {"budget": instance.budget, "budget_on": instance.budget_on}
    told |= {} if instance.unit is None else {"unit": instance.unit}
    return (_json({**told, "carriers": carriers, "demands": demands}) + "\n").encode()


def result_fields(made: Allocated) -> dict[str, object]:
    """What the file of a result holds, by key."""
    return {
        "status": made.status, "objective": made.objective, "bound": made.bound, "gap_share": made.gap_share,
        "proof": made.proof, "seconds": made.seconds, "award": made.award, "frontier": list(map(list, made.frontier)),
        "committed": made.committed, "expected_paid": made.expected_paid, "price": made.price,
        "clear_share": made.clear_share, "unit": made.unit,
    }  # fmt: skip


def result_bytes(made: Allocated) -> bytes:
    """The JSON file of a result, one key a line."""
    rows = (f"{_json(key)}: {_json(value)}" for key, value in result_fields(made).items())
    return ("{" + ",\n ".join(rows) + "}\n").encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
