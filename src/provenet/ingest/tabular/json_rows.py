"""JSON read as a table: lines of one object each, or the list of objects in a document; names are the columns.

Rows are counted as lines or as records, from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from provenet.core.errors import Fault, FaultList, InputFault, clip, nearest
from provenet.core.jsontext import JsonFault, parse_json
from provenet.ingest.opening import Upload
from provenet.ingest.tabular import sheets
from provenet.ingest.tabular.mapping import Layout
from provenet.ingest.tabular.strict import FOREIGN, Lines, LongLine

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WRITTEN = re.compile(r"(?<!\\)(?:\\\\)*\\u00(0[0-8bBcCeEfF]|1[0-9a-fA-F]|7[fF])")
"""How a control character is written inside a text."""


def json_value(place: str, data: bytes, row: int = 0) -> tuple[Any, Fault | None]:
    """The value of a JSON text, and None; or None and the fault. `row` is told where the text is one line of many.

    Refuses what `parse_json` refuses, text that is not UTF-8, and control characters inside texts. Cost O(bytes).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        found = f"byte 0x{data[err.start]:02X} at byte {err.start + 1}"
        return None, Fault(
            place, "the text is not UTF-8", row, found=found, expected="UTF-8", way_out="Save the file as UTF-8."
        )
    if hit := _WRITTEN.search(text) or _CONTROL.search(text):
        code = int(hit[1], 16) if hit.re is _WRITTEN else ord(hit[0])
        return None, Fault(
            place, "a control character stands in a text", row, found=f"character 0x{code:02X}", expected="text"
        )
    try:
        return parse_json(text), None
    except JsonFault as err:
        return None, Fault(place, err.says, row, found=err.found, expected=err.expected)


_LOOKED_AT = 10_000
_STEP = 256
Record = tuple[int, dict[str, str | None]]


def open_json_lines(upload: Upload, declared: Layout | None) -> JsonLines:
    """Opens JSON lines as a stream of batches. Raises InputFault where no column can be told.

    The columns are the names found in the first ten thousand lines; an object may leave a name out: null. A name that
    is met only later is a fault. Lists of plain values are one cell, joined by the separator of the column; an object
    inside an object is as many columns as it has names, `site.lat`, unless the mapping ignores it as a whole. Cost
    O(bytes) in time and O(a batch) in memory.
    """
    table = JsonLines(upload, declared)
    table.look()
    return table


