"""The tool `vendors`: whose routers answer in scans, with what probability, and what share of a network that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core import wording
from provenet.core.errors import Fault, FaultList, InputFault, UsageFault, row_count_of
from provenet.core.progress import Progress, silent
from provenet.core.settings import (
    Day,
    Listener,
    Number,
    Option,
    Places,
    Range,
    Settings,
    WholeNumber,
    call_of,
    settings_class,
)
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.signatures import Signature, without_untested_fields
from provenet.ingest.bgp.numbers import read_address
from provenet.ingest.bgp.prefix_tables import AddressRanges, read_address_countries, read_prefix_origins
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import day_in
from provenet.ingest.registry import FILE, Place, at_another_place
from provenet.ingest.sightings.reading import evidence_format_of, read_aliases, read_probed, read_sightings
from provenet.ingest.sightings.recog import RecogPatterns, read_recog
from provenet.ingest.sightings.sighting import FEATURES, Sighting, block_of
from provenet.ingest.sightings.signature_files import read_signatures
from provenet.tools.files import refuse_missing

if TYPE_CHECKING:
    from provenet.identification.estimate import Estimates
    from provenet.identification.shares import VendorShare


ROW_COLUMNS = (
    "address",
    "vendor_id",
    "p_correct",
    "method",
    "evidence",
    "unknown_because",
    "likeliest_id",
    "p_likeliest",
    "is_answered",
    "is_probed",
    "router",
    "country",
    "asn",
    "network_name",
    "first_seen_on",
    "seen_on",
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


@settings_class(kw_only=False)
class VendorsSettings(Settings):
    """What was measured, and what was asked."""

    files: Annotated[
        Places,
        Option(
            argument=True,
            metavar="FILE...",
            help="Scans: SNMPv3 replies (ZMap CSV, pcap), decoded tables, banners, features of replies.",
        ),
    ]
    _: KW_ONLY
    probed: Annotated[
        Places,
        Option(
            help="Addresses that were probed, one a line, answered or not; without them there is no share of a network."
        ),
    ] = ()
    aliases: Annotated[
        Places, Option(help="Alias sets (SAGE .aliases, ITDK .nodes): the addresses of a set are one router.")
    ] = ()
    recog: Annotated[
        Places, Option(metavar="XML", help="Patterns of Recog, which name makers in banners and descriptions.")
    ] = ()
    signatures: Annotated[
        Places,
        Option(
            metavar="CSV",
            help="Published signatures of features of replies (LFP), each with the maker that it stands for.",
        ),
    ] = ()
    origins: Annotated[
        Places,
        Option(
            help="Which network announces which addresses (pfx2as, pyasn, ranges first,last,asn); "
            "places silent ones too."
        ),
    ] = ()
    countries: Annotated[
        Places, Option(help="The country of addresses (ranges first,last,CC); places silent ones too.")
    ] = ()
    on: Annotated[Day | None, Option(help="The day of answers whose row and file name state none.")] = None
    window_days: Annotated[
        WholeNumber | None,
        Option(
            range=Range(low=0, high=36_500),
            help="Leave out what is more than N days older than the newest evidence (default: all counts, of any age).",
        ),
    ] = None
    rho: Annotated[
        Number | None,
        Option(
            range=Range(low=1),
            help="Assume that a silent router is at most N times as likely of a vendor as one that answered.",
        ),
    ] = None
    progress: Listener[Progress] = silent

    def check(self) -> None:
        """Raises UsageFault for files that are not there, and an assumption on the silent without a list of them."""
        if not self.files:
            raise UsageFault("FILE: none is given; expected files of scans.")
        refuse_missing([*self.files, *self.probed, *self.aliases, *self.recog, *self.signatures])
        refuse_missing([*self.origins, *self.countries])
        if not self.probed and self.rho is not None:
            raise self.fault("rho", "this is of routers that did not answer; expected --probed too.")


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


@dataclass(slots=True)
class _Address:
    """What the files show of one address; where they place it differently, the latest day counts."""

    items: dict[tuple[str, str, str | None], Sighting] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    days_of: dict[tuple[str, str, str | None], set[str]] = field(default_factory=dict)
    placed_on: str = ""
    country: str | None = None
    asn: int | None = None
    network_name: str | None = None

    def add(self, one: Sighting, day: str | None) -> None:
        key = one.kind, one.value, one.vendor_id
        self.items.setdefault(key, one)
        if day is not None:
            self.days.add(day)
            self.days_of.setdefault(key, set()).add(day)
        if (one.country, one.asn) != (None, None) and ((day or "") > self.placed_on or not self.is_placed):
            self.placed_on, self.country = day or "", one.country
            self.asn, self.network_name = one.asn, one.network_name

    @property
    def is_placed(self) -> bool:
        return self.country is not None or self.asn is not None

    def on_day(self, day: str) -> _Address:
        """What it showed on one day alone."""
        items = {key: one for key, one in self.items.items() if day in self.days_of.get(key, ())}
        return replace(self, items=items, days={day})

    def since(self, day: str) -> _Address:
        """What it showed from a day on, and what has no day."""
        days_of = {key: {one for one in days if one >= day} for key, days in self.days_of.items()}
        items = {key: one for key, one in self.items.items() if days_of.get(key, True)}
        return replace(self, items=items, days={one for one in self.days if one >= day}, days_of=days_of)

    @property
    def vendors(self) -> list[str]:
        """The vendors that its evidence names."""
        return sorted({one.vendor_id for one in self.items.values() if one.vendor_id is not None})


class _VendorCall:
    """One call: reads the files, identifies routers, and counts them."""

    def __init__(self, settings: VendorsSettings) -> None:
        self.settings, self.progress = settings, settings.progress
        self.seen: dict[str, _Address] = {}
        self.probed: dict[str, None] = {}
        self.aliases: list[tuple[str, ...]] = []
        self.inputs: dict[str, list[dict[str, Any]]] = {
            kind: [] for kind in ("scans", "probed", "aliases", "recog", "signatures", "origins", "countries")
        }
        self.tables: dict[str, list[AddressRanges]] = {"origins": [], "countries": []}
        self.placement: dict[str, Any] = {}
        self.older_count = 0
        self.place_of: dict[str, tuple[int | None, str | None]] = {}
        self.of_days: list[tuple[str, str, str]] = []
        self.signatures: list[Signature] = []
        self.patterns: RecogPatterns | None = None
        self.remarks: list[str] = []
        self.left_out = FaultList()
        self.refused = FaultList()

    def report(self) -> VendorReport:
        """The summary and the rows."""
        self._read()
        self.progress("routers identified", 0, 1)
        tables = {name for name, places in self.tables.items() if places}
        tables |= {"signatures"} if self.signatures else set()
        found = self._estimate(self.seen, self.probed)
        census = _Census(self.seen, self.probed, found, rho=self.settings.rho, tables=tables)
        return VendorReport(self._summary(census), census.rows(self.place_of))

    def _read(self) -> None:
        """Reads all files. Raises InputFault with every fault of all where one of them says nothing."""
        settings, patterns = self.settings, []

        def read_patterns(upload: Upload, faults: FaultList) -> dict[str, Any]:

            patterns.append(read_recog(upload, faults))
            return {"service": patterns[-1].service, "pattern_count": len(patterns[-1].fingerprints)}

        for place in settings.recog:
            self._read_file("recog", place, read_patterns)
        if patterns:
            self.patterns = RecogPatterns(patterns)
        for kind, places, read in (
            ("scans", settings.files, self._read_scan),
            ("probed", settings.probed, self._read_probed),
            ("aliases", settings.aliases, self._read_aliases),
            ("signatures", settings.signatures, self._read_signatures),
        ):
            for place in places:
                self._read_file(kind, place, read)
        self._read_tables()
        if self.refused.count:
            self.refused.extend(self.left_out.faults)
            raise InputFault(self.refused.faults, self.refused.count)
        self._leave_out_old()
        self._place()

    def _leave_out_old(self) -> None:
        """Leaves out evidence older than the window; what has no day stays."""
        window, days = self.settings.window_days, [day for one in self.seen.values() for day in one.days]
        if window is None or not days:
            return
        first = (date.fromisoformat(max(days)) - timedelta(days=window)).isoformat()
        before = sum(len(one.items) for one in self.seen.values())
        recent = {address: one.since(first) for address, one in self.seen.items()}
        self.seen = {address: one for address, one in recent.items() if one.items}
        self.older_count = before - sum(len(one.items) for one in self.seen.values())

    def _read_file(self, kind: str, place: Path, read: Callable[[Upload, FaultList], dict[str, Any]]) -> None:

        faults = FaultList()
        try:
            upload = Upload.of(place, self.progress)
            try:
                found = read(upload, faults)
            except InputFault as err:
                self._refuse(kind, upload, err)
                return
        except OSError as err:
            self.refused.add(Fault(str(place), f"the file cannot be read ({(err.strerror or str(err)).lower()})"))
            return
        one = {"file": upload.name, "digest": upload.file_id, **found, "left_out_count": faults.count}
        self.inputs[kind].append(one)
        _add(self.left_out, faults.faults, faults.count)

    def _refuse(self, kind: str, upload: Upload, err: InputFault) -> None:
        """Keeps the faults of a file that says nothing at its place; one of another place's format is named."""

        place = Place("vendors", FILE if kind == "scans" else f"--{kind}")
        refusal = at_another_place(upload, place, err)
        _add(self.refused, refusal.faults, refusal.count)

    def _read_scan(self, upload: Upload, faults: FaultList) -> dict[str, Any]:

        on = None if self.settings.on is None else self.settings.on.isoformat()
        remarks: list[str] = []
        addresses: set[str] = set()
        days: set[str] = set()
        number = 0
        for one in read_sightings(upload, faults, progress=self.progress, remarks=remarks, patterns=self.patterns):
            day = one.seen_on or on
            self.seen.setdefault(one.address, _Address()).add(one, day)
            addresses.add(one.address)
            days |= {day} if day else set()
            number += 1
        self.remarks += [f"{upload.name}: {remark}" for remark in remarks]
        known = evidence_format_of(upload)
        if not number and known is not None and known.opens_evidence and known.opens_evidence.observations is None:
            raise InputFault([Fault(upload.name, "the file holds no evidence of vendors")])
        return {
            "format": None if known is None else known.name,
            "sighting_count": number,
            "address_count": len(addresses),
            "first_seen_on": min(days, default=None),
            "last_seen_on": max(days, default=None),
        }

    def _read_probed(self, upload: Upload, faults: FaultList) -> dict[str, Any]:

        addresses = dict.fromkeys(read_probed(upload, faults, progress=self.progress))
        self.probed |= addresses
        return {"address_count": len(addresses)}

    def _read_aliases(self, upload: Upload, faults: FaultList) -> dict[str, Any]:

        sets = list(read_aliases(upload, faults, progress=self.progress))
        self.aliases += sets
        return {"set_count": len(sets), "address_count": sum(map(len, sets))}

    def _read_signatures(self, upload: Upload, faults: FaultList) -> dict[str, Any]:

        rows = list(read_signatures(upload, faults))
        self.signatures += [Signature(without_untested_fields(one.features), one.vendor_id) for one in rows]
        return {"signature_count": len(rows), "named_count": sum(one.vendor_id is not None for one in rows)}

    def _read_tables(self) -> None:
        """Which networks announce addresses, and in which countries these are."""

        for kind, places, read in (
            ("origins", self.settings.origins, read_prefix_origins),
            ("countries", self.settings.countries, read_address_countries),
        ):
            for place in places:
                try:
                    table = read(place, self.progress)
                except InputFault as err:
                    self._refuse(kind, Upload.of(place, self.progress), err)
                    continue
                self.tables[kind].append(table)
                one = {"file": table.name, "digest": table.digest, "range_count": len(table.value), "left_out_count": 0}
                self.inputs[kind].append({**one, "observed_on": day_in(table.name) or None})

    def _place(self) -> None:
        """The network and the country of each address: as the tables have them, where there are any, else as scans
        state them.

        One rule for those that answered and those that are silent: with two, a group's silent routers would drop out
        of its denominator wherever scan and table differ, and its ends would be none.
        """
        from provenet.tools.range_tables import looked_up

        order = sorted({*self.seen, *self.probed}, key=_number)
        numbers = [_number(address) for address in order]
        seen = [self.seen.get(address) for address in order]
        asns = [None if one is None else one.asn for one in seen]
        countries = [None if one is None else one.country for one in seen]
        if self.tables["origins"]:
            found = looked_up(numbers, self.tables["origins"])
            several = sum(len(one) > 1 for one in found)
            differs = _differing(found, asns)
            asns = [one[0] if len(one) == 1 else None for one in found]
            self.placement |= {
                "network_unknown_count": sum(one is None for one in asns),
                "several_networks_count": several,
                "network_differs_count": differs,
            }
        if self.tables["countries"]:
            listed = looked_up(numbers, self.tables["countries"])
            differs = _differing(listed, countries)
            countries = [one[0] if len(one) == 1 else None for one in listed]
            unknown = sum(one is None for one in countries)
            self.placement |= {"country_unknown_count": unknown, "country_differs_count": differs}
        self.place_of = {one: (asn, country) for one, asn, country in zip(order, asns, countries, strict=True)}

    def _estimate(self, seen: dict[str, _Address], probed: dict[str, None]) -> Estimates:
        from provenet.identification.estimate import estimate

        order = sorted({*seen, *probed}, key=_number)
        items = (
            EvidenceItem(one.address, one.kind, one.value, one.vendor_id)
            for address in order
            if address in seen
            for _, one in sorted(seen[address].items.items(), key=lambda item: str(item[0]))
        )
        return estimate(
            [RouterAddress(one, *self.place_of[one]) for one in order],
            items,
            aliases=self.aliases,
            signatures=self.signatures,
        )

    def _summary(self, census: _Census) -> dict[str, Any]:
        days = sorted({day for one in self.seen.values() for day in one.days})
        whole = census.whole()
        return {
            "inputs": self.inputs,
            "first_seen_on": days[0] if days else None,
            "last_seen_on": days[-1] if days else None,
            "address_count": len(census.addresses),
            "sighted_address_count": len(self.seen),
            "router_count": len(census.answered),
            "has_aliases": bool(self.aliases),
            **whole,
            "by_day": [self._of_day(day) for day in days] if len(days) > 1 else [],
            "by_country": census.by_country(),
            "by_network": census.by_network(),
            "by_country_network": census.by_country_network(),
            "placement": self.placement or None,
            "window_days": self.settings.window_days,
            "older_count": self.older_count,
            "stability": census.stability(days, self.of_days) if len(days) > 1 else [],
            "unknown_because": census.reasons(),
            "calibration": census.calibration(),
            "left_out_count": self.left_out.count,
            "left_out": [fault.as_dict() for fault in self.left_out.faults],
            "remarks": self.remarks,
            "shares_of": READS[census.has_probed],
            "assumptions": self._assumptions(census),
        }

    def _of_day(self, day: str) -> dict[str, Any]:
        """Counts and shares of those that answered on one day, by what they showed on it alone."""
        seen = {address: one.on_day(day) for address, one in self.seen.items() if day in one.days}
        census = _Census(seen, {}, self._estimate(seen, {}), rho=None)
        self.of_days += [(day, *one) for one in census.named()]
        return {"seen_on": day, **census.part(census.answered)}

    def _window_words(self) -> list[str]:
        """Which evidence counts by its age."""
        days = {day for one in self.seen.values() for day in one.days}
        if self.settings.window_days is not None:
            window = wording.count(self.settings.window_days, "day")
            older = wording.count(self.older_count, "item is", "items are")
            return [
                f"Evidence counts up to {window} older than the newest; {older} older and left out (--window-days)."
            ]
        if len(days) < 2:
            return []
        return [f"Evidence counts whatever its age, from {min(days)} to {max(days)} (--window-days)."]

    def _assumptions(self, census: _Census) -> list[str]:
        """What the figures rest on, in sentences."""
        made = [
            "Each address is a router of its own: no alias sets were given."
            if not self.aliases
            else "Addresses of one alias set are one router."
        ]
        made += self._window_words()
        if census.has_probed:
            made.append("Routers that were not probed are not counted; silence says nothing of a vendor.")
        made += self._placement_words(census)
        if census.has_probed and (self.tables["origins"] or self.tables["countries"]):
            made.append("Where a part has one network, sampling takes its routers as drawn one by one (sampling_unit).")
        made += census.mistakes_assumed()
        if self.settings.rho is not None:
            made.append(
                "A router whose vendor is not known is at most "
                f"{self.settings.rho:g} times as likely of a vendor as an identified one (--rho)."
            )
        for one in census.found.reliability:
            basis = f"learnt from {one.compared:,} routers" if one.basis == "learnt" else "assumed"
            made.append(f"The evidence {one.kind} names the right vendor with probability {one.p_right:.3f} ({basis}).")
        return made

    def _placement_words(self, census: _Census) -> list[str]:
        """What tables of networks and countries place, and where scans state otherwise."""
        made, count = [], self.placement
        for name, unknown, differs, where in (
            ("countries", "country_unknown_count", "country_differs_count", "country"),
            ("origins", "network_unknown_count", "network_differs_count", "network"),
        ):
            if self.tables[name]:
                made.append(
                    f"The {where} of an address is that of --{name}, for those that answered and the silent alike. Its "
                    f"scan states another of {count[differs]:,}; {count[unknown]:,} have none and are in no {where}."
                )
        if count.get("several_networks_count"):
            made.append(f"Several networks announce {count['several_networks_count']:,} of these addresses.")
        if self.tables["countries"]:
            made.append(
                "The country in a table is that of registration: a share is of the routers registered there, which may "
                "stand elsewhere."
            )
        return made


