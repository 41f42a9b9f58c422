"""The reference model against all plans tried one by one, on random instances with every feature of the form."""

import importlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from against.random_schedules import schedule_case
from provenet.forms.schedule import Conflict, Demand, Instance, Resource, Unit
from provenet.scheduling.compilation import CompiledInstance, compile_instance
from provenet.scheduling.solve.program import NEVER
from provenet.scheduling.solve.reference import ReferenceAnswer, columns_of, solve_reference
from support.schedule_brute import best, keeps, worth_of

SECONDS = 60.0
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def asked(instance: Instance) -> tuple[CompiledInstance, ReferenceAnswer]:
    made = compile_instance(instance)
    return made, solve_reference(made.program, SECONDS)


@cache
def tried(seed: int) -> tuple[Instance, float | None, dict[str, int | None]]:
    """A random instance and its best plan of all; several tests ask for the same."""
    case = schedule_case(seed)
    return case, *best(case)


def agreed(instance: Instance, value: float | None) -> str:
    """Asserts that the reference says what all plans say, and gives its status."""
    made, answer = asked(instance)
    if value is None:
        assert (answer.status, answer.start, answer.objective) == ("infeasible", None, None)
        return answer.status
    assert answer.status == "optimal"
    assert answer.start is not None
    assert answer.objective == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert answer.bound == pytest.approx(value, rel=1e-6, abs=1e-6)
    assert answer.bound >= answer.objective
    start = made.starts(answer.start)
    assert keeps(instance, start)
    assert float(worth_of(instance, start)) == pytest.approx(value, rel=1e-9, abs=1e-9)
    return answer.status


@pytest.mark.parametrize("first", range(0, 70, 10))
def test_the_reference_finds_the_best_of_all_plans(first: int) -> None:
    statuses = {agreed(*tried(seed)[:2]) for seed in range(first, first + 10)}
    assert "optimal" in statuses


@pytest.mark.slow
@pytest.mark.parametrize("first", range(70, 870, 50))
def test_the_reference_finds_the_best_of_all_plans_often(first: int) -> None:
    assert {agreed(*tried(seed)[:2]) for seed in range(first, first + 50)} == {"optimal", "infeasible"}


def test_the_random_instances_have_every_feature() -> None:
    cases, starts = [tried(seed)[0] for seed in range(100)], [tried(seed)[2] for seed in range(100)]
    assert sum(len({at for at in start.values() if at is not None}) > 1 for start in starts) >= 15
    assert sum(not start and bool(case.units) for case, start in zip(cases, starts, strict=True)) >= 10
    assert any(not case.units for case in cases)
    assert any(not demand.units for case in cases for demand in case.demands)
    assert any(demand.weight == 0 for case in cases for demand in case.demands)
    assert any(not any(one.capacity) for case in cases for one in case.resources)
    assert any(unit.latest is not None and unit.latest < unit.earliest for case in cases for unit in case.units)
    assert any((b, a) in case.precedence for case in cases for a, b in case.precedence)
    used = [amounts for case in cases for unit in case.units for amounts in unit.use.values()]
    assert any(len(set(amounts)) > 1 for amounts in used)


NOTHING = Instance(3, 0.5)
ONE = Unit("a", {"money": (2.0, 2.0, 2.0)})
WORTH = (Demand("all", 8.0, ("a",)),)


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (NOTHING, 0.0),
        (Instance(3, 0.5, demands=(Demand("clear from the start", 4.0, ()),)), 7.0),
        (Instance(3, 0.5, (Resource("money", (0.0, 0.0, 0.0)),), (ONE,), demands=WORTH), 0.0),
        (Instance(3, 0.5, (Resource("money", (1.0, 1.0, 1.0)),), (ONE,), demands=WORTH), 0.0),
        (Instance(3, 0.5, (Resource("money", (1.0, 1.0, 1.0), True),), (ONE,), demands=WORTH), 2.0),
        (Instance(3, 0.5, (Resource("money", (2.0, 0.0, 0.0)),), (ONE,), demands=WORTH), 6.0),
        (Instance(3, 0.5, units=(Unit("a", latest=-1),), demands=WORTH), None),
        (Instance(3, 0.5, units=(Unit("a", earliest=2, latest=1),), demands=WORTH), None),
        (Instance(3, 0.5, units=(Unit("a", latest=3),), demands=WORTH), 6.0),
        (Instance(3, 0.5, units=(Unit("a", duration=2),), demands=WORTH), 2.0),
        (Instance(3, 0.5, units=(Unit("a", duration=3),), demands=WORTH), 0.0),
        (Instance(3, 0.5, units=(Unit("a", value=(-7.0, 0.0, -1.0)),), demands=WORTH), 2.0),
        (Instance(3, 0.5, units=(Unit("a", latest=2, value=(-9.0, -9.0, -4.0)),)), -4.0),
        (Instance(3, 0.5, units=(Unit("a"),), conflicts=(Conflict("none at all", ("a",), 0),), demands=WORTH), 0.0),
    ],
)
def test_by_hand(instance: Instance, value: float | None) -> None:
    agreed(instance, best(instance)[0])
    assert asked(instance)[1].objective == value


