"""Checks a plan, and the bound stated with it, by plain sums: no solver, no kernel, and nothing of the planner.

Read from top to bottom. An instance has units that start in a period or never, limits, and demands that are worth
their weight, times discount**t, in every period t in which all their units are done. A plan is refused for

1. a unit that has no start, or a start outside its window, in `_windows`;
2. more use than a resource has, in `_resources`;
3. a unit that starts before the one it waits for is done, in `_precedence`;
4. units that must start together and do not, in `_together`;
5. more units under way at once than a conflict allows, in `_conflicts`;
6. an objective, bound, gap, status or proof that does not fit the others, in `_figures` and `_words`;
7. a certificate that is none, or proves less than is stated, in `forms/refusals.py` and `_bound_checked`;
8. anything altered since the plan was sealed, in `_seal`. The seal catches alteration, not fraud: whoever seals anew
   has to pass 1 to 7 all the same.

**Why a certificate proves its bound** (`bound_of`). Take any plan that keeps all limits, and any prices not below zero.
Add to its objective, for each limit, price times what the plan leaves of it: that adds nothing negative.

- resources: price[r, t] * (capacity[r, t] - use[r, t]). With carry-over what is left counts from the first period on;
  prices that never rise over time are sums of prices of those limits, so the same sum holds.
- conflicts: price[c, t] * (most[c] - units of c under way in t).
- waiting: passed[e, t] * (before is done by t, 1 or 0 - after has started by t, 1 or 0).
- demands: one that is clear in t has all its units done, so its worth w is at most max(0, w - credits) + the sum of
  credits over those of its units that are done by t, whatever the credits.
- turns: units that may not be under way at once take turns. If a demand is clear in t, or a unit has started by t that
  waits for them, they were all done by t one after another, so the first of them had started by t less all their
  durations: amount * (how many of them had - whether it is clear, or has started by t) is not negative either.

What results is a sum of fixed amounts (capacities, conflicts, what is left of the demands) and of amounts that depend
each on the start of one unit. Let each unit start where its own amount is greatest, units that start together jointly,
each within its window as waiting narrows it (`_reach`): no plan can have more. If even a sum without demands and
values is below zero, there is no plan.

**Rounding.** Limits may be passed by a share of `TOLERANCE`, in the plan and in the bound alike. Sums of floats err:
one addition by at most 2**-53 of the sum of the absolute amounts added so far. `bound_of` counts the longest row of
additions that any amount goes through, adds up all absolute amounts, and adds twice that error to the bound. The
last sum is exact (`math.fsum`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault
from provenet.core.jsontext import inside
from provenet.forms.certificate import figures_digest, plan_digest
from provenet.forms.refusals import refused
from provenet.forms.schedule import (
    OPTIMAL_GAP_SHARE,
    TOLERANCE,
    Certificate,
    Instance,
    PlanCheck,
    PlanFile,
    gap_share,
    said,
)
from provenet.forms.schedule_file import instance_digest

Ints: TypeAlias = NDArray[np.integer[Any]]
Floats: TypeAlias = NDArray[np.float64]
NEVER = 2**40
"""The period in which what never starts does so."""
NEAR, NEAR_OF_ALL = 1e-6, 1e-9
"""A stated figure may differ by the first share of itself, and by the second of what all demands and values together
are worth; a stated bound may lie below the certified one by the second share of both."""
MOST_KEPT = 10_000
"""So many refusals are kept in words; all are counted."""


def certify(instance: Instance, plan: PlanFile, name: str = "plan") -> PlanCheck:
    """Checks a plan against its instance; `name` is the place that refusals tell.

    Raises ValueError where the certificate is still the name of a file. Cost O(units x periods + uses x periods +
    demands x periods + entries of the certificate).
    """
    if isinstance(plan.certificate, str):
        raise ValueError("the file of the certificate is not read yet")
    told, sizes, objective, feasible = _Told(name), _Sizes(instance), None, None
    begun = _begun(told, sizes, plan)
    if plan.status not in ("infeasible", "unknown"):
        for check in (_windows, _resources, _precedence, _together, _conflicts):
            check(told, sizes, begun)
        feasible, objective = not told.count, _objective(sizes, begun)
    _words(told, plan)
    _figures(told, plan, objective, sizes.worth)
    bound, proven = _bound_checked(told, sizes, plan)
    if plan.certificate is not None:
        _seal(told, instance, plan, plan.certificate)
    gap = gap_share(objective, None if bound is None or objective is None else max(bound, objective))
    absent, refusals, remarks = tuple(sorted(plan.absent)), tuple(told.refusals), tuple(told.remarks)
    return PlanCheck(plan.status, feasible, objective, bound, gap, proven, refusals, told.count, absent, remarks)


@dataclass
class _Told:
    """Refusals and remarks, in the order in which they were found."""

    name: str
    refusals: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    count: int = 0

    def refuse(self, path: str, says: str, found: str, expected: str) -> None:
        self.count += 1
        if self.count <= MOST_KEPT:
            self.refusals.append(Fault(self.name, says, column=path, found=found, expected=expected))


class _Sizes:
    """An instance as arrays, by index in its own order; T is the number of periods."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.periods = instance, instance.periods
        self.place = {unit.id: index for index, unit in enumerate(instance.units)}
        units, place, far = instance.units, self.place, self.periods
        self.duration = np.array([min(unit.duration, far) for unit in units], np.int64)
        self.earliest = np.array([min(unit.earliest, far) for unit in units], np.int64)
        self.latest = np.array([far if u.latest is None else min(u.latest, far) for u in units], np.int64)
        self.must = self.latest < far
        self.discounts = np.array([instance.discount**t for t in range(far)])
        self.weight = np.array([demand.weight for demand in instance.demands], np.float64)
        self.demand_of, self.demand_unit = _pairs([d.units for d in instance.demands], place)
        self.conflict_of, self.conflict_unit = _pairs([c.units for c in instance.conflicts], place)
        self.most = np.array([conflict.most for conflict in instance.conflicts], np.float64)
        self.group_of, self.group_unit = _pairs(instance.together, place)
        self.before = np.array([place[a] for a, _ in instance.precedence], np.int64)
        self.after = np.array([place[b] for _, b in instance.precedence], np.int64)
        self.capacity = np.array([r.capacity for r in instance.resources]).reshape(-1, far)
        self.carries = np.array([r.carry_over for r in instance.resources], bool)
        resources = {resource.id: index for index, resource in enumerate(instance.resources)}
        uses = [(place[u.id], resources[r], amounts) for u in units for r, amounts in u.use.items()]
        self.use_unit = np.array([unit for unit, _, _ in uses], np.int64)
        self.use_resource = np.array([resource for _, resource, _ in uses], np.int64)
        self.use = np.array([amounts for _, _, amounts in uses], np.float64).reshape(-1, far)
        self.value = np.array([unit.value or (0.0,) * far for unit in units], np.float64).reshape(-1, far)
        self.worth = math.fsum(self.weight) * math.fsum(self.discounts) + math.fsum(np.abs(self.value).ravel())

    def path(self, unit: int | np.integer[Any]) -> str:
        return inside("$.start", self.instance.units[unit].id)


