"""One small inventory in every format that is read, and a mapping for it."""

import csv
import gzip
import io
import json
import lzma
import zipfile
from typing import Any

import polars as pl

from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from support.reading import Reading, read_table_file

NAMES = PartyNames.built_in()
COLUMNS = (
    *("asset_id", "carrier_id", "country", "asset_class", "layer", "vendor_id", "origin_country"),
    *("capability", "unit_count", "note"),
)
Cell = str | int | float | bool | list[str] | None
Row = dict[str, Cell]
GOOD: list[Row] = [
    dict(zip(COLUMNS, cells, strict=True))
    for cells in (
        ("A-1", "TIM", "Italy", "ran.radio", "hardware", "Nokia", "FI", ["routing", "management"], 120, 'two "x", ü'),
        ("A-2", "TIM", "Italy", "core", None, None, None, None, 0, None),
        ("A-3", "Vodafone", "Italy", "transport.router", "software", "huawei", "CN", ["routing"], 7, "a\nb"),
    )
]


def plain(cell: Cell) -> str:
    """A cell as CSV writes it."""
    if isinstance(cell, list):
        return "|".join(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def as_csv(rows: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([plain(cell) for cell in row.values()] for row in rows)
    return text.getvalue().encode()


def as_json_lines(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_parquet(rows: list[Row]) -> bytes:
    data = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(data)
    return data.getvalue()


def as_excel(rows: list[Row], sheet: str = "Inventory") -> bytes:
    """A workbook as a spreadsheet writes it, by hand: shared texts, numbers, booleans."""
    texts: list[str] = []

    def cell(at: int, row: int, value: Cell) -> str:
        place = f"{chr(65 + at)}{row}"
        if value is None:
            return ""
        if isinstance(value, bool):
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, int | float):
            return f'<c r="{place}"><v>{value}</v></c>'
        texts.append(plain(value))
        return f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'

    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    body = "".join(
        f'<row r="{at}">' + "".join(cell(column, at, value) for column, value in enumerate(line)) + "</row>"
        for at, line in enumerate(lines, start=1)
    )
    return workbook({sheet: body}, texts)


def workbook(sheets: dict[str, str], texts: list[str] | None = None, styles: str = "", tail: str = "") -> bytes:
    """A workbook of the rows given as XML; `tail` follows the rows of each sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, start=1))
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{office}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    shared = "".join(f'<si><t xml:space="preserve">{escaped(text)}</t></si>' for text in texts or [])
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{styles}</styleSheet>',
    }
    for at, body in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{at}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData>{tail}</worksheet>'
        )
    return zipped(parts)


def zipped(parts: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return data.getvalue()


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


FORMATS = {
    "a.csv": as_csv,
    "a.jsonl": as_json_lines,
    "a.parquet": as_parquet,
    "a.xlsx": as_excel,
    "a.csv.gz": lambda rows: gzip.compress(as_csv(rows)),
    "a.csv.xz": lambda rows: lzma.compress(as_csv(rows)),
    "a.ndjson.gz": lambda rows: gzip.compress(as_json_lines(rows)),
}


def said(reading: Reading) -> list[dict[str, Any]]:
    """The rows of `asset` without the file they stand in."""
    place = {"source_id", "file_id", "locator"}
    return [{name: value for name, value in row.items() if name not in place} for row in reading.rows["asset"]]


def read(name: str, data: bytes, mapping: bytes | None = None) -> Reading:
    return read_table_file(name, data, mapping, names=NAMES)


def told(name: str, data: bytes, mapping: bytes | None = None) -> list[str]:
    """The sentences of a file that is refused."""
    try:
        read(name, data, mapping)
    except InputFault as err:
        assert err.count == len(err.faults)
        return [fault.sentence() for fault in err.faults]
    raise AssertionError(f"{name} was read")
