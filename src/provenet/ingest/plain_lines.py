"""Text files of one record a line: as blocks of whole lines with their numbers, and as tables that have no header.

Nothing but a block is held. A byte order mark, any of the three line ends, packing and a missing last line end are
fine; a line that never ends, another encoding and a broken packing are faults. A published table of networks or
addresses gives frames of text cells; they become a sheet, with the layout that makes rows of it, or are read by a tool
that has no case. The formats: `as_tables` and `prefix_tables`.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

import polars as pl

from provenet.case.tables import tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault, UsageFault
from provenet.core.progress import Progress, silent
from provenet.ingest.mapping_beside import MappingBeside, place_beside
from provenet.ingest.opening import Upload, packed_under_another_name
from provenet.ingest.registry import CellTable, Format, Head, Place, Source, first_of, formats
from provenet.ingest.tabular.fields import Field
from provenet.ingest.tabular.mapping import Layout
from provenet.ingest.tabular.sheets import BATCH_ROWS, Batch, Sheet, without_controls

BLOCK_BYTES = 4 * 2**20
"""About how much text is worked on at once."""
LINE_CAP_BYTES = 2**16
"""The longest line that is read; a record of these files is under a kilobyte."""
QUOTED_CAP = 4_096
"""The longest record that a cell in quotes may make of several lines."""
_FOREIGN = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))

TextFile = Path | tuple[str, bytes] | Upload
"""A file on disk, its name and its bytes, or one that was opened before."""


@dataclass(frozen=True)
class Block:
    """Whole lines without their ends: `lines` is text, `first` the number of the first, from 1."""

    first: int
    lines: pl.Series


def opened(given: TextFile, progress: Progress = silent) -> Upload:
    """A file to be read, hashed as it lies. Raises UsageFault where there is none or it cannot be read."""
    if isinstance(given, Upload):
        return given
    if not isinstance(given, Path):
        name, data = given
        return Upload(name, sha256_bytes(data), data, len(data))
    if not given.is_file():
        what = "this is a folder" if given.is_dir() else "this is no file" if given.exists() else "no such file"
        raise UsageFault(f"{what}; found {str(given)!r}, expected a file.")
    try:
        return Upload.of(given, progress)
    except OSError as err:
        raise UsageFault(f"the file cannot be read ({err.strerror}); found {str(given)!r}.") from err


def blocks_of(upload: Upload, progress: Progress = silent, *, foreign: bool = False) -> Iterator[Block]:
    """The lines of a file in blocks, in order.

    With `foreign`, bytes that are no UTF-8 become U+FFFD, else they are a fault at their line. Raises InputFault.
    Cost O(bytes) in time and O(a block) in memory.
    """
    look_at_head(upload)

    def report(done: int) -> None:
        progress(f"bytes read of {upload.name}", done, upload.size_bytes)

    first, carried = 1, b""
    with upload.stream(report) as stream:
        while data := stream.read(BLOCK_BYTES):
            data = carried + data
            cut = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
            if len(data) - cut > LINE_CAP_BYTES:
                _too_long(upload.name, first + len(_lines(data[:cut])) - 1)
            carried = data[cut:]
            if cut:
                made = _block(upload.name, first, data[:cut], foreign=foreign)
                first += made.lines.len()
                yield made
    if carried:
        yield _block(upload.name, first, carried, foreign=foreign)


def records_of(
    upload: Upload, faults: FaultList, progress: Progress = silent, *, remark: str = "#"
) -> Iterator[tuple[int, str]]:
    """The records that say something, stripped, with the number of their first line; ends where faults are too many.

    A line that begins with `remark` says nothing. A cell in quotes may hold line ends, so a line whose last quote is
    open goes on in the next; one that is never closed is a fault. Raises InputFault. Cost O(bytes).
    """
    begun, held = 0, ""
    for block in blocks_of(upload, progress):
        for row, line in enumerate(block.lines.to_list(), start=block.first):
            text = f"{held}\n{line}" if begun else line.strip()
            if not text or text.startswith(remark):
                continue
            if '"' in text and is_open_record(text):
                begun, held = begun or row, text
                if len(text) > QUOTED_CAP:
                    break
                continue
            yield begun or row, text
            begun, held = 0, ""
            if faults.full:
                return
        if len(held) > QUOTED_CAP:
            break
    if begun:
        way_out = "Close the quote, or double it where it is part of the text."
        faults.add(Fault(upload.name, "a quote is opened and never closed", begun, way_out=way_out))


def is_open_record(text: str) -> bool:
    """Whether the last cell of a record begins with a quote that nothing closes."""
    try:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as err:
        return str(err) == "unexpected end of data"
    return False


def _lines(data: bytes) -> list[bytes]:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _block(name: str, first: int, data: bytes, *, foreign: bool) -> Block:
    if first == 1:
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8", "replace" if foreign else "strict")
    except UnicodeDecodeError as err:
        row = first + len(_lines(data[: err.start])) - 1
        way_out = "Save the file as UTF-8."
        found = f"byte 0x{data[err.start]:02X}"
        raise InputFault(
            [Fault(name, "the text is not UTF-8", row, found=found, expected="UTF-8", way_out=way_out)]
        ) from err
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = pl.Series("line", [text.removesuffix("\n")], dtype=pl.String).str.split("\n").explode()
    longest = lines.str.len_bytes().max()
    if isinstance(longest, int) and longest > LINE_CAP_BYTES:
        _too_long(name, first + ((lines.str.len_bytes() > LINE_CAP_BYTES).arg_max() or 0))
    return Block(first, lines)


def _too_long(name: str, row: int) -> None:
    found, way_out = f"no line end within {LINE_CAP_BYTES:,} bytes", "Write one record to a line."
    raise InputFault([Fault(name, "a line is too long to be a record", row, found=found, way_out=way_out)])


class NotText(InputFault):
    """The first bytes of a file say that it is no text in UTF-8."""


def look_at_head(upload: Upload) -> None:
    """Raises NotText where the first bytes say that the file is no text in UTF-8."""
    head = upload.head(512)
    packed = packed_under_another_name(upload.name, head)
    if packed is not None:
        raise NotText([packed])
    mark = next((kind for sign, kind in _FOREIGN if head.startswith(sign)), None)
    if mark is None and head.count(0) * 3 >= max(len(head), 1):
        mark = "zero bytes, as in UTF-16 without a byte order mark or in no text at all"
    if mark is not None:
        way_out = "Save the file as UTF-8."
        raise NotText([Fault(upload.name, "the text is not UTF-8", found=mark, expected="UTF-8", way_out=way_out)])


_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-_]?([0-9]{2})[-_]?([0-9]{2})(?![0-9])")


@dataclass(frozen=True)
class LineFile:
    """A file of lines being read: its bytes, where its faults go, and who hears of the bytes read.

    What it cannot say of itself is text, empty if unknown: the day it is of, and the tag it lists.
    """

    upload: Upload
    faults: FaultList
    progress: Progress
    observed_on: str
    tag: str


Frames = Callable[[LineFile], Iterator[pl.DataFrame]]
"""The records of a file: frames of `row` (Int64) and the columns of the format as text, empty where nothing stands."""


class LineSheet(Sheet):
    """The records of one file as a sheet of text cells."""

    counts = "bytes read"

    def __init__(self, source: Source, columns: Iterable[str], frames: Frames) -> None:
        super().__init__(source.upload.name, columns, total=source.upload.size_bytes)
        self._upload, self._frames = source.upload, frames
        self._day_and_tag = _day_and_tag(source.upload.plain_name, source.mapping, source.faults)

    def batches(self, faults: FaultList) -> Iterator[Batch]:
        """The records in order. Raises InputFault where no more can be read."""

        def done(_: str, count: int, __: int) -> None:
            self.progress.done = count

        for made in self._frames(LineFile(self._upload, faults, done, *self._day_and_tag)):
            for part in made.iter_slices(BATCH_ROWS):
                cells = [without_controls(self.where, part[name], part["row"], faults=faults) for name in self.header]
                yield Batch(part["row"], pl.DataFrame(cells))


def line_format(
    name: str,
    says: str,
    table: str,
    *,
    columns: Mapping[str, str],
    recognises: Callable[[Head], bool],
    frames: Frames,
    places: tuple[Place, ...] = (),
) -> Format:
    """The declaration of a format of lines: the table that its records become, and its columns with the types that
    read them. A mapping beside a file may give `tag` and `observed_on`.
    """

    def laid_out(source: Source) -> CellTable:
        spec = tables()[table]
        types = {column: "text" if column == "note" else spec.column(column).type for column in columns}
        fields = tuple(Field(column, table, column, kind, types[column]) for column, kind in columns.items())
        return CellTable(LineSheet(source, columns, frames), Layout(name, says, (table,), fields))

    return Format(
        name,
        says,
        recognises,
        known_by="the first lines",
        tables=(table,),
        opens_rows=laid_out,
        order=30,
        has_lines=True,
        places=places,
    )


def mostly(lines: list[str], fits: Callable[[str], object]) -> bool:
    """Whether the first line fits and so does at least every other one of the next; a bad line then is a fault of a
    file of the format, and a header makes it another.
    """
    looked = lines[:20]
    return bool(looked) and bool(fits(looked[0])) and 2 * sum(bool(fits(line)) for line in looked) >= len(looked)


def read_line_table(given: TextFile, table: str, tell: Progress = silent) -> pl.DataFrame:
    """The records of a file for a tool without a case: the number as `row`, and the columns of the format as text.

    `table` is the table of a case that the file would enter, such as `as_number`, `as_tag` or `as_organisation`; a
    file of another format is a fault. Empty cells are empty text, countries are two letters. Raises InputFault with
    every fault, UsageFault where there is no file. Cost O(cells) in time and memory.
    """
    upload, faults = opened(given, tell), FaultList()
    found = first_of(Head(upload), "has_lines")
    if found is None or found.tables != (table,):
        known = "; ".join(one.says for one in formats("has_lines") if one.tables == (table,))
        begins = upload.head(60).decode("utf-8", "replace")
        raise InputFault([Fault(upload.name, f"this is no file of {table}", found=begins, expected=known)])
    assert found.opens_rows is not None
    laid_out = found.opens_rows(Source(upload=upload, faults=faults))
    assert isinstance(laid_out, CellTable)
    sheet = laid_out.sheet
    parts = [pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(sheet.header, pl.String)})]
    for batch in sheet.batches(faults):
        parts.append(batch.cells.insert_column(0, batch.rows.alias("row")))
        tell(f"bytes read of {upload.name}", sheet.progress.done, upload.size_bytes)
    faults.refuse()
    return pl.concat(parts)


def _day_and_tag(name: str, mapping: bytes | None, faults: FaultList) -> tuple[str, str]:
    """The day and tag of a file by its mapping, else by its name: `20250901.as-rel2.txt` is of 1 September 2025, and
    `gov.csv` lists the tag gov.
    """
    beside = MappingBeside(place_beside(name), mapping, ("tag", "observed_on"), faults=faults)
    tag, day = beside.text("tag", "not a tag", 'a text such as "gov"'), beside.day("observed_on", "the day of the file")
    return day.isoformat() if day else day_in(name), tag or PurePosixPath(name).stem


def day_in(name: str) -> str:
    """The first whole day that a name holds, as ISO; empty where it holds none.

    >>> day_in("routeviews-rv2-20250901-1200.pfx2as"), day_in("2025_05_17_16_42.csv"), day_in("20251399.txt")
    ('2025-09-01', '2025-05-17', '')
    """
    for hit in _DAY.finditer(name):
        try:
            return date(int(hit[1]), int(hit[2]), int(hit[3])).isoformat()
        except ValueError:
            continue
    return ""
