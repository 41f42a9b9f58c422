"""Sensitive sites: where they are, what is known of each, what would follow, and a form for their owners."""

from collections.abc import Mapping, Sequence
from typing import Any

from provenet.case.answer_forms import SITE_QUESTIONNAIRE
from provenet.case.extract import Extract, Fields
from provenet.case.rows import SiteDependenceRow, SiteRow, SiteTrafficRow
from provenet.case.sites import NO_ANSWERS
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dependence.share_rows import says_nothing
from provenet.dossier.drawings.site_map import SiteSpot, has_country
from provenet.dossier.text import position
from provenet.exposure import site_facts

TITLE = "Sensitive sites"
QUESTIONNAIRE = "sites-questionnaire.csv"
SHOWN_LINES = 4
"""Sets of vendors shown for each group of sites; the annex has them all."""
SHOWN_GROUPS = 3
"""Groups of sites with the same figures that are shown; the annex has them all."""


def collect(extract: Extract) -> Fields:
    """The sites with a map, the figures that they share, and the questionnaire, written beside the pages."""
    sites = site_facts.sites_of(extract)
    groups, places = _groups(sites, extract), _places(sites)
    if sites:
        extract.files[QUESTIONNAIRE] = questionnaire(extract)
    return {
        "places": places,
        "has_map": bool(places) and has_country(extract.country),
        "harms": sorted({row["harm"] for row in extract.results(SiteDependenceRow)}),
        "facts": site_facts.link_facts(extract),
        "abroad": site_facts.routes_abroad(extract),
        "sites": [_site(number, site, extract) for number, site in enumerate(sites, start=1)],
        "groups": groups[:SHOWN_GROUPS],
        "more": len(groups) > SHOWN_GROUPS,
        "known": _known(sites, extract),
        "services": site_facts.service_groups(extract),
        "forces": _forces(extract),
        "policies": _policies(site_facts.exposure_figures(extract)),
        "named": [one for one in site_facts.traffic_figures(extract) if not str(one["whom"]).startswith("forces")],
        "form": QUESTIONNAIRE,
        "questions": [
            text for key, text in SITE_QUESTIONNAIRE.asked.items() if key not in {"note", *SITE_QUESTIONNAIRE.later}
        ],
    }


def questionnaire(extract: Extract) -> bytes:
    """The form for the owners of the sites of the country; add reads it back."""
    rows = [
        {"site_id": site["site_id"], "name": site["name"], "town": site["host_city"] or ""}
        for site in site_facts.sites_of(extract)
    ]
    return SITE_QUESTIONNAIRE.write({"country": extract.country}, rows)


def _forces(extract: Extract) -> Fields:
    """What official traffic of the forces of the country rides, with all links and without its own, by network."""
    rows = [row for row in extract.results(SiteTrafficRow) if row["site_id"] is None and row["demand"] == "official"]
    return {
        f"{row['network']}_{row['own_failed']}": {
            "words": wording.interval(row["low_share"], row["high_share"], whole="0 to 100 %"),
            "id": row["site_traffic_id"],
        }
        for row in rows
    }


def _policies(figures: Sequence[Mapping[str, Any]]) -> Fields:
    """Policies of which something follows for official traffic of the forces, and those of which nothing does."""
    forces = [one for one in figures if str(one["whom"]).startswith("forces")]
    telling = [one for one in forces if any(figure["is_known"] for figure in one["figures"])]
    return {"telling": telling, "silent": wording.series(str(one["pack"]) for one in forces if one not in telling)}


def _known(sites: list[SiteRow], extract: Extract) -> str:
    """How many sites there are, and for how many somebody says which carrier serves them."""
    named = sum(bool(site_facts.carrier_words(site, extract)) for site in sites)
    count = wording.count(len(sites), "site", spelled=True)
    if not named:
        return f"This case lists {count} in {wording.country(extract.country)}. Which carriers serve them is not known."
    of = (
        "each of them"
        if named == len(sites)
        else f"{wording.number_word(named)} of them; for the others it is not known"
    )
    return (
        f"This case lists {count} in {wording.country(extract.country)}. Which carriers serve them is stated for {of}."
    )


