"""What every reader of tables gives: a header, and records in batches of text cells, whatever the format was.

A batch is a frame of text: an empty text is an empty cell, null is a cell that could not be read and is a fault
already. What a cell means is decided elsewhere. Which records a mapping takes (`[where]`) is told by the words of a
column: a record that a filter leaves out is counted, never dropped without a word. An empty cell is neither one of the
words nor none of them: what becomes of such records the mapping says, or they are faults.
"""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from provenet.core.errors import Fault, FaultList, row_count_of
from provenet.core.ids import fold
from provenet.ingest.tabular.mapping import Layout, RowFilter

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


BAR = "|"
"""The mark that joins the items of a list in the one text of a cell where a mapping declares no other."""


class Sheet(ABC):
    """One table of a file. Batches may be asked for again: the file is read anew.

    `where` is what its faults call it, `counts` what its progress counts, `header_row` the row of the header.
    """

    counts = "records read"
    header_row = 1

    def __init__(self, where: str, header: Iterable[str] = (), *, total: int = 0) -> None:
        self.where, self.header, self.progress = where, tuple(header), Progress(total=total)
        self.joining: dict[str, str] = {}
        self.ignored: frozenset[str] = frozenset()

    def take_layout(self, layout: Layout) -> None:
        """Takes from the layout what matters to reading: by which mark lists are joined, which columns are ignored."""
        self.joining = {f.column: str(f.options["separator"]) for f in layout.fields if f.options.get("separator")}
        self.ignored = layout.ignored

    @abstractmethod
    def batches(self, faults: FaultList) -> Iterator[Batch]:
        """The records in order; what is wrong goes to `faults`."""

    def batch(self, rows: Sequence[int], columns: Mapping[str, Sequence[str | None]], faults: FaultList) -> Batch:
        """Records as a batch, by column; a cell with a control character is a fault."""
        numbers = pl.Series("row", rows, dtype=pl.Int64)
        made = [
            without_controls(self.where, pl.Series(name, cells, dtype=pl.String, strict=False), numbers, faults=faults)
            for name, cells in columns.items()
        ]
        return Batch(numbers, pl.DataFrame(made))


def header_faults_of(name: str, header: Sequence[str], faults: FaultList, *, row: int = 1) -> bool:
    """Adds a fault for each column without a name or with the name of another. True where there is one."""
    if len(header) > MOST_COLUMNS:
        text, found = "the header has more columns than a table may have", f"{len(header):,} columns"
        way_out = "Check the delimiter, or leave out the columns that no table needs."
        faults.add(Fault(name, text, row, found=found, expected=f"at most {MOST_COLUMNS:,}", way_out=way_out))
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
                text = "the mapping chooses records by this cell, and it is empty"
                way_out = f'Fill the cell, or write "" among the words of where.{one.column}.'
                faults.add(Fault(self.where, text, row, column=one.column, expected="a word", way_out=way_out))
        self.left_out[one] += int((kept & ~taken).sum())
        return taken

    def close(self, faults: FaultList) -> None:
        """At the end of the file: a word that stands in no record, and a filter that takes none, are faults."""
        for one in self.filters:
            for word in one.words:
                if fold(word) not in self._met[one] and self._count:
                    text = "no record has this word, by which the mapping chooses records"
                    found, way_out = (
                        word or "an empty cell",
                        "Take the word out of the mapping, or spell it as the file does.",
                    )
                    faults.add(Fault(self.where, text, column=one.column, found=found, way_out=way_out))
        if self._count and not self._taken_count and not faults.count:
            faults.add(Fault(self.where, "the mapping takes no record of the file", found=f"{self._count:,} records"))

    def ignored(self) -> tuple[str, ...]:
        """What was left out, with its count."""
        return tuple(f"{one.text()} ({count:,})" for one, count in self.left_out.items() if count)
