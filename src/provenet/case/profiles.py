"""Distinct profiles of an inventory: what rules test of assets, counted, whatever the number of rows.

An inventory of a million elements holds few kinds of them. A profile is one kind: lists are joined to one text in one
order, and the class of the site stands in place of the site.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache

import polars as pl

from provenet.case.rows import AssetFactStruct
from provenet.case.tables import vocabulary
from provenet.core.digest import canonical_json
from provenet.core.ids import fold, names_in

PROFILE_COLUMNS = names_in("""
    vendor_id carrier_id country asset_class layer origin_country capability site_class product_category facts
""")
"""The columns of a profile."""
ASSET_COLUMNS = (
    *("site_id" if name == "site_class" else name for name in PROFILE_COLUMNS),
    "source_id",
    "from_on",
    "to_on",
)
"""The columns of an asset that a profile, or its place in time, may rest on."""
FACT_MARK = "fact:"
"""How the column `tested` of a verdict names a fact of the asset."""
_BETWEEN = "\0"
Pairs = tuple[tuple[str, str], ...]


def asset_profiles(assets: pl.DataFrame, sites: pl.DataFrame | None, as_of: date) -> pl.DataFrame:
    """The profiles of the assets in service on a day, with `row_count` and `unit_count`, in order of their columns.

    `assets` holds `ASSET_COLUMNS`, one row per asset, or one per distinct row of them with its counts. An asset
    without dates is in service; an empty list of capabilities is `none`, null is not known. Cost O(rows), vectorised.
    """
    one = [pl.lit(1, pl.Int64).alias(name) for name in ("row_count", "unit_count") if name not in assets.columns]
    kept = _in_service(assets, sites, as_of).with_columns(*one)
    key = list(PROFILE_COLUMNS)
    return kept.group_by(key).agg(pl.col("row_count", "unit_count").sum()).sort(key).collect()


def inventory_on(assets: pl.DataFrame, sites: pl.DataFrame | None, as_of: date) -> pl.DataFrame:
    """The assets in service on a day, lists joined and the class of the site beside it as a profile holds them."""
    return _in_service(assets, sites, as_of).collect()


def _in_service(assets: pl.DataFrame, sites: pl.DataFrame | None, as_of: date) -> pl.LazyFrame:
    running = (pl.col("from_on").is_null() | (pl.col("from_on") <= as_of)) & (
        pl.col("to_on").is_null() | (pl.col("to_on") > as_of)
    )
    capability = pl.col("capability").list
    joined = [
        pl.when(capability.len() == 0)
        .then(pl.lit("none"))
        .otherwise(capability.sort().list.join("|"))
        .alias("capability"),
        pl.col("facts").list.sort().list.join(_BETWEEN).alias("facts"),
    ]
    kept = assets.lazy().filter(running).with_columns(joined)
    if sites is None or not sites.height:
        return kept.with_columns(site_class=pl.lit(None, pl.String))
    return kept.join(sites.lazy().select("site_id", "site_class").unique("site_id"), on="site_id", how="left")


def fact_pairs(facts: str | None) -> Pairs:
    """The facts of a profile, sorted; a key without a value is true."""
    pairs = [entry.partition("=") for entry in facts.split(_BETWEEN)] if facts else []
    return tuple(sorted((key.strip(), value.strip() if mark else "true") for key, mark, value in pairs if key.strip()))


def tested_facts(facts: str | None, tested: Collection[str]) -> str | None:
    """The facts of a profile whose folded keys are tested, and its act, as a profile holds them; None where none is."""
    kept = [pair for pair in fact_pairs(facts) if fold(pair[0]) in tested or fold(pair[0]) == "action"]
    return _BETWEEN.join(f"{key}={value}" for key, value in kept) or None


def facts_column(pairs: Pairs) -> list[AssetFactStruct] | None:
    """Facts as the column `asset_facts` of a verdict holds them."""
    return [{"key": key, "value": value} for key, value in pairs] if pairs else None


def facts_text(pairs: Pairs) -> str | None:
    """Facts as one text, equal where they are."""
    return canonical_json(pairs) if pairs else None


def pairs_of(cell: Iterable[AssetFactStruct] | None) -> Pairs:
    """Facts from the column `asset_facts` of a verdict."""
    return tuple((fact["key"], fact["value"]) for fact in cell or ())


ASSET_QUESTION = ("origin_country", "capability", "site_class", "product_category", "asset_facts")
"""The columns of a verdict that only a question about assets fills."""


def is_general(verdict: Mapping[str, object]) -> bool:
    """Whether a verdict answers one of the questions put for every vendor, and not one that only an asset raised."""
    own = any(verdict.get(name) is not None for name in ASSET_QUESTION)
    is_general_class = (verdict["asset_class"], verdict["layer"]) in _general_profiles()
    return not own and (is_general_class or verdict.get("asset_count") is None)


def is_general_question() -> pl.Expr:
    """`is_general` of the rows of a frame of verdicts."""
    own = pl.any_horizontal(pl.col(name).is_not_null() for name in ASSET_QUESTION)
    profile = pl.concat_str("asset_class", "layer", separator=_BETWEEN)
    is_general_class = profile.is_in(sorted(map(_BETWEEN.join, _general_profiles())))
    return ~own & (is_general_class | pl.col("asset_count").is_null())


@lru_cache(maxsize=1)
def _general_profiles() -> frozenset[tuple[str, str]]:
    """The asset classes and layers asked of every vendor."""
    return frozenset((profile["asset_class"], profile["layer"]) for profile in vocabulary()["asked_profiles"])


def query(name: str, **filtered: object) -> str:
    """A reference to all rows of a table that have these values, as an input of a figure: null is null."""
    return f"{name}?{json.dumps(filtered, sort_keys=True, ensure_ascii=False, separators=(',', ':'))}"
