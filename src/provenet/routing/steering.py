"""Steering onto explicit clear paths: what is asked and answered, and steering of many demands without a program.

Without capacities demands do not meet: each rides its shortest clear path, or stays where it is. That is exact, and no
way of steering within capacities brings more. With them, demands are put on paths in turn: what is found is feasible,
and the answer without capacities bounds it. Source: own (decision 0076).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.numerics.problem import Proof
from provenet.routing.igp import Network, by_end, exposures, loads, marks_of, unmarked
from provenet.routing.kernels.igp import FAR, cheapest, grow, pour, room_of, tree_of

NEAR = 1e-9
"""Lengths within this share of each other are equal, and less of a volume is not steered."""
SAME = 1 + 1e-12
Others = Literal["as routed", "free"]
Way = Literal["freely", "program", "in turn"]
MOST_STEERED, MOST_WORK = 10_000, 40_000_000
"""The most demands, and demands times arcs, for which steering within capacities is a linear program; a minute or two
at most. Beyond, demands are put on paths in turn, and what none exceeds is stated."""
MOST_PATHS = 8
"""Over so many paths a demand is split at most where it is taken in turn."""
MOST_CELLS = 20_000_000
"""Lengths from every source and to every target to every node are held for prices of elements, at most so many."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Demands: `source`, `target` int64[k], `volume` float64[k] in the unit of capacities, `sensitive` bool[k]."""

    source: Longs
    target: Longs
    volume: Floats
    sensitive: Flags


@dataclass(frozen=True)
class SteeredPath:
    """Volume of a demand on an explicit path: its nodes, the links between them, its length and how often the shortest.

    `arcs` are places in the order of the network's rows. `clear` is False for traffic that only makes room.
    """

    demand: int
    volume: float
    nodes: tuple[int, ...]
    links: tuple[int, ...]
    arcs: tuple[int, ...]
    length: float
    stretch: float
    clear: bool


@dataclass(frozen=True)
class ElementPrice:
    """What replacing one element could add to the clear volume: at most `bound`; `gain` where it was tried, or None."""

    element: int
    bound: float
    gain: float | None


@dataclass(frozen=True)
class Steering:
    """The most sensitive volume found that rides clear paths, the paths that carry it, and what stands in the way.

    `clear_today` rides clear paths without steering, `clear` with it; no way of steering within the limits exceeds
    `bound`. `arc_price` float64[arcs, in the order of the network's rows] is what one more unit of capacity would add.
    `overloaded` are arcs that carry more than their capacity today; they carry no more than that afterwards.
    `prices` are of elements whose replacement can add to the clear volume, those tried first, by what they add;
    `best_proven` says that no single element adds more than the first.
    """

    paths: tuple[SteeredPath, ...]
    sensitive: float
    clear_today: float
    clear: float
    bound: float
    proof: Proof
    arc_price: Floats
    overloaded: tuple[int, ...]
    prices: tuple[ElementPrice, ...] = ()
    best_proven: bool = False


