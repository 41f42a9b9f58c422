"""Policy routing to 64 destinations at once: class, length and tie sets of every transit network, a bit a destination.

The three stages of Gao and Rexford (up, across, down) are worked on words of 64 bits, lane j of a word standing for
destination j of a batch. `near[v, k]` has the bit of each destination to which v's best route is k hops long, so that
joining the offers of a neighbour is one OR a level, and the neighbours of equal rank, the tie set, are one AND.
Preference: customer over peer over provider, then length. Providers come before customers in the numbering, so that a
stage is one pass over the links; a ring of providers is worked level by level until its longest route.
Source: L. Gao and J. Rexford, IEEE/ACM ToN 9 (2001); the words are our own (decision 0025).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from provenet.kernels.condense import Condensed
from provenet.kernels.csr import Ints

LANES = 64
NEAR = 16
"""Levels kept side by side, two cache lines; longer routes are few and stand apart."""
PLANES = 8
"""Words that hold a length in binary, a bit a word: one cache line. The largest length means no route."""
MOST_LEVELS = 255
Words = NDArray[np.uint64]
Table = NDArray[np.uint64]
Marks = NDArray[np.uint8]


@dataclass
class Batch:
    """Room for the routes to one batch of up to 64 destination classes; made once and filled again and again.

    `near` is uint64[T, 16], `far` uint64[T, levels - 16]: the lanes by length of the route, 0..15 and from 16 on;
    `is_far` marks networks with a row of `far` in use; `length` and `longer` are uint64[T, 8], the length and the
    length and one in binary, a bit a column. `customer` and `peer` uint64[T] mark the lanes whose route has that
    class, the lane of a destination itself among the customers'; `active` marks networks that have a customer route in
    some lane. `tie_down`, `tie_peer` and `tie_up` are parallel to the links of the core: the lanes where a network's
    tie set has that neighbour. A link of `peer` stands under the network that offers, and only where it is active.
    `first_down`, `first_peer` and `first_up` are alike for the lowest ASN of the tie set: the conventional next hop.
    """

    near: Table
    far: Table
    is_far: Marks
    length: Table
    longer: Table
    customer: Words
    peer: Words
    active: Marks
    tie_down: Words
    tie_peer: Words
    tie_up: Words
    first_down: Words
    first_peer: Words
    first_up: Words
    columns: Ints
    stubs: np.uint64

    @property
    def lanes(self) -> np.uint64:
        """The word with a bit for each destination of the batch."""
        return np.uint64((1 << len(self.columns)) - 1)

    @property
    def levels(self) -> int:
        """How many lengths of a route are told apart."""
        return NEAR + int(self.far.shape[1])


def batch_of(core: Condensed, levels: int = 24) -> Batch:
    """Room for one batch. Memory about 8 T (levels + 3) + 16 links bytes: 12 MB for the Internet."""
    count, links = core.core_count, (len(core.down), len(core.peer), len(core.up))
    tie_down, tie_peer, tie_up, first_down, first_peer, first_up = (np.zeros(n, np.uint64) for n in (*links, *links))
    near, far = _aligned(count, NEAR), np.zeros((count, levels - NEAR), np.uint64)
    words = (np.zeros(count, np.uint64), np.zeros(count, np.uint64))
    marks = (np.zeros(count, np.uint8), np.zeros(count, np.uint8))
    planes = (_aligned(count, PLANES), _aligned(count, PLANES))
    ties = (tie_down, tie_peer, tie_up, first_down, first_peer, first_up)
    return Batch(near, far, marks[0], *planes, *words, marks[1], *ties, np.zeros(0, np.int32), np.uint64(0))


def _aligned(rows: int, columns: int) -> Table:
    """Zeros whose rows begin with a cache line, where a row is a whole number of them."""
    room = np.zeros(rows * columns + 8, np.uint64)
    skip = (-room.ctypes.data // 8) % 8
    return room[skip : skip + rows * columns].reshape(rows, columns)


def route(core: Condensed, columns: Ints, batch: Batch) -> Batch:
    """Fills a batch with the routes to up to 64 destination classes; gives a roomier batch where paths are long.

    Claims the stable state of routing by these preferences, which is unique without provider rings; with rings it is
    the state that a breadth-first spread from the destination reaches. Raises ValueError for more than 64 columns.
    Cost O(links) words for 64 destinations.
    """
    if len(columns) > LANES:
        raise ValueError(f"a batch has at most {LANES} destinations, found {len(columns)}")
    while True:
        batch.columns = np.asarray(columns, np.int32)
        batch.stubs = np.uint64(sum(1 << lane for lane in np.flatnonzero(batch.columns >= core.core_count).tolist()))
        full = _route(
            *(core.block_start, core.up_start, core.up, core.down_start, core.down, core.peer_start, core.peer),
            *(core.class_up_start, core.class_up, core.class_peer_start, core.class_peer, batch.columns, batch.lanes),
            *(batch.near, batch.far, batch.is_far, batch.customer, batch.peer, batch.active),
        )
        if not full:
            break
        if batch.levels > MOST_LEVELS // 2:
            raise ValueError(f"routes longer than {MOST_LEVELS - 2} hops are not worked out")
        batch = batch_of(core, min(batch.levels * 2, MOST_LEVELS))
    _planes(batch.near, batch.far, batch.is_far, batch.lanes, batch.length, batch.longer)
    _ties(
        *(core.up_start, core.up, core.down_start, core.down, core.peer_start, core.peer, _by_asn(core, batch)),
        *(batch.lanes, batch.length, batch.longer, batch.customer, batch.peer),
        *(batch.tie_down, batch.tie_peer, batch.tie_up, batch.first_down, batch.first_peer, batch.first_up),
    )
    return batch


def _by_asn(core: Condensed, batch: Batch) -> Ints:
    """The active networks in the order of their ASNs."""
    active = np.flatnonzero(batch.active)
    return active[np.argsort(core.core_node[active])].astype(np.int32)


@njit(cache=True, nogil=True)
def _route(
    block_start: Ints,
    up_start: Ints,
    up: Ints,
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    class_up_start: Ints,
    class_up: Ints,
    class_peer_start: Ints,
    class_peer: Ints,
    columns: Ints,
    lanes: np.uint64,
    near: Table,
    far: Table,
    is_far: Marks,
    customer: Words,
    peered: Words,
    active: Marks,
) -> bool:
    """Up, across, down; True where a path is longer than there are levels."""
    count = len(customer)
    near[:] = 0
    for v in range(count):
        if is_far[v]:
            far[v, :] = 0
        customer[v] = peered[v] = 0
        active[v] = is_far[v] = 0
    for j in range(len(columns)):
        bit = np.uint64(1) << np.uint64(j)
        c = columns[j]
        if c < count:
            near[c, 0] |= bit
            active[c] = 1
        else:
            for i in range(class_up_start[c], class_up_start[c + 1]):
                near[class_up[i], 1] |= bit
                active[class_up[i]] = 1
    if _up(block_start, up_start, up, down_start, down, near, far, is_far, customer, active):
        return True
    for j in range(len(columns)):
        bit = np.uint64(1) << np.uint64(j)
        c = columns[j]
        if c >= count:
            for i in range(class_peer_start[c], class_peer_start[c + 1]):
                near[class_peer[i], 1] |= bit & ~customer[class_peer[i]]
    if _across(peer_start, peer, near, far, is_far, customer, active):
        return True
    return _down(block_start, up_start, up, down_start, down, lanes, near, far, is_far, customer, peered)


@njit(cache=True, nogil=True)
def _up(
    block_start: Ints,
    up_start: Ints,
    up: Ints,
    down_start: Ints,
    down: Ints,
    near: Table,
    far: Table,
    is_far: Marks,
    customer: Words,
    active: Marks,
) -> bool:
    """Customer routes, customers before providers."""
    gathered, beyond = np.zeros(NEAR, np.uint64), np.zeros(far.shape[1], np.uint64)
    for b in range(len(block_start) - 2, -1, -1):
        first, last = block_start[b], block_start[b + 1]
        for v in range(first, last):
            offered = deep = False
            for i in range(down_start[v], down_start[v + 1]):
                u = np.uint64(down[i])
                if down[i] >= last and active[u]:
                    if not offered:
                        gathered[:] = 0
                        offered = True
                    for k in range(np.uint64(NEAR)):
                        gathered[k] |= near[u, k]
                    if is_far[u]:
                        if not deep:
                            beyond[:] = 0
                            deep = True
                        for k in range(far.shape[1]):
                            beyond[k] |= far[u, k]
            if offered:
                active[v] = 1
                for k in range(NEAR - 1):
                    near[v, k + 1] |= gathered[k]
                if deep or gathered[NEAR - 1]:
                    if not deep:
                        beyond[:] = 0
                    if beyond[-1]:
                        return True
                    is_far[v] = 1
                    far[v, 0] |= gathered[NEAR - 1]
                    for k in range(far.shape[1] - 1):
                        far[v, k + 1] |= beyond[k]
            if last - first == 1 and active[v]:
                customer[v] = _shortest(v, ~np.uint64(0), near, far, is_far)
        if last - first > 1 and _up_ring(first, last, up_start, up, near, far, is_far, customer, active):
            return True
    return False


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _up_ring(
    first: int,
    last: int,
    up_start: Ints,
    up: Ints,
    near: Table,
    far: Table,
    is_far: Marks,
    customer: Words,
    active: Marks,
) -> bool:
    """Customer routes inside a ring, level by level."""
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
            active[v] = 1
            for i in range(up_start[v], up_start[v + 1]):
                u = up[i]
                if first <= u < last:
                    if k + 1 < NEAR:
                        near[u, k + 1] |= word
                    elif k + 1 - NEAR < far.shape[1]:
                        far[u, k + 1 - NEAR] |= word
                        is_far[u] = 1
                    elif word & ~customer[u]:
                        return True
    return False


@njit(cache=True, nogil=True)
def _across(
    peer_start: Ints, peer: Ints, near: Table, far: Table, is_far: Marks, customer: Words, active: Marks
) -> bool:
    """Offers of customer routes to peers that have none; the shortest is kept in the stage down."""
    offer = np.zeros(NEAR, np.uint64)
    for a in range(len(customer)):
        if not active[a] or peer_start[a] == peer_start[a + 1]:
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
        if far[a, -1] & mine:
            return True
        for i in range(peer_start[a], peer_start[a + 1]):
            v = peer[i]
            free = ~customer[v] & mine
            if free:
                is_far[v] = 1
                far[v, 0] |= near[a, NEAR - 1] & free
                for k in range(far.shape[1] - 1):
                    far[v, k + 1] |= far[a, k] & free
    return False


@njit(cache=True, nogil=True)
def _down(
    block_start: Ints,
    up_start: Ints,
    up: Ints,
    down_start: Ints,
    down: Ints,
    lanes: np.uint64,
    near: Table,
    far: Table,
    is_far: Marks,
    customer: Words,
    peered: Words,
) -> bool:
    """The shortest peer routes, then provider routes, providers before customers."""
    gathered, beyond = np.zeros(NEAR, np.uint64), np.zeros(far.shape[1], np.uint64)
    for b in range(len(block_start) - 1):
        first, last = block_start[b], block_start[b + 1]
        for v in range(first, last):
            peered[v] = _shortest(v, ~customer[v], near, far, is_far)
            need = lanes & ~(customer[v] | peered[v])
            if last - first > 1 or not need or up_start[v] == up_start[v + 1]:
                continue
            deep = False
            gathered[:] = 0
            for i in range(up_start[v], up_start[v + 1]):
                u = np.uint64(up[i])
                for k in range(np.uint64(NEAR)):
                    gathered[k] |= near[u, k]
                if is_far[u]:
                    if not deep:
                        beyond[:] = 0
                        deep = True
                    for k in range(far.shape[1]):
                        beyond[k] |= far[u, k]
            for k in range(NEAR - 1):
                word = gathered[k] & need
                near[v, k + 1] |= word
                need &= ~word
            word = gathered[NEAR - 1] & need
            if word:
                is_far[v] = 1
                far[v, 0] |= word
                need &= ~word
            if deep and need:
                for k in range(far.shape[1] - 1):
                    word = beyond[k] & need
                    if word:
                        is_far[v] = 1
                        far[v, k + 1] |= word
                        need &= ~word
                if beyond[-1] & need:
                    return True
        if last - first > 1 and _down_ring(
            *(first, last, up_start, up, down_start, down, lanes, near, far, is_far, customer, peered)
        ):
            return True
    return False


@njit(cache=True, nogil=True)
def _down_ring(
    first: int,
    last: int,
    up_start: Ints,
    up: Ints,
    down_start: Ints,
    down: Ints,
    lanes: np.uint64,
    near: Table,
    far: Table,
    is_far: Marks,
    customer: Words,
    peered: Words,
) -> bool:
    """Provider routes inside a ring, level by level."""
    levels = NEAR + far.shape[1]
    offers = np.zeros((last - first, levels + 1), np.uint64)
    need = np.zeros(last - first, np.uint64)
    for v in range(first, last):
        need[v - first] = lanes & ~(customer[v] | peered[v])
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
                is_far[v] = 1
            word = level(v, k, near, far)
            if word:
                for i in range(down_start[v], down_start[v + 1]):
                    if first <= down[i] < last:
                        offers[down[i] - first, k + 1] |= word
    full = np.uint64(0)
    for v in range(first, last):
        full |= offers[v - first, levels] & need[v - first]
    return full != np.uint64(0)


@njit(cache=True, nogil=True)
def level(v: int, k: int, near: Table, far: Table) -> np.uint64:
    """The lanes in which v's route is k hops long."""
    return near[v, k] if k < NEAR else far[v, k - NEAR]


