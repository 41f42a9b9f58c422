"""A network gone, over routes that were kept: what changes is worked out anew, lane by lane, and all else stays.

Sixty-four destinations of the graph as it is are a row of words for each network with a route. A removal is followed
through the three stages: a network chooses anew only in the lanes in which a neighbour's offer to it has changed or
ended. Then the paths are walked: where the tie set of a network is what it was, over the kept steps; where it is
another, or where nobody came by before, over new ones. Which pairs have other paths than before is exact: the paths of
a network change where its tie set does, or the paths of a network in it (decision 0102).
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Ints, Longs
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.scenario_counts import Steps, put_step
from provenet.routing.kernels.scenario_lanes import DE_BRUIJN, PLACE, HierarchyLinks, LaneState
from provenet.routing.kernels.words import Table, Words

ROUTED, CUSTOMER, PEERED, LENGTH = 0, 1, 2, 3
"""Columns of a row: lanes with a route, with a customer's, with a peer's; then the length in binary, a bit a column."""
_NONE, _ONE = np.uint64(0), np.uint64(1)
_EVERY = np.uint64(0xFFFFFFFFFFFFFFFF)


class KeptBatch(NamedTuple):
    """Routes to the classes `columns` and the steps of the sources' paths; R networks with a route, ascending.

    `words` is uint64[R, 3 + planes], the columns as above; `wanted` uint64[R] is where a path passes.
    """

    columns: Ints
    node: Ints
    words: Table
    wanted: Words
    steps: Steps


class WholeLinks(NamedTuple):
    """What a choice made anew needs beside the links of a hierarchy: all peers of each network, and its ring."""

    block: Ints
    peer_start: Ints
    peer: Ints


class RemovalRoom(NamedTuple):
    """Room for one batch of T networks, empty before and after: `at`, `sells` and `tie_first` -1, words 0.

    `at` says which row a network has, `sells` which if it has a customer's route somewhere; `now` holds the rows as
    they become. `mute` is where a network is gone, `beside` where it peers with a stub that is the destination, `own`
    where it is the destination; `need` where a neighbour's offer has changed, `moved` where its own has; `other` where
    its tie set has, `more` where its steps are listed anew, `changed` where its paths have. Tie sets as they become
    are lists in the lanes `done`: `tie_first` by the network that has one, -1 at the end.
    """

    at: Ints
    sells: Ints
    now: Table
    best: Words
    mute: Words
    beside: Words
    own: Words
    need: Words
    moved: Words
    other: Words
    more: Words
    done: Words
    changed: Words
    clear: Words
    some: Words
    listed: Ints
    span: Ints
    tie_first: Ints
    tie_next: Ints
    tie_hop: Ints
    tie_word: Words


def whole_links(core: Condensed) -> WholeLinks:
    """All peers and the rings of a graph."""
    block = np.repeat(np.arange(len(core.links.block_start) - 1, dtype=np.int32), np.diff(core.links.block_start))
    return WholeLinks(block, core.links.peer_start, core.links.peer)


def removal_room(links: HierarchyLinks, whole: WholeLinks, planes: int) -> RemovalRoom:
    """Room for lengths of so many bits. Memory about 8 T (15 + planes) + 64 links bytes."""
    count, most = len(links.member), 2 * (len(links.up) + len(links.down) + len(whole.peer))

    by_network = ("mute", "beside", "own", "need", "moved", "other", "more", "done", "changed", "clear", "some")
    return RemovalRoom(
        at=np.full(count, -1, np.int32),
        sells=np.full(count, -1, np.int32),
        now=np.zeros((count, LENGTH + planes), np.uint64),
        best=np.zeros(planes, np.uint64),
        **{name: np.zeros(count, np.uint64) for name in by_network},
        listed=np.zeros(count, np.int32),
        span=np.zeros((1 << planes) + 1, np.int32),
        tie_first=np.full(count, -1, np.int32),
        tie_next=np.zeros(most, np.int32),
        tie_hop=np.zeros(most, np.int32),
        tie_word=np.zeros(most, np.uint64),
    )


@kernel
def keep_rows(state: LaneState, node: Ints, words: Table, wanted: Words) -> None:
    """Writes the rows of some networks, as `KeptBatch` has them; lengths must fit."""
    for r in range(len(node)):
        v = node[r]
        words[r, ROUTED], words[r, CUSTOMER] = state.routed[v], state.customer[v]
        words[r, PEERED], wanted[r] = state.peered[v], state.wanted[v] & state.routed[v]
        for k in range(state.near.shape[1]):
            word = state.near[v, k]
            if word:
                for p in range(words.shape[1] - LENGTH):
                    if k >> p & 1:
                        words[r, LENGTH + p] |= word


@tight
def _level(words: Table, r: int, k: int) -> np.uint64:
    """The lanes in which a row's route is k hops long."""
    word = words[r, ROUTED]
    for p in range(words.shape[1] - LENGTH):
        word &= words[r, LENGTH + p] if k >> p & 1 else ~words[r, LENGTH + p]
    return word


