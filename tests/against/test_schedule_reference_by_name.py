"""The reference model handed to solvers other than HiGHS: those that are here, and each of them stubbed at its border.

The stub stands where linopy starts a solver: all before it, the file written and the options, and all after it, the
reading of statuses and values, runs as it would.
"""

import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import linopy
import numpy as np
import pytest
from linopy import solvers as inside
from linopy.constants import SolverReport

from against.random_schedules import schedule_case
from provenet.core.errors import ProvenetError, UsageFault
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling.compilation import compile_instance
from provenet.scheduling.schedule import schedule, solve
from provenet.scheduling.solve import named_solver
from provenet.scheduling.solve.labelled_model import build_model
from provenet.scheduling.solve.reference import solve_reference
from support.schedule_brute import best, keeps, worth_of
from support.stubbed_solver import ending_with, raising, stubbed

HERE = [name for name in linopy.available_solvers if name in named_solver.SOLVERS]
OTHERS: list[Any] = HERE or [
    pytest.param("", marks=pytest.mark.skip(reason="no solver but HiGHS is installed; the stub runs the same lines"))
]
TWO = Instance(
    4, 0.5, (Resource("crew", (1.0,) * 4),), (Unit("a", {"crew": (1.0,) * 4}), Unit("b", {"crew": (1.0,) * 4})),
    precedence=(("a", "b"),), demands=(Demand("d", 4.0, ("a",)), Demand("e", 8.0, ("a", "b"))),
)  # fmt: skip
"""By hand: d is clear from period 1, e from 2: 4 x (1/2 + 1/4 + 1/8) + 8 x (1/4 + 1/8) = 6.5."""
BEST, IDLE = [0, 1], [1, 2]
"""The best plan, and one that is a period late: 4 x (1/4 + 1/8) + 8 x 1/8 = 2.5."""
PROGRAM = compile_instance(TWO).program


# Solvers that are here


