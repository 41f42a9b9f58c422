"""REPETITA: `.graph` (nodes and directed edges with weight, bandwidth and delay) and `.demands`.

Source: S. Gay, P. Schaus, S. Vissicchio, REPETITA, arXiv 1710.08665. An edge and the edge back are one link.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenet.core.errors import Fault
from provenet.ingest.network.draft import Direction, TopologyDraft
from provenet.ingest.network.topology_files import DemandRows, NetworkFile, TopologyFormat, TopologySource
from provenet.ingest.registry import Head

UNIT = "kbit/s"


def _is_graph(head: Head) -> bool:
    return bool(head.lines) and head.lines[0].split()[:1] == ["NODES"] and len(head.lines[0].split()) == 2


def _is_demands(head: Head) -> bool:
    return bool(head.lines) and head.lines[0].split()[:1] == ["DEMANDS"] and len(head.lines[0].split()) == 2


def _lines(source: TopologySource) -> Iterator[tuple[int, list[str]]]:
    for row, line in enumerate(source.text().splitlines(), 1):
        words = line.split()
        if words and words[0] != "label":
            yield row, words


def read_graph(source: TopologySource) -> NetworkFile:
    """The topology of a `.graph`."""
    draft = TopologyDraft(source.place, source.faults, source.remarks)
    counts: dict[str, float] = {}
    section = ""
    nodes: list[str] = []
    edges: list[Direction] = []
    for row, words in _lines(source):
        if words[0] in ("NODES", "EDGES") and len(words) == 2:
            section = words[0]
            counts[section] = source.number(words[1], row=row, column=section)
        elif section == "NODES":
            _node(source, draft, nodes, row=row, words=words)
        elif edge := _edge(source, nodes, row, words=words):
            edges.append(edge)
    _compare(source, counts, NODES=len(nodes), EDGES=len(edges))
    draft.directions(edges)
    for place, name in enumerate(nodes):
        draft.also(str(place), node=name)
    return NetworkFile(topology=draft.topology("repetita", capacity_unit=UNIT), demands=None)


def _node(source: TopologySource, draft: TopologyDraft, nodes: list[str], *, row: int, words: list[str]) -> None:
    if len(words) not in (1, 3):
        _shape(source, row, words, expected="label x y")
        return
    places = [source.number(word, row=row, column=f"node {words[0]}", low=None) for word in words[1:]]
    draft.node(words[0], row=row, **dict(zip(("longitude", "latitude"), places, strict=False)))
    nodes.append(words[0])


def _edge(source: TopologySource, nodes: list[str], row: int, *, words: list[str]) -> Direction | None:
    if len(words) not in (5, 6):
        _shape(source, row, words, expected="label src dest weight bw delay")
        return None
    one, other = (_end(source, nodes, row, word=word) for word in words[1:3])
    metric, capacity = (source.number(word, row=row, column=f"edge {words[0]}") for word in words[3:5])
    if one is None or other is None:
        return None
    return Direction(id=words[0], source=one, target=other, metric=metric, capacity=capacity)


def _end(source: TopologySource, nodes: list[str], row: int, *, word: str) -> str | None:
    if not word.isascii() or not word.isdigit() or int(word) >= len(nodes):
        text, expected = "no such node", f"a whole number below {len(nodes)}"
        source.faults.add(Fault(source.place, text, row, column="edge", found=word, expected=expected))
        return None
    return nodes[int(word)]


def _compare(source: TopologySource, counts: dict[str, float], **found: int) -> None:
    """A file that is cut has fewer rows than its heads count."""
    for section, number in found.items():
        if not source.faults.count and counts.get(section) != number:
            text = f"the section {section} has another count than its head states"
            expected = f"{counts[section]:g}" if section in counts else "no such section"
            source.faults.add(Fault(source.place, text, found=f"{number}", expected=expected))


def _shape(source: TopologySource, row: int, words: list[str], *, expected: str) -> None:
    text = "the line is of another shape"
    source.faults.add(Fault(source.place, text, row, found=" ".join(words), expected=expected))


def read_demands(source: TopologySource) -> NetworkFile:
    """The demands of a `.demands`; nodes are numbers in the order of the `.graph`."""
    rows: list[tuple[str, str, str, float, int]] = []
    stated = -1.0
    for row, words in _lines(source):
        if words[0] == "DEMANDS" and len(words) == 2:
            stated = source.number(words[1], row=row, column="DEMANDS")
        elif len(words) != 4:
            _shape(source, row, words, expected="label src dest bw")
        else:
            volume = source.number(words[3], row=row, column=f"demand {words[0]}")
            rows.append((words[0], words[1], words[2], volume, row))
    _compare(source, {"DEMANDS": stated}, DEMANDS=len(rows))
    return NetworkFile(topology=None, demands=DemandRows(rows=rows, unit=UNIT))


TOPOLOGY_FORMATS = (
    TopologyFormat(name="repetita", says="REPETITA .graph", recognises=_is_graph, read=read_graph, order=20),
    TopologyFormat(
        name="repetita_demands", says="REPETITA .demands", recognises=_is_demands, read=read_demands, order=21
    ),
)