@dataclass(frozen=True, kw_only=True)
class SteeringQuestion:
    """What is steered: sensitive traffic off elements that are `marked`, bool[nodes + links], as not clear.

    `capacity` float64[arcs] is in the order given to the network, in the unit of volumes; infinite where none limits.
    Paths are at most `stretch` times as long as the shortest by the metrics. With `others` `free` any traffic may be
    put on any path to make room; otherwise only sensitive demands move.
    """

    network: Network
    traffic: Traffic
    marked: Flags
    capacity: Floats
    stretch: float = float("inf")
    others: Others = "as routed"

    def check(self) -> None:
        """Raises UsageFault for arrays of another length, amounts that are negative or no number, a stretch below 1."""
        elements, arcs = self.network.node_count + self.network.link_count, len(self.network.place)
        if len(self.marked) != elements:
            raise UsageFault(f"give one mark for each of {elements} elements.")
        if len(self.capacity) != arcs:
            raise UsageFault(f"give one capacity for each of {arcs} arcs.")
        if np.any(np.isnan(self.capacity) | (self.capacity < 0)):
            raise UsageFault("a capacity is negative or no number; decide what an unknown capacity stands for.")
        if not np.all(np.isfinite(self.traffic.volume) & (self.traffic.volume >= 0)):
            raise UsageFault("a volume is negative or no number; give every demand a volume of 0 or more.")
        if not self.stretch >= 1:
            raise UsageFault(f"the stretch limit is {self.stretch}; give 1 (shortest paths alone) or more.")

    @cached_property
    def length(self) -> Floats:
        """The metrics, in the order of the network's rows."""
        return self.network.arcs.metric.astype(np.float64)

    @cached_property
    def share(self) -> Floats:
        """The share of each demand that meets nothing marked as routed; NaN where it has no path."""
        source, target = self.traffic.source, self.traffic.target
        marks = marks_of(self.network, self.marked)
        share: Floats = 1.0 - exposures(self.network, marks, source=source, target=target).low
        return share

    def path(
        self, demand: int, arcs: Sequence[int], volume: float, *, shortest: float, clear: bool = True
    ) -> SteeredPath:
        """Volume of a demand on the path of some arcs; `shortest` is how long its shortest path is."""
        chosen, rows = list(arcs), self.network.arcs
        length = float(self.length[chosen].sum())
        return SteeredPath(
            demand=demand,
            volume=volume,
            nodes=(int(self.traffic.source[demand]), *rows.head[chosen].tolist()),
            links=tuple(rows.link[chosen].tolist()),
            arcs=tuple(arcs),
            length=length,
            stretch=length / shortest if shortest else 1.0,
            clear=clear,
        )

    def priced(
        self,
        found: Steering,
        bounds: Floats,
        again: Callable[[SteeringQuestion], Steering],
        *,
        tries: int,
        progress: Progress,
    ) -> Steering:
        """The answer with what single elements add at most; up to `tries` are replaced on trial and steered anew."""
        whole = found.sensitive if way_of(self) == "freely" else fsum(self.traffic.volume.tolist())
        near = 1e-6 * max(1.0, whole)
        order = [int(e) for e in np.lexsort((np.arange(len(bounds)), -bounds)) if bounds[e] > near]
        gains: dict[int, float] = {}
        best = 0.0
        for e in order[:tries]:
            if best >= bounds[e] - near:
                break
            progress("elements replaced on trial", len(gains), tries)
            marked = self.marked.copy()
            marked[e] = False
            gains[e] = max(0.0, again(replace(self, marked=marked)).clear - found.clear)
            best = max(best, gains[e])
        prices = [ElementPrice(e, float(bounds[e]), gains.get(e)) for e in order]
        return replace(
            found,
            prices=tuple(
                sorted(prices, key=lambda p: (-1.0 if p.gain is None else p.gain, p.bound, -p.element), reverse=True)
            ),
            best_proven=all(best >= bounds[e] - near for e in order if e not in gains),
        )


def way_of(question: SteeringQuestion) -> Way:
    """How demands are steered: by themselves where no capacity limits, by the program, or in turn where many are."""
    if question.others == "free":
        return "program"
    if np.isinf(question.capacity).all():
        return "freely"
    demands = int(question.traffic.sensitive.sum())
    is_large = demands > MOST_STEERED or demands * len(question.network.place) > MOST_WORK
    return "in turn" if is_large else "program"


def arcs_to(network: Network, by: Ints, target: int) -> tuple[int, ...]:
    """The arcs of the path to a node, by the arc over which each node is entered."""
    path: list[int] = []
    v = target
    while by[v] >= 0:
        path.append(int(by[v]))
        v = int(network.arcs.tail[by[v]])
    return tuple(reversed(path))


def spreads_of(network: Network, traffic: Traffic, demands: Longs) -> list[tuple[Longs, Floats]]:
    """For each of some demands the arcs of its shortest paths and the share of its traffic on each."""
    nodes = network.node_count
    tree, room = tree_of(nodes), room_of(nodes, len(network.place))
    ones = unmarked(network)
    place = {int(k): i for i, k in enumerate(demands)}
    found: list[tuple[Longs, Floats]] = [(np.zeros(0, np.int64), np.zeros(0))] * len(demands)
    load, flow = np.zeros(len(network.place)), np.zeros(nodes)
    for target, group in by_end(traffic.target, demands):
        count = grow(network.arcs, ones, target, tree, room)
        for k in group.tolist():
            if tree.distance[traffic.source[k]] >= FAR:
                continue
            flow[traffic.source[k]] = 1.0
            pour(network.arcs, count, tree, room, flow, load)
            flow[target] = 0.0
            arcs = np.flatnonzero(load)
            found[place[k]] = (arcs, load[arcs].copy())
            load[arcs] = 0.0
    return found


def steered_loads(network: Network, traffic: Traffic, paths: Sequence[SteeredPath]) -> Floats:
    """What each arc, in the order given to the network, carries once paths are steered and the rest rides as today."""
    rest = traffic.volume.copy()
    load = np.zeros(len(network.place))
    for path in paths:
        rest[path.demand] -= path.volume
        load[list(path.arcs)] += path.volume
    routed = loads(network, source=traffic.source, target=traffic.target, volume=np.maximum(rest, 0.0))
    routed[network.place] += load
    return routed


def steer_freely(question: SteeringQuestion, *, tries: int = 0, progress: Progress = silent) -> Steering:
    """What rides clear paths where no capacity limits: each demand on its shortest clear path, if that is short enough.

    Exact, since demands do not meet; certified by potentials: what is ahead of each node never drops by more than the
    link is long. `capacity` is not read. Cost O(sources x arcs log arcs), and a routing of all traffic for each try.
    """
    search = _Free(question, progress)
    found = search.answer()
    if not tries:
        return found
    return question.priced(found, search.bounds(found), steer_freely, tries=tries, progress=progress)


