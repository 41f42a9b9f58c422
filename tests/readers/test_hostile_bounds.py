"""Files whose cost would grow faster than their size, or that name what no file has: refused in sentences."""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenet.core.errors import Fault, InputFault, nearest
from provenet.core.jsontext import JsonFault, parse_json
from provenet.ingest import opening
from provenet.ingest.opening import Upload
from provenet.ingest.tabular import parquet
from provenet.ingest.tabular import workbook as parts
from provenet.ingest.tabular.parquet import NoPages, unpacked_bytes
from readers.small_inventory import GOOD, as_csv, as_excel, as_json_lines, read, said, told, workbook, zipped

ADDED = "\n    Save the sheet as CSV."
HEADER = '<row r="1"><c r="A1" t="str"><v>asset_id</v></c></row>'


def mapping(text: str) -> list[str]:
    return told("a.csv", b"a,b\n1,2\n", text.encode())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = " + "[" * 50_000, "is nested too deep"),
        ("a = " + "{b = " * 50_000, "is nested too deep"),
        (".".join(["a"] * 200_000) + " = 1", "has a key of more than 64 words"),
        ("[" + " . ".join(["a"] * 200_000) + "]", "has a key of more than 64 words"),
        ("a = " + "9" * 5_000, "has a number of too many digits, which 64 bits do not hold"),
        ("a = 0x" + "f" * 5_000, "has a number of too many digits, which 64 bits do not hold"),
        ('layout = "x"\nlayout = "y"', "is not TOML: Cannot overwrite a value (at end of document)"),
        ('[columns]\na = {to = "asset_id"}\na = {to = "note"}\n', "is not TOML: Cannot overwrite a value (at line 3, "
         "column 18)"),
    ],
)  # fmt: skip
def test_a_mapping_that_would_take_long_or_says_a_thing_twice(text: str, says: str) -> None:
    assert mapping("[columns]\n" + text if text.startswith("a =") else text) == [f"a.toml: the mapping {says}."]


def test_a_long_text_with_many_dots_is_no_deep_key() -> None:
    says = "Of www.example.org, e.g. its list. " * 100
    said = mapping(f'layout = "x"\nsays = "{says}"\ntable = "asset"\n[columns]\na = {{to = "asset_id"}}\n')
    assert not [sentence for sentence in said if "words" in sentence]


def test_a_mapping_is_read_no_further_than_its_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.toml").write_bytes(b"#" * 20)
    assert opening.mapping_beside(tmp_path / "a.csv.gz") == b"#" * 20
    assert opening.mapping_beside(tmp_path / "b.csv") is None
    monkeypatch.setattr(opening, "MAPPING_CAP_BYTES", 19)
    with pytest.raises(InputFault) as caught:
        opening.mapping_beside(tmp_path / "a.csv.gz")
    assert str(caught.value) == (
        "a.toml: the mapping is too large; expected at most 19 bytes."
        "\n    Keep a mapping beside the file, and nothing else."
    )


def test_the_last_of_very_many_names_twice() -> None:
    """Counted once, not once per name: with half a million names the difference is hours."""
    text = "{" + ",".join(f'"k{at}":1' for at in range(500_000)) + ',"k499999":2}'
    with pytest.raises(JsonFault) as caught:
        parse_json(text)
    assert (caught.value.says, caught.value.found) == ("a name stands twice in one object", "k499999")


def test_a_word_too_long_to_be_a_slip_has_no_nearest() -> None:
    assert nearest("huawai", ["huawei"]) == "huawei"
    assert nearest("x" * 100_000, ["x" * 100_000]) is None


def test_json_tells_the_way_out_as_the_sentence_does() -> None:
    fault = Fault("a.csv", "no", way_out="Save it again.")
    assert fault.as_dict()["way_out"] == "Save it again."
    assert fault.sentence().endswith("Save it again.")


@pytest.mark.parametrize("part", ["says", "expected", "nearest", "way_out", "found", "column", "place"])
def test_a_sentence_has_an_end(part: str) -> None:
    fault = Fault(**{"place": "a.csv", "says": "no", part: "x" * 10_000})  # type: ignore[arg-type]
    assert len(fault.sentence()) < 1_000
    assert len(json.dumps(fault.as_dict())) < 1_200
    assert "…" in fault.sentence()


