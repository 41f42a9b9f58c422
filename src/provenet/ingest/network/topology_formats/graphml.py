"""GraphML as the Internet Topology Zoo publishes it, and as NetworkX writes it.

Source: S. Knight et al., The Internet Topology Zoo, IEEE JSAC 29(9), 2011; the GraphML primer. Nodes go by their label
where every label stands once, else by their id. `LinkSpeedRaw` is a capacity in bit/s.
"""

from __future__ import annotations

from provenet.core.errors import Fault
from provenet.ingest.network.documents import Element, xml_root
from provenet.ingest.network.draft import NOT_STATED, Direction, TopologyDraft
from provenet.ingest.network.node_names import label_names, link_name, names_of, number_of, srlgs_of
from provenet.ingest.network.topology import NetworkFile
from provenet.ingest.registry import Format, Head, Source

LABELS = ("label", "name", "id")


def _is_graphml(head: Head) -> bool:
    return b"<graphml" in head.data


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
    names = names_of([ident for ident, _, _ in nodes], [data for _, data, _ in nodes], LABELS)
    for (_, data, row), name in zip(nodes, names, strict=True):
        latitude, longitude = (number_of(data, axis) for axis in ("latitude", "longitude"))
        draft.node(name, latitude=latitude, longitude=longitude, row=row)
    at = {ident: name for (ident, _, _), name in zip(nodes, names, strict=True)}
    _edges(draft, graph, keys, at=at)
    for other, name in (*at.items(), *label_names(names, [data for _, data, _ in nodes], LABELS)):
        if other != name:
            draft.also(other, node=name)
    return NetworkFile(topology=draft.topology("graphml", capacity_unit="bit/s"), demands=None)


def _edges(draft: TopologyDraft, graph: Element, keys: dict[str, str], *, at: dict[str, str]) -> None:
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


FORMATS = (Format(name="graphml", says="GraphML", recognises=_is_graphml, opens_network=read_graphml, order=30),)
