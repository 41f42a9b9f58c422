"""Messages of SNMP and captures, made octet by octet from what the standards say."""

import struct
from collections.abc import Iterable
from ipaddress import ip_address

HUAWEI = bytes.fromhex("800007db0300e0fc123456")
MIKROTIK_DEFAULT = bytes.fromhex("80003a8c04")
START = 1_700_000_000
UNKNOWN_ENGINES = "1.3.6.1.6.3.15.1.1.4.0"


def tlv(tag: int, content: bytes) -> bytes:
    """A value with a definite length, the long form past 127 octets."""
    count = len(content)
    if count < 128:
        return bytes([tag, count]) + content
    length = count.to_bytes((count.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def octets(content: bytes) -> bytes:
    return tlv(4, content)


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def object_id(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    made = bytearray()
    for arc in (40 * first + second, *rest):
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(arc & 0x7F | 0x80)
        made += bytes(reversed(part))
    return tlv(6, bytes(made))


def values(*pairs: tuple[str, bytes]) -> bytes:
    return sequence(*(sequence(object_id(name), value) for name, value in pairs))


def pdu(tag: int, *pairs: tuple[str, bytes]) -> bytes:
    return tlv(tag, integer(7) + integer(0) + integer(0) + values(*pairs))


def report(engine: bytes = HUAWEI, boots: int = 3, time_s: int = 100, *, user: bytes = b"", tag: int = 0xA8,
           context: bytes | None = None,
           pairs: Iterable[tuple[str, bytes]] = ((UNKNOWN_ENGINES, tlv(0x41, b"\x05")),)) -> bytes:  # fmt: skip
    """A message of SNMPv3 without authentication: an answer to discovery where nothing else is said."""
    parameters = sequence(octets(engine), integer(boots), integer(time_s), octets(user), octets(b""), octets(b""))
    scoped = sequence(octets(engine if context is None else context), octets(b""), pdu(tag, *pairs))
    header = sequence(integer(1), integer(65507), octets(b"\0"), integer(3))
    return sequence(integer(3), header, octets(parameters), scoped)


def response(version: int, *pairs: tuple[str, bytes]) -> bytes:
    """A response of SNMPv1 (0) or SNMPv2c (1)."""
    return sequence(integer(version), octets(b"public"), pdu(0xA2, *pairs))


def udp(data: bytes, source: int = 161, target: int = 40000) -> bytes:
    return struct.pack(">4H", source, target, 8 + len(data), 0) + data


def ipv4(
    payload: bytes, source: str = "192.0.2.1", target: str = "198.51.100.9", *, protocol: int = 17, part: int = 0
) -> bytes:
    head = struct.pack(">2B3H2BH", 0x45, 0, 20 + len(payload), 1, part, 60, protocol, 0)
    return head + ip_address(source).packed + ip_address(target).packed + payload


def ipv6(payload: bytes, source: str = "2001:db8::1", target: str = "2001:db8::9", *, first: int = 17) -> bytes:
    return (
        struct.pack(">IHBB", 6 << 28, len(payload), first, 60)
        + ip_address(source).packed
        + ip_address(target).packed
        + payload
    )


def ethernet(payload: bytes, kind: int = 0x0800, tags: bytes = b"") -> bytes:
    return b"\x02" * 6 + b"\x04" * 6 + tags + struct.pack(">H", kind) + payload


def cooked(payload: bytes, kind: int = 0x0800) -> bytes:
    return struct.pack(">3H8sH", 0, 1, 6, b"", kind) + payload


def cooked_2(payload: bytes, kind: int = 0x0800) -> bytes:
    return struct.pack(">2HIHBB8s", kind, 0, 1, 1, 0, 6, b"") + payload


def pcap(packets: Iterable[bytes], link: int = 1, order: str = "<", *, nano: bool = False, at: int = START) -> bytes:
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    made = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for packet in packets:
        made += struct.pack(f"{order}4I", at, 500, len(packet), len(packet)) + packet
    return made


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(f"{order}I", 12 + len(body))
    return struct.pack(f"{order}I", kind) + length + body + length


def pcapng(packets: Iterable[bytes], link: int = 1, order: str = "<", *, at: int = START, unit: int = 6) -> bytes:
    made = block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    options = struct.pack(f"{order}2HB3x", 9, 1, unit) + struct.pack(f"{order}2H", 0, 0)
    made += block(1, struct.pack(f"{order}HHI", link, 0, 65535) + options, order)
    instant = at * 10**unit
    for packet in packets:
        head = struct.pack(f"{order}5I", 0, instant >> 32, instant & 0xFFFFFFFF, len(packet), len(packet))
        made += block(6, head + packet, order)
    return made
