"""The best plan under prices: a maximum closure by one minimum cut (Picard, Management Science 22, 1976).

Once limits are priced, what is left is who waits for whom. A node says that a block has started by a period, or that a
demand is clear in one; picking it makes every node it leans on be picked. The cut's flow says who pays for whom.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import ProvenetError
from provenet.numerics.arrays import Flags, Floats, Ints
from provenet.scheduling.solve.program import NEVER, Program

FLOW_WHOLE = 1e13
"""Into so many whole parts the profits of a closure are cut: the flow is found in whole numbers."""


@dataclass(frozen=True)
class ClosureNetwork:
    """The nodes of a program and what each leans on.

    Unit nodes come first, block by block: node `offset[i] + t` is "block i has started by t" for t from first[i] to
    `until[i]` - 1; before it is 0, from there on it is `after[i]`, 1 for a block that must have started. Then demand
    nodes: `want[n]` and `want_period[n]`. Arc a says that node `tail[a]` leans on node `head[a]`.
    `folded` float64[B, T] is the worth of demands of a single block, as a value of its start. `arc_kind` is 0 for the
    next period of a block, 1 for a wait, 2 for a demand; `arc_of` is its place among the waits, or the members.
    """

    offset: NDArray[np.int64]
    until: Ints
    block: Ints
    period: Ints
    want: Ints
    want_period: Ints
    tail: Ints
    head: Ints
    arc_kind: NDArray[np.int8]
    arc_of: Ints
    folded: Floats
    want_worth: Floats
    constant: float

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self.block) + len(self.want)


def network(program: Program) -> ClosureNetwork:
    """The nodes and arcs of a program. Cost O(T x (blocks + waits + members))."""
    periods = program.periods
    open_ = program.first <= program.last
    until = np.where(program.must, program.last, np.where(open_, periods, program.first)).astype(np.int32)
    until = np.maximum(until, program.first)
    count = (until - program.first).astype(np.int64)
    begin = np.r_[0, np.cumsum(count)]
    block = np.repeat(np.arange(program.blocks, dtype=np.int32), count)
    period = (np.arange(len(block)) - begin[block] + program.first[block]).astype(np.int32)
    offset = begin[:-1] - program.first
    nxt = np.flatnonzero(period + 1 < until[block])
    tails, heads = [nxt.astype(np.int32)], [(nxt + 1).astype(np.int32)]
    kinds, which = [np.zeros(len(nxt), np.int8)], [block[nxt]]
    waits = program.waits
    arc, when = _spread(program.first[waits.after], until[waits.after])
    there = when - waits.lag[arc]
    free = there < until[waits.before[arc]]
    arc, when, there = arc[free], when[free], there[free]
    tails.append((offset[waits.after[arc]] + when).astype(np.int32))
    heads.append((offset[waits.before[arc]] + there).astype(np.int32))
    kinds.append(np.ones(len(arc), np.int8))
    which.append(arc)
    folded, constant = np.zeros((program.blocks, periods)), program.constant
    want, want_period, worth, more = _want_nodes(program, offset, until, folded=folded, size=len(block))
    return ClosureNetwork(
        offset=offset,
        until=until,
        block=block,
        period=period,
        want=want,
        want_period=want_period,
        tail=np.concatenate([*tails, more[0]]),
        head=np.concatenate([*heads, more[1]]),
        arc_kind=np.concatenate([*kinds, more[2]]),
        arc_of=np.concatenate([*which, more[3]]).astype(np.int32),
        folded=folded,
        want_worth=worth,
        constant=constant,
    )


def _spread(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """For each range, its place and each number from low to high - 1."""
    count = np.maximum(high - low, 0).astype(np.int64)
    place = np.repeat(np.arange(len(low), dtype=np.int32), count)
    begin = np.r_[0, np.cumsum(count)]
    return place, (np.arange(len(place)) - begin[place] + low[place]).astype(np.int32)


def _want_nodes(
    program: Program, offset: NDArray[np.int64], until: Ints, *, folded: Floats, size: int
) -> tuple[Ints, Ints, Floats, tuple[Ints, Ints, NDArray[np.int8], Ints]]:
    """Nodes of demands of several blocks; those of one are added to `folded` in place."""
    wants, periods = program.wants, program.periods
    length = np.diff(wants.start)
    for k in np.flatnonzero(length == 1).tolist():
        member = wants.start[k]
        block, lag = wants.block[member], wants.lag[member]
        tail = np.cumsum(wants.worth[k, ::-1])[::-1]
        folded[block, : max(0, periods - lag)] += tail[lag:]
    many = np.flatnonzero(length > 1)
    low = np.maximum.reduceat(program.first[wants.block] + wants.lag, wants.start[:-1]) if len(length) else length
    place, when = _spread(low[many].astype(np.int32), np.full(len(many), periods, np.int32))
    want = many[place].astype(np.int32)
    arc, member = _spread(wants.start[:-1][want].astype(np.int32), wants.start[1:][want].astype(np.int32))
    there = when[arc] - wants.lag[member]
    free = there < until[wants.block[member]]
    arc, member, there = arc[free], member[free], there[free]
    heads = (offset[wants.block[member]] + there).astype(np.int32)
    return (
        want,
        when,
        wants.worth[want, when],
        ((arc + size).astype(np.int32), heads, np.full(len(arc), 2, np.int8), member.astype(np.int32)),
    )


def profits(program: Program, net: ClosureNetwork, worth: Floats) -> tuple[Floats, float]:
    """What each node adds when it is picked, given what each start is worth, and what is added in any case.

    `worth` is float64[B, T], demands of one block included. A node "by t" adds what a start in t is worth above one in
    t + 1.
    """
    nxt = np.zeros_like(worth)
    nxt[:, :-1] = worth[:, 1:]
    rise = worth - nxt
    must = np.flatnonzero(program.must)
    constant = net.constant + float(worth[must, np.minimum(program.last[must], program.periods - 1)].sum())
    return np.r_[rise[net.block, net.period], net.want_worth], constant


class Closures:
    """Finds best closures of one network, one after another."""

    def __init__(self, net: ClosureNetwork) -> None:
        self.net = net

    def best(self, profit: Floats, shut: Flags | None = None) -> tuple[Flags, Floats]:
        """The nodes to pick and the flow on each arc; those `shut` bool[nodes] are never picked, at any price.

        Cost: one maximum flow over the arcs and one arc a node.
        """
        from ortools.graph.python.max_flow import SimpleMaxFlow

        net, size = self.net, self.net.size
        total = float(np.abs(profit).sum())
        if not total:
            return np.zeros(size, np.bool_), np.zeros(len(net.tail))
        scale = FLOW_WHOLE / total
        whole = np.rint(profit * scale).astype(np.int64)
        if shut is not None:
            whole[shut] = -np.int64(FLOW_WHOLE)
        gain = np.flatnonzero(whole > 0).astype(np.int32)
        loss = np.flatnonzero(whole < 0).astype(np.int32)
        flow = SimpleMaxFlow()
        free = np.full(len(net.tail), np.int64(FLOW_WHOLE) + 1)
        flow.add_arcs_with_capacity(net.tail, net.head, free)
        flow.add_arcs_with_capacity(np.full(len(gain), size, np.int32), gain, whole[gain])
        flow.add_arcs_with_capacity(loss, np.full(len(loss), size + 1, np.int32), -whole[loss])
        if flow.solve(size, size + 1) != flow.OPTIMAL:
            raise ProvenetError("the minimum cut of a closure could not be found; its profits may be out of range.")
        picked = np.zeros(size + 2, np.bool_)
        picked[flow.get_source_side_min_cut()] = True
        return picked[:size], flow.flows(np.arange(len(net.tail))) / scale


def prune_losses(program: Program, start: Ints) -> Ints:
    """The plan without the blocks that lose worth with all that waits for them, `start` int32[B]; never a worse one.

    The best closure of what stands in the plan, at its own starts: taking blocks out breaks no limit. Blocks that must
    start stay. Cost: one minimum cut over blocks, waits and members.
    """
    from ortools.graph.python.max_flow import SimpleMaxFlow

    periods, waits, wants, blocks = program.periods, program.waits, program.wants, program.blocks
    begun = start < periods
    gain, at = np.zeros(blocks), np.flatnonzero(begun)
    gain[at] = program.value[at, start[at]]
    count = len(wants.start) - 1
    clear = np.full(0, 0)
    if count:
        done = np.minimum(start[wants.block].astype(np.int64) + wants.lag, periods)
        clear = np.maximum.reduceat(done, wants.start[:-1])
    gain = np.r_[gain, np.where(np.arange(periods) >= clear[:, None], wants.worth, 0.0).sum(axis=1)]
    total = float(np.abs(gain).sum())
    if not (gain[at] < 0.0).any():
        return start
    whole = np.rint(gain * (0.1 * FLOW_WHOLE / total)).astype(np.int64)
    whole[:blocks][program.must & begun] = np.int64(FLOW_WHOLE)
    flow, size, on = SimpleMaxFlow(), blocks + count, begun[waits.after]
    want = np.repeat(np.arange(count, dtype=np.int32), np.diff(wants.start)) + np.int32(blocks)
    tail, head = np.r_[waits.after[on], want], np.r_[waits.before[on], wants.block]
    flow.add_arcs_with_capacity(tail, head, np.full(len(tail), np.int64(FLOW_WHOLE) * (blocks + 1)))
    up, down = (np.flatnonzero(sign * whole > 0).astype(np.int32) for sign in (1, -1))
    flow.add_arcs_with_capacity(np.full(len(up), size, np.int32), up, whole[up])
    flow.add_arcs_with_capacity(down, np.full(len(down), size + 1, np.int32), -whole[down])
    if flow.solve(size, size + 1) != flow.OPTIMAL:
        return start
    picked = np.zeros(size + 2, np.bool_)
    picked[flow.get_source_side_min_cut()] = True
    return np.where(begun & picked[:blocks], start, NEVER).astype(np.int32)


def bound_of(profit: Floats, net: ClosureNetwork, flow: Floats) -> float:
    """No closure is worth more than this, whatever the flow, as long as it is not negative: what is left positive."""
    left = profit - np.bincount(net.tail, flow, net.size) + np.bincount(net.head, flow, net.size)
    return float(np.maximum(left, 0.0).sum())


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
