"""Workbooks of Excel 97 to 2003 (`.xls`, BIFF8 in a compound file) as the same stream of cells that newer ones give.

The file is held in memory, within a cap; every place that it names is checked, and chains of sectors that lead in a
circle end. Encrypted workbooks and those of Excel 95 and before are refused with a sentence. Source: MS-CFB, MS-XLS.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from provenet.ingest.tabular import workbook

SIGN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST_BYTES = 256 * 2**20
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_BOF, _EOF, _FILEPASS, _DATEMODE, _CONTINUE = 0x0809, 0x000A, 0x002F, 0x0022, 0x003C
_BOUNDSHEET, _SST, _FORMAT, _XF, _MERGED = 0x0085, 0x00FC, 0x041E, 0x00E0, 0x00E5
_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK = 0x00FD, 0x0204, 0x00D6, 0x0203, 0x027E, 0x00BD
_BOOLERR, _FORMULA, _STRING = 0x0205, 0x0006, 0x0207
_BIFF8, _WORKSHEET = 0x0600, 0
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
Record = tuple[int, int, list[bytes]]
"""Where a record begins in the stream, its kind, and its parts: the record and those that continue it."""


class OldWorkbook(workbook.Workbook):
    """An open workbook of Excel 97 to 2003. Raises WorkbookFault where it is none, is broken, or passes a cap."""

    def __init__(self, raw: BinaryIO) -> None:
        with raw:
            data = raw.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            expected = f"at most {LARGEST_BYTES // 2**20} MiB"
            raise workbook.WorkbookFault(
                "the workbook is larger than is read", None, expected, way_out="Save the sheet as CSV."
            )
        self.sheets: list[workbook.SheetPart] = []
        self._1904 = False
        self._dates: list[bool] = []
        self._strings: list[str] = []
        try:
            self._data = _stream(data)
            self._read_globals()
        except (struct.error, IndexError, UnicodeDecodeError) as err:
            raise _broken(f"the file ends inside a record ({err})") from err
        if not self.sheets:
            raise _broken("no sheet")

    def load(self) -> None:
        """Styles and shared texts are read already."""

    def _read_globals(self) -> None:
        codes: dict[int, str] = {}
        formats: list[int] = []
        for _, kind, parts in _records(self._data, 0):
            data = parts[0]
            if kind == _FILEPASS:
                raise workbook.WorkbookFault("the workbook is encrypted", way_out="Save it without a password.")
            if kind == _DATEMODE:
                self._1904 = data[0] == 1
            elif kind == _FORMAT:
                codes[_u16(data, 0)] = _Text([data[2:]]).take(_u16(data, 2), 2)
            elif kind == _XF:
                formats.append(_u16(data, 2))
            elif kind == _BOUNDSHEET and data[5] == _WORKSHEET:
                name = _Text([data[6:]]).take(data[6], 1)
                self.sheets.append(workbook.SheetPart(name, str(struct.unpack_from("<I", data, 0)[0])))
            elif kind == _SST:
                self._strings = _shared(parts)
        self._dates = [
            workbook.shows_date(codes[one]) if one in codes else one in workbook.DATE_FORMATS for one in formats
        ]

    def rows(self, sheet: workbook.SheetPart, grid: workbook.Grid) -> Iterator[tuple[int, dict[int, workbook.Cell]]]:
        """The rows of a sheet that hold a cell, as (row, cells by column), both from 1, in order."""
        try:
            found = self._cells(int(sheet.part), grid)
        except (struct.error, IndexError, UnicodeDecodeError) as err:
            raise _broken(f"the sheet {sheet.name} ends inside a record ({err})") from err
        for row in sorted(found):
            if found[row]:
                yield row, found[row]

    def outline(self, sheet: workbook.SheetPart) -> workbook.Grid:
        """The merged ranges of a sheet and the number of its rows."""
        grid = workbook.Grid()
        grid.row_count = sum(1 for _ in self.rows(sheet, grid))
        return grid

    def _cells(self, start: int, grid: workbook.Grid) -> dict[int, dict[int, workbook.Cell]]:
        found: dict[int, dict[int, workbook.Cell]] = {}
        waiting: tuple[int, int] | None = None
        for _, kind, parts in _records(self._data, start):
            data = parts[0]
            if kind == _MERGED:
                _merge(data, grid)
            elif kind == _STRING and waiting is not None:
                row, column = waiting
                _put(found, row, column, cell=_Text([data[2:], *parts[1:]]).take(_u16(data, 0), 0).strip())
            else:
                for row, column, cell in self._of_record(kind, parts):
                    _put(found, row, column, cell=cell)
                waiting = (_u16(data, 0), _u16(data, 2)) if kind == _FORMULA and data[6:14][6:] == b"\xff\xff" else None
        return found

    def _of_record(self, kind: int, parts: list[bytes]) -> Iterator[tuple[int, int, workbook.Cell]]:
        data = parts[0]
        if kind == _MULRK:
            for at in range((len(data) - 6) // 6):
                style, number = struct.unpack_from("<HI", data, 4 + 6 * at)
                yield _u16(data, 0), _u16(data, 2) + at, self._shown(_rk(number), style)
            return
        if kind not in {_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _BOOLERR, _FORMULA}:
            return
        row, column, style = struct.unpack_from("<HHH", data, 0)
        yield row, column, self._value(kind, parts, style)

    def _value(self, kind: int, parts: list[bytes], style: int) -> workbook.Cell:
        data = parts[0]
        if kind == _LABELSST:
            return self.value("s", style, str(struct.unpack_from("<I", data, 6)[0])) if self._strings else ""
        if kind in {_LABEL, _RSTRING}:
            return _Text([data[8:], *parts[1:]]).take(_u16(data, 6), 0).strip()
        if kind == _NUMBER:
            return self._shown(struct.unpack_from("<d", data, 6)[0], style)
        if kind == _RK:
            return self._shown(_rk(struct.unpack_from("<I", data, 6)[0]), style)
        if kind == _BOOLERR:
            return _bool_or_error(data[6], data[7] == 1)
        result = data[6:14]
        if result[6:] != b"\xff\xff":
            return self._shown(struct.unpack_from("<d", result, 0)[0], style)
        return _bool_or_error(result[2], result[0] == 2) if result[0] in {1, 2} else ""

    def _shown(self, number: float, style: int) -> workbook.Cell:
        return self.value("n", style, repr(float(number)))


def _put(found: dict[int, dict[int, workbook.Cell]], row: int, column: int, *, cell: workbook.Cell) -> None:
    if column >= workbook.MOST_COLUMNS:
        raise _broken(f"column {column:,}")
    stripped = cell.strip() if isinstance(cell, str) else cell
    if stripped != "":
        found.setdefault(row + 1, {})[column + 1] = stripped


def _bool_or_error(value: int, is_error: bool) -> workbook.Cell:
    if is_error:
        way_out = "Mend the formula, or empty the cell."
        return workbook.Odd("the cell holds an error of the workbook", _ERRORS.get(value, str(value)), way_out)
    return "true" if value else "false"


def _merge(data: bytes, grid: workbook.Grid) -> None:
    for at in range(_u16(data, 0)):
        top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + 8 * at)
        grid.merged.append((top + 1, left + 1, bottom + 1, right + 1))
    if len(grid.merged) > workbook.MOST_MERGED:
        raise workbook.WorkbookFault(
            "the workbook has more merged ranges than are read", None, f"at most {workbook.MOST_MERGED:,}"
        )


def _rk(number: int) -> float:
    """A number in thirty bits: whole or the upper half of a float, perhaps in hundredths."""
    if number & 2:
        value = float((number >> 2) - (1 << 30 if number >> 31 else 0))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (number & 0xFFFFFFFC) << 32))[0]
    return value / 100 if number & 1 else value


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])


def _records(data: bytes, start: int) -> Iterator[Record]:
    """The records of one part of the stream, from its first to its end, each with those that continue it."""
    kind, length = struct.unpack_from("<HH", data, start)
    if kind != _BOF or length < 4:
        raise _broken("no beginning of a part")
    if _u16(data, start + 4) != _BIFF8:
        way_out = "Open it in a newer programme and save it as .xlsx or CSV."
        raise workbook.WorkbookFault("the workbook is of Excel 95 or before, which is not read", way_out=way_out)
    at, held = start, list[Record]()
    depth = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        part = data[at + 4 : at + 4 + length]
        if len(part) < length:
            raise _broken("the file ends inside a record")
        if kind == _CONTINUE and held:
            held[0][2].append(part)
        else:
            yield from held
            depth += (kind == _BOF) - (kind == _EOF)
            if depth == 0:
                return
            # Charts inside a sheet are parts of their own: what stands in them is no cell of the sheet.
            held = [(at, kind, [part])] if depth == 1 else []
        at += 4 + length
    raise _broken("a part without an end")


class _Text:
    """Texts of BIFF8, which may go on in the next record, there with a mark of their own width."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts, self._part, self.at = parts, 0, 0

    def take(self, length: int, skip: int) -> str:
        """A text of so many characters behind its length, of which `skip` bytes stand here."""
        self.at += skip
        flags = self._bytes(1)[0]
        runs = struct.unpack("<H", self._bytes(2))[0] if flags & 8 else 0
        more = struct.unpack("<I", self._bytes(4))[0] if flags & 4 else 0
        text = self._letters(length, bool(flags & 1))
        self._pass(4 * runs + more)
        return text

    def count(self) -> int:
        """The number of characters that stands before a text."""
        return int(struct.unpack("<H", self._bytes(2))[0])

    def _letters(self, length: int, wide: bool) -> str:
        if length > workbook.TEXT_CAP:
            raise workbook.WorkbookFault("a cell is too long", expected=f"at most {workbook.TEXT_CAP:,} characters")
        made = []
        while length:
            left = len(self._parts[self._part]) - self.at
            width = 2 if wide else 1
            now = min(length, left // width)
            if now:
                piece = self._parts[self._part][self.at : self.at + now * width]
                made.append(piece.decode("utf-16-le" if wide else "latin-1", "replace"))
                self.at += now * width
                length -= now
            if length:
                self._part, self.at = self._part + 1, 0
                wide = bool(self._bytes(1)[0] & 1)
        return "".join(made)

    def _bytes(self, count: int) -> bytes:
        if self.at >= len(self._parts[self._part]):
            self._part, self.at = self._part + 1, 0
        piece = self._parts[self._part][self.at : self.at + count]
        if len(piece) < count:
            raise _broken("a text is cut off")
        self.at += count
        return piece

    def _pass(self, count: int) -> None:
        while count:
            if self.at >= len(self._parts[self._part]):
                self._part, self.at = self._part + 1, 0
            step = min(count, len(self._parts[self._part]) - self.at)
            if step == 0:
                raise _broken("a text is cut off")
            self.at += step
            count -= step


def _shared(parts: list[bytes]) -> list[str]:
    """The texts that cells share."""
    unique = struct.unpack_from("<I", parts[0], 4)[0]
    if unique > sum(map(len, parts)):
        raise _broken("more shared texts than bytes")
    reader = _Text(parts)
    reader.at = 8
    return [reader.take(reader.count(), 0) for _ in range(unique)]


def _stream(data: bytes) -> bytes:
    """The stream `Workbook` of a compound file."""
    if not data.startswith(SIGN) or len(data) < 512:
        raise _broken("no compound file")
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in {9, 12} or mini_shift != 6:
        raise _broken("sectors of another size")
    size = 1 << shift
    table = _sector_table(data, size)
    directory = _chain(data, table, struct.unpack_from("<I", data, 48)[0], size=size)
    root, found = None, None
    for at in range(0, len(directory) - 127, 128):
        entry = directory[at : at + 128]
        name = entry[: max(0, _u16(entry, 64) - 2)].decode("utf-16-le", "replace")
        start, length = struct.unpack_from("<II", entry, 116)
        if entry[66] == 5:
            root = (start, length)
        elif name.lower() == "workbook":
            found = (start, length)
        elif name.lower() == "encryptedpackage":
            raise workbook.WorkbookFault("the workbook is encrypted", way_out="Save it without a password.")
    if found is None:
        raise workbook.WorkbookFault("no workbook of Excel 97 to 2003 stands in it", way_out="Save it as .xlsx or CSV.")
    start, length = found
    if length >= struct.unpack_from("<I", data, 56)[0]:
        return _chain(data, table, start, size=size)[:length]
    if root is None:
        raise _broken("no root")
    small = _chain(data, table, root[0], size=size)
    minis = _chain(data, table, struct.unpack_from("<I", data, 60)[0], size=size)
    mini_table = list(struct.unpack(f"<{len(minis) // 4}I", minis[: len(minis) // 4 * 4]))
    return _walk(small, mini_table, start, size=64, first=0)[:length]


def _sector_table(data: bytes, size: int) -> list[int]:
    """Which sector follows which."""
    count, listed = struct.unpack_from("<I", data, 44)[0], list(struct.unpack_from("<109I", data, 76))
    further, seen = struct.unpack_from("<I", data, 68)[0], set[int]()
    while further not in {_END, _FREE}:
        if further in seen or (further + 1) * size + size > len(data):
            raise _broken("its list of sectors leads in a circle or out of the file")
        seen.add(further)
        sector = struct.unpack_from(f"<{size // 4}I", data, (further + 1) * size)
        listed += sector[:-1]
        further = sector[-1]
    if count > len(data) // size + 1:
        raise _broken("more sectors than bytes")
    table: list[int] = []
    for sector in [one for one in listed if one not in {_END, _FREE}][:count]:
        table += struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)
    return table


def _chain(data: bytes, table: list[int], start: int, *, size: int) -> bytes:
    return _walk(data, table, start, size=size, first=1)


def _walk(data: bytes, table: list[int], start: int, *, size: int, first: int) -> bytes:
    """The bytes of a chain of sectors. Raises WorkbookFault for one that leads in a circle or out of the file."""
    parts, seen, at = [], set[int](), start
    while at not in {_END, _FREE}:
        if at in seen or at >= len(table):
            raise _broken("a chain of sectors leads in a circle or out of the file")
        seen.add(at)
        parts.append(data[(at + first) * size : (at + first + 1) * size])
        at = table[at]
    return b"".join(parts)


def _broken(found: str) -> workbook.WorkbookFault:
    return workbook.WorkbookFault("the file is no whole workbook", found)
