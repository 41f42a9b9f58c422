"""Small random instances from the compiled program to the plan, its gap, its scenarios and what all good plans share,
kept in `kept/`. Brute force and a second program say elsewhere that plans are the best; here nothing moves unseen."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from against.random_schedules import quick_solver, schedule_case
from provenet.forms.schedule import Instance
from provenet.scheduling import certificates, compilation, infeasibility, local_search, robust, turns
from provenet.scheduling.certificates import certificate_of
from provenet.scheduling.compilation import compile_instance, scale_program
from provenet.scheduling.local_search import frame_of
from provenet.scheduling.near_optimal import bound_early_starts
from provenet.scheduling.robust import Scenario, assess_robustness, delay, limit_reach, measure_plan, scale_prices
from provenet.scheduling.schedule import solve
from provenet.scheduling.solve import bound, closure, master, program, relaxation
from provenet.scheduling.solve.bound import upper_bound
from provenet.scheduling.solve.closure import network
from support.kept import assert_kept, plain
from unit.certify.plans import INSTANCE
from unit.certify.test_certify_by_hand import RING

ROOM = (certificates, compilation, infeasibility, local_search, robust, turns)
ROOM += (bound, closure, master, program, relaxation)
KEPT = Path(__file__).parent / "kept"
TRIES = {"rounds": 30, "tries": 4_000, "whole_seconds": 0.0}
CASES: dict[str, Instance] = {
    "by hand": INSTANCE,
    "ring": RING,
    **{f"random {seed}": schedule_case(seed, most_units=7, most_periods=5) for seed in range(1, 15)},
}


def lines(values: dict[str, Any]) -> str:
    return "".join(f"{name}: {json.dumps(plain(value))}\n" for name, value in values.items())


def shown(arrays: Any) -> Any:
    """A program or frame with long arrays as they are and what cannot be written left out."""
    return plain(arrays)


@pytest.mark.parametrize("name", CASES)
def test_an_instance_from_its_program_to_its_plan(name: str) -> None:
    instance = CASES[name]
    made = compile_instance(instance)
    net = network(made.program)
    scaled, worth, amounts = scale_program(made.program)
    text = f"== compiled\n{lines(shown(made))}== network\n{lines(shown(net))}"
    text += f"== scaled\n{lines({'program': scaled, 'worth': worth, 'amounts': amounts})}"
    if not made.impossible:
        frame = frame_of(made.program)
        text += f"== frame\n{lines(dict(frame._asdict()))}"
    found = solve(instance, **TRIES)
    plan = replace(found.plan, certificate=None, seconds=0.0)
    text += f"== plan\n{lines(plain(plan))}== gap\n{json.dumps(plain(found.gap_by_family))}\n"
    assert_kept(KEPT / f"{name.replace(' ', '-')}.txt", text)


def test_bounds_and_certificates() -> None:
    """The level that prices reach, to seven digits: prices themselves are not unique, what they prove is."""
    text = ""
    for name, instance in CASES.items():
        made = compile_instance(instance)
        if made.impossible or not instance.units:
            continue
        net = network(made.program)
        level = upper_bound(made.program, net=net, rounds=40)
        held = certificate_of(made, net, level)
        ends = f"{round(level.value, 5):g} {round(level.relaxed, 5):g}"
        text += f"{name}: {ends} {level.settled} {level.is_rough} {held.proves}\n"
    assert_kept(KEPT / "bounds.txt", text)


def test_scenarios_and_good_plans_alike() -> None:
    text = ""
    for name in ("by hand", "random 3", "random 8", "random 12"):
        instance = CASES[name]
        found = solve(instance, **TRIES).plan
        if found.objective is None:
            text += f"== {name}: {found.status}\n"
            continue
        names = [unit.id for unit in instance.units]
        near = bound_early_starts(instance, found, names, tolerance=0.1, periods=2, solve=quick_solver(**TRIES))
        text += f"== {name}\n{lines(plain(near))}"
        every = [
            Scenario(id="as planned", kind="as planned", says="as planned", instance=instance),
            Scenario(id="late", kind="delay", says="late", instance=delay(instance, 1, names[:1])),
            Scenario(id="few", kind="reach", says="few", instance=instance, restricted=frozenset(names[:2])),
            Scenario(id="early", kind="x", says="no early", instance=delay(instance, 2, names[-1:])),
        ]
        made = assess_robustness(every, solve=quick_solver(**TRIES))
        text += lines({"tried": made.tried, "choices": made.choices})
        text += lines({one.id: measure_plan(one, found.start, []) for one in every})
        if instance.resources:
            money = {instance.resources[0].id}
            text += lines({"dear": scale_prices(instance, 1.5, money), "far": limit_reach(instance, names[:2])})
    assert_kept(KEPT / "scenarios.txt", text)
