"""Rows of `fund_curve`: what other budgets would reach, and what it takes on other days.

Before the contract it takes the aid that tips the choice to have a purchase clear. After it, where the carrier chose
what the aid may not be spent on, the equipment has to be swapped: the removal cost of the part of its life still left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from provenet.case.money import Band
from provenet.case.rows import FundCurveRow
from provenet.core.ids import row_id
from provenet.incentives.answer import FundAnswer
from provenet.incentives.corners import ChoiceEnds
from provenet.incentives.costs import PurchaseCosts, ends, known_spread, rests_on
from provenet.incentives.purchases import Purchase
from provenet.numerics.arrays import Floats
from provenet.tipping.award_problem import CurvePoint, working_form
from provenet.tipping.awards import frontier
from provenet.tipping.equilibria import least_equilibrium
from provenet.tipping.simulation import Draws, Simulation, triangular

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


SAYS = {
    "budget": "the awards that reach most under each budget and keep at least what cheaper ones keep, peers in the "
    "least equilibrium",
    "days": "before the contract the aid that tips the choice, after it the swap of what was bought",
}

Value = TypeVar("Value", bound=np.generic)
_TINY = 1e-9


def curve_rows(answer: FundAnswer, country: str) -> list[FundCurveRow]:
    """Both curves of a country, and that over days of each purchase."""
    return [*_budgets(answer, country), *_days(answer, country)]


def _budgets(answer: FundAnswer, country: str) -> Iterator[FundCurveRow]:
    at, question = answer.of(country), answer.question
    if not answer.is_weighed(country):
        return
    part, limits = answer.simulation.only(country), answer.own_limits(country)
    points, form = answer.awarding.frontier, answer.awarding.form
    if len(question.scope.countries) > 1 or question.objective != "exposure":
        offers = [answer.offers[j] for j in at]
        points = frontier(part, "exposure", levels=offers, limits=limits, seed=question.seed)
        form = working_form(part, "exposure", limits, seed=question.seed)
    bands = [(point, _reached(answer, country, point)) for point in points]
    if not limits.beyond:
        is_paid = question.budget_on != "committed"
        more = [_joined(pair, points, form, is_paid=is_paid) for pair in _falls(bands)]
        bands += [(point, _reached(answer, country, point)) for point in more]
    inputs = _inputs(answer, at)
    for number, (point, band) in enumerate(_rising(bands, _awarded(answer, country))):
        row = _row(answer, country, "budget", inputs=inputs, j=None, number=number)
        row["budget_amount"], row["price_amount"] = point.budget, point.price
        row["low_share"], row["mid_share"], row["high_share"] = ends(band)
        yield row


def _reached(answer: FundAnswer, country: str, point: CurvePoint) -> Band:
    """The share of subscribers behind clear purchases at a point of the country's purchases alone."""
    at = answer.of(country)
    return answer.worth(country, _of_all(answer, at, point.clear), answer.ends_under(_of_all(answer, at, point.award)))


def _of_all(answer: FundAnswer, at: Sequence[int], values: NDArray[Value]) -> NDArray[Value]:
    """Values of some purchases among those of all, of which nothing is given."""
    made = np.zeros((len(answer.purchases), *values.shape[1:]), values.dtype)
    made[at] = values
    return made


def _falls(points: Sequence[tuple[CurvePoint, Band]]) -> Iterator[tuple[CurvePoint, CurvePoint]]:
    """The points with a lower low end than a cheaper one, each with that of the highest low end before it."""
    best: tuple[CurvePoint, Band] | None = None
    for point, band in points:
        if best is not None and band.low < best[1].low - _TINY:
            yield point, best[0]
        else:
            best = (point, band)


def _joined(
    pair: tuple[CurvePoint, CurvePoint], points: Sequence[CurvePoint], form: Simulation, *, is_paid: bool
) -> CurvePoint:
    """What the awards of two points reach together, each purchase with the larger: nobody clear under one is lost.

    The marginal cost is that of the curve at the money which both take.
    """
    award = np.maximum(pair[0].award, pair[1].award)
    clear = least_equilibrium(form, award)
    spent = float(award @ clear.mean(axis=1)) if is_paid else float(award.sum())
    price = [one.price for one in points if one.budget <= spent][-1]
    return replace(pair[0], budget=spent, award=award, clear=clear, price=price)


