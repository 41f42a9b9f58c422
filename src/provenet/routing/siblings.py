"""Networks of one organisation that are linked: each gives the other all its routes, whatever its relation on file.

Inferred relations between siblings are the least sure of all, and no price is paid over them. So a link between two
networks of one organisation becomes mutual transit. Networks of one organisation without a link stay apart: nothing
says that a route leads from one to the other. Source: L. Gao, IEEE/ACM ToN 9 (2001), section on siblings.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Asns = NDArray[np.int64]


@dataclass(frozen=True)
class SiblingLinks:
    """Links by ASN with those of siblings made mutual transit, and how many were: as peers, and as one-way transit."""

    provider: Asns
    customer: Asns
    peer_a: Asns
    peer_b: Asns
    peer_kept: NDArray[np.bool_]
    from_peers: int
    from_transit: int


def join_siblings(
    provider: Asns, customer: Asns, peer_a: Asns, *, peer_b: Asns, asn: Asns, organisation: Asns
) -> SiblingLinks:
    """Links with those between networks of one organisation made mutual transit.

    `asn` are networks, ascending, and `organisation` a whole number for each; a network that is not listed is nobody's
    sibling. `peer_kept` is bool[peers], which peer links stay peer links. Cost O(E log N).

    >>> import numpy as np
    >>> one, two = np.array([1, 5]), np.array([2, 6])
    >>> asn, organisation = np.array([2, 3, 5, 6]), np.array([7, 7, 8, 9])
    >>> made = join_siblings(one, two, np.array([2]), peer_b=np.array([3]), asn=asn, organisation=organisation)
    >>> sorted(zip(made.provider.tolist(), made.customer.tolist())), made.from_peers, made.from_transit
    ([(1, 2), (2, 3), (3, 2), (5, 6)], 1, 0)
    """
    sold_inside = _same(provider, customer, asn, organisation=organisation)
    peers = _same(peer_a, peer_b, asn, organisation=organisation)
    return SiblingLinks(
        np.concatenate([provider, customer[sold_inside], peer_a[peers], peer_b[peers]]),
        np.concatenate([customer, provider[sold_inside], peer_b[peers], peer_a[peers]]),
        peer_a[~peers],
        peer_b[~peers],
        ~peers,
        int(peers.sum()),
        int(sold_inside.sum()),
    )


def _same(one: Asns, two: Asns, asn: Asns, *, organisation: Asns) -> NDArray[np.bool_]:
    """Which links join two networks of one organisation."""
    if not len(asn):
        return np.zeros(len(one), np.bool_)
    places = [np.minimum(np.searchsorted(asn, ends), len(asn) - 1) for ends in (one, two)]
    listed = (asn[places[0]] == one) & (asn[places[1]] == two)
    same: NDArray[np.bool_] = listed & (organisation[places[0]] == organisation[places[1]])
    return same
