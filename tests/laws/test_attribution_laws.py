"""Parts of a difference between two graphs sum to the whole in either order, and are what the graphs in between say."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np

from against.reference_routes import Graph, random_graph, routes, tie_paths
from provenet.routing.attribution import Attribution, LinkGroup, RelationLinks
from provenet.routing.scenarios import PairCounts


def as_links(graph: Graph) -> RelationLinks:
    sales, peerings = graph.sales(), graph.peerings()
    columns = [[a for a, _ in sales], [b for _, b in sales], [a for a, _ in peerings], [b for _, b in peerings]]
    return RelationLinks(*(np.array(column, np.int64) for column in (*columns, graph.every())))


def later(rng: random.Random, graph: Graph) -> Graph:
    """A graph some of whose links are other than those of a graph, with the same order of who sells to whom."""
    other = random_graph(rng, len(graph.every()), 0.3)
    name = dict(zip(other.every(), graph.every(), strict=True))
    sales = [one for one in graph.sales() if rng.random() < 0.7]
    sales += [(name[a], name[b]) for a, b in other.sales() if rng.random() < 0.4 and name[a] < name[b]]
    sales = [(a, b) for a, b in set(sales) if (b, a) not in sales]
    sold = {frozenset(one) for one in sales}
    peerings = [one for one in graph.peerings() if rng.random() < 0.7]
    peerings += [(name[a], name[b]) for a, b in other.peerings() if rng.random() < 0.4]
    return Graph.of(sales, [one for one in peerings if frozenset(one) not in sold], graph.every())


def ordered(graph: Graph) -> Graph:
    """The graph with sales from the lesser to the greater number alone, so that two of them close no ring."""
    sales = sorted({(min(one), max(one)) for one in graph.sales()})
    sold = {frozenset(one) for one in sales}
    return Graph.of(sales, [one for one in graph.peerings() if frozenset(one) not in sold], graph.every())


def by_paths(graph: Graph, sources: list[int], restricted: set[int]) -> list[tuple[int, int, int]]:
    """Routed, surely crossing and possibly crossing pairs of each source, path by path."""
    made = []
    for s in sources:
        routed = low = high = 0
        for d in graph.every():
            paths = [path for path, _ in tie_paths(routes(graph, d), s)] if s != d else []
            crossing = [path for path in paths if set(path[1:-1]) & restricted]
            routed, low, high = routed + bool(paths), low + (bool(paths) and crossing == paths), high + bool(crossing)
        made.append((routed, low, high))
    return made


def figures(counts: PairCounts) -> list[tuple[int, int, int]]:
    columns = (counts.routed.tolist(), counts.low_crossing.tolist(), counts.high_crossing.tolist())
    return list(zip(*columns, strict=True))


def test_parts_sum_to_the_whole_difference_in_both_orders() -> None:
    rng, moved = random.Random(3), 0
    for _ in range(40):
        first = ordered(random_graph(rng, rng.randrange(4, 14), 0.3))
        last = later(rng, first)
        every = first.every()
        sources = sorted(rng.sample(every, 3))
        restricted = {v for v in every if rng.random() < 0.25}
        groups = [
            LinkGroup("sources", np.array(sources, np.int64)),
            LinkGroup("restricted", np.array(sorted(restricted), np.int64)),
        ]
        ends = np.array(sources, np.int64), np.array(sorted(restricted), np.int64)
        attribution = Attribution(as_links(first), as_links(last), *ends, groups)
        parts = list(attribution.run())
        whole = {"first": by_paths(first, sources, restricted), "last": by_paths(last, sources, restricted)}
        for order in ("forward", "backward"):
            mine = [part for part in parts if part.order == order]
            if not mine:
                assert whole["first"] == whole["last"]
                continue
            assert figures(mine[0].before) == whole["first"]
            assert figures(mine[-1].after) == whole["last"]
            assert all(figures(a.after) == figures(b.before) for a, b in pairwise(mine))
            assert sum(part.link_count for part in mine) == attribution.link_count
            moved += whole["first"] != whole["last"]
        places = [(part.change, part.group) for part in parts]
        half = len(places) // 2
        assert places[:half] == places[half:][::-1]
    assert moved > 20


def test_a_part_is_what_its_links_do() -> None:
    # 3 buys from 1 alone, which is restricted; then it buys from 2 as well, and 2 begins to sell to 4.
    first = Graph.of([(1, 3), (1, 4)], [(1, 2)], [2])
    last = Graph.of([(1, 3), (1, 4), (2, 3), (2, 4)], [(1, 2)])
    groups = [LinkGroup("links of 3", np.array([3], np.int64))]
    ends = np.array([3], np.int64), np.array([1], np.int64)
    parts = list(Attribution(as_links(first), as_links(last), *ends, groups).run())
    told = [
        (p.order, p.change, p.group, p.link_count, (p.after.high_crossing - p.before.high_crossing).tolist())
        for p in parts
    ]
    # Pairs: 3 to 1, 2, 4. The link 2-3 alone clears 3 to 2; with 2-4 there too, 3 to 4 ties and may still cross.
    assert told == [
        ("forward", "added", "links of 3", 1, [-1]),
        ("forward", "added", "all other links", 1, [0]),
        ("backward", "added", "all other links", 1, [0]),
        ("backward", "added", "links of 3", 1, [-1]),
    ]
