"""What an award may do, and what it is once made: limits, amounts on offer, and the result."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.forms.allocation import AidDemand, Allocation, BudgetOn, Carrier
from provenet.forms.schedule import Proof
from provenet.tipping.equilibria import least_equilibrium
from provenet.tipping.figures import Draws
from provenet.tipping.simulation import Floats, Simulation

Flags = NDArray[np.bool_]
Objective = Literal["exposure", "goal"]
Status = Literal["optimal", "feasible", "infeasible", "nothing to fund"]
Offers = tuple[Floats, ...]
HUNDREDTH = 0.01
NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Limits:
    """What an award has to keep beside its budget; amounts in the unit of the form, all on what is committed.

    `floors` and `caps`: money by group, for each named group together. `most_ratio`, at least 1: nobody gets more an
    element than so many times the mean over all elements. It is an element and not a subscriber because elements are
    what money buys, and because subscribers behind two purchases would count twice. `budget_on` as in
    `forms.allocation`. `default_chance` by buyer: that it does not deliver a clear choice it made for aid or peers;
    nothing is then paid, and what is behind it is not clear.
    """

    floors: Mapping[str, float] = field(default_factory=lambda: NONE)
    caps: Mapping[str, float] = field(default_factory=lambda: NONE)
    most_ratio: float | None = None
    budget_on: BudgetOn = "committed"
    default_chance: Mapping[str, float] = field(default_factory=lambda: NONE)

    def __post_init__(self) -> None:
        for name in ("floors", "caps", "default_chance"):
            bad = {key: value for key, value in getattr(self, name).items() if not value >= 0}
            if bad:
                raise UsageFault(f"{name} has amounts below 0: {bad}.")
        if any(chance > 1 for chance in self.default_chance.values()):
            raise UsageFault("a chance of default is above 1.")
        if self.most_ratio is not None and not self.most_ratio >= 1:
            raise UsageFault(f"most_ratio is {self.most_ratio}; below 1 nobody could get anything.")

    @property
    def beyond(self) -> bool:
        """Whether there is any limit on amounts but the budget."""
        return bool(self.floors or self.caps or self.most_ratio is not None)


@dataclass(frozen=True, eq=False)
class CurvePoint:
    """What one award reaches: a point of a curve over budgets.

    `objective` as named; `low`, `mid`, `high`: the weight of the demands that are clear, mean over the scenarios with
    the fifth and ninety-fifth percentiles, kept in order. `price`: the marginal cost of one percentage point of
    the objective from here on, along the least concave curve above all points; None where more money adds nothing.
    """

    budget: float
    objective: float
    low: float
    mid: float
    high: float
    award: Floats
    clear: Flags
    price: float | None = None


@dataclass(frozen=True, eq=False)
class AwardResult:
    """Who is awarded what, what it is worth, and how good it is; amounts in the unit of the form.

    `objective` is the mean over scenarios of the objective in the least equilibrium, `before` the same without aid, and
    no award on offer within the budget and the limits exceeds `bound`. `award` float64[J]; `clear` bool[J, S] and
    `paid` float64[S] in the least equilibrium; `price` as in `CurvePoint`, at the budget; `offers` are the amounts.
    Infeasible: `clash` says why, all amounts are 0 and there is no objective. `form` is the form that was worked on:
    with the demand of the goal, and without a clear choice where a buyer defaults.
    """

    status: Status
    proof: Proof
    objective: float | None
    bound: float | None
    gap_share: float | None
    award: Floats
    clear: Flags
    paid: Floats
    before: float
    price: float | None
    frontier: tuple[CurvePoint, ...]
    because: tuple[str, ...]
    clash: tuple[str, ...]
    offers: Offers
    form: Simulation
    budget: float | None
    limits: Limits

    @property
    def committed(self) -> float:
        """All awards added up."""
        return float(np.sum(self.award))


def working_form(simulated: Simulation, objective: Objective, limits: Limits, *, seed: int) -> Simulation:
    """The form to work on: the demands of the objective, and no clear choice where a buyer would default.

    A default is drawn by scenario with a key of the buyer's own, so that the same form holds and more scenarios come as
    close to the chance as one likes. Who is clear without aid, alone or once peers are, does not default: no award ever
    leaves fewer clear than none.
    """
    if objective == "goal":
        simulated = replace(simulated, demands=(AidDemand(1.0, simulated.buyers),))
    unknown = set(limits.default_chance) - set(simulated.buyers)
    if unknown:
        raise UsageFault(f"chances of default of buyers that there are not: {', '.join(sorted(unknown))}.")
    if not any(limits.default_chance.values()):
        return simulated
    draws, gap = Draws(seed, simulated.scenarios), simulated.gap.copy()
    unaided = least_equilibrium(simulated, np.zeros(len(gap)))
    for j, buyer in enumerate(simulated.buyers):
        chance = limits.default_chance.get(buyer, 0.0)
        if chance:
            gap[j, (draws.uniform(f"default {buyer}") < chance) & ~unaided[j]] = np.inf
    return replace(simulated, gap=gap)


def moves_peers(simulated: Simulation) -> bool:
    """Whether any buyer's choice moves another's gap in any scenario."""
    return bool((simulated.effect * simulated.peers.sum(axis=1)[:, None] > 0).any())


def allocation_of(
    form: Simulation, needed: Floats, offers: Offers, *, budget: float | None, on: BudgetOn
) -> Allocation:
    """The same as an instance of `allocate`, which knows no peers: a buyer is tipped by what is `needed`."""
    carriers = (Carrier(n, tuple(o.tolist()), g) for n, o, g in zip(form.buyers, offers, needed, strict=True))
    return Allocation(budget, on, tuple(carriers), form.demands)
