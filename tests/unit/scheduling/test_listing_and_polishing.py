"""Laws of the list and of the polish: always feasible, never worse, and what is left is what it was."""

import json
from hashlib import sha256

import numpy as np
import pytest

from against.random_schedules import schedule_case
from against.reference_plan import broken, worth
from provenet.forms.certificate import instance_bytes
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling.compilation import CompiledInstance, compile_instance
from provenet.scheduling.kernels.list_schedule import NEVER, SLACK, list_schedule, plan_worth, replay, urgent_first
from provenet.scheduling.kernels.local_search import MOST, polish, scratch
from provenet.scheduling.local_search import frame_of, room_of

SEEDS = range(1000, 1060)


class Held:
    """A program with a plan listed by a drawn order, and what it leaves."""

    def __init__(self, made: CompiledInstance, seed: int) -> None:
        self.made, self.frame = made, frame_of(made.program)
        program, rng = made.program, np.random.default_rng(seed)
        self.key = rng.random(program.blocks) * program.periods
        urgent_first(self.frame, self.key)
        rank = np.empty(program.blocks, np.int64)
        rank[self.frame.rank] = np.arange(program.blocks)
        order = np.lexsort((rank, self.key)).astype(np.int32)
        self.room, self.load, self.start = room_of(program), self.no_load(), np.full(program.blocks, NEVER, np.int32)
        wanted = np.ones(program.blocks, np.bool_)
        self.missing = list_schedule(self.frame, order, wanted, self.room, self.load, self.start)

    def no_load(self) -> np.ndarray:
        program = self.made.program
        return np.zeros((len(program.conflicts.most), program.periods), np.int32)

    def replayed(self, start: np.ndarray) -> tuple[bool, np.ndarray, np.ndarray]:
        room, load = room_of(self.made.program), self.no_load()
        return replay(self.frame, start, room, load), room, load

    def worth(self, start: np.ndarray) -> tuple[float, np.ndarray]:
        clear = np.zeros(len(self.frame.want_start) - 1, np.int32)
        return plan_worth(self.frame, start, clear), clear


def held(seed: int) -> Held | None:
    """None where units must start and the drawn order finds no place for one, or none of them ever can."""
    made = compile_instance(schedule_case(seed))
    listed = Held(made, seed)
    return None if made.impossible or listed.missing else listed


LISTED = [one for one in map(held, SEEDS) if one is not None]


def test_most_instances_have_a_listed_plan() -> None:
    assert len(LISTED) > 30
    assert sum(bool((one.start < NEVER).any()) for one in LISTED) > 25


def test_a_listed_plan_keeps_every_limit_by_another_checker() -> None:
    for one in LISTED:
        instance = json.loads(instance_bytes(one.made.instance))
        start = one.made.starts(one.start)
        assert broken(instance, start) == []
        ours = one.worth(one.start)[0] + one.made.program.constant
        assert ours == pytest.approx(float(worth(instance, start)), rel=1e-12, abs=1e-12)
        feasible, room, load = one.replayed(one.start)
        assert feasible
        np.testing.assert_allclose(room, one.room, atol=1e-12)
        assert (load == one.load).all()


@pytest.mark.parametrize("size", [1, 3, 14])
@pytest.mark.parametrize("heat", [0.0, 5.0])
def test_polish_never_worsens_the_best_and_keeps_every_limit(size: int, heat: float) -> None:
    gained = 0
    for one in LISTED:
        before, clear = one.worth(one.start)
        start, room, load, best = one.start.copy(), one.room.copy(), one.load.copy(), one.start.copy()
        work = scratch(len(start), len(clear), 7)
        record = polish(one.frame, work, room, load, start, clear, one.key, best, 400, size, heat)
        assert record >= 0.0
        assert one.worth(best)[0] == pytest.approx(before + record, rel=1e-9, abs=1e-9)
        assert one.replayed(best)[0]
        feasible, fresh_room, fresh_load = one.replayed(start)
        assert feasible
        np.testing.assert_allclose(room, fresh_room, atol=1e-9)
        assert (load == fresh_load).all()
        assert (clear == one.worth(start)[1]).all()
        gained += record > 0.0
    assert gained > 1


