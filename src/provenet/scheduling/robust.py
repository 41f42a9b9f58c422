"""How a plan stands where things turn out otherwise: regret by scenarios, and what one flipped claim would change.

Each scenario's best plan is tried in each other as it stands. Regret is what the plan lacks of the best that was found
in that scenario, and at most of what is possible there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

from provenet.certify import certify
from provenet.forms.schedule import Demand, Instance, PlanFile, Resource, Unit


@dataclass(frozen=True)
class Scenario:
    """One way things may turn out: its instance, and what it is in words.

    `kind` is price, lead time, legal or other. `restricted` are the units that its rules reach; None is all of them.
    """

    id: str
    kind: str
    says: str
    instance: Instance
    restricted: frozenset[str] | None = None


def scale_prices(
    instance: Instance,
    factor: float,
    money: Collection[str],
    *,
    units: Collection[str] | None = None,
    values: bool = False,
) -> Instance:
    """The instance with what units use of the resources in `money` times a factor; all units where none are named.

    `values`: also their negative values, where the objective counts cost. Capacities stay as they are.

    >>> unit = Unit("a", {"money": (2.0,), "crews": (1.0,)})
    >>> scale_prices(Instance(1, 1.0, units=(unit,)), 1.5, {"money"}).units[0].use
    {'money': (3.0,), 'crews': (1.0,)}
    """

    def dearer(unit: Unit) -> Unit:
        use = {name: tuple(x * factor for x in spent) if name in money else spent for name, spent in unit.use.items()}
        value = tuple(x * factor if x < 0 else x for x in unit.value)
        return replace(unit, use=use, value=value if values else unit.value)

    return _mapped(instance, dearer, units)


def delay(instance: Instance, periods: int, units: Collection[str]) -> Instance:
    """The instance with units that can start so many periods later.

    Deadlines stay, so a delayed instance may have no plan.
    """
    return _mapped(instance, lambda unit: replace(unit, earliest=unit.earliest + periods), units)


def limit_reach(instance: Instance, restricted: Collection[str]) -> Instance:
    """The instance where the rules reach these units alone: the others are clear as they are.

    They leave demands and groups that start together, nothing waits for them, and they have no deadline; what they
    would use they still use if swapped, for a plan of another outcome may do so. A demand without members left is clear
    from the first period on.
    """
    kept = frozenset(restricted)
    free = _mapped(instance, lambda unit: replace(unit, latest=None), {u.id for u in instance.units} - kept)
    groups = (tuple(name for name in group if name in kept) for group in instance.together)
    return replace(
        free,
        precedence=tuple(pair for pair in instance.precedence if pair[0] in kept),
        together=tuple(group for group in groups if len(group) > 1),
        demands=tuple(
            Demand(one.id, one.weight, tuple(name for name in one.units if name in kept)) for one in instance.demands
        ),
    )


def fix_first_periods(instance: Instance, start: dict[str, int | None], periods: int) -> Instance:
    """The instance in which the first periods of a plan are done as planned, and the rest is open.

    What starts in them starts then, or as soon after as this instance lets it; what does not starts later or never.
    A deadline that the plan let pass stays, so that there is no plan.
    """

    def held(unit: Unit) -> Unit:
        begun = start.get(unit.id)
        if begun is not None and begun < periods:
            if unit.earliest > begun:
                return unit
            late = unit.latest is not None and unit.latest < begun
            return replace(unit, earliest=begun, latest=unit.latest if late else begun)
        return replace(unit, earliest=max(unit.earliest, periods))

    return _mapped(instance, held, None)


def leave_unreached(instance: Instance, restricted: Collection[str] | None) -> Instance:
    """The instance in which what the rules do not reach stays as it is, unless its start is fixed or of worth.

    The best plan is worth the same with and without: a start of such a unit makes nothing clear. None reaches all.
    """
    if restricted is None:
        return instance

    def stays(unit: Unit) -> Unit:
        if unit.id in restricted or unit.latest is not None or max(unit.value, default=0.0) > 0:
            return unit
        return replace(unit, earliest=instance.periods)

    return _mapped(instance, stays, None)


def cap_early(instance: Instance, units: Collection[str], periods: int, *, most: int) -> Instance:
    """The instance in which at most so many of these units start within the first periods: one more resource."""
    names, name = frozenset(units), "started early"
    while any(one.id == name for one in instance.resources):
        name += "'"
    shape = (1.0,) * min(periods, instance.periods) + (0.0,) * max(0, instance.periods - periods)
    held = _mapped(instance, lambda unit: replace(unit, use={**unit.use, name: shape}), names)
    limit = Resource(name, (float(most),) + (0.0,) * (instance.periods - 1), True)
    return replace(held, resources=(*instance.resources, limit))


def _mapped(instance: Instance, change: Callable[[Unit], Unit], units: Collection[str] | None) -> Instance:
    names = None if units is None else frozenset(units)
    return replace(
        instance, units=tuple(change(one) if names is None or one.id in names else one for one in instance.units)
    )


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
    return (checked.objective, "") if checked.feasible else (None, checked.refusals[0].sentence())


def _trial(a: str, b: str, met: tuple[float | None, str], *, best: float | None, bound: float | None) -> Trial:
    objective, because = met
    regret = most = None
    if objective is not None and best is not None:
        regret = _lacks(best, objective)
        most = None if bound is None else _lacks(max(bound, best), objective)
    return Trial(a, b, objective is not None, objective, best, regret, most, because)


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
