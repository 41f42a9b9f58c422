"""Good awards: by one or two carriers at a time from starts that a bound suggests, and exact where carriers are alone.

Which awards are best is hard in general: a demand of several carriers gains nothing by the first of them, so that no
single step says what it is good for. Two carriers are therefore tried together, and starts come from elsewhere. Where
each carrier is alone on its demands it is a multiple-choice knapsack: states (cost, worth) are built up carrier by
carrier; a state is dropped if another costs no more and is worth no less, or if prices say that nothing of it can reach
the best award known (Sinha and Zoltners, Operations Research 27, 1979).
"""

import math
from itertools import pairwise

import numpy as np

from provenet.numerics.arrays import Floats, Longs
from provenet.tipping.bins import BinnedInstance
from provenet.tipping.kernels.vectors import choose_fractions, workspace

TRIED = 12
"""So many of the most promising exchanges are worked out in full before a search ends."""
NEAR = 1e-12
"""A change below this share of the objective is none."""


def fill_budget(made: BinnedInstance, award: Longs, order: Floats) -> Longs:
    """An award within the budget: levels are dropped by `order`, the least first, then added again while they fit."""
    award = np.minimum(award, made.most)
    size = np.diff(made.first)
    carrier = np.repeat(np.arange(made.carriers), size)
    level = np.arange(len(order)) - np.repeat(made.first[:-1], size)
    ranked = np.lexsort((level, -order))
    rise = np.diff(made.cost, prepend=0.0)
    spent = made.spent(award)
    for node in ranked[::-1].tolist():
        j, i = carrier[node], level[node]
        if spent > made.held and i and award[j] >= i:
            award[j] = i - 1
            spent = made.spent(award)
    for node in ranked.tolist():
        j, i = carrier[node], level[node]
        if award[j] == i - 1 and i <= made.most[j] and spent + rise[node] <= made.held:
            award[j] = i
            spent += rise[node]
    while made.spent(award) > made.held:  # what adding and taking away left of rounding
        award[int(np.argmax(award))] -= 1
    return award


def improve(made: BinnedInstance, award: Longs, rounds: int = 200) -> tuple[Longs, float, int]:
    """An award that no change of one carrier, and no promising exchange between two, makes better; with its objective.

    The last number is how many awards were worked out, each a pass over the members. The award given must be within
    the budget.
    """
    award = award.copy()
    worth, table = made.tables(award)
    passes = 1
    for _ in range(rounds):
        for step in _steps(made, award, table):
            trial = award.copy()
            for j, level in step:
                trial[j] = level
            value, after = made.tables(trial)
            passes += 1
            if value > worth + NEAR * abs(worth):
                award, worth, table = trial, value, after
                break
        else:
            break
    return award, worth, passes


def _steps(made: BinnedInstance, award: Longs, table: Floats) -> list[tuple[tuple[int, int], ...]]:
    """Changes of one or two carriers that fit the budget, the most promising first."""
    count = made.carriers
    j = np.repeat(np.arange(count), np.diff(made.first))
    i = np.arange(len(j)) - made.first[j]
    gain, more = table, made.cost - made.cost[made.first[j] + award[j]]
    left = made.held - made.spent(award)
    open_ = (i != award[j]) & (i <= made.most[j])
    j, i, gain, more = j[open_], i[open_], gain[open_], more[open_]
    alone = np.flatnonzero((more <= left) & (gain > 0))
    ups, downs = np.flatnonzero((gain > 0) & (more > left)), np.flatnonzero(more < 0)
    steps: list[tuple[float, tuple[tuple[int, int], ...]]] = [
        (float(gain[k]), ((int(j[k]), int(i[k])),)) for k in alone[np.argsort(-gain[alone])][:TRIED]
    ]
    if len(ups) and len(downs):
        total = gain[ups][:, None] + gain[downs][None, :]
        fits = (
            (more[ups][:, None] + more[downs][None, :] <= left) & (j[ups][:, None] != j[downs][None, :]) & (total > 0)
        )
        total = np.where(fits, total, -np.inf).ravel()
        best = np.argsort(-total)[:TRIED] if len(total) <= TRIED else _largest(total)
        for at in best[np.isfinite(total[best])]:
            up, down = ups[at // len(downs)], downs[at % len(downs)]
            step = ((int(j[up]), int(i[up])), (int(j[down]), int(i[down])))
            steps.append((float(total[at]), step))
    return [step for _, step in sorted(steps, key=lambda pair: -pair[0])]


def _largest(total: Floats) -> Longs:
    top = np.argpartition(-total, TRIED)[:TRIED]
    return np.asarray(top[np.lexsort((top, -total[top]))], np.int64)


def trim(made: BinnedInstance, award: Longs) -> Longs:
    """The award without what buys nothing: each carrier in turn at the least level with the same objective."""
    award = award.copy()
    worth, table = made.tables(award)
    for j in range(made.carriers):
        same = np.flatnonzero(table[made.first[j] : made.first[j] + award[j] + 1] >= -NEAR * abs(worth))
        if same[0] < award[j]:
            award[j] = same[0]
            _, table = made.tables(award)
    return award


def concave_hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the least concave curve above points (cost, worth), by cost; ends where worth rises no more.

    >>> concave_hull([(0, 0), (1, 1), (2, 4), (3, 4), (4, 5)])
    [(0, 0), (2, 4), (4, 5)]
    """
    kept: list[tuple[float, float]] = []
    for cost, worth in sorted(points, key=lambda p: (p[0], -p[1])):
        if kept and worth <= kept[-1][1]:
            continue
        while len(kept) > 1 and (kept[-1][1] - kept[-2][1]) * (cost - kept[-1][0]) <= (worth - kept[-1][1]) * (
            kept[-1][0] - kept[-2][0]
        ):
            kept.pop()
        kept.append((cost, worth))
    return kept


def slope_at(points: list[tuple[float, float]], budget: float) -> float:
    """What one more unit of budget is worth along these corners; 0 past the last."""
    for (low, less), (high, more) in pairwise(points):
        if low <= budget < high:
            return (more - less) / (high - low)
    return 0.0


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
