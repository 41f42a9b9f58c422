"""Aid: what money tips which buyer, mechanisms side by side, an offer sheet for each buyer, and the same anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from markupsafe import Markup

from provenet.case.rows import AwardRow, FundCurveRow, FundRow
from provenet.case.structs import settings_of
from provenet.core import wording
from provenet.core.errors import CaseBusy
from provenet.core.ids import slug
from provenet.core.settings import OptionalNumber, OptionalText, Range, Settings, settings_class
from provenet.dossier import aid
from provenet.dossier.drawings import aid_bars, aid_curves
from provenet.dossier.extract import Fields
from provenet.dossier.sections.s77_fund import fund_fields
from provenet.verbs.fund import FundSettings
from provenet.web.days import Days, DaysQuestion, chosen_days, day_words, days_with_runs
from provenet.web.extracts import bare, country_of, extract_of
from provenet.web.forms import fields_of, settings_from
from provenet.web.money import MILLION, budget_words, highest_step, slider_step
from provenet.web.page import Html, NotFound, Page, Redirect, Reply, Route, Visit, single
from provenet.web.pages.jobs import busy, field_pairs, jobs_of, result_of
from provenet.web.reading import Reading

WORDS = ("mechanism", "objective", "until", "budget_on", "most_ratio", "scenarios")
"""Options of `fund` that the form gives as they are."""
NOT_REPEATED = ("stopped", "country", "countries")
"""Stored settings of a run that a new answer takes over in another form."""


@settings_class()
class AidQuestion(Settings):
    """Which budget is read on the curve, and which answer stands beside."""

    budget: OptionalNumber = OptionalNumber(
        range=Range(low=0, high=1e9),
        help="A budget in millions of the answer's currency, read on the stored curve (default: that of the answer).",
    )
    beside: OptionalText = OptionalText(help="The run of an answer to compare with.")
    job: OptionalText = OptionalText(help="A job that works the answer out anew.")


@dataclass(frozen=True)
class StoredAid:
    """An answer on aid of the case, with the settings of its run."""

    row: FundRow
    settings: Mapping[str, Any]
    label: str

    @property
    def run(self) -> str:
        """Its run."""
        return self.row["run_id"]


def index(visit: Visit) -> Reply:
    """Every country that has an answer on aid, with what each says."""
    question = visit.question
    assert isinstance(question, DaysQuestion)
    days = chosen_days(visit.reading, question.as_of, question.known_on)
    found = []
    for country in _countries(visit.reading):
        stored = stored_aid(visit.reading, country, days) if days else []
        if stored:
            found.append({"country": country, "answers": [_line(one, visit) for one in stored]})
    words = {"found": found, "days": days, "all_days": days_with_runs(visit.reading), "day_name": day_words}
    return Html(template="aids.html.j2", title=visit.tongue.text("Aid"), words=words)


def country_aid(visit: Visit) -> Reply:
    """The first answer on aid of a country on a day."""
    question = visit.question
    assert isinstance(question, DaysQuestion)
    country = country_of(visit.reading, "fund", visit.path["country"])
    days = chosen_days(visit.reading, question.as_of, question.known_on)
    stored = stored_aid(visit.reading, country, days) if days else []
    if not stored:
        raise NotFound(f"No answer on aid for {country} stands for that day.")
    return _page(visit, stored[0], AidQuestion())


def run_aid(visit: Visit) -> Reply:
    """The answer on aid of one run."""
    question = visit.question
    assert isinstance(question, AidQuestion)
    country = country_of(visit.reading, "fund", visit.path["country"])
    return _page(visit, _stored_run(visit.reading, country, visit.path["run"]), question)


def offer(visit: Visit) -> Reply:
    """The offer sheets of one buyer: what is bought, what each choice costs, what an offer achieves, both sides."""
    country = country_of(visit.reading, "fund", visit.path["country"])
    stored = _stored_run(visit.reading, country, visit.path["run"])
    shown = _shown(visit.reading, stored)
    every: Any = shown.get("sheets", [])
    sheets = [one for one in every if slug(one["carrier_id"]) == visit.path["carrier"]]
    if not sheets:
        raise NotFound("No purchase of this buyer stands in the answer.")
    words = {"country": country, "name": slug(country), "aid": stored, "sheets": sheets, "shown": shown}
    return Html(template="aid_offer.html.j2", title=f"{visit.tongue.text('Offer')}: {sheets[0]['who']}", words=words)


def fund_again(visit: Visit) -> Reply:
    """Works an answer out anew with the settings of a run, within another budget or by another mechanism, as a job."""
    country = country_of(visit.reading, "fund", visit.path["country"])
    stored = _stored_run(visit.reading, country, visit.path["run"])
    settings = _settings_anew(stored, visit)
    about = {"country": country, "beside": stored.run}
    try:
        job = jobs_of(visit).start("fund", settings, about=about, wait=bool(visit.form.get("wait")))
    except CaseBusy as err:
        return busy(visit, str(err))
    to = visit.link("/aid/{country}/{run}", country=slug(country), run=stored.run, job=job.job_id)
    return Redirect(to)


def stored_aid(reading: Reading, country: str, days: Days) -> list[StoredAid]:
    """The answers of a country on its days, in the order of the dossier; those that somebody asked anew come last."""

    def make() -> list[StoredAid]:
        extract = extract_of(reading, country, days)
        runs = reading.table("run").filter(pl.col("verb") == "fund").select("run_id", "settings")
        settings = {run: settings_of(cell) for run, cell in runs.iter_rows()}
        found = []
        for row in aid.in_order(extract):
            own = settings.get(row["run_id"], {})
            found.append(StoredAid(row, own, label_of(row)))
        return sorted(found, key=lambda one: one.settings.get("budget") is not None)

    return reading.once(("aids", country, days), make)


def label_of(row: FundRow) -> str:
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
        _instead(_mean(new.row), _mean(old.row), "of subscribers behind clear purchases in the mean of all scenarios,"),
        _instead(_reach(new.row), _reach(old.row), "from the least to the most,"),
        _instead(_paid(new.row), _paid(old.row), "expected payments"),
        _instead(_goal(new.row), _goal(old.row), "chance that every purchase is clear"),
    ]
    return f"{head}: {'; '.join(parts)}."


def _instead(new: str, old: str, what: str) -> str:
    return f"{what} {new} as before" if new == old else f"{what} {new} instead of {old}"


def _mean(row: FundRow) -> str:
    return wording.percent(row["mid_after_share"])


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


def _stored_run(reading: Reading, country: str, run: str) -> StoredAid:
    """The answer of a run for a country, whatever its day. Raises NotFound."""
    rows = reading.table("fund").filter((pl.col("run_id") == run) & (pl.col("country") == country))
    if not rows.height:
        newer = "or a newer run with the same settings took its place"
        raise NotFound(f"No answer on aid for {country} has the run {run!r}, {newer}.")
    days = (rows["as_of_on"][0], rows["known_on"][0])
    return next(one for one in stored_aid(reading, country, days) if one.run == run)


def _page(visit: Visit, stored: StoredAid, question: AidQuestion) -> Html:
    reading, row = visit.reading, stored.row
    country, days = row["country"], (row["as_of_on"], row["known_on"])
    other = _stored_run(reading, country, question.beside) if question.beside not in (None, stored.run) else None
    is_ours = visit.may_write and visit.jobs is not None
    follows = visit.jobs.find(question.job) if question.job and is_ours and visit.jobs else None
    words: dict[str, Any] = {
        "country": country,
        "name": slug(country),
        "day_words": day_words(days),
        "aid": stored,
        "shown": _shown(reading, stored),
        "curve": _curve(reading, stored, question.budget),
        "answers": [_line(one, visit) for one in stored_aid(reading, country, days)],
        "this": _line(stored, visit),
        "other": _line(other, visit) if other else None,
        "change": change_words(stored, other) if other else "",
        "job": follows,
        "job_result": result_of(follows, visit) if follows else None,
        "form": _form(stored) if is_ours and days[1] is None else None,
    }
    return Html(template="aid.html.j2", title=f"{visit.tongue.text('Aid')}: {wording.country(country)}", words=words)


def _shown(reading: Reading, stored: StoredAid) -> Fields:
    """What a page shows of an answer: words, tables and drawings, made once."""
    row = stored.row
    extract = extract_of(reading, row["country"], (row["as_of_on"], row["known_on"]))

    def make() -> Fields:
        shown: Fields = bare(fund_fields(row, extract))
        carriers = {one["award_id"]: one["carrier_id"] for one in aid.of_fund(AwardRow, row, extract)}
        sheets: Any = shown["sheets"]
        for at, sheet in enumerate(sheets):
            sheet["carrier_id"] = carriers[sheet["bought"]["id"]]
            sheet |= _sheet_drawings(sheet["bought"], at)
        awards: Any = shown["awards"]
        for award in awards:
            award["carrier_id"] = carriers[award["id"]]
        return {**shown, **_drawings(shown)}

    return reading.once(("aid", stored.run, row["country"]), make)


def _drawings(shown: Fields) -> Fields:
    units: Any = shown.get("units")
    gains: Any = shown.get("gains")
    days: Any = shown.get("day_spots")
    contracts: Any = shown.get("contracts")
    currency = str(shown["currency"])
    return {
        "mechanism_chart": Markup(
            aid_bars.mechanism_rows(
                units, gains, currency=currency, title="Ways to give the same money", key="mechanisms"
            )
        )
        if units
        else "",
        "days_chart": Markup(
            aid_curves.days_curve(
                days, contracts, currency=currency, title="Money needed, by the day aid starts", key="days"
            )
        )
        if days
        else "",
    }


def _sheet_drawings(bought: Fields, at: int) -> Fields:
    """The drawings of one offer sheet."""
    choices: Any = bought["choices"]
    points: Any = bought["points"]
    award: Any = bought["award_amount"]
    currency = str(bought["currency"])
    return {
        "costs": Markup(
            aid_bars.cost_bars(choices, currency=currency, title="Cost of each choice by part", key=f"costs{at}")
        )
        if choices
        else "",
        "chances": Markup(
            aid_curves.chance_curve(
                points,
                award or None,
                currency=currency,
                title="Chance of a clear choice by aid offered",
                key=f"chances{at}",
            )
        )
        if points
        else "",
    }


def _curve(reading: Reading, stored: StoredAid, budget: float | None) -> Fields | None:
    """The stored curve with its mark at a budget, and what stands at the points around it; None without a curve."""
    row = stored.row
    extract = extract_of(reading, row["country"], (row["as_of_on"], row["known_on"]))
    held = [one for one in aid.of_fund(FundCurveRow, row, extract) if one["kind"] == "budget"]
    rows = [one for one in sorted(held, key=lambda one: one["number_count"]) if one["purchase_id"] is None]
    _, _, points = aid.budget_points(rows)
    if len(points) < 2:
        return None
    ends = [one["budget_amount"] for one in rows if one["budget_amount"] is not None]
    most = highest_step(max(ends))
    amount = row["budget_amount"] if budget is None else budget * MILLION
    amount = max(ends) if amount is None else amount
    within = [one for one in rows if (one["budget_amount"] or 0.0) <= amount] or rows[:1]
    at, beyond = within[-1], next((one for one in rows if (one["budget_amount"] or 0.0) > amount), None)
    mark = min(points, key=lambda point: abs(point.x - (at["budget_amount"] or 0.0)))
    currency = row["currency"] or ""
    title = "Subscribers behind clear purchases by budget"
    drawing, places = aid_curves.marked_budget_curve(points, mark, currency=currency, title=title, key="budgets")
    return {
        "drawing": Markup(drawing),
        "places": [{"value": value / MILLION, "x": x, "y": y} for value, x, y in places],
        "value": round(min(amount, most * MILLION) / MILLION),
        "most": most,
        "step": slider_step(most),
        "budgets": budget_words(most, slider_step(most), currency, end=None),
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
    """The form that works the answer out anew."""
    row = stored.row
    if row["status"] == "nothing to fund":
        return None
    settings = _settings_of(stored)
    budget = row["budget_amount"] or row["high_need_amount"] or 100.0 * MILLION
    most = highest_step(max(2 * budget, row["high_need_amount"] or 0.0))
    currency = row["currency"] or "EUR"
    return {
        "currency": currency,
        "prices": row["price_year"],
        "budget": round(budget / MILLION),
        "most": most,
        "step": slider_step(most),
        "budgets": budget_words(most, slider_step(most), currency, end=None),
        "fields": fields_of(FundSettings, settings, only=WORDS),
    }


def _settings_of(stored: StoredAid) -> FundSettings:
    """The settings of a run as those of a call."""
    known = {option.name for option in FundSettings.every_option()}
    kept = {name: value for name, value in stored.settings.items() if name in known and name not in NOT_REPEATED}
    countries: Sequence[str] = stored.settings.get("countries") or stored.row["countries"] or [stored.row["country"]]
    return FundSettings(**{**kept, "country": tuple(countries)})


def _settings_anew(stored: StoredAid, visit: Visit) -> FundSettings:
    """The settings of a run with the money and the mechanism of the form."""
    pairs = list(field_pairs(visit.form))
    given = {name: value.strip() for name, value in pairs if value.strip()}
    settings, row = _settings_of(stored), stored.row
    changed: dict[str, Any] = {}
    if "budget_million" in given:
        unit = f"{row['currency'] or 'EUR'}/{row['price_year'] or row['as_of_on'].year}"
        changed["budget"] = f"{given['budget_million']}M {unit}"
    stated = settings_from(FundSettings, [("as_of", f"{row['as_of_on']}"), *(one for one in pairs if one[0] in WORDS)])
    changed |= {name: getattr(stated, name) for name in WORDS if name in given}
    return replace(settings, **changed)


def _countries(reading: Reading) -> list[str]:
    return sorted(reading.table("fund")["country"].drop_nulls().unique())


def _country_addresses(reading: Reading) -> Iterable[Mapping[str, str]]:
    days = days_with_runs(reading)
    return [{"country": slug(one)} for one in _countries(reading) if days and stored_aid(reading, one, days[0])]


def _run_addresses(reading: Reading) -> Iterable[Mapping[str, str]]:
    rows = reading.table("fund").select("country", "run_id").unique().sort("country", "run_id")
    return [{"country": slug(country), "run": run} for country, run in rows.iter_rows()]


def _offer_addresses(reading: Reading) -> Iterable[Mapping[str, str]]:
    rows = reading.table("award").select("country", "run_id", "carrier_id").unique().sort(pl.all())
    return [
        {"country": slug(country), "run": run, "carrier": slug(carrier)} for country, run, carrier in rows.iter_rows()
    ]


PAGE = Page(
    key="aid",
    title="Aid",
    place=70,
    routes=(
        Route(path="/aid", answer=index, question=DaysQuestion, addresses=single),
        Route(path="/aid/{country}", answer=country_aid, question=DaysQuestion, addresses=_country_addresses),
        Route(path="/aid/{country}/{run}", answer=run_aid, question=AidQuestion, addresses=_run_addresses),
        Route(path="/aid/{country}/{run}/offer/{carrier}", answer=offer, addresses=_offer_addresses),
        Route(path="/aid/{country}/{run}", answer=fund_again, method="POST"),
    ),
)
