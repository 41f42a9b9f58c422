"""Sizes of applications to the United States' reimbursement programme: those published, and the rest drawn from a seed.

Here since two rooms test themselves on it: what is to be replaced when, and who is to be aided how.
"""

from __future__ import annotations

import math
from random import Random
from statistics import NormalDist

from provenet.forms.backtest_inputs import Inputs

SMALL = 1e6
"""US dollars below which an application counts as small in the published share."""


def sizes(inputs: Inputs, draw: Random, count: int) -> list[tuple[str, float]]:
    """What so many applications ask for, in US dollars: the published ones as they are, the rest log-normal.

    `inputs` holds the published ones as rows `asked: ...`, and what `rest_of` needs.
    """
    known = published(inputs)
    middle, spread = rest_of(inputs, [size for _, size in known])
    return known + [(f"drawn {nth}", draw.lognormvariate(middle, spread)) for nth in range(count - len(known))]


def published(inputs: Inputs) -> list[tuple[str, float]]:
    """The published applications: name and what is asked for, in US dollars."""
    return [(key.removeprefix("asked: "), row.mid) for key, row in inputs.items() if key.startswith("asked: ")]


def rest_of(inputs: Inputs, published: list[float]) -> tuple[float, float]:
    """Mean and spread of the logarithm of sizes not published: they keep the published total and share of small ones.

    From mean = exp(m + s**2 / 2) and the share below `SMALL` = normal((log SMALL - m) / s).
    """
    others = inputs["applications_filed"].mid - len(published)
    mean = (inputs["asked_cost"].mid - sum(published)) / others
    small = inputs["small_share"].mid * inputs["applications_filed"].mid - sum(size < SMALL for size in published)
    z = NormalDist().inv_cdf(small / others)
    spread = z + math.sqrt(z * z + 2 * math.log(mean / SMALL))
    return math.log(SMALL) - z * spread, spread
