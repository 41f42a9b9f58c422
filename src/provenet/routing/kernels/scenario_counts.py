"""Which destinations a scenario touches, what its lanes take away, and what the sources' pairs come to.

The pairs of a lane are weighed by the networks of its class that are destinations; `COUNTED` names what is counted for
each scenario and source. Which network is restricted changes no route. So the steps of all best paths from the sources
are listed once, as the graph is, and a restricted set is carried along them: a few operations on words a step, where
routing takes hundreds.
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Ints, Longs
from provenet.numerics.compiled import kernel, tight
from provenet.routing.kernels.scenario_lanes import (
    AS_CUSTOMER,
    AS_PEER,
    AS_PROVIDER,
    DE_BRUIJN,
    PLACE,
    HierarchyLinks,
    LaneMasks,
    LaneState,
    tied,
)
from provenet.routing.kernels.words import Marks, Table, Words

_NONE, _ONE = np.uint64(0), np.uint64(1)


class Steps(NamedTuple):
    """Steps of best paths, those nearest to the destination first: in the lanes of `word`, `node` goes on to `hop`.

    `hop` is -1 where `node` is the destination, or a provider or peer of a stub that is. The steps from networks
    k hops away begin at `span[k]`, int32[levels + 1].
    """

    node: Ints
    hop: Ints
    word: Words
    span: Ints


@tight
def put_step(steps: Steps, count: int, node: int, hop: int, word: np.uint64) -> int:
    """Writes a step where there is room for it; gives how many steps there are then."""
    if count < len(steps.node):
        steps.node[count], steps.hop[count], steps.word[count] = node, hop, word
    return count + 1


@kernel
def list_steps(links: HierarchyLinks, state: LaneState, columns: Ints, listed: int, steps: Steps) -> int:
    """The steps of a batch that was routed without masks; gives how many there are, which may be more than fit.

    `listed` is what `route_lanes` gave. Cost O(levels x listed networks + links of those at their levels).
    """
    count, stubs = 0, _NONE
    for j in range(len(columns)):
        if columns[j] >= len(state.routed):
            stubs |= _ONE << np.uint64(j)
    for k in range(state.near.shape[1]):
        steps.span[k] = count
        for n in range(listed):
            v = state.listed[n]
            mine = state.near[v, k] & state.wanted[v]
            if not mine:
                continue
            ends = mine if k == 0 else (mine & stubs if k == 1 else _NONE)
            if ends:
                count = put_step(steps, count, v, -1, ends)
            inner = mine & ~ends
            if inner & state.customer[v]:
                count = _list_customers(v, k, inner & state.customer[v], links, state, steps, count)
            if inner & state.peered[v]:
                count = _list_peers(v, inner, state, steps, count)
            inner &= ~(state.customer[v] | state.peered[v])
            if inner:
                count = _list_providers(v, k, inner, links, state, steps, count)
    steps.span[state.near.shape[1]] = count
    return count


@tight
def _list_customers(
    v: int, k: int, mask: np.uint64, links: HierarchyLinks, state: LaneState, steps: Steps, count: int
) -> int:
    for i in range(links.down_start[v], links.down_start[v + 1]):
        u = links.down[i]
        tie = mask & state.customer[u]
        if tie:
            tie &= state.near[u, k - 1]
        if tie:
            count = put_step(steps, count, v, u, tie)
    return count


@tight
def _list_peers(v: int, mask: np.uint64, state: LaneState, steps: Steps, count: int) -> int:
    i = state.tie_first[v]
    while i >= 0:
        tie = mask & state.tie_word[i]
        if tie:
            count = put_step(steps, count, v, state.tie_offering[i], tie)
        i = state.tie_next[i]
    return count


@tight
def _list_providers(
    v: int, k: int, mask: np.uint64, links: HierarchyLinks, state: LaneState, steps: Steps, count: int
) -> int:
    for i in range(links.up_start[v], links.up_start[v + 1]):
        u = links.up[i]
        tie = mask & state.near[u, k - 1]
        if tie:
            count = put_step(steps, count, v, u, tie)
    return count


@kernel
def meet_steps(
    steps: Steps, columns: Ints, bad: Words, sources: Ints, clear: Words, some: Words, own: Words, found: Table
) -> None:
    """Carries the restricted networks of `bad` uint64[T] along the steps of a batch.

    Writes into `found` uint64[2, sources] the lanes in which some path of a source is clear, and in which some crosses;
    `clear`, `some` and `own` uint64[T] are room to work in, and are empty before and after.
    """
    for j in range(len(columns)):
        if columns[j] < len(own):
            own[columns[j]] |= _ONE << np.uint64(j)
    for i in range(len(steps.node)):
        v, u, tie = steps.node[i], steps.hop[i], steps.word[i]
        if u < 0:
            clear[v] |= tie
        else:
            crossed = bad[u] & ~own[u]
            clear[v] |= tie & clear[u] & ~crossed
            some[v] |= tie & (some[u] | crossed)
    for r in range(len(sources)):
        found[0, r], found[1, r] = clear[sources[r]], some[sources[r]]
    for i in range(len(steps.node)):
        clear[steps.node[i]] = some[steps.node[i]] = _NONE
    for j in range(len(columns)):
        if columns[j] < len(own):
            own[columns[j]] = _NONE


@kernel
def weigh(words: Table, sizes: Longs, sums: Longs) -> None:
    """Adds to `sums` int64[rows] the sizes of the columns that `words` uint64[batches, rows] mark, 64 a batch."""
    for b in range(words.shape[0]):
        for r in range(words.shape[1]):
            left = words[b, r]
            while left:
                low = left & (~left + _ONE)
                sums[r] += sizes[b * 64 + PLACE[(low * DE_BRUIJN) >> np.uint64(58)]]
                left ^= low


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
