"""Turns over the nodes of a network: if the head is picked, at least one of those that take turns is, earlier."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.scheduling.solve.closure import ClosureNetwork
from provenet.scheduling.solve.program import Flags, Floats, Program


@dataclass(frozen=True)
class TurnRows:
    """Row n says of turn `turn[n]` in `period[n]`: node `head[n]` is at most the sum of its members.

    Members are `node[e]` of row `row[e]`; what has started in any case makes a row say nothing, and such are left out.
    """

    turn: NDArray[np.int64]
    period: NDArray[np.int64]
    head: NDArray[np.int64]
    row: NDArray[np.int64]
    node: NDArray[np.int64]

    def paid(self, amount: Floats, size: int) -> Floats:
        """What each of `size` nodes gains, and the head loses, if each row pays `amount` float64[rows]."""
        gained = np.bincount(self.node, amount[self.row], size) - np.bincount(self.head, amount, size)
        return np.asarray(gained, np.float64)

    def kept(self, picked: Floats) -> Floats:
        """By how much the members of each row are picked more than its head: none negative for a plan."""
        return np.asarray(np.bincount(self.row, picked[self.node], len(self.head)) - picked[self.head], np.float64)

    def empty(self, zero: Flags) -> Flags:
        """Rows of which no member can be picked."""
        there: Flags = np.bincount(self.row, ~zero[self.node], len(self.head)) == 0
        return there


def turn_rows(program: Program, net: ClosureNetwork) -> TurnRows:
    """The rows of a program's turns. Cost O(T x (turns + members))."""
    turns, periods = program.turns, program.periods
    size = len(net.block)
    want_node = np.full((len(program.wants.start) - 1, periods), -1, np.int64)
    want_node[net.want, net.want_period] = size + np.arange(len(net.want))
    times = np.arange(periods)
    block = np.where(turns.of_want, 0, turns.head)
    inside = (times >= program.first[block][:, None]) & (times < net.until[block][:, None])
    head = np.where(inside & ~turns.of_want[:, None], net.offset[block][:, None] + times, -1)
    if len(want_node):
        want = np.where(turns.of_want, turns.head, 0)
        head = np.where(turns.of_want[:, None], want_node[want], head)
    member = turns.block
    of = np.repeat(np.arange(len(turns.head)), np.diff(turns.start))
    when = times - turns.spent[of][:, None]
    done = (when >= net.until[member][:, None]) & program.must[member][:, None]
    binds = np.ones(head.shape, np.bool_)
    np.logical_and.at(binds, of, ~done)
    turn, period = np.nonzero((head >= 0) & binds)
    number = np.full(head.shape, -1, np.int64)
    number[turn, period] = np.arange(len(turn))
    open_ = (when >= program.first[member][:, None]) & (when < net.until[member][:, None])
    there = open_ & (number[of] >= 0)
    node = net.offset[member][:, None] + when
    return TurnRows(turn, period, head[turn, period], number[of][there], node[there])
