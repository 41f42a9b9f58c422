"""Common starts, counts, losses and regret against all plans of tiny instances tried one by one."""

from dataclasses import replace
from functools import cache, lru_cache

import pytest

from against.random_schedules import quick_solver, schedule_case
from provenet.certify import bound_of
from provenet.forms.schedule import Certificate, Demand, Instance, PlanFile, Resource, Unit
from provenet.scheduling import robust
from provenet.scheduling.near_optimal import bound_early_starts, lost_if_late, worth_threshold
from provenet.scheduling.schedule import schedule
from support.schedule_brute import best, keeps, starts_in_windows, worth_of

QUICK = 14
SEEDS = [seed if seed < QUICK else pytest.param(seed, marks=pytest.mark.slow) for seed in range(70)]
DUST = 1e-6
GOOD = 5
"""A seed whose instance has a plan with starts in its first periods."""


@cache
def plans(seed: int) -> list[tuple[float, dict[str, int | None]]]:
    """Every plan that keeps every limit of a tiny instance, with its worth."""
    instance = case(seed)
    return [
        (float(worth_of(instance, start)), start) for start in starts_in_windows(instance) if keeps(instance, start)
    ]


@cache
def case(seed: int) -> Instance:
    return schedule_case(seed, most_units=5)


@cache
def planned(seed: int) -> PlanFile:
    return quick()(case(seed), None)


@lru_cache(maxsize=1)
def quick() -> robust.Solve:
    return quick_solver(rounds=15, tries=20_000)


def early(start: dict[str, int | None], unit: str, periods: int) -> bool:
    begun = start[unit]
    return begun is not None and begun < periods


def undecided(instance: Instance, known: object) -> PlanFile:
    """A search that finds nothing, so that prices alone decide."""
    return PlanFile("unknown", None, None, None, "none", 0.0, {unit.id: None for unit in instance.units})


@pytest.mark.parametrize("seed", SEEDS)
def test_what_prices_alone_prove_holds_for_all_near_best_plans(seed: int) -> None:
    plan = planned(seed)
    if plan.objective is None:
        assert not plans(seed)
        return
    names = sorted(plan.start)
    top = max(worth for worth, _ in plans(seed))
    for tolerance in (0.02, 0.3):
        close = [start for worth, start in plans(seed) if worth >= worth_threshold(top, tolerance)]
        for group in (names, names[:3], names[:1], []):
            told = bound_early_starts(case(seed), plan, group, tolerance=tolerance, periods=2, solve=undecided)
            assert told.least <= min(sum(early(start, name, 2) for name in group) for start in close)
            assert told.least <= told.planned == told.seen == sum(early(plan.start, name, 2) for name in group)
            assert told.proof == ("certified" if told.least else "none")


def test_prices_alone_prove_some() -> None:
    least = [
        bound_early_starts(case(seed), plan, list(plan.start), tolerance=0.02, periods=2, solve=undecided).least
        for seed in range(QUICK)
        if (plan := planned(seed)).objective is not None
    ]
    assert sum(number > 0 for number in least) > len(least) // 4


