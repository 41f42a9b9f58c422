"""A whole answer of `fund` worked by hand: two carriers whose clear choice costs 10,000 EUR more, each for certain.

North has 40 % of the subscribers, South 10 to 30 %. Both buy 100 sites at 1,000 EUR in January 2027, and a clear bid is
10 % dearer: 10,000 EUR tip one of them, 20,000 both.
"""

from dataclasses import replace
from datetime import date
from functools import cache
from math import inf
from typing import Any

import numpy as np
import pytest

from provenet.case.money import Band
from provenet.case.tables import frame, vocabulary
from provenet.incentives.answer import FundAnswer, offers_of
from provenet.incentives.curve_rows import curve_rows
from provenet.incentives.fund_rows import answer_rows, rows
from provenet.incentives.input_rows import input_rows
from support.fund_answer import fund_answer
from support.purchase_tables import figure, purchase

FIGURES = [figure("price", 1000.0), figure("price gap", 0.1)]
SHARES = {"north": (0.4, 0.4), "south": (0.1, 0.3)}
KINDS = vocabulary()["weight_kinds"]["ran"]
HERE = "Utopia"


def near(*values: float) -> Any:
    return pytest.approx(values)


def ends(band: Band) -> tuple[float, float, float]:
    return band.low, band.mid, band.high


def answer(**question: Any) -> FundAnswer:
    return fund_answer([purchase("n"), purchase("s", carrier_id="south")], FIGURES, SHARES, **question)


@cache
def plain() -> FundAnswer:
    return answer()


@cache
def poor() -> FundAnswer:
    return answer(budget=10_000.0)


def test_an_offer_of_just_what_clear_costs_more_tips_the_choice() -> None:
    assert plain().costs.gap.tolist() == [[10_000.0] * 20] * 2
    assert plain().offers[0] == tuple(500.0 * number for number in range(21))
    assert plain().awarding.award.tolist() == [10_000.0, 10_000.0]
    assert offers_of(plain().simulation.needed()[0])[-1] == 10_000.0
    assert offers_of(np.array([0.0, -1.0, 0.5, np.inf]), 2) == (0.0, 0.25, 0.5)
    assert offers_of(np.array([0.0, np.inf]), 2) == (0.0,)


def test_the_share_behind_clear_purchases_has_the_ends_of_the_shares() -> None:
    made = plain()
    assert ends(made.worth(HERE, made.unaided, made.corners.unaided)) == near(0, 0, 0)
    assert ends(made.worth(HERE, made.aided, made.aided_ends)) == near(0.5, 0.6, 0.7)
    assert ends(made.band(HERE, made.aided)) == near(0.5, 0.6, 0.7)
    assert ends(made.exposed(HERE)) == near(0.5, 0.6, 0.7)
    assert ends(made.worth(HERE, poor().aided, poor().aided_ends)) == near(0.4, 0.4, 0.4)
    assert ends(made.weight(1)) == near(0.1, 0.2, 0.3)
    assert made.gained(HERE, poor().aided_ends) == near(0.4, 0.4)
    assert (made.p_goal(HERE, made.unaided), made.p_goal(HERE, made.aided)) == (0.0, 1.0)


def test_the_money_paid_is_what_tips_under_plain_offers_and_what_the_mechanism_pays_otherwise() -> None:
    assert ends(plain().paid(HERE)) == near(20_000, 20_000, 20_000)
    auction = answer(budget=20_000.0, mechanism="pay-as-bid auction")
    assert auction.outcome is not None and auction.outcome.mechanism == "pay-as-bid auction"
    assert ends(auction.paid(HERE)) == ends(auction.outcome.summary(HERE).paid_amount)
    assert plain().outcome is None


@pytest.mark.parametrize(("least", "floors"), [(0.0, {}), (0.5, {HERE: 0.5}), (1.0, {HERE: 1.0})])
def test_a_floor_above_nothing_and_a_cap_below_everything_are_limits(least: float, floors: dict[str, float]) -> None:
    limits = answer(budget=20_000.0, limits={HERE: (least, inf)}).awarding.limits
    assert (limits.floors, limits.caps) == (floors, {})
    assert answer(budget=20_000.0, limits={HERE: (0.0, 15_000.0)}).awarding.limits.caps == {HERE: 15_000.0}


