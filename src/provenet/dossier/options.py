"""Options of a country side by side: stored plans under rules in force and under one scenario, in part and whole."""

from collections.abc import Sequence
from datetime import date

from provenet.case.extract import Extract, Fields
from provenet.case.rows import CostRow, PlanRow, PlanStepRow
from provenet.core import wording
from provenet.core.ids import names_in
from provenet.dossier import plans
from provenet.dossier.drawings.option_rows import OptionRow
from provenet.dossier.files_beside import put_table
from provenet.dossier.text import UNNAMED_WEIGHT, prices_of
from provenet.replacement.cost_answer import costs_of_a_change, published_costs, uncounted

SHOWN_OPTIONS, SHOWN_ESTIMATES = 4, 6
MANY = 2
"""Instruments of advice that a cell counts and no longer names."""
EVERYTHING = "Everything"
_COLUMNS = names_in("""
    scenario_says currency price_year low_gross_cost_amount gross_cost_amount high_gross_cost_amount
    sourced_gross_cost_amount assumed_gross_cost_amount low_cost_amount mid_cost_amount high_cost_amount
    low_before_share high_before_share low_after_share high_after_share clear_on input_count assumed_count plan_id
""")
_COST_COLUMNS = names_in("""
    item geo low_amount high_amount currency basis year estimator method_says row_id
""")


def options(extract: Extract) -> list[PlanRow]:
    """The plans of a page: rules in force, then scenarios, those limited to a part first.

    Of plans alike in all but their limits, the first in the order of the annex stands.
    """
    chosen: dict[tuple[object, ...], PlanRow] = {}
    for row in plans.in_order(extract):
        chosen.setdefault((row["scenario"], row["policy_says"], tuple(row["only"] or ())), row)
    return sorted(chosen.values(), key=lambda row: (row["scenario"], row["policy_says"], not row["only"]))


def apart(rows: Sequence[PlanRow], extract: Extract) -> tuple[list[PlanRow], list[Fields]]:
    """The plans that stand side by side, and in words those that swap the same lots as one of them, when and for what
    it does: they are one option."""
    found: dict[object, int] = {}
    shown: list[PlanRow] = []
    alike: list[Fields] = []
    for row in rows:
        key = _swaps(row, extract)
        if key in found:
            title, policy = _title(row), _policies(plans.policies_known(row["policy_says"], extract))
            alike.append({"title": title, "policy": policy, "number": found[key], "id": row["plan_id"]})
        elif len(shown) < SHOWN_OPTIONS:
            shown.append(row)
            found[key] = len(shown)
    return shown, alike


def _swaps(row: PlanRow, extract: Extract) -> tuple[object, ...]:
    """What a plan does, but for the rule behind it; its own id where it swaps nothing."""
    if not row["swapped_count"]:
        return (row["plan_id"],)
    steps = []
    for step in extract.parts_of(PlanStepRow, row):
        what = step["carrier_id"], step["region"] or "", step["asset_class"], step["from_vendor_id"]
        when = step["start_on"] or date.min, step["done_on"] or date.max
        steps.append((*what, step["action"], step["element_count"], *when))
    cash = row["low_gross_cost_amount"], row["gross_cost_amount"], row["high_gross_cost_amount"]
    return (*cash, row["currency"], row["price_year"], *sorted(steps))


def lead(rows: Sequence[PlanRow]) -> Fields:
    """The answer in a sentence: whether the rules in force have anything replaced, and the cash of each plan."""
    costs: list[Fields] = []
    for row in rows:
        if row["mid_cost_amount"] is not None:
            part = "everything that the scenario reaches" if row["scenario"] else "what the rules in force require"
            part = f"{wording.series(row['only'])} alone, in the scenario," if row["only"] else part
            if row["swapped_count"] < row["lot_count"]:
                part = f"{row['swapped_count']} of {wording.count(row['lot_count'], 'lot')} of {part}"
            ends = row["low_gross_cost_amount"], row["high_gross_cost_amount"]
            text = part if costs else f"In cash, {part} would cost"
            costs.append({"says": text, "words": wording.amount_interval(*ends, row["currency"]), "id": row["plan_id"]})
    nothing = any(row["status"] == "nothing to swap" and not row["scenario"] for row in rows)
    return {"nothing": nothing, "costs": costs}


