"""Aid: who gets what, what it achieves, what it is based on, whom to speak to first, and a sheet for each purchase."""

from collections.abc import Sequence
from math import fsum

from provenet.case.extract import Extract, Fields, Kind
from provenet.case.rows import (
    AwardRow,
    ClaimRow,
    FundApproachRow,
    FundCurveRow,
    FundInputRow,
    FundMechanismRow,
    FundRow,
    PurchaseRow,
    ResponseCostRow,
    ResponseRoundRow,
    ResponseRow,
)
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dossier import aid, aid_inputs
from provenet.dossier.aid import chances, chances_of, price_gap, purchase_name
from provenet.dossier.aid_inputs import answers_at, figure_value
from provenet.dossier.drawings.aid_bars import CostPart, PricedVendor
from provenet.dossier.drawings.aid_curves import Point
from provenet.dossier.text import prices_of
from provenet.dossier.threads import claim_of
from provenet.replacement.cost_answer import BASES

TITLE = "Which aid would change which purchase"

SHOWN_ASSUMED = 2
"""Assumed figures that a sheet names among what would settle the answer: those that move it most."""


def collect(extract: Extract) -> Fields:
    """The first answer in full, the others by their headline; or how to make one."""
    rows = aid.in_order(extract)
    used, others = aid.programmes(extract, rows[0]["programme_id"] if rows else None)
    return {
        "has_answer": bool(rows),
        "fund": fund_fields(rows[0], extract) if rows else None,
        "programmes": [*([used] if used else []), *others],
        "more": [aid.answer_figures(row, extract) for row in rows[1:]],
    }


def fund_fields(row: FundRow, extract: Extract) -> Fields:
    """Everything that a page shows of one answer on aid."""
    purchases = {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}
    curves, inputs = extract.parts_of(FundCurveRow, row), extract.parts_of(FundInputRow, row)
    awards = extract.parts_of(AwardRow, row)
    budgets, more_budgets, budget_spots = aid.budget_points(curves)
    days, more_days, day_spots = aid.day_points(curves)
    mechanisms, units, gains = aid.mechanism_rows(extract.parts_of(FundMechanismRow, row), row["mechanism"])
    names = aid_inputs.figure_names(inputs, purchases, extract)
    swings, widest = aid_inputs.swings(inputs, names), aid_inputs.by_width(inputs)
    assumed = [one for one in widest if one["basis"] == "assumed" and one["used"]][:SHOWN_ASSUMED]
    figures, still = aid_inputs.input_figures(inputs, names, extract)
    settling: list[FundInputRow] = [{**one, "name": names[one["input_id"]]} for one in assumed]
    return {
        **aid.answer_figures(row, extract),
        "awards": aid.award_rows(awards, purchases, extract),
        "budgets": budgets,
        "more_budgets": more_budgets,
        "budget_spots": budget_spots,
        "days": days,
        "more_days": more_days,
        "day_spots": day_spots,
        "contracts": aid.contract_markers(awards, extract),
        "mechanisms": mechanisms,
        "units": units,
        "gains": gains,
        "swings": swings,
        "hidden_swings": max(0, len(widest) - len(swings)),
        "figures": figures,
        "still": still,
        "approaches": aid.approach_rows(extract.parts_of(FundApproachRow, row), extract),
        "sheets": OfferSheets(extract, row, purchases).all(settling),
    }


SHOWN_CLAIMS = 3
"""Claims of each side on a sheet; the others are linked. Both sides have the same number, as far as they have one."""
SHOWN_LETTERS = 560
"""Letters of claims of each side on a sheet, at most, beyond the first claim."""
SHOWN_ROWS = 22
"""Rows of the drawing of costs: whole choices, the cheapest first, at least one of each side; the rest is counted."""
SHOWN_SETTLES = 5
"""Lines of what would settle an answer."""
SHOWN_ROUNDS = 5
"""Rounds of response a sheet lists: the first ones and the last."""