def test_a_cap_of_a_country_keeps_awards_below_it() -> None:
    assert answer(budget=20_000.0, limits={HERE: (0.0, 15_000.0)}).awarding.award.tolist() == [10_000.0, 0.0]


def test_the_headline_is_the_answer_in_a_sentence() -> None:
    assert rows(plain())["fund"][0]["headline"] == (
        "Utopia: with 20,000 EUR of 2026 of offers, clear purchases carry 50 to 70 % of subscribers (nine scenarios in "
        "ten: 50 to 70 %; 60 % on average), without aid 0 % (nine scenarios in ten: 0 %; 0 % on average); "
        "the chance that every purchase is clear goes from under 1 % to 100 %."
    )
    assert rows(poor())["fund"][0]["headline"].endswith("the chance that every purchase is clear stays under 1 %.")
    none = rows(answer(budget=0.0))["fund"][0]["headline"]
    assert none.startswith("Utopia: no aid is awarded, since there is no money;")


def test_an_answer_in_which_nothing_helps_is_feasible_and_not_best() -> None:
    statuses = [rows(made)["fund"][0]["status"] for made in (plain(), poor(), answer(budget=0.0))]
    assert statuses == ["optimal", "optimal", "feasible"]
    (auction,) = rows(answer(budget=20_000.0, mechanism="pay-as-bid auction"))["fund"]
    assert (auction["status"], auction["proof"]) == ("feasible", "none")
    assert auction["bound_share"] is auction["price_amount"] is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_unit_in_words_is_the_unit_of_the_rows(kind: str) -> None:
    """Whatever carriers are weighed by, every sentence and every unit of the answer names that and nothing else."""
    for objective, mechanism in (("exposure", "offers"), ("goal", "pay-as-bid auction")):
        made = rows(answer(budget=10_000.0, objective=objective, mechanism=mechanism, kind=kind))
        found = (cell for table in made.values() for row in table for cell in row.items())
        cells = [str(value) for column, value in found if column not in ("inputs", "formula")]
        assert made["fund"][0]["weight_kind"] == kind and f"% of {kind} (" in made["fund"][0]["headline"]
        assert f"share of {kind}" in cells and f"share of north in {kind}" in cells
        assert [cell for cell in cells if any(word in cell for word in KINDS if word != kind)] == []


def test_the_need_of_a_country_is_what_tips_all_and_not_known_where_somebody_has_no_clear_choice() -> None:
    need = ("low_need_amount", "mid_need_amount", "high_need_amount")
    assert [rows(plain())["fund"][0][name] for name in (*need, "tipping_amount")] == [20_000.0] * 4
    stuck = fund_answer([purchase("n"), purchase("s", carrier_id="south", vendor_ids=["acme"])], FIGURES, SHARES)
    assert [rows(stuck)["fund"][0][name] for name in need] == [None] * 3


def test_where_no_share_is_known_nothing_is_weighed_and_that_is_said() -> None:
    unweighed = fund_answer([purchase("n")], FIGURES, {})
    (row,) = rows(unweighed)["fund"]
    assert row["headline"] == (
        "Utopia: no aid is awarded, since no row of carrier_share gives a share of north: one open "
        "purchase cannot be weighed. Add such a row for each carrier, or ask for --objective goal, which needs none."
    )
    assert (row["mid_before_share"], row["mid_after_share"], row["exposed_share"]) == (None, None, None)
    assert [row["kind"] for row in curve_rows(unweighed, HERE) if row["kind"] == "budget"] == []
    assert any("north" in says and "5G RAN" in says for says in row["unanswered"])


def budgets(made: FundAnswer) -> list[tuple[Any, ...]]:
    found = [row for row in curve_rows(made, HERE) if row["kind"] == "budget"]
    return [(row["budget_amount"], row["price_amount"], row["low_share"], row["high_share"]) for row in found]


@pytest.mark.parametrize("objective", ["exposure", "goal"])
def test_the_curve_rises_with_money_and_prices_the_next_percentage_point(objective: str) -> None:
    """10,000 EUR for 40 points are 250 a point, 10,000 more for 20 points are 500; then nothing is left to gain."""
    first, second, last = budgets(answer(objective=objective))
    assert first == near(0, 250, 0, 0)
    assert second == near(10_000, 500, 0.4, 0.4)
    assert last[1] is None and (last[0], *last[2:]) == near(20_000, 0.5, 0.7)


