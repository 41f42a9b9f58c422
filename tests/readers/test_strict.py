"""Every fault of the strict reader, pinned by its full sentence."""

import pytest

from provenet.core.errors import SHOWN_FAULTS, InputFault
from provenet.ingest.tabular.strict import Records, header_of, read_small


def read(data: bytes, delimiter: str = ",", encoding: str = "utf-8") -> tuple[tuple[str, ...], Records]:
    return read_small("a.csv", data, delimiter, encoding=encoding)


def refused(data: bytes, delimiter: str = ",", encoding: str = "utf-8") -> InputFault:
    with pytest.raises(InputFault) as caught:
        read(data, delimiter, encoding)
    return caught.value


def told(data: bytes, delimiter: str = ",", encoding: str = "utf-8") -> list[str]:
    return [fault.sentence() for fault in refused(data, delimiter, encoding).faults]


@pytest.mark.parametrize(
    "data",
    [
        b"x,y\n1,2\n", b"x,y\r\n1,2\r\n", b"x,y\r1,2\r", b"\xef\xbb\xbfx,y\n1,2", b"x,y\n1,2\n\n\n",
        b' x ,y\n 1 ,"2"\n', "x,y\n1,2\n".encode("utf-16"),
    ],
)  # fmt: skip
def test_line_ends_marks_and_outer_space_change_nothing(data: bytes) -> None:
    sheet = read(data)
    assert sheet == (("x", "y"), [(2, {"x": "1", "y": "2"})])


def test_a_header_alone_is_an_empty_table() -> None:
    sheet = read(b"x,y\n")
    assert sheet == (("x", "y"), [])


def test_a_record_with_line_breaks_counts_once() -> None:
    sheet = read(b'x,y\n"one\ntwo\r\nthree",2\n3,4\n')
    assert [(row, cells["y"]) for row, cells in sheet[1]] == [(2, "2"), (3, "4")]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "a.csv: the file is empty; found '0 bytes', expected a header row."),
        (b"\n \n", "a.csv: the file is empty; found '3 bytes', expected a header row."),
        (b"\xef\xbb\xbf\n", "a.csv: the file is empty; found 'no header', expected a header row."),
        (b"x,y\n1,2,3\n", "a.csv row 2: the record has more cells than the header; found '3 cells', expected 2 cells."
         "\n    Put a cell that holds the delimiter in quotes."),
        (b"x,y\n1\n", "a.csv row 2: the record has fewer cells than the header; found '1 cell', expected 2 cells."),
        (b"x,y\n\n1,2\n", "a.csv row 2: the record is empty; expected 2 cells."),
        (b"x,x\n1,2\n", "a.csv row 1, x: the column stands twice, as columns 1 and 2."
         "\n    Rename or remove one of them."),
        (b"x,\n1,2\n", "a.csv row 1: column 2 has no name; expected a name for each column."),
        (b'x,y\n1,2\n"3,4\n5,6\n', "a.csv row 3: a quote is opened and never closed."
         "\n    Close the quote, or double it where it is part of the text."),
        (b'x,y\n"1"2,3\n', "a.csv row 2: text follows a closing quote."
         "\n    Double a quote that is part of a quoted cell."),
        (b"x,y\n1,a\x00b\n", "a.csv row 2, y: a control character stands in the cell; found 'character 0x00', "
         "expected text."),
        (b"x;y\n1;2\n", "a.csv row 1: the columns are not separated by a comma; found 'a semicolon', expected a comma."
         "\n    Save the file with a comma, or write delimiter = \";\" in a mapping beside it."),
        (b"x\ty\n1\t2\n", "a.csv row 1: the columns are not separated by a comma; found 'a tab', expected a comma."
         "\n    Save the file with a comma, or write delimiter = \"\\t\" in a mapping beside it."),
        ("x,y\n1,2\n".encode("utf-32"), "a.csv: the text is not UTF-8; found 'UTF-32', expected UTF-8."
         "\n    Save the file as UTF-8, or declare its encoding in a mapping beside it."),
        ("x,y\n1,2\n".encode("utf-16-le"), "a.csv: the text is not UTF-8; found 'UTF-16 without a byte order mark', "
         "expected UTF-8.\n    Save the file as UTF-8, or declare its encoding in a mapping beside it."),
        ("x,y\n1,2\n3,über\n".encode("latin-1"), "a.csv row 3, y: the text is not UTF-8; found 'byte 0xFC (ü in "
         "Windows-1252)', expected UTF-8.\n    Save the file as UTF-8, or write encoding = \"cp1252\" in a "
         "mapping beside it."),
    ],
)  # fmt: skip
def test_each_fault_is_told_in_a_sentence(data: bytes, sentence: str) -> None:
    assert told(data) == [sentence]


