"""What each measured path proves about sets of restricted vendors, and the sums of many.

Of each trace and set exactly one class holds:

    hop       the address of some intermediate hop is identified as of a vendor of the set
    clear     the whole path answered, once and up to the target, and every hop is identified as of another vendor
    network   neither; but the path crosses a network in which a device of the set was seen, at some address of it
    unknown   none of these

So the share of traces that cross a device of the set lies in [hop, 1 - clear]: a network is no device, and silence
is never clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from provenet.routing.kernels import measured_paths
from provenet.routing.kernels.lpm import Halves
from provenet.routing.measured.address_book import AddressBook, AddressSources, KeyNumbers, VendorSet, network_shares

CLASSES = ("hop", "network", "unknown", "clear")
"""The classes of a trace, by their number."""
SAME_DEVICES = "What was identified at an address on its days was there on the days of the traces."
"""What every answer assumes."""
OBSTACLES = {
    "silent": measured_paths.SILENT,
    "unreached": measured_paths.UNREACHED,
    "looped": measured_paths.LOOPED,
    "unidentified": measured_paths.UNIDENTIFIED,
    "unmapped": measured_paths.UNMAPPED,
}
"""Why a trace that is neither a hop nor clear is not decided: several may hold at once."""
COUNTS = (
    "traces",
    *CLASSES,
    "network_beyond_ends",
    *(f"undecided_{name}" for name in OBSTACLES),
    "hop_sure_ppm",
    "clear_sure_ppm",
    "network_low_ppm",
    "network_high_ppm",
)
"""What is summed over traces. `network_beyond_ends`: traces of the class network that cross such a network beside those
of the source and of the target. The `_ppm` sums are of millionths: of how likely the likeliest identification on a hop
is right, of how likely all identifications of a clear trace are (at least), and of the largest share, low and high end,
among the networks that put a trace into the class network."""


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Traces and their hop rows as arrays: the columns of `ingest.traces.TraceBatch` that count here.

    By trace: `trace_id`, `started_at` int64 (seconds since 1970, -1 unknown), source and target as `_high`, `_low`
    (uint64, IPv4 in the top 32 bits) and `_family` (uint8: 4, 6, 0 unknown), `reached` bool; `first_hop` int64[n + 1].
    By hop row, in order of TTL: `ttl` uint8, `high`, `low`, `family`, `flags` uint16, of which 8 counts (a loop).
    A row with an address is an answer in time: late answers stand in no row, for they prove no place on the path.
    """

    trace_id: NDArray[np.int64]
    started_at: NDArray[np.int64]
    source_high: Halves
    source_low: Halves
    source_family: NDArray[np.uint8]
    target_high: Halves
    target_low: Halves
    target_family: NDArray[np.uint8]
    reached: NDArray[np.bool_]
    first_hop: NDArray[np.int64]
    ttl: NDArray[np.uint8]
    high: Halves
    low: Halves
    family: NDArray[np.uint8]
    flags: NDArray[np.uint16]

    @classmethod
    def of(cls, batch: object) -> Traces:
        """The traces of an object that has these columns."""
        return cls(**{one.name: getattr(batch, one.name) for one in fields(cls)})


@dataclass(frozen=True)
class Crossings:
    """What the traces of a batch prove, in their order; `hops.hop` numbers the addresses of its hop rows, and `fresh`
    bool[traces] marks the traces that were not met before.
    """

    hops: measured_paths.Hops
    proof: measured_paths.Proof
    fresh: NDArray[np.bool_]

    def classes(self, at: int) -> NDArray[np.int8]:
        """The class of each trace for set `at`, int8 (places in `CLASSES`)."""
        found = np.full(len(self.proof.met), CLASSES.index("unknown"), np.int8)
        for name, bits in (("network", self.proof.near), ("clear", self.proof.clear), ("hop", self.proof.met)):
            found[bits >> at & 1 == 1] = CLASSES.index(name)
        return found

    def counts(self, at: int) -> NDArray[np.int64]:
        """What each trace adds to the sums of set `at`: int64[traces, COUNTS]."""
        classes, proof = self.classes(at), self.proof
        is_hop, is_network, is_unknown, is_clear = (classes == place for place in range(len(CLASSES)))
        undecided = is_network | is_unknown
        columns = [np.ones(len(classes), np.bool_), is_hop, is_network, is_unknown, is_clear]
        columns.append(is_network & (proof.near_beyond >> at & 1 == 1))
        columns += [undecided & (proof.obstacles & bit != 0) for bit in OBSTACLES.values()]
        columns.append(np.where(is_hop, proof.sure_ppm[:, at], 0))
        columns.append(np.where(is_clear, np.maximum(0, measured_paths.MILLION - proof.doubt_ppm), 0))
        columns += [np.where(is_network, part[:, at], 0) for part in (proof.least_ppm, proof.most_ppm)]
        return np.stack(columns, axis=1).astype(np.int64)


