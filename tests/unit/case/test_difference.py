"""Two versions of a result table side by side, matched by what their rows speak of."""

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.difference import compare
from provenet.case.tables import frame

FINDING = {"severity": "warning", "says": "A thing.", "repair": "Mend it.", "formula": "f", "inputs": [], "run_id": "r"}


def findings(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Findings of (kind, place, severity)."""
    made = [
        {**FINDING, "finding_id": f"f{at}", "kind": kind, "place": place, "severity": severity}
        for at, (kind, place, severity) in enumerate(rows)
    ]
    return frame("finding", made)


def share(**cells: object) -> dict[str, Any]:
    made: dict[str, Any] = {
        "share_id": "s",
        "country": "Germany",
        "asset_class": "ran",
        "segment": "RAN",
        "vendor_ids": ["a", "b"],
        "complement": False,
        "measure": "sites",
        "measure_kind": "sites",
        "low_share": 0.5,
        "high_share": 0.6,
        "low_open": False,
        "high_open": False,
        "coverage_share": 1.0,
        "as_of": "2020",
        "method": "published",
        "later_estimate": False,
        "to_be_checked": False,
        "label": "l",
        "formula": "f",
        "inputs": [],
        "run_id": "r",
    }
    return made | {"as_of_on": date(2024, 1, 1)} | cells


def test_a_row_is_the_same_thing_whatever_its_id_and_its_days() -> None:
    old = frame("vendor_share", [share()])
    new = frame("vendor_share", [share(share_id="other", run_id="later", inputs=["market_share:m"], formula="g")])
    assert compare("vendor_share", old, new).unchanged_count == 1
    moved = compare("vendor_share", old, frame("vendor_share", [share(share_id="x", low_share=0.4, label="now")]))
    assert [dict(one.columns) for one in moved.changed] == [{"low_share": (0.5, 0.4), "label": ("l", "now")}]
    assert moved.changed[0].key["vendor_ids"] == ["a", "b"]


def test_a_list_is_told_by_its_items_and_null_is_no_empty_list() -> None:
    old = frame("vendor_share", [share(vendor_ids=["a", "b"])])
    for other in (["ab"], ["b", "a"], []):
        found = compare("vendor_share", old, frame("vendor_share", [share(vendor_ids=other)]))
        assert (len(found.appeared), len(found.vanished), found.unchanged_count) == (1, 1, 0)


def test_rows_of_one_key_are_matched_in_order() -> None:
    old = findings(("k", "p", "error"), ("k", "p", "warning"))
    new = findings(("k", "p", "warning"), ("k", "p", "error"), ("k", "p", "warning"))
    found = compare("finding", old, new)
    assert (len(found.changed), len(found.appeared), found.unchanged_count) == (0, 1, 2)


def test_a_key_column_that_the_sides_differ_in_can_be_left_out() -> None:
    old, new = frame("vendor_share", [share()]), frame("vendor_share", [share(country="Italy")])
    assert len(compare("vendor_share", old, new).appeared) == 1
    assert compare("vendor_share", old, new, without={"country"}).unchanged_count == 1


ROWS = st.lists(
    st.tuples(st.sampled_from("kl"), st.sampled_from("pq"), st.sampled_from(["error", "warning"])), max_size=6
)


@given(ROWS, ROWS)
def test_swapping_the_sides_swaps_what_is_said_and_no_row_is_lost(one: list[Any], two: list[Any]) -> None:
    there, back = (compare("finding", findings(*a), findings(*b)) for a, b in ((one, two), (two, one)))
    assert [dict(change.columns) for change in there.changed] == [
        {name: (new, old) for name, (old, new) in change.columns.items()} for change in back.changed
    ]
    assert [(r["kind"], r["place"]) for r in there.appeared] == [(r["kind"], r["place"]) for r in back.vanished]
    assert len(there.changed) + there.unchanged_count + len(there.appeared) == len(two)
    assert len(there.changed) + there.unchanged_count + len(there.vanished) == len(one)
    same = compare("finding", findings(*one), findings(*one))
    assert (same.changed, same.appeared, same.vanished, same.unchanged_count) == ((), (), (), len(one))
