"""What if a network's share were another, or a network or link were gone: only routes that use it are worked anew.

A change touches a destination only if some source's routes to it use what changes: choices of others that no source's
route rests on stay out of every sum. Totals of untouched destinations are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from provenet.exposure.ladder import Engine, Floats, Group, Question, own_lanes, parts
from provenet.kernels.aspaths import LANES
from provenet.kernels.condense import condense
from provenet.kernels.crossing import cross_shares
from provenet.kernels.csr import Topology, topology
from provenet.kernels.rows import Rows, rows_of, see, see_shares, want
from provenet.kernels.usage import used

SUMMED = ("routed", "low", "high", "expected")
"""What is summed over the sources of each destination."""


@dataclass(frozen=True)
class Change:
    """`share` of the network `node` set to (low, high); or the network, or its link to `other`, gone."""

    node: int
    other: int = -1
    share: tuple[float, float] | None = None


@dataclass(frozen=True)
class Changed:
    """Totals over all pairs before and after, float64[4] as `SUMMED`; how many destinations were worked anew."""

    before: Floats
    after: Floats
    destinations: int
    pairs: int


class WhatIf:
    """A question whose totals by destination are kept, so that a change costs what it touches."""

    def __init__(self, question: Question, threads: int = 2) -> None:
        self.question = question
        self.engine = Engine(question, threads)
        self.sums = np.zeros((len(question.columns), len(SUMMED)))

    def close(self) -> None:
        """Ends the threads."""
        self.engine.close()

    def prepare(self) -> Iterator[tuple[int, int]]:
        """Works out the totals of every destination; yields columns done and in all."""
        yield from _sum_columns(self.engine, self.question, self.sums)

    def ask(self, change: Change) -> Changed:
        """The totals after a change. Cost O(batches x links), and the shares of those that the change touches."""
        asked, columns = self.question, self.question.columns
        before = (self.sums * columns.size[:, None]).sum(axis=0)
        pairs = len(asked.sources) * len(asked.destinations) - len(np.intersect1d(asked.sources, asked.destinations))
        if change.share is not None:
            after, touched = self._with_share(change, change.share)
        else:
            after, touched = self._without(change)
        return Changed(before, after, int(columns.size[touched].sum()), pairs)

    def _with_share(self, change: Change, share: tuple[float, float]) -> tuple[Floats, NDArray[np.bool_]]:
        asked = self.question
        low, high = asked.low.copy(), asked.high.copy()
        low[change.node], high[change.node] = (1.0, 1.0) if asked.restricted[change.node] else share
        other = replace(asked, low=low, high=high)
        sums = self.sums.copy()
        at = np.flatnonzero(asked.core.core_node == change.node)
        touched = np.zeros(len(asked.columns), np.bool_)
        if asked.count_endpoints:
            touched[:] = True
            engine = Engine(other, 2)
            sums = np.zeros((len(other.columns), len(SUMMED)))
            for _ in _sum_columns(engine, other, sums):
                pass
            engine.close()
            return (sums * other.columns.size[:, None]).sum(axis=0), touched
        for _ in _sum_columns(self.engine, other, sums, int(at[0]) if len(at) else -2, touched):
            pass
        return (sums * asked.columns.size[:, None]).sum(axis=0), touched

    def _without(self, change: Change) -> tuple[Floats, NDArray[np.bool_]]:
        asked = self.question
        touched = self._touched(change)
        kept = (self.sums[~touched] * asked.columns.size[~touched][:, None]).sum(axis=0)
        members = np.repeat(touched, asked.columns.size)
        core = condense(without(asked.core.topology, change.node, change.other))
        again = np.sort(asked.columns.members[members])
        other = replace(asked, core=core, destinations=again)
        engine = Engine(other, 2)
        sums = np.zeros((len(other.columns), len(SUMMED)))
        for _ in _sum_columns(engine, other, sums):
            pass
        engine.close()
        return kept + (sums * other.columns.size[:, None]).sum(axis=0), touched

    def _touched(self, change: Change) -> NDArray[np.bool_]:
        """Which columns some source's routes use the network or link in, or that it is an end of."""
        asked, columns = self.question, self.question.columns
        ends = [change.node] if change.other < 0 else [change.node, change.other]
        touched = np.isin(columns.classes, asked.core.class_of[ends])
        if np.isin(ends, asked.sources).any():
            touched[:] = True
            return touched
        at = [
            int(np.flatnonzero(asked.core.core_node == end)[0]) if end in asked.core.core_node else -2 for end in ends
        ]

        def one(cut: tuple[int, int]) -> NDArray[np.bool_]:
            room, seat = self.engine.room(0), rows_of(asked.core, asked.rows.classes)
            self.engine.routed(room, columns.classes[slice(*cut)])
            see(asked.core, room.batch, seat)
            word = used(
                asked.core, room.batch, seat, want(asked.core, room.batch, seat), at[0], at[-1] if at[1:] else -1
            )
            return (word >> np.arange(cut[1] - cut[0], dtype=np.uint64)) & np.uint64(1) > 0

        cuts = list(parts(len(columns), LANES))
        for cut, found in zip(cuts, self.engine.pool.map(one, cuts), strict=True):
            touched[slice(*cut)] |= found
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
    return topology(ends[0], ends[1], ends[2], ends[3], made.asn)


