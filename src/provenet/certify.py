"""Checks a plan, and the bound stated with it, by plain sums: no solver, no kernel, and nothing of the planner.

Read from top to bottom. An instance has units that start in a period or never, limits, and demands that are worth
their weight, times discount**t, in every period t in which all their units are done. A plan is refused for

1. a unit that has no start, or a start outside its window, in `_check_windows`;
2. more use than a resource has, in `_check_resources`;
3. a unit that starts before the one it waits for is done, in `_check_precedence`;
4. units that must start together and do not, in `_check_together`;
5. more units under way at once than a conflict allows, in `_check_conflicts`;
6. an objective, bound, gap, status or proof that does not fit the others, in `_check_figures` and `_check_words`;
7. a certificate that is none, or proves less than is stated, in `forms/certificate.py` and `_check_bound`;
8. a bound, or that no plan exists, stated without a certificate and refuted by another plan that keeps every limit, in
   `_check_claim`;
9. with `require_proof`, anything that no certificate proves;
10. anything altered since the plan was sealed, in `_check_seal`. The seal catches alteration, not fraud: whoever seals
    anew has to pass 1 to 9 all the same.

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

import math
from dataclasses import dataclass, field
from math import fsum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault
from provenet.core.jsontext import inside
from provenet.forms import schedule
from provenet.forms.certificate import figures_digest, instance_digest, plan_digest, refused
from provenet.forms.schedule import OPTIMAL_GAP_SHARE, TOLERANCE, Certificate, Instance, PlanFile, number_text

Ints: TypeAlias = NDArray[np.integer[Any]]
Floats: TypeAlias = NDArray[np.float64]
NEVER = 2**40
"""The period in which what never starts does so."""
NEAR, NEAR_OF_ALL = 1e-6, 1e-9
"""A stated figure may differ by the first share of itself, and by the second of what all demands and values together
are worth; a stated bound may lie below the certified one by the second share of both."""
MOST_KEPT = 10_000
"""So many refusals are kept in words; all are counted."""


def certify(
    instance: Instance, plan: PlanFile, name: str = "plan", *, require_proof: bool = False
) -> schedule.PlanCheck:
    """Checks a plan against its instance; `name` is the place that refusals give.

    With `require_proof` a plan whose bound, or whose claim that no plan exists, is not proven by its certificate is
    refused. Raises ValueError where the certificate is still the name of a file. Cost O(units x periods + uses x
    periods + demands x periods + entries of the certificate); of a claim without a certificate also O(units of all
    demands with all they wait for x uses x periods).
    """
    if isinstance(plan.certificate, str):
        raise ValueError("the file of the certificate is not read yet")
    findings, arrays, objective, feasible = _Findings(name), _Arrays(instance), None, None
    starts = _starts(findings, arrays, plan)
    if plan.status not in ("infeasible", "unknown"):
        for check in (_check_windows, _check_resources, _check_precedence, _check_together, _check_conflicts):
            check(findings, arrays, starts)
        feasible, objective = not findings.count, _objective(arrays, starts)
    _check_words(findings, plan)
    _check_figures(findings, plan, objective, worth=arrays.worth)
    bound, proven = _check_bound(findings, arrays, plan)
    is_carried = proven or (bound is not None and not _shortfall(plan, bound, proven, near=_near_zero(arrays, bound)))
    if not is_carried:
        _check_claim(findings, arrays, plan, starts=starts)
    if require_proof and not is_carried:
        text = "what is stated of other plans is not proven"
        findings.refuse("$.proof", text, plan.proof or "nothing", expected="a certificate that proves it")
    if plan.certificate is not None:
        _check_seal(findings, instance, plan, held=plan.certificate)
    return schedule.PlanCheck(
        status=plan.status,
        feasible=feasible,
        objective=objective,
        certified_bound=bound,
        gap_share=schedule.gap_share(objective, None if bound is None or objective is None else max(bound, objective)),
        is_proven_infeasible=proven,
        refusals=tuple(findings.refusals),
        refusal_count=findings.count,
        absent=tuple(sorted(plan.absent)),
        remarks=tuple(findings.remarks),
    )


@dataclass
class _Findings:
    """Refusals and remarks, in the order in which they were found."""

    name: str
    refusals: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    count: int = 0

    def refuse(self, path: str, text: str, found: str | float | None, *, expected: str) -> None:
        self.count += 1
        if self.count <= MOST_KEPT:
            said = found if isinstance(found, str) else number_text(found)
            self.refusals.append(Fault(self.name, text, column=path, found=said, expected=expected))


class _Arrays:
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


def _starts(findings: _Findings, arrays: _Arrays, plan: PlanFile) -> Ints:
    """The start of each unit, or `NEVER`: every unit is named once, and no other; periods are those there are."""
    has_plan = plan.status not in ("infeasible", "unknown")
    starts = np.full(len(arrays.place), NEVER, np.int64)
    for name, at in plan.start.items():
        path = inside("$.start", name)
        if name not in arrays.place:
            findings.refuse(path, "no such unit", name, expected="the id of a unit of the instance")
        elif at is not None and not has_plan:
            findings.refuse(path, f"a unit starts, and the status is {plan.status}", f"period {at}", expected="null")
        elif at is not None and 0 <= at < arrays.periods:
            starts[arrays.place[name]] = at
        elif at is not None:
            findings.refuse(
                path, "no such period", str(at), expected=f"a period from 0 to {arrays.periods - 1}, or null"
            )
    for name in [name for name in arrays.place if has_plan and name not in plan.start]:
        findings.refuse("$.start", f"unit {name} has no start", "nothing", expected="a period, or null for never")
    return starts


def _check_windows(findings: _Findings, arrays: _Arrays, starts: Ints) -> None:
    started = starts < NEVER
    wrong = np.where(started, (starts < arrays.earliest) | (starts > arrays.latest), arrays.must)
    for unit in np.flatnonzero(wrong):
        first, last = int(arrays.earliest[unit]), int(min(arrays.latest[unit], arrays.periods - 1))
        found = f"period {starts[unit]}" if started[unit] else "never"
        expected = f"a start from period {first} to {last}" + ("" if arrays.must[unit] else ", or never")
        findings.refuse(arrays.path(unit), "a start lies outside its window", found, expected=expected)


def _check_resources(findings: _Findings, arrays: _Arrays, starts: Ints) -> None:
    spent = np.zeros_like(arrays.capacity)
    spends = np.flatnonzero(starts[arrays.use_unit] < NEVER)
    when = starts[arrays.use_unit[spends]]
    np.add.at(spent, (arrays.use_resource[spends], when), arrays.use[spends, when])
    spent, limit = (np.where(arrays.carries[:, None], np.cumsum(one, axis=1), one) for one in (spent, arrays.capacity))
    for resource, period in np.argwhere(spent > limit * (1 + TOLERANCE)):
        held = arrays.instance.resources[resource]
        text = (
            f"more of resource {held.id} is used {'up to' if held.carry_over else 'in'} period {period} than there is"
        )
        findings.refuse(
            "$.start", text, spent[resource, period], expected=f"at most {number_text(limit[resource, period])}"
        )


def _check_precedence(findings: _Findings, arrays: _Arrays, starts: Ints) -> None:
    done = starts + arrays.duration
    for edge in np.flatnonzero((starts[arrays.after] < NEVER) & (starts[arrays.after] < done[arrays.before])):
        before, after = arrays.before[edge], arrays.after[edge]
        name = arrays.instance.units[before].id
        expected = f"period {done[before]} or later" if starts[before] < NEVER else f"never, since {name} never starts"
        text = f"a unit starts before {name}, which it waits for, is done"
        findings.refuse(arrays.path(after), text, f"period {starts[after]}", expected=expected)


def _check_together(findings: _Findings, arrays: _Arrays, starts: Ints) -> None:
    leader = arrays.group_unit[np.searchsorted(arrays.group_of, arrays.group_of)]
    for at in np.flatnonzero(starts[arrays.group_unit] != starts[leader]):
        unit, one = arrays.group_unit[at], leader[at]
        found, expected = ("never" if starts[u] == NEVER else f"period {starts[u]}" for u in (unit, one))
        text = f"a unit does not start together with {arrays.instance.units[one].id}"
        findings.refuse(arrays.path(unit), text, found, expected=expected)


def _check_conflicts(findings: _Findings, arrays: _Arrays, starts: Ints) -> None:
    change = np.zeros((len(arrays.most), arrays.periods + 1), np.int64)
    started = starts[arrays.conflict_unit] < NEVER
    conflict, unit = arrays.conflict_of[started], arrays.conflict_unit[started]
    np.add.at(change, (conflict, starts[unit]), 1)
    np.add.at(change, (conflict, np.minimum(starts[unit] + arrays.duration[unit], arrays.periods)), -1)
    under_way = np.cumsum(change, axis=1)[:, : arrays.periods]
    for at, period in np.argwhere(under_way > arrays.most[:, None]):
        text = f"too many units of {arrays.instance.conflicts[at].id} are under way in period {period}"
        findings.refuse("$.start", text, str(under_way[at, period]), expected=f"at most {int(arrays.most[at])}")


def _objective(arrays: _Arrays, starts: Ints) -> float:
    """What the plan is worth: demands from the period on in which their last unit is done, and values of starts."""
    clear_from = np.zeros(len(arrays.weight), np.int64)
    np.maximum.at(clear_from, arrays.demand_of, (starts + arrays.duration)[arrays.demand_unit])
    still = np.append(np.cumsum(arrays.discounts[::-1])[::-1], 0.0)
    started = np.flatnonzero(starts < NEVER)
    demands = arrays.weight * still[np.minimum(clear_from, arrays.periods)]
    return math.fsum(demands) + math.fsum(arrays.value[started, starts[started]])


# ------------------------------------------------------------------------------------- what is stated of the plan


def _check_words(findings: _Findings, plan: PlanFile) -> None:
    """Status and proof fit each other and what is stated beside them."""
    status, proof, bound = plan.status, plan.proof, plan.bound
    exists, lacks = status != "infeasible", bound is None and "bound" not in plan.absent
    names_limits, stands = bool(plan.clash or plan.relief), status not in ("infeasible", "unknown")
    for is_wrong, key, text, found, expected in (
        (proof == "none" and bound is not None, "proof", "a bound is stated without a proof", proof, "another proof"),
        (
            not exists and proof in ("none", "bound"),
            "proof",
            "that no plan exists is stated without a proof",
            proof,
            "another proof",
        ),
        (not exists and bound is not None, "bound", "a bound is stated for plans that do not exist", bound, "null"),
        (
            stands and names_limits,
            "status",
            "clashing limits are stated, although a plan may exist",
            status,
            "infeasible",
        ),
        (status == "optimal" and lacks, "bound", "an optimal plan has no bound", None, "the bound that it reaches"),
        (status == "optimal" and proof == "none", "proof", "an optimal plan has no proof", proof, "another proof"),
        (
            exists and lacks and proof not in ("none", None),
            "bound",
            "a proof is stated without a bound",
            None,
            "a number",
        ),
    ):
        if is_wrong:
            findings.refuse(f"$.{key}", text, found, expected=expected)
    if status == "optimal" and "bound" in plan.absent:
        findings.remarks.append("The plan is stated to be optimal, but states no bound: its optimality is not proven.")


def _check_figures(findings: _Findings, plan: PlanFile, objective: float | None, *, worth: float) -> None:
    """Objective, bound and gap fit the plan and each other."""
    stated = plan.objective
    if "objective" not in plan.absent and not _near(stated, objective, worth):
        findings.refuse("$.objective", "the objective is not that of the plan", stated, expected=number_text(objective))
    stated = objective if stated is None else stated
    if stated is not None and plan.bound is not None and plan.bound < stated and not _near(plan.bound, stated, worth):
        findings.refuse(
            "$.bound", "the bound lies below the objective", plan.bound, expected=f"at least {number_text(stated)}"
        )
    gap = schedule.gap_share(stated, plan.bound)
    if "gap_share" not in plan.absent and not _near(plan.gap_share, gap, 1.0):
        findings.refuse(
            "$.gap_share", "the gap is not that of objective and bound", plan.gap_share, expected=number_text(gap)
        )
    is_far = not _near(plan.bound, stated, worth) if gap is None else gap > OPTIMAL_GAP_SHARE
    if plan.status == "optimal" and plan.bound is not None and is_far:
        found, expected = (
            f"optimal, with gap {number_text(gap)}",
            f"feasible, or a gap of at most {OPTIMAL_GAP_SHARE:g}",
        )
        findings.refuse("$.status", "a plan with a gap is stated to be optimal", found, expected=expected)


def _near(stated: float | None, ours: float | None, worth: float) -> bool:
    if stated is None or ours is None:
        return stated is ours
    return abs(stated - ours) <= NEAR * abs(ours) + NEAR_OF_ALL * worth


def _check_seal(findings: _Findings, instance: Instance, plan: PlanFile, *, held: Certificate) -> None:
    """The instance, the plan without its certificate, and the certificate's figures are those that were sealed."""
    ours = {"instance": instance_digest(instance), "plan": plan_digest(plan), "figures": figures_digest(held)}
    whats = {"instance": "the instance", "plan": "a field of the plan", "figures": "a figure of the certificate"}
    for key, digest in ours.items():
        if getattr(held, key) != digest:
            text = f"{whats[key]} was altered since the plan was sealed, or the seal was"
            findings.refuse(f"$.certificate.{key}", text, getattr(held, key) or "no seal", expected=digest)


