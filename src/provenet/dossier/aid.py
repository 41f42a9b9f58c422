"""An answer of `fund` laid out for a page: its figures in words, awards, curves, mechanisms and the outreach order."""

from collections.abc import Iterable, Sequence
from datetime import date

from provenet.case.extract import Extract, Fields
from provenet.case.rows import (
    AnyRow,
    AwardRow,
    FundApproachRow,
    FundCurveRow,
    FundMechanismRow,
    FundRow,
    OutreachRow,
    ProgrammeRow,
    PurchaseRow,
)
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.wording import letters
from provenet.dossier.drawings.aid_bars import Ranged
from provenet.dossier.drawings.aid_curves import Marker, Point
from provenet.dossier.text import UNNAMED_WEIGHT, prices_of
from provenet.incentives.aid_answer import programmes_on_record

LEAST_GAIN = 0.01
"""A budget stands in the table if its middle is so much above that of the last one shown, as a share of all."""
SHOWN_DAYS = 12
"""Days of the curve over days that stand in the table, about: every so many of them, and the last."""
SHOWN_ACTS = 2
"""Past acts of persuasion that a row of the outreach order names; the others are counted."""
MECHANISMS = {
    "offers": "an individual offer to each carrier",
    "pay-as-bid auction": "an auction in which each winner is paid its own bid",
    "loan guarantee": "a guarantee of the loans for clear choices",
}
OBJECTIVES = {
    "exposure": "the largest share behind clear purchases",
    "goal": "the best chance that every purchase is clear",
}
PROOFS = {
    "solver": "exhaustive search",
    "bound": "a stated bound that no award of the same money exceeds",
    "none": "no proof",
}
HARM = (
    "loss of service, if what is bought from these vendors fails or has to be switched off; not content, and no part "
    "of the network beyond what is bought."
)


def in_order(extract: Extract) -> list[FundRow]:
    """The answers of the dossier: with awards first, then those of plain offers for the largest share."""

    def place(row: FundRow) -> tuple[object, ...]:
        plain = (row["objective"] != "exposure", row["mechanism"] != "offers", row["programme_id"] is None)
        return row["status"] in ("infeasible", "nothing to fund"), *plain, row["fund_id"]

    return sorted(extract.results(FundRow), key=place)


def programmes(extract: Extract, used: str | None) -> tuple[Fields | None, list[Fields]]:
    """The programme that an answer takes its money from, and the others on record open to the country, in order.

    One that is assumed stands only where it is the one used: it is nobody's offer.
    """
    chosen = next((row for row in extract.whole(ProgrammeRow) if row["programme_id"] == used), None)
    others = [row for row in programmes_on_record(extract) if row["programme_id"] != used]
    return None if chosen is None else _programme(chosen, extract), [_programme(row, extract) for row in others]


def _programme(row: ProgrammeRow, extract: Extract) -> Fields:
    ends = (row["low_budget_amount"], row["high_budget_amount"])
    over = row["to_on"] is not None and row["to_on"] < extract.as_of
    return {
        "title": row["title"],
        "giver": row["giver"],
        "budget": "" if ends == (None, None) else wording.amount_interval(*ends, row["currency"]),
        "prices": prices_of(row["price_year"]),
        "condition": row["condition_says"] or "",
        "says": row["says"] or "",
        "until": "" if row["to_on"] is None else wording.day(row["to_on"]),
        "over": over,
        "for_whom": row["recipient"],
        "assumed": row["basis"] == "assumed",
        "cite": extract.cite(row) if row["basis"] != "assumed" else None,
        "id": row["programme_id"],
    }


def gap_words(gap: float | None) -> str:
    """How far awards are at most from the best awards of the same money."""
    if gap is None:
        return "distance from the best awards not known"
    if gap <= 1e-6:
        return "no awards of the same money achieve more"
    return f"at most {wording.percent(gap)} below the best awards" if gap > 5e-4 else "within 0.05 % of the best awards"


def chances(low: float | None, high: float | None) -> str:
    """A share or chance from the 5th to the 95th percentile of the scenarios; from 0 to 1 it is a finding too.

    >>> chances(0.2, 0.35), chances(0, 1), chances(None, 1.0)
    ('20 to 35 %', '0 to 100 %', 'not known')
    """
    return wording.interval(low, high, whole="0 to 100 %")


def chances_of(row: AnyRow, name: str) -> str:
    """The share or chance that a row stores by its ends."""
    return chances(row[f"low_{name}"], row[f"high_{name}"])


