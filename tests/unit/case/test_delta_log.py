"""Data files that a case adds to its tables itself are versions like those of the Delta library, which reads them."""

import json
import os
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, Field, Schema, write_deltalake

from provenet.case import store as store_module
from provenet.case.case import Case
from provenet.case.delta_log import TableLog, read_log
from provenet.case.store import Store
from provenet.case.tables import frame, table, tables

FIRST = f"{0:020}.json"


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


@pytest.mark.parametrize("setting", ["appendOnly=true", "enableChangeDataFeed=true", "checkpointInterval=7"])
def test_a_table_with_settings_of_its_own_is_written_by_the_library(store, row, setting):
    DeltaTable(str(store.folder / "party")).alter.set_table_properties(dict([f"delta.{setting}".split("=")]))
    assert not store._log("party").is_plain
    assert store._log("party") == by_library(store)
    store.append("party", party(row, 1))
    assert operations(store)[0].startswith("delta-rs")
    assert store.read("party", None)["party_id"].to_list() == ["p1"]


def test_a_table_of_an_earlier_release_takes_new_columns_by_the_library(tmp_path, row):
    write_deltalake(str(tmp_path / "party"), party(row, 1).drop("name"), mode="append", partition_by=["run_id"])
    store = Store(tmp_path, ())
    store.append("party", party(row, 2))
    assert operations(store)[0].startswith("delta-rs")
    store.append("party", party(row, 3))
    assert store.read("party", None).sort("party_id")["name"].is_null().to_list() == [True, False, False]


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


def actions(log: Path) -> dict[str, dict[str, object]]:
    return {kind: one for line in log.read_text("utf-8").splitlines() for kind, one in json.loads(line).items()}


def made_by_library(place: Path, name: str) -> Path:
    spec = tables()[name]
    delta = store_module._delta_type
    fields = [Field(c.name, delta(c), nullable=True, metadata={"comment": c.says}) for c in spec.columns]
    partition = None if spec.kind == "record" else ["run_id"]
    DeltaTable.create(str(place), Schema(fields), partition_by=partition, name=name, description=spec.says)
    return place


@pytest.mark.parametrize("name", list(tables()))
def test_an_empty_table_is_the_one_that_the_library_makes(tmp_path, name):
    Store(tmp_path / "ours", ()).make(name)
    ours, theirs = tmp_path / "ours" / name, made_by_library(tmp_path / "theirs", name)
    one, other = (actions(place / "_delta_log" / FIRST) for place in (ours, theirs))
    assert one.keys() == other.keys()
    assert one["protocol"] == other["protocol"]
    ids = {table["metaData"].pop("id") for table in (one, other)}
    assert len(ids) == 2 and {len(each) for each in ids} == {36}
    times = [table["metaData"].pop("createdTime") for table in (one, other)]
    assert abs(times[0] - times[1]) < 60_000
    assert one["metaData"] == other["metaData"]
    assert DeltaTable(str(ours)).schema() == DeltaTable(str(theirs)).schema()
    assert [p.name for p in (ours / "_delta_log").iterdir()] == [FIRST]
    log = Store(tmp_path / "ours", ())._log(name)
    assert log.is_plain and log == Store(tmp_path / "ours", ())._log_by_library(name)


def as_library_says(case: Case, name: str) -> dict[Path, str | None]:
    found = DeltaTable(str(case.path / "tables" / name)).get_add_actions(flatten=True)
    columns = {column: found[column].to_pylist() for column in found.schema.names if not column.startswith("null")}
    runs = columns.get("partition.run_id", [None] * len(columns["path"]))
    return {str(case.path / "tables" / name / path): run for path, run in zip(columns["path"], runs, strict=True)}


def assert_same(case: Case, names: list[str]) -> None:
    for name in names:
        assert case._store.files(name, None) == as_library_says(case, name), name


@pytest.mark.parametrize("times", [0, 1, 5])
def test_logs_read_as_they_lie_say_what_the_library_says(case, row, times):
    for number in range(times):
        with case.writer("add", {}, {"file": str(number)}) as run:
            run.append("party", [row("party", f"p{number}")])
        assert_same(case, ["party", "run", "claim"])
    assert_same(Case.open(case.path), list(tables()))
    assert case._store._opened == {}, "the library opens none of them"


def test_a_table_written_anew_holds_its_new_files(case, row):
    with case.writer("add", {}, {}) as run:
        run.append("party", [row("party", "p1"), row("party", "p2")])
    case._store.rewrite("party")
    assert_same(case, ["party"])
    assert case.read("party")["party_id"].to_list() == ["p1", "p2"]


