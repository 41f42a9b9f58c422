"""Scenarios, what-if and kept routes on small graphs."""

import random
from dataclasses import replace

import numpy as np
import pytest

from against.reference_routes import random_graph
from against.test_routes_second_implementation import as_topology
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.scenario_counts import COUNTED
from provenet.routing.ladder import LadderQuestion
from provenet.routing.scenarios import Scenario, ScenarioStudy
from provenet.routing.whatif import Change, WhatIf, without
from unit.routing.test_csr import made

SOURCE, FAR, NEAR, GOAL = 90, 10, 40, 99


def detour() -> Topology:
    """10 reaches 99 over five customers, though its peer 50 is next to it; 90 buys from 10 and from 40, and goes by 40.

    Where 13 is gone, 10 takes the short route of its peer, and 90, none of whose paths used 13, goes by 10.
    """
    sales = [
        (10, 11), (11, 12), (12, 13), (13, 14), (14, 99), (50, 99), (10, 90), (40, 90), (40, 41),
        (41, 42), (42, 99),
    ]  # fmt: skip
    return made(sales, [(10, 50)])


def node(topology: Topology, asn: int) -> int:
    return int(topology.nodes_of(np.array([asn]))[0])


def study(
    topology: Topology, scenarios: list[Scenario], restricted: list[int], source: int = SOURCE
) -> dict[str, list]:
    flags = np.zeros(topology.node_count, np.bool_)
    flags[topology.nodes_of(np.array(restricted, np.int64))] = True
    ends = np.array([node(topology, source)], np.int32), np.array([node(topology, GOAL)], np.int32)
    found = ScenarioStudy(topology, *ends, flags, scenarios)
    list(found.run())
    return {name: found.counts[:, 0, nth].tolist() for nth, name in enumerate(COUNTED)}


def test_a_source_moves_to_a_route_that_a_loss_elsewhere_made_shorter() -> None:
    topology = detour()
    found = study(topology, [Scenario(removed=(node(topology, 13),)), Scenario(removed=(node(topology, 12),))], [50])
    assert found["low_new"] == [1, 1]
    assert found["low_lost"] == [0, 0]


def test_the_totals_of_a_change_follow_such_a_move() -> None:
    topology = detour()
    restricted = np.zeros(topology.node_count, np.bool_)
    restricted[node(topology, 50)] = True
    share = restricted.astype(np.float64)
    ends = np.array([node(topology, SOURCE)], np.int32), np.array([node(topology, GOAL)], np.int32)
    with WhatIf(LadderQuestion(condense(topology), *ends, restricted, share, share)) as whatif:
        list(whatif.prepare())
        assert whatif.apply(Change(node(topology, 13))).after.tolist() == pytest.approx([1, 1, 1, 1])


def asked(rng: random.Random, count_endpoints: bool = False) -> LadderQuestion:
    """A question about a small graph, with shares on some networks and a few restricted."""
    graph = random_graph(rng, rng.randrange(5, 25), 0.2, rng.random() < 0.3, rng.choice([0.2, 0.5]))
    core = condense(as_topology(graph))
    n = core.topology.node_count
    restricted = np.array([rng.random() < 0.15 for _ in range(n)])
    low = np.array([rng.choice([0.0, 0.0, 0.1, 0.2]) for _ in range(n)])
    high = low + np.array([rng.choice([0.0, 0.0, 0.3]) for _ in range(n)])
    low[restricted] = high[restricted] = 1.0
    sources = np.array(sorted(rng.sample(range(n), rng.randrange(1, n))), np.int32)
    destinations = np.array(sorted(rng.sample(range(n), rng.randrange(1, n))), np.int32)
    return LadderQuestion(core, sources, destinations, restricted, low, high, count_endpoints)


def totals(question: LadderQuestion) -> np.ndarray:
    """The totals of a question worked from nothing."""
    with WhatIf(question) as found:
        for _ in found.prepare():
            pass
    return (found.sums * question.columns.size[:, None]).sum(axis=0)


@pytest.mark.parametrize("count_endpoints", [False, True])
def test_another_share_is_as_if_it_had_been_so(count_endpoints: bool) -> None:
    rng, less = random.Random(5), 0
    for _ in range(60):
        question = asked(rng, count_endpoints)
        with WhatIf(question) as whatif:
            list(whatif.prepare())
            node = rng.randrange(question.core.topology.node_count)
            made = whatif.apply(Change(node, share=(0.25, 0.5)))
        low, high = question.low.copy(), question.high.copy()
        if not question.restricted[node]:
            low[node], high[node] = 0.25, 0.5
        assert made.before == pytest.approx(totals(question))
        assert made.after == pytest.approx(totals(replace(question, low=low, high=high)))
        less += made.destinations < len(question.destinations)
    assert count_endpoints or less > 30


def test_a_network_or_link_gone_is_as_if_it_had_never_been() -> None:
    rng, less, changed = random.Random(6), 0, 0
    for _ in range(120):
        question = asked(rng)
        graph = question.core.topology
        with WhatIf(question) as whatif:
            list(whatif.prepare())
            node, other = rng.randrange(graph.node_count), -1
            neighbours = [*graph.up[graph.up_start[node] : graph.up_start[node + 1]]]
            neighbours += [*graph.peer[graph.peer_start[node] : graph.peer_start[node + 1]]]
            if neighbours and rng.random() < 0.6:
                other = int(rng.choice(neighbours))
            made = whatif.apply(Change(node, other))
        gone = replace(question, core=condense(without(graph, node, other)))
        assert made.after == pytest.approx(totals(gone))
        less += made.destinations < len(question.destinations)
        changed += not np.allclose(made.after, made.before)
    assert less > 20
    assert changed > 20


def test_only_what_the_change_touches_is_worked_anew() -> None:
    # 1 sells to 2 and 3; 2 sells to 4 and 5; 3 sells to 6. From 4, only routes to 3 and 6 pass 1, and 3 but to 6.
    graph = as_topology_of({(1, 2), (1, 3), (2, 4), (2, 5), (3, 6)})
    node = {int(asn): at for at, asn in enumerate(graph.asn)}
    none = np.zeros(6)
    every = np.arange(6, dtype=np.int32)
    question = LadderQuestion(condense(graph), np.array([node[4]], np.int32), every, none > 0, none, none)
    with WhatIf(question) as whatif:
        list(whatif.prepare())
        assert whatif.apply(Change(node[1], share=(0.5, 0.5))).destinations == 2
        assert whatif.apply(Change(node[1], share=(0.5, 0.5))).after.tolist() == [5, 1, 1, 1]
        assert whatif.apply(Change(node[3], share=(0.5, 0.5))).destinations == 1
        assert whatif.apply(Change(node[3], node[6])).destinations == 2  # both ends of the link, though only 6 is lost
        assert whatif.apply(Change(node[3], node[6])).after.tolist() == [4, 0, 0, 0]
        assert node[1] == 0  # the first network is a network too: without its link to 3 routes to both are looked at
        assert whatif.apply(Change(node[3], node[1])).destinations == 3
        assert whatif.apply(Change(node[3], node[1])).after.tolist() == [3, 0, 0, 0]


def as_topology_of(sales: set[tuple[int, int]]):
    """A topology of sales of transit alone."""
    from provenet.routing.kernels.csr import topology

    none = np.zeros(0, np.int64)
    pairs = np.array(sorted(sales), np.int64)
    return topology(pairs[:, 0], pairs[:, 1], none, peer_b=none)
