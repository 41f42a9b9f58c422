"""A bound from pairs of carriers, by prices: what no award under the budget can exceed.

Each vector's weight is split over pairs of its members (an owner and another): whoever clears it reaches every pair, so
an award is worth no more than the credits of the pairs that it reaches. Of pairs, the bound of Caprara, Pisinger and
Toth for the quadratic knapsack (INFORMS Journal on Computing 11, 1999) holds: for each level of each owner the others
share what it leaves of the budget, and then one level an owner is chosen. That is far below the bound of a linear
program, where a demand is half clear once all its carriers are half paid. Splits are bettered round by round, towards
the pairs that are least often reached together (Frank and Wolfe, Naval Research Logistics Quarterly 3, 1956).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from provenet.tipping.bins import BinnedInstance
from provenet.tipping.kernels.fractional_knapsack import Flags, bound_owners, choose_fractions, workspace
from provenet.tipping.kernels.vectors import Floats, split
from provenet.tipping.knapsack import worth_alone
from provenet.tipping.threads import run_halves

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