@pytest.mark.parametrize("name", OTHERS)
def test_a_solver_that_is_here_finds_the_best_of_all_plans(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for seed in (*range(8), 25):
        instance = schedule_case(seed)
        value, _ = best(instance)
        made = compile_instance(instance)
        answer = solve_reference(made.program, 60.0, solver=name)
        if value is None:
            assert (answer.status, answer.start, answer.bound) == ("infeasible", None, -np.inf), seed
            continue
        assert answer.status == "optimal", seed
        assert answer.start is not None
        assert answer.objective == pytest.approx(value, rel=1e-7, abs=1e-7)
        assert answer.objective <= answer.bound <= value + 1e-6 * max(1.0, abs(value))
        assert keeps(instance, made.starts(answer.start))
        assert float(worth_of(instance, made.starts(answer.start))) == pytest.approx(value, rel=1e-7, abs=1e-7)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", OTHERS)
def test_a_solver_that_is_here_says_infeasible_of_what_is(name: str) -> None:
    """In fractions too, and in whole numbers alone: three units of 0.6 in two periods that hold 1 each."""
    one = Instance(3, 0.5, (Resource("m", (1.0,) * 3),), (Unit("a", {"m": (2.0,) * 3}, latest=1),))
    units = tuple(Unit(name, {"m": (0.6,) * 3}, latest=1) for name in "abc")
    for instance in (one, Instance(3, 0.5, (Resource("m", (1.0,) * 3),), units)):
        assert solve_reference(compile_instance(instance).program, 60.0, solver=name).status == "infeasible"


# Stubbed ones


def columns(start: list[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The columns of a plan of TWO, by hand: what has started before each of 5 points, then what is clear in each of 4
    periods, with solver's dust on top."""
    by = [[float(until > at) for until in range(5)] for at in start]
    clear = [[float(period > at) for period in range(4)] for at in start]
    return np.array([*by[0], *by[1], *clear[0], *clear[1]]) - 1e-9


def ending(condition: str, says: object = "as linopy says", start: list[int] | None = None, **more: Any) -> Any:
    """A solver that ends so, with a plan of TWO or without one."""
    return ending_with(condition, says, None if start is None else columns(start), **more)


LIMITS = {
    "cbc": "seconds", "copt": "TimeLimit", "cplex": "timelimit", "cuopt": "time_limit", "glpk": "tmlim",
    "gurobi": "TimeLimit", "knitro": "maxtime", "mindopt": "MaxTime", "mosek": "MSK_DPAR_OPTIMIZER_MAX_TIME",
    "scip": "limits/time", "xpress": "timelimit",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(named_solver.SOLVERS))
def test_each_is_told_its_limit_in_its_own_word_and_leaves_nothing(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    stub = stubbed(monkeypatch, name, ending("optimal", start=BEST))
    answer = solve_reference(PROGRAM, 7.25, solver=name)
    assert answer.start is not None
    assert (answer.status, answer.start.tolist(), answer.objective, answer.stopped) == ("optimal", BEST, 6.5, False)
    assert answer.bound == pytest.approx(6.5, abs=1e-6)
    assert answer.bound >= 6.5
    assert stub.options[LIMITS[name]] == (8 if name == "glpk" else 7.25)
    assert "max" in stub.problem
    assert stub.folder.parent == tmp_path
    assert not stub.folder.exists()
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert not [told for told in caplog.records if told.name.startswith("linopy")]
    assert logging.getLogger("linopy").level == logging.NOTSET


def test_every_solver_of_linopy_that_takes_whole_numbers_is_known() -> None:
    """Left out: PIPS, of which linopy says that it does not run, and a solver of fractions."""
    assert {one.value for one in inside.SolverName} - {"highs", "pips", "cupdlpx"} == set(named_solver.SOLVERS)


def test_a_limit_of_no_seconds_is_one_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, least in (("glpk", 1), ("xpress", named_solver.LEAST_SECONDS)):
        stub = stubbed(monkeypatch, name, ending("time_limit"))
        solve_reference(PROGRAM, 0.0, solver=name)
        assert stub.options[LIMITS[name]] == least


@pytest.mark.parametrize(
    ("name", "condition", "says", "start", "status"),
    [
        ("gurobi", "optimal", 2, BEST, "optimal"),
        ("gurobi", "suboptimal", 13, IDLE, "feasible"),
        ("gurobi", "time_limit", 9, IDLE, "feasible"),
        ("scip", "terminated_by_limit", "nodelimit", IDLE, "feasible"),
        ("mosek", "iteration_limit", "x", IDLE, "feasible"),
        ("copt", "imprecise", "7", IDLE, "feasible"),
        ("glpk", "unknown", "integer non-optimal", IDLE, "feasible"),
        ("gurobi", "time_limit", 9, None, "unknown"),
        ("cbc", "unknown", "Stopped on time (no integer solution - continuous used)", None, "unknown"),
        ("xpress", "unknown", "SolStatus.NOTFOUND", None, "unknown"),
        ("copt", "resource_interrupt", "memory", None, "unknown"),
        ("gurobi", "infeasible", 3, None, "infeasible"),
        ("gurobi", "infeasible_or_unbounded", 4, None, "infeasible"),
        ("cbc", "infeasible", "Infeasible - objective value 0", None, "infeasible"),
        ("cbc", "unknown", "Integer infeasible - objective value 4", None, "infeasible"),
        ("glpk", "unknown", "integer empty", [4, 4], "infeasible"),
        ("glpk", "infeasible_or_unbounded", "integer undefined", None, "unknown"),
        ("cplex", "infeasible", "time limit exceeded, no integer solution", None, "unknown"),
        ("cplex", "infeasible", "integer infeasible", None, "infeasible"),
        ("cplex", "infeasible_or_unbounded", "integer infeasible or unbounded", None, "infeasible"),
    ],
)  # fmt: skip
def test_what_each_ending_means(
    monkeypatch: pytest.MonkeyPatch, name: str, condition: str, says: object, start: list[int] | None, status: str
) -> None:
    """Among them what linopy misreads: a limit of time as "infeasible", and what is infeasible as solved."""
    stubbed(monkeypatch, name, ending(condition, says, start))
    answer = solve_reference(PROGRAM, 5.0, solver=name)
    assert (answer.status, answer.stopped) == (status, False)
    if status in ("optimal", "feasible"):
        assert answer.start is not None
        assert answer.start.tolist() == start
        assert answer.objective == {"optimal": 6.5, "feasible": 2.5}[status]
        assert answer.bound == (pytest.approx(6.5, abs=1e-6) if status == "optimal" else np.inf)
    else:
        assert answer.start is answer.objective is None
        assert answer.bound == {"infeasible": -np.inf, "unknown": np.inf}[status]


OWN: dict[str, Any] = {
    "gurobi": {"report": SolverReport(dual_bound=7.0)},
    "scip": {"solver_model": SimpleNamespace(getDualbound=lambda: 7.0)},
    "xpress": {"solver_model": SimpleNamespace(attributes=SimpleNamespace(bestbound=7.0))},
    "cplex": {"solver_model": SimpleNamespace(
        solution=SimpleNamespace(MIP=SimpleNamespace(get_best_objective=lambda: 7.0)))},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(OWN))
@pytest.mark.parametrize("start", [None, IDLE])
def test_a_bound_that_is_told_is_taken(monkeypatch: pytest.MonkeyPatch, name: str, start: list[int] | None) -> None:
    stubbed(monkeypatch, name, ending("time_limit", start=start, **OWN[name]))
    answer = solve_reference(PROGRAM, 5.0, solver=name)
    assert (answer.status, answer.bound) == ("unknown" if start is None else "feasible", 7.0)


@pytest.mark.parametrize("told", [np.inf, np.nan, 1e20, -1e100, -2.5])
def test_a_bound_that_is_none_is_not_taken(monkeypatch: pytest.MonkeyPatch, told: float) -> None:
    """Neither an infinity nor one below the plan that it came with, such as one with its sign turned."""
    stubbed(monkeypatch, "gurobi", ending("time_limit", 9, IDLE, report=SolverReport(dual_bound=told)))
    answer = solve_reference(PROGRAM, 5.0, solver="gurobi")
    assert (answer.status, answer.bound) == ("feasible", np.inf)


def test_a_plan_with_holes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    values = columns(BEST)
    values[3] = np.nan
    stubbed(monkeypatch, "scip", ending_with("optimal", "optimal", values))
    assert solve_reference(PROGRAM, 5.0, solver="scip").status == "unknown"


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (ending("licensing_problems", "no licence"), "it ended as licensing problems (no licence)"),
        (ending("internal_solver_error", 17), "it ended as internal solver error (17)"),
        (ending("error", "error termination, no integer solution"), "it ended as error (error termination, no integer"),
        (ending("other", ""), "it ended as other."),
        (ending("unbounded", "5"), "it ended as unbounded (5)"),
        (ending("unknown", ""), "it ended without a word"),
        (raising(RuntimeError("Model too large for\nsize-limited license.")),
         "RuntimeError: Model too large for size-limited license."),
        (raising(FileNotFoundError("cbc\x1b[2J")), r"FileNotFoundError: cbc\x1b[2J."),
        (raising(AssertionError()), "AssertionError:."),
    ],
)  # fmt: skip
def test_what_a_solver_raises_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ends: Callable[[Any], Any], says: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stubbed(monkeypatch, "gurobi", ends)
    with pytest.raises(ProvenetError) as caught:
        solve_reference(PROGRAM, 5.0, solver="gurobi")
    said = str(caught.value)
    assert said.startswith(f"gurobi gave no answer: {says}")
    assert said.endswith("or ask another with --solver (highs); without --solver it is highs.")
    assert "\n" not in said
    if "Error" in says:
        assert isinstance(caught.value.__cause__, Exception)
    assert list(tmp_path.iterdir()) == []


def test_a_limit_that_leaves_no_plan_to_read_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """linopy asks Gurobi and SCIP for a plan though the limit came before any; long before it that is a failure."""

    def ends(_: Any) -> Any:
        def get_solver_solution() -> Any:
            raise AttributeError("ObjVal")

        return get_solver_solution()

    stubbed(monkeypatch, "gurobi", ends)
    assert solve_reference(PROGRAM, 0.0, solver="gurobi").status == "unknown"
    with pytest.raises(ProvenetError, match="AttributeError: ObjVal"):
        solve_reference(PROGRAM, 600.0, solver="gurobi")


@pytest.mark.parametrize("ends", [raising(KeyboardInterrupt()), ending("user_interrupt", 11)])
def test_ctrl_c_is_a_stop(monkeypatch: pytest.MonkeyPatch, ends: Callable[[Any], Any]) -> None:
    stubbed(monkeypatch, "gurobi", ends)
    answer = solve_reference(PROGRAM, 5.0, solver="gurobi")
    assert (answer.status, answer.start, answer.bound, answer.stopped) == ("unknown", None, np.inf, True)


def test_ctrl_c_ends_the_program_that_was_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def ends(_: Any) -> Any:
        running = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.PIPE)
        started.append(running)
        raise KeyboardInterrupt

    stubbed(monkeypatch, "cbc", ends)
    assert solve_reference(PROGRAM, 5.0, solver="cbc").stopped
    assert started[0].poll() not in (None, 0)


def test_how_it_stands_is_told_once_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupts(value: float | None, bound: float) -> bool:
        raise KeyboardInterrupt

    told: list[tuple[float | None, float]] = []
    stub = stubbed(monkeypatch, "cbc", ending("optimal", start=BEST))
    solve_reference(PROGRAM, 5.0, None, progress=lambda value, bound: told.append((value, bound)), solver="cbc")
    assert (told, stub.runs) == ([(None, np.inf)], 1)
    for stops in (lambda value, bound: True, interrupts):
        answer = solve_reference(PROGRAM, 5.0, None, progress=stops, solver="cbc")
        assert (answer.status, answer.stopped, stub.runs) == ("unknown", True, 1)


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (ending("infeasible"), "cbc says that no plan keeps every limit, but a plan that keeps them all is worth 6.5"),
        (ending("optimal", start=IDLE), "cbc says that no plan is worth more than 2.5, but"),
        (ending("time_limit", report=SolverReport(dual_bound=3.0)), "cbc says that no plan is worth more than 3, but"),
    ],
)
def test_a_word_against_a_plan_that_stands_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, ends: Callable[[Any], Any], says: str
) -> None:
    stubbed(monkeypatch, "cbc", ends)
    with pytest.raises(ProvenetError) as caught:
        solve_reference(PROGRAM, 5.0, np.array(BEST, np.int32), solver="cbc")
    assert str(caught.value).startswith(says)


