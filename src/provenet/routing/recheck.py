"""Proofs of cuts and changes, re-checked in plain Python from the links alone, without kernel or solver.

A route exists exactly if some network that the source climbs to (or the source) meets one that descends to the
destination: by being the same, by peering, or by one link of transit. So two walks up the graph settle it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from provenet.routing.kernels.csr import Topology

Blocked = bytes | bytearray
"""One byte a network; not 0 where it carries no transit."""


class Links:
    """The links of a topology, network by network."""

    def __init__(self, topology: Topology) -> None:
        self.of = topology

    def providers(self, v: int) -> list[int]:
        """Who sells transit to v."""
        return list(self.of.providers(v).tolist())

    def customers(self, v: int) -> list[int]:
        """Who buys transit of v."""
        return list(self.of.customers(v).tolist())

    def peers(self, v: int) -> list[int]:
        """Who peers with v."""
        return list(self.of.peers(v).tolist())

    def climbed(self, root: int, blocked: Blocked, short_of: int = -1) -> set[int]:
        """A network and all above it that carriers of transit reach, `short_of` one. Cost O(links of these)."""
        seen, stack = {root}, [root]
        while stack:
            for p in self.providers(stack.pop()):
                if p not in seen and not blocked[p] and p != short_of:
                    seen.add(p)
                    stack.append(p)
        return seen

    def entries(self, destination: int, blocked: Blocked) -> set[int]:
        """Where a route that has climbed is sure of the destination: what `climbed` of a source has to meet."""
        met = self.climbed(destination, blocked)
        beside = set(self.customers(destination))
        for v in met:
            beside.update(self.providers(v), self.peers(v))
        return met | beside

    def has_route(self, source: int, destination: int, blocked: Blocked) -> bool:
        """Whether a valley-free route exists whose transit is not blocked; the ends may be."""
        return not self.climbed(source, blocked).isdisjoint(self.entries(destination, blocked))

    def have_routes(self, pairs: Iterable[tuple[int, int]], blocked: Blocked) -> Iterator[bool]:
        """As `has_route` for many pairs of nodes; cheap where those of one destination follow each other."""
        climbed: dict[int, set[int]] = {}
        entries: set[int] = set()
        last = -1
        for source, destination in pairs:
            if destination != last:
                last, entries = destination, self.entries(destination, blocked)
            if source not in climbed:
                climbed[source] = self.climbed(source, blocked)
            yield not climbed[source].isdisjoint(entries)

    def is_route(self, nodes: Sequence[int], blocked: Blocked) -> bool:
        """Whether these nodes are a valley-free route, none twice, with no blocked network as transit."""
        if len(set(nodes)) < len(nodes) or any(blocked[v] for v in nodes[1:-1]):
            return False
        climbing, descending = True, True
        for one, two in pairwise(nodes):
            over, down = two in self.peers(one), two in self.customers(one)
            climbing, descending = (
                climbing and two in self.providers(one),
                (climbing and (over or down)) or (descending and down),
            )
        return climbing or descending


def least_by_potential(
    links: Links,
    source: int,
    destination: int,
    *,
    weight: Callable[[int], float],
    high: dict[int, float],
    low: dict[int, float],
) -> float | None:
    """What no route weighs less than, if the potentials prove it, else None.

    `high` holds the potential of each network while a route climbs, `low` after it has turned, the destination in both.
    No link may raise the potential by more than the weight it leads to. A climbing network without a potential must be
    a dead end, but for the source; a descending one must not be entered. Cost O(links of the networks above both ends).
    """
    nothing = bytes(len(links.of.asn))
    above, below = links.climbed(source, nothing, destination), links.climbed(destination, nothing, source)
    ahead: dict[int, list[int]] = {v: [w for w in links.peers(v) if w in below] for v in above}
    sinks: dict[int, list[int]] = {w: [] for w in below}
    for w in below:
        for p in links.providers(w):
            if p in above:
                ahead[p].append(w)
            if p in below and p != destination:
                sinks[p].append(w)
    cost = {v: 0.0 if v in (source, destination) else weight(v) for v in above | below}
    climbs = all(
        _lowest_ahead(links, v, ahead[v], cost=cost, high=high, low=low)
        if v in high
        else _dead_end(links, v, ahead[v], high=high, source=source)
        for v in above
    )
    descends = all(w in low and low[w] <= low[v] + cost[w] for v in below if v in low for w in sinks[v])
    if not (climbs and descends):
        return None
    if high[source] > 0 or destination not in high:
        return None
    return min(high[destination], low[destination])


def _lowest_ahead(
    links: Links, v: int, ahead: Iterable[int], *, cost: dict[int, float], high: dict[int, float], low: dict[int, float]
) -> bool:
    """Whether no link from v, which climbs, raises the potential by more than the weight it leads to."""
    return all(w in low and low[w] <= high[v] + cost[w] for w in ahead) and all(
        high[p] <= high[v] + cost[p] for p in links.providers(v) if p in high
    )


def _dead_end(links: Links, v: int, ahead: Sequence[int], *, high: dict[int, float], source: int) -> bool:
    """Whether v, which has no potential, leads a climbing route nowhere but back to the source."""
    return not ahead and all(p not in high or p == source for p in links.providers(v))


def none_cheaper(
    rows: Sequence[Sequence[int]],
    cost: Callable[[int], float],
    chosen: Sequence[int],
    *,
    duals: Sequence[float],
    steps: int,
) -> bool:
    """Whether every set with a member of each row costs as much as `chosen` or more, shown in whole numbers.

    First by the multipliers of rows, cut down to what their members cost; then by trying: a row not met yet is met by
    one member after the other, and a branch ends where what is spent and what the open rows still need is enough. False
    also where `steps` rows looked at did not settle it. Costs are taken as the exact fractions they are.
    """
    exact = {c: Fraction(cost(c)) for c in {*chosen, *(c for row in rows for c in row)}}
    scale = lcm(*(amount.denominator for amount in exact.values()))
    whole = {c: int(amount * scale) for c, amount in exact.items()}
    spent = sum(whole[c] for c in chosen)
    short = spent - gcd(*whole.values())  # a set that costs less than `chosen` costs no more than this
    if not spent or _by_multipliers(rows, whole, scale, duals=duals) > short * FINE:
        return True
    order = sorted(range(len(rows)), key=lambda r: (-duals[r] if r < len(duals) else 0.0, len(rows[r]), r))
    return _Branching([tuple(rows[r]) for r in order], whole, short, steps=steps).proves()


FINE = 1 << 24
"""Multipliers are rounded down to this part of a unit of cost."""


def _by_multipliers(rows: Sequence[Sequence[int]], whole: dict[int, int], scale: int, *, duals: Sequence[float]) -> int:
    """What the multipliers of rows add up to, no member carrying more of them than it costs."""
    left = {c: amount * FINE for c, amount in whole.items()}
    total = 0
    for row, dual in zip(rows, duals, strict=False):
        share = min(max(0, int(dual * FINE)) * scale, *(left[c] for c in row))
        total += share
        for c in row:
            left[c] -= share
    return total


class _Branching:
    """Branches on the members of rows until all is settled or the steps are used up."""

    def __init__(self, rows: list[tuple[int, ...]], whole: dict[int, int], short: int, *, steps: int) -> None:
        self.rows, self.whole, self.short, self.left = rows, whole, short, steps

    def proves(self) -> bool:
        # A stack of (members taken, members refused, spent) instead of recursion.
        stack: list[tuple[frozenset[int], frozenset[int], int]] = [(frozenset(), frozenset(), 0)]
        while stack:
            taken, refused, spent = stack.pop()
            open_rows = [row for row in self.rows if taken.isdisjoint(row)]
            self.left -= len(self.rows)
            if self.left < 0 or not open_rows:
                return False  # given up, or a cheaper set meets all rows
            free = [[c for c in row if c not in refused] for row in open_rows]
            if not all(free) or spent + self._packed(free) > self.short:
                continue
            kept = refused
            for c in min(free, key=len):
                if spent + self.whole[c] <= self.short:
                    stack.append((taken | {c}, kept, spent + self.whole[c]))
                kept = kept | {c}
        return True

    def _packed(self, free: list[list[int]]) -> int:
        """What the open rows need at least: each takes from its members what those before it left."""
        left: dict[int, int] = {}
        total = 0
        for row in free:
            share = min(left.get(c, self.whole[c]) for c in row)
            if share:
                total += share
                for c in row:
                    left[c] = left.get(c, self.whole[c]) - share
        return total
