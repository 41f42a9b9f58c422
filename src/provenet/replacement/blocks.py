"""What has to go: for each carrier, asset class and vendor that a verdict reaches, how many elements and whose traffic.

A block is a count with its ends, never a list of sites. Its share of a carrier is its count over the carrier's count of
the class; subscribers are taken to be spread over a carrier's elements evenly, which is told as an assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from provenet.case.carrier_weights import carrier_weights
from provenet.case.money import NOTHING, Band, Used
from provenet.replacement.counting import Counts, Place

Row = Mapping[str, Any]


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
    counted = Counts(counts, shares)
    for place in counted.places():
        made += _blocks(place, counted, reached, weights)
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


def _blocks(
    place: Place,
    counts: Counts,
    reached: Mapping[tuple[Any, ...], Reach],
    weights: Mapping[str, Band],
) -> Iterator[Block]:
    for vendor in sorted({key[1] for key in reached}):
        what = (place.carrier_id, vendor, place.asset_class, place.layer, place.site_class)
        reach = reach_of(reached, what)
        counted = None if reach is None else counts.of(place, vendor)
        if reach is None or counted is None or counted.count.high <= 0:
            continue
        share = counted.share
        if place.asset_class.endswith(".management"):
            share = counts.managed(place, vendor, counted.count)
        weight = weights.get(place.carrier_id, NOTHING).by(share)
        yield Block(
            *place, vendor, counted.count, share, weight, counted.unit_says, counted.renewal_on, reach, counted.basis,
            counted.used,
        )  # fmt: skip


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
