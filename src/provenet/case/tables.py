"""Typed frames: every table of the dictionary as polars sees it. Nothing here touches a case or the disk."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any

import polars as pl

from provenet.case.dictionary import STRUCTS, Column, Table, bundled
from provenet.core.errors import clip, hint_at, nearest

__all__ = [
    "Column",
    "Table",
    "conform",
    "empty",
    "frame",
    "rows_to_frame",
    "structs",
    "table",
    "tables",
    "vocabulary",
    "words",
]

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "date": (date,),
    "instant": (datetime,),
    "list": (list, tuple),
}
_LISTS = (list, tuple)
_CASTS: dict[str, tuple[type[pl.DataType], ...]] = {
    "int": (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32),
    "float": (pl.Float32, pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32),
    "text": (pl.Categorical, pl.Enum),
}
"""Polars types that become a dictionary type without loss."""


def tables() -> Mapping[str, Table]:
    """Every table of the dictionary by name, in the order of `vocabulary.yml`."""
    return bundled().tables


def structs() -> dict[str, tuple[Column, ...]]:
    """The fields of every struct that a column is a list of, by name, each after those that its own fields hold."""
    found: dict[str, tuple[Column, ...]] = {}

    def add(columns: Iterable[Column]) -> None:
        for column in columns:
            if column.fields:
                add(column.fields)
                found.setdefault(column.type.removeprefix(STRUCTS), column.fields)

    for spec in tables().values():
        add(spec.columns)
    return found


def table(name: str) -> Table:
    """One table by name. Raises ValueError naming the nearest."""
    known = tables()
    if name not in known:
        raise ValueError(f"no table {name!r} in dictionary.csv.{hint_at(nearest(name, known))}")
    return known[name]


def vocabulary() -> Mapping[str, Any]:
    """The whole of `vocabulary.yml` as parsed."""
    return bundled().vocabulary


def words(name: str) -> tuple[str, ...]:
    """The closed words of one list. Raises ValueError naming the nearest."""
    lists = vocabulary()["words"]
    if name not in lists:
        raise ValueError(f"no list {name!r} in vocabulary.yml.{hint_at(nearest(name, lists))}")
    return tuple(lists[name])


def empty(name: str) -> pl.DataFrame:
    """A table without rows, all columns typed."""
    return table(name).empty.clone()


def frame(name: str, rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Rows as a typed frame with every column of the table.

    An absent nullable column is null (not known). `run_id` may be absent: the writer fills it. Raises ValueError
    naming table, column and row (the first is 1) for an absent value that may not be null, an unknown column, a
    value of another type, NaN, or a list that holds anything but text. Cost O(rows x columns).

    >>> frame("identifier", [{"party_id": "huawei", "scheme": "name", "value": "Huawei", "row_id": "i-1",
    ...     "file_id": "0" * 64, "locator": "a.csv row 2", "reading": "not stated"}]).height
    1
    """
    return rows_to_frame(table(name), list(rows))


