"""One pair of networks explained: the route, its ties, the next best route, who decides, and the way round.

The ladder works out words of 64 destinations with compiled kernels; one destination needs neither. Here every step is
one pass of numpy over the links, by the same rules, so that an answer stands in a fraction of a second without a
compiler. Held against an enumeration of all valley-free paths in tests/against/test_explain_by_enumeration.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from provenet.numerics.arrays import Flags, Ints, Longs
from provenet.routing.kernels.csr import Topology
from provenet.routing.recheck import Links

NONE, CUSTOMER, PEER, PROVIDER, SELF = 0, 1, 2, 3, 4
"""Classes of a route as numbers, those of `kernels.lanes`."""
RELATIONS = ("none", "customer", "peer", "provider", "self")
"""What the next hop is to a network whose route has the class of that number."""
UNREACHED = 2**14
"""A cost that no walk has."""


@dataclass(frozen=True)
class LinkTable:
    """Links of one kind as pairs: `tail[i]` passes traffic to `head[i]`; int32, ascending by tail, then head."""

    tail: Ints
    head: Ints

    @staticmethod
    def of(start: Ints, to: Ints) -> LinkTable:
        """The rows of a topology as pairs."""
        return LinkTable(np.repeat(np.arange(len(start) - 1, dtype=np.int32), np.diff(start)), to)

    def at(self, v: int) -> slice:
        """Where the links of a network stand."""
        return slice(*np.searchsorted(self.tail, [v, v + 1]).tolist())


class Internet:
    """A topology with its links as pairs; made once for all questions about a graph. Cost O(links)."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.down = LinkTable.of(topology.down_start, topology.down)
        self.peer = LinkTable.of(topology.peer_start, topology.peer)
        self.up = LinkTable.of(topology.up_start, topology.up)
        self.tables = (self.down, self.peer, self.up)

    @property
    def count(self) -> int:
        """How many networks there are."""
        return self.topology.node_count

    @cached_property
    def has_mutual_transit(self) -> bool:
        """Whether two networks sell transit to each other."""
        down = self.down.tail.astype(np.int64) * self.count + self.down.head
        up = self.up.tail.astype(np.int64) * self.count + self.up.head
        return bool(np.isin(up, down, assume_unique=True).any())


@dataclass(frozen=True)
class Offer:
    """A route that a network is offered: the class it would have, its hops, and the neighbour that offers it."""

    kind: int
    hops: int
    neighbour: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """Offers by preference, best first: customer, peer, provider; then fewer hops; then the lowest ASN."""
        return self.kind, self.hops, self.neighbour


