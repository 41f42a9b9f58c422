"""Earlier states of a case: runs are only ever added, so the first of them are the case as it once stood.

A state is named by a digest of the runs recorded so far, in their order. The same runs give the same name, on any
machine. What an earlier state does not hold is what a later release of the folder has lost: a page under `outputs/`
that a newer one replaced, or rows that were tidied away.
"""

from collections.abc import Callable

import polars as pl

from provenet.case.case import Case
from provenet.case.store import Store
from provenet.case.tables import empty
from provenet.core.digest import short_digest
from provenet.core.errors import CaseFault


class EarlierStore(Store):
    """The tables of a store as they stood after its first recorded runs, for reading alone.

    Parameters
    ----------
    store : the tables of the case.
    count : how many of the recordings in `run` had been made.
    """

    def __init__(self, store: Store, count: int) -> None:
        super().__init__(store.folder, store.listed)
        self._count = count

    def recorded(self, name: str) -> pl.DataFrame:
        """The rows of a table that only grows, as far as they had been recorded."""
        rows = super().recorded(name)
        return rows.sort("recorded_at", "run_id").head(self._count) if name == "run" else rows

    def append(self, name: str, rows: pl.DataFrame) -> None:
        """Raises CaseFault: what has been is not written any more."""
        raise CaseFault(f"{self.folder}: the case is open as it once stood; open it as it is to write {name}.")

    def sweep_half_made(self) -> None:
        """Raises CaseFault, before a writer removes anything."""
        self.append("run", empty("run"))


def state_digest(recordings: pl.DataFrame) -> str:
    """What names a state of a case: a digest of its recorded runs in their order, as far as a reader may see them."""
    return short_digest(recordings["run_id"].to_list(), 16)


def earlier_states(recordings: pl.DataFrame, seen: Callable[[pl.DataFrame], pl.DataFrame]) -> dict[str, int]:
    """Every state that a case has been in, by its digest: how many runs had been recorded when it was last so.

    `seen` keeps the runs that a reader may see. Cost O(runs squared), about 20 ms for 300 runs.
    """
    shown = set(seen(recordings)["run_id"])
    found: dict[str, int] = {}
    so_far: list[str] = []
    for count, run in enumerate(recordings["run_id"].to_list(), 1):
        if run in shown:
            so_far.append(run)
        found[short_digest(so_far, 16)] = count
    return found


def as_recorded(case: Case, count: int) -> Case:
    """The case as it stood after its first recorded runs, for reading alone."""
    return case.seen_through(lambda store: EarlierStore(store, count))
