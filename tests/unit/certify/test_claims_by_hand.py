"""Claims without a certificate, tried against plans that a simple search finds: what it finds, worked by hand."""

from dataclasses import replace
from functools import partial

import pytest

from provenet.certify import certify
from provenet.forms.schedule import Conflict, Demand, Instance, PlanFile, Resource, Unit

CREW = Resource("crew", (1.0, 1.0, 1.0))
MONEY = Resource("money", (2.0, 0.0, 1.0), carry_over=True)
STATED = frozenset({"objective", "gap_share", "seconds"})


def unit(name: str, *, duration: int = 1, value: tuple[float, ...] = (), **given: object) -> Unit:
    use = {key: (float(amount),) * 3 for key, amount in given.items() if key in ("crew", "money")}
    rest = {key: cell for key, cell in given.items() if key not in ("crew", "money")}
    return Unit(name, use, duration, value=value, **rest)  # type: ignore[arg-type]


def demand(weight: float, *units: str) -> Demand:
    return Demand("d-" + "-".join(units), weight, units)


THREE = partial(Instance, 3, 1.0)


# What starting nothing leaves out: the worth that the search reaches, added up period by period (no discount).
FOUND = {
    "one unit, done from period 1 on": (Instance(3, 1.0, units=(unit("a"),), demands=(demand(2, "a"),)), 4.0),
    "of two, the heavier goes first and the other a period later": (
        Instance(3, 1.0, (CREW,), (unit("a", crew=1), unit("b", crew=1)), demands=(demand(1, "a"), demand(5, "b"))),
        11.0,  # b in 0: 5 x 2; a in 1: 1 x 1
    ),
    "money that was not used stays": (
        Instance(3, 1.0, (MONEY,), (unit("a", money=2), unit("b", money=1)), demands=(demand(3, "a"), demand(1, "b"))),
        6.0,  # a in 0 takes 2; b fits in 2, done after the last period
    ),
    "no money of today is spent twice tomorrow": (
        Instance(3, 1.0, (MONEY,), (unit("a", money=1), unit("b", money=1)), demands=(demand(3, "a"), demand(1, "b"))),
        8.0,  # both in 0
    ),
    "a unit that fits in the last period alone": (
        Instance(3, 1.0, (Resource("crew", (0.0, 0.0, 1.0)),), (unit("a", crew=1, value=(0.0, 0.0, 5.0)),)),
        5.0,
    ),
    "what was begun for a demand that cannot be met makes room again": (
        THREE(
            (Resource("crew", (1.0, 0.0, 0.0)),),
            (unit("a", crew=1, value=(1.0, 0.0, 0.0)), unit("b", crew=2), unit("c", crew=1)),
            demands=(demand(9, "a", "b"), demand(2, "c")),
        ),
        4.0,  # c in 0
    ),
    "a unit waits for another": (
        Instance(3, 1.0, units=(unit("a"), unit("b")), precedence=(("a", "b"),), demands=(demand(2, "b"),)),
        2.0,  # a in 0, b in 1, clear in 2
    ),
    "a chain longer than the periods gains nothing": (
        THREE(units=tuple(map(unit, "abc")), precedence=(("a", "b"), ("b", "c")), demands=(demand(2, "c"),)),
        0.0,
    ),
    "a duration is waited for": (
        Instance(3, 1.0, units=(unit("a", duration=2), unit("b")), demands=(demand(2, "a"), demand(1, "b"))),
        4.0,  # a: clear in 2; b: in 1 and 2
    ),
    "units that go together": (
        Instance(3, 1.0, units=(unit("a"), unit("b", earliest=1)), together=(("a", "b"),), demands=(demand(2, "a"),)),
        2.0,
    ),
    "what waits for one of a group waits for all": (
        THREE(
            units=tuple(map(unit, "abc")), precedence=(("c", "b"),), together=(("a", "b"),), demands=(demand(2, "a"),)
        ),
        2.0,  # c in 0, a and b in 1
    ),
    "one of a conflict at a time": (
        THREE(
            units=(unit("a", duration=2), unit("b")),
            conflicts=(Conflict("k", ("a", "b"), 1),),
            demands=(demand(1, "a"), demand(3, "b")),
        ),
        6.0,  # b in 0; a from 1 to 2, done after the last period
    ),
    "a window that has closed": (
        Instance(3, 1.0, (CREW,), (unit("a", crew=1, latest=0), unit("b", crew=1)), demands=(demand(9, "b"),)),
        9.0,  # a must start in 0; b in 1
    ),
    "a loss is taken back": (
        THREE(units=(unit("a", value=(-9.0, -9.0, -9.0)), unit("b")), demands=(demand(2, "a"), demand(1, "b"))),
        2.0,
    ),
    "what would be done after the last period makes room again": (
        THREE((CREW,), (unit("a", duration=3, crew=1), unit("b", crew=1)), demands=(demand(9, "a"), demand(1, "b"))),
        2.0,  # b in 0; a is heavier and gains nothing
    ),
    "a cost that is worth it": (
        Instance(3, 1.0, units=(unit("a", value=(-3.0, -3.0, -3.0)),), demands=(demand(2, "a"),)),
        1.0,
    ),
    "a value without a demand": (Instance(3, 1.0, units=(unit("a", value=(0.5, 0.0, 0.0)),)), 0.5),
    "what a later period is worth": (Instance(3, 0.5, units=(unit("a"),), demands=(demand(4, "a"),)), 3.0),
    "nothing fits": (Instance(3, 1.0, (CREW,), (unit("a", crew=2),), demands=(demand(2, "a"),)), 0.0),
}