class Towards:
    """The routes of every network to one destination, as the preferences of Gao and Rexford settle them.

    `kind` int8[N] is the class of each network's route, `hops` int16[N] its length, -1 without one, and `hop` int32[N]
    the conventional next hop: the lowest ASN of the tie set, -1 where there is none. Cost O(links).
    """

    def __init__(self, internet: Internet, destination: int) -> None:
        self.internet, self.destination = internet, destination
        self.kind = np.zeros(internet.count, np.int8)
        self.hops = np.full(internet.count, -1, np.int16)
        self._climb()
        self._cross()
        self._descend()
        ties = self._tie_sets()
        self.tie_masks = [mask for _, mask in ties]
        self.hop = np.full(internet.count, -1, np.int32)
        for links, mask in ties:
            at = np.flatnonzero(mask)[::-1]
            # Of several values for one place the last stays: rows are read backwards, so the lowest ASN does.
            self.hop[links.tail[at]] = links.head[at]

    def _climb(self) -> None:
        """From the destination up, a level at a time; a ring of providers is walked until it meets itself."""
        level, hops = np.array([self.destination], np.int32), 0
        self.kind[level], self.hops[level] = SELF, 0
        while len(level):
            hops += 1
            above = np.unique(_neighbours(self.internet.topology.up_start, self.internet.topology.up, level))
            level = above[self.kind[above] == NONE]
            self.kind[level], self.hops[level] = CUSTOMER, hops

    def _cross(self) -> None:
        """Over one peering, of routes that only customers gave."""
        links, holds = self.internet.peer, self.kind != NONE
        at = np.flatnonzero(holds[links.head] & ~holds[links.tail])
        best = np.full(len(self.kind), UNREACHED, np.int16)
        np.minimum.at(best, links.tail[at], self.hops[links.head[at]] + np.int16(1))
        found = best < UNREACHED
        self.kind[found], self.hops[found] = PEER, best[found]

    def _descend(self) -> None:
        """To customers, in the order of length: a level is complete when it is reached."""
        hops = 0
        while hops <= self.hops.max(initial=0):
            level = np.flatnonzero(self.hops == hops).astype(np.int32)
            below = _neighbours(self.internet.topology.down_start, self.internet.topology.down, level)
            new = np.unique(below[self.kind[below] == NONE])
            self.kind[new], self.hops[new] = PROVIDER, hops + 1
            hops += 1

    def _tie_sets(self) -> list[tuple[LinkTable, Flags]]:
        """For the links down, of peers and up: which of them lead to a network of the tie set."""
        internet, upward = self.internet, (self.kind == SELF) | (self.kind == CUSTOMER)
        made = []
        for links, kind, offers in (
            (internet.down, CUSTOMER, upward),
            (internet.peer, PEER, upward),
            (internet.up, PROVIDER, self.kind != NONE),
        ):
            ties = (self.kind[links.tail] == kind) & offers[links.head]
            ties &= self.hops[links.head] + 1 == self.hops[links.tail]
            made.append((links, ties))
        return made

    def relation(self, v: int) -> str:
        """What the next hop of a network is to it: customer, peer or provider; self at the destination, or none."""
        return RELATIONS[self.kind[v]]

    def next_hops(self, v: int) -> list[int]:
        """The tie set of a network, ascending: the neighbours whose routes are equally good."""
        kind = int(self.kind[v])
        if kind not in (CUSTOMER, PEER, PROVIDER):
            return []
        links, mask = self.internet.tables[kind - 1], self.tie_masks[kind - 1]
        return [int(u) for u in links.head[links.at(v)][mask[links.at(v)]]]

    def path(self, v: int) -> list[int]:
        """The conventional route of a network, both ends with it; empty where there is none. Cost O(hops)."""
        if self.kind[v] == NONE:
            return []
        nodes = [v]
        while nodes[-1] != self.destination:
            nodes.append(int(self.hop[nodes[-1]]))
        return nodes

    @cached_property
    def levels(self) -> list[Ints]:
        """The networks by the length of their route, from those one hop away."""
        return [np.flatnonzero(self.hops == hops).astype(np.int32) for hops in range(1, int(self.hops.max()) + 1)]

    def along(self, marks: Flags) -> Flags:
        """Whether the conventional route of a network passes a marked one, itself among them. Cost O(N)."""
        passed = marks.copy()
        for level in self.levels:
            passed[level] |= passed[self.hop[level]]
        passed &= self.kind != NONE
        return passed

    def offers(self, v: int, *, climbing: bool = True) -> list[Offer]:
        """The routes that the neighbours of a network offer it, best first; those that lead back over it are none.

        A network that does not climb, since who sends to it is no customer, is asked of its customers' routes alone.
        """
        graph, upward = self.internet.topology, (self.kind == SELF) | (self.kind == CUSTOMER)
        marks = np.zeros(graph.node_count, np.bool_)
        marks[v] = True
        back = self.along(marks)
        sides = [(CUSTOMER, graph.customers(v), upward)]
        if climbing:
            sides += [(PEER, graph.peers(v), upward), (PROVIDER, graph.providers(v), self.kind != NONE)]
        made = [
            Offer(kind, int(self.hops[u]) + 1, int(u))
            for kind, rows, offers in sides
            for u in rows[offers[rows] & ~back[rows]]
        ]
        return sorted(made, key=lambda offer: offer.rank)


