"""Of the tool `paths`: one call, which reads its files, holds every trace against them, and sums."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.ids import names_in
from provenet.core.wording import count, day, series
from provenet.dependence.measured_routers import Days
from provenet.ingest.bgp.prefix_tables import AddressRanges, joined_ranges, read_prefix_origins
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import day_in
from provenet.ingest.registry import EXCHANGES, FILE, at_another_place
from provenet.ingest.traces.exchanges import read_exchanges
from provenet.ingest.traces.reading import read_traces
from provenet.ingest.traces.trace_batch import TraceBatch
from provenet.routing.kernels.measured_paths import MILLION
from provenet.routing.measured.address_book import AddressSources, ExchangeTable, IdentifiedAddresses, OriginTable
from provenet.routing.measured.crossings import (
    CLASSES,
    COUNTS,
    OBSTACLES,
    SAME_DEVICES,
    Crossings,
    PathExposure,
    PathTotals,
    Traces,
)
from provenet.routing.measured.special_addresses import Ranges
from provenet.tools.files import FilesRead
from provenet.tools.path_engines import EngineLimits, TraceFiles, measured_totals
from provenet.tools.path_targets import UndecidedPaths, path_targets
from provenet.tools.path_vendors import IDENTIFIED, RESTRICTED, doubted, looked_for, read_vendors, vendor_sets
from provenet.tools.range_tables import NEWEST_COUNTS, newest_tables
from provenet.tools.settings import SPARK, PathsSettings, no_rows

TIERS = ("hop", "network", "unknown", "clear")
"""What holds of a trace, exactly one: a restricted device on a hop; none, but a network crossed shows one; neither, and
something is not known; the whole path answered, every hop of another vendor."""
ENDS = ("low", "high")
ROW_COLUMNS = names_in(
    "trace_id measurement_id probe_id started_at source_address target_address is_reached tier low_share high_share "
    "vendors as_path"
)
"""The columns of the rows, in their order."""
SHOWN_NAMES = 10
READS = (
    "between low and high lies the share of the traces that cross a device of a restricted vendor: at least those "
    "where one answered on a hop, at most all but those whose every hop answered and is another vendor's. That a "
    "network shows such a device somewhere (the tier network) says nothing of whether the path crossed it. Traces "
    "count alike, whatever their traffic"
)
"""What the figures claim."""
MOST_NETWORKS = 50
"""Networks that stand in the summary, those crossed most; of `--json` too."""


@dataclass(frozen=True)
class PathReport:
    """Which paths cross what: `summary` as plain values, and `rows`, one a trace; None where they went elsewhere.

    Columns of `rows`: `trace_id`, `measurement_id`, `probe_id`, `started_at`, `source_address`, `target_address`,
    `is_reached`, `tier` (null where no vendor is restricted), `low_share` and `high_share` (of a trace of the tier
    network: the ends of the largest share of restricted devices among the networks that it crosses), `vendors` (those
    of its hops) and `as_path`.
    """

    summary: dict[str, Any]
    rows: pl.DataFrame | None


class PathCrossings:
    """One call: reads the tables, holds every trace against them, and sums."""

    def __init__(self, settings: PathsSettings) -> None:
        self.settings, self.progress = settings, settings.progress
        self.days = Days(as_of=settings.as_of or date.max, known=None)
        self.inputs = FilesRead("paths", self.progress)
        self.later_count = 0
        self.frames: list[pl.DataFrame] = []
        self.hop_vendors: Counter[str] = Counter()
        self.hop_count = 0
        self.undecided: UndecidedPaths | None = None
        self.exchange_count: int | None = None
        self.exchanges_on: str | None = None

    def report(self) -> PathReport:
        """The summary and the rows."""
        identified, origins, exchanges = self._identified(), self._origins(), self._exchanges()
        known = () if identified is None else identified.vendors
        self.restricted, self.unknown_seat = looked_for(self.settings.restricted, known)
        self.inputs.end()
        assert identified is not None
        identified = doubted(identified, self.unknown_seat)
        self.sets = vendor_sets(self.restricted, identified.vendors)
        self.sources = AddressSources(origins=origins, exchanges=exchanges, identified=identified)
        if self.settings.uses_tables:
            self.totals = self._sum_tables()
        else:
            self.exposure = PathExposure(self.sources, self.sets, endpoints=self.settings.endpoints)
            if self.settings.targets is not None:
                self.undecided = UndecidedPaths()
            for batch in self._batches():
                self._count(batch)
            self.inputs.end()
            self.totals, self.repeated_count = self.exposure.totals(), self.exposure.repeated_traces
        self.totals = self.totals.rolled_up()
        return PathReport(self._summary(), pl.concat(self.frames) if self.frames else None)

    def _sum_tables(self) -> PathTotals:
        """The sums by an engine over tables on disk."""
        settings = self.settings
        assert settings.work is not None
        files = TraceFiles(settings.work)
        for batch in self._batches():
            files.add(Traces.of(batch))
        files.close()
        self.inputs.end()
        self.repeated_count = files.repeated_traces
        limits = EngineLimits(work=settings.work)
        if settings.memory is not None:
            limits = replace(limits, memory_mib=settings.memory)
        return measured_totals(
            "spark" if settings.engine == SPARK else "duckdb",
            files.hops,
            files.traces,
            sources=self.sources,
            sets=self.sets,
            limits=limits,
            endpoints=settings.endpoints,
            progress=self.progress,
        )

    def _identified(self) -> IdentifiedAddresses | None:
        """The vendors of addresses."""
        try:
            return read_vendors(self.settings.vendors, self.inputs, self.days)
        except InputFault as err:
            self.inputs.refuse("--vendors", self.settings.vendors, err)
            return None

    def _origins(self) -> OriginTable | None:
        """Who announces which addresses, of all tables."""
        tables = [one for place in self.settings.origins if (one := self._origin_table(place))]
        if not tables:
            return None
        counted = newest_tables(tables, self.days)
        left = [one.name for one in tables if one.name not in {kept.name for kept in counted}]
        if not counted:
            self._refuse_later(", ".join(left), max(map(day_in, left)))
            return None
        self.inputs.remarks += [f"{name} does not count: {NEWEST_COUNTS}." for name in left]
        joined = joined_ranges(counted) if len(counted) > 1 else counted[0]
        return OriginTable(ranges=Ranges.of(joined), origins=joined.values)

    def _origin_table(self, place: Path) -> AddressRanges | None:
        """One table of ranges; what is wrong with it goes to the faults of all files."""
        try:
            table = read_prefix_origins(place, self.progress)
        except InputFault as err:
            self.inputs.refuse("--origins", place, err)
            return None
        one = {"file": table.name, "digest": table.digest, "range_count": len(table.value), "left_out_count": 0}
        self.inputs.add("origins", {**one, "observed_on": day_in(table.name) or None})
        return table

    def _exchanges(self) -> ExchangeTable | None:
        """The peering LANs of exchange points, of all files together."""
        if not self.settings.exchanges:
            return None
        try:
            found = read_exchanges(self.settings.exchanges, self.progress)
        except InputFault as err:
            uploads = [Upload.of(place, self.progress) for place in self.settings.exchanges]
            refusals = [at_another_place(one, EXCHANGES, err) for one in uploads]
            for refusal in [one for one in refusals if one is not err] or [err]:
                self.inputs.refused.take(refusal)
            return None
        for place in self.settings.exchanges:
            upload = Upload.of(place, self.progress)
            self.inputs.add("exchanges", {"file": upload.name, "digest": upload.file_id, "left_out_count": 0})
        if found.observed_on and date.fromisoformat(found.observed_on) > self.days.until:
            self._refuse_later(", ".join(one.name for one in self.settings.exchanges), found.observed_on)
            return None
        self.exchange_count, self.exchanges_on = len(found.value), found.observed_on or None
        names = [one.name or one.exchange_id for one in found.exchanges]
        return ExchangeTable(ranges=Ranges.of(found), names=names)

    def _refuse_later(self, names: str, found: str) -> None:
        """Refuses tables of a later day than the one in question."""
        expected = f"a day up to {day(self.days.until)}"
        text = "the table is of a later day than the one in question"
        way_out = "Give one of that time, or a later --as-of."
        self.inputs.refused.take(InputFault([Fault(names, text, found=found, expected=expected, way_out=way_out)]))

    def _batches(self) -> Iterator[TraceBatch]:
        """The traces of all files, batch by batch."""
        for place in self.settings.files:
            faults, passed = FaultList(), Counter[str]()
            traces = hops = 0
            try:
                upload = Upload.of(place, self.progress)
                for batch in read_traces(upload, faults, progress=self.progress, passed=passed):
                    traces, hops = traces + batch.trace_count, hops + batch.hop_count
                    yield self._until_day(batch)
            except (InputFault, OSError) as err:
                self.inputs.refuse(FILE, place, err)
                continue
            if not traces:
                expected = "traceroutes of RIPE Atlas or scamper, JSON"
                none = Fault(upload.name, "the file holds no traceroute", expected=expected)
                self.inputs.refuse(FILE, place, InputFault(faults.faults or [none], faults.count or None))
                continue
            self.inputs.left_out.take(faults)
            one = {"file": upload.name, "digest": upload.file_id, "trace_count": traces, "hop_row_count": hops}
            self.inputs.add(
                "traces", {**one, "passed_over": dict(sorted(passed.items())), "left_out_count": faults.count}
            )

    def _until_day(self, batch: TraceBatch) -> TraceBatch:
        """The traces of a batch that began up to the day in question, and those of no day."""
        if self.settings.as_of is None:
            return batch
        end = datetime.combine(self.settings.as_of + timedelta(days=1), time(), UTC).timestamp()
        counts = batch.started_at < end
        self.later_count += int((~counts).sum())
        return batch if counts.all() else batch.only(counts)

    def _count(self, batch: TraceBatch) -> None:
        """Counts a batch of traces, and keeps its rows."""
        crossings = self.exposure.add(Traces.of(batch))
        at_trace, vendor = self._hop_vendors(batch, crossings)
        names = self.sources.vendors
        for number, times in zip(*(part.tolist() for part in np.unique(vendor, return_counts=True)), strict=True):
            self.hop_vendors[names[number]] += times
        if self.undecided is not None:
            unknown = self.exposure.book.facts().vendor < 0
            self.undecided.add(crossings, batch, unknown=unknown)
        self.hop_count += int((batch.family[crossings.fresh[batch.hop_trace]] != 0).sum())
        rows = self.settings.rows
        if rows is not no_rows:
            frame = self._frame(batch, crossings, pairs=(at_trace, vendor))
            self.frames.append(frame) if rows is None else rows(frame)

    def _hop_vendors(self, batch: TraceBatch, crossings: Crossings) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of a trace of the batch and a vendor of one of its hops, each once, int64; of new traces alone."""
        hop, of = crossings.hops.hop, batch.hop_trace
        counted = (hop >= 0) & crossings.fresh[of]
        if not self.settings.endpoints:
            counted &= (hop != crossings.hops.source[of]) & (hop != crossings.hops.target[of])
        vendor = self.exposure.book.facts().vendor[hop[counted]].astype(np.int64)
        known, width = vendor >= 0, max(len(self.sources.vendors), 1)
        pairs = np.unique(of[counted][known] * width + vendor[known])
        return pairs // width, pairs % width

    def _frame(
        self, batch: TraceBatch, crossings: Crossings, *, pairs: tuple[NDArray[np.int64], NDArray[np.int64]]
    ) -> pl.DataFrame:
        """The rows of a batch, one a new trace."""
        vendors: list[list[str]] = [[] for _ in range(batch.trace_count)]
        for trace, vendor in zip(*(part.tolist() for part in pairs), strict=True):
            vendors[trace].append(self.sources.vendors[vendor])
        as_paths = self.exposure.paths(crossings)
        places = np.flatnonzero(crossings.fresh)
        stated = ("measurement_id", "probe_id", "started_at")
        frame = pl.DataFrame({name: getattr(batch, name)[places] for name in ("trace_id", *stated)})
        frame = frame.with_columns(pl.when(pl.col(name) >= 0).then(pl.col(name)).alias(name) for name in stated)
        frame = frame.with_columns(
            pl.from_epoch("started_at", "s").dt.replace_time_zone("UTC"),
            batch.addresses("source_", places).alias("source_address"),
            batch.addresses("target_", places).alias("target_address"),
            pl.Series("is_reached", batch.reached[places]),
            pl.Series("vendors", [vendors[at] for at in places.tolist()], pl.List(pl.String)),
            pl.Series("as_path", [as_paths.text(at) for at in places.tolist()], pl.String),
        )
        return frame.with_columns(*self._tiers_of(crossings, places)).select(ROW_COLUMNS)

    def _tiers_of(self, crossings: Crossings, places: NDArray[np.int64]) -> list[pl.Series]:
        """The tier of each new trace, and the ends of the largest share among the networks that put it there."""
        if not self.restricted:
            none = [None] * len(places)
            return [pl.Series("tier", none, pl.String), *(pl.Series(f"{end}_share", none, pl.Float64) for end in ENDS)]
        classes = crossings.classes(0)[places]
        tier = pl.Series("tier", [CLASSES[at] for at in classes.tolist()], pl.String)
        ends = (crossings.proof.least_ppm[places, 0], crossings.proof.most_ppm[places, 0])
        assert self.sources.identified is not None
        is_network = pl.Series(classes == CLASSES.index("network")) & (self.sources.identified.probed is not None)
        shares = [pl.select(pl.when(is_network).then(pl.Series(end / MILLION))).to_series() for end in ends]
        return [tier, *(share.alias(f"{end}_share") for end, share in zip(ENDS, shares, strict=True))]

    def _summary(self) -> dict[str, Any]:
        totals, counted = self.totals, not self.settings.uses_tables
        assert self.sources.identified is not None
        has_shares = self.sources.identified.probed is not None
        by_set = {name: _tiers(totals, at, has_shares=has_shares) for at, name in enumerate(totals.sets)}
        identified = by_set[IDENTIFIED]
        traces = identified["trace_count"]
        vendors = sorted(self.hop_vendors.items(), key=lambda item: (-item[1], item[0]))
        whole = by_set.get(RESTRICTED)
        several = len(self.restricted) > 1
        return {
            "inputs": self.inputs.read,
            "engine": self.settings.engine,
            "restricted": list(self.restricted),
            "unknown_seat": self.unknown_seat,
            "trace_count": traces,
            "repeated_trace_count": self.repeated_count,
            "answering_hop_count": self.hop_count if counted else None,
            "address_count": self.exposure.book.count if counted else None,
            "first_started_on": _day(totals.first_at),
            "last_started_on": _day(totals.last_at, last=True),
            "exchange_prefix_count": self.exchange_count,
            "dates": self._dates(),
            "identified_trace_count": identified["tiers"]["hop"]["trace_count"],
            "hops_by_vendor": [{"vendor_id": one, "trace_count": number} for one, number in vendors]
            if counted
            else None,
            **({key: None for key in identified if key != "trace_count"} if whole is None else whole),
            "by_vendor": [{"vendor_id": one, **by_set[one]} for one in self.restricted] if several else [],
            "networks": None if not counted else self._networks() if self.restricted else [],
            "targets": self._targets(traces),
            **self.inputs.left_over(self._day_remarks()),
            "reads": READS,
            "assumptions": self._assumptions(),
        }

    def _targets(self, traces: int) -> dict[str, Any] | None:
        """What to measure next, where that is asked for."""
        if self.undecided is None or self.settings.targets is None:
            return None
        book, budget = self.exposure.book, self.settings.targets
        return path_targets(
            self.undecided,
            book,
            self.restricted,
            budget=budget,
            trace_count=traces,
            trace_cost=self.settings.trace_cost,
        )

    def _networks(self) -> list[dict[str, Any]]:
        """The networks crossed that show a restricted device, those that leave most traces undecided first."""
        found = self.exposure.networks_crossed()
        identified = self.sources.identified
        assert identified is not None
        facts = self.sources.facts(identified.family, identified.high, identified.low)
        of, known = facts.network, (facts.network >= 0) & (facts.vendor >= 0)
        is_restricted = np.array([one in self.restricted for one in self.sources.vendors] + [False])[facts.vendor]
        width = len(self.sources.origins)
        place = {origins: at for at, origins in enumerate(self.sources.origins)}
        identified_in = np.bincount(of[known], minlength=width)
        restricted_in = np.bincount(of[known & is_restricted], minlength=width)
        has_share = identified.probed is not None
        made: list[dict[str, Any]] = [
            {
                "asns": list(origins),
                "trace_count": int(found.traces[at]),
                "undecided_trace_count": int(found.undecided[at, 0]),
                "restricted_address_count": int(restricted_in[place[origins]]),
                "identified_address_count": int(identified_in[place[origins]]),
                "low_share": int(found.low_ppm[at, 0]) / MILLION if has_share else None,
                "high_share": int(found.high_ppm[at, 0]) / MILLION if has_share else None,
            }
            for at, origins in enumerate(found.origins)
            if found.seen[at] & 1
        ]
        made.sort(key=lambda one: (-one["undecided_trace_count"], one["asns"]))
        return made[:MOST_NETWORKS]

    def _dates(self) -> dict[str, Any]:
        """The days of the traces, the scans and the tables."""
        totals, vendors = self.totals, self.inputs.read["vendors"][0]
        days: dict[str, Any] = {
            "traces": [_day(totals.first_at), _day(totals.last_at, last=True)],
            "scans": [vendors["first_seen_on"], vendors["last_seen_on"]],
        }
        known = [one["observed_on"] or "" for one in self.inputs.read["origins"]]
        known = [one for one in known if "" < one <= str(self.days.until)]
        days["origins"] = [min(known, default=None), max(known, default=None)]
        days["exchanges"] = [self.exchanges_on] * 2
        return days

    def _day_remarks(self) -> Iterator[str]:
        """What days leave out, and whether what is known of addresses is of a much later day than the traces."""
        if self.later_count:
            yield f"{count(self.later_count, 'trace')} of days after {day(self.days.until)} left out."
        found = self._dates()
        last = found["traces"][1]
        known = max((found[name][1] for name in ("scans", "origins", "exchanges") if found[name][1]), default=None)
        if last and known:
            apart = (date.fromisoformat(known) - date.fromisoformat(last)).days
            if apart > self.days.window_days:
                words = f"what is known of addresses is up to {count(apart, 'day')} younger than the newest trace"
                yield f"{words}; --as-of {last} lets nothing later count."

    def _assumptions(self) -> list[str]:
        ends = "are counted as crossed too" if self.settings.endpoints else "are no crossing"
        made = [
            "An address that answered at a hop is a device on the path at that moment; one that did not is not known.",
            SAME_DEVICES,
            f"Source and target of a path {ends}.",
            "Devices that traceroutes do not show, as inside some tunnels, are not looked at, even on clear paths.",
            "An address belongs to the network that announces its narrowest range; where several do, to one of them.",
        ]
        unstated = self.inputs.read["vendors"][0]["unstated_count"]
        if unstated:
            made.append(
                f"Of {unstated:,} addresses the vendor has no probability (p_correct): it counts on a hop, as stated, "
                "and no path is clear by it."
            )
        if self.unknown_seat:
            more = len(self.unknown_seat) - SHOWN_NAMES
            shown = series([*self.unknown_seat[:SHOWN_NAMES], *([count(more, "other")] if more > 0 else [])])
            made.append(
                f"Vendors of no known seat may be of the group, so none of their devices makes a path clear: {shown}."
            )
        if not self.settings.exchanges:
            made.append("Exchange points are not known (--exchanges): their addresses count to whoever announces them.")
        return made


