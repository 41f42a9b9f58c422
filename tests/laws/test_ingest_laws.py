"""Laws of intake: what must not change a row, and that k faults are told as k faults at their places."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.parties import PartyNames
from provenet.core.countries import packaged_rows
from provenet.core.errors import SHOWN_FAULTS, SHOWN_ROWS, InputFault
from provenet.ingest.reader import bundled_files
from provenet.ingest.tabular import sheets, strict
from support.examples import examples
from support.reading import Reading, read_table_file

NAMES = PartyNames.built_in()
FILES = sorted(bundled_files())
COLUMNS = ["asset_id", "carrier_id", "country", "asset_class", "layer", "vendor_id", "origin_country", "unit_count"]
BAD_CELLS = {
    "carrier_id": ["Nobody", "Orange", ""],
    "country": ["Atlantis", ""],
    "layer": ["paint"],
    "vendor_id": ["Huawai", "A+B"],
    "origin_country": ["XX", "Nowhere"],
    "unit_count": ["-1", "1.5", "many", ""],
    "asset_class": [""],
}
GOOD_ROWS = st.fixed_dictionaries(
    {
        "carrier_id": st.sampled_from(["TIM", "Vodafone", "wind tre"]),
        "country": st.sampled_from(["Italy", "IT"]),
        "asset_class": st.sampled_from(["ran.radio", "core", "transport.router"]),
        "layer": st.sampled_from(["", "hardware", "software"]),
        "vendor_id": st.sampled_from(["", "Nokia", "huawei", "ERICSSON"]),
        "origin_country": st.sampled_from(["", "CN", "Finland"]),
        "unit_count": st.integers(0, 10**6).map(str),
    }
)


def write(rows: list[dict[str, str]], columns: list[str], end: str = "\n", mark: bytes = b"") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return mark + text.getvalue().encode()


def said(reading: Reading) -> dict[str, dict[str, dict[str, Any]]]:
    """The rows by id, without the place they stand in."""
    place = {"file_id", "locator"}
    return {
        table: {str(row["row_id"]): {k: v for k, v in row.items() if k not in place} for row in rows}
        for table, rows in reading.rows.items()
    }


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from(FILES), st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_order_of_records_and_columns_line_ends_and_marks_change_no_row(
    name: str, random: Any, end: str, marked: bool
) -> None:
    rows = list(packaged_rows("facts", name))
    columns = list(rows[0])
    plain = said(read_table_file(name, write(rows, columns), None, names=NAMES))
    random.shuffle(rows)
    random.shuffle(columns)
    other = said(
        read_table_file(name, write(rows, columns, end, b"\xef\xbb\xbf" if marked else b""), None, names=NAMES)
    )
    for table in plain:
        own = {key: row for key, row in plain[table].items() if not str(row["source_id"]).startswith("file-")}
        assert own.items() <= other[table].items()
        assert len(plain[table]) == len(other[table])


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(FILES))
def test_reading_twice_gives_the_same_rows(name: str) -> None:
    data = bundled_files()[name]
    assert read_table_file(name, data, None, names=NAMES) == read_table_file(name, data, None, names=NAMES)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(GOOD_ROWS, min_size=1, max_size=12), st.data())
def test_k_faults_are_told_as_k_faults_at_their_places(rows: list[dict[str, str]], data: st.DataObject) -> None:
    rows = [{"asset_id": f"A-{at}", **row} for at, row in enumerate(rows)]
    places = data.draw(
        st.sets(st.tuples(st.integers(0, len(rows) - 1), st.sampled_from(sorted(BAD_CELLS))), max_size=10)
    )
    for at, column in sorted(places):
        rows[at][column] = data.draw(st.sampled_from(BAD_CELLS[column]))
    file = write(rows, COLUMNS)
    if not places:
        assert len(read_table_file("a.csv", file, None, names=NAMES).rows["asset"]) == len(rows)
        return
    try:
        read_table_file("a.csv", file, None, names=NAMES)
    except InputFault as fault:
        assert fault.count == len(places)
        assert sum(f.row_count for f in fault.faults) == len(places)
        named = {(row - 2, str(f.column)) for f in fault.faults for row in (f.row, *f.more_rows)}
        assert named <= places
        assert len(named) == sum(min(f.row_count, 1 + len(f.more_rows)) for f in fault.faults)
        assert named == places or any(f.row_count > SHOWN_ROWS for f in fault.faults)
        assert [f.row for f in fault.faults] == sorted(f.row for f in fault.faults)
    else:
        raise AssertionError(f"no fault told of {places}")


@settings(max_examples=10, deadline=None)
@given(st.integers(SHOWN_FAULTS - 1, SHOWN_FAULTS + 50))
def test_the_count_is_never_cut(count: int) -> None:
    good = {"carrier_id": "TIM", "country": "Italy", "asset_class": "core", "layer": "", "vendor_id": ""}
    rows = [{"asset_id": str(at), "origin_country": "", "unit_count": f"x{at}", **good} for at in range(count)]
    try:
        read_table_file("a.csv", write(rows, COLUMNS), None, names=NAMES)
    except InputFault as fault:
        assert (fault.count, len(fault.faults)) == (count, min(count, SHOWN_FAULTS))
        assert fault.as_dict()["fault_count"] == count
    else:
        raise AssertionError("no fault told")


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.sampled_from(["Atlantis", "Lemuria", "Italy"]), min_size=1, max_size=60), st.integers(1, 20))
def test_the_same_fault_of_the_same_value_is_one_that_counts_its_rows(countries: list[str], batch: int) -> None:
    good = {"carrier_id": "TIM", "asset_class": "core", "layer": "", "vendor_id": "", "unit_count": "1"}
    rows = [{"asset_id": f"A-{at}", "country": one, "origin_country": "", **good} for at, one in enumerate(countries)]
    bad = {one: [at + 2 for at, found in enumerate(countries) if found == one] for one in sorted({*countries})}
    bad.pop("Italy", None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "BATCH_ROWS", batch)
        patch.setattr(strict, "_STEP_ROWS", batch)
        try:
            read_table_file("a.csv", write(rows, COLUMNS), None, names=NAMES)
        except InputFault as fault:
            found = {str(f.found): (f.row, f.row_count, list(f.more_rows)) for f in fault.faults}
            assert found == {one: (at[0], len(at), at[1:SHOWN_ROWS]) for one, at in bad.items()}
            assert len(fault.faults) == len(bad)
        else:
            assert not bad


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv"]))
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes, name: str) -> None:
    try:
        reading = read_table_file(name, data, None, names=NAMES)
    except InputFault as fault:
        assert fault.count >= 1
        assert all(f.sentence().startswith(name) for f in fault.faults)
    else:
        assert reading.layout


@settings(max_examples=examples(150), deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_any_cell_of_a_bundled_file_changed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    rows = [dict(row) for row in packaged_rows("facts", name)[:5]]
    columns = list(rows[0])
    at, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(columns))
    rows[at][column] = data.draw(st.text(max_size=12))
    try:
        reading = read_table_file(name, write(rows, columns), None, names=NAMES)
    except InputFault as fault:
        assert all(f.row in (at + 2, at + 3, len(rows) + 1, len(rows)) for f in fault.faults), str(fault)
    else:
        assert reading.row_count == len(rows)
