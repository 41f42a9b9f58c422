"""All countries on record side by side: carriers, newest published shares, sites, rules and the next last day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from provenet.case.rows import MarketShareRow, PartyRow, PolicyRow, SiteRow
from provenet.core import wording
from provenet.core.countries import countries
from provenet.dossier.drawings.site_map import Shade
from provenet.dossier.extract import Citation, Extract, Fields, unread
from provenet.dossier.files_beside import put_table

TITLE = "All countries side by side"
GENERATIONS = ("5G RAN", "4G RAN")
"""Radio networks that a column is of, the one that colours the map first."""
COLUMNS = ("country", "carriers", "segment", "vendors", "low_share", "high_share", "measure", "as_of", "row_id")


@dataclass(frozen=True, kw_only=True)
class PublishedShare:
    """The newest published share of a country in one segment."""

    vendors: str
    words: str
    low: float
    high: float
    day: str
    measure: str
    cite: Citation
    id: str


def collect(extract: Extract) -> Fields | None:
    """A line for each country with a carrier or a published share, and a map; None where there is only this one."""
    shares = _shares(extract)
    carriers = Counter(_country(row["country"]) for row in extract.parties() if _is_carrier(row))
    names = sorted({*shares, *carriers} - {""})
    if len(names) < 2:
        return None
    sites = Counter(_country(row["country"]) for row in extract.inputs(SiteRow) if not unread(row))
    rules = _rules(extract)
    lines = [
        {
            "country": name,
            "carriers": carriers[name],
            "shares": [shares.get(name, {}).get(segment) for segment in GENERATIONS],
            "sites": sites[name],
            "deadline": rules.get(name),
        }
        for name in names
    ]
    table = put_table(
        extract,
        "countries",
        [
            dict.fromkeys(COLUMNS)
            | {"country": name, "carriers": carriers[name], "segment": segment}
            | _cells(shares.get(name, {}).get(segment))
            for name in names
            for segment in GENERATIONS
        ],
        columns=COLUMNS,
    )
    drawn = [
        Shade(name, found[GENERATIONS[0]].low, found[GENERATIONS[0]].high)
        for name, found in shares.items()
        if GENERATIONS[0] in found
    ]
    return {"lines": lines, "segments": GENERATIONS, "shades": drawn, "table": table, "here": extract.country}


def _cells(share: PublishedShare | None) -> dict[str, object]:
    if share is None:
        return {}
    ends = {"low_share": share.low, "high_share": share.high}
    return {"vendors": share.vendors, **ends, "measure": share.measure, "as_of": share.day, "row_id": share.id}


def _country(place: str | None) -> str:
    """The one spelling of a country; empty for the world, a region, and what is none."""
    book = countries()
    code = book.code(place or "")
    return book.name(code) or "" if code else ""


def _is_carrier(row: PartyRow) -> bool:
    return row["role"] == "carrier" and row["country"] is not None


def _shares(extract: Extract) -> dict[str, dict[str, PublishedShare]]:
    """Per country and segment the newest published share of the whole country that gives a number."""
    found: dict[str, dict[str, MarketShareRow]] = {}
    for row in extract.inputs(MarketShareRow):
        name = _country(row["geo"])
        plain = row["carrier_id"] is None and not (row["complement"] or row["forecast"]) and not unread(row)
        if (
            not name
            or not plain
            or row["segment"] not in GENERATIONS
            or (row["low_share"], row["high_share"]) == (0, 1)
        ):
            continue
        if row["low_share"] is None or row["high_share"] is None or extract.is_weak(row):
            continue
        held = found.setdefault(name, {}).get(row["segment"])
        if held is None or _newer(row) > _newer(held):
            found[name][row["segment"]] = row
    return {
        name: {segment: _share(row, extract) for segment, row in kept.items()} for name, kept in sorted(found.items())
    }


def _newer(row: MarketShareRow) -> tuple[date, int, str]:
    return row["as_of_high_on"] or date.min, len(row["vendor_ids"]), row["row_id"]


def _share(row: MarketShareRow, extract: Extract) -> PublishedShare:
    low, high = row["low_share"] or 0.0, 1.0 if row["high_share"] is None else row["high_share"]
    return PublishedShare(
        vendors=extract.vendors(row["vendor_ids"]),
        words=wording.interval(low, high, low_open=row["low_open"], high_open=row["high_open"]),
        low=low,
        high=high,
        day=row["as_of"] or "no date",
        measure=row["measure"].removeprefix("share of "),
        cite=extract.cite(row),
        id=row["row_id"],
    )


def _rules(extract: Extract) -> dict[str, Fields]:
    """The next last day that a rule of each country gives."""
    found: dict[str, Fields] = {}
    rows = [
        r for r in extract.inputs(PolicyRow) if r["deadline_on"] and r["deadline_on"] > extract.as_of and not unread(r)
    ]
    for row in sorted(rows, key=lambda r: (r["deadline_on"] or date.max, r["policy_id"])):
        name = _country(row["jurisdiction"])
        if name and name not in found:
            found[name] = {"day": wording.day(row["deadline_on"]), "title": row["title"], "id": row["policy_id"]}
    return found
