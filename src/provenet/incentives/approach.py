"""Where a conversation is worth most before a contract is signed: carriers and governments in order, with the reasons.

Worth is what a nudge moves: the subscribers that are expected to become clear if what clear costs more falls by a small
part of the price, by whatever a conversation, a loan or aid may bring. It says where talk may matter, not that it will.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import fsum

import polars as pl

from provenet.case.money import NOTHING, Band, band_of
from provenet.case.programmes import is_open_to
from provenet.case.rows import FundApproachRow, ProgrammeRow, iter_rows_of
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.incentives.arguments import ROOM, ClaimRecord, Hearer, arguments_on
from provenet.incentives.reliance import reliance, widest
from provenet.numerics.arrays import Floats

READS = ("claim", "party", "identifier", "deployment", "outreach", "programme", "vendor_share")
"""The tables that an order of approaches rests on, cut to what was known on the day."""
FORMULA = (
    "worth: subscribers behind a purchase x (part of the scenarios in which clear costs at most the nudge more - part "
    "in which it costs nothing more), added up over purchases that may still be signed, at most the subscribers behind "
    "them; weights of one carrier are those of its widest purchase; the chance is weighted by subscribers"
)


@dataclass(frozen=True)
class Buyer:
    """One purchase that a carrier is about to make, as simulated before any aid.

    `signed_on` is the expected day, between `signed_low_on` and `signed_high_on`. `weight` is a share of the
    subscribers of the country; `price_gap` what clear costs more (None where no choice is clear or none is excluded)
    and `price` what the purchase costs, both in the currency of the call. `p_clear` is a share of scenarios, `worth` a
    share of subscribers (see `worth`). `rests_on` names rows as table:key. `excluded`: vendors that the aid may not be
    spent on in its class; None: those of the call.
    """

    purchase_id: str
    carrier_id: str
    country: str
    asset_class: str
    generation: str | None
    signed_low_on: date
    signed_on: date
    signed_high_on: date
    weight: Band
    price_gap: Band | None
    price: float
    p_clear: float
    worth: float
    rests_on: tuple[str, ...] = ()
    excluded: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ApproachQuestion:
    """What is question: the fund and country, the day, the vendors that the aid may not be spent on, and the nudge.

    `nudge` is a share of the price of each purchase; `weight_kind` what weights are shares of; `room` is how many
    claims of each side are shown.
    """

    fund_id: str
    country: str
    as_of: date
    excluded: tuple[str, ...]
    nudge: float
    currency: str
    price_year: str
    weight_kind: str | None = None
    room: int = ROOM


def worth(gap: Floats, weight: float, nudge: float) -> float:
    """The share of subscribers expected to become clear if the gap falls by a nudge.

    `gap` float64[S]: what clear costs more in every scenario; `nudge` in the same money, at least 0. Laws: at least 0,
    at most `weight`, never less for a larger nudge. O(S).

    >>> import numpy as np
    >>> worth(np.array([-1.0, 2.0, 5.0, 9.0]), 0.4, 5.0)
    0.2
    """
    return float(weight * ((gap <= max(nudge, 0.0)).mean() - (gap <= 0).mean()))


def approaches(
    buyers: Sequence[Buyer], tables: Mapping[str, pl.DataFrame], question: ApproachQuestion
) -> list[FundApproachRow]:
    """Rows of `fund_approach` for one country: its carriers and its government, worth most first.

    `buyers` may be of several countries; those of the country question about that may still sign on the day count.
    `tables` holds those of `READS`: `vendor_share` of the run of depend of the country, the rest cut to what was known
    on the day. The row of the government stands for aid to the country: worth what its carriers are worth together.
    Ties: the sooner contract, then the id, the government last. No row where nothing is left to sign. Laws: the order
    of `buyers` and rows changes nothing; a row says no dependence of none unless a row on record does.
    """
    open_ones = sorted(
        (one for one in buyers if one.country == question.country and one.signed_high_on >= question.as_of),
        key=lambda one: (one.signed_on, one.purchase_id),
    )
    by_carrier = grouped((one.carrier_id, one) for one in open_ones)
    groups = [_CarrierPurchases(carrier, tuple(by_carrier[carrier])) for carrier in sorted(by_carrier)]
    if not groups:
        return []
    ordered = [*groups, _CarrierPurchases(None, tuple(open_ones), tuple(groups))]
    ordered.sort(key=lambda one: (-one.worth, one.buyers[0].signed_on, one.carrier_id is None, one.carrier_id or ""))
    records = cache(lambda excluded: ClaimRecord(tables, excluded))
    return [_row(group, number, tables, question=question, records=records) for number, group in enumerate(ordered)]


@dataclass(frozen=True)
class _CarrierPurchases:
    """The open purchases of one carrier, or all of the country; the soonest contract first."""

    carrier_id: str | None
    buyers: tuple[Buyer, ...]
    carriers: tuple[_CarrierPurchases, ...] = ()

    @property
    def weight(self) -> Band:
        """Subscribers behind the purchases, each once, at most all of the country."""
        if not self.carriers:
            return widest(one.weight for one in self.buyers)
        total = sum((one.weight for one in self.carriers), NOTHING)
        return Band(*(min(1.0, end) for end in (total.low, total.mid, total.high)))

    @property
    def worth(self) -> float:
        """The worth of the purchases added up, at most the subscribers behind them."""
        parts = [one.worth for one in self.carriers or self.buyers]
        return round(min(fsum(sorted(parts)), self.weight.mid), 12)

    @property
    def is_unweighed(self) -> bool:
        """Whether nothing is known of how many subscribers are behind the purchases."""
        return self.weight.mid <= 0 < self.weight.high

    @property
    def gap(self) -> Band | None:
        """What clear costs more for all purchases together that leave a choice; None where none does."""
        gaps = [one.price_gap for one in sorted(self.buyers, key=lambda one: one.purchase_id) if one.price_gap]
        return sum(gaps[1:], gaps[0]) if gaps else None

    @property
    def p_clear(self) -> float:
        """The chance of a clear choice, weighted by subscribers; the plain mean where none is behind."""
        weights = [one.weight.mid for one in self.buyers]
        if fsum(weights) <= 0:
            weights = [1.0] * len(self.buyers)
        chance = fsum(one.p_clear * part for one, part in zip(self.buyers, weights, strict=True)) / fsum(weights)
        return min(1.0, max(0.0, round(chance, 12)))

    @property
    def main(self) -> Buyer:
        """The purchase that is worth most."""
        return min(self.buyers, key=lambda one: (-one.worth, -one.weight.mid, one.purchase_id))


def _excluded(buyers: Iterable[Buyer], question: ApproachQuestion) -> tuple[str, ...]:
    """Vendors that the aid may not be spent on in any of the purchases."""
    return tuple(sorted({v for one in buyers for v in (question.excluded if one.excluded is None else one.excluded)}))


def _row(
    group: _CarrierPurchases,
    number: int,
    tables: Mapping[str, pl.DataFrame],
    *,
    question: ApproachQuestion,
    records: Callable[[tuple[str, ...]], ClaimRecord],
) -> FundApproachRow:
    carrier, weight, gap = group.carrier_id, group.weight, group.gap
    main = group.main
    away = _excluded([main], question)
    share = reliance(
        tables["vendor_share"],
        tables["deployment"],
        carrier,
        country=question.country,
        asset_class=main.asset_class,
        excluded=away,
    )
    generations = tuple(sorted({one.generation for one in group.buyers if one.generation}))
    classes = tuple(sorted({one.asset_class for one in group.buyers}))
    hearer = Hearer(carrier, question.country, classes, generations)
    given = arguments_on(records(_excluded(group.buyers, question)), hearer, room=question.room)
    programmes = _programmes(tables["programme"], group, question)
    outreach = _outreach(tables["outreach"], question)
    first = group.buyers[0].signed_on
    inputs = [f"fund:{question.fund_id}", *(key for one in group.buyers for key in one.rests_on)]
    inputs += [*(f"purchase:{one.purchase_id}" for one in group.buyers), *share.rests_on, *given.rests_on]
    inputs += [*(f"programme:{one['programme_id']}" for one in programmes), *outreach]
    return {
        "approach_id": row_id("approach", {"fund": question.fund_id, "carrier": carrier}),
        "fund_id": question.fund_id,
        "country": question.country,
        "carrier_id": carrier,
        "number_count": number,
        "purchase_ids": [one.purchase_id for one in group.buyers],
        "worth_share": None if group.is_unweighed else group.worth,
        "nudge_share": question.nudge,
        "low_dependence_share": share.low,
        "mid_dependence_share": share.mid,
        "high_dependence_share": share.high,
        "dependence_says": share.says,
        "low_weight_share": weight.low,
        "mid_weight_share": weight.mid,
        "high_weight_share": weight.high,
        "signed_on": first,
        "left_days_count": (first - question.as_of).days,
        "low_price_gap_amount": None if gap is None else gap.low,
        "mid_price_gap_amount": None if gap is None else gap.mid,
        "high_price_gap_amount": None if gap is None else gap.high,
        "p_clear_share": group.p_clear,
        "for_claims": list(given.for_claims),
        "against_claims": list(given.against_claims),
        "disputed_count": given.disputed_count,
        "outreach_ids": outreach,
        "programme_ids": [one["programme_id"] for one in programmes],
        "says": " ".join([*_because(group, number, question), given.says, *_paid_by(programmes, group, question)]),
        "currency": question.currency,
        "price_year": question.price_year,
        "formula": FORMULA,
        "inputs": list(dict.fromkeys(inputs)),
    }


def _because(group: _CarrierPurchases, number: int, question: ApproachQuestion) -> list[str]:
    """Why a conversation stands where it does."""
    few = len(group.buyers) == 1
    what = "the purchase" if few else f"the {len(group.buyers)} purchases"
    whose = "" if group.carrier_id else " of all carriers of the country together"
    nudge, share = _percent(question.nudge), _percent(group.worth)
    money = (
        f"{question.nudge * fsum(one.price for one in group.buyers):,.0f} {question.currency} of {question.price_year}"
    )
    sentences = [
        f"That clear costs {nudge} of the price ({money}) less is expected to make {share} of the "
        f"{question.weight_kind} clear"
    ]
    if group.is_unweighed:
        sentences[0] = f"No share is known behind {what}{whose}, so the worth of a conversation is not known"
    sentences[0] += f" through {what}{whose}" if not group.is_unweighed else ""
    sentences[0] += f"; approaches in the country worth more: {number}."
    if group.is_unweighed:
        sentences[0] += " Shares of the carriers, on record, would settle it."
    elif group.worth <= 0:
        sentences[0] += " The chance moves in none of the scenarios: clear anyway, or further away than the nudge."
    first = group.buyers[0]
    left = (first.signed_on - question.as_of).days
    when = "The contract" if few else "The first contract"
    if left < 0:
        sentences.append(f"{when} may be signed already: the expected day, {first.signed_on}, has passed.")
    else:
        early = first.signed_low_on < question.as_of
        maybe = ", or has been already" if early else f", at the soonest on {first.signed_low_on}"
        sentences.append(f"{when} is expected on {first.signed_on}, in {left} days{maybe}.")
    return sentences


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _programmes(rows: pl.DataFrame, group: _CarrierPurchases, question: ApproachQuestion) -> list[ProgrammeRow]:
    """Programmes that may pay a carrier, or for the row of the government the country.

    They have not ended on the day, and begin before the last contract can be signed.
    """
    last = max(one.signed_high_on for one in group.buyers)
    recipient = "carrier" if group.carrier_id else "country"
    return [
        row
        for row in iter_rows_of(ProgrammeRow, rows.sort("programme_id"))
        if row["recipient"] == recipient
        and is_open_to(row, question.country)
        and (row["to_on"] is None or row["to_on"] >= question.as_of)
        and (row["from_on"] is None or row["from_on"] <= last)
    ]


def _paid_by(programmes: Iterable[ProgrammeRow], group: _CarrierPurchases, question: ApproachQuestion) -> list[str]:
    """Which programmes may pay, under which condition."""
    whom = "the carrier" if group.carrier_id else "the country"
    sentences = []
    for row in programmes:
        budget = band_of(row, "budget", "_amount")
        money = ""
        if budget is not None and row["currency"]:
            year = f" of {row['price_year']}" if row["price_year"] else ""
            ends = " to ".join(dict.fromkeys(f"{end / 1e6:,.5g}" for end in (budget.low, budget.high)))
            money = f", {ends} M {row['currency']}{year}"
        condition = f" on the condition: {row['condition_says']}" if row["condition_says"] else " without a condition"
        starts = ""
        if row["from_on"] is not None and row["from_on"] > question.as_of:
            starts = f", from {row['from_on']}"
        sentences.append(f"{row['title']} ({row['giver']}{money}{starts}) may pay {whom}{condition.rstrip('.')}.")
    return sentences or [f"No programme on record may pay {whom}."]


def _outreach(rows: pl.DataFrame, question: ApproachQuestion) -> list[str]:
    """Acts of persuasion that were addressed to the country."""
    own = rows.filter(pl.col("country") == question.country).sort("row_id")
    return [f"outreach:{key}" for key in own["row_id"].to_list()]