def test_the_curve_of_a_single_country_begins_at_its_floor() -> None:
    assert budgets(answer(budget=20_000.0, limits={HERE: (5_000.0, inf)}))[0] == near(5_000, 125, 0, 0)
    assert budgets(answer(budget=20_000.0))[0] == near(0, 250, 0, 0)


def test_the_goal_is_the_chance_that_all_are_clear_together() -> None:
    """North's clear bid is cheaper, so it is clear without aid; South is not, and there is no money."""
    cheap = figure("price gap", -0.1, carrier_id="north", id=" north")
    purchases = [purchase("n"), purchase("s", carrier_id="south")]
    made = fund_answer(purchases, [*FIGURES, cheap], SHARES, objective="goal", budget=0.0)
    (row,) = rows(made)["fund"]
    assert (row["objective_share"], row["p_goal_share"]) == (0.0, 0.0)
    assert row["mid_after_share"] == pytest.approx(0.4)
    paid = fund_answer(purchases, [*FIGURES, cheap], SHARES, objective="goal", budget=10_000.0)
    assert rows(paid)["fund"][0]["objective_share"] == 1.0
    assert paid.awarding.award.tolist() == [0.0, 10_000.0]


def test_money_that_may_add_nobody_stays_on_the_curve_where_it_adds_some_on_average() -> None:
    """South may have nobody: 10,000 EUR more leave the least of all scenarios where it was, and raise the mean."""
    purchases = [purchase("n"), purchase("s", carrier_id="south")]
    made = fund_answer(purchases, FIGURES, {"north": (0.4, 0.4), "south": (0.0, 0.2)}, budget=10_000.0)
    found = [row for row in curve_rows(made, HERE) if row["kind"] == "budget"]
    points = [(row["budget_amount"], row["low_share"], row["mid_share"]) for row in found]
    assert points == [near(0, 0, 0), near(10_000, 0.4, 0.4), near(20_000, 0.4, 0.5)]


def test_what_is_missing_is_told_in_its_own_country_alone() -> None:
    bought = [purchase("n"), purchase("s", carrier_id="south", country="Erewhon", asset_class="core")]
    figures = [figure("price", 1000.0, asset_class="ran"), figure("price gap", 0.1)]
    made = fund_answer(bought, figures, SHARES, homes={"south": "Erewhon"})
    assert [one.id for one in made.purchases] == ["n"]
    lacking = "no row of choice_input gives its price"
    found = {row["country"]: row for row in rows(made)["fund"]}
    told = {name: any(lacking in says for says in row["unanswered"]) for name, row in found.items()}
    assert told == {HERE: False, "Erewhon": True}
    assert found["Erewhon"]["headline"] == "Erewhon: nothing to fund. No purchase has the figures that it needs."


def test_whom_to_approach_is_told_with_the_chance_without_aid_and_what_clear_costs_more() -> None:
    cheap = figure("price gap", -0.1, carrier_id="north", id=" north")
    made = fund_answer([purchase("n"), purchase("s", carrier_id="south")], [*FIGURES, cheap], SHARES)
    found = {row["carrier_id"]: row for row in rows(made)["fund_approach"]}
    assert {name: row["p_clear_share"] for name, row in found.items() if name} == {"north": 1.0, "south": 0.0}
    assert (found["north"]["mid_price_gap_amount"], found["south"]["mid_price_gap_amount"]) == near(-10_000, 10_000)
    assert found["south"]["mid_weight_share"] == pytest.approx(0.2)


def call(excluded: bool = True) -> tuple[dict[str, Any], list[tuple[str, int, int]]]:
    """The rows of a whole call on tables of a case, and what it reported on the way."""
    made, seen = answer(scenarios=5), list[tuple[str, int, int]]()
    tables = {**made.tables, "price_index": frame("price_index", []), "exchange_rate": frame("exchange_rate", [])}
    question = made.question
    if not excluded:
        question = replace(question, scope=replace(question.scope, excluded=frozenset()))
    found = answer_rows(question, tables, {}, progress=lambda *step: seen.append(step))
    return found, seen


