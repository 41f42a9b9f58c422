"""Who spoke to whom, when and about what."""

from __future__ import annotations

from provenet.case.rows import OutreachRow
from provenet.dossier.extract import Extract, Fields, unread
from provenet.dossier.outreach import outreach_order, outreach_row, reaches

TITLE = "Who spoke to whom"


def collect(extract: Extract) -> Fields:
    """Outreach to this country first, then elsewhere, each by date."""
    rows = sorted((r for r in extract.inputs(OutreachRow) if not unread(r)), key=outreach_order)
    return {
        "here": [outreach_row(r, extract) for r in rows if reaches(r, extract)],
        "elsewhere": [outreach_row(r, extract) for r in rows if not reaches(r, extract)],
        "then": extract.known is not None,
    }
