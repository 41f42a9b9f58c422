"""Tables of millions of rows: pages of them in bounded memory, and no file that would not fit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from conftest import NewCase
from provenet.case.case import Case
from provenet.case.tables import table
from provenet.web.pages import tables as pages
from provenet.web.reading import Reading
from support.web_client import client

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
reading.scan("as_link")[0].head(1).collect()
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
    def refuse(self: Reading, name: str) -> pl.DataFrame:
        raise AssertionError(f"{name} was read whole")

    monkeypatch.setattr(Reading, "table", refuse)
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
