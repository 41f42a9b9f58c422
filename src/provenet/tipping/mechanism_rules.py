"""The rules of three ways to give aid, each on the same carriers, scenario by scenario.

Each rule takes a `Stage` and tells what became of every purchase in every scenario. Three things are alike in all.
Carriers that would choose clear without aid stay so and never default. What a carrier needs when it bids or asks is
what it needs while only those are clear. And once the aid has worked, whoever needs nothing any more because its peers
are clear chooses clear too, round by round to the least end of it.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from provenet.tipping.equilibria import best_responses, least_equilibrium
from provenet.tipping.mechanism_terms import Terms
from provenet.tipping.simulation import Simulation

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
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
    return Stage(
        simulated=simulated,
        terms=terms,
        budget=budget,
        clear=clear,
        need=simulated.needed(clear),
        weight=weight,
        risk=risk,
    )


def follow_peers(simulated: Simulation, clear: Flags) -> Flags:
    """The least end from a state in which `clear` stay so: whoever needs nothing joins."""
    return least_equilibrium(simulated, np.zeros(len(simulated.buyers)), clear)


def grant_offers(at: Stage, offers: Floats) -> RuleOutcome:
    """Offers to take or leave, float64[J], paid when the choice is made."""
    aid = np.where(np.isfinite(at.need), offers[:, None], 0.0)
    clear = least_equilibrium(at.simulated, np.where(at.terms.fails, 0.0, aid), at.clear)
    held = (aid > 0) & best_responses(at.simulated, aid, clear)
    award, none = np.where(held, aid, 0.0), np.zeros(aid.shape)
    return RuleOutcome(
        clear=clear,
        held=held,
        broken=held & ~clear,
        late=np.zeros(aid.shape, np.bool_),
        award=award,
        paid=award,
        requested=none,
        granted=none,
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
    award = np.where(held, loan, 0.0)
    late = np.zeros(asks.shape, np.bool_)
    return RuleOutcome(
        clear=clear,
        held=held,
        broken=lost,
        late=late,
        award=award,
        paid=np.where(lost, loan, 0.0),
        requested=loan,
        granted=award,
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
    return RuleOutcome(
        clear=follow_peers(at.simulated, at.clear | (held & ~broken)),
        held=held,
        broken=broken,
        late=late,
        award=award,
        paid=paid,
        requested=bid,
        granted=award,
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
