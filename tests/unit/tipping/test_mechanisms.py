"""Mechanisms by hand: who is clear, what is paid, and what the figures with ends say."""

import numpy as np
import pytest

from provenet.case.money import Band
from provenet.case.tables import tables, words
from provenet.forms.allocation import AidDemand
from provenet.tipping.mechanism_rules import WORDS, Terms, terms_of
from provenet.tipping.mechanisms import MECHANISMS, SAYS, MechanismOutcome, compare, rows, run
from provenet.tipping.simulation import Draws, Figure, Simulation
from support.mechanism_cases import carriers, terms

SHARED = ("run_id", "formula", "inputs")
TWO = [[10.0], [30.0]]
"""Two carriers that need 10 and 30."""


def ran(
    simulated: Simulation, budget: float, mechanism: str, offers: list[float] | None = None, **given: object
) -> MechanismOutcome:
    """One mechanism, with terms that are nothing but what is given."""
    offered = None if offers is None else np.array(offers)
    return run(simulated, budget, terms(simulated, **given), mechanism=mechanism, offers=offered)


def only(values: np.ndarray) -> float:
    """The one value of a sum."""
    (value,) = values.ravel().tolist()
    return float(value)


def test_the_words_are_those_of_the_list() -> None:
    assert list(MECHANISMS) == list(words("mechanism"))
    assert set(WORDS.values()) <= set(words("choice_figure"))


def test_an_offer_is_paid_where_it_tips_and_to_who_needs_none() -> None:
    of = ran(carriers([[10.0], [30.0], [-5.0]]), 60, "offers", [12, 29, 4])
    assert of.clear.ravel().tolist() == [True, False, True]
    assert (only(of.gained), only(of.paid), only(of.rent)) == (1.0, 16.0, 6.0)
    assert (only(of.awards), only(of.defaults)) == (2, 0)


def test_bids_are_paid_as_they_are_while_they_fit() -> None:
    """Bids over weight of 10, 20 and 30 with weights of 1, 1 and 2: 10 and 20 win, 60 does not fit."""
    of = ran(carriers([[10.0], [20.0], [60.0]], [1.0, 1.0, 2.0]), 80, "pay-as-bid auction")
    assert of.clear.ravel().tolist() == [True, True, False]
    assert (only(of.paid), only(of.gained)) == (30.0, 2.0)
    assert of.summary().shortfall_share.mid == pytest.approx(60 / 90)


def test_a_bid_over_the_budget_is_not_admitted() -> None:
    of = ran(carriers([[10.0], [50.0]], [1.0, 40.0]), 40, "pay-as-bid auction")
    assert (only(of.paid), only(of.requests)) == (10.0, 60.0)


def test_equal_bids_win_in_the_order_of_the_buyers() -> None:
    of = ran(carriers([[5.0]] * 20), 50, "pay-as-bid auction")
    assert of.clear.ravel().tolist() == [True] * 10 + [False] * 10


def test_an_underbidder_defaults_unless_own_funds_or_the_bond_hold_it() -> None:
    """With a spread of 1 and an error of none the bid is the need over the root of 2: 7.07 of 10, 2.93 short."""
    for given, defaults in (
        ({}, 1), ({"own_funds": 0.29}, 1), ({"own_funds": 0.3}, 0), ({"bond": 0.41}, 1), ({"bond": 0.42}, 0),
        ({"bid_markup": 0.41}, 1), ({"bid_markup": 0.42}, 0),
    ):  # fmt: skip
        of = ran(carriers([[10.0]]), 20, "pay-as-bid auction", bid_spread=1, **given)
        assert only(of.defaults) == defaults, given
        assert of.clear.ravel().tolist() == [not defaults]
        assert (only(of.paid) == 0) == bool(defaults)


