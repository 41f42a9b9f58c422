"""A plan as an Excel workbook: bytes from stored rows, with real dates, number formats and guarded text.

Sheets: Plan, Steps, Curves, Limits, Assumptions, Sources; Robust where the plan has such rows. Each column is one of
the dictionary and says what it is above its name. Nothing is computed here; the two charts draw the cells of the
sheet they stand in.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from provenet.case.export import MOST_ROWS, fit_text, guarded, new_workbook, without_clock
from provenet.case.rows import AnyRow
from provenet.case.tables import Table, table
from provenet.core.errors import UsageFault

_LEFT_OUT = frozenset({"run_id", "plan_id", "country", "formula", "inputs"})
_FORMATS = {
    "share": "0.0%",
    "amount": "#,##0",
    "count": "#,##0",
    "years": "0.000",
    "weeks": "#,##0.0",
    "hours": "#,##0.0",
}


@dataclass(frozen=True)
class PlanRows:
    """One stored plan: its row, the rows of every table that belong to it, names of parties, and sources.

    `robust` holds by table what `plan --robust` adds.

    `sources` are rows with `ref`, `title`, `kind`, `published`, `url`, `locator` and `reading`.
    """

    plan: AnyRow
    steps: Sequence[AnyRow] = ()
    periods: Sequence[AnyRow] = ()
    uses: Sequence[AnyRow] = ()
    points: Sequence[AnyRow] = ()
    inputs: Sequence[AnyRow] = ()
    robust: Mapping[str, Sequence[AnyRow]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    sources: Sequence[AnyRow] = ()

    def name(self, party_id: str | None) -> str:
        """A party by its name; an id that nobody lists as it is."""
        return "" if party_id is None else self.names.get(party_id, party_id)

    def in_time(self) -> list[AnyRow]:
        """The steps with a start and an end, as they start."""
        timed = [step for step in self.steps if step["start_on"] and step["done_on"]]
        return sorted(timed, key=lambda step: (step["start_on"], step["unit_id"]))


def workbook(rows: PlanRows) -> bytes:
    """The plan as an Excel file. Raises UsageFault where openpyxl is not installed or a sheet would be too long.

    Law: equal rows give equal bytes; no clock is read. No cell is a formula: text that a spreadsheet would run gets a
    leading apostrophe, as in CSV. Cost O(cells) in time.
    """
    book = new_workbook()
    longest = max(len(part) for part in (rows.steps, rows.periods, rows.uses, rows.inputs, rows.sources))
    if longest > MOST_ROWS:
        raise UsageFault(f"export: {longest:,} rows are more than a sheet holds ({MOST_ROWS:,}). Export them as csv.")
    _plan_sheet(book, rows)
    steps = [{**step, **_named(step, rows)} for step in _in_order(rows.steps)]
    _table_sheet(book, "Steps", [("plan_step", steps, ("carrier", "from_vendor", "to_vendor"))])
    sheet = _table_sheet(book, "Curves", [("plan_period", rows.periods, ()), ("plan_frontier", rows.points, ())])
    if rows.periods:
        _charts(sheet, len(rows.periods), len(rows.periods) + len(rows.points) + (8 if rows.points else 5))
    _table_sheet(book, "Limits", [("plan_use", rows.uses, ())])
    _table_sheet(book, "Assumptions", [("plan_input", rows.inputs, ())])
    robust = [(name, held, ()) for name, held in rows.robust.items() if held]
    if robust:
        _table_sheet(book, "Robust", robust)
    _source_sheet(book, rows.sources)
    stamp = datetime(rows.plan["as_of_on"].year, rows.plan["as_of_on"].month, rows.plan["as_of_on"].day)
    book.properties.creator, book.properties.created = "Provenet", stamp
    book.properties.title = fit_text(str(rows.plan["label"]), 250)
    made = io.BytesIO()
    book.save(made)
    return without_clock(made.getvalue(), stamp)


def _in_order(steps: Sequence[AnyRow]) -> list[AnyRow]:
    return sorted(steps, key=lambda s: (s["start_on"] is None, s["start_on"] or date.max, s["unit_id"]))


def _named(step: AnyRow, rows: PlanRows) -> dict[str, str]:
    return {
        "carrier": rows.name(step["carrier_id"]),
        "from_vendor": rows.name(step["from_vendor_id"]),
        "to_vendor": rows.name(step["to_vendor_id"]),
    }


def _sheet(book: Any, title: str, widths: Sequence[float], *, frozen: str) -> Any:
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = frozen
    return sheet


def _cell(sheet: Any, value: object, form: str = "", *, strong: bool = False, soft: bool = False) -> Any:
    """One cell: a real date, number or truth value, else guarded text that is never a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    if isinstance(value, list | tuple):
        value = "; ".join(str(one) for one in value)
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=None)
        cell.value = fit_text(guarded(fit_text(value)))
        cell.data_type = "s"
        if len(value) > 40:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell = WriteOnlyCell(sheet, value=value)
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        elif form and not isinstance(value, bool):
            cell.number_format = form
    if strong:
        cell.font = Font(bold=True)
    elif soft:
        cell.font = Font(color="5B6775", size=9)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _plan_sheet(book: Any, rows: PlanRows) -> None:
    sheet = _sheet(book, "Plan", (26, 60, 22, 70), frozen="A2")
    sheet.append([_cell(sheet, word, strong=True) for word in ("column", "value", "unit", "what it is")])
    spec = table("plan")
    for column in spec.columns:
        if column.name in {"run_id", "inputs"}:
            continue
        value = rows.plan[column.name]
        held = list(value) if isinstance(value, list | tuple) else [value]
        for at, one in enumerate(held or [None]):
            name, text = (column.name, column.says) if at == 0 else ("", "")
            form = _format(column.name)
            unit = (column.unit or "") if at == 0 else ""
            sheet.append([_cell(sheet, name), _cell(sheet, one, form), _cell(sheet, unit), _cell(sheet, text)])


