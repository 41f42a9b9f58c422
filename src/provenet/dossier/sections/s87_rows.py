"""Rows on record that no chapter lays out, as tables: columns and units of the dictionary, one template for all."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.dictionary import Column
from provenet.case.extract import Citation, Extract, Fields, near_day, unread
from provenet.case.rows import (
    CarrierShareRow,
    ConcentrationRow,
    DeploymentRow,
    InteropRow,
    OutreachRow,
    PolicyRow,
    RidesOnRow,
    RouteComparisonRow,
)
from provenet.case.tables import table, tables
from provenet.core import wording
from provenet.dependence.contracts import contracts, newest_reports, purchases_ahead
from provenet.exposure.site_facts import services_of
from provenet.replacement.cost_answer import published_costs

TITLE = "Rows on record"
_OURS = {"rule_sketch", "country", "audience", "percent", "label", "as_of_on", "known_on", "source_id", "to_be_checked"}
"""Columns that the page says elsewhere."""
_HIDDEN = _OURS | {one.name for name in ("carrier_share", "vendor_share") for one in tables()[name].columns[-8:]}

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


def collect(extract: Extract) -> Fields:
    """A table for each kind of row that the case holds for the country."""
    found = [(title, name, list(rows(extract))) for title, name, rows in _TABLES]
    return {"tables": [_table(title, name, rows, extract=extract) for title, name, rows in found if rows]}


def _by_day(rows: Iterable[Any]) -> list[Any]:
    return sorted(
        (row for row in rows if not unread(row)),
        key=lambda row: (near_day(row["day_low_on"], row["day_high_on"]) or date.max, row["row_id"]),
    )


def _of_country(rows: Iterable[Any], extract: Extract) -> list[Any]:
    here = {party["party_id"] for party in extract.parties() if party["country"] in extract.places}
    return [
        row for row in rows if not unread(row) and (row.get("country") in extract.places or here & {row["carrier_id"]})
    ]


def _policies(extract: Extract) -> list[PolicyRow]:
    """Criteria as known: of one read in a text of a later day the words may know of later days."""
    known, here = extract.known or date.max, extract.jurisdictions()
    rows = (row for row in extract.inputs(PolicyRow) if row["jurisdiction"] in here and not unread(row))
    return [row for row in rows if (row["sourced_high_on"] or known) <= known]


def _comparisons(extract: Extract) -> list[RouteComparisonRow]:
    """Every sum that a page may show: public ones, and those of routes that there are."""
    found = (row for row in extract.results(RouteComparisonRow) if row["path_count"])
    return [row for row in found if extract.audience == "internal" or row["audience"] == "public"]


_TABLES: tuple[tuple[str, str, Callable[[Extract], Iterable[Any]]], ...] = (
    ("How large the carriers are", "carrier_share", lambda e: _of_country(e.inputs(CarrierShareRow), e)),
    ("Which carrier uses whose network", "rides_on", lambda e: _of_country(e.inputs(RidesOnRow), e)),
    ("Vendors named at each carrier, the newest report of each", "deployment", newest_reports),
    (
        "How concentrated the vendors are",
        "concentration",
        lambda e: [row for row in e.results(ConcentrationRow) if not row["later_estimate"]],
    ),
    (
        "Counts of sites and antennas, as their sources count them",
        "deployment",
        lambda e: [row for row in _of_country(e.inputs(DeploymentRow), e) if row["presence"] == "count"],
    ),
    ("Who serves what at sensitive sites, as published", "site_service", services_of),
    ("The rules, criterion by criterion", "policy", _policies),
    ("Contracts, awards and tenders of equipment", "procurement", contracts),
    ("Contracts not signed yet", "purchase", purchases_ahead),
    ("What a change would cost: estimates and their authors", "cost", published_costs),
    ("Statements on interworking", "interop", lambda e: _by_day(e.inputs(InteropRow))),
    ("Who spoke to whom", "outreach", lambda e: _by_day(e.inputs(OutreachRow))),
    ("Modelled routes beside others", "route_comparison", _comparisons),
)


def _table(title: str, name: str, rows: Sequence[Any], *, extract: Extract) -> RowTable:
    spec = table(name)
    columns = [one for one in spec.columns if not (one.is_key or one.is_off_pages or one.name in _HIDDEN)]
    cells = {_head(one): [_cell(one, row, extract) for row in rows] for one in columns if _is_shown(one, rows, columns)}
    same = {head for head, found in cells.items() if len(rows) > 1 and len(set(found)) == 1}
    alike = {head: found[0] for head, found in cells.items() if head in same}
    heads = tuple(head for head in cells if head not in same)
    cites = [extract.cite(row) if spec.kind == "input" else None for row in rows]
    ids = [row[spec.id_column] for row in rows]
    shown = [tuple(cells[head][at] for head in heads) for at in range(len(rows))]
    lines = tuple(zip(ids, shown, cites, (bool(row.get("to_be_checked")) for row in rows), strict=True))
    return RowTable(title=title, name=name, alike=alike, heads=heads, lines=lines)


def _is_shown(column: Column, rows: Sequence[Any], columns: Sequence[Column]) -> bool:
    """Whether a column says what no other does: an end stands in the cell of its interval, a day in its words."""
    names = {one.name for one in columns}
    is_end = column.name.startswith("high_") and f"low_{column.name[5:]}" in names
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
    value, high = row[column.name], row.get(f"high_{column.name[4:]}") if column.name.startswith("low_") else None
    quoted = column.type in ("text", "list")
    if column.refers_to and column.refers_to.startswith("party"):
        names = [value] if isinstance(value, str) else value or []
        words = extract.vendors(names, column.name == "vendor_ids" and bool(row.get("complement")))
        return Cell(words=words or _missing(column), is_quoted=True)
    if value is None or value == [] or value == "":
        return Cell(words=_missing(column), is_quoted=True)
    if column.name.endswith("_share"):
        words = wording.interval(value, high) if high is not None else wording.percent(value)
    elif column.name.endswith("_amount"):
        words = wording.amount_interval(value, high if column.name.startswith("low_") else value, row.get("currency"))
    elif column.name.endswith("_points"):
        words = wording.points(value, high if high is not None else value)
    elif isinstance(value, bool):
        words = "yes" if value else "no"
    elif isinstance(value, date):
        words = " – ".join(wording.day(one) for one in (value, high) if one is not None)
    elif isinstance(value, list):
        words = "; ".join(
            wording.asset_class(one) if column.name == "asset_classes" else _WORD.sub(" ", str(one)) for one in value
        )
    elif isinstance(value, int | float):
        words = wording.figure_interval(value, high if high is not None else value)
    else:
        words = wording.asset_class(value) if column.name == "asset_class" else _WORD.sub(" ", value)
    return Cell(words=words, is_quoted=quoted)