def _sum_columns(
    engine: Engine, asked: Question, sums: Floats, node: int = -1, touched: NDArray[np.bool_] | None = None
) -> Iterator[tuple[int, int]]:
    """Sums of each column over the sources; where `node` is given, of those columns alone whose routes pass it."""
    rows, columns = asked.rows, asked.columns

    def one(cut: tuple[int, int]) -> tuple[tuple[int, int], Floats, NDArray[np.bool_]]:
        block = columns.cut(*cut)
        room, seat = engine.room(0), rows_of(asked.core, rows.classes)
        engine.routed(room, block.classes)
        see(asked.core, room.batch, seat)
        wanted = want(asked.core, room.batch, seat)
        mine = np.ones(len(block), np.bool_)
        if node != -1:
            word = used(asked.core, room.batch, seat, wanted, node, -1)
            mine = (word >> np.arange(len(block), dtype=np.uint64)) & np.uint64(1) > 0
            wanted &= word
        if not mine.any():
            return cut, np.zeros((len(block), len(SUMMED))), mine
        cross_shares(asked.core, room.batch, asked.core_low, asked.core_high, room.crossed, wanted)
        low, high, clean = see_shares(asked.core, room.batch, seat, room.crossed)
        return cut, _column_sums(engine, rows, block, seat, (low, high, 1.0 - clean)), mine

    for cut, found, mine in engine.pool.map(one, list(parts(len(columns), LANES))):
        sums[slice(*cut)][mine] = found[mine]
        if touched is not None:
            touched[slice(*cut)] = mine
        yield cut[1], len(columns)


def _column_sums(
    engine: Engine, rows: Group, block: Group, seat: Rows, shares: tuple[Floats, Floats, Floats]
) -> Floats:
    """Routed pairs and shares of one network of each column, summed over the members of the rows."""
    n = len(block)
    routed = (seat.customer | seat.peer | seat.provider)[:, None] >> np.arange(n, dtype=np.uint64) & np.uint64(1)
    weight = routed.astype(np.float64) * rows.size[:, None]
    own = own_lanes(rows, block)
    at = np.flatnonzero(own >= 0)
    # A column of like networks stands for each of them; as a source one of them does not go to itself.
    weight[at, own[at]] -= routed[at, own[at]] * rows.size[at] / block.size[own[at]]
    low, high, expected = engine.with_ends(block, rows, shares)
    return np.stack(
        [weight.sum(axis=0), *((weight * part[:, :n]).sum(axis=0) for part in (low, high, expected))], axis=1
    )
