"""Routes of chosen sources under changes of the graph: 64 lanes, each a destination in a scenario of its own.

A lane carries what its scenario takes away: networks that export nothing, links that are gone, networks that drop
traffic, and networks held to a route. Only the hierarchy of the sources is routed down to: all that they buy from,
directly or over others. Customer routes spread from the destination alone.

What a source's route depends on is more than its tie paths: a network whose customer route is gone may take a shorter
one from a peer, and a source below it would choose anew. A wide batch follows every provider of a network with a
provider route; a change that no tie set on this wider set uses leaves the sources' routes as they are (decision 0073).
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.words import LANES, Marks, Table, Words

_EVERY = np.uint64(0xFFFFFFFFFFFFFFFF)
_NONE = np.uint64(0)
_ONE = np.uint64(1)
DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
PLACE = np.zeros(64, np.int64)
for _i in range(64):
    PLACE[((int(DE_BRUIJN) << _i) & 0xFFFFFFFFFFFFFFFF) >> 58] = _i
AS_CUSTOMER, AS_PEER, AS_PROVIDER = 0, 1, 2
"""How a held route is exported: to everybody, or as a peer's or a provider's route to customers alone."""


class HierarchyLinks(NamedTuple):
    """Links among T networks; `peer` rows stand under the network that offers and hold networks of the hierarchy alone.

    `member` uint8[T] marks the hierarchy; `up_head` and so on hold the owner of each entry.
    Classes of stubs begin at T.
    """

    block_start: Ints
    up_start: Ints
    up: Ints
    up_head: Ints
    down_start: Ints
    down: Ints
    down_head: Ints
    peer_start: Ints
    peer: Ints
    peer_head: Ints
    member: Marks
    class_up_start: Ints
    class_up: Ints
    class_peer_start: Ints
    class_peer: Ints
    core_node: Ints


class LaneMasks(NamedTuple):
    """What lanes take away: `mute` exports nothing, `drop` loses traffic, `bad` is restricted, links `cut_*` are gone.

    `held` marks lanes in which a network keeps a route; its entries are linked from `held_first` over `held_next`, -1
    at the end: lane, how it is exported, length, and next hop (-1 next to a stub that is the destination).
    """

    mute: Words
    drop: Words
    bad: Words
    cut_up: Words
    cut_down: Words
    cut_peer: Words
    held: Words
    held_first: Ints
    held_next: Ints
    held_node: Ints
    held_lane: Ints
    held_kind: Ints
    held_length: Ints
    held_hop: Ints


class LaneState(NamedTuple):
    """Routes by length in `near` uint64[T, K], classes as words, and what the paths from wanted networks meet.

    `some` and `clear` say that some path that is not dropped crosses, or crosses nothing; `alive` that one is not
    dropped, `lost` that one is. `mark` uint64[T, 64] is a digest of all tie paths. `use` is where a wanted network's
    tie set has a network. Tie sets of peers are lists: `tie_first` by the network that uses them.
    """

    near: Table
    routed: Words
    customer: Words
    peered: Words
    active: Marks
    wanted: Words
    use: Words
    alive: Words
    clear: Words
    some: Words
    lost: Words
    mark: Table
    tie_first: Ints
    tie_next: Ints
    tie_offering: Ints
    tie_word: Words
    listed: Ints
    gathered: Words
    offers: Table
    need: Words


def hierarchy_links(core: Condensed, sources: Ints) -> HierarchyLinks:
    """The links that routes from some transit networks need. Cost O(links)."""
    member = np.zeros(core.core_count, np.uint8)
    front = np.unique(sources).astype(np.int64)
    while len(front):
        member[front] = 1
        spans = [core.links.up[core.links.up_start[v] : core.links.up_start[v + 1]] for v in front.tolist()]
        above = np.unique(np.concatenate(spans)) if spans else front[:0]
        front = above[member[above] == 0].astype(np.int64)
    kept = member[core.links.peer] > 0
    owner = np.repeat(np.arange(core.core_count, dtype=np.int32), np.diff(core.links.peer_start))
    peer_start = np.zeros(core.core_count + 1, np.int32)
    peer_start[1:] = np.cumsum(np.bincount(owner[kept], minlength=core.core_count))

    def heads(start: Ints) -> Ints:
        return np.repeat(np.arange(core.core_count, dtype=np.int32), np.diff(start))

    return HierarchyLinks(
        **core.links._replace(peer_start=peer_start, peer=core.links.peer[kept])._asdict(),
        up_head=heads(core.links.up_start),
        down_head=heads(core.links.down_start),
        peer_head=owner[kept],
        member=member,
        **{f"class_{name}": array for name, array in core.class_links._asdict().items()},
        core_node=core.core_node,
    )


def masks_of(links: HierarchyLinks, bad: Words, held: int = 0) -> LaneMasks:
    """Masks that take nothing away, with room for some held routes."""
    count = len(links.member)
    return LaneMasks(
        mute=np.zeros(count, np.uint64),
        drop=np.zeros(count, np.uint64),
        bad=bad,
        cut_up=np.zeros(len(links.up), np.uint64),
        cut_down=np.zeros(len(links.down), np.uint64),
        cut_peer=np.zeros(len(links.peer), np.uint64),
        held=np.zeros(count, np.uint64),
        held_first=np.full(count, -1, np.int32),
        **{f"held_{name}": np.zeros(held, np.int32) for name in ("next", "node", "lane", "kind", "length", "hop")},
    )


def state_of(links: HierarchyLinks, levels: int = 24) -> LaneState:
    """Room for one batch. Memory T (8 levels + 600) bytes."""
    count = len(links.member)
    largest = int(np.diff(links.block_start).max(initial=1))

    by_network = ("routed", "customer", "peered", "wanted", "use", "alive", "clear", "some", "lost")
    return LaneState(
        near=np.zeros((count, levels), np.uint64),
        active=np.zeros(count, np.uint8),
        **{name: np.zeros(count, np.uint64) for name in by_network},
        mark=np.zeros((count, LANES), np.uint64),
        tie_first=np.full(count, -1, np.int32),
        tie_next=np.zeros(len(links.peer), np.int32),
        tie_offering=np.zeros(len(links.peer), np.int32),
        tie_word=np.zeros(len(links.peer), np.uint64),
        listed=np.zeros(count, np.int32),
        gathered=np.zeros(levels, np.uint64),
        offers=np.zeros((largest if largest > 1 else 0, levels + 1), np.uint64),
        need=np.zeros(largest, np.uint64),
    )


@kernel
def route_lanes(
    links: HierarchyLinks, masks: LaneMasks, state: LaneState, columns: Ints, sources: Ints, wide: bool
) -> int:
    """Routes a batch of columns, a class each, and follows the paths of the sources.

    Gives how many networks were followed; -1 where a route is longer than there are levels. Where `wide`, `wanted` and
    `use` cover all that the routes depend on.
    """
    _empty(links, state)
    lanes = _start(links, masks, state, columns)
    if _up(links, masks, state):
        return -1
    _beside(links, masks, state, columns)
    if _across(links, masks, state) or _down(links, masks, state, lanes):
        return -1
    for r in range(len(sources)):
        state.wanted[sources[r]] = lanes
    for i in range(len(masks.held_node)):
        bit = _ONE << np.uint64(masks.held_lane[i])
        state.wanted[masks.held_node[i]] |= bit
        if masks.held_hop[i] >= 0:
            state.wanted[masks.held_hop[i]] |= bit
    _follow_up(links, masks, state, wide)
    _follow_peers(links, masks, state)
    _follow_down(links, masks, state)
    listed = 0
    for v in range(len(state.routed)):
        if state.wanted[v] & state.routed[v]:
            state.listed[listed] = v
            listed += 1
    return listed


@kernel
def meet_lanes(links: HierarchyLinks, masks: LaneMasks, state: LaneState, columns: Ints, listed: int) -> None:
    """What the paths of a routed batch meet, and a digest of them; `listed` is what `route_lanes` gave."""
    stubs = _NONE
    for j in range(len(columns)):
        if columns[j] >= len(state.routed):
            stubs |= _ONE << np.uint64(j)
    _meet(links, masks, state, stubs, listed)


@part
def _empty(links: HierarchyLinks, state: LaneState) -> None:
    """Takes away what the batch before has left."""
    for v in range(len(state.routed)):
        if state.active[v] or links.member[v]:
            for k in range(state.near.shape[1]):
                state.near[v, k] = _NONE
            state.active[v] = 0
        state.routed[v] = state.customer[v] = state.peered[v] = _NONE
        state.wanted[v] = state.use[v] = _NONE
        state.alive[v] = state.clear[v] = state.some[v] = state.lost[v] = _NONE
        state.tie_first[v] = -1


@part
def _start(links: HierarchyLinks, masks: LaneMasks, state: LaneState, columns: Ints) -> np.uint64:
    """Starts routes at the destinations and at providers of those that are stubs; gives all lanes."""
    lanes = _NONE
    for j in range(len(columns)):
        bit = _ONE << np.uint64(j)
        lanes |= bit
        c = columns[j]
        if c < len(state.routed):
            state.near[c, 0] |= bit
            state.active[c] = 1
        else:
            for i in range(links.class_up_start[c], links.class_up_start[c + 1]):
                u = links.class_up[i]
                state.near[u, 1] |= bit & ~masks.held[u]
                state.active[u] = 1
    return lanes


@part
def _beside(links: HierarchyLinks, masks: LaneMasks, state: LaneState, columns: Ints) -> None:
    """Offers of stubs that are destinations to their peers of the hierarchy."""
    for j in range(len(columns)):
        c = columns[j]
        if c >= len(state.routed):
            for i in range(links.class_peer_start[c], links.class_peer_start[c + 1]):
                u = links.class_peer[i]
                if links.member[u]:
                    state.near[u, 1] |= (_ONE << np.uint64(j)) & ~(state.customer[u] | masks.held[u])


@tight
def _shortest(v: int, mask: np.uint64, near: Table) -> np.uint64:
    """Keeps the shortest route of v in each lane of a mask; the lanes of the mask that have one."""
    seen = _NONE
    for k in range(near.shape[1]):
        fresh = near[v, k] & mask
        near[v, k] = (near[v, k] & ~mask) | (fresh & ~seen)
        seen |= fresh
    return seen


@tight
def _hold(v: int, kind: int, masks: LaneMasks, near: Table) -> np.uint64:
    """Writes the held routes of v of one kind; their lanes."""
    word = _NONE
    i = masks.held_first[v]
    while i >= 0:
        if masks.held_kind[i] == kind:
            bit = _ONE << np.uint64(masks.held_lane[i])
            near[v, masks.held_length[i]] |= bit
            word |= bit
        i = masks.held_next[i]
    return word


@part
def _up(links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> bool:
    """Customer routes, customers before providers."""
    near, active, last_level = state.near, state.active, state.near.shape[1] - 1
    for b in range(len(links.block_start) - 2, -1, -1):
        first, last = links.block_start[b], links.block_start[b + 1]
        for v in range(first, last):
            free = ~masks.held[v]
            for i in range(links.down_start[v], links.down_start[v + 1]):
                u = links.down[i]
                if u >= last and active[u]:
                    open_lanes = free & ~(masks.mute[u] | masks.cut_down[i])
                    active[v] = 1
                    for k in range(last_level):
                        near[v, k + 1] |= near[u, k] & open_lanes
                    if near[u, last_level] & open_lanes:
                        return True
            if masks.held_first[v] >= 0 and _hold(v, AS_CUSTOMER, masks, near):
                active[v] = 1
            if last - first == 1 and active[v]:
                state.customer[v] = _shortest(v, _EVERY, near)
        if last - first > 1 and _up_ring(first, last, links, masks, state):
            return True
    return False


@part
def _up_ring(first: int, last: int, links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> bool:
    """Customer routes inside a ring, level by level."""
    near, customer, levels = state.near, state.customer, state.near.shape[1]
    for k in range(levels):
        for v in range(first, last):
            word = near[v, k] & ~customer[v]
            near[v, k] = word
            customer[v] |= word
            if not word:
                continue
            state.active[v] = 1
            for i in range(links.up_start[v], links.up_start[v + 1]):
                u = links.up[i]
                if first <= u < last:
                    offer = word & ~(masks.mute[v] | masks.cut_up[i] | masks.held[u])
                    if k + 1 < levels:
                        near[u, k + 1] |= offer
                    elif offer & ~customer[u]:
                        return True
    return False


@part
def _across(links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> bool:
    """Offers of customer routes to peers of the hierarchy that have none; the shortest is kept on the way down."""
    near, customer, last_level = state.near, state.customer, state.near.shape[1] - 1
    for a in range(len(customer)):
        mine = customer[a] & ~masks.mute[a]
        if not mine:
            continue
        for i in range(links.peer_start[a], links.peer_start[a + 1]):
            v = links.peer[i]
            free = mine & ~(customer[v] | masks.held[v] | masks.cut_peer[i])
            if free:
                for k in range(last_level):
                    near[v, k + 1] |= near[a, k] & free
                if near[a, last_level] & free:
                    return True
    return False


@part
def _down(links: HierarchyLinks, masks: LaneMasks, state: LaneState, lanes: np.uint64) -> bool:
    """The shortest peer routes, then provider routes, providers before customers, in the hierarchy alone."""
    near, customer, peered = state.near, state.customer, state.peered
    for b in range(len(links.block_start) - 1):
        first, last = links.block_start[b], links.block_start[b + 1]
        if not links.member[first]:
            for v in range(first, last):
                state.routed[v] = customer[v]
            continue
        for v in range(first, last):
            peered[v] = _shortest(v, ~customer[v], near)
            have = customer[v] | peered[v]
            if masks.held_first[v] >= 0:
                peered[v] |= _hold(v, AS_PEER, masks, near)
                have |= peered[v] | _hold(v, AS_PROVIDER, masks, near)
            state.routed[v] = have
            need = lanes & ~(have | masks.held[v])
            if last - first == 1 and need and _take(v, need, links, masks, state):
                return True
        if last - first > 1 and _down_ring(first, last, links, masks, state, lanes):
            return True
    return False


@tight
def _take(v: int, need: np.uint64, links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> bool:
    """Takes the shortest of the providers' routes in the lanes in need."""
    near, gathered, levels = state.near, state.gathered, state.near.shape[1]
    for k in range(levels):
        gathered[k] = _NONE
    for i in range(links.up_start[v], links.up_start[v + 1]):
        u = links.up[i]
        open_lanes = need & ~(masks.mute[u] | masks.cut_up[i])
        for k in range(levels):
            gathered[k] |= near[u, k] & open_lanes
    for k in range(levels - 1):
        word = gathered[k] & need
        near[v, k + 1] |= word
        need &= ~word
        state.routed[v] |= word
    return gathered[levels - 1] & need != _NONE


