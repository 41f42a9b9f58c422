"""Scenarios binned by offer level: a scenario matters to a carrier only by the least level that tips it in it.

So a demand is worth its weight in so many scenarios for each vector of least levels of its carriers, and scenarios with
the same vector are one. Both are exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from provenet.forms.allocation import Allocation
from provenet.forms.schedule import TOLERANCE
from provenet.numerics.arrays import Floats, Ints, Longs
from provenet.tipping.kernels.vectors import moves

Done = TypeVar("Done")
SMALL = 50_000
"""Below so much work a thread costs more than it saves."""


@cache
def _other() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="half")


def run_halves(count: int, size: int, work: Callable[[int, int], Done]) -> tuple[Done, Done]:
    """What `work(low, high)` gives for the first and for the second half of `count`; `size` is how much work it is."""
    half = count // 2
    if size < SMALL:
        return work(0, half), work(half, count)
    second = _other().submit(work, half, count)
    first = work(0, half)
    return first, second.result()


_WIDE = 2**62


@dataclass(frozen=True, eq=False)
class BinnedInstance:
    """An instance in numbers. An award is one level a carrier, by its place among the levels.

    Node `first[j] + i` says that carrier j is offered level i or more; level 0 is always reached. `cost` float64[nodes]
    is what each level takes of the budget, never falling within a carrier; `most[j]` is the highest level that fits it
    alone. `linear` is what nodes add by themselves, `constant` what is clear without aid. Vectors are as in
    `kernels.vectors`. `held` is the budget with its room for rounding, `tipped` the share of scenarios in which a
    carrier chooses clear.
    """

    first: Longs
    cost: Floats
    most: Longs
    linear: Floats
    constant: float
    start: Longs
    member: Ints
    weight: Floats
    held: float
    tipped: Floats

    @property
    def carriers(self) -> int:
        """How many carriers there are."""
        return len(self.most)

    def under(self, budget: float | None) -> BinnedInstance:
        """The same under another budget, None for no limit; it may be passed by `TOLERANCE` of itself."""
        held = math.inf if budget is None else budget * (1 + TOLERANCE)
        fits = np.add.reduceat((self.cost <= held).astype(np.int64), self.first[:-1]) if self.carriers else self.most
        return replace(self, held=held, most=fits - 1)

    def reached(self, award: Longs) -> NDArray[np.bool_]:
        """Which nodes an award reaches."""
        place = np.arange(len(self.cost)) - np.repeat(self.first[:-1], np.diff(self.first))
        return place <= np.repeat(award, np.diff(self.first))

    def worth(self, award: Longs) -> float:
        """The objective of an award."""
        return self.tables(award)[0]

    def spent(self, award: Longs) -> float:
        """What an award takes of the budget."""
        return math.fsum(self.cost[self.first[:-1] + award].tolist())

    def tables(self, award: Longs) -> tuple[float, Floats]:
        """The objective of an award, and for each node what that level of its carrier alone would change, exactly."""
        reached = self.reached(award)

        def half(low: int, high: int) -> tuple[float, Floats]:
            change = np.zeros(len(reached))
            return float(moves(reached, self.start, self.member, self.weight, low, high, change)), change

        (one, changed), (two, more) = run_halves(len(self.weight), len(self.member), half)
        worth, change = self.constant + float(self.linear @ reached) + one + two, self.linear + changed + more
        sums = np.cumsum(change)
        return worth, sums - np.repeat(sums[self.first[:-1] + award], np.diff(self.first))


def bin_instance(instance: Allocation) -> BinnedInstance:
    """The numbers of an instance. Cost O(sum over demands of carriers x scenarios x log scenarios)."""
    scenarios = instance.scenarios
    place = {carrier.id: nth for nth, carrier in enumerate(instance.carriers)}
    levels = [np.array(carrier.levels) for carrier in instance.carriers]
    least = [np.searchsorted(levels[j], c.gaps, side="left") for j, c in enumerate(instance.carriers)]
    first = np.r_[0, np.cumsum([len(one) for one in levels])].astype(np.int64)
    tipped = [
        np.cumsum(np.bincount(k, minlength=len(one) + 1)[: len(one)]) / scenarios
        for k, one in zip(least, levels, strict=True)
    ]
    pays = instance.budget_on == "expected_paid"
    cost = [one * share if pays else one for one, share in zip(levels, tipped, strict=True)]
    most = np.array([len(one) - 1 for one in levels], np.int64)
    made = _merge_demands(instance, place)
    linear, constant = np.zeros(int(first[-1])), 0.0
    parts = list[tuple[Longs, Ints, Floats]]()
    for members, weight in made.items():
        vectors, count = _vectors([least[j] for j in members], [int(most[j]) for j in members], scenarios)
        amount = weight * count / scenarios
        needs = (vectors > 0).sum(axis=1)
        constant += float(amount[needs == 0].sum())
        nodes = vectors + first[list(members)]
        single = needs == 1
        np.add.at(linear, nodes[single][vectors[single] > 0], amount[single])
        joint = needs > 1
        parts.append((needs[joint], nodes[joint][vectors[joint] > 0].astype(np.int32), amount[joint]))
    size, member, weight_of = (
        np.concatenate([part[k] for part in parts]) if parts else np.zeros(0, np.int64) for k in range(3)
    )
    start = np.r_[0, np.cumsum(size)].astype(np.int64)
    return BinnedInstance(
        first=first,
        cost=_flat(cost),
        most=most,
        linear=linear,
        constant=constant,
        start=start,
        member=member.astype(np.int32),
        weight=weight_of.astype(np.float64),
        held=math.inf,
        tipped=_flat(tipped),
    ).under(instance.budget)


def _flat(parts: Sequence[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)


def _merge_demands(instance: Allocation, place: dict[str, int]) -> dict[tuple[int, ...], float]:
    """The weight of each set of carriers; demands over the same are one."""
    made: dict[tuple[int, ...], float] = {}
    for demand in instance.demands:
        members = tuple(sorted(place[name] for name in demand.carriers))
        made[members] = made.get(members, 0.0) + demand.weight
    return {members: weight for members, weight in made.items() if weight}


def _vectors(least: Sequence[Longs], most: Sequence[int], scenarios: int) -> tuple[Longs, Longs]:
    """The distinct vectors of least levels in reach, int64[n, carriers], and how many scenarios have each."""
    if not least:
        return np.zeros((1, 0), np.int64), np.full(1, scenarios)
    kept = np.ones(scenarios, np.bool_)
    for one, top in zip(least, most, strict=True):
        kept &= one <= top
    code, width = np.zeros(int(kept.sum()), np.int64), 1
    for one, top in zip(least, most, strict=True):
        if width * (top + 1) >= _WIDE:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            width = len(code) + 1
        code = code * (top + 1) + one[kept]
        width *= top + 1
    _, at, count = np.unique(code, return_index=True, return_counts=True)
    return np.stack([one[kept][at] for one in least], axis=1).astype(np.int64), count.astype(np.int64)