def extra_cost(low: float | None, high: float | None, currency: str | None) -> str:
    """What a clear choice costs more, as an interval; below zero it costs less.

    >>> extra_cost(12e6, 45e6, "EUR"), extra_cost(-12e6, 45e6, "EUR"), extra_cost(-5e6, -2e6, "EUR")
    ('EUR 12 to 45 million more', 'EUR 12 million less to EUR 45 million more', 'EUR 2 to 5 million less')
    >>> extra_cost(-536.3e6, 117.4e6, "EUR")
    'EUR 537 million less to EUR 118 million more'
    """
    if low is None or high is None:
        return wording.UNKNOWN
    if low < 0 < high:
        return f"{_outward(-low, currency)} less to {_outward(high, currency)} more"
    if high <= 0 and low < 0:
        return f"{wording.amount_interval(-high, -low, currency)} less"
    return f"{wording.amount_interval(low, high, currency)} more"


def _outward(value: float, currency: str | None) -> str:
    """An end of an interval that stands on either side of zero, rounded away from it."""
    return wording.amount_interval(None, value, currency).removeprefix("at most ")


def price_gap(award: AwardRow) -> str:
    """What a clear choice costs more; where no vendor is excluded, or none is clear, there is nothing to compare."""
    low, high = award["low_price_gap_amount"], award["high_price_gap_amount"]
    if low is None or high is None:
        return "no clear choice" if award["low_need_amount"] is None else "every choice is clear"
    return extra_cost(low, high, award["currency"])


def answer_figures(row: FundRow, extract: Extract) -> Fields:
    """The figures of the row of an answer in words."""
    currency = row["currency"]
    others = [country for country in row["countries"] if country not in extract.places]
    least = row["tipping_amount"]
    return {
        "status": row["status"],
        "headline": row["headline"],
        "budget_amount": row["budget_amount"],
        "input_count": row["input_count"],
        "assumed_count": row["assumed_count"],
        "assumed": row["assumed"],
        "unanswered": row["unanswered"],
        "nothing": row["status"] == "nothing to fund",
        "weighed": row["mid_before_share"] is not None,
        "unit": row["weight_kind"] or UNNAMED_WEIGHT,
        "gains": bool(row["committed_amount"]),
        "infeasible": row["status"] == "infeasible",
        "condition": row["condition_says"][:1].upper() + row["condition_says"][1:].rstrip("."),
        "excluded": wording.series(extract.name(v) for v in row["excluded_vendor_ids"]),
        "mechanism": MECHANISMS.get(row["mechanism"], row["mechanism"]),
        "objective": OBJECTIVES.get(row["objective"], row["objective"]),
        "others": wording.series(others),
        "currency": currency or "",
        "prices": prices_of(row["price_year"]),
        "budget": "no limit" if row["budget_amount"] is None else wording.amount(row["budget_amount"], currency),
        "before": chances_of(row, "before_share"),
        "after": chances_of(row, "after_share"),
        "bands": [_band_of(row, when) for when in ("before", "after")],
        "middles": [wording.percent(row["mid_before_share"]), wording.percent(row["mid_after_share"])],
        "exposed": wording.interval(row["low_exposed_share"], row["high_exposed_share"], whole="0 to 100 %"),
        "most": wording.percent(row["high_exposed_share"]),
        "committed": wording.amount(row["committed_amount"], currency),
        "paid": wording.amount_interval(row["low_paid_amount"], row["high_paid_amount"], currency),
        "mid_paid": wording.amount(row["mid_paid_amount"], currency),
        "goal_before": wording.percent(row["p_goal_before_share"]),
        "goal": wording.percent(row["p_goal_share"]),
        "price": "" if row["price_amount"] is None else wording.amount(row["price_amount"], currency),
        "need": wording.amount_interval(row["low_need_amount"], row["high_need_amount"], currency),
        "tipping": "" if least is None else wording.amount(least, currency),
        "gap": gap_words(row["gap_share"]),
        "proof": PROOFS.get(row["proof"], row["proof"]),
        "purchases": wording.count(row["purchase_count"], "open purchase", spelled=True),
        "scenarios": f"{row['scenario_count']:,}",
        "seed": row["seed_count"],
        "until": wording.day(row["until_on"]),
        "assumed_share": "" if row["assumed_share"] is None else wording.percent(row["assumed_share"]),
        "harm": HARM,
        "id": row["fund_id"],
    }


def _band_of(row: FundRow, when: str) -> str:
    """The share for nine scenarios in ten; empty in a row of a release that stored none."""
    low, high = row[f"low_band_{when}_share"], row[f"high_band_{when}_share"]  # type: ignore[literal-required]
    return "" if low is None else chances(low, high)


def purchase_name(award: AwardRow, purchase: PurchaseRow | None) -> str:
    """What a purchase is of, in words."""
    if purchase is None:
        return award["purchase_id"]
    return purchase["segment"] or wording.asset_class(purchase["asset_class"])


