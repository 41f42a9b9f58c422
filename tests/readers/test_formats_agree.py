"""The same table in any format gives the same rows; hypothesis makes the tables."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.tables import table
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.reader import Intake
from provenet.ingest.rows import content_ids, source_book
from provenet.ingest.tabular.layouts import recognise
from provenet.ingest.tabular.mapper import Mapper
from provenet.ingest.tabular.sheets import Batch
from provenet.ingest.tabular.strict import open_delimited
from readers.small_inventory import (
    COLUMNS,
    FORMATS,
    GOOD,
    NAMES,
    Row,
    as_csv,
    as_excel,
    as_json_lines,
    read,
    said,
    told,
    workbook,
)
from support.examples import examples

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), max_size=8)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "asset_id": st.text("abcXYZ019-_", min_size=1, max_size=10),
            "carrier_id": st.sampled_from(["TIM", "Vodafone", "wind tre"]),
            "country": st.sampled_from(["Italy", "IT"]),
            "asset_class": st.sampled_from(["ran.radio", "core"]),
            "layer": st.sampled_from([None, "hardware", "software"]),
            "vendor_id": st.sampled_from([None, "Nokia", "huawei", "ERICSSON"]),
            "origin_country": st.sampled_from([None, "CN", "Finland"]),
            "capability": st.none() | st.lists(st.sampled_from(["routing", "x y", "ü"]), min_size=1, unique=True),
            "unit_count": st.integers(0, 10**9),
            "note": st.none() | TEXT.filter(lambda text: text.strip() == text and text != ""),
        }
    ).map(lambda row: {column: row[column] for column in COLUMNS}),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row["asset_id"],
)


@pytest.mark.parametrize("name", FORMATS)
def test_the_small_inventory_reads_in_each_format(name: str) -> None:
    data = FORMATS[name](GOOD)
    reading = read(name, data)
    assert said(reading) == said(read("a.csv", as_csv(GOOD)))
    assert reading.row_count == 3
    first = {"a.jsonl": 1, "a.ndjson.gz": 1, "a.parquet": 1}.get(name, 2)
    where = "a.xlsx sheet Inventory" if name == "a.xlsx" else name
    assert [row["locator"] for row in reading.rows["asset"]] == [f"{where} row {first + at}" for at in range(3)]
    assert {row["file_id"] for row in reading.rows["asset"]} == {sha256_bytes(data)}


def test_zstd_reads_too() -> None:
    zstandard = pytest.importorskip("zstandard", reason="the extra package zstandard is not installed")
    packed = zstandard.compress(as_csv(GOOD))
    assert said(read("a.csv.zst", packed + packed[:0])) == said(read("a.csv", as_csv(GOOD)))
    assert told("a.csv.zst", packed[:-4]) == [
        "a.csv.zst: the file is no whole zstd file; found 'after 0 unpacked bytes (the file ends inside the packed "
        "tex…'.\n    Pack the file again, or add it unpacked."
    ]


@settings(max_examples=examples(30))
@given(ROWS)
def test_the_same_table_gives_the_same_rows_in_every_format(rows: list[Row]) -> None:
    plain = said(read("a.csv", as_csv(rows)))
    assert said(read("a.jsonl", as_json_lines(rows))) == plain
    assert said(read("a.xlsx", as_excel(rows))) == plain
    # Parquet has no type for a column that is null throughout and a list elsewhere: give it the types of the table.
    types = {name: pl.List(pl.String) if name == "capability" else pl.String for name in COLUMNS}
    data = io.BytesIO()
    pl.DataFrame(rows, schema=types | {"unit_count": pl.Int64}).write_parquet(data)
    assert said(read("a.parquet", data.getvalue())) == plain


@settings(max_examples=examples(30))
@given(ROWS, st.data())
def test_a_batch_of_many_records_gives_what_each_gives_by_itself(rows: list[Row], data: st.DataObject) -> None:
    """Also with cells that are wrong: the same rows and the same faults."""
    for _ in range(data.draw(st.integers(0, 3))):
        row = data.draw(st.sampled_from(rows))
        column = data.draw(st.sampled_from(["carrier_id", "country", "vendor_id", "unit_count", "asset_class"]))
        row[column] = data.draw(st.sampled_from([None, "Huawai", "-1", "Atlantis"]))
    assert mapped(as_csv(rows), at_once=100) == mapped(as_csv(rows), at_once=1)


def mapped(data: bytes, at_once: int) -> tuple[list[dict[str, Any]], list[str]]:
    faults = FaultList()
    upload = Upload("a.csv", "f" * 64, data, len(data))
    sheet = open_delimited(upload, ",")
    layout = recognise(COLUMNS)
    assert layout is not None
    mapper = Mapper(
        "a.csv", sheet.header, layout, file_id=upload.file_id, names=NAMES, book=source_book(), faults=faults
    )
    parts = [
        Batch(batch.rows[first : first + at_once], batch.cells[first : first + at_once])
        for batch in sheet.batches(faults)
        for first in range(0, batch.rows.len(), at_once)
    ]
    rows = [row for part in parts for row in mapper.rows(part)["asset"].to_dicts()]
    return rows, [fault.sentence() for fault in faults.faults]


def test_ids_of_whole_columns_are_those_of_single_rows() -> None:
    reading = read("a.csv", as_csv(GOOD))
    made = content_ids(table("asset"), pl.DataFrame(reading.rows["asset"], schema_overrides=types("asset")))
    assert made.to_list() == [row["row_id"] for row in reading.rows["asset"]]


def types(name: str) -> dict[str, pl.DataType]:
    return {column: kind for column, kind in table(name).schema.items() if column != "run_id"}


def test_numbers_of_parquet_are_read_as_they_are_meant() -> None:
    data = io.BytesIO()
    frame = pl.DataFrame(
        {
            "name": ["a site", "another"],
            "carrier_id": ["TIM", "TIM"],
            "country": ["Italy", "Italy"],
            "site_class": ["core", "core"],
            "lat_deg": [45.0, -0.04],
            "lon_deg": [9.25, 12.0],
        }
    )
    frame.write_parquet(data)
    layout = recognise(frame.columns)
    if layout is None:
        frame = frame.drop("site_class")
        frame.write_parquet(data := io.BytesIO())
    rows = read("s.parquet", data.getvalue()).rows["site"]
    assert [(row["lat_deg"], row["lon_deg"]) for row in rows] == [(45.0, 9.2), (0.0, 12.0)]


MAPPING = b"""
layout = "days"
says = "who holds whom"
table = "ownership"
sheet = "Held"
[columns]
owner = {to = "owner_id", type = "vendor"}
held = {to = "owned_id", type = "vendor"}
since = {to = "from_on", type = "day"}
"""
STYLES = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/></cellXfs>'
HEAD = '<row r="2"><c r="B2" t="inlineStr"><is><t>owner</t></is></c><c r="C2" t="inlineStr"><is><t>held</t></is></c>'
HEAD += '<c r="D2" t="inlineStr"><is><t>since</t></is></c></row>'


def held(row: int, since: str, owner: str = "Nokia") -> str:
    first = f'<c r="B{row}" t="inlineStr"><is><t>{owner}</t></is></c>' if owner else ""
    return f'<row r="{row}">{first}<c r="C{row}" t="str"><v>Ericsson</v></c><c r="D{row}" {since}</c></row>'


def sheet(*rows: str, tail: str = "", others: dict[str, str] | None = None) -> bytes:
    styles = '<numFmts><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd;@"/></numFmts>' + STYLES
    return workbook({"Held": HEAD + "".join(rows), **(others or {})}, styles=styles, tail=tail)


def test_dates_and_stored_values_of_a_workbook() -> None:
    data = sheet(
        held(3, 's="1"><v>43427</v>'),
        held(4, 's="2"><f>D3+1</f><v>43428</v>'),
        held(5, 't="inlineStr"><is><r><t>2018-</t></r><r><t>11-25</t></r><rPh><t>x</t></rPh></is>'),
        others={"Other": "<row><c><v>1</v></c></row>"},
    )
    rows = read("h.xlsx", data, MAPPING).rows["ownership"]
    assert [row["from_on"] for row in rows] == [date(2018, 11, 23), date(2018, 11, 24), date(2018, 11, 25)]
    assert rows[0]["locator"] == "h.xlsx sheet Held row 3"


def test_a_cell_merged_down_holds_for_each_of_its_rows() -> None:
    merged = '<mergeCells><mergeCell ref="B3:B4"/></mergeCells>'
    rows = [held(3, 's="1"><v>43427</v>'), held(4, 's="1"><v>43428</v>', ""), held(5, 's="1"><v>43429</v>', "ZTE")]
    made = read("h.xlsx", sheet(*rows, tail=merged), MAPPING).rows["ownership"]
    assert [row["owner_id"] for row in made] == ["nokia", "nokia", "zte"]
    made = told("h.xlsx", sheet(*rows), MAPPING)
    assert made == ["h.xlsx sheet Held row 4, owner: the cell is empty; expected the holder."]


def test_openpyxl_and_we_read_one_workbook_alike(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl, the second writer, is not installed")
    book = openpyxl.Workbook()
    page = book.active
    page.append(list(GOOD[0]))
    for row in GOOD:
        page.append([("|".join(cell) if isinstance(cell, list) else cell) for cell in row.values()])
    book.create_sheet("Empty")
    book.save(tmp_path / "a.xlsx")
    assert said(read("a.xlsx", (tmp_path / "a.xlsx").read_bytes())) == said(read("a.csv", as_csv(GOOD)))


def test_a_batch_border_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read("a.csv", as_csv(GOOD))
    monkeypatch.setattr("provenet.ingest.tabular.sheets.BATCH_ROWS", 1)
    monkeypatch.setattr("provenet.ingest.tabular.strict._STEP_ROWS", 1)
    assert read("a.csv", as_csv(GOOD)) == whole
    twice = [*GOOD, {**GOOD[0]}, {**GOOD[1], "unit_count": 9}]
    assert told("a.csv", as_csv(twice)) == [
        "a.csv row 6, asset_id: the id stands already in row 3, and says something else there; found 'A-2', expected "
        "each id once."
    ]
    assert len(read("a.csv", as_csv(twice[:4])).rows["asset"]) == 3


def test_frames_are_given_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.ingest.tabular.sheets.BATCH_ROWS", 2)
    monkeypatch.setattr("provenet.ingest.tabular.strict._STEP_ROWS", 1)
    data, seen = as_csv(GOOD), []
    intake = Intake(Upload("a.csv", sha256_bytes(data), data, len(data)), None, NAMES)
    frames = [made for name, made in intake.frames(lambda *told: seen.append(told)) if name == "asset"]
    assert [made.height for made in frames] == [2, 1]
    assert seen[-1] == ("bytes read of a.csv", len(data), len(data))


def test_progress_is_told_while_entities_are_gathered_and_no_row_is_made_yet() -> None:
    note = "n" * 1_000_000
    entity = f'{{"id": "%d", "schema": "Company", "properties": {{"name": ["Nokia"], "notes": ["{note}"]}}}}\n'
    data = "".join(entity % at for at in range(4)).encode()
    seen: list[object] = []
    intake = Intake(Upload("e.ftm.json", sha256_bytes(data), data, len(data)), None, NAMES)
    for _ in intake.frames(lambda *told: seen.append(told)):
        seen.append("rows")
    told_first = seen[: seen.index("rows")] if "rows" in seen else seen
    assert told_first[0] == ("bytes read of e.ftm.json", 2**20, len(data))
    assert told_first[-1] == ("bytes read of e.ftm.json", len(data), len(data))
    assert len(told_first) >= 4