def _places(sites: Sequence[SiteRow]) -> list[SiteSpot]:
    """Sites at one rounded position are one place."""
    found: dict[tuple[float, float], list[int]] = {}
    for number, site in enumerate(sites, start=1):
        if site["lat_deg"] is not None and site["lon_deg"] is not None:
            found.setdefault((round(site["lat_deg"], 1), round(site["lon_deg"], 1)), []).append(number)
    return [SiteSpot(tuple(held), lat, lon) for (lat, lon), held in sorted(found.items())]


def _site(number: int, site: SiteRow, extract: Extract) -> Fields:
    """What the page says of one site; its sources are numbered."""
    answers = site_facts.answers_of(extract).get(site["site_id"], NO_ANSWERS)
    return {
        "number": number,
        "name": site["name"],
        "town": site["host_city"] or "town not stated",
        "role": site["role"] or "role not stated",
        "position": position(site["lat_deg"], site["lon_deg"]),
        "carrier": site_facts.carrier_words(site, extract),
        "answers": [row["answer_id"] for row in answers.rows],
        "cites": extract.cite_all([site, *answers.rows]),
        "id": site["site_id"],
        "owner": answers.owner or "",
        "own_links": answers.own_links,
        "services": site_facts.services_at(site, extract),
    }


def _figure_key(row: SiteDependenceRow) -> tuple[str, str, tuple[str, ...], str]:
    return row["asset_class"], row["measure"], tuple(row["vendor_ids"]), row["scenario"] or ""


def _groups(sites: Sequence[SiteRow], extract: Extract) -> list[dict[str, Any]]:
    """The sites that share the same figures, with those figures once, in the order of the first of each group."""
    figures = grouped((row["site_id"], row) for row in extract.results(SiteDependenceRow))
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, site in enumerate(sites, start=1):
        rows = figures.get(site["site_id"], [])
        alike = sorted((*_figure_key(r), r["carrier_id"] or "", r["low_share"], r["high_share"]) for r in rows)
        if rows:
            groups.setdefault((site_facts.carrier_words(site, extract), *alike), []).append(number)
    return [
        {
            "numbers": wording.series(numbers),
            "count": len(numbers),
            "carrier": carrier,
            **_lines(figures[sites[numbers[0] - 1]["site_id"]], extract),
        }
        for (carrier, *_), numbers in groups.items()
    ]


def _lines(rows: Sequence[SiteDependenceRow], extract: Extract) -> Fields:
    """A line for each set of vendors on which most rests, and the names of those of which nothing is known."""
    by_vendors = grouped((_figure_key(row)[:3], row) for row in rows)
    found = [(_line(alike, extract), alike) for alike in by_vendors.values()]
    found.sort(key=lambda one: (-max(row["low_share"] for row in one[1]), str(one[0]["vendors"]).casefold()))
    lines = [line for line, alike in found if any(not says_nothing(row) for row in alike)]
    return {
        "measures": sorted({row["measure"] for row in rows}),
        "scenarios": sorted({row["scenario"] for row in rows if row["scenario"]}),
        "lines": lines[:SHOWN_LINES],
        "left": len(lines) - SHOWN_LINES,
        "silent": wording.series(str(line["vendors"]) for line, _ in found if line not in lines),
    }


def _line(rows: Sequence[SiteDependenceRow], extract: Extract) -> Fields:
    """The figures of one set of vendors at the sites of a group, those without a scenario apart."""
    ordered = sorted(rows, key=lambda row: (row["scenario"] or "", row["dependence_id"]))
    figures = [
        {
            "words": wording.interval(row["low_share"], row["high_share"]),
            "scenario": row["scenario"],
            "id": row["dependence_id"],
        }
        for row in ordered
    ]
    return {
        "vendors": extract.vendors(rows[0]["vendor_ids"]) or "any vendor",
        "check": any(row["to_be_checked"] for row in rows),
        "main": [one for one in figures if one["scenario"] is None],
        "scenarios": [one for one in figures if one["scenario"] is not None],
    }
