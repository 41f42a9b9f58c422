"""Levels under side limits: one level an owner, vectors that count once every member is reached, solved by HiGHS.

Variables: x of every node (a level or a higher one is taken), z of every vector with z <= x of each member. HiGHS
branches on x alone. Its linear program is weak where vectors are long: such bounds are valid and far.
"""

from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import ProvenetError
from provenet.numerics.arrays import Floats, Longs
from provenet.numerics.highs import SETTINGS, silent

NEAR = 5e-7
"""The gap with which HiGHS may end."""
ROOM = 1e-9
"""By what share of the worth of all a bound is raised for rounding."""
NODES = 200_000


@dataclass(frozen=True, eq=False)
class Row:
    """A limit, in words in `text`: `amount` [nodes] at the levels taken and `of_total` times the total of all
    levels taken, lie together between `low` and `high`."""

    text: str
    amount: Floats
    low: float
    high: float
    of_total: float = 0.0


@dataclass(frozen=True, eq=False)
class Levels:
    """What is to be chosen. Owner j has the nodes `first[j]` up to `first[j+1]`; the first of them is always reached.

    `linear` is what a node adds once it is reached, `constant` what there is anyway; vector v has the nodes
    `member[start[v]:start[v+1]]` and adds `weight[v]` once all are reached. `total` [nodes] is what each level adds to
    the total that rows may speak of.
    """

    first: Longs
    linear: Floats
    constant: float
    start: Longs
    member: NDArray[np.integer]
    weight: Floats
    rows: tuple[Row, ...]
    total: Floats | None = None


@dataclass(frozen=True, eq=False)
class LevelChoice:
    """The levels taken, None where there are none or none was found, and what no choice exceeds."""

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    level: Longs | None
    bound: float


def choose_levels(
    levels: Levels, *, nodes: int = NODES, least: Floats | None = None, worth: float = 0.0
) -> LevelChoice:
    """The levels with the most worth within the rows; with `least` [nodes], of worth `worth` and the least such amount.

    The bound is the solver's, raised for rounding (without `least`). Equal calls give equal levels.
    Raises ProvenetError if HiGHS fails.
    """
    solver, gain = _build(levels, nodes)
    count = len(gain)
    if least is not None:
        rise = _rise(levels.first, least)
        used = np.flatnonzero(gain)
        solver.addRow(worth - levels.constant, highspy.kHighsInf, len(used), used.astype(np.int32), gain[used])
        top = max(float(np.abs(rise).max(initial=0.0)), 1e-300)
        gain = np.r_[-rise / top, np.zeros(count - len(rise))]
    solver.changeColsCost(count, np.arange(count, dtype=np.int32), -gain)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    total = levels.constant + float(np.maximum(gain, 0.0).sum())
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return LevelChoice("infeasible", None, -np.inf)
    ended = status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)
    if not ended and status != highspy.HighsModelStatus.kSolutionLimit:
        raise ProvenetError(f"HiGHS ended without an answer: {solver.modelStatusToString(status)}.")
    bound = levels.constant - info.mip_dual_bound + ROOM * total if np.isfinite(info.mip_dual_bound) else total
    if not count:
        bound = levels.constant
    solution = solver.getSolution()
    if not solution.value_valid and count:
        return LevelChoice("unknown", None, min(bound, total))
    reached = np.array(solution.col_value[: int(levels.first[-1])]) > 0.5
    level = np.add.reduceat(reached.astype(np.int64), levels.first[:-1]) - 1 if count else np.zeros(0, np.int64)
    return LevelChoice("optimal" if ended else "feasible", level, min(bound, total))


def is_feasible(levels: Levels) -> bool:
    """Whether any choice keeps the rows."""
    bare = Levels(
        first=levels.first,
        linear=np.zeros(len(levels.linear)),
        constant=0.0,
        start=np.zeros(1, np.int64),
        member=np.zeros(0, np.int64),
        weight=np.zeros(0),
        rows=levels.rows,
        total=levels.total,
    )
    return choose_levels(bare).level is not None


def _rise(first: Longs, amount: Floats) -> Floats:
    """What each node adds to an amount that is given by level; the first of an owner adds all of it."""
    rise = np.diff(amount, prepend=0.0)
    rise[first[:-1]] = amount[first[:-1]]
    return rise


def _build(levels: Levels, nodes: int) -> tuple[highspy.Highs, Floats]:
    """A solver that holds all but the objective, and what each variable adds to the worth."""
    nodes_count, vectors = int(levels.first[-1]), len(levels.weight)
    count = nodes_count + vectors
    solver = silent()
    for name, value in {**SETTINGS, "mip_rel_gap": NEAR, "mip_max_nodes": nodes}.items():
        solver.setOptionValue(name, value)
    low = np.zeros(count)
    low[levels.first[:-1]] = 1.0
    solver.addVars(count, low, np.ones(count))
    places = np.arange(count, dtype=np.int32)
    if nodes_count:
        solver.changeColsIntegrality(nodes_count, places[:nodes_count], np.ones(nodes_count, np.uint8))
    above = np.setdiff1d(np.arange(nodes_count), levels.first[:-1])
    tail = np.r_[above - 1, levels.member].astype(np.int32)
    head = np.r_[above, nodes_count + np.repeat(np.arange(vectors), np.diff(levels.start))].astype(np.int32)
    index = np.stack([tail, head], axis=1).ravel()
    if len(tail):
        solver.addRows(
            len(tail),
            np.zeros(len(tail)),
            np.full(len(tail), highspy.kHighsInf),
            len(index),
            np.arange(len(tail), dtype=np.int32) * 2,
            index,
            np.tile([1.0, -1.0], len(tail)),
        )
    unit = 1.0
    if levels.total is not None:
        rise = _rise(levels.first, levels.total)
        unit = max(float(rise.max(initial=0.0)), 1e-300)
        used = np.flatnonzero(rise)
        solver.addVar(0.0, highspy.kHighsInf)
        solver.addRow(0.0, 0.0, len(used) + 1, np.r_[used, count].astype(np.int32), np.r_[rise[used] / unit, -1.0])
    for row in levels.rows:
        rise = _rise(levels.first, row.amount)
        scale = max(float(np.abs(rise).max(initial=0.0)), 1e-300)
        index, value = np.flatnonzero(rise), rise[rise != 0] / scale
        if row.of_total:
            index, value = np.r_[index, count], np.r_[value, row.of_total * unit / scale]
        solver.addRow(row.low / scale, row.high / scale, len(index), index.astype(np.int32), value)
    return solver, np.r_[levels.linear, levels.weight, np.zeros(int(levels.total is not None))]
