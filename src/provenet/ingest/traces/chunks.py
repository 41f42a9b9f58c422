"""The text of a file of JSON records in chunks of whole records, read ahead of those who scan them.

A file is of one shape: a record to a line, a list of records (or several), or records one after another with line
ends inside.
"""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.core.errors import Fault, FaultList
from provenet.core.progress import Progress
from provenet.ingest.opening import Unpacked, Upload
from provenet.ingest.plain_lines import NotText, look_at_head
from provenet.ingest.traces.kernels.record_ranges import BEFORE_FIRST, BROKEN, DONE, object_ranges

CHUNK_BYTES = 2**20
"""About how much text is decoded at once: what becomes of it stays in the cache of a processor."""
RECORD_CAP_BYTES = 2**24
"""The longest record that is read; a traceroute is under a hundred kilobytes."""
_HEAD_BYTES = 65_536
_LEAST_RECORD_BYTES = 2
_NEXT = {True: "a record, a comma or the end of the list", False: "an object"}
LINES, LIST, OBJECTS = "lines", "list", "objects"


@dataclass(frozen=True)
class Chunk:
    """Records of a file, each with its number: in a file of lines that of the line, else its place, from 1."""

    records: list[bytes]
    rows: Sequence[int]


def shape_of(head: bytes) -> str:
    """How the records of a file lie, by its first bytes.

    >>> shape_of(b'[{"a":1}'), shape_of(b'{"a":1}'), shape_of(b'{\\n "a":1\\n}')
    ('list', 'lines', 'objects')
    """
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"["):
        return LIST
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and not lines[0].rstrip().endswith(b"}") and not lines[1].lstrip().startswith(b"{"):
        return OBJECTS
    return LINES


def chunks_of(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[Chunk]:
    """The records of a file in chunks; where they cannot be told apart, a fault ends them. Raises InputFault."""

    def report(done: int) -> None:
        progress(f"bytes read of {upload.name}", done, upload.size_bytes)

    try:
        look_at_head(upload)
    except NotText as err:
        faults.extend(err.faults)
        return
    shape = shape_of(upload.head(_HEAD_BYTES))
    with upload.stream(report) as stream:
        if shape == LINES:
            yield from _lines(_texts(stream), upload.name, faults)
        else:
            yield from _objects(_texts(stream), upload.name, faults, commas=shape == LIST)


def _texts(stream: Unpacked) -> Iterator[bytes]:
    """The text of a file some megabytes at a time, without a mark of its encoding; the last is empty."""
    data = stream.read(CHUNK_BYTES).removeprefix(codecs.BOM_UTF8)
    while data:
        yield data
        data = stream.read(CHUNK_BYTES)
    yield b""


def _lines(texts: Iterator[bytes], name: str, faults: FaultList) -> Iterator[Chunk]:
    carried, first = b"", 1
    for text in texts:
        *lines, carried = (carried + text).split(b"\n") if text else (carried, b"")
        numbered = [(first + at, line) for at, line in enumerate(lines) if line and not line.isspace()]
        if numbered:
            rows, records = zip(*numbered, strict=True)
            yield Chunk(list(records), rows)
        first += len(lines)
        if len(carried) > RECORD_CAP_BYTES:
            found = f"no line end within {RECORD_CAP_BYTES:,} bytes"
            faults.add(Fault(name, "a line is too long to be a record", first, found=found))
            return


def _objects(texts: Iterator[bytes], name: str, faults: FaultList, *, commas: bool) -> Iterator[Chunk]:
    carried, first, state = b"", 1, BEFORE_FIRST if not commas else DONE
    for text in texts:
        data = carried + text
        starts = np.empty(len(data) // _LEAST_RECORD_BYTES + 1, np.int64)
        ends = np.empty_like(starts)
        count, state, at = object_ranges(np.frombuffer(data, np.uint8), state, starts, ends, commas)
        if count:
            places = zip(starts[:count].tolist(), ends[:count].tolist(), strict=True)
            yield Chunk([data[start:end] for start, end in places], range(first, first + count))
            first += count
        carried = data[at:]
        if state == BROKEN:
            found = carried[:40].decode("utf-8", "replace")
            sentence = "the records cannot be told apart, and nothing behind it is read"
            faults.add(Fault(name, sentence, first, found=found, expected=_NEXT[commas]))
            return
        if len(carried) > RECORD_CAP_BYTES:
            found = f"no end of it within {RECORD_CAP_BYTES:,} bytes"
            faults.add(Fault(name, "a record is too long", first, found=found))
            return
    if carried:
        faults.add(Fault(name, "the file ends inside a record", first, way_out="Fetch the file again."))
    elif commas and state != DONE:
        faults.add(Fault(name, "the list of records is never closed", first, way_out="Fetch the file again."))
