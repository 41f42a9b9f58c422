"""The optimisers that can be called, by name; each is loaded when it is first needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import UsageFault, nearest
from provenet.numerics.problem import Covering, Limits, Row

NAMES = ("highs",)


@dataclass(frozen=True)
class Answer:
    """One run: the point, the bound proven, whether it ran to its end, and the multipliers of rows if relaxed."""

    point: NDArray[np.float64] | None
    bound: float
    finished: bool
    duals: tuple[float, ...] = ()


class Backend(Protocol):
    """A solver that holds one covering problem and takes rows between runs."""

    def add(self, row: Row) -> None:
        """Asks for at least one member of a row."""

    def solve(self, whole: bool, limits: Limits, seconds: float | None) -> Answer:
        """Solves with what is known so far, over sets if `whole`, over [0, 1] otherwise."""


def open_backend(name: str, problem: Covering) -> Backend:
    """The named optimiser with a problem in it, no rows yet. Raises UsageFault for one that is unknown or missing."""
    if name not in NAMES:
        near = nearest(name, NAMES)
        raise UsageFault(
            f"no optimiser {name!r}; there is {', '.join(NAMES)}." + (f" Nearest: {near}." if near else "")
        )
    try:
        from provenet.numerics.highs import HighsCovering
    except ImportError as missing:
        raise UsageFault(
            "the smallest cut and the smallest change need the optimiser HiGHS, which is not installed; "
            "install provenet[internet], or ask for the bounds alone (exact=False)."
        ) from missing
    return HighsCovering(problem)
