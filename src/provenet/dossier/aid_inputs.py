"""The inputs of an answer on aid: the names of figures, and what each moves."""

from collections.abc import Mapping, Sequence

from provenet.case.extract import Extract
from provenet.case.rows import FundInputRow, PurchaseRow
from provenet.case.tables import words
from provenet.core import wording
from provenet.dossier.drawings.tornado import Swing
from provenet.dossier.text import measured, unit_of

LEAST_MOVE = 0.001
"""A figure that moves the answer by less, as a share of what carriers weigh, is in no picture."""
SHOWN_SWINGS = 18
"""Figures that the drawing holds, the widest first; the table holds all."""


def answers_at(row: FundInputRow) -> tuple[float, float, float] | None:
    """The answer with the figure at its low, middle and high end; None where it was not tried."""
    low, mid, high = row["low_objective_share"], row["mid_objective_share"], row["high_objective_share"]
    return None if low is None or mid is None or high is None else (low, mid, high)


def width(row: FundInputRow) -> float:
    """How far a figure moves the answer between its ends and middle; below zero where it was not tried."""
    answers = answers_at(row)
    return -1.0 if answers is None else max(answers) - min(answers)


def by_width(rows: Sequence[FundInputRow]) -> list[FundInputRow]:
    """Figures that move the answer when tried at their ends, those that move it most first."""
    tried = [row for row in rows if width(row) >= LEAST_MOVE]
    return sorted(tried, key=lambda r: (-width(r), r["name"], r["input_id"]))


def swings(rows: Sequence[FundInputRow], names: Mapping[str, str]) -> list[Swing]:
    """The bars of the drawing; `names` name figures for pages by their id."""
    tried = [(row, answers_at(row)) for row in by_width(rows)[:SHOWN_SWINGS]]
    return [
        Swing(
            label=names[row["input_id"]],
            basis=row["basis"],
            at_low=answers[0],
            at_mid=answers[1],
            at_high=answers[2],
            low_words=_short(row, row["low_amount"]),
            high_words=_short(row, row["high_amount"]),
        )
        for row, answers in tried
        if answers
    ]


def _short(row: FundInputRow, value: float | None) -> str:
    """An end of a figure beside its bar, without what its unit is of."""
    return measured(value, value, unit_of(row).split(" of ")[0].split(" a year")[0])


def figure_names(
    rows: Sequence[FundInputRow], purchases: Mapping[str, PurchaseRow], extract: Extract
) -> dict[str, str]:
    """The name of each figure on a page, by its id: parties, classes and purchases by their names instead of ids."""
    bought = {
        f"elements bought, {key}": f"elements bought by {extract.name(row['carrier_id'])}, {row['segment']}"
        for key, row in purchases.items()
    } | {
        f"part of the subscribers of {row['carrier_id']} behind {key}": "part of the subscribers of "
        f"{extract.name(row['carrier_id'])} behind its purchase of {row['segment']}"
        for key, row in purchases.items()
    }
    return {row["input_id"]: bought.get(row["name"]) or _figure_name(row["name"], extract) for row in rows}


def _figure_name(name: str, extract: Extract) -> str:
    """A figure's name with its scope in words: `price gap | Germany | ran` is `price gap: Germany, RAN`."""
    first, *scope = name.split(" | ")
    if scope:
        segments = set(words("segment"))
        parts = [wording.asset_class(part) if part.split(".")[0] in segments else extract.name(part) for part in scope]
        return f"{first}: {', '.join(parts)}"
    whose = name.removeprefix("share of ").rpartition(" in ")[0]
    return name.replace(whose, extract.name(whose)) if whose and name.startswith("share of ") else name
