"""What fits a block, what it costs, and what a renewal due anyway takes off, by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.money import Band, Money
from provenet.core.errors import InputFault
from provenet.replacement.counts import CountedPlace, Counts, over
from provenet.replacement.options import brought_forward, choices, due_years, fits, refuse_unstated
from unit.replacement.small_plan import block

PURSE = Money([], [], currency="EUR", year="2026")
EMPTY = dict.fromkeys(
    (
        *("country", "carrier_id", "layer", "generation", "from_vendor_id", "to_vendor_id", "mid_amount"),
        *("low_crew_weeks", "mid_crew_weeks", "high_crew_weeks", "outage_hours", "lead_time_weeks", "work_weeks"),
        *("salvage_share", "life_years", "left_share", "estimator", "sponsor", "scope"),
    )
)
WANT = block(count=Band(50, 100, 200))


def option(name: str, low: float | None = 1.0, high: float | None = 3.0, **more: Any) -> dict[str, Any]:
    made = {**EMPTY, "option_id": name, "asset_class": "ran", "action": "swap", "unit_says": "site", "low_amount": low}
    made |= {"high_amount": high, "currency": "EUR", "price_year": "2026", "basis": "assumed", "locator": "o.csv row 2"}
    return {**made, **more}


def test_an_empty_cell_fits_all_and_a_filled_one_its_own() -> None:
    assert fits(option("a"), WANT, "Germany")
    assert fits(option("a", country="Germany", from_vendor_id="acme"), WANT, "Germany")
    assert not fits(option("a", country="Italy"), WANT, "Germany")
    assert not fits(option("a", carrier_id="south"), WANT, "Germany")
    assert not fits(option("a", asset_class="core"), WANT, "Germany")
    assert not fits(option("a", generation="2G"), WANT, "Germany")
    inside = replace(WANT, asset_class="ran.management", layer="management")
    assert fits(option("a"), inside, "Germany") and not fits(option("a", layer="hardware"), inside, "Germany")


def test_opposed_prices_stay_side_by_side_and_span_the_price() -> None:
    (one,) = choices([option("a", estimator="A"), option("b", 9.0, 11.0, estimator="B")], WANT, "Germany", money=PURSE)
    assert one.price == Band(1.0, 6.0, 11.0)
    told = [(used.name, used.estimator, used.band) for used in one.used if used.kind == "price"]
    site = "price of one site"
    assert told == [(f"{site}: a", "A", Band(1.0, 2.0, 3.0)), (f"{site}: b", "B", Band(9.0, 10.0, 11.0))]


def test_one_option_alone_where_it_is_asked_for_and_fits() -> None:
    options = [option("a"), option("b", 9.0, 11.0), option("c", asset_class="core")]
    assert choices(options, WANT, "Germany", money=PURSE, only=["b"])[0].option_ids == ("b",)
    assert choices(options, WANT, "Germany", money=PURSE, only=["c"])[0].option_ids == ("a", "b")


def test_a_price_of_the_whole_is_parted_among_its_elements() -> None:
    (one,) = choices([option("a", 1000.0, 1000.0, unit_says="whole")], WANT, "Germany", money=PURSE)
    assert one.price == Band(10.0, 10.0, 10.0)


def test_a_missing_price_is_none_and_a_price_of_zero_is_zero() -> None:
    (one,) = choices([option("a", None, None)], WANT, "Germany", money=PURSE)
    assert one.price is None
    (free,) = choices([option("a", 0.0, 0.0)], WANT, "Germany", money=PURSE)
    assert free.price == Band(0.0, 0.0, 0.0)
    assert choices([], WANT, "Germany", money=PURSE) == []


def test_the_cheaper_way_goes_first_also_where_it_is_a_shutdown() -> None:
    ways = choices([option("a"), option("b", 0.5, 0.5, action="shut down")], WANT, "Germany", money=PURSE)
    assert [way.action for way in ways] == ["shut down", "swap"]


def test_a_price_without_currency_or_year_is_refused_with_every_such_option() -> None:
    wrong = [option("a", currency=None), option("b", price_year=None), option("c", None, None, currency=None)]
    with pytest.raises(InputFault) as refused:
        refuse_unstated(wrong)
    assert str(refused.value).splitlines()[0::2] == [
        "o.csv row 2, currency: the price of option a states no currency; expected such as EUR.",
        "o.csv row 2, price_year: the price of option b states no price year; expected such as 2026.",
    ]


def test_ages_are_spread_evenly_unless_the_part_left_is_told() -> None:
    (spread,) = choices([option("a", life_years=8.0)], WANT, "Germany", money=PURSE)
    assert [due_years(spread.life_years, spread.left_share, lot, lots=4) for lot in range(4)] == [1.0, 3.0, 5.0, 7.0]
    (told,) = choices([option("a", life_years=8.0, left_share=0.25)], WANT, "Germany", money=PURSE)
    assert [due_years(told.life_years, told.left_share, lot, lots=4) for lot in range(2)] == [2.0, 2.0]
    (none,) = choices([option("a")], WANT, "Germany", money=PURSE)
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


RAN = CountedPlace(
    carrier_id="north", region=None, asset_class="ran", layer="hardware", generation=None, site_class=None
)


def row(vendor: str | None, low: float, high: float | None = None, **given: Any) -> dict[str, Any]:
    """A count of North's sites, of one vendor or of all."""
    high = low if high is None else high
    return {
        "count_id": f"{vendor} {low} {given.get('region')}", "carrier_id": "north", "region": None,
        "asset_class": "ran", "layer": "hardware", "generation": None, "site_class": None, "vendor_id": vendor,
        "low_count": low, "mid_count": (low + high) / 2, "high_count": high, "unit_says": "sites",
        "basis": "sourced", "says": None, "renewal_on": None, "day_high_on": None, **given,
    }  # fmt: skip


