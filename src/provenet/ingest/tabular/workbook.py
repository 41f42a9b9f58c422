"""The parts of an Excel workbook (Office Open XML, ECMA-376 part 1, 18) as a stream of cells, within caps.

A workbook is a zip of XML. The directory of the zip is read before any part is unpacked, no part is unpacked to disk,
and XML that declares a document type is refused, so neither kind of bomb goes off. A formula counts as the value that
the workbook stores for it.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import IO, BinaryIO
from weakref import finalize
from xml.parsers import expat

from provenet.core.errors import Fault, clip
from provenet.ingest.tabular.sheets import CELL_CAP

UNPACKED_CAP_BYTES = 2 * 2**30
"""The most that all parts of a workbook may unpack to."""
UNPACKED_TIMES = 200
"""How many times its packed size a part may unpack to, once past `ANY_RATIO_BYTES`: sheets pack ten to thirty fold."""
ANY_RATIO_BYTES = 64 * 2**20
"""Up to here a part may be packed as well as it can be; parts that hold no cells and no texts may be no larger."""
MOST_PARTS = 10_000
MOST_ROWS = 1_048_576
"""The last row that a sheet can have."""
MOST_COLUMNS = 16_384
"""The last column that a sheet can have."""
MOST_MERGED = 100_000
"""The most merged ranges of a sheet that are read."""
MOST_STYLES = 65_536
"""The most styles of cells; programmes that write workbooks stop a little earlier."""
TEXT_CAP = CELL_CAP
"""The most characters of one cell; programmes that write workbooks allow 32,767."""
XML_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
"""What a part may say that it is written in: what the parser knows without asking for a codec by any name."""
_CHUNK = 2**16
_TOKEN_CAP = 2**24
_STRINGS_CAP = 2**28
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.I)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref=["']([^"'<>]+)["']""")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError)
"""What the zip library raises; an unknown way of packing is a RuntimeError of its own kind."""
_NO_ZIP = (*_BROKEN_ZIP, ValueError, OverflowError, struct.error)
"""What it raises besides where a directory names places that no file has."""
_SMALL_PARTS = frozenset({"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"})
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")


class WorkbookFault(ValueError):
    """Why a workbook cannot be read: says, found, expected, way out."""

    def __init__(self, says: str, found: str | None = None, expected: str | None = None, *, way_out: str | None = None):
        super().__init__(says)
        self.says, self.found, self.expected, self.way_out = says, found, expected, way_out

    def fault(self, place: str) -> Fault:
        """The fault of the workbook, or of its sheet, at a place."""
        return Fault(place, self.says, found=self.found, expected=self.expected, way_out=self.way_out)


@dataclass(frozen=True)
class Odd:
    """A cell that holds no value that can be read: says why, and what was found."""

    says: str
    found: str | None
    way_out: str


Cell = str | Odd


@dataclass
class SheetPart:
    """One sheet of a workbook: its name, and the part it lies in."""

    name: str
    part: str


