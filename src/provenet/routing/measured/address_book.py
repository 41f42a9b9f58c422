"""What is known of each distinct address on measured paths: its class, networks, exchange point and vendor; and of the
devices of each network the share of each set of vendors.

Every address is decided once, when it is first met; hops then hold its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.lpm import NONE, Halves
from provenet.routing.kernels.measured_paths import EMPTY, MILLION, Addresses, Networks, number_addresses, renumber
from provenet.routing.measured.special_addresses import EXCHANGE, PUBLIC, Ranges, kinds_of, prefix_table

MOST_SETS = 62
"""How many sets of vendors are answered at once at most: bits of a word."""
_CHUNK = 1 << 16
_FIRST_SLOTS = 1 << 17


@dataclass(frozen=True)
class VendorSet:
    """A set of restricted vendors under a name, such as that of a policy; `vendors` are vendor ids."""

    name: str
    vendors: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class OriginTable:
    """Which networks announce which ranges: `ranges.value` is a place in `origins`, AS numbers ascending.

    Several origins of one range stay one set: an address of it lies in one of these networks, it is not known which.
    """

    ranges: Ranges
    origins: Sequence[tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class ExchangeTable:
    """Peering LANs of exchange points: `ranges.value` is a place in `names`. Their addresses are of no network."""

    ranges: Ranges
    names: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class IdentifiedAddresses:
    """Addresses that were looked at, with the vendor that was found: arrays of n, in any order.

    `family` uint8, `high` and `low` uint64, `vendor` int32 (place in `vendors`, -1 unknown), `p_correct` float64 (NaN
    where it is not stated). An address that stands there with two vendors is of an unknown one.

    `probed` bool[n] marks the addresses of a list of those that were probed, silent ones included: shares of networks
    are of them. None: it is not known which were probed, and no network has a share.
    """

    family: NDArray[np.uint8]
    high: Halves
    low: Halves
    vendor: NDArray[np.int32]
    p_correct: NDArray[np.float64]
    vendors: Sequence[str]
    probed: NDArray[np.bool_] | None = None


def _single(family: NDArray[np.uint8], high: Halves, low: Halves) -> Ranges:
    """Single addresses as ranges of one key each, the place of each as its value."""
    ipv4, ones = family == 4, np.uint64(0xFFFFFFFFFFFFFFFF)
    last_high = np.where(ipv4, high | np.uint64(0xFFFFFFFF), high)
    value = np.arange(len(high), dtype=np.int32)
    return Ranges(family.astype(np.int8), high, low, last_high, np.where(ipv4, ones, low), value)


@dataclass(frozen=True)
class AddressFacts:
    """What is known of n addresses: `kind` int8 (place in `KINDS`), `network` int32 (place in the origins of the
    table), `exchange` int32 (place in its names), `vendor` int32 (place in `vendors`), -1 for none or unknown, and
    `doubt_ppm` int32: how likely the vendor is wrong, in millionths rounded up; a million where it is not stated.
    """

    kind: NDArray[np.int8]
    network: NDArray[np.int32]
    exchange: NDArray[np.int32]
    vendor: NDArray[np.int32]
    doubt_ppm: NDArray[np.int32]


class AddressSources:
    """The tables that addresses are decided by, any of which may be missing: then what it tells is unknown."""

    def __init__(
        self,
        *,
        origins: OriginTable | None = None,
        exchanges: ExchangeTable | None = None,
        identified: IdentifiedAddresses | None = None,
    ) -> None:
        self.origins: tuple[tuple[int, ...], ...] = () if origins is None else tuple(origins.origins)
        self.exchanges: tuple[str, ...] = () if exchanges is None else tuple(exchanges.names)
        self.vendors: tuple[str, ...] = () if identified is None else tuple(identified.vendors)
        self.identified = None if identified is None else _one_each(identified)
        self._by_origin = None if origins is None else prefix_table(origins.ranges)
        self._by_exchange = None if exchanges is None else prefix_table(exchanges.ranges)
        self._no_origin = np.array([not one for one in self.origins], np.bool_)
        self._by_vendor = None
        if self.identified is not None:
            keys = self.identified
            self._by_vendor = prefix_table(_single(keys.family, keys.high, keys.low))

    def is_listed(self, family: NDArray[np.uint8], high: Halves, low: Halves) -> NDArray[np.bool_]:
        """Which addresses stand in the table of vendors, with a vendor or without."""
        if self._by_vendor is None:
            return np.zeros(len(family), np.bool_)
        return np.asarray(self._by_vendor.match(family, high, low) != NONE)

    def facts(self, family: NDArray[np.uint8], high: Halves, low: Halves) -> AddressFacts:
        """What is known of some addresses.

        Addresses that are not public name no device: the same private address stands in many networks, so neither a
        network nor a vendor is taken from it. Cost O(n log table).
        """
        kind = kinds_of(family, high, low)
        count = len(kind)
        network, exchange, vendor = (np.full(count, NONE, np.int32) for _ in range(3))
        doubt = np.full(count, MILLION, np.int32)
        at = np.flatnonzero(kind == PUBLIC)
        keys = family[at], high[at], low[at]
        if self._by_exchange is not None:
            exchange[at] = self._by_exchange.match(*keys)
            kind[exchange != NONE] = EXCHANGE
        if self._by_origin is not None and len(self.origins):
            found = self._by_origin.match(*keys)
            found[(found != NONE) & self._no_origin[found]] = NONE
            network[at] = np.where(kind[at] == PUBLIC, found, NONE)
        if self._by_vendor is not None and self.identified is not None:
            found = self._by_vendor.match(*keys)
            met, row = at[found != NONE], found[found != NONE]
            vendor[met], doubt[met] = self.identified.vendor[row], doubt_ppm(self.identified.p_correct[row])
        return AddressFacts(kind, network, exchange, vendor, doubt)


def doubt_ppm(p_correct: NDArray[np.float64]) -> NDArray[np.int32]:
    """1 - p in millionths, rounded up: int32; a million where p is not stated."""
    share = np.where(np.isfinite(p_correct), np.clip(p_correct, 0.0, 1.0), 0.0)
    return np.ceil(np.round((1.0 - share) * MILLION, 6)).astype(np.int32)


def _one_each(given: IdentifiedAddresses) -> IdentifiedAddresses:
    """One row an address: the least likely of several that agree, an unknown vendor where they do not."""
    order = np.lexsort((given.low, given.high, given.family))
    family, high, low = given.family[order], given.high[order], given.low[order]
    vendor, p_correct = given.vendor[order], given.p_correct[order]
    begins = np.ones(len(order), np.bool_)
    begins[1:] = (family[1:] != family[:-1]) | (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    first, group = np.flatnonzero(begins), np.cumsum(begins) - 1
    stated = vendor != NONE
    least, most = np.full(len(first), np.iinfo(np.int32).max), np.full(len(first), NONE)
    np.minimum.at(least, group[stated], vendor[stated])
    np.maximum.at(most, group[stated], vendor[stated])
    p_least = np.full(len(first), np.inf)
    np.minimum.at(p_least, group[stated], np.where(np.isfinite(p_correct), p_correct, -np.inf)[stated])
    agreed = least == most
    return IdentifiedAddresses(
        family=family[first],
        high=high[first],
        low=low[first],
        vendor=np.where(agreed, most, NONE).astype(np.int32),
        p_correct=np.where(agreed & np.isfinite(p_least), p_least, np.nan),
        vendors=given.vendors,
        probed=None if given.probed is None else np.bincount(group, given.probed[order], len(first)) > 0,
    )


def set_bits(
    facts: AddressFacts, vendors: Sequence[str], sets: Sequence[VendorSet]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each address the sets that its vendor is of, and those that it is known not to be of: bits of int64.

    A vendor without a probability is a statement of presence and no proof of absence: the address is of the sets of
    that vendor, and not known to be of none of the others. Raises ValueError for more than `MOST_SETS` sets.
    """
    if len(sets) > MOST_SETS:
        raise ValueError(f"at most {MOST_SETS} sets of vendors are answered at once; found {len(sets)}")
    all_sets = (1 << len(sets)) - 1
    of = [sum(1 << at for at, one in enumerate(sets) if name in one.vendors) for name in vendors]
    # The last place is that of an unknown vendor: of no set, and not known to be of none.
    restricted = np.array([*of, 0], np.int64)
    other = np.array([*(all_sets & ~one for one in of), 0], np.int64)
    return restricted[facts.vendor], np.where(facts.doubt_ppm < MILLION, other[facts.vendor], 0)


