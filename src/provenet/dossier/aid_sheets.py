"""Offer sheets: for each purchase of a buyer what an offer is for, costs and achieves, both sides, and what is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenet.case.extract import Extract
from provenet.case.rows import (
    AwardRow,
    ClaimRow,
    FundApproachRow,
    FundInputRow,
    FundRow,
    PurchaseRow,
    ResponseCostRow,
    ResponseRow,
)
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.answer import Count, Name, Quotation, Sentence, sentence
from provenet.core.grouping import grouped
from provenet.dossier import aid
from provenet.dossier.aid_inputs import answers_at, by_width
from provenet.dossier.drawings.aid_bars import CostPart, PricedVendor
from provenet.dossier.drawings.aid_curves import Point
from provenet.dossier.figure_tables import FigureTable, figure_table
from provenet.dossier.text import figure_of, measured, unit_of
from provenet.dossier.threads import ShownClaim, claim_of

SHOWN_ASSUMED, SHOWN_SETTLES = 2, 5
"""Assumed figures that a sheet names among what would settle the answer, those that move it most; and lines of that."""


@dataclass(frozen=True, kw_only=True)
class ClaimSide:
    """Claims of one side in full, and the ids of further ones."""

    shown: list[ShownClaim]
    more: list[str]


@dataclass(frozen=True, kw_only=True)
class OfferSheet:
    """One purchase of a buyer."""

    what: str
    award: AwardRow
    tables: list[FigureTable]
    """What is bought, what is offered for it, and what each choice costs by part."""
    choices: list[PricedVendor]
    points: list[Point]
    claims_for: ClaimSide
    claims_against: ClaimSide
    settle: list[Sentence]


def offer_sheets(row: FundRow, carrier: str, extract: Extract) -> list[OfferSheet]:
    """The sheets of one buyer, in the order of its contracts."""
    awards = [one for one in aid.offers_of(row, extract) if one["carrier_id"] == carrier]
    return [_sheet(one, row, extract) for one in sorted(awards, key=lambda a: (a["signed_on"], a["award_id"]))]


def _sheet(award: AwardRow, fund: FundRow, extract: Extract) -> OfferSheet:
    key = award["purchase_id"]
    purchase = next((one for one in extract.whole(PurchaseRow) if one["purchase_id"] == key), None)
    costs = [one for one in extract.parts_of(ResponseCostRow, fund) if one["purchase_id"] == key]
    offers = [one for one in extract.parts_of(ResponseRow, fund) if one["purchase_id"] == key]
    offers.sort(key=lambda one: one["number_count"])
    approaches = extract.parts_of(FundApproachRow, fund)
    approach = next((one for one in approaches if one["carrier_id"] == award["carrier_id"]), None)
    parts = {name: aid.HEADS["response_cost"][name] for name in ("vendor_id", "excluded", "part", "low_amount")}
    found: list[tuple[str, str, list[Any], Mapping[str, str]]] = [
        ("What is bought", "purchase", [purchase] if purchase else [], aid.HEADS["purchase"]),
        ("What is offered", "award", [award], aid.HEADS["offer"]),
        ("What each choice costs over its life, by part", "response_cost", costs, parts),
    ]
    tables = [
        figure_table(title, name, rows, extract=extract, heads=heads, is_record=name != "response_cost")
        for title, name, rows, heads in found
        if rows
    ]
    claims_for, claims_against = _sides(approach, extract)
    return OfferSheet(
        what=aid.purchase_name(award, purchase),
        award=award,
        tables=tables,
        choices=_choices(costs, extract),
        points=[
            Point(one["offer_amount"], one["low_p_clear_share"], one["p_clear_share"], one["high_p_clear_share"])
            for one in offers
        ]
        if any(one["offer_amount"] for one in offers)
        else [],
        claims_for=claims_for,
        claims_against=claims_against,
        settle=_settle(award, purchase, fund, extract=extract, approach=approach),
    )


def _choices(rows: Sequence[ResponseCostRow], extract: Extract) -> list[PricedVendor]:
    """Vendors that may be chosen with the parts of their cost, the cheapest in the middle first."""
    order = {part: at for at, part in enumerate(words("cost_part"))}
    ordered = sorted(rows, key=lambda one: (order.get(one["part"], 99), one["part"]))
    vendors = grouped((one["vendor_id"], one) for one in ordered)
    choices = [
        PricedVendor(
            extract.name(vendor),
            held[0]["excluded"],
            tuple(CostPart(one["part"], one["low_amount"], one["mid_amount"], one["high_amount"]) for one in held),
        )
        for vendor, held in sorted(vendors.items())
    ]
    return sorted(choices, key=lambda choice: (choice.total, choice.label))


def _sides(approach: FundApproachRow | None, extract: Extract) -> tuple[ClaimSide, ClaimSide]:
    """The claims of both sides: in full as many of each as the shorter side has, all of a side that stands alone."""
    rows = {row["claim_id"]: row for row in extract.inputs(ClaimRow)}
    ids = (approach["for_claims"], approach["against_claims"]) if approach else ([], [])
    named = [[rows[one] for one in side if one in rows] for side in ids]
    most = min((len(side) for side in named if side), default=0)
    first, second = (
        ClaimSide(shown=[claim_of(row, extract) for row in side[:most]], more=[row["claim_id"] for row in side[most:]])
        for side in named
    )
    return first, second


def _settle(
    award: AwardRow, purchase: PurchaseRow | None, fund: FundRow, *, extract: Extract, approach: FundApproachRow | None
) -> list[Sentence]:
    """What would settle the answer for a buyer, with the figure behind each."""
    carrier, name = award["carrier_id"], extract.name(award["carrier_id"])
    inputs = extract.parts_of(FundInputRow, fund)
    names = aid.named_figures(inputs, extract)
    assumed = [one for one in by_width(inputs) if one["basis"] == "assumed" and one["used"]][:SHOWN_ASSUMED]
    lines = [_source(one, names[one["input_id"]]) for one in assumed]
    if purchase is not None and purchase["basis"] == "assumed":
        lines.insert(
            0,
            sentence(
                "A tender, or a statement by {who}, on what it buys and when: both are assumed here.",
                who=Name(text=name),
            ),
        )
    if approach is not None and approach["disputed_count"]:
        lines.append(
            sentence(
                "Evidence on {claims} of these that another claim answers.",
                claims=Count(number=approach["disputed_count"], one="claim"),
            )
        )
    open_lines = [one for one in fund["unanswered"] if name in one or carrier in one]
    lines += [sentence("{says}.", says=Quotation(text=one.rstrip("."))) for one in open_lines]
    return lines[:SHOWN_SETTLES]


def _source(figure: FundInputRow, name: str) -> Sentence:
    """What a source for an assumed figure would settle."""
    answers = answers_at(figure)
    assert answers is not None, "only figures that were tried settle an answer"
    key = figure["input_id"]
    least, most = sorted((answers[0], answers[2]))
    return sentence(
        "A source for “{figure}”, assumed {ends}: over this range the answer moves from {least} to {most}.",
        figure=Name(text=name),
        ends=figure_of(measured(figure["low_amount"], figure["high_amount"], unit_of(figure)), key),
        least=figure_of(wording.percent(least), key),
        most=figure_of(wording.percent(most), key),
    )
