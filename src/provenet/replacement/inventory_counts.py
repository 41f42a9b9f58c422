"""Counts of elements from an inventory, as rows of `element_count`: what a carrier lists itself needs no estimate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from provenet.case.profiles import asset_profiles, query

Row = dict[str, Any]
KEY = ("carrier_id", "country", "asset_class", "layer", "site_class")


def counted(
    assets: pl.DataFrame, sites: pl.DataFrame, as_of: date, country: str, stated: Iterable[Mapping[str, Any]]
) -> list[Row]:
    """The assets in service on a day, counted by vendor, and all vendors together, for each class of a carrier.

    An asset without a vendor may be of any: it counts at the upper end of each. What stands at a class of site is told
    apart as well, as a part of the whole. A class for which the carrier has a row
    in `element_count` (`stated`) is not counted again. Cost O(assets).
    """
    told = {(row["carrier_id"], row["asset_class"]) for row in stated}
    profiles = asset_profiles(assets, sites, as_of).filter(pl.col("country") == country)
    made: list[Row] = []
    whole = profiles.with_columns(site_class=pl.lit(None, pl.String))
    parts = profiles.filter(pl.col("site_class").is_not_null())
    for key, rows in sorted(pl.concat([whole, parts]).group_by(KEY), key=lambda one: [str(part) for part in one[0]]):
        if (key[0], key[2]) in told:
            continue
        counts = dict(rows.group_by("vendor_id").agg(pl.col("unit_count").sum()).iter_rows())
        unknown = counts.pop(None, 0)
        total = sum(counts.values()) + unknown
        made.append(_row(key, None, total, total))
        made += [_row(key, vendor, count, count + unknown) for vendor, count in sorted(counts.items())]
    return made


def _row(key: tuple[Any, ...], vendor: str | None, low: int, high: int) -> Row:
    says = "counted from the inventory" + ("" if low == high else "; the upper end takes in assets without a vendor")
    named = " ".join(str(part) for part in (*key, vendor) if part is not None)
    ends = {"low_count": float(low), "mid_count": float(low), "high_count": float(high)}
    nothing = dict.fromkeys(("region", "generation", "day", "day_low_on", "day_high_on", "renewal_on"))
    told = {
        "count_id": f"assets: {named}",
        "vendor_id": vendor,
        "unit_says": "elements",
        "basis": "sourced",
        "says": says,
    }
    where = {"carrier_id": key[0], "country": key[1], "asset_class": key[2], "layer": key[3]}
    rests_on = query("asset", **where, **({} if vendor is None else {"vendor_id": vendor}))
    return {**dict(zip(KEY, key, strict=True)), **nothing, **ends, **told, "says": says, "rests_on": rests_on}
