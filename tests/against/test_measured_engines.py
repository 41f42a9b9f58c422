"""The engines over files, beside plain Python and beside each other, on random traces."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from against.random_traces import arrays_of, random_known, random_traces, sources_of
from against.reference_measured import Known, PlainTrace, sums
from against.test_measured_second_implementation import SETS, VENDOR_SETS, as_rows, without_zeros
from provenet.routing.measured.crossings import PathTotals
from provenet.tools.path_engines import EngineLimits, Study, TraceFiles, measured_totals, open_engine, sum_tables


def written(folder: Path, traces: list[PlainTrace], every: int) -> TraceFiles:
    """Traces as files, a few in each."""
    folder.mkdir()
    files = TraceFiles(folder)
    for start in range(0, len(traces), every):
        part = traces[start : start + every]
        ends = {name: [getattr(one, name) for one in part] for name in ("source_country", "target_country")}
        files.add(arrays_of(part), **ends)
        files.close()
    return files


def by_duckdb(files: TraceFiles, known: Known, work: Path, endpoints: bool) -> PathTotals:
    work.mkdir()
    asked = {"sources": sources_of(known), "sets": VENDOR_SETS, "endpoints": endpoints}
    return measured_totals("duckdb", files.hops, files.traces, **asked, limits=EngineLimits(work=work, memory_mib=256))


@pytest.mark.parametrize("endpoints", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_duckdb_sums_as_plain_python_does(tmp_path: Path, seed: int, endpoints: bool) -> None:
    known = random_known(seed + 10)
    traces = random_traces(known, 300, seed)
    files = written(tmp_path / "files", [*traces, *traces[:50]], 90)
    assert files.repeated_traces == 50
    totals = by_duckdb(files, known, tmp_path / "it's work", endpoints)
    assert as_rows(totals) == without_zeros(sums(traces, known, SETS, endpoints))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, which is not installed")
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="the extra spark is not installed")
def test_spark_on_two_executors_gives_equal_tables(tmp_path: Path) -> None:
    """Two executors in processes of their own, one core and 1 GiB each; the same text as DuckDB reads."""
    known = random_known(21)
    traces = random_traces(known, 400, 22)
    files = written(tmp_path / "files", traces, 150)
    (tmp_path / "spark").mkdir()
    limits = EngineLimits(work=tmp_path / "spark", memory_mib=1024, threads=2, master="local-cluster[2,1,1024]")
    found = {}
    with open_engine("spark", limits) as running:
        for endpoints in (False, True):
            study = Study(sources_of(known), VENDOR_SETS, endpoints)
            work = tmp_path / f"spark-{endpoints}"
            work.mkdir()
            found[endpoints] = sum_tables(running, files.hops, files.traces, study=study, work=work)
        context = running._session.sparkContext
        # The driver and two executors.
        assert context._jsc.sc().getExecutorMemoryStatus().size() == 3
    for endpoints, totals in found.items():
        embedded = by_duckdb(files, known, tmp_path / f"duckdb-{endpoints}", endpoints)
        assert as_rows(totals) == as_rows(embedded) == without_zeros(sums(traces, known, SETS, endpoints))
        assert (totals.groups, totals.sets) == (embedded.groups, embedded.sets)
        assert totals.first_at.tolist() == embedded.first_at.tolist()
        assert totals.last_at.tolist() == embedded.last_at.tolist()