def test_a_declared_encoding_is_read_and_another_refused() -> None:
    sheet = read("x,y\n1,über\n".encode("latin-1"), encoding="latin-1")
    assert sheet[1] == [(2, {"x": "1", "y": "über"})]
    assert told(b"\xef\xbb\xbfx,y\n1,2\n", encoding="cp1252") == [
        "a.csv: the text is not Windows-1252; found 'UTF-8 with a byte order mark', expected Windows-1252."
        "\n    Save the file as Windows-1252, or declare its encoding in a mapping beside it."
    ]
    assert told(b"x,y\n1,\x81\n", encoding="cp1252") == [
        "a.csv: the text is not Windows-1252; found 'byte 7 that is none', expected Windows-1252."
        "\n    Save the file as Windows-1252, or declare its encoding in a mapping beside it."
    ]


@pytest.mark.parametrize(("encoding", "declared"), [("utf-16", "utf-8"), ("cp932", "cp932"), ("euc-jp", "euc-jp")])
def test_a_letter_cut_off_at_the_end_is_a_fault_and_no_crash(encoding: str, declared: str) -> None:
    whole = "x,y\n1,日本".encode(encoding)
    (sentence,) = told(whole[:-1], encoding=declared)
    assert f"found 'byte {len(whole) - 1} that is none'" in sentence
    assert read(whole, encoding=declared)[1] == [(2, {"x": "1", "y": "日本"})]


def test_an_over_long_cell_is_a_fault_and_no_crash() -> None:
    assert told(b"x,y\n1,2\n3," + b"z" * 200_000 + b"\n") == [
        "a.csv row 3: a cell is too long; expected at most 131,072 characters."
        "\n    Close the quote that opens the cell, or shorten it."
    ]


def test_all_faults_come_at_once_and_reading_goes_on_after_each() -> None:
    faults = refused(b'x,y\n1\n"a"b,2\n3,4\n5,6,7\n').faults
    assert [fault.row for fault in faults] == [2, 3, 5]


def test_the_list_is_capped_and_the_count_is_not() -> None:
    faults = refused(b"x,y\n" + b"".join(b"1," * count + b"1\n" for count in range(2, 1002)))
    assert faults.count == 1000
    assert len(faults.faults) == SHOWN_FAULTS


def test_the_same_fault_in_many_records_is_one_that_counts_its_rows() -> None:
    faults = refused(b"x,y\n" + b"1\n" * 1000)
    assert faults.count == 1000
    assert [fault.sentence() for fault in faults.faults] == [
        "a.csv row 2: the record has fewer cells than the header; found '1 cell', expected 2 cells. "
        "The same in 1,000 rows: also in 3, 4, 5, 6 and 995 others."
    ]


def test_a_tab_separated_file_reads_with_its_delimiter() -> None:
    sheet = read(b"x\ty\n1,5\t2\n", "\t")
    assert sheet[1] == [(2, {"x": "1,5", "y": "2"})]


def test_a_header_is_seen_without_reading_on() -> None:
    assert header_of(b"\xef\xbb\xbfx, y\n1", ",") == ("x", "y")
    assert header_of(b"", ",") is None


@pytest.mark.parametrize("head", [b"x,y\n1,a", b"x,y\n1,2\n3,a", b"x,a"])
@pytest.mark.parametrize("cut", [b"\xef", b"\xef\xbc", b"\xf0\x9f\x98", b"\xc3"])
def test_a_file_that_ends_inside_a_letter_is_told(head: bytes, cut: bytes) -> None:
    (said,) = told(head + cut)
    assert f"the text is not UTF-8; found 'byte 0x{cut[0]:02X}" in said
