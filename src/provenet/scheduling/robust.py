"""How a plan stands where things turn out otherwise: regret by scenarios, and what one flipped claim would change.

Each scenario's best plan is tried in each other as it stands. Regret is what the plan lacks of the best that was found
in that scenario, and at most of what is possible there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from provenet.certify import certify
from provenet.forms.schedule import Instance, PlanFile
from provenet.scheduling.scenarios import Scenario, fix_first_periods, leave_unreached

Start = Mapping[str, int | None]
Solve = Callable[[Instance, Mapping[str, int | None] | None], PlanFile]
"""Plans an instance, beginning from a known plan if there is one."""
DUST = 1e-9
MONTHS = 3
"""Months of a period: a quarter."""


@dataclass(frozen=True)
class Trial:
    """The plan of one scenario tried in another.

    `regret` is `best` less `objective`; `most_regret` puts what no plan of that scenario can pass in place of the best
    found. Both are None where the plan does not fit, and `because` says why in a sentence.
    """

    plan_of: str
    tried_in: str
    fits: bool
    objective: float | None
    best: float | None
    regret: float | None
    most_regret: float | None
    because: str


@dataclass(frozen=True)
class Choice:
    """What one scenario's plan risks over all: where it does not fit, else its worst regret."""

    plan_of: str
    unfit_in: tuple[str, ...]
    worst_regret: float | None


