"""What the JSON files of a schedule may hold, an instance and a plan with its certificate, and their readers.

A reader tells all faults of a file at once. Writing stands in `schedule_file.py`, arrays in `certificate.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Strict, Tag

from provenet.forms.certificate import CREDIT, MAY_LACK, PASSED, SEAL, TURN
from provenet.forms.document import (
    ROW,
    Amount,
    Amounts,
    Count,
    Document,
    Id,
    JsonReading,
    Number,
    Series,
    listed,
    shown,
)
from provenet.forms.schedule import (
    MOST_NUMBER,
    MOST_PERIODS,
    MOST_WHOLE,
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

MOST_AMOUNTS = 50_000_000
"""The most numbers an instance may come to: what has one number a period, times the periods."""

UnitIds = Annotated[list[Id], Field(description="a list of ids of units")]
UnitGroup = Annotated[list[Id], Field(description="a list of ids of units", min_length=1)]
Pair = Annotated[tuple[Id, Id], Strict(False), Field(title="pair", description="two ids, before and after")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceForm:
    """A limit a period."""

    __pydantic_config__ = ROW

    id: Id
    capacity: Amounts
    carry_over: Annotated[bool, Strict()] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitForm:
    """What is swapped at once."""

    __pydantic_config__ = ROW

    id: Id
    use: Annotated[dict[str, Amounts], Field(description="an object of amounts")] = field(default_factory=dict)
    duration: Annotated[int, Strict(), Field(title="whole number", ge=1, le=MOST_WHOLE)] = 1
    earliest: Count = 0
    latest: Annotated[int, Strict(), Field(title="whole number", ge=-MOST_WHOLE, le=MOST_WHOLE)] | None = None
    value: Series = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictForm:
    """Units of which few may be under way in one period."""

    __pydantic_config__ = ROW

    id: Id = ""
    units: UnitGroup
    max: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandForm:
    """What is clear in the periods in which all of its units are done."""

    __pydantic_config__ = ROW

    id: Id
    weight: Amount
    units: UnitIds


class InstanceForm(Document):
    """An instance of a replacement schedule."""

    periods: Annotated[int, Strict(), Field(title="whole number", ge=1, le=MOST_PERIODS)]
    discount: Annotated[float, Field(title="number", ge=0, le=1)]
    resources: list[ResourceForm] = Field(default=[], description="a list of objects")
    units: list[UnitForm] = Field(description="a list of objects")
    precedence: list[Pair] = Field(default=[], description="a list of pairs of ids")
    together: list[UnitGroup] = Field(default=[], description="a list of lists of ids")
    conflicts: list[ConflictForm] = Field(default=[], description="a list of objects")
    demands: list[DemandForm] = Field(default=[], description="a list of objects")


Digest = Annotated[
    str, Field(title="digest", description="64 digits of a SHA-256, 0 to 9 and a to f", pattern="^[0-9a-f]{64}$")
]
Credit = Annotated[
    tuple[Id, Id, Count, Number], Strict(False), Field(title="credit", description="demand, unit, period, amount")
]
Passed = Annotated[
    tuple[Count, Count, Number], Strict(False), Field(title="entry", description="place in precedence, period, amount")
]
Turn = Annotated[
    tuple[Id | None, Id | None, Id, UnitIds, Count, Number],
    Strict(False),
    Field(title="turn", description="demand or null, unit or null, conflict, a list of units, period, amount"),
]


class CertificateForm(Document):
    """Prices that prove a bound, by ids; what has no price is left out."""

    form: Literal[2]
    proves: Literal["bound", "infeasible"]
    instance: Digest
    plan: Digest
    figures: Digest
    prices: dict[str, Series] = Field(description="an object of resources")
    conflict_prices: dict[str, Series] = Field(description="an object of conflicts")
    credits: list[Credit] = Field(description="a list of entries")
    passed: list[Passed] = Field(description="a list of entries")
    turns: list[Turn] = Field(description="a list of turns")


FileName = Annotated[
    str,
    Field(
        title="name of a file beside the plan",
        description="the name of a file in the plan's folder",
        pattern=r"^[^/\\:\x00-\x1f\x7f]*[^/\\:\x00-\x1f\x7f. ][^/\\:\x00-\x1f\x7f]*$",
    ),
]
Period = Annotated[
    int, Field(title="period", description="a whole number of a period, or null", ge=-MOST_WHOLE, le=MOST_WHOLE)
]


class PlanForm(Document):
    """A plan of an instance; one made elsewhere needs `start` alone."""

    status: Status = "unknown"
    objective: Number | None = None
    bound: Number | None = None
    gap_share: Number | None = None
    proof: Proof = "none"
    seconds: Amount = 0.0
    start: dict[str, Period | None] = Field(description="an object of units")
    certificate: (
        Annotated[
            Annotated[FileName, Tag("\0string")] | Annotated[CertificateForm, Tag("\0object")],
            Discriminator(lambda value: "\0string" if type(value) is str else "\0object"),
        ]
        | None
    ) = None
    clash: list[Annotated[str, Field(title="text", description="a sentence")]] = Field(
        default=[], description="a list of sentences"
    )
    relief: list[dict[str, Any]] = Field(default=[], description="a list of objects")


_PRICED = (("prices", "resource"), ("conflict_prices", "conflict"))


def read_instance(name: str, data: bytes) -> Instance:
    """An instance from the bytes of its JSON file.

    `use` of a resource and `capacity` may be one number or one a period; a conflict without an id is named by its
    place. Raises InputFault with every fault of the file. Cost O(bytes).
    """
    reading = JsonReading(name, data, "an instance")
    _refuse_large(reading)
    form = reading.validate(InstanceForm, reading.value)
    resources, units = reading.new_ids("resources"), reading.new_ids("units")
    _check_amounts(reading, resources)
    _check_references(reading, units)
    reading.close()
    assert form is not None
    return _instance(form)


def _refuse_large(reading: JsonReading) -> None:
    """Raises InputFault before a small file becomes more numbers than memory holds."""
    held, periods = reading.value, reading.value.get("periods") if isinstance(reading.value, dict) else None
    if type(periods) is not int or not 1 <= periods <= MOST_PERIODS:
        return
    uses = sum(len(use) for unit in listed(held, "units") if isinstance(use := _of(unit, "use"), dict | list))
    rows = uses + sum(len(listed(held, key)) for key in ("resources", "units", "conflicts", "demands"))
    if rows * periods > MOST_AMOUNTS:
        found, way_out = f"{rows * periods:,} numbers", "Part the instance, or take longer periods."
        expected = f"at most {MOST_AMOUNTS:,}"
        reading.tell((), "the instance is too large", found=found, expected=expected, way_out=way_out)
        reading.close()


def _of(row: object, key: str) -> Any:
    return row.get(key) if isinstance(row, dict) else None


def _periods(reading: JsonReading) -> int | None:
    periods = _of(reading.value, "periods")
    return periods if type(periods) is int and 1 <= periods <= MOST_PERIODS else None


def _check_amounts(reading: JsonReading, resources: dict[str, int]) -> None:
    """Each list has one number a period, and each use is of a resource that there is."""
    periods = _periods(reading)
    for nth, row in enumerate(listed(reading.value, "resources")):
        reading.series(_of(row, "capacity"), ("resources", nth, "capacity"), periods)
    for nth, row in enumerate(listed(reading.value, "units")):
        if not isinstance(row, dict):
            continue
        reading.series(row.get("value"), ("units", nth, "value"), periods)
        use = row.get("use")
        for resource, amount in use.items() if isinstance(use, dict) else ():
            if resource not in resources:
                reading.known_id(resource, ("units", nth, "use", resource), resources, kind="resource")
            elif type(amount) is list:
                reading.series(amount, ("units", nth, "use", resource), periods)


def _check_references(reading: JsonReading, units: dict[str, int]) -> None:
    """Each id of a unit is one that there is, and no unit waits for itself."""
    for nth, pair in enumerate(listed(reading.value, "precedence")):
        if type(pair) is not list or len(pair) != 2:
            continue
        for place, one in enumerate(pair):
            reading.known_id(one, ("precedence", nth, place), units, kind="unit")
        if pair[0] == pair[1] and type(pair[0]) is str and pair[0] in units:
            path, found, way_out = ("precedence", nth), shown(pair[0]), "Take the pair out."
            reading.tell(path, "a unit waits for itself", found=found, expected="two units", way_out=way_out)
    for nth, row in enumerate(listed(reading.value, "together")):
        reading.known_ids(row, ("together", nth), units, kind="unit")
    for key in ("conflicts", "demands"):
        reading.new_ids(key)
        for nth, row in enumerate(listed(reading.value, key)):
            reading.known_ids(_of(row, "units"), (key, nth, "units"), units, kind="unit")


def _instance(form: InstanceForm) -> Instance:
    periods, same = form.periods, dict[float, tuple[float, ...]]()

    def spread(amounts: float | list[float]) -> tuple[float, ...]:
        if isinstance(amounts, list):
            return tuple(amounts)
        if amounts not in same:
            same[amounts] = (amounts,) * periods
        return same[amounts]

    return Instance(
        periods=periods,
        discount=form.discount,
        resources=tuple(Resource(one.id, spread(one.capacity), one.carry_over) for one in form.resources),
        units=tuple(
            Unit(
                id=one.id,
                use={resource: spread(amounts) for resource, amounts in one.use.items()},
                duration=one.duration,
                earliest=one.earliest,
                latest=one.latest,
                value=tuple(one.value),
            )
            for one in form.units
        ),
        precedence=tuple(form.precedence),
        together=tuple(map(tuple, form.together)),
        conflicts=tuple(
            Conflict(one.id or f"conflict {nth}", tuple(one.units), one.max) for nth, one in enumerate(form.conflicts)
        ),
        demands=tuple(Demand(one.id, one.weight, tuple(one.units)) for one in form.demands),
    )


def read_plan(name: str, data: bytes, instance: Instance) -> PlanFile:
    """A plan from the bytes of its JSON file, made here or elsewhere.

    Whether it keeps the limits, and names every unit, `certify` checks. `certificate` stays the name of the file
    beside it where it is one; `certificate.read_certificate` reads that. Raises InputFault with every fault of the
    file. Cost O(bytes).
    """
    reading = JsonReading(name, data, "a plan")
    value = reading.value
    inside = _of(value, "certificate")
    is_inside = inside is not None and type(inside) is not str
    form = reading.validate(PlanForm, {**value, "certificate": None} if is_inside else value)
    held = _certificate(reading, inside, instance) if is_inside else None
    for nth, one in enumerate(listed(value, "relief")):
        _check_numbers(reading, one, ("relief", nth))
    reading.close()
    assert form is not None
    stated = form.model_fields_set
    return PlanFile(
        status=form.status if "status" in stated else None,
        objective=form.objective,
        bound=form.bound,
        gap_share=form.gap_share,
        proof=form.proof if "proof" in stated else None,
        seconds=form.seconds if "seconds" in stated else None,
        start=form.start,
        certificate=held if is_inside else inside,
        clash=tuple(form.clash) if "clash" in stated else None,
        relief=tuple(form.relief) if "relief" in stated else None,
        absent=frozenset(key for key in MAY_LACK if key not in stated),
    )


def _check_numbers(reading: JsonReading, value: object, path: tuple[str | int, ...]) -> None:
    """Tells every number that is none, at any depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, one in inner:
        _check_numbers(reading, one, (*path, part))
    if value is None or isinstance(value, str | bool | dict | list):
        return
    if not isinstance(value, int | float) or abs(value) > MOST_NUMBER:
        way_out = "Write a number, without quotes and without a unit."
        reading.tell(path, "this is no number", found=shown(value), expected="a number", way_out=way_out)


