"""Who made the routers that answered measurements: sightings, probed addresses and alias sets as estimates by router.

Of the evidence of each country the newest day counts, and the days shortly before it; what is older is left out, since
routers are replaced and addresses handed on. An address stands where the source puts it, else where it is registered,
and belongs to the network that the source gives, else to the one that announces it. A day is judged by what was seen on
it alone. Says nothing of routers that did not answer: they are unknown, never clear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import VendorEstimateRow
from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.core.when import EVIDENCE_WINDOW_DAYS
from provenet.identification.estimate import Estimates, estimate
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.features import Signature
from provenet.identification.mistakes import Mistakes
from provenet.identification.shares import ShareSettings, VendorShare, share_bounds
from provenet.ingest.bgp.prefix_columns import address_halves
from provenet.ingest.bgp.prefix_tables import AddressRanges, joined_ranges, stored_ranges
from provenet.ingest.sightings.sighting import block_of
from provenet.numerics.arrays import Flags, Longs
from provenet.routing.kernels.lpm import NONE
from provenet.routing.measured.special_addresses import PrefixTable, Ranges, prefix_table

READS = ("sighting", "probed_address", "router_alias", "prefix_origin", "prefix_country")
"""The tables behind estimates. Of tables of ranges the newest day up to the one in question counts."""
RANGE_COLUMNS = {
    "prefix_origin": ("first_address", "last_address", "family", "origin_asns", "observed_on"),
    "prefix_country": ("first_address", "last_address", "family", "country", "observed_on"),
    "exchange_prefix": ("first_address", "last_address", "family", "exchange", "observed_on"),
}
"""The columns of tables of ranges that are enough; the tables are long."""
NOWHERE = "(not known)"


@dataclass(frozen=True, kw_only=True)
class Days:
    """The day in question and the day known, None is all that the case holds; and how far back evidence counts.

    Of each country the newest evidence counts, and what is at most `window_days` older.
    """

    as_of: date
    known: date | None
    window_days: int = EVIDENCE_WINDOW_DAYS

    @property
    def until(self) -> date:
        """The last day of what counts."""
        return min(self.as_of, self.known) if self.known else self.as_of

    def count(self, day: pl.Expr) -> pl.Expr:
        """Whether rows of a day count: those up to the last one, and where all is known those without a day."""
        return (day <= self.until).fill_null(self.known is None)

    def newest(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of `observed_on` of the newest day that counts, else those without a day where all is known.

        Of ranges of addresses that is the newest day of each family: tables of IPv4 and of IPv6 are files of their own.
        """
        until, day = rows.filter(pl.col("observed_on") <= self.until), pl.col("observed_on").max()
        if until.height:
            return until.filter(pl.col("observed_on") == (day.over("family") if "family" in rows.columns else day))
        return rows.filter(pl.col("observed_on").is_null()) if self.known is None else rows.clear()


