"""Lazy greedy choice of candidates that cover units with given chances, inside a budget."""

from provenet.numerics.arrays import Floats, Longs
from provenet.numerics.compiled import kernel, part, tight


@tight
def gain_of(item: int, starts: Longs, unit: Longs, chance: Floats, open_weight: Floats) -> float:
    """The weight that a candidate is expected to settle, beyond what is settled already."""
    total = 0.0
    for at in range(starts[item], starts[item + 1]):
        total += open_weight[unit[at]] * chance[at]
    return total


@tight
def before(key: Floats, item: Longs, a: int, b: int) -> bool:
    """Whether entry `a` of the heap comes before `b`: the greater key, then the smaller number."""
    return key[a] > key[b] or (key[a] == key[b] and item[a] < item[b])


@part
def sink(key: Floats, item: Longs, stamp: Longs, place: tuple[int, int]) -> None:
    """Lets the entry at place[0] of a heap of place[1] entries sink to where it belongs."""
    at, size = place
    while True:
        child = 2 * at + 1
        if child >= size:
            return
        if child + 1 < size and before(key, item, child + 1, child):
            child += 1
        if not before(key, item, child, at):
            return
        key[at], key[child] = key[child], key[at]
        item[at], item[child] = item[child], item[at]
        stamp[at], stamp[child] = stamp[child], stamp[at]
        at = child


@kernel
def gains(starts: Longs, unit: Longs, chance: Floats, open_weight: Floats, out: Floats) -> None:
    """The gain of each candidate over what is settled, into `out`."""
    for item in range(len(out)):
        out[item] = gain_of(item, starts, unit, chance, open_weight)


@kernel
def choose(
    starts: Longs,
    unit: Longs,
    chance: Floats,
    cost: Floats,
    open_weight: Floats,
    budget: float,
    by_cost: bool,
    key: Floats,
    item: Longs,
    stamp: Longs,
    chosen: Longs,
    gained: Floats,
) -> int:
    """Chooses candidates until nothing more fits or helps, and returns how many.

    A gain only falls as others are chosen, so one computed earlier is an upper bound: the first of the heap whose
    gain is fresh is the greatest. `open_weight` is what each unit still has to settle, and is used up. `key`, `item`,
    `stamp` are room for the heap. Chosen numbers and gains go to `chosen`, `gained`.
    """
    size = 0
    for one in range(len(cost)):
        gain = gain_of(one, starts, unit, chance, open_weight)
        if cost[one] <= budget and gain > 0:
            key[size] = gain / cost[one] if by_cost else gain
            item[size] = one
            stamp[size] = 0
            size += 1
    for at in range(size // 2 - 1, -1, -1):
        sink(key, item, stamp, (at, size))
    count = 0
    left = budget
    while size > 0:
        top = item[0]
        if cost[top] <= left and stamp[0] == count:
            gain = 0.0
            for at in range(starts[top], starts[top + 1]):
                settled = open_weight[unit[at]] * chance[at]
                gain += settled
                open_weight[unit[at]] -= settled
            chosen[count] = top
            gained[count] = gain
            count += 1
            left -= cost[top]
        elif cost[top] <= left:
            gain = gain_of(top, starts, unit, chance, open_weight)
            if gain > 0:
                key[0] = gain / cost[top] if by_cost else gain
                stamp[0] = count
                sink(key, item, stamp, (0, size))
                continue
        size -= 1
        key[0], item[0], stamp[0] = key[size], item[size], stamp[size]
        sink(key, item, stamp, (0, size))
    return count
