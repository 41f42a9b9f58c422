"""Contracts and tenders laid out for pages: those that may still be signed, those that were, and what reports name."""

import re
from collections.abc import Iterable
from datetime import date

from provenet.case.extract import Extract, Fields, near_day, unread
from provenet.case.rows import AwardRow, DeploymentRow, ProcurementRow, PurchaseRow, RidesOnRow, VendorShareRow
from provenet.core import wording
from provenet.dependence.share_rows import vendor_rows

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


def ahead(extract: Extract) -> list[Fields]:
    """Each contract ahead as a page shows it: events announced for a later day, then purchases."""
    later = [row for row in _read(extract) if _day(row) > extract.as_of and not _buys_nothing(row)]
    later.sort(key=lambda row: (_day(row), row["row_id"]))
    return [_announced(row, extract) for row in later] + [_purchase(row, extract) for row in purchases_ahead(extract)]


def spectrum_ahead(extract: Extract) -> list[ProcurementRow]:
    """Awards of spectrum announced for a later day, after which carriers choose vendors: the first to come first."""
    found = [row for row in _read(extract) if _day(row) > extract.as_of and row["segment"].startswith("spectrum")]
    return sorted(found, key=lambda row: (_day(row), row["row_id"]))


def _announced(row: ProcurementRow, extract: Extract) -> Fields:
    return {
        "carrier": _carrier(row, extract),
        "segment": row["segment"],
        "day": row["day"] or "",
        "span": "",
        "units": "",
        "unit": "",
        "vendors": extract.vendors(row["vendor_ids"]),
        "anchor": "",
        "assumed": False,
        "basis": "announced",
        "says": event_words(row["event"]),
        "cite": extract.cite(row),
        "id": row["row_id"],
    }


def _purchase(row: PurchaseRow, extract: Extract) -> Fields:
    days = [wording.day(row["low_signed_on"]), wording.day(row["high_signed_on"])]
    count = row["mid_count"]
    return {
        "carrier": extract.name(row["carrier_id"]),
        "segment": row["segment"] or wording.asset_class(row["asset_class"]),
        "day": wording.day(row["mid_signed_on"]) if row["mid_signed_on"] else "",
        "span": " to ".join(dict.fromkeys(days)),
        "units": "" if count is None else f"{count:,.0f}",
        "unit": wording.plural(round(count or 0), row["unit_says"]),
        "vendors": extract.vendors(row["vendor_ids"] or ()),
        "anchor": extract.name(row["anchor_vendor_id"]),
        "assumed": row["basis"] == "assumed",
        "basis": row["basis"],
        "says": row["says"] or "",
        "cite": extract.cite(row),
        "id": row["purchase_id"],
    }


def contracts(extract: Extract) -> list[ProcurementRow]:
    """Contracts, awards, vetoes and tenders of equipment in the country by the day, by carrier, the newest first."""
    rows = [row for row in _events(extract) if not _buys_nothing(row)]
    return sorted(rows, key=lambda row: (_carrier(row, extract).casefold(), -_day(row).toordinal(), row["row_id"]))


def _carrier(row: ProcurementRow, extract: Extract) -> str:
    return extract.name(row["carrier_id"]) or "all carriers"


def replacements(share: VendorShareRow, extract: Extract) -> list[ProcurementRow]:
    """Contracts on record that replace a vendor of a share in its part of the network, and are not older than it.

    Where a share of the contract's carrier is on record, the contract is held against the newest of that carrier.
    """
    part = share["asset_class"].split(".")[0]
    alike = [row for row in vendor_rows(extract) if row["asset_class"].split(".")[0] == part]
    days = {row["carrier_id"]: row["as_of_low_on"] or date.min for row in alike if row["method"] == "published"}
    days = {None: share["as_of_low_on"] or date.min} | {carrier: day for carrier, day in days.items() if carrier}
    return [
        row
        for row in contracts(extract)
        if part in row["segment"].casefold()
        and {*share["vendor_ids"]} & {*(row["replaces_vendor_ids"] or ())}
        and _day(row) >= days.get(row["carrier_id"], days[None])
    ]


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


