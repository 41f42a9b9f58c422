"""Laws of a replay: no row of a later day shows on a page or changes an amount, and no sound case is refused."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from provenet.case.asof import TIMELESS, known_or_assumed
from provenet.case.extract import READS
from provenet.case.money import Band, Money
from provenet.case.parties import PartyNames
from provenet.case.rows import PriceIndexRow, rows_of
from provenet.case.tables import frame, table
from provenet.core.errors import InputFault
from provenet.dossier.render import render_body, render_html
from provenet.dossier.replay import later_days
from provenet.dossier.row_laws import RowLaws
from provenet.dossier.view import compose
from provenet.ingest.reader import bundled_files
from support.examples import sample
from support.plan_rows import plan_tables
from support.reading import read_table_files
from unit.dossier.fund_rows import fund_tables
from unit.dossier.small_tables import DAY, THEN, filled, tables

LATER = date(2021, 5, 4)
MARK = "planted words"
INPUTS = [name for name in READS if table(name).kind == "input" and name != "source"]
LATE = {"source_id": "late", "title": f"{MARK} in a title", "kind": "press", "published_high_on": LATER}
UNDATED = {"source_id": "undated", "title": "Undated", "kind": "press"}
PLACES = ("file_id", "row_id", "run_id", "reading", "locator")


@cache
def then() -> dict[str, pl.DataFrame]:
    """The small case as known in 2018, with purchases and programmes."""
    held = {**{name: frame for name, frame in fund_tables().items() if name in INPUTS}, **tables(THEN, THEN)}
    shares = held["vendor_share"].with_columns(as_of=pl.lit("2018"))
    sources = filled("source", [*held["source"].to_dicts(), LATE, UNDATED])
    return {**held, "vendor_share": shares, "source": sources}


def planted(held: dict[str, pl.DataFrame], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Copies of a row of a table, each of a later day in another way, with words that a page would print."""
    frame = held.get(name)
    rows = frame.to_dicts() if frame is not None and frame.height else filled(name, [{}]).to_dicts()
    spec = table(name)
    texts = [
        column.name
        for column in spec.columns
        if column.type == "text" and not (column.is_key or column.refers_to or column.name in PLACES)
    ]
    places = {"country": "Germany", "geo": "Germany", "jurisdiction": "DE"}
    words = {one: MARK for one in texts if one not in places and one in ("name", *(t for t in texts if wordy(t)))}
    base = {**rows[0], "row_id": f"{name}-planted", **words, **{k: v for k, v in places.items() if k in spec.schema}}
    base |= dict.fromkeys(spec.key, f"{name}-planted")
    days = [column.name for column in spec.columns if column.type == "date" and column.name != "checked_on"]
    earlier = {name: None if spec.column(name).nullable else THEN for name in days}
    yield "of a later source", {**base, **earlier, "source_id": "late", "reading": "read in the source"}
    yield "of no day", {**base, **earlier, "source_id": "undated", "reading": "read in the source"}
    if name not in TIMELESS:
        own = {**base, **dict.fromkeys(days, LATER), "source_id": "undated", "reading": "read in the source"}
        yield "of a later day of its own", own
        yield "assumed for a later day", {**own, "source_id": None, "reading": "not stated"}


def wordy(column: str) -> bool:
    """Whether a column holds words of a source, not a word of a list."""
    return column.endswith(("says", "note")) or column in (
        *("title", "paraphrase", "event", "about", "criterion", "speaker", "role", "item", "who", "topic", "measure"),
        *("form", "segment", "form", "fact_says", "to_whom", "scope", "estimator"),
    )


@pytest.mark.parametrize("name", sample(INPUTS, 3))
def test_a_row_of_a_later_day_shows_on_no_page_of_2018(name: str) -> None:
    held = then()
    assert later_days(before(), THEN) == []
    for how, row in planted(held, name):
        if how == "of no day" and name in TIMELESS:
            continue  # who and where a name means is said on any day
        frame = held.get(name, filled(name, []))
        frames = {**held, name: pl.concat([frame, filled(name, [row])], how="vertical_relaxed")}
        view = compose(frames, country="Germany", as_of=THEN, known=THEN)
        page, keys = render_html(view), render_body(view).shown
        shown = MARK.encode() in page or f"{name}-planted".encode() in page
        refused = [*RowLaws(frames).later_faults(keys, THEN, "page"), *later_days(page, THEN)]
        assert not shown or refused, f"{name}: a row {how} stands on the page"


