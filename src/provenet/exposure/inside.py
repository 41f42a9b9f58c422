"""A network inside as the engines take it: what its demands cross today and when something fails.

One study for whoever asks, from files or from a case: topology, demands, and which elements are restricted or unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.ingest.network.topology import ArcArrays, Demands, Members, Topology
from provenet.routing.failures import CrossedElements, FailureStudy, crossed_elements, elements_of, study_failures
from provenet.routing.igp import Exposures, Marks, Network, exposures, loads, network_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
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
    def today(self) -> Exposures:
        """Exposure of each demand with every element up."""
        return exposures(self.network, self.marks, source=self.demands.source, target=self.demands.target)

    @cached_property
    def loads(self) -> Floats:
        """What each arc carries today."""
        demands = self.demands
        return loads(self.network, source=demands.source, target=demands.target, volume=demands.volume).by_arc

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
