"""Contracts and tenders: those that may still be signed first, then those on record, by carrier."""

from provenet.case.extract import Extract, Fields
from provenet.dependence import contracts

TITLE = "Contracts and tenders"


def collect(extract: Extract) -> Fields:
    """Purchases ahead with the days taken for their contracts, and contracts on record with day, vendor and value."""
    return {
        "ahead": contracts.ahead(extract),
        "past": contracts.past(extract),
        "others": contracts.other_events(extract),
    }
