"""Quarters as days: which are whole by a day, where each begins and ends, and which one a day lies in."""

from datetime import date, timedelta

import pytest

from provenet.core.errors import UsageFault
from provenet.replacement.limits import MOST, Quarters, later, quarter_start

TWO_YEARS = Quarters(date(2027, 1, 1), 8)


@pytest.mark.parametrize(
    ("as_of", "by", "first", "count"),
    [
        (date(2026, 11, 27), date(2027, 3, 31), date(2027, 1, 1), 1),  # the quarter that ends on that very day
        (date(2026, 11, 27), date(2027, 6, 29), date(2027, 1, 1), 1),
        (date(2026, 11, 27), date(2027, 6, 30), date(2027, 1, 1), 2),
        (date(2026, 12, 31), date(2028, 12, 31), date(2027, 1, 1), 8),
        (date(2027, 1, 1), date(2027, 12, 31), date(2027, 4, 1), 3),  # the quarter that has begun is not planned
    ],
)
def test_whole_quarters_after_a_day_that_end_by_another(as_of: date, by: date, first: date, count: int) -> None:
    assert Quarters.until(as_of, by) == Quarters(first, count)


def test_a_day_before_the_first_whole_quarter_ends_and_one_too_far_away_are_refused() -> None:
    with pytest.raises(UsageFault, match="no whole quarter ends by then; found 2027-03-30, expected 2027-03-31"):
        Quarters.until(date(2026, 11, 27), date(2027, 3, 30))
    longest = later(date(2027, 1, 1), MOST) - timedelta(days=1)
    assert Quarters.until(date(2026, 11, 27), longest).count == MOST
    with pytest.raises(UsageFault, match="too far away"):
        Quarters.until(date(2026, 11, 27), later(longest + timedelta(days=1), 1))


def test_each_quarter_begins_and_ends_on_its_days() -> None:
    assert [quarter_start(date(2027, month, 28)).month for month in range(1, 13)] == [1] * 3 + [4] * 3 + [7] * 3 + [
        10
    ] * 3
    assert (TWO_YEARS.start(0), TWO_YEARS.end(0)) == (date(2027, 1, 1), date(2027, 3, 31))
    assert (TWO_YEARS.start(7), TWO_YEARS.end(7)) == (date(2028, 10, 1), date(2028, 12, 31))
    assert later(date(2027, 1, 1), -1) == date(2026, 10, 1)
    assert TWO_YEARS.name(4) == "2028 Q1"


def test_a_day_lies_in_one_quarter_and_before_the_first_its_number_is_below_nothing() -> None:
    days = (date(2026, 9, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2028, 10, 1))
    assert [TWO_YEARS.number_of(day) for day in days] == [-2, -1, 0, 1, 7]
    assert [TWO_YEARS.ended_by(day) for day in days] == [0, 0, 0, 2, 7]
    assert TWO_YEARS.ended_by(date(2030, 1, 1)) == 8
