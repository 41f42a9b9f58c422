"""Delta Lake tables on disk: make, append, read by run, and sweep what no committed run owns. Used by `case.py` alone.

Every table but `run` is partitioned by `run_id`, so the rows of one run are whole files: reading skips the files of
runs that are not committed, and sweeping removes their files without touching another run's.
"""

import io
import os
import re
import shutil
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from threading import Lock
from uuid import uuid4

import polars as pl
from deltalake import DeltaTable, Field, Schema, write_deltalake
from deltalake.exceptions import DeltaError
from deltalake.schema import ArrayType, PrimitiveType, StructType

from provenet.case import delta_log
from provenet.case.dictionary import Column
from provenet.case.disk import Disk
from provenet.case.parquet_files import BROKEN, broken_file, reason
from provenet.case.structs import parsed
from provenet.case.tables import Table, empty, table
from provenet.core.errors import CaseFault

_DELTA_TYPES: dict[str, PrimitiveType | ArrayType] = {
    "text": PrimitiveType("string"),
    "int": PrimitiveType("long"),
    "float": PrimitiveType("double"),
    "bool": PrimitiveType("boolean"),
    "date": PrimitiveType("date"),
    "instant": PrimitiveType("timestamp"),
    "list": ArrayType(PrimitiveType("string"), contains_null=True),
}
_STAGED = re.compile(r".+#\d+\Z")
"""A file that the Delta writer had not yet given its name when it stopped."""
_RUN = re.compile(r"[\w-]+", re.ASCII)
"""A run id that is the same in a path and in an address."""
_CHECKPOINT_EVERY = 100
"""The library writes a checkpoint with every hundredth version; so that version is its own to write."""
_TEXT = '"string"'
"""The type of a column of text, as a log has it."""
_MAKING = ".making-"
_FILE_COLUMN = "_file"
_SMALL_BYTES = 2**20
"""Tables whose files are no larger are read at once: the engine that bounds memory takes twice as long for them."""
SCANNED_BYTES = 2**24
"""How much of data files one frame of a walk holds, unless one alone is larger."""
KEPT_BYTES = 2**26
"""How much of what was read of data files a process keeps, in bytes of memory: the frames read last."""
Frames = OrderedDict[tuple[str, frozenset[tuple[object, ...]]], tuple[int, pl.DataFrame]]
"""Rows by their table and the files that hold them: a file by what tells it from every other, spoilt ones too."""
_READ: tuple[Frames, Lock] = OrderedDict(), Lock()
"""What all open cases of this process read as it lies. A view that shows less keeps its rows to itself."""


def _delta_type(column: Column) -> PrimitiveType | ArrayType:
    if not column.fields:
        return _DELTA_TYPES[column.type]
    fields = [Field(field.name, _delta_type(field), nullable=True) for field in column.fields]
    return ArrayType(StructType(fields), contains_null=True)


@cache
def _schema(name: str) -> str:
    columns = table(name).columns
    fields = [Field(c.name, _delta_type(c), nullable=True, metadata={"comment": c.says}) for c in columns]
    return str(Schema(fields).to_json())


