"""Steering against other programs in another solver: every path written out, and flows by arc."""

from dataclasses import replace

import numpy as np
import pytest

from against.reference_steering import Instance
from provenet.core.errors import UsageFault
from provenet.routing.inside_proofs import steering_bound
from provenet.routing.solve.steering import _Program, steer
from provenet.routing.steering import steered_loads

CHOICES = [(1.0, False), (1.5, False), (float("inf"), False), (1.5, True), (float("inf"), True)]


@pytest.mark.parametrize("block", range(6))
def test_the_value_is_that_of_every_path_written_out(block: int) -> None:
    moved = 0
    for seed in range(block * 12, block * 12 + 12):
        one = Instance(seed)
        for stretch, free in CHOICES:
            answer = steer(one.question(stretch, others="free" if free else "as routed"))
            assert answer.clear == pytest.approx(one.by_paths(stretch=stretch, free=free), abs=1e-6), (
                seed,
                stretch,
                free,
            )
            assert answer.proof == "certified", (seed, stretch, free)
            assert answer.bound == answer.clear >= answer.clear_today - 1e-9
            check_paths(one, answer, stretch)
            moved += len(answer.paths)
    assert moved


def check_paths(one: Instance, answer, stretch: float) -> None:
    """Paths are real, clear, short enough; arcs carry no more than they may; the value is what the paths add up to."""
    t = one.traffic
    value, steered = 0.0, np.zeros(len(t.volume))
    for path in answer.paths:
        assert path.nodes[0] == t.source[path.demand]
        assert path.nodes[-1] == t.target[path.demand]
        hops = list(zip(path.nodes[:-1], path.nodes[1:], path.links, strict=True))
        assert all(hop in one.arcs for hop in hops)
        places = [one.arcs.index(hop) for hop in hops]
        assert path.length == one.long(places)
        if path.clear:
            assert one.clear(places)
            assert path.stretch <= stretch + 1e-9
            value += path.volume
        steered[path.demand] += path.volume
    assert np.all(steered <= t.volume + 1e-6)
    carried = steered_loads(one.net, t, answer.paths)
    base = [one.routed(int(s), int(d)) for s, d in zip(t.source, t.target, strict=True)]
    today = sum(v * b[0] for v, b in zip(t.volume, base, strict=True))
    assert np.all(carried <= np.maximum(one.capacity, today) + 1e-6)
    own = np.zeros(len(one.arcs))
    for path in answer.paths:
        for hop in zip(path.nodes[:-1], path.nodes[1:], path.links, strict=True):
            own[one.arcs.index(hop)] += path.volume
    own += sum((v - x) * b[0] for v, x, b in zip(t.volume, steered, base, strict=True))
    assert carried == pytest.approx(own, abs=1e-6)
    value += sum(float((v - x) * b[1]) for v, x, b, s in zip(t.volume, steered, base, t.sensitive, strict=True) if s)
    assert value == pytest.approx(answer.clear, abs=1e-5)


def test_a_network_that_is_full_makes_room_by_moving_clear_traffic_too() -> None:
    """No arc may carry more than today: what is clear already moves to another clear path so that more fits."""
    gained = 0
    for seed in range(400, 500):
        one = Instance(seed)
        t = one.traffic
        base = [one.routed(int(s), int(d)) for s, d in zip(t.source, t.target, strict=True)]
        one.capacity = np.array(sum(v * b[0] for v, b in zip(t.volume, base, strict=True)))
        for free in (False, True):
            how = "free" if free else "as routed"
            answer = steer(one.question(others=how))
            value = one.by_paths(stretch=float("inf"), free=free)
            assert answer.clear == answer.bound == pytest.approx(value, abs=1e-6), (seed, free)
            gained += answer.clear > answer.clear_today + 1e-6
    assert gained


def test_flows_by_arc_carry_as_much() -> None:
    for seed in range(200, 230):
        one = Instance(seed, nodes=8, most=14)
        answer = steer(one.question())
        assert answer.clear == pytest.approx(one.by_arcs(), abs=1e-6), seed


def test_the_best_single_replacement_is_the_best_of_all() -> None:
    for seed in range(300, 330):
        one = Instance(seed)
        answer = steer(one.question(2.0), tries=50)
        prices, before = answer.prices, answer.clear
        assert answer.best_proven
        gains = {}
        for e in np.flatnonzero(one.marked).tolist():
            without = one.marked.copy()
            without[e] = False
            after = steer(one.question(2.0, marked=without))
            gains[e] = after.clear - before
        bound = {p.element: p.bound for p in prices}
        for e, gain in gains.items():
            assert gain <= bound.get(e, 0.0) + 1e-5, (seed, e)
        best = max(gains.values(), default=0.0)
        assert (prices[0].gain if prices else 0.0) == pytest.approx(best, abs=1e-5), seed


def test_any_prices_prove_a_bound() -> None:
    """Weak duality: whatever the prices, no steering exceeds what they prove; the best prices prove the value."""
    draw = np.random.default_rng(5)
    for seed in range(40):
        one = Instance(seed)
        for free in (False, True):
            program = _Program(one.question(2.0, others="free" if free else "as routed"))
            program.run(200)
            value = program.answer().clear
            assert steering_bound(program.claim()) == pytest.approx(value, abs=1e-6)
            limited = np.isfinite(program.limit)
            for _ in range(5):
                prices = np.where(limited, draw.exponential(0.5, len(limited)) * (draw.random(len(limited)) < 0.5), 0.0)
                assert steering_bound(replace(program.claim(), price=prices.tolist())) >= value - 1e-9, seed


def test_a_search_cut_short_states_a_bound() -> None:
    found = set()
    for seed in range(60):
        one = Instance(seed)
        short = steer(one.question(), rounds=1)
        full = steer(one.question())
        assert short.clear <= full.clear + 1e-6 <= short.bound + 2e-6
        found.add(short.proof)
    assert found == {"certified", "bound"}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"marked": np.ones(2, bool)}, "give one mark for each of"),
        ({"capacity": np.ones(2)}, "give one capacity for each of"),
        ({"stretch": 0.5}, "the stretch limit is 0.5; give 1"),
    ],
)
def test_settings_that_are_none_are_refused(wrong: dict[str, object], text: str) -> None:
    one = Instance(1)
    with pytest.raises(UsageFault, match=text):
        steer(one.question(**wrong))
    with pytest.raises(UsageFault, match="decide what an unknown capacity stands for"):
        steer(one.question(capacity=one.capacity * np.nan))
