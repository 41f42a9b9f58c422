"""Parquet read as a table of text cells, slice by slice, however large its row groups. Rows are counted from 1."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from pathlib import Path

import polars as pl

from provenet.case.parquet_files import BROKEN, reason
from provenet.core.errors import Fault, FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.tabular.mapping import Layout
from provenet.ingest.tabular.parquet_pages import NoPages, unpacked_bytes
from provenet.ingest.tabular.sheets import (
    BATCH_BYTES,
    BATCH_ROWS,
    ROW_CAP,
    Batch,
    Joining,
    Progress,
    header_faults_of,
    without_controls,
)

MOST_RECORDS = 50_000_000
"""The most records of one file: a column of one value takes a few bytes, however many records it has."""
UNPACKED_CAP_BYTES = 8 * 2**30
"""The most that the pages of a file may unpack to."""
UNPACKED_TIMES = 100
"""How many times its size a file may unpack to, once past `ANY_RATIO_BYTES`: pages pack two to ten fold."""
ANY_RATIO_BYTES = 256 * 2**20
"""Up to here pages may be packed as well as they can be."""
_WHOLE = 2.0**53
_SLICE_ROWS = 4 * BATCH_ROWS
"""Rows decoded at once: a row group may hold millions."""
_SLICE_BYTES = 256 * 2**20
"""About how many bytes are decoded at once, where records are long."""
_PLAIN = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Categorical, pl.Enum, pl.Null, pl.Decimal)


def open_parquet(upload: Upload, faults: FaultList) -> Parquet | None:
    """Opens a Parquet file as a stream of batches; None, with faults, where it cannot be read as a table of cells.

    Numbers become their shortest decimal text, whole numbers without a point; days and instants at midnight become
    days; lists of texts are one cell, joined by the separator of the column. Other nested columns, times, durations
    and bytes are faults. Cost O(cells) in time and O(a slice) in memory.
    """
    try:
        frame = pl.scan_parquet(_place(upload), hive_partitioning=False, glob=False)
        schema = frame.collect_schema()
        height = int(frame.select(pl.len()).collect().item())
    except BROKEN as err:
        faults.add(_broken(upload.name, err))
        return None
    if not len(schema):
        faults.add(Fault(upload.name, "the file is empty", found="no columns", expected="named columns"))
        return None
    for name, dtype in schema.items():
        if not _readable(dtype):
            text = "the column is no column of cells"
            way_out = "Write its parts as columns of their own, or as text."
            expected = "texts, numbers, booleans, days or lists of texts"
            faults.add(Fault(upload.name, text, 0, column=name, found=str(dtype), expected=expected, way_out=way_out))
    stripped = tuple(name.strip() for name in schema)
    if header_faults_of(upload.name, stripped, faults, row=0) or faults.count:
        return None
    slice_rows = _slice_rows(upload, height, faults)
    if slice_rows is None:
        return None
    return Parquet(upload, frame, dict(zip(stripped, schema.items(), strict=True)), height=height, at_once=slice_rows)


def _slice_rows(upload: Upload, height: int, faults: FaultList) -> int | None:
    """How many rows are decoded at once, by what their pages unpack to; None, with a fault, where it is too much."""
    text, way_out = "the file unpacks to more than is read", "Split it into several files."
    if height > MOST_RECORDS:
        found, expected = f"{height:,} records", f"at most {MOST_RECORDS:,}"
        faults.add(Fault(upload.name, text, found=found, expected=expected, way_out=way_out))
        return None
    try:
        with upload.raw() as stream:
            size = unpacked_bytes(stream)
    except (NoPages, OSError) as err:
        faults.add(_broken(upload.name, err))
        return None
    if size > min(UNPACKED_CAP_BYTES, max(ANY_RATIO_BYTES, UNPACKED_TIMES * upload.size_bytes)):
        most = f"at most {UNPACKED_CAP_BYTES // 2**30} GiB, and past {ANY_RATIO_BYTES // 2**20} MiB at most"
        expected = f"{most} {UNPACKED_TIMES} times its size"
        faults.add(Fault(upload.name, text, found=f"{size:,} bytes", expected=expected, way_out=way_out))
        return None
    return max(1, min(_SLICE_ROWS, height * _SLICE_BYTES // max(1, size)))


class Parquet:
    """One Parquet file."""

    counts = "records read"
    header_row = 1

    def __init__(
        self,
        upload: Upload,
        frame: pl.LazyFrame,
        columns: dict[str, tuple[str, pl.DataType]],
        *,
        height: int,
        at_once: int,
    ) -> None:
        self.where = upload.name
        self.header = tuple(columns)
        self.joining = Joining()
        self.progress = Progress(0, height)
        self._frame, self._columns, self._at_once = frame, columns, at_once

    def take_layout(self, layout: Layout) -> None:
        """By which mark the items of a list are joined."""
        self.joining = Joining.of(layout)

    def batches(self, faults: FaultList) -> Iterator[Batch]:
        """The rows in order, as text."""
        row = 1
        try:
            while (part := self._frame.slice(row - 1, self._at_once).collect(engine="streaming")).height:
                for some in self._of_bounded_length(row, part, faults):
                    rows = pl.Series("row", range(row, row + some.height), dtype=pl.Int64)
                    row += some.height
                    cells = [self._text(name, some, rows, faults=faults) for name in self.header]
                    self.progress.done = row - 1
                    yield Batch(rows, pl.DataFrame(cells))
        except BROKEN as err:
            faults.add(_broken(self.where, err))
        except _TooLong:
            return

    def _of_bounded_length(self, first: int, part: pl.DataFrame, faults: FaultList) -> Iterator[pl.DataFrame]:
        """Slices of a batch's rows and bytes; a text that many cells share is as long in each. Ends at a fault."""
        lengths = part.select(pl.sum_horizontal(_length_of(stored, dtype) for stored, dtype in self._columns.values()))
        length, start = lengths.to_series(), 0
        too_long = (length > ROW_CAP).arg_true()
        whole = int(too_long[0]) if too_long.len() else part.height
        sums = length.head(whole).cum_sum()
        while start < whole:
            before = int(sums[start - 1]) if start else 0
            within = int(sums.search_sorted(before + BATCH_BYTES, "right")) - start
            count = min(BATCH_ROWS, whole - start, max(1, within))
            yield part.slice(start, count)
            start += count
        if whole < part.height:
            text, expected = "a row is too long to be a record", f"at most {ROW_CAP:,} bytes"
            faults.add(Fault(self.where, text, first + whole, found=f"{length[whole]:,} bytes", expected=expected))
            raise _TooLong

    def _text(self, name: str, part: pl.DataFrame, rows: pl.Series, *, faults: FaultList) -> pl.Series:
        stored, dtype = self._columns[name]
        cells = _as_text(part[stored], dtype, self.joining.mark(name)).alias(name)
        if dtype.base_type() in {pl.String, pl.Categorical, pl.Enum, pl.List}:
            cells = without_controls(self.where, cells.str.strip_chars(), rows, faults=faults)
        if isinstance(dtype, pl.List):
            held = part[stored].list.eval(pl.element().str.contains(self.joining.mark(name), literal=True)).list.any()
            for row in rows.filter(held.fill_null(False)).to_list():
                text = f"an item of the list holds the mark {self.joining.mark(name)!r}, which joins the items"
                way_out = "Declare another separator for the column in a mapping beside the file."
                faults.add(Fault(self.where, text, row, column=name, way_out=way_out))
        return cells


