"""How a plan stands where things turn out otherwise: regret by scenarios, and what one flipped claim would change.

Each scenario's best plan is tried in each other: as it stands, or with its first periods kept and the rest planned
anew. Regret is what the plan lacks of the best that was found in that scenario, and at most of what is possible there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from provenet.certify import certify
from provenet.forms.schedule import Instance, PlanFile
from provenet.scheduling.scenarios import Scenario, fix_first_periods, leave_unreached, same_units
from provenet.scheduling.schedule import schedule

Start = Mapping[str, int | None]
Solve = Callable[[Instance, Mapping[str, int | None] | None], PlanFile]
"""Plans an instance, beginning from a known plan if there is one."""
TrialOutcome = tuple[bool | None, float | None, str]
DUST = 1e-9
MONTHS = 3
"""Months of a period: a quarter."""


@dataclass(frozen=True)
class Trial:
    """The plan of one scenario tried in another.

    `fits` None: not known, for neither a plan nor a proof that there is none was found. `regret` is `best` less
    `objective`; `most_regret` puts what no plan of that scenario can pass in place of the best found. Both are None
    where the plan does not fit, and `because` says why in a sentence.
    """

    plan_of: str
    tried_in: str
    fits: bool | None
    objective: float | None
    best: float | None
    regret: float | None
    most_regret: float | None
    because: str


@dataclass(frozen=True)
class Choice:
    """What one scenario's plan risks over all: where it does not fit, its worst regret and, with weights, its mean.

    `worst_regret` and `mean_regret` are None where it does not fit everywhere; the mean also where a weight is missing.
    """

    plan_of: str
    unfit_in: tuple[str, ...]
    worst_regret: float | None
    mean_regret: float | None


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
    clear summed over periods, in weight times months, and `exposed_at_end` the weight still exposed at the end.
    """

    money: float
    needless: float
    clear_months: int | None
    exposed: float
    exposed_at_end: float


Measure = Callable[[Scenario, Start], Measurement]
"""Tells what a plan comes to under one outcome."""


@dataclass(frozen=True)
class Flip:
    """One outcome against another: the plan for each, and the first plan kept until the second became known.

    `kept` holds the first periods of the plan for `before` and plans the rest for `after`; None where that has no
    plan, and `because` says so.
    """

    before: str
    after: str
    planned: Measurement | None
    flipped: Measurement | None
    kept: Measurement | None
    kept_periods: int
    because: str


def fast_solver(
    seconds: float | None = None, seed: int = 1, rounds: int = 40, *, tries: int = 400_000, whole_seconds: float = 60.0
) -> Solve:
    """How scenarios are planned: `schedule` with fewer rounds and tries than a plan of its own, from a known plan."""

    def solve(instance: Instance, known: Mapping[str, int | None] | None) -> PlanFile:
        return schedule(
            instance,
            seconds=seconds,
            seed=seed,
            rounds=rounds,
            tries=tries,
            known=None if known is None else dict(known),
            whole_seconds=whole_seconds,
        )

    return solve


