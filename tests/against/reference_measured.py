"""Measured paths a second time: plain Python over addresses of the standard library, a trace at a time, no arrays.

It knows nothing of the engine: prefixes are searched one by one, sets are sets, shares are fractions.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from math import ceil, floor

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE_SPACE = [
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "0.0.0.0/8"),
        *("fc00::/7", "fe80::/10", "2001:db8::/32", "ff00::/8", "::/16"),
    )
]
"""What of it the random traces use."""


@dataclass(frozen=True)
class Hop:
    """An answer, or silence, at one TTL."""

    ttl: int
    address: Address | None
    looped: bool = False


@dataclass(frozen=True)
class PlainTrace:
    """One trace."""

    trace_id: int
    started_at: int
    source: Address | None
    target: Address | None
    reached: bool
    hops: tuple[Hop, ...]
    source_country: str = ""
    target_country: str = ""


@dataclass(frozen=True, eq=False)
class Known:
    """The tables that addresses are decided by; told apart by identity, so that what is found is found once."""

    origins: dict[Network, frozenset[int]]
    exchanges: dict[Network, str]
    vendors: dict[Address, tuple[str | None, Fraction | None]]
    """A vendor and how likely it is right, in millionths."""
    probed: frozenset[Address]
    """Those of a list of probed addresses."""


@dataclass
class Sums:
    """The sums of a group and a set."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by


def narrowest(address: Address, table: dict[Network, object]) -> Network | None:
    held = [one for one in table if one.version == address.version and address in one]
    return max(held, key=lambda one: one.prefixlen, default=None)


@cache
def is_public(address: Address) -> bool:
    return not any(address.version == one.version and address in one for one in PRIVATE_SPACE)


@cache
def exchange(address: Address, known: Known) -> str | None:
    found = narrowest(address, known.exchanges) if is_public(address) else None
    return None if found is None else known.exchanges[found]


@cache
def networks(address: Address, known: Known) -> frozenset[int]:
    if not is_public(address) or exchange(address, known) is not None:
        return frozenset()
    found = narrowest(address, known.origins)
    return frozenset() if found is None else known.origins[found]


def vendor(address: Address, known: Known) -> tuple[str | None, Fraction | None]:
    return known.vendors.get(address, (None, None)) if is_public(address) else (None, None)


@cache
def shares(known: Known, restricted: frozenset[str]) -> dict[int, tuple[bool, int, int]]:
    """By network: whether such a device was seen in it alone, and the ends of the share over every way to place
    addresses of several networks and to name unknown vendors, in millionths.
    """
    found: dict[int, tuple[bool, int, int]] = {}
    looked_at = {asn for address in known.vendors for asn in networks(address, known)}
    for asn in looked_at:
        sure, perhaps = [], []
        seen = False
        for address, (name, p) in known.vendors.items():
            where = networks(address, known)
            kind = None if name is None or not (p or name in restricted) else name in restricted
            if asn in where:
                seen = seen or (len(where) == 1 and name in restricted)
                if address in known.probed:
                    (sure if len(where) == 1 else perhaps).append(kind)
        ends = [] if sure else [Fraction(0), Fraction(1)]
        # Of one kind, all or none give the ends.
        for kinds in ((), (True,), (False,), (None,), (True, False), (True, None), (False, None), (True, False, None)):
            inside = sure + [one for one in perhaps if one in kinds]
            for unknown in (True, False):
                known_ones = [unknown if one is None else one for one in inside]
                if known_ones:
                    ends.append(Fraction(sum(known_ones), len(known_ones)))
        found[asn] = (seen, floor(min(ends) * 10**6), ceil(max(ends) * 10**6))
    return found


