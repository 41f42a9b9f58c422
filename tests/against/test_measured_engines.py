"""The engines over files, beside plain Python and beside the kernels in memory, on random traces."""

from __future__ import annotations

from pathlib import Path

import pytest

from against.random_traces import arrays_of, random_known, random_traces, sources_of
from against.reference_measured import PlainTrace, sums
from against.test_measured_second_implementation import SETS, VENDOR_SETS, as_rows, without_zeros
from provenet.tools.path_engines import EngineLimits, TraceFiles, measured_totals


def written(folder: Path, traces: list[PlainTrace], every: int) -> TraceFiles:
    """Traces as files, a few in each."""
    folder.mkdir()
    files = TraceFiles(folder)
    for start in range(0, len(traces), every):
        part = traces[start : start + every]
        files.add(
            arrays_of(part),
            source_country=[one.source_country for one in part],
            target_country=[one.target_country for one in part],
        )
        files.close()
    return files


@pytest.mark.parametrize("endpoints", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_duckdb_sums_as_plain_python_does(tmp_path: Path, seed: int, endpoints: bool) -> None:
    known = random_known(seed + 10)
    traces = random_traces(known, 300, seed)
    files = written(tmp_path / "files", [*traces, *traces[:50]], 90)
    assert files.repeated_traces == 50
    work = tmp_path / "it's work"
    work.mkdir()
    totals = measured_totals(
        "duckdb",
        files.hops,
        files.traces,
        sources=sources_of(known),
        sets=VENDOR_SETS,
        limits=EngineLimits(work=work, memory_mib=256),
        endpoints=endpoints,
    )
    assert as_rows(totals) == without_zeros(sums(traces, known, SETS, endpoints))