@cache
def before() -> bytes:
    """The page with nothing planted."""
    return render_html(compose(then(), country="Germany", as_of=THEN, known=THEN))


Row = dict[str, Any]
FIRST, LAST = 2014, 2022
ONE = Band(1.0, 1.0, 1.0)
READ = {"file_id": "0" * 64, "locator": "file row 2", "reading": "read in the source", "run_id": "add-1"}
SOURCES = [
    {"source_id": "early", "title": "Early", "kind": "official", "published_high_on": date(2016, 3, 1)},
    {"source_id": "late", "title": "Late", "kind": "official", "published_high_on": date(2021, 3, 1)},
    {"source_id": "undated", "title": "Undated", "kind": "official"},
]


def sources() -> pl.DataFrame:
    return frame("source", [{**READ, "kind_by": "first guess", "row_id": one["source_id"], **one} for one in SOURCES])


def levels(draw: random.Random) -> list[Row]:
    """Levels of one currency in a few series: read in a source or assumed, with a day of publication or without."""
    made: list[Row] = []
    for number in range(draw.randint(1, 4)):
        assumed, dated = draw.random() < 0.5, draw.random() < 0.6
        last = draw.randint(FIRST + 1, LAST)
        for year in range(FIRST, last + 1):
            amount = draw.uniform(80.0, 120.0)
            day = date(draw.choice([year + 1, last]), 1, 31) if dated else None
            made.append(
                {
                    **READ,
                    "row_id": f"level {len(made)}",
                    "series": f"series {number}",
                    "currency": "EUR",
                    "year": str(year),
                    "published_on": day,
                    "low_index_amount": amount * 0.98,
                    "index_amount": amount,
                    "high_index_amount": amount * 1.05,
                    "basis": "assumed" if assumed else "sourced",
                    "says": None,
                    "source_id": None if assumed else draw.choice(["early", "late", "undated"]),
                    "reading": "not stated" if assumed else "read in the source",
                }
            )
    return made


def known(rows: list[Row], day: date) -> list[PriceIndexRow]:
    table = frame("price_index", rows)
    return rows_of(PriceIndexRow, known_or_assumed("price_index", table, sources(), day=day))


def brought(rows: list[Row], day: date) -> dict[tuple[str, str], Any]:
    """What one EUR of each year is in each other on a day, with the rows it rests on; None where no row says."""
    held = known(rows, day)
    found: dict[tuple[str, str], Any] = {}
    for year in range(FIRST, LAST + 1):
        for to in range(FIRST, day.year + 1):
            purse = Money(held, [], currency="EUR", year=str(to), known_on=day)
            try:
                made = purse.brought(ONE, "EUR", str(year), what="x")
                found[str(year), str(to)] = made, {one.rests_on: one.says for one in purse.used.values()}
            except InputFault:
                found[str(year), str(to)] = None
    return found


def later(row: Row, rows: list[Row], day: date) -> bool:
    """Whether a level came to be known after a day, by what its row and its series say."""
    published = {one["source_id"]: one.get("published_high_on") for one in SOURCES}
    own = row["published_on"] or published.get(row["source_id"])
    if own is not None:
        return bool(own > day)
    last = max(one["year"] for one in rows if one["series"] == row["series"])
    return row["source_id"] is not None or int(last) > day.year


@pytest.mark.parametrize("seed", range(150))
def test_no_later_level_changes_an_amount(seed: int) -> None:
    """Rows known later are left out, or say anything: every amount, and what it rests on, stays the same."""
    draw = random.Random(seed)
    rows = levels(draw)
    day = date(draw.randint(FIRST, LAST), 1, 1) + timedelta(days=draw.randint(0, 364))
    found = brought(rows, day)
    late = [row for row in rows if later(row, rows, day)]
    assert {row["row_id"] for row in known(rows, day)} == {row["row_id"] for row in rows if row not in late}
    changed = [
        {**row, "low_index_amount": 1.0, "index_amount": 2.0, "high_index_amount": 900.0} if row in late else row
        for row in rows
    ]
    assert brought(changed, day) == found
    dated = [row for row in late if row["published_on"] or row["source_id"]]
    assert brought([row for row in rows if row not in dated], day) == found


