"""Steering of many demands: exactly where no capacity limits it, and one demand after the other where it does.

Without capacities demands do not meet: each rides its shortest clear path, or stays where it is. That is exact, and no
way of steering within capacities brings more. With them, demands are put on paths in turn: what is found is feasible,
and the answer without capacities bounds it. Source: own (decision 0076).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import fsum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from provenet.core.progress import Progress, silent
from provenet.numerics.outcome import Proof
from provenet.routing.igp import Marks, Network, exposures, loads
from provenet.routing.kernels.cheapest import cheapest_from, cheapest_to
from provenet.routing.kernels.igp import FAR, NodeMarks, grow, pour, room_of, tree_of
from provenet.routing.solve.steering import ElementPrice, SteeredPath, Steering, Traffic, steer

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
NEAR = 1e-9
"""Lengths within this share of each other are equal, and less of a volume is not steered."""
SAME = 1 + 1e-12
Way = Literal["freely", "program", "in turn"]
MOST_STEERED, MOST_WORK = 10_000, 40_000_000
"""The most demands, and demands times arcs, for which steering within capacities is a linear program; a minute or two
at most. Beyond, demands are put on paths in turn, and what none exceeds is stated."""
MOST_PATHS = 8
"""Over so many paths a demand is split at most where it is taken in turn."""
MOST_CELLS = 20_000_000
"""Lengths from every source and to every target to every node are held for prices of elements, at most so many."""


@dataclass(frozen=True, kw_only=True)
class SteeringQuestion:
    """What is steered: as the parameters of `provenet.routing.solve.steering.steer`; lengths are the metrics."""

    network: Network
    traffic: Traffic
    marked: Flags
    capacity: Floats
    stretch: float


def way_of(question: SteeringQuestion) -> Way:
    """How demands are steered: by themselves where no capacity limits, by the program, or in turn where many are."""
    if np.isinf(question.capacity).all():
        return "freely"
    demands = int(question.traffic.sensitive.sum())
    is_large = demands > MOST_STEERED or demands * len(question.network.place) > MOST_WORK
    return "in turn" if is_large else "program"


def steer_by_size(question: SteeringQuestion, *, tries: int = 0, progress: Progress = silent) -> Steering:
    """The most sensitive volume that rides clear paths, with all other traffic carried as today; see `steer`.

    Found as `way_of` says. In turn the `proof` is `bound`, unless what is found meets the bound.

    Parameters
    ----------
    tries
        How many elements are replaced on trial; in turn, none is.
    """
    way = way_of(question)
    if way == "freely":
        return steer_freely(question, tries=tries, progress=progress)
    if way == "in turn":
        return steer_in_turn(question, progress=progress)
    how: dict[str, Any] = {"capacity": question.capacity, "stretch": question.stretch, "tries": tries}
    return steer(question.network, question.traffic, marked=question.marked, **how)


def steer_freely(question: SteeringQuestion, *, tries: int = 0, progress: Progress = silent) -> Steering:
    """What rides clear paths where no capacity limits: each demand on its shortest clear path, if that is short enough.

    Exact, since demands do not meet; certified by potentials: what is ahead of each node never drops by more than the
    link is long. `capacity` is not read. Cost O(sources x arcs log arcs), and a routing of all traffic for each try.
    """
    search = _Free(question, progress)
    found = search.answer()
    return search.priced(found, tries) if tries else found


class _Free:
    """Each demand by itself."""

    def __init__(self, question: SteeringQuestion, progress: Progress) -> None:
        self.question, self.progress = question, progress
        net, traffic = question.network, question.traffic
        self.net, self.traffic = net, traffic
        self.clear = (~question.marked).astype(np.uint8)
        self.every = np.ones(len(self.clear), np.uint8)
        self.length = net.arcs.metric.astype(np.float64)
        self.share = _clear_shares(question, question.marked)
        self.may = np.flatnonzero(traffic.sensitive & ~np.isnan(self.share) & (traffic.volume > 0))
        self.shortest = np.full(len(traffic.volume), np.inf)
        self.certified = True
        self.paths: list[SteeredPath] = []
        self._look()

    def _look(self) -> None:
        """The shortest clear path of each demand that is not clear, by its source."""
        groups = list(_by(self.traffic.source, self.may))
        for done, (source, demands) in enumerate(groups):
            self.progress("sources steered", done, len(groups))
            ends = self.traffic.target[demands]
            far, _ = cheapest_from(self.net.arcs, self.every, self.length, source)
            self.shortest[demands] = far[ends]
            if not self.clear[source]:
                continue
            there, by = cheapest_from(self.net.arcs, self.clear, self.length, source)
            self.certified &= _is_ahead(self.net, self.clear, there, length=self.length, source=source)
            is_short = np.isfinite(there[ends]) & (there[ends] <= far[ends] * self.question.stretch * SAME)
            is_open = is_short & (self.clear[ends] > 0)
            for k in demands[is_open & (self.share[demands] < 1.0)].tolist():
                self.paths.append(_path(self.question, k, by, volume=float(self.traffic.volume[k]), far=self.shortest))
                self.certified &= self._is_path(self.paths[-1])

    def _is_path(self, path: SteeredPath) -> bool:
        """Whether arcs join the ends of a demand over clear elements alone."""
        arcs, nodes = self.net.arcs, self.net.node_count
        chosen = list(path.arcs)
        joined = path.nodes == (*arcs.tail[chosen].tolist(), int(self.traffic.target[path.demand]))
        met = [*path.nodes, *(nodes + link for link in arcs.link[chosen].tolist())]
        return joined and bool(self.clear[met].all()) and float(self.length[chosen].sum()) == path.length

    def answer(self) -> Steering:
        """What is steered, its value, and itself as its bound."""
        t = self.traffic
        sensitive = np.flatnonzero(t.sensitive)
        today = fsum((t.volume * np.nan_to_num(self.share))[sensitive].tolist())
        value = today + fsum(path.volume * (1.0 - float(self.share[path.demand])) for path in self.paths)
        return Steering(
            paths=tuple(self.paths),
            sensitive=fsum(t.volume[sensitive].tolist()),
            clear_today=today,
            clear=value,
            bound=value,
            proof="certified" if self.certified else "none",
            arc_price=np.zeros(len(self.length)),
            overloaded=(),
        )

    def priced(self, found: Steering, tries: int) -> Steering:
        """The answer with what single elements add, as `steer` gives it."""
        bounds = self._bounds(found)
        near = 1e-6 * max(1.0, found.sensitive)
        order = [int(e) for e in np.lexsort((np.arange(len(bounds)), -bounds)) if bounds[e] > near]
        gains: dict[int, float] = {}
        best = 0.0
        for e in order[:tries]:
            if best >= bounds[e] - near:
                break
            self.progress("elements replaced on trial", len(gains), tries)
            marked = self.question.marked.copy()
            marked[e] = False
            gains[e] = max(0.0, steer_freely(replace(self.question, marked=marked)).clear - found.clear)
            best = max(best, gains[e])
        prices = [ElementPrice(e, float(bounds[e]), gains.get(e)) for e in order]
        return replace(
            found,
            prices=tuple(
                sorted(prices, key=lambda p: (-1.0 if p.gain is None else p.gain, p.bound, -p.element), reverse=True)
            ),
            best_proven=bool(order) and all(best >= bounds[e] - near for e in order if e not in gains),
        )

    def _bounds(self, found: Steering) -> Floats:
        """What the replacement of each element can add at most: all of the demands that it opens, or that cross it."""
        net, t, nodes = self.net, self.traffic, self.net.node_count
        steered = np.zeros(len(t.volume), np.bool_)
        steered[[path.demand for path in found.paths]] = True
        open_ = self.may[~steered[self.may] & (self.share[self.may] < 1.0)]
        marked = np.flatnonzero(self.clear == 0)
        bounds = np.zeros(len(self.clear))
        sources, targets = np.unique(t.source[open_]), np.unique(t.target[open_])
        if not len(open_) or (len(sources) + len(targets)) * nodes > MOST_CELLS:
            bounds[marked] = float((t.volume * (1.0 - np.nan_to_num(self.share)))[open_].sum())
            return bounds
        ahead = _Reaches(net, self.clear, self.length, sources=sources, targets=targets)
        routed = _Reaches(net, self.every, self.length, sources=sources, targets=targets)
        for k in open_.tolist():
            most = self.shortest[k] * self.question.stretch * SAME
            there = ahead.through(k, t, marked)
            opens = np.isfinite(there) & (there <= most)
            crosses = routed.through(k, t, marked) <= self.shortest[k] * SAME
            bounds[marked[opens | crosses]] += float(t.volume[k]) * (1.0 - float(self.share[k]))
        return bounds


class _Reaches:
    """How far it is from sources to each node and from each node to targets, over allowed elements."""

    def __init__(
        self, net: Network, allowed: NDArray[np.uint8], length: Floats, *, sources: Longs, targets: Longs
    ) -> None:
        self.net, self.length = net, length
        self.from_ = {int(s): cheapest_from(net.arcs, allowed, length, s)[0] for s in sources.tolist()}
        self.to = {int(t): cheapest_to(net.arcs, allowed, length, t) for t in targets.tolist()}
        self.allowed = allowed > 0
        self.arcs_of: dict[int, Longs] = {}

    def through(self, k: int, traffic: Traffic, elements: Longs) -> Floats:
        """The length of the shortest path of a demand through each element, all else on it allowed."""
        nodes, arcs = self.net.node_count, self.net.arcs
        there, back = self.from_[int(traffic.source[k])], self.to[int(traffic.target[k])]
        found = np.full(len(elements), np.inf)
        is_node = elements < nodes
        found[is_node] = (there + back)[elements[is_node]]
        for i in np.flatnonzero(~is_node).tolist():
            link = int(elements[i]) - nodes
            if link not in self.arcs_of:
                self.arcs_of[link] = np.flatnonzero(arcs.link == link)
            mine = self.arcs_of[link]
            mine = mine[self.allowed[arcs.tail[mine]] & self.allowed[arcs.head[mine]]]
            if len(mine):
                found[i] = float((there[arcs.tail[mine]] + self.length[mine] + back[arcs.head[mine]]).min())
        return found


def steer_in_turn(question: SteeringQuestion, *, progress: Progress = silent) -> Steering:
    """A way of steering within capacities, found one demand after the other, the largest first, and what none exceeds.

    Each demand takes the shortest clear paths whose links have room left, as much of it as fits, up to `MOST_PATHS`;
    what it leaves behind is room for the next. The bound is that of `steer_freely`. Cost O(demands x arcs log arcs).
    """
    net, traffic = question.network, question.traffic
    free = steer_freely(question, progress=progress)
    load = loads(net, source=traffic.source, target=traffic.target, volume=traffic.volume).by_arc[net.place]
    room = question.capacity[net.place]
    overloaded = tuple(np.flatnonzero(load > room * (1 + NEAR)).tolist())
    limit = np.maximum(room, load)
    share = _clear_shares(question, question.marked)
    clear, length = (~question.marked).astype(np.uint8), net.arcs.metric.astype(np.float64)
    wanted = sorted(free.paths, key=lambda path: (-path.volume, path.demand))
    shortest = np.full(len(traffic.volume), np.inf)
    shortest[[path.demand for path in wanted]] = [path.length / path.stretch for path in wanted]
    routes = _Routes(net, traffic)
    found = []
    for done, path in enumerate(wanted):
        progress("demands steered in turn", done, len(wanted))
        k, left = path.demand, path.volume
        spread = routes.spread(k)
        for _ in range(MOST_PATHS):
            weight = np.where(limit - load > NEAR * path.volume, length, np.inf)
            _, by = cheapest_from(net.arcs, clear, weight, int(traffic.source[k]))
            if left <= NEAR * path.volume or by[traffic.target[k]] < 0:
                break
            one = _path(question, k, by, volume=left, far=shortest)
            change = -spread
            change[list(one.arcs)] += 1.0
            grows = np.flatnonzero(change > NEAR)
            amount = min(left, float(((limit - load)[grows] / change[grows]).min(initial=left)))
            if one.length > shortest[k] * question.stretch * SAME or amount <= NEAR * path.volume:
                break
            load = np.minimum(load + amount * change, np.maximum(limit, load))
            found.append(replace(one, volume=amount))
            left -= amount
    value = free.clear_today + fsum(path.volume * (1.0 - float(share[path.demand])) for path in found)
    bound = max(value, free.bound)
    closed = bound <= value + 1e-6 * max(1.0, free.sensitive)
    proof: Proof = free.proof if closed or free.proof == "none" else "bound"
    return replace(
        free, paths=tuple(found), clear=value, bound=value if closed else bound, proof=proof, overloaded=overloaded
    )


class _Routes:
    """The share of a demand's traffic on each arc of its shortest paths today."""

    def __init__(self, net: Network, traffic: Traffic) -> None:
        self.net, self.traffic = net, traffic
        self.room = room_of(net.node_count, len(net.place))
        self.tree = tree_of(net.node_count)
        nodes, links = np.ones(net.node_count), np.ones(net.link_count)
        self.marks = NodeMarks(nodes, nodes, links, links)

    def spread(self, k: int) -> Floats:
        """float64[arcs], in the order of the network's rows."""
        source, target = int(self.traffic.source[k]), int(self.traffic.target[k])
        load, flow = np.zeros(len(self.net.place)), np.zeros(self.net.node_count)
        count = grow(self.net.arcs, self.marks, target, self.tree, self.room)
        if self.tree.distance[source] < FAR:
            flow[source] = 1.0
            pour(self.net.arcs, count, self.tree, self.room, flow, load)
        return load


