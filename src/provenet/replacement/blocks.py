"""What has to go: for each carrier, asset class and vendor that a verdict reaches, how many elements and whose traffic.

A block is a count with its ends, never a list of sites. Its share of a carrier is its count over the carrier's count of
the class; subscribers are taken to be spread over a carrier's elements evenly, which is told as an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from provenet.model.tables import vocabulary
from provenet.replacement.money import NOTHING, Band, Used, band_of

Row = Mapping[str, Any]
PREFERRED = ("sites", "equipment", "units", "subscribers", "spending")
"""Kinds of measure of a vendor's share at a carrier, the nearest to a count of elements first."""
ALL = Band(1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Reach:
    """What a verdict asks for: `by_on` None is at once, `keep_share` of the carrier's elements may stay under a cap."""

    verdict_id: str
    pack: str
    rule_id: str | None
    by_on: date | None
    outcome: str
    keep_share: float = 0.0


@dataclass(frozen=True)
class Block:
    """Alike elements of one vendor at one carrier, with the verdict that reaches them.

    `share` is of the carrier's elements of the class, `weight` of the country's subscribers behind the block.
    """

    carrier_id: str
    region: str | None
    asset_class: str
    layer: str
    generation: str | None
    site_class: str | None
    vendor_id: str
    count: Band
    share: Band
    weight: Band
    unit_says: str
    renewal_on: date | None
    reach: Reach
    basis: str
    used: tuple[Used, ...]

    @property
    def name(self) -> str:
        """The block in an id: carrier, region and the like, class and vendor."""
        parts = (self.carrier_id, self.region, self.asset_class, self.generation, self.site_class, self.vendor_id)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Found:
    """The blocks of a country; `weights` are its carriers' shares of subscribers, `missing` sentences of what lacks."""

    blocks: tuple[Block, ...]
    weights: Mapping[str, Band]
    missing: tuple[str, ...]
    used: tuple[Used, ...]


def found(
    tables: Mapping[str, pl.DataFrame],
    verdicts: pl.DataFrame,
    country: str,
    caps: Mapping[str, float],
    inventory: Sequence[Row] = (),
) -> Found:
    """The blocks that verdicts reach, sorted by carrier, class and vendor.

    `tables` has `element_count`, `vendor_share` (the run that stands for the day), `carrier_share`, `deployment` and
    `party`, cut to what was known. `caps` maps the rules that are caps to the share that may stay; `inventory` are
    further counts, from `inventory_counts`. Cost O(rows).
    """
    counts = [*tables["element_count"].filter(country=country).sort("count_id").to_dicts(), *inventory]
    shares = tables["vendor_share"].filter(pl.col("part").is_null(), country=country).to_dicts()
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    reached = _reached(verdicts, caps)
    weights, weighed = carrier_weights(tables["carrier_share"], country, {row["carrier_id"] for row in counts})
    made: list[Block] = []
    missing: list[str] = []
    for whole in _wholes(counts):
        made += _blocks(whole, counts, shares, reached, weights)
    missing += _not_counted(reached, made, counts, shares, names)
    missing += _named_uncounted(tables["deployment"], country, reached, counts, names)
    missing += _not_weighed(made, weights, names)
    ordered = sorted(made, key=lambda block: (block.carrier_id, block.asset_class, block.name))
    return Found(tuple(ordered), weights, tuple(missing), tuple(weighed))


def _reached(verdicts: pl.DataFrame, caps: Mapping[str, float]) -> dict[tuple[Any, ...], Reach]:
    """By carrier (None is all), vendor, class, layer and site class: the verdict on use that asks for removal first."""
    chosen: dict[tuple[Any, ...], Reach] = {}
    for row in verdicts.sort("verdict_id").iter_rows(named=True):
        asks = row["outcome"] == "restricted" or (row["outcome"] == "conditional" and row["remove_by_on"] is not None)
        if row["action"] != "use" or not asks:
            continue
        key = (row["carrier_id"], row["vendor_id"], row["asset_class"], row["layer"], row["site_class"])
        keep = caps.get(row["rule_id"] or "", 0.0)
        reach = Reach(row["verdict_id"], row["pack"], row["rule_id"], row["remove_by_on"], row["outcome"], keep)
        stands = chosen.get(key)
        if stands is None or _first(reach) < _first(stands):
            chosen[key] = reach
    return chosen


def _first(reach: Reach) -> tuple[float, date]:
    return reach.keep_share, reach.by_on or date.min


def reach_of(reached: Mapping[tuple[Any, ...], Reach], block: Sequence[Any]) -> Reach | None:
    """The verdict on a carrier's vendor, class, layer and site class: its own, else that of any carrier or site.

    A class is reached with the class that holds it: `core.user_plane` with `core`.
    """
    carrier, vendor, asset_class, layer, site_class = block
    for cls in _with_holders(asset_class):
        for who in dict.fromkeys((carrier, None)):
            for site in dict.fromkeys((site_class, None)):
                if (hit := reached.get((who, vendor, cls, layer, site))) is not None:
                    return hit
    return None


def _with_holders(asset_class: str) -> Iterator[str]:
    while asset_class:
        yield asset_class
        asset_class = asset_class.rpartition(".")[0]


def _wholes(counts: Iterable[Row]) -> list[tuple[Any, ...]]:
    """Carrier, region, class, layer, generation and site class of every count, once."""
    keys = ("carrier_id", "region", "asset_class", "layer", "generation", "site_class")
    return list(dict.fromkeys(tuple(row[key] for key in keys) for row in counts))


def _blocks(
    whole: tuple[Any, ...],
    counts: Sequence[Row],
    shares: Sequence[Row],
    reached: Mapping[tuple[Any, ...], Reach],
    weights: Mapping[str, Band],
) -> Iterator[Block]:
    carrier, region, asset_class, layer, generation, site_class = whole
    layer = layer or "hardware"
    keys = ("carrier_id", "region", "asset_class", "generation", "site_class")
    here = [
        row for row in counts if tuple(row[k] for k in keys) == (carrier, region, asset_class, generation, site_class)
    ]
    total = next((row for row in here if row["vendor_id"] is None), None)
    own = {row["vendor_id"]: row for row in here if row["vendor_id"] is not None}
    vendors = {key[1] for key in reached}
    for vendor in sorted(vendors):
        reach = reach_of(reached, (carrier, vendor, asset_class, layer, site_class))
        if reach is None:
            continue
        counted = _counted(own.get(vendor), total, vendor, carrier, asset_class, shares)
        if counted is None or counted[0].high <= 0:
            continue
        count, share, basis, unit, used = counted
        if asset_class.endswith(".management"):
            share = _managed(carrier, vendor, asset_class, counts, shares, count)
        weight = (weights.get(carrier, NOTHING)).by(share)
        due = (own.get(vendor) or total or {}).get("renewal_on")
        yield Block(
            carrier, region, asset_class, layer, generation, site_class, vendor, count, share, weight, unit, due, reach,
            basis, tuple(used),
        )  # fmt: skip


Counted = tuple[Band, Band, str, str, list[Used]]


def _counted(
    row: Row | None, total: Row | None, vendor: str, carrier: str, asset_class: str, shares: Sequence[Row]
) -> Counted | None:
    """Count and share of a vendor's elements: counted, else the carrier's count times the vendor's published share."""
    whole = None if total is None else band_of(total, "", "count")
    if row is not None:
        count = band_of(row, "", "count")
        assert count is not None
        share = ALL if whole is None else _over(count, whole)
        used = [_count_used(row, count), *([] if total is None or whole is None else [_count_used(total, whole)])]
        return count, share, row["basis"], row["unit_says"], used
    if total is None or whole is None:
        return None
    published = _published(shares, carrier, vendor, asset_class)
    if published is None:
        return None
    share, said = published
    basis = total["basis"] if total["basis"] == "assumed" else "derived"
    return whole.by(share), share, basis, total["unit_says"], [_count_used(total, whole), said]


def _over(count: Band, whole: Band) -> Band:
    """The share of a count in a whole, each end with the middle of the whole, none above 1."""
    return Band(*(min(1.0, end / whole.mid) if whole.mid else 0.0 for end in (count.low, count.mid, count.high)))


def _count_used(row: Row, count: Band) -> Used:
    who = row["vendor_id"] or "all vendors"
    name = f"{row['unit_says']} of {row['carrier_id']}, {row['asset_class']}, {who}"
    says = row["says"] or "as counted"
    rests_on = row.get("rests_on") or f"element_count:{row['count_id']}"
    return Used(name, "count", count, row["unit_says"], row["basis"], says, rests_on=(rests_on,))


def _published(shares: Sequence[Row], carrier: str, vendor: str, asset_class: str) -> tuple[Band, Used] | None:
    """The newest published share of one vendor at a carrier in the class, in the kind nearest to a count."""
    fitting = [
        row
        for row in shares
        if row["carrier_id"] == carrier
        and row["vendor_ids"] == [vendor]
        and not row["complement"]
        and row["asset_class"] == asset_class
        and not row["later_estimate"]
        and row["method"] == "published"
    ]
    ranked = {kind: at for at, kind in enumerate(PREFERRED)}
    fitting = [row for row in fitting if row["measure_kind"] in ranked]
    if not fitting:
        return None
    row = min(fitting, key=lambda one: (ranked[one["measure_kind"]], _backwards(one["as_of_high_on"]), one["share_id"]))
    band = Band(row["low_share"], (row["low_share"] + row["high_share"]) / 2, row["high_share"])
    name = f"share of {vendor} in the {asset_class} of {carrier}"
    says = f"{row['label']}; share of {row['measure']}, {row['as_of']}"
    return band, Used(
        name, "share", band, row["measure_kind"], "sourced", says, rests_on=(f"vendor_share:{row['share_id']}",)
    )


def _backwards(day: date | None) -> int:
    return -day.toordinal() if day else 0


def _managed(
    carrier: str, vendor: str, asset_class: str, counts: Sequence[Row], shares: Sequence[Row], systems: Band
) -> Band:
    """What a vendor's management stands over: its share of the managed class; from 0 where it may not be there."""
    base = asset_class.removesuffix(".management")
    here = [row for row in counts if (row["carrier_id"], row["asset_class"]) == (carrier, base)]
    own = next((row for row in here if row["vendor_id"] == vendor), None)
    total = next((row for row in here if row["vendor_id"] is None), None)
    counted = _counted(own, total, vendor, carrier, base, shares)
    share = counted[1] if counted else Band(0.0, 0.5, 1.0)
    return share if systems.low > 0 else Band(0.0, share.mid, share.high)


def carrier_weights(rows: pl.DataFrame, country: str, wanted: set[str]) -> tuple[dict[str, Band], list[Used]]:
    """Each carrier's share of the country's subscribers, all by one measure: that which tells of most carriers wanted.

    Among equals the kind that comes first for radio access, then the newest. A measure outlived by newer ones by years
    is not taken. The low and high end of a carrier are those of all rows of that measure's day.
    """
    kinds = vocabulary()["weight_kinds"]["ran"]
    here = rows.filter(pl.col("country") == country, pl.col("measure_kind").is_in(kinds)).to_dicts()
    newest = max((row["as_of_high_on"] for row in here if row["as_of_high_on"]), default=None)
    outlived = vocabulary()["weights_outlived_years"]
    by: dict[tuple[str, date], list[Row]] = {}
    for one in here:
        day = one["as_of_high_on"]
        if day is not None and newest is not None and (newest - day).days <= outlived * 365.25:
            by.setdefault((one["measure"], day), []).append(one)
    if not by:
        return {}, []

    def rank(key: tuple[str, date]) -> tuple[int, int, int, str]:
        told = {row["carrier_id"] for row in by[key]} & wanted
        return -len(told), kinds.index(by[key][0]["measure_kind"]), -key[1].toordinal(), key[0]

    measure, day = min(by, key=rank)
    made: dict[str, Band] = {}
    used = []
    for row in sorted(by[measure, day], key=lambda one: (one["carrier_id"], one["row_id"])):
        if row["carrier_id"] in made:
            continue
        band = Band(row["low_share"], (row["low_share"] + row["high_share"]) / 2, row["high_share"])
        made[row["carrier_id"]] = band
        basis = "derived" if row["reading"] == "our arithmetic" else "sourced"
        name, says = f"share of {row['carrier_id']} in subscribers", f"{measure}, {row['as_of']}"
        if row["carrier_id"] in wanted:
            rests_on = (f"carrier_share:{row['row_id']}",)
            used.append(Used(name, "share", band, row["measure_kind"], basis, says, rests_on=rests_on))
    return made, used


def _not_counted(
    reached: Mapping[tuple[Any, ...], Reach],
    made: Sequence[Block],
    counts: Sequence[Row],
    shares: Sequence[Row],
    names: Mapping[str, str],
) -> list[str]:
    """Sentences on what a verdict reaches at a carrier of the country and no row counts."""
    counted = {(block.carrier_id, block.vendor_id, block.asset_class) for block in made}
    counted |= {(row["carrier_id"], row["vendor_id"], row["asset_class"]) for row in counts}
    lacking: dict[str, set[str]] = {}
    for carrier, vendor, asset_class, *_ in reached:
        if carrier is not None and (carrier, vendor, asset_class) not in counted:
            lacking.setdefault(f"{names.get(vendor, vendor)} in {asset_class}", set()).add(names.get(carrier, carrier))
    told = [
        f"{what}: reached by the policy at {', '.join(sorted(who))}, and no row says how much of it is there"
        for what, who in sorted(lacking.items())
    ]
    parts = {(row["carrier_id"], row["vendor_ids"][0]): row for row in shares if _alone(row)}
    for (carrier, vendor), row in sorted(parts.items()):
        uncounted = not any(one["carrier_id"] == carrier and one["asset_class"] == row["asset_class"] for one in counts)
        if uncounted and reach_of(reached, (carrier, vendor, row["asset_class"], "hardware", None)) is not None:
            who, whose = names.get(vendor, vendor), names.get(carrier, carrier)
            told.append(
                f"{whose}: a share of {who} in {row['asset_class']} is published, and no row counts its elements"
            )
    return list(dict.fromkeys(told))


def _named_uncounted(
    deployments: pl.DataFrame,
    country: str,
    reached: Mapping[tuple[Any, ...], Reach],
    counts: Sequence[Row],
    names: Mapping[str, str],
) -> list[str]:
    """Sentences on carriers at which a vendor that is reached is named in a class, and no row counts its elements."""
    counted = {(row["carrier_id"], row["vendor_id"], row["asset_class"]) for row in counts}
    counted |= {(row["carrier_id"], None, row["asset_class"]) for row in counts if row["vendor_id"] is None}
    rows = deployments.filter(pl.col("country") == country, pl.col("presence") == "named", ~pl.col("complement"))
    told: dict[tuple[str, str, str], str] = {}
    for row in rows.sort("day_high_on", "row_id", descending=[True, False], nulls_last=True).iter_rows(named=True):
        for vendor in row["vendor_ids"]:
            key = (row["carrier_id"], vendor, row["asset_class"])
            known = key in told or counted & {key, (row["carrier_id"], None, row["asset_class"])}
            if known or row["carrier_id"] is None or not _reached_anywhere(reached, key):
                continue
            who, whose = names.get(vendor, vendor), names.get(row["carrier_id"], row["carrier_id"])
            when = f", {row['day']}" if row["day"] else ""
            told[key] = (
                f"{whose}: {who} is named in {row['segment']} ({row['role']}{when}), and no row counts its elements"
            )
    return sorted(told.values())


def _reached_anywhere(reached: Mapping[tuple[Any, ...], Reach], key: tuple[str, str, str]) -> bool:
    layers = {one[3] for one in reached}
    return any(reach_of(reached, (*key, layer, None)) is not None for layer in layers)


def _alone(row: Row) -> bool:
    return bool(row["carrier_id"]) and len(row["vendor_ids"]) == 1 and not row["complement"] and row["high_share"] > 0


def _not_weighed(blocks: Sequence[Block], weights: Mapping[str, Band], names: Mapping[str, str]) -> list[str]:
    lacking = sorted({block.carrier_id for block in blocks if block.carrier_id not in weights})
    return [
        f"{names.get(carrier, carrier)}: no share of subscribers is known, so its exposure counts 0"
        for carrier in lacking
    ]
