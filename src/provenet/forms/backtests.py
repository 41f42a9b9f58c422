"""Back-tests: their inputs, each from a source dated before the outcome, their predictions, and how these fared.

A figure has a low, a mid and a high end. Here since two rooms test themselves: what is to be replaced when, and who is
to be aided how.
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path
from random import Random
from statistics import NormalDist

PLACE = Path(__file__).parents[1] / "facts" / "backtests"
CASES = ("low", "mid", "high")
"""The three sets of inputs that a back-test is run with."""
SMALL = 1e6
"""US dollars below which an application counts as small in the published share."""
HIT_SHARE = 0.25
"""A middle prediction within this share of what was observed is a hit."""


@dataclass(frozen=True)
class BacktestInput:
    """One input: its three ends, its unit, on what it rests (sourced, derived, assumed) and where that is published."""

    test: str
    key: str
    low: float
    mid: float
    high: float
    unit: str
    basis: str
    says: str
    source_title: str
    source_url: str
    source_date: str
    locator: str

    def at(self, case: str) -> float:
        """The end that a case takes."""
        return {"low": self.low, "mid": self.mid, "high": self.high}[case]


@dataclass(frozen=True)
class Prediction:
    """What one back-test says of one quantity before its outcome: three ends and their unit."""

    test: str
    key: str
    says: str
    low: float
    mid: float
    high: float
    unit: str


Inputs = Mapping[str, BacktestInput]
"""The inputs of one back-test by key."""


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a bundled table of the back-tests."""
    with (PLACE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def given(test: str, table: str = "inputs.csv") -> Inputs:
    """The inputs of one back-test, from the bundled table that holds them.

    >>> given("us-ask")["appropriation"].mid
    1895000000.0
    """
    found = {}
    for row in rows_of(table):
        if row["test"] == test:
            low, mid, high = (float(row[case]) for case in CASES)
            sentences = {key: row[key] for key in row if key not in CASES}
            found[row["key"]] = BacktestInput(low=low, mid=mid, high=high, **sentences)
    return found


def predicted(test: str, key: str, says: str, *, by_case: Mapping[str, float], unit: str) -> Prediction:
    """A prediction from what each case gives: the mid case stands in the middle, the ends are the extremes."""
    ends = list(by_case.values())
    return Prediction(test, key, says, min(ends), by_case["mid"], max(ends), unit)


def sizes(inputs: Inputs, draw: Random, count: int) -> list[tuple[str, float]]:
    """What so many applications ask for, in US dollars: the published ones as they are, the rest log-normal.

    `inputs` holds the published ones as rows `asked: ...`, and what `rest_of` needs.
    """
    known = published(inputs)
    middle, spread = rest_of(inputs, [size for _, size in known])
    return known + [(f"drawn {nth}", draw.lognormvariate(middle, spread)) for nth in range(count - len(known))]


def published(inputs: Inputs) -> list[tuple[str, float]]:
    """The published applications: name and amount requested, in US dollars."""
    return [(key.removeprefix("asked: "), row.mid) for key, row in inputs.items() if key.startswith("asked: ")]


def rest_of(inputs: Inputs, published: list[float]) -> tuple[float, float]:
    """Mean and spread of the logarithm of sizes not published: they keep the published total and share of small ones.

    From mean = exp(m + s**2 / 2) and the share below `SMALL` = normal((log SMALL - m) / s).
    """
    others = inputs["applications_filed"].mid - len(published)
    mean = (inputs["asked_cost"].mid - fsum(published)) / others
    small = inputs["small_share"].mid * inputs["applications_filed"].mid - sum(size < SMALL for size in published)
    z = NormalDist().inv_cdf(small / others)
    spread = z + math.sqrt(z * z + 2 * math.log(mean / SMALL))
    return math.log(SMALL) - z * spread, spread


@dataclass(frozen=True)
class BacktestOutcome:
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
    outcome: BacktestOutcome | None
    grade: str


def outcomes(table: str = "outcomes.csv") -> dict[tuple[str, str], BacktestOutcome]:
    """The outcomes of a bundled table by test and quantity."""
    return {
        (row["test"], row["key"]): BacktestOutcome(
            observed=float(row["observed"]) if row["observed"] else None,
            **{key: row[key] for key in row.keys() - {"test", "key", "observed", "unit"}},
        )
        for row in rows_of(table)
    }


def graded(prediction: Prediction, outcome: BacktestOutcome | None) -> str:
    """How a prediction stands: hit, within range, miss, open, or variation where nothing is to compare with.

    >>> said = Prediction("t", "k", "", 1.0, 2.0, 3.0, "count")
    >>> [graded(said, BacktestOutcome("=", x, "", "", "", "", "")) for x in (2.2, 3.0, 4.0)]
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


def _seen(outcome_of: BacktestOutcome, unit: str) -> str:
    if outcome_of.observed is None:
        return "not known"
    sign = {"=": "", "<=": "at most ", ">=": "at least "}[outcome_of.relation]
    return sign + number(outcome_of.observed, unit)
