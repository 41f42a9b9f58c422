"""The restricted program of the bound: parts of a partition move as one, limits are rows, and HiGHS prices them.

Its first prices come from a program in which every block stands alone: near enough to begin a bound with. Each demand
is shared out among its blocks by what they spend, and nobody waits. The best starts at given prices are then a maximum
a block, so that a round costs no minimum cut.
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import ProvenetError
from provenet.numerics.arrays import Floats
from provenet.numerics.highs import SEED, silent
from provenet.scheduling.solve.closure import ClosureNetwork, network, profits
from provenet.scheduling.solve.program import Conflicts, Prices, Program, Waits, Wants, start_worth


@dataclass(frozen=True)
class Rows:
    """Limits over nodes: `amount[e]` of node `node[e]` counts in row `row[e]`; `room` is what each row allows.

    Row r * T + t is resource r in period t, with carry-over up to it; conflicts follow, T rows each. What blocks that
    must have started spend is taken off `room`, which may fall below zero.
    """

    row: NDArray[np.int64]
    node: NDArray[np.int64]
    amount: Floats
    room: Floats


def rows_of(program: Program, net: ClosureNetwork) -> Rows:
    """The limits of a program over the nodes of its network. Cost O((entries + members) x T)."""
    periods, limits, conflicts = program.periods, program.limits, program.conflicts
    capacity = np.where(limits.carry[:, None], np.cumsum(limits.capacity, axis=1), limits.capacity)
    most = np.repeat(conflicts.most.astype(np.float64), periods)
    room = np.r_[capacity.ravel(), most]
    times = np.arange(periods)
    spent = _RowBuilder(program, net, room)
    up = limits.amount.copy()
    carry = limits.carry[limits.resource]
    down = np.zeros_like(up)
    down[:, :-1] = limits.amount[:, 1:]
    base = limits.resource.astype(np.int64)[:, None] * periods + times
    spent.add(limits.block, base, up)
    plain = ~carry
    spent.add(limits.block[plain], base[plain] + 1, -down[plain], ahead=True)
    if carry.any():
        # Up to t it has spent what it spends in its start period: a later start period with another amount moves it.
        change = limits.amount - down
        moved = carry & (change[:, :-1] != 0).any(axis=1)
        for t in range(1, periods if moved.any() else 0):
            until_t = np.repeat(base[moved][:, t : t + 1], periods, axis=1)
            spent.add(limits.block[moved], until_t, change[moved] * (times < t))
    first = len(limits.carry) * periods
    base = first + conflicts.conflict.astype(np.int64)[:, None] * periods + times
    one = np.ones((len(conflicts.block), periods))
    spent.add(conflicts.block, base, one)
    for lag in np.unique(conflicts.duration).tolist():
        held = conflicts.duration == lag
        spent.add(conflicts.block[held], base[held] + lag, -one[held], ahead=True, by=lag)
    return spent.rows()


class _RowBuilder:
    """Gathers entries; those of nodes that are 1 in any case go to the room instead."""

    def __init__(self, program: Program, net: ClosureNetwork, room: Floats) -> None:
        self.program, self.net, self.room = program, net, room.copy()
        self.parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []

    def add(
        self, block: NDArray[np.int32], row: NDArray[np.int64], amount: Floats, *, ahead: bool = False, by: int = 1
    ) -> None:
        """Adds `amount[e, t]` times "block[e] by t" to `row[e, t]`; `ahead` drops rows past the horizon."""
        program, net = self.program, self.net
        times = np.arange(program.periods)
        keep = (amount != 0) & (times >= program.first[block][:, None])
        if ahead:
            keep &= times < program.periods - by
        free = times < net.until[block][:, None]
        forced = keep & ~free & program.must[block][:, None]
        np.subtract.at(self.room, row[forced], amount[forced])
        keep &= free
        node = net.offset[block][:, None] + times
        self.parts.append((row[keep], node[keep], amount[keep]))

    def rows(self) -> Rows:
        row, node, amount = (np.concatenate([part[i] for part in self.parts]) for i in range(3))
        return Rows(row, node, amount, self.room)


@dataclass(frozen=True)
class MasterSolution:
    """The best of a restricted program: each part's level, the prices of its rows, its worth, and what it lacked."""

    level: Floats
    price: Floats
    worth: float
    lacking: Floats


