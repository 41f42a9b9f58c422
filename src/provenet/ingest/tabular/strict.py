"""Delimited text read strictly, as a stream: a header and numbered records in batches, every fault at its place.

The header is row 1, or the row that a mapping names; a record counts once however many lines it spans. A file that
begins with a remark (`# provenet: ...`) may hold others: records whose first cell begins with `#` are passed over, and
the first other one is the header. What a cell means is decided elsewhere.
Memory is bounded by a batch: a line, a cell or a header beyond its cap is a fault and ends the reading.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import BinaryIO

import polars as pl

from provenet.core.digest import sha256_bytes
from provenet.core.errors import MOST_FAULTS, Fault, FaultList, InputFault
from provenet.ingest.opening import BLOCK_BYTES, Unpacked, Upload
from provenet.ingest.tabular import sheets
from provenet.ingest.tabular.mapping import DELIMITERS, ENCODINGS

LINE_CAP_BYTES = sheets.ROW_CAP
"""The most bytes without a line end. More is no table, and is not read on."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_HEAD_BYTES = 65_536
_STEP_ROWS = 256
FOREIGN = re.compile("[\udc80-\udcff]")
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
_LIMIT = "field larger than field limit"
REMARK, FIRST_REMARK = "#", "# provenet:"
"""How a remark begins in a file that holds some, and how the first begins, which says so."""


Records = list[tuple[int, dict[str, str | None]]]
"""Records with their numbers, cells by column. An unreadable cell is None."""


def read_small(name: str, data: bytes, delimiter: str, *, encoding: str = "utf-8") -> tuple[tuple[str, ...], Records]:
    """The header and the records of a small file. Raises InputFault with every fault.

    As `open_delimited`, with all records in memory. Cost O(bytes).
    """
    table, faults = open_delimited(Upload(name, sha256_bytes(data), data, len(data)), delimiter, encoding), FaultList()
    records = list(sheets.records_of(table, faults))
    faults.refuse()
    return table.header, records


def read_on(name: str, header: tuple[str, ...], begun: bytes, *, rest: BinaryIO) -> Delimited:
    """UTF-8 text separated by commas of which the header is known, its line was read already, and the rest is to come.

    Its batches can be asked for once.
    """
    return Delimited(_Begun(name, begun, rest), ",", "utf-8-sig", header=header)


class _Begun:
    """What is left of a stream, behind the bytes taken from it."""

    size_bytes = 0

    def __init__(self, name: str, begun: bytes, rest: BinaryIO) -> None:
        self.name, self._begun, self._rest = name, begun, rest

    @contextmanager
    def stream(self) -> Iterator[_Begun]:
        """The bytes taken, then the rest."""
        yield self

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; fewer only at the end."""
        if self._begun:
            given, self._begun = self._begun, b""
            return given
        return self._rest.read(count)

    def packed_position(self) -> int:
        """Not known here."""
        return 0


def header_of(data: bytes, delimiter: str) -> tuple[str, ...] | None:
    """The column names of a UTF-8 file without reading on, or None where there are none to be read."""
    head = data[:_HEAD_BYTES].decode("utf-8-sig", "replace")
    try:
        record = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None
    return None if record is None else tuple(cell.strip() for cell in record)


def open_delimited(upload: Upload, delimiter: str, encoding: str = "utf-8", *, header_row: int = 0) -> Delimited:
    """Opens delimited text as a stream of batches. Raises InputFault where no record can be read.

    `header_row` is the number of the record that is the header; 0 is the first that is no remark.

    Refuses another encoding or delimiter than declared, an empty file, a name twice in the header, ragged records,
    text after a closing quote, a quote never closed, over-long lines and cells, and control characters. A byte order
    mark, either line end and empty lines at the end of the file are fine; a mark of UTF-16 declares itself; cells are
    stripped of outer white space. Cost O(bytes) in time and O(a batch) in memory.
    """
    table, faults = Delimited(upload, delimiter, _encoding(upload, encoding)), FaultList()
    with upload.stream() as stream:
        first = _first_record(table, Lines(stream, table.encoding), header_row, faults=faults)
    if not first and not faults.count:
        faults.add(Fault(upload.name, "the file is empty", found="no header", expected="a header row"))
    table.header = tuple(cell.strip() for cell in first)
    if (
        not first
        or table.foreign_fault(table.header_row, [first], faults)
        or _other_delimiter(upload.name, first, delimiter, faults=faults)
        or sheets.header_faults_of(upload.name, table.header, faults, row=table.header_row)
    ):
        faults.refuse()
    return table


def _first_record(table: Delimited, lines: Lines, header_row: int, *, faults: FaultList) -> list[str]:
    """The header's cells; none where the file has none. Says to the table where it stands, and whether remarks do."""
    for row, cells in enumerate(_records(table, lines, faults), start=1):
        if row == 1 and cells and cells[0].startswith(FIRST_REMARK):
            table.has_remarks = True
        if row < header_row or (table.has_remarks and _is_remark(cells)):
            continue
        table.header_row = row
        return cells or []
    return []


