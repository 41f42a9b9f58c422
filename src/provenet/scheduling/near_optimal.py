"""What all plans near the best one have in common: what to start now whatever else is decided later.

A plan is near the best if it lacks at most a share (`tolerance`) of the best plan's worth. A start within the first
periods is common if every near-best plan has it, whichever of these periods it falls in. That is proven by forcing it
out: if no plan without it can be near the best, all near ones have it. It is refuted by a near-best plan without it.
Where the bound is not tight enough for the one and the search finds no plan for the other, it is not proven.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provenet.certify import bound_of
from provenet.core.errors import UsageFault
from provenet.forms.schedule import Certificate, Instance, PlanFile
from provenet.scheduling.compilation import CompiledInstance, compile_instance
from provenet.scheduling.robust import Solve, fast_solver
from provenet.scheduling.scenarios import cap_early, forbid_early

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReducedCosts:
    """For each block (units that start together) what is lost at least if it starts in the first periods, or not.

    `early` and `late` are float64[blocks], from 0, infinite where that cannot be; at least one of the two is 0.
    """

    made: CompiledInstance
    early: Floats
    late: Floats


def reduced_costs(instance: Instance, certificate: Certificate, periods: int) -> ReducedCosts:
    """What it loses to start within the first `periods`, and what not to. Cost O(uses x periods + entries)."""
    made = compile_instance(instance)
    program = made.program
    amount = np.zeros((program.blocks, instance.periods))
    np.add.at(amount, made.block_of, start_amounts(instance, certificate))
    when = np.arange(instance.periods)[None, :]
    may = (program.first[:, None] <= when) & (when <= program.last[:, None])
    amount = np.where(may, amount, -np.inf)
    within = amount[:, :periods].max(axis=1, initial=-np.inf)
    after = amount[:, periods:].max(axis=1, initial=-np.inf)
    later = np.where(program.must, after, np.maximum(after, 0.0))
    best = np.maximum(within, later)
    with np.errstate(invalid="ignore"):
        early, late = best - within, best - later
    never = ~np.isfinite(best)
    return ReducedCosts(made, np.where(never, 0.0, early), np.where(never, 0.0, late))


def start_amounts(instance: Instance, certificate: Certificate) -> Floats:
    """What the start of each unit in each period is worth by a certificate, float64[units, periods].

    Value, less the price of what it uses and of the conflicts it is under way in, plus credits and what is passed to
    it from when it is done, less what it passes on from when it starts; turns as `certify` counts them.
    """
    count, periods = len(instance.units), instance.periods
    place = {unit.id: index for index, unit in enumerate(instance.units)}
    number = {resource.id: index for index, resource in enumerate(instance.resources)}
    before = np.array([place[a] for a, _ in instance.precedence], np.int64)
    after = np.array([place[b] for _, b in instance.precedence], np.int64)
    done, paid, busy = (np.zeros((count, periods + 1)) for _ in range(3))
    held = certificate
    np.add.at(done, (held.credit_unit, held.credit_period), held.credit_amount)
    np.add.at(done, (before[held.passed_edge], held.passed_period), held.passed_amount)
    np.add.at(paid, (after[held.passed_edge], held.passed_period), held.passed_amount)
    by_unit = held.turn_unit >= 0
    np.add.at(paid, (held.turn_unit[by_unit], held.turn_period[by_unit]), held.turn_amount[by_unit])
    of = np.repeat(np.arange(len(held.turn_size)), held.turn_size)
    duration = np.array([unit.duration for unit in instance.units], np.int64)[held.turn_member]
    started = held.turn_period[of] - np.bincount(of, duration, len(held.turn_size)).astype(np.int64)[of]
    there = started >= 0
    where = (held.turn_member[there], started[there] + duration[there])
    np.add.at(done, where, held.turn_amount[of[there]])
    for conflict, price in zip(instance.conflicts, held.conflict_prices, strict=True):
        for name in conflict.units:
            busy[place[name], :periods] += price
    done, paid, busy = (np.cumsum(one[:, ::-1], axis=1)[:, ::-1] for one in (done, paid, busy))
    found = np.zeros((count, periods))
    starts = np.arange(periods)
    for index, unit in enumerate(instance.units):
        ends = np.minimum(starts + unit.duration, periods)
        found[index] = done[index, ends] - paid[index, starts] - (busy[index, starts] - busy[index, ends])
        for name, spent in unit.use.items():
            found[index] -= held.prices[number[name]] * np.array(spent)
        if unit.value:
            found[index] += unit.value
    return found


TOLERANCE = 0.01
FIRST_PERIODS = 4
"""The first year in quarters."""
MOST_SOLVED = 40
"""Schedules that may be made to decide what prices alone do not."""
DUST = {"certified": 1e-9, "solver": 1e-6}
"""By what share of it a bound has to lie below the threshold: what rounding and a solver's tolerance may hide."""
COMMON, NOT_COMMON, NOT_PROVEN = "common", "not common", "not proven"
Report = Callable[[int, int], None]
"""Called after each schedule with how many were made and may be made."""


