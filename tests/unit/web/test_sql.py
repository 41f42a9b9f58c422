"""SQL over the tables of a case: what is answered, and how nobody gets out of the child process."""

import csv
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from conftest import NewCase
from provenet.core.errors import UsageFault
from provenet.web import sql, sql_child
from support.web_client import client


def files() -> dict[str, bytes]:
    made = io.BytesIO()
    pl.DataFrame({"name": ["a", "=b", None], "count": [1, 2, 3], "parts": [["x"], [], None]}).write_parquet(made)
    return {"thing": made.getvalue()}


def ask(query: str, **limits: float) -> sql.SqlAnswer:
    return sql.answer_over(files(), query, **limits)  # type: ignore[arg-type]


def refusal(query: str, **limits: float) -> str:
    with pytest.raises(UsageFault) as fault:
        ask(query, **limits)
    return str(fault.value)


def child_of(query: str, *argv: str) -> subprocess.CompletedProcess[str]:
    request = {"query": query, "tables": {}, "seconds": 20, "memory_mib": 256, "rows": 10, "letters": 1000}
    return subprocess.run([sys.executable, *argv], input=json.dumps(request), capture_output=True, text=True)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """What the child says, asked in this process, without the limits that would bind the process itself."""
    monkeypatch.setattr(sql_child, "_shut", lambda _asked: None)
    place = tmp_path / "0.parquet"
    place.write_bytes(files()["thing"])

    def answer(query: str) -> dict[str, Any]:
        asked = {"query": query, "tables": {"thing": str(place)}, "seconds": 10.0, "memory_mib": 256}
        try:
            return sql_child._answer({**asked, "rows": 10, "letters": 1000})
        except duckdb.Error as err:
            return {"fault": sql_child._sentence(err, asked)}

    return answer


def test_the_child_ends_in_order() -> None:
    """A thread left at the end of a process that can open nothing aborts it, now and then before its answer is out."""
    for _ in range(16):
        child = child_of("SELECT 1", "-m", "provenet.web.sql_child")
        assert (child.returncode, child.stderr, json.loads(child.stdout)["rows"]) == (0, "", [[1]])


def test_rows_come_back_as_they_are() -> None:
    found = ask("SELECT * FROM thing ORDER BY count")
    assert found.columns == ("name", "count", "parts")
    assert found.rows == (("a", 1, '["x"]'), ("=b", 2, "[]"), (None, 3, None))
    assert not found.has_more
    assert ask("SELECT 2::HUGEINT ** 70, 'nan'::DOUBLE, DATE '2018-11-23', true").rows[0][1:] == (
        "nan",
        "2018-11-23",
        True,
    )


def test_more_rows_than_are_shown_are_said_to_be_there() -> None:
    found = ask("SELECT * FROM range(1000000)", most_rows=7)
    assert (len(found.rows), found.has_more) == (7, True)
    assert not ask("SELECT * FROM range(7)", most_rows=7).has_more


def test_a_file_of_the_answer_runs_in_no_spreadsheet() -> None:
    rows = list(csv.reader(io.StringIO(ask("SELECT name, count FROM thing ORDER BY count").as_csv().decode())))
    assert rows == [["name", "count"], ["a", "1"], ["'=b", "2"], ["", "3"]]


@pytest.mark.parametrize("query", ["DESCRIBE thing", "SUMMARIZE thing", "EXPLAIN SELECT 1", "FROM thing", "VALUES (1)"])
def test_other_ways_to_read_are_answered(here: Callable[[str], dict[str, Any]], query: str) -> None:
    assert here(query)["rows"]


@pytest.mark.parametrize(
    "query",
    [
        "COPY thing TO 'out.csv'",
        "COPY thing FROM '/etc/passwd'",
        "ATTACH 'other.db'",
        "EXPORT DATABASE 'out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "CREATE TABLE b AS SELECT 1",
        "CREATE MACRO m() AS 1",
        "INSERT INTO thing VALUES ('a', 1, [])",
        "DROP TABLE thing",
        "CALL pragma_version()",
        "VACUUM",
        "CHECKPOINT",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY thing TO 'out.csv'",
        "",
        "-- nothing",
    ],
)
def test_what_does_not_read_is_refused(here: Callable[[str], dict[str, Any]], query: str) -> None:
    assert "One query that reads is answered" in here(query)["fault"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM read_json('http://127.0.0.1:1/x')",
        "SELECT * FROM read_parquet('0.parquet')",
        "SELECT * FROM parquet_metadata('0.parquet')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "EXPLAIN ANALYZE COPY thing TO 'out.csv'",
        "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    ],
)
def test_no_file_and_no_address_is_opened(here: Callable[[str], dict[str, Any]], query: str) -> None:
    assert "no file, no address, no extension and no setting" in here(query)["fault"]


