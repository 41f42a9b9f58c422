"""Solvers other than HiGHS, called by name through linopy: a time limit, silence, no files, and their word in ours.

linopy has one call for all of them, but each names its options in its own way and ends in its own words; two of them
call a limit of time "infeasible" there, and one calls what is infeasible solved. The solver's own words decide then.
"""

import ctypes
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from math import ceil, isfinite
from operator import attrgetter, methodcaller
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Literal

import numpy as np

from provenet.core.errors import ProvenetError, UsageFault, clip, hint_at, nearest, visible
from provenet.core.packages import require
from provenet.numerics.arrays import Floats

HIGHS = "highs"
LEAST_SECONDS = 0.01
"""To some solvers a limit of 0 seconds is none."""
HUGE = 1e20
"""From here on a number is a solver's infinity."""
SEED = 20251125


@dataclass(frozen=True)
class Options:
    """What a solver calls its limit of seconds, whether it takes whole ones alone, and its other settings.

    That is: one thread, no gap allowed, and silence, where it has options for these.
    """

    limit: str
    others: Mapping[str, object] = field(default_factory=dict)
    whole_seconds: bool = False

    def settings(self, seconds: float) -> dict[str, object]:
        """The options for one run."""
        limit = max(1, ceil(seconds)) if self.whole_seconds else max(LEAST_SECONDS, float(seconds))
        return {**self.others, self.limit: limit}


SOLVERS: Mapping[str, Options] = {
    "cbc": Options("seconds", {"timeMode": "elapsed", "ratioGap": 0, "allowableGap": 0}),
    "copt": Options("TimeLimit", {"Logging": 0, "Threads": 1, "RelGap": 0.0, "AbsGap": 0.0}),
    "cplex": Options(
        "timelimit", {"threads": 1, "mip.tolerances.mipgap": 0.0, "mip.tolerances.absmipgap": 0.0, "randomseed": SEED}
    ),
    "cuopt": Options("time_limit", {"log_to_console": False, "mip_relative_gap": 0.0, "mip_absolute_gap": 0.0}),
    "glpk": Options("tmlim", whole_seconds=True),
    "gurobi": Options("TimeLimit", {"OutputFlag": 0, "Threads": 1, "MIPGap": 0.0, "MIPGapAbs": 0.0, "Seed": SEED}),
    "knitro": Options("maxtime", {"outlev": 0, "mip_opt_gap_rel": 0.0, "mip_opt_gap_abs": 0.0}),
    "mindopt": Options("MaxTime", {"OutputFlag": 0, "NumThreads": 1, "MIP/GapRel": 0.0, "MIP/GapAbs": 0.0}),
    "mosek": Options(
        "MSK_DPAR_OPTIMIZER_MAX_TIME",
        {"MSK_IPAR_NUM_THREADS": 1, "MSK_DPAR_MIO_TOL_REL_GAP": 0.0, "MSK_DPAR_MIO_TOL_ABS_GAP": 0.0},
    ),
    "scip": Options("limits/time", {"display/verblevel": 0, "limits/gap": 0.0, "limits/absgap": 0.0}),
    "xpress": Options("timelimit", {"outputlog": 0, "threads": 1, "miprelstop": 0.0, "mipabsstop": 0.0}),
}
"""The solvers of linopy that take whole numbers and a limit of time, by linopy's names."""

Ended = Literal["optimal", "feasible", "infeasible", "unknown"]
_FAILED = ("internal_solver_error", "error", "licensing_problems", "other", "unbounded")
_OWN_WORDS: tuple[tuple[str, Ended], ...] = (
    ("no integer solution", "unknown"),
    ("undefined", "unknown"),
    ("integer empty", "infeasible"),
    ("integer infeasible", "infeasible"),
)
"""What stands in a solver's own words, and what it means whatever linopy makes of it; the first that fits."""


@dataclass(frozen=True)
class SolverAnswer:
    """What a solver says of a model: how it ended, the values of its variables by name, and a bound if it tells one."""

    status: Ended
    values: Mapping[str, Floats] = field(default_factory=dict)
    bound: float | None = None
    stopped: bool = False


def installed_solvers() -> list[str]:
    """The names that can be called here, HiGHS first. Cost: linopy is loaded, and looks for each once."""
    import linopy

    return [HIGHS, *sorted(name for name in SOLVERS if name in linopy.available_solvers)]


def refuse_solver(name: str) -> None:
    """Raises UsageFault, with the names that stand, for a solver nobody knows or that is not installed."""
    if name == HIGHS:
        return
    require("plan", "linopy")
    stand = installed_solvers()
    if name in stand:
        return
    here = f"Installed here: {', '.join(stand)}."
    if name in SOLVERS:
        raise UsageFault(f"--solver: {name} is not installed. {here}")
    known = sorted([HIGHS, *SOLVERS])
    words = f"--solver: found {clip(visible(name))!r}, expected one of: {', '.join(known)}. {here}"
    raise UsageFault(words + hint_at(nearest(name, known)))


