"""From a bound to its certificate and its gap: prices of limits, who is credited with what, where a plan lies below.

The certificate is as the form states it; the gap between a plan and its bound is split exactly by family of limits.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.forms.schedule import Certificate
from provenet.numerics.arrays import Floats, Ints
from provenet.scheduling.compilation import CompiledInstance
from provenet.scheduling.solve.bound import Bound
from provenet.scheduling.solve.closure import ClosureNetwork, profits, turn_rows
from provenet.scheduling.solve.program import Prices, Program, start_worth

LEAST = 1e-12
"""Flows below this share of the greatest are left out; leaving any out keeps a certificate valid."""
Credits = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]


def certificate_of(
    compiled: CompiledInstance, net: ClosureNetwork, bound: Bound, *, proves: str = "bound"
) -> Certificate:
    """The certificate of a bound; whoever holds the instance can sum it up anew. Cost O(arcs + demands x T)."""
    waits = compiled.program.waits
    arcs = np.flatnonzero(bound.flow > LEAST * max(1.0, float(bound.flow.max(initial=0.0))))
    wait_arcs = arcs[net.arc_kind[arcs] == 1]
    edge = waits.edge[net.arc_of[wait_arcs]].astype(np.int64)
    period = net.period[net.tail[wait_arcs]].astype(np.int64)
    credited = arcs[net.arc_kind[arcs] == 2]
    demand, unit, when, amount = _credits(compiled, net, bound, arcs=credited) if proves == "bound" else _none()
    worth = compiled.worth_unit
    return Certificate(
        prices=np.maximum(bound.prices.resource, 0.0) * (worth / compiled.amount_units)[:, None],
        conflict_prices=np.maximum(bound.prices.conflict, 0.0) * worth,
        credit_demand=demand,
        credit_unit=unit,
        credit_period=when,
        credit_amount=amount,
        passed_edge=edge,
        passed_period=period,
        passed_amount=bound.flow[wait_arcs] * worth,
        proves=proves,
        **(_turns(compiled, net, bound) if len(bound.paid) else {}),
    )


def _turns(compiled: CompiledInstance, net: ClosureNetwork, bound: Bound) -> dict[str, Any]:
    """What turns pay, as columns of the certificate; a want's for each demand that it stands for, by its share."""
    turns, turned, merged, made = (
        compiled.program.turns,
        compiled.turned,
        compiled.merged,
        turn_rows(compiled.program, net),
    )
    row = np.flatnonzero(bound.paid > LEAST * max(1.0, float(bound.paid.max(initial=0.0))))
    turn = made.turn[row]
    of_want = turns.of_want[turn]
    want = np.where(of_want, turns.head[turn], 0)
    first, count = np.zeros(len(row), np.int64), np.ones(len(row), np.int64)
    if of_want.any():
        first = np.where(of_want, merged.start[want], 0)
        count = np.where(of_want, np.diff(merged.start)[want], 1)
    entry = np.repeat(np.arange(len(row)), count)
    one = first[entry] + np.arange(len(entry)) - (np.cumsum(count) - count)[entry]
    demand, share = np.full(len(entry), -1), np.ones(len(entry))
    mine = of_want[entry]
    demand[mine], share[mine] = merged.demand[one[mine]], merged.share[one[mine]]
    turn, period = turn[entry], made.period[row][entry]
    size = np.diff(turns.start)[turn]
    member = np.repeat(turns.start[:-1][turn] - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))
    amount = bound.paid[row][entry] * share * compiled.worth_unit
    unit = turned.unit[turn]
    return {
        "turn_demand": demand,
        "turn_unit": unit,
        "turn_conflict": turned.conflict[turn],
        "turn_size": size,
        "turn_period": period,
        "turn_member": turned.member[member],
        "turn_amount": amount,
    }


def _none() -> Credits:
    empty = np.zeros(0, np.int64)
    return empty, empty, empty, np.zeros(0)


def _credits(compiled: CompiledInstance, net: ClosureNetwork, bound: Bound, *, arcs: NDArray[np.int64]) -> Credits:
    """Who is credited with the worth of demands: by the flow, or wholly the one block that holds a demand back."""
    wants = compiled.program.wants
    node = net.tail[arcs] - len(net.block)
    want, when, member = net.want[node].astype(np.int64), net.want_period[node].astype(np.int64), net.arc_of[arcs]
    # Before the last member can be done at all, and for a demand of one block always, all is credited to that member.
    late, until = _latest_member(compiled)
    held = np.repeat(np.arange(len(until)), until)
    times = np.arange(len(held)) - np.repeat(np.cumsum(until) - until, until)
    found = _of_demands(
        compiled,
        np.r_[want, held],
        np.r_[member.astype(np.int64), late[held]],
        period=np.r_[when, times],
        amount=np.r_[bound.flow[arcs], wants.worth[held, times]] * compiled.worth_unit,
    )
    demand, unit, period, amount = (np.concatenate(parts) for parts in zip(found, *_never(compiled), strict=True))
    return demand.astype(np.int64), unit.astype(np.int64), period.astype(np.int64), amount.astype(np.float64)


def _latest_member(compiled: CompiledInstance) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each want the member that can be done last, and in how many periods from 0 on it is credited with all."""
    program, wants = compiled.program, compiled.program.wants
    length = np.diff(wants.start)
    if not len(length):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    earliest = (program.first[wants.block] + wants.lag).astype(np.int64)
    want = np.repeat(np.arange(len(length)), length)
    last = np.lexsort((-np.arange(len(want)), earliest, want))[wants.start[1:] - 1]
    until = np.where(length == 1, program.periods, np.minimum(earliest[last], program.periods))
    return last.astype(np.int64), until.astype(np.int64)


def _of_demands(
    compiled: CompiledInstance,
    want: NDArray[np.int64],
    member: NDArray[np.int64],
    *,
    period: NDArray[np.int64],
    amount: Floats,
) -> Credits:
    """Credits of wants as credits of the demands that each stands for, by their weights."""
    merged = compiled.merged
    count = np.diff(merged.start)
    entry = np.repeat(np.arange(len(want)), count[want])
    first = np.cumsum(count[want]) - count[want]
    one = merged.start[want[entry]] + (np.arange(len(entry)) - first[entry])
    place = member[entry] - compiled.program.wants.start[want[entry]]
    unit = merged.unit[merged.unit_start[one] + place]
    return merged.demand[one], unit, period[entry], amount[entry] * merged.share[one]


def _never(compiled: CompiledInstance) -> list[Credits]:
    """Demands that can never be clear are credited to a unit that can never start."""
    instance = compiled.instance
    times = np.arange(instance.periods, dtype=np.int64)
    scale: Floats = np.cumprod(np.r_[1.0, np.full(instance.periods - 1, instance.discount)]).astype(np.float64)
    return [
        (np.full(len(times), demand), np.full(len(times), unit), times, instance.demands[demand].weight * scale)
        for demand, unit in compiled.hopeless
    ]


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
