"""What to measure next so that most undecided paths may turn out to cross a device: addresses to fingerprint, and paths
to trace anew.

A path is undecided while no hop is identified as restricted and not every hop as another vendor's. An address on it
settles it with the chance that it answers and is restricted, both taken from its network and drawn towards all. Tracing
it anew settles it where a hop that was silent answers then and is such an address: a device of the network before it.
Both kinds compete for one budget. Assumed: a path stays as it was, and hops answer independently of each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from provenet.identification.next_measurements import (
    FINGERPRINT,
    TRACE,
    Candidates,
    Measurement,
    atlas_definitions,
    next_measurements,
)
from provenet.ingest.bgp.numbers import key_text
from provenet.numerics.arrays import Flags, Floats, Longs
from provenet.routing.measured.special_addresses import PUBLIC, kinds_of

if TYPE_CHECKING:
    from provenet.ingest.traces.trace_batch import TraceBatch
    from provenet.routing.measured.address_book import AddressBook, IdentifiedAddresses
    from provenet.routing.measured.crossings import Crossings

STRENGTH = 5.0
"""For so many addresses of a network, and hops of a path, counts what holds of all."""
ASSUMED_ANSWER = 0.1
"""How likely an address answers, where it is not known which were probed: an assumption, the same for all."""
ASSUMED_ANEW = 0.1
"""How likely a silent hop answers when its path is traced anew, where no path was traced twice: an assumption."""
TRACE_COST = 10.0
"""What a trace costs in fingerprints of an address: RIPE Atlas charges ten times as much for one as for a ping."""
_END = np.dtype(
    [("probe", np.int64)] + [(f"{end}_{part}", np.uint64) for end in "st" for part in ("family", "high", "low")]
)
_TTLS = 256


@dataclass
class UndecidedPaths:
    """What may settle undecided paths, gathered batch by batch, traces numbered as they come.

    Pairs of an undecided trace and an address on it whose vendor is not known; pairs of an undecided trace and the
    address before one of its silent hops (-1 for none); the ends of all traces, and which of their hops were silent.
    """

    traces: list[Longs] = field(default_factory=list)
    addresses: list[Longs] = field(default_factory=list)
    silent_traces: list[Longs] = field(default_factory=list)
    silent_after: list[Longs] = field(default_factory=list)
    ends: list[NDArray[np.void]] = field(default_factory=list)
    steps: list[Longs] = field(default_factory=list)
    is_silent: list[Flags] = field(default_factory=list)
    count: int = 0

    def add(self, crossings: Crossings, batch: TraceBatch, *, unknown: Flags) -> None:
        """Adds the new traces of a batch; `unknown` bool: whether the vendor of an address, by its number, is not
        known. Cost O(hops log hops)."""
        of, hop, fresh = batch.hop_trace, crossings.hops.hop, crossings.fresh
        undecided = np.isin(crossings.classes(0), (1, 2)) & fresh
        kept = (hop >= 0) & undecided[of]
        kept &= (hop != crossings.hops.source[of]) & (hop != crossings.hops.target[of])
        kept[kept] = unknown[hop[kept]]
        pairs = np.unique(np.stack([of[kept], hop[kept].astype(np.int64)]), axis=1)
        self.traces.append(pairs[0] + self.count)
        self.addresses.append(pairs[1])
        self._add_steps(batch, hop, fresh, undecided=undecided)
        self.ends.append(_ends(batch))
        self.count += len(fresh)

    def _add_steps(self, batch: TraceBatch, hop: NDArray[np.int32], fresh: Flags, *, undecided: Flags) -> None:
        """Keeps which steps of new traces were silent, and the address before each silent one of undecided traces."""
        rows = np.flatnonzero(fresh[batch.hop_trace])
        of = batch.hop_trace[rows]
        step, first, at = np.unique(of * _TTLS + batch.ttl[rows], return_index=True, return_inverse=True)
        silent = np.bincount(at, batch.family[rows] != 0, minlength=len(step)) == 0
        self.steps.append(step + self.count * _TTLS)
        self.is_silent.append(silent)
        row = np.arange(len(hop))
        last = np.maximum.accumulate(np.where(hop >= 0, row, -1))
        silent &= undecided[step // _TTLS]
        before, trace = last[rows[first[silent]]], step[silent] // _TTLS
        inside = before >= batch.first_hop[trace]
        self.silent_traces.append(trace + self.count)
        self.silent_after.append(np.where(inside, hop[before], -1).astype(np.int64))

    def repeated(self, path_of: Longs) -> float:
        """How likely a silent step of a path answers when the path is traced anew: as often as among paths that were
        traced several times, drawn towards the assumption."""
        if not self.count:
            return ASSUMED_ANEW
        step, silent = np.concatenate(self.steps), np.concatenate(self.is_silent)
        _, at = np.unique(path_of[step // _TTLS] * _TTLS + step % _TTLS, return_inverse=True)
        times, quiet = np.bincount(at), np.bincount(at, silent)
        several = times > 1
        times, quiet = times[several], quiet[several]
        answered = float((quiet * (times - quiet) / np.maximum(times - 1, 1)).sum())
        return (answered + STRENGTH * ASSUMED_ANEW) / (float(quiet.sum()) + STRENGTH)


def path_targets(
    found: UndecidedPaths,
    book: AddressBook,
    restricted: Sequence[str],
    *,
    budget: int,
    trace_count: int,
    trace_cost: float = TRACE_COST,
) -> dict[str, Any]:
    """The addresses to fingerprint and the paths to trace anew within a budget, the most telling first, with what they
    are expected to settle.

    Fingerprinting an address costs 1, tracing a path `trace_cost`. A path is a probe, or a source where no probe is
    stated, and a target.
    """
    family, high, low = book.keys()
    facts, identified = book.facts(), book.sources.identified
    assert identified is not None
    chances = _chances(book, identified, restricted)
    # What stands in the table of vendors was measured already.
    open_to_all = (facts.kind == PUBLIC) & ~book.sources.is_listed(family, high, low)
    trace, address = _joined(found.traces), _joined(found.addresses)
    known = open_to_all[address] if len(address) else np.zeros(0, bool)
    address_pairs = _CandidateUnits.of(address[known], trace[known], chances[facts.network[address[known]]])
    paths, path_of = _paths(found)
    anew = found.repeated(path_of)
    path_pairs = _path_pairs(found, path_of, anew * np.append(chances[facts.network], chances[-1]))
    path_pairs = path_pairs.only(_can_be_traced(paths[path_pairs.names]) & (trace_cost <= budget))
    unit, unit_of = np.unique(np.concatenate([address_pairs.unit, path_pairs.unit]), return_inverse=True)
    address_count, path_count = len(address_pairs.names), len(path_pairs.names)
    lengths = np.concatenate([np.diff(address_pairs.starts), np.diff(path_pairs.starts)])
    starts = np.append(0, np.cumsum(lengths)).astype(np.int64)
    chance = np.concatenate([address_pairs.chance, path_pairs.chance])
    cost = np.repeat([1.0, trace_cost], [address_count, path_count])
    weight = np.full(len(unit), 1 / max(trace_count, 1))
    candidates = Candidates(starts=starts, unit=unit_of.astype(np.int64), chance=chance, cost=cost, weight=weight)
    plan = next_measurements(candidates, float(budget))
    addresses: list[dict[str, Any]] = []
    traced: list[dict[str, Any]] = []
    for rank, (at, gained) in enumerate(zip(plan.chosen.tolist(), plan.gained.tolist(), strict=True), start=1):
        rows = slice(int(starts[at]), int(starts[at + 1]))
        telling = {"trace_count": rows.stop - rows.start}
        settled = {"settled_share": float(gained), "cost": float(cost[at]), "rank": rank}
        if at < address_count:
            number = int(address_pairs.names[at])
            text = key_text(int(family[number]), int(high[number]), int(low[number]))
            asns = list(book.sources.origins[network]) if (network := int(facts.network[number])) >= 0 else []
            probe = _probe(paths[path_of[unit[unit_of[rows]]]])
            addresses.append(
                {"address": text, "asns": asns, **telling, "p_restricted": float(chance[rows][0]), **settled}
                | {"probe_id": probe}
            )
        else:
            number = int(path_pairs.names[at - address_count])
            path = paths[number]
            traced.append(
                {
                    "probe_id": _probe(paths[[number]]),
                    "source_address": _end(path, "s"),
                    "target_address": _end(path, "t"),
                }
                | {**telling, "p_restricted": float(chance[rows].mean()), **settled}
            )
    return {
        "budget_count": budget,
        "candidate_count": address_count,
        "path_candidate_count": path_count,
        "costs": {FINGERPRINT: 1.0, TRACE: float(trace_cost)},
        "spent": plan.spent,
        "p_answers_anew": anew,
        "settled_share": plan.settled,
        "most_settled_share": plan.most_settled,
        "guarantee_share": plan.guarantee,
        "addresses": addresses,
        "paths": traced,
    }


def atlas_requests(targets: Mapping[str, Any]) -> list[dict[str, object]]:
    """What was chosen as bodies for RIPE Atlas to create measurements, in the order of choosing: a traceroute of each
    path, a ping of each address, by the probes whose traces they are of. What no probe traced is left out.
    """
    chosen = [
        (one["rank"], Measurement(kind, one[name], {}, probe=str(one["probe_id"])))
        for kind, rows, name in ((FINGERPRINT, "addresses", "address"), (TRACE, "paths", "target_address"))
        for one in targets[rows]
        if one["probe_id"] is not None
    ]
    return [*atlas_definitions([one for _, one in sorted(chosen, key=lambda pair: pair[0])])]


@dataclass(frozen=True)
class _CandidateUnits:
    """Candidates by their numbers `names`, and for each the units that it may settle with their chances."""

    names: Longs
    starts: Longs
    unit: Longs
    chance: Floats

    @staticmethod
    def of(name: Longs, unit: Longs, chance: Floats) -> _CandidateUnits:
        """Distinct pairs in any order."""
        order = np.lexsort((unit, name))
        names, starts = np.unique(name[order], return_index=True)
        return _CandidateUnits(names, np.append(starts, len(order)).astype(np.int64), unit[order], chance[order])

    def only(self, kept: Flags) -> _CandidateUnits:
        """Those candidates that are kept."""
        rows = np.repeat(kept, np.diff(self.starts))
        starts = np.append(0, np.cumsum(np.diff(self.starts)[kept])).astype(np.int64)
        return _CandidateUnits(self.names[kept], starts, self.unit[rows], self.chance[rows])


def _path_pairs(found: UndecidedPaths, path_of: Longs, chance: Floats) -> _CandidateUnits:
    """Paths with their undecided traces that have silent hops; `chance` by the address before a silent hop, the last
    entry being none: that a device answers there anew and is restricted."""
    trace, after = _joined(found.silent_traces), _joined(found.silent_after)
    names, at = np.unique(trace, return_inverse=True)
    stays = np.exp(np.bincount(at, np.log1p(-np.minimum(chance[after], 1 - 1e-12)), minlength=len(names)))
    return _CandidateUnits.of(path_of[names], names, 1 - stays)


def _paths(found: UndecidedPaths) -> tuple[NDArray[np.void], Longs]:
    """Distinct paths, each a probe or else a source, and a target; and the number of the path of each trace."""
    ends = np.concatenate([np.zeros(0, _END), *found.ends])
    keys = ends.copy()
    for part in ("family", "high", "low"):
        keys[f"s_{part}"][keys["probe"] >= 0] = 0
    _, first, path_of = np.unique(keys, return_index=True, return_inverse=True)
    return ends[first], path_of.astype(np.int64)


def _ends(batch: TraceBatch) -> NDArray[np.void]:
    ends = np.zeros(batch.trace_count, _END)
    ends["probe"] = batch.probe_id
    for end, name in (("s", "source"), ("t", "target")):
        for part in ("family", "high", "low"):
            ends[f"{end}_{part}"] = getattr(batch, f"{name}_{part}")
    return ends


def _can_be_traced(paths: NDArray[np.void]) -> Flags:
    """Which paths state from where they were traced, and to a target that all networks may reach."""
    family = paths["t_family"].astype(np.uint8)
    is_public = (family != 0) & (kinds_of(family, paths["t_high"], paths["t_low"]) == PUBLIC)
    return np.asarray(is_public & ((paths["probe"] >= 0) | (paths["s_family"] != 0)))


def _probe(paths: NDArray[np.void]) -> int | None:
    """The first probe of some paths; None where none is stated."""
    stated = paths["probe"][paths["probe"] >= 0]
    return int(stated[0]) if len(stated) else None


def _end(path: np.void, end: str) -> str | None:
    """The address of an end of a path."""
    family = int(path[f"{end}_family"])
    return key_text(family, int(path[f"{end}_high"]), int(path[f"{end}_low"])) if family else None


def _joined(parts: Iterable[Longs]) -> Longs:
    return np.concatenate([np.zeros(0, np.int64), *parts])


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
