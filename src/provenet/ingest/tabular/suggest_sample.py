"""The first rows of a file nobody has described yet: its delimiter, its encoding, its header and some records."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.tabular.excel import open_excel
from provenet.ingest.tabular.json_rows import open_json, record_places
from provenet.ingest.tabular.layouts import cells_of
from provenet.ingest.tabular.mapping import DELIMITERS, ENCODINGS, MOST_TITLE_ROWS, Layout
from provenet.ingest.tabular.sheets import Sheet
from provenet.ingest.tabular.strict import FIRST_REMARK, REMARK
from provenet.ingest.tabular.workbook import Grid, SheetPart, Workbook, WorkbookFault

SAMPLE_BYTES = 2 * 2**20
"""How much of a file is looked at."""
SAMPLE_ROWS = 5_000
_NO_LAYOUT = Layout("", "", (), ())
_LOOKED_AT_ROWS = 60
"""How many rows are looked at for the header."""
_KANA = re.compile("[\u3040-\u30ff]")
_EAST_ASIAN = ("cp932", "euc-jp")
_SAME = {"cp932": ("cp932", "shift_jis"), "euc-jp": ("euc-jp", "euc_jp")}
"""Names of one encoding, of which a mapping may know one."""
_CP1252_HOLES = frozenset(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True)
class Sample:
    """A header and some rows. `delimiter` and `encoding` are None where the format has none.

    `unread` are the columns with cells that are no text, number or day; such cells stand in no row. `header_row` is the
    row of the header where lines stand above it, else 0; `sheet` is the sheet of a workbook that has several, `sheets`
    are the others.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str | None = None
    encoding: str | None = None
    remarks: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    header_row: int = 0
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    records: str = ""
    """The place of the records in a JSON document that has several lists."""

    def column(self, at: int) -> list[str]:
        """The cells of one column, in order."""
        return [row[at] for row in self.rows]


def samples_of(upload: Upload) -> list[Sample]:
    """The sample of a delimited file, Parquet file or file of JSON, or one of each sheet of a workbook, at least one.

    Raises InputFault where no table of named columns can be made out. Cost O(sample).
    """
    if cells_of(upload).has_sheets and upload.head(4).startswith(b"PK"):
        return _of_workbook(upload)
    if upload.suffix == ".json":
        return _of_document(upload)
    return [_sample_of(upload)]


def _of_document(upload: Upload) -> list[Sample]:
    """A sample of each list of objects in a JSON document. Raises InputFault where there is none."""
    faults = FaultList()
    made = []
    for place in record_places(upload):
        try:
            table = open_json(upload, replace(_NO_LAYOUT, records=place))
            made.append(replace(_of_table(upload.name, table), records=place))
        except InputFault as err:
            faults.take(err)
    if not made:
        faults.refuse()
    return made if len(made) > 1 else [replace(made[0], records="")]


def _of_workbook(upload: Upload) -> list[Sample]:
    """A sample of each sheet in which a table can be made out. Raises InputFault where there is none."""
    try:
        workbook = Workbook(upload.raw())
        workbook.load()
        tops = {part.name: _top(workbook, part) for part in workbook.sheets}
    except WorkbookFault as err:
        raise InputFault([err.fault(upload.name)]) from err
    filled = [name for name, rows in tops.items() if rows]
    made: list[Sample] = []
    faults = FaultList()
    for name in filled or list(tops)[:1]:
        row = _header_row(tops[name])
        try:
            sample = _of_table(upload.name, open_excel(upload, name, header_row=row))
        except InputFault as err:
            faults.extend(err.faults)
            continue
        several = len(filled) > 1
        above = row if row > min((number for number, _ in tops[name]), default=row) else 0
        others = tuple(one for one in filled if one != name) if several else ()
        made.append(replace(sample, header_row=above, sheet=name if several else "", sheets=others))
    if not made:
        faults.refuse()
    return made


def _top(workbook: Workbook, part: SheetPart) -> list[tuple[int, list[str]]]:
    """The first rows of a sheet that hold a cell, with their numbers."""
    rows = islice(workbook.rows(part, Grid()), _LOOKED_AT_ROWS)
    return [(row, [str(cell) for cell in cells.values()]) for row, cells in rows if row <= MOST_TITLE_ROWS]


def _header_row(records: Sequence[tuple[int, Sequence[str]]]) -> int:
    """The number of the first row that is as wide as most: what stands above it, with fewer cells, is a title."""
    widths = [sum(1 for cell in cells if cell.strip()) for _, cells in records]
    wide = [width for width in widths if width > 1]
    if not wide:
        return records[0][0] if records else 0
    usual = Counter(wide).most_common(1)[0][0]
    enough = max(2, round(0.6 * usual))
    return next(row for (row, _), width in zip(records, widths, strict=True) if width >= enough)


