"""A topology and its demands as every reader of this package gives them: names, end nodes, metrics, capacities.

A link is one failing thing with up to two directions: *forward* from its source to its target, *backward* the other
way. Metrics become whole numbers before routes are computed, so that paths of equal cost are equal exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.grouping import grouped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HOPS, WEIGHT, LENGTH = "hops", "weight", "length"
DECIMALS = 9
"""How many decimals of a metric count; a length counts in metres."""
MOST_COST = 2**60
"""The greatest cost of a path in the units that metrics are counted in; sums up to here are exact."""


class Members(NamedTuple):
    """What a name stands for: nodes and links of a topology, by their places."""

    nodes: tuple[int, ...]
    links: tuple[int, ...]


class ArcArrays(NamedTuple):
    """The directions of links that carry traffic, as engines take them: one arc a direction.

    `tail`, `head`, `metric`, `link_of` are int64[arcs], `capacity` is float64[arcs] with NaN where it is not known,
    `is_forward` is bool[arcs]. A metric of `scale` counts 1 in the file's unit (for lengths, in km).
    """

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    metric: NDArray[np.int64]
    capacity: NDArray[np.float64]
    link_of: NDArray[np.int64]
    is_forward: NDArray[np.bool_]
    scale: int


@dataclass(frozen=True, kw_only=True)
class Topology:
    """A network of nodes and links as a file gives it.

    `source` and `target` are int64[links], places in `node_ids`. Metrics, capacities and lengths are float64[links],
    NaN where the file is silent; `metric_forward` and `capacity_forward` count from source to target. `forward` and
    `backward` are bool[links]: whether the link carries traffic that way at all. `latitude_deg` and `longitude_deg`
    are float64[nodes]. `srlgs` holds shared-risk groups: what fails together. `also` holds further names of nodes and
    links: raw ids, elements of supporting layers; a node's or link's own id comes first.
    """

    name: str
    format: str
    node_ids: list[str]
    link_ids: list[str]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    metric_forward: NDArray[np.float64]
    metric_backward: NDArray[np.float64]
    capacity_forward: NDArray[np.float64]
    capacity_backward: NDArray[np.float64]
    length_km: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    capacity_unit: str | None = None
    srlgs: Mapping[str, Members] = field(default_factory=dict)
    also: Mapping[str, Members] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def arcs(self, metric: str = HOPS) -> ArcArrays:
        """The directions that carry traffic, forward ones first, with whole-number metrics.

        Parameters
        ----------
        metric : hops (every link counts 1), weight (the metric of the file) or length (in metres, at least one).

        Raises
        ------
        InputFault
            The file states no usable metric of some links; all of them at once.
        """
        import numpy as np

        ahead, back, scale = self._whole_metrics(metric)
        one, other = np.flatnonzero(self.forward), np.flatnonzero(self.backward)
        return ArcArrays(
            tail=np.concatenate([self.source[one], self.target[other]]),
            head=np.concatenate([self.target[one], self.source[other]]),
            metric=np.concatenate([ahead[one], back[other]]),
            capacity=np.concatenate([self.capacity_forward[one], self.capacity_backward[other]]),
            link_of=np.concatenate([one, other]),
            is_forward=np.concatenate([np.ones(len(one), np.bool_), np.zeros(len(other), np.bool_)]),
            scale=scale,
        )

    def bundled(self) -> Topology:
        """The topology with parallel links of one pair of nodes as one: their least metrics, capacities summed.

        A bundle has the ids of its links with `+` between, and fails as one.
        """
        import numpy as np

        groups = grouped(
            ((min(ends), max(ends)), place)
            for place, ends in enumerate(zip(self.source.tolist(), self.target.tolist(), strict=True))
        )
        first = np.array([mine[0] for mine in groups.values()], np.int64)
        of = np.empty(len(self.link_ids), np.int64)
        turned = np.zeros(len(self.link_ids), np.bool_)
        for bundle, mine in enumerate(groups.values()):
            of[mine] = bundle
            turned[mine] = self.source[mine] != self.source[mine[0]]

        def members(given: Members) -> Members:
            return Members(given.nodes, tuple(sorted({int(of[link]) for link in given.links})))

        def fold(start: float, ahead: NDArray[np.float64], back: NDArray[np.float64]) -> list[NDArray[np.float64]]:
            made = []
            for one, other in ((ahead, back), (back, ahead)):
                values, found = np.where(turned, other, one), np.full(len(groups), start)
                np.minimum.at(found, of, values) if start else np.add.at(found, of, values)
                made.append(np.where(np.isinf(found), np.nan, found))
            return made

        stated = (
            (self.forward, self.metric_forward, self.capacity_forward),
            (self.backward, self.metric_backward, self.capacity_backward),
        )
        metrics = fold(np.inf, *(np.where(way & ~np.isnan(metric), metric, np.inf) for way, metric, _ in stated))
        capacities = fold(0.0, *(np.where(way, capacity, 0.0) for way, _, capacity in stated))
        ways = fold(0.0, self.forward.astype(float), self.backward.astype(float))
        alone = {self.link_ids[link]: Members((), (int(of[link]),)) for link in range(len(self.link_ids))}
        return replace(
            self,
            link_ids=["+".join(self.link_ids[link] for link in mine) for mine in groups.values()],
            source=self.source[first],
            target=self.target[first],
            forward=ways[0] > 0,
            backward=ways[1] > 0,
            metric_forward=metrics[0],
            metric_backward=metrics[1],
            capacity_forward=capacities[0],
            capacity_backward=capacities[1],
            length_km=self.length_km[first],
            srlgs={name: members(given) for name, given in self.srlgs.items()},
            also={**alone, **{name: members(given) for name, given in self.also.items()}},
        )

    def _whole_metrics(self, metric: str) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        import numpy as np

        if metric == HOPS:
            ones = np.ones(len(self.link_ids), np.int64)
            return ones, ones, 1
        if metric == LENGTH:
            self._refuse(np.isnan(self.length_km) | (self.length_km < 0), "no length and no places of both ends")
            metres = np.maximum(1, np.rint(self.length_km * 1000)).astype(np.int64)
            return metres, metres, 1000
        bad = self.forward & ~(self.metric_forward > 0) | self.backward & ~(self.metric_backward > 0)
        self._refuse(bad, "no metric above zero")
        return self._whole_weights()

    def _refuse(self, bad: NDArray[np.bool_], lack: str) -> None:
        """Raises InputFault where links lack something: for each, or once where all do."""
        each = (f"link {self.link_ids[place]} has {lack}" for place in bad.nonzero()[0].tolist())
        texts = [f"no link has {lack.removeprefix('no ')}"] if bad.all() and len(bad) > 1 else each
        faults, way_out = FaultList(), "Say --metric hops, or state it for every link."
        faults.extend(Fault(self.name, text, way_out=way_out) for text in texts)
        faults.refuse()

    def _whole_weights(self) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
        import numpy as np

        ahead = np.where(self.forward, self.metric_forward, 1.0)
        back = np.where(self.backward, self.metric_backward, 1.0)
        scale = common_scale({*ahead.tolist(), *back.tolist()})
        if max(ahead.max(initial=0), back.max(initial=0)) * scale * len(self.node_ids) > MOST_COST:
            text, way_out = "its metrics span too far to be summed exactly", "State metrics with fewer decimals."
            expected = f"paths of at most {MOST_COST:,} times the least step between metrics"
            raise InputFault([Fault(self.name, text, expected=expected, way_out=way_out)])
        whole = [np.maximum(1, np.rint(values * scale)).astype(np.int64) for values in (ahead, back)]
        return whole[0], whole[1], scale


@dataclass(frozen=True, kw_only=True)
class Demands:
    """Traffic from a node to a node: `source` and `target` int64[k] places in `node_ids`, `volume` float64[k] >= 0.

    `stated` is a sentence on where the volumes come from: the file they stand in, or the assumption that made them.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    volume: NDArray[np.float64]
    ids: list[str]
    unit: str | None = None
    stated: str = ""

    def both_ways(self) -> Demands:
        """Each demand in both directions; that of the other way has the mark `<-` before its id."""
        import numpy as np

        return Demands(
            source=np.concatenate([self.source, self.target]),
            target=np.concatenate([self.target, self.source]),
            volume=np.concatenate([self.volume, self.volume]),
            ids=[*self.ids, *(f"<-{name}" for name in self.ids)],
            unit=self.unit,
            stated=f"{self.stated} Each demand counts in both directions.".strip(),
        )


