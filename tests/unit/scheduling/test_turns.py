"""Who takes turns before what, by hand: a demand of units in one crew's hands, and a unit that waits for them."""

from itertools import pairwise
from math import comb

import pytest

from provenet.forms.schedule import Conflict, Demand, Instance, Unit
from provenet.scheduling.compilation import compile_instance
from provenet.scheduling.solve.program import Turns
from provenet.scheduling.turns import MOST_PAIRED


def turns(*, most: int = 1, demand: tuple[str, ...] = (), precedence: tuple[tuple[str, str], ...] = ()) -> Turns:
    units = tuple(Unit(name, duration=duration) for name, duration in zip("abcd", (1, 2, 3, 9), strict=True))
    demands = (Demand("d", 1.0, demand),) if demand else ()
    conflict = Conflict("crew", ("a", "b", "c"), most)
    return compile_instance(
        Instance(9, 1.0, units=units, precedence=precedence, conflicts=(conflict,), demands=demands)
    ).program.turns


def rows(made: Turns) -> set[tuple[int, bool, int, tuple[int, ...]]]:
    groups = [tuple(made.block[a:b].tolist()) for a, b in pairwise(made.start.tolist())]
    return set(zip(made.head.tolist(), made.of_want.tolist(), made.spent.tolist(), groups, strict=True))


def test_all_units_of_a_demand_and_each_two_of_them_take_turns() -> None:
    assert rows(turns(demand=("a", "b", "c"))) == {
        (0, True, 6, (0, 1, 2)),
        (0, True, 3, (0, 1)),
        (0, True, 4, (0, 2)),
        (0, True, 5, (1, 2)),
    }


def test_a_unit_waits_for_those_that_take_turns_before_it() -> None:
    assert rows(turns(precedence=(("a", "d"), ("b", "d")))) == {(3, False, 3, (0, 1))}
    assert rows(turns(precedence=(("a", "d"), ("b", "d"), ("d", "d")))) == set(), "d waits for itself"


@pytest.mark.parametrize(("most", "demand"), [(2, ("a", "b", "c")), (1, ("a",)), (1, ("a", "d")), (1, ())])
def test_nothing_takes_turns_where_two_may_be_under_way_or_one_is_alone(most: int, demand: tuple[str, ...]) -> None:
    assert len(turns(most=most, demand=demand).head) == 0


@pytest.mark.parametrize("count", [MOST_PAIRED, MOST_PAIRED + 1])
def test_pairs_are_stated_of_a_few_units_alone(count: int) -> None:
    names = tuple(f"u{at}" for at in range(count))
    made = compile_instance(
        Instance(count, 1.0, units=tuple(map(Unit, names)), conflicts=(Conflict("crew", names, 1),),
                 demands=(Demand("d", 1.0, names),))
    ).program.turns  # fmt: skip
    assert len(made.head) == 1 + (comb(count, 2) if count <= MOST_PAIRED else 0)
    assert made.spent.max() == count