def _pairs(groups: tuple[tuple[str, ...], ...] | list[tuple[str, ...]], place: dict[str, int]) -> tuple[Ints, Ints]:
    """For each member of each group the place of the group, and of the member."""
    of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return of.astype(np.int64), np.array([place[name] for group in groups for name in group], np.int64)


def _begun(told: _Told, sizes: _Sizes, plan: PlanFile) -> Ints:
    """The start of each unit, or `NEVER`: every unit is named once, and no other; periods are those there are."""
    has_plan = plan.status not in ("infeasible", "unknown")
    begun = np.full(len(sizes.place), NEVER, np.int64)
    for name, at in plan.start.items():
        path = inside("$.start", name)
        if name not in sizes.place:
            told.refuse(path, "no such unit", name, "the id of a unit of the instance")
        elif at is not None and not has_plan:
            told.refuse(path, f"a unit starts, and the status is {plan.status}", f"period {at}", "null")
        elif at is not None and 0 <= at < sizes.periods:
            begun[sizes.place[name]] = at
        elif at is not None:
            told.refuse(path, "no such period", str(at), f"a period from 0 to {sizes.periods - 1}, or null")
    for name in [name for name in sizes.place if has_plan and name not in plan.start]:
        told.refuse("$.start", f"unit {name} has no start", "nothing", "a period, or null for never")
    return begun


