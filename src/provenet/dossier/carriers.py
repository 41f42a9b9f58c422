"""Which vendors reports name at each carrier: the newest rows per carrier and segment, and who became whose part."""

from __future__ import annotations

from datetime import date

from provenet.dossier.stored import Row, Stored, near_day, unread
from provenet.dossier.words import class_words, join_words

_COMPANY = "company"
"""The segment of a purchase that is of a whole company."""
_BOUGHT = "completes purchase"
"""Words of a purchase that has been carried out."""


def newest_reports(stored: Stored) -> list[Row]:
    """Per carrier, segment and set of vendors the newest rows that name it or its absence, as of the day.

    A later report of one vendor does not take back an earlier one of another: both stand, each with its date.
    """
    newest: dict[tuple[str, str, str], list[Row]] = {}
    for row in stored.inputs("deployment"):
        if row["country"] not in stored.places or row["presence"] == "count" or unread(row):
            continue
        if (row["day_low_on"] or date.min) > stored.as_of:
            continue
        vendors = stored.vendors(row["vendor_ids"])
        held = newest.setdefault((stored.name(row["carrier_id"]) or "all carriers", row["segment"], vendors), [])
        if held and _day(held[0]) > _day(row):
            continue
        if held and _day(held[0]) < _day(row):
            held.clear()
        held.append(row)
    ordered = sorted(newest.items(), key=lambda item: tuple(word.casefold() for word in item[0]))
    return [row for _, rows in ordered for row in rows]


def _day(row: Row) -> date:
    return near_day(row, "day_low_on", "day_high_on") or date.min


def named_in(stored: Stored, segment: str) -> list[Row]:
    """Carriers with the vendors that reports name in one segment, with the first and last year reported."""
    found: dict[str, list[Row]] = {}
    for row in newest_reports(stored):
        plain = row["presence"] == "named" and row["vendor_ids"] and not (row["complement"] or stored.is_weak(row))
        if plain and row["carrier_id"] and (row["asset_class"] or "").split(".")[0] == segment:
            found.setdefault(stored.name(row["carrier_id"]), []).append(row)
    made = []
    for carrier, rows in found.items():
        vendors = sorted({stored.name(v) for r in rows for v in r["vendor_ids"]}, key=str.casefold)
        years = sorted({_day(r).year for r in rows if _day(r) > date.min})
        span = "undated" if not years else " to ".join(str(y) for y in dict.fromkeys((years[0], years[-1])))
        made.append({"carrier": carrier, "vendors": join_words(vendors), "years": span, "class": class_words(segment)})
    return made


def taken_over(stored: Stored) -> list[Row]:
    """Carriers of the country that another bought whole by the day: reports under the old name speak of the past."""
    names = {r["party_id"]: r["name"] for r in stored.parties() if r["country"] in stored.places}
    made = []
    for row in sorted(stored.inputs("procurement"), key=lambda r: str(r["row_id"])):
        bought = row["country"] in stored.places and row["segment"] == _COMPANY and _BOUGHT in row["event"]
        if not bought or unread(row) or (row["day_low_on"] or date.max) > stored.as_of:
            continue
        for party, name in sorted(names.items()):
            if party != row["carrier_id"] and f" {name}" in f" {row['event']}" and row["carrier_id"]:
                made.append({
                    "carrier": name,
                    "into": stored.name(row["carrier_id"]),
                    "since": row["day"],
                    "event": row["event"],
                    "cite": stored.cite(row),
                    "id": row["row_id"],
                })  # fmt: skip
    return made
