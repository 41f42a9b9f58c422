"""Tables of cells, whose columns a mapping or the header lays out: told by the suffix, checked by the first bytes."""

from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Cells, Format
from provenet.ingest.tabular.excel import open_excel
from provenet.ingest.tabular.json_rows import open_json, open_json_lines
from provenet.ingest.tabular.mapping import Layout
from provenet.ingest.tabular.open_table import lay_out
from provenet.ingest.tabular.parquet import open_parquet
from provenet.ingest.tabular.sheets import Sheet
from provenet.ingest.tabular.strict import open_delimited


def _format(name: str, meaning: str, suffixes: tuple[str, ...], *, cells: Cells) -> Format:
    return Format(
        name=name,
        says=meaning,
        known_by="the suffix " + ", ".join(f"`{one}`" for one in suffixes),
        recognises=lambda head: head.upload.suffix in suffixes,
        suffixes=suffixes,
        opens_rows=lay_out,
        order=80,
        cells=cells,
    )


def _delimited(upload: Upload, declared: Layout | None, faults: FaultList) -> Sheet | None:
    delimiter, encoding, row = "\t" if upload.suffix in TABS else ",", "utf-8", 0
    if declared is not None:
        delimiter, encoding, row = declared.delimiter or delimiter, declared.encoding, declared.header_row
    return open_delimited(upload, delimiter, encoding, faults=faults, header_row=row)


def _excel(upload: Upload, declared: Layout | None, faults: FaultList) -> Sheet | None:
    if declared is None:
        return open_excel(upload, "", faults)
    return open_excel(upload, declared.sheet, faults, header_row=declared.header_row)


TABS = frozenset({".tsv", ".tab"})
FORMATS = (
    _format("json-lines", "JSON, one object a line", (".jsonl", ".ndjson"), cells=Cells(sheet=open_json_lines)),
    _format("json", "a list of objects in a JSON document", (".json",), cells=Cells(sheet=open_json)),
    _format(
        "parquet",
        "Parquet",
        (".parquet", ".pq"),
        cells=Cells(sheet=lambda upload, _, faults: open_parquet(upload, faults), sign=b"PAR1"),
    ),
    _format(
        "excel",
        "a sheet of an Excel workbook",
        (".xlsm", ".xlsx"),
        cells=Cells(sheet=_excel, sign=b"PK\x03\x04", has_sheets=True),
    ),
    _format(
        "excel-97",
        "a sheet of a workbook of Excel 97 to 2003",
        (".xls",),
        cells=Cells(sheet=_excel, sign=b"\xd0\xcf\x11\xe0", has_sheets=True),
    ),
    Format(
        name="delimited",
        says="CSV, or TSV by the suffixes `.tsv` and `.tab`",
        known_by="being none of the others",
        recognises=lambda _: True,
        opens_rows=lay_out,
        order=90,
        cells=Cells(sheet=_delimited, is_delimited=True),
    ),
)