class _TooLong(Exception):
    """A row passes the cap, and is told as a fault."""


def _length_of(name: str, dtype: pl.DataType) -> pl.Expr:
    """How many bytes the text of a cell takes; a cell without text counts eight."""
    cell = pl.col(name)
    if isinstance(dtype, pl.List):
        return cell.list.eval(pl.element().cast(pl.String).str.len_bytes() + 1).list.sum().fill_null(0).cast(pl.Int64)
    if dtype.base_type() in {pl.String, pl.Categorical, pl.Enum}:
        return cell.cast(pl.String).str.len_bytes().fill_null(0).cast(pl.Int64) + 8
    return pl.lit(8, dtype=pl.Int64)


def _as_text(series: pl.Series, dtype: pl.DataType, mark: str) -> pl.Series:
    """A column as text; null is an empty cell."""
    if dtype.is_float():
        whole = series.is_finite() & (series == series.floor()) & (series.abs() < _WHOLE)
        text = series.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
        if not whole.all():
            text = text.fill_null(pl.Series([_decimal(value) for value in series.to_list()], dtype=pl.String))
    elif dtype.base_type() == pl.Datetime:
        day = (series.dt.truncate("1d") == series).fill_null(False)
        instants = series.dt.to_string("iso")
        text = series.dt.date().dt.to_string("iso").set(~day, None).fill_null(instants)
        if getattr(dtype, "time_zone", None):
            text = instants
    elif dtype.base_type() == pl.Date:
        text = series.dt.to_string("iso")
    elif dtype.base_type() == pl.List:
        text = series.cast(pl.List(pl.String)).list.join(mark)
    else:
        text = series.cast(pl.String)
    return text.fill_null("")


def _decimal(value: float | None) -> str | None:
    """The shortest decimal text of a number, without an exponent."""
    if value is None or not isfinite(value):
        return None if value is None else str(value)
    return format(Decimal(repr(value)), "f")


def _readable(dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.List):
        return dtype.inner in (pl.String, pl.Categorical, pl.Null)
    return dtype.is_numeric() or dtype.base_type() in _PLAIN


def _place(upload: Upload) -> Path | io.BytesIO:
    return io.BytesIO(upload.place) if isinstance(upload.place, bytes) else upload.place


def _broken(name: str, err: BaseException) -> Fault:
    return Fault(name, "the file is no whole Parquet file", found=reason(err), way_out="Write the file again.")