@tight
def _ends(words: Table, r: int, stubs: np.uint64) -> np.uint64:
    """The lanes in which a row is the destination, or next to a stub that is."""
    longer = _NONE
    for p in range(1, words.shape[1] - LENGTH):
        longer |= words[r, LENGTH + p]
    return words[r, ROUTED] & ~longer & (~words[r, LENGTH] | stubs)


@tight
def _tied(words: Table, r: int, q: int, mask: np.uint64) -> np.uint64:
    """The lanes of a mask in which the route of row q is one hop shorter than that of row r."""
    carry, unlike = _EVERY, _NONE
    for p in range(LENGTH, words.shape[1]):
        unlike |= words[q, p] ^ carry ^ words[r, p]
        carry &= words[q, p]
    return mask & ~(unlike | carry)


@tight
def _within(one: Table, r: int, two: Table, q: int, mask: np.uint64) -> np.uint64:
    """The lanes of a mask in which the route of row q of `two` is shorter than that of row r of `one`."""
    less = _NONE
    for p in range(LENGTH, one.shape[1]):
        less = (one[r, p] & ~two[q, p]) | (~(one[r, p] ^ two[q, p]) & less)
    return less & mask


@tight
def _differ(one: Table, two: Table, r: int) -> np.uint64:
    """The lanes in which a row has a route in one table alone, or one of another length."""
    word = one[r, ROUTED] ^ two[r, ROUTED]
    for p in range(LENGTH, one.shape[1]):
        word |= one[r, p] ^ two[r, p]
    return word


@tight
def _better(words: Table, q: int, mask: np.uint64, has: np.uint64, best: Words) -> np.uint64:
    """Takes the lengths of row q into `best` where they are the shortest so far; the lanes that have one."""
    less, same = _NONE, mask & has
    for p in range(len(best) - 1, -1, -1):
        less |= same & best[p] & ~words[q, LENGTH + p]
        same &= ~(best[p] ^ words[q, LENGTH + p])
    take = less | (mask & ~has)
    if take:
        for p in range(len(best)):
            best[p] = (best[p] & ~take) | (words[q, LENGTH + p] & take)
    return has | mask


@tight
def _forget(r: int, mask: np.uint64, kind: int, words: Table) -> None:
    """Takes a row's routes away in the lanes of a mask."""
    words[r, ROUTED] &= ~mask
    if kind != ROUTED:
        words[r, kind] &= ~mask
    for p in range(LENGTH, words.shape[1]):
        words[r, p] &= ~mask


@tight
def _choose(r: int, has: np.uint64, kind: int, words: Table, best: Words) -> int:
    """Writes lengths one longer than `best`; gives 1 where that is news, 0 where not, -1 where one does not fit."""
    carry, news = has, has & ~words[r, kind]
    words[r, ROUTED] |= has
    words[r, kind] |= has
    for p in range(len(best)):
        word = ((best[p] ^ carry) & has) | (words[r, LENGTH + p] & ~has)
        carry &= best[p]
        news |= word ^ words[r, LENGTH + p]
        words[r, LENGTH + p] = word
    if carry:
        return -1
    return 1 if news else 0


