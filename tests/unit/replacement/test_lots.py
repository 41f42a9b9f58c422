"""Into how many lots a block is parted, who comes, and what goes before or along, worked by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from provenet.case.money import Band
from provenet.replacement.search import called
from unit.replacement.small_plan import block, formulated, limit, option, planned, rule

BIG = Band(320, 320, 320)
HUNDRED = Band(100, 100, 100)


def sizes(**given: Any) -> list[float]:
    return [lot.count.mid for lot in formulated(**given).lots]


def test_a_small_block_is_one_lot_and_from_a_hundred_elements_on_it_is_parted() -> None:
    assert sizes(blocks=[block(count=Band(99, 99, 99))]) == [99]
    assert sizes(blocks=[block(count=HUNDRED)]) == [6.25] * 16


def test_a_lot_is_about_half_a_quarter_s_work_of_the_carrier_s_crews() -> None:
    """320 crew weeks: crews of two work 26 a quarter, so 12.3 quarters and 25 lots; at least 8, at most 48."""
    for crews, lots in ((2.0, 25), (100.0, 8), (0.1, 48)):
        assert len(sizes(blocks=[block(count=BIG)], limits=[limit("crews", "crews", crews)])) == lots
    assert len(sizes(blocks=[block(count=BIG)], limits=[limit("crews", "crews", 0.0)])) == 16


@hypothesis.given(st.integers(1, 300), st.floats(0.05, 40.0), st.sampled_from([1.0, 6.0]))
@hypothesis.example(60, 2.0, 1.0)
def test_a_block_that_exceeds_a_quarter_is_parted_into_lots_that_do_not(count: int, crews: float, times: float) -> None:
    """A week of a crew a site: no lot exceeds the work of any quarter but where an element, or the most lots, bound it;
    nor of one in which fewer are at work than in others."""
    weeks, few = 13 * crews, {"from_on": date(2027, 7, 1), "to_on": date(2027, 12, 31)}
    both = [limit("crews", "crews", crews * times), limit("few", "crews", crews, **few)]
    found = sizes(blocks=[block(count=Band(count, count, count))], limits=both)
    assert sum(found) == pytest.approx(count)
    assert max(found) <= weeks + 1e-9 or max(found) < 2 or len(found) == 48
    assert len(found) > 1 or count <= max(weeks, 1) + 1e-9
    assert min(found) >= 1 or count >= 100


def test_a_price_over_bids_of_several_vendors_certifies_nothing() -> None:
    """A schedule's bound is certified for the prices it is given; of an average that nobody asks it stays stated."""
    bids = [option("a", to_vendor_id="bolt"), option("b", to_vendor_id="crown", low_amount=3000.0, high_amount=3000.0)]
    estimates = [bid | {"to_vendor_id": "bolt"} for bid in bids]
    single = ((options, "certified") for options in (estimates, bids[:1], [option()]))
    for options, proof in ((bids, "bound"), *single):
        made = formulated([block()], options)
        found = replace(planned(made, {one.unit_id: 1 for one in made.lots}).plan, certificate=None)
        assert called(made, found).proof == proof
        denied = called(made, replace(found, status="infeasible", objective=None, bound=None))
        assert denied.proof == ("solver" if proof == "bound" else proof)
        assert any("averages what several vendors ask" in text for text in made.assumed) == (proof == "bound")


def test_under_a_cap_only_what_is_above_it_goes() -> None:
    """Half of North's sites may stay at 30 %: two fifths of the lots go, rounded up."""
    made = formulated([block(count=HUNDRED, keep_share=0.3)])
    assert len(made.lots) == 7 and {lot.lots for lot in made.lots} == {16}
    assert "the cap of 30 % in L-1 is read as a share of the elements counted here" in made.assumed


def bolt(*vendors: str) -> dict[str, Any]:
    return {"carrier_id": "north", "country": "Japan", "segment": "RAN", "asset_class": "ran",
            "vendor_ids": list(vendors), "complement": False, "presence": "named", "role": "beside", "row_id": "d",
            "run_id": "add-1", "file_id": "0" * 64, "locator": "x", "reading": "not stated"}  # fmt: skip


def test_a_vendor_cap_that_is_read_is_a_figure_of_the_plan() -> None:
    made = formulated([block()], deployments=[bolt("bolt", "acme")], limits=[limit("cap-1", "vendor cap", 1.0)])
    assert [lot.to_vendor for lot in made.lots] == ["bolt"]
    (cap,) = (one for one in made.used if one.name == "vendor cap: cap-1")
    assert (cap.band, cap.rests_on) == (Band(1, 1, 1), ("plan_limit:cap-1",))
    without = formulated([block()], deployments=[bolt("bolt")])
    assert not any(one.name.startswith("vendor cap") for one in without.used)