@dataclass(frozen=True)
class EarlyStart:
    """One start of the plan within the first periods, and whether all near-best plans have it.

    `proof` is certified (sums over a certificate), solver (the word of the reference model), plan (a near-best plan
    without it was found) or none. `bound_without` is what no plan without it can pass, as far as known, and
    `best_without` the best such plan that was found.
    """

    unit: str
    start: int
    verdict: str
    proof: str
    bound_without: float | None
    best_without: float | None


@dataclass(frozen=True)
class GroupCount:
    """How many of a group of units near-best plans start in the first periods: at least, in this plan, at most."""

    group: str
    units: int
    least: int
    planned: int
    most: int


@dataclass(frozen=True)
class NearOptimal:
    """The starts of a plan's first periods with their verdicts, and what decided them.

    `threshold` is what a plan has to be worth to be near the best as far as the best is known: one worth less is
    surely not near, one worth `sure` or more surely is. Between the two lies the gap of the plan.
    """

    tolerance: float
    periods: int
    threshold: float
    sure: float
    rows: tuple[EarlyStart, ...]
    solved: int


@dataclass
class _Work:
    """What is known of each start while it is decided."""

    instance: Instance
    periods: int
    threshold: float
    sure: float
    planned: dict[str, int]
    found: dict[str, EarlyStart] = field(default_factory=dict)
    bounds: dict[str, tuple[float, str]] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)
    solved: int = 0

    def open(self, names: Sequence[str]) -> list[str]:
        """Those not decided yet."""
        return [name for name in names if name not in self.found]

    def bounded(self, name: str, bound: float, proof: str) -> None:
        """A bound for plans without one start; below the threshold it decides."""
        if name not in self.bounds or bound < self.bounds[name][0]:
            self.bounds[name] = bound, proof
        if bound < self.threshold - DUST[proof] * abs(self.threshold):
            self._decide(name, COMMON, proof)

    def seen(self, objective: float, start: Mapping[str, int | None]) -> None:
        """A plan: for every start it does not have within the first periods, the best without it is at least this."""
        for name in self.planned:
            begun = start.get(name)
            if begun is None or begun >= self.periods:
                self.best[name] = max(objective, self.best.get(name, objective))
                if objective >= self.sure and name not in self.found:
                    self._decide(name, NOT_COMMON, "plan")

    def _decide(self, name: str, verdict: str, proof: str) -> None:
        bound = self.bounds.get(name, (None, ""))[0]
        self.found[name] = EarlyStart(name, self.planned[name], verdict, proof, bound, self.best.get(name))

    def rows(self) -> tuple[EarlyStart, ...]:
        """All starts, decided or not, those in common first."""
        for name in self.open(list(self.planned)):
            self._decide(name, NOT_PROVEN, "none")
        order = {COMMON: 0, NOT_PROVEN: 1, NOT_COMMON: 2}
        return tuple(sorted(self.found.values(), key=lambda row: (order[row.verdict], row.start, row.unit)))


