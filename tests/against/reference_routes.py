"""A second, slow and obvious reading of policy routing, exposure and the avoidability ladder, from the text alone.

It shares no code with the product and uses no arrays: a graph is three dicts of sets of ASNs, and whatever can be
enumerated is enumerated, so graphs must be small. Where the text leaves a choice, the reading taken here is marked
"Reading:". Graphs to try it on are drawn by `random_graph`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import NamedTuple

PREFERENCE = {"self": 4, "customer": 3, "peer": 2, "provider": 1, "none": 0}
UPWARD = ("self", "customer")
"""Classes of route that are told to everybody; the others are told to customers alone."""
Path = tuple[int, ...]
Shares = Mapping[int, tuple[float, float]]


class Route(NamedTuple):
    """What an AS uses to reach the destination: by whom it learnt it, how many hops, and all equally good next hops."""

    kind: str
    length: int | None
    next_hops: frozenset[int]


class Rung(NamedTuple):
    """A place on the ladder. `number` is exact; None where no clear route exists, and then so is all the rest."""

    number: int | None
    movers: Path
    stretch: int | None
    source_alone: bool | None
    path: Path


NO_ROUTE = Route("none", None, frozenset())
Routes = dict[int, Route]


@dataclass
class Graph:
    """Who buys from whom and who peers. Each AS has an entry in each of the three dicts."""

    providers: dict[int, set[int]]
    customers: dict[int, set[int]]
    peers: dict[int, set[int]]

    @classmethod
    def of(
        cls, sales: Iterable[tuple[int, int]] = (), peerings: Iterable[tuple[int, int]] = (), alone: Iterable[int] = ()
    ) -> Graph:
        """From (provider, customer) pairs, pairs of peers and ASes that may have no link."""
        graph = cls(defaultdict(set), defaultdict(set), defaultdict(set))
        for provider, customer in sales:
            graph.providers[customer].add(provider)
            graph.customers[provider].add(customer)
        for one, two in peerings:
            graph.peers[one].add(two)
            graph.peers[two].add(one)
        every = {*graph.providers, *graph.customers, *graph.peers, *alone}
        return cls(*({v: set(links[v]) for v in sorted(every)} for links in graph.links()))

    def links(self) -> tuple[dict[int, set[int]], dict[int, set[int]], dict[int, set[int]]]:
        return self.providers, self.customers, self.peers

    def every(self) -> list[int]:
        return sorted(self.providers)

    def neighbours(self, v: int) -> set[int]:
        return self.providers[v] | self.customers[v] | self.peers[v]

    def sales(self) -> list[tuple[int, int]]:
        return sorted((p, c) for p, all_c in self.customers.items() for c in all_c)

    def peerings(self) -> list[tuple[int, int]]:
        return sorted((a, b) for a, all_b in self.peers.items() for b in all_b if a < b)

    def without(self, gone: Iterable[int]) -> Graph:
        """The graph that is left when some ASes and all their links are taken out."""
        out = set(gone)
        kept = [{v: others - out for v, others in links.items() if v not in out} for links in self.links()]
        return Graph(*kept)


# --- Policy routing, twice -------------------------------------------------------------------------------------------


def routes(graph: Graph, d: int) -> Routes:
    """Routes of every AS to d in three stages: up to providers, across to peers, down to customers."""
    length, kind = {d: 0}, {d: "self"}
    level = {d}
    while level:  # Up, one whole level at a time: a ring of providers is walked until it meets itself.
        told = {p for v in level for p in graph.providers[v]} - set(kind)
        for v in told:
            length[v], kind[v] = 1 + min(length[c] for c in level & graph.customers[v]), "customer"
        level = told
    offers = {v: [length[u] for u in graph.peers[v] if u in kind] for v in graph.every() if v not in kind}
    for v, told_lengths in offers.items():  # Across: only what stage up found is told to peers.
        if told_lengths:
            length[v], kind[v] = 1 + min(told_lengths), "peer"
    hops = 0
    while hops <= max(length.values()):  # Down, in order of length: each bucket is complete when it is reached.
        for v in [v for v, held in length.items() if held == hops]:
            for c in graph.customers[v]:
                if c not in kind:
                    length[c], kind[c] = hops + 1, "provider"
        hops += 1
    made = dict.fromkeys(graph.every(), NO_ROUTE)
    for v, word in kind.items():
        from_whom = {"self": set(), "customer": graph.customers[v], "peer": graph.peers[v]}
        asked = from_whom.get(word, graph.providers[v])
        told_by = {u for u in asked if u in kind and (word == "provider" or kind[u] in UPWARD)}
        made[v] = Route(word, length[v], frozenset(u for u in told_by if length[u] + 1 == length[v]))
    return made


def settle(
    graph: Graph, d: int, pins: Mapping[int, int] | None = None, start: Routes | None = None
) -> tuple[bool, Routes, dict[int, Path]]:
    """Path vector: one AS after another takes the best of what its neighbours tell, until nobody changes.

    Best = customer over peer over provider, then fewer hops, then the lowest ASN; a path that holds the AS already is
    refused. A pinned AS takes what its pinned neighbour tells over all else. `start` holds the routes in use at first.
    Returns whether it settled, the routes, and the path of each AS that has one.
    """
    pins = pins or {}
    start = start or {d: Route("self", 0, frozenset())}
    kinds = {v: route.kind for v, route in start.items() if route.kind != "none"}
    paths = {v: conventional(start, v) for v in kinds}
    ties: dict[int, frozenset[int]] = defaultdict(frozenset)
    for _ in range(10 * len(graph.every()) + 20):
        before = dict(paths), dict(kinds), dict(ties)
        for v in graph.every():
            if v == d:
                continue
            told = list(offers_to(graph, v, kinds, paths))
            if not told:
                paths.pop(v, None), kinds.pop(v, None), ties.pop(v, None)
                continue
            best = min(told, key=lambda offer: (offer[1] != pins.get(v), *rank(offer)))
            word, _, path = best
            paths[v], kinds[v] = (v, *path), word
            ties[v] = frozenset(w for other, w, way in told if other == word and len(way) == len(path))
        if before == (paths, kinds, ties):
            found = {v: Route(kinds[v], len(paths[v]) - 1, ties[v]) if v in paths else NO_ROUTE for v in graph.every()}
            return True, found, paths
    return False, {}, paths


def offers_to(
    graph: Graph, v: int, kinds: Mapping[int, str], paths: Mapping[int, Path]
) -> Iterator[tuple[str, int, Path]]:
    """What each neighbour tells v: (class it would be to v, neighbour, the neighbour's path). Loops are left out."""
    for word, those in (("customer", graph.customers), ("peer", graph.peers), ("provider", graph.providers)):
        for u in sorted(those[v]):
            if u in paths and v not in paths[u] and (word == "provider" or kinds[u] in UPWARD):
                yield word, u, paths[u]


def rank(offer: tuple[str, int, Path]) -> tuple[int, int, int]:
    word, u, path = offer
    return -PREFERENCE[word], len(path), u


def routes_by_path_vector(graph: Graph, d: int) -> Routes:
    """The same routes as `routes`, found by letting everybody choose until nobody changes."""
    settled, found, _ = settle(graph, d)
    assert settled
    return found


def pinned(graph: Graph, d: int, pins: Mapping[int, int], from_today: bool = False) -> tuple[bool, dict[int, Path]]:
    """Whether routing settles when some ASes prefer one neighbour over everything, and the paths then in use.

    Where more than one state is stable, which is reached depends on the start: nobody has a route, or all have today's.
    """
    settled, _, paths = settle(graph, d, pins, routes(graph, d) if from_today else None)
    return settled, paths


# --- Paths over ties, and what they cross ----------------------------------------------------------------------------


def conventional(table: Routes, s: int) -> Path:
    """The single path: at each AS the lowest ASN among ties. Empty where there is no route."""
    if table[s].kind == "none":
        return ()
    path = [s]
    while table[path[-1]].next_hops:
        path.append(min(table[path[-1]].next_hops))
    return tuple(path)


def tie_paths(table: Routes, s: int) -> list[tuple[Path, float]]:
    """Every path over ties, with its probability when each AS splits equally over its next hops."""
    if table[s].kind == "none":
        return []
    hops = sorted(table[s].next_hops)
    if not hops:
        return [((s,), 1.0)]
    return [((s, *path), chance / len(hops)) for u in hops for path, chance in tie_paths(table, u)]


def used_paths(table: Routes, s: int, single_path: bool) -> list[tuple[Path, float]]:
    return [(conventional(table, s), 1.0)] if single_path and table[s].kind != "none" else tie_paths(table, s)


def crossed(path: Path, count_endpoints: bool) -> set[int]:
    """The ASes a path crosses: those between its ends, and the ends where they count."""
    return set(path if count_endpoints else path[1:-1])


def least(q: Shares, over: Iterable[int]) -> float:
    return max((q.get(v, (0.0, 0.0))[0] for v in over), default=0.0)


def most(q: Shares, over: Iterable[int]) -> float:
    return min(1.0, sum(q.get(v, (0.0, 0.0))[1] for v in over))


def independent(q: Shares, over: Iterable[int]) -> float:
    missed = 1.0
    for v in over:
        missed *= 1.0 - sum(q.get(v, (0.0, 0.0))) / 2
    return 1.0 - missed


def exposure(
    graph: Graph, d: int, q: Shares, count_endpoints: bool = False, single_path: bool = False
) -> dict[int, tuple[float, float, float]]:
    """Low, high and expected exposure of what each AS that has a route sends to d; d itself is left out."""
    table, made = routes(graph, d), {}
    for s in graph.every():
        ways = [(crossed(path, count_endpoints), chance) for path, chance in used_paths(table, s, single_path)]
        if s != d and ways:
            expected = sum(chance * independent(q, over) for over, chance in ways)
            made[s] = min(least(q, over) for over, _ in ways), max(most(q, over) for over, _ in ways), expected
    return made


def either(
    graph: Graph, s: int, d: int, q: Shares, count_endpoints: bool = False, single_path: bool = False
) -> tuple[float, float] | None:
    """Low and high exposure of s and d to each other, there and back; an AS on both ways counts once."""
    there = [crossed(path, count_endpoints) for path, _ in used_paths(routes(graph, d), s, single_path)]
    back = [crossed(path, count_endpoints) for path, _ in used_paths(routes(graph, s), d, single_path)]
    if not there or not back:
        return None
    low = max(min(least(q, over) for over in there), min(least(q, over) for over in back))
    return low, max(most(q, one | two) for one in there for two in back)


# --- The ladder ------------------------------------------------------------------------------------------------------


def valley_free_paths(graph: Graph, s: int, d: int, restricted: set[int]) -> Iterator[Path]:
    """Every simple valley-free path from s to d that crosses no restricted AS; the ends may be restricted."""

    def onward(path: Path, may_climb: bool) -> Iterator[Path]:
        v = path[-1]
        if v == d:
            yield path
            return
        if v in restricted and v != s:
            return
        steps = [(u, False) for u in graph.customers[v]]
        if may_climb:
            steps += [(u, False) for u in graph.peers[v]] + [(u, True) for u in graph.providers[v]]
        for u, climbs in steps:
            if u not in path:
                yield from onward((*path, u), climbs)

    yield from onward((s,), True)


def ladder(graph: Graph, d: int, restricted: set[int], lucky: bool = False) -> dict[int, Rung]:
    """Every other AS's place on the ladder towards d, by trying all valley-free paths; others as today.

    An AS on a path deviates when its step is not to its default next hop (`lucky`: to none of its tie set). Among paths
    with the fewest deviations, that whose deviations come earliest is taken, then that of the smaller ASNs. Reading:
    the default is a neighbour, not a link; where two ASes have two relations, a step over the other is no deviation.
    """
    table = routes(graph, d)
    default = {v: route.next_hops if lucky else set(sorted(route.next_hops)[:1]) for v, route in table.items()}
    made = {}
    for s in graph.every():
        if s == d:
            continue
        found = []
        for path in set(valley_free_paths(graph, s, d, restricted)):
            where = tuple(i for i, (v, u) in enumerate(pairwise(path)) if u not in default[v])
            found.append((len(where), where, path))
        if not found:
            made[s] = Rung(None, (), None, None, ())
            continue
        number, where, path = min(found)
        alone = source_alone(graph, table, s, d, restricted, lucky) if number == 1 else None
        stretch = len(path) - 1 - (table[s].length or 0)
        made[s] = Rung(number, tuple(path[i] for i in where), stretch, alone, path)
    return made


def source_alone(graph: Graph, table: Routes, s: int, d: int, restricted: set[int], lucky: bool) -> bool:
    """Whether some neighbour tells s a route that is clear as it is used today."""
    for u in graph.neighbours(s):
        tells = table[u].kind != "none" if u in graph.providers[s] else table[u].kind in UPWARD
        if not tells or (u in restricted and u != d):
            continue
        for path, _ in used_paths(table, u, not lucky):
            if s not in path and not restricted & set(path[1:-1]):
                return True
    return False


def reaches_clear(graph: Graph, s: int, d: int, restricted: set[int]) -> bool:
    """Whether policy routing gives s a route to d when the restricted ASes are gone, the ends kept."""
    return routes(graph.without(restricted - {s, d}), d)[s].kind != "none"


def vertex_cut(graph: Graph, s: int, d: int, restricted: set[int]) -> int | str | None:
    """The least number of clear ASes between s and d without which no clear route is left, by trying all sets.

    None where there is no clear route to begin with; "direct link" where no AS lies between them.
    """
    clear = graph.without(restricted - {s, d})
    if d in graph.neighbours(s):
        return "direct link"
    between = [v for v in clear.every() if v not in (s, d)]
    if not any(True for _ in valley_free_paths(clear, s, d, set())):
        return None
    for size in range(1, len(between) + 1):
        for gone in combinations(between, size):
            if not any(True for _ in valley_free_paths(clear, s, d, set(gone))):
                return size
    raise AssertionError("without all that lies between them, two ASes that are not linked have no route")


# --- Graphs to try it on ---------------------------------------------------------------------------------------------


def random_graph(
    rng: random.Random,
    n: int,
    p_peer: float,
    cycles: bool = False,
    stubs: float = 0.4,
    mutual: bool = False,
    twice: bool = False,
) -> Graph:
    """A graph of n ASes in layers, with ties, peers (stubs too) and now and then several pieces or ASes without a link.

    Providers come from earlier layers; the last `stubs` share of the ASes sells to nobody. `cycles` adds sales that
    close rings of providers, two ASes that sell to each other only if `mutual`; `twice` lets peers also have transit of
    each other. ASNs are drawn from all 32 bits and do not follow the layers.
    """
    asns = draw_asns(rng, n)
    pieces = rng.choice([1, 1, 1, 2])
    piece = [rng.randrange(pieces) for _ in asns]
    carriers = max(1, n - int(stubs * n))
    sales: set[tuple[int, int]] = set()
    for i in range(1, n):
        above = [j for j in range(min(i, carriers)) if piece[j] == piece[i]]
        wanted = rng.choice([0, 1, 1, 2, 2, 3])
        sales |= {(j, i) for j in rng.sample(above, min(wanted, len(above)))}
    pairs = [(i, j) for i, j in combinations(range(n), 2) if piece[i] == piece[j]]
    for _ in range(rng.randrange(1, 4) if cycles and pairs else 0):
        early, late = rng.choice(pairs)
        if mutual or (early, late) not in sales:
            sales.add((late, early))
    free = [(i, j) for i, j in pairs if twice or ((i, j) not in sales and (j, i) not in sales)]
    peerings = [(i, j) for i, j in free if rng.random() < p_peer]
    return Graph.of(((asns[a], asns[b]) for a, b in sales), ((asns[a], asns[b]) for a, b in peerings), asns)


def draw_asns(rng: random.Random, n: int) -> list[int]:
    """n different ASNs, some small, some of 32 bits, in no order."""
    ends = [1, 2, 65_535, 65_536, 2**31 - 1, 2**31, 2**32 - 2]
    drawn = set(rng.sample(ends, min(rng.randrange(3), n)))
    while len(drawn) < n:
        drawn.add(rng.choice([rng.randrange(1, 100), rng.randrange(1, 2**32 - 1)]))
    mixed = sorted(drawn)
    rng.shuffle(mixed)
    return mixed
