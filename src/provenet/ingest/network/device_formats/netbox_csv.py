"""CSV of a NetBox: exported or imported tables of devices, device types, modules and inventory items."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from provenet.core.wording import count
from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.network.makers import maker_of
from provenet.ingest.network.netbox_devices import Inventory
from provenet.ingest.network.netbox_records import Records
from provenet.ingest.registry import Format, Head, Source
from provenet.ingest.tabular.sheets import settle
from provenet.ingest.tabular.strict import header_of, open_delimited

_OTHER_NAMES = {
    "device_role": "role",
    "type": "device_type",
    "part_no": "part_number",
    "instances": "instance_count",
    "devices": "instance_count",
    "device_count": "instance_count",
    "part": "part_id",
    "bay": "module_bay",
}
_MARKS = re.compile(r"[^a-z0-9]+")
_Rows = Iterator[DevicePart | DeviceLink]
_Cells = Mapping[str, str]
_EMPTY = frozenset({"", "—", "-", "None"})


def _columns(header: tuple[str, ...]) -> list[str]:
    """The columns by one name each, whether the file is an export of a table or made for import."""
    folded = [_MARKS.sub("_", column.casefold()).strip("_") for column in header]
    return [one if one in folded[:at] else _OTHER_NAMES.get(one, one) for at, one in enumerate(folded)]


def _kind(columns: list[str]) -> str | None:
    """What a table of these columns lists."""
    have = set(columns)
    if {"name", "role", "device_type", "site"} <= have and have & {"manufacturer", "rack", "tenant", "status"}:
        return "devices"
    if {"device", "module_bay"} <= have and have & {"module_type", "device_type"}:
        return "modules"
    if {"device", "name", "manufacturer", "part_id"} <= have:
        return "inventory items"
    if (
        {"manufacturer"} < have
        and have & {"model", "device_type"}
        and have & {"u_height", "full_depth", "is_full_depth"}
    ):
        return "device types"
    return None


def _recognises(head: Head) -> bool:
    if head.upload.suffix not in {".csv", ".txt", ".tsv"}:
        return False
    header = header_of(head.data, "\t" if head.upload.suffix == ".tsv" else ",")
    return header is not None and _kind(_columns(header)) is not None


def _records(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    delimiter = "\t" if source.upload.suffix == ".tsv" else ","
    table = open_delimited(source.upload, delimiter, "utf-8", faults=source.faults)
    if table is None:
        return
    columns = _columns(table.header)
    here = type(source.faults)()
    for batch in table.batches(here):
        settle(here, table.header, source.faults)
        for row, cells in zip(batch.rows.to_list(), batch.cells.iter_rows(), strict=True):
            kept = {name: cell for name, cell in zip(columns, cells, strict=True) if cell not in _EMPTY and cell}
            yield row, kept
    settle(here, table.header, source.faults)


def _read(source: Source) -> _Rows:
    header = header_of(source.upload.head(65_536), "\t" if source.upload.suffix == ".tsv" else ",") or ()
    readers: dict[str, Callable[[Source], _Rows]] = {
        "devices": _devices,
        "modules": _modules,
        "inventory items": _items,
        "device types": _types,
    }
    yield from readers[_kind(_columns(header)) or "devices"](source)


def _devices(source: Source) -> _Rows:
    """Devices; names of roles, types and sites are their ids here, since a table of text has no others."""
    records = Records()
    for row, cells in _records(source):
        device: dict[str, object] = {**cells}
        for column, kind in (
            ("role", "devicerole"),
            ("site", "site"),
            ("tenant", "tenant"),
            ("platform", "platform"),
            ("virtual_chassis", "virtualchassis"),
        ):
            if column in cells:
                records.add(kind, cells[column], {"name": cells[column]})
        if region := cells.get("region"):
            records.add("region", region, {"name": region})
            records.add("site", cells.get("site", ""), {"region": region})
        key = f"{cells.get('manufacturer', '')}\t{cells.get('device_type', '')}"
        if "manufacturer" in cells:
            records.add("manufacturer", cells["manufacturer"], {"name": cells["manufacturer"]})
        kind_fields = {"manufacturer": cells.get("manufacturer"), "model": cells.get("device_type")}
        records.add("devicetype", key, kind_fields)
        device["device_type"] = key if "device_type" in cells else None
        device["status"] = cells.get("status", "").lower() or None
        records.add("device", str(row), device)
    inventory = Inventory(records, source.upload.plain_name, source.remarks)
    yield from inventory.rows()


def _part(source: Source, row: int, cells: _Cells, *, name: str, kind: str, model: str | None) -> DevicePart:
    maker = maker_of(cells.get("manufacturer"), f"manufacturer of the {kind}", model)
    return DevicePart(
        device_id=cells.get("device", f"row {row}"),
        part=name,
        vendor_id=maker.vendor_id,
        vendor_text=maker.text,
        model=model,
        evidence=maker.evidence,
        confidence=maker.confidence,
        kind=(cells.get("role") or kind).lower(),
        part_number=cells.get("part_id") or cells.get("part_number"),
        status=cells.get("status", "").lower() or None,
        locator=f"{source.upload.plain_name} row {row}",
    )


def _modules(source: Source) -> _Rows:
    seen: dict[tuple[str, str], int] = {}
    for row, cells in _records(source):
        model = cells.get("module_type") or cells.get("device_type")
        bay = cells.get("module_bay", f"module {row}")
        yield _part(source, row, cells, name=_own_name(seen, cells, bay, row=row), kind="module", model=model)


def _items(source: Source) -> _Rows:
    seen: dict[tuple[str, str], int] = {}
    for row, cells in _records(source):
        name = _own_name(seen, cells, cells.get("name", f"item {row}"), row=row)
        yield _part(source, row, cells, name=name, kind="inventory item", model=cells.get("part_id"))


def _own_name(seen: dict[tuple[str, str], int], cells: _Cells, name: str, *, row: int) -> str:
    first = seen.setdefault((cells.get("device", ""), name), row)
    return name if first == row and name not in {"chassis", "device"} else f"{name} #{row}"


def _types(source: Source) -> _Rows:
    """Device types with how many devices are of each; a type without a device is none, and is counted."""
    without = 0
    for row, cells in _records(source):
        number = cells.get("instance_count", "").replace(",", "")
        model = cells.get("model") or cells.get("device_type")
        if not number.isascii() or not number.isdigit() or int(number) == 0:
            without += 1
            continue
        maker = maker_of(cells.get("manufacturer"), "manufacturer of the device type", model)
        yield DevicePart(
            device_id=f"{cells.get('manufacturer', 'unknown')} {model or f'row {row}'}",
            vendor_id=maker.vendor_id,
            vendor_text=maker.text,
            model=model,
            evidence=maker.evidence,
            confidence=maker.confidence,
            kind="devices of one type",
            part_number=cells.get("part_number"),
            unit_count=int(number),
            locator=f"{source.upload.plain_name} row {row}",
        )
    if without:
        source.remarks.append(f"{count(without, 'device type has', 'device types have')} no device, as far as it says.")


FORMATS = (
    Format(
        name="netbox-csv",
        says="devices, modules, inventory items or device types of a NetBox as CSV",
        suffixes=(".csv",),
        recognises=_recognises,
        opens_devices=_read,
        order=30,
    ),
)
