"""Scenarios worked out by hand, and what a removal touches beyond the paths of the sources."""

import numpy as np
import pytest

from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.scenario_counts import COUNTED
from provenet.routing.ladder import LadderQuestion
from provenet.routing.scenarios import Scenario, ScenarioStudy
from provenet.routing.whatif import Change, WhatIf
from unit.routing.test_csr import made

SOURCE, FAR, NEAR, GOAL = 90, 10, 40, 99


def detour() -> Topology:
    """10 reaches 99 over five customers, though its peer 50 is next to it; 90 buys from 10 and from 40, and goes by 40.

    Where 13 is gone, 10 takes the short route of its peer, and 90, none of whose paths used 13, goes by 10.
    """
    sales = [
        (10, 11),
        (11, 12),
        (12, 13),
        (13, 14),
        (14, 99),
        (50, 99),
        (10, 90),
        (40, 90),
        (40, 41),
        (41, 42),
        (42, 99),
    ]
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
