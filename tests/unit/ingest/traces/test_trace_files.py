"""Files of measured paths and of exchange points through the door of intake, and tables of exchanges put together."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import provenet
from provenet.case.case import Case
from provenet.case.parties import PartyNames
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.traces import reading
from provenet.ingest.traces.exchanges import Exchange, read_exchanges
from provenet.ingest.traces.reading import read_traces, shape_of
from support.reading import read_table_file

NAMES = PartyNames.built_in()
ANSWER = {"from": "192.0.2.1", "rtt": 1.5, "size": 28, "ttl": 254}
RECORD = {
    "type": "traceroute",
    "prb_id": 7,
    "msm_id": 5001,
    "timestamp": 1574867159,
    "proto": "ICMP",
    "from": "198.51.100.7",
    "dst_addr": "203.0.113.9",
    "result": [{"hop": 1, "result": [ANSWER, {"x": "*"}]}, {"hop": 2, "result": [{"x": "*"}]}],
}
LINE = json.dumps(RECORD).encode() + b"\n"
LAN = {"id": 5, "ixlan_id": 3, "protocol": "IPv4", "prefix": "192.0.2.0/24", "status": "ok"}
LAN6 = {"id": 6, "ixlan_id": 4, "protocol": "IPv6", "prefix": "2001:db8::/64", "status": "ok"}
IX = {"id": 9, "name": "Example  IX", "country": "NL", "city": "Amsterdam", "status": "ok"}


def table(*rows: dict[str, Any], made: int | None = None) -> bytes:
    return json.dumps({"data": list(rows), "meta": {} if made is None else {"generated": made}}).encode()


def test_a_file_of_ripe_atlas_becomes_traces_and_hops() -> None:
    reading = read_table_file("results.json", LINE, b'[constants]\ncountry = "QA"\nasn = 64500\n', names=NAMES)
    assert reading.layout == "ripe-atlas"
    (trace,) = reading.rows["trace"]
    assert {
        key: trace[key] for key in ("measurement_id", "probe_id", "family", "protocol", "reached", "hop_count")
    } == {
        "measurement_id": "5001",
        "probe_id": "7",
        "family": "ipv4",
        "protocol": "icmp",
        "reached": False,
        "hop_count": 2,
    }
    assert (trace["source_address"], trace["target_address"]) == ("198.51.100.7", "203.0.113.9")
    assert (trace["source_country"], trace["source_asn"]) == ("Qatar", "64500")
    assert trace["started_at"] == datetime(2019, 11, 27, 15, 5, 59, tzinfo=UTC)
    hops = sorted((row["ttl_count"], row["address"], row["rtt_ms"], row["flags"]) for row in reading.rows["hop"])
    assert hops == [(1, "192.0.2.1", 1.5, ["partly"]), (2, None, None, [])]
    assert {row["trace_id"] for row in reading.rows["hop"]} == {trace["trace_id"]}


def test_other_records_are_ignored_by_name_and_broken_ones_left_out() -> None:
    data = LINE + b'{"type":"ping"}\n' + b'{"type":"traceroute","result":3}\n'
    reading = read_table_file("results.json", data, None, names=NAMES)
    assert reading.ignored == ("ping (1)",)
    assert len(reading.rows["trace"]) == 1
    with pytest.raises(InputFault, match="no traceroute"):
        read_table_file("results.json", b'{"type":"traceroute","result":3}\n', None, names=NAMES)


def test_a_trace_that_names_no_address_is_ignored_by_name() -> None:
    reading = read_table_file("results.json", LINE + b'{"type":"traceroute","result":[]}', None, names=NAMES)
    assert reading.ignored == ("traces without any address (1)",)


def test_a_file_that_is_read_twice_stands_once(tmp_path: Path, new_case: Callable[..., Case]) -> None:
    (tmp_path / "results.ndjson").write_bytes(LINE)
    (tmp_path / "more.ndjson").write_bytes(LINE + LINE.replace(b"5001", b"5002"))
    new_case(tmp_path / "case")
    added = provenet.add(tmp_path / "case", [tmp_path / "results.ndjson"])
    assert (added.fault_count, added.files[0].added["trace"], added.files[0].added["hop"]) == (0, 1, 2)
    more = provenet.add(tmp_path / "case", [tmp_path / "more.ndjson"])
    assert (more.fault_count, more.files[0].added["trace"]) == (0, 1)


def test_a_file_that_is_read_under_another_mapping_adds_nothing(tmp_path: Path, new_case: Callable[..., Case]) -> None:
    place = tmp_path / "results.ndjson"
    place.write_bytes(LINE + LINE)
    new_case(tmp_path / "case")
    for mapping, counts in (("", (1, 2)), ("# the same\n", (0, 0))):
        place.with_suffix(".toml").write_text(mapping)
        (file,) = provenet.add(tmp_path / "case", [place]).files
        assert (file.added["trace"], file.added["hop"], file.row_count) == (*counts, 6)
    place.with_suffix(".toml").write_text("[constants]\nasn = 64500\n")
    again = provenet.add(tmp_path / "case", [place])
    assert [one.says for one in again.faults] == ["the trace_id stands already with other content, from results.ndjson"]


@pytest.mark.parametrize(
    ("name", "pack"), [("a.json.gz", gzip.compress), ("a.json.bz2", bz2.compress), ("a.json.xz", lzma.compress)]
)
def test_packed_files_are_read_as_they_lie(name: str, pack: Callable[[bytes], bytes]) -> None:
    data = pack(LINE * 3)
    (batch,) = read_traces(Upload(name, sha256_bytes(data), data, len(data)), FaultList())
    assert batch.trace_count == 3


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (LINE, "lines"), (b"\xef\xbb\xbf" + LINE, "lines"), (b" \n[" + LINE + b"]", "list"),
        (json.dumps(RECORD, indent=2).encode(), "objects"), (b"", "lines"),
    ],
)  # fmt: skip
def test_the_shape_of_a_file(data: bytes, shape: str) -> None:
    assert shape_of(data) == shape
    faults = FaultList()
    batches = list(read_traces(Upload("a", "", data, len(data)), faults))
    assert (faults.count, sum(one.trace_count for one in batches)) == (0, 1 if data else 0)


@pytest.mark.parametrize("size", [64, 100, 1000])
def test_chunks_smaller_than_records_change_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_BYTES", size)
    listed = b"[" + b",".join([LINE.strip()] * 5) + b"]"
    stacked = b"\n".join([json.dumps(RECORD, indent=1).encode()] * 5)
    for data in (LINE * 5, listed, stacked):
        faults = FaultList()
        batches = list(read_traces(Upload("a", "", data, len(data)), faults, batch_hops=1))
        assert (faults.count, sum(one.trace_count for one in batches)) == (0, 5)


APART = "the records cannot be told apart, and nothing behind it is read"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"[" + LINE, "the list of records is never closed"),
        (b"[" + LINE + b"," + LINE[:50], "the file ends inside a record"),
        (b"[" + LINE + b"," + LINE[:50] + b" " * 200, "the file ends inside a record"),
        (b"[" + LINE + LINE + b"]", APART),
        (b"[" + LINE + b",]", APART),
        (b"[" + LINE + b"] 7", APART),
        (b"[3]", "the record is no object"),
        (json.dumps(RECORD, indent=1).encode() + b" 3", APART),
        (b"{\n" + LINE[1:] + b"]", APART),
    ],
)
def test_records_that_cannot_be_told_apart_are_one_fault(data: bytes, says: str) -> None:
    faults = FaultList()
    list(read_traces(Upload("a", "", data, len(data)), faults))
    assert [one.says for one in faults.faults] == [says]


@pytest.mark.parametrize("other", [b"null", b"-7.5e3", b'"a, ] text"', b"[]", b"[{}, [3]]", b"nonsense"])
@pytest.mark.parametrize("size", [64, 1 << 20])
def test_what_is_no_object_in_a_list_is_a_fault_alone(other: bytes, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_BYTES", size)
    faults = FaultList()
    data = b"[" + b",".join([LINE, other, LINE, b" " + other + b"\n", LINE]) + b"]"
    batches = list(read_traces(Upload("a", "", data, len(data)), faults))
    assert (sum(one.trace_count for one in batches), faults.count) == (3, 2)
    says = "the text is no JSON" if other == b"nonsense" else "the record is no object"
    assert [(one.says, one.row, *one.more_rows) for one in faults.faults] == [(says, 2, 4)]


def test_lists_one_after_another_are_read_as_one() -> None:
    faults = FaultList()
    data = (b"[" + LINE + b"," + LINE + b"]\n") * 2 + b"[]" + b"[" + LINE + b"]"
    assert sum(one.trace_count for one in read_traces(Upload("a", "", data, len(data)), faults)) == 5
    assert faults.count == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_of_another_encoding_is_one_fault(encoding: str) -> None:
    faults = FaultList()
    data = (LINE * 3).decode().encode(encoding)
    assert list(read_traces(Upload("a", "", data, len(data)), faults)) == []
    assert [(one.says, one.row) for one in faults.faults] == [("the text is not UTF-8", 0)]


def test_a_line_that_never_ends_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "RECORD_CAP_BYTES", 1000)
    monkeypatch.setattr(reading, "CHUNK_BYTES", 400)
    for begins, says in ((b'{"a":"', "a line is too long to be a record"), (b'[{"a":"', "a record is too long")):
        faults = FaultList()
        data = begins + b"x" * 5000
        assert list(read_traces(Upload("a", "", data, len(data)), faults)) == []
        assert [one.says for one in faults.faults] == [says]


def test_tables_of_exchanges_are_put_together_by_their_numbers() -> None:
    lans = table({"id": 3, "ix_id": 9, "name": ""}, {"id": 4, "ix_id": 8})
    files = [("ixpfx.json", table(LAN, LAN6, made=1600000000)), ("ixlan.json", lans), ("ix.json", table(IX))]
    found = read_exchanges(files)
    assert found.exchanges == (Exchange("9", "Example IX", "NL", "Amsterdam"), Exchange("8", ""))
    assert found.family.tolist() == [4, 6]
    assert found.first_high.tolist() == [0xC0000200 << 32, 0x20010DB8 << 32]
    assert found.last_high.tolist() == [0xC00002FF << 32 | 0xFFFFFFFF, 0x20010DB8 << 32]
    assert (found.last_low.tolist(), found.observed_on) == ([2**64 - 1] * 2, "2020-09-13")


def test_a_dump_and_exchanges_with_depth_hold_all_by_themselves() -> None:
    lans = [{"id": 3, "ix_id": 9}]
    dump = {name: {"data": rows} for name, rows in (("ix", [IX]), ("ixlan", lans), ("ixpfx", [LAN]))}
    deep = {"data": [{**IX, "ixlan_set": [{"id": 3, "ixpfx_set": [{"prefix": LAN["prefix"], "protocol": "IPv4"}]}]}]}
    for document in (dump, deep):
        found = read_exchanges([("peeringdb_2020-09-13.json", json.dumps(document).encode())])
        assert [one.name for one in found.exchanges] == ["Example IX"]
        assert (found.value.tolist(), found.observed_on) == ([0], "2020-09-13")
        reading = read_table_file("dump.json", json.dumps(document).encode(), None, names=NAMES)
        (row,) = reading.rows["exchange_prefix"]
        assert (reading.layout, row["exchange"], row["country"], row["city"]) == (
            "exchange-points", "Example IX", "Netherlands", "Amsterdam",
        )  # fmt: skip
        assert (row["first_address"], row["last_address"]) == ("192.0.2.0", "192.0.2.255")


def test_a_prefix_that_nothing_names_is_of_the_number_it_hangs_from() -> None:
    assert read_exchanges([("ixpfx.json", table(LAN))]).exchanges == (Exchange("ixlan 3", ""),)
    (row,) = read_table_file("ixpfx.json", table(LAN), None, names=NAMES).rows["exchange_prefix"]
    assert (row["exchange"], row["country"]) == ("ixlan 3", None)


def test_records_that_no_longer_stand_do_not_count() -> None:
    with pytest.raises(InputFault, match="no file holds prefixes"):
        read_exchanges([("ixpfx.json", table({**LAN, "status": "deleted"}))])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{", "the text is no JSON"),
        (b"\xff", "the text is not UTF-8"),
        (b'{"data":3}', "the document holds no table"),
        (b'{"data":[3]}', "the record is no object"),
        (table({**LAN, "prefix": "192.0.2.1/24"}), "the address has bits beyond the length of the prefix"),
        (table(IX), "no file holds prefixes of exchange points"),
    ],
)
def test_a_broken_table_of_exchanges_is_a_fault(data: bytes, says: str) -> None:
    with pytest.raises(InputFault) as caught:
        read_exchanges([("ixpfx.json", data)])
    assert [one.says for one in caught.value.faults] == [says]
