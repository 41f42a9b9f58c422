"""What a cell that is no day looks like: the edges between the forms that the readers' tests show whole."""

from datetime import date

import pytest

from provenet.core.when import Span
from provenet.ingest.tabular.calendars import strange_year, way_out, year_way_out
from readers.small_inventory import read, told
from support.tables import table


def test_years_of_telegraphy_and_later_are_no_slips() -> None:
    first, last = date(1850, 1, 1), date(2200, 12, 31)
    assert strange_year(Span(first, last)) is None
    assert strange_year(Span(None, None)) is None
    assert strange_year(Span(date(1849, 12, 31), last)) == 1849
    assert strange_year(Span(first, date(2201, 1, 1))) == 2201


@pytest.mark.parametrize(
    ("year", "calendar"),
    [(1380, "Persian"), (1410, "Persian"), (1411, "Hijri"), (1500, "Hijri"), (2400, "Buddhist"), (2700, "Buddhist")],
)
def test_a_year_names_the_calendar_it_may_be_of(year: int, calendar: str) -> None:
    assert year_way_out(year).startswith(f"{year} may be a year of the {calendar} calendar: write the day")


@pytest.mark.parametrize("year", [1, 1299, 1501, 2399, 2701])
def test_a_year_of_no_calendar_is_a_slip(year: int) -> None:
    assert year_way_out(year).startswith(f"No date of this subject is of {year}: write the day")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("12/12/2018", "Days are not read in this order"),
        ("13.12.18", "Days are not read in this order"),
        ("12-11-18", "This can be read as day and month or as month and day"),
        ("20180230", "No such day exists"),
        ("1404/1/1", "1404 may be a year of the Persian calendar"),
        ("114/4/1", "This looks like a year of the Minguo calendar, which would be 2025"),
        ("昭和 64年1月7日", "This looks like a year of a Japanese era, which would be 1989"),
        ("43427.5", "This looks like the serial number of a day in a spreadsheet"),
        ("Nov 23, 2018", "Months are not read as names"),
    ],
)
def test_each_look_has_its_way_out(text: str, says: str) -> None:
    told = way_out(text, day_asked=False)
    assert told.partition(": ")[0].removesuffix(".") == says


@pytest.mark.parametrize("text", ["", "soon", "May", "62345", "2018-11-23 x"])
def test_what_looks_like_nothing_gets_no_advice(text: str) -> None:
    assert way_out(text, day_asked=True) is None


def test_a_span_is_a_fault_only_where_one_day_is_asked() -> None:
    assert way_out("2018-Q4", day_asked=True) == (
        "This is a span of days, and one day is asked: write its first or last day, whichever is meant."
    )
    assert way_out("2018-Q4", day_asked=False) is None


WRITE = "write the day of the Gregorian calendar as YYYY-MM-DD."


def fault(text: str) -> str:
    (sentence,) = told("o.csv", f'owner_id,owned_id,from_on\nNokia,Ericsson,"{text}"\n'.encode())
    return sentence.removeprefix("o.csv row 2, from_on: ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    table(__file__, "a day that is written otherwise"),
)  # fmt: skip
def test_a_day_that_is_written_otherwise(text: str, sentence: str) -> None:
    assert fault(text) == sentence.format(text)


def test_a_day_that_does_not_exist() -> None:
    assert fault("2018-02-30") == (
        f"not a day; found '2018-02-30', expected a day that exists, as YYYY-MM-DD.\n    No such day exists: {WRITE}"
    )


SHARE = "geo,level,segment,vendor_ids,percent,qualifier,as_of,measure,forecast,source_title\n"


@pytest.mark.parametrize("text", ["Q3 2018", "by 2026", "2018/2019", "2018-11", "FY2017"])
def test_a_column_of_spans_takes_spans(text: str) -> None:
    data = f"{SHARE}Italy,country,4G RAN,Nokia,50,=,{text},subscribers,no,A page\n".encode()
    assert read("s.csv", data).row_count == 1


def test_a_span_of_another_calendar_is_refused_too() -> None:
    assert told("s.csv", f"{SHARE}Italy,country,4G RAN,Nokia,50,=,2568,subscribers,no,A page\n".encode()) == [
        "s.csv row 2, as_of: the year is of another calendar, or a slip; found '2568', expected a year from 1850 to "
        f"2200.\n    2568 may be a year of the Buddhist calendar: {WRITE}"
    ]