# --------------------------------------------------------------------------------------------------- the bound


def _check_bound(findings: _Findings, arrays: _Arrays, plan: PlanFile) -> tuple[float | None, bool]:
    """The bound that the certificate proves, and whether it proves that no plan exists."""
    held = plan.certificate
    if not isinstance(held, Certificate):
        if plan.proof == "certified":
            text = "the plan is stated to be certified, but holds no certificate"
            findings.refuse("$.proof", text, plan.proof, expected="a certificate, or another proof")
        elif plan.bound is not None or plan.status == "infeasible":
            findings.remarks.append("The claim about other plans is not verified: the plan has no certificate.")
        return None, False
    before = findings.count
    for path, what, found, expected in refused(arrays.instance, held):
        findings.refuse(f"$.certificate.{path}", what, found, expected=expected)
    if findings.count > before:
        return None, False
    bound, denies = _bound(arrays, held), held.proves == "infeasible"
    proven = bound < 0 if denies else bound == -math.inf
    if denies and plan.status != "infeasible":
        text = "the certificate says that no plan exists, and the plan that one may"
        findings.refuse("$.certificate.proves", text, held.proves, expected="bound")
        return None, proven
    shortfall = _shortfall(plan, bound, proven, near=_near_zero(arrays, bound))
    if shortfall and plan.proof == "certified":
        findings.refuse("$.proof", shortfall, plan.proof, expected="a certificate that proves it, or solver")
    elif shortfall:
        findings.remarks.append(f"{shortfall[0].upper()}{shortfall[1:]}. That remains the solver's claim.")
    return (None if denies or proven else bound), proven


