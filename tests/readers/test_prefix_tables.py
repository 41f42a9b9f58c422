"""Origins and countries of addresses: one small file of each format as rows and as arrays, and every fault."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault, UsageFault
from provenet.ingest.bgp import prefix_tables
from provenet.ingest.bgp.numbers import address_text, read_address, read_prefix
from provenet.ingest.bgp.prefix_columns import address_halves
from provenet.ingest.bgp.prefix_tables import AddressRanges, read_address_countries, read_prefix_origins
from provenet.routing.kernels.lpm import intervals, match
from support.examples import examples
from support.reading import Reading, read_table_file

REAL = Path(__file__).parents[3] / "shared" / "data" / "ip-tables"
PFX2AS = b"1.0.0.0\t24\t13335\n1.0.4.0\t22\t38803_56203\n2001:db8::\t32\t64500,64501\n1.0.0.0\t8\t1_{3,2}\n"
PFX2AS += b"9.0.0.0\t8\t{7}\n"
PYASN = b"; IP-ASN32-DAT file\n; Original file : x\n1.0.0.0/24\t13335\n2001:db8::/32\t64500\n1.0.0.0/24\t7\n"
RANGES = b"""1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."
1.0.1.0,1.0.3.255,0,
2001:db8::,2001:db8::ff,64500,X
5.0.0.0,5.0.0.9,6
"""
COUNTRIES = b"1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.3.255,CN\n2001:200::,2001:200:ffff::,EU\n9.0.0.0,9.0.0.1,ZZ\n"
NUMBER = "expected a whole number from 1 to 4294967295."
ADDRESS = "expected an address such as 192.0.2.1."
OUT = "    Remove the line, or write it anew."


def reading(name: str, data: bytes) -> Reading:
    return read_table_file(name, data, None, names=PartyNames.built_in())


def rows(made: Reading, table: str, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[column] for column in columns) for row in made.rows[table]]


def told(read: Callable[[str, bytes], object], data: bytes) -> list[str]:
    with pytest.raises(InputFault) as caught:
        read("t.csv", data)
    return str(caught.value).splitlines()


def origins(name: str, data: bytes) -> AddressRanges:
    return read_prefix_origins((name, data))


def said(ranges: AddressRanges) -> list[tuple[str, str, object]]:
    """The entries as text, by way of the keys."""
    made = []
    for at, family in enumerate(ranges.family.tolist()):
        first = int(ranges.first_high[at]) << 64 | int(ranges.first_low[at])
        last = int(ranges.last_high[at]) << 64 | int(ranges.last_low[at])
        shift = 96 if family == 4 else 0
        ends = (address_text(family, first >> shift), address_text(family, last >> shift))
        made.append((*ends, ranges.values[ranges.value[at]]))
    return made


ORIGIN = ("first_address", "last_address", "family", "origin_asns", "from_as_set", "org_name")


def test_pfx2as_with_several_origins_and_as_sets() -> None:
    made = reading("routeviews-rv2-20250901-1200.pfx2as", PFX2AS)
    assert made.layout == "caida-pfx2as"
    assert rows(made, "prefix_origin", *ORIGIN) == [
        ("1.0.0.0", "1.0.0.255", "ipv4", ["13335"], False, None),
        ("1.0.4.0", "1.0.7.255", "ipv4", ["38803", "56203"], False, None),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "ipv6", ["64500", "64501"], True, None),
        ("1.0.0.0", "1.255.255.255", "ipv4", ["1", "2", "3"], True, None),
        ("9.0.0.0", "9.255.255.255", "ipv4", ["7"], True, None),
    ]
    assert str(made.rows["prefix_origin"][0]["observed_on"]) == "2025-09-01"
    assert made.rows["prefix_origin"][3]["locator"] == "routeviews-rv2-20250901-1200.pfx2as row 4"
    values = [(13335,), (38803, 56203), (64500, 64501), (1, 2, 3), (7,)]
    assert [value for *_, value in said(origins("x", PFX2AS))] == values
    assert told(
        reading, b"1.0.0.0\t24\t1\n1.0.0.0\t23\t2\n1.0.0.1\t24\t0_x\n1.0.0.0\t33\t1\n1.0.0\t8\t1\n1.0.0.0 8 1\n"
    ) == [
        "t.csv row 3, prefix: the address has bits beyond the length of the prefix; found '1.0.0.1/24', expected a "
        "prefix such as 192.0.2.0/24.",
        f"t.csv row 3, origin: no network has AS number 0 (RFC 7607); found '0', {NUMBER}",
        f"t.csv row 3, origin: this is no AS number; found 'x', {NUMBER}",
        "t.csv row 4, prefix: the length of the prefix is no number from 0 to 32; found '1.0.0.0/33', expected a "
        "prefix such as 192.0.2.0/24.",
        "t.csv row 5, prefix: this is no address; found '1.0.0/8', expected a prefix such as 192.0.2.0/24.",
        "t.csv row 6: the line is no prefix; found '1.0.0.0 8 1', expected prefix, length and AS number, with tabs "
        "between them.",
        OUT,
    ]


def test_pyasn_and_a_prefix_told_twice() -> None:
    made = reading("ipasn_20250901.dat", PYASN)
    assert made.layout == "pyasn"
    assert rows(made, "prefix_origin", *ORIGIN)[1:] == [
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "ipv6", ["64500"], False, None),
        ("1.0.0.0", "1.0.0.255", "ipv4", ["7"], False, None),
    ]
    assert said(origins("x", PYASN)) == [
        ("1.0.0.0", "1.0.0.255", (7, 13335)),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", (64500,)),
    ]
    assert told(reading, PYASN + b"1.0.0.0/24 7\n::1/8\t5\n")[::2] == [
        "t.csv row 6: the line is no prefix; found '1.0.0.0/24 7', expected prefix, length and AS number, with tabs "
        "between them.",
        "t.csv row 7, prefix: the address has bits beyond the length of the prefix; found '::1/8', expected a prefix "
        "such as 192.0.2.0/24.",
    ]


def test_ranges_with_names_and_without_origin() -> None:
    made = reading("ip-to-asn-ipv4-20260617.csv", RANGES)
    assert made.layout == "ip-ranges-asn"
    assert rows(made, "prefix_origin", *ORIGIN) == [
        ("1.0.0.0", "1.0.0.255", "ipv4", ["13335"], False, "Cloudflare, Inc."),
        ("1.0.1.0", "1.0.3.255", "ipv4", [], False, None),
        ("2001:db8::", "2001:db8::ff", "ipv6", ["64500"], False, "X"),
        ("5.0.0.0", "5.0.0.9", "ipv4", ["6"], False, None),
    ]
    assert [value for *_, value in said(origins("x", RANGES))] == [(13335,), (), (64500,), (6,)]
    bad = b"1.0.0.9,1.0.0.1,1,A\n01.0.0.0,::1,1.1,B\n1.0.0.0,::1,1,C\n1.0.0.0,1.0.0.1\n"
    assert told(reading, b"1.0.0.0,1.0.0.1,5,A\n" * 2 + bad) == [
        "t.csv row 3, last: the range ends before it begins; found '1.0.0.1', expected an address from 1.0.0.9 on.",
        f"t.csv row 4, first: this is no address; found '01.0.0.0', {ADDRESS}",
        f"t.csv row 4, asn: the AS number is written with a dot; found '1.1', {NUMBER} Nearest: 65537.",
        "    Write AS numbers as one whole number (asplain, RFC 5396).",
        "t.csv row 5, last: the ends are of two families of addresses; found '::1', expected an address from 1.0.0.0 "
        "on.",
        "t.csv row 6: the record has another number of cells; found '2 cells in 1.0.0.0,1.0.0.1', expected "
        "first,last,asn,name.",
        OUT,
    ]


def test_ranges_and_their_countries() -> None:
    made = reading("ip-to-country-ipv4-20260617.csv", COUNTRIES)
    assert made.layout == "ip-ranges-country"
    assert rows(made, "prefix_country", "first_address", "last_address", "family", "country", "note") == [
        ("1.0.0.0", "1.0.0.255", "ipv4", "Australia", None),
        ("1.0.1.0", "1.0.3.255", "ipv4", "China", None),
        ("2001:200::", "2001:200:ffff::", "ipv6", None, "registered under EU, no country"),
        ("9.0.0.0", "9.0.0.1", "ipv4", None, None),
    ]
    ranges = read_address_countries(("x.csv", COUNTRIES))
    assert [value for *_, value in said(ranges)] == ["AU", "CN", "EU", "ZZ"]
    assert told(reading, COUNTRIES + b"1.0.0.0,1.0.0.1,de\n1.0.0.0,1.0.0.1,DE,x\n")[:2] == [
        "t.csv row 5, country: this is no country; found 'de', expected two letters such as DE.",
        "t.csv row 6: the record has another number of cells; found '4 cells in 1.0.0.0,1.0.0.1,DE,x', expected "
        "first,last,country.",
    ]
    for code in ("DE", ""):
        twice = COUNTRIES + f"1.0.0.0,1.0.0.255,{code}\n".encode()
        assert told(lambda name, data: read_address_countries((name, data)), twice) == [
            f"t.csv row 5, country: the range stands already with another country; found '{code}', expected AU."
        ]


def test_a_tool_refuses_what_is_no_table_of_addresses(tmp_path: Path) -> None:
    assert told(origins, b"10|20|-1\n") == [
        "t.csv: the first lines are not those of a table of addresses; found '10|20|-1\\n', expected CAIDA pfx2as, "
        "pyasn, or CSV of first,last,asn,name or first,last,country."
    ]
    assert told(origins, b"") == [
        "t.csv: the table holds no range of addresses; found 'nothing', expected a prefix or a range on each line."
    ]
    with pytest.raises(UsageFault, match="no such file"):
        read_prefix_origins(tmp_path / "none.csv")


v4 = st.builds(lambda number, size: IPv4Network((number >> size << size, 32 - size)), st.integers(0, 2**32 - 1),
               st.integers(0, 32))  # fmt: skip
v6 = st.builds(lambda number, size: IPv6Network((number >> size << size, 128 - size)), st.integers(0, 2**128 - 1),
               st.integers(0, 128))  # fmt: skip


@settings(max_examples=examples(100), deadline=None)
@given(st.dictionaries(st.one_of(v4, v6), st.sets(st.integers(1, 2**32 - 1), min_size=1, max_size=3), min_size=1))
def test_prefixes_written_are_read(table: dict[IPv4Network | IPv6Network, set[int]]) -> None:
    lines = [f"{net.network_address}\t{net.prefixlen}\t{'_'.join(map(str, asns))}\n" for net, asns in table.items()]
    wanted = [(str(net[0]), str(net[-1]), tuple(sorted(asns))) for net, asns in table.items()]
    assert said(origins("x.pfx2as", "".join(lines).encode())) == wanted
    one_each = [(net, min(asns)) for net, asns in table.items()]
    pyasn = "; head\n" + "".join(f"{net}\t{asn}\n" for net, asn in one_each)
    assert said(origins("x.dat", pyasn.encode())) == [(str(net[0]), str(net[-1]), (asn,)) for net, asn in one_each]
    ranges = "".join(f"{net[0]},{net[-1]},{asn},n\n" for net, asn in one_each)
    assert said(origins("x.csv", ranges.encode())) == said(origins("x.dat", pyasn.encode()))


SIX = st.lists(st.sampled_from(("0", "1", "00ab", "FFFF", "", "", "12345", "g", "1.2.3.4")), min_size=1, max_size=10)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.one_of(st.ip_addresses().map(str), SIX.map(":".join), st.text("01a:.%", max_size=12)), max_size=4))
def test_addresses_in_columns_as_one_by_one(texts: list[str]) -> None:
    keys = [read_address(text) for text in texts]
    texts = [text for text, key in zip(texts, keys, strict=True) if key is not None or ":" in text]
    wanted = [key for text, key in zip(texts, map(read_address, texts), strict=True)]
    series = pl.Series(texts, dtype=pl.String)
    if None in wanted:
        with pytest.raises(ValueError, match="a stored address is no address"):
            address_halves(series)
        return
    high, low = address_halves(series)
    shifts = [96 if key is not None and key[0] == 4 else 0 for key in wanted]
    assert [int(h) << 64 | int(l_) for h, l_ in zip(high, low, strict=True)] == [
        key[1] << shift for key, shift in zip(wanted, shifts, strict=True) if key is not None
    ]


@given(st.one_of(st.ip_addresses(), st.text("0123456789abcdef.:%/", max_size=20)))
def test_addresses_as_the_standard_library_reads_them(made: object) -> None:
    text = str(made)
    try:
        one = ip_address(text)
    except ValueError:
        assert read_address(text) is None
        return
    if "%" in text:
        assert read_address(text) is None
        return
    assert read_address(text) == (one.version, int(one))
    assert address_text(one.version, int(one)) == str(one)
    assert read_prefix(text, str(one.max_prefixlen)) == (one.version, int(one), int(one))


USUAL = (
    "1.0.0.0,1.0.0.255,13335,A",
    "2001:db8::,2001:db8::f,5,",
    '9.0.0.0,9.9.9.9,0,"B, ""C"""',
    "1.0.0.0,1.0.0.255,7",
)
ODD = (
    "# remark", "", " 1.0.1.0 , 1.0.1.7 , 12 , name ", "3.0.0.0,3.0.0.1,0,Not routed, at all",
    '3.0.0.0,3.0.0.1,"4", "open', 'closed",x', '5.0.0.0,5.0.0.1,6,"over\nlines"', '5.0.0.0,5.0.0.1,6,"a"b',
    "::ffff:1.2.3.4,::ffff:1.2.3.5,8,mapped", "9.0.0.9,9.0.0.1,1,A", "1.0.0.0,::1,1,C", "::1,1.0.0.1,1,C",
    "1::2::3,1::3,1,D", "01.0.0.0,1.0.0.1,1,E", "1.0.0.0,1.0.0.1,4294967296,F", "1.0.0.0,1.0.0.1,012,G",
    "1.0.0.0,1.0.0.1,-,H",
)  # fmt: skip
CODES = (
    "1.0.0.0,1.0.0.255,AU", "1.0.0.0,1.0.0.255,AU ", "2001:db8::,2001:db8::f,", "1.0.0.0,1.0.0.255,DE", "::1,::2,de",
)  # fmt: skip
PREFIXES = ("1.0.0.0\t24\t13335", "2001:db8::\t32\t1_2", "1.0.0.0\t24\t{7,1}", "0.0.0.0\t0\t9", "::\t0\t9")
PREFIXES_ODD = (
    "# r",
    " 1.0.0.0\t 24\t7 ",
    "1.0.0.1\t24\t1",
    "1.0.0.0\t33\t1",
    "::\t129\t1",
    "1::\t64\t0",
    "2::1\t127\t1",
)
SLASHED = (
    "1.0.0.0/24\t13335",
    "1.0.0.0/24\t7",
    "2001:db8::/32\t5",
    "; remark",
    "# r",
    "2001:db8::/31\t5",
    "1.0.0.0/8\t1_2",
)


