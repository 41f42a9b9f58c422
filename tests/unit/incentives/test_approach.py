"""The order of approaches worked by hand, what a nudge is worth, and dependence that is never less than is known."""

import random
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.money import Band
from provenet.case.tables import frame
from provenet.incentives.approach import ApproachQuestion, Buyer, approaches, worth
from provenet.incentives.reliance import Reliance, bounds, reliance
from support.approach_tables import Row, claim, deployment, programme, share, tables
from support.examples import examples

AS_OF = date(2026, 1, 1)
ASKED = ApproachQuestion("fund-1", "Utopia", AS_OF, ("acme",), 0.05, "EUR", "2026", "revenue")


def buyer(name: str, carrier: str = "north", worth: float = 0.1, signed: str = "2026-12-01", **given: Any) -> Buyer:
    """A purchase behind which stand 40 % of the subscribers."""
    day = date.fromisoformat(signed)
    made = {
        "purchase_id": name, "carrier_id": carrier, "country": "Utopia", "asset_class": "ran", "generation": "5G",
        "signed_low_on": day, "signed_on": day, "signed_high_on": day, "weight": Band(0.3, 0.4, 0.5),
        "price_gap": Band(-10.0, 20.0, 50.0), "price": 1000.0, "p_clear": 0.25, "worth": worth,
    }  # fmt: skip
    return Buyer(**{**made, **given})


def test_carriers_stand_by_worth_with_their_government_which_is_worth_all_of_them() -> None:
    core: Row = {"asset_class": "core", "signed": "2026-06-01", "p_clear": 0.75, "weight": Band(0.1, 0.2, 0.6)}
    of_south = buyer("s-ran", "south", worth=0.12, weight=Band(0.2, 0.2, 0.2))
    rows = approaches([buyer("n-ran", worth=0.1), buyer("n-core", worth=0.05, **core), of_south], tables(), ASKED)
    told = [(row["carrier_id"], row["number_count"], row["worth_share"]) for row in rows]
    assert told == [(None, 0, 0.27), ("north", 1, 0.15), ("south", 2, 0.12)]
    state, north, _ = rows
    assert north["purchase_ids"] == ["n-core", "n-ran"]
    assert (north["low_weight_share"], north["mid_weight_share"], north["high_weight_share"]) == (0.3, 0.4, 0.6)
    assert (north["signed_on"], north["left_days_count"]) == (date(2026, 6, 1), 151)
    assert (north["low_price_gap_amount"], north["mid_price_gap_amount"]) == (-20.0, 40.0)
    assert north["p_clear_share"] == pytest.approx((0.25 * 0.4 + 0.75 * 0.2) / 0.6)
    assert (state["mid_weight_share"], state["high_price_gap_amount"]) == (pytest.approx(0.6), 150.0)
    assert state["purchase_ids"] == ["n-core", "n-ran", "s-ran"]
    assert frame("fund_approach", [{**row, "run_id": "fund-x"} for row in rows]).height == 3


def test_a_purchase_that_leaves_no_choice_adds_nothing_to_what_clear_costs_more() -> None:
    """Nothing is excluded there, or nothing is clear: there is no gap, which is told as not known."""
    without = buyer("s-ran", "south", worth=0.0, price_gap=None)
    state, north, south = approaches([buyer("n-ran"), buyer("n-core", price_gap=None), without], tables(), ASKED)
    assert [row["mid_price_gap_amount"] for row in (state, north, south)] == [20.0, 20.0, None]
    assert south["low_price_gap_amount"] is south["high_price_gap_amount"] is None


def test_a_country_has_no_more_subscribers_than_all_of_them() -> None:
    wide = Band(0.5, 0.6, 0.8)
    state = approaches([buyer("n", weight=wide), buyer("s", "south", weight=wide)], tables(), ASKED)[0]
    assert state["low_weight_share"] == state["mid_weight_share"] == state["high_weight_share"] == 1.0


def test_the_dependence_told_is_that_of_the_purchase_worth_most() -> None:
    """Acme has 70 % of North's radio sites, and nothing is known of its core."""
    held = tables(vendor_share=[share("acme", low=0.7, high=0.7)])

    def of_north(**worth: float) -> Row:
        found = approaches([buyer(name, asset_class=name, worth=value) for name, value in worth.items()], held, ASKED)
        return {**next(row for row in found if row["carrier_id"] == "north")}

    radio, core = of_north(ran=0.1, core=0.05), of_north(ran=0.05, core=0.1)
    assert (radio["low_dependence_share"], radio["high_dependence_share"]) == (0.7, 0.7)
    assert core["low_dependence_share"] in (None, 0.0) and core["high_dependence_share"] in (None, 1.0)


