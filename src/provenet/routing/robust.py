"""How robust is clear: the smallest set of clear networks whose loss leaves a pair without a clear route."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from provenet.core.errors import UsageFault
from provenet.numerics.arrays import Flags, Floats, Ints
from provenet.numerics.problem import Covering, Limits, Proof, Row
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.cuts import Part, cheapest_route, part_between, vertex_cut, without_needless
from provenet.routing.recheck import Links, none_cheaper
from provenet.routing.solve.covering import cover

State = Literal["cut", "direct link", "same network", "no clear route"]


@dataclass(frozen=True)
class ClearCut:
    """The least number of clear networks between two ends, as an interval [low, high], and a set of `high` of them.

    `state` is `cut`; `direct link` or `same network`, where no loss of others parts the ends and both bounds are None;
    or `no clear route`, with both bounds 0. `members` are ASNs, ascending, without the ends; another set may be as
    small. `proof` speaks of the interval: with low = high, `certified` or `solver`; else `bound`. Counts are of this
    graph: links that no one has observed can only raise them.
    """

    source: int
    destination: int
    state: State
    low: int | None
    high: int | None
    members: tuple[int, ...]
    proof: Proof


def clear_cut(
    topology: Topology,
    source: int,
    destination: int,
    *,
    restricted: Flags,
    exact: bool = True,
    limits: Limits = Limits(),  # noqa: B008
) -> ClearCut:
    """The smallest set of clear networks whose loss leaves no clear valley-free route from one ASN to another.

    Counts are of this graph: links that no one has observed can only raise them. Cost of the bounds: milliseconds; the
    exact size is APX-hard in principle. Source: Erlebach and others 2005, decision 0024.

    Parameters
    ----------
    topology
        The AS graph, of N networks.
    source, destination
        ASNs of the ends.
    restricted
        bool[N]: a restricted network carries no transit but may be an end.
    exact
        Whether the size is found by covering all routes, generated one by one; without it, or where `limits` stop the
        search, both bounds come from the layered cut, at most a factor of 2 apart.
    limits
        Rounds, steps and seconds of the search.

    Returns
    -------
    The interval of the size, a set of the upper size, and its proof.

    Raises
    ------
    UsageFault
        For an ASN that the graph does not have, or flags of another length.

    >>> from provenet.routing.kernels.csr import topology
    >>> made = topology(np.array([1, 2, 1, 2]), np.array([8, 8, 9, 9]), np.array([], int), peer_b=np.array([], int))
    >>> clear_cut(made, 8, 9, restricted=np.zeros(4, bool)).members
    (1, 2)
    """
    s, d = nodes_of(topology, [source, destination])
    restricted = flags_of(topology, restricted)
    if s == d:
        return ClearCut(source, destination, "same network", None, None, (), "certified")
    part = part_between(topology, s, d, removed=restricted)
    check = _Check(topology, s, d, restricted=restricted)
    if not part.joined:
        return ClearCut(source, destination, "no clear route", 0, 0, (), check.parted(()))
    if part.linked:
        return ClearCut(source, destination, "direct link", None, None, (), check.linked())
    layered = vertex_cut(part, np.ones(topology.node_count, np.int64), with_routes=True)
    members = without_needless(part, layered.nodes, topology.node_count).tolist()
    apart = max(_apart(layered.routes), list(_light(part, np.zeros(topology.node_count))), key=len)
    low = max(-(-layered.value // 2), len(apart))
    proof: Proof = "bound"
    if low == len(members) == len(apart):
        proof = check.proof(members, apart, [1.0] * low, steps=limits.steps)
    elif low == len(members):
        proof = check.proof(members, [r.tolist() for r in layered.routes], [], steps=limits.steps)
    elif exact:
        known_routes = {tuple(sorted(route)): route for route in [*apart, *(r.tolist() for r in layered.routes)]}
        members, low, proof = _covered(part, members, low, routes=known_routes, check=check, limits=limits)
    asns = tuple(topology.asn[sorted(members)].tolist())
    return ClearCut(source, destination, "cut", low, len(asns), asns, proof)


def nodes_of(topology: Topology, asns: Sequence[int]) -> list[int]:
    """The node of each ASN. Raises UsageFault that names those the graph has not."""
    nodes: list[int] = topology.nodes_of(np.asarray(asns, np.int64)).tolist()
    missing = sorted({int(a) for a, v in zip(asns, nodes, strict=True) if v < 0})
    if missing:
        named = ", ".join(f"AS{a}" for a in missing[:5]) + (f" and {len(missing) - 5} more" if missing[5:] else "")
        raise UsageFault(f"not in the AS graph: {named}; ask about networks that have a link in it.")
    return nodes


def flags_of(topology: Topology, restricted: Flags) -> Flags:
    """One flag a network of the graph. Raises UsageFault for another number of them."""
    flags = np.asarray(restricted, np.bool_)
    if flags.shape != (topology.node_count,):
        raise UsageFault(
            f"restricted has shape {flags.shape}; give one flag for each of {topology.node_count} networks."
        )
    return flags


def _apart(routes: Sequence[Ints]) -> list[list[int]]:
    """Routes that share no network, short ones first: each needs a loss of its own."""
    kept: list[list[int]] = []
    met: set[int] = set()
    for route in sorted((r.tolist() for r in routes), key=lambda r: (len(r), r)):
        if met.isdisjoint(route):
            kept.append(route)
            met.update(route)
    return kept


def _light(part: Part, weight: Floats) -> Iterator[list[int]]:
    """The transit of routes that weigh less than 1, lightest first; each then weighs 1 more, so that few are alike."""
    while True:
        price, nodes = cheapest_route(part, weight)
        if price >= 1.0 - 1e-6:
            return
        yield nodes[1:-1].tolist()
        weight[nodes[1:-1]] += 1.0


def _covered(
    part: Part, known: list[int], low: int, *, routes: dict[Row, list[int]], check: _Check, limits: Limits
) -> tuple[list[int], int, Proof]:
    """The exact cut by a row for each route found so far; the cheapest route under the last answer is the next."""
    column = {int(v): i for i, v in enumerate(part.transit)}
    route_of_row: dict[Row, list[int]] = {tuple(sorted(column[v] for v in row)): route for row, route in routes.items()}
    weight = np.zeros(check.node_count)

    def separate(point: Floats, whole: bool) -> list[Row]:
        weight[part.transit] = point
        found: list[Row] = []
        for route in _light(part, weight):
            found.append(tuple(sorted(column[v] for v in route)))
            route_of_row[found[-1]] = route
        return found

    outcome = cover(
        Covering(np.ones(len(column))),
        separate,
        known=[column[v] for v in known],
        rows=list(route_of_row),
        limits=limits,
    )
    assert outcome.chosen is not None  # the layered cut is feasible
    members = part.transit[list(outcome.chosen)].tolist()
    if outcome.proof != "solver":
        return members, max(low, int(outcome.bound)), "bound"
    proof = check.proof(members, [route_of_row[row] for row in outcome.rows], outcome.duals, steps=limits.steps)
    return members, len(members), proof


class _Check:
    """What is re-checked from the links alone, in plain Python."""

    def __init__(self, topology: Topology, source: int, destination: int, *, restricted: Flags) -> None:
        self.links, self.ends = Links(topology), (source, destination)
        self.blocked = bytearray(np.asarray(restricted, np.bool_).tobytes())
        self.node_count = topology.node_count

    def parted(self, members: Sequence[int]) -> Proof:
        """Certified if the loss of the members leaves no clear route."""
        without = self.blocked.copy()
        for v in members:
            without[v] = 1
        return "solver" if self.links.has_route(*self.ends, without) else "certified"

    def linked(self) -> Proof:
        """Certified if the ends have a link."""
        return "certified" if self.links.is_route(self.ends, self.blocked) else "solver"

    def proof(self, members: list[int], routes: list[list[int]], duals: Sequence[float], *, steps: int) -> Proof:
        """Certified if the members part the ends, the routes are clear routes and no smaller set meets them all."""
        s, d = self.ends
        if self.parted(members) != "certified" or not set(self.ends).isdisjoint(members):
            return "solver"
        if not all(self.links.is_route([s, *route, d], self.blocked) for route in routes):
            return "solver"
        return "certified" if none_cheaper(routes, lambda _: 1.0, members, duals=duals, steps=steps) else "solver"
