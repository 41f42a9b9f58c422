"""A stored plan laid out for a page: its figures in words, its lots, quarters, limits and curves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from provenet.case.money import amount_words
from provenet.dossier.plan_words import (
    BASES,
    OBJECTIVES,
    PROOFS,
    amount,
    amounts,
    ends,
    gap_words,
    is_late,
    quarter_words,
    runs_of_quarters,
)
from provenet.dossier.schedules import Bar, Span, Spot, Track
from provenet.dossier.stored import Row, Stored
from provenet.dossier.words import class_words, day_words, letters, number_words, percent

SHOWN_LOTS = 60
"""Lots that the table of a page lists; the rest are counted, drawn, and stand in the case."""


def _of_block(step: Row, stored: Stored) -> tuple[str, str]:
    """The carrier and what the lots of a block are, in words."""
    who = " ".join(part for part in (stored.name(step["carrier_id"]), step["region"]) if part)
    extra = f" {step['generation']}" if step["generation"] else ""
    layer = f" ({step['layer']})" if step["layer"] not in ("any", "hardware") else ""
    what = class_words(step["asset_class"])
    layer = "" if step["layer"] in step["asset_class"] else layer
    return who, f"{stored.name(step['from_vendor_id'])}, {what}{extra}{layer}"


def tracks(steps: Sequence[Row], stored: Stored) -> list[Track]:
    """The rows of the schedule: a track for each carrier, class and vendor, in order of carrier and first start."""
    blocks: dict[tuple[str, str], list[Row]] = {}
    for step in steps:
        blocks.setdefault(_of_block(step, stored), []).append(step)
    made = []
    for (who, what), held in blocks.items():
        timed = [step for step in held if step["start_on"] and step["done_on"]]
        bars = tuple(Bar(step["start_on"], step["done_on"], 1, step["fixed"]) for step in timed)
        latest = min((step["latest_on"] for step in held if step["latest_on"]), default=None)
        staying = sum(step["action"] == "stays" for step in held)
        made.append(Track(who, what, bars, latest, staying))
    first = {id(track): min((bar.start_on for bar in track.bars), default=date.max) for track in made}
    return sorted(made, key=lambda track: (track.group.casefold(), first[id(track)], track.label))


def lots(steps: Sequence[Row], stored: Stored) -> list[Row]:
    """The lots as a table shows them: by carrier, then as they start; those that stay come last."""
    ordered = sorted(
        steps,
        key=lambda s: (
            stored.name(s["carrier_id"]).casefold(),
            s["start_on"] or date.max,
            s["asset_class"],
            s["lot_number_count"],
            s["unit_id"],
        ),
    )
    return [_lot(step, stored) for step in ordered[:SHOWN_LOTS]]


def _lot(step: Row, stored: Stored) -> Row:
    low, high = step["low_element_count"], step["high_element_count"]
    when = "stays"
    if step["start_on"] and step["done_on"]:
        when = f"{quarter_words(step['start_on'])}, in service {day_words(step['done_on'])}"
    elif step["start_on"]:
        when = f"begun {day_words(step['start_on'])}, before the plan"
    to = {"stays": "", "shut down": "shut down"}.get(step["action"], stored.name(step["to_vendor_id"]))
    cost = amounts(step["low_cost_amount"], step["high_cost_amount"], step["currency"])
    return {
        "who": _of_block(step, stored)[0],
        "what": step["lot_says"],
        "elements": "" if low == high else f"{low:,.0f} to {high:,.0f}",
        "to": to or ("any other vendor" if step["action"] == "swap" else ""),
        "when": when,
        "given": step["fixed"],
        "late": day_words(step["latest_on"]) if is_late(step) else "",
        "cost": cost if step["priced"] and step["low_cost_amount"] is not None else "",
        "mid": amount_words(step["mid_cost_amount"]) if step["mid_cost_amount"] is not None and cost[0] != "0" else "",
        "priced": step["priced"],
        "because": step["because"],
        "id": step["step_id"],
    }


def periods(rows: Sequence[Row]) -> list[Row]:
    """The quarters as a table shows them."""
    return [
        {
            "says": row["period_says"],
            "exposed": ends(row, "exposed_share"),
            "mid": percent(row["mid_exposed_share"]) if row["mid_exposed_share"] is not None else "",
            "spent": amounts(row["low_spent_amount"], row["high_spent_amount"], None),
            "so_far": amount(row["sum_spent_amount"], None) if row["sum_spent_amount"] is not None else "not known",
            "started": row["started_count"],
            "done": row["done_count"],
            "left": row["left_count"],
            "id": row["period_id"],
        }
        for row in rows
    ]


def spans(rows: Sequence[Row], name: str) -> list[Span]:
    """Quarters as an interval each; none where an end is not known."""
    made = []
    for row in rows:
        low, mid, high = (row[f"{end}_{name}"] for end in ("low", "mid", "high"))
        if low is None or mid is None or high is None:
            return []
        made.append(Span(row["from_on"], row["to_on"], low, mid, high))
    return made


def limits(uses: Sequence[Row]) -> list[Row]:
    """One line a limit: the quarter that uses most of it, and the quarters in which it is used up while lots wait."""
    held: dict[str, list[Row]] = {}
    for use in sorted(uses, key=lambda use: (use["resource"], use["number_count"])):
        held.setdefault(use["resource"], []).append(use)
    made = []
    for rows in held.values():
        most = max(rows, key=lambda use: (use["used_amount"], -use["number_count"]))
        bound = [use for use in rows if use["binding"]]
        shown = bound[0] if bound else most
        made.append(
            {
                "says": shown["limit_says"],
                "unit": shown["unit_says"],
                "brings": _digits_of(most["capacity_amount"]),
                "most": _digits_of(most["used_amount"]),
                "when": quarter_words(most["from_on"]),
                "used_up": runs_of_quarters(use["from_on"] for use in bound),
                "bound": len(bound),
                "carry": shown["carry_over"],
                "basis": BASES.get(shown["basis"], shown["basis"]),
                "id": shown["use_id"],
            }
        )
    return sorted(made, key=lambda line: (-line["bound"], line["says"]))


def _digits_of(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.3g}"


def points(rows: Sequence[Row], kind: str) -> tuple[list[Row], list[Spot]]:
    """The points of one curve as a table shows them, and those that have a plan as spots."""
    made, spots = [], []
    for at, row in enumerate(sorted((r for r in rows if r["kind"] == kind), key=lambda r: r["number_count"])):
        key, planned = letters(at), row["mid_cost_amount"] is not None
        budget = row["budget_amount"]
        price = row["price_amount"]
        made.append(
            {
                "key": key,
                "asked": day_words(row["by_on"]) if kind == "date" else _budget(budget, row["currency"]),
                "cost": amount(row["mid_cost_amount"], row["currency"]) if planned else "no plan keeps every limit",
                "years": f"{row['mid_exposed_years']:.2f}" if planned else "",
                "left_from": day_words(row["clear_on"]) if row["clear_on"] else ("some stay" if planned else ""),
                "proof": f"{row['proof']}; {gap_words(row['gap_share'])}" if planned else row["status"],
                "price": "" if price is None else amount(price, row["currency"]),
                "id": row["point_id"],
            }
        )
        if planned and kind == "date":
            spots.append(Spot(key, float(row["by_on"].toordinal()), row["mid_cost_amount"]))
        elif planned and budget is not None:
            spots.append(Spot(key, budget, row["mid_exposed_years"]))
    return made, spots


def _budget(budget: float | None, currency: str | None) -> str:
    return "no budget" if budget is None else amount(budget, currency)


def swapped_words(row: Row, steps: Sequence[Row]) -> str:
    """How many lots go, as the beginning of a sentence."""
    swapped, whole = row["swapped_count"], row["lot_count"]
    done = {step["action"] for step in steps} - {"stays"}
    how = "shut down" if done == {"shut down"} else "swapped or shut down" if "shut down" in done else "swapped"
    if swapped == whole:
        many = "The one lot is" if whole == 1 else f"All {number_words(whole)} lots are"
    else:
        many = f"{number_words(swapped).capitalize()} of {number_words(whole)} lots {'is' if swapped == 1 else 'are'}"
    return f"{many} {how}"


def facts_of(row: Row, steps: Sequence[Row]) -> dict[str, Any]:
    """The figures of the row of a plan in words; `steps` are its lots."""
    currency = row["currency"]
    planned = row["mid_cost_amount"] is not None
    cost = amounts(row["low_cost_amount"], row["high_cost_amount"], currency)
    asked = OBJECTIVES.get(row["objective"], str(row["objective"]))
    if row["budget_amount"] is not None:
        asked += f", within {amount(row['budget_amount'], currency)} over all quarters"
    return {
        "planned": planned,
        "swapped": swapped_words(row, steps),
        "late": sum(is_late(step) for step in steps),
        "cost": cost,
        "mid_cost": amount(row["mid_cost_amount"], currency) if planned else "",
        "present": amount(row["present_cost_amount"], currency) if row["present_cost_amount"] is not None else "",
        "gross": amount(row["gross_cost_amount"], currency) if row["gross_cost_amount"] is not None else "",
        "discount": percent(row["discount_share"]),
        "year": row["price_year"] or "not stated",
        "currency": currency or "",
        "before": ends(row, "before_share"),
        "after": ends(row, "after_share"),
        "years": _years(row),
        "left_from": day_words(row["clear_on"]) if row["clear_on"] else "",
        "by": day_words(row["by_on"]),
        "asked": asked,
        "proof": PROOFS.get(row["proof"], row["proof"]),
        "gap": gap_words(row["gap_share"]),
        "assumed_share": percent(row["assumed_share"]) if row["assumed_share"] is not None else "",
    }


def _years(row: Row) -> str:
    low, high = row["low_exposed_years"], row["high_exposed_years"]
    if low is None or high is None:
        return "not known"
    said = [f"{value:.2f}".rstrip("0").rstrip(".") for value in (low, high)]
    return said[0] if said[0] == said[1] else f"{said[0]} to {said[1]}"
