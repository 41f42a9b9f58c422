"""Carriers that are each alone on their demands: a multiple-choice knapsack, solved exactly.

States (cost, worth) are built up carrier by carrier; a state is dropped if another costs no more and is worth no less,
or if prices say that nothing of it can reach the best award known (Sinha and Zoltners, Operations Research 27, 1979).
"""

import math

import numpy as np

from provenet.tipping.bins import BinnedInstance
from provenet.tipping.exchanges import fill_budget, improve
from provenet.tipping.kernels.fractional_knapsack import choose_fractions, workspace
from provenet.tipping.kernels.vectors import Floats, Longs

MOST_STATES = 2_000_000
ROOM = 1e-12
"""By what share of the worth of all a state may fall short and is kept: room for rounding."""


def solve_knapsack(made: BinnedInstance, short: float = 0.0) -> tuple[Longs, float]:
    """The best award where no demand has two carriers, and what no award can exceed: its worth, but for cut states.

    An award that is better by less than a share `short` of it may be passed over; the bound then does not hold.

    Cost O(states x levels) a carrier; states are few, as prices drop most.
    """
    count = made.carriers
    worth = worth_alone(made)
    room = min(made.held, float(made.cost.sum()) + 1.0)
    may, reached = made.cost <= room, np.zeros(len(worth))
    _, price = choose_fractions(worth, made.cost, may, made.first, room, workspace(len(worth)), reached)
    award, value, _ = improve(made, fill_budget(made, np.zeros(count, np.int64), reached))
    best = [float((worth - price * made.cost)[a:b][may[a:b]].max()) for a, b in _spans(made)]
    rest = np.r_[np.cumsum(best[::-1])[::-1], 0.0]
    least = value * (1 + short) - made.constant - ROOM * (made.constant + float(worth.max(initial=0.0)) * max(count, 1))
    cost, gain, cut = np.zeros(1), np.zeros(1), -math.inf
    steps: list[tuple[Longs, Longs]] = []
    for j, (a, b) in enumerate(_spans(made)):
        levels = np.flatnonzero(may[a:b])
        cost = (cost[:, None] + made.cost[a:b][levels][None, :]).ravel()
        gain = (gain[:, None] + worth[a:b][levels][None, :]).ravel()
        top = gain + price * (room - cost) + rest[j + 1]
        kept = np.flatnonzero((cost <= room) & (top >= least))
        kept = kept[np.lexsort((-gain[kept], cost[kept]))]
        seen = np.maximum.accumulate(np.r_[-math.inf, gain[kept][:-1]]) if len(kept) else gain[kept]
        kept = kept[gain[kept] > seen]
        if len(kept) > MOST_STATES:
            order = kept[np.argsort(-top[kept], kind="stable")]
            cut, kept = max(cut, float(top[order[MOST_STATES]])), np.sort(order[:MOST_STATES])
        steps.append((kept // len(levels), levels[kept % len(levels)]))
        cost, gain = cost[kept], gain[kept]
    if len(gain):
        at, found = int(np.argmax(gain)), np.zeros(count, np.int64)
        for j in range(count - 1, -1, -1):
            found[j], at = steps[j][1][at], int(steps[j][0][at])
        if made.spent(found) <= made.held and made.worth(found) >= value:
            award, value = found, made.worth(found)
    return award, max(value, made.constant + cut)


def _spans(made: BinnedInstance) -> list[tuple[int, int]]:
    return list(zip(made.first[:-1].tolist(), made.first[1:].tolist(), strict=True))


def worth_alone(made: BinnedInstance) -> Floats:
    """What each level adds by itself, by node."""
    sums = np.cumsum(made.linear)
    before: Floats = np.r_[0.0, sums][made.first[:-1]]
    return np.asarray(sums - np.repeat(before, np.diff(made.first)), np.float64)
