"""Who would have to change so that pairs have a clear route; and pairs that have one, drawn alike, with their cuts."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress
from provenet.numerics.arrays import Flags, Floats, Ints
from provenet.numerics.problem import Covering, Limits, Proof
from provenet.routing.kernels import cuts
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.maxflow import ENDLESS
from provenet.routing.ladder import LadderQuestion
from provenet.routing.recheck import Links, least_by_potential
from provenet.routing.robust import ClearCut, clear_cut, flags_of, nodes_of
from provenet.routing.solve.covering import cover_marked

Pair = tuple[int, int]
FINE = 1_000_000
"""Into how many parts a share of one network is cut when rows are looked for."""


@dataclass(frozen=True)
class CheapestChange:
    """The cheapest set found of restricted networks to change, for distinct demands, with others free to re-route.

    `members` are ASNs, ascending; another set may cost as little. No set costs less than `bound`. `clear_now` counts
    the demands with a clear route already, `opened` those that the change opens; `closed` lists those, as (source,
    destination), that have no valley-free route even if all change, and they are left out of the rest. With `proof`
    `certified` or `solver` the cost is the bound; with `bound` it may exceed it. A clear route that exists need not be
    the one that is taken.
    """

    members: tuple[int, ...]
    cost: float
    bound: float
    proof: Proof
    clear_now: int
    opened: int
    closed: tuple[Pair, ...]


def smallest_change(
    topology: Topology,
    demands: Iterable[Pair],
    restricted: Flags,
    *,
    cost: Floats | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> CheapestChange:
    """The cheapest restricted networks to make clear so that each demand (source, destination: ASNs) has a clear route.

    The ends of a demand need not change for it. One demand is a cheapest route, proven by potentials; more are a
    node-weighted Steiner forest, solved by rows: of each set of restricted networks that all routes of a demand meet,
    one must change. Source: own, decision 0024.

    Parameters
    ----------
    topology
        The AS graph, of N networks.
    demands
        Pairs of ASNs; each counts once.
    restricted
        bool[N]: networks that carry no clear route today.
    cost
        float64[N], at least 0, read for restricted networks alone; 1 each where not given.
    limits
        Rounds, steps and seconds of the search.

    Returns
    -------
    The set with its cost, a bound that no set falls below, and its proof.

    Raises
    ------
    UsageFault
        For an ASN that the graph does not have, or a cost below zero.
    """
    restricted = flags_of(topology, restricted)
    price = np.ones(topology.node_count) if cost is None else np.asarray(cost, np.float64)
    if price.shape != restricted.shape:
        raise UsageFault(f"cost has shape {price.shape}; give one for each of {topology.node_count} networks.")
    if not np.all(np.isfinite(price[restricted]) & (price[restricted] >= 0)):
        raise UsageFault(
            "a cost of change is below zero or no number; give every restricted network a cost of 0 or more."
        )
    work = _ChangeWork(topology, _pairs(topology, demands), restricted, price=price)
    if not work.pending:
        members: list[int] = []
        return work.answer(members, 0.0, "certified" if work.opens(members) else "solver")
    if len(work.pending) == 1 and len(next(iter(work.pending.values()))) == 1:
        return work.one_demand()
    return work.many(limits)


def _pairs(topology: Topology, demands: Iterable[Pair]) -> list[Pair]:
    """The demands as nodes, each once, those of one destination together."""
    given = list(demands)
    nodes = nodes_of(topology, [asn for pair in given for asn in pair])
    return sorted(set(zip(nodes[0::2], nodes[1::2], strict=True)), key=lambda pair: pair[::-1])


class _ChangeWork:
    """One question: its demands by destination, and what is still to be opened (`pending`: destination to sources)."""

    def __init__(self, topology: Topology, pairs: list[Pair], restricted: Flags, *, price: Floats) -> None:
        self.topology, self.pairs, self.restricted, self.price = topology, pairs, restricted, price
        self.none = np.zeros(topology.node_count, np.bool_)
        self.pending: dict[int, list[int]] = {}
        self.closed: list[Pair] = []
        self.clear_now = self.opened = 0
        for d, group in groupby(pairs, key=lambda pair: pair[1]):
            sources = [s for s, _ in group]
            now, ever = cuts.joined_to(topology, d, restricted), cuts.joined_to(topology, d, self.none)
            self.closed += [(s, d) for s in sources if not ever[s]]
            self.clear_now += sum(bool(now[s]) for s in sources)
            shut = [s for s in sources if ever[s] and not now[s]]
            self.opened += len(shut)
            if shut:
                self.pending[d] = self._unlike(shut)

    def _unlike(self, sources: list[int]) -> list[int]:
        """One of the sources that carry no transit and have the same providers and peers; they share every row."""
        t = self.topology
        kept: dict[object, int] = {}
        for s in sources:
            stub = t.down_start[s] == t.down_start[s + 1]
            up = t.providers(s).tobytes()
            beside = t.peers(s).tobytes()
            kept.setdefault((up, beside) if stub else s, s)
        return list(kept.values())

    def answer(self, members: Sequence[int], bound: float, proof: Proof) -> CheapestChange:
        asns = tuple(self.topology.asn[sorted(members)].tolist())
        price = Covering(self.price).price(members)
        shut = tuple((int(self.topology.asn[s]), int(self.topology.asn[d])) for s, d in sorted(self.closed))
        return CheapestChange(asns, price, bound, proof, self.clear_now, self.opened, shut)

    def one_demand(self) -> CheapestChange:
        """The cheapest route of a single demand."""
        ((d, (s,)),) = self.pending.items()
        part = cuts.part_between(self.topology, s, d, removed=self.none)
        weight = np.where(self.restricted, self.price, 0.0)
        spent, nodes = cuts.cheapest_route(part, weight)
        members = [int(v) for v in nodes[1:-1] if self.restricted[v]]
        at = cuts.potentials(part, weight)
        states = list(zip(part.node.tolist(), part.low.tolist(), at.tolist(), strict=True))
        high = {v: p for v, low, p in states if not low} | {d: float(at[cuts.SINK])}
        low = {v: p for v, low, p in states if low}
        proven = least_by_potential(Links(self.topology), s, d, weight=lambda v: float(weight[v]), high=high, low=low)
        sound = proven is not None and proven >= spent and self.opens(members)
        return self.answer(members, spent, "certified" if sound else "solver")

    def many(self, limits: Limits) -> CheapestChange:
        """All demands at once, by rows."""
        columns = np.flatnonzero(self.restricted & (np.diff(self.topology.down_start) > 0))
        found = cover_marked(
            columns,
            self.price,
            broken=lambda share, _: self._rows(share),
            mend=self._opening,
            holds=lambda rows, members: self.opens(members) and self._needed(rows),
            limits=limits,
        )
        return self.answer(*found)

    def _rows(self, share: Floats) -> Iterator[tuple[Pair, list[int]]]:
        """Sets of restricted networks that all routes of a demand meet and whose shares sum to less than 1.

        Each is raised to 1 once given, so those of one call have few members in common, and few demands come twice.
        """
        t, full = self.topology, 1.0 - 1e-6
        for d, sources in self.pending.items():
            joined = cuts.joined_to(t, d, self.restricted & (share < full))
            for s in sources:
                while not joined[s]:
                    part = cuts.part_between(t, s, d, removed=self.none)
                    capacity = np.where(self.restricted, (share * FINE).astype(np.int64) + 1, ENDLESS)
                    nodes = cuts.without_needless(part, cuts.vertex_cut(part, capacity).nodes, t.node_count)
                    if share[nodes].sum() >= full:
                        break
                    yield (s, d), nodes.tolist()
                    share[nodes] = 1.0
                    joined = cuts.joined_to(t, d, self.restricted & (share < full))

    def _opening(self, members: list[int]) -> list[int]:
        """Members and what else opens every demand, by cheapest routes one after the other, less what is not needed."""
        t, blocked, kept = self.topology, self.restricted.copy(), list(members)
        blocked[members] = False
        for d, sources in self.pending.items():
            joined = cuts.joined_to(t, d, blocked)
            for s in sources:
                if joined[s]:
                    continue
                _, nodes = cuts.cheapest_route(
                    cuts.part_between(t, s, d, removed=self.none), np.where(blocked, self.price, 0.0)
                )
                more = [int(v) for v in nodes[1:-1] if blocked[v]]
                kept += more
                blocked[more] = False
                joined = cuts.joined_to(t, d, blocked)
        last = next(iter(self.pending))
        for v in sorted(kept, key=lambda v: (-self.price[v], v)):
            blocked[v] = True
            for d in [last, *(d for d in self.pending if d != last)]:
                if not cuts.joined_to(t, d, blocked)[self.pending[d]].all():
                    blocked[v], last = False, d
                    break
        return [v for v in kept if not blocked[v]]

    def opens(self, members: Sequence[int]) -> bool:
        """Whether every demand not listed as closed has a clear route after the change and no closed one has any."""
        links, blocked = Links(self.topology), bytearray(self.restricted.tobytes())
        for v in members:
            if not blocked[v]:
                return False
            blocked[v] = 0
        shut = set(self.closed)
        wanted = (pair for pair in self.pairs if pair not in shut)
        return all(links.have_routes(wanted, blocked)) and not any(links.have_routes(self.closed, bytes(len(blocked))))

    def _needed(self, rows: Sequence[tuple[Pair, list[int]]]) -> bool:
        """Whether each row, unchanged, leaves its demand without a route."""
        links = Links(self.topology)
        for (s, d), row in rows:
            blocked = bytearray(self.topology.node_count)
            for v in row:
                blocked[v] = 1
            if not self.restricted[row].all() or links.has_route(s, d, blocked):
                return False
        return True


def clear_pairs(
    question: LadderQuestion, count: int, seed: int, *, clear: int, progress: Progress
) -> list[tuple[int, int]]:
    """Up to `count` pairs of nodes with a clear route, each such pair as likely as another; all where there are fewer.

    `clear` is how many there are. Equal calls give equal pairs, ascending. Pairs are tried where enough of them are
    clear, else the clear ones are counted from each end of the shorter list: a valley-free route is one both ways.
    Cost O(min(count x pairs / clear, ends) x (V + E)).
    """
    kept = ~question.restricted if question.count_endpoints else np.ones_like(question.restricted)
    ends = [nodes[kept[nodes]] for nodes in (question.sources, question.destinations)]
    turned = len(ends[0]) > len(ends[1])
    few, many = ends[::-1] if turned else ends
    drawn, every = random.Random(seed), len(few) * len(many)  # a sample to be repeated, no secret
    if clear > count and count * every <= clear * len(few):
        found = _tried(question, few, many, drawn=drawn, count=count, progress=progress)
    else:
        found = _counted(question, few, many, drawn=drawn, count=count, progress=progress)
    return sorted((b, a) if turned else (a, b) for a, b in found)


def _tried(
    question: LadderQuestion, few: Ints, many: Ints, *, drawn: random.Random, count: int, progress: Progress
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    seen: set[int] = set()
    every = len(few) * len(many)
    while len(found) < count and len(seen) < every:
        at = drawn.randrange(every)
        if at in seen:
            continue
        seen.add(at)
        one, other = int(few[at // len(many)]), int(many[at % len(many)])
        if one != other and _reached(question, one)[other]:
            found.append((one, other))
            progress("clear pairs drawn", len(found), count)
    return found


def _counted(
    question: LadderQuestion, few: Ints, many: Ints, *, drawn: random.Random, count: int, progress: Progress
) -> list[tuple[int, int]]:
    size = np.zeros(len(few) + 1, np.int64)
    for i, one in enumerate(few.tolist()):
        size[i + 1] = np.sum(_reached(question, one)[many] & (many != one))
        progress("networks looked at for clear routes", i + 1, len(few))
    start = np.cumsum(size)
    total = int(start[-1])
    found = []
    chosen = np.array(sorted(drawn.sample(range(total), min(count, total))), np.int64)
    place = np.searchsorted(start, chosen, side="right") - 1
    for i in np.unique(place).tolist():
        reached = many[_reached(question, int(few[i]))[many] & (many != few[i])]
        found += [(int(few[i]), int(v)) for v in reached[chosen[place == i] - start[i]]]
    return found


def _reached(question: LadderQuestion, node: int) -> Flags:
    return cuts.joined_to(question.core.topology, node, question.restricted)


def cuts_of(question: LadderQuestion, pairs: Sequence[tuple[int, int]], progress: Progress) -> list[ClearCut]:
    """The smallest cut of each pair of nodes, in order."""
    topology, found = question.core.topology, []
    for source, destination in pairs:
        ends = int(topology.asn[source]), int(topology.asn[destination])
        found.append(clear_cut(topology, *ends, restricted=question.restricted))
        progress("cuts worked out", len(found), len(pairs))
    return found


def change_of_question(question: LadderQuestion, seconds: float) -> tuple[CheapestChange, list[int], int]:
    """The smallest change that opens every pair of a question that could be clear, searched for at most so long; the
    restricted ends, by ASN, that must change beside it, and how many pairs there are.

    Where ends count as crossed, a restricted end of a pair that could be clear must change in any case; what stands on
    a route of such a pair is then no wall, and the rest is the smallest change without it.
    """
    topology = question.core.topology
    asn, walls = topology.asn, question.restricted.copy()
    sources, destinations = asn[question.sources].tolist(), asn[question.destinations].tolist()
    ends: list[int] = []
    if question.count_endpoints:
        both = np.union1d(question.sources, question.destinations)
        ends = asn[both[walls[both]]].tolist()
        walls[both] = False
    demands = [(s, d) for d in destinations for s in sources if s != d]
    found = smallest_change(topology, demands, walls, limits=Limits(seconds=seconds))
    return found, _with_a_route(ends, sources, destinations, closed=found.closed), len(demands)


def _with_a_route(
    ends: Sequence[int], sources: Sequence[int], destinations: Sequence[int], *, closed: Sequence[tuple[int, int]]
) -> list[int]:
    """Those of some ends that are an end of a pair with a route."""
    shut = Counter(asn for pair in closed for asn in pair)
    from_, to = set(sources), set(destinations)
    return [
        e
        for e in ends
        if (e in from_) * (len(to) - (e in to)) + (e in to) * (len(from_) - (e in from_)) > shut.get(e, 0)
    ]