def _clear_shares(question: SteeringQuestion, marked: Flags) -> Floats:
    """The share of each demand that meets nothing marked as routed; NaN where it has no path."""
    net, traffic = question.network, question.traffic
    none = np.zeros(net.node_count, np.bool_), np.zeros(net.link_count, np.bool_)
    marks = Marks(
        restricted_nodes=marked[: net.node_count],
        unknown_nodes=none[0],
        restricted_links=marked[net.node_count :],
        unknown_links=none[1],
    )
    share: Floats = 1.0 - exposures(net, marks, source=traffic.source, target=traffic.target).low
    return share


def _is_ahead(net: Network, clear: NDArray[np.uint8], far: Floats, *, length: Floats, source: int) -> bool:
    """Whether no clear path from a source is shorter than `far`: no clear arc leads on by less than its length."""
    arcs = net.arcs
    on = (clear[arcs.tail] > 0) & (clear[net.node_count + arcs.link] > 0) & np.isfinite(far[arcs.tail])
    return bool(far[source] == 0.0 and (far[arcs.head[on]] <= far[arcs.tail[on]] + length[on]).all())


def _path(question: SteeringQuestion, k: int, by: Ints, *, volume: float, far: Floats) -> SteeredPath:
    """The path of a demand by the arcs over which each node is entered; `far` is how long its shortest path is."""
    arcs = question.network.arcs
    chosen: list[int] = []
    v = int(question.traffic.target[k])
    while by[v] >= 0:
        chosen.append(int(by[v]))
        v = int(arcs.tail[by[v]])
    chosen.reverse()
    length = float(arcs.metric[chosen].sum())
    return SteeredPath(
        demand=k,
        volume=volume,
        nodes=(v, *arcs.head[chosen].tolist()),
        links=tuple(arcs.link[chosen].tolist()),
        arcs=tuple(chosen),
        length=length,
        stretch=length / float(far[k]) if far[k] else 1.0,
        clear=True,
    )


def _by(ends: Longs, demands: Longs) -> Iterator[tuple[int, Longs]]:
    """Demands gathered by an end."""
    order = demands[np.argsort(ends[demands], kind="stable")]
    found, first = np.unique(ends[order], return_index=True)
    yield from zip(found.tolist(), np.split(order, first[1:]) if len(found) else [], strict=True)
