"""Networks of RFC 8345 as an inventory: the nodes of the lowest layer, with the makers that their attributes name.

RFC 8345 itself names no hardware; augmentations do, under names such as `vendor` or `mfg-name`. A node that says
nothing of its hardware is a device whose vendor is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.network.documents import bare, first_text, inside, json_document, objects, text_of
from provenet.ingest.network.makers import maker_of
from provenet.ingest.registry import Format, Source

_MAKERS = ("mfg-name", "manufacturer", "manufacturer-name", "vendor", "vendor-name")
_MODELS = ("model-name", "model", "product-name", "hardware-type")
_SYSTEMS = ("software-rev", "software-version", "os-version", "os-type")
_Rows = Iterator[DevicePart | DeviceLink]


def _attributes(node: Mapping[str, Any]) -> dict[str, Any]:
    """What a node says of itself at its own level and one below, in containers of augmentations."""
    attributes = bare(node)
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        if isinstance(value, dict) and name != "termination-point":
            found.update(bare(value))
    return {**found, **attributes}


def _read(source: Source) -> _Rows:
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
        name="rfc-8345",
        says="networks of RFC 8345, whose nodes may name their hardware",
        suffixes=(".json",),
        recognises=lambda head: (
            b'"ietf-network:networks"' in head.data[:4096] or b'"ietf-network:network"' in head.data[:4096]
        ),
        opens_devices=_read,
        order=35,
    ),
)