def test_the_next_in_line_takes_over_late() -> None:
    """The first bids e**-1 of its need, wins and defaults; the second, rejected before, takes its place."""
    simulated = carriers([[10.0], [9.0]], [1.0, 0.5])
    given = {"bid_spread": np.sqrt(np.expm1(1.0)), "error": [[-0.5], [0.5]], "next_delay": 2}
    of = ran(simulated, 10, "pay-as-bid auction", **given)
    assert of.clear.ravel().tolist() == [False, True]
    assert (only(of.awards), only(of.defaults)) == (2, 1)
    assert only(of.paid) == pytest.approx(9.0)
    assert only(of.defaulted) == pytest.approx(10 * np.exp(-1))
    assert only(of.late) == 1.0
    assert of.summary().late_years == 2.0


def test_a_guarantee_pays_the_loans_of_defaulters_alone() -> None:
    """Loans of 100 save 10: enough for a need of 10 or none, not for 30. A chance of 5 % sets 5 aside for each."""
    simulated = carriers([[10.0] * 2, [30.0] * 2, [-1.0] * 2])
    luck = [[0.5, 0.01], [0.5, 0.5], [0.5, 0.5]]
    of = ran(simulated, 10, "loan guarantee", loan_rate_gap=0.1, default_chance=0.05, luck=luck)
    assert of.clear.tolist() == [[True, False], [False, False], [True, True]]
    assert of.paid.tolist() == [[0.0, 100.0]]
    assert of.requests.tolist() == of.granted.tolist() == [[200.0, 200.0]]
    narrow = ran(simulated, 9, "loan guarantee", loan_rate_gap=0.1, default_chance=0.05, luck=luck)
    assert narrow.granted.tolist() == [[100.0, 100.0]]


def test_peers_follow_whom_the_aid_made_clear() -> None:
    """Each needs 10 and 20 less once the other is clear, so aid for one makes both clear."""
    simulated = carriers([[10.0], [10.0]], effect=20.0)
    of = ran(simulated, 10, "pay-as-bid auction")
    assert of.clear.all() and only(of.paid) == 10.0 and only(of.gained) == 2.0
    assert not ran(simulated, 9, "pay-as-bid auction").clear.any()


def test_a_demand_of_two_counts_once_both_are_clear_and_at_the_country_of_the_first() -> None:
    demands = AidDemand(0.5, ("buyer 0",)), AidDemand(0.3, ("buyer 1", "buyer 0"))
    simulated = carriers(TWO, groups=("DE", "IT"), demands=demands)
    one = ran(simulated, 20, "offers", [10, 0])
    both = ran(simulated, 40, "offers", [10, 30])
    assert one.gained.tolist() == [[0.5], [0.0]]
    assert both.gained.tolist() == [[0.5], [0.3]]
    assert both.summary("IT").paid_amount.mid == 30.0
    assert both.summary("DE", whole=2.0).clear_share.mid == 0.25
    assert one.summary("DE").p_goal_share == 1.0 and one.summary().p_goal_share == 0.0


def test_middles_are_means_and_ratios_of_means() -> None:
    simulated = carriers([[10.0, 10.0, 10.0, 40.0]], [0.5])
    told = ran(simulated, 30, "pay-as-bid auction").summary()
    assert told.clear_share.mid == 0.375
    assert told.unit_amount == Band(0.2, pytest.approx(0.2), pytest.approx(0.2))
    assert told.shortfall_share.mid == pytest.approx(40 / 70)
    assert ran(simulated, 5, "pay-as-bid auction").summary().unit_amount is None


def test_rows_have_the_columns_of_their_table() -> None:
    simulated = carriers(TWO)
    outcomes = compare(simulated, 40, terms(simulated), offers=np.array([10.0, 30.0]))
    made = rows(outcomes, "f", "DE", money=("EUR", "2026"))
    own = [c.name for c in tables()["fund_mechanism"].columns if c.name not in SHARED]
    assert [sorted(row) for row in made] == [sorted(own)] * len(MECHANISMS)
    assert [row["number_count"] for row in made] == list(range(len(MECHANISMS)))
    assert len({row["mechanism_id"] for row in made}) == len(MECHANISMS)


