"""Tables as pages: rows by text, column and order, in bounded memory when large, and nothing of what is not public."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from conftest import NewCase
from provenet.case.audience import PublicLinks
from provenet.case.case import Case
from provenet.case.held_tables import HeldTables
from provenet.case.table_view import view
from provenet.case.tables import frame, table
from provenet.web.pages import tables as pages
from support.web_client import client
from unit.web.map_case import filled

INPUT = {"file_id": "0" * 64, "reading": "not stated"}
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
        run.append("party", [filled("party", **INPUT, **one) for one in PARTIES])
        run.append("site", [filled("site", **INPUT, **SITE)])
    with made.writer("add", {}, {"file": "y"}) as run:
        asset = {"asset_id": "router-1", "asset_class": "transport.router", "unit_count": 1}
        run.append("asset", [filled("asset", **INPUT, **asset)])
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
    rows = frame("party", [filled("party", **INPUT, party_id=f"p{at:03}") for at in range(250)])
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


MOST_BYTES = 200 * 2**20
"""Memory that questions of a large table may take beside what the process holds; the whole takes thrice that."""
ASK = """
import json, sys
from pathlib import Path
from provenet.case.case import Case
from provenet.case.tables import table
from provenet.web.pages.tables import TableQuestion, found_rows
from provenet.web.reading import Reading

def memory(name="VmRSS:"):
    return int(open("/proc/self/status").read().split(name)[1].split()[0]) * 1024

reading = Reading(Case.open(Path(sys.argv[1])), public=False)
spec = table("as_link")
assert reading.is_large("as_link")
reading.tables.scan("as_link")[0].head(1).collect()
before, heights = memory(), []
for words in ({}, {"page": "5000"}, {"column": "to_asn", "holds": "777"}, {"text": "x77"}, {"sort": "from_asn"},
              {"sort": "to_asn", "order": "down", "text": "x1", "page": "9"}):
    found = found_rows(reading, spec, TableQuestion.from_words(words))
    heights.append([found.rows.height, found.row_count])
print(json.dumps([memory("VmHWM:") - before, heights]))
"""


def links(first: int, count: int) -> pl.DataFrame:
    """Links of a graph, made up."""
    spec, at = table("as_link"), pl.int_range(first, first + count, eager=True)
    texts = {"row_id": "l-" + at.cast(pl.String).str.zfill(9), "from_asn": (at * 7919 % 99_991).cast(pl.String)}
    texts["to_asn"] = "x" + (at % 1000).cast(pl.String)
    filled = {True: pl.repeat(None, count, eager=True), False: pl.repeat("x", count, eager=True)}
    own = [one for one in spec.columns if one.name != "run_id"]
    made = [texts.get(one.name, filled[one.nullable]).cast(one.dtype).alias(one.name) for one in own]
    return pl.DataFrame(made)


def linked(case: Case, count: int, part: int = 300_000) -> None:
    with case.writer("add", {}, {"file": "x"}) as run:
        for first in range(0, count, part):
            run.append("as_link", links(first, min(part, count - first)))


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="memory is read from /proc, which this system lacks"
)
def test_a_table_of_millions_of_rows_is_browsed_in_bounded_memory(tmp_path: Path, new_case: NewCase) -> None:
    case = new_case(tmp_path / "case")
    linked(case, 2_000_000)
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ASK, str(case.path)]
    ran = subprocess.run(command, env=places, capture_output=True, text=True, check=True, timeout=600)
    grown, heights = json.loads(ran.stdout)
    assert heights == [
        [100, 2_000_000],
        [100, 2_000_000],
        [100, 2_000],
        [100, 22_000],
        [100, 2_000_000],
        [100, 222_000],
    ]
    assert grown < MOST_BYTES, f"{grown:,} bytes"


@pytest.fixture
def small(tmp_path: Path, new_case: NewCase, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case with 1,200 links, which are taken for a large table."""
    case = new_case(tmp_path / "case")
    linked(case, 1_200, part=500)
    monkeypatch.setattr("provenet.web.reading.LARGE_CELLS", 10_000)
    monkeypatch.setattr("provenet.case.table_view.PART_CELLS", 1_300)
    return case.path


def test_a_large_table_is_never_held(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: HeldTables, name: str) -> pl.DataFrame:
        raise AssertionError(f"{name} was read whole")

    monkeypatch.setattr(HeldTables, "__getitem__", refuse)
    with client(small) as asked:
        for query in ("", "page=12", "text=x77", "sort=from_asn&order=down", "column=to_asn&holds=x5&sort=to_asn"):
            answer = asked.get(f"/tables/as_link?{query}")
            assert answer.status_code == 200, (query, answer.text[:500])
            assert "The table is large: its rows stand in the order in which they were read" in answer.text
        found = asked.get("/api/tables/as_link?rows=3&text=x77").json()
        assert (found["row_count"], len(found["rows"])) == (12, 3)
        counts = {one["table"]: one["row_count"] for one in asked.get("/api/tables").json()["tables"]}
        assert counts["as_link"] == 1_200


def test_a_table_that_is_too_large_for_a_file_names_the_command(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_FILE_CELLS", 10_000)
    with client(small) as asked:
        page = asked.get("/tables/as_link").text
        assert "provenet export CASE --table as_link" in page and "/tables/as_link.csv" not in page
        answer = asked.get("/tables/as_link.csv")
    assert answer.status_code == 404
    assert "too large to be handed out here; run: provenet export CASE --table as_link" in answer.text


def test_a_second_filter_of_a_large_table_is_told_to_wait(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PATIENCE_SECONDS", 0.01)
    with client(small) as asked, pages._large:
        answer = asked.get("/tables/as_link?text=x")
        assert answer.status_code == 409
        assert "Another question of a large table is still being read; ask again in a moment." in answer.text
        assert asked.get("/tables/as_link").status_code == 200
