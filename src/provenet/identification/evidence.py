"""Evidence of routers as arrays: distinct values once per router and kind, addresses merged by alias sets.

What one router says on two of its addresses is one observation. Evidence is therefore kept as the *set* of what a
router shows: each pair of kind and vendor once, and each distinct tuple of features once. Routers with equal sets
share one row of everything that is computed later.

An engine id is one statement, though an enterprise number and a MAC prefix are read from it, and an agent writes it
from its own board. A MAC prefix is therefore no second witness beside an engine id of its router: one that names the
same vendor is left out, one that names another stands against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Longs

FEATURES = "features"
ENGINE, MAC = "snmp_engine", "mac_address"
"""The id of an engine is made for one device: the same one twice in one network is one device seen twice. The prefix
of a MAC address tells its maker alone."""

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class RouterAddress:
    """An address that was seen or probed: `network` is the number of the AS that originates it, `region` a country or
    any other word for where it stands; None is not known.
    """

    address: str
    network: int | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One thing that one address showed: `vendor_id` is None where it names nobody, as tuples of features always do."""

    address: str
    kind: str
    value: str
    vendor_id: str | None = None


@dataclass(frozen=True, eq=False)
class RouterEvidence:
    """A addresses of R routers with what they showed.

    `router_of` int64[A]; `network_of`, `region_of` int64[R] into `networks`, `regions`, the entry 0 being "not
    known". Direct evidence, each pair once per router: `direct_router`, `direct_kind`, `direct_vendor`,
    `direct_value` int64, sorted by router; `direct_value` tells engine ids apart, -1 is another kind. Features:
    `tuple_router`, `tuple_value` int64, sorted by router, values into `tuples`.
    """

    addresses: tuple[str, ...]
    router_of: Longs
    networks: tuple[int | None, ...]
    regions: tuple[str | None, ...]
    network_of: Longs
    region_of: Longs
    vendors: tuple[str, ...]
    kinds: tuple[str, ...]
    direct_router: Longs
    direct_kind: Longs
    direct_vendor: Longs
    direct_value: Longs
    tuples: tuple[str, ...]
    tuple_router: Longs
    tuple_value: Longs

    @property
    def router_count(self) -> int:
        """How many routers the addresses are of."""
        return len(self.network_of)


class _Numbering:
    """Words to numbers in the order of their coming."""

    def __init__(self) -> None:
        self.of: dict[Any, int] = {}

    def number(self, word: object) -> int:
        """The number of a word, a new one where it is new."""
        return self.of.setdefault(word, len(self.of))

    def in_order(self) -> tuple[list[Any], Longs]:
        """The words sorted, "not known" (None) first, and the new number of each old one: no answer depends on the
        order in which evidence came.
        """
        words = sorted(self.of, key=lambda word: (word is not None, word))
        rank = np.zeros(len(words), np.int64)
        rank[[self.of[word] for word in words]] = np.arange(len(words))
        return words, rank


def merge_aliases(numbers: Mapping[str, int], aliases: Iterable[Sequence[str]]) -> Longs:
    """The router of each address: addresses that share an alias set, also through others, are one router.

    Parameters: `numbers`, the position of each address 0..A-1; `aliases`, sets of addresses; those not in `numbers`
    count for nothing. Returns int64[A], routers numbered in the order of their first address.
    """
    parent = np.arange(len(numbers))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = int(parent[at])
        return at

    for members in aliases:
        known = [numbers[one] for one in members if one in numbers]
        for other in known[1:]:
            low, high = sorted((root(known[0]), root(other)))
            parent[high] = low
    roots = parent
    while True:
        further = roots[roots]
        if np.array_equal(further, roots):
            break
        roots = further
    _, routers = np.unique(roots, return_inverse=True)
    return routers.astype(np.int64)


def gather(
    addresses: Iterable[RouterAddress], items: Iterable[EvidenceItem], *, aliases: Iterable[Sequence[str]] = ()
) -> RouterEvidence:
    """Brings addresses, what they showed and alias sets into arrays.

    Parameters: `addresses`, all that were probed or seen, the silent ones too; an address named twice keeps its first
    network and region. `items`: evidence; one of an address not named before adds it, without a network. A router's
    network and region are those of most of its addresses, ties by the first. Returns `RouterEvidence`. Cost O(A +
    items).
    """
    number: dict[str, int] = {}
    networks, regions = _Numbering(), _Numbering()
    networks.number(None)
    regions.number(None)
    network: list[int] = []
    region: list[int] = []
    for place in addresses:
        if place.address not in number:
            number[place.address] = len(network)
            network.append(networks.number(place.network))
            region.append(regions.number(place.region))
    columns = _columns(items, number)
    network.extend([0] * (len(number) - len(network)))
    region.extend([0] * (len(number) - len(region)))
    router_of = merge_aliases(number, aliases)
    count = int(router_of.max(initial=-1)) + 1
    network_names, network_rank = networks.in_order()
    region_names, region_rank = regions.in_order()
    kinds, kind_rank = columns.kinds.in_order()
    vendors, vendor_rank = columns.vendors.in_order()
    tuples, tuple_rank = columns.tuples.in_order()
    rows = np.array(columns.direct, np.int64).reshape(-1, 4)
    direct = _once(
        np.stack([router_of[rows[:, 0]], kind_rank[rows[:, 1]], vendor_rank[rows[:, 2]], rows[:, 3]], axis=1)
    )
    direct = direct[~is_second_reading(kinds, direct[:, 1], direct[:, 0] * max(len(vendors), 1) + direct[:, 2])]
    shown = np.array(columns.features, np.int64).reshape(-1, 2)
    pairs = np.unique(np.stack([router_of[shown[:, 0]], tuple_rank[shown[:, 1]]], axis=1), axis=0)
    return RouterEvidence(
        addresses=tuple(number),
        router_of=router_of,
        networks=tuple(network_names),
        regions=tuple(region_names),
        network_of=majority(router_of, network_rank[np.array(network, np.int64)], count),
        region_of=majority(router_of, region_rank[np.array(region, np.int64)], count),
        vendors=tuple(vendors),
        kinds=tuple(kinds),
        direct_router=direct[:, 0],
        direct_kind=direct[:, 1],
        direct_vendor=direct[:, 2],
        direct_value=direct[:, 3],
        tuples=tuple(tuples),
        tuple_router=pairs[:, 0],
        tuple_value=pairs[:, 1],
    )


