"""Which destinations a scenario touches, what its lanes take away, and what the sources' pairs come to.

The pairs of a lane are weighed by the networks of its class that are destinations; `COUNTED` names what is counted for
each scenario and source.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight
from provenet.routing.kernels.csr import Ints
from provenet.routing.kernels.scenario_lanes import (
    AS_CUSTOMER,
    AS_PEER,
    AS_PROVIDER,
    HierarchyLinks,
    LaneMasks,
    LaneState,
    tied,
)
from provenet.routing.kernels.words import Marks, Table, Words

Longs = NDArray[np.int64]
COUNTED = (
    "low_lost",
    "high_lost",
    "gained",
    "low_new",
    "high_new",
    "low_still",
    "high_still",
    "low_crossing",
    "high_crossing",
)
"""Pairs that lose their route, gain one, cross anew, stay clear; pairs that cross. The last four are differences."""
_NONE, _ONE = np.uint64(0), np.uint64(1)


class ScenarioTables(NamedTuple):
    """S scenarios as rows: removed networks, networks that refuse, entries of links that are gone; who leaks, or -1."""

    removed_start: Ints
    removed: Ints
    refuser_start: Ints
    refuser: Ints
    up_start: Ints
    up: Ints
    down_start: Ints
    down: Ints
    peer_start: Ints
    peer: Ints
    leaker: Ints


class Lanes(NamedTuple):
    """Lanes to work out: scenario, position and class of the destination, pairs a source has with it.

    `refuse` is whether destinations are among those refused, `drop` whether sources are.
    """

    scenario: Ints
    position: Ints
    column: Ints
    weight: Longs
    refuse: Marks
    drop: Marks


class PairWords(NamedTuple):
    """What the sources' pairs are without a scenario: words [batches, sources] and marks [sources, columns]."""

    routed: Table
    clear: Table
    some: Table
    mark: Table


@kernel
def touched_lanes(
    links: HierarchyLinks, state: LaneState, tables: ScenarioTables, changed: Words, refused: Words, dropped: Words
) -> None:
    """The lanes of a wide batch that each scenario touches: whoever asks, refused destinations, dropped sources."""
    near, wanted, customer, peered = state.near, state.wanted, state.customer, state.peered
    for s in range(len(tables.leaker)):
        word = _NONE
        for i in range(tables.removed_start[s], tables.removed_start[s + 1]):
            word |= state.use[tables.removed[i]]
        for i in range(tables.up_start[s], tables.up_start[s + 1]):
            v, u = links.up_head[tables.up[i]], links.up[tables.up[i]]
            word |= tied(v, u, wanted[v] & state.routed[v] & ~(customer[v] | peered[v]), near)
        for i in range(tables.down_start[s], tables.down_start[s + 1]):
            v, u = links.down_head[tables.down[i]], links.down[tables.down[i]]
            word |= tied(v, u, wanted[v] & customer[v] & customer[u], near)
        for i in range(tables.peer_start[s], tables.peer_start[s + 1]):
            a, v = links.peer_head[tables.peer[i]], links.peer[tables.peer[i]]
            word |= tied(v, a, wanted[v] & peered[v] & customer[a], near)
        if tables.leaker[s] >= 0:
            v = tables.leaker[s]
            word |= state.routed[v] & ~customer[v]
        changed[s] = word
        word = _NONE
        for i in range(tables.refuser_start[s], tables.refuser_start[s + 1]):
            v = tables.refuser[i]
            word |= state.use[v] & ~near[v, 0]
        refused[s] = dropped[s] = word


@tight
def _cut(entries: Ints, first: int, last: int, words: Words, lanes: np.uint64, clear: bool) -> None:
    for i in range(first, last):
        words[entries[i]] = _NONE if clear else words[entries[i]] | lanes


@kernel
def set_masks(
    links: HierarchyLinks, tables: ScenarioTables, lanes: Lanes, masks: LaneMasks, first: int, last: int, clear: bool
) -> None:
    """Writes what the lanes `first` to `last` - 1 take away into masks, or clears it again."""
    start = first
    while start < last:
        s, end = lanes.scenario[start], start
        every, refuse, drop = _NONE, _NONE, _NONE
        while end < last and lanes.scenario[end] == s:
            bit = _ONE << np.uint64(end - first)
            every |= bit
            if lanes.refuse[end]:
                refuse |= bit
            if lanes.drop[end]:
                drop |= bit
            end += 1
        _cut(tables.removed, tables.removed_start[s], tables.removed_start[s + 1], masks.mute, every, clear)
        for i in range(tables.refuser_start[s], tables.refuser_start[s + 1]):
            v = tables.refuser[i]
            if clear:
                masks.mute[v] = masks.drop[v] = _NONE
                continue
            own = _NONE
            for j in range(start, end):
                if lanes.column[j] == v:
                    own |= _ONE << np.uint64(j - first)
            masks.mute[v] |= refuse & ~own
            masks.drop[v] |= drop & ~own
        _cut(tables.up, tables.up_start[s], tables.up_start[s + 1], masks.cut_up, every, clear)
        _cut(tables.down, tables.down_start[s], tables.down_start[s + 1], masks.cut_down, every, clear)
        _cut(tables.peer, tables.peer_start[s], tables.peer_start[s + 1], masks.cut_peer, every, clear)
        start = end


