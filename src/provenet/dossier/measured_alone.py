"""A country of which the case holds measurements and no carrier: what its pages show, and what they say is not held."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from provenet.case.rows import MeasuredShareRow, PathExposureRow, TransitRow
from provenet.core import wording
from provenet.core.disclosure import LEAST_SHOWN_WORD
from provenet.dossier import aid, contracts
from provenet.dossier.chapters import c47_measured
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.networks import markets, networks
from provenet.dossier.options import estimates, options
from provenet.dossier.site_facts import services_of, sites_of
from provenet.dossier.threads import disputes

NAMED_VENDORS, NAMED_SETS = 3, 2
"""How many vendors, and how many sets of vendors that paths cross, a first page names."""


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


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence: `text` is ours, `name` of the case, `figure` is that of the row `id`."""

    kind: str
    text: str
    id: str = ""


def measurements(extract: Extract) -> Fields | None:
    """What the first page says first of a country that the case knows by measurements alone; None of any other.

    Returns the heading and paragraphs in pieces.
    """
    if not is_measured_alone(extract):
        return None
    found = c47_measured.collect(extract)
    country = wording.country(extract.country)
    paragraphs = [] if found is None else [*_routers(found), *_paths(found, country)]
    things = ["no carrier", *(one.words for one in _HOLDINGS.values() if one.words and not one.is_held(extract))]
    held = (
        f"{'This case holds' if extract.known is None else 'On that day it held'} {wording.series(things)} there. "
        "What it does not hold is not known: nothing follows from its absence."
    )
    return {
        "heading": f"What is known of {country}: measurements alone",
        "paragraphs": [*paragraphs, [Piece("text", held)]],
    }


def _days(ends: tuple[date | None, date | None]) -> Piece:
    """The days of a measurement."""
    low, high = ends
    return Piece("text", wording.UNKNOWN if low is None or high is None else wording.days(low, high))


def _filled(sentence: str, **words: Sequence[Piece]) -> list[Piece]:
    """A sentence with pieces in the places of its braces."""
    found: list[Piece] = []
    for text, name, _, _ in Formatter().parse(sentence):
        found.append(Piece("text", text))
        found += words[name] if name else []
    return found


def _listed(items: Iterable[Sequence[Piece]], mark: str = ", ") -> list[Piece]:
    """Some groups of pieces one after another."""
    found: list[Piece] = []
    for item in items:
        found += [Piece("text", mark), *item] if found else item
    return found


def _withheld(what: str) -> list[list[Piece]]:
    says = f"Withheld: shares of {what}, as no public page shows a count under {LEAST_SHOWN_WORD}."
    return [[Piece("text", says)]]


def _routers(found: Mapping[str, Any]) -> list[list[Piece]]:
    """Whose routers answered."""
    if found["withheld_routers"]:
        return _withheld("the routers that answered")
    if (routers := found["routers"]) is None:
        return []
    coverage = routers["coverage"]
    pieces = _filled(
        "{answered} routers answered probes from outside ({days}); the vendor of {identified} of "
        f"{'those probed' if coverage['probed'] else 'them'} is known. ",
        answered=[Piece("figure", coverage["answered"], coverage["id"])],
        identified=[Piece("figure", coverage["identified"], coverage["id"])],
        days=[_days(routers["ends"])],
    )
    if routers["vendors"]:
        named = (
            [Piece("name", one["name"]), Piece("text", " "), Piece("figure", one["share"], one["id"])]
            for one in routers["vendors"][:NAMED_VENDORS]
        )
        pieces += _filled("Of those that answered: {vendors}. ", vendors=_listed(named))
    return [[*pieces, Piece("text", "That is evidence of these routers and of no other equipment.")]]


def _paths(found: Mapping[str, Any], country: str) -> list[list[Piece]]:
    """What measured paths cross."""
    if found["withheld_paths"]:
        return _withheld("measured paths")
    if (paths := found["paths"]) is None:
        return []
    sets = (
        [
            Piece("name", one["brief"]),
            Piece("text", ", "),
            Piece("figure", one["words"], one["id"]),
            Piece("text", " of "),
            Piece("figure", one["traces"], one["id"]),
            Piece("text", " paths"),
        ]
        for one in paths["sets"][:NAMED_SETS]
    )
    return [
        _filled(
            "Measured paths from {country} ({days}) that cross equipment of a set of vendors: {sets}.",
            country=[Piece("text", country)],
            days=[_days(paths["ends"])],
            sets=_listed(sets, "; "),
        )
    ]
