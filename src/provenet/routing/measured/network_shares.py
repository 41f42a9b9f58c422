"""In which networks a device of restricted vendors was seen, and which share of their devices it may be.

The share speaks of the addresses that were looked at: identified as restricted, as another vendor, or as none. It is
no probability that a path through the network crosses such a device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.lpm import NONE
from provenet.routing.kernels.measured_paths import MILLION, Networks
from provenet.routing.measured.address_book import AddressSources, VendorSet, set_bits

COUNTS = ("restricted", "other", "unknown")
"""What a looked-at address is, to a set of vendors."""


@dataclass(frozen=True, kw_only=True)
class NetworkShares:
    """By network (AS number, ascending) and set of vendors.

    `asn` int64[n]. `sure` and `perhaps` are int64[n, sets, 3] counts of addresses (`COUNTS`) that lie in the network
    alone, and that lie in it or in another that announces the same range. `low_ppm` and `high_ppm` int32[n, sets] are
    the ends of the restricted share in millionths, rounded outwards.
    """

    asn: NDArray[np.int64]
    sure: NDArray[np.int64]
    perhaps: NDArray[np.int64]
    low_ppm: NDArray[np.int32]
    high_ppm: NDArray[np.int32]

    def by_origin(self, origins: Sequence[tuple[int, ...]]) -> Networks:
        """The same for each set of origins of a table.

        A device was seen where one was seen in every network of the set, since the address may lie in any of them; the
        ends are those of the whole set.
        """
        sets = self.sure.shape[1]
        seen = np.zeros(len(origins), np.int64)
        low, high = (np.zeros((len(origins), sets), np.int32) for _ in range(2))
        bits = (self.sure[:, :, 0] > 0) @ (np.int64(1) << np.arange(sets, dtype=np.int64))
        place = {asn: at for at, asn in enumerate(self.asn.tolist())}
        for at, some in enumerate(origins):
            rows = [place[asn] for asn in some if asn in place]
            if some and len(rows) == len(some):
                seen[at] = np.bitwise_and.reduce(bits[rows])
                low[at], high[at] = self.low_ppm[rows].min(axis=0), self.high_ppm[rows].max(axis=0)
        return Networks(seen, low, high)


def network_shares(sources: AddressSources, sets: Sequence[VendorSet]) -> NetworkShares:
    """The shares of networks by the addresses that were looked at.

    Ends: every address of unknown vendor may be restricted or not, and every one that several networks announce may be
    in the network or not. Without looked-at addresses there is no share: such networks have no row. Cost O(addresses).
    """
    identified = sources.identified
    if identified is None or not sources.origins:
        return _shares(np.zeros((0, 2), np.int64), np.zeros((0, len(sets), 3), np.int64), len(sets))
    facts = sources.facts(identified.family, identified.high, identified.low)
    restricted, other = set_bits(facts.vendor, sources.vendors, sets)
    word = np.arange(len(sets), dtype=np.int64)
    is_set = np.stack([restricted[:, None] >> word & 1, other[:, None] >> word & 1], axis=2)
    one_hot = np.concatenate([is_set, 1 - is_set.sum(axis=2, keepdims=True)], axis=2)
    by_origin = np.zeros((len(sources.origins), len(sets), 3), np.int64)
    met = facts.network != NONE
    np.add.at(by_origin, facts.network[met], one_hot[met])
    looked_at = np.flatnonzero(by_origin.any(axis=(1, 2)))
    rows = [(asn, len(sources.origins[at]) == 1, at) for at in looked_at.tolist() for asn in sources.origins[at]]
    keys = np.array([(asn, alone) for asn, alone, _ in rows], np.int64).reshape(-1, 2)
    return _shares(keys, by_origin[[at for _, _, at in rows]], len(sets))


def _shares(keys: NDArray[np.int64], counts: NDArray[np.int64], sets: int) -> NetworkShares:
    asn, place = np.unique(keys[:, 0], return_inverse=True)
    sure, perhaps = (np.zeros((len(asn), sets, 3), np.int64) for _ in range(2))
    alone = keys[:, 1] == 1
    np.add.at(sure, place[alone], counts[alone])
    np.add.at(perhaps, place[~alone], counts[~alone])
    least, most = sure[:, :, 0], sure[:, :, 0] + sure[:, :, 2] + perhaps[:, :, 0] + perhaps[:, :, 2]
    # What may lie elsewhere is put where it makes the end wider.
    low_of = sure.sum(axis=2) + perhaps[:, :, 1] + perhaps[:, :, 2]
    high_of = most + sure[:, :, 1]
    low = least * MILLION // np.maximum(low_of, 1)
    high = -(-most * MILLION // np.maximum(high_of, 1))
    # Where no looked-at address is sure to lie inside, there may be none.
    high[sure.sum(axis=2) == 0] = MILLION
    return NetworkShares(
        asn=asn, sure=sure, perhaps=perhaps, low_ppm=low.astype(np.int32), high_ppm=high.astype(np.int32)
    )