@dataclass(frozen=True, eq=False)
class MeasuredRouters:
    """Estimates of routers with the rows that they rest on: the census of routers that cases and tools count by.

    `seen` has a row for each sighting that counts, the newest first: `address`, `kind`, `value`, `vendor_id`,
    `country`, `asn`, `seen_on`, `router` and what else its table has; `probed` a row for each address probed:
    `address`, `source_id`, `router`; `addresses` the place of each address of `estimates`. `older_count` sightings were
    left out as too old.
    """

    days: Days
    estimates: Estimates
    seen: pl.DataFrame
    probed: pl.DataFrame
    older_count: int
    addresses: Sequence[RouterAddress]
    aliases: Sequence[Sequence[str]]
    signatures: Sequence[Signature]
    _mistakes: dict[bytes, Mistakes] = field(default_factory=dict)

    @cached_property
    def answered(self) -> Flags:
        """Whether each router answered."""
        return self._marked(self.seen)

    @cached_property
    def was_probed(self) -> Flags:
        """Whether an address of each router stands in a list of probed addresses."""
        return self._marked(self.probed)

    def _marked(self, rows: pl.DataFrame) -> Flags:
        marks = np.zeros(self.estimates.evidence.router_count, bool)
        marks[rows["router"].to_numpy()] = True
        return marks

    @property
    def network(self) -> Longs:
        """The network of each router, as a place in `networks`; 0 is not known."""
        return self.estimates.evidence.network_of

    @cached_property
    def cluster(self) -> Longs:
        """What stands for the network of each router where sampling is in question: a block of addresses where the
        network is not known.
        """
        found = self.network.copy()
        evidence, numbers = self.estimates.evidence, dict[str, int]()
        for address, router in zip(evidence.addresses, evidence.router_of.tolist(), strict=True):
            if self.network[router] == 0 and found[router] == 0:
                found[router] = len(evidence.networks) + numbers.setdefault(block_of(address), len(numbers))
        return found

    @cached_property
    def country(self) -> NDArray[np.object_]:
        """The country of each router by name; None is not known."""
        return np.array(self.estimates.evidence.regions, dtype=object)[self.estimates.evidence.region_of]

    def places(self) -> list[str]:
        """The countries with a router that answered, by name."""
        return sorted({str(name) for name in self.country[self.answered] if name is not None})

    @cached_property
    def by_day(self) -> Mapping[date, "MeasuredRouters"]:
        """The same routers by what they showed on each day alone, in order; none where all answered on one."""
        days = self.seen["seen_on"].drop_nulls().unique().sort().to_list()
        return {day: self._of_day(day) for day in days} if len(days) > 1 else {}

    def _of_day(self, day: date) -> "MeasuredRouters":
        seen = self.seen.filter(seen_on=day)
        found = estimate(self.addresses, _items(seen), aliases=self.aliases, signatures=self.signatures)
        return replace(self, estimates=found, seen=seen, _mistakes={})

    @cached_property
    def vendor_by_day(self) -> Longs:
        """The vendor of each router by what it showed on each day of `by_day`, int64[days, R]; -1 is not known."""
        number = {name: at for at, name in enumerate(self.estimates.vendors)}
        made = [
            np.array([*(number[name] for name in one.estimates.vendors), -1])[one.estimates.vendor]
            for one in self.by_day.values()
        ]
        return np.array(made, np.int64).reshape(-1, self.estimates.evidence.router_count)

    def mistakes(self, codes: Longs | None = None) -> Mistakes:
        """How often answers are mistaken, vendors of one code not told apart."""
        key = b"" if codes is None else codes.tobytes()
        if key not in self._mistakes:
            self._mistakes[key] = Mistakes(self.estimates, codes=codes)
        return self._mistakes[key]

    def shares(
        self,
        group: Longs,
        *,
        codes: Longs | None = None,
        vendors: Sequence[int] | None = None,
        regions: Longs | None = None,
        settings: ShareSettings | None = None,
    ) -> dict[tuple[int, int], VendorShare]:
        """The share of each vendor among the routers of each group, by both: one pass over all groups.

        Parameters: `group` int64[R], negative is none; `codes` int64[V] number vendors, equal ones are one; `vendors`
        are those asked for, None for all that occur; `regions` int64[R]: whose mistakes are put right, 0 those of all
        together, None for no correction. Cost that of `share_bounds`.
        """
        rows = np.flatnonzero(group >= 0)
        of = self.estimates.vendor[rows]
        basis, confusions = (None, None) if regions is None else self.mistakes(codes).by_region(regions)
        found = share_bounds(
            group[rows],
            self.cluster[rows],
            of if codes is None else np.append(codes, -1)[of],
            vendors=vendors,
            confusions=confusions,
            basis=None if basis is None else basis[rows],
            settings=settings,
        )
        return {(one.group, one.vendor): one for one in found}


