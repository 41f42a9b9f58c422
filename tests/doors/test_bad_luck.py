"""Ctrl-C, a reader that goes away, a second writer, a disk that refuses: a sentence each, and nothing lost."""

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from doors.conftest import ASKED, Provenet
from doors.test_verbs_by_command import digests
from provenet.case.case import Case

PROVENET = [sys.executable, "-m", "provenet"]


def test_ctrl_c_stops_with_a_sentence_and_leaves_a_case_that_opens(tmp_path: Path) -> None:
    child = subprocess.Popen([*PROVENET, "demo", str(tmp_path / "demo")], stderr=subprocess.PIPE, text=True)
    case = tmp_path / "demo" / "case"
    deadline = time.monotonic() + 60
    # The second file of the table `run` is being written, so the first run stands.
    while len(list(case.glob("tables/run/*.parquet"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert err == "Stopped by Ctrl-C; nothing half-written stands as whole, the case stands as before.\n"
    assert Case.open(case).runs().height > 0


def test_a_reader_that_goes_away_gets_no_trace(case: Path) -> None:
    words = [*PROVENET, "check", str(case)]
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, "")


def test_a_second_writer_stops_with_a_sentence(provenet: Provenet, case: Path) -> None:
    before = digests(case)
    with Case.open(case).writer("check", {}, {"held": "by a test"}):
        ran = provenet("screen", case, "--policy", "jp-2018", *ASKED)
    assert ran.code == 3
    assert re.fullmatch(
        rf"{case}: another writer holds this case: process {os.getpid()}, since \S+\. "
        r"Wait until it has ended and run the verb again; reading needs no lock\.\n",
        ran.err,
    )
    assert {name: digest for name, digest in digests(case).items() if name != "finding"} == {
        name: digest for name, digest in before.items() if name != "finding"
    }


def test_a_page_that_cannot_be_copied_is_a_sentence(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    (tmp_path / "pages").write_text("a file, not a folder", encoding="utf-8")
    ran = provenet("brief", case, *ASKED, "--out", tmp_path / "pages")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (f"{tmp_path}/pages: the operating system refused: file exists. Nothing half-written is kept.\n")


@pytest.mark.parametrize("data", [b"", b"\x00" * 4000, b"\xff\xfe\x00a", b"a,b\n1,2\n", b'"' + b"x" * 200_000])
def test_broken_files_are_faults(provenet: Provenet, case: Path, tmp_path: Path, data: bytes) -> None:
    before = digests(case)
    (tmp_path / "broken.csv").write_bytes(data)
    ran = provenet("add", case, tmp_path / "broken.csv", "--json")
    assert ran.code == 3
    assert ran.json["fault_count"] >= 1
    assert ran.json["files"] == []
    assert "defect" not in ran.err
    assert digests(case) == before


def test_an_answer_that_a_full_disk_refuses_is_a_sentence(case: Path) -> None:
    for words in (["check", str(case), "--json"], ["status", str(case)]):
        with Path("/dev/full").open("wb") as full:
            ran = subprocess.run([*PROVENET, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (
            3,
            "the operating system refused: no space left on device. Nothing half-written is kept.\n",
        )


def spoilt(data: bytes, at: int) -> bytes:
    """Bytes of which one is another."""
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def panics(data: bytes) -> bool:
    try:
        pl.read_parquet(io.BytesIO(data))
    except pl.exceptions.PanicException:
        return True
    except (pl.exceptions.PolarsError, OSError):
        return False
    return False


def test_a_data_file_with_any_byte_changed_is_an_answer_or_a_sentence_that_names_it(
    provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    """The library that reads Parquet panics at some of these, which is no exception of Python's own."""
    place = min((case / "tables/source").rglob("*.parquet"), key=lambda one: one.stat().st_size)
    whole = place.read_bytes()
    panicking = [at for at in range(0, len(whole), 7) if panics(spoilt(whole, at))]
    assert panicking
    for at in [*panicking, *range(0, len(whole), len(whole) // 40), len(whole) - 6]:
        place.unlink()
        place.write_bytes(spoilt(whole, at))
        ran = provenet("export", case, "--table", "source", "--out", tmp_path / "sources.csv")
        assert ran.code in (0, 3), (at, ran.err)
        assert ran.code == 0 or f"{place}: a file of the table source cannot be read (" in ran.err, (at, ran.err)
