"""Scenarios worked out on what they touch against small graphs that are built anew and routed by everybody's choice."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from against import reference_routes as plain
from against.reference_routes import routes
from against.test_routes_second_implementation import as_read, as_topology
from provenet.routing.kept_routes import KeptRoutes
from provenet.routing.kernels.scenario_counts import COUNTED
from provenet.routing.scenarios import Scenario, ScenarioStudy


@dataclass
class Change:
    """A scenario by ASN."""

    removed: frozenset[int] = frozenset()
    cut: tuple[tuple[int, int], ...] = ()
    refusers: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()
    leaker: int = -1


def changed_graph(graph: plain.Graph, change: Change) -> plain.Graph:
    """The graph that is left, built anew."""
    left = graph.without(change.removed)
    gone = {frozenset(link) for link in change.cut}
    links = [{v: {u for u in to if frozenset((v, u)) not in gone} for v, to in one.items()} for one in left.links()]
    return plain.Graph(*links)


def settled(graph: plain.Graph, d: int, mute: Iterable[int]) -> plain.Routes:
    """Routes where some networks tell nobody anything: others route without them, and they take what they are told."""
    silent = (set(mute) & set(graph.providers)) - {d}
    if not silent:
        return routes(graph, d)
    others = routes(graph.without(silent), d)
    for v in silent:
        kinds = {u: one.kind for u, one in others.items() if one.kind != "none"}
        paths = {u: plain.conventional(others, u) for u in kinds}
        told = [one for one in plain.offers_to(graph, v, kinds, paths) if one[1] not in silent]
        if told:
            word, _, path = min(told, key=plain.rank)
            hops = frozenset(u for kind, u, way in told if kind == word and len(way) == len(path))
            others[v] = plain.Route(word, len(path), hops)
        else:
            others[v] = plain.NO_ROUTE
    return others


def leaked(graph: plain.Graph, d: int, leaker: int, mute: frozenset[int]) -> plain.Routes:
    """Routes where one network tells everybody its route: each takes the best it is told until nobody changes."""
    today = settled(graph, d, mute)
    if today[leaker].kind not in ("peer", "provider"):
        return today
    silent = (set(mute) & set(graph.providers)) - {d}
    kinds = {v: one.kind for v, one in today.items() if one.kind != "none"}
    paths = {v: plain.conventional(today, v) for v in kinds}
    fixed = paths[leaker]
    ties: dict[int, frozenset[int]] = {}
    for _ in range(40 + 10 * len(paths)):
        before = dict(paths), dict(kinds), dict(ties)
        for v in graph.every():
            if v == d:
                continue
            told = []
            for word, those in (("customer", graph.customers), ("peer", graph.peers), ("provider", graph.providers)):
                for u in sorted(those[v]):
                    tells = u in paths and v not in paths[u] and u not in silent
                    if tells and (word == "provider" or kinds[u] in ("self", "customer") or u == leaker):
                        told.append((word, u, paths[u]))
            if not told:
                paths.pop(v, None), kinds.pop(v, None), ties.pop(v, None)
                continue
            word, u, path = min(told, key=plain.rank)
            paths[v], kinds[v] = (v, *path), word
            ties[v] = frozenset(w for other, w, way in told if other == word and len(way) == len(path))
        if before == (paths, kinds, ties):
            break
    else:
        raise AssertionError("routing did not settle")
    assert paths[leaker] == fixed
    made = {
        v: plain.Route(kinds[v], len(paths[v]) - 1, ties.get(v, frozenset())) if v in paths else plain.NO_ROUTE
        for v in today
    }
    for v, hop in pairwise(fixed):
        made[v] = made[v]._replace(next_hops=frozenset({hop}))
    return made


def after(graph: plain.Graph, d: int, change: Change, source: int) -> tuple[set[plain.Path], set[plain.Path]]:
    """The tie paths of a source and those of them that are dropped."""
    left = changed_graph(graph, change)
    if source in change.removed or d in change.removed:
        return set(), set()
    mute = change.refusers if d in change.refused else frozenset()
    table = leaked(left, d, change.leaker, mute) if change.leaker in left.providers else settled(left, d, mute)
    paths = {path for path, _ in plain.tie_paths(table, source)}
    drops = change.refusers if source in change.refused else frozenset()
    return paths, {path for path in paths if set(path[1:-1]) & drops}


def counted(graph: plain.Graph, change: Change, s: int, *, destinations: list[int], restricted: set[int]) -> list[int]:
    """What `COUNTED` names, for one source, from its definition."""
    total = dict.fromkeys(COUNTED, 0)
    for d in destinations:
        if d == s:
            continue
        old = {path for path, _ in plain.tie_paths(routes(graph, d), s)}
        new, dropped = after(graph, d, change, s)
        crossing_old = {path for path in old if set(path[1:-1]) & restricted}
        kept = new - dropped
        crossing = {path for path in kept if set(path[1:-1]) & restricted}
        surely = bool(kept) and crossing == kept and not dropped
        total["low_lost"] += bool(old) and not kept
        total["high_lost"] += bool(old) and (not kept or bool(dropped))
        total["gained"] += bool(kept) and not old
        total["low_new"] += bool(old) and not crossing_old and surely
        total["high_new"] += bool(old - crossing_old) and bool(crossing) and old != new
        clear_before, clear_after = bool(old) and not crossing_old, bool(kept) and not crossing and not dropped
        total["low_still"] += clear_before and clear_after
        total["high_still"] += bool(old - crossing_old) and bool(kept - crossing)
        total["low_crossing"] += surely
        total["high_crossing"] += bool(crossing)
    return list(total.values())


def drawn(rng: random.Random, graph: plain.Graph) -> Change:
    every = graph.every()

    def some(most: int) -> frozenset[int]:
        return frozenset(rng.sample(every, rng.randrange(0, min(most, len(every)) + 1)))

    links = [*graph.sales(), *graph.peerings()]
    kind = rng.choice(["network", "networks", "link", "refuse", "leak", "mixed", "mixed"])
    change = Change()
    if kind in ("network", "networks", "mixed"):
        change.removed = some({"network": 1, "networks": 4, "mixed": 2}[kind])
    if kind in ("link", "mixed") and links:
        change.cut = tuple(rng.sample(links, rng.randrange(0, min(4, len(links)) + 1)))
    if kind == "refuse" or (kind == "mixed" and rng.random() < 0.5):
        change.refusers, change.refused = some(2), some(5)
    if kind == "leak" or (kind == "mixed" and rng.random() < 0.5):
        change.leaker = rng.choice(every)
    return change


def studied(
    graph: plain.Graph, changes: list[Change], sources: list[int], *, destinations: list[int], restricted: set[int]
) -> ScenarioStudy:
    topology = as_topology(graph)

    def nodes(asns: Iterable[int]) -> tuple[int, ...]:
        return tuple(int(v) for v in topology.nodes_of(np.array(sorted(asns), np.int64)))

    scenarios = [
        Scenario(
            removed=nodes(one.removed),
            cut=tuple((nodes([a])[0], nodes([b])[0]) for a, b in one.cut),
            refusers=nodes(one.refusers),
            refused=nodes(one.refused),
            leaker=nodes([one.leaker])[0] if one.leaker >= 0 else -1,
        )
        for one in changes
    ]
    flags = np.zeros(topology.node_count, np.bool_)
    flags[list(nodes(restricted))] = True
    study = ScenarioStudy(
        topology, np.array(nodes(sources), np.int32), np.array(nodes(destinations), np.int32), flags, scenarios
    )
    list(study.run())
    return study


@pytest.mark.parametrize("seed", range(6))
def test_scenarios_as_if_the_graph_had_been_built_so(seed: int) -> None:
    rng = random.Random(seed)
    seen = np.zeros(len(COUNTED), np.int64)
    for _ in range(12):
        graph = as_read(plain.random_graph(rng, rng.randrange(4, 15), 0.25, False, rng.choice([0.2, 0.5])))
        every = graph.every()
        sources = sorted(rng.sample(every, rng.randrange(1, min(5, len(every)) + 1)))
        destinations = every if rng.random() < 0.5 else sorted(rng.sample(every, rng.randrange(1, len(every) + 1)))
        restricted = {v for v in every if rng.random() < 0.25}
        changes = [drawn(rng, graph) for _ in range(10)]
        study = studied(graph, changes, sources, destinations=destinations, restricted=restricted)
        before = study.before
        base = np.stack([before.low_clear, before.high_clear, before.low_crossing, before.high_crossing], axis=1)
        for nth, change in enumerate(changes):
            found = study.counts[nth].copy()
            found[:, 5:] += base
            for r, s in enumerate(sources):
                expected = counted(graph, change, s, destinations=destinations, restricted=restricted)
                assert dict(zip(COUNTED, found[r].tolist(), strict=True)) == dict(
                    zip(COUNTED, expected, strict=True)
                ), (change, s, graph)
            seen += found.sum(axis=0)
    assert (seen > 0).all()


def test_removals_in_graphs_with_rings_of_providers() -> None:
    rng, moved = random.Random(11), 0
    for _ in range(40):
        graph = as_read(plain.random_graph(rng, rng.randrange(4, 13), 0.25, True, 0.3, mutual=rng.random() < 0.5))
        every = graph.every()
        sources = sorted(rng.sample(every, min(4, len(every))))
        restricted = {v for v in every if rng.random() < 0.25}
        links = [*graph.sales(), *graph.peerings()]
        changes = [Change(removed=frozenset(rng.sample(every, rng.randrange(1, 3)))) for _ in range(6)]
        changes += [Change(cut=tuple(rng.sample(links, min(len(links), rng.randrange(1, 3))))) for _ in range(6)]
        study = studied(graph, changes, sources, destinations=every, restricted=restricted)
        before = study.before
        base = np.stack([before.low_clear, before.high_clear, before.low_crossing, before.high_crossing], axis=1)
        routes = KeptRoutes(study.topology, study.sources, study.destinations, restricted=study.restricted)
        for nth, change in enumerate(changes):
            found = study.counts[nth].copy()
            moved += bool(found.any())
            if change.removed:
                assert routes.without(study.scenarios[nth].removed).tolist() == found.tolist()
            found[:, 5:] += base
            for r, s in enumerate(sources):
                assert found[r].tolist() == counted(graph, change, s, destinations=every, restricted=restricted)
    assert moved > 100
