"""Counts of elements from an inventory, as rows of `element_count`: what a carrier lists itself needs no estimate."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from provenet.case.profiles import FACT_MARK, asset_profiles, fact_pairs, facts_text, pairs_of, query, tested_facts
from provenet.case.rows import ElementCountRow
from provenet.core.countries import countries
from provenet.core.ids import fold
from provenet.replacement.counts import ANY_LAYER, CountRow

TESTED_COLUMNS = ("carrier_id", "origin_country", "capability", "site_class", "product_category")
"""The columns of an asset that rules may test beside its vendor, class and layer."""
VERDICT_COLUMNS = ("vendor_id", "asset_class", "layer", *TESTED_COLUMNS, "asset_facts")
KEY = ("carrier_id", "asset_class", "layer", "site_class")


def count_inventory(
    assets: pl.DataFrame,
    sites: pl.DataFrame,
    as_of: date,
    *,
    country: str,
    stated: Iterable[ElementCountRow],
    verdicts: pl.DataFrame | None = None,
) -> list[CountRow]:
    """The assets in service on a day, counted by vendor, and all vendors together, for each class of a carrier.

    An asset without a vendor may be of any: it counts at the upper end of each. One whose layer is not stated counts
    for itself, as verdicts are asked of it. What stands at a class of site is counted apart as well, as a part of the
    whole. A class for which the carrier has a row in `element_count` (`stated`) is not counted again.
    With `verdicts` a vendor's count is of those assets alone whose own verdict requires removal: a rule may reach one
    capability, origin or fact of a class and not the rest. Cost O(assets).
    """
    known = {(row["carrier_id"], row["asset_class"]) for row in stated}
    spelled = sorted({country, countries().code(country) or country} & set(assets["country"].unique()))
    profiles = asset_profiles(assets, sites, as_of).filter(pl.col("country").is_in(spelled))
    if verdicts is not None:
        profiles = _reached_alone(profiles, verdicts)
    made: list[CountRow] = []
    whole = profiles.with_columns(site_class=pl.lit(None, pl.String))
    parts = profiles.filter(pl.col("site_class").is_not_null())
    for key, rows in sorted(pl.concat([whole, parts]).group_by(KEY), key=lambda one: [str(part) for part in one[0]]):
        if (key[0], key[1]) in known:
            continue
        place = (country, spelled[0] if len(spelled) == 1 else spelled)
        total = int(rows["unit_count"].sum())
        counted = pl.col("unit_count" if verdicts is None else "reached_count").sum()
        named = rows.filter(pl.col("vendor_id").is_not_null())
        counts = dict(named.group_by("vendor_id").agg(counted).iter_rows())
        unknown = total - int(named["unit_count"].sum())
        made.append(_row(key, None, place=place, low=total, high=total))
        for vendor, count in sorted(counts.items()):
            made.append(_row(key, vendor, place=place, low=count, high=count + unknown if count else 0))
    return made


def _reached_alone(profiles: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """The profiles with `reached_count`: their units where a verdict on such assets requires removal, else none."""
    removes = (pl.col("outcome") == "restricted") | (
        (pl.col("outcome") == "conditional") & pl.col("remove_by_on").is_not_null()
    )
    removing = verdicts.filter(pl.col("action") == "use", pl.col("unit_count").is_not_null(), removes)
    keys: dict[tuple[str, ...], set[tuple[object, ...]]] = {}
    for row in removing.select(*VERDICT_COLUMNS, "tested").iter_rows(named=True):
        tested = tuple(row["tested"] or ())
        facts = facts_text(pairs_of(row["asset_facts"]))
        keys.setdefault(tested, set()).add(_key(row, tested, row["layer"], facts=facts))
    counts = [
        row["unit_count"]
        if _is_used(row["facts"]) and any(_profile_key(row, tested) in held for tested, held in keys.items())
        else 0
        for row in profiles.iter_rows(named=True)
    ]
    return profiles.with_columns(reached_count=pl.Series(counts, dtype=pl.Int64))


def _key(row: Mapping[str, Any], tested: Sequence[str], layer: str, *, facts: str | None) -> tuple[object, ...]:
    """What the rules of a pack can tell apart of assets."""
    cells = [row[name] if name in tested else None for name in TESTED_COLUMNS]
    return row["vendor_id"], row["asset_class"], layer, *cells, facts


def _profile_key(row: Mapping[str, Any], tested: Sequence[str]) -> tuple[object, ...]:
    of_asset = {name.removeprefix(FACT_MARK) for name in tested if name.startswith(FACT_MARK)}
    pairs = fact_pairs(tested_facts(row["facts"], of_asset)) if row["facts"] else ()
    facts = facts_text(tuple(pair for pair in pairs if fold(pair[0]) != "action"))
    return _key(row, tested, row["layer"] or ANY_LAYER, facts=facts)


def _is_used(facts: str | None) -> bool:
    """Whether an asset is screened as one in use: its facts name that act or none."""
    acts = [value for key, value in fact_pairs(facts) if fold(key) == "action"]
    return not acts or "use" in acts


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
