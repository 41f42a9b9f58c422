"""Days and stakes of FollowTheMoney as its files write them."""

from datetime import date

import pytest

from provenet.ingest.lists.ftm_rows import listed_day, stakes_share


@pytest.mark.parametrize(
    ("text", "day", "is_rough"),
    [
        ("1001-01-01", None, False),  # the model's word for long past and not known
        ("1002-01-01", date(1002, 1, 1), False),
        ("1001-01-02", date(1001, 1, 2), False),
        ("2021-03-04", date(2021, 3, 4), False),
        ("2021-03-04T12:00:00", date(2021, 3, 4), False),
        (" 2021-02 ", date(2021, 2, 28), True),
        ("2021", date(2021, 12, 31), True),
    ],
)
def test_a_day_is_the_last_that_its_text_allows_and_1001_01_01_is_since_always(
    text: str, day: date | None, is_rough: bool
) -> None:
    assert listed_day(text) == (day, is_rough)


@pytest.mark.parametrize("text", ["", "12", "2021-13", "2021-02-30", "2021/03/04", "soon"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a day, month or year"):
        listed_day(text)


def test_several_percentages_of_one_stake_are_their_hull_and_a_word_among_them_leaves_it_open() -> None:
    assert stakes_share(("25", "50-75")) == (0.25, 0.75)
    assert stakes_share((">25 %", "less than 10")) == (0.0, 1.0)
    assert stakes_share(("25", "minority")) == (None, None)
    assert stakes_share(()) == (None, None)
