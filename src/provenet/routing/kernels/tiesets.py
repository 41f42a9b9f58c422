"""Lengths of routes in binary, and tie sets: the neighbours whose routes are equally good.

A neighbour is in a network's tie set where its route is one hop shorter and it may tell it. Lengths stand in binary, a
bit a word, so that 64 destinations are compared with eight exclusive ors.
"""

import numpy as np

from provenet.numerics.compiled import kernel
from provenet.routing.kernels.condense import CoreLinks
from provenet.routing.kernels.csr import Ints
from provenet.routing.kernels.words import NEAR, PLANES, RouteState, Table, Ties, Words, same


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
