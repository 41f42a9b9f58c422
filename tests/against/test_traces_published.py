"""Real traceroutes against the counts that another program found in them; read by path and never shipped."""

import json
import lzma
from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import opened
from provenet.ingest.traces.exchanges import read_exchanges
from provenet.ingest.traces.reading import read_text, read_traces
from provenet.ingest.traces.trace_batch import LATE, SILENT, TraceBatch, batch_of, joined

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
MENA, ANCHORS = SHARED / "traces-mena-2019-2020", SHARED / "traces-atlas-anchors-2019"
pytestmark = pytest.mark.skipif(not MENA.is_dir(), reason="the shared traceroutes are not beside this checkout")


def read(place: Path) -> TraceBatch:
    faults, passed = FaultList(), Counter[str]()
    made = joined(list(read_traces(opened(place), faults, passed=passed)))
    assert (faults.count, passed) == (0, Counter())
    return made


def hops_where(batch: TraceBatch, rows: np.ndarray) -> int:
    """How many hops, each a trace and a TTL, have such a row."""
    return len(np.unique((batch.hop_trace * 256 + batch.ttl)[rows]))


def test_the_traces_of_six_countries() -> None:
    """61,817 traceroutes of 23 probes; of 552,272 hops with an answer, 979 have late ones alone, which answer another
    trace, so that 551,293 are answered.
    """
    batches = [read(MENA / f"{country}.ndjson.xz") for country in ("AE", "BH", "EG", "IQ", "KW", "QA")]
    assert [one.trace_count for one in batches] == [9_222, 13_099, 10_758, 1_902, 16_375, 10_461]
    every = joined(batches)
    assert every.trace_count == len(set(every.trace_id.tolist())) == 61_817
    assert len(set(every.probe_id.tolist())) == 23
    answered = hops_where(every, every.family != SILENT)
    late = hops_where(every, (every.family == SILENT) & (every.flags & LATE > 0))
    assert (answered, late, answered + late) == (551_293, 979, 552_272)
    assert set(every.protocol.tolist()) == {1}


def test_the_traces_of_anchors() -> None:
    """2,452 addresses, two of which only ever answered late."""
    batch = read(ANCHORS / "traceroutes.ndjson.xz")
    assert batch.trace_count == 1_000
    answered = batch.family != SILENT
    assert len({*zip(batch.high[answered].tolist(), batch.low[answered].tolist(), strict=True)}) == 2_452 - 2


def test_what_is_scanned_is_what_another_reader_of_json_reads() -> None:
    """The plain reader on every record of one country and of the anchors, and plain sums over the records."""
    for place in (MENA / "IQ.ndjson.xz", ANCHORS / "traceroutes.ndjson.xz"):
        data = lzma.decompress(place.read_bytes())
        lines = data.splitlines()
        batch = joined(list(read_traces(Upload("a", "", data, len(data)), FaultList())))
        plain = [read_text(one, "a", row, faults=FaultList(), passed=Counter()) for row, one in enumerate(lines)]
        other = batch_of([one for one in plain if one is not None])
        for field in fields(TraceBatch):
            left, right = getattr(batch, field.name), getattr(other, field.name)
            assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), field.name
        documents = [json.loads(one) for one in lines]
        assert batch.started_at.tolist() == [one["timestamp"] for one in documents]
        assert batch.probe_id.tolist() == [one["prb_id"] for one in documents]
        stated = [
            len({answer["from"] for answer in hop["result"] if "from" in answer and "late" not in answer}) or 1
            for one in documents
            for hop in one["result"]
        ]
        gaps = batch.flags & 64 > 0
        assert int((~gaps).sum()) == sum(stated)


def test_the_exchange_points_of_2020() -> None:
    found = read_exchanges([ANCHORS / f"{name}.json.xz" for name in ("ixpfx", "ixlan", "ix")])
    assert (len(found.value), len(found.exchanges)) == (1_571, 808)
    assert all(one.name and one.country for one in found.exchanges)
