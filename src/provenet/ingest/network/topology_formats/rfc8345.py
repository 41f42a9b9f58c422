"""Topologies by RFC 8345 (`ietf-network`, `ietf-network-topology`) in JSON, with layers and supporting elements.

One layer carries the traffic; layers below it give its nodes and links further names, so that a device of the layer
below stands for whatever rides on it. Links of the layer that share a supporting link are a shared-risk group. A link
of the standard is one direction; the one back between the same termination points makes a link of two directions.
Metrics and speeds are those of RFC 8346 and RFC 8944. Source: RFC 8345, sections 4 and 6.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provenet.core.errors import Fault, InputFault, nearest
from provenet.core.wording import series
from provenet.ingest.documents import json_object
from provenet.ingest.network.draft import Direction, TopologyDraft, number_of
from provenet.ingest.network.topology import NetworkFile
from provenet.ingest.registry import Format, Source

_UNICAST = "l3-unicast-topology"
_NODE, _LINK = "node", "link"
Ref = tuple[str, str]
"""A layer and the id of an element of it."""


@dataclass
class _Layer:
    name: str
    types: set[str]
    nodes: dict[str, list[Ref]] = field(default_factory=dict)
    links: list[Direction] = field(default_factory=list)
    under: dict[str, list[Ref]] = field(default_factory=dict)

    def supports(self) -> set[str]:
        return {layer for refs in (*self.nodes.values(), *self.under.values()) for layer, _ in refs}


def read_networks(source: Source) -> NetworkFile:
    """The layer named, or the one that carries IP traffic."""
    layers = _layers(source)
    source.faults.refuse()
    layer = layers[_chosen(source, layers)]
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    for node in layer.nodes:
        draft.node(node)
    for link in layer.links:
        for end in (link.source, link.target):
            draft.end(end, column=f"link {link.id}")
    if not source.faults.count:
        draft.directions(layer.links)
        _supporting(draft, layer, layers)
    return NetworkFile(topology=draft.topology("rfc8345", capacity_unit="kbit/s"), demands=None)


def _layers(source: Source) -> dict[str, _Layer]:
    value = json_object(source.upload, "a topology")
    top = _get(value, "networks")
    found: dict[str, _Layer] = {}
    for place, one in enumerate(_list(source, _get(top, "network"), "networks.network")):
        where = f"network[{place}]"
        name = _text(source, one, "network-id", where=where)
        types = _get(one, "network-types")
        layer = found[name] = _Layer(name, {_bare(kind) for kind in types} if isinstance(types, dict) else set())
        for node in _list(source, _get(one, "node") or [], f"{where}.node"):
            ident = _text(source, node, "node-id", where=f"{where}.node")
            layer.nodes[ident] = _refs(node, "supporting-node", "node-ref")
        for link in _list(source, _get(one, "link") or [], f"{where}.link"):
            ident = _text(source, link, "link-id", where=f"{where}.link")
            layer.links.append(_direction(source, link, ident, where=f"{where}.link"))
            layer.under[ident] = _refs(link, "supporting-link", "link-ref")
    if not found and not source.faults.count:
        source.faults.add(Fault(source.upload.name, "it holds no network"))
    return found


def _direction(source: Source, link: Mapping[str, Any], ident: str, *, where: str) -> Direction:
    start, end = _get(link, "source"), _get(link, "destination")
    attributes = _get(link, "l3-link-attributes") or _get(link, "l2-link-attributes") or {}
    if not isinstance(attributes, dict):
        source.faults.add(Fault(source.upload.name, "its attributes are no object", column=f"$.{where} {ident}"))
        attributes = {}
    ports = (_get(start, "source-tp"), _get(end, "dest-tp"))
    return Direction(
        id=ident,
        source=_text(source, start, "source-node", where=f"{where} {ident}"),
        target=_text(source, end, "dest-node", where=f"{where} {ident}"),
        metric=number_of({_bare(name): value for name, value in attributes.items()}, "metric1", "metric"),
        capacity=number_of({_bare(name): value for name, value in attributes.items()}, "rate"),
        port=None if None in ports else ports,
    )


def _chosen(source: Source, layers: Mapping[str, _Layer]) -> str:
    """The layer named; else the one of IP traffic; of several of these the lowest, which others rest on."""
    names = list(layers)
    if source.layer is not None:
        if source.layer in layers:
            return source.layer
        text, close = "no such layer", nearest(source.layer, names)
        fault = Fault(
            source.upload.name, text, found=source.layer, expected=f"one of: {', '.join(names)}", nearest=close
        )
        raise InputFault([fault])
    carrying = [name for name in names if layers[name].links]
    routed = [name for name in carrying if _UNICAST in layers[name].types] or carrying or names
    lowest = [name for name in routed if not layers[name].supports() & (set(routed) - {name})]
    if len(names) > 1:
        others = series([name for name in names if name != lowest[0]])
        source.remarks.append(f"The layer {lowest[0]} carries the traffic; other layers of the file: {others}.")
    return lowest[0] if lowest else routed[0]


def _supporting(draft: TopologyDraft, layer: _Layer, layers: Mapping[str, _Layer]) -> None:
    """Names of elements of the layers below, and groups of links that share one of their links."""
    riders: dict[tuple[str, Ref], set[str]] = defaultdict(set)
    for node, refs in layer.nodes.items():
        for ref in _below(layers, refs, _NODE):
            riders[_NODE, ref].add(node)
    for link, refs in layer.under.items():
        for ref in _below(layers, refs, _LINK):
            riders[_LINK, ref].add(link)
    for (kind, (network, ident)), names in riders.items():
        for name in (ident, f"{network}/{ident}"):
            if kind == _NODE:
                draft.also(name, nodes_at=[draft.at[one] for one in names if one in draft.at])
            else:
                draft.also_links(name, names)
        if kind == _LINK:
            draft.also_ends(layers.get(network, _Layer("", set())).links, ident, (network, names))


def _below(layers: Mapping[str, _Layer], refs: list[Ref], kind: str) -> set[Ref]:
    """All elements of layers below that an element rests on, at any depth."""
    found: set[Ref] = set()
    waiting = list(refs)
    while waiting:
        ref = waiting.pop()
        if ref in found:
            continue
        found.add(ref)
        layer = layers.get(ref[0])
        if layer is not None:
            waiting += (layer.nodes if kind == _NODE else layer.under).get(ref[1], [])
    return found


def _refs(element: Mapping[str, Any], name: str, ref: str) -> list[Ref]:
    given = _get(element, name)
    return [
        (str(_get(one, "network-ref")), str(_get(one, ref)))
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict)
    ]


def _get(value: object, name: str) -> Any:
    """A member by its name, with or without the module's name before it."""
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    return next((member for key, member in value.items() if _bare(key) == name), None)


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _list(source: Source, value: object, where: str) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    source.faults.add(Fault(source.upload.name, "this is no list of objects", column=f"$.{where}"))
    return []


def _text(source: Source, element: object, name: str, *, where: str) -> str:
    value = _get(element, name)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        source.faults.add(Fault(source.upload.name, f"it has no {name}", column=f"$.{where}"))
        return ""
    return str(value)


FORMATS = (
    Format(
        name="rfc8345",
        says="RFC 8345 ietf-network JSON",
        recognises=lambda head: b"ietf-network:networks" in head.data or b"ietf-network-topology:link" in head.data,
        opens_network=read_networks,
        order=40,
    ),
)
