"""Data files that a case adds to its tables itself are versions like those of the Delta library, which reads them."""

import os

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from provenet.case.case import Case
from provenet.case.delta_log import TableLog, read_log
from provenet.case.store import Store
from provenet.case.tables import frame, table, tables


def party(row, number: int, run: str = "add-1") -> pl.DataFrame:
    return frame("party", [row("party", f"p{number}")]).with_columns(run_id=pl.lit(run))


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path, ())
    made.make("party")
    return made


def versions(store: Store) -> list[str]:
    return sorted(path.name for path in (store.folder / "party/_delta_log").glob("*.json"))


def by_library(store: Store, name: str = "party") -> TableLog:
    return Store(store.folder, ())._log_by_library(name)


def operations(store: Store) -> list[str]:
    return [one.get("engineInfo", "our own") for one in DeltaTable(str(store.folder / "party")).history()]


def rows_by_library(store: Store) -> pl.DataFrame:
    opened = DeltaTable(str(store.folder / "party"))
    found = pl.DataFrame(opened.to_pyarrow_table())
    return found.select(list(table("party").schema)).sort("party_id")


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_table_is_made_so_that_its_log_is_read_as_the_library_reads_it(tmp_path, name):
    Store(tmp_path, ()).make(name)
    ours = Store(tmp_path, ())._log(name)
    assert ours == by_library(Store(tmp_path, ()), name)
    assert ours.is_plain


def test_the_library_reads_what_was_added(store, row):
    parts = [party(row, 1), party(row, 2, "add-2"), party(row, 3, "add-2")]
    for part in parts:
        store.append("party", part)
    assert operations(store)[:3] == ["our own"] * 3
    assert rows_by_library(store).equals(pl.concat(parts))
    assert Store(store.folder, ()).read("party", None).sort("party_id").equals(pl.concat(parts))
    assert store._log("party") == by_library(store) == Store(store.folder, ())._log("party")
    assert [path for path in store.folder.rglob("*") if "#" in path.name] == []


def test_ours_and_the_librarys_versions_alternate(store, row):
    store.append("party", party(row, 1))
    write_deltalake(str(store.folder / "party"), party(row, 2), mode="append")
    store.append("party", party(row, 3, "add-2"))
    DeltaTable(str(store.folder / "party")).delete("run_id = 'add-1'")
    store.append("party", party(row, 4, "add-3"))
    assert store.read("party", None).sort("party_id")["party_id"].to_list() == ["p3", "p4"]
    assert store._log("party") == by_library(store)
    assert rows_by_library(store)["party_id"].to_list() == ["p3", "p4"]


def test_a_version_that_another_writer_took_is_never_written_over(store, row, monkeypatch):
    link = os.link

    def late(staged, whole):
        write_deltalake(str(store.folder / "party"), party(row, 8), mode="append")
        link(staged, whole)

    monkeypatch.setattr(os, "link", late)
    store.append("party", party(row, 1))
    assert rows_by_library(store)["party_id"].to_list() == ["p1", "p8"]
    assert store.read("party", None)["party_id"].sort().to_list() == ["p1", "p8"]
    assert sum(1 for _ in store.folder.rglob("*.parquet")) == 2


def test_a_disk_without_hard_links_is_written_by_the_library(store, row, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    store.append("party", party(row, 1))
    assert operations(store)[0].startswith("delta-rs")
    assert store.read("party", None)["party_id"].to_list() == ["p1"]
    assert sum(1 for _ in store.folder.rglob("*.parquet")) == 1


def test_every_hundredth_version_is_the_librarys_and_has_a_checkpoint(store, row):
    for number in range(101):
        store.append("party", party(row, number))
    log = store.folder / "party/_delta_log"
    assert (log / f"{99:020}.checkpoint.parquet").is_file()
    assert versions(store)[-1] == f"{101:020}.json"
    assert store._log("party") == by_library(store) == Store(store.folder, ())._log("party")
    for number in range(50):
        (log / f"{number:020}.json").unlink()
    assert Store(store.folder, ()).read("party", None).height == 101


@pytest.mark.parametrize(
    "line",
    [
        '{"domainMetadata": {"domain": "x", "configuration": "", "removed": false}}',
        '{"add": {"path": "a.parquet", "partitionValues": {"run_id": "x"}, "deletionVector": {"storageType": "u"}}}',
        '{"add": {"path": "s3://elsewhere/a.parquet", "partitionValues": {"run_id": "x"}}}',
        "{half a line",
        '{"add": []}',
    ],
)
def test_what_is_not_understood_is_left_to_the_library(store, row, line):
    store.append("party", party(row, 1))
    known = store._log("party")
    log = store.folder / "party/_delta_log"
    (log / f"{2:020}.json").write_text(line + "\n")
    assert read_log(log, known, 2) is None


@pytest.mark.parametrize(
    "setting", [{"delta.appendOnly": "true"}, {"delta.enableChangeDataFeed": "true"}, {"delta.checkpointInterval": "7"}]
)
def test_a_table_with_settings_of_its_own_is_written_by_the_library(tmp_path, row, setting):
    store = Store(tmp_path, ())
    store.make("party")
    made = DeltaTable(str(tmp_path / "party"))
    made.alter.set_table_properties(setting)
    assert not store._log("party").is_plain
    assert store._log("party") == by_library(store)
    store.append("party", party(row, 1))
    assert operations(store)[0].startswith("delta-rs")
    assert store.read("party", None)["party_id"].to_list() == ["p1"]


def test_a_table_of_an_earlier_release_takes_new_columns_by_the_library(tmp_path, row):
    rows = party(row, 1)
    write_deltalake(str(tmp_path / "party"), rows.drop("name"), mode="append", partition_by=["run_id"])
    store = Store(tmp_path, ())
    store.append("party", party(row, 2))
    assert operations(store)[0].startswith("delta-rs")
    store.append("party", party(row, 3))
    found = store.read("party", None).sort("party_id")
    assert found["name"].is_null().to_list() == [True, False, False]


def test_rows_of_several_runs_are_written_by_the_library(store, row):
    both = pl.concat([party(row, 1), party(row, 2, "add-2")])
    store.append("party", both)
    assert operations(store)[0].startswith("delta-rs")
    assert store.read("party", ["add-2"])["party_id"].to_list() == ["p2"]


def test_what_is_read_of_memory_is_what_the_files_hold(tmp_path, row):
    case = Case.new(tmp_path / "case")
    for number in (3, 1, 2):
        with case.writer("add", {}, {"file": str(number)}) as run:
            run.append("party", [row("party", f"p{number}", segments=[] if number == 1 else ["ran"])])
            run.append("claim", [row("claim", f"C-{number}")])
        again = Case.open(tmp_path / "case")
        for name in ("party", "claim", "run"):
            assert case.read(name).equals(again.read(name))
            order = table(name).order
            assert case.scan(name).collect().sort(order).equals(again.read(name).sort(order))
