"""The whole program in fractions, conflicts and turns with it: prices of all of them at once, by a first-order method.

Conflicts are many and local, so parts that move as one say little of them. PDLP (Applegate et al., Mathematical
Programming 2024; OR-tools) needs products with the matrix alone, so that a hundred thousand rows and columns take
seconds, and its prices are rough at first and better with every step. A bound holds at any prices: one minimum cut at
what it gives proves it, and roughness costs tightness, never truth.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.pdlp import solve_log_pb2, solvers_pb2
from ortools.pdlp.python import pdlp
from scipy import sparse

from provenet.numerics.arrays import Flags, Floats
from provenet.scheduling.solve.closure import ClosureNetwork, Closures, bound_of, profits, turn_rows
from provenet.scheduling.solve.master import Rows, prices_of
from provenet.scheduling.solve.program import Prices, Program, start_worth

DEAREST = 1e6
"""No price passes so many times all that is at stake; where no schedule exists, prices would grow for ever."""


@dataclass(frozen=True)
class RelaxationState:
    """Where the method stands: `prices` and `paid` float64[rows of turns], the schedule `level`, and its `worth`.

    The schedule may pass limits by as little as the method still errs. `ended` says that it met the error required.
    """

    prices: Prices
    paid: Floats
    level: Floats
    worth: float
    ended: bool


class Relaxation:
    """The program in fractions, bettered a few thousand steps at a time. Same calls, same answers."""

    def __init__(self, program: Program, net: ClosureNetwork, rows: Rows) -> None:
        self.program, self.net, self.rows = program, net, rows
        self.turn_rows = turn_rows(program, net)
        self.shut, self.given = self._never()
        self.profit, self.constant = profits(program, net, program.value + net.folded)
        zero = self.zero
        self.open = np.flatnonzero(~zero)
        column = np.cumsum(~zero) - 1
        limits = _matrix(rows.row, rows.node, rows.amount, shape=(len(rows.room), net.size), zero=zero, column=column)
        arc = np.flatnonzero(~zero[net.tail])
        lean = np.arange(len(arc))
        ones = np.ones(len(arc))
        leans = sparse.csr_matrix(
            (np.r_[ones, -ones], (np.r_[lean, lean], np.r_[column[net.tail[arc]], column[net.head[arc]]])),
            (len(arc), len(self.open)),
        )
        made = self.turn_rows
        self.stated = np.flatnonzero(~zero[made.head])
        nth = np.full(len(made.head), -1)
        nth[self.stated] = np.arange(len(self.stated))
        held = (nth[made.row] >= 0) & ~zero[made.node]
        row = np.r_[nth[self.stated], nth[made.row[held]]]
        node = np.r_[column[made.head[self.stated]], column[made.node[held]]]
        sign = np.r_[np.ones(len(self.stated)), -np.ones(int(held.sum()))]
        turns = sparse.csr_matrix((sign, (row, node)), (len(self.stated), len(self.open)))
        self._model = pdlp.QuadraticProgram()
        self._model.objective_vector = -self.profit[self.open]
        self._model.constraint_matrix = sparse.vstack([limits, leans, turns]).tocsc()
        room = np.r_[rows.room, np.zeros(len(arc) + len(self.stated))]
        self._model.constraint_lower_bounds = np.full(len(room), -np.inf)
        self._model.constraint_upper_bounds = room
        self._model.variable_lower_bounds = np.zeros(len(self.open))
        self._model.variable_upper_bounds = np.ones(len(self.open))
        self._at: Any = None
        self._most = DEAREST * (1.0 + float(np.abs(self.profit).sum()))

    def _never(self) -> tuple[Flags, Floats]:
        """Which nodes can never be picked by turns alone, and what rows of turns pay for that."""
        made, net = self.turn_rows, self.net
        size = len(net.block)
        none = made.empty(np.zeros(net.size, np.bool_))
        shut = np.zeros(net.size, np.bool_)
        self.roots = np.flatnonzero(none & (made.head < size))
        shut[made.head[self.roots]] = True
        zero, count = shut.copy(), -1
        while count < (count := int(zero.sum())):
            zero[net.tail[zero[net.head]]] = True
        given = np.zeros(len(made.head))
        hopeless = np.flatnonzero(made.empty(zero) & (made.head >= size))
        head, first = np.unique(made.head[hopeless], return_index=True)
        given[hopeless[first]] = net.want_worth[head - size]
        zero[head] = True
        self.zero = zero
        return shut, given

    def stage(self, error: float, steps: int, seconds: float = np.inf) -> RelaxationState:
        """Goes on until the relative error required, so many steps, or so many seconds."""
        parameters = solvers_pb2.PrimalDualHybridGradientParams()
        parameters.num_threads, parameters.verbosity_level = 1, 0
        ends = parameters.termination_criteria
        ends.simple_optimality_criteria.eps_optimal_relative = error
        ends.simple_optimality_criteria.eps_optimal_absolute = error
        ends.iteration_limit = steps
        if np.isfinite(seconds):
            ends.time_sec_limit = max(0.1, seconds)
        start = (self._model, parameters) if self._at is None else (self._model, parameters, self._at)
        found = pdlp.primal_dual_hybrid_gradient(*start)
        self._at = pdlp.PrimalAndDualSolution()
        self._at.primal_solution, self._at.dual_solution = found.primal_solution, found.dual_solution
        self.steps = found.solve_log.iteration_count
        price = np.clip(np.nan_to_num(-np.array(found.dual_solution)), 0.0, self._most)
        level = np.zeros(self.net.size)
        level[self.open] = np.clip(found.primal_solution, 0.0, 1.0)
        rows, count = len(self.rows.room), len(self.program.limits.carry) * self.program.periods
        conflict = price[count:rows].reshape(-1, self.program.periods)
        paid = self.given.copy()
        paid[self.stated] += price[len(price) - len(self.stated) :]
        ended = found.solve_log.termination_reason == solve_log_pb2.TERMINATION_REASON_OPTIMAL
        worth = self.constant + float(self.profit @ level)
        return RelaxationState(prices_of(self.program, price[:count], conflict), paid, level, worth, ended)

    def proven(self, prices: Prices, paid: Floats, closures: Closures) -> tuple[float, Floats, Floats]:
        """The bound that these prices prove, the flow that proves it, and what turns pay with all that are shut."""
        program, net = self.program, self.net
        profit, constant = profits(program, net, start_worth(program, prices) + net.folded)
        profit = profit + self.turn_rows.paid(paid, net.size)
        _, flow = closures.best(profit, self.shut)
        left = profit - np.bincount(net.tail, flow, net.size) + np.bincount(net.head, flow, net.size)
        roots, first = np.unique(self.turn_rows.head[self.roots], return_index=True)
        paid = paid.copy()
        paid[self.roots[first]] += np.maximum(left[roots], 0.0)
        profit[roots] -= np.maximum(left[roots], 0.0)
        sold = (prices.resource * program.limits.capacity).sum()
        sold += (prices.conflict * program.conflicts.most[:, None]).sum()
        return constant + bound_of(profit, net, flow) + float(sold), flow, paid


def _matrix(
    row: NDArray[np.int64],
    node: NDArray[np.int64],
    amount: Floats,
    *,
    shape: tuple[int, int],
    zero: Flags,
    column: NDArray[np.int64],
) -> sparse.csr_matrix:
    """Entries of nodes that can be picked, over the columns that these are."""
    there = ~zero[node]
    return sparse.csr_matrix((amount[there], (row[there], column[node[there]])), (shape[0], int((~zero).sum())))
