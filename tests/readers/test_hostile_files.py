"""Files that are broken or built to hurt: one sentence each, in bounded time and memory. Every text is pinned."""

import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from provenet.core.errors import SHOWN_FAULTS, InputFault
from provenet.ingest import opening
from provenet.ingest.tabular import strict
from provenet.ingest.tabular import workbook as parts
from readers.small_inventory import GOOD, as_csv, as_excel, as_json_lines, as_parquet, read, told, workbook, zipped

KINDS = "CSV, TSV, JSON, JSON lines (.jsonl), Parquet, or an Excel workbook (.xlsx, .xls)"
CSV = as_csv(GOOD)
HEAD, FIRST = CSV.split(b"\n")[0], as_csv(GOOD[:1]).split(b"\n")[1]


def line(**cells: object) -> bytes:
    return json.dumps({**GOOD[1], **cells}).encode()


JSON_FAULTS = [
    (b'{"asset_id": "A", "asset_id": "B"}', "a name stands twice in one object; found 'asset_id', expected each name "
     "once."),
    (line(unit_count=float("nan")), "not a number that JSON knows; found 'NaN', expected a number, or null for not "
     "known."),
    (line(unit_count=float("-inf")), "not a number that JSON knows; found '-Infinity', expected a number, or null for "
     "not known."),
    (b"[1, 2]", "the line is no object; found '[1, 2]', expected {\"column\": value, ...}."),
    (b'{"asset_id": ' + b"[" * 100_000, "the JSON is nested too deep; found '100001 levels', expected at most 64."),
    (b'{"asset_id": "\\ud800"}', "a text holds half of a surrogate pair; expected whole characters."),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "sentence"), JSON_FAULTS)
def test_a_line_of_json_that_is_wrong(bad: bytes, sentence: str) -> None:
    assert told("a.jsonl", as_json_lines(GOOD) + bad + b"\n") == [f"a.jsonl row 4: {sentence}"]


def test_json_that_ends_early_is_placed() -> None:
    (sentence,) = told("a.jsonl", as_json_lines(GOOD) + b'{"asset_id": \n')
    assert sentence.startswith("a.jsonl row 4: the text is no JSON; found 'expecting value at character ")


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"vendor_id": [{"name": "Nokia"}]}, "a.jsonl row 4, vendor_id: the value is no cell; found 'a list of more "
         "than plain texts and numbers', expected a text, a number or a list.\n    Write its parts as columns of their "
         "own."),
        ({"capability": [["x"]]}, "a.jsonl row 4, capability: the value is no cell; found 'a list of more than plain "
         "texts and numbers', expected a text, a number or a list.\n    Write its parts as columns of their own."),
        ({"capability": ["a|b"]}, "a.jsonl row 4, capability: an item of the list holds the mark '|', which joins the "
         "items.\n    Declare another separator for the column in a mapping beside the file."),
        ({"unit_count": int("9" * 400)}, "a.jsonl row 4, unit_count: not a count; found '" + "9" * 59 + "…', expected "
         "a whole number, 0 or more."),
        ({"unit_count": 1.5}, "a.jsonl row 4, unit_count: not a count; found '1.5', expected a whole number, 0 or "
         "more."),
        ({"asset_id": "A\u0000B"}, "a.jsonl row 4, asset_id: a control character stands in the cell; found 'character "
         "0x00', expected text."),
        ({"colour": "red"}, "a.jsonl row 1, colour: the column is neither mapped nor ignored; found 'colour', "
         "expected a column of the layout asset.\n    Rename the column, or map or ignore it in a mapping beside the "
         "file."),
    ],
)  # fmt: skip
def test_a_value_of_json_that_is_no_cell(cells: dict[str, object], sentence: str) -> None:
    assert told("a.jsonl", as_json_lines(GOOD) + line(**{"asset_id": "A-4", **cells}) + b"\n") == [sentence]


def test_a_name_met_late_is_a_fault_and_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.ingest.tabular.json_rows._LOOKED_AT", 2)
    early = as_json_lines([{k: v for k, v in row.items() if k != "note"} for row in GOOD])
    late = early + line(asset_id="A-4", note="x")
    assert told("a.jsonl", late) == [
        "a.jsonl row 4, note: the name stands in none of the lines before; found 'note', expected a column named early."
        "\n    Name every column in the first object, with null where nothing is known."
    ]


