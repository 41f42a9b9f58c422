"""The parts of a device, and the nodes of a network, as YANG models list them, in JSON.

Of openconfig-platform and ietf-hardware each component with a maker's name of its own has that vendor; one without has
none, whatever the chassis is. RFC 8345 itself names no hardware; augmentations do, under names such as `vendor` or
`mfg-name`. A node of the lowest layer that says nothing of its hardware is a device whose vendor is unknown.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from provenet.core.errors import Fault
from provenet.ingest.documents import (
    bare,
    device_of_file,
    first_text,
    inside,
    json_document,
    objects,
    text_of,
    word_of,
)
from provenet.ingest.network.devices import DeviceLink, DevicePart, maker_of
from provenet.ingest.registry import Format, Source

_OPENCONFIG = re.compile(rb'"(openconfig-platform:)?components?"\s*:')
_IETF = re.compile(rb'"ietf-hardware:(hardware|component)"\s*:')
_SOFTWARE = frozenset({"operating system", "boot loader", "bios", "operating system update", "software module"})
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
        vendor_id=maker.vendor_id,
        vendor_text=maker.text,
        model=one.get("model"),
        evidence=maker.evidence,
        confidence=maker.confidence,
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
            source.faults.add(Fault(source.upload.name, text, column="name", found=name, expected="a name of its own"))
            continue
        seen.add(name)
        entry: dict[str, Any] = {field: first_text(stated, *names) for field, names in fields.items()}
        kind = word_of(stated.get("type") or stated.get("class")) or "component"
        made.append({**entry, "name": name, "kind": kind, "empty": stated.get("empty") is True})
    return made


def _read_openconfig(source: Source) -> _Rows:
    value = json_document(source.upload)
    found = inside(value, "components", "component") or inside(value, "component")
    fields = {
        "maker": ("mfg-name",),
        "model": ("model-name", "part-no"),
        "number": ("part-no",),
        "parent": ("parent",),
        "version": ("software-version",),
    }
    device = text_of(inside(value, "system", "state", "hostname")) or text_of(inside(value, "hostname"))
    yield from _rows(source, device or device_of_file(source), _components(source, found, fields))


def _read_ietf(source: Source) -> _Rows:
    value = json_document(source.upload)
    found = inside(value, "hardware", "component") or inside(value, "component")
    fields = {
        "maker": ("mfg-name",),
        "model": ("model-name",),
        "number": ("model-name",),
        "parent": ("parent",),
        "version": ("software-rev",),
    }
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
    maker = maker_of(
        first_text(attributes, *_MAKERS), "maker in the attributes of the node", first_text(attributes, *_MODELS)
    )
    return DevicePart(
        device_id=name,
        vendor_id=maker.vendor_id,
        vendor_text=maker.text,
        model=first_text(attributes, *_MODELS),
        evidence=maker.evidence,
        confidence=maker.confidence,
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


FORMATS = (
    Format(
        name="ietf-hardware",
        says="components of a device (ietf-hardware, RFC 8348)",
        suffixes=(".json",),
        recognises=lambda head: _IETF.search(head.data[:4096]) is not None,
        opens_devices=_read_ietf,
        order=30,
    ),
    Format(
        name="openconfig-platform",
        says="components of a device (openconfig-platform)",
        suffixes=(".json",),
        recognises=lambda head: (
            _OPENCONFIG.search(head.data[:4096]) is not None
            and (b"openconfig-platform" in head.data or b'"mfg-name"' in head.data)
        ),
        opens_devices=_read_openconfig,
        order=31,
    ),
    Format(
        name="rfc-8345",
        says="networks of RFC 8345, whose nodes may name their hardware",
        suffixes=(".json",),
        recognises=lambda head: (
            b'"ietf-network:networks"' in head.data[:4096] or b'"ietf-network:network"' in head.data[:4096]
        ),
        opens_devices=_read_networks,
        order=35,
    ),
)
