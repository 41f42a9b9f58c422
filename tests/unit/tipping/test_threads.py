"""Two halves are the same two halves on one thread and on two, in the same order."""

import threading

import pytest

from provenet.tipping.bins import SMALL, run_halves


@pytest.mark.parametrize(("count", "halves"), [(0, [(0, 0), (0, 0)]), (1, [(0, 0), (0, 1)]), (7, [(0, 3), (3, 7)])])
@pytest.mark.parametrize("size", [0, SMALL - 1, SMALL])
def test_halves_do_not_depend_on_how_much_work_there_is(count: int, halves: list[tuple[int, int]], size: int) -> None:
    assert list(run_halves(count, size, lambda low, high: (low, high))) == halves


def test_much_work_runs_on_another_thread_and_little_on_this_one() -> None:
    here = threading.get_ident()
    assert run_halves(2, SMALL - 1, lambda *_: threading.get_ident()) == (here, here)
    first, second = run_halves(2, SMALL, lambda *_: threading.get_ident())
    assert first == here
    assert second != here


def test_a_fault_in_either_half_is_raised() -> None:
    for bad in (0, 1):
        with pytest.raises(ZeroDivisionError):
            run_halves(2, SMALL, lambda low, _, bad=bad: 1 // (low - bad))
