"""The case: one writer, runs that stand or do not, and what a broken folder says."""

import csv
import errno
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from provenet.case import case as case_module
from provenet.case import runs as runs_module
from provenet.case import store as store_module
from provenet.case.audience import page_case
from provenet.case.case import Case, _merged_sentence
from provenet.case.export import digest_of
from provenet.case.parties import MergedNames
from provenet.case.store import Store
from provenet.case.structs import digests_of, with_texts
from provenet.case.tables import frame, tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import CaseBusy, CaseFault, UsageFault
from support.copies import copied_case, table_csv


def add(case, row, number, *, inputs=None, verb="add"):
    with case.writer(verb, {}, inputs or {"file": str(number)}) as run:
        count = run.append("party", [row("party", f"p{number}")])
    return run, count


def test_a_new_case_holds_every_table_empty(tmp_path):
    case = Case.new(tmp_path / "case", "A case")
    for name in tables():
        assert case.read(name).height == 0
        assert dict(case.read(name).schema) == tables()[name].schema
    assert case.title == "A case"
    assert sorted(p.name for p in case.path.iterdir()) == [".lock", "case.toml", "outputs", "sources", "tables"]
    assert [p.name for p in case.path.parent.iterdir()] == ["case"]


@pytest.mark.parametrize("name", ["with space", "täter 日本", "a#b?c*d'e\"f", "-dash", "x" * 120])
def test_a_case_may_have_any_sensible_name(tmp_path, row, name):
    made = Case.new(tmp_path / name, 'Title "quoted" \\ ü \x7f')
    add(made, row, 1)
    again = Case.open(tmp_path / name)
    assert again.title == 'Title "quoted" \\ ü \x7f'
    assert again.read("party")["party_id"].to_list() == ["p1"]


def test_a_path_may_be_relative(tmp_path, monkeypatch, row):
    monkeypatch.chdir(tmp_path)
    made = Case.new("here")
    add(made, row, 1)
    monkeypatch.chdir("/")
    assert made.read("party").height == 1


@pytest.mark.parametrize("character", ["%", "[", "]", "|", "^", "\\", "\n"])
def test_a_path_that_the_tables_cannot_carry_is_refused(tmp_path, case, character):
    place = tmp_path / f"a{character}b"
    with pytest.raises(UsageFault) as caught:
        Case.new(place)
    assert str(caught.value) == (
        f"{place}: a case cannot stand under a path with the character {character!r}. Choose another name."
    )
    case.path.rename(place)
    with pytest.raises(CaseFault) as found:
        Case.open(place)
    assert str(found.value) == (
        f"{place}: a case cannot stand under a path with the character {character!r}. Move or rename the folder."
    )


def test_halves_of_characters_are_refused_in_a_path_and_a_title(tmp_path):
    """Bytes that are no UTF-8 reach Python as halves of characters, which no table can carry."""
    with pytest.raises(UsageFault, match="a case cannot stand under a path with the character"):
        Case.new(tmp_path / "a\udcff")
    with pytest.raises(UsageFault) as caught:
        Case.new(tmp_path / "a", "a\udcff")
    assert str(caught.value) == "new: not a title; found 'a\\\\udcff', expected whole characters."
    assert list(tmp_path.iterdir()) == []


def test_new_refuses_what_stands_there_and_a_missing_parent(tmp_path, case):
    with pytest.raises(UsageFault) as caught:
        Case.new(case.path)
    assert str(caught.value) == (
        f"{case.path}: something stands here already. Choose another name, or open it as it is."
    )
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageFault):
        Case.new(tmp_path / "empty")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageFault):
        Case.new(tmp_path / "dangling")
    with pytest.raises(UsageFault) as caught:
        Case.new(tmp_path / "no" / "case")
    assert (
        str(caught.value) == f"{tmp_path / 'no' / 'case'}: the folder {tmp_path / 'no'} does not exist. Make it first."
    )


