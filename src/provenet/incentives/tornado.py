"""What each figure moves: the objective under given awards, one figure at its ends and all others in the middle."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

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
    found = {figure.id: figure for one in purchases for figure in _figures(one)}
    return [found[name] for name in sorted(found)]


def _figures(one: Purchase) -> Iterator[Figure]:
    yield one.count
    yield from one.figures.values()
    for option in one.options:
        yield from option.figures.values()


def chances(purchases: Sequence[Purchase], award: Sequence[float], moved: Mapping[str, float]) -> dict[str, float]:
    """The chance of a clear choice of each purchase with every figure in the middle but those moved.

    Peers count as not clear. O(J x vendors).
    """
    if not purchases:
        return {}
    made = cost_purchases(purchases, Middles(moved))
    answers = Responses(made, np.zeros_like(made.gap))
    return {one.id: float(answers.chances(j, award[j])[0]) for j, one in enumerate(purchases)}


def expected(demands: Sequence[AidDemand], chance: Mapping[str, float]) -> float:
    """The expected weight of clear demands, choices independent. O(demands)."""
    return fsum(demand.weight * float(np.prod([chance[name] for name in demand.carriers])) for demand in demands)


def bars(
    purchases: Sequence[Purchase], demands: Sequence[AidDemand], award: Sequence[float]
) -> tuple[float, list[Bar]]:
    """The objective in the middle, and one bar a figure, the widest first.

    A figure moves the purchases that rest on it alone. O(figures x J x vendors).
    """
    middle = chances(purchases, award, {})
    rest_on: dict[str, list[int]] = {}
    for j, one in enumerate(purchases):
        for name in {figure.id for figure in _figures(one)}:
            rest_on.setdefault(name, []).append(j)
    made = []
    for figure in figures_of(purchases):
        on = rest_on[figure.id]
        low, high = (
            expected(demands, middle | chances([purchases[j] for j in on], [award[j] for j in on], {figure.id: end}))
            for end in (figure.band.low, figure.band.high)
        )
        made.append(Bar(figure, low, high))
    return expected(demands, middle), sorted(made, key=lambda bar: (-bar.width, bar.figure.id))