@part
def _down_ring(
    first: int, last: int, links: HierarchyLinks, masks: LaneMasks, state: LaneState, lanes: np.uint64
) -> bool:
    """Provider routes inside a ring, level by level."""
    near, offers, need, levels = state.near, state.offers, state.need, state.near.shape[1]
    for v in range(first, last):
        need[v - first] = lanes & ~(state.routed[v] | masks.held[v])
        for k in range(levels + 1):
            offers[v - first, k] = _NONE
        for i in range(links.up_start[v], links.up_start[v + 1]):
            u = links.up[i]
            if u < first:
                for k in range(levels):
                    offers[v - first, k + 1] |= near[u, k] & ~(masks.mute[u] | masks.cut_up[i])
    for k in range(levels):
        for v in range(first, last):
            word = offers[v - first, k] & need[v - first]
            need[v - first] &= ~word
            near[v, k] |= word
            state.routed[v] |= word
            word = near[v, k] & ~masks.mute[v]
            if word:
                for i in range(links.down_start[v], links.down_start[v + 1]):
                    u = links.down[i]
                    if first <= u < last:
                        offers[u - first, k + 1] |= word & ~masks.cut_down[i]
    full = _NONE
    for v in range(first, last):
        full |= offers[v - first, levels] & need[v - first]
    return full != _NONE


