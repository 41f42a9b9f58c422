"""The built-in layouts: one TOML each for our own files, and a plain one for every input table of the dictionary.

A layout is recognised by its header: every column it requires is there and no other than those it knows. A table of
cells opens with the layout that its mapping declares, or with the one that its header tells.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

from provenet.case.dictionary import closed_columns
from provenet.case.tables import Column, Table, tables, vocabulary
from provenet.core.errors import Fault, InputFault, clip, nearest
from provenet.ingest.mapping_beside import place_beside, toml_text
from provenet.ingest.opening import READ_TABLES, Upload, packed_under_another_name
from provenet.ingest.registry import Cells, CellTable, Head, Source, first_of
from provenet.ingest.tabular.fields import SIDE_COLUMNS, Field
from provenet.ingest.tabular.mapping import Citation, Layout, parse_mapping
from provenet.ingest.tabular.sheets import Sheet

CLOSE_ENOUGH = 0.6
"""Columns in common over columns in all, from which a header counts as a layout with a slip in it."""
_COMMON = {"source_id": "text", "reading": "reading", "status": "reading", "checked_on": "day", "note": "text"}
_IGNORED = frozenset({"row_id", "file_id", "locator", "run_id"})
_PERCENT = "percent"


@lru_cache(maxsize=1)
def built_in_layouts() -> tuple[Layout, ...]:
    """Our own layouts by name, then the plain ones by table. Cached."""
    folder = resources.files("provenet").joinpath("ingest", "tabular", "layouts")
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    own = [parse_mapping(entry.name, entry.read_text(encoding="utf-8")) for entry in files]
    return (*own, *(plain_layout(table) for table in tables().values() if table.kind == "input"))


def recognise(header: Iterable[str]) -> Layout | None:
    """The built-in layout of a header, whatever the order of its columns; None where there is none.

    Where several fit, the one that requires most; among equals the first. Cost O(layouts x columns).
    """
    names = frozenset(header)
    fitting = [layout for layout in built_in_layouts() if layout.required <= names <= layout.columns]
    return max(fitting, key=lambda layout: len(layout.required), default=None)


def closest(header: Iterable[str]) -> tuple[Layout, float]:
    """The built-in layout nearest to a header, and the part of all columns they have in common."""
    names = frozenset(header)

    def likeness(layout: Layout) -> float:
        return len(names & layout.columns) / len(names | layout.required)

    best = max(built_in_layouts(), key=likeness)
    return best, likeness(best)


def header_faults(name: str, header: tuple[str, ...], layout: Layout, *, row: int = 1) -> list[Fault]:
    """What a header, in a row, lacks or has beyond its layout: one fault per column; a renamed column is one."""
    missing = sorted(layout.required - set(header))
    found = []
    for column in header:
        if column in layout.columns:
            continue
        near = nearest(clip(column, 200), missing) or nearest(clip(column, 200), sorted(layout.columns - set(header)))
        if near in missing:
            missing.remove(near)
        text = "the column is neither mapped nor ignored"
        way_out = "Rename the column, or map or ignore it in a mapping beside the file."
        expected = f"a column of the layout {layout.name}"
        found.append(
            Fault(name, text, row, column=column, found=column, expected=expected, nearest=near, way_out=way_out)
        )
    for column in missing:
        way_out = "Add the column; its cells may be empty where the table allows it."
        found.append(Fault(name, f"the layout {layout.name} needs this column", row, column=column, way_out=way_out))
    return found


def unknown_header(place: str, name: str, header: tuple[str, ...], *, layout: Layout, row: int = 1) -> Fault:
    """One fault for a header that is like no layout: it names the nearest and the columns that differ.

    `place` is where the header stands, `name` that of the file without a suffix of compression.
    """
    lacks = ", ".join(sorted(layout.required - set(header))) or "nothing"
    extra = ", ".join(column for column in header if column not in layout.columns) or "nothing"
    expected = "the header of a layout, or a mapping beside the file"
    near = f"{layout.name}, which needs also: {lacks}; and does not know: {extra}"
    beside = f"Put a mapping beside the file, named {PurePosixPath(name).stem}.toml (see docs/mapping.md)."
    way_out = f"{beside} To have one drafted: provenet add CASE FILE --suggest"
    says, found = "no layout has this header", ",".join(header)
    return Fault(place, says, row, found=found, expected=expected, nearest=near, way_out=way_out)


def plain_layout(table: Table) -> Layout:
    """The layout of an input table under its own column names, as `case/export` writes it.

    Columns that follow from another (`day_low_on` from `day`, `asset_class` from `segment`) may be left out.
    """
    own = [column for column in table.columns if column.name not in {*_COMMON, *_IGNORED}]
    if table.name == "source":
        own.insert(0, table.column("source_id"))
    fields = [plain_field(table, column) for column in own]
    by_name = {column.name for column in own}
    side = {
        name.format(to=spec.to)
        for spec in fields
        for name in SIDE_COLUMNS.get(spec.type, ())
        if name.format(to=spec.to) in by_name
    }
    fields += _from_name(table, by_name)
    derived = {f"{table.name}_id"} if table.name in {"site", "party"} else set()
    fields += [
        Field(c, table.name, "reading" if c == "status" else c, t) for c, t in _COMMON.items() if c != "source_id"
    ]
    fields = [spec for spec in fields if not (spec.column == "reading" and table.name == "source")]
    citing = table.name != "source"
    if citing:
        fields.append(Field("source_id", table.name, "source_id", "text"))
    free = {column.name for column in own if column.nullable or column.type == "list"} | side | derived
    return Layout(
        name=table.name,
        says=table.says,
        tables=(table.name,),
        fields=tuple(fields),
        ignored=_IGNORED,
        optional=frozenset(free | set(_COMMON) | {"source_title", "source_url"})
        - (frozenset() if citing else {"source_id"}),
        citation=Citation("source_title", "source_url") if citing else None,
    )


def _from_name(table: Table, own: set[str]) -> list[Field]:
    """A site's or party's id is that of its name where none is given."""
    if table.name not in {"site", "party"} or "name" not in own:
        return []
    if table.name == "party":
        return [Field("name", "party", "party_id", "new_party", "text", {"side": True, "role_column": "role"})]
    return [Field("name", "site", "site_id", "slug", "text", {"side": True})]


_KINDS = {
    "text": "text",
    "int": "count",
    "float": "number",
    "bool": "yes_no",
    "date": "day",
    "instant": "instant",
    "list": "list",
}
"""The type of field for a column of a type of its own."""


def plain_field(table: Table, column: Column) -> Field:
    """What a column of a table is read as where a file has it under its own name."""
    kind, options = _plain_type(table, column)
    return Field(column.name, table.name, column.name, kind, column.type, options)


def _plain_type(table: Table, column: Column) -> tuple[str, Mapping[str, Any]]:
    names = {c.name for c in table.columns}
    closed = next(
        (w for t, c, w in closed_columns(vocabulary(), tables()) if (t, c) == (table.name, column.name)), None
    )
    if (table.name, column.name) == ("party", "party_id"):
        return "new_party", {"role_column": "role"}
    if column.refers_to == "party.party_id":
        return _plain_party(column)
    if closed:
        return "words", {"of": closed}
    if column.name in {"country", "origin_country", "source_country", "target_country"} and table.name not in {
        "policy_case"
    }:
        return "country_code" if table.name == "party" or column.name == "origin_country" else "country", {}
    if column.type == "text" and f"{column.name}_high_on" in names:
        where = next((name for name in ("country", "geo") if name in names), "")
        return "span", {"country": where} if where else {}
    if column.name.rpartition("_")[2] in {"asn", "asns", "address"}:
        return column.name.rpartition("_")[2], {}
    if column.name == _PERCENT:
        return _PERCENT, {"qualifier": "qualifier"} if "qualifier" in names else {}
    if (
        column.name in {"segment", "measure"}
        and {"asset_class", "measure_kind"} & names
        and table.name != "policy_function"
    ):
        kind = column.name if (column.name == "measure" or "generation" in names) else "text"
        return kind, {}
    if column.name.endswith("_deg"):
        return "degrees", {}
    if column.name.endswith("_share"):
        return "share", {}
    return _KINDS[column.type], {}


def _plain_party(column: Column) -> tuple[str, Mapping[str, Any]]:
    if column.name == "vendor_id":
        return "vendor", {}
    if column.name == "vendor_ids":
        return "vendors", {"all": True}
    if column.name == "carrier_id":
        return "carrier", {"country": "country", "all": column.nullable}
    return ("parties" if column.type == "list" else "party"), {}


_OTHERS = {".xlsb": "a binary workbook", ".ods": "an OpenDocument sheet"}
"""Suffixes of workbooks that are not read, in words."""


def lay_out(source: Source) -> CellTable:
    """Opens a table of cells with its layout. Raises InputFault where no record can be read."""
    upload = source.upload
    beside = place_beside(upload.plain_name)
    declared = None if source.mapping is None else parse_mapping(beside, toml_text(beside, source.mapping))
    sheet = open_table(upload, declared)
    layout = declared or recognise(sheet.header)
    if layout is None:
        layout, likeness = closest(sheet.header)
        if likeness < CLOSE_ENOUGH:
            head = unknown_header(sheet.where, upload.plain_name, sheet.header, layout=layout, row=sheet.header_row)
            raise InputFault([head])
    source.faults.extend(header_faults(sheet.where, sheet.header, layout, row=sheet.header_row))
    return CellTable(sheet, layout)


def open_table(upload: Upload, declared: Layout | None = None) -> Sheet:
    """Opens a file as a table by its suffix. Raises InputFault where no record can be read, or a packing is broken.

    A suffix nobody knows is read as delimited text. Cost O(the header), and for a workbook O(its cells).
    """
    cells = cells_of(upload)
    fault = _wrong_kind(upload, cells, declared)
    if fault is not None:
        raise InputFault([fault])
    return cells.sheet(upload, declared)


def cells_of(upload: Upload) -> Cells:
    """How a file opens as a table of cells, by its suffix."""
    found = first_of(Head(upload), "cells")
    assert found is not None and found.cells is not None
    return found.cells


def _wrong_kind(upload: Upload, cells: Cells, declared: Layout | None) -> Fault | None:
    """The fault of bytes that are not of the kind that the name says, or of a kind that is not read."""
    name, suffix = upload.name, upload.suffix
    if suffix in _OTHERS:
        text, way_out = f"{_OTHERS[suffix]} is not read", "Save it as .xlsx or .csv."
        return Fault(name, text, found=suffix, expected=READ_TABLES, way_out=way_out)
    if suffix == ".xml":
        text = "XML is read as a CycloneDX bill of materials alone"
        return Fault(name, text, expected=READ_TABLES, way_out="Save the table as CSV.")
    if cells.sign and upload.is_packed:
        way_out = "Unpack it; such a file is packed already."
        return Fault(name, "only text is read packed", found=suffix, expected=READ_TABLES, way_out=way_out)
    return (_not_for(upload, cells, declared) if declared else None) or _other_bytes(upload, cells)


def _not_for(upload: Upload, cells: Cells, declared: Layout) -> Fault | None:
    """The fault of a mapping that says what no file of this kind has."""
    beside = place_beside(upload.plain_name)
    if declared.header_row and not cells.is_delimited and not cells.has_sheets:
        text, found = "only text and workbooks have rows above a header", str(declared.header_row)
        return Fault(beside, text, column="header_row", found=found, expected="no header_row")
    if declared.records and upload.suffix != ".json":
        text = "only a JSON document has a place of its records"
        return Fault(beside, text, column="records", found=declared.records, expected="a file named .json")
    if declared.sheet and not cells.has_sheets:
        text, expected = "only a workbook has sheets", "a file named .xlsx"
        return Fault(beside, text, column="sheet", found=declared.sheet, expected=expected)
    return None


def _other_bytes(upload: Upload, cells: Cells) -> Fault | None:
    """The fault of first bytes that another kind of file begins with. Raises InputFault where a packing is broken."""
    head = upload.head(16)
    if cells.sign and head.startswith(cells.sign):
        return None
    fault = packed_under_another_name(upload.name, head)
    if fault is not None or not cells.sign:
        return fault
    article, kind = ("an", "Excel workbook") if cells.has_sheets else ("a", "Parquet file")
    began = f"{upload.size_bytes} bytes" if len(head) < 4 else head[:8].decode("latin-1")
    return Fault(upload.name, f"the file is no {kind}", found=began, expected=f"{article} {kind}")
