"""Modelled routes held against observed ones: how many of the paths that routers reported does the model explain?

A path says more than its first network's route: each network on it uses the rest of it. So every rest of a path is a
route too, counted once however many sessions and prefixes it was seen over, and those that a vantage point reported as
its own are counted apart: near an origin many rests are a step of one or two links, which a model hardly misses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault
from provenet.routing.kernels.aspaths import LANES, Batch, LongRoutes, Words, batch_of, passable, route
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.crossing import cross_some
from provenet.routing.kernels.judging import COUNTS, READINGS, Modelled, PairRoom, Seats, Tally, judge, see_some
from provenet.routing.kernels.route_rows import order_of
from provenet.routing.kernels.route_tree import Traced, trace
from provenet.routing.kernels.rows import Rows, rows_of, see, see_rungs
from provenet.routing.kernels.rungs import Rungs, climb, rungs_of
from provenet.routing.observed_routes import ObservedRoutes

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Validation:
    """What observed and modelled routes have in common, by groups of sources and destinations.

    `tally.counts` is int64[2, groups, groups, COUNTS] by reading (`READINGS`), group of the source and group of the
    destination. `outside_count` counts distinct routes of which the graph lacks an end: nothing else speaks of them.
    """

    tally: Tally
    group: Numbers
    outside_count: int

    def counts(self, reading: str, sources: NDArray[np.bool_], destinations: NDArray[np.bool_]) -> dict[str, int]:
        """The counts between some groups, each bool[groups], with the distinct sources and destinations."""
        at = READINGS.index(reading)
        found = self.tally.counts[at][sources][:, destinations].sum(axis=(0, 1))
        ends = {
            "source": int(self.tally.sources[at][:, destinations].any(axis=1)[self._in(sources)].sum()),
            "destination": int(self.tally.destinations[at][:, sources].any(axis=1)[self._in(destinations)].sum()),
        }
        return {**dict(zip(COUNTS, found.tolist(), strict=True)), **ends}

    def _in(self, groups: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(groups[self.group])


def validation_of(core: Condensed, traced: Traced, group: Numbers) -> Validation:
    """An empty validation, for `validate`; `group` int64[N] puts the networks of the graph into groups."""
    groups, count = int(group.max(initial=0)) + 1, core.topology.node_count
    tally = Tally(
        counts=np.zeros((len(READINGS), groups, groups, len(COUNTS)), np.int64),
        sources=np.zeros((len(READINGS), count, groups), np.uint8),
        destinations=np.zeros((len(READINGS), count, groups), np.uint8),
    )
    ends = (traced.graph < 0) | (traced.graph[traced.origin] < 0)
    routes = traced.hops > 0
    return Validation(tally, group, int((ends & routes).sum()))


def traced_routes(core: Condensed, observed: ObservedRoutes, restricted: Numbers) -> Traced:
    """What follows for each observed route from the links of a graph; `restricted` are AS numbers, ascending."""
    return trace(observed.tree, core.topology, restricted)


def validate(
    core: Condensed, observed: ObservedRoutes, traced: Traced, *, restricted: Numbers, into: Validation
) -> Iterator[tuple[int, int]]:
    """Judges every observed route between networks of the graph; yields routes done and routes in all.

    Claims whether the modelled route of the same source to the same destination has the class of the observed next hop,
    has that next hop in its tie set, is as long, and whether each next hop of the observed path is in the tie set of
    its network. Crossings are of AS numbers `restricted`, ends aside. Raises InputFault for a route that is too long.

    Cost O(distinct routes + destination classes / 64 x links); memory 40 bytes a distinct route.
    """
    goals, order, ends = _by_destination(core, traced)
    work = _Work.of(core, observed.tree.parent, traced, order=order, restricted=restricted, into=into)
    classes = core.class_of[goals]
    columns, first = np.unique(classes, return_index=True)
    upto = np.append(first, len(goals))
    total = int(ends[-1]) if len(ends) else 0
    for at in range(0, len(columns), LANES):
        here = columns[at : at + LANES].astype(np.int32)
        modelled = work.modelled(here)
        for goal in range(int(upto[at]), int(upto[min(at + LANES, len(columns))])):
            lane = int(np.searchsorted(here, classes[goal]))
            work.judge(modelled, int(goals[goal]), lane=lane, number=goal, span=(int(ends[goal]), int(ends[goal + 1])))
        yield int(ends[int(upto[min(at + LANES, len(columns))])]), total


def _by_destination(core: Condensed, traced: Traced) -> tuple[Numbers, NDArray[np.int32], Numbers]:
    """The destinations by class, as nodes of the graph, all routes by destination, and where those of each begin.

    Routes to networks that the graph lacks stand behind the others.
    """
    origins = np.flatnonzero(traced.hops == 0).astype(np.int64)
    nodes = traced.graph[origins]
    known = np.flatnonzero(nodes >= 0)
    known = known[np.argsort(core.class_of[nodes[known]], kind="stable")]
    rank = np.full(len(traced.hops), len(known), np.int32)
    rank[origins[known]] = np.arange(len(known), dtype=np.int32)
    key = rank[traced.origin]
    order = order_of(key, len(known) + 1)
    ends = np.zeros(len(known) + 1, np.int64)
    ends[1:] = np.cumsum(np.bincount(key, minlength=len(known) + 1)[: len(known)])
    return nodes[known].astype(np.int64), order, ends


@dataclass
class _Work:
    """What the routes of one batch after the other are judged with."""

    core: Condensed
    walls: Words
    seat: Rows
    seats: Seats
    parent: NDArray[np.int32]
    order: NDArray[np.int32]
    traced: Traced
    whole: NDArray[np.uint8]
    room: PairRoom
    bare: Rungs
    batch: Batch
    into: Validation

    @staticmethod
    def of(
        core: Condensed,
        parent: NDArray[np.int32],
        traced: Traced,
        *,
        order: NDArray[np.int32],
        restricted: Numbers,
        into: Validation,
    ) -> _Work:
        count = core.topology.node_count
        flags = np.zeros(count, np.bool_)
        found = core.topology.nodes_of(restricted)
        flags[found[found >= 0]] = True
        sources = np.unique(core.class_of[np.unique(traced.graph[traced.graph >= 0])]).astype(np.int32)
        row_of = np.full(core.class_count, -1, np.int32)
        row_of[sources] = np.arange(len(sources), dtype=np.int32)
        return _Work(
            core=core,
            walls=np.where(flags[core.core_node], ~np.uint64(0), np.uint64(0)),
            seat=rows_of(core, sources),
            seats=Seats(core.class_of, row_of, into.group),
            parent=parent,
            order=order,
            traced=traced,
            whole=np.zeros(len(traced.hops), np.uint8),
            room=PairRoom(
                seen_at=np.full((len(READINGS), count), -1, np.int64),
                every=np.zeros((len(READINGS), count), np.uint8),
                some=np.zeros((len(READINGS), count), np.uint8),
                listed=np.zeros((len(READINGS), count), np.int32),
            ),
            bare=rungs_of(core, 0),
            batch=batch_of(core),
            into=into,
        )

    def modelled(self, columns: NDArray[np.int32]) -> Modelled:
        """The routes to up to 64 destination classes, of transit networks and of the rows, and what they cross."""
        core, seat = self.core, self.seat
        try:
            batch = self.batch = route(core, columns, self.batch)
        except LongRoutes as err:
            raise InputFault([Fault("AS graph", "a route is too long", expected=str(err))]) from err
        see(core, batch, seat)
        climb(core, batch, self.walls, lucky=True, room=self.bare)
        clear, _ = see_rungs(core, batch, seat, rungs=self.bare, restricted=self.walls, lucky=True)
        core_some = cross_some(core, batch, self.walls, room=np.zeros(core.core_count, np.uint64))
        some = np.zeros(len(seat.classes), np.uint64)
        see_some(seat.links, seat.ties, ~passable(batch, self.walls), core_some, some)
        return Modelled(
            length=batch.length,
            customer=batch.customer,
            row_length=seat.length,
            row_customer=seat.customer,
            row_peer=seat.peer,
            row_provider=seat.provider,
            free=np.ascontiguousarray(clear[:, 0]),
            some=some,
        )

    def judge(self, modelled: Modelled, goal: int, *, lane: int, number: int, span: tuple[int, int]) -> None:
        """Counts the routes to one destination, which stand in a span of the order."""
        judge(
            self.order,
            self.parent,
            span[0],
            span[1],
            goal,
            lane,
            number,
            self.traced,
            self.seats,
            modelled,
            self.whole,
            self.into.tally,
            self.room,
        )
