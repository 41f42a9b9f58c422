"""Awards by hand: budgets at their ends, limits that bind or clash, defaults, peers, the goal, and the words for it."""

import numpy as np
import pytest

from provenet.core.errors import UsageFault
from provenet.forms.allocation import AidDemand
from provenet.tipping.award_problem import Limits, working_form
from provenet.tipping.awards import frontier
from provenet.tipping.equilibria import best_response_rounds, cheapest_cascade, least_equilibrium, round_rows
from provenet.tipping.simulation import Simulation
from support.award_brute import award, levels_of
from support.simulated_cases import made, random_simulated

INF = float("inf")


def three() -> Simulation:
    """Needs of 4, 2 and 3 in every scenario; 8 behind the first two together, 4 behind b1 alone, 3 behind b2."""
    demands = [AidDemand(8.0, ("b0", "b1")), AidDemand(4.0, ("b1",)), AidDemand(3.0, ("b2",))]
    return made([[4.0], [2.0], [3.0]], demands=demands, groups=["X", "X", "Y"], elements=[4.0, 2.0, 3.0])


def test_budgets_from_nothing_to_no_limit() -> None:
    """With 2: b1 for 4. With 6: both of the first for 12. Without a limit: all, for 9, what they need and no more."""
    for budget, worth, given in ((0.0, 0.0, [0, 0, 0]), (2.0, 4.0, [0, 2, 0]), (6.0, 12.0, [4, 2, 0]),
                                 (1e9, 15.0, [4, 2, 3]), (None, 15.0, [4, 2, 3])):  # fmt: skip
        told = award(three(), budget)
        assert (told.objective, told.bound, told.award.tolist()) == (worth, pytest.approx(worth), given)
        assert (told.status, told.proof, told.committed) == ("optimal", "solver", sum(given))


def test_the_curve_and_the_price_by_hand() -> None:
    """Corners (0, 0), (2, 4), (6, 12), (9, 15): two of worth a unit of money to 6, then one; a hundredth costs that."""
    told = award(three(), 4.0)
    assert [(p.budget, p.objective) for p in told.frontier] == [(0, 0), (2, 4), (5, 7), (6, 12), (9, 15)]
    assert [p.price for p in told.frontier] == pytest.approx([0.005, 0.005, 0.005, 0.01, None])
    assert (told.price, award(three(), None).price, award(three(), 9.0).price) == (pytest.approx(0.005), None, None)
    for one, other in zip(frontier(three(), levels=levels_of(three(), 20)), told.frontier, strict=True):
        assert (one.budget, one.objective, one.award.tolist()) == (other.budget, other.objective, other.award.tolist())


def test_a_cap_and_a_floor_bind() -> None:
    """A cap of 5 on X leaves b1 there, and b2 takes the rest; a floor of 3 on Y takes b2 first, and 2 buys b1."""
    capped = award(three(), 6.0, limits=Limits(caps={"X": 5.0}))
    assert (capped.objective, capped.award.tolist(), capped.status) == (7.0, [0, 2, 3], "optimal")
    floored = award(three(), 6.0, limits=Limits(floors={"Y": 3.0}))
    assert (floored.objective, floored.award.tolist()) == (7.0, [0, 2, 3])
    assert floored.frontier[0].budget == 3.0


def test_nobody_gets_many_times_the_mean() -> None:
    """All needs are 1 an element. One alone gets 9/e of the mean: b1 alone 4.5 times it, b0 and b1 together 1.5."""
    assert award(three(), 2.0, limits=Limits(most_ratio=4.5)).objective == 4.0
    assert award(three(), 2.0, limits=Limits(most_ratio=4.4)).objective == 0.0
    assert award(three(), 6.0, limits=Limits(most_ratio=1.5)).award.tolist() == [4, 2, 0]
    assert award(three(), 6.0, limits=Limits(most_ratio=1.4)).award.tolist() == [0, 0, 0]


