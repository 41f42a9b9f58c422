"""Files of measured paths read into batches of arrays: what a file is is found in its first bytes.

RIPE Atlas JSON: one result to a line, a list, or one alone. Nothing is held but some batches.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator

from provenet.core.errors import Fault, FaultList, clip
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import BLOCK_BYTES, Upload
from provenet.ingest.traces.records import OtherRecord, RecordFault, read_record
from provenet.ingest.traces.trace_batch import Trace, TraceBatch, batch_of

BATCH_HOPS = 1 << 18
"""About how many hop rows a batch holds."""
RECORD_CAP_BYTES = 2**24
"""The longest record that is read; a traceroute is under a hundred kilobytes."""
_EXPECTED = "a result of RIPE Atlas: an object with type, prb_id, timestamp and result"


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
    held: list[Trace] = []
    hops = 0
    for row, text in _records(upload, faults, progress):
        trace = read_text(text, upload.name, row, faults=faults, passed=passed)
        if trace is None:
            if faults.full:
                break
            continue
        held.append(trace)
        hops += len(trace.hops)
        if hops >= batch_hops:
            yield batch_of(held)
            held, hops = [], 0
    if held:
        yield batch_of(held)


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
        passed[made.kind] += 1
        return None
    return made


def _records(upload: Upload, faults: FaultList, progress: Progress) -> Iterator[tuple[int, bytes]]:
    """Each line that says something, with its number."""

    def report(done: int) -> None:
        progress(f"bytes read of {upload.name}", done, upload.size_bytes)

    row, carried = 0, b""
    with upload.stream(report) as stream:
        while data := stream.read(BLOCK_BYTES):
            data = carried + (data if row or carried else data.removeprefix(codecs.BOM_UTF8))
            *lines, carried = data.split(b"\n")
            for line in lines:
                row += 1
                if line.strip():
                    yield row, line
            if len(carried) > RECORD_CAP_BYTES:
                found = f"no line end within {RECORD_CAP_BYTES:,} bytes"
                faults.add(Fault(upload.name, "a line is too long to be a record", row + 1, found=found))
                return
    if carried.strip():
        yield row + 1, carried
