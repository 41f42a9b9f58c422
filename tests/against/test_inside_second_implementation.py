"""Exposures, loads and failures inside a network against plain path enumeration, and failures against a new start."""

import random
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

pytest.importorskip("numba")
from against.reference_inside import PlainNetwork, nearest_rank
from provenet.routing.failures import FailureStudy, elements_of, study_failures
from provenet.routing.igp import Marks, Network, exposures, loads, network_of
from support.examples import sample

Case = tuple[PlainNetwork, Network, Marks, int]


def draw(seed: int, nodes: int) -> Case:
    """A small network: parallel and one-way links, metrics that differ by direction, stubs, perhaps parts apart."""
    dice = random.Random(seed)
    links = dice.randint(nodes - 2, 2 * nodes)
    arcs, most = [], dice.choice([1, 2, 4])
    for link in range(links):
        one, other = dice.sample(range(nodes), 2)
        arcs.append((one, other, dice.randint(1, most), link))
        if dice.random() < 0.85:
            arcs.append((other, one, dice.randint(1, most), link))

    def some(count: int, share: float) -> set[int]:
        return {place for place in range(count) if dice.random() < share}

    plain = PlainNetwork(nodes, arcs, some(nodes, 0.15), some(nodes, 0.15), some(links, 0.1), some(links, 0.1))
    columns = [np.array([arc[column] for arc in arcs], np.int64) for column in range(4)]
    network = network_of(nodes, links, tail=columns[0], head=columns[1], metric=columns[2], link_of=columns[3])

    names = [f"{what}_{of}" for of in ("nodes", "links") for what in ("restricted", "unknown")]
    counts = {name: nodes if name.endswith("nodes") else links for name in names}
    flags = {name: np.isin(np.arange(count), list(getattr(plain, name))) for name, count in counts.items()}
    return plain, network, Marks(**flags), links


def demands_of(seed: int, nodes: int) -> list[tuple[int, int, int]]:
    dice = random.Random(seed + 1_000)
    return [(*dice.sample(range(nodes), 2), dice.randint(0, 9)) for _ in range(3 * nodes)]


def columns_of(demands: list[tuple[int, int, int]]) -> dict[str, np.ndarray]:
    source, target, volume = (np.array(column) for column in zip(*demands, strict=True))
    return {"source": source, "target": target, "volume": volume.astype(float)}


@pytest.mark.parametrize("seed", range(40))
def test_exposures_equal_those_by_listing_every_path(seed: int) -> None:
    plain, network, marks, _ = draw(seed, 8)
    pairs = [(one, other) for one in range(8) for other in range(8) if one != other]
    source, target = np.array(pairs).T
    found = exposures(network, marks, source=source, target=target)
    for place, (one, other) in enumerate(pairs):
        expected = plain.exposure(one, other)
        assert found.connected[place] == (expected is not None)
        if expected is not None:
            assert found.low[place] == pytest.approx(float(expected[0]), abs=1e-12)
            assert found.high[place] == pytest.approx(float(expected[1]), abs=1e-12)
            assert (found.high[place] == 0) == (expected[1] == 0), "clear is exact"
            assert (found.low[place] == 1) == (expected[0] == 1), "wholly restricted is exact"


@pytest.mark.parametrize("seed", range(20))
def test_loads_equal_those_by_listing_every_path(seed: int) -> None:
    plain, network, _, links = draw(seed, 9)
    demands = demands_of(seed, 9)
    found = loads(network, **columns_of(demands))
    expected = plain.loads(demands)
    for place, (tail, head, _, link) in enumerate(plain.arcs):
        assert found[place] == pytest.approx(float(expected[link, tail, head]), abs=1e-9)
    assert links


@pytest.mark.parametrize("seed", sample(range(30), 3))
@pytest.mark.parametrize("double", [False, True])
def test_failures_equal_networks_without_what_failed(seed: int, double: bool) -> None:
    nodes = 7
    plain, network, marks, links = draw(seed, nodes)
    demands = demands_of(seed, nodes)
    dice = random.Random(seed)
    groups = [tuple(dice.sample(range(links), 2)) for _ in range(2)]
    broken = [((link,), ()) for link in range(links)] + [((), (node,)) for node in range(nodes)]
    broken += [(group, ()) for group in groups] + [((0,), (1, 2))]
    elements = elements_of(network, [list(one[0]) for one in broken], [list(one[1]) for one in broken])
    found = study_failures(network, marks, elements, **columns_of(demands), double=double)
    scenarios = [(one,) for one in broken] + (list(combinations(broken, 2)) if double else [])
    assert len(scenarios) == len(found.first)
    _compare(plain, demands, scenarios, found)


