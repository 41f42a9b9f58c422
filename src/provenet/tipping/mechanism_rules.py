"""The rules of three ways to give aid, each on the same carriers, scenario by scenario, and what they differ by.

Errors of bids, own funds, bonds and defaults are drawn once for all rules. Each rule takes a `Stage` and tells what
became of every purchase in every scenario. Three things are alike in all. Carriers that would choose clear without aid
stay so and never default. What a carrier needs when it bids or asks is what it needs while only those are clear. And
once the aid has worked, whoever needs nothing any more because its peers are clear chooses clear too, round by round to
the least end of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Floats
from provenet.tipping.equilibria import best_responses, least_equilibrium
from provenet.tipping.simulation import Draws, Figure, Simulation

WORDS = {
    "default_chance": "default chance",
    "bid_spread": "bid spread",
    "bid_markup": "bid markup",
    "bond": "bond",
    "next_delay": "next delay",
    "own_funds": "own funds",
    "loan_rate_gap": "loan rate gap",
    "windfall_ask": "windfall ask",
}
"""The figures of mechanisms, by the names that `Terms` gives them, in words of the list `choice_figure`."""


@dataclass(frozen=True, eq=False)
class Terms:
    """The figures of mechanisms in S scenarios, and the noise of J buyers that they scale.

    Each float64[S]: `default_chance`, that a recipient who got its need does not deliver for other reasons;
    `bid_spread`, the relative standard error of what a bidder takes for its need; `bid_markup`, the share that a bidder
    adds to that; `bond`, the share of an award forfeited on default; `next_delay`, years lost when the next in line
    takes over; `own_funds`, the share of its need that a carrier can carry itself; `loan_rate_gap`, the present value
    of the interest that a guarantee saves, as a share of the loan; `windfall_ask`, the share of what others need, for
    an equal cost, that a bidder who needs none asks for. Each float64[J, S]: `error`, standard normal, of the estimate;
    `luck`, even in (0, 1), of a default for other reasons.
    """

    default_chance: Floats
    bid_spread: Floats
    bid_markup: Floats
    bond: Floats
    next_delay: Floats
    own_funds: Floats
    loan_rate_gap: Floats
    windfall_ask: Floats
    error: Floats
    luck: Floats

    def cut(self, first: int, last: int) -> Terms:
        """The terms of the scenarios from `first` to before `last`."""
        return Terms(*(getattr(self, field.name)[..., first:last] for field in fields(self)))

    @property
    def estimate(self) -> Floats:
        """What a bidder takes for its need, over its need, float64[J, S]: log-normal, right on average.

        Its relative standard deviation is `bid_spread`, so it is never below nothing, and 1 without spread.
        """
        spread = np.sqrt(np.log1p(self.bid_spread**2))
        return np.asarray(np.exp(spread * self.error - spread**2 / 2))

    @property
    def fails(self) -> NDArray[np.bool_]:
        """Who would not deliver for other reasons if it got its need, bool[J, S]."""
        return np.asarray(self.luck < self.default_chance)


def terms_of(figures: Mapping[str, Figure], draws: Draws, buyers: Sequence[str]) -> Terms:
    """The terms from figures by their word in `choice_figure`, and noise keyed by buyer.

    Raises ValueError with the words that lack a figure: no mechanism is reckoned on a figure that nobody gave.
    """
    lacking = [word for word in WORDS.values() if word not in figures]
    if lacking:
        raise ValueError(f"no figure for {', '.join(lacking)}")
    drawn = {name: draws(figures[word]) for name, word in WORDS.items()}
    return Terms(**drawn, **noise(draws, buyers))


def noise(draws: Draws, buyers: Sequence[str]) -> dict[str, Floats]:
    """The noise of `Terms`, each float64[J, S], from draws that are each buyer's own.

    Normal draws by Box and Muller (1958) from two even ones, of which the first is spread evenly.
    """
    away, turn, luck = (_stacked(draws, buyers, key) for key in ("bid", "bid turn", "default"))
    error = np.sqrt(-2 * np.log(np.clip(away, 1e-300, None))) * np.cos(2 * np.pi * turn)
    return {"error": np.asarray(error), "luck": luck}


def _stacked(draws: Draws, buyers: Sequence[str], key: str) -> Floats:
    """Even draws for each buyer, float64[J, S]."""
    rows = [draws.uniform(f"{key} {buyer}") for buyer in buyers]
    return np.stack(rows) if rows else np.zeros((0, draws.scenarios))


Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Stage:
    """The carriers of some scenarios before aid: `clear` bool[J, C] without it, and `need` float64[J, C] then."""

    simulated: Simulation
    terms: Terms
    budget: float
    clear: Flags
    need: Floats
    weight: Floats
    risk: float
    """The mean chance of default over all scenarios, which whoever guarantees loans reckons with."""


@dataclass(frozen=True, eq=False)
class RuleOutcome:
    """What became of J purchases in C scenarios: bool[J, C] `clear`, `held` (an award was made), `broken` (it was not
    carried out) and `late` (made clear by a next in line); float64[J, C] `award`, `paid`,
    `requested` and `granted` of it.
    """

    clear: Flags
    held: Flags
    broken: Flags
    late: Flags
    award: Floats
    paid: Floats
    requested: Floats
    granted: Floats


def open_stage(simulated: Simulation, terms: Terms, budget: float, *, risk: float, weight: Floats) -> Stage:
    """The state before aid: the least end of choices without it."""
    clear = follow_peers(simulated, np.zeros(simulated.gap.shape, np.bool_))
    return Stage(simulated, terms, budget, clear, simulated.needed(clear), weight, risk)


def follow_peers(simulated: Simulation, clear: Flags) -> Flags:
    """The least end from a state in which `clear` stay so: whoever needs nothing joins."""
    return least_equilibrium(simulated, np.zeros(len(simulated.buyers)), clear)


def grant_offers(at: Stage, offers: Floats) -> RuleOutcome:
    """Offers to take or leave, float64[J], paid when the choice is made."""
    aid = np.where(np.isfinite(at.need), offers[:, None], 0.0)
    clear = least_equilibrium(at.simulated, np.where(at.terms.fails, 0.0, aid), at.clear)
    held = (aid > 0) & best_responses(at.simulated, aid, clear)
    award, late, none = np.where(held, aid, 0.0), np.zeros(aid.shape, np.bool_), np.zeros(aid.shape)
    return RuleOutcome(
        clear=clear, held=held, broken=held & ~clear, late=late, award=award, paid=award, requested=none, granted=none
    )


def claims(at: Stage) -> Floats:
    """What carriers take for the need to ask for, float64[J, C]: theirs, or a part of others' for who needs none.

    Nobody sees who needs none. It asks `windfall_ask` times what those who need aid need, all together over what their
    clear choices cost, of its own cost; nothing where nobody needs aid. 0 where there is no clear choice.
    """
    needs = (at.need > 0) & np.isfinite(at.need)
    need, cost = np.where(needs, at.need, 0.0), np.where(np.isfinite(at.need), at.simulated.cost, 0.0)
    theirs = np.where(needs, cost, 0.0).sum(axis=0)
    rate = np.divide(need.sum(axis=0), theirs, where=theirs > 0, out=np.zeros(len(theirs)))
    return np.where(at.need > 0, need, cost * rate * at.terms.windfall_ask)


def loan_guarantee(at: Stage) -> RuleOutcome:
    """Loans for the whole cost are guaranteed while the money set aside for their defaults lasts."""
    terms, cost = at.terms, at.simulated.cost
    gain = np.where(np.isfinite(cost), cost, 0.0) * terms.loan_rate_gap
    asks = (gain > 0) & (at.need <= gain) & (at.weight[:, None] > 0)
    loan = np.where(asks, cost, 0.0)
    order, placed = _ranked(loan, asks, at.weight)
    aside = np.take_along_axis(loan, order, 0) * at.risk
    held = _unranked(_fitting(aside, placed & (at.budget > 0), at.budget), order)
    lost = held & terms.fails
    clear = follow_peers(at.simulated, at.clear | (held & ~lost))
    award, late, paid = np.where(held, loan, 0.0), np.zeros(asks.shape, np.bool_), np.where(lost, loan, 0.0)
    return RuleOutcome(
        clear=clear, held=held, broken=lost, late=late, award=award, paid=paid, requested=loan, granted=award
    )


def auction(at: Stage) -> RuleOutcome:
    """A reverse auction: the lowest bids for the weight behind them win what they bid, until the budget is gone."""
    terms, weight = at.terms, at.weight[:, None]
    named = claims(at)
    bids = np.isfinite(at.need) & (weight > 0) & (named > 0)
    bid = np.where(bids, named, 0.0) * terms.estimate * (1 + terms.bid_markup)
    bids &= bid <= at.budget
    order, placed = _ranked(bid, bids, at.weight)
    ranked_bid = np.take_along_axis(bid, order, 0)
    wins = _fitting(ranked_bid, placed, at.budget)
    need, fails, own, bond = (
        np.take_along_axis(np.broadcast_to(values, bid.shape), order, 0)
        for values in (np.where(bids, at.need, 0.0), terms.fails, terms.own_funds, terms.bond)
    )
    broken = placed & _defaults(need, ranked_bid, fails, own=own, bond=bond)
    late = _next_in_line(wins, broken, placed, bid=ranked_bid, budget=at.budget)
    held = wins | late
    broken &= held
    award = np.where(held, ranked_bid, 0.0)
    ranked = (held, broken, late & ~broken, award, np.where(broken, 0.0, award))
    held, broken, late, award, paid = (_unranked(values, order) for values in ranked)
    clear = follow_peers(at.simulated, at.clear | (held & ~broken))
    return RuleOutcome(
        clear=clear, held=held, broken=broken, late=late, award=award, paid=paid, requested=bid, granted=award
    )


def _ranked(bid: Floats, bids: Flags, weight: Floats) -> tuple[NDArray[np.intp], Flags]:
    """The order of bidders by bid over weight in each scenario, equal ones as they stand, and which places are bids."""
    rate = np.where(bids, bid, np.inf)
    np.divide(rate, weight[:, None], where=bids, out=rate)
    order = np.argsort(rate, axis=0, kind="stable")
    return order, np.take_along_axis(bids, order, 0)


def _unranked(values: NDArray[Value], order: NDArray[np.intp]) -> NDArray[Value]:
    """Values by rank, brought back to their buyers."""
    back = np.empty_like(values)
    np.put_along_axis(back, order, values, 0)
    return back


def _fitting(amount: Floats, placed: Flags, budget: float) -> Flags:
    """By rank: who still fits into what those before it left of the budget."""
    fits, left = np.zeros(placed.shape, np.bool_), np.full(placed.shape[1], budget, np.float64)
    for rank in range(len(placed)):
        fits[rank] = placed[rank] & (amount[rank] <= left)
        left -= np.where(fits[rank], amount[rank], 0.0)
    return fits


def _defaults(need: Floats, award: Floats, fails: Flags, *, own: Floats, bond: Floats) -> Flags:
    """Whether winners default: for other reasons, or since more is lacking than own funds cover and the bond costs."""
    lacking = need - award
    return (fails & (need > 0)) | ((lacking > own * need) & (bond * award < lacking))


def _next_in_line(wins: Flags, broken: Flags, placed: Flags, *, bid: Floats, budget: float) -> Flags:
    """Where a winner defaulted, who of the rejected gets the offer, in their order, at its own bid, while money lasts.

    `broken`: who defaults if it gets its bid.
    """
    late = np.zeros(wins.shape, np.bool_)
    opened = (wins & broken).any(axis=0)
    left = np.where(opened, budget - np.where(wins & ~broken, bid, 0.0).sum(axis=0), -1.0)
    for rank in range(len(wins) if opened.any() else 0):
        late[rank] = placed[rank] & ~wins[rank] & (bid[rank] <= left)
        left = np.where(late[rank] & ~broken[rank], left - bid[rank], left)
    return late