def test_a_budget_on_what_is_paid_goes_further() -> None:
    """An offer of 4 that tips in half of the scenarios is paid half of the time: 2 on average."""
    form = made([[4.0, 9.0]])
    offers = [[0.0, 4.0]]
    assert award(form, 2.0, levels=offers).objective == 0.0
    told = award(form, 2.0, levels=offers, limits=Limits(budget_on="expected_paid"))
    assert (told.objective, told.committed, told.paid.tolist()) == (0.5, 4.0, [4.0, 0.0])


@pytest.mark.parametrize(
    ("limits", "budget", "says"),
    [
        (Limits(floors={"X": 4.0, "Y": 3.0}), 6.0, "The floors add up to 7, more than the budget of 6."),
        (Limits(floors={"Y": 3.5}), 9.0, "The floor of 3.5 for Y is more than its buyers can take: all their highest "
                                         "offers come to 3."),
        (Limits(floors={"Z": 1.0}), 9.0, "The floor of 1 for Z is more than its buyers can take: all their highest "
                                         "offers come to 0."),
        (Limits(floors={"Y": 2.0}, caps={"Y": 1.0}), 9.0, "The floor of 2 for Y is above its cap of 1."),
        (Limits(floors={"Y": 2.0}, caps={"Y": 2.5}), 9.0, "With the amounts on offer these limits cannot be kept "
                                                          "together: at least 2 for Y; at most 2.5 for Y."),
    ],
)  # fmt: skip
def test_limits_that_clash_are_told(limits: Limits, budget: float, says: str) -> None:
    told = award(three(), budget, limits=limits)
    assert (told.status, told.proof, told.objective, told.bound, told.clash) == (
        "infeasible", "none", None, None, (says,),
    )  # fmt: skip
    assert (told.award.tolist(), told.frontier, told.price) == ([0, 0, 0], (), None)


def test_who_defaults_is_not_clear_and_not_paid() -> None:
    """One in four of those tipped does not deliver; who is clear anyway does."""
    form = made([[2.0] * 400, [-1.0] * 400])
    told = award(form, None, limits=Limits(default_chance={"b0": 0.25, "b1": 0.25}))
    assert told.clear.mean(axis=1).tolist() == [0.75, 1.0]
    assert (told.objective, told.paid.mean(), told.award.tolist()) == (1.75, 1.5, [2.0, 0.0])
    never = award(form, None, limits=Limits(default_chance={"b0": 1.0}))
    assert (never.objective, never.award.tolist()) == (1.0, [0.0, 0.0])


def test_who_only_follows_peers_that_need_nothing_does_not_default() -> None:
    """Without any award nobody defaults, so no award leaves fewer clear than there are without aid."""
    form = made([[-1.0] * 400, [2.0] * 400], 3.0)
    told = award(form, 0.0, limits=Limits(default_chance={"b0": 0.5, "b1": 0.5}))
    assert (told.objective, told.clear.mean(axis=1).tolist()) == (2.0, [1.0, 1.0])


def test_a_default_leaves_the_draws_of_others_alone() -> None:
    form = made([[2.0] * 50, [2.0] * 50])
    one = working_form(form, "exposure", Limits(default_chance={"b0": 0.3}), seed=5).gap
    both = working_form(form, "exposure", Limits(default_chance={"b0": 0.3, "b1": 0.3}), seed=5).gap
    assert np.array_equal(one[0], both[0])
    assert not np.array_equal(both[0], both[1])
    assert not np.array_equal(one[0], working_form(form, "exposure", Limits(default_chance={"b0": 0.3}), seed=6).gap[0])


def test_peers_are_pushed_once_and_follow() -> None:
    """A gap of 2 each that falls to -1 with the other: 2 to one of them clears both, and no limit asks for no more."""
    for budget in (2.0, None):
        told = award(made([[2.0], [2.0]], 3.0), budget)
        assert (told.objective, told.bound, told.status, told.committed) == (2.0, 2.0, "optimal", 2.0)
    assert award(made([[2.0], [2.0]], 3.0), 1.9).objective == 0.0


