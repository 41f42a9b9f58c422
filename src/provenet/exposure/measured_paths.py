"""What measured paths cross: traces of a case against routers whose vendors measurements identified, tier by tier.

Of each trace and set of vendors exactly one holds: equipment of the set answered *as a hop*; the trace crosses *a
network* in which such equipment was seen, which is no evidence that it crossed it; *unknown*; or *clear*, where the
target was reached and every hop answered and is of other vendors. So the share of traces that cross such equipment lies
between the first and all but the last. Says nothing of paths that nobody measured, of traffic, and of
what lies below layer 3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from provenet.case.profiles import query
from provenet.case.rows import PathExposureRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.disclosure import is_enough, is_few, withheld_beside
from provenet.core.ids import names_in, row_id
from provenet.ingest.bgp.prefix_columns import address_halves
from provenet.ingest.bgp.prefix_tables import joined_ranges, stored_ranges
from provenet.ingest.traces.case_rows import address_keys, answers_in_order, trace_keys
from provenet.numerics.arrays import Longs
from provenet.routing.kernels.lpm import NONE
from provenet.routing.kernels.measured_paths import LOOP
from provenet.routing.measured.address_book import (
    AddressBook,
    AddressSources,
    ExchangeTable,
    IdentifiedAddresses,
    KeyNumbers,
    OriginTable,
    VendorSet,
)
from provenet.routing.measured.crossings import CLASSES, COUNTS, SAME_DEVICES, PathExposure, PathTotals, Traces
from provenet.routing.measured.special_addresses import Ranges, prefix_table

TRACE_COLUMNS = names_in(
    "trace_id started_at family source_address source_country target_address target_country reached"
)
HOP_COLUMNS = ("trace_id", "ttl_count", "address", "flags")


@dataclass(frozen=True, kw_only=True)
class VendorQuestion:
    """The vendors in question for the paths of one country.

    `restricted` are the vendors, `undecided` those on which the policy has no verdict, or of which it is not known
    whether they are of the group: their equipment is of unknown standing. `pack` and `issuer` name the policy; None
    where the call names the vendors. `inputs` are what it rests on.
    """

    country: str
    says: str
    restricted: frozenset[str]
    undecided: frozenset[str] = frozenset()
    pack: str | None = None
    issuer: str | None = None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasuredTables:
    """What addresses are decided by: estimates of routers, and the tables of a case by range of addresses.

    `origins`, `exchanges` and `places` are rows of `prefix_origin`, `exchange_prefix` and `prefix_country` of the day
    that counts. `probed` are the addresses that were probed, silent ones too: the share of a network is of them, and
    without them it has none.
    """

    estimates: pl.DataFrame
    _: KW_ONLY
    origins: pl.DataFrame
    exchanges: pl.DataFrame
    places: pl.DataFrame
    probed: pl.Series
    estimates_run: str = ""

    def sources(self, undecided: frozenset[str] = frozenset()) -> AddressSources:
        """What an address is decided by; equipment of undecided vendors counts as of an unknown one."""
        return AddressSources(
            origins=_origins(self.origins), exchanges=_exchanges(self.exchanges), identified=self._identified(undecided)
        )

    def _identified(self, undecided: frozenset[str]) -> IdentifiedAddresses:
        rows = self.estimates.select("addresses", "vendor_id", "p_correct_share").explode("addresses")
        rows = rows.filter(pl.col("addresses").is_not_null()).with_columns(
            pl.col("addresses").is_in(self.probed.implode()).alias("probed")
        )
        silent = pl.DataFrame({"addresses": self.probed.filter(~self.probed.is_in(rows["addresses"].implode()))})
        rows = pl.concat([rows, silent.with_columns(pl.lit(True).alias("probed"))], how="diagonal")
        names = sorted({one for one in rows["vendor_id"].drop_nulls() if one not in undecided})
        place = {name: at for at, name in enumerate(names)}
        high, low = address_halves(rows["addresses"])
        vendor = [place.get(one, NONE) if one is not None else NONE for one in rows["vendor_id"].to_list()]
        return IdentifiedAddresses(
            family=np.where(rows["addresses"].str.contains(":", literal=True).to_numpy(), 6, 4).astype(np.uint8),
            high=high,
            low=low,
            vendor=np.array(vendor, np.int32),
            p_correct=rows["p_correct_share"].fill_null(float("nan")).to_numpy().astype(np.float64),
            vendors=names,
            probed=rows["probed"].to_numpy().astype(np.bool_) if self.probed.len() else None,
        )


@dataclass(frozen=True, kw_only=True)
class PathQuestion:
    """One question: the days, whether the ends of a trace count, and the vendors in question by country."""

    as_of: date
    known: date | None
    vendors: Sequence[VendorQuestion]
    count_endpoints: bool = False


def path_rows(
    tables: MeasuredTables, question: PathQuestion, batches: Iterable[tuple[pl.DataFrame, pl.DataFrame]]
) -> list[PathExposureRow]:
    """Rows of `path_exposure`: of each question's country the sums over all targets and by country of the target.

    Parameters: `batches` of whole traces with their hops, `TRACE_COLUMNS` and `HOP_COLUMNS`, as `whole_traces` makes
    them; a trace stands in one of them. Returns rows in the order of their ids. Cost O(hops x distinct sets of
    undecided vendors); memory O(a batch + distinct addresses).
    """
    walk = _TracePass(tables, question)
    for traces, hops in batches:
        walk.add(traces, hops)
    return _without_few(sorted(walk.rows(), key=lambda row: row["path_exposure_id"]))


@dataclass
class _HopSums:
    """Counts of hop rows by the countries of source and target."""

    counts: dict[tuple[str, str], Longs] = field(default_factory=dict)

    def add(self, source: pl.Series, target: pl.Series, counts: Longs) -> None:
        """Adds int64[traces, 5] to the sums of their countries."""
        rows = pl.DataFrame(counts, schema=list(_HOPS)).with_columns(source=source, target=target)
        for here, there, *sums in (
            rows.group_by("source", "target").sum().select("source", "target", *_HOPS).iter_rows()
        ):
            self.counts[here, there] = self.counts.get((here, there), 0) + np.array(sums, np.int64)

    def of(self, source: str, target: str | None) -> Longs:
        """The sums of a source's country and one country of targets, or all."""
        found = [one for (here, there), one in self.counts.items() if here == source and target in (None, there)]
        return sum(found, np.zeros(len(_HOPS), np.int64))


