"""MRT: each kind of record made by hand, cuts at every byte, broken records, and real files beside another reader."""

import bz2
import gzip
import json
import lzma
import random
import sys
from ipaddress import ip_address
from pathlib import Path
from struct import pack
from typing import Any

import pytest

pytest.importorskip("numpy", reason="the extra 'internet' is not installed")
import polars as pl
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from provenet.core.errors import InputFault
from provenet.core.packages import how_to_install
from provenet.ingest.bgp import mrt as module
from provenet.ingest.bgp import mrt_stream
from provenet.ingest.bgp.mrt import read_mrt
from provenet.ingest.bgp.mrt_routes import Broken, Reading, merged, prefixes
from readers.mrt_bytes import (
    as_path,
    attribute,
    frame,
    message,
    path,
    peer_index,
    prefix,
    reach,
    record,
    rib,
    session,
    table_dump,
    unreach,
    update,
)
from support.examples import examples

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "mrt"
PEERS = peer_index(("192.0.2.1", 10), ("2001:db8::2", 70_000))
Row = tuple[str, str, int, str, list[int] | None, int | None]


@pytest.fixture(autouse=True, params=["one by one", "scanned"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Records of a table are read one by one or scanned by compiled code: every test holds for both."""
    monkeypatch.setattr(module, "SCANNED_BYTES", 1 if request.param == "scanned" else 2**60)
    return str(request.param)


def table(data: bytes | Path, name: str = "x.mrt") -> tuple[pl.DataFrame, Reading]:
    found = read_mrt(data, name)
    frames = [frame(rows, found.reading.sessions) for rows in found]
    return (pl.concat(frames) if frames else pl.DataFrame()), found.reading


def rows_of(data: bytes | Path) -> list[Row]:
    """Kind, peer, its ASN, prefix, path, origin of every route."""
    return [
        (row["kind"], row["peer_address"], row["peer_asn"], prefix_text(row), row["path"], row["origin_asn"])
        for row in table(data)[0].iter_rows(named=True)
    ]


def prefix_text(row: dict[str, Any]) -> str:
    value = row["address_high"] << 64 | row["address_low"]
    size = 4 if row["family"] == 4 else 16
    return f"{ip_address(value.to_bytes(size, 'big'))}/{row['prefix_length']}"


def faults(data: bytes) -> list[str]:
    return [fault.sentence() for fault in table(data)[1].faults.faults]


def test_a_rib_of_two_families() -> None:
    both = rib("10.0.0.0/8", (0, path(10, 20, 30)), (1, path(70_000, 30)))
    data = PEERS + both + rib("2001:db8::/33", (1, path(70_000)))
    assert rows_of(data) == [
        ("rib", "192.0.2.1", 10, "10.0.0.0/8", [10, 20, 30], 30),
        ("rib", "2001:db8::2", 70_000, "10.0.0.0/8", [70_000, 30], 30),
        ("rib", "2001:db8::2", 70_000, "2001:db8::/33", [70_000], 70_000),
    ]
    told, reading = table(data)
    assert told["collector"].unique().to_list() == ["9.9.9.9"]
    assert reading.ended == f"Whole: 3 records in {len(data)} bytes were read."
    assert reading.by_kind == {"PEER_INDEX_TABLE": 1, "RIB": 2}


def test_a_rib_with_add_path_names_each_route() -> None:
    told, _ = table(
        PEERS + rib("10.0.0.0/8", (0, path(10)), route_id=5) + rib("::/0", (0, path(10)), route_id=2**32 - 1)
    )
    assert told["route_id"].to_list() == [5, 2**32 - 1]
    assert told["family"].to_list() == [4, 6]


def test_the_old_table_dump() -> None:
    data = table_dump("10.0.0.0/9", "192.0.2.1", 10, path(10, 20, size=2))
    data += table_dump("2001:db8::/32", "2001:db8::1", 11, path(11, size=2))
    assert rows_of(data) == [
        ("rib", "192.0.2.1", 10, "10.0.0.0/9", [10, 20], 20),
        ("rib", "2001:db8::1", 11, "2001:db8::/32", [11], 11),
    ]


def test_updates_announce_and_withdraw_in_both_families() -> None:
    sent = update(
        prefix("10.0.0.0/8"), path(10, 20) + unreach("2001:db8::/32"), prefix("11.0.0.0/8") + prefix("0.0.0.0/0")
    )
    six = update(b"", path(10, 40) + reach("2001:db8:1::/48"))
    assert rows_of(message(sent) + message(six)) == [
        ("withdrawn", "192.0.2.1", 10, "10.0.0.0/8", None, None),
        ("withdrawn", "192.0.2.1", 10, "2001:db8::/32", None, None),
        ("announced", "192.0.2.1", 10, "11.0.0.0/8", [10, 20], 20),
        ("announced", "192.0.2.1", 10, "0.0.0.0/0", [10, 20], 20),
        ("announced", "192.0.2.1", 10, "2001:db8:1::/48", [10, 40], 40),
    ]


def test_a_message_of_withdrawals_alone_makes_a_frame() -> None:
    assert rows_of(message(update(prefix("10.0.0.0/8")))) == [("withdrawn", "192.0.2.1", 10, "10.0.0.0/8", None, None)]


def test_microseconds_are_passed_over() -> None:
    body = session("192.0.2.1", 10, 4) + update(b"", path(10), prefix("10.0.0.0/8"))
    told, _ = table(record(17, 4, pack(">I", 250_000) + body, at=3))
    assert told["path"].to_list() == [[10]]


def test_add_path_in_messages() -> None:
    sent = update(prefix("10.0.0.0/8", 1), path(10, size=2), prefix("11.0.0.0/8", 2) + prefix("11.0.0.0/8", 3))
    told, _ = table(message(sent, size=2, add_path=True))
    assert told["route_id"].to_list() == [1, 2, 3]


def test_state_changes_are_kept_apart_from_routes() -> None:
    data = record(16, 0, session("192.0.2.1", 10, 2) + pack(">HH", 6, 1))
    data += record(16, 5, session("2001:db8::1", 70_000, 4) + pack(">HH", 1, 6))
    _, reading = table(data)
    assert reading.state_changes == 2
    assert [s.asn for s in reading.sessions] == [10, 70_000]


def test_records_without_a_unicast_route_are_counted_by_what_they_are() -> None:
    data = record(13, 3, b"") + record(13, 6, b"") + record(16, 7, b"") + record(11, 0, b"") + record(16, 3, b"")
    data += message(update(kind=4)) + record(13, 99, b"") + record(12, 9, b"")
    told = {"multicast": 1, "generic": 1, "sent by the collector": 1, "type 11 subtype 0": 1, "type 16 subtype 3": 1}
    told |= {"BGP keepalive": 1, "type 13 subtype 99": 1, "type 12 subtype 9": 1}
    assert table(data)[1].passed_over == told


def test_sets_and_confederations_are_marked() -> None:
    parts = attribute(2, as_path((3, [65_001]), (2, [10, 20]), (1, [30, 40]), (4, [65_002])), extended=True)
    told, _ = table(PEERS + rib("10.0.0.0/8", (0, parts)))
    assert told["path"][0].to_list() == [65_001, 10, 20, 30, 40, 65_002]
    assert told["path_part"][0].to_list() == [2, 0, 0, 1, 1, 3]
    assert told["origin_asn"][0] is None


def test_a_route_without_a_path_has_no_origin() -> None:
    assert rows_of(PEERS + rib("10.0.0.0/8", (0, b"")))[0][4:] == ([], None)


@pytest.mark.parametrize(
    ("two", "four", "whole"),
    [
        ([(2, [10, 23456, 20])], [(2, [70_000, 20])], [10, 70_000, 20]),
        ([(2, [23456])], [(2, [70_000])], [70_000]),
        ([(2, [10])], [(2, [70_000, 20])], [10]),
        ([(2, [10, 23456]), (1, [5, 6])], [(2, [70_000]), (1, [5, 6])], [10, 70_000, 5, 6]),
        ([(3, [65_001]), (2, [10, 23456])], [(3, [65_009]), (2, [70_000])], [65_001, 10, 70_000]),
        ([(2, [10, 20])], [(3, [65_009])], [10, 20]),
        ([(1, [10, 20]), (2, [23456])], [(2, [70_000])], [10, 20, 70_000]),
        ([(1, [10, 20]), (2, [5, 23456])], [(2, [70_000])], [10, 20, 5, 70_000]),
    ],
)
def test_as4_path_is_merged(two: Any, four: Any, whole: list[int]) -> None:
    sent = update(b"", attribute(2, as_path(*two, size=2)) + attribute(17, as_path(*four)), prefix("10.0.0.0/8"))
    assert rows_of(message(sent, size=2))[0][4] == whole


def test_as4_path_older_than_the_aggregate_is_void() -> None:
    def sent(aggregator: int) -> bytes:
        more = attribute(7, pack(">H4x", aggregator)) + attribute(18, pack(">I4x", 70_000))
        found = path(10, 23456, size=2) + more + attribute(17, as_path((2, [70_000])))
        return message(update(b"", found, prefix("10.0.0.0/8")), size=2)

    assert rows_of(sent(99))[0][4] == [10, 23456]
    assert rows_of(sent(23456))[0][4] == [10, 70_000]


@given(st.lists(st.integers(1, 65_000), min_size=1, max_size=8), st.integers(0, 8))
def test_a_path_that_knows_two_bytes_for_part_of_the_way_comes_back_whole(asns: list[int], wide_from: int) -> None:
    """Law: translate the far end to AS_TRANS, keep it in AS4_PATH, and merging gives the path again."""
    wide = [asn + 70_000 if at >= wide_from else asn for at, asn in enumerate(asns)]
    two = [(2, tuple(23456 if asn > 65_535 else asn for asn in wide))]
    four = [(2, tuple(wide[wide_from:]))] if wide_from < len(wide) else []
    assert [asn for _, part in merged(two, four) for asn in part] == wide


SMALL = (
    PEERS
    + rib("10.0.0.0/8", (0, path(10, 20)), (1, path(70_000, 20)))
    + message(update(prefix("10.0.0.0/8"), path(10, 20), prefix("11.0.0.0/8")))
    + table_dump("10.0.0.0/9", "192.0.2.1", 10, path(10, 20, size=2))
    + record(16, 0, session("192.0.2.1", 10, 2) + pack(">HH", 6, 1))
)


def test_a_file_cut_at_any_byte_gives_what_stands_before_and_says_so() -> None:
    whole = rows_of(SMALL)
    ends, at = [], 0
    while at < len(SMALL):
        at += 12 + int.from_bytes(SMALL[at + 8 : at + 12], "big")
        ends.append(at)
    assert ends[-1] == len(SMALL)
    for cut in range(len(SMALL)):
        told, reading = table(SMALL[:cut])
        done = sum(end <= cut for end in ends)
        assert (reading.records, reading.read_bytes) == (done, max([0, *(end for end in ends if end <= cut)]))
        assert reading.is_whole == (cut in (0, *ends))
        assert reading.faults.count == 0
        assert rows_of(SMALL[:cut]) == whole[: len(told)]
    said = table(SMALL[:-1])[1].ended
    assert said == (
        f"Cut: 4 records in {ends[3]} bytes were read; it ends inside record 5, of which {ends[4] - ends[3] - 1} "
        f"of {ends[4] - ends[3]} bytes are there."
    )
    assert (
        "it ends inside the head of record 2, of which 3 of 12 bytes are there" in table(SMALL[: ends[0] + 3])[1].ended
    )


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("packing", PACKERS)
def test_packed_files_read_as_they_are_and_up_to_a_cut(packing: str) -> None:
    filling = b"".join(rib(f"10.{n % 256}.0.0/16", (0, path(10, n + 1))) for n in range(3_000))
    pack_it = PACKERS[packing]
    whole = rows_of(SMALL + filling)
    packed = pack_it(SMALL + filling)
    assert rows_of(packed) == whole
    assert rows_of(pack_it(SMALL) + pack_it(filling)) == whole, "streams one after another"
    for cut in [*range(10, 60), *range(60, len(packed), max(1, len(packed) // examples(40)))]:
        told, reading = table(packed[:cut])
        assert not reading.is_whole, cut
        assert "stream is cut after" in reading.ended
        assert len(told) <= len(whole)
    assert reading.records > 0 or packing in ("bz2", "zst"), "blocks of bzip2 and zstd are all or nothing"


@pytest.mark.parametrize("packing", PACKERS)
def test_a_broken_packing_is_a_cut_and_not_an_error(packing: str) -> None:
    packed = bytearray(PACKERS[packing](SMALL * 50))
    random.Random(1).shuffle(found := list(range(12, len(packed))))
    for at in found[: examples(40)]:
        broken = bytearray(packed)
        broken[at] ^= 0xFF
        _, reading = table(bytes(broken))
        assert reading.ended.startswith(("Cut", "Whole"))
    trailing = table(bytes(packed) + b"no stream of this kind")[1]
    assert not trailing.is_whole
    assert "what follows packed byte" in trailing.ended
    assert table(bytes(packed) + bytes(600))[1].is_whole, "padding with zeros is no fault"


def test_a_file_that_unpacks_to_too_much_ends_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mrt_stream, "ANY_RATIO_BYTES", 5_000)
    monkeypatch.setattr(mrt_stream, "UNPACKED_TIMES", 2)
    packed = gzip.compress(SMALL + bytes(10**6))
    told, reading = table(packed)
    assert reading.ended.endswith(
        f"the gzip stream unpacks to more than the {max(5_000, 2 * len(packed)):,} bytes that are read."
    )
    assert not reading.is_whole
    assert told.is_empty(), "the first block was too large already"


def test_zstd_without_what_unpacks_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = PACKERS["zst"](SMALL)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(InputFault) as caught:
        table(packed)
    assert str(caught.value) == (
        "x.mrt: reading zstd needs the package zstandard.\n"
        f"    {how_to_install('intake')}, or unpack the file and give it as it is."
    )


def test_a_path_of_many_segments_is_one_path() -> None:
    """A segment holds 255 ASes at most, so a longer path has several."""
    asns = list(range(1, 601))
    parts = attribute(2, as_path((2, asns[:255]), (2, asns[255:510]), (2, asns[510:])))
    assert rows_of(PEERS + rib("10.0.0.0/8", (0, parts)))[0][4] == asns


def test_of_an_attribute_that_stands_twice_the_first_counts() -> None:
    assert rows_of(PEERS + rib("10.0.0.0/8", (0, path(10) + path(20))))[0][4] == [10]


def test_prefixes_that_are_not_unicast_are_no_routes() -> None:
    multicast = attribute(14, pack(">HBB", 2, 2, 16) + bytes(17) + prefix("2001:db8::/32"))
    labelled = attribute(15, pack(">HB", 25, 65) + bytes(9))
    assert rows_of(message(update(b"", path(10) + multicast + labelled))) == []


def test_a_reading_in_json() -> None:
    _, reading = table(SMALL[:-1])
    told = reading.as_dict()
    assert json.loads(json.dumps(told)) == told
    assert (told["is_whole"], told["records"], told["routes"], told["sessions"]) == (False, 4, 5, 3)


def test_broken_records_name_their_byte_and_the_rest_is_read() -> None:
    good = rib("11.0.0.0/8", (0, path(10)))
    cases = {
        rib("10.0.0.0/8", (9, path(10))): "a route is of peer 9 and the table of peers holds 2.",
        rib("10.0.0.0/8", (0, path(10)[:-1])): "attribute 2 is said to be 6 bytes long and 5 are left.",
        rib(
            "10.0.0.0/8", (0, attribute(2, b"\x07\x00"))
        ): "an AS path has a segment of kind 7, which no standard knows.",
        rib(
            "10.0.0.0/8", (0, attribute(2, b"\x02\x09\x00"))
        ): "a segment of an AS path is said to hold 9 ASNs and ends before them.",
        rib("10.0.0.0/8", (0, attribute(2, b"\x02"))): "an AS path ends inside the head of a segment.",
        rib("10.0.0.0/8", (0, b"\x40\x02")): "the path attributes end inside a header.",
        record(13, 2, pack(">IB", 7, 33) + bytes(7)): "an IPv4 prefix is said to be 33 bits long.",
        record(13, 2, b"\0\0"): "the record ends inside a field.",
        record(13, 2, pack(">IBBH", 7, 8, 10, 3)): "the record ends inside a field.",
        record(
            13, 2, pack(">IBBHHIH", 7, 8, 10, 1, 0, 0, 9)
        ): "the path attributes are said to be 9 bytes long and 0 are left.",
        record(17, 4, b"\0"): "the record ends inside its microseconds.",
        record(
            16, 4, pack(">IIHH", 10, 10, 0, 3) + bytes(60)
        ): "the session's address is of family 3, which is neither IPv4 nor IPv6.",
        message(
            update(b"", path(10), prefix("10.0.0.0/8"))[:-1]
        ): "a BGP message is said to be 34 bytes long and 33 are there.",
        message(update(b"", path(10), b"\x21")): "an IPv4 prefix is said to be 33 bits long.",
        message(update(b"", path(10), b"\x20\x0a")): "a list of prefixes ends inside a prefix.",
        message(update(b"", attribute(14, b"\0"))): "a multiprotocol attribute ends inside its family.",
        message(
            update(b"", attribute(14, pack(">HBB", 2, 1, 16)))
        ): "a multiprotocol attribute ends inside its next hop.",
        record(
            12, 1, table_dump("10.0.0.0/8", "192.0.2.1", 10, path(10, size=2))[12:-1]
        ): "the path attributes are said to be 7 bytes long and 6 are left.",
    }
    for bad, says in cases.items():
        place = f"x.mrt byte {len(PEERS):,} row 2: {says}"
        assert faults(PEERS + bad + good) == [place]
        assert rows_of(PEERS + bad + good)[-1] == rows_of(PEERS + good)[-1]


def test_one_broken_entry_costs_no_other() -> None:
    told = rows_of(PEERS + rib("10.0.0.0/8", (0, path(10)), (1, b"\x40"), (1, path(70_000))))
    assert [row[4] for row in told] == [[10], [70_000]]


def test_routes_before_a_table_of_peers_are_told() -> None:
    assert faults(rib("10.0.0.0/8", (0, path(10)))) == [
        "x.mrt byte 0 row 1: routes stand before any usable table of peers."
    ]
    broken = record(13, 1, PEERS[12:-3])
    assert faults(PEERS + broken + rib("10.0.0.0/8", (0, path(10))))[1].endswith("before any usable table of peers.")


def test_a_second_table_of_peers_counts_from_there() -> None:
    data = PEERS + rib("10.0.0.0/8", (0, path(10))) + peer_index(("192.0.2.9", 99), ("192.0.2.1", 10))
    data += rib("10.0.0.0/8", (0, path(99)), (1, path(10)))
    assert [row[2] for row in rows_of(data)] == [10, 99, 10]
    assert len(table(data)[1].sessions) == 3


def test_a_record_said_to_be_huge_is_passed_over_by_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_RECORD_BYTES", 100)
    data = PEERS + record(13, 2, bytes(101)) + rib("10.0.0.0/8", (0, path(10)))
    told, reading = table(data)
    assert len(told) == 1
    assert reading.faults.faults[0].says == "the record is said to be 101 bytes long, and is passed over"
    lying = PEERS + pack(">IHHI", 0, 13, 2, 2**32 - 1) + bytes(500)
    assert "inside record 2, of which 512 of 4,294,967,307 bytes" in table(lying)[1].ended


def test_batches_are_cut_and_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 3)
    data = PEERS + b"".join(rib(f"{n}.0.0.0/8", (0, path(10, n)), (1, path(70_000, n))) for n in range(1, 8))
    found = read_mrt(data)
    sizes = [len(rows) for rows in found]
    assert sizes == [4, 4, 4, 2]
    assert [row[4] for row in rows_of(data)][-1] == [70_000, 7]


@given(st.binary(max_size=300), st.integers(0, len(SMALL)))
def test_any_bytes_are_read_without_an_error(noise: bytes, at: int) -> None:
    _, reading = table(SMALL[:at] + noise + SMALL[at:])
    assert reading.ended.startswith(("Whole", "Cut"))
    assert reading.read_bytes <= len(SMALL) + len(noise)


@given(st.binary(max_size=60), st.booleans())
def test_prefixes_of_any_bytes_are_prefixes_or_broken(data: bytes, add_path: bool) -> None:
    try:
        for family, first, length, _ in prefixes(data, 6, add_path):
            assert family == 6
            assert first & ((1 << (128 - length)) - 1) == 0
    except Broken as err:
        assert "prefix" in str(err) or "identifier" in str(err)


needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared measurements are not beside this checkout")


@needs_shared
@pytest.mark.parametrize(
    ("name", "records", "routes", "sessions", "whole"),
    [
        pytest.param("rib.20140523.0600_firstMB.bz2", 9_073, 270_005, 47, False, marks=pytest.mark.slow),
        ("rib6.20151101.0600_firstMB.bz2", 6_871, 149_578, 29, False),
        ("ris.rrc06.updates.1427846400.gz", 795, 1_557, 3, True),
        ("routeviews.route-views.jinx.updates.1427846400.bz2", 1_756, 8_611, 4, True),
    ],
)
def test_real_files(name: str, records: int, routes: int, sessions: int, whole: bool) -> None:
    told = read_mrt(SHARED / name)
    assert sum(len(rows) for rows in told) == routes
    reading = told.reading
    assert (reading.records, len(reading.sessions), reading.is_whole) == (records, sessions, whole)
    assert reading.faults.count == 0
    assert whole or "it ends inside record" in reading.ended


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in SHARED.glob("*")) if SHARED.is_dir() else [])
def test_another_reader_says_the_same(name: str) -> None:
    """Route by route against bgpkit-parser, written in Rust by others; it reads a cut file up to the cut as well."""
    bgpkit = pytest.importorskip("pybgpkit_parser", reason="pybgpkit-parser is not installed")
    theirs = []
    for elem in bgpkit.Parser(url=str(SHARED / name)):
        asns = None if elem["as_path"] is None else elem["as_path"].split()
        theirs.append((elem["elem_type"], elem["peer_ip"], elem["peer_asn"], elem["prefix"], asns))
    kinds = {"rib": "A", "announced": "A", "withdrawn": "W"}
    ours = []
    told, _ = table(SHARED / name)
    for row in told.iter_rows(named=True):
        asns = None if row["path"] is None else _as_bgpkit_writes(row["path"], row["path_part"])
        ours.append((kinds[row["kind"]], row["peer_address"], row["peer_asn"], prefix_text(row), asns))
    assert sorted(ours, key=str) == sorted(theirs, key=str)


def _as_bgpkit_writes(asns: list[int], parts: list[int]) -> list[str]:
    plain = [str(asn) for asn, part in zip(asns, parts, strict=True) if part == 0]
    held = [str(asn) for asn, part in zip(asns, parts, strict=True) if part == 1]
    return [*plain, "{" + ",".join(held) + "}"] if held else plain
