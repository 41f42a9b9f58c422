"""A sheet and a layout make rows of tables, or faults with row and column. Nothing here knows a case.

Every row gets its id (the digest of what it says), its source, its file and its place in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList
from provenet.core.ids import row_id
from provenet.ingest.fields import (
    PARSERS,
    READS_EMPTY,
    SIDE_COLUMNS,
    CellFault,
    Field,
    Record,
    party_role,
)
from provenet.ingest.mapping import Citation, Layout
from provenet.ingest.names import ANY, PartyNames
from provenet.ingest.sources import SourceBook, says_unread
from provenet.ingest.strict import Sheet
from provenet.model.tables import Table, tables

NOT_STATED, NOT_READ = "not stated", "not read"
_PLACE = frozenset({"row_id", "file_id", "locator", "run_id"})
"""Columns that say where a row stands, not what it says."""


@dataclass
class Mapped:
    """The rows a sheet became, the publications it cites and the parties it introduces."""

    rows: dict[str, list[dict[str, object]]]
    cited: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """source_id to title, address and the place of the first citation."""
    introduced: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """party_id to name, role and place."""
    row_count: int = 0


def map_sheet(
    sheet: Sheet, layout: Layout, data: bytes, names: PartyNames, book: SourceBook, faults: FaultList
) -> Mapped:
    """Reads every record of a sheet. Faults go to `faults`, all of them; a record with one makes no row.

    Columns the layout does not know, and those the file lacks, are the caller's to refuse. Cost O(cells).
    """
    return _Mapper(sheet, layout, sha256_bytes(data), names, book, faults).run()


class _Mapper:
    def __init__(
        self,
        sheet: Sheet,
        layout: Layout,
        file_id: str,
        names: PartyNames,
        book: SourceBook,
        faults: FaultList,
    ) -> None:
        self.sheet, self.layout, self.file_id = sheet, layout, file_id
        self.names, self.book, self.faults = names, book, faults
        have = set(sheet.header)
        self.fields = [spec for spec in layout.fields if spec.column in have]
        self.specs = {name: tables()[name] for name in layout.tables}
        self.each = next((spec for spec in self.fields if spec.options.get("each")), None)
        citation = layout.citation
        cites = citation is not None and (have & {*citation.columns, "source_id"})
        self.citation = citation if cites else None
        self.lacks = False
        self.seen: dict[tuple[str, object], tuple[int, str]] = {}
        self.made = Mapped({name: [] for name in layout.tables})

    def run(self) -> Mapped:
        """All records in order; the parties they introduce are declared first."""
        records = [(row, self._cells(row, cells)) for row, cells in self.sheet.rows]
        if self.layout.introduces:
            self._introduce(records)
        ids: set[str] = set()
        for row, (cells, unread) in records:
            self.made.row_count += 1
            for split in self._split(cells):
                for table, values in self._record(row, split, unread):
                    if str(values["row_id"]) not in ids:
                        ids.add(str(values["row_id"]))
                        self.made.rows[table].append(values)
        return self.made

    def _cells(self, row: int, cells: list[str | None]) -> tuple[dict[str, str], frozenset[str]]:
        """Cells by column, and the columns whose cell could not be read."""
        pairs = list(zip(self.sheet.header, cells, strict=True))
        unread = frozenset(column for column, cell in pairs if cell is None)
        return {column: cell or "" for column, cell in pairs}, unread

    def _introduce(self, records: list[tuple[int, tuple[dict[str, str], frozenset[str]]]]) -> None:
        self.names = self.names.copy()
        for spec in (spec for spec in self.fields if spec.type == "new_party"):
            for row, (cells, _) in records:
                name, role = cells[spec.column], party_role(spec, cells)
                if name and self.names.find(name, role) is None:
                    party = PARSERS["slug"][0](name, spec, Record(cells, self.names))[spec.to]
                    shown = cells.get("name", name) if spec.to == "party_id" and spec.table == "party" else name
                    self.names.add(str(party), name, role if role != ANY else None)
                    place = self._place(row)
                    self.made.introduced.setdefault(str(party), (shown, role, place))

    def _place(self, row: int) -> str:
        return f"{self.sheet.name} row {row}"

    def _split(self, cells: dict[str, str]) -> Iterator[dict[str, str]]:
        if self.each is None or not cells[self.each.column]:
            yield cells
            return
        for part in cells[self.each.column].split(str(self.each.options["each"])):
            yield {**cells, self.each.column: part.strip()}

    def _record(self, row: int, cells: dict[str, str], unread: frozenset[str]) -> list[tuple[str, dict[str, object]]]:
        record = Record(cells, self.names)
        own: dict[str, dict[str, object]] = {name: {} for name in self.specs}
        side: dict[str, dict[str, object]] = {name: {} for name in self.specs}
        before, bad = self.faults.count, set(unread)
        for spec in self.fields:
            if spec.column not in unread and not self._field(row, spec, record, own, side):
                bad.add(spec.column)
        source, note = self._cite(row, cells)
        done = []
        for name, table in self.specs.items():
            values = self._complete(table, own[name], side[name], source, note)
            if not self._check(row, table, values, cells, bad) or bad or self.faults.count > before:
                continue
            values["row_id"] = _row_id(table, values)
            if self._unique(row, table, values):
                done.append((name, {**values, "file_id": self.file_id, "locator": self._place(row)}))
        return done

    def _field(
        self,
        row: int,
        spec: Field,
        record: Record,
        own: dict[str, dict[str, object]],
        side: dict[str, dict[str, object]],
    ) -> bool:
        text = record.cells[spec.column] or str(spec.options.get("empty", ""))
        if not text and spec.type not in READS_EMPTY:
            if spec.to:
                own[spec.table].setdefault(spec.to, None)
            return True
        try:
            values = PARSERS[spec.type][0](text, spec, record)
        except CellFault as err:
            found = text if err.found is None else err.found
            place, column = self.sheet.name, err.column or spec.column
            self.faults.add(Fault(place, err.says, row, column, found, err.expected, err.nearest, err.way_out))
            return False
        if spec.to:
            if not spec.options.get("side"):
                own[spec.table][spec.to] = values.pop(spec.to)
            side[spec.table].update(values)
        return True

    def _cite(self, row: int, cells: Mapping[str, str]) -> tuple[tuple[str, str] | None, str]:
        """The publication a record names as (title, id), and what else its citation says."""
        if self.citation is None:
            return None, ""
        title, url, note = read_citation(self.citation, cells)
        if not title and not url:
            return None, note
        source_id = self.book.cited(title, url)
        self.made.cited.setdefault(source_id, (title or url, url, self._place(row)))
        return (title, source_id), note

    def _complete(
        self,
        table: Table,
        own: dict[str, object],
        side: dict[str, object],
        source: tuple[str, str] | None,
        note: str,
    ) -> dict[str, object]:
        values: dict[str, object] = {c.name: None for c in table.columns if c.name not in _PLACE}
        values.update({name: value for name, value in side.items() if name in values})
        values.update({name: value for name, value in own.items() if value is not None})
        for (target, name), value in self.layout.constants.items():
            if target == table.name:
                values[name] = value
        for column in table.columns:
            if column.type == "list" and values.get(column.name, ()) is None and not column.nullable:
                values[column.name] = []
        if table.name == "source":
            _complete_source(values, self.book)
        else:
            _complete_reading(values, source, note, None if self.citation else self.file_id)
        values["reading"] = values["reading"] or NOT_STATED
        return values

    def _check(
        self, row: int, table: Table, values: Mapping[str, object], cells: Mapping[str, str], bad: set[str]
    ) -> bool:
        """Faults for cells that may not be empty, once per column of the file. True where the row is whole."""
        whole = True
        for column in table.columns:
            if column.nullable or column.name in _PLACE or values[column.name] is not None:
                continue
            whole = False
            spec = self._writer(table, column.name)
            if spec is None:
                self.lacks = self.lacks or self._lacks_writer(row, table.name, column.name)
            elif spec.column not in bad and not (cells[spec.column] and bad & set(map(str, spec.options.values()))):
                first = next(f for f in self.fields if f.column == spec.column and f.table == table.name)
                text = cells[spec.column]
                says, expected = "the cell is empty", table.column(first.to).says
                if text:
                    says, expected = f"the cell gives no {column.name}", column.says
                self.faults.add(Fault(self.sheet.name, says, row, spec.column, text or None, expected))
                bad.add(spec.column)
        return whole

    def _writer(self, table: Table, name: str) -> Field | None:
        """The field that writes a column itself, or beside its own."""
        own = [f for f in self.fields if f.table == table.name]
        beside = (f for f in own if name in {side.format(to=f.to) for side in SIDE_COLUMNS.get(f.type, ())})
        return next((f for f in own if f.to == name), None) or next(beside, None)

    def _lacks_writer(self, row: int, table: str, name: str) -> bool:
        """A column that no column of this file gives, told once, unless the header is at fault already."""
        if self.layout.required <= set(self.sheet.header):
            way_out = f"Add a column {name}."
            self.faults.add(Fault(self.sheet.name, f"nothing gives {table}.{name}", row, way_out=way_out))
        return True

    def _unique(self, row: int, table: Table, values: Mapping[str, object]) -> bool:
        """A given id stands once in a file, unless both records say the same."""
        key = table.id_column
        if key == "row_id":
            return True
        first, said = self.seen.setdefault((table.name, values[key]), (row, str(values["row_id"])))
        if said == values["row_id"]:
            return True
        spec = next((f for f in self.fields if f.table == table.name and f.to == key), None)
        column = key if spec is None else spec.column
        says = f"the id stands already in row {first}, and says something else there"
        self.faults.add(Fault(self.sheet.name, says, row, column, found=str(values[key]), expected="each id once"))
        return False


def read_citation(citation: Citation, cells: Mapping[str, str]) -> tuple[str, str, str]:
    """Title, address and remark of the publication that a record names."""
    if citation.cell:
        text = cells.get(citation.cell, "")
        for form in citation.forms:
            if hit := form.fullmatch(text):
                named = hit.groupdict()
                return named.get("title") or "", named.get("url") or "", named.get("note") or ""
        return text, "", ""
    return cells.get(citation.title, ""), cells.get(citation.url, ""), ""


def file_source(file_id: str) -> str:
    """The id of a file that names no publication: it is its own source."""
    return f"file-{file_id[:12]}"


def _complete_source(values: dict[str, object], book: SourceBook) -> None:
    title, url = str(values["title"] or ""), str(values["url"] or "")
    if values["source_id"] is None and title:
        values["source_id"] = book.listing(title, url)
    if values["kind_by"] is None:
        guess = None if values["kind"] is None else str(values["kind"])
        values["kind"], values["kind_by"] = book.kind(str(values["source_id"]), guess)


def _complete_reading(
    values: dict[str, object], source: tuple[str, str] | None, note: str, file_id: str | None
) -> None:
    """`file_id` is given where the file names no publication for any row: then it is its own source."""
    if source is not None:
        values["source_id"] = values["source_id"] or source[1]
        if says_unread(source[0]):
            values["reading"] = NOT_READ
    elif file_id is not None:
        values["source_id"] = values["source_id"] or file_source(file_id)
    if note:
        values["note"] = "; ".join(part for part in (values["note"], note) if isinstance(part, str))


def _row_id(table: Table, values: Mapping[str, object]) -> str:
    """The digest of what a row says. Nulls are left out, so a column added later changes no id."""
    said = {name: value for name, value in values.items() if value is not None and name not in _PLACE}
    return row_id(table.name, said)
