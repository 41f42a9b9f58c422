"""HiGHS, the one optimiser of covering problems: one thread, a fixed seed, silent."""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import ProvenetError
from provenet.numerics.problem import Covering, Limits, Row

SEED = 20251125
SETTINGS = {
    "output_flag": False,
    "log_to_console": False,
    "threads": 1,
    "random_seed": SEED,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


@dataclass(frozen=True)
class HighsRun:
    """One run: the point, the bound proven, whether it ran to its end, and the multipliers of rows if relaxed."""

    point: NDArray[np.float64] | None
    bound: float
    finished: bool
    duals: tuple[float, ...] = ()


class _Silent(highspy.Highs):
    """HiGHS greets on standard output as it is made, while it enables callbacks; here it is silenced before."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def silent() -> highspy.Highs:
    """A HiGHS that says nothing."""
    return _Silent()  # type: ignore[no-untyped-call]


class HighsCovering:
    """A covering problem held by HiGHS (Huangfu and Hall, Math. Prog. Comp. 10, 2018)."""

    def __init__(self, problem: Covering) -> None:
        self._problem = problem
        self._solver = silent()
        for name, value in SETTINGS.items():
            self._solver.setOptionValue(name, value)
        count = len(problem.cost)
        if count:
            self._solver.addVars(count, np.zeros(count), np.ones(count))
            self._solver.changeColsCost(count, np.arange(count, dtype=np.int32), problem.cost)
        self._whole = False

    def add(self, row: Row) -> None:
        """Asks for at least one member of a row."""
        self._solver.addRow(1.0, highspy.kHighsInf, len(row), np.array(row, np.int32), np.ones(len(row)))

    def solve(self, whole: bool, limits: Limits, seconds: float | None) -> HighsRun:
        """Solves with the rows so far; a run cut short still gives its bound. Raises ProvenetError if HiGHS fails."""
        self._kind(whole)
        solver = self._solver
        solver.setOptionValue("mip_max_nodes", limits.nodes)
        solver.setOptionValue("time_limit", float("inf") if seconds is None else solver.getRunTime() + seconds)
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        ended = status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)
        stops = (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kSolutionLimit)
        if not ended and status not in stops:
            raise ProvenetError(f"HiGHS ended without an answer: {solver.modelStatusToString(status)}.")
        solution = solver.getSolution()
        known = solution.value_valid or not len(self._problem.cost)
        point = np.array(solution.col_value, np.float64) if known else None
        if not ended:
            bound = float(info.mip_dual_bound) if whole and np.isfinite(info.mip_dual_bound) else 0.0
            return HighsRun(point, bound, False)
        bound = float(info.mip_dual_bound if whole else info.objective_function_value)
        return HighsRun(point, bound, True, () if whole else tuple(float(v) for v in solution.row_dual))

    def _kind(self, whole: bool) -> None:
        if whole != self._whole:
            sort = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
            for column in range(len(self._problem.cost)):
                self._solver.changeColIntegrality(column, sort)
            self._whole = whole
