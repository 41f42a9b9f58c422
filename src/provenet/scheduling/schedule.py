"""The best plan that can be found, and how far from the best possible one it is at most.

Prices of the limits give a bound and a fractional schedule (solve/bound.py); a list schedule follows its order
(kernels/list_schedule.py); a local search improves the plan (kernels/local_search.py); an instance so small that the
bound is loose goes to the reference model as a whole. `certify` checks the result before it is called certified.
"""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from math import fsum
from time import perf_counter
from typing import Any

import numpy as np

from provenet.certify import certify
from provenet.core.errors import ProvenetError
from provenet.forms.certificate import sealed
from provenet.forms.schedule import Instance, PlanFile, Proof, SearchState, Status, gap_share, zero_certificate
from provenet.numerics.arrays import Ints
from provenet.scheduling.certificates import certificate_of, gap_by_family
from provenet.scheduling.compilation import CompiledInstance, compile_instance
from provenet.scheduling.infeasibility import explain_infeasibility
from provenet.scheduling.local_search import LocalSearch
from provenet.scheduling.solve.bound import Bound, upper_bound
from provenet.scheduling.solve.closure import ClosureNetwork, network
from provenet.scheduling.solve.named_solver import HIGHS, refuse_solver

SMALL = 4_000
"""Up to so many nodes an instance goes to the reference model as well."""
OPTIMAL, NEAR, ROUNDING = 1e-6, 1e-9, 1e-13
"""A gap of at most the first share is none; a bound that is above a plan by less than the second share of it and the
third of all that is at stake is the plan's own worth, but for rounding."""
ROUNDS, TRIES = 80, 3_000_000
"""Without a limit of seconds: rounds of the bound, and tries to better a plan."""
WHOLE_SECONDS = 120.0
"""Without a limit of seconds: how long the reference model may take."""
LOOKS = 3_000
"""Without a limit of seconds: how often the reference model tells how it stands before it is ended."""
FEW_TRIES, FEW_SHARE, WHOLE_SHARE = 200_000, 0.7, 0.95
"""When the reference model runs: tries before it, or the share of the seconds after which it starts; and how long."""
CHUNK = 20_000
"""Tries between two looks at the clock."""
BOUND_SHARE = 0.6
"""Of the seconds given, the share after which the bound is left as it stands."""


Progress = Callable[[SearchState], None]


@dataclass
class _Work:
    """What one call has found so far; an interruption leaves it whole."""

    compiled: CompiledInstance
    net: ClosureNetwork
    began: float
    seconds: float | None
    report: Progress
    search: LocalSearch
    solver: str = HIGHS
    bound: Bound | None = None
    solver_bound: float = np.inf
    stopped: bool = False
    no_plan: bool = False

    def left(self, share: float = 1.0) -> float:
        """Seconds left of a share of those given."""
        return np.inf if self.seconds is None else share * self.seconds - (perf_counter() - self.began)

    def ends(self) -> float:
        """The reading of the clock at which the seconds are spent."""
        return np.inf if self.seconds is None else self.began + self.seconds

    def spent(self, share: float) -> float:
        """What share of the seconds is spent; without seconds, the share given."""
        return share if self.seconds is None else min(1.0, (perf_counter() - self.began) / self.seconds)

    def say(self, doing: str, done: int, total: int) -> None:
        """Tells how the search stands; with seconds given, how many of them are spent."""
        best = min(self.solver_bound, np.inf if self.bound is None else self.bound.value)
        bound = self.worth(best) if np.isfinite(best) else None
        if self.seconds is not None:
            done, total = int(perf_counter() - self.began), max(1, int(self.seconds))
        self.report(SearchState(doing, self.worth(self.search.objective), bound, done, total))

    def worth(self, units: float | None) -> float | None:
        """An amount of worth as the instance counts it."""
        return None if units is None else units * self.compiled.worth_unit


@dataclass(frozen=True)
class Solution:
    """A plan, and what each family of limits adds to the bound above it; empty where there is no plan or no gap."""

    plan: PlanFile
    gap_by_family: dict[str, float]


def schedule(instance: Instance, **options: Any) -> PlanFile:
    """A plan of an instance with its bound, its proof and its certificate: `solve` without where the gap lies."""
    return solve(instance, **options).plan


