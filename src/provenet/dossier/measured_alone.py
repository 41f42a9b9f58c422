"""A country of which the case holds measurements and no carrier: what its pages show, and what they say is not held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from provenet.case.rows import MeasuredShareRow, PathExposureRow, TransitRow
from provenet.core import wording
from provenet.dossier import aid, contracts
from provenet.dossier import messages as m
from provenet.dossier.chapters import c47_measured
from provenet.dossier.disputes import disputes
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.language import Language
from provenet.dossier.networks import markets, networks
from provenet.dossier.options import estimates, options
from provenet.dossier.site_facts import services_of, sites_of

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


def measurements(extract: Extract, language: Language | None = None) -> Fields | None:
    """What the first page says first of a country that the case knows by measurements alone; None of any other.

    Parameters: `language` is that of the page, None for English. Returns the heading and paragraphs in pieces.
    """
    if not is_measured_alone(extract):
        return None
    found = c47_measured.collect(extract)
    country = wording.country(extract.country) if language is None else language.known(extract.country)
    page = _Page(language, country)
    paragraphs = [] if found is None else [*page.routers(found), *page.paths(found)]
    things = ["no carrier", *(one.words for one in _HOLDINGS.values() if one.words and not one.is_held(extract))]
    held = m.HELD_NOT if extract.known is None else m.HELD_NOT_THEN
    return {
        "heading": page.text(m.MEASURED_ALONE, country=country),
        "paragraphs": [*paragraphs, page.filled(held, things=[Piece("text", page.series(map(page.text, things)))])],
    }


@dataclass(frozen=True)
class _Page:
    """The sentences on measurements in one language."""

    language: Language | None
    country: str

    def text(self, message: str, **words: object) -> str:
        """A message in the language, filled."""
        if self.language is not None:
            return self.language.text(message, **words)
        return message.format(**words) if words else message

    def series(self, items: Iterable[str]) -> str:
        """A list in a sentence."""
        return wording.series(items) if self.language is None else self.language.series(list(items))

    def figure(self, words: str, row: str) -> Piece:
        """A figure of a row."""
        return Piece("figure", words if self.language is None else self.language.figure(words), row)

    def days(self, ends: tuple[date | None, date | None]) -> Piece:
        """The days of a measurement."""
        low, high = ends
        if low is None or high is None:
            return Piece("text", self.text(wording.UNKNOWN))
        if self.language is None:
            return Piece("text", wording.days(low, high))
        first, last = self.language.day(low), self.language.day(high)
        return Piece("text", first if low == high else self.language.text(m.DAY_SPAN, first=first, last=last))

    def filled(self, message: str, **words: Sequence[Piece]) -> list[Piece]:
        """A message with pieces in the places of its braces."""
        found: list[Piece] = []
        for text, name, _, _ in Formatter().parse(self.text(message)):
            found.append(Piece("text", text))
            found += words[name] if name else []
        return found

    def listed(self, items: Iterable[Sequence[Piece]], mark: str = ", ") -> list[Piece]:
        """Some groups of pieces one after another."""
        found: list[Piece] = []
        for item in items:
            found += [Piece("text", mark), *item] if found else item
        return found

    def routers(self, found: Mapping[str, Any]) -> list[list[Piece]]:
        """Whose routers answered."""
        if found["withheld_routers"]:
            return [self.filled(m.WITHHELD_ROUTERS)]
        if (routers := found["routers"]) is None:
            return []
        coverage = routers["coverage"]
        pieces = self.filled(
            m.ROUTERS_OF_PROBED if coverage["probed"] else m.ROUTERS_OF_ANSWERED,
            answered=[self.figure(coverage["answered"], coverage["id"])],
            identified=[self.figure(coverage["identified"], coverage["id"])],
            days=[self.days(routers["ends"])],
        )
        gap = Piece("text", " " if self.language is None else self.language.join(["", ""]))
        if routers["vendors"]:
            named = (
                [Piece("name", one["name"]), Piece("text", " "), self.figure(one["share"], one["id"])]
                for one in routers["vendors"][:NAMED_VENDORS]
            )
            pieces += [gap, *self.filled(m.VENDORS_ANSWERED, vendors=self.listed(named))]
        return [[*pieces, gap, *self.filled(m.ROUTERS_ALONE)]]

    def paths(self, found: Mapping[str, Any]) -> list[list[Piece]]:
        """What measured paths cross."""
        if found["withheld_paths"]:
            return [self.filled(m.WITHHELD_PATHS)]
        if (paths := found["paths"]) is None:
            return []
        sets = (
            [
                Piece("name", one["brief"]),
                Piece("text", ", "),
                *self.filled(
                    m.PATHS_OF,
                    share=[self.figure(one["words"], one["id"])],
                    count=[self.figure(one["traces"], one["id"])],
                ),
            ]
            for one in paths["sets"][:NAMED_SETS]
        )
        return [
            self.filled(
                m.PATHS_CROSS,
                country=[Piece("text", self.country)],
                days=[self.days(paths["ends"])],
                sets=self.listed(sets, "; "),
            )
        ]
