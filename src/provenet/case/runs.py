"""Runs: what makes two runs the same, which one stands, and the rows of the one that is being written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from provenet.case.rows import RunRow, SettingStruct
from provenet.case.structs import digests_cell, settings_cell, settings_of
from provenet.case.tables import Table, conform, frame, table
from provenet.core.digest import canonical_json, code_version, short_digest

if TYPE_CHECKING:
    from provenet.case.case import Case

FLUSH_ROWS = 262_144
"""Rows of one table kept in memory before they are written; they stay unseen until the run is committed."""
WRITERS = 2
"""How many tables of one run are written at once."""
_VERB = re.compile(r"[a-z][a-z_]*\Z")


def run_id(verb: str, settings: Mapping[str, object], inputs: Mapping[str, str]) -> str:
    """The id of a run: the verb and a digest of verb, settings, inputs and code, so equal runs are one run."""
    if not _VERB.match(verb):
        raise ValueError(f"a verb is lower-case letters; found {verb!r}")
    content = {"verb": verb, "settings": settings, "inputs": inputs, "code": code_version()}
    return f"{verb}-{short_digest(content, 16)}"


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `run` as recorded, oldest first; a run recorded again stands where it was recorded last."""
    return rows.sort("recorded_at", "run_id").unique("run_id", keep="last", maintain_order=True)


WHAT_IF = ("assume", "relays")
"""Settings that state the assumptions of a question, and not the question."""


def question(settings: Iterable[SettingStruct]) -> dict[str, object]:
    """The question of a run, from its stored settings: all of them but its assumptions."""
    return {name: value for name, value in settings_of(settings).items() if name not in WHAT_IF}


def standing(runs: pl.DataFrame, **settings: object) -> list[str]:
    """The newest run of each verb and settings, oldest first; `settings` keeps runs that had these values."""
    newest = runs.unique(["verb", "settings"], keep="last", maintain_order=True)
    wanted = {name: json.loads(canonical_json(value)) for name, value in settings.items()}
    stored = newest.select("run_id", "settings").iter_rows()
    held = ((one, settings_of(cell) if wanted else {}) for one, cell in stored)
    return [one for one, values in held if wanted.items() <= values.items()]


def hashed(column: str) -> pl.Expr:
    """64-bit hashes of a text column: ten million rows share one with a chance below 3 in a million.

    Equal within one process only, so they are compared and never stored.
    """
    return pl.col(column).hash(7)


def _among(here: pl.Series, seen: pl.Series) -> pl.Series:
    """Which values of a batch were seen: it is the smaller, so it becomes the table, and what was seen is looked up."""
    met = seen.filter(seen.is_in(here.implode()))
    return here.is_in(met.implode())


def _now() -> datetime:
    return datetime.now(UTC)


def _tick(runs: pl.DataFrame) -> datetime:
    """Now, but later than every run recorded before, so that order survives a clock that is set back."""
    now = _now()
    last = runs["recorded_at"].max() if runs.height else None
    return max(now, last + timedelta(microseconds=1)) if isinstance(last, datetime) else now


