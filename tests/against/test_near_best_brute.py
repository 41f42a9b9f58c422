"""Common starts, counts, losses and regret against all plans of tiny instances tried one by one."""

import math
from dataclasses import replace
from functools import cache, lru_cache

import pytest

from against.random_schedules import schedule_case
from provenet.certify import bound_of
from provenet.forms.schedule import Certificate, Demand, Instance, PlanFile, Resource, Unit
from provenet.scheduling.near_optimal import (
    COMMON,
    NOT_COMMON,
    NOT_PROVEN,
    bound_early_starts,
    count_by_group,
    near_optimal,
    reduced_costs,
    worth_threshold,
)
from provenet.scheduling.robust import Solve, assess_robustness, fast_solver, objective_in
from provenet.scheduling.scenarios import Scenario, delay, fix_first_periods, forbid_early, limit_reach, scale_prices
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
def quick() -> Solve:
    return fast_solver(rounds=15, tries=20_000)


def early(start: dict[str, int | None], unit: str, periods: int) -> bool:
    begun = start[unit]
    return begun is not None and begun < periods


@pytest.mark.parametrize("tolerance", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("seed", SEEDS)
def test_common_starts_are_those_of_all_near_best_plans(seed: int, tolerance: float) -> None:
    plan = planned(seed)
    if plan.objective is None:
        assert not plans(seed)
        return
    periods = 2
    top = max(worth for worth, _ in plans(seed))
    surely = [s for worth, s in plans(seed) if worth >= worth_threshold(top, tolerance) + DUST * abs(top)]
    perhaps = [s for worth, s in plans(seed) if worth >= worth_threshold(top, tolerance) - DUST * abs(top)]
    told = near_optimal(case(seed), plan, tolerance=tolerance, periods=periods, solve=quick())
    assert [row.unit for row in told.rows if not early(plan.start, row.unit, periods)] == []
    assert {row.unit for row in told.rows} == {u for u in plan.start if early(plan.start, u, periods)}
    for row in told.rows:
        if row.verdict == COMMON:
            assert all(early(start, row.unit, periods) for start in surely), row
        elif row.verdict == NOT_COMMON:
            assert any(not early(start, row.unit, periods) for start in perhaps), row
        elif tolerance:
            # Left open only where the truth hangs on what rounding hides.
            assert not (
                any(not early(start, row.unit, periods) for start in surely)
                or all(early(start, row.unit, periods) for start in perhaps)
            ), row


def test_these_cases_have_both_verdicts_and_each_kind_of_proof() -> None:
    rows = [
        row
        for seed in range(QUICK)
        if planned(seed).objective is not None
        for row in near_optimal(case(seed), planned(seed), tolerance=0.1, periods=2, solve=quick()).rows
    ]
    assert {row.verdict for row in rows} >= {COMMON, NOT_COMMON}
    assert {row.proof for row in rows} >= {"certified", "plan"}
    assert sum(row.verdict == NOT_PROVEN for row in rows) <= len(rows) // 20


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_hold_for_all_near_best_plans(seed: int) -> None:
    plan = planned(seed)
    if plan.objective is None:
        return
    names = sorted(plan.start)
    groups = {"all": names, "some": names[:3], "one": names[:1], "none": []}
    top = max(worth for worth, _ in plans(seed))
    for tolerance in (0.02, 0.3):
        close = [start for worth, start in plans(seed) if worth >= worth_threshold(top, tolerance)]
        for row in count_by_group(case(seed), plan, groups, tolerance=tolerance, periods=2):
            numbers = {sum(early(start, name, 2) for name in groups[row.group]) for start in close}
            assert row.least <= min(numbers) <= max(numbers) <= row.most
            assert row.least <= row.planned <= row.most


@pytest.mark.parametrize("seed", SEEDS)
def test_the_least_started_is_that_of_all_near_best_plans(seed: int) -> None:
    plan = planned(seed)
    if plan.objective is None:
        return
    top = max(worth for worth, _ in plans(seed))
    for tolerance in (0.05, 0.3):
        told = bound_early_starts(case(seed), plan, sorted(plan.start), tolerance=tolerance, periods=2, solve=quick())
        few = [
            min(
                (sum(early(start, name, 2) for name in start) for worth, start in plans(seed) if worth >= line),
                default=told.planned,
            )
            for line in (
                worth_threshold(top, tolerance) + DUST * abs(top),
                worth_threshold(top, tolerance) - DUST * abs(top),
            )
        ]
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
    bound, lost = bound_of(instance, plan.certificate), reduced_costs(instance, plan.certificate, 2)
    blocks = {unit: int(lost.made.block_of[place]) for unit, place in lost.made.place.items()}
    for worth, start in plans(seed):
        early_blocks = {blocks[unit] for unit in start if early(start, unit, 2)}
        less = sum(lost.early[b] if b in early_blocks else lost.late[b] for b in set(blocks.values()))
        assert worth <= bound - less + 1e-6 * max(1.0, abs(bound))
    for unit, block in blocks.items():
        forced = bound_of(forbid_early(instance, [unit], 2), plan.certificate)
        assert forced <= bound - float(lost.late[block]) + 1e-6 * max(1.0, abs(bound))


@pytest.mark.parametrize("seed", range(12))
def test_regret_is_what_a_plan_lacks_of_the_best(seed: int) -> None:
    instance = case(seed)
    names = [unit.id for unit in instance.units]
    told = [
        Scenario("as is", "other", "", instance, 2.0),
        Scenario("dear", "price", "", scale_prices(instance, 1.5, {"r0"}), 1.0),
        Scenario("late", "lead time", "", delay(instance, 1, names[:2]), 1.0),
        Scenario("free", "legal", "", limit_reach(instance, names[1:]), 1.0),
    ]
    answer = assess_robustness(told, solve=quick())
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
            regrets = {row.tried_in: row.regret or 0.0 for row in rows}
            assert choice.worst_regret == max(regrets.values())
            mean = sum(regrets[one.id] * (one.weight or 0.0) for one in told) / 5.0
            assert choice.mean_regret == pytest.approx(mean)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_kept_of_a_plan_is_the_best_of_all_that_keep_it(seed: int) -> None:
    plan = planned(seed)
    if plan.objective is None:
        return
    instance = case(seed)
    later = delay(instance, 1, [unit.id for unit in instance.units][:1])
    for other in (instance, later):
        held = fix_first_periods(other, dict(plan.start), 1)
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
    objective, because = objective_in(instance, {"a": 0, "b": 0})
    assert objective is None
    assert "crews" in because


def test_a_plan_of_its_own_instance_has_no_regret_there() -> None:
    instance = case(GOOD)
    answer = assess_robustness([Scenario("one", "other", "", instance)], solve=quick())
    (row,) = answer.tried
    assert (row.regret, row.fits) == (0.0, True)
    assert answer.choices[0].mean_regret is None


def test_without_a_bound_nothing_is_refuted_and_without_a_certificate_nothing_counted() -> None:
    plan = schedule(case(GOOD), rounds=10, tries=10_000)
    bare = replace(plan, bound=None, certificate=None)
    told = near_optimal(case(GOOD), bare, periods=2, solve=quick())
    assert told.sure == math.inf
    assert {row.verdict for row in told.rows} <= {COMMON, NOT_PROVEN}
    names = sorted(plan.start)
    (row,) = count_by_group(case(GOOD), bare, {"all": names}, periods=2)
    assert (row.least, row.most) == (0, len(names))
