"""The records of a NetBox or a Nautobot as flat rows by kind, whichever way they left it.

Three ways out give the same rows: pages of the REST API, Django's dump of data, and the SQL of `pg_dump`. A record is a
dict of plain values whose references are the ids of other records, as text. Only what says which equipment stands
where is kept: no address, no serial number, no comment, no contact, no secret; what is read over REST is cut to that
before it enters a case.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, object]
_OF_A_DEVICE = """
    name device_type role tenant platform site location status virtual_chassis vc_position latitude longitude
    interface_count front_port_count rear_port_count power_outlet_count
"""
KINDS: Mapping[str, tuple[str, ...]] = {
    "contenttype": ("app_label", "model"),
    "status": ("name",),
    "manufacturer": ("name", "slug"),
    "tenant": ("name",),
    "region": ("name", "parent"),
    "site": ("name", "region", "tenant", "status", "latitude", "longitude"),
    "location": ("name", "parent", "site", "location_type", "tenant", "status", "latitude", "longitude"),
    "locationtype": ("name",),
    "platform": ("name",),
    "devicerole": ("name", "slug", "parent"),
    "devicetype": ("manufacturer", "model", "part_number"),
    "moduletype": ("manufacturer", "model", "part_number"),
    "virtualchassis": ("name", "master"),
    "device": tuple(_OF_A_DEVICE.split()),
    "modulebay": ("device", "module", "name", "parent_device", "parent_module"),
    "module": ("device", "module_bay", "module_type", "status"),
    "inventoryitemrole": ("name",),
    "inventoryitem": ("device", "parent", "name", "role", "manufacturer", "part_id"),
    "rearport": ("device", "name", "positions", "cable"),
    "frontport": ("device", "name", "rear_port", "rear_port_position", "cable"),
    "portmapping": ("front_port", "rear_port", "rear_port_position"),
    "interface": ("device", "name"),
    "provider": ("name",),
    "circuit": ("cid", "provider", "status"),
    "circuittermination": ("circuit", "term_side", "site"),
    "cable": ("status",),
    "cabletermination": ("cable", "cable_end", "kind", "termination", "device", "name"),
}
"""What is kept of each kind of record. `modulebay.module` holds the bay; `cabletermination.kind` is that of its end."""


def _pairs(text: str) -> dict[str, str]:
    return dict(one.split("=") for one in text.split())


REFERENCES = _pairs("""
    manufacturer=manufacturer tenant=tenant region=region site=site location=location location_type=locationtype
    platform=platform role=devicerole device_type=devicetype module_type=moduletype virtual_chassis=virtualchassis
    master=device device=device parent_device=device module=module parent_module=module module_bay=modulebay
    rear_port=rearport provider=provider circuit=circuit status=status
""")
"""The kind of record that a field of the REST API refers to; `parent` is of the record's own kind."""
OLDER_NAMES: Mapping[str, str] = {
    "device_role": "role",
    "parent_module_bay": "module_bay",
    "parent_bay": "module_bay",
    "installed_module": "",
}
"""Names of fields in other releases, and in Nautobot."""


@dataclass
class Records:
    """The records of one inventory, by kind and id; `others` counts records of kinds that are not kept."""

    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    others: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, key: str, fields: Mapping[str, object], *, partial: bool = False) -> None:
        """Keeps what is wanted of a record; a partial one, seen inside another, never replaces a whole one."""
        held = self.rows[kind].setdefault(key, {})
        for name in KINDS[kind]:
            value = fields.get(name)
            if value is not None and (not partial or held.get(name) is None):
                held[name] = value

    def get(self, kind: str, key: object) -> Row:
        """A record by its id; empty where there is none."""
        return self.rows[kind].get(str(key), {}) if key is not None else {}

    def text(self, kind: str, key: object, name: str = "name") -> str | None:
        """One text of the record that an id names; None where there is none, or it says nothing."""
        value = self.get(kind, key).get(name)
        return str(value).strip() or None if value is not None else None


