"""The same instance, generator and settings give the same plan as ever: the walk of the polish, step by step."""

from hashlib import sha256

import numpy as np
import pytest

from against.random_schedules import schedule_case
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling.compilation import compile_instance
from provenet.scheduling.kernels.local_search import MOST, polish, scratch
from unit.scheduling.test_listing_and_polishing import Held

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
