"""Captures of packets, pcap and pcapng: the SNMP messages in them, over IPv4 and IPv6.

Packets are read as they come, one at a time: Ethernet with VLAN tags, raw IP, Linux cooked, BSD loopback. A reply comes
from UDP port 161; a request to port 161 shows an address that was probed. An ICMP message that a port cannot be reached
is no answer. A fragment past the first, an encrypted or a tunnelled packet is counted and read over.
"""

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from provenet.core.errors import Fault, InputFault
from provenet.ingest.opening import BLOCK_BYTES
from provenet.ingest.sightings.sighting import Context, Observations, SightingFile, kept_address
from provenet.ingest.sightings.snmp_message import observations_of_message, read_snmp_message

SNMP_PORT = 161
_PCAP = {
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
}
_SECTION, _INTERFACE, _PACKET, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
_ORDER_MARK = 0x1A2B3C4D
LARGEST_PACKET = 2**18
"""The most octets that a packet, or a block of pcapng, may have; captures cut at 65,535 or 262,144."""
_LARGEST_BLOCK = 2**20
NULL, ETHERNET, LOOP, COOKED, IPV4_LINK, IPV6_LINK, COOKED_2 = 0, 1, 108, 113, 228, 229, 276
_RAW = (12, 14, 101)
_IPV4, _IPV6 = 0x0800, 0x86DD
_VLAN = frozenset({0x8100, 0x88A8, 0x9100})
_UDP, _ICMP, _ICMP6, _FRAGMENT, _AUTH = 17, 1, 58, 44, 51
_EXTENSIONS = frozenset({0, 43, 60, 135})
_MOST_HEADERS = 16
_LATEST = 4_102_444_800.0
"""The year 2100: a later clock is none."""


def is_capture(head: bytes) -> bool:
    """Whether the first bytes are those of a capture."""
    return head[:4] in _PCAP or (head[:4] == b"\n\r\r\n" and len(head) >= 12 and head[8:12] in _MARKS)


