"""The arrays that HiGHS gets against the same program as linopy states it, entry by entry."""

from functools import cache

import highspy
import numpy as np
import pytest

from against.random_schedules import schedule_case
from provenet.forms.schedule import Conflict, Demand, Instance, Resource, Unit
from provenet.scheduling.compilation import compile_instance
from provenet.scheduling.solve.labelled_model import build_model
from provenet.scheduling.solve.program import Program
from provenet.scheduling.solve.reference import program_arrays

QUICK = 12
SEEDS = [seed if seed < QUICK else pytest.param(seed, marks=pytest.mark.slow) for seed in range(150)]


def every_family() -> Instance:
    """Windows, waiting, a group, spending with and without carry-over, conflicts, values and demands, all in one."""
    use = {"money": (2.0, 1.0, 0.5, 4.0), "crews": (1.0, 1.0, 2.0, 1.0)}
    units = (
        Unit("a", use, duration=2),
        Unit("b", {"money": (1.0, 1.0, 1.0, 3.0)}, latest=2, value=(-1.0, 0.0, 0.5, 2.0)),
        Unit("c", use, earliest=1, duration=3),
        Unit("d", {"crews": (0.5, 0.5, 0.5, 0.5)}, latest=1),
    )
    resources = (Resource("money", (3.0, 1.0, 2.0, 4.0), True), Resource("crews", (2.0, 2.0, 1.0, 3.0)))
    conflicts = (Conflict("one", ("a", "b"), 1), Conflict("two", ("a", "c", "d"), 2))
    demands = (Demand("all", 8.0, ("a", "b", "c")), Demand("some", 0.0, ("d",)), Demand("none", 3.0, ()))
    return Instance(4, 0.5, resources, units, (("a", "c"), ("d", "b")), (("a", "d"),), conflicts, demands)


def assert_same(program: Program) -> None:
    given, stated = program_arrays(program), build_model(program).matrices
    rows = stated.A.tocsr()
    rows.sum_duplicates()
    rows.eliminate_zeros()
    matrix = given.a_matrix_
    assert (given.num_row_, given.num_col_) == rows.shape
    pairs = {
        "where rows begin": (matrix.start_, rows.indptr),
        "columns": (matrix.index_, rows.indices),
        "values": (matrix.value_, rows.data),
        "cost": (given.col_cost_, -stated.c),
        "lower ends": (given.col_lower_, stated.lb),
        "upper ends": (given.col_upper_, stated.ub),
        "most": (given.row_upper_, stated.b),
    }
    for name, (ours, theirs) in pairs.items():
        assert np.array(ours).tolist() == np.array(theirs).tolist(), name
    assert set(stated.sense) == {"<"} and set(given.row_lower_) == {-highspy.kHighsInf}
    whole = [kind == highspy.HighsVarType.kInteger for kind in given.integrality_]
    assert whole == [kind in "IB" for kind in stated.vtypes.tolist()]


@cache
def program(seed: int) -> Program:
    return compile_instance(schedule_case(seed)).program


@pytest.mark.parametrize("seed", SEEDS)
def test_what_highs_gets_is_what_linopy_states(seed: int) -> None:
    if not program(seed).blocks:
        pytest.skip("a program without a block is asked of nobody")
    assert_same(program(seed))


def test_a_program_with_every_family_of_rows() -> None:
    made = compile_instance(every_family()).program
    assert len(made.waits.after) and len(made.conflicts.block) and made.limits.carry.tolist() == [True, False]
    assert np.any(made.last < made.periods - 1) and np.any(made.must) and np.any(made.value)
    assert np.any(made.wants.worth) and len(made.limits.block) > len(np.unique(made.limits.block))
    assert_same(made)


def test_a_program_of_blocks_alone() -> None:
    assert_same(compile_instance(Instance(3, 0.5, units=(Unit("a"), Unit("b", duration=2)))).program)