def measured_routers(
    tables: Mapping[str, pl.DataFrame],
    days: Days,
    *,
    places: "Places | None" = None,
    signatures: Sequence[Signature] = (),
) -> MeasuredRouters:
    """Estimates who made each router of the sightings that count.

    Parameters: `tables` those of `READS`, as known on the day; with `places` those of ranges are not asked; published
    `signatures` name vendors by features. Returns `MeasuredRouters`. Cost O(rows).
    """
    found = places or Places.known(tables, days)
    placed = found.with_places(tables["sighting"].filter(days.count(pl.col("seen_on"))), "seen_on")
    seen = _in_window(placed, "seen_on", days)
    probed = found.with_places(tables["probed_address"].filter(days.count(pl.col("probed_on"))), "probed_on")
    probed = _beside(probed, seen, days)
    sets = days.newest(tables["router_alias"]).sort("router_id", "address").group_by("router_id", maintain_order=True)
    aliases = sets.agg("address")["address"].to_list()
    # Where a list of those probed places an address, that counts: by a scan's own word for it a router that answered
    # would leave a denominator in which the silent ones stay.
    where = pl.concat([rows.select("address", "country", "asn") for rows in (probed, seen)])
    where = where.group_by("address").agg(pl.col("country", "asn").drop_nulls().first()).sort("address")
    known = set(where["address"])
    beside = [one for members in aliases if known & set(members) for one in members if one not in known]
    addresses = [
        *(
            RouterAddress(address, int(asn) if asn and asn.isdecimal() else None, country)
            for address, country, asn in where.iter_rows()
        ),
        *(RouterAddress(address) for address in dict.fromkeys(beside)),
    ]
    estimates = estimate(addresses, _items(seen), aliases=aliases, signatures=signatures)
    evidence = estimates.evidence
    routers = pl.DataFrame({"address": list(evidence.addresses), "router": evidence.router_of}, schema=_ROUTER)
    return MeasuredRouters(
        days,
        estimates,
        seen.join(routers, on="address", maintain_order="left"),
        probed.select("address", "source_id")
        .unique("address", maintain_order=True)
        .join(routers, on="address", maintain_order="left"),
        placed.height - seen.height,
        addresses,
        aliases,
        signatures,
    )


def _items(seen: pl.DataFrame) -> list[EvidenceItem]:
    """What addresses showed, each once."""
    rows = seen.select("address", "kind", "value", "vendor_id").unique(maintain_order=True).iter_rows()
    return [EvidenceItem(address, kind, value or "", vendor) for address, kind, value, vendor in rows]


_ROUTER = {"address": pl.String, "router": pl.Int64}


def estimate_rows(found: MeasuredRouters) -> list[VendorEstimateRow]:
    """A row of `vendor_estimate` for each router that answered, in the order of their ids. Cost O(routers)."""
    by_router = found.seen.group_by("router", maintain_order=True).agg(
        pl.col("sighting_id").sort(), pl.col("seen_on").min().alias("first"), pl.col("seen_on").max().alias("last")
    )
    addresses = _addresses(found.estimates)
    made = [
        _estimate_row(found, router, addresses[router], sightings=list(sightings), first=first, last=last)
        for router, sightings, first, last in by_router.iter_rows()
    ]
    return sorted(made, key=lambda row: row["estimate_id"])


def _addresses(estimates: Estimates) -> Mapping[int, list[str]]:
    return grouped(
        (router, address)
        for address, router in zip(estimates.evidence.addresses, estimates.evidence.router_of.tolist(), strict=True)
    )


def _estimate_row(
    found: MeasuredRouters,
    router: int,
    addresses: list[str],
    *,
    sightings: list[str],
    first: date | None,
    last: date | None,
) -> VendorEstimateRow:
    answers, evidence = found.estimates, found.estimates.evidence
    vendor, likeliest = int(answers.vendor[router]), int(answers.likeliest[router])
    network = evidence.networks[int(evidence.network_of[router])]
    content = {"router": sorted(addresses), "as_of_on": found.days.as_of, "known_on": found.days.known}
    return {
        "estimate_id": row_id("estimate", content),
        "router_id": row_id("router", {"addresses": sorted(addresses)}),
        "addresses": sorted(addresses),
        "country": evidence.regions[int(evidence.region_of[router])],
        "asn": None if network is None else str(network),
        "vendor_id": answers.vendors[vendor] if vendor >= 0 else None,
        "likeliest_id": answers.vendors[likeliest] if likeliest >= 0 else None,
        "p_correct_share": round(float(answers.p_correct[router]), 6) if likeliest >= 0 else None,
        "calibrated": answers.is_calibrated(router),
        "method": answers.method_of(router),
        "evidence": answers.evidence_of(router) or None,
        "unknown_because": answers.unknown_because(router),
        "seen_low_on": first,
        "seen_high_on": last,
        "as_of_on": found.days.as_of,
        "known_on": found.days.known,
        "formula": "probability of each vendor from all kinds of evidence of the router, each value once, with the mix "
        "of vendors of its network and country as what is expected before",
        "inputs": [f"sighting:{one}" for one in sightings],
    }


