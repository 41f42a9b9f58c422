"""How many examples a property is tried on: a quarter of the stated number in `make test`, all in `make test-slow`."""

import os
from collections.abc import Iterable
from typing import Any

import pytest

SHARE = float(os.environ.get("PROVENET_EXAMPLES", "0.25"))
"""Of the stated number."""


def examples(number: int) -> int:
    """So many of a number that is stated beside a property; ten at least, or all."""
    return max(min(number, 10), round(number * SHARE))


def sample(values: Iterable[Any], every: int) -> list[Any]:
    """Every so-many-th value (or tuple) for `make test`, the first among them; the rest with the slow proofs."""
    marked = []
    for at, value in enumerate(values):
        row = value if isinstance(value, tuple) else (value,)
        marked.append(pytest.param(*row, marks=() if at % every == 0 else pytest.mark.slow))
    return marked
