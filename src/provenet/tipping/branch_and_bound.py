"""Closing the gap of a bound by parting the levels of one carrier after another, best bound first."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from provenet.numerics.arrays import Flags, Floats, Longs
from provenet.tipping.bins import BinnedInstance, run_halves
from provenet.tipping.exchanges import fill_budget, improve, worth_alone
from provenet.tipping.kernels.vectors import bound_owners, choose_fractions, split, workspace

LEAST_STEP = 0.04
ROOM = 1e-11
"""By what share of the worth of all a bound is raised for rounding."""


@dataclass(eq=False)
class PairBound:
    """Splits as they stand, and what the last round found.

    `bound`; `level_bound` [nodes], what no award with that level of its carrier can exceed; `leaning` [nodes], how much
    the round would reach each node; `price` of the budget. Any award of the levels `may` of the round counts.
    """

    made: BinnedInstance
    credit: Floats
    together: Floats
    rounds: int = 0
    bound: float = math.inf
    price: float = 0.0

    @classmethod
    def of(cls, made: BinnedInstance) -> PairBound:
        """Splits to begin with: lower levels are likelier reached."""
        size = np.diff(made.first)
        place = np.arange(len(made.cost)) - np.repeat(made.first[:-1], size)
        likely = 1.0 - place / np.repeat(np.maximum(size, 1), size)
        start = cls(made, np.zeros((len(likely), len(likely))), np.outer(likely, likely))
        start.credit = start._split()
        return start

    def _split(self) -> Floats:
        """The credits of pairs, each vector's weight to the pair least often reached together."""
        made, together = self.made, self.together.astype(np.float32)

        def half(low: int, high: int) -> Floats:
            credit = np.zeros_like(self.together)
            split(together, made.start, made.member, made.weight, low, high, credit)
            return credit

        one, two = run_halves(len(made.weight), len(made.member), half)
        return np.asarray(one + two, np.float64)

    def look(self, may: Flags) -> None:
        """Works out the bound over the levels that may be. Cost O(nodes^2 log nodes)."""
        made, count = self.made, len(self.made.cost)
        value, prices, others = np.zeros(count), np.zeros(count), np.zeros((count, count))
        room = min(made.held, float(made.cost.sum()) + 1.0)

        def half(low: int, high: int) -> None:
            profit = np.zeros(count)
            bound_owners(
                self.credit,
                made.cost,
                may,
                made.first,
                room,
                workspace(count),
                profit,
                value,
                prices,
                others,
                low,
                high,
            )

        run_halves(made.carriers, count**2, half)
        self.others = others
        worth = worth_alone(made) + value
        may = may & np.isfinite(value)
        self.reached = np.zeros(count)
        total, price = choose_fractions(worth, made.cost, may, made.first, room, workspace(count), self.reached)
        if not np.logical_or.reduceat(may, made.first[:-1]).all() or total == -math.inf:
            self.bound, self.price, self.level_bound = -math.inf, 0.0, np.full(count, -math.inf)
            return
        left = np.where(may, worth - price * made.cost, -math.inf)
        best = np.maximum.reduceat(left, made.first[:-1])
        top = made.constant + math.fsum(best.tolist()) + price * room
        slack = ROOM * float(made.constant + made.linear.sum() + made.weight.sum())
        self.bound, self.price = float(top + slack), price
        self.level_bound = top + slack + left - np.repeat(best, np.diff(made.first))

    def turn(self, fresh: bool = False) -> None:
        """Betters the splits by what the last look found. Cost O(sum over vectors of members^2)."""
        made = self.made
        reached = self.reached
        nxt = np.r_[reached[1:], 0.0]
        nxt[made.first[1:] - 1] = 0.0
        weighted = (reached - nxt)[:, None] * self.others
        for j in range(made.carriers):
            rows = weighted[made.first[j] : made.first[j + 1]]
            rows[:] = np.cumsum(rows[::-1], axis=0)[::-1]
        self.leaning = _leaning(weighted, reached)
        self.rounds += 1
        step = max(2.0 / (self.rounds + 2), LEAST_STEP)
        self.together = (1 - step) * self.together + step * weighted
        self.credit = (1 - step) * self.credit + step * self._split()


def _leaning(weighted: Floats, reached: Floats) -> Floats:
    """How far owners reach each node, the mean of what they do themselves and what others would have them do."""
    total = reached.sum()
    others = weighted.sum(axis=0) / total if total else reached
    return 0.5 * (reached + np.minimum(others, 1.0))


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
