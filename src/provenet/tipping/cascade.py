"""The least money after which everybody is clear, one pushed by the other, in the middle of the scenarios.

Money makes the least equilibrium all clear exactly if there is an order in which each buyer gets at least what it needs
once those before it are clear: by the rounds themselves one way, by induction the other. So what is sought is the
cheapest order. Where no need falls to 0 on the way that is the linear ordering problem, which is NP-hard (Karp 1972, as
feedback arcs); whom to push first is hard in general.
"""

from dataclasses import dataclass, replace

import numpy as np

from provenet.forms.schedule import Proof
from provenet.tipping.simulation import Floats, Simulation

EXACT = 15
"""So many buyers that are not free are put in order exactly; the sets of them are gone through."""
NEAR = 1e-12


@dataclass(frozen=True)
class Cascade:
    """The cheapest order found and what it costs.

    `amount` is None where somebody can never be tipped; those are in `never`. `order` are all buyers, those that need
    nothing in their turn among them; `aid` what each gets. No order costs less than `bound`. `proof`: "solver", nothing
    is cheaper; "bound", `bound` may be lower; "none", there is no such order.
    """

    amount: float | None
    order: tuple[str, ...]
    aid: dict[str, float]
    bound: float
    proof: Proof
    never: tuple[str, ...] = ()


def middle(simulated: Simulation) -> Simulation:
    """The middle of the scenarios as the only one: of gap, effect, kept part and cost each buyer's median."""
    one = {
        name: np.median(getattr(simulated, name), axis=1, keepdims=True) for name in ("gap", "effect", "kept", "cost")
    }
    return replace(simulated, **one)


def cheapest_cascade(simulated: Simulation, exact: int = EXACT) -> Cascade:
    """The least money that makes the least equilibrium all clear in the middle of the scenarios (binary game only).

    Exact with at most `exact` buyers that are not clear for nothing, by sets of buyers in O(2^n n^2); beyond, the
    cheapest next one and then moves of one buyer to another place, with a bound.
    """
    one = middle(simulated)
    names = simulated.buyers
    never = tuple(name for name, gap in zip(names, one.gap[:, 0].tolist(), strict=True) if not np.isfinite(gap))
    if never:
        return Cascade(None, (), {}, float("inf"), "none", never)
    game = _Game(one)
    free = game.freed([])
    left = [j for j in range(len(names)) if j not in free]
    order = game.by_sets(free, left) if len(left) <= exact else game.by_moves(free, left)
    cost = game.costs(order)
    amount = float(np.sum(cost))
    bound = amount if len(left) <= exact else min(amount, game.bound(free, left))
    proof: Proof = "solver" if bound >= amount * (1 - NEAR) else "bound"
    given = dict(zip((names[j] for j in order), cost, strict=True))
    return Cascade(amount, tuple(given), {name: given[name] for name in names}, bound, proof)


class _Game:
    """One scenario: what each buyer needs once some are clear."""

    def __init__(self, one: Simulation) -> None:
        self.one, self.count = one, len(one.buyers)

    def needs(self, clear: list[int]) -> Floats:
        """What each buyer needs once these are clear, float64[J]."""
        state = np.zeros((self.count, 1), np.bool_)
        state[clear] = True
        return self.one.needed(state)[:, 0]

    def freed(self, clear: list[int]) -> list[int]:
        """These and all that need nothing after them, in turn: they come next at no cost in some cheapest order."""
        clear = list(clear)
        while True:
            needs = self.needs(clear)
            more = [j for j in range(self.count) if needs[j] <= 0 and j not in clear]
            if not more:
                return clear
            clear += more

    def costs(self, order: list[int]) -> list[float]:
        """What each costs in an order of all."""
        return [float(self.needs(order[:nth])[j]) for nth, j in enumerate(order)]

    def total(self, order: list[int]) -> float:
        """What an order of all costs, but for rounding."""
        one, at = self.one, np.array(order, np.int64)
        given = np.tril(one.peers[np.ix_(at, at)], -1).sum(axis=1)
        return float((np.maximum(one.gap[at, 0] - one.effect[at, 0] * given, 0.0) / one.kept[at, 0]).sum())

    def by_sets(self, free: list[int], left: list[int]) -> list[int]:
        """The cheapest order of all: for each set of buyers the cheapest last one."""
        n, size = len(left), 1 << len(left)
        bits = np.arange(size)
        held = (bits[:, None] >> np.arange(n)) & 1
        one, at = self.one, np.array(left, np.int64)
        given = one.peers[:, free].sum(axis=1)[at] + held @ one.peers[np.ix_(at, at)].T
        need = np.maximum(one.gap[at, 0] - one.effect[at, 0] * given, 0.0) / one.kept[at, 0]
        best, last = np.full(size, np.inf), np.zeros(size, np.int64)
        best[0] = 0.0
        many = held.sum(axis=1)
        for layer in range(n):
            here = bits[many == layer]
            for k in range(n):
                before = here[held[here, k] == 0]
                value, after = best[before] + need[before, k], before | (1 << k)
                better = value <= best[after]  # of equals the later one last
                best[after[better]], last[after[better]] = value[better], k
        back, rest = [], size - 1
        while rest:
            back.append(left[last[rest]])
            rest ^= 1 << int(last[rest])
        return free + back[::-1]

    def by_moves(self, free: list[int], left: list[int]) -> list[int]:
        """A cheap order of all: the one that costs least for what it helps next, then one buyer at a time moved."""
        order, rest = list(free), set(left)
        while rest:
            needs = self.needs(order)
            help_ = [float((needs - self.needs([*order, j]))[sorted(rest - {j})].sum()) for j in range(self.count)]
            pick = min(sorted(rest), key=lambda j: needs[j] - help_[j])
            before = len(order)
            order = self.freed([*order, pick])
            rest -= set(order[before:])
        total, moved = self.total(order), True
        while moved:
            moved = False
            for j in list(order):
                others = [k for k in order if k != j]
                trials = [[*others[:nth], j, *others[nth:]] for nth in range(len(order))]
                costs = [self.total(trial) for trial in trials]
                nth = int(np.argmin(costs))
                if costs[nth] < total * (1 - NEAR):
                    order, total, moved = trials[nth], costs[nth], True
        return order

    def bound(self, free: list[int], left: list[int]) -> float:
        """What no order costs less than: each need with all others clear, or each pair in its better order."""
        one, everybody = self.one, list(range(self.count))
        lone = float(self.needs(everybody)[left].sum())
        at = np.array(left, np.int64)
        scale = (one.effect[at, 0] / one.kept[at, 0])[:, None]
        first = one.gap[at, 0] - one.effect[at, 0] * one.peers[:, free].sum(axis=1)[at]
        helps = scale * one.peers[np.ix_(at, at)]
        pairs = float((first / one.kept[at, 0]).sum() - np.triu(np.maximum(helps, helps.T), 1).sum())
        return max(lone, pairs, 0.0)