@dataclass(frozen=True)
class PathTotals:
    """Sums over traces by the countries of their source and target and by set of vendors.

    `groups` are (source country, target country), ascending, "" where it is not known; `sets` are names of sets;
    `counts` int64[groups, sets, COUNTS]. `first_at` and `last_at` int64[groups] are the seconds since 1970 at which the
    earliest and latest trace began, -1 unknown.
    """

    groups: tuple[tuple[str, str], ...]
    sets: tuple[str, ...]
    counts: NDArray[np.int64]
    first_at: NDArray[np.int64]
    last_at: NDArray[np.int64]

    def rolled_up(self, *, source: bool = False, target: bool = False) -> PathTotals:
        """The sums over all sources or targets, or both: those that are kept are named."""
        kept = [(one if source else "", other if target else "") for one, other in self.groups]
        return total([PathTotals(tuple(kept), self.sets, self.counts, self.first_at, self.last_at)], self.sets)

    def interval(self, group: int, at: int) -> tuple[float, float] | None:
        """The share of traces that cross a device of set `at`: from the hops to all but the clear; None without traces.

        It takes identifications as they stand; `sure_interval` does not.
        """
        count = self._count(group, at)
        if not count["traces"]:
            return None
        return count["hop"] / count["traces"], (count["traces"] - count["clear"]) / count["traces"]

    def sure_interval(self, group: int, at: int) -> tuple[float, float] | None:
        """The same where identifications may be wrong: an estimate, which holds as far as `p_correct` is calibrated.

        Expected shares: at least as many hops as their likeliest identification is right, at most all traces but those
        whose identifications are all right, whatever depends on what (Bonferroni).
        """
        count = self._count(group, at)
        if not count["traces"]:
            return None
        all_ppm = count["traces"] * measured_paths.MILLION
        return count["hop_sure_ppm"] / all_ppm, (all_ppm - count["clear_sure_ppm"]) / all_ppm

    def network_share(self, group: int, at: int) -> tuple[float, float] | None:
        """The mean over traces of the class network of the largest share among the networks that they cross."""
        count = self._count(group, at)
        if not count["network"]:
            return None
        ends = (
            Fraction(count[name], count["network"] * measured_paths.MILLION)
            for name in ("network_low_ppm", "network_high_ppm")
        )
        low, high = map(float, ends)
        return low, high

    def _count(self, group: int, at: int) -> dict[str, int]:
        return dict(zip(COUNTS, self.counts[group, at].tolist(), strict=True))


def total(parts: Iterable[PathTotals], sets: Sequence[str]) -> PathTotals:
    """The sums of several sums over different traces. The order of the parts does not matter."""
    sums: dict[tuple[str, str], NDArray[np.int64]] = {}
    days: dict[tuple[str, str], tuple[int, int]] = {}
    for part in parts:
        for at, group in enumerate(part.groups):
            sums[group] = sums.get(group, 0) + part.counts[at]
            days[group] = _earliest_latest(days.get(group, (-1, -1)), (int(part.first_at[at]), int(part.last_at[at])))
    groups = tuple(sorted(sums))
    shape = (len(groups), len(sets), len(COUNTS))
    return PathTotals(
        groups,
        tuple(sets),
        np.array([sums[group] for group in groups], np.int64).reshape(shape),
        np.array([days[group][0] for group in groups], np.int64),
        np.array([days[group][1] for group in groups], np.int64),
    )


