"""Random traces over a small Internet: nested prefixes, several origins, exchange points, private space, silence."""

from fractions import Fraction
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from random import Random

import numpy as np

from against.reference_measured import Address, Hop, Known, Network, PlainTrace
from provenet.routing.measured.address_book import AddressSources, ExchangeTable, IdentifiedAddresses, OriginTable
from provenet.routing.measured.crossings import Traces
from provenet.routing.measured.special_addresses import Ranges

VENDORS = ("acme", "beta", "cyan", "dune")
COUNTRIES = ("", "DE", "IT", "JP")


def random_known(seed: int) -> Known:
    draw = Random(seed)
    origins: dict[Network, frozenset[int]] = {}
    for at in range(12):
        some = frozenset(draw.sample(range(64500, 64508), 2 if draw.random() < 0.25 else 1))
        origins[ip_network(f"20.{at}.0.0/16")] = some
        if draw.random() < 0.5:
            origins[ip_network(f"20.{at}.0.0/{draw.choice((20, 24, 29, 32))}")] = frozenset({64508 + at % 3})
    origins[ip_network("2a00::/20")] = frozenset({64500})
    origins[ip_network("2a00:1::/32")] = frozenset({64501, 64502})
    exchanges = {ip_network("20.3.0.0/27"): "Alpha-IX", ip_network("80.1.0.0/24"): "Beta-IX"}
    vendors: dict[Address, tuple[str | None, Fraction | None]] = {}
    for address in pool(origins):
        if draw.random() < 0.6:
            name = draw.choice((*VENDORS, None))
            p_correct = None if name is None or draw.random() < 0.1 else Fraction(draw.randrange(5 * 10**5, 10**6 + 1))
            vendors[address] = (name, p_correct)
    probed = frozenset(one for one in vendors if draw.random() < 0.8)
    return Known(origins, exchanges, vendors, probed)


def pool(origins: dict[Network, frozenset[int]]) -> list[Address]:
    """The addresses that hops are drawn from."""
    found = [ip_address(f"20.{at}.0.{last}") for at in range(13) for last in (1, 9, 33, 200)]
    found += [ip_address(f"80.1.0.{last}") for last in range(1, 4)]
    found += [ip_address(text) for text in ("10.0.0.1", "192.168.1.1", "100.64.3.2", "169.254.0.7", "203.0.113.9")]
    found += [ip_address(text) for text in ("2a00::1", "2a00:1::1", "2a00:1::2", "fc00::1", "fe80::1", "2001:db8::5")]
    return found


def random_traces(known: Known, count: int, seed: int) -> list[PlainTrace]:
    """Traces drawn at random, and behind them those at the corners of the rules."""
    draw = Random(seed)
    addresses = pool(known.origins)
    # Half of the traces go over identified hops alone, so that some are clear.
    named = [one for one in addresses if known.vendors.get(one, (None, None))[0] is not None]
    found = []
    for at in range(count):
        among = named if draw.random() < 0.5 else addresses
        target, source = draw.choice(addresses), draw.choice((*addresses, None))
        length = draw.choice((0, 1, 2, 3, 3, 4, 5, 6, 60, 61, 64))
        hops: list[Hop] = []
        for ttl in range(draw.random() < 0.9, length + 1):
            if draw.random() < 0.03:
                continue
            if draw.random() < 0.08:
                hops.append(Hop(ttl, None))
                continue
            for address in draw.sample(among, 2 if draw.random() < 0.1 else 1):
                hops.append(Hop(ttl, address, draw.random() < 0.01))
        reached = draw.random() < 0.8
        if reached:
            hops.append(Hop(length + 1, target))
        found.append(
            PlainTrace(
                trace_id=draw.getrandbits(62),
                started_at=draw.choice((-1, 10**9 + at)),
                source=source,
                target=draw.choice((target, target, target, None)) if not reached else target,
                reached=reached,
                hops=tuple(hops),
                source_country=draw.choice(COUNTRIES),
                target_country=draw.choice(COUNTRIES),
            )
        )
    return [*found, *corner_traces(known)]


