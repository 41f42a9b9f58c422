"""Routes that are kept: another restricted set, or networks gone, cost what they change and no more.

The routes of some sources to all destinations are worked out once, as the graph is. The steps of the best paths are
kept, and a row of words for each network with a route, in all 64 destinations at once. What is restricted changes no
route: it is carried along the steps. A network that is gone is followed through the rows: nobody chooses anew but
where a neighbour's offer has changed (decision 0102).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault
from provenet.numerics.arrays import Flags, Ints, Longs
from provenet.routing.kernels import removals
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.scenario_counts import COUNTED, Steps, list_steps, meet_steps
from provenet.routing.kernels.words import LANES
from provenet.routing.scenarios import MOST_LEVELS, LaneRoom, ScenarioStudy, columns_of, restricted_words

MOST_PLANES = MOST_LEVELS.bit_length()


class KeptRoutes(ScenarioStudy):
    """The routes from `sources` to `destinations` (nodes, ascending), with `restricted` bool[N], worked out and kept.

    `before` says what the pairs are. Memory 16 bytes for each step of a best path in 64 destinations, and 80 bytes for
    each network with a route there: 0.3 GB for 500 sources on the graph of 2025.

    Raises
    ------
    InputFault
        Where a route is longer than `MOST_LEVELS` hops.
    """

    _marks = False

    def __init__(
        self, topology: Topology, sources: Ints, destinations: Ints, *, restricted: Flags, threads: int = 2
    ) -> None:
        super().__init__(topology, sources, destinations, restricted, [], threads)
        self.kept: dict[int, removals.KeptBatch] = {}
        self.whole = removals.whole_links(self.core)
        self._rooms = local()
        for _ in self.run():
            pass

    def newly_crossing(self, more: KeptRoutes) -> tuple[Longs, Longs]:
        """Pairs of each source that do not cross here and do with the restricted set of `more`, int64[sources]: ends.

        `more` is of the same sources and graph, its restricted set holds this one, and routes are the same in both.
        Low: no best route crosses here and every one does there. High: not every one crosses here, and some does there.
        """
        here, then = self.pairs, more.pairs
        return self._weighed(here.routed & ~here.some & ~then.clear), self._weighed(then.some & here.clear)

    def restricting(self, restricted: Flags) -> KeptRoutes:
        """The same routes with another restricted set, bool[N]. Cost O(steps of all best paths)."""
        made = KeptRoutes.__new__(KeptRoutes)
        made.__dict__.update(self.__dict__)
        made.restricted, made.bad = restricted, restricted_words(restricted, self.core)
        clear, some = np.zeros_like(self.pairs.clear), np.zeros_like(self.pairs.some)
        for b, kept in self.kept.items():
            clear[b], some[b] = made._met(kept)
        made.pairs = self.pairs._replace(clear=clear, some=some)
        made._sum_up()
        return made

    def routed_to(self, node: int) -> Flags:
        """Which sources have a route to a network, bool[sources]."""
        return columns_of(self.pairs.routed, self.place[[self.core.class_of[node]]])[:, 0]

    def without(self, removed: Sequence[int]) -> Longs:
        """What each source's pairs lose, gain and newly cross with networks gone: int64[sources, `COUNTED`].

        The counts are those of a study whose scenario removes these nodes. Cost O(steps of all best paths + links of
        the networks that choose anew).
        """
        left = self._without(self.sizes, removed)
        gone = np.unique(self.core.class_of[np.array(removed, np.int32)])
        gone = gone[gone < self.core.core_count].astype(np.int32)
        counts = np.zeros((len(self.rows), len(COUNTED)), np.int64)
        touched = [b for b, kept in self.kept.items() if np.isin(gone, kept.node, kind="sort").any()]
        share = max(1, -(-len(touched) // (max(self.threads, 1) * 4)))

        def some(first: int) -> Longs:
            added = np.zeros_like(counts)
            for b in touched[first : first + share]:
                self._batch_without(b, gone, left, added=added)
            return added

        with ThreadPoolExecutor(max(self.threads, 1)) as pool:
            for added in pool.map(some, range(0, len(touched), share)):
                counts += added
        self._lose_ends(counts, np.isin(self.sources, np.array(removed, np.int32)), removed)
        return counts

    def _note(self, b: int, room: LaneRoom, columns: Ints, *, listed: int) -> None:
        """Keeps the routes and the steps of a routed batch."""
        state, mine = room.state, self._mine()
        levels = state.near.shape[1]
        mine.steps = mine.steps._replace(span=np.zeros(levels + 1, np.int32))
        while (count := list_steps(self.links, state, columns, listed, mine.steps)) > len(mine.steps.node):
            mine.steps = _steps_of(2 * count, levels)
        node = np.flatnonzero(state.routed).astype(np.int32)
        words = np.zeros((len(node), removals.LENGTH + (levels - 1).bit_length()), np.uint64)
        wanted = np.zeros(len(node), np.uint64)
        removals.keep_rows(state, node, words, wanted)
        one = mine.steps
        kept = Steps(one.node[:count].copy(), one.hop[:count].copy(), one.word[:count].copy(), one.span)
        self.kept[b] = removals.KeptBatch(columns, node, words, wanted, kept)
        self.pairs.routed[b] = state.routed[self.rows]
        self.pairs.clear[b], self.pairs.some[b] = self._met(self.kept[b])

    def _met(self, kept: removals.KeptBatch) -> NDArray[np.uint64]:
        """The lanes in which some path of a source is clear, and in which some crosses: uint64[2, sources]."""
        mine, found = self._mine(), np.zeros((2, len(self.rows)), np.uint64)
        meet_steps(kept.steps, kept.columns, self.bad, self.rows, mine.clear, mine.some, mine.own, found)
        return found

    def _batch_without(self, b: int, gone: Ints, left: Longs, *, added: Longs) -> None:
        """Adds what changes for the pairs with one batch."""
        kept, mine, pairs = self.kept[b], self._mine(), self.pairs
        weight = np.zeros(LANES, np.int64)
        weight[: len(kept.columns)] = left[b * LANES : (b + 1) * LANES]
        before = pairs.routed[b], pairs.clear[b], pairs.some[b]
        while True:
            room, room_for = self._removal_room(kept.words.shape[1] - removals.LENGTH), len(mine.steps.node)
            count = removals.count_without(
                self.links, self.whole, kept, self.rows, self.bad, gone, weight, before, room, mine.steps, added
            )
            if 0 <= count <= room_for:
                return
            if count > room_for:
                mine.steps = _steps_of(2 * count, 1)
            elif (planes := kept.words.shape[1] - removals.LENGTH) >= MOST_PLANES:
                raise InputFault([Fault("AS graph", "a route is too long", expected=f"at most {MOST_LEVELS - 1} hops")])
            else:
                more = np.zeros((len(kept.node), MOST_PLANES - planes), np.uint64)
                kept = kept._replace(words=np.concatenate([kept.words, more], axis=1))

    def _mine(self) -> _RoutesRoom:
        """What this thread works in."""
        room: _RoutesRoom | None = getattr(self._rooms, "room", None)
        if room is None:
            room = self._rooms.room = _RoutesRoom(self.core.core_count)
        return room

    def _removal_room(self, planes: int) -> removals.RemovalRoom:
        """This thread's room for lengths of so many bits."""
        rooms = self._mine().removals
        if planes not in rooms:
            rooms[planes] = removals.removal_room(self.links, self.whole, planes)
        return rooms[planes]


class _RoutesRoom:
    """What one thread works in, for T networks."""

    def __init__(self, count: int) -> None:
        self.clear, self.some, self.own = (np.zeros(count, np.uint64) for _ in range(3))
        self.steps = _steps_of(2**14, 1)
        self.removals: dict[int, removals.RemovalRoom] = {}


def _steps_of(count: int, levels: int) -> Steps:
    """Room for some steps of paths."""
    return Steps(
        node=np.zeros(count, np.int32),
        hop=np.zeros(count, np.int32),
        word=np.zeros(count, np.uint64),
        span=np.zeros(levels + 1, np.int32),
    )