def test_worth_of_purchases_behind_the_same_subscribers_is_at_most_those() -> None:
    rows = approaches([buyer("a", worth=0.4), buyer("b", worth=0.3)], tables(), ASKED)
    assert [row["worth_share"] for row in rows] == [0.4, 0.4]
    assert [row["carrier_id"] for row in rows] == ["north", None]


def test_ties_go_to_the_sooner_contract_then_to_the_id() -> None:
    later = approaches([buyer("n", signed="2026-12-01"), buyer("s", "south", signed="2026-11-01")], tables(), ASKED)
    assert [row["carrier_id"] for row in later] == [None, "south", "north"]
    same = approaches([buyer("s", "south"), buyer("n", "north")], tables(), ASKED)
    assert [row["carrier_id"] for row in same] == [None, "north", "south"]


def test_what_is_signed_is_out_and_what_may_be_signed_says_so() -> None:
    gone = buyer("gone", signed="2025-12-31")
    maybe = buyer("maybe", signed="2025-12-01", signed_high_on=AS_OF)
    elsewhere = buyer("else", country="Elsewhere")
    assert approaches([gone, elsewhere], tables(), ASKED) == []
    (north, _) = approaches([gone, maybe, elsewhere], tables(), ASKED)
    assert north["purchase_ids"] == ["maybe"]
    assert north["left_days_count"] == -31
    assert "The contract may be signed already: the expected day, 2025-12-01, has passed." in north["says"]


def test_money_of_a_jurisdiction_is_offered_to_its_countries_alone() -> None:
    given = [programme("union", "carrier", jurisdiction="EU"), programme("own", "carrier", country="Japan")]
    for country, offered in (("Germany", ["union"]), ("Japan", ["own"]), ("Utopia", [])):
        asked = replace(ASKED, country=country)
        assert approaches([buyer("n", country=country)], tables(programme=given), asked)[0]["programme_ids"] == offered


def test_programmes_go_to_those_who_may_be_paid_with_their_condition() -> None:
    given = [
        programme("c", "carrier", condition_says="spent on others than Acme"),
        programme("s", "country", low_budget_amount=1e6, high_budget_amount=2e6, currency="EUR", price_year="2025"),
        programme("ended", "carrier", to_on=date(2025, 12, 31)),
        programme("late", "carrier", from_on=date(2026, 12, 2)),
        programme("soon", "country", from_on=date(2026, 12, 1), country="Utopia"),
        programme("other", "country", country="Elsewhere"),
    ]
    north, state = approaches([buyer("n")], tables(programme=given), ASKED)
    assert (north["programme_ids"], state["programme_ids"]) == (["c"], ["s", "soon"])
    assert "Programme c (a giver) may pay the carrier on the condition: spent on others than Acme." in north["says"]
    assert "Programme s (a giver, 1 to 2 M EUR of 2025) may pay the country without a condition." in state["says"]
    assert "programme:c" in north["inputs"] and "programme:s" not in north["inputs"]
    assert "No programme on record may pay the carrier." in approaches([buyer("n")], tables(), ASKED)[0]["says"]


def test_where_nothing_is_worth_talking_about_the_row_says_why() -> None:
    unmoved = approaches([buyer("n", worth=0.0)], tables(), ASKED)[0]["says"]
    assert "The chance moves in none of the scenarios" in unmoved
    unknown = approaches([buyer("n", worth=0.0, weight=Band(0.0, 0.0, 1.0))], tables(), ASKED)[0]
    first = "No share is known behind the purchase, so the worth of a conversation is not known; "
    assert unknown["worth_share"] is None and unknown["says"].startswith(first)
    assert "Shares of the carriers, on record, would settle it." in unknown["says"]
    assert "The chance moves" not in unknown


def test_a_row_says_why_it_stands_there_and_on_what_it_rests() -> None:
    given = tables(
        claim=[claim("a"), claim("b", "denies", answers_claim_id="a")],
        vendor_share=[share("acme", low=0.2, high=0.3)],
        outreach=[{"who": "A", "to_whom": "B", "country": "Utopia", "about": "x", "day_kind": "reported"}],
    )
    north = approaches([buyer("n", rests_on=("choice_input:x",))], given, ASKED)[0]
    assert north["says"].startswith(
        "That clear costs 5 % of the price (50 EUR of 2026) less is expected to make 10 % of the revenue clear "
        "through the purchase; approaches in the country worth more: 0. The contract is expected on "
        "2026-12-01, in 334 days"
    )
    assert (north["for_claims"], north["against_claims"], north["disputed_count"]) == (["a"], ["b"], 1)
    assert (north["low_dependence_share"], north["high_dependence_share"]) == (0.2, 0.3)
    assert north["dependence_says"] == "share of sites, RAN, 2025"
    kinds = [key.partition(":")[0] for key in north["inputs"]]
    assert kinds == ["fund", "choice_input", "purchase", "vendor_share", "claim", "claim", "outreach"]
    assert north["outreach_ids"] == [key for key in north["inputs"] if key.startswith("outreach:")]


