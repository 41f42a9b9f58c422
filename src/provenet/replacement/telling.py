"""A plan as rows: each lot, each quarter, each limit, each figure it rests on, so that pages recompute nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from provenet.case.money import NOTHING, Band, Money, Used
from provenet.core.ids import row_id
from provenet.forms.schedule import PlanFile, Unit
from provenet.replacement.formulate import Formulated, done_by, exposed, present
from provenet.replacement.limits import Limit
from provenet.replacement.lots import Lot
from provenet.replacement.options import QUARTERS_A_YEAR

Row = dict[str, Any]
_TINY = 1e-9


@dataclass(frozen=True)
class Outcome:
    """A formulated question with the plan found for it."""

    made: Formulated
    plan: PlanFile
    money: Money
    plan_id: str

    @cached_property
    def start(self) -> Mapping[str, int | None]:
        """The start of every lot that is a unit of the instance."""
        return self.plan.start

    @cached_property
    def done(self) -> dict[str, int]:
        """The first quarter in service of every lot that is swapped."""
        return done_by(self.made.lots, self.start)

    @cached_property
    def spent(self) -> list[Band]:
        """What the lots that start in each quarter cost beyond what is due anyway."""
        total = [NOTHING] * self.made.asked.quarters.count
        for lot in self.made.lots:
            at = self.start.get(lot.unit_id)
            if at is not None:
                total[at] += lot.cost(at)
        return total

    @cached_property
    def exposures(self) -> list[Band]:
        """The share of subscribers exposed in each quarter."""
        return [exposed(self.made.demands, self.done, number) for number in range(self.made.asked.quarters.count)]

    @cached_property
    def binding(self) -> dict[str, list[bool]]:
        """By limit: whether in a quarter what is left is too little for the smallest lot that waits for it."""
        return {limit.id: self._binds(limit) for limit in self.made.limits}

    def used(self, limit: Limit) -> list[float]:
        """What each quarter uses of a limit."""
        total = [0.0] * self.made.asked.quarters.count
        for unit in self.made.instance.units:
            at = self.start.get(unit.id)
            if at is not None and limit.id in unit.use:
                total[at] += unit.use[limit.id][at]
        return total

    def left(self, limit: Limit) -> list[float]:
        """What is left of a limit at the end of each quarter: usable later with carry-over, else lost."""
        made, kept = [], 0.0
        for brings, uses in zip(limit.capacity, self.used(limit), strict=True):
            rest = brings - uses + (kept if limit.carry_over else 0.0)
            made.append(rest)
            kept = rest
        return made

    def _binds(self, limit: Limit) -> list[bool]:
        left = self.left(limit)
        found = []
        for number in range(len(left)):
            waiting = [
                unit.use[limit.id][number]
                for unit in self.made.instance.units
                if limit.id in unit.use and self._might(unit, number)
            ]
            found.append(bool(waiting) and left[number] < min(waiting) * (1 - _TINY))
        return found

    def _might(self, unit: Unit, number: int) -> bool:
        """Whether a lot might have started in a quarter and did not: later alone, unless it gains by waiting."""
        at = self.start.get(unit.id)
        last = self.made.asked.quarters.count - 1 if unit.latest is None else unit.latest
        later = at is None or at > number or (self.made.asked.objective == "cost" and at != number)
        return later and unit.earliest <= number <= last

    def clear_quarter(self) -> int | None:
        """The first quarter in which no lot is left; None where some stay."""
        if any(lot.unit_id not in self.done for lot in self.made.lots):
            return None
        return max(0, *self.done.values()) if self.done else None

    def share_years(self) -> Band:
        """Exposure summed over the quarters, in years."""
        total = NOTHING
        for one in self.exposures:
            total += one * (1 / QUARTERS_A_YEAR)
        return total

    def present_cost(self) -> float:
        """The middle cost discounted to the first quarter."""
        starts = [(lot, self.start.get(lot.unit_id)) for lot in self.made.lots]
        return sum(present(lot, at, self.made.discount) for lot, at in starts if at is not None)


def steps(outcome: Outcome, names: Mapping[str, str]) -> list[Row]:
    """One row of `plan_step` a lot, in the order of lots."""
    return [_step(outcome, lot, names) for lot in outcome.made.lots]


def _step(outcome: Outcome, lot: Lot, names: Mapping[str, str]) -> Row:
    made, block, choice = outcome.made, lot.block, lot.choice
    quarters, at, done = made.asked.quarters, outcome.start.get(lot.unit_id), outcome.done.get(lot.unit_id)
    swapped, gross = at is not None, lot.gross().mid
    cost = lot.cost(at) if at is not None else None
    due = None
    if lot.due_years is not None:
        due = quarters.first.fromordinal(quarters.first.toordinal() + round(lot.due_years * 365.25))
    words = f"{lot.count.mid:,.0f} {block.unit_says}"
    part = f"lot {lot.number + 1} of {lot.lots}: {words}" if lot.lots > 1 else words
    return {
        "step_id": row_id("step", {"plan": outcome.plan_id, "unit": lot.unit_id}),
        "plan_id": outcome.plan_id,
        "country": made.asked.country,
        "unit_id": lot.unit_id,
        **{name: getattr(block, name) for name in ("carrier_id", "region", "asset_class", "layer", "generation")},
        "lot_says": f"{names.get(block.vendor_id, block.vendor_id)} {block.asset_class}, {part}",
        "lot_number_count": lot.number + 1,
        "lots_count": lot.lots,
        "low_element_count": lot.count.low,
        "element_count": lot.count.mid,
        "high_element_count": lot.count.high,
        "unit_says": block.unit_says,
        "from_vendor_id": block.vendor_id,
        "to_vendor_id": lot.to_vendor if swapped else None,
        "action": (choice.action if choice else "swap") if swapped or lot.done_before else "stays",
        "start_period_count": at,
        "start_on": quarters.start(at) if at is not None else made.asked.fixed.get(lot.unit_id),
        "done_on": quarters.start(done) if done is not None and done >= 0 else None,
        "latest_on": block.reach.by_on,
        "low_share": lot.weight.low,
        "mid_share": lot.weight.mid,
        "high_share": lot.weight.high,
        "priced": lot.priced,
        "low_cost_amount": cost.low if cost else None,
        "mid_cost_amount": cost.mid if cost else None,
        "high_cost_amount": cost.high if cost else None,
        "gross_cost_amount": gross if lot.priced else None,
        "credit_amount": gross * (1 - lot.left_of_price(at)) if at is not None and lot.priced else None,
        "salvage_amount": lot.salvage() if lot.priced else None,
        "currency": outcome.money.currency if lot.priced else None,
        "price_year": outcome.money.year if lot.priced else None,
        "crew_weeks": lot.crew_weeks() if choice else None,
        "outage_hours": choice.outage_hours if choice else None,
        "lead_time_weeks": choice.lead_weeks if choice else None,
        "renewal_on": due,
        "option_ids": list(choice.option_ids) if choice else [],
        "basis": choice.basis if choice else "assumed",
        "pack": block.reach.pack,
        "rule_id": block.reach.rule_id,
        "verdict_id": block.reach.verdict_id,
        "after_units": list(lot.after),
        "together_units": list(lot.together),
        "fixed": lot.fixed,
        "because": _because(outcome, lot, at),
        "formula": "price of one element x elements of the lot x part of life still left at the start, less salvage",
        "inputs": _rests_on(block.used)
        + _rests_on(choice.used if choice else ())
        + [f"verdict:{block.reach.verdict_id}"],
    }


def _rests_on(used: Sequence[Used]) -> list[str]:
    return list(dict.fromkeys(key for one in used for key in one.rests_on))


def _because(outcome: Outcome, lot: Lot, at: int | None) -> str:
    """Why a lot starts when it does, read off the plan: what stood in the way of a quarter sooner."""
    if lot.done_before:
        return "it was started before the plan, as the file of decisions says"
    if lot.fixed:
        late = at is None and lot.block.reach.by_on is not None and outcome.plan.objective is not None
        return "the file of decisions says so" + (f", and a rule asks for {lot.block.reach.by_on}" if late else "")
    if not lot.priced:
        return "no price is known, so it is not planned and not counted as free"
    if outcome.plan.objective is None:
        return "no plan keeps every limit"
    limits = [limit for limit in outcome.made.limits if limit.id in _unit_use(outcome, lot)]
    if at is None:
        held = [limit.says for limit in limits if any(outcome.binding[limit.id])]
        return f"stays: {', '.join(held)} went to other lots" if held else f"stays: {_no_last_day(outcome, lot)}"
    if outcome.made.asked.objective == "cost":
        return _because_cheapest(outcome, lot, at, limits)
    if at <= lot.earliest:
        return "as soon as it can be delivered"
    waits = [first for first in lot.after if outcome.done.get(first, at + 1) == at]
    if waits:
        return f"once {waits[0]} is in service"
    held = [limit.says for limit in limits if outcome.binding[limit.id][at - 1]]
    if held:
        return f"no sooner, since {', '.join(held)} was used up in the quarter before"
    return "no sooner start is better for the whole plan"


def _no_last_day(outcome: Outcome, lot: Lot) -> str:
    """Why nothing asks for a lot within the quarters of the plan."""
    by, asked = lot.block.reach.by_on, outcome.made.asked
    if by is None:
        return "no rule gives it a last day"
    if not asked.deadlines:
        return f"its last day, {by}, is not kept"
    last = asked.quarters.end(asked.quarters.count - 1)
    return f"its last day, {by}, comes after the plan ends on {last}" if by > last else "nothing is gained by a start"


def _because_cheapest(outcome: Outcome, lot: Lot, at: int, limits: Sequence[Limit]) -> str:
    """Why a lot that gains by waiting does not wait longer."""
    if lot.latest is not None and at >= lot.latest:
        return "as late as its last day allows, since waiting brings its renewal nearer and later money counts less"
    held = [limit.says for limit in limits if outcome.binding[limit.id][at + 1]]
    if held:
        return f"sooner than its last day, since {', '.join(held)} is used up in the quarter after"
    return "waiting longer would cost no less, or other lots wait for it"


def _unit_use(outcome: Outcome, lot: Lot) -> Mapping[str, Any]:
    return next((unit.use for unit in outcome.made.instance.units if unit.id == lot.unit_id), {})


def periods(outcome: Outcome) -> list[Row]:
    """One row of `plan_period` a quarter."""
    made, quarters, rows, total = outcome.made, outcome.made.asked.quarters, [], 0.0
    starts = [at for at in outcome.start.values() if at is not None]
    for number in range(quarters.count):
        spent, exposed_now = outcome.spent[number], outcome.exposures[number]
        total += spent.mid
        rows.append(
            {
                "period_id": row_id("period", {"plan": outcome.plan_id, "number": number}),
                "plan_id": outcome.plan_id,
                "country": made.asked.country,
                "number_count": number,
                "period_says": quarters.says(number),
                "from_on": quarters.start(number),
                "to_on": quarters.end(number),
                "low_exposed_share": exposed_now.low,
                "mid_exposed_share": exposed_now.mid,
                "high_exposed_share": exposed_now.high,
                "started_count": sum(at == number for at in starts),
                "done_count": sum(done == number for done in outcome.done.values()),
                "left_count": sum(outcome.done.get(lot.unit_id, number + 1) > number for lot in made.lots),
                "low_spent_amount": spent.low,
                "mid_spent_amount": spent.mid,
                "high_spent_amount": spent.high,
                "sum_spent_amount": total,
                "currency": outcome.money.currency,
                "price_year": outcome.money.year,
                "binding": [limit.says for limit in made.limits if outcome.binding[limit.id][number]],
                "formula": "shares of subscribers behind lots not in service; costs of lots that start",
                "inputs": [f"plan:{outcome.plan_id}"],
            }
        )
    return rows


def uses(outcome: Outcome) -> list[Row]:
    """One row of `plan_use` a limit and quarter."""
    rows = []
    for limit in outcome.made.limits:
        used, left = outcome.used(limit), outcome.left(limit)
        for number in range(outcome.made.asked.quarters.count):
            rows.append(
                {
                    "use_id": row_id("use", {"plan": outcome.plan_id, "limit": limit.id, "number": number}),
                    "plan_id": outcome.plan_id,
                    "country": outcome.made.asked.country,
                    "limit_says": limit.says,
                    "kind": limit.kind,
                    "unit_says": limit.unit_says,
                    "resource": limit.id,
                    "number_count": number,
                    "from_on": outcome.made.asked.quarters.start(number),
                    "capacity_amount": limit.capacity[number],
                    "used_amount": used[number],
                    "left_amount": left[number],
                    "carry_over": limit.carry_over,
                    "binding": outcome.binding[limit.id][number],
                    "basis": limit.basis,
                    "formula": "sum of what the lots that start in the quarter use",
                    "inputs": [f"plan:{outcome.plan_id}"],
                }
            )
    return rows


def inputs(used: Sequence[Used], plan_id: str, country: str) -> list[Row]:
    """One row of `plan_input` a figure, those that stand beside the figure used among them."""
    return [
        {
            "input_id": row_id("input", {"plan": plan_id, "name": one.name, "used": one.used}),
            "plan_id": plan_id,
            "country": country,
            "name": one.name,
            "kind": one.kind,
            "low_amount": one.band.low if one.band else None,
            "mid_amount": one.band.mid if one.band else None,
            "high_amount": one.band.high if one.band else None,
            "unit_says": one.unit_says,
            "basis": one.basis,
            "used": one.used,
            "estimator": one.estimator,
            "sponsor": one.sponsor,
            "scope": one.scope,
            "says": one.says,
            "formula": "as the row says",
            "inputs": list(one.rests_on),
        }
        for one in used
    ]


def point(outcome: Outcome, number: int, kind: str, before: Row | None) -> Row:
    """One row of `plan_frontier`; `before` is the point before it on the same curve."""
    asked, plan = outcome.made.asked, outcome.plan
    years, cost = outcome.share_years().mid, sum(one.mid for one in outcome.spent)
    planned = plan.objective is not None
    clear = outcome.clear_quarter()
    row: Row = {
        "point_id": row_id("point", {"plan": outcome.plan_id, "kind": kind, "number": number}),
        "plan_id": outcome.plan_id,
        "country": asked.country,
        "number_count": number,
        "kind": kind,
        "budget_amount": asked.budget,
        "by_on": asked.by_on,
        "status": plan.status or "unknown",
        "proof": plan.proof or "none",
        "gap_share": plan.gap_share,
        "mid_cost_amount": cost if planned else None,
        "present_cost_amount": outcome.present_cost() if planned else None,
        "mid_exposed_years": years if planned else None,
        "clear_on": asked.quarters.start(clear) if clear is not None and planned else None,
        "price_amount": None,
        "currency": outcome.money.currency,
        "price_year": outcome.money.year,
        "formula": "the plan of the same case with this budget or deadline",
        "inputs": [f"plan:{outcome.plan_id}"],
    }
    if before is not None and planned and before["mid_cost_amount"] is not None:
        more = cost - before["mid_cost_amount"]
        if kind == "date":
            quarters = (before["by_on"] - asked.by_on).days / 91.3125
            row["price_amount"] = more / quarters if quarters > 0 else None
        else:
            less = before["mid_exposed_years"] - years
            row["price_amount"] = more / less if less > _TINY else None
    return row
