"""Published tables of networks and addresses that have no header: each becomes rows of one table of a case.

A format tells itself by its first lines, and gives frames of text cells; here they become a sheet, with the layout
that makes rows of it. A tool that has no case reads the same frames. The formats: `as_tables` and `prefix_tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from types import MappingProxyType

import polars as pl

from provenet.case.tables import tables
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.progress import Progress as Tell
from provenet.core.progress import silent
from provenet.ingest.mapping_beside import MappingBeside, place_beside
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import TextFile, opened
from provenet.ingest.registry import CellTable, Format, Head, Place, Source, first_of, formats
from provenet.ingest.tabular.fields import Field
from provenet.ingest.tabular.mapping import Layout
from provenet.ingest.tabular.sheets import BATCH_ROWS, Batch, Progress, without_controls

_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-_]?([0-9]{2})[-_]?([0-9]{2})(?![0-9])")


@dataclass(frozen=True)
class LineFile:
    """A file of lines being read: its bytes, where its faults go, and who hears of the bytes read.

    What it cannot say of itself is text, empty if unknown: the day it is of, and the tag it lists.
    """

    upload: Upload
    faults: FaultList
    progress: Tell
    observed_on: str
    tag: str


Frames = Callable[[LineFile], Iterator[pl.DataFrame]]
"""The records of a file: frames of `row` (Int64) and the columns of the format as text, empty where nothing stands."""


class LineSheet:
    """The records of one file as a sheet of text cells."""

    counts = "bytes read"
    header_row = 1

    def __init__(self, source: Source, columns: Iterable[str], frames: Frames) -> None:
        self.where = source.upload.name
        self.header = tuple(columns)
        self.progress = Progress(0, source.upload.size_bytes)
        self._upload, self._frames = source.upload, frames
        self._day_and_tag = _day_and_tag(source.upload.plain_name, source.mapping, source.faults)

    def take_layout(self, layout: Layout) -> None:
        """Nothing of the layout matters to reading."""

    def batches(self, faults: FaultList) -> Iterator[Batch]:
        """The records in order. Raises InputFault where no more can be read."""

        def done(_: str, count: int, __: int) -> None:
            self.progress.done = count

        for made in self._frames(LineFile(self._upload, faults, done, *self._day_and_tag)):
            for part in made.iter_slices(BATCH_ROWS):
                cells = [without_controls(self.where, part[name], part["row"], faults=faults) for name in self.header]
                yield Batch(part["row"], pl.DataFrame(cells))


def line_format(
    name: str,
    says: str,
    table: str,
    *,
    columns: Mapping[str, str],
    recognises: Callable[[Head], bool],
    frames: Frames,
    separators: Mapping[str, str] = MappingProxyType({}),
    places: tuple[Place, ...] = (),
) -> Format:
    """The declaration of a format of lines: the table that its records become, and its columns with the types that
    read them. A mapping beside a file may give `tag` and `observed_on`.
    """

    def laid_out(source: Source) -> CellTable:
        spec = tables()[table]
        fields = tuple(
            Field(
                column,
                table,
                column,
                kind,
                spec.column(column).type if column != "note" else "text",
                {"separator": separators[column]} if column in separators else {},
            )
            for column, kind in columns.items()
        )
        return CellTable(LineSheet(source, columns, frames), Layout(name, says, (table,), fields))

    return Format(
        name=name,
        says=says,
        known_by="the first lines",
        tables=(table,),
        recognises=recognises,
        opens_rows=laid_out,
        order=30,
        has_lines=True,
        places=places,
    )


def mostly(lines: list[str], fits: Callable[[str], object]) -> bool:
    """Whether the first line fits and so does at least every other one of the next; a bad line then is a fault of a
    file of the format, and a header makes it another.
    """
    looked = lines[:20]
    return bool(looked) and bool(fits(looked[0])) and 2 * sum(bool(fits(line)) for line in looked) >= len(looked)


def read_line_table(given: TextFile, table: str, tell: Tell = silent) -> pl.DataFrame:
    """The records of a file for a tool without a case: the number as `row`, and the columns of the format as text.

    `table` is the table of a case that the file would enter, such as `as_number`, `as_tag` or `as_organisation`; a
    file of another format is a fault. Empty cells are empty text, countries are two letters. Raises InputFault with
    every fault, UsageFault where there is no file. Cost O(cells) in time and memory.
    """
    upload, faults = opened(given, tell), FaultList()
    found = first_of(Head(upload), "has_lines")
    if found is None or found.tables != (table,):
        known = "; ".join(one.says for one in formats("has_lines") if one.tables == (table,))
        begins = upload.head(60).decode("utf-8", "replace")
        raise InputFault([Fault(upload.name, f"this is no file of {table}", found=begins, expected=known)])
    assert found.opens_rows is not None
    laid_out = found.opens_rows(Source(upload=upload, faults=faults))
    assert isinstance(laid_out, CellTable)
    sheet = laid_out.sheet
    parts = [pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(sheet.header, pl.String)})]
    for batch in sheet.batches(faults):
        parts.append(batch.cells.insert_column(0, batch.rows.alias("row")))
        tell(f"bytes read of {upload.name}", sheet.progress.done, upload.size_bytes)
    faults.refuse()
    return pl.concat(parts)


def _day_and_tag(name: str, mapping: bytes | None, faults: FaultList) -> tuple[str, str]:
    """The day and tag of a file by its mapping, else by its name: `20250901.as-rel2.txt` is of 1 September 2025, and
    `gov.csv` lists the tag gov.
    """
    beside = MappingBeside(place_beside(name), mapping, ("tag", "observed_on"), faults)
    tag, day = beside.text("tag", "not a tag", 'a text such as "gov"'), beside.day("observed_on", "the day of the file")
    return day.isoformat() if day else day_in(name), tag or PurePosixPath(name).stem


def day_in(name: str) -> str:
    """The first whole day that a name holds, as ISO; empty where it holds none.

    >>> day_in("routeviews-rv2-20250901-1200.pfx2as"), day_in("2025_05_17_16_42.csv"), day_in("20251399.txt")
    ('2025-09-01', '2025-05-17', '')
    """
    for hit in _DAY.finditer(name):
        try:
            return date(int(hit[1]), int(hit[2]), int(hit[3])).isoformat()
        except ValueError:
            continue
    return ""
