"""Chapters that have no place: of a country that the case knows by measurements alone, those without a row."""

from collections.abc import Callable, Mapping

from provenet.case.extract import Extract
from provenet.case.rows import MeasuredShareRow, PathExposureRow, TransitRow
from provenet.dependence import contracts
from provenet.dossier import aid
from provenet.dossier.networks import markets, networks
from provenet.dossier.options import options
from provenet.dossier.threads import disputes
from provenet.exposure.site_facts import services_of, sites_of
from provenet.replacement.cost_answer import costs_of_a_change

HELD: Mapping[str, Callable[[Extract], bool]] = {
    "c20_dependence": lambda extract: bool(networks(extract) or markets(extract)),
    "c40_sites": lambda extract: bool(sites_of(extract) or services_of(extract)),
    "c45_routes": lambda extract: bool(extract.results(TransitRow)),
    "c50_disputes": lambda extract: bool(disputes(extract).groups),
    "c60_options": lambda extract: bool(options(extract) or costs_of_a_change(extract)),
    "c70_aid": lambda extract: bool(aid.in_order(extract) or aid.programmes(extract, None)[1]),
    "c85_contracts": lambda extract: bool(
        contracts.ahead(extract) or contracts.past(extract) or contracts.other_events(extract)
    ),
}
"""By chapter, whether something that it shows is held: where a country has measurements alone, it is left out else."""


def is_measured_alone(extract: Extract) -> bool:
    """Whether the case has measurements of the country and no carrier there."""
    measured = [bool(extract.results(MeasuredShareRow)), bool(extract.results(PathExposureRow))]
    return any(measured) and not any(
        row["role"] == "carrier" and row["country"] in extract.places for row in extract.parties()
    )


def is_shown(chapter: str, extract: Extract) -> bool:
    """Whether a chapter has a place: each where the case has a carrier of the country, else one with rows to show."""
    return chapter not in HELD or not is_measured_alone(extract) or HELD[chapter](extract)
