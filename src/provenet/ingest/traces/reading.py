"""Files of measured paths read into batches of arrays: what a file is is found in its first bytes.

JSON of RIPE Atlas and scamper, a record to a line, in a list or one after another. What RIPE Atlas writes is decoded
many records at once; whatever is odd about one is left to the plain reader, so that one reader alone decides what a
broken record means. Nothing is held but some chunks and a batch.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, FaultList, clip, visible
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import Upload
from provenet.ingest.traces.atlas import read_results
from provenet.ingest.traces.chunks import Chunk, chunks_of
from provenet.ingest.traces.documents import RecordFault
from provenet.ingest.traces.records import OtherRecord, read_record
from provenet.ingest.traces.trace_batch import Trace, TraceBatch, batch_of, joined

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
