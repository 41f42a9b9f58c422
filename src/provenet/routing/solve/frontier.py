"""What each budget clears at most while routing stays as it is: the whole frontier by minimum cuts, and one budget.

A demand is clear once every element of its set is replaced. Volume cleared less a price times cost is largest on a
maximum closure (Picard, Management Science 22, 1976); over all prices these closures are nested, so each minimum cut
at a mean price splits the elements into two parts, down to blocks of one worth each. The flows of the last cuts allot
the volume of each demand to its elements, and that one allotment proves the whole frontier: a set of elements clears
no more than is allotted to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import highspy
import numpy as np

from provenet.core.errors import ProvenetError, UsageFault
from provenet.numerics.arrays import Flags, Floats, Longs
from provenet.numerics.highs import SETTINGS, silent
from provenet.numerics.problem import Proof
from provenet.routing.inside_proofs import ElementSets, frontier_holds
from provenet.routing.kernels.maxflow import ENDLESS, max_flow, residual, source_side

WHOLE_BITS = 58
"""Volume times cost, both as whole numbers, stays below this power of two."""
COST_BITS = 28
"""Costs that are not whole numbers are rounded to this many bits of their total."""
MILP_ENTRIES = 40_000
"""With more pairs of a demand and an element than this a budget is searched without the exact program."""


@dataclass(frozen=True)
class FrontierPoint:
    """A set of elements, its cost, and the volume whose demands it makes clear, in the units of the input."""

    cost: float
    cleared: float
    members: tuple[int, ...]


@dataclass(frozen=True)
class Frontier:
    """The supported points of cost against cleared volume, from cost 0 on; sets between them may beat the line's start.

    Each point's set holds the one before. No set of elements costs `budget` or less and clears more than
    `bound(budget)`: the line through the points. `unattainable` is the volume of demands that need an element which
    cannot be replaced.
    """

    points: tuple[FrontierPoint, ...]
    unattainable: float
    proof: Proof

    def bound(self, budget: float) -> float:
        """The volume that no set of elements of this cost exceeds."""
        costs = [p.cost for p in self.points]
        return float(np.interp(budget, costs, [p.cleared for p in self.points]))


@dataclass(frozen=True)
class BudgetedSet:
    """The best set found within a budget: its cost, the volume cleared, and the volume no set within it exceeds."""

    members: tuple[int, ...]
    cost: float
    cleared: float
    bound: float
    proof: Proof


def cleared_frontier(sets: ElementSets, volume: Floats, cost: Floats) -> Frontier:
    """The frontier of cost against cleared volume with routing as it is, every breakpoint, with its proof.

    Demands that need nothing count as cleared at cost 0. Points are supported ones: vertices of the concave hull; a set
    between two of them may clear more than the lower point, never more than the line. Volumes enter the cuts as whole
    numbers of at least 2^-29 of their total, with costs of 1 of about 2^-45; the values of the points are summed anew.
    Cost: about two maximum flows over the sets a breakpoint, most of them small.
    Source: own; the closure sweep of parametric flows (Gallo, Grigoriadis and Tarjan, SIAM J. Comput. 18, 1989).

    Parameters
    ----------
    sets
        For each of K demands the elements that must be replaced.
    volume
        float64[K], not negative.
    cost
        float64[elements], not negative; infinite where an element cannot be replaced.

    Returns
    -------
    The points and their proof: `certified` once an allotment of the volumes was checked by plain sums.

    Raises
    ------
    UsageFault
        For a volume or a cost that is negative or no number.
    """
    check_amounts(sets, volume, cost)
    merged, weight = merged_sets(sets, volume)
    usable = ~merged.reduce_any(~np.isfinite(cost))
    open_ = np.flatnonzero(usable & (merged.sizes > 0) & (weight > 0))
    load_blocks, allotted = _blocks(merged, weight, cost, open_=open_)
    points = _points(merged, weight, cost, blocks=load_blocks)
    held = frontier_holds(
        merged,
        weight.tolist(),
        cost.tolist(),
        points=[(p.cost, p.cleared, p.members) for p in points],
        allotment=allotted.tolist(),
    )
    unattainable = fsum(weight[~usable].tolist())
    return Frontier(tuple(points), unattainable, "certified" if held else "none")


def cleared_within(
    sets: ElementSets,
    volume: Floats,
    cost: Floats,
    *,
    budget: float,
    frontier: Frontier | None = None,
    branches: int = 500,
) -> BudgetedSet:
    """The set of elements within a budget that clears the most volume with routing as it is.

    Starts from the frontier's point below the budget, fills up greedily, then runs an exact program where the sets are
    few enough. `certified` where the set meets the frontier's line, `solver` where the program closed, else `bound`.
    `branches` limits the program; equal calls give equal answers.
    Raises UsageFault for a negative budget, volume or cost.
    """
    check_amounts(sets, volume, cost)
    if not budget >= 0:
        raise UsageFault(f"the budget is {budget}; give an amount of 0 or more.")
    merged, weight = merged_sets(sets, volume)
    frontier = frontier or cleared_frontier(sets, volume, cost)
    bound = frontier.bound(budget)
    start = max((p for p in frontier.points if p.cost <= budget), key=lambda p: p.cost)
    chosen = np.zeros(len(cost), np.bool_)
    chosen[list(start.members)] = True
    _fill(merged, weight, cost, chosen=chosen, budget=budget)
    value = cleared_by(merged, weight, chosen)
    proof: Proof = "certified" if frontier.proof == "certified" else "solver"
    near = 1e-9 * max(1.0, bound)
    if value < bound - near:
        proof = "bound"
        if len(merged.member) <= MILP_ENTRIES:
            found, proven = _by_program(merged, weight, cost, budget=budget, start=chosen, branches=branches)
            bound = min(bound, proven)
            if cleared_by(merged, weight, found) > value:
                chosen, value = found, cleared_by(merged, weight, found)
            if value >= bound - 1e-7 * max(1.0, bound):
                proof, bound = "solver", value
    members = tuple(np.flatnonzero(chosen).tolist())
    return BudgetedSet(members, fsum(cost[list(members)].tolist()), value, max(bound, value), proof)


def cleared_by(sets: ElementSets, volume: Floats, chosen: Flags) -> float:
    """The volume of demands all of whose elements are chosen."""
    return fsum(volume[~sets.reduce_any(~chosen)].tolist())


def check_amounts(sets: ElementSets, volume: Floats, cost: Floats) -> None:
    """Raises UsageFault for arrays of another length, and for amounts that are negative or no number."""
    if len(volume) != len(sets.start) - 1:
        raise UsageFault(f"there are {len(sets.start) - 1} demands and {len(volume)} volumes; give one volume each.")
    if not np.all(np.isfinite(volume) & (volume >= 0)):
        raise UsageFault("a volume is negative or no number; give every demand a volume of 0 or more.")
    if np.any(np.isnan(cost) | (cost < 0)):
        raise UsageFault("a cost is negative or no number; give every element a cost of 0 or more.")
    if len(sets.member) and (sets.member.min() < 0 or sets.member.max() >= len(cost)):
        raise UsageFault("a demand names an element without a cost; give one cost for each node and link.")


def merged_sets(sets: ElementSets, volume: Floats) -> tuple[ElementSets, Floats]:
    """Each distinct set once, and the sum of its volumes. Cost O(entries)."""
    count = len(sets.start) - 1
    of = np.repeat(np.arange(count), sets.sizes)
    draw = np.random.default_rng(20261127)
    mix = draw.integers(0, 2**63, (2, int(sets.member.max(initial=0)) + 1), np.uint64)
    marks = np.zeros((count, 3), np.uint64)
    marks[:, 0] = sets.sizes
    for i in range(2):
        np.add.at(marks[:, i + 1], of, mix[i][sets.member])
    order = np.lexsort(marks.T)
    fresh = np.ones(count, np.bool_)
    fresh[1:] = np.any(marks[order][1:] != marks[order][:-1], axis=1)
    which = np.empty(count, np.int64)
    which[order] = np.cumsum(fresh) - 1
    first = order[fresh]
    merged = sets.taken(first)
    place = np.arange(len(sets.member)) - sets.start[of] + merged.start[which[of]]
    if not np.array_equal(merged.member[place], sets.member):
        raise ProvenetError("two sets of elements share one mark and differ; the demands cannot be merged.")
    return merged, np.bincount(which, volume, len(first)).astype(np.float64)


def _blocks(sets: ElementSets, weight: Floats, cost: Floats, *, open_: Longs) -> tuple[list[Longs], Floats]:
    """The elements in blocks of falling worth, free ones first, and what each entry of the sets is allotted."""
    allotted = np.zeros(len(sets.member))
    part = sets.taken(open_)
    entry = sets.entries(open_)
    of = np.repeat(np.arange(len(open_)), part.sizes)
    free = cost[part.member] == 0
    blocks = [np.unique(part.member[free])]
    used = np.zeros(len(cost), np.bool_)
    used[part.member] = True
    whole_cost, whole_weight = _whole(np.where(used, cost, 0.0), weight[open_])
    # What needs free elements alone is allotted to the first of them: no budget is needed, and none bounds it.
    paid = np.zeros(len(open_), np.bool_)
    paid[of[~free]] = True
    first = part.start[:-1][~paid]
    allotted[entry[first]] = weight[open_][~paid]
    stack = [(of[~free], part.member[~free], entry[~free])]
    while stack:
        of_, member, where = stack.pop()
        if not len(member):
            continue
        inner, flow = _split(of_, member, weight=whole_weight, cost=whole_cost)
        if inner is None:
            blocks.append(np.unique(member))
            demand = np.bincount(of_, flow, len(open_))
            allotted[where] = flow / np.where(demand > 0, demand, 1.0)[of_] * weight[open_][of_]
            lost = demand[of_] == 0
            if lost.any():  # a volume too small for whole numbers goes to the first element of its set
                _, lead = np.unique(of_[lost], return_index=True)
                at = np.flatnonzero(lost)[lead]
                allotted[where[at]] = weight[open_][of_[at]]
            continue
        inside = inner[member]
        whole_in = np.ones(len(open_), np.bool_)
        whole_in[of_[~inside]] = False
        first_part = whole_in[of_]
        # The elements of the closure come first; a demand that reaches beyond it leans only on what is left of its set.
        stack.append((of_[~first_part & ~inside], member[~first_part & ~inside], where[~first_part & ~inside]))
        stack.append((of_[first_part], member[first_part], where[first_part]))
    return blocks, allotted


def _whole(cost: Floats, weight: Floats) -> tuple[Longs, Longs]:
    """Costs and volumes as whole numbers whose totals multiply to less than 2^WHOLE_BITS; exact where they can be."""
    total = float(cost.sum())
    if not (np.all(cost == np.floor(cost)) and total < 2**COST_BITS):
        fine = np.rint(cost * 2.0 ** (COST_BITS - np.ceil(np.log2(total))))
        cost = np.where(cost > 0, np.maximum(1.0, fine), 0.0)
    whole = cost.astype(np.int64)
    volume = float(weight.sum())
    power = WHOLE_BITS - int(whole.sum()).bit_length() - int(np.ceil(np.log2(volume))) - 1 if volume > 0 else 0
    return whole, np.rint(np.ldexp(weight, power)).astype(np.int64)


def _split(of: Longs, member: Longs, *, weight: Longs, cost: Longs) -> tuple[Flags | None, Floats]:
    """The elements of a closure worth more than the mean, None where there is none; the flow on each entry."""
    demands, demand = np.unique(of, return_inverse=True)
    elements, element = np.unique(member, return_inverse=True)
    gain, spend = weight[demands], cost[elements]
    total_gain, total_cost = int(gain.sum()), int(spend.sum())
    if len(elements) == 1:
        return None, weight[of].astype(np.float64)
    d, e = len(demands), len(elements)
    source, sink = d + e, d + e + 1
    tail = np.concatenate([np.full(d, source), demand, d + np.arange(e)]).astype(np.int32)
    head = np.concatenate([np.arange(d), d + element, np.full(e, sink)]).astype(np.int32)
    room = np.concatenate([gain * total_cost, np.full(len(of), ENDLESS), spend * total_gain])
    start, to, left, back, place = residual(d + e + 2, tail, head, room)
    flow = max_flow(start, to, left, back, source, sink)
    entry = place[d : d + len(of)]
    sent = (ENDLESS - left[entry]).astype(np.float64)
    if flow >= total_gain * total_cost:
        return None, sent
    side = source_side(start, to, left, source)[d : d + e]
    inner = np.zeros(len(cost), np.bool_)
    inner[elements[side]] = True
    return inner, sent


def _points(sets: ElementSets, weight: Floats, cost: Floats, *, blocks: Sequence[Longs]) -> list[FrontierPoint]:
    """The points that the blocks reach one after the other, less those that lie on or under a line of others."""
    level = np.full(len(cost), len(blocks))
    for i, block in enumerate(blocks):
        level[block] = i
    done = np.zeros(len(weight), np.int64)
    of = np.repeat(np.arange(len(weight)), sets.sizes)
    np.maximum.at(done, of, level[sets.member])
    gained = np.bincount(done, weight, len(blocks) + 1)
    chosen: list[int] = []
    cleared = spent = 0.0
    points: list[FrontierPoint] = []
    for i, block in enumerate(blocks):
        chosen += block.tolist()
        cleared, spent = cleared + float(gained[i]), spent + float(cost[block].sum())
        point = FrontierPoint(spent, cleared, tuple(chosen))
        if i and not gained[i]:
            continue
        while len(points) > 1 and _slope(points[-2], points[-1]) <= _slope(points[-1], point):
            points.pop()
        points.append(point)
    return [FrontierPoint(p.cost, p.cleared, tuple(sorted(p.members))) for p in points]


def _slope(one: FrontierPoint, two: FrontierPoint) -> float:
    return (two.cleared - one.cleared) / (two.cost - one.cost)


def _fill(sets: ElementSets, weight: Floats, cost: Floats, *, chosen: Flags, budget: float) -> None:
    """Adds to `chosen`, in place, the missing elements of one set after another, the most volume for its cost first."""
    of = np.repeat(np.arange(len(weight)), sets.sizes)
    left = budget - fsum(cost[chosen].tolist())
    for _ in range(len(cost)):
        missing = np.bincount(of, np.where(chosen[sets.member], 0.0, cost[sets.member]), len(weight))
        fits = (missing > 0) & (missing <= left) & (weight > 0)
        if not fits.any():
            return
        best = int(np.argmax(np.where(fits, weight / np.where(fits, missing, 1.0), -1.0)))
        chosen[sets.member[sets.start[best] : sets.start[best + 1]]] = True
        left = budget - fsum(cost[chosen].tolist())


def _by_program(
    sets: ElementSets, weight: Floats, cost: Floats, *, budget: float, start: Flags, branches: int
) -> tuple[Flags, float]:
    """The best set by HiGHS, rows z <= y, and its bound; the set it starts from where it finds none."""
    usable = ~sets.reduce_any(~(cost <= budget)) & (sets.sizes > 0) & (weight > 0)
    kept = sets.taken(np.flatnonzero(usable))
    gain = weight[usable]
    elements, column = np.unique(kept.member, return_inverse=True)
    d, e, entries = len(gain), len(elements), len(kept.member)
    solver = silent()
    for name, value in SETTINGS.items():
        solver.setOptionValue(name, value)
    solver.setOptionValue("mip_max_nodes", branches)
    scale = 1.0 / float(gain.max(initial=1.0))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = d + e, entries + 1
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.r_[gain * scale, np.zeros(e)]
    lp.col_lower_, lp.col_upper_ = np.zeros(d + e), np.ones(d + e)
    lp.row_lower_ = np.full(entries + 1, -highspy.kHighsInf)
    lp.row_upper_ = np.r_[np.zeros(entries), budget]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.r_[np.arange(entries + 1) * 2, 2 * entries + e].astype(np.int32)
    pairs = np.column_stack([np.repeat(np.arange(d), kept.sizes), d + column]).ravel()
    lp.a_matrix_.index_ = np.r_[pairs, d + np.arange(e)].astype(np.int32)
    lp.a_matrix_.value_ = np.r_[np.tile([1.0, -1.0], entries), cost[elements]]
    lp.integrality_ = [highspy.HighsVarType.kContinuous] * d + [highspy.HighsVarType.kInteger] * e
    solver.passModel(lp)
    first = highspy.HighsSolution()
    first.col_value = np.r_[~kept.reduce_any(~start), start[elements]].astype(np.float64).tolist()
    solver.setSolution(first)
    solver.run()
    always = fsum(weight[(sets.sizes == 0)].tolist())
    found = start.copy()
    info = solver.getInfo()
    if solver.getSolution().value_valid:
        point = np.array(solver.getSolution().col_value)[d:]
        picked = np.zeros(len(cost), np.bool_)
        picked[elements[point > 0.5]] = True
        picked |= cost == 0
        if fsum(cost[picked].tolist()) <= budget:
            found = picked
    dual_bound = float(info.mip_dual_bound)
    return found, (dual_bound / scale if np.isfinite(dual_bound) else float("inf")) * (1 + 1e-9) + always
