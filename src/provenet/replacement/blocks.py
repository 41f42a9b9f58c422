"""What has to go: for each carrier, asset class and vendor that a verdict reaches, how many elements and whose traffic.

A block is a count with its ends, never a list of sites. Its share of a carrier is its count over the carrier's count of
the class; subscribers are taken to be spread evenly over a carrier's elements, which is a stated assumption.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, fsum
from typing import cast

import polars as pl

from provenet.case.carrier_weights import carrier_weights, lacking_share, with_unknown
from provenet.case.money import NOTHING, Band, InputFigure
from provenet.case.rows import DeploymentRow, ElementCountRow, VendorShareRow, VerdictRow, iter_rows_of, rows_of
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.core.ids import is_in_class
from provenet.replacement.counts import CountedPlace, CountRow, Counts


@dataclass(frozen=True)
class Reach:
    """What a verdict requires: `by_on` None is at once, `keep_share` of the carrier's elements may stay under a cap."""

    verdict_id: str
    pack: str
    rule_id: str | None
    by_on: date | None
    outcome: str
    keep_share: float = 0.0


@dataclass(frozen=True)
class Block:
    """Alike elements of one vendor at one carrier, with the verdict that reaches them.

    `share` is of the carrier's elements of the class, `weight` of the country behind the block.
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
    used: tuple[InputFigure, ...]

    @property
    def name(self) -> str:
        """The block in an id: carrier, region and the like, class and vendor."""
        parts = (self.carrier_id, self.region, self.asset_class, self.generation, self.site_class, self.vendor_id)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class RestrictedBlocks:
    """The blocks of a country; `weights` are its carriers' shares of it, in what `weight_kind` names (None where no row
    gives one), `missing` sentences of what lacks."""

    blocks: tuple[Block, ...]
    weights: Mapping[str, Band]
    weight_kind: str | None
    missing: tuple[str, ...]
    used: tuple[InputFigure, ...]


ReachKey = tuple[str | None, str, str, str, str | None]
"""Carrier (None is all), vendor, asset class, layer and site class (None is all)."""


def find_blocks(
    tables: Mapping[str, pl.DataFrame],
    verdicts: pl.DataFrame,
    country: str,
    *,
    caps: Mapping[str, float],
    inventory: Sequence[CountRow] = (),
    listed: Sequence[CountRow] = (),
    only: Sequence[str] = (),
) -> RestrictedBlocks:
    """The blocks that verdicts reach, sorted by carrier, class and vendor.

    `tables` has `element_count`, `vendor_share` (the run that stands for the day), `carrier_share`, `deployment` and
    `party`, cut to what was known. `caps` maps the rules that are caps to the share that may stay; `inventory` are
    further counts, from `inventory_counts`, and `listed` all that the inventory lists, counted or not: what of it is
    restricted and in no block is named as missing. `only` keeps to some asset classes, with what they hold, and layers;
    empty is all. Cost O(rows).
    """
    stated = rows_of(ElementCountRow, tables["element_count"].filter(country=country).sort("count_id"))
    rows = [*cast(list[CountRow], stated), *inventory]
    shares = rows_of(VendorShareRow, tables["vendor_share"].filter(pl.col("part").is_null(), country=country))
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    reached = {key: reach for key, reach in _reached(verdicts, caps).items() if _touches(key[2], key[3], only)}
    listed = [row for row in listed if is_within(row["asset_class"], row["layer"] or "hardware", only)]
    counted = {row["carrier_id"] for row in rows}
    known, weighed = carrier_weights(tables["carrier_share"], country, counted)
    weights = with_unknown(known, counted)
    blocks: list[Block] = []
    counts = Counts(rows, shares)
    for place in counts.places():
        if is_within(place.asset_class, place.layer, only):
            blocks += _blocks(place, counts, reached, weights=weights)
    missing = [
        *_not_counted(reached, blocks, counts, names=names),
        *_named_uncounted(tables["deployment"].filter(country=country), reached, rows, names=names),
        *_listed_unplanned(listed, blocks, reached, names=names),
        *_not_weighed(blocks, known, names),
    ]
    ordered = sorted(blocks, key=lambda block: (block.carrier_id, block.asset_class, block.name))
    kind = next((one.unit_says for one in weighed), None)
    return RestrictedBlocks(tuple(ordered), weights, kind, missing=tuple(missing), used=tuple(weighed))


def is_within(asset_class: str, layer: str, only: Sequence[str]) -> bool:
    """Whether equipment is of one of the asset classes, or in one, or of one of the layers; of all where none is named.

    >>> is_within("core.user_plane", "software", ["core"]), is_within("ran.management", "management", ["management"])
    (True, True)
    >>> is_within("core", "software", ["core.user_plane"]), is_within("ran", "hardware", [])
    (False, True)
    """
    return not only or any(word == layer or is_in_class(asset_class, word) for word in only)


def _touches(asset_class: str, layer: str, only: Sequence[str]) -> bool:
    """Whether a verdict on a class may reach something within: also a class that holds one of those named."""
    return is_within(asset_class, layer, only) or any(is_in_class(word, asset_class) for word in only)


def _reached(verdicts: pl.DataFrame, caps: Mapping[str, float]) -> dict[ReachKey, Reach]:
    """The verdict on use that requires removal first, for each key."""
    chosen: dict[ReachKey, Reach] = {}
    removes = (pl.col("outcome") == "restricted") | (
        (pl.col("outcome") == "conditional") & pl.col("remove_by_on").is_not_null()
    )
    # Most verdicts remove nothing; what one rests on fact by fact is not needed here, and long.
    removing = verdicts.filter(removes, action="use").drop("facts", "origins", "flip_sets", strict=False)
    for row in iter_rows_of(VerdictRow, removing.sort("verdict_id")):
        key = (row["carrier_id"], row["vendor_id"], row["asset_class"], row["layer"], row["site_class"])
        keep_share = caps.get(row["rule_id"] or "", 0.0)
        reach = Reach(row["verdict_id"], row["pack"], row["rule_id"], row["remove_by_on"], row["outcome"], keep_share)
        stands = chosen.get(key)
        if stands is None or _first(reach) < _first(stands):
            chosen[key] = reach
    return chosen


def _first(reach: Reach) -> tuple[float, date]:
    return reach.keep_share, reach.by_on or date.min


def reach_of(reached: Mapping[ReachKey, Reach], key: ReachKey) -> Reach | None:
    """The verdict on a carrier's vendor, class, layer and site class: its own, else that of any carrier or site.

    A class is reached with the class that holds it: `core.user_plane` with `core`.
    """
    carrier, vendor, asset_class, layer, site_class = key
    for holder in _with_holders(asset_class):
        for who in dict.fromkeys((carrier, None)):
            for site in dict.fromkeys((site_class, None)):
                if (hit := reached.get((who, vendor, holder, layer, site))) is not None:
                    return hit
    return None


def _with_holders(asset_class: str) -> Iterator[str]:
    while asset_class:
        yield asset_class
        asset_class = asset_class.rpartition(".")[0]


def _blocks(
    place: CountedPlace, counts: Counts, reached: Mapping[ReachKey, Reach], *, weights: Mapping[str, Band]
) -> Iterator[Block]:
    for vendor in sorted({key[1] for key in reached}):
        reach = reach_of(reached, (place.carrier_id, vendor, place.asset_class, place.layer, place.site_class))
        counted = None if reach is None else counts.of(place, vendor)
        if reach is None or counted is None or counted.count.high <= 0:
            continue
        share = counted.share
        if place.asset_class.endswith(".management"):
            share = counts.managed(place, vendor, counted.count)
        yield Block(
            **place._asdict(),
            vendor_id=vendor,
            count=counted.count,
            share=share,
            weight=weights.get(place.carrier_id, NOTHING).by(share),
            unit_says=counted.unit_says,
            renewal_on=counted.renewal_on,
            reach=reach,
            basis=counted.basis,
            used=counted.used,
        )


def _not_counted(
    reached: Mapping[ReachKey, Reach], blocks: Sequence[Block], counts: Counts, *, names: Mapping[str, str]
) -> list[str]:
    """Sentences on what a verdict reaches at a carrier of the country and no row counts."""
    counted: set[tuple[str, str | None, str]]
    counted = {(block.carrier_id, block.vendor_id, block.asset_class) for block in blocks}
    counted |= {(row["carrier_id"], row["vendor_id"], row["asset_class"]) for row in counts.rows}
    lacking = grouped(
        (f"{names.get(vendor, vendor)} in {asset_class}", names.get(carrier, carrier))
        for carrier, vendor, asset_class, *_ in reached
        if carrier is not None and (carrier, vendor, asset_class) not in counted
    )
    sentences = [
        f"{what}: restricted by the policy at {wording.series(sorted({*who}))}, and no row says how much of it there is"
        for what, who in sorted(lacking.items())
    ]
    parts = {(row["carrier_id"], row["vendor_ids"][0]): row for row in counts.shares if _is_one_vendors(row)}
    for (carrier, vendor), row in sorted(parts.items()):
        asset_class = row["asset_class"]
        uncounted = not any(one["carrier_id"] == carrier and one["asset_class"] == asset_class for one in counts.rows)
        if uncounted and reach_of(reached, (carrier, vendor, asset_class, "hardware", None)) is not None:
            sentences.append(
                f"{names.get(carrier or '', carrier)}: a share of {names.get(vendor, vendor)} in {asset_class} is "
                "published, and no row counts its elements"
            )
    return list(dict.fromkeys(sentences))


def _named_uncounted(
    deployments: pl.DataFrame,
    reached: Mapping[ReachKey, Reach],
    counts: Sequence[CountRow],
    *,
    names: Mapping[str, str],
) -> list[str]:
    """Sentences on carriers at which a vendor that is reached is named in a class, and no row counts its elements."""
    counted = {(row["carrier_id"], row["vendor_id"], row["asset_class"]) for row in counts}
    rows = deployments.filter(pl.col("presence") == "named", ~pl.col("complement"))
    sentences: dict[tuple[str, str, str | None], str] = {}
    newest_first = rows.sort("day_high_on", "row_id", descending=[True, False], nulls_last=True)
    for row in iter_rows_of(DeploymentRow, newest_first):
        carrier, asset_class = row["carrier_id"], row["asset_class"]
        for vendor in row["vendor_ids"]:
            if carrier is None or asset_class is None:
                continue
            key = (carrier, vendor, asset_class)
            known = key in sentences or counted & {key, (carrier, None, asset_class)}
            if known or not _is_reached_on_some_layer(reached, key):
                continue
            where = f"{row['segment']} ({row['role']}{', ' if row['day'] else ''}{row['day'] or ''})"
            sentences[key] = (
                f"{names.get(carrier, carrier)}: {names.get(vendor, vendor)} is named in {where}, and no row counts "
                "its elements"
            )
    return sorted(sentences.values())


def _listed_unplanned(
    listed: Sequence[CountRow], blocks: Sequence[Block], reached: Mapping[ReachKey, Reach], *, names: Mapping[str, str]
) -> Iterator[str]:
    """Sentences on assets that a verdict reaches and that are in no block: counts of their class leave them out."""
    planned = grouped(
        ((block.carrier_id, block.vendor_id, block.asset_class, block.layer), block.site_class) for block in blocks
    )
    for row in listed:
        carrier, vendor, asset_class = row["carrier_id"], row["vendor_id"], row["asset_class"]
        layer, site = row["layer"] or "hardware", row["site_class"]
        key = (carrier, vendor or "", asset_class, layer, site)
        if vendor is None or not row["low_count"] or reach_of(reached, key) is None:
            continue
        held = planned.get((carrier, vendor, asset_class, layer), [])
        if not held or not (site is None or None in held or site in held):
            count = wording.count(round(row["low_count"] or 0), "element")
            where = f"{asset_class} ({layer}{f', at sites of class {site}' if site else ''})"
            yield (
                f"{names.get(carrier, carrier)}: {count} of {names.get(vendor, vendor)} in {where} are restricted and "
                "not planned, since rows of element_count count that class there without them; add a row for them"
            )


def _is_reached_on_some_layer(reached: Mapping[ReachKey, Reach], key: tuple[str, str, str]) -> bool:
    return any(reach_of(reached, (*key, layer, None)) is not None for layer in {one[3] for one in reached})


def _is_one_vendors(row: VendorShareRow) -> bool:
    return bool(row["carrier_id"]) and len(row["vendor_ids"]) == 1 and not row["complement"] and row["high_share"] > 0


def _not_weighed(blocks: Sequence[Block], weights: Mapping[str, Band], names: Mapping[str, str]) -> list[str]:
    lacking = sorted({block.carrier_id for block in blocks if block.carrier_id not in weights})
    rest = with_unknown(weights, lacking)
    return [
        lacking_share(names.get(carrier, carrier), rest[carrier].high, "no lot is put first by who is behind it")
        for carrier in lacking
    ]


@dataclass(frozen=True)
class VendorAssignment:
    """A vendor for each lot of a block in turn (None where nobody is named), and what stands in the way."""

    vendors: tuple[str | None, ...]
    says: str
    clash: str | None = None
    relief: str | None = None


def named_vendors(deployments: pl.DataFrame, country: str, asset_class: str, *, carrier: str | None) -> list[str]:
    """Vendors named in a class of a carrier, or of any carrier of a country; those of its parts count too."""
    rows = deployments.filter(pl.col("country") == country, pl.col("presence") == "named", ~pl.col("complement"))
    if carrier is not None:
        rows = rows.filter(pl.col("carrier_id") == carrier)
    inside = (pl.col("asset_class") == asset_class) | pl.col("asset_class").str.starts_with(f"{asset_class}.")
    found = rows.filter(inside)["vendor_ids"].explode(empty_as_null=True).drop_nulls().unique().to_list()
    return sorted(name for name in found if not name.startswith("country:"))


def holdings(
    shares: Sequence[VendorShareRow], carrier: str, asset_class: str, *, vendors: Sequence[str], rest: float
) -> dict[str, float]:
    """What each vendor holds of a carrier's class before the plan: as published, else an equal part of what is left.

    `rest` is the share that is not to be swapped.
    """
    published: dict[str, float] = {}
    for row in sorted(shares, key=lambda one: str(one["as_of_high_on"])):
        one = str(row["vendor_ids"][0]) if len(row["vendor_ids"]) == 1 else ""
        fits = row["carrier_id"] == carrier and row["asset_class"] == asset_class and not row["complement"]
        if fits and one in vendors and not row["later_estimate"] and row["method"] == "published":
            published[one] = (row["low_share"] + row["high_share"]) / 2
    others = [name for name in vendors if name not in published]
    left = max(0.0, rest - fsum(published.values()))
    return {**dict.fromkeys(others, left / len(others) if others else 0.0), **published}


def assign_vendors(
    block: Block,
    lots: int,
    own: Sequence[str],
    *,
    others: Iterable[str],
    shares: Sequence[VendorShareRow],
    cap: float | None,
) -> VendorAssignment:
    """A vendor for each lot: of those that the carrier has in the class, and of `others` where a cap leaves no room.

    Laws: with a cap, no vendor ends above it; the order of vendors given does not matter.
    """
    beside = [name for name in sorted(set(others)) if name not in own]
    own = sorted(own)
    if not own and not beside:
        return VendorAssignment((None,) * lots, "no row names a possible vendor; none is chosen")
    held = holdings(shares, block.carrier_id, block.asset_class, vendors=own, rest=1 - block.share.mid)
    held |= dict.fromkeys(beside, 0.0)
    part = block.share.mid / lots
    most = 1.0 if cap is None else cap
    chosen, held_then = _deal(held, own, beside, part=part, lots=lots, most=most)
    if len(chosen) == lots:
        text = "each lot goes to the vendor of the class that holds least of the carrier's elements by then"
        return VendorAssignment(tuple(chosen), text)
    parts = wording.series(f"{name} {wording.percent(share, places=0)}" for name, share in sorted(held_then.items()))
    clash = (
        f"vendor cap: no new vendor may hold more than {wording.percent(most, places=0)} of {block.asset_class} at "
        f"{block.carrier_id}, but the shares there would be {parts} after {len(chosen)} of {lots} lots"
    )
    caps = range(ceil(100 * most), 101)
    enough = next(
        (cap for cap in caps if len(_deal(held, own, beside, part=part, lots=lots, most=cap / 100)[0]) == lots), None
    )
    relief = f"raise the vendor cap at {block.carrier_id} to {enough} %" if enough is not None else ""
    if len(held) == 1 or not relief:
        relief += f"{' or ' if relief else ''}name {'a second' if len(held) == 1 else 'another'} vendor"
    return VendorAssignment((None,) * lots, "", clash, relief)


def _deal(
    held: Mapping[str, float], own: Sequence[str], beside: Sequence[str], *, part: float, lots: int, most: float
) -> tuple[list[str], dict[str, float]]:
    """Who gets each lot until no vendor has room under the cap, and what each holds then."""
    holds, chosen = dict(held), list[str]()
    for _ in range(lots):
        fitting = [name for name in own if holds[name] + part <= most + 1e-9]
        fitting = fitting or [name for name in beside if holds[name] + part <= most + 1e-9]
        if not fitting:
            break
        best = min(fitting, key=lambda name: (holds[name], name))
        holds[best] += part
        chosen.append(best)
    return chosen, holds
