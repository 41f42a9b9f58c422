"""Which reader opens a file as a table, told by its name and checked against its first bytes."""

from __future__ import annotations

from pathlib import PurePosixPath

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.tabular import excel, jsonlines, parquet
from provenet.ingest.tabular.mapping import Layout
from provenet.ingest.tabular.sheets import Sheet
from provenet.ingest.tabular.strict import open_delimited

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
_READ = "CSV, TSV, JSON lines (.jsonl), Parquet, or an Excel workbook (.xlsx)"


def delimiter_of(name: str) -> str:
    """The delimiter that a name stands for: a tab for .tsv and .tab, else a comma."""
    return "\t" if PurePosixPath(name.lower()).suffix in {".tsv", ".tab"} else ","


def open_table(upload: Upload, declared: Layout | None, faults: FaultList) -> Sheet | None:
    """Opens a file as a table by its suffix. Adds what is wrong; None where no record can be read.

    A suffix nobody knows is read as delimited text. Raises InputFault where a packing is broken. Cost O(the header),
    and for a workbook O(its cells).
    """
    suffix = upload.suffix
    if _wrong_kind(upload, suffix, declared, faults):
        return None
    if suffix in jsonlines.SUFFIXES:
        return jsonlines.open_json_lines(upload, faults)
    if suffix in parquet.SUFFIXES:
        return parquet.open_parquet(upload, faults)
    if suffix in excel.SUFFIXES:
        return excel.open_excel(upload, "" if declared is None else declared.sheet, faults)
    delimiter, encoding = delimiter_of(upload.plain_name), "utf-8"
    if declared is not None:
        delimiter, encoding = declared.delimiter or delimiter, declared.encoding
    return open_delimited(upload, delimiter, encoding, faults)


def header_at(upload: Upload) -> tuple[str, ...] | None:
    """The column names of a file that is read without a mapping; None where there are none to be read."""
    sheet = open_table(upload, None, FaultList())
    return None if sheet is None else sheet.header


def _wrong_kind(upload: Upload, suffix: str, declared: Layout | None, faults: FaultList) -> bool:
    """A fault where the bytes are not of the kind that the name says, or of a kind that is not read."""
    binary = suffix in parquet.SUFFIXES | excel.SUFFIXES
    before = faults.count
    if suffix in excel.OTHERS:
        says = f"{excel.OTHERS[suffix]} is not read"
        faults.add(Fault(upload.name, says, found=suffix, expected=_READ, way_out="Save it as .xlsx or .csv."))
    elif suffix == ".json":
        way_out = "Write one object to a line and name the file .jsonl."
        says = "JSON is read in lines, or as FollowTheMoney or CycloneDX"
        faults.add(Fault(upload.name, says, expected=_READ, way_out=way_out))
    elif suffix == ".xml":
        says, way_out = "XML is read as a CycloneDX bill of materials alone", "Save the table as CSV."
        faults.add(Fault(upload.name, says, expected=_READ, way_out=way_out))
    elif binary and upload.is_packed:
        way_out = "Unpack it; such a file is packed already."
        faults.add(Fault(upload.name, "only text is read packed", found=suffix, expected=_READ, way_out=way_out))
    elif declared is not None and declared.sheet and suffix not in excel.SUFFIXES:
        place = PurePosixPath(upload.plain_name).with_suffix(".toml").name
        faults.add(Fault(place, "only a workbook has sheets", 0, "sheet", declared.sheet, "a file named .xlsx"))
    else:
        _signs(upload, suffix, faults)
    return faults.count > before


def _signs(upload: Upload, suffix: str, faults: FaultList) -> None:
    try:
        head = upload.head(16)
    except InputFault as err:
        faults.extend(err.faults)
        return
    own = {".parquet": b"PAR1", ".pq": b"PAR1", ".xlsx": b"PK\x03\x04", ".xlsm": b"PK\x03\x04"}.get(suffix)
    if own is not None and head and head.startswith(own):
        return
    fault = packed_under_another_name(upload.name, head)
    if fault is not None:
        faults.add(fault)
    elif own is not None:
        kind, one = ("Parquet file", "a Parquet file") if own == b"PAR1" else ("Excel workbook", "an Excel workbook")
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