_HOPS = ("hop_count", "silent_count", "identified_count", "exchange_count", "unmapped_count")


class _TracePass:
    """One pass over all traces for all questions: an engine for each distinct set of undecided vendors."""

    def __init__(self, tables: MeasuredTables, question: PathQuestion) -> None:
        self.tables, self.question = tables, question
        self.trace_count = 0
        self._book = AddressBook(tables.sources(), ())
        self._hops = _HopSums()
        self._sets: dict[frozenset[str], dict[frozenset[str], int]] = {}
        for one in question.vendors:
            mine = self._sets.setdefault(one.undecided, {})
            mine.setdefault(one.restricted, len(mine))
        self._engines = {
            undecided: PathExposure(
                tables.sources(undecided),
                tuple(VendorSet(str(at), vendors) for vendors, at in sets.items()),
                endpoints=question.count_endpoints,
            )
            for undecided, sets in self._sets.items()
        }
        self._place = None if tables.places.is_empty() else joined_ranges([stored_ranges(tables.places, "country")])

    def add(self, traces: pl.DataFrame, hops: pl.DataFrame) -> None:
        """Counts some whole traces."""
        ordered = traces.unique("trace_id", maintain_order=True).sort("trace_id")
        arrays = trace_arrays(ordered, hops, first_id=self.trace_count)
        self.trace_count += ordered.height
        source = self._codes(ordered, "source")
        target = self._codes(ordered, "target")
        for engine in self._engines.values():
            engine.add(arrays, source_country=source.to_list(), target_country=target.to_list())
        self._hops.add(source, target, self._hop_counts(arrays))

    def _codes(self, traces: pl.DataFrame, end: str) -> pl.Series:
        """The two letters of the country of an end of each trace: as stated, else of its address's registration."""
        stated, address = traces[f"{end}_country"], traces[f"{end}_address"]
        found = _translated(stated, {one: countries().code(one) or "" for one in stated.drop_nulls().unique()})
        missing = address.filter(stated.is_null()).drop_nulls().unique()
        if self._place is not None and missing.len():
            at = prefix_table(Ranges.of(self._place)).match(*address_keys(missing)).tolist()
            # Of a range of which tables disagree the country is not known.
            names = ("|".join(self._place.values[where]) if where >= 0 else "" for where in at)
            codes = {one: countries().code(name) or "" for one, name in zip(missing, names, strict=True) if name}
            found = found.zip_with(stated.is_not_null(), _translated(address, codes))
        return found

    def _hop_counts(self, arrays: Traces) -> Longs:
        """Of each trace the hop rows but those of its ends: all, silent, identified, of exchanges, of no network."""
        book = self._book
        number = book.number(arrays.family, arrays.high, arrays.low)
        ends = [
            book.number(getattr(arrays, f"{end}_family"), getattr(arrays, f"{end}_high"), getattr(arrays, f"{end}_low"))
            for end in ("source", "target")
        ]
        length = np.diff(arrays.first_hop)
        of_trace = np.repeat(np.arange(len(length)), length)
        between = np.ones(len(number), bool)
        for one in ends:
            between &= (number != one[of_trace]) | (number < 0)
        facts, at = book.facts(), np.maximum(number, 0)
        answered = between & (number >= 0)
        marks = [between, between & (number < 0)]
        if len(facts.vendor):
            marks.append(answered & (facts.vendor[at] != NONE))
            marks.append(answered & (facts.exchange[at] != NONE))
            marks.append(answered & (facts.exchange[at] == NONE) & (facts.network[at] == NONE))
        else:
            marks += [np.zeros(len(number), bool)] * 3
        return np.stack([np.bincount(of_trace[mark], minlength=len(length)) for mark in marks], axis=1).astype(np.int64)

    def rows(self) -> Iterable[PathExposureRow]:
        """The rows of every question."""
        for one in self.question.vendors:
            engine = self._engines[one.undecided]
            at = self._sets[one.undecided][one.restricted]
            code = countries().code(one.country) or ""
            by_target = engine.totals()
            whole = by_target.rolled_up(source=True)
            for totals in (whole, by_target):
                for group, (source, target) in enumerate(totals.groups):
                    if code and source == code and (totals is whole or target):
                        yield self._row(one, totals, group, at=at, target=target or None)

    def _row(
        self, one: VendorQuestion, totals: PathTotals, group: int, *, at: int, target: str | None
    ) -> PathExposureRow:
        question, estimates = self.question, self.tables.estimates
        count = dict(zip(COUNTS, totals.counts[group, at].tolist(), strict=True))
        hops = dict(zip(_HOPS, self._hops.of(countries().code(one.country) or "", target).tolist(), strict=True))
        key = {
            "country": one.country,
            "target_country": target,
            "vendor_ids": sorted(one.restricted),
            "pack": one.pack,
            "says": one.says,
            "as_of_on": question.as_of,
            "known_on": question.known,
            "ends": question.count_endpoints,
        }
        interval, sure, network = (
            _rounded(made(group, at)) for made in (totals.interval, totals.sure_interval, totals.network_share)
        )
        where = countries().name(target) if target else None
        return {
            "path_exposure_id": row_id("path_exposure", key),
            "country": one.country,
            "target_country": where,
            "audience": _audience(count),
            "vendor_ids": sorted(one.restricted),
            "restricted_says": one.says,
            "pack": one.pack,
            "issuer": one.issuer,
            "trace_count": count["traces"],
            "on_hop_count": count["hop"],
            "in_network_count": count["network"],
            "beyond_ends_count": count["network_beyond_ends"],
            "unknown_count": count["unknown"],
            "clear_count": count["clear"],
            "low_share": interval[0],
            "high_share": interval[1],
            "low_sure_share": sure[0],
            "high_sure_share": sure[1],
            "low_network_share": network[0],
            "high_network_share": network[1],
            "silent_trace_count": count["undecided_silent"],
            "unreached_trace_count": count["undecided_unreached"],
            "looped_trace_count": count["undecided_looped"],
            "unidentified_trace_count": count["undecided_unidentified"],
            "unmapped_trace_count": count["undecided_unmapped"],
            **hops,  # type: ignore[typeddict-item]
            "traced_low_on": _day(totals.first_at[group]),
            "traced_high_on": _day(totals.last_at[group]),
            "seen_low_on": _date(estimates["seen_low_on"].min()),
            "seen_high_on": _date(estimates["seen_high_on"].max()),
            "origins_on": _date(self.tables.origins["observed_on"].max()),
            "exchanges_on": _date(self.tables.exchanges["observed_on"].max()),
            "measure": "share of the measured paths from the country, each counted once",
            "harm": str(vocabulary()["measured"]["harm"]),
            "unseen_says": str(vocabulary()["measured"]["unseen_paths"]),
            "ends_says": "source and target of a trace count as crossed"
            if question.count_endpoints
            else "source and target of a trace do not count as crossed",
            "assumed": self._assumed(one),
            "as_of_on": question.as_of,
            "known_on": question.known,
            "label": f"equipment of {one.says}: measured paths from {one.country} to {where or 'all targets'}",
            "formula": "lower end: traces with such equipment as a hop; upper end: all traces but those of which every "
            "hop answered and is identified as of other vendors",
            "inputs": sorted(
                {
                    query("trace", source_country=one.country),
                    query("vendor_estimate", run_id=self.tables.estimates_run),
                    *one.inputs,
                }
            ),
        }

    def _assumed(self, one: VendorQuestion) -> list[str]:
        made = [
            SAME_DEVICES,
            "An address belongs to the network that announces it, on the day of that table; an address of an exchange "
            "point belongs to none.",
        ]
        if not self._place and self.tables.origins.is_empty():
            made.append("No table of networks by address is on file: no network is known to be crossed.")
        if one.undecided:
            number = wording.count(len(one.undecided), "vendor")
            why = "without a verdict under the policy" if one.pack else "not known to be of the group, or not to be,"
            made.append(f"Equipment of {number} {why} counts as unknown.")
        return made