@dataclass(frozen=True, kw_only=True)
class DemandRows:
    """Demands as a file states them, by names of nodes: `(id, source, target, volume, row)` each."""

    rows: list[tuple[str, str, str, float, int]]
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class NetworkFile:
    """What a file says: a topology, demands, or both."""

    topology: Topology | None
    demands: DemandRows | None


def common_scale(values: Iterable[float]) -> int:
    """The least power of ten, up to `DECIMALS`, that makes whole numbers of all values as they are written.

    >>> common_scale([10.0, 2.5, 0.125]), common_scale([1 / 3])
    (1000, 1000000000)
    """
    decimals = 0
    for value in values:
        decimals = max(decimals, -int(Decimal(repr(value)).normalize().as_tuple().exponent))
    return int(10 ** min(decimals, DECIMALS))


def great_circle_km(
    latitude_deg: NDArray[np.float64],
    longitude_deg: NDArray[np.float64],
    *,
    source: NDArray[np.int64],
    target: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Great-circle lengths in km between pairs of places on a sphere of 6,371 km; NaN where a place is not known."""
    import numpy as np

    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    half_lat, half_lon = (lat[target] - lat[source]) / 2, (lon[target] - lon[source]) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(lat[source]) * np.cos(lat[target]) * np.sin(half_lon) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(np.minimum(1.0, chord))))
