"""Addresses and prefixes of IPv4 and IPv6, read from text and written as text."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address

IPV4, IPV6 = 4, 6
FAMILY = {IPV4: "ipv4", IPV6: "ipv6"}
"""The word of a case for each family."""
BITS = {IPV4: 32, IPV6: 128}
"""How many bits an address has."""
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(r"\.".join([_OCTET] * 4))
"""Faster than the standard library, which agrees by test."""


def read_address(text: str) -> tuple[int, int] | None:
    """The family (4 or 6) and the number of an address; None where the text is none.

    No part may begin with a zero that says nothing, and no zone (`%eth0`) may follow.

    >>> read_address("192.0.2.1"), read_address("2001:db8::1") == (6, 0x20010DB8 << 96 | 1), read_address("192.0.2")
    ((4, 3221225985), True, None)
    """
    if hit := _IPV4.fullmatch(text):
        a, b, c, d = hit.groups()
        return IPV4, int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d)
    if ":" not in text or "%" in text:
        return None
    try:
        return IPV6, int(IPv6Address(text))
    except AddressValueError:
        return None


def address_text(family: int, number: int) -> str:
    """An address in its one shortest form (RFC 5952)."""
    if family == IPV4:
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return str(IPv6Address(number))


def read_prefix(address: str, length: str) -> tuple[int, int, int] | str:
    """The family, first and last number of a prefix; or what is wrong with it, in words.

    >>> read_prefix("192.0.2.0", "30")
    (4, 3221225984, 3221225987)
    >>> read_prefix("192.0.2.1", "30")
    'the address has bits beyond the length of the prefix'
    """
    read = read_address(address)
    if read is None:
        return "this is no address"
    family, first = read
    if not (length.isascii() and length.isdecimal() and len(length) <= 3 and int(length) <= BITS[family]):
        return f"the length of the prefix is no number from 0 to {BITS[family]}"
    rest = (1 << (BITS[family] - int(length))) - 1
    if first & rest:
        return "the address has bits beyond the length of the prefix"
    return family, first, first | rest
