"""What may be used in each quarter, by hand: which row counts, how purses add up, what a budget must say."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provenet.case.money import Money
from provenet.core.errors import InputFault, UsageFault
from provenet.replacement import limits
from provenet.replacement.limits import MOST, Quarters, later, quarter_start

YEAR = Quarters(date(2027, 1, 1), 4)
DAYS = [date(2027, 1, 1), date(2027, 4, 1), date(2027, 6, 30), date(2027, 12, 31)]
PURSE = Money([], [], currency="EUR", year="2026")
EMPTY = dict.fromkeys(
    (
        *("country", "carrier_id", "region", "vendor_id", "asset_class", "money_source", "from_on", "to_on"),
        *("low_amount", "high_amount", "currency", "price_year", "payout_share", "carry_over", "says"),
    )
)


def row(name: str, kind: str, amount: float, **more: Any) -> dict[str, Any]:
    return {
        **EMPTY,
        "limit_id": name,
        "kind": kind,
        "limit_amount": amount,
        "basis": "assumed",
        "locator": "l.csv row 2",
        **more,
    }


def money(name: str, amount: float, **more: Any) -> dict[str, Any]:
    return row(name, "budget", amount, **{"currency": "EUR", "price_year": "2026", "carry_over": True, **more})


def test_the_most_specific_row_that_holds_counts() -> None:
    rows = [row("all", "crews", 1), row("land", "crews", 2, country="Japan")]
    rows += [row("own", "crews", 3, carrier_id="north"), row("part", "crews", 4, carrier_id="north", region="east")]
    wheres = [("Peru", "south", None), ("Japan", "south", None), ("Japan", "north", None), ("Japan", "north", "east")]
    found = [limits.crews(rows, YEAR, land, carrier=carrier, region=region) for land, carrier, region in wheres]
    assert [one.capacity[0] for one in found if one] == [13.0, 26.0, 39.0, 52.0]
    assert limits.crews([], YEAR, "Japan", carrier="north", region=None) is None


def test_a_region_without_crews_of_its_own_shares_those_of_its_carrier() -> None:
    rows = [row("all", "crews", 1)]
    east = limits.crews(rows, YEAR, "Japan", carrier="north", region="east")
    whole = limits.crews(rows, YEAR, "Japan", carrier="north", region=None)
    assert east is not None and whole is not None and east.id == whole.id == "crews north"


def test_a_row_counts_while_it_holds() -> None:
    rows = [row("a", "crews", 1, to_on=date(2027, 6, 30)), row("b", "crews", 2, from_on=date(2027, 7, 1))]
    found = limits.crews(rows, YEAR, "Japan", carrier="north", region=None)
    assert found is not None and found.capacity == (13.0, 13.0, 26.0, 26.0)


WINDOWS = st.tuples(st.sampled_from([None, *DAYS]), st.sampled_from([None, *DAYS])).filter(
    lambda ends: ends[0] is None or ends[1] is None or ends[0] <= ends[1]
)


@given(st.lists(st.tuples(WINDOWS, st.integers(0, 3)), min_size=1, max_size=4), st.randoms())
@example([((None, None), 2), ((DAYS[1], DAYS[2]), 0)], Random(1))
def test_of_two_limits_on_one_day_the_narrower_counts_then_the_stricter_whatever_their_ids(
    held: list[tuple[tuple[date | None, date | None], int]], order: Random
) -> None:
    def length(ends: tuple[date | None, date | None]) -> int:
        first, last = ends
        return (last - first).days if first and last else 10**6 * (1 + (not first and not last))

    expected = []
    for number in range(YEAR.count):
        day = YEAR.start(number)
        live = [(length(ends), amount) for ends, amount in held if (ends[0] or day) <= day <= (ends[1] or day)]
        expected.append(13.0 * min(live, default=(0, 0))[1])
    names = [f"limit-{number}" for number in range(len(held))]
    for _ in range(3):
        order.shuffle(names)
        named = zip(names, held, strict=True)
        rows = [row(name, "crews", amount, from_on=ends[0], to_on=ends[1]) for name, (ends, amount) in named]
        found = limits.crews(rows, YEAR, "Japan", carrier="north", region=None)
        assert (list(found.capacity) if found else [0.0] * YEAR.count) == expected


def test_purses_add_up_each_as_far_as_it_is_paid_out() -> None:
    summer = {"from_on": date(2027, 4, 1), "to_on": date(2027, 9, 30)}
    rows = [money("own", 10e6, money_source="own money")]
    rows += [money("aid", 20e6, money_source="programme", payout_share=0.395, **summer)]
    rows += [money("other", 99e6, country="Peru"), money("carrier", 1e6, carrier_id="north")]
    whole, north = limits.budgets(rows, YEAR, "Japan", money=PURSE)
    assert whole.capacity == pytest.approx((10.0, 17.9, 17.9, 10.0)) and whole.carry_over
    assert whole.title == "budget in Japan (own money and programme)"
    assert (north.id, north.capacity) == ("budget north", (1.0, 1.0, 1.0, 1.0))


def test_a_budget_over_all_quarters_is_parted_evenly() -> None:
    assert limits.budget_given(8e6, YEAR, "Japan", money=PURSE).capacity == (2.0, 2.0, 2.0, 2.0)


def test_a_budget_without_its_year_is_refused() -> None:
    with pytest.raises(InputFault, match=r"l.csv row 2, price_year: the budget own states no price year"):
        limits.budgets([money("own", 1e6, price_year=None)], YEAR, "Japan", money=PURSE)


def test_supply_is_of_one_vendor_and_class() -> None:
    rows = [row("any", "supply", 5, asset_class="ran"), row("bolt", "supply", 7, vendor_id="bolt", asset_class="ran")]
    found = [limits.supply(rows, YEAR, "Japan", vendor=vendor, asset_class="ran") for vendor in ("bolt", "cord")]
    assert [one.capacity[0] for one in found if one] == [7, 5]
    assert limits.supply(rows, YEAR, "Japan", vendor="bolt", asset_class="core") is None


def test_quarters_are_whole_and_after_the_day() -> None:
    made = Quarters.until(date(2026, 11, 25), date(2027, 12, 30))
    assert (made.first, made.count, made.end(2)) == (date(2027, 1, 1), 3, date(2027, 9, 30))
    assert [made.ended_by(day) for day in (date(2027, 3, 30), date(2027, 3, 31), date(2030, 1, 1))] == [0, 1, 3]
    assert [made.number_of(day) for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 7, 4))] == [-1, 0, 2]


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
    first = [quarter_start(date(2027, month, 28)).month for month in range(1, 13)]
    assert first == [1] * 3 + [4] * 3 + [7] * 3 + [10] * 3
    assert (TWO_YEARS.start(0), TWO_YEARS.end(0)) == (date(2027, 1, 1), date(2027, 3, 31))
    assert (TWO_YEARS.start(7), TWO_YEARS.end(7)) == (date(2028, 10, 1), date(2028, 12, 31))
    assert later(date(2027, 1, 1), -1) == date(2026, 10, 1)
    assert TWO_YEARS.name(4) == "2028 Q1"


def test_a_day_lies_in_one_quarter_and_before_the_first_its_number_is_below_nothing() -> None:
    days = (date(2026, 9, 30), date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2028, 10, 1))
    assert [TWO_YEARS.number_of(day) for day in days] == [-2, -1, 0, 1, 7]
    assert [TWO_YEARS.ended_by(day) for day in days] == [0, 0, 0, 2, 7]
    assert TWO_YEARS.ended_by(date(2030, 1, 1)) == 8
