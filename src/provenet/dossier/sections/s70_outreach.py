"""Who spoke to whom, when, about what."""

from __future__ import annotations

from typing import Any

from provenet.dossier.outreach import outreach_order, outreach_row, reaches
from provenet.dossier.stored import Stored, unread

TITLE = "Who spoke to whom"


def collect(stored: Stored) -> dict[str, Any]:
    """Outreach to this country first, then elsewhere, each by date."""
    rows = sorted((r for r in stored.inputs("outreach") if not unread(r)), key=outreach_order)
    return {
        "here": [outreach_row(r, stored) for r in rows if reaches(r, stored)],
        "elsewhere": [outreach_row(r, stored) for r in rows if not reaches(r, stored)],
        "then": stored.known is not None,
    }
