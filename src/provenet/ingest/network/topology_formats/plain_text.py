"""Topologies as plain text of words: REPETITA, and SNDlib, whose XML says the same.

REPETITA has `.graph` (nodes and directed edges with weight, bandwidth and delay) and `.demands`; an edge and the edge
back are one link. SNDlib has undirected links and directed demands. A link's routing cost, where it is above zero, is
its metric. A link has the capacity installed in it; modules that could be added are none.
Source: S. Gay, P. Schaus, S. Vissicchio, REPETITA, arXiv 1710.08665; S. Orlowski et al., SNDlib 1.0, Networks 55(3),
2010, and the document type of its XML form.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from provenet.core.errors import Fault, InputFault
from provenet.ingest.documents import Element, number, text_of_file, xml_root
from provenet.ingest.network.draft import NOT_STATED, Direction, TopologyDraft
from provenet.ingest.network.topology import DemandRows, NetworkFile
from provenet.ingest.registry import Format, Head, Source

UNIT = "kbit/s"


def _begins(word: str) -> Callable[[Head], bool]:
    """Told by a first line of a word and a count."""
    return lambda head: bool(head.lines) and head.lines[0].split()[:-1] == [word]


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
        source.fault("no such node", row, column="edge", found=word, expected=f"a whole number below {len(nodes)}")
        return None
    return nodes[int(word)]


def _compare(source: Source, counts: dict[str, float], **found: int) -> None:
    """A file that is cut has fewer rows than its heads count."""
    for section, rows in found.items():
        if not source.faults.count and counts.get(section) != rows:
            source.fault(
                f"the section {section} has another count than its head states",
                found=f"{rows}",
                expected=f"{counts[section]:g}" if section in counts else "no such section",
            )


def _shape(source: Source, row: int, words: Sequence[str | list[str]], *, expected: str) -> None:
    text = "the line is of another shape"
    found = " ".join(one if isinstance(one, str) else f"( {' '.join(one)} )" for one in words)
    source.fault(text, row, found=found, expected=expected)


def read_demands(source: Source) -> NetworkFile:
    """The demands of a `.demands`; nodes are numbers in the order of the `.graph`."""
    rows: list[Demand] = []
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


_TOKEN = re.compile(r"[()]|[^\s()]+")
_SECTIONS = ("NODES", "LINKS", "DEMANDS", "ADMISSIBLE_PATHS")
_META = re.compile(r"^[ \t]*META\s*\((.*?)^[ \t]*\)[ \t]*$", re.M | re.S)
_UNIT = re.compile(r"^\s*unit\s*=\s*(\S+)\s*$", re.M)
_NAMESPACE = b"sndlib"

Demand = tuple[str, str, str, float, int]
"""Its name, source and target, its volume, and its line."""
Record = tuple[int, list[str | list[str]]]
"""A line number, then words and lists of words in brackets."""


def read_native(source: Source) -> NetworkFile:
    """The native text form."""
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    text = text_of_file(source.upload)
    meta = _META.search(text)
    unit = _UNIT.search(meta[1]) if meta else None
    sections = _sections(source, _META.sub(lambda hit: "\n" * hit[0].count("\n"), text))
    for record in sections.get("NODES", ()):
        _native_node(source, draft, record)
    for record in sections.get("LINKS", ()):
        _native_link(source, draft, record)
    demands = [demand for record in sections.get("DEMANDS", ()) if (demand := _native_demand(source, draft, record))]
    stated = demands if "DEMANDS" in sections else None
    return _network(source, draft, stated, unit=unit[1] if unit else None, planar=_is_planar(draft))


def _network(
    source: Source, draft: TopologyDraft, demands: list[Demand] | None, *, unit: str | None, planar: bool
) -> NetworkFile:
    source.faults.refuse()
    topology = draft.topology("sndlib", capacity_unit=unit, planar=planar) if draft.links else None
    if topology is None and not demands:
        raise InputFault([Fault(source.upload.name, "it holds no link and no demand")])
    return NetworkFile(topology=topology, demands=DemandRows(rows=demands, unit=unit) if demands else None)


def _sections(source: Source, text: str) -> dict[str, list[Record]]:
    """Records of each section. A section opens with its name and a bracket, and ends with the bracket of its own."""
    found: dict[str, list[Record]] = {}
    name, depth, first = "", 0, 0
    record: list[str | list[str]] = []
    for row, word in _words(text):
        if not name and word != "(":
            if word not in _SECTIONS:
                source.fault("no such section", row, found=word, expected=", ".join(_SECTIONS))
                return found
            name = word
            found.setdefault(name, [])
            continue
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == ")":
            _close(found[name], first, record)
            name, record = "", []
        elif word == "(" and depth == 2:
            record.append([])
        elif word not in "()":
            if depth == 1 and row != first:
                _close(found[name], first, record)
                record, first = [], row
            _append(record, word, depth)
    if name:
        source.fault(f"the section {name} never ends", first, expected="a closing bracket")
    return found


def _append(record: list[str | list[str]], word: str, depth: int) -> None:
    """A word of a record goes into the list that is open, if one is."""
    if depth > 1 and record and isinstance(last := record[-1], list):
        last.append(word)
    else:
        record.append(word)


def _close(records: list[Record], row: int, record: list[str | list[str]]) -> None:
    if record:
        records.append((row, record))


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Words and brackets with the numbers of their lines; remarks and the head are passed over."""
    for row, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#?":
            continue
        for word in _TOKEN.findall(stripped):
            yield row, word


