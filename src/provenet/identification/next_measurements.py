"""What to measure next: which addresses to fingerprint and which paths to trace so that intervals shrink most.

A *unit* is something unknown that makes an interval wide: a router of unknown vendor (it widens the share of its
country and carrier by one over their routers), or a measured path of which nobody knows whether it crosses a
restricted device. A *candidate* is a measurement with a cost and the chance that it settles each of some units. The
objective is the expected weight settled:

    f(A) = sum over units u of w_u (1 - product over a in A of (1 - p_au)),    w >= 0, 0 <= p <= 1.

Adding a to A gains sum w_u p_au times the product over A, which is never negative and falls as A grows: f is monotone
and submodular. So the greedy choice has a guarantee: with equal costs at least 1 - 1/e of the best (Nemhauser, Wolsey
and Fisher 1978), with unequal ones the better of greedy by gain and greedy by gain per cost at least half of that
(Leskovec et al. 2007). What a choice reached beside the bound below is usually far better, and is stated: no set of
the budget settles more than what is settled and the best fractional filling of the budget with the gains that are
left.

Assumed: measurements answer independently of each other with the stated chances. Settling a path as *clear* needs
every hop, which has no diminishing returns; it is therefore no unit, and what it would add is not counted.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from provenet.core.grouping import grouped
from provenet.identification.kernels.greedy import choose, gains
from provenet.numerics.arrays import Floats, Longs

FINGERPRINT, TRACE = "fingerprint", "trace"
EQUAL_COSTS = 1 - 1 / math.e
UNEQUAL_COSTS = EQUAL_COSTS / 2


@dataclass(frozen=True, eq=False)
class Candidates:
    """C measurements that may settle U units.

    Candidate i settles unit[starts[i]:starts[i+1]] with `chance`, each unit once, at `cost[i]` > 0; `weight`
    float64[U].
    """

    starts: Longs
    unit: Longs
    chance: Floats
    cost: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class MeasurementPlan:
    """What was chosen, in the order of choosing: `chosen` int64 candidate numbers, `gained` float64 what each adds.

    `settled` is the expected weight in all, `most_settled` a bound that no set inside the budget exceeds, `guarantee`
    the part of the best possible that is certain: the greater of the theorem's (`theorem`) and settled /
    most_settled.
    """

    chosen: Longs
    gained: Floats
    spent: float
    settled: float
    most_settled: float
    theorem: float

    @property
    def guarantee(self) -> float:
        """The part of the best possible that the plan certainly reaches; 1 where nothing can be settled."""
        return max(self.theorem, min(1.0, self.settled / self.most_settled)) if self.most_settled > 0 else 1.0


def next_measurements(candidates: Candidates, budget: float) -> MeasurementPlan:
    """Chooses the measurements of a budget.

    Parameters: `candidates`, and a `budget` in the unit of their costs. Returns `MeasurementPlan`. Raises ValueError
    for costs that are not above 0, chances outside [0, 1] or weights below 0. Cost O(E log C) in practice, E pairs of
    candidate and unit; a million candidates take about a second.
    """
    _check(candidates, budget)
    cost = candidates.cost
    equal = len(cost) == 0 or bool((cost == cost[0]).all())
    runs = [_greedy(candidates, budget, by_cost) for by_cost in ((True,) if equal else (True, False))]
    best = max(runs, key=lambda run: run.settled)
    most = min(run.most_settled for run in runs)
    theorem = float(EQUAL_COSTS if equal else UNEQUAL_COSTS)
    return replace(best, most_settled=max(most, best.settled), theorem=theorem)


def _check(candidates: Candidates, budget: float) -> None:
    if not (candidates.cost > 0).all():
        raise ValueError("the cost of a measurement is above 0")
    if not ((candidates.chance >= 0) & (candidates.chance <= 1)).all():
        raise ValueError("the chance that a measurement settles something lies between 0 and 1")
    if not (candidates.weight >= 0).all():
        raise ValueError("the weight of what is unknown is at least 0")
    if not budget >= 0:
        raise ValueError(f"a budget is at least 0; found {budget}")


def _greedy(candidates: Candidates, budget: float, by_cost: bool) -> MeasurementPlan:
    count = len(candidates.cost)
    open_weight = candidates.weight.astype(np.float64).copy()
    arrays = (candidates.starts, candidates.unit, candidates.chance)
    first = np.zeros(count)
    gains(*arrays, open_weight, first)
    chosen, gained = np.zeros(count, np.int64), np.zeros(count)
    room = (np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.int64))
    many = choose(*arrays, candidates.cost, open_weight, float(budget), by_cost, *room, chosen, gained)
    settled = float(gained[:many].sum())
    left = np.zeros(count)
    gains(*arrays, open_weight, left)
    left[chosen[:many]] = 0.0
    most = min(
        filled(first, candidates.cost, budget),
        settled + filled(left, candidates.cost, budget),
        float(candidates.weight.sum()),
    )
    spent = float(candidates.cost[chosen[:many]].sum())
    return MeasurementPlan(chosen[:many].copy(), gained[:many].copy(), spent, settled, most, 0.0)


def filled(gain: Floats, cost: Floats, budget: float) -> float:
    """The most that a budget buys of gains at costs, the last one in part: an upper bound of any choice."""
    fits = (cost <= budget) & (gain > 0)
    gain, cost = gain[fits], cost[fits]
    order = np.argsort(-gain / cost, kind="stable")
    total = np.cumsum(cost[order])
    whole = int(np.searchsorted(total, budget, "right"))
    value = float(gain[order[:whole]].sum())
    if whole < len(order):
        rest = budget - (float(total[whole - 1]) if whole else 0.0)
        value += float(gain[order[whole]] / cost[order[whole]]) * rest
    return value


@dataclass(frozen=True, slots=True)
class Measurement:
    """One possible measurement: `kind` is `fingerprint` or `trace`; `settles` gives the chance for each unit by its
    name.

    `target` is an address; `probe` names from where it is measured, None for the place of whoever measures.
    """

    kind: str
    target: str
    settles: Mapping[str, float]
    cost: float = 1.0
    probe: str | None = None


def atlas_definitions(chosen: Iterable[Measurement]) -> Iterable[dict[str, object]]:
    """Measurements as bodies for RIPE Atlas' `POST /measurements/`, one a kind and target, with the probes that measure
    it: a traceroute of a path; where a probe is named, a ping of an address, whose reply shows its initial TTL.
    """
    probes = grouped(
        ((one.kind, one.target), one.probe) for one in chosen if one.kind == TRACE or one.probe is not None
    )
    for (kind, target), found in probes.items():
        named = [probe for probe in found if probe is not None]
        definition: dict[str, object] = {"type": "ping", "af": 6 if ":" in target else 4, "target": target}
        if kind == TRACE:
            definition |= {"type": "traceroute", "protocol": "ICMP", "paris": 16}
        definition["description"] = f"{'path to' if kind == TRACE else 'reply of'} {target}"
        source = {"type": "probes", "value": ",".join(dict.fromkeys(named)), "requested": len(set(named))}
        if not named:
            source = {"type": "area", "value": "WW", "requested": 1}
        yield {"definitions": [definition], "probes": [source], "is_oneoff": True}
