"""The files of a schedule: an instance and a plan, read strictly and written the same way each time.

A reader tells all faults of a file at once, each with its JSON path, what was found, what was expected and a way out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from provenet.core.digest import sha256_bytes
from provenet.forms.certificate import (
    certificate_bytes,
    certificate_json,
    entries_of,
    figure,
    figures_digest,
    plan_digest,
    plan_fields,
    read_certificate_json,
)
from provenet.forms.reading import MOST_WHOLE, Reading, counted, inside, shown
from provenet.forms.schedule import (
    PROOFS,
    STATUSES,
    Certificate,
    Conflict,
    Demand,
    Instance,
    PlanFile,
    Proof,
    Resource,
    Status,
    Unit,
)

MOST_PERIODS = 10_000
MOST_AMOUNTS = 50_000_000
"""The most numbers an instance may come to: what has one number a period, times the periods."""
MOST_ENTRIES_INSIDE = 20_000
"""A certificate of more entries stands in a file beside the plan."""
_TOP = ("periods", "discount", "resources", "units", "precedence", "together", "conflicts", "demands")
_LISTS = {
    **dict.fromkeys(("resources", "units", "conflicts", "demands"), "objects"),
    "precedence": "pairs of ids",
    "together": "lists of ids",
}
_UNIT = ("id", "use", "duration", "earliest", "latest", "value")
_PLAN = ("status", "objective", "bound", "gap_share", "proof", "seconds", "start", "certificate", "clash", "relief")
_MAY_LACK = ("status", "objective", "bound", "gap_share", "proof", "seconds")


def read_instance(name: str, data: bytes) -> Instance:
    """An instance from the bytes of its JSON file.

    `use` of a resource and `capacity` may be one number or one a period; a conflict without an id is named by its
    place. Raises InputFault with every fault of the file. Cost O(bytes).
    """
    reading = Reading(name)
    said = reading.record(reading.document(data, "an instance"), "$", ("periods", "discount", "units"), _TOP) or {}
    periods = None
    if "periods" in said:
        before = reading.faults.count
        whole = reading.whole(said["periods"], "$.periods", 1, MOST_PERIODS)
        periods = whole if reading.faults.count == before else None
    discount = reading.number(said["discount"], "$.discount", 0.0, 1.0) if "discount" in said else 1.0
    lists = {key: reading.rows(said.get(key, []), f"$.{key}", what) for key, what in _LISTS.items()}
    _refuse_large(reading, lists, periods)
    resources = _resources(reading, lists["resources"], periods)
    units, places = _units(reading, lists["units"], periods, {resource.id for resource in resources})
    made = Instance(
        periods or 1, discount, resources, units,
        _precedence(reading, lists["precedence"], places), _together(reading, lists["together"], places),
        _conflicts(reading, lists["conflicts"], places), _demands(reading, lists["demands"], places),
    )  # fmt: skip
    reading.close()
    return made


def _refuse_large(reading: Reading, lists: dict[str, list[Any]], periods: int | None) -> None:
    """Raises InputFault before a small file becomes more numbers than memory holds."""
    uses = sum(len(unit["use"]) for unit in lists["units"] if isinstance(unit, dict) and _is_sized(unit.get("use")))
    count = (uses + sum(len(lists[key]) for key in ("resources", "units", "conflicts", "demands"))) * (periods or 0)
    if count > MOST_AMOUNTS:
        way_out = "Part the instance, or take longer periods."
        reading.tell("$", "the instance is too large", f"{count:,} numbers", f"at most {MOST_AMOUNTS:,}", way_out)
        reading.close()


def _is_sized(value: object) -> bool:
    return isinstance(value, dict | list)


def _resources(reading: Reading, rows: list[Any], periods: int | None) -> tuple[Resource, ...]:
    made, places = list[Resource](), dict[str, str]()
    keys = ("id", "capacity", "carry_over")
    for nth, row in enumerate(rows):
        path = f"$.resources[{nth}]"
        said = reading.record(row, path, keys[:2], keys) or {}
        named = reading.new_id(said["id"], path + ".id", places) if "id" in said else None
        capacity = reading.amounts(said["capacity"], path + ".capacity", periods) if "capacity" in said else ()
        carries = said.get("carry_over", False)
        if type(carries) is not bool:
            way_out = "Write true or false, without quotes."
            reading.tell(path + ".carry_over", "neither true nor false", shown(carries), "true or false", way_out)
        if named is not None:
            made.append(Resource(named, capacity, carries is True))
    return tuple(made)


def _units(
    reading: Reading, rows: list[Any], periods: int | None, resources: set[str]
) -> tuple[tuple[Unit, ...], dict[str, str]]:
    made, places = list[Unit](), dict[str, str]()
    same: dict[object, tuple[float, ...]] = {}
    for nth, row in enumerate(rows):
        path = f"$.units[{nth}]"
        said = reading.record(row, path, ("id",), _UNIT) or {}
        named = reading.new_id(said["id"], path + ".id", places) if "id" in said else None
        use: dict[str, tuple[float, ...]] = {}
        if "use" in said:
            for resource, amount in (reading.mapping(said["use"], path + ".use", "of amounts") or {}).items():
                if resource not in resources:
                    reading.known_id(resource, inside(path + ".use", resource), resources, "resource")
                    continue
                held = same.get(amount) if type(amount) is float or type(amount) is int else None
                if held is None:
                    before = reading.faults.count
                    held = reading.amounts(amount, inside(path + ".use", resource), periods)
                    if type(amount) is not list and reading.faults.count == before:
                        same[amount] = held
                use[resource] = held
        duration = reading.whole(said["duration"], path + ".duration", 1) if "duration" in said else 1
        earliest = reading.whole(said["earliest"], path + ".earliest", 0) if "earliest" in said else 0
        latest = said.get("latest")
        if latest is not None:
            latest = reading.whole(latest, path + ".latest", -MOST_WHOLE)
        value = reading.series(said["value"], path + ".value", periods) if "value" in said else ()
        if named is not None:
            made.append(Unit(named, use, duration, earliest, latest, value))
    return tuple(made), places


def _precedence(reading: Reading, rows: list[Any], units: dict[str, str]) -> tuple[tuple[str, str], ...]:
    made = []
    for nth, row in enumerate(rows):
        path = f"$.precedence[{nth}]"
        pair = reading.rows(row, path, "two ids, before and after")
        if type(row) is list and len(pair) != 2:
            found, expected = counted(len(pair), "value"), "two ids, before and after"
            reading.tell(path, "this is no pair", found, expected, "Write a pair for each unit that waits for another.")
            continue
        ends = [reading.known_id(one, f"{path}[{place}]", units, "unit") for place, one in enumerate(pair)]
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            if ends[0] == ends[1]:
                reading.tell(path, "a unit waits for itself", shown(ends[0]), "two units", "Take the pair out.")
            made.append((ends[0], ends[1]))
    return tuple(made)


def _together(reading: Reading, rows: list[Any], units: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    made = []
    for nth, row in enumerate(rows):
        path = f"$.together[{nth}]"
        _refuse_empty(reading, row, path)
        made.append(reading.known_ids(row, path, units, "unit"))
    return tuple(made)


def _refuse_empty(reading: Reading, row: object, path: str) -> None:
    if row == []:
        reading.tell(path, "the group is empty", None, "ids of units", "Name its units, or take the group out.")


def _conflicts(reading: Reading, rows: list[Any], units: dict[str, str]) -> tuple[Conflict, ...]:
    made, places = list[Conflict](), dict[str, str]()
    for nth, row in enumerate(rows):
        path = f"$.conflicts[{nth}]"
        said = reading.record(row, path, ("units", "max"), ("id", "units", "max")) or {}
        named = reading.new_id(said.get("id", f"conflict {nth}"), path + ".id", places)
        _refuse_empty(reading, said.get("units"), path + ".units")
        members = reading.known_ids(said["units"], path + ".units", units, "unit") if "units" in said else ()
        most = reading.whole(said["max"], path + ".max", 0) if "max" in said else 0
        if named is not None:
            made.append(Conflict(named, members, most))
    return tuple(made)


def _demands(reading: Reading, rows: list[Any], units: dict[str, str]) -> tuple[Demand, ...]:
    made, places = list[Demand](), dict[str, str]()
    keys = ("id", "weight", "units")
    for nth, row in enumerate(rows):
        path = f"$.demands[{nth}]"
        said = reading.record(row, path, keys, keys) or {}
        named = reading.new_id(said["id"], path + ".id", places) if "id" in said else None
        weight = reading.number(said["weight"], path + ".weight", 0.0) if "weight" in said else 0.0
        members = reading.known_ids(said["units"], path + ".units", units, "unit") if "units" in said else ()
        if named is not None:
            made.append(Demand(named, weight, members))
    return tuple(made)


def read_plan(name: str, data: bytes, instance: Instance) -> PlanFile:
    """A plan from the bytes of its JSON file, made here or elsewhere.

    Whether it keeps the limits, and names every unit, is asked by `certify`. `certificate` stays the name of the file
    beside it where it is one; read that with `scheduling_certificate.read_certificate`. Raises InputFault with every
    fault of the file. Cost O(bytes).
    """
    reading = Reading(name)
    said = reading.record(reading.document(data, "a plan"), "$", ("start",), _PLAN) or {}
    status = reading.choice(said["status"], "$.status", STATUSES) if "status" in said else None
    proof = reading.choice(said["proof"], "$.proof", PROOFS) if "proof" in said else None
    figures = {
        key: None if said.get(key) is None else reading.number(said[key], f"$.{key}")
        for key in ("objective", "bound", "gap_share")
    }
    seconds = reading.number(said["seconds"], "$.seconds", 0.0) if "seconds" in said else None
    start: dict[str, int | None] = {}
    if "start" in said:
        for unit, period in (reading.mapping(said["start"], "$.start", "of units") or {}).items():
            if period is None or (type(period) is int and -MOST_WHOLE <= period <= MOST_WHOLE):
                start[unit] = period
            else:
                expected, way_out = "a whole number of a period, or null", "Write the period, or null for never."
                reading.tell(inside("$.start", unit), "this is no period", shown(period), expected, way_out)
    clash = tuple(_texts(reading, said["clash"], "$.clash")) if "clash" in said else None
    relief = tuple(_objects(reading, said["relief"], "$.relief")) if "relief" in said else None
    certificate = said.get("certificate")
    if type(certificate) is str:
        certificate = _file_name(reading, certificate)
    elif certificate is not None:
        certificate = read_certificate_json(reading, certificate, "$.certificate", instance)
    reading.close()
    absent = frozenset(key for key in _MAY_LACK if key not in said)
    return PlanFile(
        cast("Status | None", status), figures["objective"], figures["bound"], figures["gap_share"],
        cast("Proof | None", proof), seconds, start, certificate, clash, relief, absent,
    )  # fmt: skip


def _texts(reading: Reading, value: object, path: str) -> Iterable[str]:
    for nth, text in enumerate(reading.rows(value, path, "sentences")):
        if type(text) is str:
            yield text
        else:
            reading.tell(f"{path}[{nth}]", "this is no text", shown(text), "a sentence", "Write it in quotes.")


def _objects(reading: Reading, value: object, path: str) -> Iterable[dict[str, object]]:
    for nth, one in enumerate(reading.rows(value, path, "objects")):
        _refuse_odd(reading, one, f"{path}[{nth}]")
        made = reading.mapping(one, f"{path}[{nth}]", "that says what would help")
        if made is not None:
            yield made


def _refuse_odd(reading: Reading, value: object, path: str) -> None:
    """Tells every number that is none, and every key twice, at any depth below an object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict):
                reading.mapping(inner, inside(path, key), "")
            _refuse_odd(reading, inner, inside(path, key))
    elif isinstance(value, list):
        for nth, inner in enumerate(value):
            _refuse_odd(reading, inner, f"{path}[{nth}]")
    elif value is not None and type(value) not in (str, bool):
        reading.number(value, path)


