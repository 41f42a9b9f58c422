"""The door of intake: a file in, frames of rows by table out, or every fault of the file.

A file is read as a stream and never held whole: CSV, TSV, JSON lines, Parquet and Excel become batches of text cells
that one mapping engine reads; other formats (`registry.py`) make rows themselves. A row that names a bundled party or
publication brings that row along, with the place in our own file where it stands, so that nothing dangles whichever
files a case is given, in whatever order. Of what comes along only ids are kept while a file is read.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

import polars as pl

from provenet.case.parties import ANY, PartyNames
from provenet.case.tables import frame, tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import SHOWN_FAULTS, FaultList, InputFault
from provenet.core.ids import row_id
from provenet.core.progress import Progress
from provenet.ingest.opening import Page, Upload
from provenet.ingest.registry import CellTable, DistinctRows, Parts, Source, format_of, maps_columns, no_file_of_a_case
from provenet.ingest.rows import LISTS, NAMED, NOT_STATED, Once, SourceBook, file_source, source_book
from provenet.ingest.tabular.layouts import open_table, recognise
from provenet.ingest.tabular.mapper import ROW, Cited, Mapper
from provenet.ingest.tabular.mapping import Layout, parse_mapping
from provenet.ingest.tabular.sheets import RowFilters, Sheet, settle

Described = Callable[[], Mapping[tuple[str, str], tuple[str, dict[str, object]]]]


class TakenAlong:
    """What one file brings along. `described` are the bundled rows by table and id, asked for when they are needed."""

    def __init__(self, name: str, file_id: str, described: Described, *, page: Page | None = None) -> None:
        self.cited = Cited()
        self.files: set[str] = set()
        self._name, self._file_id, self._described, self._page = name, file_id, described, page
        self._own = file_source(file_id)
        self._cites_itself = False
        self._parties: set[str] = set()
        self._held: set[str] = set()
        self._ids: dict[str, set[str]] = {"source": set(), "party": set()}
        self._made: dict[str, list[dict[str, object]]] = {}

    def see(self, name: str, made: pl.DataFrame) -> None:
        """Takes note of a frame of rows. Cost O(rows), vectorised."""
        self._cites_itself = self._cites_itself or bool((made["source_id"] == self._own).any())
        for column in tables()[name].columns:
            if column.refers_to == "party.party_id":
                values = made[column.name]
                flat = values.explode() if column.type == "list" else values
                self._parties.update(flat.drop_nulls().unique().to_list())
        if name in self._ids:
            self._ids[name].update(made["row_id"].to_list())
        if name == "party":
            self._held.update(made["party_id"].to_list())

    def own_source(self) -> list[dict[str, object]]:
        """The row of `source` of a file that names no publication: it is its own source, on the page it came from."""
        if not self._cites_itself:
            return []
        content: dict[str, object] = {
            "source_id": self._own,
            "title": self._name,
            "kind": "file",
            "kind_by": "first guess",
        }
        if self._page is not None:
            content |= {"title": self._page.title, "url": self._page.url}
            if self._page.by_on is not None:
                content |= {"published": f"by {self._page.by_on}", "published_high_on": self._page.by_on}
        return [self._whole("source", content, self._name)]

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """The rows that come along, by table. Asked for once, when every frame was seen."""
        for row in self.own_source():
            self._add("source", row)
        self._cited_sources()
        self._named_parties()
        return {name: rows for name, rows in self._made.items() if rows}

    def _cited_sources(self) -> None:
        for source_id, (title, url, place) in sorted(self.cited.sources.items()):
            if self._borrow("source", source_id):
                continue
            kind, kind_by = source_book().kind(source_id, None)
            content: dict[str, object] = {
                "source_id": source_id,
                "title": title,
                "url": url or None,
                "kind": kind,
                "kind_by": kind_by,
            }
            self._add("source", self._whole("source", content, place))

    def _named_parties(self) -> None:
        """A row of `party` for each party that the file introduces, or names and our own tables describe."""
        for party_id, (shown, role, place) in sorted(self.cited.parties.items()):
            if party_id not in self._held and not self._borrow("party", party_id):
                content: dict[str, object] = {
                    "party_id": party_id,
                    "name": shown,
                    "role": "other" if role == ANY else role,
                }
                self._add("party", self._whole("party", {**content, "segments": [], "source_id": self._own}, place))
                self._cites_itself = True
                self._add("source", self.own_source()[0])
            self._held.add(party_id)
        for party_id in sorted(self._parties - self._held):
            self._borrow("party", party_id)

    def _whole(self, table: str, content: dict[str, object], locator: str) -> dict[str, object]:
        """A row that the reader itself makes; its id is that of the thing it names, so it is made once per case."""
        empty = {column.name: None for column in tables()[table].columns if column.name != "run_id"}
        made = {"row_id": row_id(table, {table: content[f"{table}_id"]}), "file_id": self._file_id, "locator": locator}
        return {**empty, **content, **made, "reading": NOT_STATED}

    def _add(self, table: str, row: dict[str, object]) -> bool:
        if str(row["row_id"]) in self._ids[table]:
            return False
        self._ids[table].add(str(row["row_id"]))
        self._made.setdefault(table, []).append(row)
        return True

    def _borrow(self, table: str, key: str) -> bool:
        """Brings along the bundled row of a party or publication, and what that row cites. True where there is one."""
        found = self._described().get((table, key))
        if found is None:
            return False
        name, row = found
        if self._add(table, dict(row)):
            self.files.add(name)
            if table != "source" and row["source_id"] is not None:
                self._borrow("source", str(row["source_id"]))
        return True


OWN_USE = frozenset({"source_kinds.csv", NAMED})
"""Bundled files that the product reads itself and that are no layout."""
BATCH_FAULTS = 10_000
"""How many unlike faults of one batch are kept apart, so that those of the same value find each other."""
Rows = dict[str, list[dict[str, object]]]


class Intake:
    """One file being read. What its frames say counts only once `frames` has ended without an exception."""

    def __init__(
        self,
        upload: Upload,
        mapping: bytes | None,
        names: PartyNames,
        *,
        book: SourceBook | None = None,
        assets: Callable[[], Mapping[str, tuple[str, str, str | None]]] = dict,
    ) -> None:
        self.upload = upload
        self.layout = ""
        self.ignored: tuple[str, ...] = ()
        self.remarks: tuple[str, ...] = ()
        self.row_count = 0
        self.table_names: tuple[str, ...] = ()
        self.distinct: list[str] = []
        """Tables whose rows the format gives as frames, each row once."""
        self._names = names
        self._book = book or source_book()
        self._mapping, self._assets = mapping, assets
        self._along = TakenAlong(upload.name, upload.file_id, described, page=upload.page)

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
        source = Source(
            upload=self.upload,
            mapping=self._mapping,
            names=self._names,
            faults=FaultList(),
            progress=progress,
            assets=self._assets,
        )
        found = format_of(self.upload, self._mapping)
        self.layout = found.name
        try:
            assert found.opens_rows is not None
            opened = found.opens_rows(source)
        except InputFault as err:
            if found.cells is None or self._mapping is not None:
                raise
            raise no_file_of_a_case(self.upload, err) from err
        if isinstance(opened, CellTable):
            self.layout, self.table_names = opened.layout.name, opened.layout.tables
            self.ignored = tuple(sorted(opened.layout.ignored & set(opened.sheet.header)))
            yield from self._of_sheet(opened.sheet, opened.layout, source.faults, progress=progress)
            return
        try:
            yield from self._of_parts(opened, source.faults)
        except InputFault as err:
            if not source.faults.holds(err.faults[0]):
                source.faults.take(err)
        self.ignored = tuple(f"{name} ({count:,})" for name, count in sorted(source.ignored.items()))
        self.remarks = tuple(source.remarks)
        source.faults.refuse()

    def _of_sheet(
        self, sheet: Sheet, layout: Layout, faults: FaultList, *, progress: Progress
    ) -> Iterator[tuple[str, pl.DataFrame]]:
        here = FaultList(most=BATCH_FAULTS)
        sheet.take_layout(layout)
        filters = RowFilters(sheet.where, layout.where)
        names = self._names.copy() if layout.introduces else self._names
        mapper = Mapper(
            sheet.where, sheet.header, layout, file_id=self.upload.file_id, names=names, book=self._book, faults=here
        )
        if layout.introduces:
            mapper.introduce(
                (row, {column: text or "" for column, text in zip(sheet.header, texts, strict=True)})
                for whole in sheet.batches(FaultList())
                for batch in [RowFilters(sheet.where, layout.where).keep(whole, FaultList())]
                for row, texts in zip(batch.rows.to_list(), batch.cells.iter_rows(), strict=True)
            )
        self._along.cited = mapper.cited
        once = {name: Once(tables()[name], sheet.where, _key_column(layout, name)) for name in layout.tables}
        for whole in sheet.batches(here):
            batch = filters.keep(whole, here)
            self.row_count += batch.rows.len()
            mapper.quiet = faults.count >= SHOWN_FAULTS
            for name, made in mapper.rows(batch).items():
                kept = once[name].keep(made, ROW, here).drop(ROW, "run_id")
                if not faults.count and not here.count and kept.height:
                    yield name, kept
            settle(here, sheet.header, faults)
            progress(f"{sheet.counts} of {self.upload.name}", sheet.progress.done, sheet.progress.total)
            if faults.full:
                break
        settle(here, sheet.header, faults)
        if not faults.full:
            filters.close(faults)
        faults.refuse()
        self.ignored = (*self.ignored, *filters.ignored())

    def _of_parts(self, parts: Parts, faults: FaultList) -> Iterator[tuple[str, pl.DataFrame]]:
        """Rows that a format made itself, as frames; each once."""
        once: dict[str, Once] = {}
        for name, rows in parts:
            if isinstance(rows, DistinctRows):
                self.row_count += rows.read_count
                self.distinct += [name] if name not in self.distinct else []
                if not faults.count and rows.rows.height:
                    yield name, rows.rows
                continue
            if not rows:
                continue
            made = frame(name, rows).with_columns(pl.Series(ROW, range(len(rows)), dtype=pl.Int64) + self.row_count)
            self.row_count += len(rows)
            spec = tables()[name]
            kept = once.setdefault(name, Once(spec, self.upload.name, spec.id_column)).keep(made, ROW, faults)
            if not faults.count and kept.height:
                yield name, kept.drop(ROW, "run_id")
        self.table_names = (*once, *self.distinct)


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
        found = format_of(upload, mapping)
        if found.cells is None:
            return 0 if found.introduces else 2
        if mapping is not None and maps_columns(mapping):
            layout: Layout | None = parse_mapping(upload.name, mapping.decode("utf-8", "replace"))
        else:
            layout = recognise(open_table(upload).header)
    except InputFault:
        return 2
    if layout is None or not layout.introduces:
        return 2
    return 0 if "party" in layout.tables else 1


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
