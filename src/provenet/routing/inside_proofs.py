"""Proofs of replacement sets, steered paths and bounds of steering, by plain sums, without kernel or solver."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from provenet.core.grouping import grouped
from provenet.numerics.arrays import Flags, Longs

if TYPE_CHECKING:
    from provenet.routing.igp import Network

NEAR = 1e-9
"""Amounts differ by rounding alone where they are closer than this share of the total."""


@dataclass(frozen=True)
class ElementSets:
    """For each of K demands its elements: those of demand k are `member[start[k]:start[k + 1]]`, ascending, each once.

    `start` is int64[K + 1]; an element is a node, or `nodes` + a link.
    """

    start: Longs
    member: Longs

    @property
    def sizes(self) -> Longs:
        """How many elements each demand has."""
        size: Longs = np.diff(self.start)
        return size

    def entries(self, which: Longs) -> Longs:
        """The places in `member` of some demands' elements, demand by demand."""
        size = self.sizes[which]
        begin = np.r_[0, np.cumsum(size)]
        places: Longs = np.arange(begin[-1]) - np.repeat(begin[:-1] - self.start[which], size)
        return places

    def taken(self, which: Longs) -> ElementSets:
        """The sets of some demands alone."""
        return ElementSets(np.r_[0, np.cumsum(self.sizes[which])].astype(np.int64), self.member[self.entries(which)])

    def reduce_any(self, flags: Flags) -> Flags:
        """bool[K]: whether any element of a demand has its flag set."""
        count = np.r_[0, np.cumsum(flags[self.member])]
        met: Flags = count[self.start[1:]] > count[self.start[:-1]]
        return met


def sets_of(rows: Sequence[Sequence[int]]) -> ElementSets:
    """Sets from lists of elements.

    >>> sets_of([[3, 1], []]).member.tolist()
    [1, 3]
    """
    kept = [sorted(set(row)) for row in rows]
    start = np.r_[0, np.cumsum([len(row) for row in kept], dtype=np.int64)].astype(np.int64)
    return ElementSets(start, np.array([e for row in kept for e in row], np.int64))


def fractional_values(load: Sequence[float], cost: Sequence[float], budgets: Sequence[float]) -> list[float]:
    """The most of `load` that each budget, ascending, buys if elements may be bought in parts: what allotments prove.

    >>> fractional_values([3.0, 2.0], [1.0, 1.0], [0.5, 2.0])
    [1.5, 5.0]
    """
    order = sorted(
        (e for e in range(len(load)) if load[e] > 0), key=lambda e: -load[e] / cost[e] if cost[e] else -1e300
    )
    bought: list[float] = []
    spent, values, at = 0.0, [], 0
    for budget in budgets:
        while at < len(order) and spent + cost[order[at]] <= budget:
            bought.append(load[order[at]])
            spent += cost[order[at]]
            at += 1
        bought = [fsum(bought)]
        part = (budget - spent) / cost[order[at]] * load[order[at]] if at < len(order) else 0.0
        values.append(bought[0] + part)
    return values


def frontier_holds(
    sets: ElementSets,
    volume: Sequence[float],
    cost: Sequence[float],
    *,
    points: Sequence[tuple[float, float, tuple[int, ...]]],
    allotment: Sequence[float],
) -> bool:
    """Whether each point (cost, cleared volume, elements) is what it says and no set of that cost clears more.

    Each demand's volume is allotted among its own elements, so what a set clears was allotted to members of the set: no
    set clears more than the budget buys of the loads in parts. Demands with an element of infinite cost need no
    allotment. Amounts are compared up to 1e-9 of the total.
    """
    near = NEAR * max(fsum(volume), 1e-300)
    level = _levels(points)
    if level is None:
        return False
    load = [0.0] * len(cost)
    cleared_at: list[list[float]] = [[] for _ in range(len(points) + 1)]
    start, member = sets.start.tolist(), sets.member.tolist()
    for k, amount in enumerate(volume):
        own = range(start[k], start[k + 1])
        cleared_at[max((level.get(member[i], len(points)) for i in own), default=0)].append(amount)
        if any(allotment[i] < 0 for i in own):
            return False
        attainable = own and all(cost[member[i]] < float("inf") for i in own)
        if attainable and fsum(allotment[i] for i in own) < amount - near / len(volume):
            return False
        for i in own:
            load[member[i]] += allotment[i]
    always = fsum(volume[k] for k in range(len(volume)) if start[k] == start[k + 1])
    amounts: list[float] = []
    most = fractional_values(load, cost, [spent for spent, _, _ in points])
    for (spent, cleared, members), more, bound in zip(points, cleared_at, most, strict=False):
        amounts.append(fsum(more))
        value = fsum(amounts)
        if abs(value - cleared) > near or abs(fsum(cost[e] for e in members) - spent) > NEAR * max(1.0, spent):
            return False
        if always + bound > cleared + near:
            return False
    return True


