"""Lists of AS numbers, and shares of networks: what is read, and every fault at its line."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.core.errors import InputFault, UsageFault
from provenet.ingest.bgp.as_lists import read_asn_list, read_shares

TAGS = Path(__file__).parents[3] / "shared" / "data" / "as-tags"
NUMBER = "expected a whole number from 1 to 4294967295."
SHARE = "expected a number from 0 to 1, such as 0.25."


def told(read: Callable[[tuple[str, bytes]], object], data: bytes) -> list[str]:
    with pytest.raises(InputFault) as caught:
        read(("a.csv", data))
    return str(caught.value).splitlines()


def shares(data: bytes) -> list[tuple[float, float, float]]:
    return list(zip(*(part.tolist() for part in read_shares(("a.csv", data))), strict=True))


def test_a_list_with_remarks_prefixes_names_and_doubles() -> None:
    data = (
        b'\xef\xbb\xbf# ministries\r\nAS30,"A, B"\r\n  20  # remark\r\n\r\nas10\tname\r\n"AS40",x\r\n30\r\n4294967295;z'
    )
    assert read_asn_list(("a.txt", data)).tolist() == [10, 20, 30, 40, 4294967295]
    assert read_asn_list(("a.txt.gz", gzip.compress(data))).tolist() == [10, 20, 30, 40, 4294967295]


@pytest.mark.parametrize("head", [b"asn\n", b"ASN,name\n", b"as_number\n"])
def test_a_list_may_have_a_header(head: bytes) -> None:
    assert read_asn_list(("a.csv", head + b"64500,x\n")).tolist() == [64500]


@pytest.mark.parametrize("data", [b"", b"# none\n", b"asn\n"])
def test_an_empty_list_is_a_list(data: bytes) -> None:
    assert read_asn_list(("a.csv", data)).tolist() == []


def test_a_name_in_quotes_may_hold_line_ends() -> None:
    assert read_asn_list(("a.csv", b'AS1,"two\r"\nAS2,"a\n\n#b"\nAS3,5" disks\nAS4\n')).tolist() == [1, 2, 3, 4]
    for data in (b'AS1\nAS2,"x\nAS3\n', b'AS1\nAS2,"x\n' + b"AS3\n" * 5000):
        assert told(read_asn_list, data) == [
            "a.csv row 2: a quote is opened and never closed.",
            "    Close the quote, or double it where it is part of the text.",
        ]


def test_every_fault_of_a_list_at_once() -> None:
    assert told(read_asn_list, b"AS0\n1.10\nfoo\n10\nasn\n4294967296\n12 13\n,name\n") == [
        f"a.csv row 1, asn: no network has AS number 0 (RFC 7607); found '0', {NUMBER}",
        f"a.csv row 2, asn: the AS number is written with a dot; found '1.10', {NUMBER} Nearest: 65546.",
        "    Write AS numbers as one whole number (asplain, RFC 5396).",
        f"a.csv row 3, asn: this is no AS number; found 'foo', {NUMBER}",
        f"a.csv row 5, asn: this is no AS number; found 'asn', {NUMBER}",
        f"a.csv row 6, asn: the number is larger than an AS number can be; found '4294967296', {NUMBER}",
        f"a.csv row 7, asn: this is no AS number; found '12 13', {NUMBER}",
        f"a.csv row 8, asn: the cell is empty; {NUMBER}",
    ]
    assert told(read_asn_list, b"10\nAS5,\xe9\n")[0] == (
        "a.csv row 2: the text is not UTF-8; found 'byte 0xE9', expected UTF-8."
    )


def test_shares_with_and_without_a_header_in_any_order() -> None:
    plain = b"20,.5,0.75 # half\n# remark\nAS10,0,1\n20,0.5,0.75\n"
    assert shares(plain) == [(10, 0, 1), (20, 0.5, 0.75)]
    assert shares(b"asn,low,high\n" + plain) == shares(plain)
    assert shares(b"High, Low ,ASN\n1.,1e-3,7\n") == [(7, 0.001, 1)]
    assert shares(b"") == []


def test_every_fault_of_shares_at_once() -> None:
    assert told(read_shares, b"10,0.5,0.2\n10,50%,1\n1,2\nx,,1.5\n5,0,1\n5,0,.5\n6,nan,-0.1\n") == [
        "a.csv row 1, low: low is above high; found '0.5', expected at most 0.2.",
        "a.csv row 2, low: this is no share; found '50%', expected a number from 0 to 1, such as 0.25. Nearest: 0.5.",
        "a.csv row 3: the line is no share of a network; found '1,2', expected asn,low,high.",
        "    Write one network a line, such as 64500,0.2,0.5 with a point in each share.",
        f"a.csv row 4, asn: this is no AS number; found 'x', {NUMBER}",
        f"a.csv row 4, low: the cell is empty; {SHARE}",
        f"a.csv row 4, high: this is no share; found '1.5', {SHARE}",
        "a.csv row 6, asn: the network stands already in row 5, with another share; found '5', expected each network "
        "once.",
        "    Keep one of the two lines.",
        f"a.csv row 7, low: this is no share; found 'nan', {SHARE}",
        f"a.csv row 7, high: this is no share; found '-0.1', {SHARE}",
    ]
    assert told(read_shares, b"as,lo,hi\n1,0,0\n") == [
        "a.csv row 1: the header is not that of shares; found 'as,lo,hi', expected asn,low,high."
    ]


unit = st.floats(0, 1).map(lambda value: round(value, 6))


@given(st.dictionaries(st.integers(1, 2**32 - 1), st.tuples(unit, unit).map(sorted)))
def test_shares_written_are_read(made: dict[int, list[float]]) -> None:
    text = "asn,low,high\n" + "".join(f"{asn},{low},{high}\n" for asn, (low, high) in made.items())
    assert shares(text.encode()) == [(asn, *made[asn]) for asn in sorted(made)]
    assert read_asn_list(("a.csv", text.encode())).tolist() == sorted(made)


def test_no_file_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no such file"):
        read_asn_list(tmp_path / "none.csv")


def test_the_tags_of_bgp_tools() -> None:
    if not TAGS.is_dir():
        pytest.skip("the tags of 2025 are not here (../shared/data)")
    counts = {path.stem: len(read_asn_list(path)) for path in TAGS.iterdir()}
    assert (counts["gov"], counts["mobile"], counts["icrit"], counts["satnet"], counts["dsl"]) == (
        1133, 306, 422, 43, 2647,
    )  # fmt: skip