def fitting(rows: Sequence[ClaimRow]) -> int:
    """How many claims of one side fit its room: whole claims, at least one, or all of a side that has few."""
    left = SHOWN_LETTERS
    for count, row in enumerate(rows[:SHOWN_CLAIMS]):
        left -= len(row["paraphrase"])
        if count and left < 0:
            return count
    return SHOWN_CLAIMS


def drawn_choices(choices: Sequence[PricedVendor]) -> list[PricedVendor]:
    """The cheapest choices that fit the drawing, in their order; the cheapest of each side is always among them."""
    first = [next((c for c in choices if c.excluded is side), None) for side in (False, True)]
    kept = [choice for choice in first if choice is not None]
    left = SHOWN_ROWS - fsum(_rows(choice) for choice in kept)
    for choice in choices:
        if choice not in kept and _rows(choice) <= left:
            kept.append(choice)
            left -= _rows(choice)
    return [choice for choice in choices if choice in kept]


def _rows(choice: PricedVendor) -> float:
    return 1.6 + sum(bool(part.low or part.mid or part.high) for part in choice.parts)


class OfferSheets:
    """The sheets of one answer, from the rows of its tables."""

    def __init__(self, extract: Extract, fund: FundRow, purchases: dict[str, PurchaseRow]) -> None:
        self._extract, self._fund, self._purchases = extract, fund, purchases
        self._responses = extract.parts_of(ResponseRow, fund)
        self._costs, self._rounds = extract.parts_of(ResponseCostRow, fund), extract.parts_of(ResponseRoundRow, fund)
        self._approaches = {row["carrier_id"]: row for row in extract.parts_of(FundApproachRow, fund)}
        self._claims = {row["claim_id"]: row for row in extract.inputs(ClaimRow)}
        self._awards = grouped((award["carrier_id"], award) for award in extract.parts_of(AwardRow, fund))

    def all(self, wide: Sequence[FundInputRow]) -> list[Fields]:
        """A sheet for each purchase, carriers in the order of outreach; `wide` are assumed figures that move most."""
        sheets: list[Fields] = []
        for carrier in sorted(self._awards, key=self._place):
            awards = sorted(self._awards[carrier], key=lambda a: (a["signed_on"], a["award_id"]))
            for number, award in enumerate(awards, start=1):
                sheets.append({**self._sheet(award, wide), "number": number, "of": len(awards)})
        return sheets

    def _place(self, carrier: str) -> tuple[int, float, str, str]:
        approach = self._approaches.get(carrier)
        rank = approach["number_count"] if approach else len(self._approaches) + 1
        largest = max(award["award_amount"] for award in self._awards[carrier])
        return rank, -largest, self._extract.name(carrier).casefold(), carrier

    def _sheet(self, award: AwardRow, wide: Sequence[FundInputRow]) -> Fields:
        approach = self._approaches.get(award["carrier_id"])
        ids = (approach["for_claims"], approach["against_claims"]) if approach else ([], [])
        named = [[self._claims[one] for one in side if one in self._claims] for side in ids]
        most = min((fitting(rows) for rows in named if rows), default=0)
        sides = [self._side(rows, most) for rows in named]
        return {
            "who": self._extract.name(award["carrier_id"]),
            "bought": self._purchase(award),
            "claims_for": sides[0],
            "claims_against": sides[1],
            "settle": self._settle(award, approach, wide),
        }

    def _purchase(self, award: AwardRow) -> Fields:
        purchase, currency = award["purchase_id"], award["currency"]
        row = self._purchases.get(purchase)
        offers = sorted(_of(purchase, self._responses), key=lambda r: r["number_count"])
        costs = _of(purchase, self._costs)
        choices = self._choices(costs)
        drawn = drawn_choices(choices)
        return {
            "what": purchase_name(award, row),
            **self._bought(row),
            "signed": wording.day(award["signed_on"]),
            "award": wording.amount(award["award_amount"], currency) if award["award_amount"] else "none",
            "award_amount": award["award_amount"],
            "is_aided": bool(award["award_amount"]),
            "before": chances_of(award, "before_p_clear_share"),
            "after": chances_of(award, "after_p_clear_share"),
            "middle": [wording.percent(award["before_p_clear_share"]), wording.percent(award["after_p_clear_share"])],
            "gap": price_gap(award),
            "need": _need(award),
            "later": "" if award["later_amount"] is None else wording.amount(award["later_amount"], currency),
            "paid": wording.amount(award["paid_amount"], currency),
            "rent": wording.amount(award["rent_amount"], currency),
            "weight": chances_of(award, "weight_share"),
            "currency": currency,
            "prices": prices_of(award["price_year"]),
            "because": award["because"].rstrip("."),
            "choices": drawn,
            "more_choices": len(choices) - len(drawn),
            "cost_ids": self._cost_ids(costs),
            "points": [_point(row) for row in offers] if any(row["offer_amount"] for row in offers) else [],
            "offer_ids": [
                {"of": wording.amount(row["offer_amount"], currency), "id": row["response_id"]} for row in offers
            ],
            "rounds": _rounds(_of(purchase, self._rounds)),
            "id": award["award_id"],
        }

    def _bought(self, row: PurchaseRow | None) -> Fields:
        """How many, between which days, for how long, beside what; empty where no row records it."""
        if row is None:
            return {"count": "", "between": "", "life": "", "anchor": "", "basis": "", "cites": []}
        first, last = row["low_signed_on"], row["high_signed_on"]
        return {
            "count": _count(row["low_count"], row["high_count"], row["unit_says"]),
            "between": "" if first == last else f"between {wording.day(first)} and {wording.day(last)}",
            "life": f"{row['life_years']:g} years",
            "anchor": self._extract.name(row["anchor_vendor_id"]),
            "basis": BASES.get(row["basis"], row["basis"]),
            "cites": []
            if row["basis"] == "assumed"
            else [cite for cite in self._extract.cite_all([row]) if cite.number],
        }

    def _choices(self, rows: Sequence[ResponseCostRow]) -> list[PricedVendor]:
        """Vendors that may be chosen with the parts of their cost, the cheapest in the middle first."""
        order = {part: at for at, part in enumerate(words("cost_part"))}
        vendors = grouped(
            (row["vendor_id"], row) for row in sorted(rows, key=lambda r: (order.get(r["part"], 99), r["part"]))
        )
        choices = [
            PricedVendor(
                self._extract.name(vendor),
                held[0]["excluded"],
                tuple(CostPart(r["part"], r["low_amount"], r["mid_amount"], r["high_amount"]) for r in held),
            )
            for vendor, held in sorted(vendors.items())
        ]
        return sorted(choices, key=lambda choice: (choice.total, choice.label))

    def _cost_ids(self, rows: Sequence[ResponseCostRow]) -> list[Fields]:
        ordered = sorted(rows, key=lambda r: (self._extract.name(r["vendor_id"]).casefold(), r["part"], r["cost_id"]))
        return [{"of": f"{self._extract.name(r['vendor_id'])}, {r['part']}", "id": r["cost_id"]} for r in ordered]

    def _side(self, rows: Sequence[ClaimRow], most: int) -> Fields:
        """The first claims of one side, and links to the others."""
        shown = [claim_of(row, self._extract) for row in rows[:most]]
        return {"shown": shown, "more": [row["claim_id"] for row in rows[len(shown) :]]}

    def _settle(self, award: AwardRow, approach: FundApproachRow | None, wide: Sequence[FundInputRow]) -> list[Fields]:
        """What would settle the answer for a carrier, as sentences with the figure behind each."""
        carrier, purchase = award["carrier_id"], self._purchases.get(award["purchase_id"])
        name = self._extract.name(carrier)
        lines: list[Fields] = []
        if purchase is not None and purchase["basis"] == "assumed":
            text = f"A tender, or a statement by {name}, on what it buys and when: both are assumed here"
            lines.append({"says": text, "id": ""})
        lines += [{"says": _assumed(figure), "id": figure["input_id"]} for figure in wide]
        if approach is not None and approach["disputed_count"]:
            claims = wording.count(approach["disputed_count"], "claim", spelled=True)
            lines.append({"says": f"Evidence on the {claims} above that another claim answers", "id": ""})
        lines += [{"says": one, "id": ""} for one in self._fund["unanswered"] if name in one or carrier in one]
        return lines[:SHOWN_SETTLES]


