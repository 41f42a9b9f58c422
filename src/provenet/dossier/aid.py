"""An answer of `fund` laid out for a page: what it says in sentences, its rows as tables, and its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenet.case.extract import Extract
from provenet.case.rows import (
    AwardRow,
    FundApproachRow,
    FundCurveRow,
    FundInputRow,
    FundMechanismRow,
    FundRow,
    ProgrammeRow,
    PurchaseRow,
    ResponseCostRow,
    ResponseRoundRow,
    ResponseRow,
)
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.answer import Money, Name, Quotation, Sentence, Term, sentence
from provenet.core.grouping import grouped
from provenet.core.ids import names_in
from provenet.dossier.aid_inputs import figure_names, swings, width
from provenet.dossier.drawings import aid_bars, aid_curves, tornado
from provenet.dossier.drawings.aid_bars import Ranged
from provenet.dossier.drawings.aid_curves import Marker, Point
from provenet.dossier.figure_tables import FigureTable, figure_table, figure_tables
from provenet.dossier.text import UNNAMED_WEIGHT, figure_of, share_of
from provenet.incentives.aid_answer import programmes_on_record

WHO, WAYS = "Who is offered what", "Ways to give the same money"
BY_DAY = "Now or later: money needed, by the day aid starts"
INPUTS = "What the answer is based on, what moves it most first"
"""The titles of tables that a picture stands beside."""
OFFERS: Mapping[str, str] = {
    "carrier_id": "Carrier",
    "purchase_id": "Purchase",
    "signed_on": "Signs, about",
    "award_amount": "Offer",
    "low_before_p_clear_share": "Chance of a clear choice without the offers",
    "before_p_clear_share": "Mean without",
    "low_after_p_clear_share": "With the offers",
    "after_p_clear_share": "Mean with",
    "low_price_gap_amount": "Extra cost of a clear choice, over its life",
    "low_weight_share": "Share concerned",
}
"""What stands above the columns of the offers."""
HEADS: Mapping[str, Mapping[str, str]] = {
    "fund": {
        "status": "Status",
        "headline": "In a sentence",
        "condition_says": "Condition",
        "excluded_vendor_ids": "Vendors on which the aid may not be spent",
        "mechanism": "How the money is given",
        "objective": "Makes most of",
        "budget_amount": "Budget",
        "committed_amount": "Committed",
        "low_paid_amount": "Expected payments, nine scenarios in ten",
        "mid_paid_amount": "Expected payments, mean",
        "price_year": "Prices of",
        "weight_kind": "Shares are of",
        "low_before_share": "Behind clear purchases without aid",
        "mid_before_share": "Behind clear purchases without aid, mean",
        "low_band_before_share": "Nine scenarios in ten, without aid",
        "low_after_share": "Behind clear purchases with the offers",
        "mid_after_share": "Behind clear purchases with the offers, mean",
        "low_band_after_share": "Nine scenarios in ten, with the offers",
        "low_exposed_share": "Concerned by the purchases",
        "p_goal_before_share": "Chance that every purchase is clear, without aid",
        "p_goal_share": "Chance that every purchase is clear, with the offers",
        "low_need_amount": "Money that makes all clear, nine scenarios in ten",
        "tipping_amount": "Enough with every carrier at its median, once peers follow",
        "price_amount": "One percentage point more, at the end of this budget",
        "gap_share": "At most below the best offers",
        "proof": "Proof",
        "purchase_count": "Open purchases",
        "until_on": "Signed until",
        "scenario_count": "Scenarios",
        "input_count": "Inputs",
        "assumed_count": "Inputs that no source gives",
        "assumed": "Assumptions",
        "unanswered": "Missing, so not counted",
    },
    "award": {**OFFERS, "because": "Reason for the offer"},
    "offer": {
        **OFFERS,
        "low_need_amount": "A clear choice needs",
        "paid_amount": "Expected payment",
        "rent_amount": "Of it beyond need",
        "later_amount": "The day after the contract, clear costs",
        "because": "Reason for the offer",
    },
    "purchase": {
        "low_count": "How many",
        "unit_says": "Of what",
        "life_years": "Years in service",
        "low_signed_on": "Contract between",
        "anchor_vendor_id": "Works with an older generation from",
        "basis": "Count and days are",
        "says": "How the figures came about",
    },
    "fund_curve": {
        "budget_amount": "Budget",
        "from_on": "If aid starts on",
        "low_share": "Share behind clear purchases",
        "mid_share": "Mean",
        "low_amount": "Money needed to make all clear, nine scenarios in ten",
        "mid_amount": "Money needed, mean",
        "price_amount": "One percentage point more costs",
    },
    "fund_mechanism": {
        "mechanism": "Mechanism",
        "low_clear_share": "Share gained",
        "low_paid_amount": "Paid",
        "low_band_unit_amount": "Paid per percentage point",
        "low_rent_amount": "Paid beyond need",
        "low_default_share": "Awards that default",
        "low_shortfall_share": "Requests not granted",
        "p_goal_share": "All clear",
        "says": "How it works",
    },
    "fund_approach": {
        "carrier_id": "Who",
        "worth_share": "Share expected to become clear",
        "nudge_share": "If the price gap narrows by",
        "low_dependence_share": "Of its equipment from these vendors",
        "signed_on": "Next contract",
        "low_price_gap_amount": "Extra cost of a clear choice",
        "disputed_count": "Relevant claims that another answers",
        "says": "Why it has its rank",
    },
    "fund_input": {
        "name": "Figure",
        "low_amount": "Low to high",
        "mid_amount": "Middle",
        "used": "Counted",
        "basis": "Basis",
        "low_objective_share": "Answer at its low end",
        "high_objective_share": "At its high end",
        "estimator": "Author",
        "sponsor": "Sponsor",
        "scope": "Scope",
        "says": "How it came about",
    },
    "response": {
        "carrier_id": "Carrier",
        "purchase_id": "Purchase",
        "offer_amount": "Offer",
        "low_p_clear_share": "Chance of a clear choice",
        "p_clear_share": "Over all scenarios",
        "paid_amount": "Expected payment",
    },
    "response_cost": {
        "carrier_id": "Carrier",
        "purchase_id": "Purchase",
        "vendor_id": "Vendor",
        "excluded": "Aid may not be spent on it",
        "part": "Part",
        "low_amount": "Low to high",
        "mid_amount": "Middle",
    },
    "response_round": {
        "carrier_id": "Carrier",
        "purchase_id": "Purchase",
        "aided": "With the offers",
        "number_count": "Rounds before",
        "least_p_clear_share": "Clear, from nobody and from everybody",
    },
    "programme": {
        "title": "Programme",
        "giver": "Who gives",
        "recipient": "To",
        "low_budget_amount": "Budget",
        "price_year": "Prices of",
        "to_on": "Until",
        "basis": "Basis",
        "condition_says": "Condition",
        "says": "How the figures came about",
    },
}
"""What stands above the columns of each table of an answer."""
PROGRAMME = {name: HEADS["programme"][name] for name in ("title", "giver", "low_budget_amount", "price_year", "to_on")}
"""What a chapter says of a programme; the annex says the rest."""
LEAD = (
    "Offers of {committed} before contracts are signed would leave {after} of {unit} behind clear purchases (mean "
    "{mean_after}); without aid it is {before} (mean {mean_before})."
)
OVERLAPS = " The two intervals overlap: what is known leaves open how much of the difference aid makes."
CLEAR = (
    "A purchase is clear if the vendor chosen is none of those on which the aid may not be spent; the word says no "
    "more about a vendor. Harm: loss of service, if what is bought from these vendors fails or has to be switched off; "
    "not content."
)
INTERVALS = (
    "Shares and chances run from the 5th to the 95th percentile of the scenarios, over every combination of carriers' "
    "shares and of the parts that purchases serve; amounts run from lower to upper prices. A carrier that does not "
    "choose clear is paid nothing."
)
_SAID = names_in("""
    condition_says excluded_vendor_ids budget_amount low_paid_amount mid_paid_amount price_year low_need_amount
    price_amount low_exposed_share p_goal_before_share p_goal_share scenario_count gap_share proof input_count
    assumed_count
