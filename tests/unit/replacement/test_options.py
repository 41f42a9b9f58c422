"""What fits a block, what it costs, and what a renewal due anyway takes off, by hand."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.money import Band, Money
from provenet.core.errors import InputFault
from provenet.replacement.options import OptionQuery, brought_forward, choices, due_years, fits, refuse_unstated

PURSE = Money([], [], currency="EUR", year="2026")
WANT = OptionQuery(
    country="Germany", carrier_id="north", asset_class="ran", layer="hardware", generation=None, vendor_id="acme"
)
EMPTY = dict.fromkeys(
    (
        *("country", "carrier_id", "layer", "generation", "from_vendor_id", "to_vendor_id", "mid_amount"),
        *("low_crew_weeks", "mid_crew_weeks", "high_crew_weeks", "outage_hours", "lead_time_weeks", "work_weeks"),
        *("salvage_share", "life_years", "left_share", "estimator", "sponsor", "scope"),
    )
)
COUNT = Band(50, 100, 200)


def option(name: str, low: float | None = 1.0, high: float | None = 3.0, **more: Any) -> dict[str, Any]:
    made = {**EMPTY, "option_id": name, "asset_class": "ran", "action": "swap", "unit_says": "site", "low_amount": low}
    made |= {"high_amount": high, "currency": "EUR", "price_year": "2026", "basis": "assumed", "locator": "o.csv row 2"}
    return {**made, **more}


def test_an_empty_cell_fits_all_and_a_filled_one_its_own() -> None:
    assert fits(option("a"), WANT)
    assert fits(option("a", country="Germany", from_vendor_id="acme"), WANT)
    assert not fits(option("a", country="Italy"), WANT)
    assert not fits(option("a", carrier_id="south"), WANT)
    assert not fits(option("a", asset_class="core"), WANT)
    assert not fits(option("a", generation="2G"), WANT)
    inside = replace(WANT, asset_class="ran.management", layer="management")
    assert fits(option("a"), inside) and not fits(option("a", layer="hardware"), inside)


def test_opposed_prices_stay_side_by_side_and_span_the_price() -> None:
    (one,) = choices([option("a", estimator="A"), option("b", 9.0, 11.0, estimator="B")], WANT, COUNT, money=PURSE)
    assert one.price == Band(1.0, 6.0, 11.0)
    told = [(used.name, used.estimator, used.band) for used in one.used if used.kind == "price"]
    assert told == [
        ("price of one site: a", "A", Band(1.0, 2.0, 3.0)),
        ("price of one site: b", "B", Band(9.0, 10.0, 11.0)),
    ]


def test_one_option_alone_where_it_is_asked_for_and_fits() -> None:
    options = [option("a"), option("b", 9.0, 11.0), option("c", asset_class="core")]
    assert choices(options, WANT, COUNT, money=PURSE, only=["b"])[0].option_ids == ("b",)
    assert choices(options, WANT, COUNT, money=PURSE, only=["c"])[0].option_ids == ("a", "b")


def test_a_price_of_the_whole_is_parted_among_its_elements() -> None:
    (one,) = choices([option("a", 1000.0, 1000.0, unit_says="whole")], WANT, COUNT, money=PURSE)
    assert one.price == Band(10.0, 10.0, 10.0)


def test_a_missing_price_is_none_and_a_price_of_zero_is_zero() -> None:
    (one,) = choices([option("a", None, None)], WANT, COUNT, money=PURSE)
    assert one.price is None
    (free,) = choices([option("a", 0.0, 0.0)], WANT, COUNT, money=PURSE)
    assert free.price == Band(0.0, 0.0, 0.0)
    assert choices([], WANT, COUNT, money=PURSE) == []


def test_the_cheaper_way_goes_first_also_where_it_is_a_shutdown() -> None:
    ways = choices([option("a"), option("b", 0.5, 0.5, action="shut down")], WANT, COUNT, money=PURSE)
    assert [way.action for way in ways] == ["shut down", "swap"]


def test_a_price_without_currency_or_year_is_refused_with_every_such_option() -> None:
    with pytest.raises(InputFault) as refused:
        refuse_unstated(
            [option("a", currency=None), option("b", price_year=None), option("c", None, None, currency=None)]
        )
    assert str(refused.value).splitlines()[0::2] == [
        "o.csv row 2, currency: the price of option a states no currency; expected such as EUR.",
        "o.csv row 2, price_year: the price of option b states no price year; expected such as 2026.",
    ]


def test_ages_are_spread_evenly_unless_the_part_left_is_told() -> None:
    (spread,) = choices([option("a", life_years=8.0)], WANT, COUNT, money=PURSE)
    assert [due_years(spread.life_years, spread.left_share, lot, lots=4) for lot in range(4)] == [1.0, 3.0, 5.0, 7.0]
    (told,) = choices([option("a", life_years=8.0, left_share=0.25)], WANT, COUNT, money=PURSE)
    assert [due_years(told.life_years, told.left_share, lot, lots=4) for lot in range(2)] == [2.0, 2.0]
    (none,) = choices([option("a")], WANT, COUNT, money=PURSE)
    assert due_years(none.life_years, none.left_share, 0, lots=4) is None


def test_only_what_is_brought_forward_is_paid() -> None:
    assert brought_forward(None, 8.0, 3) == 1.0
    assert brought_forward(6.0, 8.0, 0) == 0.75
    assert brought_forward(6.0, 8.0, 8) == 0.5
    assert brought_forward(6.0, 8.0, 24) == 0.0


@given(st.floats(0, 30), st.floats(1, 30), st.integers(0, 100))
def test_waiting_never_costs_more_and_never_less_than_nothing(due: float, life: float, start: int) -> None:
    now, later = brought_forward(due, life, start), brought_forward(due, life, start + 1)
    assert 0.0 <= later <= now <= 1.0
