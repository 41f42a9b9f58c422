"""Traces of scamper, from its JSON: what samples say, and whatever the bytes are is a decoding or a sentence.

The samples were made with scamper 20211212 between network namespaces that stand in for routers, on addresses of
documentation.
"""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
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


def read(data: bytes, name: str = "a.json") -> tuple[TraceBatch, list[Fault], Counter[str]]:
    faults, passed = FaultList(), Counter[str]()
    batches = list(read_traces(Upload(name, sha256_bytes(data), data, len(data)), faults, passed=passed))
    return joined([batch_of([]), *batches]), faults.faults, passed


def rows(batch: TraceBatch) -> list[tuple[int, int, set[str]]]:
    words = [{word for word, bit in FLAGS.items() if flags & bit} for flags in batch.flags]
    return list(zip(batch.ttl.tolist(), (batch.high >> np.uint64(32)).tolist(), words, strict=True))


def test_what_a_sample_says() -> None:
    batch, _, _ = read((SAMPLES / "icmp.json").read_bytes())
    assert batch.protocol.tolist() == [1, 1, 1, 1]
    assert batch.reached.tolist() == [True, True, True, False]
    assert batch.started_at.tolist() == [1795848828] * 4
    assert rows(batch.part(3, 4)) == [
        (1, 0xC0000202, set()), (2, 0xC6120102, set()), (3, 0xC6336402, set()), (4, 0xC6336402, {"error"}),
    ]  # fmt: skip
    assert batch.family[int(batch.first_hop[2]) : int(batch.first_hop[3])].tolist() == [6, 6, 6, 6]


def test_ttls_that_were_not_probed_are_a_gap_and_those_that_were_are_silent() -> None:
    batch, _, _ = read((SAMPLES / "tcp-from-ttl-2.json").read_bytes())
    assert rows(batch.part(0, 1))[:2] == [(1, 0, {"gap"}), (2, 0xC6120102, set())]
    silent, _, _ = read((SAMPLES / "udp.json").read_bytes())
    assert rows(silent.part(3, 4)) == [(ttl, 0, set()) for ttl in range(1, 6)]


def test_an_answer_with_a_label_stack_is_marked() -> None:
    """Scamper has extensions as a list, by their class or with the labels that it read of them."""
    records = [json.loads(line) for line in (SAMPLES / "icmp.json").read_text(encoding="utf-8").splitlines()]
    trace = next(one for one in records if one.get("type") == "trace")
    stacks = ([{"ie_cn": 1}], [{"ie_cn": 2}], [{"mpls_labels": []}])
    for hop, stack in zip(trace["hops"], stacks, strict=False):
        hop["icmpext"] = stack
    batch, faults, _ = read(json.dumps(trace).encode())
    assert faults == []
    assert [words & {"mpls"} for _, _, words in rows(batch)][:3] == [{"mpls"}, set(), {"mpls"}]


@settings(max_examples=examples(400), deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_spoilt_bytes_are_a_decoding_or_a_sentence(name: str, data: Any) -> None:
    text = bytearray((SAMPLES / f"{name}.json").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(2, len(text) - 1))
        if data.draw(st.booleans()):
            text[at] = data.draw(st.integers(0, 255))
        else:
            del text[at : at + data.draw(st.integers(1, 20))]
            text += b"\0" * max(0, 3 - len(text))
    _, faults, _ = read(bytes(text))
    assert all(fault.sentence() for fault in faults)


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
    _, faults, _ = read(json.dumps({"type": "trace", **record}).encode())
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
    words = ["scamper", "-O", "json", "-o", str(tmp_path / "json"), "-c", "trace -P icmp-paris", "-i", "198.51.101.2"]
    subprocess.run(["ip", "netns", "exec", namespaces, *words], check=True, capture_output=True, timeout=60)
    batch, faults, _ = read((tmp_path / "json").read_bytes())
    assert (faults, batch.reached.tolist()) == ([], [True])
    assert rows(batch) == [(1, 0xC6336402, set()), (2, 0xC6336502, set())]
