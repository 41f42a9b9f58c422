"""Vendors that reports name at each carrier: the newest rows per carrier and segment, and mergers of carriers."""

from __future__ import annotations

from datetime import date

from provenet.core import wording
from provenet.dossier.extract import Extract, Row, near_day, unread
from provenet.dossier.text import asset_class_name

_COMPANY = "company"
"""The segment of a purchase that is of a whole company."""
_BOUGHT = "completes purchase"
"""Words of a purchase that has been carried out."""


def newest_reports(extract: Extract) -> list[Row]:
    """Per carrier, segment and set of vendors the newest rows that name it or its absence, as of the day.

    A later report of one vendor does not withdraw an earlier one of another: both are kept, each with its date.
    """
    newest: dict[tuple[str, str, str], list[Row]] = {}
    for row in extract.inputs("deployment"):
        if row["country"] not in extract.places or row["presence"] == "count" or unread(row):
            continue
        if (row["day_low_on"] or date.min) > extract.as_of:
            continue
        vendors = extract.vendors(row["vendor_ids"])
        held = newest.setdefault((extract.name(row["carrier_id"]) or "all carriers", row["segment"], vendors), [])
        if held and _day(held[0]) > _day(row):
            continue
        if held and _day(held[0]) < _day(row):
            held.clear()
        held.append(row)
    ordered = sorted(newest.items(), key=lambda item: tuple(word.casefold() for word in item[0]))
    return [row for _, rows in ordered for row in rows]


def _day(row: Row) -> date:
    return near_day(row, "day_low_on", "day_high_on") or date.min


def named_in(extract: Extract, segment: str) -> list[Row]:
    """Carriers with the vendors that reports name in one segment, with the first and last year reported."""
    found: dict[str, list[Row]] = {}
    for row in newest_reports(extract):
        plain = row["presence"] == "named" and row["vendor_ids"] and not (row["complement"] or extract.is_weak(row))
        if plain and row["carrier_id"] and (row["asset_class"] or "").split(".")[0] == segment:
            found.setdefault(extract.name(row["carrier_id"]), []).append(row)
    carriers = []
    for carrier, rows in found.items():
        vendors = sorted({extract.name(v) for r in rows for v in r["vendor_ids"]}, key=str.casefold)
        years = sorted({_day(r).year for r in rows if _day(r) > date.min})
        span = "undated" if not years else " to ".join(str(y) for y in dict.fromkeys((years[0], years[-1])))
        carriers.append(
            {
                "carrier": carrier,
                "vendors": wording.series(vendors),
                "years": span,
                "class": asset_class_name(segment),
            }
        )
    return carriers


def mergers_of(extract: Extract) -> list[Row]:
    """Carriers of the country that another had bought whole by the day: reports under the old name are of the past."""
    names = {r["party_id"]: r["name"] for r in extract.parties() if r["country"] in extract.places}
    mergers = []
    for row in sorted(extract.inputs("procurement"), key=lambda r: str(r["row_id"])):
        bought = row["country"] in extract.places and row["segment"] == _COMPANY and _BOUGHT in row["event"]
        if not bought or unread(row) or (row["day_low_on"] or date.max) > extract.as_of:
            continue
        for party, name in sorted(names.items()):
            if party != row["carrier_id"] and f" {name}" in f" {row['event']}" and row["carrier_id"]:
                mergers.append(
                    {
                        "carrier": name,
                        "into": extract.name(row["carrier_id"]),
                        "since": row["day"],
                        "event": row["event"],
                        "cite": extract.cite(row),
                        "id": row["row_id"],
                    }
                )
    return mergers
