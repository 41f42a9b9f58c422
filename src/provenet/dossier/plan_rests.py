"""What a plan rests on: its figures with their sources, opposed ones beside them, and the rules it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from provenet.case.money import amount_words
from provenet.case.tables import table
from provenet.dossier.plan_words import BASES
from provenet.dossier.stored import Row, Stored

CITED = (
    *("element_count", "swap_option", "plan_limit", "price_index", "exchange_rate"),
    *("carrier_share", "market_share", "deployment", "cost", "interop_rule", "interop"),
)
"""Input tables whose rows a plan may rest on; a page numbers their sources."""


class Rests:
    """What a plan rests on, with the sources of the rows behind each figure numbered."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._rows: dict[str, Mapping[str, Row]] = {}

    def row(self, ref: str) -> Row | None:
        """An input row by `table:id`, whenever it was published; None for other refs."""
        name, _, key = ref.partition(":")
        if name not in CITED:
            return None
        if name not in self._rows:
            column = table(name).id_column
            held = self._stored.whole(name)
            self._rows[name] = {**{row["row_id"]: row for row in held}, **{row[column]: row for row in held}}
        return self._rows[name].get(key)

    def cites(self, figure: Row) -> list[Row]:
        """The numbered sources of the rows behind a figure; none where no row has one."""
        found = [self.row(ref) for ref in figure["inputs"]]
        sourced = [row for row in found if row is not None and row.get("source_id")]
        return [cite for cite in self._stored.cite_all(sourced) if cite["number"]]

    def figures(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Figures the plan uses, those that no source gives first; and those that stand beside them, not used."""
        order = {word: at for at, word in enumerate(("assumed", "derived", "sourced"))}
        ordered = sorted(rows, key=lambda row: (order.get(row["basis"], 9), row["kind"], row["name"], row["input_id"]))
        told = [(row["used"], self._figure(row)) for row in ordered if row["kind"] != "rule"]
        return [line for used, line in told if used], [line for used, line in told if not used]

    def _figure(self, row: Row) -> Row:
        low, mid, high = row["low_amount"], row["mid_amount"], row["high_amount"]
        money = row["kind"] == "price"
        return {
            "name": row["name"],
            "value": _value(low, high, row["unit_says"], money),
            "mid": "" if mid is None or low == high else _one(mid, money),
            "basis": BASES.get(row["basis"], row["basis"]),
            "who": row["estimator"] or "",
            "sponsor": row["sponsor"] or "",
            "scope": row["scope"] or row["says"],
            "cites": [] if row["basis"] == "assumed" else self.cites(row),
            "id": row["input_id"],
        }

    def rules(self, rows: Sequence[Row]) -> list[Row]:
        """Rules of order with who says so and who disagrees."""
        made = []
        for row in sorted((r for r in rows if r["kind"] == "rule"), key=lambda r: (r["name"], r["input_id"])):
            ref = next((one for one in row["inputs"] if one.startswith("interop_rule:")), "")
            rule = self.row(ref) or {}
            made.append(
                {
                    "says": row["says"],
                    "basis": BASES.get(row["basis"], row["basis"]),
                    "kept": row["used"],
                    "speaks_for": self._facts(rule.get("for_fact_ids") or ()),
                    "against": self._facts(rule.get("against_fact_ids") or ()),
                    "cites": [] if row["basis"] == "assumed" else self.cites({"inputs": [ref]}),
                    "id": row["input_id"],
                }
            )
        return made

    def _facts(self, ids: Iterable[str]) -> list[Row]:
        found = [self.row(f"interop:{one}") for one in ids]
        return [
            {"who": row["who"] or "not stated", "says": row["fact_says"], "cite": self._stored.cite(row)}
            for row in found
            if row is not None
        ]


def _one(value: float, money: bool) -> str:
    return amount_words(value) if money else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _value(low: float | None, high: float | None, unit: str, money: bool) -> str:
    if low is None and high is None:
        return "not known"
    said = [_one(end, money) for end in (low, high) if end is not None]
    return f"{said[0]} {unit}" if said[0] == said[-1] else f"{said[0]} to {said[-1]} {unit}"