def test_what_asks_for_nothing_has_something_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """GLPK reads no file whose objective is empty: it stands there as a column that is 0 in every plan."""
    bare = Instance(3, 0.5, units=(Unit("a", latest=1),))
    stub = stubbed(monkeypatch, "glpk", ending("time_limit"))
    solve_reference(compile_instance(bare).program, 5.0, solver="glpk")
    assert "obj:\n\n+1.0 x0\n" in stub.problem
    assert float(build_model(compile_instance(bare).program).variables["by"].upper.values.ravel()[0]) == 0.0


# Names


def test_a_name_that_nobody_knows_or_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(linopy.available_solvers.__dict__, "_names", ["gurobi", "highs", "cupdlpx", "cbc"])
    assert named_solver.installed_solvers() == ["highs", "cbc", "gurobi"]
    for name in ("highs", "cbc"):
        named_solver.refuse_solver(name)
    for call in (lambda name: solve_reference(PROGRAM, 5.0, solver=name), lambda name: schedule(TWO, solver=name)):
        with pytest.raises(UsageFault) as caught:
            call("scip")
        assert str(caught.value) == "--solver: scip is not installed. Installed here: highs, cbc, gurobi."
        with pytest.raises(UsageFault) as caught:
            call("gurobbi")
        assert str(caught.value) == (
            "--solver: found 'gurobbi', expected one of: cbc, copt, cplex, cuopt, glpk, gurobi, highs, knitro, "
            "mindopt, mosek, scip, xpress. Installed here: highs, cbc, gurobi. Nearest: gurobi."
        )
        with pytest.raises(UsageFault, match="found 'cupdlpx'"):
            call("cupdlpx")