def test_a_vendor_cap_that_leaves_no_room_clashes_and_says_what_would_help() -> None:
    made = formulated([block()], deployments=[bolt("bolt")], limits=[limit("cap-1", "vendor cap", 0.6)])
    assert made.clash == (
        "vendor cap: no new vendor may hold more than 60 % of ran at north, but the shares there would be bolt 50 % "
        "after 0 of 1 lots",
    )
    assert made.relief == ("raise the vendor cap at north to 100 % or name a second vendor",)


def test_crews_of_the_call_count_in_place_of_those_of_rows() -> None:
    rows = [limit("crews", "crews", 100.0)]
    assert len(sizes(blocks=[block(count=BIG)], limits=rows, crews=2.0)) == 25
    made = formulated([block(), block("south")], limits=rows, crews=3.0)
    kept = {one.id: (one.capacity, one.basis) for one in made.limits if one.kind == "crews"}
    assert kept == {"crews north": ((39.0,) * 8, "derived"), "crews south": ((39.0,) * 8, "derived")}
    assert not any(one.name.startswith("crews") for one in made.used)
    assert "every carrier has 3 crews in every quarter, as the call states" in made.assumed
    assert any(one.name == "crews: crews" for one in formulated([block()], limits=rows).used)


def test_vendors_of_the_call_are_the_only_ones_that_come() -> None:
    there = [bolt("bolt", "cord")]
    made = formulated([block()], deployments=there, vendors=("cord",))
    assert [lot.to_vendor for lot in made.lots] == ["cord"]
    assert "no vendor comes but cord, as the call states" in made.assumed
    new = formulated([block()], deployments=there, vendors=("dyna",))
    assert [lot.to_vendor for lot in new.lots] == ["dyna"]
    named = formulated([block()], [option(to_vendor_id="cord")], vendors=("cord", "dyna"))
    assert [lot.to_vendor for lot in named.lots] == ["cord"]


@pytest.mark.parametrize(("vendors", "options"), [(("acme",), None), (("bolt",), [option(to_vendor_id="cord")])])
def test_no_vendor_of_the_call_may_come(vendors: tuple[str, ...], options: list[Any] | None) -> None:
    made = formulated([block()], options or (), deployments=[bolt("bolt", "cord")], vendors=vendors)
    says = f"vendors: north ran acme may go to {vendors[0]} alone, and none of them may come there"
    assert (made.clash, made.relief) == ((says,), ("north ran acme: allow another vendor",))


def test_an_option_that_names_who_comes_goes_before_those_that_are_there() -> None:
    made = formulated([block()], [option(to_vendor_id="cord")], deployments=[bolt("bolt")])
    assert [lot.to_vendor for lot in made.lots] == ["cord"]


def test_vendors_come_from_what_is_named_at_the_carrier_and_not_from_all_others_of_a_set() -> None:
    others = {**bolt("cord"), "complement": True}
    rumour = {**bolt("dyna"), "presence": "excluded"}
    made = formulated([block()], deployments=[bolt("bolt"), others, rumour])
    assert [lot.to_vendor for lot in made.lots] == ["bolt"]
    assert [lot.to_vendor for lot in formulated([block()], deployments=[others, rumour]).lots] == [None]


def test_of_several_options_the_longest_delivery_and_work_and_the_widest_price_count() -> None:
    two = [option(), option("swap-2", low_amount=2000.0, high_amount=4000.0, lead_time_weeks=40.0, work_weeks=None)]
    (lot,) = formulated([block()], two).lots
    assert (lot.earliest, lot.duration) == (4, 1)
    assert lot.choice is not None and lot.choice.price is not None
    assert (lot.choice.price.low, lot.choice.price.high) == (1000, 4000)
    assert lot.choice.option_ids == ("swap-1", "swap-2")


def test_delivery_and_work_are_whole_quarters_and_the_deadline_leaves_room_for_the_work() -> None:
    (lot,) = formulated([block()], [option(lead_time_weeks=14.0, work_weeks=27.0)]).lots
    assert (lot.earliest, lot.duration, lot.latest) == (2, 3, 5)
    (quick,) = formulated([block()], [option(lead_time_weeks=0.0, work_weeks=0.0)]).lots
    assert (quick.earliest, quick.duration, quick.latest) == (0, 1, 7)
    (free,) = formulated([block()], deadlines=False).lots
    assert free.latest is None