class Store:
    """The table folders of one case. `listed` are the tables the case says it holds."""

    def __init__(self, folder: Path, listed: Collection[str]) -> None:
        self.folder = folder
        self.disk = Disk(folder.parent)
        self.listed = frozenset(listed)
        self.left_clean = ""
        """The text of the lock under which the last run of this case was committed; empty where it was not."""
        self._logs: dict[str, delta_log.TableLog] = {}
        self._opened: dict[str, DeltaTable] = {}
        self._kept, self._keeping = _READ if type(self).scan is Store.scan else (Frames(), Lock())
        self._states: dict[str, tuple[object, ...]] = {}
        self._recorded: dict[str, tuple[frozenset[str], pl.DataFrame]] = {}

    def make(self, name: str) -> None:
        """An empty table, made aside and then renamed, so that a half-made one never has its name."""
        spec = table(name)
        aside = self.folder / (_MAKING + name)
        _remove(aside)
        (aside / "_delta_log").mkdir(parents=True)
        at = _milliseconds(aside.stat())
        text = delta_log.first_version(_schema(name), _partition(spec), name=name, says=spec.says, milliseconds=at)
        self.disk.write(aside / "_delta_log" / delta_log.version_name(0), text.encode())
        self.disk.changed(aside.rename(self.folder / name) / "_delta_log" / delta_log.version_name(0))

    def has(self, name: str) -> bool:
        """Whether the table's folder stands. Raises CaseFault where the case lists it and it does not."""
        if (self.folder / name / "_delta_log").is_dir():
            return True
        if name in self.listed:
            raise CaseFault(
                f"{self.folder / name}: the table {name} is missing; case.toml lists it. "
                "Restore the folder from a copy; nothing else in the case can make it again."
            )
        return False

    def _log(self, name: str) -> delta_log.TableLog:
        """What the newest version of a table says. Read again only where the log has grown.

        Versions are numbered without a gap, so one look for the next tells whether there is one.
        """
        known, folder = self._logs.get(name), self.folder / name / "_delta_log"
        if known is not None and _is_newest(folder, known.version):
            return known
        try:
            newest = delta_log.newest_version(_names(folder))
        except FileNotFoundError:
            self.has(name)
            return delta_log.TableLog()
        if known is None or known.version > newest or not (folder / delta_log.version_name(known.version)).exists():
            known = delta_log.TableLog()
        made = delta_log.read_log(folder, known, newest)
        self._logs[name] = made if made is not None and made.version >= 0 else self._log_by_library(name)
        return self._logs[name]

    def _log_by_library(self, name: str) -> delta_log.TableLog:
        opened = self._open(name)
        actions = pl.DataFrame(opened.get_add_actions(flatten=True)).iter_rows(named=True)
        metadata, protocol = opened.metadata(), opened.protocol()
        return delta_log.TableLog(
            version=opened.version(),
            files={one["path"]: delta_log.DataFile(one.get("partition.run_id"), one["size_bytes"]) for one in actions},
            columns=delta_log.columns_of(opened.schema().to_json()),
            protocol=(protocol.min_reader_version, protocol.min_writer_version),
            partition=tuple(metadata.partition_columns),
            has_settings=bool(metadata.configuration),
        )

    def version(self, name: str) -> int:
        """The newest version of a table, which changes with whatever is written to it; -1 where there is no table."""
        return self._log(name).version

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Adds rows in one atomic commit; columns that the table does not have yet are added to it.

        A record is written when the disk holds all that was written before it. Raises CaseFault where the disk takes no
        more: what was written of the commit counts for nothing.
        """
        try:
            if table(name).kind == "record":
                self.disk.settle()
            if not self.has(name):
                self.make(name)
            if not self._add_file(name, rows):
                known = self.places(name, None)
                write_deltalake(self._open(name), rows, mode="append", schema_mode="merge")
                self._keep_version(name, known)
        except (DeltaError, OSError, pl.exceptions.PolarsError) as err:
            raise CaseFault(
                f"{self.folder / name}: rows of the table {name} cannot be written ({reason(err)}). "
                "The case is as it was; make room, or make the folder writable, and run the same again."
            ) from err

    def _add_file(self, name: str, rows: pl.DataFrame) -> bool:
        """Adds the rows of one run as a data file and a version that names it; False where the library has to do it.

        It has to where the table is not as this release makes it, where a checkpoint is due, and where the disk knows
        no hard links. The version appears whole or not at all, and only where there is none of its number yet: it is a
        hard link of a file that is whole. A data file that no version names counts for nothing, and is swept.
        """
        log, spec = self._log(name), table(name)
        runs = rows["run_id"].unique().to_list()
        run = None if spec.kind == "record" else runs[0]
        is_due = (log.version + 2) % _CHECKPOINT_EVERY == 0
        if is_due or len(runs) != 1 or not _RUN.fullmatch(runs[0]) or not _is_as_made(spec, log):
            return False
        place = self.folder / name
        path = f"part-00000-{uuid4()}-c000.snappy.parquet"
        if run is not None:
            (place / f"run_id={run}").mkdir(exist_ok=True)
            path = f"run_id={run}/{path}"
        (rows if run is None else rows.drop("run_id")).write_parquet(place / path, compression="snappy")
        self.disk.keep(place / path)
        written = (place / path).stat()
        file = delta_log.DataFile(run, written.st_size)
        text = delta_log.version_with_file(path, file, row_count=rows.height, milliseconds=_milliseconds(written))
        whole = place / "_delta_log" / delta_log.version_name(log.version + 1)
        staged = whole.with_name(whole.name + "#1")
        self.disk.write(staged, text.encode())
        try:
            os.link(staged, whole)
        except OSError:
            (place / path).unlink()
            return False
        finally:
            staged.unlink()
        self._logs[name] = log.with_file(path, file)
        self._keep(name, [str(place / path)], rows.select(list(spec.schema)))
        return True

    def _keep_version(self, name: str, known: Collection[str]) -> None:
        """Returns when the disk holds the version that the library wrote last, and its data files that were not known.

        The library itself syncs nothing.
        """
        log = self.folder / name / "_delta_log"
        number = delta_log.version_name(self.version(name)).removesuffix("json")
        written = [log / one for one in _names(log) if one.startswith(number) or one == "_last_checkpoint"]
        for place in (*written, *map(Path, self.places(name, None) - set(known))):
            self.disk.keep(place)

    def places(self, name: str, runs: Collection[str] | None) -> frozenset[str]:
        """The data files of the named runs (None: all). A file never changes, so equal files hold equal rows."""
        return frozenset(self.files(name, runs))

    def files(self, name: str, runs: Collection[str] | None) -> dict[str, str | None]:
        """The data files of the named runs (None: all) with the run of each, None in `run` itself."""
        by_run, place = self._log(name).by_run, f"{self.folder / name}/"
        return {place + path: run for run in by_run if runs is None or run in runs for path in by_run[run]}

    def rows(self, name: str, runs: Collection[str]) -> pl.DataFrame:
        """The rows of the named runs in key order; those read last are kept in memory, KEPT_BYTES at most."""
        files = self.places(name, runs)
        if not files:
            return empty(name)
        key = name, frozenset(map(self._state, files))
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        made = self.read(name, runs).sort(table(name).order)
        self._keep(name, files, made)
        return made

    def _state(self, path: str) -> tuple[object, ...]:
        """What tells a data file from every other, once it was looked at: spoilt or put back it is another one.

        Its name is of its own in every case, its number on the disk may be none where the disk numbers nothing.
        """
        if path not in self._states:
            try:
                found = os.stat(path)  # noqa: PTH116 - called thousands of times
            except OSError:
                return (path,)
            self._states[path] = Path(path).name, found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
        return self._states[path]

    def _keep(self, name: str, files: Collection[str], rows: pl.DataFrame) -> None:
        size = int(rows.estimated_size())
        if not files or size > KEPT_BYTES // 4:
            return
        with self._keeping:
            self._kept[name, frozenset(map(self._state, files))] = size, rows
            while sum(each for each, _ in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)

    def _kept_parts(self, name: str, files: Collection[str]) -> tuple[list[pl.DataFrame], set[str]]:
        """What is kept of some data files, each once, and the files of which nothing is."""
        left, parts = {self._state(path): path for path in files}, []
        with self._keeping:
            own = [(part, rows) for (of, part), (_, rows) in self._kept.items() if of == name and part <= left.keys()]
        for part, rows in sorted(own, key=lambda one: -len(one[0])):
            if part <= left.keys():
                parts.append(rows)
                left = {state: path for state, path in left.items() if state not in part}
        return parts, set(left.values())

    def recorded(self, name: str) -> pl.DataFrame:
        """All rows of a table that only grows, in no order. Cost O(rows of the files that were not there before)."""
        files = self.places(name, None)
        seen, rows = self._recorded.get(name, (frozenset[str](), empty(name)))
        if not seen <= files:
            seen, rows = frozenset(), empty(name)
        if new := files - seen:
            made = self.gather(self._scan(name, dict.fromkeys(sorted(new))), name)
            self._keep(name, new, made)
            rows = pl.concat([rows, made])
        self._recorded[name] = files, rows
        return rows

    def read(self, name: str, runs: Collection[str] | None, columns: list[str] | None = None) -> pl.DataFrame:
        """The rows of the named runs (None: all), in no order; columns an older release did not have are null."""
        wanted = list(table(name).schema) if columns is None else columns
        if not self.places(name, runs):
            return empty(name).select(wanted)
        return self.gather(self.scan(name, runs, wanted), name)

    def scan(self, name: str, runs: Collection[str] | None, columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The rows of the named runs (None: all), or some columns of them, in no order and not read yet."""
        return self._scan(name, self.files(name, runs), columns)

    def scan_files(self, name: str, runs: Collection[str] | None, columns: Sequence[str]) -> list[pl.LazyFrame]:
        """Some columns of the rows of the named runs (None: all), in the order of writing and not read yet.

        A frame for each large data file, and for small ones that were written one after another. A view that shows less
        than its data files hold is one frame.
        """
        if type(self).scan is not Store.scan:
            return [self.scan(name, runs, columns)]
        groups: list[dict[str, str | None]] = []
        sizes, held, place = self._log(name).files, SCANNED_BYTES, f"{self.folder / name}/"
        for path, run in self.files(name, runs).items():
            size = sizes[path.removeprefix(place)].byte_count
            if held + size > SCANNED_BYTES:
                groups.append({})
                held = 0
            groups[-1][path] = run
            held += size
        return [self._scan(name, group, columns) for group in groups]

    def is_whole(self, name: str) -> bool:
        """Whether a scan of a table is its data files, one after the other, with every row of them."""
        return self.has(name)

    def _scan(self, name: str, files: Mapping[str, str | None], columns: Sequence[str] | None = None) -> pl.LazyFrame:
        """The rows of data files, each with its run; of what is kept in memory no file is read again."""
        spec = table(name)
        wanted = list(spec.schema if columns is None else columns)
        kept, left = self._kept_parts(name, files)
        parts = [rows.lazy().select(wanted) for rows in kept]
        if left:
            paths = {path: run for path, run in files.items() if path in left}
            parts.append(_read_files(spec, paths, wanted, as_text=self._as_text(name)).select(wanted))
        if not parts:
            return empty(name).lazy().select(wanted)
        return parts[0] if len(parts) == 1 else pl.concat(parts)

    def _as_text(self, name: str) -> bool:
        """Whether the columns of structs hold their JSON text, as in format 1 of a case."""
        columns = self._log(name).columns
        return any(columns.get(column.name) == _TEXT for column in table(name).columns if column.fields)

    def is_text(self, name: str) -> bool:
        """Whether the columns of structs of a table hold their JSON text, as they did in format 1 of a case."""
        return self.has(name) and self._as_text(name)

    def rewrite(self, name: str) -> None:
        """Stores all rows of a table anew with the types of the dictionary, in one atomic commit of its log.

        The files of the version before stay, for readers that look at them.
        """
        rows, place, known = self.read(name, None), str(self.folder / name), self.places(name, None)
        partition = list(_partition(table(name))) or None
        write_deltalake(place, rows, mode="overwrite", schema_mode="overwrite", partition_by=partition)
        self._keep_version(name, known)

    def gather(self, rows: pl.LazyFrame, name: str) -> pl.DataFrame:
        """Collects what was scanned of a table in bounded memory. Raises CaseFault naming the file that is broken."""
        log = self._logs.get(name)
        is_small = log is not None and log.byte_count <= _SMALL_BYTES
        try:
            return rows.collect(engine="in-memory" if is_small else "streaming")
        except BROKEN as err:
            raise (self.damage(name) or CaseFault(_unreadable(self.folder / name, name, reason(err)))) from err

    def damage(self, name: str) -> CaseFault | None:
        """The fault of the first data file of a table that cannot be read; None where all can. Cost O(bytes)."""
        found = broken_file(map(Path, sorted(self.places(name, None))))
        return None if found is None else CaseFault(_unreadable(found[0], name, found[1]))

    def sweep(self, name: str, committed: Collection[str]) -> None:
        """Removes every row and file of runs that are not committed. A reader never looks at those."""
        if not self.has(name):
            return
        place, log = self.folder / name, self.folder / name / "_delta_log"
        inside = _names(place)
        for part, names in ((place, inside), (log, _names(log))):
            for leftover in names:
                if "#" in leftover and _STAGED.match(leftover):
                    (part / leftover).unlink()
        if table(name).kind == "record":
            self._sweep_unnamed(name)
            return
        # A data file is written before the log names it, so a run without a folder has no rows to remove.
        folders = {one.removeprefix("run_id="): place / one for one in inside if one.startswith("run_id=")}
        orphans = sorted(folders.keys() - set(committed))
        if orphans:
            known = self.places(name, None)
            self._open(name).delete("run_id in (" + ", ".join(map(_quoted, orphans)) + ")")
            self._keep_version(name, known)
        for run in orphans:
            _remove(folders[run])

    def _sweep_unnamed(self, name: str) -> None:
        """Data files that no version names: rows leave this table never, so no reader can be looking at one."""
        named = self.places(name, None)
        for path in (self.folder / name).glob("*.parquet"):
            if str(path) not in named:
                path.unlink()

    def sweep_half_made(self) -> None:
        """Removes table folders that were never finished."""
        for aside in self.folder.glob(_MAKING + "*"):
            _remove(aside)

    def _open(self, name: str) -> DeltaTable:
        """The newest version of a table. One that was open reads the log only where it has grown."""
        opened, folder = self._opened.get(name), self.folder / name / "_delta_log"
        try:
            if opened is None or not (folder / delta_log.version_name(opened.version())).exists():
                opened = DeltaTable(str(self.folder / name))
            elif not _is_newest(folder, opened.version()):
                opened.update_incremental()
        except (DeltaError, OSError) as err:
            raise CaseFault(
                f"{self.folder / name}: the log of the table {name} cannot be read "
                f"({reason(err)}). Restore the folder from a copy."
            ) from err
        self._opened[name] = opened
        return opened