def _is_remark(cells: list[str] | None) -> bool:
    return bool(cells) and cells is not None and cells[0].startswith(REMARK)


def _encoding(upload: Upload, encoding: str) -> str:
    """The encoding to read by. Raises InputFault where the first bytes say that it is another than declared."""
    name, head = upload.name, upload.head(_HEAD_BYTES)
    if not head.strip() and len(head) < _HEAD_BYTES:
        raise InputFault([Fault(name, "the file is empty", found=f"{len(head)} bytes", expected="a header row")])
    mark = next((kind for sign, kind in _MARKS if head.startswith(sign)), None)
    if mark == "UTF-16" and encoding == "utf-8":
        return "utf-16"
    if mark is None and encoding == "utf-8" and head[:512].count(0) * 3 >= len(head[:512]):
        mark = "UTF-16 without a byte order mark"
    declared = ENCODINGS[encoding]
    if mark is None and encoding != "utf-8" and head.startswith(codecs.BOM_UTF8):
        mark = "UTF-8 with a byte order mark"
    if mark is not None and mark != declared:
        raise InputFault([_encoding_fault(name, mark, declared)])
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _encoding_fault(name: str, found: str, declared: str, *, row: int = 0, column: str | None = None) -> Fault:
    way_out = f"Save the file as {declared}, or declare its encoding in a mapping beside it."
    if "Windows-1252" in found:
        way_out = f'Save the file as {declared}, or write encoding = "cp1252" in a mapping beside it.'
    return Fault(
        name, f"the text is not {declared}", row, column=column, found=found, expected=declared, way_out=way_out
    )


