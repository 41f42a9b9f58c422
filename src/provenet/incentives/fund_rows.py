"""An answer of `fund` as rows, so that pages and lines recompute nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from provenet.case import rows as case_rows
from provenet.case.carrier_weights import lacking_share
from provenet.case.money import Money
from provenet.case.rows import AnyRow, AwardRow, ChoiceInputRow, DeploymentRow, ExchangeRateRow, FundRow, rows_of
from provenet.core import wording
from provenet.core.progress import Progress
from provenet.incentives.answer import FundAnswer, answer_of
from provenet.incentives.approach import ApproachQuestion, Buyer, approaches, worth
from provenet.incentives.award_rows import award_rows
from provenet.incentives.costs import cost_rows, ends, known_spread, response_rows, rests_on
from provenet.incentives.curve_rows import curve_rows
from provenet.incentives.input_rows import input_rows
from provenet.incentives.purchases import FundQuestion, PurchaseSet, find_purchases
from provenet.tipping.equilibria import cheapest_cascade, round_rows
from provenet.tipping.mechanisms import MechanismOutcome
from provenet.tipping.mechanisms import rows as mechanism_rows

if TYPE_CHECKING:
    import polars as pl


def headline(answer: FundAnswer, row: FundRow) -> str:
    """The answer in a sentence, for the objective and the mechanism."""
    country = row["country"]
    if row["status"] == "infeasible":
        return f"{country}: no award keeps every limit. {'; '.join(row['unanswered'][:2])}."
    if row["mid_before_share"] is None and row["objective"] == "exposure":
        return _unweighed(answer, row)
    money = f"{row['currency']} of {row['price_year']}"
    before, after = (_interval(row, when) for when in ("before", "after"))
    if not row["committed_amount"] and row["mechanism"] == "offers":
        return f"{country}: no aid is awarded, since {_why(row)}; clear purchases carry {after}."
    given = f"{wording.amount(row['committed_amount'])} {money} of offers"
    if row["mechanism"] != "offers":
        given = f"{wording.amount(row['mid_paid_amount'])} {money} by {row['mechanism']}"
    was, now = _chance(row["p_goal_before_share"]), _chance(row["p_goal_share"])
    goal = f"stays {'' if 'under' in now else 'at '}{now}" if was == now else f"goes from {was} to {now}"
    return (
        f"{country}: with {given}, clear purchases carry {after}, without aid {before}; the chance that "
        f"every purchase is clear {goal}.{_overlap(row)}"
    )


def _overlap(row: FundRow) -> str:
    """A sentence where the intervals with and without aid have more than an end in common."""
    low, high = row["low_after_share"], row["high_before_share"]
    if low is None or high is None or low >= high:
        return ""
    return " The two intervals overlap: the inputs leave open how much of the difference aid makes."


def _unweighed(answer: FundAnswer, row: FundRow) -> str:
    """That no purchase of a country can be weighed, and what it would take."""
    country = row["country"]
    mine = [answer.purchases[j] for j in answer.of(country)]
    names = sorted({answer.names.get(one.carrier_id, one.carrier_id) for one in mine})
    return (
        f"{country}: no aid is awarded, since no row of carrier_share gives a share of "
        f"{wording.series(names)}: {wording.count(len(mine), 'open purchase', spelled=True)} cannot be weighed. Add "
        "such a row for each carrier, or ask for --objective goal, which needs none."
    )


def _why(row: FundRow) -> str:
    """Why nothing is awarded to anybody."""
    if row["high_need_amount"] == 0:
        return "nobody needs it"
    return "there is no money" if row["budget_amount"] == 0 else "no permitted amount helps"


def _chance(share: float | None) -> str:
    assert share is not None, "a funded country has both chances"
    return "under 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _interval(row: AnyRow, when: str) -> str:
    if row[f"mid_{when}_share"] is None:
        return f"a share that is {wording.UNKNOWN}"
    unit = f" of {row['weight_kind']}" if when == "after" else ""
    band, mid = _ends(row, f"band_{when}"), wording.percent(row[f"mid_{when}_share"], places=0)
    return f"{_ends(row, when)}{unit} (nine scenarios in ten: {band}; {mid} on average)"


def _ends(row: AnyRow, of: str) -> str:
    """An interval in whole percentages. One from 0 to 100 is what the scenarios gave, so it is not called unknown."""
    return wording.interval(row[f"low_{of}_share"], row[f"high_{of}_share"], places=0, whole="0 to 100 %")


def missing(answer: FundAnswer, country: str) -> list[str]:
    """What is not known, as sentences without their full stop."""
    sentences = [text for where, text in answer.found.unanswered if where == country]
    for j in answer.of(country):
        one = answer.purchases[j]
        if one.carrier_id not in answer.sized[country] and answer.weight(j).mid == 0:
            name = answer.names.get(one.carrier_id, one.carrier_id)
            rest = answer.weights[country][one.carrier_id].high
            sentences.append(lacking_share(name, rest, f"no award is weighed by who is behind its {one.segment}"))
    if answer.lacking:
        sentences.append(
            f"no row of choice_input gives {', '.join(answer.lacking)}, taken as 0 where mechanisms are compared"
        )
    return list(dict.fromkeys(sentences))


def assumptions(answer: FundAnswer, country: str) -> list[str]:
    """What is taken for granted, as sentences without their full stop."""
    question, mine = answer.question, [answer.purchases[j] for j in answer.of(country)]
    given = sum(one.row["basis"] == "assumed" for one in mine)
    of, are = wording.count(len(mine), "purchase"), wording.plural(given, "is", "are")
    sentences = [f"{given} of {of} {are} assumed: no source states what is bought next or how much"]
    if question.known_on is not None:
        sentences.append("contract days that became known later are used where a source states them; prices are not")
    sentences += [
        "a carrier takes the cheapest choice over the life of what it buys, with noise; each figure is drawn "
        "independently from a triangular distribution between its bounds",
        "a peer helps only where it chooses clear itself, nobody waiting for others (the least equilibrium)",
        "what else of a carrier's network is from the same vendors is not counted, and stays",
        "a share of one country counts as much as a share of another" if len(question.scope.countries) > 1 else "",
        f"{question.scenarios} {wording.plural(question.scenarios, 'scenario', 'scenarios')}, seed {question.seed}",
    ]
    if question.mechanism != "offers":
        sentences.append(
            f"shares and money are those of {question.mechanism}; the awards and responses shown beside them are plain "
            "offers"
        )
    anchors = [one for one in mine if one.row["anchor_vendor_id"] is None]
    if anchors:
        sentences.append(
            "the vendor of the older generation is unknown for "
            f"{wording.count(len(anchors), 'purchase')}; no anchor is counted there"
        )
    return [one for one in sentences if one]


FORMULA = "purchases simulated by incentives/costs.py, awards by tipping/awards.py; docs/fund.md"


def empty_answer(question: FundQuestion, met: PurchaseSet, country: str) -> FundRow:
    """The row of a country in which nothing is open, or nothing is excluded."""
    lacking = [text for where, text in met.unanswered if where == country]
    why = "no purchase is open between the two days of the question"
    if not question.scope.excluded:
        why = "no vendor is excluded; name one with --exclude, or a programme with its condition"
    elif lacking:
        why = "no purchase has the figures that it needs"
    row = _start(question, country)
    row["headline"] = f"{country}: nothing to fund. {why.capitalize()}."
    row["unanswered"] = lacking
    return row


def answer_rows(
    question: FundQuestion, tables: Mapping[str, pl.DataFrame], later: Mapping[str, pl.DataFrame], *, progress: Progress
) -> dict[str, list[AnyRow]]:
    """The rows of every table of one call, by table.

    `tables`: those that `fund` reads, cut to what was known, with `vendor_share` and `verdict` of the runs that stand;
    `later`: `procurement` and `deployment` uncut. Raises InputFault for a price without currency or year.
    """
    progress("reading purchases", 0, 4)
    index = rows_of(case_rows.PriceIndexRow, tables["price_index"])
    rates = rows_of(ExchangeRateRow, tables["exchange_rate"])
    money = Money(index, rates, currency=question.currency, year=question.year, known_on=question.known_on)
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    met = find_purchases(
        rows_of(case_rows.PurchaseRow, tables["purchase"]),
        rows_of(ChoiceInputRow, tables["choice_input"]),
        rows_of(DeploymentRow, tables["deployment"]),
        scope=question.scope,
        money=money,
        names=names,
    )
    if not met.purchases or not question.scope.excluded:
        return {"fund": [empty_answer(question, met, country) for country in question.scope.countries]}
    progress("drawing scenarios", 1, 4)
    answer = answer_of(question, tables, later, met=met, money=money, progress=progress)
    progress("writing rows", 3, 4)
    return rows(answer)


def rows(answer: FundAnswer) -> dict[str, list[AnyRow]]:
    """The rows of every table of a call."""
    awarding: dict[str, list[AnyRow]] = {}
    for country in answer.question.scope.countries:
        made: dict[str, Sequence[AnyRow]] = (
            _of_country(answer, country)
            if answer.of(country)
            else {"fund": [empty_answer(answer.question, answer.found, country)]}
        )
        for name, part in made.items():
            awarding.setdefault(name, []).extend(part)
    return awarding


def _of_country(answer: FundAnswer, country: str) -> dict[str, Sequence[AnyRow]]:
    question, at = answer.question, answer.of(country)
    head, money = question.head(country), question.money
    inputs = input_rows(answer, country)
    if answer.awarding.status == "infeasible":
        return {"fund": [_fund(answer, country, inputs, awards=[])], "fund_input": inputs}
    awards = award_rows(answer, country)
    responding = answer.responding(answer.aided)
    most = [max(offers) for offers in answer.offers]
    return {
        "fund": [_fund(answer, country, inputs, awards=awards)],
        "award": awards,
        "response": [*response_rows(answer.purchases, at, responding, most=most, head=head, money=money)],
        "response_cost": [*cost_rows([answer.purchases[j] for j in at], answer.draws, head, money=money)],
        "response_round": _rounds(answer, country),
        "fund_curve": curve_rows(answer, country),
        "fund_mechanism": _mechanisms(answer, country, awards),
        "fund_input": inputs,
        "fund_approach": _approaches(answer, country),
    }


def _start(question: FundQuestion, country: str, kind: str | None = None) -> FundRow:
    """The row of a country to which nothing is given; `kind` is what its shares are of."""
    head = question.head(country)
    what = "the chance that all are clear"
    if question.objective == "exposure":
        what = f"{kind or ''} behind clear purchases".strip()
    return {
        "fund_id": head["fund_id"],
        "country": head["country"],
        "countries": list(question.scope.countries),
        "objective": question.objective,
        "weight_kind": kind,
        "mechanism": question.mechanism,
        "programme_id": question.programme_id,
        "excluded_vendor_ids": sorted({vendor for _, vendor in question.scope.excluded}),
        "condition_says": question.condition_says,
        "status": "nothing to fund",
        "proof": "none",
        "currency": question.currency,
        "price_year": question.year,
        "budget_amount": question.budget,
        "purchase_count": 0,
        "scenario_count": question.scenarios,
        "seed_count": question.seed,
        "until_on": question.scope.until,
        "headline": "",
        "unanswered": [],
        "assumed": [],
        "input_count": 0,
        "assumed_count": 0,
        "as_of_on": question.scope.as_of,
        "known_on": question.known_on,
        "label": f"aid in {country}: most {what}, by {question.mechanism}",
        "formula": FORMULA,
        "inputs": [],
    }


def _fund(
    answer: FundAnswer, country: str, inputs: Sequence[case_rows.FundInputRow], *, awards: Sequence[AwardRow]
) -> FundRow:
    awarding = answer.awarding
    used = [row for row in inputs if row["used"]]
    assumed = sum(row["basis"] == "assumed" for row in used)
    before = answer.worth(country, answer.unaided, answer.corners.unaided)
    row = _start(answer.question, country, answer.weight_kind(country))
    row["status"], row["proof"] = awarding.status, awarding.proof
    row["objective_share"], row["bound_share"], row["gap_share"] = (
        awarding.objective,
        awarding.bound,
        awarding.gap_share,
    )
    row["purchase_count"] = len(answer.of(country))
    row["unanswered"], row["assumed"] = missing(answer, country), assumptions(answer, country)
    row["input_count"], row["assumed_count"] = len(used), assumed
    row["assumed_share"] = assumed / len(used) if used else None
    row["inputs"] = [f"award:{one['award_id']}" for one in awards] or [f"fund_input:{one['input_id']}" for one in used]
    weighed = answer.is_weighed(country)
    row["low_before_share"], row["mid_before_share"], row["high_before_share"] = ends(before if weighed else None)
    band = answer.band(country, answer.unaided) if weighed else None
    row["low_band_before_share"], _, row["high_band_before_share"] = ends(band)
    exposed = ends(answer.exposed(country) if weighed else None)
    row["low_exposed_share"], row["exposed_share"], row["high_exposed_share"] = exposed
    row["p_goal_before_share"] = answer.p_goal(country, answer.unaided)
    if awarding.status == "infeasible":
        row["unanswered"] = [*awarding.clash, *row["unanswered"]]
    else:
        _with_aid(row, answer, country, awards=awards)
    row["headline"] = headline(answer, row)
    return row


def _with_aid(row: FundRow, answer: FundAnswer, country: str, *, awards: Sequence[AwardRow]) -> None:
    """Enters what aid brings and costs."""
    part = answer.simulation.only(country)
    after, paid = answer.worth(country, answer.aided, answer.aided_ends), answer.paid(country)
    weighed = answer.is_weighed(country)
    row["low_after_share"], row["mid_after_share"], row["high_after_share"] = ends(after if weighed else None)
    band = answer.band(country, answer.aided) if weighed else None
    row["low_band_after_share"], _, row["high_band_after_share"] = ends(band)
    row["p_goal_share"] = answer.p_goal(country, answer.aided)
    row["committed_amount"] = fsum(one["award_amount"] for one in awards)
    row["low_paid_amount"], row["mid_paid_amount"], row["high_paid_amount"] = paid.low, paid.mid, paid.high
    row["price_amount"] = answer.awarding.price
    need = ends(known_spread(part.needed().sum(axis=0)))
    row["low_need_amount"], row["mid_need_amount"], row["high_need_amount"] = need
    row["tipping_amount"] = cheapest_cascade(part).amount
    if answer.outcome is not None:
        # Mechanisms that see needs are no choice among offers: the bound on offers says nothing of them.
        row["status"], row["proof"], row["objective_share"] = "feasible", "none", _objective(answer)
        row["bound_share"] = row["gap_share"] = row["price_amount"] = None
    elif row["objective"] == "exposure" and not weighed:
        row["status"], row["proof"] = "nothing to fund", "none"
        row["objective_share"] = row["bound_share"] = row["gap_share"] = None
    elif row["status"] == "optimal" and not _gains(answer):
        # That nothing helps is no best answer, however well it is proven.
        row["status"] = "feasible"


def _gains(answer: FundAnswer) -> bool:
    """Whether the awards of the call, of all countries together, bring anything."""
    before = answer.awarding.before
    return answer.awarding.objective is not None and answer.awarding.objective > before + 1e-12


def _objective(answer: FundAnswer) -> float:
    """The objective under the mechanism of the call, all countries together."""
    if answer.question.objective == "goal":
        return float(answer.aided.all(axis=0).mean())
    return fsum(answer.mean_worth(one, answer.aided) for one in answer.question.scope.countries)


def _rounds(answer: FundAnswer, country: str) -> list[AnyRow]:
    part, at = answer.simulation.only(country), answer.of(country)
    mine = [answer.purchases[j] for j in at]
    carriers = {one.id: one.carrier_id for one in mine}
    funds = {country: answer.question.head(country)["fund_id"]}
    of = {one.id: rests_on(one) for one in mine}
    rounds = [
        *round_rows(part, np.zeros(len(at)), carriers, funds=funds, aided=False),
        *round_rows(part, answer.awarding.award[at], carriers, funds=funds, aided=True),
    ]
    text = "share of scenarios in which the carrier chooses clear after each round of best response"
    return [{**row, "formula": text, "inputs": of[str(row["purchase_id"])]} for row in rounds]


def _mechanisms(answer: FundAnswer, country: str, awards: Sequence[AwardRow]) -> list[AnyRow]:
    if not answer.is_weighed(country):
        return []
    fund_id = answer.question.head(country)["fund_id"]
    rests = list(dict.fromkeys(row for figure in answer.figures.values() for row in figure.rests_on))
    rests += [f"award:{one['award_id']}" for one in awards]
    awarding = mechanism_rows(answer.outcomes, fund_id, country, money=answer.question.money)
    ended = [_ends_of_gain(answer, country, outcome) for outcome in answer.outcomes]
    return [{**row, **held, "formula": row["says"], "inputs": rests} for row, held in zip(awarding, ended, strict=True)]


def _ends_of_gain(answer: FundAnswer, country: str, outcome: MechanismOutcome) -> dict[str, float | None]:
    """The ends of what a mechanism gains and of its price, over all corners of figures, shares and parts.

    A price has no upper end where at one corner money is paid and nothing gained.
    """
    summary, choices = outcome.summary(country), answer.ends_of(outcome.mechanism)
    low, high = answer.gained(country, choices)
    gained, price = summary.clear_share, summary.unit_amount
    held: dict[str, float | None] = {"low_clear_share": min(low, gained.mid), "high_clear_share": max(high, gained.mid)}
    if price is not None:
        least, most = 0.0, np.inf
        if outcome.mechanism == "offers":
            paid = answer.awarding.award[choices.possible[:, 0]]
            least, most = min(paid[paid > 0].tolist(), default=0.0), float(paid.sum())
        held["low_unit_amount"] = min(least / (100 * high), price.mid)
        held["high_unit_amount"] = max(most / (100 * low), price.mid) if low > 0 else None
    return held


def _approaches(answer: FundAnswer, country: str) -> list[case_rows.FundApproachRow]:
    question = answer.question
    buyers = [_buyer(answer, j) for j in answer.of(country)]
    approach = ApproachQuestion(
        fund_id=question.head(country)["fund_id"],
        country=country,
        as_of=question.scope.as_of,
        excluded=tuple(sorted({vendor for _, vendor in question.scope.excluded})),
        nudge=question.nudge,
        weight_kind=answer.weight_kind(country),
        currency=question.currency,
        price_year=question.year,
    )
    return approaches(buyers, answer.tables, approach)


def _buyer(answer: FundAnswer, j: int) -> Buyer:
    one, gap = answer.purchases[j], answer.simulation.gap[j]
    low, mid, high = one.signed
    weight = answer.weight(j)
    price = float(answer.costs.base[j].mean())
    choice = any(option.excluded for option in one.options)
    nudge = answer.question.nudge * price
    return Buyer(
        purchase_id=one.id,
        carrier_id=one.carrier_id,
        country=one.country,
        asset_class=one.asset_class,
        generation=one.generation,
        signed_low_on=low,
        signed_on=mid,
        signed_high_on=high,
        weight=weight,
        price_gap=known_spread(gap) if choice else None,
        price=price,
        p_clear=float((gap <= 0).mean()),
        worth=worth(gap, weight.mid, nudge),
        rests_on=tuple(rests_on(one)),
        excluded=tuple(option.vendor_id for option in one.options if option.excluded),
    )
