"""What each figure moves: the objective under given awards, one figure at its ends and all others in the middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.forms.allocation import AidDemand
from provenet.incentives.costs import cost_purchases
from provenet.incentives.purchases import Purchase
from provenet.incentives.responses import Responses
from provenet.tipping.figures import Figure, Middles


@dataclass(frozen=True)
class Bar:
    """One figure and what the objective is with it at its lower and upper end."""

    figure: Figure
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far the ends lie apart."""
        return abs(self.high - self.low)


def figures_of(purchases: Sequence[Purchase]) -> list[Figure]:
    """Every figure that the choices of some purchases rest on, each once, sorted by id."""
    found: dict[str, Figure] = {}
    for one in purchases:
        for figure in (one.count, *one.figures.values(), *(f for o in one.options for f in o.figures.values())):
            found[figure.id] = figure
    return [found[name] for name in sorted(found)]


def expected(
    purchases: Sequence[Purchase], demands: Sequence[AidDemand], award: Sequence[float], *, moved: Mapping[str, float]
) -> float:
    """The expected weight of clear demands with every figure in the middle but those moved, choices independent.

    Peers count as not clear. O(J x vendors).
    """
    if not purchases:
        return 0.0
    made = cost_purchases(purchases, Middles(moved))
    answers = Responses(made, np.zeros_like(made.gap))
    chance = {one.id: float(answers.chances(j, award[j])[0]) for j, one in enumerate(purchases)}
    return sum(demand.weight * float(np.prod([chance[name] for name in demand.carriers])) for demand in demands)


def bars(
    purchases: Sequence[Purchase], demands: Sequence[AidDemand], award: Sequence[float]
) -> tuple[float, list[Bar]]:
    """The objective in the middle, and one bar a figure, the widest first. O(figures x J x vendors)."""
    made = []
    for figure in figures_of(purchases):
        low, high = (
            expected(purchases, demands, award, moved={figure.id: end}) for end in (figure.band.low, figure.band.high)
        )
        made.append(Bar(figure, low, high))
    middle = expected(purchases, demands, award, moved={})
    return middle, sorted(made, key=lambda bar: (-bar.width, bar.figure.id))