def _windows(told: _Told, sizes: _Sizes, begun: Ints) -> None:
    started = begun < NEVER
    wrong = np.where(started, (begun < sizes.earliest) | (begun > sizes.latest), sizes.must)
    for unit in np.flatnonzero(wrong):
        first, last = int(sizes.earliest[unit]), int(min(sizes.latest[unit], sizes.periods - 1))
        found = f"period {begun[unit]}" if started[unit] else "never"
        expected = f"a start from period {first} to {last}" + ("" if sizes.must[unit] else ", or never")
        told.refuse(sizes.path(unit), "a start lies outside its window", found, expected)


def _resources(told: _Told, sizes: _Sizes, begun: Ints) -> None:
    spent = np.zeros_like(sizes.capacity)
    spends = np.flatnonzero(begun[sizes.use_unit] < NEVER)
    when = begun[sizes.use_unit[spends]]
    np.add.at(spent, (sizes.use_resource[spends], when), sizes.use[spends, when])
    carries = sizes.carries[:, None]
    spent, limit = (np.where(carries, np.cumsum(one, axis=1), one) for one in (spent, sizes.capacity))
    for resource, period in np.argwhere(spent > limit * (1 + TOLERANCE)):
        held = sizes.instance.resources[resource]
        says = (
            f"more of resource {held.id} is used {'up to' if held.carry_over else 'in'} period {period} than there is"
        )
        told.refuse("$.start", says, said(spent[resource, period]), f"at most {said(limit[resource, period])}")


def _precedence(told: _Told, sizes: _Sizes, begun: Ints) -> None:
    done = begun + sizes.duration
    for edge in np.flatnonzero((begun[sizes.after] < NEVER) & (begun[sizes.after] < done[sizes.before])):
        before, after = sizes.before[edge], sizes.after[edge]
        name = sizes.instance.units[before].id
        expected = f"period {done[before]} or later" if begun[before] < NEVER else f"never, since {name} never starts"
        says = f"a unit starts before {name}, which it waits for, is done"
        told.refuse(sizes.path(after), says, f"period {begun[after]}", expected)


def _together(told: _Told, sizes: _Sizes, begun: Ints) -> None:
    first = np.searchsorted(sizes.group_of, sizes.group_of)
    leader = sizes.group_unit[first]
    for at in np.flatnonzero(begun[sizes.group_unit] != begun[leader]):
        unit, one = sizes.group_unit[at], leader[at]
        found, expected = ("never" if begun[u] == NEVER else f"period {begun[u]}" for u in (unit, one))
        says = f"a unit does not start together with {sizes.instance.units[one].id}"
        told.refuse(sizes.path(unit), says, found, expected)


def _conflicts(told: _Told, sizes: _Sizes, begun: Ints) -> None:
    change = np.zeros((len(sizes.most), sizes.periods + 1), np.int64)
    started = begun[sizes.conflict_unit] < NEVER
    conflict, unit = sizes.conflict_of[started], sizes.conflict_unit[started]
    np.add.at(change, (conflict, begun[unit]), 1)
    np.add.at(change, (conflict, np.minimum(begun[unit] + sizes.duration[unit], sizes.periods)), -1)
    under_way = np.cumsum(change, axis=1)[:, : sizes.periods]
    for at, period in np.argwhere(under_way > sizes.most[:, None]):
        says = f"too many units of {sizes.instance.conflicts[at].id} are under way in period {period}"
        told.refuse("$.start", says, str(under_way[at, period]), f"at most {int(sizes.most[at])}")


def _objective(sizes: _Sizes, begun: Ints) -> float:
    """What the plan is worth: demands from the period on in which their last unit is done, and values of starts."""
    clear_from = np.zeros(len(sizes.weight), np.int64)
    np.maximum.at(clear_from, sizes.demand_of, (begun + sizes.duration)[sizes.demand_unit])
    still = np.append(np.cumsum(sizes.discounts[::-1])[::-1], 0.0)
    started = np.flatnonzero(begun < NEVER)
    demands = sizes.weight * still[np.minimum(clear_from, sizes.periods)]
    return math.fsum(demands) + math.fsum(sizes.value[started, begun[started]])


# ------------------------------------------------------------------------------------- what is stated of the plan


