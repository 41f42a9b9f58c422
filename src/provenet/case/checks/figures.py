"""Published figures beside one another: sums past the whole, unlike measures, prices without a year, units in words.

And measurements: evidence of an address that disagrees, days far apart, lists without a place. Addresses stay out.
"""

from collections.abc import Iterator
from functools import partial

import polars as pl

from provenet.case.checks.finding import REFS_KEPT, Issue, StandingRows, each, place_of, refs_of
from provenet.case.rows import AnyRow, MarketShareRow, rows_of
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.errors import clip

ROUNDING_SHARE = 0.01
"""By how much published shares may pass 1 before a finding: each is rounded by its source."""
_CURRENCY = r"^[A-Z]{3}$"


def share_sums(rows: StandingRows) -> Iterator[Issue]:
    """Published shares of disjoint sets of vendors, of one whole in one source, whose lower ends pass 1 together."""
    whole = ["source_id", "geo", "level", "carrier_id", "segment", "generation", "measure", "as_of", "forecast"]
    frame = rows.of("market_share").filter(pl.col("low_share") > 0)
    sums = frame.group_by(whole).agg(pl.col("low_share").sum().alias("most"))
    heavy = sums.filter(pl.col("most") > 1 + ROUNDING_SHARE).select(whole)
    for group in frame.join(heavy, on=whole, how="semi", nulls_equal=True).partition_by(whole, maintain_order=True):
        total, used = disjoint_sum(group)
        if total > 1 + ROUNDING_SHARE:
            first = rows_of(MarketShareRow, group.head(1))[0]
            yield Issue(
                "market_share.low_share",
                tuple(map(str, group.select(whole).row(0))),
                place_of(table("market_share"), first, "low_share"),
                says=f"Shares of one whole in one source sum to at least {wording.percent(total)}: {', '.join(used)}.",
                refs=refs_of("market_share", group["row_id"]),
            )


def disjoint_sum(group: pl.DataFrame) -> tuple[float, list[str]]:
    """The greatest sum found over sets that share no vendor. A complement is disjoint from its own set alone."""
    best: dict[tuple[bool, frozenset[str]], tuple[float, str]] = {}
    for row in rows_of(MarketShareRow, group):
        key = (row["complement"], frozenset(row["vendor_ids"]))
        best[key] = max(best.get(key, (0.0, "")), (row["low_share"], row["vendors_says"]))
    found: list[tuple[float, list[str]]] = []
    for (complement, vendors), (share, text) in best.items():
        if complement:
            inside = [(v, s) for (c, s), v in best.items() if not c and s <= vendors]
            taken = _pick(inside)
            found.append((share + taken[0], [text, *taken[1]]))
    found.append(_pick([(v, s) for (c, s), v in best.items() if not c]))
    return max(found)


def _pick(sets: list[tuple[tuple[float, str], frozenset[str]]]) -> tuple[float, list[str]]:
    total, used, sentences = 0.0, set[str](), []
    for (share, text), vendors in sorted(sets, key=lambda one: (-one[0][0], one[0][1])):
        if not vendors & used:
            total, used = total + share, used | vendors
            sentences.append(text)
    return total, sentences


def whole_said(geo: str, carrier: str | None, what: str) -> str:
    """A whole in a sentence: carrier or country, and what of it."""
    return f"{carrier or geo}, {what}"


def unlike(rows: StandingRows) -> Iterator[Issue]:
    """Wholes whose shares are of unlike kinds of measure: none of them is added to or compared with another's."""
    whole = ["geo", "carrier_id", "asset_class"]
    frame = rows.of("market_share").filter(~pl.col("forecast"))
    kinds = pl.col("measure_kind").unique().sort().alias("kinds")
    several = frame.group_by(whole).agg(kinds).filter(pl.col("kinds").list.len() > 1).sort(whole)
    for geo, carrier, what, words in several.iter_rows():
        same = frame.filter(
            (pl.col("geo") == geo) & pl.col("carrier_id").eq_missing(carrier) & (pl.col("asset_class") == what)
        ).sort("as_of_high_on", "row_id", descending=[True, False])
        newest = [same.filter(pl.col("measure_kind") == word).head(1) for word in words]
        shares = [_newest(row) for row in rows_of(MarketShareRow, pl.concat(newest))]
        name = whole_said(geo, carrier, what)
        yield Issue(
            "market_share.measure_kind",
            (geo, str(carrier), what),
            f"market_share, measure_kind ({name})",
            says=f"Shares of {name} are of {len(words)} kinds: {'; '.join(shares)}.",
            refs=refs_of("market_share", same["row_id"]),
        )


def _newest(row: MarketShareRow) -> str:
    share = wording.interval(row["low_share"], row["high_share"])
    return f"{row['measure_kind']} ({share} {row['vendors_says']}, {row['as_of']})"


def without_number(rows: StandingRows) -> Iterator[Issue]:
    """Shares in words alone: they bound nothing."""
    vague = (pl.col("low_share") == 0) & (pl.col("high_share") == 1) & ~pl.col("complement")
    yield from each(
        rows,
        "market_share",
        "low_share",
        bad=vague,
        says=lambda row: f"The share is in words ({clip(str(row['qualifier']))!r}) and may be anything from 0 to 1.",
        shows=("qualifier",),
    )


