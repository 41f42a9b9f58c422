"""One call of `fund`: the purchases simulated, the awards, every mechanism, and the rows that tell it all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from provenet.case.carrier_weights import carrier_weights, with_unknown
from provenet.case.money import Band, InputFigure, Money
from provenet.case.rows import RidesOnRow, rows_of
from provenet.core.progress import Progress
from provenet.forms.allocation import AidDemand
from provenet.incentives.corners import ChoiceEnds, Corners, corners_of
from provenet.incentives.costs import PurchaseCosts, Responses, cost_purchases, simulate
from provenet.incentives.purchases import FundQuestion, Purchase, PurchaseSet
from provenet.incentives.subscribers import SubscriberDemands, joined_demands, riders, subscribers_behind
from provenet.numerics.arrays import Flags, Floats
from provenet.tipping.award_problem import AwardResult, Limits
from provenet.tipping.awards import award
from provenet.tipping.equilibria import least_equilibrium
from provenet.tipping.mechanism_rules import WORDS, Terms, terms_of
from provenet.tipping.mechanisms import MechanismOutcome, compare
from provenet.tipping.simulation import Draws, Figure, Simulation, spread, spread_around

if TYPE_CHECKING:
    import polars as pl

LEVELS = 20
"""Offers above none that each carrier may get."""
REACH = 0.99
"""The highest offer is what tips a carrier in so many of the scenarios in which any aid does."""


@dataclass(frozen=True, eq=False)
class FundAnswer:
    """All that the rows of a call are built from: what was found, drawn, awarded and compared."""

    question: FundQuestion
    tables: Mapping[str, pl.DataFrame]
    later: Mapping[str, pl.DataFrame]
    found: PurchaseSet
    weights: Mapping[str, Mapping[str, Band]]
    weighed: Mapping[str, Sequence[InputFigure]]
    sized: Mapping[str, frozenset[str]]
    """Carriers of which a row gives a share of subscribers, by country."""
    money: Money
    draws: Draws
    costs: PurchaseCosts
    simulation: Simulation
    subscribers: SubscriberDemands
    offers: tuple[tuple[float, ...], ...]
    awarding: AwardResult
    figures: Mapping[str, Figure]
    """Figures of mechanisms by their word."""
    lacking: tuple[str, ...]
    """Words of mechanisms' figures that no row gives; they are taken as 0."""

    @property
    def purchases(self) -> tuple[Purchase, ...]:
        """The purchases that are open, in the order of every array."""
        return self.found.purchases

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of parties by id."""
        return dict(self.tables["party"].select("party_id", "name").iter_rows())

    @cached_property
    def unaided(self) -> Flags:
        """Who is clear in the least equilibrium without aid, bool[J, S]."""
        return least_equilibrium(self.simulation, np.zeros(len(self.purchases)))

    @cached_property
    def terms(self) -> Terms:
        """What mechanisms differ by besides the purchases, as drawn."""
        return terms_of(self.figures, self.draws, self.simulation.buyers)

    @cached_property
    def outcomes(self) -> list[MechanismOutcome]:
        """What every mechanism did with the money of the call."""
        return compare(self.simulation, self.budget, self.terms, offers=self.awarding.award)

    @cached_property
    def outcome(self) -> MechanismOutcome | None:
        """What the mechanism of the call did; None for plain offers, which the awards are."""
        mechanism = self.question.mechanism
        return None if mechanism == "offers" else next(one for one in self.outcomes if one.mechanism == mechanism)

    @cached_property
    def aided(self) -> Flags:
        """Who is clear under the mechanism of the call, bool[J, S]."""
        return self.awarding.clear if self.outcome is None else self.outcome.clear

    @cached_property
    def corners(self) -> Corners:
        """The purchases with every figure at one end or the other."""
        return corners_of(self.purchases, self.simulation, self.draws)

    @cached_property
    def aided_ends(self) -> ChoiceEnds:
        """Who is clear at every corner, and who at one, under the mechanism of the call."""
        return self.ends_of(self.question.mechanism)

    @cached_property
    def _fails(self) -> Flags:
        """Who may not deliver what it was awarded, bool[J]."""
        chances = (one.figures.get("default chance", self.figures["default chance"]) for one in self.purchases)
        return np.array([one.band.high > 0 for one in chances], np.bool_)

    def ends_under(self, award: Floats) -> ChoiceEnds:
        """Who is clear at every corner, and who at one, under an award to each purchase, float64[J]."""
        return self.corners.under(award, award, self._fails)

    def ends_of(self, mechanism: str) -> ChoiceEnds:
        """The same under a mechanism with the money of the call.

        Offers are monotone: a carrier that gets more, or needs less, or has more clear peers is clear. Auctions and
        guarantees are not, since a bid that fits may take the place of several: of them is held that who is clear
        without aid stays so, and who cannot be tipped by any money is not clear.
        """
        if mechanism == "offers":
            return self.ends_under(self.awarding.award)
        nothing = np.zeros(len(self.purchases))
        most = np.full(nothing.shape, np.inf)
        if not self.budget > 0:
            most = nothing
        elif mechanism == "loan guarantee":
            # Nobody takes a loan that saves it less than it needs.
            cost = self.corners.most.cost[:, 0]
            most = np.where(np.isfinite(cost), cost, 0.0) * self.figures["loan rate gap"].band.high
        return self.corners.under(nothing, most, self._fails)

    @property
    def budget(self) -> float:
        """The money of the call; without a limit what is committed."""
        return self.awarding.committed if self.question.budget is None else self.question.budget

    def responding(self, clear: Flags) -> Responses:
        """The responses while the peers stand as in `clear`."""
        return Responses(self.costs, self.simulation.peers @ clear.astype(np.float64))

    def of(self, country: str) -> list[int]:
        """The places of a country's purchases."""
        return [j for j, one in enumerate(self.purchases) if one.country == country]

    def weight_kind(self, country: str) -> str | None:
        """What the shares of a country are of, by the rows that give them; None where no row does."""
        return next((one.unit_says for one in self.weighed[country]), None)

    def is_weighed(self, country: str) -> bool:
        """Whether a share of subscribers is known behind any purchase of a country."""
        return any(one.weight > 0 for one in self.demands(country))

    def demands(self, country: str) -> tuple[AidDemand, ...]:
        """The demands of a country, in the middle of all shares and parts."""
        mine = {self.purchases[j].id for j in self.of(country)}
        return tuple(one for one in self.subscribers.mid if mine.issuperset(one.carriers))

    def worth(self, country: str, clear: Flags, ends: ChoiceEnds) -> Band:
        """The share of a country's subscribers behind clear purchases: in the middle the mean over the scenarios, at
        the ends the least and the most of all corners of figures, shares and parts.

        `clear` bool[J, S] and `ends` bool[J, 1] of all purchases.
        """
        at, reaching = self.of(country), self._reaching(country)
        names = [self.purchases[j].id for j in at]
        low, high = reaching.clear(names, ends.sure[at])[0], reaching.clear(names, ends.possible[at])[1]
        mean = self.mean_worth(country, clear)
        return Band(min(float(low[0]), mean), mean, max(float(high[0]), mean))

    def mean_worth(self, country: str, clear: Flags) -> float:
        """The mean of that share over the scenarios; `clear` bool[J, S]."""
        return float(self.simulation.only(country).worth(clear[self.of(country)]).mean())

    def band(self, country: str, clear: Flags) -> Band:
        """The same share for nine scenarios in ten: the fifth percentile of the least, the ninety-fifth of the most.

        In each scenario the least and the most of all corners of shares and parts. `clear` bool[J, S].
        """
        at = self.of(country)
        names = [self.purchases[j].id for j in at]
        low, high = self._reaching(country).clear(names, clear[at])
        return spread_around(low, self.simulation.only(country).worth(clear[at]), high)

    def _reaching(self, country: str) -> SubscriberDemands:
        """Who is behind the purchases of a country alone."""
        mine = {self.purchases[j].id for j in self.of(country)}
        reaches = tuple(one for one in self.subscribers.reaches if mine.issuperset(one.parts))
        return SubscriberDemands(self.demands(country), reaches)

    def exposed(self, country: str) -> Band:
        """The share of a country's subscribers behind its purchases: no more can become clear."""
        return self._reaching(country).exposed({self.purchases[j].id for j in self.of(country)})

    def gained(self, country: str, after: ChoiceEnds) -> tuple[float, float]:
        """The least and the most of a country's subscribers at any corner who are clear, and are not without aid."""
        at, before, reaching = self.of(country), self.corners.unaided, self._reaching(country)
        names = [self.purchases[j].id for j in at]
        least, _ = reaching.gained(names, before=before.possible[at], after=after.sure[at])
        _, most = reaching.gained(names, before=before.sure[at], after=after.possible[at])
        return float(least[0]), float(most[0])

    def own_limits(self, country: str) -> Limits:
        """The limits of the awards that hold within one country, but for its floor and cap."""
        mine = {self.purchases[j].id for j in self.of(country)}
        chance = {name: value for name, value in self.awarding.limits.default_chance.items() if name in mine}
        return replace(self.awarding.limits, floors={}, caps={}, default_chance=chance)

    def weight(self, j: int) -> Band:
        """The share of the subscribers of its country behind a purchase, those that ride on its carrier among them."""
        return self.subscribers.behind(self.purchases[j].id)

    def paid(self, country: str) -> Band:
        """The money that goes to a country over the scenarios."""
        if self.outcome is not None:
            return self.outcome.summary(country).paid_amount
        at = self.of(country)
        return spread((self.awarding.award[at, None] * self.awarding.clear[at]).sum(axis=0))

    def p_goal(self, country: str, clear: Flags) -> float:
        """The chance that every purchase of a country is clear."""
        return float(clear[self.of(country)].all(axis=0).mean())


