"""The door of intake: a file in, frames of rows by table out, or every fault of the file.

A file is read as a stream and never held whole: CSV, TSV, JSON lines, Parquet and Excel become batches of text cells
that one mapping engine reads; other formats (`formats.py`) make rows themselves. A row that names a bundled party or
publication brings that row along, with the place in our own file where it stands, so that nothing dangles whichever
files a case is given, in whatever order.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, cast

import polars as pl

from provenet.case.parties import PartyNames
from provenet.case.tables import frame, tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import SHOWN_FAULTS, Fault, FaultList, InputFault
from provenet.core.progress import Progress
from provenet.ingest.bgp.observed_paths import LAYOUT as MRT
from provenet.ingest.bgp.observed_paths import is_mrt, read_paths
from provenet.ingest.formats import HEAD_BYTES, Format, format_of, maps_columns
from provenet.ingest.line_formats import line_format_of, open_lines
from provenet.ingest.once import Once
from provenet.ingest.opening import BLOCK_BYTES, Unpacked, Upload
from provenet.ingest.sources import LISTS, source_book
from provenet.ingest.tabular.by_column import ROW, ColumnMapper
from provenet.ingest.tabular.by_record import RecordMapper
from provenet.ingest.tabular.layouts import CLOSE_ENOUGH, closest, header_faults, recognise, unknown_header
from provenet.ingest.tabular.mapping import Layout, parse_mapping
from provenet.ingest.tabular.sheets import Sheet, settle
from provenet.ingest.tabular.tables_of import header_at, open_table
from provenet.ingest.taken_along import TakenAlong

OWN_USE = frozenset({"source_kinds.csv"})
"""Bundled files that the product reads itself and that are no layout."""
Rows = dict[str, list[dict[str, object]]]


@dataclass
class Reading:
    """What one small file says: rows by table without `run_id`, the columns ignored by name, and the records read.

    `borrowed` holds the bundled files, by name and bytes, in which rows brought along stand.
    """

    file_name: str
    layout: str
    rows: Rows
    ignored: tuple[str, ...] = ()
    row_count: int = 0
    borrowed: tuple[tuple[str, bytes], ...] = field(default=())
    remarks: tuple[str, ...] = ()


class Intake:
    """One file being read. What its frames say counts only once `frames` has ended without an exception."""

    def __init__(self, upload: Upload, mapping: bytes | None, names: PartyNames) -> None:
        self.upload = upload
        self.layout = ""
        self.ignored: tuple[str, ...] = ()
        self.remarks: tuple[str, ...] = ()
        self.row_count = 0
        self.table_names: tuple[str, ...] = ()
        self._names = names
        self._mapping = mapping
        self._along = TakenAlong(upload.name, upload.file_id, described, upload.page)

    @property
    def borrowed(self) -> Mapping[str, bytes]:
        """The bundled files, by name, in which rows brought along stand; whole once `frames` has ended."""
        return {name: bundled_files()[name] for name in sorted(self._along.files)}

    def frames(self, progress: Progress) -> Iterator[tuple[str, pl.DataFrame]]:
        """The rows of the file by table, batch by batch, whole but for `run_id`.

        Raises InputFault with every fault of the file at its end, or where it cannot be read on; frames given before
        that must then not be kept. `progress` is called with bytes or records done and in all. Cost O(cells) in time,
        O(a batch + 20 bytes a row) in memory.
        """
        for name, made in self._frames(progress):
            self._along.see(name, made)
            yield name, made
        for name, rows in self._along.rows().items():
            yield name, frame(name, rows)

    def _frames(self, progress: Progress) -> Iterator[tuple[str, pl.DataFrame]]:
        by_columns = maps_columns(self._mapping)
        if not by_columns and is_mrt(self.upload):
            yield from self._of_routes(progress)
            return
        found = None if by_columns else format_of(self.upload.head(HEAD_BYTES), self.upload.plain_name)
        if found is not None:
            yield from self._of_format(found, progress)
            return
        faults = FaultList()
        lines = None if by_columns else line_format_of(self.upload.head(HEAD_BYTES), self.upload.plain_name)
        if lines is not None:
            opened = open_lines(self.upload, lines, self._mapping, faults)
            self.layout, self.table_names = lines.id, opened.layout.tables
            yield from self._of_sheet(opened, opened.layout, faults, progress)
            return
        declared = None if self._mapping is None else _declared(self.upload.plain_name, self._mapping)
        sheet = open_table(self.upload, declared, faults)
        layout = None if sheet is None else _layout(self.upload.plain_name, sheet, declared, faults)
        if sheet is None or layout is None or (faults.count and len(sheet.header) == 0):
            raise InputFault(faults.faults, faults.count)
        self.layout = layout.name
        self.ignored = tuple(sorted(layout.ignored & set(sheet.header)))
        self.table_names = layout.tables
        yield from self._of_sheet(sheet, layout, faults, progress)

    def _of_sheet(
        self, sheet: Sheet, layout: Layout, faults: FaultList, progress: Progress
    ) -> Iterator[tuple[str, pl.DataFrame]]:
        here = FaultList()
        sheet.told(layout)
        names = self._names.copy() if layout.introduces else self._names
        mapper = RecordMapper(sheet.where, sheet.header, layout, self.upload.file_id, names, source_book(), here)
        if layout.introduces:
            for batch in sheet.batches(FaultList()):
                mapper.introduce(
                    (row, {column: text or "" for column, text in zip(sheet.header, texts, strict=True)})
                    for row, texts in zip(batch.rows.to_list(), batch.cells.iter_rows(), strict=True)
                )
        self._along.cited = mapper.cited
        columns = ColumnMapper(mapper)
        once = {name: Once(tables()[name], sheet.where, _key_column(layout, name)) for name in layout.tables}
        for batch in sheet.batches(here):
            self.row_count += batch.rows.len()
            mapper.quiet = faults.count >= SHOWN_FAULTS
            for name, made in columns.rows(batch).items():
                kept = once[name].keep(made, ROW, here).drop(ROW, "run_id")
                if not faults.count and not here.count and kept.height:
                    yield name, kept
            settle(here, sheet.header, faults)
            progress(f"{sheet.counts} of {self.upload.name}", sheet.progress.done, sheet.progress.total)
            if faults.full:
                break
        settle(here, sheet.header, faults)
        if faults.count:
            raise InputFault(faults.faults, faults.count)

    def _of_format(self, found: Format, progress: Progress) -> Iterator[tuple[str, pl.DataFrame]]:
        self.layout, faults, told = found.LAYOUT, FaultList(), Counter[str]()

        def told_read(done: int) -> None:
            progress(f"bytes read of {self.upload.name}", done, self.upload.size_bytes)

        with self.upload.stream(told_read) as stream:
            place, source = self.upload.plain_name, io.BufferedReader(stream, BLOCK_BYTES)
            file_id, mapping = self.upload.file_id, self._mapping
            parts = found.read(place, source, file_id, self._names, faults, mapping=mapping, ignored=told)
            yield from self._of_parts(parts, told, faults)

    def _of_routes(self, progress: Progress) -> Iterator[tuple[str, pl.DataFrame]]:
        """The paths of an MRT file, which is unpacked by its own reader since it may be cut."""
        self.layout, faults, told = MRT, FaultList(), Counter[str]()
        remarks: list[str] = []

        def told_read(done: int) -> None:
            progress(f"bytes read of {self.upload.name}", done, self.upload.size_bytes)

        raw = self.upload.raw()
        with Unpacked(self.upload.name, "", raw, raw, told_read) as stream:
            parts = read_paths(
                self.upload.plain_name,
                cast(BinaryIO, stream),
                self.upload.file_id,
                faults,
                mapping=self._mapping,
                ignored=told,
                remarks=remarks,
            )
            yield from self._of_parts(parts, told, faults)
        self.remarks = tuple(remarks)

    def _of_parts(
        self, parts: Iterator[tuple[str, list[dict[str, object]]]], told: Counter[str], faults: FaultList
    ) -> Iterator[tuple[str, pl.DataFrame]]:
        """Rows that a format made itself, as frames; each once."""
        once: dict[str, Once] = {}
        for name, rows in parts:
            if not rows:
                continue
            made = frame(name, rows).with_columns(pl.Series(ROW, range(len(rows)), dtype=pl.Int64) + self.row_count)
            self.row_count += len(rows)
            spec = tables()[name]
            kept = once.setdefault(name, Once(spec, self.upload.name, spec.id_column)).keep(made, ROW, faults)
            if not faults.count and kept.height:
                yield name, kept.drop(ROW, "run_id")
        self.table_names = tuple(once)
        self.ignored = tuple(f"{name} ({count:,})" for name, count in sorted(told.items()))
        if faults.count:
            raise InputFault(faults.faults, faults.count)


def read_table_file(name: str, data: bytes, mapping: bytes | None, names: PartyNames) -> Reading:
    """Reads one small file strictly by its mapping, or by the built-in layout of its header, into rows as dicts.

    A row claims no more than that the file says so. `names` are those of the case; they are not changed. Raises
    InputFault with every fault of the file, and of the mapping. Cost O(cells). Laws: the order of records and of
    columns, line ends and a byte order mark change no row; reading twice gives the same ids; the same table as CSV,
    JSON lines, Parquet or Excel gives the same rows. Source: own, decision 0004.
    """
    intake = Intake(Upload(name, sha256_bytes(data), data, len(data)), mapping, names)
    rows: Rows = {}
    for table, made in intake.frames(lambda *_: None):
        rows.setdefault(table, []).extend(made.to_dicts())
    ordered = {table: rows.pop(table, []) for table in intake.table_names} | rows
    borrowed = tuple(intake.borrowed.items())
    return Reading(name, intake.layout, ordered, intake.ignored, intake.row_count, borrowed, intake.remarks)


def read_table_files(files: Sequence[tuple[str, bytes, bytes | None]], names: PartyNames) -> list[Reading]:
    """Reads several files as one act: those that introduce parties first, so their order does not matter.

    Returns readings in the order given. Raises InputFault with the faults of all files.
    """
    known = names.copy()
    made: dict[int, Reading] = {}
    faults = FaultList()
    uploads = [Upload(name, sha256_bytes(data), data, len(data)) for name, data, _ in files]
    order = sorted(range(len(files)), key=lambda at: turn_of(uploads[at], files[at][2]))
    for at in order:
        name, data, mapping = files[at]
        try:
            made[at] = read_table_file(name, data, mapping, known)
        except InputFault as err:
            faults.extend(err.faults)
            faults.count += err.count - len(err.faults)
            continue
        for row in made[at].rows.get("party", []):
            known.add(str(row["party_id"]), str(row["name"]), str(row["role"]))
        for row in made[at].rows.get("identifier", []):
            if row["scheme"] == "name":
                known.add(str(row["party_id"]), str(row["value"]))
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    return [made[at] for at in range(len(files))]


@lru_cache(maxsize=1)
def bundled_files() -> Mapping[str, bytes]:
    """The fact tables that ship with the product, by name: what the bundled case is made of. Cached."""
    folder = resources.files("provenet").joinpath("facts")
    found = {entry.name: entry for entry in folder.iterdir() if entry.name.endswith(".csv")}
    return MappingProxyType({name: found[name].read_bytes() for name in sorted(found) if name not in OWN_USE})


def turn_of(upload: Upload, mapping: bytes | None) -> int:
    """When a file's turn comes among several: 0 where its rows are parties, 1 where it names some in passing, else 2.

    An alias of a party that a later file describes under an id of its own would otherwise make a second party.
    """
    try:
        if mapping is not None and maps_columns(mapping):
            layout: Layout | None = parse_mapping(upload.name, mapping.decode("utf-8", "replace"))
        elif is_mrt(upload):
            return 2
        else:
            head = upload.head(HEAD_BYTES)
            found = format_of(head, upload.plain_name)
            if found is not None:
                return 0 if found.INTRODUCES else 2
            if line_format_of(head, upload.plain_name) is not None:
                return 2
            header = header_at(upload)
            layout = recognise(header) if header else None
    except InputFault:
        return 2
    if layout is None or not layout.introduces:
        return 2
    return 0 if "party" in layout.tables else 1


def _declared(name: str, mapping: bytes) -> Layout:
    place = PurePosixPath(name).with_suffix(".toml").name
    try:
        text = mapping.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        found = f"byte {err.start + 1} that is none"
        raise InputFault([Fault(place, "the mapping is not UTF-8", found=found, expected="UTF-8")]) from err
    return parse_mapping(place, text)


def _layout(name: str, sheet: Sheet, declared: Layout | None, faults: FaultList) -> Layout | None:
    """The layout of a sheet; header faults are added, and None stops the reading."""
    layout = declared or recognise(sheet.header)
    if layout is None:
        layout, likeness = closest(sheet.header)
        if likeness < CLOSE_ENOUGH:
            faults.add(unknown_header(sheet.where, name, sheet.header, layout))
            return None
    faults.extend(header_faults(sheet.where, sheet.header, layout))
    return layout


def _key_column(layout: Layout, name: str) -> str:
    """The column of the file that gives a table's own key."""
    key = tables()[name].id_column
    return next((spec.column for spec in layout.fields if spec.table == name and spec.to == key), key)


@lru_cache(maxsize=1)
def described() -> Mapping[tuple[str, str], tuple[str, dict[str, object]]]:
    """Every bundled party and publication: the file and the row that describe it. Cached."""
    names = PartyNames.built_in()
    found: dict[tuple[str, str], tuple[str, dict[str, object]]] = {}
    for name in DESCRIBING:
        data = bundled_files()[name]
        intake = Intake(Upload(name, sha256_bytes(data), data, len(data)), None, names)
        rows: Rows = {}
        for table, made in intake._frames(lambda *_: None):
            intake._along.see(table, made)
            rows.setdefault(table, []).extend(made.to_dicts())
        rows.setdefault("source", []).extend(intake._along.own_source())
        for table in ("source", "party"):
            for row in rows.get(table, []):
                found.setdefault((table, str(row[f"{table}_id"])), (name, row))
    return found


DESCRIBING = (*LISTS, "parties_extra.csv", "vendors.csv", "aliases.csv")
"""Bundled files whose rows describe what other files name. Read in this order."""
