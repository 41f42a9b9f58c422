"""The three stages of policy routing on words of 64 destinations, and the tie sets that follow from their lengths.

Customer routes go up, across, and provider routes down. Providers come before customers in the numbering, so that a
stage is one pass over the links; a ring of providers is worked level by level until its longest route. Each stage tells
whether a route is longer than there are levels.
Source: L. Gao and J. Rexford, IEEE/ACM ToN 9 (2001); the words are our own (decision 0025).

A neighbour is in a network's tie set where its route is one hop shorter and it may tell it. Lengths stand in binary, a
bit a word, so that 64 destinations are compared with eight exclusive ors.
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.condense import ClassLinks, Condensed, CoreLinks
from provenet.routing.kernels.words import NEAR, PLANES, Marks, RouteState, Table, Ties, Words, level, same


class Scratch(NamedTuple):
    """What the stages write on: levels gathered from neighbours, near and beyond; offers and needs inside a ring."""

    gathered: Words
    beyond: Words
    offers: Table
    need: Words


def scratch_of(core: Condensed, levels: int) -> Scratch:
    """Room for the stages. Memory O(levels), and O(levels x networks) of the largest ring."""
    largest = int(np.diff(core.links.block_start).max(initial=1))
    ring = largest if largest > 1 else 0
    beyond, offers = np.zeros(levels - NEAR, np.uint64), np.zeros((ring, levels + 1), np.uint64)
    return Scratch(np.zeros(NEAR, np.uint64), beyond, offers, np.zeros(ring, np.uint64))


@kernel
def three_stages(
    links: CoreLinks, ends: ClassLinks, columns: Ints, lanes: np.uint64, state: RouteState, scratch: Scratch
) -> bool:
    """Fills the state with the routes to the classes `columns`; True where a route is longer than there are levels."""
    near, far, is_far = state.near, state.far, state.is_far
    customer, peered, active = state.customer, state.peer, state.active
    count = len(customer)
    for v in range(count):
        for k in range(NEAR):
            near[v, k] = 0
        if is_far[v]:
            for k in range(far.shape[1]):
                far[v, k] = 0
        customer[v] = peered[v] = 0
        active[v] = is_far[v] = 0
    for j in range(len(columns)):
        bit = np.uint64(1) << np.uint64(j)
        c = columns[j]
        if c < count:
            near[c, 0] |= bit
            active[c] = 1
        else:
            for i in range(ends.up_start[c], ends.up_start[c + 1]):
                near[ends.up[i], 1] |= bit
                active[ends.up[i]] = 1
    if _up(links, state, scratch):
        return True
    for j in range(len(columns)):
        bit = np.uint64(1) << np.uint64(j)
        c = columns[j]
        if c >= count:
            for i in range(ends.peer_start[c], ends.peer_start[c + 1]):
                near[ends.peer[i], 1] |= bit & ~customer[ends.peer[i]]
    return _across(links, state, scratch) or _down(links, lanes, state, scratch)


@tight
def _gather(to: Ints, span: tuple[int, int], least: int, every: bool, state: RouteState, scratch: Scratch) -> int:
    """Joins the routes of the neighbours in a span of `to`, numbered `least` or more, active ones alone or every one.

    Gives 0 where there are none, 2 where some go far, and else 1.
    """
    near, far, is_far, active = state.near, state.far, state.is_far, state.active
    gathered, beyond = scratch.gathered, scratch.beyond
    found = 0
    for i in range(span[0], span[1]):
        u = np.uint64(to[i])
        if to[i] >= least and (every or active[u]):
            if not found:
                found = 1
                for k in range(NEAR):
                    gathered[k] = 0
            for k in range(np.uint64(NEAR)):
                gathered[k] |= near[u, k]
            if is_far[u]:
                if found == 1:
                    found = 2
                    for k in range(len(beyond)):
                        beyond[k] = 0
                for k in range(len(beyond)):
                    beyond[k] |= far[u, k]
    return found


@part
def _up(links: CoreLinks, state: RouteState, scratch: Scratch) -> bool:
    """Customer routes, customers before providers."""
    block_start, down_start, down = links.block_start, links.down_start, links.down
    near, far, is_far, active = state.near, state.far, state.is_far, state.active
    gathered, beyond, last_far = scratch.gathered, scratch.beyond, len(scratch.beyond) - 1
    for b in range(len(block_start) - 2, -1, -1):
        first, last = block_start[b], block_start[b + 1]
        for v in range(first, last):
            found = _gather(down, (down_start[v], down_start[v + 1]), np.int64(last), np.bool_(False), state, scratch)
            if found:
                active[v] = 1
                for k in range(NEAR - 1):
                    near[v, k + 1] |= gathered[k]
                if found == 2 and beyond[last_far]:
                    return True
                if found == 2 or gathered[NEAR - 1]:
                    is_far[v] = 1
                    far[v, 0] |= gathered[NEAR - 1]
                    for k in range(last_far if found == 2 else 0):
                        far[v, k + 1] |= beyond[k]
            if last - first == 1 and active[v]:
                state.customer[v] = _shortest(v, ~np.uint64(0), near, far, is_far)
        if last - first > 1 and _up_ring(first, last, links, state):
            return True
    return False


@tight
def _shortest(v: int, mask: np.uint64, near: Table, far: Table, is_far: Marks) -> np.uint64:
    """Keeps the shortest route of v in each lane of a mask; the lanes of the mask that have one."""
    seen = np.uint64(0)
    for k in range(NEAR):
        fresh = near[v, k] & mask
        near[v, k] = (near[v, k] & ~mask) | (fresh & ~seen)
        seen |= fresh
    if is_far[v]:
        used = np.uint64(0)
        for k in range(far.shape[1]):
            fresh = far[v, k] & mask
            far[v, k] = (far[v, k] & ~mask) | (fresh & ~seen)
            used |= far[v, k]
            seen |= fresh
        is_far[v] = used != 0
    return seen


@part
def _up_ring(first: int, last: int, links: CoreLinks, state: RouteState) -> bool:
    """Customer routes inside a ring, level by level."""
    up_start, up, near, far, customer = links.up_start, links.up, state.near, state.far, state.customer
    for k in range(NEAR + far.shape[1]):
        for v in range(first, last):
            word = level(v, k, near, far) & ~customer[v]
            if k < NEAR:
                near[v, k] = word
            else:
                far[v, k - NEAR] = word
            customer[v] |= word
            if not word:
                continue
            state.active[v] = 1
            for i in range(up_start[v], up_start[v + 1]):
                u = up[i]
                if first <= u < last:
                    if k + 1 < NEAR:
                        near[u, k + 1] |= word
                    elif k + 1 - NEAR < far.shape[1]:
                        far[u, k + 1 - NEAR] |= word
                        state.is_far[u] = 1
                    elif word & ~customer[u]:
                        return True
    return False


@part
def _across(links: CoreLinks, state: RouteState, scratch: Scratch) -> bool:
    """Offers of customer routes to peers that have none; the shortest is kept in the stage down."""
    peer_start, peer, near, far, is_far = links.peer_start, links.peer, state.near, state.far, state.is_far
    customer, offer, last_far = state.customer, scratch.gathered, state.far.shape[1] - 1
    offer[0] = 0
    for a in range(len(customer)):
        if not state.active[a] or peer_start[a] == peer_start[a + 1]:
            continue
        mine = customer[a]
        for k in range(NEAR - 1):
            offer[k + 1] = near[a, k] & mine
        for i in range(peer_start[a], peer_start[a + 1]):
            v = np.uint64(peer[i])
            free = ~customer[v]
            if mine & free:
                for k in range(np.uint64(NEAR)):
                    near[v, k] |= offer[k] & free
        beyond = near[a, NEAR - 1]
        if is_far[a]:
            for k in range(far.shape[1]):
                beyond |= far[a, k]
        if not beyond & mine:
            continue
        if far[a, last_far] & mine:
            return True
        for i in range(peer_start[a], peer_start[a + 1]):
            v = peer[i]
            free = ~customer[v] & mine
            if free:
                is_far[v] = 1
                far[v, 0] |= near[a, NEAR - 1] & free
                for k in range(last_far):
                    far[v, k + 1] |= far[a, k] & free
    return False


@part
def _down(links: CoreLinks, lanes: np.uint64, state: RouteState, scratch: Scratch) -> bool:
    """The shortest peer routes, then provider routes, providers before customers."""
    block_start, up_start, up = links.block_start, links.up_start, links.up
    near, far, is_far, customer, peered = state.near, state.far, state.is_far, state.customer, state.peer
    for b in range(len(block_start) - 1):
        first, last = block_start[b], block_start[b + 1]
        for v in range(first, last):
            peered[v] = _shortest(v, ~customer[v], near, far, is_far)
            need = lanes & ~(customer[v] | peered[v])
            if last - first == 1 and need:
                found = _gather(up, (up_start[v], up_start[v + 1]), np.int64(0), np.bool_(True), state, scratch)
                if found and _take(v, need, found == 2, near, far, is_far, scratch):
                    return True
        if last - first > 1 and _down_ring(first, last, links, lanes, state, scratch):
            return True
    return False


@tight
def _take(v: int, need: np.uint64, deep: bool, near: Table, far: Table, is_far: Marks, scratch: Scratch) -> bool:
    """Takes the shortest of gathered routes in the lanes in need."""
    gathered, beyond, last_far = scratch.gathered, scratch.beyond, len(scratch.beyond) - 1
    for k in range(NEAR - 1):
        word = gathered[k] & need
        near[v, k + 1] |= word
        need &= ~word
    word = gathered[NEAR - 1] & need
    if word:
        is_far[v] = 1
        far[v, 0] |= word
        need &= ~word
    if not deep or not need:
        return False
    for k in range(last_far):
        word = beyond[k] & need
        if word:
            is_far[v] = 1
            far[v, k + 1] |= word
            need &= ~word
    return beyond[last_far] & need != np.uint64(0)


@part
def _down_ring(first: int, last: int, links: CoreLinks, lanes: np.uint64, state: RouteState, scratch: Scratch) -> bool:
    """Provider routes inside a ring, level by level."""
    up_start, up, down_start, down = links.up_start, links.up, links.down_start, links.down
    near, far, offers, need, levels = state.near, state.far, scratch.offers, scratch.need, NEAR + state.far.shape[1]
    for v in range(first, last):
        need[v - first] = lanes & ~(state.customer[v] | state.peer[v])
        for k in range(levels + 1):
            offers[v - first, k] = 0
        for i in range(up_start[v], up_start[v + 1]):
            if up[i] < first:
                for k in range(levels):
                    offers[v - first, k + 1] |= level(up[i], k, near, far)
    for k in range(levels):
        for v in range(first, last):
            word = offers[v - first, k] & need[v - first]
            need[v - first] &= ~word
            if k < NEAR:
                near[v, k] |= word
            elif word:
                far[v, k - NEAR] |= word
                state.is_far[v] = 1
            word = level(v, k, near, far)
            if word:
                for i in range(down_start[v], down_start[v + 1]):
                    if first <= down[i] < last:
                        offers[down[i] - first, k + 1] |= word
    full = np.uint64(0)
    for v in range(first, last):
        full |= offers[v - first, levels] & need[v - first]
    return full != np.uint64(0)


@kernel
def lengths(state: RouteState, length: Table, longer: Table) -> None:
    """Lengths in binary, and lengths and one; where there is no route all ones, and zero: no length is one longer."""
    near, far, is_far = state.near, state.far, state.is_far
    for v in range(np.uint64(len(near))):
        routed = ones = twos = fours = eights = np.uint64(0)
        for k in range(NEAR):
            word = near[v, k]
            routed |= word
            if k & 1:
                ones |= word
            if k & 2:
                twos |= word
            if k & 4:
                fours |= word
            if k & 8:
                eights |= word
        length[v, 0], length[v, 1], length[v, 2], length[v, 3] = ones, twos, fours, eights
        for bit in range(4, PLANES):
            length[v, bit] = 0
        if is_far[v]:
            for k in range(far.shape[1]):
                routed |= far[v, k]
                for bit in range(PLANES):
                    if (k + NEAR) >> bit & 1:
                        length[v, bit] |= far[v, k]
        carry = routed
        for bit in range(PLANES):
            longer[v, bit] = (length[v, bit] ^ carry) & routed
            carry &= length[v, bit]
            length[v, bit] |= ~routed


@kernel
def tie_sets(
    links: CoreLinks,
    by_asn: Ints,
    lanes: np.uint64,
    length: Table,
    longer: Table,
    state: RouteState,
    ties: Ties,
    firsts: Ties,
    left_of: Words,
) -> None:
    """The lanes of each link in which it stands in the tie set, and those in which it is its lowest ASN.

    `by_asn` holds the active networks in the order of their ASNs; `left_of`, uint64[T], is written over.
    """
    up_start, up, down_start, down = links.up_start, links.up, links.down_start, links.down
    peer_start, peer, customer, peered = links.peer_start, links.peer, state.customer, state.peer
    for v in range(np.uint64(len(customer))):
        left_of[v] = peered[v]
        left = customer[v]
        for i in range(down_start[v], down_start[v + np.uint64(1)]):
            u = np.uint64(down[i])
            both = customer[v] & customer[u]
            word = same(length, v, longer, u) & both if both else np.uint64(0)
            ties.down[i] = word
            firsts.down[i] = word & left
            left &= ~word
        left = lanes & ~(customer[v] | peered[v])
        mine = left
        for i in range(up_start[v], up_start[v + np.uint64(1)]):
            word = same(length, v, longer, np.uint64(up[i])) & mine if mine else np.uint64(0)
            ties.up[i] = word
            firsts.up[i] = word & left
            left &= ~word
    for n in range(len(by_asn)):
        a = np.uint64(by_asn[n])
        for i in range(peer_start[a], peer_start[a + np.uint64(1)]):
            v = np.uint64(peer[i])
            both = peered[v] & customer[a]
            word = same(length, v, longer, a) & both if both else np.uint64(0)
            ties.peer[i] = word
            firsts.peer[i] = word & left_of[v]
            left_of[v] &= ~word
