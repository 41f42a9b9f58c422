"""Many records at once: each distinct text of a column is read once per batch, and rows are made as whole columns.

The same rows come of it as of `by_record`, which stays the measure: a record with anything odd (a cell that cannot be
read, an empty cell that may not be) is handed to it, and so is every record of a layout that does more than fill
columns. Memory is bounded by a batch.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from provenet.case.tables import Table, rows_to_frame
from provenet.core.ids import ID_HEX
from provenet.ingest.rows import NOT_READ, NOT_STATED, PLACE_COLUMNS, file_source, forgets_file
from provenet.ingest.sources import says_unread
from provenet.ingest.tabular.by_record import RecordMapper, read_citation
from provenet.ingest.tabular.fields import (
    COLUMN_OPTIONS,
    PARSERS,
    READS_EMPTY,
    SIDE_COLUMNS,
    CellFault,
    Field,
    Record,
    cell_text,
)
from provenet.ingest.tabular.mapping import ROW_MARK
from provenet.ingest.tabular.sheets import Batch

ROW = "_row"
"""The number of the record that a row was made of; dropped before rows enter a case."""
_ESCAPED = r'["\\\x00-\x1f]'


@dataclass
class _Read:
    """What a field made of a batch: table columns by name, and the records whose cell could not be read."""

    columns: dict[str, pl.Series]
    bad: pl.Series | None = None


class ColumnMapper:
    """Maps batches for one file, as the record mapper it is given would."""

    def __init__(self, records: RecordMapper) -> None:
        self.records = records
        self._plain = _fills_columns_only(records)

    def rows(self, batch: Batch) -> dict[str, pl.DataFrame]:
        """The rows of a batch by table, in order of records, with their number in `_row`. Cost O(cells)."""
        if not self._plain:
            everything = pl.Series(range(batch.rows.len()), dtype=pl.UInt32)
            return self._one_by_one(batch, everything)
        read = {at: self._field(spec, batch) for at, spec in enumerate(self.records.fields)}
        odd = self._unread(batch)
        for one in read.values():
            if one.bad is not None:
                odd = odd | one.bad
        cited = self._cite(batch)
        made = {name: self._complete(spec, read, batch, cited=cited) for name, spec in self.records.specs.items()}
        for name, spec in self.records.specs.items():
            for column in spec.columns:
                if not column.nullable and column.name not in PLACE_COLUMNS:
                    odd = odd | made[name][column.name].is_null()
        rest = self._one_by_one(batch, odd.arg_true()) if odd.any() else {}
        done = {}
        for name, spec in self.records.specs.items():
            frame = _with_place(spec, made[name].filter(~odd), self.records)
            if name in rest and rest[name].height:
                frame = pl.concat([frame, rest[name].select(frame.columns)]).sort(ROW, maintain_order=True)
            done[name] = frame
        return done

    def _one_by_one(self, batch: Batch, which: pl.Series) -> dict[str, pl.DataFrame]:
        """Records handed to the record mapper."""
        made: dict[str, list[dict[str, object]]] = {name: [] for name in self.records.specs}
        numbers: dict[str, list[int]] = {name: [] for name in self.records.specs}
        header = batch.cells.columns
        cells = batch.cells[which]
        for row, texts in zip(batch.rows[which].to_list(), cells.iter_rows(), strict=True):
            unread = frozenset(column for column, text in zip(header, texts, strict=True) if text is None)
            record = {column: text or "" for column, text in zip(header, texts, strict=True)}
            for name, number, values in self.records.rows(row, record, unread):
                made[name].append(values)
                numbers[name].append(number)
        return {
            name: rows_to_frame(spec, made[name]).with_columns(pl.Series(ROW, numbers[name], dtype=pl.Int64))
            for name, spec in self.records.specs.items()
        }

    def _unread(self, batch: Batch) -> pl.Series:
        nulls = pl.any_horizontal(pl.all().is_null())
        return batch.cells.select(nulls.alias("odd")).to_series()

    def _field(self, spec: Field, batch: Batch) -> _Read:
        cells = batch.cells[spec.column]
        is_plain = not (spec.is_currency or spec.most) and not {"empty", "unknown", "read_as"} & set(spec.options)
        if spec.type == "text" and is_plain:
            return _Read({spec.to: cells.set(cells == "", None)} if spec.to else {})
        asks = [spec.column, *(name for name in _asked_of(spec) if name in batch.cells.columns)]
        asks = list(dict.fromkeys(asks))
        known = batch.cells.select(asks).unique(maintain_order=True).with_row_index("_code")
        codes = batch.cells.select(asks).join(known, on=asks, how="left", maintain_order="left", nulls_equal=True)
        values = [self._read_one(spec, dict(zip(asks, texts, strict=True))) for texts in known[asks].iter_rows()]
        bad = pl.Series([value is None for value in values], dtype=pl.Boolean)
        columns = {
            name: pl.Series(name, [value.get(name) if value else None for value in values], dtype=dtype)
            for name, dtype in self._targets(spec).items()
        }
        at = codes["_code"]
        return _Read({name: series[at] for name, series in columns.items()}, bad[at] if bad.any() else None)

    def _targets(self, spec: Field) -> dict[str, pl.DataType]:
        if not spec.to:
            return {}
        names = [spec.to, *(side.format(to=spec.to) for side in SIDE_COLUMNS.get(spec.type, ()))]
        schema = self.records.specs[spec.table].schema
        return {name: schema[name] for name in names if name in schema}

    def _read_one(self, spec: Field, cells: Mapping[str, str | None]) -> Mapping[str, object] | None:
        """What one distinct text means; None where it cannot be read, so that the record mapper tells why."""
        if cells[spec.column] is None:
            return {}
        record = {column: text or "" for column, text in cells.items()}
        text = cell_text(spec, record)
        if not text and spec.type not in READS_EMPTY:
            return {}
        try:
            return PARSERS[spec.type][0](text, spec, Record(record, self.records.names))
        except CellFault:
            return None

    def _cite(self, batch: Batch) -> pl.DataFrame | None:
        """Per record the publication it names, what else the citation says, and whether no page was read."""
        citation = self.records.citation
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
            source_id = self.records.book.cited(title, url) if title or url else None
            if source_id is not None:
                self.records.cited.sources.setdefault(source_id, (title or url, url, self.records.place(row)))
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

    def _complete(
        self, table: Table, read: Mapping[int, _Read], batch: Batch, *, cited: pl.DataFrame | None
    ) -> pl.DataFrame:
        """Every column of a table but those of place; `own` wins over what another field fills beside its own."""
        height = batch.rows.len()
        own: dict[str, pl.Series] = {}
        side: dict[str, pl.Series] = {}
        for at, spec in enumerate(self.records.fields):
            if spec.table != table.name:
                continue
            for name, series in read[at].columns.items():
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
            constant = self.records.constants.get((table.name, column.name))
            if isinstance(constant, str) and ROW_MARK in constant:
                series = _numbered(constant, batch.rows)
            elif (table.name, column.name) in self.records.constants:
                series = pl.Series([constant], dtype=column.dtype).new_from_index(0, height)
            if column.type == "list" and not column.nullable:
                series = _first_given(series, pl.Series([[]], dtype=column.dtype).new_from_index(0, height))
            made.append(series.alias(column.name))
        return self._with_source(pl.DataFrame(made).with_columns(batch.rows.cast(pl.Int64).alias(ROW)), cited)

    def _with_source(self, made: pl.DataFrame, cited: pl.DataFrame | None) -> pl.DataFrame:
        reading = pl.col("reading")
        if cited is None:
            if self.records.citation is None:
                own = pl.lit(file_source(self.records.file_id))
                made = made.with_columns(pl.coalesce("source_id", own).alias("source_id"))
            return made.with_columns(reading.fill_null(NOT_STATED))
        note = pl.concat_str("note", "_note", separator="; ", ignore_nulls=True)
        lookup = pl.concat([made, cited], how="horizontal").with_columns(
            pl.coalesce("source_id", "_source").alias("source_id"),
            pl.when(pl.col("_unread")).then(pl.lit(NOT_READ)).otherwise(reading.fill_null(NOT_STATED)).alias("reading"),
            pl.when(pl.col("_note").is_not_null()).then(note).otherwise("note").alias("note"),
        )
        return lookup.drop("_source", "_note", "_unread")


def _numbered(constant: str, rows: pl.Series) -> pl.Series:
    """A constant with the number of each record in it."""
    before, *after = constant.split(ROW_MARK)
    number = pl.col("row").cast(pl.Int64).cast(pl.String)
    parts = [pl.lit(before), *(part for text in after for part in (number, pl.lit(text)))]
    return pl.DataFrame({"row": rows}).select(pl.concat_str(parts)).to_series()


def _fills_columns_only(records: RecordMapper) -> bool:
    """Whether a layout may be read by columns: no record is split, and no column is filled beside by two fields."""
    if records.each is not None or "source" in records.specs or records.layout.introduces:
        return False
    beside = []
    for spec in records.fields:
        if spec.options.get("side"):
            return False
        beside += [(spec.table, side.format(to=spec.to)) for side in SIDE_COLUMNS.get(spec.type, ())]
    return len(beside) == len(set(beside))


def _asked_of(spec: Field) -> list[str]:
    """The other columns of the file that a field reads."""
    named = [str(spec.options[option]) for option in sorted(COLUMN_OPTIONS & set(spec.options))]
    also = spec.options.get("also", ()) if spec.type == "mentions" else ()
    return [*named, *map(str, also)]


def _first_given(series: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(pl.lit(series), pl.lit(other))).to_series()


def _with_place(spec: Table, made: pl.DataFrame, records: RecordMapper) -> pl.DataFrame:
    """Rows with their id, file and place, in the order of the table's columns, and the record number last."""
    ids = content_ids(spec, made)
    placed = made.with_columns(
        ids.alias("row_id"),
        pl.lit(records.file_id).alias("file_id"),
        pl.format("{} row {}", pl.lit(records.where), pl.col(ROW)).alias("locator"),
        pl.lit(None, dtype=pl.String).alias("run_id"),
    )
    return placed.select(*spec.schema, ROW)