def _earliest_latest(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    known = [at for at in (one[0], other[0]) if at >= 0]
    return min(known, default=-1), max(one[1], other[1])


@dataclass(frozen=True)
class NetworksCrossed:
    """By network (`origins`: its AS numbers, several where it is not known which): the traces that cross it, and by set
    of vendors those whose class is `network` and that cross it where a device of the set was seen. Ends in millionths.
    """

    origins: tuple[tuple[int, ...], ...]
    traces: NDArray[np.int64]
    undecided: NDArray[np.int64]
    seen: NDArray[np.int64]
    low_ppm: NDArray[np.int32]
    high_ppm: NDArray[np.int32]


@dataclass
class PathExposure:
    """What measured paths cross, batch by batch; memory follows the distinct addresses and traces, not the hops.

    A trace that comes twice (by `trace_id`) counts once. With `endpoints` the source and target of a trace count as
    devices on its path.
    """

    sources: AddressSources
    sets: tuple[VendorSet, ...]
    endpoints: bool = False
    book: AddressBook = field(init=False)
    networks: measured_paths.Networks = field(init=False)
    repeated_traces: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Shares of networks first: every trace is held against them."""
        self.book = AddressBook(self.sources, self.sets)
        self.networks = network_shares(self.sources, self.sets).by_origin(self.sources.origins)
        count, sets = len(self.sources.origins), len(self.sets)
        self._stamp, self._mark = np.zeros(count, np.int64), 1
        self._traces, self._undecided = np.zeros(count, np.int64), np.zeros((count, sets), np.int64)
        self._parts: list[PathTotals] = []
        self._ids = TraceIds()

    def add(
        self, batch: Traces, *, source_country: Sequence[str] | None = None, target_country: Sequence[str] | None = None
    ) -> Crossings:
        """Counts the traces of a batch, and gives what each proves, also those that were met before. Cost O(hops)."""
        hops = self._numbered(batch)
        crossings = Crossings(hops, self._proof(hops), self._ids.fresh(batch.trace_id))
        self.repeated_traces += int((~crossings.fresh).sum())
        self._count_networks(hops, crossings.proof, crossings.fresh)
        self._parts.append(_totals(crossings, batch, sets=self.sets, countries=(source_country, target_country)))
        if len(self._parts) > 64:
            self._parts = [self.totals()]
        return crossings

    def totals(self) -> PathTotals:
        """The sums so far."""
        return total(self._parts, [one.name for one in self.sets])

    def networks_crossed(self) -> NetworksCrossed:
        """The networks that were crossed so far, by their AS numbers."""
        met = sorted(np.flatnonzero(self._traces).tolist(), key=lambda at: self.sources.origins[at])
        return NetworksCrossed(
            tuple(self.sources.origins[at] for at in met),
            self._traces[met],
            self._undecided[met],
            self.networks.seen[met],
            self.networks.low_ppm[met],
            self.networks.high_ppm[met],
        )

    def paths(self, crossings: Crossings) -> AsPaths:
        """The networks that each trace of a batch goes through one after another."""
        hops, addresses = crossings.hops, self.book.addresses()
        first_step = np.zeros(len(hops.first_hop), np.int64)
        step = np.empty(2 * len(hops.hop) + 1, np.int32)
        beside = np.empty(len(step), np.bool_)
        made = measured_paths.as_steps(hops, addresses.network, addresses.exchange, first_step, step, beside)
        return AsPaths(
            first_step=first_step,
            step=step[:made].copy(),
            beside=beside[:made].copy(),
            origins=self.sources.origins,
            exchanges=self.sources.exchanges,
        )

    def _numbered(self, batch: Traces) -> measured_paths.Hops:
        number = self.book.number
        return measured_paths.Hops(
            first_hop=batch.first_hop,
            ttl=batch.ttl,
            hop=number(batch.family, batch.high, batch.low),
            flags=batch.flags,
            reached=batch.reached,
            source=number(batch.source_family, batch.source_high, batch.source_low),
            target=number(batch.target_family, batch.target_high, batch.target_low),
        )

    def _proof(self, hops: measured_paths.Hops) -> measured_paths.Proof:
        count, sets = len(hops.reached), len(self.sets)
        met, clear, near, beyond, doubt = (np.zeros(count, np.int64) for _ in range(5))
        sure, least, most = (np.zeros((count, sets), np.int32) for _ in range(3))
        proof = measured_paths.Proof(met, clear, near, beyond, np.zeros(count, np.uint8), doubt, sure, least, most)
        measured_paths.cross(hops, self.endpoints, self.book.addresses(), self.networks, proof)
        return proof

    def _count_networks(self, hops: measured_paths.Hops, proof: measured_paths.Proof, fresh: NDArray[np.bool_]) -> None:
        # The hops of a trace that was counted before are none here: their ends are the same row.
        counted = hops if fresh.all() else _only(hops, fresh)
        decided, network = (proof.met | proof.clear)[fresh], self.book.addresses().network
        counts = self._stamp, self._mark, self._traces, self._undecided
        measured_paths.count_networks(counted, self.endpoints, network, self.networks.seen, decided, *counts)
        self._mark += len(decided)


def _only(hops: measured_paths.Hops, fresh: NDArray[np.bool_]) -> measured_paths.Hops:
    """Some of the traces, with their rows."""
    length = np.diff(hops.first_hop)
    rows = np.repeat(fresh, length)
    first = np.concatenate([[0], np.cumsum(length[fresh])])
    per_hop = {name: getattr(hops, name)[rows] for name in ("ttl", "hop", "flags")}
    per_trace = {name: getattr(hops, name)[fresh] for name in ("reached", "source", "target")}
    return measured_paths.Hops(first_hop=first, **per_hop, **per_trace)


class TraceIds:
    """The traces that were met, by their id."""

    def __init__(self) -> None:
        self._keys = KeyNumbers()

    def fresh(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which are met for the first time, also within the batch. Cost O(n)."""
        before = self._keys.count
        none = np.zeros(len(ids), np.uint64)
        number = self._keys.number(np.ones(len(ids), np.uint8), np.ascontiguousarray(ids).view(np.uint64), none)
        # Numbers are given in order of first appearance.
        highest = np.maximum.accumulate(np.concatenate([[before - 1], number[:-1]]))
        return np.asarray(number > highest[: len(ids)])


def _totals(
    crossings: Crossings,
    batch: Traces,
    *,
    sets: Sequence[VendorSet],
    countries: tuple[Sequence[str] | None, Sequence[str] | None],
) -> PathTotals:
    """The sums of the traces of a batch that were not met before."""
    fresh = crossings.fresh
    count = len(fresh)
    source, target = (np.full(count, "", "U2") if one is None else np.asarray(one, "U2") for one in countries)
    # A batch whose traces were all left out has no pair; `ljust` takes no empty array.
    both = np.char.add(np.char.ljust(source, 2), target) if count else source
    pairs, place = np.unique(both[fresh], return_inverse=True)
    counts = np.zeros((len(pairs), len(sets), len(COUNTS)), np.int64)
    for at in range(len(sets)):
        np.add.at(counts[:, at], place, crossings.counts(at)[fresh])
    started = batch.started_at[fresh]
    first, last = np.full(len(pairs), np.iinfo(np.int64).max), np.full(len(pairs), -1)
    dated = started >= 0
    np.minimum.at(first, place[dated], started[dated])
    np.maximum.at(last, place[dated], started[dated])
    return PathTotals(
        tuple((str(pair)[:2].strip(), str(pair)[2:].strip()) for pair in pairs),
        tuple(one.name for one in sets),
        counts,
        np.where(last >= 0, first, -1),
        last,
    )


@dataclass(frozen=True, kw_only=True)
class AsPaths:
    """Networks one after another: the steps of trace i are `step[first_step[i]:first_step[i + 1]]`.

    A step is a place in `origins`, -1 for a gap, and -2 - e for exchange point e of `exchanges`. `beside` marks a step
    at the same TTL as the one before it: packets of one trace took both ways.
    """

    first_step: NDArray[np.int64]
    step: NDArray[np.int32]
    beside: NDArray[np.bool_]
    origins: Sequence[tuple[int, ...]]
    exchanges: Sequence[str]
    _texts: dict[tuple[bytes, bytes], str] = field(default_factory=dict, repr=False)
    """Paths that were written before: many traces take few ways."""

    def text(self, trace: int) -> str:
        """The path of one trace: AS numbers, `{1,2}` where it is one of several, `1|2` where answers at one TTL are of
        both, `*` for a gap, `ix:NAME`.
        """
        steps = slice(self.first_step[trace], self.first_step[trace + 1])
        step, beside = self.step[steps], self.beside[steps]
        key = step.tobytes(), beside.tobytes()
        if key not in self._texts:
            self._texts[key] = self._written(step.tolist(), beside.tolist())
        return self._texts[key]

    def _written(self, steps: Sequence[int], beside: Sequence[bool]) -> str:
        places: list[list[str]] = []
        for step, is_beside in zip(steps, beside, strict=True):
            if is_beside:
                places[-1].append(self._word(step))
            else:
                places.append([self._word(step)])
        return " ".join("|".join(sorted(words, key=_by_number)) for words in places)

    def _word(self, step: int) -> str:
        if step == measured_paths.GAP:
            return "*"
        if step < measured_paths.GAP:
            return f"ix:{self.exchanges[measured_paths.GAP - 1 - step]}"
        origins = self.origins[step]
        return str(origins[0]) if len(origins) == 1 else "{" + ",".join(map(str, origins)) + "}"


def _by_number(word: str) -> tuple[bool, int, str]:
    """AS numbers first, by their value; then sets, gaps and exchange points."""
    return not word.isdecimal(), int(word) if word.isdecimal() else 0, word