@kernel
def count_without(
    links: HierarchyLinks,
    whole: WholeLinks,
    batch: KeptBatch,
    sources: Ints,
    bad: Words,
    removed: Ints,
    weight: Longs,
    pairs: tuple[Words, Words, Words],
    room: RemovalRoom,
    steps: Steps,
    counts: Longs,
) -> int:
    """Adds what changes for the pairs of each source with a batch to counts int64[sources, `COUNTED`].

    The networks `removed` are gone in the lanes whose `weight` int64[64], the destinations a lane stands for, is above
    0; `pairs` are the words of sources that had a route, a clear one, and one that crosses. Gives how many steps were
    walked anew: nothing is added where `steps` has no room for so many, nor where a length does not fit: -1.
    """
    lanes, stubs = _NONE, _NONE
    for j in range(len(batch.columns)):
        if weight[j] > 0:
            lanes |= _ONE << np.uint64(j)
        if batch.columns[j] >= len(room.at):
            stubs |= _ONE << np.uint64(j)
    _fill(links, batch, removed, lanes, room)
    if _up(links, whole, batch, stubs, room) or _across(links, whole, batch, room) or _down(links, whole, batch, room):
        _empty(batch, room)
        return -1
    _compare(batch, room)
    count = _list_anew(links, whole, batch, stubs, room, steps)
    if count <= len(steps.node):
        _walk_anew(batch.steps, steps, bad, room)
        _count(sources, weight, pairs, room, counts)
    _empty(batch, room)
    return count


@part
def _fill(links: HierarchyLinks, kept: KeptBatch, removed: Ints, lanes: np.uint64, room: RemovalRoom) -> None:
    """Writes rows, ends and what is gone into the room."""
    for r in range(len(kept.node)):
        room.at[kept.node[r]] = r
        if kept.words[r, CUSTOMER]:
            room.sells[kept.node[r]] = r
        for p in range(kept.words.shape[1]):
            room.now[r, p] = kept.words[r, p]
    for j in range(len(kept.columns)):
        c, bit = kept.columns[j], _ONE << np.uint64(j)
        if c < len(room.at):
            room.own[c] |= bit
        else:
            for i in range(links.class_peer_start[c], links.class_peer_start[c + 1]):
                if links.member[links.class_peer[i]]:
                    room.beside[links.class_peer[i]] |= bit
    for i in range(len(removed)):
        r = room.at[removed[i]]
        if r >= 0:
            _tell_above(r, lanes & kept.words[r, CUSTOMER], links, kept, room)
            _tell_peers(r, lanes & kept.words[r, CUSTOMER], links, kept, room)
            room.mute[removed[i]] = lanes
            _tell_customers(r, lanes & kept.words[r, ROUTED], links, kept, room)


@part
def _tell_above(r: int, word: np.uint64, links: HierarchyLinks, kept: KeptBatch, room: RemovalRoom) -> None:
    """Marks the providers whose tie set a network was in."""
    v = kept.node[r]
    for i in range(links.up_start[v], links.up_start[v + 1]):
        q = room.at[links.up[i]]
        room.need[links.up[i]] |= _tied(kept.words, q, r, word & kept.words[q, CUSTOMER])


@part
def _tell_peers(r: int, word: np.uint64, links: HierarchyLinks, kept: KeptBatch, room: RemovalRoom) -> None:
    """Marks the peers whose tie set a network was in."""
    v = kept.node[r]
    for i in range(links.peer_start[v], links.peer_start[v + 1]):
        q = room.at[links.peer[i]]
        if q >= 0 and word & kept.words[q, PEERED]:
            room.need[links.peer[i]] |= _tied(kept.words, q, r, word & kept.words[q, PEERED])


