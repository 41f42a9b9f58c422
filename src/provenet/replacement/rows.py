"""A plan as rows: each lot, each quarter, each limit, each figure it rests on, so that pages recompute nothing."""

from collections.abc import Mapping, Sequence
from math import fsum

from provenet.case.money import InputFigure
from provenet.case.rows import PlanFrontierRow, PlanInputRow, PlanPeriodRow, PlanStepRow, PlanUseRow
from provenet.core import wording
from provenet.core.ids import row_id
from provenet.replacement.limits import Limit
from provenet.replacement.lots import Lot
from provenet.replacement.outcome import Outcome

_TINY = 1e-9


def step_rows(outcome: Outcome, names: Mapping[str, str]) -> list[PlanStepRow]:
    """One row of `plan_step` a lot, in the order of lots; `names` are those of parties."""
    return [_step_row(outcome, lot, names) for lot in outcome.formulation.lots]


def _step_row(outcome: Outcome, lot: Lot, names: Mapping[str, str]) -> PlanStepRow:
    question, block, choice = outcome.formulation.question, lot.block, lot.choice
    quarters, at, done = question.quarters, outcome.start.get(lot.unit_id), outcome.done.get(lot.unit_id)
    swapped, gross = at is not None, lot.gross().mid
    cost = lot.cost(at) if at is not None else None
    due = None
    if lot.due_years is not None:
        due = quarters.first.fromordinal(quarters.first.toordinal() + round(lot.due_years * 365.25))
    elements = f"{lot.count.mid:,.0f} {block.unit_says}"
    part = f"lot {lot.number + 1} of {lot.lots}: {elements}" if lot.lots > 1 else elements
    return {
        "step_id": row_id("step", {"plan": outcome.plan_id, "unit": lot.unit_id}),
        "plan_id": outcome.plan_id,
        "country": question.country,
        "unit_id": lot.unit_id,
        "carrier_id": block.carrier_id,
        "region": block.region,
        "asset_class": block.asset_class,
        "layer": block.layer,
        "generation": block.generation,
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
        "start_on": quarters.start(at) if at is not None else question.fixed.get(lot.unit_id),
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
        "inputs": _refs(block.used) + _refs(choice.used if choice else ()) + [f"verdict:{block.reach.verdict_id}"],
    }


def _refs(used: Sequence[InputFigure]) -> list[str]:
    return list(dict.fromkeys(key for one in used for key in one.rests_on))


def _because(outcome: Outcome, lot: Lot, at: int | None) -> str:
    """Why a lot starts when it does, read off the plan: what kept it from starting a quarter sooner."""
    if lot.done_before:
        return "it started before the plan, by the file of decisions"
    if lot.fixed:
        late = at is None and lot.block.reach.by_on is not None and outcome.plan.objective is not None
        return "the file of decisions fixes it" + (f", although a rule sets {lot.block.reach.by_on}" if late else "")
    if not lot.priced:
        return "it has no known price, so it is neither planned nor counted as free"
    if outcome.plan.objective is None:
        return "no plan keeps every limit"
    limits = [limit for limit in outcome.formulation.limits if limit.id in outcome.uses_of(lot.unit_id)]
    if at is None:
        short = [limit.title for limit in limits if any(outcome.binding[limit.id])]
        return f"stays: {_left_of(short)} after other lots" if short else f"stays: {_no_deadline(outcome, lot)}"
    if outcome.formulation.question.objective == "cost":
        return _because_cheapest(outcome, lot, at, limits=limits)
    if at <= lot.earliest:
        return "as soon as it can be delivered"
    waits = [first for first in lot.after if outcome.done.get(first, at + 1) == at]
    if waits:
        return f"as soon as {waits[0]} is in service"
    short = [limit.title for limit in limits if outcome.binding[limit.id][at - 1]]
    if short:
        return f"no sooner: {_left_of(short)} in the quarter before"
    return "no earlier start improves the whole plan"


def _no_deadline(outcome: Outcome, lot: Lot) -> str:
    """Why nothing requires a lot within the quarters of the plan."""
    by, question = lot.block.reach.by_on, outcome.formulation.question
    if by is None:
        return "no rule sets a deadline"
    if not question.deadlines:
        return f"its deadline, {by}, is switched off"
    last = question.quarters.end(question.quarters.count - 1)
    return f"its deadline, {by}, falls after the end of the plan on {last}" if by > last else "a start gains nothing"


def _because_cheapest(outcome: Outcome, lot: Lot, at: int, *, limits: Sequence[Limit]) -> str:
    """Why a lot that gains by waiting does not wait longer."""
    if lot.latest is not None and at >= lot.latest:
        return "as late as its deadline allows: the renewal comes nearer, and later spending counts less"
    short = [limit.title for limit in limits if outcome.binding[limit.id][at + 1]]
    if short:
        return f"before its deadline: {_left_of(short)} in the quarter after"
    return "a later start would cost no less, or other lots depend on it"


