"""Policy routing to 64 destinations at once: class, length and tie sets of every transit network, a bit a destination.

The three stages of Gao and Rexford (up, across, down) are worked on words of 64 bits, lane j of a word standing for
destination j of a batch. `near[v, k]` has the bit of each destination to which v's best route is k hops long, so that
joining the offers of a neighbour is one OR a level, and the neighbours of equal rank, the tie set, are one AND.
Preference: customer over peer over provider, then length. Providers come before customers in the numbering, so that a
stage is one pass over the links; a ring of providers is worked level by level until its longest route.
Source: L. Gao and J. Rexford, IEEE/ACM ToN 9 (2001); the words are our own (decision 0025).
"""

from dataclasses import dataclass

import numpy as np

from provenet.numerics.arrays import Ints
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.stages import Scratch, lengths, scratch_of, three_stages, tie_sets
from provenet.routing.kernels.words import LANES as LANES
from provenet.routing.kernels.words import NEAR as NEAR
from provenet.routing.kernels.words import PLANES as PLANES
from provenet.routing.kernels.words import Marks as Marks
from provenet.routing.kernels.words import RouteState, Ties
from provenet.routing.kernels.words import Table as Table
from provenet.routing.kernels.words import Words as Words
from provenet.routing.kernels.words import level as level

MOST_LEVELS = 255


class LongRoutes(Exception):
    """A route is longer than `MOST_LEVELS` - 2 hops."""


@dataclass
class Batch:
    """Room for the routes to one batch of up to 64 destination classes; made once and filled again and again.

    In `state`, `near` is uint64[T, 16], `far` uint64[T, levels - 16]: the lanes by length of the route, 0..15 and from
    16 on; `is_far` marks networks with a row of `far` in use; `customer` and `peer` uint64[T] mark the lanes whose
    route has that class, the lane of a destination itself among the customers'; `active` marks networks that have a
    customer route in some lane. `length` and `longer` are uint64[T, 8], the length and the length and one in binary, a
    bit a column. `ties` are parallel to the links of the core: the lanes where a network's tie set has that neighbour.
    A link of `peer` stands under the network that offers, and only where it is active. `firsts` are alike for the
    lowest ASN of the tie set: the conventional next hop.
    """

    state: RouteState
    length: Table
    longer: Table
    ties: Ties
    firsts: Ties
    columns: Ints
    stubs: np.uint64
    scratch: Scratch

    @property
    def lanes(self) -> np.uint64:
        """The word with a bit for each destination of the batch."""
        return np.uint64((1 << len(self.columns)) - 1)

    @property
    def levels(self) -> int:
        """How many lengths of a route are kept apart."""
        return NEAR + int(self.state.far.shape[1])


def batch_of(core: Condensed, levels: int = 24) -> Batch:
    """Room for one batch. Memory about 8 T (levels + 3) + 16 links bytes: 12 MB for the Internet."""
    count, links = core.core_count, (core.links.down, core.links.peer, core.links.up)
    ties, firsts = (Ties(*(np.zeros(len(to), np.uint64) for to in links)) for _ in range(2))
    state = RouteState(
        near=_aligned(count, NEAR),
        far=np.zeros((count, levels - NEAR), np.uint64),
        is_far=np.zeros(count, np.uint8),
        customer=np.zeros(count, np.uint64),
        peer=np.zeros(count, np.uint64),
        active=np.zeros(count, np.uint8),
    )
    return Batch(
        state=state,
        length=_aligned(count, PLANES),
        longer=_aligned(count, PLANES),
        ties=ties,
        firsts=firsts,
        columns=np.zeros(0, np.int32),
        stubs=np.uint64(0),
        scratch=scratch_of(core, levels),
    )


def _aligned(rows: int, columns: int) -> Table:
    """Zeros whose rows begin with a cache line, where a row is a whole number of them."""
    room = np.zeros(rows * columns + 8, np.uint64)
    skip = (-room.ctypes.data // 8) % 8
    return room[skip : skip + rows * columns].reshape(rows, columns)


def route(core: Condensed, columns: Ints, batch: Batch) -> Batch:
    """Fills a batch with the routes to up to 64 destination classes; gives a roomier batch where paths are long.

    Claims the stable state of routing by these preferences, which is unique without provider rings; with rings it is
    the state that a breadth-first spread from the destination reaches. Raises ValueError for more than 64 columns,
    LongRoutes for a route of more hops than the levels hold. Cost O(links) words for 64 destinations.
    """
    if len(columns) > LANES:
        raise ValueError(f"a batch has at most {LANES} destinations, found {len(columns)}")
    while True:
        batch.columns = np.array(columns, np.int32)
        batch.stubs = np.uint64(sum(1 << lane for lane in np.flatnonzero(batch.columns >= core.core_count).tolist()))
        if not three_stages(core.links, core.class_links, batch.columns, batch.lanes, batch.state, batch.scratch):
            break
        if batch.levels >= MOST_LEVELS:
            raise LongRoutes(f"routes longer than {MOST_LEVELS - 2} hops are not worked out")
        batch = batch_of(core, min(batch.levels * 2, MOST_LEVELS))
    lengths(batch.state, batch.length, batch.longer)
    by_asn, room = _by_asn(core, batch), np.empty(core.core_count, np.uint64)
    tie_sets(core.links, by_asn, batch.lanes, batch.length, batch.longer, batch.state, batch.ties, batch.firsts, room)
    return batch


def _by_asn(core: Condensed, batch: Batch) -> Ints:
    """The active networks in the order of their ASNs."""
    active = np.flatnonzero(batch.state.active)
    return active[np.argsort(core.core_node[active])].astype(np.int32)


def passable(batch: Batch, restricted: Words) -> Words:
    """The lanes in which a walk may pass or end at each transit network: uint64[T]. Cost O(T)."""
    passes, lanes = ~restricted, np.flatnonzero(batch.columns < len(restricted))
    np.bitwise_or.at(passes, batch.columns[lanes], np.uint64(1) << lanes.astype(np.uint64))
    return passes
