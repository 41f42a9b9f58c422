"""Who spoke to whom, when and about what."""

from datetime import date

from provenet.case.rows import OutreachRow
from provenet.dossier.extract import Extract, Fields, near_day, unread

TITLE = "Who spoke to whom"


def collect(extract: Extract) -> Fields:
    """Outreach to this country first, then elsewhere, each by date."""
    rows = sorted((r for r in extract.inputs(OutreachRow) if not unread(r)), key=outreach_order)
    return {
        "here": [outreach_row(r, extract) for r in rows if reaches(r, extract)],
        "elsewhere": [outreach_row(r, extract) for r in rows if not reaches(r, extract)],
    }


def outreach_order(row: OutreachRow) -> tuple[date, str]:
    """By date, then id."""
    return near_day(row["day_low_on"], row["day_high_on"]) or date.max, row["row_id"]


def reaches(row: OutreachRow, extract: Extract) -> bool:
    """Whether an act of persuasion was addressed to the dossier's country."""
    return row["country"] in extract.places


def outreach_row(row: OutreachRow, extract: Extract) -> Fields:
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
