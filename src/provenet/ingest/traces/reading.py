"""Files of measured paths read into batches of arrays: what a file is is found in its first bytes.

JSON of RIPE Atlas and scamper, a record to a line, in a list (or several) or one after another with line ends inside.
What RIPE Atlas writes is decoded many records at once; whatever is odd about one is left to the plain reader, so that
one reader alone decides what a broken record means. Nothing is held but some chunks and a batch.
"""

import codecs
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, FaultList, clip, visible
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import Unpacked, Upload
from provenet.ingest.plain_lines import NotText, look_at_head
from provenet.ingest.traces.atlas import read_results
from provenet.ingest.traces.kernels.record_ranges import BEFORE_FIRST, BROKEN, DONE, object_ranges
from provenet.ingest.traces.records import OtherRecord, RecordFault, read_record
from provenet.ingest.traces.trace_batch import Trace, TraceBatch, batch_of, joined

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


BATCH_HOPS = 1 << 18
"""About how many hop rows a batch holds."""
_MOST_KINDS = 50
_SIDE_KINDS = frozenset({"cycle-start", "cycle-def", "cycle-stop"})
"""Records of scamper that say who measured and when."""
_EXPECTED = "a result of RIPE Atlas or of scamper, one JSON object"


def read_traces(
    upload: Upload,
    faults: FaultList,
    *,
    progress: Progress = silent,
    batch_hops: int = BATCH_HOPS,
    passed: Counter[str] | None = None,
) -> Iterator[TraceBatch]:
    """The traceroutes of a file, in its order, in batches of about `batch_hops` hop rows.

    What is wrong goes to `faults`, all of it, each at its line or the number of its record, and reading goes on.
    Records that are no traceroute (ping, dns) are counted in `passed` by what they are. Raises InputFault where the
    file cannot be unpacked. Cost O(bytes) in time and O(a batch) in memory.
    """
    passed = Counter() if passed is None else passed
    held: list[TraceBatch] = []
    hops = 0
    for made in _decoded(upload, faults, progress, passed=passed):
        held.append(made)
        hops += made.hop_count
        if hops >= batch_hops:
            yield joined(held)
            held, hops = [], 0
    if held:
        yield joined(held)


def _decoded(upload: Upload, faults: FaultList, progress: Progress, *, passed: Counter[str]) -> Iterator[TraceBatch]:
    """The traces of each chunk, in order."""
    for chunk in chunks_of(upload, faults, progress):
        traces, is_odd = read_results(chunk.records)
        yield from _settled(chunk, traces, is_odd, name=upload.name, faults=faults, passed=passed)
        if faults.full:
            return


def _settled(
    chunk: Chunk, traces: TraceBatch, is_odd: NDArray[np.bool_], *, name: str, faults: FaultList, passed: Counter[str]
) -> Iterator[TraceBatch]:
    """The traces of a chunk in its order, the odd records read by the plain reader."""
    done = plain_until = 0
    plain: list[Trace] = []
    for place in np.flatnonzero(is_odd).tolist():
        usual = place - plain_until
        if usual:
            yield from _plain_batch(plain)
            yield traces.part(done, done + usual)
            done += usual
        plain_until = place + 1
        trace = read_text(chunk.records[place], name, chunk.rows[place], faults=faults, passed=passed)
        if trace is not None:
            plain.append(trace)
        if faults.full:
            return
    yield from _plain_batch(plain)
    if done < traces.trace_count:
        yield traces.part(done, traces.trace_count)


def _plain_batch(traces: list[Trace]) -> Iterator[TraceBatch]:
    if traces:
        yield batch_of(traces)
        traces.clear()


def read_text(text: bytes, name: str, row: int, *, faults: FaultList, passed: Counter[str]) -> Trace | None:
    """The trace of one record; None where it holds none, with its fault or its kind counted."""
    try:
        made = read_record(parse_json(text.decode("utf-8")))
    except UnicodeDecodeError as err:
        found, way_out = f"byte 0x{text[err.start]:02X}", "Save the file as UTF-8."
        faults.add(Fault(name, "the text is not UTF-8", row, found=found, expected="UTF-8", way_out=way_out))
        return None
    except JsonFault as fault:
        faults.add(Fault(name, fault.says, row, found=fault.found, expected=fault.expected or _EXPECTED))
        return None
    except RecordFault as fault:
        faults.add(Fault(name, fault.says, row, column=fault.path, found=clip(fault.found), expected=fault.expected))
        return None
    if isinstance(made, OtherRecord):
        if made.kind not in _SIDE_KINDS:
            kind = visible(clip(made.kind)).strip() or "no kind"
            passed[kind if kind in passed or len(passed) < _MOST_KINDS else "other kinds"] += 1
        return None
    return made
