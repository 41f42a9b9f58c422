"""Graphs as XML and JSON: GraphML, node-link JSON, layer 1 as Batfish takes it, and the layers of RFC 8345.

GraphML is read as the Internet Topology Zoo publishes it and as NetworkX writes it: nodes go by their label where every
label stands once, else by their id; `LinkSpeedRaw` is a capacity in bit/s. Node-link JSON has `nodes` with `id`, and
`edges` or `links` with `source` and `target`; it is read as TopoHub publishes it: `pos` is longitude and latitude,
`dist` a length in km, `demands` of the graph volumes by source and target.

Of RFC 8345 (`ietf-network`, `ietf-network-topology`) one layer carries the traffic; layers below it give its nodes and
links further names, so that a device of the layer below stands for whatever rides on it. Links of the layer that share
a supporting link are a shared-risk group. A link of the standard is one direction; the one back between the same
termination points makes a link of two directions. Metrics and speeds are those of RFC 8346 and RFC 8944.
Source: S. Knight et al., The Internet Topology Zoo, IEEE JSAC 29(9), 2011; the GraphML primer; P. Jurkiewicz, TopoHub,
SoftwareX 24, 2023; the NetworkX reference, node_link_data; RFC 8345, sections 4 and 6.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provenet.core.errors import Fault, InputFault, nearest
from provenet.core.wording import series
from provenet.ingest.documents import Element, bare, bare_name, inside, json_object, number, xml_root
from provenet.ingest.network.draft import (
    NOT_STATED,
    Direction,
    TopologyDraft,
    label_names,
    link_name,
    names_of,
    number_of,
    srlgs_of,
)
from provenet.ingest.network.topology import DemandRows, NetworkFile
from provenet.ingest.registry import Format, Head, Source

_GRAPHML_LABELS = ("label", "name", "id")


def read_graphml(source: Source) -> NetworkFile:
    """The topology of the first graph of the file."""
    root = xml_root(source.upload, "graphml")
    keys = {key.attributes.get("id", ""): key.attributes.get("attr.name", "") for key in root.every("key")}
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    graph = next(root.every("graph"), None)
    if graph is None:
        source.fault("it holds no graph")
        return NetworkFile(topology=draft.topology("graphml"), demands=None)
    nodes = [(node.attributes.get("id", ""), _data(node, keys), node.line) for node in graph.children("node")]
    names = names_of([ident for ident, _, _ in nodes], [data for _, data, _ in nodes], _GRAPHML_LABELS)
    for (_, data, row), name in zip(nodes, names, strict=True):
        latitude, longitude = (number_of(data, axis) for axis in ("latitude", "longitude"))
        draft.node(name, latitude=latitude, longitude=longitude, row=row)
    at = {ident: name for (ident, _, _), name in zip(nodes, names, strict=True)}
    _graphml_edges(draft, graph, keys, at=at)
    for other, name in (*at.items(), *label_names(names, [data for _, data, _ in nodes], _GRAPHML_LABELS)):
        if other != name:
            draft.also(other, node=name)
    return NetworkFile(topology=draft.topology("graphml", capacity_unit="bit/s"), demands=None)


def _graphml_edges(draft: TopologyDraft, graph: Element, keys: dict[str, str], *, at: dict[str, str]) -> None:
    directed = graph.attributes.get("edgedefault", "undirected") == "directed"
    pairs: list[Direction] = []
    for place, edge in enumerate(graph.children("edge")):
        data = _data(edge, keys)
        ends = [at.get(edge.attributes.get(end, ""), edge.attributes.get(end, "")) for end in ("source", "target")]
        if any(draft.end(end, row=edge.line, column="edge") is None for end in ends):
            continue
        own = {"id": edge.attributes.get("id") or data.get("id")}
        name = link_name(own, f"{ends[0]}--{ends[1]}", place, taken=draft.link_at)
        one_way = {"true": True, "false": False}.get(edge.attributes.get("directed", ""), directed)
        capacity = number_of(data, "linkspeedraw", "capacity")
        stated = Direction(
            id=name,
            source=ends[0],
            target=ends[1],
            metric=number_of(data, "weight", "metric", "cost"),
            capacity=capacity if one_way or capacity > 0 else NOT_STATED,
            length_km=number_of(data, "length_km", "dist"),
            srlgs=srlgs_of(data),
        )
        if one_way:
            pairs.append(stated)
        else:
            draft.two_ways(stated, row=edge.line)
    draft.directions(pairs)


def _data(element: Element, keys: dict[str, str]) -> dict[str, object]:
    """Data of an element by the names of their keys, in lower case."""
    return {
        keys.get(data.attributes.get("key", ""), data.attributes.get("key", "")).lower(): data.text
        for data in element.children("data")
    }


_LABELS = ("name", "label")
_NODES = re.compile(rb'"nodes"\s*:\s*\[')
_OBJECT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*\{")


def _is_node_link(head: Head) -> bool:
    if not _OBJECT.match(head.data) or b"ietf-network" in head.data:
        return False
    return bool(_NODES.search(head.data)) or b'"multigraph"' in head.data


def read_node_link(source: Source) -> NetworkFile:
    """The topology, and the demands that the graph states."""
    value = json_object(source.upload, "a topology")
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    nodes = _objects(source, value.get("nodes"), "nodes")
    key = "edges" if "edges" in value else "links"
    edges = _objects(source, value.get(key), key)
    idents = [_ident(source, node, "id", where=f"nodes[{place}]") for place, node in enumerate(nodes)]
    names = names_of(idents, nodes, _LABELS)
    for name, node in zip(names, nodes, strict=True):
        longitude, latitude = _coordinates(node)
        draft.node(name, latitude=latitude, longitude=longitude)
    at = dict(zip(idents, names, strict=True))
    _edges(source, draft, edges, at=at, directed=value.get("directed") is True)
    for other, name in (*at.items(), *label_names(names, nodes, _LABELS)):
        if other != name:
            draft.also(other, node=name)
    graph = value.get("graph")
    demands = _demands(source, graph.get("demands") if isinstance(graph, Mapping) else None, at)
    return NetworkFile(topology=draft.topology("node_link"), demands=demands)


def read_batfish(source: Source) -> NetworkFile:
    """Layer 1 as Batfish takes it: pairs of interfaces, in one or both directions; each pair is one link."""
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    seen: set[frozenset[str]] = set()
    for place, edge in enumerate(_objects(source, json_object(source.upload, "a topology").get("edges"), "edges")):
        ports, hosts = [], []
        for end in ("node1", "node2"):
            given, where = edge.get(end), f"edges[{place}].{end}"
            one = given if isinstance(given, dict) else {}
            hosts.append(_ident(source, one, "hostname", where=where))
            ports.append(f"{hosts[-1]}:{_ident(source, one, 'interfaceName', where=where)}")
            if hosts[-1] not in draft.at:
                draft.node(hosts[-1])
        if frozenset(ports) not in seen:
            seen.add(frozenset(ports))
            draft.two_ways(Direction(id="--".join(ports), source=hosts[0], target=hosts[1]))
    return NetworkFile(topology=draft.topology("batfish"), demands=None)


def _objects(source: Source, given: object, where: str) -> list[dict[str, Any]]:
    if isinstance(given, list) and all(isinstance(one, dict) for one in given):
        return given
    source.fault("this is no list of objects", column=f"$.{where}")
    return []


def _ident(source: Source, element: Mapping[str, object], name: str, *, where: str) -> str:
    ident = element.get(name)
    if isinstance(ident, bool) or not isinstance(ident, (str, int, float)) or ident == "":
        found = None if ident is None else str(ident)
        text = f"it has no {name}" if ident is None else f"its {name} is no text and no number"
        source.fault(text, column=f"$.{where}", found=found)
        return f"?{where}"
    return str(ident)


def _coordinates(node: Mapping[str, Any]) -> tuple[float, float]:
    at = node.get("pos")
    if isinstance(at, list) and len(at) == 2:
        return number_of({"x": at[0]}, "x"), number_of({"y": at[1]}, "y")
    folded = {str(name).lower(): value for name, value in node.items()}
    return number_of(folded, "longitude", "lon", "lng"), number_of(folded, "latitude", "lat")


def _edges(
    source: Source, draft: TopologyDraft, edges: list[dict[str, Any]], *, at: dict[str, str], directed: bool
) -> None:
    pairs = []
    for place, edge in enumerate(edges):
        where = f"edges[{place}]"
        ends = [_ident(source, edge, end, where=where) for end in ("source", "target")]
        ends = [at.get(end, end) for end in ends]
        if any(draft.end(end, column=f"$.{where}") is None for end in ends if not end.startswith("?edges")):
            continue
        stated = Direction(
            id=link_name(edge, f"{ends[0]}--{ends[1]}", place, taken=draft.link_at),
            source=ends[0],
            target=ends[1],
            metric=number_of(edge, "weight", "metric", "cost"),
            capacity=number_of(edge, "capacity", "bandwidth"),
            length_km=number_of(edge, "dist", "length_km"),
            srlgs=srlgs_of(edge),
        )
        if directed:
            pairs.append(stated)
        else:
            draft.two_ways(stated, back=number_of(edge, "weight_bwd", "metric_backward"))
    draft.directions(pairs)


def _demands(source: Source, given: object, at: Mapping[str, str]) -> DemandRows | None:
    """Volumes by source and target, or a list of objects."""
    if given is None:
        return None
    rows: list[tuple[str, str, str, float, int]] = []
    if isinstance(given, list):
        for place, one in enumerate(given):
            where = f"graph.demands[{place}]"
            if not isinstance(one, dict):
                source.fault("this is no demand", column=f"$.{where}")
                continue
            ends = [_ident(source, one, end, where=where) for end in ("source", "target")]
            name = str(one.get("id", f"{ends[0]}->{ends[1]}"))
            volume = number(source, str(one.get("volume", one.get("demand"))), row=0, column=f"$.{where}")
            rows.append((name, at.get(ends[0], ends[0]), at.get(ends[1], ends[1]), volume, 0))
        return DemandRows(rows=rows)
    for start, targets in given.items() if isinstance(given, dict) else ():
        for end, volume in targets.items() if isinstance(targets, dict) else ():
            one, other = at.get(start, start), at.get(end, end)
            amount = number(source, str(volume), row=0, column=f"$.graph.demands.{start}.{end}")
            rows.append((f"{one}->{other}", one, other, amount, 0))
    return DemandRows(rows=rows) if rows else None


_UNICAST = "l3-unicast-topology"
_NODE, _LINK = "node", "link"
Ref = tuple[str, str]
"""A layer and the id of an element of it."""


@dataclass
class _Layer:
    types: set[str]
    links: list[Direction] = field(default_factory=list)
    rests_on: dict[str, dict[str, list[Ref]]] = field(default_factory=lambda: {_NODE: {}, _LINK: {}})
    """What each node and each link rests on."""

    def supports(self) -> set[str]:
        return {layer for held in self.rests_on.values() for refs in held.values() for layer, _ in refs}


def read_networks(source: Source) -> NetworkFile:
    """The layer named, or the one that carries IP traffic."""
    layers = _layers(source)
    source.faults.refuse()
    layer = layers[_chosen(source, layers)]
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    for node in layer.rests_on[_NODE]:
        draft.node(node)
    for link in layer.links:
        for end in (link.source, link.target):
            draft.end(end, column=f"link {link.id}")
    if not source.faults.count:
        draft.directions(layer.links)
        _supporting(draft, layer, layers)
    return NetworkFile(topology=draft.topology("rfc8345", capacity_unit="kbit/s"), demands=None)


def _layers(source: Source) -> dict[str, _Layer]:
    top = inside(json_object(source.upload, "a topology"), "networks")
    found: dict[str, _Layer] = {}
    for place, one in enumerate(_objects(source, inside(top, "network"), "networks.network")):
        where = f"network[{place}]"
        name = _text(source, one, "network-id", where=where)
        types = inside(one, "network-types")
        layer = found[name] = _Layer({bare_name(kind) for kind in types} if isinstance(types, dict) else set())
        for node in _objects(source, inside(one, "node") or [], f"{where}.node"):
            ident = _text(source, node, "node-id", where=f"{where}.node")
            layer.rests_on[_NODE][ident] = _refs(node, "supporting-node", "node-ref")
        for link in _objects(source, inside(one, "link") or [], f"{where}.link"):
            ident = _text(source, link, "link-id", where=f"{where}.link")
            layer.links.append(_direction(source, link, ident, where=f"{where}.link"))
            layer.rests_on[_LINK][ident] = _refs(link, "supporting-link", "link-ref")
    if not found and not source.faults.count:
        source.fault("it holds no network")
    return found


def _direction(source: Source, link: Mapping[str, Any], ident: str, *, where: str) -> Direction:
    start, end = inside(link, "source"), inside(link, "destination")
    attributes = inside(link, "l3-link-attributes") or inside(link, "l2-link-attributes") or {}
    if not isinstance(attributes, dict):
        source.fault("its attributes are no object", column=f"$.{where} {ident}")
    ports = (inside(start, "source-tp"), inside(end, "dest-tp"))
    return Direction(
        id=ident,
        source=_text(source, start, "source-node", where=f"{where} {ident}"),
        target=_text(source, end, "dest-node", where=f"{where} {ident}"),
        metric=number_of(bare(attributes), "metric1", "metric"),
        capacity=number_of(bare(attributes), "rate"),
        port=None if None in ports else ports,
    )


def _chosen(source: Source, layers: Mapping[str, _Layer]) -> str:
    """The layer named; else the one of IP traffic; of several of these the lowest, which others rest on."""
    names = list(layers)
    if source.layer is not None:
        if source.layer in layers:
            return source.layer
        expected, close = f"one of: {', '.join(names)}", nearest(source.layer, names)
        fault = Fault(source.upload.name, "no such layer", found=source.layer, expected=expected, nearest=close)
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
    for kind in (_NODE, _LINK):
        for name, refs in layer.rests_on[kind].items():
            for ref in _below(layers, refs, kind):
                riders[kind, ref].add(name)
    for (kind, (network, ident)), names in riders.items():
        for name in (ident, f"{network}/{ident}"):
            if kind == _NODE:
                draft.also(name, nodes_at=[draft.at[one] for one in names if one in draft.at])
            else:
                draft.also_links(name, names)
        if kind == _LINK:
            below = layers[network].links if network in layers else []
            draft.also_ends(below, ident, (network, names))


def _below(layers: Mapping[str, _Layer], refs: list[Ref], kind: str) -> set[Ref]:
    """All elements of layers below that an element rests on, at any depth."""
    found: set[Ref] = set()
    waiting = list(refs)
    while waiting:
        ref = waiting.pop()
        if ref in found:
            continue
        found.add(ref)
        if ref[0] in layers:
            waiting += layers[ref[0]].rests_on[kind].get(ref[1], [])
    return found


def _refs(element: Mapping[str, Any], name: str, ref: str) -> list[Ref]:
    given = inside(element, name)
    return [
        (str(inside(one, "network-ref")), str(inside(one, ref)))
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict)
    ]


def _text(source: Source, element: object, name: str, *, where: str) -> str:
    value = inside(element, name)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        source.fault(f"it has no {name}", column=f"$.{where}")
        return ""
    return str(value)


def _is_batfish(head: Head) -> bool:
    return bool(_OBJECT.match(head.data)) and b'"node1"' in head.data and b'"hostname"' in head.data


def _is_layered(head: Head) -> bool:
    return b"ietf-network:networks" in head.data or b"ietf-network-topology:link" in head.data


FORMATS = (
    Format("graphml", "GraphML", lambda head: b"<graphml" in head.data, opens_network=read_graphml, order=30),
    Format("batfish", "Batfish layer-1 JSON", _is_batfish, opens_network=read_batfish, order=42),
    Format("node_link", "node-link JSON", _is_node_link, opens_network=read_node_link, order=41),
    Format("rfc8345", "RFC 8345 ietf-network JSON", _is_layered, opens_network=read_networks, order=40),
)
