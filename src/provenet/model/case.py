"""A case: a folder of tables, sources and outputs. The one place below the doors that writes to disk.

    case.toml            format, title, the tables it holds
    tables/<name>/       one Delta Lake table each, partitioned by run_id
    sources/<sha256>     the bytes of every file that was read
    outputs/             pages and documents
    .lock                held by the one writer

A run exists when its row in `run` is committed, last. Readers look at rows of such runs only and need no lock; the
next writer sweeps the rest. Source: own, decisions 0002, 0003 and 0012.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import polars as pl

from provenet.core.digest import code_version, sha256_bytes
from provenet.core.errors import CaseFault, UsageFault
from provenet.model import lock
from provenet.model.export import csv_of, digest_of
from provenet.model.runs import Run, in_order, standing
from provenet.model.store import Store
from provenet.model.tables import table, tables

FORMAT = 1
"""Version of the folder's layout. A release opens every layout up to its own."""
_TEMPORARY = ".making"
_UNFIT = re.compile(r"[\x00-\x1f\x7f%\[\]\\^|]")


class Case:
    """One open case. Reading sees committed runs only; writing goes through `writer`."""

    def __init__(self, path: Path, title: str, listed: Iterable[str]) -> None:
        self.path = path
        self.title = title
        self._store = Store(path.absolute() / "tables", tuple(listed))
        self._runs: tuple[frozenset[str], pl.DataFrame] | None = None

    @staticmethod
    def new(path: str | Path, title: str = "") -> Case:
        """Makes an empty case and opens it.

        It is built beside its place and then renamed, so a case never stands half made. Raises UsageFault where
        something stands there already or the parent folder does not exist, CaseBusy where another process is making
        it. Cost: one small Delta table per table of the dictionary, about 0.2 s.
        """
        path = Path(path)
        _refuse_place(path)
        aside = path.parent / f".{path.name}{_TEMPORARY}"
        try:
            aside.mkdir(exist_ok=True)
        except OSError as err:
            raise CaseFault(f"{path.parent}: no case can be made here ({err.strerror}).") from err
        with lock.held(aside):
            _refuse_place(path)
            for left in aside.iterdir():
                if left.name != lock.NAME:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            store = Store(aside.absolute() / "tables", ())
            for folder in ("tables", "sources", "outputs"):
                (aside / folder).mkdir()
            for name in tables():
                store.make(name)
            (aside / "case.toml").write_text(_toml(title, tables()), encoding="utf-8")
            aside.rename(path)
        return Case.open(path)

    @staticmethod
    def open(path: str | Path) -> Case:
        """Opens a case for reading or writing; a read-only folder can be read.

        Raises CaseFault where the folder is missing, is no case, was made by a newer release, or lacks a table that
        its case.toml lists.
        """
        path = Path(path)
        if not path.is_dir():
            raise CaseFault(f"{path}: no such case. Make one with: provenet new {path}")
        if (odd := _unfit(path)) is not None:
            raise CaseFault(f"{path}: a case cannot stand under a path with {odd}. Move or rename the folder.")
        title, listed = _read_toml(path)
        case = Case(path, title, listed)
        for name in case._store.listed:
            case._store.has(name)
        case.runs()
        return case

    def runs(self) -> pl.DataFrame:
        """The committed runs in the order they were recorded; a run recorded twice appears once, where it was last."""
        commits = self._store.commits("run")
        if self._runs is None or self._runs[0] != commits:
            self._runs = commits, in_order(self._store.read("run", None))
        return self._runs[1]

    def read(self, name: str) -> pl.DataFrame:
        """All rows of committed runs, with `run_id`, in key order; an empty typed frame if there are none."""
        if name == "run":
            return self.runs()
        return self._rows(name, set(self.runs()["run_id"]))

    def read_latest(self, name: str, **settings: object) -> pl.DataFrame:
        """The rows that stand: of each verb and settings, those of its newest run; of an input table, all.

        `settings` keeps the runs that were told these values, such as `as_of="2018-11-23"`. A newest run that wrote
        nothing into the table supersedes older ones too.
        """
        if table(name).kind != "result":
            return self.read(name)
        return self._rows(name, set(standing(self.runs(), **settings)))

    def _rows(self, name: str, runs: set[str]) -> pl.DataFrame:
        return self._store.read(name, runs).sort(table(name).order)

    def digest(self, names: Iterable[str]) -> dict[str, str]:
        """A digest per table of the rows that stand, in key order and without `run_id`. Cost O(cells)."""
        return {name: digest_of(table(name), self.read_latest(name)) for name in sorted(names)}

    def export_csv(self, name: str) -> bytes:
        """The rows that stand as CSV, in key order and without `run_id`: equal rows give equal bytes."""
        return csv_of(table(name), self.read_latest(name))

    def source_bytes(self, file_id: str) -> bytes:
        """The bytes of a file that was read. Raises CaseFault where they are missing or are not those any more."""
        place = self.path / "sources" / file_id
        try:
            data = place.read_bytes() if PurePosixPath(file_id).name == file_id else None
        except OSError:
            data = None
        if data is None:
            raise CaseFault(f"{place}: the case holds no such source. Add the file again.")
        if (found := sha256_bytes(data)) != file_id:
            raise CaseFault(
                f"{place}: the bytes are not those that were added; found SHA-256 {found[:12]}, "
                f"expected {file_id[:12]}. Restore the file from a copy, or add the original again."
            )
        return data

    @contextmanager
    def writer(
        self,
        verb: str,
        settings: Mapping[str, object],
        inputs: Mapping[str, str] | Callable[[], Mapping[str, str]],
    ) -> Iterator[Run]:
        """Holds the case for one run, sweeps what an interrupted run left, and commits the run when the block ends.

        `inputs` are the digests of what the run reads; given as a function they are taken under the lock. An
        exception in the block leaves nothing to see. Raises CaseBusy while another writer holds the case.
        """
        with lock.held(self.path):
            runs = self.runs()
            self._sweep(set(runs["run_id"]))
            run = Run(self, verb, settings, inputs() if callable(inputs) else inputs, runs)
            yield run
            run.commit()

    def _sweep(self, committed: set[str]) -> None:
        self._store.sweep_half_made()
        for name in tables():
            self._store.sweep(name, committed)
        (self.path / _TEMPORARY).unlink(missing_ok=True)

    def ids(self, name: str, column: str) -> pl.Series:
        """One column of the committed rows of a table, in no order."""
        return self._store.read(name, set(self.runs()["run_id"]), [column])[column]

    def write_rows(self, name: str, rows: pl.DataFrame) -> None:
        """Appends rows to a table in one commit. For `Run`, which holds the lock."""
        self._store.append(name, rows)
        if name not in self._store.listed:
            self._replace(Path("case.toml"), _toml(self.title, [*sorted(self._store.listed), name]).encode())
            self._store = Store(self._store.folder, [*self._store.listed, name])

    def keep_source(self, data: bytes) -> str:
        """Writes `sources/<sha256>` unless those very bytes lie there. For `Run`, which holds the lock."""
        file_id = sha256_bytes(data)
        place = self.path / "sources" / file_id
        if not place.is_file() or sha256_bytes(place.read_bytes()) != file_id:
            self._replace(Path("sources", file_id), data)
        return file_id

    def keep_output(self, relative_name: str, data: bytes) -> Path:
        """Writes a file under `outputs/`. For `Run`, which holds the lock."""
        parts = PurePosixPath(relative_name).parts
        if not parts or parts[0] == "/" or ".." in parts:
            raise ValueError(f"an output lies inside the folder outputs; found {relative_name!r}")
        return self._replace(Path("outputs", *parts), data)

    def _replace(self, relative: Path, data: bytes) -> Path:
        """The bytes under a temporary name, then renamed: no reader ever sees half a file."""
        place = self.path / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path / _TEMPORARY
        temporary.write_bytes(data)
        temporary.replace(place)
        return place