def _compare(plain: PlainNetwork, demands: list, scenarios: list, found: FailureStudy) -> None:
    usual = [plain.exposure(one, other) for one, other, _ in demands]
    seen: list[list[tuple[Fraction, Fraction, int]]] = [[] for _ in demands]
    cut, ended, latent = ([0] * len(demands) for _ in range(3))
    for row, scenario in enumerate(scenarios):
        dead = {node for one in scenario for node in one[1]}
        left = plain.without([link for one in scenario for link in one[0]], dead)
        known: dict[tuple[int, int], tuple[Fraction, Fraction] | None] = {}
        totals = dict.fromkeys(("restricted", "unknown", "disconnected", "ended", "latent"), Fraction(0))
        for place, (one, other, volume) in enumerate(demands):
            if one in dead or other in dead:
                totals["ended"] += volume
                ended[place] += 1
                continue
            if (one, other) not in known:
                known[one, other] = left.exposure(one, other)
            ends = known[one, other]
            if ends is None:
                totals["disconnected"] += volume
                cut[place] += 1
                continue
            totals["restricted"] += ends[0] * volume
            totals["unknown"] += (ends[1] - ends[0]) * volume
            seen[place].append((*ends, row))
            if usual[place] == (0, 0) and ends[0] > 0:
                totals["latent"] += volume
                latent[place] += 1
        for name, value in totals.items():
            assert getattr(found, name)[row] == pytest.approx(float(value), abs=1e-9), (name, scenario)
    assert found.cut.tolist() == cut and found.ended_count.tolist() == ended and found.latent_count.tolist() == latent
    for place, values in enumerate(seen):
        _compare_one(found, place, values)


def _compare_one(found: FailureStudy, place: int, values: list[tuple[Fraction, Fraction, int]]) -> None:
    figures = [found.worst_low, found.worst_high, found.mean_low, found.mean_high, found.p99_low, found.p99_high]
    if not values:
        assert all(np.isnan(figure[place]) for figure in figures)
        return
    for end in (0, 1):
        mine = [value[end] for value in values]
        assert figures[end][place] == pytest.approx(float(max(mine)), abs=1e-12)
        assert figures[2 + end][place] == pytest.approx(float(sum(mine) / len(mine)), abs=1e-12)
        rank = nearest_rank([(value, 0) for value in mine])
        assert figures[4 + end][place] == pytest.approx(float(rank), abs=1e-12)
    if found.worst_at[place] >= 0:
        row = int(found.worst_at[place])
        reached = next((value[0] for value in values if value[2] == row), None)
        assert reached is not None and float(reached) == pytest.approx(found.worst_low[place], abs=1e-12)


@pytest.mark.parametrize("most", sample([5, 1], 2))
def test_failures_of_a_larger_network_equal_a_new_start(most: int) -> None:
    """Sixty nodes: each single failure and a sample of pairs, against exposures of the network without them."""
    dice = np.random.default_rng(most)
    nodes, links = 60, 130
    one = np.concatenate([np.arange(nodes), dice.integers(0, nodes, links - nodes)])
    other = np.concatenate([(np.arange(nodes) + 1) % nodes, dice.integers(0, nodes, links - nodes)])
    other = np.where(one == other, (other + 7) % nodes, other)
    tail, head, link = np.concatenate([one, other]), np.concatenate([other, one]), np.tile(np.arange(links), 2)
    metric = dice.integers(1, most + 1, 2 * links)
    marks = Marks(
        restricted_nodes=dice.random(nodes) < 0.08,
        unknown_nodes=dice.random(nodes) < 0.08,
        restricted_links=dice.random(links) < 0.03,
        unknown_links=dice.random(links) < 0.03,
    )
    network = network_of(nodes, links, tail=tail, head=head, metric=metric, link_of=link)
    source, target = (ends.ravel() for ends in np.indices((nodes, nodes)))
    source, target = source[source != target], target[source != target]
    volume = dice.random(len(source))
    chosen = [*range(links), *range(links, links + nodes)]
    gone_links = [(place,) if place < links else () for place in chosen]
    elements = elements_of(network, gone_links, [() if place < links else (place - links,) for place in chosen])
    found = study_failures(network, marks, elements, source=source, target=target, volume=volume, double=True)
    rows = [*range(len(chosen)), *dice.choice(np.arange(len(chosen), len(found.first)), 60, replace=False).tolist()]
    for row in rows:
        gone = {int(found.first[row]), int(found.second[row])} - {-1}
        dead = np.isin(np.arange(nodes), [place - links for place in gone if place >= links])
        left = ~(np.isin(link, [place for place in gone if place < links]) | dead[tail] | dead[head])
        rest = network_of(nodes, links, tail=tail[left], head=head[left], metric=metric[left], link_of=link[left])
        anew = exposures(rest, marks, source=source, target=target)
        ended = dead[source] | dead[target]
        there = anew.connected & ~ended
        assert found.ended[row] == pytest.approx(volume[ended].sum())
        assert found.disconnected[row] == pytest.approx(volume[~there & ~ended].sum(), abs=1e-9)
        assert found.restricted[row] == pytest.approx((volume * anew.low)[there].sum())
        assert found.unknown[row] == pytest.approx((volume * (anew.high - anew.low))[there].sum(), abs=1e-9)
        assert (found.worst_low[there] >= anew.low[there]).all(), "worst holds bit for bit"
        assert (found.worst_high[there] >= anew.high[there]).all()
