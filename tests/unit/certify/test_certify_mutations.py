"""Every value of a sealed plan, and of its instance, is altered in turn, and each alteration is refused."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from provenet.core.errors import InputFault
from provenet.forms.certificate import certificate_bytes, instance_bytes, plan_bytes, read_certificate, sealed
from provenet.forms.schedule import Certificate, Instance, PlanFile
from provenet.forms.schedule_form import read_instance, read_plan
from provenet.tools.instances import certify_plan
from unit.certify.plans import INSTANCE, hand_made
from unit.certify.test_certify_by_hand import TWO_BY_NOW, none_fits

Path = tuple[str | int, ...]


def others(value: Any) -> Iterator[Any]:
    """Values that stand in place of one: of the same kind, of another, and nothing."""
    if isinstance(value, bool):
        yield from (not value, None)
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value * 1.01 + 0.01, -value or 2, str(value), None, True, [], 1e400)
    elif isinstance(value, str):
        yield from (value + "x", value[:-1], "", 7, None)
        if value[-1:].isdigit():
            yield value[:-1] + ("1" if value[-1] == "0" else "0")
    elif value is None:
        yield from (0, 1, "x", False)
    elif isinstance(value, list):
        yield from ([], None, 0, [*value, None], value[:-1], [*value, *value[-1:]], value[::-1])
    else:
        yield from ({}, None, [], {**value, "extra": 0}, {**value, "extra": None})


def alterations(document: Any) -> Iterator[tuple[Path, Any]]:
    """The document with one thing altered, and where: each value, each key taken out."""
    for path in places(document):
        inside: Callable[[Any], Any] = lambda top, path=path: of(top, path[:-1])  # noqa: E731
        for other in others(of(document, path)):
            if type(other) is type(of(document, path)) and other == of(document, path):
                continue
            changed = deepcopy(document)
            if not path:
                changed = other
            else:
                inside(changed)[path[-1]] = other
            yield path, changed
        if path:
            changed = deepcopy(document)
            del inside(changed)[path[-1]]
            yield path, changed


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def of(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def outcome(instance: bytes, plan: bytes) -> str:
    try:
        return "refused" if certify_plan(("i.json", instance), ("p.json", plan)).is_refused else "accepted"
    except InputFault:
        return "no plan"


SEALED: dict[str, tuple[Instance, PlanFile]] = {
    "feasible": (INSTANCE, hand_made()),
    "infeasible": (TWO_BY_NOW, none_fits(TWO_BY_NOW, 1.0)),
}


@pytest.mark.parametrize("kind", SEALED)
def test_every_alteration_of_a_plan_is_refused(kind: str) -> None:
    instance, plan = SEALED[kind]
    given = instance_bytes(instance)
    document = json.loads(plan_bytes(plan, instance))
    assert outcome(given, json.dumps(document).encode()) == "accepted"
    accepted, count = [], 0
    for path, changed in alterations(document):
        count += 1
        if outcome(given, json.dumps(changed).encode()) == "accepted":
            accepted.append(path)
    assert count > (600 if kind == "feasible" else 150)
    assert accepted == []


def test_every_alteration_of_the_instance_is_refused() -> None:
    plan = plan_bytes(hand_made(), INSTANCE)
    document = json.loads(instance_bytes(INSTANCE))
    refused = 0
    for path, changed in alterations(document):
        data = json.dumps(changed).encode()
        if outcome(data, plan) == "accepted":  # such as a key taken out that says what is meant without it
            assert read_instance("i.json", data) == INSTANCE, path
        else:
            refused += 1
    assert refused > 400


ALTERED = [("seconds", 99.0), ("proof", "solver"), ("proof", "bound")]
"""Alterations that stay true, so that a plan sealed anew passes: time is nobody's claim, and less is claimed."""


