"""The engines that sum what measured paths cross over tables on disk: DuckDB in this process, or Spark on a cluster.

Both run the same steps (`routing/measured/relation`). In between only distinct addresses pass through this process, in
batches, where the kernel of longest prefix match decides them. Memory follows the limits that are given, not the size
of the tables; what does not fit lies in the working folder, which the caller makes and removes.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault, UsageFault
from provenet.core.packages import require
from provenet.core.progress import Progress, silent

if TYPE_CHECKING:
    from provenet.routing.measured.address_book import AddressSources, VendorSet
    from provenet.routing.measured.crossings import PathTotals, TraceIds, Traces

ENGINES = ("duckdb", "spark")
LEAST_MEMORY_MIB = 256
_BATCH_ADDRESSES = 1 << 18
_FILE_HOPS = 1 << 24
_ROWS_OF_A_GROUP = 1 << 20


@dataclass(frozen=True, kw_only=True)
class EngineLimits:
    """What an engine may use: `memory_mib` for its tables (of each executor, with Spark), `threads` (0: all cores), and
    `work`, an empty folder for what does not fit. `master` is the cluster of Spark; on one of several machines all of
    them see `work` and the tables under the same names.

    The process itself, with the tables of origins and vendors, comes on top: about 0.6 GB for those of the Internet.
    """

    work: Path
    memory_mib: int = 2048
    threads: int = 0
    master: str = ""

    @property
    def thread_count(self) -> int:
        """How many threads that is."""
        return self.threads or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(1))


class PathEngine(Protocol):
    """What a relational engine does for the steps."""

    def view(self, name: str, files: Sequence[Path]) -> None:
        """Names Parquet files as one table."""

    def define(self, name: str, query: str) -> None:
        """Names a query, which runs where it is used."""

    def write(self, query: str, folder: Path) -> None:
        """Runs a query and writes its rows into a new folder, as Parquet files."""

    def rows(self, query: str) -> list[Mapping[str, Any]]:
        """The rows of a query that gives few."""


def measured_totals(
    engine: str,
    hops: Sequence[Path],
    traces: Sequence[Path],
    *,
    sources: AddressSources,
    sets: Sequence[VendorSet],
    limits: EngineLimits,
    endpoints: bool = False,
    progress: Progress = silent,
) -> PathTotals:
    """What the traces of Parquet files cross, summed: the same rows as `PathExposure.totals`, whichever engine runs.

    The files have the columns of `relation.HOP_COLUMNS` and `relation.TRACE_COLUMNS` and may be cut and ordered in any
    way; each trace stands in them once. Raises UsageFault where the engine is not installed.
    """
    study = Study(sources, tuple(sets), endpoints)
    with open_engine(engine, limits) as running:
        return sum_tables(running, hops, traces, study=study, work=limits.work, progress=progress)


@dataclass(frozen=True)
class Study:
    """What is asked of the tables: by which tables addresses are decided, and which sets of vendors are looked for."""

    sources: AddressSources
    sets: tuple[VendorSet, ...]
    endpoints: bool = False


@contextmanager
def open_engine(engine: str, limits: EngineLimits) -> Iterator[PathEngine]:
    """An engine by its name, started and stopped. Raises UsageFault where it is not installed or has no room."""
    if engine not in ENGINES:
        raise UsageFault(f"engine: found {engine!r}, expected one of: {', '.join(ENGINES)}.")
    if limits.memory_mib < LEAST_MEMORY_MIB:
        raise UsageFault(f"memory: found {limits.memory_mib} MiB, expected at least {LEAST_MEMORY_MIB} MiB.")
    with (_duckdb if engine == "duckdb" else _spark)(limits) as running:
        yield running


def sum_tables(
    running: PathEngine,
    hops: Sequence[Path],
    traces: Sequence[Path],
    *,
    study: Study,
    work: Path,
    progress: Progress = silent,
) -> PathTotals:
    """The sums of a study over tables, by a running engine; what lies between the steps is written into `work`.

    Raises InputFault for files that are no such tables, with every fault of all of them.
    """
    from provenet.routing.measured.relation import HOP_COLUMNS, TRACE_COLUMNS, distinct_addresses, steps, totals_of

    countries = dict.fromkeys(("source_country", "target_country"), str)
    faults = [*_faults(hops, HOP_COLUMNS), *_faults(traces, TRACE_COLUMNS | countries)]
    if faults:
        raise InputFault(faults)
    if not hops or not traces:
        return totals_of([], study.sets)
    text = steps(study.sets, endpoints=study.endpoints)
    running.view("hops", hops)
    running.view("traces", traces)
    progress("distinct addresses", 0, 4)
    running.write(distinct_addresses(), work / "distinct")
    progress("addresses decided", 1, 4)
    _decide(work, study)
    running.view("addresses", [work / "addresses.parquet"])
    progress("ends of traces", 2, 4)
    running.write(text["ends"], work / "ends")
    running.view("ends", sorted((work / "ends").glob("*.parquet")))
    progress("hops", 3, 4)
    running.define("passed", text["passed"])
    found = running.rows(text["sums"])
    progress("hops", 4, 4)
    return totals_of(found, study.sets)


def _faults(files: Sequence[Path], columns: Mapping[str, type]) -> Iterator[Fault]:
    """What is wrong with Parquet files that are to have some columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in files:
        try:
            schema = pq.read_schema(file)
        except (OSError, pa.ArrowException) as err:
            found = str(err).partition("\n")[0]
            yield Fault(file.name, "the file is no table in Parquet", found=found, expected="a file in Parquet")
            continue
        for name, kind in columns.items():
            at = schema.get_field_index(name)
            expected = "string" if kind is str else str(pa.from_numpy_dtype(np.dtype(kind)))
            found = "no such column" if at < 0 else str(schema.field(at).type).removeprefix("large_")
            if found != expected:
                yield Fault(file.name, "the column is another", column=name, found=found, expected=expected)


