"""Workbooks of Excel 97 to 2003 give the cells that newer ones give, and broken ones end in a sentence."""

import io
import random
from pathlib import Path

import pytest

import provenet
from provenet.case.case import Case
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.tabular.excel import open_excel
from provenet.ingest.tabular.old_workbook import OldWorkbook
from provenet.ingest.tabular.workbook import Grid, WorkbookFault
from support.old_workbook import Cells, compound, stream_of

CELLS: Cells = {
    (0, 0): "name",
    (0, 1): "Größe ≥",
    (0, 2): "day",
    (0, 3): "on",
    (1, 0): b"direct",
    (1, 1): 1.5,
    (1, 2): ("day", 43_427),
    (1, 3): True,
    (2, 0): ("formula", "worked out"),
    (2, 1): -7,
    (3, 0): "名前",
    (3, 1): [40, 50],
}
ANFR = Path("../shared/data/geo/radio/anfr-montpellier-2014-supports.xls")


def cells(data: bytes, sheet: int = 0) -> dict[int, dict[int, object]]:
    workbook = OldWorkbook(io.BytesIO(data))
    return {row: dict(found) for row, found in workbook.rows(workbook.sheets[sheet], Grid())}


WANTED = {
    1: {1: "name", 2: "Größe ≥", 3: "day", 4: "on"},
    2: {1: "direct", 2: "1.5", 3: "2018-11-23", 4: "true"},
    3: {1: "worked out", 2: "-7"},
    4: {1: "名前", 2: "40", 3: "50"},
}


def test_cells_of_every_kind() -> None:
    assert cells(compound(stream_of({"One": CELLS}))) == WANTED


def test_a_small_stream_lies_among_the_small_sectors() -> None:
    assert cells(compound(stream_of({"One": CELLS}), small=True)) == WANTED


def test_the_second_sheet() -> None:
    assert cells(compound(stream_of({"One": {}, "Two": {(0, 0): "a"}})), 1) == {1: {1: "a"}}


@pytest.mark.parametrize("letters", [3, 7, 12])
def test_a_text_that_goes_on_in_the_next_record(letters: int) -> None:
    split = 8 + 3 + letters
    stream = stream_of({"One": {(0, 0): "a long plain text"}}, split=split)
    assert cells(compound(stream)) == {1: {1: "a long plain text"}}


def test_errors_are_odd_cells_and_merged_ranges_are_told() -> None:
    faults = FaultList()
    head: Cells = {(0, 0): "a", (0, 1): "b", (1, 0): ("error", 42), (1, 1): "x"}
    data = compound(stream_of({"One": head}))
    table = open_excel(Upload("a.xls", sha256_bytes(data), data, len(data)))
    list(table.batches(faults))
    assert "the cell holds an error of the workbook; found '#N/A'" in faults.faults[0].sentence()
    data = compound(stream_of({"One": head}, merged=(1, 1, 0, 1)))
    with pytest.raises(InputFault, match="cells are merged across columns"):
        open_excel(Upload("a.xls", sha256_bytes(data), data, len(data)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0", "the file is no whole workbook"),
        (compound(stream_of({"One": CELLS}, encrypted=True)), "the workbook is encrypted"),
        (compound(stream_of({"One": CELLS}), name="EncryptedPackage"), "the workbook is encrypted"),
        (compound(stream_of({"One": CELLS}, version=0x0500)), "of Excel 95 or before"),
        (compound(stream_of({"One": CELLS}), name="WordDocument"), "no workbook of Excel 97 to 2003"),
        (compound(stream_of({"One": CELLS}), circle=True), "the file is no whole workbook"),
        (compound(stream_of({"One": CELLS})[:-60]), "the file is no whole workbook"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(WorkbookFault, match=words):
        cells(data)


@pytest.mark.parametrize("seed", range(60))
def test_any_bytes_are_read_or_refused(seed: int) -> None:
    draw, data = random.Random(seed), bytearray(compound(stream_of({"One": CELLS}), small=seed % 2 == 0))
    for _ in range(draw.randint(1, 12)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    cut = bytes(data[: draw.randint(8, len(data))]) if seed % 3 == 0 else bytes(data)
    try:
        cells(cut)
    except WorkbookFault as fault:
        assert fault.says


def test_an_old_workbook_enters_a_case_as_a_new_one_does(tmp_path: Path) -> None:
    header = ["asset_id", "carrier_id", "country", "asset_class", "vendor_id", "unit_count"]
    row = ["A-1", "TIM", "Italy", "core", "Nokia", 3]
    held: Cells = {(at, column): cell for at, line in enumerate((header, row)) for column, cell in enumerate(line)}
    (tmp_path / "a.xls").write_bytes(compound(stream_of({"One": held})))
    case = provenet.new(tmp_path / "case").case
    addition = provenet.add(case, [tmp_path / "a.xls"])
    assert addition.faults == ()
    assert Case.open(tmp_path / "case").read("asset").select("asset_id", "unit_count").rows() == [("A-1", 3)]


@pytest.mark.skipif(not ANFR.is_file(), reason="the shared register of French supports is not here")
def test_the_french_register_as_it_is(tmp_path: Path) -> None:
    case = provenet.new(tmp_path / "case").case
    addition = provenet.add(case, [ANFR])
    assert addition.faults == ()
    (file,) = addition.files
    assert file.remarks == ("1,097 antennas make no asset: the register does not say whose they are.",)
    sites = Case.open(tmp_path / "case").read("site")
    assert sites.height == 206 and set(sites["site_kind"]) == {"network"}
    (one,) = sites.filter(sites["site_id"] == "anfr-1016272").to_dicts()
    assert one["note"].endswith("systems: LTE 2600, UMTS 2100, UMTS 900; generations: 3G, 4G")