def without_year(rows: StandingRows) -> Iterator[Issue]:
    """Amounts of money without the year whose prices they are in, and without a currency."""
    money = pl.col("low_amount").is_not_null() | pl.col("high_amount").is_not_null()
    yield from each(
        rows,
        "cost",
        "year",
        bad=money & pl.col("year").is_null() & pl.col("currency").str.contains(_CURRENCY),
        says=lambda row: f"An amount in {row['currency']} without a year.",
        shows=("currency",),
        words={"what": "the year"},
    )
    for column in ("day", "currency"):
        yield from each(
            rows,
            "procurement",
            column,
            bad=pl.col("value_amount").is_not_null() & pl.col(column).is_null(),
            says=partial(_amount_without, column=column),
            shows=("value_amount",),
            words={"what": f"the {column}"},
        )


def _amount_without(row: AnyRow, column: str) -> str:
    return f"An amount of {row['value_amount']:g} without a {column}."


def unit_words(rows: StandingRows) -> Iterator[Issue]:
    """Units of amounts that are no currency code."""
    for name in ("cost", "procurement"):
        other = pl.col("currency").is_not_null() & ~pl.col("currency").str.contains(_CURRENCY)
        yield from each(
            rows,
            name,
            "currency",
            bad=other,
            says=lambda row: (
                f"Found {clip(str(row['currency']))!r}, expected one currency of three letters (ISO 4217)."
            ),
        )


APART_DAYS = 366
"""Traces further from every sighting are of another time: equipment may have been replaced."""
_DATED = {"sighting": "seen_on", "trace": "started_at", "probed_address": "probed_on"}


def two_vendors(rows: StandingRows) -> Iterator[Issue]:
    """Addresses whose evidence names two vendors."""
    if rows.is_empty("sighting"):
        return
    named = rows.lazy("sighting").filter(pl.col("vendor_id").is_not_null())
    found = named.group_by("address").agg(pl.col("vendor_id").unique().sort(), pl.col("sighting_id").sort())
    apart = found.filter(pl.col("vendor_id").list.len() > 1).collect().sort(pl.col("sighting_id").list.first())
    names = rows.names()
    for vendors, sightings in apart.select("vendor_id", "sighting_id").iter_rows():
        who = wording.series([names.get(one, one) for one in vendors])
        yield Issue(
            "sighting.vendor_id",
            (sightings[0],),
            f"sighting {sightings[0]}, vendor_id",
            says=f"{wording.count(len(sightings), 'sighting')} of one address name {who}.",
            refs=refs_of("sighting", sightings),
        )


def days_apart(rows: StandingRows) -> Iterator[Issue]:
    """Traces of which every one was sent more than a year before or after all sightings."""
    if rows.is_empty("sighting") or rows.is_empty("trace"):
        return
    seen = rows.lazy("sighting").select(low=pl.col("seen_on").min(), high=pl.col("seen_on").max()).collect().row(0)
    day = pl.col("started_at").dt.date()
    sent = rows.lazy("trace").select(low=day.min(), high=day.max(), id=pl.col("trace_id").min()).collect().row(0)
    if None in (*seen, *sent):
        return
    days = max((seen[0] - sent[1]).days, (sent[0] - seen[1]).days)
    if days >= APART_DAYS:
        yield Issue(
            "trace.started_at",
            ("days",),
            "trace, started_at",
            says=f"The traces are of {sent[0]} to {sent[1]}, the sightings of {seen[0]} to {seen[1]}: more than "
            f"{wording.count(days // 365, 'year')} apart.",
            refs=(f"trace:{sent[2]}",),
        )


def without_day(rows: StandingRows) -> Iterator[Issue]:
    """Measurements whose day is not known, counted by table."""
    for name, column in _DATED.items():
        if rows.is_empty(name):
            continue
        undated = rows.lazy(name).filter(pl.col(column).is_null()).select("row_id").collect()["row_id"].sort()
        if undated.len():
            has = wording.plural(undated.len(), "has", "have")
            yield Issue(
                f"{name}.{column}",
                ("undated",),
                f"{name}, {column}",
                says=f"{wording.count(undated.len(), 'row')} of {name} {has} no day.",
                refs=tuple(f"{name}:{one}" for one in undated.head(REFS_KEPT)),
            )


def probed_nowhere(rows: StandingRows) -> Iterator[Issue]:
    """Lists of probed addresses whose country no row and no table of ranges gives, by their source."""
    if rows.is_empty("probed_address") or not rows.is_empty("prefix_country"):
        return
    nowhere = rows.lazy("probed_address").filter(pl.col("country").is_null())
    for source, count in nowhere.group_by("source_id").agg(pl.len()).collect().sort("source_id").iter_rows():
        yield Issue(
            "probed_address.country",
            (str(source),),
            f"probed_address, country ({source})",
            says=f"Of {wording.count(count, 'probed address', 'probed addresses')} no country is known.",
            refs=(f"source:{source}",),
        )


def answered_unprobed(rows: StandingRows) -> Iterator[Issue]:
    """Addresses that answered and stand in no list of those probed, where the country has such lists."""
    if rows.is_empty("sighting") or rows.is_empty("probed_address"):
        return
    seen = rows.lazy("sighting").select("address", "country").drop_nulls().unique()
    lists = rows.lazy("probed_address").select("address", "country").unique()
    listed = lists.select("country").drop_nulls().unique()
    found = seen.join(listed, on="country").join(lists.select("address").unique(), on="address", how="anti")
    for country, count in found.group_by("country").agg(pl.len()).collect().sort("country").iter_rows():
        answered = wording.count(count, "address", "addresses")
        yield Issue(
            "probed_address.address",
            (country,),
            f"probed_address, address ({country})",
            says=f"{answered} of {country} answered and {wording.plural(count, 'stands', 'stand')} in no list of those "
            "probed.",
            words={"country": country},
        )
