"""The dictionary is the model: reads `dictionary.csv` and `vocabulary.yml`, and refuses them where they contradict.

Everything that knows a column (schemas, checks, manual, help) reads it here; nothing else parses the two files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from provenet.core.errors import hint_at, nearest

HEADER = ("table", "column", "type", "unit", "key", "null", "refers_to", "says")
KINDS = ("input", "result", "record")
DTYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "int": pl.Int64(),
    "float": pl.Float64(),
    "bool": pl.Boolean(),
    "date": pl.Date(),
    "instant": pl.Datetime("us", "UTC"),
    "list": pl.List(pl.String()),
}
STRUCTS = "list of "
"""How a type begins that is a list of structs; the pseudo-table that says their fields follows, such as `_flip`."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader in C where libyaml is there: eight times as fast, and every command reads the vocabulary."""
OFF_PAGES = "; on no page"
"""How the words of a column end that no page of any reader shows."""
SHARED = {"input": "_input", "result": "_result", "record": None}
"""The pseudo-table whose columns every table of a kind carries after its own."""


@dataclass(frozen=True)
class Column:
    """One column: its type, unit, whether it is part of the key, may be null, and which `table.column` it names."""

    name: str
    type: str
    unit: str
    _: KW_ONLY
    is_key: bool
    nullable: bool
    refers_to: str | None
    says: str
    fields: tuple[Column, ...] = ()
    """The fields of a column that is a list of structs, in the order of the dictionary."""

    @property
    def is_off_pages(self) -> bool:
        """Whether no page of any reader shows it, such as an address of a router."""
        return self.says.endswith(OFF_PAGES)

    @cached_property
    def dtype(self) -> pl.DataType:
        """The polars type of the column."""
        if self.fields:
            return pl.List(pl.Struct({field.name: field.dtype for field in self.fields}))
        return DTYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One table: its kind, what one row is, and its columns, own ones first, then those its kind shares."""

    name: str
    kind: str
    says: str
    _: KW_ONLY
    columns: tuple[Column, ...]

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """Column name to polars type, in order."""
        return {column.name: column.dtype for column in self.columns}

    @cached_property
    def empty(self) -> pl.DataFrame:
        """A frame of these columns without rows."""
        return pl.DataFrame(schema=self.schema)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The columns whose values name one row: the table's own key, else `row_id`."""
        return tuple(column.name for column in self.columns if column.is_key)

    @cached_property
    def id_column(self) -> str:
        """The one column by which lineage names a row: the single key column, else `row_id`."""
        return self.key[0] if len(self.key) == 1 else "row_id"

    @cached_property
    def order(self) -> list[str]:
        """The columns that put rows in one order: the key, then the row and run, which differ where keys are equal."""
        extra = [name for name in ("row_id", "run_id") if name in self.schema and name not in self.key]
        return [*self.key, *extra]

    def column(self, name: str) -> Column:
        """One column by name. Raises ValueError naming the nearest."""
        if name not in self._by_name:
            raise ValueError(_unknown(f"{self.name}: no column {name!r}", name, self.schema))
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}


@dataclass(frozen=True)
class Dictionary:
    """The two files together: all tables, and the whole vocabulary as parsed."""

    tables: Mapping[str, Table]
    vocabulary: Mapping[str, Any]


