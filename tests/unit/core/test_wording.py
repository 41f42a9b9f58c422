"""Figures in words: what is not nothing is never written as nothing, and an interval keeps both its ends."""

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


@given(SHARES, SHARES, st.integers(0, 2))
def test_an_interval_holds_both_ends_as_printed(one: float, other: float, places: int) -> None:
    low, high = sorted((one, other))
    text = wording.interval(low, high, places=places, whole="0 to 100 %")
    assert text.count("%") == 1
    first, _, last = text.removesuffix(" %").partition(" to ")
    if high - low <= 1e-9:
        assert text == wording.percent(high, places=places) or last
        return
    assert _end(first) - 1e-7 <= 100 * low or (first.startswith("under") and low > 0)
    assert _end(last or first) + 1e-7 >= 100 * high or ((last or first).startswith("over") and high < 1)
    step = 10.0**-places * (1 + 1e-6)
    assert abs(_end(first) - 100 * low) <= step
    assert abs(_end(last or first) - 100 * high) <= step
    assert low == 0 or first != "0"
    assert high == 1 or last != "100"


def _end(words: str) -> float:
    return float(words.split()[-1])


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
    high = low * times
    text = wording.amount_interval(low, high, "EUR")
    assert text.count("EUR") == 1
    if text == wording.amount(low, "EUR"):
        return
    first, last = text.removeprefix("EUR ").split(" to ")
    scale = last.partition(" ")[2]
    is_whole = " " in first or low < 1e6
    written = _amount(first if is_whole else f"{first} {scale}"), _amount(last)
    slack = 1e-8 * max(high, 1)
    assert written[0] <= low + slack
    assert written[1] >= high - slack
    assert low - written[0] <= 0.0101 * low + 1
    assert written[1] - high <= 0.0101 * high + 1


def _amount(words: str) -> float:
    number, _, scale = words.replace(",", "").partition(" ")
    return float(number) * {"": 1.0, "million": 1e6, "billion": 1e9}[scale]


@given(st.floats(0, 1e9, allow_subnormal=False), st.floats(0, 1e9, allow_subnormal=False))
def test_an_interval_of_figures_holds_both_figures(one: float, other: float) -> None:
    low, high = sorted((one, other))
    first, _, last = wording.figure_interval(low, high).replace(",", "").partition(" to ")
    if last:
        assert float(first) <= low * (1 + 1e-8)
        assert float(last) >= high * (1 - 1e-8)


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


def test_a_country_has_its_article_within_a_sentence() -> None:
    of = {"United Kingdom": "the ", "Netherlands": "the ", "United States": "the ", "Japan": "", "Germany": ""}
    assert [wording.country(name) for name in of] == [f"{article}{name}" for name, article in of.items()]
