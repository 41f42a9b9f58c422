"""Laws of sightings: order, repetition and layout change nothing; more rows never name another vendor."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.reading import read_probed, read_sightings
from provenet.ingest.sightings.sighting import Sighting, kept_address, seen_address
from unit.ingest.sightings.packets import ipv4, pcap, pcapng, report, udp

ENGINES = [
    bytes.fromhex(text)
    for text in (
        "800007db0300e0fc123456", "800063a28040b93cacc02400000001", "80003a8c04", "80001f888059426f645ad54168",
        "f5717f444ca8f8f21100", "00000009030000e0fc123456", "3830303034",
    )
]  # fmt: skip
replies = st.tuples(
    st.integers(1, 250), st.integers(0, 3), st.sampled_from(ENGINES), st.integers(0, 3), st.integers(0, 500)
)
Scan = list[tuple[int, int, bytes, int, int]]
scans = st.lists(replies, min_size=1, max_size=12, unique_by=lambda one: one[:2])
AT = 1_700_000_000


def address(last: int, block: int) -> str:
    return f"192.{block}.2.{last}"


def zmap(scan: Scan) -> bytes:
    lines = [
        f"{address(last, block)},udp,{report(engine, boots, time_s).hex()},{AT}"
        for last, block, engine, boots, time_s in scan
    ]
    return "\n".join(["saddr,classification,data,timestamp-ts", *lines]).encode()


def table(scan: Scan) -> bytes:
    lines = [
        f"{address(last, block)},0x{engine.hex()},{boots},{time_s},{AT}" for last, block, engine, boots, time_s in scan
    ]
    return "\n".join(["ip,EngineID,EngineBoots,EngineTime,timestamp", *lines]).encode()


def packets(scan: Scan) -> list[bytes]:
    return [
        ipv4(udp(report(engine, boots, time_s)), address(last, block)) for last, block, engine, boots, time_s in scan
    ]


def read(data: bytes) -> Counter[Sighting]:
    """The sightings of a file without their places."""
    faults = FaultList()
    found = read_sightings(Upload("scan", "0" * 64, data, len(data)), faults)
    made = Counter(replace(one, locator="") for one in found)
    assert faults.count == 0
    return made


@settings(max_examples=60, deadline=None)
@given(scans)
def test_packets_in_hex_in_captures_and_ids_in_a_table_say_the_same(scan: Scan) -> None:
    wanted = read(zmap(scan))
    assert read(table(scan)) == wanted
    assert read(pcap(packets(scan), 101, at=AT)) == wanted
    assert read(pcapng(packets(scan), 101, at=AT)) == wanted


@settings(max_examples=60, deadline=None)
@given(scans, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(scan: Scan, random: object) -> None:
    wanted = read(zmap(scan))
    other = [*scan, *scan[:3]]
    random.shuffle(other)  # type: ignore[attr-defined]
    assert read(zmap(other)) == wanted


@settings(max_examples=60, deadline=None)
@given(scans, scans)
def test_more_rows_never_name_another_vendor(scan: Scan, more: Scan) -> None:
    """They can show that devices share an id, or that addresses are one device's, and nothing else."""
    before = {(one.address, one.kind, one.value): one.vendor_id for one in read(zmap(scan))}
    after = {(one.address, one.kind, one.value): one.vendor_id for one in read(zmap([*scan, *more]))}
    for key, vendor in before.items():
        assert vendor is None or after[key] in (vendor, None)


@given(st.sampled_from([4, 6]), st.integers(0, 2**128 - 1))
def test_an_address_as_it_is_kept_is_kept_as_it_is(family: int, number: int) -> None:
    kept = kept_address(family, number >> 96 if family == 4 else number)
    again = seen_address(kept.text)
    assert again is not None
    assert again.text == kept.text


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**24 - 1))
def test_of_an_address_made_of_a_mac_address_the_device_is_not_kept(network: int, rest: int) -> None:
    number = network << 64 | 0x020000 << 40 | 0xFFFE << 24 | rest
    kept = kept_address(6, number)
    assert kept.text == kept_address(6, number & ~0xFFFFFF).text
    assert kept.mac_prefix is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_a_list_gives_each_address_once_in_its_order(numbers: list[int]) -> None:
    texts = [kept_address(4, number).text for number in numbers] or ["192.0.2.1"]
    data = "\n".join(texts).encode()
    assert list(read_probed(Upload("a", "0" * 64, data, len(data)), FaultList())) == list(dict.fromkeys(texts))
