"""Files of topologies and of demands: which format a file is of, and what it says.

A format is one declaration, `TOPOLOGY_FORMATS` of a module in `provenet.ingest.network.topology_formats`; a new module
there is found by itself. Every fault of a file comes at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from provenet.core.errors import Fault, FaultList, InputFault, nearest
from provenet.core.jsontext import JsonFault, parse_json
from provenet.core.progress import Progress, silent
from provenet.core.wording import count
from provenet.ingest.network.topology import Demands, Topology
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import TextFile, opened
from provenet.ingest.registry import Head

if TYPE_CHECKING:
    from provenet.ingest.network.xml_tree import Element

LARGEST_BYTES = 512 * 2**20
"""The largest file, unpacked; a network of a hundred thousand nodes takes some fifty megabytes."""
MOST = 1e30
"""The greatest figure that is read; sums of many stay far from what a float holds."""
DEMANDS_OF_A_FILE = "Demands are those of {}."


@dataclass(frozen=True, kw_only=True)
class DemandRows:
    """Demands as a file states them, by names of nodes: `(id, source, target, volume, row)` each."""

    rows: list[tuple[str, str, str, float, int]]
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class NetworkFile:
    """What a file says: a topology, demands, or both."""

    topology: Topology | None
    demands: DemandRows | None


@dataclass(frozen=True, kw_only=True)
class TopologySource:
    """A file to be read: its bytes, which layer of it is meant, and where faults go."""

    upload: Upload
    faults: FaultList
    layer: str | None = None
    progress: Progress = silent
    remarks: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The name that faults carry."""
        return self.upload.name

    @cached_property
    def data(self) -> bytes:
        """All bytes, unpacked. Raises InputFault for a file larger than is read."""
        with self.upload.stream() as stream:
            data = stream.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise InputFault([Fault(self.place, "the file is too large", expected=f"at most {LARGEST_BYTES:,} bytes")])
        return data

    def text(self) -> str:
        """All text. Raises InputFault where it is no UTF-8; files of one byte a letter are read as Latin-1."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.data.decode("latin-1")

    def json(self) -> dict[str, object]:
        """The JSON object that the file is. Raises InputFault."""
        try:
            value = parse_json(self.text())
        except JsonFault as err:
            raise InputFault([Fault(self.place, err.says, found=err.found, expected=err.expected)]) from err
        if not isinstance(value, dict):
            raise InputFault([Fault(self.place, "the JSON is no object", expected="a topology")])
        return value

    def xml(self, root: str) -> Element:
        """The root of the XML that the file is. Raises InputFault."""
        from provenet.ingest.network.xml_tree import parse_xml

        return parse_xml(self.place, self.data, root)

    def number(self, text: str, *, row: int, column: str, low: float | None = 0.0) -> float:
        """A number from `low` to `MOST`, or NaN after a fault."""
        try:
            value = float(text) if "_" not in text else float("nan")
        except ValueError:
            value = float("nan")
        if not abs(value) <= MOST or (low is not None and value < low):
            expected = f"a number from {-MOST if low is None else low:g} to {MOST:g}"
            sentence = "this is no number of that kind"
            self.faults.add(Fault(self.place, sentence, row, column=column, found=text, expected=expected))
            return float("nan")
        return value


@dataclass(frozen=True, kw_only=True)
class TopologyFormat:
    """One format.

    Parameters
    ----------
    name
        The id shown with the file.
    says
        What it is, in a few words.
    recognises
        Whether a file is of the format; looks only.
    read
        What the file says.
    order
        When the format is tried.
    """

    name: str
    says: str
    recognises: Callable[[Head], bool]
    read: Callable[[TopologySource], NetworkFile]
    order: int = 50


@lru_cache(maxsize=1)
def topology_formats() -> tuple[TopologyFormat, ...]:
    """Every format, in the order in which they are tried. Cached."""
    package = import_module("provenet.ingest.network.topology_formats")
    modules = [import_module(f"{package.__name__}.{one.name}") for one in iter_modules(package.__path__)]
    return tuple(sorted((one for module in modules for one in module.TOPOLOGY_FORMATS), key=lambda one: one.order))


def topology_format_of(head: Head) -> TopologyFormat | None:
    """The first format that recognises a file, or None."""
    return next((one for one in topology_formats() if one.recognises(head)), None)


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
    form = topology_format_of(Head(upload))
    if form is None:
        known = ", ".join(one.says for one in topology_formats())
        raise InputFault([Fault(upload.name, "this is no topology of a known format", expected=f"one of: {known}")])
    source = TopologySource(upload=upload, faults=FaultList(), layer=layer, progress=progress)
    found = form.read(source)
    if source.faults.count:
        raise InputFault(source.faults.faults, source.faults.count)
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
    from provenet.ingest.network.demand_tables import read_demand_table

    upload = opened(given, progress)
    form = topology_format_of(Head(upload))
    source = TopologySource(upload=upload, faults=FaultList(), progress=progress)
    rows = read_demand_table(source) if form is None else form.read(source).demands
    if source.faults.count:
        raise InputFault(source.faults.faults, source.faults.count)
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
    if faults.count:
        raise InputFault(faults.faults, faults.count)
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