def _assumed(figure: FundInputRow) -> str:
    """What a source for an assumed figure would settle."""
    unit, kind = figure["unit_says"], figure["kind"]
    low, high = (figure_value(end, unit, kind) for end in (figure["low_amount"], figure["high_amount"]))
    answers = answers_at(figure)
    assert answers is not None, "only figures that were tried settle an answer"
    least, most = sorted((answers[0], answers[2]))
    return (
        f"A source for “{figure['name']}”, assumed {low} to {high}: over this range the answer moves from "
        f"{wording.interval(least, most, whole='0 to 100 %')}"
    )


def _of(purchase: str, rows: Sequence[Kind]) -> list[Kind]:
    return [row for row in rows if row["purchase_id"] == purchase]


def _count(low: float | None, high: float | None, unit: str) -> str:
    """How many of something, as an interval.

    >>> _count(1, 2, "site"), _count(1, 1, "system"), _count(900, 1200, "links")
    ('1 to 2 sites', '1 system', '900 to 1,200 links')
    """
    if low is None or high is None:
        return ""
    ends = dict.fromkeys((f"{low:,.0f}", f"{high:,.0f}"))
    return f"{' to '.join(ends)} {unit if unit.endswith('s') else wording.plural(high, unit)}"


def _need(award: AwardRow) -> str:
    """The aid that tips a choice; without an upper end no aid does in some of the scenarios."""
    low, high, currency = award["low_need_amount"], award["high_need_amount"], award["currency"]
    if low is None:
        return "No aid can change the choice: none of its vendors is clear"
    low = max(low, 0.0)
    if high is None:
        return f"A clear choice needs {wording.amount(low, currency)} or more; in some scenarios no aid achieves it"
    if high <= 0:
        return "No aid is needed"
    return f"A clear choice needs {wording.amount_interval(low, high, currency)}"


