"""Steering without a program: exact where no capacity limits, feasible and bounded where it does; against programs."""

import numpy as np
import pytest

from against.reference_steering import Instance
from against.test_steering_second_program import check_paths
from provenet.routing.solve.steering import steer, steer_by_size
from provenet.routing.steering import steer_freely, steer_in_turn, way_of

STRETCHES = (1.0, 1.5, float("inf"))


@pytest.mark.parametrize("block", range(4))
def test_without_capacities_the_value_is_that_of_every_path_written_out(block: int) -> None:
    moved = 0
    for seed in range(block * 25, block * 25 + 25):
        one = Instance(seed)
        one.capacity = np.full(len(one.arcs), np.inf)
        for stretch in STRETCHES:
            answer = steer_freely(one.question(stretch))
            assert answer.clear == pytest.approx(one.by_paths(stretch=stretch, free=False), abs=1e-6), (seed, stretch)
            assert (answer.proof, answer.bound) == ("certified", answer.clear)
            check_paths(one, answer, stretch)
            moved += len(answer.paths)
    assert moved


def test_in_turn_is_feasible_and_the_best_lies_between_it_and_its_bound() -> None:
    moved = short = 0
    for seed in range(150):
        one = Instance(seed)
        for stretch in STRETCHES:
            answer = steer_in_turn(one.question(stretch))
            best = one.by_paths(stretch=stretch, free=False)
            assert answer.clear_today - 1e-9 <= answer.clear <= best + 1e-6, (seed, stretch)
            assert best <= answer.bound + 1e-6, (seed, stretch)
            assert answer.proof == ("certified" if answer.bound == answer.clear else "bound")
            check_paths(one, answer, stretch)
            moved += len(answer.paths)
            short += answer.clear < best - 1e-6
    assert moved > 50
    assert short, "an example in which taking demands in turn is not the best"


def test_what_single_elements_add_without_capacities() -> None:
    tried = 0
    for seed in range(300, 360):
        one = Instance(seed)
        one.capacity = np.full(len(one.arcs), np.inf)
        one.traffic.volume[~one.traffic.sensitive] *= 1e7 if seed % 2 else 1
        answer = steer_freely(one.question(2.0), tries=50)
        other = steer(one.question(2.0), tries=50)
        assert [p.gain for p in answer.prices[:1]] == pytest.approx([p.gain for p in other.prices[:1]], abs=1e-5), seed
        bound = {p.element: p.bound for p in answer.prices}
        for e in np.flatnonzero(one.marked).tolist():
            without = one.marked.copy()
            without[e] = False
            gain = steer(one.question(2.0, marked=without)).clear - answer.clear
            assert gain <= bound.get(e, 0.0) + 1e-5, (seed, e)
            tried += gain > 1e-6
    assert tried


def test_the_size_decides_which_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    one = next(one for one in map(Instance, range(500)) if steer_in_turn(one.question(2.0)).proof == "bound")
    asked = one.question(2.0)
    assert (way_of(asked), steer_by_size(asked).proof) == ("program", "certified")
    for name in ("MOST_STEERED", "MOST_WORK"):
        with monkeypatch.context() as few:
            few.setattr(f"provenet.routing.steering.{name}", 0)
            assert (way_of(asked), steer_by_size(asked).proof) == ("in turn", "bound")
            one.capacity = np.full(len(one.arcs), np.inf)
            free = one.question(2.0)
            assert (way_of(free), steer_by_size(free).proof) == ("freely", "certified")
