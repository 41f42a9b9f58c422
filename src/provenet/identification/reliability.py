"""How often each kind of direct evidence names the right vendor: learnt where labels agree or disagree, else assumed.

Each kind names the true vendor with its own probability, and otherwise some other vendor by how common vendors are
among the names (one coin a kind; Dawid and Skene 1979). Expectation and maximisation, started at the assumed values,
which also count as `ASSUMED_WEIGHT` observations, so that few disagreements move them little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.identification.evidence import is_second_reading

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ASSUMED = {
    "snmp_engine": 0.995,
    "sys_object_id": 0.99,
    "sys_descr": 0.99,
    "banner": 0.95,
    "mac_address": 0.85,
}
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


def direct_log_likelihood(sets: Sequence[Ints], right: Floats, named: Floats) -> Floats:
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


def witnesses_of(members: Ints, kinds: Sequence[str], vendors: int) -> Ints:
    """The pairs of a router's set that may be compared: all but a MAC prefix beside an engine id, perhaps its part."""
    return members[~is_second_reading(kinds, members // max(vendors, 1), np.zeros_like(members))]


def learn_reliability(
    sets: Sequence[Ints], times: Floats, *, kinds: Sequence[str], named: Floats
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
