"""The rows of a table as the bytes of one file, in one of a closed list of forms."""

from typing import Literal, get_args

import polars as pl

from provenet.case.export import csv_of, geojson_of, has_places
from provenet.case.store import parquet_of
from provenet.case.tables import Table
from provenet.case.workbook import workbook_of

TableForm = Literal["csv", "parquet", "xlsx", "geojson"]
FORMS: tuple[TableForm, ...] = get_args(TableForm)
MEDIA_TYPES: dict[TableForm, str] = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}


def forms_of(spec: Table) -> tuple[TableForm, ...]:
    """The forms that a table has: GeoJSON where its rows may lie somewhere."""
    return FORMS if has_places(spec) else tuple(form for form in FORMS if form != "geojson")


def table_file(spec: Table, rows: pl.DataFrame, form: TableForm) -> bytes:
    """The rows without `run_id` in a form, in the order given: equal rows give equal bytes. Cost O(cells).

    Raises ValueError for places of a table that has none, UsageFault for more rows than a sheet of Excel holds.
    """
    if form == "csv":
        return csv_of(spec, rows)
    if form == "parquet":
        return parquet_of(rows)
    return workbook_of(spec, rows) if form == "xlsx" else geojson_of(spec, rows)
