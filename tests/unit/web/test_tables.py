"""Tables as pages: rows by text, column and order, files of them, and nothing of what is not public."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from conftest import NewCase
from provenet.case.audience import PublicLinks
from provenet.case.case import Case
from provenet.case.table_view import view
from provenet.case.tables import frame, table
from support.web_client import client

INPUT = {"file_id": "0" * 64, "reading": "not stated"}


def whole(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row with something in each column that may not be empty."""
    texts = {one.name: "x" for one in table(name).columns if one.type == "text" and not one.nullable}
    lists = {one.name: [] for one in table(name).columns if one.type.startswith("list") and not one.nullable}
    return {**texts, **lists, **INPUT, **row}


PARTIES: list[dict[str, Any]] = [
    {"party_id": "huawei", "name": "Huawei", "role": "vendor", "country": "CN", "row_id": "p-1"},
    {"party_id": "nokia", "name": "Nokia", "role": "vendor", "country": "FI", "row_id": "p-2"},
    {"party_id": "ericsson", "name": "Ericsson <b>AB</b>", "role": "vendor", "row_id": "p-3"},
]
SITE = {"site_id": "base", "name": "A base", "country": "Germany", "lat_deg": 49.3, "lon_deg": -10.6, "row_id": "s-1"}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, new_case: NewCase) -> Path:
    """A case with three parties, one site and an element of a network, which is not public."""
    made = new_case(tmp_path_factory.mktemp("tables") / "case", "Three parties")
    with made.writer("add", {}, {"file": "x"}) as run:
        run.append("party", [whole("party", one) for one in PARTIES])
        run.append("site", [whole("site", SITE)])
    with made.writer("add", {}, {"file": "y"}) as run:
        asset = {"asset_id": "router-1", "asset_class": "transport.router", "unit_count": 1}
        run.append("asset", [whole("asset", asset)])
    return made.path


def parties(case: Path, query: str = "") -> list[str]:
    with client(case, public=True) as asked:
        answer = asked.get(f"/tables/party?{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'/figure/party%3A(\w+)">', answer.text)


def test_every_table_with_rows_is_listed_with_what_a_row_is(case: Path) -> None:
    with client(case) as asked:
        text = asked.get("/tables").text
    assert table("party").says in text
    assert re.search(r'href="/tables/party".*?data-value="3"', text, re.DOTALL)
    assert 'href="/tables/asset"' in text
    assert 'href="/tables/claim"' not in text


def test_strangers_see_neither_the_name_nor_the_rows_of_internal_tables(case: Path) -> None:
    with client(case, public=True) as asked:
        assert "asset" not in asked.get("/tables").text
        for place in ("/tables/asset", "/tables/asset.csv", "/tables/asset.parquet", "/tables/site"):
            answer = asked.get(place)
            assert answer.status_code == 404
            assert "router-1" not in answer.text
        assert "Nearest: party." in asked.get("/tables/partie").text


def test_rows_are_found_by_text_column_and_absence(case: Path) -> None:
    assert sorted(parties(case)) == ["ericsson", "huawei", "nokia"]
    assert parties(case, "text=NOK") == ["nokia"]
    assert parties(case, "text=nobody") == []
    assert parties(case, "column=country&holds=cn") == ["huawei"]
    assert parties(case, "column=name&holds=cn") == []
    assert parties(case, "column=country&known=no") == ["ericsson"]
    assert sorted(parties(case, "column=country&known=yes")) == ["huawei", "nokia"]
    assert parties(case, "text=%25") == []


def test_rows_are_sorted_with_what_is_not_known_last(case: Path) -> None:
    assert parties(case, "sort=country") == ["huawei", "nokia", "ericsson"]
    assert parties(case, "sort=country&order=down") == ["nokia", "huawei", "ericsson"]
    assert parties(case, "sort=name&order=down") == ["nokia", "huawei", "ericsson"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("column=nam", "column: party has no such column. Nearest: name."),
        ("sort=nam", "sort: party has no such column. Nearest: name."),
        ("order=sideways", "order: found &#39;sideways&#39;, expected one of: up, down."),
        ("page=0", "page: found 0, expected a whole number from 1 to 1,000,000."),
    ],
)
def test_a_question_that_makes_no_sense_is_a_sentence(case: Path, query: str, sentence: str) -> None:
    with client(case, public=True) as asked:
        answer = asked.get(f"/tables/party?{query}")
    assert answer.status_code == 400
    assert sentence in answer.text


def test_what_is_not_known_says_so_and_text_is_text(case: Path) -> None:
    with client(case, public=True) as asked:
        text = asked.get("/tables/party").text
    assert "not known" in text
    assert "Ericsson &lt;b&gt;AB&lt;/b&gt;" in text
    assert "<b>AB" not in text


def test_each_page_holds_its_rows() -> None:
    rows = frame("party", [whole("party", {"party_id": f"p{at:03}"}) for at in range(250)])
    pages = [view(table("party"), rows, page=page) for page in (1, 2, 3, 4)]
    assert [page.rows.height for page in pages] == [100, 100, 50, 0]
    assert [page.first_count for page in pages] == [1, 101, 201, 0]
    assert {(page.row_count, page.page_count) for page in pages} == {(250, 3)}
    assert pl.concat([page.rows for page in pages])["party_id"].to_list() == rows["party_id"].to_list()
    with pytest.raises(ValueError, match="Nearest: name"):
        view(table("party"), rows, sort="nam")


def test_the_files_hold_every_row(case: Path) -> None:
    with client(case) as asked:
        found = {form: asked.get(f"/tables/site.{form}") for form in ("csv", "parquet", "xlsx", "geojson")}
        missing = asked.get("/tables/party.geojson")
    assert {form: answer.status_code for form, answer in found.items()} == dict.fromkeys(found, 200)
    assert found["csv"].headers["content-disposition"] == 'attachment; filename="site.csv"'
    assert [row["site_id"] for row in csv.DictReader(io.StringIO(found["csv"].text))] == ["base"]
    assert pl.read_parquet(found["parquet"].content)["site_id"].to_list() == ["base"]
    assert json.loads(found["geojson"].content)["features"][0]["geometry"]["coordinates"] == [-10.6, 49.3]
    assert missing.status_code == 404
    assert "The table party is handed out as csv, parquet, xlsx." in missing.text


def test_strangers_see_places_to_half_a_degree(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = PublicLinks(rows=frozenset({"base"}), runs=frozenset())
    monkeypatch.setattr("provenet.web.reading.public_links", lambda _case, _pages: links)
    with client(case, public=True) as asked:
        shown = asked.get("/tables/site").text
        point = asked.get("/tables/site.geojson").json()["features"][0]
    assert point["geometry"]["coordinates"] == [-10.5, 49.5]
    assert (point["properties"]["lat_deg"], point["properties"]["lon_deg"]) == (49.5, -10.5)
    assert "49.3" not in shown
    assert Case.open(case).read("site")["lat_deg"].to_list() == [49.3]


def test_rows_are_counted_without_reading_them(case: Path) -> None:
    opened = Case.open(case)
    assert {name: opened.count_latest(name) for name in ("party", "site", "claim", "run")} == {
        "party": 3,
        "site": 1,
        "claim": 0,
        "run": 2,
    }