def assess_robustness(
    scenarios: Sequence[Scenario],
    *,
    kept_periods: int | None = None,
    solve: Solve | None = None,
    known: Start | None = None,
) -> Robustness:
    """Plans each scenario, tries each plan in each, and tells the regrets.

    `kept_periods` None: a plan is tried as it stands (a check each). With a number only what it starts in so many
    first periods is kept, and the rest is planned anew (a schedule each). `known` is a plan to begin with. Raises
    UsageFault where scenarios differ in units. Cost: scenarios x schedule, and again scenarios squared with
    `kept_periods`.
    """
    same_units(scenarios)
    planner = solve or fast_solver()
    plans: dict[str, PlanFile] = {}
    warm: Start | None = known
    for one in scenarios:
        plans[one.id] = planner(leave_unreached(one.instance, one.restricted), warm)
        if plans[one.id].objective is not None:
            warm = plans[one.id].start
    met = {
        (a.id, b.id): _outcome(plans[a.id], a is b, b, kept=kept_periods, solve=planner)
        for a in scenarios
        if plans[a.id].objective is not None
        for b in scenarios
    }
    best = {
        b.id: max((m[1] for (_, at), m in met.items() if at == b.id and m[1] is not None), default=None)
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


def _outcome(plan: PlanFile, own: bool, into: Scenario, *, kept: int | None, solve: Solve) -> TrialOutcome:
    """Whether a plan fits a scenario, what it is worth there, and why not."""
    if own:
        return True, plan.objective, ""
    if kept is None:
        objective, because = objective_in(into.instance, plan.start)
        return objective is not None, objective, because
    anew = solve(leave_unreached(fix_first_periods(into.instance, dict(plan.start), kept), into.restricted), plan.start)
    if anew.objective is not None:
        return True, anew.objective, ""
    known = anew.status == "infeasible"
    because = "; ".join(anew.clash or ()) or f"no plan was found that keeps the first {kept} periods"
    return (False if known else None), None, because


def _trial(
    a: str, b: str, met: tuple[bool | None, float | None, str], *, best: float | None, bound: float | None
) -> Trial:
    fits, objective, because = met
    if objective is None or best is None:
        return Trial(
            plan_of=a, tried_in=b, fits=fits, objective=None, best=best, regret=None, most_regret=None, because=because
        )
    most = None if bound is None else _lacks(max(bound, best), objective)
    return Trial(
        plan_of=a,
        tried_in=b,
        fits=fits,
        objective=objective,
        best=best,
        regret=_lacks(best, objective),
        most_regret=most,
        because=because,
    )


def _lacks(best: float, objective: float) -> float:
    """What an objective lacks of a better one; what sums of floats may differ by is nothing."""
    lacks = best - objective
    return lacks if lacks > DUST * abs(best) else 0.0


def _choices(scenarios: Sequence[Scenario], tried: Sequence[Trial]) -> tuple[Choice, ...]:
    weights = [one.weight for one in scenarios]
    given = [weight for weight in weights if weight is not None]
    total = fsum(given) if len(given) == len(weights) else 0.0
    made = []
    for plan_of in dict.fromkeys(one.plan_of for one in tried):
        rows = {one.tried_in: one for one in tried if one.plan_of == plan_of}
        unfit = tuple(name for name, one in rows.items() if not one.fits)
        regrets = {name: one.regret for name, one in rows.items() if one.regret is not None}
        whole = not unfit and len(regrets) == len(scenarios)
        mean = fsum(regrets[one.id] * (one.weight or 0.0) for one in scenarios) / total if whole and total > 0 else None
        made.append(Choice(plan_of, unfit, max(regrets.values()) if whole else None, mean))
    return tuple(
        sorted(made, key=lambda one: (len(one.unfit_in), one.worst_regret if one.worst_regret is not None else 0.0))
    )


def measure_plan(scenario: Scenario, start: Start, money: Collection[str], *, months: int = MONTHS) -> Measurement:
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
    exposed = at_end = 0.0
    for demand in instance.demands:
        ends = [done.get(name, instance.periods) for name in demand.units if name in restricted]
        until = min(instance.periods, max(ends, default=0))
        exposed += demand.weight * until
        at_end += demand.weight * (until >= instance.periods)
    clear = [done.get(name) for name in restricted]
    last = None if None in clear else max((end for end in clear if end is not None), default=0)
    return Measurement(spent, needless, None if last is None else last * months, exposed * months, at_end)


def measure_money(money: Collection[str], months: int = MONTHS) -> Measure:
    """`measure_plan` with these resources as money and so many months a period."""
    return lambda scenario, start: measure_plan(scenario, start, money, months=months)


def flip(
    before: Scenario,
    after: Scenario,
    *,
    kept_periods: int,
    measure: Measure,
    solve: Solve | None = None,
    known: Start | None = None,
) -> Flip:
    """What changes in money, months and exposure if one legal outcome turns into another after so many periods.

    Three plans: for `before`, measured as if it holds; for `after`, as if it had been known from the start; and the
    first plan kept until the change, then planned anew. `measure` tells what a plan comes to under an outcome, as
    `measure_money` does. Cost: three schedules.
    """
    same_units((before, after))
    planner = solve or fast_solver()
    first = planner(leave_unreached(before.instance, before.restricted), known)
    second = planner(leave_unreached(after.instance, after.restricted), known)
    planned, flipped = (
        None if plan.objective is None else measure(one, plan.start) for one, plan in ((before, first), (after, second))
    )
    if first.objective is None:
        return Flip(
            before=before.id,
            after=after.id,
            planned=planned,
            flipped=flipped,
            kept=None,
            kept_periods=kept_periods,
            because=f"no plan for {before.id}",
        )
    held = fix_first_periods(after.instance, dict(first.start), kept_periods)
    third = planner(leave_unreached(held, after.restricted), first.start)
    if third.objective is None:
        because = "; ".join(third.clash or ()) or f"no plan was found that keeps the first {kept_periods} periods"
        return Flip(
            before=before.id,
            after=after.id,
            planned=planned,
            flipped=flipped,
            kept=None,
            kept_periods=kept_periods,
            because=because,
        )
    return Flip(
        before=before.id,
        after=after.id,
        planned=planned,
        flipped=flipped,
        kept=measure(after, third.start),
        kept_periods=kept_periods,
        because="",
    )
