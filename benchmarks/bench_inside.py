"""Exposure inside a network under failures, beside NetworkX and rustworkx in the same run.

    python benchmarks/bench_inside.py [--size small|full] [--nodes 1000] [--links 4000] [--carrier 200] [--seed 1]
        [--tries 1] [--peer-scenarios 2]

Every node sends to every other; one node in twenty is restricted, one in twenty unknown; routing is by hops. We work
every failure of one link; a peer works a few of them and is projected to all, each from the network without the link:
NetworkX by its shortest paths and a loop, rustworkx by its matrix of distances and NumPy over all destinations at once.
Peers must give our totals. The last lines take down every link and node, and every pair of links of a carrier.
Processor time; a peer that is not installed is left out and told so.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from measuring import best, is_small, machine
from numpy.typing import NDArray

from provenet.routing.failures import FailureStudy, elements_of, study_failures
from provenet.routing.igp import Marks, Network, network_of

Totals = tuple[float, float, float]
"""Volumes on restricted elements, on unknown ones, and without a path."""


@dataclass(frozen=True)
class Drawn:
    """A ring with chords, marks, and a demand of each node to each other."""

    nodes: int
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    restricted: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    volume: NDArray[np.float64]

    @property
    def links(self) -> int:
        return len(self.one)

    def network(self) -> Network:
        metric = np.ones(2 * self.links, np.int64)
        tail, head = np.concatenate([self.one, self.other]), np.concatenate([self.other, self.one])
        link_of = np.tile(np.arange(self.links), 2)
        return network_of(self.nodes, self.links, tail=tail, head=head, metric=metric, link_of=link_of)

    def marks(self) -> Marks:
        none = np.zeros(self.links, np.bool_)
        return Marks(
            restricted_nodes=self.restricted, unknown_nodes=self.unknown, restricted_links=none, unknown_links=none
        )

    def study(self, links: Sequence[int], nodes: Sequence[int] = (), *, double: bool = False) -> FailureStudy:
        network = self.network()
        broken = [((link,), ()) for link in links] + [((), (node,)) for node in nodes]
        elements = elements_of(network, [one for one, _ in broken], [other for _, other in broken])
        source, target = np.nonzero(self.volume)
        volume = self.volume[source, target]
        return study_failures(
            network, self.marks(), elements, source=source, target=target, volume=volume, double=double
        )


def drawn(nodes: int, links: int, seed: int) -> Drawn:
    """A network of this seed; no link is parallel to another, so that peers need no multigraph."""
    draw = np.random.default_rng(seed)
    pairs = {(min(v, (v + 1) % nodes), max(v, (v + 1) % nodes)) for v in range(nodes)}
    while len(pairs) < links:
        one, other = sorted(int(end) for end in draw.integers(0, nodes, 2))
        if one != other:
            pairs.add((one, other))
    ends = np.array(sorted(pairs), np.int64)
    kind = draw.random(nodes)
    volume = draw.random((nodes, nodes))
    np.fill_diagonal(volume, 0.0)
    return Drawn(nodes, ends[:, 0], ends[:, 1], kind < 0.05, (kind >= 0.05) & (kind < 0.1), volume)


def by_networkx(net: Drawn, gone: int) -> Totals:
    """One scenario as a straightforward program on NetworkX works it."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(net.nodes))
    graph.add_edges_from((a, b) for i, (a, b) in enumerate(zip(net.one, net.other, strict=True)) if i != gone)
    restricted = unknown = lost = 0.0
    for target in range(net.nodes):
        distance = nx.single_source_shortest_path_length(graph, target)
        free = {target: 0.0 if net.restricted[target] else 1.0}
        clear = {target: 0.0 if net.restricted[target] or net.unknown[target] else 1.0}
        for node in sorted(distance, key=distance.__getitem__):
            if node != target:
                hops = [other for other in graph[node] if distance[other] == distance[node] - 1]
                free[node] = 0.0 if net.restricted[node] else sum(free[hop] for hop in hops) / len(hops)
                dark = net.restricted[node] or net.unknown[node]
                clear[node] = 0.0 if dark else sum(clear[hop] for hop in hops) / len(hops)
        for node in range(net.nodes):
            volume = net.volume[node, target]
            if node in distance:
                restricted += volume * (1 - free[node])
                unknown += volume * (free[node] - clear[node])
            else:
                lost += volume
    return restricted, unknown, lost