def test_a_condition_for_one_class_holds_there_alone() -> None:
    given = tables(vendor_share=[share("acme", low=0.2, high=0.3), share("bolt", low=0.6, high=0.7)])
    both = approaches([buyer("n", excluded=("bolt",))], given, ASKED)[0]
    assert (both["low_dependence_share"], both["high_dependence_share"]) == (0.6, 0.7)


buyers = st.builds(
    buyer,
    st.uuids().map(str),
    st.sampled_from(["north", "south", "west"]),
    st.sampled_from([0.0, 0.05, 0.1, 0.2]),
    st.sampled_from(["2025-06-01", "2026-06-01", "2026-12-01"]),
    asset_class=st.sampled_from(["ran", "core"]),
    weight=st.sampled_from([Band(0.0, 0.0, 0.1), Band(0.1, 0.2, 0.3), Band(0.3, 0.4, 0.6)]),
)


@given(st.lists(buyers, max_size=6, unique_by=lambda one: one.purchase_id), st.randoms(use_true_random=False))
@settings(max_examples=examples(60), deadline=None)
def test_the_order_of_rows_changes_nothing_and_the_numbers_count(several: list[Buyer], mix: random.Random) -> None:
    given = {
        "claim": [claim("a"), claim("b", "denies", answers_claim_id="a"), claim("c", topic="price")],
        "vendor_share": [share("acme", low=0.2, high=0.3), share("bolt", low=0.5, high=0.6)],
        "programme": [programme("p", "carrier"), programme("q", "carrier")],
    }
    rows = approaches(several, tables(**given), ASKED)
    assert [row["number_count"] for row in rows] == list(range(len(rows)))
    worths = [row["worth_share"] or 0.0 for row in rows]
    assert worths == sorted(worths, reverse=True)
    for row in rows:
        assert not row["high_weight_share"] or (row["worth_share"] is None) == (row["mid_weight_share"] == 0)
        assert 0 <= row["low_dependence_share"] <= row["high_dependence_share"] <= 1
        assert 0 <= (row["worth_share"] or 0.0) <= row["mid_weight_share"] <= 1
    shuffled = {name: list(found) for name, found in given.items()}
    again = list(several)
    for found in (again, *shuffled.values()):
        mix.shuffle(found)
    assert approaches(again, tables(**shuffled), ASKED) == rows


gaps = st.lists(st.floats(-100, 100) | st.just(np.inf), min_size=1, max_size=30).map(np.array)


@given(gaps, st.floats(0, 1), st.floats(0, 200), st.floats(0, 200))
def test_worth_lies_between_nothing_and_the_weight_and_rises_with_the_nudge(
    gap: np.ndarray[Any, np.dtype[np.float64]], weight: float, one: float, more: float
) -> None:
    small, large = worth(gap, weight, one), worth(gap, weight, one + more)
    assert 0 <= small <= large <= weight
    assert worth(gap, weight, 0.0) == worth(gap, weight, -1.0) == 0


def test_worth_by_hand() -> None:
    assert worth(np.array([-5.0, 0.0, 1.0, 3.0, 3.1, np.inf]), 0.6, 3.0) == pytest.approx(0.2)


NONE_NAMED = tables()["deployment"]
ACME, BOTH = ("acme",), ("acme", "cord")


def relied(
    *rows: Row, on: tuple[str, ...] = ACME, who: str = "north", cls: str = "ran", named: pl.DataFrame = NONE_NAMED
) -> Reliance:
    """How far a carrier of Utopia relies on vendors, as rows of shares and of deployments tell."""
    return reliance(frame("vendor_share", rows), named, who, country="Utopia", asset_class=cls, excluded=on)


def test_what_no_share_tells_is_open_up_to_the_whole() -> None:
    empty, part = relied(), relied(share("acme", low=0.4, high=0.5), on=BOTH)
    assert (empty.low, empty.mid, empty.high, empty.rests_on) == (0.0, None, 1.0, ())
    assert (part.low, part.high) == (0.4, 1.0)