@dataclass
class Grid:
    """What was met beside cells in reading a sheet to its end."""

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column, from 1, of each merged range."""
    row_count: int = 0


class Workbook:
    """An open workbook. Raises WorkbookFault where it is none, is broken, or passes a cap."""

    def __init__(self, raw: BinaryIO) -> None:
        # Rows may be asked for again as long as the workbook is held; with it goes the file, refused or read.
        finalize(self, raw.close)
        try:
            self._zip = zipfile.ZipFile(raw)
        except _NO_ZIP as err:
            raise WorkbookFault("the file is no whole workbook", str(err)) from err
        self._names = _directory(self._zip.infolist())
        self.sheets: list[SheetPart] = []
        self._1904 = False
        self._dates: list[bool] = []
        self._strings: list[str] = []
        self._read_workbook()

    def _read_workbook(self) -> None:
        targets: dict[str, str] = {}
        listed: list[tuple[str, str]] = []

        def relation(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")
                _not_more(len(targets), MOST_PARTS, "relations")

        def sheet(name: str, attributes: dict[str, str]) -> None:
            if name == "workbookPr":
                self._1904 = attributes.get("date1904", "0") in {"1", "true"}
            elif name == "sheet":
                listed.append((attributes.get("name", ""), attributes.get("r:id") or attributes.get("id", "")))
                _not_more(len(listed), MOST_PARTS, "sheets")

        self._parse("xl/_rels/workbook.xml.rels", relation)
        self._parse("xl/workbook.xml", sheet)
        for name, key in listed:
            part = targets.get(key, "")
            part = part.lstrip("/") if part.startswith("/") else posixpath.normpath(posixpath.join("xl", part))
            if part.lower() in self._names and "worksheets" in part:
                self.sheets.append(SheetPart(name, part))
        if not self.sheets:
            raise WorkbookFault("the file is no whole workbook", "no sheet")
        if len({sheet.part.lower() for sheet in self.sheets}) < len(self.sheets):
            raise WorkbookFault("the file is no whole workbook", "two sheets of one part")

    def load(self) -> None:
        """Reads the styles and the shared texts, which cells point at."""
        codes: dict[int, str] = {}
        inside: list[str] = []

        def style(name: str, attributes: dict[str, str]) -> None:
            if name == "numFmt":
                codes[whole_number(attributes.get("numFmtId", ""), 0)] = attributes.get("formatCode", "")
                _not_more(len(codes), MOST_STYLES, "formats")
            elif name in {"cellXfs", "cellStyleXfs"}:
                inside.append(name)
            elif name == "xf" and inside and inside[-1] == "cellXfs":
                kind = whole_number(attributes.get("numFmtId", ""), 0)
                self._dates.append(shows_date(codes.get(kind, "")) if kind in codes else kind in DATE_FORMATS)
                _not_more(len(self._dates), MOST_STYLES, "styles")

        if "xl/styles.xml" in self._names:
            self._parse("xl/styles.xml", style)
        if "xl/sharedstrings.xml" in self._names:
            self._read_strings()

    def _read_strings(self) -> None:
        texts = _Texts({"t"}, skip={"rPh"})
        total = 0

        def end(name: str) -> None:
            nonlocal total
            texts.end(name)
            if name == "si":
                self._strings.append(texts.take())
                total += len(self._strings[-1]) + 60
                if total > _STRINGS_CAP:
                    raise WorkbookFault("the workbook holds more text than is read", way_out="Save the sheet as CSV.")

        for _ in self._feed("xl/sharedstrings.xml", lambda name, _: texts.start(name), end, text=texts.text):
            pass

    def rows(self, sheet: SheetPart, grid: Grid) -> Iterator[tuple[int, dict[int, Cell]]]:
        """The rows of a sheet that hold a cell, as (row, cells by column), both from 1, in order."""
        reader = _SheetReader(self, grid, sheet.part)
        for _ in self._feed(sheet.part, reader.start, reader.end, text=reader.texts.text):
            done, reader.done = reader.done, []
            yield from done
        yield from reader.done

    def outline(self, sheet: SheetPart) -> Grid:
        """The merged ranges of a sheet and the number of its rows, looked for in its bytes: ten times as fast.

        A reader compares the ranges with those that the parser meets, since bytes may be written otherwise.
        """
        grid, kept = Grid(), b""
        try:
            with self._unpack(sheet.part) as stream:
                while piece := stream.read(_CHUNK):
                    text = kept + piece
                    whole = text.rfind(b">") + 1
                    grid.row_count += len(_ROW.findall(text, 0, whole))
                    grid.merged += [_range(hit.decode("latin-1")) for hit in _MERGED.findall(text, 0, whole)]
                    _not_more(len(grid.merged), MOST_MERGED, "merged ranges")
                    kept = text[whole:][-TEXT_CAP:]
        except _BROKEN_ZIP as err:
            raise WorkbookFault("the file is no whole workbook", f"{sheet.part}: {err}") from err
        return grid

    def value(self, kind: str, style: int, text: str) -> Cell:
        """The text of a stored value, by the kind of its cell and its style."""
        if kind == "s":
            at = whole_number(text, -1)
            if not 0 <= at < len(self._strings):
                return Odd("the cell points at a text that is not there", text, "Save the workbook again.")
            return self._strings[at]
        if kind == "b":
            return "true" if text == "1" else "false"
        if kind == "e":
            return Odd("the cell holds an error of the workbook", text, "Mend the formula, or empty the cell.")
        if kind == "d":
            return text.removesuffix("T00:00:00")
        if kind in {"str", "inlineStr"}:
            return text
        return self._number(text, style)

    def _number(self, text: str, style: int) -> Cell:
        try:
            number = float(text)
        except ValueError:
            return Odd("the cell holds no number", text, "Save the workbook again.")
        if not -1e300 < number < 1e300:
            return Odd("not a number", text, "Write a finite number, or empty the cell.")
        if style < len(self._dates) and self._dates[style]:
            return self._day(number)
        if number == int(number) and abs(number) < 2**53:
            return str(int(number))
        return format(Decimal(repr(number)), "f")

    def _day(self, number: float) -> Cell:
        """A serial number shown as a date: ISO; a day that never was (29 February 1900) and times alone are odd."""
        first = datetime(1904, 1, 1) if self._1904 else datetime(1899, 12, 30 if number >= 61 else 31)
        if number < 1 or number >= 2_958_466 or (not self._1904 and 60 <= number < 61):
            return Odd("the cell shows a date that is no day", f"{number:g}", "Write the day as 2018-11-23.")
        moment = first + timedelta(seconds=round(number * 86_400))
        return date.isoformat(moment) if moment.time() == datetime.min.time() else moment.isoformat(sep=" ")

    def _parse(self, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
        for _ in self._feed(part, start, lambda _: None, text=lambda _: None):
            pass

    def _unpack(self, part: str) -> IO[bytes]:
        """A part, unpacked as it is read."""
        found = self._names.get(part.lower())
        if found is None:
            raise WorkbookFault("the file is no whole workbook", f"no part {part}")
        if part in _SMALL_PARTS and found.file_size > ANY_RATIO_BYTES:
            raise _too_large(f"{part} of {found.file_size:,} bytes", f"at most {ANY_RATIO_BYTES // 2**20} MiB")
        try:
            return self._zip.open(found)
        except _NO_ZIP as err:
            raise WorkbookFault("the file is no whole workbook", f"{part}: {err}") from err

    def _feed(
        self,
        part: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        *,
        text: Callable[[str], None],
    ) -> Iterator[None]:
        """Runs a part through an XML parser piece by piece, and comes back after each piece."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.XmlDeclHandler = _refuse_encoding
        try:
            with self._unpack(part) as stream:
                fed = 0
                while piece := stream.read(_CHUNK):
                    parser.Parse(piece, False)
                    fed += len(piece)
                    if fed - parser.CurrentByteIndex > _TOKEN_CAP:
                        raise WorkbookFault("the workbook holds an element larger than is read", f"in {part}")
                    yield
                parser.Parse(b"", True)
        except expat.ExpatError as err:
            raise WorkbookFault("the file is no whole workbook", f"{part}: {err}") from err
        except _BROKEN_ZIP as err:
            raise WorkbookFault("the file is no whole workbook", f"{part}: {err}") from err


