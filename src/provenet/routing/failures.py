"""What failures and replacements of elements change for demands inside a network.

All single and double failures of links, nodes and shared-risk groups, while routing adapts: after a failure every node
uses the paths of least cost that are left. Exposure is of traffic that is still carried; traffic whose path is gone is
cut off, traffic of a failed end node has ended: both are counted apart. Only what a failure touches is computed anew.
And which marked elements each demand crosses, and what replacing some of them clears as routed. Source: own (decision
0068).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np

from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.routing.igp import Marks, Network, unmarked
from provenet.routing.inside_proofs import ElementSets
from provenet.routing.kernels import failures as kernels
from provenet.routing.kernels.element_paths import Outages, clear_by_step, gather, gather_outages
from provenet.routing.kernels.igp import FAR, grow, room_of, tree_of

BLOCKS = 2
"""Destinations are worked in so many blocks, each on a thread; the sums are the same on every machine."""
MOST_SCENARIOS = 20_000_000
"""The most scenarios of one study; totals take 40 bytes each and block."""


@dataclass(frozen=True, kw_only=True)
class FailureStudy:
    """What failures do to demands.

    Scenarios are the elements in the order given, then, where pairs fail too, pairs (0, 1), (0, 2) and so on:
    `first` and `second` int64[scenarios] are places of elements, `second` is -1 where one fails. Volumes are
    float64[scenarios]; `carried` is the volume still routed, `latent` that of demands wholly clear without a failure
    and restricted in part under it. Figures of demands are float64[k] over the scenarios that carry them, NaN where
    none does; `worst_at` int64[k] is the scenario of the worst low end, -1 where no failure is worse than none;
    `cut`, `ended`, `latent_count` int64[k] count scenarios.
    """

    total: float
    restricted: Floats
    unknown: Floats
    disconnected: Floats
    ended: Floats
    latent: Floats
    first: Longs
    second: Longs
    worst_low: Floats
    worst_high: Floats
    worst_at: Longs
    mean_low: Floats
    mean_high: Floats
    p99_low: Floats
    p99_high: Floats
    cut: Longs
    ended_count: Longs
    latent_count: Longs

    @property
    def carried(self) -> Floats:
        """Volume that is still routed in each scenario."""
        return np.maximum(0.0, self.total - self.disconnected - self.ended)


def elements_of(network: Network, links: list[tuple[int, ...]], nodes: list[tuple[int, ...]]) -> kernels.Elements:
    """What may fail, as the kernels take it: the e-th element is links `links[e]` and nodes `nodes[e]` together.

    A node fails with every arc at it. Cost O(arcs at the elements).
    """
    arcs = network.arcs
    order = np.argsort(arcs.link, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(arcs.link, minlength=network.link_count))])
    found: list[Longs] = []
    for some_links, some_nodes in zip(links, nodes, strict=True):
        mine = [order[begins[link] : begins[link + 1]] for link in some_links]
        for node in some_nodes:
            mine.append(np.arange(arcs.start[node], arcs.start[node + 1]))
            mine.append(arcs.feeder[arcs.into[node] : arcs.into[node + 1]].astype(np.int64))
        found.append(np.unique(np.concatenate(mine)) if mine else np.zeros(0, np.int64))
    return kernels.Elements(
        start=_bounds([len(one) for one in found]),
        arc=np.concatenate([*found, np.zeros(0, np.int64)]).astype(np.int32),
        node_start=_bounds([len(one) for one in nodes]),
        node=np.array([node for some in nodes for node in some], np.int32),
    )


def _bounds(sizes: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int32)


def pairs_of(node_count: int, *, source: Longs, target: Longs, volume: Floats) -> tuple[kernels.Sources, Longs]:
    """Demands gathered to pairs of nodes, by target, then source, volumes of equal pairs summed; the pair of each."""
    found, pair_of = np.unique(target * np.int64(node_count) + source, return_inverse=True)
    ends, starts = found // node_count, found % node_count
    targets, first = np.unique(ends, return_index=True)
    pairs = kernels.Sources(
        targets.astype(np.int32),
        np.append(first, len(found)).astype(np.int64),
        starts.astype(np.int32),
        np.bincount(pair_of, weights=volume, minlength=len(found)).astype(np.float64),
    )
    return pairs, pair_of.astype(np.int64)


def study_failures(
    network: Network,
    marks: Marks,
    elements: kernels.Elements,
    *,
    source: Longs,
    target: Longs,
    volume: Floats,
    double: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> FailureStudy:
    """Every failure of one element, and with `double` of every pair of elements besides.

    Parameters
    ----------
    source, target, volume : demands, int64[k] and float64[k].
    elements : from `elements_of`.
    progress : hears how many destinations are done, of how many.

    Raises
    ------
    ValueError
        There are more than `MOST_SCENARIOS` scenarios.
    """
    count = len(elements.start) - 1
    scenarios = count + (count * (count - 1) // 2 if double else 0)
    if scenarios > MOST_SCENARIOS:
        raise ValueError(f"{scenarios:,} scenarios are more than {MOST_SCENARIOS:,}")
    sources, pair_of = pairs_of(network.node_count, source=source, target=target, volume=volume)
    outcomes = _outcomes(len(sources.source))
    arcs, shares, nodes, targets = network.arcs, marks.shares(), network.node_count, len(sources.target)
    done, stopped = [0] * BLOCKS, Event()

    def totals_of(block: int) -> Floats:
        """Totals of a block of destinations: a row a scenario, then one without a failure."""
        tree, room = tree_of(nodes), room_of(nodes, len(arcs.head))
        bench, entries = kernels.bench_of(nodes, len(arcs.head), count), kernels.entries_of(1024)
        totals = np.zeros((scenarios + 1, kernels.KINDS))
        study = kernels.Study(arcs, shares, elements, sources, tree, room, bench, totals, outcomes)
        for k in range(targets * block // BLOCKS, targets * (block + 1) // BLOCKS):
            if stopped.is_set():
                break
            kernels.begin(study, k)
            entries = kernels.singles(study, k, entries, not double)
            if double:
                entries = kernels.doubles(study, k, entries)
            done[block] += 1
            progress(sum(done), targets)
        return totals

    with ThreadPoolExecutor(BLOCKS) as pool:
        work = [pool.submit(totals_of, block) for block in range(BLOCKS)]
        try:
            totals = [one.result() for one in work]
        except BaseException:
            stopped.set()
            raise
    whole = float(volume.sum())
    return _answer(np.sum(totals, axis=0), outcomes, pair_of, count=count, total=whole)


def _outcomes(pairs: int) -> kernels.Outcomes:
    ends, counts = [np.full((pairs, 2), np.nan) for _ in range(3)], [np.zeros(pairs, np.int64) for _ in range(3)]
    return kernels.Outcomes(ends[0], np.full(pairs, -1, np.int64), ends[1], ends[2], counts[0], counts[1], counts[2])


def _answer(totals: Floats, outcomes: kernels.Outcomes, pair_of: Longs, *, count: int, total: float) -> FailureStudy:
    usual, rows = totals[-1], totals[:-1]
    first, second = np.arange(count), np.full(count, -1)
    if len(rows) > count:
        one, other = np.triu_indices(count, 1)
        rows[count:] += rows[one] + rows[other]
        first, second = np.concatenate([first, one]), np.concatenate([second, other])
    rows = rows + usual
    rows[np.abs(rows) < 1e-12 * max(total, 1e-300)] = 0.0
    rows = np.maximum(rows, 0.0)
    return FailureStudy(
        total=total,
        restricted=rows[:, kernels.RESTRICTED],
        unknown=rows[:, kernels.UNKNOWN],
        disconnected=rows[:, kernels.DISCONNECTED],
        ended=rows[:, kernels.ENDED],
        latent=rows[:, kernels.LATENT],
        first=first.astype(np.int64),
        second=second.astype(np.int64),
        worst_low=outcomes.worst[pair_of, 0],
        worst_high=outcomes.worst[pair_of, 1],
        worst_at=outcomes.worst_at[pair_of],
        mean_low=outcomes.mean[pair_of, 0],
        mean_high=outcomes.mean[pair_of, 1],
        p99_low=outcomes.percentile[pair_of, 0],
        p99_high=outcomes.percentile[pair_of, 1],
        cut=outcomes.cut[pair_of],
        ended_count=outcomes.ended[pair_of],
        latent_count=outcomes.latent[pair_of],
    )


@dataclass(frozen=True, kw_only=True)
class CrossedElements:
    """Pairs of ends that have a path, the volume between them, and the marked elements that they cross."""

    source: Longs
    target: Longs
    volume: Floats
    sets: ElementSets


def crossed_elements(
    network: Network,
    *,
    source: Longs,
    target: Longs,
    volume: Floats,
    marked: Flags,
    failures: Sequence[Sequence[int]] = (),
) -> CrossedElements:
    """The marked elements on the equal-cost paths of each pair of ends: all must be replaced for the pair to be clear.

    With `failures`, groups of elements that fail together, also those on the paths that routing takes under any one of
    them, while the pair still has one. Pairs without a path are left out. Cost O(targets x arcs x marked / 64), times
    the failures that touch paths to a target: for one failure at a time, networks of some hundred nodes.

    Parameters
    ----------
    source, target, volume
        int64[k], int64[k] and float64[k]; volumes of equal pairs are summed.
    marked
        bool[nodes + links].
    """
    pairs, _ = pairs_of(network.node_count, source=source, target=target, volume=volume)
    columns = np.flatnonzero(marked)
    bit_of = np.full(len(marked), -1, np.int32)
    bit_of[columns] = np.arange(len(columns))
    nodes, arcs = network.node_count, network.arcs
    tree, room, marks = tree_of(nodes), room_of(nodes, len(network.place)), unmarked(network)
    words = np.zeros((nodes, max(1, -(-len(columns) // 64))), np.uint64)
    spare, used = np.zeros_like(words), np.zeros(len(network.place), np.uint8)
    outages = _outages(network, failures)
    kept, sizes, members = [], [], []
    for i, end in enumerate(pairs.target.tolist()):
        if failures:
            gather_outages(arcs, marks, end, bit_of, tree, room, words, outages, spare, used)
            grow(arcs, marks, end, tree, room)
        else:
            gather(arcs, marks, end, bit_of, tree, room, words)
        place = np.arange(pairs.first[i], pairs.first[i + 1])
        place = place[tree.distance[pairs.source[place]] < FAR]
        bits = np.unpackbits(words[pairs.source[place]].view(np.uint8), axis=1, bitorder="little")
        row, bit = np.nonzero(bits[:, : len(columns)])
        kept.append(place)
        sizes.append(np.bincount(row, minlength=len(place)))
        members.append(columns[bit])
    which = np.concatenate([np.zeros(0, np.int64), *kept])
    start = np.r_[0, np.cumsum(np.concatenate([np.zeros(0, np.int64), *sizes]))].astype(np.int64)
    ends = np.repeat(pairs.target, np.diff(pairs.first))
    return CrossedElements(
        source=pairs.source[which].astype(np.int64),
        target=ends[which].astype(np.int64),
        volume=pairs.volume[which],
        sets=ElementSets(start, np.concatenate([np.zeros(0, np.int64), *members]).astype(np.int64)),
    )


def exposed_after(
    network: Network, crossed: CrossedElements, *, marked: Flags, steps: Sequence[Sequence[int]]
) -> Floats:
    """The volume that still meets a marked element, as routed, after each of some replacements: float64[steps].

    Each step replaces all that the one before does, and more. Where a demand's traffic splits, the part of it that
    meets nothing marked counts as clear. Cost O(targets x arcs x steps).
    """
    step_of = np.where(marked, len(steps), 0).astype(np.int32)
    for j in range(len(steps) - 1, -1, -1):
        step_of[list(steps[j])] = j
    step_of[~marked] = 0
    nodes = network.node_count
    tree, room, marks = tree_of(nodes), room_of(nodes, len(network.place)), unmarked(network)
    share, clear = np.zeros((nodes, len(steps))), np.zeros(len(steps))
    pairs, _ = pairs_of(nodes, source=crossed.source, target=crossed.target, volume=crossed.volume)
    for i, end in enumerate(pairs.target.tolist()):
        place = slice(pairs.first[i], pairs.first[i + 1])
        flow = np.bincount(pairs.source[place], pairs.volume[place], nodes).astype(np.float64)
        clear_by_step(network.arcs, marks, end, step_of, tree, room, flow, share, clear)
    exposed: Floats = np.maximum(0.0, crossed.volume.sum() - clear)
    return exposed


def _outages(network: Network, failures: Sequence[Sequence[int]]) -> Outages:
    """The arcs that each failure takes: those of its links, and those into and out of its nodes."""
    arcs, start, found = network.arcs, [0], [np.zeros(0, np.int64)]
    for group in failures:
        down = np.zeros(network.node_count + network.link_count, np.bool_)
        down[list(group)] = True
        taken = np.flatnonzero(down[arcs.tail] | down[arcs.head] | down[network.node_count + arcs.link])
        found.append(taken)
        start.append(start[-1] + len(taken))
    return Outages(np.array(start, np.int64), np.concatenate(found).astype(np.int32))
