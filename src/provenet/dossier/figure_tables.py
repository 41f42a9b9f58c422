"""Figures of plans and aid as tables: columns chosen and named, words and units of the dictionary."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.dictionary import Column
from provenet.case.extract import Citation, Extract
from provenet.case.tables import table, tables
from provenet.core import wording
from provenet.dossier.text import measured, unit_of
from provenet.replacement.cost_answer import BASES

_OURS = {"rule_sketch", "country", "audience", "percent", "label", "as_of_on", "known_on", "source_id", "to_be_checked"}
"""Columns that the page says elsewhere."""
_HIDDEN = _OURS | {one.name for name in ("carrier_share", "vendor_share") for one in tables()[name].columns[-8:]}

MOST_WIDE = 24
LETTER = "Letter"
"""What stands above the letters by which a picture names lines."""
_OTHER_END = {"low": "high", "least": "greatest"}
"""How the names of columns begin that are both ends of an interval."""
_IN_EACH_LINE = ("basis", *(f"{end}_" for end in _OTHER_END))
"""How the names of columns begin that stand in each line, also where all say the same."""
_NULL = re.compile(r"null is ([^;]+)")
_WORD = re.compile(r"(?<=[a-z])_(?=[a-z_]+\Z)")
"""The lines between parts of a word of our lists, such as `own_network`."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a cell says, in words of the row or of ours."""

    words: str
    is_quoted: bool


