"""Coverage: what a question about a country would need and the rows do not say. Gaps, none of them a fault."""

from collections.abc import Iterator

import polars as pl

from provenet.case.checks.figures import disjoint_sum, whole_said
from provenet.case.checks.finding import Issue, StandingRows, each, listed, refs_of
from provenet.case.rows import MarketShareRow, rows_of
from provenet.case.sites import sensitive_sites
from provenet.case.tables import tables, vocabulary
from provenet.core import wording

THIN_SHARE = 0.5
"""Below this coverage a figure is thin: less than half of the whole is known."""
_SEAT = r"^[A-Z]{2}$"


def _figures(rows: StandingRows) -> pl.DataFrame:
    """Each carrier and country that some row says equipment of: columns carrier_id, country, asset_class."""
    single = pl.col("level").is_in(["carrier", "country"])
    share = rows.lazy("market_share").filter(single).select("carrier_id", pl.col("geo").alias("country"), "asset_class")
    named = [rows.lazy(name).select("carrier_id", "country", "asset_class") for name in ("deployment", "asset")]
    return pl.concat([share, *named]).unique().collect()


def silent_carriers(rows: StandingRows) -> Iterator[Issue]:
    """Carriers of which no row says any equipment, and which no row says to ride on another's."""
    shares = rows.values("market_share", "carrier_id")
    known = {*shares, *_figures(rows)["carrier_id"].drop_nulls(), *rows.values("rides_on", "carrier_id")}
    yield from each(
        rows,
        "party",
        "party_id",
        bad=(pl.col("role") == "carrier") & ~pl.col("party_id").is_in(list(known)),
        says=lambda row: f"No share, deployment or asset names the carrier {row['name']}.",
        shows=("name",),
    )


def without_size(rows: StandingRows) -> Iterator[Issue]:
    """Carriers whose equipment is known and whose size is not, in countries that have sizes of others."""
    sized = rows.of("carrier_share")
    countries, with_size = set(sized["country"]), set(sized["carrier_id"])
    names = rows.names()
    figures = _figures(rows).filter(pl.col("carrier_id").is_not_null() & pl.col("country").is_in(list(countries)))
    missing = figures.filter(~pl.col("carrier_id").is_in(list(with_size))).select("carrier_id", "country").unique()
    for carrier, country in missing.sort("country", "carrier_id").iter_rows():
        yield Issue(
            "carrier_share.carrier_id",
            (carrier, country),
            f"party {carrier}, carrier_share",
            says=f"{names.get(carrier, carrier)} has figures on vendors and no row of carrier_share in {country}.",
            refs=(f"party:{carrier}",),
            words={"country": country},
        )


def without_sizes(rows: StandingRows) -> Iterator[Issue]:
    """Countries whose carriers have figures on vendors and none of them a size."""
    sized = rows.values("carrier_share", "country").to_list()
    figures = _figures(rows).filter(pl.col("carrier_id").is_not_null() & ~pl.col("country").is_in(sized))
    for country, carriers in (
        figures.group_by("country").agg(pl.col("carrier_id").unique().sort()).sort("country").iter_rows()
    ):
        who = wording.count(len(carriers), "carrier")
        yield Issue(
            "carrier_share.country",
            (country,),
            f"carrier_share, country ({country})",
            says=f"{who} of {country} {wording.plural(len(carriers), 'has', 'have')} figures on vendors and none a "
            f"size: {listed(carriers)}.",
            refs=refs_of("party", carriers),
            words={"country": country},
        )


def thin_shares(rows: StandingRows) -> Iterator[Issue]:
    """Wholes whose newest shares name vendors for less than half."""
    whole = ["geo", "carrier_id", "segment", "measure_kind"]
    frame = rows.of("market_share").filter(
        ~pl.col("forecast") & ((pl.col("low_share") > 0) | (pl.col("high_share") < 1))
    )
    newest = frame.filter(pl.col("as_of_high_on").eq_missing(pl.col("as_of_high_on").max().over(whole)))
    for group in newest.sort(*whole, "row_id").partition_by(whole, maintain_order=True):
        total, _ = disjoint_sum(group)
        if total < THIN_SHARE:
            first = rows_of(MarketShareRow, group.head(1))[0]
            name = whole_said(first["geo"], first["carrier_id"], first["segment"])
            yield Issue(
                "market_share.low_share",
                tuple(map(str, group.select(whole).row(0))),
                f"market_share, low_share ({name})",
                says=f"Shares of {name} ({first['measure_kind']}, {first['as_of']}) name vendors for "
                f"{wording.percent(total)} at least; of the rest no vendor is named.",
                refs=refs_of("market_share", group["row_id"]),
            )


def thin_results(rows: StandingRows) -> Iterator[Issue]:
    """Figures of a whole country that stand and rest on less than half of it."""
    frame = rows.lazy("vendor_share").filter(pl.col("carrier_id").is_null() & (pl.col("method") == "bounds"))
    whole = ["country", "asset_class", "measure_kind", "as_of_on", "known_on"]
    best = frame.group_by(whole).agg(pl.col("coverage_share").max(), pl.col("share_id").sort().first())
    thin = best.filter(pl.col("coverage_share") < THIN_SHARE).collect().sort(whole)
    for country, what, kind, day, known, share, first in thin.iter_rows():
        known_says = f", as known on {known}" if known is not None else ""
        yield Issue(
            "vendor_share.coverage_share",
            (country, what, kind, str(day), str(known)),
            f"vendor_share, coverage_share ({country}, {what})",
            says=f"Figures of {country}, {what} ({kind}, {day}{known_says}) rest on {wording.percent(share)} of the "
            "whole.",
            refs=(f"vendor_share:{first}",),
            words={"country": country},
        )


