"""All countries on record side by side: carriers, newest published shares, sites, rules and the next last day."""

from collections import Counter
from datetime import date
from typing import Any

from provenet.case.extract import Extract, Fields, unread
from provenet.case.rows import MarketShareRow, PolicyRow, SiteRow
from provenet.core import wording
from provenet.core.countries import countries
from provenet.dossier.drawings.site_map import Shade
from provenet.dossier.files_beside import put_table

TITLE = "All countries side by side"
GENERATIONS = ("5G RAN", "4G RAN")
"""Radio networks that a column is of, the one that colours the map first."""
COLUMNS = ("country", "carriers", "segment", "vendors", "low_share", "high_share", "measure", "as_of", "row_id")


def collect(extract: Extract) -> Fields | None:
    """A line for each country with a carrier or a published share, and a map; None where there is only this one."""
    shares = _shares(extract)
    carriers = Counter(_country(row["country"]) for row in extract.parties() if row["role"] == "carrier")
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
            | shares.get(name, {}).get(segment, {})
            for name in names
            for segment in GENERATIONS
        ],
        columns=COLUMNS,
    )
    drawn = [
        Shade(name, found[GENERATIONS[0]]["low_share"], found[GENERATIONS[0]]["high_share"])
        for name, found in shares.items()
        if GENERATIONS[0] in found
    ]
    return {"lines": lines, "segments": GENERATIONS, "shades": drawn, "table": table, "here": extract.country}


def _country(place: str | None) -> str:
    """The one spelling of a country; empty for the world, a region, and what is none."""
    book = countries()
    code = book.code(place or "")
    return book.name(code) or "" if code else ""


def _shares(extract: Extract) -> dict[str, dict[str, dict[str, Any]]]:
    """Per country and segment the newest published share of the whole country that gives a number."""
    found: dict[str, dict[str, MarketShareRow]] = {}
    for row in extract.inputs(MarketShareRow):
        name = _country(row["geo"])
        plain = row["carrier_id"] is None and not (row["complement"] or row["forecast"]) and not unread(row)
        ends = row["low_share"], row["high_share"]
        tells = row["segment"] in GENERATIONS and None not in ends and ends != (0, 1) and not extract.is_weak(row)
        if name and plain and tells:
            held = found.setdefault(name, {})
            held[row["segment"]] = max(held.get(row["segment"], row), row, key=_newer)
    return {
        name: {segment: _share(row, extract) for segment, row in kept.items()} for name, kept in sorted(found.items())
    }


def _newer(row: MarketShareRow) -> tuple[date, int, str]:
    return row["as_of_high_on"] or date.min, len(row["vendor_ids"]), row["row_id"]


def _share(row: MarketShareRow, extract: Extract) -> dict[str, Any]:
    ends = row["low_share"], row["high_share"]
    return {
        "vendors": extract.vendors(row["vendor_ids"]),
        "words": wording.interval(*ends, low_open=row["low_open"], high_open=row["high_open"]),
        "low_share": ends[0],
        "high_share": ends[1],
        "as_of": row["as_of"] or "no date",
        "measure": row["measure"].removeprefix("share of "),
        "cite": extract.cite(row),
        "row_id": row["row_id"],
    }


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
