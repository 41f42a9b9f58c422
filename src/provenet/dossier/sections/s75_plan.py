"""Replacement plans: what is swapped, by whom, when and at what cost, how exposure falls, and how good the plan is."""

from datetime import timedelta

from provenet.case.extract import Extract, Fields
from provenet.case.rows import PlanFrontierRow, PlanPeriodRow, PlanRow, PlanStepRow
from provenet.core import wording
from provenet.dossier import plans

TITLE = "What to swap, and when"

SHOWN_PLANS = 4
"""Plans that get a page; of the others only the headline is shown."""


def collect(extract: Extract) -> Fields:
    """A page for each plan, those under the rules in force first; or how to make one."""
    rows = plans.in_order(extract)
    return {
        "has_plan": bool(rows),
        "plans": [plan_fields(row, at, extract) for at, row in enumerate(rows[:SHOWN_PLANS], start=1)],
        "more": [{"headline": row["headline"], "id": row["plan_id"]} for row in rows[SHOWN_PLANS:]],
        "lots": any(row["lot_count"] for row in rows),
    }


def plan_fields(row: PlanRow, number: int, extract: Extract) -> Fields:
    """Everything that a page shows of one plan; `number` is its place among several."""
    steps = extract.parts_of(PlanStepRow, row)
    quarters = sorted(extract.parts_of(PlanPeriodRow, row), key=lambda one: one["number_count"])
    used, beside = plans.input_figures(row, extract)
    curves = extract.parts_of(PlanFrontierRow, row)
    is_planned = row["mid_cost_amount"] is not None
    is_drawn = is_planned and bool(quarters) and any(step["start_on"] for step in steps)
    return {
        **row,
        "number": number,
        "scenario_says": plans.scenario_words(row["scenario_says"] or ""),
        "policy": plans.policies_known(row["policy_says"], extract),
        "nothing": row["status"] == "nothing to swap",
        "infeasible": row["status"] == "infeasible",
        "headline": row["headline"].removeprefix(f"{row['country']}: nothing to swap. "),
        "unpriced": row["unpriced_count"],
        **plans.plan_figures(row, steps),
        "seen": wording.series(dict.fromkeys(wording.asset_class(step["asset_class"]) for step in steps)),
        "harm": plans.harm_of(steps),
        "given": any(step["fixed"] for step in steps),
        "latest": any(step["latest_on"] for step in steps),
        "tracks": plans.tracks(steps, extract) if is_drawn else [],
        "first": quarters[0]["from_on"] if quarters else None,
        "end": quarters[-1]["to_on"] + timedelta(days=1) if quarters else None,
        "exposed": plans.spans(quarters, "exposed_share") if is_drawn else [],
        "spent": plans.spans(quarters, "spent_amount") if is_drawn else [],
        "lots": plans.lots(steps, extract) if is_planned else [],
        "more_lots": max(0, len(steps) - plans.SHOWN_LOTS) if is_planned else 0,
        "periods": plans.periods(quarters) if is_drawn else [],
        "limits": plans.limits(row, extract) if is_planned else [],
        "curves": [plans.curve(curves, kind) for kind in ("budget", "date") if any(c["kind"] == kind for c in curves)],
        "what_ifs": plans.what_ifs(row, extract),
        "first_year": plans.first_year(row, extract),
        "reversals": plans.reversals(row, extract),
        "figures": used,
        "beside": beside,
        "rules": plans.order_rules(row, extract),
        "id": row["plan_id"],
    }
