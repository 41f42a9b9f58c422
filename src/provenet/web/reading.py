"""A case at one moment, for many readers at once.

The server keeps one `Reading` and makes the next when a run is committed. Tables are read once and then shared: frames
never change. Only the first reader of a table waits for the disk; no reader waits for a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, TypeVar

from provenet.case.audience import public_case, public_dossiers
from provenet.case.case import Case
from provenet.core.digest import short_digest

if TYPE_CHECKING:
    import polars as pl

Made = TypeVar("Made")


class Reading:
    """What stands in a case at one moment, as far as its readers may see it.

    Parameters
    ----------
    case : the case; with `public`, what a stranger may not see is left out before anything is read.
    public : whether readers are strangers.
    """

    def __init__(self, case: Case, *, public: bool) -> None:
        self.public = public
        self.folder = case.path
        self.title = case.title
        self._pages = public_dossiers(case) if public else None
        self._case = public_case(case) if public else case
        self._guard = RLock()
        self._frames: dict[str, pl.DataFrame] = {}
        self._kept: dict[object, Any] = {}
        self.digest = state_digest(self._case)

    def table(self, name: str) -> pl.DataFrame:
        """The rows of a table that stand: of each verb and settings those of its newest run; of an input, all."""
        with self._guard:
            if name not in self._frames:
                self._frames[name] = self._case.read_latest(name)
            return self._frames[name]

    def ask(self, question: Callable[[Case], Made]) -> Made:
        """The answer of a verb, such as `lambda case: why(case, figure)`. Verbs are asked one at a time."""
        with self._guard:
            return question(self._case)

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for this moment and kept under `key`."""
        with self._guard:
            if key not in self._kept:
                self._kept[key] = make()
            found: Made = self._kept[key]
            return found

    @cached_property
    def dossiers(self) -> tuple[Mapping[str, Any], ...]:
        """The dossiers that stand, newest day first, then by country."""
        rows = self.table("dossier").sort("as_of_on", "country", descending=[True, False])
        return tuple(rows.iter_rows(named=True))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The countries that have a dossier, by name."""
        return tuple(sorted({row["country"] for row in self.dossiers}))

    @cached_property
    def days(self) -> tuple[tuple[date, date | None], ...]:
        """The days that have runs: the day in question and the day known, the newest first."""
        found = {(row["as_of_on"], row["known_on"]) for row in self.dossiers}
        return tuple(sorted(found, key=lambda pair: (pair[0], pair[1] or date.max), reverse=True))

    def output(self, name: str) -> bytes | None:
        """A page beside the tables, by its name in the folder `outputs`; None where it is not for these readers."""
        return self._outputs[name].read_bytes() if name in self._outputs else None

    def outputs(self) -> tuple[str, ...]:
        """The names of the pages that `output` has."""
        return tuple(self._outputs)

    @cached_property
    def _outputs(self) -> dict[str, Path]:
        """The files of the dossiers that these readers may see, by their names in `outputs`: a closed list."""
        top = self.folder / "outputs"
        pages = sorted(top.glob("*/*.html")) if self._pages is None else self._pages
        return {page.relative_to(top).as_posix(): page for page in pages}


def state_digest(case: Case) -> str:
    """What names the state of a case: a digest of its committed runs, in the order they were recorded."""
    return short_digest(case.recordings()["run_id"].to_list(), 16)


class Readings:
    """The newest reading of a case, made anew when a run was committed."""

    def __init__(self, folder: Path, *, public: bool) -> None:
        self._folder, self._public = folder, public
        self._lock = Lock()
        self._state: object = None
        self._newest: Reading | None = None

    def newest(self) -> Reading:
        """The case as it stands now. Cost: one listing of a folder where nothing changed."""
        log = self._folder / "tables" / "run" / "_delta_log"
        state = frozenset(entry.name for entry in log.iterdir()) if log.is_dir() else None
        with self._lock:
            if self._newest is None or state != self._state:
                self._newest, self._state = Reading(Case.open(self._folder), public=self._public), state
            return self._newest
