"""Links that devices report of their neighbours: the same link seen from both ends counts once.

A neighbour goes by the name that it gives itself, a device by the name of the inventory; a report may name the port of
one end alone.
"""

from collections.abc import Iterator, Mapping, Sequence

from provenet.case.rows import NetworkLinkRow, NetworkNodeRow
from provenet.core.grouping import grouped
from provenet.core.ids import fold

_Reports = list[NetworkLinkRow]


def links_once(links: Sequence[NetworkLinkRow], nodes: Mapping[str, NetworkNodeRow]) -> list[NetworkLinkRow]:
    """Links with the ends that a topology states as they are, and those that devices report each once, in order.

    An end that is no node but the further name of exactly one is that node. Between two nodes, reports of the same
    ports are one link; one that names one port is the link that has it there; of others that name the port of one
    end, each is the other end's report of the same link, as far as there are as many. Cost O(links log links).
    """
    known = _further_names(nodes)
    stated = [row for row in links if row["evidence"] is None]
    reported = (_directed(row, known) for row in links if row["evidence"] is not None)
    between = grouped(((one["source_node"], one["target_node"]), one) for one in reported)
    once = [row for (one, other), reports in between.items() if one != other for row in _distinct(reports)]
    return sorted([*stated, *once], key=lambda row: row["link"])


def _further_names(nodes: Mapping[str, NetworkNodeRow]) -> dict[str, str]:
    found = grouped((fold(also), name) for name, row in nodes.items() for also in row["also"] or ())
    own = {fold(name): name for name in nodes}
    return {also: names[0] for also, names in found.items() if len({*names}) == 1 and also not in own} | own


def _directed(row: NetworkLinkRow, known: Mapping[str, str]) -> NetworkLinkRow:
    """A report between the nodes that its ends are, from the first by name to the second."""
    ends = [
        (known.get(fold(row["source_node"]), row["source_node"]), row["source_port"]),
        (known.get(fold(row["target_node"]), row["target_node"]), row["target_port"]),
    ]
    (source, source_port), (target, target_port) = sorted(ends, key=lambda end: end[0])
    return {**row, "source_node": source, "source_port": source_port, "target_node": target, "target_port": target_port}


def _distinct(reports: _Reports) -> Iterator[NetworkLinkRow]:
    """Each link between two nodes once."""
    whole = {(row["source_port"], row["target_port"]): row for row in reports if _ports(row) == (True, True)}
    yield from whole.values()
    near, far = ({ports[end] for ports in whole} for end in (0, 1))
    lefts = {row["source_port"]: row for row in reports if _ports(row) == (True, False)}
    rights = {row["target_port"]: row for row in reports if _ports(row) == (False, True)}
    left = [row for port, row in lefts.items() if port not in near]
    right = [row for port, row in rights.items() if port not in far]
    yield from max(left, right, key=len)
    bare = [row for row in reports if _ports(row) == (False, False)]
    if bare and not whole and not left and not right:
        yield bare[0]


def _ports(row: NetworkLinkRow) -> tuple[bool, bool]:
    return row["source_port"] is not None, row["target_port"] is not None
