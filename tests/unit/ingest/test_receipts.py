"""What `add` takes from the receipt that `fetch` left beside a file: the page of its rows, and a day it was out by."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import provenet
from provenet.case.case import Case
from provenet.core.digest import sha256_bytes
from provenet.ingest.opening import Page, page_of

LIST = (
    b'{"id": "a", "schema": "Company", "properties": {"name": ["Acme Radio"]}}\n'
    + json.dumps(
        {
            "id": "s",
            "schema": "Sanction",
            "properties": {"entity": ["a"], "program": ["X"], "listingDate": ["2020-01-02"]},
        }
    ).encode()
)
TOLD = {
    "title": "A public list",
    "url": "https://lists.example.org/list.json",
    "sha256": sha256_bytes(LIST),
    "served_at": "Tue, 03 Mar 2026 10:00:00 GMT",
}
PAGE = Page("A public list", "https://lists.example.org/list.json", date(2026, 3, 3))


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list with its receipt beside it."""
    (tmp_path / "list.json").write_bytes(LIST)
    (tmp_path / "list.json.fetched.json").write_text(json.dumps(TOLD), encoding="utf-8")
    return tmp_path / "list.json"


def test_rows_of_a_fetched_list_lead_to_its_page(listed: Path, tmp_path: Path, new_case: Callable[..., Case]) -> None:
    new_case(tmp_path / "case")
    provenet.add(tmp_path / "case", listed)
    case = Case.open(tmp_path / "case")
    (source,) = case.read("source").to_dicts()
    assert (source["title"], source["url"], source["published"]) == (PAGE.title, PAGE.url, "by 2026-03-03")
    assert (source["published_low_on"], source["published_high_on"]) == (None, PAGE.by_on)
    assert case.read("listing")["source_id"].to_list() == [source["source_id"]]
    row = case.read("listing")["row_id"][0]
    assert f"page: {PAGE.url}" in provenet.why(tmp_path / "case", f"listing:{row}").text


def test_a_file_and_its_receipt_twice_is_one_run(listed: Path, tmp_path: Path, new_case: Callable[..., Case]) -> None:
    new_case(tmp_path / "case")
    first, second = (provenet.add(tmp_path / "case", listed).files[0] for _ in range(2))
    assert (first.stood_already, second.stood_already) == (False, True)


def test_without_receipt_a_file_is_its_own_source(listed: Path, tmp_path: Path, new_case: Callable[..., Case]) -> None:
    listed.with_name("list.json.fetched.json").unlink()
    new_case(tmp_path / "case")
    provenet.add(tmp_path / "case", listed)
    (source,) = Case.open(tmp_path / "case").read("source").to_dicts()
    assert (source["title"], source["url"], source["published_high_on"]) == ("list.json", None, None)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({**TOLD, "sha256": "0" * 64}),
        json.dumps({key: value for key, value in TOLD.items() if key != "url"}),
        "[" * 50_000,
        "not JSON",
        '"text"',
        "",
        json.dumps({**TOLD, "title": "x" * 70_000}),
    ],
)
def test_a_receipt_of_other_bytes_or_of_none_is_passed_over(listed: Path, text: str) -> None:
    assert page_of(listed, TOLD["sha256"]) == PAGE
    listed.with_name("list.json.fetched.json").write_text(text, encoding="utf-8")
    assert page_of(listed, TOLD["sha256"]) is None


@pytest.mark.parametrize("served_at", [None, "yesterday", 5])
def test_a_receipt_without_a_day_gives_none(listed: Path, served_at: object) -> None:
    listed.with_name("list.json.fetched.json").write_text(
        json.dumps({**TOLD, "served_at": served_at}), encoding="utf-8"
    )
    assert page_of(listed, TOLD["sha256"]) == Page(PAGE.title, PAGE.url, None)


def test_marks_that_would_steer_a_terminal_are_shown(listed: Path) -> None:
    told = {**TOLD, "title": "A \x1b[31mlist"}
    listed.with_name("list.json.fetched.json").write_text(json.dumps(told), encoding="utf-8")
    found = page_of(listed, TOLD["sha256"])
    assert found.title == "A \\x1b[31mlist"
