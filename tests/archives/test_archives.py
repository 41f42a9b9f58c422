"""Cases that earlier releases wrote: each opens, reads, checks, walks back, and takes new rows."""

import json
import subprocess
import sys
import tarfile
import warnings
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from provenet.case.case import Case
from provenet.case.check import check
from provenet.case.lineage import walk, walk_lines
from provenet.case.lock import held
from provenet.case.rows import RunRow, rows_of
from provenet.case.standing import Standing
from provenet.case.structs import json_text, settings_of
from provenet.case.tables import tables
from provenet.core.errors import CaseMigrated
from support.copies import table_csv

ARCHIVES = sorted(Path(__file__).parent.glob("case-*.tar.xz"))


TEXT = Path(__file__).parent / "case-0.1.0-json-text.tar.xz"
"""A case whose cells of facts, origins, flips and settings are JSON text, as the format 1 stored them."""


def unpacked(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "case"


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.name)
def case(request, tmp_path):
    place = unpacked(request.param, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CaseMigrated)
        return Case.open(place)


def test_there_is_an_archive_and_it_is_small():
    assert ARCHIVES
    assert all(path.stat().st_size < 300_000 for path in ARCHIVES)


def test_every_table_of_today_can_be_read(case):
    for name in tables():
        assert dict(case.read(name).schema) == tables()[name].schema
    assert case.read("party")["party_id"].to_list() == ["huawei", "zte"]
    assert case.runs()["verb"].to_list()[:3] == ["add", "depend", "brief"]
    assert case.read_latest("vendor_share", as_of="2026-11-25")["low_share"].to_list() == [0.57]


def test_it_checks_and_walks_back_to_the_page(case):
    assert [finding for finding in check(case) if finding["severity"] == "error"] == []
    assert walk_lines(walk(case, "vs-1")) == [
        "Subscribers on 4G radio of Huawei or ZTE: 57 %",
        "= as published",
        "< DE, 4G RAN, Huawei+ZTE, =, 57, share of subscribers, 2020",
        "source: Three countries (press, 2020)",
        "https://example.org/a <- shares.csv row 2",
    ]
    file_id = case.read("party")["file_id"][0]
    assert case.source_bytes(file_id) == b"geo,vendor,percent\nGermany,Huawei+ZTE,57\n"
    assert (case.path / "outputs/germany.html").read_bytes() == b"<p>57 %</p>\n"


def test_its_export_keeps_the_columns_it_had(case):
    lines = table_csv(case, "party").decode().splitlines()
    header, zte = lines[0].split(","), lines[2].split(",")
    told = dict(zip(header, zte, strict=True))
    assert (told["party_id"], told["name"], told["segments"], told["note"]) == ("zte", "ZTE", "ran", "'=ZTE")


def test_it_takes_new_rows_and_drops_those_it_has(case):
    with case.writer("add", {}, {"shares.csv": "again"}) as run:
        assert run.append("party", case.read("party").drop("run_id")) == 0
        assert (
            run.append("party", case.read("party").drop("run_id").with_columns(row_id=case.read("party")["name"])) == 2
        )
    assert case.read("party").height == 4


def cells(path: Path, name: str) -> dict[str, list[str | None]]:
    """The cells of a table as format 1 stored them, by the column's name, in no order."""
    rows = pl.read_parquet(path / "tables" / name / "**/*.parquet")
    return {column.name: rows[column.name].to_list() for column in tables()[name].columns if column.fields}


def test_an_old_case_is_brought_to_this_layout_with_a_sentence_and_without_loss(tmp_path):
    place = unpacked(TEXT, tmp_path)
    before = {name: cells(place, name) for name in ("run", "verdict", "plan")}
    assert before["plan"]["assumed_facts"] == ['{"annex_ii":"true","hrs_list: ZTE":"listed"}', "{}"]
    with pytest.warns(CaseMigrated) as warned:
        case = Case.open(place)
    assert [str(one.message) for one in warned] == [
        f"{place}: the case was written by an earlier release and has been brought to the layout of this one; "
        "no figure changed and no result became stale by it."
    ]
    for name, columns in before.items():
        spec, rows = tables()[name], case.read(name)
        assert dict(rows.schema) == spec.schema
        for column, texts in columns.items():
            found = rows.select(json_text(spec.column(column))).to_series().to_list()
            assert Counter(found) == Counter(texts), column
    assert Case.open(place).runs().equals(case.runs())


def test_what_stood_fresh_in_an_old_case_stands_fresh(tmp_path):
    with pytest.warns(CaseMigrated):
        case = Case.open(unpacked(TEXT, tmp_path))
    read = {run["verb"]: {one["name"]: one["digest"] for one in run["inputs"]} for run in rows_of(RunRow, case.runs())}
    assert read["plan"] == read["expose"] == case.digest(["verdict"])
    assert not any(state.is_stale for state in Standing(case).states())


def test_an_old_case_that_cannot_be_brought_to_this_layout_reads_the_same(tmp_path):
    place = unpacked(TEXT, tmp_path)
    with held(place):
        busy = Case.open(place)
        found = {name: busy.read(name) for name in tables()}
        digests = busy.digest(tables())
    assert "format = 1\n" in (place / "case.toml").read_text("utf-8")
    with pytest.warns(CaseMigrated):
        case = Case.open(place)
    assert all(case.read(name).equals(rows) for name, rows in found.items())
    assert case.digest(tables()) == digests
    settings = settings_of(rows_of(RunRow, found["run"].filter(verb="screen"))[0]["settings"])
    assert (settings["known_on"], settings["seed"], settings["whole"], settings["none"]) == (None, 20181123, 2.0, [])


def test_an_old_case_opened_while_it_was_held_is_brought_to_this_layout_before_it_is_written(tmp_path):
    place = unpacked(TEXT, tmp_path)
    with held(place):
        case = Case.open(place)
    with pytest.warns(CaseMigrated), case.writer("add", {}, {"later": "1"}):
        pass
    assert "format = 2\n" in (place / "case.toml").read_text("utf-8")
    assert case.runs()["verb"].to_list()[-1] == "add"


def test_a_command_on_an_old_case_says_so_once_on_standard_error(tmp_path):
    place = unpacked(TEXT, tmp_path)
    command = [sys.executable, "-m", "provenet", "check", str(place), "--json"]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=False) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    sentence = (
        f"{place}: the case was written by an earlier release and has been brought to the layout of this one; "
        "no figure changed and no result became stale by it.\n"
    )
    assert (first.stderr, second.stderr) == (sentence, "")
    assert json.loads(first.stdout)["findings"] == json.loads(second.stdout)["findings"]
