"""Rows of a case as tables: columns, words and units of the dictionary, one form for every kind of row.

A listing names a table of the case, its rows, what parts them into tables, and the columns that no page shows, each
with its reason. Rows that say the same but for some columns share a line; what all lines of a table say stands above.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from provenet.case.dictionary import Column
from provenet.case.extract import READS, Citation, Extract
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.ids import names_in
from provenet.dossier.text import position

HIDDEN: Mapping[str, tuple[str, ...]] = {
    "how the row came into the case: `why` prints it": names_in("""
        row_id former_id file_id locator checked_on run_id formula inputs receipt_id note relays facts origins flip_sets
        tested
    """),
    "the source beside the row says it": names_in("source_id reading source_kind sourced sourced_high_on"),
    "the page is of this country, day and audience": names_in("country as_of_on known_on audience"),
    "another cell, or a flag beside the id, says it": names_in("""
        percent complement low_open high_open currency lon_deg to_be_checked label measure_short
    """),
    "an inventory is its carrier's: no page shows its counts or facts": names_in("""
        asset_count unit_count asset_facts origin_country capability product_category
    """),
    "a sketch of a rule is no text of a law": ("rule_sketch",),
    "it may hold a finer position than a page may show": ("precision_note",),
}
"""The columns that no table of rows shows, by the reason."""
NOTES = names_in("harm assumed unseen_says ends_says graph_on graph_says")
"""Columns whose words stand once below all tables of a listing: what figures are of, and what they rest on."""

_NULL = re.compile(r"null (?:is (?=\S)|(?=without ))([^;]+)")
_CODE = re.compile(r"\A[a-z0-9]+(?:_[a-z0-9]+)+(?=\Z|: )")
"""A word of our lists, such as `own_network`, alone or before what it means."""
_NAMES = {
    "asn": "AS number",
    "lat_deg": "position",
    "geo": "where",
    "pack": "policy",
    "pack_title": "policy",
    "deadline_on": "last day",
    "policy_id": "criterion",
    "paraphrase": "says",
    "confidence_note": "reader's remark",
    "derived_from": "relays",
    "answers_claim_id": "in reply to",
    "open_tests": "what would settle it",
    "if_settled": "then possible",
    "hangs_on_disputed": "turns on a disputed claim",
}
"""Columns whose names say too little."""
NOTHING = "–"
_SHORT = 64
"""Letters of what a record says beside the name of its column; longer words stand by themselves."""

Words = Callable[[Any, Extract], str]
Beside = Callable[[Extract], Iterable[tuple[Sequence[Any], Sequence[Any], Sequence[Any]]]]


@dataclass(frozen=True, kw_only=True)
class RowKind:
    """The rows of one table of the case that a page lists, and how."""

    title: str
    name: str
    """The table of the case."""
    rows: Callable[[Extract], Iterable[Any]]
    says: str = ""
    """What a reader has to know of them."""
    by: tuple[str, ...] = ()
    """The columns that part the rows into tables."""
    over: tuple[str, ...] = ()
    """Columns in which rows may differ that share a line; each line holds every combination of what it says."""
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further columns that are not shown, by the reason."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """What columns say whose values are no words."""
    beside: Beside | None = None
    """What lays rows side by side: each with those that say the same, those that answer it, and others near it."""

    def columns(self) -> list[Column]:
        """The columns that are shown where a row has a value, in the order of the dictionary."""
        left_out = {name for names in (*HIDDEN.values(), *self.hidden.values()) for name in names}
        found = [one for one in table(self.name).columns if not (one.is_key or one.is_off_pages)]
        names = {one.name for one in found}
        return [one for one in found if one.name not in left_out and not _is_told_elsewhere(one.name, names)]


def _is_told_elsewhere(name: str, names: set[str]) -> bool:
    """Whether a column is the upper end of an interval, or a day that another column gives as written."""
    stem = re.sub(r"(_low|_high)?_on\Z", "", name)
    as_written = {stem} if name.endswith(("_low_on", "_high_on")) else {f"{stem}_text"}
    return ((_lower(name) or name) != name and _lower(name) in names) or (stem != name and bool(as_written & names))


def _lower(name: str) -> str | None:
    """The column of the lower end of an interval by that of the upper one."""
    return re.sub(r"(?:(?<=_)|\A)high_(?!on\Z)", "low_", name) if "high_" in name else None


def upper(name: str) -> str:
    """The column of the upper end of an interval by that of the lower one; of any other column its own."""
    return re.sub(r"\Aleast_", "greatest_", re.sub(r"(?:(?<=_)|\A)low_(?!on\Z)", "high_", name))


@dataclass(frozen=True)
class Cell:
    """What a cell says, in words of the row or of ours, and the rows that it names."""

    words: str
    is_quoted: bool = True
    links: tuple[str, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether it stands among others in one line of a record."""
        return len(self.words) <= _SHORT


