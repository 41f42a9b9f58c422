"""A case at one moment, for many readers at once.

The server keeps one `Reading` and makes the next when a run is committed. Tables are read once and then shared: frames
never change. Only the first reader of a table waits for the disk; no reader waits for a writer. An earlier state of
the case is a `Reading` too, over the first runs alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, TypeVar

from provenet.case.audience import page_case, public_case, public_dossiers, public_links, public_runs
from provenet.case.case import Case, damage_told
from provenet.case.extract import RowFinder
from provenet.case.held_tables import HeldTables
from provenet.case.rows import PartyRow
from provenet.case.standing import Standing, State
from provenet.case.states import as_recorded, earlier_states, state_digest
from provenet.case.tables import table, tables
from provenet.core import wording
from provenet.core.digest import sha256_bytes
from provenet.core.errors import CaseFault, ProvenetError

if TYPE_CHECKING:
    from provenet.verbs.why import Walks

Made = TypeVar("Made")
EARLIER_READINGS = 2
"""Earlier states that a server keeps open at once."""
LARGE_CELLS = 4_000_000
"""Cells from which on a table is large: its rows are looked at in their files, a page at a time."""
DAMAGED = "The case cannot be read here. Whoever holds it finds out why with: provenet check CASE"
"""What strangers are told of a case that is damaged."""
STALE = (
    "Stale results among those that the pages show: {count}. A row that they rest on has changed or was retracted. "
    "What brings them up to date:"
)
MENDING = "provenet run CASE"
"""What pages and the API say over a case in which something that they show is stale, and what brings it up to date."""
STALE_HEADER = "x-provenet-stale"
"""The header of every answer over such a case, of a file as well: the sentence of pages."""
HELD_ANSWERS = 2_000
"""Answers that one reading keeps (`once`): those asked for last."""
Days = tuple[date, date | None]
"""The day in question, and the day known; None is all that the case holds."""


class NotFound(Exception):
    """Nothing stands at an address; the text says what was looked for and what there is."""


def day_words(days: Days) -> str:
    """Two days in words: `23 November 2018, as known on that day`.

    >>> day_words((date(2018, 11, 23), date(2018, 11, 23))), day_words((date(2026, 11, 25), None))
    ('23 November 2018, as known on that day', '25 November 2026')
    """
    as_of, known = days
    if known is None:
        return wording.day(as_of)
    return f"{wording.day(as_of)}, as known on {'that day' if known == as_of else wording.day(known)}"


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What tells an earlier state of a case from the newest."""

    recorded_at: datetime
    """When its last run was recorded."""
    runs_since: int
    """Runs that have been recorded since."""