""")


def in_order(extract: Extract) -> list[FundRow]:
    """The answers of the dossier: with awards first, then those of plain offers for the largest share."""

    def place(row: FundRow) -> tuple[object, ...]:
        plain = (row["objective"] != "exposure", row["mechanism"] != "offers", row["programme_id"] is None)
        return has_no_awards(row), *plain, row["fund_id"]

    return sorted(extract.results(FundRow), key=place)


def has_no_awards(row: FundRow) -> bool:
    """Whether an answer gives no money away."""
    return row["status"] in ("infeasible", "nothing to fund")


def programmes(extract: Extract, used: str | None) -> tuple[ProgrammeRow | None, list[ProgrammeRow]]:
    """The programme that an answer takes its money from, and the others on record open to the country, in order.

    One that is assumed stands only where it is the one used: it is nobody's offer.
    """
    chosen = next((row for row in extract.whole(ProgrammeRow) if row["programme_id"] == used), None)
    return chosen, [row for row in programmes_on_record(extract) if row["programme_id"] != used]


@dataclass(frozen=True, kw_only=True)
class AidView:
    """What a page says of an answer on aid: its lead, whose money it is, its figures, and who is offered what."""

    lead: Sentence
    notes: dict[str, Sentence]
    record: FigureTable
    offers: FigureTable | None


def aid_view(row: FundRow, extract: Extract) -> AidView:
    """An answer as the chapter and its web page say it; one without awards says why."""
    awards, heads = offers_of(row, extract), {name: HEADS["fund"][name] for name in _SAID}
    chosen, _ = programmes(extract, row["programme_id"])
    money = sentence("The budget of the call: no programme is named.")
    if chosen is not None:
        known = "" if chosen["basis"] != "assumed" else " No such programme is known: it is a budget to reckon with."
        whose = {name: Name(text=chosen[name]) for name in ("title", "giver")}
        money = sentence(f"{{title}}, {{giver}}.{known}", **whose)
    return AidView(
        lead=_lead(row),
        notes={"Whose money": money, "Clear": sentence(CLEAR), "Intervals": sentence(INTERVALS)},
        record=figure_table("The answer in figures", "fund", [row], extract=extract, heads=heads, is_record=True),
        offers=figure_table(WHO, "award", awards, extract=extract, heads=OFFERS) if awards else None,
    )


def _lead(row: FundRow) -> Sentence:
    if has_no_awards(row):
        why = "Nothing is awarded." if row["status"] == "nothing to fund" else "No awards keep every limit."
        return sentence(f"{why} {{headline}}", headline=Quotation(text=row["headline"]))
    low, high, key = row["low_after_share"], row["high_before_share"], row["fund_id"]
    overlaps = low is not None and high is not None and low < high
    ends = row["committed_amount"], row["committed_amount"]
    return sentence(
        f"{LEAD}{OVERLAPS if overlaps else ''}",
        committed=Money(low=ends[0], high=ends[1], currency=row["currency"], row=key),
        after=share_of(row, "after_share", key),
        before=share_of(row, "before_share", key),
        mean_after=figure_of(wording.percent(row["mid_after_share"]), key),
        mean_before=figure_of(wording.percent(row["mid_before_share"]), key),
        unit=Term(text=row["weight_kind"] or UNNAMED_WEIGHT),
    )


def programme_table(
    rows: Sequence[ProgrammeRow], extract: Extract, heads: Mapping[str, str] = HEADS["programme"]
) -> FigureTable | None:
    """Programmes of aid on record; None where there are none."""
    title = f"Programmes of aid open to {wording.country(extract.country)}"
    return figure_table(title, "programme", rows, extract=extract, heads=heads) if rows else None


def offers_of(row: FundRow, extract: Extract) -> list[AwardRow]:
    """Who is offered what, the largest offer first."""
    held = extract.parts_of(AwardRow, row)
    return sorted(held, key=lambda a: (-a["award_amount"], extract.name(a["carrier_id"]).casefold(), a["award_id"]))


def aid_tables(row: FundRow, extract: Extract, *, of: str = "") -> list[FigureTable]:
    """The rows of an answer, a table for each kind that it has; `of` tells it from others of its page."""
    inputs = extract.parts_of(FundInputRow, row)
    names = figure_names(inputs, {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}, extract)
    figures = [
        {**one, "name": names[one["input_id"]]}
        for one in sorted(
            inputs, key=lambda one: (-_width_of(one, inputs), one["name"], not one["used"], one["input_id"])
        )
    ]
    part = {word: at for at, word in enumerate(words("cost_part"))}
    found: tuple[tuple[str, str, Sequence[Any]], ...] = (
        ("The answer", "fund", [row]),
        (WHO, "award", offers_of(row, extract)),
        ("What money achieves", "fund_curve", curve(row, "budget", extract)),
        (BY_DAY, "fund_curve", curve(row, "days", extract)),
        (WAYS, "fund_mechanism", mechanisms(row, extract)),
        (
            "Whom to speak to first",
            "fund_approach",
            sorted(extract.parts_of(FundApproachRow, row), key=lambda one: (one["number_count"], one["approach_id"])),
        ),
        (INPUTS, "fund_input", figures),
        (
            "What an offer achieves",
            "response",
            sorted(extract.parts_of(ResponseRow, row), key=lambda one: (one["purchase_id"], one["number_count"])),
        ),
        (
            "What each choice costs over its life, by part",
            "response_cost",
            sorted(
                extract.parts_of(ResponseCostRow, row),
                key=lambda one: (
                    one["purchase_id"],
                    one["excluded"],
                    one["vendor_id"],
                    part.get(one["part"], 99),
                    one["cost_id"],
                ),
            ),
        ),
        (
            "How peers respond to each other",
            "response_round",
            sorted(
                extract.parts_of(ResponseRoundRow, row),
                key=lambda one: (one["purchase_id"], one["aided"], one["number_count"]),
            ),
        ),
    )
    return figure_tables(found, extract=extract, heads=HEADS, keyed="award", of=of)


def named_figures(rows: Sequence[FundInputRow], extract: Extract) -> dict[str, str]:
    """The names of figures on a page, by their ids."""
    return figure_names(rows, {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}, extract)


def _width_of(row: FundInputRow, rows: Sequence[FundInputRow]) -> float:
    """How far a figure moves the answer; estimates beside the one used stand with it."""
    return max(width(one) for one in rows if one["name"] == row["name"])


def curve(row: FundRow, kind: str, extract: Extract) -> list[FundCurveRow]:
    """The points of a curve of the whole country, in their order."""
    held = (one for one in extract.parts_of(FundCurveRow, row) if one["kind"] == kind and one["purchase_id"] is None)
    return sorted(held, key=lambda one: one["number_count"])


def mechanisms(row: FundRow, extract: Extract) -> list[FundMechanismRow]:
    """The ways to give the same money."""
    return sorted(extract.parts_of(FundMechanismRow, row), key=lambda one: (one["number_count"], one["mechanism"]))


def budget_points(row: FundRow, extract: Extract) -> list[Point]:
    """The curve over money as drawn."""
    return [
        Point(one["budget_amount"], one["low_share"], one["mid_share"], one["high_share"])
        for one in curve(row, "budget", extract)
        if not (
            one["budget_amount"] is None
            or one["low_share"] is None
            or one["mid_share"] is None
            or one["high_share"] is None
        )
    ]


def aid_pictures(row: FundRow, extract: Extract) -> dict[str, str]:
    """The pictures of an answer beside its curve over money, by the title of the table that they stand beside."""
    ways, inputs, found = mechanisms(row, extract), extract.parts_of(FundInputRow, row), dict[str, str]()
    currency, names = row["currency"] or "", named_figures(inputs, extract)
    if ways:
        units = [
            Ranged(one["mechanism"], _unit_end(one, "low"), one["mid_unit_amount"], _unit_end(one, "high"))
            for one in ways
        ]
        gains = [
            Ranged(one["mechanism"], one["low_clear_share"], one["mid_clear_share"], one["high_clear_share"])
            for one in ways
        ]
        found[WAYS] = aid_bars.mechanism_rows(units, gains, currency=currency, title=WAYS, key="mechanisms")
    days = [
        Point(float(one["from_on"].toordinal()), one["low_amount"], one["mid_amount"], one["high_amount"])
        for one in curve(row, "days", extract)
        if not (
            one["from_on"] is None
            or one["low_amount"] is None
            or one["mid_amount"] is None
            or one["high_amount"] is None
        )
    ]
    if days:
        lettered = grouped(
            (one["signed_on"], wording.letters(at).upper()) for at, one in enumerate(offers_of(row, extract))
        )
        contracts = [Marker(float(day.toordinal()), " ".join(keys)) for day, keys in sorted(lettered.items())]
        title = "Money needed, by the day aid starts"
        found[BY_DAY] = aid_curves.days_curve(days, contracts, currency=currency, title=title, key="days")
    if moved := swings(inputs, names):
        found[INPUTS] = tornado.tornado(moved, "What each figure moves", key="swings")
    return found


def _unit_end(row: FundMechanismRow, end: str) -> float | None:
    """What a percentage point costs in nine scenarios of ten; the end of all of them in rows of earlier releases."""
    held: Mapping[str, float | None] = row  # type: ignore[assignment]
    return held[f"{end}_unit_amount" if row["low_band_unit_amount"] is None else f"{end}_band_unit_amount"]


def purchase_name(award: AwardRow, purchase: PurchaseRow | None) -> str:
    """What a purchase is of, in words."""
    if purchase is None:
        return award["purchase_id"]
    return purchase["segment"] or wording.asset_class(purchase["asset_class"])
