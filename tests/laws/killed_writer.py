"""Kills a writer at its N-th step, for every N asked, and proves that the case comes to the same end.

A program beside the tests: `killed_writer.py FOLDER new|runs|old FIRST STEP`. It forks before the table libraries have
started a thread. Each child runs the same job and kills itself with SIGKILL just before or just after its N-th call
that changes the disk; a second child then opens the case, checks it, runs the job to its end and compares every table,
source and output with those of a job that was never disturbed, in which no check finds an error. `old`: the job is to
open a case of an earlier layout, which is brought to this one. It prints one JSON object: the kills and what went
wrong.
"""

import json
import os
import shutil
import signal
import sys
import tarfile
import threading
import traceback
import warnings
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from provenet.case import runs as runs_module
from provenet.case.case import Case
from provenet.case.check import MENU, check
from provenet.case.export import csv_of
from provenet.case.tables import table, tables
from provenet.core.errors import CaseMigrated

OLD = Path(__file__).parents[1] / "archives" / "case-0.1.0-json-text.tar.xz"
CHANGES = {
    "mkdir", "rename", "replace", "unlink", "rmdir", "open", "write", "pwrite", "ftruncate", "flock", "close",
    "create_deltalake", "delete", "link",
}  # fmt: skip
ERRORS = [one for one in MENU if one.severity == "error"]
FILES = [one for one in ERRORS if one.group == "files"]
"""The checks of what lies on the disk; the others read rows, which are compared one by one."""
READ = {"file_id": "0", "locator": "a.csv row 2", "reading": "not stated"}
FIGURE = {
    "country": "DE", "asset_class": "ran", "segment": "RAN", "vendor_ids": ["p1"], "complement": False, "measure": "m",
    "measure_kind": "subscribers", "low_share": 0.1, "high_share": 0.2, "low_open": False, "high_open": False,
    "coverage_share": 1.0, "as_of": "2020", "as_of_on": date(2020, 1, 1), "method": "published", "label": "A figure",
    "later_estimate": False, "to_be_checked": False, "formula": "as published", "inputs": ["party:p1"],
}  # fmt: skip


def party(number: int, file_id: str) -> dict[str, object]:
    key = {"party_id": f"p{number}", "row_id": f"party-{number}", "file_id": file_id}
    return {**READ, **key, "name": f"Party {number}", "role": "vendor", "segments": ["ran"]}


def claim(number: int, file_id: str) -> dict[str, object]:
    key = {"claim_id": f"C-{number}", "row_id": f"claim-{number}", "file_id": file_id}
    said = {"topic": "t", "speaker": "A speaker", "stance": "asserts", "paraphrase": "Says so"}
    return {**READ, **key, **said, "vendor_ids": ["p1"]}


def job(place: Path) -> None:
    """A case, two files that overlap, a run that fails half way, a result, and a page."""
    case = Case.open(place) if place.exists() else Case.new(place)
    for data in (b"12", b"23"):
        with case.writer("add", {}, {"file": data.decode()}) as run:
            file_id = run.put_source(data)
            for number in data:
                run.append("party", [party(number - 48, file_id)])
                run.append("claim", [claim(number - 48, file_id)])
    try:
        with case.writer("depend", {"failing": True}, {}) as run:
            run.append("vendor_share", [FIGURE | {"share_id": "never", "vendor_ids": ["p2"]}])
            raise KeyError("half way")
    except KeyError:
        pass
    with case.writer("depend", {}, case.digest(["party", "claim"])) as run:
        run.append("vendor_share", [FIGURE | {"share_id": "vs-1"}])
        run.append("vendor_share", [FIGURE | {"share_id": "vs-2"}])
    with case.writer("brief", {}, case.digest(["vendor_share"])) as run:
        run.put_output("germany/page.html", csv_of(table("vendor_share"), case.read_latest("vendor_share")))


def stands(case: Case) -> dict[str, str]:
    """Everything that must be equal however often the job was disturbed."""
    told = {name: csv_of(table(name), case.read_latest(name)).decode() for name in tables() if name != "run"}
    told["run"] = repr(sorted(case.runs().select("run_id", "verb", "settings", "inputs", "row_count").rows()))
    for folder in ("sources", "outputs"):
        for path in sorted((case.path / folder).rglob("*")):
            told[str(path.relative_to(case.path))] = path.read_bytes().decode() if path.is_file() else ""
    return told


