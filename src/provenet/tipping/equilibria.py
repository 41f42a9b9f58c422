"""Rounds of best response among carriers that move each other, where they end, and the least money that tips all.

All of it is claimed for the binary game alone: clear or not. Peers who choose clear never make clear dearer (`effect`
is at least 0), so whoever chooses clear in a round still does once more peers have. From nobody clear the rounds
therefore only rise and end in the least equilibrium; from everybody they only fall and end in the greatest; every other
equilibrium lies between, and either way takes at most one round a buyer (Topkis, Operations Research 26, 1978; Milgrom
and Roberts, Econometrica 58, 1990). With three and more choices there is no such order, and nothing here holds.

Money makes the least equilibrium all clear exactly if there is an order in which each buyer gets at least what it needs
once those before it are clear: by the rounds themselves one way, by induction the other. So what is sought is the
cheapest order. Where no need falls to 0 on the way that is the linear ordering problem, which is NP-hard (Karp 1972, as
feedback arcs); whom to push first is hard in general.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from provenet.core.ids import row_id
from provenet.forms.schedule import Proof
from provenet.numerics.arrays import Flags, Floats
from provenet.tipping.kernels.equilibrium import HAIR, settle
from provenet.tipping.simulation import Simulation

Start = Literal["nobody", "everybody"]


@dataclass(frozen=True, eq=False)
class ResponseRounds:
    """What rounds of best response did.

    `share` float64[R, J]: the share of scenarios in which each buyer is clear after round 1 to R; the last round that
    changed anything is the last one, and there is at least one. `clear` bool[J, S]: the state after it. `settled`: that
    state is an equilibrium, so no limit on rounds cut it short.
    """

    share: Floats
    clear: Flags
    settled: bool


def best_responses(simulated: Simulation, aid: Floats, clear: Flags | None) -> Flags:
    """Who chooses clear in each scenario, bool[J, S], while its peers stand as in `clear` (None: nobody is).

    `aid` float64[J] or [J, S]. A buyer does if its aid is at least what is needed; never if no aid would do.
    """
    needed = simulated.needed(clear)
    offered = aid[:, None] if aid.ndim == 1 else aid
    if offered.shape not in ((len(needed), 1), needed.shape):
        raise ValueError(f"aid of {aid.shape} for {len(needed)} buyers in {simulated.scenarios} scenarios")
    return np.asarray((offered >= needed * (1 - HAIR)) & np.isfinite(needed))


def best_response_rounds(
    simulated: Simulation, aid: Floats, start: Start = "nobody", *, most: int | None = None
) -> ResponseRounds:
    """Rounds in which every buyer answers what its peers chose in the round before, until nobody changes.

    It ends in the least equilibrium from "nobody" and in the greatest from "everybody" (the binary game only). `most`
    rounds at most; None is one more than there are buyers, which always settles. Cost O(J^2 S) a round.
    """
    count, scenarios = len(simulated.buyers), simulated.scenarios
    state = np.full((count, scenarios), start == "everybody")
    shares: list[Floats] = []
    settled = False
    for _ in range(count + 1 if most is None else most):
        after = best_responses(simulated, aid, state)
        settled = bool(np.array_equal(after, state))
        if settled and shares:
            break
        shares.append(after.mean(axis=1))
        state = after
        if settled:
            break
    return ResponseRounds(np.array(shares).reshape(len(shares), count), state, settled)


def least_equilibrium(simulated: Simulation, aid: Floats, start: Flags | None = None) -> Flags:
    """Who is clear in the least equilibrium, bool[J, S]: what aid brings about for sure, since nobody waits in hope.

    The end of `best_response_rounds` from "nobody", compiled; whoever is clear at the `start` stays so. O(J^3 S) at
    most.
    """
    offered = aid[:, None] if aid.ndim == 1 else aid
    if offered.shape not in ((len(simulated.buyers), 1), simulated.gap.shape):
        raise ValueError(f"aid of {aid.shape} for {len(simulated.buyers)} buyers in {simulated.scenarios} scenarios")
    gap, effect, peers, kept, offer = (
        np.ascontiguousarray(one, np.float64)
        for one in (simulated.gap, simulated.effect, simulated.peers, simulated.kept, offered)
    )
    clear = np.zeros(gap.shape, np.bool_) if start is None else start.copy()
    settle(gap, effect, peers, kept, offer, clear)
    return clear


def round_rows(
    simulated: Simulation, aid: Floats, carriers: Mapping[str, str], *, funds: Mapping[str, str], aided: bool
) -> list[dict[str, object]]:
    """The rows of `response_round`: from both starts, round by round, the shorter one carried on as it ended.

    `carriers` gives the carrier of a purchase, `funds` the id of the fund of a country.
    """
    low, high = (
        best_response_rounds(simulated, aid, "nobody").share,
        best_response_rounds(simulated, aid, "everybody").share,
    )
    return [
        {
            "round_id": row_id("response_round", {"fund": funds[group], "buyer": buyer, "number": nth, "aided": aided}),
            "fund_id": funds[group],
            "country": group,
            "purchase_id": buyer,
            "carrier_id": carriers[buyer],
            "number_count": nth,
            "least_p_clear_share": float(low[min(nth, len(low) - 1), j]),
            "greatest_p_clear_share": float(high[min(nth, len(high) - 1), j]),
            "aided": aided,
        }
        for j, (buyer, group) in enumerate(zip(simulated.buyers, simulated.groups, strict=True))
        for nth in range(max(len(low), len(high)))
    ]


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