@dataclass(frozen=True, kw_only=True)
class RowTable:
    """Rows of one table of the case: what all of them say alike, then a line for each with its id and source."""

    title: str
    name: str
    """The table of the case."""
    alike: dict[str, Cell]
    heads: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Cell, ...], Citation | None, bool], ...]

    is_record: bool = False
    """Whether each line has more cells than a page is wide, and so is a list of its own."""

    @property
    def widths(self) -> str:
        """How wide columns are beside each other: the longest word fits, and long texts get more room."""
        shown = [[head, *(line[1][at].words for line in self.lines)] for at, head in enumerate(self.heads)]
        wide = [max(max(map(len, " ".join(held).split()), default=1), max(map(len, held)) // 4) for held in shown]
        return " ".join(str(min(max(one, 4), MOST_WIDE)) for one in wide)

    @property
    def is_cited(self) -> bool:
        """Whether a line names a source of its own."""
        return any(cite is not None for _, _, cite, _ in self.lines)

    @property
    def figure_at(self) -> int:
        """The place of the first column that holds a figure in each line, which leads to its row; else the first."""
        return next((at for at in range(len(self.heads)) if not any(line[1][at].is_quoted for line in self.lines)), 0)


def row_table(
    title: str,
    name: str,
    rows: Sequence[Any],
    *,
    extract: Extract,
    heads: Mapping[str, str] | None = None,
    is_keyed: bool = False,
    is_record: bool = False,
) -> RowTable:
    """Rows of a table of the case as a page shows them.

    `heads` names the columns shown and what stands above each; without it all are, under their names. `is_keyed` begins
    each line with the letter by which a picture names it; `is_record` keeps in each line what all say alike.
    """
    spec, said = table(name), heads or {}
    named = {one.name: one for one in spec.columns}
    every = (one for one in spec.columns if not (one.is_key or one.is_off_pages or one.name in _HIDDEN))
    columns = [named[one] for one in said] or list(every)
    shown = {said.get(one.name) or _head(one): one for one in columns if _is_shown(one, rows, columns)}
    cells = {head: [_cell(one, row, extract) for row in rows] for head, one in shown.items()}
    alike = {
        head: held[0]
        for head, held in cells.items()
        if len(rows) > 1 == len(set(held)) and not (is_record or shown[head].name.startswith(_IN_EACH_LINE))
    }
    if is_keyed:
        keys = [Cell(words=wording.letters(at).upper(), is_quoted=True) for at in range(len(rows))]
        cells = {LETTER: keys, **cells}
    left = tuple(head for head in cells if head not in alike)
    lines = tuple(
        (row[spec.id_column], tuple(cells[head][at] for head in left), _cite(name, row, extract),
         bool(row.get("to_be_checked")))
        for at, row in enumerate(rows)
    )  # fmt: skip
    return RowTable(title=title, name=name, alike=alike, heads=left, lines=lines, is_record=is_record)


def _cite(name: str, row: Any, extract: Extract) -> Citation | None:
    """The source of an input row, and the first of a figure that a plan or an answer takes from one."""
    if table(name).kind == "input":
        return extract.cite(row)
    is_taken = name.endswith("_input") and row["basis"] != "assumed"
    return next(iter(extract.cite_refs(row["inputs"])), None) if is_taken else None


def _is_shown(column: Column, rows: Sequence[Any], columns: Sequence[Column]) -> bool:
    """Whether a column says what no other does: an end stands in the cell of its interval, a day in its words."""
    names = {one.name for one in columns}
    first = {high: low for low, high in _OTHER_END.items()}
    begin, _, rest = column.name.partition("_")
    is_end = f"{first.get(begin)}_{rest}" in names
    stem = column.name.removesuffix("_low_on").removesuffix("_high_on")
    return not (is_end or (stem != column.name and stem in names)) and any(
        row[column.name] not in (None, "", []) and row[column.name] is not False for row in rows
    )


def _head(column: Column) -> str:
    """The name of a column in words: an interval by what both its ends are of, a party by its role."""
    return column.name.removeprefix("low_").removesuffix("_ids").removesuffix("_id").replace("_", " ")


def _missing(column: Column) -> str:
    """What a cell without a value means, as the dictionary says it."""
    return found[1] if (found := _NULL.search(column.says)) else "–"


def _cell(column: Column, row: Any, extract: Extract) -> Cell:
    begin, _, rest = column.name.partition("_")
    value, high = row[column.name], row.get(f"{_OTHER_END[begin]}_{rest}") if begin in _OTHER_END else row[column.name]
    if column.refers_to and column.refers_to.startswith("party"):
        names = [value] if isinstance(value, str) else value or []
        words = extract.vendors(names, column.name == "vendor_ids" and bool(row.get("complement")))
        return Cell(words=words or _missing(column), is_quoted=True)
    if value is None or value == [] or value == "":
        return Cell(words=_missing(column), is_quoted=True)
    if column.refers_to == "purchase.purchase_id" and isinstance(value, str):
        return Cell(words=_purchase(value, extract), is_quoted=True)
    return Cell(words=_words(column, value, high, row=row), is_quoted=column.type in ("text", "list"))


def _purchase(key: str, extract: Extract) -> str:
    """What a purchase is of, in words."""
    row = extract.input_row(f"purchase:{key}")
    if row is None:
        return key
    assumed = " (assumed)" if row["basis"] == "assumed" else ""
    return f"{row['segment'] or wording.asset_class(row['asset_class'])}{assumed}"


def _words(column: Column, value: Any, high: Any, *, row: Any) -> str:
    """A value in words by its type and unit, and by both its ends where it is one of two."""
    unit = column.name.rpartition("_")[2]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return " – ".join(dict.fromkeys(wording.day(one) for one in (value, high) if one is not None))
    if isinstance(value, list):
        classes = column.name in ("asset_classes", "only")
        return "; ".join(wording.asset_class(one) if classes else _WORD.sub(" ", str(one)) for one in value)
    if isinstance(value, str):
        return wording.asset_class(value) if column.name == "asset_class" else BASES.get(value, _WORD.sub(" ", value))
    if unit == "amount" and "currency" not in row:
        return measured(value, high, unit_of(row), rounded=row.get("kind") == "price")
    if unit in _OF_UNIT:
        return _OF_UNIT[unit](value, high, row)
    return wording.figure_interval(value, value if high is None else high)


def _ends(low: float, high: float | None, places: int) -> str:
    ends = (f"{one:,.{places}f}" for one in (low, high) if one is not None)
    return " to ".join(dict.fromkeys(one.rstrip("0").rstrip(".") if places else one for one in ends))


_OF_UNIT: Mapping[str, Callable[[float, float | None, Any], str]] = {
    "share": lambda low, high, _: wording.interval(low, high, whole="0 to 100 %"),
    "amount": lambda low, high, row: wording.amount_interval(low, high, row["currency"]),
    "points": lambda low, high, _: wording.points(low, low if high is None else high),
    "count": lambda low, high, _: _ends(low, high, 0),
    "years": lambda low, high, _: _ends(low, high, 2),
}
"""How figures are written, by how the names of their columns end."""