@dataclass(frozen=True)
class TieDag:
    """All equally good routes of a source: each network on one of them, in the order of length, with its next hops.

    `route_count` counts the routes. `next_hops` holds at most as many networks as were asked for; `network_count` says
    how many there are.
    """

    route_count: int
    network_count: int
    next_hops: dict[int, list[int]]


def tie_dag(towards: Towards, source: int, most: int) -> TieDag:
    """The equally good routes of a source, the first `most` networks on them listed. Cost O(links of the networks)."""
    if towards.kind[source] == NONE:
        return TieDag(0, 0, {})
    levels: list[list[int]] = [[source]]
    next_hops: dict[int, list[int]] = {}
    while levels[-1]:
        following: set[int] = set()
        for v in levels[-1]:
            next_hops[v] = towards.next_hops(v)
            following.update(next_hops[v])
        levels.append(sorted(following))
    routes = {towards.destination: 1}
    for v in reversed(list(next_hops)):
        routes.setdefault(v, sum(routes[u] for u in next_hops[v]))
    listed = dict(list(next_hops.items())[:most])
    return TieDag(routes[source], len(next_hops), listed)


@dataclass(frozen=True)
class Decider:
    """A network on a route whose other choice changes whether what is restricted is crossed: where it would turn."""

    network: int
    offer: Offer
    route_clear: bool


def deciders(towards: Towards, path: Sequence[int], restricted: Flags) -> list[Decider]:
    """The networks on a conventional route that decide whether it is crossed, in its order.

    A network decides if, with every other choice as today, it is offered another route, of a neighbour that uses it
    today and by the rules of export towards who sends to it, and the route of the source would then cross what is
    restricted where today it does not, or the other way round. Of several such offers its own best stands. Ends do not
    count as crossed. Claims what the choice of one network alone changes: where two or more must move, nobody decides.
    Cost O(N + links of the route) for each network.
    """
    walls = restricted.copy()
    walls[towards.destination] = False
    ahead, inside = towards.along(walls), [bool(walls[v]) for v in path]
    crossed = any(inside[1:])
    made, climbing = [], True
    for at, v in enumerate(path[:-1]):
        if at and inside[at]:
            break
        for offer in towards.offers(v, climbing=climbing):
            if offer.neighbour != path[at + 1] and bool(ahead[offer.neighbour]) != crossed:
                made.append(Decider(v, offer, crossed))
                break
        climbing = climbing and towards.kind[v] == PROVIDER
    return made


@dataclass(frozen=True)
class ClearWalk:
    """A clear route of least cost: its networks, and which of them turn to whom."""

    nodes: list[int]
    turns: list[tuple[int, int]]