@pytest.mark.parametrize(
    ("excluded", "why"),
    [
        (True, "No purchase is open between the two days of the question."),
        (False, "No vendor is excluded; name one with --exclude, or a programme with its condition."),
    ],
)
def test_a_call_on_a_case_without_purchases_gives_a_row_of_its_country_alone(excluded: bool, why: str) -> None:
    found, seen = call(excluded)
    assert [row["headline"] for row in found["fund"]] == [f"Utopia: nothing to fund. {why}"]
    assert (list(found), seen) == (["fund"], [("reading purchases", 0, 4)])


def test_a_country_in_which_nothing_is_open_says_so() -> None:
    made = fund_answer([purchase("n")], FIGURES, SHARES, homes={"south": "Erewhon"})
    (here, there) = rows(made)["fund"]
    assert there["headline"] == ("Erewhon: nothing to fund. No purchase is open between the two days of the question.")
    assert there["unanswered"] == [] and here["headline"].startswith("Utopia: with 10,000 EUR")


def test_each_of_two_countries_has_a_curve_of_its_own_money_and_subscribers() -> None:
    bought = [purchase("n"), purchase("s", carrier_id="south", country="Erewhon")]
    both = fund_answer(bought, FIGURES, SHARES, homes={"south": "Erewhon"})
    for country, gained in ((HERE, 0.4), ("Erewhon", 0.2)):
        found = [row for row in curve_rows(both, country) if row["kind"] == "budget"]
        assert [(row["budget_amount"], row["mid_share"]) for row in found] == [near(0, 0), near(10_000, gained)]
    assert both.awarding.award.tolist() == [10_000.0, 10_000.0]
    assert ends(both.paid("Erewhon")) == near(10_000, 10_000, 10_000)
    (first, second) = rows(both)["fund"]
    assert [row["country"] for row in (first, second)] == [HERE, "Erewhon"]
    assert "a share of one country counts as much as a share of another" in first["assumed"]


def test_until_the_contract_clear_costs_the_aid_and_after_it_a_swap_that_no_row_prices() -> None:
    found = [row for row in curve_rows(plain(), HERE) if row["kind"] == "days"]
    of = {name: [row for row in found if row["purchase_id"] == name] for name in (None, "n", "s")}
    assert [row["from_on"] for row in of[None][:2]] == [date(2026, 1, 1), date(2026, 4, 1)]
    assert [row["mid_amount"] for row in of[None] if row["from_on"] < date(2027, 1, 1)] == [20_000.0] * 4
    assert [row["mid_amount"] for row in of["s"] if row["from_on"] < date(2027, 1, 1)] == [10_000.0] * 4
    assert {row["mid_amount"] for row in found if row["from_on"] >= date(2027, 1, 1)} == {None}
    assert [row["number_count"] for row in of["n"]] == list(range(13))
    assert {row["mid_share"] for row in of[None]} == {0.0}
    assert {row.get("mid_share") for row in of["n"]} == {None}


def inputs(made: FundAnswer) -> dict[str, Any]:
    return {row["name"]: row for row in input_rows(made, HERE) if row["used"]}


def moved(row: Any) -> tuple[float, ...]:
    return row["low_objective_share"], row["mid_objective_share"], row["high_objective_share"]


def test_each_figure_shows_what_the_objective_is_at_its_ends() -> None:
    found = inputs(plain())
    assert sorted(found) == ["elements bought, n", "elements bought, s", "price", "price gap",
                             "share of north in subscribers", "share of south in subscribers"]  # fmt: skip
    assert moved(found["share of south in subscribers"]) == near(0.5, 0.6, 0.7)
    assert moved(found["price gap"]) == near(0.6, 0.6, 0.6)
    south = found["share of south in subscribers"]
    assert (south["low_amount"], south["mid_amount"], south["high_amount"]) == near(0.1, 0.2, 0.3)
    assert south["inputs"] == ["carrier_share:share south"]


def test_a_part_moves_its_own_purchase_alone() -> None:
    """Half to all of North: 20 to 40 % of the subscribers, and the 20 % of South in the middle."""
    half = purchase("n", low_part_share=0.5, high_part_share=1.0)
    made = fund_answer([half, purchase("s", carrier_id="south")], FIGURES, SHARES)
    row = inputs(made)["part of the subscribers of north behind n"]
    assert moved(row) == near(0.4, 0.5, 0.6)
    assert (row["low_amount"], row["high_amount"], row["inputs"]) == (0.5, 1.0, ["purchase:n"])
    assert "part of the subscribers of south behind s" not in inputs(made)
    open_end = inputs(fund_answer([purchase("n", low_part_share=0.5)], FIGURES, SHARES))
    assert open_end["part of the subscribers of north behind n"]["high_amount"] == 1.0


