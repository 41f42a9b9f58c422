"""Measurements: evidence of an address that disagrees, days far apart, lists without a place. Addresses stay out."""

from collections.abc import Iterator

import polars as pl

from provenet.case.checks.finding import REFS_KEPT, Check, Issue, StandingRows, refs_of
from provenet.core import wording

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


CHECKS = (
    Check(
        "measured-vendors",
        "measurements",
        "warning",
        says="An address whose evidence names two vendors.",
        repair="Compare the sightings and their days; a router is identified only where one vendor is likely enough.",
        look=two_vendors,
    ),
    Check(
        "measured-days",
        "measurements",
        "warning",
        says="Traces that all lie more than a year from all sightings.",
        repair="Add sightings of the time of the traces, or traces of that of the sightings; until then say both days.",
        look=days_apart,
    ),
    Check(
        "measured-undated",
        "measurements",
        "warning",
        says="Measurements whose day is not known.",
        repair="State the day in the mapping beside the file; without it --known-on leaves them out.",
        look=without_day,
    ),
    Check(
        "probed-place",
        "measurements",
        "warning",
        says="Probed addresses whose country no row gives.",
        repair="State the country in the mapping beside the list, or add a table of ranges; until then there is no "
        "denominator and no share of those probed.",
        look=probed_nowhere,
    ),
    Check(
        "probed-missing",
        "measurements",
        "warning",
        says="Addresses that answered and stand in no list of those probed.",
        repair="Add the whole list of the addresses probed in {country}; until then the share of those probed leaves "
        "these out.",
        look=answered_unprobed,
    ),
)
"""The checks of this module, in the order of the menu."""