@dataclass(frozen=True, kw_only=True)
class Line:
    """What some rows say alike: a cell for each head, their ids, their sources, and whether to check them."""

    ids: tuple[str, ...]
    cells: tuple[Cell, ...]
    cites: tuple[Citation, ...]
    to_check: bool


@dataclass(frozen=True, kw_only=True)
class RowTable:
    """One table: what it is of, what all its lines say, and its lines; or lines beside those that answer them."""

    title: Cell | None
    alike: Mapping[str, Cell]
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    pairs: tuple[tuple[tuple[Line, ...], tuple[Line, ...], Cell | None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class RowList:
    """The tables of a listing, and what stands once below them."""

    title: str
    says: str
    name: str
    kind: str
    tables: tuple[RowTable, ...]
    notes: Mapping[str, tuple[Cell, ...]]


@dataclass(frozen=True, kw_only=True)
class RowLists:
    """What a section says of its listings, and the tables of those that have rows."""

    preface: str
    lists: list[RowList]


def row_lists(listings: Iterable[RowKind], extract: Extract) -> list[RowList]:
    """The tables of each listing that has rows. Cost O(rows x columns)."""
    found = ((listing, list(listing.rows(extract))) for listing in listings)
    return [_Lister(listing, rows, extract).listed() for listing, rows in found if rows]


class _Lister:
    """Lays out the rows of one listing."""

    def __init__(self, listing: RowKind, rows: Sequence[Any], extract: Extract) -> None:
        self._listing, self._rows, self._extract = listing, rows, extract
        self._spec = table(listing.name)
        every = [one for one in listing.columns() if any(is_said(row.get(one.name)) for row in rows)]
        self._notes = [one for one in every if one.name in NOTES]
        self._by = sorted((one for one in every if one.name in listing.by), key=lambda one: listing.by.index(one.name))
        self._columns = [one for one in every if one not in self._notes and one not in self._by]
        same = Counter(map(head, every))
        self._heads = {one: head(one) if same[head(one)] == 1 else _sentence(one.name) for one in every}
        tied = {name for one in every for name in (one.name, upper(one.name))} - set(NOTES)
        self._key = sorted((tied | {"complement", "low_open", "high_open", "to_be_checked"}) & set(self._spec.schema))

    def listed(self) -> RowList:
        """The tables, in the order of their rows."""
        return RowList(
            title=self._listing.title,
            says=self._listing.says,
            name=self._listing.name,
            kind=self._spec.kind,
            tables=tuple(self._tables()),
            notes={self._heads[one]: tuple(self._distinct(one)) for one in self._notes},
        )

    def _tables(self) -> Iterable[RowTable]:
        heads = tuple(self._heads[one] for one in self._columns)
        if self._listing.beside is not None:
            sides = grouped(
                (self._place(left[0]), (left, *rest)) for left, *rest in self._listing.beside(self._extract)
            )
            for found in sides.values():
                pairs = tuple((self._each(left), self._each(right), self._near(near)) for left, right, near in found)
                title, of = self._of(found[0][0][0])
                yield RowTable(title=title, alike=_ended(of), heads=heads, lines=(), pairs=pairs)
            return
        for rows in grouped((self._place(row), row) for row in self._rows).values():
            lines = [self._line(found, many) for found, many in self._merged(rows)]
            held = [list(dict.fromkeys(one.cells[at] for one in lines)) for at in range(len(heads))]
            same = [at for at, cells in enumerate(held) if len(cells) == 1 and (len(lines) > 1 or _is_empty(cells[0]))]
            left = [at for at in range(len(heads)) if at not in same]
            title, of = self._of(rows[0])
            yield RowTable(
                title=title,
                alike=_ended(of | {heads[at]: held[at][0] for at in same if not _is_empty(held[at][0])}),
                heads=tuple(heads[at] for at in left),
                lines=tuple(replace(one, cells=tuple(one.cells[at] for at in left)) for one in lines),
            )

    def _place(self, row: Any) -> tuple[object, ...]:
        return tuple(_raw(row.get(one.name)) for one in self._by)

    def _of(self, row: Any) -> tuple[Cell | None, dict[str, Cell]]:
        """What parts a table from the others: the first thing as its title, the rest by their heads."""
        found = {self._heads[one]: self.cell(one, row) for one in self._by}
        filled = {name: one for name, one in found.items() if not _is_empty(one)}
        first = next(iter(filled), "")
        return filled.pop(first, None), filled

    def _merged(self, rows: Sequence[Any]) -> list[tuple[list[Any], dict[str, tuple[object, ...]]]]:
        """Rows that differ in the columns of `over` alone, column by column, so that each group is a whole product."""
        over = self._listing.over
        groups: list[tuple[list[Any], dict[str, tuple[object, ...]]]] = [
            ([row], {name: (_raw(row[name]),) for name in over}) for row in rows
        ]
        for name in over:
            alike: dict[tuple[object, ...], tuple[list[Any], dict[str, tuple[object, ...]]]] = {}
            for found, many in groups:
                key = tuple(many[one] if one in many else _raw(found[0][one]) for one in self._key if one != name)
                if key in alike:
                    alike[key][0].extend(found)
                    alike[key][1][name] = tuple(sorted({*alike[key][1][name], *many[name]}, key=str))
                else:
                    alike[key] = (list(found), dict(many))
            groups = list(alike.values())
        return groups

    def _each(self, rows: Iterable[Any]) -> tuple[Line, ...]:
        return tuple(self._line([row], {}) for row in rows)

    def _near(self, rows: Iterable[Any]) -> Cell | None:
        keys = tuple(row[self._spec.id_column] for row in rows)
        return Cell("; ".join(keys), links=keys) if keys else None

    def _line(self, rows: Sequence[Any], many: Mapping[str, tuple[object, ...]]) -> Line:
        first = rows[0]
        return Line(
            ids=tuple(row[self._spec.id_column] for row in rows),
            cells=tuple(self._cells(one, first, many.get(one.name, ())) for one in self._columns),
            cites=tuple(self._cites(rows)),
            to_check=bool(first.get("to_be_checked")),
        )

    def _cells(self, column: Column, row: Any, values: Sequence[object]) -> Cell:
        """The cell of a column: its one value, or all that the rows of a line say there."""
        if len(values) < 2:
            return self.cell(column, row)
        cells = [self.cell(column, {**row, column.name: value}) for value in values]
        return Cell("; ".join(dict.fromkeys(one.words for one in cells)), cells[0].is_quoted)

    def _cites(self, rows: Sequence[Any]) -> list[Citation]:
        if self._spec.kind == "input":
            return list(dict.fromkeys(self._extract.cite(row) for row in rows))
        refs = dict.fromkeys(ref for row in rows for ref in row["inputs"] if not ref.startswith("party:"))
        return self._extract.cite_refs(refs)

    def _distinct(self, column: Column) -> dict[Cell, None]:
        """What a column says of any row, each thing once; of a list each of its parts."""
        found: dict[object, Any] = {}
        for row in self._rows:
            value = row.get(column.name)
            for part in value if isinstance(value, list) else [value]:
                found.setdefault(_raw(part), {**row, column.name: [part] if isinstance(value, list) else part})
        cells = (self.cell(column, row) for raw, row in found.items() if is_said(raw))
        return dict.fromkeys(Cell(one.words.rstrip("."), one.is_quoted) for one in cells)

    def cell(self, column: Column, row: Any) -> Cell:
        """What a row says in a column."""
        value, extract = row.get(column.name), self._extract
        if (found := self._listing.words.get(column.name)) is not None:
            return Cell(found(row, extract))
        if value is not False and not is_said(value):
            return Cell("" if self._listing.beside else missing(column))
        if column.refers_to and not column.refers_to.startswith("party"):
            return self._reference(column.refers_to.partition(".")[0], value)
        if column.refers_to or column.name == "issuer":
            names = [value] if isinstance(value, str) else list(value)
            return Cell(extract.vendors(names, column.name == "vendor_ids" and bool(row.get("complement"))))
        return Cell(cell_words(column, row), column.type in ("text", "list") or bool(column.fields))

    def _reference(self, name: str, value: object) -> Cell:
        """The rows that a row names: a site by its name, another by its id."""
        keys = [value] if isinstance(value, str) else [str(one) for one in value]  # type: ignore[attr-defined]
        if name == "site":
            rows = (self._extract.input_row(f"site:{key}") for key in keys)
            return Cell("; ".join(key if row is None else row["name"] for key, row in zip(keys, rows, strict=True)))
        if self._extract.replayed is not None and name in READS and table(name).kind == "input":
            # A row may name one of a later day, such as the reply to come: a replay does not.
            keys = [key for key in keys if self._extract.input_row(f"{name}:{key}") is not None]
        return Cell("; ".join(keys) or NOTHING, links=tuple(keys))


def _ended(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Cells as parts of one sentence."""
    return {name: replace(cell, words=cell.words.rstrip(".")) for name, cell in cells.items()}


def _is_empty(cell: Cell) -> bool:
    return cell.words in ("", NOTHING)


def is_said(value: object) -> bool:
    """Whether a cell holds more than nothing or no."""
    return value not in (None, "", [], ()) and value is not False


def _raw(value: Any) -> object:
    """A value that may be a key."""
    if isinstance(value, list):
        return tuple(map(_raw, value))
    return str(value) if isinstance(value, dict) else value


@cache
def head(column: Column) -> str:
    """What a column holds, in words, with its unit where its cells do not name it.

    >>> from provenet.case.tables import table
    >>> [head(table("exposure").column(name)) for name in ("network_count", "absent_count", "either_low_share", "asn")]
    ['Networks', 'Absent (networks)', 'Either, share of routes', 'AS number']
    """
    name = re.sub(r"(?:(?<=_)|\A)(?:low_|least_)(?!on\Z)", "", column.name)
    plain = re.sub(r"_(?:ids|id|on|says|text|count|amount|points|years)\Z", "", name).replace("_", " ")
    unit = column.unit
    if name in _NAMES or column.name in _NAMES:
        words = _NAMES.get(column.name) or _NAMES[name]
    elif name.endswith("_count") and unit:
        words = f"{plain.removesuffix(unit[:-1])}{unit}" if plain.endswith(unit[:-1]) else f"{plain} ({unit})"
    elif name.endswith("share"):
        of = unit if unit.startswith("share of ") and unit != "share of measure" else "share"
        before = name.removesuffix("share").strip("_").replace("_", " ")
        words = f"{before}, {of}" if before and of != "share" else f"{before} {of}".strip()
    elif column.name.endswith("_ids"):
        words = f"{plain}s"
    else:
        says_unit = unit in ("", "day") or column.name.endswith("_amount") or unit in plain
        words = plain if says_unit else f"{plain} ({unit})"
    return _sentence(words.replace("hhi", "HHI"))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}".replace("_", " ")


def missing(column: Column) -> str:
    """What a cell without a value means, as the dictionary says it."""
    return found[1] if (found := _NULL.search(column.says)) else NOTHING


def cell_words(column: Column, row: Any) -> str:
    """A value as a page writes it: an interval by both its ends, a number in the form of its kind."""
    name, value = column.name, row[column.name]
    high = row.get(upper(name)) if upper(name) != name else value
    high = value if high is None and not name.endswith("_amount") else high
    if name.endswith("share"):
        is_main = name in ("low_share", "high_share")
        low_open, high_open = (is_main and bool(row.get(end)) for end in ("low_open", "high_open"))
        return (
            wording.interval(value, high, low_open=low_open, high_open=high_open)
            if high != value or is_main
            else wording.percent(value)
        )
    if name.endswith("_amount"):
        return wording.amount_interval(value, high, row.get("currency"))
    if name.endswith("_points"):
        return wording.points(value, high)
    if name == "lat_deg":
        return position(value, row["lon_deg"])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return wording.day(value)
    if isinstance(value, int | float):
        return wording.figure_interval(value, high)
    return "; ".join(_text(column, one) for one in (value if isinstance(value, list | tuple) else [value]))


def _text(column: Column, value: object) -> str:
    if isinstance(value, dict):
        return ": ".join(_plain(str(one)) for one in value.values() if one is not None)
    if column.name in ("asset_class", "asset_classes"):
        return wording.asset_class(str(value))
    return f"AS{value}" if column.unit == "AS number" else _plain(str(value))


def _plain(words: str) -> str:
    return _CODE.sub(lambda found: found[0].replace("_", " "), words)