class _Census:
    """The answers for addresses and routers, and how many there are of each vendor."""

    def __init__(
        self,
        seen: dict[str, _Address],
        probed: dict[str, None],
        found: Estimates,
        *,
        rho: float | None,
        tables: Collection[str] = (),
    ) -> None:

        from provenet.identification.mistakes import Mistakes

        self.seen, self.found, self.rho = seen, found, rho
        self.has_countries, self.has_networks = "countries" in tables, "origins" in tables
        self.has_probed, self.has_signatures = bool(probed), "signatures" in tables
        evidence = found.evidence
        self.addresses, self.router_of = evidence.addresses, evidence.router_of
        self.is_answered = np.array([address in seen for address in self.addresses], bool)
        self.is_probed = np.array([address in probed for address in self.addresses], bool)
        self.answered, self.asked = self.routers_with(self.is_answered), self.routers_with(self.is_probed)
        self.answering_addresses = np.bincount(self.router_of[self.is_answered], minlength=found.evidence.router_count)
        self.cluster = self._clusters()
        self.mistakes = Mistakes(found)

    def _clusters(self) -> NDArray[np.int64]:
        """The network of each router, int64[R]; where no file gives it, the block of its least address."""

        evidence = self.found.evidence
        words: dict[object, int] = {}
        made = np.full(evidence.router_count, -1, np.int64)
        for address, router in zip(self.addresses, self.router_of.tolist(), strict=True):
            if made[router] < 0:
                network = evidence.networks[int(evidence.network_of[router])]
                word = block_of(address) if network is None else network
                made[router] = words.setdefault(word, len(words))
        return made

    def routers_with(self, addresses: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which routers have one of some addresses, bool[R] of bool[A]."""

        marked = np.zeros(self.found.evidence.router_count, bool)
        marked[self.router_of[addresses]] = True
        return marked

    def rows(self, place_of: Mapping[str, tuple[int | None, str | None]]) -> pl.DataFrame:
        """A row an address, by family and number, in the network and the country that figures count it in."""

        made: list[dict[str, Any]] = []
        least: dict[int, str] = {}
        for one in self.found.rows():
            seen = self.seen.get(one.address)
            named = one.vendor_id is not None
            asn, country = place_of[one.address]
            made.append(
                {
                    "address": one.address,
                    "vendor_id": one.vendor_id,
                    "p_correct": one.p_correct if named else None,
                    "method": one.method if named else None,
                    "evidence": self._evidence(one.evidence, seen) or None,
                    "unknown_because": None if named else self._because(one.unknown_because, seen),
                    "likeliest_id": one.likeliest_id,
                    "p_likeliest": one.p_correct,
                    "is_answered": seen is not None,
                    "router": least.setdefault(one.router, one.address),
                    "country": country,
                    "asn": asn,
                    "network_name": seen.network_name if seen is not None and seen.asn == asn else None,
                    "first_seen_on": None if seen is None else min(seen.days, default=None),
                    "seen_on": None if seen is None else max(seen.days, default=None),
                }
            )
        frame = pl.DataFrame(made, schema=_row_schema())
        is_probed = pl.Series("is_probed", self.is_probed if self.has_probed else [None] * len(made), pl.Boolean)
        days = pl.col("first_seen_on", "seen_on").str.to_date("%Y-%m-%d")
        return frame.with_columns(is_probed, days).select(ROW_COLUMNS)

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

        evidence, probed = self.found.evidence, self.has_probed and self.has_countries
        of = np.where((self.asked if probed else self.answered) & (evidence.region_of > 0), evidence.region_of, -1)
        found = self.parts(of, is_probed=probed, regions=evidence.region_of)
        return _biggest_first([{"country": evidence.regions[at], **one} for at, one in found], "country")

    def by_network(self) -> list[dict[str, Any]]:
        """Counts by network, with the ends of each vendor's share: of those probed where tables place them all, with
        each doubt apart; else of those that answered."""

        evidence, probed = self.found.evidence, self.has_probed and self.has_networks
        names = {one.asn: one.network_name for one in self.seen.values()}
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
        evidence = self.found.evidence
        width = len(evidence.networks)
        placed = self._is_placed & self.asked & (evidence.region_of > 0)
        of = np.where(placed, evidence.region_of * width + evidence.network_of, -1)
        made = [
            {"country": evidence.regions[at // width], "asn": evidence.networks[at % width], **one}
            for at, one in self.parts(of, is_probed=True, regions=evidence.region_of)
        ]
        return _biggest_first(made, "asn")

    @property
    def _is_placed(self) -> NDArray[np.bool_]:
        """Which routers have a network."""

        has_network = np.array([one is not None for one in self.found.evidence.networks], bool)
        return has_network[self.found.evidence.network_of]

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

        of = np.zeros(len(group), np.int64) if regions is None else regions
        if is_answering:
            group = np.where(np.isin(group, np.unique(group[self.answered])), group, -1)
        counted = group if is_probed else np.where(self.answered, group, -1)
        bounds = self._bounds(counted, of) if is_bounded else {}
        order = np.argsort(group, kind="stable")
        order = order[group[order] >= 0]
        made = []
        for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []:
            at = int(group[rows[0]])
            seen = rows[self.answered[rows]]
            one = self._vendors(seen)
            if is_bounded:
                for row in one:
                    row |= _doubts(bounds[at, row["vendor_id"]], is_probed=is_probed)
            identified = int((self.found.vendor[rows] >= 0).sum())
            numbers = _numbers(len(seen), identified, len(rows) if is_probed else None)
            doubts = self._doubted(seen, int(of[rows[0]])) if is_bounded else {}
            made.append((at, {**numbers, "by_vendor": one, **doubts}))
        return made

    def _doubted(self, routers: NDArray[np.int64], region: int) -> dict[str, Any]:
        """What is taken as drawn among some routers, and why it is not known how often the answers for them are
        mistaken, or from where it was learnt."""

        from provenet.identification.mistakes import HERE

        networks = len(np.unique(self.cluster[routers[self.found.vendor[routers] >= 0]]))
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
        whole, regions = self.mistakes.of(), range(1, len(self.found.evidence.regions))
        made = self.mistakes.assumed(self.answered, whole)[:1]
        if made and whole.confusion is not None:
            names = [self.found.vendors[at] for at in whole.confusion.vendors[:-1].tolist()]
            made.append(
                f"Misclassification is told apart for {', '.join(sorted(names))}; of other vendors it is not known."
            )
            made += next((more[1:] for at in regions if (more := self._assumed_in(at))[1:]), [])
        return made

    def _assumed_in(self, region: int) -> list[str]:
        routers = self.answered & (self.found.evidence.region_of == region)
        return self.mistakes.assumed(routers, self.mistakes.of(region))

    def named(self) -> list[tuple[str, str]]:
        """The least address of each identified router, and its vendor."""
        first: dict[int, str] = {}
        for address, router in zip(self.addresses, self.router_of.tolist(), strict=True):
            if self.found.vendor[router] >= 0:
                first.setdefault(router, address)
        return [(address, self.found.vendors[int(self.found.vendor[router])]) for router, address in first.items()]

    def stability(self, days: list[str], named: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
        """Each vendor's share among those identified, day by day beside all days: how far it lies from these, network
        by network, and whether that is beyond doubt; `named`: a day, an address of a router and its vendor on it."""

        from provenet.identification.stability import stability

        number, vendor = (
            {day: at for at, day in enumerate(days)},
            {name: at for at, name in enumerate(self.found.vendors)},
        )
        cluster = dict(zip(self.addresses, self.cluster[self.router_of].tolist(), strict=True))
        known = [(number[day], cluster[address], vendor[name]) for day, address, name in named if name in vendor]
        day, network, of = np.array(known, np.int64).reshape(-1, 3).T
        made: dict[str, dict[str, Any]] = {}
        for one in stability(day, network, of, days=days):
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
            name = self.found.vendors[one.vendor]
            made.setdefault(name, {"vendor_id": name, "router_count": 0, "by_day": []})["by_day"].append(row)
        count = np.bincount(self.found.vendor[self.found.vendor >= 0], minlength=len(self.found.vendors))
        for name, part in made.items():
            part["router_count"] = int(count[self.found.vendors.index(name)])
            part["moved_day_count"] = sum(bool(row["is_moved"]) for row in part["by_day"])
            part["outside_day_count"] = sum(bool(row["is_outside"]) for row in part["by_day"])
        return sorted(made.values(), key=lambda one: (-one["router_count"], one["vendor_id"]))

    def _vendors(self, routers: NDArray[np.int64]) -> list[dict[str, Any]]:
        """How many routers and addresses there are of each vendor, the most first; its share of these routers lies
        between ends that hold whatever the unknown ones are."""

        vendor, width = self.found.vendor[routers], len(self.found.vendors)
        held = np.bincount(vendor[vendor >= 0], minlength=width)
        known = vendor >= 0
        addresses = np.bincount(vendor[known], self.answering_addresses[routers[known]], minlength=width)
        unknown, whole = int((vendor < 0).sum()), len(routers)
        rows = [
            {
                "vendor_id": self.found.vendors[at],
                "router_count": int(held[at]),
                "address_count": int(addresses[at]),
                "answered": _pair((int(held[at]) / whole, (int(held[at]) + unknown) / whole)),
            }
            for at in np.flatnonzero(held).tolist()
        ]
        return sorted(rows, key=lambda row: (-row["router_count"], row["vendor_id"]))

    def _bounds(self, group: NDArray[np.int64], regions: NDArray[np.int64]) -> dict[tuple[int, str], VendorShare]:
        """The doubts on each vendor's share of each group of routers."""

        from provenet.identification.shares import ShareSettings, share_bounds

        basis, confusions = self.mistakes.by_region(regions)
        rows = np.flatnonzero(group >= 0)
        found = share_bounds(
            group[rows],
            self.cluster[rows],
            self.found.vendor[rows],
            confusions=confusions,
            basis=basis[rows],
            settings=ShareSettings(rho=self.rho),
        )
        return {(one.group, self.found.vendors[one.vendor]): one for one in found}

    def reasons(self) -> list[dict[str, Any]]:
        """Why the vendor of routers that answered is not known, the most frequent reasons first."""
        first: dict[int, str] = {}
        for one in self.found.rows():
            if one.address in self.seen and one.vendor_id is None:
                first.setdefault(one.router, self._because(one.unknown_because, self.seen[one.address]) or "")
        listed = sorted(Counter(first.values()).items(), key=lambda item: (-item[1], item[0]))
        return [{"because": text, "router_count": number} for text, number in listed[:MOST_REASONS]]

    def _because(self, given: str | None, seen: _Address | None) -> str | None:
        """Why a vendor is not known: what speaks against each item of evidence, or else what the estimate gives."""

        if seen is None:
            return SILENT
        if all(one.vendor_id is None for one in seen.items.values()):
            items = [one for one in seen.items.values() if not (self.has_signatures and one.kind == FEATURES)]
            reasons = dict.fromkeys(one.no_vendor_because for one in items if one.no_vendor_because)
            return "; ".join([*reasons, *([BY_FEATURES] if len(items) < len(seen.items) else [])]) or given
        if len(seen.vendors) > 1:
            return f"its evidence names several vendors: {', '.join(seen.vendors)}"
        return given

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
            for name, one in sorted(self.found.calibrations.items())
        ]

    def _evidence(self, text: str, seen: _Address | None) -> str:
        """What names the vendor, with the holder as the registry writes it."""
        holders = (
            {} if seen is None else {f"{one.kind}: {one.vendor_id}": one.vendor_text for one in seen.items.values()}
        )
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
    low, high = one.ends if is_probed and one.ends is not None else (None, None)
    return {
        "sampling": _pair(one.sampling),
        "misclassification": _pair(one.corrected),
        "unanswered": _pair(one.unanswered) if is_probed else None,
        "at_most_rho": _pair(one.rho_bound) if is_probed else None,
        "low_share": low,
        "high_share": high,
    }


