"""Aid: what money tips which buyer, mechanisms side by side, an offer sheet for each buyer, and the same anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, NamedTuple

from markupsafe import Markup

from provenet.case.extract import Extract
from provenet.case.rows import FundCurveRow, FundRow
from provenet.core import wording
from provenet.core.errors import UsageFault
from provenet.core.ids import names_in, slug
from provenet.core.settings import Number, Option, Range, settings_class
from provenet.dossier import aid
from provenet.dossier.aid_sheets import OfferSheet, offer_sheets
from provenet.dossier.drawings import aid_bars, aid_curves
from provenet.dossier.text import UNNAMED_WEIGHT
from provenet.verbs.fund import FundSettings
from provenet.web.page import Field, Html, Page, Reply, Route, Visit, fields_of, has_rows
from provenet.web.reading import NotFound, Reading
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

WORDS = ("mechanism", "objective", "until", "budget_on", "most_ratio", "scenarios")
"""Options of `fund` that the form gives as they are."""
NOT_REPEATED = ("stopped", "country", "countries")
"""Stored settings of a run that a new answer takes over in another form."""
COMPARED = names_in("""
    low_before_share mid_before_share low_after_share mid_after_share committed_amount p_goal_share status
""")
"""Columns in which answers stand beside each other."""

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
    extract, row = stored.extract(visit.reading), stored.row
    buyers = {one["carrier_id"] for one in aid.offers_of(row, extract)}
    carrier = next((one for one in sorted(buyers) if slug(one) == visit.path["carrier"]), None)
    if carrier is None:
        raise NotFound("No purchase of this buyer stands in the answer.")
    sheets: list[OfferSheet] = bare(offer_sheets(row, carrier, extract))
    who = bare(extract.name(carrier))
    return Html(
        template="aid_offer.html.j2",
        title=f"{visit.tongue.text('Offer')}: {who}",
        words={
            "country": row["country"],
            "name": slug(row["country"]),
            "stored": stored,
            "who": who,
            "sheets": sheets,
            "pictures": [_sheet_pictures(one, at) for at, one in enumerate(sheets)],
            "budget": wording.amount(row["budget_amount"], row["currency"]) if row["budget_amount"] else "no limit",
            "excluded": wording.series(bare(extract.name(one)) for one in row["excluded_vendor_ids"]),
        },
    )


def label_of(row: FundRow, _settings: Mapping[str, Any]) -> str:
    """What tells an answer from the others of its country: its money, how it is given, and what for."""
    budget = "no budget" if row["budget_amount"] is None else wording.amount(row["budget_amount"], row["currency"])
    parts = [budget, f"by {row['mechanism']}"]
    if row["objective"] != "exposure":
        parts.append("for the best chance that every purchase is clear")
    return ", ".join(parts)


def _shown(row: FundRow, extract: Extract) -> Shown:
    """What the page of an answer shows: what the chapter says, its rows, and pictures beside them."""
    view, tables = aid.aid_view(row, extract), aid.aid_tables(row, extract)
    return Shown(
        lead=view.lead,
        notes=view.notes,
        record=view.record,
        tables=[*tables[1:], *tables[:1]],
        pictures={title: (Markup(drawn),) for title, drawn in aid.aid_pictures(row, extract).items()},
    )


CAPTIONS = {
    aid.WAYS: ("Each row is a mechanism; filled: at least, hatched: up to, stroke: the middle.",),
    aid.BY_DAY: (
        "After a contract, the whole swap has to be paid instead of the difference in price. Dashed: contract days.",
    ),
    aid.INPUTS: (
        "Each pair of bars moves one figure to its low value (upper bar) and its high value (lower bar), and holds all "
        "others at the middle.",
    ),
}


def _sheet_pictures(sheet: OfferSheet, at: int) -> tuple[Markup, Markup]:
    """The pictures of one offer sheet; one that has nothing to show is empty."""
    currency, award = sheet.award["currency"] or "", sheet.award["award_amount"]
    costs = (
        aid_bars.cost_bars(sheet.choices, currency=currency, title="Cost of each choice by part", key=f"costs{at}")
        if sheet.choices
        else ""
    )
    title = "Chance of a clear choice by aid offered"
    chances = (
        aid_curves.chance_curve(sheet.points, award or None, currency=currency, title=title, key=f"chances{at}")
        if sheet.points
        else ""
    )
    return Markup(costs), Markup(chances)


def _own(visit: Visit, stored: StoredAid, question: AidQuestion) -> Mapping[str, object]:
    return {
        "captions": CAPTIONS,
        "sheets": {"award": _sheet_links(visit, stored)},
        "unit": stored.row["weight_kind"] or UNNAMED_WEIGHT,
        "curve": _curve(visit.reading, stored, question.budget),
        "form": _form(stored) if visit.may_write and visit.jobs is not None and stored.days[1] is None else None,
    }


def _sheet_links(visit: Visit, stored: StoredAid) -> list[Markup]:
    """A link to the offer sheet of each line of the table of offers."""
    extract, found = stored.extract(visit.reading), []
    for one in aid.offers_of(stored.row, extract):
        country, carrier = slug(stored.row["country"]), slug(one["carrier_id"])
        to = visit.link("/aid/{country}/{run}/offer/{carrier}", country=country, run=stored.run, carrier=carrier)
        words = visit.tongue.text("Offer to {carrier}", carrier=bare(extract.name(one["carrier_id"])))
        found.append(Markup('<a href="{}">{}</a>').format(to, words))
    return found


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The stored curve with its mark at a budget, and the rows of its points around it."""

    drawing: Markup
    places: list[dict[str, float]]
    value: int
    money: MoneySlider
    amount: str
    at: FundCurveRow
    beyond: FundCurveRow | None


