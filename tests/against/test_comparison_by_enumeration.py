"""Observed routes held against modelled ones, a second time: every rest of every path in plain Python."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from against.reference_routes import Graph, Path, random_graph, routes, tie_paths
from provenet.ingest.bgp.observed import RIB, SEQUENCE, SET, WITHDRAWN, PathRows
from provenet.routing.comparison import compare_graphs, compare_paths, comparison_of
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.route_tree import trace
from provenet.routing.observed_routes import ObservedRoutes

Hops = Sequence[int | frozenset[int]]
Counts = Mapping[tuple[str, int, int], dict[str, int]]


def rows_of(paths: Sequence[Hops], lengths: Sequence[int] = ()) -> PathRows:
    """A batch in which each path is seen once; a set stands in a part of its own."""
    start, asn, part = [0], [], []
    for path in paths:
        for hop in path:
            many = sorted(hop) if isinstance(hop, frozenset) else [hop]
            asn += many
            part += [SET if isinstance(hop, frozenset) else SEQUENCE] * len(many)
        start.append(len(asn))
    count = len(paths)
    whole = np.zeros(count, np.int64)
    return PathRows(
        kind=np.full(count, RIB, np.uint8),
        peer=whole.astype(np.int32),
        family=np.full(count, 4, np.uint8),
        high=whole.astype(np.uint64),
        low=np.arange(count, dtype=np.uint64) << np.uint64(8),
        length=np.array(lengths or [24] * count, np.uint8),
        route_id=whole - 1,
        path=np.arange(count, dtype=np.int32),
        path_start=np.array(start, np.int64),
        path_asn=np.array(asn, np.int64),
        path_part=np.array(part, np.uint8),
    )


def core_of(graph: Graph):  # type: ignore[no-untyped-def]
    sales, peerings = graph.sales(), graph.peerings()
    columns = [[a for a, _ in sales], [b for _, b in sales], [a for a, _ in peerings], [b for _, b in peerings]]
    provider, customer, one, two = (np.array(column, np.int64) for column in columns)
    return condense(topology(provider, customer, one, peer_b=two, alone=np.array(graph.every(), np.int64)))


def draw_paths(rng: random.Random, graph: Graph, count: int) -> list[Hops]:
    """Tie paths of the model, walks along links whoever pays, and paths over links that are in no graph."""
    every = graph.every()
    found: list[Hops] = []
    for _ in range(count):
        goal, kind = rng.choice(every), rng.random()
        table = routes(graph, goal)
        if kind < 0.4:
            ways = [path for path, _ in tie_paths(table, rng.choice([v for v in every if v != goal]))]
            path: list[int | frozenset[int]] = list(rng.choice(ways)) if ways else [goal]
        elif kind < 0.75:
            walk = [goal]
            while rng.random() < 0.75 and (ahead := sorted(graph.neighbours(walk[0]) - set(walk))):
                walk.insert(0, rng.choice(ahead))
            path = list(walk)
        else:
            path = [*rng.sample(every, rng.randint(1, 3)), *rng.sample([90001, 90002], rng.randint(0, 1)), goal]
        if rng.random() < 0.3 and path:
            at = rng.randrange(len(path))
            path[at:at] = [path[at]] * rng.randint(1, 3)
        if rng.random() < 0.08:
            path[-1:] = [frozenset({7, 8})]
        found.append(path)
    return found


def cleaned(path: Hops) -> Path | None:
    once = [hop for hop, _ in groupby(path)]
    if not once or any(isinstance(hop, frozenset) for hop in once) or len(set(once)) < len(once):
        return None
    return tuple(hop for hop in once if isinstance(hop, int))


def relations(graph: Graph, v: int, u: int) -> set[str]:
    """What u is to v."""
    named = {"provider": graph.providers, "peer": graph.peers, "customer": graph.customers}
    return {name for name, of in named.items() if u in of.get(v, ())}


def is_valley_free(graph: Graph, path: Path) -> bool:
    """Whether each network may tell what it learnt to the one before it, by some reading of each link."""
    told: set[str] = {"self"}
    for v, u in reversed(list(pairwise(path))):
        # v learns from u; u tells everybody what it has from itself or a customer, and all else to customers alone.
        fit = {kind for kind in relations(graph, v, u) if kind == "provider" or told & {"self", "customer"}}
        if not fit:
            return False
        told = fit
    return True


def expected(graph: Graph, paths: Sequence[Hops], restricted: set[int]) -> dict[tuple[str, int, int], dict[str, int]]:
    """The counts by reading, source and destination."""
    whole = {path for one in paths if (path := cleaned(one)) and len(path) > 1}
    rests = {path[at:] for path in whole for at in range(len(path) - 1)}
    tables = {d: routes(graph, d) for d in graph.every()}
    made: dict[tuple[str, int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for reading, found in (("every", rests), ("reported", whole)):
        by_pair: dict[tuple[int, int], list[Path]] = defaultdict(list)
        for path in found:
            if path[0] in tables and path[-1] in tables:
                by_pair[path[0], path[-1]].append(path)
        for (s, d), mine in by_pair.items():
            cell, model = made[reading, s, d], tables[d][s]
            for path in mine:
                known = all(relations(graph, v, u) for v, u in pairwise(path))
                cell["path"] += 1
                cell["direct"] += len(path) == 2
                cell["unknown_link"] += not known
                cell["valley"] += known and not is_valley_free(graph, path)
                cell["no_route"] += model.kind == "none"
                cell["class"] += model.kind in relations(graph, s, path[1])
                cell["next_hop"] += path[1] in model.next_hops
                cell["length"] += model.length == len(path) - 1
                cell["whole"] += path in [way for way, _ in tie_paths(tables[d], s)]
            cell["pair"] += 1
            if model.kind != "none":
                crossing = [bool(set(path[1:-1]) & restricted) for path in mine]
                modelled = [bool(set(path[1:-1]) & restricted) for path, _ in tie_paths(tables[d], s)]
                cell["routed_pair"] += 1
                cell["low_other"] += all(crossing)
                cell["high_other"] += any(crossing)
                cell["low_modelled"] += all(modelled)
                cell["high_modelled"] += any(modelled)
    return made


def found_counts(graph: Graph, paths: Sequence[Hops], restricted: set[int]) -> Counts:
    core, observed = core_of(graph), ObservedRoutes()
    half = len(paths) // 2
    for some in (paths[:half], paths[half:], paths[:3]):
        observed.add(rows_of(some))
    group = np.arange(core.topology.node_count, dtype=np.int64)
    walls = np.array(sorted(restricted), np.int64)
    traced = trace(observed.tree, core.topology, walls)
    into = comparison_of(core, group, traced)
    done = list(compare_paths(core, observed, traced, restricted=walls, into=into))
    assert all(at <= total for at, total in done)
    asns = core.topology.asn.tolist()
    found = {}
    for reading in ("every", "reported"):
        for s in range(len(asns)):
            for d in range(len(asns)):
                counts = into.counts(reading, group == s, group == d)
                if counts["path"]:
                    assert counts.pop("source") == counts.pop("destination") == 1
                    found[reading, asns[s], asns[d]] = counts
    return found


def test_every_rest_of_every_path_counts_as_enumeration_has_it() -> None:
    rng = random.Random(17)
    total: dict[str, int] = defaultdict(int)
    for nth in range(60):
        graph = random_graph(rng, rng.randint(4, 14), rng.choice([0.15, 0.3]))
        paths = draw_paths(rng, graph, rng.randint(3, 25))
        restricted = set(rng.sample([*graph.every(), 90001], rng.randint(0, 3)))
        wanted = expected(graph, paths, restricted)
        found = found_counts(graph, paths, restricted)
        assert found.keys() == wanted.keys(), nth
        for key, counts in found.items():
            assert counts == {name: wanted[key][name] for name in counts}, (nth, key)
            for name, value in counts.items():
                total[name] += value
    assert all(total.values()), dict(total)


def test_what_is_left_out_is_counted_by_why() -> None:
    observed = ObservedRoutes()
    paths: list[Hops] = [[1, 2, 3], [1, 1, 2, 3], [1, 2, 1, 3], [1, frozenset({2, 3})], [], [1, 2, 3], [4, 3]]
    rows = rows_of(paths, [24, 24, 24, 24, 24, 0, 24])
    rows.kind[6], rows.path[6] = WITHDRAWN, -1
    observed.add(rows)
    assert (observed.route_count, observed.default_count) == (6, 1)
    assert (observed.set_count, observed.loop_count, observed.empty_count) == (1, 1, 1)
    # 3, 2 over 3, and 1 over both; that of the default route and of the withdrawal is none.
    assert observed.tree.count == 3
    assert observed.tree.asn.tolist() == [3, 2, 1]


def test_the_tree_holds_each_route_once_while_it_grows() -> None:
    rng, observed, known = random.Random(5), ObservedRoutes(), set()
    for _ in range(6):
        paths: list[Hops] = [[rng.randrange(1, 40) for _ in range(rng.randint(1, 9))] for _ in range(30_000)]
        observed.add(rows_of(paths))
        known |= {path[at:] for one in paths if (path := cleaned(one)) for at in range(len(path))}
    tree = observed.tree
    made: list[tuple[int, ...]] = []
    for node in range(tree.count):
        over = int(tree.parent[node])
        made.append((int(tree.asn[node]), *(made[over] if over >= 0 else ())))
    assert len(set(made)) == len(made)
    assert set(made) == known


def changed(rng: random.Random, graph: Graph) -> Graph:
    """The graph of another day: some networks and links are gone, some are sold where they peered, some are new."""
    every = graph.every()
    gone, new = rng.choice(every), rng.choice([v for v in range(1, 99) if v not in every])
    sales = [one for one in graph.sales() if rng.random() < 0.85] + [(rng.choice(every), new)]
    peerings = [one for one in graph.peerings() if rng.random() < 0.7]
    sales += [one for one in graph.peerings() if one not in peerings and rng.random() < 0.3]
    return Graph.of(sales, peerings, every).without([gone] if gone != new else [])


def test_the_graph_of_another_day_counts_as_enumeration_has_it() -> None:
    rng, total = random.Random(31), defaultdict[str, int](int)
    for _ in range(60):
        graph = random_graph(rng, rng.randint(4, 14), rng.choice([0.15, 0.3]))
        other = changed(rng, graph)
        both = sorted({*graph.every()} & {*other.every()})
        restricted, sources = {*rng.sample(graph.every(), 2)}, rng.sample(graph.every(), 3)
        core = core_of(graph)
        group = np.arange(core.topology.node_count, dtype=np.int64)
        into = comparison_of(core, group)
        walls = np.array(sorted(restricted), np.int64)
        list(compare_graphs(core, core_of(other), np.array(sources), restricted=walls, into=into))
        whole = into.counts("every", *[np.ones(len(group), np.bool_)] * 2)
        expected = defaultdict[str, int](int)
        for d in both:
            tables = routes(graph, d), routes(other, d)
            for s in {*sources} & {*both} - {d}:
                now, then = (table[s] for table in tables)
                if then.kind == "none":
                    continue
                expected["path"] += 1
                expected["pair"] += 1
                expected["direct"] += then.length == 1
                expected["no_route"] += now.kind == "none"
                if now.kind == "none":
                    continue
                expected["routed_pair"] += 1
                expected["class"] += now.kind == then.kind
                expected["next_hop"] += now.kind == then.kind and bool(now.next_hops & then.next_hops)
                expected["length"] += now.length == then.length
                for name, table in zip(("modelled", "other"), tables, strict=True):
                    crossing = [bool({*path[1:-1]} & restricted) for path, _ in tie_paths(table, s)]
                    expected[f"low_{name}"] += all(crossing)
                    expected[f"high_{name}"] += any(crossing)
        assert {name: whole[name] for name in expected} == expected
        for name, number in expected.items():
            total[name] += number
    assert all(total[name] for name in ("no_route", "low_other", "low_modelled"))
    assert total["next_hop"] < total["class"] < total["routed_pair"] and total["low_other"] < total["high_other"]
