"""Rounds against every state of small games, and the cheapest order against all orders."""

from dataclasses import replace

import numpy as np
import pytest

from provenet.tipping.equilibria import best_response_rounds, cheapest_cascade, least_equilibrium
from support.simulated_cases import cheapest_order, equilibria_of, random_simulated


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_the_ends_of_all_equilibria(first: int) -> None:
    several = 0
    for seed in range(first, first + 30):
        game = random_simulated(seed, most=5)
        game = replace(game, effect=2 * game.effect)
        aid = np.random.default_rng(seed).integers(0, 4, len(game.buyers)).astype(np.float64)
        up, down = best_response_rounds(game, aid), best_response_rounds(game, aid, "everybody")
        low, high = least_equilibrium(game, aid), down.clear
        for scenario in range(game.scenarios):
            states = equilibria_of(game, aid.tolist(), scenario)
            several += len(states) > 1
            assert frozenset(np.flatnonzero(low[:, scenario])) == frozenset.intersection(*states)
            assert frozenset(np.flatnonzero(high[:, scenario])) == frozenset.union(*states)
            assert frozenset(np.flatnonzero(low[:, scenario])) in states
            assert frozenset(np.flatnonzero(high[:, scenario])) in states
        assert up.settled and down.settled
    assert several > 2


@pytest.mark.parametrize("first", range(0, 90, 30))
def test_the_cheapest_order_of_all(first: int) -> None:
    for seed in range(first, first + 30):
        game = random_simulated(seed, most=6)
        told, best = cheapest_cascade(game), cheapest_order(game)
        if not np.isfinite(best):
            assert (told.amount, told.proof) == (None, "none")
            continue
        assert told.amount == pytest.approx(best, abs=1e-9)
        assert told.proof == "solver"
        near = cheapest_cascade(game, exact=0)
        assert near.amount is not None
        assert near.bound - 1e-9 <= best <= near.amount + 1e-9
        aid = np.array([told.aid[name] for name in game.buyers])
        one = replace(
            game, **{n: np.median(getattr(game, n), axis=1, keepdims=True) for n in ("gap", "effect", "kept", "cost")}
        )
        assert least_equilibrium(one, aid).all()
