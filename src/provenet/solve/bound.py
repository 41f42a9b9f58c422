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
from provenet.solve.scheduling import Floats, Ints, Prices, Program, start_worth
from provenet.solve.seeding import first_prices

SCALES = (0.6, 0.8, 1.0, 1.25, 1.6)
"""At these multiples of the first guess of prices the first closures are found."""
SMOOTH = 0.4
"""How much the best prices so far weigh in those that the next closure is found at: the newest ones swing."""
FEWEST_PARTS, NODES_A_PART, MOST_PARTS = 900, 250, 2500
"""Parts at one level are taken together from so many on, and one more for so many nodes, up to the last figure: where
a closure is dear, a larger small program saves rounds."""
WEIGHT, FADE = 0.02, 15.0
"""The least weight of the newest fractional schedule in the mean that prices of conflicts follow, and how it falls."""
FEW_ROWS = 1500
"""Up to so many rows of conflicts are in the small program itself, which prices them exactly."""
ROUGH, HELD_PARTS = 2e-3, 400
"""How close the bound comes before prices of conflicts are looked for, and the most parts while they are."""
STALE, NEWS = 40, 0.01
"""Over so many rounds the bound must fall by this share of what is between it and the best plan, or they end."""
PATIENCE, SHORTER, LONGER = 4, 0.75, 1.15
"""After so many rounds without a better bound the steps of these prices shrink; after a better one they grow."""
LEVELS = 1e-7
"""Two levels closer than this are one."""


@dataclass(frozen=True)
class Bound:
    """What no schedule can pass, with its proof, and the schedule in fractions it comes from.

    `value` is proven by `prices` and `flow` (float64[arcs of net]) alone. `relaxed` is the worth of the fractional
    schedule `level` (float64[nodes of net], in [0, 1]); value - relaxed is what the search left open. `lacking`
    float64[R, T] is how much more the fractional schedule would need to meet every deadline, as far as resources limit
    it; none where deadlines can be met in fractions. `held_prices` says that conflicts are too many for the small
    program: `relaxed` then knows of them by their prices alone.
    """

    value: float
    prices: Prices
    flow: Floats
    relaxed: float
    level: Floats
    rounds: int
    lacking: Floats
    settled: bool
    held_prices: bool


Told = Callable[[Bound], bool]
"""Called after each round with how it stands; true ends the search."""


def upper_bound(
    program: Program, *, net: Network | None = None, rounds: int = 60, close: float = 1e-4, told: Told | None = None,
    dear: float = 8.0, target: Callable[[], float | None] = lambda: None, plan: Ints | None = None,
) -> Bound:  # fmt: skip
    """The bound of a program, until it is within `close` (a share) of the fractional schedule, or something ends it.

    `dear` is by how much a unit lacking of a limit costs more than the mean node gains by it. With conflicts as many
    rounds again follow their prices, in steps towards `target`, the worth of the best plan known. `plan` int32[B] is a
    plan to begin with: what starts alike in it is one part at first, which saves the rounds that a coarse partition
    takes. Same arguments, same answer. Cost a round: one maximum flow and one small LP.
    """
    run = _Search(program, network(program) if net is None else net, dear, plan)
    run.seed()
    while True:
        run.round()
        bound = run.bound(close)
        if told is not None and told(bound):
            return bound
        if run.rounds >= rounds or run.met(ROUGH if run.holds else close):
            break
    if run.kept == len(run.rows.room):
        return bound
    pricing = _Conflicts(run)
    while run.rounds < 3 * rounds and pricing.round(target()):
        bound = run.bound(close)
        if told is not None and told(bound):
            break
    return bound


