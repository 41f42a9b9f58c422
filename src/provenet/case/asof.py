"""When a row became public: the day from which a case, turned back to a day, may use it.

The day is that of publication, never of recording. A month or a year counts from its last day. A row without any such
day is not known on any day. Source: own, after algorithms 5.9.
"""

from collections import deque
from datetime import date

import polars as pl

from provenet.core.ids import names_in

OWN_DAY = {
    "claim": "said",
    "policy": "effective",
    "market_share": "as_of",
    "carrier_share": "as_of",
    "cost": "year",
    **dict.fromkeys(
        names_in("outreach addressee deployment procurement interop purchase choice_input programme"), "day"
    ),
}
"""The date each table's rows carry themselves, as the stem of `_low_on` and `_high_on`."""
PUBLIC_ACTS = {
    "listing": ("from_on", "whole_on"),
    "succession": ("from_on",),
    "absence": ("searched_on",),
    "erratum": ("corrected_on",),
    "site_answer": ("answered_on",),
    "site_demand": ("stated_on",),
    "price_index": ("published_on",),
    "sighting": ("seen_on",),
    "probed_address": ("probed_on",),
    "trace": ("started_at",),
    **dict.fromkeys(
        names_in("network_node network_link network_demand network_own_link network_cost"), ("observed_on",)
    ),
    **dict.fromkeys(names_in("cable facility as_link_over router_alias exchange_prefix"), ("observed_on",)),
}
"""Tables whose rows are public acts, or surveys with a day: a row is known from that day on, whatever the date of its
source."""
ENDS = {"listing": ("to_on", "whole_on")}
"""Days of later acts that stand in the same row: before them they are not known."""
TIMELESS = frozenset({"source", "party", "identifier", "fact_key", "policy_case", "rule_pack", "retraction", "site"})
"""Tables that say who, where and which word is meant. They are used on every day; what is *said* of a party is not."""
LIST = "data set"
"""The kind of a source that exists in the state of its retrieval alone."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_NUMBERS = [
    (r"(?:^|\D)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:\D|$)", (1, 2, 3)),
    (r"(?:^|\D)(20\d{2})(\d{2})(\d{2})(?:\D|$)", (1, 2, 3)),
]
_WORDS = [
    (r"(\d{1,2})\.? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? (\d{4})", (3, 2, 1)),
    (r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? (\d{1,2}), (\d{4})", (3, 1, 2)),
]
_CARRIED, _PUBLISHED = "_carried", "_published"


def known_on(table: str, rows: pl.DataFrame, sources: pl.DataFrame) -> pl.Series:
    """The day each row became public, in the order of `rows`; null where none is known.

    A claim: the day it was made, or that of its source where later. A policy: its first effect. An entry of a list or a
    merger: its own day. Any other row: the
    source date written in it, else the date of its source, else its own day if the title or address of its source
    carries that day. Claims and policies without a date of their own fall back on these. Says nothing of what was
    known in secret. Cost O(rows + sources).
    """
    dated = rows.select(pl.all()).join(_source_days(sources), on="source_id", how="left", maintain_order="left")
    own = OWN_DAY.get(table, "")
    sourced = _column(dated, "sourced_high_on")
    fallback = pl.coalesce(sourced, pl.col(_PUBLISHED))
    if table == "claim":
        spoken = _column(dated, "said_high_on")
        day = pl.coalesce(pl.when(spoken.is_not_null()).then(pl.max_horizontal(spoken, sourced)), fallback)
    elif table in PUBLIC_ACTS:
        first, *others = (_column(dated, name) for name in PUBLIC_ACTS[table])
        day = pl.coalesce(first, fallback, *others)
    elif table == "policy":
        day = pl.coalesce(_column(dated, "effective_high_on"), fallback)
    else:
        low, high = _column(dated, f"{own}_low_on"), _column(dated, f"{own}_high_on")
        same_day = pl.when((low == high) & (high == pl.col(_CARRIED))).then(high)
        day = pl.coalesce(fallback, same_day)
    return dated.select(day.cast(pl.Date).alias("known_on")).to_series()


def as_known(table: str, rows: pl.DataFrame, sources: pl.DataFrame, *, day: date | None) -> pl.DataFrame:
    """The rows that were public on `day`, that day included; None is everything.

    Tables that only say who, where and which word is meant are kept whole, but what is said of a party (columns
    ending in `_says`) is null until its source was public, and a site that a publication gives, other than a list of
    places, is left out until then. Laws: a later day keeps every row; the order stands.
    """
    if day is None:
        return rows
    public = known_on(table, rows, sources) <= day
    if table not in TIMELESS:
        later = [pl.when(pl.col(name) <= day).then(pl.col(name)).alias(name) for name in ENDS.get(table, ())]
        return rows.filter(public.fill_null(False)).with_columns(later)
    if table == "site":
        return rows.filter((public | public.is_null() | rows["source_id"].is_in(_lists(sources))).fill_null(True))
    if table != "party":
        return rows
    hidden = ~public.fill_null(False)
    statements = [name for name in rows.columns if name.endswith("_says")]
    return rows.with_columns(pl.when(hidden).then(None).otherwise(pl.col(name)).alias(name) for name in statements)


NO_ROLE = "other"
"""The role of a party outside the days of its own."""


def in_roles(parties: pl.DataFrame, as_of: date, known_on: date | None = None) -> pl.DataFrame:
    """Rows of `party` on a day, as known on another: whoever is not yet, or no longer, in its role has none.

    The role is `other` before `role_from_on` and after `role_until_on`. A role that begins after the day known is not
    known on it; nor is an end. Those days are null then. Laws: without days nothing changes; the order stands.
    """
    if not {"role_from_on", "role_until_on"} <= set(parties.columns):
        return parties
    if parties["role_from_on"].null_count() == parties["role_until_on"].null_count() == parties.height:
        return parties
    first, last = pl.col("role_from_on"), pl.col("role_until_on")
    day = as_of if known_on is None else known_on
    ended = last < as_of if known_on is None else (last < as_of) & (last <= known_on)
    away = ((first > min(as_of, day)) | ended).fill_null(False)
    known = parties.with_columns(pl.when(away).then(pl.lit(NO_ROLE)).otherwise(pl.col("role")).alias("role"))
    if known_on is None:
        return known
    return known.with_columns(pl.when(one <= known_on).then(one).alias(one.meta.output_name()) for one in (first, last))


def _lists(sources: pl.DataFrame) -> list[str]:
    """The sources that are lists, which exist in the state of their retrieval alone."""
    return sources.filter(pl.col("kind") == LIST)["source_id"].to_list() if "kind" in sources.columns else []


def known_or_assumed(table: str, rows: pl.DataFrame, sources: pl.DataFrame, *, day: date | None) -> pl.DataFrame:
    """The rows that were public on `day`, and those that no source gives: assumptions, which stand on any day.

    An assumption names no source, or one that was not read, and carries no day after `day`, neither of its source nor
    of its own, nor prices of a later year. An assumed level of prices is one of a series: it was assumed no sooner than
    the last year of that. None is everything. The order of rows stands.
    """
    if day is None:
        return rows
    public = known_on(table, rows, sources)
    own = _column(rows, f"{OWN_DAY.get(table, 'day')}_low_on")
    unsourced = pl.col("source_id").is_null() | pl.col("reading").is_in(["not stated", "not read"])
    is_priced_later = _price_year(table, rows).str.extract(r"(\d{4})").cast(pl.Int64) > day.year
    stands = unsourced & (own.is_null() | (own <= day)) & ~is_priced_later.fill_null(False)
    assumed = public.is_null() & rows.select(stands).to_series()
    return rows.filter((public <= day).fill_null(False) | assumed)


def _price_year(table: str, rows: pl.DataFrame) -> pl.Expr:
    """The year of the prices that a row rests on: of a level the last one of its series."""
    if table == "price_index":
        return pl.col("year").max().over("series", "currency")
    name = "year" if table == "exchange_rate" else "price_year"
    return pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.String)


def _column(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.Date)


_SOURCE_DAYS: deque[tuple[pl.DataFrame, pl.DataFrame]] = deque(maxlen=2)
"""The sources asked for last and their days: tables of one case are cut one after another."""


def _source_days(sources: pl.DataFrame) -> pl.DataFrame:
    """One row per source: its date of publication (the latest where two rows disagree) and the day its name carries."""
    for known, days in _SOURCE_DAYS:
        if known is sources:
            return days
    _SOURCE_DAYS.append((sources, _find_source_days(sources)))
    return _SOURCE_DAYS[-1][1]


def _find_source_days(sources: pl.DataFrame) -> pl.DataFrame:
    if sources.is_empty() or not {"source_id", "published_high_on"} <= set(sources.columns):
        return pl.DataFrame(schema={"source_id": pl.String, _PUBLISHED: pl.Date, _CARRIED: pl.Date})
    found = pl.coalesce(*(_day_in(name, *form) for name in ("url", "title") for form in (*_NUMBERS, *_WORDS)))
    return (
        sources.select("source_id", pl.col("published_high_on").alias(_PUBLISHED), found.alias(_CARRIED))
        .group_by("source_id")
        .agg(pl.col(_PUBLISHED).max(), pl.col(_CARRIED).max())
    )


def _day_in(column: str, pattern: str, order: tuple[int, int, int]) -> pl.Expr:
    year, month, day = (pl.col(column).str.extract(pattern, group) for group in order)
    number = month.replace({name: str(at) for at, name in enumerate(_MONTHS, start=1)})
    text = pl.concat_str(year, number.str.zfill(2), day.str.zfill(2), separator="-")
    return text.str.to_date("%Y-%m-%d", strict=False)
