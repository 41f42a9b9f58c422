"""What kind of address: public, or of a block that no router of the public Internet is told apart by."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from ipaddress import ip_network

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.lpm import NONE, Halves, Intervals, intervals, match

KINDS = ("public", "private", "shared", "link_local", "documentation", "multicast", "reserved", "exchange")
"""The classes of an address, by their number. Every address has exactly one."""
PUBLIC, PRIVATE, SHARED, LINK_LOCAL, DOCUMENTATION, MULTICAST, RESERVED, EXCHANGE = range(len(KINDS))
FAMILIES = (4, 6)

BLOCKS = {
    # Global unicast of IPv6 is 2000::/3, and 64:ff9b::/96 stands for IPv4 (RFC 6052).
    PUBLIC: "192.0.0.9/32 192.0.0.10/32 64:ff9b::/96 2000::/3 2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 "
    "2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28",
    PRIVATE: "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 64:ff9b:1::/48 fc00::/7 fec0::/10",
    SHARED: "100.64.0.0/10",
    LINK_LOCAL: "169.254.0.0/16 fe80::/10",
    DOCUMENTATION: "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 233.252.0.0/24 2001:db8::/32 3fff::/20",
    MULTICAST: "224.0.0.0/4 ff00::/8",
    RESERVED: "0.0.0.0/8 127.0.0.0/8 192.0.0.0/24 198.18.0.0/15 240.0.0.0/4 ::/0 2001::/23",
}
"""Blocks with a class of their own, the narrowest of which counts: the special-purpose registries of IANA (2025).
Loopback counts as reserved; blocks that the registry calls globally reachable stay public; fec0::/10 was site-local."""


@dataclass(frozen=True)
class Ranges:
    """Ranges of addresses as arrays: keys of the first and last address as two halves.

    `family` int8 (4 or 6); `first_high`, `first_low`, `last_high`, `last_low` uint64, IPv4 in the top 32 bits, the last
    key filled up with ones; `value` int32, a place in what the table says.
    """

    family: NDArray[np.int8]
    first_high: Halves
    first_low: Halves
    last_high: Halves
    last_low: Halves
    value: NDArray[np.int32]

    @classmethod
    def of(cls, table: object) -> Ranges:
        """The ranges of an object that has these columns, such as a table of prefixes that was read."""
        return cls(**{one.name: getattr(table, one.name) for one in fields(cls)})


class PrefixTable:
    """Longest prefix match over both families: one table of disjoint intervals for each."""

    def __init__(self, tables: dict[int, Intervals]) -> None:
        self._tables = tables

    def match(self, family: NDArray[np.integer], high: Halves, low: Halves) -> NDArray[np.int32]:
        """The value of the narrowest range that holds each address, int32; -1 where none does. Cost O(n log ranges)."""
        found = np.full(len(family), NONE, np.int32)
        for one, table in self._tables.items():
            at = np.flatnonzero(family == one)
            if len(at) == len(family):
                return match(table, high, low)
            if len(at):
                found[at] = match(table, high[at], low[at])
        return found


def prefix_table(ranges: Ranges) -> PrefixTable:
    """The table of some ranges. Of two that are the same, the smaller value stands. Cost O(n log n)."""
    tables = {}
    for family in FAMILIES:
        at = ranges.family == family
        if at.any():
            tables[family] = intervals(
                ranges.first_high[at],
                ranges.first_low[at],
                ranges.last_high[at],
                last_low=ranges.last_low[at],
                value=ranges.value[at],
            )
    return PrefixTable(tables)


def kinds_of(family: NDArray[np.integer], high: Halves, low: Halves) -> NDArray[np.int8]:
    """The class of each address by itself, int8 (places in `KINDS`), exchange points unknown.

    >>> import numpy as np
    >>> keys = np.array([0x0A000001, 0x64400001, 0x08080808], np.uint64) << np.uint64(32)
    >>> [KINDS[one] for one in kinds_of(np.full(3, 4), keys, np.zeros(3, np.uint64))]
    ['private', 'shared', 'public']
    """
    found = _special().match(family, high, low)
    return np.where(found == NONE, PUBLIC, found).astype(np.int8)


@lru_cache(maxsize=1)
def _special() -> PrefixTable:
    tables = {}
    for family in FAMILIES:
        every = ((ip_network(text), kind) for kind, texts in BLOCKS.items() for text in texts.split())
        blocks = [(block, kind) for block, kind in every if block.version == family]
        shift = 128 - blocks[0][0].max_prefixlen
        first = [int(block.network_address) << shift for block, _ in blocks]
        last = [(int(block.broadcast_address) + 1 << shift) - 1 for block, _ in blocks]
        tables[family] = intervals(
            _half(first, 64),
            _half(first, 0),
            _half(last, 64),
            last_low=_half(last, 0),
            value=np.array([kind for _, kind in blocks], np.int32),
        )
    return PrefixTable(tables)


def _half(numbers: list[int], shift: int) -> Halves:
    return np.array([one >> shift & (1 << 64) - 1 for one in numbers], np.uint64)
