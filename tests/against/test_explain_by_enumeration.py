"""One pair explained, against an enumeration of all valley-free paths on small random graphs."""

import random
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from against import reference_routes as plain
from against.test_routes_second_implementation import as_read, as_topology
from provenet.routing.explain import RELATIONS, Internet, RouteExplanation, explain

KINDS = {word: number for number, word in enumerate(RELATIONS)}


def graphs(count: int) -> Iterator[tuple[plain.Graph, set[int], int]]:
    """Random graphs with restricted networks; every fourth with rings of providers, of those every other mutual."""
    for seed in range(count):
        rng = random.Random(seed)
        size, peers, stubs = rng.randrange(3, 11), rng.choice([0.1, 0.3]), rng.choice([0.1, 0.4])
        graph = as_read(plain.random_graph(rng, size, peers, seed % 4 == 0, stubs, seed % 8 == 0))
        yield graph, {v for v in graph.every() if rng.random() < rng.choice([0.2, 0.5])}, seed


def explained(graph: plain.Graph, restricted: set[int]) -> Iterator[tuple[int, int, RouteExplanation, list[int]]]:
    """Every pair of a graph explained, with the ASN of each node."""
    made = as_topology(graph)
    internet, asn = Internet(made), made.asn.tolist()
    walls = np.array([one in restricted for one in asn])
    for a, s in enumerate(asn):
        for b, d in enumerate(asn):
            if a != b:
                yield s, d, explain(internet, a, b, restricted=walls), asn


def valley_free(graph: plain.Graph, path: tuple[int, ...]) -> bool:
    """Whether a path climbs, passes at most one peering, and descends."""
    return len(set(path)) == len(path) and path in set(plain.valley_free_paths(graph, path[0], path[-1], set()))


def offered(graph: plain.Graph, table: plain.Routes, v: int) -> list[tuple[int, int, int, tuple[int, ...]]]:
    """What the neighbours of v offer it, best first: class, hops, neighbour and path."""
    paths = {u: plain.conventional(table, u) for u in graph.every() if table[u].kind != "none"}
    kinds = {u: table[u].kind for u in paths}
    return sorted((KINDS[word], len(path), u, path) for word, u, path in plain.offers_to(graph, v, kinds, paths))


def crosses(path: tuple[int, ...], restricted: set[int]) -> bool:
    return bool(restricted & set(path[1:-1]))


def deciders_by_enumeration(
    graph: plain.Graph, d: int, path: tuple[int, ...], restricted: set[int]
) -> list[tuple[int, int]]:
    """Each network of the path whose one other choice changes whether the path crosses, and whom it would turn to."""
    table, made = plain.routes(graph, d), []
    for at, v in enumerate(path[:-1]):
        for _, _, u, beyond in offered(graph, table, v):
            whole = (*path[: at + 1], *beyond)
            if u == path[at + 1] or not valley_free(graph, whole):
                continue
            if crosses(whole, restricted) != crosses(path, restricted):
                made.append((v, u))
                break
    return made


def test_routes_ties_and_the_runner_up() -> None:
    seen = tied = without = 0
    for graph, restricted, seed in graphs(60):
        for s, d, found, asn in explained(graph, restricted):
            table = plain.routes(graph, d)
            path = plain.conventional(table, s)
            assert tuple(asn[v] for v in found.path) == path, (seed, s, d)
            every = [one for one, _ in plain.tie_paths(table, s)]
            assert found.ties.route_count == len(set(every))
            following = {v: {u for one in every for w, u in pairwise(one) if w == v} for one in every for v in one[:-1]}
            assert {asn[v]: {asn[u] for u in to} for v, to in found.ties.next_hops.items() if to} == following
            others = [offer for offer in offered(graph, table, s) if offer[2] != path[1]] if path else []
            best = found.runner_up
            assert (best and (best.kind, best.hops, asn[best.neighbour])) == (others[0][:3] if others else None)
            seen, tied, without = seen + 1, tied + (len(every) > 1), without + (bool(path) and not others)
    assert (seen > 2000, tied > 50, without > 100) == (True, True, True)