@tight
def tied(v: int, u: int, mask: np.uint64, near: Table) -> np.uint64:
    """The lanes of a mask in which u's route is one hop shorter than v's."""
    word = _NONE
    for k in range(near.shape[1] - 1):
        word |= near[v, k + 1] & near[u, k]
    return word & mask


@part
def _follow_up(links: HierarchyLinks, masks: LaneMasks, state: LaneState, wide: bool) -> None:
    """Wants the next hops of wanted networks with a provider route, and where `wide` all their providers."""
    near, wanted = state.near, state.wanted
    for b in range(len(links.block_start) - 2, -1, -1):
        first, last = links.block_start[b], links.block_start[b + 1]
        again = links.member[first] > 0
        while again:
            again = False
            for v in range(first, last):
                mine = wanted[v] & state.routed[v] & ~(state.customer[v] | state.peered[v] | masks.held[v])
                if not mine:
                    continue
                for i in range(links.up_start[v], links.up_start[v + 1]):
                    u = links.up[i]
                    tie = tied(v, u, mine, near) & ~(masks.mute[u] | masks.cut_up[i])
                    state.use[u] |= tie
                    new = (mine if wide else tie) & ~wanted[u]
                    wanted[u] |= new
                    again = again or (new != _NONE and first <= u < last)


