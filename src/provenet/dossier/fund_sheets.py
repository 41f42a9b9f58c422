"""One sheet a purchase: what is bought, what a choice costs, what an offer does, both sides, what would settle it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from provenet.case.tables import words
from provenet.dossier.fund_bars import Choice, Part
from provenet.dossier.fund_charts import Point
from provenet.dossier.fund_pages import bought_words
from provenet.dossier.fund_words import chance, counted, figure_value, interval, money, more_or_less, of_row, shortened
from provenet.dossier.plan_words import BASES, amount, amounts
from provenet.dossier.stored import Row, Stored
from provenet.dossier.threads import claim_row
from provenet.dossier.words import count_words, day_words, join_words, percent

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


def fitting(rows: Sequence[Row]) -> int:
    """How many claims of one side fit its room: whole claims, at least one, or all of a side that has few."""
    left = SHOWN_LETTERS
    for count, row in enumerate(rows[:SHOWN_CLAIMS]):
        left -= len(row["paraphrase"])
        if count and left < 0:
            return count
    return SHOWN_CLAIMS


def drawn_choices(choices: Sequence[Choice]) -> list[Choice]:
    """The cheapest choices that fit the drawing, in their order; the cheapest of each side is always among them."""
    first = [next((c for c in choices if c.excluded is side), None) for side in (False, True)]
    kept = [choice for choice in first if choice is not None]
    left = SHOWN_ROWS - sum(_rows(choice) for choice in kept)
    for choice in choices:
        if choice not in kept and _rows(choice) <= left:
            kept.append(choice)
            left -= _rows(choice)
    return [choice for choice in choices if choice in kept]


def _rows(choice: Choice) -> float:
    return 1.6 + sum(bool(part.low or part.mid or part.high) for part in choice.parts)


class Sheets:
    """The sheets of one answer, from the rows of its tables."""

    def __init__(self, stored: Stored, tables: dict[str, list[Row]], purchases: dict[str, Row], fund: Row) -> None:
        self._stored, self._tables, self._purchases, self._fund = stored, tables, purchases, fund
        self._claims = {row["claim_id"]: row for row in stored.inputs("claim")}

    def all(self, wide: Sequence[Row]) -> list[Row]:
        """A sheet for each purchase, carriers in the order of outreach; `wide`: assumed figures that move most."""
        approaches = {row["carrier_id"]: row for row in self._tables["fund_approach"]}
        bought: dict[str, list[Row]] = {}
        for award in self._tables["award"]:
            bought.setdefault(award["carrier_id"], []).append(award)
        last = len(approaches) + 1

        def place(carrier: str) -> tuple[Any, ...]:
            rank = approaches[carrier]["number_count"] if carrier in approaches else last
            return (
                rank,
                -max(a["award_amount"] for a in bought[carrier]),
                self._stored.name(carrier).casefold(),
                carrier,
            )

        made = []
        for who in sorted(bought, key=place):
            ordered = sorted(bought[who], key=lambda a: (a["signed_on"], a["award_id"]))
            for number, award in enumerate(ordered, start=1):
                sheet = self._sheet(who, award, approaches.get(who), wide)
                made.append({**sheet, "number": number, "of": len(ordered)})
        return made

    def _sheet(self, carrier: str, award: Row, approach: Row | None, wide: Sequence[Row]) -> Row:
        named = [self._known(approach[name]) if approach else [] for name in ("for_claims", "against_claims")]
        most = min((fitting(rows) for rows in named if rows), default=0)
        sides = [self._side(rows, most) for rows in named]
        return {
            "who": self._stored.name(carrier),
            "bought": self._purchase(award),
            "for_it": sides[0],
            "against_it": sides[1],
            "settle": self._settle(carrier, award, approach, wide),
        }

    def _purchase(self, award: Row) -> Row:
        row, currency = self._purchases.get(award["purchase_id"]), award["currency"]
        held = {name: self._of(name, award) for name in ("response", "response_cost", "response_round")}
        offers = sorted(held["response"], key=lambda r: r["number_count"])
        choices = self._choices(held["response_cost"])
        drawn = drawn_choices(choices)
        return {
            "what": bought_words(award, row),
            **self._bought(row),
            "signed": day_words(award["signed_on"]),
            "award": money(award["award_amount"], currency) if award["award_amount"] else "none",
            "award_amount": award["award_amount"],
            "is_aided": bool(award["award_amount"]),
            "before": interval(award["low_before_p_clear_share"], award["high_before_p_clear_share"]),
            "after": interval(award["low_after_p_clear_share"], award["high_after_p_clear_share"]),
            "middle": [chance(award["before_p_clear_share"]), chance(award["after_p_clear_share"])],
            "gap": _gap(award),
            "need": _need(award),
            "later": "" if award["later_amount"] is None else money(award["later_amount"], currency),
            "paid": money(award["paid_amount"], currency),
            "rent": money(award["rent_amount"], currency),
            "weight": of_row(award, "weight_share"),
            "currency": currency,
            "year": award["price_year"],
            "because": shortened(award["because"].rstrip("."), 180),
            "choices": drawn,
            "more_choices": len(choices) - len(drawn),
            "cost_ids": self._cost_ids(held["response_cost"]),
            "points": [_point(row) for row in offers] if any(row["offer_amount"] for row in offers) else [],
            "offer_ids": [{"of": amount(row["offer_amount"], currency), "id": row["response_id"]} for row in offers],
            "rounds": _rounds(held["response_round"]),
            **self._turned_out(award, held["response_cost"]),
            "id": award["award_id"],
        }

    def _of(self, name: str, award: Row) -> list[Row]:
        return [row for row in self._tables[name] if row["purchase_id"] == award["purchase_id"]]

    def _bought(self, row: Row | None) -> Row:
        """How many, between which days, for how long, beside what; empty words where no row tells."""
        if row is None:
            return dict.fromkeys(("count", "between", "life", "anchor", "basis"), "") | {"cites": []}
        low, high = row["low_count"], row["high_count"]
        count = "" if low is None or high is None else counted(low, high, row["unit_says"])
        first, last = row["low_signed_on"], row["high_signed_on"]
        return {
            "count": count,
            "between": "" if first == last else f"between {day_words(first)} and {day_words(last)}",
            "life": f"{row['life_years']:g} years",
            "anchor": self._stored.name(row["anchor_vendor_id"]),
            "basis": BASES.get(row["basis"], row["basis"]),
            "cites": [] if row["basis"] == "assumed" else [c for c in self._stored.cite_all([row]) if c["number"]],
        }

    def _choices(self, rows: Sequence[Row]) -> list[Choice]:
        """Vendors that may be chosen with the parts of their cost, the cheapest in the middle first."""
        order = {part: at for at, part in enumerate(words("cost_part"))}
        vendors: dict[str, list[Row]] = {}
        for row in sorted(rows, key=lambda r: (order.get(r["part"], 99), r["part"])):
            vendors.setdefault(row["vendor_id"], []).append(row)
        made = [
            Choice(
                self._stored.name(vendor),
                held[0]["excluded"],
                tuple(Part(r["part"], r["low_amount"], r["mid_amount"], r["high_amount"]) for r in held),
            )
            for vendor, held in sorted(vendors.items())
        ]
        return sorted(made, key=lambda choice: (choice.total, choice.label))

    def _cost_ids(self, rows: Sequence[Row]) -> list[Row]:
        ordered = sorted(rows, key=lambda r: (self._stored.name(r["vendor_id"]).casefold(), r["part"], r["cost_id"]))
        return [{"of": f"{self._stored.name(r['vendor_id'])}, {r['part']}", "id": r["cost_id"]} for r in ordered]

    def _turned_out(self, award: Row, costs: Sequence[Row]) -> Row:
        """What the carrier chose afterwards, where a row tells; a condition may hold for one class alone."""
        chosen = award["chosen_vendor_ids"]
        barred = dict.fromkeys(self._fund["excluded_vendor_ids"], True)
        barred |= {row["vendor_id"]: row["excluded"] for row in costs}
        says = re.sub(r"^As it turned out[,:]? ", "", (award["chosen_says"] or "").rstrip(". "))
        excluded = [self._stored.name(vendor) for vendor in chosen if barred.get(vendor)]
        return {
            "chosen": join_words([self._stored.name(v) for v in chosen]),
            "chosen_excluded": join_words(excluded),
            "chosen_says": shortened(says, 260),
            "chosen_more": bool(says) and not all(self._stored.name(vendor) in says for vendor in chosen),
            "chosen_cites": [
                cite for cite in self._stored.cite_all(self._later(award["chosen_ids"] or ())) if cite["number"]
            ],
        }

    def _later(self, refs: Sequence[str]) -> list[Row]:
        found = []
        for ref in refs:
            name, _, key = ref.partition(":")
            if name in ("procurement", "deployment", "market_share"):
                found += [row for row in self._stored.whole(name) if row["row_id"] == key]
        return found

    def _known(self, ids: Sequence[str]) -> list[Row]:
        return [self._claims[one] for one in ids if one in self._claims]

    def _side(self, rows: Sequence[Row], most: int) -> Row:
        """The first claims of one side, and links to the others."""
        shown = [claim_row(row, self._stored) for row in rows[:most]]
        return {"claims": shown, "more": [row["claim_id"] for row in rows[len(shown) :]]}

    def _settle(self, carrier: str, award: Row, approach: Row | None, wide: Sequence[Row]) -> list[Row]:
        """What would settle the answer for a carrier, as sentences with the figure behind each."""
        made: list[Row] = []
        name = self._stored.name(carrier)
        row = self._purchases.get(award["purchase_id"])
        if row is not None and row["basis"] == "assumed":
            made.append(
                {"says": f"A tender or a word of {name} on what it buys and when: both are assumed here", "id": ""}
            )
        for figure in wide:
            ends = [
                figure_value(figure[f"{end}_amount"], figure["unit_says"], figure["kind"]) for end in ("low", "high")
            ]
            moved = sorted((figure["low_objective_share"], figure["high_objective_share"]))
            says = (
                f"A source for “{figure['name']}”, assumed {ends[0]} to {ends[1]}: with it alone the answer moves from "
            )
            made.append({"says": f"{says}{percent(moved[0])} to {percent(moved[1])}", "id": figure["input_id"]})
        if approach is not None and approach["disputed_count"]:
            many = count_words(approach["disputed_count"], "claim")
            made.append({"says": f"The {many} above that another answers: which of the two holds", "id": ""})
        made += [{"says": one, "id": ""} for one in self._fund["unanswered"] if name in one or carrier in one]
        return made[:SHOWN_SETTLES]


def _gap(award: Row) -> str:
    """What clear costs more; where no vendor is excluded, or none is clear, there is nothing to compare."""
    low, high = award["low_price_gap_amount"], award["high_price_gap_amount"]
    if low is None or high is None:
        return "no clear choice" if award["low_need_amount"] is None else "every choice is clear"
    return more_or_less(low, high, award["currency"])


def _need(award: Row) -> str:
    """The aid that tips a choice; without an upper end no aid does in some of the scenarios."""
    low, high, currency = award["low_need_amount"], award["high_need_amount"], award["currency"]
    if low is None:
        return "No aid tips the choice: none of its vendors is clear"
    low = max(low, 0.0)
    if high is None:
        return f"It takes {amount(low, currency)} or more to tip the choice, and in some scenarios no aid does"
    return "No aid is needed" if high <= 0 else f"It takes {amounts(low, high, currency)} to tip the choice"


def _point(row: Row) -> Point:
    return Point(row["offer_amount"], row["low_p_clear_share"], row["p_clear_share"], row["high_p_clear_share"])


def _rounds(rows: Sequence[Row]) -> list[Row]:
    """Rounds of best response, without aid and with the awards: from nobody clear and from everybody clear."""
    held = {
        aided: sorted((row for row in rows if row["aided"] is aided), key=lambda row: row["number_count"])
        for aided in (False, True)
    }
    numbers = sorted({row["number_count"] for row in rows})
    if len(numbers) > SHOWN_ROUNDS:
        numbers = [*numbers[: SHOWN_ROUNDS - 1], numbers[-1]]
    made = []
    for aided, lines in held.items():
        by_number = {row["number_count"]: row for row in lines}
        if lines:
            told = [_round(number, by_number.get(number)) for number in numbers]
            made.append({"with": "with the awards" if aided else "without aid", "rounds": told})
    return made


def _round(number: int, row: Row | None) -> Row:
    """One round; one after the last is as that was."""
    if row is None:
        return {"number": number, "between": "as before", "id": ""}
    between = interval(row["least_p_clear_share"], row["greatest_p_clear_share"])
    return {"number": number, "between": between, "id": row["round_id"]}
