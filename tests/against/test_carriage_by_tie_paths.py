"""What carries the routes, counted by listing every tie path of the second implementation, on small graphs."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from against.reference_routes import conventional, random_graph, routes, tie_paths
from against.test_routes_second_implementation import as_read, as_topology
from provenet.routing.fold import carried, fold_all
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.ladder import Engine, LadderQuestion

SETS = 70
"""More sets of networks than a word has bits."""


def counted(graph, sources, destinations, groups, teams, sets):
    """Pairs by (team, group, network or set, how): from the paths themselves."""
    network, marked = Counter(), Counter()
    for d in destinations:
        table = routes(graph, d)
        for s in sources:
            if s == d or table[s].kind == "none":
                continue
            ways = [set(way[1:-1]) for way, _ in tie_paths(table, s)]
            for how, over in enumerate((set(conventional(table, s)[1:-1]), set.intersection(*ways), set.union(*ways))):
                network.update((teams[s], groups[d], v, how) for v in over)
            for one, members in enumerate(sets):
                hits = [bool(way & members) for way in ways]
                first = bool(set(conventional(table, s)[1:-1]) & members)
                marked.update((teams[s], groups[d], one, how) for how in range(3) if (first, all(hits), any(hits))[how])
    return network, marked


@pytest.mark.parametrize("cycles", [False, True])
def test_networks_and_sets_that_carry_routes(cycles):
    checked = 0
    for seed in range(250):
        rng = random.Random(seed)
        size, sparse = rng.randrange(2, 13), rng.choice([0.0, 0.1, 0.3])
        graph = random_graph(rng, size, sparse, cycles, 0.3, seed % 2 == 0, seed % 5 == 0)
        core, graph = condense(as_topology(graph)), as_read(graph)
        asns = [int(asn) for asn in core.topology.asn]
        sources = sorted(rng.sample(asns, rng.randrange(1, len(asns) + 1)))
        destinations = sorted(rng.sample(asns, rng.randrange(1, len(asns) + 1)))
        groups, teams = ({v: rng.randrange(3) for v in asns} for _ in range(2))
        sets = [{v for v in asns if rng.random() < 0.3} for _ in range(SETS)]
        none = np.zeros(len(asns))
        ends = [core.topology.nodes_of(np.array(those, np.int64)) for those in (sources, destinations)]
        group, team = (np.array([of[v] for v in asns], np.int64) for of in (groups, teams))
        question = LadderQuestion(core, *ends, none > 0, none, none, destination_group=group, source_group=team)
        marks = np.zeros((core.core_count, 2), np.uint64)
        for at, node in enumerate(core.core_node.tolist()):
            for one, members in enumerate(sets):
                if asns[node] in members:
                    marks[at, one // 64] |= np.uint64(1 << one % 64)
        with Engine(question) as engine:
            sums = np.zeros((len(question.rows), question.group_count, len(FIELDS)))
            list(fold_all(engine, question.rows, question.columns, sums=sums, marks=marks))
            found = carried(engine)
        network, marked = counted(graph, sources, destinations, groups, teams, sets)
        place = {asns[node]: at for at, node in enumerate(core.core_node.tolist())}
        for (team, group, v, how), count in network.items():
            assert found.network[team, group, place[v], how] == count
        for (team, group, one, how), count in marked.items():
            assert found.marked[team, group, one, how] == count
        assert found.network.sum() == network.total()
        assert found.marked.sum() == marked.total()
        for g in range(question.group_count):
            here = [(s, d) for s in sources for d in destinations if s != d and groups[d] == g]
            assert round(float((sums[:, g, 0] * question.rows.size).sum())) == len(here)
        checked += network.total()
    assert checked > 2_000


def test_groups_of_destinations_add_up_to_the_whole():
    rng = random.Random(7)
    core = condense(as_topology(random_graph(rng, 12, 0.1, False, 0.3, True, False)))
    count = core.topology.node_count
    nodes = np.arange(count, dtype=np.int32)
    restricted = np.array([rng.random() < 0.3 for _ in range(count)])
    share = restricted.astype(np.float64)
    whole = LadderQuestion(core=core, sources=nodes, destinations=nodes, restricted=restricted, low=share, high=share)
    groups = np.array([rng.randrange(4) for _ in range(count)], np.int64)
    parted = replace(whole, destination_group=groups)
    totals = []
    for question in (whole, parted):
        with Engine(question) as engine:
            sums = np.zeros((len(question.rows), question.group_count, len(FIELDS)))
            list(fold_all(engine, question.rows, question.columns, sums=sums))
        totals.append((sums.sum(axis=1) * question.rows.size[:, None]).sum(axis=0))
    assert totals[1] == pytest.approx(totals[0])
