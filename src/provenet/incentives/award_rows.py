"""Rows of `award`: what each purchase is awarded, what that changes, and why it gets so much."""

import numpy as np

from provenet.case.rows import AwardRow
from provenet.core.ids import row_id
from provenet.incentives.answer import FundAnswer
from provenet.incentives.choices import VendorChoice, find_choices
from provenet.incentives.responses import ends, rests_on, spread
from provenet.incentives.timing import later_amount

NOBODY = VendorChoice((), "")


def award_rows(answer: FundAnswer, country: str) -> list[AwardRow]:
    """The awards of one country. The chances are those while peers choose as they then do (least equilibrium).

    What carriers chose afterwards stands beside them only where the question is asked of a day known: no row can tell
    of what is to come.
    """
    choices = came(answer)
    return [_award(answer, j, choices.get(answer.purchases[j].id, NOBODY)) for j in answer.of(country)]


def came(answer: FundAnswer) -> dict[str, VendorChoice]:
    """What carriers chose afterwards, by purchase; nothing where the question is not asked of a day known."""
    if answer.question.known_on is None:
        return {}
    return find_choices(
        answer.tables["purchase"],
        answer.later["procurement"],
        answer.later["deployment"],
        as_of=answer.question.scope.as_of,
        names=answer.names,
    )


def _award(answer: FundAnswer, j: int, later: VendorChoice) -> AwardRow:
    one, question = answer.purchases[j], answer.question
    head, amount = question.head(one.country), float(answer.awarding.award[j])
    before = answer.responding(answer.unaided).chance(j, 0.0)
    after = answer.responding(answer.aided).chance(j, amount)
    need, clear = answer.simulation.needed()[j], answer.awarding.clear[j]
    # What tips it while its peers choose as they then do.
    needed = answer.simulation.needed(answer.aided)[j]
    finite = needed[np.isfinite(needed)]
    gap, differs = answer.simulation.gap[j], any(option.excluded for option in one.options)
    rent = np.where(clear, np.maximum(amount - need, 0.0), 0.0)
    needs = ends(spread(finite) if len(finite) else None)
    # Where some scenarios have no end the upper ones are not known.
    whole = len(finite) == len(needed)
    gaps = ends(spread(gap) if differs and np.isfinite(gap).all() else None)
    weight = answer.weight(j)
    return {
        "award_id": row_id("award", {**head, "purchase": one.id}),
        "fund_id": head["fund_id"],
        "country": head["country"],
        "purchase_id": one.id,
        "carrier_id": one.carrier_id,
        "award_amount": amount,
        "low_need_amount": needs[0],
        "mid_need_amount": needs[1] if whole else None,
        "high_need_amount": needs[2] if whole else None,
        "low_before_p_clear_share": before.low,
        "before_p_clear_share": before.mid,
        "high_before_p_clear_share": before.high,
        "low_after_p_clear_share": after.low,
        "after_p_clear_share": after.mid,
        "high_after_p_clear_share": after.high,
        "paid_amount": amount * float(clear.mean()),
        "rent_amount": float(rent.mean()),
        "low_weight_share": weight.low,
        "mid_weight_share": weight.mid,
        "high_weight_share": weight.high,
        "low_price_gap_amount": gaps[0],
        "mid_price_gap_amount": gaps[1],
        "high_price_gap_amount": gaps[2],
        "later_amount": later_amount(one, j, answer.simulation, made=answer.costs, draws=answer.draws),
        "signed_on": one.signed[1],
        "chosen_vendor_ids": list(later.vendor_ids),
        "chosen_says": later.says or None,
        "chosen_ids": list(later.rests_on),
        "currency": question.currency,
        "price_year": question.year,
        "because": answer.awarding.because[j],
        "formula": "chance: mean over scenarios of logistic((kept aid - gap) / noise); need: gap / kept part",
        "inputs": rests_on(one),
    }