def _is_newest(log: Path, version: int) -> bool:
    """Whether a version that was once read still stands in a log, and none after it."""
    # Called thousands of times: a path as text is a third of the cost of a Path.
    here, after = (f"{log}/{delta_log.version_name(number)}" for number in (version, version + 1))
    return os.path.exists(here) and not os.path.exists(after)  # noqa: PTH110


def _is_as_made(spec: Table, log: delta_log.TableLog) -> bool:
    """Whether a table is as this release makes one, so that a data file may be added to it without the library."""
    return log.is_plain and log.partition == _partition(spec) and log.columns == _columns_as_made(spec.name)


def _partition(spec: Table) -> tuple[str, ...]:
    return () if spec.kind == "record" else ("run_id",)


def _milliseconds(written: os.stat_result) -> int:
    """When a file was written, as a log says it."""
    return written.st_mtime_ns // 1_000_000


@cache
def _columns_as_made(name: str) -> dict[str, str]:
    return delta_log.columns_of(_schema(name))


def parquet_of(rows: pl.DataFrame) -> bytes:
    """The rows without `run_id` as a Parquet file. Cost O(cells)."""
    made = io.BytesIO()
    rows.drop("run_id", strict=False).write_parquet(made, compression="zstd")
    return made.getvalue()


def _names(folder: Path) -> list[str]:
    """The names in a folder. Called thousands of times: names alone are a tenth of the cost of paths."""
    return os.listdir(folder)  # noqa: PTH208


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read_files(
    spec: Table, files: Mapping[str, str | None], columns: Collection[str], *, as_text: bool
) -> pl.LazyFrame:
    """All files as one frame; the folder of a file names the run of its rows. `as_text`: structs are JSON text."""
    stored = {name: dtype for name, dtype in spec.schema.items() if name != "run_id" or spec.kind == "record"}
    structs = [column for column in spec.columns if as_text and column.fields and column.name in columns]
    names_run = spec.kind != "record" and "run_id" in columns
    stored |= {column.name: pl.String() for column in structs}
    rows = pl.scan_parquet(
        list(files),
        glob=False,
        hive_partitioning=False,
        schema=stored,
        missing_columns="insert",
        extra_columns="ignore",
        include_file_paths=_FILE_COLUMN if names_run else None,
    )
    if structs:
        rows = rows.with_columns(
            pl.col(column.name).map_batches(partial(parsed, column), return_dtype=column.dtype) for column in structs
        )
    if not names_run:
        return rows
    return rows.with_columns(run_id=pl.col(_FILE_COLUMN).replace_strict(dict(files), return_dtype=pl.String()))


def _unreadable(place: Path, name: str, why: str) -> str:
    return (
        f"{place}: a file of the table {name} cannot be read ({why}). "
        "Restore it from a copy, or make the case again from its sources."
    )


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