def _audience(count: Mapping[str, int]) -> str:
    """Whose pages may show a row: no stranger's where it or a part of it holds fewer than five traces."""
    return "internal" if not is_enough(count["traces"]) or any(is_few(count[tier]) for tier in CLASSES) else "public"


def _without_few(rows: list[PathExposureRow]) -> list[PathExposureRow]:
    """The rows with those for internal readers from which, beside others, a part of fewer than five traces follows.

    Of two sets of vendors one of which holds the other, the one named by the call is withheld rather than a policy's,
    else the narrower one; of targets those of fewest traces.
    """
    public = [row for row in rows if row["audience"] == "public"]
    for one in public:
        for other in public:
            if _tells_few(one, other):
                (one if one["pack"] is None or other["pack"] is not None else other)["audience"] = "internal"
    for whole in (row for row in public if row["target_country"] is None and row["audience"] == "public"):
        parts = [row for row in public if row["target_country"] and row["audience"] == "public" and _is_of(row, whole)]
        for place in withheld_beside(_tiers(whole), [_tiers(row) for row in parts]):
            parts[place]["audience"] = "internal"
    return rows


def _tiers(row: PathExposureRow) -> tuple[int, ...]:
    tiers = row["on_hop_count"], row["in_network_count"], row["unknown_count"], row["clear_count"]
    return row["trace_count"], *tiers


