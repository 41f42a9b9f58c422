"""Counts of elements from an inventory, as rows of `element_count`: what a carrier lists itself needs no estimate."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from provenet.case.profiles import asset_profiles, query
from provenet.case.rows import ElementCountRow
from provenet.core.countries import countries
from provenet.replacement.counts import ANY_LAYER, CountRow

KEY = ("carrier_id", "asset_class", "layer", "site_class")


def count_inventory(
    assets: pl.DataFrame, sites: pl.DataFrame, as_of: date, *, country: str, stated: Iterable[ElementCountRow]
) -> list[CountRow]:
    """The assets in service on a day, counted by vendor, and all vendors together, for each class of a carrier.

    An asset without a vendor may be of any: it counts at the upper end of each. One whose layer is not stated counts
    for itself, as verdicts are asked of it. What stands at a class of site is counted apart as well, as a part of the
    whole. A class for which the carrier has a row in `element_count` (`stated`) is not counted again. Cost O(assets).
    """
    known = {(row["carrier_id"], row["asset_class"]) for row in stated}
    spelled = sorted({country, countries().code(country) or country} & set(assets["country"].unique()))
    profiles = asset_profiles(assets, sites, as_of).filter(pl.col("country").is_in(spelled))
    made: list[CountRow] = []
    whole = profiles.with_columns(site_class=pl.lit(None, pl.String))
    parts = profiles.filter(pl.col("site_class").is_not_null())
    for key, rows in sorted(pl.concat([whole, parts]).group_by(KEY), key=lambda one: [str(part) for part in one[0]]):
        if (key[0], key[1]) in known:
            continue
        place = (country, spelled[0] if len(spelled) == 1 else spelled)
        counts = dict(rows.group_by("vendor_id").agg(pl.col("unit_count").sum()).iter_rows())
        unknown = counts.pop(None, 0)
        total = sum(counts.values()) + unknown
        made.append(_row(key, None, place=place, low=total, high=total))
        made += [_row(key, vendor, place=place, low=n, high=n + unknown) for vendor, n in sorted(counts.items())]
    return made


def _row(key: tuple[Any, ...], vendor: str | None, *, place: tuple[str, object], low: int, high: int) -> CountRow:
    """One count; `place` is the country, and as the assets spell it."""
    carrier, asset_class, layer, site_class = key
    named = " ".join(str(part) for part in (carrier, place[0], *key[1:], vendor) if part is not None)
    where = {"carrier_id": carrier, "country": place[1], "asset_class": asset_class, "layer": layer}
    return {
        "count_id": f"assets: {named}",
        "carrier_id": carrier,
        "country": place[0],
        "region": None,
        "asset_class": asset_class,
        "layer": layer or ANY_LAYER,
        "generation": None,
        "site_class": site_class,
        "vendor_id": vendor,
        "unit_says": "elements",
        "low_count": float(low),
        "mid_count": float(low),
        "high_count": float(high),
        "day": None,
        "day_low_on": None,
        "day_high_on": None,
        "renewal_on": None,
        "basis": "sourced",
        "says": "counted from the inventory"
        + ("" if low == high else "; the upper end includes assets without a vendor"),
        "rests_on": query("asset", **where, **({} if vendor is None else {"vendor_id": vendor})),
    }
