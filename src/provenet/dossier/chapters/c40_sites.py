"""Sensitive sites: where they are, what is known of each, what would follow, and a form for their owners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from provenet.case.answer_forms import SITE_QUESTIONNAIRE
from provenet.case.extract import Citation, Extract
from provenet.case.rows import SiteDependenceRow, SiteExposureRow, SiteRow, SiteTrafficRow
from provenet.case.sites import NO_ANSWERS, SiteAnswers
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dependence.share_rows import says_nothing
from provenet.dossier.drawings.site_map import SiteSpot, has_country
from provenet.exposure import site_facts
from provenet.exposure.site_facts import LinkFacts, Service, SiteTraffic

TITLE = "Sensitive sites"
QUESTIONNAIRE = "sites-questionnaire.csv"
SHOWN_LINES = 4
"""Sets of vendors shown for each group of sites; the annex has them all."""
SHOWN_GROUPS = 3
"""Groups of sites with the same figures that are shown; the annex has them all."""


class SiteLine(NamedTuple):
    """A site with what its owner answered, who serves it with what, and the sources of both."""

    site: SiteRow
    answers: SiteAnswers
    carrier: str
    services: str
    cites: list[Citation]


class SiteGroup(NamedTuple):
    """Sites, by their numbers, that share the same figures: a line for each set of vendors on which most rests."""

    numbers: list[int]
    carrier: str
    measures: list[str]
    scenarios: list[str]
    lines: list[tuple[str, list[SiteDependenceRow]]]
    left: int
    """Lines left to the annex."""
    silent: str
    """Vendors of which nothing is known."""


@dataclass(frozen=True, kw_only=True)
class Sites:
    """The sites with a map, the figures that they share, and what official traffic rides."""

    known: str
    places: list[SiteSpot]
    sites: list[SiteLine]
    facts: LinkFacts
    services: list[Service]
    forces: Mapping[str, SiteTrafficRow]
    """What official traffic of the forces rides, by network and by which own links fail."""
    abroad: list[SiteExposureRow]
    telling: Mapping[str, list[SiteExposureRow]]
    """What such traffic meets under each policy of which something follows; `silent` names the others."""
    silent: str
    traffic: list[SiteTraffic]
    groups: list[SiteGroup]
    more: bool
    harms: list[str]
    questions: list[str]


def collect(extract: Extract) -> Sites:
    """The sites of the country; the questionnaire for their owners lies beside the pages."""
    sites = site_facts.sites_of(extract)
    groups, policies = _groups(sites, extract), site_facts.policy_exposures(extract)
    if sites:
        extract.files[QUESTIONNAIRE] = questionnaire(extract)
    telling = {
        pack: rows
        for pack, rows in policies.items()
        if any(row["high_spread_share"] - row["low_spread_share"] < 1 for row in rows)
    }
    official = [
        one for one in extract.results(SiteTrafficRow) if one["site_id"] is None and one["demand"] == "official"
    ]
    return Sites(
        known=_known(sites, extract),
        places=_places(sites) if has_country(extract.country) else [],
        sites=[_site(site, extract) for site in sites],
        facts=site_facts.link_facts(extract),
        services=site_facts.service_groups(extract),
        forces={f"{row['network']}_{row['own_failed']}": row for row in official},
        abroad=site_facts.routes_abroad(extract),
        telling=telling,
        silent=wording.series(pack for pack in policies if pack not in telling),
        traffic=site_facts.site_traffic(extract),
        groups=groups[:SHOWN_GROUPS],
        more=len(groups) > SHOWN_GROUPS,
        harms=sorted({row["harm"] for row in extract.results(SiteDependenceRow)}),
        questions=[
            text for key, text in SITE_QUESTIONNAIRE.asked.items() if key not in {"note", *SITE_QUESTIONNAIRE.later}
        ],
    )


def questionnaire(extract: Extract) -> bytes:
    """The form for the owners of the sites of the country; add reads it back."""
    rows = [
        {"site_id": site["site_id"], "name": site["name"], "town": site["host_city"] or ""}
        for site in site_facts.sites_of(extract)
    ]
    return SITE_QUESTIONNAIRE.write({"country": extract.country}, rows)


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


def _site(site: SiteRow, extract: Extract) -> SiteLine:
    answers = site_facts.answers_of(extract).get(site["site_id"], NO_ANSWERS)
    carrier, services = site_facts.carrier_words(site, extract), site_facts.services_at(site, extract)
    return SiteLine(site, answers, carrier, services, extract.cite_all([site, *answers.rows]))


def _figure_key(row: SiteDependenceRow) -> tuple[str, str, tuple[str, ...], str]:
    return row["asset_class"], row["measure"], tuple(row["vendor_ids"]), row["scenario"] or ""


def _groups(sites: Sequence[SiteRow], extract: Extract) -> list[SiteGroup]:
    """The sites that share the same figures, with those figures once, in the order of the first of each group."""
    figures = grouped((row["site_id"], row) for row in extract.results(SiteDependenceRow))
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, site in enumerate(sites, start=1):
        rows = figures.get(site["site_id"], [])
        alike = sorted((*_figure_key(r), r["carrier_id"] or "", r["low_share"], r["high_share"]) for r in rows)
        if rows:
            groups.setdefault((site_facts.carrier_words(site, extract), *alike), []).append(number)
    return [
        _group(numbers, str(carrier), figures[sites[numbers[0] - 1]["site_id"]], extract=extract)
        for (carrier, *_), numbers in groups.items()
    ]


def _group(numbers: list[int], carrier: str, rows: Sequence[SiteDependenceRow], *, extract: Extract) -> SiteGroup:
    by_vendors = grouped((_figure_key(row)[:3], row) for row in rows)
    found = [
        (extract.vendors(alike[0]["vendor_ids"]) or "any vendor", sorted(alike, key=_in_scenario))
        for alike in by_vendors.values()
    ]
    found.sort(key=lambda one: (-max(row["low_share"] for row in one[1]), one[0].casefold()))
    lines = [one for one in found if not all(map(says_nothing, one[1]))]
    return SiteGroup(
        numbers=numbers,
        carrier=carrier,
        measures=sorted({row["measure"] for row in rows}),
        scenarios=sorted({row["scenario"] for row in rows if row["scenario"]}),
        lines=lines[:SHOWN_LINES],
        left=len(lines) - SHOWN_LINES,
        silent=wording.series(one[0] for one in found if one not in lines),
    )


def _in_scenario(row: SiteDependenceRow) -> tuple[str, str]:
    return row["scenario"] or "", row["dependence_id"]