def _tiers(totals: PathTotals, at: int, *, has_shares: bool) -> dict[str, Any]:
    """How many traces are of each tier of a set of vendors, and the ends of the share that crosses a device of it.

    Networks have shares where it is known which of their addresses were probed.
    """
    count = dict.fromkeys(COUNTS, 0)
    if totals.groups:
        count = dict(zip(COUNTS, totals.counts[0, at].tolist(), strict=True))
    traces = count["traces"]
    tiers: dict[str, dict[str, Any]] = {
        name: {"trace_count": count[name], "share": count[name] / traces if traces else None} for name in TIERS
    }
    ends = totals.network_share(0, at) if traces and has_shares else None
    tiers["network"] |= {"device_low_share": ends and ends[0], "device_high_share": ends and ends[1]}
    crossing, estimate = (totals.interval(0, at), totals.sure_interval(0, at)) if traces else (None, None)
    return {
        "trace_count": traces,
        "tiers": tiers,
        "low_share": crossing and crossing[0],
        "high_share": crossing and crossing[1],
        "estimate_low_share": estimate and estimate[0],
        "estimate_high_share": estimate and estimate[1],
        "network_beyond_ends_count": count["network_beyond_ends"],
        "undecided": {name: count[f"undecided_{name}"] for name in OBSTACLES},
    }


def _day(seconds: NDArray[np.int64], *, last: bool = False) -> str | None:
    """The day in UTC of the first or last of some moments, as ISO; None where none is known."""
    known = [one for one in seconds.tolist() if one >= 0]
    if not known:
        return None
    return datetime.fromtimestamp(max(known) if last else min(known), UTC).date().isoformat()
