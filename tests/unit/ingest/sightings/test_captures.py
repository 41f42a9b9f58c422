"""Captures: links, versions of IP, instants, and what is read over."""

from __future__ import annotations

import struct

import pytest

from provenet.core.errors import FaultList
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.reading import read_probed, read_sightings, states_silence
from provenet.ingest.sightings.sighting import Sighting
from unit.ingest.sightings.packets import (
    block,
    cooked,
    cooked_2,
    ethernet,
    ipv4,
    ipv6,
    pcap,
    pcapng,
    report,
    udp,
)


def upload(data: bytes) -> Upload:
    """A capture in memory."""
    return Upload("scan.pcap", "0" * 64, data, len(data))


def engines(data: bytes) -> tuple[list[Sighting], FaultList, list[str]]:
    """The engines of a capture, its faults and its remarks."""
    faults, remarks = FaultList(), list[str]()
    found = read_sightings(upload(data), faults, remarks=remarks)
    return [one for one in found if one.kind == "snmp_engine"], faults, remarks


REPLY = ipv4(udp(report()))
VLAN = struct.pack(">4H", 0x88A8, 5, 0x8100, 7)


@pytest.mark.parametrize(
    ("link", "packet"),
    [
        (1, ethernet(REPLY)),
        (1, ethernet(REPLY, tags=VLAN)),
        (101, REPLY),
        (228, REPLY),
        (113, cooked(REPLY)),
        (276, cooked_2(REPLY)),
        (0, b"\2\0\0\0" + REPLY),
    ],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_link_shows_the_reply(link: int, packet: bytes, order: str) -> None:
    for data in (pcap([packet], link, order), pcapng([packet], link, order)):
        found, faults, _ = engines(data)
        assert [(one.address, one.vendor_id, one.engine_boots) for one in found] == [("192.0.2.1", "huawei", 3)]
        assert (found[0].seen_on, found[0].locator, faults.count) == ("2023-11-14", "packet 1", 0)


def test_ipv6_with_headers_between_is_read() -> None:
    plain = ipv6(udp(report()), "2001:db8::1")
    options = bytes([17, 0, 1, 4, 0, 0, 0, 0])
    behind = ipv6(options + udp(report()), "2001:db8::2", first=0)
    first = ipv6(bytes([17, 0, 0, 1, 0, 0, 0, 9]) + udp(report()), "2001:db8::3", first=44)
    later = ipv6(bytes([17, 0, 0, 8, 0, 0, 0, 9]) + b"rest", "2001:db8::4", first=44)
    found, _, remarks = engines(pcap([plain, behind, first, later], 101))
    assert [one.address for one in found] == ["2001:db8::1", "2001:db8::2", "2001:db8::3"]
    assert "1 records: a later fragment of a packet, read over" in remarks


def test_an_icmp_message_is_no_answer_and_a_request_shows_who_was_asked() -> None:
    asked = ipv4(udp(report(b"", tag=0xA0), 40000, 161), "198.51.100.9", "192.0.2.7")
    data = pcap([asked, ipv4(b"\3\3" + b"\0" * 6, protocol=1), REPLY], 101)
    found, _, remarks = engines(data)
    assert len(found) == 1
    assert "1 records: a message of ICMP: no answer, read over" in remarks
    assert "1 records: a request" in remarks
    assert list(read_probed(upload(data), FaultList())) == ["192.0.2.7", "192.0.2.1"]
    assert states_silence(upload(data))
    assert not states_silence(upload(pcap([REPLY], 101)))


def test_a_capture_that_is_cut_ends_with_a_fault_and_keeps_what_stands_before() -> None:
    for data in (pcap([REPLY, REPLY], 101), pcapng([REPLY, REPLY], 101)):
        found, faults, _ = engines(data[:-7])
        assert len(found) == 1
        assert "the capture ends inside a packet" in faults.faults[0].sentence()


def test_octets_from_port_161_that_are_no_message_are_a_fault_of_their_packet() -> None:
    found, faults, _ = engines(pcap([REPLY, ipv4(udp(b"hello"))], 101))
    assert len(found) == 1
    assert "row 2: no SNMP message" in faults.faults[0].sentence()


def test_a_block_with_an_impossible_length_ends_the_reading() -> None:
    data = pcapng([REPLY], 101) + struct.pack("<2I", 6, 13) + b"x" * 20
    found, faults, _ = engines(data)
    assert len(found) == 1
    assert "no possible length" in faults.faults[0].sentence()


def test_a_simple_packet_has_no_instant() -> None:
    data = pcapng([], 101) + block(3, struct.pack("<I", len(REPLY)) + REPLY)
    found, _, _ = engines(data)
    assert [(one.address, one.seen_on) for one in found] == [("192.0.2.1", None)]


def test_nanoseconds_and_coarser_clocks_give_the_same_day() -> None:
    for data in (pcap([REPLY], 101, nano=True), pcapng([REPLY], 101, unit=9), pcapng([REPLY], 101, unit=3)):
        assert engines(data)[0][0].seen_on == "2023-11-14"