def refusals(instance: Instance, bound: float) -> list[str]:
    start = {one.id: (0 if one.latest == 0 else None) for one in instance.units}
    plan = PlanFile("feasible", None, bound, None, "bound", None, start, absent=STATED)
    return [fault.sentence() for fault in certify(instance, plan).refusals]


@pytest.mark.parametrize("name", FOUND)
def test_what_the_search_finds(name: str) -> None:
    instance, worth = FOUND[name]
    assert refusals(instance, worth) == [], "a bound that is reached is right"
    if worth:
        (found,) = refusals(instance, worth - 0.25)
        assert f"expected at least {worth:g}; for one, start " in found


def test_the_stated_plan_is_a_beginning_too() -> None:
    """The search alone spends the crew of period 0 on the heavier demand; the stated plan knows better."""
    instance = Instance(
        2,
        1.0,
        (Resource("crew", (2.0, 0.0)),),
        tuple(Unit(name, {"crew": (float(crew),) * 2}) for name, crew in (("a", 2), ("b", 1), ("c", 1))),
        demands=(demand(3, "a"), demand(2, "b"), demand(2, "c")),
    )
    begun = PlanFile("feasible", None, 3.5, None, "bound", None, {"a": None, "b": 0, "c": None}, absent=STATED)
    (found,) = [fault.sentence() for fault in certify(instance, begun).refusals]
    assert "found '3.5', expected at least 4; for one, start b in period 0, c in period 0." in found
    alone = replace(begun, start={"a": None, "b": None, "c": None})
    assert certify(instance, alone).refusals == ()


def test_a_plan_found_is_shown_by_its_first_starts() -> None:
    instance = Instance(2, 1.0, units=tuple(Unit(name) for name in "abcde"), demands=(demand(1, *"abcde"),))
    (found,) = refusals(instance, 0.0)
    assert found.endswith("start a in period 0, b in period 0, c in period 0 and 2 more.")
    denied = PlanFile("infeasible", None, None, None, "solver", None, dict.fromkeys("abcde"))
    (found,) = [fault.sentence() for fault in certify(replace(instance, demands=()), denied).refusals]
    assert found.endswith("expected feasible; for one, start nothing.")
