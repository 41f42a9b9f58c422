"""Who is awarded what under a budget, where carriers may move each other and limits may bind, with a proven bound.

Without peers and limits it is an instance of `allocate`. With limits the levels are chosen by HiGHS. Where peers move
each other an award counts for what it is worth in the least equilibrium, the worst that can come of it; a search finds
it, and what no award exceeds follows from the same carriers with all peers clear from the start.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from provenet.core import wording
from provenet.core.errors import UsageFault
from provenet.forms.schedule import OPTIMAL_GAP_SHARE, Proof, gap_share
from provenet.numerics.arrays import Floats, Longs
from provenet.tipping import award_problem
from provenet.tipping.allocate import Report, solve_binned
from provenet.tipping.award_problem import (
    AwardResult,
    CurvePoint,
    LevelProblem,
    Limits,
    Offers,
    SideConstraint,
    sides_of,
)
from provenet.tipping.award_search import Evaluator, SearchSpace, enumerate_awards, search_awards
from provenet.tipping.bins import BinnedInstance, bin_instance
from provenet.tipping.equilibria import cheapest_cascade, least_equilibrium
from provenet.tipping.exchanges import concave_hull, fill_budget, improve, slope_at, solve_knapsack, trim
from provenet.tipping.simulation import Simulation, spread

MOST_VECTORS = 5_000
"""With more vectors of least levels than this HiGHS is not called; limits are then kept by search alone."""
NODES, NODES_JOINT = 20_000, 300
MOST_FROM_ALL = 20
"""With more buyers than this no search begins from the highest offers to all."""
POINTS = 20
"""How fine a curve is."""
SHORT = 1e-4
"""By so small a share points may fall short where buyers are alone."""
CURVE_VECTORS, CURVE_NODES, CURVE_NODES_JOINT = 2_000, 2_000, 20
NOT_FOUND = (
    "No award was found that keeps the limits and, with the peers who follow, the budget on what is paid; that none "
    "exists is not proven."
)


def award(
    simulated: Simulation,
    budget: float | None,
    objective: award_problem.Objective = "exposure",
    *,
    levels: Sequence[Sequence[float]],
    limits: Limits = Limits(),  # noqa: B008
    report: Report | None = None,
    seed: int = 0,
) -> AwardResult:
    """The best award found of what is on offer, with a bound on all of them and a curve over budgets.

    `objective`: "exposure", the mean weight of the demands that are clear; "goal", the chance that all buyers are.
    `budget` None: what reaches the most, for the least money found. `levels`: the amounts on offer to each. `seed` is
    for defaults alone. Equal calls give equal awards. Raises UsageFault on a budget below 0.
    """
    if budget is not None and not budget >= 0:
        raise UsageFault(f"a budget of {budget} is none; it is at least 0, or None for no limit.")
    form = award_problem.working_form(simulated, objective, limits, seed=seed)
    task = _Task(form, _offers_of(levels), limits, report)
    clash = task.clash(budget) if limits.beyond else ()
    found = None if clash else task.found(budget)
    if found is None:
        nothing = np.zeros(len(form.buyers))
        return task.result(budget, "infeasible", "none", given=nothing, clash=clash or (NOT_FOUND,))
    worth = task.worth(found.award)
    bound = max(found.bound, worth)
    smallest = min((demand.weight for demand in form.demands if demand.weight), default=0.0) / form.scenarios
    # No award is worth more than 0 and less than this, so a bound below it is rounding alone.
    bound = 0.0 if worth == 0 and bound < 0.999 * smallest else bound
    gap = gap_share(worth, bound)
    near = gap is not None and gap <= OPTIMAL_GAP_SHARE
    status: award_problem.Status = "optimal" if near else "feasible"
    proof: Proof = "solver" if near and found.complete else "bound"
    if not np.any(found.award) and bool(least_equilibrium(form, found.award).all()):
        status, proof = "nothing to fund", "none"
    return task.result(budget, status, proof, given=found.award, bound=bound, curve=task.curve(found.award))


def frontier(
    simulated: Simulation,
    objective: award_problem.Objective = "exposure",
    *,
    levels: Sequence[Sequence[float]],
    limits: Limits = Limits(),  # noqa: B008
    seed: int = 0,
) -> tuple[CurvePoint, ...]:
    """What awards reach under budgets from none to that of the highest offers to all: budget and objective both rise.

    Each point is an award that was found and can be had; another may reach more for the same money.
    """
    form = award_problem.working_form(simulated, objective, limits, seed=seed)
    return _Task(form, _offers_of(levels), limits, None).curve(None)


def _offers_of(levels: Sequence[Sequence[float]]) -> Offers:
    """The amounts on offer to each buyer, rising from 0."""
    return tuple(np.union1d(np.array(one, np.float64), [0.0]) for one in levels)


@dataclass(frozen=True, eq=False)
class _Solution:
    """An award, what no award exceeds, and whether the search left nothing out."""

    award: Floats
    bound: float
    complete: bool


@dataclass(eq=False)
class _Task:
    """One question, under whatever budget."""

    form: Simulation
    offers: Offers
    limits: Limits
    report: Report | None

    def __post_init__(self) -> None:
        self.peers = award_problem.moves_peers(self.form)
        self.lone = self.binned(self.form.needed())

    def binned(self, needed: Floats) -> BinnedInstance:
        """The instance in which no peer moves anybody and a buyer is tipped by what is `needed`."""
        on = self.limits.budget_on
        return bin_instance(award_problem.allocation_of(self.form, needed, self.offers, budget=None, on=on))

    @cached_property
    def evaluator(self) -> Evaluator:
        """What awards are worth, kept from one budget to the next."""
        return Evaluator(self.form, self.offers)

    def clash(self, budget: float | None) -> tuple[str, ...]:
        """Why no award keeps the limits."""
        made = self.lone.under(budget)
        return award_problem.clash_of(made, self.form, self.limits, budget=budget, offers=self.offers)

    def worth(self, award: Floats) -> float:
        """The objective of an award, counted scenario by scenario in the least equilibrium."""
        return float(self.form.worth(least_equilibrium(self.form, award)).mean())

    def amounts(self, level: Longs) -> Floats:
        """The amounts at these levels."""
        return np.array([one[i] for one, i in zip(self.offers, level.tolist(), strict=True)])

    def found(self, budget: float | None) -> _Solution | None:
        """The best award found; None where none is, though no limits clash."""
        form, limits, on = self.form, self.limits, self.limits.budget_on
        unbound = not limits.beyond and (on == "committed" or not self.peers)
        sides = sides_of(form, limits, budget)
        field = SearchSpace(self.evaluator, sides, math.inf if budget is None or on == "committed" else budget)
        exact = enumerate_awards(field) if self.peers else None
        if exact is not None:
            return _Solution(self.amounts(exact.level), exact.worth, True)
        starts: list[Longs] = []
        # What is paid is no less than what is where no peer moves anybody, so the bound counts that alone.
        most = replace(self.binned(self.high(budget)), cost=self.lone.cost).under(budget)
        bound, complete = most.worth(most.most), False
        if not unbound and len(most.weight) <= MOST_VECTORS:
            nodes = NODES_JOINT if len(most.weight) else NODES
            top = LevelProblem(most, sides, self.offers).best(nodes=nodes)
            bound, complete = min(bound, top.bound), top.status == "optimal"
            if top.level is not None:
                if complete and not self.peers:
                    least = LevelProblem(self.lone.under(budget), sides, self.offers).cheapest(top.level)
                    return _Solution(self.amounts(least), bound, complete)
                starts.append(top.level)
        if unbound or not complete:
            # What limits beyond the budget take away is not in this bound.
            level, most_worth, whole = solve_binned(most, report=self.report)
            bound, complete = min(bound, most_worth), whole
            if unbound and not self.peers:
                return _Solution(self.amounts(level), bound, complete)
            starts.append(level)
        starts += self.starts(budget, sides)
        best = search_awards(field, starts)
        if best is None:
            others = (
                self.evaluator.look(level) for level in (np.zeros(len(self.offers), np.int64), self.some(sides, budget))
            )
            best = next((one for one in others if field.fits(one)), None)
        return None if best is None else _Solution(self.amounts(best.level), bound, complete)

    def high(self, budget: float | None) -> Floats:
        """What is needed beside the peers that are clear once each gets the most it may get alone, float64[J, S].

        No award within the budget clears more than that, so no buyer is tipped by less.
        """
        form = self.form
        if not self.peers:
            return form.needed()
        top = self.amounts(self.lone.under(budget).most)
        caps = np.array([self.limits.caps.get(group, math.inf) for group in form.groups])
        return form.needed(least_equilibrium(form, np.minimum(top, caps)))

    def levels_of(self, amounts: Floats) -> Longs:
        """The least levels that hold these amounts."""
        at = [int(np.searchsorted(one, a, side="left")) for one, a in zip(self.offers, amounts, strict=True)]
        return np.minimum(np.array(at, np.int64), self.lone.most)

    def starts(self, budget: float | None, sides: list[SideConstraint]) -> list[Longs]:
        """Where a search begins: nothing, all, the best without peers, the order of tipping as far as it fits."""
        made = [np.zeros(len(self.offers), np.int64)]
        under = self.lone.under(budget)
        made.append(award_without_peers(under, made[0]))
        if len(self.offers) <= MOST_FROM_ALL or budget is None:
            made.append(self.lone.most.copy())
        if any(math.isfinite(side.low) for side in sides):
            made.append(self.some(sides, budget))
        result = cheapest_cascade(self.form) if self.peers else None
        if result is not None and result.amount is not None:
            at, level = {name: j for j, name in enumerate(self.form.buyers)}, made[0].copy()
            full = self.levels_of(np.array([result.aid[name] for name in self.form.buyers]))
            bare = LevelProblem(under, [side for side in sides if not math.isfinite(side.low)], self.offers)
            for name in result.order:
                trial = level.copy()
                trial[at[name]] = full[at[name]]
                if bare.keeps(trial):
                    level = trial
            made.append(level)
        return made

    def some(self, sides: list[SideConstraint], budget: float | None) -> Longs:
        """Any levels within the limits; they exist, since nothing clashes."""
        bare = replace(
            self.lone.under(budget),
            linear=np.zeros(len(self.lone.linear)),
            start=np.zeros(1, np.int64),
            member=np.zeros(0, np.int32),
            weight=np.zeros(0),
        )
        level = LevelProblem(bare, sides, self.offers).best().level
        if level is None:
            raise UsageFault("the limits leave so little room that no award within them was found.")
        return level

    def spent(self, award: Floats) -> float:
        """What an award takes of the budget."""
        if self.limits.budget_on == "committed":
            return math.fsum(award.tolist())
        return float(award @ least_equilibrium(self.form, award).mean(axis=1))

    def curve(self, award: Floats | None) -> tuple[CurvePoint, ...]:
        """The points of the curve over budgets; the award in question is one."""
        if not len(self.offers):
            return ()
        given = list[Floats]() if award is None else [award]
        total = float(self.lone.spent(self.lone.most))
        last = np.zeros(len(self.offers), np.int64)
        for share in np.linspace(0.0, 1.0, POINTS + 1).tolist():
            level = self.quick(total * share, last)
            if level is not None:
                last = level
                given.append(self.amounts(level))
        return self.rising(given)

    def quick(self, budget: float, last: Longs) -> Longs | None:
        """A good award under a budget, also from the `last` one; None where the limits leave none or none is found."""
        under = self.lone.under(budget)
        if not self.peers and not self.limits.beyond:
            return trim(under, award_without_peers(under, last))
        sides = sides_of(self.form, self.limits, budget)
        starts = [last]
        if not self.limits.beyond:
            starts.append(award_without_peers(under, last))
        elif len(under.weight) <= CURVE_VECTORS:
            nodes = CURVE_NODES_JOINT if len(under.weight) else CURVE_NODES
            level = LevelProblem(under, sides, self.offers).best(nodes=nodes).level
            if level is None or not self.peers:
                return level
            starts.append(level)
        paid = math.inf if self.limits.budget_on == "committed" else budget
        seen = search_awards(SearchSpace(self.evaluator, sides, paid), starts)
        return None if seen is None else seen.level

    def rising(self, given: Sequence[Floats]) -> tuple[CurvePoint, ...]:
        """Awards as points, both budget and objective rising, with prices along the hull above them."""
        made = []
        for one in given:
            clear = least_equilibrium(self.form, one)
            made.append((self.spent(one), float(self.form.worth(clear).mean()), one, clear))
        kept: list[CurvePoint] = []
        for cost, worth, one, clear in sorted(made, key=lambda point: (point[0], -point[1])):
            if kept and worth <= kept[-1].objective + 1e-12 * abs(worth):
                continue
            band = spread(self.form.worth(clear))
            kept.append(
                CurvePoint(
                    budget=cost, objective=worth, low=band.low, mid=band.mid, high=band.high, award=one, clear=clear
                )
            )
        hull = concave_hull([(point.budget, point.objective) for point in kept])
        return tuple(replace(point, price=_price(hull, point.budget)) for point in kept)

    def result(
        self,
        budget: float | None,
        status: award_problem.Status,
        proof: Proof,
        *,
        given: Floats,
        bound: float | None = None,
        curve: tuple[CurvePoint, ...] = (),
        clash: tuple[str, ...] = (),
    ) -> AwardResult:
        """The result."""
        form = self.form
        clear = least_equilibrium(form, given)
        worth = float(form.worth(clear).mean())
        hull = concave_hull([(point.budget, point.objective) for point in curve])
        price = None if budget is None or clash else _price(hull, budget)
        return AwardResult(
            status=status,
            proof=proof,
            objective=None if clash else worth,
            bound=bound,
            gap_share=None if clash else gap_share(worth, bound),
            award=given,
            clear=clear,
            paid=np.asarray(given @ clear.astype(np.float64)),
            before=self.worth(np.zeros(len(given))),
            price=price,
            frontier=curve,
            because=explain_awards(form, given, budget, limits=self.limits, worth=self.worth)
            if not clash
            else tuple("" for _ in given),
            clash=clash,
            offers=self.offers,
            form=form,
            budget=budget,
            limits=self.limits,
        )


def _price(hull: list[tuple[float, float]], budget: float) -> float | None:
    """The marginal cost of one percentage point at a budget, None where more money adds nothing."""
    slope = slope_at(hull, budget)
    return award_problem.HUNDREDTH / slope if slope > 0 else None


def award_without_peers(under: BinnedInstance, last: Longs) -> Longs:
    """A good award where nobody moves anybody and only the budget binds."""
    if not len(under.weight):
        return solve_knapsack(under, SHORT)[0]
    rounds = int(np.clip(1e8 / max(len(under.member), 1), 4, 40))
    return improve(under, fill_budget(under, last, under.reached(last).astype(np.float64)), rounds)[0]


def explain_awards(
    form: Simulation, award: Floats, budget: float | None, *, limits: Limits, worth: Callable[[Floats], float]
) -> tuple[str, ...]:
    """A sentence a buyer. `worth` gives the objective of an award; it is called once a buyer."""
    with_all, without = worth(award), least_equilibrium(form, np.zeros(len(award))).mean(axis=1)
    clear = least_equilibrium(form, award).mean(axis=1)
    never = np.asarray(~np.isfinite(form.needed()).any(axis=1))
    is_goal = len(form.demands) == 1 and form.demands[0].weight == 1.0 and len(form.demands[0].carriers) == len(award)
    what = "the chance that all are clear" if is_goal else "the share expected behind clear purchases"
    sentences = []
    for j, amount in enumerate(award.tolist()):
        if amount > 0:
            less = award.copy()
            less[j] = 0.0
            lost = max(0.0, with_all - worth(less))
            here, before = (wording.percent(float(share[j]), fixed=True) for share in (clear, without))
            text = f"It chooses clear in {here} of the scenarios, without aid to anybody in {before}."
            if lost > 1e-12 * abs(with_all):
                now, then = (wording.percent(value, fixed=True) for value in (with_all, with_all - lost))
                text += f" Without its award {what} would fall from {now} to {then}."
            else:
                text += " The objective would be the same without: the limits ask for it."
        elif without[j] >= 1:
            text = "It chooses clear in every scenario without aid."
        elif never[j]:
            text = "No aid tips it: it has no clear choice in any scenario."
        elif form.alone[j] <= 0:
            text = "Nothing that the objective counts is behind it."
        elif clear[j] >= 1:
            text = "It follows its peers: it chooses clear in every scenario without an award of its own."
        elif budget is not None:
            text = f"The money clears more elsewhere under this budget{' and these limits' if limits.beyond else ''}."
        else:
            text = "More aid to it clears nothing more that the objective counts."
        sentences.append(text)
    return tuple(sentences)