def _levels(points: Sequence[tuple[float, float, tuple[int, ...]]]) -> dict[int, int] | None:
    """The first point that holds each element; None where a point does not hold all of the one before."""
    level: dict[int, int] = {}
    for i, (_, _, members) in enumerate(points):
        level |= {e: i for e in members if e not in level}
        if len(level) != len(set(members)):
            return None
    return level


class WalkedNetwork:
    """A network as lists, for walks in plain Python: `after[v]` and `before[v]` hold (neighbour, link as element)."""

    def __init__(self, network: Network) -> None:
        self.nodes = network.node_count
        self.after: list[list[tuple[int, int]]] = [[] for _ in range(self.nodes)]
        self.before: list[list[tuple[int, int]]] = [[] for _ in range(self.nodes)]
        arcs = network.arcs
        for v, u, link in zip(arcs.tail.tolist(), arcs.head.tolist(), arcs.link.tolist(), strict=True):
            self.after[v].append((u, self.nodes + link))
            self.before[u].append((v, self.nodes + link))
        self.two_way = all(sorted(one) == sorted(two) for one, two in zip(self.after, self.before, strict=True))

    def reached(
        self, source: int, allowed: Sequence[bool], *, down: Collection[int] = (), ends: Collection[int] | None = None
    ) -> dict[int, tuple[int, int] | None]:
        """The nodes that allowed elements join to a source, none of them down, each with the node and link before it.

        With `ends` the walk may stop once it has met all of them.
        """
        if not allowed[source] or source in down:
            return {}
        by: dict[int, tuple[int, int] | None] = {source: None}
        missing = None if ends is None else set(ends) - {source}
        stack = [source]
        while stack and (missing is None or missing):
            v = stack.pop()
            for u, link in self.after[v]:
                if u not in by and allowed[u] and allowed[link] and u not in down and link not in down:
                    by[u] = (v, link)
                    stack.append(u)
                    if missing:
                        missing.discard(u)
        return by

    def survive(
        self,
        pairs: Sequence[tuple[int, int]],
        *,
        clear: Sequence[bool],
        possible: Sequence[bool],
        groups: Sequence[Sequence[int]],
    ) -> bool:
        """Whether each pair keeps a clear path while any one group is down, if its ends are up and a path is left."""
        if self.two_way:
            return all(
                self._kept_in_pieces(pairs, set(group), clear=clear, possible=possible) for group in [[], *groups]
            )
        targets = grouped(pairs)
        for source, ends in targets.items():
            by = self.reached(source, clear)
            if any(end not in by for end in ends):
                return False
            used = self._used(by, ends)
            for group in groups:
                if used.isdisjoint(group):
                    continue
                down = set(group)
                left = self.reached(source, clear, down=down, ends=ends)
                cut = [end for end in ends if end not in left and end not in down and source not in down]
                if cut and not self.reached(source, possible, down=down).keys().isdisjoint(cut):
                    return False
        return True

    def _kept_in_pieces(
        self, pairs: Sequence[tuple[int, int]], down: set[int], *, clear: Sequence[bool], possible: Sequence[bool]
    ) -> bool:
        """As `survive` for one group, where every link leads both ways: ends of a pair lie in one piece or another."""
        piece = self._pieces(clear, down)
        cut = [(s, t) for s, t in pairs if piece[s] != piece[t] or piece[s] < 0]
        cut = [(s, t) for s, t in cut if s not in down and t not in down]
        if not cut:
            return True
        piece = self._pieces(possible, down)
        return not any(piece[s] == piece[t] >= 0 for s, t in cut)

    def _pieces(self, allowed: Sequence[bool], down: set[int]) -> list[int]:
        """For each node the first node of the piece it lies in, -1 where it is not allowed or down."""
        piece = [-1] * self.nodes
        for first in range(self.nodes):
            if piece[first] >= 0 or not allowed[first] or first in down:
                continue
            piece[first], stack = first, [first]
            while stack:
                for u, link in self.after[stack.pop()]:
                    if piece[u] < 0 and allowed[u] and allowed[link] and u not in down and link not in down:
                        piece[u] = first
                        stack.append(u)
        return piece

    @staticmethod
    def _used(by: dict[int, tuple[int, int] | None], ends: Sequence[int]) -> set[int]:
        used: set[int] = set()
        for end in ends:
            v = end
            while v not in used:
                used.add(v)
                step = by[v]
                if step is None:
                    break
                used.add(step[1])
                v = step[0]
        return used


