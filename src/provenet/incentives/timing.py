"""Now against later: what it takes to have a purchase clear, by the day on which the giver acts.

Before the contract it takes the aid that tips the choice. After it, where the carrier chose what the aid may not be
spent on, the equipment has to be swapped: the removal cost of the part of its life that is still left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from provenet.case.money import Band
from provenet.incentives.costs import PurchaseCosts
from provenet.incentives.purchases import Purchase
from provenet.tipping.figures import Draws, Floats, triangular
from provenet.tipping.simulation import Simulation

DAYS_A_YEAR = 365.25


def signed_days(purchase: Purchase, draws: Draws) -> Floats:
    """The day of the contract in every scenario, float64[S] as days of the calendar: a triangle over its three days."""
    low, mid, high = (float(day.toordinal()) for day in purchase.signed)
    return triangular(draws.uniform(f"signed {purchase.id}"), Band(low, mid, high))


@dataclass(frozen=True, eq=False)
class ClearCosts:
    """What it takes to have a purchase clear, each float64[S]: the aid `need`ed, the `swap` of the whole after it.

    `signed` are the days of the contract.
    """

    signed: Floats
    need: Floats
    swap: Floats
    life_years: float

    @staticmethod
    def of(purchase: Purchase, at: int, simulated: Simulation, *, made: PurchaseCosts, draws: Draws) -> ClearCosts:
        """Of purchase number `at`; the swap is not a number where no row gives a removal cost."""
        need = np.maximum(simulated.gap[at], 0.0) / simulated.kept[at]
        cost = purchase.figure("removal cost")
        share = np.full_like(need, np.nan) if cost is None else draws(cost)
        return ClearCosts(signed_days(purchase, draws), need, made.base[at] * share, purchase.life_years)

    def on(self, day: date) -> Floats:
        """The money if the giver acts on a day. O(S).

        Before the contract the aid needed, infinity counted as a swap of the whole; from its day on the swap of what
        was bought, where the carrier would not have chosen clear. Laws: never below 0; on the days after the contract
        it falls to 0 as the life runs out.
        """
        left = np.clip(1 - (day.toordinal() - self.signed) / (DAYS_A_YEAR * self.life_years), 0.0, 1.0)
        later = np.where(self.need > 0, self.swap * left, 0.0)
        now = np.where(np.isfinite(self.need), self.need, self.swap)
        return np.asarray(np.where(day.toordinal() < self.signed, now, later))


def later_amount(
    purchase: Purchase, at: int, simulated: Simulation, *, made: PurchaseCosts, draws: Draws
) -> float | None:
    """What the swap costs on the day after the contract if the excluded choice was taken, the mean over scenarios.

    None where no row gives a removal cost, or where there is no excluded choice.
    """
    cost = purchase.figure("removal cost")
    if cost is None or not any(option.excluded for option in purchase.options):
        return None
    return float((made.base[at] * draws(cost)).mean())


def days_of(as_of: date, purchases: Sequence[Purchase], most: int = 24) -> list[date]:
    """The days of the curve: quarter by quarter from the day asked about to two years after the last contract."""
    last = max((one.signed[2] for one in purchases), default=as_of)
    months = max(3, int((last - as_of).days / 30.4) + 24)
    step = max(3, 3 * -(-months // (3 * most)))
    made = []
    for number in range(0, months + 1, step):
        year, month = divmod(as_of.month - 1 + number, 12)
        made.append(date(as_of.year + year, month + 1, min(as_of.day, 28)))
    made[0] = as_of
    return made
