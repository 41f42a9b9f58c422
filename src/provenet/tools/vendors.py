"""The tool `vendors`: whose routers answer in scans, with what probability, and what share of a network that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.ids import names_in
from provenet.core.settings import call_of
from provenet.identification.features import Signature, without_untested_fields
from provenet.ingest.bgp.numbers import read_address
from provenet.ingest.bgp.prefix_tables import AddressRanges, read_address_countries, read_prefix_origins
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import day_in
from provenet.ingest.registry import FILE
from provenet.ingest.sightings.reading import evidence_format_of, read_aliases, read_probed, read_sightings
from provenet.ingest.sightings.recog import PatternFile, RecogPatterns, read_recog
from provenet.ingest.sightings.sighting import FEATURES
from provenet.ingest.sightings.signature_files import read_signatures
from provenet.tools.files import FilesRead
from provenet.tools.settings import VendorsSettings

if TYPE_CHECKING:
    from provenet.dependence.measured_routers import Days, MeasuredRouters
    from provenet.dependence.measured_routers import Places as RangePlaces
    from provenet.identification.shares import VendorShare


ROW_COLUMNS = names_in(
    "address vendor_id p_correct method evidence unknown_because likeliest_id p_likeliest is_answered is_probed "
    "router country asn network_name first_seen_on seen_on"
)
"""The columns of the rows, in their order."""
BY_FEATURES = "by features of its replies no vendor is likely enough"
"""Why features name nobody where signatures were given."""
SILENT = "it was probed and did not answer"
"""Why nothing is known of an address that the list of those probed has alone."""
READS = {
    True: "the routers that were probed: a share lies between those identified and those identified or not known",
    False: "the routers that answered: which were probed is not known, so no share of a network is given",
}
"""What shares are of, with a list of those probed and without one."""
MOST_REASONS = 20
"""Reasons of the unknown that stand in the summary, the most frequent ones."""


@dataclass(frozen=True)
class VendorReport:
    """Whose routers answered: `summary` as plain values, and `rows`, one an address, unknown ones among them.

    Columns of `rows`: `address`, `vendor_id` (null is unknown), `p_correct`, `method`, `evidence`, `unknown_because`,
    `is_answered`, `is_probed` (null without a list of those probed), `router` (the least of its addresses), `country`,
    `asn`, `network_name`, `first_seen_on` and `seen_on`.
    """

    summary: dict[str, Any]
    rows: pl.DataFrame


def run(settings: VendorsSettings) -> VendorReport:
    """Identifies whose routers answered in scans, and bounds each vendor's share of them and of all that were probed.

    docs/measured-evidence.md describes each option. Raises UsageFault for places where nothing is, InputFault with
    every fault of all files where one of them holds nothing. Cost O(bytes); all sightings are held.
    """
    settings.check()
    return _VendorCall(settings).report()


vendors = call_of(VendorsSettings, run, "vendors")


_SIGHTING = {
    **dict.fromkeys(("address", "kind", "value", "vendor_id", "vendor_text", "no_vendor_because"), pl.String),
    "country": pl.String,
    "asn": pl.Int64,
    "network_name": pl.String,
    "seen_on": pl.String,
}
"""What counts of a sighting."""
_SHOWN = ("kind", "vendor_id", "vendor_text", "no_vendor_because")
_ANSWER = dict.fromkeys(
    ("address", "vendor_id", "p_correct", "method", "evidence", "unknown_because", "likeliest_id", "p_likeliest"),
    pl.String,
) | {"p_correct": pl.Float64, "p_likeliest": pl.Float64}
"""The columns of an answer for an address."""
_PROBED = {"address": pl.String, "probed_on": pl.Date}
_PLACES = {"countries": "country", "origins": "asn"}
"""The column of places that tables given with an option fill."""


class _VendorCall:
    """One call: reads the files as rows of tables, and tells what the room of measured routers makes of them."""

    def __init__(self, settings: VendorsSettings) -> None:
        self.settings, self.progress = settings, settings.progress
        self.sightings, self.probed = [pl.DataFrame(schema=_SIGHTING)], [pl.DataFrame(schema=_PROBED)]
        self.aliases: list[tuple[str, ...]] = []
        kinds = ("scans", "probed", "aliases", "recog", "signatures", "origins", "countries")
        self.inputs = FilesRead("vendors", self.progress, read={kind: [] for kind in kinds})
        self.ranges: dict[str, list[AddressRanges]] = {"origins": [], "countries": []}
        self.signatures: list[Signature] = []
        self.pattern_files: list[PatternFile] = []

    def report(self) -> VendorReport:
        """The summary and the rows."""
        from provenet.dependence.measured_routers import Days
        from provenet.dependence.measured_routers import Places as RangePlaces
        from provenet.tools.range_tables import NEWEST_COUNTS, newest_tables

        self._read()
        self.progress("routers identified", 0, 1)
        days = Days(as_of=date.max, known=None, window_days=self.settings.window_days)
        for kind, given in self.ranges.items():
            self.ranges[kind] = newest_tables(given, days)
            kept = {one.name for one in self.ranges[kind]}
            self.inputs.remarks += [
                f"{one.name} does not count: {NEWEST_COUNTS}." for one in given if one.name not in kept
            ]
        places = RangePlaces(country=self.ranges["countries"], asn=self.ranges["origins"])
        found = self._routers(places, days)
        tables = {name for name, given in self.ranges.items() if given}
        tables |= {"signatures"} if self.signatures else set()
        census = _Census(found, rho=self.settings.rho, tables=tables)
        placement = census.placement(places)
        return VendorReport(self._summary(census, placement), census.rows())

    def _read(self) -> None:
        """Reads all files. Raises InputFault with every fault of all where one of them says nothing."""
        given = self.settings
        for kind, places, read in (
            ("recog", given.recog, self._read_patterns),
            ("scans", given.files, self._read_scan),
            ("probed", given.probed, self._read_probed),
            ("aliases", given.aliases, self._read_aliases),
            ("signatures", given.signatures, self._read_signatures),
            ("origins", given.origins, self._read_origins),
            ("countries", given.countries, self._read_countries),
        ):
            for place in places:
                faults = FaultList()
                try:
                    upload = Upload.of(place, self.progress)
                    one = read(upload, faults)
                except (InputFault, OSError) as err:
                    self.inputs.refuse(FILE if kind == "scans" else f"--{kind}", place, err)
                    continue
                made = {"file": upload.name, "digest": upload.file_id, **one, "left_out_count": faults.count}
                self.inputs.add(kind, made)
                self.inputs.left_out.take(faults)
        self.inputs.end()

    def _read_patterns(self, upload: Upload, faults: FaultList) -> dict[str, Any]:
        file = read_recog(upload, faults)
        self.pattern_files.append(file)
        return {"service": file.service, "pattern_count": len(file.fingerprints)}

    @cached_property
    def _patterns(self) -> RecogPatterns | None:
        return RecogPatterns(self.pattern_files) if self.pattern_files else None

    def _read_scan(self, upload: Upload, faults: FaultList) -> dict[str, Any]:
        remarks: list[str] = []
        found = read_sightings(upload, faults, progress=self.progress, remarks=remarks, patterns=self._patterns)
        rows = pl.DataFrame(list(map(attrgetter(*_SIGHTING), found)), schema=_SIGHTING, orient="row")
        on = None if self.settings.on is None else self.settings.on.isoformat()
        rows = rows.with_columns(pl.coalesce("seen_on", pl.lit(on, pl.String)))
        self.sightings.append(rows)
        self.inputs.remarks += [f"{upload.name}: {remark}" for remark in remarks]
        known = evidence_format_of(upload)
        if rows.is_empty() and known is not None and known.opens_evidence and known.opens_evidence.observations is None:
            raise InputFault([Fault(upload.name, "the file holds no evidence of vendors")])
        return {
            "format": None if known is None else known.name,
            "sighting_count": rows.height,
            "address_count": rows["address"].n_unique(),
            "first_seen_on": rows["seen_on"].min(),
            "last_seen_on": rows["seen_on"].max(),
        }

    def _read_probed(self, upload: Upload, faults: FaultList) -> dict[str, Any]:
        addresses = list(read_probed(upload, faults, progress=self.progress))
        day = date.fromisoformat(text) if (text := day_in(upload.plain_name)) else None
        self.probed.append(pl.DataFrame({"address": addresses, "probed_on": day}, schema=_PROBED))
        return {"address_count": len(addresses)}

    def _read_aliases(self, upload: Upload, faults: FaultList) -> dict[str, Any]:
        sets = list(read_aliases(upload, faults, progress=self.progress))
        self.aliases += sets
        return {"set_count": len(sets), "address_count": sum(map(len, sets))}

    def _read_signatures(self, upload: Upload, faults: FaultList) -> dict[str, Any]:
        rows = list(read_signatures(upload, faults))
        self.signatures += [Signature(without_untested_fields(one.features), one.vendor_id) for one in rows]
        return {"signature_count": len(rows), "named_count": sum(one.vendor_id is not None for one in rows)}

    def _read_origins(self, upload: Upload, _: FaultList) -> dict[str, Any]:
        return self._ranges_read("origins", read_prefix_origins(upload, self.progress))

    def _read_countries(self, upload: Upload, _: FaultList) -> dict[str, Any]:
        return self._ranges_read("countries", read_address_countries(upload, self.progress))

    def _ranges_read(self, kind: str, table: AddressRanges) -> dict[str, Any]:
        self.ranges[kind].append(table)
        return {"range_count": len(table.value), "observed_on": day_in(table.name) or None}

    def _routers(self, places: RangePlaces, days: Days) -> MeasuredRouters:
        """The routers, by the rules of a case for days and places.

        Where tables place addresses, what scans state does not: one rule for those that answered and those that are
        silent. With two, a group's silent routers would drop out of its denominator wherever scan and table differ.
        """
        from provenet.dependence.measured_routers import measured_routers

        words = pl.col("asn").cast(pl.String)
        sightings = pl.concat(self.sightings).with_columns(
            pl.col("seen_on").str.to_date("%Y-%m-%d"), words, stated_country="country", stated_asn="asn"
        )
        placed = [column for option, column in _PLACES.items() if self.ranges[option]]
        nothing = pl.lit(None, pl.String)
        probed = pl.concat(self.probed).with_columns(country=nothing, asn=nothing, source_id=nothing)
        sets = {"router_id": range(len(self.aliases)), "address": self.aliases}
        aliases = pl.DataFrame(sets, schema={"router_id": pl.Int64, "address": pl.List(pl.String)})
        tables = {
            "sighting": sightings.with_columns(nothing.alias(column) for column in placed),
            "probed_address": probed,
            "router_alias": aliases.explode("address").with_columns(observed_on=pl.lit(None, pl.Date)),
        }
        return measured_routers(tables, days, places=places, signatures=self.signatures)

    def _summary(self, census: _Census, placement: Mapping[str, Any]) -> dict[str, Any]:
        found = census.found
        first, last = (_iso(day) for day in (found.seen["seen_on"].min(), found.seen["seen_on"].max()))
        by_day = {day.isoformat(): _Census(one) for day, one in found.by_day.items()}
        return {
            "inputs": self.inputs.read,
            "first_seen_on": first,
            "last_seen_on": last,
            "address_count": len(census.known),
            "sighted_address_count": found.seen["address"].n_unique(),
            "router_count": len(census.answered),
            "has_aliases": bool(self.aliases),
            **census.whole(),
            "by_day": [{"seen_on": day, **one.part(one.answered)} for day, one in by_day.items()],
            "by_country": census.by_country(),
            "by_network": census.by_network(),
            "by_country_network": census.by_country_network(),
            "placement": placement or None,
            "window_days": self.settings.window_days,
            "older_count": found.older_count,
            "stability": census.stability(),
            "unknown_because": census.reasons(),
            "calibration": census.calibration(),
            **self.inputs.left_over(),
            "shares_of": READS[census.has_probed],
            "assumptions": self._assumptions(census, placement),
        }

    def _assumptions(self, census: _Census, placement: Mapping[str, Any]) -> list[str]:
        """What the figures rest on, in sentences."""
        made = [
            "Each address is a router of its own: no alias sets were given."
            if not self.aliases
            else "Addresses of one alias set are one router.",
            self._window_words(census.found.older_count),
        ]
        if census.has_probed:
            made.append("Routers that were not probed are not counted; silence says nothing of a vendor.")
            made += self._probed_words(census.found.probed.height)
        made += self._placement_words(placement)
        if census.has_probed and (self.ranges["origins"] or self.ranges["countries"]):
            made.append("Where a part has one network, sampling takes its routers as drawn one by one (sampling_unit).")
        made += census.mistakes_assumed()
        if self.settings.rho is not None:
            made.append(
                "A router whose vendor is not known is at most "
                f"{self.settings.rho:g} times as likely of a vendor as an identified one (--rho)."
            )
        for one in census.found.estimates.reliability:
            basis = f"learnt from {one.compared:,} routers" if one.basis == "learnt" else "assumed"
            made.append(f"The evidence {one.kind} names the right vendor with probability {one.p_right:.3f} ({basis}).")
        return made

    def _window_words(self, older: int) -> str:
        """Which evidence counts by its age."""
        window = wording.count(self.settings.window_days, "day")
        text = f"Evidence counts up to {window} older than the newest of its country"
        items = wording.count(older, "item is", "items are")
        return f"{text}; {items} older, or of no day beside others of one, and left out (--window-days)."

    def _probed_words(self, counted: int) -> list[str]:
        listed = pl.concat(self.probed)["address"].n_unique()
        if listed == counted:
            return []
        number = wording.count(listed - counted, "probed address is", "probed addresses are")
        return [f"{number} of other days than the answers of their country, and left out (--window-days)."]

    def _placement_words(self, count: Mapping[str, Any]) -> list[str]:
        """What tables of networks and countries place, and where scans state otherwise."""
        made = []
        for name, where in (("countries", "country"), ("origins", "network")):
            if self.ranges[name]:
                made.append(
                    f"The {where} of an address is that of --{name}, for those that answered and the silent alike. Its "
                    f"scan states another of {count[f'{where}_differs_count']:,}; {count[f'{where}_unknown_count']:,} "
                    f"have none and are in no {where}."
                )
        if count.get("several_networks_count"):
            made.append(f"Several networks announce {count['several_networks_count']:,} of these addresses.")
        if self.ranges["countries"]:
            made.append(
                "The country in a table is that of registration: a share is of the routers registered there, which may "
                "stand elsewhere."
            )
        return made


class _Census:
    """The answers for addresses and routers, and how many there are of each vendor."""

    def __init__(self, found: MeasuredRouters, *, rho: float | None = None, tables: Collection[str] = ()) -> None:
        self.found, self.rho = found, rho
        self.estimates, self.evidence = found.estimates, found.estimates.evidence
        self.vendor, self.vendors = found.estimates.vendor, found.estimates.vendors
        self.has_countries, self.has_networks = "countries" in tables, "origins" in tables
        self.has_probed, self.has_signatures = found.probed.height > 0, "signatures" in tables
        self.answered, self.asked = found.answered, found.was_probed
        seen = found.seen.unique("address")["router"].to_numpy()
        self.answering_addresses = np.bincount(seen, minlength=self.evidence.router_count)
        self.mistakes = found.mistakes()

    @cached_property
    def known(self) -> pl.DataFrame:
        """The addresses that answered or were probed, by family and number: `address`, `country`, `asn`, `router`.

        Others stand in alias sets beside them alone.
        """
        place = [(one.address, _code(one.region), one.network) for one in self.found.addresses]
        rows = pl.DataFrame(place, schema={"address": pl.String, "country": pl.String, "asn": pl.Int64}, orient="row")
        seen, probed = (set(rows["address"]) for rows in (self.found.seen, self.found.probed))
        rows = rows.with_columns(
            router=self.evidence.router_of,
            is_answered=pl.col("address").is_in(seen),
            is_probed=pl.col("address").is_in(probed) if self.has_probed else pl.lit(None, pl.Boolean),
        )
        numbers = [read_address(one) for one in rows["address"]]
        order = sorted(range(rows.height), key=lambda at: numbers[at] or (0, 0))
        return rows[order].filter(pl.col("is_answered") | pl.col("is_probed").fill_null(False))

    @cached_property
    def shown(self) -> dict[str, list[tuple[str, str | None, str | None, str | None]]]:
        """What each address showed: the kind, the vendor, the holder as the registry writes it, why it names nobody."""
        made: dict[str, list[tuple[str, str | None, str | None, str | None]]] = {}
        rows = self.found.seen.unique(["address", "kind", "value", "vendor_id"], keep="first", maintain_order=True)
        for address, *one in rows.select("address", *_SHOWN).iter_rows():
            made.setdefault(address, []).append(tuple(one))
        return made

    def rows(self) -> pl.DataFrame:
        """A row an address, by family and number, in the network and the country that figures count it in."""
        made = [
            (
                one.address,
                one.vendor_id,
                None if one.vendor_id is None else one.p_correct,
                None if one.vendor_id is None else one.method,
                self._evidence(one.evidence, one.address) or None,
                None if one.vendor_id is not None else self._because(one.unknown_because, one.address),
                one.likeliest_id,
                one.p_correct,
            )
            for one in self.estimates.rows()
        ]
        days = self.found.seen.group_by("address").agg(
            pl.col("seen_on").min().alias("first_seen_on"), pl.col("seen_on").max()
        )
        names = self.found.seen.filter(pl.col("network_name").is_not_null())
        names = names.select("address", pl.col("stated_asn").alias("asn"), "network_name")
        return (
            self.known.with_columns(router=pl.col("address").first().over("router"))
            .join(pl.DataFrame(made, schema=_ANSWER, orient="row"), on="address", how="left", maintain_order="left")
            .join(days, on="address", how="left", maintain_order="left")
            .join(
                names.unique(["address", "asn"], keep="first"), on=["address", "asn"], how="left", maintain_order="left"
            )
            .select(ROW_COLUMNS)
        )

    def placement(self, places: RangePlaces) -> dict[str, int]:
        """Of how many addresses tables state no network or country, several, or another than the scan does."""
        made: dict[str, int] = {}
        addresses = self.known["address"]
        for column, where, is_given in (
            ("asn", "network", self.has_networks),
            ("country", "country", self.has_countries),
        ):
            if is_given:
                listed = places.looked_up(column, addresses)
                stated = self.found.seen.filter(pl.col(f"stated_{column}").is_not_null()).unique(
                    "address", keep="first"
                )
                words = dict(stated.select("address", f"stated_{column}").iter_rows())
                made[f"{where}_unknown_count"] = sum(len(one) != 1 for one in listed)
                if column == "asn":
                    made["several_networks_count"] = sum(len(one) > 1 for one in listed)
                made[f"{where}_differs_count"] = sum(
                    bool(one) and words.get(address, one[0]) not in one
                    for address, one in zip(addresses, listed, strict=True)
                )
        return made

    def whole(self) -> dict[str, Any]:
        """Counts and shares of all routers; with a list of those probed, of these, and how many others answered."""

        if not self.has_probed:
            return self.part(self.answered)
        outside = self.answered & ~self.asked
        count = int(np.count_nonzero(outside))
        return {**self.part(self.asked, is_probed=True), "unprobed_answered_count": count}

    def by_country(self) -> list[dict[str, Any]]:
        """Counts and shares by the country in which files place routers: of those probed where tables place them all,
        else of those that answered."""

        evidence, probed = self.evidence, self.has_probed and self.has_countries
        of = np.where((self.asked if probed else self.answered) & (evidence.region_of > 0), evidence.region_of, -1)
        found = self.parts(of, is_probed=probed, regions=evidence.region_of)
        return _biggest_first([{"country": _code(evidence.regions[at]), **one} for at, one in found], "country")

    def by_network(self) -> list[dict[str, Any]]:
        """Counts by network, with the ends of each vendor's share: of those probed where tables place them all, with
        each doubt apart; else of those that answered."""

        evidence, probed = self.evidence, self.has_probed and self.has_networks
        named = self.found.seen.filter(pl.col("network_name").is_not_null()).unique("stated_asn", keep="first")
        names = dict(named.select("stated_asn", "network_name").iter_rows())
        placed = self._is_placed & (self.asked if probed else self.answered)
        found = self.parts(np.where(placed, evidence.network_of, -1), is_probed=probed, is_bounded=probed)
        made = [
            {"asn": evidence.networks[at], "network_name": names.get(evidence.networks[at]), **one} for at, one in found
        ]
        return _biggest_first(made, "asn")

    def by_country_network(self) -> list[dict[str, Any]]:
        """Counts and shares of those probed by country and network; none where tables do not place them all."""

        if not (self.has_probed and self.has_networks and self.has_countries):
            return []
        evidence = self.evidence
        width = len(evidence.networks)
        placed = self._is_placed & self.asked & (evidence.region_of > 0)
        of = np.where(placed, evidence.region_of * width + evidence.network_of, -1)
        made = [
            {"country": _code(evidence.regions[at // width]), "asn": evidence.networks[at % width], **one}
            for at, one in self.parts(of, is_probed=True, regions=evidence.region_of)
        ]
        return _biggest_first(made, "asn")

    @property
    def _is_placed(self) -> NDArray[np.bool_]:
        """Which routers have a network."""

        return self.evidence.network_of > 0

    def part(self, routers: NDArray[np.bool_], *, is_probed: bool = False) -> dict[str, Any]:
        """Counts of some routers, and for each vendor the ends of its share, each doubt apart.

        `is_probed`: they are all that were probed, the silent ones too."""

        found = self.parts(np.where(routers, 0, -1), is_probed=is_probed, is_answering=False)
        nothing = {**_numbers(0, 0, 0 if is_probed else None), "by_vendor": []}
        return found[0][1] if found else {**nothing, **self._doubted(np.zeros(0, np.int64), 0)}

    def parts(
        self,
        group: NDArray[np.int64],
        *,
        is_probed: bool,
        regions: NDArray[np.int64] | None = None,
        is_bounded: bool = True,
        is_answering: bool = True,
    ) -> list[tuple[int, dict[str, Any]]]:
        """Counts and shares of groups, each a number of `group` int64[R] (negative is none), in one pass.

        How alike routers of a network are is learnt from all groups. `regions` int64[R] are countries whose own
        mistakes count, None for those of all together; `is_bounded`: with each doubt; `is_answering`: only groups with
        an answer. Cost O(R log R + groups x vendors)."""

        from provenet.identification.shares import ShareSettings

        of = np.zeros(len(group), np.int64) if regions is None else regions
        if is_answering:
            group = np.where(np.isin(group, np.unique(group[self.answered])), group, -1)
        counted = group if is_probed else np.where(self.answered, group, -1)
        settings = ShareSettings(rho=self.rho)
        bounds = self.found.shares(counted, regions=of, settings=settings) if is_bounded else {}
        order = np.argsort(group, kind="stable")
        order = order[group[order] >= 0]
        made = []
        for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []:
            at = int(group[rows[0]])
            seen = rows[self.answered[rows]]
            one = self._vendors(seen)
            if is_bounded:
                for row in one:
                    row |= _doubts(bounds[at, self.vendors.index(row["vendor_id"])], is_probed=is_probed)
            identified = int((self.vendor[rows] >= 0).sum())
            numbers = _numbers(len(seen), identified, len(rows) if is_probed else None)
            doubts = self._doubted(seen, int(of[rows[0]])) if is_bounded else {}
            made.append((at, {**numbers, "by_vendor": one, **doubts}))
        return made

    def _doubted(self, routers: NDArray[np.int64], region: int) -> dict[str, Any]:
        """What is taken as drawn among some routers, and why it is not known how often the answers for them are
        mistaken, or from where it was learnt."""

        from provenet.identification.mistakes import HERE

        networks = len(np.unique(self.found.cluster[routers[self.vendor[routers] >= 0]]))
        found = self.mistakes.of(region)
        because = self.mistakes.unknown_because(routers, found)
        learnt = "country" if found.learnt == HERE else "all"
        return {
            "sampling_unit": None if not networks else "router" if networks == 1 else "network",
            "misclassification_unknown_because": because,
            "misclassification_learnt_from": learnt if because is None else None,
        }

    def mistakes_assumed(self) -> list[str]:
        """What the figures of misclassification assume, in sentences."""
        whole, regions = self.mistakes.of(), range(1, len(self.evidence.regions))
        made = self.mistakes.assumed(self.answered, whole)[:1]
        if made and whole.confusion is not None:
            names = [self.vendors[at] for at in whole.confusion.vendors[:-1].tolist()]
            made.append(
                f"Misclassification is told apart for {', '.join(sorted(names))}; of other vendors it is not known."
            )
            made += next((more[1:] for at in regions if (more := self._assumed_in(at))[1:]), [])
        return made

    def _assumed_in(self, region: int) -> list[str]:
        routers = self.answered & (self.evidence.region_of == region)
        return self.mistakes.assumed(routers, self.mistakes.of(region))

    def stability(self) -> list[dict[str, Any]]:
        """Each vendor's share among those identified, day by day beside all days: how far it lies from these, network
        by network, and whether that is beyond doubt.
        """
        from provenet.identification.stability import stability

        by_day, days = self.found.vendor_by_day, [one.isoformat() for one in self.found.by_day]
        day, router = np.nonzero(by_day >= 0)
        made: dict[str, dict[str, Any]] = {}
        for one in stability(day, self.found.cluster[router], by_day[day, router], days=days):
            row = {
                "seen_on": one.day,
                "router_count": one.seen,
                "share": one.share,
                "change": one.change,
                "low_change": one.low_change,
                "high_change": one.high_change,
                "is_moved": one.moved,
                "is_outside": one.outside,
            }
            name = self.vendors[one.vendor]
            made.setdefault(name, {"vendor_id": name, "router_count": 0, "by_day": []})["by_day"].append(row)
        count = np.bincount(self.vendor[self.vendor >= 0], minlength=len(self.vendors))
        for name, part in made.items():
            part["router_count"] = int(count[self.vendors.index(name)])
            part["moved_day_count"] = sum(bool(row["is_moved"]) for row in part["by_day"])
            part["outside_day_count"] = sum(bool(row["is_outside"]) for row in part["by_day"])
        return sorted(made.values(), key=lambda one: (-one["router_count"], one["vendor_id"]))

    def _vendors(self, routers: NDArray[np.int64]) -> list[dict[str, Any]]:
        """How many routers and addresses there are of each vendor, the most first; its share of these routers lies
        between ends that hold whatever the unknown ones are."""

        vendor, width = self.vendor[routers], len(self.vendors)
        held = np.bincount(vendor[vendor >= 0], minlength=width)
        known = vendor >= 0
        addresses = np.bincount(vendor[known], self.answering_addresses[routers[known]], minlength=width)
        unknown, whole = int((vendor < 0).sum()), len(routers)
        rows = [
            {
                "vendor_id": self.vendors[at],
                "router_count": int(held[at]),
                "address_count": int(addresses[at]),
                "answered": _pair((int(held[at]) / whole, (int(held[at]) + unknown) / whole)),
            }
            for at in np.flatnonzero(held).tolist()
        ]
        return sorted(rows, key=lambda row: (-row["router_count"], row["vendor_id"]))

    def reasons(self) -> list[dict[str, Any]]:
        """Why the vendor of routers that answered is not known, the most frequent reasons first."""
        first: dict[int, str] = {}
        for address, router in self.known.filter("is_answered").select("address", "router").iter_rows():
            if self.vendor[router] < 0 and router not in first:
                first[router] = self._because(self.estimates.unknown_because(router), address) or ""
        listed = sorted(Counter(first.values()).items(), key=lambda item: (-item[1], item[0]))
        return [{"because": text, "router_count": number} for text, number in listed[:MOST_REASONS]]

    def _because(self, given: str | None, address: str) -> str | None:
        """Why a vendor is not known: what speaks against each item of evidence, or else what the estimate gives."""
        shown = self.shown.get(address)
        if shown is None:
            return SILENT
        vendors = sorted({vendor for _, vendor, _, _ in shown if vendor is not None})
        if not vendors:
            items = [because for kind, _, _, because in shown if not (self.has_signatures and kind == FEATURES)]
            reasons = {because for because in items if because}
            return "; ".join([*sorted(reasons), *([BY_FEATURES] if len(items) < len(shown) else [])]) or given
        return f"its evidence names several vendors: {', '.join(vendors)}" if len(vendors) > 1 else given

    def calibration(self) -> list[dict[str, Any]]:
        """How good the stated probabilities are on networks that were held out, by kind of evidence."""
        return [
            {
                "evidence": name,
                "router_count": one.routers,
                "network_count": one.networks,
                "brier_score": one.brier_score,
                "expected_error": one.expected_error,
            }
            for name, one in sorted(self.estimates.calibrations.items())
        ]

    def _evidence(self, text: str, address: str) -> str:
        """What names the vendor, with the holder as the registry writes it."""
        holders = {f"{kind}: {vendor}": holder for kind, vendor, holder, _ in self.shown.get(address, ())}
        parts = (f"{part} ({holder})" if (holder := holders.get(part)) else part for part in text.split("; "))
        return "; ".join(parts)


def _numbers(answered: int, identified: int, probed: int | None) -> dict[str, Any]:
    """Counts of a group, and which part of those probed they are."""
    return {
        "probed_count": probed,
        "answered_count": answered,
        "identified_count": identified,
        "unknown_count": answered - identified,
        "silent_count": None if probed is None else probed - answered,
        "answered_share": answered / probed if probed else None,
        "identified_share": identified / probed if probed else None,
    }


def _doubts(one: VendorShare, *, is_probed: bool) -> dict[str, Any]:
    """The ends of a vendor's share, each doubt apart and all together: of those probed where these are known."""
    low, high = one.ends if is_probed else (None, None)
    return {
        "sampling": _pair(one.sampling),
        "misclassification": _pair(one.corrected),
        "unanswered": _pair(one.unanswered) if is_probed else None,
        "at_most_rho": _pair(one.rho_bound) if is_probed else None,
        "low_share": low,
        "high_share": high,
    }


def _pair(ends: tuple[float, float] | None) -> dict[str, float] | None:
    return None if ends is None else {"low_share": ends[0], "high_share": ends[1]}


def _biggest_first(parts: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Parts with an answer, those with the most first."""
    some = [part for part in parts if part["answered_count"]]
    return sorted(some, key=lambda part: (-part["answered_count"], str(part[name])))


def _code(country: str | None) -> str | None:
    """A country by its two letters, where it has some."""
    return country and (countries().code(country) or country)


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()
