"""Plans through the door `schedule_instance`, in odd units of measure, by a checker from the issue's words alone."""

import json
from typing import Any

import pytest

from against.random_schedules import schedule_case
from against.reference_plan import broken, worth
from provenet.certify import certify
from provenet.forms.certificate import instance_bytes
from provenet.tools.instances import schedule_instance
from support.schedule_brute import best

UNITS = ((1.0, 1.0), (2.0**-30, 2.0**40), (2.0**40, 2.0**-30), (2.0**90, 1.0), (1.0, 2.0**-90))
"""What amounts and what worths are multiplied by; powers of two, so that nothing is rounded."""


def times(amount: Any, factor: float) -> Any:
    return [each * factor for each in amount] if isinstance(amount, list) else amount * factor


def measured(said: dict[str, Any], amounts: float, worths: float) -> dict[str, Any]:
    """The instance with its amounts and its worths in other units of measure, in place."""
    for resource in said["resources"]:
        resource["capacity"] = times(resource["capacity"], amounts)
    for unit in said["units"]:
        unit["use"] = {name: times(amount, amounts) for name, amount in unit["use"].items()}
        if "value" in unit:
            unit["value"] = times(unit["value"], worths)
    for demand in said["demands"]:
        demand["weight"] *= worths
    return said


@pytest.mark.parametrize(("amounts", "worths"), UNITS)
def test_plans_are_right_in_any_units(amounts: float, worths: float) -> None:
    found = 0
    for seed in range(2000, 2016):
        case = schedule_case(seed, 5, 4)
        value, _ = best(case)
        said = measured(json.loads(instance_bytes(case)), amounts, worths)
        made = schedule_instance(("i.json", json.dumps(said).encode()))
        checked = certify(made.instance, made.plan)
        assert checked.refusals == ()
        if value is None:
            assert made.plan.status == "infeasible"
            continue
        assert made.plan.status == "optimal"
        assert broken(said, made.plan.start) == []
        assert float(worth(said, made.plan.start)) == pytest.approx(value * worths, rel=1e-6, abs=0)
        assert made.plan.objective == pytest.approx(value * worths, rel=1e-6, abs=0)
        found += value != 0
    assert found > 5
