"""What a way of giving aid may bring at the corners of all figures: who is clear, and the least and most that is paid.

Offers, tranches and grants are monotone: a carrier that gets more, or needs less, or has more clear peers is clear.
Auctions, guarantees and shares of what is asked are not, since a bid that fits may take the place of several: of them
it is certain that nobody is lost who is clear without aid, and that nobody is won who has no clear choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np

from provenet.case.money import Band
from provenet.incentives.corners import ChoiceEnds, Corners, Flags
from provenet.tipping.figures import Figure
from provenet.tipping.mechanism_rules import split_budget
from provenet.tipping.simulation import Floats


@dataclass(frozen=True)
class MechanismEnds:
    """Who is clear at every corner and at one, and the money: nobody is won for less than `least_paid`.

    No more than `most_paid` is paid; infinity where that is not bounded here.
    """

    choices: ChoiceEnds
    least_paid: float
    most_paid: float


def mechanism_ends(
    corners: Corners, mechanism: str, budget: float, *, award: Floats, fails: Flags, figures: Mapping[str, Figure]
) -> MechanismEnds:
    """The ends of one mechanism with a budget.

    `award` float64[J] are the offers, `fails` bool[J] who may not deliver, `figures` those of mechanisms by their word.
    """
    count = len(fails)
    if mechanism in ("offers", "milestone tranches"):
        return _granted(corners, award, award, fails=fails)
    if mechanism in ("formula grant", "advance purchase"):
        margin = figures["advance margin"].band if mechanism == "advance purchase" else Band(1.0, 1.0, 1.0)
        least, most = _split(corners, budget, margin)
        return _granted(corners, least, most, fails=fails)
    least = np.zeros(count)
    if not budget > 0:
        most = least
    elif mechanism == "loan guarantee":
        # Nobody takes a loan that saves it less than it needs.
        rate = figures["loan rate gap"].band.high
        cost = corners.most.cost[:, 0]
        most = np.where(np.isfinite(cost), cost, 0.0) * rate
    else:
        most = np.full(count, inf)
    return MechanismEnds(corners.under(least, most, fails), 0.0, inf)


def _granted(corners: Corners, least: Floats, most: Floats, *, fails: Flags) -> MechanismEnds:
    """Money to take or leave."""
    choices = corners.under(least, most, fails)
    some = least[(most > 0) & choices.possible[:, 0]]
    paid = float(some.min()) if len(some) else 0.0
    return MechanismEnds(choices, paid, float(most[choices.possible[:, 0]].sum()))


def _split(corners: Corners, budget: float, margin: Band) -> tuple[Floats, Floats]:
    """The least and the most that each carrier is given of a budget that is split by elements, at most its cost."""
    parts = split_budget(budget, corners.least.elements)
    made = []
    for form, share in ((corners.least, margin.low), (corners.most, margin.high)):
        given = parts * share if share > 0 else np.zeros(len(parts))
        made.append(np.where(np.isfinite(form.cost[:, 0]), np.minimum(given, form.cost[:, 0]), 0.0))
    return made[0], made[1]
