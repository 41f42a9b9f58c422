"""Who is behind which lots: by hand, and the laws of weights. Counts from an inventory."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.money import Band
from provenet.case.tables import frame
from provenet.replacement.counts import count_inventory
from provenet.replacement.lots import Lot
from provenet.replacement.subscribers import exposed_ends, subscriber_groups
from provenet.verbs.plan_run import plan
from support.lot_cases import block_of, lots_of_block
from support.plan_case import DAY, FILES, made_case

pytestmark = pytest.mark.usefixtures("few_tries")
ONE = {"north": Band(0.5, 0.5, 0.5)}


def lots(
    asset_class: str, vendor: str, share: Band, count: int, generation: str | None = None, carrier: str = "north"
) -> list[Lot]:
    return lots_of_block(block_of(carrier, asset_class, vendor, share, generation=generation), count)


def exact(share: float) -> Band:
    return Band(share, share, share)


def weights(made: list[Lot]) -> dict[tuple[str, ...], float]:
    return {one.units: round(one.weight, 9) for one in subscriber_groups(made, ONE)}


def test_one_class_is_a_part_behind_each_lot() -> None:
    assert weights(lots("ran", "acme", exact(0.4), 2)) == {("north ran acme 0",): 0.1, ("north ran acme 1",): 0.1}


def test_vendors_of_one_class_stand_side_by_side() -> None:
    made = weights([*lots("ran", "acme", exact(0.4), 1), *lots("ran", "zulu", exact(0.2), 1)])
    assert made == {("north ran acme 0",): 0.2, ("north ran zulu 0",): 0.1}


def test_two_classes_stand_at_the_same_places_and_nobody_counts_twice() -> None:
    made = weights([*lots("ran.radio", "acme", exact(0.4), 2), *lots("ran.baseband", "acme", exact(0.3), 1)])
    assert made == {
        ("north ran.baseband acme 0", "north ran.radio acme 0"): 0.1,
        ("north ran.baseband acme 0", "north ran.radio acme 1"): 0.05,
        ("north ran.radio acme 1",): 0.05,
    }


def test_a_core_is_on_the_way_of_all_and_of_the_rest() -> None:
    made = weights([*lots("ran", "acme", exact(0.4), 1), *lots("core", "acme", exact(0.1), 1)])
    assert made == {("north ran acme 0", "north core acme 0"): 0.2, ("north core acme 0",): 0.3}
    core = lots("core", "acme", exact(0.1), 1)
    (rest,) = subscriber_groups(core, ONE)
    assert rest.weight == 0.5
    assert exposed_ends(core, ONE, lambda _: True) == (0.05, 0.5)


def test_intervals_keep_their_ends() -> None:
    made, weight = lots("ran", "acme", Band(0.2, 0.4, 0.6), 1), {"north": Band(0.4, 0.5, 0.6)}
    (one,) = subscriber_groups(made, weight)
    assert one.weight == pytest.approx(0.2)
    assert exposed_ends(made, weight, lambda _: True) == pytest.approx((0.08, 0.36))


shares = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(lambda three: Band(*sorted(three)))


classes = st.sampled_from(["ran", "ran.radio", "ran.baseband", "core"])
blocks_of = st.tuples(classes, st.sampled_from(["acme", "zulu"]), shares, st.integers(1, 4))


@given(st.lists(blocks_of, max_size=5, unique_by=lambda one: one[:2]))
def test_no_carrier_weighs_more_than_itself_and_order_does_not_matter(blocks: list[tuple[str, str, Band, int]]) -> None:
    made = [lot for cls, vendor, share, count in blocks for lot in lots(cls, vendor, share, count)]
    found = subscriber_groups(made, ONE)
    low, high = exposed_ends(made, ONE, lambda _: True)
    middle = sum(one.weight for one in found)
    assert 0 <= low <= high <= 0.5 + 1e-9 and middle <= high + 1e-9
    widest = max((share.mid for cls, _, share, _ in blocks if cls != "core"), default=0.0)
    assert middle >= 0.5 * (1.0 if any(cls == "core" for cls, *_ in blocks) else widest) - 1e-9
    again = subscriber_groups(made[::-1], ONE)
    assert {frozenset(one.units): pytest.approx(one.weight) for one in found} == {
        frozenset(one.units): one.weight for one in again
    }


def assets(*rows: tuple[str, str | None, int, date | None]) -> list[dict[str, object]]:
    shared = {"file_id": "0" * 64, "locator": "a.csv row 2", "reading": "not stated", "run_id": "run"}
    return [
        {"asset_id": f"a-{at}", "row_id": f"a-{at}", "carrier_id": "north", "country": "Japan", "asset_class": cls,
         "layer": "hardware", "vendor_id": vendor, "unit_count": count, "to_on": to, **shared}
        for at, (cls, vendor, count, to) in enumerate(rows)
    ]  # fmt: skip


def test_an_inventory_is_counted_by_vendor_and_the_unknown_count_at_the_upper_end() -> None:
    rows = assets(("ran", "acme", 3, None), ("ran", "acme", 2, None), ("ran", "bolt", 4, None), ("ran", None, 1, None),
                  ("ran", "acme", 9, date(2020, 1, 1)), ("core", "acme", 1, None))  # fmt: skip
    made = count_inventory(frame("asset", rows), frame("site", []), date(2026, 1, 1), country="Japan", stated=[])
    told = {(row["asset_class"], row["vendor_id"]): (row["low_count"], row["high_count"]) for row in made}
    assert told == {
        ("core", None): (1, 1), ("core", "acme"): (1, 1),
        ("ran", None): (10, 10), ("ran", "acme"): (5, 6), ("ran", "bolt"): (4, 5),
    }  # fmt: skip
    stated = [{"carrier_id": "north", "asset_class": "ran"}]
    left = count_inventory(frame("asset", rows), frame("site", []), date(2026, 1, 1), country="Japan", stated=stated)
    assert {row["asset_class"] for row in left} == {"core"}


def test_a_plan_from_an_inventory_alone(tmp_path: Path, packs: Path) -> None:
    listed = "asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count\n"
    listed += "a,north,Japan,ran,hardware,Acme,400\nb,north,Japan,ran,hardware,Bolt,600\n"
    case = made_case(tmp_path, packs, element_count="", asset=listed)
    (one,) = plan(case, as_of=DAY, country="Japan", packs=packs).countries
    assert (one.plan["lot_count"], one.plan["element_count"]) == (8, 400)
    assert one.plan["mid_before_share"] == pytest.approx(0.6 * 0.4)


def test_assets_without_a_layer_are_planned_and_priced_too(tmp_path: Path, packs: Path) -> None:
    listed = "asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count\n"
    listed += "a,north,JP,core,,Acme,12\nb,north,JP,ran,hardware,Bolt,600\nc,south,Japan,ran,hardware,Acme,70\n"
    counts = FILES["element_count"].splitlines(keepends=True)
    case = made_case(tmp_path, packs, element_count="".join((counts[0], counts[3])), asset=listed)
    (one,) = plan(case, as_of=DAY, country="Japan", packs=packs).countries
    assert [(step["unit_id"], step["asset_class"]) for step in one.steps] == [("north core acme", "core")]
    assert one.plan["element_count"] == 12 and one.plan["unpriced_count"] == 0
    (missing,) = (says for says in one.plan["unanswered"] if "not planned" in says)
    assert missing == (
        "South: 70 elements of Acme in ran (hardware) are restricted and not planned, since rows of element_count "
        "count that class there without them; add a row for them"
    )


def test_generations_of_one_vendor_go_together_unless_the_rule_is_not_kept(tmp_path: Path, packs: Path) -> None:
    head = "count_id,carrier_id,country,asset_class,layer,generation,vendor_id,unit_says,low_count,mid_count,high_count"
    counts = (("4G", "", 1000), ("4G", "Acme", 400), ("5G", "", 1000), ("5G", "Acme", 200))
    rows = [f"n{g}{v},north,Japan,ran,hardware,{g},{v},sites,{count},{count},{count},assumed" for g, v, count in counts]
    rule = FILES["interop_rule"] + "anchor,together,ran,,yes,of one vendor at a site,assumed\n"
    case = made_case(tmp_path, packs, element_count="\n".join([f"{head},basis", *rows, ""]), interop_rule=rule)
    (one,) = plan(case, as_of=DAY, country="Japan", packs=packs).countries
    starts = {step["unit_id"]: step["start_on"] for step in one.steps}
    assert len(starts) == 16
    for at in range(1, 9):
        assert starts[f"north ran 4G acme lot {at} of 8"] == starts[f"north ran 5G acme lot {at} of 8"]
    (apart,) = plan(case, as_of=DAY, country="Japan", packs=packs, without_rule=["anchor"]).countries
    steps = case.read_run("plan_step", apart.run_id)
    assert steps["together_units"].list.len().sum() == 0
    # 4G reaches 40 % of North, 5G half of the same places.
    assert one.plan["mid_before_share"] == pytest.approx(0.6 * 0.4)
