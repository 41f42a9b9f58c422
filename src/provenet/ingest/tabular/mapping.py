"""A declared mapping: which column of a file becomes which column of which table. Read from TOML, told every fault.

`docs/mapping.md` is the manual of the format.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provenet.case.tables import Table, tables, words
from provenet.core import wording
from provenet.core.errors import FaultList, nearest
from provenet.ingest.mapping_beside import NO_KEY, MappingBeside, is_text, is_texts
from provenet.ingest.tabular.field_options import fills, odd_options
from provenet.ingest.tabular.fields import COLUMN_OPTIONS, PARSERS, SIDE_COLUMNS, Field

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
"""What may separate columns, in words."""
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "latin-1": "Latin-1",
    "cp1252": "Windows-1252",
    "cp932": "Shift_JIS",
    "euc-jp": "EUC-JP",
}
"""Encodings a mapping may declare, in words."""
_OF_THE_FILE = ("layout", "says", "table", "tables", "delimiter", "encoding", "sheet", "header_row", "records")
_KEYS = (*_OF_THE_FILE, "ignore", "where", "columns", "constants", "source")
ROW_MARK = "{row}"
"""In a constant text, the number of the record in its file."""
MOST_TITLE_ROWS = 100
"""The farthest row in which a header may stand."""
_SOURCE_KEYS = ("title", "url", "cell", "forms")
FIELD_KEYS = ("to", "type", "optional", "empty", "unknown", "read_as")
FILLED = frozenset({"row_id", "source_id", "file_id", "locator", "reading", "checked_on", "note", "run_id"})
"""Columns that the reader itself fills where a mapping does not."""
_GIVEN_BY_SOURCES = {"source": frozenset({"source_id", "kind", "kind_by"})}
"""Columns of `source` that the book of sources fills."""


@dataclass(frozen=True)
class Citation:
    """Where a record names the publication it was read in: a title and an address, or one cell read by forms."""

    title: str = ""
    url: str = ""
    cell: str = ""
    forms: tuple[re.Pattern[str], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, each once."""
        return tuple(dict.fromkeys(column for column in (self.title, self.url, self.cell) if column))


@dataclass(frozen=True)
class RowFilter:
    """One column, and the words of it whose records are taken, or left out."""

    column: str
    words: tuple[str, ...]
    takes: bool

    def text(self) -> str:
        """What records it leaves out, in words."""
        shown = wording.series([word or "empty" for word in self.words], "or")
        return f"records whose {self.column} is {'not ' if self.takes else ''}{shown}"


@dataclass(frozen=True)
class Layout:
    """One layout of a file: its columns, what they become, what is constant, and how it cites."""

    name: str
    says: str
    tables: tuple[str, ...]
    fields: tuple[Field, ...]
    ignored: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    constants: Mapping[tuple[str, str], object] = field(default_factory=dict)
    citation: Citation | None = None
    delimiter: str = ""
    """What separates columns; empty is a comma, or a tab in a file named .tsv."""
    encoding: str = "utf-8"
    sheet: str = ""
    """The sheet of a workbook; empty is its only one."""
    header_row: int = 0
    """The row that holds the header; 0 is the first with a cell."""
    records: str = ""
    """The place of the records in a JSON document, its names joined by points; empty is its only list of objects."""
    place: str = ""
    """The file that declares it."""
    where: tuple[RowFilter, ...] = ()
    """Which records are taken; without any, all."""

    @property
    def columns(self) -> frozenset[str]:
        """Every column the layout knows."""
        cited = self.citation.columns if self.citation else ()
        chosen_by = {one.column for one in self.where}
        return frozenset({f.column for f in self.fields} | self.ignored | set(cited) | chosen_by)

    @property
    def required(self) -> frozenset[str]:
        """The columns a file must have."""
        return self.columns - self.optional - self.ignored

    @property
    def introduces(self) -> bool:
        """Whether its files introduce parties, so that they are read before files that name them."""
        return any(f.type == "new_party" for f in self.fields)


def parse_mapping(place: str, text: str) -> Layout:
    """Reads a mapping. `place` is the file's name, for messages. Raises InputFault with every fault.

    Refuses unknown keys, tables, columns, types and options, a table column written twice, and one that may not be
    null and that nothing writes. Cost O(columns).
    """
    reader = _MappingReader(place, text.encode("utf-8", "surrogatepass"), _KEYS, faults=FaultList())
    layout = reader.layout()
    reader.faults.refuse()
    return layout


