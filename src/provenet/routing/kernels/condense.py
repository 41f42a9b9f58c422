"""The part of an AS graph that routes depend on: networks that sell transit, and stubs with equal neighbours as one.

A stub, a network without customers, carries nobody's routes: it is an end alone. Two stubs with the same providers and
the same peers are alike as ends, whatever their ASNs: their routes, and routes to them, are equal. So routes are worked
out between classes: one for each transit network, one for each set of neighbours of stubs.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Ints
from provenet.routing.kernels.csr import Topology


class CoreLinks(NamedTuple):
    """The links among transit networks as compiled functions take them; what each array holds, `Condensed` says."""

    block_start: Ints
    up_start: Ints
    up: Ints
    down_start: Ints
    down: Ints
    peer_start: Ints
    peer: Ints


class ClassLinks(NamedTuple):
    """The links of classes of stubs to transit networks, alike."""

    up_start: Ints
    up: Ints
    peer_start: Ints
    peer: Ints


@dataclass(frozen=True)
class Condensed:
    """The T transit networks of a topology in an order that puts providers first, and the classes of all N networks.

    Rows of `links` (`up`, `down`, `peer`) hold core numbers 0..T-1 and stand in the order of their ASNs. Class c < T is
    core c; class c >= T is a set of stubs. `class_links` hold the core numbers of a stub class's providers and peers,
    again by ASN, and nothing of transit networks; `class_side` the classes of peers that are stubs too. `mutual` pairs
    an entry of `up` with the entry of `down` for networks that sell transit to each other; `peer_mirror` says where the
    same link stands in the other network's row.
    """

    topology: Topology
    core_node: Ints
    links: CoreLinks
    peer_mirror: Ints
    class_of: Ints
    class_size: Ints
    class_links: ClassLinks
    class_side_start: Ints
    class_side: Ints
    mutual: NDArray[np.int32]

    @property
    def core_count(self) -> int:
        """How many networks sell transit."""
        return len(self.core_node)

    @property
    def class_count(self) -> int:
        """How many classes there are, transit networks among them."""
        return len(self.class_size)


def condense(topology: Topology, apart: Ints | None = None) -> Condensed:
    """The transit networks and the classes of a topology; stubs among the nodes `apart` stand beside transit networks.

    Cost O(V + E log E).

    >>> import numpy as np
    >>> from provenet.routing.kernels.csr import topology
    >>> none = np.array([], np.int64)
    >>> made = condense(topology(np.array([1, 1, 2]), np.array([7, 8, 9]), none, peer_b=none))
    >>> made.core_count, made.class_of.tolist(), made.class_size.tolist()
    (2, [0, 1, 2, 2, 3], [1, 1, 2, 1])
    """
    sells = np.diff(topology.down_start) > 0
    if apart is not None:
        sells[apart] = True
    core_node = topology.order[sells[topology.order]].astype(np.int32)
    core_of = np.full(topology.node_count, -1, np.int32)
    core_of[core_node] = np.arange(len(core_node), dtype=np.int32)
    block = np.repeat(np.arange(len(topology.block_start) - 1), np.diff(topology.block_start))
    block = block[sells[topology.order]]
    block_start = np.flatnonzero(np.diff(block, prepend=-1, append=block[-1] + 1 if len(block) else 0))
    class_of, class_size, first = _classes(topology, sells, core_of)
    up = _slice(topology.up_start, topology.up, core_node, number=core_of)
    down = _slice(topology.down_start, topology.down, core_node, number=core_of)
    peer = _slice(topology.peer_start, topology.peer, core_node, number=core_of)
    none = np.zeros(len(core_node), np.int32)
    class_up_start, class_up = _slice(topology.up_start, topology.up, first, number=core_of)
    class_peer_start, class_peer = _slice(topology.peer_start, topology.peer, first, number=core_of)
    side = np.where(sells, -1, class_of).astype(np.int32)
    side_start, class_side = _slice(topology.peer_start, topology.peer, first, number=side, distinct=True)
    return Condensed(
        topology=topology,
        core_node=core_node,
        links=CoreLinks(block_start.astype(np.int32), *up, *down, *peer),
        peer_mirror=_mirror(*peer),
        class_of=class_of,
        class_size=class_size,
        class_links=ClassLinks(
            np.concatenate([none, class_up_start]), class_up, np.concatenate([none, class_peer_start]), class_peer
        ),
        class_side_start=np.concatenate([none, side_start]),
        class_side=class_side,
        mutual=_mutual(up, down),
    )


def _classes(topology: Topology, sells: NDArray[np.bool_], core_of: Ints) -> tuple[Ints, Ints, Ints]:
    """The class of each node, the size of each class, and the first member of each class of stubs."""
    core_count = int(sells.sum())
    stubs = np.flatnonzero(~sells)
    known: dict[tuple[bytes, bytes], int] = {}
    class_of = core_of.copy()
    for v in stubs.tolist():
        providers = topology.up[topology.up_start[v] : topology.up_start[v + 1]]
        peers = topology.peer[topology.peer_start[v] : topology.peer_start[v + 1]]
        class_of[v] = known.setdefault((providers.tobytes(), peers.tobytes()), len(known))
    _, first = np.unique(class_of[stubs], return_index=True)
    likeness = _by_providers(topology, stubs[first], core_of)
    place = np.empty(len(likeness), np.int32)
    place[likeness] = np.arange(core_count, core_count + len(likeness), dtype=np.int32)
    class_of[stubs] = place[class_of[stubs]] if len(stubs) else class_of[stubs]
    size = np.bincount(class_of, minlength=core_count + len(likeness)).astype(np.int32)
    return class_of, size, stubs[first][likeness].astype(np.int32)


def _by_providers(topology: Topology, nodes: NDArray[np.int64], core_of: Ints) -> NDArray[np.int64]:
    """An order that puts stubs with like providers side by side, so that their routes share most of their way."""
    count = np.diff(topology.up_start)[nodes]
    keys = []
    for nth in range(3):
        at = np.minimum(topology.up_start[nodes] + nth, max(len(topology.up) - 1, 0))
        has = count > nth
        keys.append(np.where(has, core_of[topology.up[at]] if len(topology.up) else -1, -1))
    return np.lexsort((nodes, *keys[::-1]))


def _slice(start: Ints, to: Ints, nodes: Ints, *, number: Ints, distinct: bool = False) -> tuple[Ints, Ints]:
    """The rows of some nodes, their entries renumbered and kept where they have a number; the order stays."""
    length = (start[1:] - start[:-1])[nodes]
    owner = np.repeat(np.arange(len(nodes)), length)
    at = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(start[nodes], length)
    entry = number[to[at]] if len(to) else np.zeros(0, np.int32)
    kept = entry >= 0
    owner, entry = owner[kept], entry[kept]
    if distinct and len(entry):
        pairs = np.unique(owner.astype(np.int64) * (int(number.max()) + 1) + entry)
        owner, entry = pairs // (int(number.max()) + 1), pairs % (int(number.max()) + 1)
    made = np.zeros(len(nodes) + 1, np.int32)
    made[1:] = np.cumsum(np.bincount(owner, minlength=len(nodes))[: len(nodes)])
    return made, entry.astype(np.int32)


def _mirror(start: Ints, to: Ints) -> Ints:
    """Where each link stands in the row of the network at its other end."""
    count = max(len(start) - 1, 1)
    head = np.repeat(np.arange(len(start) - 1), np.diff(start)).astype(np.int64)
    there = np.argsort(to.astype(np.int64) * count + head, kind="stable")
    here = np.argsort(head * count + to, kind="stable")
    made = np.empty(len(to), np.int32)
    made[here] = there
    return made


def _mutual(up: tuple[Ints, Ints], down: tuple[Ints, Ints]) -> NDArray[np.int32]:
    """Pairs (entry of up, entry of down) of one node that name the same neighbour."""
    count = max(len(up[0]) - 1, 1)
    one, two = (
        np.repeat(np.arange(len(start) - 1), np.diff(start)).astype(np.int64) * count + to for start, to in (up, down)
    )
    _, i, j = np.intersect1d(one, two, assume_unique=True, return_indices=True)
    return np.stack([i, j], axis=1).astype(np.int32)
