"""Lists of nodes and links of a topology: one id a line, or `group,id` where elements fail together.

An id that names a node and a link means the node; `node:ID` and `link:ID` say which. Empty lines are passed over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from provenet.core.errors import Fault, FaultList, InputFault, nearest
from provenet.core.grouping import grouped
from provenet.core.wording import series
from provenet.ingest.network.topology import Members, Topology
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import TextFile, opened

LARGEST_BYTES = 64 * 2**20
_NODE, _LINK = "node:", "link:"


@dataclass(frozen=True)
class ElementNames:
    """What ids of a topology stand for."""

    topology: Topology

    @cached_property
    def known(self) -> Mapping[str, Members]:
        """Every id, and what it stands for: nodes first, then links, groups and further names."""
        topology = self.topology
        found = {name: Members((place,), ()) for place, name in enumerate(topology.node_ids)}
        for place, name in enumerate(topology.link_ids):
            found.setdefault(name, Members((), (place,)))
            found[_LINK + name] = Members((), (place,))
        for name, members in (*topology.srlgs.items(), *topology.also.items()):
            found.setdefault(name, members)
        found.update({_NODE + name: Members((place,), ()) for place, name in enumerate(topology.node_ids)})
        return found

    @cached_property
    def twofold(self) -> frozenset[str]:
        """Ids that name a node and a link."""
        return frozenset(self.topology.node_ids) & frozenset(self.topology.link_ids)

    def fault(self, name: str, place: str, row: int) -> Fault:
        """That the topology has no such element."""
        own = [*self.topology.node_ids, *self.topology.link_ids, *self.topology.also]
        text, expected = "no such node or link in the topology", "an id of the topology"
        return Fault(place, text, row, found=name, expected=expected, nearest=nearest(name, own))

    def members(self, name: str, place: str, row: int, *, faults: FaultList) -> Members | None:
        """What an id stands for; None, after a fault, where the topology has no such element."""
        if name not in self.known:
            faults.add(self.fault(name, place, row))
        return self.known.get(name)


def read_elements(given: TextFile, names: ElementNames) -> tuple[Members, list[str]]:
    """Nodes and links of a file of one id a line, each once, and remarks. An empty file names none.

    Raises InputFault with every id that the topology does not have.
    """
    upload, faults = opened(given), FaultList()
    lines = _lines(upload)
    members = [names.members(line, upload.name, row, faults=faults) for row, line in lines]
    faults.refuse()
    remarks = []
    if twofold := [line for _, line in lines if line in names.twofold]:
        listed = series(twofold, shown=5)
        remarks.append(f"{upload.name}: {listed} names a node and a link; the node is meant. Write link:ID for links.")
    return _joined(members), remarks


def _joined(parts: Sequence[Members | None]) -> Members:
    """The nodes and links of several ids, each once, by place."""
    return Members(*(tuple(sorted({at for part in parts if part for at in part[side]})) for side in (0, 1)))


def read_srlgs(given: TextFile, names: ElementNames) -> dict[str, Members]:
    """Shared-risk groups of a file of `group,id` a line, under a head `group,id` or none.

    Raises InputFault with every line of another shape and every id that the topology does not have.
    """
    upload, faults = opened(given), FaultList()
    found = grouped(
        (group, names.members(name, upload.name, row, faults=faults))
        for row, group, name in _pairs(upload, "group,id", faults, cut=str.partition)
    )
    faults.refuse()
    return {name: _joined(parts) for name, parts in found.items()}


def read_costs(given: TextFile, names: ElementNames) -> dict[str, float]:
    """What replacing elements costs, of a file of `id,cost` a line, under a head `id,cost` or none.

    A cost of `none` says that the element cannot be replaced: it is infinite. Raises InputFault with every line of
    another shape, every id that the topology does not have and every cost that is no number of 0 or more.
    """
    upload, faults = opened(given), FaultList()
    found: dict[str, float] = {}
    for row, name, text in _pairs(upload, "id,cost", faults, cut=str.rpartition):
        cost = _cost(text)
        if names.members(name, upload.name, row, faults=faults) is None:
            continue
        if cost is None:
            faults.add(
                Fault(upload.name, "the cost is no amount", row, found=text, expected="a number of 0 or more, or none")
            )
        else:
            found[name] = cost
    faults.refuse()
    return found


def _pairs(
    upload: Upload, head: str, faults: FaultList, *, cut: Callable[[str, str], tuple[str, str, str]]
) -> Iterator[tuple[int, str, str]]:
    """The two cells of each line below the head, if there is one: `cut` tells at which of several commas they part."""
    for row, line in _lines(upload):
        one, mark, other = (part.strip() for part in cut(line, ","))
        if row == 1 and f"{one},{other}".lower() == head:
            continue
        if mark and one:
            yield row, one, other
        else:
            faults.add(Fault(upload.name, "the line is of another shape", row, found=line, expected=head))


def _cost(text: str) -> float | None:
    if text.lower() == "none":
        return float("inf")
    try:
        cost = float(text)
    except ValueError:
        return None
    return cost if 0 <= cost < float("inf") else None


class OwnLinkRow(NamedTuple):
    """A link of a site's own: its node, its capacity from low to high (infinite where it is not known), its state."""

    node: int
    low: float
    high: float
    state: str


