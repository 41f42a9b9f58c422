"""Contracts that may still be signed, with how the days and counts came about."""

from provenet.dossier import contracts
from provenet.dossier.extract import Extract, Fields

TITLE = "Contracts not signed yet"


def collect(extract: Extract) -> Fields:
    """Each contract ahead in full."""
    return {"ahead": contracts.ahead(extract)}