def solve_named(model: Any, name: str, seconds: float) -> SolverAnswer:
    """Hands a linopy model to a solver for so many seconds, in silence; its files are gone afterwards.

    Ctrl-C is a word that says it was stopped. Raises ProvenetError, with its cause, where the solver gives up, and
    UsageFault where it is not there. Cost: the model is written to a file; then exponential in the worst case.
    """
    refuse_solver(name)
    began = perf_counter()
    with TemporaryDirectory(prefix="provenet-", ignore_cleanup_errors=True) as folder, _silence():
        model.solver_dir = Path(folder)
        try:
            _, condition = model.solve(solver_name=name, progress=False, **SOLVERS[name].settings(seconds))
            return _word(model, name, condition)
        except KeyboardInterrupt as err:
            _end_programs(err)
            return SolverAnswer("unknown", stopped=True)
        except ProvenetError:
            raise
        except Exception as err:
            # linopy reads a plan wherever a limit ended the run, also where there is none to read.
            if _read_in_vain(err) and perf_counter() - began >= 0.9 * seconds:
                return SolverAnswer("unknown")
            raise _failed(name, f"{type(err).__name__}: {err}") from err
        finally:
            model.solver = None


def _word(model: Any, name: str, condition: str) -> SolverAnswer:
    """The word of a run that came to an end."""
    ran = model.solver
    words = str(getattr(ran.status, "legacy_status", "")).strip()
    if condition in _FAILED:
        raise _failed(name, f"it ended as {condition.replace('_', ' ')}" + (f" ({words})" if words else ""))
    if condition == "user_interrupt":
        return SolverAnswer("unknown", stopped=True)
    meant = next((means for part, means in _OWN_WORDS if part in words.casefold()), None)
    if meant is None and condition in ("infeasible", "infeasible_or_unbounded"):
        # All variables lie between 0 and 1: no model of ours is unbounded.
        meant = "infeasible"
    if meant is not None:
        return SolverAnswer(meant, bound=_bound(ran) if meant == "unknown" else None)
    values = _values(model)
    if not values:
        if not words:
            raise _failed(name, "it ended without a word")
        return SolverAnswer("unknown", bound=_bound(ran))
    return SolverAnswer("optimal" if condition == "optimal" else "feasible", values, _bound(ran))


_TELLS: tuple[Callable[[Any], Any], ...] = (
    attrgetter("attributes.bestbound"),
    methodcaller("getDualbound"),
    lambda own: own.solution.MIP.get_best_objective(),
)
"""How the models of Xpress, SCIP and CPLEX tell their bound, which linopy does not ask them for."""


def _values(model: Any) -> dict[str, Floats]:
    """The values of the variables, by name; none where one of them has none."""
    held = {}
    for name, variable in model.variables.items():
        if "solution" not in variable.data:
            return {}
        held[name] = np.asarray(variable.data["solution"].values, np.float64)
    return held if all(np.isfinite(values).all() for values in held.values()) else {}


def _bound(ran: Any) -> float | None:
    """The bound that a solver tells, through linopy's report or its own model; None where it tells none."""
    settings = getattr(getattr(ran, "report", None), "dual_bound", None)
    if settings is None:
        for tells in _TELLS:
            with suppress(Exception):
                settings = float(tells(ran.solver_model))
                break
    return float(settings) if settings is not None and isfinite(settings) and abs(settings) < HUGE else None


def _failed(name: str, what: str) -> ProvenetError:
    """The sentence on a solver that gave up, and the way out."""
    others = ", ".join(other for other in installed_solvers() if other != name)
    what = " ".join(visible(what.replace("\n", " ")).split()).rstrip(".")
    return ProvenetError(
        f"{name} gave no answer: {clip(what, 300)}. See that it is installed whole and licensed for a model of this "
        f"size, or ask another with --solver ({others}); without --solver it is {HIGHS}."
    )


def _end_programs(err: BaseException) -> None:
    """Ends the program that linopy was waiting for, which would else run on to its limit."""
    for frame, _ in traceback.walk_tb(err.__traceback__):
        for held in list(frame.f_locals.values()):
            if isinstance(held, Popen) and held.poll() is None:
                held.kill()
                held.communicate()


def _read_in_vain(err: Exception) -> bool:
    """Whether the error came from linopy's reading of a plan."""
    return any(frame.name == "get_solver_solution" for frame in traceback.extract_tb(err.__traceback__))


@contextmanager
def _silence() -> Iterator[None]:
    """Keeps what linopy, solvers and the programs they start print off the terminal, also what C code prints."""
    log = logging.getLogger("linopy")
    level = log.level
    with ExitStack() as back:
        back.callback(log.setLevel, level)
        log.setLevel(logging.CRITICAL + 1)
        back.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        sink = back.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
        for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
            with suppress(Exception):
                stream.flush()
            with suppress(OSError):
                kept = os.dup(number)
                back.callback(os.close, kept)
                back.callback(os.dup2, kept, number)
                os.dup2(sink.fileno(), number)
        back.callback(_flush_c)
        back.enter_context(redirect_stdout(sink))
        back.enter_context(redirect_stderr(sink))
        yield


def _flush_c() -> None:
    """Writes out what C code has printed and not yet written, so that it does not come out later."""
    with suppress(Exception):
        ctypes.CDLL(None).fflush(None)