_MARKS = (struct.pack(">I", _ORDER_MARK), struct.pack("<I", _ORDER_MARK))


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its number, the kind of its link, the instant in seconds since 1970 or null, and its octets."""

    number: int
    link: int
    heard_at: float | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Datagram:
    """The addresses, ports and octets of UDP; of ICMP no octets and ports 0."""

    family: int
    source: int
    target: int
    source_port: int
    target_port: int
    data: bytes


def read_capture(file: SightingFile) -> Observations:
    """What the SNMP messages of a capture show. Raises InputFault where it cannot be read on."""
    for packet in packets_of(file):
        found = datagram_of(packet)
        if isinstance(found, str):
            file.skip(f"{found}, read over")
            continue
        if found.source_port != SNMP_PORT:
            file.skip("a request" if found.target_port == SNMP_PORT else "not from UDP port 161")
            continue
        message = read_snmp_message(found.data)
        if isinstance(message, str):
            file.fault(packet.number, message, found=found.data[:24].hex())
            continue
        seen, heard_at, where = kept_address(found.family, found.source), packet.heard_at, f"packet {packet.number}"
        day = None if heard_at is None else datetime.fromtimestamp(heard_at, tz=UTC).date().isoformat()
        context = Context(address=seen.text, mac_prefix=seen.mac_prefix, heard_at=heard_at, seen_on=day, locator=where)
        yield from observations_of_message(file, context, message)


def read_probed_of_capture(file: SightingFile) -> Iterator[str]:
    """The addresses to which a capture shows requests of SNMP, and those that answered."""
    for packet in packets_of(file):
        found = datagram_of(packet)
        if isinstance(found, Datagram) and SNMP_PORT in (found.source_port, found.target_port):
            is_request = found.target_port == SNMP_PORT
            yield kept_address(found.family, found.target if is_request else found.source).text


def holds_requests(file: SightingFile) -> bool:
    """Whether a capture holds the requests of a scan, and so shows who did not answer."""
    found = (datagram_of(packet) for packet in packets_of(file))
    return any(isinstance(one, Datagram) and one.target_port == SNMP_PORT for one in found)


def packets_of(file: SightingFile) -> Iterator[Packet]:
    """The packets of a capture. A capture that is cut ends with a fault, and what stands before it is kept."""
    with file.upload.stream(file.read) as stream:
        source = _Octets(file, io.BufferedReader(stream, BLOCK_BYTES))
        sign = source.take(4)
        yield from _pcapng(source) if sign == b"\n\r\r\n" else _pcap(source, sign)


class _Octets:
    """A stream that tells how far it was read; a packet cut off at its end is a fault."""

    def __init__(self, file: SightingFile, stream: BinaryIO) -> None:
        self.file, self._stream, self.number = file, stream, 0

    def take(self, count: int) -> bytes:
        """Some octets; fewer only at the end."""
        return self._stream.read(count)

    def whole(self, count: int) -> bytes | None:
        """So many octets; none, with a fault, where the capture ends before."""
        data = self.take(count)
        if len(data) == count:
            return data
        if data or count:
            self.fault("the capture ends inside a packet", f"{len(data):,} octets", f"{count:,}")
        return None

    def fault(self, text: str, found: str, expected: str) -> None:
        """Adds what is wrong after the last packet."""
        self.file.fault(self.number + 1, text, found=found, expected=expected)


def _pcap(source: _Octets, sign: bytes) -> Iterator[Packet]:
    if sign not in _PCAP:
        raise InputFault([Fault(source.file.upload.name, "this is no capture", found=sign.hex())])
    order, unit = _PCAP[sign]
    head = source.whole(20)
    if head is None:
        return
    link = struct.unpack(f"{order}I", head[16:])[0] & 0x0FFFFFFF
    while part := source.take(16):
        if len(part) < 16:
            source.fault("the capture ends inside a packet", f"{len(part)} octets", "16")
            return
        seconds, fraction, count, _ = struct.unpack(f"{order}4I", part)
        if count > LARGEST_PACKET:
            source.fault("a packet is too long", f"{count:,} octets", f"at most {LARGEST_PACKET:,}")
            return
        data = source.whole(count)
        if data is None:
            return
        source.number += 1
        yield Packet(source.number, link, _instant(seconds + fraction * unit), data)


def _instant(seconds: float) -> float | None:
    return seconds if 0 < seconds < _LATEST else None


@dataclass(slots=True)
class _Interface:
    """An interface of a section: its link, and how its clock counts."""

    link: int
    unit: float = 1e-6
    offset: int = 0


def _pcapng(source: _Octets) -> Iterator[Packet]:
    """The packets of all sections. `source` stands after the first four octets."""
    order, pending = "<", b"\n\r\r\n"
    interfaces: list[_Interface] = []
    while pending or (pending := source.take(4)):
        if len(pending) < 4:
            source.fault("the capture ends inside a block", f"{len(pending)} octets", "4")
            return
        is_section = pending == b"\n\r\r\n"
        read = _block(source, order, is_section=is_section)
        if read is None:
            return
        order, body = read
        kind = struct.unpack(f"{order}I", pending)[0]
        pending = b""
        if is_section:
            interfaces = []
        elif kind == _INTERFACE and len(body) >= 8:
            interfaces.append(_interface(order, body))
        elif kind in (_PACKET, _SIMPLE, _ENHANCED):
            packet = _packet(source, order, kind, body=body, interfaces=interfaces)
            if packet is not None:
                yield packet


def _block(source: _Octets, order: str, *, is_section: bool) -> tuple[str, bytes] | None:
    """The order of the octets and the body of a block; none, with a fault, where it is broken."""
    length = source.whole(4)
    if length is None:
        return None
    mark = b""
    if is_section:
        read = source.whole(4)
        if read is None:
            return None
        if read not in _MARKS:
            source.fault("a section of the capture has no mark of the order of octets", read.hex(), "1a2b3c4d")
            return None
        mark, order = read, ">" if read == _MARKS[0] else "<"
    count = struct.unpack(f"{order}I", length)[0]
    if not 12 + len(mark) <= count <= _LARGEST_BLOCK or count % 4:
        source.fault(
            "a block of the capture has no possible length", f"{count:,}", f"a multiple of 4 up to {_LARGEST_BLOCK:,}"
        )
        return None
    body = source.whole(count - 12 - len(mark))
    end = None if body is None else source.whole(4)
    if body is None or end is None:
        return None
    if end != length:
        source.fault("a block of the capture ends with another length than it begins with", end.hex(), length.hex())
        return None
    return order, body


def _interface(order: str, body: bytes) -> _Interface:
    made = _Interface(struct.unpack(f"{order}H", body[:2])[0])
    at = 8
    while at + 4 <= len(body):
        code, length = struct.unpack(f"{order}2H", body[at : at + 4])
        value = body[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
        if code == 0:
            break
        if code == 9 and len(value) == 1:
            exponent = value[0] & 0x7F
            made.unit = 2.0**-exponent if value[0] & 0x80 else 10.0**-exponent
        elif code == 14 and len(value) == 8:
            made.offset = struct.unpack(f"{order}q", value)[0]
    return made


def _packet(source: _Octets, order: str, kind: int, *, body: bytes, interfaces: list[_Interface]) -> Packet | None:
    source.number += 1
    at, number, instant = 4, 0, None
    if kind == _SIMPLE:
        count = min(struct.unpack(f"{order}I", body[:4].ljust(4, b"\0"))[0], len(body) - 4)
    elif len(body) < 20:
        source.file.skip("a packet without its head, read over")
        return None
    else:
        number = struct.unpack_from(f"{order}{'I' if kind == _ENHANCED else 'H'}", body)[0]
        high, low, count = struct.unpack_from(f"{order}3I", body, 4)
        at, instant = 20, high << 32 | low
    if number >= len(interfaces):
        source.file.skip("a packet of an interface that the capture does not describe, read over")
        return None
    interface = interfaces[number]
    heard = None if instant is None else _instant(instant * interface.unit + interface.offset)
    return Packet(source.number, interface.link, heard, body[at : at + max(count, 0)])


def datagram_of(packet: Packet) -> Datagram | str:
    """The UDP or ICMP in a packet; or what else it is, in words. Never raises."""
    opened = _network_layer(packet)
    if isinstance(opened, str):
        return opened
    kind, data = opened
    if kind == _IPV4:
        return _of_ipv4(data)
    return _of_ipv6(data) if kind == _IPV6 else f"a packet of type 0x{kind:04X}"


def _network_layer(packet: Packet) -> tuple[int, bytes] | str:
    """The type of what a link carries, and its octets."""
    opener = _LINKS.get(packet.link)
    return f"a packet of link type {packet.link}" if opener is None else opener(packet.data)


def _by_version(data: bytes) -> tuple[int, bytes] | str:
    kind = {4: _IPV4, 6: _IPV6}.get(data[0] >> 4 if data else 0)
    return "a packet of no version of IP" if kind is None else (kind, data)


def _tagged(data: bytes, at: int) -> tuple[int, bytes] | str:
    for _ in range(4):
        if len(data) < at + 2:
            return "a packet that is cut before its network layer"
        kind = int.from_bytes(data[at : at + 2])
        if kind not in _VLAN:
            return kind, data[at + 2 :]
        at += 4
    return "a packet of more than three VLAN tags"


def _cooked_2(data: bytes) -> tuple[int, bytes] | str:
    if len(data) < 20:
        return "a packet that is cut before its network layer"
    kind = int.from_bytes(data[:2])
    return _tagged(data, 22) if kind in _VLAN else (kind, data[20:])


_LINKS: dict[int, Callable[[bytes], tuple[int, bytes] | str]] = {
    **dict.fromkeys((*_RAW, IPV4_LINK, IPV6_LINK), _by_version),
    **dict.fromkeys((NULL, LOOP), lambda data: _by_version(data[4:])),
    ETHERNET: lambda data: _tagged(data, 12),
    COOKED: lambda data: _tagged(data, 14),
    COOKED_2: _cooked_2,
}


def _of_ipv4(data: bytes) -> Datagram | str:
    length = (data[0] & 15) * 4 if data else 0
    if len(data) < 20 or length < 20 or len(data) < length or data[0] >> 4 != 4:
        return "a packet that is cut before the end of its IP header"
    if int.from_bytes(data[6:8]) & 0x1FFF:
        return "a later fragment of a packet"
    whole = int.from_bytes(data[2:4])
    end = whole if length <= whole <= len(data) else len(data)
    source, target = int.from_bytes(data[12:16]), int.from_bytes(data[16:20])
    return _of_transport(4, source, target, protocol=data[9], data=data[length:end])


def _of_ipv6(data: bytes) -> Datagram | str:
    if len(data) < 40 or data[0] >> 4 != 6:
        return "a packet that is cut before the end of its IP header"
    source, target = int.from_bytes(data[8:24]), int.from_bytes(data[24:40])
    whole = int.from_bytes(data[4:6])
    protocol, rest = data[6], data[40 : 40 + whole] if whole else data[40:]
    for _ in range(_MOST_HEADERS):
        if protocol in _EXTENSIONS:
            length = (rest[1] + 1) * 8 if len(rest) >= 2 else 0
        elif protocol == _FRAGMENT:
            length = 8
            if int.from_bytes(rest[2:4]) & 0xFFF8:
                return "a later fragment of a packet"
        elif protocol == _AUTH:
            length = (rest[1] + 2) * 4 if len(rest) >= 2 else 0
        else:
            return _of_transport(6, source, target, protocol=protocol, data=rest)
        if not 0 < length <= len(rest):
            return "a packet that is cut inside its IP headers"
        protocol, rest = rest[0], rest[length:]
    return "a packet of too many IP headers"


def _of_transport(family: int, source: int, target: int, *, protocol: int, data: bytes) -> Datagram | str:
    if protocol in (_ICMP, _ICMP6):
        return "a message of ICMP: no answer"
    if protocol != _UDP:
        return f"a packet of IP protocol {protocol}"
    if len(data) < 8:
        return "a packet that is cut before the end of its UDP header"
    source_port, target_port, length = struct.unpack(">3H", data[:6])
    return Datagram(family, source, target, source_port, target_port, data[8 : length if length >= 8 else len(data)])
