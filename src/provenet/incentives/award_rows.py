"""Rows of `award`: what each purchase is awarded, what that changes, why it gets so much, and how it turned out.

Which vendors carriers chose after the day is hindsight and says so. It is read from the tables uncut, and nothing that
is simulated reads it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from provenet.case.rows import AnyRow, AwardRow, DeploymentRow, ProcurementRow, PurchaseRow, iter_rows_of, rows_of
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.ids import fold, is_in_class, row_id
from provenet.incentives.answer import FundAnswer
from provenet.incentives.costs import ends, known_spread, rests_on
from provenet.incentives.curve_rows import later_amount
from provenet.tipping.simulation import spread

SLACK_DAYS = 730
"""How many days after the last day of signing an event may lie and still be the choice: news trails contracts."""
BEFORE_DAYS = 180
"""How many days before the first day of signing a selection may lie: a selection goes before a contract."""
LABEL = "As it turned out"
_ALIKE, _SAME, _PART, _WIDER, _UNSAID = range(5)
"""How a segment fits a purchase: spelled alike, same class and generation, part of it, a whole with it, unsaid."""
_NOT_STATED = "part not stated"
_ENDS_WITH = re.compile(r"\b(?:contract|deal|agreement) with \w+")
"""An end of a contract with somebody whom the words name."""


@dataclass(frozen=True)
class VendorChoice:
    """The vendors that a carrier chose after the day; empty where no row tells. `rests_on` names rows as table:key.

    `says` is empty where no row tells anything of the purchase.
    """

    vendor_ids: tuple[str, ...]
    says: str
    rests_on: tuple[str, ...] = ()
    day: date | None = None


@dataclass(frozen=True)
class _Event:
    """One row that tells of a choice or of none. `chosen`: True, False, or None where its words tell neither."""

    key: str
    vendors: tuple[str, ...]
    words: str
    written: str
    low: date
    high: date
    fit: int
    chosen: bool | None
    segment: str


def find_choices(
    purchases: pl.DataFrame,
    procurement: pl.DataFrame,
    deployment: pl.DataFrame,
    *,
    as_of: date,
    names: Mapping[str, str] | None = None,
    slack_days: int = SLACK_DAYS,
) -> dict[str, VendorChoice]:
    """What each purchase came to, by its id, from the tables uncut.

    An event of `procurement` of the same carrier counts if it comes after `as_of`, at most `BEFORE_DAYS` before and
    `slack_days` after the days on which the contract may be signed. Its segment is spelled alike, else of the same
    asset class and generation, else a part of it, else a whole that holds it; the closest alone counts. The earliest
    day with a choice is the choice: all vendors of that day together. Where no event of procurement is a choice,
    vendors that `deployment` names in a segment of that generation from the first day of signing on are taken in the
    same way. Events that end, veto or keep out a vendor are told and are no choice of it. Law: the order of rows
    changes nothing. O(purchases x rows).
    """
    called = names or {}
    awards = rows_of(ProcurementRow, procurement.sort("row_id"))
    there = [row for row in iter_rows_of(DeploymentRow, deployment.sort("row_id")) if row["presence"] == "named"]
    made = {}
    for purchase in iter_rows_of(PurchaseRow, purchases.sort("purchase_id")):
        after = as_of + timedelta(days=1)
        signed, last = purchase["low_signed_on"], purchase["high_signed_on"] + timedelta(days=slack_days)
        selected = max(signed - timedelta(days=BEFORE_DAYS), after)
        events = _events("procurement", awards, "event", purchase=purchase, window=(selected, last))
        named = _events("deployment", there, "role", purchase=purchase, window=(max(signed, after), last))
        named = [one for one in named if one.chosen is not False]
        made[purchase["purchase_id"]] = _choice(events, named, called)
    return made


def _events(
    table: str, rows: Iterable[AnyRow], words: str, *, purchase: PurchaseRow, window: tuple[date, date]
) -> list[_Event]:
    """Rows of a carrier in a window that fit what is bought, the day first."""
    found = []
    for row in rows:
        if row["carrier_id"] != purchase["carrier_id"] or not row["vendor_ids"] or row.get("complement"):
            continue
        fit = _fit(row["segment"], purchase, limited=table == "deployment")
        low, high = row["day_low_on"], row["day_high_on"]
        if fit is None or low is None or high is None or high < window[0] or low > window[1]:
            continue
        key, vendors = f"{table}:{row['row_id']}", tuple(sorted(row["vendor_ids"]))
        text, written = row[words], row["day"] or str(low)
        entry = _says(text, vendors)
        chosen = bool(entry["chosen"]) if entry else None
        found.append(_Event(key, vendors, text, written, low, high, fit, chosen, row["segment"]))
    return sorted(found, key=lambda one: (one.high, one.low, one.key))


def _fit(segment: str, purchase: PurchaseRow, limited: bool) -> int | None:
    """How a segment in a row's words fits a purchase; None where it does not.

    `limited`: a purchase of one generation asks for a segment of that generation, since what is named without one may
    be older equipment.
    """
    if fold(segment) == fold(purchase["segment"]):
        return _ALIKE
    listed = {fold(word): means for word, means in vocabulary()["segments"].items()}
    means = listed.get(fold(segment))
    if means is None or means["asset_class"] is None:
        return None
    generation, bought = means.get("generation"), purchase["asset_class"]
    if (
        purchase["generation"]
        and (generation or limited)
        and purchase["generation"] not in (generation or "").split("/")
    ):
        return None
    if means["asset_class"] == bought:
        return _SAME
    if is_in_class(means["asset_class"], bought):
        return _PART
    if means["asset_class"] == "all":
        return _UNSAID if _NOT_STATED in segment else _WIDER
    return None


def _says(words: str, vendors: Sequence[str]) -> Mapping[str, Any] | None:
    """What the words of an event tell; an end that names another vendor, and not this one, is that other's end."""
    text = words.casefold()
    for entry in vocabulary()["choice_events"]:
        if entry["has"] in text:
            if not entry["chosen"] and _of_another(text, vendors):
                continue
            return dict(entry)
    return None