@pytest.mark.parametrize("name", [b"\xff.csv", b"\x1b[31mred.csv", b"a\nb.csv", "a\u202evsc.csv".encode()])
def test_a_file_goes_by_a_name_that_can_be_shown_and_stored(name: bytes, tmp_path: Path) -> None:
    place = tmp_path / os.fsdecode(name)
    place.write_bytes(as_csv(GOOD))
    upload = Upload.of(place, lambda *_: None)
    assert upload.name.isprintable()
    assert upload.name.encode().decode() == upload.name
    assert upload.suffix == ".csv"


ROWS = [
    ('<row r="²"><c r="A2" t="str"><v>x</v></c></row>', "row ² after row 1"),
    ('<row r="99999999999999999999"><c r="A2" t="str"><v>x</v></c></row>', "row 99999999999999999999 after row 1"),
    ('<row r="1048577"><c r="A2" t="str"><v>x</v></c></row>', "row 1048577 after row 1"),
    ('<row r="1"><c r="A1" t="str"><v>x</v></c></row>', "row 1 after row 1"),
    ('<row r="2"/><row r="2"/>', "row 2 after row 2"),
    ('<row r="2"><c r="A2" t="str"><v>x</v></c><c r="A2" t="str"><v>y</v></c></row>', "column 1 of row 2"),
    ('<row r="2"><c r="XFE2" t="str"><v>x</v></c></row>', "column 16,385 of row 2"),
]


@pytest.mark.parametrize(("row", "found"), ROWS)
def test_rows_and_cells_that_no_sheet_has(row: str, found: str) -> None:
    expected = "each cell once, up to column 16,384" if "column" in found else "rows in order, up to 1,048,576"
    (sentence,) = told("a.xlsx", workbook({"One": HEADER + row}))
    assert sentence.startswith("a.xlsx: the file is no whole workbook; found 'xl/worksheets/sheet1.xml: ")
    assert sentence.endswith(f", expected {expected}.")
    assert found[:20] in sentence


@pytest.mark.parametrize("style", ["²", "9" * 5_000, "-1", "x"])
def test_a_style_that_is_no_number_is_none(style: str) -> None:
    good = as_excel(GOOD)
    with zipfile.ZipFile(io.BytesIO(good)) as book:
        texts = {name: book.read(name).decode() for name in book.namelist()}
    sheet = texts["xl/worksheets/sheet1.xml"].replace("<c ", f'<c s="{style}" ')
    styles = f'<styleSheet><numFmts><numFmt numFmtId="{style}" formatCode="0"/></numFmts><cellXfs><xf numFmtId="'
    texts |= {"xl/worksheets/sheet1.xml": sheet, "xl/styles.xml": f'{styles}{style}"/></cellXfs></styleSheet>'}
    assert said(read("a.xlsx", zipped(texts))) == said(read("a.xlsx", good))


def test_two_parts_of_one_name_and_two_sheets_of_one_part() -> None:
    made = io.BytesIO(as_excel(GOOD))
    with zipfile.ZipFile(made, "a") as book:
        book.writestr("XL/worksheets/sheet1.xml", "<worksheet/>")
    assert told("a.xlsx", made.getvalue()) == ["a.xlsx: the file is no whole workbook; found 'two parts of one name'."]
    with zipfile.ZipFile(io.BytesIO(workbook({"One": "", "Two": ""}))) as book:
        texts = {name: book.read(name).decode().replace("sheet2.xml", "sheet1.xml") for name in book.namelist()}
    assert told("a.xlsx", zipped(texts)) == ["a.xlsx: the file is no whole workbook; found 'two sheets of one part'."]


def test_a_part_that_packs_better_than_any_sheet_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ANY_RATIO_BYTES", 2**20)
    (sentence,) = told("a.xlsx", workbook({"One": HEADER + " " * 2**21}))
    assert sentence.startswith("a.xlsx: the workbook unpacks to more than is read; found 'xl/worksheets/sheet1.xml of ")
    assert sentence.endswith(f", expected past 1 MiB at most 200 times its size.{ADDED}")
    (sentence,) = told("a.xlsx", workbook({"One": HEADER}, styles="<xf/>" + " " * 2**21))
    assert "xl/styles.xml of " in sentence


