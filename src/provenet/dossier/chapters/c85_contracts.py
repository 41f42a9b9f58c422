"""Contracts and tenders: those that may still be signed first, then those on record, by carrier."""

from dataclasses import dataclass

from provenet.case.extract import Extract
from provenet.case.rows import ProcurementRow, PurchaseRow
from provenet.dependence import contracts
from provenet.dependence.contracts import Contract

TITLE = "Contracts and tenders"


@dataclass(frozen=True, kw_only=True)
class Contracts:
    """Contracts announced, purchases ahead, contracts on record, and how many events buy no equipment."""

    announced: list[Contract[ProcurementRow]]
    ahead: list[Contract[PurchaseRow]]
    past: list[Contract[ProcurementRow]]
    others: int


def collect(extract: Extract) -> Contracts:
    """Purchases ahead with the days taken for their contracts, and contracts on record with day, vendor and value."""
    return Contracts(
        announced=contracts.announced(extract),
        ahead=contracts.ahead(extract),
        past=contracts.past(extract),
        others=contracts.other_events(extract),
    )