@part
def _up(links: HierarchyLinks, whole: WholeLinks, kept: KeptBatch, stubs: np.uint64, room: RemovalRoom) -> bool:
    """Customer routes, customers before providers; True where a length does not fit."""
    first = len(kept.node)
    while first > 0:
        last = first
        first -= 1
        while first > 0 and whole.block[kept.node[first - 1]] == whole.block[kept.node[first]]:
            first -= 1
        need = _NONE
        for r in range(first, last):
            need |= room.need[kept.node[r]] & room.now[r, CUSTOMER]
        if need:
            for r in range(first, last):
                v = kept.node[r]
                room.moved[v] = need & room.now[r, CUSTOMER] & ~(_ends(room.now, r, stubs) | room.mute[v])
                _forget(r, room.moved[v], CUSTOMER, room.now)
            if _settle(first, last, links.down_start, links.down, CUSTOMER, kept, room):
                return True
        for r in range(first, last):
            v = kept.node[r]
            if room.moved[v]:
                room.moved[v] &= _differ(kept.words, room.now, r)
                _tell_above(r, room.moved[v], links, kept, room)
    return False


@part
def _settle(first: int, last: int, start: Ints, to: Ints, kind: int, kept: KeptBatch, room: RemovalRoom) -> bool:
    """Gives rows the shortest of their neighbours' routes in the lanes `moved`, a ring of them until nothing changes.

    True where a length does not fit.
    """
    again = True
    while again:
        again = False
        for r in range(first, last):
            v = kept.node[r]
            if room.moved[v]:
                has = _offered(v, start, to, kind, room.moved[v], _NONE, room)
                news = _choose(r, has, kind, room.now, room.best) if has else 0
                if news < 0:
                    return True
                again = again or (news > 0 and last - first > 1)
    return False


@tight
def _offered(v: int, start: Ints, to: Ints, kind: int, mask: np.uint64, has: np.uint64, room: RemovalRoom) -> np.uint64:
    """The shortest routes that v's neighbours offer in some lanes, into `room.best`; the lanes that have one."""
    rows = room.sells if kind == CUSTOMER else room.at
    for i in range(start[v], start[v + 1]):
        q = rows[to[i]]
        if q >= 0:
            open_lanes = mask & room.now[q, kind] & ~room.mute[to[i]]
            if open_lanes:
                has = _better(room.now, q, open_lanes, has, room.best)
    return has


@part
def _across(links: HierarchyLinks, whole: WholeLinks, kept: KeptBatch, room: RemovalRoom) -> bool:
    """Peer routes; True where a length does not fit."""
    for r in range(len(kept.node)):
        v = kept.node[r]
        if room.moved[v]:
            _tell_peers(r, room.moved[v], links, kept, room)
    for r in range(len(kept.node)):
        v = kept.node[r]
        lost = kept.words[r, CUSTOMER] & ~room.now[r, CUSTOMER]
        mask = ((room.need[v] & room.now[r, PEERED]) | lost) & ~room.mute[v] if links.member[v] else _NONE
        if mask:
            _forget(r, mask, PEERED, room.now)
            for p in range(len(room.best)):
                room.best[p] = _NONE
            has = _offered(v, whole.peer_start, whole.peer, CUSTOMER, mask, mask & room.beside[v], room)
            if has and _choose(r, has, PEERED, room.now, room.best) < 0:
                return True
    return False


@part
def _down(links: HierarchyLinks, whole: WholeLinks, kept: KeptBatch, room: RemovalRoom) -> bool:
    """Provider routes, providers before customers; True where a length does not fit."""
    last = 0
    while last < len(kept.node):
        first = last
        last += 1
        while last < len(kept.node) and whole.block[kept.node[last]] == whole.block[kept.node[first]]:
            last += 1
        if not links.member[kept.node[first]]:
            continue
        need = _NONE
        for r in range(first, last):
            v = kept.node[r]
            lost = kept.words[r, CUSTOMER] | kept.words[r, PEERED]
            need |= _free(r, kept.words, room.now) & (room.need[v] | lost) & ~room.mute[v]
        if need:
            for r in range(first, last):
                v = kept.node[r]
                room.moved[v] = need & _free(r, kept.words, room.now) & ~room.mute[v]
                _forget(r, room.moved[v], ROUTED, room.now)
            if _settle(first, last, links.up_start, links.up, ROUTED, kept, room):
                return True
        for r in range(first, last):
            v = kept.node[r]
            room.moved[v] = _differ(kept.words, room.now, r)
            if room.moved[v]:
                _tell_customers(r, room.moved[v], links, kept, room)
    return False


