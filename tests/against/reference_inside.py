"""A second implementation of routing inside a network, in plain Python with fractions: no trees, no increments.

Every path of least cost is listed one by one; a failure is a network without what failed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class PlainNetwork:
    """Directed arcs `(tail, head, metric, link)` between nodes 0 to `count - 1`, and marks of nodes and links."""

    count: int
    arcs: list[tuple[int, int, int, int]]
    restricted_nodes: set[int] = field(default_factory=set)
    unknown_nodes: set[int] = field(default_factory=set)
    restricted_links: set[int] = field(default_factory=set)
    unknown_links: set[int] = field(default_factory=set)

    def without(self, links: Iterable[int], nodes: Iterable[int]) -> PlainNetwork:
        gone, dead = set(links), set(nodes)
        left = [arc for arc in self.arcs if arc[3] not in gone and arc[0] not in dead and arc[1] not in dead]
        return PlainNetwork(
            self.count, left, self.restricted_nodes, self.unknown_nodes, self.restricted_links, self.unknown_links
        )

    def distances(self, target: int) -> dict[int, int]:
        """By Bellman and Ford, until nothing changes."""
        found = {target: 0}
        changed = True
        while changed:
            changed = False
            for tail, head, metric, _ in self.arcs:
                if head in found and found[head] + metric < found.get(tail, 1 << 62):
                    found[tail] = found[head] + metric
                    changed = True
        return found

    def paths(self, source: int, target: int) -> list[tuple[list[int], list[int], Fraction]]:
        """Nodes and links of every path of least cost, and the share of traffic on it."""
        distance = self.distances(target)
        leaving = defaultdict(list)
        for tail, head, metric, link in self.arcs:
            if tail in distance and head in distance and distance[tail] == metric + distance[head]:
                leaving[tail].append((head, link))

        def walk(node: int, share: Fraction) -> Iterator[tuple[list[int], list[int], Fraction]]:
            if node == target:
                yield [node], [], share
                return
            for head, link in leaving[node]:
                for nodes, links, part in walk(head, share / len(leaving[node])):
                    yield [node, *nodes], [link, *links], part

        return list(walk(source, Fraction(1))) if source in distance else []

    def exposure(self, source: int, target: int) -> tuple[Fraction, Fraction] | None:
        """The low and the high end, or None without a path."""
        paths = self.paths(source, target)
        if not paths:
            return None
        low = high = Fraction(0)
        for nodes, links, share in paths:
            hit = bool(self.restricted_nodes & set(nodes) or self.restricted_links & set(links))
            maybe = bool(self.unknown_nodes & set(nodes) or self.unknown_links & set(links))
            low += share if hit else 0
            high += share if hit or maybe else 0
        return low, high

    def loads(self, demands: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], Fraction]:
        """Load by (link, tail, head)."""
        found: dict[tuple[int, int, int], Fraction] = defaultdict(Fraction)
        for source, target, volume in demands:
            for nodes, links, share in self.paths(source, target):
                for tail, head, link in zip(nodes, nodes[1:], links, strict=False):
                    found[link, tail, head] += share * volume
        return found


def nearest_rank(values: Sequence[tuple[Fraction, int]]) -> Fraction:
    """The 99th percentile by the nearest rank."""
    ordered = sorted(values)
    rank = -(-99 * len(ordered) // 100)
    return ordered[rank - 1][0]