def test_opposed_estimates_stand_beside_the_figure_that_joins_them_and_only_where_it_is_used() -> None:
    opposed = [figure("price", 1000.0), figure("price gap", 0.1, id=" press"), figure("price gap", 0.3, id=" bidder")]
    found = input_rows(fund_answer([purchase("n")], opposed, SHARES), HERE)
    beside = [row for row in found if not row["used"]]
    assert sorted((row["low_amount"], row["high_amount"]) for row in beside) == [(0.1, 0.1), (0.3, 0.3)]
    assert {row["kind"] for row in beside} == {"price gap"}
    assert {moved(row) for row in beside} == {(None, None, None)}
    assert [row["used"] for row in found] == [True] * (len(found) - 2) + [False, False]
    elsewhere = [*FIGURES, figure("price gap", 0.2, id=" other", asset_class="core")]
    assert [row["used"] for row in input_rows(fund_answer([purchase("n")], elsewhere, SHARES), HERE)].count(False) == 0


def test_a_figure_of_a_mechanism_shows_what_the_mechanism_brings_at_its_ends() -> None:
    """A recipient that defaults for certain is not clear, one that never does is."""
    figures = [*FIGURES, figure("default chance", 0.0, 1.0)]
    row = inputs(fund_answer([purchase("n")], figures, SHARES, budget=10_000.0))["default chance"]
    assert row["low_objective_share"] == pytest.approx(0.4)
    assert row["high_objective_share"] == pytest.approx(0.0)
    assert 0.0 < row["mid_objective_share"] < 0.4


def cornered(*figures: Any, budget: float | None = None, **question: Any) -> tuple[Any, dict[str, Any]]:
    """The row of Utopia and its mechanisms where North and South buy 100 sites at 1,000 EUR each."""
    given = [figure("price", 1000.0), *figures]
    bought = [purchase("n"), purchase("s", carrier_id="south")]
    made = rows(fund_answer(bought, given, SHARES, budget=budget, scenarios=200, **question))
    return made["fund"][0], {row["mechanism"]: row for row in made["fund_mechanism"]}


@pytest.mark.parametrize(
    ("figures", "before", "after"),
    [
        # Clear costs 1 % less to 30 % more: none or both are clear without aid. At the upper end each needs 30,000
        # EUR, and no more than what tips 99 in 100 scenarios is on offer.
        ([figure("price gap", -0.01, 0.3)], (0.0, 0.7), (0.0, 0.7)),
        # 5 to 9 % more: 9,000 EUR would be on offer only for the last scenario in a hundred.
        ([figure("price gap", 0.05, 0.09)], (0.0, 0.0), (0.0, 0.7)),
        # Clear costs at least 1 % less: always clear, however the price lies.
        ([figure("price gap", -0.3, -0.01)], (0.5, 0.7), (0.5, 0.7)),
        # 4 to 6 % more each; nobody goes first without aid. An offer tips South in every case, and North follows in
        # every case if its peer makes clear 7 % cheaper or more, but not if that may be 5 %.
        ([figure("price gap", 0.04, 0.06), figure("network effect", 0.07, 0.08)], (0.0, 0.0), (0.5, 0.7)),
        ([figure("price gap", 0.04, 0.06), figure("network effect", 0.05, 0.08)], (0.0, 0.0), (0.1, 0.7)),
        # Nothing known by its ends alone: exact.
        ([figure("price gap", 0.1)], (0.0, 0.0), (0.5, 0.7)),
        # A figure that both choices have in common cancels: 10 % more whatever integration costs.
        ([figure("price gap", 0.1), figure("integration", 0.0, 0.5)], (0.0, 0.0), (0.5, 0.7)),
    ],
)
def test_the_ends_hold_every_corner_of_what_is_drawn(figures: Any, before: Any, after: Any) -> None:
    row, _ = cornered(*figures)
    assert (row["low_before_share"], row["high_before_share"]) == near(*before)
    assert (row["low_after_share"], row["high_after_share"]) == near(*after)
