"""Good awards under one budget after another, for a curve: quick, and without a bound."""

from __future__ import annotations

import math

import numpy as np

from provenet.tipping.alone import best_alone
from provenet.tipping.awarding_form import Limits
from provenet.tipping.awarding_limits import best_within, sides_of
from provenet.tipping.awarding_search import Evaluator, Field, searched
from provenet.tipping.binning import Binned
from provenet.tipping.improving import filled, improved, trimmed
from provenet.tipping.kernels.settle import Longs

SHORT = 1e-4
"""By so small a share points may fall short where buyers are alone."""
MOST_VECTORS, NODES, NODES_JOINT = 2_000, 2_000, 20


def quick(
    evaluator: Evaluator, limits: Limits, lone: Binned, *, peers: bool, budget: float, last: Longs
) -> Longs | None:
    """A good award under a budget, also from the `last` one; None where the limits leave none or none is found.

    `lone` is the binned instance in which no peer moves anybody.
    """
    under = lone.under(budget)
    if not peers and not limits.beyond:
        return trimmed(under, plain(under, last))
    sides = sides_of(evaluator.asked, limits, budget)
    starts = [last]
    if not limits.beyond:
        starts.append(plain(under, last))
    elif len(under.weight) <= MOST_VECTORS:
        level = best_within(under, sides, evaluator.offers, nodes=NODES_JOINT if len(under.weight) else NODES).level
        if level is None or not peers:
            return level
        starts.append(level)
    paid = math.inf if limits.budget_on == "committed" else budget
    seen = searched(Field(evaluator, sides, paid), starts, lambda: False)
    return None if seen is None else seen.level


def plain(under: Binned, last: Longs) -> Longs:
    """A good award where nobody moves anybody and only the budget binds."""
    if not len(under.weight):
        return best_alone(under, SHORT)[0]
    rounds = int(np.clip(1e8 / max(len(under.member), 1), 4, 40))
    return improved(under, filled(under, last, under.reached(last).astype(np.float64)), rounds)[0]
