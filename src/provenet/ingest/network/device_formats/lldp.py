"""What a device knows of its neighbours by LLDP: `lldpcli -f json` (both forms) and openconfig-lldp.

A neighbour's own words are evidence of its vendor: the maker of LLDP-MED's inventory, or the one maker that its system
description names. The prefix of its chassis id alone is none: it is whoever made the port.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
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
)
from provenet.ingest.network.devices import MEDIUM, NONE, DeviceLink, DevicePart, Maker, maker_of
from provenet.ingest.network.vendors import vendor_registry
from provenet.ingest.registry import Format, Source

_LLDPCLI = re.compile(rb'"lldp"\s*:\s*[\[{]\s*\{?\s*"(interface|local-chassis)"')
_OPENCONFIG = re.compile(rb'"(openconfig-lldp:(lldp|interfaces|interface)|lldp)"\s*:')
_MAC = re.compile(r"([0-9a-f]{2}[:-]){5}[0-9a-f]{2}\Z", re.I)
_Rows = Iterator[DevicePart | DeviceLink]


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
        vendor_id=maker.vendor_id,
        vendor_text=maker.text,
        model=model,
        evidence=maker.evidence,
        confidence=maker.confidence,
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
        far = text_of(_said(inside(next(objects(there.get("id")), {}), "value"))) or text_of(_said(there.get("descr")))
        links.append(
            DeviceLink(
                source_device=own,
                source_port=port,
                target_device=name,
                target_port=far,
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


def _read_openconfig(source: Source) -> _Rows:
    value = json_document(source.upload)
    where = source.upload.plain_name
    lldp = inside(value, "lldp") or value
    state = {**bare(inside(lldp, "config")), **bare(inside(lldp, "state"))}
    own = text_of(state.get("system-name")) or device_of_file(source)
    description = text_of(state.get("system-description"))
    maker = maker_in(description, text_of(state.get("chassis-id")))
    yield _neighbour(own, maker, model=None, description=description, capabilities=[], locator=where)
    seen: set[str] = {own}
    interfaces = inside(lldp, "interfaces", "interface") or inside(lldp, "interface")
    for interface in objects(interfaces):
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


FORMATS = (
    Format(
        name="lldpcli",
        says="neighbours of a device by LLDP (lldpcli -f json)",
        suffixes=(".json",),
        recognises=lambda head: _LLDPCLI.search(head.data[:4096]) is not None,
        opens_devices=_read_lldpcli,
        order=30,
    ),
    Format(
        name="openconfig-lldp",
        says="neighbours of a device by LLDP (openconfig-lldp)",
        suffixes=(".json",),
        recognises=lambda head: _OPENCONFIG.search(head.data[:4096]) is not None and b"neighbor" in head.data,
        opens_devices=_read_openconfig,
        order=31,
    ),
)