def option_fields(rows: Sequence[PlanRow], stored: Sequence[PlanRow], extract: Extract) -> list[Fields]:
    """Each option in words, in the order given, beside the whole of its scenario among all that are stored."""
    wholes = {
        row["policy_says"]: row for row in stored if row["scenario"] and not row["only"] and row["mid_before_share"]
    }
    return [_option(row, wholes.get(row["policy_says"]), extract, number=at) for at, row in enumerate(rows, start=1)]


def _option(row: PlanRow, whole: PlanRow | None, extract: Extract, *, number: int) -> Fields:
    steps = extract.parts_of(PlanStepRow, row)
    figures = plans.plan_figures(row, steps)
    currency = row["currency"]
    sourced, assumed = row["sourced_gross_cost_amount"], row["assumed_gross_cost_amount"]
    return {
        **figures,
        "number": number,
        "title": _title(row) if row["only"] or not row["scenario"] else f"{EVERYTHING} that the scenario reaches",
        "policy": _policies(plans.policies_known(row["policy_says"], extract)),
        "scenario": row["scenario"],
        "assuming": _assumptions(row),
        "nothing": row["status"] == "nothing to swap",
        "reason": row["headline"].removeprefix(f"{row['country']}: nothing to swap. "),
        "infeasible": row["status"] == "infeasible",
        "headline": row["headline"],
        "what": _swapped(steps, extract),
        "sourced": "" if sourced is None else wording.amount(sourced, currency),
        "assumed_cash": "" if assumed is None else wording.amount(assumed, currency),
        "stays": "" if row["swapped_count"] == row["lot_count"] else row["lot_count"] - row["swapped_count"],
        "rest": _rest(row, whole),
        "missing": len(uncounted(row)),
        "controls": plans.harm_of(steps) == plans.CONTROL_HARM,
        "input_count": row["input_count"],
        "assumed_count": row["assumed_count"],
        "id": row["plan_id"],
    }


def _title(row: PlanRow) -> str:
    if not row["scenario"]:
        return "Rules as they are"
    return wording.series(row["only"]).capitalize() if row["only"] else EVERYTHING


def _policies(text: str) -> str:
    """Policies in words; of many, those of advice are counted and stand in the annex by name."""
    names = text.split("; ")
    binding = [name for name in names if not name.endswith("(advice)")]
    advice = len(names) - len(binding)
    if not binding or advice < MANY:
        return text
    return f"{'; '.join(binding)}; and {wording.count(advice, 'instrument', spelled=True)} of advice"


def _assumptions(row: PlanRow) -> str:
    """What a scenario assumes: the vendors taken as listed by name, the other facts by their number."""
    listed = [one["fact"].partition(": ")[2] for one in row["assumed_facts"] if one["value"] == "listed"]
    others = len(row["assumed_facts"]) - len(listed)
    if not listed:
        return f"It rests on {wording.count(others, 'assumed fact', spelled=True)}." if others else ""
    more = f", and {wording.count(others, 'more fact', spelled=True)}" if others else ""
    return f"Assumed: it lists {wording.series(listed)}{more}."


def _rest(row: PlanRow, whole: PlanRow | None) -> Fields:
    """What a plan for a part leaves aside: who is behind all that the same scenario reaches."""
    if not row["only"] or whole is None:
        return {}
    return {
        "before": wording.interval(whole["low_before_share"], whole["high_before_share"]),
        "unit": whole["weight_kind"] or UNNAMED_WEIGHT,
        "id": whole["plan_id"],
    }


def _swapped(steps: Sequence[PlanStepRow], extract: Extract) -> list[Fields]:
    """What goes, a line for each class and vendor with its carriers, each with its first lot in the annex."""
    listed = [step for step in plans.listed_steps(steps, extract) if step["action"] != "stays"]
    held: dict[tuple[str, str], dict[str, PlanStepRow]] = {}
    for step in listed:
        what = wording.asset_class(step["asset_class"]), extract.name(step["from_vendor_id"])
        held.setdefault(what, {}).setdefault(extract.name(step["carrier_id"]), step)
    return [
        {
            "what": f"{what}, {vendor}",
            "who": [{"name": name, "id": step["step_id"]} for name, step in carriers.items()],
            "assumed": any(step["basis"] == "assumed" for step in carriers.values()),
        }
        for (what, vendor), carriers in sorted(held.items())
    ]


