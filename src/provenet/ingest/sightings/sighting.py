"""A sighting: one item of measured evidence of who made the device behind an address, and addresses as they are kept.

An IPv6 address that a router made of its own MAC address (EUI-64) is cut on reading: the low 40 bits of its interface
id become zero, so that the maker's prefix stays and no single device can be told by it (docs/architecture.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from provenet.ingest.bgp.addresses import (
    BITS,
    EUI64_CUT_BITS,
    IPV4,
    address_text,
    kept_address_number,
    read_address,
    unmapped,
)

SNMP_ENGINE, SYS_DESCR, SYS_OBJECT_ID = "snmp_engine", "sys_descr", "sys_object_id"
BANNER, MAC_ADDRESS, FEATURES = "banner", "mac_address", "features"
SIGHTING_KINDS = (SNMP_ENGINE, SYS_DESCR, SYS_OBJECT_ID, BANNER, MAC_ADDRESS, FEATURES)
"""What an item of evidence is: the id of an SNMP engine, the two texts of an agent about itself, a greeting of another
service, the prefix of a MAC address, and features of replies that name nobody by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One item of evidence.

    Parameters
    ----------
    address
        In the form of RFC 5952; an EUI-64 address is cut.
    kind
        A word of `SIGHTING_KINDS`.
    value
        What was seen: the engine id in hex or, of a table that kept parts of it, those parts in words; the text; the
        prefix of the MAC address; the features, parted by commas.
    vendor_id
        Whom it names; null where it names nobody.
    vendor_text
        The organisation as the registry or the pattern writes it; null where there is none.
    no_vendor_because
        Why it names nobody, as a part of a sentence; null where `vendor_id` stands.
    engine_boots, engine_time_s
        How often the agent was started, and the seconds since; null where not stated.
    country
        Two letters; null where the file has none.
    asn, network_name
        The network as the file has it.
    seen_on
        The day, as ISO; null where neither the file nor its name has one.
    locator
        Where it stands in the file.
    """

    address: str
    kind: str
    value: str
    vendor_id: str | None = None
    vendor_text: str | None = None
    no_vendor_because: str | None = None
    engine_boots: int | None = None
    engine_time_s: int | None = None
    country: str | None = None
    asn: int | None = None
    network_name: str | None = None
    seen_on: str | None = None
    locator: str = ""


@dataclass(frozen=True, slots=True)
class SeenAddress:
    """An address as it is kept, and the first octets of the MAC address in it, if it was made of one."""

    text: str
    mac_prefix: bytes | None = None


def seen_address(text: str) -> SeenAddress | None:
    """An address as it is kept; None where the text is none.

    >>> seen_address("192.0.2.1").text, seen_address("2001:DB8::0211:22ff:fe33:4455").text, seen_address("192.0.2.1G")
    ('192.0.2.1', '2001:db8::211:2200:0:0', None)
    """
    read = read_address(text.strip())
    return None if read is None else kept_address(*read)


def kept_address(family: int, number: int) -> SeenAddress:
    """An address by its family and number, as it is kept."""
    kept = kept_address_number(family, number)
    if kept == unmapped(family, number):
        return SeenAddress(address_text(*kept))
    prefix = (number >> EUI64_CUT_BITS & 0xFFFFFF ^ 0x020000).to_bytes(3)
    return SeenAddress(address_text(*kept), None if prefix[0] & 3 else prefix)


def block_of(text: str) -> str:
    """The block that stands for a network where a file does not name it: /16 of IPv4, /32 of IPv6.

    >>> block_of("192.0.2.1"), block_of("2001:db8::1")
    ('192.0.0.0/16', '2001:db8::/32')
    """
    read = read_address(text)
    if read is None:
        return text
    family, number = read
    length = 16 if family == IPV4 else 32
    rest = BITS[family] - length
    return f"{address_text(family, number >> rest << rest)}/{length}"
