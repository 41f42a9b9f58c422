"""Sensitive sites: the interval from the least to the most dependent carrier, own links as a scenario, and the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from provenet.dossier.shares import interval, says_nothing
from provenet.dossier.stored import Row, Stored, unread
from provenet.dossier.words import class_words, join_words, position_words
from provenet.dossier.world import Place, has_country

TITLE = "Sensitive sites"

_ANY = "any vendor"
"""How an empty set of vendors reads: nothing is said of any of them."""


def collect(stored: Stored) -> dict[str, Any]:
    """The sites with their places, and their figures; sites with the same figures share one table of them."""
    here = [r for r in stored.inputs("site") if r["country"] in stored.places]
    sites = [r for r in here if not unread(r)]
    sites.sort(key=lambda r: (r["name"].casefold(), r["site_id"]))
    figures: dict[str, list[Row]] = {}
    for row in stored.results("site_dependence"):
        figures.setdefault(row["site_id"], []).append(row)
    numbers = {site["site_id"]: number for number, site in enumerate(sites, start=1)}
    spots = _places(sites, numbers)
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for site in sites:
        groups.setdefault(_alike(figures.get(site["site_id"], [])), []).append(site)
    told = [_group(found, figures, numbers, stored) for key, found in groups.items() if key]
    rows = [r for found in figures.values() for r in found]
    return {
        "sites": [_site(site, numbers[site["site_id"]], stored) for site in sites],
        "not_read": [_site(r, 0, stored) for r in here if unread(r)],
        "groups": told,
        "places": spots,
        "has_map": bool(spots) and has_country(stored.country),
        "harms": sorted({r["harm"] for r in rows}),
        "then": stored.known is not None,
    }


def _places(sites: Sequence[Row], numbers: dict[str, int]) -> list[Place]:
    """Sites at one rounded position are one place."""
    found: dict[tuple[float, float], list[int]] = {}
    for site in sites:
        if site["lat_deg"] is not None and site["lon_deg"] is not None:
            spot = (round(site["lat_deg"], 1), round(site["lon_deg"], 1))
            found.setdefault(spot, []).append(numbers[site["site_id"]])
    return [Place(tuple(held), lat, lon) for (lat, lon), held in sorted(found.items())]


def _site(site: Row, number: int, stored: Stored) -> Row:
    return {
        "number": number,
        "name": site["name"],
        "town": site["host_city"] or "town not stated",
        "role": site["role"] or "role not stated",
        "position": position_words(site["lat_deg"], site["lon_deg"]),
        "carrier": stored.name(site["carrier_id"]),
        "cite": stored.cite(site),
        "id": site["site_id"],
    }


def _figure_key(row: Row) -> tuple[Any, ...]:
    return row["asset_class"], row["measure"], tuple(row["vendor_ids"]), row["scenario"] or ""


def _alike(rows: Sequence[Row]) -> tuple[Any, ...]:
    return tuple(sorted((*_figure_key(r), r["carrier_id"] or "", r["low_share"], r["high_share"]) for r in rows))


def _group(
    sites: Sequence[Row], figures: dict[str, list[Row]], numbers: dict[str, int], stored: Stored
) -> dict[str, Any]:
    """The figures that several sites share: one line per set of vendors, the ids of the first site, the rest listed."""
    first = figures[sites[0]["site_id"]]
    lines: dict[tuple[Any, ...], list[Row]] = {}
    for row in first:
        lines.setdefault(_figure_key(row)[:3], []).append(row)
    shown = [_line(rows, stored) for rows in lines.values()]
    shown.sort(key=lambda line: (-line["rank"], line["vendors"].casefold()))
    others = {
        key: [r["dependence_id"] for site in sites[1:] for r in figures[site["site_id"]] if _figure_key(r) == key]
        for key in sorted({_figure_key(r) for r in first})
    }
    carrier = stored.name(first[0]["carrier_id"])
    return {
        "numbers": join_words([str(numbers[s["site_id"]]) for s in sites]),
        "count": len(sites),
        "carrier": carrier,
        "measures": sorted({r["measure"] for r in first}),
        "lines": [line for line in shown if line["told"]],
        "silent": join_words([line["vendors"] for line in shown if not line["told"]]),
        "scenarios": sorted({r["scenario"] for r in first if r["scenario"]}),
        "others": [
            {"of": f"{stored.vendors(key[2]) or _ANY}{'; scenario: ' + key[3] if key[3] else ''}", "ids": sorted(ids)}
            for key, ids in others.items()
            if ids
        ],
    }


def _line(rows: Sequence[Row], stored: Stored) -> Row:
    main = [r for r in rows if r["scenario"] is None]
    scenarios = sorted(
        (r for r in rows if r["scenario"] is not None), key=lambda r: (r["scenario"], r["dependence_id"])
    )
    return {
        "vendors": stored.vendors(rows[0]["vendor_ids"]) or _ANY,
        "class": class_words(rows[0]["asset_class"]),
        "check": any(r["to_be_checked"] for r in rows),
        "told": any(not says_nothing(r) for r in rows),
        "rank": max(r["low_share"] for r in rows),
        "main": [_figure(r) for r in main],
        "scenarios": [_figure(r) for r in scenarios],
    }


def _figure(row: Row) -> Row:
    return {
        "words": interval(row),
        "low": row["low_share"],
        "high": row["high_share"],
        "scenario": row["scenario"],
        "told": not says_nothing(row),
        "id": row["dependence_id"],
    }