def _is_of(row: PathExposureRow, whole: PathExposureRow) -> bool:
    """Whether two rows are of the same question, but for their targets."""
    names = ("country", "vendor_ids", "restricted_says", "pack", "ends_says")
    return all(row[name] == whole[name] for name in names)  # type: ignore[literal-required]


def _tells_few(narrow: PathExposureRow, wide: PathExposureRow) -> bool:
    """Whether the vendors of one row are among those of another, both shown, and fewer than five traces differ."""
    same = (narrow["country"], narrow["target_country"]) == (wide["country"], wide["target_country"])
    if not same or "internal" in (narrow["audience"], wide["audience"]):
        return False
    is_within = set(narrow["vendor_ids"]) < set(wide["vendor_ids"])
    return is_within and any(is_few(a - b) for a, b in zip(_tiers(narrow), _tiers(wide), strict=True))


def trace_arrays(traces: pl.DataFrame, hops: pl.DataFrame, *, first_id: int = 0) -> Traces:
    """Traces of a case and their hops as the engine reads them.

    Parameters: `traces` in the order wanted, each once; `hops` in any order, those of other traces are left out. An
    answer that stands in two files counts once. Cost O(hops).
    """
    met = KeyNumbers()
    met.number(*trace_keys(traces["trace_id"]))
    place = met.number(*trace_keys(hops["trace_id"]))
    known = place < traces.height
    rows, of_trace = (hops, place) if known.all() else (hops.filter(pl.Series(known)), place[known])
    family, high, low = address_keys(rows["address"])
    addresses = KeyNumbers()
    number = addresses.number(family, high, low)
    ttl = rows["ttl_count"].to_numpy()
    is_loop = rows["flags"].list.contains("loop").fill_null(False).to_numpy(writable=True)
    kept, length = answers_in_order(
        of_trace.astype(np.int64), ttl, number, is_loop=is_loop, traces=traces.height, addresses=addresses.count
    )
    started = traces["started_at"].dt.epoch("s").fill_null(-1).to_numpy()
    source, target = address_keys(traces["source_address"]), address_keys(traces["target_address"])
    return Traces(
        trace_id=np.arange(first_id, first_id + traces.height, dtype=np.int64),
        started_at=started.astype(np.int64),
        source_family=source[0],
        source_high=source[1],
        source_low=source[2],
        target_family=target[0],
        target_high=target[1],
        target_low=target[2],
        reached=traces["reached"].fill_null(False).to_numpy().astype(np.bool_),
        first_hop=np.concatenate([[0], np.cumsum(length)]).astype(np.int64),
        ttl=np.minimum(ttl[kept], 255).astype(np.uint8),
        high=high[kept],
        low=low[kept],
        family=family[kept],
        flags=np.where(is_loop[kept], LOOP, 0).astype(np.uint16),
    )


def _translated(texts: pl.Series, words: Mapping[str, str]) -> pl.Series:
    """The word of each text, empty where there is none."""
    if not words:
        return pl.repeat("", len(texts), dtype=pl.String, eager=True)
    return texts.replace_strict(words, default="", return_dtype=pl.String).fill_null("")


def _origins(rows: pl.DataFrame) -> OriginTable | None:
    if rows.is_empty():
        return None
    ranges = joined_ranges([stored_ranges(rows, "origin_asns")])
    return OriginTable(ranges=Ranges.of(ranges), origins=ranges.values)


def _exchanges(rows: pl.DataFrame) -> ExchangeTable | None:
    if rows.is_empty():
        return None
    ranges = stored_ranges(rows, "exchange")
    return ExchangeTable(ranges=Ranges.of(ranges), names=[str(one) for one in ranges.values])


def _rounded(ends: tuple[float, float] | None) -> tuple[float | None, float | None]:
    return (None, None) if ends is None else (round(ends[0], 12), round(ends[1], 12))


def _day(seconds: int) -> date | None:
    return datetime.fromtimestamp(int(seconds), UTC).date() if seconds >= 0 else None


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None
