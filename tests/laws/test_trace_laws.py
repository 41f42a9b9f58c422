"""Laws of the intake of traceroutes: many decoded at once are what the plain reader reads, whatever the bytes are."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.traces.reading import read_text, read_traces
from provenet.ingest.traces.records import read_record
from provenet.ingest.traces.trace_batch import Trace, TraceBatch, batch_of, joined
from support.examples import examples

FIRST = b'{"result":[]}'
"""A record on the first line makes a file one of lines, whatever comes next."""
Seen = tuple[TraceBatch, list[Fault], Counter[str]]


def scanned(data: bytes, **how: Any) -> Seen:
    faults, passed = FaultList(), Counter[str]()
    upload = Upload("t.ndjson", sha256_bytes(data), data, len(data))
    batches = list(read_traces(upload, faults, passed=passed, **how))
    return joined([batch_of([]), *batches]), faults.faults, passed


def plainly(data: bytes) -> Seen:
    faults, passed = FaultList(), Counter[str]()
    traces: list[Trace] = []
    for row, line in enumerate(data.split(b"\n"), start=1):
        if line.strip(b" \t\r"):
            made = read_text(line, "t.ndjson", row, faults=faults, passed=passed)
            traces += [made] if made is not None else []
    return batch_of(traces), faults.faults, passed


def assert_equal(one: Seen, other: Seen) -> None:
    for field in fields(TraceBatch):
        left, right = getattr(one[0], field.name), getattr(other[0], field.name)
        assert left.dtype == right.dtype, field.name
        assert np.array_equal(left, right, equal_nan=left.dtype.kind == "f"), field.name
    assert one[1:] == other[1:]


WORDS = st.one_of(
    st.text(alphabet='ab"\\/\u00e9\u4e2d\U0001f600\n\x01 ', max_size=6),
    st.sampled_from(["", "hop", "from", "result", "abcdefgh", "abcdefghi", "timestam2", "stored_timestamp", "a" * 70]),
)
NUMBERS = st.one_of(
    st.integers(-5, 300),
    st.sampled_from([0, 10**7, 10**8 - 1, 10**8, 99999999, 10**17, 10**18, 2**62, 2**63, 10**30]),
    st.sampled_from([0.0, -0.0, 1.5, 1e5, 1e-5, 1e22, 123456.789, 0.1234567, 12345678.5, 1.2345678901234567, 5e-324]),
    st.floats(0, 1000, allow_nan=False).map(lambda number: round(number, 3)),
)
VALUES = st.recursive(
    st.one_of(NUMBERS, WORDS, st.none(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
ADDRESSES = st.one_of(
    st.sampled_from(
        ["1.2.3.4", "192.0.2.1", "10.0.0.1", "203.0.113.255", "1.1.1.1", "255.255.255.255", "100.100.100.100"]
    ),
    st.sampled_from(["2001:db8::1", "::", "::1", "2001:DB8:0:0:1:2:3:4", "1::", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"]),
    st.sampled_from(["2001:db8::211:22ff:fe33:4455", "2001:db8::211:22ff:fe33:4456", "2001:db8::211:2200:0:0"]),
    st.sampled_from(
        ["", "1.2.3", "256.1.1.1", "01.2.3.4", "1.2.3.4.5", "::ffff:1.2.3.4", "fe80::1%eth0", "1:::2", "x"]
    ),
    st.integers(0, 2**32 - 1).map(lambda number: ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))),
)
KNOWN = st.sampled_from(["1.2.3.4", "192.0.2.1", "192.0.2.2", "2001:db8::211:22ff:fe33:4455", "2001:db8::9"])


def shuffled(pairs: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.permutations(list(pairs.items())).map(dict)


@st.composite
def answers(draw: st.DrawFn) -> Any:
    if draw(st.integers(0, 5)) == 0:
        return {"x": "*"}
    rtt = draw(st.one_of(st.floats(0, 500).map(lambda number: round(number, 3)), NUMBERS))
    made: dict[str, Any] = {"from": draw(st.one_of(KNOWN, ADDRESSES)), "rtt": rtt, "size": 28, "ttl": 250}
    for name, values in (
        ("late", st.sampled_from([0, 1, 2, True, None])),
        ("dup", st.sampled_from([True, False, 1, None])),
        ("err", st.sampled_from(["H", "N", "", 13, None])),
        ("error", st.sampled_from(["sendto failed", 3, None])),
        ("edst", st.sampled_from(["192.0.2.9", "", None])),
        ("itos", NUMBERS),
        ("icmpext", st.one_of(extensions(), VALUES)),
        ("odd", VALUES),
    ):
        if draw(st.integers(0, 7)) == 0:
            made[name] = draw(values)
    if draw(st.integers(0, 6)) == 0:
        made.pop(draw(st.sampled_from(sorted(made))))
    return draw(shuffled(made)) if draw(st.booleans()) else made


@st.composite
def extensions(draw: st.DrawFn) -> Any:
    kinds = draw(st.lists(st.sampled_from([1, 2, 3, 1.0, True, "1"]), max_size=3))
    objects: list[Any] = [
        {"class": kind, "type": 1, "mpls": [{"exp": 0, "label": 3, "s": 1, "ttl": 1}]} for kind in kinds
    ]
    return {"version": 2, "rfc4884": 0, "obj": objects}


@st.composite
def records(draw: st.DrawFn) -> Any:
    hops: list[Any] = []
    ttl = 0
    for _ in range(draw(st.integers(0, 5))):
        ttl += draw(st.sampled_from([1, 1, 1, 1, 2, 0, -1, 200]))
        hop = {"hop": ttl, "result": draw(st.lists(answers(), max_size=4))}
        if draw(st.integers(0, 9)) == 0:
            hop[draw(st.sampled_from(["error", "hop", "extra"]))] = draw(VALUES)
        hops.append(draw(shuffled(hop)) if draw(st.integers(0, 5)) == 0 else hop)
    made: dict[str, Any] = {
        "af": 4,
        "dst_addr": draw(st.one_of(KNOWN, ADDRESSES)),
        "endtime": 1574867171,
        "from": draw(ADDRESSES),
        "msm_id": draw(st.one_of(st.just(5001), NUMBERS)),
        "prb_id": draw(st.one_of(st.just(1), NUMBERS)),
        "proto": draw(st.sampled_from(["ICMP", "UDP", "TCP", "udp", 17, None])),
        "result": hops,
        "src_addr": "10.0.0.2",
        "stored_timestamp": 1574867255,
        "timestamp": draw(st.one_of(st.just(1574867159), NUMBERS)),
        "type": draw(st.sampled_from(["traceroute"] * 9 + ["ping"])),
    }
    for _ in range(draw(st.integers(0, 2))):
        made[draw(WORDS)] = draw(VALUES)
    if draw(st.integers(0, 4)) == 0:
        made.pop(draw(st.sampled_from(sorted(made))))
    return draw(shuffled(made)) if draw(st.booleans()) else made


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    document = draw(records())
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " :\r"), (",", ": ")]))
    text = json.dumps(document, ensure_ascii=draw(st.booleans()), separators=separators, allow_nan=False)
    return (draw(st.sampled_from(["", " ", "\t"])) + text + draw(st.sampled_from(["", " ", "\r", " \t"]))).encode()


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    text = bytearray(draw(texts()))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(text) - 1, 0)))
        how = draw(st.integers(0, 3))
        letter = draw(st.sampled_from([*b'"{}[]:,\\0123456789.eE+- \n\r\t\0ntf', 0x80, 0xC3, 0xFF]))
        if how == 0 and text:
            text[at] = letter
        elif how == 1:
            text.insert(at, letter)
        elif how == 2:
            del text[at : at + draw(st.integers(1, 12))]
        else:
            text[at:at] = text[draw(st.integers(0, len(text))) :][: draw(st.integers(1, 40))]
    return bytes(text)


@settings(max_examples=examples(240), deadline=None)
@given(st.lists(texts(), max_size=4))
@example([b'{"dst_addr":"1.2.3.4","timestamp":1,"result":[{"hop":1,"result":[{"from":"::ffff:1.2.3.4","rtt":1}]}]}'])
def test_the_scanner_reads_whatever_the_plain_reader_reads(lines: list[bytes]) -> None:
    data = b"\n".join([FIRST, *lines])
    assert_equal(scanned(data), plainly(data))


READ = {"from", "rtt", "late", "dup", "err", "error", "edst", "icmpext", "hop", "result"} | {
    *("dst_addr", "src_addr", "timestamp", "prb_id", "msm_id", "proto", "type")
}


def read_twice(line: bytes) -> set[str]:
    """The names that are read and stand twice in one object."""
    twice: set[str] = set()

    def pairs(given: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(name for name, _ in given)
        twice.update(name for name in READ if counts[name] > 1)
        return dict(given)

    with suppress(ValueError):
        json.loads(line, object_pairs_hook=pairs)
    return twice


@settings(max_examples=examples(240), deadline=None)
@given(st.lists(st.one_of(texts(), spoilt()), max_size=3))
@example([b'{"result":[{"hop":1,"result":[{"from":"1.1.1.1"', b"}]}]}"])
@example([b'{"result":[]', b"}"])
@example([b'{"result":[],"timestam2":5}'])
@example([b'{"result":[],"a":{"b":1,"b":2}}'])
@example([b'{"result":[{"hop":1,"result":[{"from":"1.1.1.1","rtt":1.5,"size":01,"ttl":1}]}]}'])
@example([b'{"result":[{"hop":1,"result":[{"from":"1.1.1.1","rtt":1.5,"rtt":2.5}]}]}'])
@example([b'{"result":[{"hop":1,"result":[{"from":"1.1.1.1","late":1,"late":0}]}]}'])
@example([b'{"result":[{"hop":1,"hop":2,"result":[]}]}', b'{"result":[],"prb_id":1,"prb_id":2}'])
@example([b'{"result":[],"x":' + b"[" * 5000, b'{"result":[],"x":NaN}', b'{"result":[],"prb_id":' + b"9" * 5000])
def test_a_broken_record_is_the_same_fault_for_both_but_for_values_that_nobody_reads(lines: list[bytes]) -> None:
    """What is wrong with a name or a number that is not read may pass; whatever is read is read alike."""
    for line in b"\n".join(lines).split(b"\n"):
        data = b"\n".join([FIRST, line])
        found, plain = scanned(data), plainly(data)
        if found[0].trace_count == plain[0].trace_count:
            assert_equal(found, plain)
            continue
        assert "JSON" in plain[1][0].says or plain[1][0].says == "a name stands twice in one object"
        assert not read_twice(line)
        made = read_record(msgspec.json.decode(line))
        assert isinstance(made, Trace)
        assert_equal((found[0].part(1, 2), found[1], found[2]), (batch_of([made]), [], Counter()))


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_decoding_or_a_sentence(data: bytes) -> None:
    batch, faults, _ = scanned(data)
    assert batch.trace_count >= 0
    assert all(fault.sentence().endswith(".") or fault.way_out for fault in faults)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(records().filter(lambda one: one.get("type") != "ping"), min_size=1, max_size=4), st.integers(0, 2))
def test_the_shape_of_a_file_changes_nothing(documents: list[Any], style: int) -> None:
    lines = "\n".join(json.dumps(one) for one in documents).encode()
    indent = (None, 1, 3)[style]
    listed = scanned(json.dumps(documents, indent=indent).encode())
    stacked = scanned("\n".join(json.dumps(one, indent=1) for one in documents).encode())
    plain = plainly(lines)
    for other in (listed, stacked):
        assert_equal((other[0], [], other[2]), (plain[0], [], plain[2]))
        assert [one.says for one in other[1]] == [one.says for one in plain[1]]


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(texts(), max_size=4))
def test_a_file_read_twice_gives_the_same_ids_and_batches_of_any_size_the_same_rows(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    assert_equal(scanned(data, batch_hops=1), scanned(data))