def test_new_takes_over_what_a_killed_one_left(tmp_path):
    aside = tmp_path / ".case.making"
    (aside / "tables" / "half").mkdir(parents=True)
    (aside / "case.toml").write_text("half", encoding="utf-8")
    made = Case.new(tmp_path / "case")
    assert made.read("party").height == 0
    assert not aside.exists()
    assert not (made.path / "tables" / "half").exists()


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_new_that_cannot_end_leaves_nothing(tmp_path, monkeypatch, error):
    def refuse(_store, _name):
        raise error

    monkeypatch.setattr(Store, "make", refuse)
    with pytest.raises(type(error)):
        Case.new(tmp_path / "case")
    assert list(tmp_path.iterdir()) == []


def test_rows_stand_when_the_block_ends_and_not_before(case, row):
    with case.writer("add", {}, {}) as run:
        assert run.append("party", [row("party", "p1")]) == 1
        assert Case.open(case.path).read("party").height == 0
    assert case.read("party")["run_id"].to_list() == [run.run_id]
    assert case.runs().select("verb", "settings", "inputs", "row_count").rows() == [("add", [], [], 1)]


def test_an_exception_leaves_nothing_to_see_and_the_next_run_works(case, row, monkeypatch):
    monkeypatch.setattr(runs_module, "FLUSH_ROWS", 1)
    with pytest.raises(KeyError), case.writer("add", {}, {"a": "1"}) as run:
        run.append("party", [row("party", "p1")])
        raise KeyError("stop")
    assert case.read("party").height == 0
    assert case.runs().height == 0
    assert list((case.path / "tables/party").glob("run_id=*"))
    add(case, row, 2)
    assert case.read("party")["party_id"].to_list() == ["p2"]
    assert len(list((case.path / "tables/party").glob("run_id=*"))) == 1


@pytest.mark.parametrize(
    "refused",
    [
        DeltaError("Failed to parse parquet: No space left on device (os error 28)"),
        OSError(28, "No space left on device"),
        pl.exceptions.ComputeError("No space left on device (os error 28)"),
    ],
)
@pytest.mark.parametrize("where", ["write_parquet", "fsync", "link"])
def test_a_disk_that_takes_no_more_is_told_and_leaves_the_case_as_it_was(case, row, monkeypatch, refused, where):
    def full(*_, **__):
        raise refused

    def no_link(*_):
        raise OSError(28, "No space left on device")

    add(case, row, 1)
    if where == "link":
        # Where a version cannot be linked, the library is asked.
        monkeypatch.setattr(os, "link", no_link)
        monkeypatch.setattr("provenet.case.store.write_deltalake", full)
    else:
        monkeypatch.setattr({"write_parquet": pl.DataFrame, "fsync": os}[where], where, full)
    told = (
        r"rows of the table party cannot be written \(.*No space left on device.*\)\. The case is as it was; make room"
    )
    with pytest.raises(CaseFault, match=told):
        add(case, row, 2)
    monkeypatch.undo()
    assert case.read("party")["party_id"].to_list() == ["p1"]
    add(case, row, 2)
    assert case.read("party")["party_id"].to_list() == ["p1", "p2"]


def test_a_run_with_equal_inputs_is_the_same_run(case, row):
    first, count = add(case, row, 1)
    before = files(case.path)
    second, again = add(case, row, 1)
    assert (count, again) == (1, 0)
    assert second.run_id == first.run_id
    assert not first.already
    assert second.already
    assert {**files(case.path), ".lock": ""} == {**before, ".lock": ""}


def files(path: Path) -> dict[str, str]:
    return {str(p.relative_to(path)): sha256_bytes(p.read_bytes()) for p in path.rglob("*") if p.is_file()}


