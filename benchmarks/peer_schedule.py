"""The same scheduling model given whole to HiGHS and to CP-SAT: one process, one run, its best plan and its bound.

    python benchmarks/peer_schedule.py highs|cpsat INSTANCE.json SECONDS PLAN.json

The seconds count from the moment the instance is read, so that stating the model is part of them, as it is for us.
Both get two threads, their own presolve and heuristics, and the model that our own bound starts from: blocks that
stand together are one, windows are narrowed, alike demands are added up, nothing is known of a plan.
Memory is held to 8 GB of addresses; who needs more ends with a sentence.
"""

import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from provenet.forms.schedule_form import read_instance
from provenet.scheduling.compilation import CompiledInstance, compile_instance
from provenet.scheduling.solve.program import NEVER, Program, worth_of

MEMORY = 8 * 10**9
THREADS = 2
GAP = 1e-6
Events = list[tuple[float, float | None, float | None]]
"""Seconds, the best value and the best bound by then; None where there is none yet."""


@dataclass(frozen=True)
class Whole:
    """Columns "block i by period t", i * T + t, then one a demand and period; maximise `worth` over [low, high].

    Column `less[a]` is at most column `more[a]`; row r sums `amount` times `column` to at most `most[r]`.
    """

    worth: np.ndarray
    low: np.ndarray
    high: np.ndarray
    less: np.ndarray
    more: np.ndarray
    row: np.ndarray
    column: np.ndarray
    amount: np.ndarray
    most: np.ndarray


def whole(program: Program) -> Whole:
    """The model. A demand that cannot be clear in a period has no say in it: its column is held at 0."""
    periods, blocks, times = program.periods, program.blocks, np.arange(program.periods)
    by = np.arange(blocks)[:, None] * periods + times
    can = (program.first <= program.last)[:, None]
    high = (times >= program.first[:, None]) & can
    low = (times >= program.last[:, None]) & program.must[:, None] & can
    value = program.value.copy()
    value[:, :-1] -= program.value[:, 1:]
    wants = program.wants
    clear = blocks * periods + np.arange(len(wants.worth))[:, None] * periods + times
    less, more, shut = [by[:, :-1].ravel()], [by[:, 1:].ravel()], np.ones(clear.shape, bool)
    waits = program.waits
    _before(less, more, high, by[waits.after], by[waits.before], waits.lag)
    of = np.repeat(np.arange(len(wants.worth)), np.diff(wants.start))
    for lag in np.unique(wants.lag):
        members = np.flatnonzero(wants.lag == lag)
        shut[of[members], :lag] = False
        less.append(clear[of[members]][:, lag:].ravel())
        more.append(by[wants.block[members]][:, : periods - lag].ravel())
    return Whole(
        np.concatenate((value.ravel(), wants.worth.ravel())),
        np.concatenate((low.ravel(), np.zeros(clear.size))),
        np.concatenate((high.ravel(), shut.ravel())).astype(float),
        np.concatenate(less),
        np.concatenate(more),
        *_rows(program, by),
    )


def _before(less: list, more: list, high: np.ndarray, after: np.ndarray, before: np.ndarray, lags: np.ndarray) -> None:
    """Who waits is started by t only if whom it waits for is by t - lag; earlier its window is shut already."""
    for lag in np.unique(lags):
        held = lags == lag
        less.append(after[held][:, lag:].ravel())
        more.append(before[held][:, : max(0, high.shape[1] - lag)].ravel())


