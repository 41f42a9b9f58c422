"""Programs in units of their own: powers of two, so that nothing is rounded, and mostly none at all."""

import numpy as np
import pytest

from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling.compilation import FORBIDDEN, LEAST, MOST, compile_instance, scale_program
from provenet.scheduling.solve.program import NEVER, Program, worth_of


def program(weight: float = 1.0, use: float = 1.0, capacity: float = 2.0, value: float = 0.0) -> Program:
    """Two units of one resource over two periods, each clearing a demand of its own."""
    units = tuple(Unit(name, {"money": (use, use)}, value=(value, value)) for name in "ab")
    demands = tuple(Demand(f"of {name}", weight, (name,)) for name in "ab")
    resource = Resource("money", (capacity, capacity))
    return compile_instance(Instance(2, 1.0, resources=(resource,), units=units, demands=demands)).program


def test_plain_numbers_are_left_as_they_are() -> None:
    plain = program()
    made, worth, amount = scale_program(plain)
    assert made is plain
    assert (worth, amount.tolist()) == (1.0, [1.0])


@pytest.mark.parametrize("exponent", [-60, -11, 41, 90])
def test_units_are_powers_of_two_and_undo_exactly(exponent: int) -> None:
    """Scaled by hand in powers of two, the numbers differ from the plain program's by those powers alone."""
    plain = program(weight=3.0, use=5.0, capacity=6.0)
    factor = 2.0**exponent
    large = program(weight=3.0 * factor, use=5.0 * factor, capacity=6.0 * factor)
    start = np.array([0, NEVER], np.int32)
    assert 2.0**-10 <= worth_of(large, start) < 2.0**41
    assert np.array_equal(large.limits.capacity / large.limits.amount.max(), plain.limits.capacity / 5.0)
    assert np.log2(worth_of(plain, start) / worth_of(large, start)).is_integer()


def test_only_what_lies_beyond_the_bounds_needs_a_unit() -> None:
    made = compile_instance(Instance(1, 1.0, resources=(Resource("money", (1.0,)),),
                                     units=(Unit("a", {"money": (LEAST / 2,)}),),
                                     demands=(Demand("d", MOST * 4, ("a",)),)))  # fmt: skip
    assert (made.worth_unit, made.amount_units.tolist()) == (MOST * 4, [LEAST / 2])
    assert made.program.limits.amount.tolist() == [[1.0]]
    assert made.program.limits.capacity.tolist() == [[4.0]], "more than four times all use never binds"


def test_a_start_that_costs_a_thousand_times_every_gain_is_cut_to_four_times() -> None:
    gain = program().wants.worth.sum()
    near, far = program(value=-FORBIDDEN * gain), program(value=-2 * FORBIDDEN * gain)
    assert near.value.min() == -FORBIDDEN * gain
    assert far.value.min() == -4.0 * gain
