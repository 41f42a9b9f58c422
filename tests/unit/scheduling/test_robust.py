"""Scenarios, what a plan comes to, and what one flipped claim changes, worked by hand."""

from against.random_schedules import quick_solver
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling import robust
from provenet.scheduling.near_optimal import bound_early_starts
from provenet.scheduling.schedule import schedule

SOLVE = quick_solver(rounds=10, tries=5_000)


def in_money(scenario: robust.Scenario, start: robust.Start) -> robust.Measurement:
    return robust.measure_plan(scenario, start, {"money"})


def two_vendors() -> Instance:
    """Units a, b of one vendor and c, d of another; money for one a quarter; a is the core that the others wait for."""
    units = tuple(Unit(name, {"money": (10.0,) * 6, "crews": (1.0,) * 6}) for name in "abcd")
    demands = tuple(Demand(f"behind {name}", weight, ("a", name)) for name, weight in (("b", 5), ("c", 3), ("d", 1)))
    limits = (Resource("money", (10.0,) * 6, True), Resource("crews", (1.0,) * 6))
    return Instance(6, 1.0, limits, units, (("a", "b"), ("a", "c"), ("a", "d")), (("c",),), (), demands)


def test_prices_change_the_money_alone() -> None:
    dear = robust.scale_prices(two_vendors(), 1.5, {"money"}, units={"b"})
    assert [unit.use["money"][0] for unit in dear.units] == [10.0, 15.0, 10.0, 10.0]
    assert [unit.use["crews"][0] for unit in dear.units] == [1.0] * 4
    assert dear.resources == two_vendors().resources


def test_prices_may_change_values_that_are_costs() -> None:
    one = Instance(2, 1.0, units=(Unit("a", value=(-4.0, 2.0)),))
    assert robust.scale_prices(one, 1.5, ()).units[0].value == (-4.0, 2.0)
    assert robust.scale_prices(one, 1.5, (), values=True).units[0].value == (-6.0, 2.0)
    assert robust.scale_prices(one, 0.5, (), values=True).units[0].value == (-2.0, 2.0)


def test_lead_times_move_starts() -> None:
    late = robust.delay(two_vendors(), 2, {"b"})
    assert [unit.earliest for unit in late.units] == [0, 2, 0, 0]
    assert late.resources == two_vendors().resources


def test_where_rules_do_not_reach_nothing_waits_and_nothing_is_due() -> None:
    held = Instance(
        3, 1.0, units=(Unit("a", latest=0), Unit("b", latest=1), Unit("c")), precedence=(("a", "b"), ("b", "c")),
        together=(("a", "b"), ("b", "c")), demands=(Demand("d", 2.0, ("a", "b")), Demand("e", 1.0, ("a",))),
    )  # fmt: skip
    free = robust.limit_reach(held, {"b", "c"})
    assert [unit.latest for unit in free.units] == [None, 1, None]
    assert free.precedence == (("b", "c"),)
    assert free.together == (("b", "c"),)
    assert [one.units for one in free.demands] == [("b",), ()]


def test_what_is_kept_starts_then_and_the_rest_later() -> None:
    start = {"a": 0, "b": 1, "c": 3, "d": None}
    held = robust.fix_first_periods(two_vendors(), start, 2)
    assert [(unit.earliest, unit.latest) for unit in held.units] == [(0, 0), (1, 1), (2, None), (2, None)]
    slipped = robust.fix_first_periods(robust.delay(two_vendors(), 1, {"a"}), start, 2)
    assert [(unit.earliest, unit.latest) for unit in slipped.units][:2] == [(1, None), (1, 1)]


def test_what_a_plan_comes_to() -> None:
    start = {"a": 0, "b": 1, "c": 2, "d": None}
    both = robust.Scenario("both", "legal", "", two_vendors())
    # Exposed: 5 for 2 quarters, 3 for 3, 1 for all 6; three months each.
    assert robust.measure_plan(both, start, {"money"}) == robust.Measurement(30.0, 0.0, None, 75.0)
    first = frozenset("ab")
    only = robust.Scenario("first alone", "legal", "", robust.limit_reach(two_vendors(), first), restricted=first)
    # c is swapped without need; those behind c and d wait for a alone, one quarter; the last restricted is b.
    assert robust.measure_plan(only, start, {"money"}) == robust.Measurement(30.0, 10.0, 6, 42.0)


def test_what_is_not_restricted_holds_no_demand_back() -> None:
    one = robust.Scenario("a alone", "legal", "", two_vendors(), restricted=frozenset("a"))
    found = robust.measure_plan(one, {"a": 1, "b": None, "c": None, "d": None}, ())
    assert found == robust.Measurement(0.0, 0.0, 6, 3.0 * 9 * 2)