def test_conflict_and_durations_by_hand() -> None:
    """Two units that last two periods each, one under way at a time: the second is done by period 4 of 5."""
    units = (Unit("a", duration=2), Unit("b", duration=2))
    demands = (Demand("a", 1.0, ("a",)), Demand("b", 4.0, ("b",)))
    instance = Instance(5, 1.0, units=units, conflicts=(Conflict("c", ("a", "b"), 1),), demands=demands)
    made, answer = asked(instance)
    assert answer.start is not None
    assert made.starts(answer.start) == {"a": 2, "b": 0}
    assert answer.objective == 4.0 * 3 + 1.0


TWO = (Unit("a"), Unit("b", duration=3))


@pytest.mark.parametrize("waits", [(("a", "c"), ("b", "c")), (("b", "c"), ("a", "c"))])
def test_of_units_that_stand_together_the_longest_is_waited_for(waits: tuple[tuple[str, str], ...]) -> None:
    instance = Instance(
        5, 1.0, units=(*TWO, Unit("c")), precedence=waits, together=(("a", "b"),), demands=(Demand("c", 1.0, ("c",)),)
    )
    agreed(instance, best(instance)[0])
    assert asked(instance)[1].objective == 1.0


@pytest.mark.parametrize("members", [("a", "b"), ("b", "a")])
def test_a_demand_on_units_that_stand_together_takes_the_longest(members: tuple[str, ...]) -> None:
    instance = Instance(5, 1.0, units=TWO, together=(("a", "b"),), demands=(Demand("both", 1.0, members),))
    agreed(instance, best(instance)[0])
    assert asked(instance)[1].objective == 2.0


def test_a_block_that_may_stay_has_a_last_period_too() -> None:
    """The form knows no such unit, the program does."""
    instance = Instance(4, 1.0, (), (Unit("a", value=(1.0, 2.0, 3.0, 4.0)),))
    program = replace(compile_instance(instance).program, last=np.array([1], np.int32))
    answer = solve_reference(program, SECONDS)
    assert answer.start is not None
    assert (answer.start.tolist(), answer.objective) == ([1], 2.0)


def medium() -> Instance:
    """Some sites of an invented network with all families of limits."""
    made = importlib.import_module("replacement_instances")
    instance, _ = made.make("network", made.Wanted(30, 8, 1, True, True, True))
    assert isinstance(instance, Instance)
    return instance


def test_a_run_begins_with_a_plan_and_ends_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    made = importlib.import_module("replacement_instances")
    instance, _ = made.make("prototype", made.Wanted(60, 8, 1))
    program = compile_instance(instance).program
    assert columns_of(program) > 1000
    told: list[tuple[float | None, float]] = []
    never = np.full(program.blocks, NEVER, np.int32)
    answer = solve_reference(program, SECONDS, never, progress=lambda value, bound: told.append((value, bound)) or True)
    assert answer.stopped
    assert answer.status == "feasible"
    assert told[0][0] == 0.0
    assert answer.objective is not None
    assert answer.objective <= answer.bound


def test_a_run_without_time_says_that_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    answer = solve_reference(compile_instance(medium()).program, 0.0)
    assert answer.status in ("unknown", "feasible")
    assert (answer.objective is None) == (answer.status == "unknown")
    assert not answer.stopped
    assert capfd.readouterr() == ("", "")


def test_equal_calls_give_equal_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    first, second = asked(medium())[1], asked(medium())[1]
    assert first.start is not None
    assert second.start is not None
    assert first.start.tolist() == second.start.tolist()
    assert (first.objective, first.bound) == (second.objective, second.bound)