def _awarded(answer: FundAnswer, country: str) -> tuple[float, float] | None:
    """The money of the awards of the call and the lower end of what they reach; None where money is given otherwise."""
    if answer.outcome is not None:
        return None
    paid = answer.question.budget_on != "committed"
    spent = answer.paid(country).mid if paid else float(answer.awarding.award[answer.of(country)].sum())
    return spent, answer.worth(country, answer.aided, answer.aided_ends).low


def _rising(
    points: Sequence[tuple[CurvePoint, Band]], awarded: tuple[float, float] | None
) -> list[tuple[CurvePoint, Band]]:
    """The points of which none has a lower low end or mean than a cheaper one, the awards of the call among them."""
    kept: list[tuple[CurvePoint, Band]] = []
    for point, band in sorted(points, key=lambda one: (one[0].budget, -one[1].mid)):
        low = band.low
        if awarded is not None:
            spent, least = awarded
            cheaper = point.budget < spent * (1 - _TINY) and low > least + _TINY
            dearer = point.budget > spent * (1 + _TINY) and low < least - _TINY
            if cheaper or dearer:
                continue
        if not kept or (low >= kept[-1][1].low - _TINY and band.mid > kept[-1][1].mid):
            kept.append((point, band))
    return kept


def _days(answer: FundAnswer, country: str) -> Iterator[FundCurveRow]:
    at = answer.of(country)
    days = days_of(answer.question.scope.as_of, [answer.purchases[j] for j in at])
    takes = {
        j: ClearCosts.of(answer.purchases[j], j, answer.simulation, made=answer.costs, draws=answer.draws) for j in at
    }
    of = {j: [takes[j].on(day) for day in days] for j in at}
    signed = np.array([signed_days(one, answer.draws) for one in answer.purchases])
    inputs = _inputs(answer, at)
    for number, day in enumerate(days):
        row = _row(answer, country, "days", inputs=inputs, j=None, number=number)
        row["from_on"] = day
        whole = np.sum([of[j][number] for j in at], axis=0)
        row["low_amount"], row["mid_amount"], row["high_amount"] = ends(known_spread(whole))
        if answer.is_weighed(country):
            row["low_share"], row["mid_share"], row["high_share"] = ends(_worth(answer, country, day, signed=signed))
        yield row
    for j in at:
        inputs = _inputs(answer, [j])
        for number, day in enumerate(days):
            row = _row(answer, country, "days", inputs=inputs, j=j, number=number)
            row["from_on"] = day
            row["low_amount"], row["mid_amount"], row["high_amount"] = ends(known_spread(of[j][number]))
            yield row


def _worth(answer: FundAnswer, country: str, day: date, *, signed: Floats) -> Band:
    """The share of subscribers behind purchases that are signed and clear without aid on a day.

    `signed` float64[J, S]: the days of the contracts.
    """
    surely, possibly = (np.array([[one.signed[end] <= day] for one in answer.purchases]) for end in (2, 0))
    ends = answer.corners.unaided
    return answer.worth(
        country, answer.unaided & (signed <= day.toordinal()), ChoiceEnds(ends.sure & surely, ends.possible & possibly)
    )


def _inputs(answer: FundAnswer, at: Sequence[int]) -> list[str]:
    """The rows that the costs of some purchases rest on."""
    return list(dict.fromkeys(row for k in at for row in rests_on(answer.purchases[k])))


def _row(
    answer: FundAnswer, country: str, kind: str, *, inputs: Sequence[str], j: int | None, number: int
) -> FundCurveRow:
    head = answer.question.head(country)
    name = None if j is None else answer.purchases[j].id
    return {
        "point_id": row_id("fund_curve", {**head, "kind": kind, "purchase": name, "number": number}),
        "fund_id": head["fund_id"],
        "country": head["country"],
        "kind": kind,
        "purchase_id": name,
        "number_count": number,
        "budget_amount": None,
        "from_on": None,
        "price_amount": None,
        "currency": answer.question.currency,
        "price_year": answer.question.year,
        "formula": SAYS[kind],
        "inputs": list(inputs),
    }
