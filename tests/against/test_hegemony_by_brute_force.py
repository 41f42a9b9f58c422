"""Influence held to a second implementation: from bytes of a RIB to scores, and over all paths of small graphs."""

import random
from collections.abc import Iterator
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
import numpy as np
import polars as pl

from against import reference_influence as second
from against.reference_routes import Graph, conventional, random_graph
from against.reference_routes import routes as routes_to
from provenet.ingest.bgp.mrt import read_mrt
from provenet.routing.hegemony import (
    country_hegemony,
    observed_hegemony,
    simulated_country_hegemony,
    simulated_hegemony,
)
from provenet.routing.influence import (
    observed_transit_influence,
    observed_vendor_dependence,
    simulated_transit_influence,
    simulated_vendor_dependence,
    weights_of,
)
from provenet.routing.kernels import hegemony
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.kernels.route_tables import GreatestFirst, Simulated, mirrored
from provenet.routing.observed_routes import Observed, gather
from readers.mrt_bytes import as_path, attribute, peer_index, rib

CASES = 120
Hop = int | frozenset[int]


class Tables:
    """A random RIB: sessions, some of one peer AS, nested prefixes, a few origins, paths with all that is cleaned."""

    def __init__(self, rng: random.Random) -> None:
        peers = [rng.randrange(100, 100 + rng.choice([3, 12, 25])) for _ in range(rng.randrange(1, 30))]
        self.peer = peers
        base = int(IPv4Address("10.0.0.0"))
        prefixes = set()
        for _ in range(rng.randrange(1, 9)):
            length = rng.randrange(24, 31)
            prefixes.add(IPv4Network((base + (rng.randrange(512) >> (32 - length) << (32 - length)), length)))
        self.raw: dict[tuple[int, IPv4Network], list[Hop]] = {}
        for prefix in sorted(prefixes):
            origins = rng.sample(range(1, 6), rng.choice([1, 1, 2]))
            for session, asn in enumerate(peers):
                if rng.random() < 0.85:
                    self.raw[session, prefix] = self.path(rng, asn, rng.choice(origins))
        self.table = {key: path for key, raw in self.raw.items() if (path := second.cleaned(raw))}
        # Sessions that have no route left are no vantage points.
        used = sorted({session for session, _ in self.table})
        self.used_peer = [peers[s] for s in used]
        place = {s: at for at, s in enumerate(used)}
        self.used_table = {(place[s], p): path for (s, p), path in self.table.items()}

    @staticmethod
    def path(rng: random.Random, peer: int, origin: int) -> list[Hop]:
        path: list[Hop] = [peer, *rng.choices(range(10, 18), k=rng.randrange(4)), origin]
        if rng.random() < 0.4:
            path += [path[-1]] * rng.randrange(3)
        if rng.random() < 0.08:
            path.append(frozenset({origin, 9}))
        return [] if rng.random() < 0.03 else path

    def observed(self, **options: Any) -> Observed:
        data = peer_index(*((f"192.0.2.{at + 1}", asn) for at, asn in enumerate(self.peer)))
        for prefix in sorted({p for _, p in self.raw}):
            mine = [(s, written(raw)) for (s, p), raw in self.raw.items() if p == prefix]
            data += rib(str(prefix), *mine)
        found = read_mrt(data)
        return gather(found, lambda: [session.asn for session in found.reading.sessions], **options)


def written(raw: list[Hop]) -> bytes:
    parts = [(1, sorted(hop)) if isinstance(hop, frozenset) else (2, [hop]) for hop in raw]
    return attribute(2, as_path(*parts))


def same(got: dict[int, float], wanted: dict[int, Fraction]) -> None:
    assert set(got) == {a for a, value in wanted.items() if value}
    for asn, value in got.items():
        assert value == pytest.approx(float(wanted[asn]), abs=1e-12)


def by_asn(scores: pl.DataFrame, column: str = "hegemony_share") -> dict[int, float]:
    return dict(scores.select("asn", column).iter_rows())


