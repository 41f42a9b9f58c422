"""A question as an instance of a schedule: units, demands, limits and what decisions fix, worked by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from provenet.case.money import Band
from provenet.replacement.rows import frontier_row
from provenet.replacement.search import _by_dates, called
from unit.replacement.small_plan import LAST, block, formulated, limit, option, planned

UNIT = "north ran acme"
CREWS = limit("crews", "crews", 4.0)


def test_subscribers_behind_a_lot_are_a_demand_in_millionths_and_its_crews_a_use() -> None:
    made = formulated([block()], limits=[CREWS])
    (unit,) = made.instance.units
    assert (unit.id, unit.duration, unit.earliest, unit.latest) == (UNIT, 1, 1, 7)
    assert unit.use == {"crews north": (40.0,) * 8} and unit.value == ()
    (demand,) = made.instance.demands
    assert (demand.weight, demand.units) == (pytest.approx(200_000), (UNIT,))
    (crews,) = made.instance.resources
    assert (crews.id, crews.capacity, crews.carry_over) == ("crews north", (52.0,) * 8, False)


def test_the_cheapest_plan_values_each_start_by_what_it_costs_discounted_and_weighs_nobody() -> None:
    rate = limit("rate", "discount", 0.21)
    made = formulated([block()], limits=[rate], objective="cost")
    (unit,) = made.instance.units
    assert made.instance.demands == ()
    assert unit.value[0] == -0.04 and unit.value[2] == pytest.approx(-0.04 / 1.1)  # half a year at 21 %
    assert (made.discount, formulated([block()]).discount) == (0.21, 0.0)
    assert [one.name for one in made.used if one.kind == "limit"] == ["discount: rate"]


def test_what_no_row_limits_is_an_assumption_and_what_a_row_limits_is_a_figure() -> None:
    free = formulated([block()])
    assert free.limits == () and free.instance.resources == ()
    assert "crews of north: no row of plan_limit gives their number, so crews are not limited" in free.assumed
    held = formulated([block()], limits=[CREWS, limit("else", "crews", 9.0, country="Peru")])
    assert not any("crews of north" in says for says in held.assumed)
    assert [one.name for one in held.used if one.kind == "limit"] == ["crews: crews"]


def test_the_price_and_the_work_of_a_swap_are_figures_of_the_plan() -> None:
    used = {one.name: one for one in formulated([block()]).used}
    work = used["work of a crew for ran"]
    assert (work.kind, work.band, work.rests_on) == ("work", Band(1, 1, 1), ("swap_option:swap-1",))
    weeks = {one.band.mid for one in used.values() if one.kind == "work" and one.band is not None}
    assert weeks == {1, 13} and not any("life" in name for name in used)
    (price,) = (one for one in used.values() if one.kind == "price")
    assert (price.band, price.used, price.rests_on) == (Band(1000, 1000, 1000), True, ("swap_option:swap-1",))


def test_lots_of_a_region_use_its_crews_where_a_row_gives_them_and_else_those_of_their_carrier() -> None:
    east, west = block(region="east"), block(region="west")
    rows = [limit("all", "crews", 5.0), limit("east", "crews", 4.0, carrier_id="north", region="east")]
    made = formulated([east, west], limits=rows)
    uses = {unit.id: dict(unit.use) for unit in made.instance.units}
    crews = {"east": "crews north east", "west": "crews north"}
    assert uses == {f"north {region} ran acme": {name: (40.0,) * 8} for region, name in crews.items()}
    assert {one.id: one.capacity[0] for one in made.limits} == {"crews north east": 52.0, "crews north": 65.0}


def test_a_supply_is_used_by_the_lots_of_the_vendor_that_comes() -> None:
    to_bolt = option(to_vendor_id="bolt")
    supply = limit("s", "supply", 25.0, vendor_id="bolt")
    made = formulated([block()], [to_bolt], limits=[supply])
    assert [(one.id, one.kind) for one in made.limits] == [("supply bolt ran", "supply")]
    assert made.instance.units[0].use == {"supply bolt ran": (40.0,) * 8}
    assert formulated([block()], [option(to_vendor_id="cord")], limits=[supply]).limits == ()


def test_a_budget_of_the_call_goes_before_those_of_rows_which_may_be_switched_off() -> None:
    money = limit("b", "budget", 8e6, currency="EUR", price_year="2026", carry_over=True)
    rows = formulated([block()], limits=[money])
    assert [one.kind for one in rows.limits] == ["budget"] and "budget: b" in [one.name for one in rows.used]
    assert formulated([block()], limits=[money], budgets=False).limits == ()
    own = formulated([block()], limits=[money], budget=4e6)
    assert sum(own.limits[0].capacity) == pytest.approx(4.0)
    assert "budget: b" not in [one.name for one in own.used]
    assert own.instance.units[0].use[own.limits[0].id] == (0.04,) * 8


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 8, 15), {"earliest": 2, "latest": 2, "fixed": True, "done_before": False}),
        (date(2026, 12, 31), {"done_before": True, "fixed": True}),
        (None, {"earliest": 8, "latest": None, "fixed": True}),
    ],
)
def test_a_decision_fixes_the_quarter_of_a_lot(day: date | None, expected: dict[str, Any]) -> None:
    (lot,) = formulated([block()], fixed={UNIT: day}).lots
    assert {name: getattr(lot, name) for name in expected} == expected
    (other,) = formulated([block()], fixed={"south ran acme": day}).lots
    assert not other.fixed


def test_what_a_decision_takes_for_granted_is_said() -> None:
    before = formulated([block()], fixed={UNIT: date(2026, 12, 31)})
    assert any("in service from then on, at no cost" in says for says in before.assumed)
    assert before.instance.units == () and before.instance.demands == ()
    stays = formulated([block()], fixed={UNIT: None})
    assert "lots that stay by the file of decisions do so although a rule sets a deadline" in stays.assumed
    for given in ({"blocks": [block(by=None)]}, {"blocks": [block()], "deadlines": False}):
        made = formulated(**given, fixed={UNIT: None})  # type: ignore[arg-type]
        assert not any("although a rule sets a deadline" in says for says in made.assumed)


def test_a_decision_later_than_the_deadline_allows_clashes() -> None:
    """Work of a quarter has to start by July 2027 to end by the last of September."""
    by = date(2027, 9, 30)
    assert formulated([block(by=by)], fixed={UNIT: date(2027, 9, 30)}).clash == ()
    late = formulated([block(by=by)], fixed={UNIT: date(2027, 10, 1)})
    assert late.clash == ("decision: north ran acme starts on 2027-10-01, later than its deadline allows",)
    assert late.relief == ("north ran acme: start by 2027-07-01",)


def test_generations_of_one_vendor_at_one_carrier_are_parted_into_as_many_lots() -> None:
    small, large = (
        block(generation="4G"),
        block(generation="5G", count=replace(block().count, low=320, mid=320, high=320)),
    )
    made = formulated([small, large], limits=[limit("crews", "crews", 2.0)])
    assert {(lot.block.generation, lot.lots) for lot in made.lots} == {("4G", 25), ("5G", 25)}
    apart = formulated([small, replace(large, carrier_id="south")], limits=[limit("crews", "crews", 2.0)])
    assert {(lot.block.carrier_id, lot.lots) for lot in apart.lots} == {("north", 4), ("south", 25)}


def test_a_plan_without_a_price_anywhere_is_unpriced_and_one_without_shares_weighs_nobody() -> None:
    free = option(low_amount=None, high_amount=None, currency=None, price_year=None)
    assert formulated([block()], [free]).is_unpriced and not formulated([block()]).is_unpriced
    assert formulated([block()], [free]).missing[-1] == (
        "north ran acme: no price; 1 lot not priced, not planned and not counted as free"
    )
    assert formulated([block()]).is_weighed is True
    nobody = formulated([block()], share=0.0)
    assert (nobody.is_weighed, nobody.demands, nobody.instance.demands) == (False, (), ())


def test_renewal_credit_is_told_one_way_or_the_other() -> None:
    assert any(says.startswith("renewal credit: ") for says in formulated([block()]).assumed)
    without = formulated([block()], renewal_credit=False).assumed
    assert "no renewal credit: every lot costs its whole price, whenever its renewal falls due" in without


def test_a_plan_that_swaps_nothing_that_counts_is_feasible_and_not_optimal() -> None:
    made = formulated([block()])
    stays, goes = (planned(made, {UNIT: start}).plan for start in (None, 1))
    assert called(made, replace(stays, certificate=None)).status == "feasible"
    assert called(made, goes) is goes
    cheap = formulated([block()], objective="cost", share=0.0)
    assert called(cheap, planned(cheap, {UNIT: 1}).plan).status == "optimal"
    nobody = formulated([block()], share=0.0)
    assert called(nobody, replace(planned(nobody, {UNIT: 1}).plan, certificate=None)).status == "feasible"
    unproven = replace(stays, status="unknown")
    assert called(made, unproven) is unproven
    found = called(made, replace(stays, seconds=3.0))
    assert (found.seconds, found.start) == (0.0, {UNIT: None})


def test_points_of_the_curves_price_a_year_of_exposure_and_a_quarter_of_haste() -> None:
    """Nothing swapped leaves a fifth exposed for two years; the lot in service from July 2027 for half a year."""
    made = formulated([block(by=None)])
    none = frontier_row(planned(made, {UNIT: None}), 0, "budget", before=None)
    one = frontier_row(planned(made, {UNIT: 1}), 1, "budget", before=none)
    assert (none["mid_exposed_years"], one["mid_exposed_years"]) == pytest.approx((0.4, 0.1))
    assert (none["price_amount"], one["price_amount"]) == (None, pytest.approx(40_000 / 0.3))
    assert (none["clear_on"], one["clear_on"]) == (None, date(2027, 7, 1))
    same = frontier_row(planned(made, {UNIT: 1}), 2, "budget", before=one)
    assert same["price_amount"] is None
    sooner = frontier_row(
        planned(formulated([block(by=None)], by_on=date(2028, 9, 30)), {UNIT: 1}), 1, "date", before=none
    )
    assert sooner["price_amount"] == pytest.approx(40_000 / (92 / 91.3125))
    assert frontier_row(planned(made, {UNIT: 1}), 1, "date", before=none)["price_amount"] is None
    lost = frontier_row(planned(made, {}, objective=None), 1, "budget", before=none)
    assert (lost["status"], lost["mid_cost_amount"], lost["mid_exposed_years"]) == ("infeasible", None, None)
    assert none["by_on"] == LAST


def test_deadlines_of_the_curve_go_from_eight_quarters_later_down_to_the_first_that_is_met() -> None:
    """In service in the third quarter: 2 to 16 quarters in five even steps, halves to the even number."""
    found = _by_dates(planned(formulated([block()]), {UNIT: 1}))
    assert [one.quarters.count for one in found] == [16, 12, 9, 6, 2]
    assert [one.by_on for one in found][-2:] == [date(2028, 6, 30), date(2027, 6, 30)]
    assert {(one.objective, one.deadlines, one.budget, one.budgets) for one in found} == {("cost", False, None, False)}
    stays = _by_dates(planned(formulated([block(by=None)]), {UNIT: None}))
    assert [one.quarters.count for one in stays] == [16, 14, 12, 10, 8]