def test_without_linopy_no_other_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "linopy", None)
    named_solver.refuse_solver("highs")
    with pytest.raises(UsageFault, match=r"whl\[plan\]"):
        named_solver.refuse_solver("cbc")


# The search that asks


def knotty() -> Instance:
    """Six units of 0.6, two periods each, one crew: no bound by prices is tight, so the whole model is asked."""
    names = "abcdef"
    units = tuple(Unit(name, {"crew": (0.6,) * 6}, duration=2) for name in names)
    demands = tuple(Demand(name, 3.0 + k, (name, names[k - 1])) for k, name in enumerate(names))
    return Instance(6, 0.5, (Resource("crew", (1.0,) * 6),), units, demands=demands)


@pytest.mark.parametrize("name", OTHERS)
def test_a_plan_on_the_word_of_a_solver_that_is_here(name: str) -> None:
    ours, other = schedule(knotty()), schedule(knotty(), solver=name)
    assert (other.status, other.proof, other.objective) == (ours.status, ours.proof, ours.objective)
    assert (other.status, other.proof) == ("optimal", "solver")


def replayed(self: Any) -> Any:
    """A stubbed solver that answers with the best plan, found by HiGHS."""
    model = self.model
    kept = solve_reference(compile_instance(knotty()).program, 60.0)
    assert kept.start is not None
    by = (np.arange(7) > kept.start[:, None]).astype(float)
    clear = model.variables["clear"]
    done = np.array([max(kept.start[k], kept.start[k - 1]) + 2 for k in range(6)])
    assert clear.shape == (6, 6)
    values = np.concatenate((by.ravel(), (np.arange(6) >= done[:, None]).astype(float).ravel()))
    return ending_with("optimal", "Optimal", values)(self)


def test_its_word_is_proof_solver_and_the_plan_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    stub = stubbed(monkeypatch, "cbc", replayed)
    plan = schedule(knotty(), solver="cbc")
    assert stub.runs == 1
    assert (plan.status, plan.proof) == ("optimal", "solver")


def test_a_solver_that_was_named_is_asked_whatever_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.scheduling.schedule.SMALL", 0)
    stub = stubbed(monkeypatch, "cbc", ending("time_limit"))
    schedule(knotty(), rounds=5, tries=1000)
    assert stub.runs == 0
    schedule(knotty(), rounds=5, tries=1000, solver="cbc")
    assert stub.runs == 1


def test_a_solver_that_was_named_and_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed(monkeypatch, "cbc", raising(RuntimeError("broken")))
    with pytest.raises(ProvenetError, match="cbc gave no answer: RuntimeError: broken"):
        solve(knotty(), solver="cbc")


def test_ctrl_c_in_a_solver_that_was_named_keeps_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    stubbed(monkeypatch, "cbc", raising(KeyboardInterrupt()))
    plan = schedule(knotty(), solver="cbc")
    assert plan.objective is not None
    assert plan.status in ("feasible", "optimal")
