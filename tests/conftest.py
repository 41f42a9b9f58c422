"""What all tests share: the demo, built once per run of the suite however many workers there are.

Standing here also puts `tests/` on the path, so that a test can import `contracts.sources`.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import settings

from provenet.case.case import Case
from provenet.cli.main import GARBAGE_COUNT
from provenet.core.user_cache import SETTING, cache_folder
from support.copies import copied_case
from support.once import once, shared_folder

# The workers hold what the session made: the collector walks through it as seldom as in the command itself.
gc.set_threshold(GARBAGE_COUNT, 20, 20)
# A busy machine is no defect of the code: laws are not timed.
settings.register_profile("provenet", deadline=None)
settings.load_profile("provenet")


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Graphs that tests open are kept apart from the user's; compiled functions are shared, they take long to make.

    No test cuts the power, so nothing waits for the disk; what is synced and when, test_disk.py counts.
    """
    kernels = cache_folder()
    with pytest.MonkeyPatch.context() as patch:
        if kernels is not None and "NUMBA_CACHE_DIR" not in os.environ:
            patch.setenv("NUMBA_CACHE_DIR", str(kernels / "kernels"))
        patch.setenv(SETTING, str(tmp_path_factory.mktemp("cache")))
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(autouse=True)
def no_line_of_progress(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that takes ten seconds on a busy machine says so on standard error; tests pin what else is there."""
    if not request.node.path.name.startswith("test_progress"):
        monkeypatch.setattr("provenet.cli.progress.LOG_SECONDS", 1e9)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """What tests share holds no test, nor an example to run."""
    is_shared = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if is_shared else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """One worker of several begins to build the demo at once, so that none waits for it later."""
    is_first = getattr(session.config, "workerinput", {}).get("workerid") == "gw0"
    if is_first and any("demo_folder" in getattr(item, "fixturenames", ()) for item in session.items):
        factory = session.config._tmp_path_factory  # type: ignore[attr-defined]
        Thread(target=demo_run, args=(factory,), daemon=True).start()


NewCase = Callable[..., Case]


@pytest.fixture(scope="session")
def new_case(tmp_path_factory: pytest.TempPathFactory) -> NewCase:
    """Makes an empty case at a place, with a title: what `Case.new` made once, copied."""
    made: dict[str, Path] = {}

    def make(place: Path, title: str = "") -> Case:
        if title not in made:
            made[title] = Case.new(tmp_path_factory.mktemp("empty") / "case", title).path
        return Case.open(copied_case(made[title], place))

    return make


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `provenet demo` fills; read it, do not write to it."""
    demo_run(tmp_path_factory)
    return shared_folder(tmp_path_factory) / "demo"


@pytest.fixture(scope="session")
def demo_answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `provenet demo --json` printed when it filled that folder."""
    return demo_run(tmp_path_factory)


@pytest.fixture(scope="session")
def demo_lines(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `provenet demo` prints of that folder, whose files it finds and leaves; paths begin at `demo`."""

    def again(_: Path) -> dict[str, Any]:
        before = state_of(demo_folder)
        assert len(before["pages"]) >= 12
        return {"lines": run_of_demo(demo_folder), "before": before, "after": state_of(demo_folder)}

    found = once(tmp_path_factory, "demo-lines", again)
    assert found["before"] == found["after"], "running the demo again changes what stands"
    return str(found["lines"]).replace(str(demo_folder), "demo")


def demo_run(factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answer of the demo, whose folder is filled where it is not."""
    answer = once(factory, "demo", lambda folder: json.loads(run_of_demo(folder, "--json")))
    assert isinstance(answer, dict)
    return answer


def state_of(folder: Path) -> dict[str, Any]:
    """Digests of the pages of a demo's folder, and the runs of its case."""
    pages = sorted(path for path in folder.rglob("*") if path.suffix in {".html", ".pdf"})
    return {
        "pages": {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in pages},
        "runs": Case.open(folder / "case").runs().write_json(),
    }


def run_of_demo(folder: Path, *words: str) -> str:
    """What the command prints, which must succeed."""
    command = [sys.executable, "-m", "provenet", "demo", str(folder), *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
