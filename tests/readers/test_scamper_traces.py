"""Traces of scamper: its JSON and its binary form say the same, and whatever the bytes are is a decoding or a sentence.

The samples were made with scamper 20211212 between network namespaces that stand in for routers, on addresses of
documentation.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.traces.reading import read_traces
from provenet.ingest.traces.trace_batch import FLAGS, TraceBatch, batch_of, joined
from support.examples import examples

SAMPLES = Path(__file__).parent / "kept" / "traces"
NAMES = ("icmp", "tcp-from-ttl-2", "udp")


def read(data: bytes, name: str = "a.warts") -> tuple[TraceBatch, list[Fault], Counter[str]]:
    faults, passed = FaultList(), Counter[str]()
    batches = list(read_traces(Upload(name, sha256_bytes(data), data, len(data)), faults, passed=passed))
    return joined([batch_of([]), *batches]), faults.faults, passed


def rows(batch: TraceBatch) -> list[tuple[int, int, set[str]]]:
    words = [{word for word, bit in FLAGS.items() if flags & bit} for flags in batch.flags]
    return list(zip(batch.ttl.tolist(), (batch.high >> np.uint64(32)).tolist(), words, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_both_forms_of_a_sample_are_the_same_traces(name: str) -> None:
    binary, faults, _ = read((SAMPLES / f"{name}.warts").read_bytes())
    text, text_faults, _ = read((SAMPLES / f"{name}.json").read_bytes(), "a.json")
    assert (faults, text_faults, binary.trace_count) == ([], [], 4)
    for field in fields(TraceBatch):
        left, right = getattr(binary, field.name), getattr(text, field.name)
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), field.name


def test_what_a_sample_says() -> None:
    batch, _, _ = read((SAMPLES / "icmp.warts").read_bytes())
    assert batch.protocol.tolist() == [1, 1, 1, 1]
    assert batch.reached.tolist() == [True, True, True, False]
    assert batch.started_at.tolist() == [1795848828] * 4
    assert rows(batch.part(3, 4)) == [
        (1, 0xC0000202, set()),
        (2, 0xC6120102, set()),
        (3, 0xC6336402, set()),
        (4, 0xC6336402, {"error"}),
    ]
    assert batch.family[int(batch.first_hop[2]) : int(batch.first_hop[3])].tolist() == [6, 6, 6, 6]


def test_ttls_that_were_not_probed_are_a_gap_and_those_that_were_are_silent() -> None:
    batch, _, _ = read((SAMPLES / "tcp-from-ttl-2.warts").read_bytes())
    assert rows(batch.part(0, 1))[:2] == [(1, 0, {"gap"}), (2, 0xC6120102, set())]
    silent, _, _ = read((SAMPLES / "udp.warts").read_bytes())
    assert rows(silent.part(3, 4)) == [(ttl, 0, set()) for ttl in range(1, 6)]


# A writer of the binary form, small and slow, for what the samples do not hold.


def flagged(parts: dict[int, bytes]) -> bytes:
    """Fields by their place among the flags, with the flags and the length before them."""
    top = max(parts, default=1)
    octets = [0] * ((top - 1) // 7 + 1)
    for flag in parts:
        octets[(flag - 1) // 7] |= 1 << (flag - 1) % 7
    head = bytes(one | (0x80 if at < len(octets) - 1 else 0) for at, one in enumerate(octets))
    body = b"".join(parts[flag] for flag in sorted(parts))
    return head + (struct.pack(">H", len(body)) + body if parts else b"")


def address(text: str) -> bytes:
    return bytes([4, 1, *map(int, text.split("."))])


def again(place: int) -> bytes:
    return b"\0" + struct.pack(">I", place)


def made(kind: int, body: bytes) -> bytes:
    return struct.pack(">HHI", 0x1205, kind, len(body)) + body


def trace(heads: dict[int, bytes], hops: list[dict[int, bytes]]) -> bytes:
    return made(6, flagged(heads) + struct.pack(">H", len(hops)) + b"".join(map(flagged, hops)) + b"\0\0")


HEAD = {5: struct.pack(">II", 1000, 5), 11: b"\4", 19: struct.pack(">H", 2), 26: address("192.0.2.1")}
HEAD |= {27: address("203.0.113.9")}


def test_labels_duplicates_and_addresses_by_place() -> None:
    labels = struct.pack(">HHBB", 8, 4, 1, 1) + bytes([0, 1, 0x41, 1])
    hops = [
        {2: b"\1", 5: b"\1", 6: struct.pack(">I", 1500), 7: b"\x0b\0", 17: labels, 18: address("192.0.2.9")},
        {2: b"\1", 5: b"\1", 6: struct.pack(">I", 1200), 7: b"\x0b\0", 18: again(2)},
        {2: b"\2", 5: b"\1", 6: struct.pack(">I", 2500), 7: b"\0\0", 18: again(1)},
    ]
    batch, faults, _ = read(trace(HEAD, hops))
    assert faults == []
    assert rows(batch) == [(1, 0xC0000209, {"mpls", "duplicate"}), (2, 0xCB007109, set())]
    assert batch.rtt_ms.tolist() == [np.float32(1.2), 2.5]
    assert (batch.reached.tolist(), batch.started_at.tolist()) == ([True], [1000])


def test_fields_of_later_versions_are_passed_over() -> None:
    heads = HEAD | {28: struct.pack(">I", 7), 32: b"\0\0\0\1", 40: b"new"}
    hop = {2: b"\1", 18: address("192.0.2.9"), 20: b"\5name", 33: b"more"}
    batch, faults, _ = read(trace(heads, [hop]))
    assert faults == []
    assert rows(batch) == [(1, 0xC0000209, set()), (2, 0, set())]


def test_addresses_of_old_files_stand_in_objects_of_their_own() -> None:
    data = made(5, bytes([1, 1, 192, 0, 2, 1])) + made(5, bytes([2, 1, 203, 0, 113, 9]))
    heads = {3: struct.pack(">I", 1), 4: struct.pack(">I", 2), 19: b"\0\1"}
    batch, faults, _ = read(data + trace(heads, [{1: struct.pack(">I", 2), 2: b"\1"}]))
    assert faults == []
    assert (batch.source_high[0], batch.target_high[0]) == (0xC0000201 << 32, 0xCB007109 << 32)
    assert rows(batch) == [(1, 0xCB007109, set())]
    assert batch.reached[0]


def test_other_objects_are_passed_over_by_name() -> None:
    batch, faults, passed = read(made(1, b"x") + made(7, b"ping") + made(99, b"") + trace(HEAD, []))
    assert (batch.trace_count, faults, dict(passed)) == (1, [], {"ping": 1, "type 99 of warts": 1})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (trace(HEAD, []) + b"\x12", "the file ends inside an object"),
        (trace(HEAD, [])[:-1], "the file ends inside an object"),
        (trace(HEAD, []) + b"nonsense", "no object of warts begins here"),
        (struct.pack(">HHI", 0x1205, 6, 2**31), "an object is too long"),
        (made(6, b"\x7f"), "the object ends inside a field"),
        (made(6, flagged({27: again(3)}) + b"\0\0"), "no such address in the object"),
        (made(6, flagged({4: struct.pack(">I", 9)}) + b"\0\0"), "no such address in the file"),
        (made(6, b"\x01\xff\xff"), "the fields end behind the object"),
        (trace(HEAD, [{18: address("192.0.2.9")}]), "the reply has no TTL"),
        (trace(HEAD | {19: b"\1\0"}, []), "a TTL is out of range"),
        (made(6, flagged({26: b"\5\1\1\2\3\4\5"}) + b"\0\0"), "an address has a length of its own"),
    ],
)
def test_a_broken_object_is_a_fault(data: bytes, says: str) -> None:
    _, faults, _ = read(data)
    assert [one.says for one in faults] == [says]


@settings(max_examples=examples(400), deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_spoilt_bytes_are_a_decoding_or_a_sentence(name: str, data: Any) -> None:
    text = bytearray((SAMPLES / f"{name}.{data.draw(st.sampled_from(['warts', 'json']))}").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(2, len(text) - 1))
        if data.draw(st.booleans()):
            text[at] = data.draw(st.integers(0, 255))
        else:
            del text[at : at + data.draw(st.integers(1, 20))]
            text += b"\0" * max(0, 3 - len(text))
    _, faults, _ = read(bytes(text))
    assert all(fault.sentence() for fault in faults)


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=120))
def test_any_body_of_a_trace_is_a_decoding_or_a_sentence(body: bytes) -> None:
    batch, faults, _ = read(made(6, body))
    assert batch.trace_count + len(faults) == 1


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"hops": 3}, "the record is no traceroute"),
        ({"hops": [3]}, "the reply is no object"),
        ({"hops": [{"addr": "192.0.2.1"}]}, "the reply has no TTL"),
        ({"hops": [{"addr": "192.0.2.1", "probe_ttl": 256}]}, "a TTL is out of range"),
        ({"dst": "nowhere"}, "this is no address"),
        ({"start": {"sec": "x"}}, "this is no number"),
    ],
)
def test_a_broken_json_record_is_a_fault(record: dict[str, Any], says: str) -> None:
    _, faults, _ = read(json.dumps({"type": "trace", **record}).encode(), "a.json")
    assert [one.says for one in faults] == [says]


@pytest.fixture
def namespaces() -> Iterator[str]:
    """Two namespaces of their own and a router between them; the name of the one that measures."""
    if not shutil.which("scamper") or not shutil.which("ip"):
        pytest.skip("scamper and iproute2 are not installed")
    names = [f"provenet-{one}" for one in ("asks", "routes", "answers")]

    def run(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    added = []
    try:
        try:
            for name in names:
                run("netns", "add", name)
                added.append(name)
        except subprocess.CalledProcessError:
            pytest.skip("network namespaces cannot be made here")
        for number, (one, other) in enumerate(pairwise(names)):
            ends = [f"pn{number}a", f"pn{number}b"]
            run("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
            for end, name, last in zip(ends, (one, other), (1, 2), strict=True):
                run("link", "set", end, "netns", name)
                run("-n", name, "addr", "add", f"198.51.{100 + number}.{last}/24", "dev", end)
                run("-n", name, "link", "set", end, "up")
        run("netns", "exec", names[1], "sysctl", "-qw", "net.ipv4.ip_forward=1")
        run("-n", names[0], "route", "add", "default", "via", "198.51.100.2")
        run("-n", names[2], "route", "add", "default", "via", "198.51.101.1")
        yield names[0]
    finally:
        for name in added:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@pytest.mark.slow
def test_a_live_scamper_measures_what_we_read(namespaces: str, tmp_path: Path) -> None:
    for form in ("warts", "json"):
        words = ["scamper", "-O", form, "-o", str(tmp_path / form), "-c", "trace -P icmp-paris", "-i", "198.51.101.2"]
        subprocess.run(["ip", "netns", "exec", namespaces, *words], check=True, capture_output=True, timeout=60)
        batch, faults, _ = read((tmp_path / form).read_bytes(), f"a.{form}")
        assert (faults, batch.reached.tolist()) == ([], [True])
        assert rows(batch) == [(1, 0xC6336402, set()), (2, 0xC6336502, set())]
