"""What no way of steering exceeds, computed anew from prices of capacity in plain Python, without kernel or solver."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenet.routing.igp import Network


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