@dataclass(frozen=True)
class Robustness:
    """Each scenario's plan, each plan tried in each scenario, and what each risks; the least worst regret first.

    A plan is of its scenario's instance in which what the rules do not reach stays as it is
    (`leave_unreached`); its certificate too.
    """

    plans: Mapping[str, PlanFile]
    tried: tuple[Trial, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Measurement:
    """What a plan comes to under one outcome.

    `money` is the use of the resources named as money, `needless` that part of it that goes to units the rules do not
    reach; `clear_months` is when the last restricted unit is done (None: never), `exposed` the weight of demands not
    clear summed over periods, in weight times months.
    """

    money: float
    needless: float
    clear_months: int | None
    exposed: float


Measure = Callable[[Scenario, Start], Measurement]
"""Tells what a plan comes to under one outcome."""


@dataclass(frozen=True)
class Flip:
    """One outcome against another: the plan for each, and the first plan kept until the second became known.

    `kept` holds the first periods of the plan for `before` and plans the rest for `after`; None where that has no
    plan, and `because` says so.
    """

    planned: Measurement | None
    flipped: Measurement | None
    kept: Measurement | None
    because: str


def assess_robustness(scenarios: Sequence[Scenario], *, solve: Solve, known: Start | None = None) -> Robustness:
    """Plans each scenario, tries each plan in each as it stands, and tells the regrets.

    Scenarios have the same units, each an id of its own. `known` is a plan to begin with. Cost: a schedule a scenario,
    and a check a pair of them.
    """
    plans: dict[str, PlanFile] = {}
    for one in scenarios:
        plans[one.id] = solve(leave_unreached(one.instance, one.restricted), known)
        known = plans[one.id].start if plans[one.id].objective is not None else known
    met = {
        (a.id, b.id): (plans[a.id].objective, "") if a is b else objective_in(b.instance, plans[a.id].start)
        for a in scenarios
        if plans[a.id].objective is not None
        for b in scenarios
    }
    best = {
        b.id: max((worth for (_, at), (worth, _) in met.items() if at == b.id and worth is not None), default=None)
        for b in scenarios
    }
    tried = tuple(_trial(a, b, met[a, b], best=best[b], bound=plans[b].bound) for a, b in met)
    return Robustness(plans, tried, _choices(scenarios, tried))


def objective_in(instance: Instance, start: Start) -> tuple[float | None, str]:
    """What a fixed plan is worth in an instance; None with the first limit it breaks. Cost: a check by `certify`."""
    checked = certify(
        instance,
        PlanFile(status=None, objective=None, bound=None, gap_share=None, proof=None, seconds=None, start=dict(start)),
        "plan",
    )
    if checked.feasible:
        return checked.objective, ""
    return None, checked.refusals[0].sentence()


def _trial(a: str, b: str, met: tuple[float | None, str], *, best: float | None, bound: float | None) -> Trial:
    objective, because = met
    regret = most = None
    if objective is not None and best is not None:
        regret = _lacks(best, objective)
        most = None if bound is None else _lacks(max(bound, best), objective)
    return Trial(
        plan_of=a,
        tried_in=b,
        fits=objective is not None,
        objective=objective,
        best=best,
        regret=regret,
        most_regret=most,
        because=because,
    )


def _lacks(best: float, objective: float) -> float:
    """What an objective lacks of a better one; what sums of floats may differ by is nothing."""
    lacks = best - objective
    return lacks if lacks > DUST * abs(best) else 0.0


def _choices(scenarios: Sequence[Scenario], tried: Sequence[Trial]) -> tuple[Choice, ...]:
    made = []
    for plan_of in dict.fromkeys(one.plan_of for one in tried):
        rows = [one for one in tried if one.plan_of == plan_of]
        regrets = [one.regret for one in rows if one.regret is not None]
        worst = max(regrets) if len(regrets) == len(scenarios) else None
        made.append(Choice(plan_of, tuple(one.tried_in for one in rows if not one.fits), worst))
    return tuple(sorted(made, key=lambda one: (len(one.unfit_in), one.worst_regret or 0.0)))


def measure_plan(scenario: Scenario, start: Start, money: Collection[str]) -> Measurement:
    """What a plan comes to under one outcome: money, months and exposure. Limits are not tested here."""
    instance = scenario.instance
    ids = {unit.id for unit in instance.units}
    restricted = ids if scenario.restricted is None else scenario.restricted
    spent = needless = 0.0
    done: dict[str, int] = {}
    for unit in instance.units:
        begun = start.get(unit.id)
        if begun is None:
            continue
        done[unit.id] = begun + unit.duration
        cost = fsum(unit.use[name][begun] for name in money if name in unit.use)
        spent += cost
        needless += cost if unit.id not in restricted else 0.0
    exposed = 0.0
    for demand in instance.demands:
        ends = [done.get(name, instance.periods) for name in demand.units if name in restricted]
        exposed += demand.weight * min(instance.periods, max(ends, default=0))
    clear = [done.get(name) for name in restricted]
    last = None if None in clear else max((end for end in clear if end is not None), default=0)
    return Measurement(spent, needless, None if last is None else last * MONTHS, exposed * MONTHS)


def flip(before: Scenario, after: Scenario, *, kept_periods: int, measure: Measure, solve: Solve) -> Flip:
    """What changes in money, months and exposure if one legal outcome turns into another after so many periods.

    Three plans: for `before`, measured as if it holds; for `after`, as if it had been known from the start; and the
    first plan kept until the change, then planned anew. `measure` tells what a plan comes to under an outcome, as
    `measure_plan` does. Both are of the same units. Cost: three schedules.
    """
    first = solve(leave_unreached(before.instance, before.restricted), None)
    second = solve(leave_unreached(after.instance, after.restricted), None)
    planned, flipped = (
        None if plan.objective is None else measure(one, plan.start) for one, plan in ((before, first), (after, second))
    )
    if first.objective is None:
        return Flip(planned, flipped, None, f"no plan for {before.id}")
    held = fix_first_periods(after.instance, dict(first.start), kept_periods)
    third = solve(leave_unreached(held, after.restricted), first.start)
    if third.objective is None:
        because = "; ".join(third.clash or ()) or f"no plan was found that keeps the first {kept_periods} periods"
        return Flip(planned, flipped, None, because)
    return Flip(planned, flipped, measure(after, third.start), "")