class _EvidenceColumns:
    def __init__(self) -> None:
        self.kinds, self.vendors, self.values, self.tuples = _Numbering(), _Numbering(), _Numbering(), _Numbering()
        self.direct: list[tuple[int, int, int, int]] = []
        self.features: list[tuple[int, int]] = []


def _columns(items: Iterable[EvidenceItem], number: dict[str, int]) -> _EvidenceColumns:
    found = _EvidenceColumns()
    for item in items:
        at = number.setdefault(item.address, len(number))
        if item.kind == FEATURES:
            found.features.append((at, found.tuples.number(item.value)))
        elif item.vendor_id is not None:
            kind = found.kinds.number(item.kind)
            vendor = found.vendors.number(item.vendor_id)
            value = found.values.number(item.value) if item.kind == ENGINE else -1
            found.direct.append((at, kind, vendor, value))
    return found


def _once(full: Longs) -> Longs:
    """Rows (router, kind, vendor, value), each pair of kind and vendor once per router."""
    if not len(full):
        return full
    full = full[np.lexsort((full[:, 3], full[:, 2], full[:, 1], full[:, 0]))]
    first = np.ones(len(full), bool)
    first[1:] = (full[1:, :3] != full[:-1, :3]).any(axis=1)
    return full[first]


def is_second_reading(kinds: Sequence[str], kind: Longs, of: Longs) -> Flags:
    """Which pieces of evidence are MAC prefixes with an engine id beside them, `of` the same number.

    Parameters: `kind` int64 into `kinds`, `of` int64: what the pieces are of. Returns flags of that shape.
    """
    names = np.array([*kinds, ""])[kind]
    found: Flags = (names == MAC) & np.isin(of, of[names == ENGINE])
    return found


def majority(router_of: Longs, value: Longs, count: int) -> Longs:
    """The value most addresses of each router have, "not known" (0) counting only where no other is there.

    Parameters: int64[A] twice, routers 0..count-1. Returns int64[count]; ties go to the least value.
    """
    width = int(value.max(initial=0)) + 1
    keys, times = np.unique(router_of * width + value, return_counts=True)
    routers, values = keys // width, keys % width
    order = np.lexsort((-values, np.where(values == 0, 0, times), routers))
    routers, values = routers[order], values[order]
    last = np.ones(len(routers), bool)
    last[:-1] = routers[1:] != routers[:-1]
    out = np.zeros(count, np.int64)
    out[routers[last]] = values[last]
    return out


def set_numbers(owner: Longs, member: Longs, count: int) -> tuple[Longs, list[Longs]]:
    """Numbers the distinct sets of members that owners have.

    Parameters: `owner`, `member` int64, each pair once, sorted by owner; owners 0..count-1. Returns the number of
    each owner's set (0 is the empty set) and the members of each set, sorted. Sets are told apart by the sum of
    64-bit digests of their members: two of a million sets collide with a probability below 1e-7.
    """
    sums = np.zeros(count, np.uint64)
    if len(owner):
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        sums[owner[starts]] = np.add.reduceat(_mixed(member), starts)
    held = np.bincount(owner, minlength=count) > 0
    sets: list[Longs] = [np.zeros(0, np.int64)]
    numbers = np.zeros(count, np.int64)
    if not held.any():
        return numbers, sets
    _, first, inverse = np.unique(sums[held], return_index=True, return_inverse=True)
    numbers[held] = inverse + 1
    owners = np.flatnonzero(held)[first]
    low, high = np.searchsorted(owner, owners, "left"), np.searchsorted(owner, owners, "right")
    sets.extend(np.sort(member[a:b]) for a, b in zip(low, high, strict=True))
    return numbers, sets


def _mixed(member: Longs) -> Hashes:
    """Splitmix64 of small numbers."""
    with np.errstate(over="ignore"):
        mixed = (member.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
