"""Laws of rounds: more aid never clears fewer, the least equilibrium is within the greatest, and rounds go one way."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.tipping.equilibria import Flags, best_response_rounds, best_responses, least_equilibrium
from provenet.tipping.simulation import Floats, Simulation
from support.examples import examples
from support.simulated_cases import random_simulated

SEEDS = st.integers(0, 10**6)


def greatest(game: Simulation, aid: Floats) -> Flags:
    return best_response_rounds(game, aid, "everybody").clear


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_more_aid_never_clears_fewer(seed: int) -> None:
    game = random_simulated(seed, most=6)
    draw = np.random.default_rng(seed)
    aid = draw.integers(0, 8, game.gap.shape if seed % 2 else len(game.buyers)).astype(np.float64)
    more = aid.copy()
    more[draw.integers(0, len(game.buyers))] += float(draw.integers(1, 5))
    for end in (least_equilibrium, greatest):
        assert (end(game, aid) <= end(game, more)).all()


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_the_least_lies_within_the_greatest_and_both_stand(seed: int) -> None:
    game = random_simulated(seed, most=6)
    aid = np.random.default_rng(seed).integers(0, 8, len(game.buyers)).astype(np.float64)
    low, high = least_equilibrium(game, aid), greatest(game, aid)
    assert (low <= high).all()
    assert np.array_equal(best_responses(game, aid, low), low)
    assert np.array_equal(best_responses(game, aid, high), high)


@settings(max_examples=examples(60), deadline=None)
@given(SEEDS)
def test_rounds_go_one_way_and_end_in_as_many_as_there_are_buyers(seed: int) -> None:
    game = random_simulated(seed, most=6)
    aid = np.random.default_rng(seed).integers(0, 8, len(game.buyers)).astype(np.float64)
    up, down = best_response_rounds(game, aid).share, best_response_rounds(game, aid, "everybody").share
    assert (np.diff(up, axis=0) >= 0).all()
    assert (np.diff(down, axis=0) <= 0).all()
    assert max(len(up), len(down)) <= len(game.buyers)