def test_run_ids_tell_verb_settings_inputs_and_code_apart(monkeypatch):
    one = runs_module.run_id("add", {"a": 1}, {"f": "x"})
    assert one == runs_module.run_id("add", {"a": 1}, {"f": "x"})
    others = {
        runs_module.run_id("check", {"a": 1}, {"f": "x"}),
        runs_module.run_id("add", {"a": 2}, {"f": "x"}),
        runs_module.run_id("add", {"a": 1}, {"f": "y"}),
    }
    monkeypatch.setattr(runs_module, "code_version", lambda: "another")
    others.add(runs_module.run_id("add", {"a": 1}, {"f": "x"}))
    assert len(others | {one}) == 5
    with pytest.raises(ValueError, match=r"^a verb is lower-case letters; found '\.\./x'$"):
        runs_module.run_id("../x", {}, {})


def test_an_input_row_read_twice_enters_once(case, row):
    with case.writer("add", {}, {"f": "1"}) as run:
        assert run.append("party", [row("party", "a"), row("party", "a"), row("party", "b")]) == 2
        assert run.append("party", [row("party", "b"), row("party", "c")]) == 1
    with case.writer("add", {}, {"f": "2"}) as run:
        assert run.append("party", [row("party", "c"), row("party", "d")]) == 1
    assert case.read("party")["party_id"].to_list() == ["a", "b", "c", "d"]
    assert case.runs()["row_count"].to_list() == [3, 1]


def test_an_input_row_read_twice_enters_once_across_flushes(case, row, monkeypatch):
    monkeypatch.setattr(runs_module, "FLUSH_ROWS", 1)
    test_an_input_row_read_twice_enters_once(case, row)


@pytest.mark.parametrize("flush_rows", [1, 500_000])
def test_a_result_key_twice_in_one_run_is_refused(case, row, monkeypatch, flush_rows):
    monkeypatch.setattr(runs_module, "FLUSH_ROWS", flush_rows)
    with pytest.raises(ValueError) as caught, case.writer("depend", {}, {}) as run:
        run.append("vendor_share", [row("vendor_share", "vs-1")])
        run.append("vendor_share", [row("vendor_share", "vs-1")])
    assert str(caught.value) == "vendor_share: two rows of one run with share_id 'vs-1'."
    assert case.read("vendor_share").height == 0


def test_the_table_run_is_written_by_the_case_alone(case):
    with (
        pytest.raises(ValueError, match=r"^run: the case writes this table itself\.$"),
        case.writer("a", {}, {}) as run,
    ):
        run.append("run", [])


def test_a_frame_is_taken_as_rows_are(case, row):
    with case.writer("add", {}, {}) as run:
        assert run.append("party", pl.DataFrame([row("party", "a")]).with_columns(segments=pl.Series([[]]))) == 1
    assert case.read("party")["segments"].to_list() == [[]]


def depend(case, row, inputs, low, **settings):
    with case.writer("depend", settings, {"market_share": inputs}) as run:
        run.append("vendor_share", [row("vendor_share", "vs-1", low_share=low)])
    return run


def lows(frame):
    return frame["low_share"].to_list()


def test_a_newer_run_of_the_same_settings_supersedes(case, row):
    depend(case, row, "old", 0.1, as_of="2018-11-23")
    depend(case, row, "old", 0.2, as_of="2026-11-25")
    depend(case, row, "new", 0.3, as_of="2018-11-23")
    assert lows(case.read_latest("vendor_share")) == [0.2, 0.3] or lows(case.read_latest("vendor_share")) == [0.3, 0.2]
    assert lows(case.read_latest("vendor_share", as_of="2018-11-23")) == [0.3]
    assert lows(case.read_latest("vendor_share", as_of="2017-01-01")) == []
    assert sorted(lows(case.read("vendor_share"))) == [0.1, 0.2, 0.3]
    assert table_csv(case, "vendor_share").count(b"vs-1") == 2


