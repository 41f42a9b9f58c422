"""How a plan stands if things turn out otherwise: scenarios, what to start in any case, and verdicts that fall."""

from __future__ import annotations

from collections.abc import Sequence

from provenet.dossier.plan_words import PROOFS, amount
from provenet.dossier.stored import Row, Stored
from provenet.dossier.words import class_words, day_words, number_words, percent

SHOWN_LETTERS = 160
"""Letters of a reason on a page; the whole stands in the case."""


def what_ifs(rows: Sequence[Row], currency: str | None) -> list[Row]:
    """Ways things may turn out: whether the plan as it stands fits, and what the best plan for each would be."""
    made = []
    for row in sorted(rows, key=lambda one: one["number_count"]):
        if row["kind"] == "as planned":
            continue
        if row["fits"] is None:
            stands = "not known whether it fits"
        elif not row["fits"]:
            stands = "does not fit"
        elif not row["regret_share"]:
            stands = "fits, and lacks nothing of the best found"
        else:
            stands = f"fits, and lacks {percent(row['regret_share'])} of the best found"
        planned = row["cost_amount"] is not None
        made.append(
            {
                "says": row["says"],
                "stands": stands,
                "because": (row["because"] or "")[:SHOWN_LETTERS] if row["fits"] is False else "",
                "cost": amount(row["cost_amount"], currency) if planned else f"no plan ({row['status']})",
                "needless": amount(row["needless_amount"], currency) if row["needless_amount"] else "",
                "years": f"{row['exposed_years']:.2f}" if row["exposed_years"] is not None else "",
                "left_from": day_words(row["clear_on"]) if row["clear_on"] else ("some stay" if planned else ""),
                "id": row["scenario_id"],
            }
        )
    return made


def in_any_case(rows: Sequence[Row], stored: Stored) -> list[Row]:
    """What every plan near the best starts in the first year, by block; blocks without such lots come last."""
    ordered = sorted(
        rows, key=lambda r: (-r["least_count"], stored.name(r["carrier_id"]).casefold(), r["first_year_id"])
    )
    return [
        {
            "who": " ".join(part for part in (stored.name(row["carrier_id"]), row["region"]) if part),
            "what": f"{stored.name(row['vendor_id'])}, {class_words(row['asset_class'])}",
            "least": row["least_count"],
            "lots": row["lot_count"],
            "planned": row["planned_count"],
            "to": day_words(row["to_on"]),
            "near": percent(row["tolerance_share"]),
            "proof": PROOFS.get(row["proof"], row["proof"]) if row["least_count"] else "",
            "id": row["first_year_id"],
        }
        for row in ordered
    ]


def falls(rows: Sequence[Row], currency: str | None) -> list[Row]:
    """What becomes of cost and exposure if verdicts fall after some quarters."""
    made = []
    for row in sorted(rows, key=lambda one: (not one["disputed"], one["says"], one["flip_id"])):
        lines = [
            ("if nothing falls", "planned"),
            ("had it been known from the start", "flipped"),
            (f"kept for {number_words(row['known_after_count'])} quarters, then planned anew", "kept"),
        ]
        made.append(
            {
                "says": row["says"],
                "disputed": row["disputed"],
                "because": (row["because"] or "")[:SHOWN_LETTERS],
                "lines": [_fallen(row, words, name, currency) for words, name in lines],
                "id": row["flip_id"],
            }
        )
    return made


def _fallen(row: Row, words: str, name: str, currency: str | None) -> Row:
    cost, needless, years = (row[f"{name}_{of}"] for of in ("cost_amount", "needless_amount", "exposed_years"))
    clear = row[f"{name}_clear_on"]
    return {
        "when": words,
        "cost": "no plan" if cost is None else amount(cost, currency),
        "needless": "" if needless is None else amount(needless, currency),
        "years": "" if years is None else f"{years:.2f}",
        "left_from": day_words(clear) if clear else ("" if cost is None else "some stay"),
    }
