"""What links did between two graphs: the difference of what routes cross, parted among groups of links.

The links in which two graphs differ are parted into groups. Starting from the earlier graph, the difference of one
group after the other is applied and everything is worked out anew; a group's part is what that changes. The parts sum
to the whole difference, whatever the order, but each depends on it: where routes need two links of two groups, the
later group gets what both bring. So the parts are given in an order and in its reverse (decision 0077).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.scenarios import PairCounts, ScenarioStudy

Longs = NDArray[np.int64]
ADDED, GONE, CHANGED = "added", "gone", "changed"
FORWARD, BACKWARD = "forward", "backward"
_SELLS_UP, _SELLS_DOWN, _PEERS = 1, 2, 4


@dataclass(frozen=True)
class RelationLinks:
    """Links by ASN: `provider[i]` sells to `customer[i]`, `peer_a[i]` peers with `peer_b[i]`; `alone` have none."""

    provider: Longs
    customer: Longs
    peer_a: Longs
    peer_b: Longs
    alone: Longs


@dataclass(frozen=True)
class LinkGroup:
    """Links with an end among some networks, ASNs ascending; a link is in the first group that fits."""

    name: str
    asns: Longs


@dataclass(frozen=True)
class LinkPart:
    """The links of one group that differ in one way, and what they did: counts after them less counts before.

    Counts are int64[sources]; `before` and `after` are those of all sources, to form shares.
    """

    order: str
    place: int
    change: str
    group: str
    link_count: int
    before: PairCounts
    after: PairCounts


@dataclass(frozen=True)
class _Table:
    """Links as keys, the lesser ASN in the upper half, ascending, and what stands between their ends."""

    key: NDArray[np.uint64]
    relation: NDArray[np.uint8]

    @property
    def low(self) -> Longs:
        return (self.key >> np.uint64(32)).astype(np.int64)

    @property
    def high(self) -> Longs:
        return (self.key & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _table(links: RelationLinks) -> _Table:
    one = np.concatenate([links.provider, links.peer_a])
    two = np.concatenate([links.customer, links.peer_b])
    sold = np.where(links.provider < links.customer, _SELLS_UP, _SELLS_DOWN)
    bits = np.concatenate([sold, np.full(len(links.peer_a), _PEERS)]).astype(np.uint8)
    apart = one != two
    one, two, bits = one[apart], two[apart], bits[apart]
    key = (np.minimum(one, two).astype(np.uint64) << np.uint64(32)) | np.maximum(one, two).astype(np.uint64)
    found, at = np.unique(key, return_inverse=True)
    relation = np.zeros(len(found), np.uint8)
    np.bitwise_or.at(relation, at, bits)
    return _Table(found, relation)


def _topology(table: _Table, alone: Longs) -> Topology:
    low, high = table.low, table.high
    up, down, peers = (table.relation & bit > 0 for bit in (_SELLS_UP, _SELLS_DOWN, _PEERS))
    provider = np.concatenate([low[up], high[down]])
    customer = np.concatenate([high[up], low[down]])
    return topology(provider, customer, low[peers], peer_b=high[peers], alone=alone)


@dataclass
class Attribution:
    """The difference between two graphs for the routes of some `sources` to all networks, by ASN.

    `restricted` are ASNs; `groups` are tried in order, and what is in none is the `rest`. Every step has the networks
    of both graphs, with or without a link.
    """

    first: RelationLinks
    last: RelationLinks
    sources: Longs
    restricted: Longs
    groups: Sequence[LinkGroup]
    rest: str = "all other links"
    threads: int = 2

    def __post_init__(self) -> None:
        self._old, self._new = _table(self.first), _table(self.last)
        every = (*self._ends(self._old), *self._ends(self._new), self.first.alone, self.last.alone)
        self.networks: Longs = np.unique(np.concatenate(every))
        keys = np.union1d(self._old.key, self._new.key)
        old, new = self._relation(self._old, keys), self._relation(self._new, keys)
        differs = old != new
        self._key, self._from, self._to = keys[differs], old[differs], new[differs]
        self._kept = _Table(keys[~differs], old[~differs])
        change = np.where(self._from == 0, 0, np.where(self._to == 0, 1, 2))
        group = np.full(len(self._key), len(self.groups))
        ends = _Table(self._key, self._to)
        for nth in range(len(self.groups) - 1, -1, -1):
            asns = self.groups[nth].asns
            group[np.isin(ends.low, asns) | np.isin(ends.high, asns)] = nth
        self._part = change * (len(self.groups) + 1) + group

    @staticmethod
    def _ends(table: _Table) -> tuple[Longs, Longs]:
        return table.low, table.high

    @staticmethod
    def _relation(table: _Table, keys: NDArray[np.uint64]) -> NDArray[np.uint8]:
        found = np.zeros(len(keys), np.uint8)
        found[np.searchsorted(keys, table.key)] = table.relation
        return found

    @property
    def part_count(self) -> int:
        """How many groups of links differ in some way."""
        return len(np.unique(self._part))

    @property
    def rest_ends(self) -> Longs:
        """Both ends of the links that differ and are in no group."""
        mine = self._part % (len(self.groups) + 1) == len(self.groups)
        ends = _Table(self._key[mine], self._to[mine])
        return np.concatenate([ends.low, ends.high])

    @property
    def link_count(self) -> int:
        """How many links differ."""
        return len(self._key)

    def run(self) -> Iterator[LinkPart]:
        """The parts in order and then in reverse; each is worked out as it is pulled.

        Law: in either order the parts sum to the difference between the two graphs. Cost O(parts x a pass over all
        destinations).
        """
        parts = np.unique(self._part).tolist()
        nothing, everything = (np.full(len(self._key), whole) for whole in (False, True))
        start, end = self._counted(nothing), self._counted(everything)
        for order, ordered in ((FORWARD, parts), (BACKWARD, parts[::-1])):
            before = start
            for nth, part in enumerate(ordered):
                done = np.isin(self._part, ordered[: nth + 1])
                after = end if nth + 1 == len(ordered) else self._counted(done)
                change, group = divmod(part, len(self.groups) + 1)
                yield LinkPart(
                    order=order,
                    place=nth + 1,
                    change=(ADDED, GONE, CHANGED)[change],
                    group=self.groups[group].name if group < len(self.groups) else self.rest,
                    link_count=int((self._part == part).sum()),
                    before=before,
                    after=after,
                )
                before = after

    def _counted(self, applied: NDArray[np.bool_]) -> PairCounts:
        """The counts once some of the differing links are as in the later graph."""
        relation = np.where(applied, self._to, self._from)
        stands = relation > 0
        key = np.concatenate([self._kept.key, self._key[stands]])
        made = _topology(_Table(key, np.concatenate([self._kept.relation, relation[stands]])), self.networks)
        return counted(made, self.sources, self.restricted, threads=self.threads)


def counted(made: Topology, sources: Longs, restricted: Longs, *, threads: int = 2) -> PairCounts:
    """What the pairs of some sources with all networks of a graph are; a source that the graph lacks has none."""
    flags = np.zeros(made.node_count, np.bool_)
    walls = made.nodes_of(restricted)
    flags[walls[walls >= 0]] = True
    nodes = made.nodes_of(sources)
    here = nodes >= 0
    every = np.arange(made.node_count, dtype=np.int32)
    study = ScenarioStudy(made, nodes[here], every, flags, [], threads)
    for _ in study.run():
        pass
    found = []
    for part in (study.before.pairs, study.before.routed, study.before.low_clear, study.before.high_clear):
        whole = np.zeros(len(sources), np.int64)
        whole[here] = part
        found.append(whole)
    return PairCounts(found[0], found[1], low_clear=found[2], high_clear=found[3])
