"""What if a network's share were another, or a network or link were gone; and what is left when all choose again.

A change touches a destination only if some route that a source's routes depend on uses what changes (`rows.rely`); all
other choices stay out of every sum. Totals of untouched destinations are kept.

The ladder counts movers with every other network's choice as today. Here the movers of a sampled pair are also pinned
to the next hop of their walk, all others choose again until nobody changes, and the source's path is looked at.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from provenet.numerics.arrays import Flags, Floats
from provenet.routing.fold import own_columns
from provenet.routing.kernels.aspaths import LANES
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.crossing import Crossings
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.kernels.replay import Recording, record, replay
from provenet.routing.kernels.route_tree import pinned_path
from provenet.routing.kernels.rows import rely, rows_of, see
from provenet.routing.ladder import PAIR_TURNS, Engine, LadderQuestion, ReturnShares, parts
from provenet.routing.pairs import Pairs, spread

SUMMED = ("routed", "low", "high", "expected")
"""What is summed over the sources of each destination."""


@dataclass(frozen=True)
class Change:
    """`share` of the network `node` set to (low, high); or the network, or its link to `other`, gone."""

    node: int
    other: int = -1
    share: tuple[float, float] | None = None


@dataclass(frozen=True)
class ChangeEffect:
    """Totals over all pairs before and after, float64[4] as `SUMMED`; how many destinations were worked anew."""

    before: Floats
    after: Floats
    destinations: int


class WhatIf:
    """A question whose totals by destination and tie sets are kept, so that a change costs what it touches.

    Its threads end with it: `with WhatIf(question) as found`.
    """

    def __init__(self, question: LadderQuestion, threads: int = 2) -> None:
        self.question = question
        self.threads = threads
        self.engine = Engine(question, threads)
        self.sums = np.zeros((len(question.columns), len(SUMMED)))
        self.kept: list[Recording] = []

    def __enter__(self) -> Self:
        self.engine.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.__exit__()

    def prepare(self) -> Iterator[tuple[int, int]]:
        """Works out the totals of every destination and keeps the tie sets they rest on; yields columns done and in
        all. Memory about 16 bytes for each link of a tie set that a source's routes depend on."""
        question = self.question
        for cut, recorded, sums in _recorded(self.engine, question):
            self.kept.append(recorded)
            self.sums[slice(*cut)] = sums
            yield cut[1], len(question.columns)

    def apply(self, change: Change) -> ChangeEffect:
        """The totals after a change. A share costs O(kept tie sets that it touches); a network or link gone is routed
        anew for the destinations that it touches."""
        columns = self.question.columns
        before = (self.sums * columns.size[:, None]).sum(axis=0)
        if change.share is not None:
            after, touched = self._with_share(change, change.share)
        else:
            after, touched = self._without(change)
        return ChangeEffect(before, after, int(columns.size[touched].sum()))

    def _with_share(self, change: Change, share: tuple[float, float]) -> tuple[Floats, Flags]:
        question = self.question
        low, high = question.low.copy(), question.high.copy()
        low[change.node], high[change.node] = (1.0, 1.0) if question.restricted[change.node] else share
        other = replace(question, low=low, high=high)
        if question.count_endpoints:
            # A share of an end may part columns that were alike.
            return _totals(other, self.threads), np.ones(len(question.columns), np.bool_)
        touched = self._through(change)
        sums = self.sums.copy()
        cuts = [cut for cut in parts(len(question.columns), LANES) if touched[slice(*cut)].any()]

        def one(cut: tuple[int, int]) -> Floats:
            return _column_sums(self.engine, other, cut, recorded=self.kept[cut[0] // LANES])

        for cut, found in zip(cuts, self.engine.pool.map(one, cuts), strict=True):
            sums[slice(*cut)] = found
        return (sums * question.columns.size[:, None]).sum(axis=0), touched

    def _without(self, change: Change) -> tuple[Floats, Flags]:
        question = self.question
        ends = [change.node] if change.other < 0 else [change.node, change.other]
        touched = np.isin(question.columns.classes, question.core.class_of[ends]) | self._through(change)
        if np.isin(ends, question.sources).any():
            touched[:] = True
        kept = (self.sums[~touched] * question.columns.size[~touched][:, None]).sum(axis=0)
        again = np.sort(question.columns.members[np.repeat(touched, question.columns.size)])
        core = condense(without(question.core.topology, change.node, change.other))
        return kept + _totals(replace(question, core=core, destinations=again), self.threads), touched

    def _through(self, change: Change) -> Flags:
        """For which columns the network or link is passed by routes that some source's routes depend on."""
        place = np.full(self.question.core.topology.node_count, -1, np.int64)
        place[self.question.core.core_node] = np.arange(self.question.core.core_count)
        touched = np.zeros(len(self.question.columns), np.bool_)
        one, two = int(place[change.node]), int(place[change.other]) if change.other >= 0 else -1
        if one < 0 or (change.other >= 0 and two < 0):
            return touched
        for (first, last), recorded in zip(parts(len(touched), LANES), self.kept, strict=True):
            word = recorded.lanes_through(one, two)
            touched[first:last] = (word >> np.arange(last - first, dtype=np.uint64)) & np.uint64(1) > 0
        return touched


def without(made: Topology, node: int, other: int = -1) -> Topology:
    """The topology without a network's links, or without its link to another; every network stays, perhaps alone."""
    ends = []
    for start, to in ((made.down_start, made.down), (made.peer_start, made.peer)):
        one, two = np.repeat(np.arange(made.node_count), np.diff(start)), to.astype(np.int64)
        gone = (one == node) | (two == node)
        if other >= 0:
            gone &= (one == other) | (two == other)
        ends += [made.asn[one[~gone]], made.asn[two[~gone]]]
    return topology(ends[0], ends[1], ends[2], peer_b=ends[3], alone=made.asn)


def _totals(question: LadderQuestion, threads: int) -> Floats:
    """The totals of a question worked from nothing: float64[4], as `SUMMED`."""
    with WhatIf(question, threads) as found:
        for _ in found.prepare():
            found.kept.clear()
    total: Floats = (found.sums * question.columns.size[:, None]).sum(axis=0)
    return total


def _recorded(engine: Engine, question: LadderQuestion) -> Iterator[tuple[tuple[int, int], Recording, Floats]]:
    """The tie sets behind each batch of columns, and what follows from them."""

    def one(cut: tuple[int, int]) -> tuple[tuple[int, int], Recording, Floats]:
        room, seat = engine.room(0), rows_of(question.core, question.rows.classes)
        engine.routed(room, question.columns.classes[slice(*cut)])
        see(question.core, room.batch, seat)
        recorded = record(question.core, room.batch, seat, wanted=rely(question.core, room.batch, seat))
        return cut, recorded, _column_sums(engine, question, cut, recorded=recorded)

    return engine.pool.map(one, list(parts(len(question.columns), LANES)))


def _column_sums(engine: Engine, question: LadderQuestion, cut: tuple[int, int], *, recorded: Recording) -> Floats:
    """Routed pairs and shares of one network of each column of a batch, summed over the members of the rows."""
    rows, block = question.rows, question.columns.cut(*cut)
    n = len(block)
    seen = Crossings(*(np.zeros((len(rows), LANES)) for _ in range(3)))
    replay(recorded, question.core_low, question.core_high, room=engine.room(0).crossed, seen=seen)
    routed = recorded.routed[:, None] >> np.arange(n, dtype=np.uint64) & np.uint64(1)
    weight = routed.astype(np.float64) * rows.size[:, None]
    own = own_columns(rows, block)
    at = np.flatnonzero(own >= 0)
    # A column of like networks stands for each of them; as a source one of them does not go to itself.
    weight[at, own[at]] -= routed[at, own[at]] * rows.size[at] / block.size[own[at]]
    shares = engine.with_ends(block, rows, (seen.low, seen.high, 1.0 - seen.clean))
    summed = [weight.sum(axis=0), *((weight * share[:, :n]).sum(axis=0) for share in shares)]
    return np.stack(summed, axis=1)


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


def reconverge(engine: Engine, size: int, into: Reconvergence) -> Iterator[tuple[int, int]]:
    """Adds what comes of `size` pairs; yields pairs done and in all. Ends are drawn first, then pairs with movers.

    Equal questions, sizes and seeds give the same answer. Cost O(size x (V + E)).
    """
    drawn = random.Random(into.seed)  # a sample to be repeated, no secret
    question = engine.question
    ends = [
        np.array(sorted(drawn.sample(nodes.tolist(), min(most, len(nodes)))), np.int32)
        for nodes, most in ((question.sources, SAMPLED_SOURCES), (question.destinations, SAMPLED_DESTINATIONS))
    ]
    into.sources, into.destinations = len(ends[0]), len(ends[1])
    some = replace(question, sources=ends[0], destinations=ends[1])
    rows, columns = some.rows, some.columns
    found: list[tuple[int, int, list[int], list[int]]] = []
    for first, last in columns.packed(LANES, SAMPLED_DESTINATIONS):
        block = columns.cut(first, last)
        piece = engine.forward(block, rows, rows_of(engine.core, rows.classes), turns=PAIR_TURNS, walked=True)
        none = np.zeros((len(rows), len(block)))
        found += list(_moved(spread(engine, rows, block, piece=piece, back=ReturnShares(none, none, ()), joint=none)))
    found.sort(key=lambda pair: pair[:2])
    pairs = sorted(drawn.sample(range(len(found)), min(size, len(found))))
    for done, at in enumerate(pairs):
        _check(engine, found[at], into)
        yield done + 1, len(pairs)


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