def _rows(program: Program, by: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Resources in a period, or up to it, and conflicts."""
    periods, limits, conflicts = program.periods, program.limits, program.conflicts
    most = np.where(limits.carry[:, None], np.cumsum(limits.capacity, 1), limits.capacity)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(rows: np.ndarray, columns: np.ndarray, amounts: np.ndarray) -> None:
        held = amounts != 0
        parts.append((rows[held], columns[held], amounts[held]))

    at, columns = limits.resource[:, None] * periods + np.arange(periods), by[limits.block]
    carry, amount = limits.carry[limits.resource], limits.amount
    add(at, columns, amount)
    add(at[~carry][:, 1:], columns[~carry][:, :-1], -amount[~carry][:, 1:])
    change = carry & (amount[:, :-1] != amount[:, 1:]).any(1)
    for t in range(1, periods if change.any() else 0):
        drop = amount[change][:, :t] - amount[change][:, 1 : t + 1]
        add(np.broadcast_to(at[change][:, t : t + 1], drop.shape), columns[change][:, :t], drop)
    at = len(limits.carry) * periods + conflicts.conflict[:, None] * periods + np.arange(periods)
    columns, one = by[conflicts.block], np.ones(at.shape)
    add(at, columns, one)
    for lag in np.unique(conflicts.duration):
        held = conflicts.duration == lag
        cut = max(0, periods - lag)
        add(at[held][:, lag:], columns[held][:, :cut], -one[held][:, lag:])
    row, column, amounts = (np.concatenate([part[i] for part in parts] or [np.zeros(0)]) for i in range(3))
    room = np.concatenate((most.ravel(), np.repeat(conflicts.most, periods))).astype(float)
    return row.astype(np.int64), column.astype(np.int64), amounts, room


def starts_of(program: Program, point: np.ndarray) -> np.ndarray:
    """The starts that a point of whole columns says."""
    by = point[: program.blocks * program.periods].reshape(program.blocks, program.periods) > 0.5
    return np.where(by.any(1), by.argmax(1), NEVER).astype(np.int32)


def ask_highs(model: Whole, program: Program, began: float, seconds: float, events: Events) -> dict[str, Any]:
    """HiGHS's branch and bound over all of it."""
    import highspy
    from scipy.sparse import csr_array

    from provenet.numerics.highs import silent

    count, arcs, rows = len(model.worth), len(model.less), len(model.most)
    at = np.concatenate((np.repeat(np.arange(arcs), 2), model.row + arcs))
    columns = np.concatenate((np.column_stack((model.less, model.more)).ravel(), model.column))
    amounts = np.concatenate((np.tile((1.0, -1.0), arcs), model.amount))
    matrix = csr_array((amounts, (at, columns)), shape=(arcs + rows, count))
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = -model.worth, model.low, model.high
    lp.row_lower_ = np.full(arcs + rows, -highspy.kHighsInf)
    lp.row_upper_ = np.concatenate((np.zeros(arcs), model.most))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = matrix.shape
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    kinds = highspy.HighsVarType
    wide = program.blocks * program.periods
    lp.integrality_ = [kinds.kInteger] * wide + [kinds.kContinuous] * (count - wide)
    solver = silent()
    for name, value in {"threads": THREADS, "mip_rel_gap": GAP, "output_flag": False, "random_seed": 1}.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    stated = perf_counter() - began
    solver.setOptionValue("time_limit", max(0.1, seconds - stated))

    def heard(event: Any) -> None:
        value, bound = -event.data_out.mip_primal_bound, -event.data_out.mip_dual_bound
        events.append((perf_counter() - began, _finite(value), _finite(bound)))

    solver.cbMipLogging += heard
    solver.cbMipImprovingSolution += heard
    solver.run()
    told, solution = solver.getInfo(), solver.getSolution()
    known = solution.value_valid and np.isfinite(told.objective_function_value)
    point = np.array(solution.col_value) if known else None
    bound = _finite(-told.mip_dual_bound)
    return {
        "stated_s": stated,
        "point": point,
        "bound": bound,
        "said": solver.modelStatusToString(solver.getModelStatus()),
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) and abs(value) < 1e29 else None


def ask_cpsat(model: Whole, program: Program, began: float, seconds: float, events: Events) -> dict[str, Any]:
    """CP-SAT over all of it: booleans, implications, and sums in whole numbers, decimals scaled up to four places."""
    from ortools.sat.python import cp_model

    made = cp_model.CpModel()
    column = [made.new_int_var(int(low), int(high), "") for low, high in zip(model.low, model.high, strict=True)]
    for less, more in zip(model.less.tolist(), model.more.tolist(), strict=True):
        made.add_implication(column[less], column[more])
    order = np.argsort(model.row, kind="stable")
    ends = np.searchsorted(model.row[order], np.arange(len(model.most) + 1))
    for row, most in enumerate(model.most.tolist()):
        held = order[ends[row] : ends[row + 1]]
        if len(held):
            scale = _scale(np.append(model.amount[held], most))
            amounts = np.rint(model.amount[held] * scale).astype(np.int64).tolist()
            terms = cp_model.LinearExpr.weighted_sum([column[c] for c in model.column[held].tolist()], amounts)
            made.add(terms <= int(np.floor(most * scale + 1e-6)))
    worth = np.flatnonzero(model.worth)
    made.maximize(cp_model.LinearExpr.weighted_sum([column[c] for c in worth.tolist()], model.worth[worth].tolist()))
    solver = cp_model.CpSolver()
    stated = perf_counter() - began
    solver.parameters.max_time_in_seconds = max(0.1, seconds - stated)
    solver.parameters.num_workers = THREADS
    solver.parameters.relative_gap_limit = GAP
    solver.parameters.random_seed = 1
    held_bound: list[float | None] = [None]

    class Heard(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            held_bound[0] = self.best_objective_bound
            events.append((perf_counter() - began, self.objective_value, self.best_objective_bound))

    def bound_heard(bound: float) -> None:
        held_bound[0] = bound
        events.append((perf_counter() - began, events[-1][1] if events else None, bound))

    solver.best_bound_callback = bound_heard
    status = solver.solve(made, Heard())
    known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    point = np.array([solver.value(one) for one in column[: program.blocks * program.periods]]) if known else None
    bound = float(solver.best_objective_bound) if known else held_bound[0]
    return {"stated_s": stated, "point": point, "bound": bound, "said": solver.status_name(status)}


def _scale(amounts: np.ndarray) -> int:
    """The least power of ten, up to ten thousand, that makes whole numbers of all."""
    return next((s for s in (1, 10, 100, 1000) if np.allclose(amounts * s, np.rint(amounts * s), 0, 1e-7)), 10_000)


def main(words: Sequence[str]) -> int:
    """Runs a peer, writes its plan, and prints what it said as one JSON object."""
    name, file, seconds, out = words[0], Path(words[1]), float(words[2]), Path(words[3])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    instance = read_instance(file.name, file.read_bytes())
    began, events = perf_counter(), Events()
    made = compile_instance(instance)
    told: dict[str, Any] = {"events": events, "constant": made.program.constant}
    try:
        model = whole(made.program)
        told |= {"columns": len(model.worth), "rows": len(model.less) + len(model.most)}
        told["nonzeros"] = 2 * len(model.less) + len(model.amount)
        ask = ask_highs if name == "highs" else ask_cpsat
        told |= ask(model, made.program, began, seconds, events)
    except MemoryError:
        told |= {"said": f"did not fit in {MEMORY / 1e9:.0f} GB", "point": None, "bound": None}
    told["seconds"] = perf_counter() - began
    told["objective"] = _kept(made, told.pop("point", None), out)
    print(json.dumps(told))
    return 0


def _kept(made: CompiledInstance, point: np.ndarray | None, out: Path) -> float | None:
    """Writes the plan as one made elsewhere and gives its objective, summed by us; None where there is none."""
    if point is None:
        return None
    start = starts_of(made.program, point)
    objective = worth_of(made.program, start)
    plan = {"status": "feasible", "objective": objective, "start": made.starts(start)}
    out.write_text(json.dumps(plan))
    return objective


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