def award_rows(awards: Sequence[AwardRow], purchases: dict[str, PurchaseRow], extract: Extract) -> list[Fields]:
    """One row a purchase: who gets what, the largest award first; each has a letter."""
    return [
        {
            "key": letters(at).upper(),
            "who": extract.name(row["carrier_id"]),
            "what": purchase_name(row, purchases.get(row["purchase_id"])),
            "signed": wording.day(row["signed_on"]),
            "award": wording.amount(row["award_amount"], row["currency"]) if row["award_amount"] else "none",
            "before": chances_of(row, "before_p_clear_share"),
            "after": chances_of(row, "after_p_clear_share"),
            "weight": chances_of(row, "weight_share"),
            "middle": [wording.percent(row["before_p_clear_share"]), wording.percent(row["after_p_clear_share"])],
            "gap": price_gap(row),
            "basis": purchases[row["purchase_id"]]["basis"] if row["purchase_id"] in purchases else "no row",
            "because": row["because"],
            "is_aided": bool(row["award_amount"]),
            "id": row["award_id"],
        }
        for at, row in enumerate(_largest_first(awards, extract))
    ]


def contract_markers(awards: Sequence[AwardRow], extract: Extract) -> list[Marker]:
    """The contract days with the letters that `award_rows` gives; letters of one day stand together."""
    days = grouped((row["signed_on"], letters(at).upper()) for at, row in enumerate(_largest_first(awards, extract)))
    return [Marker(float(day.toordinal()), " ".join(keys)) for day, keys in sorted(days.items())]


def _largest_first(awards: Sequence[AwardRow], extract: Extract) -> list[AwardRow]:
    return sorted(awards, key=lambda a: (-a["award_amount"], extract.name(a["carrier_id"]).casefold(), a["award_id"]))


def budget_points(rows: Iterable[FundCurveRow]) -> tuple[list[Fields], list[Fields], list[Point]]:
    """The curve over money: points a table shows, those that add little to the one before, and all as drawn.

    Each point shown has a letter: both ends, and those whose middle is `LEAST_GAIN` above the last one shown.
    """
    shown: list[Fields] = []
    more: list[Fields] = []
    points: list[Point] = []
    ordered = sorted(_of_country(rows, "budget"), key=lambda r: r["number_count"])
    last: float | None = None
    for at, row in enumerate(ordered):
        budget, price = row["budget_amount"], row["price_amount"]
        low, mid, high = row["low_share"], row["mid_share"], row["high_share"]
        is_shown = last is None or mid is None or mid >= last + LEAST_GAIN or at == len(ordered) - 1
        key = letters(len(shown)) if is_shown else ""
        line: Fields = {
            "key": key,
            "budget": wording.amount(budget, row["currency"]),
            "share": chances(low, high),
            "mid": "" if mid is None else wording.percent(mid),
            "price": "more money adds nothing" if price is None else wording.amount(price, row["currency"]),
            "id": row["point_id"],
        }
        (shown if is_shown else more).append(line)
        last = mid if is_shown else last
        if not (budget is None or low is None or mid is None or high is None):
            points.append(Point(budget, low, mid, high, key))
    return shown, more, points