class _Free:
    """Each demand by itself."""

    def __init__(self, question: SteeringQuestion, progress: Progress) -> None:
        self.question, self.progress = question, progress
        net, traffic = question.network, question.traffic
        self.net, self.traffic = net, traffic
        self.clear = (~question.marked).astype(np.uint8)
        self.every = np.ones(len(self.clear), np.uint8)
        self.length, self.share = question.length, question.share
        self.may = np.flatnonzero(traffic.sensitive & ~np.isnan(self.share) & (traffic.volume > 0))
        self.shortest = np.full(len(traffic.volume), np.inf)
        self.certified = True
        self.paths: list[SteeredPath] = []
        self._look()

    def _look(self) -> None:
        """The shortest clear path of each demand that is not clear, by its source."""
        groups = by_end(self.traffic.source, self.may)
        for done, (source, demands) in enumerate(groups):
            self.progress("sources steered", done, len(groups))
            ends = self.traffic.target[demands]
            far, _ = cheapest(self.net.arcs, self.every, self.length, source, back=False)
            self.shortest[demands] = far[ends]
            if not self.clear[source]:
                continue
            there, by = cheapest(self.net.arcs, self.clear, self.length, source, back=False)
            self.certified &= _is_ahead(self.net, self.clear, there, length=self.length, source=source)
            is_short = np.isfinite(there[ends]) & (there[ends] <= far[ends] * self.question.stretch * SAME)
            is_open = is_short & (self.clear[ends] > 0)
            for k in demands[is_open & (self.share[demands] < 1.0)].tolist():
                chosen = arcs_to(self.net, by, int(self.traffic.target[k]))
                shortest, volume = float(self.shortest[k]), float(self.traffic.volume[k])
                self.paths.append(self.question.path(k, chosen, volume, shortest=shortest))
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

    def bounds(self, found: Steering) -> Floats:
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
        self.from_ = {int(s): cheapest(net.arcs, allowed, length, s, back=False)[0] for s in sources.tolist()}
        self.to = {int(t): cheapest(net.arcs, allowed, length, t, back=True)[0] for t in targets.tolist()}
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
    load = loads(net, source=traffic.source, target=traffic.target, volume=traffic.volume)[net.place]
    room = question.capacity[net.place]
    overloaded = tuple(np.flatnonzero(load > room * (1 + NEAR)).tolist())
    limit = np.maximum(room, load)
    clear = (~question.marked).astype(np.uint8)
    wanted = sorted(free.paths, key=lambda path: (-path.volume, path.demand))
    spreads = spreads_of(net, traffic, np.array([path.demand for path in wanted], np.int64))
    found = []
    for done, (path, (arcs, shares)) in enumerate(zip(wanted, spreads, strict=True)):
        progress("demands steered in turn", done, len(wanted))
        k, left, shortest = path.demand, path.volume, path.length / path.stretch
        for _ in range(MOST_PATHS):
            weight = np.where(limit - load > NEAR * path.volume, question.length, np.inf)
            _, by = cheapest(net.arcs, clear, weight, int(traffic.source[k]), back=False)
            if left <= NEAR * path.volume or by[traffic.target[k]] < 0:
                break
            one = question.path(k, arcs_to(net, by, int(traffic.target[k])), left, shortest=shortest)
            change = np.zeros(len(load))
            change[arcs] = -shares
            change[list(one.arcs)] += 1.0
            grows = np.flatnonzero(change > NEAR)
            amount = min(left, float(((limit - load)[grows] / change[grows]).min(initial=left)))
            if one.length > shortest * question.stretch * SAME or amount <= NEAR * path.volume:
                break
            load = np.minimum(load + amount * change, np.maximum(limit, load))
            found.append(replace(one, volume=amount))
            left -= amount
    value = free.clear_today + fsum(path.volume * (1.0 - float(question.share[path.demand])) for path in found)
    bound = max(value, free.bound)
    closed = bound <= value + 1e-6 * max(1.0, free.sensitive)
    proof: Proof = free.proof if closed or free.proof == "none" else "bound"
    return replace(
        free, paths=tuple(found), clear=value, bound=value if closed else bound, proof=proof, overloaded=overloaded
    )


def _is_ahead(net: Network, clear: NDArray[np.uint8], far: Floats, *, length: Floats, source: int) -> bool:
    """Whether no clear path from a source is shorter than `far`: no clear arc leads on by less than its length."""
    arcs = net.arcs
    on = (clear[arcs.tail] > 0) & (clear[net.node_count + arcs.link] > 0) & np.isfinite(far[arcs.tail])
    return bool(far[source] == 0.0 and (far[arcs.head[on]] <= far[arcs.tail[on]] + length[on]).all())
