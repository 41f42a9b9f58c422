"""Laws of the case: what goes in comes out, order does not matter, and every walk ends."""

import csv
import io
import itertools
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.case import Case
from provenet.case.export import csv_of, digest_of
from provenet.case.lineage import share_of, walk, walk_lines, walk_text
from provenet.case.runs import run_id
from provenet.case.tables import conform, frame, table
from support.examples import examples

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
NUMBERS = st.integers()


@pytest.fixture(scope="module")
def case() -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as folder:
        yield Case.new(Path(folder) / "case")


@st.composite
def assets(draw: st.DrawFn) -> dict[str, object]:
    return {
        "asset_id": draw(TEXT),
        "carrier_id": draw(TEXT),
        "country": draw(TEXT),
        "asset_class": draw(TEXT),
        "vendor_id": draw(st.none() | TEXT),
        "capability": draw(st.none() | st.lists(TEXT, max_size=3)),
        "unit_count": draw(st.integers(-(2**63), 2**63 - 1)),
        "checked_on": draw(st.none() | DAYS),
        "note": draw(st.none() | TEXT),
        "row_id": draw(TEXT),
        "file_id": draw(TEXT),
        "locator": draw(TEXT),
        "reading": draw(TEXT),
    }


RUNS = itertools.count()


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(assets(), max_size=4, unique_by=lambda one: str(one["row_id"])))
def test_what_is_written_is_what_is_read(case, rows):
    number = next(RUNS)
    fresh = [one | {"row_id": f"{number} {one['row_id']}"} for one in rows]
    with case.writer("add", {}, {"n": str(number)}) as run:
        assert run.append("asset", fresh) == len(fresh)
    stored = case.read("asset").filter(pl.col("run_id") == run.run_id)
    assert stored.drop("run_id").equals(frame("asset", fresh).sort(table("asset").order).drop("run_id"))


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(assets(), max_size=4), st.randoms())
def test_a_frame_conforms_to_itself_and_its_bytes_do_not_hang_on_its_order(rows, random):
    spec = table("asset")
    one = frame("asset", rows)
    assert conform(spec, one).equals(one)
    distinct = [row | {"row_id": str(n)} for n, row in enumerate(rows)]
    shuffled = random.sample(distinct, len(distinct))
    left, right = (frame("asset", some).sort(spec.order) for some in (distinct, shuffled))
    assert digest_of(spec, left) == digest_of(spec, right)
    assert csv_of(spec, left) == csv_of(spec, right)


@settings(max_examples=examples(200), deadline=None)
@given(assets())
def test_no_exported_cell_is_a_formula(row):
    text = csv_of(table("asset"), frame("asset", [row])).decode()
    _, cells = csv.reader(io.StringIO(text, newline=""))
    for cell in cells:
        if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
            float(cell)


@settings(max_examples=examples(100), deadline=None)
@given(assets(), assets(), st.sampled_from(["asset_id", "vendor_id", "capability", "unit_count", "checked_on", "note"]))
def test_two_rows_have_one_digest_only_if_they_are_equal(row, other, changed):
    spec = table("asset")
    left, right = frame("asset", [row]), frame("asset", [row | {changed: other[changed]}])
    assert (digest_of(spec, left) == digest_of(spec, right)) == left.equals(right)


VALUES = st.none() | st.booleans() | st.integers() | TEXT | DAYS
SETTINGS = st.dictionaries(TEXT, VALUES, max_size=3)


@settings(max_examples=examples(60), deadline=None)
@given(SETTINGS, st.dictionaries(TEXT, TEXT, max_size=3), st.randoms())
def test_a_run_id_does_not_hang_on_the_order_of_settings(told, inputs, random):
    shuffled = dict(random.sample(sorted(told.items()), len(told)))
    assert run_id("add", told, inputs) == run_id("add", shuffled, inputs)
    assert run_id("add", told | {"one more": 1}, inputs) != run_id("add", told, inputs)


FIGURE = {
    "country": "DE", "asset_class": "ran", "segment": "RAN", "vendor_ids": ["p1"], "complement": False, "measure": "m",
    "measure_kind": "subscribers", "low_share": 0.1, "high_share": 0.2, "low_open": False, "high_open": False,
    "coverage_share": 1.0, "as_of": "2020", "as_of_on": date(2020, 1, 1), "method": "published", "label": "A figure",
    "later_estimate": False, "to_be_checked": False, "formula": "as published",
}  # fmt: skip


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=10, max_size=10))
def test_every_walk_ends_and_names_every_row_it_can_reach(case, graph):
    with case.writer("depend", {"graph": str(graph)}, {}) as run:
        rows = [
            FIGURE | {"share_id": f"{run.run_id} {n}", "inputs": [f"vendor_share:{run.run_id} {m}" for m in below]}
            for n, below in enumerate(graph)
        ]
        run.append("vendor_share", rows)
    found = walk(case, f"{run.run_id} 0")
    reached, front = {0}, [0]
    while front:
        front = [m for n in front for m in graph[n] if m not in reached and not reached.add(m)]
    text = repr(found.as_dict())
    assert {n for n in range(10) if f"'vendor_share:{run.run_id} {n}'" in text} >= reached
    assert walk_text(found).startswith("A figure: 10 to 20 %\n")
    assert len(walk_lines(found)) <= 5


@given(st.floats(0, 1), st.floats(0, 1), st.booleans(), st.booleans())
def test_an_interval_in_words_always_names_a_per_cent_and_never_a_lone_end(low, high, low_open, high_open):
    low, high = min(low, high), max(low, high)
    told = share_of({"low_share": low, "high_share": high, "low_open": low_open, "high_open": high_open})
    assert told is not None
    assert told.endswith(("%", "%)"))
    if round(100 * low, 2) < round(100 * high, 2) and not told.startswith(("over", "under")):
        assert " to " in told


def test_days_far_from_today_survive_the_store(case):
    days = [date(1, 1, 1), date(9999, 12, 31) - timedelta(days=1)]
    read = {"file_id": "0", "locator": "l", "reading": "not stated", "owner_id": "a", "owned_id": "b"}
    with case.writer("add", {"far": True}, {}) as run:
        run.append("ownership", [read | {"row_id": str(n), "from_on": day} for n, day in enumerate(days)])
    assert case.read("ownership")["from_on"].to_list() == days
