"""What an answer on aid rests on: each figure with its sources, opposed ones beside it, and how far it moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provenet.briefing.fund_bars import Swing
from provenet.briefing.fund_words import figure_unit, figure_value
from provenet.briefing.plan_words import BASES
from provenet.briefing.stored import Row, Stored
from provenet.briefing.words import percent
from provenet.model.tables import table

CITED = (
    *("purchase", "choice_input", "programme", "procurement", "carrier_share", "market_share", "deployment", "cost"),
    *("element_count", "swap_option", "price_index", "exchange_rate"),
)
"""Input tables whose rows a figure may rest on; a page numbers their sources."""
SHOWN_SWINGS = 18
"""Figures that the drawing holds, the widest first; the table holds all."""


def width(row: Row) -> float:
    """How far a figure moves the answer from end to end and about the middle; less than nothing where untried."""
    ends = [row[f"{end}_objective_share"] for end in ("low", "mid", "high")]
    known = [end for end in ends if end is not None]
    return max(known) - min(known) if row["low_objective_share"] is not None and len(known) > 1 else -1.0


def by_width(rows: Sequence[Row]) -> list[Row]:
    """Figures that were tried at both ends, those that move the answer most first."""
    tried = [r for r in rows if r["low_objective_share"] is not None and r["high_objective_share"] is not None]
    return sorted(tried, key=lambda r: (-width(r), r["name"], r["input_id"]))


def swings(rows: Sequence[Row]) -> tuple[list[Swing], float | None]:
    """The bars of the drawing, and the answer with every figure in the middle."""
    ordered = by_width(rows)
    middle = next((row["mid_objective_share"] for row in ordered if row["mid_objective_share"] is not None), None)
    return [
        Swing(
            row["name"],
            row["basis"],
            row["low_objective_share"],
            row["high_objective_share"],
            figure_value(row["low_amount"], row["unit_says"], row["kind"]),
            figure_value(row["high_amount"], row["unit_says"], row["kind"]),
        )
        for row in ordered[:SHOWN_SWINGS]
    ], middle


class FundRests:
    """The figures of an answer as a table shows them, with the sources of the rows behind each numbered."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._rows: dict[str, Mapping[str, Row]] = {}

    def figures(self, rows: Sequence[Row]) -> list[Row]:
        """Every figure, the widest first; opposed estimates of the same name stand under the one that is used."""
        used = sorted((r for r in rows if r["used"]), key=lambda r: (-width(r), r["name"], r["input_id"]))
        beside: dict[str, list[Row]] = {}
        for row in sorted((r for r in rows if not r["used"]), key=lambda r: (r["name"], r["input_id"])):
            beside.setdefault(row["name"], []).append(row)
        made = []
        for row in used:
            made.append({**self._figure(row), "beside": False})
            made += [{**self._figure(one), "beside": True} for one in beside.pop(row["name"], [])]
        return made + [{**self._figure(one), "beside": True} for held in beside.values() for one in held]

    def _figure(self, row: Row) -> Row:
        low, mid, high = (
            figure_value(row[f"{end}_amount"], row["unit_says"], row["kind"], bare=True)
            for end in ("low", "mid", "high")
        )
        tried = row["low_objective_share"] is not None and row["high_objective_share"] is not None
        return {
            "name": row["name"],
            "low": low,
            "high": high,
            "mid": "" if low == high or row["mid_amount"] is None else mid,
            "unit": figure_unit(row["unit_says"]),
            "basis": BASES.get(row["basis"], row["basis"]),
            "sign": row["basis"],
            "who": row["estimator"] or "",
            "sponsor": row["sponsor"] or "",
            "scope": row["scope"] or row["says"],
            "moves": f"{percent(row['low_objective_share'])} … {percent(row['high_objective_share'])}" if tried else "",
            "cites": [] if row["basis"] == "assumed" else self._cites(row),
            "id": row["input_id"],
        }

    def _cites(self, figure: Row) -> list[Row]:
        found = [self._row(ref) for ref in figure["inputs"]]
        return [
            c for c in self._stored.cite_all(r for r in found if r is not None and r.get("source_id")) if c["number"]
        ]

    def _row(self, ref: str) -> Row | None:
        name, _, key = ref.partition(":")
        if name not in CITED:
            return None
        if name not in self._rows:
            column, held = table(name).id_column, self._stored.whole(name)
            self._rows[name] = {**{row["row_id"]: row for row in held}, **{row[column]: row for row in held}}
        return self._rows[name].get(key)
