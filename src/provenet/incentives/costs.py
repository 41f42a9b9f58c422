"""What each choice costs a carrier over the life of a purchase, what clear costs more, and how it responds to aid.

Every figure comes through one function of values, so the same lines reckon the middle, one figure at its end, and ten
thousand scenarios.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.case.money import Band
from provenet.case.rows import ResponseCostRow, ResponseRow
from provenet.core.ids import row_id
from provenet.forms.allocation import AidDemand
from provenet.incentives.purchases import FundHead, Option, Purchase
from provenet.numerics.arrays import Floats
from provenet.tipping.mechanism_rules import WORDS
from provenet.tipping.simulation import Draws, Simulation, Values, spread

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


@dataclass(frozen=True, eq=False)
class Responses:
    """The responses of J purchases in S scenarios; `peers_clear` float64[J, S]: the part of each one's peers clear."""

    costs: PurchaseCosts
    peers_clear: Floats

    def chances(self, buyer: int, offer: float) -> Floats:
        """The chance of a clear choice in every scenario, float64[S]. O(S)."""
        made = self.costs
        gap = made.gap[buyer] - made.effect[buyer] * self.peers_clear[buyer] - made.kept[buyer] * offer
        return logistic(-gap, made.noise[buyer])

    def chance(self, buyer: int, offer: float) -> Band:
        """The chance of a clear choice with its band. Law: it rises with the offer."""
        return spread(self.chances(buyer, offer))


def logistic(lead: Floats, scale: Floats) -> Floats:
    """The chance of what leads by so much under logistic noise of a scale; without noise 1 from a lead of 0 on.

    >>> logistic(np.array([0.0, 1.0, -1.0]), np.array([1.0, 0.0, 0.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    sure = scale <= 0
    with np.errstate(over="ignore"):
        noisy = 1 / (1 + np.exp(-np.clip(lead / np.where(sure, 1.0, scale), -700, 700)))
    certain = sure | np.isneginf(lead)
    return np.asarray(np.where(certain, (lead >= 0).astype(np.float64), noisy))


def known_spread(values: Floats) -> Band | None:
    """The spread of scenarios; None where some of them are not known or have no end."""
    return spread(values) if np.isfinite(values).all() else None


Ends = tuple[float | None, float | None, float | None]


def ends(band: Band | None) -> Ends:
    """The ends and the middle of a band, None each where there is none."""
    return (None, None, None) if band is None else (band.low, band.mid, band.high)


def offers(most: float, count: int = 21) -> list[float]:
    """The offers that a curve of responses is drawn for, from none to the most, evenly."""
    return [most * number / (count - 1) for number in range(count)]


def response_rows(
    purchases: Sequence[Purchase],
    at: Sequence[int],
    made: Responses,
    *,
    most: Sequence[float],
    head: FundHead,
    money: Sequence[str],
) -> Iterator[ResponseRow]:
    """Rows of `response`: for the purchases `at` some places the chance of a clear choice over offers to their most."""

    for j in at:
        one = purchases[j]
        inputs = rests_on(one)
        for number, offer in enumerate(offers(most[j])):
            band = made.chance(j, offer)
            yield {
                "response_id": row_id("response", {**head, "purchase": one.id, "number": number}),
                "fund_id": head["fund_id"],
                "country": head["country"],
                "purchase_id": one.id,
                "carrier_id": one.carrier_id,
                "number_count": number,
                "offer_amount": offer,
                "low_p_clear_share": band.low,
                "p_clear_share": band.mid,
                "high_p_clear_share": band.high,
                "paid_amount": offer * band.mid,
                "currency": money[0],
                "price_year": money[1],
                "inputs": list(inputs),
                "formula": "mean over scenarios of logistic((kept part of aid x offer - gap) / noise), with the "
                "5th and 95th percentiles",
            }


SAYS = {
    "price": "elements x price x (1 + price gap of the vendor)",
    "integration": "price x integration, where the carrier does not have the vendor in its network",
    "anchor": "price x anchor, where the older generation is of another vendor",
    "operating": "price x operating gap a year, discounted over the life",
    "removal": "price x removal chance x removal cost, discounted, for the part of the life that is then left",
    "network effect": "price x network effect once all peers are clear; less in proportion",
}


def cost_rows(
    purchases: Sequence[Purchase], draws: Draws, head: FundHead, *, money: Sequence[str]
) -> Iterator[ResponseCostRow]:
    """Rows of `response_cost`: every choice of every purchase part by part, mean and ends over the scenarios."""

    for one in purchases:
        for option in one.options:
            inputs = rests_on(one, option.vendor_id)
            for part, amount in parts(one, option, draws).items():
                band = spread(amount)
                key = {**head, "purchase": one.id, "vendor": option.vendor_id, "part": part}
                yield {
                    "cost_id": row_id("response_cost", key),
                    "fund_id": head["fund_id"],
                    "country": head["country"],
                    "purchase_id": one.id,
                    "carrier_id": one.carrier_id,
                    "vendor_id": option.vendor_id,
                    "excluded": option.excluded,
                    "part": part,
                    "low_amount": band.low,
                    "mid_amount": band.mid,
                    "high_amount": band.high,
                    "currency": money[0],
                    "price_year": money[1],
                    "says": SAYS[part],
                    "formula": SAYS[part],
                    "inputs": list(inputs),
                }


def rests_on(purchase: Purchase, vendor: str | None = None) -> list[str]:
    """The rows that the costs of a purchase rest on, of all its choices or of one vendor; not those of mechanisms."""
    figures = [purchase.count, *purchase.figures.values()]
    for option in purchase.options:
        if vendor in (None, option.vendor_id):
            figures += option.figures.values()
    kept = [figure for figure in figures if figure.kind not in WORDS.values()]
    return list(dict.fromkeys(row for figure in kept for row in figure.rests_on))
