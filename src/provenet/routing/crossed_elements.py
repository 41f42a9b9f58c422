"""Which marked elements each demand crosses inside a network, and what replacing some of them clears as routed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.routing.igp import Network, pairs_of
from provenet.routing.kernels.element_sets import Outages, clear_by_step, gather, gather_outages
from provenet.routing.kernels.igp import FAR, NodeMarks, grow, room_of, tree_of
from provenet.routing.replacement_proofs import ElementSets

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]


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
    pairs = pairs_of(network.node_count, source=source, target=target, volume=volume)
    columns = np.flatnonzero(marked)
    bit_of = np.full(len(marked), -1, np.int32)
    bit_of[columns] = np.arange(len(columns))
    nodes, arcs = network.node_count, network.arcs
    tree, room, marks = tree_of(nodes), room_of(nodes, len(network.place)), _plain(network)
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
    tree, room, marks = tree_of(nodes), room_of(nodes, len(network.place)), _plain(network)
    share, clear = np.zeros((nodes, len(steps))), np.zeros(len(steps))
    pairs = pairs_of(nodes, source=crossed.source, target=crossed.target, volume=crossed.volume)
    for i, end in enumerate(pairs.target.tolist()):
        place = slice(pairs.first[i], pairs.first[i + 1])
        flow = np.bincount(pairs.source[place], pairs.volume[place], nodes).astype(np.float64)
        clear_by_step(network.arcs, marks, end, step_of, tree, room, flow, share, clear)
    exposed: Floats = np.maximum(0.0, crossed.volume.sum() - clear)
    return exposed


def _plain(network: Network) -> NodeMarks:
    nodes, links = np.ones(network.node_count), np.ones(network.link_count)
    return NodeMarks(nodes, nodes, links, links)


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