def _near_zero(arrays: _Arrays, bound: float) -> float:
    """By how much two bounds may differ and count as one."""
    return NEAR_OF_ALL * (abs(bound) + arrays.worth)


def _shortfall(plan: PlanFile, bound: float, proven: bool, *, near: float) -> str:
    """What the plan states and its certificate does not prove; empty where it proves all."""
    if plan.status == "infeasible":
        return "" if proven else "the certificate does not prove that no plan exists"
    if plan.bound is None or bound <= plan.bound + near:
        return ""
    return f"the certificate proves {number_text(bound)}, not the stated bound of {number_text(plan.bound)}"


# ------------------------------------------------------------------------------------ a claim without a certificate


def _check_claim(findings: _Findings, arrays: _Arrays, plan: PlanFile, *, starts: Ints) -> None:
    """Looks for a plan that refutes what is stated of all plans: one above the bound, or one where none should be.

    A plan found is checked like any other, so a refusal is right whatever the search does; finding none proves nothing.
    """
    if plan.status == "infeasible":
        found = _extended(arrays, np.full_like(starts, NEVER), math.inf)
        if _is_feasible(arrays, found):
            text = "that no plan exists is stated, and one keeps every limit"
            findings.refuse("$.status", text, plan.status, expected=f"feasible; {_start_words(arrays, found)}")
        return
    if plan.bound is None:
        return
    limit = plan.bound + NEAR * abs(plan.bound) + NEAR_OF_ALL * arrays.worth
    for begin in (starts, np.full_like(starts, NEVER)):
        found = _extended(arrays, begin, limit)
        reached = _objective(arrays, found)
        if reached > limit and _is_feasible(arrays, found):
            text = "the stated bound is wrong: another plan that keeps every limit has more"
            words = f"at least {number_text(reached)}; {_start_words(arrays, found)}"
            findings.refuse("$.bound", text, number_text(plan.bound), expected=words)
            return