def _format(name: str, spec: Table | None = None) -> str:
    if spec is not None and spec.name in {"plan_input", "plan_use"}:
        return "#,##0.####"
    return _FORMATS.get(name.rpartition("_")[2], "")


Part = tuple[str, Sequence[AnyRow], Sequence[str]]
"""A table of the dictionary, its rows, and columns that stand before its own."""


def _table_sheet(book: Any, title: str, parts: Iterable[Part]) -> Any:
    """One or more tables below each other: what each column is, its name, and the rows."""
    parts = list(parts)
    names = [_columns(table(name), more) for name, _, more in parts]
    widths = [max(10.0, min(44.0, 4.0 + len(name))) for name in names[0]]
    sheet = _sheet(book, title, widths, frozen="A3")
    for at, ((name, rows, more), columns) in enumerate(zip(parts, names, strict=True)):
        if at and not rows:
            continue
        if at:
            sheet.append([])
        spec = table(name)
        sentences = ["" if column in more else spec.column(column).says for column in columns]
        sheet.append([_cell(sheet, one, soft=True) for one in sentences])
        sheet.append([_cell(sheet, column, strong=True) for column in columns])
        for row in rows:
            sheet.append([_cell(sheet, row[column], _format(column, spec)) for column in columns])
    return sheet


def _columns(spec: Table, more: Sequence[str]) -> list[str]:
    """Columns before the table's own, then its own; ids and references last."""
    own = [column.name for column in spec.columns if column.name not in _LEFT_OUT]
    ids = [name for name in own if name.endswith(("_id", "_ids"))]
    kept = [name for name in own if name not in ids or name == "unit_id"]
    return [*more, *kept, *(name for name in ids if name != "unit_id")]


def _source_sheet(book: Any, sources: Sequence[AnyRow]) -> None:
    columns = ("ref", "title", "kind", "published", "url", "locator", "reading")
    sheet = _sheet(book, "Sources", (34, 60, 16, 14, 60, 34, 20), frozen="A2")
    sheet.append([_cell(sheet, word, strong=True) for word in columns])
    for row in sources:
        sheet.append([_cell(sheet, row[name]) for name in columns])


def _charts(sheet: Any, count: int, below: int) -> None:
    """Two charts of the quarters, from a row on: exposure, and money spent in each quarter."""
    from openpyxl.chart import BarChart, LineChart, Reference

    columns = _columns(table("plan_period"), ())

    def draw(chart: Any, names: Sequence[str], *, title: str, form: str, place: str) -> None:
        for name in names:
            at = columns.index(name) + 1
            chart.add_data(Reference(sheet, min_col=at, min_row=2, max_row=count + 2), titles_from_data=True)
        at = columns.index("period_says") + 1
        chart.set_categories(Reference(sheet, min_col=at, min_row=3, max_row=count + 2))
        chart.title, chart.height, chart.width = title, 8, 18
        chart.y_axis.number_format = form
        chart.x_axis.delete = chart.y_axis.delete = False
        sheet.add_chart(chart, place)

    shares = [f"{end}_exposed_share" for end in ("low", "mid", "high")]
    draw(LineChart(), shares, title="Share behind restricted equipment", form="0%", place=f"C{below}")
    spent = [f"{end}_spent_amount" for end in ("low", "mid", "high")]
    draw(BarChart(), spent, title="Spent in each quarter", form="#,##0", place=f"K{below}")
