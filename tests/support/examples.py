"""How many examples a property is tried on: a quarter of the stated number in `make test`, all in `make test-slow`."""

from __future__ import annotations

import os

SHARE = float(os.environ.get("PROVENET_EXAMPLES", "0.25"))
"""Of the stated number."""


def examples(number: int) -> int:
    """So many of a number that is stated beside a property; ten at least, or all."""
    return max(min(number, 10), round(number * SHARE))
