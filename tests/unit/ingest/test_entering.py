"""A file enters whole or not at all: faults, kills, files that change, and keys that stand with other content."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenet
from provenet.case import runs as runs_module
from provenet.case.case import Case
from provenet.case.check import check
from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault
from provenet.ingest.tabular import sheets, strict

Write = Callable[[str, str], Path]
PROGRAM = Path(__file__).with_name("killed_intake.py")
HEAD = "asset_id,carrier_id,country,asset_class,vendor_id,unit_count\n"
CLAIM = (
    "claim_id,vendors,topic,claimant,claimant_type,stance,claim_date,paraphrase,source_title,source_url,source_date,"
    "status,rebuts_claim_id,confidence_note,checked_on,fact,derived_from,anonymous\n"
)


@pytest.fixture
def case(tmp_path: Path, new_case: Callable[..., Case]) -> Case:
    return new_case(tmp_path / "case")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


def inventory(count: int, first: int = 0, units: int = 1) -> str:
    return HEAD + "".join(f"A-{at},TIM,Italy,core,Nokia,{units}\n" for at in range(first, first + count))


def sentences(added: Any) -> list[str]:
    return [fault.sentence() for fault in added.faults]


def test_rows_enter_by_batch_and_their_file_is_kept(case: Case, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "BATCH_ROWS", 10)
    monkeypatch.setattr(strict, "_STEP_ROWS", 10)
    monkeypatch.setattr(runs_module, "FLUSH_ROWS", 25)
    file, told = write("a.csv", inventory(95)), []
    added = provenet.add(case, [file], progress=lambda *what: told.append(what))
    assert added.fault_count == 0
    assert [(one.row_count, one.added["asset"]) for one in added.files] == [(95, 95)]
    assert case.read("asset").height == 95
    assert case.source_bytes(added.files[0].file_id) == file.read_bytes()
    assert {what for what, _, _ in told} == {"bytes of a.csv hashed", "files read", "bytes read of a.csv"}
    assert [f for f in check(case) if f["severity"] == "error"] == []
    assert not list(case.path.glob(".making*"))


def test_a_fault_on_the_last_row_leaves_nothing(case: Case, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "BATCH_ROWS", 10)
    monkeypatch.setattr(strict, "_STEP_ROWS", 10)
    monkeypatch.setattr(runs_module, "FLUSH_ROWS", 25)
    added = provenet.add(case, [write("a.csv", inventory(95) + "A-95,TIM,Italy,core,Huawai,1\n")])
    assert sentences(added) == [
        "a.csv row 97, vendor_id: no such vendor; found 'Huawai', expected a name or identifier in party. "
        "Nearest: Huawei. Score 0.83 (1 letter off)."
        "\n    Fix the cell, add an identifier row, or leave it empty to record the vendor as unknown."
    ]
    assert case.runs().height == 0
    assert list((case.path / "tables" / "asset").glob("run_id=*")) == []
    assert list((case.path / "sources").iterdir()) == []
    assert not list(case.path.glob(".making*"))


def test_the_same_id_with_other_content_in_a_second_file(case: Case, write: Write) -> None:
    assert provenet.add(case, [write("a.csv", inventory(3))]).fault_count == 0
    again = provenet.add(case, [write("same.csv", inventory(2, 1) + "A-9,TIM,Italy,core,,1\n")])
    assert [dict(one.added)["asset"] for one in again.files] == [1]
    other = provenet.add(case, [write("other.csv", inventory(2, 2, units=7))])
    assert other.fault_count == 1
    assert sentences(other) == [
        "other.csv row 2, asset_id: the asset_id stands already with other content, from a.csv row 4; found 'A-2', "
        "expected an id that is new, or the same content.\n    Give the row its own id, or take the earlier file out "
        "of the case."
    ]
    assert case.read("asset")["unit_count"].to_list().count(7) == 0


def test_a_claim_id_stands_once_in_a_case(case: Case, write: Write) -> None:
    said = "C-1,Huawei,topic,A speaker,press,asserts,2018-11-23,{},A page,,,CONFIRMED,,,,,,\n"
    added = provenet.add(case, [write("a.csv", CLAIM + said.format("says so"))])
    assert added.fault_count == 0
    same = provenet.add(case, [write("b.csv", CLAIM + said.format("says so"))])
    assert (same.fault_count, same.files[0].added["claim"]) == (0, 0)
    other = provenet.add(case, [write("c.csv", CLAIM + said.format("says more"))])
    assert sentences(other) == [
        "c.csv row 2, claim_id: the claim_id stands already with other content, from a.csv row 2; found 'C-1', "
        "expected an id that is new, or the same content.\n    Give the row its own id, or take the earlier file out "
        "of the case."
    ]


def test_a_file_that_changes_while_it_is_read(case: Case, write: Write) -> None:
    file = write("a.csv", inventory(3))

    def progress(what: str, done: int, total: int) -> None:
        if what == "files read":
            file.write_text(inventory(4), encoding="utf-8")

    assert sentences(provenet.add(case, [file], progress=progress)) == [
        "a.csv: the file changed while it was being read.\n    Add it again when nothing writes to it any more."
    ]
    assert case.runs().height == 0
    assert not list(case.path.glob(".making*"))


def test_what_is_no_file_is_refused(case: Case, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for name, what in {"pipe.csv": "this is no file", "case": "this is a folder", "gone": "no such file"}.items():
        with pytest.raises(UsageFault) as caught:
            provenet.add(case, [tmp_path / name])
        assert str(caught.value) == f"add: {what}; found {str(tmp_path / name)!r}, expected a file."
    with pytest.raises(UsageFault, match="this is no file"):
        provenet.add(case, ["/dev/zero"])


def test_a_packed_file_takes_the_mapping_of_its_plain_name(case: Case, tmp_path: Path) -> None:
    import gzip

    (tmp_path / "i.csv.gz").write_bytes(gzip.compress(b"Nr;Hersteller\nE-1;Nokia\n"))
    (tmp_path / "i.toml").write_text(
        'layout = "x"\nsays = "x"\ntable = "asset"\ndelimiter = ";"\n[columns]\nNr = {to = "asset_id"}\n'
        'Hersteller = {to = "vendor_id", type = "vendor"}\n[constants]\ncarrier_id = "tim"\ncountry = "Italy"\n'
        'asset_class = "core"\nunit_count = 1\n'
    )
    added = provenet.add(case, [tmp_path / "i.csv.gz"])
    assert sentences(added) == []
    assert case.read("asset").select("asset_id", "vendor_id", "locator").rows() == [("E-1", "nokia", "i.csv.gz row 2")]


@pytest.mark.parametrize("at", [2, 9, *(pytest.param(at, marks=pytest.mark.slow) for at in (5, 14))])
def test_killed_at_any_moment_nothing_is_half_there(case: Case, write: Write, at: int) -> None:
    file = write("a.csv", inventory(600))
    ran = subprocess.run([sys.executable, str(PROGRAM), str(case.path), str(file), str(at)], check=False)
    assert ran.returncode == -9
    left = Case.open(case.path)
    assert left.read("asset").height == 0
    assert [f for f in check(left) if f["severity"] == "error"] == []
    again = provenet.add(left, [file])
    assert again.fault_count == 0
    assert left.read("asset").height == 600
    assert len(list((left.path / "tables" / "asset").glob("run_id=*"))) == 1


def test_digests_do_not_depend_on_order_or_runs(tmp_path: Path, write: Write, new_case: Callable[..., Case]) -> None:
    files = [write("a.csv", inventory(5)), write("b.csv", inventory(5, 5)), write("c.csv", inventory(3, 10))]
    made = []
    for order in (files, files[::-1]):
        path = tmp_path / f"case-{len(made)}"
        new_case(path)
        for file in order:
            provenet.add(path, [file])
        made.append(Case.open(path))
    names = ["asset", "party", "source"]
    assert made[0].digest(names) == made[1].digest(names)
    provenet.add(made[1], [write("d.csv", inventory(1, 99))])
    after = made[1].digest(names)
    assert after["asset"] != made[0].digest(names)["asset"]
    assert after["party"] == made[0].digest(names)["party"]


def test_profiles_of_assets_are_counted(case: Case, write: Write) -> None:
    provenet.add(case, [write("a.csv", inventory(5, units=2)), write("b.csv", inventory(2, 5).replace("Nokia", ""))])
    found = case.distinct("asset", ["carrier_id", "vendor_id"])
    assert found.rows(named=True) == [
        {"carrier_id": "tim", "vendor_id": None, "row_count": 2, "unit_count": 2},
        {"carrier_id": "tim", "vendor_id": "nokia", "row_count": 5, "unit_count": 10},
    ]
    assert case.distinct("party", ["role"])["row_count"].sum() == case.read("party").height
    assert case.columns("asset", ["asset_id"]).sort("asset_id").height == 7
    assert case.scan("asset").select(pl.len()).collect().item() == 7
    assert case.distinct("asset", ["capability"]).rows() == [(None, 7, 12)]


@pytest.mark.slow
def test_a_million_rows_enter_in_bounded_memory(case: Case, tmp_path: Path) -> None:
    """The peak of the process stays under 1.2 GB; the rows alone, as Python objects, would take more than 2."""
    file = tmp_path / "a.csv"
    with file.open("w") as stream:
        stream.write(HEAD)
        stream.writelines(f"A-{at:07d},TIM,Italy,core,Nokia,{at % 9}\n" for at in range(1_000_000))
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), str(case.path), str(file), "0"], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) < 1_200_000
    assert case.scan("asset").select(pl.len()).collect().item() == 1_000_000
    assert (case.path / "sources" / sha256_bytes(file.read_bytes())).is_file()


def test_rows_that_stand_in_what_was_retracted_are_left_out_and_that_is_told(case: Case, write: Write) -> None:
    provenet.add(case, [write("a.csv", inventory(3))])
    for row in case.read("asset")["row_id"].to_list()[:2]:
        provenet.retract(case, row, reason="no such element")
    (file,) = provenet.add(case, [write("b.csv", inventory(4))]).files
    assert file.added["asset"] == 1
    told = "asset: 2 rows left out, since the case holds the same, retracted; retract --restore lets that count again."
    assert told in file.remarks
    assert case.read("asset").height == 2


def test_what_a_retracted_file_said_another_may_say_again(case: Case, write: Write) -> None:
    provenet.add(case, [write("a.csv", inventory(3))])
    (source,) = case.read("asset")["source_id"].unique().to_list()
    provenet.retract(case, f"source:{source}", reason="an older state")
    (file,) = provenet.add(case, [write("b.csv", inventory(4))]).files
    assert file.added["asset"] == 4
    assert case.read("asset").height == 4