def _unknown(text: str, word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    return f"{text}.{hint_at(nearest(word, known))}"


def parse(dictionary_csv: str, vocabulary_yml: str) -> Dictionary:
    """Both files as one checked model.

    Raises ValueError with one line per fault: unknown type or mark, a column that says nothing, a column twice, a
    `refers_to` that names no column, a table without a kind, a list of words with a word twice or not text.
    Cost O(rows).
    """
    vocabulary = _vocabulary(vocabulary_yml)
    faults: list[str] = []
    columns = _with_fields(_columns(dictionary_csv, faults), faults)
    tables = _tables(columns, vocabulary["tables"], faults)
    faults += [fault for name, table in tables.items() for fault in _table_faults(name, table, tables)]
    faults.extend(_place_faults(vocabulary, tables))
    if faults:
        raise ValueError("\n".join(dict.fromkeys(faults)))
    return Dictionary(tables, vocabulary)


def _columns(text: str, faults: list[str]) -> dict[str, list[Column]]:
    reader = csv.reader(io.StringIO(text))
    header = tuple(next(reader, ()))
    if header != HEADER:
        raise ValueError(f"dictionary.csv row 1: expected the header {','.join(HEADER)}; found {','.join(header)}.")
    found: dict[str, list[Column]] = {}
    for number, row in enumerate(reader, start=2):
        place = f"dictionary.csv row {number}"
        if len(row) != len(HEADER):
            faults.append(f"{place}: expected {len(HEADER)} cells; found {len(row)}.")
            continue
        table, name, kind, unit, key, null, refers_to, sentence = (cell.strip() for cell in row)
        if kind not in DTYPES and not kind.startswith(STRUCTS):
            faults.append(_unknown(f"{place}, {table}.{name}: unknown type {kind!r}", kind, tuple(DTYPES)))
            continue
        if key not in {"", "key"} or null not in {"", "null"} or (key and null):
            faults.append(
                f"{place}, {table}.{name}: a column is marked key or null or neither; found {key!r}, {null!r}."
            )
        if not sentence:
            faults.append(f"{place}, {table}.{name}: says nothing; expected what the column holds in words.")
        if any(column.name == name for column in found.get(table, [])):
            faults.append(f"{place}, {table}.{name}: the column stands there already.")
            continue
        column = Column(
            name, kind, unit, is_key=key == "key", nullable=null == "null", refers_to=refers_to or None, says=sentence
        )
        found.setdefault(table, []).append(column)
    return found


def _with_fields(columns: Mapping[str, list[Column]], faults: list[str]) -> dict[str, list[Column]]:
    """Every column that is a list of structs with the fields that their pseudo-table says."""

    def filled(column: Column, above: tuple[str, ...]) -> Column:
        if not column.type.startswith(STRUCTS):
            return column
        name = column.type.removeprefix(STRUCTS)
        if name in above or not name.startswith("_") or name not in columns:
            known = tuple(word for word in columns if word.startswith("_"))
            faults.append(_unknown(f"dictionary.csv, {column.name}: no struct {name!r}", name, known))
            return replace(column, type="list")
        return replace(column, fields=tuple(filled(field, (*above, name)) for field in columns[name]))

    return {table: [filled(column, (table,)) for column in found] for table, found in columns.items()}


def _tables(
    columns: Mapping[str, list[Column]], listed: Mapping[str, Mapping[str, str]], faults: list[str]
) -> dict[str, Table]:
    lacking = [name for name in columns if not name.startswith("_") and name not in listed]
    faults += [_unknown(f"vocabulary.yml, tables: {name} is missing", name, tuple(listed)) for name in lacking]
    made = {}
    for name, entry in listed.items():
        kind, text = entry.get("kind", ""), entry.get("says", "")
        if name not in columns:
            faults.append(f"dictionary.csv: no column of the table {name}.")
        elif kind not in KINDS:
            faults.append(_unknown(f"vocabulary.yml, tables, {name}: unknown kind {kind!r}", kind, KINDS))
        elif not text:
            faults.append(f"vocabulary.yml, tables, {name}: says nothing; expected what one row is.")
        else:
            made[name] = Table(
                name, kind, text, columns=_all_columns(columns[name], columns.get(SHARED[kind] or "", []))
            )
    return made


def _all_columns(own: list[Column], shared: list[Column]) -> tuple[Column, ...]:
    """Own columns, then the shared ones a table does not name itself; `row_id` is the key only where no own key is."""
    named = {column.name for column in own}
    has_key = any(column.is_key for column in own)
    rest = [replace(c, is_key=c.is_key and not has_key) for c in shared if c.name not in named]
    return (*own, *rest)


def _table_faults(name: str, table: Table, tables: Mapping[str, Table]) -> Iterator[str]:
    if not table.key:
        yield f"dictionary.csv, {name}: no column is marked key."
    if table.kind != "record" and "run_id" not in table.schema:
        yield f"dictionary.csv, {name}: no column run_id."
    for column in table.columns:
        if column.refers_to is None:
            continue
        target, _, field = column.refers_to.partition(".")
        if target not in tables or field not in tables[target].schema:
            text = f"dictionary.csv, {name}.{column.name}: refers_to {column.refers_to!r} names no column"
            every = tuple(f"{t.name}.{c.name}" for t in tables.values() for c in t.columns if c.is_key)
            yield _unknown(text, column.refers_to, every)
        elif column.type not in {"text", "list"}:
            yield f"dictionary.csv, {name}.{column.name}: only text or a list can refer to a row."


def closed_columns(vocabulary: Mapping[str, Any], tables: Mapping[str, Table]) -> list[tuple[str, str, str]]:
    """Every (table, column, list of words) that the vocabulary closes; `_input` and `_result` are spread out."""
    found: list[tuple[str, str, str]] = []
    for place, word_list in (vocabulary.get("closed") or {}).items():
        name, _, column = place.partition(".")
        spread = [t.name for t in tables.values() if SHARED[t.kind] == name] if name.startswith("_") else [name]
        found.extend((one, column, word_list) for one in spread)
    return found


def _place_faults(vocabulary: Mapping[str, Any], tables: Mapping[str, Table]) -> Iterator[str]:
    """Places named in the vocabulary that the dictionary does not have."""
    for name, column, word_list in closed_columns(vocabulary, tables):
        if name not in tables or column not in tables[name].schema:
            yield f"vocabulary.yml, closed: {name}.{column} names no column."
        if word_list not in vocabulary["words"]:
            text = f"vocabulary.yml, closed, {name}.{column}: no list {word_list!r}"
            yield _unknown(text, word_list, vocabulary["words"])
    named = [("sets", place) for place in vocabulary.get("sets") or {}]
    named += [("telling", f"{t}.{c}") for t, columns in (vocabulary.get("telling") or {}).items() for c in columns]
    for section, place in named:
        name, _, column = place.partition(".")
        if name not in tables or column not in tables[name].schema:
            yield f"vocabulary.yml, {section}: {place} names no column."


def _vocabulary(text: str) -> dict[str, Any]:
    loaded = yaml.load(text, Loader=_LOADER)  # noqa: S506 - it is a safe one
    if not isinstance(loaded, dict) or not all(isinstance(loaded.get(k), dict) for k in ("tables", "words")):
        raise ValueError("vocabulary.yml: expected the mappings tables and words.")
    odd = [name for name, entry in loaded["tables"].items() if not isinstance(entry, dict)]
    faults = [f"vocabulary.yml, tables, {name}: expected kind and says." for name in odd]
    for name, words in loaded["words"].items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            faults.append(f"vocabulary.yml, words, {name}: expected a list of words; quote yes and no.")
        elif len(set(words)) < len(words):
            faults.append(f"vocabulary.yml, words, {name}: a word stands twice.")
    if faults:
        raise ValueError("\n".join(faults))
    return loaded


@lru_cache(maxsize=1)
def bundled() -> Dictionary:
    """The model of this release."""
    here = Path(__file__).parent
    return parse((here / "dictionary.csv").read_text("utf-8"), (here / "vocabulary.yml").read_text("utf-8"))
