"""How likely a carrier is to choose clear under an offer, with a band over what the inputs leave open.

In every scenario the inputs have one value each, and the chance is logistic in what clear still costs more after the
aid that is kept, over the noise of choices; without noise it is certain one way or the other. The mean over scenarios
is the chance, the fifth and ninety-fifth percentiles are its band: a band of assumptions, not of luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from provenet.case.money import Band
from provenet.case.rows import ResponseCostRow, ResponseRow
from provenet.core.ids import row_id
from provenet.incentives.costs import PurchaseCosts, parts
from provenet.incentives.purchases import Purchase
from provenet.incentives.question import FundHead
from provenet.tipping.figures import Draws, Floats
from provenet.tipping.mechanism_terms import WORDS

LOW, HIGH = 0.05, 0.95
"""The ends of a band: so large a part of the scenarios lies below."""


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


def spread(values: Floats) -> Band:
    """The mean of scenarios with their fifth and ninety-fifth percentiles, kept in order around it."""
    low, high = np.quantile(values, [LOW, HIGH])
    mean = float(values.mean())
    return Band(min(float(low), mean), mean, max(float(high), mean))


def spread_around(low: Floats, mid: Floats, high: Floats) -> Band:
    """The mean of scenarios, with the fifth percentile of their lower and the ninety-fifth of their upper ends."""
    mean = float(mid.mean())
    return Band(min(float(np.quantile(low, LOW)), mean), mean, max(float(np.quantile(high, HIGH)), mean))


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
) -> list[ResponseRow]:
    """Rows of `response`: for the purchases `at` some places the chance of a clear choice over offers to their most."""
    rows: list[ResponseRow] = []
    for j in at:
        one = purchases[j]
        inputs = rests_on(one)
        for number, offer in enumerate(offers(most[j])):
            band = made.chance(j, offer)
            rows.append(
                {
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
            )
    return rows


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
) -> list[ResponseCostRow]:
    """Rows of `response_cost`: every choice of every purchase part by part, mean and ends over the scenarios."""
    rows: list[ResponseCostRow] = []
    for one in purchases:
        for option in one.options:
            inputs = rests_on(one, option.vendor_id)
            for part, amount in parts(one, option, draws).items():
                band = spread(amount)
                key = {**head, "purchase": one.id, "vendor": option.vendor_id, "part": part}
                rows.append(
                    {
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
                )
    return rows


def rests_on(purchase: Purchase, vendor: str | None = None) -> list[str]:
    """The rows that the costs of a purchase rest on, of all its choices or of one vendor; not those of mechanisms."""
    figures = [purchase.count, *purchase.figures.values()]
    for option in purchase.options:
        if vendor in (None, option.vendor_id):
            figures += option.figures.values()
    kept = [figure for figure in figures if figure.kind not in WORDS.values()]
    return list(dict.fromkeys(row for figure in kept for row in figure.rests_on))
