"""The cheapest elements to replace so that demands can ride clear paths if routing may change, also under failures."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.numerics.problem import Covering, Limits, Proof
from provenet.routing.igp import Network
from provenet.routing.inside_proofs import WalkedNetwork, path_is_least
from provenet.routing.kernels.element_paths import Wishes, bench_of, count_parted, next_broken
from provenet.routing.kernels.maxflow import ENDLESS, max_flow, residual, source_side
from provenet.routing.solve.covering import cover_marked

FINE = 1_000_000
"""Into how many parts a share of one element is cut when rows are looked for."""
FRACTIONAL_CUTS = 300
"""So many cuts are looked for under one answer in fractions; whole answers are searched to the end."""


@dataclass(frozen=True)
class ReplacementSet:
    """The cheapest set found of elements to replace so that demands can be clear; routing is free to use what is clear.

    `members` are elements, ascending (a node, or the count of nodes plus a link); another set may cost as little. No
    set costs less than `bound`. `clear_now` counts the demands, each pair of ends once, that need no replacement,
    `opened` those that the set opens; `closed` lists those, as (source, target), that have no path of replaceable
    elements at all: nothing is asked for them. `parted` lists those that some failure cuts off whatever is replaced:
    under that failure nothing is asked for them. A clear path that exists need not be the one taken.
    """

    members: tuple[int, ...]
    cost: float
    bound: float
    proof: Proof
    clear_now: int
    opened: int
    closed: tuple[tuple[int, int], ...]
    parted: tuple[tuple[int, int], ...]


def smallest_replacement(
    network: Network,
    *,
    source: Longs,
    target: Longs,
    marked: Flags,
    cost: Floats,
    failures: Sequence[Sequence[int]] = (),
    limits: Limits = Limits(),  # noqa: B008
) -> ReplacementSet:
    """The cheapest elements to replace so that each demand has a path on which every element is clear, ends included.

    Without failures one demand is a shortest path weighted by elements, proven by potentials; more are a Steiner
    forest weighted by elements. With `failures` each demand must keep a clear path while any one group of elements is
    down, unless its own end is down or the failure leaves no path whatever is replaced. By Menger's theorem, with each
    link (or each node between the ends) a group, that is two clear paths apart in links (or nodes) wherever the network
    has two paths apart. Rows of a covering program are cuts: of a set of marked elements that all paths of a demand
    meet, one must be replaced. Source: own; cuts as in decision 0024.

    Parameters
    ----------
    source, target
        int64[k]: nodes.
    marked
        bool[nodes + links]: elements that are not clear today.
    cost
        float64[nodes + links], not negative, read for marked elements; infinite where one cannot be replaced.
    failures
        Groups of elements that fail together.
    limits
        Rounds, steps and seconds of the search.

    Raises
    ------
    UsageFault
        For arrays of another length, a place that is none, and a cost that is negative or no number.
    """
    size = network.node_count + network.link_count
    if len(marked) != size or len(cost) != size:
        raise UsageFault(f"give one mark and one cost for each of {size} elements: nodes first, then links.")
    if np.any(np.isnan(cost[marked]) | (cost[marked] < 0)):
        raise UsageFault("a cost is negative or no number; give every element a cost of 0 or more.")
    if len(source) and (min(source.min(), target.min()) < 0 or max(source.max(), target.max()) >= network.node_count):
        raise UsageFault(f"a demand names a node that is none of the {network.node_count}.")
    search = _ReroutingSearch(
        network, np.unique(np.column_stack([source, target]), axis=0), marked, cost=cost, groups=failures
    )
    if not search.broken:
        return search.answer([], 0.0, "certified" if search.opens([]) else "solver")
    if len(search.broken) == 1 and len(search.wishes.start) == 2:
        return search.one_demand()
    return search.many(limits)


class _ReroutingSearch:
    """One question: demands by source, what is marked, what may fail."""

    def __init__(
        self, network: Network, pairs: Longs, marked: Flags, *, cost: Floats, groups: Sequence[Sequence[int]]
    ) -> None:
        self.network, self.cost = network, cost
        self.possible = ~(marked & ~np.isfinite(cost))
        self.marked = marked
        self.replaceable = marked & np.isfinite(cost)
        self.bench = bench_of(network.node_count, network.link_count)
        self.groups = [[], *[sorted(set(g)) for g in groups]]
        self.walks = WalkedNetwork(network)
        every = self._wishes(pairs)
        parted = np.zeros(len(pairs), np.int64)
        count_parted(
            network.arcs,
            every._replace(start=np.zeros(2, np.int64)),
            self.possible.astype(np.uint8),
            self.bench,
            parted,
        )
        self.closed = pairs[parted > 0]
        self.pairs = pairs[parted == 0]
        self.wishes = self._wishes(self.pairs)
        parted = np.zeros(len(self.pairs), np.int64)
        if len(self.groups) > 1:
            count_parted(network.arcs, self.wishes, self.possible.astype(np.uint8), self.bench, parted)
        self.parted = self.pairs[parted > 0]
        self.broken = sorted({k for k, _ in self._broken((~marked).astype(np.uint8), each_once=True)})
        self.tail, self.head, self.heads = self._split_graph()

    def _wishes(self, pairs: Longs) -> Wishes:
        origin, first = np.unique(pairs[:, 0], return_index=True)
        start = np.r_[0, np.cumsum([len(g) for g in self.groups])]
        member = np.array([e for g in self.groups for e in g], np.int64)
        return Wishes(
            origin.astype(np.int32),
            np.r_[first, len(pairs)].astype(np.int64),
            pairs[:, 1].astype(np.int32),
            start.astype(np.int64),
            member,
        )

    def _broken(self, clear: NDArray[np.uint8], *, each_once: bool = False) -> Iterator[tuple[int, int]]:
        """Demands and groups without a clear path, one after the other; `clear` may grow meanwhile."""
        possible = self.possible.astype(np.uint8)
        i = g = k = 0
        while True:
            i, g, k = next_broken(self.network.arcs, self.wishes, clear, possible, self.bench, i, g, k)
            if i < 0:
                return
            yield k, g
            k += 1
            if not each_once and k >= self.wishes.first[i + 1]:
                g, k = g + 1, 0

    def _split_graph(self) -> tuple[Ints, Ints, int]:
        """Arcs through each element, then from node to link and link to node. Places: 2e is before e, 2e + 1 behind."""
        n, arcs = self.network.node_count, self.network.arcs
        element = np.arange(len(self.marked))
        link = n + arcs.link.astype(np.int64)
        tail = np.concatenate([2 * element, 2 * arcs.tail.astype(np.int64) + 1, 2 * link + 1])
        head = np.concatenate([2 * element + 1, 2 * link, 2 * arcs.head.astype(np.int64)])
        return tail.astype(np.int32), head.astype(np.int32), 2 * len(arcs.tail)

    def cut(self, k: int, g: int, share: Floats) -> list[int]:
        """The marked elements, of least share in sum, that every path of a demand meets while a group is down."""
        room = np.where(self.marked, (share * FINE).astype(np.int64) + 1, ENDLESS)
        room[~self.possible] = 0
        room[self.groups[g]] = 0
        capacity = np.concatenate([room, np.full(self.heads, ENDLESS)])
        start, to, left, back, _ = residual(2 * len(room), self.tail, self.head, capacity)
        source, target = (int(v) for v in self.pairs[k])
        if max_flow(start, to, left, back, 2 * source, 2 * target + 1) >= ENDLESS:
            return []
        side = source_side(start, to, left, 2 * source)
        return [int(e) for e in np.flatnonzero(side[0::2] & ~side[1::2]) if self.replaceable[e] and room[e] > 0]

    def cheapest(self, k: int, g: int, clear: NDArray[np.uint8]) -> list[int]:
        """The elements that a cheapest path of a demand still needs while a group is down."""
        down = set(self.groups[g])
        weight = [
            float("inf") if e in down or not ok else 0.0 if free else price
            for e, (ok, free, price) in enumerate(
                zip(self.possible.tolist(), clear.tolist(), self.cost.tolist(), strict=True)
            )
        ]
        source, target = (int(v) for v in self.pairs[k])
        _, path = cheapest_path(self.walks, source, target, weight=weight)
        return [e for e in path if not clear[e]]

    def answer(self, members: Sequence[int], bound: float, proof: Proof) -> ReplacementSet:
        price = Covering(self.cost).price(members)
        return ReplacementSet(
            members=tuple(sorted(members)),
            cost=price,
            bound=min(bound, price),
            proof=proof,
            clear_now=len(self.pairs) - len(self.broken),
            opened=len(self.broken),
            closed=tuple((int(s), int(t)) for s, t in self.closed),
            parted=tuple((int(s), int(t)) for s, t in self.parted),
        )

    def one_demand(self) -> ReplacementSet:
        """The cheapest path of a single demand, proven by the cost of getting on from each node."""
        weight = np.where(self.marked, self.cost, 0.0).tolist()
        source, target = (int(v) for v in self.pairs[self.broken[0]])
        ahead, path = cheapest_path(self.walks, source, target, weight=weight)
        members = [e for e in path if self.marked[e]]
        held = self.opens(members) and path_is_least(self.walks, source, target, weight=weight, path=path, ahead=ahead)
        return self.answer(members, Covering(self.cost).price(members), "certified" if held else "solver")

    def many(self, limits: Limits) -> ReplacementSet:
        """All demands and failures at once, by rows."""
        found = cover_marked(
            np.flatnonzero(self.replaceable),
            self.cost,
            broken=self._rows,
            mend=self._opening,
            holds=lambda rows, members: all(self._bars(row, *of) for of, row in rows) and self.opens(members),
            limits=limits,
        )
        return self.answer(*found)

    def _rows(self, share: Floats, whole: bool) -> Iterator[tuple[tuple[int, int], list[int]]]:
        """Demands and groups without a clear path, and the elements that bar it whose shares sum to less than 1.

        Each is raised to 1 once given.
        """
        full = 1.0 - 1e-6
        clear = (~self.marked | (share >= full)).astype(np.uint8)
        for tried, (k, g) in enumerate(self._broken(clear)):
            if tried >= FRACTIONAL_CUTS and not whole:
                return
            cut = self.cut(k, g, share)
            if cut and share[cut].sum() < full:
                yield (k, g), cut
                share[cut] = 1.0
                clear[cut] = 1

    def _opening(self, members: list[int]) -> list[int]:
        """Members and what else opens every demand, cheapest paths one after the other, less what is not needed."""
        clear, kept = (~self.marked).astype(np.uint8), list(members)
        clear[members] = 1
        for k, g in self._broken(clear, each_once=True):
            more = self.cheapest(k, g, clear)
            kept += more
            clear[more] = 1
        for e in sorted(set(kept), key=lambda e: (-self.cost[e], e)):
            clear[e] = 0
            if next(self._broken(clear), None) is not None:
                clear[e] = 1
        return [e for e in sorted(set(kept)) if clear[e]]

    def opens(self, members: Sequence[int]) -> bool:
        """Whether plain walks find every demand's clear path after the replacement, under each failure."""
        clear = [not m for m in self.marked.tolist()]
        for e in members:
            clear[e] = True
        pairs = [(int(s), int(t)) for s, t in self.pairs]
        return self.walks.survive(pairs, clear=clear, possible=self.possible.tolist(), groups=self.groups)

    def _bars(self, row: Sequence[int], k: int, g: int) -> bool:
        """Whether the row's demand has a path while its group is down, and none once the row is down too."""
        if not self.marked[row].all():
            return False
        possible = self.possible.tolist()
        for e in self.groups[g]:
            possible[e] = False
        source, target = (int(v) for v in self.pairs[k])
        joined = target in self.walks.reached(source, possible)
        for e in row:
            possible[e] = False
        return joined and target not in self.walks.reached(source, possible)


def cheapest_path(
    walks: WalkedNetwork, source: int, target: int, *, weight: Sequence[float]
) -> tuple[list[float], list[int]]:
    """What getting to the target costs from behind each node on, by node; and the elements of a cheapest path.

    `weight` is the cost of each element; among equal costs the path has the fewest links. Infinite where no path is.
    """
    ahead = [float("inf")] * walks.nodes
    hops = [0] * walks.nodes
    onward: list[tuple[int, int] | None] = [None] * walks.nodes
    ahead[target] = 0.0
    heap = [(0.0, 0, target)]
    while heap:
        cost, count, v = heapq.heappop(heap)
        if (cost, count) != (ahead[v], hops[v]) or weight[v] == float("inf"):
            continue
        for u, link in walks.before[v]:
            more = cost + weight[v] + weight[link]
            if more < float("inf") and (more, count + 1) < (ahead[u], hops[u] if onward[u] else 1 << 60):
                if u == target:
                    continue
                ahead[u], hops[u], onward[u] = more, count + 1, (v, link)
                heapq.heappush(heap, (more, count + 1, u))
    path, v = [source], source
    while v != target:
        step = onward[v]
        if step is None:
            return ahead, []
        path += [step[1], step[0]]
        v = step[0]
    return ahead, path
