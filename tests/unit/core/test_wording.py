"""Figures in words: what is not nothing is never written as nothing, and an interval keeps both its ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.core import wording

SHARES = st.floats(0, 1)


@given(SHARES, st.integers(0, 3))
def test_only_nothing_is_0_and_only_the_whole_is_100(share: float, places: int) -> None:
    text = wording.percent(share, places=places)
    assert (text == "0 %") == (share == 0)
    assert (text == "100 %") == (share == 1)
    number = float(text.removesuffix(" %").split()[-1])
    assert abs(number - 100 * share) <= 10.0**-places * 1.000001


@given(SHARES, SHARES)
def test_an_interval_names_both_ends_once_with_one_sign(one: float, other: float) -> None:
    low, high = sorted((one, other))
    text = wording.interval(low, high, whole="0 to 100 %")
    assert text.count("%") == 1
    ends = [wording.percent(end).removesuffix(" %") for end in (low, high)]
    assert text == f"{' to '.join(dict.fromkeys(ends))} %"


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ({"low": 0.5, "high": 1, "low_open": True}, "over 50 to 100 %"),
        ({"low": 0.1, "high": 0.2, "low_open": True, "high_open": True}, "over 10 to under 20 %"),
        ({"low": 0.0, "high": 0.02, "high_open": True}, "under 2 %"),
        ({"low": 0.5, "high": 0.5, "fixed": True}, "50.0 %"),
        ({"low": 0.1234, "high": 0.5, "places": 2, "fixed": True}, "12.34 to 50.00 %"),
        ({"low": 0.0, "high": 1.0, "high_open": True}, "not known (0 to 100 %)"),
        ({"low": 0.0, "high": 1.0, "whole": "anything"}, "anything"),
        ({"low": 0.2, "high": None}, "not known"),
    ],
)
def test_intervals_of_shares(ends: dict[str, object], text: str) -> None:
    assert wording.interval(**ends) == text  # type: ignore[arg-type]


@given(st.floats(0, 1e13), st.floats(1, 5))
def test_an_interval_of_amounts_holds_both_amounts(low: float, times: float) -> None:
    text = wording.amount_interval(low, low * times, "EUR")
    first, last = wording.amount(low, "EUR"), wording.amount(low * times)
    assert text in {first, f"{first} to {last}", f"{first.rpartition(' ')[0]} to {last}"}
    assert text.count("EUR") == 1


def test_an_amount_is_rounded_to_three_digits_and_carries_into_the_next_word() -> None:
    assert wording.amount(999.7e6, "EUR") == "EUR 1 billion"
    assert wording.amount(999.4e6, "EUR") == "EUR 999 million"
    assert wording.amount(-118.2e6, "EUR") == "EUR -118 million"
    assert wording.amount(None, "EUR") == "not known"


@given(st.lists(st.dates(date(1900, 1, 1), date(2200, 1, 1)), max_size=6))
def test_quarters_are_those_of_the_days_and_no_other(days: list[date]) -> None:
    text = wording.quarters(days)
    ends = [run.split(" to ") for run in text.split(", ")] if text else []
    listed = [(_first(run[0]), _first(run[-1])) for run in ends]
    assert {wording.quarter(day) for day in days} == {
        wording.quarter(day)
        for first, last in listed
        for day in (*(first + timedelta(days=step) for step in range(0, (last - first).days, 28)), last)
    }


def _first(quarter: str) -> date:
    return date(int(quarter[:4]), 3 * int(quarter[-1]) - 2, 1)
