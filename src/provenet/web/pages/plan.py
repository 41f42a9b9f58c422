"""Plan: what carriers of a country swap when, how good that is, and the same anew within other limits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup

from provenet.case.extract import Extract
from provenet.case.rows import PlanLimitRow, PlanRow, PlanStepRow
from provenet.core import wording
from provenet.core.answer import Quotation, sentence
from provenet.core.errors import UsageFault
from provenet.core.ids import names_in
from provenet.dossier import options, plans
from provenet.dossier.drawings import axes
from provenet.verbs.plan import PlanSettings
from provenet.web.page import Field, Html, Page, Reply, Route, Visit, fields_of, has_rows
from provenet.web.reading import NotFound
from provenet.web.stored_answers import (
    MILLION,
    MoneySlider,
    RunQuestion,
    Shown,
    StoredAnswer,
    StoredAnswers,
    bare,
    money_slider,
)

MORE_QUARTERS = 20
"""How many quarters after the last day of a plan its deadline may be moved."""
WORDS = ("objective", "seconds", "crews", "to")
SWITCHES = ("robust", "deadlines", "renewal_credit")
"""Options of `plan` that the form gives as they are, and those that it gives as boxes to tick."""
NOT_REPEATED = ("stopped", "fix", "country")
"""Stored settings of a run that a new plan does not take over."""
COMPARED = names_in("""
    lot_count swapped_count low_cost_amount low_gross_cost_amount low_before_share low_after_share low_exposed_years
    clear_on status proof
