"""One sheet a purchase: what is bought, what a choice costs, what an offer does, both sides, what would settle it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from provenet.briefing.fund_bars import Choice, Part
from provenet.briefing.fund_charts import Point
from provenet.briefing.fund_pages import bought_words
from provenet.briefing.fund_words import chance, figure_value, interval, money, more_or_less, of_row, spread
from provenet.briefing.plan_words import BASES, amount
from provenet.briefing.stored import Row, Stored
from provenet.briefing.threads import claim_row
from provenet.briefing.words import count_words, day_words, join_words, percent
from provenet.model.tables import words

SHOWN_CLAIMS = 3
"""Claims of each side on a sheet; the others are linked. Both sides have the same room."""
SHOWN_LETTERS = 760
"""Letters of claims of each side on a sheet, at most, beyond the first claim."""
SHOWN_CHOICES = 5
"""Choices whose cost a sheet draws: the cheapest in the middle; the others are counted."""
SHOWN_ROUNDS = 5
"""Rounds of response a sheet lists: the first ones and the last."""


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
        sides = [self._side(approach[name] if approach else []) for name in ("for_claims", "against_claims")]
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
            "gap": more_or_less(award["low_price_gap_amount"], award["high_price_gap_amount"], currency),
            "need": _need(award),
            "later": "" if award["later_amount"] is None else money(award["later_amount"], currency),
            "paid": money(award["paid_amount"], currency),
            "rent": money(award["rent_amount"], currency),
            "weight": of_row(award, "weight_share"),
            "currency": currency,
            "year": award["price_year"],
            "because": award["because"],
            "choices": choices[:SHOWN_CHOICES],
            "more_choices": max(0, len(choices) - SHOWN_CHOICES),
            "cost_ids": self._cost_ids(held["response_cost"]),
            "points": [_point(row) for row in offers],
            "offer_ids": [{"of": amount(row["offer_amount"], currency), "id": row["response_id"]} for row in offers],
            "rounds": _rounds(held["response_round"]),
            **self._turned_out(award),
            "id": award["award_id"],
        }

    def _of(self, name: str, award: Row) -> list[Row]:
        return [row for row in self._tables[name] if row["purchase_id"] == award["purchase_id"]]

    def _bought(self, row: Row | None) -> Row:
        """How many, between which days, for how long, beside what; empty words where no row tells."""
        if row is None:
            return dict.fromkeys(("count", "between", "life", "anchor", "basis"), "") | {"cites": []}
        low, high = row["low_count"], row["high_count"]
        unit = row["unit_says"]
        count = (
            ""
            if low is None or high is None
            else f"{low:,.0f} {unit}"
            if low == high
            else f"{low:,.0f} to {high:,.0f} {unit}"
        )
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

    def _turned_out(self, award: Row) -> Row:
        """What the carrier chose afterwards, where a row of a later day tells."""
        chosen = award["chosen_vendor_ids"]
        excluded = [self._stored.name(v) for v in chosen if v in self._fund["excluded_vendor_ids"]]
        return {
            "chosen": join_words([self._stored.name(v) for v in chosen]),
            "chosen_excluded": join_words(excluded),
            "chosen_says": award["chosen_says"] or "",
            "chosen_cites": [cite for cite in self._stored.cite_all(self._later(award["rests_on"])) if cite["number"]],
        }

    def _later(self, refs: Sequence[str]) -> list[Row]:
        found = []
        for ref in refs:
            name, _, key = ref.partition(":")
            if name in ("procurement", "deployment", "market_share"):
                found += [row for row in self._stored.whole(name) if row["row_id"] == key]
        return found

    def _side(self, ids: Sequence[str]) -> Row:
        """The claims of one side that fit its room, and links to the others."""
        rows = [self._claims[one] for one in ids if one in self._claims]
        left = SHOWN_LETTERS
        shown: list[Row] = []
        for row in rows[:SHOWN_CLAIMS]:
            left -= len(row["paraphrase"])
            if shown and left < 0:
                break
            shown.append(claim_row(row, self._stored))
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
        return made


def _need(award: Row) -> str:
    """The aid that tips a choice; without an upper end no aid does in some of the scenarios."""
    low, high, currency = award["low_need_amount"], award["high_need_amount"], award["currency"]
    if low is None:
        return "It is not known what tips the choice"
    low = max(low, 0.0)
    if high is None:
        return f"It takes {amount(low, currency)} or more to tip the choice, and in some scenarios no aid does"
    return "No aid is needed" if high <= 0 else f"It takes {spread(low, high, currency)} to tip the choice"


def _point(row: Row) -> Point:
    return Point(row["offer_amount"], row["low_p_clear_share"], row["p_clear_share"], row["high_p_clear_share"])


def _from_both(least: float, greatest: float) -> str:
    """Where rounds from both starts stand; at the start itself that is from none to all, by its meaning."""
    one, two = chance(least), chance(greatest)
    return one if one == two else f"{one} to {two}"


def _rounds(rows: Sequence[Row]) -> list[Row]:
    """Rounds of best response, without aid and with the awards: from nobody clear and from everybody clear."""
    made = []
    for aided in (False, True):
        held = sorted((row for row in rows if row["aided"] is aided), key=lambda row: row["number_count"])
        if len(held) > SHOWN_ROUNDS:
            held = [*held[: SHOWN_ROUNDS - 1], held[-1]]
        if held:
            made.append(
                {
                    "with": "with the awards" if aided else "without aid",
                    "rounds": [
                        {
                            "number": row["number_count"],
                            "between": _from_both(row["least_p_clear_share"], row["greatest_p_clear_share"]),
                            "id": row["round_id"],
                        }
                        for row in held
                    ],
                }
            )
    return made
