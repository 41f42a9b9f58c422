"""What can be changed inside a network: elements replaced, traffic steered, and what own links of sites take off it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from provenet.exposure.inside import Flags, Floats, InsideStudy
from provenet.numerics.problem import Limits
from provenet.routing.failures import exposed_after
from provenet.routing.free_steering import SteeringQuestion, Way, steer_by_size, way_of
from provenet.routing.igp import Marks, SegmentLists, exposures
from provenet.routing.metric_search import MetricChange, search_metrics
from provenet.routing.own_links import Span, SpilledExposure, exposure_of_site
from provenet.routing.rerouting import ReplacementSet, smallest_replacement
from provenet.routing.solve.frontier import BudgetedSet, Frontier, FrontierPoint, cleared_frontier, cleared_within
from provenet.routing.solve.steering import Steering, Traffic, steer, steered_loads

MOST_UNDER_FAILURES = 40_000_000
"""So many failures times nodes times sources are worked through at most for sets that hold under failures."""
FROM, TO = "from", "to"


@dataclass(frozen=True, kw_only=True)
class ClearedSets:
    """Sets of elements whose replacement makes demands clear with routing as it is, and what each leaves exposed.

    `whole` is the volume of the demands, `needed` the elements that make all clear that can be; `best` is within the
    budget, None where there is none.
    """

    frontier: Frontier
    points: Sequence[tuple[FrontierPoint, float]]
    whole: float
    needed: list[int]
    best: tuple[BudgetedSet, float] | None


@dataclass(frozen=True, kw_only=True)
class Replacing:
    """Some demands of a study that shall be clear, and what counts as not clear: bool[nodes + links]."""

    study: InsideStudy
    chosen: Flags
    marked: Flags

    @cached_property
    def whole(self) -> float:
        """Volume of the demands."""
        return float(self.study.demands.volume[self.chosen].sum())

    @property
    def fits_failures(self) -> bool:
        """Whether sets that hold under failures are looked for."""
        sources = len(np.unique(self.study.demands.source[self.chosen]))
        return len(self.study.elements) * self.study.network.node_count * max(1, sources) <= MOST_UNDER_FAILURES

    def as_routed(self, groups: Sequence[Sequence[int]], most: int | None = None) -> ClearedSets:
        """The frontier up to `most` points, and the best set within the budget; also after failures of `groups`."""
        study = self.study
        is_usual = self.chosen is study.every and self.marked is study.marked and not groups
        crossed = study.crossed_by_all if is_usual else study.crossed(self.chosen, self.marked, groups)
        frontier = cleared_frontier(crossed.sets, crossed.volume, study.cost)
        points = frontier.points[:most]
        left = exposed_after(study.network, crossed, marked=self.marked, steps=[point.members for point in points])
        needed = np.unique(crossed.sets.member)
        best = None
        if study.budget is not None:
            found = cleared_within(crossed.sets, crossed.volume, study.cost, budget=study.budget, frontier=frontier)
            rest = exposed_after(study.network, crossed, marked=self.marked, steps=[found.members])
            best = found, float(rest[0])
        return ClearedSets(
            frontier=frontier,
            points=list(zip(points, left.tolist(), strict=True)),
            whole=float(crossed.volume.sum()),
            needed=needed[np.isfinite(study.cost[needed])].tolist(),
            best=best,
        )

    def rerouted(self, groups: Sequence[Sequence[int]], limits: Limits) -> ReplacementSet:
        """The cheapest set with which each demand has a clear path, whatever of `groups` fails."""
        demands = self.study.demands
        return smallest_replacement(
            self.study.network,
            source=demands.source[self.chosen],
            target=demands.target[self.chosen],
            marked=self.marked,
            cost=self.study.cost,
            failures=groups,
            limits=limits,
        )


@dataclass(frozen=True, kw_only=True)
class SteeringEnd:
    """Traffic of a study that may be steered, under one reading of what is unknown: its marks and capacities.

    Where no capacity is known, arcs carry no more than today, or with `roomy` whatever comes.
    """

    study: InsideStudy
    may_move: Flags
    marked: Flags
    roomy: bool = False

    @cached_property
    def traffic(self) -> Traffic:
        """All demands; those that may be steered are marked."""
        demands = self.study.demands
        return Traffic(source=demands.source, target=demands.target, volume=demands.volume, sensitive=self.may_move)

    @cached_property
    def capacity(self) -> Floats:
        """What each arc may carry."""
        known = self.study.capacity
        return np.where(np.isnan(known), np.inf if self.roomy else self.study.loads, known)

    @cached_property
    def _question(self) -> SteeringQuestion:
        return SteeringQuestion(
            network=self.study.network,
            traffic=self.traffic,
            marked=self.marked,
            capacity=self.capacity,
            stretch=self.study.stretch,
        )

    @property
    def way(self) -> Way:
        """How demands are steered."""
        return "program" if self.study.others_move else way_of(self._question)

    def steered(self, tries: int = 0) -> Steering:
        """The most that rides clear paths by explicit paths; `tries` elements are replaced on trial."""
        study = self.study
        if not study.others_move:
            return steer_by_size(self._question, tries=tries, progress=study.progress)
        return steer(
            study.network,
            self.traffic,
            marked=self.marked,
            capacity=self.capacity,
            stretch=study.stretch,
            others="free",
            tries=tries,
        )

    def by_metrics(self, *, least: int, most: int, work: int) -> MetricChange:
        """The most that rides clear paths by metrics of links alone, in a number of routings held by their `work`."""
        study = self.study
        each = max(1, len(np.unique(self.traffic.target)) * len(study.network.place))
        return search_metrics(
            study.network,
            self.traffic,
            marked=self.marked,
            capacity=self.capacity,
            most=study.greatest_metric * study.arcs.scale,
            evaluations=max(least, min(most, work // each)),
            progress=study.progress,
        )

    def holds(self, found: Steering) -> bool:
        """Whether all traffic, routed anew with paths followed by their segments, gives the value within the limits."""
        traffic, net = self.traffic, self.study.network
        nodes, lists = net.node_count, SegmentLists(net)
        none = np.zeros(nodes, np.bool_), np.zeros(net.link_count, np.bool_)
        marks = Marks(
            restricted_nodes=self.marked[:nodes],
            unknown_nodes=none[0],
            restricted_links=self.marked[nodes:],
            unknown_links=none[1],
        )
        rest, clear = traffic.volume.copy(), 0.0
        for path in found.paths:
            if lists.followed(path.nodes[0], lists.of(path.arcs)) != path.arcs:
                return False
            met = self.marked[[*path.nodes, *(nodes + link for link in path.links)]].any()
            clear += path.volume if traffic.sensitive[path.demand] and not met else 0.0
            rest[path.demand] -= path.volume
        left = np.nan_to_num(1.0 - exposures(net, marks, source=traffic.source, target=traffic.target).low)
        clear += float((left * rest)[traffic.sensitive].sum())
        near = 1e-6 * max(1.0, float(traffic.volume.sum()))
        most = np.maximum(self.capacity, self.study.loads) + near
        fits = np.all(steered_loads(net, traffic, found.paths) <= most)
        return bool(fits and rest.min(initial=0.0) >= -near and abs(clear - found.clear) <= near)


@dataclass(frozen=True, kw_only=True)
class OwnLinkShares:
    """The traffic of a node with own links, one way: what spills to the network, and what is exposed in all.

    `volume` is None where volumes are assumed; `network` is the exposure of all of it on the network alone.
    """

    node: int
    direction: str
    volume: float | None
    network: Span
    found: SpilledExposure

    @property
    def shares(self) -> dict[str, float]:
        """The ends of each share by the name of its column."""
        spans = {"spilled_": self.found.spilled, "network_": self.network, "": self.found.exposed}
        return {
            f"{name}{end}_share": value
            for name, span in spans.items()
            for end, value in (("low", span.low), ("high", span.high))
        }


def own_link_shares(study: InsideStudy, links: Mapping[int, Sequence[tuple[Span, str]]]) -> Iterator[OwnLinkShares]:
    """What `links` take of the traffic from and to each node: capacity and state of each, in the order they fill."""
    volume, is_known = study.demands.volume, not study.is_assumed
    for node, own in links.items():
        for direction, ends in ((FROM, study.demands.source), (TO, study.demands.target)):
            which = ends == node
            network, found = exposure_of_site(own, which, volume=volume, exposures=study.today, is_known=is_known)
            yield OwnLinkShares(
                node=node,
                direction=direction,
                volume=float(volume[which].sum()) if is_known else None,
                network=network,
                found=found,
            )
