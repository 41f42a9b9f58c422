"""Files of measured paths read into batches of arrays: what a file is is found in its first bytes.

JSON of RIPE Atlas and scamper, a record to a line, in a list or one after another.
Compiled code scans what RIPE Atlas writes, in several threads; whatever is odd about a record is left to the plain
reader, so that one reader alone decides what a broken record means. Nothing is held but some chunks and a batch.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, FaultList, clip, visible
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import Upload
from provenet.ingest.traces.chunks import Chunk, chunks_of
from provenet.ingest.traces.documents import RecordFault
from provenet.ingest.traces.kernels.atlas_scan import LEAST_ROW_BYTES, TraceRoom, scan_records
from provenet.ingest.traces.kernels.json_words import Names
from provenet.ingest.traces.records import OtherRecord, read_record
from provenet.ingest.traces.trace_batch import Trace, TraceBatch, batch_of, joined, with_ids

BATCH_HOPS = 1 << 18
"""About how many hop rows a batch holds."""
MOST_THREADS = 4
_MOST_KINDS = 50
_SIDE_KINDS = frozenset({"cycle-start", "cycle-def", "cycle-stop"})
"""Records of scamper that say who measured and when."""
_EXPECTED = "a result of RIPE Atlas or of scamper, one JSON object"
_SCANS = sys.byteorder == "little"


def read_traces(
    upload: Upload,
    faults: FaultList,
    *,
    progress: Progress = silent,
    batch_hops: int = BATCH_HOPS,
    passed: Counter[str] | None = None,
    threads: int | None = None,
) -> Iterator[TraceBatch]:
    """The traceroutes of a file, in its order, in batches of about `batch_hops` hop rows.

    What is wrong goes to `faults`, all of it, each at its line or the number of its record, and reading goes on.
    Records that are no traceroute (ping, dns) are counted in `passed` by what they are. `threads` is how many scan,
    as many as there are cores, at most `MOST_THREADS`, where it is None. Raises InputFault where the file cannot be
    unpacked. Cost O(bytes) in time and O(a batch) in memory.
    """
    passed = Counter() if passed is None else passed
    held: list[TraceBatch] = []
    hops = 0
    for made in _scanned(upload, faults, progress, passed=passed, threads=threads):
        held.append(made)
        hops += made.hop_count
        if hops >= batch_hops:
            yield joined(held)
            held, hops = [], 0
    if held:
        yield joined(held)


def _core_count() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class _Scan:
    """What a thread made of a chunk: the traces of the records that are not odd, and which are."""

    chunk: Chunk
    traces: TraceBatch
    odd: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))


def _scanned(
    upload: Upload, faults: FaultList, progress: Progress, *, passed: Counter[str], threads: int | None
) -> Iterator[TraceBatch]:
    """The traces of each chunk in order, while others are scanned."""
    count = threads or min(_core_count(), MOST_THREADS)
    waiting: deque[Future[_Scan]] = deque()
    spare: list[NDArray[np.uint8]] = []
    rooms: list[TraceRoom] = []
    with ThreadPoolExecutor(count) as pool:
        for chunk in chunks_of(upload, faults, progress, spare=spare):
            waiting.append(pool.submit(_scan, chunk, rooms))
            if len(waiting) > count:
                scan = waiting.popleft().result()
                yield from _settled(scan, upload.name, faults, passed=passed)
                spare.append(scan.chunk.buffer)
            if faults.full:
                break
        while waiting and not faults.full:
            yield from _settled(waiting.popleft().result(), upload.name, faults, passed=passed)


def _scan(chunk: Chunk, rooms: list[TraceRoom]) -> _Scan:
    """The traces of a chunk by compiled code, in a room of those that are free."""
    count = len(chunk.starts)
    odd = np.ones(count, np.bool_)
    rows = len(chunk.data) // LEAST_ROW_BYTES + 2 * count
    room = rooms.pop() if rooms else TraceRoom.of(count, rows)
    if len(room.reached) < count or len(room.ttl) < rows:
        room = TraceRoom.of(2 * count, rows)
    made = scan_records(chunk.data, chunk.starts, chunk.ends, room, Names.fresh(), odd) if _SCANS else 0
    rows = int(room.first_hop[made])
    lengths = {name: rows if name in _PER_HOP else made for name in room._fields}
    columns = {name: column[: lengths[name]].copy() for name, column in room._asdict().items()}
    traces = with_ids({**columns, "first_hop": room.first_hop[: made + 1].copy()})
    rooms.append(room)
    return _Scan(chunk, traces, odd)


_PER_HOP = ("ttl", "high", "low", "family", "rtt_ms", "flags")


def _settled(scan: _Scan, name: str, faults: FaultList, *, passed: Counter[str]) -> Iterator[TraceBatch]:
    """The traces of a chunk in its order, the odd records read by the plain reader."""
    done = plain_until = 0
    plain: list[Trace] = []
    for place in np.flatnonzero(scan.odd).tolist():
        scanned = place - plain_until
        if scanned:
            yield from _plain_batch(plain)
            yield scan.traces.part(done, done + scanned)
            done += scanned
        plain_until = place + 1
        row = int(scan.chunk.rows[place])
        trace = read_text(scan.chunk.text(place), name, row, faults=faults, passed=passed)
        if trace is not None:
            plain.append(trace)
        if faults.full:
            return
    yield from _plain_batch(plain)
    if done < scan.traces.trace_count:
        yield scan.traces.part(done, scan.traces.trace_count)


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
