"""Inventories of NetBox and Nautobot: what their REST API lists, dumps of Django, plain dumps of PostgreSQL, and CSV.

A CSV lists devices, modules, inventory items or device types.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from provenet.core.errors import Fault
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.wording import count
from provenet.ingest.documents import json_document
from provenet.ingest.network.devices import DeviceLink, DevicePart, maker_of
from provenet.ingest.network.netbox_devices import Inventory
from provenet.ingest.network.netbox_records import (
    ENDPOINTS,
    KINDS,
    REFERENCES,
    Records,
    add_api_record,
    add_model_record,
    add_sql,
    kind_of_model,
    settle_types,
)
from provenet.ingest.opening import BLOCK_BYTES
from provenet.ingest.registry import Format, Head, Source
from provenet.ingest.tabular.sheets import records_of
from provenet.ingest.tabular.strict import header_of, open_delimited

SNAPSHOT_MARK = b'{"inventory":"'
"""How the first line of what `add` read over REST begins; each further line is one object."""
_DUMP = re.compile(
    rb'"model"\s*:\s*"(dcim|tenancy|circuits|auth|admin|contenttypes|extras|users|sessions|ipam)\.[a-z]+"'
)
_API = re.compile(rb'"url"\s*:\s*"[^"]*/api/(dcim|tenancy|circuits|extras)/[a-z-]+/[0-9a-f-]+/')
_SQL = re.compile(b"PostgreSQL database dump")
_REST = re.compile(rb"\A" + re.escape(SNAPSHOT_MARK))
_BLANK = b"\xef\xbb\xbf \t\r\n"
_PATH = re.compile(r"/api/((?:plugins/[\w-]+|[a-z]+)/[a-z-]+)/")
_Rows = Iterator[DevicePart | DeviceLink]


def _tables(source: Source) -> _Rows:
    records = Records()
    with source.upload.stream() as stream:
        lines = io.TextIOWrapper(
            io.BufferedReader(stream, BLOCK_BYTES), encoding="utf-8", errors="replace", newline="\n"
        )
        try:
            found = add_sql(records, lines)
        except ValueError as err:
            source.fault(f"the dump is not whole: {err}", way_out="Dump it again.")
            return
    if not found:
        source.fault(
            "no table of NetBox stands in it",
            expected="COPY of dcim_device and the tables beside it",
            way_out="Dump it with: pg_dump --format=plain DATABASE; the tables begin with dcim_.",
        )
        return
    yield from _inventory(source, records)


def _inventory(source: Source, records: Records) -> _Rows:
    return Inventory(records, source.upload.plain_name, source.remarks).rows()


def _dump(source: Source) -> _Rows:
    value = json_document(source.upload)
    records = Records()
    for at, one in enumerate(value if isinstance(value, list) else [value]):
        model, fields = (one.get("model"), one.get("fields")) if isinstance(one, dict) else (None, None)
        if not isinstance(model, str) or not isinstance(fields, dict):
            place, expected = f"{source.upload.name} [{at}]", '{"model": ..., "pk": ..., "fields": ...}'
            source.faults.add(Fault(place, "no object of a dump", expected=expected))
            continue
        key = one.get("pk")
        if key is None and kind_of_model(model) in KINDS and model != "contenttypes.contenttype":
            way_out = "Dump it with: manage.py dumpdata --natural-foreign (without --natural-primary)."
            source.faults.add(Fault(f"{source.upload.name} [{at}]", f"a {model} has no pk", way_out=way_out))
            continue
        add_model_record(records, model, str(key), fields=fields)
    settle_types(records)
    yield from _inventory(source, records)


def _lists(source: Source) -> _Rows:
    """Lists of the REST API as they were saved: one answer, a list of answers, or a list of objects."""
    value = json_document(source.upload)
    records = Records()
    _add_answers(source, records, value, place="")
    yield from _inventory(source, records)


def _add_answers(source: Source, records: Records, value: object, *, place: str, endpoint: str = "") -> None:
    if isinstance(value, list):
        for at, one in enumerate(value):
            _add_answers(source, records, one, place=f"{place}[{at}]", endpoint=endpoint)
    elif isinstance(value, dict) and isinstance(value.get("results"), list):
        results = value["results"]
        if value.get("next"):
            of = f" of {total:,}" if isinstance(total := value.get("count"), int) else ""
            source.remarks.append(f"The file holds one page alone, {len(results):,}{of} objects; others follow it.")
        _add_answers(source, records, results, place=f"{place}.results", endpoint=endpoint)
    elif isinstance(value, dict):
        kind = _kind_of_object(value, endpoint)
        if kind is None:
            if "id" not in value and all(isinstance(one, list | dict) for one in value.values()):
                for name, one in value.items():
                    _add_answers(source, records, one, place=f"{place}.{name}", endpoint=name)
                return
            records.others[endpoint or str(value.get("url") or "object")] += 1
        elif not add_api_record(records, kind, value):
            source.faults.add(Fault(f"{source.upload.name} {place}", f"a {kind} has no id", expected="an id"))


def _kind_of_object(value: Mapping[str, object], endpoint: str) -> str | None:
    """The kind of an object by the list it came from, by its own address, or by its fields."""
    if found := ENDPOINTS.get(endpoint.strip("/")):
        return found
    if hit := _PATH.search(str(value.get("url") or "")):
        return ENDPOINTS.get(hit[1])
    return "device" if "device_type" in value and "id" in value else None


def _rest(source: Source) -> _Rows:
    """What `add` read over REST: a line for each object, and a last one with how many of each list there are."""
    records, counts = Records(), Counter[str]()
    stated: object = None
    with source.upload.stream(lambda done: source.progress("bytes read", done, source.upload.size_bytes)) as stream:
        for number, line in enumerate(io.BufferedReader(stream, BLOCK_BYTES), start=1):
            try:
                note = parse_json(line.decode("utf-8"))
            except (UnicodeDecodeError, JsonFault) as err:
                source.fault(f"no object of an inventory: {err}", number)
                return
            if isinstance(note, dict) and isinstance(note.get("object"), dict):
                path = str(note.get("list"))
                counts[path] += 1
                if path not in ENDPOINTS or not add_api_record(records, ENDPOINTS[path], note["object"]):
                    source.fault("no object of a known list", number, found=path)
            stated = note.get("counts") if isinstance(note, dict) else None
    if stated != dict(counts):
        source.fault(
            "the inventory is not whole: its last line does not count what stands before it",
            way_out="Read it again from its address.",
        )
        return
    yield from _inventory(source, records)


def _is(form: re.Pattern[bytes], *first: bytes) -> Callable[[Head], bool]:
    """Told by a pattern, and by the first letter where some are given."""
    return lambda head: bool(form.search(head.data)) and head.data.lstrip(_BLANK).startswith(first or b"")


_OTHER_NAMES = {"device_role": "role", "type": "device_type", "part_no": "part_number", "part": "part_id"} | {
    **dict.fromkeys(("instances", "devices", "device_count"), "instance_count"),
    "bay": "module_bay",
}
_MARKS = re.compile(r"[^a-z0-9]+")
_EMPTY = frozenset({"", "—", "-", "None"})


def _columns(header: tuple[str, ...]) -> list[str]:
    """The columns by one name each, whether the file is an export of a table or made for import."""
    others = _OTHER_NAMES.copy()  # Each is taken once: a second column keeps its own name.
    return [others.pop(one, one) for one in (_MARKS.sub("_", column.casefold()).strip("_") for column in header)]


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


def _is_csv(head: Head) -> bool:
    if head.upload.suffix not in {".csv", ".txt", ".tsv"}:
        return False
    header = header_of(head.data, "\t" if head.upload.suffix == ".tsv" else ",")
    return header is not None and _kind(_columns(header)) is not None


def _csv_records(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    delimiter = "\t" if source.upload.suffix == ".tsv" else ","
    table = open_delimited(source.upload, delimiter)
    columns = _columns(table.header)
    for row, cells in records_of(table, source.faults):
        yield (
            row,
            {name: cell for name, cell in zip(columns, cells.values(), strict=True) if cell and cell not in _EMPTY},
        )


def _csv(source: Source) -> _Rows:
    header = header_of(source.upload.head(65_536), "\t" if source.upload.suffix == ".tsv" else ",") or ()
    readers: dict[str, Callable[[Source], _Rows]] = {
        "modules": partial(_parts, kind="module", named="module_bay", models=("module_type", "device_type")),
        "inventory items": partial(_parts, kind="inventory item", named="name", models=("part_id",)),
        "device types": _types,
    }
    yield from readers.get(_kind(_columns(header)) or "", _csv_devices)(source)


def _csv_devices(source: Source) -> _Rows:
    """Devices; names of roles, types and sites are their ids here, since a table of text has no others."""
    records = Records()
    for row, cells in _csv_records(source):
        device: dict[str, object] = {**cells}
        for column in ("role", "site", "tenant", "platform", "virtual_chassis", "manufacturer"):
            if column in cells:
                records.add(REFERENCES[column], cells[column], {"name": cells[column]})
        if region := cells.get("region"):
            records.add("region", region, {"name": region})
            records.add("site", cells.get("site", ""), {"region": region})
        key = f"{cells.get('manufacturer', '')}\t{cells.get('device_type', '')}"
        records.add("devicetype", key, {"manufacturer": cells.get("manufacturer"), "model": cells.get("device_type")})
        device["device_type"] = key if "device_type" in cells else None
        device["status"] = cells.get("status", "").lower() or None
        records.add("device", str(row), device)
    yield from _inventory(source, records)


def _parts(source: Source, *, kind: str, named: str, models: tuple[str, ...]) -> _Rows:
    """Modules or inventory items, each under a name of its own in its device."""
    seen: dict[tuple[str, str], int] = {}
    for row, cells in _csv_records(source):
        model = next((cells[one] for one in models if one in cells), None)
        name = cells.get(named, f"{kind.split()[-1]} {row}")
        first = seen.setdefault((cells.get("device", ""), name), row)
        yield DevicePart(
            device_id=cells.get("device", f"row {row}"),
            part=name if first == row and name not in {"chassis", "device"} else f"{name} #{row}",
            **maker_of(cells.get("manufacturer"), f"manufacturer of the {kind}", model).as_fields(),
            model=model,
            kind=(cells.get("role") or kind).lower(),
            part_number=cells.get("part_id") or cells.get("part_number"),
            status=cells.get("status", "").lower() or None,
            locator=f"{source.upload.plain_name} row {row}",
        )


def _types(source: Source) -> _Rows:
    """Device types with how many devices are of each; a type without a device is none, and is counted."""
    without = 0
    for row, cells in _csv_records(source):
        number = cells.get("instance_count", "").replace(",", "")
        model = cells.get("model") or cells.get("device_type")
        if not number.isascii() or not number.isdigit() or int(number) == 0:
            without += 1
            continue
        yield DevicePart(
            device_id=f"{cells.get('manufacturer', 'unknown')} {model or f'row {row}'}",
            **maker_of(cells.get("manufacturer"), "manufacturer of the device type", model).as_fields(),
            model=model,
            kind="devices of one type",
            part_number=cells.get("part_number"),
            unit_count=int(number),
            locator=f"{source.upload.plain_name} row {row}",
        )
    if without:
        source.remarks.append(f"{count(without, 'device type has', 'device types have')} no device, as far as it says.")


_READ = (
    (20, ".jsonl", "netbox-rest", "an inventory that was read from a NetBox or Nautobot over REST", _is(_REST), _rest),
    (20, ".json", "netbox-dump", "dump of data of a NetBox or Nautobot (dumpdata)", _is(_DUMP, b"["), _dump),
    (21, ".json", "netbox-api", "lists of the REST API of a NetBox or Nautobot, saved", _is(_API, b"[", b"{"), _lists),
    (20, ".sql", "netbox-sql", "plain dump of PostgreSQL of a NetBox or Nautobot (pg_dump)", _is(_SQL), _tables),
    (30, ".csv", "netbox-csv", "devices, modules, inventory items or device types of a NetBox as CSV", _is_csv, _csv),
)
FORMATS = tuple(
    Format(name, says, recognises, suffixes=(suffix,), opens_devices=read, order=order)
    for order, suffix, name, says, recognises, read in _READ
)