def _file_name(reading: Reading, name: str) -> str:
    if not name or set(name) & set("/\\:\0") or name.strip(". ") == "" or not name.isprintable():
        expected, way_out = (
            "the name of a file in the plan's folder",
            "Put the file beside the plan, and name it alone.",
        )
        reading.tell("$.certificate", "this is no name of a file beside the plan", shown(name), expected, way_out)
    return name


def instance_bytes(instance: Instance) -> bytes:
    """The JSON file of an instance: one text for each, which `read_instance` reads back as the same instance."""
    resources = ({"id": r.id, "capacity": _series(r.capacity), "carry_over": r.carry_over} for r in instance.resources)
    units = (_unit(unit) for unit in instance.units)
    conflicts = ({"id": c.id, "units": c.units, "max": c.most} for c in instance.conflicts)
    demands = ({"id": d.id, "weight": figure(d.weight), "units": d.units} for d in instance.demands)
    lists: dict[str, Iterable[object]] = {
        "resources": resources, "units": units, "precedence": instance.precedence, "together": instance.together,
        "conflicts": conflicts, "demands": demands,
    }  # fmt: skip
    head = {"periods": instance.periods, "discount": figure(instance.discount)}
    parts = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    parts += [f"{_json(key)}: [" + ",".join("\n" + _json(row) for row in rows) + "]" for key, rows in lists.items()]
    return ("{" + ",\n".join(parts) + "}\n").encode()


