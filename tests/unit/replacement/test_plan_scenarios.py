"""Which scenarios a plan is tried in, and what it costs and exposes there, on one lot of North worked by hand."""

from datetime import date
from typing import Any

import pytest

from provenet.replacement.limits import Quarters
from provenet.replacement.scenarios import ScenarioSet, _measures, disputed_verdicts, in_quarters, robustness_rows
from unit.replacement.small_plan import block, formulated, option, planned

UNIT = "north ran acme"
WIDE = [option(low_amount=1000.0, high_amount=3000.0)]
"""From 1,000 to 3,000 EUR a site: forty sites are planned at 80,000 EUR."""


def scenarios(disputed: frozenset[str] = frozenset(), **given: Any) -> ScenarioSet:
    made = formulated([block(vendor_id=name) for name in given.pop("vendors", ("acme",))], WIDE, **given)
    starts = {lot.unit_id: 1 for lot in made.lots}

    def never(*_: object) -> Any:
        raise AssertionError("nothing is planned here")

    return ScenarioSet(planned(made, starts), disputed, {"acme": "Acme"}, never)


def ids(found: ScenarioSet) -> list[str]:
    return [one.id for one in found.scenarios()]


def test_prices_are_a_scenario_where_money_is_limited_or_the_aim_and_not_where_it_changes_nothing() -> None:
    assert ids(scenarios()) == ["as planned", "late", "without acme"]
    priced = ["as planned", "low prices", "high prices", "late", "without acme"]
    assert ids(scenarios(budget=500_000.0)) == priced
    assert ids(scenarios(objective="cost")) == priced


def test_everything_late_comes_two_quarters_later_but_for_what_is_fixed() -> None:
    late = next(one for one in scenarios().scenarios() if one.id == "late")
    assert [unit.earliest for unit in late.instance.units] == [3]
    fixed = scenarios(fixed={UNIT: date(2027, 4, 1)})
    assert ids(fixed) == ["as planned"]
    one_open = scenarios(fixed={UNIT: date(2027, 4, 1)}, vendors=("acme", "bolt"))
    late = next(one for one in one_open.scenarios() if one.id == "late")
    assert {unit.id: unit.earliest for unit in late.instance.units} == {UNIT: 1, "north ran bolt": 3}


def test_the_verdicts_of_each_vendor_fall_in_turn_and_disputed_ones_are_marked() -> None:
    both = scenarios(frozenset({"v-1"}), vendors=("bolt", "acme"))
    says = "the verdicts on %s fall, which rest on a disputed claim"
    told = [(one.id, one.says) for one in both.verdicts()]
    assert told == [("without acme", says % "Acme"), ("without bolt", says % "bolt")]
    assert [one.says for one in scenarios().verdicts()] == ["the verdicts on Acme fall"]
    rows = [{"verdict_id": "v-1", "hangs_on_disputed": True}, {"verdict_id": "v-2", "hangs_on_disputed": False}]
    assert disputed_verdicts(rows) == {"v-1"}


def test_a_plan_costs_what_the_prices_of_the_scenario_make_it_cost() -> None:
    found = scenarios(objective="cost")
    starts = {UNIT: 1}
    cash = {one.id: found.cash(one, starts) for one in found.scenarios()}
    assert cash == {"as planned": 80e3, "low prices": 40e3, "high prices": 120e3, "late": 80e3, "without acme": 80e3}
    money = {one.id: found.measure(one, starts).money for one in found.scenarios()}
    assert money == pytest.approx(cash)
    assert {found.cash(one, {UNIT: None}) for one in found.scenarios()} == {0.0}


def test_exposure_lasts_until_the_lot_is_in_service() -> None:
    """A fifth of all, in millionths, for the six months before July 2027; for all 24 months where nothing is done."""
    found = scenarios()
    own = found.scenarios()[0]
    assert found.measure(own, {UNIT: 1}).exposed == pytest.approx(200_000 * 6)
    assert found.measure(own, {UNIT: None}).exposed == pytest.approx(200_000 * 24)
    assert found.measure(own, {UNIT: 1}).clear_months == 6
    assert found.measure(own, {UNIT: None}).clear_months is None


def test_rows_give_exposure_in_years_of_all_subscribers_and_the_day_from_which_all_is_clear() -> None:
    """A fifth for half a year is a tenth of a year of all."""
    found = scenarios()
    own = found.scenarios()[0]
    done = _measures(found, found.measure(own, {UNIT: 1}))
    assert (done.cost, done.exposed_years, done.clear_on) == (pytest.approx(80e3), pytest.approx(0.1), date(2027, 7, 1))
    assert _measures(found, found.measure(own, {UNIT: None})).clear_on is None
    assert set(_measures(found, None)) == {None}
    nobody = scenarios(share=0.0)
    assert _measures(nobody, nobody.measure(own, {UNIT: 1})).exposed_years is None


def test_without_a_plan_or_without_lots_there_is_nothing_to_try() -> None:
    made = formulated([block()])
    none = ScenarioSet(planned(made, {}, objective=None), frozenset(), {}, lambda *_: None)  # type: ignore[arg-type, return-value]
    assert set(map(len, robustness_rows(none).values())) == {0}
    assert sorted(robustness_rows(none)) == ["plan_first_year", "plan_flip", "plan_regret", "plan_scenario"]


def test_sentences_of_the_schedule_name_lots_and_quarters() -> None:
    quarters = Quarters(date(2027, 1, 1), 8)
    says = "plan, $.start[\"north ran\"]: found 'period 2', expected a start from period 4 to 7."
    assert in_quarters(says, quarters) == "north ran: found '2027 Q3', expected a start from 2028 Q1 to 2028 Q4."