def _is_feasible(arrays: _Arrays, starts: Ints) -> bool:
    findings = _Findings("")
    for check in (_check_windows, _check_resources, _check_precedence, _check_together, _check_conflicts):
        check(findings, arrays, starts)
    return not findings.count


def _start_words(arrays: _Arrays, starts: Ints) -> str:
    """The first starts of a plan, enough to see it."""
    started = [int(unit) for unit in np.flatnonzero(starts < NEVER)]
    named = ", ".join(f"{arrays.instance.units[unit].id} in period {starts[unit]}" for unit in started[:3])
    more = f" and {len(started) - 3:,} more" if len(started) > 3 else ""
    return f"for one, start {named}{more}" if started else "for one, start nothing"


def _extended(arrays: _Arrays, starts: Ints, limit: float) -> Ints:
    """A plan with more started in it: what must start, then demand by demand, the heaviest first, each with all that
    it waits for as early as it fits, and units of value alone. A step that gains nothing is taken back. Ends once the
    objective is above `limit`."""
    room = _AddedStarts(arrays, starts)
    for unit in np.flatnonzero(arrays.must):
        room.start([int(unit)], [])
    reached = _objective(arrays, room.starts)
    still = np.append(np.cumsum(arrays.discounts[::-1])[::-1], 0.0)
    first = np.searchsorted(arrays.demand_of, np.arange(len(arrays.weight) + 1))
    goals = [
        (arrays.demand_unit[first[at] : first[at + 1]].tolist(), at) for at in np.argsort(-arrays.weight, kind="stable")
    ]
    goals += [([int(unit)], None) for unit in np.flatnonzero((arrays.value > 0).any(axis=1))]
    for goal, demand in goals:
        if reached > limit:
            break
        begun: list[int] = []
        if not room.start(goal, begun):
            room.take_back(begun)
            continue
        gain = fsum(float(arrays.value[unit, room.starts[unit]]) for unit in begun)
        if demand is not None and begun:
            done = max(int(room.starts[unit] + arrays.duration[unit]) for unit in goal)
            gain += float(arrays.weight[demand] * still[min(done, arrays.periods)])
        if gain > 0:
            reached += gain
        else:
            room.take_back(begun)
    return room.starts


