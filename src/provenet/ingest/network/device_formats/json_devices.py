"""Devices as YANG models and LLDP list them, in JSON: their parts, the nodes of a network, and their neighbours.

Of openconfig-platform and ietf-hardware each component with a maker's name of its own has that vendor; one without has
none, whatever the chassis is. RFC 8345 itself names no hardware; augmentations do, under names such as `vendor` or
`mfg-name`. A node of the lowest layer that says nothing of its hardware is a device whose vendor is unknown.

Of LLDP (`lldpcli -f json` in both forms, openconfig-lldp) a neighbour's own words are evidence of its vendor: the maker
of LLDP-MED's inventory, or the one maker that its system description names. The prefix of its chassis id alone is none:
it is whoever made the port.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from provenet.core.errors import Fault
from provenet.ingest.documents import bare, device_of_file, first_text, inside, json_document, objects, text_of, word_of
from provenet.ingest.network.devices import MEDIUM, NONE, DeviceLink, DevicePart, Maker, maker_of
from provenet.ingest.network.vendors import vendor_registry
from provenet.ingest.registry import Format, Head, Source

_PLATFORM = re.compile(rb'"(openconfig-platform:)?components?"\s*:'), b"openconfig-platform", b'"mfg-name"'
_IETF = re.compile(rb'"ietf-hardware:(hardware|component)"\s*:')
_SOFTWARE = frozenset({"operating system", "boot loader", "bios", "operating system update", "software module"})
_FIELDS: dict[str, tuple[str, ...]] = {"maker": ("mfg-name",), "parent": ("parent",)}
_NO_HARDWARE = frozenset({"port", "sensor", "interface", "container", "storage driver", "controller process"})
_Rows = Iterator[DevicePart | DeviceLink]


def _rows(source: Source, device: str, components: list[dict[str, Any]]) -> _Rows:
    """The chassis is the device; where there is none, or several, the device has a row without a vendor of its own."""
    where = source.upload.plain_name
    chassis = [one for one in components if one["kind"] in ("chassis", "stack")]
    main = chassis[0] if len(chassis) == 1 else next((one for one in chassis if one["kind"] == "stack"), None)
    system = next((one for one in components if one["kind"] in _SOFTWARE and one["version"]), None)
    platform = " ".join(one for one in (system["name"], system["version"]) if one) if system else None
    yield _part(main or {"kind": "device", "name": None}, device, where, is_device=True, platform=platform)
    passed = 0
    for one in components:
        if one is main or one["kind"] in _SOFTWARE:
            continue
        if one["empty"] or one["kind"] in _NO_HARDWARE:
            passed += 1
            continue
        yield _part(one, device, where, is_device=False, held_by=None if main is None else main["name"])
    if passed:
        source.remarks.append(f"{where}: {passed:,} ports, sensors and empty slots are no parts, and left out.")


def _part(
    one: Mapping[str, Any],
    device: str,
    where: str,
    *,
    is_device: bool,
    platform: str | None = None,
    held_by: str | None = None,
) -> DevicePart:
    maker = maker_of(one.get("maker"), "manufacturer's name of the component", one.get("model"))
    parent = one.get("parent")
    return DevicePart(
        device_id=device,
        part=None if is_device else one["name"],
        **maker.as_fields(),
        model=one.get("model"),
        parent=None if is_device or parent == held_by else parent,
        kind=one["kind"],
        part_number=one.get("number"),
        platform=platform,
        locator=where if one["name"] is None else f"{where} {one['name']}",
    )


def _components(source: Source, found: Any, fields: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    """Components with the same names of fields, whichever model they are of."""
    made, seen = list[dict[str, Any]](), set[str]()
    for one in objects(found):
        stated = {**bare(one), **bare(inside(one, "config")), **bare(inside(one, "state"))}
        name = text_of(stated.get("name"))
        if name is None or name in seen:
            text = "a component has no name" if name is None else "the name of a component stands twice"
            source.fault(text, column="name", found=name, expected="a name of its own")
            continue
        seen.add(name)
        entry: dict[str, Any] = {field: first_text(stated, *names) for field, names in fields.items()}
        kind = word_of(stated.get("type") or stated.get("class")) or "component"
        made.append({**entry, "name": name, "kind": kind, "empty": stated.get("empty") is True})
    return made


def _read_platform(source: Source) -> _Rows:
    value = json_document(source.upload)
    found = inside(value, "components", "component") or inside(value, "component")
    fields = _FIELDS | {"model": ("model-name", "part-no"), "number": ("part-no",), "version": ("software-version",)}
    device = text_of(inside(value, "system", "state", "hostname")) or text_of(inside(value, "hostname"))
    yield from _rows(source, device or device_of_file(source), _components(source, found, fields))


def _read_ietf(source: Source) -> _Rows:
    value = json_document(source.upload)
    found = inside(value, "hardware", "component") or inside(value, "component")
    fields = _FIELDS | {"model": ("model-name",), "number": ("model-name",), "version": ("software-rev",)}
    yield from _rows(source, device_of_file(source), _components(source, found, fields))


_MAKERS = ("mfg-name", "manufacturer", "manufacturer-name", "vendor", "vendor-name")
_MODELS = ("model-name", "model", "product-name", "hardware-type")
_SYSTEMS = ("software-rev", "software-version", "os-version", "os-type")


def _attributes(node: Mapping[str, Any]) -> dict[str, Any]:
    """What a node says of itself at its own level and one below, in containers of augmentations."""
    attributes = bare(node)
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        if isinstance(value, dict) and name != "termination-point":
            found.update(bare(value))
    return {**found, **attributes}


def _read_networks(source: Source) -> _Rows:
    value = json_document(source.upload)
    where = source.upload.plain_name
    networks = list(objects(inside(value, "networks", "network") or inside(value, "network")))
    lowest = [one for one in networks if not inside(one, "supporting-network")] or networks
    seen: dict[str, DevicePart] = {}
    links: dict[tuple[str, str | None, str, str | None], DeviceLink] = {}
    for network in lowest:
        layer = text_of(inside(network, "network-id")) or "network"
        for node in objects(inside(network, "node")):
            part = _device(node, f"{where} {layer}")
            if part is not None and (part.device_id not in seen or seen[part.device_id].vendor_id is None):
                seen[part.device_id] = part
        for link in objects(inside(network, "link")):
            made = _link(link, layer, where)
            if made is not None:
                key = (made.source_device, made.source_port, made.target_device, made.target_port)
                if (key[2], key[3], key[0], key[1]) not in links:
                    links.setdefault(key, made)
    yield from seen.values()
    yield from links.values()
    if len(lowest) < len(networks):
        source.remarks.append(f"Of {len(networks)} layers the {len(lowest)} that rest on no other are devices.")


def _device(node: Mapping[str, Any], place: str) -> DevicePart | None:
    attributes = _attributes(node)
    name = text_of(attributes.get("node-id"))
    if name is None:
        return None
    model = first_text(attributes, *_MODELS)
    return DevicePart(
        device_id=name,
        **maker_of(first_text(attributes, *_MAKERS), "maker in the attributes of the node", model).as_fields(),
        model=model,
        kind="node",
        platform=first_text(attributes, *_SYSTEMS),
        locator=f"{place} {name}",
    )


def _link(link: Mapping[str, Any], layer: str, where: str) -> DeviceLink | None:
    source, target = text_of(inside(link, "source", "source-node")), text_of(inside(link, "destination", "dest-node"))
    if source is None or target is None or source == target:
        return None
    return DeviceLink(
        source_device=source,
        source_port=text_of(inside(link, "source", "source-tp")),
        target_device=target,
        target_port=text_of(inside(link, "destination", "dest-tp")),
        evidence=f"link of {layer}",
        locator=f"{where} {text_of(inside(link, 'link-id')) or layer}",
    )


_LLDPCLI = re.compile(rb'"lldp"\s*:\s*[\[{]\s*\{?\s*"(interface|local-chassis)"')
_NEIGHBOURS = re.compile(rb'"(openconfig-lldp:(lldp|interfaces|interface)|lldp)"\s*:'), b"neighbor"
_NETWORKS = re.compile(rb'"ietf-network:networks?"')
_MAC = re.compile(r"([0-9a-f]{2}[:-]){5}[0-9a-f]{2}\Z", re.I)


def maker_in(description: str | None, mac: str | None = None) -> Maker:
    """Who made a device that describes itself in words: the one maker that its description names."""
    registry = vendor_registry()
    named = [one for one in registry.named_in(description or "") if one.vendor.names_maker]
    first = [one.vendor for one in named if one.at_head] or [one.vendor for one in named if not one.weak]
    makers = {one.vendor_id for one in first}
    if len(makers) == 1:
        return Maker(first[0].vendor_id, first[0].name, "system description", MEDIUM)
    if makers:
        several = ", ".join(sorted(map(str, makers)))
        return Maker(None, None, f"the system description names several makers: {several}", NONE)
    holder = registry.prefix_holder(bytes.fromhex(re.sub("[:-]", "", mac))) if mac and _MAC.match(mac) else None
    if holder:
        return Maker(None, None, f"no maker is named; its address is of {holder}, which says who made the port", NONE)
    return Maker(None, None, "no maker is named", NONE)


def _neighbour(
    name: str, maker: Maker, *, model: str | None, description: str | None, capabilities: Sequence[str], locator: str
) -> DevicePart:
    return DevicePart(
        device_id=name,
        **maker.as_fields(),
        model=model,
        kind=capabilities[0] if capabilities else None,
        platform=description,
        locator=locator,
    )


def _said(value: Any) -> Any:
    """A value of `lldpcli -f json0`, where each stands in a list with its `value`."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0]
    return value.get("value") if isinstance(value, dict) and "value" in value else value


