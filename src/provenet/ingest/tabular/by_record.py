"""Records and a layout make rows of tables, one record at a time, or faults with row and column.

Every row gets its source, its file and its place in it; ids are given to whole frames of rows. Nothing here knows a
case. `by_column` does the same for many records at once where none has anything odd.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from provenet.case.parties import ANY, PartyNames
from provenet.case.tables import Table, tables
from provenet.core.errors import SHOWN_FAULTS, Fault, FaultList
from provenet.core.ids import name_id, name_key
from provenet.ingest.rows import NOT_READ, NOT_STATED, PLACE_COLUMNS, content_id, file_source
from provenet.ingest.sources import SourceBook, says_unread
from provenet.ingest.tabular.fields import (
    PARSERS,
    READS_EMPTY,
    SIDE_COLUMNS,
    CellFault,
    Field,
    Record,
    cell_text,
    party_role,
)
from provenet.ingest.tabular.layouts import plain_field
from provenet.ingest.tabular.mapping import ROW_MARK, Citation, Layout

Cells = dict[str, str]
Made = list[tuple[str, int, dict[str, object]]]
"""Rows as (table, record number, values)."""


@dataclass
class Cited:
    """What the rows of a file name beside themselves: publications they cite and parties they introduce."""

    sources: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """source_id to title, address and the place of the first citation."""
    parties: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """party_id to name, role and place."""


class RecordMapper:
    """Maps the records of one file. `faults` is the list of the batch at hand; a record with a fault makes no row.

    Columns the layout does not know, and those the file lacks, are the caller's to refuse. Cost O(cells).
    """

    def __init__(
        self,
        where: str,
        header: tuple[str, ...],
        layout: Layout,
        *,
        file_id: str,
        names: PartyNames,
        book: SourceBook,
        faults: FaultList,
    ) -> None:
        self.where, self.header, self.layout, self.file_id = where, header, layout, file_id
        self.names, self.book, self.faults = names, book, faults
        have = set(header)
        self.fields = [spec for spec in layout.fields if spec.column in have]
        self.specs = {name: tables()[name] for name in layout.tables}
        self.each = next((spec for spec in self.fields if spec.options.get("each")), None)
        citation = layout.citation
        cites = citation is not None and (have & {*citation.columns, "source_id"})
        self.citation = citation if cites else None
        self.cited = Cited()
        self.quiet = False
        self._lacking = False

    def introduce(self, records: Iterable[tuple[int, Cells]]) -> None:
        """Declares the parties that records introduce; called once, with the whole file, before any record is mapped.

        Names get their ids in one order, whatever that of the file: a name whose id says all of it comes first.
        """
        new: dict[tuple[str, str], tuple[str, str, str]] = {}
        for row, cells in records:
            for spec in (spec for spec in self.fields if spec.type == "new_party"):
                name, role = cell_text(spec, cells), party_role(spec, cells)
                if spec.options.get("side") and cells.get(spec.to):
                    continue
                if name and (name_key(name), role) not in new and self.names.declared(name, role) is None:
                    own = spec.to == "party_id" and spec.table == "party" and not spec.options.get("side")
                    shown = cells.get("name", name) if own else name
                    new[name_key(name), role] = (name, shown, self.place(row))
        for (_, role), (name, shown, place) in sorted(new.items(), key=_said_whole_first):
            party = self.names.declared(name, role) or self.names.new_id(name)
            self.names.add(party, name, role if role != ANY else None)
            self.cited.parties.setdefault(party, (shown, role, place))

    @cached_property
    def constants(self) -> dict[tuple[str, str], object]:
        """What every row gets, parties named by their ids; a name that means none, or two, is a fault of the file."""
        made = dict(self.layout.constants)
        texts = {name: value for (_, name), value in made.items() if isinstance(value, str)}
        for (table, name), value in made.items():
            column = tables()[table].column(name)
            if column.refers_to != "party.party_id" or not value:
                continue
            spec = plain_field(tables()[table], column)
            text = "|".join(value) if isinstance(value, list) else str(value)
            try:
                made[table, name] = PARSERS[spec.type][0](text, spec, Record(texts, self.names))[name]
            except CellFault as err:
                self.faults.add(
                    Fault(
                        self.layout.name,
                        err.says,
                        column=f"constants.{name}",
                        found=err.found or text,
                        expected=err.expected,
                        way_out=err.way_out,
                    )
                )
        return made

    def place(self, row: int) -> str:
        """Where a record stands, as its rows tell it."""
        return f"{self.where} row {row}"

    def rows(self, row: int, cells: Cells, unread: frozenset[str]) -> Made:
        """The rows that one record becomes: none where it has a fault."""
        return [
            (table, row, values) for split in self._split(cells) for table, values in self._record(row, split, unread)
        ]

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
            if spec.column not in unread and not self._field(row, spec, record, own=own, side=side):
                bad.add(spec.column)
        source, note = self._cite(row, cells)
        done = []
        for name, table in self.specs.items():
            values = self._complete(table, own[name], side[name], row=row, source=source, note=note)
            if not self._check(row, table, values, cells=cells, bad=bad) or bad or self.faults.count > before:
                continue
            values["row_id"] = content_id(table, values)
            done.append((name, {**values, "file_id": self.file_id, "locator": self.place(row)}))
        return done

    def _field(
        self,
        row: int,
        spec: Field,
        record: Record,
        *,
        own: dict[str, dict[str, object]],
        side: dict[str, dict[str, object]],
    ) -> bool:
        text = cell_text(spec, record.cells)
        if not text and spec.type not in READS_EMPTY:
            if spec.to:
                own[spec.table].setdefault(spec.to, None)
            return True
        try:
            values = PARSERS[spec.type][0](text, spec, record)
        except CellFault as err:
            self._tell(row, spec, text, err=err)
            return False
        if spec.to:
            if not spec.options.get("side"):
                own[spec.table][spec.to] = values.pop(spec.to)
            side[spec.table].update(values)
        return True

    def _tell(self, row: int, spec: Field, text: str, *, err: CellFault) -> None:
        """The nearest spelling is looked for only where the fault will be shown: it is dear, and faults may be many."""
        fault = Fault(
            self.where,
            err.says,
            row,
            column=err.column or spec.column,
            found=text if err.found is None else err.found,
            expected=err.expected,
            way_out=err.way_out,
        )
        if not self.quiet and len(self.faults.faults) < SHOWN_FAULTS and not self.faults.holds(fault):
            near, why = err.nearest()
            fault = replace(fault, nearest=near, nearest_why=why)
        self.faults.add(fault)

    def _cite(self, row: int, cells: Mapping[str, str]) -> tuple[tuple[str, str] | None, str]:
        """The publication a record names as (title, id), and what else its citation says."""
        if self.citation is None:
            return None, ""
        title, url, note = read_citation(self.citation, cells)
        if not title and not url:
            return None, note
        source_id = self.book.cited(title, url)
        self.cited.sources.setdefault(source_id, (title or url, url, self.place(row)))
        return (title, source_id), note

    def _complete(
        self,
        table: Table,
        own: dict[str, object],
        side: dict[str, object],
        *,
        row: int,
        source: tuple[str, str] | None,
        note: str,
    ) -> dict[str, object]:
        values: dict[str, object] = {c.name: None for c in table.columns if c.name not in PLACE_COLUMNS}
        values.update({name: value for name, value in side.items() if name in values})
        values.update({name: value for name, value in own.items() if value is not None})
        for (target, name), value in self.constants.items():
            if target == table.name:
                values[name] = value.replace(ROW_MARK, str(row)) if isinstance(value, str) else value
        for column in table.columns:
            if column.type == "list" and values.get(column.name, ()) is None and not column.nullable:
                values[column.name] = []
        if table.name == "source":
            complete_source(values, self.book)
        else:
            _complete_reading(values, source, note, file_id=None if self.citation else self.file_id)
        values["reading"] = values["reading"] or NOT_STATED
        return values

    def _check(
        self, row: int, table: Table, values: Mapping[str, object], *, cells: Mapping[str, str], bad: set[str]
    ) -> bool:
        """Faults for cells that may not be empty, once per column of the file. True where the row is whole."""
        whole = True
        for column in table.columns:
            if column.nullable or column.name in PLACE_COLUMNS or values[column.name] is not None:
                continue
            whole = False
            spec = self._writer(table, column.name)
            if spec is None:
                self._lacking = self._lacking or self._lacks_writer(row, table.name, column.name)
            elif spec.column not in bad and not (cells[spec.column] and bad & set(map(str, spec.options.values()))):
                first = next(f for f in self.fields if f.column == spec.column and f.table == table.name)
                text = cells[spec.column]
                sentence, expected = "the cell is empty", table.column(first.to).says
                if text:
                    sentence, expected = f"the cell gives no {column.name}", column.says
                self.faults.add(
                    Fault(self.where, sentence, row, column=spec.column, found=text or None, expected=expected)
                )
                bad.add(spec.column)
        return whole

    def _writer(self, table: Table, name: str) -> Field | None:
        """The field that writes a column itself, or beside its own."""
        own = [f for f in self.fields if f.table == table.name]
        beside = (f for f in own if name in {side.format(to=f.to) for side in SIDE_COLUMNS.get(f.type, ())})
        return next((f for f in own if f.to == name), None) or next(beside, None)

    def _lacks_writer(self, row: int, table: str, name: str) -> bool:
        """A column that no column of this file gives, told once, unless the header is at fault already."""
        if self.layout.required <= set(self.header):
            way_out = f"Add a column {name}."
            self.faults.add(Fault(self.where, f"nothing gives {table}.{name}", row, way_out=way_out))
        return True


def _said_whole_first(entry: tuple[tuple[str, str], object]) -> tuple[bool, str, str]:
    (key, role), _ = entry
    return name_id(key).replace("-", " ") != key, key, role


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


def complete_source(values: dict[str, object], book: SourceBook) -> None:
    """Fills what the book of sources knows of a row of `source`."""
    title, url = str(values["title"] or ""), str(values["url"] or "")
    if values["source_id"] is None and title:
        values["source_id"] = book.listing(title, url)
    if values["kind_by"] is None:
        guess = None if values["kind"] is None else str(values["kind"])
        values["kind"], values["kind_by"] = book.kind(str(values["source_id"]), guess)


def _complete_reading(
    values: dict[str, object], source: tuple[str, str] | None, note: str, *, file_id: str | None
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