class Climb:
    """Walks to one destination by their least cost, which is the number of steps that are not free.

    A walk of the valley-free graph has two layers: up, where any step is still allowed, and down, only to customers.
    `low` and `high` int16[N] are the least costs of a walk from each network in the layers down and up, `UNREACHED`
    where there is none, and, beyond the cost of the source, where none was looked for. Cost O(links x cost).
    """

    def __init__(self, internet: Internet, source: int, *, free: Sequence[Flags], passes: Flags, goal: int) -> None:
        self.internet, self.source, self.goal = internet, source, goal
        self.low = np.full(internet.count, UNREACHED, np.int16)
        self.high = np.full(internet.count, UNREACHED, np.int16)
        self.low[goal] = self.high[goal] = 0
        self._turn = 0
        self._low_turn, self._high_turn = np.zeros(internet.count, np.int32), np.zeros(internet.count, np.int32)
        kept = [passes[links.head] for links in internet.tables]
        steps = list(zip(internet.tables, free, kept, strict=True))
        self.free_steps = [_only(links, mask & keep) for links, mask, keep in steps]
        self.costly_steps = [_only(links, keep & ~mask) for links, mask, keep in steps]
        self._spread_free(0)
        cost = 0
        while self.high[source] > cost:
            cost += 1
            if not self._relax(self.costly_steps, cost - 1, cost):
                break
            self._spread_free(cost)

    def _relax(self, links: Sequence[LinkTable], known: int, cost: int) -> bool:
        """Gives the cost to networks that one step leads to a place of a known cost; tells whether any is new."""
        down, peer, up = links
        self._turn += 1
        low = _reaching(down, self.low <= known, self.low > cost)
        new = bool(len(low))
        found = []
        for table, at in ((down, self.low <= known), (peer, self.low <= known), (up, self.high <= known)):
            high = _reaching(table, at, self.high > cost)
            new = new or bool(len(high))
            found.append(high)
        self.low[low], self._low_turn[low] = cost, self._turn
        for high in found:
            self.high[high], self._high_turn[high] = cost, self._turn
        return new

    def _spread_free(self, cost: int) -> None:
        while self._relax(self.free_steps, cost, cost):
            pass

    @property
    def cost(self) -> int | None:
        """The least cost of a walk from the source, None where there is none."""
        found = int(self.high[self.source])
        return None if found == UNREACHED else found

    def any_walk(self) -> list[int]:
        """The networks of one walk of least cost, empty where there is none; which one depends on the graph alone."""
        if self.cost is None:
            return []
        v, up, nodes = self.source, True, [self.source]
        while v != self.goal:
            v, up = next(self._onward(v, up))
            nodes.append(v)
        return nodes

    def _onward(self, v: int, up: bool) -> Iterator[tuple[int, bool]]:
        """Places found before this one, from which its cost came: each walk over them ends at the goal."""
        costs, turns = (self.high, self._high_turn) if up else (self.low, self._low_turn)
        for free, steps in enumerate((self.costly_steps, self.free_steps)):
            sides = [(steps[0], False), *(((steps[1], False), (steps[2], True)) if up else ())]
            for table, climbs in sides:
                then, when = (self.high, self._high_turn) if climbs else (self.low, self._low_turn)
                for u in table.head[table.at(v)].tolist():
                    if then[u] + (not free) == costs[v] and when[u] < turns[v]:
                        yield u, climbs

    def walk(self) -> ClearWalk | None:
        """The walk of least cost whose turns come earliest; of such, that of the lower ASN at the first difference."""
        if self.cost is None:
            return None
        choice = _Choices(self)
        v, up, cost = self.source, True, self.cost
        nodes, turns = [v], []
        while v != self.goal:
            step = choice.turn(v, up, cost) if cost else None
            if step is not None:
                turns.append((v, step[0]))
                cost -= 1
            else:
                step = choice.stay(v, up, cost)
            v, up = step
            nodes.append(v)
        return ClearWalk(nodes, turns)


