"""Our schedule against all plans of tiny instances, and against the whole model of middling ones."""

import importlib
from pathlib import Path

import pytest

from against.random_schedules import schedule_case
from provenet.certify import certify
from provenet.forms.schedule import Conflict, Demand, Instance, PlanFile, Unit
from provenet.scheduling import schedule as planner
from provenet.scheduling.compilation import compile_instance
from provenet.scheduling.solve.reference import solve_reference
from support.examples import sample
from support.schedule_brute import best, keeps

ROUNDS, TRIES = 30, 20_000
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def below(least: float, most: float | None) -> bool:
    """Whether one number is at most another, but for rounding."""
    return most is not None and least <= most + 1e-9 * max(1.0, abs(least))


def checked(instance: Instance, plan: PlanFile, value: float | None) -> None:
    """Asserts that a plan is kept by `certify`, and that its bound and any certified one hold for the true optimum."""
    said = certify(instance, plan)
    assert said.refusals == ()
    if value is None:
        assert plan.status == "infeasible"
        assert said.is_proven_infeasible == (plan.proof == "certified")
        assert plan.clash
        return
    assert not said.is_proven_infeasible
    assert below(value, plan.bound)
    assert said.certified_bound is None or below(value, said.certified_bound)
    if plan.objective is not None:
        assert below(plan.objective, value)
        assert keeps(instance, plan.start)


def agreed(seed: int) -> str:
    """Asserts that the schedule of a tiny instance is the best of all plans, and says so; gives its status."""
    instance = schedule_case(seed)
    value, _ = best(instance)
    plan = planner.schedule(instance, rounds=ROUNDS, tries=TRIES)
    checked(instance, plan, value)
    if value is not None:
        assert (plan.status, plan.objective) == ("optimal", pytest.approx(value, rel=1e-9, abs=1e-9))
        assert plan.proof in ("certified", "solver")
    return plan.status


@pytest.mark.parametrize("first", sample(range(0, 70, 10), 2))
def test_the_schedule_is_the_best_of_all_plans(first: int) -> None:
    assert "optimal" in {agreed(seed) for seed in range(first, first + 10)}


def test_what_only_whole_units_forbid_is_infeasible_too() -> None:
    """Fractions of its units would fit, so no prices prove it and the solver's word stands."""
    assert agreed(301) == "infeasible"


@pytest.mark.slow
@pytest.mark.parametrize("first", range(70, 870, 50))
def test_the_schedule_is_the_best_of_all_plans_often(first: int) -> None:
    assert {agreed(seed) for seed in range(first, first + 50)} == {"optimal", "infeasible"}


@pytest.mark.parametrize("first", sample(range(0, 60, 20), 3))
def test_without_the_whole_model_the_bound_holds_and_the_plan_is_feasible(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "SMALL", 0)
    found = 0
    for seed in range(first, first + 20):
        instance = schedule_case(seed)
        value, _ = best(instance)
        plan = planner.schedule(instance, rounds=ROUNDS, tries=TRIES)
        if plan.status == "unknown":
            assert plan.objective is None
            assert value is None or below(value, plan.bound)
            continue
        checked(instance, plan, value)
        assert plan.proof in ("certified", "bound") or not plan.objective
        found += plan.objective is not None and value is not None
    assert found >= 5


@pytest.mark.parametrize("whole", [False, True])
def test_a_conflict_alone_is_bounded_by_its_price(whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six units, one at a time, five periods: four are done in time, for 4 + 3 + 2 + 1 periods."""
    if not whole:
        monkeypatch.setattr(planner, "SMALL", 0)
    names = tuple("abcdef")
    units, demands = tuple(map(Unit, names)), tuple(Demand(name, 10.0, (name,)) for name in names)
    instance = Instance(5, 1.0, units=units, conflicts=(Conflict("one at a time", names, 1),), demands=demands)
    plan = planner.schedule(instance, tries=TRIES)
    checked(instance, plan, 100.0)
    assert plan.objective == 100.0
    assert plan.bound == pytest.approx(100.0, rel=0.05)
    assert whole or plan.proof == "certified"


MIDDLING = [
    ("network", 20, 6, 1, (False, False, False)),
    ("network", 25, 7, 2, (True, False, False)),
    ("network", 30, 8, 3, (False, True, False)),
    ("network", 35, 9, 4, (True, True, False)),
    ("network", 40, 10, 5, (False, False, True)),
    ("network", 45, 10, 6, (True, True, True)),
    ("prototype", 30, 6, 1, (False, False, False)),
    ("prototype", 30, 6, 2, (False, False, False)),
]


@pytest.mark.parametrize(("shape", "sites", "periods", "seed", "flags"), sample(MIDDLING, 3))
def test_middling_instances_against_the_whole_model(
    shape: str, sites: int, periods: int, seed: int, flags: tuple[bool, bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """First by bound, list and polish alone, near the optimum; then with the whole model, at it."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    made = importlib.import_module("replacement_instances")
    instance, _ = made.make(shape, made.Wanted(sites, periods, seed, *flags))
    answer = solve_reference(compile_instance(instance).program, 300.0)
    assert answer.status == "optimal"
    assert answer.objective is not None
    whole = planner.schedule(instance, rounds=ROUNDS, tries=TRIES)
    checked(instance, whole, answer.objective)
    assert whole.status == "optimal"
    assert whole.objective == pytest.approx(answer.objective, rel=1e-6)
    monkeypatch.setattr(planner, "SMALL", 0)
    alone = planner.schedule(instance, rounds=ROUNDS, tries=10 * TRIES)
    checked(instance, alone, answer.objective)
    assert alone.objective is not None
    assert alone.objective >= 0.97 * answer.objective
