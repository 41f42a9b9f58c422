"""Results of RIPE Atlas as traces: what each value of a record becomes."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.traces.reading import read_traces
from provenet.ingest.traces.trace_batch import FLAGS, TraceBatch, joined


def upload(data: bytes, name: str = "traces.ndjson") -> Upload:
    return Upload(name, sha256_bytes(data), data, len(data))


def record(*hops: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "traceroute",
        "af": 4,
        "prb_id": 6019,
        "msm_id": 5001,
        "timestamp": 1574867159,
        "proto": "ICMP",
        "from": "192.0.2.7",
        "src_addr": "10.0.0.7",
        "dst_addr": "203.0.113.9",
        "result": list(hops),
        **more,
    }


def hop(ttl: int, *packets: dict[str, Any]) -> dict[str, Any]:
    return {"hop": ttl, "result": list(packets)}


def answer(address: str, rtt: float = 1.5, **more: Any) -> dict[str, Any]:
    return {"from": address, "rtt": rtt, "size": 28, "ttl": 254, **more}


STAR = {"x": "*"}


def read(*records: dict[str, Any]) -> TraceBatch:
    faults = FaultList()
    data = "".join(json.dumps(one) + "\n" for one in records).encode()
    batches = list(read_traces(upload(data), faults))
    assert faults.count == 0, faults.faults[0].sentence()
    return joined(batches)


def rows(batch: TraceBatch) -> list[tuple[int, str | None, set[str]]]:
    made = []
    for ttl, high, family, flags in zip(batch.ttl, batch.high, batch.family, batch.flags, strict=True):
        octets = int(high) >> 32
        address = ".".join(str(octets >> shift & 255) for shift in (24, 16, 8, 0)) if family == 4 else None
        made.append((int(ttl), address, {word for word, bit in FLAGS.items() if flags & bit}))
    return made


def test_a_trace_says_who_asked_and_whether_the_target_answered() -> None:
    batch = read(record(hop(1, answer("192.0.2.1")), hop(2, answer("203.0.113.9", 7.25))))
    assert (batch.started_at[0], batch.probe_id[0], batch.measurement_id[0]) == (1574867159, 6019, 5001)
    assert (batch.protocol[0], batch.reached[0], batch.source_family[0]) == (1, True, 4)
    assert batch.source_high[0] == 0xC0000207 << 32
    assert batch.target_high[0] == 0xCB007109 << 32
    assert rows(batch) == [(1, "192.0.2.1", set()), (2, "203.0.113.9", set())]
    assert batch.rtt_ms.tolist() == [1.5, 7.25]


def test_answers_of_one_address_are_one_row_with_the_least_round_trip() -> None:
    batch = read(record(hop(1, answer("192.0.2.1", 3.0), answer("192.0.2.1", 2.0), STAR)))
    assert rows(batch) == [(1, "192.0.2.1", {"partly"})]
    assert batch.rtt_ms.tolist() == [2.0]


def test_a_silent_hop_is_a_row_of_no_family() -> None:
    batch = read(record(hop(1, STAR, STAR, STAR)))
    assert (batch.family.tolist(), batch.flags.tolist()) == ([0], [0])
    assert np.isnan(batch.rtt_ms[0])


def test_several_addresses_of_one_hop_are_several_rows() -> None:
    batch = read(record(hop(1, answer("192.0.2.1"), answer("192.0.2.2"), answer("192.0.2.1"))))
    assert rows(batch) == [(1, "192.0.2.1", {"several"}), (1, "192.0.2.2", {"several"})]


def test_a_late_answer_names_no_hop_of_this_trace() -> None:
    batch = read(record(hop(4, {"late": 2, "from": "203.0.113.9", "size": 28, "ttl": 60}, STAR)))
    assert rows(batch) == [(4, None, {"late"})]
    assert not batch.reached[0]


def test_marks_of_answers_become_flags() -> None:
    label = {"obj": [{"class": 1, "type": 1, "mpls": [{"exp": 0, "label": 30, "s": 1, "ttl": 1}]}], "version": 2}
    batch = read(
        record(
            hop(1, answer("192.0.2.1", dup=True)), hop(2, answer("192.0.2.2", err="H")),
            hop(3, answer("192.0.2.3", icmpext=label)), hop(4, answer("192.0.2.4", edst="198.51.100.1")),
        )
    )  # fmt: skip
    assert [flags for _, _, flags in rows(batch)] == [{"duplicate"}, {"error"}, {"mpls"}, {"rewritten"}]


def test_an_address_that_comes_back_after_another_is_a_loop_and_one_that_stays_is_none() -> None:
    batch = read(
        record(
            hop(1, answer("192.0.2.1")), hop(2, answer("192.0.2.1")), hop(3, STAR), hop(4, answer("192.0.2.1")),
            hop(5, answer("192.0.2.2")), hop(6, answer("192.0.2.1")),
        )
    )  # fmt: skip
    assert [bool(flags & {"loop"}) for _, _, flags in rows(batch)] == [False] * 5 + [True]


def test_ttls_that_a_trace_leaves_out_are_a_gap_before_an_answer() -> None:
    batch = read(record(hop(3, answer("192.0.2.1")), hop(255, answer("192.0.2.9"))))
    assert [(ttl, flags) for ttl, _, flags in rows(batch)] == [(1, {"gap"}), (3, set()), (4, {"gap"}), (255, set())]
    assert rows(read(record(hop(1, STAR), hop(255, STAR)))) == [(1, None, set()), (255, None, set())]


def test_hops_out_of_order_and_twice_are_put_in_order() -> None:
    batch = read(record(hop(2, answer("192.0.2.2")), hop(1, answer("192.0.2.1")), hop(2, answer("192.0.2.3"))))
    assert rows(batch) == [(1, "192.0.2.1", set()), (2, "192.0.2.2", {"several"}), (2, "192.0.2.3", {"several"})]


def test_a_hop_whose_packet_could_not_be_sent_is_silent() -> None:
    failed = {"hop": 1, "error": "sendto failed: Network is unreachable"}
    assert rows(read(record(failed))) == [(1, None, {"error"})]
    assert rows(read(record(hop(1, {"error": "sendto failed"})))) == [(1, None, {"error"})]


def test_a_trace_that_never_began_is_a_trace_without_hops() -> None:
    batch = read(record({"error": "name resolution failed"}, dst_addr=None))
    assert (batch.trace_count, batch.hop_count, batch.target_family[0]) == (1, 0, 0)


def test_what_an_old_record_leaves_out_is_unknown() -> None:
    batch = read({"result": [hop(1, {"rtt": 2.0, "size": 28, "ttl": 254})]})
    assert (batch.probe_id[0], batch.measurement_id[0], batch.started_at[0]) == (-1, -1, -1)
    assert (batch.source_family[0], batch.target_family[0], batch.protocol[0]) == (0, 0, 0)
    assert rows(batch) == [(1, None, set())]


def test_the_private_source_stands_where_the_public_one_is_missing() -> None:
    batch = read(record(**{"from": ""}))
    assert batch.source_high[0] == 10 << 56 | 7 << 32


def test_an_address_made_of_a_mac_address_keeps_its_maker_alone() -> None:
    batch = read(record(hop(1, answer("2001:db8::211:22ff:fe33:4455")), dst_addr="2001:db8::211:22ff:fe33:4456"))
    assert (batch.high[0], batch.low[0]) == (0x20010DB8 << 32, 0x0211220000000000)
    assert not batch.reached[0], "the last octets tell two hosts apart before they are cut"


def test_equal_records_have_equal_ids_and_others_do_not() -> None:
    one = record(hop(1, answer("192.0.2.1")))
    other = record(hop(1, answer("192.0.2.2")))
    ids = read(one, other, one).trace_id
    assert ids[0] == ids[2] != ids[1]


def test_records_of_another_kind_are_passed_over_by_name() -> None:
    passed: Counter[str] = Counter()
    data = b'{"type":"ping","result":[]}\n\n{"type":"dns"}\n{"type":"ping"}\n'
    assert list(read_traces(upload(data), FaultList(), passed=passed)) == []
    assert passed == {"ping": 2, "dns": 1}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "the text is no JSON"),
        ("[1]", "the record is no object"),
        ('{"a":1}', "the record is no traceroute"),
        ('{"result":[3]}', "the hop is no object"),
        ('{"result":[{"result":[]}]}', "the hop has no TTL"),
        ('{"result":[{"hop":256,"result":[]}]}', "the hop has no TTL"),
        ('{"result":[{"hop":1}]}', "the hop has no answers"),
        ('{"result":[{"hop":1,"result":[7]}]}', "the answer is no object"),
        ('{"result":[{"hop":1,"result":[{"from":"x"}]}]}', "this is no address"),
        ('{"result":[{"hop":1,"result":[{"rtt":"x"}]}]}', "the round trip is no number"),
        ('{"result":[],"prb_id":"x"}', "this is no number"),
        ('{"result":[],"timestamp":1557653472000}', "this is no moment"),
        ('{"result":[],"timestamp":253402300800}', "this is no moment"),
        ('{"result":[],"timestamp":1e12}', "this is no moment"),
        ('{"result":[],"type":"traceroute","type":"ping"}', "a name stands twice in one object"),
    ],
)
def test_a_broken_record_is_a_fault_at_its_line_and_reading_goes_on(line: str, says: str) -> None:
    faults = FaultList()
    data = f"{json.dumps(record())}\n{line}\n{json.dumps(record())}".encode()
    assert sum(one.trace_count for one in read_traces(upload(data), faults)) == 2
    assert [(one.row, one.says) for one in faults.faults] == [(2, says)]
