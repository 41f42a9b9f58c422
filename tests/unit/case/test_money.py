"""Amounts of several years and currencies as one, by hand."""

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provenet.case.money import Band, Money, band_of, joined
from provenet.core.errors import InputFault

INDEX = [
    {"row_id": f"i-{currency}-{year}", "series": "made up", "currency": currency, "year": str(year), "basis": "assumed",
     "says": None, "published_on": None, "low_index_amount": low, "index_amount": mid, "high_index_amount": high}
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


def level(year: int, amount: float, published: date | None = None, **given: Any) -> dict[str, Any]:
    """A level of prices in EUR of a series, with an interval of 2 % around it."""
    return {**INDEX[0], "row_id": f"i-{year}-{amount}", "year": str(year), "published_on": published,
            "low_index_amount": amount - 1, "index_amount": amount, "high_index_amount": amount + 1,
            **given}  # fmt: skip


def test_levels_of_one_series_are_compared_the_one_published_last() -> None:
    """Two series with bases of their own: 80 and 100 of the older, 96 and 100 of the newer one, never 80 and 96."""
    old = [level(2018, 80.0, date(2020, 1, 1)), level(2020, 100.0, date(2020, 1, 1))]
    new = [level(year, amount, date(2026, 1, 1), series="newer") for year, amount in ((2018, 96.0), (2020, 100.0))]
    for rows in ([*old, *new], [*new, *old]):
        made = Money(rows, [], currency="EUR", year="2020").brought(Band(96, 96, 96), "EUR", "2018", what="x")
        assert (made.low, made.mid, made.high) == pytest.approx((96 * 99 / 97, 100.0, 96 * 101 / 95))
    with pytest.raises(InputFault, match="found 'EUR 2018 and 2020 in two series'"):
        Money([old[0], new[1]], [], currency="EUR", year="2020").brought(Band(1, 1, 1), "EUR", "2018", what="x")


LEVELS = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([2018, 2019, 2020])),
    st.tuples(st.integers(80, 120), st.integers(1, 28)),
    min_size=1,
)


@given(LEVELS, st.booleans())
@example({("a", 2018): (80, 1), ("a", 2020): (100, 1), ("b", 2018): (90, 2), ("b", 2019): (99, 2)}, True)
def test_a_series_of_both_years_goes_first(held: dict[tuple[str, int], tuple[int, int]], is_replay: bool) -> None:
    """Reckoned anew: whole series first, then the one published last; of several, from the lowest to the highest."""
    day = date(2021, 1, 1)
    rows = [level(of, amount, date(2020, 1, on), series=name) for (name, of), (amount, on) in held.items()]
    found: list[tuple[bool, int, float]] = []
    for name in ("a", "b"):
        years = [of for series, of in held if series == name]
        pair = [max((of for of in years if of <= at), default=None) if is_replay else at for at in (2018, 2020)]
        if all(of in years for of in pair):
            (old, old_on), (new, new_on) = (held[name, of or 0] for of in pair)
            found.append((pair == [2018, 2020], max(old_on, new_on), new / old))
    purse = Money(rows, [], currency="EUR", year="2020", known_on=day if is_replay else None)
    if not found:
        with pytest.raises(InputFault):
            purse.brought(Band(1, 1, 1), "EUR", "2018", what="x")
        return
    best = [factor for *order, factor in found if order == list(max(one[:2] for one in found))]
    made = purse.brought(Band(1, 1, 1), "EUR", "2018", what="x")
    if len(best) == 1:
        assert made.mid == pytest.approx(best[0])
    assert made.low <= min(best) * (1 + 1e-12) and made.high >= max(best) * (1 - 1e-12)


def test_a_level_that_was_revised_counts_as_last_published() -> None:
    rows = [level(2018, 90.0, date(2019, 2, 1)), level(2018, 80.0, date(2019, 1, 1)), level(2020, 100.0)]
    assert Money(rows, [], currency="EUR", year="2020").brought(Band(9, 9, 9), "EUR", "2018", what="x").mid == 10.0


def test_two_series_published_on_one_day_leave_both_open() -> None:
    rows = [level(2018, 80.0), level(2020, 100.0), *(level(year, 100.0, series="other") for year in (2018, 2020))]
    purse = Money(rows, [], currency="EUR", year="2020")
    made = purse.brought(Band(1, 1, 1), "EUR", "2018", what="x")
    assert (made.low, made.high) == pytest.approx((99 / 101, 101 / 79))
    assert sorted(purse.used) == [
        f"prices in EUR, {year}, {name}" for year in (2018, 2020) for name in ("made up", "other")
    ]


def test_a_replay_takes_the_last_level_that_was_public_and_says_so() -> None:
    """The mean of 2018 is published in 2019: in November 2018 the level of 2017 stands for it."""
    rows = [level(2016, 90.0), level(2017, 95.0, date(2018, 1, 31))]
    purse = Money(rows, [], currency="EUR", year="2018", known_on=date(2018, 11, 23))
    assert purse.brought(Band(90, 90, 90), "EUR", "2016", what="x").mid == 95.0
    assert purse.used["prices in EUR, 2018"].says == (
        "the level of 2017, the last one public by 2018-11-23; the rise since then is left out; made up"
    )
    with pytest.raises(InputFault, match="found 'EUR 2018', expected a row in price_index"):
        Money(rows, [], currency="EUR", year="2018").brought(Band(1, 1, 1), "EUR", "2016", what="x")
    with pytest.raises(
        InputFault, match="found 'EUR 2015', expected a row in price_index that was known on 2018-11-23"
    ):
        purse.brought(Band(1, 1, 1), "EUR", "2015", what="x")


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


@given(st.lists(st.integers(0, 9), min_size=3, max_size=3).map(sorted), st.sets(st.sampled_from([0, 1, 2])))
def test_an_end_that_is_not_known_is_the_one_that_is(ends: list[int], known: set[int]) -> None:
    names = ("low_amount", "mid_amount", "high_amount")
    found = band_of({name: ends[at] if at in known else None for at, name in enumerate(names)}, "", "amount")
    if found is None:
        assert not known
        return
    given_ends = [ends[at] for at in sorted(known)]
    assert (found.low, found.high) == (given_ends[0], given_ends[-1])
    assert found.mid == (ends[1] if 1 in known else (given_ends[0] + given_ends[-1]) / 2)
