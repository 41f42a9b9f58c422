"""Tables: every row of the case, with what each column says, and files of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from threading import BoundedSemaphore
from typing import Annotated, Any, cast

from provenet.case.dictionary import Column, Table
from provenet.case.export import MEDIA_TYPES, TableForm, forms_of, table_file
from provenet.case.structs import plain
from provenet.case.table_view import FARTHEST_SORTED, SHARED, TableView, view, view_of_files
from provenet.case.tables import table, tables
from provenet.core.errors import ProvenetError, hint_at, nearest
from provenet.core.settings import Option, Range, Settings, WholeNumber, settings_class
from provenet.web.page import Download, Html, Page, Reply, Route, Visit, single
from provenet.web.reading import NotFound, Reading

PAGE_ROWS = 100
MOST_EXCEL_CELLS = 250_000
"""Cells of the largest table that is handed out as Excel: a reader would wait too long for a larger one."""
MOST_FILE_CELLS = 20_000_000
"""Cells of the largest table that is handed out as a file here: about half a gigabyte of memory."""
MOST_SITE_CELLS = 500_000
"""Cells of the largest table that the static site holds as CSV; larger ones it holds as Parquet."""
FORM_NAMES = {"csv": "CSV", "parquet": "Parquet", "xlsx": "Excel", "geojson": "GeoJSON"}
SHOWN_LETTERS = 60
SHOWN_ITEMS = 4
PATIENCE_SECONDS = 5.0
_large = BoundedSemaphore(1)
"""One filter or order of a large table is read at a time: it may use every core."""
KINDS = {"input": "What was read", "result": "What was worked out", "record": "What was done"}


@settings_class()
class TableQuestion(Settings):
    """Which rows of a table, and in which order."""

    text: Annotated[str | None, Option(help="Rows in which some cell holds this text.")] = None
    column: Annotated[str | None, Option(help="A column to look at.")] = None
    holds: Annotated[str | None, Option(help="Rows whose cell in that column holds this text.")] = None
    known: Annotated[
        str | None, Option(choices=("yes", "no"), help="Rows whose cell in that column is known, or is not.")
    ] = None
    sort: Annotated[str | None, Option(help="The column that orders the rows.")] = None
    order: Annotated[str, Option(choices=("up", "down"), help="From the smallest up, or from the largest down.")] = "up"
    page: Annotated[WholeNumber, Option(range=Range(low=1, high=1_000_000), help="Which page of rows.")] = 1
    everything: Annotated[bool, Option(help="Also show the columns that say where each row was read.")] = False


def overview(visit: Visit) -> Reply:
    """The tables of the case: what one row of each is, and how many there are."""
    counts = visit.reading.row_counts
    groups = {
        kind: [(spec, counts[name]) for name, spec in tables().items() if name in counts and spec.kind == kind]
        for kind in KINDS
    }
    return Html(template="tables.html.j2", title=visit.tongue.text("Tables"), words={"groups": groups, "kinds": KINDS})


def rows(visit: Visit) -> Reply:
    """One page of the rows of a table."""
    question = visit.question_as(TableQuestion)
    spec = spec_of(visit.reading, visit.path["table"])
    found = found_rows(visit.reading, spec, question)
    shown = [column for column in spec.columns if question.everything or column.name not in SHARED]
    return Html(
        template="table.html.j2",
        title=spec.name,
        words={
            "spec": spec,
            "question": question,
            "found": found,
            "all_count": visit.reading.row_count(spec.name),
            "is_large": visit.reading.is_large(spec.name),
            "farthest": FARTHEST_SORTED,
            "columns": shown,
            "cells": [
                [_cell(column, row[column.name]) for column in shown] for row in found.rows.iter_rows(named=True)
            ],
            "ids": found.rows[spec.id_column].to_list(),
            "forms": offered_forms(visit.reading, spec),
            "form_names": FORM_NAMES,
            "site_forms": _site_forms(visit.reading, spec),
            "held": frozenset(visit.reading.row_counts),
            "letters": SHOWN_LETTERS,
            "state": _state(question),
        },
        styles=("tables.css",),
    )


def spec_of(reading: Reading, name: str) -> Table:
    """A table that these readers may see. Raises NotFound naming the nearest."""
    counts = reading.row_counts
    if name not in counts:
        raise NotFound(f"The case has no rows of a table of this name.{hint_at(nearest(name, counts))}")
    return table(name)


def found_rows(reading: Reading, spec: Table, question: TableQuestion, *, page_rows: int = PAGE_ROWS) -> TableView:
    """The rows that a question looks for. Raises UsageFault for a column that the table does not have."""
    for option in ("column", "sort"):
        name = getattr(question, option)
        if name is not None and name not in spec.schema:
            raise question.fault(option, f"{spec.name} has no such column." + hint_at(nearest(name, spec.schema)))
    words: dict[str, Any] = {
        "text": question.text or "",
        "column": question.column,
        "holds": question.holds or "",
        "known": None if question.known is None else question.known == "yes",
        "sort": question.sort,
        "descending": question.order == "down",
        "page": question.page,
        "page_rows": page_rows,
    }
    if not reading.is_large(spec.name):
        return view(spec, reading.tables[spec.name], **words)
    (rows, can_skip), count = reading.tables.scan(spec.name), reading.row_count(spec.name)
    if not (words["text"] or words["column"] or words["sort"]):
        return view_of_files(spec, rows, row_count=count, **words)
    if not _large.acquire(timeout=PATIENCE_SECONDS):
        raise ProvenetError("Another question of a large table is still being read; ask again in a moment.")
    try:
        return view_of_files(spec, rows, row_count=count, can_skip=can_skip, **words)
    finally:
        _large.release()


def offered_forms(reading: Reading, spec: Table) -> tuple[TableForm, ...]:
    """The forms in which the rows of a table are handed out; none for one that is too large to be made here."""
    cells = _cell_count(reading, spec)
    if cells > MOST_FILE_CELLS:
        return ()
    return tuple(form for form in forms_of(spec) if cells <= MOST_EXCEL_CELLS or form != "xlsx")


def _cell_count(reading: Reading, spec: Table) -> int:
    return reading.row_counts[spec.name] * len(spec.columns)


def download(visit: Visit) -> Reply:
    """The rows of a table that stand, as one file."""
    spec = spec_of(visit.reading, visit.path["table"])
    offered = offered_forms(visit.reading, spec)
    form = cast(TableForm, visit.path["form"])
    if not offered:
        command = f"provenet export CASE --table {spec.name}"
        raise NotFound(f"The table {spec.name} is too large to be handed out here; run: {command}")
    if form not in offered:
        raise NotFound(f"The table {spec.name} is handed out as {', '.join(offered)}.")
    data = table_file(spec, visit.reading.tables[spec.name], form)
    return Download(data=data, media_type=MEDIA_TYPES[form], name=f"{spec.name}.{form}")


def _state(question: TableQuestion) -> dict[str, object]:
    """The words of a question that differ from their defaults, for links that keep the others."""
    given = [one.name for one in question.every_option() if question.is_given(one.name)]
    return {name: "on" if getattr(question, name) is True else getattr(question, name) for name in given}


def _cell(column: Column, value: Any) -> dict[str, Any]:
    """A cell as the template shows it: its items, the key that sorts it, and what it leads to."""
    items, refers = _items(column, value), _referred(column)
    return {
        "plain": items[0] if len(items) == 1 and not refers and len(items[0]) <= SHOWN_LETTERS else None,
        "known": value is not None,
        "items": items[:SHOWN_ITEMS],
        "more": items[SHOWN_ITEMS:],
        "number": column.type in ("int", "float"),
        "value": value if isinstance(value, int | float) and not isinstance(value, bool) else None,
        "refers": refers,
    }


def _items(column: Column, value: Any) -> list[str]:
    if value is None:
        return []
    if column.fields:
        held = plain(column, value)
        return [str(held)] if not isinstance(held, list) else [_struct(one) for one in held]
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [_text(value)]


def _struct(entry: object) -> str:
    """An entry of a list of structs: its fields with their values."""
    if not isinstance(entry, Mapping):
        return str(entry)
    return ", ".join(f"{name}: {_text(value)}" for name, value in entry.items() if value is not None)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _struct(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_text, value))
    return str(value)


def _referred(column: Column) -> str:
    """The table whose rows the items of a column name; `*` where each names its own."""
    if column.name == "inputs":
        return "*"
    target, _, field = (column.refers_to or "").partition(".")
    return target if target and field == table(target).id_column else ""


def _site_forms(reading: Reading, spec: Table) -> tuple[TableForm, ...]:
    """The forms in which the static site holds a table."""
    wanted: TableForm = "csv" if _cell_count(reading, spec) <= MOST_SITE_CELLS else "parquet"
    return tuple(form for form in offered_forms(reading, spec) if form == wanted)


PAGE = Page(
    key="tables",
    title="Tables",
    place=80,
    is_filled=lambda visit: bool(visit.reading.row_counts),
    routes=(
        Route(path="/tables", answer=overview, addresses=single),
        Route(
            path="/tables/{table}.{form}",
            answer=download,
            addresses=lambda reading: (
                {"table": name, "form": form}
                for name in reading.row_counts
                for form in _site_forms(reading, table(name))
            ),
        ),
        Route(
            path="/tables/{table}",
            answer=rows,
            question=TableQuestion,
            addresses=lambda reading: ({"table": name} for name in reading.row_counts),
        ),
    ),
)
