"""What all tests share: the demo, built once per run of the suite however many workers there are.

Standing here also puts `tests/` on the path, so that a test can import `contracts.sources`.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is no defect of the code: laws are not timed.
settings.register_profile("provenet", deadline=None)
settings.load_profile("provenet")


@pytest.fixture(autouse=True)
def no_line_of_progress(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that takes ten seconds on a busy machine says so on standard error; tests pin what else is there."""
    if not request.node.path.name.startswith("test_progress"):
        monkeypatch.setattr("provenet.cli.progress.LOG_SECONDS", 1e9)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `provenet demo` fills; read it, do not write to it."""
    return Path(demo_run(tmp_path_factory)["folder"])


@pytest.fixture(scope="session")
def demo_answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `provenet demo --json` printed when it filled that folder."""
    answer = demo_run(tmp_path_factory)["answer"]
    assert isinstance(answer, dict)
    return answer


def demo_run(factory: pytest.TempPathFactory) -> dict[str, Any]:
    base = factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    kept = shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            folder = shared / "demo"
            command = [sys.executable, "-m", "provenet", "demo", str(folder), "--json"]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stderr
            kept.write_text(json.dumps({"folder": str(folder), "answer": json.loads(ran.stdout)}), encoding="utf-8")
    found = json.loads(kept.read_text("utf-8"))
    assert isinstance(found, dict)
    return found
