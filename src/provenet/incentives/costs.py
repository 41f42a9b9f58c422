"""What each choice costs a carrier over the life of a purchase, part by part, and what clear costs more.

Every figure comes through one function of values, so the same lines reckon the middle, one figure at its end, and ten
thousand scenarios.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.forms.allocation import AidDemand
from provenet.incentives.purchases import Option, Purchase
from provenet.tipping.figures import Draws, Floats, Values
from provenet.tipping.simulation import Simulation

MOST_PASSED = 0.99
"""No more of the aid is taken to be lost in dearer prices, so that what is needed stays finite."""
DIGITS = 11
"""Decimals that a gap keeps beside the first digit of the price."""


@dataclass(frozen=True, eq=False)
class PurchaseCosts:
    """J purchases reckoned in S scenarios, before noise; amounts in one currency and price year.

    `gap` float64[J, S]: the cheapest clear choice less the cheapest excluded one, no peer clear and no aid; infinity
    without a clear choice, minus the cost of the clear choice without an excluded one. `noise` float64[J, S]: the scale
    of the logistic noise, none where nothing is excluded: there every choice is clear. `effect`, `kept`, `cost`: see
    Simulated. `base` float64[J, S]: count times price.
    """

    gap: Floats
    noise: Floats
    effect: Floats
    kept: Floats
    cost: Floats
    base: Floats


def parts(purchase: Purchase, option: Option, value: Values) -> dict[str, Floats]:
    """What one choice costs by part, each float64[S] discounted to the day of the contract; their sum is its cost.

    The parts are words of the list cost_part; the network effect is told for all peers clear and is not in the sum of
    `total`. O(S).
    """
    base = _base(purchase, value)
    zero = np.zeros_like(base)
    made = dict.fromkeys(("price", "integration", "anchor", "operating", "removal"), zero)
    made["price"] = base * (1 + _price_gap(purchase, option, value))
    if not option.present:
        made["integration"] = base * _of(purchase, option, "integration", value=value)
    if option.anchored:
        made["anchor"] = base * _of(purchase, option, "anchor", value=value)
    if option.excluded:
        made["removal"] = base * _removal(purchase, option, value)
    else:
        years = annuity(purchase.life_years, _of(purchase, option, "discount", value=value))
        made["operating"] = base * _of(purchase, option, "operating gap", value=value) * years
        made["network effect"] = -base * np.maximum(_of(purchase, option, "network effect", value=value), 0.0)
    return made


def total(made: Mapping[str, Floats]) -> Floats:
    """The cost of a choice while no peer is clear: the sum of its parts without the network effect."""
    return np.asarray(sum(amount for name, amount in made.items() if name != "network effect"))


def cost_purchases(purchases: Sequence[Purchase], value: Values) -> PurchaseCosts:
    """All purchases reckoned with one function of values. O(J x vendors x S)."""
    columns: list[tuple[Floats, ...]] = []
    for one in purchases:
        clear = [parts(one, option, value) for option in one.options if not option.excluded]
        bound = [total(parts(one, option, value)) for option in one.options if option.excluded]
        base = _base(one, value)
        costs = np.array([total(made) for made in clear]) if clear else np.full((1, len(base)), np.inf)
        best = costs.argmin(axis=0)
        cost = costs[best, np.arange(len(base))]
        gap = free_of_dust(cost - np.array(bound).min(axis=0), base) if bound else -cost
        effect = np.zeros_like(base)
        if clear:
            effect = -np.array([made["network effect"] for made in clear])[best, np.arange(len(base))]
        noise = base * np.maximum(_of(one, None, "choice noise", value=value), 0.0)
        if not bound:
            noise = np.zeros_like(base)
        kept = 1 - np.clip(_of(one, None, "pass-through", value=value), 0.0, MOST_PASSED)
        columns.append((gap if clear else np.full_like(base, np.inf), noise, effect, kept, cost, base))
    gap, noise, effect, kept, cost, base = (np.array(column) for column in zip(*columns, strict=True))
    return PurchaseCosts(gap, noise, effect, kept, cost, base)


def free_of_dust(gap: Floats, base: Floats) -> Floats:
    """Differences of costs to twelve digits of the price: no dust of binary fractions parts a gap from an equal offer.

    >>> free_of_dust(np.array([110_000.00000000001 - 100_000.0]), np.array([100_000.0])).tolist()
    [10000.0]
    """
    most = float(base.max())
    return np.round(gap, DIGITS - math.floor(math.log10(most))) if most > 0 else gap


def simulate(
    purchases: Sequence[Purchase], made: PurchaseCosts, draws: Draws, *, demands: tuple[AidDemand, ...]
) -> Simulation:
    """The purchases as carriers that choose: noise drawn for each and peers taken by their part of what is bought."""
    noise = np.array([draws.logistic(f"choice of {one.id}") for one in purchases])
    elements = np.array([one.count.band.mid for one in purchases])
    return Simulation(
        buyers=tuple(one.id for one in purchases),
        groups=tuple(one.country for one in purchases),
        gap=made.gap + made.noise * noise,
        effect=made.effect,
        peers=peers(purchases),
        kept=made.kept,
        cost=made.cost,
        elements=elements,
        demands=demands,
    )


def peers(purchases: Sequence[Purchase]) -> Floats:
    """By how much each purchase counts among the peers of another, float64[J, J]: those of one country and class alike.

    Rows sum to 1, or to 0 where a purchase has no peer.
    """
    same = np.array(
        [
            [
                one.id != other.id and (one.country, one.asset_class) == (other.country, other.asset_class)
                for other in purchases
            ]
            for one in purchases
        ],
        dtype=np.float64,
    ).reshape(len(purchases), len(purchases))
    count = same.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(same, count, out=np.zeros_like(same), where=count > 0))


def annuity(years: float, rate: Floats) -> Floats:
    """What one a year over some years is worth at its start, paid at the end of each, float64[S].

    >>> annuity(2.0, np.array([0.0, 0.1])).round(4).tolist()
    [2.0, 1.7355]
    """
    small = np.abs(rate) < 1e-9
    safe = np.where(small, 1.0, rate)
    return np.asarray(np.where(small, years, (1 - (1 + safe) ** -years) / safe))


def _base(purchase: Purchase, value: Values) -> Floats:
    return value(purchase.count) * value(purchase.figures["price"])


def _of(purchase: Purchase, option: Option | None, name: str, *, value: Values) -> Floats:
    """The values of a figure, zero where no row gives it."""
    figure = purchase.figure(name, option)
    return np.zeros_like(value(purchase.count)) if figure is None else value(figure)


def _price_gap(purchase: Purchase, option: Option, value: Values) -> Floats:
    """By how much a bid is above the reference: what is said of the vendor, else of clear against excluded bids."""
    figure, general = purchase.figure("price gap", option), purchase.figure("price gap")
    if figure is None or (option.excluded and figure is general):
        return np.zeros_like(value(purchase.count))
    return value(figure)


def _removal(purchase: Purchase, option: Option, value: Values) -> Floats:
    """What a removal asked for within the life is expected to cost, as a share of the price."""
    years = np.clip(_of(purchase, option, "removal years", value=value), 0.0, purchase.life_years)
    left = 1 - years / purchase.life_years
    then = (1 + _of(purchase, option, "discount", value=value)) ** -years
    chance = np.clip(_of(purchase, option, "removal chance", value=value), 0.0, 1.0)
    return np.asarray(chance * _of(purchase, option, "removal cost", value=value) * left * then)
