"""Collects a dossier from stored tables into a plain view. Nothing is computed: each figure is a stored row's."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Protocol

import polars as pl

from provenet.core.countries import countries
from provenet.dossier import sections
from provenet.dossier.stored import Stored
from provenet.dossier.words import day_words

AUDIENCES = ("public", "internal")


class SectionModule(Protocol):
    """What a file in `sections/` offers: a title, and one query over stored tables."""

    TITLE: str

    def collect(self, stored: Stored) -> dict[str, Any] | None:
        """The section's data, plain values only; None leaves the section out."""
        ...


@dataclass(frozen=True)
class Section:
    """One section of a dossier: its place, title, template beside its query, and data."""

    number: int
    key: str
    title: str
    data: Mapping[str, Any]

    @property
    def template(self) -> str:
        """The section's template, beside its query."""
        return f"sections/{self.key}.html.j2"


@dataclass(frozen=True)
class View:
    """A dossier as plain data, ready to be drawn; the same view gives the same bytes."""

    country: str
    as_of: date
    known: date | None
    audience: str
    headline: str
    sections: tuple[Section, ...]

    @property
    def asked(self) -> str:
        """The day the dossier speaks of, in words."""
        if self.known is None:
            return f"As of {day_words(self.as_of)}"
        if self.known == self.as_of:
            return f"As of and as known on {day_words(self.as_of)}"
        return f"As of {day_words(self.as_of)}, as known on {day_words(self.known)}"

    @property
    def title(self) -> str:
        """The document's title."""
        return f"{self.country}: whose equipment carries the traffic. {self.asked}"


def section_keys() -> list[str]:
    """The names of the section files in order; adding a file adds a section."""
    return sorted(info.name for info in pkgutil.iter_modules(sections.__path__))


def dossier(
    tables: Mapping[str, pl.DataFrame],
    *,
    country: str,
    as_of: date,
    known: date | None = None,
    audience: str = "public",
) -> View:
    """The dossier of one country from stored tables.

    Claims nothing that a stored row does not say; rows published after `known` are absent, except estimates stored
    as later ones, which stand apart. `audience` is public or internal. Raises ValueError for another audience.
    Cost O(rows read). Law: the order of rows in the tables changes nothing.
    """
    if audience not in AUDIENCES:
        raise ValueError(f"audience: found {audience!r}, expected one of {', '.join(AUDIENCES)}.")
    shown = countries().name(country) or country
    stored = Stored(_in_key_order(tables), shown, as_of, known, audience)
    made: list[Section] = []
    for key in section_keys():
        module: SectionModule = import_module(f"{sections.__name__}.{key}")
        data = module.collect(stored)
        if data is not None:
            made.append(Section(len(made) + 1, key, module.TITLE, data))
    headline = next((str(s.data["headline"]) for s in made if "headline" in s.data), "")
    return View(shown, as_of, known, audience, headline, tuple(made))


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
