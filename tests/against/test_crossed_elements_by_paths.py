"""Marked elements on equal-cost paths, what their replacement clears, and segment lists: against plain paths."""

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from provenet.routing.failures import CrossedElements, crossed_elements, exposed_after
from provenet.routing.igp import Segment, SegmentLists, network_of
from provenet.routing.solve.frontier import cleared_frontier


class Small:
    """A small random network, perhaps in pieces, with parallel links, and its shortest paths by plain search."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        self.nodes = draw.randint(2, 6)
        self.links = [tuple(draw.sample(range(self.nodes), 2)) for _ in range(draw.randint(1, 9))]
        self.arcs = [(s, t, i) for i, (s, t) in enumerate(self.links)]
        self.arcs += [(t, s, i) for s, t, i in self.arcs if draw.random() < 0.9]
        self.metric = [draw.randint(1, 3) for _ in self.arcs]
        tail, head, link = np.array(self.arcs).T
        metric = np.array(self.metric)
        self.net = network_of(self.nodes, len(self.links), tail=tail, head=head, metric=metric, link_of=link)
        size = self.nodes + len(self.links)
        self.marked = np.array([draw.random() < 0.4 for _ in range(size)])
        self.pairs = [tuple(draw.choices(range(self.nodes), k=2)) for _ in range(draw.randint(1, 8))]
        self.volume = [draw.choice([1.0, 2.0, 0.5]) for _ in self.pairs]
        self.groups = [[e] for e in range(size)] + [draw.sample(range(size), 2)]

    def shortest(self, source: int, target: int, down: frozenset[int] = frozenset()) -> list[tuple[int, ...]]:
        """All shortest paths as arcs."""
        if {source, target} & down:
            return []
        found: list[tuple[int, tuple[int, ...]]] = []

        def walk(v: int, seen: frozenset[int], path: tuple[int, ...]) -> None:
            if v == target:
                found.append((sum(self.metric[a] for a in path), path))
                return
            for a, (s, t, link) in enumerate(self.arcs):
                if s == v and t not in seen and t not in down and self.nodes + link not in down:
                    walk(t, seen | {t}, (*path, a))

        walk(source, frozenset([source]), ())
        least = min((cost for cost, _ in found), default=0)
        return [path for cost, path in found if cost == least]

    def elements(self, source: int, path: tuple[int, ...]) -> set[int]:
        crossed = {source} | {self.arcs[a][1] for a in path} | {self.nodes + self.arcs[a][2] for a in path}
        return {e for e in crossed if self.marked[e]}

    def clear_share(self, source: int, target: int, clear: set[int]) -> float:
        """The share that meets nothing marked and not `clear`: each hop splits equally over arcs of shortest paths."""
        paths = self.shortest(source, target)
        whole = 0.0
        for path in paths:
            share = 1.0
            for i in range(len(path)):
                share /= len({p[i] for p in paths if p[:i] == path[:i]})
            whole += share if self.elements(source, path) <= clear else 0.0
        return whole


def crossed_by(one: Small, groups: Sequence[list[int]] = ()) -> CrossedElements:
    source, target = np.array(one.pairs).T
    asked = {"source": source, "target": target, "volume": np.array(one.volume)}
    return crossed_elements(one.net, **asked, marked=one.marked, failures=groups)


def as_dict(one: Small, groups: list[list[int]]) -> dict[tuple[int, int], set[int]]:
    crossed = crossed_by(one, groups)
    starts = pairwise(crossed.sets.start.tolist())
    pairs = list(zip(crossed.source.tolist(), crossed.target.tolist(), strict=True))
    for pair, volume in zip(pairs, crossed.volume, strict=True):
        assert volume == sum(v for p, v in zip(one.pairs, one.volume, strict=True) if p == pair)
    return {pair: set(crossed.sets.member[a:b].tolist()) for pair, (a, b) in zip(pairs, starts, strict=True)}


@pytest.mark.parametrize("block", range(4))
def test_crossed_elements_are_those_of_all_shortest_paths(block: int) -> None:
    for seed in range(block * 40, block * 40 + 40):
        one = Small(seed)

        def met(s: int, t: int, groups: list[list[int]], one: Small = one) -> set[int]:
            paths = (path for group in groups for path in one.shortest(s, t, frozenset(group)))
            return set().union(*(one.elements(s, path) for path in paths))

        routed = {(s, t) for s, t in one.pairs if one.shortest(s, t)}
        assert as_dict(one, []) == {pair: met(*pair, [[]]) for pair in routed}, seed
        assert as_dict(one, one.groups) == {pair: met(*pair, [[], *one.groups]) for pair in routed}, seed


def test_what_stays_exposed_is_the_share_of_paths_along_the_frontier() -> None:
    steps = 0
    for seed in range(80):
        one = Small(seed)
        crossed = crossed_by(one)
        frontier = cleared_frontier(crossed.sets, crossed.volume, np.ones(len(one.marked)))
        exposed = exposed_after(one.net, crossed, marked=one.marked, steps=[p.members for p in frontier.points])
        for point, left in zip(frontier.points, exposed.tolist(), strict=True):
            pairs = zip(crossed.source.tolist(), crossed.target.tolist(), crossed.volume.tolist(), strict=True)
            plain = sum(v * (1 - one.clear_share(s, t, set(point.members))) for s, t, v in pairs)
            assert left == pytest.approx(plain, abs=1e-12), seed
            assert left <= crossed.volume.sum() - point.cleared + 1e-12
            steps += 1
        assert exposed[-1] == pytest.approx(0.0, abs=1e-12)
    assert steps > 100


def test_many_elements_take_many_words() -> None:
    """A line of 200 nodes, all marked: the sets are the stretches between the ends."""
    n = 200
    ends = np.arange(n - 1)
    both = {"tail": np.r_[ends, ends + 1], "head": np.r_[ends + 1, ends], "link_of": np.r_[ends, ends]}
    net = network_of(n, n - 1, **both, metric=np.ones(2 * n - 2, np.int64))
    marked = np.r_[np.ones(n, bool), np.zeros(n - 1, bool)]
    asked = {"source": np.array([3, 190]), "target": np.array([150, 66]), "volume": np.ones(2)}
    crossed = crossed_elements(net, **asked, marked=marked)
    rows = [crossed.sets.member[a:b].tolist() for a, b in pairwise(crossed.sets.start)]
    assert rows == [list(range(66, 191)), list(range(3, 151))]


def test_a_segment_list_is_followed_back_to_its_path() -> None:
    longer = 0
    for seed in range(150):
        one = Small(seed)
        lists = SegmentLists(one.net)
        draw = random.Random(seed)
        row = {int(place): i for i, place in enumerate(one.net.place)}
        for s, t in one.pairs:
            v, path, seen = s, [], {s}
            for _ in range(4):  # any walk without a node twice, however long it is
                out = [a for a, (tail, head, _) in enumerate(one.arcs) if tail == v and head not in seen]
                if not out:
                    break
                path.append(draw.choice(out))
                v = one.arcs[path[-1]][1]
                seen.add(v)
            rows = tuple(row[a] for a in path)
            segments = lists.of(rows)
            assert lists.followed(s, segments) == rows, (seed, s, t)
            assert len(segments) <= len(path)
            longer += len(segments) < len(path)
    assert longer > 20


def test_a_split_is_not_followed() -> None:
    """Two equal ways round a square: a node segment would split, so the path is written hop by hop."""
    tail, head = np.array([(0, 1), (1, 3), (0, 2), (2, 3)]).T
    net = network_of(4, 4, tail=tail, head=head, metric=np.ones(4, np.int64), link_of=np.arange(4))
    lists = SegmentLists(net)
    assert lists.followed(0, [Segment("node", 3)]) is None
    path = (int(np.flatnonzero(net.place == 0)[0]), int(np.flatnonzero(net.place == 1)[0]))
    assert lists.of(path) == (Segment("node", 1), Segment("node", 3))
    assert lists.followed(0, [Segment("link", 3)]) is None
