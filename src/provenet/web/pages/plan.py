"""Plan: what carriers of a country swap when, how good that is, and the same anew within other limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
from markupsafe import Markup

from provenet.case.rows import PlanLimitRow, PlanRow, PlanStepRow
from provenet.case.structs import settings_of
from provenet.core import wording
from provenet.core.errors import CaseBusy, UsageFault
from provenet.core.ids import slug
from provenet.core.settings import OptionalText, Settings, settings_class
from provenet.dossier import plans
from provenet.dossier.drawings import plan_charts
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.sections.s75_plan import plan_fields
from provenet.verbs.plan import PlanSettings
from provenet.web.days import Days, DaysQuestion, chosen_days, day_words, days_with_runs
from provenet.web.extracts import bare, country_of, extract_of
from provenet.web.forms import fields_of, settings_from
from provenet.web.money import MILLION, budget_words, highest_step, slider_step
from provenet.web.page import Html, NotFound, Page, Redirect, Reply, Route, Visit, single
from provenet.web.pages.jobs import busy, field_pairs, jobs_of, result_of
from provenet.web.reading import Reading

MORE_QUARTERS = 20
"""How many quarters after the last day of a plan its deadline may be moved."""
WORDS = ("objective", "seconds", "crews", "to")
SWITCHES = ("robust", "deadlines", "renewal_credit")
"""Options of `plan` that the form gives as they are, and those that it gives as boxes to tick."""
NOT_REPEATED = ("stopped", "fix", "country")
"""Stored settings of a run that a new plan does not take over."""


@settings_class()
class RunQuestion(Settings):
    """The plan that stands beside."""

    beside: OptionalText = OptionalText(help="The run of a plan to compare with.")
    job: OptionalText = OptionalText(help="A job that plans anew.")


@dataclass(frozen=True)
class StoredPlan:
    """A plan of the case, with the settings of its run, and what a page shows of it."""

    row: PlanRow
    settings: Mapping[str, Any]
    label: str

    @property
    def run(self) -> str:
        """Its run."""
        return self.row["run_id"]


def index(visit: Visit) -> Reply:
    """Every country that has plans, with what each says."""
    question = visit.question
    assert isinstance(question, DaysQuestion)
    days = chosen_days(visit.reading, question.as_of, question.known_on)
    found = []
    for country in _countries(visit.reading):
        stored = stored_plans(visit.reading, country, days) if days else []
        if stored:
            found.append({"country": country, "plans": [_line(one, visit) for one in stored]})
    words = {"found": found, "days": days, "all_days": days_with_runs(visit.reading), "day_name": day_words}
    return Html(template="plans.html.j2", title=visit.tongue.text("Plan"), words=words)


def country_plan(visit: Visit) -> Reply:
    """The first plan of a country on a day: under the rules in force, within no limits that somebody set."""
    question = visit.question
    assert isinstance(question, DaysQuestion)
    country = country_of(visit.reading, "plan", visit.path["country"])
    days = chosen_days(visit.reading, question.as_of, question.known_on)
    stored = stored_plans(visit.reading, country, days) if days else []
    if not stored:
        raise NotFound(f"No plan of {country} stands for that day.")
    return _page(visit, country, stored[0].run)


def run_plan(visit: Visit) -> Reply:
    """The plan of one run."""
    question = visit.question
    assert isinstance(question, RunQuestion)
    country = country_of(visit.reading, "plan", visit.path["country"])
    return _page(visit, country, visit.path["run"], beside=question.beside, job=question.job)


def certificate(visit: Visit) -> Reply:
    """The plan of a run checked again, here and now, without the planner: sums over its schedule and its rows."""
    from provenet.verbs.certify import certify_run

    country = country_of(visit.reading, "plan", visit.path["country"])
    stored = _stored_run(visit.reading, country, visit.path["run"])
    if not visit.may_write:
        raise NotFound("A plan is checked where the whole case stands.")
    checked = visit.reading.once(
        ("certificate", stored.run), lambda: visit.reading.ask(lambda case: certify_run(case, stored.run))
    )
    words = {"country": country, "plan": stored, "lines": checked.lines(), "is_refused": checked.is_refused}
    return Html(template="plan_certificate.html.j2", title=visit.tongue.text("Certificate"), words=words)


def replan(visit: Visit) -> Reply:
    """Plans anew with the settings of a run, within the limits of the form, as a job."""
    country = country_of(visit.reading, "plan", visit.path["country"])
    stored = _stored_run(visit.reading, country, visit.path["run"])
    settings = _settings_anew(stored, visit)
    about = {"country": country, "beside": stored.run}
    try:
        job = jobs_of(visit).start("plan", settings, about=about, wait=bool(visit.form.get("wait")))
    except CaseBusy as err:
        return busy(visit, str(err))
    to = visit.link("/plan/{country}/{run}", country=slug(country), run=stored.run, job=job.job_id)
    return Redirect(to)


def stored_plans(reading: Reading, country: str, days: Days) -> list[StoredPlan]:
    """The plans of a country on its days: under the rules in force first, then in the order of the dossier."""

    def make() -> list[StoredPlan]:
        extract = extract_of(reading, country, days)
        runs = reading.table("run").filter(pl.col("verb") == "plan").select("run_id", "settings")
        settings = {run: settings_of(cell) for run, cell in runs.iter_rows()}
        found = []
        for row in plans.in_order(extract):
            own = settings.get(row["run_id"], {})
            found.append(StoredPlan(row, own, label_of(row, own)))
        return sorted(found, key=lambda one: (one.row["scenario"], _own_limits(one.settings)))

    return reading.once(("plans", country, days), make)


def _own_limits(settings: Mapping[str, Any]) -> bool:
    """Whether somebody set limits for a plan: those without stand first."""
    return any(settings.get(name) is not None for name in ("budget", "crews", "to", "by", "deadlines"))


def label_of(row: PlanRow, settings: Mapping[str, Any]) -> str:
    """What tells a plan from the others of its country: its rules, and the limits that somebody set."""
    rules = "Rules in force" if not row["scenario"] else f"Scenario: {plans_policy(row)}"
    if row["only"]:
        rules += f", limited to {wording.series(row['only'])}"
    beside = ["with curves"] if row["objective"] == "frontier" else []
    beside += ["with scenarios"] if settings.get("robust") else []
    return "; ".join([rules, *limits_set(row, settings), *beside])


def plans_policy(row: PlanRow) -> str:
    """The policies of a plan in words."""
    return bare(row["policy_says"])  # type: ignore[no-any-return]


def limits_set(row: PlanRow, settings: Mapping[str, Any]) -> list[str]:
    """The limits that somebody set for a plan, each in words."""
    parts = []
    if row["budget_amount"] is not None:
        parts.append(f"a budget of {wording.amount(row['budget_amount'], row['currency'])}")
    if settings.get("crews") is not None:
        parts.append(f"{settings['crews']:g} crews of each carrier")
    if settings.get("to"):
        parts.append(f"new vendors {wording.series(settings['to'], 'or')}")
    if settings.get("by"):
        parts.append(f"done by {wording.day(date.fromisoformat(str(settings['by'])))}")
    if settings.get("deadlines") is False:
        parts.append("last days of rules ignored")
    if settings.get("renewal_credit") is False:
        parts.append("no renewal credit")
    if row["objective"] == "cost":
        parts.append("least cost")
    return parts


def change_words(new: StoredPlan, old: StoredPlan) -> str:
    """What changed between two plans, in a sentence made of the figures of both."""
    limits = ["; ".join(limits_set(plan.row, plan.settings)) for plan in (new, old)]
    if limits[0] == limits[1]:
        head = f"Compared with “{old.label}”"
    elif not limits[1]:
        head = f"With {limits[0]}; the other plan has no limits of its own"
    elif not limits[0]:
        head = f"Without limits of its own; the other plan has {limits[1]}"
    else:
        head = f"With {limits[0]} instead of {limits[1]}"
    if new.row["mid_cost_amount"] is None:
        clash = "; ".join(bare(new.row["clash"]))
        return f"{head}: {f'no plan keeps every limit. {clash}' if clash else bare(new.row['headline'])}"
    parts = [
        _instead(_swapped(new.row), _swapped(old.row), "swapped"),
        _instead(_cost(new.row), _cost(old.row), "net cost"),
        _instead(_years(new.row), _years(old.row), "exposed years"),
        _instead(_clear(new.row), _clear(old.row), "restricted lots"),
    ]
    return f"{head}: {'; '.join(parts)}."


def _instead(new: str, old: str, what: str) -> str:
    return f"{what} {new} as before" if new == old else f"{what} {new} instead of {old}"


def _swapped(row: PlanRow) -> str:
    return f"{row['swapped_count']} of {wording.count(row['lot_count'], 'lot')}"


def _cost(row: PlanRow) -> str:
    return "no plan" if row["mid_cost_amount"] is None else wording.amount(row["mid_cost_amount"], row["currency"])


def _years(row: PlanRow) -> str:
    return wording.UNKNOWN if row["mid_exposed_years"] is None else f"{row['mid_exposed_years']:.2f}"


def _clear(row: PlanRow) -> str:
    return f"gone from {wording.day(row['clear_on'])} on" if row["clear_on"] else "left at the end"


def _line(stored: StoredPlan, visit: Visit) -> Fields:
    """A plan as one line of a table."""
    row = stored.row
    is_planned = row["mid_cost_amount"] is not None
    return {
        "label": stored.label,
        "to": visit.link("/plan/{country}/{run}", country=slug(row["country"]), run=stored.run),
        "run": stored.run,
        "id": row["plan_id"],
        "status": row["status"],
        "is_planned": is_planned,
        "swapped": _swapped(row),
        "cost": wording.amount_interval(row["low_cost_amount"], row["high_cost_amount"], row["currency"])
        if is_planned
        else "",
        "before": wording.interval(row["low_before_share"], row["high_before_share"]),
        "after": wording.interval(row["low_after_share"], row["high_after_share"]),
        "years": _years(row) if is_planned else "",
        "clear_from": _clear(row) if is_planned else "",
        "proof": plans.gap_words(row["gap_share"], row["proof"])
        if is_planned and row["swapped_count"]
        else row["status"],
        "headline": bare(row["headline"]),
    }


def _stored_run(reading: Reading, country: str, run: str) -> StoredPlan:
    """The plan of a run of a country, whatever its day. Raises NotFound."""
    rows = reading.table("plan").filter((pl.col("run_id") == run) & (pl.col("country") == country))
    if not rows.height:
        raise NotFound(
            f"No plan of {country} has the run {run!r}, or a newer run with the same settings took its place."
        )
    days = (rows["as_of_on"][0], rows["known_on"][0])
    return next(one for one in stored_plans(reading, country, days) if one.run == run)


def _page(visit: Visit, country: str, run: str, *, beside: str | None = None, job: str | None = None) -> Html:
    reading = visit.reading
    stored = _stored_run(reading, country, run)
    days = (stored.row["as_of_on"], stored.row["known_on"])
    extract = extract_of(reading, country, days)
    shown = reading.once(("plan", stored.run), lambda: _shown(stored, extract))
    other = _stored_run(reading, country, beside) if beside and beside != run else None
    follows = visit.jobs.find(job) if job and visit.jobs is not None and visit.may_write else None
    words: dict[str, Any] = {
        "country": country,
        "name": slug(country),
        "days": days,
        "day_words": day_words(days),
        "plan": stored,
        "shown": shown,
        "plans": [_line(one, visit) for one in stored_plans(reading, country, days)],
        "other": _line(other, visit) if other else None,
        "this": _line(stored, visit),
        "change": change_words(stored, other) if other else "",
        "job": follows,
        "job_result": result_of(follows, visit) if follows else None,
        "form": _form(stored, extract) if visit.may_write and days[1] is None else None,
        "countries": _countries(reading),
    }
    return Html(template="plan.html.j2", title=f"{visit.tongue.text('Plan')}: {wording.country(country)}", words=words)


def _shown(stored: StoredPlan, extract: Extract) -> Fields:
    """What the page shows of a plan: words, tables and drawings."""
    shown: Fields = bare(plan_fields(stored.row, 1, extract))
    steps = plans.of_plan(PlanStepRow, stored.row, extract)
    is_whole = len(steps) == stored.row["lot_count"]
    shown["is_whole"] = is_whole
    shown["gantt"] = _drawn_lots(shown) if is_whole else ""
    shown["band_chart"] = _drawn(plan_charts.band, shown["exposed"], "Share of subscribers behind restricted equipment")
    shown["cash_chart"] = _drawn_cash(shown["spent"], str(shown["currency"]))
    curves: Any = shown["curves"]
    for curve in curves:
        curve["drawing"] = _drawn_curve(curve, str(shown["currency"]))
    return shown


def _drawn_lots(shown: Fields) -> Markup | str:
    if not shown["tracks"]:
        return ""
    title = "Lots over quarters, by carrier and class"
    tracks, first, end = shown["tracks"], shown["first"], shown["end"]
    return Markup(plan_charts.schedule(tracks, first, end, title=title, key="lots"))  # type: ignore[arg-type]


def _drawn(draw: Any, spans: Any, title: str) -> Markup | str:
    return Markup(draw(spans, title=title, key="band")) if spans else ""


def _drawn_cash(spans: Any, currency: str) -> Markup | str:
    title = "Money spent, by quarter and cumulative"
    return Markup(plan_charts.spending(spans, currency=currency, title=title, key="cash")) if spans else ""


def _drawn_curve(curve: Fields, currency: str) -> Markup | str:
    spots: Any = curve["spots"]
    if not spots:
        return ""
    if curve["kind"] == "budget":
        return Markup(
            plan_charts.curve(
                spots,
                title="Exposure over time by budget",
                key="budgets",
                x_name="budget",
                x_words=lambda value: wording.amount(value, currency),
                y_unit="exposed years",
            )
        )
    return Markup(
        plan_charts.curve(
            spots,
            title="Cost by deadline",
            key="dates",
            x_name="done by",
            x_words=lambda value: wording.quarter(date.fromordinal(round(value))),
            y_unit=currency,
        )
    )


def _form(stored: StoredPlan, extract: Extract) -> Fields | None:
    """The form that plans anew: sliders for the limits, and further options of the verb."""
    from provenet.replacement.limits import row_for

    row = stored.row
    if not row["lot_count"]:
        return None
    settings = _settings_of(stored)
    currency, year = row["currency"] or "EUR", row["price_year"] or str(row["as_of_on"].year)
    highest = max(row["high_gross_cost_amount"] or 0.0, row["budget_amount"] or 0.0)
    most = highest_step(highest)
    step = slider_step(most)
    budget = most if row["budget_amount"] is None else round(row["budget_amount"] / MILLION)
    quarters = deadlines(stored)
    by = max((at for at, day in enumerate(quarters) if day <= row["by_on"]), default=len(quarters) - 1)
    crews = row_for(extract.whole(PlanLimitRow), "crews", country=row["country"])
    given = stored.settings.get("crews") or (crews["limit_amount"] if crews else None)
    return {
        "currency": currency,
        "year": year,
        "budget": budget,
        "most": most,
        "step": step,
        "budgets": budget_words(most, step, currency),
        "quarters": {str(at): wording.day(day) for at, day in enumerate(quarters)},
        "by": by,
        "last": len(quarters) - 1,
        "crews": given,
        "most_crews": round(plan_charts.nice_ticks(2 * given)[-1]) if given else 0,
        "vendors": [
            {"id": one, "name": bare(extract.name(one)), "allowed": one in (stored.settings.get("to") or [one])}
            for one in possible_vendors(stored, extract)
        ],
        "fields": fields_of(PlanSettings, settings, only=("objective", "seconds")),
        "all_vendors": " ".join(possible_vendors(stored, extract)),
        "boxes": [
            {"name": one.name, "help": one.help, "ticked": one.value != _default(one.name)}
            for one in fields_of(PlanSettings, settings, only=SWITCHES)
        ],
    }


def deadlines(stored: StoredPlan) -> list[date]:
    """The ends of quarters that a deadline may be moved to: from the first after the day in question."""
    from provenet.replacement.quarters import Quarters, later

    row = stored.row
    last = later(date(row["by_on"].year, 1, 1), 4 + MORE_QUARTERS)
    quarters = Quarters.until(row["as_of_on"], last)
    return [quarters.end(number) for number in range(quarters.count)]


def possible_vendors(stored: StoredPlan, extract: Extract) -> list[str]:
    """The vendors that may come: those named in the classes of the plan, and those that it chose."""
    from provenet.replacement.vendors import named_vendors

    steps = plans.of_plan(PlanStepRow, stored.row, extract)
    gone = {step["from_vendor_id"] for step in steps}
    named = {
        vendor
        for asset_class in {step["asset_class"] for step in steps}
        for vendor in named_vendors(extract.tables["deployment"], stored.row["country"], asset_class, carrier=None)
    }
    named |= {step["to_vendor_id"] for step in steps if step["to_vendor_id"]}
    return sorted(named - gone, key=lambda one: extract.name(one).casefold())


def _settings_of(stored: StoredPlan) -> PlanSettings:
    """The settings of a run as those of a call."""
    known = {option.name for option in PlanSettings.every_option()}
    kept = {name: value for name, value in stored.settings.items() if name in known and name not in NOT_REPEATED}
    return PlanSettings(**{**kept, "country": stored.row["country"]})


def _settings_anew(stored: StoredPlan, visit: Visit) -> PlanSettings:
    """The settings of a run with the limits of the form."""
    pairs = list(field_pairs(visit.form))
    given = {name: value.strip() for name, value in pairs if value.strip()}
    settings, row = _settings_of(stored), stored.row
    changed: dict[str, Any] = {}
    if "budget_million" in given:
        unit = f"{row['currency'] or 'EUR'}/{row['price_year'] or row['as_of_on'].year}"
        is_unlimited = given["budget_million"] == given.get("unlimited_from")
        changed["budget"] = None if is_unlimited else f"{given['budget_million']}M {unit}"
    # What a slider or the boxes say without having been moved is no limit that somebody set.
    if "deadline" in given and given["deadline"] != given.get("deadline_was"):
        changed["by"] = _deadline(given["deadline"], stored)
    stated = settings_from(PlanSettings, [("as_of", f"{row['as_of_on']}"), *(one for one in pairs if one[0] in WORDS)])
    changed |= {name: getattr(stated, name) for name in WORDS if name in given}
    if given.get("crews") == given.get("crews_was"):
        changed.pop("crews", None)
    if "to" in changed and set(changed["to"]) == set(given.get("to_whole", "").split()):
        changed["to"] = ()
    # A box that is not ticked sends nothing: the form says that it shows them.
    if "boxes" in given:
        changed |= {name: (name in given) != _default(name) for name in SWITCHES}
    return replace(settings, **changed)


def _default(switch: str) -> bool:
    return bool(PlanSettings.option_of(switch).default)


def _deadline(text: str, stored: StoredPlan) -> date:
    days = deadlines(stored)
    if not text.isdecimal() or int(text) >= len(days):
        raise UsageFault(f"deadline: found {text[:20]!r}, expected a number from 0 to {len(days) - 1}.")
    return days[int(text)]


def _countries(reading: Reading) -> list[str]:
    return sorted(reading.table("plan")["country"].drop_nulls().unique())


def _country_addresses(reading: Reading) -> Iterable[Mapping[str, str]]:
    days = days_with_runs(reading)
    return [{"country": slug(one)} for one in _countries(reading) if days and stored_plans(reading, one, days[0])]


def _run_addresses(reading: Reading) -> Iterable[Mapping[str, str]]:
    rows = reading.table("plan").select("country", "run_id").unique().sort("country", "run_id")
    return [{"country": slug(country), "run": run} for country, run in rows.iter_rows()]


PAGE = Page(
    key="plan",
    title="Plan",
    place=60,
    routes=(
        Route(path="/plan", answer=index, question=DaysQuestion, addresses=single),
        Route(path="/plan/{country}", answer=country_plan, question=DaysQuestion, addresses=_country_addresses),
        Route(path="/plan/{country}/{run}", answer=run_plan, question=RunQuestion, addresses=_run_addresses),
        Route(path="/plan/{country}/{run}/certificate", answer=certificate),
        Route(path="/plan/{country}/{run}", answer=replan, method="POST"),
    ),
)
