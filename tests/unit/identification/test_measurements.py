"""What to measure next, by hand; days compared."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from provenet.identification.next_measurements import (
    EQUAL_COSTS,
    FINGERPRINT,
    TRACE,
    UNEQUAL_COSTS,
    Candidates,
    Measurement,
    atlas_definitions,
    next_measurements,
)
from provenet.identification.stability import stability


def candidates_of(measurements: Sequence[Measurement], weights: Mapping[str, float]) -> Candidates:
    """Measurements that settle one unit each, and units by name, as arrays."""
    settled = [(list(weights).index(name), p) for one in measurements for name, p in one.settles.items()]
    return Candidates(
        starts=np.arange(len(settled) + 1, dtype=np.int64),
        unit=np.array([unit for unit, _ in settled], np.int64),
        chance=np.array([p for _, p in settled], np.float64),
        cost=np.array([one.cost for one in measurements], np.float64),
        weight=np.array([*weights.values()], np.float64),
    )


def test_two_addresses_of_one_router_are_worth_little_more_than_one() -> None:
    """Three addresses: two of router r (0.5 each), one of router s (0.4). With two probes: one of each."""
    measurements = [
        Measurement(FINGERPRINT, "10.0.0.1", {"r": 0.5}),
        Measurement(FINGERPRINT, "10.0.0.2", {"r": 0.5}),
        Measurement(FINGERPRINT, "10.0.0.3", {"s": 0.4}),
    ]
    plan = next_measurements(candidates_of(measurements, {"r": 1.0, "s": 1.0}), 2)
    assert plan.chosen.tolist() == [0, 2] and plan.gained.tolist() == [0.5, 0.4]
    assert (plan.settled, plan.spent, plan.theorem) == (0.9, 2.0, EQUAL_COSTS)
    three = next_measurements(candidates_of(measurements, {"r": 1.0, "s": 1.0}), 3)
    assert three.gained.tolist() == [0.5, 0.4, 0.25] and three.guarantee == 1.0


def test_greedy_by_cost_alone_would_take_the_crumb() -> None:
    """A crumb of 0.02 for 0.01 has the better rate and leaves no room for the loaf of 1 for 1."""
    measurements = [Measurement(TRACE, "a", {"x": 0.02}, cost=0.01), Measurement(TRACE, "b", {"y": 1.0}, cost=1.0)]
    plan = next_measurements(candidates_of(measurements, {"x": 1.0, "y": 1.0}), 1.0)
    assert plan.chosen.tolist() == [1] and plan.theorem == UNEQUAL_COSTS
    assert plan.guarantee == pytest.approx(1 / (0.02 + 0.99))


def test_nothing_to_choose() -> None:
    nothing = next_measurements(candidates_of([], {"x": 1.0}), 5)
    assert (nothing.chosen.tolist(), nothing.settled, nothing.guarantee) == ([], 0.0, 1.0)
    dear = next_measurements(candidates_of([Measurement(TRACE, "a", {"x": 1.0}, cost=9)], {"x": 1.0}), 5)
    assert (dear.chosen.tolist(), dear.guarantee) == ([], 1.0)


def test_what_is_refused() -> None:
    weights = {"x": 1.0}
    for settles, cost, budget, words in (
        ({"x": 0.5}, 0.0, 1, "the cost of a measurement is above 0"),
        ({"x": 1.5}, 1.0, 1, "the chance that a measurement settles something lies between 0 and 1"),
        ({"x": 0.5}, 1.0, -1, "a budget is at least 0; found -1"),
    ):
        with pytest.raises(ValueError, match=words):
            next_measurements(candidates_of([Measurement(TRACE, "a", settles, cost=cost)], weights), budget)
    with pytest.raises(ValueError, match="the weight of what is unknown is at least 0"):
        next_measurements(candidates_of([], {"x": -1.0}), 1)


def test_a_list_for_ripe_atlas() -> None:
    measurements = [
        Measurement(TRACE, "192.0.2.9", {"x": 0.9}, probe="17"),
        Measurement(TRACE, "192.0.2.9", {"y": 0.8}, probe="3"),
        Measurement(TRACE, "2001:db8::1", {"z": 0.7}),
    ]
    plan = next_measurements(candidates_of(measurements, {"x": 1, "y": 1, "z": 1}), 3)
    first, second = atlas_definitions([measurements[at] for at in plan.chosen])
    assert first["probes"] == [{"type": "probes", "value": "17,3", "requested": 2}]
    assert second["definitions"][0]["af"] == 6 and second["probes"] == [{"type": "area", "value": "WW", "requested": 1}]


def test_days_that_hold_and_a_day_that_moves() -> None:
    """Forty networks of five routers; on the last day half of those of vendor 1 turn into vendor 0."""
    network = np.tile(np.repeat(np.arange(40), 5), 4)
    day = np.repeat(np.arange(4), 200)
    vendor = np.tile((np.arange(200) // 5) % 2, 4)
    same = stability(day, network, vendor, days=["a", "b", "c", "d"])
    assert [one.moved or one.outside for one in same] == [False] * 8
    assert {one.share for one in same} == {0.5} and {one.change for one in same} == {0.0}
    vendor[(day == 3) & (vendor == 1) & (network % 4 == 1)] = 0
    moved = stability(day, network, vendor, days=["a", "b", "c", "d"], vendors=[0])
    assert [one.moved for one in moved] == [True, True, True, True]
    assert moved[3].change == pytest.approx(0.75 - 0.5625) and moved[3].low_change > 0 > moved[0].high_change


def test_one_network_proves_no_move() -> None:
    rows = stability(np.array([0, 0, 1, 1]), np.zeros(4, np.int64), np.array([0, 1, 0, 0]), days=["a", "b", "c"])
    assert [(one.day, one.vendor) for one in rows] == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]
    assert not any(one.moved for one in rows)
