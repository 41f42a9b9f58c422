"""What each question of the product needs of a case, what of it is missing for a country, and what it would give.

`questions.yml` holds the questions with their needs, and the tables of the templates with the columns to fill in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import polars as pl
import yaml

from provenet.case.case import Case
from provenet.core.countries import countries


@dataclass(frozen=True)
class Need:
    """What a question needs: a row of the country in one of some tables, or a rule pack of its jurisdiction.

    `by` and `code` are columns that hold the country by name or by its two letters; `any_country`: an empty cell there
    means any country.
    """

    gives: str
    tables: tuple[str, ...] = ()
    by: str = ""
    code: str = ""
    any_country: bool = False
    where: tuple[tuple[str, str], ...] = ()
    pack: bool = False


@dataclass(frozen=True)
class CaseQuestion:
    """One question: what it answers, the command that asks it, and its needs in the order of filling in."""

    name: str
    says: str
    command: str
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class TemplateTable:
    """A table of a template: what a row is for, the columns to fill in, and example rows."""

    name: str
    says: str
    columns: tuple[str, ...]
    examples: tuple[str, ...]


@lru_cache(maxsize=1)
def question_file() -> Mapping[str, Any]:
    """The whole of `questions.yml` as parsed. Cached."""
    text = resources.files("provenet").joinpath("case", "questions.yml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


@lru_cache(maxsize=1)
def questions() -> tuple[CaseQuestion, ...]:
    """Every question, in the order of asking. Cached."""
    return tuple(
        CaseQuestion(name, entry["says"], entry["command"], tuple(_need(one) for one in entry["needs"]))
        for name, entry in question_file()["questions"].items()
    )


def _need(entry: Mapping[str, Any]) -> Need:
    return Need(
        gives=entry["gives"],
        tables=tuple(entry.get("tables", ())),
        by=entry.get("by", ""),
        code=entry.get("code", ""),
        any_country=entry.get("any", False),
        where=tuple(entry.get("where", {}).items()),
        pack=entry.get("pack", False),
    )


def template_tables(names: Sequence[str] = ()) -> tuple[TemplateTable, ...]:
    """Tables of templates by name, all where none is named."""
    known = question_file()["tables"]
    return tuple(
        TemplateTable(name, known[name]["says"], tuple(known[name]["columns"]), tuple(known[name]["examples"]))
        for name in names or known
    )


def missing_needs(case: Case, question: CaseQuestion, country: str, *, has_pack: bool) -> list[Need]:
    """The needs of a question that no row of the case meets for a country. Cost O(rows of the tables named).

    `has_pack`: whether a rule pack at hand is of a jurisdiction of the country.
    """
    return [need for need in question.needs if not (has_pack if need.pack else _is_met(case, need, country))]


def _is_met(case: Case, need: Need, country: str) -> bool:
    return any(_rows_of(case, name, need, country=country) for name in need.tables)


def _rows_of(case: Case, name: str, need: Need, *, country: str) -> bool:
    """Whether a table holds a row that meets a need."""
    rows = case.scan(name)
    schema = rows.collect_schema().names()
    column = need.code if need.code in schema else next((one for one in (need.by, "country") if one in schema), "")
    if (need.by or need.code) and column:
        place = countries().code(country) if name in ("party", "as_number", "prefix_country") else country
        here = pl.col(column) == place
        rows = rows.filter(here | pl.col(column).is_null() if need.any_country else here)
    for other, word in need.where:
        rows = rows.filter(pl.col(other) == word)
    return rows.head(1).collect().height > 0


def columns_to_fill(name: str) -> tuple[str, ...]:
    """The columns that a person fills in of a table, as its template has them; none for a table without a template."""
    known = question_file()["tables"]
    return tuple(known[name]["columns"]) if name in known else ()
