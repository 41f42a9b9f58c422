"""Captures: links, versions of IP, instants, and what is read over."""

import struct

import pytest

from provenet.core.errors import FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.reading import read_probed, read_sightings, states_silence
from provenet.ingest.sightings.sighting import Sighting
from unit.ingest.sightings.packets import block, cooked, cooked_2, ethernet, ipv4, ipv6, pcap, pcapng, report, udp


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
        (1, ethernet(REPLY)), (1, ethernet(REPLY, tags=VLAN)), (101, REPLY), (228, REPLY), (113, cooked(REPLY)),
        (276, cooked_2(REPLY)), (0, b"\2\0\0\0" + REPLY),
    ],
)  # fmt: skip
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
    assert "1 record: a later fragment of a packet, read over" in remarks


def test_an_icmp_message_is_no_answer_and_a_request_shows_who_was_asked() -> None:
    asked = ipv4(udp(report(b"", tag=0xA0), 40000, 161), "198.51.100.9", "192.0.2.7")
    data = pcap([asked, ipv4(b"\3\3" + b"\0" * 6, protocol=1), REPLY], 101)
    found, _, remarks = engines(data)
    assert len(found) == 1
    assert "1 record: a message of ICMP: no answer, read over" in remarks
    assert "1 record: a request" in remarks
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


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"", "a packet that is cut before its network layer"),
        (ethernet(b"x", 0x0806), "a packet of type 0x0806"),
        (b"\x02" * 12 + struct.pack(">H2x", 0x8100) * 5, "a packet of more than three VLAN tags"),
        (ethernet(REPLY[:15]), "a packet that is cut before the end of its IP header"),
        (ethernet(b"\x44" + REPLY[1:]), "a packet that is cut before the end of its IP header"),
        (ethernet(ipv4(b"x" * 20, part=8)), "a later fragment of a packet"),
        (ethernet(ipv4(b"x" * 20, protocol=6)), "a packet of IP protocol 6"),
        (ethernet(ipv4(b"x" * 7)), "a packet that is cut before the end of its UDP header"),
        (ethernet(ipv6(b"", first=17)[:30], 0x86DD), "a packet that is cut before the end of its IP header"),
        (ethernet(ipv6(b"\x11\x09", first=0), 0x86DD), "a packet that is cut inside its IP headers"),
        (ethernet(ipv6(b"", first=51), 0x86DD), "a packet that is cut inside its IP headers"),
        (ethernet(ipv6(b"\0\0\0\0\0\0\0\0" * 20, first=0), 0x86DD), "a packet of too many IP headers"),
        (ethernet(ipv6(b"\x3a\0" + b"\0" * 6 + b"\1", first=60), 0x86DD), "a message of ICMP: no answer"),
    ],
)
def test_what_is_no_reply_is_counted_by_what_it_is(packet: bytes, reason: str) -> None:
    found, faults, remarks = engines(pcap([packet]))
    assert (found, faults.count) == ([], 0)
    assert remarks == [f"1 record: {reason}, read over"]


@pytest.mark.parametrize(
    ("link", "packet", "reason"),
    [
        (147, REPLY, "a packet of link type 147"),
        (101, b"\x00", "a packet of no version of IP"),
        (276, b"\x08\x00", "a packet that is cut before its network layer"),
        (113, b"\x08\x00", "a packet that is cut before its network layer"),
    ],
)
def test_links_that_are_not_read_are_named(link: int, packet: bytes, reason: str) -> None:
    assert engines(pcap([packet], link))[2] == [f"1 record: {reason}, read over"]


def test_a_header_of_authentication_is_passed_over() -> None:
    packet = ipv6(b"\x11\x04" + b"\0" * 22 + udp(report()), first=51)
    assert [one.address for one in engines(pcap([packet], 101))[0]] == ["2001:db8::1"]


def test_a_tagged_packet_of_the_second_cooked_form_is_read() -> None:
    packet = cooked_2(struct.pack(">2H", 7, 0x0800) + REPLY, 0x8100)
    assert len(engines(pcap([packet], 276))[0]) == 1


def test_a_length_of_zero_means_to_the_end() -> None:
    """Segments that the network card cuts say 0 of their length."""
    whole = bytearray(REPLY)
    whole[2:4] = b"\0\0"
    assert len(engines(pcap([bytes(whole)], 101))[0]) == 1
    long = bytearray(ipv6(udp(report())))
    long[4:6] = b"\0\0"
    assert len(engines(pcap([bytes(long)], 101))[0]) == 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (pcap([REPLY], 101)[:20], "the capture ends inside a packet"),
        (pcap([REPLY], 101) + b"\0" * 9, "the capture ends inside a packet; found '9 octets', expected 16"),
        (pcap([REPLY], 101) + struct.pack("<4I", 0, 0, 2**30, 0), "a packet is too long"),
        (pcapng([REPLY], 101) + b"\1\0", "the capture ends inside a block; found '2 octets', expected 4"),
        (pcapng([REPLY], 101) + struct.pack("<2I", 6, 32) + b"\0" * 20 + b"\0\0\0\7", "ends with another length"),
        (pcapng([REPLY], 101) + b"\n\r\r\n" + b"\0" * 8, "no mark of the order of octets"),
        (pcapng([REPLY], 101) + b"\n\r\r\n\0\0", "the capture ends inside a packet"),
        (pcapng([REPLY], 101) + struct.pack("<I", 6), "the capture ends inside a packet"),
    ],
)
def test_a_broken_capture_keeps_what_stands_before_and_says_where(data: bytes, text: str) -> None:
    if b"\x02\x00\x04\x00" in data[:8] and len(data) == 20:
        with pytest.raises(InputFault, match=text):
            engines(data)
        return
    found, faults, _ = engines(data)
    assert len(found) == 1
    assert text in faults.faults[-1].sentence()


def test_packets_of_interfaces_that_are_not_described_are_counted() -> None:
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    head = struct.pack("<5I", 0, 0, 0, len(REPLY), len(REPLY))
    _, _, remarks = engines(section + block(6, head + REPLY) + block(6, b"") + block(5, b"statistics"))
    assert remarks == [
        "1 record: a packet of an interface that the capture does not describe, read over",
        "1 record: a packet without its head, read over",
    ]


def test_the_old_block_of_packets_and_an_offset_of_the_clock_are_read() -> None:
    options = struct.pack("<2HB3x", 9, 1, 0x80 | 10) + struct.pack("<2Hq", 14, 8, 86_400)
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    described = block(1, struct.pack("<HHI", 101, 0, 65535) + options)
    instant = 1_700_000_000 * 1024
    head = struct.pack("<2H4I", 0, 0, instant >> 32, instant & 0xFFFFFFFF, len(REPLY), len(REPLY))
    found, _, _ = engines(section + described + block(2, head + REPLY))
    assert [one.seen_on for one in found] == ["2023-11-15"]


def test_an_impossible_clock_gives_no_day() -> None:
    assert engines(pcap([REPLY], 101, at=2**32 - 1))[0][0].seen_on is None
    assert engines(pcap([REPLY], 101, at=0))[0][0].seen_on == "1970-01-01"
