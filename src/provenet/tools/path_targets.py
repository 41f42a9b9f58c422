"""Which addresses on measured paths to fingerprint next, so that most undecided paths may turn out to cross a device.

A path is undecided while no hop is identified as restricted and not every hop as another vendor's. An address on it
settles it with the chance that it answers and is restricted, both taken from its network and drawn towards all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from provenet.identification.next_measurements import Candidates, next_measurements
from provenet.ingest.bgp.addresses import address_text
from provenet.routing.measured.special_addresses import PUBLIC

if TYPE_CHECKING:
    from provenet.routing.measured.address_book import AddressBook, IdentifiedAddresses
    from provenet.routing.measured.crossings import Crossings

Ints = NDArray[np.int64]
STRENGTH = 5.0
"""For so many addresses of a network counts what holds of all."""
ASSUMED_ANSWER = 0.1
"""How likely an address answers, where it is not known which were probed: an assumption, the same for all."""


@dataclass
class UndecidedPaths:
    """Pairs of an undecided path and an address on it whose vendor is not known, gathered batch by batch."""

    traces: list[Ints] = field(default_factory=list)
    addresses: list[Ints] = field(default_factory=list)
    count: int = 0

    def add(self, crossings: Crossings, of: Ints, fresh: NDArray[np.bool_], *, unknown: NDArray[np.bool_]) -> None:
        """Adds the new traces of a batch: `of` int64 is the trace of each hop row, `unknown` bool whether the vendor
        of an address, by its number, is not known. Cost O(hops)."""
        undecided = np.isin(crossings.classes(0), (1, 2)) & fresh
        hop = crossings.hops.hop
        kept = (hop >= 0) & undecided[of]
        kept &= (hop != crossings.hops.source[of]) & (hop != crossings.hops.target[of])
        kept[kept] = unknown[hop[kept]]
        pairs = np.unique(np.stack([of[kept], hop[kept].astype(np.int64)]), axis=1)
        self.traces.append(pairs[0] + self.count)
        self.addresses.append(pairs[1])
        self.count += len(fresh)


def path_targets(
    found: UndecidedPaths,
    book: AddressBook,
    restricted: Sequence[str],
    *,
    budget: int,
    trace_count: int,
) -> dict[str, Any]:
    """The addresses to fingerprint, the most telling first, with what they are expected to settle."""
    trace, address = _pairs(found)
    family, high, low = book.keys()
    facts, identified = book.facts(), book.sources.identified
    assert identified is not None
    open_to_all = (facts.kind == PUBLIC) & ~_looked_at(identified, high, low)
    trace, address = trace[open_to_all[address]], address[open_to_all[address]]
    order = np.lexsort((trace, address))
    candidate, starts = np.unique(address[order], return_index=True)
    unit, unit_of = np.unique(trace[order], return_inverse=True)
    chance = _chances(book, identified, restricted)[facts.network[candidate]]
    starts = np.append(starts, len(order)).astype(np.int64)
    candidates = Candidates(
        starts=starts,
        unit=unit_of.astype(np.int64),
        chance=np.repeat(chance, np.diff(starts)),
        cost=np.ones(len(candidate)),
        weight=np.full(len(unit), 1 / max(trace_count, 1)),
    )
    plan = next_measurements(candidates, float(budget))
    chosen = plan.chosen.tolist()
    rows = [
        {
            "address": _text(int(family[candidate[at]]), int(high[candidate[at]]), int(low[candidate[at]])),
            "asns": list(_origins(book, int(facts.network[candidate[at]]))),
            "trace_count": int(starts[at + 1] - starts[at]),
            "p_restricted": float(chance[at]),
            "settled_share": float(gained),
        }
        for at, gained in zip(chosen, plan.gained.tolist(), strict=True)
    ]
    return {
        "budget_count": budget,
        "candidate_count": len(candidate),
        "settled_share": plan.settled,
        "most_settled_share": plan.most_settled,
        "guarantee_share": plan.guarantee,
        "addresses": rows,
    }


def _pairs(found: UndecidedPaths) -> tuple[Ints, Ints]:
    empty = np.zeros(0, np.int64)
    return np.concatenate([empty, *found.traces]), np.concatenate([empty, *found.addresses])


def _looked_at(identified: IdentifiedAddresses, high: NDArray[np.uint64], low: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which addresses stand in the table of vendors, with a vendor or without: they were measured already."""
    kind = np.dtype([("high", np.uint64), ("low", np.uint64)])
    keys, known = np.empty(len(high), kind), np.empty(len(identified.high), kind)
    keys["high"], keys["low"] = high, low
    known["high"], known["low"] = identified.high, identified.low
    return np.isin(keys, known)


def _chances(book: AddressBook, identified: IdentifiedAddresses, restricted: Sequence[str]) -> NDArray[np.float64]:
    """How likely an address of each network, the last entry being none, answers and is a restricted device."""
    facts = book.sources.facts(identified.family, identified.high, identified.low)
    width = len(book.sources.origins) + 1
    known = facts.vendor >= 0
    is_restricted = np.array([one in restricted for one in book.sources.vendors] + [False])[facts.vendor]
    identified_in = np.bincount(facts.network[known] % width, minlength=width)
    restricted_in = np.bincount(facts.network[known & is_restricted] % width, minlength=width)
    overall = (is_restricted.sum() + 0.5) / (known.sum() + 1)
    p_restricted = (restricted_in + STRENGTH * overall) / (identified_in + STRENGTH)
    if identified.probed is None:
        return np.asarray(p_restricted * ASSUMED_ANSWER)
    probed = identified.probed
    probed_in = np.bincount(facts.network[probed] % width, minlength=width)
    answered_in = np.bincount(facts.network[probed & known] % width, minlength=width)
    answers = ((probed & known).sum() + 0.5) / (probed.sum() + 1)
    return np.asarray(p_restricted * (answered_in + STRENGTH * answers) / (probed_in + STRENGTH))


def _origins(book: AddressBook, network: int) -> tuple[int, ...]:
    return book.sources.origins[network] if network >= 0 else ()


def _text(family: int, high: int, low: int) -> str:
    return address_text(family, high >> 32 if family == 4 else high << 64 | low)
