"""Rows of a tool as Parquet, CSV or lines of JSON: into streams that a door opened, never into a place of their own."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any, BinaryIO

import polars as pl

ROWS_TOGETHER = 2**19
"""Rows of one group of a Parquet file, about: the file's own table of groups is held until its end."""
LINES_TOGETHER = 20_000


class ParquetRows:
    """A Parquet file to which rows are added, batch by batch; the first says its columns."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.count = stream, 0
        self._writer: Any = None

    def add(self, rows: pl.DataFrame) -> None:
        """Writes the rows of a batch."""
        import pyarrow.parquet

        table = rows.to_arrow()
        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(self._stream, table.schema, compression="zstd")
        self._writer.write_table(table)
        self.count += len(rows)

    def close(self) -> None:
        """Ends the file."""
        if self._writer is not None:
            self._writer.close()


def write_batches(batches: Iterable[Any], schema: Any, stream: BinaryIO) -> None:
    """Arrow batches as one Parquet file of groups of about `ROWS_TOGETHER` rows; no more of them are held."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        held: list[Any] = []
        for batch in batches:
            held.append(batch)
            if sum(map(len, held)) >= ROWS_TOGETHER:
                writer.write_table(pa.Table.from_batches(held), ROWS_TOGETHER * 2)
                held = []
        if held:
            writer.write_table(pa.Table.from_batches(held), ROWS_TOGETHER * 2)


def write_rows(rows: pl.DataFrame, place: PurePath, stream: BinaryIO) -> None:
    """All rows, as CSV where the name of the place ends so, else as Parquet."""
    if place.suffix.casefold() == ".csv":
        rows.write_csv(stream)
    else:
        rows.write_parquet(stream)


def json_lines(rows: pl.DataFrame) -> Iterator[Sequence[str]]:
    """Each row as one line of JSON as Polars writes it, some lines at a time.

    Shortest floats that read back the same, null for what is not known.
    """
    for some in rows.iter_slices(LINES_TOGETHER):
        yield some.write_ndjson().rstrip("\n").split("\n")