class KeyNumbers:
    """Keys of 128 bits and a family, each with a number in order of first appearance.

    Memory about 35 bytes for each distinct key.
    """

    def __init__(self) -> None:
        self.count = 0
        self._slot = np.full(_FIRST_SLOTS, EMPTY, np.int32)
        room = _FIRST_SLOTS // 2
        self._high, self._low = np.empty(room, np.uint64), np.empty(room, np.uint64)
        self._family = np.empty(room, np.uint8)

    @property
    def room(self) -> int:
        """How many keys there is room for."""
        return len(self._high)

    def number(self, family: NDArray[np.uint8], high: Halves, low: Halves) -> NDArray[np.int32]:
        """The number of each key, int32; -1 for family 0. Cost O(n)."""
        family = np.ascontiguousarray(family, np.uint8)
        found = np.empty(len(family), np.int32)
        for start in range(0, len(family), _CHUNK):
            part = slice(start, start + _CHUNK)
            self._make_room(min(_CHUNK, len(family) - start))
            self.count = number_addresses(
                self._slot,
                self._high,
                self._low,
                self._family,
                self.count,
                high[part],
                low[part],
                family[part],
                found[part],
            )
        return found

    def keys(self) -> tuple[NDArray[np.uint8], Halves, Halves]:
        """The keys by their number: family, high and low half."""
        return self._family[: self.count], self._high[: self.count], self._low[: self.count]

    def _make_room(self, more: int) -> None:
        if 2 * (self.count + more) <= len(self._slot):
            return
        slots = len(self._slot)
        while slots < 4 * (self.count + more):
            slots *= 2
        self._slot = np.full(slots, EMPTY, np.int32)
        self._high, self._low = grown(self._high, slots // 2), grown(self._low, slots // 2)
        self._family = grown(self._family, slots // 2)
        renumber(self._slot, self._high, self._low, self._family, 0, self.count)


class AddressBook:
    """The distinct addresses of the hops that were met, each with a number and what is known of it.

    Memory about 70 bytes for each distinct address.
    """

    def __init__(self, sources: AddressSources, sets: Sequence[VendorSet]) -> None:
        self.sources = sources
        self.sets = tuple(sets)
        self._keys = KeyNumbers()
        self._decided = 0
        kinds: dict[str, type] = {"kind": np.int8, "restricted": np.int64, "other": np.int64}
        kinds |= dict.fromkeys(("network", "exchange", "vendor", "doubt_ppm"), np.int32)
        self._columns: dict[str, NDArray[Any]] = {name: np.empty(0, kind) for name, kind in kinds.items()}

    @property
    def count(self) -> int:
        """How many distinct addresses were met."""
        return self._keys.count

    def number(self, family: NDArray[np.uint8], high: Halves, low: Halves) -> NDArray[np.int32]:
        """The number of each address, -1 for family 0; addresses that are new are decided. Cost O(n)."""
        found = self._keys.number(family, high, low)
        self._decide()
        return found

    def keys(self) -> tuple[NDArray[np.uint8], Halves, Halves]:
        """The addresses by their number: family, high and low half."""
        return self._keys.keys()

    def facts(self) -> AddressFacts:
        """What is known of the addresses by their number."""
        return AddressFacts(**{one.name: self._columns[one.name][: self.count] for one in fields(AddressFacts)})

    def addresses(self) -> Addresses:
        """The columns that compiled loops go through."""
        return Addresses(**{name: self._columns[name][: self.count] for name in Addresses._fields})

    def _decide(self) -> None:
        new = slice(self._decided, self.count)
        if new.start == new.stop:
            return
        if self.count > len(self._columns["kind"]):
            self._columns = {name: grown(part, self._keys.room) for name, part in self._columns.items()}
        family, high, low = self.keys()
        facts = self.sources.facts(family[new], high[new], low[new])
        for one in fields(AddressFacts):
            self._columns[one.name][new] = getattr(facts, one.name)
        restricted, other = set_bits(facts, self.sources.vendors, self.sets)
        self._columns["restricted"][new], self._columns["other"][new] = restricted, other
        self._decided = self.count


def grown(part: NDArray[Any], room: int) -> NDArray[Any]:
    """An array with more room behind what it holds."""
    made = np.empty(room, part.dtype)
    made[: len(part)] = part
    return made


COUNTS = ("restricted", "other", "unknown")
"""What an address is to a set of vendors."""


@dataclass(frozen=True, kw_only=True)
class NetworkShares:
    """By network (AS number, ascending) and set of vendors: whether a device of the set was seen, and which share of
    the devices there it may be.

    The share is of the addresses of a network that were probed: identified as restricted, as of another vendor, or
    neither, silent ones included. It is no probability that a path through the network crosses such a device. Where it
    is not known what was probed there is no share: its ends are 0 and 1.

    `asn` int64[n]. `seen` bool[n, sets]: a device of the set was identified at an address of this network alone.
    `low_ppm` and `high_ppm` int32[n, sets] are the ends of the restricted share in millionths, rounded outwards.
    """

    asn: NDArray[np.int64]
    seen: NDArray[np.bool_]
    low_ppm: NDArray[np.int32]
    high_ppm: NDArray[np.int32]

    def by_origin(self, origins: Sequence[tuple[int, ...]]) -> Networks:
        """The same for each set of origins of a table.

        A device was seen where one was seen in every network of the set, since the address may lie in any of them; the
        ends are those of the whole set.
        """
        sets = self.seen.shape[1]
        seen = np.zeros(len(origins), np.int64)
        low, high = (np.zeros((len(origins), sets), np.int32) for _ in range(2))
        bits = self.seen @ (np.int64(1) << np.arange(sets, dtype=np.int64))
        place = {asn: at for at, asn in enumerate(self.asn.tolist())}
        for at, some in enumerate(origins):
            rows = [place[asn] for asn in some if asn in place]
            if some and len(rows) == len(some):
                seen[at] = np.bitwise_and.reduce(bits[rows])
                low[at], high[at] = self.low_ppm[rows].min(axis=0), self.high_ppm[rows].max(axis=0)
        return Networks(seen, low, high)


def network_shares(sources: AddressSources, sets: Sequence[VendorSet]) -> NetworkShares:
    """The shares of the networks that addresses were identified or probed in.

    Ends: every probed address of unknown vendor may be restricted or not, and every one that several networks announce
    may be in the network or not. Cost O(addresses).
    """
    identified = sources.identified
    shape = (len(sources.origins), len(sets), len(COUNTS))
    if identified is None or not sources.origins:
        return _shares(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros((2, 0, *shape[1:]), np.int64))
    facts = sources.facts(identified.family, identified.high, identified.low)
    restricted, other = set_bits(facts, sources.vendors, sets)
    word = np.arange(len(sets), dtype=np.int64)
    known = np.stack([restricted[:, None] >> word & 1, other[:, None] >> word & 1], axis=2)
    is_each = np.concatenate([known, 1 - known.sum(axis=2, keepdims=True)], axis=2)
    every, probed = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    met = facts.network != NONE
    np.add.at(every, facts.network[met], is_each[met])
    if identified.probed is not None:
        met &= identified.probed
        np.add.at(probed, facts.network[met], is_each[met])
    places = np.flatnonzero(every.any(axis=(1, 2))).tolist()
    rows = [(asn, len(sources.origins[at]) == 1, at) for at in places for asn in sources.origins[at]]
    place = [at for _, _, at in rows]
    asn, alone = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.bool_)
    return _shares(asn, alone, np.stack([every[place], probed[place]]))


def _shares(asns: NDArray[np.int64], alone: NDArray[np.bool_], counts: NDArray[np.int64]) -> NetworkShares:
    """The shares of networks, given for each of their ranges whether it is theirs alone, and the counts of addresses:
    int64[2, ranges, sets, COUNTS], all and those that were probed.
    """
    asn, place = np.unique(asns, return_inverse=True)
    every, sure, perhaps = (np.zeros((len(asn), *counts.shape[2:]), np.int64) for _ in range(3))
    np.add.at(every, place[alone], counts[0, alone])
    np.add.at(sure, place[alone], counts[1, alone])
    np.add.at(perhaps, place[~alone], counts[1, ~alone])
    restricted, other, unknown = range(len(COUNTS))
    least = sure[:, :, restricted]
    most = least + sure[:, :, unknown] + perhaps[:, :, restricted] + perhaps[:, :, unknown]
    # What may lie elsewhere is put where it makes the end wider.
    low_of = sure.sum(axis=2) + perhaps[:, :, other] + perhaps[:, :, unknown]
    high_of = most + sure[:, :, other]
    low = least * MILLION // np.maximum(low_of, 1)
    high = -(-most * MILLION // np.maximum(high_of, 1))
    # Where no probed address is sure to lie inside, there may be none.
    high[sure.sum(axis=2) == 0] = MILLION
    return NetworkShares(
        asn=asn, seen=every[:, :, restricted] > 0, low_ppm=low.astype(np.int32), high_ppm=high.astype(np.int32)
    )