def _left_of(limits: Sequence[str]) -> str:
    return f"too little is left of {wording.series(limits)}"


def period_rows(outcome: Outcome) -> list[PlanPeriodRow]:
    """One row of `plan_period` a quarter."""
    formulation, quarters, total = outcome.formulation, outcome.formulation.question.quarters, 0.0
    starts = [at for at in outcome.start.values() if at is not None]
    rows: list[PlanPeriodRow] = []
    for number in range(quarters.count):
        spent, exposure, cash = outcome.spent[number], outcome.exposures[number], outcome.cash[number]
        total += spent.mid
        rows.append(
            {
                "period_id": row_id("period", {"plan": outcome.plan_id, "number": number}),
                "plan_id": outcome.plan_id,
                "country": formulation.question.country,
                "number_count": number,
                "period_says": quarters.name(number),
                "from_on": quarters.start(number),
                "to_on": quarters.end(number),
                "low_exposed_share": exposure.low if formulation.is_weighed else None,
                "mid_exposed_share": exposure.mid if formulation.is_weighed else None,
                "high_exposed_share": exposure.high if formulation.is_weighed else None,
                "started_count": sum(at == number for at in starts),
                "done_count": sum(done == number for done in outcome.done.values()),
                "left_count": sum(outcome.done.get(lot.unit_id, number + 1) > number for lot in formulation.lots),
                "low_spent_amount": spent.low,
                "mid_spent_amount": spent.mid,
                "high_spent_amount": spent.high,
                "low_gross_spent_amount": cash.low,
                "mid_gross_spent_amount": cash.mid,
                "high_gross_spent_amount": cash.high,
                "sum_spent_amount": total,
                "currency": outcome.money.currency,
                "price_year": outcome.money.year,
                "binding": [limit.title for limit in formulation.limits if outcome.binding[limit.id][number]],
                "formula": "shares of the country behind lots not in service; costs of lots that start",
                "inputs": [f"plan:{outcome.plan_id}"],
            }
        )
    return rows


def use_rows(outcome: Outcome) -> list[PlanUseRow]:
    """One row of `plan_use` a limit and quarter."""
    question = outcome.formulation.question
    rows: list[PlanUseRow] = []
    for limit in outcome.formulation.limits:
        used, left = outcome.used(limit), outcome.left(limit)
        for number in range(question.quarters.count):
            rows.append(
                {
                    "use_id": row_id("use", {"plan": outcome.plan_id, "limit": limit.id, "number": number}),
                    "plan_id": outcome.plan_id,
                    "country": question.country,
                    "limit_says": limit.title,
                    "kind": limit.kind,
                    "unit_says": limit.unit_says,
                    "resource": limit.id,
                    "number_count": number,
                    "from_on": question.quarters.start(number),
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


def input_rows(used: Sequence[InputFigure], plan_id: str, country: str) -> list[PlanInputRow]:
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


def frontier_row(outcome: Outcome, number: int, kind: str, *, before: PlanFrontierRow | None) -> PlanFrontierRow:
    """One row of `plan_frontier`; `before` is the point before it on the same curve."""
    question, plan = outcome.formulation.question, outcome.plan
    years, cost = outcome.share_years().mid, fsum(one.mid for one in outcome.spent)
    planned = plan.objective is not None
    clear = outcome.clear_quarter()
    price = None
    if before is not None and planned and before["mid_cost_amount"] is not None:
        more = cost - before["mid_cost_amount"]
        sooner = (before["by_on"] - question.by_on).days / 91.3125
        step = sooner if kind == "date" else (before["mid_exposed_years"] or years) - years
        price = more / step if step > (0 if kind == "date" else _TINY) else None
    return {
        "point_id": row_id("point", {"plan": outcome.plan_id, "kind": kind, "number": number}),
        "plan_id": outcome.plan_id,
        "country": question.country,
        "number_count": number,
        "kind": kind,
        "budget_amount": question.budget,
        "by_on": question.by_on,
        "status": plan.status or "unknown",
        "proof": plan.proof or "none",
        "gap_share": plan.gap_share,
        "mid_cost_amount": cost if planned else None,
        "gross_cost_amount": fsum(one.mid for one in outcome.cash) if planned else None,
        "present_cost_amount": outcome.present_cost() if planned else None,
        "mid_exposed_years": years if planned and outcome.formulation.is_weighed else None,
        "clear_on": question.quarters.start(clear) if clear is not None and planned else None,
        "price_amount": price,
        "currency": outcome.money.currency,
        "price_year": outcome.money.year,
        "formula": "the plan of the same case with this budget or deadline",
        "inputs": [f"plan:{outcome.plan_id}"],
    }
