"""Inputs that count no more: a source with every row that cites it, or one row of a table.

A retraction is a row of its own with its reason; nothing is deleted, and a restoration takes it back. The last row
about an input counts. One from a day on says that the input was sound until then: an answer as known before that day
reads it still. `source`, `party` and `identifier`, which say who and where is meant, keep the rows that cite a
retracted source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from provenet.case.rows import RetractionRow, rows_of

RETRACTED, RESTORED = "retracted", "restored"
SOURCE = "source"
TABLE = "retraction"
KEPT = frozenset({SOURCE, "party", "identifier", "rule_pack", TABLE})
"""Tables whose rows stand whatever becomes of the source that they cite."""


@dataclass(frozen=True)
class Retracted:
    """What counts no more, on all days or as known on one."""

    sources: frozenset[str] = frozenset()
    rows: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def stands(self, name: str) -> pl.Expr | None:
        """Whether a row of an input table counts; None where every row does."""
        rows = sorted(self.rows.get(name, ()))
        found = ~pl.col("row_id").is_in(rows) if rows else None
        if self.sources and name not in KEPT:
            cites = ~pl.col("source_id").is_in(sorted(self.sources)).fill_null(False)
            found = cites if found is None else found & cites
        return found


def last_retractions(rows: pl.DataFrame) -> pl.DataFrame:
    """The last row about each input, in order of what it is about."""
    replaced = pl.col("row_id").is_in(rows["supersedes"].drop_nulls().implode())
    return rows.filter(~replaced).sort("about", "row_id")


def in_force(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows by which inputs count no more; none of what was restored, which is as if nothing had been said."""
    return last_retractions(rows).filter(state=RETRACTED)


def retracted(rows: pl.DataFrame, known: date | None = None) -> Retracted:
    """What counts no more by the rows of `retraction`, as known on a day (None: today)."""
    sources: set[str] = set()
    by_table: dict[str, set[str]] = {}
    for row in rows_of(RetractionRow, in_force(rows)):
        if known is not None and row["from_on"] is not None and row["from_on"] > known:
            continue
        name, _, key = row["about"].partition(":")
        (sources if name == SOURCE else by_table.setdefault(name, set())).add(key)
    return Retracted(frozenset(sources), {name: frozenset(keys) for name, keys in by_table.items()})
