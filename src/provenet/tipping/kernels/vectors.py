"""What levels of aid clear, and the most that they can be worth within a budget, where only pairs of carriers count.

A node is a level of a carrier; level 0 is always reached. A vector is the nodes that must all be reached: members
`member[start[v] : start[v + 1]]`, two or more, each of another carrier, worth `weight[v]`. Of each carrier one level is
chosen. `cost` and `may` are by node, levels of a carrier in a row from `first[j]`. Chosen levels are given as nodes
reached, 0 to 1, each no more than the one before it in its carrier.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.numerics.compiled import kernel, part


@kernel
def moves(
    reached: NDArray[np.bool_], start: Longs, member: Ints, weight: Floats, low: int, high: int, change: Floats
) -> float:
    """The worth of vectors low to high under an award; adds to `change` what each node alone would add, or take away.

    Of a reached node it is what is lost without it, of another what is gained with it.
    """
    worth = 0.0
    for v in range(low, high):
        lacking = 0
        at = 0
        for m in range(start[v], start[v + 1]):
            if not reached[member[m]]:
                lacking += 1
                at = member[m]
                if lacking == 2:
                    break
        if lacking == 0:
            worth += weight[v]
            for m in range(start[v], start[v + 1]):
                change[member[m]] += weight[v]
        elif lacking == 1:
            change[at] += weight[v]
    return worth


@kernel
def split(
    together: NDArray[np.float32], start: Longs, member: Ints, weight: Floats, low: int, high: int, credit: Floats
) -> None:
    """Credits each vector's weight to the pair of members that is least often reached together, the first of equals.

    Adds to `credit` [nodes, nodes], by owner and the other. Whatever `together` is, an award is worth no more than the
    credits of the pairs that it reaches. The vectors are those from low to high.
    """
    for v in range(low, high):
        owner, other = member[start[v]], member[start[v] + 1]
        least = together[owner, other]
        for p in range(start[v], start[v + 1]):
            for q in range(start[v], start[v + 1]):
                if q != p and together[member[p], member[q]] < least:
                    owner, other = member[p], member[q]
                    least = together[owner, other]
        credit[owner, other] += weight[v]


class Workspace(NamedTuple):
    """Room to work in, for N nodes: `ratio`, `paid`, `gained` float64[N]; `low`, `high` int64[N]; `sum` float64[N]."""

    ratio: Floats
    paid: Floats
    gained: Floats
    low: Longs
    high: Longs
    order: Longs
    sum: Floats


def workspace(nodes: int) -> Workspace:
    """Room to work in."""
    return Workspace(
        np.zeros(nodes),
        np.zeros(nodes),
        np.zeros(nodes),
        np.zeros(nodes, np.int64),
        np.zeros(nodes, np.int64),
        np.zeros(nodes, np.int64),
        np.zeros(nodes),
    )


@part
def _sift(order: Longs, ratio: Floats, at: int, count: int) -> None:
    while True:
        child = 2 * at + 1
        if child >= count:
            return
        if child + 1 < count and ratio[order[child + 1]] > ratio[order[child]]:
            child += 1
        if ratio[order[child]] <= ratio[order[at]]:
            return
        order[at], order[child] = order[child], order[at]
        at = child


@part
def _corners(
    profit: Floats, cost: Floats, may: Flags, first: Longs, skip: int, room: float, held: Workspace, reached: Floats
) -> tuple[int, float, float]:
    """The corners of each carrier's curve above its cheapest level; what these leave of `room`, and their worth."""
    count, total = 0, 0.0
    left = room
    for j in range(len(first) - 1):
        if j == skip:
            continue
        base = count
        at = -1
        for n in range(first[j], first[j + 1]):
            if not may[n]:
                continue
            if at < 0:
                at = n
                left -= cost[n]
                total += profit[n]
                for m in range(first[j], n + 1):
                    reached[m] = 1.0
                for m in range(n + 1, first[j + 1]):
                    reached[m] = 0.0
                continue
            if profit[n] <= (profit[held.high[count - 1]] if count > base else profit[at]):
                continue
            low = held.high[count - 1] if count > base else at
            while count > base:
                low = held.low[count - 1]
                if (profit[n] - profit[low]) * held.paid[count - 1] < held.gained[count - 1] * (cost[n] - cost[low]):
                    low = held.high[count - 1]
                    break
                count -= 1
            held.low[count], held.high[count] = low, n
            held.paid[count], held.gained[count] = cost[n] - cost[low], profit[n] - profit[low]
            count += 1
    return count, left, total


@part
def _choose_fractions(
    profit: Floats, cost: Floats, may: Flags, first: Longs, skip: int, room: float, held: Workspace, reached: Floats
) -> tuple[float, float]:
    """The most that one level a carrier but `skip` can be worth within `room`, in fractions, and the price of room.

    Zemel's greedy over the corners of each carrier's concave curve (Information Processing Letters 18, 1984). Minus
    infinity where the cheapest levels do not fit.
    """
    count, left, total = _corners(profit, cost, may, first, skip, room, held, reached)
    if left < 0:
        return -np.inf, 0.0
    for k in range(count):
        held.ratio[k] = held.gained[k] / held.paid[k] if held.paid[k] > 0 else np.inf
        held.order[k] = k
    for k in range(count // 2 - 1, -1, -1):
        _sift(held.order, held.ratio, k, count)
    price = 0.0
    while count:
        k = held.order[0]
        share = 1.0
        if held.paid[k] > left:
            share = left / held.paid[k]
            price = held.ratio[k]
        total += share * held.gained[k]
        left -= share * held.paid[k]
        for n in range(held.low[k] + 1, held.high[k] + 1):
            reached[n] = share
        if share < 1.0:
            break
        count -= 1
        held.order[0] = held.order[count]
        _sift(held.order, held.ratio, 0, count)
    return total, price


@kernel
def choose_fractions(
    profit: Floats, cost: Floats, may: Flags, first: Longs, room: float, held: Workspace, reached: Floats
) -> tuple[float, float]:
    """The most that one level a carrier can be worth within `room`, in fractions, and the price of room."""
    return _choose_fractions(profit, cost, may, first, -1, room, held, reached)


@kernel
def bound_owners(
    credit: Floats,
    cost: Floats,
    may: Flags,
    first: Longs,
    room: float,
    held: Workspace,
    profit: Floats,
    value: Floats,
    price: Floats,
    reached: Floats,
    low: int,
    high: int,
) -> None:
    """For each level of carriers low to high the most that its credits can be worth with what it leaves of `room`.

    `credit` [nodes, nodes] by owner and the other. Fills `value` and `price` [nodes], minus infinity where the level
    may not be, and `reached` [nodes, nodes], the others' levels. Cost O(nodes^2 log nodes).
    """
    for j in range(low, high):
        for m in range(len(cost)):
            held.sum[m] = 0.0
        for n in range(first[j], first[j + 1]):
            for m in range(len(cost)):
                held.sum[m] += credit[n, m]
                reached[n, m] = 0.0
            value[n], price[n] = -np.inf, 0.0
            if may[n] and cost[n] <= room:
                for k in range(len(first) - 1):
                    total = 0.0
                    for m in range(first[k], first[k + 1]):
                        total += held.sum[m]
                        profit[m] = total
                value[n], price[n] = _choose_fractions(profit, cost, may, first, j, room - cost[n], held, reached[n])
