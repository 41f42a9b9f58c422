"""AS hegemony, vendor-lifted hegemony and transit influence a second time, from the text, with fractions and sets."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from ipaddress import IPv4Network
from itertools import groupby

Path = tuple[int, ...]
Table = Mapping[tuple[int, IPv4Network], Path]
"""The cleaned path of each session to each prefix."""


def cleaned(path: Sequence[int | frozenset[int]]) -> Path | None:
    """No prepending; None for a set, a loop or nothing."""
    once = [hop for hop, _ in groupby(path)]
    if not once or any(isinstance(hop, frozenset) for hop in once) or len(set(once)) < len(once):
        return None
    return tuple(hop for hop in once if isinstance(hop, int))


def trimmed(values: Iterable[Fraction], n: int, tenth: Fraction = Fraction(1, 10)) -> Fraction:
    """The mean of values padded with zeros to n, without floor(n/10) at each end."""
    padded = sorted([*values, *[Fraction(0)] * n])[-n:] if n else []
    every = sorted(padded)
    k = int(tenth * n)
    kept = every[k : n - k]
    return sum(kept, Fraction(0)) / len(kept) if kept else Fraction(0)


def origins(table: Table, peer: Sequence[int]) -> dict[IPv4Network, int]:
    """The origin that most peer ASes see, the smallest among equals."""
    seen: dict[IPv4Network, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for (session, prefix), path in table.items():
        seen[prefix][path[-1]].add(peer[session])
    return {p: min(found, key=lambda o: (-len(found[o]), o)) for p, found in seen.items()}


def addresses(of: Mapping[IPv4Network, int]) -> dict[IPv4Network, int]:
    """Addresses of each prefix that no more specific one of another origin covers, one by one."""
    found = {}
    for prefix, origin in of.items():
        taken = {
            int(address)
            for other, who in of.items()
            if who != origin and other != prefix and other.subnet_of(prefix)
            for address in other
        }
        found[prefix] = prefix.num_addresses - len(taken)
    return found


def hegemony(
    table: Table, peer: Sequence[int], scope: int | None, by_address: bool
) -> tuple[dict[int, Fraction], Fraction, int]:
    """Scores of one scope (an origin, or everything), the found share, and how many peer ASes are blind."""
    of = origins(table, peer)
    weight = addresses(of) if by_address else dict.fromkeys(of, 1)
    total = sum(w for p, w in weight.items() if scope in (None, of[p]))
    sees: dict[int, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    seen: dict[int, Fraction] = defaultdict(Fraction)
    has: set[int] = set()
    for (session, prefix), path in table.items():
        if scope is None or (of[prefix] == scope and path[-1] == scope):
            has.add(session)
            for asn in path:
                sees[session][asn] += Fraction(weight[prefix], total) if total else 0
            seen[session] += Fraction(weight[prefix], total) if total else 0
    peers = sorted({peer[s] for s in range(len(peer))})
    mine = {v: [s for s in range(len(peer)) if peer[s] == v] for v in peers}
    every = {asn for found in sees.values() for asn in found}
    scores = {a: trimmed([sum(sees[s][a] for s in mine[v]) / len(mine[v]) for v in peers], len(peers)) for a in every}
    found = sum(sum(seen[s] for s in mine[v]) / len(mine[v]) for v in peers) / len(peers) if peers else Fraction(0)
    blind = len(set(peer)) - len({peer[s] for s in has})
    return {a: score for a, score in scores.items() if score}, found, blind


def exposure(path: Path, low: Mapping[int, Fraction], high: Mapping[int, Fraction]) -> tuple[Fraction, Fraction]:
    """What a path crosses at least and at most."""
    inside = path[1:-1]
    return max([low[a] for a in inside], default=Fraction(0)), min(
        Fraction(1), sum((high[a] for a in inside), Fraction(0))
    )


def lifted(
    views: Mapping[int, Mapping[int, list[tuple[Fraction, Path]]]],
    weight: Mapping[int, Fraction],
    low: Mapping[int, Fraction],
    high: Mapping[int, Fraction],
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """The interval with unseen routes unknown, and over found routes. `views[v][s]` lists (share of s, path)."""
    total = sum(weight.values())
    ends_of, found_of = [], []
    for view in views.values():
        least = most = seen = Fraction(0)
        for origin, w in weight.items():
            for share, path in view.get(origin, []):
                part = Fraction(w) / total * share
                one, two = exposure(path, low, high)
                least, most, seen = least + part * one, most + part * two, seen + part
        ends_of.append((least, most + 1 - seen))
        if seen:
            found_of.append((least / seen, most / seen))
    n, m = len(ends_of), len(found_of)
    return (
        trimmed([a for a, _ in ends_of], n),
        trimmed([b for _, b in ends_of], n),
        trimmed([a for a, _ in found_of], m),
        trimmed([b for _, b in found_of], m),
    )


def transit(
    rows: Iterable[tuple[int, Fraction, Path]], host: Sequence[int], trim: Callable[[int], int]
) -> dict[int, Fraction]:
    """Transit influence: rows are (session, share of the country's addresses, path)."""
    hosts = sorted(set(host))
    value: dict[tuple[int, int], dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for session, share, path in rows:
        for at, asn in enumerate(path[:-1]):
            if asn != host[session]:
                part = share / (len(path) - 1 - at) / host.count(host[session])
                value[path[-1], asn][host[session]] += part
    found: dict[int, Fraction] = defaultdict(Fraction)
    for (_, asn), by_host in value.items():
        every = sorted(by_host.get(h, Fraction(0)) for h in hosts)
        k = trim(len(hosts))
        kept = every[k : len(every) - k]
        found[asn] += sum(kept, Fraction(0)) / len(kept)
    return dict(found)
