"""What every reader of tables gives: a header, and records in batches of text cells, whatever the format was.

A batch is a frame of text: an empty text is an empty cell, null is a cell that could not be read and is a fault
already. What a cell means is decided elsewhere: by the layout with which `lay_out` opens a file, declared by its
mapping or built in. Which records a mapping takes (`[where]`) is told by the words of a column: a record that a filter
leaves out is counted, never dropped without a word. An empty cell is neither one of the words nor none of them: what
becomes of such records the mapping says, or they are faults.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from provenet.core.errors import Fault, FaultList, InputFault, row_count_of
from provenet.core.ids import fold
from provenet.ingest.mapping_beside import place_beside, toml_text
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Cells, CellTable, Head, Source, first_of
from provenet.ingest.tabular.layouts import CLOSE_ENOUGH, closest, header_faults, recognise, unknown_header
from provenet.ingest.tabular.mapping import Layout, RowFilter, parse_mapping

BATCH_ROWS = 65_536
"""The most records in one batch."""
BATCH_BYTES = 64 * 2**20
"""About how many bytes of a file one batch covers, where records are long."""
ROW_CAP = 2 * 2**20
"""The most characters or bytes of one record, in whatever format."""
CELL_CAP = 2**18
"""The most characters of one cell of a workbook, bytes of one cell of Parquet; delimited text allows half of that."""
MOST_COLUMNS = 4_096
"""The most columns of a table; a wider one is a fault of its delimiter or its shape."""


@dataclass
class Batch:
    """Records of one table: their numbers, and their cells by column. Null is a cell that could not be read."""

    rows: pl.Series
    cells: pl.DataFrame


@dataclass
class Progress:
    """How far a reader is: bytes of the file as it lies, or records where bytes cannot be told."""

    done: int = 0
    total: int = 0


class Sheet(Protocol):
    """One table of a file. Batches may be asked for again: the file is read anew."""

    where: str
    header: tuple[str, ...]
    counts: str
    progress: Progress

    @property
    def header_row(self) -> int:
        """The row of the header."""
        ...

    def take_layout(self, layout: Layout) -> None:
        """Takes from the layout what matters to reading: by which mark lists are joined, which columns are ignored."""
        ...

    def batches(self, faults: FaultList) -> Iterator[Batch]:
        """The records in order; what is wrong goes to `faults`."""
        ...


@dataclass
class Joining:
    """By which mark the items of a list are joined in the one text of a cell, by column."""

    marks: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(layout: Layout) -> Joining:
        """The marks that a layout declares."""
        return Joining({f.column: str(f.options["separator"]) for f in layout.fields if f.options.get("separator")})

    def mark(self, column: str) -> str:
        """The separator of a column: what its mapping declares, else a bar."""
        return self.marks.get(column, "|")


def header_faults_of(name: str, header: Sequence[str], faults: FaultList, *, row: int = 1) -> bool:
    """Adds a fault for each column without a name or with the name of another. True where there is one."""
    if len(header) > MOST_COLUMNS:
        faults.add(
            Fault(
                name,
                "the header has more columns than a table may have",
                row,
                found=f"{len(header):,} columns",
                expected=f"at most {MOST_COLUMNS:,}",
                way_out="Check the delimiter, or leave out the columns that no table needs.",
            )
        )
        return True
    seen: dict[str, int] = {}
    before = faults.count
    for number, column in enumerate(header, start=1):
        if not column:
            faults.add(Fault(name, f"column {number} has no name", row, expected="a name for each column"))
        elif column in seen:
            text = f"the column stands twice, as columns {seen[column]} and {number}"
            faults.add(Fault(name, text, row, column=column, way_out="Rename or remove one of them."))
        seen.setdefault(column, number)
    return faults.count > before


def settle(here: FaultList, header: Sequence[str], faults: FaultList) -> None:
    """Moves the faults of one batch to those of the file, in order of record and column."""
    place = {column: at for at, column in enumerate(header)}
    ordered = sorted(here.faults, key=lambda fault: (fault.row or 0, place.get(fault.column or "", -1)))
    faults.extend(ordered)
    faults.count += here.count - row_count_of(ordered)
    here.clear()


def records_of(table: Sheet, faults: FaultList) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The records of a table one by one: the number of each, and its cells by column. Cost O(a batch) in memory."""
    here = FaultList()
    for batch in table.batches(here):
        settle(here, table.header, faults)
        for row, cells in zip(batch.rows.to_list(), batch.cells.iter_rows(), strict=True):
            yield row, dict(zip(table.header, cells, strict=True))
    settle(here, table.header, faults)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def without_controls(where: str, cells: pl.Series, rows: pl.Series, *, faults: FaultList) -> pl.Series:
    """The column with null for a cell that holds a control character, each told as a fault."""
    bad = cells.str.contains(_CONTROLS).fill_null(False)
    if not bad.any():
        return cells
    for row, text in zip(rows.filter(bad).to_list(), cells.filter(bad).to_list(), strict=True):
        hit = _CONTROL.search(text)
        sentence = "a control character stands in the cell"
        found = None if hit is None else f"character 0x{ord(hit[0]):02X}"
        faults.add(Fault(where, sentence, row, column=cells.name, found=found, expected="text"))
    return cells.set(bad, None)


