"""Ctrl-C, SIGKILL, a reader that goes away, a second writer, a disk that refuses: a sentence, and a case that opens."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from doors.conftest import ASKED, Provenet
from doors.test_verbs_by_command import GOOD, ROW, digests
from provenet.case.case import Case
from provenet.case.tables import tables
from support.copies import copied_case, table_csv
from support.examples import sample

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


KILLER = Path(__file__).with_name("killed_verb.py")
VERBS = {
    "add": ("add", "CASE", "more.csv"),
    "screen": ("screen", "CASE", "--policy", "jp-ict-procurement-2018", *ASKED),
    "depend": ("depend", "CASE", *ASKED),
    "brief": ("brief", "CASE", *ASKED),
    "check": ("check", "CASE"),
}


@pytest.fixture
def before(case: Path, tmp_path: Path, provenet: Provenet) -> Path:
    """A case in which every verb has something to do: more facts than its verdicts, shares and pages know of."""
    (tmp_path / "new.csv").write_text(GOOD + ROW.format(share="7"), encoding="utf-8")
    (tmp_path / "more.csv").write_text(GOOD + ROW.format(share="12"), encoding="utf-8")
    assert provenet("add", case, tmp_path / "new.csv").code == 0
    return case


def made_ready(verb: str, case: Path, provenet: Provenet) -> None:
    """Runs what must stand before a verb."""
    if verb in ("depend", "brief"):
        assert provenet("screen", case, "--policy", "jp-espa", *ASKED).code == 0
    if verb == "brief":
        assert provenet("depend", case, *ASKED).code == 0


def words_of(verb: str, case: Path) -> list[str]:
    places = {"CASE": str(case), "more.csv": str(case.parent / "more.csv")}
    return [places.get(word, word) for word in VERBS[verb]]


def pages(case: Path) -> dict[str, bytes]:
    outputs = case / "outputs"
    return {p.relative_to(outputs).as_posix(): p.read_bytes() for p in sorted(outputs.rglob("*")) if p.is_file()}


def exports(case: Path) -> dict[str, bytes]:
    """Every table in key order, and the pages: what must be equal after a kill and a rerun."""
    opened = Case.open(case)
    names = [name for name, table in tables().items() if table.kind != "record" and name != "finding"]
    return {name: table_csv(opened, name) for name in names} | pages(case)


def killed_then_run_again(
    verb: str, moment: int, start: Path, expected: dict[str, bytes], tmp_path: Path, provenet: Provenet
) -> bool:
    """Kills a verb at a moment, checks what is left, runs it again; False where the verb ended before the moment."""
    case = copied_case(start, tmp_path / f"killed-{moment}" / "case")
    shutil.copy(start.parent / "more.csv", case.parent)
    stood = digests(case)
    words = [sys.executable, str(KILLER), str(moment), *words_of(verb, case)]
    ran = subprocess.run(words, capture_output=True, check=False)
    if ran.returncode != -9:
        assert ran.returncode in (0, 1), ran.stderr
        return False
    left = digests(case)
    done = {name: digest for name, digest in left.items() if digest != stood[name]}
    assert not done or left == digests_of_expected(verb, start, tmp_path, provenet)
    assert provenet(*words_of(verb, case)).code in (0, 1)
    assert exports(case) == expected
    runs = Case.open(case).runs()
    assert runs["run_id"].is_unique().all()
    shutil.rmtree(case.parent)
    return True


def digests_of_expected(verb: str, start: Path, tmp_path: Path, provenet: Provenet) -> dict[str, str]:
    """The digests after an undisturbed run: what a kill after the last write leaves."""
    case = tmp_path / "whole" / "case"
    if not case.exists():
        copied_case(start, case)
        shutil.copy(start.parent / "more.csv", case.parent)
        assert provenet(*words_of(verb, case)).code in (0, 1)
    return digests(case)


def kill_at(verb: str, moments: list[int], start: Path, tmp_path: Path, provenet: Provenet) -> int:
    """Kills a verb at each moment; returns how many of them it reached."""
    made_ready(verb, start, provenet)
    digests_of_expected(verb, start, tmp_path, provenet)
    expected = exports(tmp_path / "whole" / "case")
    reached = 0
    for moment in moments:
        if not killed_then_run_again(verb, moment, start, expected, tmp_path, provenet):
            break
        reached += 1
    return reached


@pytest.mark.parametrize("verb", sample(VERBS, 5))
def test_killed_at_the_first_write_and_between_two(verb: str, before: Path, tmp_path: Path, provenet: Provenet) -> None:
    assert kill_at(verb, [1, 2], before, tmp_path, provenet) == 2


@pytest.mark.slow
@pytest.mark.parametrize("verb", list(VERBS))
def test_killed_at_every_write(verb: str, before: Path, tmp_path: Path, provenet: Provenet) -> None:
    reached = kill_at(verb, list(range(60)), before, tmp_path, provenet)
    assert 4 <= reached < 60


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["add", "screen", "depend", "brief"])
def test_killed_at_any_time(verb: str, before: Path, tmp_path: Path, provenet: Provenet) -> None:
    """By the clock instead of by the write, so that a kill may fall inside one."""
    made_ready(verb, before, provenet)
    began = time.monotonic()
    digests_of_expected(verb, before, tmp_path, provenet)
    expected, whole = exports(tmp_path / "whole" / "case"), time.monotonic() - began + 1.0
    for turn in range(12):
        case = copied_case(before, tmp_path / f"timed-{turn}" / "case")
        shutil.copy(before.parent / "more.csv", case.parent)
        child = subprocess.Popen([sys.executable, "-m", "provenet", *words_of(verb, case)], stdout=subprocess.DEVNULL)
        time.sleep(whole * (turn + 1) / 12)
        child.kill()
        child.wait()
        assert provenet(*words_of(verb, case)).code == 0
        assert exports(case) == expected