def share(low: float, high: float, **given: Any) -> dict[str, Any]:
    return {
        "share_id": "s-1", "carrier_id": "north", "asset_class": "ran", "vendor_ids": ["acme"], "complement": False,
        "later_estimate": False, "method": "published", "measure_kind": "sites", "measure": "sites",
        "as_of_high_on": date(2025, 12, 31), "as_of": "2025", "label": "a share", "low_share": low,
        "high_share": high, **given,
    }  # fmt: skip


def counted(rows: list[Any], shares: list[Any] | None = None, place: CountedPlace = RAN) -> tuple[Band, Band] | None:
    found = Counts(rows, shares or []).of(place, "acme")
    return None if found is None else (found.count, found.share)


def bands(found: tuple[Band, Band] | None) -> list[tuple[float, float, float]]:
    assert found is not None
    return [(band.low, band.mid, band.high) for band in found]


def test_an_own_count_is_a_share_of_the_count_of_all_vendors_or_else_of_a_whole_not_known() -> None:
    assert bands(counted([row("acme", 30.0), row(None, 100.0)])) == [(30, 30, 30), (0.3, 0.3, 0.3)]
    assert bands(counted([row("acme", 30.0)]))[0] == (30, 30, 30)


def test_a_published_share_of_all_elements_stands_in_where_no_row_counts_the_vendor() -> None:
    found = counted([row(None, 100.0)], [share(0.2, 0.4)])
    assert bands(found) == [pytest.approx((20, 30, 40)), pytest.approx((0.2, 0.3, 0.4))]


def test_a_share_counts_nothing_without_a_whole_and_nothing_of_a_part_of_a_network() -> None:
    whole = row(None, 100.0)
    assert counted([], [share(0.2, 0.4)]) is None
    assert counted([row("bolt", 10.0)], [share(0.2, 0.4)]) is None
    east = RAN._replace(region="east")
    assert counted([whole, row(None, 40.0, region="east")], [share(0.2, 0.4)], east) is None
    # Where the vendor is counted in parts, the parts are what is known of it.
    assert counted([whole, row("acme", 10.0, region="east")], [share(0.2, 0.4)]) is None
    assert counted([whole, row("bolt", 10.0, region="east")], [share(0.2, 0.4)]) is not None


def test_an_inventory_that_lists_every_element_leaves_no_room_for_a_share() -> None:
    listed = row(None, 100.0, rests_on="asset:all")
    assert counted([listed], [share(0.2, 0.4)]) is None


@pytest.mark.parametrize(
    "given",
    [
        {"complement": True}, {"later_estimate": True}, {"method": "weighted"},
        {"measure_kind": "revenue of nobody"}, {"vendor_ids": ["acme", "bolt"]}, {"asset_class": "core"},
        {"carrier_id": "south"},
    ],
)  # fmt: skip
def test_a_share_of_something_else_is_no_share_of_the_vendor(given: dict[str, Any]) -> None:
    assert counted([row(None, 100.0)], [share(0.2, 0.4, **given)]) is None


def test_of_several_shares_the_newest_of_the_nearest_kind_count_and_equal_ones_are_joined() -> None:
    whole = [row(None, 100.0)]
    older = share(0.9, 0.9, as_of_high_on=date(2020, 12, 31), share_id="old")
    again = share(0.5, 0.5, share_id="s-2")
    assert bands(counted(whole, [older, share(0.2, 0.2), again]))[1] == pytest.approx((0.2, 0.35, 0.5))


def test_the_newest_count_stands_and_several_of_one_day_are_joined() -> None:
    old, new = {"day_high_on": date(2020, 1, 1)}, {"day_high_on": date(2024, 1, 1)}
    rows = [row(None, 100.0), row("acme", 90.0, **old), row("acme", 30.0, **new), row("acme", 40.0, **new)]
    assert bands(counted(rows))[0] == (30, 35, 40)


def test_a_management_system_stands_over_its_vendor_s_share_and_over_any_part_where_that_is_not_known() -> None:
    place = RAN._replace(asset_class="ran.management", layer="management")
    one, maybe = Band(1, 1, 1), Band(0, 1, 1)
    nothing = Counts([], [])
    assert nothing.managed(place, "acme", one) == Band(0.0, 0.5, 1.0)
    known = Counts([row("acme", 30.0), row(None, 100.0)], [])
    assert known.managed(place, "acme", one) == Band(0.3, 0.3, 0.3)
    assert known.managed(place, "acme", maybe) == Band(0.0, 0.3, 0.3)


def test_a_management_system_of_two_generations_may_manage_one_of_them_or_both() -> None:
    place = RAN._replace(asset_class="ran.management", layer="management")
    rows = [
        row(vendor, count, generation=generation)
        for generation, mine in (("4G", 20.0), ("5G", 70.0))
        for vendor, count in (("acme", mine), (None, 100.0))
    ]
    both = Counts(rows, []).managed(place, "acme", Band(1, 1, 1))
    assert (both.low, both.mid, both.high) == pytest.approx((0.2, 0.7, 0.9))
    own = place._replace(generation="4G")
    assert Counts(rows, []).managed(own, "acme", Band(1, 1, 1)) == Band(0.2, 0.2, 0.2)


def test_nothing_of_nothing_is_no_share_and_something_of_nothing_is_all() -> None:
    nothing = Band(0, 0, 0)
    assert over(nothing, nothing) == Band(0.0, 0.0, 0.0)
    assert over(Band(0, 5, 10), nothing) == Band(0.0, 1.0, 1.0)
    assert over(Band(80, 100, 120), Band(100, 100, 100)) == Band(0.8, 1.0, 1.0)
