"""SIGKILL during a whole verb: the case opens, checks as before, and the verb run again gives what it always gives."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doors.conftest import ASKED, Provenet
from doors.test_verbs_by_command import GOOD, ROW, digests
from provenet.case.case import Case
from provenet.case.tables import tables
from support.copies import copied_case, table_csv
from support.examples import sample

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
