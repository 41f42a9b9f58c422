"""Carriers about to buy, simulated: figures and their values, what clear costs each more, and who is behind them.

What is drawn of a figure depends on the seed and the figure's own id alone, so a figure more or less changes no
other's. Everything that decides or pays (allocations, mechanisms, rounds of response) works on one form of simulated
carriers, so that all are compared on the same carriers in the same scenarios.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from provenet.case.money import Band
from provenet.forms.allocation import AidDemand
from provenet.numerics.arrays import Floats

LOW, HIGH = 0.05, 0.95
"""The percentiles of the scenarios between which a spread lies."""


@dataclass(frozen=True)
class Figure:
    """One figure: its id, its ends and middle, its unit, and on what it rests."""

    id: str
    name: str
    kind: str
    band: Band
    unit_says: str
    basis: str
    says: str
    estimator: str | None = None
    sponsor: str | None = None
    scope: str | None = None
    rests_on: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.band.low <= self.band.mid <= self.band.high:
            raise ValueError(f"the ends of {self.id} are not in order: {self.band}")


class Values(Protocol):
    """The value of a figure in every scenario, float64[S]."""

    def __call__(self, figure: Figure) -> Floats:
        """The values of one figure."""
        ...


@dataclass(frozen=True)
class Middles:
    """One scenario in which every figure has its middle, but those that are moved."""

    moved: Mapping[str, float]

    def __call__(self, figure: Figure) -> Floats:
        """The middle, or what the figure is moved to."""
        return np.array([self.moved.get(figure.id, figure.band.mid)])


class Draws:
    """Scenarios: every figure drawn from a triangle between its ends with its peak at the middle.

    Each figure's draws are spread evenly (one in each of S equal parts of its distribution, in an order of its own), so
    means settle much faster than with free draws. Own; McKay, Beckman and Conover (1979) for the spreading. O(S log S)
    a figure. `seed` any whole number; equal seeds give equal bytes on every machine.
    """

    def __init__(self, seed: int, scenarios: int) -> None:
        self.seed, self.scenarios = seed, scenarios
        self._uniform: dict[str, Floats] = {}

    def uniform(self, key: str) -> Floats:
        """Even draws from (0, 1) of their own for a key, float64[S]: for noise that is no figure."""
        if key not in self._uniform:
            digest = hashlib.sha256(f"{self.seed}\n{key}".encode()).digest()
            random = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
            parts = random.permutation(self.scenarios)
            self._uniform[key] = (parts + random.random(self.scenarios)) / self.scenarios
        return self._uniform[key]

    def __call__(self, figure: Figure) -> Floats:
        """The draws of a figure, float64[S]."""
        return triangular(self.uniform(figure.id), figure.band)

    def logistic(self, key: str) -> Floats:
        """Draws of standard logistic noise for a key, float64[S]."""
        uniform = np.clip(self.uniform(key), 1e-12, 1 - 1e-12)
        return np.asarray(np.log(uniform / (1 - uniform)))


def triangular(uniform: Floats, band: Band) -> Floats:
    """The triangular distribution between the ends of a band, its peak at the middle, at the given quantiles.

    >>> triangular(np.array([0.0, 0.5, 1.0]), Band(0.0, 1.0, 2.0)).tolist()
    [0.0, 1.0, 2.0]
    """
    wide = band.high - band.low
    if wide <= 0:
        return np.full(uniform.shape, band.mid)
    left, right = band.mid - band.low, band.high - band.mid
    low = band.low + np.sqrt(uniform * wide * left)
    high = band.high - np.sqrt((1 - uniform) * wide * right)
    return np.asarray(np.clip(np.where(uniform * wide < left, low, high), band.low, band.high))


@dataclass(frozen=True, eq=False)
class Simulation:
    """J purchases in S scenarios, all equally likely; amounts in one currency and price year.

    `buyers` J ids of purchases, `groups` J countries. `gap` float64[J, S]: what the cheapest clear choice costs more
    over its life than the cheapest excluded one, without aid and while no peer is clear; at most 0: clear anyway; plus
    infinity: there is no clear choice. `effect` float64[J, S] >= 0: by how much the gap falls once all peers are clear,
    in proportion to `peers` [J, J] (row j: the parts of its peers, zero on the diagonal, each row sums to 1 or, without
    peers, to 0). `kept` float64[J, S] in (0, 1]: the part of aid that is not lost in dearer prices. `cost`
    float64[J, S]: what the clear choice costs. `elements` float64[J]: elements bought. `demands`: who is behind which
    purchases, as a share of subscribers; clear once all are.
    """

    buyers: tuple[str, ...]
    groups: tuple[str, ...]
    gap: Floats
    effect: Floats
    peers: Floats
    kept: Floats
    cost: Floats
    elements: Floats
    demands: tuple[AidDemand, ...]

    @property
    def scenarios(self) -> int:
        """How many scenarios there are."""
        return int(self.gap.shape[1])

    @property
    def alone(self) -> Floats:
        """What is behind each purchase, float64[J]: the weight of the demands that it is on, each once."""
        at = {buyer: j for j, buyer in enumerate(self.buyers)}
        weight = np.zeros(len(self.buyers))
        for demand in self.demands:
            for buyer in demand.carriers:
                weight[at[buyer]] += demand.weight
        return weight

    def only(self, group: str) -> Simulation:
        """The purchases of one country by themselves: those of others are nobody's peers and on nobody's way."""
        at = [j for j, name in enumerate(self.groups) if name == group]
        kept = {self.buyers[j] for j in at}
        rows = {name: getattr(self, name)[at] for name in ("gap", "effect", "kept", "cost", "elements")}
        return replace(
            self,
            buyers=tuple(self.buyers[j] for j in at),
            groups=(group,) * len(at),
            peers=self.peers[np.ix_(at, at)],
            demands=tuple(one for one in self.demands if kept.issuperset(one.carriers) and one.carriers),
            **rows,
        )

    def needed(self, clear: NDArray[np.bool_] | None = None) -> Floats:
        """The aid that tips each purchase, float64[J, S], at least 0: the gap over the part of aid that is kept.

        `clear` bool[J, S]: which peers are clear; None is none of them.
        """
        gap = self.gap
        if clear is not None:
            gap = gap - self.effect * (self.peers @ clear.astype(np.float64))
        return np.asarray(np.maximum(gap, 0.0) / self.kept)

    def worth(self, clear: NDArray[np.bool_]) -> Floats:
        """The weight of the demands that are clear in each scenario, float64[S]; `clear` bool[J, S]."""
        at = {buyer: j for j, buyer in enumerate(self.buyers)}
        total = np.zeros(self.scenarios)
        for demand in self.demands:
            rows = [at[buyer] for buyer in demand.carriers]
            total += demand.weight * clear[rows].all(axis=0)
        return total


def spread(values: Floats) -> Band:
    """The mean of scenarios with their fifth and ninety-fifth percentiles, kept in order around it.

    >>> spread(np.arange(21.0))
    Band(low=1.0, mid=10.0, high=19.0)
    """
    return spread_around(values, values, values)


def spread_around(low: Floats, mid: Floats, high: Floats) -> Band:
    """The mean of scenarios, with the fifth percentile of their lower and the ninety-fifth of their upper ends."""
    mean = float(mid.mean())
    return Band(min(float(np.quantile(low, LOW)), mean), mean, max(float(np.quantile(high, HIGH)), mean))
