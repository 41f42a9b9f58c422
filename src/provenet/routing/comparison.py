"""Modelled routes held against another table of routes: observed paths, or those modelled on the graph of another day.

An observed path says more than its first network's route: each network on it uses the rest of it. So every rest of a
path is a route too, counted once however many sessions and prefixes it was seen over, and those that a vantage point
reported as its own are counted apart: near an origin many rests are a step of one or two links, which a model hardly
misses. Of another graph all equally good routes count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.core.errors import Fault, InputFault
from provenet.numerics.arrays import Flags, Ints, Longs
from provenet.routing.kernels import judging
from provenet.routing.kernels.aspaths import LANES, Batch, LongRoutes, Words, batch_of, passable, route
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.crossing import cross_some
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.route_rows import order_of
from provenet.routing.kernels.route_tree import CUSTOMER, PEER, PROVIDER, Traced
from provenet.routing.kernels.rows import Rows, rows_of, see, see_rungs
from provenet.routing.kernels.rungs import Rungs, climb, rungs_of
from provenet.routing.observed_routes import ObservedRoutes


@dataclass(frozen=True)
class Comparison:
    """What modelled routes have in common with others, by groups of sources and destinations.

    `tally.counts` is int64[2, groups, groups, COUNTS] by reading (`READINGS`), group of the source and group of the
    destination. `outside_count` counts distinct observed routes of which the graph lacks an end: nothing else speaks of
    them; None of a graph.
    """

    tally: judging.Tally
    group: Longs
    outside_count: int | None

    def counts(self, reading: str, sources: Flags, destinations: Flags) -> dict[str, int]:
        """The counts between some groups, each bool[groups], with the distinct sources and destinations."""
        at = judging.READINGS.index(reading)
        found = self.tally.counts[at][sources][:, destinations].sum(axis=(0, 1))
        ends = {
            "source": int(self.tally.sources[at][:, destinations].any(axis=1)[self._in(sources)].sum()),
            "destination": int(self.tally.destinations[at][:, sources].any(axis=1)[self._in(destinations)].sum()),
        }
        return {**dict(zip(judging.COUNTS, found.tolist(), strict=True)), **ends}

    def _in(self, groups: Flags) -> Flags:
        return np.asarray(groups[self.group])


def comparison_of(core: Condensed, group: Longs, traced: Traced | None = None) -> Comparison:
    """Nothing compared yet; `group` int64[N] puts networks of the graph into groups, `traced` are observed routes."""
    groups, count = int(group.max(initial=0)) + 1, core.topology.node_count
    tally = judging.Tally(
        counts=np.zeros((len(judging.READINGS), groups, groups, len(judging.COUNTS)), np.int64),
        sources=np.zeros((len(judging.READINGS), count, groups), np.uint8),
        destinations=np.zeros((len(judging.READINGS), count, groups), np.uint8),
    )
    if traced is None:
        return Comparison(tally, group, None)
    ends = (traced.graph < 0) | (traced.graph[traced.origin] < 0)
    routes = traced.hops > 0
    return Comparison(tally, group, int((ends & routes).sum()))


def compare_paths(
    core: Condensed, observed: ObservedRoutes, traced: Traced, *, restricted: Longs, into: Comparison
) -> Iterator[tuple[int, int]]:
    """Judges every observed route between networks of the graph; yields routes done and routes in all.

    Claims whether the modelled route of the same source to the same destination has the class of the observed next hop,
    has that next hop in its tie set, is as long, and whether each next hop of the observed path is in the tie set of
    its network. Crossings are of AS numbers `restricted`, ends aside. Raises InputFault for a route that is too long.

    Cost O(distinct routes + destination classes / 64 x links); memory 40 bytes a distinct route.
    """
    goals, order, ends = _by_destination(core, traced)
    model = Model.of(core, traced.graph[traced.graph >= 0], restricted)
    seats, whole = judging.Seats(core.class_of, model.row_of, into.group), np.zeros(len(traced.hops), np.uint8)
    pairs = (len(judging.READINGS), core.topology.node_count)
    room = judging.PairRoom(
        seen_at=np.full(pairs, -1, np.int64),
        every=np.zeros(pairs, np.uint8),
        some=np.zeros(pairs, np.uint8),
        listed=np.zeros(pairs, np.int32),
    )
    classes = core.class_of[goals]
    columns, first = np.unique(classes, return_index=True)
    upto = np.append(first, len(goals))
    total = int(ends[-1]) if len(ends) else 0
    for at in range(0, len(columns), LANES):
        here = columns[at : at + LANES].astype(np.int32)
        modelled = model.routes(here)
        for goal in range(int(upto[at]), int(upto[min(at + LANES, len(columns))])):
            lane = int(np.searchsorted(here, classes[goal]))
            span = int(ends[goal]), int(ends[goal + 1])
            how = (traced, seats, modelled, whole, into.tally, room)
            judging.judge(order, observed.tree.parent, *span, int(goals[goal]), lane, goal, *how)
        yield int(ends[int(upto[min(at + LANES, len(columns))])]), total


def _by_destination(core: Condensed, traced: Traced) -> tuple[Longs, Ints, Longs]:
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
class Model:
    """A graph as a table of routes: from some sources, worked out for up to 64 destination classes at a time.

    `row_of` int32[classes] is the row of each source's class; `walls` uint64[T] is all ones for restricted networks.
    """

    core: Condensed
    walls: Words
    row_of: Ints
    seat: Rows
    bare: Rungs
    batch: Batch

    @staticmethod
    def of(core: Condensed, sources: Ints, restricted: Longs) -> Model:
        """A model for some sources, nodes of the graph; `restricted` are AS numbers."""
        classes = np.unique(core.class_of[np.unique(sources)]).astype(np.int32)
        row_of = np.full(core.class_count, -1, np.int32)
        row_of[classes] = np.arange(len(classes), dtype=np.int32)
        walls = np.where(core.topology.marks(restricted)[core.core_node], ~np.uint64(0), np.uint64(0))
        return Model(core, walls, row_of, rows_of(core, classes), rungs_of(core, 0), batch_of(core))

    def routes(self, columns: Ints) -> judging.Modelled:
        """The routes to destination classes, of transit networks and of the rows, and what they cross."""
        core, seat = self.core, self.seat
        try:
            batch = self.batch = route(core, columns, self.batch)
        except LongRoutes as err:
            raise InputFault([Fault("AS graph", "a route is too long", expected=str(err))]) from err
        see(core, batch, seat)
        climb(core, batch, self.walls, lucky=True, room=self.bare)
        clear, _ = see_rungs(core, batch, seat, rungs=self.bare, restricted=self.walls, lucky=True)
        core_some = cross_some(core, batch, self.walls, room=np.zeros(core.core_count, np.uint64))
        some = np.zeros(len(seat.links.classes), np.uint64)
        judging.see_some(seat.links, seat.ties, ~passable(batch, self.walls), core_some, some)
        return judging.Modelled(
            length=batch.length,
            customer=batch.state.customer,
            row_length=seat.state.length,
            row_customer=seat.state.customer,
            row_peer=seat.state.peer,
            row_provider=seat.state.provider,
            free=np.ascontiguousarray(clear[:, 0]),
            some=some,
        )


def compare_graphs(
    core: Condensed, other: Condensed, sources: Longs, *, restricted: Longs, into: Comparison
) -> Iterator[tuple[int, int]]:
    """Judges the routes of another graph between networks of both; yields destinations done and in all.

    Claims whether the modelled route of the same source to the same destination has the same class, a next hop in
    common and as many hops in both graphs, and what crosses in each, over all equally good routes. `sources` and
    `restricted` are AS numbers, ends aside. Raises InputFault for a route that is too long.

    Cost O(networks / 64 x links + sources x networks).
    """
    both = np.intersect1d(core.topology.asn, other.topology.asn)
    goals, other_goals = core.topology.nodes_of(both), other.topology.nodes_of(both)
    order = np.argsort(core.class_of[goals], kind="stable")
    goals, other_goals = goals[order], other_goals[order]
    asns = np.intersect1d(sources, both)
    ends = core.topology.nodes_of(asns), other.topology.nodes_of(asns)
    models = [Model.of(one, nodes, restricted) for one, nodes in zip((core, other), ends, strict=True)]
    pairs = _pairs(models, ends)
    for at in range(0, len(goals), LANES):
        here, there = goals[at : at + LANES], other_goals[at : at + LANES]
        now, then = models[0].routes(core.class_of[here]), models[1].routes(other.class_of[there])
        judging.judge_graphs(here, there, pairs, (core.class_of, other.class_of), into.group, now, then, into.tally)
        yield min(at + LANES, len(goals)), len(goals)


def _pairs(models: Sequence[Model], ends: tuple[Ints, Ints]) -> judging.Pairs:
    """The sources in both graphs with the neighbours that are customers, peers or providers of them in both."""
    graphs = [one.core.topology for one in models]
    start, found = [0], []
    for nodes in zip(*(one.tolist() for one in ends), strict=True):
        for kind, neighbours in (
            (CUSTOMER, Topology.customers),
            (PEER, Topology.peers),
            (PROVIDER, Topology.providers),
        ):
            here, there = (graph.asn[neighbours(graph, v)] for graph, v in zip(graphs, nodes, strict=True))
            found += [(kind, asn) for asn in np.intersect1d(here, there).tolist()]
        start.append(len(found))
    kinds, asns = np.array(found, np.int64).reshape(-1, 2).T
    rows = [model.row_of[model.core.class_of[nodes]] for model, nodes in zip(models, ends, strict=True)]
    return judging.Pairs(
        source=ends[0],
        row=rows[0],
        other_row=rows[1],
        start=np.array(start, np.int32),
        kind=kinds.astype(np.int32),
        neighbour=graphs[0].nodes_of(asns),
        other_neighbour=graphs[1].nodes_of(asns),
    )
