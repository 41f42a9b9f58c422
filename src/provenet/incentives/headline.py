"""The sentences of an answer of `fund`: its headline, what is missing, what is assumed."""

import math

from provenet.case.carrier_weights import lacking_share
from provenet.case.rows import AnyRow, FundRow
from provenet.core import wording
from provenet.incentives.answer import FundAnswer

_DUST = 1e-6
"""What binary fractions may add to a percentage."""


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
    if row["budget_amount"] == 0:
        return "there is no money"
    return "no permitted amount helps"


def _chance(share: float | None) -> str:
    assert share is not None, "a funded country has both chances"
    return "under 1 %" if share < 0.005 else f"{100 * share:.0f} %"


def _interval(row: AnyRow, when: str) -> str:
    if row[f"mid_{when}_share"] is None:
        return f"a share that is {wording.UNKNOWN}"
    whole = _ends(row[f"low_{when}_share"], row[f"high_{when}_share"])
    band = _ends(row[f"low_band_{when}_share"], row[f"high_band_{when}_share"])
    unit = f" of {row['weight_kind']}" if when == "after" else ""
    return f"{whole}{unit} (nine scenarios in ten: {band}; {100 * row[f'mid_{when}_share']:.0f} % on average)"


def _ends(low: float, high: float) -> str:
    """An interval in whole percentages, rounded outwards: no value of it lies outside the words.

    >>> _ends(0.0255, 0.906), _ends(0.0, 1.0)
    ('2 to 91 %', '0 to 100 %')
    """
    return f"{math.floor(100 * low + _DUST)} to {math.ceil(100 * high - _DUST)} %"


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