class RowFilters:
    """The filters of one mapping at work on one file. `left_out` counts, by filter, the records it leaves out."""

    def __init__(self, where: str, filters: Iterable[RowFilter]) -> None:
        self.where, self.filters = where, tuple(filters)
        self.left_out: Counter[RowFilter] = Counter()
        self._met: dict[RowFilter, set[str]] = {one: set() for one in self.filters}
        self._taken_count = self._count = 0

    def keep(self, batch: Batch, faults: FaultList) -> Batch:
        """The records of a batch that every filter takes. Empty cells that no word covers are faults."""
        if not self.filters:
            return batch
        kept = pl.Series("kept", [True] * batch.rows.len(), dtype=pl.Boolean)
        for one in self.filters:
            if one.column not in batch.cells.columns:
                continue  # a fault of the header already
            kept &= self._taken(one, batch, kept, faults=faults)
        self._count += batch.rows.len()
        self._taken_count += int(kept.sum())
        return Batch(batch.rows.filter(kept), batch.cells.filter(kept))

    def _taken(self, one: RowFilter, batch: Batch, kept: pl.Series, *, faults: FaultList) -> pl.Series:
        """Which records one filter takes, of those that the filters before it took."""
        words, cells = {fold(word) for word in one.words}, batch.cells[one.column].fill_null("")
        folded = {cell: fold(cell) for cell in cells.unique().to_list()}
        self._met[one] |= set(folded.values()) & words
        hit = cells.is_in([cell for cell, word in folded.items() if word in words])
        taken = hit if one.takes else ~hit
        if "" not in words:
            for row in batch.rows.filter((cells == "") & kept).to_list():
                way_out = f'Fill the cell, or write "" among the words of where.{one.column}.'
                faults.add(
                    Fault(
                        self.where,
                        "the mapping chooses records by this cell, and it is empty",
                        row,
                        column=one.column,
                        expected="a word",
                        way_out=way_out,
                    )
                )
        self.left_out[one] += int((kept & ~taken).sum())
        return taken

    def close(self, faults: FaultList) -> None:
        """At the end of the file: a word that stands in no record, and a filter that takes none, are faults."""
        for one in self.filters:
            for word in one.words:
                if fold(word) not in self._met[one] and self._count:
                    faults.add(
                        Fault(
                            self.where,
                            "no record has this word, by which the mapping chooses records",
                            column=one.column,
                            found=word or "an empty cell",
                            way_out="Take the word out of the mapping, or spell it as the file does.",
                        )
                    )
        if self._count and not self._taken_count and not faults.count:
            faults.add(Fault(self.where, "the mapping takes no record of the file", found=f"{self._count:,} records"))

    def ignored(self) -> tuple[str, ...]:
        """What was left out, with its count."""
        return tuple(f"{one.text()} ({count:,})" for one, count in self.left_out.items() if count)


_SIGNS = (
    (b"PK\x03\x04", "a zip, such as an Excel workbook", ".xlsx"),
    (b"\xd0\xcf\x11\xe0", "an older or an encrypted Office file", ".xls"),
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"\x1f\x8b", "a gzip file", ".gz"),
    *((b"BZh%d1AY&SY" % level, "a bzip2 file", ".bz2") for level in range(1, 10)),
    (b"\xfd7zXZ\x00", "an xz file", ".xz"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", ".zst"),
    (b"%PDF", "a PDF", ".pdf"),
    (b"SQLite format 3\x00", "an SQLite database", ".sqlite"),
)
"""First bytes of files that are no text, what they are, and the suffix they go by."""
_OTHERS = {".xlsb": "a binary workbook", ".ods": "an OpenDocument sheet"}
"""Suffixes of workbooks that are not read, in words."""
_READ = "CSV, TSV, JSON, JSON lines (.jsonl), Parquet, or an Excel workbook (.xlsx, .xls)"


def lay_out(source: Source) -> CellTable:
    """Opens a table of cells with its layout. Raises InputFault where no record can be read."""
    upload, faults = source.upload, source.faults
    declared = None if source.mapping is None else _declared(upload.plain_name, source.mapping)
    sheet = open_table(upload, declared, faults)
    layout = None if sheet is None else _layout(upload.plain_name, sheet, declared, faults=faults)
    if sheet is None or layout is None or (faults.count and len(sheet.header) == 0):
        raise InputFault(faults.faults, faults.count)
    return CellTable(sheet, layout)


