"""Graphs whose nodes and links have attributes by name: GraphML, and node-link JSON; and layer 1 as Batfish takes it.

GraphML is read as the Internet Topology Zoo publishes it and as NetworkX writes it: nodes go by their label where every
label stands once, else by their id; `LinkSpeedRaw` is a capacity in bit/s. Node-link JSON has `nodes` with `id`, and
`edges` or `links` with `source` and `target`; it is read as TopoHub publishes it: `pos` is longitude and latitude,
`dist` a length in km, `demands` of the graph volumes by source and target.
Source: S. Knight et al., The Internet Topology Zoo, IEEE JSAC 29(9), 2011; the GraphML primer; P. Jurkiewicz, TopoHub,
SoftwareX 24, 2023; the NetworkX reference, node_link_data.
"""

import re
from collections.abc import Mapping
from typing import Any

from provenet.core.errors import Fault
from provenet.ingest.documents import Element, json_object, number, xml_root
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
        source.faults.add(Fault(source.upload.name, "it holds no graph"))
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
        stated = {"id": edge.attributes.get("id") or data.get("id")}
        name = link_name(stated, f"{ends[0]}--{ends[1]}", place, taken=draft.link_at)
        metric, capacity = number_of(data, "weight", "metric", "cost"), number_of(data, "linkspeedraw", "capacity")
        length = number_of(data, "length_km", "dist")
        if {"true": True, "false": False}.get(edge.attributes.get("directed", ""), directed):
            pairs.append(
                Direction(
                    id=name,
                    source=ends[0],
                    target=ends[1],
                    metric=metric,
                    capacity=capacity,
                    length_km=length,
                    srlgs=srlgs_of(data),
                )
            )
            continue
        capacity = capacity if capacity > 0 else NOT_STATED
        draft.link(
            name,
            ends[0],
            ends[1],
            metric=(metric, metric),
            capacity=(capacity, capacity),
            length_km=length,
            srlgs=srlgs_of(data),
            row=edge.line,
        )
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
    nodes = _objects(source, value, "nodes")
    edges = _objects(source, value, "edges" if "edges" in value else "links")
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
    for place, edge in enumerate(_objects(source, json_object(source.upload, "a topology"), "edges")):
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
            draft.link("--".join(ports), hosts[0], hosts[1])
    return NetworkFile(topology=draft.topology("batfish"), demands=None)


def _objects(source: Source, value: Mapping[str, object], name: str) -> list[dict[str, Any]]:
    given = value.get(name)
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        source.faults.add(Fault(source.upload.name, "this is no list of objects", column=f"$.{name}"))
        return []
    return given


def _ident(source: Source, element: Mapping[str, object], name: str, *, where: str) -> str:
    ident = element.get(name)
    if isinstance(ident, bool) or not isinstance(ident, (str, int, float)) or ident == "":
        found = None if ident is None else str(ident)
        text = f"it has no {name}" if ident is None else f"its {name} is no text and no number"
        source.faults.add(Fault(source.upload.name, text, column=f"$.{where}", found=found))
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
        name = link_name(edge, f"{ends[0]}--{ends[1]}", place, taken=draft.link_at)
        metric = number_of(edge, "weight", "metric", "cost")
        back = number_of(edge, "weight_bwd", "metric_backward")
        capacity, length = number_of(edge, "capacity", "bandwidth"), number_of(edge, "dist", "length_km")
        if directed:
            pairs.append(
                Direction(
                    id=name,
                    source=ends[0],
                    target=ends[1],
                    metric=metric,
                    capacity=capacity,
                    length_km=length,
                    srlgs=srlgs_of(edge),
                )
            )
            continue
        draft.link(
            name,
            ends[0],
            ends[1],
            metric=(metric, back if back == back else metric),
            capacity=(capacity, capacity),
            length_km=length,
            srlgs=srlgs_of(edge),
        )
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
                source.faults.add(Fault(source.upload.name, "this is no demand", column=f"$.{where}"))
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


FORMATS = (
    Format(
        name="graphml",
        says="GraphML",
        recognises=lambda head: b"<graphml" in head.data,
        opens_network=read_graphml,
        order=30,
    ),
    Format(
        name="batfish",
        says="Batfish layer-1 JSON",
        recognises=lambda head: (
            bool(_OBJECT.match(head.data)) and b'"node1"' in head.data and b'"hostname"' in head.data
        ),
        opens_network=read_batfish,
        order=42,
    ),
    Format(name="node_link", says="node-link JSON", recognises=_is_node_link, opens_network=read_node_link, order=41),
)