""")
"""Columns in which plans stand beside each other."""

StoredPlan = StoredAnswer[PlanRow]


def certificate(visit: Visit) -> Reply:
    """The plan of a run checked again, here and now, without the planner: sums over its schedule and its rows."""
    from provenet.verbs.certify import certify_run

    stored = PLANS.named(visit)
    if not visit.may_write:
        raise NotFound("A plan is checked where the whole case stands.")
    checked = visit.reading.once(
        ("certificate", stored.run), lambda: visit.reading.ask(lambda case: certify_run(case, stored.run))
    )
    return Html(
        template="plan_certificate.html.j2",
        title=visit.tongue.text("Certificate"),
        words={
            "country": stored.row["country"],
            "stored": stored,
            "lines": checked.lines(),
            "is_refused": checked.is_refused,
        },
    )


def _rank(stored: StoredPlan) -> tuple[bool, bool]:
    """Plans under the rules in force stand first, and those without limits that somebody set."""
    limits = ("budget", "crews", "to", "by", "deadlines")
    return stored.row["scenario"], any(stored.settings.get(name) is not None for name in limits)


def label_of(row: PlanRow, settings: Mapping[str, Any]) -> str:
    """What tells a plan from the others of its country: its rules, and the limits that somebody set."""
    rules = "Rules in force" if not row["scenario"] else f"Scenario: {bare(row['policy_says'])}"
    if row["only"]:
        rules += f", limited to {wording.series(row['only'])}"
    beside = ["with curves"] if row["objective"] == "frontier" else []
    beside += ["with scenarios"] if settings.get("robust") else []
    return "; ".join([rules, *limits_set(row, settings), *beside])


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


def _shown(row: PlanRow, extract: Extract) -> Shown:
    """What the page of a plan shows: the lines of its option, its rows, and pictures beside them."""
    tables = plans.plan_tables(row, extract)
    return Shown(
        lead=options.lead([row]) or sentence("{headline}", headline=Quotation(text=row["headline"])),
        notes=options.notes(row, options.options(extract), extract),
        record=options.side_by_side([row], extract),
        tables=[*tables[1:], *tables[:1]],
        pictures={title: tuple(map(Markup, drawn)) for title, drawn in plans.plan_pictures(row, extract).items()},
    )


POINTS = ("Each point is a plan of its own, named by its letter in the table.",)
CAPTIONS = {
    plans.LOTS: (
        "Bars run from the start of work until the lot is in service; a number counts lots that start together.",
        "Strong stroke: the last day that a rule gives.",
        "Dashed edge: given, not chosen.",
    ),
    plans.QUARTERS: (
        "Share behind restricted equipment. Filled: at least; hatched: up to; line: the share that the plan uses.",
        "Money. Bars: spent in a quarter; line: so far, hatched from lower to upper prices. Net of renewal credit and "
        "salvage, not discounted.",
    ),
    plans.BY_BUDGET: POINTS,
    plans.BY_DEADLINE: POINTS,
}


def _own(visit: Visit, stored: StoredPlan, _question: RunQuestion) -> Mapping[str, object]:
    extract = stored.extract(visit.reading)
    return {
        "captions": CAPTIONS,
        "hides_lots": len(extract.parts_of(PlanStepRow, stored.row)) != stored.row["lot_count"],
        "form": _form(stored, extract) if visit.may_write and stored.days[1] is None else None,
    }


class PlanForm(NamedTuple):
    """The form that plans anew: sliders for the limits, and further options of the verb."""

    budget: int
    money: MoneySlider
    by: int
    quarters: dict[str, str]
    crews: float | None
    most_crews: int
    vendors: list[tuple[str, str, bool]]
    """By id and name the vendors that may come, and whether the plan takes them."""
    fields: list[Field]
    boxes: list[tuple[Field, bool]]


def _form(stored: StoredPlan, extract: Extract) -> PlanForm | None:
    from provenet.replacement.limits import row_for

    row = stored.row
    if not row["lot_count"]:
        return None
    settings = _settings_of(stored)
    slider = money_slider(
        max(row["high_gross_cost_amount"] or 0.0, row["budget_amount"] or 0.0), row["currency"] or "EUR", end="no limit"
    )
    quarters = deadlines(stored)
    crews = row_for(extract.whole(PlanLimitRow), "crews", country=row["country"])
    given = stored.settings.get("crews") or (crews["limit_amount"] if crews else None)
    return PlanForm(
        budget=slider.most if row["budget_amount"] is None else round(row["budget_amount"] / MILLION),
        money=slider,
        by=max((at for at, day in enumerate(quarters) if day <= row["by_on"]), default=len(quarters) - 1),
        quarters={str(at): wording.day(day) for at, day in enumerate(quarters)},
        crews=given,
        most_crews=round(axes.ticks_over(0.0, 2.0 * given)[-1]) if given else 0,
        vendors=[
            (one, bare(extract.name(one)), one in (stored.settings.get("to") or [one]))
            for one in possible_vendors(stored, extract)
        ],
        fields=fields_of(PlanSettings, settings, only=("objective", "seconds")),
        boxes=[(one, one.value != _default(one.name)) for one in fields_of(PlanSettings, settings, only=SWITCHES)],
    )


def deadlines(stored: StoredPlan) -> list[date]:
    """The ends of quarters that a deadline may be moved to: from the first after the day in question."""
    from provenet.replacement.limits import Quarters, later

    row = stored.row
    last = later(date(row["by_on"].year, 1, 1), 4 + MORE_QUARTERS)
    quarters = Quarters.until(row["as_of_on"], last)
    return [quarters.end(number) for number in range(quarters.count)]


def possible_vendors(stored: StoredPlan, extract: Extract) -> list[str]:
    """The vendors that may come: those named in the classes of the plan, and those that it chose."""
    from provenet.replacement.blocks import named_vendors

    steps = extract.parts_of(PlanStepRow, stored.row)
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
    return PlanSettings(**{**stored.repeated(PlanSettings, without=NOT_REPEATED), "country": stored.row["country"]})


def _settings_anew(stored: StoredPlan, visit: Visit) -> PlanSettings:
    """The settings of a run with the limits of the form."""
    given, changed = stored.stated_anew(visit, PlanSettings, words=WORDS)
    if "budget" in changed and given["budget_million"] == given.get("unlimited_from"):
        changed["budget"] = None
    # What a slider or the boxes say without having been moved is no limit that somebody set.
    if "deadline" in given and given["deadline"] != given.get("deadline_was"):
        changed["by"] = _deadline(given["deadline"], stored)
    if given.get("crews") == given.get("crews_was"):
        changed.pop("crews", None)
    if "to" in changed and set(changed["to"]) == set(given.get("to_whole", "").split()):
        changed["to"] = ()
    # A box that is not ticked sends nothing: the form says that it shows them.
    if "boxes" in given:
        changed |= {name: (name in given) != _default(name) for name in SWITCHES}
    return replace(_settings_of(stored), **changed)


def _default(switch: str) -> bool:
    return bool(PlanSettings.option_of(switch).default)


def _deadline(text: str, stored: StoredPlan) -> date:
    days = deadlines(stored)
    if not text.isdecimal() or int(text) >= len(days):
        raise UsageFault(f"deadline: found {text[:20]!r}, expected a number from 0 to {len(days) - 1}.")
    return days[int(text)]


PLANS: StoredAnswers[PlanRow] = StoredAnswers(
    verb="plan",
    title="Plan",
    lead="plan of",
    in_order=plans.in_order,
    label=label_of,
    rank=_rank,
    heads={name: plans.HEADS["plan"][name] for name in COMPARED},
    shown=_shown,
    own=_own,
    anew=_settings_anew,
)
PAGE = Page(
    key="plan",
    title="Plan",
    place=60,
    is_filled=has_rows("plan"),
    routes=(*PLANS.routes, Route(path="/plan/{country}/{run}/certificate", answer=certificate)),
)