def by_rustworkx(net: Drawn, gone: int) -> Totals:
    """One scenario by a matrix of distances, and shares level by level for all destinations at once."""
    import rustworkx as rx

    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(net.nodes))
    kept = np.arange(net.links) != gone
    one, other = net.one[kept], net.other[kept]
    graph.add_edges_from_no_data(list(zip(one.tolist(), other.tolist(), strict=True)))
    distance = rx.distance_matrix(graph, null_value=np.inf)
    tail, head = np.concatenate([one, other]), np.concatenate([other, one])
    free, clear = np.zeros_like(distance), np.zeros_like(distance)
    own_free, own_clear = (~net.restricted).astype(float), (~(net.restricted | net.unknown)).astype(float)
    np.fill_diagonal(free, own_free)
    np.fill_diagonal(clear, own_clear)
    for level in range(1, int(distance[np.isfinite(distance)].max()) + 1):
        arc, target = np.nonzero((distance[tail] == level) & (distance[head] == level - 1))
        cell = tail[arc] * net.nodes + target
        hops = np.bincount(cell, minlength=net.nodes**2)
        there = hops > 0
        for shares, own in ((free, own_free), (clear, own_clear)):
            sums = np.bincount(cell, weights=shares[head[arc], target], minlength=net.nodes**2)
            flat = shares.reshape(-1)
            flat[there] = np.repeat(own, net.nodes)[there] * sums[there] / hops[there]
    carried = np.where(np.isfinite(distance), net.volume, 0.0)
    restricted = float((carried * (1 - free)).sum())
    return restricted, float((carried * (free - clear)).sum()), float(net.volume.sum() - carried.sum())


PEERS: dict[str, Callable[[Drawn, int], Totals]] = {"NetworkX": by_networkx, "rustworkx": by_rustworkx}


def main(words: Sequence[str] | None = None) -> None:
    """Runs the benchmark."""
    given = list(sys.argv[1:] if words is None else words)
    small = is_small(given)
    parser = argparse.ArgumentParser()
    defaults = {"nodes": 1000, "links": 4000, "carrier": 200, "seed": 1, "tries": 1, "peer-scenarios": 2}
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args(given)
    if small:
        arguments.nodes, arguments.links, arguments.carrier = 30, 60, 12
    print(machine())
    net = drawn(arguments.nodes, arguments.links, arguments.seed)
    drawn(12, 20, 1).study([0, 1], [0], double=True)  # what is compiled once is not measured
    ours = best(lambda: net.study(range(net.links)), tries=arguments.tries)
    each = ours.cpu / net.links
    demands = net.nodes * (net.nodes - 1)
    print(f"{net.nodes:,} nodes, {net.links:,} links, {demands:,} demands, every failure of one link")
    print(f"  ours: {ours.cpu:.2f} s, {net.links / ours.cpu:,.0f} scenarios/s")
    for name, peer in PEERS.items():
        print(f"  {beside(name, peer, net, ours.gave, each, arguments.peer_scenarios)}")
    both = best(lambda: net.study(range(net.links), range(net.nodes)), tries=arguments.tries)
    scenarios = net.links + net.nodes
    print(f"every failure of one link or node: {both.cpu:.2f} s, {scenarios / both.cpu:,.0f} scenarios/s")
    carrier = drawn(arguments.carrier, 2 * arguments.carrier, arguments.seed)
    pairs = best(lambda: carrier.study(range(carrier.links), double=True), tries=arguments.tries)
    scenarios = carrier.links * (carrier.links + 1) // 2
    print(
        f"{carrier.nodes} nodes, {carrier.links} links, every failure of one link or two: {pairs.cpu:.2f} s "
        f"({pairs.wall:.2f} s of wall), {scenarios / pairs.cpu:,.0f} scenarios/s"
    )


def beside(name: str, peer: Callable[..., Totals], net: Drawn, ours: Any, each: float, count: int) -> str:
    """What a peer takes for a few failures, and how many times as long as ours a scenario takes it."""
    chosen = np.linspace(0, net.links - 1, count).astype(int).tolist()
    try:
        spent = best(lambda: [peer(net, gone) for gone in chosen], tries=1)
    except ImportError as err:
        return f"{name}: not installed ({err.name})"
    for gone, totals in zip(chosen, spent.gave, strict=True):
        mine = ours.restricted[gone], ours.unknown[gone], ours.disconnected[gone]
        if not np.allclose(totals, mine, rtol=1e-9, atol=1e-6):
            raise SystemExit(f"{name} says {totals} without link {gone}, ours says {mine}")
    a_scenario = spent.cpu / count
    times = f"{a_scenario / each:,.0f} times"
    return f"{name}: {a_scenario:.3g} s a scenario, {a_scenario * net.links:,.0f} s for all; {times}"


if __name__ == "__main__":
    main()