@cache
def bundled() -> tuple[pl.DataFrame, pl.DataFrame]:
    made: dict[str, dict[str, Row]] = defaultdict(dict)
    files = [(name, data, None) for name, data in bundled_files().items()]
    for reading in read_table_files(files, PartyNames.built_in()):
        for name, rows in reading.rows.items():
            made[name].update({str(row["row_id"]): row for row in rows})
    names = ("price_index", "source")
    index, source = (frame(name, list(made[name].values())) for name in names)
    return index, source


RISE = {"EUR": (1.01, 1.025, 1.035), "GBP": (1.015, 1.03, 1.045), "JPY": (1.0, 1.01, 1.02)}


@pytest.mark.parametrize("year", range(2016, 2027))
@pytest.mark.parametrize("currency", sorted(RISE))
def test_what_is_assumed_of_a_rise_is_tied_to_the_year_of_the_replay(year: int, currency: str) -> None:
    """An older price grows by the rise assumed a year and its ends; nothing is known of the years after."""
    index, source = bundled()
    day = date(year, 11, 23)
    rows = rows_of(PriceIndexRow, known_or_assumed("price_index", index, source, day=day))
    assert all(row["published_on"] is not None and row["published_on"] <= day for row in rows)
    purse = Money(rows, [], currency=currency, year=str(year), known_on=day)
    for old in range(2015, year):
        made = purse.brought(ONE, currency, str(old), what="x")
        grown = [rise ** (year - old) for rise in RISE[currency]]
        assert (made.low, made.mid, made.high) == pytest.approx(grown, rel=1e-4)
    assert {one.says[:4] for one in purse.used.values()} <= {f"{year}", "pric"}


def test_the_mean_of_a_year_is_not_known_before_it_is_over() -> None:
    index, source = bundled()
    day = date(2018, 11, 23)
    rows = rows_of(PriceIndexRow, known_or_assumed("price_index", index, source, day=day))
    assert max(row["year"] for row in rows if row["currency"] == "USD") == "2017"
    purse = Money(rows, [], currency="USD", year="2018", known_on=day)
    assert purse.brought(ONE, "USD", "2016", what="x").mid == pytest.approx(245.12 / 240.007)
    assert purse.used["prices in USD, 2018"].says.startswith("the level of 2017, the last one public by 2018-11-23")


NAMES = (
    *("Net4Mobility", "3 Italia", "Project 2020 Ltd", "Vodafone 2000", "NTT東日本", "Телеком 2030", "Ελληνική 5G"),
    *("بي تي 2", "एयरटेल 4", "Play 24 % S.A.", "Acme 5.5 Mobile", "O2 (2025)", "Three"),
)
WORDS = (
    " by 2020",
    " (until Q3 2029)",
    " in March 2031, 12.5 %",
    " 2025-2030",
    " 2112 base stations",
    " EUR 3.4 million",
)
COLUMNS = {
    "claim": ("paraphrase", "speaker", "confidence_note"),
    "procurement": ("event", "note"),
    "outreach": ("about",),
    "rides_on": ("says",),
    "market_share": ("measure", "note"),
    "cost": ("item", "estimator"),
    "interop": ("fact_says",),
    "source": ("title",),
}


@pytest.mark.parametrize("seed", range(12))
def test_no_page_is_refused_falsely(seed: int) -> None:
    draw = random.Random(seed)
    known = draw.choice((None, THEN))
    held = tables(known, known or DAY)
    if known is None and draw.random() < 0.5:
        held |= plan_tables()
    if known is not None:
        held["vendor_share"] = held["vendor_share"].with_columns(as_of=pl.lit("2018"))
    given = dict(zip(held["party"]["name"], draw.sample(NAMES, held["party"].height), strict=True))
    held["party"] = held["party"].with_columns(pl.col("name").replace(given))
    for name, columns in COLUMNS.items():
        for column in columns:
            words = pl.Series(column, [f"{text or 'x'}{draw.choice(WORDS)}" for text in held[name][column]])
            held[name] = held[name].with_columns(words) if draw.random() < 0.6 else held[name]
    for name in draw.sample(
        ["site", "claim", "rides_on", "deployment", "procurement", "outreach", "cost", "interop"], 3
    ):
        held[name] = held[name].clear()
    view, laws = compose(held, country="Germany", as_of=known or DAY, known=known), RowLaws(held)
    later = laws.later_faults(render_body(view).shown, known, "page") if known else ()
    assert [one.sentence() for one in (*laws.sum_faults("page"), *later)] == []
    assert known is None or later_days(render_html(view), known) == []
