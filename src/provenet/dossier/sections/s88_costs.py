"""What a change would cost: opposed estimates side by side, each with who estimates and what it covers."""

from __future__ import annotations

from datetime import date
from typing import Any

from provenet.dossier.stored import Row, Stored, near_day, unread
from provenet.dossier.words import amount_words

TITLE = "What a change would cost, by whose estimate"


def collect(stored: Stored) -> dict[str, Any]:
    """Estimates for the country, then elsewhere; and what is said of interworking."""
    rows = [r for r in stored.inputs("cost") if not unread(r)]
    regions = {"EU", "Europe", "world"} if "EU" in stored.jurisdictions() else {"world"}
    here = [r for r in rows if r["geo"].split(" (")[0] == stored.country or r["geo"].split(" (")[0] in regions]
    interop = [r for r in stored.inputs("interop") if not unread(r)]
    interop.sort(key=lambda r: (near_day(r, "day_low_on", "day_high_on") or date.max, r["fact_id"]))
    return {
        "here": _by_item(here, stored),
        "interop": [
            {
                "says": r["fact_says"],
                "who": r["who"] or "not stated",
                "day": r["day"] or "no date",
                "cite": stored.cite(r),
                "id": r["fact_id"],
            }
            for r in interop
        ],
        "then": stored.known is not None,
    }


def _by_item(rows: list[Row], stored: Stored) -> list[Row]:
    """Estimates by place and basis, so that opposed ones of one thing stand together."""
    rows = sorted(rows, key=lambda r: (r["geo"] != stored.country, r["geo"], r["basis"] or "", r["item"], r["row_id"]))
    return [
        {
            "item": r["item"],
            "geo": r["geo"],
            "amount": amount_words(r["low_amount"], r["high_amount"], r["currency"]),
            "basis": r["basis"] or "basis not stated",
            "year": r["year"] or "year not stated",
            "estimator": r["estimator"] or "not stated",
            "method": r["method_says"] or "scope not stated",
            "cite": stored.cite(r),
            "id": r["row_id"],
        }
        for r in rows
    ]
