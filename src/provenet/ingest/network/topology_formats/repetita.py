"""REPETITA: `.graph` (nodes and directed edges with weight, bandwidth and delay) and `.demands`.

Source: S. Gay, P. Schaus, S. Vissicchio, REPETITA, arXiv 1710.08665. An edge and the edge back are one link.
"""

from collections.abc import Iterator

from provenet.core.errors import Fault
from provenet.ingest.documents import number, text_of_file
from provenet.ingest.network.draft import Direction, TopologyDraft
from provenet.ingest.network.topology import DemandRows, NetworkFile
from provenet.ingest.registry import Format, Head, Source

UNIT = "kbit/s"


def _begins(head: Head, word: str) -> bool:
    """Whether the first line is a word and a count."""
    words = head.lines[0].split() if head.lines else []
    return words[:1] == [word] and len(words) == 2


def _lines(source: Source) -> Iterator[tuple[int, list[str]]]:
    for row, line in enumerate(text_of_file(source.upload).splitlines(), 1):
        words = line.split()
        if words and words[0] != "label":
            yield row, words


def read_graph(source: Source) -> NetworkFile:
    """The topology of a `.graph`."""
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    counts: dict[str, float] = {}
    section = ""
    nodes: list[str] = []
    edges: list[Direction] = []
    for row, words in _lines(source):
        if words[0] in ("NODES", "EDGES") and len(words) == 2:
            section = words[0]
            counts[section] = number(source, words[1], row=row, column=section)
        elif section == "NODES":
            _node(source, draft, nodes, row=row, words=words)
        elif edge := _edge(source, nodes, row, words=words):
            edges.append(edge)
    _compare(source, counts, NODES=len(nodes), EDGES=len(edges))
    draft.directions(edges)
    for place, name in enumerate(nodes):
        draft.also(str(place), node=name)
    return NetworkFile(topology=draft.topology("repetita", capacity_unit=UNIT), demands=None)


def _node(source: Source, draft: TopologyDraft, nodes: list[str], *, row: int, words: list[str]) -> None:
    if len(words) not in (1, 3):
        _shape(source, row, words, expected="label x y")
        return
    places = [number(source, word, row=row, column=f"node {words[0]}", low=None) for word in words[1:]]
    draft.node(words[0], row=row, **dict(zip(("longitude", "latitude"), places, strict=False)))
    nodes.append(words[0])


def _edge(source: Source, nodes: list[str], row: int, *, words: list[str]) -> Direction | None:
    if len(words) not in (5, 6):
        _shape(source, row, words, expected="label src dest weight bw delay")
        return None
    one, other = (_end(source, nodes, row, word=word) for word in words[1:3])
    metric, capacity = (number(source, word, row=row, column=f"edge {words[0]}") for word in words[3:5])
    if one is None or other is None:
        return None
    return Direction(id=words[0], source=one, target=other, metric=metric, capacity=capacity)


def _end(source: Source, nodes: list[str], row: int, *, word: str) -> str | None:
    if not word.isascii() or not word.isdigit() or int(word) >= len(nodes):
        text, expected = "no such node", f"a whole number below {len(nodes)}"
        source.faults.add(Fault(source.upload.name, text, row, column="edge", found=word, expected=expected))
        return None
    return nodes[int(word)]


def _compare(source: Source, counts: dict[str, float], **found: int) -> None:
    """A file that is cut has fewer rows than its heads count."""
    for section, rows in found.items():
        if not source.faults.count and counts.get(section) != rows:
            text = f"the section {section} has another count than its head states"
            expected = f"{counts[section]:g}" if section in counts else "no such section"
            source.faults.add(Fault(source.upload.name, text, found=f"{rows}", expected=expected))


def _shape(source: Source, row: int, words: list[str], *, expected: str) -> None:
    text = "the line is of another shape"
    source.faults.add(Fault(source.upload.name, text, row, found=" ".join(words), expected=expected))


def read_demands(source: Source) -> NetworkFile:
    """The demands of a `.demands`; nodes are numbers in the order of the `.graph`."""
    rows: list[tuple[str, str, str, float, int]] = []
    stated = -1.0
    for row, words in _lines(source):
        if words[0] == "DEMANDS" and len(words) == 2:
            stated = number(source, words[1], row=row, column="DEMANDS")
        elif len(words) != 4:
            _shape(source, row, words, expected="label src dest bw")
        else:
            volume = number(source, words[3], row=row, column=f"demand {words[0]}")
            rows.append((words[0], words[1], words[2], volume, row))
    _compare(source, {"DEMANDS": stated}, DEMANDS=len(rows))
    return NetworkFile(topology=None, demands=DemandRows(rows=rows, unit=UNIT))


FORMATS = (
    Format(
        name="repetita",
        says="REPETITA .graph",
        recognises=lambda head: _begins(head, "NODES"),
        opens_network=read_graph,
        order=20,
    ),
    Format(
        name="repetita_demands",
        says="REPETITA .demands",
        recognises=lambda head: _begins(head, "DEMANDS"),
        opens_network=read_demands,
        order=21,
    ),
)