def _of_another(text: str, vendors: Sequence[str]) -> bool:
    own = any(vendor.replace("-", " ") in text for vendor in vendors)
    return not own and bool(_ENDS_WITH.search(text))


def _choice(events: Sequence[_Event], named: Sequence[_Event], names: Mapping[str, str]) -> VendorChoice:
    """One purchase in words: the choice of the earliest day, and what else is on record of it."""
    choices = [one for one in events if one.chosen and one.fit != _UNSAID]
    awarded = bool(choices)
    if not awarded:
        choices = [one for one in named if one.fit != _UNSAID]
    closest = min((one.fit for one in choices), default=None)
    first = next((one for one in choices if one.fit == closest), None)
    picked = [one for one in choices if first and (one.fit, one.low, one.high) == (closest, first.low, first.high)]
    sentences = [f"{LABEL}: the record does not state whom it chose."]
    vendors: tuple[str, ...] = ()
    if first:
        vendors = tuple(sorted({vendor for one in picked for vendor in one.vendors}))
        words = "; ".join(dict.fromkeys(one.words for one in picked))
        segment = f", {first.segment}" if first.fit in (_PART, _WIDER) else ""
        verb = "it chose" if awarded else "no award is on record, and rows name for it"
        sentences = [f"{LABEL}, {verb} {_listed(vendors, names)}, {first.written}{segment} ({words})."]
    beside = [one for one in events if one not in picked and one.fit <= (_SAME if first else _UNSAID)]
    if first is None:
        beside += [one for one in named if one.fit == _UNSAID]
    elif awarded:
        beside += [one for one in named if one.fit == _ALIKE and "%" in one.words]
    sentences = [*sentences, *(_beside(one, names) for one in beside)] if first or beside else []
    rests_on = tuple(sorted(one.key for one in (*picked, *beside)))
    return VendorChoice(vendors, " ".join(sentences), rests_on, first.low if first else None)


def _beside(one: _Event, names: Mapping[str, str]) -> str:
    end = "this is no choice of that vendor" if one.chosen is False else "beside that choice"
    if "%" in one.words and one.fit == _ALIKE:
        end = "a share on record"
    elif one.fit == _UNSAID or one.chosen is None:
        end = "this tells no choice for what is bought here"
    return f"{one.written}, {_listed(one.vendors, names)}, {one.segment}: {one.words}; {end}."


def _listed(vendors: Iterable[str], names: Mapping[str, str]) -> str:
    return wording.series(sorted(names.get(vendor, vendor) for vendor in vendors), "and")


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
    gaps = ends(known_spread(gap) if differs else None)
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