def _differing(found: Sequence[tuple[Any, ...]], stated: Sequence[Any]) -> int:
    """Of how many addresses tables and scans state something, and not the same."""
    return sum(bool(one) and word is not None and word not in one for one, word in zip(found, stated, strict=True))


def _row_schema() -> dict[str, Any]:
    """The types of the rows but for `is_probed`, days as text."""

    other = {"p_correct": pl.Float64, "p_likeliest": pl.Float64, "is_answered": pl.Boolean, "asn": pl.Int64}
    return {name: other.get(name, pl.String) for name in ROW_COLUMNS if name != "is_probed"}


def _pair(ends: tuple[float, float] | None) -> dict[str, float] | None:
    return None if ends is None else {"low_share": ends[0], "high_share": ends[1]}


def _biggest_first(parts: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Parts with an answer, those with the most first."""
    some = [part for part in parts if part["answered_count"]]
    return sorted(some, key=lambda part: (-part["answered_count"], str(part[name])))


def _add(faults: FaultList, more: Iterable[Fault], number: int) -> None:
    """Adds the faults that a file lists to those of all files, with those that it only counts."""
    listed = list(more)
    faults.extend(listed)
    faults.count += number - row_count_of(listed)


def _number(address: str) -> tuple[int, int]:
    """The place of an address among all: by family, then by number."""

    read = read_address(address)
    assert read is not None
    return read
