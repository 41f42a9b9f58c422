"""Contracts that may still be signed, with how the days and counts came about."""

from __future__ import annotations

from provenet.dossier import contracts
from provenet.dossier.extract import Extract, Fields

TITLE = "Contracts not signed yet"


def collect(extract: Extract) -> Fields | None:
    """Each purchase ahead in full; where none is on record the section is left out."""
    rows = contracts.ahead(extract)
    return {"ahead": rows} if rows else None
