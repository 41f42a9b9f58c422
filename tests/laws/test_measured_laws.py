"""Laws of measured shares and paths: unknown is never clear; learning a vendor narrows what needs no assumption."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from provenet.case.tables import frame
from support.examples import examples
from unit.dependence.dependence_tables import Row
from unit.dependence.measured_tables import judged, probed, router, sighting, tables, written
from unit.exposure.test_measured_paths import CISCO, HUAWEI, NOBODY, OTHER, THERE, rows_of, trace, whole

MAKERS = st.lists(st.sampled_from(["cisco", "juniper", "huawei", None]), min_size=2, max_size=14)
HOPS = st.lists(st.sampled_from([CISCO, HUAWEI, OTHER, NOBODY, None]), min_size=1, max_size=5)


def of(makers: list[str | None]) -> list[Row]:
    return [sighting(router(at, 64500 + at % 3), maker) for at, maker in enumerate(makers)]


def shares(makers: list[str | None]) -> dict[tuple[str, str], Row]:
    """The shares of each vendor among those that answered, over the whole country."""
    asked = [probed(f"45.0.7.{at}") for at in range(3)] + [probed(row["address"]) for row in of(makers)]
    rows = written(tables(sighting=of(makers), probed_address=asked))["measured_share"]
    return {(row["measured_of"], row["vendor_ids"][0]): row for row in rows if row["level"] == "country"}


@given(makers=MAKERS, at=st.integers(0, 13), vendor=st.sampled_from(["cisco", "huawei"]))
@settings(max_examples=15, deadline=None)
def test_learning_a_vendor_only_narrows(makers: list[str | None], at: int, vendor: str) -> None:
    unknown = [*makers, None]
    learnt = [*makers, vendor]
    before, after = shares(unknown), shares(learnt)
    for key, row in before.items():
        assert after[key]["low_unanswered_share"] >= row["low_unanswered_share"] - 1e-12
        assert after[key]["high_unanswered_share"] <= row["high_unanswered_share"] + 1e-12


@given(makers=MAKERS)
@settings(max_examples=15, deadline=None)
def test_an_interval_holds_what_it_is_made_of(makers: list[str | None]) -> None:
    for row in shares(makers).values():
        assert (
            0
            <= row["low_share"]
            <= row["low_unanswered_share"]
            <= row["high_unanswered_share"]
            <= row["high_share"]
            <= 1
        )
        assert row["low_unanswered_share"] == row["low_assumed_share"] <= row["high_assumed_share"]
        assert row["high_assumed_share"] <= row["high_unanswered_share"] + 1e-12
        seen = row["seen_count"] / row["identified_count"]
        assert row["low_seen_share"] - 1e-9 <= seen <= row["high_seen_share"] + 1e-9
        assert row["low_corrected_share"] is None and row["corrected_unknown_because"] is not None


@given(makers=MAKERS)
@settings(max_examples=10, deadline=None)
def test_parts_sum_to_the_whole_and_unknown_is_in_neither(makers: list[str | None]) -> None:
    verdicts = frame(
        "verdict", [judged("huawei", "restricted"), judged("cisco", "clear"), judged("juniper", "conditional")]
    )
    rows = written(tables(sighting=of(makers)), packs=("p1",), verdicts=verdicts)["measured_share"]
    parts = [row for row in rows if row["part"] and row["level"] == "country" and row["period"] == "all"]
    least = {row["part"]: row["low_unanswered_share"] for row in parts if row["part"] != "unknown"}
    unknown = sum(row["low_share"] for row in parts if row["part"] == "unknown")
    if parts:
        assert least["restricted"] + least["clear"] + unknown == pytest.approx(1)
        (clear,) = [row for row in parts if row["part"] == "clear"]
        assert clear["seen_count"] == makers.count("cisco")


@given(makers=st.lists(st.sampled_from(["cisco", "juniper", "huawei", None]), min_size=2, max_size=5))
@settings(max_examples=examples(10), deadline=None)
def test_every_way_to_settle_what_is_open_lies_inside(makers: list[str | None]) -> None:
    """Each vendor that is not known, and each verdict that is open, either way: all ends hold what is then true."""
    verdicts = frame(
        "verdict", [judged("huawei", "restricted"), judged("cisco", "clear"), judged("juniper", "undetermined")]
    )
    rows = written(tables(sighting=of(makers)), packs=("p1",), verdicts=verdicts)["measured_share"]
    parts = [row for row in rows if row["part"] in ("restricted", "clear") and row["level"] == "country"]
    for juniper, *fill in product(("restricted", "clear"), repeat=1 + makers.count(None)):
        of_vendor, rest = {"huawei": "restricted", "cisco": "clear", "juniper": juniper}, iter(fill)
        whole = [next(rest) if one is None else of_vendor[one] for one in makers]
        identified = [of_vendor[one] for one in makers if one is not None]
        for row in parts:
            true = whole.count(row["part"]) / len(whole)
            assert row["low_unanswered_share"] - 1e-9 <= true <= row["high_unanswered_share"] + 1e-9
            assert row["low_share"] - 1e-9 <= true <= row["high_share"] + 1e-9
            if identified:
                seen = identified.count(row["part"]) / len(identified)
                assert row["low_seen_share"] - 1e-9 <= seen <= row["high_seen_share"] + 1e-9


@given(hops=HOPS, reached=st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_trace_is_of_one_tier_and_unknown_is_never_clear(hops: list[str | None], reached: bool) -> None:
    row = whole(rows_of([trace("t", [*hops, THERE] if reached else hops, reached=reached)]))
    tiers = [row[name] for name in ("on_hop_count", "in_network_count", "unknown_count", "clear_count")]
    assert sum(tiers) == 1
    assert (row["on_hop_count"] == 1) == (HUAWEI in hops)
    if None in hops or NOBODY in hops or not reached:
        assert row["clear_count"] == 0
    assert row["low_share"] == row["on_hop_count"] and row["high_share"] == 1 - row["clear_count"]
