"""How good a replacement schedule can be at best: Bienstock and Zuckerberg's column generation.

Price the limits, find the best closure at these prices, split the parts of a partition by it, solve the small program
in which each part moves as one, take its prices, repeat (Bienstock and Zuckerberg, IPCO 2010; Munoz et al.,
Computational Optimization and Applications 69, 2018). Every price gives a bound; the small program gives a schedule in
fractions. Parts at one level are taken together again once there are many, which keeps the small program small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.solve.closure import Closures, Network, bound_of, network, profits
from provenet.solve.master import Priced, prices_of, restricted, rows_of
from provenet.solve.scheduling import Floats, Prices, Program, start_worth

MOST_PARTS = 900
"""From so many parts on, parts at one level are taken together: the small program stays small."""
MOST_CONFLICTS = 1500
"""So many rows of conflicts the small program holds at most; those broken worst come first."""
LEVELS = 1e-7
"""Two levels closer than this are one."""


@dataclass(frozen=True)
class Bound:
    """What no schedule can pass, with its proof, and the schedule in fractions it comes from.

    `value` is proven by `prices` and `flow` (float64[arcs of net]) alone. `relaxed` is the worth of the fractional
    schedule `level` (float64[nodes of net], in [0, 1]); value - relaxed is what the search left open. `lacking`
    float64[R, T] and `lacking_conflict` [C, T] is how much more the fractional schedule would need to meet every
    deadline; none where deadlines can be met in fractions.
    """

    value: float
    prices: Prices
    flow: Floats
    relaxed: float
    level: Floats
    rounds: int
    lacking: Floats
    lacking_conflict: Floats
    settled: bool


Told = Callable[[Bound], bool]
"""Called after each round with how it stands; true ends the search."""


def upper_bound(
    program: Program, *, net: Network | None = None, rounds: int = 60, close: float = 1e-4, told: Told | None = None,
    dear: float = 8.0,
) -> Bound:  # fmt: skip
    """The bound of a program, until it is within `close` (a share) of the fractional schedule, or something ends it.

    `dear` is by how much a unit lacking of a limit costs more than the mean node gains by it. Same arguments, same
    answer. Cost a round: one maximum flow and one small LP.
    """
    run = _Search(program, network(program) if net is None else net, dear)
    while True:
        run.round()
        bound = run.bound(close)
        if (told is not None and told(bound)) or run.rounds >= rounds or bound.settled:
            return bound


class _Search:
    """The state of one search."""

    def __init__(self, program: Program, net: Network, dear: float) -> None:
        self.program, self.net = program, net
        self.rows = rows_of(program, net)
        self.closures = Closures(net)
        self.value = program.value + net.folded
        self.profit, self.constant = profits(program, net, self.value)
        self.kept = len(program.limits.carry) * program.periods
        self.active: NDArray[np.int64] = np.arange(self.kept, dtype=np.int64)
        self.dear = self._dear(dear)
        self.part = self._first()
        self.best, self.relaxed, self.rounds = np.inf, -np.inf, 0
        self.prices = Prices(
            np.zeros_like(program.limits.capacity), np.zeros((len(program.conflicts.most), program.periods))
        )
        self.flow = np.zeros(len(net.tail))
        self.level = np.zeros(net.size)
        self.lacking = np.zeros(len(self.rows.room))
        self.broken = False

    def _first(self) -> NDArray[np.int64]:
        """Units of one period are one part, demands of one period another."""
        net = self.net
        return np.unique(np.r_[2 * net.period, 2 * net.want_period + 1], return_inverse=True)[1].astype(np.int64)

    def _dear(self, times: float) -> Floats:
        """What a unit lacking of each limit costs; infinite where nothing must be, for then nothing lacks."""
        rows = self.rows
        dear = np.full(len(rows.room), np.inf)
        if not self.program.must.any():
            return dear
        use = np.bincount(rows.row, np.abs(rows.amount), len(rows.room))
        size = np.bincount(rows.row, minlength=len(rows.room))
        mean = use / np.maximum(size, 1)
        gain = float(np.abs(self.profit).sum()) / max(1, int(self.program.blocks))
        return times * (gain + 1.0) / np.maximum(mean, 1e-9)

    def round(self) -> None:
        """One small program and one closure at its prices."""
        net, program = self.net, self.program
        count = int(self.part.max()) + 1 if len(self.part) else 0
        priced = self._priced(count)
        self.relaxed = max(self.relaxed, priced.worth + self.constant)
        self.level, self.lacking = priced.level[self.part], np.zeros(len(self.rows.room))
        self.lacking[self.active] = priced.lacking
        price = np.zeros(len(self.rows.room))
        price[self.active] = priced.price
        prices = prices_of(program, price)
        paid = start_worth(program, prices) + net.folded
        profit, constant = profits(program, net, paid)
        pick, flow = self.closures.best(profit)
        value = constant + bound_of(profit, net, flow) + self._sold(prices)
        if value < self.best:
            self.best, self.prices, self.flow = value, prices, flow
        self._split(priced, pick)
        self.broken = self._grow()
        self.rounds += 1

    def _priced(self, count: int) -> Priced:
        return restricted(self.part, count, self.profit, self.net, self.rows, self.active, self.dear)

    def _sold(self, prices: Prices) -> float:
        """What all limits are worth at these prices."""
        limits, conflicts = self.program.limits, self.program.conflicts
        return float((prices.resource * limits.capacity).sum() + (prices.conflict * conflicts.most[:, None]).sum())

    def _split(self, priced: Priced, pick: NDArray[np.bool_]) -> None:
        part = self.part
        if int(part.max(initial=-1)) + 1 > MOST_PARTS:
            part = np.unique(np.round(priced.level / LEVELS), return_inverse=True)[1][part]
        self.part = np.unique(part * 2 + pick, return_inverse=True)[1].astype(np.int64)

    def _grow(self) -> bool:
        """Takes in the rows of conflicts that the fractional schedule breaks; whether there were new ones."""
        rows = self.rows
        if len(rows.room) == self.kept:
            return False
        over = np.bincount(rows.row, rows.amount * self.level[rows.node], len(rows.room)) - rows.room - self.lacking
        over[self.active] = 0.0
        fresh = np.flatnonzero(over > 1e-6)
        if not len(fresh):
            return False
        room = MOST_CONFLICTS - (len(self.active) - self.kept)
        fresh = fresh[np.argsort(-over[fresh], kind="stable")][: max(0, room)]
        self.active = np.sort(np.r_[self.active, fresh])
        if len(fresh):
            self.relaxed = -np.inf
        return bool(len(fresh))

    def bound(self, close: float) -> Bound:
        """The answer as it stands."""
        shape = (len(self.program.limits.carry), self.program.periods)
        met = not self.broken and self.best - self.relaxed <= close * max(1e-9, abs(self.relaxed))
        return Bound(
            self.best, self.prices, self.flow, self.relaxed, self.level, self.rounds,
            self.lacking[: self.kept].reshape(shape), self.lacking[self.kept :].reshape(-1, shape[1]), met,
        )  # fmt: skip
