"""An AS graph as compressed rows: providers, customers and peers of each network, and an order, providers first.

Networks are numbered by ASN: node i has the i-th smallest, so the smaller of two nodes has the smaller ASN, and a row
that is sorted by node is sorted by ASN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Ints


def places_of(asn: NDArray[np.int64], asns: NDArray[np.int64]) -> Ints:
    """Where each of `asns` stands in `asn`, which is ascending; -1 where it does not."""
    if not len(asn):
        return np.full(len(asns), -1, np.int32)
    at = np.minimum(np.searchsorted(asn, asns), len(asn) - 1)
    return np.where(asn[at] == asns, at, -1).astype(np.int32)


@dataclass(frozen=True)
class Topology:
    """Who provides transit to whom and who peers, for N networks, every row ascending and without doubles.

    `asn` is int64[N], ascending. Providers of node v are `up[up_start[v]:up_start[v + 1]]`; `down` holds customers,
    `peer` peers, alike. `order` is int32[N]: all nodes, providers before customers; the nodes of
    `order[block_start[b]:block_start[b + 1]]` provide transit to each other in a ring, or are one node.
    """

    asn: NDArray[np.int64]
    up_start: Ints
    up: Ints
    down_start: Ints
    down: Ints
    peer_start: Ints
    peer: Ints
    order: Ints
    block_start: Ints

    @property
    def node_count(self) -> int:
        """How many networks there are."""
        return len(self.asn)

    def nodes_of(self, asns: NDArray[np.int64]) -> Ints:
        """The node of each ASN, -1 where the graph has no such network. Cost O(len log N)."""
        return places_of(self.asn, asns)

    def known(self, asns: NDArray[np.int64] | Sequence[int]) -> Ints:
        """The nodes of those networks that the graph has."""
        found = self.nodes_of(np.asarray(asns, np.int64))
        return found[found >= 0]

    def marks(self, asns: NDArray[np.int64] | Sequence[int]) -> NDArray[np.bool_]:
        """Which networks are among some, bool[N]."""
        found = np.zeros(self.node_count, np.bool_)
        found[self.known(asns)] = True
        return found

    def providers(self, v: int) -> Ints:
        """Who sells transit to v, ascending."""
        return self.up[self.up_start[v] : self.up_start[v + 1]]

    def customers(self, v: int) -> Ints:
        """Who buys transit of v, ascending."""
        return self.down[self.down_start[v] : self.down_start[v + 1]]

    def peers(self, v: int) -> Ints:
        """Who peers with v, ascending."""
        return self.peer[self.peer_start[v] : self.peer_start[v + 1]]

    def is_link(self, v: int, other: int) -> bool:
        """Whether two networks have a link."""
        return any(other in row for row in (self.providers(v), self.customers(v), self.peers(v)))


def topology(
    provider: NDArray[np.int64],
    customer: NDArray[np.int64],
    peer_a: NDArray[np.int64],
    *,
    peer_b: NDArray[np.int64],
    alone: NDArray[np.int64] | None = None,
) -> Topology:
    """A topology of links by ASN: `provider[i]` sells transit to `customer[i]`, `peer_a[i]` peers with `peer_b[i]`.

    `alone` names networks that are in the graph with or without a link. Doubles count once and self-links not at all;
    where a pair both peers and has transit, transit stands. The answer does not depend on the order of the input.
    Cost O(V + E log E).

    >>> import numpy as np
    >>> made = topology(np.array([10]), np.array([20]), np.array([10]), peer_b=np.array([30]))
    >>> made.asn.tolist(), made.up[made.up_start[1]:made.up_start[2]].tolist(), made.order.tolist()
    ([10, 20, 30], [0], [0, 1, 2])
    """
    # Imported here: an opened graph is read without a compiler.
    from provenet.routing.kernels.rings import providers_first

    parts = [provider, customer, peer_a, peer_b, *([] if alone is None else [alone])]
    asn = np.unique(np.concatenate([np.asarray(part, np.int64) for part in parts]))
    pro, cus = _index(asn, provider), _index(asn, customer)
    one, two = _index(asn, peer_a), _index(asn, peer_b)
    sold = np.concatenate([pro * len(asn) + cus, cus * len(asn) + pro])
    apart = ~np.isin(one * len(asn) + two, sold)
    one, two = one[apart], two[apart]
    up_start, up = _rows(cus, pro, len(asn))
    down_start, down = _rows(pro, cus, len(asn))
    peer_start, peer = _rows(np.concatenate([one, two]), np.concatenate([two, one]), len(asn))
    order, block_start = providers_first(up_start, up)
    for block in np.flatnonzero(np.diff(block_start) > 1).tolist():
        order[block_start[block] : block_start[block + 1]].sort()
    return Topology(asn, up_start, up, down_start, down, peer_start, peer, order, block_start)


def _index(asn: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(asn, np.asarray(of, np.int64)).astype(np.int64)


def _rows(head: NDArray[np.int64], tail: NDArray[np.int64], count: int) -> tuple[Ints, Ints]:
    """Links head -> tail as rows by head, ascending, each once, no self-links."""
    kept = head != tail
    pairs = np.unique(head[kept] * max(count, 1) + tail[kept])
    heads, tails = pairs // max(count, 1), pairs % max(count, 1)
    start = np.zeros(count + 1, np.int32)
    start[1:] = np.cumsum(np.bincount(heads, minlength=count)[:count])
    return start, tails.astype(np.int32)