class _Choices:
    """Where walks of a cost turn: for each cost the rank of every place, a network in a layer, by its turns ahead."""

    def __init__(self, climb: Climb) -> None:
        self.climb = climb
        self.count = climb.internet.count
        self.ranks: list[Longs] = [np.zeros(2 * self.count, np.int64)]
        self.best: list[dict[str, Longs]] = [{}]
        for cost in range(1, (climb.cost or 0) + 1):
            self._rank(cost)

    def _steps(self, links: Sequence[LinkTable], cost: int, then: int) -> tuple[Longs, Longs]:
        """Steps between places of two costs: the place, a network plus N where it climbs, and the place after it."""
        n, (down, peer, up) = self.count, links
        low, high = self.climb.low, self.climb.high
        parts = []
        for table, lift_tail, lift_head in ((down, 0, 0), (down, n, 0), (peer, n, 0), (up, n, n)):
            at = (high if lift_tail else low)[table.tail] == cost
            at &= (high if lift_head else low)[table.head] == then
            parts.append((table.tail[at].astype(np.int64) + lift_tail, table.head[at].astype(np.int64) + lift_head))
        return np.concatenate([one for one, _ in parts]), np.concatenate([two for _, two in parts])

    def _rank(self, cost: int) -> None:
        """Ranks the places of a cost: the fewer steps to the first turn, then by what follows, then by ASN."""
        tail, head = self._steps(self.climb.costly_steps, cost, cost - 1)
        before = self.ranks[cost - 1]
        order = np.lexsort((head >= self.count, head % self.count, before[head], tail))
        tail, head = tail[order], head[order]
        first = np.flatnonzero(np.diff(tail, prepend=-1))
        turned = np.full(2 * self.count, -1, np.int64)
        turned[tail[first]] = head[first]
        gap, ahead = np.full(2 * self.count, UNREACHED, np.int64), np.zeros(2 * self.count, np.int64)
        gap[tail[first]], ahead[tail[first]] = 0, before[head[first]]
        stay_tail, stay_head = self._steps(self.climb.free_steps, cost, cost)
        stayed = np.full(2 * self.count, -1, np.int64)
        steps = 0
        while True:
            known = np.flatnonzero((gap[stay_head] == steps) & (gap[stay_tail] == UNREACHED))
            if not len(known):
                break
            # Of two layers of one neighbour the one whose turns come first is taken: it is written last.
            known = known[np.argsort(-ahead[stay_head[known]], kind="stable")]
            stayed[stay_tail[known]] = stay_head[known]
            gap[stay_tail[known]] = steps + 1
            ahead[stay_tail[known]] = ahead[stayed[stay_tail[known]]]
            steps += 1
        _, rank = np.unique(gap * (int(ahead.max()) + 1) + ahead, return_inverse=True)
        self.ranks.append(rank.reshape(-1))
        self.best.append({"turned": turned, "stayed": stayed})

    def turn(self, v: int, up: bool, cost: int) -> tuple[int, bool] | None:
        """The place to turn to from a place, None where no turn at it leads on."""
        found = int(self.best[cost]["turned"][v + self.count * up])
        return None if found < 0 else (found % self.count, found >= self.count)

    def stay(self, v: int, up: bool, cost: int) -> tuple[int, bool]:
        """The place that a free step leads to."""
        if cost:
            found = int(self.best[cost]["stayed"][v + self.count * up])
            return found % self.count, found >= self.count
        return self._free_step(v, up)

    def _free_step(self, v: int, up: bool) -> tuple[int, bool]:
        """The first free step at no cost that the layer allows: today's next hop."""
        climb = self.climb
        sides = [(climb.free_steps[0], climb.low, False)]
        if up:
            sides += [(climb.free_steps[1], climb.low, False), (climb.free_steps[2], climb.high, True)]
        for table, costs, climbs in sides:
            for u in table.head[table.at(v)].tolist():
                if costs[u] == 0:
                    return u, climbs
        raise AssertionError("a place of cost 0 has a free step")


def _only(links: LinkTable, mask: Flags) -> LinkTable:
    return LinkTable(links.tail[mask], links.head[mask])


def _reaching(links: LinkTable, known: Flags, unknown: Flags) -> Ints:
    """The unknown networks that a link leads to a known one."""
    return links.tail[known[links.head] & unknown[links.tail]]


def _neighbours(start: Ints, to: Ints, nodes: Ints) -> Ints:
    """The rows of some nodes, one after the other."""
    length = (start[1:] - start[:-1])[nodes]
    at = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(start[nodes], length)
    return to[at] if len(to) else to


@dataclass(frozen=True)
class Blocked:
    """Why no clear route exists though there is one: what every route crosses, and how few a route must.

    `unavoidable` are the restricted networks that every route passes, in the order of a route through the fewest of
    them, which are `fewest`: as few would have to change for a clear route to exist.
    """

    unavoidable: list[int]
    fewest: list[int]


