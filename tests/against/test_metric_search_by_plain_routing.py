"""Metrics that were searched, routed anew by plain paths; and against all metrics on small networks."""

from itertools import product

import numpy as np
import pytest

from against.reference_steering import Instance
from provenet.core.errors import UsageFault
from provenet.routing.metric_search import MetricChange, reachable_volume, search_metrics


def routed(one: Instance, metric: list[int]) -> tuple[float, np.ndarray]:
    """Sensitive volume on clear paths, and loads, under other metrics."""
    was, one.metric = one.metric, metric
    t = one.traffic
    base = [one.routed(int(s), int(d)) for s, d in zip(t.source, t.target, strict=True)]
    one.metric = was
    clear = sum(v * b[1] for v, b, s in zip(t.volume.tolist(), base, t.sensitive, strict=True) if s)
    return clear, sum(v * b[0] for v, b in zip(t.volume.tolist(), base, strict=True))


def searched(one: Instance, **settings: object) -> tuple[MetricChange, list[int]]:
    found = search_metrics(one.question(), **settings)
    metric = list(one.metric)
    for arc, before, after in found.changed:
        assert metric[arc] == before != after
        metric[arc] = after
    return found, metric


def test_what_is_found_is_what_plain_routing_gives() -> None:
    gained = 0
    for seed in range(60):
        one = Instance(seed)
        found, metric = searched(one)
        today, load_today = routed(one, one.metric)
        clear, load = routed(one, metric)
        assert found.clear_today == pytest.approx(today, abs=1e-9)
        assert found.clear == pytest.approx(clear, abs=1e-6), seed
        assert np.all(load <= np.maximum(one.capacity, load_today) + 1e-6), seed
        assert today - 1e-9 <= clear
        gained += clear > today + 1e-9
    assert gained > 15


def test_without_limits_every_clear_path_is_taken() -> None:
    for seed in range(60):
        one = Instance(seed)
        one.capacity = np.full(len(one.arcs), np.inf)
        found, _ = searched(one)
        t = one.traffic
        reachable = sum(
            v
            for s, d, v, sensitive in zip(
                t.source.tolist(), t.target.tolist(), t.volume.tolist(), t.sensitive, strict=True
            )
            if sensitive and any(one.clear(path) for path in one.paths(s, d))
        )
        assert found.clear == pytest.approx(reachable), seed
        assert reachable_volume(one.net, t, one.marked) == pytest.approx(reachable), seed


def test_few_metrics_do_better_than_the_search() -> None:
    """All metrics of 1 to 3, the same both ways, on networks of five links."""
    worse = 0
    for seed in range(12):
        one = Instance(seed, nodes=4, most=5)
        one.metric = [1] * len(one.arcs)
        one.net = one.net._replace(arcs=one.net.arcs._replace(metric=np.ones(len(one.arcs), np.int64)))
        found, _ = searched(one)
        _, today = routed(one, one.metric)
        limit = np.maximum(one.capacity, today) + 1e-9
        every = (routed(one, list(m) * 2) for m in product([1, 2, 3], repeat=5))
        best = max(clear for clear, load in every if np.all(load <= limit))
        worse += found.clear < best - 1e-6
    assert worse <= 2


def test_a_greatest_metric_holds_and_equal_calls_agree() -> None:
    for seed in range(20):
        one = Instance(seed)
        found, metric = searched(one, most=5)
        assert max(metric) <= 5
        assert found == searched(one, most=5)[0]
    with pytest.raises(UsageFault, match="the greatest metric is 0; give 1 or more"):
        search_metrics(one.question(), most=0)
