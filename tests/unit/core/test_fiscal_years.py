"""A fiscal year is that of the country; where nobody knows how it is counted, every day that it may have."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.parties import PartyNames
from provenet.core.countries import countries
from provenet.core.when import FiscalYear, Span, parse_span
from support.reading import read_table_file


@pytest.mark.parametrize(
    ("country", "low", "high"),
    [
        ("Japan", date(2017, 4, 1), date(2018, 3, 31)),
        ("United States", date(2016, 10, 1), date(2017, 9, 30)),
        ("IN", date(2016, 4, 1), date(2017, 3, 31)),
        ("Germany", date(2017, 1, 1), date(2017, 12, 31)),
        ("Kenya", date(2016, 2, 1), date(2018, 11, 30)),
        ("", date(2016, 2, 1), date(2018, 11, 30)),
    ],
)
def test_a_fiscal_year_of_a_country(country: str, low: date, high: date) -> None:
    assert parse_span("FY2017", countries().fiscal_year(country)) == Span(low, high)


def test_without_a_country_it_is_read_as_in_japan() -> None:
    assert parse_span("FY2017") == Span(date(2017, 4, 1), date(2018, 3, 31))


@given(st.integers(1, 12), st.booleans(), st.integers(1950, 2050))
def test_what_nobody_knows_holds_every_way_of_counting(month: int, by_end: bool, year: int) -> None:
    one, whole = FiscalYear(month, by_end).span(year), parse_span(f"FY{year}", None)
    assert one.low and one.high and whole.low and whole.high
    assert whole.low <= one.low <= one.high <= whole.high
    assert 365 <= (one.high - one.low).days + 1 <= 366
    assert (one.high if by_end else one.low).year == year


def test_rows_are_dated_by_their_own_country() -> None:
    text = "carrier_id,country,measure,percent,as_of\n"
    text += "TIM,Italy,subscribers,30,FY2020\nNTT Docomo,Japan,subscribers,30,FY2020\n"
    made = read_table_file("s.csv", text.encode(), None, names=PartyNames.built_in()).rows["carrier_share"]
    assert [row["as_of_low_on"] for row in made] == [date(2020, 1, 1), date(2020, 4, 1)]
    assert [row["as_of_high_on"] for row in made] == [date(2020, 12, 31), date(2021, 3, 31)]