class _AddedStarts:
    """Starts that are being added to, with what they leave of each resource and conflict."""

    def __init__(self, arrays: _Arrays, starts: Ints) -> None:
        self.arrays, self.starts = arrays, starts.copy()
        block = _blocks(arrays)
        self.members = [np.flatnonzero(block == at).tolist() for at in range(int(block.max(initial=-1)) + 1)]
        self.block = block
        self.uses: dict[int, list[int]] = {}
        self.conflicts: dict[int, list[int]] = {}
        self.waits: dict[int, list[int]] = {}
        for at, unit in enumerate(arrays.use_unit.tolist()):
            self.uses.setdefault(unit, []).append(at)
        for conflict, unit in zip(arrays.conflict_of.tolist(), arrays.conflict_unit.tolist(), strict=True):
            self.conflicts.setdefault(unit, []).append(conflict)
        for before, after in zip(arrays.before.tolist(), arrays.after.tolist(), strict=True):
            self.waits.setdefault(after, []).append(before)
        carries = arrays.carries[:, None]
        self.left = np.where(carries, np.cumsum(arrays.capacity, axis=1), arrays.capacity)
        self.free = np.repeat(arrays.most[:, None], arrays.periods, axis=1)
        for unit in np.flatnonzero(self.starts < NEVER):
            self._take(int(unit), int(self.starts[unit]))

    def take_back(self, units: list[int]) -> None:
        """Undoes starts."""
        for unit in units:
            self._take(unit, int(self.starts[unit]), sign=-1)
            self.starts[unit] = NEVER

    def start(self, units: list[int], begun: list[int]) -> bool:
        """Starts units with all they wait for, in order of waiting, and adds what it started to `begun`; whether every
        one of them has a start now."""
        arrays = self.arrays
        for unit in self._in_order(units):
            if self.starts[unit] < NEVER:
                continue
            members = self.members[self.block[unit]]
            before = [one for member in members for one in self.waits.get(member, [])]
            ready = [int(self.starts[one] + arrays.duration[one]) for one in before]
            first = max([*(int(arrays.earliest[one]) for one in members), *ready])
            last = min([arrays.periods - 1, *(int(arrays.latest[one]) for one in members)])
            at = next((period for period in range(first, last + 1) if self._fits(members, period)), None)
            if at is None:
                return False
            for one in members:
                self.starts[one] = at
                self._take(one, at)
                begun.append(one)
        return True

    def _in_order(self, units: list[int]) -> list[int]:
        """The units and all that they, or what starts together with them, wait for; what is waited for first."""
        done: dict[int, None] = {}
        seen: set[int] = set()
        stack = [(unit, False) for unit in reversed(units)]
        while stack:
            unit, is_left = stack.pop()
            if is_left:
                done[unit] = None
            elif self.block[unit] not in seen:
                seen.add(int(self.block[unit]))
                members = self.members[self.block[unit]]
                stack.append((unit, True))
                stack += [(one, False) for member in members for one in self.waits.get(member, [])]
        return list(done)

    def _fits(self, members: list[int], period: int) -> bool:
        arrays = self.arrays
        used: dict[int, float] = {}
        busy: dict[int, list[int]] = {}
        for unit in members:
            for at in self.uses.get(unit, []):
                resource = int(arrays.use_resource[at])
                used[resource] = used.get(resource, 0.0) + float(arrays.use[at, period])
            for conflict in self.conflicts.get(unit, []):
                busy.setdefault(conflict, []).append(int(arrays.duration[unit]))
        for resource, amount in used.items():
            left = self.left[resource, period:] if arrays.carries[resource] else self.left[resource, period]
            if amount > 0 and amount > np.min(left):
                return False
        # As long as the second longest lasts two take part, and so on.
        longest = ((conflict, enumerate(sorted(spans, reverse=True), 1)) for conflict, spans in busy.items())
        return all(
            np.min(self.free[conflict, period : period + span]) >= number
            for conflict, held in longest
            for number, span in held
        )

    def _take(self, unit: int, period: int, sign: int = 1) -> None:
        arrays = self.arrays
        for at in self.uses.get(unit, []):
            resource = arrays.use_resource[at]
            until = arrays.periods if arrays.carries[resource] else period + 1
            self.left[resource, period:until] -= sign * arrays.use[at, period]
        for conflict in self.conflicts.get(unit, []):
            self.free[conflict, period : period + int(arrays.duration[unit])] -= sign


