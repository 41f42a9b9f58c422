"""The registry of formats: what `add` reads, how each format is recognised, which tables it fills, and who reads it.

A format is one declaration, `FORMATS` of a module in `provenet.ingest.formats`; a new module there is found by itself,
and docs/formats.md has one line for each format, held by a test. A format opens a file in one of two ways:

- as a sheet of text cells with the layout that makes rows of them (`LaidOut`), which the mapping engine reads; or
- as batches of whole rows by table (`Parts`), each at most `BATCH_ROWS`. A row is a dict of every column of its table
  but `run_id`; `provenet.ingest.rows.made_row` makes one, and its id, from what the file says. Where rows come by the
  million, a batch is a frame of those columns, and the format itself leaves out what came before (`DistinctRows`).

What is wrong goes to `Source.faults`, all of it, and reading goes on; where it cannot, the format adds the fault and
stops. The reader keeps no row of a file with a fault, leaves out rows that stand already, brings along bundled parties
that rows name, and adds the row of `source` of a file that is its own source.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from provenet.core.errors import FaultList
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import BLOCK_BYTES, Upload

if TYPE_CHECKING:
    import polars as pl

    from provenet.case.parties import PartyNames
    from provenet.ingest.line_formats import LineFormat
    from provenet.ingest.tabular.mapping import Layout
    from provenet.ingest.tabular.sheets import Sheet

BATCH_ROWS = 50_000
"""The most rows that a format gives at once."""
HEAD_BYTES = 65_536
"""How much of a file is looked at to recognise its format."""
_MOST_LINES = 2_000
_COLUMNS = re.compile(rb"^\s*(?:\[\s*columns\b|columns\s*=)", re.M)


@dataclass(frozen=True)
class DistinctRows:
    """Rows as a frame of every column but `run_id`, none of which the format gave before from the same file.

    `read_count` is how many rows the file has there, those left out since they came before included.
    """

    rows: pl.DataFrame
    read_count: int


Parts: TypeAlias = Iterator[tuple[str, "list[dict[str, object]] | DistinctRows"]]
"""Batches of rows with the table of each."""


class Head:
    """What a format is recognised by: a file and its first bytes, unpacked, and the mapping beside it."""

    def __init__(self, upload: Upload, mapping: bytes | None = None) -> None:
        self.upload, self.name, self.mapping = upload, upload.plain_name, mapping

    @cached_property
    def data(self) -> bytes:
        """The first `HEAD_BYTES`. Raises InputFault where the file cannot be unpacked."""
        return self.upload.head(HEAD_BYTES)

    @cached_property
    def lines(self) -> list[str]:
        """The first lines that say something, stripped."""
        lines = self.data.decode("utf-8-sig", "replace").splitlines()
        return [line.strip() for line in lines[:_MOST_LINES] if line.strip()]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file to be read: its bytes, the mapping beside it, the parties known, and where what is found goes.

    `ignored` counts what is read over by name, `remarks` are sentences for whoever adds the file. `assets` gives
    carrier, country and site of each asset that the case holds, by its id, for rows that stand on another file's.
    """

    upload: Upload
    mapping: bytes | None
    names: PartyNames
    faults: FaultList
    progress: Progress = silent
    ignored: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    assets: Callable[[], Mapping[str, tuple[str, str, str | None]]] = dict

    def read(self, count: int) -> None:
        """Reports how many bytes of the file as it lies were read."""
        self.progress(f"bytes read of {self.upload.name}", count, self.upload.size_bytes)


@dataclass(frozen=True)
class CellTable:
    """A sheet of text cells, and the layout that makes rows of it."""

    sheet: Sheet
    layout: Layout


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A table of cells: how its sheet opens, by which suffixes it goes, and by which first bytes where it is no text.

    `has_sheets` says that a mapping may name one. `sheet` takes the file, the layout that a mapping declares, and the
    faults; None where no record can be read.
    """

    sheet: Callable[[Upload, Layout | None, FaultList], Sheet | None]
    suffixes: frozenset[str]
    sign: bytes = b""
    has_sheets: bool = False


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format.

    Parameters
    ----------
    name
        The id shown with the file.
    says
        What it is, in a few words.
    known_by
        What a file of the format is recognised by, in a few words.
    tables
        The tables that it fills; none where a mapping says.
    recognises
        Whether a file is of the format; looks only.
    open
        Opens a file of the format. Raises InputFault where nothing of it can be read.
    order
        When the format is tried; of equal ones the module's name decides.
    introduces
        Whether its rows describe parties, so that its files are read before those that name them.
    needed
        Keys of the mapping without which a file is refused, as `constants.country`.
    cells
        How it opens as a table of cells, where a mapping or the header says what its columns become.
    lines
        How its lines are read, for a tool that has no case.
    """

    name: str
    says: str
    known_by: str
    tables: tuple[str, ...]
    recognises: Callable[[Head], bool]
    open: Callable[[Source], CellTable | Parts]
    order: int = 50
    introduces: bool = False
    needed: tuple[str, ...] = ()
    cells: Cells | None = None
    lines: LineFormat | None = None


def from_stream(read: Callable[[Source, BinaryIO], Parts]) -> Callable[[Source], Parts]:
    """How a format opens whose reader takes a stream of bytes, unpacked, at its start; it may be larger than memory."""

    def rows(source: Source) -> Parts:
        with source.upload.stream(source.read) as stream:
            yield from read(source, io.BufferedReader(stream, BLOCK_BYTES))

    return rows


@lru_cache(maxsize=1)
def formats() -> tuple[Format, ...]:
    """Every format, in the order in which they are tried. Cached."""
    package = import_module("provenet.ingest.formats")
    modules = [import_module(f"{package.__name__}.{one.name}") for one in iter_modules(package.__path__)]
    return tuple(sorted((one for module in modules for one in module.FORMATS), key=lambda one: one.order))


def format_of(upload: Upload, mapping: bytes | None = None) -> Format:
    """The format of a file: the first that recognises it; with a mapping of columns, the first table of cells.

    A file that nothing recognises is delimited text. Raises InputFault where its first bytes cannot be unpacked.
    """
    head, by_columns = Head(upload, mapping), maps_columns(mapping)
    return next(one for one in formats() if (one.cells is not None or not by_columns) and one.recognises(head))


def maps_columns(mapping: bytes | None) -> bool:
    """Whether a mapping says what columns become, so that its file is a table whatever it looks like."""
    return mapping is not None and _COLUMNS.search(mapping) is not None