def test_a_newer_run_that_wrote_nothing_supersedes_too(case, row):
    depend(case, row, "old", 0.1)
    with case.writer("depend", {}, {"market_share": "new"}):
        pass
    assert case.read_latest("vendor_share").height == 0


def test_a_run_whose_inputs_come_back_stands_again(case, row):
    first = depend(case, row, "one", 0.1)
    depend(case, row, "two", 0.2)
    again = depend(case, row, "one", 0.1)
    assert again.already
    assert lows(case.read_latest("vendor_share")) == [0.1]
    assert case.runs()["run_id"].to_list()[-1] == first.run_id
    assert case.runs().height == 2
    count = case._store.read("run", None).height
    depend(case, row, "one", 0.1)
    assert case._store.read("run", None).height == count


def test_order_survives_a_clock_that_is_set_back(case, row, monkeypatch):
    depend(case, row, "one", 0.1)

    monkeypatch.setattr(runs_module, "_now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    depend(case, row, "two", 0.2)
    assert lows(case.read_latest("vendor_share")) == [0.2]
    first, second = case.runs()["recorded_at"].to_list()
    assert second - first == timedelta(microseconds=1)


def test_inputs_may_be_taken_under_the_lock(case, row):
    add(case, row, 1)

    def inputs():
        with pytest.raises(CaseBusy), case.writer("x", {}, {}):
            pass
        return case.digest(["party"])

    with case.writer("screen", {}, inputs) as run:
        pass
    assert digests_of(case.runs()["inputs"].to_list()[-1]) == case.digest(["party"])
    assert run.run_id == case.runs()["run_id"][-1]


def test_digests_and_exports_do_not_hang_on_order_or_time(tmp_path, row, new_case):
    one, two = new_case(tmp_path / "one"), new_case(tmp_path / "two")
    for number in (1, 2, 3):
        add(one, row, number)
    for number in (3, 1, 2):
        add(two, row, number)
    assert one.digest(["party", "claim"]) == two.digest(["claim", "party"])
    assert table_csv(one, "party") == table_csv(two, "party")
    add(two, row, 4)
    assert one.digest(["party"]) != two.digest(["party"])
    assert one.digest(["claim"]) == two.digest(["claim"])


def test_export_is_safe_to_open_in_a_spreadsheet(case, row):
    values = [
        "=1+1", "+x", "-x", "@x", "\tx", "\rx", "-", "-1", "+1.5", "1e-5", "-2E3", "-1+1", "plain", "a,b", 'q"q', "'=x",
    ]  # fmt: skip
    with case.writer("add", {}, {}) as run:
        run.append("identifier", [row("identifier", f"{i:02}", value=v) for i, v in enumerate(values)])

    text = table_csv(case, "identifier").decode()
    cells = [one["value"] for one in csv.DictReader(io.StringIO(text, newline=""))]
    assert cells == [
        "'=1+1", "'+x", "'-x", "'@x", "'\tx", "'\rx", "'-", "-1", "+1.5", "1e-5", "-2E3", "'-1+1", "plain",
        "a,b", 'q"q', "'=x",
    ]  # fmt: skip
    assert text.startswith("party_id,scheme,value,row_id,source_id,file_id,locator,reading,checked_on,note\n")


def test_export_tells_unknown_from_none(case, row):
    base = {
        "carrier_id": "c", "country": "DE", "asset_class": "ran", "unit_count": 1, "file_id": "0", "locator": "=l",
        "reading": "not stated",
    }  # fmt: skip
    lists = [None, [], ["a"], ["a", "=b|c"], ["=a"]]
    with case.writer("add", {}, {}) as run:
        run.append(
            "asset", [base | {"asset_id": str(i), "row_id": str(i), "capability": v} for i, v in enumerate(lists)]
        )
    lines = table_csv(case, "asset").decode().splitlines()
    place = lines[0].split(",").index("capability")
    assert [line.split(",")[place] for line in lines[1:]] == ["", "none", "a", "a|=b\\|c", "'=a"]


def test_sources_are_kept_once_and_checked_on_reading(case):
    with case.writer("add", {}, {}) as run:
        file_id = run.put_source(b"bytes")
        assert run.put_source(b"bytes") == file_id
    assert file_id == sha256_bytes(b"bytes")
    assert case.source_bytes(file_id) == b"bytes"
    place = case.path / "sources" / file_id
    place.write_bytes(b"Bytes")
    with pytest.raises(CaseFault) as caught:
        case.source_bytes(file_id)
    assert str(caught.value) == (
        f"{place}: the bytes are not those that were added; found SHA-256 {sha256_bytes(b'Bytes')[:12]}, "
        f"expected {file_id[:12]}. Restore the file from a copy, or add the original again."
    )
    with case.writer("add", {}, {"again": "1"}) as run:
        run.put_source(b"bytes")
    assert case.source_bytes(file_id) == b"bytes"


@pytest.mark.parametrize("file_id", ["0" * 64, "../case.toml", "", ".."])
def test_a_source_that_is_not_there_is_a_sentence(case, file_id):
    with pytest.raises(CaseFault) as caught:
        case.source_bytes(file_id)
    place = case.path / "sources" / file_id
    assert str(caught.value) == f"{place}: the case holds no such source. Add the file again."


def test_outputs_stay_inside_their_folder(case):
    with case.writer("brief", {}, {}) as run:
        place = run.put_output("germany/2018.html", b"<p>")
        assert place == case.path / "outputs/germany/2018.html"
        for name in ("../x", "/x", "a/../../x", ""):
            with pytest.raises(ValueError, match=r"^an output lies inside the folder outputs; found "):
                run.put_output(name, b"")
    assert place.read_bytes() == b"<p>"
    assert [p.name for p in case.path.iterdir() if "making" in p.name] == []


def test_the_second_writer_stops_with_a_sentence(case, row):
    with case.writer("add", {}, {}):
        text = (case.path / ".lock").read_text("ascii").split()
        with pytest.raises(CaseBusy) as caught, Case.open(case.path).writer("add", {}, {}):
            pass
        assert Case.open(case.path).read("party").height == 0
    assert str(caught.value) == (
        f"{case.path}: another writer holds this case: process {os.getpid()}, since {text[1]}. "
        "Wait until it has ended and run the verb again; reading needs no lock."
    )
    add(case, row, 1)


def test_a_writer_in_another_process_stops_this_one_and_leaves_no_lock_when_killed(case, row):
    script = (
        "import sys, time\nfrom provenet.case.case import Case\n"
        "with Case.open(sys.argv[1]).writer('add', {}, {}):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(case.path)], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(CaseBusy, match=f"process {child.pid}, since "), case.writer("add", {}, {}):
            pass
    finally:
        child.kill()
        child.communicate()
    add(case, row, 1)
    assert case.read("party").height == 1


def test_two_processes_cannot_make_the_same_case(tmp_path):
    from provenet.case import lock

    (tmp_path / ".case.making").mkdir()
    with lock.held(tmp_path / ".case.making"), pytest.raises(CaseBusy):
        Case.new(tmp_path / "case")


@contextmanager
def nobody():
    """Root may write everywhere, so for the block root is nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def read_only(case, row):
    add(case, row, 1)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copy = Path(folder) / "case"
        copied_case(case.path, copy)
        places = [copy, *copy.rglob("*")]
        for place in places:
            place.chmod(0o555 if place.is_dir() else 0o444)
        yield Case.open(copy)
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)


def test_a_read_only_case_is_read_and_not_written(read_only):
    with nobody():
        assert Case.open(read_only.path).read("party").height == 1
        with pytest.raises(CaseFault) as caught, read_only.writer("add", {}, {}):
            pass
    assert str(caught.value) == (
        f"{read_only.path}: the case cannot be written (Permission denied). Make the folder writable, or copy it."
    )


def test_reading_leaves_no_trace_on_disk(case, row):
    add(case, row, 1)
    before = {p: p.stat().st_mtime_ns for p in case.path.rglob("*")}
    again = Case.open(case.path)
    for name in tables():
        again.read(name)
        table_csv(again, name)
    assert {p: p.stat().st_mtime_ns for p in case.path.rglob("*")} == before


def fault(path) -> str:
    with pytest.raises(CaseFault) as caught:
        for name in tables():
            Case.open(path).read(name)
    return str(caught.value)


def test_no_folder_and_no_case_are_told_apart(tmp_path):
    missing = tmp_path / "none"
    assert fault(missing) == f"{missing}: no such case. Make one with: provenet new {missing}"
    assert fault(tmp_path) == f"{tmp_path}: this folder is not a case; it has no case.toml. Check the path."


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("format = 2", "format = 3",
         "the case was made by a newer release; found format 3, this one reads up to 2. Upgrade provenet."),
        ("format = 2", "format = 0", "found format 0, expected 2. Restore the file from a copy."),
        ("format = 2", 'format = "1"', "found format '1', expected 2. Restore the file from a copy."),
        ("format = 2", "", "found format None, expected 2. Restore the file from a copy."),
        ('"run"', '"rum"', "the list tables is missing or lacks run. Restore the file from a copy."),
        ("format = 2", "format = ",
         "cannot be read (it is not TOML: Invalid value (at line 2, column 10)). Restore the file from a copy."),
        ("format = 2", "format = " + "[" * 9_000,
         "cannot be read (it is nested too deep). Restore the file from a copy."),
    ],
)  # fmt: skip
def test_a_case_toml_that_is_off_is_a_sentence(case, before, after, told):
    place = case.path / "case.toml"
    place.write_text(place.read_text("utf-8").replace(before, after), encoding="utf-8")
    assert fault(case.path) == f"{place}: {told}"


@pytest.mark.parametrize("lost", ["claim", "claim/_delta_log", "run"])
def test_a_table_that_is_lost_is_a_sentence(case, lost):
    shutil.rmtree(case.path / "tables" / lost)
    name = lost.partition("/")[0]
    assert fault(case.path) == (
        f"{case.path / 'tables' / name}: the table {name} is missing; case.toml lists it. "
        "Restore the folder from a copy; nothing else in the case can make it again."
    )


def test_a_broken_log_is_a_sentence(case):
    place = case.path / "tables/claim"
    (place / "_delta_log/00000000000000000001.json").write_text('{"add":', encoding="utf-8")
    assert fault(case.path) == (
        f"{place}: the log of the table claim cannot be read (Kernel error: Json error: Truncated record whilst "
        "reading value). Restore the folder from a copy."
    )


def test_a_lost_data_file_is_a_sentence(case, row):
    add(case, row, 1)
    (place,) = (case.path / "tables/party").glob("run_id=*/*.parquet")
    place.unlink()
    assert fault(case.path) == (
        f"{place}: a file of the table party cannot be read (it is missing). "
        "Restore it from a copy, or make the case again from its sources."
    )


def test_a_data_file_is_read_once_until_it_is_spoilt(case, row, monkeypatch):
    add(case, row, 1)
    with monkeypatch.context() as patched:
        patched.setattr(store_module, "_read_files", None)
        assert Case.open(case.path).read("party").height == 1
    (place,) = (case.path / "tables/party").glob("run_id=*/*.parquet")
    for at, data in enumerate((bytes(place.stat().st_size), b"PAR1 not parquet")):
        place.write_bytes(data)
        os.utime(place, ns=(at, at))
        assert fault(case.path).startswith(f"{place}: a file of the table party cannot be read (")


def test_a_case_of_an_older_dictionary_is_read_and_grows(case, row):
    """A table and a column that the older release did not have are empty and null, and arrive with the first write."""
    add(case, row, 1)
    place = case.path / "case.toml"
    place.write_text(place.read_text("utf-8").replace('  "claim",\n', ""), encoding="utf-8")
    shutil.rmtree(case.path / "tables/claim")
    drop_column(case, "party", "supply_says")
    old = Case.open(case.path)
    assert old.read("claim").height == 0
    assert old.read("party")["supply_says"].to_list() == [None]
    with old.writer("add", {}, {"f": "2"}) as run:
        run.append("claim", [row("claim", "C-1")])
        run.append("party", [row("party", "p2", supply_says="late")])
    again = Case.open(case.path)
    assert again.read("claim")["claim_id"].to_list() == ["C-1"]
    assert again.read("party")["supply_says"].to_list() == [None, "late"]
    assert '"claim"' in place.read_text("utf-8")
    assert old.title == again.title == "A case"


def drop_column(case, name, column):
    from deltalake import write_deltalake

    rows = case.read(name).drop(column)
    shutil.rmtree(case.path / "tables" / name)
    write_deltalake(str(case.path / "tables" / name), rows, partition_by=["run_id"])


def test_the_next_writer_sweeps_what_an_interrupted_one_left(case, row):
    """Files no log names, files a log names of a run that never stood, staged commits, half-made tables and files."""
    add(case, row, 1)
    party = case.path / "tables/party"
    lost = party / "run_id=add-0000000000000000/part-0.parquet"
    lost.parent.mkdir()
    lost.write_bytes(b"half a file")
    staged = party / "_delta_log/00000000000000000002.json#1"
    staged.write_text("{", encoding="utf-8")
    case.write_rows("claim", frame("claim", [row("claim", "C-1")]).with_columns(run_id=pl.lit("add-1111111111111111")))
    half = case.path / "tables/.making-site/_delta_log"
    half.mkdir(parents=True)
    temporary = case.path / ".making"
    temporary.write_bytes(b"half")
    odd = party / "run_id=it's odd"
    odd.mkdir()
    unnamed = case.path / "tables/run/part-00000.parquet"
    unnamed.write_bytes(b"half")
    part = case.path / "tables/run/part-00001.parquet#1"
    part.write_bytes(b"half")
    assert case.read("claim").height == 0
    case = Case.open(case.path)
    add(case, row, 2)
    for left in (lost.parent, staged, half.parent, temporary, odd, unnamed, part):
        assert not left.exists()
    assert list((case.path / "tables/claim").glob("run_id=*")) == []
    assert pl.DataFrame(DeltaTable(str(case.path / "tables/claim")).get_add_actions()).height == 0
    assert case.read("party")["party_id"].to_list() == ["p1", "p2"]


@pytest.mark.parametrize("count", [8, pytest.param(50, marks=pytest.mark.slow)])
def test_interrupted_runs_do_not_let_a_case_grow(case, row, monkeypatch, count):
    monkeypatch.setattr(runs_module, "FLUSH_ROWS", 1)

    def interrupted():
        with pytest.raises(KeyError), case.writer("add", {}, {"f": "1"}) as run:
            run.put_source(b"x" * 10_000)
            run.append("claim", [row("claim", "C-1", paraphrase="long " * 10_000)])
            raise KeyError

    interrupted()
    first = len([p for p in case.path.rglob("*") if p.is_file() and "_delta_log" not in p.parts])
    for _ in range(count):
        interrupted()
    again = [p for p in case.path.rglob("*") if p.is_file() and "_delta_log" not in p.parts]
    assert len(again) == first


def _merged(count: int) -> list[MergedNames]:
    return [MergedNames("party", f"ab{at}", (("AB", "a.csv, row 2"), ("CD", "a.csv, row 3"))) for at in range(count)]


def test_a_migration_names_twenty_merged_ids_and_counts_the_rest() -> None:
    assert _merged_sentence([]) == ""
    last = "'AB' (a.csv, row 2) and 'CD' (a.csv, row 3)"
    for count, more in ((1, ""), (20, ""), (21, "; and 1 more")):
        text = _merged_sentence(_merged(count))
        assert f"party ab{min(count, 20) - 1}: {last}{more}. All of them:" in text


def test_a_column_of_a_later_release_changes_the_digest_of_its_table_once_a_row_fills_it():
    spec = tables()["source"]
    must = {c.name: "x" for c in spec.columns if not c.nullable}
    plain, licensed = frame("source", [must]), frame("source", [{**must, "licence": "CC BY 4.0"}])
    before = hashlib.sha256(",".join(n for n in spec.schema if n not in ("run_id", "licence")).encode())
    before.update(with_texts(spec, plain.drop("run_id", "licence")).write_ndjson().encode())
    assert digest_of(spec, plain) == before.hexdigest()
    assert digest_of(spec, licensed) != digest_of(spec, plain)


def test_a_writer_sweeps_unless_it_was_the_last_to_hold_the_case(case, row, monkeypatch):
    swept = []
    sweep = type(case)._sweep
    monkeypatch.setattr(Case, "_sweep", lambda self, *rest: swept.append(self) or sweep(self, *rest))
    add(case, row, 1)
    add(case, row, 2)
    assert len(swept) == 1
    other = Case.open(case.path)
    add(other, row, 3)
    add(case, row, 4)
    add(case, row, 5)
    assert [one is case for one in swept] == [True, False, True]
    with pytest.raises(KeyError), case.writer("add", {}, {"a": "1"}) as run:
        run.append("party", [row("party", "p6")])
        raise KeyError("stop")
    add(case, row, 7)
    add(case, row, 8)
    assert len(swept) == 4


def test_what_another_writer_left_is_swept_before_the_next_run(case, row, monkeypatch):
    monkeypatch.setattr(runs_module, "FLUSH_ROWS", 1)
    add(case, row, 1)
    with pytest.raises(KeyError), Case.open(case.path).writer("add", {}, {"file": "2"}) as run:
        run.append("party", [row("party", "p2")])
        raise KeyError("stop")
    add(case, row, 2)
    assert case.read("party")["party_id"].to_list() == ["p1", "p2"]
    assert len(list((case.path / "tables/party").glob("run_id=*"))) == 2


def test_a_walk_reads_small_data_files_together_and_large_ones_alone(tmp_path, row, monkeypatch):
    case = Case.new(tmp_path / "case")
    for number in range(4):
        add(case, row, number)
    assert len(case.readers("party")) == 1
    monkeypatch.setattr(store_module, "SCANNED_BYTES", 1)
    readers = Case.open(tmp_path / "case").readers("party", pl.col("party_id") != "p2")
    found = [read(["party_id"])["party_id"].to_list() for read in readers]
    assert [one for one in found if one] == [["p0"], ["p1"], ["p3"]]
    assert page_case(case).readers("party")[0](["party_id"])["party_id"].sort().to_list() == ["p0", "p1", "p2", "p3"]


def test_the_digest_of_a_table_does_not_depend_on_how_many_rows_are_put_in_order_at_once(tmp_path, row, monkeypatch):
    case = Case.new(tmp_path / "case")
    with case.writer("add", {}, {"file": "1"}) as run:
        run.append("identifier", [row("identifier", f"i{number}") for number in range(50)])
    whole = case.digest(["identifier"])
    monkeypatch.setattr(case_module, "PLACES_AT_ONCE", 7)
    assert Case.open(tmp_path / "case").digest(["identifier"]) == whole
    held = case.columns("identifier", ["row_id", "file_id", "locator"])
    lines = sorted("\x1f".join(one) for one in held.iter_rows())
    text = "row_id,file_id,locator" + "".join(f"{line}\n" for line in lines)
    assert whole == {"identifier": hashlib.sha256(text.encode()).hexdigest()}