def test_the_goal_counts_only_where_all_are_clear() -> None:
    form = made([[1.0, 1.0, 5.0], [1.0, 3.0, 1.0]])
    assert award(form, 2.0).objective == pytest.approx(4 / 3)
    told = award(form, 2.0, "goal")
    assert (told.objective, told.award.tolist()) == (pytest.approx(1 / 3), [1.0, 1.0])
    assert award(form, 4.0, "goal").objective == pytest.approx(2 / 3)
    assert award(form, None, "goal").objective == 1.0


def test_all_clear_already_and_nobody_to_tip() -> None:
    clear = award(made([[-1.0, 0.0]]), 5.0)
    assert (clear.status, clear.award.tolist(), clear.objective) == ("nothing to fund", [0.0], 1.0)
    assert clear.because == ("It chooses clear in every scenario without aid.",)
    never = award(made([[INF, INF]]), 5.0)
    assert (never.status, never.award.tolist(), never.objective, never.bound) == ("optimal", [0.0], 0.0, 0.0)
    assert never.because == ("No aid tips it: it has no clear choice in any scenario.",)


def test_no_demands_empty_demands_and_a_buyer_in_none() -> None:
    assert award(made([[1.0]], demands=[]), 5.0).objective == 0.0
    told = award(made([[1.0], [1.0]], demands=[AidDemand(2.0, ()), AidDemand(3.0, ("b0",))]), 5.0)
    assert (told.objective, told.before, told.award.tolist()) == (5.0, 2.0, [1.0, 0.0])
    assert told.because[1] == "Nothing that the objective counts is behind it."


def test_why_it_gets_so_much() -> None:
    told = award(three(), 6.0)
    assert told.because == (
        "It chooses clear in 100.0 % of the scenarios, without aid to anybody in 0.0 %. Without its award the share "
        "expected behind clear purchases would fall from 1200.0 % to 400.0 %.",
        "It chooses clear in 100.0 % of the scenarios, without aid to anybody in 0.0 %. Without its award the share "
        "expected behind clear purchases would fall from 1200.0 % to 0.0 %.",
        "The money clears more elsewhere under this budget.",
    )
    follows = award(made([[2.0], [2.0]], 3.0), 2.0).because
    assert sorted(follows)[1].startswith("It follows its peers")


@pytest.mark.parametrize("budget", [-1.0, float("nan")])
def test_a_budget_below_nothing_is_refused(budget: float) -> None:
    with pytest.raises(UsageFault, match="budget"):
        award(three(), budget)


@pytest.mark.parametrize(
    ("limits", "says"),
    [({"floors": {"X": -1.0}}, "below 0"), ({"default_chance": {"b0": 1.5}}, "above 1"),
     ({"most_ratio": 0.5}, "below 1"), ({"caps": {"X": float("nan")}}, "below 0")],
)  # fmt: skip
def test_limits_that_are_none(limits: dict[str, object], says: str) -> None:
    with pytest.raises(UsageFault, match=says):
        Limits(**limits)  # type: ignore[arg-type]


def test_a_default_of_nobody_we_know_and_elements_that_are_not_there() -> None:
    with pytest.raises(UsageFault, match="there are not: b9"):
        award(three(), 1.0, limits=Limits(default_chance={"b9": 0.1}))
    with pytest.raises(UsageFault, match="no buyer has elements"):
        award(made([[1.0]], elements=[0.0]), 1.0, limits=Limits(most_ratio=2.0))


def test_equal_calls_give_equal_bytes() -> None:
    for seed in range(6):
        form = random_simulated(seed)
        limits = Limits(default_chance={"b0": 0.4}, caps={"X": 9.0})
        one, two = (award(form, 9.0, count=4, limits=limits, seed=3) for _ in range(2))
        assert one.award.tobytes() + one.clear.tobytes() + one.paid.tobytes() == (
            two.award.tobytes() + two.clear.tobytes() + two.paid.tobytes()
        )
        assert [p.award.tobytes() for p in one.frontier] == [p.award.tobytes() for p in two.frontier]
        assert (one.objective, one.bound, one.because) == (two.objective, two.bound, two.because)


