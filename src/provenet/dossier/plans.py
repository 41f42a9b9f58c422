"""A stored plan laid out for a page: figures, lots, quarters, limits, curves, inputs, and what else may happen."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from provenet.case.extract import Extract, Fields
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
from provenet.core.wording import letters
from provenet.dossier.drawings.plan_charts import Bar, PeriodFigure, Spot, Track
from provenet.dossier.text import UNNAMED_WEIGHT, currency_of, measured, prices_of
from provenet.replacement.cost_answer import BASES

SHOWN_LOTS = 60
"""Lots that the table of a page lists; the rest are counted, drawn, and in the case."""
PROOFS = {
    "certified": "limits, objective and bound verified without a solver",
    "solver": "claimed by the solver, not verified independently",
    "bound": "the bound is stated, not verified",
    "none": "no proof",
}
SERVICE_HARM = "loss of service, if this equipment fails or has to be switched off; not content."
CONTROL_HARM = (
    "control, where a management system is restricted: whoever runs it can change the equipment under it; and loss of "
    "service. Not content."
)
OBJECTIVES = {
    "exposure": "least exposure over time",
    "cost": "least cost by the deadline",
    "frontier": "least exposure over time, and the curves between exposure and cost",
}


def in_order(extract: Extract) -> list[PlanRow]:
    """The plans of the dossier: under the rules in force first, those that keep every limit, with curves, and whole."""

    def place(row: PlanRow) -> tuple[object, ...]:
        limited = bool(row["only"])
        return row["scenario"], row["status"] == "infeasible", row["objective"] != "frontier", limited, row["plan_id"]

    return sorted(extract.results(PlanRow), key=place)


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


def harm_of(steps: Sequence[PlanStepRow]) -> str:
    """The harm that the exposure of a plan speaks of."""
    return CONTROL_HARM if any(step["layer"] == "management" for step in steps) else SERVICE_HARM


def policies_known(text: str, extract: Extract) -> str:
    """The policies of a plan without those that came after the day known."""
    known = extract.replayed
    if known is None:
        return text
    later = {row["pack_title"] for row in extract.verdicts() if (row["first_in_force_on"] or date.min) > known}
    kept = [one for one in text.split("; ") if not any(one.startswith(title) for title in later)]
    return "; ".join(kept) or "none had a rule in force yet"


def gap_words(gap: float | None, proof: str) -> str:
    """How far a plan is at most from the best plan for the stated model; only a certified plan is proven optimal."""
    if gap is None:
        return "distance from the best plan not known"
    if gap <= 1e-6:
        return f"{'proven ' if proof == 'certified' else ''}optimal for the stated model"
    if gap > 5e-4:
        return f"at most {wording.percent(gap)} from the best plan for the stated model"
    return "within 0.05 % of the best plan for the stated model"


def _gap_of_plan(row: PlanRow) -> str:
    """How close a plan is to the best; none is called optimal that gains nothing or of which nothing is counted."""
    if row["mid_before_share"] is None and row["objective"] != "cost":
        return "not known, since nothing is known of the shares that the objective counts"
    nothing = "no swap within the limits gains anything"
    return gap_words(row["gap_share"], row["proof"]) if row["swapped_count"] else nothing


def is_late(step: PlanStepRow) -> bool:
    """Whether a lot enters service only after the last day that a rule gives."""
    if step["latest_on"] is None or step["done_on"] is None:
        return False
    return (step["done_on"] - step["latest_on"]).days > 1


def plan_figures(row: PlanRow, steps: Sequence[PlanStepRow]) -> Fields:
    """The figures of the row of a plan in words; `steps` are its lots."""
    currency = row["currency"]
    objective = OBJECTIVES.get(row["objective"], row["objective"])
    if row["budget_amount"] is not None:
        budget = wording.amount(row["budget_amount"], currency)
        objective += f", within {budget} over all quarters, charged net of renewal credit and salvage"
    planned = row["mid_cost_amount"] is not None
    return {
        "planned": planned,
        "swapped": _swapped(row, steps),
        "late": sum(is_late(step) for step in steps),
        "cost": wording.amount_interval(row["low_cost_amount"], row["high_cost_amount"], currency),
        "mid_cost": wording.amount(row["mid_cost_amount"], currency) if planned else "",
        "present": _amount_if_known(row["present_cost_amount"], currency),
        "gross": _amount_if_known(row["gross_cost_amount"], currency),
        "cash": wording.amount_interval(row["low_gross_cost_amount"], row["high_gross_cost_amount"], currency),
        "discount": wording.percent(row["discount_share"]),
        "year": row["price_year"] or "a year not stated",
        "prices": prices_of(row["price_year"]),
        "currency": currency or "",
        "unit": row["weight_kind"] or UNNAMED_WEIGHT,
        "weighed": row["mid_before_share"] is not None,
        "elements": wording.count(round(row["element_count"] or 0), "element"),
        "before": wording.interval(row["low_before_share"], row["high_before_share"]),
        "after": wording.interval(row["low_after_share"], row["high_after_share"]),
        "years": _years(row["low_exposed_years"], row["high_exposed_years"]),
        "left_from": wording.day(row["clear_on"]) if row["clear_on"] else "",
        "by": wording.day(row["by_on"]),
        "objective": objective,
        "proof": PROOFS.get(row["proof"], row["proof"]),
        "gap": _gap_of_plan(row),
        "assumed_share": "" if row["assumed_share"] is None else wording.percent(row["assumed_share"]),
    }


def _amount_if_known(value: float | None, currency: str | None) -> str:
    return "" if value is None else wording.amount(value, currency)


def _swapped(row: PlanRow, steps: Sequence[PlanStepRow]) -> str:
    """How many lots go, as the beginning of a sentence."""
    swapped, whole = row["swapped_count"], row["lot_count"]
    done = {step["action"] for step in steps} - {"stays"}
    how = "shut down" if done == {"shut down"} else "swapped or shut down" if "shut down" in done else "swapped"
    if swapped == whole:
        many = "The one lot is" if whole == 1 else f"All {wording.number_word(whole)} lots are"
    else:
        some = wording.number_word(swapped).capitalize()
        many = f"{some} of {wording.number_word(whole)} lots {wording.plural(swapped, 'is', 'are')}"
    return f"{many} {how}"


def _years(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return wording.UNKNOWN
    ends = [f"{value:.2f}".rstrip("0").rstrip(".") for value in (low, high)]
    return " to ".join(dict.fromkeys(ends))


def tracks(steps: Sequence[PlanStepRow], extract: Extract) -> list[Track]:
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
    extra = f" {step['generation']}" if step["generation"] else ""
    layer = f" ({step['layer']})" if step["layer"] not in ("any", "hardware") else ""
    layer = "" if step["layer"] in step["asset_class"] else layer
    what = f"{extract.name(step['from_vendor_id'])}, {wording.asset_class(step['asset_class'])}{extra}{layer}"
    return _carrier(step, extract), what


def _carrier(row: PlanStepRow | PlanFirstYearRow, extract: Extract) -> str:
    return " ".join(part for part in (extract.name(row["carrier_id"]), row["region"]) if part)


def lots(steps: Sequence[PlanStepRow], extract: Extract) -> list[Fields]:
    """The lots as a table shows them: by carrier, then as they start; those that stay come last."""
    return [_lot(step, extract) for step in listed_steps(steps, extract)]


def listed_steps(steps: Sequence[PlanStepRow], extract: Extract) -> list[PlanStepRow]:
    """The lots that the table of a page lists, in its order."""

    def place(step: PlanStepRow) -> tuple[object, ...]:
        last = step["asset_class"], step["lot_number_count"], step["unit_id"]
        return extract.name(step["carrier_id"]).casefold(), step["start_on"] or date.max, *last

    return sorted(steps, key=place)[:SHOWN_LOTS]


def _lot(step: PlanStepRow, extract: Extract) -> Fields:
    low, high = step["low_element_count"], step["high_element_count"]
    start = "stays"
    if step["start_on"] and step["done_on"]:
        start = f"{wording.quarter(step['start_on'])}, in service {wording.day(step['done_on'])}"
    elif step["start_on"]:
        start = f"begun {wording.day(step['start_on'])}, before the plan"
    to = {"stays": "", "shut down": "shut down"}.get(step["action"], extract.name(step["to_vendor_id"]))
    ends = step["low_cost_amount"], step["high_cost_amount"]
    costs = step["priced"] and ends[0] is not None
    mid = wording.amount(step["mid_cost_amount"], step["currency"])
    is_free = step["mid_cost_amount"] is None or round(ends[0] or 0.0) == 0
    return {
        "who": _carrier(step, extract),
        "what": step["lot_says"],
        "elements": "" if low == high else f"{low:,.0f} to {high:,.0f}",
        "to": to or ("any other vendor" if step["action"] == "swap" else ""),
        "start": start,
        "given": step["fixed"],
        "late": wording.day(step["latest_on"]) if is_late(step) else "",
        "cost": wording.amount_interval(*ends, step["currency"]) if costs else "",
        "mid": "" if is_free else mid,
        "cash": _amount_if_known(step["gross_cost_amount"], step["currency"]) if step["start_on"] and costs else "",
        "priced": step["priced"],
        "assumed": step["basis"] == "assumed",
        "because": step["because"],
        "id": step["step_id"],
    }


def periods(rows: Sequence[PlanPeriodRow]) -> list[Fields]:
    """The quarters as a table shows them."""
    return [
        {
            "says": row["period_says"],
            "exposed": wording.interval(row["low_exposed_share"], row["high_exposed_share"]),
            "mid": "" if row["mid_exposed_share"] is None else wording.percent(row["mid_exposed_share"]),
            "spent": wording.amount_interval(row["low_spent_amount"], row["high_spent_amount"]),
            "cash": wording.amount_interval(row["low_gross_spent_amount"], row["high_gross_spent_amount"]),
            "so_far": wording.amount(row["sum_spent_amount"]),
            "started": row["started_count"],
            "done": row["done_count"],
            "left": row["left_count"],
            "id": row["period_id"],
        }
        for row in rows
    ]


def spans(rows: Sequence[AnyRow], name: str) -> list[PeriodFigure]:
    """Quarters as an interval each; none where an end is not known."""
    found = []
    for row in rows:
        low, mid, high = (row[f"{end}_{name}"] for end in ("low", "mid", "high"))
        if low is None or mid is None or high is None:
            return []
        found.append(PeriodFigure(row["from_on"], row["to_on"], low, mid, high))
    return found


def limits(plan: PlanRow, extract: Extract) -> list[Fields]:
    """One line a limit: the quarter that uses most of it, and the quarters in which it is used up while lots wait."""
    uses = sorted(extract.parts_of(PlanUseRow, plan), key=lambda use: (use["resource"], use["number_count"]))
    by_resource = grouped((use["resource"], use) for use in uses)
    lines: list[tuple[int, str, Fields]] = []
    for rows in by_resource.values():
        most = max(rows, key=lambda use: (use["used_amount"], -use["number_count"]))
        binding = [use for use in rows if use["binding"]]
        shown = binding[0] if binding else most
        line: Fields = {
            "says": shown["limit_says"],
            "unit": shown["unit_says"],
            "capacity": _digits(most["capacity_amount"]),
            "most": _digits(most["used_amount"]),
            "when": wording.quarter(most["from_on"]),
            "used_up": wording.quarters(use["from_on"] for use in binding),
            "carry": shown["carry_over"],
            "basis": BASES.get(shown["basis"], shown["basis"]),
            "id": shown["use_id"],
        }
        lines.append((-len(binding), shown["limit_says"], line))
    return [line for _, _, line in sorted(lines, key=lambda one: one[:2])]


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.3g}"


def curve(rows: Sequence[PlanFrontierRow], kind: str) -> Fields:
    """The points of one curve as lines of a table, and those that have a plan as spots."""
    lines: list[Fields] = []
    spots: list[Spot] = []
    for at, row in enumerate(sorted((r for r in rows if r["kind"] == kind), key=lambda r: r["number_count"])):
        key, currency, budget = letters(at), row["currency"], row["budget_amount"]
        cost, years = row["mid_cost_amount"], row["mid_exposed_years"]
        limit = "no budget" if budget is None else wording.amount(budget, currency)
        lines.append(
            {
                "key": key,
                "limit": wording.day(row["by_on"]) if kind == "date" else limit,
                "cost": "no plan keeps every limit" if cost is None else wording.amount(cost, currency),
                "cash": _amount_if_known(row["gross_cost_amount"], currency),
                "years": "" if cost is None or years is None else f"{years:.2f}",
                "left_from": _clear_from(row["clear_on"], cost is not None),
                "proof": row["status"] if cost is None else f"{row['proof']}; {_point_gap(row)}",
                "price": _amount_if_known(row["price_amount"], currency),
                "id": row["point_id"],
            }
        )
        if cost is not None and kind == "date":
            spots.append(Spot(key, float(row["by_on"].toordinal()), cost))
        elif cost is not None and budget is not None and years is not None:
            spots.append(Spot(key, budget, years))
    return {"kind": kind, "lines": lines, "spots": spots}


def _point_gap(row: PlanFrontierRow) -> str:
    """How close a point is to the best; what is proven and not called optimal gains nothing."""
    is_idle = row["status"] == "feasible" and row["gap_share"] is not None and row["gap_share"] <= 1e-6
    return "no swap within it gains anything" if is_idle else gap_words(row["gap_share"], row["proof"])


def _clear_from(day: date | None, planned: bool) -> str:
    return wording.day(day) if day else "some stay" if planned else ""


def what_ifs(plan: PlanRow, extract: Extract) -> list[Fields]:
    """Scenarios: whether the plan still fits, and what the best plan for each would be."""
    lines: list[Fields] = []
    for row in sorted(extract.parts_of(PlanScenarioRow, plan), key=lambda one: one["number_count"]):
        if row["kind"] == "as planned":
            continue
        if row["fits"] is None:
            fit = "not known whether it fits"
        elif not row["fits"]:
            fit = "does not fit"
        elif not row["regret_share"]:
            fit = "fits, as good as the best plan found"
        else:
            fit = f"fits, {wording.percent(row['regret_share'])} worse than the best plan found"
        planned, currency = row["cost_amount"] is not None, plan["currency"]
        lines.append(
            {
                "says": row["says"],
                "fit": fit,
                "because": (row["because"] or "") if row["fits"] is False else "",
                "cost": wording.amount(row["cost_amount"], currency) if planned else f"no plan ({row['status']})",
                "needless": wording.amount(row["needless_amount"], currency) if row["needless_amount"] else "",
                "years": "" if row["exposed_years"] is None else f"{row['exposed_years']:.2f}",
                "left_from": _clear_from(row["clear_on"], planned),
                "id": row["scenario_id"],
            }
        )
    return lines


def first_year(plan: PlanRow, extract: Extract) -> list[Fields]:
    """What every near-optimal plan starts in the first year, by block; blocks without such lots come last."""
    rows = extract.parts_of(PlanFirstYearRow, plan)
    rows.sort(key=lambda r: (-r["least_count"], extract.name(r["carrier_id"]).casefold(), r["first_year_id"]))
    return [
        {
            "who": _carrier(row, extract),
            "what": f"{extract.name(row['vendor_id'])}, {wording.asset_class(row['asset_class'])}",
            "least": row["least_count"],
            "lots": row["lot_count"],
            "planned": row["planned_count"],
            "to": wording.day(row["to_on"]),
            "near": wording.percent(row["tolerance_share"]),
            "proof": PROOFS.get(row["proof"], row["proof"]) if row["least_count"] else "",
            "id": row["first_year_id"],
        }
        for row in rows
    ]


def reversals(plan: PlanRow, extract: Extract) -> list[Fields]:
    """What becomes of cost and exposure if verdicts are reversed after some quarters."""
    found: list[Fields] = []
    rows = extract.parts_of(PlanFlipRow, plan)
    for row in sorted(rows, key=lambda one: (not one["disputed"], one["says"], one["flip_id"])):
        kept_for = wording.count(row["known_after_count"], "quarter", spelled=True)
        cases = {
            "planned": "if no verdict is reversed",
            "flipped": "had the reversal been known from the start",
            "kept": f"this plan kept for {kept_for}, then planned anew",
        }
        lines = [{"when": when, **_reversal(row, name, plan["currency"])} for name, when in cases.items()]
        found.append({**row, "because": row["because"] or "", "lines": lines, "id": row["flip_id"]})
    return found


def _reversal(row: AnyRow, name: str, currency: str | None) -> Fields:
    cost, years = row[f"{name}_cost_amount"], row[f"{name}_exposed_years"]
    return {
        "cost": "no plan" if cost is None else wording.amount(cost, currency),
        "needless": _amount_if_known(row[f"{name}_needless_amount"], currency),
        "years": "" if years is None else f"{years:.2f}",
        "left_from": _clear_from(row[f"{name}_clear_on"], cost is not None),
    }


def input_figures(plan: PlanRow, extract: Extract) -> tuple[list[Fields], list[Fields]]:
    """Figures that the plan uses, the assumed ones first; and estimates beside them that it does not use."""
    order = {word: at for at, word in enumerate(("assumed", "derived", "sourced"))}
    rows = [row for row in extract.parts_of(PlanInputRow, plan) if row["kind"] != "rule"]
    rows.sort(key=lambda row: (order.get(row["basis"], 9), row["kind"], row["name"], row["input_id"]))
    lines = [(row["used"], _input(row, extract)) for row in rows]
    return [line for used, line in lines if used], [line for used, line in lines if not used]


def _input(row: PlanInputRow, extract: Extract) -> Fields:
    low, mid, high = row["low_amount"], row["mid_amount"], row["high_amount"]
    is_price, unit = row["kind"] == "price", currency_of(row["unit_says"])
    return {
        "name": row["name"],
        "value": measured(low, high, row["unit_says"], rounded=is_price),
        "mid": "" if mid is None or low == high else measured(mid, mid, unit, rounded=is_price),
        "basis": BASES.get(row["basis"], row["basis"]),
        "who": row["estimator"] or "",
        "sponsor": row["sponsor"] or "",
        "scope": row["scope"] or row["says"],
        "cites": [] if row["basis"] == "assumed" else extract.cite_refs(row["inputs"]),
        "id": row["input_id"],
    }


def order_rules(plan: PlanRow, extract: Extract) -> list[Fields]:
    """Rules of order, with who states them and who disagrees."""
    lines: list[Fields] = []
    rows = [row for row in extract.parts_of(PlanInputRow, plan) if row["kind"] == "rule"]
    for row in sorted(rows, key=lambda row: (row["name"], row["input_id"])):
        ref = next((one for one in row["inputs"] if one.startswith("interop_rule:")), "")
        rule = extract.input_row(ref) or {}
        lines.append(
            {
                "says": row["says"],
                "basis": BASES.get(row["basis"], row["basis"]),
                "kept": row["used"],
                "in_favour": _statements(rule.get("for_fact_ids") or (), extract),
                "against": _statements(rule.get("against_fact_ids") or (), extract),
                "cites": [] if row["basis"] == "assumed" else extract.cite_refs([ref]),
                "id": row["input_id"],
            }
        )
    return lines


def _statements(ids: Iterable[str], extract: Extract) -> list[Fields]:
    found = [extract.input_row(f"interop:{one}") for one in ids]
    return [
        {"who": row["who"] or "not stated", "says": row["fact_says"], "cite": extract.cite(row)}
        for row in found
        if row is not None
    ]