def drawn_options(rows: Sequence[PlanRow], extract: Extract) -> Fields | None:
    """The picture's rows with its first and last day and the currency; None where no option is a plan.

    Plans in several currencies or price years are never set on one axis: the first decides, others stand in words.
    """
    first = next((row for row in rows if row["swapped_count"] and row["high_gross_cost_amount"] is not None), None)
    if first is None:
        return None
    unit = first["currency"], first["price_year"]
    drawn = [_drawn(row, unit, extract) for row in rows]
    days = [day for one in drawn for day in (one.start_on, one.done_on, one.latest_on) if day]
    return {
        "rows": drawn,
        "first": date(min(days).year, 1, 1),
        "end": date(max(days).year + 1, 1, 1),
        "currency": unit[0] or "",
        "prices": prices_of(unit[1]),
    }


def _drawn(row: PlanRow, unit: tuple[str | None, str | None], extract: Extract) -> OptionRow:
    label, under = _title(row), "a scenario" if row["scenario"] else "in force"
    low, high = row["low_gross_cost_amount"], row["high_gross_cost_amount"]
    if row["status"] == "nothing to swap":
        return OptionRow(label=label, under=under, words="Nothing that a row counts has to be replaced.")
    if low is None or high is None or (row["currency"], row["price_year"]) != unit:
        said = {"infeasible": "No plan keeps every limit.", "undetermined": "Not known whether anything has to go."}
        words = said.get(row["status"], "See the table.")
        return OptionRow(label=label, under=under, words=words)
    steps = extract.parts_of(PlanStepRow, row)
    starts = [step["start_on"] for step in steps if step["start_on"]]
    ends = [step["done_on"] for step in steps if step["done_on"]]
    return OptionRow(
        label=label,
        under=under,
        cash=(low, high),
        sourced=row["sourced_gross_cost_amount"] or 0.0,
        assumed=row["assumed_gross_cost_amount"] or 0.0,
        before=_ends(row["low_before_share"], row["high_before_share"]),
        after=_ends(row["low_after_share"], row["high_after_share"]),
        start_on=min(starts, default=None),
        done_on=row["clear_on"] or max(ends, default=None),
        latest_on=row["by_on"],
    )


def _ends(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def put_options(rows: Sequence[PlanRow], extract: Extract) -> str:
    """The figures of the options as a file beside the page."""
    lines = [
        {
            "option": _title(row),
            "policies": plans.policies_known(row["policy_says"], extract),
            "done_by": row["by_on"] if row["lot_count"] else None,
            **row,
        }
        for row in rows
    ]
    return put_table(extract, "options", lines, columns=("option", "policies", "done_by", *_COLUMNS))


def estimates(extract: Extract) -> tuple[list[Fields], int]:
    """Published estimates of what a change of vendors costs, the country's first, and how many more there are."""
    rows = costs_of_a_change(extract)
    return [_estimate(row, extract) for row in rows[:SHOWN_ESTIMATES]], max(0, len(rows) - SHOWN_ESTIMATES)


def _estimate(row: CostRow, extract: Extract) -> Fields:
    scope = "; ".join(part for part in (row["method_says"], row["note"]) if part)
    return {
        "item": row["item"],
        "geo": row["geo"],
        "amount": wording.amount_interval(row["low_amount"], row["high_amount"], row["currency"]),
        "basis": row["basis"] or "basis not stated",
        "year": row["year"] or "year not stated",
        "who": row["estimator"] or "not stated",
        "scope": scope or "scope not stated",
        "cite": extract.cite(row),
        "id": row["row_id"],
    }


def put_estimates(extract: Extract) -> str:
    """Every published cost that the annex lists for the country, as a file beside the page."""
    rows = sorted(published_costs(extract), key=lambda row: row["row_id"])
    return put_table(extract, "published-costs", rows, columns=_COST_COLUMNS)