@tight
def _free(r: int, old: Table, now: Table) -> np.uint64:
    """The lanes of a row with a route before, and neither a customer's nor a peer's now."""
    return old[r, ROUTED] & ~(now[r, CUSTOMER] | now[r, PEERED])


@part
def _tell_customers(r: int, word: np.uint64, links: HierarchyLinks, kept: KeptBatch, room: RemovalRoom) -> None:
    """Marks the customers whose tie set a network was in, or is in now, or whose route would be shorter over it."""
    v = kept.node[r]
    for i in range(links.down_start[v], links.down_start[v + 1]):
        u = links.down[i]
        if links.member[u] and room.at[u] >= 0:
            q = room.at[u]
            mask = word & kept.words[q, ROUTED] & ~(kept.words[q, CUSTOMER] | kept.words[q, PEERED])
            if mask:
                near = _within(kept.words, q, room.now, r, mask & room.now[r, ROUTED] & ~room.mute[v])
                room.need[u] |= near | _tied(kept.words, q, r, mask & kept.words[r, ROUTED])


@part
def _compare(kept: KeptBatch, room: RemovalRoom) -> None:
    """Marks the lanes in which a network on some path has another tie set than before.

    A neighbour in the tie set whose offer has changed has left it, unless the route is another too; a neighbour that
    has come as near as the tie set is in it now.
    """
    old, now = kept.words, room.now
    for r in range(len(kept.node)):
        v = kept.node[r]
        other = room.need[v] | room.moved[v] | (old[r, CUSTOMER] ^ now[r, CUSTOMER]) | (old[r, PEERED] ^ now[r, PEERED])
        other &= kept.wanted[r] & ~room.mute[v]
        room.other[v] = room.more[v] = room.changed[v] = other


@part
def _list_anew(
    links: HierarchyLinks, whole: WholeLinks, kept: KeptBatch, stubs: np.uint64, room: RemovalRoom, steps: Steps
) -> int:
    """Lists the steps of tie sets that are others, and of networks that paths newly pass, the longest routes first.

    Gives how many there are, which may be more than fit; those of length k begin at `room.span[k + 1]`.
    """
    count, listed, ties = 0, 0, 0
    for r in range(len(kept.node)):
        if room.more[kept.node[r]]:
            room.listed[listed] = kept.node[r]
            listed += 1
    for k in range((1 << (room.now.shape[1] - LENGTH)) - 1, -1, -1):
        room.span[k + 1] = count
        n = 0
        while n < listed:
            v = room.listed[n]
            n += 1
            mask = room.more[v] & _level(room.now, room.at[v], k)
            if not mask:
                continue
            ends = mask if k == 0 else (mask & stubs if k == 1 else _NONE)
            if ends:
                count = put_step(steps, count, v, -1, ends)
                mask &= ~ends
            if mask & ~room.done[v]:
                # Asked for a second time, all other lanes follow: `removal_room` has room for two lists of a network.
                fresh = ~room.done[v] if room.done[v] else room.more[v]
                ties = _list_ties(v, fresh, links, whole, room, ties)
                room.done[v] |= fresh
            i = room.tie_first[v] if mask else -1
            while i >= 0:
                u, tie = room.tie_hop[i], mask & room.tie_word[i]
                i = room.tie_next[i]
                if tie:
                    count = put_step(steps, count, v, u, tie)
                    new = tie & ~kept.wanted[room.at[u]]
                    if new and not room.more[u]:
                        room.listed[listed] = u
                        listed += 1
                    room.more[u] |= new
    room.span[0] = count
    return count


@part
def _list_ties(v: int, mask: np.uint64, links: HierarchyLinks, whole: WholeLinks, room: RemovalRoom, ties: int) -> int:
    """Lists the tie set of v in the lanes of a mask after `ties` others; gives how many there are then."""
    r = room.at[v]
    sold, peered = mask & room.now[r, CUSTOMER], mask & room.now[r, PEERED]
    bought = mask & room.now[r, ROUTED] & ~(sold | peered)
    if sold:
        ties = _add_ties(v, links.down_start, links.down, CUSTOMER, sold, room, ties)
    if peered:
        ties = _add_ties(v, whole.peer_start, whole.peer, CUSTOMER, peered, room, ties)
    if bought:
        ties = _add_ties(v, links.up_start, links.up, ROUTED, bought, room, ties)
    return ties