def test_json_lines_may_leave_names_out_and_lines_empty() -> None:
    sparse = [{k: v for k, v in row.items() if v is not None} for row in GOOD]
    full = read("a.jsonl", as_json_lines(GOOD)).rows["asset"]
    made = read("a.jsonl", as_json_lines(sparse).replace(b"}\n", b"}\n\n")).rows["asset"]
    assert [row["row_id"] for row in made] != []
    assert [row["unit_count"] for row in made] == [row["unit_count"] for row in full]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.csv", as_excel(GOOD), f"a.csv: the file is a zip, such as an Excel workbook; expected {KINDS}."
         "\n    Name it .xlsx if that is what it is, or save it as CSV."),
        ("a.csv", as_parquet(GOOD), f"a.csv: the file is a Parquet file; expected {KINDS}."
         "\n    Name it .parquet if that is what it is, or save it as CSV."),
        ("a.csv", gzip.compress(CSV), f"a.csv: the file is a gzip file; expected {KINDS}."
         "\n    Name it .gz if that is what it is, or save it as CSV."),
        ("a.txt", b"%PDF-1.7\n", f"a.txt: the file is a PDF; expected {KINDS}.\n    Save the table as .xlsx or CSV."),
        ("a.xls", b"\xd0\xcf\x11\xe0", "a.xls: the file is no whole workbook; found 'no compound file'."),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx: the file is an older or an encrypted Office file; "
         f"expected {KINDS}.\n    Save the table as .xlsx or CSV."),
        ("a.json", b"[]", 'a.json: the document has no list of objects; expected [{"column": value, ...}, ...].'),
        ("a.parquet", CSV, "a.parquet: the file is no Parquet file; found 'asset_id', expected a Parquet file."),
        ("a.parquet", b"", "a.parquet: the file is no Parquet file; found '0 bytes', expected a Parquet file."),
        ("a.parquet", as_parquet(GOOD)[:-30], "a.parquet: the file is no whole Parquet file; found 'The file must end "
         "with PAR1 or PARE'.\n    Write the file again."),
        ("a.parquet.gz", gzip.compress(as_parquet(GOOD)), "a.parquet.gz: only text is read packed; found '.parquet', "
         f"expected {KINDS}.\n    Unpack it; such a file is packed already."),
        ("a.xlsx", as_excel(GOOD)[:400], "a.xlsx: the file is no whole workbook; found 'File is not a zip file'."),
        ("a.csv.gz", CSV, "a.csv.gz: the file is no whole gzip file; found \"after 0 unpacked bytes (Not a gzipped "
         "file (b'as'))\".\n    Pack the file again, or add it unpacked."),
        ("a.csv.xz", lzma.compress(CSV)[:-8], "a.csv.xz: the file is no whole xz file; found 'after "
         f"{len(CSV)} unpacked bytes (the file ends inside the packed t…'."
         "\n    Pack the file again, or add it unpacked."),
        ("a.jsonl", b"", "a.jsonl: the file is empty; found '0 bytes', expected one JSON object to a line."),
        ("a.jsonl", b"{}\n", "a.jsonl: the file is empty; found 'objects without a name', expected one JSON object to "
         "a line."),
        ("a.csv", b'"' * 999, "a.csv row 1: a quote is opened and never closed."
         "\n    Close the quote, or double it where it is part of the text."),
        ("a.csv", b"\0" * 999, "a.csv: the text is not UTF-8; found 'UTF-16 without a byte order mark', expected UTF-8."
         "\n    Save the file as UTF-8, or declare its encoding in a mapping beside it."),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says(name: str, data: bytes, sentence: str) -> None:
    assert told(name, data) == [sentence]


