"""An answer of `fund` laid out for a page: its figures in words, who gets what, curves, mechanisms, outreach order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from provenet.dossier.fund_bars import Ranged
from provenet.dossier.fund_charts import Marker, Point
from provenet.dossier.fund_words import (
    HARM,
    MECHANISMS,
    OBJECTIVES,
    PROOFS,
    chance,
    gap_words,
    interval,
    money,
    more_or_less,
    of_row,
)
from provenet.dossier.plan_words import amounts, ends
from provenet.dossier.stored import Row, Stored
from provenet.dossier.words import class_words, count_words, day_words, join_words, letters, number_words, percent

ADDS = 0.01
"""A budget stands in the table if its middle is so much above the last one that does, as a share of subscribers."""
SHOWN_DAYS = 12
"""Days of the curve over days that stand in the table, about: every so many of them, and the last."""
SHOWN_ACTS = 2
"""Past acts of persuasion that a row of the outreach order names; the others are counted."""


def facts_of(row: Row, stored: Stored) -> Row:
    """The figures of the row of an answer in words."""
    currency = row["currency"]
    others = [country for country in row["countries"] if country not in stored.places]
    budget = "no limit" if row["budget_amount"] is None else money(row["budget_amount"], currency)
    return {
        "status": row["status"],
        "nothing": row["status"] == "nothing to fund",
        "infeasible": row["status"] == "infeasible",
        "headline": row["headline"],
        "condition": row["condition_says"][:1].upper() + row["condition_says"][1:].rstrip("."),
        "excluded": join_words([stored.name(v) for v in row["excluded_vendor_ids"]]),
        "mechanism": MECHANISMS.get(row["mechanism"], row["mechanism"]),
        "objective": OBJECTIVES.get(row["objective"], row["objective"]),
        "others": join_words(others),
        "currency": currency or "",
        "year": row["price_year"] or "not stated",
        "budget": budget,
        "before": of_row(row, "before_share"),
        "after": of_row(row, "after_share"),
        "middles": [chance(row["mid_before_share"]), chance(row["mid_after_share"])],
        "exposed": chance(row["exposed_share"]),
        "committed": money(row["committed_amount"], currency),
        "paid": amounts(row["low_paid_amount"], row["high_paid_amount"], currency),
        "mid_paid": money(row["mid_paid_amount"], currency),
        "goal_before": chance(row["p_goal_before_share"]),
        "goal": chance(row["p_goal_share"]),
        "price": "" if row["price_amount"] is None else money(row["price_amount"], currency),
        "need": amounts(row["low_need_amount"], row["high_need_amount"], currency),
        "tipping": _tipping(row),
        "gap": gap_words(row["gap_share"]),
        "proof": PROOFS.get(row["proof"], row["proof"]),
        "purchases": count_words(row["purchase_count"], "open purchase"),
        "scenarios": f"{row['scenario_count']:,}",
        "seed": row["seed_count"],
        "until": day_words(row["until_on"]),
        "input_count": row["input_count"],
        "assumed_count": row["assumed_count"],
        "assumed_share": "" if row["assumed_share"] is None else percent(row["assumed_share"]),
        "assumed": row["assumed"],
        "replayed": row["replayed"] or [],
        "unanswered": row["unanswered"],
        "harm": HARM,
        "id": row["fund_id"],
    }


def _tipping(row: Row) -> str:
    """What tips every purchase once peers follow each other."""
    least = row["tipping_amount"]
    if least is None:
        return ""
    return f"{money(least, row['currency'])} {'tips' if least else 'is enough for'} them all"


def bought_words(award: Row, purchase: Row | None) -> str:
    """What a purchase is of, in words."""
    if purchase is None:
        return str(award["purchase_id"])
    return str(purchase["segment"] or class_words(purchase["asset_class"]))


def award_rows(awards: Sequence[Row], purchases: dict[str, Row], stored: Stored) -> list[Row]:
    """One row a purchase: who gets what, the most first; each contract day has a letter."""
    ordered = sorted(awards, key=lambda a: (-a["award_amount"], stored.name(a["carrier_id"]).casefold(), a["award_id"]))
    return [
        {
            "key": letters(at).upper(),
            "who": stored.name(row["carrier_id"]),
            "what": bought_words(row, purchases.get(row["purchase_id"])),
            "signed": day_words(row["signed_on"]),
            "award": money(row["award_amount"], row["currency"]) if row["award_amount"] else "none",
            "before": interval(row["low_before_p_clear_share"], row["high_before_p_clear_share"]),
            "after": interval(row["low_after_p_clear_share"], row["high_after_p_clear_share"]),
            "weight": of_row(row, "weight_share"),
            "because": row["because"],
            "is_aided": bool(row["award_amount"]),
            "id": row["award_id"],
        }
        for at, row in enumerate(ordered)
    ]


def contract_markers(awards: Sequence[Row], stored: Stored) -> list[Marker]:
    """The contract days with the letters that `award_rows` gives; letters of one day stand together."""
    ordered = sorted(awards, key=lambda a: (-a["award_amount"], stored.name(a["carrier_id"]).casefold(), a["award_id"]))
    days: dict[date, list[str]] = {}
    for at, row in enumerate(ordered):
        days.setdefault(row["signed_on"], []).append(letters(at).upper())
    return [Marker(float(day.toordinal()), " ".join(keys)) for day, keys in sorted(days.items())]


def budget_points(rows: Iterable[Row]) -> tuple[list[Row], list[Row], list[Point]]:
    """The curve over money: points a table shows, those that add little to the one before, and all as drawn.

    A letter has each point that is shown: the ends, and those whose middle is `ADDS` above the last one shown.
    """
    shown: list[Row] = []
    more: list[Row] = []
    points: list[Point] = []
    ordered = sorted(_of_kind(rows, "budget"), key=lambda r: r["number_count"])
    last: float | None = None
    for at, row in enumerate(ordered):
        low, mid, high, price = row["low_share"], row["mid_share"], row["high_share"], row["price_amount"]
        is_shown = last is None or mid is None or mid >= last + ADDS or at == len(ordered) - 1
        key = letters(len(shown)) if is_shown else ""
        line = {
            "key": key,
            "budget": money(row["budget_amount"], row["currency"]),
            "share": interval(low, high),
            "mid": "" if mid is None else percent(mid),
            "price": "more money adds nothing" if price is None else money(price, row["currency"]),
            "id": row["point_id"],
        }
        (shown if is_shown else more).append(line)
        last = mid if is_shown else last
        if None not in (row["budget_amount"], low, mid, high):
            points.append(Point(row["budget_amount"], low, mid, high, key))
    return shown, more, points


def day_points(rows: Iterable[Row]) -> tuple[list[Row], list[Row], list[Point]]:
    """The curve over days: days a table shows, those between them, and all as drawn."""
    lines: list[Row] = []
    points: list[Point] = []
    for row in sorted(_of_kind(rows, "days"), key=lambda r: r["number_count"]):
        low, mid, high = row["low_amount"], row["mid_amount"], row["high_amount"]
        lines.append({
            "day": "" if row["from_on"] is None else day_words(row["from_on"]),
            "amount": amounts(low, high, row["currency"]),
            "mid": money(mid, row["currency"]),
            "id": row["point_id"],
        })  # fmt: skip
        if None not in (row["from_on"], low, mid, high):
            points.append(Point(float(row["from_on"].toordinal()), low, mid, high))
    step = -(-len(lines) // SHOWN_DAYS) or 1
    shown = [at for at in range(len(lines)) if at % step == 0 or at == len(lines) - 1]
    return [lines[at] for at in shown], [line for at, line in enumerate(lines) if at not in shown], points


def _of_kind(rows: Iterable[Row], kind: str) -> list[Row]:
    """The points of a curve of the whole country."""
    return [row for row in rows if row["kind"] == kind and row["purchase_id"] is None]


def mechanism_rows(rows: Sequence[Row], taken: str) -> tuple[list[Row], list[Ranged], list[Ranged]]:
    """Ways of giving the same money as a table; and money per hundredth and subscribers made clear as intervals."""
    ordered = sorted(rows, key=lambda r: (r["number_count"], r["mechanism"]))
    lines = [
        {
            "name": row["mechanism"],
            "is_taken": row["mechanism"] == taken,
            "made_clear": of_row(row, "clear_share"),
            "paid": amounts(row["low_paid_amount"], row["high_paid_amount"], None),
            "unit": amounts(row["low_unit_amount"], row["high_unit_amount"], None)
            if row["mid_unit_amount"] is not None
            else "none is made clear",
            "rent": amounts(row["low_rent_amount"], row["high_rent_amount"], None),
            "default": of_row(row, "default_share"),
            "shortfall": of_row(row, "shortfall_share"),
            "goal": chance(row["p_goal_share"]),
            "means": MECHANISMS.get(row["mechanism"], row["mechanism"]),
            "says": row["says"],
            "id": row["mechanism_id"],
        }
        for row in ordered
    ]
    units = [Ranged(r["mechanism"], *(r[f"{end}_unit_amount"] for end in ("low", "mid", "high"))) for r in ordered]
    clears = [Ranged(r["mechanism"], *(r[f"{end}_clear_share"] for end in ("low", "mid", "high"))) for r in ordered]
    return lines, units, clears


def approach_rows(rows: Sequence[Row], stored: Stored) -> list[Row]:
    """With whom a conversation is worth most, in that order."""
    acts = {ref: row for row in stored.inputs("outreach") for ref in (f"outreach:{row['row_id']}",)}
    made = []
    for rank, row in enumerate(sorted(rows, key=lambda r: (r["number_count"], r["approach_id"])), start=1):
        currency = row["currency"]
        made.append(
            {
                "rank": rank,
                "who": stored.name(row["carrier_id"]) if row["carrier_id"] else f"the government of {stored.country}",
                "worth": "not counted" if row["worth_share"] is None else percent(row["worth_share"]),
                "nudge": "" if row["nudge_share"] is None else percent(row["nudge_share"]),
                **_dependence(row),
                "weight": of_row(row, "weight_share"),
                "signed": day_words(row["signed_on"]) if row["signed_on"] else "no day known",
                "days": "" if row["left_days_count"] is None else _days_words(row["left_days_count"]),
                "gap": _gap(row, currency),
                "chance": chance(row["p_clear_share"]),
                "disputed": number_words(row["disputed_count"]),
                "claims": len(row["for_claims"]) + len(row["against_claims"]),
                **_acts(row["outreach_ids"], acts, stored),
                "says": row["says"],
                "id": row["approach_id"],
            }
        )
    return made


def _gap(row: Row, currency: str | None) -> str:
    """What clear costs more; of a carrier whose every choice is clear there is nothing to compare."""
    low, high = row["low_price_gap_amount"], row["high_price_gap_amount"]
    if low is None and row["p_clear_share"] == 1:
        return "every choice is clear"
    return more_or_less(low, high, currency)


def _dependence(row: Row) -> Row:
    """How much of its equipment is from these vendors, and what that is a share of; the second only if it is known."""
    is_known = (row["low_dependence_share"] or 0.0) > 0 or (row["high_dependence_share"] or 1.0) < 1
    return {
        "dependence": ends(row, "dependence_share") if is_known else "not known",
        "dependence_of": (row["dependence_says"] or "") if is_known else "",
    }


def _days_words(days: int) -> str:
    if days < 0:
        return "the day has passed"
    return f"{days:,} {'day' if days == 1 else 'days'} left"


def _acts(refs: Sequence[str], acts: dict[str, Row], stored: Stored) -> dict[str, Any]:
    """Past acts of persuasion on record: the last ones by name and source, the rest as a number."""
    found = [acts[ref] for ref in refs if ref in acts]
    found.sort(key=lambda r: (r["day_high_on"] or r["day_low_on"] or date.min, r["row_id"]), reverse=True)
    shown = [
        {"who": row["who"], "day": row["day"] or "no date", "cites": stored.cite_all([row]), "id": row["row_id"]}
        for row in found[:SHOWN_ACTS]
    ]
    return {"acts": shown, "more_acts": max(0, len(refs) - len(shown))}
