"""Laws of exposure, loads and failures inside a network, on networks drawn by Hypothesis."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba")

from provenet.exposure.inside_networks import gravity_demands
from provenet.routing.failures import FailureStudy, elements_of, study_failures
from provenet.routing.igp import Exposures, Marks, Network, exposures, loads, network_of
from provenet.tools.inside import inside
from support.examples import examples

NODES = 7


@dataclass(frozen=True)
class Drawn:
    """Arcs, marks and demands."""

    tail: np.ndarray
    head: np.ndarray
    metric: np.ndarray
    link: np.ndarray
    marks: Marks
    volume: np.ndarray

    @property
    def links(self) -> int:
        return int(self.link.max()) + 1

    @property
    def demands(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        source, target = np.nonzero(self.volume)
        return source, target, self.volume[source, target]

    def network(self) -> Network:
        return network_of(NODES, self.links, tail=self.tail, head=self.head, metric=self.metric, link_of=self.link)

    def exposures(self) -> Exposures:
        source, target, _ = self.demands
        return exposures(self.network(), self.marks, source=source, target=target)

    def study(self, *, double: bool = False) -> FailureStudy:
        network = self.network()
        source, target, volume = self.demands
        links = [(link,) for link in range(self.links)] + [()] * NODES
        nodes = [()] * self.links + [(node,) for node in range(NODES)]
        elements = elements_of(network, links, nodes)
        return study_failures(network, self.marks, elements, source=source, target=target, volume=volume, double=double)


@st.composite
def networks(draw: st.DrawFn) -> Drawn:
    links = draw(st.integers(5, 14))
    ends = [draw(st.permutations(range(NODES)))[:2] for _ in range(links)]
    metric = draw(st.lists(st.integers(1, 3), min_size=2 * links, max_size=2 * links))
    one, other = np.array(ends).T

    def flags(count: int) -> np.ndarray:
        return np.array(draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=count, max_size=count)), bool)

    marks = Marks(
        restricted_nodes=flags(NODES),
        unknown_nodes=flags(NODES),
        restricted_links=flags(links),
        unknown_links=flags(links),
    )
    volume = np.array(draw(st.lists(st.integers(0, 4), min_size=NODES**2, max_size=NODES**2)), float)
    volume = volume.reshape(NODES, NODES)
    np.fill_diagonal(volume, 0.0)
    volume[0, 1] = 1.0
    return Drawn(
        np.concatenate([one, other]),
        np.concatenate([other, one]),
        np.array(metric),
        np.tile(np.arange(links), 2),
        marks,
        volume,
    )


few = settings(max_examples=examples(60), deadline=None)


@few
@given(networks())
def test_the_three_parts_are_shares_and_sum_to_one(drawn: Drawn) -> None:
    found = drawn.exposures()
    low, high = found.low[found.connected], found.high[found.connected]
    assert ((low >= 0) & (low <= high) & (high <= 1)).all()
    assert np.allclose(low + (high - low) + (1 - high), 1)
    assert np.isnan(found.low[~found.connected]).all()


@few
@given(networks(), st.booleans(), st.booleans())
def test_learning_what_an_element_is_narrows(drawn: Drawn, restricted: bool, is_link: bool) -> None:
    marks = drawn.marks
    unknown = marks.unknown_links if is_link else marks.unknown_nodes
    learnt = int(np.argmax(unknown))
    gone, known = unknown.copy(), (marks.restricted_links if is_link else marks.restricted_nodes).copy()
    gone[learnt] = False
    known[learnt] |= restricted and unknown[learnt]
    names = ("restricted_links", "unknown_links") if is_link else ("restricted_nodes", "unknown_nodes")
    after = replace(drawn, marks=replace(marks, **dict(zip(names, (known, gone), strict=True)))).exposures()
    before = drawn.exposures()
    there = before.connected
    assert (after.low[there] >= before.low[there] - 1e-12).all()
    assert (after.high[there] <= before.high[there] + 1e-12).all()


@few
@given(networks(), st.integers(0, NODES - 1))
def test_one_more_restricted_node_never_lowers(drawn: Drawn, node: int) -> None:
    more = drawn.marks.restricted_nodes.copy()
    more[node] = True
    after, before = replace(drawn, marks=replace(drawn.marks, restricted_nodes=more)), drawn
    one, other = after.exposures(), before.exposures()
    there = other.connected
    assert (one.low[there] >= other.low[there] - 1e-12).all() and (one.high[there] >= other.high[there] - 1e-12).all()
    worse, usual = after.study(), before.study()
    assert (worse.restricted >= usual.restricted - 1e-9).all()


@few
@given(networks())
def test_loads_conserve_traffic_at_every_node(drawn: Drawn) -> None:
    source, target, volume = drawn.demands
    found = loads(drawn.network(), source=source, target=target, volume=volume)
    there = drawn.exposures().connected
    into = np.bincount(drawn.head, weights=found, minlength=NODES)
    out = np.bincount(drawn.tail, weights=found, minlength=NODES)
    sent = np.bincount(source[there], weights=volume[there], minlength=NODES)
    received = np.bincount(target[there], weights=volume[there], minlength=NODES)
    assert np.allclose(out - into, sent - received)


@few
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_arcs_changes_nothing(drawn: Drawn, dice: object) -> None:
    order = np.arange(len(drawn.tail))
    dice.shuffle(order)  # type: ignore[attr-defined]
    mixed = replace(
        drawn, tail=drawn.tail[order], head=drawn.head[order], metric=drawn.metric[order], link=drawn.link[order]
    )
    one, other = drawn.study(), mixed.study()
    assert np.allclose(one.restricted, other.restricted) and np.allclose(one.disconnected, other.disconnected)
    assert np.allclose(one.worst_high, other.worst_high, equal_nan=True)


@few
@given(networks())
def test_every_scenario_accounts_for_all_traffic(drawn: Drawn) -> None:
    found = drawn.study(double=True)
    parts = found.restricted + found.unknown + found.disconnected + found.ended
    assert (parts <= found.total + 1e-9).all()
    assert (found.latent <= found.carried + 1e-9).all()
    single, double = found.second < 0, found.second >= 0
    gone = found.disconnected + found.ended
    alone = gone[single]
    most = np.maximum(alone[found.first[double]], alone[found.second[double]])
    assert (gone[double] >= most - 1e-9).all(), "a second failure brings nothing back"


@few
@given(networks())
def test_worst_is_at_least_the_percentile_and_the_mean(drawn: Drawn) -> None:
    found = drawn.study(double=True)
    there = ~np.isnan(found.worst_low)
    for worst, mean, p99 in (
        (found.worst_low, found.mean_low, found.p99_low),
        (found.worst_high, found.mean_high, found.p99_high),
    ):
        assert (worst[there] >= p99[there]).all() and (worst[there] >= mean[there] - 1e-12).all()
    scenarios = len(found.first)
    carried = scenarios - found.cut - found.ended_count
    assert (carried >= 0).all() and ((carried > 0) == there).all()
    assert (found.latent_count <= carried).all()


@few
@given(st.lists(st.integers(0, 9), min_size=2, max_size=8))
def test_gravity_is_symmetric_and_sums_to_one(masses: list[int]) -> None:
    found = gravity_demands(np.array(masses, float))
    table = np.zeros((len(masses), len(masses)))
    table[found.source, found.target] = found.volume
    assert np.allclose(table, table.T)
    assert table.sum() == pytest.approx(1.0 if sum(mass > 0 for mass in masses) > 1 else 0.0)


Links = list[tuple[str, int, int, int, int]]
"""Id, both ends, metric and capacity each."""


def sndlib(links: Links) -> bytes:
    nodes = "\n".join(f"N{at}" for at in range(NODES))
    rows = "\n".join(f"{name} ( N{one} N{two} ) {room} 0 {metric} 0 ( )" for name, one, two, metric, room in links)
    return f"?SNDlib native format\nNODES (\n{nodes}\n)\nLINKS (\n{rows}\n)\n".encode()


def graphml(links: Links) -> bytes:
    nodes = "".join(f'<node id="N{at}"/>' for at in range(NODES))
    edges = "".join(
        f'<edge id="{name}" source="N{one}" target="N{two}"><data key="metric">{metric}</data>'
        f'<data key="capacity">{room}</data></edge>'
        for name, one, two, metric, room in links
    )
    return f'<graphml><graph edgedefault="undirected">{nodes}{edges}</graph></graphml>'.encode()


def node_link(links: Links) -> bytes:
    keys = ("id", "source", "target", "metric", "capacity")
    edges = [dict(zip(keys, (name, f"N{one}", f"N{two}", *rest), strict=True)) for name, one, two, *rest in links]
    return json.dumps({"nodes": [{"id": f"N{at}"} for at in range(NODES)], "edges": edges}).encode()


@few
@given(
    st.sampled_from([sndlib, graphml, node_link]),
    st.lists(st.tuples(st.permutations(range(NODES)), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=9),
    st.randoms(use_true_random=False),
)
def test_a_list_with_each_link_once_each_way_changes_no_answer(
    form: Callable[[Links], bytes], drawn: list[tuple[list[int], int, int]], dice: object
) -> None:
    links: Links = [(f"L{at}", *sorted(ends[:2]), *rest) for at, (ends, *rest) in enumerate(drawn)]
    back: Links = [(f"back-of-{name}", two, one, *rest) for name, one, two, *rest in links]
    dice.shuffle(back)  # type: ignore[attr-defined]
    found = [
        inside(("net", form(given)), restricted=("list", b"N2\n"), failures="single", metric="weight").as_dict()
        for given in (links, [*links, *back])
    ]
    remarks = [one.pop("remarks") for one in found]
    assert found[0] == found[1]
    assert not remarks[0] and f"{len(links):,}, each with both directions" in remarks[1][0]
