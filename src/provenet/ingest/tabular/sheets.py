"""What every reader of tables gives: a header, and records in batches of text cells, whatever the format was.

A batch is a frame of text: an empty text is an empty cell, null is a cell that could not be read and is a fault
already. What a cell means is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from provenet.core.errors import Fault, FaultList, row_count_of
from provenet.ingest.tabular.mapping import Layout

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
