"""The chapter on sources: what rests on each, walked back through the rows, and every number of the pages resolved."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.age import age_of, oldest_row
from provenet.case.extract import Extract, RowFinder
from provenet.core.answer import Age, sentence
from provenet.dossier.chapters.c90_sources import Weight, relaying, weights
from provenet.dossier.render import render_html
from provenet.dossier.view import compose
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, claim, filled, share, tables, verdict


def extract(**more: pl.DataFrame) -> Extract:
    return Extract({**tables(), **more}, "Germany", DAY)


def market(name: str, source: str) -> dict[str, str]:
    return {"row_id": name, "source_id": source, "geo": "Germany"}


def test_a_result_rests_on_the_sources_of_every_input_row_at_any_remove() -> None:
    days = {"as_of_on": DAY, "known_on": None}
    rows = extract(
        market_share=filled("market_share", [market("m-1", "paper"), market("m-2", "forum")]),
        verdict=filled("verdict", [{**verdict(1, vendor_id="acme", inputs=["claim:C-1"]), **days}]),
        claim=filled("claim", [claim("C-1", source_id="book"), claim("C-2", source_id="paper")]),
        vendor_share=filled(
            "vendor_share",
            [
                {**share(1, inputs=["market_share:m-1", "verdict:verdict-1", "verdict?{}", "gone:x"]), **days},
                {**share(2, inputs=["market_share:m-2", "vendor_share:share-1", "vendor_share:share-2"]), **days},
            ],
        ),
    )
    answer = rows.answer("sites", sentence("s"), key_row="share-1")
    shown: list[object] = [{"answers": [answer], "words": "no id", "rows": ["share-2", ("C-2",)]}]
    assert weights(rows, shown) == {
        "paper": Weight(findings=1, figures=3),
        "book": Weight(findings=1, figures=2),
        "forum": Weight(findings=0, figures=1),
    }


def test_a_row_shown_twice_counts_once() -> None:
    assert weights(extract(), [{"a": "C-3", "b": ["C-3", {"c": "C-3"}]}]) == {"paper": Weight(0, 1)}
    assert weights(extract(), []) == {}


def test_a_source_of_which_a_claim_relays_another_is_third_hand() -> None:
    rows = [claim("C-1"), claim("C-2", derived_from="C-1", source_id="forum")]
    assert relaying(extract(claim=filled("claim", rows))) == {"forum"}


def page(given: Mapping[str, pl.DataFrame] | None = None) -> str:
    return render_html(compose({**tables(), **(given or {})}, country="Germany", as_of=DAY)).decode()


def chapter(given: Mapping[str, pl.DataFrame] | None = None) -> str:
    return Page(page(given).encode()).text.split("Sources by weight")[-1]


@pytest.mark.parametrize("then", [None, THEN])
def test_every_number_of_the_pages_resolves_in_the_chapter(then: object) -> None:
    given = tables(THEN, THEN) if then else tables()
    html = render_html(compose(given, country="Germany", as_of=THEN if then else DAY, known=THEN if then else None))
    numbers = set(re.findall(r'href="#(source-\d+)"', html.decode()))
    assert numbers
    assert numbers <= set(Page(html).ids)


def test_weak_and_third_hand_sources_are_marked_and_licences_named() -> None:
    rows = [
        claim("C-1"),
        claim("C-2", answers_claim_id="C-1", stance="denies", derived_from="a cable", source_id="forum"),
    ]
    sources = tables()["source"].with_columns(licence=pl.lit("CC BY 4.0"))
    text = chapter({"claim": filled("claim", rows), "source": sources})
    assert "third hand: passes on what another said to be checked" in text
    assert "licence: CC BY 4.0" in text


def test_the_heaviest_sources_stand_first_with_what_rests_on_them() -> None:
    text = chapter()
    assert "What most of these pages rests on" in text
    assert re.search(r"The Paper \[1\] : \d findings?, \d+ rows? · press", text)


DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))


def published(row_id: str, low: date | None, high: date | None, **row: Any) -> dict[str, Any]:
    return {"row_id": row_id, "as_of_low_on": low, "as_of_high_on": high, "geo": "Germany", "source_id": "paper", **row}


def behind(*rows: dict[str, Any], **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    refs = [f"market_share:{row['row_id']}" for row in rows]
    return {
        **tables(),
        "market_share": filled("market_share", rows),
        "vendor_share": filled("vendor_share", [share(1, inputs=refs)]),
        **more,
    }


def words(found: dict[str, pl.DataFrame], key: str = "share-1") -> str:
    age = oldest_row(RowFinder(found), key, as_of=DAY)
    return "" if age is None else age.words


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (date(2024, 12, 1), date(2024, 12, 31), "oldest input: December 2024, 23 months old"),
        (date(2024, 12, 9), date(2024, 12, 9), "oldest input: December 2024, 23 months old"),
        (date(2024, 1, 1), date(2024, 12, 31), "oldest input: 2024, 23 to 34 months old"),
        (date(2023, 4, 1), date(2024, 3, 31), "oldest input: 2023 to 2024, 32 to 43 months old"),
        (date(2026, 10, 1), date(2026, 10, 31), "oldest input: October 2026, 1 month old"),
        (date(2026, 11, 2), date(2026, 11, 2), "oldest input: November 2026, less than a month old"),
        (date(2026, 1, 1), date(2026, 12, 31), "oldest input: 2026, at most 10 months old"),
    ],
)
def test_the_words_say_the_date_as_far_as_it_is_known(low: date, high: date, expected: str) -> None:
    assert Age(first=low, last=high, as_of=DAY).words == expected
    assert words(behind(published("m-1", low, high))) == expected


def test_the_oldest_of_several_rows_counts_and_what_lies_ahead_does_not() -> None:
    old, new = (
        published("m-1", date(2019, 1, 1), date(2019, 1, 31)),
        published("m-2", date(2025, 5, 1), date(2025, 5, 31)),
    )
    ahead = published("m-3", date(2027, 1, 1), date(2027, 12, 31))
    assert words(behind(old, new, ahead)) == "oldest input: January 2019, 94 months old"


def test_a_row_without_a_day_has_that_of_its_source_and_without_any_none() -> None:
    source = {"source_id": "paper", "title": "T", "kind": "press"}
    dated = {**source, "published_low_on": date(2020, 6, 1), "published_high_on": date(2020, 6, 30)}
    row = published("m-1", None, None)
    assert words(behind(row, source=filled("source", [dated]))) == "oldest input: June 2020, 77 months old"
    assert words(behind(row, source=filled("source", [source]))) == ""


def test_a_result_that_rests_on_another_counts_what_that_rests_on() -> None:
    found = behind(published("m-1", date(2024, 12, 1), date(2024, 12, 31)))
    top = share(2, inputs=["vendor_share:share-1", "site:base-a"])
    first = share(1, inputs=["market_share:m-1"])
    found["vendor_share"] = filled("vendor_share", [first, top])
    assert words(found, "share-2") == "oldest input: December 2024, 23 months old"
    assert words(found, "no-such-row") == ""


def test_an_extract_gives_the_same() -> None:
    found = behind(published("m-1", date(2024, 12, 1), date(2024, 12, 31)))
    age = age_of(Extract(found, "Germany", DAY), "share-1")
    assert age is not None
    assert age.words == "oldest input: December 2024, 23 months old"


@given(st.lists(st.tuples(DAYS, DAYS).map(sorted), min_size=1, max_size=4))
def test_law_an_age_lies_between_the_ends_of_its_row(spans: list[list[date]]) -> None:
    """The months said hold both ends of the oldest row's date, and no row that has begun is older."""
    rows = [published(f"m-{at}", low, high) for at, (low, high) in enumerate(spans)]
    begun = [(low, high) for low, high in spans if low <= DAY]
    age = oldest_row(RowFinder(behind(*rows)), "share-1", as_of=DAY)
    assert (age is None) == (not begun)
    if age is not None:
        assert age.first == min(low for low, _ in begun)
        assert age.newest == max(high for _, high in begun)
        assert age.first <= age.last and age.first <= DAY