@cache
def judge(trace: PlainTrace, known: Known, restricted: frozenset[str], endpoints: bool) -> dict[str, object]:
    """The class of a trace, why it is not decided, and what its class rests on."""
    share = shares(known, restricted)
    ends = {trace.source, trace.target}
    on_path = [hop.address for hop in trace.hops if hop.address is not None and hop.address not in ends]
    passed: list[Address | None] = [*on_path, *((trace.source, trace.target) if endpoints else ())]
    names = [(None, None) if one is None else vendor(one, known) for one in passed]
    hits = [p for name, p in names if name in restricted]
    answered = {hop.ttl for hop in trace.hops if hop.address is not None}
    target_ttls = [
        hop.ttl for hop in trace.hops if hop.ttl > 0 and hop.address is not None and hop.address == trace.target
    ]
    last = min(target_ttls) - 1 if target_ttls else max(answered, default=0)
    obstacles = set()
    if not {ttl for ttl in answered if ttl > 0} or not set(range(1, last + 1)) <= answered or last > 61:
        obstacles.add("silent")
    if not (trace.reached and target_ttls):
        obstacles.add("unreached")
    if any(hop.looped for hop in trace.hops if hop.address is not None):
        obstacles.add("looped")
    # What somebody states without a probability says that a device is there, never that another is not.
    settled = all(name is not None and (p or name in restricted) for name, p in names)
    clear = not obstacles and settled and not hits
    if not settled:
        obstacles.add("unidentified")
    where = [frozenset() if one is None else networks(one, known) for one in passed]
    if any(not some and (one is None or exchange(one, known) is None) for one, some in zip(passed, where, strict=True)):
        obstacles.add("unmapped")
    near = [some for some in where if some and all(asn in share and share[asn][0] for asn in some)]
    own = [networks(one, known) for one in ends if one is not None]
    answer: dict[str, object] = {"obstacles": obstacles, "beyond": any(some not in own for some in near)}
    answer["low"] = max((min(share[asn][1] for asn in some) for some in near), default=0)
    answer["high"] = max((max(share[asn][2] for asn in some) for some in near), default=0)
    answer["sure"] = max((int(p or 0) for p in hits), default=0)
    answer["doubt"] = sum(10**6 - int(p or 0) for _, p in names)
    answer["class"] = "hop" if hits else "clear" if clear else "network" if near else "unknown"
    return answer


def sums(
    traces: list[PlainTrace], known: Known, sets: dict[str, frozenset[str]], endpoints: bool
) -> dict[tuple[str, str, str], dict[str, int]]:
    """What is summed, by source country, target country and set."""
    found: dict[tuple[str, str, str], Sums] = {}
    for trace in {one.trace_id: one for one in traces}.values():
        for name, restricted in sets.items():
            here = found.setdefault((trace.source_country, trace.target_country, name), Sums())
            answer = judge(trace, known, restricted, endpoints)
            kind = str(answer["class"])
            here.add("traces")
            here.add(kind)
            if kind in ("network", "unknown"):
                for obstacle in answer["obstacles"]:  # type: ignore[attr-defined]
                    here.add(f"undecided_{obstacle}")
            if kind == "network":
                here.add("network_beyond_ends", int(bool(answer["beyond"])))
                here.add("network_low_ppm", int(str(answer["low"])))
                here.add("network_high_ppm", int(str(answer["high"])))
            if kind == "hop":
                here.add("hop_sure_ppm", int(str(answer["sure"])))
            if kind == "clear":
                here.add("clear_sure_ppm", max(0, 10**6 - int(str(answer["doubt"]))))
    return {key: one.counts for key, one in found.items()}


def as_path(trace: PlainTrace, known: Known) -> str:
    """The networks of a trace one after another."""
    words: list[str] = []

    def say(word: str) -> None:
        if not words or words[-1] != word:
            words.append(word)

    before = 0
    for ttl in sorted({hop.ttl for hop in trace.hops}):
        if ttl > before + 1:
            say("*")
        here = set()
        for hop in trace.hops:
            if hop.ttl == ttl and hop.address is not None:
                some, point = networks(hop.address, known), exchange(hop.address, known)
                asns = sorted(some)
                text = str(asns[0]) if len(asns) == 1 else "{" + ",".join(map(str, asns)) + "}" if asns else "*"
                here.add(f"ix:{point}" if point is not None else text)
        numbers = sorted(int(one) for one in here if one.isdecimal())
        say("|".join([*map(str, numbers), *sorted(one for one in here if not one.isdecimal())]) or "*")
        before = ttl
    return " ".join(words)