class LongLine(Exception):
    """A line goes on past the cap. Carries the byte at which it begins, from 0."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start

    def fault(self, name: str, row: int, way_out: str) -> Fault:
        """The fault of a record that never ends."""
        found = f"no line end within {LINE_CAP_BYTES:,} bytes from byte {self.start + 1:,}"
        return Fault(name, "a line is too long to be a record", row, found=found, way_out=way_out)


class Lines:
    """The lines of a stream, block by block, with what was seen in the block at hand and since it was last asked."""

    def __init__(self, stream: Unpacked | _Begun, encoding: str) -> None:
        self._stream, self._encoding = stream, encoding
        self._utf8 = encoding == "utf-8-sig"
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if self._utf8 else "strict")
        self._now = self._seen = (False, False)
        self.byte_count = 0

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(io.StringIO(text, newline="") for text in self._texts())

    def take_seen(self) -> tuple[bool, bool]:
        """Whether control characters and foreign bytes may stand in the lines given since this was last asked."""
        seen, self._seen = self._seen, self._now
        return seen

    def _texts(self) -> Iterator[str]:
        """Decoded text cut after line ends, never between the two characters of one."""
        carried = ""
        while block := self._stream.read(BLOCK_BYTES):
            text = carried + self._decode(block)
            self._look(block, text)
            cut = text.rfind("\n") + 1 or text.rfind("\r", 0, len(text) - 1) + 1
            if cut:
                yield text[:cut]
            carried = text[cut:]
            self.byte_count += len(block)
            if len(carried) > LINE_CAP_BYTES:
                raise LongLine(self.byte_count - self._byte_length(carried))
        rest = self._decode(b"", final=True)
        if rest:  # the file ends inside a letter
            self._look(rest.encode("utf-8", "surrogateescape"), rest)
        if carried + rest:
            yield carried + rest

    def _byte_length(self, text: str) -> int:
        encoding = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self._encoding, self._encoding)
        return len(text.encode(encoding, "surrogateescape" if self._utf8 else "strict"))

    def _decode(self, block: bytes, final: bool = False) -> str:
        try:
            return self._decoder.decode(block, final)
        except UnicodeDecodeError as err:
            # The decoder joins what it held back to the block, so places count from the end of both.
            raise Undecodable(self.byte_count + len(block) - len(err.object) + err.start + 1) from err

    def _look(self, block: bytes, text: str) -> None:
        controls = len(block.translate(None, _CONTROL_BYTES)) != len(block)
        self._now = (controls, self._utf8 and not block.isascii() and FOREIGN.search(text) is not None)
        self._seen = (self._seen[0] or self._now[0], self._seen[1] or self._now[1])


class Undecodable(Exception):
    """A byte that the declared encoding does not have. Carries its place, from 1."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class _Blank:
    """Empty records: fine at the end of a file, faults where a record follows."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.count = 0

    def add(self, row: int) -> None:
        self.count += 1
        if len(self.rows) < 200:
            self.rows.append(row)

    def tell(self, name: str, width: int, faults: FaultList) -> None:
        for row in self.rows:
            faults.add(Fault(name, "the record is empty", row, expected=_cells(width)))
        faults.count += self.count - len(self.rows)
        self.rows, self.count = [], 0


class Delimited(sheets.Sheet):
    """One delimited file."""

    counts, has_remarks = "bytes read", False

    def __init__(self, upload: Upload | _Begun, delimiter: str, encoding: str, *, header: Iterable[str] = ()) -> None:
        super().__init__(upload.name, header, total=upload.size_bytes)
        self.upload, self.delimiter, self.encoding = upload, delimiter, encoding

    def batches(self, faults: FaultList) -> Iterator[sheets.Batch]:
        """The records below the header."""
        blank = _Blank()
        with self.upload.stream() as stream:
            lines = Lines(stream, self.encoding)
            records = _records(self, lines, faults)
            for _ in range(self.header_row):
                next(records, None)
            row, ended = self.header_row + 1, False
            while not ended:
                read, ended = self._gather(records, lines)
                controls, foreign = lines.take_seen()
                if foreign and self.foreign_fault(row, [cells or [] for cells in read], faults):
                    return
                batch = self._batch(row, read, controls, blank=blank, faults=faults)
                row += len(read)
                self.progress.done = stream.packed_position()
                if batch is not None:
                    yield batch
                if blank.count >= MOST_FAULTS:
                    blank.tell(self.where, len(self.header), faults)
                if faults.full:
                    return

    def _gather(self, records: Iterator[list[str] | None], lines: Lines) -> tuple[list[list[str] | None], bool]:
        """Records up to a batch, and whether the file has ended. A record with a fault of its own is None."""
        read: list[list[str] | None] = []
        before = lines.byte_count
        while len(read) < sheets.BATCH_ROWS and lines.byte_count - before < sheets.BATCH_BYTES:
            count = len(read)
            read.extend(islice(records, _STEP_ROWS))
            if len(read) - count < _STEP_ROWS:
                return read, True
        return read, False

    def _batch(
        self, first: int, read: list[list[str] | None], controls: bool, *, blank: _Blank, faults: FaultList
    ) -> sheets.Batch | None:
        width = len(self.header)
        if not self.has_remarks and set(map(len, filter(None, read))) == {width} and all(read) and not blank.count:
            rows, kept = pl.Series("row", range(first, first + len(read)), dtype=pl.Int64), read
        else:
            numbers, kept = self._sorted_out(first, read, blank, faults=faults)
            rows = pl.Series("row", numbers, dtype=pl.Int64)
        if not kept:
            return None
        made = [
            pl.Series(name, cells, dtype=pl.String)
            for name, cells in zip(self.header, zip(*kept, strict=True), strict=True)
        ]
        if controls:
            made = [sheets.without_controls(self.where, cells, rows, faults=faults) for cells in made]
        return sheets.Batch(rows, pl.DataFrame([cells.str.strip_chars() for cells in made]))

    def _sorted_out(
        self, first: int, read: list[list[str] | None], blank: _Blank, *, faults: FaultList
    ) -> tuple[list[int], list[list[str] | None]]:
        width, rows, kept = len(self.header), list[int](), list[list[str] | None]()
        for row, cells in enumerate(read, start=first):
            if cells is None or (self.has_remarks and _is_remark(cells)):
                continue
            if not cells:
                blank.add(row)
                continue
            blank.tell(self.where, width, faults)
            if len(cells) != width:
                faults.add(_ragged(self.where, width, row, cells=cells))
                continue
            rows.append(row)
            kept.append(cells)
        return rows, kept

    def foreign_fault(self, first: int, read: list[list[str]], faults: FaultList) -> bool:
        """Bytes that are not UTF-8 make one fault, placed at the first of them. True where there is one."""
        for row, cells in enumerate(read, start=first):
            for at, cell in enumerate(cells):
                if hit := FOREIGN.search(cell):
                    byte = ord(hit[0]) - 0xDC00
                    letter = bytes([byte]).decode("cp1252", "replace")
                    reads = f" ({letter} in Windows-1252)" if letter.isprintable() and letter != "\ufffd" else ""
                    column = self.header[at] if row > self.header_row and at < len(self.header) else None
                    faults.add(
                        _encoding_fault(self.where, f"byte 0x{byte:02X}{reads}", "UTF-8", row=row, column=column)
                    )
                    return True
        return False


def _records(table: Delimited, lines: Lines, faults: FaultList) -> Iterator[list[str] | None]:
    """The records of a file, None for one with a fault of its own; it ends where nothing more can be read."""
    name, row, stopped = table.where, 0, False
    reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
    while True:
        try:
            for cells in reader:
                row += 1
                yield cells
            return
        except csv.Error as err:
            row += 1
            fault = _csv_fault(name, row, str(err))
            faults.add(fault)
            stopped = fault.says != _AFTER_QUOTE
        except LongLine as err:
            row += 1
            faults.add(err.fault(name, row, "Write one record to a line, and close every quote."))
            stopped = True
        except Undecodable as err:
            found, declared = f"byte {err.at} that is none", ENCODINGS[table.encoding.removesuffix("-sig")]
            faults.add(_encoding_fault(name, found, declared))
            stopped = True
        if stopped:
            return
        yield None


_AFTER_QUOTE = "text follows a closing quote"


def _csv_fault(name: str, row: int, message: str) -> Fault:
    if message.startswith(_LIMIT):
        limit = f"at most {csv.field_size_limit():,} characters"
        way_out = "Close the quote that opens the cell, or shorten it."
        return Fault(name, "a cell is too long", row, expected=limit, way_out=way_out)
    if message == "unexpected end of data":
        way_out = "Close the quote, or double it where it is part of the text."
        return Fault(name, "a quote is opened and never closed", row, way_out=way_out)
    return Fault(name, _AFTER_QUOTE, row, way_out="Double a quote that is part of a quoted cell.")


def _other_delimiter(name: str, first: list[str], delimiter: str, *, faults: FaultList) -> bool:
    if len(first) > 1:
        return False
    counts = {mark: first[0].count(mark) for mark in DELIMITERS if mark != delimiter}
    mark = max(counts, key=lambda m: counts[m])
    if not counts[mark]:
        return False
    wanted, met = f"a {DELIMITERS[delimiter]}", f"a {DELIMITERS[mark]}"
    way_out = f"Save the file with {wanted}, or write delimiter = {json.dumps(mark)} in a mapping beside it."
    faults.add(
        Fault(name, f"the columns are not separated by {wanted}", 1, found=met, expected=wanted, way_out=way_out)
    )
    return True


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"


def _ragged(name: str, width: int, row: int, *, cells: list[str]) -> Fault:
    many = len(cells) > width
    text = f"the record has {'more' if many else 'fewer'} cells than the header"
    way_out = "Put a cell that holds the delimiter in quotes." if many else None
    return Fault(name, text, row, found=_cells(len(cells)), expected=_cells(width), way_out=way_out)
