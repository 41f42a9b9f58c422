"""A country of which the case holds measurements and no carrier: what its pages show, and what they say is not held."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.extract import Extract, Fields
from provenet.case.rows import MeasuredShareRow, PathExposureRow, TransitRow
from provenet.core import wording
from provenet.core.answer import Country, Name, RowFigure, Sentence, Series, sentence
from provenet.core.disclosure import LEAST_SHOWN_WORD
from provenet.dependence import contracts
from provenet.dossier import aid
from provenet.dossier.chapters import c47_measured
from provenet.dossier.networks import markets, networks
from provenet.dossier.options import estimates, options
from provenet.dossier.threads import disputes
from provenet.exposure.site_facts import services_of, sites_of

NAMED_VENDORS, NAMED_SETS = 3, 2
"""How many vendors, and how many sets of vendors that paths cross, a first page names."""


@dataclass(frozen=True)
class _Holding:
    """What a chapter rests on: the words for it where nothing of it is held, and whether something is."""

    words: str
    is_held: Callable[[Extract], bool]


_HOLDINGS: Mapping[str, _Holding] = {
    "c20_dependence": _Holding(
        "published share of a vendor", lambda extract: bool(networks(extract) or markets(extract))
    ),
    "c40_sites": _Holding("sensitive site", lambda extract: bool(sites_of(extract) or services_of(extract))),
    "c45_routes": _Holding("routes of its networks", lambda extract: bool(extract.results(TransitRow))),
    "c50_disputes": _Holding("", lambda extract: bool(disputes(extract).groups)),
    "c60_options": _Holding(
        "plan of replacement or cost of one", lambda extract: bool(options(extract) or estimates(extract)[0])
    ),
    "c70_aid": _Holding(
        "answer on aid", lambda extract: bool(aid.in_order(extract) or aid.programmes(extract, None)[1])
    ),
    "c85_contracts": _Holding(
        "contract or tender",
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


def measurements(extract: Extract) -> Fields | None:
    """What the first page says first of a country that the case knows by measurements alone; None of any other."""
    if not is_measured_alone(extract):
        return None
    found = c47_measured.collect(extract)
    things = ["carrier", *(one.words for one in _HOLDINGS.values() if one.words and not one.is_held(extract))]
    lines = [] if found is None else [*_routers(found), *_paths(found, extract.country)]
    return {
        "heading": f"What is known of {wording.country(extract.country)}: measurements alone",
        "sentences": [*lines, sentence(HELD, things=Series(items=tuple(sentence(one) for one in things)))],
    }


HELD = "Not held: {things} there. What is not held is not known: nothing follows from its absence."
WITHHELD = f"Withheld: shares of {{what}}, as no public page shows a count under {LEAST_SHOWN_WORD}."
ROUTERS = "{answered} routers answered probes from outside ({days}); the vendor of {identified} of {them} is known."
OF_THEM = "Of those that answered: {vendors}."
NO_OTHER = "That is evidence of these routers and of no other equipment."
PATHS = "Measured paths from {country} ({days}) that cross equipment of a set of vendors: {sets}."
SET = "{vendors}, {share} of {traces} paths"


def _days(ends: tuple[date | None, date | None]) -> Sentence:
    """The days of a measurement."""
    low, high = ends
    return sentence(wording.UNKNOWN if low is None or high is None else wording.days(low, high))


def _routers(found: Mapping[str, Any]) -> list[Sentence]:
    """Whose routers answered."""
    if found["withheld_routers"]:
        return [sentence(WITHHELD, what=sentence("the routers that answered"))]
    if (routers := found["routers"]) is None:
        return []
    coverage = routers["coverage"]
    answered, identified = (RowFigure(text=coverage[one], row=coverage["id"]) for one in ("answered", "identified"))
    them = sentence("those probed" if coverage["probed"] else "them")
    lines = [sentence(ROUTERS, answered=answered, identified=identified, days=_days(routers["ends"]), them=them)]
    named = [
        sentence("{vendor} {share}", vendor=Name(text=one["name"]), share=RowFigure(text=one["share"], row=one["id"]))
        for one in routers["vendors"][:NAMED_VENDORS]
    ]
    lines += [sentence(OF_THEM, vendors=Series(items=tuple(named)))] if named else []
    return [*lines, sentence(NO_OTHER)]


def _paths(found: Mapping[str, Any], country: str) -> list[Sentence]:
    """What measured paths cross."""
    if found["withheld_paths"]:
        return [sentence(WITHHELD, what=sentence("measured paths"))]
    if (paths := found["paths"]) is None:
        return []
    sets = (
        sentence(
            SET,
            vendors=Name(text=one["brief"]),
            share=RowFigure(text=one["words"], row=one["id"]),
            traces=RowFigure(text=one["traces"], row=one["id"]),
        )
        for one in paths["sets"][:NAMED_SETS]
    )
    listed = Series(items=tuple(sets), last=";")
    return [sentence(PATHS, country=Country(name=country), days=_days(paths["ends"]), sets=listed)]