class _Texts:
    """Gathers the text inside some elements, leaving out that inside others."""

    def __init__(self, inside: set[str], skip: set[str]) -> None:
        self._inside, self._skip = inside, skip
        self._open = self._skipped = 0
        self._parts: list[str] = []
        self._length = 0

    def start(self, name: str) -> None:
        """An element begins."""
        self._open += name in self._inside
        self._skipped += name in self._skip

    def end(self, name: str) -> None:
        """An element ends."""
        self._open -= name in self._inside
        self._skipped -= name in self._skip

    def text(self, text: str) -> None:
        """Text is met."""
        if self._open and not self._skipped:
            self._length += len(text)
            if self._length > TEXT_CAP:
                raise WorkbookFault("a cell is too long", expected=f"at most {TEXT_CAP:,} characters")
            self._parts.append(text)

    def take(self) -> str:
        """The text since this was last asked."""
        if not self._parts:
            return ""
        text = "".join(self._parts)
        self._parts.clear()
        self._length = 0
        return _ESCAPE.sub(lambda hit: chr(int(hit[1], 16)), text) if "_x" in text else text


_TEXTS = frozenset({"v", "t", "rPh"})


class _SheetReader:
    """Cells of a sheet, row by row, as their elements end."""

    def __init__(self, workbook: Workbook, grid: Grid, part: str) -> None:
        self.texts = _Texts({"v", "t"}, skip={"rPh"})
        self.done: list[tuple[int, dict[int, Cell]]] = []
        self._workbook, self._grid, self._part = workbook, grid, part
        self._row = self._column = self._style = 0
        self._kind = ""
        self._formula = False
        self._cells: dict[int, Cell] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "c":
            self._begin(attributes)
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "mergeCell":
            self._grid.merged.append(_range(attributes.get("ref", "")))
            _not_more(len(self._grid.merged), MOST_MERGED, "merged ranges")
        if name in _TEXTS:
            self.texts.start(name)

    def _begin_row(self, number: str | None) -> None:
        row = self._row + 1 if number is None else whole_number(number, 0)
        if not self._row < row <= MOST_ROWS:
            found = f"{self._part}: row {clip(number or str(row), 20)} after row {self._row:,}"
            raise WorkbookFault("the file is no whole workbook", found, f"rows in order, up to {MOST_ROWS:,}")
        self._row, self._column, self._cells = row, 0, {}

    def _begin(self, attributes: dict[str, str]) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        self._column = _column(letters) if letters else self._column + 1
        if self._column > MOST_COLUMNS or self._column in self._cells:
            raise WorkbookFault(
                "the file is no whole workbook",
                f"{self._part}: column {self._column:,} of row {self._row:,}",
                f"each cell once, up to column {MOST_COLUMNS:,}",
            )
        self._kind, self._style = attributes.get("t", "n"), whole_number(attributes.get("s", ""), 0)
        self._formula = False

    def end(self, name: str) -> None:
        """An element ends."""
        if name in _TEXTS:
            self.texts.end(name)
        elif name == "c":
            cell = self._value()
            if cell != "":
                self._cells[self._column] = cell
        elif name == "row" and self._cells:
            self.done.append((self._row, self._cells))

    def _value(self) -> Cell:
        text = self.texts.take()
        if self._formula and not text and self._kind != "str":
            way_out = "Open the workbook, let it calculate, and save it; or write the value."
            return Odd("the formula has no stored value", None, way_out)
        if not text:
            return ""
        cell = self._workbook.value(self._kind, self._style, text)
        return cell.strip() if isinstance(cell, str) else cell


