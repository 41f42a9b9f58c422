"""Vendors that reports name at each carrier: the newest rows per carrier and segment, and mergers of carriers."""

from dataclasses import dataclass
from datetime import date

from provenet.case.rows import DeploymentRow, ProcurementRow
from provenet.core import wording
from provenet.dossier.extract import Citation, Extract, near_day, unread
from provenet.dossier.text import asset_class_name

_COMPANY = "company"
"""The segment of a purchase that is of a whole company."""
_BOUGHT = "completes purchase"
"""Words of a purchase that has been carried out."""


@dataclass(frozen=True, kw_only=True)
class NamedVendors:
    """The vendors that reports name at a carrier, and when."""

    carrier: str
    vendors: str
    years: str
    asset_class: str


@dataclass(frozen=True, kw_only=True)
class Merger:
    """A carrier that another has bought whole."""

    carrier: str
    into: str
    since: str
    event: str
    cite: Citation
    id: str


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
        if held and _day(held[0]) > _day(row):
            continue
        if held and _day(held[0]) < _day(row):
            held.clear()
        held.append(row)
    ordered = sorted(newest.items(), key=lambda item: tuple(word.casefold() for word in item[0]))
    return [row for _, rows in ordered for row in rows]


def _day(row: DeploymentRow) -> date:
    return near_day(row["day_low_on"], row["day_high_on"]) or date.min


def named_in(extract: Extract, segment: str) -> list[NamedVendors]:
    """Carriers with the vendors that reports name in one segment, with the first and last year reported."""
    found: dict[str, list[DeploymentRow]] = {}
    for row in newest_reports(extract):
        plain = row["presence"] == "named" and row["vendor_ids"] and not (row["complement"] or extract.is_weak(row))
        if plain and row["carrier_id"] and (row["asset_class"] or "").split(".")[0] == segment:
            found.setdefault(extract.name(row["carrier_id"]), []).append(row)
    return [
        NamedVendors(
            carrier=carrier,
            vendors=wording.series(_vendors(rows, extract)),
            years=_years(rows),
            asset_class=asset_class_name(segment),
        )
        for carrier, rows in found.items()
    ]


def _vendors(rows: list[DeploymentRow], extract: Extract) -> list[str]:
    return sorted({extract.name(v) for r in rows for v in r["vendor_ids"]}, key=str.casefold)


def _years(rows: list[DeploymentRow]) -> str:
    years = sorted({_day(row).year for row in rows if _day(row) > date.min})
    return " to ".join(str(year) for year in dict.fromkeys((years[0], years[-1]))) if years else "undated"


def mergers_of(extract: Extract) -> list[Merger]:
    """Carriers of the country that another had bought whole by the day: reports under the old name are of the past."""
    names = {r["party_id"]: r["name"] for r in extract.parties() if r["country"] in extract.places}
    mergers = []
    for row in sorted(extract.inputs(ProcurementRow), key=lambda r: str(r["row_id"])):
        bought = row["country"] in extract.places and row["segment"] == _COMPANY and _BOUGHT in row["event"]
        if not bought or unread(row) or (row["day_low_on"] or date.max) > extract.as_of:
            continue
        mergers += [
            Merger(
                carrier=name,
                into=extract.name(row["carrier_id"]),
                since=row["day"] or "no date",
                event=row["event"],
                cite=extract.cite(row),
                id=row["row_id"],
            )
            for party, name in sorted(names.items())
            if party != row["carrier_id"] and f" {name}" in f" {row['event']}" and row["carrier_id"]
        ]
    return mergers