@pytest.mark.parametrize("seed", range(CASES))
def test_observed_hegemony(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(hegemony, "ATOMS_AT_ONCE", rng.choice([1, 3, 2**20]))
    tables = Tables(rng)
    observed = tables.observed()
    weights = rng.choice(["addresses", "1"])
    for scope in ("global", "origin"):
        answer = observed_hegemony(observed, scope=scope, weights=weights)
        rows = answer["scopes"].iter_rows(named=True)
        asked = {None: next(rows)} if scope == "global" else {row["origin_asn"]: row for row in rows}
        if scope == "origin":
            assert set(asked) == set(second.origins(tables.used_table, tables.used_peer).values())
        for origin, row in asked.items():
            asked_of = tables.used_table, tables.used_peer, origin, weights == "addresses"
            scores, found, blind = second.hegemony(*asked_of)
            mine = answer["scores"] if origin is None else answer["scores"].filter(origin_asn=origin)
            same(by_asn(mine), scores)
            assert row["found_share"] == pytest.approx(float(found))
            assert row["blind_vantage_count"] == blind
    assert sorted(answer["blind_vantage_asns"]) == sorted(set(tables.peer) - set(tables.used_peer))


@pytest.mark.parametrize("seed", range(0, CASES, 3))
def test_observed_country_hegemony_and_vendor_dependence(seed: int) -> None:
    rng = random.Random(seed)
    tables = Tables(rng)
    observed = tables.observed()
    table, peer = tables.used_table, tables.used_peer
    of = second.origins(table, peer)
    weight = {origin: Fraction(rng.randrange(1, 9)) for origin in range(1, 5)}
    given = pl.DataFrame({"asn": list(weight), "weight": [float(w) for w in weight.values()]})
    skip = rng.random() < 0.5
    answer = country_hegemony(observed_hegemony(observed, scope="origin"), given, skip_origin=skip)
    parts = {s: second.hegemony(table, peer, s, True) for s in weight if s in of.values()}
    found = {s: scores for s, (scores, share, _) in parts.items() if share}
    wanted: dict[int, Fraction] = {}
    for s, scores in found.items():
        for a, score in scores.items():
            if not (skip and a == s):
                wanted[a] = wanted.get(a, Fraction(0)) + weight[s] * score / sum(weight[o] for o in found)
    same(by_asn(answer["scores"]), wanted)
    assert answer["found_share"] == pytest.approx(float(sum(weight[o] for o in found) / sum(weight.values())))
    seeing = {peer[s] for (s, p), path in table.items() if path[-1] == of[p] and of[p] in weight}
    assert answer["blind_vantage_count"] == len(set(peer)) - len(seeing)

    shares = {
        a: tuple(sorted(Fraction(rng.randrange(5), 4) for _ in "12")) for a in range(9, 130) if rng.random() < 0.6
    }
    unlisted = rng.choice(["unknown", "none"])
    low = {a: shares.get(a, (0, 0))[0] for a in range(200)}
    high = {a: shares.get(a, (0, Fraction(unlisted == "unknown")))[1] for a in range(200)}
    own = second.addresses(of)
    views: dict[int, dict[int, list[tuple[Fraction, tuple[int, ...]]]]] = {v: {} for v in peer}
    for (session, prefix), path in table.items():
        if path[-1] == of[prefix] and (whole := sum(own[p] for p in of if of[p] == of[prefix])):
            part = Fraction(own[prefix], whole) / peer.count(peer[session])
            views[peer[session]].setdefault(of[prefix], []).append((part, path))
    rows = [(a, float(one), float(two)) for a, (one, two) in shares.items()]
    stated = pl.DataFrame(rows, schema={"asn": pl.Int64, "low": pl.Float64, "high": pl.Float64}, orient="row")
    told = observed_vendor_dependence(observed, given, stated, unlisted=unlisted)
    held(told, second.lifted(views, weight, low, high))


def held(told: dict[str, Any], wanted: tuple[Fraction, ...]) -> None:
    names = ("low_share", "high_share", "low_of_found_share", "high_of_found_share")
    for name, value in zip(names, wanted, strict=True):
        assert (told[name] or 0.0) == pytest.approx(float(value), abs=1e-12), name


@pytest.mark.parametrize("seed", range(0, CASES, 3))
def test_observed_transit_influence(seed: int) -> None:
    rng = random.Random(seed)
    tables = Tables(rng)
    observed = tables.observed()
    first = int(IPv4Address("10.0.0.0"))
    inside = {first + at for at in range(600) if (at // 16) % 3 != 1}
    ranges = [(first + at * 16, first + at * 16 + 15) for at in range(37) if at % 3 != 1]
    country = set(rng.sample(sorted(set(tables.used_peer)), k=len(set(tables.used_peer)) // 4))
    sessions = [s for s, asn in enumerate(tables.used_peer) if asn not in country]
    prefixes = {s: [p for t, p in tables.used_table if t == s] for s in sessions}
    used = {p for mine in prefixes.values() for p in mine}
    total = len({int(a) for p in used for a in p} & inside)
    rows = []
    for at, s in enumerate(sessions):
        for prefix in prefixes[s]:
            deeper = [q for q in prefixes[s] if q != prefix and q.subnet_of(prefix)]
            mine = {int(a) for a in prefix} & inside - {int(a) for q in deeper for a in q}
            if mine:
                rows.append((at, Fraction(len(mine), total), tables.used_table[s, prefix]))
    answer = observed_transit_influence(
        observed, pl.DataFrame(ranges, schema=["first", "last"], orient="row"), sorted(country), gate=0.6
    )
    host = [tables.used_peer[s] for s in sessions]
    plain = second.transit(rows, host, lambda _: 0)
    same(by_asn(answer["scores"], "unfiltered_share"), plain)
    filtered = by_asn(answer["scores"].filter(pl.col("influence_share") > 0), "influence_share")
    same(filtered, second.transit(rows, host, lambda n: n // 10))
    published = {a: value * len(set(host)) / len(host) for a, value in plain.items()}
    same(by_asn(answer["scores"], "published_form_share"), published)


class Routed:
    """A small graph whose conventional paths come from the reference, given as batches of next hops."""

    def __init__(self, rng: random.Random) -> None:
        self.graph: Graph = random_graph(rng, rng.randrange(2, 26), rng.choice([0.02, 0.1, 0.3]))
        sales, peerings = np.array(self.graph.sales()).reshape(-1, 2), np.array(self.graph.peerings()).reshape(-1, 2)
        every = np.array(self.graph.every())
        self.topology: Topology = topology(*sales.T, peerings[:, 0], peer_b=peerings[:, 1], alone=every)
        self.tables = {d: routes_to(self.graph, d) for d in self.graph.every()}
        self.lanes = rng.choice([1, 3, 16])

    def path(self, v: int, d: int) -> tuple[int, ...]:
        return conventional(self.tables[d], v)

    def __call__(self, destinations: Any) -> Iterator[tuple[Any, Any]]:
        asns = self.topology.asn.tolist()
        node = {asn: at for at, asn in enumerate(asns)}
        for first in range(0, len(destinations), self.lanes):
            root = destinations[first : first + self.lanes]
            table = np.full((len(asns), len(root)), -1, np.int32)
            for lane, d in enumerate(root.tolist()):
                for v in asns:
                    path = self.path(v, asns[d])
                    if len(path) > 1:
                        table[node[v], lane] = node[path[1]]
            yield root, table


@pytest.mark.parametrize("seed", range(CASES))
def test_simulated_influence(seed: int) -> None:
    rng = random.Random(seed)
    routed = Routed(rng)
    every = routed.graph.every()
    topo = routed.topology
    weight = {a: Fraction(rng.randrange(1, 6)) for a in rng.sample(every, rng.randrange(1, len(every) + 1))}
    if rng.random() < 0.3:
        weight[4_294_967_295] = Fraction(3)
    given = pl.DataFrame({"asn": list(weight), "weight": [float(w) for w in weight.values()]})
    chosen = sorted(rng.sample(every, rng.randrange(1, len(every) + 1)))
    vantages = topo.nodes_of(np.array(chosen))
    total = sum(weight.values())
    paths = {(v, d): routed.path(v, d) for v in chosen for d in weight if d in routed.tables}
    # Global: every destination together, then the trimmed mean.
    wanted = {
        a: second.trimmed(
            [sum((weight[d] / total for d in weight if a in paths.get((v, d), ())), Fraction(0)) for v in chosen],
            len(chosen),
        )
        for a in every
    }
    answer = simulated_hegemony(routed, topo, given, vantages=vantages)
    assert answer["is_exact"]
    same(by_asn(answer["scores"], "low_share"), wanted)
    same(by_asn(answer["scores"], "high_share"), wanted)
    blocks = simulated_hegemony(routed, topo, given, vantages=vantages, room_bytes=8 * max(1, len(topo.asn)))
    for asn, low, high in blocks["scores"].iter_rows():
        assert low - 1e-12 <= float(wanted[asn]) <= high + 1e-12
        assert high - low <= 0.04 * max(high, 1e-9)
    # A country: the trimmed mean towards each origin, then the mean over origins that anybody reaches.
    skip = rng.random() < 0.5
    told = simulated_country_hegemony(routed, topo, given, vantages=vantages, skip_origin=skip)
    found = [d for d in weight if any(paths.get((v, d)) for v in chosen)]
    mine: dict[int, Fraction] = {}
    for d in found:
        views = [paths[v, d] for v in chosen]
        for a in every:
            if not (skip and a == d):
                score = second.trimmed([Fraction(a in path) for path in views], len(views))
                mine[a] = mine.get(a, Fraction(0)) + weight[d] * score / sum(weight[o] for o in found)
    same(by_asn(told["scores"]), mine)
    assert told["found_share"] == pytest.approx(float(sum(weight[o] for o in found) / total))
    # A vendor, through networks.
    shares = {a: tuple(sorted(Fraction(rng.randrange(5), 4) for _ in "12")) for a in every if rng.random() < 0.6}
    unlisted = rng.choice(["unknown", "none"])
    low = {a: shares.get(a, (Fraction(0), 0))[0] for a in every}
    high = {a: shares.get(a, (0, Fraction(unlisted == "unknown")))[1] for a in every}
    views_of = {v: {d: [(Fraction(1), paths[v, d])] for d in weight if paths.get((v, d))} for v in chosen}
    rows = [(a, float(one), float(two)) for a, (one, two) in shares.items()]
    stated = pl.DataFrame(rows, schema={"asn": pl.Int64, "low": pl.Float64, "high": pl.Float64}, orient="row")
    vendor = simulated_vendor_dependence(routed, topo, given, shares=stated, vantages=vantages, unlisted=unlisted)
    held(vendor, second.lifted(views_of, weight, low, high))
    # Transit into a country, from outside it.
    inside = rng.sample(chosen, len(chosen) // 3)
    monitors = [v for v in chosen if v not in inside]
    lines = [
        (at, weight[d] / total, paths[v, d])
        for at, v in enumerate(monitors)
        for d in weight
        if paths.get((v, d)) and len(paths[v, d]) > 1
    ]
    influence = simulated_transit_influence(routed, topo, given, monitors=vantages, inside_asns=inside, gate=0.5)
    same(by_asn(influence["scores"], "influence_share"), second.transit(lines, monitors, lambda n: n // 10))


@pytest.mark.parametrize("seed", range(CASES))
def test_tables_of_next_hops(seed: int) -> None:
    """Every next hop of the product's own simulation against the reference's conventional paths."""
    rng = random.Random(seed)
    routed = Routed(rng)
    topo = routed.topology
    every = np.arange(topo.node_count, dtype=np.int32)
    sources = np.sort(rng.sample(every.tolist(), rng.randrange(1, len(every) + 1))).astype(np.int32)
    sells = np.diff(topo.down_start) > 0
    told = {int(d): table[:, at].copy() for d, at, table in lanes(Simulated(condense(topo), sources)(every))}
    assert sorted(told) == every.tolist()
    for d, at, table in lanes(routed(every)):
        shown = (sells | np.isin(every, sources)) & (every != d)
        assert told[d][shown].tolist() == table[shown, at].tolist()
        assert (told[d][~shown & (every != d)] == -1).all()


@pytest.mark.parametrize("seed", range(0, CASES, 4))
def test_the_greatest_asn_first(seed: int) -> None:
    """Each next hop is the greatest of the reference's ties, and so is the mirror of the smallest."""
    routed = Routed(random.Random(seed))
    topo = routed.topology
    asns, every = topo.asn.tolist(), np.arange(topo.node_count, dtype=np.int32)
    for d, at, table in lanes(GreatestFirst(topo, every)(every)):
        for v, asn in enumerate(asns):
            hops = routed.tables[asns[d]][asn].next_hops
            assert v == d or table[v, at] == (asns.index(max(hops)) if hops else -1)
    again = mirrored(mirrored(topo))
    assert all(np.array_equal(getattr(again, name), getattr(topo, name)) for name in ("asn", "up", "down", "peer"))


def lanes(batches: Iterator[tuple[Any, Any]]) -> Iterator[tuple[int, int, Any]]:
    for root, table in batches:
        yield from ((int(d), at, table) for at, d in enumerate(root))


@pytest.mark.parametrize("seed", range(20))
def test_addresses_of_a_country_by_network(seed: int) -> None:
    rng = random.Random(seed)
    owned, where = ranges(rng, 300), ranges(rng, 300)
    asn = [rng.randrange(1, 5) for _ in owned]
    first, last = (np.array([one[end] for one in owned], np.int64) for end in (0, 1))
    inside_of = np.array(sorted(where), np.int64).reshape(-1, 2)
    found = weights_of(
        first, last, np.array(asn, np.int64), part=np.ones(len(asn)), ranges=(inside_of[:, 0], inside_of[:, 1])
    )
    inside = {at for a, b in where for at in range(a, b + 1)}
    wanted: dict[int, int] = {}
    for (a, b), who in zip(owned, asn, strict=True):
        wanted[who] = wanted.get(who, 0) + len(inside & set(range(a, b + 1)))
    assert dict(found.iter_rows()) == {who: count for who, count in wanted.items() if count}


def ranges(rng: random.Random, end: int) -> list[tuple[int, int]]:
    cuts = sorted(rng.sample(range(end), rng.randrange(2, 20) // 2 * 2))
    return [(a, b - 1 if b - 1 > a else a) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