def test_a_set_and_what_all_others_have_close_the_interval() -> None:
    others = share("acme", "bolt", low=0.0, high=0.01, complement=True, method="implied")
    found = relied(share("acme", low=0.48, high=0.5), others, on=BOTH)
    assert (found.low, found.high) == (0.48, 0.51)
    both = [share("acme", "cord", low=0.3, high=0.35), share("acme", low=0.2, high=0.25)]
    assert bounds(both, {"acme", "cord"}) == (0.3, 0.35)
    assert bounds(both, {"acme"}) == (0.2, 0.25)
    assert bounds(both, {"cord"}) == pytest.approx((0.05, 0.15))


def test_a_wide_share_of_a_set_takes_nothing_from_what_its_members_are_known_to_have() -> None:
    alone = [share("acme", low=0.3, high=0.3), share("cord", low=0.4, high=0.4)]
    assert bounds([*alone, share("acme", "cord", low=0.5, high=0.9)], {"acme", "cord"}) == pytest.approx((0.7, 0.7))


def test_shares_of_others_leave_the_rest() -> None:
    rows = [share("bolt", low=0.3, high=0.4), share("dora", low=0.2, high=0.2)]
    assert bounds(rows, {"acme"}) == (0.0, 0.5)
    rest = [share("acme", "bolt", low=0.2, high=0.3, complement=True), share("dora", low=0.2, high=0.2)]
    assert bounds(rest, {"acme"}) == (0.0, 0.8)
    # Acme and Bolt have 0.7 to 0.8 together, Bolt 0.3 to 0.4 of it.
    both = [rest[0], share("bolt", low=0.3, high=0.4)]
    assert bounds(both, {"acme"}) == pytest.approx((0.3, 0.5))


def test_the_nearest_measure_the_newest_and_the_own_class_go_first() -> None:
    older = share("acme", low=0.1, high=0.1, as_of="2020", as_of_high_on=date(2020, 12, 31), share_id="older")
    money = share("acme", low=0.9, high=0.9, measure="share of spending", measure_kind="spending")
    later = share("acme", low=0.8, high=0.8, later_estimate=True, share_id="later", measure="a later share of sites")
    whole = share("acme", low=0.7, high=0.7, asset_class="all", segment="network", share_id="whole")
    now = share("acme", low=0.2, high=0.2)
    for rows, wanted in (((older, money, later, whole, now), 0.2), ((older, money, whole), 0.1), ((whole,), 0.7)):
        assert relied(*rows).low == wanted
    assert relied(later).mid is relied(share("acme", low=0.2, high=0.2, carrier_id="south")).mid is None


def test_only_a_row_that_says_so_makes_a_vendor_absent() -> None:
    away = deployment("north", "acme", presence="absent", role="not used")
    gone = tables(deployment=[away])["deployment"]
    assert relied(named=gone).high == 0.0
    assert relied(named=gone, who="south").high == relied(named=gone, cls="core").high == 1.0
    back = tables(deployment=[away, deployment("north", "acme")])["deployment"]
    assert relied(named=back).high == 1.0


VENDORS = ("acme", "bolt", "cord", "dora")


@given(
    st.lists(st.integers(0, 10), min_size=4, max_size=4).filter(any),
    st.lists(st.tuples(st.sets(st.sampled_from(VENDORS), min_size=1), st.booleans(), st.integers(0, 3)), max_size=5),
    st.sets(st.sampled_from(VENDORS), min_size=1, max_size=3),
)
@settings(max_examples=examples(300), deadline=None)
def test_bounds_hold_whatever_the_true_shares_are_and_more_rows_only_narrow_them(
    parts: list[int], told: list[tuple[set[str], bool, int]], asked: set[str]
) -> None:
    true = {name: part / sum(parts) for name, part in zip(VENDORS, parts, strict=True)}
    rows = []
    for named, complement, wide in told:
        value = sum(true[name] for name in VENDORS if (name in named) != complement)
        ends = {"low": max(0.0, value - wide / 10), "high": min(1.0, value + wide / 10)}
        rows.append(share(*sorted(named), complement=complement, **ends))
    meant = sum(true[name] for name in asked)
    before = (0.0, 1.0)
    for count in range(len(rows) + 1):
        low, high = bounds(rows[:count], asked)
        assert low - 1e-9 <= meant <= high + 1e-9
        assert before[0] - 1e-9 <= low and high <= before[1] + 1e-9
        before = (low, high)


def test_every_pair_of_disjoint_shares_adds_up() -> None:
    for a, b in product((0.0, 0.2, 0.5), repeat=2):
        rows = [share("acme", low=a, high=a), share("cord", low=b, high=b)]
        assert bounds(rows, {"acme", "cord"}) == pytest.approx((a + b, a + b))