def _words(told: _Told, plan: PlanFile) -> None:
    """Status and proof fit each other and what is stated beside them."""
    status, proof, bound = plan.status, plan.proof, plan.bound
    exists, lacks = status != "infeasible", bound is None and "bound" not in plan.absent
    told_limits, stands = bool(plan.clash or plan.relief), status not in ("infeasible", "unknown")
    for is_wrong, key, says, found, expected in (
        (proof == "none" and bound is not None, "proof", "a bound is stated, and no proof", proof, "another proof"),
        (not exists and proof in ("none", "bound"), "proof", "no plan exists, without proof", proof, "another proof"),
        (not exists and bound is not None, "bound", "a bound is stated of plans that do not exist", bound, "null"),
        (stands and told_limits, "status", "clashing limits are told, and a plan may exist", status, "infeasible"),
        (status == "optimal" and lacks, "bound", "an optimal plan has no bound", None, "the bound that it reaches"),
        (status == "optimal" and proof == "none", "proof", "an optimal plan has no proof", proof, "another proof"),
        (exists and lacks and proof not in ("none", None), "bound", "a proof is told, and no bound", None, "a number"),
    ):
        if is_wrong:
            told.refuse(f"$.{key}", says, found if isinstance(found, str) else said(found), expected)
    if status == "optimal" and "bound" in plan.absent:
        told.remarks.append("The plan says that it is optimal and states no bound, so that is not proven.")


def _figures(told: _Told, plan: PlanFile, objective: float | None, worth: float) -> None:
    """Objective, bound and gap fit the plan and each other."""
    stated = plan.objective
    if "objective" not in plan.absent and not _near(stated, objective, worth):
        told.refuse("$.objective", "the objective is not that of the plan", said(stated), said(objective))
    stated = objective if stated is None else stated
    if stated is not None and plan.bound is not None and plan.bound < stated and not _near(plan.bound, stated, worth):
        told.refuse("$.bound", "the bound lies below the objective", said(plan.bound), f"at least {said(stated)}")
    gap = gap_share(stated, plan.bound)
    if "gap_share" not in plan.absent and not _near(plan.gap_share, gap, 1.0):
        told.refuse("$.gap_share", "the gap is not that of objective and bound", said(plan.gap_share), said(gap))
    is_far = not _near(plan.bound, stated, worth) if gap is None else gap > OPTIMAL_GAP_SHARE
    if plan.status == "optimal" and plan.bound is not None and is_far:
        found, expected = f"optimal, with gap {said(gap)}", f"feasible, or a gap of at most {OPTIMAL_GAP_SHARE:g}"
        told.refuse("$.status", "a plan with a gap is stated to be optimal", found, expected)


def _near(stated: float | None, ours: float | None, worth: float) -> bool:
    if stated is None or ours is None:
        return stated is ours
    return abs(stated - ours) <= NEAR * abs(ours) + NEAR_OF_ALL * worth


def _seal(told: _Told, instance: Instance, plan: PlanFile, held: Certificate) -> None:
    """The instance, the plan without its certificate, and the certificate's figures are those that were sealed."""
    ours = {"instance": instance_digest(instance), "plan": plan_digest(plan), "figures": figures_digest(held)}
    whats = {"instance": "the instance", "plan": "a field of the plan", "figures": "a figure of the certificate"}
    for key, digest in ours.items():
        if getattr(held, key) != digest:
            says = f"{whats[key]} was altered since the plan was sealed, or the seal was"
            told.refuse(f"$.certificate.{key}", says, getattr(held, key) or "no seal", digest)


# --------------------------------------------------------------------------------------------------- the bound


def _bound_checked(told: _Told, sizes: _Sizes, plan: PlanFile) -> tuple[float | None, bool]:
    """The bound that the certificate proves, and whether it proves that no plan exists; told where it falls short."""
    held, says = plan.certificate, ""
    if not isinstance(held, Certificate):
        if plan.proof == "certified":
            told.remarks.append("The plan says that it is certified and holds no certificate.")
        elif plan.bound is not None or plan.status == "infeasible":
            told.remarks.append("What is stated of other plans stands on the word of whoever made this one.")
        return None, False
    before = told.count
    for path, what, found, expected in refused(sizes.instance, held):
        told.refuse(f"$.certificate.{path}", what, found, expected)
    if told.count > before:
        return None, False
    bound = _bound(sizes, held)
    if held.proves == "infeasible":
        proven = bound < 0
        if plan.status != "infeasible":
            told.refuse("$.certificate.proves", "a plan may exist, and its certificate denies it", held.proves, "bound")
        elif not proven:
            says = "The sum of the certificate is not below zero, so that no plan exists is not proven by it."
    else:
        proven = bound == -math.inf
        if plan.bound is not None and bound > plan.bound + NEAR_OF_ALL * (abs(bound) + sizes.worth):
            says = f"The certificate proves {said(bound)}, and not the stated bound of {said(plan.bound)}."
        elif plan.status == "infeasible" and not proven:
            says = "The certificate proves a bound, and not that no plan exists."
    if says and plan.proof == "certified":
        told.refuse("$.proof", says[0].lower() + says[1:-1], plan.proof, "a certificate that proves it, or solver")
    elif says:
        told.remarks.append(says + " That stands on the solver's word.")
    return (None if held.proves == "infeasible" or proven else bound), proven


