"""Which offers to make under a budget, how far from the best they are, and what other budgets would reach."""

import math
from collections.abc import Callable
from time import perf_counter

import numpy as np

from provenet.core.errors import ProvenetError
from provenet.forms.allocation import Allocation, AllocationResult
from provenet.forms.schedule import OPTIMAL_GAP_SHARE, Proof, SearchState, gap_share
from provenet.numerics.arrays import Longs
from provenet.tipping.bins import BinnedInstance, bin_instance
from provenet.tipping.branch_and_bound import PairBound, Search, branch
from provenet.tipping.exchanges import concave_hull, fill_budget, improve, slope_at, solve_knapsack, trim

NEAR_ENOUGH = 0.004
"""The gap that is closed first; what work is left goes to the rest of it."""
MOST_WORK = 1.8e10
MOST_WORK_BELOW = 4e9
"""What work goes into a gap that is near enough."""
ROUNDS, KICKS, BUDGETS = 40, 15, 20
SHORT = 1e-4
"""By so small a share points of the frontier may fall short, where carriers are alone."""
MANY = 2_000_000
"""With more members of vectors than this the frontier has half as many budgets."""
MOST_NODES = 3000
"""The most levels, over all carriers, for which pairs are priced: a table of pairs grows with their square."""
SEED = 20251125


Report = Callable[[SearchState], None]


class _OutOfTime(Exception):
    """The time that was given is over."""


def find_allocation(
    instance: Allocation, seconds: float | None = None, report: Report | None = None
) -> AllocationResult:
    """The best award found of an instance, with a bound and the frontier.

    Exact where no demand has two carriers; else the gap is closed as far as the work goes, and stated. Without
    `seconds` equal calls give equal awards. Raises ProvenetError if the bins disagree with the scenarios.
    """
    began = perf_counter()
    made = bin_instance(instance)
    award, bound, complete = solve_binned(made, seconds, report, began=began)
    objective = _recount(instance, made, award)
    bound = max(float(bound), objective)
    least = min((demand.weight for demand in instance.demands if demand.weight), default=0.0) / instance.scenarios
    # No award is worth more than 0 and less than this, so a bound below it is rounding alone.
    bound = 0.0 if objective == 0 and bound < 0.999 * least else bound
    points = _frontier(made, award, objective)
    gap = gap_share(objective, bound)
    optimal = gap is not None and gap <= OPTIMAL_GAP_SHARE
    proof: Proof = "solver" if optimal and complete else "bound"
    price = 0.0 if instance.budget is None else slope_at(concave_hull(points), instance.budget)
    tipped = made.tipped[made.first[:-1] + award]
    amounts = [carrier.levels[i] for carrier, i in zip(instance.carriers, award.tolist(), strict=True)]
    ids = [carrier.id for carrier in instance.carriers]
    return AllocationResult(
        status="optimal" if optimal else "feasible",
        objective=objective,
        bound=bound,
        gap_share=gap,
        proof=proof,
        seconds=round(perf_counter() - began, 3),
        award=dict(zip(ids, amounts, strict=True)),
        frontier=tuple(points),
        committed=math.fsum(amounts),
        expected_paid=math.fsum(amount * share for amount, share in zip(amounts, tipped.tolist(), strict=True)),
        clear_share=dict(zip(ids, tipped.tolist(), strict=True)),
        price=price,
        unit=instance.unit,
    )


def solve_binned(
    made: BinnedInstance, seconds: float | None = None, report: Report | None = None, *, began: float | None = None
) -> tuple[Longs, float, bool]:
    """The best award found of bins, without what buys nothing; its bound; and whether nothing was left out.

    `began` is when the seconds began, now if it is not given.
    """
    if len(made.weight):
        award, bound, complete = _solve_joint(
            made, began or perf_counter(), seconds, report=report or (lambda state: None)
        )
    else:
        award, bound = solve_knapsack(made)
        complete = True
    return trim(made, award), float(bound), complete


