"""The row of `plan`: the answer in a sentence and its figures, also where there is nothing to swap or no plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum

from provenet.case.money import NOTHING, Band, InputFigure
from provenet.case.rows import CostRow, PlanRow
from provenet.case.structs import assumptions_cell
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.replacement.outcome import Outcome, clash_sentences, relief_sentences


@dataclass(frozen=True)
class PolicyContext:
    """The policies a plan is made under, in words, and the days in question.

    `scenario_says` is None for rules in force, else it says what the scenario assumes; `assumed_facts` are the facts
    assumed for it. `only` are the asset classes and layers that alone are planned; empty is all that is restricted.
    """

    packs: tuple[str, ...]
    policy_says: str
    scenario_says: str | None
    assumed_facts: Mapping[str, str]
    as_of: date
    known_on: date | None
    only: tuple[str, ...] = ()


def opposing_estimates(costs: Iterable[CostRow], country: str) -> list[InputFigure]:
    """Estimates of what a restriction costs in a country or in Europe: they stand beside a plan and are not counted."""
    estimates = []
    member = ("EU",) if "EU" in vocabulary()["jurisdictions"].get(country, ()) else ()
    for row in costs:
        here = row["geo"] in (country, "Europe", *member) or row["geo"].startswith(f"{country} (")
        low = row["low_amount"]
        if not here or low is None or len(row["currency"]) != 3:
            continue
        high = low if row["high_amount"] is None else row["high_amount"]
        basis_words, year = row["basis"] or "basis not stated", row["year"] or "year not stated"
        # No column says who paid; where that is known the method or the note says so.
        scope = "; ".join(word for word in (row["method_says"], row["note"]) if word)
        estimates.append(
            InputFigure(
                name=f"{row['item']}, {row['geo']}, by {row['estimator'] or 'nobody named'}",
                kind="price",
                band=Band(low, (low + high) / 2, high),
                unit_says=row["currency"],
                basis="derived" if row["reading"] == "our arithmetic" else "sourced",
                says=f"{row['item']}, {row['geo']}: {basis_words}, {year}",
                used=False,
                estimator=row["estimator"],
                scope=scope or None,
                rests_on=(f"cost:{row['row_id']}",),
            )
        )
    return estimates


def plan_row(
    outcome: Outcome,
    policies: PolicyContext,
    names: Mapping[str, str],
    *,
    instance_id: str | None,
    schedule_id: str | None,
) -> PlanRow:
    """The row of a plan that was searched for, or that clashes before any search; the ids are those of its files."""
    formulation, plan, question = outcome.formulation, outcome.plan, outcome.formulation.question
    planned, weighed = plan.objective is not None, formulation.is_weighed
    spent, cash = sum(outcome.spent, NOTHING), sum(outcome.cash, NOTHING)
    gross = [lot for lot in formulation.lots if outcome.start.get(lot.unit_id) is not None]
    assumed_gross = fsum(lot.gross().mid for lot in gross if lot.is_assumed)
    sourced_gross = fsum(lot.gross().mid for lot in gross if not lot.is_assumed)
    before = formulation.exposed({unit: at for unit, at in outcome.done.items() if at < 0}, -1)
    after = formulation.exposed(outcome.done, question.quarters.count)
    years, clear = outcome.share_years(), outcome.clear_quarter()
    binding = sorted(formulation.limits, key=lambda limit: (-sum(outcome.binding[limit.id]), limit.title))
    row: PlanRow = {
        **_common(outcome.plan_id, question.country, question.objective, policies=policies, used=formulation.used),
        "weight_kind": formulation.weight_kind,
        "status": plan.status or "unknown",
        "proof": plan.proof or "none",
        "gap_share": plan.gap_share,
        "objective_amount": plan.objective,
        "bound_amount": plan.bound if planned else None,
        "currency": outcome.money.currency,
        "price_year": outcome.money.year,
        "low_cost_amount": spent.low if planned else None,
        "mid_cost_amount": spent.mid if planned else None,
        "high_cost_amount": spent.high if planned else None,
        "low_gross_cost_amount": cash.low if planned else None,
        "gross_cost_amount": fsum(lot.gross().mid for lot in gross) if planned else None,
        "assumed_gross_cost_amount": assumed_gross if planned else None,
        "sourced_gross_cost_amount": sourced_gross if planned else None,
        "high_gross_cost_amount": cash.high if planned else None,
        "present_cost_amount": outcome.present_cost() if planned else None,
        "discount_share": formulation.discount,
        "budget_amount": question.budget,
        "first_on": question.quarters.first,
        "by_on": question.by_on,
        "period_count": question.quarters.count,
        "lot_count": len(formulation.lots),
        "swapped_count": sum(outcome.start.get(lot.unit_id) is not None or lot.done_before for lot in formulation.lots),
        "unpriced_count": sum(not lot.priced for lot in formulation.lots),
        "element_count": fsum(lot.count.mid for lot in formulation.lots),
        "low_before_share": before.low if weighed else None,
        "mid_before_share": before.mid if weighed else None,
        "high_before_share": before.high if weighed else None,
        "low_after_share": after.low if weighed else None,
        "mid_after_share": after.mid if weighed else None,
        "high_after_share": after.high if weighed else None,
        "low_exposed_years": years.low if weighed else None,
        "mid_exposed_years": years.mid if weighed else None,
        "high_exposed_years": years.high if weighed else None,
        "clear_on": question.quarters.start(clear) if clear is not None and planned else None,
        "unanswered": list(formulation.missing),
        "clash": clash_sentences(outcome, names),
        "relief": relief_sentences(outcome, names),
        "binding": [limit.title for limit in binding if any(outcome.binding[limit.id])] if planned else [],
        "assumed": [*_limited(policies.only), *formulation.assumed],
        "instance_id": instance_id,
        "schedule_id": schedule_id,
    }
    carriers = sorted({lot.block.carrier_id for lot in formulation.lots})
    unsized = [names.get(one, one) for one in carriers if formulation.weights.get(one, NOTHING).mid <= 0]
    row["headline"] = _headline(row, unsized)
    return row


def empty_plan_row(
    plan_id: str,
    country: str,
    objective: str,
    *,
    first_on: date,
    by_on: date,
    policies: PolicyContext,
    reason: str,
    is_known: bool,
    missing: Sequence[str],
) -> PlanRow:
    """The row of a plan where no policy requires the removal of anything that is counted, or, where that is not known,
    none is known to; `reason` is a sentence.
    """
    row = _common(plan_id, country, objective, policies=policies, used=())
    row["first_on"], row["by_on"] = first_on, by_on
    row["status"] = "nothing to swap" if is_known else "undetermined"
    says = "nothing to swap" if is_known else "no plan is made"
    row["headline"], row["unanswered"] = f"{country}: {says}. {reason}", list(missing)
    row["assumed"] = _limited(policies.only)
    return row


def _common(
    plan_id: str, country: str, objective: str, *, policies: PolicyContext, used: Sequence[InputFigure]
) -> PlanRow:
    """What every row of `plan` has, in the form of a plan with nothing to swap."""
    counted = [one for one in used if one.used]
    assumed = sum(one.basis == "assumed" for one in counted)
    kind = "scenario" if policies.scenario_says else "rules in force"
    limited = f", limited to {wording.series(policies.only)}" if policies.only else ""
    return {
        "plan_id": plan_id,
        "country": country,
        "objective": objective,
        "weight_kind": None,
        "scenario": policies.scenario_says is not None,
        "scenario_says": policies.scenario_says,
        "only": list(policies.only),
        "packs": list(policies.packs),
        "policy_says": policies.policy_says,
        "assumed_facts": assumptions_cell(policies.assumed_facts),
        "status": "undetermined",
        "proof": "none",
        "discount_share": 0.0,
        "first_on": policies.as_of,
        "by_on": policies.as_of,
        "period_count": 0,
        "period_says": "a quarter of a year",
        "lot_count": 0,
        "swapped_count": 0,
        "unpriced_count": 0,
        "headline": "",
        "unanswered": [],
        "clash": [],
        "relief": [],
        "binding": [],
        "assumed": [],
        "input_count": len(counted),
        "assumed_count": assumed,
        "assumed_share": assumed / len(counted) if counted else None,
        "as_of_on": policies.as_of,
        "known_on": policies.known_on,
        "label": f"plan for {country} under {policies.policy_says}, least {objective}, {kind}{limited}",
        "formula": "blocks in equal lots, scheduled by scheduling/schedule.py; docs/plan.md",
        "inputs": list(dict.fromkeys(key for one in used for key in one.rests_on)),
    }


def _limited(only: Sequence[str]) -> list[str]:
    """What a plan for some classes or layers leaves aside, as a sentence."""
    if not only:
        return []
    return [f"only {wording.series(only)}: what else the policies reach stays, and who is behind it is not counted"]


def _headline(row: PlanRow, unsized: Sequence[str] = ()) -> str:
    limited = f"limited to {wording.series(row['only'])}, " if row["only"] else ""
    country, scenario = row["country"], f"In the scenario, {limited}" if row["scenario"] else ""
    if row["status"] == "infeasible":
        ways = f" Cheapest relief: {row['relief'][0]}." if row["relief"] else ""
        return f"{country}: {scenario}no plan keeps every limit. {'; '.join(row['clash'][:2])}.{ways}"
    low, mid, high = row["low_cost_amount"], row["mid_cost_amount"], row["high_cost_amount"]
    if row["unpriced_count"] == row["lot_count"] and mid is None:
        return (
            f"{country}: {scenario}no plan is made: {wording.count(row['lot_count'], 'lot')} of restricted equipment, "
            f"{row['element_count']:,.0f} elements, and none has a price. Add rows to swap_option (docs/plan.md)."
        )
    if mid is None:
        return f"{country}: {scenario}no plan was found, and none was proven impossible."
    cost = f"{wording.amount_interval(low, high, row['currency'])} at {row['price_year']} prices"
    if (row["gross_cost_amount"] or 0.0) > mid + 1:
        ends = (row["low_gross_cost_amount"], row["high_gross_cost_amount"])
        cash = f"{wording.amount_interval(*ends, row['currency'])} in cash"
        cost += f" net of renewal credit and salvage ({cash}; the plan uses {_used(row)})"
    if row["budget_amount"] is not None:
        cost += f", within a budget of {wording.amount(row['budget_amount'], row['currency'])} charged net"
    before = _exposure(row["low_before_share"], row["high_before_share"])
    after = _exposure(row["low_after_share"], row["high_after_share"])
    exposed = f"{before} of {row['weight_kind']} are behind restricted equipment before, {after} after"
    if row["mid_before_share"] is None:
        exposed = (
            f"{row['element_count']:,.0f} elements are restricted, and what share of the country is behind them is "
            f"not known: no row of carrier_share gives a share of {wording.series(unsized)}"
        )
    counted = " that is counted" if row["unanswered"] else ""
    clear = f"; nothing restricted{counted} remains from {row['clear_on']} on" if row["clear_on"] else ""
    unpriced = f"; {wording.count(row['unpriced_count'], 'lot')} without a price" if row["unpriced_count"] else ""
    unpriced += f" {wording.plural(row['unpriced_count'], 'stays', 'stay')}" if unpriced else ""
    return (
        f"{country}: {scenario}{row['swapped_count']} of {row['lot_count']} lots are swapped for {cost}; "
        f"{exposed}{clear}{unpriced}."
    )


def _used(row: PlanRow) -> str:
    """The middle of the net cost and of the cash."""
    net, cash = (wording.amount(row[name], row["currency"]) for name in ("mid_cost_amount", "gross_cost_amount"))
    return f"{net} net, {cash} in cash"


def _exposure(low: float | None, high: float | None) -> str:
    return wording.interval(low, high, fixed=True, whole="0.0 to 100.0 %")