def bound_of(instance: Instance, certificate: Certificate) -> float:
    """What no plan can exceed, by the certificate; the room for rounding is in it. Minus infinity: no plan exists.

    With `proves` "infeasible" a result below zero says that no plan exists, and any other says nothing. Raises
    ValueError naming the first thing that makes the certificate none.
    """
    sizes = _Sizes(instance)
    for path, says, found, expected in refused(instance, certificate):
        raise ValueError(f"{path}: {says}; found {found}, expected {expected}")
    return _bound(sizes, certificate)


def _bound(sizes: _Sizes, held: Certificate) -> float:
    """The sums that the head of this file explains; no plan can be worth more."""
    infeasible = held.proves == "infeasible"
    periods, count = sizes.periods, len(sizes.place)
    worth = np.outer(sizes.weight, sizes.discounts) * (not infeasible)
    amount = held.credit_amount * (not infeasible)
    credit_of_demand = _sums(held.credit_demand, held.credit_period, amount, worth.shape)
    turn = held.turn_amount * ((held.turn_unit >= 0) | (not infeasible))
    by_demand = held.turn_demand >= 0
    credit_of_demand += _sums(held.turn_demand[by_demand], held.turn_period[by_demand], turn[by_demand], worth.shape)
    left = np.maximum(0.0, worth - credit_of_demand)
    fixed = [held.prices * sizes.capacity * (1 + TOLERANCE), held.conflict_prices * sizes.most[:, None], left]

    # What a unit gains in each period in which it is done, and pays in each from its start on.
    done = _sums(held.credit_unit, held.credit_period, amount, (count, periods))
    done += _sums(sizes.before[held.passed_edge], held.passed_period, held.passed_amount, (count, periods))
    paid = _sums(sizes.after[held.passed_edge], held.passed_period, held.passed_amount, (count, periods))
    by_unit, (of, when_done) = ~by_demand, _turns(sizes, held)
    paid += _sums(held.turn_unit[by_unit], held.turn_period[by_unit], turn[by_unit], (count, periods))
    done += _sums(
        held.turn_member[when_done >= 0], when_done[when_done >= 0], turn[of[when_done >= 0]], (count, periods)
    )
    # What it costs to start in a period: its use, and each period under way in a conflict.
    used = np.zeros((count, periods))
    np.add.at(used, sizes.use_unit, held.prices[sizes.use_resource] * sizes.use)
    busy = np.zeros((count, periods))
    np.add.at(busy, sizes.conflict_unit, held.conflict_prices[sizes.conflict_of])
    value = sizes.value * (not infeasible)

    # For each unit and start: what comes from a period on is a sum from the end; after the last period it is zero.
    starts = np.arange(periods)
    ends = np.minimum(starts[None, :] + sizes.duration[:, None], periods)
    onward = [_onward(one) for one in (done, paid, busy)]
    gain, under_way_after = (np.take_along_axis(onward[k], ends, axis=1) for k in (0, 2))
    pay, under_way = onward[1][:, starts], onward[2][:, starts] - under_way_after
    best, rows = _best(sizes, value - used - under_way + gain - pay)

    # The error of rounding: see the head of this file.
    size = sum(float(one.sum()) for one in (np.abs(value), used, worth, credit_of_demand, *fixed))
    size += sum(float(one[:, 0].sum()) for one in onward)
    alike = (held.credit_demand, held.credit_unit, sizes.before[held.passed_edge], sizes.after[held.passed_edge])
    when = (held.credit_period, held.credit_period, held.passed_period, held.passed_period)
    bins = [one.astype(np.int64) * periods + at for one, at in zip(alike, when, strict=True)]
    turns = (held.turn_demand[by_demand], held.turn_unit[by_unit], held.turn_member)
    counts = [int(np.bincount(one, minlength=1).max()) for one in (*bins, sizes.use_unit, sizes.conflict_unit, *turns)]
    longest = sum(counts) + rows + 4 * periods + 32
    error = 2 * longest * 2.0**-53 * size
    return math.fsum([*(x for one in fixed for x in one.ravel().tolist()), *best.tolist(), error])


