"""A case: a folder of tables, sources and outputs. The one place below the doors that writes to disk.

    case.toml            format, title, the tables it holds, where rule packs of one's own lie
    tables/<name>/       one Delta Lake table each, partitioned by run_id
    sources/<sha256>     the bytes of every file that was read
    outputs/             pages and documents
    .lock                held by the one writer

A run exists when its row in `run` is committed, last. Readers look at rows of such runs only and need no lock; the
next writer sweeps the rest. Source: own, decisions 0002, 0003 and 0012.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath
from threading import Lock

import polars as pl

from provenet.case import lock
from provenet.case.disk import sync
from provenet.case.export import digest_of, digest_of_places, id_ranges
from provenet.case.pack_files import remembered
from provenet.case.parquet_files import BROKEN
from provenet.case.parties import MergedNames, merged_names
from provenet.case.retractions import TABLE, Retracted, in_force, retracted
from provenet.case.runs import Run, hashed, in_order, standing
from provenet.case.store import Store
from provenet.case.tables import empty, table, tables
from provenet.core.digest import code_version, sha256_bytes
from provenet.core.errors import CaseFault, CaseMigrated, Fault, InputFault, ProvenetError, UsageFault, clip, visible
from provenet.core.tomltext import TomlFault, parse_toml

FORMAT = 2
"""Version of the folder's layout. A release opens every layout up to its own, and brings older ones to it.

