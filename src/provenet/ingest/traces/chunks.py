"""The text of a file of JSON records in chunks of whole records, read ahead of those who scan them.

A file is of one shape: a record to a line, a list of records (or several), or records one after another with line
ends inside.
A chunk is a buffer with zeros behind its text, as the kernels want it.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, FaultList
from provenet.core.progress import Progress
from provenet.ingest.opening import Unpacked, Upload
from provenet.ingest.plain_lines import NotText, look_at_head
from provenet.ingest.traces.kernels.json_words import PADDING
from provenet.ingest.traces.kernels.record_ranges import (
    BEFORE_FIRST,
    BEFORE_NEXT,
    BEHIND,
    BROKEN,
    line_ranges,
    object_ranges,
)

CHUNK_BYTES = 4 * 2**20
"""About how much text is scanned at once."""
RECORD_CAP_BYTES = 2**24
"""The longest record that is read; a traceroute is under a hundred kilobytes."""
_HEAD_BYTES = 65_536
_SLACK_BYTES = 2**16
"""Room for what the next chunk carries over."""
_LEAST_RECORD_BYTES = 2
LINES, LIST, OBJECTS = "lines", "list", "objects"


@dataclass(frozen=True)
class Chunk:
    """Records of a file: `data` is uint8 with `PADDING` zeros behind, each record a range of it with its number.

    In a file of lines the number is that of the line, else the place in the file, from 1. `buffer` is what `data` lies
    in, to be given back.
    """

    buffer: NDArray[np.uint8]
    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    rows: NDArray[np.int64]

    def text(self, place: int) -> bytes:
        """The bytes of one record."""
        return self.data[self.starts[place] : self.ends[place]].tobytes()


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


def chunks_of(
    upload: Upload, faults: FaultList, progress: Progress, *, spare: list[NDArray[np.uint8]]
) -> Iterator[Chunk]:
    """The records of a file in chunks; where they cannot be told apart, a fault ends them. Raises InputFault.

    Buffers that are put into `spare` are filled again: memory that was used before costs half as much to fill.
    """

    def report(done: int) -> None:
        progress(f"bytes read of {upload.name}", done, upload.size_bytes)

    try:
        look_at_head(upload)
    except NotText as err:
        faults.extend(err.faults)
        return
    shape = shape_of(upload.head(_HEAD_BYTES))
    with upload.stream(report) as stream:
        yield from (
            _lines(stream, upload.name, faults, spare=spare)
            if shape == LINES
            else _objects(stream, upload.name, faults, spare=spare, commas=shape == LIST)
        )


def _filled(
    stream: Unpacked, carried: NDArray[np.uint8], spare: list[NDArray[np.uint8]]
) -> tuple[NDArray[np.uint8], int, bool]:
    """What was carried and the next bytes in a buffer, how many bytes, and whether the file ends there."""
    count, size = len(carried), len(carried) + CHUNK_BYTES
    data = spare.pop() if spare else np.empty(0, np.uint8)
    if len(data) < size + PADDING:
        data = np.empty(size + _SLACK_BYTES + PADDING, np.uint8)
    data[:count] = carried
    view = data.data
    while count < size and (read := stream.readinto(view[count:size])):
        count += read
    data[count : count + PADDING] = 0
    return data, count, count < size


def _after_mark(data: NDArray[np.uint8], count: int) -> int:
    mark = codecs.BOM_UTF8
    return len(mark) if data[: min(count, len(mark))].tobytes() == mark else 0


def _lines(stream: Unpacked, name: str, faults: FaultList, *, spare: list[NDArray[np.uint8]]) -> Iterator[Chunk]:
    carried, first, begun = np.empty(0, np.uint8), 1, False
    while True:
        buffer, count, ended = _filled(stream, carried, spare)
        data = buffer
        data, count, begun = (data, count, True) if begun else _without_mark(data, count)
        cut = count if ended else _behind_last_line(data, count)
        if cut:
            starts = np.empty(cut // _LEAST_RECORD_BYTES + 1, np.int64)
            ends, rows = np.empty_like(starts), np.empty_like(starts)
            found, lines, _ = line_ranges(data, cut, starts, ends, rows)
            yield Chunk(buffer, data, starts[:found].copy(), ends[:found].copy(), rows[:found] + first)
            first += lines
        if ended:
            return
        carried = data[cut:count].copy()
        if len(carried) > RECORD_CAP_BYTES:
            found_text = f"no line end within {RECORD_CAP_BYTES:,} bytes"
            faults.add(Fault(name, "a line is too long to be a record", first, found=found_text))
            return


def _behind_last_line(data: NDArray[np.uint8], count: int) -> int:
    """The place behind the last line end, looked for from the end; 0 where there is none."""
    wide = _HEAD_BYTES
    while True:
        begin = max(count - wide, 0)
        found = np.flatnonzero(data[begin:count] == 10)
        if len(found) or not begin:
            return begin + int(found[-1]) + 1 if len(found) else 0
        wide *= 4


def _without_mark(data: NDArray[np.uint8], count: int) -> tuple[NDArray[np.uint8], int, bool]:
    mark = _after_mark(data, count)
    return data[mark:], count - mark, True


def _objects(
    stream: Unpacked, name: str, faults: FaultList, *, spare: list[NDArray[np.uint8]], commas: bool
) -> Iterator[Chunk]:
    carried, first, state, begun = np.empty(0, np.uint8), 1, BEFORE_FIRST, False
    while True:
        buffer, count, ended = _filled(stream, carried, spare)
        data = buffer
        if not begun:
            data, count, begun = _without_mark(data, count)
            if commas:
                at = data[:count].tobytes().index(b"[") + 1
                data, count = data[at:], count - at
        starts = np.empty(count // _LEAST_RECORD_BYTES + 1, np.int64)
        ends = np.empty_like(starts)
        found, state, at = object_ranges(data, count, state, starts, ends, commas)
        if found:
            rows = np.arange(first, first + found)
            yield Chunk(buffer, data, starts[:found].copy(), ends[:found].copy(), rows)
            first += found
        carried = data[at:count].copy()
        if state == BROKEN:
            text = carried[:40].tobytes().decode("utf-8", "replace")
            sentence = "the records cannot be told apart, and nothing behind it is read"
            faults.add(Fault(name, sentence, first, found=text, expected=_NEXT[commas]))
            return
        if ended:
            _look_at_end(name, state, carried, row=first, faults=faults, commas=commas)
            return
        if len(carried) > RECORD_CAP_BYTES:
            found_text = f"no end of it within {RECORD_CAP_BYTES:,} bytes"
            faults.add(Fault(name, "a record is too long", first, found=found_text))
            return


_NEXT = {True: "a record, a comma or the end of the list", False: "an object"}


def _look_at_end(
    name: str, state: int, carried: NDArray[np.uint8], *, row: int, faults: FaultList, commas: bool
) -> None:
    """A fault where the file ends inside a record or a list."""
    if len(carried):
        faults.add(Fault(name, "the file ends inside a record", row, way_out="Fetch the file again."))
    elif commas and state in (BEFORE_FIRST, BEFORE_NEXT, BEHIND):
        faults.add(Fault(name, "the list of records is never closed", row, way_out="Fetch the file again."))
