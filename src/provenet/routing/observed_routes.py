"""Observed routes gathered from batches: cleaned by a rule, with a count of what was left out by why.

`gather` keeps one path a session and prefix; `ObservedRoutes` the distinct routes alone, whatever their prefixes. A
batch is anything with the columns of `PathRows`; no reader of a format is known here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, InputFault
from provenet.ingest.bgp.observed import EMPTY, KEPT, RIB, WITH_LOOP, WITH_SET, WITHDRAWN, PathRows, clean_paths
from provenet.numerics.arrays import Ints, Longs
from provenet.routing.kernels.csr import places_of
from provenet.routing.kernels.hegemony import own_addresses
from provenet.routing.kernels.route_rows import PathStore, firsts, preferred
from provenet.routing.kernels.route_tree import RouteTree

CLEANING = (
    "Observed paths are cleaned: an AS repeated in a row counts once, members of a confederation are no hops, and a "
    "path with an AS set, with a loop or with no AS is dropped; default routes are dropped; of several routes of a "
    "session to a prefix the first in a table counts, or the last update. Changes of a session's state are not applied."
)
ORIGINS = (
    "A prefix belongs to the origin that most vantage points see, the smallest ASN among equals; for an origin's own "
    "score, routes to the prefix that end at another origin count as no route."
)


_NO_ID = np.int64(-1)
HOPS_AT_ONCE = 2**20
MOST_ROUTES = 100_000_000
"""Distinct routes beyond which no more are taken: some 5 GB."""


@dataclass(frozen=True)
class Observed:
    """R routes of one address family: session `session[i]` reaches prefix `prefix[i]` by path `path[i]`.

    Networks are nodes 0..A-1 by ascending `asn`. Path p is `path_node[path_start[p]:path_start[p + 1]]`, nearest first.
    `first`, int64[P], is the first address of an IPv4 prefix and means nothing for IPv6; prefixes stand in the order of
    (first address, length). `origin` is the node of the preferred origin, `vantage_asn` the ASN of each vantage point,
    int64[V], and `vantage_of` the vantage point of each session. `left_out` counts rows that are in no route, by why;
    `blind_asns` are peers that gave no route of this family, `partial_asns` those that gave too few.
    """

    family: int
    asn: Longs
    vantage_asn: Longs
    vantage_of: Ints
    first: Longs
    length: Longs
    origin: Ints
    session: Ints
    prefix: Ints
    path: Ints
    path_start: Longs
    path_node: Ints
    left_out: dict[str, int]
    blind_asns: list[int]
    partial_asns: list[int]

    def nodes_of(self, asns: Longs) -> Ints:
        """The node of each ASN, -1 where no path has it."""
        return places_of(self.asn, asns)

    def path_origin(self) -> Ints:
        """The last node of each path."""
        return self.path_node[self.path_start[1:] - 1]

    def own_addresses(self) -> Longs:
        """How many addresses of each IPv4 prefix no more specific prefix of another origin covers; 1 each for IPv6."""
        if self.family == 6:
            return np.ones(len(self.length), np.int64)
        return np.asarray(own_addresses(self.first, self.length, self.origin.astype(np.int64)))


@dataclass
class _Gathered:
    """What the batches held so far: each path once, each run of rows of one prefix under a number of its own."""

    paths: PathStore = field(default_factory=PathStore)
    runs: list[NDArray[np.uint64]] = field(default_factory=list)
    columns: list[tuple[NDArray[np.uint8], Ints, Ints, Longs, Ints]] = field(default_factory=list)
    fates: Longs = field(default_factory=lambda: np.zeros(4, np.int64))
    defaults: int = 0
    run_count: int = 0

    def add(self, rows: PathRows, family: int) -> None:
        """One batch."""
        here = np.flatnonzero((rows.family == family) & (rows.length > 0))
        self.defaults += int(((rows.family == family) & (rows.length == 0)).sum())
        start, asn, fate = clean_paths(rows.path_start, rows.path_asn, rows.path_part)
        known = np.append(self.paths.numbers(start, asn), np.int32(-1))
        routes = here[rows.path[here] >= 0]
        self.fates += np.bincount(fate[rows.path[routes]], minlength=4)
        keys = (rows.high[here], rows.low[here], rows.length[here])
        # Rows of one prefix stand together in a table, so a prefix is kept once a run.
        heads = np.ones(len(here), np.bool_)
        heads[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
        run = np.cumsum(heads, dtype=np.int32) + np.int32(self.run_count - 1)
        self.runs.append(np.stack([key[heads].astype(np.uint64) for key in keys], axis=1))
        self.run_count += len(self.runs[-1])
        route_id = rows.route_id[here]
        if not (route_id >= 0).any():
            route_id = np.broadcast_to(_NO_ID, len(here))
        self.columns.append((rows.kind[here], rows.peer[here], run, route_id, known[rows.path[here]]))

    def prefixes(self) -> tuple[NDArray[np.uint64], Ints]:
        """The distinct prefixes in the order of (high, low, length), and which of them each run is of."""
        keys = np.concatenate(self.runs) if self.runs else np.zeros((0, 3), np.uint64)
        self.runs.clear()
        order = np.lexsort((keys[:, 2], keys[:, 1], keys[:, 0]))
        keys = keys[order]
        is_first = np.ones(len(keys), np.bool_)
        is_first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
        number = np.empty(len(keys), np.int32)
        number[order] = np.cumsum(is_first, dtype=np.int32) - 1
        return keys[is_first], number


def gather(
    batches: Iterable[PathRows],
    session_asns: Callable[[], Sequence[int]],
    *,
    family: int = 4,
    vantages: Sequence[int] | None = None,
    least_feed_share: float = 0.0,
) -> Observed:
    """The routes that stand after all batches, for one address family; `session_asns` is called once they are read.

    `vantages` keeps the sessions of these peer ASes alone; `least_feed_share` those that tell of at least this share of
    the prefixes of the session that tells of most, since a peer that tells of its customers alone is no view of the
    whole. Cost O(rows log rows); memory some 100 bytes a row and 200 a distinct path.
    """
    found = _Gathered()
    for rows in batches:
        found.add(rows, family)
    asns = np.asarray(session_asns(), np.int64)
    kind, session, run, route_id, path = _joined(found.columns)
    keys, of_run = found.prefixes()
    prefix = of_run[run]
    del run
    wanted = np.unique(asns if vantages is None else np.asarray(vantages, np.int64))
    if vantages is not None:
        kept = np.isin(asns, wanted)[session]
        kind, session, prefix, route_id, path = (part[kept] for part in (kind, session, prefix, route_id, path))
    stands = _standing(kind, session, prefix, route_id=route_id, sessions=len(asns), prefixes=len(keys))
    session, prefix, path = session[stands], prefix[stands], path[stands]
    has_path = path >= 0
    feed = np.bincount(session[has_path], minlength=len(asns))
    full = feed >= max(1.0, least_feed_share * feed.max(initial=0))
    left_out = {
        "routes with an AS set": int(found.fates[WITH_SET]),
        "routes with a loop": int(found.fates[WITH_LOOP]),
        "routes without an AS": int(found.fates[EMPTY]),
        "default routes": found.defaults,
        "sessions and prefixes left without a route by this": int((~has_path).sum()),
    }
    stays = has_path & full[session]
    if not stays.all():
        session, prefix, path = session[stays], prefix[stays], path[stays]
    sessions, session = _renumbered(session, len(asns))
    vantage_asn, vantage_of = np.unique(asns[sessions], return_inverse=True)
    used, prefix = _renumbered(prefix, len(keys))
    keys = keys[used]
    every, path_node = _nodes(found.paths.asn)
    start = found.paths.start.copy()
    del found
    last = path_node[start[1:] - 1]
    return Observed(
        family=family,
        asn=every,
        vantage_asn=vantage_asn,
        vantage_of=vantage_of.astype(np.int32),
        first=np.where(keys[:, 1] < 2**32, keys[:, 1], 0).astype(np.int64),
        length=keys[:, 2].astype(np.int64),
        origin=preferred(
            prefix,
            last[path],
            vantage_of.astype(np.int32)[session],
            prefixes=len(keys),
            vantages=len(vantage_asn),
            nodes=len(every),
        ),
        session=session,
        prefix=prefix,
        path=path,
        path_start=start,
        path_node=path_node,
        left_out=left_out,
        blind_asns=np.setdiff1d(wanted, asns[feed > 0]).tolist(),
        partial_asns=np.setdiff1d(asns[feed > 0], asns[full]).tolist(),
    )


def _nodes(asn: NDArray[np.uint32]) -> tuple[Longs, Ints]:
    """The distinct ASNs, ascending, and the place among them of each."""
    ordered = np.sort(asn)
    every = ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
    place = np.empty(len(asn), np.int32)
    for at in range(0, len(asn), HOPS_AT_ONCE):
        place[at : at + HOPS_AT_ONCE] = np.searchsorted(every, asn[at : at + HOPS_AT_ONCE])
    return every.astype(np.int64), place


def _renumbered(of: Ints, count: int) -> tuple[Longs, Ints]:
    """Which numbers below `count` are in use, ascending, and the place among them of each."""
    used = np.flatnonzero(np.bincount(of, minlength=count))
    place = np.zeros(count, np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    return used, of if len(used) == count else place[of]


def _joined(columns: list[tuple[NDArray[np.uint8], Ints, Ints, Longs, Ints]]) -> tuple[NDArray[Any], ...]:
    """The columns of all batches, which are given up; identifiers of which there are none take no room."""
    kinds = (np.uint8, np.int32, np.int32, np.int64, np.int32)
    if not columns:
        return tuple(np.zeros(0, kind) for kind in kinds)
    apart = [list(column) for column in zip(*columns, strict=True)]
    columns.clear()
    bare = all(not ids.strides[0] for ids in apart[3])
    whole = sum(map(len, apart[0]))
    made = []
    for nth, column in enumerate(apart):
        made.append(np.broadcast_to(_NO_ID, whole) if nth == 3 and bare else np.concatenate(column))
        column.clear()
    return tuple(made)


def _standing(
    kind: NDArray[np.uint8], session: Ints, prefix: Ints, *, route_id: Longs, sessions: int, prefixes: int
) -> Longs | slice:
    """The rows that stand at the end, one a session and prefix.

    Of rows of tables with one key the first counts, of updates the last, and a withdrawal ends a route; of several
    ADD-PATH routes that stand the one that came first does.
    """
    if (kind == RIB).all():
        is_first = firsts(session, prefix, sessions, prefixes=prefixes)
        return slice(None) if is_first.all() else np.flatnonzero(is_first)
    at = np.arange(len(kind), dtype=np.int64)
    rank = np.where(kind == RIB, -1 - at, at)
    order = np.lexsort((rank, route_id, prefix, session))
    last = np.ones(len(order), np.bool_)
    same = (np.diff(session[order]) == 0) & (np.diff(prefix[order]) == 0)
    last[:-1] = ~(same & (np.diff(route_id[order]) == 0))
    kept = np.sort(order[last])
    kept = kept[kind[kept] != WITHDRAWN]
    _, first = np.unique(session[kept].astype(np.int64) << 32 | prefix[kept], return_index=True)
    return np.asarray(kept[np.sort(first)], np.int64)


@dataclass
class ObservedRoutes:
    """The distinct routes of MRT files, and what was read: routes by family, and those left out by why.

    The rule of cleaning is that of `clean_paths`; default routes are left out too. An announcement counts as a route of
    a table does, and a withdrawal takes none back.
    """

    tree: RouteTree = field(default_factory=RouteTree)
    ipv4_count: int = 0
    ipv6_count: int = 0
    set_count: int = 0
    loop_count: int = 0
    empty_count: int = 0
    default_count: int = 0

    @property
    def route_count(self) -> int:
        """Routes read, those left out among them."""
        return self.ipv4_count + self.ipv6_count + self.default_count

    def add(self, rows: PathRows) -> None:
        """Takes one batch. Raises InputFault where there are more distinct routes than are taken. Cost O(ASes)."""
        routes = rows.path >= 0
        default = routes & (rows.length == 0)
        routes &= ~default
        self.default_count += int(default.sum())
        self.ipv4_count += int((routes & (rows.family == 4)).sum())
        self.ipv6_count += int((routes & (rows.family == 6)).sum())
        start, asn, fate = clean_paths(rows.path_start, rows.path_asn, rows.path_part)
        path = rows.path[routes]
        fates = np.bincount(fate[path], minlength=4)
        self.set_count += int(fates[WITH_SET])
        self.loop_count += int(fates[WITH_LOOP])
        self.empty_count += int(fates[EMPTY])
        used = np.zeros(len(fate), np.bool_)
        used[path] = True
        self.tree.add(start, asn, used & (fate == KEPT))
        if self.tree.count > MOST_ROUTES:
            expected = f"at most {MOST_ROUTES:,} distinct routes"
            raise InputFault([Fault("observed routes", "there are more than are taken", expected=expected)])
