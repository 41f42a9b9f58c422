"""The day a row became public, worked by hand."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.asof import as_known, known_on
from provenet.case.tables import frame

DAY = date(2018, 11, 23)
PLACE = {"row_id": "r", "file_id": "f", "locator": "f.csv row 2", "reading": "read in the source"}
SOURCES = [
    {
        "source_id": "dated",
        "title": "T",
        "published_low_on": date(2018, 11, 1),
        "published_high_on": date(2018, 11, 30),
    },
    {"source_id": "undated", "title": "T", "url": "http://a.example/x"},
    {"source_id": "in-url", "title": "T", "url": "http://a.example/2018/11/23/x"},
    {"source_id": "in-digits", "title": "T", "url": "http://a.example/hl?a=20181123-00000611"},
    {"source_id": "in-title", "title": "A paper (The Daily, 23 Nov 2018)"},
    {"source_id": "in-words", "title": "A paper, November 23, 2018"},
    {"source_id": "no-day", "title": "A page of 2018-13-45"},
]


def sources() -> pl.DataFrame:
    return frame("source", [{**PLACE, "kind": "press", "kind_by": "mended", **row} for row in SOURCES])


def deployments(**rows: dict[str, Any]) -> pl.DataFrame:
    base = {
        "country": "Italy",
        "segment": "RAN",
        "vendor_ids": [],
        "complement": False,
        "presence": "named",
        "role": "x",
    }
    return frame("deployment", [{**PLACE, **base, **row} for row in rows.values()])


def own(day: date, last: date | None = None) -> dict[str, Any]:
    return {"day_low_on": day, "day_high_on": last or day}


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"source_id": "dated", **own(date(2016, 1, 1))}, date(2018, 11, 30)),
        ({"source_id": "undated", **own(DAY)}, None),
        ({"source_id": "in-url", **own(DAY)}, DAY),
        ({"source_id": "in-url", **own(date(2018, 11, 22))}, None),
        ({"source_id": "in-url", **own(date(2018, 11, 1), DAY)}, None),
        ({"source_id": "in-digits", **own(DAY)}, DAY),
        ({"source_id": "in-title", **own(DAY)}, DAY),
        ({"source_id": "in-words", **own(DAY)}, DAY),
        ({"source_id": "no-day", **own(DAY)}, None),
        ({"source_id": "never-listed", **own(DAY)}, None),
        ({"source_id": None, **own(DAY)}, None),
        ({"source_id": "in-url"}, None),
    ],
)
def test_any_row_is_known_with_its_source(row: dict[str, Any], day: date | None) -> None:
    assert known_on("deployment", deployments(row=row), sources()).to_list() == [day]


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"said_high_on": DAY, "sourced_high_on": date(2018, 11, 25)}, date(2018, 11, 25)),
        ({"said_high_on": DAY, "sourced_high_on": date(2018, 11, 20)}, DAY),
        ({"said_high_on": DAY}, DAY),
        ({"sourced_high_on": DAY}, DAY),
        ({"source_id": "dated"}, date(2018, 11, 30)),
        ({"source_id": "dated", "said_high_on": DAY}, DAY),
        ({"source_id": "undated"}, None),
        ({"said_low_on": date(2018, 1, 1)}, None),
    ],
)
def test_a_claim_is_known_when_made_or_published(row: dict[str, Any], day: date | None) -> None:
    base = {
        "claim_id": "C",
        "vendor_ids": ["all"],
        "topic": "t",
        "speaker": "s",
        "stance": "asserts",
        "paraphrase": "p",
    }
    rows = frame("claim", [{**PLACE, **base, **row}])
    assert known_on("claim", rows, sources()).to_list() == [day]


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"effective_high_on": DAY, "sourced_high_on": date(2026, 1, 1)}, DAY),
        ({"sourced_high_on": DAY}, DAY),
        ({"source_id": "dated"}, date(2018, 11, 30)),
        ({}, None),
    ],
)
def test_a_policy_is_known_with_its_first_effect(row: dict[str, Any], day: date | None) -> None:
    base = {
        "policy_id": "P",
        "jurisdiction": "IT",
        "title": "t",
        "binding": "law",
        "lifecycle": "in force",
        "criterion": "c",
    }
    lists = {name: [] for name in ("subject_kind", "asset_classes", "site_class", "action", "superseded_by")}
    rows = frame("policy", [{**PLACE, **base, **lists, **row}])
    assert known_on("policy", rows, sources()).to_list() == [day]


def test_a_share_is_known_by_the_source_date_it_carries() -> None:
    base = {"geo": "Italy", "level": "country", "segment": "RAN", "asset_class": "ran", "vendor_ids": ["huawei"]}
    share = {"complement": False, "vendors_says": "Huawei", "low_share": 0.5, "high_share": 0.5, "forecast": False}
    more = {"low_open": False, "high_open": False, "measure": "sites", "measure_kind": "sites", "as_of": "2017"}
    row = {**PLACE, **base, **share, **more, "sourced_high_on": date(2019, 1, 31), "source_id": "dated"}
    assert known_on("market_share", frame("market_share", [row]), sources()).to_list() == [date(2019, 1, 31)]


def test_the_day_itself_is_included_and_order_is_kept() -> None:
    rows = deployments(
        later={"row_id": "a", "source_id": "dated"},
        same={"row_id": "b", "source_id": "in-url", **own(DAY)},
        unknown={"row_id": "c", "source_id": "undated"},
    )

    def kept(day: date | None) -> list[str]:
        return as_known("deployment", rows, sources(), day=day)["row_id"].to_list()

    assert kept(None) == ["a", "b", "c"]
    assert kept(date(2018, 11, 22)) == []
    assert kept(DAY) == ["b"]
    assert kept(date(2018, 11, 30)) == ["a", "b"]


def test_who_a_party_is_stays_and_what_is_said_of_it_goes() -> None:
    said = {"ownership_says": "held by a fund", "listed_by_says": "a list of 2021"}
    base = {**PLACE, "party_id": "v", "name": "V", "role": "vendor", "country": "SE", "segments": ["RAN"], **said}
    rows = frame("party", [{**base, "source_id": "dated"}])
    before = as_known("party", rows, sources(), day=DAY).to_dicts()[0]
    assert (before["name"], before["country"], before["ownership_says"], before["listed_by_says"]) == (
        "V", "SE", None, None,
    )  # fmt: skip
    after = as_known("party", rows, sources(), day=date(2018, 11, 30)).to_dicts()[0]
    assert (after["ownership_says"], after["listed_by_says"]) == ("held by a fund", "a list of 2021")


def test_empty_tables_are_no_trouble() -> None:
    assert known_on("deployment", deployments(), sources()).to_list() == []
    assert known_on("deployment", deployments(row=own(DAY)), pl.DataFrame()).to_list() == [None]
