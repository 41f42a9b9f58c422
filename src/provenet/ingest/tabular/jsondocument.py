"""A JSON document read as a table: the list of objects in it, its names the columns. Records are counted from 1."""

from __future__ import annotations

from collections.abc import Iterator

from provenet.core.errors import Fault, FaultList, clip, nearest
from provenet.core.jsontext import JsonFault, parse_json
from provenet.ingest.opening import Upload
from provenet.ingest.tabular.jsonlines import JsonLines, Record, with_header
from provenet.ingest.tabular.mapping import Layout

MOST_BYTES = 64 * 2**20
"""The most that a document may hold: it is read whole. JSON lines may be of any length."""
_DEEPEST = 6
"""How far down a list of records is looked for."""
WHOLE = "."
"""How a mapping names the document itself."""


def open_json(upload: Upload, declared: Layout | None, faults: FaultList) -> JsonDocument | None:
    """Opens the records of a JSON document; None, with a fault, where there are none or it cannot be told which.

    The records are the document's list of objects, or the one inside it that `records` names; without it the only one.
    Cost O(bytes) in time and memory, at most 64 MiB.
    """
    lists = _lists_of(upload, faults)
    chosen = None if lists is None else _choose(upload.name, lists, declared.records if declared else "", faults=faults)
    if lists is None or chosen is None:
        return None
    table = JsonDocument(upload, declared.ignored if declared else frozenset(), lists[chosen])
    return None if with_header(table, faults) is None else table


def record_places(upload: Upload, faults: FaultList) -> list[str]:
    """The places of the lists of objects in a document; none, with a fault, where it has none."""
    lists = _lists_of(upload, faults)
    if lists is not None and not lists:
        _choose(upload.name, lists, "", faults=faults)
    return list(lists or ())


def _lists_of(upload: Upload, faults: FaultList) -> dict[str, list[dict[str, object]]] | None:
    """The lists of objects in a document by place; None, with a fault, where it cannot be read."""
    data = upload.head(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        way_out = "Write one object to a line and name the file .jsonl."
        faults.add(
            Fault(upload.name, "the document is too large", expected=f"at most {MOST_BYTES:,} bytes", way_out=way_out)
        )
        return None
    try:
        value = parse_json(data.decode("utf-8-sig"), numerals=True)
    except UnicodeDecodeError as err:
        found = f"byte 0x{data[err.start]:02X} at byte {err.start + 1:,}"
        way_out = "Save the file as UTF-8; JSON has no other encoding."
        faults.add(Fault(upload.name, "the text is not UTF-8", found=found, expected="UTF-8", way_out=way_out))
        return None
    except JsonFault as err:
        faults.add(Fault(upload.name, err.says, found=err.found, expected=err.expected))
        return None
    return dict(record_lists(value))


def record_lists(value: object, above: str = "", depth: int = 0) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """The lists of objects in a document, each with its place; what stands inside one of them is part of it."""
    if isinstance(value, list):
        if value and all(isinstance(one, dict) for one in value):
            yield above or WHOLE, value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            yield from record_lists(inner, f"{above}.{name}" if above else name, depth + 1)


def _choose(place: str, lists: dict[str, list[dict[str, object]]], named: str, *, faults: FaultList) -> str | None:
    if named and named in lists:
        return named
    known = clip(", ".join(lists), 200)
    if named:
        text, near = "the document has no such list of objects", nearest(named, lists)
        faults.add(Fault(place, text, column="records", found=named, expected=f"one of {known}", nearest=near))
    elif len(lists) == 1:
        return next(iter(lists))
    elif lists:
        way_out = f'Name one in a mapping beside the file: records = "{next(iter(lists))}".'
        text = "the document has several lists of objects"
        faults.add(Fault(place, text, found=known, expected="one list", way_out=way_out))
    else:
        faults.add(Fault(place, "the document has no list of objects", expected='[{"column": value, ...}, ...]'))
    return None


class JsonDocument(JsonLines):
    """The records of one JSON document."""

    counts = "records read"

    def __init__(self, upload: Upload, ignored: frozenset[str], objects: list[dict[str, object]]) -> None:
        super().__init__(upload, ignored)
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
