"""The loop that solves a covering problem whose rows are found as they are broken."""

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import TypeVar

import numpy as np

from provenet.core.errors import ProvenetError
from provenet.numerics.arrays import Floats, Longs
from provenet.numerics.highs import HighsCovering, HighsRun
from provenet.numerics.problem import Covering, Limits, Outcome, Proof, Row, Separate
from provenet.routing.recheck import none_cheaper

Label = TypeVar("Label")


def cover(
    problem: Covering,
    separate: Separate,
    *,
    known: Sequence[int] | None = None,
    rows: Sequence[Row] = (),
    mend: Callable[[Sequence[int]], Sequence[int]] | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> Outcome:
    """The cheapest set that meets every row `separate` can find: relaxed first, then over sets, until none is broken.

    `known` is a feasible set, `rows` are rows already found; `mend` makes any set feasible. What it claims is the
    solver's word ("solver"), or both ends of a gap ("bound") where a limit stopped it. Equal calls give equal outcomes
    unless `limits.seconds` is set.
    Raises ProvenetError on a row without members, which no set can meet.
    """
    run = _CoveringSearch(problem, HighsCovering(problem), limits)
    run.keep(known)
    run.add(rows or separate(np.zeros(len(problem.cost)), False))
    whole = False
    while run.rounds < limits.rounds and not run.closed:
        answer = run.solve(whole)
        if answer.point is None or run.closed:
            break
        fresh = run.add(separate(np.clip(answer.point.round() if whole else answer.point, 0.0, 1.0), whole))
        if whole:
            chosen = np.flatnonzero(answer.point > 0.5).tolist()
            run.keep(chosen if not fresh else mend(chosen) if mend else None)
        if not answer.finished or (whole and not fresh):
            break
        whole = whole or not fresh
    return run.outcome()


def cover_marked(
    columns: Longs,
    cost: Floats,
    *,
    broken: Callable[[Floats, bool], Iterable[tuple[Label, Sequence[int]]]],
    mend: Callable[[list[int]], list[int]],
    holds: Callable[[Sequence[tuple[Label, list[int]]], list[int]], bool],
    limits: Limits,
) -> tuple[list[int], float, Proof]:
    """The cheapest of some elements with which every demand is open: the elements, a bound, and the proof.

    Parameters
    ----------
    columns
        Elements that may be chosen, ascending: places in `cost`.
    broken
        Of shares of all elements, and whether they are whole: demands that these do not open, each with elements of
        which one must be chosen.
    mend
        Makes any set open every demand.
    holds
        Whether sums in plain Python find each row needed by its demand, and every demand open with a set.
    """
    column = np.full(len(cost), -1)
    column[columns] = np.arange(len(columns))
    demand: dict[Row, Label] = {}

    def separate(point: Floats, whole: bool) -> list[Row]:
        share, found = np.zeros(len(cost)), []
        share[columns] = point
        for label, members in broken(share, whole):
            found.append(tuple(sorted(column[members].tolist())))
            demand.setdefault(found[-1], label)
        return found

    def mended(chosen: Sequence[int]) -> list[int]:
        return list(column[mend(columns[list(chosen)].tolist())].tolist())

    outcome = cover(Covering(cost[columns]), separate, known=mended([]), mend=mended, limits=limits)
    assert outcome.chosen is not None  # all of them together are feasible
    members = columns[list(outcome.chosen)].tolist()
    if outcome.proof != "solver":
        return members, outcome.bound, outcome.proof
    rows = [(demand[row], columns[list(row)].tolist()) for row in outcome.rows]
    proven = holds(rows, members) and none_cheaper(
        [row for _, row in rows], lambda e: float(cost[e]), members, duals=outcome.duals, steps=limits.steps
    )
    return members, Covering(cost).price(members), "certified" if proven else "solver"


class _CoveringSearch:
    """The state of one search."""

    def __init__(self, problem: Covering, solver: HighsCovering, limits: Limits) -> None:
        self.problem, self.solver, self.limits = problem, solver, limits
        self.began = perf_counter()
        self.rows: dict[Row, None] = {}
        self.duals: tuple[float, ...] = ()
        self.chosen: tuple[int, ...] | None = None
        self.value = float("inf")
        self.bound = 0.0
        self.rounds = 0

    @property
    def closed(self) -> bool:
        """Whether value and bound meet."""
        return self.bound >= self.value - 1e-6 * max(1.0, self.value)

    def keep(self, chosen: Sequence[int] | None) -> None:
        if chosen is not None and (price := self.problem.price(chosen)) < self.value:
            self.chosen, self.value = tuple(sorted(int(c) for c in chosen)), price

    def add(self, rows: Sequence[Row]) -> int:
        """Adds rows not held yet; gives their number."""
        held = len(self.rows)
        for row in rows:
            if not row:
                raise ProvenetError("a covering problem has a row without members, which nothing can meet.")
            if row not in self.rows:
                self.rows[row] = None
                self.solver.add(row)
        return len(self.rows) - held

    def solve(self, whole: bool) -> HighsRun:
        left = None
        if self.limits.seconds is not None:
            left = max(0.001, self.limits.seconds - (perf_counter() - self.began))
        answer = self.solver.solve(whole, self.limits, left)
        self.rounds += 1
        self.bound = min(self.value, max(self.bound, self.problem.lifted(answer.bound)))
        if answer.duals:
            self.duals = answer.duals
        return answer

    def outcome(self) -> Outcome:
        proof: Proof = "solver" if self.closed else "bound"
        if self.chosen is None:
            proof = "none"
        duals = (*self.duals, *([0.0] * (len(self.rows) - len(self.duals))))
        return Outcome(
            self.chosen,
            None if self.chosen is None else self.value,
            self.bound,
            proof,
            self.rounds,
            tuple(self.rows),
            duals,
            perf_counter() - self.began,
        )