def test_a_gzip_that_is_cut_off_is_no_short_file() -> None:
    packed = gzip.compress(CSV * 1)
    (sentence,) = told("a.csv.gz", packed[: len(packed) // 2])
    assert sentence.startswith("a.csv.gz: the file is no whole gzip file; found 'after 0 unpacked bytes")


def test_what_a_file_unpacks_to_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "UNPACKED_CAP_BYTES", 2**30 // 1024)
    bomb = gzip.compress(HEAD + b"\n" + (FIRST.replace(b"A-1", b"A-0") + b"\n") * 20_000)
    assert told("a.csv.gz", bomb) == [
        "a.csv.gz: the file unpacks to more than is read; expected at most 0 GiB unpacked, and past 256 MiB at most "
        "400 times its size.\n    Split it, or add it unpacked."
    ]


def test_a_line_without_end_is_refused_unread() -> None:
    """A record of 2 GB: no more of it is taken than the cap and a block."""
    taken = 0

    class Endless(io.RawIOBase):
        def read(self, count: int = -1) -> bytes:
            nonlocal taken
            if not taken:
                taken += len(HEAD) + 1
                return HEAD + b"\n"
            taken += count
            return b"x" * count if taken < 2 * 2**30 else b""

    endless = Endless()
    lines = iter(strict.Lines(endless, "utf-8-sig"))  # type: ignore[arg-type]
    assert next(lines) == HEAD.decode() + "\n"
    with pytest.raises(strict.LongLine) as caught:
        next(lines)
    assert caught.value.start == len(HEAD) + 1
    assert taken < strict.LINE_CAP_BYTES + 3 * opening.BLOCK_BYTES
    assert told("a.csv", HEAD + b"\n" + FIRST + b"\n" + b"x" * 2**22) == [
        f"a.csv row 3: a line is too long to be a record; found 'no line end within 2,097,152 bytes from byte "
        f"{len(HEAD) + len(FIRST) + 3:,}'.\n    Write one record to a line, and close every quote."
    ]
    assert told("a.jsonl", as_json_lines(GOOD) + b'{"asset_id": "' + b"x" * 2**22) == [
        "a.jsonl row 4: a line is too long to be a record; found 'no line end within 2,097,152 bytes from byte "
        f"{len(as_json_lines(GOOD)) + 1}'.\n    Write one object to a line, and nothing else."
    ]


def test_very_many_columns_are_one_fault() -> None:
    assert told("a.csv", ",".join(f"c{at}" for at in range(60_000)).encode() + b"\n") == [
        "a.csv row 1: the header has more columns than a table may have; found '60,000 columns', expected at most "
        "4,096.\n    Check the delimiter, or leave out the columns that no table needs."
    ]


def test_ten_thousand_faults_are_counted_and_some_are_told() -> None:
    rows = [{**GOOD[0], "asset_id": f"A-{at}", "vendor_id": f"Huawai {at}", "unit_count": -1} for at in range(10_000)]
    with pytest.raises(InputFault) as caught:
        read("a.csv", as_csv(rows))
    assert (caught.value.count, len(caught.value.faults)) == (20_000, SHOWN_FAULTS)
    assert [(f.row, f.column) for f in caught.value.faults[:3]] == [
        (2, "vendor_id"), (2, "unit_count"), (3, "vendor_id"),
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["NaN", "inf", "-Infinity", "1e5", "9" * 400, "1,5", "１２", "0x10"])
def test_what_is_no_number(number: str) -> None:
    data = f'name,carrier_id,country,lat_deg,lon_deg\nX,TIM,Italy,"{number}",1\n'.encode()
    shown = number if len(number) <= 60 else number[:59] + "…"
    assert told("s.csv", data) == [
        f"s.csv row 2, lat_deg: not a position; found {shown!r}, expected degrees from -90 to 90 with a decimal point."
    ]


def test_nan_of_parquet_is_no_number() -> None:
    data = io.BytesIO()
    row = {"name": "X", "carrier_id": "TIM", "country": "Italy", "lat_deg": float("nan"), "lon_deg": 1.0}
    pl.DataFrame([row]).write_parquet(data)
    assert told("s.parquet", data.getvalue()) == [
        "s.parquet row 1, lat_deg: not a position; found 'nan', expected degrees from -90 to 90 with a decimal point."
    ]


def test_nested_columns_of_parquet() -> None:
    data = io.BytesIO()
    pl.DataFrame({"asset_id": [{"x": 1}], "bytes": [b"x"], "ok": ["a"]}).write_parquet(data)
    way_out = "expected texts, numbers, booleans, days or lists of texts.\n    Write its parts as columns of their own,"
    says = "the column is no column of cells; found"
    assert told("a.parquet", data.getvalue()) == [
        f"a.parquet, asset_id: {says} \"Struct({{'x': Int64}})\", {way_out} or as text.",
        f"a.parquet, bytes: {says} 'Binary', {way_out} or as text.",
    ]


SHEET = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
WAY_OUT = "\n    Save the sheet as CSV."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (workbook({"One": SHEET, "Two": SHEET}), "a.xlsx: the workbook has several sheets with cells; found 'One, "
         "Two', " 'expected one sheet.\n    Name one in a mapping beside the file: sheet = "One".'),
        (workbook({"One": ""}), "a.xlsx sheet One: the sheet is empty; found 'no cell', expected a header row."),
        (zipped({"x.txt": "x"}), "a.xlsx: the file is no whole workbook; found 'no part xl/_rels/workbook.xml.rels'."),
        (zipped({"xl/_rels/workbook.xml.rels": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "a.xlsx: the workbook "
         f"declares a document type, which none needs.{WAY_OUT}"),
        (zipped({"xl/_rels/workbook.xml.rels": "<a>"}), "a.xlsx: the file is no whole workbook; found "
         "'xl/_rels/workbook.xml.rels: no element found: line 1, colum…'."),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_read(data: bytes, sentence: str) -> None:
    assert told("a.xlsx", data) == [sentence]


def test_a_bomb_is_told_by_the_directory_of_the_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "UNPACKED_CAP_BYTES", 2**20)
    assert told("a.xlsx", workbook({"One": SHEET + " " * 2**21})) == [
        "a.xlsx: the workbook unpacks to more than is read; found '5 parts of 2,097,891 bytes', expected at most "
        f"10,000 parts and 0 GiB.{WAY_OUT}"
    ]


def test_a_directory_that_lies_about_a_part_unpacks_no_more_than_it_says() -> None:
    honest = workbook({"One": SHEET + " " * 2**16})
    with zipfile.ZipFile(io.BytesIO(honest)) as made:
        size = made.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (sentence,) = told("a.xlsx", lying)
    assert sentence == (
        'a.xlsx: the file is no whole workbook; found "xl/worksheets/sheet1.xml: Bad CRC-32 for file \'xl/worksheet…".'
    )


def test_a_part_outside_the_workbook_is_no_sheet(tmp_path: Path) -> None:
    related = '<Relationships><Relationship Id="r1" Target="../../worksheets/secret.xml"/></Relationships>'
    book = '<workbook xmlns:r="o"><sheets><sheet name="One" r:id="r1"/></sheets></workbook>'
    data = zipped({"xl/_rels/workbook.xml.rels": related, "xl/workbook.xml": book})
    assert told("../../a.xlsx", data) == ["../../a.xlsx: the file is no whole workbook; found 'no sheet'."]
    assert list(tmp_path.iterdir()) == []


def cell(body: str) -> bytes:
    head = "".join(
        f'<c r="{chr(65 + at)}1" t="inlineStr"><is><t>{name}</t></is></c>' for at, name in enumerate(GOOD[0])
    )
    first = dict(zip("ABCDI", ("A-1", "TIM", "Italy", "core", "1"), strict=True))
    cells = "".join(f'<c r="{at}2" t="str"><v>{text}</v></c>' for at, text in first.items())
    return workbook({"One": f'<row r="1">{head}</row><row r="2">{cells}{body}</row>'})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<c r="J2" t="e"><v>#N/A</v></c>', "row 2, note: the cell holds an error of the workbook; found '#N/A'."
         "\n    Mend the formula, or empty the cell."),
        ('<c r="J2"><f>1+1</f></c>', "row 2, note: the formula has no stored value."
         "\n    Open the workbook, let it calculate, and save it; or write the value."),
        ('<c r="J2" t="s"><v>7</v></c>', "row 2, note: the cell points at a text that is not there; found '7'."
         "\n    Save the workbook again."),
        ('<c r="J2"><v>1e999</v></c>', "row 2, note: not a number; found '1e999'."
         "\n    Write a finite number, or empty the cell."),
        ('<c r="K2"><v>1</v></c>', "row 2: a cell stands beside the columns of the header; found 'K2'."
         "\n    Give its column a name in the header, or empty the cell."),
        ('<c r="J2" t="str"><v>a_x0000_b</v></c>', "row 2, note: a control character stands in the cell; found "
         "'character 0x00', expected text."),
    ],
)  # fmt: skip
def test_a_cell_of_a_workbook_that_cannot_be_read(body: str, sentence: str) -> None:
    assert told("a.xlsx", cell(body)) == [f"a.xlsx sheet One {sentence}"]