def test_the_same_seed_gives_the_same_plan() -> None:
    def run() -> list[int]:
        found: list[int] = []
        for one in LISTED[:10]:
            start, best, (_, clear) = one.start.copy(), one.start.copy(), one.worth(one.start)
            work = scratch(len(start), len(clear), 3)
            polish(one.frame, work, one.room.copy(), one.load.copy(), start, clear, one.key, best, 300, 5, 1.0)
            found += best.tolist()
        return found

    assert run() == run()


def test_a_limit_is_passed_by_rounding_alone_and_none_is_none() -> None:
    """0.1 + 0.1 + 0.1 is more than 0.3 to a machine, and fits; a millionth of a limit of nothing does not."""
    units = tuple(Unit(name, {"r": (0.1, 0.1)}) for name in "abc")
    demands = tuple(Demand(name, 1.0, (name,)) for name in "abcd")
    dust = Unit("d", {"r": (1e-15, 1e-15)})
    made = compile_instance(Instance(2, 1.0, (Resource("r", (0.3, 0.0)),), (*units, dust), demands=demands))
    tried = ([0, 0, 0, NEVER], True), ([0, 0, 0, 1], False), ([0, 0, 0, 0], True), ([0, 0, 1, NEVER], False)
    for start, fits in tried:
        room, load = room_of(made.program), np.zeros((0, 2), np.int32)
        assert replay(frame_of(made.program), np.array(start, np.int32), room, load) is fits
    assert room_of(made.program).tolist() == [[0.3 * (1 + SLACK), 0.0]]


WIDE = [
    one
    for seed in range(2000, 2040)
    if not (one := Held(compile_instance(schedule_case(seed, most_units=40, most_periods=9)), seed)).missing
]
PINNED = {
    (1, 0.0): "c4272621cafba5b8",
    (4, 3.0): "62f384fd4981ab11",
    (60, 1.0): "3a0d72144aef6163",
    (500, 0.5): "0d69413d83085ce5",
}
"""Digests of every best plan, last plan, load, period of clearing and state of the generator, by size and heat."""


def walked(one: Held, size: int, heat: float, tries: int) -> tuple[float, list[bytes]]:
    """How much the polish gained, and every number that it left but sums of decimals."""
    start, best, (_, clear) = one.start.copy(), one.start.copy(), one.worth(one.start)
    room, load, work = one.room.copy(), one.load.copy(), scratch(len(one.start), len(clear), 11)
    gained = polish(one.frame, work, room, load, start, clear, one.key, best, tries, size, heat)
    return gained, [array.tobytes() for array in (best, start, load, clear, work.state)]


def test_there_are_wide_plans_to_walk_from() -> None:
    assert len(WIDE) > 15
    assert max(len(one.start) for one in WIDE) > 30


@pytest.mark.parametrize(("size", "heat"), PINNED)
def test_the_walk_of_the_polish_is_the_pinned_one(size: int, heat: float) -> None:
    digest = sha256()
    for one in WIDE:
        gained, left = walked(one, size, heat, tries=120)
        digest.update(b"".join([f"{gained:.9f}".encode(), *left]))
    assert digest.hexdigest()[:16] == PINNED[size, heat]


def test_no_more_blocks_are_taken_out_than_there_is_room_for() -> None:
    names = [f"u{place}" for place in range(MOST + 72)]
    units = tuple(Unit(name, {"crew": (1.0,) * 4}) for name in names)
    demands = tuple(Demand(f"d{place}", 1.0 + place % 7, (name,)) for place, name in enumerate(names))
    one = Held(compile_instance(Instance(4, 0.5, (Resource("crew", (40.0,) * 4),), units, demands=demands)), 5)
    gained, left = walked(one, 400, 1.0, tries=60)
    best = np.frombuffer(left[0], np.int32)
    assert len(best) > MOST
    assert gained > 0.0
    assert one.replayed(best)[0]
    assert one.worth(best)[0] == pytest.approx(one.worth(one.start)[0] + gained, rel=1e-9)
    assert sha256(b"".join(left)).hexdigest()[:16] == "9d0ca588692ce2ca"
