"""Inventories of NetBox and Nautobot: what their REST API lists, dumps of Django, plain dumps of PostgreSQL."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from provenet.core.errors import Fault
from provenet.core.jsontext import JsonFault, parse_json
from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.network.documents import json_document
from provenet.ingest.network.netbox_devices import Inventory
from provenet.ingest.network.netbox_records import (
    ENDPOINTS,
    KINDS,
    Records,
    add_api_record,
    add_model_record,
    add_sql,
    kind_of_model,
    settle_types,
)
from provenet.ingest.opening import BLOCK_BYTES
from provenet.ingest.registry import Format, Head, Source

SNAPSHOT_MARK = b'{"inventory":"'
"""How the first line of what `add` read over REST begins; each further line is one object."""
_DUMP = re.compile(
    rb'"model"\s*:\s*"(dcim|tenancy|circuits|auth|admin|contenttypes|extras|users|sessions|ipam)\.[a-z]+"'
)
_API = re.compile(rb'"url"\s*:\s*"[^"]*/api/(dcim|tenancy|circuits|extras)/[a-z-]+/[0-9a-f-]+/')
_PATH = re.compile(r"/api/((?:plugins/[\w-]+|[a-z]+)/[a-z-]+)/")
_Rows = Iterator[DevicePart | DeviceLink]


def _read_sql(source: Source) -> _Rows:
    records = Records()
    with source.upload.stream() as stream:
        lines = io.TextIOWrapper(
            io.BufferedReader(stream, BLOCK_BYTES), encoding="utf-8", errors="replace", newline="\n"
        )
        try:
            found = add_sql(records, lines)
        except ValueError as err:
            source.faults.add(Fault(source.upload.name, f"the dump is not whole: {err}", way_out="Dump it again."))
            return
    if not found:
        way_out = "Dump it with: pg_dump --format=plain DATABASE; the tables begin with dcim_."
        expected = "COPY of dcim_device and the tables beside it"
        source.faults.add(
            Fault(source.upload.name, "no table of NetBox stands in it", expected=expected, way_out=way_out)
        )
        return
    yield from _inventory(source, records)


def _inventory(source: Source, records: Records) -> _Rows:
    inventory = Inventory(records, source.upload.plain_name, source.remarks)
    yield from inventory.rows()


def _read_dump(source: Source) -> _Rows:
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


def _read_api(source: Source) -> _Rows:
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


def _read_snapshot(source: Source) -> _Rows:
    """What `add` read over REST: a line for each object, and a last one with how many of each list there are."""
    records, counts = Records(), Counter[str]()
    stated: object = None
    with source.upload.stream(lambda done: source.progress("bytes read", done, source.upload.size_bytes)) as stream:
        for number, line in enumerate(io.BufferedReader(stream, BLOCK_BYTES), start=1):
            try:
                note = parse_json(line.decode("utf-8"))
            except (UnicodeDecodeError, JsonFault) as err:
                source.faults.add(Fault(source.upload.name, f"no object of an inventory: {err}", number))
                return
            if isinstance(note, dict) and isinstance(note.get("object"), dict):
                path = str(note.get("list"))
                counts[path] += 1
                if path not in ENDPOINTS or not add_api_record(records, ENDPOINTS[path], note["object"]):
                    source.faults.add(Fault(source.upload.name, "no object of a known list", number, found=path))
            stated = note.get("counts") if isinstance(note, dict) else None
    if stated != dict(counts):
        way_out = "Read it again from its address."
        text = "the inventory is not whole: its last line does not count what stands before it"
        source.faults.add(Fault(source.upload.name, text, way_out=way_out))
        return
    yield from _inventory(source, records)


def _is(form: re.Pattern[bytes], first: bytes) -> Callable[[Head], bool]:
    def recognised(head: Head) -> bool:
        return head.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {bytes([one]) for one in first} and bool(
            form.search(head.data)
        )

    return recognised


FORMATS = (
    Format(
        name="netbox-rest",
        says="an inventory that was read from a NetBox or Nautobot over REST",
        suffixes=(".jsonl",),
        recognises=lambda head: head.data.startswith(SNAPSHOT_MARK),
        opens_devices=_read_snapshot,
        order=20,
    ),
    Format(
        name="netbox-dump",
        says="dump of data of a NetBox or Nautobot (dumpdata)",
        suffixes=(".json",),
        recognises=_is(_DUMP, b"["),
        opens_devices=_read_dump,
        order=20,
    ),
    Format(
        name="netbox-api",
        says="lists of the REST API of a NetBox or Nautobot, saved",
        suffixes=(".json",),
        recognises=_is(_API, b"[{"),
        opens_devices=_read_api,
        order=21,
    ),
    Format(
        name="netbox-sql",
        says="plain dump of PostgreSQL of a NetBox or Nautobot (pg_dump)",
        suffixes=(".sql",),
        recognises=lambda head: b"PostgreSQL database dump" in head.data,
        opens_devices=_read_sql,
        order=20,
    ),
)
