"""What an answer on aid rests on: each figure with its sources, opposed ones beside it, and how far it moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provenet.case.tables import table, words
from provenet.dossier.fund_bars import Swing
from provenet.dossier.fund_words import figure_unit, figure_value, shortened
from provenet.dossier.stored import Row, Stored
from provenet.dossier.words import class_words, count_words, percent

CITED = (
    *("purchase", "choice_input", "programme", "procurement", "carrier_share", "market_share", "deployment", "cost"),
    *("element_count", "swap_option", "price_index", "exchange_rate"),
)
"""Input tables whose rows a figure may rest on; a page numbers their sources."""
MOVES = 0.001
"""A figure that moves the answer by less, as a share of the subscribers, stands in the second table."""
SHOWN_SWINGS = 18
"""Figures that the drawing holds, the widest first; the table holds all."""


def width(row: Row) -> float:
    """How far a figure moves the answer from end to end and about the middle; less than nothing where untried."""
    ends = [row[f"{end}_objective_share"] for end in ("low", "mid", "high")]
    known = [end for end in ends if end is not None]
    return max(known) - min(known) if len(known) == len(ends) else -1.0


def by_width(rows: Sequence[Row]) -> list[Row]:
    """Figures that move the answer when tried at their ends, those that move it most first."""
    tried = [row for row in rows if width(row) >= MOVES]
    return sorted(tried, key=lambda r: (-width(r), r["name"], r["input_id"]))


def swings(rows: Sequence[Row], names: Mapping[str, str]) -> list[Swing]:
    """The bars of the drawing; `names` spell figures for pages by their id."""
    return [
        Swing(
            names[row["input_id"]],
            row["basis"],
            row["low_objective_share"],
            row["mid_objective_share"],
            row["high_objective_share"],
            figure_value(row["low_amount"], row["unit_says"], row["kind"]),
            figure_value(row["high_amount"], row["unit_says"], row["kind"]),
        )
        for row in by_width(rows)[:SHOWN_SWINGS]
    ]


def figure_names(rows: Sequence[Row], purchases: Mapping[str, Row], stored: Stored) -> dict[str, str]:
    """How a page calls each figure, by its id: parties, classes and purchases by their names instead of ids."""
    bought = {
        f"elements bought, {key}": f"elements bought by {stored.name(row['carrier_id'])}, {row['segment']}"
        for key, row in purchases.items()
    }
    return {row["input_id"]: bought.get(row["name"]) or _spelt(row["name"], stored) for row in rows}


def _spelt(name: str, stored: Stored) -> str:
    """A figure's name with its scope in words: `price gap | Germany | ran` is `price gap: Germany, RAN`."""
    first, *scope = name.split(" | ")
    if scope:
        known = set(words("segment"))
        said = [class_words(part) if part.split(".")[0] in known else stored.name(part) for part in scope]
        return f"{first}: {', '.join(said)}"
    whose = name.removeprefix("share of ").removesuffix(" in subscribers")
    return name.replace(whose, stored.name(whose)) if whose != name else name


class FundRests:
    """The figures of an answer as a table shows them, with the sources of the rows behind each numbered."""

    def __init__(self, stored: Stored, names: Mapping[str, str]) -> None:
        self._stored, self._names = stored, names
        self._rows: dict[str, Mapping[str, Row]] = {}

    def figures(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Figures that move the answer, the widest first, and those that do not; opposed ones under it."""
        used = sorted((r for r in rows if r["used"]), key=lambda r: (-width(r), r["name"], r["input_id"]))
        beside: dict[str, list[Row]] = {}
        for row in sorted((r for r in rows if not r["used"]), key=lambda r: (r["name"], r["input_id"])):
            beside.setdefault(row["name"], []).append(row)
        moving: list[Row] = []
        still: list[Row] = []
        for row in used:
            made = moving if width(row) >= MOVES else still
            under = beside.pop(row["name"], [])
            told = self._figure(row)
            if under:
                told["scope"] = f"one band over the {count_words(len(under), 'estimate')} under it"
            made.append({**told, "beside": False})
            made += [{**self._figure(one), "beside": True} for one in under]
        return moving, still + [{**self._figure(one), "beside": False} for held in beside.values() for one in held]

    def _figure(self, row: Row) -> Row:
        low, mid, high = (
            figure_value(row[f"{end}_amount"], row["unit_says"], row["kind"], bare=True)
            for end in ("low", "mid", "high")
        )
        tried = width(row) >= 0
        is_one = row["kind"] == "count" and row["high_amount"] != 1 and not row["unit_says"].endswith("s")
        return {
            "name": self._names[row["input_id"]],
            "low": low,
            "high": high,
            "mid": "" if low == high or row["mid_amount"] is None else mid,
            "unit": figure_unit(row["unit_says"]) + ("s" if is_one else ""),
            "word": "our arithmetic" if row["basis"] == "derived" else row["basis"],
            "sign": row["basis"],
            "who": row["estimator"] or "",
            "sponsor": row["sponsor"] or "",
            "scope": shortened(row["scope"] or row["says"]),
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
