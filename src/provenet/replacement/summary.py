"""The row of `plan`: the answer in a sentence and its figures, also where there is nothing to swap or no plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.money import NOTHING, Band, Used, amount_words
from provenet.case.tables import vocabulary
from provenet.core.digest import canonical_json
from provenet.replacement.formulate import exposed
from provenet.replacement.relief import clash_says, relief_says
from provenet.replacement.telling import Outcome

Row = dict[str, Any]


@dataclass(frozen=True)
class Under:
    """The policies a plan is made under, in words, and the days asked about."""

    packs: tuple[str, ...]
    policy_says: str
    scenario_says: str | None
    assumed_facts: Mapping[str, str]
    as_of: date
    known_on: date | None


def opposed(costs: Iterable[Mapping[str, Any]], country: str) -> list[Used]:
    """Estimates of what a restriction costs in a country or in Europe: they stand beside a plan and are not counted."""
    made = []
    member = ("EU",) if "EU" in vocabulary()["jurisdictions"].get(country, ()) else ()
    for row in costs:
        here = row["geo"] in (country, "Europe", *member) or row["geo"].startswith(f"{country} (")
        if here and row["low_amount"] is not None and len(row["currency"]) == 3:
            high = row["low_amount"] if row["high_amount"] is None else row["high_amount"]
            band = Band(row["low_amount"], (row["low_amount"] + high) / 2, high)
            says = f"{row['item']}, {row['geo']}: {row['basis'] or 'basis not told'}, {row['year'] or 'year not told'}"
            basis = "derived" if row["reading"] == "our arithmetic" else "sourced"
            # No column tells who paid; where that is known the method or the note says so.
            scope = "; ".join(word for word in (row["method_says"], row["note"]) if word)
            who = (row["estimator"], None, scope or None)
            name = f"{row['item']}, {row['geo']}, by {row['estimator'] or 'nobody named'}"
            made.append(
                Used(name, "price", band, row["currency"], basis, says, False, *who, (f"cost:{row['row_id']}",))
            )
    return made


def plan_row(outcome: Outcome, under: Under, names: Mapping[str, str], files: tuple[str | None, str | None]) -> Row:
    """The row of a plan that was asked of the solver, or that clashes before it. `files` are the two digests."""
    made, plan, asked = outcome.made, outcome.plan, outcome.made.asked
    planned = plan.objective is not None
    spent = NOTHING
    for one in outcome.spent:
        spent += one
    gross = sum(lot.gross().mid for lot in made.lots if outcome.start.get(lot.unit_id) is not None)
    before = exposed(made.demands, {unit: at for unit, at in outcome.done.items() if at < 0}, -1)
    after = exposed(made.demands, outcome.done, asked.quarters.count)
    years, clear = outcome.share_years(), outcome.clear_quarter()
    swapped = sum(outcome.start.get(lot.unit_id) is not None or lot.done_before for lot in made.lots)
    binding = sorted(made.limits, key=lambda limit: (-sum(outcome.binding[limit.id]), limit.says))
    row = _row(outcome.plan_id, asked.country, asked.objective, under, made.used)
    row |= {
        **{name: getattr(plan, name) for name in ("gap_share",)},
        "status": plan.status or "unknown",
        "proof": plan.proof or "none",
        "objective_amount": plan.objective,
        "bound_amount": plan.bound if planned else None,
        "currency": outcome.money.currency,
        "price_year": outcome.money.year,
        **({f"{end}_cost_amount": getattr(spent, end) for end in ("low", "mid", "high")} if planned else {}),
        "gross_cost_amount": gross if planned else None,
        "present_cost_amount": outcome.present_cost() if planned else None,
        "discount_share": made.discount,
        "budget_amount": asked.budget,
        "first_on": asked.quarters.first,
        "by_on": asked.by_on,
        "period_count": asked.quarters.count,
        "lot_count": len(made.lots),
        "swapped_count": swapped,
        "unpriced_count": sum(not lot.priced for lot in made.lots),
        "element_count": sum(lot.count.mid for lot in made.lots),
        **{f"{end}_before_share": getattr(before, end) for end in ("low", "mid", "high")},
        **{f"{end}_after_share": getattr(after, end) for end in ("low", "mid", "high")},
        **{f"{end}_exposed_years": getattr(years, end) for end in ("low", "mid", "high")},
        "clear_on": asked.quarters.start(clear) if clear is not None and planned else None,
        "unanswered": list(made.missing),
        "clash": clash_says(outcome, names),
        "relief": relief_says(outcome, names),
        "binding": [limit.says for limit in binding if any(outcome.binding[limit.id])] if planned else [],
        "assumed": list(made.assumed),
        "instance_id": files[0],
        "schedule_id": files[1],
    }
    row["headline"] = _headline(row, swapped)
    return row


def nothing_row(
    plan_id: str, asked: tuple[str, str, date, date], under: Under, why: str, missing: Sequence[str]
) -> Row:
    """The row of a plan where no policy asks for a removal of anything that is counted.

    `asked` is the country, the objective, the first day and the day asked for.
    """
    country, objective, first, by = asked
    row = _row(plan_id, country, objective, under, ())
    return row | {
        "status": "nothing to swap",
        "proof": "none",
        "discount_share": 0.0,
        "first_on": first,
        "by_on": by,
        "period_count": 0,
        "lot_count": 0,
        "swapped_count": 0,
        "unpriced_count": 0,
        "headline": f"{country}: nothing to swap. {why}",
        "unanswered": list(missing),
    }


def _row(plan_id: str, country: str, objective: str, under: Under, used: Sequence[Used]) -> Row:
    counted = [one for one in used if one.used]
    assumed = sum(one.basis == "assumed" for one in counted)
    kind = "scenario" if under.scenario_says else "rules in force"
    return {
        "plan_id": plan_id,
        "country": country,
        "objective": objective,
        "scenario": under.scenario_says is not None,
        "scenario_says": under.scenario_says,
        "packs": list(under.packs),
        "policy_says": under.policy_says,
        "assumed_facts": canonical_json(dict(under.assumed_facts)),
        "period_says": "a quarter of a year",
        "clash": [],
        "relief": [],
        "binding": [],
        "assumed": [],
        "input_count": len(counted),
        "assumed_count": assumed,
        "assumed_share": assumed / len(counted) if counted else None,
        "as_of_on": under.as_of,
        "known_on": under.known_on,
        "label": f"plan for {country} under {under.policy_says}, least {objective}, {kind}",
        "formula": "blocks in equal lots, scheduled by scheduling/schedule.py; docs/plan.md",
        "inputs": list(dict.fromkeys(key for one in used for key in one.rests_on)),
    }


def _headline(row: Row, swapped: int) -> str:
    what, money = row["country"], f"{row['currency']} of {row['price_year']}"
    scenario = "In the scenario, " if row["scenario"] else ""
    if row["status"] == "infeasible":
        ways = f" Cheapest relief: {row['relief'][0]}." if row["relief"] else ""
        return f"{what}: {scenario}no plan keeps every limit. {'; '.join(row['clash'][:2])}.{ways}"
    if row["mid_cost_amount"] is None:
        return f"{what}: {scenario}no plan was found, and none was shown to be impossible."
    cost = f"{amount_words(row['low_cost_amount'])} to {amount_words(row['high_cost_amount'])} {money}"
    cost += " beyond renewals due anyway" if (row["gross_cost_amount"] or 0.0) > row["mid_cost_amount"] + 1 else ""
    before, after = (_share(row, when) for when in ("before", "after"))
    counted = " that is counted" if row["unanswered"] else ""
    clear = f"; nothing restricted{counted} is left from {row['clear_on']} on" if row["clear_on"] else ""
    unpriced = f"; {row['unpriced_count']} lots have no price and stay" if row["unpriced_count"] else ""
    return (
        f"{what}: {scenario}{swapped} of {row['lot_count']} lots are swapped for {cost}; subscribers behind what is "
        f"restricted go from {before} to {after}{clear}{unpriced}."
    )


def _share(row: Row, when: str) -> str:
    low, high = (100 * row[f"{end}_{when}_share"] for end in ("low", "high"))
    ends = [f"{value:.1f}" for value in (low, high)]
    return f"{ends[0]} %" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} %"