STATES = ("clear", "restricted", "unknown")


def read_own_links(given: TextFile, names: ElementNames) -> list[OwnLinkRow]:
    """Own links of sites, of a file of `node,capacity,state` a line, under that head or none, in the order they fill.

    A capacity is an amount, a span such as `2..5`, or empty: not known. The state is clear, restricted or, where it is
    left out, unknown. Raises InputFault with every line that is none of these and every node that is not there.
    """
    upload, faults, found = opened(given), FaultList(), []
    for row, line in _lines(upload):
        cells = [cell.strip() for cell in line.split(",")]
        if row == 1 and [cell.lower() for cell in cells[:2]] == ["node", "capacity"]:
            continue
        name, capacity, state = [*cells, "", ""][:3]
        span, nodes = _span(capacity), names.known.get(name, Members((), ())).nodes
        if len(cells) not in (2, 3):
            expected = "node,capacity,state"
            faults.add(Fault(upload.name, "the line is of another shape", row, found=line, expected=expected))
        elif len(nodes) != 1:
            near = nearest(name, names.topology.node_ids)
            text, expected = "no such node in the topology", "the id of one node"
            faults.add(Fault(upload.name, text, row, found=name, expected=expected, nearest=near))
        elif span is None:
            expected = "an amount of 0 or more, a span such as 2..5, or nothing where it is not known"
            faults.add(Fault(upload.name, "the capacity is no amount", row, found=capacity, expected=expected))
        elif (state or "unknown") not in STATES:
            faults.add(Fault(upload.name, "the state is none", row, found=state, expected=series(STATES, "or")))
        else:
            found.append(OwnLinkRow(nodes[0], *span, state or "unknown"))
    faults.refuse()
    return found


def _span(text: str) -> tuple[float, float] | None:
    """An amount or a span of two; from 0 to infinity where the text is empty; None where it is neither."""
    if not text:
        return 0.0, float("inf")
    low, mark, high = text.partition("..")
    ends = _cost(low), _cost(high if mark else low)
    if ends[0] is None or ends[1] is None or not ends[0] <= ends[1] < float("inf"):
        return None
    return ends[0], ends[1]


def read_sensitive(given: TextFile, names: ElementNames, demand_ids: Sequence[str]) -> tuple[set[str], set[int]]:
    """Sensitive demands of a file of one id a line: ids of demands, and nodes whose demands all are, by place.

    An id of both a demand and a node means the demand; `node:ID` says otherwise. Raises InputFault with every id that
    is neither.
    """
    upload, faults = opened(given), FaultList()
    own, demands, nodes = set(demand_ids), set[str](), set[int]()
    for row, line in _lines(upload):
        members = names.known.get(line)
        if line in own:
            demands.add(line)
        elif members is not None and members.nodes:
            nodes.update(members.nodes)
        else:
            text, expected = "no such demand or node", "the id of a demand or of a node"
            near = nearest(line, [*demand_ids, *names.topology.node_ids])
            faults.add(Fault(upload.name, text, row, found=line, expected=expected, nearest=near))
    faults.refuse()
    return demands, nodes


def _lines(upload: Upload) -> list[tuple[int, str]]:
    data = upload.whole(LARGEST_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise InputFault([Fault(upload.name, "the file is no UTF-8", found=f"byte {err.start}")]) from err
    return [(row, line.strip()) for row, line in enumerate(text.splitlines(), 1) if line.strip()]
