"""Acts of persuasion laid out for pages: who approached whom, when and about what."""

from __future__ import annotations

from datetime import date
from typing import Any

from provenet.dossier.extract import Extract, Row, near_day


def outreach_order(row: Row) -> tuple[Any, ...]:
    """By date, then id."""
    return near_day(row, "day_low_on", "day_high_on") or date.max, row["row_id"]


def reaches(row: Row, extract: Extract) -> bool:
    """Whether an act of persuasion was addressed to the dossier's country."""
    return row["country"] in extract.places


def outreach_row(row: Row, extract: Extract) -> Row:
    """One act as a page shows it; its source is numbered."""
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
        "cite": extract.cite(row),
        "id": row["row_id"],
    }