def _curve(reading: Reading, stored: StoredAid, budget: float | None) -> Curve | None:
    """The curve at a budget; None without a curve."""
    row, extract = stored.row, stored.extract(reading)
    rows, points = aid.curve(row, "budget", extract), aid.budget_points(row, extract)
    if len(points) < 2:
        return None
    ends = [one["budget_amount"] for one in rows if one["budget_amount"] is not None]
    amount = row["budget_amount"] if budget is None else budget * MILLION
    amount = max(ends) if amount is None else amount
    within = [one for one in rows if (one["budget_amount"] or 0.0) <= amount] or rows[:1]
    mark = min(points, key=lambda point: abs(point.x - (within[-1]["budget_amount"] or 0.0)))
    currency = row["currency"] or ""
    slider = money_slider(max(ends), currency)
    drawing, places = aid_curves.marked_budget_curve(
        points, mark, currency=currency, title="Share behind clear purchases by budget", key="budgets"
    )
    return Curve(
        drawing=Markup(drawing),
        places=[{"value": value / MILLION, "x": x, "y": y} for value, x, y in places],
        value=round(min(amount, slider.most * MILLION) / MILLION),
        money=slider,
        amount=wording.amount(amount, currency),
        at=within[-1],
        beyond=next((one for one in rows if (one["budget_amount"] or 0.0) > amount), None),
    )


class AidForm(NamedTuple):
    """The form that works the answer out anew."""

    budget: int
    money: MoneySlider
    fields: list[Field]


def _form(stored: StoredAid) -> AidForm | str | None:
    """The form of an answer, or why its settings are refused today."""
    row = stored.row
    if row["status"] == "nothing to fund":
        return None
    try:
        settings = _settings_of(stored)
    except UsageFault as fault:
        return str(fault)
    budget = row["budget_amount"] or row["high_need_amount"] or 100.0 * MILLION
    slider = money_slider(max(2 * budget, row["high_need_amount"] or 0.0), row["currency"] or "EUR")
    return AidForm(round(budget / MILLION), slider, fields_of(FundSettings, settings, only=WORDS))


def _settings_of(stored: StoredAid) -> FundSettings:
    """The settings of a run as those of a call."""
    countries: Sequence[str] = stored.settings.get("countries") or stored.row["countries"] or [stored.row["country"]]
    return FundSettings(**{**stored.repeated(FundSettings, without=NOT_REPEATED), "country": tuple(countries)})


def _offer_addresses(reading: Reading) -> Iterable[Mapping[str, str]]:
    return [
        {"country": slug(country), "run": run, "carrier": slug(carrier)}
        for country, run, carrier in reading.tables.distinct("award", "country", "run_id", "carrier_id")
    ]


ANSWERS: StoredAnswers[FundRow] = StoredAnswers(
    verb="fund",
    title="Aid",
    lead="answer on aid for",
    in_order=aid.in_order,
    label=label_of,
    # Those that somebody asked anew come last.
    rank=lambda one: one.settings.get("budget") is not None,
    heads={name: aid.HEADS["fund"][name] for name in COMPARED},
    shown=_shown,
    own=_own,
    # The settings of a run with the money and the mechanism of the form.
    anew=lambda stored, visit: replace(_settings_of(stored), **stored.stated_anew(visit, FundSettings, words=WORDS)[1]),
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