def test_styles_merged_ranges_and_sheets_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_STYLES", "MOST_MERGED"):
        monkeypatch.setattr(parts, name, 3)
    says, expected = "a.xlsx: the workbook has more {} than are read; expected at most 3.", ADDED
    styles = "<cellXfs>" + "<xf/>" * 4 + "</cellXfs>"
    assert told("a.xlsx", workbook({"One": HEADER}, styles=styles)) == [says.format("styles") + expected]
    formats = "".join(f'<numFmt numFmtId="{at}" formatCode="0"/>' for at in range(4))
    assert told("a.xlsx", workbook({"One": HEADER}, styles=formats)) == [says.format("formats") + expected]
    merged = "".join(f'<mergeCell ref="A{at}:A{at}"/>' for at in range(2, 6))
    assert told("a.xlsx", workbook({"One": HEADER}, tail=merged)) == [says.format("merged ranges") + expected]
    monkeypatch.setattr(parts, "MOST_PARTS", 6)
    listed = "".join(f'<sheet name="{at}" id="r"/>' for at in range(7))
    texts = {"xl/workbook.xml": f"<workbook>{listed}</workbook>", "xl/_rels/workbook.xml.rels": "<a/>"}
    assert told("a.xlsx", zipped(texts)) == [
        "a.xlsx: the workbook has more sheets than are read; expected at most 6." + ADDED
    ]


def test_a_hint_at_a_mapping_names_the_file_and_not_the_sheet() -> None:
    (sentence,) = told("a.xlsx", workbook({"Q1.2024/../x": HEADER.replace("asset_id", "colour")}))
    assert sentence.startswith("a.xlsx sheet Q1.2024/../x row 1: no layout has this header; found 'colour'")
    assert "named a.toml (see docs/mapping.md)." in sentence


def test_a_text_that_many_cells_share_is_counted_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.ingest.tabular.sheets.ROW_CAP", 2_000)
    rows = [{**GOOD[0], "asset_id": f"A-{at}", "note": "n" * 900} for at in range(3)]
    assert told("a.xlsx", as_excel([*rows, {**rows[0], "asset_id": "A-3", "capability": ["c" * 2_000]}])) == [
        "a.xlsx sheet Inventory: a row is too long to be a record; found 'row 5', expected at most 2,000 characters."
    ]


@pytest.mark.parametrize("encoding", ["UUTF-8", "utf-7", "hex", "undefined"])
def test_a_workbook_of_an_encoding_that_no_workbook_has(encoding: str) -> None:
    related = f'<?xml version="1.0" encoding="{encoding}"?><a/>'
    assert told("a.xlsx", zipped({"xl/_rels/workbook.xml.rels": related})) == [
        f"a.xlsx: the file is no whole workbook; found 'encoding {encoding}', expected UTF-8."
    ]


def columns(**more: object) -> bytes:
    """Three records of Parquet with one text in each."""
    data = io.BytesIO()
    rows = [{**GOOD[0], "asset_id": f"A-{at}"} for at in range(3)]
    pl.DataFrame(rows).with_columns(**more).write_parquet(data)
    return data.getvalue()


def test_what_parquet_unpacks_to_is_added_up_from_its_pages() -> None:
    for packing in ("zstd", "snappy", "gzip", "lz4", "brotli", "uncompressed"):
        data = io.BytesIO()
        texts = [f"{at:050d}" for at in range(30_000)]
        pl.DataFrame({"a": texts, "b": [["x", None]] * 30_000}).write_parquet(data, compression=packing)  # type: ignore[arg-type]
        assert 54 * 30_000 < unpacked_bytes(data) < 70 * 30_000, packing
    for broken in (b"", b"PAR1", b"\xff" * 40 + b"\x20\0\0\0PAR1", b"\x9c" * 40 + b"\x20\0\0\0PAR1"):
        with pytest.raises(NoPages):
            unpacked_bytes(io.BytesIO(broken))