class Places:
    """Where addresses stand and whose they are, by tables of ranges, as read or as rows: those given count as one."""

    def __init__(
        self, *, country: Sequence[AddressRanges | pl.DataFrame] = (), asn: Sequence[AddressRanges | pl.DataFrame] = ()
    ) -> None:
        self._given = {"country": country, "asn": asn}
        self._joined: dict[str, tuple[PrefixTable, tuple[tuple[Any, ...], ...]]] = {}

    @classmethod
    def known(cls, tables: Mapping[str, pl.DataFrame], days: Days) -> "Places":
        """By what a case knows of ranges on a day."""
        return cls(country=[days.newest(tables["prefix_country"])], asn=[days.newest(tables["prefix_origin"])])

    def with_places(self, rows: pl.DataFrame, day: str) -> pl.DataFrame:
        """Rows with `country` by name and `asn`, as stated, else by the ranges that hold their addresses, the newest
        first.

        What several networks announce belongs to none that is known.
        """
        rows = rows.with_columns(self._placed(rows, "country"), self._placed(rows, "asn"))
        named = {one: countries().name(one) or one for one in rows["country"].drop_nulls().unique()}
        rows = rows.with_columns(pl.col("country").replace(named))
        return rows.sort(day, descending=True, nulls_last=True, maintain_order=True)

    def _placed(self, rows: pl.DataFrame, column: str) -> pl.Series:
        missing = rows.filter(pl.col(column).is_null())["address"].unique()
        found = zip(missing, self.looked_up(column, missing), strict=True)
        words = {address: str(one[0]) for address, one in found if len(one) == 1}
        return rows[column].fill_null(rows["address"].replace_strict(words, default=None, return_dtype=pl.String))

    def looked_up(self, column: str, addresses: pl.Series) -> list[tuple[Any, ...]]:
        """What the narrowest range that holds each address says, countries or networks; nothing where none does.

        Of a range of which tables disagree that is all that they state. Cost O(ranges log ranges).
        """
        given = [one for one in self._given[column] if isinstance(one, AddressRanges) or one.height]
        if addresses.is_empty() or not given:
            return [()] * len(addresses)
        if column not in self._joined:
            joined = joined_ranges([_ranges(one, column) for one in given])
            self._joined[column] = prefix_table(Ranges.of(joined)), joined.values
        table, values = self._joined[column]
        family = np.where(addresses.str.contains(":", literal=True).to_numpy(), 6, 4)
        return [values[at] if at != NONE else () for at in table.match(family, *address_halves(addresses)).tolist()]


def _ranges(given: AddressRanges | pl.DataFrame, column: str) -> AddressRanges:
    if isinstance(given, AddressRanges):
        return given
    return stored_ranges(given, "origin_asns" if column == "asn" else column)


def _in_window(rows: pl.DataFrame, day: str, days: Days) -> pl.DataFrame:
    """Of each country the rows of the newest day and of those shortly before; rows without a day where none has one."""
    newest = pl.col(day).max().over(pl.col("country").fill_null(NOWHERE))
    return rows.filter(
        pl.when(newest.is_null())
        .then(True)
        .otherwise(pl.col(day) >= newest - timedelta(days=days.window_days))
        .fill_null(False)
    )


def _beside(probed: pl.DataFrame, seen: pl.DataFrame, days: Days) -> pl.DataFrame:
    """The probed addresses of the days that count in their country; those without a day count with any."""
    spans = seen.group_by("country").agg(pl.col("seen_on").min().alias("first"), pl.col("seen_on").max().alias("last"))
    near = timedelta(days=days.window_days)
    joined = probed.join(spans, on="country", how="left", nulls_equal=True, maintain_order="left")
    fits = (pl.col("probed_on") >= pl.col("first") - near) & (pl.col("probed_on") <= pl.col("last") + near)
    return joined.filter(fits.fill_null(True)).drop("first", "last")
