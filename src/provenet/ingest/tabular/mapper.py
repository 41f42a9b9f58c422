"""Records and a layout make rows of tables, or faults with row and column: each distinct text of a column is read once
per batch, and rows are made as whole columns.

Every row gets its source, its file and its place in it; ids are given to whole frames of rows. A record with anything
odd (a cell that cannot be read, an empty cell that may not be) makes no row, and its faults are told one by one.
Nothing here knows a case. Memory is bounded by a batch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from provenet.case.parties import ANY, PartyNames
from provenet.case.tables import Column, Table, tables
from provenet.core.errors import SHOWN_FAULTS, Fault, FaultList
from provenet.core.ids import name_id, name_key
from provenet.ingest.rows import NOT_READ, NOT_STATED, PLACE_COLUMNS, SourceBook, content_ids, file_source, says_unread
from provenet.ingest.tabular import fields
from provenet.ingest.tabular.layouts import plain_field
from provenet.ingest.tabular.mapping import ROW_MARK, Citation, Layout
from provenet.ingest.tabular.sheets import Batch

Cells = dict[str, str]
ROW = "_row"
"""The number of the record that a row was made of; dropped before rows enter a case."""
_RAW = ("text", "new_party")
"""Kinds of columns whose constants stand as they are."""


@dataclass
class Cited:
    """What the rows of a file name beside themselves: publications they cite and parties they introduce."""

    sources: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """source_id to title, address and the place of the first citation."""
    parties: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """party_id to name, role and place."""


@dataclass
class _Read:
    """What a field made of a batch: table columns by name, and the faults of cells by their place in the batch."""

    columns: dict[str, pl.Series]
    wrong: Mapping[int, fields.CellFault] = field(default_factory=dict)


class Mapper:
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
        self.needed = {
            name: [column for column in spec.columns if not column.nullable and column.name not in PLACE_COLUMNS]
            for name, spec in self.specs.items()
        }
        self.each = next((spec for spec in self.fields if spec.options.get("each")), None)
        citation = layout.citation
        self.citation = citation if citation is not None and have & {*citation.columns, "source_id"} else None
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
                name, role = fields.cell_text(spec, cells), fields.party_role(spec, cells)
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
        """What every row gets, read as a cell of its column, with what that fills beside it; a name that means none, or
        two, is a fault of the file."""
        made = dict(self.layout.constants)
        texts = {name: value for (_, name), value in made.items() if isinstance(value, str)}
        written = {*made, *((spec.table, name) for spec in self.fields for name in self._targets(spec))}
        for (table, name), value in self.layout.constants.items():
            spec = plain_field(self.specs[table], self.specs[table].column(name))
            if not isinstance(value, str | list) or not value or ROW_MARK in value or spec.type in _RAW:
                continue
            text = "|".join(value) if isinstance(value, list) else value
            try:
                read = fields.PARSERS[spec.type][0](text, spec, fields.Record(texts, self.names))
            except fields.CellFault as err:
                near, why = err.nearest()
                fault = err.at(self.layout.place, column=f"constants.{name}", found=err.found or text)
                self.faults.add(replace(fault, nearest=near, nearest_why=why))
                continue
            beside = {(table, to) for to in self._targets(spec)} - written
            made |= {(table, to): one for to, one in read.items() if to == name or (table, to) in beside}
        return made

    def place(self, row: int) -> str:
        """Where a record stands, as its rows tell it."""
        return f"{self.where} row {row}"

    def rows(self, batch: Batch) -> dict[str, pl.DataFrame]:
        """The rows of a batch by table, in order of records, with their number in `_row`. Cost O(cells)."""
        batch = self._split(batch)
        read = [self._field(spec, batch) for spec in self.fields]
        cited = self._cite(batch)
        made = {name: self._complete(spec, read, batch, cited=cited) for name, spec in self.specs.items()}
        odd = batch.cells.select(pl.any_horizontal(pl.all().is_null()).alias("odd")).to_series()
        for one in read:
            odd = odd.scatter(list(one.wrong), True) if one.wrong else odd
        for name, columns in self.needed.items():
            for column in columns:
                odd = odd | made[name][column.name].is_null()
        if odd.any():
            self._tell_odd(batch, odd, read, made=made)
        return {name: _with_place(spec, made[name].filter(~odd), self) for name, spec in self.specs.items()}

    def _split(self, batch: Batch) -> Batch:
        """The records, each as often as the cell that a mapping splits has parts."""
        if self.each is None:
            return batch
        parts = pl.col(self.each.column).str.split(str(self.each.options["each"]))
        split = batch.cells.with_columns(batch.rows.alias(ROW), parts).explode(self.each.column)
        return Batch(split[ROW], split.drop(ROW).with_columns(pl.col(self.each.column).str.strip_chars()))

    def _tell_odd(self, batch: Batch, odd: pl.Series, read: list[_Read], *, made: Mapping[str, pl.DataFrame]) -> None:
        """The faults of records that make no row, in their order: cells that cannot be read, then those left empty."""
        lacks = {
            name: made[name].filter(odd).select(ROW, *(column.name for column in columns)).rows()
            for name, columns in self.needed.items()
        }
        records = zip(odd.arg_true().to_list(), batch.cells.filter(odd).iter_rows(named=True), strict=True)
        for number, (at, texts) in enumerate(records):
            row, cells = batch.rows[at], {column: text or "" for column, text in texts.items()}
            bad = {column for column, text in texts.items() if text is None}
            for spec, one in zip(self.fields, read, strict=True):
                if at in one.wrong:
                    self._tell(row, spec, fields.cell_text(spec, cells), err=one.wrong[at])
                    bad.add(spec.column)
            for name, columns in self.needed.items():
                given = zip(columns, lacks[name][number][1:], strict=True)
                empty = [column for column, value in given if value is None]
                self._check(row, self.specs[name], empty, cells=cells, bad=bad)

    def _field(self, spec: fields.Field, batch: Batch) -> _Read:
        cells = batch.cells[spec.column]
        is_plain = not (spec.is_currency or spec.most) and not {"empty", "unknown", "read_as"} & set(spec.options)
        if spec.type == "text" and is_plain:
            return _Read({spec.to: cells.set(cells == "", None)} if spec.to else {})
        asks = [spec.column, *(name for name in _asked_of(spec) if name in batch.cells.columns)]
        asks = list(dict.fromkeys(asks))
        known = batch.cells.select(asks).unique(maintain_order=True).with_row_index("_code")
        codes = batch.cells.select(asks).join(known, on=asks, how="left", maintain_order="left", nulls_equal=True)
        values = [self._read_one(spec, dict(zip(asks, texts, strict=True))) for texts in known[asks].iter_rows()]
        bad = {code: value for code, value in enumerate(values) if isinstance(value, fields.CellFault)}
        read = [{} if isinstance(value, fields.CellFault) else value for value in values]
        columns = {
            name: pl.Series(name, [value.get(name) for value in read], dtype)
            for name, dtype in self._targets(spec).items()
        }
        at = codes["_code"]
        wrong = {place: bad[code] for place, code in enumerate(at.to_list()) if code in bad} if bad else {}
        return _Read({name: series[at] for name, series in columns.items()}, wrong)

    def _targets(self, spec: fields.Field) -> dict[str, pl.DataType]:
        if not spec.to:
            return {}
        names = [spec.to, *(side.format(to=spec.to) for side in fields.SIDE_COLUMNS.get(spec.type, ()))]
        schema = self.specs[spec.table].schema
        return {name: schema[name] for name in names if name in schema}

    def _read_one(self, spec: fields.Field, cells: Mapping[str, str | None]) -> Mapping[str, object] | fields.CellFault:
        """What one distinct text means, or what is wrong with it."""
        if cells[spec.column] is None:
            return {}
        record = {column: text or "" for column, text in cells.items()}
        text = fields.cell_text(spec, record)
        if not text and spec.type not in fields.READS_EMPTY:
            return {}
        try:
            return fields.PARSERS[spec.type][0](text, spec, fields.Record(record, self.names))
        except fields.CellFault as err:
            return err.with_traceback(None)

    def _tell(self, row: int, spec: fields.Field, text: str, *, err: fields.CellFault) -> None:
        """The nearest spelling is looked for only where the fault will be shown: it is dear, and faults may be many."""
        found = text if err.found is None else err.found
        fault = err.at(self.where, row, column=err.column or spec.column, found=found)
        if not self.quiet and len(self.faults.faults) < SHOWN_FAULTS and not self.faults.holds(fault):
            near, why = err.nearest()
            fault = replace(fault, nearest=near, nearest_why=why)
        self.faults.add(fault)

    def _cite(self, batch: Batch) -> pl.DataFrame | None:
        """Per record the publication it names, what else the citation says, and whether no page was read."""
        citation = self.citation
        if citation is None:
            return None
        columns = [name for name in citation.columns if name in batch.cells.columns]
        if not columns:
            return None
        numbered = batch.cells.select(columns).with_columns(batch.rows.alias(ROW))
        known = numbered.unique(columns, keep="first", maintain_order=True)
        added: dict[str, list[object]] = {"_source": [], "_note": [], "_unread": []}
        for *texts, row in known.iter_rows():
            cells = {column: text or "" for column, text in zip(columns, texts, strict=True)}
            title, url, note = read_citation(citation, cells)
            source_id = self.book.cited(title, url) if title or url else None
            if source_id is not None:
                self.cited.sources.setdefault(source_id, (title or url, url, self.place(row)))
            added["_source"].append(source_id)
            added["_note"].append(note or None)
            added["_unread"].append(bool(source_id) and says_unread(title))
        types = {"_source": pl.String, "_note": pl.String, "_unread": pl.Boolean}
        lookup = known.drop(ROW).with_columns(
            pl.Series(name, values, dtype=types[name]) for name, values in added.items()
        )
        joined = batch.cells.select(columns).join(
            lookup, on=columns, how="left", maintain_order="left", nulls_equal=True
        )
        return joined.select("_source", "_note", "_unread")

    def _complete(self, table: Table, read: list[_Read], batch: Batch, *, cited: pl.DataFrame | None) -> pl.DataFrame:
        """Every column of a table but those of place; `own` wins over what another field fills beside its own."""
        height = batch.rows.len()
        own: dict[str, pl.Series] = {}
        side: dict[str, pl.Series] = {}
        for spec, one in zip(self.fields, read, strict=True):
            for name, series in one.columns.items() if spec.table == table.name else ():
                into = own if name == spec.to and not spec.options.get("side") else side
                into[name] = _first_given(series, into[name]) if name in into else series
        made = []
        for column in table.columns:
            if column.name in PLACE_COLUMNS:
                continue
            given = [found[column.name] for found in (own, side) if column.name in found]
            series = pl.repeat(None, height, dtype=column.dtype, eager=True) if not given else given[0]
            if len(given) > 1:
                series = _first_given(given[0], given[1])
            constant = self.constants.get((table.name, column.name))
            if isinstance(constant, str) and ROW_MARK in constant:
                series = _numbered(constant, batch.rows)
            elif (table.name, column.name) in self.constants:
                series = pl.Series([constant], dtype=column.dtype).new_from_index(0, height)
            if column.type == "list" and not column.nullable:
                series = _first_given(series, pl.Series([[]], dtype=column.dtype).new_from_index(0, height))
            made.append(series.alias(column.name))
        rows = pl.DataFrame(made).with_columns(batch.rows.cast(pl.Int64).alias(ROW))
        return self._of_sources(rows) if table.name == "source" else self._with_source(rows, cited)

    def _of_sources(self, made: pl.DataFrame) -> pl.DataFrame:
        """Rows of `source` with what the book of sources knows of them."""
        filled = made.select("source_id", "title", "url", "kind", "kind_by").rows(named=True)
        for values in filled:
            title, url = values["title"] or "", values["url"] or ""
            if values["source_id"] is None and title:
                values["source_id"] = self.book.listing(title, url)
            if values["kind_by"] is None:
                values["kind"], values["kind_by"] = self.book.kind(str(values["source_id"]), values["kind"])
        names = ("source_id", "kind", "kind_by")
        columns = [pl.Series(name, [values[name] for values in filled], pl.String) for name in names]
        return made.with_columns(*columns, pl.col("reading").fill_null(NOT_STATED))

    def _with_source(self, made: pl.DataFrame, cited: pl.DataFrame | None) -> pl.DataFrame:
        reading = pl.col("reading")
        if cited is None:
            if self.citation is None:
                own = pl.lit(file_source(self.file_id))
                made = made.with_columns(pl.coalesce("source_id", own).alias("source_id"))
            return made.with_columns(reading.fill_null(NOT_STATED))
        note = pl.concat_str("note", "_note", separator="; ", ignore_nulls=True)
        lookup = pl.concat([made, cited], how="horizontal").with_columns(
            pl.coalesce("source_id", "_source").alias("source_id"),
            pl.when(pl.col("_unread")).then(pl.lit(NOT_READ)).otherwise(reading.fill_null(NOT_STATED)).alias("reading"),
            pl.when(pl.col("_note").is_not_null()).then(note).otherwise("note").alias("note"),
        )
        return lookup.drop("_source", "_note", "_unread")

    def _check(
        self, row: int, table: Table, empty: Iterable[Column], *, cells: Mapping[str, str], bad: set[str]
    ) -> None:
        """Faults for cells that may not be empty, once per column of the file."""
        for column in empty:
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

    def _writer(self, table: Table, name: str) -> fields.Field | None:
        """The field that writes a column itself, or beside its own."""
        own = [f for f in self.fields if f.table == table.name]
        beside = (f for f in own if name in {side.format(to=f.to) for side in fields.SIDE_COLUMNS.get(f.type, ())})
        return next((f for f in own if f.to == name), None) or next(beside, None)

    def _lacks_writer(self, row: int, table: str, name: str) -> bool:
        """A column that no column of this file gives, told once, unless the header is at fault already."""
        if self.layout.required <= set(self.header):
            self.faults.add(Fault(self.where, f"nothing gives {table}.{name}", row, way_out=f"Add a column {name}."))
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


def _numbered(constant: str, rows: pl.Series) -> pl.Series:
    """A constant with the number of each record in it."""
    before, *after = constant.split(ROW_MARK)
    number = pl.col("row").cast(pl.Int64).cast(pl.String)
    parts = [pl.lit(before), *(part for text in after for part in (number, pl.lit(text)))]
    return pl.DataFrame({"row": rows}).select(pl.concat_str(parts)).to_series()


def _asked_of(spec: fields.Field) -> list[str]:
    """The other columns of the file that a field reads."""
    named = [str(spec.options[option]) for option in sorted(fields.COLUMN_OPTIONS & set(spec.options))]
    also = spec.options.get("also", ()) if spec.type == "mentions" else ()
    return [*named, *map(str, also)]


def _first_given(series: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(pl.lit(series), pl.lit(other))).to_series()


def _with_place(spec: Table, made: pl.DataFrame, mapper: Mapper) -> pl.DataFrame:
    """Rows with their id, file and place, in the order of the table's columns, and the record number last."""
    return made.with_columns(
        content_ids(spec, made).alias("row_id"),
        pl.lit(mapper.file_id).alias("file_id"),
        pl.format("{} row {}", pl.lit(mapper.where), pl.col(ROW)).alias("locator"),
        pl.lit(None, dtype=pl.String).alias("run_id"),
    ).select(*spec.schema, ROW)
