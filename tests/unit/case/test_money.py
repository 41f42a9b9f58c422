"""Amounts of several years and currencies as one, by hand."""

from __future__ import annotations

import pytest

from provenet.case.money import Band, Money, band_of, joined
from provenet.core.errors import InputFault

INDEX = [
    {"row_id": f"i-{currency}-{year}", "series": "made up", "currency": currency, "year": str(year), "basis": "assumed",
     "says": None, "low_index_amount": low, "index_amount": mid, "high_index_amount": high}
    for currency, year, low, mid, high in (
        ("EUR", 2020, 80, 90, 100), ("EUR", 2026, 100, 100, 100), ("GBP", 2020, 50, 50, 50),
        ("GBP", 2026, 100, 100, 100),
    )
]  # fmt: skip
RATES = [
    {"row_id": f"r-{currency}", "currency": currency, "per_currency": "EUR", "year": "2026", "basis": "derived",
     "says": "made up", "low_rate_amount": low, "rate_amount": mid, "high_rate_amount": high}
    for currency, low, mid, high in (("GBP", 0.5, 0.8, 1.0), ("JPY", 100, 160, 200))
]  # fmt: skip


def purse(currency: str = "EUR", year: str = "2026") -> Money:
    return Money(INDEX, RATES, currency=currency, year=year)


def test_the_same_money_is_itself() -> None:
    assert purse().brought(Band(1, 2, 3), "EUR", "2026", what="x") == Band(1, 2, 3)


def test_an_older_price_grows_by_the_index_and_the_interval_by_its_doubt() -> None:
    assert purse().brought(Band(90, 90, 90), "EUR", "2020", what="x") == Band(90, 100, 112.5)


def test_another_currency_is_deflated_first_and_then_exchanged() -> None:
    # 100 GBP of 2020 are 200 GBP of 2026; one EUR costs 0.5 to 1.0 GBP.
    made = purse().brought(Band(100, 100, 100), "GBP", "2020", what="x")
    assert (made.low, made.mid, made.high) == pytest.approx((200.0, 250.0, 400.0))


def test_two_currencies_meet_in_euro() -> None:
    made = purse("JPY").brought(Band(8, 8, 8), "GBP", "2026", what="x")
    assert (made.low, made.mid, made.high) == pytest.approx((8 * 100, 10 * 160, 16 * 200))


def test_what_was_taken_is_told_once() -> None:
    taken = purse()
    for _ in range(2):
        taken.brought(Band(1, 1, 1), "GBP", "2020", what="x")
    assert sorted(taken.used) == ["GBP for one EUR, 2026", "prices in GBP, 2020", "prices in GBP, 2026"]
    assert taken.used["GBP for one EUR, 2026"].rests_on == ("exchange_rate:r-GBP",)


def test_a_year_or_rate_that_no_row_gives_is_a_fault_and_no_guess() -> None:
    with pytest.raises(InputFault) as index:
        purse().brought(Band(1, 1, 1), "GBP", "2019", what="option a")
    assert str(index.value) == (
        "price_index: no level of prices, needed for option a; found 'GBP 2019', expected a row in price_index.\n"
        "    Add a file with the columns of price_index (docs/plan.md), or choose another currency or price year."
    )
    with pytest.raises(InputFault, match="no rate, needed for option a; found 'USD per EUR 2026'"):
        purse().brought(Band(1, 1, 1), "USD", "2026", what="option a")


def test_one_end_stands_for_both_and_none_for_nothing() -> None:
    row = {"low_amount": 4.0, "mid_amount": None, "high_amount": None}
    assert band_of(row, "", "amount") == Band(4.0, 4.0, 4.0)
    assert band_of({**row, "high_amount": 6.0}, "", "amount") == Band(4.0, 5.0, 6.0)
    assert band_of(dict.fromkeys(row), "", "amount") is None
    assert band_of({**row, "low_amount": 0.0}, "", "amount") == Band(0.0, 0.0, 0.0)


def test_opposed_estimates_span_both_and_one_is_itself() -> None:
    assert joined([Band(1, 2, 3), Band(7, 8, 9)]) == Band(1, 5, 9)
    assert joined([Band(1, 3, 4)]) == Band(1, 3, 4)
