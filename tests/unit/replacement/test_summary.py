"""The row of a plan: its sentence, its money and whom it leaves exposed, on one lot of North worked by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from provenet.case.money import Band, InputFigure
from provenet.replacement.outcome import Outcome
from provenet.replacement.summary import PolicyContext, empty_plan_row, opposing_estimates, plan_row
from unit.replacement.small_plan import LAST, block, formulated, limit, option, planned

DAY = date(2026, 11, 27)
POLICIES = PolicyContext(("law",), "A law (law)", None, {}, DAY, None)
SCENARIO = PolicyContext(("law",), "A law (law)", "a bill is adopted", {"bill": "yes"}, DAY, None, ("core", "ran"))
ONLY = "only core and ran: what else the policies reach stays, and who is behind it is not counted"


def row_of(outcome: Outcome, policies: PolicyContext = POLICIES) -> dict[str, Any]:
    return {**plan_row(outcome, policies, {"north": "North Tel"}, instance_id="i", schedule_id="s")}


def one(start: int | None = 1, *, objective: float | None = 1.0, **given: Any) -> dict[str, Any]:
    policies = given.pop("policies", POLICIES)
    made = formulated(given.pop("blocks", [block()]), given.pop("options", ()), **given)
    return row_of(planned(made, {"north ran acme": start}, objective=objective), policies)


def test_a_plan_says_what_is_swapped_for_how_much_and_who_is_exposed_before_and_after() -> None:
    row = one()
    assert row["headline"] == (
        "Japan: 1 of 1 lots are swapped for EUR 40,000 at 2026 prices; 20.0 % of subscribers are behind restricted "
        "equipment before, 0.0 % after; nothing restricted remains from 2027-07-01 on."
    )
    assert (row["swapped_count"], row["lot_count"], row["unpriced_count"], row["element_count"]) == (1, 1, 0, 40)
    assert (row["mid_cost_amount"], row["gross_cost_amount"], row["assumed_gross_cost_amount"]) == (40e3, 40e3, 40e3)
    assert row["sourced_gross_cost_amount"] == 0
    assert (row["mid_before_share"], row["mid_after_share"]) == pytest.approx((0.2, 0.0))
    assert row["mid_exposed_years"] == pytest.approx(0.2 * 2 / 4)  # a fifth of all for two quarters
    assert row["clear_on"] == date(2027, 7, 1)


def test_figures_that_no_source_gives_are_counted_among_those_used() -> None:
    """The count of sites is sourced and an estimate stands beside; price, work and delivery of a swap are assumed."""
    sites = InputFigure("sites", "count", Band(40, 40, 40), unit_says="sites", basis="sourced", says="as counted")
    beside = InputFigure("other", "price", None, unit_says="EUR", basis="sourced", says="another", used=False)
    alone, more = one(), one(blocks=[block(used=(sites, beside))])
    assert (alone["input_count"], alone["assumed_share"]) == (alone["assumed_count"], 1.0)
    assert (more["input_count"], more["assumed_count"]) == (alone["input_count"] + 1, alone["assumed_count"])
    assert more["assumed_share"] == pytest.approx(alone["input_count"] / (alone["input_count"] + 1))


def test_without_a_share_of_the_carrier_the_sentence_names_it() -> None:
    assert one(share=0.0)["headline"].startswith(
        "Japan: 1 of 1 lots are swapped for EUR 40,000 at 2026 prices; 40 elements are restricted, and what "
        "share of the country is behind them is not known: no row of carrier_share gives a share of North Tel"
    )


def test_what_stays_is_exposed_after_and_nothing_is_clear() -> None:
    row = one(None, blocks=[block(by=None)])
    assert (row["mid_after_share"], row["clear_on"], row["swapped_count"]) == (pytest.approx(0.2), None, 0)
    assert "remains" not in row["headline"]


def test_a_scenario_says_so_and_what_alone_is_planned() -> None:
    row = one(policies=SCENARIO)
    assert row["headline"].startswith("Japan: In the scenario, limited to core and ran, 1 of 1 lots")
    assert row["label"] == "plan for Japan under A law (law), least exposure, scenario, limited to core and ran"
    assert row["assumed"][0] == ONLY
    assert (row["scenario"], row["only"]) == (True, ["core", "ran"])
    plain = one()
    assert plain["label"] == "plan for Japan under A law (law), least exposure, rules in force"
    assert plain["scenario"] is False


def test_renewal_credit_and_a_budget_are_told_beside_the_cost() -> None:
    """A renewal 365 days away brings 365 / 730.5 of a life of two years forward: 19,986 of 40,000 EUR."""
    credit = one(0, blocks=[block(renewal_on=date(2028, 1, 1))], options=[option(life_years=2.0)], budget=50_000.0)
    assert credit["headline"].startswith(
        "Japan: 1 of 1 lots are swapped for EUR 19,986 at 2026 prices net of renewal credit and salvage (EUR 40,000 in "
        "cash; the plan uses EUR 19,986 net, EUR 40,000 in cash), within a budget of EUR 50,000 charged net; "
    )
    assert (credit["gross_cost_amount"], round(credit["mid_cost_amount"])) == (40_000, 19_986)


def test_without_a_price_without_a_plan_and_without_shares_the_sentence_says_so() -> None:
    free = [option(low_amount=None, high_amount=None, currency=None, price_year=None)]
    assert one(None, options=free, objective=None)["headline"].startswith("Japan: no plan keeps every limit")
    made = formulated([block()], free)
    unknown = planned(made, {}, objective=None)
    unknown = Outcome(made, type(unknown.plan)("unknown", None, None, None, "none", 0.0, {}), unknown.money, "plan-1")
    assert row_of(unknown)["headline"] == (
        "Japan: no plan is made: 1 lot of restricted equipment, 40 elements, and none has a price. Add rows to "
        "swap_option (docs/plan.md)."
    )
    priced = formulated([block()])
    nothing = Outcome(priced, unknown.plan, unknown.money, "plan-1")
    assert row_of(nothing)["headline"] == "Japan: no plan was found, and none was proven impossible."


def test_no_plan_names_the_clash_and_the_cheapest_way_out() -> None:
    early = formulated([block(by=date(2027, 3, 31))])
    row = row_of(planned(early, {}, objective=None))
    assert row["headline"] == f"Japan: no plan keeps every limit. {early.clash[0]}. Cheapest relief: {early.relief[0]}."
    assert (row["mid_cost_amount"], row["clear_on"], row["binding"]) == (None, None, [])
    stuck = planned(formulated([block()]), {}, objective=None)
    stuck = replace(stuck, plan=replace(stuck.plan, status="infeasible", clash=("they clash.",)))
    assert row_of(stuck)["headline"] == "Japan: no plan keeps every limit. they clash."


def test_limits_that_bind_are_named_the_most_binding_first() -> None:
    four = [block(who, generation=generation) for who in ("north", "south") for generation in ("4G", "5G")]
    made = formulated(four, limits=[limit("crews", "crews", 4.0)])
    names = [lot.unit_id for lot in made.lots]
    row = row_of(planned(made, dict(zip(names, (1, 3, 1, 2), strict=True))))
    assert row["binding"] == ["crews of north", "crews of south"]


def test_where_nothing_has_to_go_the_row_says_why() -> None:
    asked = {"first_on": DAY, "by_on": LAST, "policies": SCENARIO, "reason": "No rule asks.", "missing": ["m"]}
    open_row = empty_plan_row("plan-1", "Japan", "exposure", **asked, is_known=False)
    assert (open_row["status"], open_row["headline"]) == ("undetermined", "Japan: no plan is made. No rule asks.")
    row = empty_plan_row("plan-1", "Japan", "exposure", **asked, is_known=True)
    assert row["headline"] == "Japan: nothing to swap. No rule asks."
    assert (row["status"], row["proof"], row["lot_count"], row["unanswered"]) == ("nothing to swap", "none", 0, ["m"])
    counts = ("period_count", "lot_count", "swapped_count", "unpriced_count", "input_count", "assumed_count")
    assert [row[name] for name in counts] == [0] * 6  # type: ignore[literal-required]
    assert (row["first_on"], row["by_on"], row["assumed_share"]) == (DAY, LAST, None)
    assert row["assumed"] == [ONLY]


def test_estimates_of_others_for_the_country_and_for_europe_stand_beside_and_are_not_used() -> None:
    base = {
        "item": "swap", "geo": "Germany", "low_amount": 10.0, "high_amount": None, "currency": "EUR", "year": "2020",
        "basis": None, "estimator": "a bank", "method_says": None, "note": None, "reading": "read", "row_id": "c-1",
    }  # fmt: skip
    rows = [
        base,
        {**base, "geo": "Europe", "high_amount": 30.0, "reading": "our arithmetic", "row_id": "c-2"},
        {**base, "geo": "EU", "row_id": "c-3"},
        {**base, "geo": "Germany (rural)", "row_id": "c-4"},
        {**base, "geo": "Italy"},
        {**base, "low_amount": None},
        {**base, "currency": "percent"},
    ]
    found = opposing_estimates(rows, "Germany")  # type: ignore[arg-type]
    assert [one.rests_on for one in found] == [(f"cost:c-{at}",) for at in (1, 2, 3, 4)]
    assert found[0].band is not None and (found[0].band.low, found[0].band.high) == (10, 10)
    assert found[1].band is not None and (found[1].band.low, found[1].band.mid, found[1].band.high) == (10, 20, 30)
    assert [one.basis for one in found[:2]] == ["sourced", "derived"] and not any(one.used for one in found)
    assert [one.rests_on for one in opposing_estimates(rows, "Japan")] == [("cost:c-2",)]  # type: ignore[arg-type]