def kind_of_model(model: str) -> str:
    """The kind of a Django model: `dcim.devicetype`, `dcim_devicetype` and `extras.role` to the kinds kept here."""
    app, _, name = model.replace("_", ".", 1).partition(".") if "." not in model else model.partition(".")
    if (app, name) == ("extras", "role"):
        return "devicerole"
    return name if app in {"dcim", "tenancy", "circuits", "extras", "contenttypes", "django"} else model


ENDPOINTS = _pairs("""
    tenancy/tenants=tenant dcim/regions=region dcim/sites=site dcim/locations=location
    dcim/location-types=locationtype dcim/manufacturers=manufacturer dcim/device-types=devicetype
    dcim/module-types=moduletype dcim/device-roles=devicerole extras/roles=devicerole extras/statuses=status
    dcim/platforms=platform dcim/virtual-chassis=virtualchassis dcim/devices=device dcim/module-bays=modulebay
    dcim/modules=module dcim/inventory-item-roles=inventoryitemrole dcim/inventory-items=inventoryitem
    dcim/front-ports=frontport dcim/rear-ports=rearport dcim/interfaces=interface circuits/providers=provider
    circuits/circuits=circuit circuits/circuit-terminations=circuittermination dcim/cables=cable
""")
"""The lists of the REST API whose records are kept, and the kind of each."""
NOT_ELEMENTS: Mapping[str, str] = {
    "rack": "racks",
    "powerpanel": "power panels",
    "powerfeed": "power feeds",
    "poweroutlet": "power outlets",
    "powerport": "power ports",
    "devicebay": "device bays",
    "consoleport": "console ports",
    "consoleserverport": "console server ports",
}
"""Kinds of records that a NetBox holds beside its devices, and what they are called; none is a network element."""


def add_api_record(records: Records, kind: str, value: Mapping[str, object]) -> bool:
    """Adds one object of a list of the REST API, and the objects nested in it. False where it has no id."""
    if not _is_key(value.get("id")):
        return False
    key = str(value["id"])
    fields = {OLDER_NAMES.get(name, name): given for name, given in value.items()}
    if kind == "frontport":
        fields |= _rear_port(fields)
    records.add(kind, key, {name: _flat(records, kind, name, value=given) for name, given in fields.items()})
    if kind == "cable":
        _add_ends(records, key, fields)
    return True


def _rear_port(fields: Mapping[str, object]) -> Row:
    """The rear port of a front port, of the list that releases since 4.5 give; of several, the first."""
    listed = fields.get("rear_ports")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    return {name: first[name] for name in ("rear_port", "rear_port_position") if first.get(name) is not None}