@pytest.mark.parametrize(
    "query",
    ["SELECT * FROM '/etc/passwd'", "SELECT * FROM '0.parquet'", "SELECT * FROM asked", "SELECT getenv('HOME')"],
)
def test_names_of_files_variables_and_the_environment_mean_nothing(
    here: Callable[[str], dict[str, Any]], query: str
) -> None:
    says = here(query)["fault"]
    assert "does not exist" in says or "no file" in says
    assert "root:" not in says


def test_the_child_can_open_nothing_even_where_duckdb_would() -> None:
    """With DuckDB's own door left open, the limits of the process still keep every file shut."""
    code = Path(sql_child.__file__).read_text("utf-8")
    open_door = (
        code.replace('"enable_external_access = false", ', "")
        .replace("SHUT = (", "SHUT = [")
        .replace('"lock_configuration = true")', '"lock_configuration = true"]')
    )
    assert open_door != code
    ran = child_of("SELECT content FROM read_text('/etc/passwd')", "-P", "-c", open_door)
    assert "root:" not in ran.stdout
    assert "Too many open files" in ran.stdout


def test_the_doors_are_shut_and_stay_shut() -> None:
    settings = dict(ask("SELECT name, value FROM duckdb_settings()").rows)
    assert settings["enable_external_access"] == "false"
    assert settings["lock_configuration"] == "true"
    assert settings["temp_directory"] == ""
    assert settings["allow_community_extensions"] == "false"


def test_a_query_without_an_end_is_stopped() -> None:
    query = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    assert "took longer than 0.5 seconds" in refusal(query, seconds=0.5)


@pytest.mark.parametrize("query", ["SELECT repeat('x', 2000000000)", "SELECT list(range) FROM range(200000000)"])
def test_a_query_that_needs_too_much_memory_is_stopped(query: str) -> None:
    says = refusal(query, seconds=60)
    assert "memory" in says and "Ask for less." in says


def test_a_child_that_ends_without_a_word_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql.sys, "executable", "/bin/false")
    assert "was stopped" in refusal("SELECT 1")


def test_a_wrong_query_is_a_sentence_with_its_place() -> None:
    says = refusal("SELECT nam FROM thing")
    assert says.startswith("The query is not answered. ")
    assert 'Referenced column "nam" not found' in says
    assert "LINE 1" in says
    assert "Binder Error" not in says


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, new_case: NewCase) -> Path:
    return new_case(tmp_path_factory.mktemp("sql") / "case", "A case").path


def test_strangers_ask_nothing(case: Path) -> None:
    with client(case, public=True) as asked:
        assert asked.get("/data/sql?query=SELECT+1").status_code == 404
        assert asked.get("/data/sql.csv?query=SELECT+1").status_code == 404


def test_an_answer_its_file_and_a_fault(case: Path) -> None:
    query = "SELECT 1 AS one, '<script>' AS text, NULL AS nothing"
    with client(case) as asked:
        empty = asked.get("/data/sql").text
        page = asked.get("/data/sql", params={"query": query})
        file = asked.get("/data/sql.csv", params={"query": query})
        wrong = asked.get("/data/sql", params={"query": "SELEC '<script>'"})
        schema = asked.get("/data/sql", params={"query": "SELECT count(*) FROM columns"})
    assert "Examples" in empty
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text and "<script>" not in page.text.replace("<script ", "")
    assert file.text == "one,text,nothing\n1,<script>,\n"
    assert (wrong.status_code, "syntax error" in wrong.text) == (400, True)
    assert "<script>&#39;" not in wrong.text
    assert schema.status_code == 200


def test_two_at_once_and_the_third_waits(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "MORE_SECONDS", 0.1)
    held = [sql._running.acquire(timeout=60) for _ in range(sql.AT_ONCE)]
    try:
        begun = time.monotonic()
        with client(case) as asked:
            answer = asked.get("/data/sql?query=SELECT+1")
        assert answer.status_code == 409
        assert "Other queries are still running" in answer.text
        assert time.monotonic() - begun < 60
    finally:
        for _ in held:
            sql._running.release()


def test_a_long_query_is_refused(case: Path) -> None:
    with client(case) as asked:
        assert asked.get("/data/sql", params={"query": "SELECT " + "1" * 3000}).status_code == 400
