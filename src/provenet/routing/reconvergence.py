"""How often the ladder's answer holds when everybody chooses again: a seeded sample, movers held to their walk.

The ladder counts movers with every other network's choice as today. Here the movers of a sampled pair are pinned to the
next hop of their walk, all others choose again until nobody changes, and the source's path is looked at.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from provenet.routing.kernels.aspaths import LANES
from provenet.routing.kernels.pinned import pinned_path
from provenet.routing.kernels.rows import rows_of
from provenet.routing.ladder import PAIR_TURNS, Engine, ReturnShares
from provenet.routing.pairs import Pairs, packed, spread

SAMPLED_SOURCES, SAMPLED_DESTINATIONS = 1024, 256
"""Networks that are drawn first, as ends of the pairs among which a sample is drawn."""


@dataclass
class Reconvergence:
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
        counts = {"sampled_pairs": self.sampled, "clear_pairs": self.clear, "unsettled_pairs": self.unsettled}
        ends = {"drawn_from_sources": self.sources, "drawn_from_destinations": self.destinations}
        return {**counts, "holds_share": share, **ends, "seed": self.seed}


def reconverge(engine: Engine, size: int, seed: int) -> Iterator[tuple[int, int, Reconvergence]]:
    """Yields pairs done, pairs in all, and what is known so far. Draws ends first, then pairs that have movers among
    them.

    Equal questions, sizes and seeds give the same answer. Cost O(size x (V + E)).
    """
    drawn = random.Random(seed)  # a sample to be repeated, no secret
    question = engine.question
    ends = [
        np.array(sorted(drawn.sample(nodes.tolist(), min(most, len(nodes)))), np.int32)
        for nodes, most in ((question.sources, SAMPLED_SOURCES), (question.destinations, SAMPLED_DESTINATIONS))
    ]
    outcome = Reconvergence(sources=len(ends[0]), destinations=len(ends[1]), seed=seed)
    some = replace(question, sources=ends[0], destinations=ends[1])
    rows, columns = some.rows, some.columns
    found: list[tuple[int, int, list[int], list[int]]] = []
    for first, last in packed(columns, LANES, SAMPLED_DESTINATIONS):
        block = columns.cut(first, last)
        piece = engine.forward(block, rows, rows_of(engine.core, rows.classes), turns=PAIR_TURNS, walked=True)
        none = np.zeros((len(rows), len(block)))
        found += list(_moved(spread(engine, rows, block, piece=piece, back=ReturnShares(none, none, ()), joint=none)))
    found.sort(key=lambda pair: pair[:2])
    pairs = sorted(drawn.sample(range(len(found)), min(size, len(found))))
    for done, at in enumerate(pairs):
        _check(engine, found[at], outcome)
        yield done + 1, len(pairs), outcome


def _moved(pairs: Pairs) -> Iterator[tuple[int, int, list[int], list[int]]]:
    for i in np.flatnonzero((pairs.rung > 0) & pairs.movers_listed).tolist():
        first, last = pairs.mover_start[i], pairs.mover_start[i + 1]
        ends = int(pairs.src_asn[i]), int(pairs.dst_asn[i])
        yield *ends, pairs.mover[first:last].tolist(), pairs.toward[first:last].tolist()


def _check(engine: Engine, pair: tuple[int, int, list[int], list[int]], outcome: Reconvergence) -> None:
    topology = engine.core.topology
    (source, destination), movers, toward = topology.nodes_of(np.array(pair[:2])), *map(np.array, pair[2:])
    path, settled = pinned_path(
        topology, int(destination), topology.nodes_of(movers), hop=topology.nodes_of(toward), source=int(source)
    )
    outcome.sampled += 1
    outcome.unsettled += not settled
    outcome.clear += bool(settled and len(path) and not engine.question.restricted[path[1:-1]].any())