def _is_key(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""


def _flat(records: Records, kind: str, name: str, *, value: object) -> object:
    """A value without what is nested in it: a choice is its word, a reference is an id, and its record is added."""
    if not isinstance(value, dict):
        return value
    if not _is_key(value.get("id")):
        return value.get("value")
    key = str(value["id"])
    refers_to = kind if name == "parent" else REFERENCES.get(name)
    if refers_to == "devicerole" and kind == "inventoryitem":
        refers_to = "inventoryitemrole"
    if refers_to is not None and refers_to in KINDS:
        inner = {OLDER_NAMES.get(one, one): given for one, given in value.items()}
        if refers_to not in {"devicetype", "moduletype"} and inner.get("name") is None:
            inner["name"] = inner.get("display")
        partial = {one: _flat(records, refers_to, one, value=given) for one, given in inner.items()}
        records.add(refers_to, key, partial, partial=True)
    return key


def _add_ends(records: Records, cable: str, fields: Mapping[str, object]) -> None:
    """The ends of a cable, as releases since 3.3 list them (several to a side) or as earlier ones and Nautobot do."""
    for side in ("a", "b"):
        listed = fields.get(f"{side}_terminations")
        earlier = {f"object{mark}": fields.get(f"termination_{side}{mark}") for mark in ("_type", "_id", "")}
        for at, end in enumerate(listed if isinstance(listed, list) else [earlier]):
            if isinstance(end, dict) and _is_key(end.get("object_id")):
                _add_end(records, cable, end, side=side, at=at)


def _add_end(records: Records, cable: str, end: Mapping[str, object], *, side: str, at: int) -> None:
    kind = kind_of_model(str(end.get("object_type") or ""))
    key, inner = str(end["object_id"]), end.get("object")
    given = inner if isinstance(inner, dict) else {}
    flat = {name: _flat(records, kind, name, value=value) for name, value in given.items()}
    if kind in KINDS:
        records.add(kind, key, flat, partial=True)
    ended: Row = {
        "cable": cable,
        "cable_end": side.upper(),
        "kind": kind,
        "termination": key,
        "device": flat.get("device") or flat.get("parent_device"),
        "name": given.get("name") or given.get("display"),
    }
    records.add("cabletermination", f"{cable}-{side}-{at}", ended)


def add_model_record(records: Records, model: str, key: str, *, fields: Mapping[str, object]) -> None:
    """Adds one row of a table, of a dump of data or of SQL: names end in `_id` or not, references are numbers."""
    kind = kind_of_model(model)
    if kind not in KINDS:
        records.others[kind] += 1
        return
    flat: Row = {}
    for name, value in fields.items():
        plain = name.removesuffix("_id") if name not in {"part_id", "termination_id"} else name
        flat[OLDER_NAMES.get(plain, plain)] = str(value) if isinstance(value, int) else value
    if kind == "circuittermination":
        flat.setdefault("site", flat.get("_site"))
    if kind == "cabletermination":
        flat["kind"] = _kind_of_type(records, fields.get("termination_type", fields.get("termination_type_id")))
        flat["termination"] = str(fields.get("termination_id"))
        flat["device"] = flat.get("_device") or None
    records.add(kind, key, flat)


def _kind_of_type(records: Records, value: object) -> str:
    """The kind that a content type names: `["dcim", "interface"]`, or the number of one."""
    if isinstance(value, list) and len(value) == 2:
        return kind_of_model(f"{value[0]}.{value[1]}")
    return f"#{value}"


def settle_types(records: Records) -> None:
    """Puts the kinds of cable ends that a dump gives by number into words, once every content type is read.

    Since release 4.5 a table of its own maps front ports to rear ports; of several, the first is taken.
    """
    for mapping in records.rows["portmapping"].values():
        fields = {"rear_port": mapping.get("rear_port"), "rear_port_position": mapping.get("rear_port_position")}
        records.add("frontport", str(mapping.get("front_port")), fields, partial=True)
    for row in records.rows["cabletermination"].values():
        kind = str(row.get("kind") or "")
        if kind.startswith("#"):
            named = records.get("contenttype", kind[1:])
            row["kind"] = kind_of_model(f"{named.get('app_label')}.{named.get('model')}") if named else ""


COPY_NULL = "\\N"
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def add_sql(records: Records, lines: Iterable[str]) -> int:
    """Adds the rows of a dump of `pg_dump` in its plain form, and returns how many tables had rows of kinds kept here.

    Reads `COPY table (columns) FROM stdin;` alone. Raises ValueError with what is wrong at which line. Cost O(bytes).
    """
    found = 0
    numbered = enumerate(lines, start=1)
    for _, line in numbered:
        if not line.startswith("COPY ") or not line.rstrip().endswith("FROM stdin;"):
            continue
        table, _, rest = line[5:].partition(" (")
        named = table.strip('"').rpartition(".")[2].strip('"')
        model = "contenttypes.contenttype" if named == "django_content_type" else named
        columns = [one.strip().strip('"') for one in rest.partition(")")[0].split(",")]
        kind, added = kind_of_model(model), False
        for number, values in _copied(numbered, len(columns)):
            if kind not in KINDS:
                records.others[kind] += 1
                continue
            row = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
            if "id" not in row:
                raise ValueError(f"line {number}: a row of {table} has no id")
            add_model_record(records, model, row["id"], fields=row)
            added = kind != "contenttype"
        found += added
    settle_types(records)
    return found


def _copied(lines: Iterator[tuple[int, str]], width: int) -> Iterator[tuple[int, list[str | None]]]:
    """The rows of one COPY, up to the line that ends it. Raises ValueError where it is cut off or ragged."""
    number = 0
    for number, line in lines:
        text = line.rstrip("\n").rstrip("\r")
        if text == "\\.":
            return
        cells = text.split("\t")
        if len(cells) != width:
            raise ValueError(f"line {number}: {len(cells)} cells where the header has {width}")
        yield number, [None if cell == COPY_NULL else _unescaped(cell) for cell in cells]
    raise ValueError(f"line {number}: the file ends inside a table")


def _unescaped(cell: str) -> str:
    if "\\" not in cell:
        return cell
    made, at = [], 0
    while (mark := cell.find("\\", at)) >= 0:
        made += [cell[at:mark], _ESCAPES.get(cell[mark + 1 : mark + 2], cell[mark + 1 : mark + 2])]
        at = mark + 2
    return "".join([*made, cell[at:]])


NETBOX, NAUTOBOT = "netbox", "nautobot"
VERSIONS: Mapping[str, str] = {"netbox-version": NETBOX, "nautobot-version": NAUTOBOT}
"""What the status of a service says its release by."""
REQUIRED = frozenset({"dcim/manufacturers", "dcim/device-types", "dcim/devices"})
_NOT_READ = frozenset({"dcim/interfaces"})
_OF_ONE = {NETBOX: frozenset({"extras/roles", "extras/statuses", "dcim/location-types"}), NAUTOBOT: frozenset[str]()}
_QUERIES: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    (NETBOX, "dcim/devices"): (("exclude", "config_context"),),
    (NETBOX, "dcim/front-ports"): (("cabled", "true"),),
    (NETBOX, "dcim/rear-ports"): (("cabled", "true"),),
}
_BESIDE = frozenset(
    {"id", "display", "value", "object_type", "object_id", "object", "a_terminations", "b_terminations"}
    | {"termination_a", "termination_a_id", "termination_a_type", "termination_b", "termination_b_id"}
    | {"termination_b_type", "rear_ports", "position"}
)
_WANTED = frozenset({name for names in KINDS.values() for name in names} | set(OLDER_NAMES)) | _BESIDE
_DEEPEST = 6


