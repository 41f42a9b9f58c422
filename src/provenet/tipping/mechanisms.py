"""Three ways to give the same money to the same carriers: who becomes clear, what is paid, and what goes wrong.

All are reckoned on one `Simulation` in the same scenarios with the same noise, so they differ by their rules alone.
What a sceptic would attack: carriers bid what they take for their need, with an error and a share added, and do not
play against each other; what whoever needs no aid bids is one figure for all; a default is settled once; what the state
spends on running a mechanism is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.case.money import Band
from provenet.core.ids import row_id
from provenet.numerics.arrays import Flags, Floats
from provenet.tipping import mechanism_rules as rules
from provenet.tipping.mechanism_rules import WORDS, Terms
from provenet.tipping.simulation import HIGH, LOW, Simulation, spread

CELLS = 2**18
"""So many purchases times scenarios are worked on at once, which bounds memory."""
SAYS: Mapping[str, str] = {
    "offers": (
        "Each carrier is offered its award for a clear choice, which it may accept or decline. The award is"
        " paid when the choice is made, so the money of a carrier that does not deliver is lost. No carrier"
        " requests money."
    ),
    "pay-as-bid auction": (
        "Carriers bid their estimated need plus a markup; a carrier that needs nothing bids a part of what"
        " others need for an equal cost. Bids over the budget are not admitted. Bids are ranked by amount per"
        " weight behind them, lowest first, and each bid that still fits into the budget is awarded as it"
        " stands. A winner defaults if its shortfall exceeds both its own funds and the cost of losing its"
        " bond; it is not paid, and its bond does not count as income. The rejected then get the offer in order,"
        " at their own bids, while the money lasts, and are late."
    ),
    "loan guarantee": (
        "A carrier that would choose clear for the interest it saves takes a guaranteed loan for the whole"
        " cost of the clear choice. Loans are ranked by amount per weight behind them, smallest first, and"
        " each is guaranteed if it still fits while the expected losses stay within the budget. The giver"
        " pays the whole loan of a carrier that does not deliver and nothing else, so it may pay more than"
        " the budget."
    ),
}
"""How each mechanism works, in sentences."""
MECHANISMS: tuple[str, ...] = tuple(SAYS)
DECIDES: Mapping[str, frozenset[str]] = {
    "offers": frozenset({"default_chance"}),
    "pay-as-bid auction": frozenset(WORDS) - {"next_delay", "loan_rate_gap"},
    "loan guarantee": frozenset({"default_chance", "loan_rate_gap"}),
}
"""The figures of `Terms` that may decide who becomes clear, by mechanism; the others move money or years alone."""


@dataclass(frozen=True, eq=False)
class MechanismOutcome:
    """What a mechanism did to J purchases of G countries in S scenarios.

    `clear` bool[J, S] at the end. Each float64[G, S], by country: `gained`, the weight of the demands made clear beyond
    those that are without aid; `paid`; `rent`, of it what exceeds the need of those who are clear, all of it for those
    who would be clear anyway; `awards` and `defaults`, how many were made and not carried out; `awarded` and
    `defaulted`, how much that was; `requests` and `granted`, the money requested and of it what was granted; `late`,
    weight times years lost to a next in line. The need is that without aid, so help from peers is no rent.
    """

    mechanism: str
    buyers: tuple[str, ...]
    countries: tuple[str, ...]
    of: tuple[int, ...]
    clear: Flags
    gained: Floats
    paid: Floats
    rent: Floats
    awards: Floats
    defaults: Floats
    awarded: Floats
    defaulted: Floats
    requests: Floats
    granted: Floats
    late: Floats

    def summary(self, country: str | None = None, whole: float = 1.0) -> Summary:
        """The outcome of a country, or of all, in figures with ends; `whole` is the weight of all its subscribers."""
        at = slice(None) if country is None else [self.countries.index(country)]
        of = {name: getattr(self, name)[at].sum(axis=0) for name in SUMS}
        mine = [country is None or self.countries[g] == country for g in self.of]
        gained = of["gained"] / whole
        late = float(of["late"].sum() / whole)
        return Summary(
            clear_share=spread(gained),
            paid_amount=spread(of["paid"]),
            unit_amount=ratio(of["paid"], 100 * gained),
            rent_amount=spread(of["rent"]),
            default_share=ratio(of["defaults"], of["awards"]) or NOTHING,
            shortfall_share=ratio(of["requests"] - of["granted"], of["requests"]) or NOTHING,
            p_goal_share=float(self.clear[mine].all(axis=0).mean()),
            late_years=late / float(gained.sum()) if gained.sum() > 0 else 0.0,
        )


SUMS = ("gained", "paid", "rent", "awards", "defaults", "awarded", "defaulted", "requests", "granted", "late")
NOTHING = Band(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Summary:
    """An outcome in figures with ends: the 5th and the 95th percentile of the scenarios, and in the middle the
    mean, or for shares and unit prices the ratio of the means; an end that does not hold the middle is moved to it.

    `unit_amount` is money per percentage point of subscribers made clear, over scenarios in which any are; None where
    none is. `late_years`: years that those made clear lose on average to defaults before them.
    """

    clear_share: Band
    paid_amount: Band
    unit_amount: Band | None
    rent_amount: Band
    default_share: Band
    shortfall_share: Band
    p_goal_share: float
    late_years: float


def ratio(above: Floats, below: Floats) -> Band | None:
    """The ratio of two means between the ends of the ratio over the scenarios in which there is something below."""
    some = below > 0
    if not some.any():
        return None
    low, high = np.quantile(above[some] / below[some], (LOW, HIGH)).tolist()
    mid = float(above.sum() / below.sum())
    return Band(min(low, mid), mid, max(high, mid))


def run(
    simulated: Simulation, budget: float, terms: Terms, *, mechanism: str, offers: Floats | None = None
) -> MechanismOutcome:
    """What one mechanism does with a budget; `SAYS` has its rule, `mechanism_rules` its working.

    `budget` at least 0, infinity is no limit; `offers` float64[J], which *offers* takes as they are, whoever made them
    having kept the budget. Nothing is paid beyond the budget but by guarantees. More budget may mean fewer clear with
    auctions and guarantees, since a bid that fits for the first time can take the place of several. O(J^2 S) a round of
    followers, J + 1 rounds at most. Raises ValueError for a word that is no mechanism, a budget below nothing, and
    where offers are lacking.
    """
    return compare(simulated, budget, terms, offers=offers, mechanisms=(mechanism,))[0]


def compare(
    simulated: Simulation, budget: float, terms: Terms, *, offers: Floats | None, mechanisms: Sequence[str] = MECHANISMS
) -> list[MechanismOutcome]:
    """All or some mechanisms on the same carriers and scenarios, in their order; the state before aid is found once."""
    for mechanism in mechanisms:
        if mechanism not in SAYS:
            raise ValueError(f"no mechanism is called {mechanism!r}")
        if offers is None and mechanism == "offers":
            raise ValueError("offers are lacking the awards that are offered")
    if not budget >= 0:
        raise ValueError(f"no budget is {budget}")
    every = {
        "offers": lambda at: rules.grant_offers(at, np.asarray(offers, np.float64)),
        "pay-as-bid auction": rules.auction,
        "loan guarantee": rules.loan_guarantee,
    }
    risk = float(terms.default_chance.mean()) if terms.default_chance.size else 0.0
    countries = tuple(dict.fromkeys(simulated.groups))
    of = tuple(countries.index(group) for group in simulated.groups)
    place, weight = np.array(of, np.intp), simulated.alone
    step = max(1, CELLS // max(len(simulated.buyers), 1))
    clear: list[list[Flags]] = [[] for _ in mechanisms]
    sums: list[list[dict[str, Floats]]] = [[] for _ in mechanisms]
    for first in range(0, simulated.scenarios, step):
        names = ("gap", "effect", "kept", "cost")
        piece = replace(simulated, **{name: getattr(simulated, name)[:, first : first + step] for name in names})
        at = rules.open_stage(piece, terms.cut(first, first + step), budget, risk=risk, weight=weight)
        for nth, mechanism in enumerate(mechanisms):
            part = every[mechanism](at)
            clear[nth].append(part.clear)
            sums[nth].append(_sum_up(at, part, place, countries=len(countries)))
    return [
        MechanismOutcome(
            mechanism,
            simulated.buyers,
            countries,
            of,
            np.concatenate(clear[nth], axis=1),
            **{name: np.concatenate([piece[name] for piece in sums[nth]], axis=1) for name in SUMS},
        )
        for nth, mechanism in enumerate(mechanisms)
    ]


def rows(
    outcomes: Sequence[MechanismOutcome], fund_id: str, country: str, *, money: tuple[str, str], whole: float = 1.0
) -> list[dict[str, Any]]:
    """The rows of `fund_mechanism` for one country; `whole` is the weight of all its subscribers, `money` its unit.

    The figures of `SUMMARY_COLUMNS` have three columns each, those without ends one; the percentiles of what a
    percentage point costs stand in two more, so that ends may take the place of the first.
    """
    found = []
    for nth, outcome in enumerate(outcomes):
        summary = outcome.summary(country, whole)
        row: dict[str, Any] = {
            "mechanism_id": row_id("fund_mechanism", {"fund": fund_id, "mechanism": outcome.mechanism}),
            "fund_id": fund_id,
            "country": country,
            "mechanism": outcome.mechanism,
            "number_count": nth,
        }
        for name in SUMMARY_COLUMNS:
            band = getattr(summary, name)
            row |= {f"{end}_{name}": None if band is None else getattr(band, end) for end in ("low", "mid", "high")}
        row |= {
            "p_goal_share": summary.p_goal_share,
            "late_years": summary.late_years,
            "currency": money[0],
            "price_year": money[1],
            "says": SAYS[outcome.mechanism],
        }
        price = summary.unit_amount
        row |= {f"{end}_band_unit_amount": None if price is None else getattr(price, end) for end in ("low", "high")}
        found.append(row)
    return found


SUMMARY_COLUMNS = ("clear_share", "paid_amount", "unit_amount", "rent_amount", "default_share", "shortfall_share")


def _sum_up(at: rules.Stage, part: rules.RuleOutcome, of: NDArray[np.intp], *, countries: int) -> dict[str, Floats]:
    """What became of the purchases, added up by country, float64[G, C] each."""
    weight, broken = at.weight[:, None], part.broken
    rent = np.where(part.clear, np.maximum(part.paid - np.where(part.clear, at.need, 0.0), 0.0), 0.0)
    each: dict[str, Floats | Flags] = {
        "paid": part.paid,
        "rent": rent,
        "awards": part.held,
        "defaults": broken,
        "awarded": part.award,
        "defaulted": np.where(broken, part.award, 0.0),
        "requests": part.requested,
        "granted": part.granted,
        "late": part.late * weight * at.terms.next_delay,
    }
    found = {name: _by_country(values, of, countries) for name, values in each.items()}
    return {"gained": _gained(at, part.clear, of, countries=countries), **found}


def _by_country(values: Floats | Flags, of: NDArray[np.intp], countries: int) -> Floats:
    sums = [values[of == country].sum(axis=0) for country in range(countries)]
    return np.array(sums, np.float64).reshape(countries, values.shape[1])


def _gained(at: rules.Stage, clear: Flags, of: NDArray[np.intp], *, countries: int) -> Floats:
    """The weight of the demands that are clear and were not, by the country of their first carrier, float64[G, C]."""
    place = {buyer: j for j, buyer in enumerate(at.simulated.buyers)}
    total = np.zeros((countries, clear.shape[1]))
    for demand in at.simulated.demands:
        on = [place[buyer] for buyer in demand.carriers]
        if on:
            total[of[on[0]]] += demand.weight * (clear[on].all(axis=0) & ~at.clear[on].all(axis=0))
    return total