@njit(cache=True, nogil=True)
def _planes(near: Table, far: Table, is_far: Marks, lanes: np.uint64, length: Table, longer: Table) -> None:
    """Lengths in binary, and lengths and one; where there is no route all ones, and zero: no length is one longer."""
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


@njit(cache=True, nogil=True, inline="always")
def _same(one: Table, v: np.uint64, two: Table, u: np.uint64) -> np.uint64:
    """The lanes in which two numbers in binary are the same."""
    word = np.uint64(0)
    for bit in range(np.uint64(PLANES)):
        word |= one[v, bit] ^ two[u, bit]
    return ~word


@njit(cache=True, nogil=True)
def _ties(
    up_start: Ints,
    up: Ints,
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    by_asn: Ints,
    lanes: np.uint64,
    length: Table,
    longer: Table,
    customer: Words,
    peered: Words,
    tie_down: Words,
    tie_peer: Words,
    tie_up: Words,
    first_down: Words,
    first_peer: Words,
    first_up: Words,
) -> None:
    """The lanes of each link in which it stands in the tie set, and those in which it is its lowest ASN."""
    for v in range(np.uint64(len(customer))):
        left = customer[v]
        for i in range(down_start[v], down_start[v + np.uint64(1)]):
            u = np.uint64(down[i])
            both = customer[v] & customer[u]
            word = _same(length, v, longer, u) & both if both else np.uint64(0)
            tie_down[i] = word
            first_down[i] = word & left
            left &= ~word
        left = lanes & ~(customer[v] | peered[v])
        mine = left
        for i in range(up_start[v], up_start[v + np.uint64(1)]):
            word = _same(length, v, longer, np.uint64(up[i])) & mine if mine else np.uint64(0)
            tie_up[i] = word
            first_up[i] = word & left
            left &= ~word
    left_of = peered.copy()
    for n in range(len(by_asn)):
        a = np.uint64(by_asn[n])
        for i in range(peer_start[a], peer_start[a + np.uint64(1)]):
            v = np.uint64(peer[i])
            both = peered[v] & customer[a]
            word = _same(length, v, longer, a) & both if both else np.uint64(0)
            tie_peer[i] = word
            first_peer[i] = word & left_of[v]
            left_of[v] &= ~word