def test_a_bomb_of_parquet_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    way_out = "\n    Split it into several files."
    monkeypatch.setattr(parquet, "ANY_RATIO_BYTES", 2**20)
    data = columns(note=pl.lit("x" * 900_000) + pl.col("asset_id"))
    (sentence,) = told("a.parquet", data)
    assert sentence.startswith("a.parquet: the file unpacks to more than is read; found '2,7")
    assert sentence.endswith(f"expected at most 8 GiB, and past 1 MiB at most 100 times its size.{way_out}")
    monkeypatch.setattr(parquet, "MOST_RECORDS", 2)
    assert told("a.parquet", data) == [
        f"a.parquet: the file unpacks to more than is read; found '3 records', expected at most 2.{way_out}"
    ]


def test_rows_of_parquet_have_an_end_and_batches_too(monkeypatch: pytest.MonkeyPatch) -> None:
    note = pl.when(asset_id="A-2").then(pl.lit("x" * 3_000)).otherwise(pl.lit("x" * 900))
    data = columns(note=note)
    seen: list[int] = []
    monkeypatch.setattr("provenet.ingest.tabular.sheets.BATCH_BYTES", 1_500)
    taken = parquet.Parquet._text

    def counted(self: parquet.Parquet, name: str, part: pl.DataFrame, *more: Any, **named: Any) -> pl.Series:
        seen.append(part.height)
        return taken(self, name, part, *more, **named)

    monkeypatch.setattr(parquet.Parquet, "_text", counted)
    assert len(read("a.parquet", data).rows["asset"]) == 3
    assert set(seen) == {1}
    monkeypatch.setattr("provenet.ingest.tabular.sheets.ROW_CAP", 2_000)
    (sentence,) = told("a.parquet", data)
    assert sentence.startswith("a.parquet row 3: a row is too long to be a record; found '3,1")
    assert sentence.endswith("expected at most 2,000 bytes.")


def test_pages_that_stand_in_two_columns_are_walked_once() -> None:
    """Else a footer of many columns that share their pages would cost its length times theirs."""
    data = bytearray(columns(note=pl.lit("x" * 5_000)))
    assert unpacked_bytes(io.BytesIO(data)) > 0
    walked: list[int] = []
    real = parquet._pages

    def doubled(stream: Any, column: Any) -> Any:
        walked.append(1)
        return [page for page in real(stream, column) for _ in range(9)]

    parquet._pages = doubled  # type: ignore[assignment]
    try:
        with pytest.raises(NoPages, match="more than one column"):
            unpacked_bytes(io.BytesIO(data))
    finally:
        parquet._pages = real


def test_entities_are_held_up_to_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    line = '{{"id": "e{0}", "schema": "Company", "properties": {{"name": ["C{0}"]}}}}\n'
    data = "".join(line.format(at) for at in range(20)).encode()
    assert len(read("e.ftm.json", data).rows["party"]) == 20
    monkeypatch.setattr("provenet.ingest.lists.ftm.KEPT_CAP_BYTES", 10_000)
    assert told("e.ftm.json", data) == [
        "e.ftm.json: the file holds more than is read at once; expected at most 0 GiB of entities."
        "\n    Split the file by data set, or leave schemata out by name in a mapping beside it."
    ]


def test_statements_are_read_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"canonical_id,entity_id,prop,schema,value,dataset\n"
    body = b"".join(b"e%d,e%d,name,Company,C%d,x\n" % (at, at, at) for at in range(900))
    monkeypatch.setattr("provenet.ingest.tabular.sheets.BATCH_BYTES", 64)
    assert len(read("s.csv", head + body).rows["party"]) == 900
    assert told("s.csv", head + b"e,e,name,Company\n" + body[:-30]) == [
        "s.csv row 2: the record has fewer cells than the header; found '4 cells', expected 6 cells."
    ]
    assert told("s.csv", head.replace(b"dataset", b"prop") + body) == [
        "s.csv row 1, prop: the column stands twice, as columns 3 and 6.\n    Rename or remove one of them."
    ]


@pytest.mark.parametrize("change", [b"", b"PK\x05\x06", b"x" * 30])
def test_a_directory_that_names_places_no_file_has(change: bytes) -> None:
    """Cut at its front a zip says that its parts begin before it does."""
    whole = as_excel(GOOD)
    for cut in (1, 11, 40, 200):
        for data in (whole[cut:] + change, whole[:cut] + whole[cut + 3 :] + change, whole[:-cut] + change):
            try:
                read("a.xlsx", b"PK\x03\x04" + data)
            except InputFault as err:
                assert str(err).startswith("a.xlsx: the file is no whole workbook; found ")


