"""A law over tables: an input row planted with a later day shows on no page of 2018, or the page is refused."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest

from provenet.case.asof import TIMELESS
from provenet.case.tables import table
from provenet.dossier.extract import READS
from provenet.dossier.gate import read_page
from provenet.dossier.render import render_html
from provenet.dossier.replay import later_days
from provenet.dossier.view import compose
from support.examples import sample
from unit.dossier.fund_rows import fund_tables
from unit.dossier.small_tables import THEN, filled, tables

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
        page = page_of(frames)
        shown = MARK in page or f"{name}-planted" in page
        refused = read_page(page, frames, "germany.html", known=THEN).faults or later_days(page.encode(), THEN)
        assert not shown or refused, f"{name}: a row {how} stands on the page"


@cache
def before() -> bytes:
    """The page with nothing planted."""
    return page_of(then()).encode()


def page_of(frames: dict[str, pl.DataFrame]) -> str:
    return render_html(compose(frames, country="Germany", as_of=THEN, known=THEN)).decode()
