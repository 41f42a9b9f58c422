"""The rows behind a plan or an answer on aid, laid out as the dossier lays them out; nothing is computed here."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import polars as pl
from markupsafe import Markup

from provenet.core.ids import slug
from provenet.dossier.extract import READS, Extract
from provenet.dossier.replay import plain
from provenet.web.days import Days
from provenet.web.page import NotFound
from provenet.web.reading import Reading


def extract_of(reading: Reading, country: str, days: Days) -> Extract:
    """The tables of the case for a country and its days, made once for the state of the case."""
    as_of, known = days

    return reading.once(
        ("extract", country, days), lambda: Extract(_Tables(reading), country=country, as_of=as_of, known=known)
    )


class _Tables(Mapping[str, pl.DataFrame]):
    """The tables that a dossier may read, each read when somebody asks for it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in READS:
            raise KeyError(name)
        return self._reading.table(name)

    def __iter__(self) -> Iterator[str]:
        return iter(READS)

    def __len__(self) -> int:
        return len(READS)


def country_of(reading: Reading, table: str, name: str) -> str:
    """The country that a name in an address means, among those of a table. Raises NotFound."""
    stand = sorted(reading.table(table)["country"].drop_nulls().unique())
    found = [one for one in stand if slug(one) == name]
    if not found:
        raise NotFound(f"Nothing stands for {name!r}; there is: {', '.join(stand) or 'no country yet'}.")
    return str(found[0])


def bare(value: Any) -> Any:
    """What a page shows without the marks of days ahead, which only the dossier's own templates read."""
    if isinstance(value, Markup):
        return Markup(plain(str(value)))
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(bare(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: bare(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **changed)
    return value