@part
def _add_ties(v: int, start: Ints, to: Ints, kind: int, mask: np.uint64, room: RemovalRoom, ties: int) -> int:
    """Lists the neighbours of one kind that are in v's tie set in some lanes of a mask."""
    r, rows = room.at[v], room.sells if kind == CUSTOMER else room.at
    for i in range(start[v], start[v + 1]):
        q = rows[to[i]]
        if q >= 0:
            tie = mask & room.now[q, kind] & ~room.mute[to[i]]
            if tie:
                tie = _tied(room.now, r, q, tie)
            if tie:
                room.tie_hop[ties], room.tie_word[ties], room.tie_next[ties] = to[i], tie, room.tie_first[v]
                room.tie_first[v] = ties
                ties += 1
    return ties


@part
def _walk_anew(old: Steps, steps: Steps, bad: Words, room: RemovalRoom) -> None:
    """Carries what is restricted, and what has changed, along kept and new steps, by length of the route."""
    for k in range(len(room.span) - 1):
        if k < len(old.span) - 1:
            for i in range(old.span[k], old.span[k + 1]):
                tie = old.word[i] & ~room.other[old.node[i]]
                if tie:
                    _join(old.node[i], old.hop[i], tie, bad, room)
        for i in range(room.span[k + 1], room.span[k]):
            _join(steps.node[i], steps.hop[i], steps.word[i], bad, room)


@tight
def _join(v: int, u: int, tie: np.uint64, bad: Words, room: RemovalRoom) -> None:
    if u < 0:
        room.clear[v] |= tie
        return
    crossed = bad[u] & ~room.own[u]
    room.clear[v] |= tie & room.clear[u] & ~crossed
    room.some[v] |= tie & (room.some[u] | crossed)
    room.changed[v] |= tie & room.changed[u]


@tight
def _weighed(word: np.uint64, weight: Longs) -> int:
    total, left = 0, word
    while left:
        low = left & (~left + _ONE)
        total += weight[PLACE[(low * DE_BRUIJN) >> np.uint64(58)]]
        left ^= low
    return total


@part
def _count(sources: Ints, weight: Longs, pairs: tuple[Words, Words, Words], room: RemovalRoom, counts: Longs) -> None:
    """Counts the pairs whose paths have changed; all others are what they were."""
    routed, clear, some = pairs
    for s in range(len(sources)):
        v = sources[s]
        lanes = room.changed[v] & ~room.own[v]
        if not lanes:
            continue
        had, could, crossed = routed[s] & lanes, clear[s] & lanes, some[s] & lanes
        alive = room.now[room.at[v], ROUTED] & lanes
        free, crossing = room.clear[v] & lanes, room.some[v] & lanes
        counts[s, 0] += _weighed(had & ~alive, weight)
        counts[s, 1] += _weighed(had & ~alive, weight)
        counts[s, 2] += _weighed(alive & ~had, weight)
        counts[s, 3] += _weighed(had & ~crossed & alive & ~free, weight)
        counts[s, 4] += _weighed(could & crossing, weight)
        counts[s, 5] -= _weighed(had & ~crossed & ~(alive & ~crossing), weight)
        counts[s, 6] -= _weighed(could & ~free, weight)
        counts[s, 7] += _weighed(alive & ~free, weight) - _weighed(had & ~could, weight)
        counts[s, 8] += _weighed(crossing, weight) - _weighed(crossed, weight)


@part
def _empty(kept: KeptBatch, room: RemovalRoom) -> None:
    """Empties the room of a batch."""
    for r in range(len(kept.node)):
        v = kept.node[r]
        room.at[v] = room.sells[v] = room.tie_first[v] = -1
        room.mute[v] = room.beside[v] = room.own[v] = room.need[v] = room.moved[v] = _NONE
        room.other[v] = room.more[v] = room.done[v] = room.changed[v] = room.clear[v] = room.some[v] = _NONE