def _interfaces(lldp: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Interfaces with a neighbour: objects by name, or lists of objects with a `name`."""
    for one in objects(lldp):
        for entry in objects(one.get("interface")):
            if isinstance(entry.get("name"), str):
                yield entry["name"], entry
            else:
                yield from ((name, given) for name, given in entry.items() if isinstance(given, dict))


def _chassis(value: Any) -> tuple[str | None, Mapping[str, Any]]:
    """The name of a neighbour and what it says of itself; the name is a key of its own, or a field."""
    one = next(objects(value), {})
    if "id" in one or "descr" in one or "name" in one:
        return text_of(_said(one.get("name"))), one
    return next(((name, given) for name, given in one.items() if isinstance(given, dict)), (None, {}))


def _read_lldpcli(source: Source) -> _Rows:
    value = json_document(source.upload)
    lldp, where = value.get("lldp") if isinstance(value, dict) else None, source.upload.plain_name
    local_name, local = _chassis(inside(next(objects(lldp), {}), "local-chassis", "chassis"))
    own = local_name or device_of_file(source)
    seen: dict[str, DevicePart] = {}
    links: list[DeviceLink] = []
    for port, entry in _interfaces(lldp):
        name, chassis = _chassis(entry.get("chassis"))
        identity = text_of(_said(inside(next(objects(chassis.get("id")), {}), "value")))
        name = name or identity
        if name is None:
            source.faults.add(Fault(where, "a neighbour has neither a name nor an id", column=port))
            continue
        found = _of_chassis(name, identity, chassis, entry=entry, locator=f"{where} {port}")
        if name not in seen or (seen[name].vendor_id is None and found.vendor_id is not None):
            seen[name] = found
        there = next(objects(entry.get("port")), {})
        links.append(
            DeviceLink(
                source_device=own,
                source_port=port,
                target_device=name,
                target_port=text_of(_said(inside(next(objects(there.get("id")), {}), "value")))
                or text_of(_said(there.get("descr"))),
                evidence=(text_of(entry.get("via")) or "LLDP"),
                target_vendor_id=found.vendor_id,
                locator=f"{where} {port}",
            )
        )
    maker = maker_in(text_of(_said(local.get("descr"))))
    yield _neighbour(
        own, maker, model=None, description=text_of(_said(local.get("descr"))), capabilities=[], locator=where
    )
    yield from (part for name, part in seen.items() if name != own)
    yield from links


def _of_chassis(
    name: str, identity: str | None, chassis: Mapping[str, Any], *, entry: Mapping[str, Any], locator: str
) -> DevicePart:
    description = text_of(_said(chassis.get("descr")))
    stock = next(objects(next(objects(entry.get("lldp-med")), {}).get("inventory")), {})
    manufacturer, model = text_of(_said(stock.get("manufacturer"))), text_of(_said(stock.get("model")))
    maker = (
        maker_of(manufacturer, "manufacturer of LLDP-MED", model) if manufacturer else maker_in(description, identity)
    )
    enabled = [
        str(one.get("type", "")).lower() for one in objects(chassis.get("capability")) if one.get("enabled") is True
    ]
    capabilities = [one for one in ("router", "bridge", "wlan", "tel", "station") if one in enabled]
    return _neighbour(name, maker, model=model, description=description, capabilities=capabilities, locator=locator)


def _neighbours(source: Source) -> _Rows:
    value = json_document(source.upload)
    where = source.upload.plain_name
    lldp = inside(value, "lldp") or value
    state = {**bare(inside(lldp, "config")), **bare(inside(lldp, "state"))}
    own = text_of(state.get("system-name")) or device_of_file(source)
    description = text_of(state.get("system-description"))
    maker = maker_in(description, text_of(state.get("chassis-id")))
    yield _neighbour(own, maker, model=None, description=description, capabilities=[], locator=where)
    seen: set[str] = {own}
    for interface in objects(inside(lldp, "interfaces", "interface") or inside(lldp, "interface")):
        port = first_text(bare(interface), "name")
        for neighbour in objects(inside(interface, "neighbors", "neighbor")):
            stated = {**bare(neighbour), **bare(inside(neighbour, "state"))}
            name = first_text(stated, "system-name", "chassis-id", "id")
            if name is None:
                source.faults.add(Fault(where, "a neighbour has neither a name nor an id", column=port))
                continue
            found = maker_in(text_of(stated.get("system-description")), text_of(stated.get("chassis-id")))
            if name not in seen:
                seen.add(name)
                yield _neighbour(
                    name,
                    found,
                    model=None,
                    description=text_of(stated.get("system-description")),
                    capabilities=[],
                    locator=f"{where} {port}",
                )
            yield DeviceLink(
                source_device=own,
                source_port=port,
                target_device=name,
                target_port=first_text(stated, "port-id", "port-description"),
                evidence="LLDP",
                target_vendor_id=found.vendor_id,
                locator=f"{where} {port}",
            )


def _has(form: re.Pattern[bytes], *words: bytes) -> Callable[[Head], bool]:
    """Told by a pattern near the start and, where words are given, by one of them."""
    return lambda head: bool(form.search(head.data[:4096])) and (not words or any(one in head.data for one in words))


FORMATS = tuple(
    Format(name, says, recognises, suffixes=(".json",), opens_devices=read, order=order)
    for order, name, says, recognises, read in (
        (30, "ietf-hardware", "components of a device (ietf-hardware, RFC 8348)", _has(_IETF), _read_ietf),
        (31, "openconfig-platform", "components of a device (openconfig-platform)", _has(*_PLATFORM), _read_platform),
        (35, "rfc-8345", "networks of RFC 8345, whose nodes may name their hardware", _has(_NETWORKS), _read_networks),
        (30, "lldpcli", "neighbours of a device by LLDP (lldpcli -f json)", _has(_LLDPCLI), _read_lldpcli),
        (31, "openconfig-lldp", "neighbours of a device by LLDP (openconfig-lldp)", _has(*_NEIGHBOURS), _neighbours),
    )
)
