"""The registry of formats: how each is recognised, and what a file of it opens as.

A format is one declaration, `FORMATS` of a module in one of `FOLDERS`; a new module there is found by itself, and the
pages of docs list every format, held by a test. A file opens as one of four things, and whoever wants one of them asks
the registry for the formats that open as it:

- rows of tables (`opens_rows`), for a case;
- devices and their parts (`opens_devices`), which `inventory` lists and `add` makes assets of;
- a topology or demands of a carrier's own network (`opens_network`), for `inside` and `add`;
- measured evidence (`opens_evidence`), for `vendors` and `add`.

Of the rest we only know where they are given (`places`), or what to do with them (`way_out`). Rows open in two ways:

- as a sheet of text cells with the layout that makes rows of them (`CellTable`), which the mapping engine reads; or
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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cache, cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeAlias

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import BLOCK_BYTES, Upload

if TYPE_CHECKING:
    import polars as pl

    from provenet.case.parties import PartyNames
    from provenet.ingest.network.devices import DeviceLink, DevicePart
    from provenet.ingest.network.topology import NetworkFile
    from provenet.ingest.sightings.sighting import EvidenceReaders
    from provenet.ingest.tabular.mapping import Layout
    from provenet.ingest.tabular.sheets import Sheet


FOLDERS = tuple(f"provenet.ingest.{one}" for one in ("formats", "network.device_formats", "network.topology_formats"))
"""The folders in which formats are declared."""
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


def _bundled_names() -> PartyNames:
    from provenet.case.parties import PartyNames

    return PartyNames.built_in()


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file to be read, and where what is found goes; in a case also the mapping beside it and the parties known.

    `ignored` counts what is read over by name, `remarks` are sentences for whoever gave the file. `assets` gives
    carrier, country and site of each asset that the case holds, by its id, for rows that stand on another file's.
    `layer` says which layer of a network with several is meant.
    """

    upload: Upload
    faults: FaultList
    mapping: bytes | None = None
    names: PartyNames = field(default_factory=_bundled_names)
    progress: Progress = silent
    ignored: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    assets: Callable[[], Mapping[str, tuple[str, str, str | None]]] = dict
    layer: str | None = None

    def fault(self, says: str, row: int = 0, **words: str | None) -> None:
        """Adds what is wrong with the file."""
        self.faults.add(Fault(self.upload.name, says, row, **words))

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
    """A table of cells: how its sheet opens, and by which first bytes it is told where it is no text.

    `has_sheets` says that a mapping may name one. `sheet` takes the file and the layout that a mapping declares, and
    raises InputFault where no record can be read.
    """

    sheet: Callable[[Upload, Layout | None], Sheet]
    sign: bytes = b""
    has_sheets: bool = False
    is_delimited: bool = False


class Place(NamedTuple):
    """Where a file of measurements is given beside `add`: a command, and its option or argument."""

    command: str
    option: str


@dataclass(frozen=True)
class Format:
    """One format.

    Parameters
    ----------
    name
        The id shown with the file.
    says
        What it is, in a few words.
    recognises
        Whether a file is of the format; looks only.
    known_by
        What a file of the format is recognised by, in a few words.
    resembles
        Whether a file may be of the format where nothing else is expected, though a user's own table may look alike.
    order
        When the format is tried; of equal ones the module's name decides.
    suffixes
        Endings by which files of a folder are taken, without a suffix of compression; of tables of cells those by
        which they are told.
    opens_rows
        Opens a file as rows of tables. Raises InputFault where nothing of it can be read.
    tables
        The tables that its rows fill; none where a mapping says.
    introduces
        Whether its rows describe parties, so that its files are read before those that name them.
    needed
        Keys of the mapping without which its rows are refused, as `constants.country`.
    cells
        How it opens as a table of cells, where a mapping or the header says what its columns become.
    has_lines
        Whether it has records of one table, line by line, which tools without a case read too.
    opens_devices
        The devices, parts and links of a file, one after another.
    opens_network
        The topology or the demands that a file states.
    opens_evidence
        The readers of measured evidence; nulls for what it does not show.
    places
        Where its files are given beside `add`.
    way_out
        What to do with a file of it where no place, or none of a case, takes it as it is.
    """

    name: str
    says: str
    recognises: Callable[[Head], bool]
    _: KW_ONLY
    known_by: str = ""
    resembles: Callable[[Head], bool] | None = None
    order: int = 50
    suffixes: tuple[str, ...] = ()
    opens_rows: Callable[[Source], CellTable | Parts] | None = None
    tables: tuple[str, ...] = ()
    introduces: bool = False
    needed: tuple[str, ...] = ()
    cells: Cells | None = None
    has_lines: bool = False
    opens_devices: Callable[[Source], Iterator[DevicePart | DeviceLink]] | None = None
    opens_network: Callable[[Source], NetworkFile] | None = None
    opens_evidence: EvidenceReaders | None = None
    places: tuple[Place, ...] = ()
    way_out: str | None = None


def from_stream(read: Callable[[Source, BinaryIO], Parts]) -> Callable[[Source], Parts]:
    """How a format opens whose reader takes a stream of bytes, unpacked, at its start; it may be larger than memory."""

    def rows(source: Source) -> Parts:
        with source.upload.stream(source.read) as stream:
            yield from read(source, io.BufferedReader(stream, BLOCK_BYTES))

    return rows