def content_ids(spec: Table, rows: pl.DataFrame) -> pl.Series:
    """The id of each row: the digest of what it says, the same as `rows.content_id` gives. Cost O(cells)."""
    if not rows.height:
        return pl.Series("row_id", [], dtype=pl.String)
    names = sorted(column.name for column in spec.columns if column.name not in PLACE_COLUMNS)
    if forgets_file(spec):
        own = pl.col("source_id").str.contains("^file-[0-9a-f]{12}$")
        rows = rows.with_columns(pl.when(~own).then("source_id").alias("source_id"))
    lookup = rows.select(_as_json(name, spec.column(name).type, rows[name]) for name in names)
    whole = lookup.select(pl.concat_str(pl.all(), separator=",", ignore_nulls=True)).to_series().to_list()
    made = [f"{spec.name}-{sha256(f'{{{text}}}'.encode()).hexdigest()[:ID_HEX]}" for text in whole]
    return pl.Series("row_id", made, dtype=pl.String)


def _as_json(name: str, kind: str, values: pl.Series) -> pl.Series:
    """`"name":value` as canonical JSON writes it; null where the value is null."""
    key = json.dumps(name) + ":"
    if kind == "float":
        return pl.Series(name, [None if v is None else key + json.dumps(v) for v in values.to_list()], dtype=pl.String)
    if kind in {"text", "list"}:
        text = _quoted(values) if kind == "text" else _quoted_list(values)
    elif kind == "bool":
        text = values.cast(pl.String).str.to_lowercase()
    elif kind == "int":
        text = values.cast(pl.String)
    else:
        text = values.dt.to_string("iso")
        text = _wrapped(text, '"', '"')
    return _wrapped(text, key, "").alias(name)


def _wrapped(text: pl.Series, before: str, after: str) -> pl.Series:
    return pl.select(pl.concat_str(pl.lit(before), pl.lit(text), pl.lit(after))).to_series()


def _quoted(values: pl.Series) -> pl.Series:
    if values.str.contains(_ESCAPED).any():
        made = [None if v is None else json.dumps(v, ensure_ascii=False) for v in values.to_list()]
        return pl.Series(values.name, made, dtype=pl.String)
    return _wrapped(values, '"', '"')


def _quoted_list(values: pl.Series) -> pl.Series:
    """Lists have few distinct values: each is written once."""
    known = values.to_frame("v").unique(maintain_order=True)
    texts = [
        None if v is None else json.dumps(list(v), ensure_ascii=False, separators=(",", ":"))
        for v in known["v"].to_list()
    ]
    lookup = known.with_columns(pl.Series("t", texts, dtype=pl.String))
    return values.to_frame("v").join(lookup, on="v", how="left", maintain_order="left", nulls_equal=True)["t"]
