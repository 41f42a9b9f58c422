"""Scenarios worked out by hand, and what a removal touches beyond the paths of the sources."""

from __future__ import annotations

import numpy as np
import pytest

from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.scenario_counts import COUNTED
from provenet.routing.ladder import Question
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
    whatif = WhatIf(Question(condense(topology), *ends, restricted, share, share))
    list(whatif.prepare())
    assert whatif.apply(Change(node(topology, 13))).after.tolist() == pytest.approx([1, 1, 1, 1])
    whatif.close()


def random_internet(seed: int) -> Topology:
    """Sixty networks, each buying from one to three that stand above it, with peerings between some."""
    rng = np.random.default_rng(seed)
    sales = {(int(above) + 1, n) for n in range(2, 61) for above in rng.integers(0, n - 1, rng.integers(1, 4))}
    pairs = {tuple(sorted(map(int, rng.integers(1, 61, 2)))) for _ in range(40)}
    return made(sorted(sales), sorted(p for p in pairs if p[0] != p[1] and p not in sales))


@pytest.mark.parametrize("seed", range(6))
def test_scenarios_that_follow_a_study_are_those_of_a_study_of_their_own(seed: int) -> None:
    topology, rng = random_internet(seed), np.random.default_rng(seed)
    every = np.arange(topology.node_count, dtype=np.int32)
    sources = np.sort(rng.choice(every, 12, replace=False)).astype(np.int32)
    restricted = rng.random(topology.node_count) < 0.2
    removed = [Scenario(removed=tuple(rng.choice(every, size, replace=False).tolist())) for size in (1, 1, 2, 5)]
    alone = ScenarioStudy(topology, sources, every, restricted, removed)
    first = ScenarioStudy(topology, sources, every, restricted, [])
    list(alone.run()), list(first.run())
    assert first.after(removed).counts.tolist() == alone.counts.tolist()
    assert alone.counts.any()


def test_a_study_goes_on_with_networks_removed_alone() -> None:
    topology = detour()
    ends = np.array([node(topology, SOURCE)], np.int32), np.array([node(topology, GOAL)], np.int32)
    first = ScenarioStudy(topology, *ends, np.zeros(topology.node_count, np.bool_), [])
    list(first.run())
    with pytest.raises(ValueError, match="networks removed alone"):
        first.after([Scenario(cut=((0, 1),))])


@pytest.mark.parametrize(("walls", "more", "ends"), [([2], [2, 3], (0, 1)), ([], [2], (0, 1)), ([], [2, 3], (1, 1))])
def test_what_newly_crosses_over_ties(walls: list[int], more: list[int], ends: tuple[int, int]) -> None:
    """1 reaches 4 over 2 or over 3, equally well: what may have crossed before does not surely begin to cross."""
    topology = made([(2, 1), (3, 1), (2, 4), (3, 4)], [])
    sets = []
    for asns in (walls, more):
        flags = np.zeros(topology.node_count, np.bool_)
        flags[[node(topology, asn) for asn in asns]] = True
        goal = np.array([node(topology, 4)], np.int32)
        sets.append(ScenarioStudy(topology, np.array([node(topology, 1)], np.int32), goal, flags, []))
        list(sets[-1].run())
    low, high = sets[0].newly_crossing(sets[1])
    assert (low.tolist(), high.tolist()) == ([ends[0]], [ends[1]])


@pytest.mark.parametrize("seed", range(6))
def test_another_restricted_set_over_the_same_routes_is_that_of_a_study_of_its_own(seed: int) -> None:
    """No route is worked out again, and every count is as if all were; also of what is removed afterwards."""
    topology, rng = random_internet(seed), np.random.default_rng(seed)
    every = np.arange(topology.node_count, dtype=np.int32)
    sources = np.sort(rng.choice(every, 12, replace=False)).astype(np.int32)
    goals = np.sort(rng.choice(every, 40, replace=False)).astype(np.int32)
    nothing = np.zeros(topology.node_count, np.bool_)
    first = ScenarioStudy(topology, sources, goals, nothing, [], keeps_steps=True)
    list(first.run())
    removed = [Scenario(removed=tuple(rng.choice(every, size, replace=False).tolist())) for size in (1, 3)]
    for part in (0.0, 0.05, 0.3, 1.0):
        restricted = rng.random(topology.node_count) < part
        alone = ScenarioStudy(topology, sources, goals, restricted, removed)
        list(alone.run())
        again = first.restricting(restricted)
        for name in ("pairs", "routed", "low_clear", "high_clear"):
            assert getattr(again.before, name).tolist() == getattr(alone.before, name).tolist(), name
        assert again.after(removed).counts.tolist() == alone.counts.tolist()
    assert first.before.high_crossing.sum() == 0


def test_a_study_that_kept_no_steps_is_not_counted_anew() -> None:
    topology = detour()
    ends = np.array([node(topology, SOURCE)], np.int32), np.array([node(topology, GOAL)], np.int32)
    first = ScenarioStudy(topology, *ends, np.zeros(topology.node_count, np.bool_), [])
    list(first.run())
    with pytest.raises(ValueError, match="kept no steps"):
        first.restricting(first.restricted)