def _refuse_place(path: Path) -> None:
    if (odd := _unfit(path)) is not None:
        raise UsageFault(f"{path}: a case cannot stand under a path with {odd}. Choose another name.")
    if path.exists() or path.is_symlink():
        raise UsageFault(f"{path}: something stands here already. Choose another name, or open it as it is.")
    if not path.name or not path.parent.is_dir():
        raise UsageFault(f"{path}: the folder {path.parent} does not exist. Make it first.")


def _unfit(path: Path) -> str | None:
    """The first character of the full path that the Delta library cannot carry in an address, as words."""
    hit = _UNFIT.search(str(path.resolve()))
    return None if hit is None else f"the character {hit[0]!r}"


def _toml(title: str, names: Iterable[str]) -> str:
    text = json.dumps(title, ensure_ascii=False).replace("\x7f", "\\u007f")
    listed = "".join(f'  "{name}",\n' for name in names)
    return (
        f"# A Provenet case. Its tables are Delta Lake; rows whose run_id is not in the table run do not count.\n"
        f'format = {FORMAT}\ntitle = {text}\nmade_by = "{code_version()}"\ntables = [\n{listed}]\n'
    )


def _read_toml(path: Path) -> tuple[str, list[str]]:
    """The title and the tables that a case says it holds."""
    place = path / "case.toml"
    try:
        told = tomllib.loads(place.read_text("utf-8"))
    except FileNotFoundError as err:
        raise CaseFault(f"{path}: this folder is not a case; it has no case.toml. Check the path.") from err
    except (OSError, ValueError) as err:
        raise CaseFault(f"{place}: cannot be read ({err}). Restore the file from a copy.") from err
    layout = told.get("format")
    if not isinstance(layout, int) or isinstance(layout, bool) or layout < 1:
        raise CaseFault(f"{place}: found format {layout!r}, expected {FORMAT}. Restore the file from a copy.")
    if layout > FORMAT:
        raise CaseFault(
            f"{place}: the case was made by a newer release; found format {layout}, this one reads up to {FORMAT}. "
            "Upgrade provenet."
        )
    names = told.get("tables")
    if not isinstance(names, list) or "run" not in names:
        raise CaseFault(f"{place}: the list tables is missing or lacks run. Restore the file from a copy.")
    return str(told.get("title", "")), [str(name) for name in names]
