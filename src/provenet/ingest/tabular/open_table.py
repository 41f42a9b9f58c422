"""Opens a file as a table of cells with the layout that makes rows of it, declared by its mapping or built in."""

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.ingest.mapping_beside import place_beside, toml_text
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Cells, CellTable, Head, Source, first_of
from provenet.ingest.tabular.layouts import CLOSE_ENOUGH, closest, header_faults, recognise, unknown_header
from provenet.ingest.tabular.mapping import Layout, parse_mapping
from provenet.ingest.tabular.sheets import Sheet

_SIGNS = (
    (b"PK\x03\x04", "a zip, such as an Excel workbook", ".xlsx"),
    (b"\xd0\xcf\x11\xe0", "an older or an encrypted Office file", ".xls"),
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"\x1f\x8b", "a gzip file", ".gz"),
    *((b"BZh%d1AY&SY" % level, "a bzip2 file", ".bz2") for level in range(1, 10)),
    (b"\xfd7zXZ\x00", "an xz file", ".xz"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", ".zst"),
    (b"%PDF", "a PDF", ".pdf"),
    (b"SQLite format 3\x00", "an SQLite database", ".sqlite"),
)
"""First bytes of files that are no text, what they are, and the suffix they go by."""
_OTHERS = {".xlsb": "a binary workbook", ".ods": "an OpenDocument sheet"}
"""Suffixes of workbooks that are not read, in words."""
_READ = "CSV, TSV, JSON, JSON lines (.jsonl), Parquet, or an Excel workbook (.xlsx, .xls)"


def lay_out(source: Source) -> CellTable:
    """Opens a table of cells with its layout. Raises InputFault where no record can be read."""
    upload, faults = source.upload, source.faults
    declared = None if source.mapping is None else _declared(upload.plain_name, source.mapping)
    sheet = open_table(upload, declared, faults)
    layout = None if sheet is None else _layout(upload.plain_name, sheet, declared, faults=faults)
    if sheet is None or layout is None or (faults.count and len(sheet.header) == 0):
        raise InputFault(faults.faults, faults.count)
    return CellTable(sheet, layout)


def open_table(upload: Upload, declared: Layout | None, faults: FaultList) -> Sheet | None:
    """Opens a file as a table by its suffix. Adds what is wrong; None where no record can be read.

    A suffix nobody knows is read as delimited text. Raises InputFault where a packing is broken. Cost O(the header),
    and for a workbook O(its cells).
    """
    cells = cells_of(upload)
    return None if _wrong_kind(upload, cells, declared, faults=faults) else cells.sheet(upload, declared, faults)


def cells_of(upload: Upload) -> Cells:
    """How a file opens as a table of cells, by its suffix."""
    found = first_of(Head(upload), "cells")
    assert found is not None and found.cells is not None
    return found.cells


def header_at(upload: Upload) -> tuple[str, ...] | None:
    """The column names of a file that is read without a mapping; None where there are none to be read."""
    sheet = open_table(upload, None, FaultList())
    return None if sheet is None else sheet.header


def _wrong_kind(upload: Upload, cells: Cells, declared: Layout | None, *, faults: FaultList) -> bool:
    """A fault where the bytes are not of the kind that the name says, or of a kind that is not read."""
    before, suffix = faults.count, upload.suffix
    beside = place_beside(upload.plain_name)
    if suffix in _OTHERS:
        text = f"{_OTHERS[suffix]} is not read"
        faults.add(Fault(upload.name, text, found=suffix, expected=_READ, way_out="Save it as .xlsx or .csv."))
    elif suffix == ".xml":
        text, way_out = "XML is read as a CycloneDX bill of materials alone", "Save the table as CSV."
        faults.add(Fault(upload.name, text, expected=_READ, way_out=way_out))
    elif cells.sign and upload.is_packed:
        way_out = "Unpack it; such a file is packed already."
        faults.add(Fault(upload.name, "only text is read packed", found=suffix, expected=_READ, way_out=way_out))
    elif declared is not None and declared.header_row and not cells.is_delimited and not cells.has_sheets:
        text, found = "only text and workbooks have rows above a header", str(declared.header_row)
        faults.add(Fault(beside, text, column="header_row", found=found, expected="no header_row"))
    elif declared is not None and declared.records and suffix != ".json":
        text = "only a JSON document has a place of its records"
        faults.add(Fault(beside, text, column="records", found=declared.records, expected="a file named .json"))
    elif declared is not None and declared.sheet and not cells.has_sheets:
        faults.add(
            Fault(
                beside,
                "only a workbook has sheets",
                0,
                column="sheet",
                found=declared.sheet,
                expected="a file named .xlsx",
            )
        )
    else:
        _check_sign(upload, cells, faults)
    return faults.count > before


def _check_sign(upload: Upload, cells: Cells, faults: FaultList) -> None:
    try:
        head = upload.head(16)
    except InputFault as err:
        faults.extend(err.faults)
        return
    if cells.sign and head.startswith(cells.sign):
        return
    fault = packed_under_another_name(upload.name, head)
    if fault is not None:
        faults.add(fault)
    elif cells.sign:
        one = "an Excel workbook" if cells.has_sheets else "a Parquet file"
        kind = one.partition(" ")[2]
        began = f"{upload.size_bytes} bytes" if len(head) < 4 else head[:8].decode("latin-1")
        faults.add(Fault(upload.name, f"the file is no {kind}", found=began, expected=one))


def packed_under_another_name(name: str, head: bytes) -> Fault | None:
    """The fault of a file whose first bytes are those of something that is no text; None where they are not."""
    found = next(((kind, other) for sign, kind, other in _SIGNS if head.startswith(sign)), None)
    if found is None:
        return None
    kind, other = found
    way_out = "Save the table as .xlsx or CSV."
    if other not in {".pdf", ".sqlite", ".xls"}:
        way_out = f"Name it {other} if that is what it is, or save it as CSV."
    return Fault(name, f"the file is {kind}", expected=_READ, way_out=way_out)


def _declared(name: str, mapping: bytes) -> Layout:
    place = place_beside(name)
    return parse_mapping(place, toml_text(place, mapping))


def _layout(name: str, sheet: Sheet, declared: Layout | None, *, faults: FaultList) -> Layout | None:
    """The layout of a sheet; header faults are added, and None stops the reading."""
    layout = declared or recognise(sheet.header)
    if layout is None:
        layout, likeness = closest(sheet.header)
        if likeness < CLOSE_ENOUGH:
            faults.add(unknown_header(sheet.where, name, sheet.header, layout=layout, row=sheet.header_row))
            return None
    faults.extend(header_faults(sheet.where, sheet.header, layout, row=sheet.header_row))
    return layout
