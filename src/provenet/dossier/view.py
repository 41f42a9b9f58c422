"""A dossier as plain data, composed from stored tables. Nothing is computed: every figure is that of a stored row."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Protocol

import polars as pl

from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.ids import slug
from provenet.dossier import sections, turned_out
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.replay import plain
from provenet.dossier.sections import s90_sources

AUDIENCES = ("public", "internal")


class SectionModule(Protocol):
    """What a file in `sections/` offers: a title, and one query over stored tables."""

    TITLE: str

    def collect(self, extract: Extract) -> Fields | None:
        """The section's data, plain values only; None leaves the section out."""
        ...


@dataclass(frozen=True)
class Section:
    """One section of a dossier: its place, title, template beside its query, and data."""

    number: int
    key: str
    title: str
    data: Fields
    folder: str = "sections"

    @property
    def template(self) -> str:
        """The section's template, beside its query."""
        return f"{self.folder}/{self.key}.html.j2"


@dataclass(frozen=True)
class View:
    """A dossier as plain data, ready to be drawn; the same view gives the same bytes."""

    country: str
    as_of: date
    known: date | None
    audience: str
    headline: str
    sections: tuple[Section, ...]
    later_page: str = ""
    """The file name of the page of what happened after the day known, which the first one links."""
    hindsight: bool = False
    """Whether this is that page."""

    @property
    def date_line(self) -> str:
        """The day that the dossier describes, in words."""
        if self.known is None:
            return f"As of {wording.day(self.as_of)}"
        if self.known == self.as_of:
            return f"As of and as known on {wording.day(self.as_of)}"
        return f"As of {wording.day(self.as_of)}, as known on {wording.day(self.known)}"

    @property
    def title(self) -> str:
        """The document's title."""
        return f"{self.country}: whose equipment carries the traffic. {self.date_line}"


def page_place(country: str, as_of: date, known: date | None, *, audience: str, kind: str = "html") -> str:
    """Where the file of a dossier lies in the folder `outputs` of its case.

    >>> page_place("Germany", date(2018, 11, 23), date(2018, 11, 23), audience="internal")
    '2018-11-23-known-2018-11-23/germany-internal.html'
    """
    folder = f"{as_of}" + (f"-known-{known}" if known else "")
    return f"{folder}/{slug(country)}{'' if audience == 'public' else f'-{audience}'}.{kind}"


def section_keys() -> list[str]:
    """The names of the section files in order; adding a file adds a section."""
    return sorted(info.name for info in pkgutil.iter_modules(sections.__path__))


def compose(
    tables: Mapping[str, pl.DataFrame],
    *,
    country: str,
    as_of: date,
    known: date | None = None,
    audience: str = "public",
) -> View:
    """Composes the dossier of one country from stored tables.

    It claims nothing that a stored row does not say. Cost O(rows read). Law: the order of rows in the tables changes
    nothing.

    Parameters
    ----------
    tables
        The tables of the case by name; an absent one counts as empty.
    country
        The country, by name or ISO code.
    as_of
        The day that the dossier describes.
    known
        Rows published after this day are left out, except estimates stored as later ones, which stand apart; None
        takes all that the case holds.
    audience
        `public` or `internal`.

    Returns
    -------
    View
        The sections in order, each with its data.

    Raises
    ------
    ValueError
        For another audience.
    """
    if audience not in AUDIENCES:
        raise ValueError(f"audience: found {audience!r}, expected one of {', '.join(AUDIENCES)}.")
    shown = countries().name(country) or country
    extract = Extract(_in_key_order(tables), shown, as_of, known, audience)
    composed: list[Section] = []
    for key in section_keys():
        module: SectionModule = import_module(f"{sections.__name__}.{key}")
        data = module.collect(extract)
        if data is not None:
            composed.append(Section(len(composed) + 1, key, module.TITLE, data))
    headline = next((plain(str(s.data["headline"])) for s in composed if "headline" in s.data), "")
    return View(shown, as_of, known, audience, headline, tuple(composed))


def compose_hindsight(
    tables: Mapping[str, pl.DataFrame], *, country: str, as_of: date, known: date, audience: str = "public"
) -> View:
    """Composes the page of what happened after the day that a dossier is as known on: `compose` says the rest."""
    shown = countries().name(country) or country
    extract = Extract(_in_key_order(tables), shown, as_of, known, audience, hindsight=True)
    later = Section(1, "turned_out", turned_out.TITLE, turned_out.collect(extract), "templates")
    cited = Section(2, "s90_sources", s90_sources.TITLE, s90_sources.collect(extract))
    return View(shown, as_of, known, audience, turned_out.TITLE, (later, cited), hindsight=True)


def _in_key_order(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every frame sorted by its first text column that tells rows apart, so that reading order cannot show."""
    ordered = {}
    for name, frame in sorted(tables.items()):
        plain = [c for c, kind in frame.schema.items() if kind == pl.String and c != "run_id"]
        ids = [c for c in plain if c.endswith("_id") or c == "row_id"]
        first = [c for c in (f"{name}_id", "row_id", "share_id", "failure_id", "dependence_id") if c in plain]
        by = list(dict.fromkeys([*first, *ids, *plain]))
        ordered[name] = frame.sort(by, nulls_last=True) if by and frame.height else frame
    return ordered
