"""One sheet of an Excel workbook read as a table. Rows are numbered as the sheet shows them; its first row with a
cell is the header.

A formula counts as its stored value, a date as its day, a cell merged down a column holds for each of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenet.core.errors import Fault, FaultList, InputFault, clip, nearest
from provenet.ingest.opening import Upload
from provenet.ingest.tabular import sheets
from provenet.ingest.tabular.old_workbook import SIGN, OldWorkbook
from provenet.ingest.tabular.workbook import Cell, Grid, Odd, SheetPart, Workbook, WorkbookFault

_BLANK_SHOWN = 200


def open_excel(upload: Upload, sheet: str = "", *, header_row: int = 0) -> Excel:
    """Opens one sheet as a stream of batches. Raises InputFault where it cannot be told which, or none can be read.

    `sheet` is the one a mapping names; without it the workbook must have one sheet with cells. `header_row` is the row
    of the header; 0 is the first with a cell. Errors, formulas that were never calculated and cells merged across
    columns are faults, where their column is not ignored. The sheet is unpacked twice: cells merged down are listed at
    its end. Cost O(cells) in time, O(a batch + shared texts) in memory.
    """
    try:
        workbook = OldWorkbook(upload.raw()) if upload.head(4) == SIGN[:4] else Workbook(upload.raw())
        chosen = _choose(upload.name, workbook, sheet)
        workbook.load()
        table = Excel(upload.name, workbook, chosen)
        table.look(header_row)
    except WorkbookFault as err:
        raise InputFault([err.fault(upload.name)]) from err
    if not table.header:
        raise InputFault([Fault(table.where, "the sheet is empty", found="no cell", expected="a header row")])
    table.header_faults().refuse()
    return table


def _choose(name: str, workbook: Workbook, sheet: str) -> SheetPart:
    names = [part.name for part in workbook.sheets]
    if sheet and sheet in names:
        return workbook.sheets[names.index(sheet)]
    if sheet:
        text = "the workbook has no such sheet"
        expected = "one of " + clip(", ".join(names), 200)
        raise InputFault([Fault(name, text, found=sheet, expected=expected, nearest=nearest(sheet, names))])
    filled = workbook.sheets
    if len(filled) > 1:
        filled = [part for part in filled if next(workbook.rows(part, Grid()), None) is not None]
    if len(filled) > 1:
        listed = ", ".join(part.name for part in filled)
        way_out = f'Name one in a mapping beside the file: sheet = "{clip(filled[0].name)}".'
        text = "the workbook has several sheets with cells"
        raise InputFault([Fault(name, text, found=clip(listed, 200), expected="one sheet", way_out=way_out)])
    return filled[0] if filled else workbook.sheets[0]


class Excel(sheets.Sheet):
    """One sheet of a workbook."""

    def __init__(self, name: str, workbook: Workbook, sheet: SheetPart) -> None:
        super().__init__(f"{name} sheet {sheet.name}")
        self._workbook, self._sheet = workbook, sheet
        self._left = 0
        self._head: dict[int, Cell] = {}
        self._filled: dict[int, dict[int, int]] = {}
        self._across: list[tuple[int, int, int, int]] = []
        self._merged: list[tuple[int, int, int, int]] = []

    def look(self, header_row: int = 0) -> None:
        """Finds the header, the cells merged and the number of rows. Raises WorkbookFault."""
        rows = self._workbook.rows(self._sheet, Grid())
        self.header_row, self._head = next((one for one in rows if one[0] >= header_row), (0, {}))
        if self._head:
            self._left, right = min(self._head), max(self._head)
            texts = (self._head.get(at, "") for at in range(self._left, right + 1))
            self.header = tuple(cell if isinstance(cell, str) else "" for cell in texts)
        grid = self._workbook.outline(self._sheet)
        self._merged = grid.merged
        self.progress.total = max(0, grid.row_count - 1)
        for top, left, bottom, right in grid.merged:
            if left != right:
                self._across.append((top, left, bottom, right))
            elif bottom > top:
                self._filled.setdefault(left, {})[top] = bottom

    def header_faults(self) -> FaultList:
        """Faults of the header row, and of cells merged across columns of the table."""
        faults, right = FaultList(), self._left + len(self.header) - 1
        sheets.header_faults_of(self.where, self.header, faults, row=self.header_row)
        for top, left, bottom, last in self._across:
            if bottom >= self.header_row and left <= right and last >= self._left:
                found = f"{_letters(left)}{top}:{_letters(last)}{bottom}"
                way_out = "Unmerge them, and write the value in each cell it holds for."
                faults.add(Fault(self.where, "cells are merged across columns", top, found=found, way_out=way_out))
        return faults

    def batches(self, faults: FaultList) -> Iterator[sheets.Batch]:
        """The rows below the header, in order."""
        rows: list[int] = []
        read: list[list[str | None]] = []
        length = 0
        expected = self.header_row + 1
        above: dict[int, tuple[int, Cell]] = {}
        grid = Grid()
        try:
            for row, cells in self._workbook.rows(self._sheet, grid):
                self._fill(row, cells, above)
                if row <= self.header_row:
                    continue
                for blank in range(expected, min(row, expected + _BLANK_SHOWN)):
                    faults.add(Fault(self.where, "the record is empty", blank, expected=f"{len(self.header)} cells"))
                faults.count += max(0, row - expected - _BLANK_SHOWN)
                expected = row + 1
                rows.append(row)
                read.append(self._record(row, cells, faults))
                length += self._length(row, read[-1])
                if len(rows) == sheets.BATCH_ROWS or length > sheets.BATCH_BYTES:
                    yield self._batch(rows, read, faults)
                    rows, read, length = [], [], 0
            if grid.merged != self._merged:
                raise WorkbookFault("merged cells are written in a way that is not read", way_out="Unmerge them.")
        except WorkbookFault as err:
            faults.add(err.fault(self.where))
            return
        if rows:
            yield self._batch(rows, read, faults)

    def _length(self, row: int, cells: list[str | None]) -> int:
        """How long a row is: a text that many cells share is as long in each."""
        length = sum(len(cell) + 8 for cell in cells if cell is not None)
        if length > sheets.ROW_CAP:
            raise WorkbookFault(
                "a row is too long to be a record", f"row {row:,}", f"at most {sheets.ROW_CAP:,} characters"
            )
        return length

    def _fill(self, row: int, cells: dict[int, Cell], above: dict[int, tuple[int, Cell]]) -> None:
        """A cell merged down holds for each row that has any cell of its own."""
        for column, ranges in self._filled.items():
            if column in cells:
                above[column] = (row, cells[column])
            elif column in above and row <= ranges.get(above[column][0], 0):
                cells[column] = above[column][1]

    def _record(self, row: int, cells: dict[int, Cell], faults: FaultList) -> list[str | None]:
        made: list[str | None] = []
        for at, column in enumerate(self.header, start=self._left):
            cell = cells.pop(at, "")
            if isinstance(cell, Odd):
                if column not in self.ignored:
                    faults.add(Fault(self.where, cell.says, row, column=column, found=cell.found, way_out=cell.way_out))
                made.append("" if column in self.ignored else None)
            else:
                made.append(cell)
        for at in sorted(cells):
            text = "a cell stands beside the columns of the header"
            way_out = "Give its column a name in the header, or empty the cell."
            faults.add(Fault(self.where, text, row, found=f"{_letters(at)}{row}", way_out=way_out))
        return made

    def _batch(self, rows: list[int], read: list[list[str | None]], faults: FaultList) -> sheets.Batch:
        self.progress.done = min(self.progress.done + len(rows), self.progress.total)
        return self.batch(rows, dict(zip(self.header, zip(*read, strict=True), strict=True)), faults)


def _letters(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