def _certificate(reading: JsonReading, value: Any, instance: Instance) -> Certificate | None:
    """The certificate inside a plan, as arrays; `certify` checks signs and periods."""

    form = reading.validate(CertificateForm, value, ("certificate",))
    places = {
        "resource": {one.id: nth for nth, one in enumerate(instance.resources)},
        "conflict": {one.id: nth for nth, one in enumerate(instance.conflicts)},
        "demand": {one.id: nth for nth, one in enumerate(instance.demands)},
        "unit": {one.id: nth for nth, one in enumerate(instance.units)},
    }
    for key, kind in _PRICED:
        prices = _of(value, key)
        for one, row in prices.items() if isinstance(prices, dict) else ():
            reading.known_id(one, ("certificate", key, one), places[kind], kind=kind)
            reading.series(row, ("certificate", key, one), instance.periods)
    for path, one, kind in _references(value):
        reading.known_id(one, ("certificate", *path), places[kind], kind=kind)
    _check_passed(reading, value, len(instance.precedence))
    if form is None or reading.faults.count:
        return None
    arrays = dict[str, Any]()
    for name, kind in _PRICED:
        arrays[name] = np.zeros((len(places[kind]), instance.periods))
        for one, row in getattr(form, name).items():
            arrays[name][places[kind][one]] = row
    demand, unit, conflict = places["demand"], places["unit"], places["conflict"]
    credit = [(demand[d], unit[u], t, a) for d, u, t, a in form.credits]
    turns = [
        (-1 if d is None else demand[d], -1 if u is None else unit[u], conflict[c], len(units), t, a)
        for d, u, c, units, t, a in form.turns
    ]
    for names, rows in ((CREDIT, credit), (PASSED, form.passed), ((*TURN, "turn_amount"), turns)):
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        arrays |= {
            name: np.array(column, float if name.endswith("_amount") else np.int64)
            for name, column in zip(names, columns, strict=True)
        }
    arrays["turn_member"] = np.array([unit[one] for turn in form.turns for one in turn[3]], np.int64)
    return Certificate(**arrays, proves=form.proves, **{key: getattr(form, key) for key in SEAL})


def _references(value: Any) -> Iterator[tuple[tuple[str | int, ...], object, str]]:
    """The ids in credits and turns: where each stands, itself, and of what kind."""
    for key, kinds in (("credits", ("demand", "unit")), ("turns", ("demand", "unit", "conflict"))):
        for nth, row in enumerate(listed(value, key)):
            if type(row) is not list:
                continue
            for place, (one, kind) in enumerate(zip(row, kinds, strict=False)):
                yield (key, nth, place), one, kind
            members = row[3] if key == "turns" and len(row) > 3 and type(row[3]) is list else ()
            yield from (((key, nth, 3, place), one, "unit") for place, one in enumerate(members))


def _check_passed(reading: JsonReading, value: Any, count: int) -> None:
    """Each place in the list of precedence is one that there is."""
    for nth, row in enumerate(listed(value, "passed")):
        if type(row) is list and len(row) == 3 and type(row[0]) is int and count <= row[0] <= MOST_WHOLE:
            path, expected = ("certificate", "passed", nth, 0), f"a whole number from 0 to {max(count - 1, 0)}"
            way_out = "Write a whole number, without quotes and without a decimal point."
            found = shown(row[0])
            reading.tell(path, "the number is too large", found=found, expected=expected, way_out=way_out)
