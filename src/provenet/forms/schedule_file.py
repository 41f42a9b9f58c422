"""The files of a schedule as they are written, the same way each time, and the seal of a plan.

`schedule_form.py` reads them.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from provenet.core.digest import sha256_bytes
from provenet.forms.certificate import (
    certificate_bytes,
    certificate_json,
    entries_of,
    figure,
    figures_digest,
    plan_digest,
    plan_fields,
)
from provenet.forms.schedule import Certificate, Instance, PlanFile, Unit

MOST_ENTRIES_INSIDE = 20_000
"""A certificate of more entries stands in a file beside the plan."""


def instance_bytes(instance: Instance) -> bytes:
    """The JSON file of an instance: one text for each, which `read_instance` reads back as the same instance."""
    resources = ({"id": r.id, "capacity": _series(r.capacity), "carry_over": r.carry_over} for r in instance.resources)
    units = (_unit(unit) for unit in instance.units)
    conflicts = ({"id": c.id, "units": c.units, "max": c.most} for c in instance.conflicts)
    demands = ({"id": d.id, "weight": figure(d.weight), "units": d.units} for d in instance.demands)
    lists: dict[str, Iterable[object]] = {
        "resources": resources,
        "units": units,
        "precedence": instance.precedence,
        "together": instance.together,
        "conflicts": conflicts,
        "demands": demands,
    }
    head = {"periods": instance.periods, "discount": figure(instance.discount)}
    parts = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    parts += [f"{_json(key)}: [" + ",".join("\n" + _json(row) for row in rows) + "]" for key, rows in lists.items()]
    return ("{" + ",\n".join(parts) + "}\n").encode()


def _unit(unit: Unit) -> dict[str, object]:
    use = {resource: _series(unit.use[resource]) for resource in sorted(unit.use)}
    fields = {"id": unit.id, "use": use, "duration": unit.duration, "earliest": unit.earliest, "latest": unit.latest}
    return {**fields, "value": list(map(figure, unit.value))} if unit.value else fields


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
    fields = plan_fields(plan)
    start = cast("dict[str, int | None]", fields.pop("start"))
    parts = [f"{_json(key)}: {_json(value)}" for key, value in fields.items()]
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