2: settings and inputs of runs, facts, origins and flips of verdicts and the facts that plans assume are lists of
structs; in 1 they were their JSON text (decision 0036).
"""
_WHOLE_IDS = 'ids = "whole names"\n'
"""The line of case.toml that says that no id is that of a part of a name, or that names were looked through for it."""
_SHOWN_MERGED = 20
DESCRIBED_AGAIN = frozenset({"source", "party"})
"""Tables whose rows several files may give of one thing: one names it in passing, another describes it."""
PLACES_AT_ONCE = 4_000_000
"""The ids of so many rows, and where these stand, are put in order at once for the digest of a table."""
_TEMPORARY = ".making"
_STAGED = ".making-source"
_BLOCK_BYTES = 2**20
_UNFIT = re.compile(r"[\x00-\x1f\x7f%\[\]\\^|\ud800-\udfff]")


@contextmanager
def damage_told(path: str | Path) -> Iterator[None]:
    """Raises the fault of a broken data file of a case in place of whatever the library raised that met it."""
    try:
        yield
    except BROKEN as err:
        # What the system refused has a number; what the library tells of a file has none.
        if isinstance(err, OSError) and err.errno is not None:
            raise
        damage = None
        with suppress(CaseFault):
            damage = Case.open(path).damage()
        if damage is None:
            raise
        raise damage from err


class Case:
    """One open case. Reading sees committed runs only; writing goes through `writer`."""

    def __init__(self, path: Path, title: str, listed: Iterable[str], *, layout: int = FORMAT) -> None:
        self.path = path
        self.title = title
        self._layout = layout
        self._store = Store(path.absolute() / "tables", tuple(listed))
        self._runs: tuple[int, pl.DataFrame, frozenset[str], frozenset[str]] | None = None
        self._digests: dict[str, tuple[object, str]] = {}
        self._known: date | None = None
        self._views: dict[date | None, Case] = {None: self}
        self._gone: tuple[frozenset[str], Retracted] | None = None
        self._digests_of_runs: dict[tuple[object, ...], str] = {}
        self._listing = Lock()

    @staticmethod
    def new(path: str | Path, title: str = "") -> Case:
        """Makes an empty case and opens it.

        It is built beside its place and then renamed, so a case never stands half made. Raises UsageFault where
        something stands there already or the parent folder does not exist, CaseBusy where another process is making
        it. Cost: one small Delta table per table of the dictionary, about 0.02 s.
        """
        path, title = Path(path), _fit_title(title)
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
            try:
                _make_empty(aside, title)
                aside.rename(path)
                sync(path.parent)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
        return Case.open(path)

    @staticmethod
    def open(path: str | Path) -> Case:
        """Opens a case for reading or writing; a read-only folder can be read.

        A case of an earlier layout is brought to that of this release, with a warning `CaseMigrated`; one that cannot
        be written, or that a writer holds, is read as it is. Raises CaseFault where the folder is missing, is no case,
        was made by a newer release, or lacks a table that its case.toml lists.
        """
        path = Path(path)
        if not path.is_dir():
            raise CaseFault(f"{path}: no such case. Make one with: provenet new {path}")
        if (odd := _unfit(path)) is not None:
            raise CaseFault(f"{path}: a case cannot stand under a path with {odd}. Move or rename the folder.")
        title, listed, layout = _read_toml(path)
        case = Case(path, title, listed, layout=layout)
        for name in case._store.listed:
            case._store.has(name)
        if case._layout < FORMAT or not _has_whole_ids(path):
            with suppress(CaseFault), lock.held(path):
                case._migrate()
        case.runs()
        return case

    def _migrate(self) -> None:
        """Brings the case to this layout, one atomic commit per table; under the lock.

        The layout is written first, with the layout that it came from until every table is done: killed at any
        instant, each table is as it was or as it shall be, an earlier release refuses the case, and the next opening
        goes on. No row, id, digest or order changes.
        """
        _, _, layout = _read_toml(self.path)
        if layout < FORMAT:
            self._write_toml(sorted(self._store.listed), layout)
            for name in sorted(self._store.listed & tables().keys()):
                if self._store.is_text(name):
                    self._store.rewrite(name)
        moved, self._layout = layout < FORMAT, FORMAT
        names = ("party", "identifier", "site", "source")
        merged = [] if _has_whole_ids(self.path) else [*merged_names({name: self.read(name) for name in names})]
        self._store.disk.settle()
        self._write_toml(sorted(self._store.listed))
        self._store.disk.settle()
        if moved or merged:
            message = (
                f"{self.path}: the case was written by an earlier release and has been brought to the layout of "
                "this one; no figure changed and no result became stale by it."
            )
            warnings.warn(CaseMigrated(message + _merged_sentence(merged)), stacklevel=3)

    def _write_toml(self, names: Iterable[str], came_from: int | None = None) -> None:
        packs, whole = _read_packs(self.path), came_from is None or _has_whole_ids(self.path)
        text = _toml(self.title, names, came_from, packs=packs, whole_ids=whole)
        self._replace(Path("case.toml"), text.encode())

    def runs(self) -> pl.DataFrame:
        """The committed runs in the order they were recorded; a run recorded twice appears once, where it was last."""
        return self._committed()[0]

    def recordings(self) -> pl.DataFrame:
        """The committed runs in the order they were recorded; a run recorded twice appears at both places."""
        return self._store.recorded("run").sort("recorded_at", "run_id")

    def _committed(self) -> tuple[pl.DataFrame, frozenset[str], frozenset[str]]:
        """The committed runs, their ids, and the ids of those that stand."""
        version = self._store.version("run")
        if self._runs is None or self._runs[0] != version:
            runs = in_order(self._store.recorded("run"))
            self._runs = version, runs, frozenset(runs["run_id"]), frozenset(standing(runs))
        return self._runs[1:]

    def as_known(self, day: date | None) -> Case:
        """The case as it answers of what was known on a day: what was retracted from a later day on counts still.

        The same case where no retraction has a day. Both see what either writes.
        """
        if day == self._known or not self.read(TABLE)["from_on"].drop_nulls().len():
            return self
        if day not in self._views:
            self._views[day] = view = copy(self)
            view._known, view._gone, view._digests = day, None, {}
        return self._views[day]

    @property
    def store(self) -> Store:
        """The tables of the case, for views of it that are for reading alone."""
        return self._store

    def seen_through(self, seen: Callable[[Store], Store]) -> Case:
        """The same case over other tables, which `seen` makes of its own; for reading alone."""
        view = copy(self)
        view._store, view._runs, view._gone, view._known = seen(self._store), None, None, None
        view._digests, view._digests_of_runs, view._views = {}, {}, {None: view}
        return view

    def _has_retractions(self, name: str) -> bool:
        """Whether the rows of a table may be retracted, and something in this case ever was."""
        self.stands(name)
        return self._gone is not None and bool(self._gone[0]) and table(name).kind == "input" and name != TABLE

    def _counting(self, name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows of an input table that count, each once: what a retracted source said another may say again."""
        stands = self.stands(name)
        counting = rows if stands is None else rows.filter(stands)
        return counting.sort("row_id", "file_id", "run_id").unique("row_id", keep="first", maintain_order=True)

    def stands(self, name: str) -> pl.Expr | None:
        """Whether a row of an input table counts; None where every row of it does."""
        if name not in tables() or table(name).kind != "input" or name == TABLE:
            return None
        state = self._store.places(TABLE, self._committed()[1])
        if self._gone is None or self._gone[0] != state:
            found = retracted(self._store.rows(TABLE, self._committed()[1]), self._known) if state else Retracted()
            self._gone = state, found
        return self._gone[1].stands(name)

    def read(self, name: str, *, whole: bool = False) -> pl.DataFrame:
        """All rows of committed runs, with `run_id`, in key order; an empty typed frame if there are none.

        Of an input table those that count: `whole` reads the retracted ones too.
        """
        if name == "run":
            return self.runs()
        rows = self._store.rows(name, self._committed()[1])
        if whole or not self._has_retractions(name):
            return rows
        return self._counting(name, rows.lazy()).collect().sort(table(name).order)

    def read_latest(self, name: str, **settings: object) -> pl.DataFrame:
        """The rows that stand: of each verb and settings, those of its newest run; of an input table, all.

        `settings` keeps the runs that had these values, such as `as_of="2018-11-23"`. A newest run that wrote
        nothing into the table supersedes older ones too.
        """
        if table(name).kind != "result":
            return self.read(name)
        runs = set(standing(self.runs(), **settings)) if settings else self._committed()[2]
        return self._store.rows(name, runs)

    def columns_latest(self, name: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of the rows that `read_latest` gives, in no order. Cost O(rows x columns named)."""
        if table(name).kind != "result":
            return self.columns(name, columns)
        return self._store.read(name, self._committed()[2], list(columns))

    def scan_latest(self, name: str) -> pl.LazyFrame:
        """The rows that `read_latest` gives, in the order of their data files and not read yet."""
        return self.scan(name) if table(name).kind != "result" else self._store.scan(name, self._committed()[2])

    def can_skip(self, name: str) -> bool:
        """Whether `scan_latest` may be read from any row on without reading those before: nothing is left out of it."""
        return self._store.is_whole(name) and not self._has_retractions(name)

    def count_latest(self, name: str) -> int:
        """How many rows `read_latest` gives, without reading their cells where no input was retracted."""
        if table(name).kind == "record":
            return self.runs().height
        runs = self._committed()[2] if table(name).kind == "result" else self._committed()[1]
        if not self._store.places(name, runs):
            return 0
        is_whole = table(name).kind == "result" or not self._has_retractions(name)
        rows = self._store.scan(name, runs, [table(name).id_column]) if is_whole else self.scan(name)
        return int(self._store.gather(rows.select(pl.len()), name).item())

    def read_run(self, name: str, run_id: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows that one committed run wrote into a table, in key order; some columns of them in no order.

        Cost O(rows of that run x columns).
        """
        runs = {run_id} & self._committed()[1]
        return self._store.rows(name, runs) if columns is None else self._store.read(name, runs, list(columns))

    def read_runs(self, name: str, run_ids: Iterable[str]) -> pl.DataFrame:
        """The rows that some committed runs wrote into a table, in key order."""
        return self._store.rows(name, self._committed()[1] & set(run_ids))

    def scan(self, name: str) -> pl.LazyFrame:
        """All rows of committed runs with `run_id`, in no order and not read yet: collecting reads what it names.

        Of an input table those that count: none that was retracted.

        Raises CaseFault for a missing table; polars raises its own error for a broken file when the frame is collected.
        """
        if name == "run":
            return self.runs().lazy()
        rows = self._store.scan(name, self._committed()[1])
        return self._counting(name, rows) if self._has_retractions(name) else rows

    def readers(self, name: str, keep: pl.Expr | None = None) -> list[Callable[[Sequence[str]], pl.DataFrame]]:
        """The committed rows of an input table part by part, each a function that reads columns of some data files.

        For walks over more rows than memory holds. Of the rows that count those that `keep` holds for; one that two
        runs brought stands in both files.
        """
        counts = [one for one in (self.stands(name), keep) if one is not None]
        columns = [column for column in table(name).schema if column != "run_id"]

        def reader(rows: pl.LazyFrame) -> Callable[[Sequence[str]], pl.DataFrame]:
            return lambda wanted: self._store.gather(rows.filter(*counts).select(wanted), name)

        return [reader(rows) for rows in self._store.scan_files(name, self._committed()[1], columns)]

    def columns(self, name: str, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of all rows of committed runs, in no order. Cost O(rows x columns named)."""
        if name == "run":
            return self.runs().select(columns)
        if self._has_retractions(name):
            return self._store.gather(self.scan(name).select(columns), name)
        return self._store.read(name, self._committed()[1], list(columns))

    def distinct(self, name: str, columns: Sequence[str]) -> pl.DataFrame:
        """The distinct rows of some columns, in order of those columns, and how many rows each stands for.

        `row_count` counts the rows; in a table with units, `unit_count` is their sum. Says nothing of columns left
        out. Cost O(rows x columns named) in time and O(distinct rows) in memory.
        """
        counts = [pl.len().cast(pl.Int64).alias("row_count")]
        if "unit_count" in table(name).schema and "unit_count" not in columns:
            counts.append(pl.col("unit_count").sum())
        wanted = self._store.gather(self.scan(name).group_by(list(columns)).agg(counts), name)
        return wanted.sort(list(columns))

    def digest(self, names: Iterable[str]) -> dict[str, str]:
        """A digest per table of the rows that stand: equal rows give equal digests, in whatever runs they came.

        Of an input table the ids and places of its rows are read, not their cells; `source` and `party`, whose rows
        the reader may make itself under the id of the thing they name, and results are read whole. A retraction that
        was taken back changes no digest. Cost O(rows) and O(cells).
        """
        return {name: self._digest(name) for name in sorted(names)}

    def _digest(self, name: str) -> str:
        _, every, latest = self._committed()
        runs = None if name == "run" else latest if table(name).kind == "result" else every
        self.stands(name)
        state = self._store.places(name, runs), self._gone[0] if self._gone else None
        known = self._digests.get(name)
        if known is None or known[0] != state:
            if not state[0]:
                made = _digest_of_no_rows(name)
            elif name == TABLE:
                made = digest_of_places(in_force(self.read(name)))
            elif table(name).kind == "input" and name not in DESCRIBED_AGAIN:
                made = digest_of_places(self._places(name))
            else:
                made = digest_of(table(name), self.read_latest(name))
            known = self._digests[name] = state, made
        return known[1]

    def _places(self, name: str) -> Iterator[pl.DataFrame]:
        """The ids of the rows of an input table that count and where each stands, in parts of ascending ids."""
        rows = self.scan(name).select("row_id", "file_id", "locator")
        count = self._store.gather(
            self._store.scan(name, self._committed()[1], ["row_id"]).select(pl.len()), name
        ).item()
        for part in id_ranges(name, 1 + count // PLACES_AT_ONCE):
            yield self._store.gather(rows.filter(part), name)

    def digest_once(self, key: tuple[object, ...], make: Callable[[], str]) -> str:
        """A digest of rows that runs named by `key` wrote: such rows never change, so it is taken once."""
        if key not in self._digests_of_runs:
            self._digests_of_runs[key] = make()
        return self._digests_of_runs[key]

    def damage(self) -> CaseFault | None:
        """The fault of the first data file that cannot be read; None where all can. Cost O(bytes of the case)."""
        faults = (self._store.damage(name) for name in sorted(self._store.listed))
        return next((fault for fault in faults if fault is not None), None)

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
        self, verb: str, settings: Mapping[str, object], inputs: Mapping[str, str] | Callable[[], Mapping[str, str]]
    ) -> Iterator[Run]:
        """Holds the case for one run, sweeps what an interrupted run left, and commits the run when the block ends.

        `inputs` are the digests of what the run reads; given as a function they are taken under the lock. An
        exception in the block leaves nothing to see. Raises CaseBusy while another writer holds the case.
        """
        with lock.held(self.path) as hold:
            if self._layout < FORMAT:
                self._migrate()
            runs = self.runs()
            # Where this very case was the last to hold the lock, and its run was committed, there is nothing to sweep.
            if hold.before != self._store.left_clean:
                self._sweep(set(runs["run_id"]))
            self._store.left_clean = ""
            run = Run(self, verb, settings=settings, inputs=inputs() if callable(inputs) else inputs, runs=runs)
            try:
                yield run
            except ProvenetError:
                # Rows of a large file may be written already; nobody sees them, but they need not wait for a sweep.
                self._sweep(set(runs["run_id"]))
                raise
            run.commit()
            self._store.disk.settle()
            self._store.left_clean = hold.text

    def _sweep(self, committed: set[str]) -> None:
        self._store.sweep_half_made()
        for name in tables():
            self._store.sweep(name, committed)
        for left in (_TEMPORARY, _STAGED):
            (self.path / left).unlink(missing_ok=True)

    def ids(self, name: str, column: str) -> pl.Series:
        """One column of the committed rows of a table, in no order."""
        return self._store.read(name, self._committed()[1], [column])[column]

    def hashed(
        self, name: str, columns: Mapping[str, str], *, whole: bool = False, where: pl.Expr | None = None
    ) -> pl.DataFrame:
        """64-bit hashes of text columns of the committed rows, under new names. Cost O(rows), 8 bytes a value.

        Of an input table those that count: `whole` takes the retracted ones too, `where` those alone that it holds for.
        """
        rows = self._store.scan(name, self._committed()[1]) if whole else self.scan(name)
        rows = rows if where is None else rows.filter(where)
        return self._store.gather(rows.select(hashed(old).alias(new) for new, old in columns.items()), name)

    def write_rows(self, name: str, rows: pl.DataFrame) -> None:
        """Appends rows to a table in one commit. For `Run`, which holds the lock; one thread a table."""
        self._store.append(name, rows)
        with self._listing:
            if name not in self._store.listed:
                self._write_toml([*sorted(self._store.listed), name])
                self._store.listed |= {name}

    def pack_folders(self, digest: str) -> list[Path] | None:
        """Where rule packs with a digest lay when a run read them; None where the case does not remember it."""
        places = _read_packs(self.path).get(digest)
        return None if places is None else [self.path / place for place in places]

    def keep_pack_folders(self, digest: str, packs: Sequence[Path]) -> None:
        """Remembers where the rule packs that a run read lie. For `Run`, which holds the lock."""
        known = _read_packs(self.path)
        if digest and known.get(digest) != (places := remembered(self.path, packs)):
            text = _toml(self.title, sorted(self._store.listed), packs=known | {digest: places})
            self._replace(Path("case.toml"), text.encode())

    def keep_source(self, data: bytes) -> str:
        """Writes `sources/<sha256>` unless those very bytes lie there. For `Run`, which holds the lock."""
        file_id = sha256_bytes(data)
        place = self.path / "sources" / file_id
        if not place.is_file() or _digest_of_file(place) != file_id:
            self._replace(Path("sources", file_id), data)
        return file_id

    def stage_source(self, place: Path, file_id: str) -> Path:
        """Copies a file under a temporary name, as a stream, and returns where the copy lies. For `Run`.

        What is read afterwards is the copy, so a file that changes meanwhile harms nothing. Bytes that lie in the
        case already are not copied. Raises InputFault where the bytes are not those of `file_id` any more.
        """
        kept = self.path / "sources" / file_id
        if kept.is_file() and _digest_of_file(kept) == file_id:
            return kept
        seen, staged = hashlib.sha256(), self.path / _STAGED
        try:
            with place.open("rb") as given, staged.open("wb") as copy:
                while block := given.read(_BLOCK_BYTES):
                    seen.update(block)
                    copy.write(block)
            sync(staged)
        except OSError as err:
            why = f"the file cannot be copied into the case ({err.strerror})"
            raise InputFault([Fault(place.name, why)]) from err
        if seen.hexdigest() != file_id:
            way_out = "Add it again when nothing writes to it any more."
            raise InputFault([Fault(place.name, "the file changed while it was being read", way_out=way_out)])
        return staged

    def keep_staged(self, file_id: str) -> None:
        """Gives a staged copy its name. For `Run`, which holds the lock."""
        staged = self.path / _STAGED
        if staged.is_file():
            self._store.disk.changed(staged.replace(self.path / "sources" / file_id))

    def keep_output(self, relative_name: str, data: bytes) -> Path:
        """Writes a file under `outputs/`. For `Run`, which holds the lock."""
        parts = PurePosixPath(relative_name).parts
        if not parts or parts[0] == "/" or ".." in parts:
            raise ValueError(f"an output lies inside the folder outputs; found {relative_name!r}")
        return self._replace(Path("outputs", *parts), data)

    def drop_output(self, relative_name: str, digest: str) -> None:
        """Takes away a file under `outputs/` whose bytes have a SHA-256. For `Run`, which holds the lock."""
        place = self.path / "outputs" / relative_name
        if place.is_file() and not place.is_symlink() and sha256_bytes(place.read_bytes()) == digest:
            place.unlink()
            self._store.disk.changed(self.path / "outputs" / relative_name)

    def _replace(self, relative: Path, data: bytes) -> Path:
        """The bytes under a temporary name, then renamed: no reader ever sees half a file."""
        place = self.path / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path / _TEMPORARY
        self._store.disk.write(temporary, data)
        self._store.disk.changed(temporary.replace(place))
        return place


def refuse_folder(folder: Path) -> None:
    """Raises UsageFault where something stands in the place of a folder of tables to fill in."""
    if folder.exists() or folder.is_symlink():
        raise UsageFault(f"{folder}: something stands here already, where the tables to fill in would. Move it away.")


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes tables to fill in into a new folder beside a case. Raises CaseFault where it cannot be made."""
    try:
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as err:
        raise CaseFault(f"{folder}: the tables to fill in cannot be written ({err.strerror}).") from err


def _digest_of_file(place: Path) -> str:
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _make_empty(folder: Path, title: str) -> None:
    """Writes the tables and folders of an empty case into a folder. Raises OSError, as where the disk is full."""
    for name in ("tables", "sources", "outputs"):
        (folder / name).mkdir()
    store = Store(folder.absolute() / "tables", ())
    for name in tables():
        store.make(name)
    store.disk.write(folder / "case.toml", _toml(title, tables()).encode())
    store.disk.settle()


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


def _fit_title(title: str) -> str:
    """A title that can be stored. Raises UsageFault for halves of characters, which a broken terminal may send."""
    try:
        title.encode()
    except UnicodeEncodeError as err:
        raise UsageFault(f"new: not a title; found {clip(visible(title))!r}, expected whole characters.") from err
    return title


def _toml(
    title: str,
    names: Iterable[str],
    came_from: int | None = None,
    *,
    packs: Mapping[str, list[str]] | None = None,
    whole_ids: bool = True,
) -> str:
    whole = _WHOLE_IDS if whole_ids else ""
    moving = "" if came_from is None else f"came_from = {came_from}\n"
    listed = "".join(f'  "{name}",\n' for name in names)
    text = (
        f"# A Provenet case. Its tables are Delta Lake; rows whose run_id is not in the table run do not count.\n"
        f'format = {FORMAT}\n{moving}title = {_quoted(title)}\nmade_by = "{code_version()}"\n'
        f"{whole}tables = [\n{listed}]\n"
    )
    if packs:
        text += "\n# Where rule packs of your own lay when a run read them, by their digest, seen from this folder.\n"
        text += "[packs]\n"
        text += "".join(f'"{digest}" = [{", ".join(map(_quoted, places))}]\n' for digest, places in packs.items())
    return text


def _has_whole_ids(path: Path) -> bool:
    """Whether the ids of a case are those of whole names, or its names were looked through when it was brought over."""
    return _WHOLE_IDS in (path / "case.toml").read_text("utf-8")


def _merged_sentence(merged: Sequence[MergedNames]) -> str:
    if not merged:
        return ""
    listed = "; ".join(one.text() for one in merged[:_SHOWN_MERGED])
    more = f"; and {len(merged) - _SHOWN_MERGED:,} more" if len(merged) > _SHOWN_MERGED else ""
    return (
        " It holds ids under which an earlier release put rows of different names, which stay as they are until you "
        f"decide: {listed}{more}. All of them: provenet check CASE --only merged-name"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _read_packs(path: Path) -> dict[str, list[str]]:
    """Where rule packs lay, by their digest; what the file does not say properly is not remembered."""
    try:
        known = parse_toml((path / "case.toml").read_text("utf-8")).get("packs")
    except (OSError, ValueError):
        return {}
    known = known if isinstance(known, dict) else {}
    return {
        digest: places
        for digest, places in known.items()
        if isinstance(places, list) and all(isinstance(place, str) for place in places)
    }


@cache
def _digest_of_no_rows(name: str) -> str:
    if table(name).kind == "input" and name not in DESCRIBED_AGAIN:
        return digest_of_places(empty(name))
    return digest_of(table(name), empty(name))


def _read_toml(path: Path) -> tuple[str, list[str], int]:
    """The title of a case, the tables it says it holds, and its layout: the earlier one until every table is done."""
    place = path / "case.toml"
    try:
        document = parse_toml(place.read_text("utf-8"))
    except FileNotFoundError as err:
        raise CaseFault(f"{path}: this folder is not a case; it has no case.toml. Check the path.") from err
    except TomlFault as err:
        raise CaseFault(f"{place}: cannot be read (it {err}). Restore the file from a copy.") from err
    except (OSError, ValueError) as err:
        raise CaseFault(f"{place}: cannot be read ({err}). Restore the file from a copy.") from err
    layout = document.get("format")
    if not isinstance(layout, int) or isinstance(layout, bool) or layout < 1:
        raise CaseFault(f"{place}: found format {layout!r}, expected {FORMAT}. Restore the file from a copy.")
    if layout > FORMAT:
        raise CaseFault(
            f"{place}: the case was made by a newer release; found format {layout}, this one reads up to {FORMAT}. "
            "Upgrade provenet."
        )
    names = document.get("tables")
    if not isinstance(names, list) or "run" not in names:
        raise CaseFault(f"{place}: the list tables is missing or lacks run. Restore the file from a copy.")
    came_from = document.get("came_from")
    return (
        str(document.get("title", "")),
        [str(name) for name in names],
        came_from if type(came_from) is int else layout,
    )
