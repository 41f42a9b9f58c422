"""Parquet read as a table of text cells, slice by slice, however large its row groups. Rows are counted from 1.

How much a file unpacks to is added up first from the heads of its pages, without unpacking one. The footer and the head
of each page are Thrift in its compact form; sizes that a footer states are not believed, since a page is unpacked to
the size that its own head states. Source: the Parquet format, parquet.thrift.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from provenet.case.parquet_files import BROKEN, reason
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.tabular import sheets

FOOTER_CAP_BYTES = 64 * 2**20
"""The most that a footer may hold; thousands of row groups of many columns stay under."""
_HEAD_BYTES = 2**12
_LONGEST_HEAD_BYTES = 2**25
_DEEPEST = 12
_ROW_GROUPS, _COLUMNS, _META = 4, 1, 3
_COMPRESSED_SIZE, _DATA_AT, _DICTIONARY_AT = 7, 9, 11
_PAGE_UNPACKED, _PAGE_PACKED = 2, 3


class NoPages(ValueError):
    """The footer or the head of a page cannot be read."""


def unpacked_bytes(stream: BinaryIO) -> int:
    """What all pages of a file unpack to. Raises NoPages, OSError. Cost O(footer + pages)."""
    end = stream.seek(0, 2)
    total = walked = 0
    for group in _list(_footer(stream, end), _ROW_GROUPS):
        for column in _list(group, _COLUMNS):
            for length, unpacked in _pages(stream, _struct(column, _META)):
                walked, total = walked + length, total + unpacked
                if walked > end:
                    raise NoPages("pages stand in more than one column")
    return total


def _footer(stream: BinaryIO, end: int) -> Any:
    stream.seek(max(0, end - 8))
    tail = stream.read(8)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != b"PAR1" or size > min(end - 8, FOOTER_CAP_BYTES):
        raise NoPages("the footer is too large, or not where it should be")
    stream.seek(end - 8 - size)
    return _Thrift(stream.read(size)).struct()


def _pages(stream: BinaryIO, column: Any) -> Iterator[tuple[int, int]]:
    """How long each page of a column is in the file, and what it unpacks to."""
    at = min(_number(column, _DATA_AT), column.get(_DICTIONARY_AT) or _number(column, _DATA_AT))
    if not isinstance(at, int) or at < 0:
        raise NoPages("a place is missing")
    end = at + _number(column, _COMPRESSED_SIZE)
    while at < end:
        head, length = _page_head(stream, at)
        length += _number(head, _PAGE_PACKED)
        yield length, _number(head, _PAGE_UNPACKED)
        at += length


def _page_head(stream: BinaryIO, at: int) -> tuple[Any, int]:
    """The head of a page, and how long it is; statistics may make it long."""
    for size in (_HEAD_BYTES, _LONGEST_HEAD_BYTES):
        stream.seek(at)
        data = stream.read(size)
        try:
            read = _Thrift(data)
            return read.struct(), read.at
        except NoPages:
            if len(data) < size:
                raise
    raise NoPages("the head of a page is too long")


def _number(of: Any, key: int) -> int:
    value = of.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NoPages("a size is missing")
    return value


def _struct(of: Any, key: int) -> Any:
    value = of.get(key) if isinstance(of, dict) else None
    if not isinstance(value, dict):
        raise NoPages("a part is missing")
    return value


def _list(of: Any, key: int) -> list[Any]:
    value = of.get(key, []) if isinstance(of, dict) else None
    if not isinstance(value, list):
        raise NoPages("a list is missing")
    return value


class _Thrift:
    """Values of Thrift's compact form: a struct is a dict by the numbers of its fields."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The fields of the struct that begins here."""
        if depth > _DEEPEST:
            raise NoPages("nested too deep")
        made: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) & 15:
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            made[number] = self._value(head & 15, depth, inside=False)
        return made

    def _value(self, kind: int, depth: int, inside: bool) -> Any:
        if kind in {1, 2}:
            return self._byte() == 1 if inside else kind == 1
        if kind == 3:
            return self._byte()
        if kind in {4, 5, 6}:
            return self._zigzag()
        if kind in {7, 8}:
            return self._skip(8 if kind == 7 else self._varint())
        if kind in {9, 10}:
            return self._items(depth)
        if kind == 12:
            return self.struct(depth + 1)
        raise NoPages(f"no such type of value: {kind}")

    def _items(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        if count > len(self._data) - self.at:
            raise NoPages("a list is longer than the file")
        return [self._value(head & 15, depth + 1, inside=True) for _ in range(count)]

    def _skip(self, size: int) -> None:
        if size > len(self._data) - self.at:
            raise NoPages("it ends early")
        self.at += size

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise NoPages("it ends early")
        self.at += 1
        return self._data[self.at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise NoPages("a number is too long")
        return value | byte << shift

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 if not value & 1 else -(value >> 1) - 1


MOST_RECORDS = 50_000_000
"""The most records of one file: a column of one value takes a few bytes, however many records it has."""
UNPACKED_CAP_BYTES = 8 * 2**30
"""The most that the pages of a file may unpack to."""
UNPACKED_TIMES = 100
"""How many times its size a file may unpack to, once past `ANY_RATIO_BYTES`: pages pack two to ten fold."""
ANY_RATIO_BYTES = 256 * 2**20
"""Up to here pages may be packed as well as they can be."""
_WHOLE = 2.0**53
_SLICE_ROWS = 4 * sheets.BATCH_ROWS
"""Rows decoded at once: a row group may hold millions."""
_SLICE_BYTES = 256 * 2**20
"""About how many bytes are decoded at once, where records are long."""
_PLAIN = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Categorical, pl.Enum, pl.Null, pl.Decimal)


def open_parquet(upload: Upload) -> Parquet:
    """Opens a Parquet file as a stream of batches. Raises InputFault where it cannot be read as a table of cells.

    Numbers become their shortest decimal text, whole numbers without a point; days and instants at midnight become
    days; lists of texts are one cell, joined by the separator of the column. Other nested columns, times, durations
    and bytes are faults. Cost O(cells) in time and O(a slice) in memory.
    """
    try:
        frame = pl.scan_parquet(_place(upload), hive_partitioning=False, glob=False)
        schema = frame.collect_schema()
        height = int(frame.select(pl.len()).collect().item())
    except BROKEN as err:
        raise InputFault([_broken(upload.name, err)]) from err
    if not len(schema):
        raise InputFault([Fault(upload.name, "the file is empty", found="no columns", expected="named columns")])
    faults = FaultList()
    for name, dtype in schema.items():
        if not _readable(dtype):
            text = "the column is no column of cells"
            way_out = "Write its parts as columns of their own, or as text."
            expected = "texts, numbers, booleans, days or lists of texts"
            faults.add(Fault(upload.name, text, 0, column=name, found=str(dtype), expected=expected, way_out=way_out))
    stripped = tuple(name.strip() for name in schema)
    sheets.header_faults_of(upload.name, stripped, faults, row=0)
    faults.refuse()
    columns, slice_rows = dict(zip(stripped, schema.items(), strict=True)), _slice_rows(upload, height)
    return Parquet(upload.name, frame, columns, height=height, at_once=slice_rows)


def _slice_rows(upload: Upload, height: int) -> int:
    """How many rows are decoded at once, by what their pages unpack to. Raises InputFault where it is too much."""
    text, way_out = "the file unpacks to more than is read", "Split it into several files."
    if height > MOST_RECORDS:
        found, expected = f"{height:,} records", f"at most {MOST_RECORDS:,}"
        raise InputFault([Fault(upload.name, text, found=found, expected=expected, way_out=way_out)])
    try:
        with upload.raw() as stream:
            size = unpacked_bytes(stream)
    except (NoPages, OSError) as err:
        raise InputFault([_broken(upload.name, err)]) from err
    if size > min(UNPACKED_CAP_BYTES, max(ANY_RATIO_BYTES, UNPACKED_TIMES * upload.size_bytes)):
        most = f"at most {UNPACKED_CAP_BYTES // 2**30} GiB, and past {ANY_RATIO_BYTES // 2**20} MiB at most"
        expected = f"{most} {UNPACKED_TIMES} times its size"
        raise InputFault([Fault(upload.name, text, found=f"{size:,} bytes", expected=expected, way_out=way_out)])
    return max(1, min(_SLICE_ROWS, height * _SLICE_BYTES // max(1, size)))


class Parquet(sheets.Sheet):
    """One Parquet file."""

    def __init__(
        self, name: str, frame: pl.LazyFrame, columns: dict[str, tuple[str, pl.DataType]], *, height: int, at_once: int
    ) -> None:
        super().__init__(name, columns, total=height)
        self._frame, self._columns, self._at_once = frame, columns, at_once

    def batches(self, faults: FaultList) -> Iterator[sheets.Batch]:
        """The rows in order, as text."""
        row = 1
        try:
            while (part := self._frame.slice(row - 1, self._at_once).collect(engine="streaming")).height:
                for some in self._of_bounded_length(row, part, faults):
                    rows = pl.Series("row", range(row, row + some.height), dtype=pl.Int64)
                    row += some.height
                    cells = [self._text(name, some, rows, faults=faults) for name in self.header]
                    self.progress.done = row - 1
                    yield sheets.Batch(rows, pl.DataFrame(cells))
        except BROKEN as err:
            faults.add(_broken(self.where, err))
        except _TooLong:
            return

    def _of_bounded_length(self, first: int, part: pl.DataFrame, faults: FaultList) -> Iterator[pl.DataFrame]:
        """Slices of a batch's rows and bytes; a text that many cells share is as long in each. Ends at a fault."""
        lengths = part.select(pl.sum_horizontal(_length_of(stored, dtype) for stored, dtype in self._columns.values()))
        length, start = lengths.to_series(), 0
        too_long = (length > sheets.ROW_CAP).arg_true()
        whole = int(too_long[0]) if too_long.len() else part.height
        sums = length.head(whole).cum_sum()
        while start < whole:
            before = int(sums[start - 1]) if start else 0
            within = int(sums.search_sorted(before + sheets.BATCH_BYTES, "right")) - start
            count = min(sheets.BATCH_ROWS, whole - start, max(1, within))
            yield part.slice(start, count)
            start += count
        if whole < part.height:
            text, expected = "a row is too long to be a record", f"at most {sheets.ROW_CAP:,} bytes"
            faults.add(Fault(self.where, text, first + whole, found=f"{length[whole]:,} bytes", expected=expected))
            raise _TooLong

    def _text(self, name: str, part: pl.DataFrame, rows: pl.Series, *, faults: FaultList) -> pl.Series:
        stored, dtype = self._columns[name]
        mark = self.joining.get(name, sheets.BAR)
        cells = _as_text(part[stored], dtype, mark).alias(name)
        if dtype.base_type() in {pl.String, pl.Categorical, pl.Enum, pl.List}:
            cells = sheets.without_controls(self.where, cells.str.strip_chars(), rows, faults=faults)
        if isinstance(dtype, pl.List):
            held = part[stored].list.eval(pl.element().str.contains(mark, literal=True)).list.any()
            for row in rows.filter(held.fill_null(False)).to_list():
                text = f"an item of the list holds the mark {mark!r}, which joins the items"
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
