"""Rows of `fund_input`: every figure that an answer rests on, with what it moves, and what stands beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any

import numpy as np

from provenet.case.money import Band
from provenet.case.rows import FundInputRow, RidesOnRow, rows_of
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.forms.allocation import AidDemand
from provenet.incentives.answer import FundAnswer
from provenet.incentives.costs import Responses, cost_purchases
from provenet.incentives.purchases import FundHead, Purchase
from provenet.incentives.subscribers import subscribers_behind
from provenet.tipping.mechanism_rules import WORDS, Terms
from provenet.tipping.mechanisms import DECIDES, run
from provenet.tipping.simulation import Figure, Middles


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
    rest_on = grouped((name, j) for j, one in enumerate(purchases) for name in {figure.id for figure in _figures(one)})
    made = []
    for figure in figures_of(purchases):
        on = rest_on[figure.id]
        low, high = (
            expected(demands, middle | chances([purchases[j] for j in on], [award[j] for j in on], {figure.id: end}))
            for end in (figure.band.low, figure.band.high)
        )
        made.append(Bar(figure, low, high))
    return expected(demands, middle), sorted(made, key=lambda bar: (-bar.width, bar.figure.id))


def input_rows(answer: FundAnswer, country: str) -> list[FundInputRow]:
    """The figures of a country's answer: those used with their bars, then opposed estimates beside them."""
    head = answer.question.head(country)
    tried = _choices(answer, country) | _shares(answer, country) | _mechanisms(answer, country)
    rows = [_row(head, figure, True, moved=moved) for figure, moved in tried.values()]
    rates = [_rate(one.name, one) for one in answer.money.used.values()]
    rows += [_row(head, figure, True, moved=None) for figure in rates]
    used = {row for figure, _ in tried.values() for row in figure.rests_on}
    rows += [
        _row(head, figure, False, moved=None)
        for figure, row in answer.found.beside
        if f"choice_input:{row['choice_input_id']}" in used
    ]
    return sorted(rows, key=lambda row: (not row["used"], row["name"], row["input_id"]))


Effect = tuple[float, float, float]
"""The objective with a figure at its lower end, in the middle, at its upper end."""


def _choices(answer: FundAnswer, country: str) -> dict[str, tuple[Figure, Effect | None]]:
    """Figures of choices: the objective under the awards, one figure at its ends and all others in the middle."""
    at = answer.of(country)
    awards = [float(answer.awarding.award[j]) for j in at]
    middle, made = bars([answer.purchases[j] for j in at], answer.demands(country), awards)
    words = {figure.id for figure in answer.figures.values()}
    return {bar.figure.id: (bar.figure, (bar.low, middle, bar.high)) for bar in made if bar.figure.id not in words}


def _shares(answer: FundAnswer, country: str) -> dict[str, tuple[Figure, Effect | None]]:
    """Shares of subscribers, and the parts of a carrier that purchases serve: the same with one of them at its ends."""
    mine = [answer.purchases[j] for j in answer.of(country)]
    awards = [float(answer.awarding.award[j]) for j in answer.of(country)]
    weights, rides = answer.weights[country], rows_of(RidesOnRow, answer.tables["rides_on"])

    chance = chances(mine, awards, {})

    def brought(purchases: Sequence[Purchase], shares: Mapping[str, Band]) -> float:
        return expected(subscribers_behind(purchases, shares, rides).mid, chance)

    middle = brought(mine, weights)
    made: dict[str, tuple[Figure, Effect | None]] = {}
    for one in answer.weighed[country]:
        band = one.band or Band(0.0, 0.0, 0.0)
        carrier = one.name.removeprefix("share of ").rpartition(" in ")[0]
        ends = [brought(mine, {**weights, carrier: Band(end, end, end)}) for end in (band.low, band.high)]
        figure = replace(_rate(one.name, one), kind="share", unit_says=f"share of {one.unit_says}")
        made[figure.id] = (figure, (ends[0], middle, ends[1]))
    for bought in mine:
        if bought.row["low_part_share"] is None and bought.row["high_part_share"] is None:
            continue
        name = f"part of the subscribers of {bought.carrier_id} behind {bought.id}"
        unit, says, rests_on = "share of the carrier", bought.row["says"] or "as given", (f"purchase:{bought.id}",)
        figure = Figure(name, name, "share", bought.part, unit, bought.row["basis"], says, rests_on=rests_on)
        ends = [
            brought([replace(one, part=Band(end, end, end)) if one is bought else one for one in mine], weights)
            for end in (bought.part.low, bought.part.high)
        ]
        made[name] = (figure, (ends[0], middle, ends[1]))
    return made


def _mechanisms(answer: FundAnswer, country: str) -> dict[str, tuple[Figure, Effect | None]]:
    """Figures of mechanisms: what the mechanism of the call brings with one of them fixed, all else as drawn."""
    question, part, awards = answer.question, answer.simulation, answer.awarding.award

    def brought(terms: Terms) -> float:
        outcome = run(part, answer.budget, terms, mechanism=question.mechanism, offers=awards)
        return answer.mean_worth(country, outcome.clear)

    middle = brought(answer.terms)
    found: dict[str, tuple[Figure, Effect | None]] = {}
    for name, word in WORDS.items():
        if word in answer.lacking:
            continue
        figure, ends = answer.figures[word], (middle, middle)
        if name in DECIDES[question.mechanism]:
            low, high = (np.full(question.scenarios, end) for end in (figure.band.low, figure.band.high))
            ends = (brought(replace(answer.terms, **{name: low})), brought(replace(answer.terms, **{name: high})))
        found[figure.id] = (figure, (ends[0], middle, ends[1]))
    return found


def _rate(name: str, one: Any) -> Figure:
    band = one.band or Band(0.0, 0.0, 0.0)
    return Figure(name, name, one.kind, band, one.unit_says, one.basis, one.says, rests_on=one.rests_on)


def _row(head: FundHead, figure: Figure, used: bool, *, moved: Effect | None) -> FundInputRow:
    low, mid, high = (None, None, None) if moved is None else moved
    return {
        "input_id": row_id("fund_input", {**head, "figure": figure.id, "used": used}),
        "fund_id": head["fund_id"],
        "country": head["country"],
        "name": figure.name,
        "kind": figure.kind,
        "low_amount": figure.band.low,
        "mid_amount": figure.band.mid,
        "high_amount": figure.band.high,
        "unit_says": figure.unit_says,
        "basis": figure.basis,
        "used": used,
        "low_objective_share": low,
        "mid_objective_share": mid,
        "high_objective_share": high,
        "estimator": figure.estimator,
        "sponsor": figure.sponsor,
        "scope": figure.scope,
        "says": figure.says,
        "formula": "the objective under the awards with this figure at its ends and all others in the middle",
        "inputs": list(figure.rests_on),
    }
