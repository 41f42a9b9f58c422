"""One typed row per table: `dictionary.csv` says the columns, and the type checker reads them there.

A row is a plain dictionary. Every table has a class here, named after it: `PlanRow` of `plan`; every struct too,
`FlipStruct` of `_flip`. The classes are for mypy, whose plugin (`scripts/mypy_plugin.py`) puts the `TypedDict` of each
table under its name, so that a column which the table does not have is refused; to any other checker a row is of no
known type. `rows_of(PlanRow, frame)` gives the rows of a frame as `list[PlanRow]`, `iter_rows_of` one after another,
and `row: PlanRow = {...}` or `PlanRow(...)` builds one. Read columns as `row["name"]`: the checker lets any name pass
in `row.get("name")`.

A column that may be null is `T | None`. A column that may be absent from a row that is being built is `NotRequired`:
one that may be null, and those that the reader of a file or the writer of the case adds to every row. A row of a whole
table has every column; a row of a frame that was cut to some columns has those alone, which the type does not say.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, Protocol, TypeVar, cast

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


def rows_of(row: type[OneRow], frame: Frame) -> list[OneRow]:
    """The rows of a frame of one table, whose class is `row`. Cost O(cells)."""
    return cast(list[OneRow], frame.to_dicts())


def iter_rows_of(row: type[OneRow], frame: Frame) -> Iterator[OneRow]:
    """The rows of a frame of one table, whose class is `row`, one after another."""
    return cast(Iterator[OneRow], frame.iter_rows(named=True))


def classes_by_name() -> Callable[[str], Any]:
    """What finds a class by its name: `PlanRow` is that of the rows of `plan`, `FlipStruct` of the entries of `_flip`.

    Each is a `dict` named as its table. No name is looked up in the dictionary, which mypy reads.
    """

    @cache
    def class_of(name: str) -> Any:
        *words, ending = re.findall("[A-Z][a-z]*", name) or [""]
        if ending not in ("Row", "Struct"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return type("_" * (ending == "Struct") + "_".join(words).lower(), (dict,), {})

    return class_of


__getattr__ = classes_by_name()
