"""The page of the back-tests is what they say today; their inputs come from before their outcomes."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from provenet.forms.backtests import CASES, BacktestOutcome, given, graded, outcomes, rows_of
from provenet.scheduling.backtests.report import (
    TESTS,
    applications,
    backtests,
    core,
    cost,
    page,
    parts,
    programme,
    radio,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_page_is_what_the_back_tests_say() -> None:
    assert (ROOT / "docs" / "backtests.md").read_text("utf-8") == page(backtests())


def test_every_input_says_where_it_is_from_or_that_it_is_assumed() -> None:
    silent = [
        (row["test"], row["key"])
        for row in rows_of("inputs.csv")
        if row["basis"] not in {"sourced", "derived", "assumed"}
        or (row["basis"] != "assumed" and not all(row[key] for key in ("source_title", "source_url", "locator")))
    ]
    assert silent == []


def test_inputs_are_older_than_outcomes() -> None:
    """A date without its day or month counts as its last one; decision 0030 says why one test cannot keep it."""
    first = {
        test: min(row["source_date"] for row in rows_of("outcomes.csv") if row["test"] == test and row["observed"])
        for test in TESTS
    }
    late = {
        row["test"]
        for row in rows_of("inputs.csv")
        if row["source_date"] and row["source_date"] + "-12-31"[len(row["source_date"]) - 4 :] >= first[row["test"]]
    }
    assert late == {"eu-claims"}


def test_an_outcome_is_of_something_that_is_predicted() -> None:
    said = {(one.prediction.test, one.prediction.key) for one in backtests()}
    assert set(outcomes()) <= said
    assert len(said) == len(backtests())


def test_no_miss_is_left_out_of_the_page() -> None:
    text = (ROOT / "docs" / "backtests.md").read_text("utf-8")
    grades = Counter(one.grade for one in backtests())
    assert grades["miss"] > 0
    assert {grade: text.count(f"| **{grade}** |") for grade in grades} == dict(grades)


def test_both_claims_differ_by_the_two_switches_alone() -> None:
    inputs = given("eu-claims")
    for case in CASES:
        swap, dearer = parts(inputs, case)
        credit = inputs["due_share"].at(case)
        assert cost(inputs, case, renewal_credit=False, delay_cost=False) == swap
        assert cost(inputs, case, renewal_credit=True, delay_cost=True) == swap * (1 - credit) + dearer


def test_generated_applications_keep_what_is_published_of_them() -> None:
    inputs = given("us-progress")
    made = applications(inputs)
    assert len(made) == 126
    assert sum(one.cost for one in made) == pytest.approx(4.6e9)
    assert sum(one.locations for one in made) == pytest.approx(8400)
    assert made == applications(inputs) != applications(inputs, seed=1)
    shares = [one.cost / asked.mid for one, asked in zip(made, _asked(inputs), strict=False)]
    assert max(shares) == pytest.approx(min(shares))


def _asked(inputs):  # type: ignore[no-untyped-def]
    return [row for key, row in inputs.items() if key.startswith("asked: ")]


def test_money_of_the_programme_is_the_appropriation_however_it_is_paid() -> None:
    inputs = given("us-progress")
    for case in CASES:
        shared, one_purse = (
            sum(sum(r.capacity) for r in programme(inputs, case, pro_rata).resources if r.id != "crews")
            for pro_rata in (True, False)
        )
        assert shared == pytest.approx(one_purse)
    none = sum(sum(r.capacity) for r in programme(inputs, "low").resources if r.id != "crews")
    assert none == pytest.approx(0.395 * 4.6e9)


def test_paid_in_shares_those_finish_who_pay_the_rest_themselves_and_nobody_else() -> None:
    """Bounds of these schedules are loose, for parts of an application count in fractions; the number is exact."""
    inputs = given("us-progress")
    (said,) = [
        one.prediction for one in backtests() if (one.prediction.test, one.prediction.key) == ("us-progress", "done")
    ]
    for case in CASES:
        assert sum(one.cost <= inputs["own_money"].at(case) for one in applications(inputs)) == getattr(said, case)


def test_the_kingdom_needs_the_time_that_was_said() -> None:
    inputs = given("uk")
    for case in CASES:
        crews = core(inputs, case).resources[0].capacity[0]
        assert 20 / crews == pytest.approx(11 * inputs["overrun_factor"].at(case))
        pace = radio(inputs, case).resources[0].capacity
        assert pace[:2] == (0.0, 0.0)
        assert 120 / pace[2] == pytest.approx(4 * inputs["swap_years"].at(case))


@pytest.mark.parametrize(
    ("relation", "seen", "grade"),
    [("=", 2.5, "hit"), ("=", 3.0, "within range"), ("=", 3.1, "miss"), ("=", 1.0, "within range"),
     ("<=", 2.0, "hit"), ("<=", 1.0, "within range"), ("<=", 0.9, "miss"),
     (">=", 2.0, "hit"), (">=", 3.0, "within range"), (">=", 3.1, "miss"), ("open", None, "open")],
)  # fmt: skip
def test_grades(relation: str, seen: float | None, grade: str) -> None:
    said = replace(backtests()[0].prediction, low=1.0, mid=2.0, high=3.0)
    assert graded(said, BacktestOutcome(relation, seen, "", "", "", "", "")) == grade
