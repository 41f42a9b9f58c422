"""Which vendors a network is likely to have, before a router shows anything: network within region within all.

Counts of labelled routers are shrunk level by level: all towards even, a region towards all, a network towards its
region. How strongly is learnt: the concentration that makes the networks' counts most likely (Dirichlet-multinomial).
The last column, "other", holds the chance of a vendor that no label names yet: Good and Turing's share of vendors
seen once.

How often each kind of direct evidence names the right vendor: learnt where labels agree or disagree, else assumed.

Each kind names the true vendor with its own probability, and otherwise some other vendor by how common vendors are
among the names (one coin a kind; Dawid and Skene 1979). Expectation and maximisation, started at the assumed values,
which also count as `ASSUMED_WEIGHT` observations, so that few disagreements move them little.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from provenet.identification.evidence import is_second_reading
from provenet.identification.sampling import log_gamma
from provenet.numerics.arrays import Floats, Longs

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

    def of(self, network: Longs, region: Longs, own: Floats) -> Floats:
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
    cell_network: Longs,
    cell_region: Longs,
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


ASSUMED = {"snmp_engine": 0.995, "sys_object_id": 0.99, "sys_descr": 0.99, "banner": 0.95, "mac_address": 0.85}
"""Assumptions, not measurements: an engine identifier is written by the agent, a MAC address by the maker of a port."""
ASSUMED_OTHER = 0.85
ASSUMED_WEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class KindReliability:
    """How often a kind names the right vendor, and from how many routers with another kind beside it that was
    learnt.
    """

    kind: str
    p_right: float
    compared: int

    @property
    def basis(self) -> str:
        """`learnt` where at least 30 routers show another kind beside it, `assumed` otherwise."""
        return "learnt" if self.compared >= 30 else "assumed"


def direct_log_likelihood(sets: Sequence[Longs], right: Floats, named: Floats) -> Floats:
    """log P(what a router's direct evidence names | vendor), float64[S, V + 1], for S sets of pairs of kind and vendor.

    Parameters: `sets`, each a sorted int64 array of kind * V + vendor; `right` float64[K]; `named` float64[V], how
    common vendors are among the names, summing to 1. A vendor that nobody names, the last column, is never named
    rightly.
    """
    vendors = len(named)
    out = np.zeros((len(sets), vendors + 1))
    rest = np.maximum(1 - named, 1e-9)
    for row, members in enumerate(sets):
        for member in members.tolist():
            kind, vendor = divmod(member, vendors)
            wrong = np.log(1 - right[kind]) + np.log(named[vendor]) - np.log(np.append(rest, 1.0))
            wrong[vendor] = np.log(right[kind])
            out[row] += wrong
    return out


def witnesses_of(members: Longs, kinds: Sequence[str], vendors: int) -> Longs:
    """The pairs of a router's set that may be compared: all but a MAC prefix beside an engine id, perhaps its part."""
    return members[~is_second_reading(kinds, members // max(vendors, 1), np.zeros_like(members))]


def learn_reliability(
    sets: Sequence[Longs], times: Floats, *, kinds: Sequence[str], named: Floats
) -> list[KindReliability]:
    """Learns how often each kind is right from the witnesses in S distinct sets of pairs, each of `times` routers.

    Cost O(rounds S V). The answer states for each kind on how many routers it rests.
    """
    vendors = len(named)
    sets = [witnesses_of(members, kinds, vendors) for members in sets]
    assumed = np.array([ASSUMED.get(kind, ASSUMED_OTHER) for kind in kinds])
    right = assumed.copy()
    of_kind = [np.unique(members // vendors) for members in sets]
    useful = [at for at, found in enumerate(of_kind) if len(found) >= 2 and times[at] > 0]
    compared = np.zeros(len(kinds))
    for at in useful:
        compared[of_kind[at]] += times[at]
    prior = np.append(named, 1e-6)
    for _ in range(50 if useful else 0):
        likelihood = direct_log_likelihood([sets[at] for at in useful], right, named) + np.log(np.maximum(prior, 1e-12))
        likelihood -= likelihood.max(axis=1, keepdims=True)
        truth = np.exp(likelihood)
        truth /= truth.sum(axis=1, keepdims=True)
        hits, trials = ASSUMED_WEIGHT * assumed, np.full(len(kinds), ASSUMED_WEIGHT)
        for row, at in enumerate(useful):
            for member in sets[at].tolist():
                kind, vendor = divmod(member, vendors)
                hits[kind] += times[at] * truth[row, vendor]
                trials[kind] += times[at]
        updated = np.clip(hits / trials, 0.5, 0.9999)
        done = np.abs(updated - right).max() < 1e-7
        right = updated
        if done:
            break
    return [KindReliability(kind, float(right[at]), int(compared[at])) for at, kind in enumerate(kinds)]
