"""How many of a group all plans near the best one start early: what to start now whatever else is decided later.

A plan is near the best if it lacks at most a share (`tolerance`) of the best plan's worth. Lots of a group are alike,
and no one of them is in all near-best plans, but so many of them are. That is proven by asking for fewer: if no plan
that starts fewer in the first periods can be near the best, all near ones start more. It is refuted by a near-best plan
that starts fewer. Where the bound is not tight enough for the one and no such plan is found for the other, it is open.

Much is proven without a search: a certificate bounds every plan by fixed amounts and one amount for the start of each
unit (see `certify`). So a plan in which a unit starts elsewhere than where its own amount is greatest is below the
bound by at least the difference, and differences of several units add up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.certify import bound_of
from provenet.forms.schedule import Certificate, Instance, PlanFile
from provenet.numerics.arrays import Floats
from provenet.scheduling.compilation import CompiledInstance, compile_instance
from provenet.scheduling.robust import Solve, cap_early

TOLERANCE = 0.01
DUST = {"certified": 1e-9, "solver": 1e-6}
"""By what share of it a bound has to lie below the threshold: what rounding and a solver's tolerance may hide."""


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


def bound_early_starts(
    instance: Instance, plan: PlanFile, units: Collection[str], *, tolerance: float, periods: int, solve: Solve
) -> GroupMinimum:
    """How many of a group every near-best plan starts in the first `periods`, by schedules that may start fewer.

    Halves the numbers between what prices prove and what the plan has: if no plan with at most k can be near the best,
    all near ones have k + 1. `plan` must be one of this instance, with an objective. Cost: a check, and about
    log2(units) schedules.
    """
    assert plan.objective is not None
    names = list(units)
    threshold, bound = worth_threshold(plan.objective, tolerance), _bound(instance, plan)
    sure = np.inf if bound is None else max(threshold, worth_threshold(bound, tolerance))
    planned = seen = high = _early(plan, names, periods)
    low = _least_by_prices(instance, plan, names, threshold=threshold, periods=periods)
    proofs = {"certified"} if low else set()
    while low < high:
        most = (low + high - 1) // 2
        found = solve(cap_early(instance, names, periods, most=most), None)
        proof = "certified" if found.proof == "certified" else "solver"
        if found.objective is not None and found.objective >= sure:
            seen = min(seen, _early(found, names, periods))
            high = min(most, seen)
        elif found.status == "infeasible" or (
            found.bound is not None and found.bound < threshold - DUST[proof] * abs(threshold)
        ):
            low = most + 1
            proofs.add(proof)
        else:
            # Undecided: a smaller number may still be proven.
            high = most
    weakest = "none" if not proofs else "solver" if "solver" in proofs else "certified"
    return GroupMinimum(len(names), low, planned, seen, weakest)


def worth_threshold(best: float, tolerance: float) -> float:
    """What a plan is worth at least that lacks at most a share of the best.

    >>> worth_threshold(200.0, 0.01), worth_threshold(-200.0, 0.01)
    (198.0, -202.0)
    """
    return best - tolerance * abs(best)


def _early(plan: PlanFile, names: Sequence[str], periods: int) -> int:
    """How many of some units a plan starts in the first periods."""
    return sum((begun := plan.start[name]) is not None and begun < periods for name in names)


def _bound(instance: Instance, plan: PlanFile) -> float | None:
    """What no plan can pass, as the plan states it or as its certificate sums up."""
    known = [] if plan.bound is None else [plan.bound]
    if isinstance(plan.certificate, Certificate) and plan.certificate.proves == "bound":
        known.append(bound_of(instance, plan.certificate))
    return min(known, default=None)


def _least_by_prices(
    instance: Instance, plan: PlanFile, names: Sequence[str], *, threshold: float, periods: int
) -> int:
    """How many near-best plans start early at least, by the certificate alone: each that does not loses so much.

    Near-best plans can lose no more than the gap and the tolerance together: those that lose least per unit may be
    left, the last of them in part. Cost O(units log units) and that of `lost_if_late`.
    """
    if not isinstance(plan.certificate, Certificate):
        return 0
    bound = bound_of(instance, plan.certificate)
    room = bound - threshold
    left = room + 1e-9 * (abs(bound) + abs(room))
    made, late = lost_if_late(instance, plan.certificate, periods)
    block, size = np.unique(made.block_of[[made.place[name] for name in names]], return_counts=True)
    cost, spared = late[block], 0.0
    for k in np.argsort(cost / size, kind="stable").tolist():
        if cost[k] > left:
            spared += float(size[k]) * left / cost[k] if np.isfinite(cost[k]) else 0.0
            break
        left -= cost[k]
        spared += float(size[k])
    return len(names) - int(np.floor(spared + 1e-9))


def lost_if_late(instance: Instance, certificate: Certificate, periods: int) -> tuple[CompiledInstance, Floats]:
    """What a plan surely loses by each block that does not start within the first `periods`, by a certificate's prices.

    float64[blocks of the compiled instance], from 0, infinite where it must start by then.
    Cost O(uses x periods + entries).
    """
    made = compile_instance(instance)
    program = made.program
    amount = np.zeros((program.blocks, instance.periods))
    np.add.at(amount, made.block_of, start_amounts(instance, certificate))
    when = np.arange(instance.periods)[None, :]
    may = (program.first[:, None] <= when) & (when <= program.last[:, None])
    amount = np.where(may, amount, -np.inf)
    after = amount[:, periods:].max(axis=1, initial=-np.inf)
    later = np.where(program.must, after, np.maximum(after, 0.0))
    best = np.maximum(amount[:, :periods].max(axis=1, initial=-np.inf), later)
    with np.errstate(invalid="ignore"):
        return made, np.where(np.isfinite(best), best - later, 0.0)


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
