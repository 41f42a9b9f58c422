"""A topology gives engines arcs with whole-number metrics, and says what it lacks."""

import numpy as np
import pytest

from provenet.core.errors import InputFault
from provenet.ingest.network.topology import Demands, Topology, great_circle_km

NAN = float("nan")


def triangle(**changes: object) -> Topology:
    three = np.full(3, NAN)
    values: dict[str, object] = {
        "name": "t",
        "format": "made",
        "node_ids": ["a", "b", "c"],
        "link_ids": ["ab", "bc", "ca"],
        "source": np.array([0, 1, 2]),
        "target": np.array([1, 2, 0]),
        "forward": np.array([True, True, True]),
        "backward": np.array([True, True, False]),
        "metric_forward": np.array([1.5, 2.0, 0.25]),
        "metric_backward": np.array([3.0, 2.0, NAN]),
        "capacity_forward": three,
        "capacity_backward": three,
        "length_km": np.array([0.0, 1.2345, 7.0]),
        "latitude_deg": three,
        "longitude_deg": three,
    }
    return Topology(**(values | changes))  # type: ignore[arg-type]


def test_a_direction_without_traffic_has_no_arc() -> None:
    arcs = triangle().arcs("hops")
    assert list(zip(arcs.tail.tolist(), arcs.head.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 0), (1, 0), (2, 1)]
    assert arcs.link_of.tolist() == [0, 1, 2, 0, 1] and arcs.metric.tolist() == [1] * 5


def test_weights_with_decimals_become_whole_numbers_of_one_unit() -> None:
    arcs = triangle().arcs("weight")
    assert arcs.scale == 100 and arcs.metric.tolist() == [150, 200, 25, 300, 200]


def test_a_length_counts_in_metres_and_at_least_one() -> None:
    assert triangle().arcs("length").metric.tolist() == [1, 1234, 7000, 1, 1234]


def test_links_without_a_metric_are_named_all_at_once() -> None:
    with pytest.raises(InputFault) as caught:
        triangle(metric_forward=np.array([NAN, 2.0, 0.0])).arcs("weight")
    assert [fault.says for fault in caught.value.faults] == [
        "link ab has no metric above zero",
        "link ca has no metric above zero",
    ]


def test_metrics_that_cannot_be_summed_exactly_are_refused() -> None:
    with pytest.raises(InputFault, match="span too far"):
        triangle(metric_forward=np.array([1e16, 1e-3, 1.0])).arcs("weight")


def test_both_ways_keeps_each_demand_and_adds_its_reverse() -> None:
    demands = Demands(source=np.array([0]), target=np.array([2]), volume=np.array([5.0]), ids=["d"], stated="Given.")
    both = demands.both_ways()
    assert both.source.tolist() == [0, 2] and both.ids == ["d", "<-d"] and both.volume.sum() == 10


def test_a_quarter_of_the_equator() -> None:
    ends = {"source": np.array([0]), "target": np.array([1])}
    assert great_circle_km(np.zeros(2), np.array([0.0, 90.0]), **ends)[0] == pytest.approx(6371 * np.pi / 2)


def test_a_bundle_turns_links_sums_capacities_and_takes_the_least_metric() -> None:
    topology = triangle(
        source=np.array([0, 1, 2]), target=np.array([1, 0, 0]), capacity_forward=np.array([10.0, 5.0, 7.0]),
        capacity_backward=np.array([1.0, 2.0, NAN]),
    ).bundled()  # fmt: skip
    assert topology.link_ids == ["ab+bc", "ca"] and topology.source.tolist() == [0, 2]
    assert topology.capacity_forward.tolist() == [12.0, 7.0] and topology.capacity_backward[0] == 6.0
    assert topology.metric_forward.tolist() == [1.5, 0.25] and topology.metric_backward[0] == 2.0
    assert topology.forward.tolist() == [True, True] and topology.backward.tolist() == [True, False]
    assert topology.also["bc"].links == (0,)
