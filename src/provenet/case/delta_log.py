"""The log of a Delta table: which data files its newest version names, and the text of versions that a case writes.

A version of a table is one file of JSON lines in `_delta_log`, named by its number; each line adds a data file, removes
one, or says what the table is. What is not read here (deletion vectors, features of later protocols, versions of which
only a checkpoint is left) the Delta library reads. Source: the Delta transaction log protocol; decision 0051.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from provenet.core.grouping import grouped

_VERSION = re.compile(r"\d{20}\.json\Z")
_FIRST_PROTOCOL = 1, 2
"""The reader and writer that a table without special features asks for."""


class DataFile(NamedTuple):
    """A data file of a table: the run of its rows, None in `run` itself, and its size."""

    run: str | None
    byte_count: int


@dataclass(frozen=True)
class TableLog:
    """What a version of a table says: its data files by their places, and its columns with their types as JSON."""

    version: int = -1
    files: Mapping[str, DataFile] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    protocol: tuple[int, int] | None = None
    partition: tuple[str, ...] = ()
    has_settings: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether a file may be added by writing the next version: no feature or setting asks for more."""
        return self.protocol == _FIRST_PROTOCOL and not self.has_settings

    @cached_property
    def by_run(self) -> Mapping[str | None, list[str]]:
        """The data files of each run."""
        return grouped((file.run, path) for path, file in self.files.items())

    @cached_property
    def byte_count(self) -> int:
        """The size of all data files together."""
        return sum(file.byte_count for file in self.files.values())

    def with_file(self, path: str, file: DataFile) -> TableLog:
        """The next version, which adds one data file."""
        return replace(self, version=self.version + 1, files={**self.files, path: file})


def version_name(version: int) -> str:
    """The name of a version in the log."""
    return f"{version:020}.json"


def newest_version(names: Iterable[str]) -> int:
    """The newest version that a log names; -1 where it names none."""
    return max((int(name.removesuffix(".json")) for name in names if _VERSION.match(name)), default=-1)


def read_log(folder: Path, known: TableLog, newest: int) -> TableLog | None:
    """What the log in a folder says at its newest version, from an earlier one that is known.

    None where it holds what is not to be read here, or is broken. Cost O(actions of the versions in between + files).
    """
    log = replace(known, version=newest, files=dict(known.files))
    try:
        for version in range(known.version + 1, newest + 1):
            for line in (folder / version_name(version)).read_text("utf-8").splitlines():
                for kind, action in json.loads(line).items():
                    log = _after(log, kind, action)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return log


def _after(log: TableLog, kind: str, action: Mapping[str, Any]) -> TableLog:
    """A log after one more action. Raises ValueError for one that is not to be read here."""
    assert isinstance(log.files, dict)
    if kind == "add":
        log.files[_path(action)] = DataFile(action["partitionValues"].get("run_id"), action["size"])
    elif kind == "remove":
        log.files.pop(_path(action), None)
    elif kind == "metaData":
        partition, has_settings = tuple(action["partitionColumns"]), bool(action["configuration"])
        columns = columns_of(action["schemaString"])
        return replace(log, columns=columns, partition=partition, has_settings=has_settings)
    elif kind == "protocol":
        if action["minReaderVersion"] > _FIRST_PROTOCOL[0]:
            raise ValueError("a later reader")
        return replace(log, protocol=(action["minReaderVersion"], action["minWriterVersion"]))
    elif kind != "commitInfo":
        raise ValueError(kind)
    return log


def _path(action: Mapping[str, Any]) -> str:
    """The place of a data file in the folder of its table. Raises ValueError for one that is not to be read here."""
    path = str(action["path"])
    if action.get("deletionVector") or "%" in path or ":" in path or path.startswith("/"):
        raise ValueError(path)
    return path


def columns_of(schema: str) -> dict[str, str]:
    """The columns of a table with their types, from the JSON of its schema; comments do not count."""
    return {one["name"]: json.dumps(_bare(one["type"]), sort_keys=True) for one in json.loads(schema)["fields"]}


def _bare(kind: Any) -> Any:
    if isinstance(kind, list):
        return [_bare(one) for one in kind]
    if isinstance(kind, dict):
        return {name: _bare(one) for name, one in kind.items() if name != "metadata"}
    return kind


def first_version(schema: str, partition: Sequence[str], *, name: str, says: str, milliseconds: int) -> str:
    """The text of the first version of a table without rows: what it is called, what it holds, and its columns.

    `schema` are the columns in JSON; `milliseconds` is the time by the clock, since 1970.
    """
    reader, writer = _FIRST_PROTOCOL
    about = {
        "id": str(uuid4()),
        "name": name,
        "description": says,
        "format": {"provider": "parquet", "options": {}},
        "schemaString": schema,
        "partitionColumns": list(partition),
        "createdTime": milliseconds,
        "configuration": {},
    }
    how = {"mode": "ErrorIfExists", "partitionBy": json.dumps(list(partition))}
    commit = {"timestamp": milliseconds, "operation": "CREATE TABLE", "operationParameters": how}
    return _lines(
        {"commitInfo": commit},
        {"protocol": {"minReaderVersion": reader, "minWriterVersion": writer}},
        {"metaData": about},
    )


def version_with_file(path: str, file: DataFile, *, row_count: int, milliseconds: int) -> str:
    """The text of a version that adds one data file; `milliseconds` is its time by the clock, since 1970."""
    partition = {} if file.run is None else {"run_id": file.run}
    how = {"mode": "Append", "partitionBy": json.dumps(list(partition))}
    commit = {"timestamp": milliseconds, "operation": "WRITE", "operationParameters": how}
    added = {
        "path": path,
        "partitionValues": partition,
        "size": file.byte_count,
        "modificationTime": milliseconds,
        "dataChange": True,
        "stats": json.dumps({"numRecords": row_count}),
    }
    return _lines({"commitInfo": commit}, {"add": added})


def _lines(*actions: Mapping[str, Any]) -> str:
    return "".join(f"{json.dumps(action)}\n" for action in actions)
