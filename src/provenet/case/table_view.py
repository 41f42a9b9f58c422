"""Rows of a table as a person looks at them: those that hold some text, in some order, a page at a time.

Of a small table all rows are at hand (`view`). Of a large one no more than a page is ever held: its files are read
from their start, and nothing of what was read stays (`view_of_files`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from provenet.case.dictionary import Column, Table
from provenet.case.extract import alike
from provenet.case.structs import json_text

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
    cells: Mapping[str, str | date] | None = None,
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
    cells : what cells of a row are.
    text : what some cell of a row holds, without regard to upper and lower case.
    column, holds : what the cell of one column holds.
    known : True keeps the rows whose cell in `column` is known, False those where it is not.
    sort : the column that orders the rows; what is not known stands last. Without it rows stand as they were given.
    page : the page, from 1; one past the last is empty.

    Raises ValueError naming the nearest for a column that the table does not have. Cost O(cells) with `text`, else
    O(rows).
    """
    kept = rows.filter(*alike(cells or {}), *_conditions(spec, text=text, column=column, holds=holds, known=known))
    if sort is not None:
        kept = kept.sort(_key(spec.column(sort)), descending=descending, nulls_last=True, maintain_order=True)
    first = (page - 1) * page_rows
    shown = kept.slice(first, page_rows)
    return TableView(
        rows=shown,
        row_count=kept.height,
        first_count=first + 1 if shown.height else 0,
        page_count=max(1, -(-kept.height // page_rows)),
    )


FARTHEST_SORTED = 1_000_000
"""The last row of a sorted view of files: what is held is the rows before it, by their key and id."""
PART_CELLS = 2_000_000
"""Cells of a large table that are read at once."""


def view_of_files(
    spec: Table,
    rows: pl.LazyFrame,
    *,
    row_count: int,
    can_skip: bool = True,
    text: str = "",
    column: str | None = None,
    holds: str = "",
    known: bool | None = None,
    sort: str | None = None,
    descending: bool = False,
    page: int = 1,
    page_rows: int = 100,
) -> TableView:
    """One page of the rows that hold a text, without holding more of the table; parameters as those of `view`.

    `row_count` is how many rows there are; `can_skip` whether reading may begin at any row, as it may in files. Rows
    stand in the order of their files, and in a sorted view rows of one value by their ids; a sorted view ends at row
    `FARTHEST_SORTED`. Law: but for the order, the rows of `view`. Cost O(rows) in time for a filter or an order, else
    O(page); in memory O(`PART_CELLS` + page), sorted O(rows up to the end of the page).
    """
    conditions = list(_conditions(spec, text=text, column=column, holds=holds, known=known))
    part_rows = max(page_rows, PART_CELLS // len(spec.columns)) if can_skip else max(row_count, 1)
    parts = (rows.slice(at, part_rows).filter(*conditions) for at in range(0, row_count, part_rows))
    first = (page - 1) * page_rows
    if sort is not None:
        shown, row_count = _sorted_page(spec, parts, sort, descending=descending, first=first, page_rows=page_rows)
        reach = min(row_count, FARTHEST_SORTED)
    elif conditions:
        shown, row_count = _filtered_page(spec, parts, first=first, page_rows=page_rows)
        reach = row_count
    else:
        shown, reach = rows.slice(first, page_rows).collect(), row_count
    return TableView(
        rows=shown,
        row_count=row_count,
        first_count=first + 1 if shown.height else 0,
        page_count=max(1, -(-reach // page_rows)),
    )


def _filtered_page(
    spec: Table, parts: Iterable[pl.LazyFrame], *, first: int, page_rows: int
) -> tuple[pl.DataFrame, int]:
    """The rows of a page in the order of their files, and how many rows there are."""
    count, shown = 0, [spec.empty]
    for part in parts:
        found = part.collect()
        shown.append(found.slice(max(0, first - count), max(0, first + page_rows - max(first, count))))
        count += found.height
    return pl.concat(shown), count


def _sorted_page(
    spec: Table, parts: Iterable[pl.LazyFrame], sort: str, *, descending: bool, first: int, page_rows: int
) -> tuple[pl.DataFrame, int]:
    """The rows of a page in order, and how many rows there are.

    Of the rows before the end of the page key and id are held, and of those that may stand on it every cell.
    """
    last = min(first + page_rows, FARTHEST_SORTED)
    by, down = [pl.col("key").is_null(), pl.col("key"), pl.col(spec.id_column)], [False, descending, False]
    keyed = [pl.col(spec.id_column), _key(spec.column(sort)).alias("key")]
    nearest, places, count = spec.empty.lazy().select(keyed).collect(), list(parts), 0
    for part in places:
        found = part.select(keyed).collect()
        count += found.height
        nearest = pl.concat([nearest, found.bottom_k(min(last, found.height), by=by, reverse=down)])
        nearest = nearest.sort(by, descending=down).head(last)
    ids = nearest[spec.id_column].slice(first)
    wanted = pl.col(spec.id_column).is_in(ids.implode())
    rows = pl.concat([spec.empty, *(part.filter(wanted).collect() for part in places if len(ids))])
    order = pl.DataFrame({spec.id_column: ids, "at": range(len(ids))}, schema_overrides={spec.id_column: pl.String})
    return rows.join(order, on=spec.id_column, how="inner").sort("at").drop("at").head(len(ids)), count


def _conditions(spec: Table, *, text: str, column: str | None, holds: str, known: bool | None) -> Iterator[pl.Expr]:
    """What the cells of the rows of a view are."""
    if column is not None:
        looked = spec.column(column)
        if known is not None:
            yield pl.col(column).is_not_null() if known else pl.col(column).is_null()
        if holds:
            yield _cell_holds(looked, holds)
    if text:
        yield pl.any_horizontal(_cell_holds(one, text).alias(one.name) for one in spec.columns)


def _cell_holds(column: Column, looked_for: str) -> pl.Expr:
    wanted = looked_for.strip().lower()
    return _whole_text(column).str.to_lowercase().str.contains(wanted, literal=True).fill_null(False)


def _whole_text(column: Column) -> pl.Expr:
    """A cell as text, of the rows as they are stored."""
    return json_text(column) if column.fields else _text(column)


def _key(column: Column) -> pl.Expr:
    """What orders the rows by a column."""
    return _whole_text(column) if column.type == "list" or column.fields else pl.col(column.name)


def _text(column: Column) -> pl.Expr:
    """A cell as text: lists joined, structs as their JSON."""
    cell = pl.col(column.name)
    if column.type == "list":
        return cell.list.join(" ", ignore_nulls=True)
    return cell if column.type == "text" or column.fields else cell.cast(pl.String)
