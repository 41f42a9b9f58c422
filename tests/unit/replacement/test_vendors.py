"""Who comes: hand-worked assignments, and the law of the cap."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from provenet.case.money import Band
from provenet.replacement.blocks import Block, Reach, assign_vendors, holdings

REACH = Reach("v-1", "pack", "rule", date(2029, 12, 31), "restricted")


def block(share: float) -> Block:
    part = Band(share, share, share)
    return Block("north", None, "ran", "hardware", None, None, "acme", Band(1, 1, 1), part, part, "sites", None, REACH,
                 "assumed", ())  # fmt: skip


def published(vendor: str, share: float) -> dict[str, Any]:
    said = {"carrier_id": "north", "asset_class": "ran", "vendor_ids": [vendor], "complement": False}
    ends = {"low_share": share, "high_share": share, "later_estimate": False, "method": "published"}
    return {**said, **ends, "as_of_high_on": date(2025, 1, 1)}


def test_lots_go_to_who_holds_least() -> None:
    made = assign_vendors(block(0.4), 4, ["bolt", "cord"], others=[], shares=[published("bolt", 0.5)], cap=None)
    assert made.vendors == ("cord", "cord", "cord", "cord")


def test_what_is_not_published_is_parted_evenly() -> None:
    assert holdings([published("bolt", 0.5)], "north", "ran", vendors=["bolt", "cord", "dome"], rest=0.6) == {
        "bolt": 0.5,
        "cord": 0.04999999999999999,
        "dome": 0.04999999999999999,
    }


def test_others_come_in_only_where_the_cap_leaves_no_room() -> None:
    made = assign_vendors(block(0.4), 4, ["bolt"], others=["cord"], shares=[], cap=0.8)
    assert made.vendors == ("bolt", "bolt", "cord", "cord") and made.clash is None


def test_one_vendor_only_clashes_with_a_cap_and_says_what_would_do() -> None:
    made = assign_vendors(block(0.4), 4, ["bolt"], others=[], shares=[], cap=0.7)
    assert made.vendors == (None,) * 4
    assert made.clash == (
        "vendor cap: no new vendor may hold more than 70 % of ran at north, but the shares there would be bolt 70 % "
        "after 1 of 4 lots"
    )
    # Bolt has 60 % already, and all four lots of 10 % each go to it.
    assert made.relief == "raise the vendor cap at north to 100 % or name a second vendor"
    assert assign_vendors(block(0.4), 4, ["bolt"], others=[], shares=[], cap=1.0).clash is None


def test_the_relief_of_a_cap_is_the_least_whole_percent_that_is_enough() -> None:
    made = assign_vendors(block(0.8), 8, ["bolt", "cord"], others=[], shares=[], cap=0.0)
    # 20 % are not swapped, half of them with each; 80 % more in lots of 10 % bring both to 50 %.
    assert made.relief == "raise the vendor cap at north to 50 %"
    assert assign_vendors(block(0.8), 8, ["bolt", "cord"], others=[], shares=[], cap=0.5).clash is None
    assert assign_vendors(block(0.8), 8, ["bolt", "cord"], others=[], shares=[], cap=0.49).clash is not None


def test_nobody_named_is_nobody_chosen() -> None:
    assert assign_vendors(block(0.4), 2, [], others=[], shares=[], cap=0.7).vendors == (None, None)


@given(st.floats(0.05, 1.0), st.integers(1, 20), st.floats(0.2, 1.0), st.permutations(["bolt", "cord", "dome"]))
def test_no_vendor_ends_above_the_cap_whatever_the_order(share: float, lots: int, cap: float, own: list[str]) -> None:
    made = assign_vendors(block(share), lots, own, others=[], shares=[], cap=cap)
    assert made == assign_vendors(block(share), lots, sorted(own), others=[], shares=[], cap=cap)
    if made.clash is None:
        have = holdings([], "north", "ran", vendors=sorted(own), rest=1 - share)
        for vendor in own:
            assert have[vendor] + share / lots * made.vendors.count(vendor) <= cap + 1e-6 or vendor not in made.vendors


def test_a_vendor_may_hold_just_as_much_as_the_cap_allows_and_no_lot_more() -> None:
    """Bolt already holds 70 %; Cord, which is not there yet, takes three lots of a tenth under a cap of 30 %."""
    full = assign_vendors(block(0.3), 3, ["bolt"], others=["cord"], shares=[published("bolt", 0.7)], cap=0.3)
    assert (full.vendors, full.clash) == (("cord",) * 3, None)
    more = assign_vendors(block(0.4), 4, ["bolt"], others=["cord"], shares=[published("bolt", 0.6)], cap=0.3)
    assert more.vendors == (None,) * 4
    assert more.clash is not None and more.clash.endswith("bolt 60 % and cord 30 % after 3 of 4 lots")
    assert more.relief == "raise the vendor cap at north to 40 %"
