"""Invented measured paths of any size, by a seed: hops drawn by Zipf's law from the routers of an invented Internet.

Half a million nested prefixes of 75,000 networks, one in fifty announced by two; a thousand peering LANs; 700,000
router addresses, three in ten of them looked at and identified, one in twenty of these of the restricted vendor. A
trace has about 12 hops: the first is often private, one in ten is silent, some are shared space or peering LANs, one
in four does not reach its target.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.routing.measured.address_book import AddressSources, ExchangeTable, IdentifiedAddresses, OriginTable
from provenet.routing.measured.crossings import Traces
from provenet.routing.measured.special_addresses import Ranges

VENDORS = ("cisco", "juniper", "mikrotik", "huawei", "h3c")
COUNTRIES = ("DE", "IT", "JP", "NL", "PL", "ES", "FR", "SE")
_BATCH_TRACES = 1 << 18
_TOP = np.uint64(32)
_ONES = np.uint64(0xFFFFFFFF)
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Size:
    """How large the invented Internet is."""

    prefixes: int = 512_000
    networks: int = 75_000
    routers: int = 700_000
    exchanges: int = 1_000


SMALL = Size(prefixes=2_000, networks=300, routers=3_000, exchanges=10)


def _ranges(first: NDArray[np.int64], length: NDArray[np.int64], value: NDArray[np.int32]) -> Ranges:
    low = np.zeros(len(first), np.uint64)
    last = first + (np.int64(1) << (32 - length)) - 1
    ends = first.astype(np.uint64) << _TOP, last.astype(np.uint64) << _TOP | _ONES
    return Ranges(np.full(len(first), 4, np.int8), ends[0], low, ends[1], low | _FULL, value)


@dataclass
class MadeInternet:
    """Tables of addresses, and the routers that hops are drawn from."""

    sources: AddressSources
    routers: NDArray[np.uint64]


def made_internet(size: Size, seed: int = 1) -> MadeInternet:
    """The tables that addresses are decided by."""
    draw = np.random.default_rng(seed)
    base = np.int64(20 << 24)
    span = np.int64(180 << 24)
    length = draw.choice(np.array([16, 19, 20, 22, 23, 24]), size.prefixes, p=[0.02, 0.03, 0.05, 0.15, 0.15, 0.6])
    first = (base + draw.integers(0, span, size.prefixes)) >> (32 - length) << (32 - length)
    singles = [(asn,) for asn in range(1, size.networks + 1)]
    pairs = draw.integers(1, size.networks + 1, (size.networks // 20, 2)).tolist()
    origins = singles + [tuple(sorted({one, other})) for one, other in pairs]
    # Few networks announce much.
    value = (size.networks ** draw.random(size.prefixes)).astype(np.int32) - 1
    several = draw.random(size.prefixes) < 0.02
    value[several] = size.networks + draw.integers(0, len(pairs), int(several.sum()))
    lans = (base + draw.integers(0, span, size.exchanges)) >> 8 << 8
    inside = draw.integers(0, size.prefixes, size.routers)
    routers = np.unique(first[inside] + (draw.random(size.routers) * (1 << (32 - length[inside]))).astype(np.int64))
    draw.shuffle(routers)
    looked_at = routers[draw.random(len(routers)) < 0.3]
    keys = looked_at.astype(np.uint64) << _TOP
    vendor = draw.choice(np.arange(-1, 5), len(keys), p=[0.1, 0.5, 0.2, 0.15, 0.03, 0.02]).astype(np.int32)
    sources = AddressSources(
        origins=OriginTable(ranges=_ranges(first, length, value), origins=origins),
        exchanges=ExchangeTable(
            ranges=_ranges(lans, np.full(len(lans), 24), np.arange(len(lans), dtype=np.int32)),
            names=[f"ix{at}" for at in range(len(lans))],
        ),
        identified=IdentifiedAddresses(
            family=np.full(len(keys), 4, np.uint8),
            high=keys,
            low=np.zeros(len(keys), np.uint64),
            vendor=vendor,
            p_correct=np.round(draw.uniform(0.7, 1.0, len(keys)), 3),
            vendors=VENDORS,
            probed=np.ones(len(keys), np.bool_),
        ),
    )
    return MadeInternet(sources, routers.astype(np.uint64) << _TOP)


def made_traces(internet: MadeInternet, hops: int, seed: int = 2) -> Iterator[tuple[Traces, list[str], list[str]]]:
    """Batches of traces with about so many hop rows together, and the countries of their ends."""
    draw, made = np.random.default_rng(seed), 0
    while made < hops:
        count = min(_BATCH_TRACES, max(1, (hops - made) // 12))
        batch = _batch(internet, count, draw, made)
        made += len(batch.ttl)
        source = np.array(COUNTRIES)[draw.integers(0, len(COUNTRIES), count)]
        target = np.array(COUNTRIES)[draw.integers(0, len(COUNTRIES), count)]
        yield batch, source.tolist(), target.tolist()


def _zipf(routers: NDArray[np.uint64], count: int, draw: np.random.Generator) -> NDArray[np.uint64]:
    """Routers by Zipf's law with exponent 1: the logarithm of the rank is uniform."""
    rank = (len(routers) ** draw.random(count)).astype(np.int64) - 1
    return routers[rank]


def _batch(internet: MadeInternet, count: int, draw: np.random.Generator, first: int) -> Traces:
    length = np.clip(draw.normal(12, 4, count), 2, 30).astype(np.int64)
    start = np.zeros(count + 1, np.int64)
    np.cumsum(length, out=start[1:])
    rows = int(start[-1])
    ttl = (np.arange(rows) - np.repeat(start[:-1], length) + 1).astype(np.uint8)
    high = _zipf(internet.routers, rows, draw)
    chance = draw.random(rows)
    private = (ttl == 1) & (chance < 0.6)
    high[private] = (np.uint64(192 << 24 | 168 << 16) + draw.integers(0, 512, int(private.sum()), np.uint64)) << _TOP
    shared = (ttl == 2) & (chance < 0.1)
    high[shared] = (np.uint64(100 << 24 | 64 << 16) + draw.integers(0, 4096, int(shared.sum()), np.uint64)) << _TOP
    family = np.where((ttl > 1) & (chance > 0.9), 0, 4).astype(np.uint8)
    target = _zipf(internet.routers, count, draw)
    reached = draw.random(count) < 0.75
    ends = start[1:][reached] - 1
    high[ends], family[ends] = target[reached], 4
    high[family == 0] = 0
    low = np.zeros(rows, np.uint64)
    flags = np.where(draw.random(rows) < 0.002, 8, 0).astype(np.uint16)
    none = np.zeros(count, np.uint64)
    return Traces(
        trace_id=draw.integers(-(1 << 62), 1 << 62, count, np.int64),
        started_at=1_750_000_000 + (np.arange(count) + first) // 12,
        source_high=_zipf(internet.routers, count, draw),
        source_low=none,
        source_family=np.full(count, 4, np.uint8),
        target_high=target,
        target_low=none,
        target_family=np.full(count, 4, np.uint8),
        reached=reached,
        first_hop=start,
        ttl=ttl,
        high=high,
        low=low,
        family=family,
        flags=flags,
    )
