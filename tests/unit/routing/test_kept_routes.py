"""Kept routes: another restricted set and networks gone, worked out by hand and as a study of its own has them."""

import numpy as np
import pytest

from provenet.core.errors import InputFault
from provenet.routing.kept_routes import KeptRoutes
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.scenario_counts import COUNTED
from provenet.routing.scenarios import Scenario, ScenarioStudy
from unit.routing.test_csr import made
from unit.routing.test_scenarios import GOAL, SOURCE, detour, node


def kept(topology: Topology, walls: list[int], source: int = SOURCE, goal: int = GOAL) -> KeptRoutes:
    flags = np.zeros(topology.node_count, np.bool_)
    flags[[node(topology, asn) for asn in walls]] = True
    ends = np.array([node(topology, source)], np.int32), np.array([node(topology, goal)], np.int32)
    return KeptRoutes(topology, *ends, restricted=flags)


def counted(routes: KeptRoutes, *removed: int) -> dict[str, int]:
    counts = routes.without([node(routes.topology, asn) for asn in removed])
    return dict(zip(COUNTED, counts[0].tolist(), strict=True))


def test_a_source_moves_to_a_route_that_a_loss_elsewhere_made_shorter() -> None:
    """90 went by 40; without 13 its other provider takes the short route over 50, which is restricted."""
    found = counted(kept(detour(), [50]), 13)
    assert {name: count for name, count in found.items() if count} == {
        "low_new": 1,
        "high_new": 1,
        "low_still": -1,
        "high_still": -1,
        "low_crossing": 1,
        "high_crossing": 1,
    }


def test_of_two_equal_ways_one_goes() -> None:
    """1 reaches 4 over 2 or 3. Without 2, which is restricted, it surely is clear; without 3 it surely crosses."""
    topology = made([(2, 1), (3, 1), (2, 4), (3, 4)], [])
    routes = kept(topology, [2], 1, 4)
    clear, crosses = counted(routes, 2), counted(routes, 3)
    assert (clear["low_still"], clear["high_still"], clear["low_crossing"], clear["high_crossing"]) == (0, 0, 0, -1)
    assert (crosses["low_still"], crosses["high_still"], crosses["low_crossing"]) == (0, -1, 1)
    assert (crosses["low_new"], crosses["high_new"], crosses["high_crossing"]) == (0, 1, 0)


def test_ends_that_go_lose_their_routes() -> None:
    topology = made([(2, 1), (2, 4)], [])
    for removed in (1, 4):
        found = counted(kept(topology, [2], 1, 4), removed)
        assert (found["low_lost"], found["high_lost"], found["low_crossing"]) == (1, 1, -1), removed


def without_the_exchange(length: int) -> Topology:
    """A chain of providers above 1000, each a peer of 1: while 1 is there, everybody is two hops from 2."""
    chain = [(1000 + n + 1, 1000 + n) for n in range(length - 1)]
    return made([(1, 2), (1000 + length - 1, 2), *chain], [(1, 1000 + n) for n in range(length - 1)])


def test_routes_that_grow_beyond_the_bits_that_were_kept() -> None:
    routes = kept(without_the_exchange(60), [1], 1000, 2)
    assert routes.kept[0].words.shape[1] < 3 + 6
    found = counted(routes, 1)
    assert (found["low_lost"], found["low_crossing"]) == (0, -1)
    assert found == counted(routes, 1)


def test_routes_that_grow_too_long_are_refused() -> None:
    routes = kept(without_the_exchange(260), [], 1000, 2)
    with pytest.raises(InputFault, match="a route is too long; expected at most 254 hops"):
        counted(routes, 1)
    assert counted(routes, 1001)["low_lost"] == 0


@pytest.mark.parametrize(("walls", "more", "ends"), [([2], [2, 3], (0, 1)), ([], [2], (0, 1)), ([], [2, 3], (1, 1))])
def test_what_newly_crosses_over_ties(walls: list[int], more: list[int], ends: tuple[int, int]) -> None:
    """1 reaches 4 over 2 or over 3, equally well: what may have crossed before does not surely begin to cross."""
    topology = made([(2, 1), (3, 1), (2, 4), (3, 4)], [])
    low, high = kept(topology, walls, 1, 4).newly_crossing(kept(topology, more, 1, 4))
    assert (low.tolist(), high.tolist()) == ([ends[0]], [ends[1]])


def random_internet(seed: int) -> Topology:
    """Sixty networks, each buying from one to three that stand above it, with peerings between some."""
    rng = np.random.default_rng(seed)
    sales = {(int(above) + 1, n) for n in range(2, 61) for above in rng.integers(0, n - 1, rng.integers(1, 4))}
    pairs = {tuple(sorted(map(int, rng.integers(1, 61, 2)))) for _ in range(40)}
    return made(sorted(sales), sorted(p for p in pairs if p[0] != p[1] and p not in sales))


@pytest.mark.parametrize("seed", range(6))
def test_another_restricted_set_over_the_same_routes_is_that_of_a_study_of_its_own(seed: int) -> None:
    """No route is worked out again, and every count is as if all were; also of what is removed afterwards."""
    topology, rng = random_internet(seed), np.random.default_rng(seed)
    every = np.arange(topology.node_count, dtype=np.int32)
    sources = np.sort(rng.choice(every, 12, replace=False)).astype(np.int32)
    goals = np.sort(rng.choice(every, 40, replace=False)).astype(np.int32)
    first = KeptRoutes(topology, sources, goals, restricted=np.zeros(topology.node_count, np.bool_))
    removed = [Scenario(removed=tuple(rng.choice(every, size, replace=False).tolist())) for size in (1, 3)]
    for part in (0.0, 0.05, 0.3, 1.0):
        restricted = rng.random(topology.node_count) < part
        alone = ScenarioStudy(topology, sources, goals, restricted, removed)
        list(alone.run())
        again = first.restricting(restricted)
        for name in ("pairs", "routed", "low_clear", "high_clear"):
            assert getattr(again.before, name).tolist() == getattr(alone.before, name).tolist(), name
        for counts, one in zip(alone.counts, removed, strict=True):
            assert again.without(one.removed).tolist() == counts.tolist()
    assert first.before.high_crossing.sum() == 0