def _unit(unit: Unit) -> dict[str, object]:
    use = {resource: _series(unit.use[resource]) for resource in sorted(unit.use)}
    told = {"id": unit.id, "use": use, "duration": unit.duration, "earliest": unit.earliest, "latest": unit.latest}
    return {**told, "value": list(map(figure, unit.value))} if unit.value else told


def _series(amounts: tuple[float, ...]) -> object:
    """One number where it holds in each period, else one a period."""
    return figure(amounts[0]) if amounts.count(amounts[0]) == len(amounts) else list(map(figure, amounts))


def instance_digest(instance: Instance) -> str:
    """The SHA-256 of an instance's file as it is written here, whatever its own file looked like."""
    return sha256_bytes(instance_bytes(instance))


def sealed(instance: Instance, plan: PlanFile) -> PlanFile:
    """The plan with the seal on its certificate, so that `certify` refuses it once anything in it is altered.

    Seal last: any later change of a field, `seconds` included, breaks the seal. It catches alteration, not fraud.
    Raises ValueError for a plan whose certificate is not at hand.
    """
    if not isinstance(plan.certificate, Certificate):
        raise ValueError("a plan is sealed on its certificate, and this one has none at hand")
    held = replace(plan.certificate, instance=instance_digest(instance), plan=plan_digest(plan))
    return replace(plan, certificate=replace(held, figures=figures_digest(held)))