class Run:
    """One run being written. Its rows become visible together, when the `with` block ends without an exception."""

    def __init__(
        self, case: Case, verb: str, *, settings: Mapping[str, object], inputs: Mapping[str, str], runs: pl.DataFrame
    ) -> None:
        self.run_id = run_id(verb, settings, inputs)
        self.verb = verb
        self.already = self.run_id in set(runs["run_id"])
        self._settings, self._inputs = settings_cell(settings), digests_cell(inputs)
        self._case = case
        self._runs = runs
        self._started_at = _tick(runs)
        self._pending: dict[str, list[pl.DataFrame]] = {}
        self._ids: dict[str, pl.Series] = {}
        self._keys: dict[str, pl.DataFrame] = {}
        self._held: dict[str, pl.Series] = {}
        self._standing: dict[tuple[str, frozenset[str] | None], pl.Series] = {}
        self.retracted_counts: dict[str, int] = {}
        """By table, how many rows were left out because they stand in the case already and were retracted there."""
        self._row_count = 0

    def append(self, name: str, rows: pl.DataFrame | Iterable[Mapping[str, object]], *, distinct: bool = False) -> int:
        """Adds rows to a table and returns how many are new.

        Input rows whose `row_id` stands already, in the case or in this run, are left out. `distinct` says that this
        run adds no input row of the table twice: then none of them is remembered. On a run that already stands nothing
        is written. Raises ValueError for rows that do not fit the dictionary, for the table `run`,
        and for a result whose key the run has already written. Cost O(rows), and O(rows standing) once per table.
        """
        spec = table(name)
        if spec.kind == "record":
            raise ValueError(f"{name}: the case writes this table itself.")
        made = conform(spec, rows) if isinstance(rows, pl.DataFrame) else frame(name, rows)
        if self.already or not made.height:
            return 0
        made = made.with_columns(run_id=pl.lit(self.run_id))
        made = self._distinct_rows(spec, made) if distinct else self._new_rows(spec, made)
        self._pending.setdefault(name, []).append(made)
        self._row_count += made.height
        if sum(part.height for part in self._pending[name]) >= FLUSH_ROWS:
            self._flush(name)
        return made.height

    def _new_rows(self, spec: Table, made: pl.DataFrame) -> pl.DataFrame:
        key = "row_id" if spec.kind == "input" else spec.id_column
        seen = self._ids.get(spec.name)
        if seen is None:
            nothing = pl.Series(key, [], dtype=pl.UInt64)
            seen = self._case.hashed(spec.name, {key: key})[key] if spec.kind == "input" else nothing
        here = made.select(hashed(key)).to_series()
        if spec.kind == "input":
            new = here.is_first_distinct() & ~_among(here, seen) & ~self._is_retracted(spec, made, here)
            made, here = made.filter(new), here.filter(new)
        else:
            if here.n_unique() < here.len() or (seen.len() and here.is_in(seen.implode()).any()):
                twice = here.is_duplicated() | here.is_in(seen.implode())
                raise ValueError(f"{spec.name}: two rows of one run with {key} {made.filter(twice)[key][0]!r}.")
        self._ids[spec.name] = pl.concat([seen, here])
        return made

    def _distinct_rows(self, spec: Table, made: pl.DataFrame) -> pl.DataFrame:
        """Of input rows that this run adds once, those that do not stand in the case.

        The id of a row of a table without a key of its own digests its source too, so only rows that cite the same
        sources can be the same. Cost O(rows), and O(rows standing) in time once for each set of sources.
        """
        whose = frozenset(made["source_id"].unique()) if spec.id_column == "row_id" else None
        if (spec.name, whose) not in self._standing:
            cites = pl.lit(True) if whose is None else pl.col("source_id").is_in(sorted(filter(None, whose)))
            found = self._case.hashed(spec.name, {"row_id": "row_id"}, where=cites)["row_id"]
            self._standing[spec.name, whose] = found
        here = made.select(hashed("row_id")).to_series()
        return made.filter(~_among(here, self._standing[spec.name, whose]) & ~self._is_retracted(spec, made, here))

    def _is_retracted(self, spec: Table, made: pl.DataFrame, here: pl.Series) -> pl.Series:
        """Which rows the case holds and would not count if they were added again: the row or its source is retracted.

        What a retracted source said, another may say again: such a row is new.
        """
        stands = self._case.stands(spec.name)
        if stands is None:
            return pl.repeat(False, made.height, eager=True)
        if spec.name not in self._held:
            self._held[spec.name] = self._case.hashed(spec.name, {"row_id": "row_id"}, whole=True)["row_id"]
        gone = _among(here, self._held[spec.name]) & ~made.select(stands).to_series()
        self.retracted_counts[spec.name] = self.retracted_counts.get(spec.name, 0) + int(gone.sum())
        return gone

    def clashing(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows whose own key stands in the case already with other content: key, row_id, locator and `stands`.

        `stands` is the place of the row that stands. Empty for a table without a key of its own, and on a run that
        already stands. Cost O(rows), and O(rows standing) once per table.
        """
        spec = table(name)
        key = spec.id_column
        if self.already or key == "row_id":
            return pl.DataFrame(schema=dict.fromkeys(("row_id", "said", "locator", "stands"), pl.String))
        given = rows.select(key, "row_id", "locator")
        if name not in self._keys:
            self._keys[name] = self._case.hashed(name, {"_key": key, "_said": "row_id"})
        keys = given.select(hashed(key)).to_series()
        stand = self._keys[name].filter(pl.col("_key").is_in(keys.implode()))
        if not stand.height:
            return given.clear().with_columns(stands=pl.lit(None, dtype=pl.String))
        here = given.with_columns(hashed(key).alias("_key"), hashed("row_id").alias("_said"))
        met = here.join(stand, on="_key", how="semi").join(stand, on=["_key", "_said"], how="anti")
        if not met.height:
            return met.drop("_key", "_said").with_columns(stands=pl.lit(None, dtype=pl.String))
        there = self._case.scan(name).filter(pl.col(key).is_in(met[key].implode())).select(key, stands="locator")
        places = there.collect().sort(key, "stands").unique(key, keep="first", maintain_order=True)
        return met.drop("_key", "_said").join(places, on=key, how="left", maintain_order="left")

    def put_source(self, data: bytes) -> str:
        """Keeps the bytes of a file under their SHA-256 and returns it; the same bytes twice change nothing."""
        return self._case.keep_source(data)

    def stage_source(self, place: Path, file_id: str) -> Path:
        """Copies a file into the case without its name yet and returns where it can be read from."""
        return self._case.stage_source(place, file_id)

    def keep_staged(self, file_id: str) -> None:
        """Keeps the copy that was staged under its SHA-256."""
        self._case.keep_staged(file_id)

    def put_output(self, relative_name: str, data: bytes) -> Path:
        """Writes a page or document under `outputs/` and returns its path. Raises ValueError outside that folder."""
        return self._case.keep_output(relative_name, data)

    def drop_output(self, relative_name: str, digest: str) -> None:
        """Takes away a file under `outputs/` whose bytes have a SHA-256; another stays where it is."""
        self._case.drop_output(relative_name, digest)

    def keep_pack_folders(self, digest: str, packs: Sequence[Path]) -> None:
        """Remembers where the rule packs with a digest lie, so that freshness finds them again."""
        self._case.keep_pack_folders(digest, packs)

    def _flush(self, name: str) -> None:
        parts = [part for part in self._pending.pop(name, []) if part.height]
        if parts:
            made, order = pl.concat(parts), table(name).order
            # Of one run no two rows share an id, so ids that are known to ascend put its rows in order.
            in_order = order[0] == "row_id" and made["row_id"].flags["SORTED_ASC"]
            self._case.write_rows(name, made if in_order else made.sort(order))

    def commit(self) -> None:
        """Writes what is pending, then the row in `run`: from then on the run exists. Called by `Case.writer`."""
        if self.already:
            self._record_again()
            return
        names = sorted(self._pending)
        # Each table is a commit of its own that nobody sees before the run's row stands, and the library that writes it
        # holds no interpreter lock: two are written at once, and all of them before the run.
        with ThreadPoolExecutor(max_workers=WRITERS) as writers:
            list(writers.map(self._flush, names))
        self._record(self._row_count)

    def _record_again(self) -> None:
        """A run that stands but whose question was answered otherwise since stands again: the last answer stands.

        Otherwise: by other inputs that were changed back, or under other assumptions.
        """
        own = question(self._settings)
        alike = self._runs.filter(pl.col("verb") == self.verb).select("run_id", "settings", "row_count")
        answers = [(one, count) for one, stored, count in alike.iter_rows() if question(stored) == own]
        if answers[-1][0] != self.run_id:
            self._record(dict(answers)[self.run_id])

    def _record(self, row_count: int) -> None:
        row: RunRow = {
            "run_id": self.run_id,
            "verb": self.verb,
            "settings": self._settings,
            "inputs": self._inputs,
            "code": code_version(),
            "started_at": self._started_at,
            "recorded_at": max(_tick(self._runs), self._started_at),
            "row_count": row_count,
        }
        self._case.write_rows("run", frame("run", [row]))
