"""Contracts and tenders laid out for pages: those that may still be signed, those that were, and what reports name."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from provenet.case.extract import Citation, Extract, near_day, unread
from provenet.case.rows import AwardRow, DeploymentRow, ProcurementRow, PurchaseRow, RidesOnRow, SuccessionRow
from provenet.core import wording
from provenet.core.grouping import grouped

Row = TypeVar("Row", ProcurementRow, PurchaseRow)
NOT_EQUIPMENT = ("spectrum", "company", "annual 5G plan")
"""How the segments of events begin that buy no equipment."""


def purchases_ahead(extract: Extract) -> list[PurchaseRow]:
    """Purchases of the country whose contract may still be signed: known on the day, or taken up by its answer on aid.

    In the order of the day used, the first to be signed first.
    """
    found = {row["purchase_id"]: row for row in extract.inputs(PurchaseRow) if not unread(row)}
    taken = {award["purchase_id"] for award in extract.results(AwardRow)}
    found |= {row["purchase_id"]: row for row in extract.whole(PurchaseRow) if row["purchase_id"] in taken}
    here = [row for row in found.values() if row["country"] in extract.places and row["high_signed_on"] > extract.as_of]
    return sorted(
        here, key=lambda row: (row["mid_signed_on"] or row["low_signed_on"], row["low_signed_on"], row["purchase_id"])
    )


@dataclass(frozen=True, kw_only=True)
class Contract(Generic[Row]):
    """A contract, tender or veto with the names of its parties and its source."""

    row: Row
    carrier: str
    vendors: str
    anchor: str = ""
    cite: Citation


def announced(extract: Extract) -> list[Contract[ProcurementRow]]:
    """Events announced for a later day, the first to come first."""
    later = [row for row in _read(extract) if _day(row) > extract.as_of and not _buys_nothing(row)]
    return [_contract(row, extract) for row in sorted(later, key=lambda row: (_day(row), row["row_id"]))]


def ahead(extract: Extract) -> list[Contract[PurchaseRow]]:
    """Each purchase whose contract may still be signed, with the vendor of the generation before."""
    return [
        Contract(
            row=row,
            carrier=extract.name(row["carrier_id"]),
            vendors=extract.vendors(row["vendor_ids"] or ()),
            anchor=extract.name(row["anchor_vendor_id"]),
            cite=extract.cite(row),
        )
        for row in purchases_ahead(extract)
    ]


def spectrum_ahead(extract: Extract) -> list[ProcurementRow]:
    """Awards of spectrum announced for a later day, after which carriers choose vendors: the first to come first."""
    found = [row for row in _read(extract) if _day(row) > extract.as_of and row["segment"].startswith("spectrum")]
    return sorted(found, key=lambda row: (_day(row), row["row_id"]))


def contracts(extract: Extract) -> list[ProcurementRow]:
    """Contracts, awards, vetoes and tenders of equipment in the country by the day, by carrier, the newest first."""
    rows = [row for row in _events(extract) if not _buys_nothing(row)]
    return sorted(rows, key=lambda row: (_carrier(row, extract).casefold(), -_day(row).toordinal(), row["row_id"]))


def _carrier(row: ProcurementRow, extract: Extract) -> str:
    return extract.name(row["carrier_id"]) or "all carriers"


def other_events(extract: Extract) -> int:
    """How many purchases on record are of no equipment, such as spectrum."""
    return len(_events(extract)) - len(contracts(extract))


def _read(extract: Extract) -> list[ProcurementRow]:
    return [row for row in extract.inputs(ProcurementRow) if row["country"] in extract.places and not unread(row)]


def _events(extract: Extract) -> list[ProcurementRow]:
    return [row for row in _read(extract) if _day(row) <= extract.as_of]


def _buys_nothing(row: ProcurementRow) -> bool:
    return row["segment"].startswith(NOT_EQUIPMENT)


def _day(row: ProcurementRow) -> date:
    return near_day(row["day_high_on"], row["day_low_on"]) or date.min


def past(extract: Extract) -> list[Contract[ProcurementRow]]:
    """Each contract on record."""
    return [_contract(row, extract) for row in contracts(extract)]


def _contract(row: ProcurementRow, extract: Extract) -> Contract[ProcurementRow]:
    # An event says nothing of how far its source was read.
    shown: ProcurementRow = {**row, "event": re.sub(r"\bconfirmed\b", "announced", row["event"], flags=re.IGNORECASE)}
    vendors = extract.vendors(row["vendor_ids"])
    return Contract(row=shown, carrier=_carrier(row, extract), vendors=vendors, cite=extract.cite(row))


def newest_reports(extract: Extract) -> list[DeploymentRow]:
    """Per carrier, segment and set of vendors the newest rows that name it or its absence, as of the day.

    A later report of one vendor does not withdraw an earlier one of another: both are kept, each with its date.
    """
    alike = grouped(
        ((extract.name(row["carrier_id"]) or "all carriers", row["segment"], extract.vendors(row["vendor_ids"])), row)
        for row in extract.inputs(DeploymentRow)
        if row["country"] in extract.places and row["presence"] != "count" and not unread(row)
        if (row["day_low_on"] or date.min) <= extract.as_of
    )
    ordered = sorted(alike.items(), key=lambda item: tuple(word.casefold() for word in item[0]))
    return [row for _, rows in ordered for row in rows if _first_day(row) == max(map(_first_day, rows))]


def vendors_named(extract: Extract) -> list[DeploymentRow]:
    """The newest reports that name a vendor; a trial is no supply."""
    rows = (row for row in newest_reports(extract) if row["presence"] == "named" and row["vendor_ids"])
    return [row for row in rows if row["extent"] != "trial"]


def _first_day(row: DeploymentRow) -> date:
    return near_day(row["day_low_on"], row["day_high_on"]) or date.min


class Merger(NamedTuple):
    """A carrier that became part of another, on which day in words, by which source."""

    carrier: str
    into: str
    since: str
    cite: Citation


def merged_into(extract: Extract) -> dict[str, str]:
    """Carriers of the country that were part of another by the day, with that other: the last of a row of mergers."""
    steps = {row["predecessor_id"]: row["successor_id"] for row in _mergers(extract)}
    for _ in range(len(steps)):
        steps = {one: steps.get(into, into) for one, into in steps.items()}
    return steps


def without_network(extract: Extract) -> frozenset[str]:
    """Carriers of the country that have no network of their own: virtual ones, and those that are part of another."""
    virtual = {row["carrier_id"] for row in extract.inputs(RidesOnRow) if row["form"] == "virtual carrier"}
    return frozenset(virtual | set(merged_into(extract)))


def mergers_of(extract: Extract) -> list[Merger]:
    """Carriers of the country that were part of another by the day: reports under the old name are of the past."""
    return [
        Merger(
            carrier=extract.name(row["predecessor_id"]),
            into=extract.name(row["successor_id"]),
            since=wording.day(row["from_on"]) if row["from_on"] else "a day not on record",
            cite=extract.cite(row),
        )
        for row in _mergers(extract)
    ]


def _mergers(extract: Extract) -> list[SuccessionRow]:
    """Mergers of carriers of the country by the day; without a day, by that of their source."""
    here = {row["party_id"] for row in extract.parties() if row["country"] in extract.places}
    rows = [row for row in extract.inputs(SuccessionRow) if row["how"] == "merger" and row["predecessor_id"] in here]

    def day(row: SuccessionRow) -> date:
        source = extract.source_of(row)
        return row["from_on"] or (source and source["published_high_on"]) or date.min

    return sorted((row for row in rows if not unread(row) and day(row) <= extract.as_of), key=lambda row: row["row_id"])
