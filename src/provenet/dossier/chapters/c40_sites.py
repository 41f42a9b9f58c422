"""Sensitive sites: where they are, what is known of each, what would follow, and a form for their owners."""

from collections.abc import Mapping, Sequence
from typing import Any

from provenet.case.answer_forms import SITE_QUESTIONNAIRE
from provenet.case.extract import Extract, Fields
from provenet.case.rows import SiteRow, SiteTrafficRow
from provenet.case.sites import NO_ANSWERS
from provenet.core import wording
from provenet.dossier.sections import s60_sites
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
    shown = s60_sites.collect(extract)
    groups = s60_sites.groups_of(extract)
    if sites:
        extract.files[QUESTIONNAIRE] = questionnaire(extract)
    return {
        **{name: shown[name] for name in ("places", "has_map", "harms", "facts", "abroad")},
        "sites": [_site(number, site, extract) for number, site in enumerate(sites, start=1)],
        "groups": [_group(group) for group in groups[:SHOWN_GROUPS]],
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


def _site(number: int, site: SiteRow, extract: Extract) -> Fields:
    answers = site_facts.answers_of(extract).get(site["site_id"], NO_ANSWERS)
    return {
        **s60_sites.site_fields(site, number, extract),
        "owner": answers.owner or "",
        "own_links": answers.own_links,
        "services": site_facts.services_at(site, extract),
    }


def _group(group: Mapping[str, Any]) -> Fields:
    """The figures of a group of sites that a minister needs: the sets of vendors on which most rests."""
    lines = group["lines"]
    # The same figures of the other sites stand in the annex alone: nothing of these pages rests on them.
    return {**group, "others": [], "lines": lines[:SHOWN_LINES], "left": len(lines) - SHOWN_LINES}