def _native_node(source: Source, draft: TopologyDraft, record: Record) -> None:
    row, words = record
    match words:
        case [str(name)]:
            draft.node(name, row=row)
        case [str(name), [x, y]]:
            places = [number(source, word, row=row, column=f"node {name}", low=None) for word in (x, y)]
            draft.node(name, longitude=places[0], latitude=places[1], row=row)
        case _:
            _shape(source, row, words, expected="node ( longitude latitude )")


def _native_link(source: Source, draft: TopologyDraft, record: Record) -> None:
    row, words = record
    match words:
        case [str(name), [one, other], *rest]:
            stated = [word for word in rest if isinstance(word, str)]
            figures = [number(source, word, row=row, column=f"link {name}") for word in stated[:4]]
            installed, cost = (figures[0] if figures else 0.0), (figures[2] if len(figures) > 2 else 0.0)
            _link(draft, name, (one, other), installed=installed, cost=cost, row=row)
        case _:
            _shape(
                source, row, words, expected="link ( source target ) capacity cost routing_cost setup_cost ( modules )"
            )


def _link(draft: TopologyDraft, name: str, ends: tuple[str, str], *, installed: float, cost: float, row: int) -> None:
    capacity, metric = installed if installed > 0 else NOT_STATED, cost if cost > 0 else NOT_STATED
    draft.two_ways(Direction(id=name, source=ends[0], target=ends[1], metric=metric, capacity=capacity), row=row)


def _native_demand(source: Source, draft: TopologyDraft, record: Record) -> Demand | None:
    row, words = record
    match words:
        case [str(name), [one, other], str(unit), str(value), *_]:
            return _demand(source, draft, (name, one, other), words=(unit, value), row=row)
        case _:
            _shape(source, row, words, expected="demand ( source target ) routing_unit value max_path_length")
            return None


def _demand(
    source: Source, draft: TopologyDraft, names: tuple[str, str, str], *, words: tuple[str, str], row: int
) -> Demand:
    for end in names[1:]:
        draft.end(end, row=row, column=f"demand {names[0]}")
    unit, value = (number(source, word, row=row, column=f"demand {names[0]}") for word in words)
    return (*names, unit * value, row)


def _is_planar(draft: TopologyDraft) -> bool:
    """Whether some coordinate is no degree: then all are places on a drawing."""
    far = any(abs(one) > 90 for one in draft.latitude) or any(abs(one) > 180 for one in draft.longitude)
    if far:
        draft.remarks.append("Coordinates are no degrees but places on a drawing: lengths of links are not known.")
    return far


def read_xml(source: Source) -> NetworkFile:
    """The XML form."""
    root = xml_root(source.upload, "network")
    draft = TopologyDraft(source.upload.name, source.faults, source.remarks)
    planar = False
    for nodes in root.every("nodes"):
        planar |= nodes.attributes.get("coordinatesType", "geographical") != "geographical"
        for node in nodes.children("node"):
            _xml_node(source, draft, node)
    for links in root.every("links"):
        for link in links.children("link"):
            _xml_link(source, draft, link)
    stated, demands = root.child("demands"), []
    for demand in () if stated is None else stated.children("demand"):
        names = (_id(source, demand, "demand"), _text(source, demand, "source"), _text(source, demand, "target"))
        words = (_text(source, demand, "routingUnit", default="1"), _text(source, demand, "demandValue"))
        demands.append(_demand(source, draft, names, words=words, row=demand.line))
    unit = next((one.text for one in root.every("unit")), None)
    return _network(source, draft, None if stated is None else demands, unit=unit, planar=planar or _is_planar(draft))


def _xml_node(source: Source, draft: TopologyDraft, node: Element) -> None:
    name, at = _id(source, node, "node"), node.child("coordinates")
    if at is None:
        draft.node(name, row=node.line)
        return
    x, y = (
        number(source, _text(source, at, axis), row=at.line, column=f"node {name}", low=None) for axis in ("x", "y")
    )
    draft.node(name, longitude=x, latitude=y, row=node.line)


def _xml_link(source: Source, draft: TopologyDraft, link: Element) -> None:
    name = _id(source, link, "link")
    ends = (_text(source, link, "source"), _text(source, link, "target"))
    before, column = link.child("preInstalledModule"), f"link {name}"
    installed = "0" if before is None else _text(source, before, "capacity", default="0")
    cost = _text(source, link, "routingCost", default="0")
    figures = [number(source, word, row=link.line, column=column) for word in (installed, cost)]
    _link(draft, name, ends, installed=figures[0], cost=figures[1], row=link.line)


def _id(source: Source, element: Element, what: str) -> str:
    name = element.attributes.get("id", "").strip()
    if not name:
        source.fault(f"the {what} has no id", element.line)
    return name


def _text(source: Source, element: Element, tag: str, *, default: str | None = None) -> str:
    inner = element.child(tag)
    if inner is not None:
        return inner.text
    if default is None:
        source.fault(f"the {element.tag} has no {tag}", element.line)
    return default or ""


def _is_native(head: Head) -> bool:
    return any(line.replace(" ", "").lower().startswith(("?sndlibnativeformat", "nodes(")) for line in head.lines)


def _is_xml(head: Head) -> bool:
    return b"<network" in head.data and (_NAMESPACE in head.data[:4096] or b"<networkStructure" in head.data)


FORMATS = (
    Format("repetita", "REPETITA .graph", _begins("NODES"), opens_network=read_graph, order=20),
    Format("repetita_demands", "REPETITA .demands", _begins("DEMANDS"), opens_network=read_demands, order=21),
    Format("sndlib", "SNDlib native text", _is_native, opens_network=read_native, order=10),
    Format("sndlib_xml", "SNDlib XML", _is_xml, opens_network=read_xml, order=11),
)
