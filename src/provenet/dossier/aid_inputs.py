"""The inputs of an answer on aid: each figure with its sources, opposed estimates under it, and what it moves."""

from collections.abc import Mapping, Sequence

from provenet.case.extract import Extract, Fields
from provenet.case.rows import FundInputRow, PurchaseRow
from provenet.case.tables import words
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dossier.drawings.tornado import Swing

LEAST_MOVE = 0.001
"""A figure that moves the answer by less, as a share of what carriers weigh, stands in the second table."""
SHOWN_SWINGS = 18
"""Figures that the drawing holds, the widest first; the table holds all."""


def figure_value(value: float | None, unit: str, kind: str = "") -> str:
    """A figure with its unit where that is short; a currency comes first.

    >>> figure_value(-0.25, "share of price"), figure_value(92_000, "EUR of 2026"), figure_value(7, "years")
    ('-25 %', 'EUR 92,000', '7 years')
    >>> figure_value(900, "site", "count"), figure_value(2, "weeks of a whole crew")
    ('900 sites', '2 weeks')
    """
    text, short = bare_value(value, unit, kind), unit.split(" of ")[0]
    if value is None or kind == "day" or unit.startswith(("share", "chance")):
        return text
    if kind == "count":
        short = wording.plural(value, short) if not short.endswith("s") else short
    if short.isupper() and len(short) == 3:
        return f"{short} {text}"
    return text if len(short) > 14 else f"{text} {short}".strip()


def bare_value(value: float | None, unit: str, kind: str) -> str:
    """A figure without its unit; a share as a percentage."""
    if value is None:
        return wording.UNKNOWN
    if kind == "day":
        return str(int(value))
    if unit.startswith(("share", "chance")):
        return wording.percent(value) if value >= 0 else f"-{wording.percent(-value)}"
    return wording.figure(value) if abs(value) < 1e4 else wording.amount(value)


def figure_unit(unit: str) -> str:
    """The unit behind the two ends of a figure in a table: of a share, what it is of.

    >>> figure_unit("share of price"), figure_unit("EUR of 2026"), figure_unit("chance over the life")
    ('of price', 'EUR of 2026', 'over the life')
    """
    return unit.removeprefix("share ").removeprefix("chance ")


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
            low_words=figure_value(row["low_amount"], row["unit_says"], row["kind"]),
            high_words=figure_value(row["high_amount"], row["unit_says"], row["kind"]),
        )
        for row, answers in tried
        if answers
    ]


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


def input_figures(
    rows: Sequence[FundInputRow], names: Mapping[str, str], extract: Extract
) -> tuple[list[Fields], list[Fields]]:
    """Figures that move the answer, the widest first, and those that do not; opposed estimates under each."""
    used = sorted((r for r in rows if r["used"]), key=lambda r: (-width(r), r["name"], r["input_id"]))
    beside = grouped(
        (row["name"], row)
        for row in sorted((r for r in rows if not r["used"]), key=lambda r: (r["name"], r["input_id"]))
    )
    moving: list[Fields] = []
    still: list[Fields] = []
    for row in used:
        lines = moving if width(row) >= LEAST_MOVE else still
        under = beside.pop(row["name"], [])
        line = _figure(row, names, extract)
        if under:
            line["scope"] = f"one band over the {wording.count(len(under), 'estimate', spelled=True)} under it"
        lines.append({**line, "beside": False})
        lines += [{**_figure(one, names, extract), "beside": True} for one in under]
    left = [{**_figure(one, names, extract), "beside": False} for held in beside.values() for one in held]
    return moving, still + left


def _figure(row: FundInputRow, names: Mapping[str, str], extract: Extract) -> Fields:
    unit, kind, answers = row["unit_says"], row["kind"], answers_at(row)
    low, mid, high = (bare_value(end, unit, kind) for end in (row["low_amount"], row["mid_amount"], row["high_amount"]))
    is_plural = kind == "count" and row["high_amount"] != 1 and not unit.endswith("s")
    return {
        "name": names[row["input_id"]],
        "low": low,
        "high": high,
        "mid": "" if low == high or row["mid_amount"] is None else mid,
        "unit": figure_unit(unit) + ("s" if is_plural else ""),
        "word": "our arithmetic" if row["basis"] == "derived" else row["basis"],
        "sign": row["basis"],
        "who": row["estimator"] or "",
        "sponsor": row["sponsor"] or "",
        "scope": row["scope"] or row["says"],
        "moves": f"{wording.percent(answers[0])} … {wording.percent(answers[2])}" if answers else "",
        "cites": [] if row["basis"] == "assumed" else extract.cite_refs(row["inputs"]),
        "id": row["input_id"],
    }