class HeldRoutes(NamedTuple):
    """Routes to be held, as `LaneMasks` has them."""

    node: Ints
    lane: Ints
    kind: Ints
    length: Ints
    hop: Ints


@tight
def _bit(word: np.uint64, j: int) -> bool:
    return (word >> np.uint64(j)) & _ONE != _NONE


@tight
def _first_hop(v: int, k: int, j: int, links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> int:
    """The next hop of the lowest ASN on v's route of k hops in lane j; -1 next to a stub that is the destination."""
    near, hop = state.near, -1
    if _bit(state.customer[v], j):
        for i in range(links.down_start[v], links.down_start[v + 1]):
            u = links.down[i]
            offer = near[u, k - 1] & state.customer[u] & ~(masks.mute[u] | masks.cut_down[i])
            if hop < 0 and _bit(offer, j):
                hop = np.int64(u)
    elif _bit(state.peered[v], j):
        i = state.tie_first[v]
        while i >= 0:
            a = state.tie_offering[i]
            if _bit(state.tie_word[i], j) and (hop < 0 or links.core_node[a] < links.core_node[hop]):
                hop = np.int64(a)
            i = state.tie_next[i]
    else:
        for i in range(links.up_start[v], links.up_start[v + 1]):
            u = links.up[i]
            if hop < 0 and _bit(near[u, k - 1] & ~(masks.mute[u] | masks.cut_up[i]), j):
                hop = np.int64(u)
    return hop


@kernel
def leaked_routes(
    links: HierarchyLinks,
    tables: ScenarioTables,
    lanes: Lanes,
    masks: LaneMasks,
    state: LaneState,
    first: int,
    last: int,
    held: HeldRoutes,
) -> int:
    """The routes that leaking networks tell on, and those of the networks on them; gives how many were written.

    A route of a customer is told to everybody anyway and needs no leak. Of ties the lowest ASN is taken.
    """
    count = 0
    for n in range(first, last):
        v, j = np.int64(tables.leaker[lanes.scenario[n]]), n - first
        if v < 0 or not _bit(state.routed[v] & ~(state.customer[v] | masks.mute[v]), j):
            continue
        k = 0
        while not _bit(state.near[v, k], j):
            k += 1
        kind = AS_CUSTOMER
        while k > 0:
            hop = _first_hop(v, k, j, links, masks, state)
            held.node[count], held.lane[count], held.kind[count] = v, j, kind
            held.length[count], held.hop[count] = k, hop
            count += 1
            if hop < 0:
                break
            v, k = hop, k - 1
            if _bit(state.customer[v], j):
                kind = AS_CUSTOMER
            elif _bit(state.peered[v], j):
                kind = AS_PEER
            else:
                kind = AS_PROVIDER
    return count


@kernel
def write_pairs(state: LaneState, sources: Ints, batch: int, columns: int, pairs: PairWords) -> None:
    """Notes what the sources' pairs of a batch are without a scenario."""
    for r in range(len(sources)):
        v = sources[r]
        pairs.routed[batch, r] = state.alive[v]
        pairs.clear[batch, r] = state.clear[v]
        pairs.some[batch, r] = state.some[v]
        for j in range(columns):
            pairs.mark[r, batch * 64 + j] = state.mark[v, j]


@kernel
def count_lanes(
    lanes: Lanes,
    first: int,
    last: int,
    state: LaneState,
    sources: Ints,
    pairs: PairWords,
    gone: Marks,
    named: Marks,
    splits: Marks,
    counts: Longs,
) -> None:
    """Adds what lanes `first` to `last` - 1 change to counts int64[S, sources, `COUNTED`].

    `gone` and `named` uint8[S, sources] mark sources that the scenario removes and refuses, `splits` uint8[S] scenarios
    that refuse sources.
    """
    for n in range(first, last):
        s, p, j, w = lanes.scenario[n], lanes.position[n], np.uint64(n - first), lanes.weight[n]
        b, bit = p // 64, np.uint64(p % 64)
        for r in range(len(sources)):
            v = sources[r]
            if v == lanes.column[n] or gone[s, r] or (splits[s] and named[s, r] != lanes.drop[n]):
                continue
            had = pairs.routed[b, r] >> bit & _ONE != _NONE
            could = pairs.clear[b, r] >> bit & _ONE != _NONE
            some = pairs.some[b, r] >> bit & _ONE != _NONE
            alive = state.alive[v] >> j & _ONE != _NONE
            clear = state.clear[v] >> j & _ONE != _NONE
            crossing = state.some[v] >> j & _ONE != _NONE
            lost = state.lost[v] >> j & _ONE != _NONE
            certain = alive and not clear and not lost
            if had and not alive:
                counts[s, r, 0] += w
            if had and (not alive or lost):
                counts[s, r, 1] += w
            if alive and not had:
                counts[s, r, 2] += w
            if had and not some and certain:
                counts[s, r, 3] += w
            if could and crossing and state.mark[v, j] != pairs.mark[r, p]:
                counts[s, r, 4] += w
            if had and not some and not (alive and not crossing and not lost):
                counts[s, r, 5] -= w
            if could and not clear:
                counts[s, r, 6] -= w
            counts[s, r, 7] += w * (np.int64(certain) - np.int64(had and not could))
            counts[s, r, 8] += w * (np.int64(crossing) - np.int64(some))