def kill_at(number: int) -> None:
    """From now on this process dies at the N-th border of a call that changes the disk."""
    left = number

    def watch(_frame: FrameType | None, event: str, called: Any) -> None:
        nonlocal left
        if event not in ("c_call", "c_return") or getattr(called, "__name__", "") not in CHANGES:
            return
        place = getattr(called, "__module__", None), called.__name__
        if not isinstance(getattr(called, "__self__", None), str) and place != ("io", "open"):
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)


def forked(work, *args: object) -> int:
    """Runs `work` in a child and returns how it ended, as os.waitpid tells it."""
    child = os.fork()
    if child == 0:
        try:
            work(*args)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the child must never return into its parent's loop
            traceback.print_exc()
            os._exit(1)
    return os.waitpid(child, 0)[1]


def undisturbed(place: Path) -> None:
    """The job with every row in a commit of its own: as many places to be killed at as there can be."""
    runs_module.FLUSH_ROWS = 1
    job(place)


def disturbed(place: Path, number: int) -> None:
    kill_at(number)
    undisturbed(place)
    threading.setprofile(None)
    sys.setprofile(None)


def reference(place: Path, told: Path) -> None:
    job(place)
    assert check(Case.open(place), ERRORS) == []
    told.write_text(json.dumps(stands(Case.open(place))), encoding="utf-8")


def verify(place: Path, told: Path) -> None:
    if place.exists():
        assert check(Case.open(place), ERRORS) == []
    job(place)
    case = Case.open(place)
    assert check(case, FILES) == []
    found, expected = stands(case), json.loads(told.read_text("utf-8"))
    assert found == expected, {
        name: (text, expected.get(name)) for name, text in found.items() if text != expected.get(name)
    }
    left = [p.name for p in place.rglob("*") if "making" in p.name or "#" in p.name]
    left += [p.name for p in place.parent.iterdir() if p.name.startswith(".") and "making" in p.name]
    assert not left, left


def migrated(place: Path, told: Path) -> None:
    """Opens an old case, which must come to the tables and digests of one whose opening was not disturbed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CaseMigrated)
        case = Case.open(place)
    found = stands(case) | case.digest(name for name in tables() if name != "run")
    if not told.exists():
        told.write_text(json.dumps(found), encoding="utf-8")
    assert found == json.loads(told.read_text("utf-8"))
    assert "format = 2\ntitle" in (place / "case.toml").read_text("utf-8")
    with case.writer("add", {}, {"file": "later"}) as run:
        assert run.append("party", [party(9, run.put_source(b"9"))]) == 1
    assert Case.open(place).read("party").height == case.read("party").height
    left = [p.name for p in place.rglob("*") if "making" in p.name or "#" in p.name]
    assert not left, left


def disturbed_opening(place: Path, number: int) -> None:
    kill_at(number)
    Case.open(place)
    threading.setprofile(None)
    sys.setprofile(None)


def main(folder: str, what: str, first: str, step: str) -> None:
    root = Path(folder)
    empty, told = root / "empty", root / "told.json"
    runs_module.code_version = lambda: "pinned, so that a file edited meanwhile does not make other runs"
    tables()  # Read before the first fork, so that no child reads the dictionary again.
    work, verified = (disturbed_opening, migrated) if what == "old" else (disturbed, verify)
    if what == "old":
        with tarfile.open(OLD) as tar:
            tar.extractall(root, filter="data")
        (root / "case").rename(empty)
        shutil.copytree(empty, root / "undisturbed")
        assert forked(migrated, root / "undisturbed", told) == 0
    else:
        assert forked(Case.new, empty) == 0
        assert forked(reference, root / "undisturbed", told) == 0
    kills, wrong, number = 0, [], int(first)
    while True:
        place = root / f"{what}-{number}"
        if what != "new":
            shutil.copytree(empty, place)
        ended = forked(work, place, number)
        if os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL:
            kills += 1
        elif ended != 0:
            wrong.append(f"{number}: the disturbed job ended with {ended}")
        made = place.exists()
        if forked(verified, place, told) != 0:
            wrong.append(f"{number}: the case did not come to the same end")
        shutil.rmtree(place)
        if ended == 0 or (what == "new" and made):
            break
        number += int(step)
    print(json.dumps({"kills": kills, "last": number, "wrong": wrong}))


if __name__ == "__main__":
    main(*sys.argv[1:])
