"""The rules of eight ways to give aid, each on the same carriers, scenario by scenario.

Each rule takes a `Stage` and tells what became of every purchase in every scenario. Three things are alike in all.
Carriers that would choose clear without aid stay so and never default. What a carrier needs when it bids or asks is
what it needs while only those are clear. And once the aid has worked, whoever needs nothing any more because its peers
are clear chooses clear too, round by round to the least end of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from provenet.tipping.mechanism_terms import Terms
from provenet.tipping.simulation import Simulation

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Value = TypeVar("Value", bound=np.generic)
TRANCHES = 4
"""Into so many equal parts milestones cut an award: one at the contract, the others at equal steps of the work."""


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
    """The least end from a state in which `clear` stay so: whoever needs nothing joins. At most J + 1 rounds."""
    nothing = np.zeros(simulated.gap.shape)
    return take_offers(simulated, nothing, np.zeros(nothing.shape, np.bool_), clear=clear)


def take_offers(simulated: Simulation, aid: Floats, fails: Flags, *, clear: Flags, own: Floats | float = 0.0) -> Flags:
    """The least end from `clear` when everyone has an offer: clear if the aid and own funds cover what is needed.

    `aid` float64[J, C]; `own` the share of the need carried itself; `fails` bool[J, C]: chooses clear only where it
    needs nothing. Needs fall as peers join, so the rounds rise to a least end. O(J^2 C) a round, and only of the
    scenarios in which somebody joined in the round before.
    """
    clear, live, part = clear.copy(), np.arange(clear.shape[1]), simulated
    carried = np.broadcast_to(1 - np.asarray(own), clear.shape)
    while len(live):
        now = clear[:, live]
        need = part.needed(now)
        short = np.multiply(need, carried[:, live], where=np.isfinite(need), out=np.full(need.shape, np.inf))
        given = aid[:, live]
        joined = ~now & ((need <= 0) | ((given > 0) & (short <= given) & ~fails[:, live] & np.isfinite(short)))
        still = joined.any(axis=0)
        live = live[still]
        clear[:, live] |= joined[:, still]
        part = at_scenarios(part, still)
    return clear


def at_scenarios(simulated: Simulation, which: slice | Flags) -> Simulation:
    """The same carriers in some of the scenarios."""
    names = ("gap", "effect", "kept", "cost")
    return replace(simulated, **{name: getattr(simulated, name)[:, which] for name in names})


def split_budget(budget: float, elements: Floats) -> Floats:
    """A budget parted by elements, float64[J]; evenly where nobody buys any."""
    whole = elements.sum()
    parts = elements / whole if whole > 0 else np.full(len(elements), 1 / max(len(elements), 1))
    return np.where(parts > 0, np.multiply(budget, parts, where=parts > 0, out=np.zeros(len(parts))), 0.0)


def grant_offers(at: Stage, aid: Floats, advance: bool = False) -> RuleOutcome:
    """Offers to take or leave. `aid` float64[J, C]. Paid when the choice is made, or with `advance` on delivery."""
    aid = np.where(np.isfinite(at.need), aid, 0.0)
    clear = take_offers(at.simulated, aid, at.terms.fails, clear=at.clear)
    need = at.simulated.needed(clear)
    held = (aid > 0) & (need <= aid)
    broken = held & ~clear
    paid = np.where(held & ~broken if advance else held, aid, 0.0)
    none = np.zeros(aid.shape)
    return RuleOutcome(
        clear=clear,
        held=held,
        broken=broken,
        late=np.zeros(aid.shape, np.bool_),
        award=np.where(held, aid, 0.0),
        paid=paid,
        requested=none,
        granted=none,
    )


def formula_grant(at: Stage) -> RuleOutcome:
    """The budget parted by elements, none more than its clear choice costs."""
    aid = np.minimum(split_budget(at.budget, at.simulated.elements)[:, None], at.simulated.cost)
    return grant_offers(at, aid)


def milestones(at: Stage, offers: Floats) -> RuleOutcome:
    """Offers paid in tranches; a default keeps those paid before it."""
    made = grant_offers(at, offers)
    done = np.minimum(np.floor(at.terms.moment * TRANCHES) + 1, TRANCHES) / TRANCHES
    return replace(made, paid=np.where(made.broken, made.award * done, made.award))


def advance_purchase(at: Stage) -> RuleOutcome:
    """Commitments to buy, parted by elements; the share of them that reaches the carrier is the aid."""
    committed = split_budget(at.budget, at.simulated.elements)[:, None]
    margin = at.terms.advance_margin
    aid = np.multiply(committed, margin, where=margin > 0, out=np.zeros(at.need.shape))
    return grant_offers(at, np.minimum(aid, at.simulated.cost), advance=True)


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


def pro_rata(at: Stage) -> RuleOutcome:
    """Everyone is granted the same fraction of what it asks; whoever cannot carry the rest stalls."""
    terms = at.terms
    request = claims(at) * terms.estimate * (1 + terms.bid_markup)
    whole = request.sum(axis=0)
    fraction = np.where(whole > at.budget, np.divide(at.budget, whole, where=whole > 0, out=np.ones(len(whole))), 1.0)
    granted = request * fraction
    clear = take_offers(at.simulated, granted, terms.fails, clear=at.clear, own=terms.own_funds)
    held = granted > 0
    late = np.zeros(request.shape, np.bool_)
    return RuleOutcome(
        clear=clear,
        held=held,
        broken=held & ~clear,
        late=late,
        award=granted,
        paid=granted,
        requested=request,
        granted=granted,
    )


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


def auction(at: Stage, uniform: bool) -> RuleOutcome:
    """A reverse auction: the lowest bids for the weight behind them win, until the budget is gone."""
    terms, weight = at.terms, at.weight[:, None]
    named = np.where(np.isfinite(at.need), at.need, 0.0) if uniform else claims(at)
    bids = np.isfinite(at.need) & (weight > 0) & (uniform | (named > 0))
    bid = np.where(bids, named, 0.0) * terms.estimate * (1.0 if uniform else 1 + terms.bid_markup)
    bids &= bid <= at.budget
    order, placed = _ranked(bid, bids, at.weight)
    ranked_bid = np.take_along_axis(bid, order, 0)
    ranked_weight = np.where(placed, np.take_along_axis(np.broadcast_to(weight, bid.shape), order, 0), 0.0)
    if uniform:
        wins, award = _at_one_price(ranked_bid, ranked_weight, placed, budget=at.budget)
    else:
        wins = _fitting(ranked_bid, placed, at.budget)
        award = np.where(wins, ranked_bid, 0.0)
    need, fails, own, bond = (
        np.take_along_axis(np.broadcast_to(values, bid.shape), order, 0)
        for values in (np.where(bids, at.need, 0.0), terms.fails, terms.own_funds, terms.bond)
    )
    broken = wins & _defaults(need, award, fails, own=own, bond=bond)
    late, award = _next_in_line(
        wins, broken, placed, bid=ranked_bid, award=award, of=(need, fails, own, bond), budget=at.budget
    )
    held = wins | late
    delivers = held & ~broken
    ranked = (held, broken, late & delivers, award, np.where(delivers, award, 0.0), np.where(held, ranked_bid, 0.0))
    held, broken, late, award, paid, granted = (_unranked(values, order) for values in ranked)
    clear = follow_peers(at.simulated, at.clear | (held & ~broken))
    return RuleOutcome(
        clear=clear, held=held, broken=broken, late=late, award=award, paid=paid, requested=bid, granted=granted
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


def _at_one_price(bid: Floats, weight: Floats, placed: Flags, *, budget: float) -> tuple[Flags, Floats]:
    """By rank: the most first ones whose last bid over weight, paid to all of them, fits; and what each is paid.

    The price over weight is the first rejected one, but never more than spends the budget; without a rejected one it
    is the highest of the winners. So the payments never exceed the budget (Singer 2010, proportional share).
    """
    if not len(bid):
        return placed, bid
    behind = np.cumsum(weight, axis=0)
    rate = np.divide(bid, weight, where=placed, out=np.full(bid.shape, np.inf))
    wins = placed & (np.multiply(rate, behind, where=placed, out=np.full(bid.shape, np.inf)) <= budget)
    count = wins.sum(axis=0)
    column = np.arange(bid.shape[1])
    last = np.maximum(count - 1, 0)
    highest = rate[last, column]
    rejected = np.where(count < len(rate), rate[np.minimum(count, len(rate) - 1), column], np.inf)
    whole = np.where(count > 0, behind[last, column], 1.0)
    price = np.where(np.isfinite(rejected), np.minimum(rejected, budget / whole), highest)
    price = np.where(count > 0, np.maximum(price, highest), 0.0)
    # No rounding may leave a winner short of its own bid.
    return wins, np.where(wins, np.maximum(price * weight, bid), 0.0)


def _defaults(need: Floats, award: Floats, fails: Flags, *, own: Floats, bond: Floats) -> Flags:
    """Whether winners default: for other reasons, or since more is lacking than own funds cover and the bond costs."""
    lacking = need - award
    return (fails & (need > 0)) | ((lacking > own * need) & (bond * award < lacking))


def _next_in_line(
    wins: Flags,
    broken: Flags,
    placed: Flags,
    *,
    bid: Floats,
    award: Floats,
    of: tuple[Floats, Flags, Floats, Floats],
    budget: float,
) -> tuple[Flags, Floats]:
    """Where a winner defaulted, the rejected get the offer in their order, at their own bids, while the money lasts.

    Marks in `broken` those of them that default in turn. Returns who got the offer, and all awards.
    """
    late, award = np.zeros(wins.shape, np.bool_), award.copy()
    opened = broken.any(axis=0)
    left = np.where(opened, budget - np.where(wins & ~broken, award, 0.0).sum(axis=0), -1.0)
    need, fails, own, bond = of
    for rank in range(len(wins) if opened.any() else 0):
        requested = placed[rank] & ~wins[rank] & (bid[rank] <= left)
        if not requested.any():
            continue
        late[rank] = requested
        award[rank] = np.where(requested, bid[rank], award[rank])
        lost = requested & _defaults(need[rank], bid[rank], fails[rank], own=own[rank], bond=bond[rank])
        broken[rank] |= lost
        left = np.where(requested & ~lost, left - bid[rank], left)
    return late, award
