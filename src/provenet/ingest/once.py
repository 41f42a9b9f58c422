"""Each row once, and each own key with one content: what a file says twice is left out, or is a fault.

Memory is 20 bytes a row: keys and ids are held as 64-bit hashes, which two of ten million rows share by chance with
a probability below 3 in a million.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from provenet.case.runs import hashed
from provenet.case.tables import Table
from provenet.core.errors import Fault, FaultList


@dataclass
class Once:
    """The rows of one table met so far in one file."""

    spec: Table
    where: str
    column: str
    """The column of the file that gives the key, for faults."""
    _seen: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"key": pl.UInt64, "id": pl.UInt64, "row": pl.Int64})
    )

    def keep(self, made: pl.DataFrame, row: str, faults: FaultList) -> pl.DataFrame:
        """The rows not met before, and a fault for each key met before with other content.

        `row` names the column that holds the number of the record. Cost O(rows), and O(rows met) once per call.
        """
        here = made.select(
            hashed(self.spec.id_column).alias("key"),
            hashed("row_id").alias("id"),
            pl.col(row).alias("row"),
        )
        again = here["key"].is_duplicated() | here["key"].is_in(self._seen["key"].implode())
        if again.any():
            keep = self._sort_out(here, again, made, faults=faults)
            made, here = made.filter(keep), here.filter(keep)
        self._seen = pl.concat([self._seen, here], rechunk=False)
        return made

    def _sort_out(self, here: pl.DataFrame, again: pl.Series, made: pl.DataFrame, *, faults: FaultList) -> pl.Series:
        """Which rows stay, by going through those whose key was met before or is met twice in this batch."""
        repeated = here.filter(again)
        before = self._seen.filter(pl.col("key").is_in(repeated["key"].unique().implode()))
        first = {key: (digest, row) for key, digest, row in before.iter_rows()}
        dropped = []
        for at, (key, digest, row) in zip(again.arg_true().to_list(), repeated.iter_rows(), strict=True):
            if key not in first:
                first[key] = (digest, row)
                continue
            earlier, where = first[key]
            dropped.append(at)
            if earlier != digest:
                self._tell(made, at, row, where=where, faults=faults)
        keep = pl.repeat(True, here.height, dtype=pl.Boolean, eager=True)
        return keep.scatter(dropped, False) if dropped else keep

    def _tell(self, made: pl.DataFrame, at: int, row: int, *, where: int, faults: FaultList) -> None:
        text = f"the id stands already in row {where}, and says something else there"
        found = str(made[self.spec.id_column][at])
        faults.add(Fault(self.where, text, row, column=self.column, found=found, expected="each id once"))