class Reading:
    """What stands in a case at one moment, as far as its readers may see it.

    It does not change: runs that are recorded after it was made are not in it.

    Parameters
    ----------
    case : the case; with `public`, what a stranger may not see is left out before anything is read.
    public : whether readers are strangers.
    count : how many recorded runs it shows; None for all that there are.
    """

    def __init__(self, case: Case, *, public: bool, count: int | None = None) -> None:
        recordings = case.recordings()
        self._count = recordings.height if count is None else count
        self.public = public
        self.folder = case.path
        self.title = case.title
        self.earlier: Earlier | None = None
        """What tells this state from the newest; None where it was the newest when it was read."""
        if self._count < recordings.height:
            last = recordings["recorded_at"][self._count - 1]
            self.earlier = Earlier(recorded_at=last, runs_since=recordings.height - self._count)
        whole = as_recorded(case, self._count)
        self._pages = public_dossiers(whole) if public else None
        self._links = public_links(whole, self._pages) if self._pages is not None else None
        self._case = self._seen(whole)
        self._guard, self._walking = RLock(), RLock()
        self.tables = HeldTables(self._case, self._guard)
        """For pages whose subject is tables; the others ask for rows."""
        self.finder = RowFinder(self.tables)
        self._kept: OrderedDict[object, Any] = OrderedDict()
        self._walks: Walks | None = None
        seen = recordings.head(self._count)
        self.digest = state_digest(public_runs(seen) if public else seen)

    @cached_property
    def stale(self) -> tuple[State, ...]:
        """The results that these readers see and that are stale; none of an earlier state. Cost: that of `status`."""
        if self.earlier is not None:
            return ()
        with self._guard:
            seen = set(self._case.runs()["run_id"])
        standing = Standing(as_recorded(Case.open(self.folder), self._count))
        return tuple(state for state in standing.stale() if state.run.run_id in seen)

    @property
    def stale_header(self) -> dict[str, str]:
        """The header of an answer over a case in which something that these readers see is stale; else none."""
        return {STALE_HEADER: f"{STALE.format(count=len(self.stale))} {MENDING}"} if self.stale else {}

    def _seen(self, whole: Case) -> Case:
        """A case as it stood at this moment, as far as these readers see it."""
        return public_case(whole, self._links) if self.public else page_case(whole)

    def row_count(self, name: str) -> int:
        """How many rows of a table stand, without reading their cells."""
        return self.once(("rows of", name), lambda: self._case.count_latest(name))

    def is_large(self, name: str) -> bool:
        """Whether a table is looked at in its files rather than held."""
        return self.row_count(name) * len(table(name).columns) > LARGE_CELLS

    def ask(self, question: Callable[[Case], Made]) -> Made:
        """The answer of a verb, such as `lambda case: why(case, figure)`. Verbs are asked one at a time."""
        with self._guard:
            return question(self._case)

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for this moment and kept under `key` while it is among those asked for last."""
        with self._guard:
            if key not in self._kept:
                self._kept[key] = make()
                while len(self._kept) > HELD_ANSWERS:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            found: Made = self._kept[key]
            return found

    @cached_property
    def row_counts(self) -> Mapping[str, int]:
        """How many rows of each table these readers may see, for tables that have any."""
        counted = {name: self.row_count(name) for name in tables()}
        return {name: number for name, number in counted.items() if number}

    def walks(self, question: Callable[[Walks], Made]) -> Made:
        """The answer of `why`, whose tables are read once for all figures: `lambda walks: walks.walk(figure)`."""

        from provenet.verbs.why import Walks

        # A case of its own: who looks at a table does not wait until all tables of a walk are read.
        with self._walking:
            if self._walks is None:
                self._walks = Walks(self._seen(as_recorded(Case.open(self.folder), self._count)))
            return question(self._walks)

    @cached_property
    def dossiers(self) -> tuple[Mapping[str, Any], ...]:
        """The dossiers that stand, newest day first, then by country."""
        rows = self.finder.every("dossier")
        return tuple(sorted(rows, key=lambda row: (-row["as_of_on"].toordinal(), row["country"])))

    @cached_property
    def party_names(self) -> Mapping[str, str]:
        """The name of each party, by its id."""
        return {row["party_id"]: row["name"] for row in self.finder.of(PartyRow)}

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The countries that have a dossier, by name."""
        return tuple(sorted({row["country"] for row in self.dossiers}))

    @cached_property
    def days(self) -> tuple[Days, ...]:
        """The days that have runs: the day in question and the day known, the newest first."""
        return _newest_first({(row["as_of_on"], row["known_on"]) for row in self.dossiers})

    @cached_property
    def days_with_runs(self) -> tuple[Days, ...]:
        """The days of the dossiers, the newest first; in a case without dossiers those of its verdicts."""
        return self.days or _newest_first(self.tables.distinct("verdict", "as_of_on", "known_on"))

    def chosen_days(self, as_of: date | None, known_on: date | None) -> Days | None:
        """The days of a question if they have runs, else the newest that have; None where no day has.

        A day in question alone means the newest that is known of it. Raises NotFound for days without runs.
        """
        days = self.days_with_runs
        if as_of is None and known_on is None:
            return days[0] if days else None
        exact = [pair for pair in days if pair == (as_of, known_on)]
        near = [pair for pair in days if known_on is None and pair[0] == as_of]
        near += [pair for pair in days if as_of is None and pair[1] == known_on]
        if not (exact or near):
            listed = wording.series(map(day_words, days)) or "none"
            raise NotFound(f"No run of this case speaks of that day. Days with runs: {listed}.")
        return (exact or near)[0]

    def output(self, name: str) -> bytes | None:
        """A page beside the tables, by its name in the folder `outputs`; None where it is not for these readers."""
        return self._outputs[name].read_bytes() if name in self._outputs else None

    def outputs(self) -> tuple[str, ...]:
        """The names of the pages that `output` has."""
        return tuple(self._outputs)

    def written(self, digest: str | None) -> bytes | None:
        """The bytes of a page, PDF or data file of a dossier that stands, by their SHA-256.

        None where no dossier that these readers may see has it, or where the folder `outputs` holds it no more.
        """
        place = self._written.get(digest or "")
        data = place.read_bytes() if place is not None and place.is_file() else None
        return data if data is not None and sha256_bytes(data) == digest else None

    @cached_property
    def _outputs(self) -> dict[str, Path]:
        """The files of the dossiers that these readers may see, by their names in `outputs`: a closed list."""
        top = self.folder / "outputs"
        pages = sorted(top.glob("*/*.html")) if self._pages is None else self._pages
        return {page.relative_to(top).as_posix(): page for page in pages}

    @cached_property
    def _written(self) -> dict[str, Path]:
        """Where the files of the dossiers lie, by their digests in the rows that these readers see: a closed list."""
        top = self.folder / "outputs"
        named = {one["digest"]: top / one["name"] for row in self.dossiers for one in row["files"] or ()}
        wanted = {row[name] for row in self.dossiers for name in ("html_id", "pdf_id", "annex_id")}
        for place in sorted([*top.glob("*/*.html"), *top.glob("*/*.pdf")]):
            if (digest := sha256_bytes(place.read_bytes())) in wanted:
                named[digest] = place
        return named