def _directory(parts: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The parts of a workbook by name. Raises WorkbookFault where they pass a cap, or two have one name."""
    size = sum(part.file_size for part in parts)
    if size > UNPACKED_CAP_BYTES or len(parts) > MOST_PARTS:
        expected = f"at most {MOST_PARTS:,} parts and {UNPACKED_CAP_BYTES // 2**30} GiB"
        raise _too_large(f"{len(parts):,} parts of {size:,} bytes", expected)
    for part in parts:
        if part.file_size > max(ANY_RATIO_BYTES, UNPACKED_TIMES * part.compress_size):
            found = f"{part.filename} of {part.compress_size:,} bytes, {part.file_size:,} unpacked"
            raise _too_large(found, f"past {ANY_RATIO_BYTES // 2**20} MiB at most {UNPACKED_TIMES} times its size")
    names = {part.filename.lower(): part for part in parts}
    if len(names) < len(parts):
        raise WorkbookFault("the file is no whole workbook", "two parts of one name")
    return names


def _too_large(found: str, expected: str) -> WorkbookFault:
    return WorkbookFault("the workbook unpacks to more than is read", found, expected, way_out="Save the sheet as CSV.")


def _not_more(count: int, most: int, what: str) -> None:
    if count > most:
        raise WorkbookFault(
            f"the workbook has more {what} than are read", None, f"at most {most:,}", way_out="Save the sheet as CSV."
        )


def whole_number(text: str, otherwise: int) -> int:
    """A whole number of at most nine digits, or `otherwise` where the text is none."""
    return int(text) if len(text) < 10 and text.isascii() and text.isdigit() else otherwise


def _refuse_doctype(*_: object) -> None:
    raise WorkbookFault("the workbook declares a document type, which none needs", way_out="Save the sheet as CSV.")


def _refuse_encoding(_version: str, encoding: str | None, _alone: int) -> None:
    if encoding is not None and encoding.lower() not in XML_ENCODINGS:
        raise WorkbookFault("the file is no whole workbook", f"encoding {clip(encoding)}", "UTF-8")


def shows_date(code: str) -> bool:
    """Whether a format code shows a day or a time."""
    first = _NOT_CODE.sub("", code).split(";")[0].casefold()
    return "general" not in first and any(letter in first for letter in "ymdhs")


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    if len(letters) > 3 or not (letters.isascii() and letters.isalpha() and letters.isupper()):
        raise WorkbookFault("the file is no whole workbook", f"a column {letters!r}")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _range(text: str) -> tuple[int, int, int, int]:
    first, _, last = text.partition(":")
    hits = [_REFERENCE.match(part) for part in (first, last or first)]
    if hits[0] is None or hits[1] is None:
        raise WorkbookFault("the file is no whole workbook", f"a merged range {text!r}")
    return int(hits[0][2]), _column(hits[0][1]), int(hits[1][2]), _column(hits[1][1])