def bound_of(instance: Instance, certificate: Certificate) -> float:
    """What no plan can exceed, by the certificate; the room for rounding is in it. Minus infinity: no plan exists.

    With `proves` "infeasible" a result below zero says that no plan exists, and any other says nothing. Raises
    ValueError naming the first thing that makes the certificate none.
    """
    arrays = _Arrays(instance)
    for path, text, found, expected in refused(instance, certificate):
        raise ValueError(f"{path}: {text}; found {found}, expected {expected}")
    return _bound(arrays, certificate)


def _bound(arrays: _Arrays, held: Certificate) -> float:
    """The sums that the head of this file explains; no plan can be worth more."""
    infeasible = held.proves == "infeasible"
    periods, count = arrays.periods, len(arrays.place)
    worth = np.outer(arrays.weight, arrays.discounts) * (not infeasible)
    amount = held.credit_amount * (not infeasible)
    credit_of_demand = _sums(held.credit_demand, held.credit_period, amount, shape=worth.shape)
    turn = held.turn_amount * ((held.turn_unit >= 0) | (not infeasible))
    by_demand = held.turn_demand >= 0
    credit_of_demand += _sums(
        held.turn_demand[by_demand], held.turn_period[by_demand], turn[by_demand], shape=worth.shape
    )
    left = np.maximum(0.0, worth - credit_of_demand)
    fixed = [held.prices * arrays.capacity * (1 + TOLERANCE), held.conflict_prices * arrays.most[:, None], left]

    # What a unit gains in each period in which it is done, and pays in each from its start on.
    done = _sums(held.credit_unit, held.credit_period, amount, shape=(count, periods))
    done += _sums(arrays.before[held.passed_edge], held.passed_period, held.passed_amount, shape=(count, periods))
    paid = _sums(arrays.after[held.passed_edge], held.passed_period, held.passed_amount, shape=(count, periods))
    by_unit, (of, when_done) = ~by_demand, _turns(arrays, held)
    paid += _sums(held.turn_unit[by_unit], held.turn_period[by_unit], turn[by_unit], shape=(count, periods))
    done += _sums(
        held.turn_member[when_done >= 0], when_done[when_done >= 0], turn[of[when_done >= 0]], shape=(count, periods)
    )
    # What it costs to start in a period: its use, and each period under way in a conflict.
    used = np.zeros((count, periods))
    np.add.at(used, arrays.use_unit, held.prices[arrays.use_resource] * arrays.use)
    busy = np.zeros((count, periods))
    np.add.at(busy, arrays.conflict_unit, held.conflict_prices[arrays.conflict_of])
    value = arrays.value * (not infeasible)

    # For each unit and start: what comes from a period on is a sum from the end; after the last period it is zero.
    starts = np.arange(periods)
    ends = np.minimum(starts[None, :] + arrays.duration[:, None], periods)
    onward = [_onward(one) for one in (done, paid, busy)]
    gain, under_way_after = (np.take_along_axis(onward[k], ends, axis=1) for k in (0, 2))
    pay, under_way = onward[1][:, starts], onward[2][:, starts] - under_way_after
    best, rows = _best(arrays, value - used - under_way + gain - pay)

    # The error of rounding: see the head of this file.
    size = fsum(float(one.sum()) for one in (np.abs(value), used, worth, credit_of_demand, *fixed))
    size += fsum(float(one[:, 0].sum()) for one in onward)
    alike = (held.credit_demand, held.credit_unit, arrays.before[held.passed_edge], arrays.after[held.passed_edge])
    when = (held.credit_period, held.credit_period, held.passed_period, held.passed_period)
    bins = [one.astype(np.int64) * periods + at for one, at in zip(alike, when, strict=True)]
    turns = (held.turn_demand[by_demand], held.turn_unit[by_unit], held.turn_member)
    counts = [
        int(np.bincount(one, minlength=1).max()) for one in (*bins, arrays.use_unit, arrays.conflict_unit, *turns)
    ]
    longest = sum(counts) + rows + 4 * periods + 32
    error = 2 * longest * 2.0**-53 * size
    return math.fsum([*(x for one in fixed for x in one.ravel().tolist()), *best.tolist(), error])


