"""As it turned out: which vendors carriers chose after a day, and how that compares with what was simulated.

This is hindsight and says so. It reads the tables uncut, and nothing that is simulated reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor
from typing import Any

import polars as pl

from provenet.case.rows import AnyRow, AwardRow, DeploymentRow, ProcurementRow, PurchaseRow, iter_rows_of, rows_of
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.ids import fold, without_years_after

SLACK_DAYS = 730
"""How many days after the last day of signing an event may lie and still be the choice: news trails contracts."""
BEFORE_DAYS = 180
"""How many days before the first day of signing a selection may lie: a selection goes before a contract."""
LABEL = "As it turned out"
CLEAR, SHARED, EXCLUDED, UNKNOWN = "clear", "shared", "excluded", "not told"
"""Whether none, some or all of the vendors chosen are ones that the aid may not be spent on; or no row tells."""
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
    awarded: bool = True
    """False where no award is on record and rows name the vendors there."""
    ended: tuple[str, ...] = ()
    """Vendors with whom there was a contract that was ended since: no choice any more, but part of it at first."""


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
    began: bool = False


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
        began = bool(entry.get("began")) if entry else False
        found.append(
            _Event(
                key=key,
                vendors=vendors,
                words=text,
                written=written,
                low=low,
                high=high,
                fit=fit,
                chosen=chosen,
                segment=row["segment"],
                began=began,
            )
        )
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
    if means["asset_class"].startswith(f"{bought}."):
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
    ended = tuple(sorted({vendor for one in beside if one.began for vendor in one.vendors} - set(vendors)))
    return VendorChoice(vendors, " ".join(sentences), rests_on, first.low if first else None, awarded, ended)


def _beside(one: _Event, names: Mapping[str, str]) -> str:
    end = "this is no choice of that vendor" if one.chosen is False else "beside that choice"
    if "%" in one.words and one.fit == _ALIKE:
        end = "a share on record"
    elif one.fit == _UNSAID or one.chosen is None:
        end = "this tells no choice for what is bought here"
    return f"{one.written}, {_listed(one.vendors, names)}, {one.segment}: {one.words}; {end}."


def _listed(vendors: Iterable[str], names: Mapping[str, str]) -> str:
    return wording.series(sorted(names.get(vendor, vendor) for vendor in vendors), "and")


def how_it_came(one: VendorChoice, excluded: Collection[str]) -> str:
    """Whether a choice was clear, shared with vendors that the aid may not be spent on, theirs alone, or not told."""
    if not one.vendor_ids:
        return UNKNOWN
    away = [vendor in excluded for vendor in (*one.vendor_ids, *one.ended)]
    return EXCLUDED if all(away) else SHARED if any(away) else CLEAR


def replay_sentences(
    awards: Sequence[AwardRow],
    came: Mapping[str, VendorChoice],
    excluded: Collection[str],
    *,
    names: Mapping[str, str],
    known_on: date | None = None,
) -> list[str]:
    """Offers set beside what carriers then chose, as sentences: one a purchase, then all together.

    `awards`: rows of `award` of a run whose day lies in the past; `came` as `find_choices` gives it. Every chance is a
    band over what the inputs leave open. A shared choice is not counted as clear. Says nothing of why a carrier chose.
    """
    rows = sorted(awards, key=lambda row: (row["signed_on"], row["purchase_id"]))
    if not rows:
        return []
    return [
        *(_one(row, came.get(row["purchase_id"]), excluded, names=names, known_on=known_on) for row in rows),
        *_all(rows, came, excluded),
    ]


def _one(
    row: AwardRow,
    one: VendorChoice | None,
    excluded: Collection[str],
    *,
    names: Mapping[str, str],
    known_on: date | None,
) -> str:
    purchase = without_years_after(row["purchase_id"], known_on)
    carrier = f"{names.get(row['carrier_id'], row['carrier_id'])} ({purchase})"
    how = UNKNOWN if one is None else how_it_came(one, excluded)
    if one is None or how == UNKNOWN:
        text = f"{carrier}: the record does not state whom it chose"
    else:
        vendors = _listed(one.vendor_ids, names)
        text = f"{carrier} chose {vendors}" if one.awarded else f"{carrier}: rows name {vendors}, no award is on record"
        if how == SHARED:
            gone = [vendor for vendor in one.ended if vendor in excluded]
            then = f"at first with {_listed(gone, names)}, until that was ended" if gone else "not all of it clear"
            text += f" (shared: {then})"
    before = _band(row, "low_before_p_clear_share", "high_before_p_clear_share")
    missed = _is_miss(row, how)
    text += f"; without aid the model gives a clear choice in {before} of the scenarios{' (a miss)' if missed else ''}"
    if row["award_amount"] <= 0:
        return f"{text}; it is offered nothing."
    after = _band(row, "low_after_p_clear_share", "high_after_p_clear_share")
    offer = f"{wording.amount(row['award_amount'])} {row['currency']} ({row['price_year']})"
    text += f", with an offer of {offer} in {after}; {_tips(row)}"
    if how == CLEAR:
        text += "; the carrier chose clear without that offer"
    return f"{text}."


def _is_miss(row: AwardRow, how: str) -> bool:
    """Whether the model, without aid, held the other outcome for the likelier one at both ends of its band."""
    low, high = row["low_before_p_clear_share"], row["high_before_p_clear_share"]
    return (how == CLEAR and high < 0.5) or (how in (SHARED, EXCLUDED) and low > 0.5)


def _tips(row: AwardRow) -> str:
    """Whether an offer covers the need at both ends of its band, in part of it, or nowhere in it."""
    offer, low, high = row["award_amount"], row["low_need_amount"], row["high_need_amount"]
    if low is None:
        return "no aid tips the contract: there is no clear choice in any scenario"
    need = f"the need is {wording.amount(low)} or more, without an end where there is no clear choice"
    if high is not None:
        need = f"the need lies between {wording.amount(low)} and {wording.amount(high)}"
    if high is not None and offer >= high:
        return f"{need}, so the offer would have tipped the contract over the whole band"
    if offer >= low:
        return f"{need}, so the offer would have tipped the contract over part of the band"
    return f"{need}, so the offer would not have tipped the contract anywhere in the band"


def _all(rows: Sequence[AwardRow], came: Mapping[str, VendorChoice], excluded: Collection[str]) -> list[str]:
    """What the model expected of all contracts whose outcome is on record, against what came."""
    known = [(row, how_it_came(came[row["purchase_id"]], excluded)) for row in rows if row["purchase_id"] in came]
    known = [(row, how) for row, how in known if how != UNKNOWN]
    if not known:
        return [f"{LABEL}: of none of the {len(rows)} contracts is the choice on record."]
    low = sum(row["low_before_p_clear_share"] for row, _ in known)
    high = sum(row["high_before_p_clear_share"] for row, _ in known)
    clear = sum(how == CLEAR for _, how in known)
    verdict = "inside these bounds" if low <= clear <= high else "outside these bounds: a miss of the model"
    counts = {how: sum(one == how for _, one in known) for how in (CLEAR, SHARED, EXCLUDED)}
    return [
        f"{LABEL}: of {len(rows)} contracts the choice of {len(known)} is on record: clear vendors alone "
        f"{counts[CLEAR]}, shared with vendors that the aid may not be spent on {counts[SHARED]}, those alone as far "
        f"as the record states {counts[EXCLUDED]}. Without aid the model expects {_tenths(low, floor)} to "
        f"{_tenths(high, ceil)} of them to be "
        f"clear, the bounds summed; {clear} lies {verdict}. They are bounds of assumed gaps, so this is no test of "
        "the model beyond that."
    ]


def _band(row: AnyRow, low: str, high: str) -> str:
    return wording.interval(row[low], row[high], places=0, whole="0 to 100 %")


def _tenths(value: float, rounding: Callable[[float], int]) -> str:
    """An end to a tenth, rounded to its own side."""
    return f"{rounding(round(value * 10, 6)) / 10:.1f}"
