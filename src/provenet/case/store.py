"""Delta Lake tables on disk: make, append, read by run, and sweep what no committed run owns. Used by `case.py` alone.

Every table but `run` is partitioned by `run_id`, so the rows of one run are whole files: reading skips the files of
runs that are not committed, and sweeping removes their files without touching another run's.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from collections import OrderedDict
from collections.abc import Collection, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import polars as pl
from deltalake import DeltaTable, Field, Schema, write_deltalake
from deltalake.exceptions import DeltaError
from deltalake.schema import ArrayType, PrimitiveType, StructType

from provenet.case.dictionary import Column
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
_VERSION = re.compile(r"\d{20}\.json\Z")
_FIRST = f"{0:020}.json"
_PROTOCOL = {"minReaderVersion": 1, "minWriterVersion": 2}
_MAKING = ".making-"
_FILE_COLUMN = "_file"
_SMALL_BYTES = 2**20
"""Tables whose files are no larger are read at once: the engine that bounds memory takes twice as long for them."""
KEPT_BYTES = 2**26
"""How much of what was read of data files one open case keeps, in bytes of memory: the frames read last."""


def _delta_type(column: Column) -> PrimitiveType | ArrayType:
    if not column.fields:
        return _DELTA_TYPES[column.type]
    fields = [Field(field.name, _delta_type(field), nullable=True) for field in column.fields]
    return ArrayType(StructType(fields), contains_null=True)


class Store:
    """The table folders of one case. `listed` are the tables the case says it holds."""

    def __init__(self, folder: Path, listed: Collection[str]) -> None:
        self.folder = folder
        self.listed = frozenset(listed)
        self._files: dict[str, tuple[frozenset[str], list[tuple[str | None, Path]]]] = {}
        self._as_text: dict[str, bool] = {}
        self._logs: dict[str, _Log] = {}
        self._opened: dict[str, tuple[frozenset[str], DeltaTable]] = {}
        self._kept: OrderedDict[tuple[str, frozenset[Path]], tuple[int, pl.DataFrame]] = OrderedDict()
        self._recorded: dict[str, tuple[frozenset[Path], pl.DataFrame]] = {}

    def make(self, name: str) -> None:
        """An empty table, made aside and then renamed, so that a half-made one never has its name."""
        aside = self.folder / (_MAKING + name)
        _remove(aside)
        log = aside / "_delta_log"
        aside.mkdir(parents=True)
        log.mkdir()
        (log / _FIRST).write_text(_first_version(name, int(aside.stat().st_mtime * 1000)), "utf-8")
        aside.rename(self.folder / name)

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

    def commits(self, name: str) -> frozenset[str]:
        """What changes with each version of a table: the names in its log. Cheaper than reading it."""
        try:
            return frozenset(_names(self.folder / name / "_delta_log"))
        except FileNotFoundError:
            self.has(name)
            return frozenset()

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Adds rows in one atomic commit; columns that the table does not have yet are added to it.

        Raises CaseFault where the disk takes no more: what was written of the commit counts for nothing.
        """
        try:
            if not self.has(name):
                self.make(name)
            merged: Literal["merge"] | None = None if self._has_columns_of_today(name) else "merge"
            write_deltalake(self._open(name), rows, mode="append", schema_mode=merged)
        except (DeltaError, OSError) as err:
            raise CaseFault(
                f"{self.folder / name}: rows of the table {name} cannot be written ({_first_line(err)}). "
                "The case is as it was; make room, or make the folder writable, and run the same again."
            ) from err

    def _has_columns_of_today(self, name: str) -> bool:
        """Whether a table is stored with the columns of the dictionary, in its order: most are, and no schema need be
        merged, which takes as long as the writing."""
        self.files(name)
        return name in self._logs and list(self._logs[name].types.items()) == _typed_columns(name)

    def files(self, name: str) -> list[tuple[str | None, Path]]:
        """The run (None in `run` itself) and path of each data file of the table's newest version.

        Read again only where the log has grown: O(files in the log) then, else O(names in it).
        """
        commits = self.commits(name)
        if name not in self._files or self._files[name][0] != commits:
            self._files[name] = commits, self._named(name, commits) if commits else []
        return self._files[name][1]

    def _named(self, name: str, commits: frozenset[str]) -> list[tuple[str | None, Path]]:
        log = self._logs.setdefault(name, _Log())
        if log.read(self.folder / name / "_delta_log", commits):
            self._as_text[name] = _holds_text(table(name), log.types)
            return [(run, self.folder / name / path) for path, (run, _) in log.files.items()]
        del self._logs[name]
        opened = self._open(name)
        self._as_text[name] = _holds_text(table(name), _types(opened))
        actions = pl.DataFrame(opened.get_add_actions(flatten=True))
        if not actions.height:
            return []
        runs = (
            actions["partition.run_id"].to_list() if "partition.run_id" in actions.columns else [None] * actions.height
        )
        return [(run, self.folder / name / path) for run, path in zip(runs, actions["path"].to_list(), strict=True)]

    def places(self, name: str, runs: Collection[str] | None) -> frozenset[Path]:
        """The data files of the named runs (None: all). A file never changes, so equal files hold equal rows."""
        return frozenset(path for run, path in self.files(name) if runs is None or run in runs)

    def rows(self, name: str, runs: Collection[str]) -> pl.DataFrame:
        """The rows of the named runs in key order; those read last are kept in memory, KEPT_BYTES at most."""
        key = name, self.places(name, runs)
        if not key[1]:
            return empty(name)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][1]
        made = self.read(name, runs).sort(table(name).order)
        size = int(made.estimated_size())
        if size <= KEPT_BYTES // 4:
            self._kept[key] = size, made
            while sum(each for each, _ in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return made

    def recorded(self, name: str) -> pl.DataFrame:
        """All rows of a table that only grows, in no order. Cost O(rows of the files that were not there before)."""
        files = self.places(name, None)
        seen, rows = self._recorded.get(name, (frozenset[Path](), empty(name)))
        if not seen <= files:
            seen, rows = frozenset(), empty(name)
        if new := sorted(files - seen):
            found = _read_files(table(name), dict.fromkeys(new), self._as_text[name]).select(list(table(name).schema))
            rows = pl.concat([rows, self.gather(found, name)])
        self._recorded[name] = files, rows
        return rows

    def read(self, name: str, runs: Collection[str] | None, columns: list[str] | None = None) -> pl.DataFrame:
        """The rows of the named runs (None: all), in no order; columns an older release did not have are null."""
        wanted = list(table(name).schema) if columns is None else columns
        if not self.places(name, runs):
            return empty(name).select(wanted)
        return self.gather(self.scan(name, runs).select(wanted), name)

    def scan(self, name: str, runs: Collection[str] | None) -> pl.LazyFrame:
        """The rows of the named runs (None: all), in no order and not read yet."""
        files = {path: run for run, path in self.files(name) if runs is None or run in runs}
        spec = table(name)
        if not files:
            return empty(name).lazy()
        return _read_files(spec, files, self._as_text[name]).select(list(spec.schema))

    def is_text(self, name: str) -> bool:
        """Whether the columns of structs of a table hold their JSON text, as they did in format 1 of a case."""
        return self.has(name) and _holds_text(table(name), _types(self._open(name)))

    def rewrite(self, name: str) -> None:
        """Stores all rows of a table anew with the types of the dictionary, in one atomic commit of its log.

        The files of the version before stay, for readers that look at them.
        """
        rows, place = self.read(name, None), str(self.folder / name)
        partition = None if table(name).kind == "record" else ["run_id"]
        write_deltalake(place, rows, mode="overwrite", schema_mode="overwrite", partition_by=partition)

    def gather(self, rows: pl.LazyFrame, name: str) -> pl.DataFrame:
        """Collects what was scanned of a table in bounded memory. Raises CaseFault naming the file that is broken."""
        is_small = name in self._logs and sum(size for _, size in self._logs[name].files.values()) <= _SMALL_BYTES
        try:
            return rows.collect(engine="in-memory" if is_small else "streaming")
        except (OSError, pl.exceptions.PolarsError) as err:
            raise CaseFault(_unreadable(table(name), {path: run for run, path in self.files(name)}, err)) from err

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
            self._open(name).delete("run_id in (" + ", ".join(map(_quoted, orphans)) + ")")
        for run in orphans:
            _remove(folders[run])

    def _sweep_unnamed(self, name: str) -> None:
        """Data files that no version names: rows leave this table never, so no reader can be looking at one."""
        named = {path for _, path in self.files(name)}
        for path in (self.folder / name).glob("*.parquet"):
            if path not in named:
                path.unlink()

    def sweep_half_made(self) -> None:
        """Removes table folders that were never finished."""
        for aside in self.folder.glob(_MAKING + "*"):
            _remove(aside)

    def _open(self, name: str) -> DeltaTable:
        """The newest version of a table. One that was open reads the log only where it has grown."""
        commits = self.commits(name)
        seen, opened = self._opened.get(name, (frozenset[str](), None))
        try:
            if opened is None or not seen <= commits:
                opened = DeltaTable(str(self.folder / name))
            elif opened.version() != _newest(commits):
                opened.update_incremental()
        except (DeltaError, OSError) as err:
            raise CaseFault(
                f"{self.folder / name}: the log of the table {name} cannot be read "
                f"({_first_line(err)}). Restore the folder from a copy."
            ) from err
        self._opened[name] = commits, opened
        return opened


def parquet_of(rows: pl.DataFrame) -> bytes:
    """The rows without `run_id` as a Parquet file. Cost O(cells)."""
    made = io.BytesIO()
    rows.drop("run_id", strict=False).write_parquet(made, compression="zstd")
    return made.getvalue()


def _names(folder: Path) -> list[str]:
    """The names in a folder. Called thousands of times: names alone are a tenth of the cost of paths."""
    return os.listdir(folder)  # noqa: PTH208


@cache
def _schema(name: str) -> str:
    columns = table(name).columns
    fields = [Field(c.name, _delta_type(c), nullable=True, metadata={"comment": c.says}) for c in columns]
    return str(Schema(fields).to_json())


@cache
def _typed_columns(name: str) -> list[tuple[str, object]]:
    return [(field["name"], field["type"]) for field in json.loads(_schema(name))["fields"]]


def _first_version(name: str, at: int) -> str:
    """The log of an empty table, made at a moment in milliseconds: as the library writes it, in a 20th of the time."""
    spec = table(name)
    metadata = {
        "id": str(uuid4()),
        "name": name,
        "description": spec.says,
        "format": {"provider": "parquet", "options": {}},
        "schemaString": _schema(name),
        "partitionColumns": [] if spec.kind == "record" else ["run_id"],
        "createdTime": at,
        "configuration": {},
    }
    commit = {"timestamp": at, "operation": "CREATE TABLE", "operationParameters": {"mode": "ErrorIfExists"}}
    actions = {"commitInfo": commit, "protocol": _PROTOCOL, "metaData": metadata}
    return "\n".join(json.dumps({kind: action}, ensure_ascii=False) for kind, action in actions.items())


class _Log:
    """What the log of a table says, read as it lies, at a tenth of the cost: the data files, the types of the columns.

    It reads logs of the kind that the case writes, whole from their first version, and leaves any other to the library.
    """

    def __init__(self) -> None:
        self.files: dict[str, tuple[str | None, int]] = {}
        self.types: dict[str, object] = {}
        self._count = 0
        self._is_plain = False

    def read(self, log: Path, commits: frozenset[str]) -> bool:
        """Takes in the versions that were not there before; False where the log is of another kind."""
        versions = sorted(name for name in commits if _VERSION.match(name))
        is_whole = versions == [f"{at:020}.json" for at in range(len(versions))]
        if not is_whole or self._count > len(versions) or any("checkpoint" in name for name in commits):
            return False
        try:
            for version in versions[self._count :]:
                for line in (log / version).read_bytes().splitlines():
                    for kind, action in json.loads(line).items():
                        self._take(kind, action)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return False
        self._count = len(versions)
        return self._is_plain and bool(self.types)

    def _take(self, kind: str, action: dict[str, Any]) -> None:
        """One action. Raises ValueError where it is none that the case writes."""
        if kind == "protocol":
            self._is_plain = action == _PROTOCOL
        elif kind == "metaData":
            self.types = {field["name"]: field["type"] for field in json.loads(action["schemaString"])["fields"]}
        elif kind in ("add", "remove"):
            path = action["path"]
            if action.get("deletionVector") or "%" in path or ":" in path:
                raise ValueError("not a file as the case names it")
            self.files.pop(path, None)
            if kind == "add":
                self.files[path] = action["partitionValues"].get("run_id"), action["size"]
        elif kind != "commitInfo":
            raise ValueError("not an action of the case")


def _newest(commits: Collection[str]) -> int:
    """The newest version that the log of a table names."""
    return max((int(name.removesuffix(".json")) for name in commits if _VERSION.match(name)), default=-1)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(err: Exception) -> str:
    return str(err).strip().splitlines()[0].rstrip(".")


def _types(opened: DeltaTable) -> dict[str, object]:
    return {field["name"]: field["type"] for field in json.loads(opened.schema().to_json())["fields"]}


def _holds_text(spec: Table, types: Mapping[str, object]) -> bool:
    return any(types.get(column.name) == "string" for column in spec.columns if column.fields)


def _read_files(spec: Table, files: Mapping[Path, str | None], as_text: bool) -> pl.LazyFrame:
    """All files as one frame; the folder of a file names the run of its rows. `as_text`: structs are JSON text."""
    stored = {name: dtype for name, dtype in spec.schema.items() if name != "run_id" or spec.kind == "record"}
    structs = [column for column in spec.columns if as_text and column.fields]
    stored |= {column.name: pl.String() for column in structs}
    rows = pl.scan_parquet(
        list(files),
        glob=False,
        hive_partitioning=False,
        schema=stored,
        missing_columns="insert",
        extra_columns="ignore",
        include_file_paths=_FILE_COLUMN,
    ).with_columns(
        pl.col(column.name).map_batches(partial(parsed, column), return_dtype=column.dtype) for column in structs
    )
    if spec.kind == "record":
        return rows
    run_of = {str(path): run for path, run in files.items()}
    return rows.with_columns(run_id=pl.col(_FILE_COLUMN).replace_strict(run_of, return_dtype=pl.String()))


def _unreadable(spec: Table, files: Mapping[Path, str | None], err: Exception) -> str:
    """The sentence of a file that cannot be read, found by trying each."""
    place, why = next(iter(files)).parent.parent, err
    for path in files:
        try:
            pl.read_parquet_schema(path)
        except (OSError, pl.exceptions.PolarsError) as fault:
            place, why = path, fault
            break
    reason = "it is missing" if not place.exists() else _first_line(why)
    return (
        f"{place}: a file of the table {spec.name} cannot be read ({reason}). "
        "Restore it from a copy, or make the case again from its sources."
    )


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
