"""Work in two halves, on two threads: kernels hold no lock. Halves are the same on every machine, and so are sums."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Done = TypeVar("Done")
SMALL = 50_000
"""Below so much work a thread costs more than it saves."""


@cache
def _other() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="half")


def run_halves(count: int, size: int, work: Callable[[int, int], Done]) -> tuple[Done, Done]:
    """What `work(low, high)` gives for the first and for the second half of `count`; `size` is how much work it is."""
    half = count // 2
    if size < SMALL:
        return work(0, half), work(half, count)
    second = _other().submit(work, half, count)
    first = work(0, half)
    return first, second.result()
