"""How often the ladder's answer holds when everybody chooses again: a seeded sample, movers held to their walk.

The ladder counts movers with every other network's choice as today. Here the movers of a sampled pair are pinned to the
next hop of their walk, all others choose again until nobody changes, and the source's path is looked at.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from provenet.routing.kernels.aspaths import LANES
from provenet.routing.kernels.pinned import pinned_path
from provenet.routing.kernels.rows import rows_of
from provenet.routing.ladder import PAIR_TURNS, Back, Engine
from provenet.routing.pairs import Pairs, packed, spread

SAMPLED_SOURCES, SAMPLED_DESTINATIONS = 1024, 256
"""Networks that are drawn first, as ends of the pairs among which a sample is drawn."""


@dataclass
class Held:
    """Of `sampled` pairs of rung 1 or more, how many are clear after all chose again, and how many did not settle."""

    sampled: int = 0
    clear: int = 0
    unsettled: int = 0
    sources: int = 0
    destinations: int = 0
    seed: int = 0

    def as_dict(self) -> dict[str, object]:
        """As the answer prints it."""
        share = self.clear / self.sampled if self.sampled else None
        told = {"sampled_pairs": self.sampled, "clear_pairs": self.clear, "unsettled_pairs": self.unsettled}
        ends = {"drawn_from_sources": self.sources, "drawn_from_destinations": self.destinations}
        return {**told, "holds_share": share, **ends, "seed": self.seed}


def rechoose(engine: Engine, size: int, seed: int) -> Iterator[tuple[int, int, Held]]:
    """Yields pairs done, pairs in all, and what is known so far. Draws ends first, then pairs that have movers among
    them.

    Equal questions, sizes and seeds give the same answer. Cost O(size x (V + E)).
    """
    drawn = random.Random(seed)  # a sample to be repeated, no secret
    asked = engine.question
    ends = [
        np.array(sorted(drawn.sample(nodes.tolist(), min(most, len(nodes)))), np.int32)
        for nodes, most in ((asked.sources, SAMPLED_SOURCES), (asked.destinations, SAMPLED_DESTINATIONS))
    ]
    held = Held(sources=len(ends[0]), destinations=len(ends[1]), seed=seed)
    some = replace(asked, sources=ends[0], destinations=ends[1])
    rows, columns = some.rows, some.columns
    found: list[tuple[int, int, list[int], list[int]]] = []
    for first, last in packed(columns, LANES, SAMPLED_DESTINATIONS):
        block = columns.cut(first, last)
        piece = engine.forward(block, rows, rows_of(engine.core, rows.classes), PAIR_TURNS, walked=True)
        none = np.zeros((len(rows), len(block)))
        found += list(_moved(spread(engine, rows, block, piece, Back(none, none, ()), none)))
    found.sort(key=lambda pair: pair[:2])
    pairs = sorted(drawn.sample(range(len(found)), min(size, len(found))))
    for done, at in enumerate(pairs):
        _one(engine, found[at], held)
        yield done + 1, len(pairs), held


def _moved(pairs: Pairs) -> Iterator[tuple[int, int, list[int], list[int]]]:
    for i in np.flatnonzero((pairs.rung > 0) & pairs.told).tolist():
        first, last = pairs.mover_start[i], pairs.mover_start[i + 1]
        ends = int(pairs.src_asn[i]), int(pairs.dst_asn[i])
        yield *ends, pairs.mover[first:last].tolist(), pairs.toward[first:last].tolist()


def _one(engine: Engine, pair: tuple[int, int, list[int], list[int]], held: Held) -> None:
    topology = engine.core.topology
    (source, destination), movers, toward = topology.nodes_of(np.array(pair[:2])), *map(np.array, pair[2:])
    path, settled = pinned_path(
        topology, int(destination), topology.nodes_of(movers), topology.nodes_of(toward), int(source)
    )
    held.sampled += 1
    held.unsettled += not settled
    held.clear += bool(settled and len(path) and not engine.question.restricted[path[1:-1]].any())