def in_batches(made: Iterable[tuple[str, list[dict[str, object]]]]) -> Parts:
    """Rows by table, at most `BATCH_ROWS` at once."""
    for table, rows in made:
        for first in range(0, len(rows), BATCH_ROWS):
            yield table, rows[first : first + BATCH_ROWS]


@cache
def formats(opens: str = "") -> tuple[Format, ...]:
    """Every format, or those with a field set such as `opens_rows`, in the order in which they are tried. Cached."""
    if opens:
        return tuple(one for one in formats() if getattr(one, opens))
    packages = [import_module(folder) for folder in FOLDERS]
    named = [f"{package.__name__}.{one.name}" for package in packages for one in iter_modules(package.__path__)]
    return tuple(sorted((one for name in named for one in import_module(name).FORMATS), key=lambda one: one.order))


def first_of(head: Head, opens: str) -> Format | None:
    """The first format with a field set that recognises a file, or None."""
    return next((one for one in formats(opens) if one.recognises(head)), None)


def format_of(upload: Upload, mapping: bytes | None = None) -> Format:
    """The format of a file that enters a case: the first that recognises it; with a mapping of columns, the first table
    of cells.

    A file that nothing recognises is delimited text. Raises InputFault where its first bytes cannot be unpacked.
    """
    found = first_of(Head(upload, mapping), "cells" if maps_columns(mapping) else "opens_rows")
    assert found is not None
    return found


def maps_columns(mapping: bytes | None) -> bool:
    """Whether a mapping says what columns become, so that its file is a table whatever it looks like."""
    return mapping is not None and _COLUMNS.search(mapping) is not None


ADD, FILE = "add", "FILE"
SCANS = Place("vendors", FILE)
PROBED = Place("vendors", "--probed")
ALIASES = Place("vendors", "--aliases")
RECOG = Place("vendors", "--recog")
SIGNATURES = Place("vendors", "--signatures")
ORIGINS = Place("vendors", "--origins")
COUNTRIES = Place("vendors", "--countries")
TRACES = Place("paths", FILE)
PATH_VENDORS = Place("paths", "--vendors")
PATH_ORIGINS = Place("paths", "--origins")
EXCHANGES = Place("paths", "--exchanges")
_ORIGINS = "which network announces which addresses: pfx2as, pyasn, or ranges first,last,asn"
WANTED = {
    SCANS: "scans: SNMPv3 replies (ZMap CSV, pcap), decoded tables, banners, features of replies",
    PROBED: "the addresses that were probed, one a line",
    ALIASES: "alias sets (SAGE .aliases, ITDK .nodes, or the addresses of a router on one line)",
    RECOG: "patterns of Recog, XML",
    SIGNATURES: "signatures of features of replies (LFP), CSV",
    ORIGINS: _ORIGINS,
    COUNTRIES: "the country of addresses: ranges first,last,CC",
    TRACES: "traceroutes of RIPE Atlas or scamper, JSON",
    PATH_VENDORS: "a table in Parquet, as `provenet vendors --out` writes it",
    PATH_ORIGINS: _ORIGINS,
    EXCHANGES: "tables of PeeringDB, JSON: ixpfx, with ix and ixlan for the names",
}
"""What each place takes, in words."""


def kind_of(upload: Upload) -> Format | None:
    """The format of a file by its first bytes, of those that `add`, `vendors` and `paths` read.

    None where it is none of them, as of a table of a user's own. Raises InputFault where it cannot be unpacked.
    """
    head = Head(upload)
    known = [one for one in formats() if not (one.cells or one.opens_devices or one.opens_network)]
    found = next((one for one in known if one.recognises(head)), None)
    return found or next((one for one in known if one.resembles is not None and one.resembles(head)), None)


def way_out(kind: Format, command: str) -> str:
    """Where a file of a format is given, for whoever gave it to a command."""
    own = [place for place in kind.places if place.command == command]
    if own:
        return f"Give it {' or '.join(_as_option(place.option) for place in own)}."
    if kind.way_out is not None and (command == ADD or not kind.places):
        return kind.way_out
    if kind.places:
        first = kind.places[0]
        return f"Give it to `provenet {first.command}`, {_as_option(first.option)}."
    return "Add it to a case, with `provenet add`."


def _as_option(option: str) -> str:
    return "as FILE" if option == FILE else f"with {option}"


def at_another_place(upload: Upload, place: Place, err: InputFault) -> InputFault:
    """The refusal of a file, or what the file is and where it is given, where another place takes its format."""
    try:
        kind = kind_of(upload)
    except InputFault:
        return err
    return err if kind is None or place in kind.places else misplaced(upload.name, kind, place)


def misplaced(name: str, kind: Format, place: Place) -> InputFault:
    """The refusal of a file whose format is known, at a place that takes others."""
    text = f"the file is of another format: {kind.says}"
    return InputFault([Fault(name, text, expected=WANTED[place], way_out=way_out(kind, place.command))])


def no_file_of_a_case(upload: Upload, err: InputFault) -> InputFault:
    """The refusal of a file by `add`, or what the file is and which command takes it."""
    kind = kind_of(upload)
    if kind is None or kind.opens_rows is not None or kind.resembles is not None:
        return err
    return InputFault(
        [Fault(upload.name, f"the file fills no table of a case: {kind.says}", way_out=way_out(kind, ADD))]
    )
