"""Files of topologies and of demands: of which format a file is, and what it says. Its faults come at once."""

import csv
from collections import Counter

from provenet.core.errors import Fault, FaultList, InputFault, nearest
from provenet.core.progress import Progress, silent
from provenet.core.wording import count
from provenet.ingest.documents import number, text_of_file
from provenet.ingest.network.topology import DemandRows, Demands, NetworkFile, Topology
from provenet.ingest.plain_lines import TextFile, opened
from provenet.ingest.registry import Head, Source, first_of, formats

DEMANDS_OF_A_FILE = "Demands are those of {}."
SOURCES = ("source", "src", "from", "origin", "source_id", "from_node")
TARGETS = ("target", "dst", "dest", "to", "destination", "target_id", "to_node")
VOLUMES = ("volume", "demand", "value", "traffic", "bw", "volume_bps", "demand_bps", "rate")
IDS = ("demand_id", "id", "label", "name")


def read_network(given: TextFile, *, layer: str | None = None, progress: Progress = silent) -> NetworkFile:
    """What a file of a known format says, whichever that is.

    Parameters
    ----------
    given : a file on disk, or its name and bytes; packed as gz, bz2 or xz where its name says so.
    layer : of a file with several layers, the one meant.

    Raises
    ------
    InputFault
        The file is of no known format, or has faults: all of them at once.
    UsageFault
        There is no such file.
    """
    upload = opened(given, progress)
    form = first_of(Head(upload), "opens_network")
    if form is None or form.opens_network is None:
        known = ", ".join(one.says for one in formats("opens_network"))
        raise InputFault([Fault(upload.name, "this is no topology of a known format", expected=f"one of: {known}")])
    source = Source(upload=upload, faults=FaultList(), layer=layer, progress=progress)
    found = form.opens_network(source)
    source.faults.refuse()
    return found


def read_topology(
    given: TextFile, *, layer: str | None = None, progress: Progress = silent
) -> tuple[Topology, Demands | None]:
    """A topology and the demands that its file states, None where it states none. Raises as `read_network` does."""
    found = read_network(given, layer=layer, progress=progress)
    if found.topology is None:
        name = given.name if not isinstance(given, tuple) else given[0]
        raise InputFault([Fault(name, "it holds demands and no links", expected="a topology")])
    topology = found.topology
    return topology, None if found.demands is None else demands_of(found.demands, topology, topology.name)


def read_demands(given: TextFile, topology: Topology, *, progress: Progress = silent) -> Demands:
    """Demands between nodes of a topology, from a file of any format that states demands.

    Raises InputFault for nodes that the topology does not have, all of them at once, and where there is no demand.
    """
    upload = opened(given, progress)
    form = first_of(Head(upload), "opens_network")
    source = Source(upload=upload, faults=FaultList(), progress=progress)
    opens = None if form is None else form.opens_network
    rows = _read_table(source) if opens is None else opens(source).demands
    source.faults.refuse()
    if rows is None:
        raise InputFault([Fault(upload.name, "it states no demands")])
    return demands_of(rows, topology, upload.name)


def demands_of(given: DemandRows, topology: Topology, place: str) -> Demands:
    """Demands by places of nodes. Raises InputFault with every node that the topology does not have."""
    import numpy as np

    faults = FaultList()
    at = {name: place for place, name in enumerate(topology.node_ids)}
    for name, members in topology.also.items():
        if len(members.nodes) == 1 and not members.links:
            at.setdefault(name, members.nodes[0])
    ends: list[list[int]] = [[], []]
    for _, source, target, _, row in given.rows:
        for column, name, found in (("source", source, ends[0]), ("target", target, ends[1])):
            if name not in at:
                text, close = "no such node in the topology", nearest(name, at)
                faults.add(Fault(place, text, row, column=column, found=name, expected="a node", nearest=close))
            found.append(at.get(name, 0))
    faults.refuse()
    sources, targets = np.array(ends[0], np.int64), np.array(ends[1], np.int64)
    volume = np.array([row[3] for row in given.rows], np.float64)
    kept = sources != targets
    own = int((~kept).sum())
    ids = [row[0] for row, keep in zip(given.rows, kept.tolist(), strict=True) if keep]
    left = f" {count(own, 'demand')} of a node with itself left out." if own else ""
    stated = DEMANDS_OF_A_FILE.format(place) + left
    return Demands(
        source=sources[kept], target=targets[kept], volume=volume[kept], ids=ids, unit=given.unit, stated=stated
    )


def _read_table(source: Source) -> DemandRows | None:
    """Demands of a table: a row a demand (`source,target,volume`), or a square matrix of volumes; None after a fault.

    The mark between cells is a comma, a semicolon or a tab, whichever the first line has most of.
    """
    lines = text_of_file(source.upload).splitlines()
    head = next((line for line in lines if line.strip()), "")
    marks = Counter(letter for letter in head if letter in ",;\t")
    if not marks:
        source.fault("this is no table of demands", expected="columns source, target and volume, or a square matrix")
        return None
    rows = [
        (row, [cell.strip() for cell in cells])
        for row, cells in enumerate(csv.reader(lines, delimiter=marks.most_common(1)[0][0]), 1)
        if any(cell.strip() for cell in cells)
    ]
    columns = [cell.lower() for cell in rows[0][1]]
    if any(name in columns for name in SOURCES) and any(name in columns for name in TARGETS):
        return _list(source, columns, rows[1:])
    return _matrix(source, rows)


def _list(source: Source, columns: list[str], rows: list[tuple[int, list[str]]]) -> DemandRows | None:
    at = {
        what: next((columns.index(name) for name in names if name in columns), -1)
        for what, names in (("source", SOURCES), ("target", TARGETS), ("volume", VOLUMES), ("id", IDS))
    }
    if at["volume"] < 0:
        source.fault("no column of volumes", 1, expected=f"one of: {', '.join(VOLUMES)}")
        return None
    found = []
    for row, cells in rows:
        if len(cells) != len(columns):
            _width(source, row, len(cells), expected=len(columns))
            continue
        start, end = cells[at["source"]], cells[at["target"]]
        volume = number(source, cells[at["volume"]], row=row, column=columns[at["volume"]])
        name = cells[at["id"]] if at["id"] >= 0 else f"{start}->{end}"
        found.append((name, start, end, volume, row))
    return DemandRows(rows=found)


def _matrix(source: Source, rows: list[tuple[int, list[str]]]) -> DemandRows | None:
    """Rows are sources and columns are targets; an empty cell is no demand."""
    targets = rows[0][1][1:]
    found = []
    for row, cells in rows[1:]:
        if len(cells) != len(targets) + 1:
            _width(source, row, len(cells), expected=len(targets) + 1)
            continue
        for end, cell in zip(targets, cells[1:], strict=True):
            volume = number(source, cell, row=row, column=end) if cell else 0.0
            if volume != 0:
                found.append((f"{cells[0]}->{end}", cells[0], end, volume, row))
    return DemandRows(rows=found)


def _width(source: Source, row: int, found: int, *, expected: int) -> None:
    source.fault("the row has another number of cells than the head", row, found=str(found), expected=str(expected))