def _turns(sizes: _Sizes, held: Certificate) -> tuple[Ints, Ints]:
    """For each unit that takes a turn which turn it is, and the last period to be done in that pays; below 0: none."""
    of = np.repeat(np.arange(len(held.turn_size)), held.turn_size)
    duration = sizes.duration[held.turn_member]
    spent = np.zeros(len(held.turn_size), np.int64)
    np.add.at(spent, of, duration)
    started = held.turn_period[of] - spent[of]
    return of, np.where(started >= 0, started + duration, -1)


def _sums(row: Ints, column: Ints, amount: Floats, shape: tuple[int, ...]) -> Floats:
    """Amounts added up at their row and column."""
    flat = row.astype(np.int64) * shape[1] + column
    return np.asarray(np.bincount(flat, amount, shape[0] * shape[1]).reshape(shape), np.float64)


def _onward(amounts: Floats) -> Floats:
    """For each row the sum from each period to the last; the column after the last is zero."""
    return np.pad(np.cumsum(amounts[:, ::-1], axis=1)[:, ::-1], ((0, 0), (0, 1)))


def _best(sizes: _Sizes, amount: Floats) -> tuple[Floats, int]:
    """The greatest amount over the allowed starts of each unit, together groups jointly; and the size of the largest.

    Never to start counts nothing, where all may stay as they are; minus infinity where no start is allowed.
    """
    block = _blocks(sizes)
    count = int(block.max(initial=-1)) + 1
    total, may = np.zeros((count, sizes.periods)), np.ones((count, sizes.periods), bool)
    stay, periods = np.ones(count, bool), np.arange(sizes.periods)[None, :]
    first, last, must = _reach(sizes, block, count)
    np.add.at(total, block, amount)
    np.logical_and.at(may, block, (first[:, None] <= periods) & (periods <= last[:, None]))
    np.logical_and.at(stay, block, ~must)
    best = np.where(may, total, -math.inf).max(axis=1)
    return np.where(stay, np.maximum(best, 0.0), best), int(np.bincount(block, minlength=1).max())


def _reach(sizes: _Sizes, block: Ints, count: int) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """From when to when each unit can start and whether it must, as waiting narrows its window.

    Nothing starts before what it waits for is done, at the earliest; what a unit that must start waits for must start
    too, early enough. Each sweep narrows a window one wait further; it holds after any number of sweeps.
    """
    first, last, must = sizes.earliest.copy(), sizes.latest.copy(), sizes.must.copy()
    before, after, lag = sizes.before, sizes.after, sizes.duration[sizes.before]
    for _ in range(sizes.periods + 2):
        was = (first.copy(), last.copy(), must.copy())
        np.maximum.at(first, after, np.minimum(first[before] + lag, sizes.periods))
        due = must[after]
        np.minimum.at(last, before[due], np.maximum(last[after[due]] - lag[due], -1))
        np.logical_or.at(must, before, due)
        low, high, one = np.zeros(count, np.int64), np.full(count, sizes.periods), np.zeros(count, bool)
        np.maximum.at(low, block, first)
        np.minimum.at(high, block, last)
        np.logical_or.at(one, block, must)
        first, last, must = low[block], high[block], one[block]
        if all(np.array_equal(*pair) for pair in zip(was, (first, last, must), strict=True)):
            break
    return first, last, must


def _blocks(sizes: _Sizes) -> Ints:
    """For each unit the number of its block: units that must start together, by one group or by groups in a chain."""
    root = list(range(len(sizes.place)))

    def top(unit: int) -> int:
        while root[unit] != unit:
            root[unit] = root[root[unit]]
            unit = root[unit]
        return unit

    for group in sizes.instance.together:
        for name in group:
            root[top(sizes.place[name])] = top(sizes.place[group[0]])
    return np.unique([top(unit) for unit in range(len(root))], return_inverse=True)[1].astype(np.int64)