def answer_of(
    question: FundQuestion,
    tables: Mapping[str, pl.DataFrame],
    later: Mapping[str, pl.DataFrame],
    *,
    met: PurchaseSet,
    money: Money,
    progress: Progress,
) -> FundAnswer:
    """The answer to a question on the purchases found. Cost O(J x vendors x S) for the draws, and that of `award`."""
    weights, weighed, sized = _weights(question, tables, met.purchases)
    reached = _behind(question, met.purchases, weights, rides=rows_of(RidesOnRow, tables["rides_on"]))
    draws = Draws(question.seed, question.scenarios)
    made = cost_purchases(met.purchases, draws)
    carriers = simulate(met.purchases, made, draws, demands=reached.mid)
    figures, lacking = _of_mechanisms(met.purchases)
    offers = tuple(offers_of(need) for need in carriers.needed())
    limits = _limits(question, met.purchases)
    progress("awarding", 2, 4)
    awarding = award(
        carriers,
        question.budget,
        question.objective,  # type: ignore[arg-type]
        levels=offers,
        limits=limits,
        report=lambda status: progress(f"awarding: {status.doing}", status.done, status.total),
        seed=question.seed,
    )
    return FundAnswer(
        question=question,
        tables=tables,
        later=later,
        found=met,
        weights=weights,
        weighed=weighed,
        sized=sized,
        money=money,
        draws=draws,
        costs=made,
        simulation=carriers,
        subscribers=reached,
        offers=offers,
        awarding=awarding,
        figures=figures,
        lacking=lacking,
    )