def _newest_first(days: Iterable[Days]) -> tuple[Days, ...]:
    return tuple(sorted(days, key=lambda pair: (pair[0], pair[1] or date.max), reverse=True))


class Readings:
    """The newest reading of a case, made anew when a run was committed, and readings of its earlier states."""

    def __init__(self, folder: Path, *, public: bool) -> None:
        self._folder, self._public = folder, public
        self._lock, self._opening = Lock(), Lock()
        self._state: object = None
        self._newest: Reading | None = None
        self._earlier: OrderedDict[str, Reading] = OrderedDict()

    def damage_told(self) -> AbstractContextManager[None]:
        """Raises the fault of a broken data file in place of whatever the library raised that met it."""
        return damage_told(self._folder)

    def said(self, err: ProvenetError) -> str:
        """The words of an error for these readers: strangers are told of no place on this machine."""
        return DAMAGED if self._public and isinstance(err, CaseFault) else str(err)

    def newest(self) -> Reading:
        """The case as it stands now. Cost: one listing of a folder where nothing changed.

        After a run was committed one reader opens the new state; meanwhile the others are shown the one before.
        """
        log = self._folder / "tables" / "run" / "_delta_log"
        state = frozenset(entry.name for entry in log.iterdir()) if log.is_dir() else None
        if self._newest is not None and state == self._state:
            return self._newest
        if not self._lock.acquire(blocking=self._newest is None):
            assert self._newest is not None
            return self._newest
        try:
            if self._newest is None or state != self._state:
                self._newest, self._state = Reading(Case.open(self._folder), public=self._public), state
            return self._newest
        finally:
            self._lock.release()

    def warm(self) -> None:
        """Reads ahead what the first figure that somebody opens needs, so that nobody waits for it."""
        reading = self.newest()
        _ = reading.row_counts
        figures = (one["row_id"] for row in reading.dossiers for one in row["figures"] or () if one["row_id"])
        if (figure := next(figures, None)) is not None:
            reading.walks(lambda walks: (walks.answer(figure), walks.uses(())))

    def at(self, digest: str) -> Reading | None:
        """The case in the state of a digest; None where it has been in no such state for these readers."""
        newest = self.newest()
        if digest == newest.digest:
            return newest
        with self._opening:
            if digest in self._earlier:
                self._earlier.move_to_end(digest)
                return self._earlier[digest]
            case = Case.open(self._folder)
            states = newest.once(
                "states", lambda: earlier_states(case.recordings(), public_runs if self._public else lambda it: it)
            )
            if (count := states.get(digest)) is None:
                return None
            self._earlier[digest] = Reading(case, public=self._public, count=count)
            while len(self._earlier) > EARLIER_READINGS:
                self._earlier.popitem(last=False)
            return self._earlier[digest]