def solve(
    instance: Instance,
    *,
    seconds: float | None = None,
    seed: int = 1,
    rounds: int = ROUNDS,
    tries: int = TRIES,
    progress: Progress | None = None,
    known: dict[str, int | None] | None = None,
    whole_seconds: float = WHOLE_SECONDS,
    solver: str = HIGHS,
) -> Solution:
    """A plan of an instance with its bound, its proof and its certificate, and where its gap lies.

    With `seconds` the search ends by then, about, and the plan depends on the machine; without, equal calls give equal
    plans. `known` is a plan to begin with; the reference model may take `whole_seconds`, and with 0 it does not run.
    `solver` solves it, by linopy's name: another than HiGHS runs whatever the size, and what it raises is raised;
    UsageFault where it is not there. An interruption (Ctrl-C) ends the search, and what was found stands. Where no plan
    keeps every limit, the answer has status "infeasible", the clashing limits and the cheapest relief. Cost: see
    docs/schedule.md.
    """
    began = perf_counter()
    refuse_solver(solver)
    made = compile_instance(instance)
    net = network(made.program)
    search = LocalSearch(made.program, net, seed)
    work = _Work(made, net, began, seconds, report=progress or _silent, search=search, solver=solver)
    if made.impossible:
        return Solution(explain_infeasibility(made, net, None, began=began, ends=work.ends()), {})
    try:
        if known is not None:
            work.search.offer(_blocks(made, known))
        _search(work, rounds, tries, whole_seconds=whole_seconds)
    except KeyboardInterrupt:
        work.stopped = True
    try:
        return _finish(work)
    except KeyboardInterrupt:
        if work.stopped:
            raise
        work.stopped = True
        return _finish(work)


def _search(work: _Work, rounds: int, tries: int, *, whole_seconds: float) -> None:
    """All that is done for a plan; where a solver gives up that nobody named, what was found before stands."""
    with suppress(ProvenetError):
        _find_bound(work, rounds)
    named = work.solver != HIGHS
    if named or work.net.size <= SMALL:
        _improve(work, min(tries, FEW_TRIES), FEW_SHARE)
        with nullcontext() if named else suppress(ProvenetError):
            _solve_whole(work, whole_seconds)
    if not work.stopped and not work.no_plan:
        _improve(work, tries, 1.0)


def _finish(work: _Work) -> Solution:
    """What was found, or why there is nothing."""
    made, net = work.compiled, work.net
    if work.search.best is None and work.bound is not None and (work.no_plan or not work.stopped):
        return Solution(
            explain_infeasibility(made, net, work.bound, began=work.began, certain=work.no_plan, ends=work.ends()), {}
        )
    lies = {}
    if work.bound is not None and work.search.best is not None:
        lies = gap_by_family(made, net, work.bound, start=work.search.best)
    return Solution(_plan(work), lies)


def _silent(report: SearchState) -> None:
    """Says nothing."""


def _blocks(made: CompiledInstance, known: dict[str, int | None]) -> Ints:
    starts = np.full(made.program.blocks, 2**30, np.int32)
    for unit, block in zip(made.instance.units, made.block_of.tolist(), strict=True):
        start = known.get(unit.id)
        if start is not None:
            starts[block] = start
    return starts


def _find_bound(work: _Work, rounds: int) -> None:
    """The bound, and a plan from the fractions of every few rounds."""

    def report(bound: Bound) -> bool:
        work.bound = bound
        if bound.rounds % 5 == 0 or not bound.is_rough:
            work.search.guided(bound)
            work.search.from_levels(bound.level)
        work.say("bound", bound.rounds, rounds)
        return work.left(BOUND_SHARE) <= 0 or _close_enough(work, bound)

    if work.search.best is None:
        work.search.by_density()
    program, left = work.compiled.program, lambda: work.left(BOUND_SHARE)
    bound = upper_bound(program, net=work.net, rounds=rounds, report=report, plan=work.search.best, left=left)
    work.search.guided(bound)
    work.search.from_levels(bound.level)
    if work.search.best is None:
        work.search.by_deadline()


def _close_enough(work: _Work, bound: Bound) -> bool:
    """Whether what the bound still may gain is a tenth of what is between it and the best plan."""
    if work.search.objective is None or bound.lacking.any() or bound.is_rough:
        return False
    return abs(bound.value - bound.relaxed) < 0.05 * (bound.value - work.search.objective)


