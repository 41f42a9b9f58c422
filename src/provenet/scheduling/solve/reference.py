"""The reference model: the whole scheduling program in one piece, handed to a solver.

That is HiGHS, unless another is called by name (named_solver.py), which gets the model as linopy states it
(labelled_model.py). It is what the bound and the schedule are tested against, and what solves instances so small that
a closure bound is loose. It holds all rows at once: meant for some 20,000 columns, not for a nation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import ProvenetError
from provenet.numerics.arrays import Floats, Ints
from provenet.numerics.highs import SETTINGS, silent
from provenet.scheduling.solve.named_solver import HIGHS, solve_named
from provenet.scheduling.solve.program import NEVER, Program, bounds_of, worth_of

Progress = Callable[[float | None, float], bool | None]
"""Told the best value so far, or None, and the bound; a true answer stops the run."""
Status = Literal["optimal", "feasible", "infeasible", "unknown"]
NEAR = 1e-6
"""A bound below a plan by less than this share of it is off by rounding; by more, it contradicts the plan."""


@dataclass(frozen=True)
class ReferenceAnswer:
    """What a solver says of a program: `start` int32[B] with NEVER for blocks that stay, None where it found no plan.

    `objective` is ours, summed anew from `start`; `bound` is the solver's word, infinite where it has none, and minus
    infinity where it says "infeasible". `stopped` says that the caller or Ctrl-C ended the run.
    """

    start: Ints | None
    objective: float | None
    bound: float
    status: Status
    stopped: bool = False


def columns_of(program: Program) -> int:
    """How many columns the model would have: what a start by each period is, and each demand in each period."""
    return (program.blocks + len(program.wants.worth)) * program.periods + program.blocks


def solve_reference(
    program: Program,
    seconds: float,
    start: Ints | None = None,
    *,
    progress: Progress | None = None,
    solver: str = HIGHS,
) -> ReferenceAnswer:
    """The best plan by branch and bound, one thread, a fixed seed, no gap allowed; at most so many seconds.

    `start` is a plan to begin with. Whoever sets no limit that is reached gets equal answers to equal programs.
    `solver` is a name of linopy's; one other than HiGHS gets no plan to begin with and reports how it stands once,
    before it starts. Raises ProvenetError where a solver gives up or contradicts the plan known, UsageFault for a
    solver that is not there. Cost: exponential in the worst case.
    Source: time-indexed "by" variables, Bienstock and Zuckerberg (IPCO 2010, section 1).
    """
    if bool(np.any(program.must & (program.first > program.last))):
        return ReferenceAnswer(None, None, -np.inf, "infeasible")
    if not program.blocks:
        return ReferenceAnswer(np.zeros(0, np.int32), program.constant, program.constant, "optimal")
    if solver != HIGHS:
        return _by_another(program, seconds, start, progress=progress, solver=solver)
    return _by_highs(program, seconds, start, progress=progress)


def _by_highs(program: Program, seconds: float, start: Ints | None, *, progress: Progress | None) -> ReferenceAnswer:
    """HiGHS, called on every step of its search."""
    solver = silent()
    for name, value in SETTINGS.items():
        solver.setOptionValue(name, value)
    solver.setOptionValue("time_limit", float(seconds))
    solver.passModel(program_arrays(program))
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = _point(program, start).tolist()
        solver.setSolution(known)
    watch = _Watch(progress, program.constant)
    for event in (solver.cbMipInterrupt, solver.cbSimplexInterrupt):
        event += watch
    solver.run()
    return _answer(program, solver, watch.stopped)


class _Arrays:
    """The rows of the model as HiGHS takes them: entries by row and column, each row at most `most`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.width = program.periods + 1
        self.columns = program.blocks * self.width
        self.times = np.arange(program.periods)
        self.count = 0
        self.entries: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []
        self.most: list[Floats] = []

    def by(self, block: NDArray[Any], until: NDArray[Any]) -> NDArray[np.int64]:
        """The column of `by` of block[m] before until[m, t]; before period 0 nothing has started."""
        before = np.maximum(np.broadcast_to(until, (len(block), self.program.periods)), 0)
        columns: NDArray[np.int64] = block.astype(np.int64)[:, None] * self.width + before
        return columns

    def rows(self, count: int) -> NDArray[np.int64]:
        """The numbers of so many new rows for each period, an array [count, T]."""
        first = self.count
        self.count += count * self.program.periods
        return np.arange(first, self.count).reshape(count, self.program.periods)

    def add(self, rows: NDArray[np.int64], columns: NDArray[np.int64], value: NDArray[Any] | float) -> None:
        """Entries of rows; those of one place add up."""
        self.entries.append((rows.ravel(), columns.ravel(), np.broadcast_to(value, rows.shape).ravel()))

    def difference(self, less: NDArray[np.int64], more: NDArray[np.int64]) -> None:
        """Rows that say that one column is at most another."""
        rows = self.rows(len(less))
        self.add(rows, less, 1.0)
        self.add(rows, more, -1.0)
        self.most.append(np.zeros(rows.size))

    def starts(self) -> None:
        """What has started stays so; nothing starts past its last period; who waits starts after whom it waits for."""
        program, every, waits = self.program, np.arange(self.program.blocks), self.program.waits
        self.difference(self.by(every, self.times), self.by(every, self.times + 1))
        late = np.flatnonzero((program.last < program.periods - 1) & (program.first <= program.last))
        end = np.minimum(self.times, program.last[late][:, None]) + 1
        self.difference(self.by(late, self.times + 1), self.by(late, end))
        before = self.times + 1 - waits.lag[:, None]
        self.difference(self.by(waits.after, self.times + 1), self.by(waits.before, before))

    def limits(self) -> None:
        """What is spent in a period, or up to it with carry-over, is at most the capacity."""
        limits = self.program.limits
        for resource, capacity in enumerate(limits.capacity):
            of = np.flatnonzero(limits.resource == resource)
            if not len(of):
                continue
            rows, amount = self.rows(1)[0], limits.amount[of]
            after, before = self.by(limits.block[of], self.times + 1), self.by(limits.block[of], self.times)
            for period in self.times:
                counted = slice(0 if limits.carry[resource] else period, period + 1)
                row = np.full(amount[:, counted].shape, rows[period])
                self.add(row, after[:, counted], amount[:, counted])
                self.add(row, before[:, counted], -amount[:, counted])
            self.most.append(np.cumsum(capacity) if limits.carry[resource] else capacity)

    def conflicts(self) -> None:
        """So many of a conflict are under way in a period at most."""
        conflicts = self.program.conflicts
        held, place = np.unique(conflicts.conflict, return_inverse=True)
        rows = self.rows(len(held))[place] if len(held) else np.zeros((0, self.program.periods), np.int64)
        self.add(rows, self.by(conflicts.block, self.times + 1), 1.0)
        self.add(rows, self.by(conflicts.block, self.times + 1 - conflicts.duration[:, None]), -1.0)
        self.most.append(np.repeat(conflicts.most[held].astype(np.float64), self.program.periods))

    def clear(self) -> None:
        """A demand is clear once each member is done: its columns come after those of `by`."""
        wants = self.program.wants
        of = np.repeat(np.arange(len(wants.worth)), np.diff(wants.start))
        clear = self.columns + of[:, None] * self.program.periods + self.times
        self.difference(clear, self.by(wants.block, self.times + 1 - wants.lag[:, None]))

    def cost(self) -> Floats:
        """What HiGHS makes least: the negative of the value of the starts and of the worth of the demands."""
        program = self.program
        value = np.zeros((program.blocks, self.width))
        value[:, 1:] += program.value
        value[:, :-1] -= program.value
        return -np.concatenate((value.ravel(), program.wants.worth.ravel()))

    def matrix(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Row by row: where each begins, its columns in order, their values; what adds up to 0 is left out."""
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        order = np.lexsort((column, row))
        row, column, value = row[order], column[order], value[order]
        first = np.flatnonzero(np.r_[True, (np.diff(row) != 0) | (np.diff(column) != 0)])
        value = np.add.reduceat(value, first)
        kept = value != 0
        row, column, value = row[first][kept], column[first][kept], value[kept]
        return np.searchsorted(row, np.arange(self.count + 1)), column, value


def program_arrays(program: Program) -> highspy.HighsLp:
    """The whole program as HiGHS takes it. Columns: `by[i, t]`, 1 where block i has started before period t = 0..T, so
    that `by[i, 0]` is 0, block after block; then what is clear, demand after demand. The maximum is a least negative.
    """
    arrays = _Arrays(program)
    arrays.starts()
    arrays.limits()
    arrays.conflicts()
    arrays.clear()
    low, high = bounds_of(program)
    free = program.wants.worth.size
    made = highspy.HighsLp()
    made.num_row_, made.num_col_ = arrays.count, arrays.columns + free
    made.col_cost_ = arrays.cost()
    made.col_lower_ = np.concatenate((low.ravel(), np.zeros(free)))
    made.col_upper_ = np.concatenate((high.ravel(), np.ones(free)))
    made.row_lower_ = np.full(arrays.count, -highspy.kHighsInf)
    made.row_upper_ = np.concatenate(arrays.most)
    matrix = made.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_row_, matrix.num_col_ = made.num_row_, made.num_col_
    matrix.start_, matrix.index_, matrix.value_ = arrays.matrix()
    made.integrality_ = [highspy.HighsVarType.kInteger] * arrays.columns + [highspy.HighsVarType.kContinuous] * free
    return made


def _point(program: Program, start: Ints) -> Floats:
    """The columns of a plan: `by`, then what is clear."""
    by = np.arange(program.periods + 1) > start[:, None]
    wants = program.wants
    done = start[wants.block].astype(np.int64) + wants.lag
    clear = np.maximum.reduceat(done, wants.start[:-1]) if len(wants.block) else np.zeros(0, np.int64)
    return np.concatenate((by.ravel(), (np.arange(program.periods) >= clear[:, None]).ravel())).astype(np.float64)


class _Watch:
    """Tells the caller how far the run is, and ends it on a true answer or on Ctrl-C."""

    def __init__(self, progress: Progress | None, constant: float) -> None:
        self.progress, self.constant, self.stopped = progress, constant, False

    def __call__(self, event: Any) -> None:
        try:
            if self.progress is not None and event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipInterrupt:
                value, bound = (-float(event.data_out.mip_primal_bound), -float(event.data_out.mip_dual_bound))
                objective = self.constant + value if np.isfinite(value) and abs(value) < highspy.kHighsInf else None
                self.stopped |= bool(self.progress(objective, self.constant + bound))
        except KeyboardInterrupt:
            self.stopped = True
        if self.stopped:
            event.interrupt()


def _answer(program: Program, solver: highspy.Highs, stopped: bool) -> ReferenceAnswer:
    status, info = solver.getModelStatus(), solver.getInfo()
    kind = highspy.HighsModelStatus
    if status in (kind.kInfeasible, kind.kUnboundedOrInfeasible):
        return ReferenceAnswer(None, None, -np.inf, "infeasible")
    if status not in (kind.kOptimal, kind.kTimeLimit, kind.kInterrupt, kind.kSolutionLimit):
        raise ProvenetError(f"HiGHS ended without an answer: {solver.modelStatusToString(status)}.")
    bound = program.constant - float(info.mip_dual_bound)
    solution = solver.getSolution()
    if not (solution.value_valid and np.isfinite(info.objective_function_value)):
        return ReferenceAnswer(None, None, bound, "unknown", stopped)
    width = program.periods + 1
    start = _start(np.array(solution.col_value)[: program.blocks * width].reshape(-1, width))
    objective = worth_of(program, start)
    ended: Status = "optimal" if status == kind.kOptimal else "feasible"
    return ReferenceAnswer(start, objective, max(bound, objective), ended, stopped)


def _start(by: Floats) -> Ints:
    """The start of each block, NEVER where it has none, of the values of `by`."""
    begun = by > 0.5
    return np.where(begun[:, -1], np.argmax(begun, axis=1) - 1, NEVER).astype(np.int32)


def _by_another(
    program: Program, seconds: float, start: Ints | None, *, progress: Progress | None, solver: str
) -> ReferenceAnswer:
    """A solver called by name: only its final answer is heard."""
    try:
        if progress is not None and progress(None, np.inf):
            return ReferenceAnswer(None, None, np.inf, "unknown", True)
    except KeyboardInterrupt:
        return ReferenceAnswer(None, None, np.inf, "unknown", True)
    from provenet.scheduling.solve.labelled_model import build_model

    model = build_model(program)
    if not np.any(program.value) and not np.any(program.wants.worth):
        # A model that asks for nothing is no file that every solver reads; this column is 0 in every plan.
        model.add_objective(1.0 * model.variables["by"].isel(block=0, until=0), overwrite=True, sense="max")
    word = solve_named(model, solver, seconds)
    known = None if start is None else worth_of(program, start)
    if word.status == "infeasible":
        _refuse_contradicted(solver, "no plan keeps every limit", known, bound=-np.inf)
        return ReferenceAnswer(None, None, -np.inf, "infeasible")
    bound = np.inf if word.bound is None else program.constant + word.bound
    made = _start(word.values["by"]) if word.values else None
    objective = None if made is None else worth_of(program, made)
    if objective is not None:
        if bound < objective - NEAR * abs(objective):
            # A bound below the solver's own plan is none.
            bound = np.inf
        if word.status == "optimal" and not np.isfinite(bound):
            bound = _told_worth(program, word.values)
        bound = max(bound, objective)
    _refuse_contradicted(solver, f"no plan is worth more than {bound:,.9g}", known, bound=bound)
    return ReferenceAnswer(made, objective, float(bound), word.status, word.stopped)


def _told_worth(program: Program, values: Mapping[str, Floats]) -> float:
    """What a solver's values are worth as they stand, fractions of rounding and all."""
    worth = float(np.sum(program.value * np.diff(values["by"], axis=1)))
    if "clear" in values:
        worth += float(np.sum(program.wants.worth * values["clear"]))
    return program.constant + worth


def _refuse_contradicted(solver: str, text: str, known: float | None, *, bound: float) -> None:
    """Raises ProvenetError where a plan that keeps every limit is worth more than a solver says that any can be."""
    if known is not None and bound < known - NEAR * max(1.0, abs(known)):
        raise ProvenetError(
            f"{solver} says that {text}, but a plan that keeps them all is worth {known:,.9g}: its word is not taken. "
            f"Ask another solver with --solver, or leave it out: then it is {HIGHS}."
        )
