"""How good a replacement schedule can be at best: Bienstock and Zuckerberg's column generation.

Price the limits, find the best closure at these prices, split the parts of a partition by it, solve the small program
in which each part moves as one, take its prices, repeat (Bienstock and Zuckerberg, IPCO 2010; Munoz et al.,
Computational Optimization and Applications 69, 2018). Every price gives a bound; the small program gives a schedule in
fractions. Parts at one level are taken together again once there are many, which keeps the small program small.

Conflicts are too many and too local for that, and so are the turns that units in conflict take: with them the whole
program in fractions is priced at once (relaxation.py), to begin with roughly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints
from provenet.scheduling.solve.closure import ClosureNetwork, Closures, bound_of, network, profits
from provenet.scheduling.solve.master import MasterSolution, first_prices, prices_of, rows_of, solve_restricted
from provenet.scheduling.solve.program import Prices, Program, start_worth

SCALES = (0.6, 0.8, 1.0, 1.25, 1.6)
"""At these multiples of the first guess of prices the first closures are found."""
SMOOTH = 0.4
"""How much the best prices so far weigh in those that the next closure is found at: the newest ones swing."""
FEWEST_PARTS, NODES_A_PART, MOST_PARTS = 900, 250, 2500
"""Parts at one level are taken together from so many on, and one more for so many nodes, up to the last figure: where
a closure is dear, a larger small program saves rounds."""
FEW_ROWS = 1500
"""Up to so many rows of conflicts are in the small program itself, which prices them exactly."""
ROUGH = 2e-3
"""How close the bound comes before the whole program is taken up in fractions."""
ERRORS = (1e-2, 1e-3, 3e-4, 1e-4)
"""The relative errors to which the prices of the whole program are sought, one after another."""
STEPS, MOST_STEPS = 1024, 16_384
"""After so many steps of the first-order method a bound is proven, and after the second figure it ends."""
LEVELS = 1e-7
"""Two levels closer than this are one."""


@dataclass(frozen=True)
class Bound:
    """What no schedule can pass, with its proof, and the schedule in fractions it comes from.

    `value` is proven by `prices`, `flow` (float64[arcs of net]) and `paid` alone. `relaxed` is the worth of the
    fractional schedule `level` (float64[nodes of net], in [0, 1]); value - relaxed is what the search left open.
    `lacking` float64[R, T] is how much more the fractional schedule would need to meet every deadline, as far as
    resources limit it; none where deadlines can be met in fractions. `is_rough` says that there are conflicts or turns
    that neither `relaxed` nor `level` knows of. `paid` is what turns pay, float64[rows of turn_rows.py], or empty.
    """

    value: float
    prices: Prices
    flow: Floats
    relaxed: float
    level: Floats
    rounds: int
    lacking: Floats
    settled: bool
    is_rough: bool
    paid: Floats


Report = Callable[[Bound], bool]
"""Called after each round with how it stands; true ends the search."""


def upper_bound(
    program: Program,
    *,
    net: ClosureNetwork | None = None,
    rounds: int = 60,
    close: float = 1e-4,
    report: Report | None = None,
    dear: float = 8.0,
    plan: Ints | None = None,
    left: Callable[[], float] = lambda: np.inf,
) -> Bound:
    """The bound of a program, until it is within `close` (a share) of the fractional schedule, or something ends it.

    `dear` is by how much a unit lacking of a limit costs more than the mean node gains by it. With turns the whole
    program in fractions follows, and with many conflicts it comes in place of rounds, until it is close too; `left` is
    how many seconds there are for it. `plan` int32[B] is a plan to begin with: what starts alike in it is one part at
    first, which saves the rounds that a coarse partition takes. Same arguments, same answer, unless seconds run out.
    Cost a round: one maximum flow and one small LP; of the whole program some thousand products with its matrix, and a
    maximum flow after every thousand.
    """
    run = _BoundSearch(program, network(program) if net is None else net, dear, plan=plan)
    bound = run.bound(close)
    if not run.holds or not run.profit.any():
        run.seed()
        while True:
            run.round()
            bound = run.bound(close)
            if report is not None and report(bound):
                return bound
            if run.rounds >= rounds or run.met(ROUGH if run.rough else close):
                break
    if not run.rough or run.best < -run.stake:
        # There is nothing more to know; or the bound is below what any plan can have, so there is no plan.
        return bound
    for bound in run.whole(close, left):
        if report is not None and report(bound):
            break
    return bound


class _BoundSearch:
    """The state of one search."""

    def __init__(self, program: Program, net: ClosureNetwork, dear: float, *, plan: Ints | None) -> None:
        self.program, self.net = program, net
        self.rows = rows_of(program, net)
        self.closures = Closures(net)
        self.value = program.value + net.folded
        self.profit, self.constant = profits(program, net, self.value)
        few = len(program.conflicts.most) * program.periods <= FEW_ROWS
        self.kept = len(self.rows.room) if few else len(program.limits.carry) * program.periods
        self.holds = self.kept < len(self.rows.room)
        self.rough = self.holds or len(program.turns.head) > 0
        self.stake = 1.0 + float(np.abs(self.profit).sum())
        self.dear = self._dear(dear)
        self.part = self._first(np.zeros(program.blocks, np.int32) if plan is None else plan)
        self.best, self.relaxed, self.rounds = np.inf, -np.inf, 0
        self.unpriced = np.zeros((len(program.conflicts.most), program.periods))
        self.prices = Prices(np.zeros_like(program.limits.capacity), self.unpriced)
        self.most_parts = min(MOST_PARTS, FEWEST_PARTS + net.size // NODES_A_PART)
        self.flow, self.paid = np.zeros(len(net.tail)), np.zeros(0)
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

    def round(self) -> float:
        """One small program and one closure at its prices; gives the bound that these prove."""
        net = self.net
        count = int(self.part.max()) + 1 if len(self.part) else 0
        priced = solve_restricted(
            self.part, count, self.profit, net=net, rows=self.rows, kept=self.kept, dear=self.dear
        )
        self.relaxed = priced.worth + self.constant
        self.level, self.lacking = priced.level[self.part], priced.lacking
        prices = self._prices(priced.price)
        if self.rounds:
            best = self.prices
            prices = Prices(
                SMOOTH * best.resource + (1.0 - SMOOTH) * prices.resource,
                SMOOTH * best.conflict + (1.0 - SMOOTH) * prices.conflict,
            )
        pick, value = self._closed(prices)
        self._split(priced, pick)
        self.rounds += 1
        return value

    def _prices(self, price: Floats) -> Prices:
        """Prices of limits by those of the small program's rows; conflicts that it does not have cost nothing."""
        resources = len(self.program.limits.carry) * self.program.periods
        own = price[resources:].reshape(-1, self.program.periods)
        return prices_of(self.program, price[:resources], own if self.kept > resources else self.unpriced)

    def _sold(self, prices: Prices) -> float:
        """What all limits are worth at these prices."""
        limits, conflicts = self.program.limits, self.program.conflicts
        return float((prices.resource * limits.capacity).sum() + (prices.conflict * conflicts.most[:, None]).sum())

    def _split(self, priced: MasterSolution, pick: NDArray[np.bool_]) -> None:
        part = self.part
        if int(part.max(initial=-1)) + 1 > self.most_parts:
            part = np.unique(np.round(priced.level / LEVELS), return_inverse=True)[1][part]
        self.part = _numbered(part * 2 + pick)

    def met(self, close: float) -> bool:
        """Whether bound and fractional schedule meet."""
        return self.best - self.relaxed <= close * max(1e-9, abs(self.relaxed))

    def bound(self, close: float) -> Bound:
        """The answer as it stands."""
        shape = (len(self.program.limits.carry), self.program.periods)
        met = not self.rough and self.met(close)
        lacking = self.lacking[: shape[0] * shape[1]].reshape(shape)
        return Bound(
            value=self.best,
            prices=self.prices,
            flow=self.flow,
            relaxed=self.relaxed,
            level=self.level,
            rounds=self.rounds,
            lacking=lacking,
            settled=met,
            is_rough=self.rough,
            paid=self.paid,
        )

    def whole(self, close: float, left: Callable[[], float]) -> Iterator[Bound]:
        """Bounds by prices of the whole program in fractions, better and better."""
        from provenet.scheduling.solve.relaxation import Relaxation

        relaxation, steps = Relaxation(self.program, self.net, self.rows), 0
        self.rough = False
        for error in ERRORS:
            found = None
            while (found is None or not found.ended) and steps < MOST_STEPS and (left() > 0 or not steps):
                found = relaxation.stage(error, STEPS, left())
                steps += STEPS
                value, flow, paid = relaxation.proven(found.prices, found.paid, self.closures)
                self.level, self.relaxed = found.level, found.worth
                self.rounds += 1
                if value < self.best:
                    self.best, self.prices, self.flow, self.paid = value, found.prices, flow, paid
                yield self.bound(close)


def _numbered(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same classes numbered from 0, without gaps."""
    return np.asarray(np.unique(keys, return_inverse=True)[1], np.int64)
