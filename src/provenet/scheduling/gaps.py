"""Where the gap between a plan and its bound lies: an exact split by family of limits."""

import numpy as np

from provenet.scheduling.compilation import CompiledInstance
from provenet.scheduling.solve.bound import Bound
from provenet.scheduling.solve.closure import ClosureNetwork, profits
from provenet.scheduling.solve.program import Floats, Ints, Prices, Program, start_worth
from provenet.scheduling.solve.turn_rows import turn_rows


def gap_by_family(made: CompiledInstance, net: ClosureNetwork, bound: Bound, *, start: Ints) -> dict[str, float]:
    """What each family adds to the bound above a plan, `start` int32[B]; none negative, and their sum is the gap.

    `resource ID`: the price of what the plan leaves of it; `conflicts`: of places left free; `waiting`: paid by what
    waits for more than it uses of it; `demands`: credited to blocks that are done before the demand is clear; `starts`:
    by how much blocks would rather start otherwise at these prices; `turns`: paid to units that take turns, more of
    which have started than must have. Only families above zero are listed, greatest first.
    Cost O(nodes + arcs + entries).
    """
    program = made.program
    found = _unused(made, bound.prices, start)
    paid = start_worth(program, bound.prices) + net.folded
    profit, _ = profits(program, net, paid)
    picked = _picked(program, net, start)
    turns = turn_rows(program, net) if len(bound.paid) else None
    if turns is not None:
        profit = profit + turns.paid(bound.paid, net.size)
        found["turns"] = float((bound.paid * turns.kept(picked)).sum())
    left = profit - np.bincount(net.tail, bound.flow, net.size) + np.bincount(net.head, bound.flow, net.size)
    regret = np.maximum(left, 0.0) - left * picked
    slack = bound.flow * (picked[net.head] - picked[net.tail])
    units = len(net.block)
    found["starts"] = float(regret[:units].sum() + slack[net.arc_kind == 0].sum())
    found["waiting"] = float(slack[net.arc_kind == 1].sum())
    found["demands"] = float(regret[units:].sum() + slack[net.arc_kind == 2].sum())
    least = 1e-9 * max(1.0, abs(bound.value))
    ordered = sorted(found.items(), key=lambda one: -one[1])
    return {name: amount * made.worth_unit for name, amount in ordered if amount > least}


def _unused(made: CompiledInstance, prices: Prices, start: Ints) -> dict[str, float]:
    """The price of what a plan leaves of each resource, and of the conflicts' free places together."""
    program, limits, conflicts = made.program, made.program.limits, made.program.conflicts
    use = np.zeros_like(limits.capacity)
    begun = start[limits.block] < program.periods
    when = start[limits.block[begun]]
    np.add.at(use, (limits.resource[begun], when), limits.amount[np.flatnonzero(begun), when])
    left = (prices.resource * (limits.capacity - use)).sum(axis=1)
    found = {f"resource {one.id}": float(amount) for one, amount in zip(made.instance.resources, left, strict=True)}
    if len(conflicts.most):
        load = np.zeros((len(conflicts.most), program.periods))
        for lag in range(int(conflicts.duration.max(initial=0))):
            at = start[conflicts.block] + lag
            on = (conflicts.duration > lag) & (at < program.periods)
            np.add.at(load, (conflicts.conflict[on], at[on]), 1.0)
        found["conflicts"] = float((prices.conflict * (conflicts.most[:, None] - load)).sum())
    return found


def _picked(program: Program, net: ClosureNetwork, start: Ints) -> Floats:
    """1 at each node that a plan picks."""
    units = start[net.block] <= net.period
    wants = program.wants
    if not len(net.want):
        return units.astype(np.float64)
    done = np.minimum(start[wants.block].astype(np.int64) + wants.lag, program.periods)
    clear = np.maximum.reduceat(done, wants.start[:-1])
    picked: Floats = np.r_[units, clear[net.want] <= net.want_period].astype(np.float64)
    return picked
