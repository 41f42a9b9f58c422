"""Binary games small enough to be solved by hand: rounds, both equilibria, and the money that tips them."""

import numpy as np
import pytest

from provenet.tipping.equilibria import best_response_rounds, cheapest_cascade, least_equilibrium, round_rows
from support.simulated_cases import made


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
        [True],
        [False],
        [False],
        [False],
        [False],
    ]
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
