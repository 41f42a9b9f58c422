"""SIGKILL at any moment leaves a case that opens, checks and reruns to the same result."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.case.check import check

PROGRAM = Path(__file__).with_name("killed_writer.py")


def start(folder: Path, what: str, first: int, step: int) -> "subprocess.Popen[str]":
    folder.mkdir()
    words = [sys.executable, str(PROGRAM), str(folder), what, str(first), str(step)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(child: "subprocess.Popen[str]") -> int:
    """How many kills there were; every one of them must have come to the same end."""
    out, err = child.communicate()
    assert child.returncode == 0, err
    told = json.loads(out)
    assert told["wrong"] == [], err
    return told["kills"]


def test_a_kill_around_any_change_of_the_disk_comes_to_the_same_end(tmp_path):
    """Every 47th border of a writing call of five runs, and some of `new`; the slow test takes all."""
    runs = start(tmp_path / "runs", "runs", 2, 47)
    new = start(tmp_path / "new", "new", 1, 260)
    assert ended(runs) >= 2
    assert ended(new) >= 1


def test_a_kill_while_an_old_case_is_brought_to_this_layout_comes_to_the_same_end(tmp_path):
    """Every 19th border of a writing call; the slow test takes all."""
    assert ended(start(tmp_path / "old", "old", 2, 19)) >= 1


@pytest.mark.slow
def test_a_kill_around_every_change_of_the_disk_comes_to_the_same_end(tmp_path):
    even, odd = start(tmp_path / "even", "runs", 2, 2), start(tmp_path / "odd", "runs", 1, 2)
    assert ended(even) + ended(odd) >= 100
    assert ended(start(tmp_path / "new", "new", 1, 1)) >= 100
    assert ended(start(tmp_path / "old", "old", 1, 1)) >= 20


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which kills inside a system call, is not installed")
@pytest.mark.parametrize("call", ["rename", "linkat", "unlink", "mkdir", "write", "pwrite64", "ftruncate", "close"])
def test_a_kill_inside_the_delta_library_comes_to_the_same_end(tmp_path, call):
    """The kernel kills the job at its N-th system call of one kind, on whichever thread it falls."""
    empty, told = tmp_path / "empty", tmp_path / "told.json"
    Case.new(empty)
    step([], tmp_path / "undisturbed", told, "reference")
    number, kills = 1, 0
    while True:
        place = tmp_path / str(number)
        shutil.copytree(empty, place)
        inject = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={call}:signal=SIGKILL:when={number}"]
        killed = step(inject, place, told, "disturbed") != 0
        kills += killed
        assert [f for f in check(Case.open(place)) if f["severity"] == "error"] == []
        assert step([], place, told, "verify") == 0
        if not killed or kills > 60:
            break
        shutil.rmtree(place)
        number += 1
    assert kills >= 1


def step(before: list[str], place: Path, told: Path, what: str) -> int:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import killed_writer as k; from pathlib import Path\n"
        "k.runs_module.code_version = lambda: 'pinned, so that a file edited meanwhile does not make other runs'\n"
        "place, told = Path(sys.argv[2]), Path(sys.argv[3])\n"
        "{'reference': lambda: k.reference(place, told), 'disturbed': lambda: k.undisturbed(place),"
        " 'verify': lambda: k.verify(place, told)}[sys.argv[4]]()\n"
    )
    words = [*before, sys.executable, "-c", script, str(PROGRAM.parent), str(place), str(told), what]
    return subprocess.run(words, check=False).returncode
