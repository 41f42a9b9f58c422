"""The chapter on contracts: those not signed yet first, assumed days marked, absence never read as none."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from provenet.dossier.render import render_html
from provenet.dossier.view import ANNEX, compose
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, filled, tables


def purchase(name: str, low: date, mid: date | None, high: date, **row: Any) -> dict[str, Any]:
    base = {
        "purchase_id": name, "carrier_id": "north-tel", "country": "Germany", "segment": "RAN", "asset_class": "ran",
        "unit_says": "site", "mid_count": 12_000.0, "low_signed_on": low, "mid_signed_on": mid, "high_signed_on": high,
        "life_years": 8.0, "basis": "assumed", "vendor_ids": ["acme", "bolt"], "source_id": "paper",
    }  # fmt: skip
    return {**base, **row}


def given(rows: list[dict[str, Any]], **more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {**tables(), "purchase": filled("purchase", rows), **more}


def chapter(rows: Mapping[str, pl.DataFrame], known: date | None = None) -> str:
    page = Page(render_html(compose(rows, country="Germany", as_of=known or DAY, known=known)))
    return page.text.split("Contracts and tenders")[-1].split("Sources by weight")[0]


def test_contracts_ahead_stand_first_by_their_day_and_assumed_days_are_marked() -> None:
    rows = [
        purchase("late", date(2027, 1, 1), date(2028, 5, 1), date(2029, 1, 1), basis="sourced", vendor_ids=None),
        purchase("soon", date(2026, 12, 1), date(2027, 3, 1), date(2027, 6, 1)),
        purchase("signed", date(2019, 1, 1), date(2020, 1, 1), date(2021, 1, 1), segment="old core"),
        purchase("abroad", date(2027, 1, 1), None, date(2028, 1, 1), country="Italy", segment="elsewhere"),
        purchase("unread", date(2027, 1, 1), None, date(2028, 1, 1), reading="not read", segment="unread core"),
    ]
    text = chapter(given(rows))
    assert text.index("1 March 2027") < text.index("1 May 2028") < text.index("On record")
    assert text.count("assumed") == 2  # the note, and the one row whose day is assumed
    assert "12,000 sites" in text
    assert "Acme and Bolt" in text
    assert "not known" in text  # nobody says which vendors may be chosen in the later one
    assert not any(words in text for words in ("old core", "elsewhere", "unread core"))


def test_contracts_on_record_have_day_vendor_segment_and_value_and_no_spectrum() -> None:
    base = {"carrier_id": "north-tel", "country": "Germany", "vendor_ids": ["bolt"], "source_id": "paper"}
    day = {"day": "2018-04", "day_low_on": date(2018, 4, 1), "day_high_on": date(2018, 4, 30)}
    rows = [
        {**base, **day, "segment": "core", "event": "contract confirmed", "value_amount": 2.5e9, "currency": "EUR"},
        {**base, **day, "segment": "spectrum 5G", "event": "auction payment", "vendor_ids": []},
        {
            **base, "segment": "RAN", "event": "tender", "day": "2030", "day_low_on": date(2030, 1, 1),
            "day_high_on": None,
        },
    ]  # fmt: skip
    text = chapter(given([], procurement=filled("procurement", rows)))
    assert "North Tel" in text
    assert "2018-04" in text
    assert "contract announced" in text
    assert "EUR 2,500 million" in text
    assert "auction payment" not in text
    assert text.index("2030") < text.index("On record")  # announced for a later day
    assert "lists 1 more event that buys no equipment" in text


def test_a_case_without_contracts_does_not_say_that_there_are_none() -> None:
    empty = given([], procurement=filled("procurement", []))
    assert "whether one is being prepared is not known" in chapter(empty)
    assert "that is no statement that there was none" in chapter(empty)
    then = {**tables(THEN, THEN), "procurement": filled("procurement", [])}
    assert "on record on that day" in chapter(then, THEN)


def test_the_annex_has_the_row_of_each_contract_ahead() -> None:
    rows = given([purchase("soon", date(2026, 12, 1), None, date(2027, 6, 1), says="days assumed")])
    annex = Page(render_html(compose(rows, country="Germany", as_of=DAY, document=ANNEX)))
    pages = Page(render_html(compose(rows, country="Germany", as_of=DAY)))
    assert "id-soon" in annex.ids
    assert any(link.endswith("#id-soon") for link in pages.links)