@pytest.mark.parametrize(
    ("key", "to"),
    [
        *[("status", to) for to in ("optimal", "infeasible", "unknown")],
        *[("objective", to) for to in (4.0, 5.0, 4.5001, None)],
        *[("bound", to) for to in (4.0, 5.0, 6.0, None)],
        *[("gap_share", to) for to in (0.0, 0.1, 0.2, None)],
        ("proof", "none"),
        *[("start", {"a": 0, "b": 1, "c": 2, "f": 2} | {name: at}) for name in "abcf" for at in (0, 1, 2, 3, None)
          if (name, at) not in {("a", 0), ("b", 1), ("c", 2), ("f", 2)}],
    ],
)  # fmt: skip
def test_a_false_statement_sealed_anew_is_refused_by_the_sums(key: str, to: object) -> None:
    plan = sealed(INSTANCE, replace(hand_made(), **{key: to}))  # type: ignore[arg-type]
    assert outcome(instance_bytes(INSTANCE), plan_bytes(plan, INSTANCE)) == "refused"


@pytest.mark.parametrize(("key", "to"), ALTERED)
def test_a_true_statement_sealed_anew_passes(key: str, to: object) -> None:
    plan = sealed(INSTANCE, replace(hand_made(), **{key: to}))  # type: ignore[arg-type]
    assert outcome(instance_bytes(INSTANCE), plan_bytes(plan, INSTANCE)) == "accepted"


def test_figures_that_prove_less_are_refused_even_when_sealed_anew() -> None:
    plan = hand_made()
    assert isinstance(plan.certificate, Certificate)
    refused = 0
    for name in ("prices", "conflict_prices", "credit_amount", "passed_amount"):
        array = getattr(plan.certificate, name)
        for place in np.ndindex(array.shape):
            for step in (-0.5, -0.125, 0.125, 0.5):
                changed = array.copy()
                changed[place] += step
                other = sealed(INSTANCE, replace(plan, certificate=replace(plan.certificate, **{name: changed})))
                told = certify_plan(("i", instance_bytes(INSTANCE)), ("p", plan_bytes(other, INSTANCE)))
                bound = told.found.certified_bound
                still = bound is not None and bound <= (plan.bound or 0) * (1 + 1e-9)
                assert told.is_refused is not still, (name, place, step)
                refused += told.is_refused
    assert refused >= 40


def test_the_file_beside_is_held_to_the_same_seal() -> None:
    plan = hand_made()
    assert isinstance(plan.certificate, Certificate)
    beside = plan_bytes(replace(plan, certificate="p.certificate.npz"), INSTANCE)
    given = ("i.json", instance_bytes(INSTANCE))

    def refusals(held: Certificate) -> list[str | None]:
        told = certify_plan(given, ("p.json", beside), beside=lambda _: certificate_bytes(held))
        return [fault.column for fault in told.found.refusals]

    assert refusals(plan.certificate) == []
    for name in ("credit_demand", "credit_unit", "credit_period", "passed_edge", "passed_period", "credit_amount"):
        array = getattr(plan.certificate, name).copy()
        array[0] += 1
        assert "$.certificate.figures" in refusals(replace(plan.certificate, **{name: array}))
    assert refusals(replace(plan.certificate, plan="0" * 64)) == ["$.certificate.plan"]
    assert refusals(replace(plan.certificate, instance="")) == ["$.certificate.instance"]


def test_a_byte_of_the_file_beside_is_altered() -> None:
    plan = hand_made()
    assert isinstance(plan.certificate, Certificate)
    data = certificate_bytes(plan.certificate)
    for at in range(0, len(data), 7):
        changed = bytearray(data)
        changed[at] ^= 0x41
        try:
            held = read_certificate("p.certificate.npz", bytes(changed))
        except InputFault as err:
            assert err.faults[0].sentence().startswith("p.certificate.npz: ")
            continue
        assert certificate_bytes(held) == data, at  # a byte of the archive that says nothing of the arrays
    for size in (0, 1, len(data) // 2, len(data) - 1):
        with pytest.raises(InputFault, match="cannot be read"):
            read_certificate("p.certificate.npz", data[:size])


def test_a_plan_is_written_the_same_way_each_time() -> None:
    plan = hand_made()
    data = plan_bytes(plan, INSTANCE)
    assert plan_bytes(read_plan("p.json", data, INSTANCE), INSTANCE) == data
    assert plan_bytes(hand_made(), INSTANCE) == data