def offers_of(need: Floats, count: int = LEVELS) -> tuple[float, ...]:
    """The amounts that may be offered to a carrier: none, and even steps of round numbers up to what tips it nearly
    always. Only none where no aid is needed or none helps.

    >>> offers_of(np.array([0.0, 7.0, 9.0, 19.0]), 4)
    (0.0, 4.7, 9.4, 14.1, 18.8)
    """
    some = need[(need > 0) & np.isfinite(need)]
    if not len(some):
        return (0.0,)
    step = float(np.quantile(some, REACH)) / count
    unit = 10.0 ** (math.floor(math.log10(step)) - 1)
    # A step of two digits; `round` keeps sums of steps free of the dust of binary fractions.
    step = math.ceil(round(step / unit, 9)) * unit
    return tuple(round(step * number, 9) for number in range(count + 1))


def _weights(
    question: FundQuestion, tables: Mapping[str, pl.DataFrame], purchases: Sequence[Purchase]
) -> tuple[dict[str, dict[str, Band]], dict[str, list[InputFigure]], dict[str, frozenset[str]]]:
    """Shares of carriers by country, the figures they rest on, and the carriers of which a row gives one."""
    weights, weighed, known = {}, {}, {}
    for country in question.scope.countries:
        mine = [one for one in purchases if one.country == country]
        wanted = {one.carrier_id for one in mine} | riders(mine, rows_of(RidesOnRow, tables["rides_on"]))
        weights[country], weighed[country] = carrier_weights(tables["carrier_share"], country, wanted)
        known[country] = frozenset(weights[country])
        weights[country] = with_unknown(weights[country], wanted)
    return weights, weighed, known


def _behind(
    question: FundQuestion,
    purchases: Sequence[Purchase],
    weights: Mapping[str, Mapping[str, Band]],
    *,
    rides: Sequence[RidesOnRow],
) -> SubscriberDemands:
    return joined_demands(
        subscribers_behind([one for one in purchases if one.country == country], weights[country], rides)
        for country in question.scope.countries
    )


def _of_mechanisms(purchases: Sequence[Purchase]) -> tuple[dict[str, Figure], tuple[str, ...]]:
    """The figures of mechanisms, those of the first purchase: their rows speak of mechanisms, not of carriers."""
    made, lacking = {}, []
    for word in WORDS.values():
        given = [one.figures[word] for one in purchases if word in one.figures]
        if not given:
            lacking.append(word)
        zero = Figure(word, word, word, Band(0.0, 0.0, 0.0), "", "assumed", "no row gives it: taken as 0")
        made[word] = given[0] if given else zero
    return made, tuple(lacking)


def _limits(question: FundQuestion, purchases: Sequence[Purchase]) -> Limits:
    chance = {one.id: one.figures["default chance"].band.mid for one in purchases if "default chance" in one.figures}
    floors = {country: low for country, (low, _) in question.limits.items() if low > 0}
    caps = {country: high for country, (_, high) in question.limits.items() if math.isfinite(high)}
    return Limits(
        floors=floors,
        caps=caps,
        most_ratio=question.most_ratio,
        budget_on=question.budget_on,  # type: ignore[arg-type]
        default_chance=chance,
    )
