"""Aid: what money tips which buyer, mechanisms side by side, an offer sheet for each buyer, and the same anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

import polars as pl
from markupsafe import Markup

from provenet.case.extract import Fields
from provenet.case.rows import AwardRow, FundCurveRow, FundRow
from provenet.core import wording
from provenet.core.errors import UsageFault
from provenet.core.ids import slug
from provenet.core.settings import Number, Option, Range, settings_class
from provenet.dossier import aid
from provenet.dossier.drawings import aid_bars, aid_curves
from provenet.dossier.sections.s77_fund import fund_fields
from provenet.dossier.text import UNNAMED_WEIGHT
from provenet.verbs.fund import FundSettings
from provenet.web.page import Html, Page, Reply, Route, Visit, fields_of, has_rows
from provenet.web.reading import NotFound, Reading
from provenet.web.stored_answers import MILLION, RunQuestion, StoredAnswer, StoredAnswers, bare, instead, money_slider

WORDS = ("mechanism", "objective", "until", "budget_on", "most_ratio", "scenarios")
"""Options of `fund` that the form gives as they are."""
NOT_REPEATED = ("stopped", "country", "countries")
"""Stored settings of a run that a new answer takes over in another form."""


StoredAid = StoredAnswer[FundRow]


@settings_class()
class AidQuestion(RunQuestion):
    """Which budget is read on the curve, and which answer stands beside."""

    budget: Annotated[
        Number | None,
        Option(
            range=Range(low=0, high=1e9),
            help="A budget in millions of the answer's currency, read on the stored curve (default: "
            "that of the answer).",
        ),
    ] = None


def offer(visit: Visit) -> Reply:
    """The offer sheets of one buyer: what is bought, what each choice costs, what an offer achieves, both sides."""
    stored = ANSWERS.named(visit)
    country = stored.row["country"]
    shown = _shown(visit.reading, stored)
    sheets = [one for one in shown["sheets"] if slug(one["carrier_id"]) == visit.path["carrier"]]
    if not sheets:
        raise NotFound("No purchase of this buyer stands in the answer.")
    words = {"country": country, "name": slug(country), "aid": stored, "sheets": sheets, "shown": shown}
    return Html(template="aid_offer.html.j2", title=f"{visit.tongue.text('Offer')}: {sheets[0]['who']}", words=words)


def label_of(row: FundRow, _settings: Mapping[str, Any]) -> str:
    """What tells an answer from the others of its country: its money, how it is given, and what for."""
    budget = "no budget" if row["budget_amount"] is None else wording.amount(row["budget_amount"], row["currency"])
    parts = [budget, f"by {row['mechanism']}"]
    if row["objective"] != "exposure":
        parts.append("for the best chance that every purchase is clear")
    return ", ".join(parts)


def change_words(new: StoredAid, old: StoredAid) -> str:
    """What changed between two answers, in a sentence made of the figures of both."""
    head = f"With {new.label} instead of {old.label}" if new.label != old.label else "With other settings"
    if new.row["status"] in ("infeasible", "nothing to fund"):
        return f"{head}: {bare(new.row['headline'])}"
    parts = [
        instead(
            wording.percent(new.row["mid_after_share"]),
            wording.percent(old.row["mid_after_share"]),
            f"of {new.row['weight_kind'] or UNNAMED_WEIGHT} behind clear purchases in the mean of all scenarios,",
        ),
        instead(_reach(new.row), _reach(old.row), "from the least to the most,"),
        instead(_paid(new.row), _paid(old.row), "expected payments"),
        instead(_goal(new.row), _goal(old.row), "chance that every purchase is clear"),
    ]
    return f"{head}: {'; '.join(parts)}."


def _reach(row: FundRow) -> str:
    return aid.chances_of(row, "after_share")


def _paid(row: FundRow) -> str:
    return wording.amount(row["mid_paid_amount"], row["currency"])


def _goal(row: FundRow) -> str:
    return wording.percent(row["p_goal_share"])


def _line(stored: StoredAid, visit: Visit) -> Fields:
    """An answer as one line of a table."""
    row = stored.row
    return {
        "label": stored.label,
        "to": visit.link("/aid/{country}/{run}", country=slug(row["country"]), run=stored.run),
        "run": stored.run,
        "id": row["fund_id"],
        "has_awards": row["status"] not in ("infeasible", "nothing to fund"),
        "status": row["status"],
        "headline": bare(row["headline"]),
        "before": aid.chances_of(row, "before_share"),
        "after": aid.chances_of(row, "after_share"),
        "means": [wording.percent(row["mid_before_share"]), wording.percent(row["mid_after_share"])],
        "committed": wording.amount(row["committed_amount"], row["currency"]),
        "goal": _goal(row),
    }


def _own(visit: Visit, stored: StoredAid, question: AidQuestion) -> Fields:
    is_ours = visit.may_write and visit.jobs is not None
    return {
        "shown": _shown(visit.reading, stored),
        "curve": _curve(visit.reading, stored, question.budget),
        "form": _form(stored) if is_ours and stored.days[1] is None else None,
    }


def _shown(reading: Reading, stored: StoredAid) -> dict[str, Any]:
    """What a page shows of an answer: words, tables and drawings, made once."""
    row, extract = stored.row, stored.extract(reading)

    def make() -> dict[str, Any]:
        shown: dict[str, Any] = bare(fund_fields(row, extract))
        carriers = {one["award_id"]: one["carrier_id"] for one in extract.parts_of(AwardRow, row)}
        for at, sheet in enumerate(shown["sheets"]):
            sheet["carrier_id"] = carriers[sheet["bought"]["id"]]
            sheet |= _sheet_drawings(sheet["bought"], at)
        for award in shown["awards"]:
            award["carrier_id"] = carriers[award["id"]]
        return {**shown, **_drawings(shown)}

    return reading.once(("aid", stored.run, row["country"]), make)


def _drawings(shown: Mapping[str, Any]) -> dict[str, Markup]:
    """The drawings of an answer; one that has nothing to show is empty."""
    currency, made = shown["currency"], dict.fromkeys(("mechanism_chart", "days_chart"), "")
    if shown["units"]:
        title = "Ways to give the same money"
        made["mechanism_chart"] = aid_bars.mechanism_rows(
            shown["units"], shown["gains"], currency=currency, title=title, key="mechanisms"
        )
    if shown["day_spots"]:
        title = "Money needed, by the day aid starts"
        made["days_chart"] = aid_curves.days_curve(
            shown["day_spots"], shown["contracts"], currency=currency, title=title, key="days"
        )
    return {name: Markup(drawing) for name, drawing in made.items()}


def _sheet_drawings(bought: Mapping[str, Any], at: int) -> dict[str, Markup]:
    """The drawings of one offer sheet; one that has nothing to show is empty."""
    currency, made = bought["currency"], dict.fromkeys(("costs", "chances"), "")
    if bought["choices"]:
        title = "Cost of each choice by part"
        made["costs"] = aid_bars.cost_bars(bought["choices"], currency=currency, title=title, key=f"costs{at}")
    if bought["points"]:
        title = "Chance of a clear choice by aid offered"
        made["chances"] = aid_curves.chance_curve(
            bought["points"], bought["award_amount"] or None, currency=currency, title=title, key=f"chances{at}"
        )
    return {name: Markup(drawing) for name, drawing in made.items()}


def _curve(reading: Reading, stored: StoredAid, budget: float | None) -> Fields | None:
    """The stored curve with its mark at a budget, and what stands at the points around it; None without a curve."""
    row, extract = stored.row, stored.extract(reading)
    held = [one for one in extract.parts_of(FundCurveRow, row) if one["kind"] == "budget"]
    rows = [one for one in sorted(held, key=lambda one: one["number_count"]) if one["purchase_id"] is None]
    _, _, points = aid.budget_points(rows)
    if len(points) < 2:
        return None
    ends = [one["budget_amount"] for one in rows if one["budget_amount"] is not None]
    amount = row["budget_amount"] if budget is None else budget * MILLION
    amount = max(ends) if amount is None else amount
    within = [one for one in rows if (one["budget_amount"] or 0.0) <= amount] or rows[:1]
    at, beyond = within[-1], next((one for one in rows if (one["budget_amount"] or 0.0) > amount), None)
    mark = min(points, key=lambda point: abs(point.x - (at["budget_amount"] or 0.0)))
    currency = row["currency"] or ""
    slider = money_slider(max(ends), currency)
    title = "Share behind clear purchases by budget"
    drawing, places = aid_curves.marked_budget_curve(points, mark, currency=currency, title=title, key="budgets")
    return {
        "drawing": Markup(drawing),
        "places": [{"value": value / MILLION, "x": x, "y": y} for value, x, y in places],
        "value": round(min(amount, slider["most"] * MILLION) / MILLION),
        **slider,
        "amount": wording.amount(amount, currency),
        "at": _point(at),
        "beyond": _point(beyond) if beyond else None,
        "points": [_point(one) for one in rows],
    }


def _point(row: FundCurveRow) -> Fields:
    price, currency = row["price_amount"], row["currency"]
    return {
        "budget": wording.amount(row["budget_amount"], currency),
        "share": aid.chances(row["low_share"], row["high_share"]),
        "mid": wording.percent(row["mid_share"]),
        "price": "" if price is None else wording.amount(price, currency),
        "id": row["point_id"],
    }


def _form(stored: StoredAid) -> Fields | None:
    """The form that works the answer out anew, or why its settings are refused today."""
    row = stored.row
    if row["status"] == "nothing to fund":
        return None
    try:
        settings = _settings_of(stored)
    except UsageFault as fault:
        return {"refused": str(fault)}
    budget = row["budget_amount"] or row["high_need_amount"] or 100.0 * MILLION
    currency = row["currency"] or "EUR"
    return {
        "refused": "",
        "currency": currency,
        "prices": row["price_year"],
        "budget": round(budget / MILLION),
        **money_slider(max(2 * budget, row["high_need_amount"] or 0.0), currency),
        "fields": fields_of(FundSettings, settings, only=WORDS),
    }


def _settings_of(stored: StoredAid) -> FundSettings:
    """The settings of a run as those of a call."""
    countries: Sequence[str] = stored.settings.get("countries") or stored.row["countries"] or [stored.row["country"]]
    return FundSettings(**{**stored.repeated(FundSettings, without=NOT_REPEATED), "country": tuple(countries)})


def _settings_anew(stored: StoredAid, visit: Visit) -> FundSettings:
    """The settings of a run with the money and the mechanism of the form."""
    return replace(_settings_of(stored), **stored.stated_anew(visit, FundSettings, words=WORDS)[1])


def _offer_addresses(reading: Reading) -> Iterable[Mapping[str, str]]:
    rows = reading.table("award").select("country", "run_id", "carrier_id").unique().sort(pl.all())
    return [
        {"country": slug(country), "run": run, "carrier": slug(carrier)} for country, run, carrier in rows.iter_rows()
    ]


ANSWERS: StoredAnswers[FundRow] = StoredAnswers(
    verb="fund",
    title="Aid",
    lead="answer on aid for",
    in_order=aid.in_order,
    label=label_of,
    # Those that somebody asked anew come last.
    rank=lambda one: one.settings.get("budget") is not None,
    line=_line,
    change=change_words,
    own=_own,
    anew=_settings_anew,
    question=AidQuestion,
)
PAGE = Page(
    key="aid",
    title="Aid",
    place=70,
    is_filled=has_rows("fund"),
    routes=(
        *ANSWERS.routes,
        Route(path="/aid/{country}/{run}/offer/{carrier}", answer=offer, addresses=_offer_addresses),
    ),
)