@pytest.mark.parametrize(("by", "clashes"), [(date(2027, 6, 30), False), (date(2027, 6, 29), True)])
def test_a_deadline_before_the_first_possible_day_clashes(by: date, clashes: bool) -> None:
    """A quarter to deliver and one of work end on the last of June 2027."""
    made = formulated([block(by=by)])
    assert bool(made.clash) is clashes
    if clashes:
        assert made.clash == (
            "L-1, remove by 2027-06-29, clashes with north ran acme: 1 quarter from order to delivery and 1 of work "
            "make 2027-06-30 the first possible day",
        )
        assert made.relief == ("north ran acme: a deadline of 2027-06-30, or an option with less lead time or work",)


def test_the_first_lot_is_tested_before_the_others_and_generations_go_together() -> None:
    tested = formulated([block(count=HUNDRED)], rules=[rule("test", "test first", "ran")])
    names = [lot.unit_id for lot in tested.lots]
    assert [lot.after for lot in tested.lots] == [(), *[(names[0],)] * 15]
    both = [block(generation="4G"), block(generation="5G"), block("south", generation="5G")]
    along = formulated(both, rules=[rule("sites", "together", "ran")])
    assert [lot.together for lot in along.lots] == [("north ran 5G acme",), ("north ran 4G acme",), ()]


def test_a_rule_that_is_not_kept_binds_nothing_and_is_told_beside_those_that_are() -> None:
    first = rule("core-first", "before", "ran", other_class="core", for_fact_ids=["f-1"])
    blocks, options = [block(), block(asset_class="core")], [option(), option("core-1", "core")]
    kept = formulated(blocks, options, rules=[first])
    assert [lot.after for lot in kept.lots] == [("north core acme",), ()]
    assert "rule core-first: core-first (kept; for it: f-1; against it: nobody)" in kept.assumed
    for rules, given in (([{**first, "applied": False}], {}), ([first], {"rules_off": ("core-first",)})):
        off = formulated(blocks, options, rules=rules, **given)
        assert [lot.after for lot in off.lots] == [(), ()]
        assert "rule core-first: core-first (not kept; for it: f-1; against it: nobody)" in off.assumed
        assert [one.rests_on for one in off.used if one.kind == "rule"] == [("interop_rule:core-first", "interop:f-1")]
    elsewhere = formulated([block()], rules=[rule("core-first", "before", "core", other_class="ran")])
    assert not [one for one in elsewhere.used if one.kind == "rule"]


def test_what_is_due_anyway_is_credited_by_the_day_of_renewal() -> None:
    """Renewal at the end of 2027 is 364 days away; a swap in the first quarter brings a tenth of its life forward."""
    (lot,) = formulated([block(renewal_on=date(2027, 12, 31))], [option(life_years=10.0)]).lots
    assert lot.due_years == pytest.approx(364 / 365.25)
    assert lot.left_of_price(0) == pytest.approx(364 / 365.25 / 10)
    assert lot.cost(0).mid == pytest.approx(40_000 * 364 / 3652.5)
    (whole,) = formulated([block(renewal_on=date(2027, 12, 31))], [option(life_years=10.0)], renewal_credit=False).lots
    assert (whole.due_years, whole.cost(0).mid) == (None, 40_000)
    (past,) = formulated([block(renewal_on=date(2026, 1, 1))], [option(life_years=10.0)]).lots
    assert (past.due_years, past.cost(0).mid) == (0.0, 0.0)


def test_salvage_lowers_a_cost_and_never_below_nothing() -> None:
    (lot,) = formulated([block()], [option(salvage_share=0.25)]).lots
    assert (lot.salvage(), lot.cost(0).mid, lot.gross().mid) == (10_000, 30_000, 40_000)
    (dear,) = formulated([block()], [option(salvage_share=1.0)]).lots
    assert dear.cost(0).mid == 0


def test_a_management_system_goes_with_the_equipment_that_it_manages() -> None:
    blocks = [block(), block(asset_class="ran.management", layer="management"), block("south", "ran.management")]
    made = formulated(blocks, [option(), option("m-1", "ran.management")])
    assert [lot.unit_id for lot in made.lots] == ["north ran acme", "south ran.management acme"]
    assert any("is switched off with its last lot, at no price" in says for says in made.assumed)