def test_many_buyers_with_peers_are_fitted_in_one_order() -> None:
    """Beyond sixty buyers offers are withdrawn by what is missed for their money: here the heaviest fit."""
    count = 70
    weights = [AidDemand(float(j % 7 + 1), (f"b{j}",)) for j in range(count)]
    game = made([[1.0, 1.0]] * count, 0.2, demands=weights)
    told = award(game, 20.0)
    assert told.committed <= 20.0 and told.objective is not None and told.bound is not None
    assert told.objective <= told.bound + 1e-9
    worth = {j for j in range(count) if told.award[j] > 0}
    # Twenty of the thirty that weigh most: whoever is left out weighs no more than whoever is in.
    assert min(j % 7 + 1 for j in worth) >= 5
    assert award(game, 20.0).award.tobytes() == told.award.tobytes()


def who(clear: np.ndarray) -> list[list[bool]]:
    return clear.tolist()


def test_two_who_wait_for_each_other_have_two_equilibria() -> None:
    """Clear costs 2 more alone and 1 less with the other: nobody or both, and 2 for one of them tips both."""
    game = made([[2.0], [2.0]], 3.0)
    none = np.zeros(2)
    assert who(least_equilibrium(game, none)) == [[False], [False]]
    assert who(best_response_rounds(game, none, "everybody").clear) == [[True], [True]]
    assert who(least_equilibrium(game, np.array([2.0, 0.0]))) == [[True], [True]]
    assert who(least_equilibrium(game, np.array([1.9, 1.9]))) == [[False], [False]]
    told = cheapest_cascade(game)
    assert (told.amount, told.order, told.aid, told.proof) == (2.0, ("b0", "b1"), {"b0": 2.0, "b1": 0.0}, "solver")


def test_past_the_unstable_point_the_rest_follow_by_themselves() -> None:
    """Five alike, a gap of 3 that falls by 6 in equal steps of 1.5: with two clear the need is 0, below it is not.

    So two are the unstable point: one more below it falls back, the first costs 3, the second 1.5, the others nothing.
    """
    game = made([[3.0]] * 5, 6.0)
    assert who(least_equilibrium(game, np.array([3.0, 1.4, 0.0, 0.0, 0.0]))) == [
        [True], [False], [False], [False], [False],
    ]  # fmt: skip
    assert who(least_equilibrium(game, np.array([3.0, 1.5, 0.0, 0.0, 0.0]))) == [[True]] * 5
    told = cheapest_cascade(game)
    assert told.amount == pytest.approx(4.5)
    assert list(told.aid.values()) == pytest.approx([3.0, 1.5, 0.0, 0.0, 0.0])