def path_is_least(
    walks: WalkedNetwork,
    source: int,
    target: int,
    *,
    weight: Sequence[float],
    path: Sequence[int],
    ahead: Sequence[float],
) -> bool:
    """Whether a path (node, link, node ...) joins two nodes and no other weighs less, shown by potentials.

    `ahead` may not exceed the weight of any step plus what is ahead of it, and is 0 at the target: then no path from
    the source weighs less than the source plus `ahead` of it.
    """
    if not path or path[0] != source or path[-1] != target:
        return False
    steps = zip(path[0::2], path[1::2], path[2::2], strict=False)
    if not all((u, link) in walks.after[v] for v, link, u in steps) or ahead[target] > 0:
        return False
    near = NEAR * max(1.0, fsum(weight[e] for e in path))
    for v in range(walks.nodes):
        for u, link in walks.after[v]:
            step = weight[link] + weight[u] + ahead[u]
            if v != target and step < float("inf") and ahead[v] > step + near:
                return False
    return fsum(weight[e] for e in path) <= weight[source] + ahead[source] + near


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A steering problem as lists, and the prices that are claimed to bound it.

    `spread` holds, for each demand that may move, the share of its traffic on each arc today (arcs in the order of the
    network's rows, as `slack`, `price` and `length`); `longest` is how long a clear path of each demand may be.
    """

    network: Network
    source: Sequence[int]
    target: Sequence[int]
    volume: Sequence[float]
    sensitive: Sequence[bool]
    share_clear: Sequence[float]
    clear: Sequence[bool]
    slack: Sequence[float]
    price: Sequence[float]
    length: Sequence[float]
    longest: Sequence[float]
    spread: Mapping[int, Mapping[int, float]]
    free: bool


def steering_bound(claim: Claim, *, enough: float = float("-inf")) -> float:
    """The clear volume that no steering exceeds: any prices of capacity, none negative, prove one (weak duality).

    A unit of a demand is worth what stays clear on its shortest paths, or, on another path, what is clear there and
    what it frees, less the prices of the path's arcs; of these the most; what is left of capacity is worth its price.
    Where paths of any length prove a bound of at most `enough`, length is let go: that only raises the bound.
    Cost O(sources x arcs log arcs) steps of Python, more where length limits a path.
    """
    lists = _Lists(claim)
    bound = _bound(claim, lists, of_any_length=True)
    if bound <= enough or all(longest == float("inf") for longest in claim.longest):
        return bound
    return _bound(claim, lists, of_any_length=False)


def _bound(claim: Claim, lists: _Lists, *, of_any_length: bool) -> float:
    amounts = [p * s for p, s in zip(claim.price, claim.slack, strict=True) if p > 0]
    by_source: dict[int, list[int]] = {}
    for k, volume in enumerate(claim.volume):
        stays = claim.share_clear[k] if claim.sensitive[k] else 0.0
        if k not in claim.spread:
            amounts.append(volume * stays if stays == stays else 0.0)
        else:
            by_source.setdefault(claim.source[k], []).append(k)
    for source, demands in by_source.items():
        ends = {claim.target[k] for k in demands}
        cheap = lists.cheapest(source, claim.price, clear_only=True, ends=ends)
        free = lists.cheapest(source, claim.price, clear_only=False, ends=ends) if claim.free else {}
        for k in demands:
            freed = fsum(share * claim.price[a] for a, share in claim.spread[k].items())
            worths = [claim.share_clear[k] if claim.sensitive[k] else 0.0]
            target = claim.target[k]
            if claim.sensitive[k] and target in cheap:
                cost = cheap[target]
                if not of_any_length and 1.0 + freed - cost > worths[0] and claim.longest[k] < float("inf"):
                    cost = lists.cheapest_within(source, target, claim.price, longest=claim.longest[k])
                worths.append(1.0 + freed - cost)
            if target in free:
                worths.append(freed - free[target])
            amounts.append(claim.volume[k] * max(worths))
    return fsum(amounts)


class _Lists:
    """The network as lists of arcs: (arc, head, whether the link and the head are clear)."""

    def __init__(self, claim: Claim) -> None:
        arcs, nodes = claim.network.arcs, claim.network.node_count
        self.length, self.clear = claim.length, claim.clear
        self.after: list[list[tuple[int, int, bool]]] = [[] for _ in range(nodes)]
        rows = zip(arcs.tail.tolist(), arcs.head.tolist(), arcs.link.tolist(), strict=True)
        for a, (v, u, link) in enumerate(rows):
            self.after[v].append((a, u, claim.clear[nodes + link] and claim.clear[u]))

    def cheapest(
        self, source: int, price: Sequence[float], *, clear_only: bool, ends: Collection[int]
    ) -> dict[int, float]:
        """The least price of a path to each of some ends that is reached, and to nodes on the way."""
        done: dict[int, float] = {}
        if clear_only and not self.clear[source]:
            return done
        heap, missing = [(0.0, source)], set(ends)
        while heap and missing:
            cost, v = heapq.heappop(heap)
            if v in done:
                continue
            done[v] = cost
            missing.discard(v)
            for a, u, clear in self.after[v]:
                if u not in done and (clear or not clear_only):
                    heapq.heappush(heap, (cost + price[a], u))
        return done

    def cheapest_within(self, source: int, target: int, price: Sequence[float], *, longest: float) -> float:
        """The least price of a clear path that is not longer than a limit; infinite where there is none."""
        heap = [(0.0, 0.0, source)]
        shortest: dict[int, float] = {}
        while heap:
            cost, length, v = heapq.heappop(heap)
            if v == target:
                return cost
            if length >= shortest.get(v, float("inf")):
                continue
            shortest[v] = length
            for a, u, clear in self.after[v]:
                if clear and length + self.length[a] <= longest:
                    heapq.heappush(heap, (cost + price[a], length + self.length[a], u))
        return float("inf")
