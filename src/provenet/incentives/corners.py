"""The ends of what carriers choose: who is clear at every corner of the figures, and who is at one of them.

Whether a carrier chooses clear is monotone in what decides it: its gap, the effect of its peers, and the part of aid
that it keeps. A clear peer never makes clear dearer, so the least equilibrium is monotone in all of them too (Topkis,
Operations Research 26, 1978). The least equilibrium with every gap at its most and every effect and kept part at its
least is therefore within every other one, and that with all of them at their other ends holds every other one.

The ends of a gap follow from those of its figures. A cost is linear in each figure, but for the rate of discount and
the years until a removal, in which it is monotone: its ends are corners. A figure that a clear and an excluded choice
have in common cancels in their difference; every other one, and the carriers among each other, count as free. So the
ends hold every corner; they are corners themselves where no two purchases have a figure in common that decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import fsum

import numpy as np

from provenet.incentives.costs import MOST_PASSED, free_of_dust, parts
from provenet.incentives.purchases import Option, Purchase
from provenet.numerics.arrays import Flags, Floats
from provenet.tipping.equilibria import least_equilibrium
from provenet.tipping.simulation import Draws, Figure, Simulation

COMMON = ("integration", "anchor")
"""Parts of a cost whose figure may be one for several vendors; it then cancels in a difference."""
NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class ChoiceEnds:
    """Who is clear at every corner, and who is at one: bool[J, S] each. `sure` lies within `possible`."""

    sure: Flags
    possible: Flags

    def at(self, rows: Sequence[int]) -> ChoiceEnds:
        """The ends of some purchases."""
        return ChoiceEnds(self.sure[rows], self.possible[rows])


@dataclass(frozen=True)
class _Ends:
    """A number by its ends."""

    low: float
    high: float

    def __sub__(self, other: _Ends) -> _Ends:
        return _Ends(self.low - other.high, self.high - other.low)


@dataclass(frozen=True)
class _OptionCost:
    """What a choice costs by part, as shares of count times price, and the figures that several choices may share."""

    option: Option
    of: dict[str, _Ends]
    figures: dict[str, Figure | None]

    @property
    def total(self) -> _Ends:
        """The cost while no peer is clear."""
        return _Ends(fsum(one.low for one in self.of.values()), fsum(one.high for one in self.of.values()))


class _Corners:
    """The values of some figures at every corner of theirs; count and price are 1."""

    def __init__(self, purchase: Purchase, figures: Sequence[Figure]) -> None:
        free = {one.id: one for one in figures if one.band.low < one.band.high}
        corners = np.array(list(product(*((one.band.low, one.band.high) for one in free.values()))))
        self._values = dict(zip(free, corners.T, strict=True)) if free else {}
        self._one = np.ones(len(corners))
        self._base = (purchase.count.id, purchase.figures["price"].id)

    def __call__(self, figure: Figure) -> Floats:
        if figure.id in self._base:
            return self._one
        return self._values[figure.id] if figure.id in self._values else self._one * figure.band.mid


def _cost(purchase: Purchase, option: Option) -> tuple[_OptionCost, _Ends]:
    """What a choice costs, and by how much clear peers lower it: shares of count times price. O(2^figures)."""
    names = ("price gap", *COMMON, "operating gap", "removal chance", "removal years", "removal cost", "discount")
    made = [one for name in (*names, "network effect") if (one := purchase.figure(name, option)) is not None]
    values = parts(purchase, option, _Corners(purchase, made))
    of = {name: _Ends(float(amounts.min()), float(amounts.max())) for name, amounts in values.items()}
    effect = of.pop("network effect", _Ends(0.0, 0.0))
    applies = {"integration": not option.present, "anchor": option.anchored}
    figures = {name: purchase.figure(name, option) if applies[name] else None for name in COMMON}
    return _OptionCost(option, of, figures), _Ends(-effect.high, -effect.low)


def _difference(clear: _OptionCost, excluded: _OptionCost) -> _Ends:
    """What a clear choice costs more than an excluded one. A figure that both have in common cancels."""
    low = high = 0.0
    for name, span in clear.of.items():
        if name in COMMON and clear.figures[name] is not None and clear.figures[name] is excluded.figures[name]:
            continue
        less = span - excluded.of[name]
        low, high = low + less.low, high + less.high
    return _Ends(low, high)


@dataclass(frozen=True)
class _PurchaseSpan:
    """A purchase by the ends of all that decides: `gap`, `effect`, `noise`, `cost` as shares of `base`."""

    base: _Ends
    gap: _Ends
    effect: _Ends
    noise: _Ends
    kept: _Ends
    cost: _Ends


NOTHING, ENDLESS = _Ends(0.0, 0.0), _Ends(float("inf"), float("inf"))


def _span(purchase: Purchase) -> _PurchaseSpan:
    """The ends of what decides a purchase. O(vendors x 2^figures)."""
    count, price = purchase.count.band, purchase.figures["price"].band
    passed = _clipped(purchase.figure("pass-through"), MOST_PASSED)
    base = _Ends(count.low * price.low, count.high * price.high)
    kept = _Ends(1 - passed.high, 1 - passed.low)
    made = [_cost(purchase, option) for option in purchase.options]
    clear = [one for one in made if not one[0].option.excluded]
    excluded = [cost for cost, _ in made if cost.option.excluded]
    if not clear:
        return _PurchaseSpan(base, ENDLESS, NOTHING, NOTHING, kept, ENDLESS)
    totals = [cost.total for cost, _ in clear]
    cost = _Ends(min(one.low for one in totals), min(one.high for one in totals))
    # The effect is that of the cheapest clear choice: one of those that may be.
    effects = [effect for (_, effect), one in zip(clear, totals, strict=True) if one.low <= cost.high + NEAR]
    effect = _Ends(min(one.low for one in effects), max(one.high for one in effects))
    if not excluded:
        return _PurchaseSpan(base, _Ends(-cost.high, -cost.low), effect, NOTHING, kept, cost)
    by_choice = [[_difference(one, other) for other in excluded] for one, _ in clear]
    low = min(max(one.low for one in spans) for spans in by_choice)
    high = min(max(one.high for one in spans) for spans in by_choice)
    noise = _clipped(purchase.figure("choice noise"), float("inf"))
    return _PurchaseSpan(base, _Ends(low, high), effect, noise, kept, cost)


def _clipped(figure: Figure | None, most: float) -> _Ends:
    """The ends of a figure from 0 to a most; 0 where no row gives it."""
    if figure is None:
        return NOTHING
    return _Ends(min(max(figure.band.low, 0.0), most), min(max(figure.band.high, 0.0), most))


@dataclass(frozen=True, eq=False)
class Corners:
    """The purchases with every figure at the end that leaves fewest clear, and at the one that leaves most clear.

    `least` and `most` are simulations of J purchases in one scenario each; amounts in one currency and price year.
    """

    least: Simulation
    most: Simulation

    @cached_property
    def unaided(self) -> ChoiceEnds:
        """Who is clear without aid."""
        nothing = np.zeros(len(self.least.buyers))
        return ChoiceEnds(least_equilibrium(self.least, nothing), least_equilibrium(self.most, nothing))

    def under(self, least_aid: Floats, most_aid: Floats, fails: Flags) -> ChoiceEnds:
        """Who is clear in the least equilibrium under an aid that lies between two, float64[J] each.

        `fails` bool[J]: who may not deliver, and so is clear for certain only if it is without aid. Laws: every least
        equilibrium at figures and aid between the ends lies between the two returned; both rise with the aid.
        """
        sure = least_equilibrium(self.least, np.where(fails, 0.0, least_aid), self.unaided.sure)
        return ChoiceEnds(sure, least_equilibrium(self.most, most_aid))


def corners_of(purchases: Sequence[Purchase], simulation: Simulation, draws: Draws) -> Corners:
    """The corners of the purchases of a simulation. The noise of choices is at the least and most drawn of each.

    O(J x (vendors x 2^figures + S)).
    """
    spans = [_span(one) for one in purchases]
    noise = [
        draws.logistic(f"choice of {one.id}") if span.noise.high else _SILENT
        for one, span in zip(purchases, spans, strict=True)
    ]
    luck = [_Ends(float(drawn.min()), float(drawn.max())) for drawn in noise]
    return Corners(
        least=_form(simulation, spans, luck, is_least=True), most=_form(simulation, spans, luck, is_least=False)
    )


_SILENT = np.zeros(1)


def _form(
    simulation: Simulation, spans: Sequence[_PurchaseSpan], luck: Sequence[_Ends], *, is_least: bool
) -> Simulation:
    """The carriers at one corner: a single scenario.

    All but the aid is in proportion to count times price, so a carrier that needs aid needs most of it where that
    is at its most; one that needs none needs none at either end.
    """
    made = [_corner(one, drawn, is_least=is_least) for one, drawn in zip(spans, luck, strict=True)]
    gap, effect, kept, cost = np.array(made).reshape(len(spans), 4).T[:, :, None]
    return replace(simulation, gap=gap, effect=effect, kept=kept, cost=cost)


def _corner(one: _PurchaseSpan, luck: _Ends, *, is_least: bool) -> tuple[float, float, float, float]:
    """Gap, effect, kept part and cost of a purchase at one corner."""
    if is_least:
        base, gap, drawn = one.base.high, one.gap.high, luck.high
        effect, kept, cost = one.effect.low, one.kept.low, one.cost.low * one.base.low
        noise = max(one.noise.low * drawn, one.noise.high * drawn)
    else:
        base, gap, drawn = one.base.low, one.gap.low, luck.low
        effect, kept, cost = one.effect.high, one.kept.high, one.cost.high * one.base.high
        noise = min(one.noise.low * drawn, one.noise.high * drawn)
    if not np.isfinite(gap):
        return gap, base * effect, kept, float("inf")
    bare = float(free_of_dust(np.array([base * gap]), np.array([base]))[0])
    return bare + base * noise, base * effect, kept, cost
