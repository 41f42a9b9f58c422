"""Frames as bytes that are equal when the rows are: the digest of a table, and its rows as a file.

A spreadsheet may open the CSV: no cell of it is a formula. A sheet of Excel has real dates and numbers, guarded text
and no clock.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, get_args
from weakref import ref

import polars as pl

from provenet.case.store import parquet_of
from provenet.case.structs import with_texts
from provenet.case.tables import Table, vocabulary
from provenet.core.errors import UsageFault
from provenet.core.packages import require

_PLAIN_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_SLICE_ROWS = 100_000
_BOUND_DIGITS = 6
_FORMULA_START = r"^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])"
_FORMULA_INSIDE = r"([;\t\r\n]\s*)([=+\-@＝＋－＠])"
"""Where a cell goes on as a formula in a spreadsheet that separates by semicolon or tab, and so sees no quotes."""


def digest_of(spec: Table, rows: pl.DataFrame) -> str:
    """SHA-256 of the rows without `run_id`, in the order given, structs as their JSON text. Cost O(cells).

    A column of a later release counts from the first row that fills it. A frame never changes: the digest of one that
    lives on, as those do that an open case keeps, is taken once.
    """
    known = _digests.get((id(rows), spec.name))
    if known is not None and known[0]() is rows:
        return known[1]
    made = _digest_of(spec, rows)
    key = id(rows), spec.name
    _digests[key] = ref(rows, lambda _: _digests.pop(key, None)), made
    return made


_digests: dict[tuple[int, str], tuple[ref[pl.DataFrame], str]] = {}


def _digest_of(spec: Table, rows: pl.DataFrame) -> str:
    later = vocabulary()["later_columns"].get(spec.name, ())
    left_out = {"run_id", *(name for name in later if rows[name].null_count() == rows.height)}
    kept = [name for name in spec.schema if name not in left_out]
    seen = hashlib.sha256(",".join(kept).encode())
    seen.update(with_texts(spec, rows.select(kept)).write_ndjson().encode())
    return seen.hexdigest()


def digest_of_places(places: pl.DataFrame | Iterable[pl.DataFrame]) -> str:
    """SHA-256 of the ids of rows and the places they stand in, whatever their order.

    The id of an input row is the digest of what it says, so equal digests mean equal rows without a look at their
    cells. Given in parts, the ids of each are greater than those of the part before. Cost O(rows log rows), 200 bytes a
    row of the largest part.
    """
    columns = ["row_id", "file_id", "locator"]
    seen = hashlib.sha256(",".join(columns).encode())
    line = pl.concat_str(pl.all().fill_null(""), separator="\x1f")
    for part in [places] if isinstance(places, pl.DataFrame) else places:
        ordered = part.select(columns).sort("row_id")
        if (ordered["row_id"] == ordered["row_id"].shift(1)).any():
            ordered = ordered.sort(columns)
        for some in ordered.iter_slices(_SLICE_ROWS):
            file, name = some["file_id"][0], some["locator"][0]
            if file and name and (some["file_id"] == file).all() and (some["locator"] == name).all():
                # Rows of one place alone, as those of a large file: what stands behind each id is one text.
                behind = f"\x1f{file}\x1f{name}\n"
                text = some["row_id"].str.join(behind).item() + behind
            else:
                text = some.select(line.str.join("\n")).item() + "\n"
            seen.update(text.encode())
    return seen.hexdigest()


def id_ranges(name: str, parts: int) -> Iterator[pl.Expr]:
    """Conditions that cut the rows of an input table into about equal parts by their ids, ascending.

    Every id lies in one part, whatever it looks like; those that are digests spread evenly.
    """
    bounds = [f"{name}-{part * 16**_BOUND_DIGITS // parts:0{_BOUND_DIGITS}x}" for part in range(1, parts)]
    for low, high in pairwise([None, *bounds, None]):
        above = pl.lit(True) if low is None else pl.col("row_id") >= low
        yield above if high is None else above & (pl.col("row_id") < high)


def csv_of(spec: Table, rows: pl.DataFrame) -> bytes:
    """The rows without `run_id` as UTF-8 CSV, in the order given.

    Lists of text are joined by `|` (a bar inside an item is written `\\|`); in a list that may be null, `none` is the
    empty one. A list of structs is one cell of canonical JSON. Null is an empty cell. A text cell that a spreadsheet
    would run as a formula gets a leading apostrophe, also after a semicolon, tab or line end inside it, where another
    spreadsheet begins a cell; plain numbers stay. Cost O(cells).
    """
    if not rows.height:
        return (",".join(name for name in spec.schema if name != "run_id") + "\n").encode()
    cells = [_cell(name, spec) for name in spec.schema if name != "run_id"]
    return with_texts(spec, rows).select(cells).write_csv(line_terminator="\n").encode()


PLACES = ("lat_deg", "lon_deg")
"""The columns that make a row a place."""


def has_places(spec: Table) -> bool:
    """Whether the rows of a table may lie somewhere."""
    return set(PLACES) <= spec.schema.keys()


def geojson_of(spec: Table, rows: pl.DataFrame) -> bytes:
    """The rows without `run_id` as GeoJSON (RFC 7946), in the order given: a feature a row, its columns as properties.

    A row whose place is not known has no geometry. Raises ValueError for a table without places. Cost O(cells).
    """
    if not has_places(spec):
        raise ValueError(f"{spec.name}: no columns {' and '.join(PLACES)}.")
    names = [name for name in spec.schema if name != "run_id"]
    texts = with_texts(spec, rows).select(
        pl.col(name).dt.to_string("iso:strict") if spec.column(name).type in ("date", "instant") else pl.col(name)
        for name in names
    )
    features = []
    for row in texts.iter_rows(named=True):
        latitude, longitude = (row[name] for name in PLACES)
        point = None if None in (latitude, longitude) else {"type": "Point", "coordinates": [longitude, latitude]}
        features.append({"type": "Feature", "geometry": point, "properties": row})
    made = {"type": "FeatureCollection", "features": features}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def guarded(text: str) -> str:
    """One text cell as `csv_of` writes it: with an apostrophe where a spreadsheet would run it as a formula.

    >>> guarded("=1+1"), guarded("-4.5"), guarded("a;=b")
    ("'=1+1", '-4.5', "a;'=b")
    """
    runs = re.search(_FORMULA_START, text) and not re.fullmatch(_PLAIN_NUMBER, text)
    inside = re.sub(_FORMULA_INSIDE, r"\1'\2", text)
    return f"'{inside}" if runs else inside


def _cell(name: str, spec: Table) -> pl.Expr:
    column = spec.column(name)
    cell = pl.col(name)
    if column.type == "instant":
        return cell.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    if column.type == "list":
        joined = cell.list.eval(pl.element().str.replace_all("|", "\\|", literal=True)).list.join("|")
        if column.nullable:
            joined = pl.when(cell.list.len() == 0).then(pl.lit("none")).otherwise(joined)
        cell = joined
    elif column.type != "text" and not column.fields:
        return cell
    runs = cell.str.contains(_FORMULA_START) & ~cell.str.contains(_PLAIN_NUMBER)
    inside = cell.str.replace_all(_FORMULA_INSIDE, "${1}'${2}")
    return pl.when(runs).then(pl.lit("'") + inside).otherwise(inside).alias(name)


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
        sheet.append([_sheet_cell(value) for value in row])
    book.properties.creator, book.properties.created = "Provenet", _NO_CLOCK
    made = io.BytesIO()
    book.save(made)
    return without_clock(made.getvalue(), _NO_CLOCK)


def _sheet_cell(value: object) -> object:
    """A value as a cell holds it; guarded text begins with no sign that openpyxl reads as a formula."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | date):
        return value
    text = " | ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return fit_text(guarded(text))


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
