"""What choices cost, worked by hand; the chance of a clear choice against closed forms."""

from datetime import date
from statistics import NormalDist

import numpy as np
import pytest

from provenet.case.money import Band
from provenet.core.errors import InputFault
from provenet.forms.allocation import AidDemand
from provenet.incentives.costs import (
    Responses,
    annuity,
    cost_purchases,
    logistic,
    parts,
    peers,
    simulate,
    spread,
    total,
)
from provenet.incentives.curve_rows import ClearCosts, later_amount
from provenet.incentives.input_rows import bars, chances, expected
from provenet.incentives.purchases import Purchase
from provenet.tipping.simulation import Draws, Figure, Middles, triangular
from support.purchase_tables import deployment, figure, purchase, read

MIDDLE = Middles({})
PRICE = figure("price", 1000.0)
FIGURES = [
    PRICE,
    figure("price gap", 0.1),
    figure("integration", 0.05),
    figure("anchor", 0.2),
    figure("operating gap", 0.01),
    figure("discount", 0.0),
    figure("removal chance", 0.5),
    figure("removal cost", 0.8),
    figure("removal years", 5.0),
    figure("network effect", 0.03),
]


def only(**given: object) -> Purchase:
    row = purchase(**{"anchor_vendor_id": "acme", **given})
    return read([row], FIGURES, [deployment("north", "acme")]).purchases[0]


def test_every_part_of_both_choices_is_what_the_hand_says() -> None:
    one = only()
    acme, bolt = one.options
    assert {name: amount.tolist() for name, amount in parts(one, bolt, MIDDLE).items()} == {
        "price": [pytest.approx(110_000)], "integration": [5_000], "anchor": [20_000], "removal": [0],
        "operating": [pytest.approx(10_000)], "network effect": [-3_000],
    }  # fmt: skip
    # Half a chance of 80 % of the price, halfway through the life.
    assert {name: amount.tolist() for name, amount in parts(one, acme, MIDDLE).items()} == {
        "price": [100_000], "integration": [0], "anchor": [0], "operating": [0], "removal": [20_000],
    }  # fmt: skip
    made = cost_purchases([one], MIDDLE)
    assert made.gap.tolist() == [[pytest.approx(145_000 - 120_000)]]
    assert made.effect.tolist() == [[3_000]]
    assert total(parts(one, bolt, MIDDLE)).tolist() == [pytest.approx(145_000)]


def test_the_anchor_binds_the_other_way_where_the_older_vendor_is_clear() -> None:
    one = only(anchor_vendor_id="bolt")
    acme, bolt = one.options
    assert parts(one, bolt, MIDDLE)["anchor"].tolist() == [0] and bolt.present
    assert parts(one, acme, MIDDLE)["anchor"].tolist() == [20_000]


def test_a_vendor_s_own_price_gap_goes_before_the_general_one_on_either_side() -> None:
    own = [*FIGURES, figure("price gap", -0.25, vendor_id="acme"), figure("price gap", 0.3, vendor_id="bolt")]
    one = read([purchase()], own).purchases[0]
    acme, bolt = one.options
    assert parts(one, acme, MIDDLE)["price"].tolist() == [75_000]
    assert parts(one, bolt, MIDDLE)["price"].tolist() == [130_000]


def test_the_cheapest_choice_on_each_side_counts() -> None:
    own = [PRICE, figure("price gap", 0.3, vendor_id="bolt"), figure("price gap", 0.2, vendor_id="cog"),
           figure("price gap", -0.1, vendor_id="dyna")]  # fmt: skip
    one = read([purchase(vendor_ids=["acme", "bolt", "cog", "dyna"])], own, excluded=["acme", "dyna"]).purchases[0]
    assert cost_purchases([one], MIDDLE).gap.tolist() == [[pytest.approx(120_000 - 90_000)]]


def test_without_a_clear_choice_no_aid_helps_and_without_an_excluded_one_none_is_needed() -> None:
    none, all_clear = (read([purchase()], FIGURES, excluded=e).purchases for e in (["acme", "bolt"], ["zeta"]))
    assert cost_purchases(none, MIDDLE).gap.tolist() == [[np.inf]]
    made = cost_purchases(all_clear, MIDDLE)
    assert made.gap[0, 0] < 0 and made.gap[0, 0] == -made.cost[0, 0]


def test_where_nothing_is_excluded_the_choice_is_clear_whatever_the_noise() -> None:
    """Every choice is clear there; noise between two of them is none between clear and excluded."""
    met = read([purchase(vendor_ids=["bolt", "cord"])], [figure("price", 1.0), figure("choice noise", 5.0)])
    costs = cost_purchases(met.purchases, Draws(1, 100))
    assert Responses(costs, np.zeros((1, 100))).chance(0, 0.0) == Band(1.0, 1.0, 1.0)


def test_a_bid_is_not_below_nothing() -> None:
    with pytest.raises(InputFault, match="price gap of"):
        read([purchase()], [figure("price", 1.0), figure("price gap", -1.5, 0.2)])
    assert read([purchase()], [figure("price", 1.0), figure("price gap", -1.0, 0.2)]).purchases