@dataclass(frozen=True)
class RouteExplanation:
    """All that is to be told of one pair, in nodes of the graph; restricted questions are None without a set.

    `path` is the conventional route, empty where there is none, `ties` the equally good ones. `runner_up` is the best
    offer to the source by another neighbour. `rung` is the least number of networks that must choose differently and
    `rung_lucky` the same from the luckiest of equally good routes, both None where no clear route exists; `walk` is
    the way round. `reason` says why there is none, in the words of `totals.REASONS`.
    """

    towards: Towards
    source: int
    path: list[int]
    ties: TieDag
    offers: list[Offer]
    runner_up: Offer | None
    restricted: Flags | None = None
    rung: int | None = None
    rung_lucky: int | None = None
    walk: ClearWalk | None = None
    reason: str | None = None
    blocked: Blocked | None = None
    deciders: tuple[Decider, ...] = ()

    @property
    def source_alone(self) -> bool | None:
        """Whether the source's own choice is enough; None unless one network must choose differently."""
        if self.rung != 1 or self.walk is None:
            return None
        return self.walk.turns[0][0] == self.source


def explain(
    internet: Internet, source: int, destination: int, *, restricted: Flags | None = None, most_ties: int = 200
) -> RouteExplanation:
    """Explains the route of one network to another, and where `restricted` bool[N] is given whether it can be clear.

    Claims what follows from the links and the preferences; ends do not count as crossed. Raises ValueError where both
    ends are one network. Cost O(links x rung), a fraction of a second for the Internet.
    """
    if source == destination:
        raise ValueError("a route has two ends")
    towards = Towards(internet, destination)
    path, offers = towards.path(source), towards.offers(source)
    route = RouteExplanation(
        towards=towards,
        source=source,
        path=path,
        ties=tie_dag(towards, source, most_ties),
        offers=offers,
        runner_up=next((offer for offer in offers if offer.neighbour != path[1]), None),
    )
    if restricted is None:
        return route
    if not path:
        return replace(route, restricted=restricted, reason="no_route")
    climb = _climb(towards, source, restricted, lucky=False)
    if climb.cost is None:
        inside = (
            "destination_inside" if restricted[destination] else "source_inside" if restricted[source] else "blocked"
        )
        return replace(
            route,
            restricted=restricted,
            reason=inside,
            blocked=_blocked(internet, source, destination, restricted=restricted),
        )
    return replace(
        route,
        restricted=restricted,
        rung=climb.cost,
        rung_lucky=_climb(towards, source, restricted, lucky=True).cost,
        walk=climb.walk(),
        deciders=tuple(deciders(towards, path, restricted)),
    )


def _climb(towards: Towards, source: int, restricted: Flags, *, lucky: bool) -> Climb:
    """Clear walks, where steps to today's next hop, or if `lucky` to any of the tie set, are free."""
    internet, passes = towards.internet, ~restricted
    passes[towards.destination] = True
    if not lucky:
        free = [towards.hop[links.tail] == links.head for links in internet.tables]
    else:
        free = [ties.copy() for ties in towards.tie_masks]
        if internet.has_mutual_transit:
            # The next hop is a neighbour, not a link: of two relations either is free.
            pairs = [links.tail.astype(np.int64) * internet.count + links.head for links in internet.tables]
            tied = np.concatenate([pair[mask] for pair, mask in zip(pairs, free, strict=True)])
            free = [np.isin(pair, tied) for pair in pairs]
    return Climb(internet, source, free=free, passes=passes, goal=towards.destination)


def _blocked(internet: Internet, source: int, destination: int, *, restricted: Flags) -> Blocked:
    walls = restricted.copy()
    walls[destination] = False
    free = [~walls[links.head] for links in internet.tables]
    every = np.ones(internet.count, np.bool_)
    nodes = Climb(internet, source, free=free, passes=every, goal=destination).any_walk()
    fewest = [v for v in nodes[1:-1] if walls[v]]
    links, shut = Links(internet.topology), bytearray(internet.count)
    unavoidable = []
    for v in fewest:
        shut[v] = 1
        if not links.has_route(source, destination, shut):
            unavoidable.append(v)
        shut[v] = 0
    return Blocked(unavoidable, fewest)
