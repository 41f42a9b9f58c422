"""A country of which the case holds measurements and no carrier: what its pages show, and what they say is not held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provenet.case.rows import MeasuredShareRow, PathExposureRow, TransitRow
from provenet.core import wording
from provenet.dossier import aid, contracts
from provenet.dossier.disputes import disputes
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.networks import markets, networks
from provenet.dossier.options import estimates, options
from provenet.dossier.site_facts import services_of, sites_of


@dataclass(frozen=True)
class _Holding:
    """What a chapter rests on: the words for it where nothing of it is held, and whether something is."""

    words: str
    is_held: Callable[[Extract], bool]


_HOLDINGS: Mapping[str, _Holding] = {
    "c20_dependence": _Holding(
        "no published share of a vendor", lambda extract: bool(networks(extract) or markets(extract))
    ),
    "c40_sites": _Holding("no sensitive site", lambda extract: bool(sites_of(extract) or services_of(extract))),
    "c45_routes": _Holding("no routes of its networks", lambda extract: bool(extract.results(TransitRow))),
    "c50_disputes": _Holding("", lambda extract: bool(disputes(extract).groups)),
    "c60_options": _Holding(
        "no plan of replacement or cost of one", lambda extract: bool(options(extract) or estimates(extract)[0])
    ),
    "c70_aid": _Holding(
        "no answer on aid", lambda extract: bool(aid.in_order(extract) or aid.programmes(extract, None)[1])
    ),
    "c85_contracts": _Holding(
        "no contract or tender",
        lambda extract: bool(contracts.ahead(extract) or contracts.past(extract) or contracts.other_events(extract)),
    ),
}
"""The chapters that are left out where a country has measurements alone and nothing that they show, by file name."""


def is_measured_alone(extract: Extract) -> bool:
    """Whether the case has measurements of the country and no carrier there."""
    return extract.once("measured alone", lambda: _is_measured_alone(extract))


def _is_measured_alone(extract: Extract) -> bool:
    measured = [bool(extract.results(MeasuredShareRow)), bool(extract.results(PathExposureRow))]
    if not any(measured):
        return False
    return not any(row["role"] == "carrier" and row["country"] in extract.places for row in extract.parties())


def is_shown(chapter: str, extract: Extract) -> bool:
    """Whether a chapter has a place: each where the case has a carrier of the country, else one with rows to show."""
    holding = _HOLDINGS.get(chapter)
    return holding is None or not is_measured_alone(extract) or holding.is_held(extract)


def missing(extract: Extract) -> Fields | None:
    """What the case does not hold of a country that it knows by measurements alone; None of any other country."""
    if not is_measured_alone(extract):
        return None
    words = [one.words for one in _HOLDINGS.values() if one.words and not one.is_held(extract)]
    return {"words": wording.series(["no carrier", *words]), "then": extract.known is not None}