OWNERS = 'layout = "x"\nsays = "y"\ntable = "ownership"\n[columns]\na = {%s}\nb = {to = "owned_id", type = "vendor"}\n'


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ('to = "owner_id", type = {x = 1}', "columns.a.type: no such field type; found \"{'x': 1}\", expected a field "
         "type."),
        ('to = "owner_id", type = "number"', "columns.a.type: a field of type number cannot fill a column of type "
         "text; found 'number', expected a column of type float."),
        ('to = "low_share"', "columns.a.type: a field of type text cannot fill a column of type float; found 'text', "
         "expected a column of type text."),
        ('to = "owner_id", type = "party", role = "person"', "columns.a.role: not what stands here; found 'person', "
         "expected vendor, carrier or party."),
        ('to = "owner_id", type = "words", of = 5', "columns.a.of: not what stands here; found '5', expected the name "
         "of a list, or a list of words."),
        ('to = "owner_id", type = "words", of = "segments"', "columns.a.of: no such list of words; found 'segments', "
         "expected no list 'segments' in vocabulary.yml. Nearest: segment."),
        ('to = "note", type = "words", of = ["x"], also = ["y"]', "columns.a.also: not what stands here; found "
         "\"['y']\", expected {\"other spelling\" = \"word\"}."),
    ],
)  # fmt: skip
def test_a_field_whose_options_no_parser_reads(field: str, sentence: str) -> None:
    assert mapping(OWNERS % field)[0] == f"a.toml, {sentence}"


def test_a_separator_of_no_letter() -> None:
    text = (
        'layout = "x"\nsays = "y"\ntable = "asset"\n[columns]\na = {to = "asset_id"}\nb = {to = "capability", type = '
    )
    assert mapping(text + '"list", separator = ""}\n')[0] == (
        "a.toml, columns.b.separator: not what stands here; found '', expected a text of one letter or more."
    )


def test_a_column_may_be_read_for_several_things() -> None:
    text = OWNERS % 'to = "owner_id", type = "vendor"' + '[source]\ntitle = "a"\nurl = "a"\n'
    assert read("a.csv", b"a,b\nHuawei,ZTE\n", text.encode()).row_count == 1


SOURCE = OWNERS % 'to = "owner_id", type = "vendor"' + '[source]\ntitle = "a"\n'


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("url = 5", "source.url: not a text; found '5', expected a column of the file."),
        ("forms = [1]", "source.forms: not a list of texts; found '[1]', expected a list of regular expressions."),
        ('forms = ["("]', "source.forms: not a regular expression: missing ), unterminated subpattern at position 0; "
         "found '('."),
        ("forms = ['" + "(" * 5_000 + "']", "source.forms: not a regular expression: maximum recursion depth exceeded"),
    ],
)  # fmt: skip
def test_a_source_that_names_no_column(line: str, sentence: str) -> None:
    assert mapping(SOURCE + line)[0].startswith(f"a.toml, {sentence}")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", as_csv(GOOD) + b"\n" * 5_000 + b"x\n" * 5_000),
        ("a.csv", as_csv(GOOD) + b"x\n" * 5_000),
        ("a.jsonl", as_json_lines(GOOD) + b"x\n" * 5_000),
        ("e.ftm.json", b'{"id": "e", "schema": "Company", "properties": {"name": ["C"]}}\n' + b"x\n" * 5_000),
    ],
)
def test_a_file_of_faults_alone_is_not_read_to_its_end(name: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("provenet.core.errors", "provenet.ingest.tabular.strict"):
        monkeypatch.setattr(f"{module}.MOST_FAULTS", 700)
    monkeypatch.setattr("provenet.ingest.tabular.sheets.BATCH_ROWS", 256)
    with pytest.raises(InputFault) as caught:
        read(name, data)
    assert 700 <= caught.value.count < 1_400
    count = caught.value.count
    listed = sum(fault.row_count for fault in caught.value.faults)
    more = f"... and {count - listed} more faults, where reading ended."
    assert str(caught.value).endswith(more if listed < count else f"\nReading ended after {count:,} faults.")
