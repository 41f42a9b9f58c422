"""What has to go, counted by hand: by own counts, by published shares, under caps, and where nothing counts it."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.carrier_weights import carrier_weights
from provenet.case.money import Band
from provenet.case.tables import frame
from provenet.replacement.blocks import Block, Reach, assign_vendors, find_blocks, holdings, reach_of

SHARED = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "not stated", "run_id": "run"}
BY = date(2029, 12, 31)


def counts(*rows: tuple[str, str, str | None, float, float, float]) -> pl.DataFrame:
    made = []
    for carrier, cls, vendor, low, mid, high in rows:
        name = f"{carrier} {cls} {vendor}"
        said = {"count_id": name, "carrier_id": carrier, "country": "Japan", "asset_class": cls, "vendor_id": vendor}
        ends = {"low_count": low, "mid_count": mid, "high_count": high, "unit_says": "sites", "basis": "sourced"}
        made.append({**said, **ends, "layer": "hardware", "row_id": name, **SHARED})
    return frame("element_count", made)


def verdicts(*rows: tuple[str | None, str, str, str, date | None, str | None]) -> pl.DataFrame:
    made = []
    for at, (carrier, vendor, cls, outcome, by, rule) in enumerate(rows):
        said = {"verdict_id": f"v-{at}", "carrier_id": carrier, "vendor_id": vendor, "asset_class": cls, "pack": "p"}
        made.append({**said, "outcome": outcome, "remove_by_on": by, "rule_id": rule, "layer": "hardware",
                     "action": "use", "site_class": None})  # fmt: skip
    columns = {"carrier_id": pl.String, "remove_by_on": pl.Date, "rule_id": pl.String, "site_class": pl.String}
    return pl.DataFrame(made, schema_overrides=columns)


def tables(count: pl.DataFrame, shares: list[dict[str, Any]] | None = None) -> dict[str, pl.DataFrame]:
    weight = {"carrier_id": "north", "country": "Japan", "measure": "people", "measure_kind": "subscribers", **SHARED,
              "low_share": 0.5, "high_share": 0.7, "as_of": "2026", "as_of_high_on": BY, "row_id": "w-1"}  # fmt: skip
    part = {"share_id": "s-1", "country": "Japan", "carrier_id": "north", "asset_class": "ran", "segment": "RAN",
            "vendor_ids": ["acme"], "complement": False, "measure": "sites", "measure_kind": "sites", "low_share": 0.2,
            "high_share": 0.4, "low_open": False, "high_open": False, "coverage_share": 1.0, "as_of": "2026",
            "as_of_high_on": BY, "as_of_on": BY, "method": "published", "later_estimate": False, "to_be_checked": False,
            "label": "a share", "formula": "as published", "inputs": [], "run_id": "run"}  # fmt: skip
    parties = [{"party_id": name, "name": name.title(), "role": role, "segments": [], "row_id": name, **SHARED}
               for name, role in (("north", "carrier"), ("acme", "vendor"))]  # fmt: skip
    return {
        "element_count": count,
        "deployment": frame("deployment", []),
        "vendor_share": frame("vendor_share", [{**part, **share} for share in shares or []]),
        "carrier_share": frame("carrier_share", [weight]),
        "party": frame("party", parties),
    }


OUT = verdicts(("north", "acme", "ran", "restricted", BY, "R"))


def test_an_own_count_goes_before_a_published_share() -> None:
    count = counts(("north", "ran", None, 100, 100, 100), ("north", "ran", "acme", 10, 20, 30))
    (block,) = find_blocks(tables(count, [{}]), OUT, "Japan", caps={}).blocks
    assert (block.count, block.share) == (Band(10, 20, 30), Band(0.1, 0.2, 0.3))
    assert (block.weight.low, block.weight.mid, block.weight.high) == pytest.approx((0.05, 0.12, 0.21))
    assert block.reach.by_on == BY and block.name == "north ran acme"


def test_without_an_own_count_the_published_share_counts_and_says_so() -> None:
    (block,) = find_blocks(tables(counts(("north", "ran", None, 100, 110, 120)), [{}]), OUT, "Japan", caps={}).blocks
    assert (block.count.low, block.count.mid, block.count.high) == pytest.approx((20, 33, 48))
    assert block.basis == "derived" and block.used[1].rests_on == ("vendor_share:s-1",)


def test_a_forecast_a_set_of_others_and_what_was_told_later_count_nothing() -> None:
    count = counts(("north", "ran", None, 9, 9, 9))
    others = {"later_estimate": True}, {"complement": True}, {"vendor_ids": ["acme", "bolt"]}, {"method": "implied"}
    for other in others:
        assert find_blocks(tables(count, [other]), OUT, "Japan", caps={}).blocks == ()


def test_what_no_row_counts_is_told_and_not_zero() -> None:
    met = find_blocks(tables(counts(), [{}]), OUT, "Japan", caps={})
    assert met.blocks == ()
    assert met.missing == (
        "Acme in ran: restricted by the policy at North, and no row says how much of it there is",
        "North: a share of Acme in ran is published, and no row counts its elements",
    )


def test_a_count_of_zero_is_no_block_and_nothing_is_missing() -> None:
    assert find_blocks(tables(counts(("north", "ran", "acme", 0, 0, 0))), OUT, "Japan", caps={}).missing == ()


def test_conditional_without_a_last_day_and_undetermined_ask_for_nothing() -> None:
    count = counts(("north", "ran", "acme", 1, 1, 1))
    for outcome, by, found in (("conditional", None, 0), ("undetermined", None, 0), ("clear", None, 0),
                               ("conditional", BY, 1)):  # fmt: skip
        told = verdicts((None, "acme", "ran", outcome, by, "R"))
        assert len(find_blocks(tables(count), told, "Japan", caps={}).blocks) == found


def test_the_first_last_day_counts_and_a_cap_keeps_its_share() -> None:
    count = counts(("north", "ran", "acme", 1, 1, 1))
    two = verdicts(("north", "acme", "ran", "conditional", date(2031, 1, 1), "LATE"),
                   ("north", "acme", "ran", "conditional", BY, "SOON"))  # fmt: skip
    (block,) = find_blocks(tables(count), two, "Japan", caps={}).blocks
    assert (block.reach.rule_id, block.reach.keep_share) == ("SOON", 0.0)
    (capped,) = find_blocks(tables(count), OUT, "Japan", caps={"R": 0.35}).blocks
    assert capped.reach.keep_share == 0.35


def test_a_part_is_reached_with_its_whole_and_a_whole_not_with_its_part() -> None:
    reach = Reach("v", "p", "R", BY, "restricted")
    reached = {(None, "acme", "core", "software", None): reach}
    assert reach_of(reached, ("north", "acme", "core.user_plane", "software", None)) is reach
    assert reach_of({(None, "acme", "core.user_plane", "software", None): reach},
                    ("north", "acme", "core", "software", None)) is None  # fmt: skip
    assert reach_of(reached, ("north", "acme", "core", "hardware", None)) is None


def test_management_stands_over_its_vendors_share_and_may_not_be_there() -> None:
    rows = counts(("north", "ran", None, 100, 100, 100), ("north", "ran", "acme", 50, 50, 50),
                  ("north", "ran.management", "acme", 0, 1, 1))  # fmt: skip
    only = verdicts(("north", "acme", "ran.management", "restricted", BY, "M"))
    (block,) = find_blocks(tables(rows), only, "Japan", caps={}).blocks
    assert block.share == Band(0.0, 0.5, 0.5)


def test_weights_are_of_one_measure_the_one_that_tells_of_most() -> None:
    rows = pl.DataFrame(
        [
            ("north", "subscribers", "subscribers", 0.9, date(2026, 1, 1)),
            ("north", "contracts", "contracts", 0.5, date(2025, 1, 1)),
            ("south", "contracts", "contracts", 0.4, date(2025, 1, 1)),
            ("north", "old", "subscribers", 0.3, date(2012, 1, 1)),
            ("south", "old", "subscribers", 0.3, date(2012, 1, 1)),
        ],
        schema=["carrier_id", "measure", "measure_kind", "low_share", "as_of_high_on"],
        orient="row",
    ).with_columns(
        high_share="low_share", country=pl.lit("Japan"), as_of=pl.lit("x"), reading=pl.lit("x"), row_id=pl.lit("r")
    )
    weights, used = carrier_weights(rows, "Japan", {"north", "south"})
    assert {name: band.mid for name, band in weights.items()} == {"north": 0.5, "south": 0.4}
    assert [one.name for one in used] == ["share of north in contracts", "share of south in contracts"]
    assert carrier_weights(rows, "Japan", {"north"})[0]["north"].mid == 0.9


def placed(rows: pl.DataFrame, **cells: str) -> pl.DataFrame:
    return rows.with_columns(**{name: pl.lit(value) for name, value in cells.items()})


def test_a_part_of_a_network_is_a_share_of_the_whole_and_is_not_counted_twice() -> None:
    whole = counts(("north", "ran", None, 1000, 1000, 1000), ("north", "ran", "acme", 400, 400, 400))
    part = placed(counts(("north", "ran", "acme", 100, 100, 100)), region="east", count_id="part")
    found = find_blocks(tables(pl.concat([whole, part])), OUT, "Japan", caps={}).blocks
    east, rest = sorted(found, key=lambda block: block.region or "z")
    assert (east.region, east.count.mid, east.share.mid) == ("east", 100, 0.1)
    assert (rest.region, rest.count.mid, rest.share.mid) == (None, 300, pytest.approx(0.3))


def test_without_a_whole_the_parts_make_it() -> None:
    rows = pl.concat(
        placed(
            counts(("north", "ran", None, size, size, size), ("north", "ran", "acme", 50, 50, 50)), region=name
        ).with_columns(pl.col("count_id") + name)
        for name, size in (("east", 100), ("west", 300))
    )
    blocks = find_blocks(tables(rows), OUT, "Japan", caps={}).blocks
    assert [(block.region, block.share.mid) for block in blocks] == [("east", 0.125), ("west", 0.125)]


def test_a_sensitive_site_has_its_own_earlier_day() -> None:
    early = date(2027, 6, 30)
    both = pl.concat([OUT, verdicts(("north", "acme", "ran", "restricted", early, "SITE")).with_columns(
        verdict_id=pl.lit("v-9"), site_class=pl.lit("military"))])  # fmt: skip
    whole = counts(("north", "ran", None, 1000, 1000, 1000), ("north", "ran", "acme", 400, 400, 400))
    part = placed(counts(("north", "ran", "acme", 10, 10, 10)), site_class="military", count_id="part")
    days = {block.site_class: (block.reach.by_on, block.count.mid) for block in
            find_blocks(tables(pl.concat([whole, part])), both, "Japan", caps={}).blocks}  # fmt: skip
    assert days == {None: (BY, 390), "military": (early, 10)}


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