def past(extract: Extract) -> list[Fields]:
    """Each contract on record as a page shows it."""
    return [_contract(row, extract) for row in contracts(extract)]


def _contract(row: ProcurementRow, extract: Extract) -> Fields:
    value = row["value_amount"]
    return {
        "carrier": _carrier(row, extract),
        "segment": row["segment"],
        "vendors": extract.vendors(row["vendor_ids"]),
        "event": event_words(row["event"]),
        "day": row["day"] or "no date",
        "value": "" if value is None else wording.amount(value, row["currency"], exact=True),
        "cite": extract.cite(row),
        "weak": extract.is_weak(row),
        "id": row["row_id"],
    }


def event_words(event: str) -> str:
    """An event in words that say nothing of how far its source was read."""
    return re.sub(r"\bconfirmed\b", "announced", event, flags=re.IGNORECASE)


_COMPANY = "company"
"""The segment of a purchase that is of a whole company."""
_BOUGHT = "completes purchase"
"""Words of a purchase that has been carried out."""


def newest_reports(extract: Extract) -> list[DeploymentRow]:
    """Per carrier, segment and set of vendors the newest rows that name it or its absence, as of the day.

    A later report of one vendor does not withdraw an earlier one of another: both are kept, each with its date.
    """
    newest: dict[tuple[str, str, str], list[DeploymentRow]] = {}
    for row in extract.inputs(DeploymentRow):
        if row["country"] not in extract.places or row["presence"] == "count" or unread(row):
            continue
        if (row["day_low_on"] or date.min) > extract.as_of:
            continue
        vendors = extract.vendors(row["vendor_ids"])
        held = newest.setdefault((extract.name(row["carrier_id"]) or "all carriers", row["segment"], vendors), [])
        if held and _first_day(held[0]) > _first_day(row):
            continue
        if held and _first_day(held[0]) < _first_day(row):
            held.clear()
        held.append(row)
    ordered = sorted(newest.items(), key=lambda item: tuple(word.casefold() for word in item[0]))
    return [row for _, rows in ordered for row in rows]


def _first_day(row: DeploymentRow) -> date:
    return near_day(row["day_low_on"], row["day_high_on"]) or date.min


def into_which(mergers: Iterable[Fields]) -> dict[object, str]:
    """Carriers that became part of another, with the day, in words."""
    return {one["carrier"]: f"since {one['since']} part of {one['into']}" for one in mergers}


def without_network(extract: Extract) -> frozenset[str]:
    """Carriers of the country that have no network of their own: virtual ones, and those that another bought whole."""
    merged = {one["carrier"] for one in mergers_of(extract)}
    bought = {row["party_id"] for row in extract.parties() if row["name"] in merged}
    virtual = {row["carrier_id"] for row in extract.inputs(RidesOnRow) if row["form"] == "virtual carrier"}
    return frozenset(bought | virtual)


def mergers_of(extract: Extract) -> list[Fields]:
    """Carriers of the country that another had bought whole by the day: reports under the old name are of the past."""
    names = {r["party_id"]: r["name"] for r in extract.parties() if r["country"] in extract.places}
    mergers: list[Fields] = []
    for row in sorted(extract.inputs(ProcurementRow), key=lambda r: str(r["row_id"])):
        bought = row["country"] in extract.places and row["segment"] == _COMPANY and _BOUGHT in row["event"]
        if not bought or unread(row) or (row["day_low_on"] or date.max) > extract.as_of:
            continue
        mergers += [
            {
                "carrier": name,
                "into": extract.name(row["carrier_id"]),
                "since": row["day"] or "no date",
                "event": row["event"],
                "cite": extract.cite(row),
                "id": row["row_id"],
            }
            for party, name in sorted(names.items())
            if party != row["carrier_id"] and f" {name}" in f" {row['event']}" and row["carrier_id"]
        ]
    return mergers