def test_one_carrier_two_vendors_and_normal_prices_give_the_normal_curve() -> None:
    """With a price gap drawn from a normal distribution an offer A tips with the chance of a gap of A at most."""
    one = read([purchase()], [PRICE, figure("price gap", 0.1)]).purchases[0]
    draws, normal = Draws(7, 20_000), NormalDist(0.1, 0.05)

    def value(of: Figure) -> np.ndarray:
        if of.kind != "price gap":
            return draws(of)
        return np.array([normal.inv_cdf(u) for u in draws.uniform("gap").tolist()])

    made = cost_purchases([one], value)
    answers = Responses(made, np.zeros_like(made.gap))
    for offer in (0.0, 5_000.0, 10_000.0, 17_000.0, 30_000.0):
        assert answers.chance(0, offer).mid == pytest.approx(normal.cdf(offer / 100_000), abs=1e-4)


def test_a_triangle_gives_its_own_curve_and_pass_through_stretches_it() -> None:
    lost = [PRICE, figure("price gap", 0.0, 0.2), figure("pass-through", 0.5)]
    one = read([purchase()], lost).purchases[0]
    draws = Draws(1, 10_000)
    made = simulate([one], cost_purchases([one], draws), draws, demands=(AidDemand(1.0, (one.id,)),))
    # Half of the aid is kept: 20,000 are worth 10,000, the middle of a gap from 0 to 20,000.
    assert float((made.needed()[0] <= 20_000).mean()) == pytest.approx(0.5, abs=1e-3)
    assert float((made.needed()[0] <= 10_000).mean()) == pytest.approx(0.125, abs=1e-3)


def test_noise_makes_the_chance_logistic_and_its_mean_is_that_of_the_scenarios() -> None:
    one = read([purchase()], [PRICE, figure("price gap", 0.1), figure("choice noise", 0.05)]).purchases[0]
    draws = Draws(3, 20_000)
    made = cost_purchases([one], draws)
    sim = simulate([one], made, draws, demands=())
    answers = Responses(made, np.zeros_like(made.gap))
    for offer in (0.0, 8_000.0, 15_000.0):
        exact = 1 / (1 + np.exp((10_000 - offer) / 5_000))
        assert answers.chance(0, offer) == Band(*[pytest.approx(exact)] * 3)
        assert float((sim.gap[0] <= offer).mean()) == pytest.approx(exact, abs=1e-3)


def test_draws_depend_on_the_seed_and_the_figure_alone_and_means_settle() -> None:
    bands = {"a": Band(1, 2, 6), "b": Band(0, 1, 1)}
    a, b = (Figure(name, name, "price", band, "", "assumed", "") for name, band in bands.items())
    first, again = Draws(5, 4_000), Draws(5, 4_000)
    again(b)
    assert first(a).tobytes() == again(a).tobytes()
    assert Draws(6, 4_000)(a).tobytes() != first(a).tobytes()
    assert first(a).mean() == pytest.approx(3.0, abs=1e-3)  # (1 + 2 + 6) / 3
    assert abs(np.corrcoef(first(a), first(b))[0, 1]) < 0.05


def test_quantiles_of_a_triangle_are_those_of_its_distribution() -> None:
    band = Band(1.0, 2.0, 5.0)
    u = np.linspace(0, 1, 101)
    x = triangular(u, band)
    assert np.allclose(np.where(x <= 2, (x - 1) ** 2 / 4, 1 - (5 - x) ** 2 / 12), u)
    assert triangular(u, Band(2.0, 2.0, 2.0)).tolist() == [2.0] * 101
    assert triangular(np.array([0.0, 1.0]), Band(0.0, 0.0, 1.0)).tolist() == [0.0, 1.0]


def test_an_annuity_is_a_sum_of_discounted_years() -> None:
    assert annuity(3.0, np.array([0.05]))[0] == pytest.approx(sum(1.05**-year for year in (1, 2, 3)))


def test_peers_are_those_of_one_country_and_class() -> None:
    rows = [purchase("a"), purchase("b"), purchase("c"), purchase("d", asset_class="core", generation=None)]
    made = peers(read(rows, [PRICE]).purchases)
    assert made.tolist() == [[0, 0.5, 0.5, 0], [0.5, 0, 0.5, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 0]]


def test_waiting_costs_the_need_before_the_contract_and_the_swap_after_it() -> None:
    one = only()
    draws = Draws(1, 50)
    made = cost_purchases([one], draws)
    sim = simulate([one], made, draws, demands=())
    clear = ClearCosts.of(one, 0, sim, made=made, draws=draws)
    assert clear.on(date(2026, 6, 1)).tolist() == [pytest.approx(25_000)] * 50
    assert clear.on(date(2027, 1, 1)).tolist() == [pytest.approx(80_000)] * 50
    assert later_amount(one, 0, sim, made=made, draws=draws) == pytest.approx(80_000)
    assert clear.on(date(2032, 1, 1))[0] == pytest.approx(40_000, rel=1e-3)
    assert clear.on(date(2037, 6, 1)).tolist() == [0.0] * 50


