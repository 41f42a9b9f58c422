"""Sensitive sites: the interval from the least to the most dependent carrier, scenarios of own links, and the map."""

from collections.abc import Sequence
from typing import Any

from provenet.case.extract import Extract, Fields, unread
from provenet.case.rows import SiteDependenceRow, SiteRow
from provenet.case.sites import NO_ANSWERS
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dependence.share_rows import says_nothing
from provenet.dossier.drawings.site_map import SiteSpot, has_country
from provenet.dossier.text import position
from provenet.exposure import site_facts

TITLE = "Sensitive sites"

_ANY = "any vendor"
"""The name of an empty set of vendors: the row is of none in particular."""


def collect(extract: Extract) -> Fields:
    """The sites with their places, and their figures; sites with the same figures share one table of them."""
    sites = site_facts.sites_of(extract)
    numbers = {site["site_id"]: number for number, site in enumerate(sites, start=1)}
    spots = _places(sites, numbers)
    not_read = [r for r in extract.inputs(SiteRow) if r["country"] in extract.places and unread(r)]
    return {
        "sites": [site_fields(site, numbers[site["site_id"]], extract) for site in sites],
        "not_read": [site_fields(r, 0, extract) for r in not_read],
        "groups": groups_of(extract),
        "facts": site_facts.link_facts(extract),
        "traffic": site_facts.traffic_figures(extract),
        "abroad": site_facts.routes_abroad(extract),
        "exposures": site_facts.exposure_figures(extract),
        "internal": extract.audience == "internal",
        "places": spots,
        "has_map": bool(spots) and has_country(extract.country),
        "harms": sorted({r["harm"] for r in extract.results(SiteDependenceRow)}),
    }


def groups_of(extract: Extract) -> list[dict[str, Any]]:
    """The sites that share the same figures, with those figures once, in the order of the first of each group."""
    figures = grouped((row["site_id"], row) for row in extract.results(SiteDependenceRow))
    sites = site_facts.sites_of(extract)
    numbers = {site["site_id"]: number for number, site in enumerate(sites, start=1)}
    groups: dict[tuple[object, ...], list[SiteRow]] = {}
    for site in sites:
        alike = site_facts.carrier_words(site, extract), *_alike(figures.get(site["site_id"], []))
        groups.setdefault(alike, []).append(site)
    return [_group(found, figures, numbers, extract=extract) for (_, *rows), found in groups.items() if rows]


def _places(sites: Sequence[SiteRow], numbers: dict[str, int]) -> list[SiteSpot]:
    """Sites at one rounded position are one place."""
    found: dict[tuple[float, float], list[int]] = {}
    for site in sites:
        if site["lat_deg"] is not None and site["lon_deg"] is not None:
            spot = (round(site["lat_deg"], 1), round(site["lon_deg"], 1))
            found.setdefault(spot, []).append(numbers[site["site_id"]])
    return [SiteSpot(tuple(held), lat, lon) for (lat, lon), held in sorted(found.items())]


def site_fields(site: SiteRow, number: int, extract: Extract) -> Fields:
    """What a page says of one site; its sources are numbered."""
    answers = site_facts.answers_of(extract).get(site["site_id"], NO_ANSWERS).rows
    return {
        "number": number,
        "name": site["name"],
        "town": site["host_city"] or "town not stated",
        "role": site["role"] or "role not stated",
        "position": position(site["lat_deg"], site["lon_deg"]),
        "carrier": site_facts.carrier_words(site, extract),
        "answers": [row["answer_id"] for row in answers],
        "cites": extract.cite_all([site, *answers]),
        "id": site["site_id"],
    }


def _figure_key(row: SiteDependenceRow) -> tuple[str, str, tuple[str, ...], str]:
    return row["asset_class"], row["measure"], tuple(row["vendor_ids"]), row["scenario"] or ""


def _alike(rows: Sequence[SiteDependenceRow]) -> tuple[object, ...]:
    return tuple(sorted((*_figure_key(r), r["carrier_id"] or "", r["low_share"], r["high_share"]) for r in rows))


def _group(
    sites: Sequence[SiteRow], figures: dict[str, list[SiteDependenceRow]], numbers: dict[str, int], *, extract: Extract
) -> dict[str, Any]:
    """The figures that several sites share: one line per set of vendors, the ids of the first site, the rest listed."""
    first = figures[sites[0]["site_id"]]
    by_vendors = grouped((_figure_key(row)[:3], row) for row in first)
    lines = [_line(rows, extract) for rows in by_vendors.values()]
    lines.sort(key=lambda line: (-line["rank"], line["vendors"].casefold()))
    others = {
        key: [r["dependence_id"] for site in sites[1:] for r in figures[site["site_id"]] if _figure_key(r) == key]
        for key in sorted({_figure_key(r) for r in first})
    }
    return {
        "numbers": wording.series(numbers[site["site_id"]] for site in sites),
        "count": len(sites),
        "carrier": site_facts.carrier_words(sites[0], extract),
        "measures": sorted({r["measure"] for r in first}),
        "lines": [line for line in lines if line["is_known"]],
        "silent": wording.series(line["vendors"] for line in lines if not line["is_known"]),
        "scenarios": sorted({r["scenario"] for r in first if r["scenario"]}),
        "others": [
            {"of": f"{extract.vendors(key[2]) or _ANY}{'; scenario: ' + key[3] if key[3] else ''}", "ids": sorted(ids)}
            for key, ids in others.items()
            if ids
        ],
    }


def _line(rows: Sequence[SiteDependenceRow], extract: Extract) -> dict[str, Any]:
    """The figures of one set of vendors at the sites of a group."""
    scenarios = [row for row in rows if row["scenario"] is not None]
    scenarios.sort(key=lambda row: (row["scenario"] or "", row["dependence_id"]))
    return {
        "vendors": extract.vendors(rows[0]["vendor_ids"]) or _ANY,
        "asset_class": wording.asset_class(rows[0]["asset_class"]),
        "check": any(row["to_be_checked"] for row in rows),
        "is_known": any(not says_nothing(row) for row in rows),
        "rank": max(row["low_share"] for row in rows),
        "main": [_figure(row) for row in rows if row["scenario"] is None],
        "scenarios": [_figure(row) for row in scenarios],
    }


def _figure(row: SiteDependenceRow) -> Fields:
    return {
        "words": wording.interval(row["low_share"], row["high_share"]),
        "low": row["low_share"],
        "high": row["high_share"],
        "scenario": row["scenario"],
        "is_known": not says_nothing(row),
        "id": row["dependence_id"],
    }