def test_rounds_tell_the_chain() -> None:
    """b0 needs nothing, b1 follows b0, b2 follows b1: one more in each round; from everybody nothing changes."""
    peers = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    game = made([[0.0], [1.0], [1.0]], 1.0, peers=peers)
    up, down = best_response_rounds(game, np.zeros(3)), best_response_rounds(game, np.zeros(3), "everybody")
    assert up.share.tolist() == [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    assert (down.share.tolist(), up.settled, down.settled) == ([[1.0, 1.0, 1.0]], True, True)
    short = best_response_rounds(game, np.zeros(3), most=2)
    assert (short.settled, short.share.tolist()) == (False, up.share.tolist()[:2])


def test_from_everybody_a_chain_unravels() -> None:
    """b0 needs 1 whatever others do, so b1 falls after it, and b2 after b1."""
    peers = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    game = made([[2.0], [1.0], [1.0]], 1.0, peers=peers)
    assert best_response_rounds(game, np.zeros(3), "everybody").share.tolist() == [[0, 1, 1], [0, 0, 1], [0, 0, 0]]


def test_without_effect_one_round_is_all() -> None:
    game = made([[1.0, 3.0], [-1.0, 2.0]])
    told = best_response_rounds(game, np.array([2.0, 0.0]))
    assert (told.share.tolist(), told.settled) == ([[0.5, 0.5]], True)
    assert who(told.clear) == [[True, False], [True, False]]
    assert cheapest_cascade(made([[1.0], [2.0], [-1.0]])).amount == 3.0


def test_full_effect_makes_all_follow_one() -> None:
    """Each looks at b0 alone and follows it for nothing; b0 costs 5, though each other costs 4."""
    peers = np.zeros((4, 4))
    peers[1:, 0] = 1.0
    told = cheapest_cascade(made([[5.0], [4.0], [4.0], [4.0]], 4.0, peers=peers))
    assert (told.amount, told.order[0]) == (5.0, "b0")


def test_the_cheapest_first_is_not_always_the_one_to_push() -> None:
    """b1 is the cheapest alone, yet b0 at 3 moves both others for nothing: 3, where the cheapest first pays 2 + 3."""
    peers = np.array([[0.0, 0, 0], [1, 0, 0], [1, 0, 0]])
    told = cheapest_cascade(made([[3.0], [2.0], [3.0]], 9.0, peers=peers))
    assert (told.amount, told.aid) == (3.0, {"b0": 3.0, "b1": 0.0, "b2": 0.0})


def test_what_is_lost_of_aid_has_to_be_given_too() -> None:
    """Half of the aid ends in dearer prices, so a gap of 2 needs 4; aid may differ by scenario."""
    game = made([[2.0, 2.0]], kept=0.5)
    assert who(least_equilibrium(game, np.array([3.9]))) == [[False, False]]
    assert who(least_equilibrium(game, np.array([[4.0, 3.9]]))) == [[True, False]]
    assert cheapest_cascade(game).amount == 4.0


def test_who_has_no_clear_choice_is_never_clear() -> None:
    game = made([[np.inf], [1.0]], 5.0)
    assert who(best_response_rounds(game, np.array([np.inf, 0.0]), "everybody").clear) == [[False], [False]]
    told = cheapest_cascade(game)
    assert (told.amount, told.proof, told.never) == (None, "none", ("b0",))


def test_one_buyer_and_none() -> None:
    assert (cheapest_cascade(made([[2.0]], 9.0)).amount, cheapest_cascade(made([[-2.0]], 9.0)).amount) == (2.0, 0.0)
    empty = made(np.zeros((0, 3)).tolist() or [[]], peers=np.zeros((1, 1)))
    assert empty.scenarios == 0  # a form without scenarios is no form; only the shape is looked at


def test_aid_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="aid of"):
        best_response_rounds(made([[1.0, 2.0], [1.0, 2.0]]), np.zeros(3))


def test_many_are_put_in_order_with_a_bound() -> None:
    """Twenty alike: no order is better than another, and pairs prove it, unless needs fall to 0 on the way."""
    game = made([[10.0]] * 20, 9.5)
    told = cheapest_cascade(game)
    assert told.amount == pytest.approx(sum(10.0 - 9.5 * k / 19 for k in range(20)))
    assert told.proof == "solver"
    loose = cheapest_cascade(made([[10.0]] * 20, 30.0))
    assert (loose.proof, loose.bound <= loose.amount) == ("bound", True)


def test_rows_tell_both_starts_round_by_round() -> None:
    game = made([[0.0, 2.0], [1.0, 1.0]], 1.0, groups=["X", "Y"])
    rows = round_rows(game, np.zeros(2), {"b0": "north", "b1": "south"}, funds={"X": "f-x", "Y": "f-y"}, aided=False)
    assert [(r["purchase_id"], r["fund_id"], r["number_count"]) for r in rows] == [
        ("b0", "f-x", 0), ("b0", "f-x", 1), ("b1", "f-y", 0), ("b1", "f-y", 1),
    ]  # fmt: skip
    assert [(r["least_p_clear_share"], r["greatest_p_clear_share"]) for r in rows] == [
        (0.5, 0.5), (0.5, 0.5), (0.0, 1.0), (0.5, 0.5),
    ]  # fmt: skip
    assert len({r["round_id"] for r in rows}) == 4
    assert {r["carrier_id"] for r in rows if r["country"] == "Y"} == {"south"}
