"""Who may be chosen, who rides on whom, and what an offer does, worked by hand for one purchase."""

from datetime import date

import numpy as np
import pytest

from provenet.case.money import NOTHING, Band
from provenet.incentives.costs import Responses, cost_purchases, cost_rows, offers, response_rows, rests_on, simulate
from provenet.incentives.curve_rows import ClearCosts, days_of, later_amount
from provenet.incentives.input_rows import bars
from provenet.incentives.subscribers import riders, subscribers_behind
from provenet.tipping.simulation import Draws
from support.fund_answer import fund_answer
from support.purchase_tables import AS_OF, deployment, figure, purchase, read

FIGURES = [figure("price", 1000.0), figure("price gap", 0.1)]
HEAD = {"fund_id": "fund-1", "country": "Utopia"}


def vendors(*deployments: dict[str, object]) -> list[str]:
    (one,) = read([purchase(vendor_ids=[])], FIGURES, deployments).purchases
    return [option.vendor_id for option in one.options]


def test_without_vendors_of_its_own_a_purchase_may_choose_whom_carriers_name_in_its_class_or_a_part_of_it() -> None:
    named = [deployment("north", "acme"), deployment("south", "bolt", asset_class="ran.radio")]
    left_out = [
        deployment("north", "cord", asset_class="core"),
        deployment("north", "dyna", presence="rumoured"),
        deployment("north", "echo", complement=True),
        deployment("north", "fay", country="Elsewhere"),
        deployment("north", "country:China", "all", "golf"),
        deployment("north", "hotel", asset_class="random"),
    ]
    assert vendors(*named) == ["acme", "bolt"]
    assert vendors(*named, *left_out) == ["acme", "bolt", "golf"]


@pytest.mark.parametrize(
    ("scope", "price"),
    [
        ({}, 500.0), ({"asset_class": "ran"}, 500.0), ({"asset_class": "ran.radio"}, 500.0),
        ({"asset_class": "ran.radio.head"}, 1000.0), ({"asset_class": "core"}, 1000.0),
        ({"asset_class": "ra"}, 1000.0), ({"country": "Utopia"}, 500.0),
        ({"country": "Elsewhere"}, 1000.0), ({"carrier_id": "south"}, 1000.0),
        ({"generation": "4G"}, 1000.0), ({"generation": "5G"}, 500.0),
    ],
)  # fmt: skip
def test_a_figure_is_meant_for_a_purchase_of_its_class_or_a_part_of_it(scope: dict[str, str], price: float) -> None:
    """A figure of everything beside it: where both are of equal scope they are joined, so the own one is cheaper."""
    general = figure("price", 1000.0, id=" all")
    own = figure("price", 500.0, id=" own", **scope)
    rows = [own] if not scope else [general, own]
    (one,) = read([purchase(asset_class="ran.radio")], rows).purchases
    assert one.figures["price"].band.mid == price


def ride(binding: str = "agreed", **given: object) -> dict[str, object]:
    return {"carrier_id": "south", "host_id": "north", "segment": "ran", "binding": binding, "to_on": None, **given}


@pytest.mark.parametrize(
    ("row", "rides"),
    [
        (ride(), True), (ride("preliminary"), False), (ride(host_id="west"), False), (ride(segment="core"), False),
        (ride(segment="ran.radio"), True),
        (ride(to_on=date(2027, 1, 1)), False),  # the day of the contract: by then it has ended
        (ride(to_on=date(2027, 1, 2)), True),
    ],
)  # fmt: skip
def test_subscribers_ride_on_a_purchase_while_an_agreed_sharing_of_its_class_lasts(
    row: dict[str, object], rides: bool
) -> None:
    found = read([purchase()], FIGURES).purchases
    assert riders(found, [row]) == ({"south"} if rides else set())  # type: ignore[list-item]
    shares = {"north": Band(0.4, 0.4, 0.4), "south": Band(0.1, 0.2, 0.3)}
    behind = subscribers_behind(found, shares, [row]).behind("p")  # type: ignore[list-item]
    expected = (0.5, 0.6, 0.7) if rides else (0.4, 0.4, 0.4)
    assert (behind.low, behind.mid, behind.high) == pytest.approx(expected)


def test_a_curve_of_responses_goes_evenly_from_no_offer_to_the_most() -> None:
    assert offers(20.0) == [float(number) for number in range(21)]
    assert offers(10.0, 3) == [0.0, 5.0, 10.0]


def test_rows_of_responses_give_the_chance_and_the_money_expected_at_each_offer() -> None:
    made = fund_answer([purchase("n")], FIGURES, {"north": (0.4, 0.4)})
    asked = {"most": [20_000.0], "head": HEAD, "money": ("EUR", "2026")}
    rows = [*response_rows(made.purchases, [0], made.responding(made.unaided), **asked)]  # type: ignore[arg-type]
    assert [row["number_count"] for row in rows] == list(range(21))
    chances = [(row["offer_amount"], row["p_clear_share"], row["paid_amount"]) for row in rows]
    assert chances[9:12] == [(9_000.0, 0.0, 0.0), (10_000.0, 1.0, 10_000.0), (11_000.0, 1.0, 11_000.0)]