class _MappingReader(MappingBeside):
    def layout(self) -> Layout:
        targets = self._targets()
        fields, optional = self._fields(targets)
        layout = Layout(
            name=self._text("layout", required=True),
            says=self._text("says"),
            tables=tuple(targets),
            fields=fields,
            ignored=frozenset(
                self.texts("ignore", "not a list of column names", expected='a list such as ["rack", "remark"]')
            ),
            optional=optional,
            constants=self._constants(targets),
            citation=self._citation(),
            delimiter=self._one_of("delimiter", "", DELIMITERS),
            encoding=self._one_of("encoding", "utf-8", ENCODINGS),
            sheet=self._text("sheet"),
            header_row=self._header_row(),
            records=self._text("records"),
            place=self.place,
            where=tuple(self._filters()),
        )
        self._check_columns(layout)
        self._check_written(layout, targets)
        return layout

    def _text(self, key: str, required: bool = False) -> str:
        value = self.document.get(key, "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.fault(
                key, "not a text" if value != "" else "missing", None if value == "" else value, expected="a text"
            )
            return ""
        return value

    def _one_of(self, key: str, default: str, known: Mapping[str, str]) -> str:
        value = self.document.get(key, default)
        if key in self.document and (not isinstance(value, str) or value not in known):
            expected = "one of " + ", ".join(f"{k!r} ({v})" for k, v in known.items())
            self.fault(key, "no such value", repr(value), expected=expected)
            return default
        return str(value)

    def _header_row(self) -> int:
        return self.value(
            "header_row",
            0,
            lambda value: type(value) is int and 1 <= value <= MOST_TITLE_ROWS,
            says="no row of a header",
            expected=f"a number from 1 to {MOST_TITLE_ROWS}",
        )

    def _filters(self) -> Iterator[RowFilter]:
        for column, entry in self.table("where").items():
            takes = not isinstance(entry, dict)
            words = entry if takes else entry.get("not")
            if isinstance(words, str):
                words = [words]
            if not is_texts(words) or not words or (isinstance(entry, dict) and set(entry) != {"not"}):
                expected = f'words to take: {column} = ["radio"], or to leave out: {column} = {{not = ["passive"]}}'
                self.fault(f"where.{column}", "no choice of records", entry, expected=expected)
                continue
            yield RowFilter(column, tuple(words), takes)

    def _targets(self) -> dict[str, Table]:
        inputs = {name: table for name, table in tables().items() if table.kind == "input"}
        named = [self.document["table"]] if "table" in self.document else self.document.get("tables", [])
        if not isinstance(named, list) or not named:
            self.fault("table", "missing", None, expected="the table the file becomes")
            return {}
        found = {}
        for name in named:
            if not isinstance(name, str) or name not in inputs:
                self.fault(
                    "table", "no such input table", name, expected="an input table", near=nearest(str(name), inputs)
                )
            else:
                found[name] = inputs[name]
        return found

    def _fields(self, targets: Mapping[str, Table]) -> tuple[tuple[Field, ...], frozenset[str]]:
        made: list[Field] = []
        optional: set[str] = set()
        columns = self.table("columns")
        if not columns:
            self.fault("columns", "missing", None, expected="at least one column")
        for column, entries in columns.items():
            for entry in entries if isinstance(entries, list) else [entries]:
                key = f"columns.{column}"
                if not isinstance(entry, dict):
                    self.fault(key, "not a field", entry, expected='{to = "table column", type = "field type"}')
                    continue
                spec = self._field(key, column, entry, targets=targets)
                if spec is not None:
                    made.append(spec)
                    if self._is_optional(f"{key}.", entry):
                        optional.add(column)
        return tuple(made), frozenset(optional)

    def _is_optional(self, table: str, entry: Mapping[str, Any]) -> bool:
        return self.value(
            "optional",
            False,
            lambda value: isinstance(value, bool),
            says="neither true nor false",
            expected="true or false",
            given=entry,
            table=table,
        )

    def _field(self, key: str, column: str, entry: Mapping[str, Any], *, targets: Mapping[str, Table]) -> Field | None:
        kind = entry.get("type", "text")
        if not isinstance(kind, str) or kind not in PARSERS:
            self.fault(
                f"{key}.type", "no such field type", kind, expected="a field type", near=nearest(str(kind), PARSERS)
            )
            return None
        allowed = PARSERS[kind][1]
        options = {name: value for name, value in entry.items() if name not in ("to", "type", "optional")}
        self.only(entry, (*FIELD_KEYS, *sorted(allowed)), f"no such option of {kind}", table=f"{key}.")
        odd = list(odd_options(kind, options))
        for name, found, expected in odd:
            self.fault(f"{key}.{name}", "not what stands here", found, expected=expected)
        if odd:
            return None
        listed = options.get("of")
        if kind in {"words", "list"} and isinstance(listed, str) and (kind, listed) != ("list", "segments"):
            self._word_list(f"{key}.of", listed)
        if "to" not in entry:
            return Field(column, "", "", kind, "text", options)
        place = self._target(f"{key}.to", entry["to"], targets)
        if place is None:
            return None
        target = targets[place[0]].column(place[1]).type
        if target not in fills(kind):
            expected = "a column of type " + " or ".join(sorted(fills(kind)))
            self.fault(
                f"{key}.type", f"a field of type {kind} cannot fill a column of type {target}", kind, expected=expected
            )
            return None
        return Field(column, place[0], place[1], kind, target, options)

    def _word_list(self, key: str, listed: str) -> None:
        try:
            words(listed)
        except ValueError as err:
            self.fault(key, "no such list of words", listed, expected=str(err).rstrip("."))

    def _target(self, key: str, to: object, targets: Mapping[str, Table]) -> tuple[str, str] | None:
        if not targets:
            return None
        table, _, name = str(to).rpartition(".")
        table = table or next(iter(targets))
        if table not in targets:
            self.fault(
                key,
                "no such table in this mapping",
                to,
                expected="one of " + ", ".join(targets),
                near=nearest(table, targets),
            )
            return None
        if name not in targets[table].schema:
            near = nearest(name, targets[table].schema)
            self.fault(key, f"no such column of {table}", to, expected="a column of dictionary.csv", near=near)
            return None
        if name in {"row_id", "file_id", "locator", "run_id"}:
            self.fault(key, "the reader itself fills this column", to, expected="another column")
            return None
        return table, name

    def _constants(self, targets: Mapping[str, Table]) -> dict[tuple[str, str], object]:
        made: dict[tuple[str, str], object] = {}
        kinds: dict[str, tuple[type, ...]] = {"text": (str,), "list": (list,), "bool": (bool,), "int": (int,)}
        for to, value in self.table("constants").items():
            place = self._target(f"constants.{to}", to, targets)
            if place is None:
                continue
            kind = targets[place[0]].column(place[1]).type
            if type(value) not in kinds.get(kind, ()) or (kind == "list" and not is_texts(value)):
                self.fault(f"constants.{to}", f"not a value of type {kind}", value, expected=f"a value of type {kind}")
                continue
            made[place] = value
        return made

    def _citation(self) -> Citation | None:
        entry = self.table("source")
        if not entry:
            return None
        self.only(entry, _SOURCE_KEYS, NO_KEY, table="source.")
        if not entry.get("title") and not entry.get("cell"):
            self.fault("source", "names no column", None, expected="title or cell")
        refusal, expected = "not a text", "a column of the file"
        title, url, cell = (
            self.value(name, "", is_text, says=refusal, expected=expected, given=entry, table="source.")
            for name in ("title", "url", "cell")
        )
        return Citation(title, url, cell, self._forms(entry))

    def _forms(self, entry: Mapping[str, Any]) -> tuple[re.Pattern[str], ...]:
        refusal, expected = "not a list of texts", "a list of regular expressions"
        forms = self.value(
            "forms", list[str](), is_texts, says=refusal, expected=expected, given=entry, table="source."
        )
        made = []
        for form in forms:
            try:
                made.append(re.compile(form))
            except (re.error, RecursionError, OverflowError) as err:
                self.fault("source.forms", f"not a regular expression: {err}", form)
        return tuple(made)

    def _check_columns(self, layout: Layout) -> None:
        for column in sorted(layout.ignored & {f.column for f in layout.fields}):
            self.fault(f"ignore.{column}", "the column is both mapped and ignored", column, expected="one of the two")
        for spec in layout.fields:
            for option in COLUMN_OPTIONS & set(spec.options):
                named = spec.options[option]
                if named not in layout.columns:
                    self.fault(
                        f"columns.{spec.column}.{option}",
                        "no such column of the file",
                        named,
                        expected="a mapped column",
                        near=nearest(str(named), layout.columns),
                    )

    def _check_written(self, layout: Layout, targets: Mapping[str, Table]) -> None:
        own: dict[tuple[str, str], str] = {}
        side: set[tuple[str, str]] = set()
        for spec in layout.fields:
            if not spec.to:
                continue
            place = (spec.table, spec.to)
            if place in own or place in layout.constants:
                text = f"{spec.table}.{spec.to} is written already by {own.get(place, 'a constant')}"
                self.fault(f"columns.{spec.column}.to", text, spec.to, expected="one writer for each table column")
            own.setdefault(place, spec.column)
            side |= {(spec.table, name.format(to=spec.to)) for name in SIDE_COLUMNS.get(spec.type, ())}
        for table in targets.values():
            filled = FILLED | _GIVEN_BY_SOURCES.get(table.name, frozenset())
            for column in table.columns:
                place = (table.name, column.name)
                written = place in own or place in side or place in layout.constants or column.name in filled
                if not written and not column.nullable and column.type != "list":
                    self.fault("columns", f"nothing writes {table.name}.{column.name}", None, expected=column.says)
                elif place in own and own[place] in layout.optional and not column.nullable and place not in side:
                    key = f"columns.{own[place]}.optional"
                    self.fault(
                        key, f"{table.name}.{column.name} may not be empty", None, expected="a column every file has"
                    )
