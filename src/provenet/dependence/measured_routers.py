"""Who made the routers that answered measurements: sightings, probed addresses and alias sets as estimates by router.

Of the evidence of each country the newest day counts, and the days shortly before it; what is older is left out, since
routers are replaced and addresses handed on. An address stands where the source puts it, else where it is registered,
and belongs to the network that the source gives, else to the one that announces it. Says nothing of routers that did
not answer: they are unknown, never clear.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import VendorEstimateRow
from provenet.core.countries import countries
from provenet.core.ids import row_id
from provenet.core.when import EVIDENCE_WINDOW_DAYS
from provenet.identification.estimate import Estimates, estimate
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.ingest.bgp.prefix_columns import address_halves
from provenet.ingest.bgp.prefix_tables import AddressRanges, stored_ranges
from provenet.ingest.sightings.sighting import block_of
from provenet.routing.kernels.lpm import NONE
from provenet.routing.measured.special_addresses import Ranges, prefix_table

READS = ("sighting", "probed_address", "router_alias", "prefix_origin", "prefix_country")
"""The tables behind estimates. Of tables of ranges the newest day up to the one in question counts."""
RANGE_COLUMNS = {
    "prefix_origin": ("first_address", "last_address", "family", "origin_asns", "observed_on"),
    "prefix_country": ("first_address", "last_address", "family", "country", "observed_on"),
    "exchange_prefix": ("first_address", "last_address", "family", "exchange", "observed_on"),
}
"""The columns of tables of ranges that are enough; the tables are long."""
NOWHERE = "(not known)"

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


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
    """Estimates of routers with the rows that they rest on.

    `seen` has a row for each sighting that counts: `sighting_id`, `address`, `kind`, `vendor_id`, `seen_on`, `router`;
    `probed` a row for each address probed: `address`, `source_id`, `router`.
    `older_count` sightings were left out as too old.
    """

    days: Days
    estimates: Estimates
    seen: pl.DataFrame
    probed: pl.DataFrame
    older_count: int

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
    def network(self) -> Ints:
        """The network of each router, as a place in `networks`; 0 is not known."""
        return self.estimates.evidence.network_of

    @cached_property
    def cluster(self) -> Ints:
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


def measured_routers(tables: Mapping[str, pl.DataFrame], days: Days) -> MeasuredRouters:
    """Estimates who made each router of the sightings that count.

    Parameters: `tables` those of `READS`, as known on the day. Returns `MeasuredRouters`. Cost O(rows).
    """
    found = Places(tables, days)
    placed = found.with_places(tables["sighting"].filter(days.count(pl.col("seen_on"))), "seen_on")
    seen = _in_window(placed, "seen_on", days)
    probed = found.with_places(tables["probed_address"].filter(days.count(pl.col("probed_on"))), "probed_on")
    probed = _beside(probed, seen, days)
    aliases = _alias_sets(days.newest(tables["router_alias"]))
    # Where a list of those probed places an address, that counts: by a scan's own word for it a router that answered
    # would leave a denominator in which the silent ones stay.
    where = pl.concat([rows.select("address", "country", "asn") for rows in (probed, seen)])
    where = where.group_by("address", maintain_order=True).agg(pl.col("country", "asn").drop_nulls().first())
    known = set(where["address"])
    beside = [one for members in aliases if known & set(members) for one in members if one not in known]
    items = seen.select("address", "kind", "value", "vendor_id").unique(maintain_order=True).iter_rows()
    estimates = estimate(
        [
            *(RouterAddress(address, _number(asn), country) for address, country, asn in where.iter_rows()),
            *(RouterAddress(address) for address in dict.fromkeys(beside)),
        ],
        [EvidenceItem(address, kind, value or "", vendor) for address, kind, value, vendor in items],
        aliases=aliases,
    )
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
    )


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
    found: dict[int, list[str]] = {}
    for address, router in zip(estimates.evidence.addresses, estimates.evidence.router_of.tolist(), strict=True):
        found.setdefault(router, []).append(address)
    return found


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
    """Where addresses stand and whose they are, by what a case knows of ranges on a day."""

    def __init__(self, tables: Mapping[str, pl.DataFrame], days: Days) -> None:
        self._origins = days.newest(tables["prefix_origin"])
        self._countries = days.newest(tables["prefix_country"])

    def with_places(self, rows: pl.DataFrame, day: str) -> pl.DataFrame:
        """Rows with `country` by name and `asn`, as stated, else by the ranges that hold their addresses.

        What several networks announce belongs to none that is known.
        """
        named = {one: countries().name(one) or one for one in rows["country"].drop_nulls().unique()}
        rows = rows.with_columns(pl.col("country").replace(named))
        country = self._looked_up(rows, "country", self._countries, meaning="country")
        asn = self._looked_up(rows, "asn", self._origins, meaning="origin_asns")
        return rows.with_columns(country, asn).sort(day, descending=True, nulls_last=True, maintain_order=True)

    def _looked_up(self, rows: pl.DataFrame, column: str, ranges: pl.DataFrame, *, meaning: str) -> pl.Series:
        stated = rows[column]
        missing = rows.filter(pl.col(column).is_null())["address"].unique()
        if missing.is_empty() or ranges.is_empty():
            return stated
        values = range_values(missing, stored_ranges(ranges, meaning))
        words = {address: _word(value) for address, value in zip(missing, values, strict=True)}
        found = rows["address"].replace_strict(words, default=None, return_dtype=pl.String)
        return rows.select(pl.coalesce(pl.col(column), found)).to_series().alias(column)


def range_values(addresses: pl.Series, ranges: AddressRanges) -> list[tuple[int, ...] | str | None]:
    """What the narrowest range that holds each address says; None where none does. Cost O(ranges log ranges)."""
    family = np.where(addresses.str.contains(":", literal=True).to_numpy(), 6, 4)
    found = prefix_table(Ranges.of(ranges)).match(family, *address_halves(addresses))
    return [ranges.values[at] if at != NONE else None for at in found.tolist()]


def _word(value: tuple[int, ...] | str | None) -> str | None:
    if isinstance(value, tuple):
        return str(value[0]) if len(value) == 1 else None
    return (countries().name(value) or value) if value else None


def _number(asn: str | None) -> int | None:
    return int(asn) if asn and asn.isdecimal() else None


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


def _alias_sets(rows: pl.DataFrame) -> list[list[str]]:
    return (
        rows.sort("router_id", "address").group_by("router_id", maintain_order=True).agg("address")["address"].to_list()
    )