def near_optimal(
    instance: Instance,
    plan: PlanFile,
    *,
    tolerance: float = TOLERANCE,
    periods: int = FIRST_PERIODS,
    most_solved: int = MOST_SOLVED,
    solve: Solve | None = None,
    others: Sequence[PlanFile] = (),
    report: Report | None = None,
) -> NearOptimal:
    """Which starts of a plan within the first `periods` every plan within `tolerance` of the best has.

    `plan` and `others` must be plans of this instance; plans that the scenarios found are good `others` where they fit.
    First the prices of the plan's certificate decide what they can, all starts at once. Then starts are forced out, in
    chunks and halves of them, until each is decided or `most_solved` schedules were made. Raises
    UsageFault without a plan. Cost: a check, and at most `most_solved` schedules.
    """
    if plan.objective is None:
        raise UsageFault("near-best plans: this instance has no plan, so nothing is near its best.")
    if not 0 <= tolerance < 1:
        raise UsageFault(f"near-best plans: found a tolerance of {tolerance!r}, expected a share from 0 to below 1.")
    bound = _bound(instance, plan)
    planned = {name: begun for name, begun in plan.start.items() if begun is not None and begun < periods}
    threshold = worth_threshold(plan.objective, tolerance)
    sure = np.inf if bound is None else max(threshold, worth_threshold(bound, tolerance))
    work = _Work(instance, periods, threshold, sure, planned)
    late = _by_prices(work, plan)
    for other in others:
        if other.objective is not None:
            work.seen(other.objective, other.start)
    chunks = _chunks(late, 0.5 * (plan.objective - sure))
    _force_out(work, chunks, plan, most=most_solved, solve=solve or fast_solver(), report=report)
    return NearOptimal(tolerance, periods, work.threshold, work.sure, work.rows(), work.solved)


def worth_threshold(best: float, tolerance: float) -> float:
    """What a plan is worth at least that lacks at most a share of the best.

    >>> worth_threshold(200.0, 0.01), worth_threshold(-200.0, 0.01)
    (198.0, -202.0)
    """
    return best - tolerance * abs(best)


def count_by_group(
    instance: Instance,
    plan: PlanFile,
    groups: Mapping[str, Sequence[str]],
    *,
    tolerance: float = TOLERANCE,
    periods: int = FIRST_PERIODS,
) -> tuple[GroupCount, ...]:
    """How many units of each group every near-best plan starts in the first `periods`: at least and at most.

    At national size no one lot of thousands is common to all near-best plans, but numbers by region or class are. By
    the certificate alone: starts elsewhere lose at least so much each, and near-best plans can lose no more than the
    gap and the tolerance together. Raises UsageFault without a plan. Cost O(units log units) a group.
    """
    if plan.objective is None:
        raise UsageFault("near-best plans: this instance has no plan, so nothing is near its best.")
    planned = {name for name, begun in plan.start.items() if begun is not None and begun < periods}
    lost, room = None, np.inf
    if isinstance(plan.certificate, Certificate):
        lost = reduced_costs(instance, plan.certificate, periods)
        room = _room(instance, plan, tolerance, certificate=plan.certificate)
    made = []
    for group, names in groups.items():
        least, most = 0, len(names)
        if lost is not None and np.isfinite(room):
            least, most = (
                len(names) - _within(lost, lost.late, names, room=room),
                _within(lost, lost.early, names, room=room),
            )
        made.append(GroupCount(group, len(names), least, sum(name in planned for name in names), most))
    return tuple(made)


@dataclass(frozen=True)
class GroupMinimum:
    """How few of a group near-best plans start in the first periods: `least` is proven, `seen` stood in one of them.

    `proof` is certified, or solver where some step rests on the reference model's word; with `least` 0 it is none.
    """

    units: int
    least: int
    planned: int
    seen: int
    proof: str
    solved: int


def bound_early_starts(
    instance: Instance,
    plan: PlanFile,
    units: Collection[str],
    *,
    tolerance: float = TOLERANCE,
    periods: int = FIRST_PERIODS,
    solve: Solve | None = None,
) -> GroupMinimum:
    """How many of a group every near-best plan starts in the first `periods`, by schedules that may start fewer.

    Halves the numbers between what prices prove and what the plan has: if no plan with at most k can be near the best,
    all near ones have k + 1. Sharper than `count_by_group`, where lots of a group are alike and none is common alone.
    Cost: a check, and about log2(units) schedules. Raises UsageFault without a plan.
    """
    names = list(units)
    (row,) = count_by_group(instance, plan, {"": names}, tolerance=tolerance, periods=periods)
    assert plan.objective is not None
    threshold, bound = worth_threshold(plan.objective, tolerance), _bound(instance, plan)
    sure = np.inf if bound is None else max(threshold, worth_threshold(bound, tolerance))
    low, seen, solved, proofs = row.least, row.planned, 0, {"certified"} if row.least else set()
    high = seen
    while low < high:
        most = (low + high - 1) // 2
        found = (solve or fast_solver())(cap_early(instance, names, periods, most=most), None)
        solved += 1
        proof = "certified" if found.proof == "certified" else "solver"
        if found.objective is not None and found.objective >= sure:
            early = sum((begun := found.start[name]) is not None and begun < periods for name in names)
            seen = min(seen, early)
            high = min(most, seen)
        elif found.status == "infeasible" or (
            found.bound is not None and found.bound < threshold - DUST[proof] * abs(threshold)
        ):
            low = most + 1
            proofs.add(proof)
        else:
            # Undecided: a smaller number may still be proven.
            high = most
    return GroupMinimum(len(names), low, row.planned, seen, _weakest(proofs), solved)