def test_cells_merged_across_columns() -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>asset_id</v></c><c r="B1" t="str"><v>carrier_id</v></c></row>'
    data = workbook({"One": rows}, tail='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>')
    assert told("a.xlsx", data) == [
        "a.xlsx sheet One row 2: cells are merged across columns; found 'A2:B2'."
        "\n    Unmerge them, and write the value in each cell it holds for."
    ]


def test_a_sheet_is_named_in_the_mapping() -> None:
    base = 'layout = "x"\nsays = "x"\ntable = "ownership"\nsheet = "Onne"\n[columns]\n'
    mapping = base + 'a = {to = "owner_id", type = "vendor"}\nb = {to = "owned_id", type = "vendor"}\n'
    assert told("a.xlsx", workbook({"One": SHEET, "Two": SHEET}), mapping.encode()) == [
        "a.xlsx: the workbook has no such sheet; found 'Onne', expected one of One, Two. Nearest: One."
    ]
    assert told("a.csv", b"a,b\n", mapping.encode()) == [
        "a.toml, sheet: only a workbook has sheets; found 'Onne', expected a file named .xlsx."
    ]


def pieces(data: bytes) -> Iterator[bytes]:
    """Every way in which a file may be cut short, thinned out for long ones."""
    step = max(1, len(data) // 60)
    return (data[:end] for end in range(0, len(data), step))


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.csv.gz", "a.csv.xz"])
def test_a_file_cut_short_anywhere_is_refused_with_a_sentence(name: str) -> None:
    whole = {"a.parquet": as_parquet, "a.xlsx": as_excel}.get(name)
    data = whole(GOOD) if whole else (gzip.compress(CSV) if name.endswith("gz") else lzma.compress(CSV))
    for part in pieces(data):
        assert all(sentence.startswith(f"{name}: ") for sentence in told(name, part))