@pytest.mark.slow
def test_rungs_movers_and_the_way_round() -> None:
    rungs: dict[object, int] = {}
    for graph, restricted, seed in graphs(160):
        keys = [(d, lucky) for d in graph.every() for lucky in (False, True)]
        tables = {(d, lucky): plain.ladder(graph, d, restricted, lucky) for d, lucky in keys}
        for s, d, found, asn in explained(graph, restricted):
            wanted, lucky = tables[d, False][s], tables[d, True][s]
            rungs[wanted.number] = rungs.get(wanted.number, 0) + 1
            assert (found.rung, found.rung_lucky) == (wanted.number, lucky.number), (seed, s, d)
            assert found.source_alone == wanted.source_alone
            if found.walk is not None:
                assert tuple(asn[v] for v in found.walk.nodes) == wanted.path, (seed, s, d)
                assert tuple(asn[v] for v, _ in found.walk.turns) == wanted.movers
    assert min(rungs[0], rungs[1], rungs[None]) > 50
    assert rungs[2] > 5


def test_who_decides() -> None:
    many = 0
    for graph, restricted, seed in graphs(60):
        for s, d, found, asn in explained(graph, restricted):
            path = tuple(asn[v] for v in found.path)
            if found.rung is None:
                assert found.deciders == ()
                continue
            wanted = deciders_by_enumeration(graph, d, path, restricted)
            assert [(asn[one.network], asn[one.offer.neighbour]) for one in found.deciders] == wanted, (seed, s, d)
            assert {one.route_clear for one in found.deciders} <= {crosses(path, restricted)}
            if crosses(path, restricted):
                # Where one network's move is enough, it is one that decides; where more must move, nobody does.
                assert (found.rung == 1) == bool(found.deciders)
                assert found.rung != 1 or asn[found.walk.turns[0][0]] == wanted[0][0]
            many += len(wanted) > 1
    assert many > 20


def test_why_there_is_no_clear_route() -> None:
    reasons: dict[str | None, int] = {}
    for graph, restricted, seed in graphs(80):
        for s, d, found, asn in explained(graph, restricted):
            every = list(plain.valley_free_paths(graph, s, d, set()))
            clear = [path for path in every if not crosses(path, restricted)]
            if clear:
                wanted = None
            elif not every:
                wanted = "no_route"
            else:
                wanted = "destination_inside" if d in restricted else "source_inside" if s in restricted else "blocked"
            assert found.reason == wanted, (seed, s, d)
            reasons[wanted] = reasons.get(wanted, 0) + 1
            if found.blocked is not None:
                crossed = [restricted & set(path[1:-1]) for path in every]
                assert {asn[v] for v in found.blocked.unavoidable} == set.intersection(*crossed)
                fewest = [asn[v] for v in found.blocked.fewest]
                assert len(fewest) == min(map(len, crossed))
                assert set(fewest) in crossed
    assert set(reasons) == {None, "no_route", "destination_inside", "source_inside", "blocked"}
    assert min(reasons.values()) > 20


def test_a_list_of_ties_is_bounded_and_its_count_is_not() -> None:
    sales = [(1, 10 + n) for n in range(5)] + [(10 + n, 2) for n in range(5)]
    made = as_topology(plain.Graph.of(sales, [], [1, 2, *range(10, 15)]))
    found = explain(Internet(made), 1, 0, most_ties=3)
    assert (found.ties.route_count, found.ties.network_count, len(found.ties.next_hops)) == (5, 7, 3)


def test_one_network_is_no_pair() -> None:
    made = as_topology(plain.Graph.of([(1, 2)], [], [1, 2]))
    with pytest.raises(ValueError, match="two ends"):
        explain(Internet(made), 0, 0)
