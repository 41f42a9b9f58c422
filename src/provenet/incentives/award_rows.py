"""Rows of `award`: what each purchase is awarded, what that changes, and why it gets so much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from provenet.case.money import Band
from provenet.core.ids import row_id
from provenet.incentives.answer import Answer
from provenet.incentives.choices import VendorChoice, find_choices, replay_sentences
from provenet.incentives.responses import rests_on, spread
from provenet.incentives.timing import later_amount

Row = dict[str, Any]
ENDS = ("low", "mid", "high")
NOBODY = VendorChoice((), "")


def award_rows(answer: Answer, country: str) -> list[Row]:
    """The awards of one country. The chances are those while peers choose as they then do (least equilibrium).

    What carriers chose afterwards stands beside them only where the question is asked of a day known: no row can tell
    of what is to come.
    """
    told = came(answer)
    return [_award(answer, j, told.get(answer.purchases[j].id, NOBODY)) for j in answer.of(country)]


def came(answer: Answer) -> dict[str, VendorChoice]:
    """What carriers chose afterwards, by purchase; nothing where the question is not asked of a day known."""
    if answer.question.known_on is None:
        return {}
    return find_choices(
        answer.tables["purchase"],
        answer.later["procurement"],
        answer.later["deployment"],
        as_of=answer.question.asked.as_of,
        names=answer.names,
    )


def replays(answer: Answer, awards: Sequence[Row]) -> list[str]:
    """What carriers chose afterwards against what the model says of it, as sentences."""
    told = came(answer)
    excluded = sorted({vendor for _, vendor in answer.question.asked.excluded})
    return replay_sentences(awards, told, excluded, names=answer.names) if told else []


def _award(answer: Answer, j: int, later: VendorChoice) -> Row:
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
    told = None if not len(finite) else spread(finite)
    return {
        "award_id": row_id("award", {**head, "purchase": one.id}),
        **head,
        "purchase_id": one.id,
        "carrier_id": one.carrier_id,
        "award_amount": amount,
        **_ends("need_amount", told, len(finite) == len(needed)),
        **_chance("before", before),
        **_chance("after", after),
        "paid_amount": amount * float(clear.mean()),
        "rent_amount": float(rent.mean()),
        **{f"{end}_weight_share": getattr(answer.weight(j), end) for end in ENDS},
        **_ends("price_gap_amount", spread(gap) if differs and np.isfinite(gap).all() else None, True),
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


def _ends(stem: str, band: Band | None, whole: bool) -> Row:
    """Three columns; where some scenarios have no end the upper ones are not known."""
    if band is None:
        return {f"{end}_{stem}": None for end in ENDS}
    return {
        f"low_{stem}": band.low,
        f"mid_{stem}": band.mid if whole else None,
        f"high_{stem}": band.high if whole else None,
    }


def _chance(when: str, band: Band) -> Row:
    return {
        f"low_{when}_p_clear_share": band.low,
        f"{when}_p_clear_share": band.mid,
        f"high_{when}_p_clear_share": band.high,
    }
