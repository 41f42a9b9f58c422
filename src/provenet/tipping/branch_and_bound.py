"""Closing the gap of a bound by parting the levels of one carrier after another, best bound first."""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from provenet.tipping.bins import BinnedInstance
from provenet.tipping.exchanges import fill_budget, improve
from provenet.tipping.kernels.fractional_knapsack import Flags
from provenet.tipping.kernels.vectors import Floats, Longs
from provenet.tipping.pair_bound import PairBound

ROUNDS = 6
"""So many times splits are bettered within one part, at most."""
MOST_OPEN = 20_000
TRIED_SHARE, TRIED_FIRST = 0.3, 3e8
"""What part of the work, beside a first amount, goes into bettering awards."""


@dataclass(eq=False)
class Search:
    """The best award so far with its objective; parts still open, with their bounds; what was closed, with the highest.

    `work` counts the entries gone through, as time does, but alike on every machine.
    """

    made: BinnedInstance
    award: Longs
    worth: float
    pairs: PairBound | None = None
    work: float = 0.0
    tried: float = 0.0
    open: list[tuple[float, int, Flags]] = field(default_factory=list)
    closed: float = math.inf
    parts: int = 0

    @property
    def bound(self) -> float:
        """What no award can exceed."""
        top = max(-self.open[0][0] if self.open else -math.inf, self.closed)
        return max(top, self.worth)

    def offer(self, award: Longs) -> None:
        """Keeps an award where it is the best so far, after bettering it; not while that takes too much of the work."""
        if self.tried > TRIED_SHARE * self.work + TRIED_FIRST:
            return
        award, worth, passes = improve(self.made, award)
        self.work += passes * len(self.made.member)
        self.tried += passes * len(self.made.member)
        if worth > self.worth:
            self.award, self.worth = award, worth

    def gap(self, bound: float | None = None) -> float:
        """The gap as a share of the objective."""
        over = (self.bound if bound is None else bound) - self.worth
        return over / self.worth if self.worth > 0 else (0.0 if over <= 0 else math.inf)

    def begin(self, may: Flags, bound: float) -> None:
        """Opens the whole as one part."""
        self.open, self.closed = [(-bound, 0, may)], -math.inf


def branch(search: Search, target: float, most_work: float, *, report: Callable[[Search], None]) -> None:
    """Parts and bounds until the gap is at most `target`, or so much work is done."""
    made = search.parts
    while search.open and search.gap() > target and search.work < most_work and len(search.open) < MOST_OPEN:
        report(search)
        bound, _, may = search.open[0]
        cutoff = search.worth * (1 + target)
        left = (None, -bound) if -bound <= cutoff else _bound_part(search, may, -bound, cutoff=cutoff)
        parts = [] if left[0] is None else _split_part(search, left[0])
        # Only now, so that a search that is broken off still counts the part as open.
        heapq.heappop(search.open)
        search.closed = max(search.closed, left[1] if left[0] is None else -math.inf)
        for part in parts:
            made += 1
            heapq.heappush(search.open, (-left[1], made, part))
        search.parts = made


def _bound_part(search: Search, may: Flags, bound: float, *, cutoff: float) -> tuple[Flags | None, float]:
    """The levels of a part that can be better than the cutoff, None where none can, and its bound."""
    made, pairs = search.made, search.pairs
    assert pairs is not None
    pairs.rounds = min(pairs.rounds, 12)
    top, may = bound, may.copy()
    for nth in range(ROUNDS):
        pairs.look(may)
        search.work += len(may) ** 2 * 10
        before, top = top, min(top, pairs.bound)
        if top <= cutoff:
            return None, top
        dead = may & (pairs.level_bound <= cutoff)
        if dead.any():
            search.closed = max(search.closed, float(pairs.level_bound[dead].max()))
            may &= ~dead
        pairs.turn()
        search.work += len(made.member) * 8
        if nth > 1 and before - top < 0.02 * (top - cutoff) and not dead.any():
            break
        if nth == 1 and search.parts % 8 == 0:
            search.offer(fill_budget(made, np.zeros(made.carriers, np.int64), pairs.leaning * may))
    return may, top


def _split_part(search: Search, may: Flags) -> list[Flags]:
    """Two parts, levels of the least settled carrier below and above where it leans to; none where all are settled."""
    made, pairs = search.made, search.pairs
    assert pairs is not None
    lean = pairs.leaning
    rise = np.maximum(np.diff(made.cost, prepend=0.0), 0.0)
    rise[made.first[:-1]] = 0.0
    unsure: Floats = np.add.reduceat(lean * (1 - lean) * rise, made.first[:-1])
    count = np.add.reduceat(may.astype(np.int64), made.first[:-1])
    unsure[count < 2] = -1.0
    j = int(np.argmax(unsure))
    if count[j] < 2:
        award = np.array([int(np.flatnonzero(may[a:b])[0]) for a, b in zip(made.first, made.first[1:], strict=False)])
        if made.spent(award) <= made.held and made.worth(award) > search.worth:
            search.award, search.worth = award, made.worth(award)
        return []
    levels = np.flatnonzero(may[made.first[j] : made.first[j + 1]])
    mean = float(lean[made.first[j] + 1 : made.first[j + 1]].sum())
    cut = int(np.clip(np.searchsorted(levels, mean, side="right"), 1, len(levels) - 1))
    low, high = may.copy(), may.copy()
    low[made.first[j] + levels[cut:]] = False
    high[made.first[j] + levels[:cut]] = False
    return [low, high]