@pytest.mark.parametrize("seed", SEEDS)
def test_the_least_started_is_that_of_all_near_best_plans(seed: int) -> None:
    plan = planned(seed)
    if plan.objective is None:
        return
    top = max(worth for worth, _ in plans(seed))
    for tolerance in (0.05, 0.3):
        told = bound_early_starts(case(seed), plan, sorted(plan.start), tolerance=tolerance, periods=2, solve=quick())
        few = []
        for dust in (DUST * abs(top), -DUST * abs(top)):
            near = (start for worth, start in plans(seed) if worth >= worth_threshold(top, tolerance) + dust)
            few.append(min((sum(early(start, name, 2) for name in start) for start in near), default=told.planned))
        assert few[1] <= told.seen
        assert told.least <= few[0]
        if few[0] == few[1] and top:
            assert told.least == told.seen == few[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_is_above_the_bound_less_its_losses(seed: int) -> None:
    plan = planned(seed)
    if not isinstance(plan.certificate, Certificate) or plan.certificate.proves != "bound":
        return
    instance = case(seed)
    bound = bound_of(instance, plan.certificate)
    made, late = lost_if_late(instance, plan.certificate, 2)
    blocks = {unit: int(made.block_of[place]) for unit, place in made.place.items()}
    for worth, start in plans(seed):
        less = sum(late[b] for b in {blocks[unit] for unit in start if not early(start, unit, 2)})
        assert worth <= bound - less + 1e-6 * max(1.0, abs(bound))
    for unit, block in blocks.items():
        units = tuple(replace(one, earliest=max(one.earliest, 2 * (one.id == unit))) for one in instance.units)
        forced = bound_of(replace(instance, units=units), plan.certificate)
        assert forced <= bound - float(late[block]) + 1e-6 * max(1.0, abs(bound))


@pytest.mark.parametrize("seed", range(12))
def test_regret_is_what_a_plan_lacks_of_the_best(seed: int) -> None:
    instance = case(seed)
    names = [unit.id for unit in instance.units]
    told = [
        robust.Scenario("as is", "other", "", instance),
        robust.Scenario("dear", "price", "", robust.scale_prices(instance, 1.5, {"r0"})),
        robust.Scenario("late", "lead time", "", robust.delay(instance, 1, names[:2])),
        robust.Scenario("free", "legal", "", robust.limit_reach(instance, names[1:])),
    ]
    answer = robust.assess_robustness(told, solve=quick())
    tops = {one.id: best(one.instance)[0] for one in told}
    for one in told:
        assert (answer.plans[one.id].objective is None) == (tops[one.id] is None)
    instances = {one.id: one.instance for one in told}
    for row in answer.tried:
        start = answer.plans[row.plan_of].start
        fits = keeps(instances[row.tried_in], start)
        assert row.fits is fits
        if fits:
            top = tops[row.tried_in]
            assert top is not None and row.objective is not None and row.regret is not None
            assert row.objective == pytest.approx(float(worth_of(instances[row.tried_in], start)), abs=1e-9)
            assert row.regret == pytest.approx(top - row.objective, rel=1e-6, abs=1e-6 * max(1.0, abs(top)))
            assert row.most_regret is not None and row.most_regret >= row.regret - 1e-9
        else:
            assert row.regret is None and row.because
    for choice in answer.choices:
        rows = [row for row in answer.tried if row.plan_of == choice.plan_of]
        assert choice.unfit_in == tuple(row.tried_in for row in rows if not row.fits)
        if not choice.unfit_in:
            assert choice.worst_regret == max(row.regret or 0.0 for row in rows)
        else:
            assert choice.worst_regret is None


@pytest.mark.parametrize("seed", range(12))
def test_what_is_kept_of_a_plan_is_the_best_of_all_that_keep_it(seed: int) -> None:
    plan = planned(seed)
    if plan.objective is None:
        return
    instance = case(seed)
    later = robust.delay(instance, 1, [unit.id for unit in instance.units][:1])
    for other in (instance, later):
        held = robust.fix_first_periods(other, dict(plan.start), 1)
        earliest = {unit.id: unit.earliest for unit in other.units}

        def agrees(start: dict[str, int | None], earliest: dict[str, int] = earliest) -> bool:
            for name, begun in plan.start.items():
                first = start[name]
                if begun == 0 and earliest[name] == 0 and first != 0:
                    return False
                if begun != 0 and first == 0:
                    return False
            return True

        worths = [worth_of(other, s) for s in starts_in_windows(other) if keeps(other, s) and agrees(s)]
        found = quick()(held, None)
        if worths:
            assert found.objective == pytest.approx(float(max(worths)), rel=1e-6, abs=1e-6)
        else:
            assert found.objective is None


def test_a_fixed_plan_that_breaks_a_limit_says_which() -> None:
    units = (Unit("a", {"crews": (1.0, 1.0)}), Unit("b", {"crews": (1.0, 1.0)}))
    instance = Instance(2, 1.0, (Resource("crews", (1.0, 1.0)),), units, demands=(Demand("d", 1.0, ("a", "b")),))
    objective, because = robust.objective_in(instance, {"a": 0, "b": 0})
    assert objective is None
    assert "crews" in because


def test_a_plan_of_its_own_instance_has_no_regret_there() -> None:
    instance = case(GOOD)
    answer = robust.assess_robustness([robust.Scenario("one", "other", "", instance)], solve=quick())
    (row,) = answer.tried
    assert (row.regret, row.fits) == (0.0, True)
    assert answer.choices[0].worst_regret == 0.0


def test_without_a_bound_nothing_is_refuted_and_without_a_certificate_nothing_is_proven_by_prices() -> None:
    plan = schedule(case(GOOD), rounds=10, tries=10_000)
    bare = replace(plan, bound=None, certificate=None)
    told = bound_early_starts(case(GOOD), bare, list(plan.start), tolerance=0.01, periods=2, solve=undecided)
    assert (told.least, told.seen) == (0, told.planned)
