"""The tables of a case that stand, each read when somebody first asks for it and then shared by all who ask."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.extract import alike
from provenet.case.tables import tables

HELD_BYTES = 2**28
"""Memory of the tables that are held, those asked for last; of one larger table that table alone."""


class HeldTables(Mapping[str, pl.DataFrame]):
    """The rows that stand: of each verb and settings those of its newest run; of an input, all. Frames never change.

    Only the first reader of a table waits for the disk; `guard` lets one at a time read the case.
    """

    def __init__(self, case: Case, guard: AbstractContextManager[Any]) -> None:
        self._case, self._guard = case, guard
        self._frames: OrderedDict[str, tuple[int, pl.DataFrame]] = OrderedDict()

    def __getitem__(self, name: str) -> pl.DataFrame:
        with self._guard:
            if name not in self._frames:
                rows = self._case.read_latest(name)
                self._frames[name] = int(rows.estimated_size()), rows
                while len(self._frames) > 1 and sum(size for size, _ in self._frames.values()) > HELD_BYTES:
                    self._frames.popitem(last=False)
            self._frames.move_to_end(name)
            return self._frames[name][1]

    def __iter__(self) -> Iterator[str]:
        return iter(tables())

    def __len__(self) -> int:
        return len(tables())

    def scan(self, name: str) -> tuple[pl.LazyFrame, bool]:
        """The rows of a table, not read yet, and whether one may begin at any; who reads them blocks no other."""
        return self._case.scan_latest(name), self._case.can_skip(name)

    def distinct(self, name: str, *columns: str, **cells: str | date | None) -> list[tuple[Any, ...]]:
        """The distinct rows of some columns, in order of those, where some cells are as given; others are not read."""
        wanted, held = list(dict.fromkeys((*columns, *cells))), self._frames.get(name)
        rows = self._case.columns_latest(name, wanted) if held is None else held[1].select(wanted)
        return rows.filter(*alike(cells)).select(columns).unique().sort(columns).rows()