def rewritten(log: Path, text: str) -> None:
    """Another text in the place of a file, which may be the same file as one of the case that was copied."""
    log.unlink()
    log.write_text(text, "utf-8")


@pytest.mark.parametrize(
    "line",
    ['{"domainMetadata": {"domain": "x", "configuration": "", "removed": false}}', "{half a line", '{"add": []}',
     '{"add": {"path": "a.parquet", "partitionValues": {"run_id": "x"}, "deletionVector": {"storageType": "u"}}}',
     '{"add": {"path": "s3://elsewhere/a.parquet", "partitionValues": {"run_id": "x"}}}'],
)  # fmt: skip
def test_what_is_not_understood_is_left_to_the_library(store, row, line):
    store.append("party", party(row, 1))
    known, log = store._log("party"), store.folder / "party/_delta_log"
    (log / f"{2:020}.json").write_text(line + "\n")
    assert read_log(log, known, 2) is None


@pytest.mark.parametrize("kind", ["no first version", "an action of others", "a newer reader"])
def test_a_log_of_another_kind_is_left_to_the_library(case, row, kind):
    for number in range(2):
        with case.writer("add", {}, {"file": str(number)}) as run:
            run.append("party", [row("party", f"p{number}")])
    log = case.path / "tables" / "party" / "_delta_log"
    if kind == "no first version":
        DeltaTable(str(log.parent)).create_checkpoint()
        (log / FIRST).unlink()
    text = (log / FIRST).read_text("utf-8") if (log / FIRST).exists() else ""
    if kind == "an action of others":
        rewritten(log / FIRST, text + '\n{"txn":{"appId":"other","version":1}}')
    if kind == "a newer reader":
        newer = text.replace('"minReaderVersion": 1', '"minReaderVersion": 2')
        assert newer != text
        rewritten(log / FIRST, newer)
    found = Case.open(case.path)
    assert_same(found, ["party"])
    assert found.read("party")["party_id"].to_list() == ["p0", "p1"]
    assert "party" in found._store._opened
    with found.writer("add", {}, {"file": "2"}) as run:
        run.append("party", [row("party", "p2")])
    assert Case.open(case.path).read("party")["party_id"].to_list() == ["p0", "p1", "p2"]


def test_a_log_beside_a_checkpoint_is_read_as_it_lies(case, row):
    with case.writer("add", {}, {"file": "1"}) as run:
        run.append("party", [row("party", "p1")])
    DeltaTable(str(case.path / "tables" / "party")).create_checkpoint()
    found = Case.open(case.path)
    assert_same(found, ["party"])
    assert found._store._opened == {}


class Engine:
    """Stands for rows that were scanned: what collects them is their answer."""

    @staticmethod
    def collect(engine: str) -> str:
        return engine


def test_a_small_table_is_read_at_once_and_a_large_one_in_bounded_memory(case, row, monkeypatch):
    with case.writer("add", {}, {}) as run:
        run.append("party", [row("party", "p1"), row("party", "p2")])
    small = Case.open(case.path).read("party")
    assert case._store.files("party", None)
    assert case._store.gather(Engine(), "party") == "in-memory"
    monkeypatch.setattr(store_module, "_SMALL_BYTES", 0)
    assert case._store.gather(Engine(), "party") == "streaming"
    assert Case.open(case.path).read("party").equals(small)


@pytest.mark.parametrize("lacks", [None, "legal_form", "segments"])
def test_a_schema_is_merged_only_where_a_table_was_made_with_another(case, row, monkeypatch, lacks):
    """From then on the table has the columns of today, and the case adds to it itself."""
    modes = []
    write = store_module.write_deltalake

    def noted(table, rows, *, mode, schema_mode):
        modes.append(schema_mode)
        write(table, rows, mode=mode, schema_mode=schema_mode)

    log = case.path / "tables" / "party" / "_delta_log" / FIRST
    *before, last = log.read_text("utf-8").splitlines()
    made = json.loads(last)
    schema = json.loads(made["metaData"]["schemaString"])
    schema["fields"] = [field for field in schema["fields"] if field["name"] != lacks]
    made["metaData"]["schemaString"] = json.dumps(schema)
    rewritten(log, "\n".join([*before, json.dumps(made)]))
    monkeypatch.setattr(store_module, "write_deltalake", noted)
    found = Case.open(case.path)
    for number in range(2):
        with found.writer("add", {}, {"file": str(number)}) as run:
            run.append("party", [row("party", f"p{number}", legal_form="a form", segments=["ran"])])
    assert modes == ([] if lacks is None else ["merge"])
    assert found.read("party").select("legal_form", "segments").rows() == [("a form", ["ran"])] * 2
