"""Writes src/provenet/case/rows.py from the dictionary: one typed row per table, so that a misspelt column is a fault.

    python scripts/write_rows.py

A contract test compares the file with what this makes.
"""

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from provenet.case.dictionary import STRUCTS, Column, Table
from provenet.case.tables import structs, tables

PLACE = Path(__file__).resolve().parents[1] / "src" / "provenet" / "case" / "rows.py"
HEAD = '''"""One typed row per table, made by `make rows` from `dictionary.csv`; edit that file, not this one.

A row is a plain dictionary: its class is for the type checker, which refuses a column that the table does not have.
`rows_of(PlanRow, frame)` gives the rows of a frame as `list[PlanRow]`, `iter_rows_of` one after another, and
`row: PlanRow = {...}` or `PlanRow(...)` builds one. Read columns as `row["name"]`: the checker lets any name pass in
`row.get("name")`.

A column that may be null is `T | None`. A column that may be absent from a row that is being built is `NotRequired`:
one that may be null, and those that the reader of a file or the writer of the case adds to every row. A row of a whole
table has every column; a row of a frame that was cut to some columns has those alone, which the type does not say.

Reading costs nothing beyond polars' own rows; importing this module takes 4 ms.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal, NotRequired, Protocol, TypedDict, TypeVar, cast

AnyRow = Mapping[str, Any]
"""A row of any table, for code that treats all tables alike or puts the names of columns together."""
OneRow = TypeVar("OneRow", bound=AnyRow)
"""The class of one table's rows."""


class Frame(Protocol):
    """What can be read row by row, such as a polars frame: stated here so that rows need no library."""

    def to_dicts(self) -> list[dict[str, Any]]:
        """All rows."""

    def iter_rows(self, *, named: Literal[True]) -> Iterator[dict[str, Any]]:
        """One row after another."""


'''
PYTHON = {
    "text": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "date": "date",
    "instant": "datetime",
    "list": "list[str]",
}
BASES = {
    "input": ("InputRow", "What a row of any input table has; the reader of a file adds these to the row it reads."),
    "result": ("ResultRow", "What a row of any result table has."),
}
"""The class that the rows of a kind of table share, and its sentence."""
WORD = re.compile(r"\w+")
ANSWER = "AnswerRow", "What a row of a result has that answers for a country on a day."
ANSWER_COLUMNS = ("country", "as_of_on", "known_on", "label")
"""The columns of such a row beside those of every result."""
ADDED = {
    "input": {"row_id", "source_id", "file_id", "locator", "reading", "checked_on", "note", "run_id"},
    "result": {"run_id"},
    "record": set[str](),
}
"""The columns that a row may lack while it is built, since the reader of a file or the writer of the case adds them."""
FUNCTIONS = '''def rows_of(row: type[OneRow], frame: Frame) -> list[OneRow]:
    """The rows of a frame of one table, whose class is `row`. Cost O(cells)."""
    return cast(list[OneRow], frame.to_dicts())


def iter_rows_of(row: type[OneRow], frame: Frame) -> Iterator[OneRow]:
    """The rows of a frame of one table, whose class is `row`, one after another."""
    return cast(Iterator[OneRow], frame.iter_rows(named=True))
'''
"""The functions that read typed rows."""


def class_name(table: str) -> str:
    """The class of a table's rows.

    >>> class_name("vendor_share")
    'VendorShareRow'
    """
    return "".join(word.capitalize() for word in table.split("_")) + "Row"


def struct_name(struct: str) -> str:
    """The class of a struct.

    >>> struct_name("_input_digest")
    'InputDigestStruct'
    """
    return "".join(word.capitalize() for word in struct.split("_")) + "Struct"


def module() -> str:
    """The whole module: structs, what rows share, and the row of each table that a module of the package names."""
    shared = {kind: _shared([_fields(table) for table in tables().values() if table.kind == kind]) for kind in BASES}
    classes = [_struct(name, fields) for name, fields in structs().items()]
    classes += [_class(name, "TypedDict", says, shared[kind]) for kind, (name, says) in BASES.items()]
    answer = {name: kind for name, kind in _fields(tables()["plan"]).items() if name in ANSWER_COLUMNS}
    classes.append(_class(ANSWER[0], BASES["result"][0], ANSWER[1], answer))
    named = _names_in_package()
    for table in tables().values():
        if class_name(table.name) not in named:
            continue
        fields, base, common = _fields(table), "TypedDict", dict[str, str]()
        for name, columns in ((BASES.get(table.kind, ("",))[0], shared.get(table.kind, {})), (ANSWER[0], answer)):
            if columns and columns.items() <= fields.items() and (name != ANSWER[0] or table.kind == "result"):
                base, common = name, common | columns
        own = {name: kind for name, kind in fields.items() if name not in common}
        says = table.says[0].upper() + table.says[1:] + "."
        classes.append(_class(class_name(table.name), base, says, own))
    return HEAD + "\n\n".join([*classes, FUNCTIONS])


def _names_in_package() -> set[str]:
    """Every word that a module of the package holds, but for the rows themselves."""
    files = (path for path in PLACE.parents[1].rglob("*.py") if path != PLACE)
    return {word for path in files for word in WORD.findall(path.read_text("utf-8"))}


def _struct(name: str, fields: Iterable[Column]) -> str:
    says = f"One entry of a column of the type `{STRUCTS}{name}`."
    types = {field.name: _type(field, optional=field.nullable) for field in fields}
    if not any(map(keyword.iskeyword, types)):
        return _class(struct_name(name), "TypedDict", says, types)
    cells = "".join(f'        "{field}": {kind},\n' for field, kind in types.items())
    word = struct_name(name)
    return f'{word} = TypedDict(\n    "{word}",\n    {{\n{cells}    }},\n)\n"""{says}"""\n'


def _fields(table: Table) -> dict[str, str]:
    """Column name to type, as the class has them."""
    fields = {}
    for column in table.columns:
        fields[column.name] = _type(column, optional=column.nullable or column.name in ADDED[table.kind])
    return fields


def _type(column: Column, *, optional: bool) -> str:
    kind = f"list[{struct_name(column.type.removeprefix(STRUCTS))}]" if column.fields else PYTHON[column.type]
    kind += " | None" if column.nullable else ""
    return f"NotRequired[{kind}]" if optional else kind


def _shared(tables_of_a_kind: Sequence[dict[str, str]]) -> dict[str, str]:
    """The columns that every table of a kind has, with the type that most give them."""
    types: dict[str, Counter[str]] = {}
    for fields in tables_of_a_kind:
        for name, kind in fields.items():
            types.setdefault(name, Counter())[kind] += 1
    return {name: found.most_common(1)[0][0] for name, found in types.items() if found.total() == len(tables_of_a_kind)}


def _class(name: str, base: str, says: str, fields: Mapping[str, str]) -> str:
    lines = (f"    {column}: {kind}" for column, kind in fields.items())
    return "\n".join([f"class {name}({base}):", f'    """{says}"""', "", *lines, ""])


if __name__ == "__main__":
    PLACE.write_text(module(), "utf-8")
