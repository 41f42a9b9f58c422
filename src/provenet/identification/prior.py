"""Which vendors a network is likely to have, before a router shows anything: network within region within all.

Counts of labelled routers are shrunk level by level: all towards even, a region towards all, a network towards its
region. How strongly is learnt: the concentration that makes the networks' counts most likely (Dirichlet-multinomial).
The last column, "other", holds the chance of a vendor that no label names yet: Good and Turing's share of vendors
seen once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.identification.quantiles import log_gamma

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RANGE = (0.05, 1000.0)
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, eq=False)
class VendorPrior:
    """Mixes of vendors: `world` float64[V + 1], `region` float64[G, V + 1], `network` counts float64[N, V + 1].

    `network_strength` and `region_strength` are concentrations in routers. `elsewhere` is the assumed part of a
    network's routers that come from elsewhere (leased, bought with another network, a customer's) and follow the
    region's mix: it keeps a network of one vendor from arguing away the one router that says it is another's. Entry 0
    of networks and regions is "not known" and keeps the mix of the level above.
    """

    world: Floats
    region: Floats
    counts: Floats
    network_strength: float
    region_strength: float
    elsewhere: float

    def of(self, network: Ints, region: Ints, own: Floats) -> Floats:
        """The prior of routers in networks and regions, their own labels `own` float64[R, V + 1] left out of the
        counts.
        """
        counts = np.where((network > 0)[:, None], np.maximum(self.counts[network] - own, 0.0), 0.0)
        base = self.region[region]
        mixed = counts + self.network_strength * base
        mixed = mixed / mixed.sum(axis=1, keepdims=True)
        return np.asarray((1 - self.elsewhere) * mixed + self.elsewhere * base)


def learn_prior(
    counts: Floats,
    cell_network: Ints,
    cell_region: Ints,
    *,
    networks: int,
    regions: int,
    elsewhere: float = 0.1,
    published: Floats | None = None,
) -> VendorPrior:
    """Learns the mixes from labelled routers.

    Parameters: `counts` float64[C, V] labelled routers by vendor of each cell, a network in a region; `cell_network`,
    `cell_region` int64[C]; `published` float64[V] routers that signatures rest on, which tell that a vendor is there
    and nothing of how common it is here. Returns `VendorPrior`. Cost O(C V) for each of about 40 concentrations
    tried.
    """
    vendors = counts.shape[1]
    total = counts.sum(axis=0)
    whole = total.sum()
    seen = total if published is None else total + published
    once = float(((seen > 0) & (seen <= 1)).sum())
    unseen = min(0.5, (once + 1) / (float(seen.sum()) + 2))
    world = np.append((1 - unseen) * (total + 1 / max(vendors, 1)) / (whole + 1), unseen)
    wide = np.concatenate([counts, np.zeros((len(counts), 1))], axis=1)
    of_region = np.zeros((regions, vendors + 1))
    np.add.at(of_region, cell_region, wide)
    of_region[0] = 0
    region_strength = concentration(of_region[1:], np.broadcast_to(world, of_region[1:].shape))
    region = (of_region + region_strength * world) / (of_region.sum(axis=1, keepdims=True) + region_strength)
    of_network = np.zeros((networks, vendors + 1))
    np.add.at(of_network, cell_network, wide)
    of_network[0] = 0
    known = cell_network > 0
    network_strength = concentration(wide[known], region[cell_region[known]])
    return VendorPrior(
        world=world,
        region=region,
        counts=of_network,
        network_strength=network_strength,
        region_strength=region_strength,
        elsewhere=elsewhere,
    )


def concentration(counts: Floats, base: Floats) -> float:
    """The concentration inside `RANGE` under which counts float64[N, V] around the mixes `base` are most likely.

    With fewer than two groups of two there is nothing to learn from: 5, a named assumption.
    """
    total = counts.sum(axis=1)
    rows, columns = np.nonzero(counts)
    if (total >= 2).sum() < 2:
        return 5.0
    held, mix = counts[rows, columns], np.maximum(base[rows, columns], 1e-12)

    def likelihood(log_strength: float) -> float:
        s = np.exp(log_strength)
        inside = log_gamma(held + s * mix) - log_gamma(s * mix)
        return float(inside.sum() - (log_gamma(total + s) - log_gamma(np.full(total.shape, s))).sum())

    return float(np.exp(_greatest(likelihood, np.log(RANGE[0]), np.log(RANGE[1]))))


def _greatest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one peak is greatest, by the golden section."""
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    left, right = function(inner), function(outer)
    for _ in range(35):
        if left >= right:
            high, outer, right = outer, inner, left
            inner = high - _GOLDEN * (high - low)
            left = function(inner)
        else:
            low, inner, left = inner, outer, right
            outer = low + _GOLDEN * (high - low)
            right = function(outer)
    return (low + high) / 2
