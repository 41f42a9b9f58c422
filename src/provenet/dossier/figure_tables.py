"""Figures of plans and aid as tables: columns chosen and named, words and units of the dictionary."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.dictionary import Column
from provenet.case.extract import Citation, Extract
from provenet.case.tables import table
from provenet.core import wording
from provenet.dossier.row_tables import Cell, cell_words, is_said, missing, upper
from provenet.dossier.text import measured, unit_of
from provenet.replacement.cost_answer import BASES

MOST_WIDE = 24
LETTER = "Letter"
"""What stands above the letters by which a picture names lines."""
_IN_EACH_LINE = ("basis", "low_", "least_")
"""How the names of columns begin that stand in each line, also where all say the same."""


@dataclass(frozen=True, kw_only=True)
class FigureTable:
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


def figure_table(
    title: str,
    name: str,
    rows: Sequence[Any],
    *,
    extract: Extract,
    heads: Mapping[str, str],
    is_keyed: bool = False,
    is_record: bool = False,
) -> FigureTable:
    """Rows of a table of the case as a page shows them.

    `heads` names the columns shown and what stands above each: of an interval the low end, which then holds both, or
    each end by itself. `is_keyed` begins each line with the letter by which a
    picture names it; `is_record` keeps in each line what all say alike.
    """
    spec = table(name)
    named = {one.name: one for one in spec.columns}
    shown = {head: named[one] for one, head in heads.items() if any(is_said(row[one]) for row in rows)}
    cells = {head: [_cell(one, row, extract, apart=heads) for row in rows] for head, one in shown.items()}
    alike = {
        head: held[0]
        for head, held in cells.items()
        if len(rows) > 1 == len(set(held)) and not (is_record or shown[head].name.startswith(_IN_EACH_LINE))
    }
    if is_keyed:
        keys = [Cell(wording.letters(at).upper()) for at in range(len(rows))]
        cells = {LETTER: keys, **cells}
    left = tuple(head for head in cells if head not in alike)
    lines = tuple(
        (
            row[spec.id_column],
            tuple(cells[head][at] for head in left),
            _cite(name, row, extract),
            bool(row.get("to_be_checked")),
        )
        for at, row in enumerate(rows)
    )
    return FigureTable(title=title, name=name, alike=alike, heads=left, lines=lines, is_record=is_record)


def figure_tables(
    found: Iterable[tuple[str, str, Sequence[Any]]],
    *,
    extract: Extract,
    heads: Mapping[str, Mapping[str, str]],
    keyed: str,
    of: str = "",
) -> list[FigureTable]:
    """A table for each title, table of the case and rows, if there are rows; the first of all is a record.

    `of` stands before each title, `keyed` is the table whose lines a picture names.
    """
    return [
        figure_table(
            f"{of}{title}", name, rows, extract=extract, heads=heads[name], is_keyed=name == keyed, is_record=at == 0
        )
        for at, (title, name, rows) in enumerate(found)
        if rows
    ]


def _cite(name: str, row: Any, extract: Extract) -> Citation | None:
    """The source of an input row, and the first of a figure that a plan or an answer takes from one."""
    if table(name).kind == "input":
        return extract.cite(row)
    is_taken = name.endswith("_input") and row["basis"] != "assumed"
    return next(iter(extract.cite_refs(row["inputs"])), None) if is_taken else None


def _cell(column: Column, row: Any, extract: Extract, *, apart: Collection[str]) -> Cell:
    value, other = row[column.name], upper(column.name)
    if column.refers_to and column.refers_to.startswith("party"):
        names = [value] if isinstance(value, str) else value or []
        words = extract.vendors(names, column.name == "vendor_ids" and bool(row.get("complement")))
        return Cell(words or missing(column))
    if value is not False and not is_said(value):
        return Cell(missing(column))
    if column.refers_to == "purchase.purchase_id" and isinstance(value, str):
        return Cell(_purchase(value, extract))
    high = value if other in apart or other not in row else row[other]
    return Cell(_words(column, {**row, other: high}, high), column.type in ("text", "list"))


def _purchase(key: str, extract: Extract) -> str:
    """What a purchase is of, in words."""
    row = extract.input_row(f"purchase:{key}")
    if row is None:
        return key
    assumed = " (assumed)" if row["basis"] == "assumed" else ""
    return f"{row['segment'] or wording.asset_class(row['asset_class'])}{assumed}"


def _words(column: Column, row: Any, high: Any) -> str:
    """A value in words, by both its ends where it is one of two."""
    value, unit = row[column.name], column.name.rpartition("_")[2]
    if isinstance(value, date):
        return " – ".join(dict.fromkeys(wording.day(one) for one in (value, high) if one is not None))
    if isinstance(value, str) and value in BASES:
        return BASES[value]
    if unit == "amount" and "currency" not in row:
        return measured(value, high, unit_of(row), rounded=row.get("kind") == "price")
    if unit == "years":
        ends = (f"{one:,.2f}".rstrip("0").rstrip(".") for one in (value, high) if one is not None)
        return " to ".join(dict.fromkeys(ends))
    return cell_words(column, row)