def without_seat(rows: StandingRows) -> Iterator[Issue]:
    """Vendors that figures name and whose seat is not known, or stands as no country code."""
    named = {
        *(one for name in ("market_share", "deployment", "procurement") for one in rows.values(name, "vendor_ids")),
        *rows.values("asset", "vendor_id"),
    }
    unseated = pl.col("country").is_null() | ~pl.col("country").str.contains(_SEAT)
    yield from each(
        rows,
        "party",
        "country",
        bad=(pl.col("role") == "vendor") & pl.col("party_id").is_in(list(named)) & unseated,
        says=lambda row: f"Figures name the vendor {row['name']}; its seat is {row['country'] or 'not known'}.",
        shows=("name",),
    )


def without_vendor(rows: StandingRows) -> Iterator[Issue]:
    """Assets whose vendor is not known, by carrier."""
    lost = pl.col("vendor_id").is_null()
    units = pl.col("unit_count")
    counts = (
        rows.lazy("asset")
        .group_by("carrier_id")
        .agg(
            pl.len().alias("rows"),
            lost.sum().alias("lost"),
            units.sum().alias("units"),
            units.filter(lost).sum().alias("lost_units"),
            pl.col("asset_id").filter(lost).min().alias("first"),
        )
    )
    for carrier, count, missing, all_units, lost_units, first in (
        counts.filter(pl.col("lost") > 0).collect().sort("carrier_id").iter_rows()
    ):
        part = wording.percent(lost_units / all_units) if all_units else "none"
        of = wording.count(count, "asset")
        text = f"{missing:,} of {of} of {carrier} name no vendor ({part} of the units), first {first}."
        yield Issue("asset.vendor_id", (carrier,), f"asset, vendor_id ({carrier})", says=text, refs=(f"asset:{first}",))


def without_carrier(rows: StandingRows) -> Iterator[Issue]:
    """Sites whose carrier neither their row nor an answer of their owner names, by country."""
    answers = rows.of("site_answer").filter(pl.col("carrier_ids").list.len() > 0)
    assets = rows.lazy("asset").select("site_id").unique().collect()
    sensitive = sensitive_sites(rows.of("site"), assets, rows.of("site_answer"))
    sites = (
        sensitive.with_columns(
            pl.when(pl.col("site_id").is_in(answers["site_id"].implode()))
            .then(pl.lit("answered"))
            .otherwise(pl.col("carrier_id"))
            .alias("carrier_id")
        )
        .group_by("country")
        .agg(
            pl.len().alias("rows"),
            pl.col("site_id").filter(pl.col("carrier_id").is_null()).unique().sort().alias("lost"),
        )
    )
    for country, count, lost in sites.filter(pl.col("lost").list.len() > 0).sort("country").iter_rows():
        yield Issue(
            "site.carrier_id",
            (country,),
            f"site, carrier_id ({country})",
            says=f"{len(lost)} of {wording.count(count, 'site')} in {country} name no carrier: {listed(lost, 3)}.",
            refs=refs_of("site", lost),
        )


def without_source(rows: StandingRows) -> Iterator[Issue]:
    """Input rows that name no publication: the file they came in is all that speaks for them."""
    files = rows.of("source").filter(pl.col("kind") == "file")["source_id"].unique().to_list()
    apart = {"source", "identifier", "fact_key", "policy_case"}
    for spec in tables().values():
        if spec.kind != "input" or spec.name in apart:
            continue
        bare = pl.col("source_id").is_null() | pl.col("source_id").is_in(files)
        frame = rows.lazy(spec.name)
        found = frame.select(pl.len().alias("rows"), bare.sum().alias("bare")).collect()
        count, lost = found.row(0)
        if lost:
            first = frame.filter(bare).select(pl.col(spec.id_column).min(), pl.col("locator").min()).collect().row(0)
            name = wording.plural(lost, "names", "name")
            yield Issue(
                f"{spec.name}.source_id",
                (spec.name,),
                f"{spec.name}, source_id",
                says=f"{lost} of {wording.count(count, 'row')} {name} no publication, first {first[0]} ({first[1]}).",
                refs=(f"{spec.name}:{first[0]}",),
            )


def classes_asked(rows: StandingRows) -> Iterator[Issue]:
    """Classes of equipment that a country's page speaks of and no row of the country says anything about."""
    wanted: dict[str, str] = vocabulary()["asked_classes"]
    known = _figures(rows).group_by("country").agg(pl.col("asset_class").drop_nulls().unique())
    here = {
        *rows.values("carrier_share", "country"),
        *_figures(rows).filter(pl.col("carrier_id").is_not_null())["country"],
    }
    found = dict(known.iter_rows())
    for country in sorted(here):
        classes = found.get(country, [])
        missing = [
            words
            for name, words in wanted.items()
            if not any(c in ("all", name) or c.startswith(f"{name}.") for c in classes)
        ]
        if missing:
            yield Issue(
                "asset.asset_class",
                (country,),
                f"asset, asset_class ({country})",
                says=f"No row of {country} speaks of: {listed(missing, len(missing))}.",
                refs=(),
                words={"country": country},
            )
