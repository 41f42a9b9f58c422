"""The engines over files: what they refuse, and in which words. That they sum right is told beside plain Python."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from provenet.core.errors import InputFault, UsageFault
from provenet.core.packages import how_to_install
from provenet.routing.measured.address_book import AddressSources, VendorSet
from provenet.tools import path_engines
from provenet.tools.path_engines import EngineLimits, measured_totals

SETS = (VendorSet("one", frozenset({"acme"})),)


def summed(folder: Path, engine: str = "duckdb", files: tuple[list[Path], list[Path]] = ([], []), **how: Any) -> Any:
    limits = EngineLimits(work=folder, **how)
    return measured_totals(engine, *files, sources=AddressSources(), sets=SETS, limits=limits)


def test_no_files_are_no_traces(tmp_path: Path) -> None:
    found = summed(tmp_path)
    assert (found.groups, found.sets, found.counts.shape[:2]) == ((), ("one",), (0, 1))


def test_an_engine_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"^engine: found 'ray', expected one of: duckdb, spark\.$"):
        summed(tmp_path, "ray")


def test_too_little_memory_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"^memory: found 100 MiB, expected at least 256 MiB\.$"):
        summed(tmp_path, memory_mib=100)


@pytest.mark.parametrize(
    ("engine", "package", "extra"), [("duckdb", "duckdb", "measured"), ("spark", "pyspark", "spark")]
)
def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, package: str, extra: str
) -> None:
    monkeypatch.setattr(path_engines.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageFault) as refused:
        summed(tmp_path, engine)
    assert str(refused.value) == (f"This needs the package {package}, which is not installed. {how_to_install(extra)}")


def test_spark_without_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_engines.shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageFault) as refused:
        summed(tmp_path, "spark")
    assert str(refused.value) == (
        "The engine spark needs Java 17 or newer, which was not found. Install it, or set JAVA_HOME."
    )


def test_files_that_are_no_such_tables_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no table")
    columns = {"trace_id": np.zeros(1, np.int64), "ttl": np.zeros(1, np.float64), "high": np.zeros(1, np.int64)}
    columns |= {"low": np.zeros(1, np.int64), "family": np.zeros(1, np.int8)}
    pq.write_table(pa.table(columns), tmp_path / "hops.parquet")
    with pytest.raises(InputFault) as refused:
        summed(tmp_path, files=([tmp_path / "hops.parquet"], [tmp_path / "text.parquet"]))
    lines = [line for line in str(refused.value).splitlines() if line and not line.startswith(" ")]
    assert lines[0] == "hops.parquet, ttl: the column is another; found 'double', expected int16."
    assert lines[1] == "hops.parquet, flags: the column is another; found 'no such column', expected int16."
    assert lines[2].startswith("text.parquet: the file is no table in Parquet; found ")