def test_the_bars_are_the_objective_with_one_figure_at_its_ends() -> None:
    one = read([purchase()], [PRICE, figure("price gap", 0.0, 0.2), figure("choice noise", 0.05)]).purchases[0]
    demands = (AidDemand(0.4, (one.id,)),)
    middle, made = bars([one], demands, [10_000.0])
    assert middle == pytest.approx(0.4 * 0.5)
    widest = made[0]
    assert widest.figure.kind == "price gap"
    assert widest.low == pytest.approx(0.4 / (1 + np.exp(-2))) and widest.high == pytest.approx(0.4 / (1 + np.exp(2)))
    # Price and count move nothing here: the award stays at the gap of the middle, and both sides scale alike.
    assert expected(demands, chances([one], [0.0], {})) < middle
    assert [bar.width for bar in made] == sorted((bar.width for bar in made), reverse=True)


def test_a_price_without_year_or_currency_is_a_fault_that_names_both() -> None:
    with pytest.raises(InputFault) as caught:
        read([purchase()], [figure("price", 1.0, currency=None, price_year=None)])
    assert [fault.column for fault in caught.value.faults] == ["currency", "price_year"]
    with pytest.raises(InputFault, match="not in order"):
        read([purchase()], [PRICE, figure("price gap", 0.2, 0.1)])


def test_every_row_that_cannot_be_reckoned_with_is_told_at_once() -> None:
    wrong = [
        purchase("days", low_signed_on=date(2028, 1, 1), high_signed_on=date(2027, 1, 1)),
        purchase("none", low_count=None, high_count=None),
        purchase("life", life_years=0.0),
        purchase("part", low_part_share=0.5, high_part_share=1.5),
    ]
    figures = [PRICE, figure("pass-through", 0.2, 1.2), figure("integration", -0.1, 0.1)]
    with pytest.raises(InputFault) as caught:
        read(wrong, figures)
    assert [fault.says for fault in caught.value.faults] == [
        "the integration of integration  is below 0", "the pass-through of pass-through  is no share",
        "the ends of days are not in order", "the purchase none has no count", "the purchase life lasts no time",
        "the part of part is no share",
    ]  # fmt: skip


def test_one_element_is_a_purchase_and_none_is_a_fault() -> None:
    (one,) = read([purchase(low_count=1.0, high_count=1.0, says="one core")], [PRICE]).purchases
    assert (one.count.band.mid, one.count.says) == (1.0, "one core")
    assert read([purchase(says=None)], [PRICE]).purchases[0].count.says == "as given"
    with pytest.raises(InputFault, match="buys nothing"):
        read([purchase(low_count=0.0, high_count=0.0)], [PRICE])


def test_an_upper_end_of_a_part_without_a_lower_one_is_a_fault_that_names_the_cell() -> None:
    with pytest.raises(InputFault) as caught:
        read([purchase(low_part_share=None, high_part_share=0.5)], [PRICE])
    (fault,) = caught.value.faults
    assert fault.says == "the part of p has an upper end and no lower one"
    assert (fault.column, fault.expected) == ("low_part_share", "a share up to 0.5")
    assert read([purchase(low_part_share=0.5, high_part_share=None)], [PRICE]).purchases[0].part == Band(0.5, 0.75, 1.0)


def test_opposed_estimates_are_joined_from_the_lowest_to_the_highest_and_told_side_by_side() -> None:
    rows = [PRICE, figure("price gap", 0.1, 0.25, id="one"), figure("price gap", -0.25, -0.22, id="two")]
    made = read([purchase()], rows)
    assert made.purchases[0].figures["price gap"].band == Band(-0.25, 0.0, 0.25)
    assert sorted(row["choice_input_id"] for _, row in made.beside) == ["price gap one", "price gap two"]
    # A row of the country goes before both.
    own = [*rows, figure("price gap", 0.02, country="Utopia", id="own")]
    assert read([purchase()], own).purchases[0].figures["price gap"].band.mid == 0.02


def test_purchases_outside_the_days_or_without_a_price_are_left_out_and_the_latter_told() -> None:
    late = purchase("late", low_signed_on=date(2030, 1, 1), high_signed_on=date(2031, 1, 1))
    past = purchase("past", low_signed_on=date(2020, 1, 1), high_signed_on=date(2025, 12, 31))
    assert [one.id for one in read([late, past, purchase()], [PRICE]).purchases] == ["p"]
    lacking = read([purchase()], [figure("price gap", 0.1)])
    assert not lacking.purchases and "no row of choice_input gives its price" in lacking.unanswered[0][1]


def test_a_certain_choice_is_a_step_and_a_spread_holds_its_mean() -> None:
    assert logistic(np.array([0.0, -1e-9]), np.zeros(2)).tolist() == [1.0, 0.0]
    assert spread(np.array([0.0] * 99 + [100.0])) == Band(0.0, 1.0, 1.0)
