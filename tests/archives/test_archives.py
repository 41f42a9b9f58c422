"""Cases that earlier releases wrote: each opens, reads, checks, walks back, and takes new rows."""

import tarfile
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.case.check import check
from provenet.case.lineage import walk, walk_lines
from provenet.case.tables import tables

ARCHIVES = sorted(Path(__file__).parent.glob("case-*.tar.xz"))


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.name)
def case(request, tmp_path):
    with tarfile.open(request.param) as tar:
        tar.extractall(tmp_path, filter="data")
    return Case.open(tmp_path / "case")


def test_there_is_an_archive_and_it_is_small():
    assert ARCHIVES
    assert all(path.stat().st_size < 300_000 for path in ARCHIVES)


def test_every_table_of_today_can_be_read(case):
    for name in tables():
        assert dict(case.read(name).schema) == tables()[name].schema
    assert case.read("party")["party_id"].to_list() == ["huawei", "zte"]
    assert case.runs()["verb"].to_list() == ["add", "depend", "brief"]
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
    lines = case.export_csv("party").decode().splitlines()
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
