"""Who spoke to whom, when, about what."""

from __future__ import annotations

from datetime import date
from typing import Any

from provenet.briefing.stored import Row, Stored, near_day, unread

TITLE = "Who spoke to whom"


def collect(stored: Stored) -> dict[str, Any]:
    """Outreach to this country first, then elsewhere, each by date."""
    rows = sorted((r for r in stored.inputs("outreach") if not unread(r)), key=_order)
    here = [r for r in rows if _reaches(r, stored.country)]
    return {
        "here": [_line(r, stored) for r in here],
        "elsewhere": [_line(r, stored) for r in rows if r not in here],
        "then": stored.known is not None,
    }


def _order(row: Row) -> tuple[Any, ...]:
    return near_day(row, "day_low_on", "day_high_on") or date.max, row["row_id"]


def _reaches(row: Row, country: str) -> bool:
    named = [part.strip().casefold() for part in (row["country"] or "").split(";")]
    return country.casefold() in named


def _line(row: Row, stored: Stored) -> Row:
    return {
        "who": row["who"],
        "to_whom": row["to_whom"],
        "country": row["country"] or "country not stated",
        "day": row["day"] or "no date",
        "day_kind": row["day_kind"] or "",
        "about": row["about"],
        "form": row["form"] or "form not stated",
        "binding": {"yes": "binding", "no": "not binding"}.get(row["binding"] or "", "not stated"),
        "anonymous": row["anonymous"] == "yes",
        "claim_id": row["claim_id"],
        "cite": stored.cite(row),
        "id": row["row_id"],
    }
