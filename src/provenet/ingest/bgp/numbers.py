"""Numbers of the Internet as files write them: addresses and prefixes of IPv4 and IPv6, and AS numbers and their links.

Of AS numbers also the ranges that IANA keeps back from use on the public Internet; of their links the arrays alone,
apart from what reads them: an opened graph needs no reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import AddressValueError, IPv6Address
from typing import TYPE_CHECKING

from provenet.core.errors import Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


IPV4, IPV6 = 4, 6
FAMILY = {IPV4: "ipv4", IPV6: "ipv6"}
"""The word of a case for each family."""
BITS = {IPV4: 32, IPV6: 128}
"""How many bits an address has."""
EUI64_CUT_BITS = 40
"""How many bits of an interface id that was made of a MAC address tell devices of one maker apart, marks included."""
_EUI64_MARK = 0xFFFE
_MAPPED = 0xFFFF
"""The top 96 bits of `::ffff:0:0/96`, IPv4 inside IPv6 (RFC 4291)."""
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


def kept_address_number(family: int, number: int) -> tuple[int, int]:
    """An address as measured evidence keeps it: IPv4 written inside IPv6 is IPv4, and of an interface id that was made
    of a MAC address (EUI-64) the maker's part alone stays, its low 40 bits are 0.

    >>> [f"{number:x}" for _, number in [kept_address_number(6, 0x20010DB8000000000211_22FF_FE33_4455)]]
    ['20010db8000000000211220000000000']
    >>> kept_address_number(6, 0xFFFF << 32 | 7)
    (4, 7)
    """
    family, number = unmapped(family, number)
    if family == IPV6 and number >> 24 & 0xFFFF == _EUI64_MARK:
        return IPV6, number >> EUI64_CUT_BITS << EUI64_CUT_BITS
    return family, number


def unmapped(family: int, number: int) -> tuple[int, int]:
    """An address, IPv4 that is written inside IPv6 (`::ffff:192.0.2.1`) as IPv4."""
    return (IPV4, number & 0xFFFFFFFF) if family == IPV6 and number >> 32 == _MAPPED else (family, number)


def address_text(family: int, number: int) -> str:
    """An address in its one shortest form (RFC 5952)."""
    if family == IPV4:
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return str(IPv6Address(number))


def address_key(family: int, number: int, *, ones: bool = False) -> int:
    """An address as a key of 128 bits, IPv4 at its top and below it zeros, or ones."""
    return number if family != IPV4 else number << 96 | ((1 << 96) - 1 if ones else 0)


def key_text(family: int, high: int, low: int) -> str:
    """The address of a key, given as its two halves of 64 bits, as text.

    >>> key_text(4, 0xC0000201 << 32, 0), key_text(6, 0x20010DB8 << 32, 1)
    ('192.0.2.1', '2001:db8::1')
    """
    return address_text(family, high >> 32 if family == IPV4 else high << 64 | low)


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


MOST_ASN = 2**32 - 1
"""The largest AS number (RFC 6793)."""
KEPT_BACK: tuple[tuple[int, int, str], ...] = (
    (23456, 23456, "AS_TRANS (RFC 6793)"),
    (64496, 64511, "for documentation (RFC 5398)"),
    (64512, 65534, "for private use (RFC 6996)"),
    (65535, 65535, "reserved (RFC 7300)"),
    (65536, 65551, "for documentation (RFC 5398)"),
    (65552, 131071, "reserved by IANA"),
    (4200000000, 4294967294, "for private use (RFC 6996)"),
    (4294967295, 4294967295, "reserved (RFC 7300)"),
)
"""First and last number of each range that no public network is given, and what it is for. 0 is a fault at once."""
_ASDOT = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})")
_PREFIXED = re.compile(r"(?i:asn?)[ \t]*([0-9]{1,10})")
_EXPECTED = f"a whole number from 1 to {MOST_ASN}"


def read_asn(text: str, name: str, row: int, *, column: str) -> int | Fault:
    """The AS number that a cell holds, or what is wrong with it. `AS10` and `1.10` are faults that say what to write.

    >>> read_asn("64500", "a.txt", 1, column="asn")
    64500
    """
    is_whole = text.isascii() and text.isdecimal()
    if is_whole and text[0] != "0" and len(text) <= 10 and int(text) <= MOST_ASN:
        return int(text)
    wrong = partial(Fault, name, row=row, column=column, found=text or None, expected=_EXPECTED)
    if is_whole and not text.strip("0"):
        return wrong("no network has AS number 0 (RFC 7607)")
    if is_whole and text[0] == "0":
        return wrong("the number begins with a zero", nearest=text.lstrip("0"))
    if is_whole:
        return wrong("the number is larger than an AS number can be")
    if dotted := _ASDOT.fullmatch(text):
        high, low = int(dotted[1]), int(dotted[2])
        near = str(high * 65536 + low) if high < 65536 and low < 65536 and high + low else None
        way_out = "Write AS numbers as one whole number (asplain, RFC 5396)."
        return wrong("the AS number is written with a dot", nearest=near, way_out=way_out)
    prefixed = _PREFIXED.fullmatch(text)
    near = prefixed[1].lstrip("0") or None if prefixed else None
    return wrong("this is no AS number" if text else "the cell is empty", nearest=near)


def kept_back(asns: NDArray[np.int64]) -> list[tuple[str, int, int]]:
    """For each of `KEPT_BACK` that has a number among `asns` (int64, each once, ascending): its purpose, how many
    there are, and the first.

    Cost O(log len).
    """
    import numpy as np

    found = []
    for low, high, text in KEPT_BACK:
        start, stop = np.searchsorted(asns, [low, high + 1])
        if stop > start:
            found.append((text, int(stop - start), int(asns[start])))
    return found


def kept_back_says(asns: NDArray[np.int64]) -> str:
    """The remark on numbers that no public network is given; empty where there are none."""
    found = kept_back(asns)
    if not found:
        return ""
    count = sum(number for _, number, _ in found)
    listed = "; ".join(f"{number:,} {text}, such as {first}" for text, number, first in found)
    are = "1 AS number is" if count == 1 else f"{count:,} AS numbers are"
    return f"{are} kept back by IANA from public use and kept here as read: {listed}."


def ascending(asns: Iterable[int]) -> NDArray[np.int64]:
    """The numbers as int64, each once, ascending."""
    import numpy as np

    return np.unique(np.fromiter(asns, np.int64))


@dataclass(frozen=True)
class AsLinks:
    """What a file says: transit `provider[i]` to `customer[i]`, peers `peer_a[i] < peer_b[i]`, all int64 ASNs.

    Each link stands once; links are ascending by their two numbers. `transit_sources` and `peer_sources` are uint8 bits
    of `FROM_BGP` and the like, 0 where no source is told; `peer_mlp_only` is true where nothing but multilateral
    peering tells of the link. `alone` are networks named only in links with themselves, ascending. `counts` are
    whole numbers by what they count, `sources` lines by the source as written, `remarks` sentences for people,
    `digest` the SHA-256 of the file as it lies.
    """

    provider: NDArray[np.int64]
    customer: NDArray[np.int64]
    transit_sources: NDArray[np.uint8]
    peer_a: NDArray[np.int64]
    peer_b: NDArray[np.int64]
    peer_sources: NDArray[np.uint8]
    peer_mlp_only: NDArray[np.bool_]
    alone: NDArray[np.int64]
    counts: Mapping[str, int]
    sources: Mapping[str, int]
    remarks: tuple[str, ...]
    digest: str
    name: str

    @property
    def asns(self) -> NDArray[np.int64]:
        """Every network of the graph, ascending. Cost O(E log E)."""
        import numpy as np

        return np.unique(np.concatenate((self.provider, self.customer, self.peer_a, self.peer_b, self.alone)))