def day_points(rows: Iterable[FundCurveRow]) -> tuple[list[Fields], list[Fields], list[Point]]:
    """The curve over days: days a table shows, those between them, and all as drawn."""
    lines: list[Fields] = []
    points: list[Point] = []
    for row in sorted(_of_country(rows, "days"), key=lambda r: r["number_count"]):
        day, low, mid, high = row["from_on"], row["low_amount"], row["mid_amount"], row["high_amount"]
        lines.append(
            {
                "day": "" if day is None else wording.day(day),
                "amount": wording.amount_interval(low, high, row["currency"]),
                "mid": wording.amount(mid, row["currency"]),
                "id": row["point_id"],
            }
        )
        if not (day is None or low is None or mid is None or high is None):
            points.append(Point(float(day.toordinal()), low, mid, high))
    step = -(-len(lines) // SHOWN_DAYS) or 1
    shown = [at for at in range(len(lines)) if at % step == 0 or at == len(lines) - 1]
    return [lines[at] for at in shown], [line for at, line in enumerate(lines) if at not in shown], points


def _of_country(rows: Iterable[FundCurveRow], kind: str) -> list[FundCurveRow]:
    """The points of a curve of the whole country."""
    return [row for row in rows if row["kind"] == kind and row["purchase_id"] is None]


def mechanism_rows(rows: Sequence[FundMechanismRow], chosen: str) -> tuple[list[Fields], list[Ranged], list[Ranged]]:
    """Mechanisms for the same money as a table; and cost per percentage point and shares gained as intervals."""
    ordered = sorted(rows, key=lambda r: (r["number_count"], r["mechanism"]))
    lines: list[Fields] = [
        {
            "name": row["mechanism"],
            "is_chosen": row["mechanism"] == chosen,
            "gained": chances_of(row, "clear_share"),
            "paid": wording.amount_interval(row["low_paid_amount"], row["high_paid_amount"]),
            "unit": "none is gained" if row["mid_unit_amount"] is None else wording.amount_interval(*_unit_band(row)),
            "rent": wording.amount_interval(row["low_rent_amount"], row["high_rent_amount"]),
            "default": chances_of(row, "default_share"),
            "shortfall": chances_of(row, "shortfall_share"),
            "goal": wording.percent(row["p_goal_share"]),
            "means": MECHANISMS.get(row["mechanism"], row["mechanism"]),
            "says": row["says"],
            "id": row["mechanism_id"],
        }
        for row in ordered
    ]
    units = [
        Ranged(row["mechanism"], low, row["mid_unit_amount"], high)
        for row in ordered
        for low, high in [_unit_band(row)]
    ]
    gains = [
        Ranged(row["mechanism"], row["low_clear_share"], row["mid_clear_share"], row["high_clear_share"])
        for row in ordered
    ]
    return lines, units, gains


def _unit_band(row: FundMechanismRow) -> tuple[float | None, float | None]:
    """What a percentage point costs in nine scenarios of ten; the ends of all of them in rows of earlier releases."""
    if row["low_band_unit_amount"] is None:
        return row["low_unit_amount"], row["high_unit_amount"]
    return row["low_band_unit_amount"], row["high_band_unit_amount"]


def approach_rows(rows: Sequence[FundApproachRow], extract: Extract) -> list[Fields]:
    """Whom to approach, in the order of what a conversation is worth."""
    acts = {f"outreach:{row['row_id']}": row for row in extract.inputs(OutreachRow)}
    return [
        {
            "rank": rank,
            "who": extract.name(row["carrier_id"])
            if row["carrier_id"]
            else f"the government of {wording.country(extract.country)}",
            "worth": "not counted" if row["worth_share"] is None else wording.percent(row["worth_share"]),
            "nudge": "" if row["nudge_share"] is None else wording.percent(row["nudge_share"]),
            **_dependence(row),
            "weight": chances_of(row, "weight_share"),
            "signed": wording.day(row["signed_on"]) if row["signed_on"] else "no day known",
            "days": "" if row["left_days_count"] is None else _days_left(row["left_days_count"]),
            "gap": _extra_cost(row),
            "chance": wording.percent(row["p_clear_share"]),
            "disputed": wording.number_word(row["disputed_count"]),
            "claims": len(row["for_claims"]) + len(row["against_claims"]),
            **_acts(row["outreach_ids"], acts, extract),
            "says": row["says"],
            "id": row["approach_id"],
        }
        for rank, row in enumerate(sorted(rows, key=lambda r: (r["number_count"], r["approach_id"])), start=1)
    ]


def _extra_cost(row: FundApproachRow) -> str:
    """What a clear choice costs more; a carrier whose every choice is clear has nothing to compare."""
    low, high = row["low_price_gap_amount"], row["high_price_gap_amount"]
    if low is None and row["p_clear_share"] == 1:
        return "every choice is clear"
    return extra_cost(low, high, row["currency"])


def _dependence(row: FundApproachRow) -> Fields:
    """How much of its equipment is from these vendors, and what that is a share of, if anything is known of it."""
    is_known = (row["low_dependence_share"] or 0.0) > 0 or (row["high_dependence_share"] or 1.0) < 1
    return {
        "dependence": chances_of(row, "dependence_share") if is_known else wording.UNKNOWN,
        "dependence_of": (row["dependence_says"] or "") if is_known else "",
    }


def _days_left(days: int) -> str:
    return "the day has passed" if days < 0 else f"{wording.count(days, 'day')} left"


def _acts(refs: Sequence[str], acts: dict[str, OutreachRow], extract: Extract) -> Fields:
    """Past acts of persuasion on record: the last ones by name and source, the others as a number."""
    found = [acts[ref] for ref in refs if ref in acts]
    found.sort(key=lambda r: (r["day_high_on"] or r["day_low_on"] or date.min, r["row_id"]), reverse=True)
    shown = [
        {"who": row["who"], "day": row["day"] or "no date", "cites": extract.cite_all([row]), "id": row["row_id"]}
        for row in found[:SHOWN_ACTS]
    ]
    return {"acts": shown, "more_acts": max(0, len(refs) - len(shown))}
