"""The page of the back-tests of aid is what they say today; the models behind it, against closed forms."""

import math
from collections import Counter
from pathlib import Path
from statistics import NormalDist

import pytest

from provenet.forms.backtests import outcomes, rows_of
from provenet.tipping.backtests.report import INPUTS, OUTCOMES, TEST, at, backtests, calibrated, defaults, page

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_page_is_what_the_back_tests_say() -> None:
    assert (ROOT / "docs" / "backtests-aid.md").read_text("utf-8") == page(backtests())


def test_every_input_says_where_it_is_from_or_that_it_is_assumed() -> None:
    silent = [
        (row["test"], row["key"])
        for row in rows_of(INPUTS)
        if row["basis"] not in {"sourced", "derived", "assumed"}
        or (row["basis"] != "assumed" and not all(row[key] for key in ("source_title", "source_url", "locator")))
    ]
    assert silent == []
    assert {row["test"] for row in rows_of(INPUTS)} == {TEST}


def test_inputs_are_older_than_outcomes() -> None:
    first = min(row["source_date"] for row in rows_of(OUTCOMES))
    dates = [row["source_date"] for row in rows_of(INPUTS) if row["source_date"]]
    assert len(dates) > 3
    assert all(day + "-12-31"[len(day) - 4 :] < first for day in dates)


def test_an_outcome_is_of_something_that_is_predicted_and_no_grade_is_left_out() -> None:
    said = {(one.prediction.test, one.prediction.key) for one in backtests()}
    assert set(outcomes(OUTCOMES)) <= said
    text = (ROOT / "docs" / "backtests-aid.md").read_text("utf-8")
    grades = Counter(one.grade for one in backtests())
    assert {grade: text.count(f"| **{grade}** |") for grade in grades} == dict(grades)


def closed(spread: float, bidders: int, own: float, bond: float, paid: int) -> float:
    """The share of areas that default, from the distribution of the lowest or second lowest of normal errors."""
    sigma = math.sqrt(math.log1p(spread**2))
    least = min(1 - own, 1 / (1 + bond))
    below = NormalDist().cdf((math.log(least) + sigma**2 / 2) / sigma)
    one = 1 - (1 - below) ** bidders
    return one if paid == 1 else one - bidders * below * (1 - below) ** (bidders - 1)


@pytest.mark.parametrize(
    ("spread", "bidders", "own", "bond"), [(0.15, 3, 0.1, 0.02), (0.4, 5, 0.0, 0.2), (0.2, 2, 0.3, 0.5), (0.1, 8, 0, 0)]
)
def test_defaults_of_the_auction_are_those_of_order_statistics(
    spread: float, bidders: int, own: float, bond: float
) -> None:
    for paid in (1, 2):
        places, money = defaults(spread, bidders, own, bond=bond, paid=paid)
        assert places == pytest.approx(closed(spread, bidders, own, bond, paid), abs=0.006)
        assert money <= places


def test_the_calibrated_spread_gives_back_what_it_is_calibrated_to() -> None:
    for share in (0.1, 0.3):
        assert at("mid", bid_spread=calibrated(share))[1] == pytest.approx(share, abs=1e-3)