def _improve(work: _Work, tries: int, share: float) -> None:
    """The plan, bettered until the tries or a share of the seconds are spent or it meets the bound."""
    done = 0
    while (done < tries or work.seconds is not None) and work.left(share) > 0 and not _meets_bound(work):
        if not work.search.polish(CHUNK, work.spent(done / tries)):
            return
        done += CHUNK
        work.say("plan", done, tries)


def _meets_bound(work: _Work) -> bool:
    objective = work.search.objective
    if objective is None or work.bound is None:
        return False
    return min(work.bound.value, work.solver_bound) - objective <= OPTIMAL * 0.5 * abs(objective)


def _solve_whole(work: _Work, most: float) -> None:
    """A small instance goes to the reference model as a whole, and any for which a solver was named.

    Without a limit of seconds it ends after so many looks, which every machine counts alike; an answer that only the
    clock ended is left out then.
    """
    if _meets_bound(work) or most <= 0:
        return
    from provenet.scheduling.solve.reference import solve_reference

    looks, bounded = 0, work.solver_bound

    def report(objective: float | None, bound: float) -> bool:
        nonlocal looks
        looks += 1
        work.solver_bound = min(work.solver_bound, bound)
        work.say("whole model", looks, LOOKS)
        return work.seconds is None and looks >= LOOKS

    limit = most if work.seconds is None else min(most, max(0.5, work.left(WHOLE_SHARE)))
    answer = solve_reference(work.compiled.program, limit, work.search.best, progress=report, solver=work.solver)
    work.stopped |= answer.stopped and looks < LOOKS
    if work.seconds is None and not answer.stopped and answer.status in ("feasible", "unknown"):
        work.solver_bound = bounded
        return
    work.no_plan = answer.status == "infeasible"
    if answer.start is not None:
        work.search.offer(answer.start)
    if np.isfinite(answer.bound):
        work.solver_bound = min(work.solver_bound, answer.bound)


def _plan(work: _Work) -> PlanFile:
    """The plan as it stands, checked and sealed."""
    made, best, bound = work.compiled, work.search.best, work.bound
    objective = work.worth(work.search.objective)
    proven = None if bound is None else bound.value * made.worth_unit
    certificate = zero_certificate(made.instance) if bound is None else certificate_of(made, work.net, bound)
    start = dict.fromkeys(unit.id for unit in made.instance.units) if best is None else made.starts(best)
    ends = [end for end in (proven, work.worth(work.solver_bound)) if end is not None and np.isfinite(end)]
    stated = max(min(ends), objective if objective is not None else -np.inf) if ends else None
    plan = PlanFile(
        status="unknown" if best is None else "feasible",
        objective=objective,
        bound=stated,
        gap_share=gap_share(objective, stated),
        proof="none" if best is None else "bound",
        seconds=round(perf_counter() - work.began, 3),
        start=start,
        certificate=certificate,
    )
    return _with_proof(made.instance, plan)


def _at_stake(instance: Instance) -> float:
    """What all demands, clear all the time, and all values above zero together are worth."""
    times = fsum(instance.discount**t for t in range(instance.periods))
    values = fsum(max(0.0, *unit.value) for unit in instance.units if unit.value)
    return times * fsum(demand.weight for demand in instance.demands) + values


def _with_proof(instance: Instance, plan: PlanFile) -> PlanFile:
    """The plan with the proof that it has: what `certify` holds of it decides."""
    if plan.objective is None:
        return sealed(instance, plan)
    checked = certify(instance, sealed(instance, plan))
    proof: Proof = "bound"
    bound = plan.bound if plan.bound is not None else checked.certified_bound
    if checked.feasible and checked.certified_bound is not None and bound is not None:
        near = NEAR * abs(plan.objective) + ROUNDING * _at_stake(instance)
        certified = max(checked.certified_bound, plan.objective)
        if certified <= bound + OPTIMAL * abs(bound) + near:
            proof, bound = "certified", plan.objective if certified - plan.objective <= near else certified
        elif (gap_share(plan.objective, bound) or 0.0) <= OPTIMAL:
            proof = "solver"
    gap = gap_share(plan.objective, bound)
    status: Status = "optimal" if gap is not None and gap <= OPTIMAL else "feasible"
    return sealed(instance, replace(plan, status=status, bound=bound, gap_share=gap, proof=proof))