def _point(row: ResponseRow) -> Point:
    return Point(row["offer_amount"], row["low_p_clear_share"], row["p_clear_share"], row["high_p_clear_share"])


def _rounds(rows: Sequence[ResponseRoundRow]) -> list[Fields]:
    """Rounds of best response, without aid and with the awards: from nobody clear and from everybody clear."""
    held = {
        aided: sorted((row for row in rows if row["aided"] is aided), key=lambda row: row["number_count"])
        for aided in (False, True)
    }
    numbers = sorted({row["number_count"] for row in rows})
    if len(numbers) > SHOWN_ROUNDS:
        numbers = [*numbers[: SHOWN_ROUNDS - 1], numbers[-1]]
    found: list[Fields] = []
    for aided, lines in held.items():
        by_number = {row["number_count"]: row for row in lines}
        if lines:
            columns = [_round(number, by_number.get(number)) for number in numbers]
            found.append({"with": "with the awards" if aided else "without aid", "rounds": columns})
    return found


def _round(number: int, row: ResponseRoundRow | None) -> Fields:
    """One round; a round after the last changes nothing."""
    if row is None:
        return {"number": number, "between": "as before", "id": ""}
    between = chances(row["least_p_clear_share"], row["greatest_p_clear_share"])
    return {"number": number, "between": between, "id": row["round_id"]}
