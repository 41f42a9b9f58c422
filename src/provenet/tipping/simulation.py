"""Carriers about to buy, simulated: what clear costs each more in every scenario, and who is behind them.

Everything that decides or pays (allocations, mechanisms, rounds of response) works on this one form, so that all are
compared on the same carriers in the same scenarios.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from provenet.forms.allocation import AidDemand

Floats = NDArray[np.float64]


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