KINDS = ((USUAL, ODD), (CODES, CODES), (PREFIXES, PREFIXES_ODD), (SLASHED[:3], SLASHED))


def same_in_columns_and_records(usual: tuple[str, ...], lines: list[str]) -> None:
    text = "\n".join([*usual[:1] * 3, *lines]).encode()
    read = read_address_countries if usual is CODES else read_prefix_origins

    def answer() -> object:
        try:
            made = read(("t.txt", text))
        except InputFault as err:
            return err.as_dict()
        return said(made), made.values, [getattr(made, name).dtype for name in ("family", "first_high", "value")]

    by_columns = answer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provenet.ingest.bgp.prefix_columns.range_columns", lambda *_, **__: None)
        assert by_columns == answer(), lines


def test_each_odd_line_gives_what_records_give() -> None:
    for usual, odd in KINDS:
        for line in odd:
            same_in_columns_and_records(usual, [line, usual[1]])


@settings(max_examples=examples(200), deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_columns_give_what_records_give(kind: tuple[tuple[str, ...], tuple[str, ...]], data: st.DataObject) -> None:
    """Lines read together are those read one by one: the same entries in the same order, or the same faults."""
    usual, odd = kind
    lines = data.draw(st.lists(st.sampled_from((*usual, *usual, *odd)), max_size=9))
    same_in_columns_and_records(usual, lines)


def test_usual_lines_are_read_in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """No table as its publishers write it is read record by record, nor one with some lines of another look."""
    monkeypatch.delattr(prefix_tables, "_by_records")
    for text in (PFX2AS, PYASN, RANGES, RANGES + b" 7.0.0.0 , 7.0.0.1 , 12 , name\n# end\n\n"):
        assert len(origins("x", text).value)
    assert said(origins("x", RANGES + b" 7.0.0.0,7.0.0.1,0,Not routed\n" + RANGES))[-1] == ("7.0.0.0", "7.0.0.1", ())
    assert len(read_address_countries(("x.csv", COUNTRIES)).value) == 4


@pytest.mark.slow
def test_the_real_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    if not REAL.is_dir():
        pytest.skip("the tables of addresses of 2026 are not here (../shared/data)")
    monkeypatch.delattr(prefix_tables, "_by_records")
    table = read_prefix_origins(REAL / "ip-to-asn-ipv4-20260617.csv.xz")
    assert len(table.value) == 411_961
    made = intervals(table.first_high, table.first_low, table.last_high, last_low=table.last_low, value=table.value)
    assert np.array_equal(match(made, table.first_high, table.first_low), table.value)
    # One range of this table reaches into the next: its last address belongs to the one that begins later.
    assert (match(made, table.last_high, table.last_low) != table.value).sum() == 1
    asked = np.array([int(ip_address(one)) << 32 for one in ("1.0.0.1", "215.0.0.1", "10.0.0.1")], np.uint64)
    assert [table.values[at][0] if at >= 0 else None for at in match(made, asked, np.zeros(3, np.uint64))] == [
        13335, 721, None,
    ]  # fmt: skip
    countries = read_address_countries(REAL / "ip-to-country-ipv6-20260617.csv.xz")
    assert len(countries.value) == 68_368
