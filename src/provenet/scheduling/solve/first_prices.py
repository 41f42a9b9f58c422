"""First prices of resources, from a program in which every block stands alone: near enough to begin a bound with.

Each demand is shared out among its blocks by what they spend, and nobody waits. The best starts at given prices are
then a maximum a block, so that a round costs no minimum cut.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from provenet.scheduling.solve.closure import ClosureNetwork, network, profits
from provenet.scheduling.solve.master import prices_of, rows_of, solve_restricted
from provenet.scheduling.solve.program import Conflicts, Floats, Prices, Program, Waits, Wants, start_worth

MOST_PARTS = 600
LEVELS = 1e-7
CLOSE = 2e-3


def first_prices(program: Program, dear: Floats, rounds: int = 60) -> Prices:
    """Prices of resources, those of conflicts zero. `dear` float64[R * T] is what a unit lacking of each limit costs.

    They claim nothing: a bound that begins with them holds because every price gives one. Cost: as many small LPs as
    rounds, and O((blocks + entries) x T) a round.
    """
    alone = _alone(program)
    net = network(alone)
    rows = rows_of(alone, net)
    kept = len(program.limits.carry) * program.periods
    profit, _ = profits(alone, net, alone.value)
    part: NDArray[np.int64] = net.period.astype(np.int64)
    none = np.zeros((0, program.periods))
    best, prices = np.inf, Prices(np.zeros_like(program.limits.capacity), none)
    for _ in range(rounds):
        count = int(part.max(initial=-1)) + 1
        priced = solve_restricted(part, count, profit, net=net, rows=rows, kept=kept, dear=dear)
        trial = prices_of(program, priced.price, none)
        if np.isfinite(best):
            trial = Prices(0.4 * prices.resource + 0.6 * trial.resource, none)
        worth = start_worth(alone, trial)
        pick, value = _best(alone, net, worth)
        value += float((trial.resource * program.limits.capacity).sum())
        if value < best:
            best, prices = value, trial
        if best - priced.worth <= CLOSE * max(1e-9, abs(best)):
            break
        if count > MOST_PARTS:
            part = np.unique(np.round(priced.level / LEVELS), return_inverse=True)[1][part]
        part = np.asarray(np.unique(part * 2 + pick, return_inverse=True)[1], np.int64)
    return Prices(prices.resource, np.zeros((len(program.conflicts.most), program.periods)))


def _alone(program: Program) -> Program:
    """The program without waits, conflicts and demands; what demands are worth is a value of the starts."""
    wants, limits, periods = program.wants, program.limits, program.periods
    share = limits.amount.mean(axis=1) / np.maximum(limits.capacity.sum(axis=1)[limits.resource], 1e-12)
    size = np.bincount(limits.block, share, program.blocks) + 1e-12
    value = program.value.copy()
    if len(wants.block):
        want = np.repeat(np.arange(len(wants.start) - 1), np.diff(wants.start))
        part = size[wants.block] / np.bincount(want, size[wants.block], len(wants.start) - 1)[want]
        tail = np.zeros((len(wants.start) - 1, periods + 1))
        tail[:, :-1] = np.cumsum(wants.worth[:, ::-1], axis=1)[:, ::-1]
        done = np.minimum(np.arange(periods) + wants.lag[:, None], periods)
        np.add.at(value, wants.block, part[:, None] * np.take_along_axis(tail[want], done, axis=1))
    none = np.zeros(0, np.int32)
    nobody = Wants(np.zeros(1, np.int64), none, none, none, np.zeros((0, periods)))
    return replace(
        program,
        value=value,
        waits=Waits(none, none, none, none),
        wants=nobody,
        constant=0.0,
        conflicts=Conflicts(none, none, none, none),
    )


def _best(program: Program, net: ClosureNetwork, worth: Floats) -> tuple[NDArray[np.bool_], float]:
    """The nodes that the best start of each block picks, and what these starts are worth together."""
    times = np.arange(program.periods)
    may = (times >= program.first[:, None]) & (times <= program.last[:, None])
    open_ = np.where(may, worth, -np.inf)
    start = open_.argmax(axis=1)
    value = open_.max(axis=1, initial=-np.inf)
    stays = ~program.must & ~(value > 0.0)
    start[stays] = program.periods
    gained = np.where(stays | ~np.isfinite(value), 0.0, value)
    return net.period >= start[net.block], float(gained.sum())
