"""Predictions of back-tests beside outcomes: grades, and tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provenet.forms.backtest_inputs import BacktestInput, Prediction, rows_of

HIT_SHARE = 0.25
"""A middle prediction within this share of what was observed is a hit."""


@dataclass(frozen=True)
class Outcome:
    """What came of one quantity. `relation`: = it was this, <= or >= at most or at least this, open not known."""

    relation: str
    observed: float | None
    says: str
    source_title: str
    source_url: str
    source_date: str
    locator: str


@dataclass(frozen=True)
class GradedPrediction:
    """One prediction held against its outcome; a variation has none."""

    prediction: Prediction
    outcome: Outcome | None
    grade: str


def outcomes(table: str = "outcomes.csv") -> dict[tuple[str, str], Outcome]:
    """The outcomes of a bundled table by test and quantity."""
    return {
        (row["test"], row["key"]): Outcome(
            row["relation"],
            float(row["observed"]) if row["observed"] else None,
            row["says"],
            row["source_title"],
            row["source_url"],
            row["source_date"],
            row["locator"],
        )
        for row in rows_of(table)
    }


def graded(prediction: Prediction, outcome: Outcome | None) -> str:
    """How a prediction stands: hit, within range, miss, open, or variation where nothing is to compare with.

    >>> said = Prediction("t", "k", "", 1.0, 2.0, 3.0, "count")
    >>> [graded(said, Outcome("=", x, "", "", "", "", "")) for x in (2.2, 3.0, 4.0)]
    ['hit', 'within range', 'miss']
    """
    if outcome is None:
        return "variation"
    if outcome.observed is None:
        return "open"
    seen = outcome.observed
    meets = {
        "=": (abs(prediction.mid - seen) <= HIT_SHARE * abs(seen), prediction.low <= seen <= prediction.high),
        "<=": (prediction.mid <= seen, prediction.low <= seen),
        ">=": (prediction.mid >= seen, prediction.high >= seen),
    }
    hit, within = meets[outcome.relation]
    return "hit" if hit else "within range" if within else "miss"


def held(prediction: Iterable[Prediction], table: str = "outcomes.csv") -> tuple[GradedPrediction, ...]:
    """Predictions beside their outcomes in a bundled table."""
    outcome_of = outcomes(table)
    return tuple(
        GradedPrediction(one, outcome_of.get((one.test, one.key)), graded(one, outcome_of.get((one.test, one.key))))
        for one in prediction
    )


def tally(rows: Sequence[GradedPrediction]) -> list[str]:
    """How many of each grade there are, in a sentence."""
    counts = {
        grade: sum(one.grade == grade for one in rows) for grade in ("hit", "within range", "miss", "open", "variation")
    }
    graded_count = counts["hit"] + counts["within range"] + counts["miss"]
    return [
        f"Of {graded_count} graded quantities {counts['hit']} are hits, {counts['within range']} lie within the range "
        f"alone, and {counts['miss']} are misses; {counts['open']} are open, {counts['variation']} are variations.",
        "",
    ]


def table_of(rows: Iterable[GradedPrediction]) -> list[str]:
    """Predictions and outcomes as a table. Titles of sources stand as published, in code marks."""
    lines = [
        "| quantity | low | mid | high | observed | grade | source of the outcome |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        prediction, outcome_of = one.prediction, one.outcome
        seen = "" if outcome_of is None else _seen(outcome_of, prediction.unit)
        source = (
            "" if outcome_of is None else f"{outcome_of.says}: `{outcome_of.source_title}`, {outcome_of.source_date}"
        )
        low, mid, high = (number(x, prediction.unit) for x in (prediction.low, prediction.mid, prediction.high))
        lines.append(f"| {prediction.says} | {low} | {mid} | {high} | {seen} | **{one.grade}** | {source} |")
    return lines


def inputs_of(rows: Iterable[BacktestInput]) -> list[str]:
    """Inputs as a table; sizes of applications are only counted."""
    lines = ["Inputs:", "", "| input | low | mid | high | rests on | source |", "|---" * 6 + "|"]
    sizes = 0
    for row in rows:
        if row.key.startswith("asked: "):
            sizes += 1
            continue
        low, mid, high = (number(x, row.unit) for x in (row.low, row.mid, row.high))
        source = f"`{row.source_title}`, {row.source_date}" if row.source_title else "ours"
        lines.append(f"| {row.key}: {row.says} | {low} | {mid} | {high} | {row.basis} | {source} |")
    if sizes:
        lines += ["", f"And the sizes of {sizes} applications, as published on 2022-02-09 (rows `asked: ...`)."]
    return lines


def number(value: float, unit: str) -> str:
    """A figure of a back-test in words."""
    if unit == "USD":
        return f"{value / 1e9:.2f} bn USD" if value >= 1e9 else f"{value / 1e6:,.0f} m USD"
    if unit in ("count", "yes or no", "quarters"):
        return f"{value:.0f}"
    return f"{value:.2f}" if unit == "year" else f"{value:.3g}"


def _seen(outcome_of: Outcome, unit: str) -> str:
    if outcome_of.observed is None:
        return "not known"
    sign = {"=": "", "<=": "at most ", ">=": "at least "}[outcome_of.relation]
    return sign + number(outcome_of.observed, unit)