def corner_traces(known: Known) -> list[PlainTrace]:
    """Paths as long as can be clear and longer, without hops or answers, with an answer twice, to their own source, and
    with the target on the way, at no TTL or not stated."""
    named = [one for one in pool(known.origins) if known.vendors.get(one, (None, None))[0] is not None]
    hop, source, target = named[0], *(ip_address(f"20.12.0.{last}") for last in (201, 202))
    paths: list[tuple[list[Hop], Address | None, Address | None]] = [
        ([*(Hop(ttl, hop) for ttl in range(1, length + 1)), Hop(length + 1, target)], source, target)
        for length in (0, 61, 62, 254)
    ]
    paths += [([], source, target), ([Hop(ttl, None) for ttl in range(1, 4)], source, target)]
    paths += [([Hop(1, hop), Hop(1, hop), Hop(2, hop), Hop(2, None), Hop(3, target)], source, target)]
    paths += [([Hop(1, hop), Hop(2, source)], source, source), ([Hop(1, hop), Hop(2, target)], source, None)]
    paths += [([Hop(1, hop), Hop(2, target), Hop(3, named[-1]), Hop(9, target)], None, target)]
    paths += [([Hop(0, target), Hop(0, hop), Hop(1, hop), Hop(2, target)], source, target)]
    return [
        PlainTrace(trace_id=at - len(paths), started_at=at, source=one, target=other, reached=True, hops=tuple(hops))
        for at, (hops, one, other) in enumerate(paths)
    ]


def key(address: Address | None) -> tuple[int, int, int]:
    if address is None:
        return 0, 0, 0
    if address.version == 4:
        return int(address) << 32, 0, 4
    return int(address) >> 64, int(address) & (1 << 64) - 1, 6


def ranges_of(prefixes: list[IPv4Network | IPv6Network], value: list[int]) -> Ranges:
    first, last = [key(one[0])[:2] for one in prefixes], []
    for one in prefixes:
        high, low, family = key(one[-1])
        last.append((high | 0xFFFFFFFF, (1 << 64) - 1) if family == 4 else (high, low))
    family = np.array([one.version for one in prefixes], np.int8)
    ends = [np.array([pair[at] for pair in some], np.uint64) for some in (first, last) for at in (0, 1)]
    return Ranges(family, *ends, np.array(value, np.int32))


def sources_of(known: Known) -> AddressSources:
    """The same tables as the engine takes them."""
    values = sorted({tuple(sorted(some)) for some in known.origins.values()})
    points = sorted(set(known.exchanges.values()))
    keys = [key(address) for address in known.vendors]
    names = [name for name, _ in known.vendors.values()]
    p_correct = [np.nan if p is None else float(p) / 10**6 for _, p in known.vendors.values()]
    return AddressSources(
        origins=OriginTable(
            ranges=ranges_of(list(known.origins), [values.index(tuple(sorted(s))) for s in known.origins.values()]),
            origins=values,
        ),
        exchanges=ExchangeTable(
            ranges=ranges_of(list(known.exchanges), [points.index(name) for name in known.exchanges.values()]),
            names=points,
        ),
        identified=IdentifiedAddresses(
            family=np.array([one[2] for one in keys], np.uint8),
            high=np.array([one[0] for one in keys], np.uint64),
            low=np.array([one[1] for one in keys], np.uint64),
            vendor=np.array([-1 if name is None else VENDORS.index(name) for name in names], np.int32),
            p_correct=np.array(p_correct, np.float64),
            vendors=VENDORS,
            probed=np.array([address in known.probed for address in known.vendors], np.bool_),
        ),
    )


def arrays_of(traces: list[PlainTrace]) -> Traces:
    hops = [(hop, key(hop.address)) for one in traces for hop in one.hops]
    ends = {name: [key(getattr(one, name)) for one in traces] for name in ("source", "target")}
    columns = {
        f"{name}_{part}": np.array([one[at] for one in keys], np.uint8 if part == "family" else np.uint64)
        for name, keys in ends.items()
        for at, part in enumerate(("high", "low", "family"))
    }
    return Traces(
        trace_id=np.array([one.trace_id for one in traces], np.int64),
        started_at=np.array([one.started_at for one in traces], np.int64),
        reached=np.array([one.reached for one in traces], np.bool_),
        first_hop=np.concatenate([[0], np.cumsum([len(one.hops) for one in traces])]).astype(np.int64),
        ttl=np.array([hop.ttl for hop, _ in hops], np.uint8),
        high=np.array([one[0] for _, one in hops], np.uint64),
        low=np.array([one[1] for _, one in hops], np.uint64),
        family=np.array([one[2] for _, one in hops], np.uint8),
        flags=np.array([8 if hop.looped else 0 for hop, _ in hops], np.uint16),
        **columns,
    )