def rows_to_frame(spec: Table, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """`frame` for a table that the caller holds, such as one of another dictionary."""
    if not rows:
        return spec.empty.clone()
    known = spec.schema
    for number, row in enumerate(rows, start=1):
        if not row.keys() <= known.keys():
            name = next(name for name in row if name not in known)
            raise ValueError(f"{spec.name} row {number}: no column {name!r}.{hint_at(nearest(name, known))}")
    for column in spec.columns:
        _check_values(spec, column, [row.get(column.name) for row in rows])
    # In one pass over the rows: several times as fast as a series a column, where rows are few or hold lists.
    return pl.from_dicts([dict(row) for row in rows], schema=known)


def _check_values(spec: Table, column: Column, values: list[object]) -> None:
    if (at := _first_unfit(column, values)) is not None:
        raise ValueError(_wrong(spec, column, number=at + 1, value=values[at]))
    if column.fields:
        for number, value in enumerate(values, start=1):
            _check_structs(f"{spec.name}.{column.name} row {number}", column.fields, value)


def _first_unfit(column: Column, values: list[Any]) -> int | None:
    """The place of the first value that the column cannot hold; the fields of structs are looked at apart."""
    allowed = _LISTS if column.fields else _PYTHON_TYPES[column.type]
    if column.nullable or column.name == "run_id":
        allowed = (*allowed, type(None))
    if set(map(type, values)) - set(allowed):
        return next(at for at, value in enumerate(values) if type(value) not in allowed)
    known = ((at, value) for at, value in enumerate(values) if value is not None)
    if column.type == "float":
        return next((at for at, value in known if not -float("inf") < value < float("inf")), None)
    if column.type == "list":
        return next((at for at, value in known if not all(type(item) is str for item in value)), None)
    return None


def _check_structs(place: str, fields: Sequence[Column], cell: object) -> None:
    """Raises ValueError for an entry of a cell that lacks a field, has one too many, or one of another type."""
    for entry in cell or ():  # type: ignore[attr-defined]
        known = {field.name for field in fields}
        if not isinstance(entry, Mapping) or entry.keys() - known:
            raise ValueError(f"{place}: found {clip(repr(entry))}, expected the fields {', '.join(sorted(known))}.")
        for field in fields:
            value, allowed = entry.get(field.name), _LISTS if field.fields else _PYTHON_TYPES[field.type]
            fits = field.nullable if value is None else type(value) in allowed
            if fits and field.type == "list":
                fits = all(type(item) is str for item in value or ())
            if not fits:
                found = "nothing" if value is None else clip(repr(value))
                raise ValueError(f"{place}, {field.name}: found {found}, expected a value of type {field.type}.")
            if field.fields:
                _check_structs(f"{place}, {field.name}", field.fields, value)


def _wrong(spec: Table, column: Column, *, number: int, value: object) -> str:
    found = "nothing" if value is None else clip(repr(value))
    expected = {"list": "a list of text", "float": "a finite number"}.get(column.type, f"a value of type {column.type}")
    return f"{spec.name}.{column.name} row {number}: found {found}, expected {expected}."


def conform(spec: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """A frame made elsewhere, brought to the table's columns and types without losing anything.

    Raises ValueError as `frame` does. Cost O(rows x columns), vectorised.
    """
    for name in rows.columns:
        if name not in spec.schema:
            raise ValueError(f"{spec.name}: no column {name!r}.{hint_at(nearest(name, spec.schema))}")
    return pl.DataFrame([_conform_series(spec, column, rows) for column in spec.columns])


def _conform_series(spec: Table, column: Column, rows: pl.DataFrame) -> pl.Series:
    series = (
        rows[column.name]
        if column.name in rows.columns
        else pl.Series(column.name, [None] * rows.height, dtype=column.dtype)
    )
    if series.dtype != column.dtype:
        hollow = series.dtype == pl.Null or series.dtype == pl.List(pl.Null)
        if not hollow and series.dtype.base_type() not in _CASTS.get(column.type, ()):
            raise ValueError(
                f"{spec.name}.{column.name}: found a column of type {series.dtype}, expected {column.type}."
            )
        series = series.cast(column.dtype)
    if series.null_count() and not (column.nullable or column.name == "run_id"):
        raise ValueError(_wrong(spec, column, number=int(series.is_null().arg_max() or 0) + 1, value=None))
    # One sum tells whether every number is finite; only where it is not, each is looked at.
    if column.type == "float" and not isfinite(series.sum()):
        odd = ~series.is_finite().fill_null(True)
        if odd.any():
            at = int(odd.arg_max() or 0)
            raise ValueError(_wrong(spec, column, number=at + 1, value=series[at]))
    is_list = column.type == "list" or bool(column.fields)
    if is_list and series.explode(empty_as_null=False, keep_nulls=False).null_count():
        odd = (series.list.drop_nulls().list.len() != series.list.len()).fill_null(False)
        at = int(odd.arg_max() or 0)
        raise ValueError(_wrong(spec, column, number=at + 1, value=series[at].to_list()))
    return series