def _weakest(proofs: Collection[str]) -> str:
    return "none" if not proofs else "solver" if "solver" in proofs else "certified"


def _room(instance: Instance, plan: PlanFile, tolerance: float, *, certificate: Certificate) -> float:
    """How far below the certificate's bound a near-best plan can be at most."""
    bound = bound_of(instance, certificate)
    slack = bound - worth_threshold(plan.objective or 0.0, tolerance)
    return slack + 1e-9 * (abs(bound) + abs(slack))


def _within(lost: ReducedCosts, each: np.ndarray, names: Sequence[str], *, room: float) -> int:
    """How many units of a group can be so placed within the room: the cheapest first, the last one in part."""
    blocks = lost.made.block_of[[lost.made.place[name] for name in names]]
    block, size = np.unique(blocks, return_counts=True)
    cost = each[block]
    order = np.argsort(cost / size, kind="stable")
    left, number = room, 0.0
    for k in order.tolist():
        if cost[k] <= left:
            left -= cost[k]
            number += float(size[k])
        else:
            number += float(size[k]) * left / cost[k] if np.isfinite(cost[k]) else 0.0
            break
    return int(np.floor(number + 1e-9))


def _bound(instance: Instance, plan: PlanFile) -> float | None:
    """What no plan can pass, as the plan states it or as its certificate sums up."""
    known = [] if plan.bound is None else [plan.bound]
    if isinstance(plan.certificate, Certificate) and plan.certificate.proves == "bound":
        known.append(bound_of(instance, plan.certificate))
    return min(known, default=None)


def _by_prices(work: _Work, plan: PlanFile) -> dict[str, float]:
    """Decides by the plan's certificate; for each start what forcing it out loses at least, 0 without a certificate."""
    names = list(work.planned)
    if not isinstance(plan.certificate, Certificate) or plan.certificate.proves != "bound":
        return dict.fromkeys(names, 0.0)
    lost = reduced_costs(work.instance, plan.certificate, work.periods)
    bound = bound_of(work.instance, plan.certificate)
    late = {name: float(lost.late[lost.made.block_of[lost.made.place[name]]]) for name in names}
    for name in names:
        work.bounded(name, bound - late[name], "certified")
    return late


def _chunks(late: Mapping[str, float], room: float) -> list[list[str]]:
    """Starts in chunks that lose little enough together, least first: a plan without a chunk refutes all of it."""
    chunks: list[list[str]] = []
    lost = 0.0
    for name in sorted(late, key=lambda name: (late[name], name)):
        lost += late[name]
        if not chunks or lost > max(0.0, room):
            chunks.append([])
            lost = late[name]
        chunks[-1].append(name)
    return chunks


def _force_out(
    work: _Work, chunks: list[list[str]], plan: PlanFile, *, most: int, solve: Solve, report: Report | None
) -> None:
    """Forces starts out, chunk by chunk; a chunk that does not decide all of its own comes again by halves."""
    queue = [*chunks]
    while queue and work.solved < most:
        names = work.open(queue.pop(0))
        if not names:
            continue
        forced = forbid_early(work.instance, names, work.periods)
        if len(names) == 1 and isinstance(plan.certificate, Certificate) and plan.certificate.proves == "bound":
            # The windows of others narrow too, so the same prices may prove more than the start's own loss.
            work.bounded(names[0], bound_of(forced, plan.certificate), "certified")
            if names[0] in work.found:
                continue
        found = solve(forced, None)
        work.solved += 1
        if report is not None:
            report(work.solved, most)
        if found.objective is not None:
            work.seen(found.objective, found.start)
        if len(names) == 1:
            _alone(work, names[0], found)
        elif work.open(names):
            half = (len(names) + 1) // 2
            queue += [names[:half], names[half:]]


def _alone(work: _Work, name: str, found: PlanFile) -> None:
    """What a schedule without one start says of it."""
    proof = "certified" if found.proof == "certified" else "solver"
    if found.status == "infeasible":
        work.bounded(name, -np.inf, proof)
    elif found.bound is not None:
        work.bounded(name, found.bound, proof if found.proof in ("certified", "solver") else "solver")
