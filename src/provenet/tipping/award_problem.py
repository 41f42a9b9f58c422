"""What an award may do, and what it is once made: limits as sums over buyers, amounts on offer, and the result."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from provenet.core.errors import UsageFault
from provenet.forms.allocation import AidDemand, Allocation, BudgetOn, Carrier
from provenet.forms.schedule import TOLERANCE, Proof, number_text
from provenet.numerics.arrays import Flags, Floats, Longs
from provenet.tipping.bins import BinnedInstance
from provenet.tipping.equilibria import least_equilibrium
from provenet.tipping.simulation import Draws, Simulation
from provenet.tipping.solve.award_levels import LevelChoice, Levels, Row, choose_levels, is_feasible

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


TIGHTER = (0.0, 1e-8, 1e-6)
"""By so much of itself a limit is drawn in until what the solver calls within it is."""


@dataclass(frozen=True, eq=False)
class SideConstraint:
    """One limit, in words in `text`: `part` float64[J] times the awards, and `of_total` times all of them, lie together
    between `low` and `high`."""

    text: str
    part: Floats
    low: float
    high: float
    is_budget: bool = False
    of_total: float = 0.0

    def keeps(self, award: Floats) -> bool:
        """Whether an award keeps it, with room for decimals added as floats."""
        terms = (self.part + self.of_total) * award
        return self.keeps_sum(math.fsum(terms.tolist()), math.fsum(np.abs(terms).tolist()))

    def keeps_sum(self, total: float, size: float) -> bool:
        """Whether a sum does, `size` being that of its terms without their signs; of a budget both are all awards."""
        room = TOLERANCE * size
        return self.low - room <= total <= self.high + room


def sides_of(form: Simulation, limits: Limits, budget: float | None) -> list[SideConstraint]:
    """The limits on what is committed, the budget among them if it is on that."""
    groups, count = np.array(form.groups, dtype=object), len(form.buyers)
    made: list[SideConstraint] = []
    if budget is not None and limits.budget_on == "committed":
        made.append(SideConstraint(f"the budget of {number_text(budget)}", np.ones(count), -math.inf, budget, True))
    for group, floor in sorted(limits.floors.items()):
        if floor > 0:
            part = (groups == group).astype(np.float64)
            made.append(SideConstraint(f"at least {number_text(floor)} for {group}", part, floor, math.inf))
    for group, cap in sorted(limits.caps.items()):
        part = (groups == group).astype(np.float64)
        made.append(SideConstraint(f"at most {number_text(cap)} for {group}", part, -math.inf, cap))
    if limits.most_ratio is not None and count:
        total = float(form.elements.sum())
        if total <= 0:
            raise UsageFault("most_ratio is per element, and no buyer has elements.")
        for j, buyer in enumerate(form.buyers):
            text = f"for {buyer} at most {number_text(limits.most_ratio)} times the mean an element"
            of_total = -limits.most_ratio * float(form.elements[j]) / total
            made.append(SideConstraint(text, np.eye(count)[j], -math.inf, 0.0, of_total=of_total))
    return made


@dataclass(frozen=True, eq=False)
class LevelProblem:
    """A binned instance within limits on the amounts on offer."""

    made: BinnedInstance
    sides: Sequence[SideConstraint]
    offers: Offers

    def levels(self) -> Levels:
        """The same as the solver takes it; a budget on what is paid is the cost of the bins."""
        made, flat = self.made, np.concatenate(self.offers) if self.offers else np.zeros(0)
        owner = np.repeat(np.arange(len(self.offers)), [len(one) for one in self.offers])
        rows = [Row(side.text, side.part[owner] * flat, side.low, side.high, side.of_total) for side in self.sides]
        total = flat if any(side.of_total for side in self.sides) else None
        if math.isfinite(made.held) and not any(side.is_budget for side in self.sides):
            rows.append(Row("the budget", made.cost, -math.inf, made.held))
        return Levels(
            first=made.first,
            linear=made.linear,
            constant=made.constant,
            start=made.start,
            member=made.member,
            weight=made.weight,
            rows=tuple(rows),
            total=total,
        )

    def best(self, *, nodes: int = 200_000) -> LevelChoice:
        """The best levels within budget and limits, checked again by plain sums, and a bound on all such levels."""
        whole = self.levels()
        first = found = choose_levels(whole, nodes=nodes)
        for tighter in TIGHTER[1:]:
            if found.level is None or self.keeps(found.level):
                break
            rows = tuple(
                replace(r, low=_inner(r.low, tighter, r), high=_inner(r.high, -tighter, r)) for r in whole.rows
            )
            found = choose_levels(replace(whole, rows=rows), nodes=nodes)
        level = found.level
        if level is not None and not self.keeps(level):
            level = None
        status = first.status if level is not None or first.level is None else "unknown"
        if found is not first and status == "optimal":
            status = "feasible"
        return LevelChoice(status, level, first.bound)

    def cheapest(self, level: Longs) -> Longs:
        """Of the levels worth as much within the limits those that commit the least; `level` if none is found."""
        made, amount = self.made, np.concatenate(self.offers)
        found = choose_levels(self.levels(), least=amount, worth=made.worth(level) * (1 - 1e-12))
        if found.level is None or not self.keeps(found.level):
            return level
        before, after = (float(amount[made.first[:-1] + one].sum()) for one in (level, found.level))
        return found.level if after < before and made.worth(found.level) >= made.worth(level) * (1 - 1e-12) else level

    def keeps(self, level: Longs) -> bool:
        """Whether levels keep the budget and every limit, by plain sums."""
        award = np.array([one[i] for one, i in zip(self.offers, level.tolist(), strict=True)])
        return self.made.spent(level) <= self.made.held and all(side.keeps(award) for side in self.sides)


def _inner(end: float, by: float, row: Row) -> float:
    return end + by * max(abs(end), float(np.abs(row.amount).max(initial=0.0))) if math.isfinite(end) else end


def clash_of(
    made: BinnedInstance, form: Simulation, limits: Limits, *, budget: float | None, offers: Offers
) -> tuple[str, ...]:
    """Why no award keeps the limits, in sentences; none where some award does."""
    groups = form.groups
    sentences: list[str] = []
    floors = math.fsum(limits.floors.values())
    if budget is not None and limits.budget_on == "committed" and floors > budget * (1 + TOLERANCE):
        sentences.append(f"The floors add up to {number_text(floors)}, more than the budget of {number_text(budget)}.")
    for group, floor in sorted(limits.floors.items()):
        most = math.fsum(float(o[-1]) for o, g in zip(offers, groups, strict=True) if g == group)
        if floor > most * (1 + TOLERANCE):
            sentences.append(
                f"The floor of {number_text(floor)} for {group} is more than its buyers can take: all their highest "
                f"offers come to {number_text(most)}."
            )
        if floor > limits.caps.get(group, math.inf):
            sentences.append(
                f"The floor of {number_text(floor)} for {group} is above its cap of {number_text(limits.caps[group])}."
            )
    if sentences:
        return tuple(sentences)
    whole = LevelProblem(made, sides_of(form, limits, budget), offers).levels()
    if is_feasible(whole):
        return ()
    rows = list(whole.rows)
    for row in list(rows):
        left = [one for one in rows if one is not row]
        if not is_feasible(replace(whole, rows=tuple(left))):
            rows = left
    return ("With the amounts on offer these limits cannot be kept together: " + "; ".join(r.text for r in rows) + ".",)
