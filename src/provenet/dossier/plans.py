"""A stored plan laid out for a page: its rows as tables, its pictures, and how good it is in words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from provenet.case.extract import Extract
from provenet.case.rows import (
    AnyRow,
    PlanFirstYearRow,
    PlanFlipRow,
    PlanFrontierRow,
    PlanInputRow,
    PlanPeriodRow,
    PlanRow,
    PlanScenarioRow,
    PlanStepRow,
    PlanUseRow,
)
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.rule_words import list_says
from provenet.dossier.drawings import plan_charts, plan_curves
from provenet.dossier.drawings.plan_charts import Bar, PeriodFigure, Spot, Track
from provenet.dossier.figure_tables import FigureTable, figure_tables
from provenet.dossier.text import UNNAMED_WEIGHT

LOTS, QUARTERS = "Lot by lot", "Quarter by quarter"
BY_BUDGET, BY_DEADLINE = "The price of speed: exposure by budget", "The price of haste or delay: cost by deadline"
"""The titles of tables that a picture stands beside."""
HEADS: Mapping[str, Mapping[str, str]] = {
    "plan": {
        "policy_says": "Policies",
        "scenario_says": "Scenario",
        "only": "Limited to",
        "status": "Status",
        "headline": "In a sentence",
        "objective": "Makes least",
        "low_cost_amount": "Cost, net of renewals due anyway",
        "mid_cost_amount": "Net cost that the plan uses",
        "present_cost_amount": "Net cost, discounted",
        "discount_share": "Discount a year",
        "low_gross_cost_amount": "Cash",
        "gross_cost_amount": "Cash that the plan uses",
        "sourced_gross_cost_amount": "Cash that is sourced",
        "assumed_gross_cost_amount": "Cash with an assumed count or price",
        "price_year": "Prices of",
        "budget_amount": "Budget, charged net",
        "by_on": "To be done by",
        "clear_on": "Nothing counted is left from",
        "lot_count": "Lots",
        "swapped_count": "Lots that go",
        "unpriced_count": "Lots without a price, which stay",
        "weight_kind": "Shares are of",
        "low_before_share": "Exposed before the first swap",
        "low_after_share": "Exposed at the end",
        "low_exposed_years": "Whole country exposed for so many years",
        "gap_share": "At most from the best plan",
        "proof": "Proof",
        "input_count": "Inputs",
        "assumed_count": "Inputs that no source gives",
        "binding": "Limits used up while lots wait",
        "clash": "Limits that clash",
        "relief": "What would make room",
        "assumed": "Assumptions",
        "unanswered": "Missing, so not planned",
    },
    "plan_step": {
        "carrier_id": "Carrier",
        "region": "Region",
        "lot_says": "Lot",
        "action": "What is done",
        "to_vendor_id": "Swapped to",
        "start_on": "Work starts",
        "done_on": "In service",
        "latest_on": "Last day of the rule",
        "low_cost_amount": "Cost, net",
        "gross_cost_amount": "Cash",
        "basis": "Price is",
        "because": "Why then",
    },
    "plan_period": {
        "period_says": "Quarter",
        "low_exposed_share": "Exposed share",
        "mid_exposed_share": "As planned",
        "low_spent_amount": "Spent, net",
        "low_gross_spent_amount": "Cash",
        "sum_spent_amount": "So far, net",
        "started_count": "Lots started",
        "done_count": "In service",
        "left_count": "Left",
    },
    "plan_use": {
        "limit_says": "Limit",
        "from_on": "Quarter from",
        "capacity_amount": "It brings",
        "used_amount": "It uses",
        "carry_over": "Rest carries over",
        "binding": "Used up while lots wait",
        "basis": "Limit is",
    },
    "plan_frontier": {
        "budget_amount": "Budget, charged net",
        "by_on": "Done by",
        "status": "Status",
        "mid_cost_amount": "Cost, net",
        "gross_cost_amount": "Cash",
        "mid_exposed_years": "Exposed years",
        "price_amount": "Marginal cost of a year less, or of a quarter sooner",
        "clear_on": "Nothing left from",
        "proof": "Proof",
    },
    "plan_first_year": {
        "carrier_id": "Carrier",
        "region": "Region",
        "asset_class": "Equipment",
        "vendor_id": "Vendor",
        "least_count": "Lots that start before then in every plan near the best",
        "planned_count": "In this plan",
        "lot_count": "Of",
        "to_on": "Before",
        "tolerance_share": "Near is within",
        "proof": "Proof",
    },
    "plan_scenario": {
        "says": "Scenario",
        "fits": "This plan fits",
        "because": "Why not",
        "regret_share": "Worse than the best found for it",
        "status": "Best plan for it",
        "cost_amount": "Its cost, net",
        "needless_amount": "Of that for lots that then need no swap",
        "exposed_years": "Exposed years",
        "clear_on": "Nothing left from",
    },
    "plan_flip": {
        "says": "Verdicts reversed",
        "disputed": "They depend on a disputed claim",
        "known_after_count": "Known after so many quarters",
        "planned_cost_amount": "Cost if none is reversed",
        "flipped_cost_amount": "Had it been known from the start",
        "kept_cost_amount": "This plan until then",
        "kept_needless_amount": "Of that for lots that then need no swap",
        "kept_exposed_years": "Exposed years",
        "kept_clear_on": "Nothing left from",
        "because": "Why not",
    },
    "plan_input": {
        "name": "Figure",
        "low_amount": "Low to high",
        "mid_amount": "The plan uses",
        "used": "Counted",
        "basis": "Basis",
        "estimator": "Author",
        "sponsor": "Sponsor",
        "scope": "Scope",
        "says": "How it came about",
    },
}
"""What stands above the columns of each table of a plan."""


def in_order(extract: Extract) -> list[PlanRow]:
    """The plans of the dossier: under the rules in force first, those that keep every limit, with curves, and whole."""

    def place(row: PlanRow) -> tuple[object, ...]:
        limited = bool(row["only"])
        return row["scenario"], row["status"] == "infeasible", row["objective"] != "frontier", limited, row["plan_id"]

    return sorted(extract.results(PlanRow), key=place)


def plan_tables(row: PlanRow, extract: Extract, *, of: str = "") -> list[FigureTable]:
    """The rows of a plan, a table for each kind that it has; `of` tells it from others of its page."""
    money = {"currency": row["currency"]}
    shown = [{**one, **money} for one in extract.parts_of(PlanScenarioRow, row) if one["kind"] != "as planned"]
    flips = [{**one, **money} for one in extract.parts_of(PlanFlipRow, row)]
    steps = extract.parts_of(PlanStepRow, row)
    inputs = sorted(
        extract.parts_of(PlanInputRow, row),
        key=lambda one: (not one["used"], _BASES.index(one["basis"]), one["kind"], one["name"], one["input_id"]),
    )
    found: tuple[tuple[str, str, Sequence[Any]], ...] = (
        ("The plan", "plan", [in_words(row, extract)]),
        (LOTS, "plan_step", listed_steps(steps, extract) if len(steps) == row["lot_count"] else []),
        (QUARTERS, "plan_period", quarters(row, extract)),
        (
            "What limits allow and the plan uses: each limit at its fullest, and where it binds",
            "plan_use",
            _telling_uses(extract.parts_of(PlanUseRow, row)),
        ),
        (BY_BUDGET, "plan_frontier", _points(row, "budget", extract)),
        (BY_DEADLINE, "plan_frontier", _points(row, "date", extract)),
        (
            "What to start in any case",
            "plan_first_year",
            sorted(
                extract.parts_of(PlanFirstYearRow, row), key=lambda one: (-one["least_count"], one["first_year_id"])
            ),
        ),
        ("If things turn out otherwise", "plan_scenario", sorted(shown, key=lambda one: one["number_count"])),
        (
            "If verdicts are reversed",
            "plan_flip",
            sorted(flips, key=lambda one: (not one["disputed"], one["says"], one["flip_id"])),
        ),
        ("What the plan is based on, and what stands beside it uncounted", "plan_input", inputs),
    )
    return figure_tables(found, extract=extract, heads=HEADS, keyed="plan_frontier", of=of)


_BASES = ("assumed", "derived", "sourced")


def _points(row: PlanRow, kind: str, extract: Extract) -> list[PlanFrontierRow]:
    """The points of one curve in their order, by which a picture letters them."""
    held = (one for one in extract.parts_of(PlanFrontierRow, row) if one["kind"] == kind)
    return sorted(held, key=lambda one: one["number_count"])


def quarters(row: PlanRow, extract: Extract) -> list[PlanPeriodRow]:
    """The quarters of a plan in their order."""
    return sorted(extract.parts_of(PlanPeriodRow, row), key=lambda one: one["number_count"])


def _telling_uses(rows: Sequence[PlanUseRow]) -> list[PlanUseRow]:
    """Of each limit the quarters in which it is used up while lots wait, else the fullest; those that bind first."""
    found: list[PlanUseRow] = []
    for held in grouped((use["resource"], use) for use in rows).values():
        binding = [use for use in held if use["binding"]]
        found += binding or [max(held, key=lambda use: (use["used_amount"], -use["number_count"]))]
    return sorted(found, key=lambda use: (not use["binding"], use["limit_says"], use["from_on"]))


_ASSUMED = re.compile(r"\b([a-z0-9_]+) = ([^,;]+)")
_LISTED = re.compile(r"\bon ([A-Za-z0-9]+(?:_[A-Za-z0-9]+)+)\b")


def scenario_words(text: str) -> str:
    """What a scenario assumes as a page writes it: facts and lists in words.

    >>> scenario_words("assuming csa2_in_force = true, exemption = none, Huawei on hrs_list")
    'assuming csa2 in force: yes, exemption: none, Huawei on the EU list of high-risk vendors, as proposed'
    """
    values = {"true": "yes", "false": "no"}
    text = _ASSUMED.sub(lambda found: f"{found[1].replace('_', ' ')}: {values.get(found[2], found[2])}", text)
    return _LISTED.sub(lambda found: f"on the {list_says(found[1])}", text)


def in_words(row: PlanRow, extract: Extract) -> PlanRow:
    """A plan whose scenario and policies stand in words, as known on the day."""
    scenario = scenario_words(row["scenario_says"]) if row["scenario_says"] else None
    return {**row, "scenario_says": scenario, "policy_says": policies_known(row["policy_says"], extract)}


def policies_known(text: str, extract: Extract) -> str:
    """The policies of a plan without those that came after the day known."""
    known = extract.replayed
    if known is None:
        return text
    later = {row["pack_title"] for row in extract.verdicts() if (row["first_in_force_on"] or date.min) > known}
    kept = [one for one in text.split("; ") if not any(one.startswith(title) for title in later)]
    return "; ".join(kept) or "none had a rule in force yet"


def listed_steps(steps: Sequence[PlanStepRow], extract: Extract) -> list[PlanStepRow]:
    """The lots by carrier, then as they start; those that stay come last."""

    def place(step: PlanStepRow) -> tuple[object, ...]:
        last = step["asset_class"], step["lot_number_count"], step["unit_id"]
        return extract.name(step["carrier_id"]).casefold(), step["start_on"] or date.max, *last

    return sorted(steps, key=place)


def plan_pictures(row: PlanRow, extract: Extract) -> dict[str, list[str]]:
    """The pictures of a plan, by the title of the table that they stand beside; no lot where some are hidden."""
    held, steps, currency = quarters(row, extract), extract.parts_of(PlanStepRow, row), row["currency"] or ""
    if row["mid_cost_amount"] is None or not held:
        return {}
    first, end, found = held[0]["from_on"], held[-1]["to_on"] + timedelta(days=1), dict[str, list[str]]()
    if len(steps) == row["lot_count"]:
        title = "Lots over quarters, by carrier and class"
        found[LOTS] = [plan_charts.schedule(_tracks(steps, extract), first, end, title=title, key="lots")]
    if exposed := _spans(held, "exposed_share"):
        unit = row["weight_kind"] or UNNAMED_WEIGHT
        title = f"Share of {unit} behind restricted equipment"
        found.setdefault(QUARTERS, []).append(plan_charts.band(exposed, title=title, key="band", of=unit))
    if spent := _spans(held, "spent_amount"):
        title = "Money spent, by quarter and cumulative"
        found.setdefault(QUARTERS, []).append(plan_charts.spending(spent, currency=currency, title=title, key="cash"))
    budgets = [
        Spot(wording.letters(at).upper(), point["budget_amount"], point["mid_exposed_years"])
        for at, point in enumerate(_points(row, "budget", extract))
        if point["budget_amount"] is not None and point["mid_exposed_years"] is not None
    ]
    if budgets:
        title = "Exposure over time by budget"
        found[BY_BUDGET] = [plan_curves.exposure_by_budget(budgets, currency=currency, title=title, key="budgets")]
    days = [
        Spot(wording.letters(at).upper(), float(point["by_on"].toordinal()), point["mid_cost_amount"])
        for at, point in enumerate(_points(row, "date", extract))
        if point["mid_cost_amount"] is not None
    ]
    if days:
        found[BY_DEADLINE] = [
            plan_curves.cost_by_deadline(days, currency=currency, title="Cost by deadline", key="dates")
        ]
    return found


def _tracks(steps: Sequence[PlanStepRow], extract: Extract) -> list[Track]:
    """The rows of the schedule: a track for each carrier, class and vendor, in order of carrier and first start."""
    blocks = grouped((_block(step, extract), step) for step in steps)
    found = []
    for (who, what), held in blocks.items():
        days = [(step["start_on"], step["done_on"], step["fixed"]) for step in held]
        bars = tuple(Bar(start, done, 1, fixed) for start, done, fixed in days if start and done)
        latest = min((step["latest_on"] for step in held if step["latest_on"]), default=None)
        staying = sum(step["action"] == "stays" for step in held)
        found.append(Track(who, what, bars, latest, staying))
    first = {id(track): min((bar.start_on for bar in track.bars), default=date.max) for track in found}
    return sorted(found, key=lambda track: (track.group.casefold(), first[id(track)], track.label))


def _block(step: PlanStepRow, extract: Extract) -> tuple[str, str]:
    """The carrier of a lot, and what its block is, in words."""
    who = " ".join(part for part in (extract.name(step["carrier_id"]), step["region"]) if part)
    extra = f" {step['generation']}" if step["generation"] else ""
    layer = f" ({step['layer']})" if step["layer"] not in ("any", "hardware") else ""
    layer = "" if step["layer"] in step["asset_class"] else layer
    return who, f"{extract.name(step['from_vendor_id'])}, {wording.asset_class(step['asset_class'])}{extra}{layer}"


def _spans(rows: Sequence[AnyRow], name: str) -> list[PeriodFigure]:
    """Quarters as an interval each; none where an end is not known."""
    found = []
    for row in rows:
        low, mid, high = (row[f"{end}_{name}"] for end in ("low", "mid", "high"))
        if low is None or mid is None or high is None:
            return []
        found.append(PeriodFigure(row["from_on"], row["to_on"], low, mid, high))
    return found