def test_peers_that_are_clear_lower_what_an_offer_has_to_cover() -> None:
    """A network effect of 5 % of 100,000 EUR: with all peers clear 5,000 EUR tip, with half of them 7,500."""
    met = read([purchase()], [*FIGURES, figure("network effect", 0.05)])
    made = cost_purchases(met.purchases, Draws(1, 5))
    for peers, need in ((0.0, 10_000.0), (0.5, 7_500.0), (1.0, 5_000.0)):
        answers = Responses(made, np.full_like(made.gap, peers))
        assert (answers.chance(0, need - 1.0).mid, answers.chance(0, need + 1.0).mid) == (0.0, 1.0)


def test_each_cost_of_each_choice_is_a_row_that_names_what_it_rests_on() -> None:
    own = [*FIGURES, figure("anchor", 0.2, vendor_id="bolt"), figure("default chance", 0.5)]
    met = read([purchase()], own)
    rows = [*cost_rows(met.purchases, Draws(1, 10), HEAD, money=("EUR", "2026"))]  # type: ignore[arg-type]
    price = {row["vendor_id"]: row["mid_amount"] for row in rows if row["part"] == "price"}
    assert price == {"acme": 100_000.0, "bolt": pytest.approx(110_000.0)}
    assert {row["vendor_id"]: row["excluded"] for row in rows} == {"acme": True, "bolt": False}
    of_acme, of_all = rests_on(met.purchases[0], "acme"), rests_on(met.purchases[0])
    assert "choice_input:anchor bolt" in of_all and "choice_input:anchor bolt" not in of_acme
    assert not any("default chance" in row for row in of_all)


def test_the_widest_bar_stands_first_and_each_figure_once() -> None:
    """From no gap to 20 %: at 10,000 EUR the choice is clear at the lower end and not at the upper."""
    met = read([purchase()], [figure("price", 1000.0), figure("price gap", 0.0, 0.2), figure("integration", 0.0)])
    answer = fund_answer([purchase()], [figure("price", 1000.0)], {"north": (0.4, 0.4)})
    middle, made = bars(met.purchases, answer.demands("Utopia"), [12_000.0])
    assert middle == pytest.approx(0.4)
    assert (made[0].figure.kind, made[0].low, made[0].high) == ("price gap", pytest.approx(0.4), 0.0)
    assert len({bar.figure.id for bar in made}) == len(made)
    assert bars([], (), []) == (0.0, [])


def test_money_behind_nobody_brings_nothing() -> None:
    assert subscribers_behind(read([purchase()], FIGURES).purchases, {}, []).behind("p") == NOTHING


def test_a_swap_after_the_contract_costs_what_removal_costs_for_the_life_that_is_left() -> None:
    """80 % of 100,000 EUR on the day of the contract, half of it five years on, nothing after ten."""
    met = read([purchase()], [*FIGURES, figure("removal cost", 0.8)])
    draws = Draws(1, 5)
    made = cost_purchases(met.purchases, draws)
    sim = simulate(met.purchases, made, draws, demands=())
    one = met.purchases[0]

    def on(day: date) -> float:
        (value,) = {round(float(amount), 6) for amount in ClearCosts.of(one, 0, sim, made=made, draws=draws).on(day)}
        return value

    assert (on(date(2026, 12, 31)), on(date(2027, 1, 1))) == (10_000.0, 80_000.0)
    assert on(date(2032, 1, 1)) == pytest.approx(80_000 * (1 - 1826 / 3652.5))
    assert on(date(2038, 1, 1)) == 0.0
    assert later_amount(one, 0, sim, made=made, draws=draws) == pytest.approx(80_000.0)
    unpriced = read([purchase()], FIGURES).purchases[0]
    assert later_amount(unpriced, 0, sim, made=made, draws=draws) is None
    assert np.isnan(ClearCosts.of(unpriced, 0, sim, made=made, draws=draws).on(date(2027, 1, 1))).all()


def test_the_days_of_a_curve_are_quarters_until_two_years_after_the_last_contract() -> None:
    met = read([purchase()], FIGURES)
    days = days_of(AS_OF, met.purchases)
    assert (days[0], days[1], days[-1], len(days)) == (AS_OF, date(2026, 4, 1), date(2029, 1, 1), 13)
    late = days_of(date(2026, 1, 31), met.purchases)
    assert late[:3] == [date(2026, 1, 31), date(2026, 4, 28), date(2026, 7, 28)]
    far = read([purchase(low_signed_on=date(2028, 12, 1), high_signed_on=date(2036, 1, 1))], FIGURES)
    assert len(days_of(AS_OF, far.purchases)) <= 25
    assert days_of(AS_OF, []) == [date(2026 + year, month, 1) for year in (0, 1) for month in (1, 4, 7, 10)] + [
        date(2028, 1, 1)
    ]
