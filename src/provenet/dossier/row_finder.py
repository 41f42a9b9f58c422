"""Rows of the tables behind a dossier, found by their ids: each table is looked through once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from provenet.case.rows import AnyRow
from provenet.case.tables import table


class RowFinder:
    """Finds rows of some tables by the id of their table or by `row_id`."""

    def __init__(self, tables: Mapping[str, pl.DataFrame]) -> None:
        self._tables = tables
        self._places: dict[str, dict[str, list[int]]] = {}

    def rows(self, name: str, keys: Iterable[str]) -> list[AnyRow]:
        """The rows of a table with one of some ids, in the order of the table. Cost O(ids), and O(rows) once."""
        places = self._places_of(name)
        found = sorted({at for key in keys for at in places.get(key, ())})
        return list(self._tables[name][found].iter_rows(named=True)) if found else []

    def _places_of(self, name: str) -> Mapping[str, list[int]]:
        if name not in self._places:
            found: dict[str, list[int]] = {}
            frame = self._tables.get(name)
            if frame is not None and frame.height:
                for column in {table(name).id_column, "row_id"} & set(frame.columns):
                    for at, key in enumerate(frame[column].to_list()):
                        found.setdefault(key, []).append(at)
            self._places[name] = found
        return self._places[name]