def solve_restricted(
    part: NDArray[np.int64], count: int, profit: Floats, *, net: ClosureNetwork, rows: Rows, kept: int, dear: Floats
) -> MasterSolution:
    """Solves the program whose nodes move with their part. Cost: an LP of `count` columns.

    The first `kept` rows are its limits; `dear` is what a unit of each costs that is not there, so that some level
    always is feasible. Raises ProvenetError where HiGHS gives up.
    """
    mine = rows.row < kept
    cell = rows.row[mine] * count + part[rows.node[mine]]
    table: Floats = np.bincount(cell, rows.amount[mine], kept * count).astype(np.float64)
    limits = table.reshape(kept, count)
    mark = np.zeros(count * count, np.bool_)
    mark[part[net.tail] * count + part[net.head]] = True
    lean, on = np.divmod(np.flatnonzero(mark), count)
    lean, on = lean[lean != on], on[lean != on]
    gain: Floats = np.bincount(part, profit, count).astype(np.float64)
    short = np.flatnonzero(np.isfinite(dear[:kept]))
    return _solve(gain, limits, rows.room[:kept], lean=lean, on=on, short=short, dear=dear[:kept])


def _solve(
    gain: Floats,
    limits: Floats,
    room: Floats,
    *,
    lean: NDArray[np.int64],
    on: NDArray[np.int64],
    short: NDArray[np.int64],
    dear: Floats,
) -> MasterSolution:
    count, kept = len(gain), len(room)
    where, col = np.nonzero(limits)
    amount = limits[where, col]
    arcs = np.arange(len(lean))
    row = np.r_[where, short, kept + arcs, kept + arcs]
    column = np.r_[col, count + np.arange(len(short)), lean, on]
    value = np.r_[amount, -np.ones(len(short)), np.ones(len(arcs)), -np.ones(len(arcs))]
    order = np.lexsort((row, column))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count + len(short), kept + len(arcs)
    lp.col_cost_ = np.r_[-gain, dear[short]]
    lp.col_lower_ = np.zeros(lp.num_col_)
    lp.col_upper_ = np.r_[np.ones(count), np.full(len(short), highspy.kHighsInf)]
    lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
    lp.row_upper_ = np.r_[room, np.zeros(len(arcs))]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.r_[0, np.cumsum(np.bincount(column, minlength=lp.num_col_))].astype(np.int32)
    lp.a_matrix_.index_ = row[order].astype(np.int32)
    lp.a_matrix_.value_ = value[order]
    solver = silent()
    for name, setting in (("threads", 1), ("random_seed", SEED), ("output_flag", False)):
        solver.setOptionValue(name, setting)
    solver.passModel(lp)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kModelEmpty:
        return MasterSolution(np.zeros(count), np.zeros(kept), 0.0, np.zeros(kept))
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ProvenetError(f"HiGHS ended without an answer: {solver.modelStatusToString(solver.getModelStatus())}.")
    solution = solver.getSolution()
    point = np.array(solution.col_value)
    price = np.maximum(-np.array(solution.row_dual)[:kept], 0.0)
    lacking = np.zeros(kept)
    lacking[short] = point[count:]
    return MasterSolution(
        np.clip(point[:count], 0.0, 1.0), price, -float(solver.getInfo().objective_function_value), lacking
    )


def prices_of(program: Program, price: Floats, conflict: Floats) -> Prices:
    """Prices of limits from prices of rows: a row up to t prices every period up to it."""
    resource = price.reshape(len(program.limits.carry), program.periods)
    sums = np.cumsum(resource[:, ::-1], axis=1)[:, ::-1]
    return Prices(np.where(program.limits.carry[:, None], sums, resource), conflict)


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