def _turns(arrays: _Arrays, held: Certificate) -> tuple[Ints, Ints]:
    """For each unit that takes a turn which turn it is, and the last period to be done in that pays; below 0: none."""
    of = np.repeat(np.arange(len(held.turn_size)), held.turn_size)
    duration = arrays.duration[held.turn_member]
    spent = np.zeros(len(held.turn_size), np.int64)
    np.add.at(spent, of, duration)
    started = held.turn_period[of] - spent[of]
    return of, np.where(started >= 0, started + duration, -1)


def _sums(row: Ints, column: Ints, amount: Floats, *, shape: tuple[int, ...]) -> Floats:
    """Amounts added up at their row and column."""
    flat = row.astype(np.int64) * shape[1] + column
    return np.asarray(np.bincount(flat, amount, shape[0] * shape[1]).reshape(shape), np.float64)


def _onward(amounts: Floats) -> Floats:
    """For each row the sum from each period to the last; the column after the last is zero."""
    return np.pad(np.cumsum(amounts[:, ::-1], axis=1)[:, ::-1], ((0, 0), (0, 1)))


def _best(arrays: _Arrays, amount: Floats) -> tuple[Floats, int]:
    """The greatest amount over the allowed starts of each unit, together groups jointly; and the size of the largest.

    Never to start counts nothing, where all may stay as they are; minus infinity where no start is allowed.
    """
    block = _blocks(arrays)
    count = int(block.max(initial=-1)) + 1
    total, may = np.zeros((count, arrays.periods)), np.ones((count, arrays.periods), bool)
    stay, periods = np.ones(count, bool), np.arange(arrays.periods)[None, :]
    first, last, must = _reach(arrays, block, count)
    np.add.at(total, block, amount)
    np.logical_and.at(may, block, (first[:, None] <= periods) & (periods <= last[:, None]))
    np.logical_and.at(stay, block, ~must)
    best = np.where(may, total, -math.inf).max(axis=1)
    return np.where(stay, np.maximum(best, 0.0), best), int(np.bincount(block, minlength=1).max())


