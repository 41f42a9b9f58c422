"""A solver that linopy starts and that is not there: it keeps what it is given, is loud, and ends as told."""

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import linopy
import numpy as np
import pytest
from linopy import solvers as inside
from linopy.constants import Solution, Status
from numpy.typing import NDArray


@dataclass
class Stub:
    """What a stubbed solver was given, and what it is to answer."""

    ends: Callable[[Any], Any]
    options: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    folder: Path = Path()
    runs: int = 0


def stubbed(monkeypatch: pytest.MonkeyPatch, name: str, ends: Callable[[Any], Any]) -> Stub:
    """Makes linopy think that a solver is installed, which prints, logs, warns and ends as told."""
    stub = Stub(ends)

    def run(self: Any, **_: Any) -> Any:
        stub.runs += 1
        stub.options = dict(self.solver_options)
        stub.problem, stub.folder = self._problem_fn.read_text(), self._problem_fn.parent
        print("loud")
        print("loud", file=sys.stderr)
        os.write(1, b"loud\n")
        os.write(2, b"loud\n")
        logging.getLogger("linopy.solvers").error("loud")
        (stub.folder / "left.log").write_text("left", encoding="utf-8")
        return stub.ends(self)

    kind = getattr(inside, inside.SolverName(name).name)
    monkeypatch.setattr(kind, "is_available", classmethod(lambda _: True))
    monkeypatch.setattr(kind, "_build_file", inside.Solver._build_file)
    monkeypatch.setattr(kind, "_run_file", run)
    monkeypatch.setitem(linopy.available_solvers.__dict__, "_names", ["highs", name])
    return stub


def ending_with(condition: str, says: object, values: NDArray[np.float64] | None, **more: Any) -> Callable[[Any], Any]:
    """A solver that ends so, in linopy's word and in its own; with the values of all columns, and with what its report
    or its own model tells."""

    def ends(self: Any) -> Any:
        status = Status.from_termination_condition(condition)
        status.legacy_status = says  # type: ignore[assignment]
        solution = Solution()
        if values is not None:
            solution = self.safe_get_solution(status, lambda: Solution(values, np.array([]), 0.0))
        return self._make_result(status, solution, **more)

    return ends


def raising(err: BaseException) -> Callable[[Any], Any]:
    """A solver that raises."""

    def ends(_: Any) -> Any:
        raise err

    return ends
