"""Awards by hand: budgets at their ends, limits that bind or clash, defaults, peers, the goal, and the words for it."""

import numpy as np
import pytest

from provenet.core.errors import UsageFault
from provenet.forms.allocation import AidDemand
from provenet.tipping.award_problem import Limits, working_form
from provenet.tipping.awards import frontier
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
        "infeasible",
        "none",
        None,
        None,
        (says,),
    )
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