class _Search:
    """The state of one search."""

    def __init__(self, program: Program, net: Network, dear: float, plan: Ints | None) -> None:
        self.program, self.net = program, net
        self.rows = rows_of(program, net)
        self.closures = Closures(net)
        self.value = program.value + net.folded
        self.profit, self.constant = profits(program, net, self.value)
        few = len(program.conflicts.most) * program.periods <= FEW_ROWS
        self.kept = len(self.rows.room) if few else len(program.limits.carry) * program.periods
        self.held = np.zeros((len(program.conflicts.most), program.periods))
        self.holds = self.kept < len(self.rows.room)
        self.dear = self._dear(dear)
        self.part = self._first(np.zeros(program.blocks, np.int32) if plan is None else plan)
        self.best, self.relaxed, self.rounds = np.inf, -np.inf, 0
        self.prices = Prices(np.zeros_like(program.limits.capacity), self.held)
        self.most_parts = min(MOST_PARTS, FEWEST_PARTS + net.size // NODES_A_PART)
        self.flow = np.zeros(len(net.tail))
        self.level = np.zeros(net.size)
        self.lacking = np.zeros(len(self.rows.room))

    def _first(self, plan: Ints) -> NDArray[np.int64]:
        """Units that start in one period of a plan are one part in each period; so are demands clear from one on."""
        net, wants, span = self.net, self.program.wants, self.program.periods + 1
        begun = np.minimum(plan, span - 1).astype(np.int64)
        unit = begun[net.block] * span + net.period
        if not len(net.want):
            return _numbered(unit)
        done = np.minimum(plan[wants.block].astype(np.int64) + wants.lag, span - 1)
        clear = np.maximum.reduceat(done, wants.start[:-1])[net.want]
        both = np.r_[2 * unit, 2 * (clear * span + net.want_period) + 1]
        return _numbered(both)

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

    def seed(self) -> None:
        """Splits the first partition by closures at first guesses of the prices, a little lower and higher too."""
        resources = len(self.program.limits.carry) * self.program.periods
        guess = first_prices(self.program, self.dear[:resources])
        for scale in SCALES:
            pick, _ = self._closed(Prices(scale * guess.resource, guess.conflict))
            self.part = _numbered(self.part * 2 + pick)

    def _closed(self, prices: Prices) -> tuple[NDArray[np.bool_], float]:
        """The best closure at some prices, and the bound that they prove, kept if it is the best."""
        profit, constant = profits(self.program, self.net, start_worth(self.program, prices) + self.net.folded)
        pick, flow = self.closures.best(profit)
        value = constant + bound_of(profit, self.net, flow) + self._sold(prices)
        if value < self.best:
            self.best, self.prices, self.flow = value, prices, flow
        return pick, value

    def hold(self, prices: Floats) -> None:
        """Prices conflicts, float64[C, T], until told otherwise: they are part of what a start is worth."""
        self.held = prices
        free = Prices(np.zeros_like(self.program.limits.capacity), prices)
        self.profit, self.constant = profits(self.program, self.net, start_worth(self.program, free) + self.net.folded)
        self.constant += self._sold(free)

    def round(self) -> float:
        """One small program and one closure at its prices; gives the bound that these prove."""
        net = self.net
        count = int(self.part.max()) + 1 if len(self.part) else 0
        priced = restricted(self.part, count, self.profit, net, self.rows, self.kept, self.dear)
        self.relaxed = priced.worth + self.constant
        self.level, self.lacking = priced.level[self.part], priced.lacking
        prices = self._prices(priced.price)
        if self.rounds:
            resource = SMOOTH * self.prices.resource + (1.0 - SMOOTH) * prices.resource
            conflict = (
                prices.conflict if self.holds else SMOOTH * self.prices.conflict + (1.0 - SMOOTH) * prices.conflict
            )
            prices = Prices(resource, conflict)
        pick, value = self._closed(prices)
        self._split(priced, pick)
        self.rounds += 1
        return value

    def _prices(self, price: Floats) -> Prices:
        """Prices of limits by those of the small program's rows, those of conflicts held where it has none of them."""
        resources = len(self.program.limits.carry) * self.program.periods
        own = price[resources:].reshape(-1, self.program.periods)
        return prices_of(self.program, price[:resources], own if self.kept > resources else self.held)

    def _sold(self, prices: Prices) -> float:
        """What all limits are worth at these prices."""
        limits, conflicts = self.program.limits, self.program.conflicts
        return float((prices.resource * limits.capacity).sum() + (prices.conflict * conflicts.most[:, None]).sum())

    def _split(self, priced: Priced, pick: NDArray[np.bool_]) -> None:
        part = self.part
        if int(part.max(initial=-1)) + 1 > self.most_parts:
            part = np.unique(np.round(priced.level / LEVELS), return_inverse=True)[1][part]
        self.part = _numbered(part * 2 + pick)

    def met(self, close: float) -> bool:
        """Whether bound and fractional schedule meet, at the prices of conflicts held."""
        return self.best - self.relaxed <= close * max(1e-9, abs(self.relaxed))

    def bound(self, close: float) -> Bound:
        """The answer as it stands."""
        shape = (len(self.program.limits.carry), self.program.periods)
        met = not self.holds and self.met(close)
        lacking = self.lacking[: shape[0] * shape[1]].reshape(shape)
        return Bound(self.best, self.prices, self.flow, self.relaxed, self.level, self.rounds, lacking, met, self.holds)


def _numbered(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same classes numbered from 0, without gaps."""
    return np.asarray(np.unique(keys, return_inverse=True)[1], np.int64)


class _Conflicts:
    """Prices of conflicts, too many and too local for the small program: the volume algorithm.

    Each round steps from the best prices so far along what the mean fractional schedule has too many under way
    (Barahona and Anbil, Mathematical Programming 87, 2000), while the small program prices the resources.
    """

    def __init__(self, run: _Search) -> None:
        self.run = run
        self.centre = run.held.copy()
        self.mean = run.level.copy()
        run.most_parts = HELD_PARTS
        self.step, self.idle, self.rounds = 1.0, 0, 0
        self.bests: list[float] = []
        self.stake = 1.0 + float(np.abs(run.profit).sum())
        rows = run.rows
        self.own = np.flatnonzero(rows.row >= run.kept)

    def round(self, target: float | None) -> bool:
        """One step of the prices and one round of the search at them; false where there is no step left to take."""
        run = self.run
        over = self._over()
        pushed = np.where((self.centre > 0) | (over > 0), over, 0.0)
        length = float((pushed**2).sum())
        far = run.best < -self.stake
        self.bests.append(run.best)
        since = self.bests[-STALE] if len(self.bests) >= STALE else np.inf
        if length <= 0.0 or far or since - run.best < NEWS * max(run.best - (target or 0.0), 0.0):
            # Nothing is broken; or the bound is below what any plan can have, so there is no plan; or it stays.
            return False
        below = target if target is not None else run.best - 0.05 * max(abs(run.best), self.stake)
        stride = self.step * max(run.best - below, 1e-4 * abs(run.best)) / length
        run.hold(np.clip(self.centre + stride * pushed, 0.0, self.stake))
        was = run.best
        run.round()
        self.rounds += 1
        self.mean += max(WEIGHT, 1.0 / (FADE + self.rounds / 4)) * (run.level - self.mean)
        if run.best < was:
            self.centre, self.idle = run.held, 0
            self.step *= LONGER
        else:
            self.idle += 1
            if self.idle >= PATIENCE:
                self.step, self.idle = self.step * SHORTER, 0
        run.level = self.mean.copy()
        return True

    def _over(self) -> Floats:
        """How many more than allowed are under way in the mean schedule, float64[C, T]."""
        rows = self.run.rows
        held = self.own
        under = np.bincount(
            rows.row[held] - self.run.kept, rows.amount[held] * self.mean[rows.node[held]], self.centre.size
        )
        over: Floats = (under - rows.room[self.run.kept :]).reshape(self.centre.shape)
        return over
