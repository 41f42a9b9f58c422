"""Failures and refusals by the thousand: what routes of some sources lose, and what they newly cross, in each scenario.

A scenario takes networks or links away, makes networks refuse to carry for others, or lets one network leak its routes.
Every destination is worked out once as the graph is; a scenario is then worked out for the destinations alone that it
touches: a destination is left out only where no route that the sources' routes depend on uses what is gone. Sixty-four
destinations are worked out at once, of whatever scenarios (decision 0073).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import local
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault
from provenet.numerics.arrays import Flags, Ints, Longs
from provenet.routing.kernels import scenario_counts
from provenet.routing.kernels.condense import Condensed, condense
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.scenario_lanes import (
    LaneMasks,
    LaneState,
    hierarchy_links,
    masks_of,
    meet_lanes,
    route_lanes,
    state_of,
)
from provenet.routing.kernels.words import LANES, Table, Words

MOST_LEVELS = 255
_LANES_AT_ONCE = 256 * LANES
"""Lanes that are handed to the threads at once."""


@dataclass(frozen=True)
class Scenario:
    """What changes, by node: networks `removed`, links `cut` between two, one network that leaks, or -1.

    Each of the `refusers` announces nothing of the `refused` networks' routes to anybody, and drops their traffic.
    """

    removed: tuple[int, ...] = ()
    cut: tuple[tuple[int, int], ...] = ()
    refusers: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    leaker: int = -1


@dataclass(frozen=True)
class PairCounts:
    """Pairs of each source, int64[sources]: all, those with a route, and those surely and possibly clear."""

    pairs: Longs
    routed: Longs
    low_clear: Longs
    high_clear: Longs

    @property
    def low_crossing(self) -> Longs:
        """Pairs whose every best route crosses."""
        return self.routed - self.high_clear

    @property
    def high_crossing(self) -> Longs:
        """Pairs of which some best route crosses."""
        return self.routed - self.low_clear


@dataclass
class ScenarioStudy:
    """Scenarios over the routes from `sources` to `destinations` (nodes, ascending) with `restricted` bool[N].

    After `run`, `counts` is int64[scenarios, sources, `COUNTED`], and `before` says what the pairs are as the graph is.
    A pair crosses where a restricted network lies between its ends.
    """

    topology: Topology
    sources: Ints
    destinations: Ints
    restricted: Flags
    scenarios: Sequence[Scenario]
    threads: int = 2
    counts: Longs = field(init=False)
    before: PairCounts = field(init=False)
    _marks: ClassVar[bool] = True
    _levels: int = field(init=False, default=24)

    def __post_init__(self) -> None:
        cut = [v for scenario in self.scenarios for link in scenario.cut for v in link]
        leaks = [one.leaker for one in self.scenarios if one.leaker >= 0]
        apart = np.unique(np.concatenate([self.sources, np.array([*cut, *leaks], np.int32)])).astype(np.int32)
        self.core: Condensed = condense(self.topology, apart)
        self.rows = self.core.class_of[self.sources].astype(np.int32)
        leakers = self.core.class_of[np.array(leaks, np.int32)] if leaks else np.zeros(0, np.int32)
        self.leakers = np.unique(leakers).astype(np.int32)
        self.links = hierarchy_links(self.core, np.concatenate([self.rows, self.leakers]))
        size = np.bincount(self.core.class_of[self.destinations], minlength=self.core.class_count)
        self.columns = np.flatnonzero(size).astype(np.int32)
        self.sizes = size[self.columns].astype(np.int64)
        self.bad = restricted_words(self.restricted, self.core)
        self.tables = self._tables()
        self._own = local()

    def _tables(self) -> scenario_counts.ScenarioTables:
        core, of = self.core, self.core.class_of

        def rows(lists: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
            start = np.zeros(len(lists) + 1, np.int32)
            start[1:] = np.cumsum([len(one) for one in lists])
            return start, np.array([v for one in lists for v in one], np.int32)

        def in_core(nodes: Sequence[int]) -> list[int]:
            return [c for c in of[np.array(nodes, np.int32)].tolist() if c < core.core_count] if nodes else []

        entries: dict[str, list[list[int]]] = {"up": [], "down": [], "peer": []}
        for scenario in self.scenarios:
            ends = [(int(of[a]), int(of[b])) for a, b in scenario.cut]
            ends += [(b, a) for a, b in ends]
            for name, start, to in (
                ("up", core.links.up_start, core.links.up),
                ("down", core.links.down_start, core.links.down),
                ("peer", self.links.peer_start, self.links.peer),
            ):
                found = {start[a] + i for a, b in ends for i in np.flatnonzero(to[start[a] : start[a + 1]] == b)}
                entries[name].append(sorted(found))
        removed = [in_core(one.removed) for one in self.scenarios]
        refusers = [in_core(one.refusers) for one in self.scenarios]
        columns = [column for lists in (removed, refusers, *entries.values()) for column in rows(lists)]
        leaker = [int(of[one.leaker]) if one.leaker >= 0 else -1 for one in self.scenarios]
        columns.append(np.array(leaker, np.int32))
        return scenario_counts.ScenarioTables(*columns)

    def run(self) -> Iterator[tuple[str, int, int]]:
        """Works everything out; yields what is being done, how much is done and of how much.

        Raises InputFault where a route is longer than `MOST_LEVELS` hops. Cost O(touched destinations x links of the
        sources' hierarchy / 64); memory 24 bytes a scenario and 64 destinations, 8 a pair, 72 a scenario and source.
        """
        with ThreadPoolExecutor(max(self.threads, 1)) as pool:
            yield from self._as_it_is(pool)
            self.counts = np.zeros((len(self.scenarios), len(self.rows), len(scenario_counts.COUNTED)), np.int64)
            yield from self._under_scenarios(pool)
        for counts, leaving, scenario in zip(self.counts, self.gone > 0, self.scenarios, strict=True):
            self._lose_ends(counts, leaving, scenario.removed)

    def _room(self) -> LaneRoom:
        room = getattr(self._own, "room", None)
        if room is None or room.state.near.shape[1] < self._levels:
            room = self._own.room = LaneRoom(state_of(self.links, self._levels), masks_of(self.links, self.bad))
        return room

    def _routed(self, room: LaneRoom, masks: LaneMasks, columns: Ints, *, sources: Ints, wide: bool) -> int:
        """Routes a batch; gives how many networks were followed."""
        while (listed := route_lanes(self.links, masks, room.state, columns, sources, wide)) < 0:
            if self._levels >= MOST_LEVELS:
                raise InputFault([Fault("AS graph", "a route is too long", expected=f"at most {MOST_LEVELS - 1} hops")])
            self._levels = max(self._levels, min(room.state.near.shape[1] * 2, MOST_LEVELS))
            room.state = state_of(self.links, self._levels)
        return int(listed)

    def _as_it_is(self, pool: ThreadPoolExecutor) -> Iterator[tuple[str, int, int]]:
        """What every pair is as the graph is, and which destinations each scenario touches."""
        batches, count = -(-len(self.columns) // LANES), len(self.rows)
        self.pairs = scenario_counts.PairWords(
            routed=np.zeros((batches, count), np.uint64),
            clear=np.zeros((batches, count), np.uint64),
            some=np.zeros((batches, count), np.uint64),
            mark=np.zeros((count, batches * LANES if self._marks else 0), np.uint64),
        )
        self.touched = tuple(np.zeros((batches, len(self.scenarios)), np.uint64) for _ in range(3))

        def one(b: int) -> None:
            room = self._room()
            columns = self.columns[b * LANES : (b + 1) * LANES]
            listed = self._routed(room, room.masks, columns, sources=self.rows, wide=bool(self.scenarios))
            self._note(b, room, columns, listed=listed)

        for done, _ in enumerate(pool.map(one, range(batches))):
            yield "destinations as the graph is", min((done + 1) * LANES, len(self.columns)), len(self.columns)
        self.place = np.full(self.core.class_count, -1, np.int64)
        self.place[self.columns] = np.arange(len(self.columns))
        self.own = self.place[self.rows]
        self._sum_up()

    def _note(self, b: int, room: LaneRoom, columns: Ints, *, listed: int) -> None:
        """Notes what the pairs of a routed batch are, and which scenarios touch it."""
        meet_lanes(self.links, room.masks, room.state, columns, listed)
        scenario_counts.write_pairs(room.state, self.rows, b, len(columns), self.pairs)
        changed, refused, dropped = (words[b] for words in self.touched)
        scenario_counts.touched_lanes(self.links, room.state, self.tables, changed, refused, dropped)

    def _sum_up(self) -> None:
        """Counts what the pairs are without a scenario."""
        pairs = self.pairs
        every = np.full(len(self.rows), self.sizes.sum(), np.int64)
        at = np.flatnonzero(self.own >= 0)
        every[at] -= self.sizes[self.own[at]]
        self.before = PairCounts(
            pairs=every,
            routed=self._weighed(pairs.routed),
            low_clear=self._weighed(pairs.routed & ~pairs.some),
            high_clear=self._weighed(pairs.clear),
        )

    def _weighed(self, words: Table) -> Longs:
        """How many destinations other than itself each source has in the classes that words [batches, rows] mark."""
        sums = np.zeros(len(self.rows), np.int64)
        scenario_counts.weigh(words, self.sizes, sums)
        at = np.flatnonzero(self.own >= 0)
        places = self.own[at]
        own = words[places // LANES, at] >> (places % LANES).astype(np.uint64) & np.uint64(1)
        sums[at] -= self.sizes[places] * own.astype(np.int64)
        return sums

    def _under_scenarios(self, pool: ThreadPoolExecutor) -> Iterator[tuple[str, int, int]]:
        sets = (len(self.scenarios), len(self.rows))
        self.gone, self.named = np.zeros(sets, np.uint8), np.zeros(sets, np.uint8)
        self.splits = np.zeros(len(self.scenarios), np.uint8)
        for s, scenario in enumerate(self.scenarios):
            self.gone[s] = np.isin(self.sources, np.array(scenario.removed, np.int32))
            self.named[s] = np.isin(self.sources, np.array(scenario.refused, np.int32))
            self.splits[s] = bool(scenario.refusers and self.named[s].any())
        waiting: list[scenario_counts.Lanes] = []
        held = 0
        for s, scenario in enumerate(self.scenarios):
            made = self._lanes_of(s, scenario)
            waiting.append(made)
            held += len(made.scenario)
            if held >= _LANES_AT_ONCE or s + 1 == len(self.scenarios):
                self._work(pool, _joined(waiting))
                waiting, held = [], 0
            yield "scenarios", s + 1, len(self.scenarios)

    def _lanes_of(self, s: int, scenario: Scenario) -> scenario_counts.Lanes:
        """The lanes of one scenario: destinations that it touches, in parts where it refuses some ends."""
        count = len(self.columns)
        changed, refused, dropped = (_bits(words[:, s : s + 1], count)[0] for words in self.touched)
        if scenario.leaker >= 0 and (scenario.removed or scenario.cut or scenario.refusers):
            changed = np.ones(count, np.bool_)
        left = self._without(self.sizes, scenario.removed)
        inside = np.zeros(count, np.int64)
        if scenario.refusers:
            kept = np.setdiff1d(np.array(scenario.refused, np.int32), np.array(scenario.removed, np.int32))
            kept = np.intersect1d(kept, self.destinations)
            places = self.place[self.core.class_of[kept]]
            np.add.at(inside, places[places >= 0], 1)
        parts = []
        for weight, refuse, touched in ((left - inside, 0, changed), (inside, 1, changed | refused)):
            for drop in (0, 1) if self.splits[s] else (0,):
                at = np.flatnonzero((weight > 0) & (touched | dropped if drop else touched)).astype(np.int32)
                parts.append(
                    scenario_counts.Lanes(
                        scenario=np.full(len(at), s, np.int32),
                        position=at,
                        column=self.columns[at],
                        weight=weight[at],
                        refuse=np.full(len(at), refuse, np.uint8),
                        drop=np.full(len(at), drop, np.uint8),
                    )
                )
        return _joined(parts)

    def _without(self, sizes: Longs, removed: Sequence[int]) -> Longs:
        gone = np.intersect1d(np.array(removed, np.int32), self.destinations)
        if not len(gone):
            return sizes
        left = sizes.copy()
        np.subtract.at(left, self.place[self.core.class_of[gone]], 1)
        return left

    def _work(self, pool: ThreadPoolExecutor, lanes: scenario_counts.Lanes) -> None:
        """Works out lanes on the threads, and adds up what they change."""
        count = len(lanes.scenario)
        if not count:
            return
        cuts = list(range(0, count, LANES))
        share = max(1, -(-len(cuts) // (max(self.threads, 1) * 4)))

        def some(at: int) -> tuple[int, Longs]:
            low = int(lanes.scenario[cuts[at]])
            high = int(lanes.scenario[min(cuts[min(at + share, len(cuts)) - 1] + LANES, count) - 1])
            added = np.zeros((high - low + 1, len(self.rows), len(scenario_counts.COUNTED)), np.int64)
            room = self._room()
            for first in cuts[at : at + share]:
                self._batch(room, lanes, first, last=min(first + LANES, count), base=low, added=added)
            return low, added

        for low, added in pool.map(some, range(0, len(cuts), share)):
            self.counts[low : low + len(added)] += added

    def _batch(
        self, room: LaneRoom, lanes: scenario_counts.Lanes, first: int, *, last: int, base: int, added: Longs
    ) -> None:
        masks, columns = room.masks, lanes.column[first:last]
        scenario_counts.set_masks(self.links, self.tables, lanes, masks, first, last, False)
        leaks = bool((self.tables.leaker[lanes.scenario[first:last]] >= 0).any())
        sources = np.concatenate([self.rows, self.leakers]) if leaks else self.rows
        listed = self._routed(room, masks, columns, sources=sources, wide=False)
        meant = masks
        if leaks:
            room_for = LANES * room.state.near.shape[1]
            found = scenario_counts.HeldRoutes(*(np.zeros(room_for, np.int32) for _ in range(5)))
            count = scenario_counts.leaked_routes(self.links, self.tables, lanes, masks, room.state, first, last, found)
            if count:
                meant = _holding(masks, found, count)
                listed = self._routed(room, meant, columns, sources=sources, wide=False)
        meet_lanes(self.links, meant, room.state, columns, listed)
        shifted = lanes._replace(scenario=lanes.scenario - base)
        these = slice(base, base + len(added))
        marks = self.gone[these], self.named[these], self.splits[these]
        scenario_counts.count_lanes(shifted, first, last, room.state, self.rows, self.pairs, *marks, added)
        scenario_counts.set_masks(self.links, self.tables, lanes, masks, first, last, True)

    def _lose_ends(self, counts: Longs, leaving: Flags, removed: Sequence[int]) -> None:
        """Counts the pairs with a removed end, sources `leaving` bool[sources] among them: their routes are lost."""
        gone = np.intersect1d(np.array(removed, np.int32), self.destinations)
        before = self.before
        counts[leaving] = 0
        weight = np.zeros((len(self.rows), 0), np.int64)
        if len(gone):
            places, size = np.unique(self.place[self.core.class_of[gone]], return_counts=True)
            weight = np.where(self.own[:, None] == places[None, :], 0, size[None, :])
            weight[leaving] = 0
            routed, clear, some = (columns_of(words, places) for words in self.pairs[:3])
            lost = (weight * routed).sum(axis=1)
            low, high = (weight * (routed & ~some)).sum(axis=1), (weight * clear).sum(axis=1)
            _lose(counts, lost, low_clear=low, high_clear=high)
        of_source = np.where(leaving, 1, 0)
        _lose(
            counts,
            before.routed * of_source,
            low_clear=before.low_clear * of_source,
            high_clear=before.high_clear * of_source,
        )


def _lose(counts: Longs, lost: Longs, *, low_clear: Longs, high_clear: Longs) -> None:
    at = {name: nth for nth, name in enumerate(scenario_counts.COUNTED)}
    counts[:, at["low_lost"]] += lost
    counts[:, at["high_lost"]] += lost
    counts[:, at["low_still"]] -= low_clear
    counts[:, at["high_still"]] -= high_clear
    counts[:, at["low_crossing"]] -= lost - high_clear
    counts[:, at["high_crossing"]] -= lost - low_clear


@dataclass
class LaneRoom:
    """What one thread works in."""

    state: LaneState
    masks: LaneMasks


def restricted_words(restricted: Flags, core: Condensed) -> Words:
    """The restricted networks of the core as words of all lanes."""
    return np.where(restricted[core.core_node], ~np.uint64(0), np.uint64(0))


def columns_of(words: Table, places: Longs) -> Flags:
    """Some columns of words [batches, rows], bool[rows, places]."""
    bits = words[places // LANES] >> (places % LANES).astype(np.uint64)[:, None] & np.uint64(1)
    return bits.T.astype(np.bool_)


def _holding(masks: LaneMasks, found: scenario_counts.HeldRoutes, count: int) -> LaneMasks:
    """The masks with some held routes."""
    held, first, then = np.zeros_like(masks.held), np.full_like(masks.held_first, -1), np.zeros(count, np.int32)
    for i in range(count):
        v = found.node[i]
        held[v] |= np.uint64(1) << np.uint64(found.lane[i])
        then[i], first[v] = first[v], i
    return masks._replace(
        held=held,
        held_first=first,
        held_next=then,
        **{f"held_{name}": array[:count].copy() for name, array in found._asdict().items()},
    )


def _joined(parts: Sequence[scenario_counts.Lanes]) -> scenario_counts.Lanes:
    return scenario_counts.Lanes(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _bits(words: NDArray[Any], count: int) -> Flags:
    """Words [batches, rows] as bool[rows, count]."""
    octets = np.ascontiguousarray(words.T).astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=count, bitorder="little").view(np.bool_)
