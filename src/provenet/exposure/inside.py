"""A network inside as the engines take it: what its demands cross, also when something fails, and what can be changed.

One study for whoever asks, from files or from a case: topology, demands, and which elements are restricted or unknown;
elements replaced, traffic steered, and what own links of sites take off the network.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.ingest.network.topology import ArcArrays, Demands, Members, Topology
from provenet.numerics.arrays import Flags, Floats
from provenet.numerics.problem import Limits
from provenet.routing.failures import (
    CrossedElements,
    FailureStudy,
    crossed_elements,
    elements_of,
    exposed_after,
    study_failures,
)
from provenet.routing.igp import Exposures, Marks, Network, SegmentLists, exposures, loads, network_of
from provenet.routing.metric_search import MetricChange, search_metrics
from provenet.routing.own_links import Span, SpilledExposure, exposure_of_site
from provenet.routing.rerouting import ReplacementSet, smallest_replacement
from provenet.routing.solve.frontier import BudgetedSet, Frontier, FrontierPoint, cleared_frontier, cleared_within
from provenet.routing.steering import SteeredPath, Steering, SteeringQuestion, Traffic, steered_loads

NONE, SINGLE, DOUBLE = "none", "single", "double"
LINK, NODE, GROUP = "link", "node", "group"
STRETCH = 2.0
"""The cost of a steered path at most, in multiples of the shortest path."""
GREATEST_METRIC = 16_777_214
"""The greatest metric of a link that may be set."""
MOST_PAIRS = 4_000_000
"""The most pairs of elements that fail together; each takes 100 bytes."""
SLACK = 1e-9
"""What is left by rounding: less than this share of the whole carries nothing and changes nothing."""
ROUTING = "every node routes by least cost and splits traffic equally over its links of least cost, parallel ones each"
ENDS = "end nodes forward and count as crossed"
AFTER = "after a failure routing has settled; capacity limits nothing"


@dataclass(frozen=True, kw_only=True)
class Element:
    """What may fail or be replaced, by kind and id."""

    kind: str
    id: str
    members: Members

    @property
    def words(self) -> str:
        """Kind and id."""
        return f"{self.kind} {self.id}"


@dataclass(frozen=True, kw_only=True)
class InsideStudy:
    """A network with its demands and marks, and what the engines say of it, each worked out once.

    `topology` has all groups of shared risk, `failing` the kinds of elements that fail. `costs` float64[nodes + links]
    are those of replacing each element, infinite where it cannot be; `budget` is in their unit. Where `is_assumed`,
    volumes say nothing of capacities. Arcs are directions of links, in the order of `arcs`.
    """

    topology: Topology
    demands: Demands
    restricted: Members
    unknown: Members
    metric: str
    is_assumed: bool = False
    failures: str = SINGLE
    failing: tuple[str, ...] = (LINK, NODE, GROUP)
    costs: Floats | None = None
    budget: float | None = None
    stretch: float = STRETCH
    utilisation: float = 1.0
    others_move: bool = False
    greatest_metric: int = GREATEST_METRIC
    progress: Progress = field(default=silent, compare=False)

    @cached_property
    def arcs(self) -> ArcArrays:
        """The directions that carry traffic. Raises InputFault where the metric is not stated for every link."""
        return self.topology.arcs(self.metric)

    @cached_property
    def network(self) -> Network:
        """The network as the engines take it."""
        arcs = self.arcs
        nodes, links = len(self.topology.node_ids), len(self.topology.link_ids)
        return network_of(nodes, links, tail=arcs.tail, head=arcs.head, metric=arcs.metric, link_of=arcs.link_of)

    @cached_property
    def marks(self) -> Marks:
        """Which nodes and links are restricted or unknown."""
        nodes, links = len(self.topology.node_ids), len(self.topology.link_ids)
        return Marks(
            restricted_nodes=_flags(self.restricted.nodes, nodes),
            unknown_nodes=_flags(self.unknown.nodes, nodes),
            restricted_links=_flags(self.restricted.links, links),
            unknown_links=_flags(self.unknown.links, links),
        )

    @cached_property
    def marked_surely(self) -> Flags:
        """Which elements are restricted: nodes, then links."""
        return np.concatenate([self.marks.restricted_nodes, self.marks.restricted_links])

    @cached_property
    def marked(self) -> Flags:
        """Which elements are not clear: nodes, then links."""
        unknown: Flags = np.concatenate([self.marks.unknown_nodes, self.marks.unknown_links])
        return self.marked_surely | unknown

    @cached_property
    def capacity(self) -> Floats:
        """What traffic may fill of each arc, NaN where that is not known in the unit of volumes."""
        if self.is_assumed or self.topology.capacity_unit != self.demands.unit:
            return np.full(len(self.arcs.capacity), np.nan)
        return self.arcs.capacity * self.utilisation

    @cached_property
    def cost(self) -> Floats:
        """What replacing each element costs, 1 where nothing is stated: nodes, then links."""
        return np.ones(len(self.marked)) if self.costs is None else self.costs

    @cached_property
    def every(self) -> Flags:
        """All demands."""
        return np.ones(len(self.demands.volume), np.bool_)

    @cached_property
    def lists(self) -> SegmentLists:
        """Writes paths as segment lists."""
        return SegmentLists(self.network)

    @cached_property
    def today(self) -> Exposures:
        """Exposure of each demand with every element up."""
        return exposures(self.network, self.marks, source=self.demands.source, target=self.demands.target)

    @cached_property
    def loads(self) -> Floats:
        """What each arc carries today."""
        demands = self.demands
        return loads(self.network, source=demands.source, target=demands.target, volume=demands.volume)

    @cached_property
    def elements(self) -> list[Element]:
        """What may fail: links, nodes, groups of shared risk."""
        topology = self.topology
        found = [
            *(Element(kind=LINK, id=name, members=Members((), (at,))) for at, name in enumerate(topology.link_ids)),
            *(Element(kind=NODE, id=name, members=Members((at,), ())) for at, name in enumerate(topology.node_ids)),
            *(Element(kind=GROUP, id=name, members=members) for name, members in topology.srlgs.items()),
        ]
        return [one for one in found if one.kind in self.failing]

    @cached_property
    def groups(self) -> list[list[int]]:
        """What may fail, as places of nodes, then of links."""
        nodes = len(self.topology.node_ids)
        return [[*one.members.nodes, *(nodes + link for link in one.members.links)] for one in self.elements]

    def named(self, place: int) -> tuple[str, str]:
        """Kind and id of an element by its place: nodes, then links."""
        nodes = self.topology.node_ids
        return (NODE, nodes[place]) if place < len(nodes) else (LINK, self.topology.link_ids[place - len(nodes)])

    def direction(self, arc: int) -> dict[str, str]:
        """The link of an arc, and from where to where it leads."""
        arcs, nodes = self.arcs, self.topology.node_ids
        ends = {"source": nodes[int(arcs.tail[arc])], "target": nodes[int(arcs.head[arc])]}
        return {"link_id": self.topology.link_ids[int(arcs.link_of[arc])], **ends}

    def segments(self, path: SteeredPath) -> list[tuple[str, str]]:
        """The segment list that takes traffic along a path: kind and id of each."""
        nodes, links = self.topology.node_ids, self.topology.link_ids
        return [(one.kind, (nodes if one.kind == "node" else links)[one.place]) for one in self.lists.of(path.arcs)]

    def crossed(self, chosen: Flags, marked: Flags, groups: Sequence[Sequence[int]] = ()) -> CrossedElements:
        """The marked elements on the paths of some demands, also after failures of `groups`."""
        return crossed_elements(
            self.network,
            source=self.demands.source[chosen],
            target=self.demands.target[chosen],
            volume=self.demands.volume[chosen],
            marked=marked,
            failures=groups,
        )

    @cached_property
    def crossed_by_all(self) -> CrossedElements:
        """The elements that are not clear on the paths of all demands."""
        return self.crossed(self.every, self.marked)

    @cached_property
    def under_failures(self) -> FailureStudy | None:
        """What failures do to all demands."""
        return self.fails(self.every)

    def fails(self, chosen: Flags) -> FailureStudy | None:
        """What failures do to some of the demands, or None where none is studied.

        Raises UsageFault for more pairs than are taken down.
        """
        if self.failures == NONE or not chosen.any():
            return None
        members = [one.members for one in self.elements]
        pairs = len(members) * (len(members) - 1) // 2
        if self.failures == DOUBLE and pairs > MOST_PAIRS:
            raise UsageFault(
                f"--failures: {len(members):,} links, nodes and groups of {self.topology.name} make {pairs:,} pairs; "
                f"expected at most {MOST_PAIRS:,}, or --failures single."
            )
        return study_failures(
            self.network,
            self.marks,
            elements_of(self.network, [one.links for one in members], [one.nodes for one in members]),
            source=self.demands.source[chosen],
            target=self.demands.target[chosen],
            volume=self.demands.volume[chosen],
            double=self.failures == DOUBLE,
            progress=lambda done, total: self.progress("destinations under failures", done, total),
        )

    def failure_words(self, study: FailureStudy, at: int) -> str | None:
        """What fails in a scenario; None for the place -1, that of none."""
        if at < 0:
            return None
        return " and ".join(
            self.elements[one].words for one in (int(study.first[at]), int(study.second[at])) if one >= 0
        )


def _flags(places: tuple[int, ...], size: int) -> Flags:
    made = np.zeros(size, np.bool_)
    made[list(places)] = True
    return made


def exposed_shares(restricted: Floats, unknown: Floats, *, carried: Floats, total: float) -> tuple[Floats, Floats]:
    """The ends of exposure of what is carried in each scenario, NaN where that is nothing."""
    some = carried > SLACK * max(total, SLACK)
    safe = np.where(some, carried, 1.0)
    low = np.where(some, np.minimum(1.0, restricted / safe), np.nan)
    return low, np.where(some, np.minimum(1.0, (restricted + unknown) / safe), np.nan)


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
            best = found, float(exposed_after(study.network, crossed, marked=self.marked, steps=[found.members])[0])
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
    def question(self) -> SteeringQuestion:
        """What is steered, as the engine takes it."""
        return SteeringQuestion(
            network=self.study.network,
            traffic=self.traffic,
            marked=self.marked,
            capacity=self.capacity,
            stretch=self.study.stretch,
            others="free" if self.study.others_move else "as routed",
        )

    def by_metrics(self, *, least: int, most: int, work: int) -> MetricChange:
        """The most that rides clear paths by metrics of links alone, in a number of routings held by their `work`."""
        study = self.study
        each = max(1, len(np.unique(self.traffic.target)) * len(study.network.place))
        return search_metrics(
            self.question,
            most=study.greatest_metric * study.arcs.scale,
            evaluations=max(least, min(most, work // each)),
            progress=study.progress,
        )

    def holds(self, found: Steering) -> bool:
        """Whether all traffic, routed anew with paths followed by their segments, gives the value within the limits."""
        traffic, net = self.traffic, self.study.network
        nodes, lists = net.node_count, self.study.lists
        rest, clear = traffic.volume.copy(), 0.0
        for path in found.paths:
            if lists.followed(path.nodes[0], lists.of(path.arcs)) != path.arcs:
                return False
            met = self.marked[[*path.nodes, *(nodes + link for link in path.links)]].any()
            clear += path.volume if traffic.sensitive[path.demand] and not met else 0.0
            rest[path.demand] -= path.volume
        clear += float((np.nan_to_num(self.question.share) * rest)[traffic.sensitive].sum())
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