def open_table(upload: Upload, declared: Layout | None, faults: FaultList) -> Sheet | None:
    """Opens a file as a table by its suffix. Adds what is wrong; None where no record can be read.

    A suffix nobody knows is read as delimited text. Raises InputFault where a packing is broken. Cost O(the header),
    and for a workbook O(its cells).
    """
    cells = cells_of(upload)
    return None if _wrong_kind(upload, cells, declared, faults=faults) else cells.sheet(upload, declared, faults)


def cells_of(upload: Upload) -> Cells:
    """How a file opens as a table of cells, by its suffix."""
    found = first_of(Head(upload), "cells")
    assert found is not None and found.cells is not None
    return found.cells


def header_at(upload: Upload) -> tuple[str, ...] | None:
    """The column names of a file that is read without a mapping; None where there are none to be read."""
    sheet = open_table(upload, None, FaultList())
    return None if sheet is None else sheet.header


def _wrong_kind(upload: Upload, cells: Cells, declared: Layout | None, *, faults: FaultList) -> bool:
    """A fault where the bytes are not of the kind that the name says, or of a kind that is not read."""
    before, suffix = faults.count, upload.suffix
    beside = place_beside(upload.plain_name)
    if suffix in _OTHERS:
        text = f"{_OTHERS[suffix]} is not read"
        faults.add(Fault(upload.name, text, found=suffix, expected=_READ, way_out="Save it as .xlsx or .csv."))
    elif suffix == ".xml":
        text, way_out = "XML is read as a CycloneDX bill of materials alone", "Save the table as CSV."
        faults.add(Fault(upload.name, text, expected=_READ, way_out=way_out))
    elif cells.sign and upload.is_packed:
        way_out = "Unpack it; such a file is packed already."
        faults.add(Fault(upload.name, "only text is read packed", found=suffix, expected=_READ, way_out=way_out))
    elif declared is not None and declared.header_row and not cells.is_delimited and not cells.has_sheets:
        text, found = "only text and workbooks have rows above a header", str(declared.header_row)
        faults.add(Fault(beside, text, column="header_row", found=found, expected="no header_row"))
    elif declared is not None and declared.records and suffix != ".json":
        text = "only a JSON document has a place of its records"
        faults.add(Fault(beside, text, column="records", found=declared.records, expected="a file named .json"))
    elif declared is not None and declared.sheet and not cells.has_sheets:
        faults.add(
            Fault(
                beside,
                "only a workbook has sheets",
                0,
                column="sheet",
                found=declared.sheet,
                expected="a file named .xlsx",
            )
        )
    else:
        _check_sign(upload, cells, faults)
    return faults.count > before


def _check_sign(upload: Upload, cells: Cells, faults: FaultList) -> None:
    try:
        head = upload.head(16)
    except InputFault as err:
        faults.extend(err.faults)
        return
    if cells.sign and head.startswith(cells.sign):
        return
    fault = packed_under_another_name(upload.name, head)
    if fault is not None:
        faults.add(fault)
    elif cells.sign:
        one = "an Excel workbook" if cells.has_sheets else "a Parquet file"
        kind = one.partition(" ")[2]
        began = f"{upload.size_bytes} bytes" if len(head) < 4 else head[:8].decode("latin-1")
        faults.add(Fault(upload.name, f"the file is no {kind}", found=began, expected=one))


def packed_under_another_name(name: str, head: bytes) -> Fault | None:
    """The fault of a file whose first bytes are those of something that is no text; None where they are not."""
    found = next(((kind, other) for sign, kind, other in _SIGNS if head.startswith(sign)), None)
    if found is None:
        return None
    kind, other = found
    way_out = "Save the table as .xlsx or CSV."
    if other not in {".pdf", ".sqlite", ".xls"}:
        way_out = f"Name it {other} if that is what it is, or save it as CSV."
    return Fault(name, f"the file is {kind}", expected=_READ, way_out=way_out)


def _declared(name: str, mapping: bytes) -> Layout:
    place = place_beside(name)
    return parse_mapping(place, toml_text(place, mapping))


def _layout(name: str, sheet: Sheet, declared: Layout | None, *, faults: FaultList) -> Layout | None:
    """The layout of a sheet; header faults are added, and None stops the reading."""
    layout = declared or recognise(sheet.header)
    if layout is None:
        layout, likeness = closest(sheet.header)
        if likeness < CLOSE_ENOUGH:
            faults.add(unknown_header(sheet.where, name, sheet.header, layout=layout, row=sheet.header_row))
            return None
    faults.extend(header_faults(sheet.where, sheet.header, layout, row=sheet.header_row))
    return layout
