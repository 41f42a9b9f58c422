"""Which records of a file a mapping takes: `[where]`, by the words of a column.

A record that a filter leaves out is counted, never dropped without a word. An empty cell is neither one of the words
nor none of them: what becomes of such records the mapping says, or they are faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import polars as pl

from provenet.core.errors import Fault, FaultList
from provenet.core.ids import fold
from provenet.ingest.tabular.mapping import RowFilter
from provenet.ingest.tabular.sheets import Batch


class RowFilters:
    """The filters of one mapping at work on one file. `left_out` counts, by filter, the records it leaves out."""

    def __init__(self, where: str, filters: Iterable[RowFilter]) -> None:
        self.where, self.filters = where, tuple(filters)
        self.left_out: Counter[RowFilter] = Counter()
        self._met: dict[RowFilter, set[str]] = {one: set() for one in self.filters}
        self._taken_count = self._count = 0

    def keep(self, batch: Batch, faults: FaultList) -> Batch:
        """The records of a batch that every filter takes. Empty cells that no word covers are faults."""
        if not self.filters:
            return batch
        kept = pl.Series("kept", [True] * batch.rows.len(), dtype=pl.Boolean)
        for one in self.filters:
            if one.column not in batch.cells.columns:
                continue  # a fault of the header already
            kept &= self._taken(one, batch, kept, faults=faults)
        self._count += batch.rows.len()
        self._taken_count += int(kept.sum())
        return Batch(batch.rows.filter(kept), batch.cells.filter(kept))

    def _taken(self, one: RowFilter, batch: Batch, kept: pl.Series, *, faults: FaultList) -> pl.Series:
        """Which records one filter takes, of those that the filters before it took."""
        words, cells = {fold(word) for word in one.words}, batch.cells[one.column].fill_null("")
        folded = {cell: fold(cell) for cell in cells.unique().to_list()}
        self._met[one] |= set(folded.values()) & words
        hit = cells.is_in([cell for cell, word in folded.items() if word in words])
        taken = hit if one.takes else ~hit
        if "" not in words:
            for row in batch.rows.filter((cells == "") & kept).to_list():
                way_out = f'Fill the cell, or write "" among the words of where.{one.column}.'
                faults.add(
                    Fault(
                        self.where,
                        "the mapping chooses records by this cell, and it is empty",
                        row,
                        column=one.column,
                        expected="a word",
                        way_out=way_out,
                    )
                )
        self.left_out[one] += int((kept & ~taken).sum())
        return taken

    def close(self, faults: FaultList) -> None:
        """At the end of the file: a word that stands in no record, and a filter that takes none, are faults."""
        for one in self.filters:
            for word in one.words:
                if fold(word) not in self._met[one] and self._count:
                    faults.add(
                        Fault(
                            self.where,
                            "no record has this word, by which the mapping chooses records",
                            column=one.column,
                            found=word or "an empty cell",
                            way_out="Take the word out of the mapping, or spell it as the file does.",
                        )
                    )
        if self._count and not self._taken_count and not faults.count:
            faults.add(Fault(self.where, "the mapping takes no record of the file", found=f"{self._count:,} records"))

    def ignored(self) -> tuple[str, ...]:
        """What was left out, with its count."""
        return tuple(f"{one.text()} ({count:,})" for one, count in self.left_out.items() if count)