def test_a_flipped_claim_in_money_months_and_exposure() -> None:
    first = frozenset("ab")
    both = robust.Scenario("both", "legal", "both vendors are restricted", two_vendors())
    only = robust.Scenario("first alone", "legal", "one is", robust.limit_reach(two_vendors(), first), restricted=first)
    told = robust.flip(both, only, measure=in_money, kept_periods=3, solve=SOLVE)
    assert told.planned == robust.Measurement(40.0, 0.0, 12, 3.0 * (5 * 2 + 3 * 3 + 1 * 4))
    assert told.flipped == robust.Measurement(20.0, 0.0, 6, 42.0)
    # a, b and c were begun when it became known; d is spared.
    assert told.kept is not None
    assert (told.kept.money, told.kept.needless, told.kept.clear_months) == (30.0, 10.0, 6)
    back = robust.flip(only, both, measure=in_money, kept_periods=2, solve=SOLVE)
    assert back.kept == robust.Measurement(40.0, 0.0, 12, 69.0)


def test_a_flip_without_a_plan_says_so() -> None:
    held = Instance(2, 1.0, units=(Unit("a", latest=-1), Unit("b")), demands=(Demand("d", 1.0, ("a",)),))
    told = robust.flip(
        robust.Scenario("due", "legal", "", held),
        robust.Scenario("not due", "legal", "", robust.limit_reach(held, {"b"}), restricted=frozenset("b")),
        measure=in_money, kept_periods=1, solve=SOLVE,
    )  # fmt: skip
    assert (told.planned, told.kept, told.because) == (None, None, "no plan for due")
    assert told.flipped is not None


def test_how_many_of_a_group_start_early_at_least() -> None:
    instance = two_vendors()
    plan = schedule(instance, rounds=10, tries=5_000)
    held = robust.cap_early(instance, {"b", "c", "d"}, 3, most=1)
    assert held.resources[-1] == Resource("started early", (1.0,) + (0.0,) * 5, True)
    assert [unit.use.get("started early", ()) for unit in held.units] == [(), *[(1.0, 1.0, 1.0, 0.0, 0.0, 0.0)] * 3]
    # Of 31 with b and c in three quarters: 27 with b alone (c from quarter 3 on), 13 with neither.
    for tolerance, count in ((0.02, 2), (0.2, 1), (0.99, 0)):
        told = bound_early_starts(instance, plan, "bcd", tolerance=tolerance, periods=3, solve=SOLVE)
        assert (told.least, told.seen) == (count, count)


def test_a_group_of_one_that_must_start_is_counted() -> None:
    instance = Instance(3, 1.0, units=(Unit("a", latest=0), Unit("b")), demands=(Demand("d", 1.0, ("a",)),))
    plan = schedule(instance, rounds=5, tries=100)
    rows = [bound_early_starts(instance, plan, name, tolerance=0.5, periods=1, solve=SOLVE) for name in "ab"]
    assert [(row.least, row.seen) for row in rows] == [(1, 1), (0, 0)]


def test_a_plan_that_fits_everywhere_comes_before_one_that_does_not() -> None:
    cheap = two_vendors()
    dear = robust.scale_prices(cheap, 2.0, {"money"})
    told = robust.assess_robustness(
        [robust.Scenario("cheap", "price", "", cheap), robust.Scenario("dear", "price", "", dear)], solve=SOLVE
    )
    by = {(row.plan_of, row.tried_in): row for row in told.tried}
    assert by["cheap", "dear"].fits is False
    assert "money" in by["cheap", "dear"].because
    # Twice the price: one swap in two quarters, from quarter 1 on; a, b, c at 1, 3, 5 clear from 2, 4 and 6.
    assert by["dear", "dear"].objective == 5 * 2
    assert by["dear", "cheap"].regret == 31 - 10
    assert [one.plan_of for one in told.choices] == ["dear", "cheap"]
    assert told.choices[0].worst_regret == 21


def test_what_is_not_reached_stays_unless_fixed_or_of_worth() -> None:
    units = (Unit("a"), Unit("b", latest=1), Unit("c", value=(-1.0, 1.0)), Unit("d", value=(-1.0, -1.0)), Unit("e"))
    told = robust.leave_unreached(Instance(2, 1.0, units=units), {"e"})
    assert [unit.earliest for unit in told.units] == [2, 0, 0, 2, 0]
    assert robust.leave_unreached(two_vendors(), None) == two_vendors()
