"""Rows as an Excel file: real dates and numbers, guarded text, no clock."""

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import polars as pl

from provenet.case.export import guarded
from provenet.case.structs import with_texts
from provenet.case.tables import Table
from provenet.core.errors import UsageFault
from provenet.core.packages import require

LONGEST_CELL = 32_000
"""Letters of a cell; Excel holds 32,767."""
MOST_ROWS = 1_000_000
"""Rows of a sheet; Excel holds 1,048,576."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STAMP = (1980, 1, 1, 0, 0, 0)
_NO_CLOCK = datetime(2000, 1, 1)


def fit_text(text: str, longest: int = LONGEST_CELL) -> str:
    """Text that XML can hold, cut to a length: what XML forbids becomes the replacement mark.

    >>> fit_text("a\\x00b"), fit_text("abcdef", 4)
    ('a\\ufffdb', 'abc…')
    """
    kept = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def without_clock(data: bytes, stamp: datetime) -> bytes:
    """The same workbook with every time of writing taken out, so that equal rows are equal files."""
    made = io.BytesIO()
    day = f"{stamp:%Y-%m-%dT%H:%M:%SZ}"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + day.encode(), content)
            new.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def new_workbook() -> Any:
    """An empty workbook that is written row by row. Raises UsageFault where openpyxl is not installed."""
    require("plan", "openpyxl")
    from openpyxl import Workbook

    return Workbook(write_only=True)


def workbook_of(spec: Table, rows: pl.DataFrame) -> bytes:
    """The rows of a table without `run_id`, in the order given, under what each column is and its name.

    Raises UsageFault where openpyxl is not installed or there are more rows than a sheet holds. Law: equal rows give
    equal bytes. No cell is a formula. Cost O(cells) in time.
    """
    book = new_workbook()
    if rows.height > MOST_ROWS:
        raise UsageFault(
            f"export: {rows.height:,} rows are more than a sheet holds ({MOST_ROWS:,}). Take another form."
        )
    sheet = book.create_sheet(spec.name[:31])
    sheet.freeze_panes = "A3"
    columns = [column for column in spec.columns if column.name != "run_id"]
    sheet.append(
        [fit_text(guarded(f"{column.says} ({column.unit})" if column.unit else column.says)) for column in columns]
    )
    sheet.append([column.name for column in columns])
    kept = with_texts(spec, rows).select(column.name for column in columns)
    for row in kept.iter_rows():
        sheet.append([_cell(value) for value in row])
    book.properties.creator, book.properties.created = "Provenet", _NO_CLOCK
    made = io.BytesIO()
    book.save(made)
    return without_clock(made.getvalue(), _NO_CLOCK)


def _cell(value: object) -> object:
    """A value as a cell holds it; guarded text begins with no sign that openpyxl reads as a formula."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | date):
        return value
    text = " | ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return fit_text(guarded(text))