def plan_bytes(plan: PlanFile, instance: Instance) -> bytes:
    """The JSON file of a plan, with its certificate inside or the name of the file that holds it."""
    told = plan_fields(plan)
    start = cast("dict[str, int | None]", told.pop("start"))
    parts = [f"{_json(key)}: {_json(value)}" for key, value in told.items()]
    parts.append('"start": {' + ",".join(f"\n{_json(unit)}: {_json(at)}" for unit, at in start.items()) + "}")
    if isinstance(plan.certificate, str):
        parts.append(f'"certificate": {_json(plan.certificate)}')
    elif plan.certificate is not None:
        inner = certificate_json(plan.certificate, instance)
        parts.append(
            '"certificate": {' + ",".join(f"\n{_json(key)}: {_json(value)}" for key, value in inner.items()) + "}"
        )
    return ("{" + ",\n".join(parts) + "}\n").encode()


def plan_files(plan: PlanFile, instance: Instance, name: str) -> dict[str, bytes]:
    """The files of a plan by name: `name` and, where its certificate is large, `NAME.certificate.npz` beside it."""
    held = plan.certificate
    if not isinstance(held, Certificate) or entries_of(held) <= MOST_ENTRIES_INSIDE:
        return {name: plan_bytes(plan, instance)}
    beside = name.removesuffix(".json") + ".certificate.npz"
    return {name: plan_bytes(replace(plan, certificate=beside), instance), beside: certificate_bytes(held)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