def _solve_joint(
    made: BinnedInstance, began: float, seconds: float | None, *, report: Report
) -> tuple[Longs, float, bool]:
    """The best award found where demands have several carriers, and its bound."""
    nobody = np.zeros(made.carriers, np.int64)
    everything = made.worth(made.most)
    if made.spent(made.most) <= made.held:
        return made.most.copy(), everything, True
    search = Search(made, nobody, made.worth(nobody))
    bound = everything
    most_work = MOST_WORK if seconds is None else math.inf

    def report_progress(doing: str, done: float) -> None:
        report(SearchState(doing, search.worth, min(bound, search.bound), int(done), 100))
        if seconds is not None and perf_counter() - began > seconds:
            raise _OutOfTime

    try:
        if len(made.cost) > MOST_NODES:
            search.offer(fill_budget(made, nobody, -np.arange(len(made.cost), dtype=np.float64)))
            _perturb(search, report_progress)
            return search.award, everything, False
        search.pairs = pairs = PairBound.of(made)
        may = made.cost <= made.held
        for nth in range(ROUNDS):
            pairs.look(may)
            bound = min(bound, pairs.bound)
            pairs.turn()
            search.work += len(may) ** 2 * 10 + len(made.member) * 8
            if nth % 3 == 2:
                search.offer(fill_budget(made, nobody, pairs.leaning))
            report_progress("bounding pairs of carriers", 20 * nth / ROUNDS)
        _perturb(search, report_progress)
        for target in (NEAR_ENOUGH, OPTIMAL_GAP_SHARE / 2):
            limit = most_work if target == NEAR_ENOUGH else min(most_work, search.work + MOST_WORK_BELOW)
            limit = limit if seconds is None else math.inf
            search.begin(may, bound)
            branch(
                search,
                target,
                limit,
                report=lambda s: report_progress("branching on levels", 100 * min(1.0, s.work / MOST_WORK)),
            )
            bound = min(bound, search.bound)
            if search.gap(bound) > target:
                break
    except (_OutOfTime, KeyboardInterrupt):
        bound = min(bound, search.bound)
    return search.award, max(float(bound), search.worth), True


def _perturb(search: Search, report_progress: Callable[[str, float], None]) -> None:
    """Tries again from the best award with a few carriers at other levels."""
    made, draw = search.made, np.random.default_rng(SEED)
    for nth in range(KICKS):
        award = search.award.copy()
        for j in draw.choice(made.carriers, min(3, made.carriers), replace=False):
            award[j] = draw.integers(0, made.most[j] + 1)
        search.offer(fill_budget(made, award, made.reached(award) + 0.3 * draw.random(len(made.cost))))
        report_progress("trying other awards", 20 + 10 * nth / KICKS)


def _recount(instance: Allocation, made: BinnedInstance, award: Longs) -> float:
    """The objective of an award, counted again from the gaps, scenario by scenario.

    Raises ProvenetError where it is not that of the bins.
    """
    clear = {
        carrier.id: carrier.gaps <= carrier.levels[i]
        for carrier, i in zip(instance.carriers, award.tolist(), strict=True)
    }
    parts = []
    for demand in instance.demands:
        both = np.ones(instance.scenarios, np.bool_)
        for name in demand.carriers:
            both &= clear[name]
        parts.append(demand.weight * int(both.sum()) / instance.scenarios)
    total, ours = math.fsum(parts), made.worth(award)
    if abs(total - ours) > 1e-9 * max(abs(total), abs(ours)):
        raise ProvenetError(f"the bins say {ours!r} of an award, the scenarios {total!r}.")
    return total


def _frontier(made: BinnedInstance, award: Longs, objective: float) -> list[tuple[float, float]]:
    """What awards reach under budgets from none to that of all: (cost, worth), both rising; `award` is one."""
    full = made.under(None)
    total = full.spent(full.most)
    found = [(made.spent(award), objective)]
    last = np.zeros(made.carriers, np.int64)
    members = len(made.member)
    rounds = int(np.clip(1e8 / max(members, 1), 4, 40))
    for share in np.linspace(0.0, 1.0, (BUDGETS if members < MANY else BUDGETS // 2) + 1).tolist():
        under = made.under(total * share)
        if not len(made.weight):
            last = solve_knapsack(under, SHORT)[0]
        else:
            starts = [fill_budget(under, start, made.reached(start).astype(np.float64)) for start in (last, award)]
            last = improve(under, max(starts, key=under.worth), rounds)[0]
        kept = trim(under, last)
        found.append((under.spent(kept), under.worth(kept)))
    rising: list[tuple[float, float]] = []
    for cost, worth in sorted(found, key=lambda point: (point[0], -point[1])):
        if not rising or worth > rising[-1][1]:
            rising.append((cost, worth))
    return rising
