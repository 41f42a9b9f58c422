"""The inputs of the back-tests: figures with low, mid and high ends, each from a source dated before the outcome."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLACE = Path(__file__).parents[1] / "facts" / "backtests"
CASES = ("low", "mid", "high")
"""The three sets of inputs that a back-test is run with."""


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
            says = {key: row[key] for key in row if key not in CASES}
            found[row["key"]] = BacktestInput(low=low, mid=mid, high=high, **says)
    return found


def predicted(test: str, key: str, says: str, *, by_case: Mapping[str, float], unit: str) -> Prediction:
    """A prediction from what each case gives: the mid case stands in the middle, the ends are the extremes."""
    ends = list(by_case.values())
    return Prediction(test, key, says, min(ends), by_case["mid"], max(ends), unit)