def lists_of(product: str) -> list[tuple[str, tuple[tuple[str, str], ...], bool]]:
    """The lists that are read of a product: path, query, and whether nothing works without it."""
    common = (("ordering", "id"),) if product == NETBOX else (("depth", "1"),)
    return [
        (path, (*common, *_QUERIES.get((product, path), ())), path in REQUIRED)
        for path in ENDPOINTS
        if path not in _NOT_READ | _OF_ONE[product]
    ]


def kept_of(_path: str, value: Mapping[str, Any]) -> object:
    """An object of a list with the fields that are used alone, however deep they are nested."""
    return _kept(value, _DEEPEST)


def _kept(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return {
            name: _kept(given, depth - 1)
            for name, given in value.items()
            if name in _WANTED and given is not None and given != "" and depth > 0
        }
    if isinstance(value, list):
        return [_kept(one, depth) for one in value if isinstance(one, dict)]
    return value


def snapshot(product: str, release: str, root: str, *, objects: Iterable[tuple[str, object]]) -> bytes:
    """The file that an inventory over REST becomes: a line that says what it is, one for each object, one with counts.

    The same objects give the same bytes, however they were paged. Cost O(objects).
    """
    counts: Counter[str] = Counter()
    lines = [_line({"inventory": product, "release": release, "root": root})]
    for path, value in objects:
        counts[path] += 1
        lines.append(_line({"list": path, "object": value}))
    lines.append(_line({"counts": dict(sorted(counts.items()))}))
    return b"".join(lines)


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
