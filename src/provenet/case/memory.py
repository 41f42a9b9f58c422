"""A case in memory: the same tables and runs without a folder, for tools that answer from files alone.

Nothing is written, locked or synced, and nothing is left when it goes. A file that is read counts as kept: its bytes
are those at its place, and are not copied.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from provenet.case.case import Case
from provenet.case.delta_log import DataFile, TableLog
from provenet.case.lock import Hold
from provenet.case.store import Store
from provenet.case.tables import empty, tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import CaseFault


class MemoryStore(Store):
    """Tables whose data files are frames in memory."""

    def __init__(self) -> None:
        super().__init__(Path("(memory)"), tables())
        self._logs = {name: TableLog(version=0) for name in tables()}
        self._frames: dict[str, pl.DataFrame] = {}

    def has(self, name: str) -> bool:
        """Whether the dictionary has the table: each stands from the beginning."""
        return name in self._logs

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Adds the rows of one run."""
        log = self._log(name)
        path = f"{log.version}.parquet"
        run = None if name == "run" else str(rows["run_id"][0])
        self._logs[name] = log.with_file(path, DataFile(run, int(rows.estimated_size())))
        self._frames[str(self.folder / name / path)] = rows.select(list(empty(name).columns))

    def sweep(self, name: str, committed: Collection[str]) -> None:
        """Forgets rows of runs that are not committed."""
        log = self._log(name)
        gone = {path for path, file in log.files.items() if file.run is not None and file.run not in committed}
        if gone:
            kept = {path: file for path, file in log.files.items() if path not in gone}
            self._logs[name] = replace(log, version=log.version + 1, files=kept)

    def sweep_half_made(self) -> None:
        """Nothing is ever half made."""

    def _log(self, name: str) -> TableLog:
        return self._logs[name]

    def _as_text(self, name: str) -> bool:
        return False

    def _keep(self, name: str, files: frozenset[str], rows: pl.DataFrame) -> None:
        """Keeps nothing beside the frames themselves."""

    def _kept_parts(self, name: str, files: Collection[str]) -> tuple[list[pl.DataFrame], set[str]]:
        return [self._frames[path] for path in files], set()


class MemoryCase(Case):
    """An empty case in memory, which verbs fill and ask as they do one in a folder. One thread writes it."""

    def __init__(self) -> None:
        super().__init__(Path("(memory)"), "", ())
        self._store = MemoryStore()
        self._sources: dict[str, Path | bytes] = {}
        self._packs: dict[str, list[Path]] = {}

    @contextmanager
    def _held(self) -> Iterator[Hold]:
        yield Hold("held", "held")

    def _sweep(self, committed: set[str]) -> None:
        for name in tables():
            self._store.sweep(name, committed)

    def keep_source(self, data: bytes) -> str:
        """Keeps bytes under their SHA-256."""
        file_id = sha256_bytes(data)
        self._sources[file_id] = data
        return file_id

    def stage_source(self, place: Path, file_id: str) -> Path:
        """Remembers where a file lies, and returns that place: it is not copied."""
        self._sources[file_id] = place
        return place

    def keep_staged(self, file_id: str) -> None:
        """A file that was remembered is kept."""

    def source_bytes(self, file_id: str) -> bytes:
        """The bytes of a file that was read, which are those at its place now."""
        source = self._sources[file_id]
        return source if isinstance(source, bytes) else source.read_bytes()

    def pack_folders(self, digest: str) -> list[Path] | None:
        """Where rule packs with a digest lay when a run read them; None where none did."""
        return self._packs.get(digest)

    def keep_pack_folders(self, digest: str, packs: Sequence[Path]) -> None:
        """Remembers where the rule packs that a run read lie."""
        self._packs[digest] = list(packs)

    def _replace(self, relative: Path, data: bytes) -> Path:
        raise CaseFault(f"{self.path}: a case in memory keeps no files; found {relative}. Make one in a folder.")