def _reach(arrays: _Arrays, block: Ints, count: int) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """From when to when each unit can start and whether it must, as waiting narrows its window.

    Nothing starts before what it waits for is done, at the earliest; what a unit that must start waits for must start
    too, early enough. Each sweep narrows a window one wait further; it holds after any number of sweeps.
    """
    first, last, must = arrays.earliest.copy(), arrays.latest.copy(), arrays.must.copy()
    before, after, lag = arrays.before, arrays.after, arrays.duration[arrays.before]
    for _ in range(arrays.periods + 2):
        was = (first.copy(), last.copy(), must.copy())
        np.maximum.at(first, after, np.minimum(first[before] + lag, arrays.periods))
        due = must[after]
        np.minimum.at(last, before[due], np.maximum(last[after[due]] - lag[due], -1))
        np.logical_or.at(must, before, due)
        low, high, one = np.zeros(count, np.int64), np.full(count, arrays.periods), np.zeros(count, bool)
        np.maximum.at(low, block, first)
        np.minimum.at(high, block, last)
        np.logical_or.at(one, block, must)
        first, last, must = low[block], high[block], one[block]
        if all(np.array_equal(*pair) for pair in zip(was, (first, last, must), strict=True)):
            break
    return first, last, must


def _blocks(arrays: _Arrays) -> Ints:
    """For each unit the number of its block: units that must start together, by one group or by groups in a chain."""
    root = list(range(len(arrays.place)))

    def top(unit: int) -> int:
        while root[unit] != unit:
            root[unit] = root[root[unit]]
            unit = root[unit]
        return unit

    for group in arrays.instance.together:
        for name in group:
            root[top(arrays.place[name])] = top(arrays.place[group[0]])
    return np.unique([top(unit) for unit in range(len(root))], return_inverse=True)[1].astype(np.int64)
