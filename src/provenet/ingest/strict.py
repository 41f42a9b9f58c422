"""Delimited text read strictly: bytes in, a header and numbered records out, every fault of the file at once.

The header is row 1; a record counts once however many lines it spans. What a cell means is decided elsewhere.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from provenet.core.errors import Fault, FaultList, clip, nearest

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
"""What may separate columns, in words."""
ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "latin-1": "Latin-1", "cp1252": "Windows-1252"}
"""Encodings a mapping may declare, in words."""
_MARKS = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"))
_MARKS_MORE = ((codecs.BOM_UTF16_BE, "UTF-16"),)
_FOREIGN = re.compile("[\udc80-\udcff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LIMIT = "field larger than field limit"


@dataclass
class Sheet:
    """One delimited file: its header, and its records as (row, cells). A cell that cannot be read is None."""

    name: str
    header: tuple[str, ...]
    rows: list[tuple[int, list[str | None]]] = field(default_factory=list)


def read_sheet(name: str, data: bytes, delimiter: str, encoding: str, faults: FaultList) -> Sheet | None:
    """Reads a whole file. Adds what is wrong to `faults`; None where nothing below the header can be read.

    Refuses another encoding or delimiter than declared, an empty file, a name twice in the header, ragged records,
    text after a closing quote, a quote never closed, an over-long cell and control characters. A byte order mark,
    either line end and empty lines at the end of the file are fine; cells are stripped of outer white space.
    Cost O(bytes).
    """
    text = _decode(name, data, encoding, faults)
    if text is None:
        return None
    records = _records(name, text, delimiter, faults)
    first = next(records, None)
    if first is None or not any(cell.strip() for cell in first[1]):
        if not faults.count:
            faults.add(Fault(name, "the file is empty", found="no header", expected="a header row"))
        return None
    header = tuple(cell.strip() for cell in first[1])
    if _other_encoding(name, text, header, delimiter, encoding, faults):
        return None
    if _other_delimiter(name, first[1], delimiter, faults) or _bad_header(name, header, faults):
        return None
    sheet = Sheet(name, header)
    _fill(sheet, records, _CONTROL.search(text) is not None, faults)
    return sheet


def header_of(data: bytes, delimiter: str) -> tuple[str, ...] | None:
    """The column names of a UTF-8 file without reading on, or None where there are none to be read."""
    head = data[:65_536].decode("utf-8-sig", "replace")
    record = next(_records("", head, delimiter, FaultList()), None)
    return None if record is None else tuple(cell.strip() for cell in record[1])


def _decode(name: str, data: bytes, encoding: str, faults: FaultList) -> str | None:
    if not data.strip():
        faults.add(Fault(name, "the file is empty", found=f"{len(data)} bytes", expected="a header row"))
        return None
    mark = next((kind for sign, kind in (*_MARKS, *_MARKS_MORE) if data.startswith(sign)), None)
    if mark is None and encoding == "utf-8" and data[:512].count(0) * 3 >= len(data[:512]):
        mark = "UTF-16 without a byte order mark"
    declared = ENCODINGS[encoding]
    if mark is not None and mark != declared:
        faults.add(_encoding_fault(name, mark, declared))
        return None
    if data.startswith(codecs.BOM_UTF8) and encoding != "utf-8":
        faults.add(_encoding_fault(name, "UTF-8 with a byte order mark", declared))
        return None
    if encoding == "utf-8":
        return data.decode("utf-8-sig", "surrogateescape")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as err:
        faults.add(_encoding_fault(name, f"byte {err.start + 1} that is none", declared))
        return None


def _encoding_fault(name: str, found: str, declared: str, row: int = 0, column: str | None = None) -> Fault:
    way_out = f"Save the file as {declared}, or declare its encoding in a mapping beside it."
    return Fault(name, f"the text is not {declared}", row, column, found=found, expected=declared, way_out=way_out)


def _other_encoding(
    name: str, text: str, header: tuple[str, ...], delimiter: str, encoding: str, faults: FaultList
) -> bool:
    """Bytes that are not UTF-8 make one fault, placed at the first of them."""
    if encoding != "utf-8" or _FOREIGN.search(text) is None:
        return False
    for row, cells in _records(name, text, delimiter, FaultList()):
        for at, cell in enumerate(cells):
            if hit := _FOREIGN.search(cell):
                byte = ord(hit[0]) - 0xDC00
                letter = bytes([byte]).decode("cp1252", "replace")
                reads = f" ({letter} in Windows-1252)" if letter.isprintable() and letter != "�" else ""
                column = header[at] if row > 1 and at < len(header) else None
                faults.add(_encoding_fault(name, f"byte 0x{byte:02X}{reads}", "UTF-8", row, column))
                return True
    faults.add(_encoding_fault(name, "bytes of another encoding", "UTF-8"))
    return True


def _records(name: str, text: str, delimiter: str, faults: FaultList) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as err:
            said = str(err)
            if said.startswith(_LIMIT):
                limit = f"at most {csv.field_size_limit():,} characters"
                way_out = "Close the quote that opens the cell, or shorten it."
                faults.add(Fault(name, "a cell is too long", row, expected=limit, way_out=way_out))
                return
            if said == "unexpected end of data":
                way_out = "Close the quote, or double it where it is part of the text."
                faults.add(Fault(name, "a quote is opened and never closed", row, way_out=way_out))
                return
            way_out = "Double a quote that is part of a quoted cell."
            faults.add(Fault(name, "text follows a closing quote", row, way_out=way_out))
            continue
        yield row, cells


def _other_delimiter(name: str, first: list[str], delimiter: str, faults: FaultList) -> bool:
    if len(first) > 1:
        return False
    counts = {mark: first[0].count(mark) for mark in DELIMITERS if mark != delimiter}
    mark = max(counts, key=lambda m: counts[m])
    if not counts[mark]:
        return False
    faults.add(
        Fault(
            name,
            f"the columns are not separated by a {DELIMITERS[delimiter]}",
            1,
            found=f"a {DELIMITERS[mark]}",
            expected=f"a {DELIMITERS[delimiter]}",
            way_out=f"Save the file with a {DELIMITERS[delimiter]}, or declare its delimiter in a mapping beside it.",
        )
    )
    return True


def _bad_header(name: str, header: tuple[str, ...], faults: FaultList) -> bool:
    seen: dict[str, int] = {}
    bad = False
    for number, column in enumerate(header, start=1):
        if not column:
            faults.add(Fault(name, f"column {number} has no name", 1, expected="a name for each column"))
            bad = True
        elif column in seen:
            says = f"the column stands twice, as columns {seen[column]} and {number}"
            faults.add(Fault(name, says, 1, column, way_out="Rename or remove one of them."))
            bad = True
        seen.setdefault(column, number)
    return bad


def _fill(sheet: Sheet, records: Iterator[tuple[int, list[str]]], controls: bool, faults: FaultList) -> None:
    width = len(sheet.header)
    blank: list[int] = []
    for row, cells in records:
        if not cells:
            blank.append(row)
            continue
        for empty in blank:
            faults.add(Fault(sheet.name, "the record is empty", empty, expected=_cells(width)))
        blank.clear()
        if len(cells) != width:
            faults.add(_ragged(sheet, row, cells))
            continue
        read: list[str | None] = [cell.strip() for cell in cells]
        if controls:
            for at, cell in enumerate(cells):
                if hit := _CONTROL.search(cell):
                    says = "a control character stands in the cell"
                    found = f"character 0x{ord(hit[0]):02X}"
                    faults.add(Fault(sheet.name, says, row, sheet.header[at], found=found, expected="text"))
                    read[at] = None
        sheet.rows.append((row, read))


def _cells(count: int) -> str:
    return f"{count} cell" if count == 1 else f"{count} cells"


def _ragged(sheet: Sheet, row: int, cells: list[str]) -> Fault:
    width = len(sheet.header)
    many = len(cells) > width
    return Fault(
        sheet.name,
        "the record has more cells than the header" if many else "the record has fewer cells than the header",
        row,
        found=_cells(len(cells)),
        expected=_cells(width),
        way_out="Put a cell that holds the delimiter in quotes." if many else None,
    )


def near_column(name: str, header: tuple[str, ...] | list[str]) -> str | None:
    """The column whose name is closest, for a fault about a column that is not there."""
    return nearest(clip(name, 200), header)