def _decide(work: Path, study: Study) -> None:
    """Writes the table of distinct addresses, batch by batch."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from provenet.routing.measured.address_book import network_shares
    from provenet.routing.measured.relation import HOP_COLUMNS, address_columns

    networks = network_shares(study.sources, study.sets).by_origin(study.sources.origins)

    def table(first: int, keys: dict[str, NDArray[Any]]) -> Any:
        return pa.table(address_columns(study.sources, study.sets, networks, **keys, first=first))

    names = ("family", "high", "low")
    empty = table(0, {name: np.zeros(0, HOP_COLUMNS[name]) for name in names})
    first = 0
    with pq.ParquetWriter(work / "addresses.parquet", empty.schema) as writer:
        writer.write_table(empty)
        for file in sorted((work / "distinct").glob("*.parquet")):
            for batch in pq.ParquetFile(file).iter_batches(_BATCH_ADDRESSES):
                writer.write_table(table(first, {name: batch.column(name).to_numpy() for name in names}))
                first += len(batch)


class _Embedded:
    """DuckDB inside this process."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def view(self, name: str, files: Sequence[Path]) -> None:
        places = ", ".join(_quoted(file) for file in files)
        self._connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet([{places}])")

    def define(self, name: str, query: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE VIEW {name} AS {query}")

    def write(self, query: str, folder: Path) -> None:
        folder.mkdir()
        self._connection.execute(f"COPY ({query}) TO {_quoted(folder / 'rows.parquet')} (FORMAT parquet)")

    def rows(self, query: str) -> list[Mapping[str, Any]]:
        found = self._connection.execute(query)
        names = [one[0] for one in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def _duckdb(limits: EngineLimits) -> Iterator[PathEngine]:
    require("measured", "duckdb")
    import duckdb

    config: dict[str, Any] = {
        "memory_limit": f"{limits.memory_mib}MiB",
        "threads": str(limits.thread_count),
        "temp_directory": str(limits.work / "spilt"),
        # Order of rows means nothing here, and keeping it costs memory.
        "preserve_insertion_order": "false",
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("CREATE MACRO shiftleft(a, b) AS a << b")
        try:
            yield _Embedded(connection)
        except duckdb.OutOfMemoryException as err:
            text = f"memory: {limits.memory_mib} MiB are not enough for these tables on {limits.thread_count} threads"
            raise UsageFault(f"{text}; expected more memory or fewer threads.") from err
        except duckdb.IOException as err:
            found = str(err).partition("\n")[0]
            raise InputFault([Fault("duckdb", "tables cannot be read or kept on disk", found=found)]) from err


class _Cluster:
    """Spark, on this machine or on a cluster."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def view(self, name: str, files: Sequence[Path]) -> None:
        self._session.read.parquet(*(f"file://{file.resolve()}" for file in files)).createOrReplaceTempView(name)

    def define(self, name: str, query: str) -> None:
        self._session.sql(query).createOrReplaceTempView(name)

    def write(self, query: str, folder: Path) -> None:
        self._session.sql(query).write.parquet(f"file://{folder.resolve()}")

    def rows(self, query: str) -> list[Mapping[str, Any]]:
        return [row.asDict() for row in self._session.sql(query).collect()]


@contextmanager
def _spark(limits: EngineLimits) -> Iterator[PathEngine]:
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise UsageFault("The engine spark needs Java 17 or newer, which was not found. Install it, or set JAVA_HOME.")
    require("spark", "pyspark")
    from pyspark.sql import SparkSession

    memory, master = f"{limits.memory_mib}m", limits.master or f"local[{limits.thread_count}]"
    settings = {
        "spark.driver.memory": memory,
        "spark.executor.memory": memory,
        "spark.sql.shuffle.partitions": str(max(4, 2 * limits.thread_count)),
        "spark.local.dir": str(limits.work / "spilt"),
        "spark.sql.warehouse.dir": str(limits.work / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    building = SparkSession.builder.appName("provenet").master(master)
    for name, value in settings.items():
        building = building.config(name, value)
    with warnings.catch_warnings():
        # Spark warns of a newer pandas, which nothing here uses.
        warnings.simplefilter("ignore", FutureWarning)
        session = building.getOrCreate()
    try:
        yield _Cluster(session)
    finally:
        session.stop()


def _quoted(place: Path) -> str:
    """A place as a text of SQL."""
    return "'" + str(place).replace("'", "''") + "'"


@dataclass
class TraceFiles:
    """Writes batches of traces as the Parquet files that the engines read, into a folder, which is made if need be.

    A trace that comes twice is written once. `close` ends the files.
    """

    folder: Path
    hops: list[Path] = field(default_factory=list)
    traces: list[Path] = field(default_factory=list)
    repeated_traces: int = 0
    _ids: TraceIds | None = None
    _writers: tuple[Any, Any] | None = None
    _held: int = 0

    def add(
        self, batch: Traces, *, source_country: Sequence[str] | None = None, target_country: Sequence[str] | None = None
    ) -> None:
        """Writes the traces of a batch. Cost O(hops)."""
        import pyarrow as pa

        from provenet.routing.measured.crossings import TraceIds
        from provenet.routing.measured.relation import hop_columns, trace_columns

        self._ids = TraceIds() if self._ids is None else self._ids
        fresh = self._ids.fresh(batch.trace_id)
        self.repeated_traces += int((~fresh).sum())
        rows: dict[str, NDArray[Any]] = hop_columns(batch)
        kept: NDArray[np.bool_] = np.repeat(fresh, np.diff(batch.first_hop))[batch.family != 0]
        heads = {name: part[fresh] for name, part in trace_columns(batch).items()}
        table = pa.table(heads)
        for name, country in (("source_country", source_country), ("target_country", target_country)):
            words = [""] * len(fresh) if country is None else country
            table = table.append_column(name, pa.array(np.asarray(words, object)[fresh], pa.string()))
        hops = pa.table({name: part[kept] for name, part in rows.items()})
        if self._writers is None:
            self._open(hops.schema, table.schema)
        assert self._writers is not None
        self._writers[0].write_table(hops, row_group_size=_ROWS_OF_A_GROUP)
        self._writers[1].write_table(table, row_group_size=_ROWS_OF_A_GROUP)
        self._held += len(hops)
        if self._held >= _FILE_HOPS:
            self.close()

    def close(self) -> None:
        """Ends the files that are open."""
        for writer in self._writers or ():
            writer.close()
        self._writers, self._held = None, 0

    def _open(self, hops: Any, traces: Any) -> None:
        import pyarrow.parquet as pq

        self.folder.mkdir(exist_ok=True)
        number = len(self.hops)
        self.hops.append(self.folder / f"hops-{number}.parquet")
        self.traces.append(self.folder / f"traces-{number}.parquet")
        self._writers = pq.ParquetWriter(self.hops[-1], hops), pq.ParquetWriter(self.traces[-1], traces)