class JsonLines(sheets.Sheet):
    """One file of JSON lines."""

    counts = "bytes read"

    def __init__(self, upload: Upload, declared: Layout | None) -> None:
        super().__init__(upload.name, total=upload.size_bytes)
        self.upload = upload
        self._whole = declared.ignored if declared else frozenset()

    def look(self) -> None:
        """Finds the columns that the first records name. Raises InputFault where there are none."""
        faults, bad_names, count = FaultList(), FaultList(), 0
        names: dict[str, None] = {}
        for _, record in islice(self.records(faults), _LOOKED_AT):
            count += 1
            names.update(dict.fromkeys(record))
        if not names:
            faults.refuse()
            found = "objects without a name" if count else f"{self.upload.size_bytes} bytes"
            expected = "one JSON object to a line"
            raise InputFault([Fault(self.where, "the file is empty", found=found, expected=expected)])
        self.header = tuple(names)
        sheets.header_faults_of(self.where, self.header, bad_names)
        bad_names.refuse()

    def records(self, faults: FaultList) -> Iterator[Record]:
        """Each object as (line, cells); a line with a fault is left out, a cell with one is None."""
        row = 0
        with self.upload.stream() as stream:
            lines = Lines(stream, "utf-8-sig")
            try:
                for line in lines:
                    if faults.full:
                        return
                    row += 1
                    self._lines, self.progress.done = lines, stream.packed_position()
                    if not line.strip():
                        continue
                    if not line.isascii() and (hit := FOREIGN.search(line)):
                        found = f"byte 0x{ord(hit[0]) - 0xDC00:02X}"
                        way_out = "Save the file as UTF-8; JSON has no other encoding."
                        text = "the text is not UTF-8"
                        faults.add(Fault(self.where, text, row, found=found, expected="UTF-8", way_out=way_out))
                        return
                    record = self._record(row, line, faults)
                    if record is not None:
                        yield row, record
            except LongLine as err:
                faults.add(err.fault(self.where, row + 1, "Write one object to a line, and nothing else."))

    def _record(self, row: int, line: str, faults: FaultList) -> dict[str, str | None] | None:
        try:
            value = parse_json(line, numerals=True)
        except JsonFault as err:
            faults.add(Fault(self.where, err.says, row, found=err.found, expected=err.expected))
            return None
        if not isinstance(value, dict):
            found = clip(line.strip())
            faults.add(Fault(self.where, "the line is no object", row, found=found, expected='{"column": value, ...}'))
            return None
        return self.cells(row, value, faults)

    def cells(self, row: int, value: Mapping[str, object], faults: FaultList) -> dict[str, str | None]:
        """The cells of one object by column, objects inside it spread out."""
        made: dict[str, str | None] = {}
        for name, cell in self._spread("", value):
            if name in made:
                text, way_out = "two values stand under one name", "Rename one of them."
                faults.add(Fault(self.where, text, row, column=name, found=name, way_out=way_out))
            made[name] = self._cell(row, name, cell, faults=faults)
        return made

    def _spread(self, above: str, value: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        """The values of an object by name; those of an object inside it under both names, joined by a point."""
        for word, cell in value.items():
            name = f"{above}{word.strip()}"
            if isinstance(cell, dict) and cell and name not in self._whole:
                yield from self._spread(f"{name}.", cell)
            else:
                yield name, None if isinstance(cell, dict) else cell

    def _cell(self, row: int, name: str, value: object, *, faults: FaultList) -> str | None:
        if isinstance(value, str):
            return value.strip()
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        mark = self.joining.get(name, sheets.BAR)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            if any(mark in item for item in value):
                text = f"an item of the list holds the mark {mark!r}, which joins the items"
                way_out = "Declare another separator for the column in a mapping beside the file."
                faults.add(Fault(self.where, text, row, column=name, way_out=way_out))
                return None
            return mark.join(value)
        kind = "an object" if isinstance(value, dict) else "a list of more than plain texts and numbers"
        way_out = "Write its parts as columns of their own."
        expected = "a text, a number or a list"
        faults.add(
            Fault(self.where, "the value is no cell", row, column=name, found=kind, expected=expected, way_out=way_out)
        )
        return None

    def read_bytes(self) -> int:
        """How many bytes were read so far."""
        return self._lines.byte_count

    def batches(self, faults: FaultList) -> Iterator[sheets.Batch]:
        """The objects in order, as cells of the columns of the header."""
        known = frozenset(self.header)
        reported: set[str] = set()
        records = self.records(faults)
        ended = False
        while not ended:
            rows: list[int] = []
            read: list[dict[str, str | None]] = []
            before = None
            while len(rows) < sheets.BATCH_ROWS:
                some = list(islice(records, _STEP))
                for row, record in some:
                    if not record.keys() <= known:
                        self._late(row, record.keys() - known - reported, reported, faults=faults)
                    rows.append(row)
                    read.append(record)
                at = self.read_bytes()
                before = at if before is None else before
                ended = len(some) < _STEP
                if ended or at - before > sheets.BATCH_BYTES:
                    break
            if rows:
                columns = {name: [record.get(name, "") for record in read] for name in self.header}
                yield self.batch(rows, columns, faults)

    def _late(self, row: int, names: set[str], reported: set[str], *, faults: FaultList) -> None:
        for name in sorted(names):
            reported.add(name)
            text, near = "the name stands in none of the lines before", nearest(name, self.header)
            way_out = "Name every column in the first object, with null where nothing is known."
            words = {"expected": "a column named early", "nearest": near, "way_out": way_out}
            faults.add(Fault(self.where, text, row, column=name, found=name, **words))


MOST_BYTES = 64 * 2**20
"""The most that a document may hold: it is read whole. JSON lines may be of any length."""
_DEEPEST = 6
"""How far down a list of records is looked for."""
WHOLE = "."
"""How a mapping names the document itself."""


def open_json(upload: Upload, declared: Layout | None) -> JsonDocument:
    """Opens the records of a JSON document. Raises InputFault where there are none or it cannot be told which.

    The records are the document's list of objects, or the one inside it that `records` names; without it the only one.
    Cost O(bytes) in time and memory, at most 64 MiB.
    """
    lists = _lists_of(upload)
    chosen = _choose(upload.name, lists, declared.records if declared else "")
    table = JsonDocument(upload, declared, lists[chosen])
    table.look()
    return table


def record_places(upload: Upload) -> list[str]:
    """The places of the lists of objects in a document. Raises InputFault where it has none."""
    lists = _lists_of(upload)
    if not lists:
        _choose(upload.name, lists, "")
    return list(lists)


def _lists_of(upload: Upload) -> dict[str, list[dict[str, object]]]:
    """The lists of objects in a document by place. Raises InputFault where it cannot be read."""
    data = upload.head(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        way_out = "Write one object to a line and name the file .jsonl."
        expected = f"at most {MOST_BYTES:,} bytes"
        raise InputFault([Fault(upload.name, "the document is too large", expected=expected, way_out=way_out)])
    try:
        value = parse_json(data.decode("utf-8-sig"), numerals=True)
    except UnicodeDecodeError as err:
        found = f"byte 0x{data[err.start]:02X} at byte {err.start + 1:,}"
        way_out = "Save the file as UTF-8; JSON has no other encoding."
        text = "the text is not UTF-8"
        raise InputFault([Fault(upload.name, text, found=found, expected="UTF-8", way_out=way_out)]) from err
    except JsonFault as err:
        raise InputFault([Fault(upload.name, err.says, found=err.found, expected=err.expected)]) from err
    return dict(record_lists(value))


def record_lists(value: object, above: str = "", depth: int = 0) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """The lists of objects in a document, each with its place; what stands inside one of them is part of it."""
    if isinstance(value, list):
        if value and all(isinstance(one, dict) for one in value):
            yield above or WHOLE, value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            yield from record_lists(inner, f"{above}.{name}" if above else name, depth + 1)


def _choose(place: str, lists: dict[str, list[dict[str, object]]], named: str) -> str:
    if named in lists:
        return named
    if len(lists) == 1 and not named:
        return next(iter(lists))
    known = clip(", ".join(lists), 200)
    if named:
        text, near = "the document has no such list of objects", nearest(named, lists)
        fault = Fault(place, text, column="records", found=named, expected=f"one of {known}", nearest=near)
    elif lists:
        way_out = f'Name one in a mapping beside the file: records = "{next(iter(lists))}".'
        text = "the document has several lists of objects"
        fault = Fault(place, text, found=known, expected="one list", way_out=way_out)
    else:
        fault = Fault(place, "the document has no list of objects", expected='[{"column": value, ...}, ...]')
    raise InputFault([fault])


class JsonDocument(JsonLines):
    """The records of one JSON document."""

    counts = "records read"

    def __init__(self, upload: Upload, declared: Layout | None, objects: list[dict[str, object]]) -> None:
        super().__init__(upload, declared)
        self._objects = objects
        self.progress.total = len(objects)

    def records(self, faults: FaultList) -> Iterator[Record]:
        """Each object as (number, cells)."""
        for row, value in enumerate(self._objects, start=1):
            if faults.full:
                return
            self.progress.done = row
            yield row, self.cells(row, value, faults)

    def read_bytes(self) -> int:
        """Nothing is read while records are made: the document is in memory."""
        return 0