@part
def _follow_peers(links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> None:
    """Wants the peers whose route a wanted network takes, and lists its tie set."""
    near, customer, peered, wanted = state.near, state.customer, state.peered, state.wanted
    ties = 0
    for a in range(len(wanted)):
        mine = customer[a] & ~masks.mute[a]
        if not mine:
            continue
        for i in range(links.peer_start[a], links.peer_start[a + 1]):
            v = links.peer[i]
            both = mine & peered[v] & wanted[v] & ~(masks.held[v] | masks.cut_peer[i])
            tie = tied(v, a, both, near) if both else _NONE
            if tie:
                state.tie_offering[ties], state.tie_word[ties] = a, tie
                state.tie_next[ties] = state.tie_first[v]
                state.tie_first[v] = ties
                ties += 1
                wanted[a] |= tie
                state.use[a] |= tie


@part
def _follow_down(links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> None:
    """Wants the next hops of wanted networks with a customer route."""
    near, customer, wanted = state.near, state.customer, state.wanted
    for b in range(len(links.block_start) - 1):
        first, last = links.block_start[b], links.block_start[b + 1]
        again = True
        while again:
            again = False
            for v in range(first, last):
                mine = wanted[v] & customer[v] & ~masks.held[v]
                if not mine:
                    continue
                for i in range(links.down_start[v], links.down_start[v + 1]):
                    u = links.down[i]
                    both = mine & customer[u]
                    if both:
                        tie = tied(v, u, both, near) & ~(masks.mute[u] | masks.cut_down[i])
                        state.use[u] |= tie
                        new = tie & ~wanted[u]
                        wanted[u] |= new
                        again = again or (new != _NONE and first <= u < last)


@tight
def _mixed(x: np.uint64) -> np.uint64:
    """Sixty-four bits stirred (splitmix64 of S. Vigna)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@tight
def _join(v: int, u: int, tie: np.uint64, masks: LaneMasks, state: LaneState) -> None:
    """Joins what the paths through u meet to what those of v meet."""
    own = state.near[u, 0]
    drops, bad = masks.drop[u] & ~own, masks.bad[u] & ~own
    passes = tie & ~drops
    state.alive[v] |= passes & state.alive[u]
    state.clear[v] |= passes & state.clear[u] & ~bad
    state.some[v] |= passes & (state.some[u] | (bad & state.alive[u]))
    state.lost[v] |= tie & (drops | state.lost[u])
    left = tie
    while left:
        low = left & (~left + _ONE)
        j = PLACE[(low * DE_BRUIJN) >> np.uint64(58)]
        state.mark[v, j] += _mixed(state.mark[u, j])
        left ^= low


@part
def _meet(links: HierarchyLinks, masks: LaneMasks, state: LaneState, stubs: np.uint64, listed: int) -> None:
    """What the paths of listed networks meet, by length: a next hop is one hop nearer."""
    near, customer, peered = state.near, state.customer, state.peered
    for n in range(listed):
        v = state.listed[n]
        for j in range(LANES):
            state.mark[v, j] = _NONE
    for k in range(near.shape[1]):
        for n in range(listed):
            v = state.listed[n]
            mine = near[v, k] & state.wanted[v]
            if not mine:
                continue
            ends = mine if k == 0 else (mine & stubs if k == 1 else _NONE)
            state.alive[v] |= ends
            state.clear[v] |= ends
            inner = mine & ~ends & ~masks.held[v]
            if inner & customer[v]:
                _meet_customers(v, k, inner & customer[v], links, masks, state)
            if inner & peered[v]:
                i = state.tie_first[v]
                while i >= 0:
                    _join(v, state.tie_offering[i], inner & state.tie_word[i], masks, state)
                    i = state.tie_next[i]
            if inner & ~(customer[v] | peered[v]):
                _meet_providers(v, k, inner & ~(customer[v] | peered[v]), links, masks, state)
            if mine & ~ends & masks.held[v]:
                _meet_held(v, k, mine & ~ends, masks, state)
            _stir(v, mine, state.mark)


@tight
def _meet_customers(v: int, k: int, mask: np.uint64, links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> None:
    for i in range(links.down_start[v], links.down_start[v + 1]):
        u = links.down[i]
        tie = mask & state.customer[u]
        if tie:
            tie &= state.near[u, k - 1]
        if tie:
            _join(v, u, tie & ~(masks.mute[u] | masks.cut_down[i]), masks, state)


@tight
def _meet_providers(v: int, k: int, mask: np.uint64, links: HierarchyLinks, masks: LaneMasks, state: LaneState) -> None:
    for i in range(links.up_start[v], links.up_start[v + 1]):
        u = links.up[i]
        tie = mask & state.near[u, k - 1]
        if tie:
            _join(v, u, tie & ~(masks.mute[u] | masks.cut_up[i]), masks, state)


@tight
def _meet_held(v: int, k: int, mask: np.uint64, masks: LaneMasks, state: LaneState) -> None:
    i = masks.held_first[v]
    while i >= 0:
        if masks.held_length[i] == k and masks.held_hop[i] >= 0:
            _join(v, masks.held_hop[i], (_ONE << np.uint64(masks.held_lane[i])) & mask, masks, state)
        i = masks.held_next[i]


@tight
def _stir(v: int, lanes: np.uint64, mark: Table) -> None:
    """Marks what is joined as v's."""
    salt = np.uint64(v) * np.uint64(0xD6E8FEB86659FD93)
    left = lanes
    while left:
        low = left & (~left + _ONE)
        j = PLACE[(low * DE_BRUIJN) >> np.uint64(58)]
        mark[v, j] = _mixed(mark[v, j] ^ salt)
        left ^= low
