"""In which networks a device of restricted vendors was seen, and which share of their devices it may be.

The share is of the addresses of a network that were probed: identified as restricted, as of another vendor, or neither,
silent ones included. It is no probability that a path through the network crosses such a device. Where it is not known
what was probed there is no share: its ends are 0 and 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels.lpm import NONE
from provenet.routing.kernels.measured_paths import MILLION, Networks
from provenet.routing.measured.address_book import AddressSources, VendorSet, set_bits

COUNTS = ("restricted", "other", "unknown")
"""What an address is to a set of vendors."""


@dataclass(frozen=True, kw_only=True)
class NetworkShares:
    """By network (AS number, ascending) and set of vendors.

    `asn` int64[n]. `seen` bool[n, sets]: a device of the set was identified at an address of this network alone.
    `low_ppm` and `high_ppm` int32[n, sets] are the ends of the restricted share in millionths, rounded outwards.
    """

    asn: NDArray[np.int64]
    seen: NDArray[np.bool_]
    low_ppm: NDArray[np.int32]
    high_ppm: NDArray[np.int32]

    def by_origin(self, origins: Sequence[tuple[int, ...]]) -> Networks:
        """The same for each set of origins of a table.

        A device was seen where one was seen in every network of the set, since the address may lie in any of them; the
        ends are those of the whole set.
        """
        sets = self.seen.shape[1]
        seen = np.zeros(len(origins), np.int64)
        low, high = (np.zeros((len(origins), sets), np.int32) for _ in range(2))
        bits = self.seen @ (np.int64(1) << np.arange(sets, dtype=np.int64))
        place = {asn: at for at, asn in enumerate(self.asn.tolist())}
        for at, some in enumerate(origins):
            rows = [place[asn] for asn in some if asn in place]
            if some and len(rows) == len(some):
                seen[at] = np.bitwise_and.reduce(bits[rows])
                low[at], high[at] = self.low_ppm[rows].min(axis=0), self.high_ppm[rows].max(axis=0)
        return Networks(seen, low, high)


def network_shares(sources: AddressSources, sets: Sequence[VendorSet]) -> NetworkShares:
    """The shares of the networks that addresses were identified or probed in.

    Ends: every probed address of unknown vendor may be restricted or not, and every one that several networks announce
    may be in the network or not. Cost O(addresses).
    """
    identified = sources.identified
    shape = (len(sources.origins), len(sets), len(COUNTS))
    if identified is None or not sources.origins:
        return _shares(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros((2, 0, *shape[1:]), np.int64))
    facts = sources.facts(identified.family, identified.high, identified.low)
    restricted, other = set_bits(facts, sources.vendors, sets)
    word = np.arange(len(sets), dtype=np.int64)
    known = np.stack([restricted[:, None] >> word & 1, other[:, None] >> word & 1], axis=2)
    is_each = np.concatenate([known, 1 - known.sum(axis=2, keepdims=True)], axis=2)
    every, probed = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    met = facts.network != NONE
    np.add.at(every, facts.network[met], is_each[met])
    if identified.probed is not None:
        met &= identified.probed
        np.add.at(probed, facts.network[met], is_each[met])
    places = np.flatnonzero(every.any(axis=(1, 2))).tolist()
    rows = [(asn, len(sources.origins[at]) == 1, at) for at in places for asn in sources.origins[at]]
    place = [at for _, _, at in rows]
    asn, alone = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.bool_)
    return _shares(asn, alone, np.stack([every[place], probed[place]]))


def _shares(asns: NDArray[np.int64], alone: NDArray[np.bool_], counts: NDArray[np.int64]) -> NetworkShares:
    """The shares of networks, given for each of their ranges whether it is theirs alone, and the counts of addresses:
    int64[2, ranges, sets, COUNTS], all and those that were probed.
    """
    asn, place = np.unique(asns, return_inverse=True)
    every, sure, perhaps = (np.zeros((len(asn), *counts.shape[2:]), np.int64) for _ in range(3))
    np.add.at(every, place[alone], counts[0, alone])
    np.add.at(sure, place[alone], counts[1, alone])
    np.add.at(perhaps, place[~alone], counts[1, ~alone])
    restricted, other, unknown = range(len(COUNTS))
    least = sure[:, :, restricted]
    most = least + sure[:, :, unknown] + perhaps[:, :, restricted] + perhaps[:, :, unknown]
    # What may lie elsewhere is put where it makes the end wider.
    low_of = sure.sum(axis=2) + perhaps[:, :, other] + perhaps[:, :, unknown]
    high_of = most + sure[:, :, other]
    low = least * MILLION // np.maximum(low_of, 1)
    high = -(-most * MILLION // np.maximum(high_of, 1))
    # Where no probed address is sure to lie inside, there may be none.
    high[sure.sum(axis=2) == 0] = MILLION
    return NetworkShares(
        asn=asn,
        seen=every[:, :, restricted] > 0,
        low_ppm=low.astype(np.int32),
        high_ppm=high.astype(np.int32),
    )