def test_what_is_wrong_is_said() -> None:
    simulated = carriers(TWO)
    for says, call in (
        ("no mechanism is called 'lottery'", ("lottery", 1.0)), ("no budget is -1", ("loan guarantee", -1.0)),
        ("no budget is nan", ("loan guarantee", float("nan"))), ("offers are lacking the awards", ("offers", 1.0)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            ran(simulated, call[1], call[0])
    with pytest.raises(ValueError, match="no figure for default chance, bid spread"):
        terms_of({}, Draws(1, 10), simulated.buyers)


def figures() -> dict[str, Figure]:
    """A figure for every word, between 0.1 and 0.3."""
    return {word: Figure(word, word, word, Band(0.1, 0.2, 0.3), "", "assumed", "") for word in WORDS.values()}


def drawn(seed: int, buyers: tuple[str, ...], scenarios: int = 4000) -> Terms:
    return terms_of(figures(), Draws(seed, scenarios), buyers)


def test_noise_is_each_buyer_s_own_and_bids_are_right_on_average() -> None:
    one, two = drawn(3, ("a", "b")), drawn(3, ("c", "a"))
    assert one.error[0].tobytes() == two.error[1].tobytes()
    assert one.default_chance.tobytes() == two.default_chance.tobytes()
    assert drawn(4, ("a",)).error[0].tobytes() != one.error[0].tobytes()
    assert one.error.mean() == pytest.approx(0, abs=0.03) and one.error.std() == pytest.approx(1, abs=0.03)
    assert one.estimate.mean() == pytest.approx(1, abs=0.01)
    relative = one.estimate.std() / one.estimate.mean()
    assert relative == pytest.approx(np.sqrt((one.bid_spread**2).mean()), abs=0.01)
    assert one.fails.mean() == pytest.approx(0.2, abs=0.02)


def test_equal_seeds_give_equal_bytes() -> None:
    draw = np.random.default_rng(0)
    simulated = carriers(draw.normal(5, 6, (5, 500)), effect=1.0)
    first, again = (compare(simulated, 20, drawn(7, simulated.buyers, 500), offers=np.full(5, 4.0)) for _ in range(2))
    for one, two in zip(first, again, strict=True):
        assert one.paid.tobytes() == two.paid.tobytes() and one.clear.tobytes() == two.clear.tobytes()
        assert one.summary() == two.summary()


def test_without_a_carrier_nothing_is_paid_and_with_one_it_is_reckoned_by_hand() -> None:
    nobody = carriers(np.zeros((0, 3)))
    for of in compare(nobody, 40, drawn(1, (), 3), offers=np.zeros(0)):
        assert of.clear.shape == (0, 3) and of.summary().paid_amount == Band(0.0, 0.0, 0.0)
    wanted = ("offers", 30.0, 20.0), ("pay-as-bid auction", 10.0, 0.0), ("loan guarantee", 0.0, 0.0)
    for mechanism, paid, rent in wanted:
        of = ran(carriers([[10.0]]), 40, mechanism, [30], loan_rate_gap=0.1)
        assert of.clear.all() and (only(of.paid), only(of.rent)) == (paid, rent), mechanism


def test_every_mechanism_says_how_it_works() -> None:
    assert all(says.endswith(".") and len(says) > 100 for says in SAYS.values())


def test_whoever_needs_none_asks_as_others_need() -> None:
    """20 of 200 is needed by two; the third needs none, costs 50, and asks for half of a tenth of it, 2.5."""
    simulated = carriers([[8.0], [12.0], [-1.0]], cost=np.array([[100.0], [100.0], [50.0]]))
    of = ran(simulated, 100, "pay-as-bid auction", windfall_ask=0.5)
    assert (only(of.requests), only(of.paid), only(of.rent)) == (22.5, 22.5, 2.5)
    assert of.clear.all() and only(of.awards) == 3 and only(of.defaults) == 0
    lone = carriers([[-1.0]], cost=np.array([[50.0]]))
    assert only(ran(lone, 100, "pay-as-bid auction", windfall_ask=1.0).paid) == 0.0
