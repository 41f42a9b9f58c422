"""Rows of a table as a person looks at them: those that hold some text, in some order, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from provenet.case.dictionary import Column, Table
from provenet.case.structs import with_texts

SHARED = frozenset({"row_id", "file_id", "run_id", "formula", "inputs", "locator", "reading", "checked_on", "note"})
"""Columns that say where a row came from, rather than what it says."""


@dataclass(frozen=True, kw_only=True)
class TableView:
    """One page of the rows of a table."""

    rows: pl.DataFrame
    """The rows of the page, with every column."""
    row_count: int
    """How many rows were looked for and found."""
    first_count: int
    """The number of the first row of the page, from 1; 0 where there is none."""
    page_count: int


def view(
    spec: Table,
    rows: pl.DataFrame,
    *,
    text: str = "",
    column: str | None = None,
    holds: str = "",
    known: bool | None = None,
    sort: str | None = None,
    descending: bool = False,
    page: int = 1,
    page_rows: int = 100,
) -> TableView:
    """One page of the rows that hold a text.

    Parameters
    ----------
    text : what some cell of a row holds, without regard to upper and lower case.
    column, holds : what the cell of one column holds.
    known : True keeps the rows whose cell in `column` is known, False those where it is not.
    sort : the column that orders the rows; what is not known stands last. Without it rows stand as they were given.
    page : the page, from 1; one past the last is empty.

    Raises ValueError naming the nearest for a column that the table does not have. Cost O(cells) with `text`, else
    O(rows).
    """
    kept = rows
    if column is not None:
        looked = spec.column(column)
        if known is not None:
            kept = kept.filter(pl.col(column).is_not_null() if known else pl.col(column).is_null())
        if holds:
            kept = kept.filter(_holds(with_texts(spec, kept.select(column)), [looked], holds))
    if text:
        kept = kept.filter(_holds(with_texts(spec, kept), list(spec.columns), text))
    if sort is not None:
        key = _text(spec.column(sort)) if spec.column(sort).type == "list" or spec.column(sort).fields else pl.col(sort)
        ordered = with_texts(spec, kept.select(sort)).select(key)
        kept = kept[ordered.to_series().arg_sort(descending=descending, nulls_last=True)] if kept.height else kept
    first = (page - 1) * page_rows
    shown = kept.slice(first, page_rows)
    return TableView(
        rows=shown,
        row_count=kept.height,
        first_count=first + 1 if shown.height else 0,
        page_count=max(1, -(-kept.height // page_rows)),
    )


def _text(column: Column) -> pl.Expr:
    """A cell as text: lists joined, structs as their JSON."""
    cell = pl.col(column.name)
    if column.type == "list":
        return cell.list.join(" ", ignore_nulls=True)
    return cell if column.type == "text" or column.fields else cell.cast(pl.String)


def _holds(texts: pl.DataFrame, columns: list[Column], looked_for: str) -> pl.Series:
    """Which rows hold a text in one of the columns."""
    wanted = looked_for.strip().lower()
    found = (
        _text(column).str.to_lowercase().str.contains(wanted, literal=True).fill_null(False).alias(column.name)
        for column in columns
    )
    return texts.select(pl.any_horizontal(found)).to_series()