def _sample_of(upload: Upload) -> Sample:
    cells = cells_of(upload)
    return _of_text(upload) if cells.is_delimited else _of_table(upload.name, cells.sheet(upload, None))


def _of_table(name: str, table: Sheet) -> Sample:
    rows: list[tuple[str, ...]] = []
    faults = FaultList()
    for batch in table.batches(faults):
        found = batch.cells.head(SAMPLE_ROWS - len(rows)).select(table.header)
        rows += [tuple("" if cell is None else str(cell) for cell in row) for row in found.iter_rows()]
        if len(rows) >= SAMPLE_ROWS:
            break
    unread = frozenset(fault.column for fault in faults.faults if fault.column)
    return Sample(name, tuple(table.header), tuple(rows), unread=unread)


def _of_text(upload: Upload) -> Sample:
    head = upload.head(SAMPLE_BYTES)
    if not head.strip(b" \t\r\n\x00"):
        raise InputFault([Fault(upload.name, "the file is empty", found=f"{len(head)} bytes", expected="a header row")])
    encoding = encoding_of(head)
    if encoding not in ENCODINGS:
        known, way_out = ", ".join(ENCODINGS.values()), "Save the file as UTF-8."
        text = "this encoding is not read"
        raise InputFault([Fault(upload.name, text, found=encoding, expected=known, way_out=way_out)])
    text = _text(head, encoding)
    delimiter = delimiter_of(text)
    records = _records(text, delimiter, len(head) < SAMPLE_BYTES)
    if records and records[0] and records[0][0].startswith(FIRST_REMARK):
        records = [one for one in records if not one or not one[0].startswith(REMARK)]
    row = _header_row(list(enumerate(records[:_LOOKED_AT_ROWS], start=1)))
    records = records[max(0, row - 1) :]
    if not records or len(records[0]) < 2:
        way_out = "Suggest from a file with a header row, its columns separated by a comma, semicolon, tab or bar."
        found = records[0][0] if records and records[0] else None
        raise InputFault([Fault(upload.name, "no columns can be made out", 1, found=found, way_out=way_out)])
    header = tuple(cell.strip() for cell in records[0])
    rows = tuple(tuple(cell.strip() for cell in one) for one in records[1:] if len(one) == len(header))
    remarks = _remarks(upload.name, header, records)
    return Sample(upload.name, header, rows, delimiter, encoding, remarks, header_row=row if row > 1 else 0)


def encoding_of(head: bytes) -> str:
    """The encoding of text, by its byte order mark, by being valid UTF-8, or by the letters it would hold.

    A guess: an old Western and an old Eastern encoding share their bytes. Cost O(bytes).
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _valid(head, "utf-8"):
        return "utf-8"
    kana = {name: len(_KANA.findall(_text(head, name))) for name in _EAST_ASIAN if _valid(head, name)}
    best = max(kana, key=lambda name: kana[name], default="")
    if best and kana[best]:
        return next((name for name in _SAME.get(best, (best,)) if name in ENCODINGS), best)
    return "cp1252" if not set(head) & _CP1252_HOLES else "latin-1"


def _valid(head: bytes, encoding: str) -> bool:
    """Whether bytes are of an encoding; a letter cut off at the end of the sample is no matter."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        decoder.decode(head, len(head) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _text(head: bytes, encoding: str) -> str:
    return head.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")


def delimiter_of(text: str) -> str:
    """The mark that cuts most of the first records into the same number of cells, more than one. Cost O(sample)."""

    def fit(mark: str) -> tuple[float, int]:
        records = [one for one in _records(text[:65_536], mark, False)[:60] if one]
        widths = [len(one) for one in records]
        usual, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (count / len(widths), usual) if usual > 1 else (0.0, 0)

    return max(DELIMITERS, key=fit)


def _records(text: str, delimiter: str, whole: bool) -> list[list[str]]:
    """The records of a sample; the last one of a sample that is cut is left out."""
    made: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            made.append(record)
            if len(made) > SAMPLE_ROWS:
                return made
    except csv.Error:
        return made
    return made if whole else made[:-1]


def _remarks(name: str, header: Sequence[str], records: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What the strict reader will refuse, and no mapping can mend."""
    remarks = []
    if any(not column for column in header):
        remarks.append("a column of the header has no name; name it in the file")
    if len(set(header)) < len(header):
        remarks.append("a name stands twice in the header; rename one of them in the file")
    ragged = sum(1 for one in records if one and len(one) != len(header))
    if ragged:
        remarks.append(f"{ragged:,} of the records looked at have more or fewer cells than the header")
    return tuple(remarks)
